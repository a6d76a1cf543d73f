/* Freeing in another process: what begins at an address, and whether that is an allocation.
 *
 * What is no allocation is somebody's code, stack or data. In one's own process that is known of what was
 * made here; in another there is what this program and others like it have written down, and what the map,
 * the locator and the threads say.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-deeds-remote-private.h"

#include "lacuna-error.h"
#include "lacuna-plan-private.h"
#include "lacuna-records-private.h"

#include "os/stacks.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* Whether a buffer of the process's locator has a byte of @range; @when_shielded where there is a locator that
 * may not be looked at. */
static gboolean
is_of_locator (LacunaElsewhere  *deed,
               struct lac_range  range,
               gboolean          when_shielded)
{
  struct lac_remote_locator *locator;
  struct lac_locator_view view;
  gboolean overlaps = FALSE;
  enum lac_status status
      = lacuna_session_open_locator (deed->session, deed->before, &locator, NULL);

  if (status == LAC_E_OTHER_FILES)
    return when_shielded;
  /* Where nothing can be known of a locator, nothing of it is protected. */
  if (status != LAC_OK || lac_remote_locator_read (locator, deed->before, &view, NULL) != LAC_OK)
    return FALSE;
  for (gsize i = 0; i < view.n_tables; i++)
    for (gsize j = 0; j < view.tables[i].n_buffers; j++)
      {
        const struct lac_view_buffer *buffer = &view.tables[i].buffers[j];

        overlaps |= lac_range_overlaps (range,
                                        (struct lac_range){
                                            buffer->address,
                                            lac_add_saturating (buffer->address, buffer->size) });
      }
  lac_locator_view_clear (&view);
  return overlaps;
}

static gboolean
is_private_memory (const struct lac_map    *map,
                   const struct lac_region *region)
{
  return region->kind == LAC_KIND_ANONYMOUS && lac_map_backing (map, region)->inode == 0
         && (region->flags & (LAC_REGION_SHARED | LAC_REGION_GROWS_DOWN)) == 0;
}

/* Whether it is a thread's stack. Where a thread could not be asked, what lies right above memory without
 * access may be one, since that is how libraries make them. */
static gboolean
is_stack (LacunaElsewhere         *deed,
          const struct lac_region *region)
{
  int32_t thread;
  bool is_sure;

  lac_process_find_stack (deed->process, lac_region_range (region), &thread, &is_sure);
  if (thread != 0 || is_sure)
    return thread != 0;
  if (region->start == 0)
    return FALSE;
  {
    size_t n_regions, index = lac_map_search (deed->before, region->start - 1);
    const struct lac_region *below = &lac_map_regions (deed->before, &n_regions)[index];

    return below->end == region->start && below->kind == LAC_KIND_GUARD;
  }
}

/* Whether all of @range is private memory of no file, neither heap nor stack nor a buffer. */
static gboolean
is_all_private (LacunaElsewhere  *deed,
                struct lac_range  range)
{
  size_t n_regions, index = lac_map_search (deed->before, range.start);
  const struct lac_region *regions = lac_map_regions (deed->before, &n_regions);
  guint64 place = range.start;

  for (; index < n_regions && place < range.end; index++)
    {
      /* What we made without any access is a guard to the eye. */
      if (regions[index].start > place
          || (regions[index].kind != LAC_KIND_GUARD
              && !is_private_memory (deed->before, &regions[index])))
        return FALSE;
      place = regions[index].end;
    }
  /* It is written down that it was allocated. */
  return place >= range.end && !is_of_locator (deed, range, FALSE);
}

/* What begins at the address by what the map shows: the whole region. Whether it is an allocation goes to
 * @out_is_one. */
static gboolean
find_region (LacunaElsewhere *deed,
             gboolean        *out_is_one)
{
  LacunaOperation *operation = deed->operation;
  const guint64 address = deed->request->address;
  size_t n_regions, index = lac_map_search (deed->before, address);
  const struct lac_region *region = &lac_map_regions (deed->before, &n_regions)[index];

  if (index == n_regions || region->start > address)
    {
      lacuna_error_set_message (&operation->error,
                                LAC_E_NOT_FOUND,
                                _ ("Nothing is mapped at 0x%" PRIx64 "."),
                                address);
      return FALSE;
    }
  if (region->kind == LAC_KIND_VSYSCALL)
    {
      lacuna_error_set_message (&operation->error,
                                LAC_E_INVALID,
                                _ ("The page at 0x%" PRIx64 " is the kernel's, outside of user space; "
                                   "no process can free it."),
                                address);
      return FALSE;
    }
  operation->range = lac_region_range (region);
  operation->address = region->start;
  operation->protection = region->protection;
  *out_is_one = region->start == address && is_private_memory (deed->before, region)
                && !is_stack (deed, region) && !is_of_locator (deed, operation->range, TRUE);
  return TRUE;
}

/* What is to be freed: what this program has allocated, what another run of it has, or a region. @out_is_recorded:
 * it is written down. */
static gboolean
find_allocation (LacunaElsewhere *deed,
                 LacunaBlock    **out_block,
                 gboolean        *out_is_recorded)
{
  LacunaOperation *operation = deed->operation;
  const LacunaRequest *request = deed->request;
  g_autoptr (LacunaBlock) block = lacuna_session_find_block (deed->session, request->address);
  struct lac_range recorded;
  gboolean is_one = TRUE;

  *out_is_recorded = TRUE;
  if (request->serial != 0 && (block == NULL || block->serial != request->serial))
    {
      lacuna_error_set_message (&operation->error,
                                LAC_E_NOT_OURS,
                                _ ("That allocation was freed before."));
      return FALSE;
    }
  if (block != NULL && is_all_private (deed, lacuna_block_range (block)))
    {
      operation->range = lacuna_block_range (block);
      operation->serial = block->serial;
      operation->protection = lacuna_block_protection (block);
      *out_block = g_steal_pointer (&block);
      return TRUE;
    }
  if (lacuna_record_find (lacuna_session_get_pid (deed->session),
                          lacuna_session_get_start_time (deed->session),
                          lacuna_record_program (deed->process, deed->before),
                          request->address,
                          &recorded)
      && is_all_private (deed, recorded))
    {
      size_t n_regions, index = lac_map_search (deed->before, recorded.start);

      operation->range = recorded;
      operation->protection = lac_map_regions (deed->before, &n_regions)[index].protection;
      return TRUE;
    }

  *out_is_recorded = FALSE;
  if (!find_region (deed, &is_one))
    return FALSE;
  if (!is_one && !request->force)
    {
      lacuna_error_set (&operation->error, LAC_E_NOT_OURS, "0x%" PRIx64, request->address);
      return FALSE;
    }
  operation->forced = !is_one;
  return TRUE;
}

/* Whether it is certain after a failure that nothing was freed. */
static gboolean
is_untouched (LacunaElsewhere *deed,
              enum lac_status  status)
{
  switch (status)
    {
    case LAC_E_UNVERIFIED:
    case LAC_E_EXITED:
      return FALSE;
    case LAC_E_SYSTEM:
      return deed->failure.system_error != ECHILD;
    default:
      return TRUE;
    }
}

/* Frees it, and notes that. This is written down before: right after it another Lacuna may make something there,
 * and write that down, and then what was freed here must not be taken for that. */
static enum lac_status
free_and_record (LacunaElsewhere   *deed,
                 struct lac_remote *remote,
                 gboolean           is_recorded)
{
  LacunaOperation *operation = deed->operation;
  const gint32 pid = lacuna_session_get_pid (deed->session);
  const guint64 start_time = lacuna_session_get_start_time (deed->session);
  const guint64 program = lacuna_record_program (deed->process, deed->before);
  enum lac_status status;

  lacuna_record_remove (pid, start_time, program, operation->range);
  status = lac_remote_free (remote, operation->range.start, lac_range_size (operation->range),
                            &deed->failure);
  operation->stopped_for = lac_remote_stopped_for (remote);
  if (status != LAC_OK && is_recorded && is_untouched (deed, status))
    lacuna_record_add (pid, start_time, program, operation->range);
  return status;
}

void
lacuna_elsewhere_free (LacunaElsewhere *deed)
{
  LacunaOperation *operation = deed->operation;
  g_autoptr (LacunaBlock) block = NULL;
  struct lac_remote *remote;
  gboolean is_recorded;
  enum lac_status status;

  operation->address = deed->request->address;
  if (!find_allocation (deed, &block, &is_recorded))
    return;
  if (deed->request->dry_run)
    {
      operation->plan = lacuna_elsewhere_plan (deed, operation->range, operation->protection);
      if (operation->plan != NULL)
        lacuna_plan_add_munmap (operation->plan, operation->range);
      return;
    }

  status = lacuna_elsewhere_open_remote (deed, &remote);
  if (status == LAC_OK)
    status = free_and_record (deed, remote, is_recorded);
  lacuna_elsewhere_fail (deed, status);
  if (status != LAC_OK)
    return;
  if (block != NULL)
    lacuna_session_remove_block (deed->session, block);
  deed->changes_map = TRUE;
}
