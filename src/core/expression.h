/* Addresses and sizes as people write them.
 *
 *     7f00d0000000   0x7f00`d0000000   7f00_d000_0000   7f00 d000 0000   0d4096
 *     [heap]   [stack]   libc.so.6   libc.so.6+0x1234   libc!malloc   0x7f0000000000-64K
 *     4096   0x1000   64K   2GiB   1.5M
 *
 * Names may hold `+` and `-` themselves (libstdc++.so.6, ld-linux-x86-64.so.2), so a text is first
 * tried as a whole, and then split at its last operator for as long as what follows is a size.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "map.h"

LAC_BEGIN_DECLS

/**
 * lac_expression_error:
 * @offset: in bytes from the start of the text, where the caret goes
 * @message: (transfer none): what is wrong there, a static string
 */
struct lac_expression_error
{
  size_t offset;
  const char *message;
};

/**
 * lac_name_resolver:
 * @module: (borrowed): a region's name, its last part, or the last part up to its first dot or up to
 *   its .so
 * @module_length: its bytes
 * @symbol: (nullable): for `module!symbol`, the symbol; otherwise NULL: the module's start
 * @symbol_length: its bytes
 * @out_address: (out): where it is
 * @user_data: as given
 *
 * Says where a name lies.
 *
 * Returns: %LAC_OK, %LAC_E_NOT_FOUND, or what kept it from looking
 */
typedef enum lac_status (*lac_name_resolver) (const char *module,
                                              size_t      module_length,
                                              const char *symbol,
                                              size_t      symbol_length,
                                              uint64_t   *out_address,
                                              void       *user_data);

/**
 * lac_expression_parse_address:
 * @text: (borrowed): the expression; blanks around it are allowed
 * @length: its bytes
 * @resolve: (nullable): says where names lie; NULL: numbers only
 * @user_data: for @resolve
 * @out_address: (out): the address; set only on %LAC_OK
 * @out_error: (out) (optional): where and why it does not parse
 *
 * Numbers go before names: `cafe` is 0xcafe. O(length²) at worst, for names full of operators.
 *
 * Errors: %LAC_E_SYNTAX, %LAC_E_OUT_OF_RANGE when it passes either end of the 64-bit space,
 *   %LAC_E_NOT_FOUND when a name is unknown, or what @resolve says.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status
lac_expression_parse_address (const char                  *text,
                              size_t                       length,
                              lac_name_resolver            resolve,
                              void                        *user_data,
                              uint64_t                    *out_address,
                              struct lac_expression_error *out_error);

/**
 * lac_expression_parse_size:
 * @text: (borrowed): bytes in decimal (0d may stand before it), hexadecimal after 0x, or with a
 *   suffix K M G T P (powers of 1024, with or without `iB`, in either case); with a suffix also a
 *   fraction, rounded down to a whole byte
 * @length: its bytes
 * @out_size: (out): in bytes; set only on %LAC_OK
 * @out_error: (out) (optional): where and why it does not parse
 *
 * Errors: %LAC_E_SYNTAX, %LAC_E_OUT_OF_RANGE.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status
lac_expression_parse_size (const char                  *text,
                           size_t                       length,
                           uint64_t                    *out_size,
                           struct lac_expression_error *out_error);

/**
 * lac_map_resolve_name:
 *
 * A #lac_name_resolver for the names in a map (the `user_data`, a struct lac_map). It knows no
 * symbols. `libc` finds `libc.so.6` when nothing is called `libc`.
 */
LAC_PUBLIC enum lac_status lac_map_resolve_name (const char *module,
                                                 size_t      module_length,
                                                 const char *symbol,
                                                 size_t      symbol_length,
                                                 uint64_t   *out_address,
                                                 void       *map);

LAC_END_DECLS
