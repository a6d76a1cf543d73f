/* Allocating 16 bytes from an arena against the same pointer bump written out.
 *
 * The floor is what a program would write by hand for 16 bytes aligned to 16: round up, compare,
 * add. It compares with the end alone, where the arena also has to see whether it must commit. Both
 * fill 1 MiB in a row, write a word into every piece so that no compiler leaves any of it out, and
 * take turns; the pages have been touched before.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/arena.h"

#include "measure.h"

#include <stdio.h>
#include <stdlib.h>

#define SIZE ((size_t) 0x100000)
#define PIECE 16
#define N_PIECES (SIZE / PIECE)
#define N_ROUNDS 301

struct bump
{
  uint8_t *base;
  size_t size;
  size_t position;
};

static inline void *
bump_allocate (struct bump *bump,
               size_t       size,
               size_t       alignment)
{
  size_t start = (bump->position + alignment - 1) & ~(alignment - 1);

  if (size > bump->size - start)
    return NULL;
  bump->position = start + size;
  return bump->base + start;
}

static double __attribute__ ((noinline))
time_bump (struct bump *bump)
{
  double before = now ();

  bump->position = 0;
  for (size_t i = 0; i < N_PIECES; i++)
    {
      uint64_t *piece = bump_allocate (bump, PIECE, PIECE);

      if (piece == NULL)
        abort ();
      *(volatile uint64_t *) piece = i;
    }
  return (now () - before) * 1e9 / N_PIECES;
}

static double __attribute__ ((noinline))
time_arena (struct lac_arena *arena)
{
  double before = now ();

  lac_arena_reset (arena);
  for (size_t i = 0; i < N_PIECES; i++)
    {
      void *piece;

      if (lac_arena_allocate (arena, PIECE, PIECE, &piece) != LAC_OK)
        abort ();
      *(volatile uint64_t *) piece = i;
    }
  return (now () - before) * 1e9 / N_PIECES;
}

/* A fresh arena each time: committing and page faults are part of it. */
static double
time_fresh (void)
{
  struct lac_arena arena;
  double nanoseconds;

  if (lac_arena_create (SIZE, 0, NULL, &arena) != LAC_OK)
    abort ();
  nanoseconds = time_arena (&arena);
  lac_arena_free (&arena);
  return nanoseconds;
}

int
main (void)
{
  static double bumps[N_ROUNDS], arenas[N_ROUNDS], fresh[N_ROUNDS];
  struct lac_arena arena;
  struct lac_arena memory;
  struct bump bump;
  double bump_median, arena_median;

  if (lac_arena_create (SIZE, 0, NULL, &arena) != LAC_OK
      || lac_arena_create (SIZE, 0, NULL, &memory) != LAC_OK)
    abort ();
  time_arena (&memory);
  bump = (struct bump){ memory.base, memory.size, 0 };
  for (size_t i = 0; i < N_ROUNDS; i++)
    {
      bumps[i] = time_bump (&bump);
      arenas[i] = time_arena (&arena);
      fresh[i] = time_fresh ();
    }
  bump_median = median (bumps, N_ROUNDS);
  arena_median = median (arenas, N_ROUNDS);
  printf ("16 bytes, aligned to 16, of 1 MiB, medians of %d\n", N_ROUNDS);
  printf ("pointer bump inlined  %6.2f ns\n", bump_median);
  printf ("arena                 %6.2f ns  %5.2fx (at most 2x)\n",
          arena_median,
          arena_median / bump_median);
  printf ("fresh arena           %6.2f ns  with page faults\n", median (fresh, N_ROUNDS));
  lac_arena_free (&arena);
  lac_arena_free (&memory);
  return 0;
}
