/* The text of /proc/PID/maps and /proc/PID/smaps, read a piece at a time.
 *
 * The form is the kernel's (fs/proc/task_mmu.c, proc_pid_maps(5)):
 *
 *     7f80019dc7000-7f8019dcb000 r-xp 00026000 fe:00 332835      /usr/lib/libc.so.6 (deleted)
 *
 * The kernel writes a newline in a name as \012 and escapes nothing else, so a name that has those
 * four characters in it can't be told from one with a newline; the parser takes it for a newline.
 * Likewise a file whose name ends in " (deleted)" reads as a deleted one. Names are bytes.
 *
 * Pushing pieces (instead of having the whole text) keeps what is parsed in the cache, and makes
 * one read buffer do for any size of process.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "map.h"

LAC_BEGIN_DECLS

/**
 * lac_text_error:
 * @line: from 1; 0 when there was no error
 * @column: in bytes, from 1
 * @message: (transfer none): what was expected there, a static string
 */
struct lac_text_error
{
  uint64_t line;
  uint64_t column;
  const char *message;
};

/**
 * lac_maps_parser:
 *
 * The state between two pieces. Lives where the caller likes; holds no memory of its own.
 */
struct lac_maps_parser
{
  struct lac_map_builder *builder;
  uint64_t line;
  uint64_t blank_line;
  struct lac_text_error error;
  struct lac_region_detail detail;
  bool in_detail;
  bool grows_down;
  bool carriage_returns;
};

/**
 * lac_maps_parser_init:
 * @parser: (out): the parser
 * @builder: (borrowed): where regions go; must outlive the parser
 */
LAC_PUBLIC void lac_maps_parser_init (struct lac_maps_parser *parser,
                                      struct lac_map_builder *builder);

/**
 * lac_maps_parser_push:
 * @parser: a parser
 * @text: (borrowed): the next bytes; must begin where the last call's consumed bytes ended
 * @length: how many
 * @last: nothing comes after these; a last line without a newline is then taken as well
 * @out_consumed: (out): how many bytes were used: all whole lines. Also set on failure, to the start
 *   of the line at fault
 *
 * Parses all whole lines of @text. O(length).
 *
 * Errors: %LAC_E_MALFORMED with the place in `parser->error`, %LAC_E_NO_MEMORY.
 */
LAC_PUBLIC enum lac_status lac_maps_parser_push (struct lac_maps_parser *parser,
                                                 const char             *text,
                                                 size_t                  length,
                                                 bool                    last,
                                                 size_t                 *out_consumed);

/**
 * lac_map_parse:
 * @text: (borrowed): a whole maps or smaps text; may be empty, need not be terminated
 * @length: its bytes
 * @space: (borrowed): as for lac_map_builder_new()
 * @out_map: (out) (transfer full): the map
 * @out_error: (out) (optional): the place of a fault; set only on %LAC_E_MALFORMED
 *
 * Makes a map from a text in memory. O(length).
 *
 * Errors: %LAC_E_MALFORMED, %LAC_E_NO_MEMORY.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_map_parse (const char             *text,
                                          size_t                  length,
                                          const struct lac_space *space,
                                          struct lac_map        **out_map,
                                          struct lac_text_error  *out_error);

LAC_END_DECLS
