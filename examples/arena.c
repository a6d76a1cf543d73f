/* An arena: pieces that belong together, one behind the other, freed at once.
 *
 * SPDX-License-Identifier: MIT
 */
#include <lacuna.h>
#include <stdio.h>

int
main (void)
{
  struct lac_arena arena;
  void *numbers, *name, *pattern;
  size_t name_size = 0, pattern_size = 0, column = 0;
  /* A megabyte of addresses; memory is used as the arena grows. */
  enum lac_status status = lac_arena_create (1024 * 1024, 0, NULL, &arena);

  if (status != LAC_OK)
    {
      fprintf (stderr, "%s\n", lac_status_sentence (status));
      return 1;
    }
  status = lac_arena_allocate (&arena, 100 * sizeof (double), sizeof (double), &numbers);
  if (status == LAC_OK)
    status = lac_arena_allocate_string (&arena, "Größe", 2, &name, &name_size);
  if (status == LAC_OK)
    status = lac_arena_allocate_hex (&arena, "48 8b 05 0x90", 1, &pattern, &pattern_size, NULL);
  if (status == LAC_OK)
    printf ("UTF-16: %zu bytes, pattern: %zu bytes, used: %zu of %zu\n", name_size, pattern_size,
            arena.position, arena.size);
  else
    fprintf (stderr, "%s\n", lac_status_sentence (status));

  if (lac_arena_allocate_hex (&arena, "48 8b ??", 1, &pattern, NULL, &column) == LAC_E_SYNTAX)
    printf ("“48 8b ??” is not understood from character %zu on.\n", column);
  lac_arena_free (&arena);
  return status == LAC_OK ? 0 : 1;
}
