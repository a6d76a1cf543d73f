/* The parts of the arena that are not on the way of every allocation: reserving, committing,
 * strings and hexadecimal.
 *
 * Committing is a system call, so it goes in steps that grow with what is used: a large arena is
 * asked for in a number of steps that is the logarithm of its size, and a small one in one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "arena.h"

#include "bytes.h"
#include "os/os.h"
#include "utf8-private.h"

#include <string.h>

/* What is committed at least; an arena no larger than this is committed whole when it is made. */
#define FIRST_STEP ((size_t) 0x10000)

static enum lac_status
reserve (uint64_t                    size,
         unsigned                    protection,
         const struct lac_gap_query *query,
         uint64_t                   *out_address)
{
  struct lac_gap_query sized;
  struct lac_range range;
  enum lac_status status;

  if (query == NULL)
    return lac_os_allocate_anywhere (size, protection, out_address, NULL);
  sized = *query;
  sized.size = size;
  status = lac_placement_take (&sized, protection, &range, NULL);
  if (status == LAC_OK)
    *out_address = range.start;
  return status;
}

enum lac_status
lac_arena_create (size_t                      size,
                  unsigned                    protection,
                  const struct lac_gap_query *query,
                  struct lac_arena           *out_arena)
{
  const struct lac_os_space *space = lac_os_get_space ();
  uint64_t rounded = size != 0 ? size : space->granularity;
  bool whole;
  uint64_t address;
  enum lac_status status;

  if (protection == 0)
    protection = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE;
  if ((protection & LAC_PROTECTION_WRITE) == 0
      || (protection
          & ~(LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE)) != 0)
    return LAC_E_INVALID;
  if (rounded > space->user.end)
    return LAC_E_NO_MEMORY;
  rounded = (rounded + space->granularity - 1) & ~(space->granularity - 1);

  whole = rounded <= FIRST_STEP;
  status = reserve (rounded, whole ? protection : LAC_PROTECTION_NONE, query, &address);
  if (status != LAC_OK)
    return status;
  out_arena->base = (uint8_t *) (uintptr_t) address;
  out_arena->size = (size_t) rounded;
  out_arena->position = 0;
  out_arena->committed = whole ? (size_t) rounded : 0;
  out_arena->protection = protection;
  return LAC_OK;
}

static enum lac_status
commit_up_to (struct lac_arena *arena,
              size_t            end)
{
  enum lac_status status = lac_os_protect ((uintptr_t) arena->base + arena->committed,
                                           end - arena->committed,
                                           arena->protection,
                                           NULL);

  if (status == LAC_OK)
    arena->committed = end;
  return status;
}

enum lac_status
lac_arena_commit (struct lac_arena *arena,
                  size_t            skip,
                  size_t            size)
{
  size_t page = (size_t) lac_os_get_space ()->page_size;
  size_t step = arena->committed > FIRST_STEP / 2 ? arena->committed : FIRST_STEP / 2;
  size_t left = arena->size - arena->position;
  size_t end;
  enum lac_status status = LAC_E_NO_MEMORY;

  if (skip > left || size > left - skip)
    return LAC_E_FULL;
  /* The arena's size is a multiple of the page, so this stays inside it. */
  end = (arena->position + skip + size + page - 1) & ~(page - 1);
  /* Twice as much as before, but no more than there is; and where the system has less than that,
   * what is needed now. */
  step = step > arena->size / 2 ? arena->size : step * 2;
  if (step > end)
    status = commit_up_to (arena, step);
  if (status == LAC_E_NO_MEMORY)
    status = commit_up_to (arena, end);
  return status;
}

enum lac_status
lac_arena_allocate_bytes (struct lac_arena *arena,
                          const void       *bytes,
                          size_t            size,
                          size_t            alignment,
                          void            **out_address)
{
  void *address;
  enum lac_status status = lac_arena_allocate (arena, size, alignment, &address);

  if (status != LAC_OK)
    return status;
  if (size > 0)
    memcpy (address, bytes, size);
  *out_address = address;
  return LAC_OK;
}

/* How many characters of @width bytes @character takes. */
static size_t
count_units (uint32_t character,
             size_t   n_bytes,
             unsigned width)
{
  if (width == 1)
    return n_bytes;
  return width == 2 && character >= 0x10000 ? 2 : 1;
}

static uint8_t *
write_unit (uint8_t *to,
            uint32_t unit,
            unsigned width)
{
  uint16_t half = (uint16_t) unit;

  memcpy (to, width == 2 ? (const void *) &half : (const void *) &unit, width);
  return to + width;
}

enum lac_status
lac_arena_allocate_string (struct lac_arena *arena,
                           const char       *text,
                           unsigned          character_width,
                           void            **out_address,
                           size_t           *out_size)
{
  size_t length = 0;
  size_t n_units = 1;
  uint32_t character;
  enum lac_status status;
  void *address;
  uint8_t *to;

  if (character_width != 1 && character_width != 2 && character_width != 4)
    return LAC_E_INVALID;
  while (text[length] != '\0')
    {
      size_t n_bytes = lac_utf8_decode (text + length, &character);

      if (n_bytes == 0)
        return LAC_E_SYNTAX;
      n_units += count_units (character, n_bytes, character_width);
      length += n_bytes;
    }
  /* What is wider than memory does not fit into any arena. */
  if (n_units > SIZE_MAX / character_width)
    return LAC_E_FULL;
  status = lac_arena_allocate (arena, n_units * character_width, character_width, &address);
  if (status != LAC_OK)
    return status;

  to = address;
  if (character_width == 1)
    memcpy (to, text, length + 1);
  else
    {
      for (size_t at = 0; at < length;)
        {
          at += lac_utf8_decode (text + at, &character);
          if (character_width == 2 && character >= 0x10000)
            {
              to = write_unit (to, 0xd800 + ((character - 0x10000) >> 10), 2);
              character = 0xdc00 + ((character - 0x10000) & 0x3ff);
            }
          to = write_unit (to, character, character_width);
        }
      write_unit (to, 0, character_width);
    }
  *out_address = address;
  if (out_size != NULL)
    *out_size = n_units * character_width;
  return LAC_OK;
}

enum lac_status
lac_arena_allocate_hex (struct lac_arena *arena,
                        const char       *text,
                        size_t            alignment,
                        void            **out_address,
                        size_t           *out_size,
                        size_t           *out_column)
{
  size_t length = strlen (text);
  size_t n_bytes;
  void *address;
  enum lac_status status = lac_bytes_parse (text, length, NULL, 0, &n_bytes, out_column);

  if (status == LAC_OK)
    status = lac_arena_allocate (arena, n_bytes, alignment, &address);
  if (status == LAC_OK)
    status = lac_bytes_parse (text, length, address, n_bytes, &n_bytes, NULL);
  if (status != LAC_OK)
    return status;
  *out_address = address;
  if (out_size != NULL)
    *out_size = n_bytes;
  return LAC_OK;
}

void
lac_arena_reset (struct lac_arena *arena)
{
  arena->position = 0;
}

enum lac_status
lac_arena_free (struct lac_arena *arena)
{
  enum lac_status status = LAC_OK;

  if (arena->base != NULL)
    status = lac_os_free ((uintptr_t) arena->base, arena->size, NULL);
  if (status == LAC_OK)
    *arena = (struct lac_arena){ NULL };
  return status;
}
