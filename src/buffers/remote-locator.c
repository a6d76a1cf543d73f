/* Another process's locator: finding it, and what there is to know of it. See remote-locator.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-locator.h"

#include "core/translatable.h"
#include "os/thread.h"
#include "remote-private.h"

#include <stdlib.h>
#include <string.h>

/* How often a lock is tried before its holder is given the processor. */
#define SPINS 200

enum lac_status
lac_remote_fail (struct lac_process_failure *out_failure,
                 enum lac_status             status,
                 const char                 *what)
{
  if (out_failure != NULL && status != LAC_OK)
    *out_failure = (struct lac_process_failure){ .status = status, .what = what };
  return status;
}

enum lac_status
lac_remote_wait_on (struct lac_remote_wait     *wait,
                    struct lac_process         *process,
                    const char                 *what,
                    struct lac_process_failure *out_failure)
{
  if (wait->cancel != NULL && atomic_load_explicit (wait->cancel, memory_order_relaxed))
    return lac_remote_fail (out_failure, LAC_E_CANCELLED, what);
  if (++wait->n_rounds < SPINS)
    return LAC_OK;
  if (wait->start == 0)
    wait->start = lac_clock_milliseconds () + 1;
  else if (lac_clock_milliseconds () + 1 - wait->start > wait->patience)
    return lac_remote_fail (out_failure, LAC_E_BUSY, what);
  /* Nobody would ever let it go. */
  if (lac_process_has_exited (process))
    return lac_remote_fail (out_failure, LAC_E_EXITED, what);
  lac_thread_pause (wait->n_rounds < 2 * SPINS ? 0 : 200);
  return LAC_OK;
}

enum lac_status
lac_remote_locator_decline (struct lac_remote_locator  *locator,
                            const char                 *why_not,
                            struct lac_process_failure *out_failure)
{
  locator->facts.why_not = why_not;
  return lac_remote_fail (out_failure, LAC_E_NOT_SUPPORTED, why_not);
}

/* Finding */

static void
forget (struct lac_remote_locator *locator)
{
  lac_remote_file_close (locator->file);
  locator->file = NULL;
  locator->bytes = NULL;
  locator->n_holdings = 0;
  memset (locator->trusted, 0, sizeof locator->trusted);
  locator->facts = (struct lac_remote_locator_facts){ .path = "", .writable = true };
}

static bool
is_version_known (const struct lac_table_layout *layout,
                  const unsigned char           *bytes)
{
  return (bytes[layout->flags] & LAC_TABLE_VERSION_MASK) == LAC_TABLE_VERSION;
}

/* Uses a file that was believed. */
static void
adopt (struct lac_remote_locator          *locator,
       struct lac_remote_file             *file,
       const struct lac_remote_file_facts *about,
       uint64_t                            address,
       bool                                own_place)
{
  struct lac_remote_locator_facts *facts = &locator->facts;

  forget (locator);
  locator->file = file;
  locator->bytes = about->bytes;
  facts->address = address;
  facts->own_place = own_place;
  facts->layout = lac_table_recognise (locator->pointer_bits, locator->bytes);
  locator->layout = lac_table_layout_of (locator->pointer_bits, facts->layout);
  memcpy (facts->path, about->path, sizeof facts->path);
  if (!is_version_known (&locator->layout, locator->bytes))
    facts->why_not = N_ ("the locator has a newer format");
  else if (facts->layout == LAC_LOCATOR_LAYOUT_MANAGED)
    facts->why_not = N_ ("the locator is that of Reloaded's library for .NET, which has another order of "
                         "fields");
  else if (!about->writable)
    facts->why_not = N_ ("the locator's file may not be written from here");
  facts->writable = facts->why_not == NULL;
}

enum lac_status
lac_remote_locator_search (struct lac_remote_locator  *locator,
                           struct lac_process_failure *out_failure)
{
  struct lac_table_layout layout
      = lac_table_layout_of (locator->pointer_bits, LAC_LOCATOR_LAYOUT_STANDARD);
  struct lac_remote_file_facts stale = { .path = "" };
  struct lac_process_failure shielded = { .what = "" };
  bool is_mapped = false;
  struct lac_region region;
  enum lac_status status;

  forget (locator);
  locator->layout = layout;
  /* Says why, when the process has no memory, or none that may be looked at. */
  status = lac_process_query (locator->process, 0, true, &region, NULL, 0, out_failure);
  if (status != LAC_OK && status != LAC_E_NOT_FOUND)
    return status;
  for (enum lac_remote_place place = 0; place < LAC_N_REMOTE_PLACES; place++)
    {
      struct lac_process_failure failure = { .what = "" };
      struct lac_remote_file_facts about;
      struct lac_remote_file *file;
      uint64_t address;

      status = lac_remote_file_open (locator->process, place, LAC_TABLE_SIZE, &file, &about, &failure);
      if (status == LAC_E_NO_MEMORY || status == LAC_E_EXITED)
        {
          if (out_failure != NULL)
            *out_failure = failure;
          return status;
        }
      if (status == LAC_E_OTHER_FILES)
        shielded = failure;
      /* A place that can't be looked at is one that the process can't use either, or not ours to
       * see. */
      if (status != LAC_OK)
        continue;
      address = about.bytes != NULL ? lac_remote_pointer (&layout, about.bytes, layout.this_address) : 0;
      /* One of a format that is not known is shown only when there is no other. */
      if (!lac_remote_file_believe (file, address))
        {
          if (stale.path[0] == '\0' && !(address == 0 && about.young))
            {
              stale = about;
              is_mapped = lac_remote_file_is_mapped (file, address);
            }
        }
      else if (locator->file == NULL || is_version_known (&layout, about.bytes))
        {
          adopt (locator, file, &about, address, place != LAC_REMOTE_PLACE_COMMON);
          file = NULL;
        }
      lac_remote_file_close (file);
      if (locator->file != NULL && is_version_known (&layout, locator->bytes))
        break;
    }
  /* There is one, and nothing can be known of it. */
  if (locator->file == NULL && shielded.status != LAC_OK)
    {
      if (out_failure != NULL)
        *out_failure = shielded;
      return shielded.status;
    }
  if (locator->file == NULL && stale.path[0] != '\0')
    {
      locator->facts.stale = true;
      if (is_mapped)
        locator->facts.why_not = N_ ("the process has mapped the file read-only, or as a private copy, so nothing is "
                                     "shared through it");
      memcpy (locator->facts.path, stale.path, sizeof locator->facts.path);
    }
  return LAC_OK;
}

enum lac_status
lac_remote_locator_check (struct lac_remote_locator  *locator,
                          struct lac_process_failure *out_failure)
{
  enum lac_status status;

  if (locator->file != NULL && lac_remote_file_is_there (locator->file))
    return LAC_OK;
  status = lac_remote_locator_search (locator, out_failure);
  if (status == LAC_OK && locator->file == NULL)
    status = lac_remote_fail (out_failure, LAC_E_NOT_FOUND, N_ ("look for the process's locator"));
  return status;
}

/* How wide the process's pointers are. */
static enum lac_status
find_pointer_bits (struct lac_process         *process,
                   const struct lac_map       *map,
                   unsigned                   *out_bits,
                   struct lac_process_failure *out_failure)
{
  struct lac_process_facts facts;
  struct lac_map *own = NULL;
  enum lac_status status = LAC_OK;

  if (map == NULL)
    {
      status = lac_process_get_facts (process, &facts, out_failure);
      if (status != LAC_OK || facts.space.pointer_bits != 0)
        {
          *out_bits = facts.space.pointer_bits;
          return status;
        }
      status = lac_process_read_map (process, LAC_READ_NO_FILES, NULL, &own, out_failure);
      map = own;
    }
  if (status == LAC_OK)
    *out_bits = lac_map_space (map)->pointer_bits;
  lac_map_unref (own);
  return status;
}

enum lac_status
lac_remote_locator_open (struct lac_process         *process,
                         const struct lac_map       *map,
                         struct lac_remote_locator **out_locator,
                         struct lac_process_failure *out_failure)
{
  struct lac_remote_locator *locator = calloc (1, sizeof *locator);
  enum lac_status status;

  if (locator == NULL)
    return lac_remote_fail (out_failure, LAC_E_NO_MEMORY, N_ ("look for the process's locator"));
  locator->process = process;
  status = find_pointer_bits (process, map, &locator->pointer_bits, out_failure);
  if (status == LAC_OK)
    status = lac_remote_locator_search (locator, out_failure);
  if (status == LAC_OK)
    *out_locator = locator;
  else
    lac_remote_locator_close (locator);
  return status;
}

void
lac_remote_locator_close (struct lac_remote_locator *locator)
{
  if (locator == NULL)
    return;
  /* What was not put back would be lost to the process. */
  if (locator->bytes != NULL)
    for (size_t i = 0; i < locator->n_holdings; i++)
      if (locator->holdings[i].table == locator->facts.address)
        {
          unsigned item = lac_remote_item_offset (&locator->layout, locator->holdings[i].index);

          __atomic_store_n (lac_remote_word (locator->bytes, item + locator->layout.is_taken), 0,
                            __ATOMIC_RELEASE);
        }
  lac_remote_file_close (locator->file);
  free (locator->holdings);
  free (locator);
}

void
lac_remote_locator_get_facts (const struct lac_remote_locator *locator,
                              struct lac_remote_locator_facts *out_facts)
{
  *out_facts = locator->facts;
}

/* Reading */

struct reader
{
  struct lac_process *process;
  struct lac_process_failure *failure;
};

static enum lac_status
read_memory (uint64_t address,
             void    *bytes,
             size_t   size,
             void    *user_data)
{
  struct reader *reader = user_data;
  struct lac_memory_outcome outcome;
  enum lac_status status = lac_process_read_memory (reader->process, address, bytes, size, 0, NULL, NULL,
                                                    NULL, &outcome, reader->failure);

  if (status == LAC_OK && outcome.n_bytes != size)
    status = lac_remote_fail (reader->failure, LAC_E_NOT_FOUND, N_ ("read the locator's tables"));
  return status;
}

enum lac_status
lac_remote_locator_read (struct lac_remote_locator  *locator,
                         const struct lac_map       *map,
                         struct lac_locator_view    *out_view,
                         struct lac_process_failure *out_failure)
{
  struct lac_process_failure failure = { .what = "" };
  struct reader reader = { locator->process, &failure };
  enum lac_status status = lac_remote_locator_check (locator, out_failure);

  if (status != LAC_OK)
    return status;
  status = lac_locator_view_read (map, locator->facts.address, read_memory, &reader, out_view);
  if (status == LAC_OK)
    return LAC_OK;
  /* The map may be older than the locator. */
  if (failure.status == status && out_failure != NULL)
    *out_failure = failure;
  else
    lac_remote_fail (out_failure, status, N_ ("read the locator's tables"));
  return status;
}
