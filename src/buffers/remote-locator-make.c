/* A locator for a process that has none, made in it. See remote-private.h.
 *
 * The process may get one of its own meanwhile, so each attempt begins with a look, and ends with
 * one: what is used is what the process itself would find.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"

#include "core/gap.h"
#include "core/translatable.h"
#include "os/thread.h"
#include "remote-placement.h"

#include <string.h>

#define MAKING N_ ("make a locator in the process")

/* How often others may be faster, and how long is waited then: together longer than a file may be
 * in the making. */
#define ATTEMPTS 200
#define PAUSE_MICROSECONDS 2000

/* What is left to a stack beyond its limit, which may be raised later. The system leaves at least twice as
 * much between a stack and what it maps (arch/x86/mm/mmap.c, mmap_base). */
#define STACK_HEADROOM (UINT64_C (64) << 20)

/* How far down the page has to stay away from a stack that grows as far as it may: the limit counts from its
 * end, and what is mapped within the guard gap of a stack stops it as well (mm/mmap.c, acct_stack_growth). */
static uint64_t
stack_reserve (const struct lac_space *space)
{
  return lac_add_saturating (space->stack_limit,
                             lac_add_saturating (space->stack_guard, STACK_HEADROOM));
}

/* A page below the stack, out of the way of what is near code. It must be known before, because the file
 * begins with it. Where the stack may take everything, it is the lowest one that it may not. */
static enum lac_status
choose_address (struct lac_process         *process,
                uint64_t                   *out_address,
                struct lac_process_failure *out_failure)
{
  struct lac_gap_query query;
  struct lac_gap gap;
  struct lac_map *map;
  const struct lac_region *regions;
  size_t n_regions;
  enum lac_status status = lac_process_read_map (process, LAC_READ_NO_FILES, NULL, &map, out_failure);

  if (status != LAC_OK)
    return status;
  lac_gap_query_init (&query, map);
  query.size = LAC_TABLE_SIZE;
  query.order = LAC_ORDER_HIGHEST;
  regions = lac_map_regions (map, &n_regions);
  for (size_t i = 0; i < n_regions; i++)
    if (regions[i].kind == LAC_KIND_STACK && regions[i].start > query.max / 2 && regions[i].start < query.max)
      query.max = lac_subtract_saturating (regions[i].start, stack_reserve (lac_map_space (map)));
  if (query.max <= query.min)
    {
      lac_gap_query_init (&query, map);
      query.size = LAC_TABLE_SIZE;
      query.order = LAC_ORDER_LOWEST;
    }
  status = lac_gap_first (map, &query, &gap);
  lac_map_unref (map);
  if (status != LAC_OK)
    return lac_remote_fail (out_failure, status, MAKING);
  *out_address = gap.candidate;
  return LAC_OK;
}

/* One attempt in one place. */
static enum lac_status
make_in (struct lac_remote_locator  *locator,
         struct lac_remote          *remote,
         enum lac_remote_place       place,
         bool                        replace,
         struct lac_process_failure *out_failure)
{
  unsigned char header[LAC_TABLE_SIZE] = { 0 };
  uint64_t address = 0;
  enum lac_status status = choose_address (locator->process, &address, out_failure);

  if (status != LAC_OK)
    return status;
  memcpy (header + locator->layout.this_address, &address, locator->layout.pointer_size);
  status = lac_remote_file_make (remote, place, address, header, sizeof header, replace, out_failure);
  if (status != LAC_OK)
    return status;
  /* It is not taken back whatever comes now: somebody in the process may use it already. */
  status = lac_remote_locator_search (locator, out_failure);
  if (status == LAC_OK && locator->file == NULL)
    status = lac_remote_fail (out_failure, LAC_E_UNVERIFIED, MAKING);
  return status;
}

/* Whether there is a file in @place that had better be waited for, since it is in the making, or was
 * made since it was looked for; else, whether there is a stale one to replace. */
static bool
is_in_the_making (struct lac_remote_locator *locator,
                  enum lac_remote_place      place,
                  bool                      *out_stale)
{
  const struct lac_table_layout *layout = &locator->layout;
  struct lac_remote_file_facts about;
  struct lac_remote_file *file;
  uint64_t address = 0;
  bool needed;

  *out_stale = false;
  if (lac_remote_file_open (locator->process, place, LAC_TABLE_SIZE, &file, &about, NULL) != LAC_OK)
    return false;
  if (about.bytes != NULL)
    address = lac_remote_pointer (layout, about.bytes, layout->this_address);
  needed = address != 0 ? lac_remote_file_believe (file, address) : about.young;
  *out_stale = !needed;
  lac_remote_file_close (file);
  return needed;
}

enum lac_status
lac_remote_locator_make (struct lac_remote_locator  *locator,
                         struct lac_remote          *remote,
                         struct lac_process_failure *out_failure)
{
  enum lac_remote_place place = LAC_REMOTE_PLACE_COMMON;
  struct lac_process_failure failure = { .what = "" }, first = { .what = "" };
  enum lac_status status = LAC_E_CHANGED;

  for (unsigned i = 0; i < ATTEMPTS; i++)
    {
      bool stale;

      if (is_in_the_making (locator, place, &stale))
        status = LAC_E_CHANGED;
      else
        status = make_in (locator, remote, place, stale, &failure);
      if (status == LAC_OK)
        return LAC_OK;
      /* Others may have made one; and so may a run whose answer was lost. */
      if (lac_remote_locator_search (locator, NULL) == LAC_OK && locator->file != NULL)
        return LAC_OK;
      /* What the place itself can't give, the next one may. That the first one can't is what there is to
       * mend. */
      if (status == LAC_E_BUSY || status == LAC_E_SYSTEM)
        {
          if (place == LAC_REMOTE_PLACE_COMMON)
            first = failure;
          if (++place < LAC_N_REMOTE_PLACES)
            continue;
          failure = first;
          status = first.status;
        }
      if (status != LAC_E_CHANGED && status != LAC_E_OCCUPIED)
        {
          if (out_failure != NULL)
            *out_failure = failure;
          return status;
        }
      lac_thread_pause (PAUSE_MICROSECONDS);
    }
  return lac_remote_fail (out_failure, LAC_E_BUSY, MAKING);
}
