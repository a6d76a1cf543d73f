/* What victims with a locator, and the tests that append from outside, write into buffers.
 *
 * Chunks tell by themselves who wrote them, and whether they are whole: so all that was appended
 * can be looked at by whoever likes.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdint.h>

/* Places among the report's numbers: how many chunks the victim has appended, how many of others
 * it saw when it looked last, and whether it shall let go of what it holds. */
enum
{
  LOCATOR_NUMBER_OWN,
  LOCATOR_NUMBER_OTHERS,
  LOCATOR_NUMBER_LET_GO,
};

/* The victim appends so many at most; it only looks from then on. */
#define LOCATOR_CHUNKS_MAX 20000
#define LOCATOR_CHUNK_AUTHORS 4
#define LOCATOR_CHUNK_MARK 0x4c414355u

/* The victim is author 1; a test is author 2. Numbers begin with 1. */
struct locator_chunk
{
  uint32_t mark;
  uint32_t author;
  uint32_t number;
  uint32_t check;
};

static inline struct locator_chunk
locator_chunk_make (uint32_t author,
                    uint32_t number)
{
  return (struct locator_chunk){ LOCATOR_CHUNK_MARK, author, number,
                                 ~(author * 2654435761u + number) };
}

static inline int
locator_chunk_is_whole (const struct locator_chunk *chunk)
{
  return chunk->mark == LOCATOR_CHUNK_MARK && chunk->author < LOCATOR_CHUNK_AUTHORS
         && chunk->check == ~(chunk->author * 2654435761u + chunk->number);
}
