/* Fuzzes the parser of bytes, and the arena's strings: any text gives bytes that fit what was counted,
 * or a fault whose column lies in the text or right behind it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/arena.h"
#include "buffers/bytes.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         length);

static void
check_bytes (const char *text,
             size_t      length)
{
  size_t n_bytes = SIZE_MAX;
  size_t n_written = SIZE_MAX;
  size_t column = SIZE_MAX;
  uint8_t *parsed;

  if (lac_bytes_parse (text, length, NULL, 0, &n_bytes, &column) != LAC_OK)
    {
      if (column < 1 || column > length + 1 || n_bytes != SIZE_MAX)
        abort ();
      return;
    }
  if (n_bytes > length / 2 || column != SIZE_MAX)
    abort ();
  /* Not a byte more than was counted. */
  parsed = malloc (n_bytes > 0 ? n_bytes : 1);
  if (parsed == NULL || lac_bytes_parse (text, length, parsed, n_bytes, &n_written, NULL) != LAC_OK
      || n_written != n_bytes)
    abort ();
  if (n_bytes > 0 && lac_bytes_parse (text, length, parsed, n_bytes - 1, &n_written, NULL) != LAC_E_FULL)
    abort ();
  free (parsed);
}

static void
check_string (struct lac_arena *arena,
              const char       *text,
              unsigned          width)
{
  struct lac_arena before = *arena;
  void *address;
  size_t size;
  enum lac_status status = lac_arena_allocate_string (arena, text, width, &address, &size);

  if (status == LAC_OK
          ? arena->position > arena->size || (uint8_t *) address + size != arena->base + arena->position
                || memcmp (arena->base + arena->position - width, "\0\0\0", width) != 0
          : arena->position != before.position)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  static struct lac_arena arena;
  char *text = malloc (length + 1);

  if (text == NULL || (arena.base == NULL && lac_arena_create (0x2000, 0, NULL, &arena) != LAC_OK))
    abort ();
  /* As they came, with nothing readable behind them. */
  check_bytes ((const char *) bytes, length);
  memcpy (text, bytes, length);
  text[length] = '\0';
  for (unsigned width = 1; width <= 4; width *= 2)
    {
      lac_arena_reset (&arena);
      check_string (&arena, text, width);
    }
  free (text);
  return 0;
}
