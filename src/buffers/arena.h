/* The arena: many small pieces, one after another, freed all at once.
 *
 * What belongs together and dies together (the strings and tables of one patch) is allocated from
 * one contiguous region. The region is reserved at once and committed as it grows, so that a large
 * arena costs what is used of it. Pieces are not freed one by one.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "placement.h"

LAC_BEGIN_DECLS

/**
 * lac_arena:
 * @base: the first byte
 * @size: bytes reserved
 * @position: bytes used, the next piece begins at or above @base + @position
 * @committed: bytes that may be touched; private
 * @protection: enum lac_protection values of what is committed
 *
 * All may be read; only the functions here change them. An arena belongs to one thread at a time.
 */
struct lac_arena
{
  uint8_t *base;
  size_t size;
  size_t position;
  size_t committed;
  unsigned protection;
};

/**
 * lac_arena_create:
 * @size: bytes, rounded up to the granularity; 0 for one granule
 * @protection: enum lac_protection values; 0 for reading and writing. Without %LAC_PROTECTION_WRITE
 *   what is allocated can't be filled, so such an arena is refused
 * @query: (borrowed) (nullable): where it may lie; its size is ignored. NULL for anywhere
 * @out_arena: (out): the arena; release it with lac_arena_free()
 *
 * Reserved memory counts for nothing with the system before it is committed, so that an arena may
 * be made as large as it can ever have to be. 64 KiB and less are committed at once.
 *
 * Errors: %LAC_E_NO_GAP, %LAC_E_OCCUPIED, %LAC_E_INVALID, %LAC_E_NO_MEMORY, %LAC_E_SYSTEM.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_arena_create (size_t                      size,
                                             unsigned                    protection,
                                             const struct lac_gap_query *query,
                                             struct lac_arena           *out_arena);

/** lac_arena_commit: makes @size bytes usable after the next @skip; private, for
 * lac_arena_allocate(). */
LAC_PUBLIC enum lac_status lac_arena_commit (struct lac_arena *arena,
                                             size_t            skip,
                                             size_t            size);

/**
 * lac_arena_allocate:
 * @arena: an arena
 * @size: bytes; 0 gives an address that nothing may be written to, and uses what aligns it
 * @alignment: a power of two that the address is a multiple of; 0 for 1
 * @out_address: (out): the piece; zeroed when the arena was not reset since it was created
 *
 * Inline, because it is little more than an addition; the system is asked only when the arena grows
 * past what is committed.
 *
 * Errors: %LAC_E_FULL, %LAC_E_INVALID for an alignment that is no power of two, %LAC_E_NO_MEMORY;
 *   the arena is unchanged then.
 */
static inline enum lac_status
lac_arena_allocate (struct lac_arena *arena,
                    size_t            size,
                    size_t            alignment,
                    void            **out_address)
{
  uintptr_t mask = alignment != 0 ? alignment - 1 : 0;
  uintptr_t next = (uintptr_t) arena->base + arena->position;
  size_t skip = (size_t) (-next & mask);
  size_t usable = arena->committed - arena->position;

  if ((alignment & mask) != 0)
    return LAC_E_INVALID;
  /* Asked without adding, since a sum could wrap. */
  if (skip > usable || size > usable - skip)
    {
      enum lac_status status = lac_arena_commit (arena, skip, size);

      if (status != LAC_OK)
        return status;
    }
  *out_address = arena->base + arena->position + skip;
  arena->position += skip + size;
  return LAC_OK;
}

/**
 * lac_arena_allocate_bytes:
 * @arena: an arena
 * @bytes: (borrowed): what to copy
 * @size: how many bytes
 * @alignment: as for lac_arena_allocate()
 * @out_address: (out): the copy
 *
 * Errors: as lac_arena_allocate().
 */
LAC_PUBLIC enum lac_status lac_arena_allocate_bytes (struct lac_arena *arena,
                                                     const void       *bytes,
                                                     size_t            size,
                                                     size_t            alignment,
                                                     void            **out_address);

/**
 * lac_arena_allocate_string:
 * @arena: an arena
 * @text: (borrowed): UTF-8, terminated
 * @character_width: 1 for UTF-8, 2 for UTF-16, 4 for UTF-32, in the processor's byte order
 * @out_address: (out): the string, terminated by one such character, aligned to it
 * @out_size: (out) (optional): its bytes, with the terminator
 *
 * Errors: %LAC_E_SYNTAX when @text is not UTF-8 (surrogates, overlong forms and what is above
 *   U+10FFFF are not), %LAC_E_INVALID for another width, and as lac_arena_allocate().
 */
LAC_PUBLIC enum lac_status lac_arena_allocate_string (struct lac_arena *arena,
                                                      const char       *text,
                                                      unsigned          character_width,
                                                      void            **out_address,
                                                      size_t           *out_size);

/**
 * lac_arena_allocate_hex:
 * @arena: an arena
 * @text: (borrowed): bytes as lac_bytes_parse() reads them, terminated
 * @alignment: as for lac_arena_allocate()
 * @out_address: (out): the bytes
 * @out_size: (out) (optional): how many
 * @out_column: (out) (optional): on %LAC_E_SYNTAX, which character, from 1
 *
 * Errors: %LAC_E_SYNTAX, and as lac_arena_allocate().
 */
LAC_PUBLIC enum lac_status lac_arena_allocate_hex (struct lac_arena *arena,
                                                   const char       *text,
                                                   size_t            alignment,
                                                   void            **out_address,
                                                   size_t           *out_size,
                                                   size_t           *out_column);

/** lac_arena_reset: takes all pieces back; what was committed stays so, with what is in it. */
LAC_PUBLIC void lac_arena_reset (struct lac_arena *arena);

/** lac_arena_free: gives the whole region back; @arena is zeroed. Harmless when it is zeroed. */
LAC_PUBLIC enum lac_status lac_arena_free (struct lac_arena *arena);

LAC_END_DECLS
