/* Reading the locator of another process.
 *
 * It is found through the process's own namespaces, and believed only when its map shows it
 * (buffers/remote-locator.h); here it becomes what the rows show, with what this program holds of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-locator-private.h"

#include "lacuna-records-private.h"
#include "lacuna-target-private.h"

static void
take_facts (LacunaLocatorReading                  *reading,
            const struct lac_remote_locator_facts *facts)
{
  if (facts->address != 0)
    reading->facts.place = facts->own_place ? LAC_LOCATOR_OWN : LAC_LOCATOR_SHARED;
  g_strlcpy (reading->facts.path, facts->path, sizeof reading->facts.path);
  reading->address = facts->address;
  reading->managed = facts->layout == LAC_LOCATOR_LAYOUT_MANAGED;
  if (facts->stale || (facts->address != 0 && !facts->writable))
    reading->why_not = facts->why_not;
  if (facts->stale)
    reading->findings |= LAC_FINDING_STALE;
}

/* Adds what this program holds. */
static void
take_held (LacunaLocatorReading *reading,
           LacunaSession        *session)
{
  for (guint i = 0; i < reading->tables->len; i++)
    {
      GArray *buffers = g_array_index (reading->tables, LacunaTableFacts, i).buffers;

      for (guint j = 0; j < buffers->len; j++)
        {
          LacunaBufferFacts *row = &g_array_index (buffers, LacunaBufferFacts, j);

          row->ours = row->taken && lacuna_session_has_taken (session, row->address);
        }
    }
}

LacunaLocatorReading *
lacuna_locator_read_elsewhere (LacunaSession  *session,
                               GError        **error)
{
  g_autoptr (LacunaLocatorReading) reading = lacuna_locator_reading_new ();
  struct lac_process_failure failure = { 0 };
  struct lac_process *process;
  struct lac_remote_locator *locator;
  struct lac_remote_locator_facts facts;
  struct lac_locator_view view;
  struct lac_map *map = NULL;
  enum lac_status status;

  lacuna_session_lock (session);
  status = lacuna_session_open_process (session, &process, &failure);
  if (status == LAC_OK)
    status = lac_process_read_map (process, LAC_READ_NO_FILES, NULL, &map, &failure);
  if (status == LAC_OK)
    {
      lacuna_session_note_program (session, lacuna_record_program (process, map));
      lacuna_session_prune_blocks (session, map);
      status = lacuna_session_open_locator (session, map, &locator, &failure);
    }
  if (status == LAC_OK)
    {
      lac_remote_locator_get_facts (locator, &facts);
      take_facts (reading, &facts);
      status = lac_remote_locator_read (locator, map, &view, &failure);
      if (status == LAC_OK)
        {
          lacuna_locator_reading_take (reading, &view);
          lac_locator_view_clear (&view);
        }
      else if (status == LAC_E_NOT_FOUND)
        status = LAC_OK;
    }
  lacuna_session_unlock (session);
  lac_map_unref (map);
  if (status == LAC_OK)
    {
      take_held (reading, session);
      return g_steal_pointer (&reading);
    }

  failure.status = status;
  lacuna_target_set_process_error (error, lacuna_session_get_pid (session), &failure);
  return NULL;
}
