/* The deeds with shared buffers of another process.
 *
 * Most need no thread of the process: the first table lies in a file that is mapped here too, and bytes are
 * written from outside. So that is tried first, and works also where tracing is not permitted. Only what makes
 * memory, or a table that lies in the process's private memory, needs more.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-deeds-remote-private.h"

#include "lacuna-error.h"
#include "lacuna-file-bytes.h"
#include "lacuna-locator-private.h"
#include "lacuna-plan-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Milliseconds for which a lock of the process is waited for. */
#define PATIENCE 5000

/* How often it is tried when another Lacuna is at it. */
#define MOST_ATTEMPTS 100

/* What buffers/remote-buffers.c would say to taking such a buffer. */
#define UNSOUND                                                                                   \
  N_ ("what lies there is not private memory that can be read, written and run, or another buffer " \
      "claims some of it")

static void
note_buffer (LacunaOperation                *operation,
             const struct lac_remote_buffer *buffer)
{
  operation->range
      = (struct lac_range){ buffer->address, lac_add_saturating (buffer->address, buffer->size) };
  operation->address = buffer->address;
  operation->position = buffer->position;
  operation->protection
      = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
}

/* Notes what went wrong with buffers; a locator that can't be used says why. */
static void
fail (LacunaElsewhere           *deed,
      struct lac_remote_locator *locator,
      enum lac_status            status)
{
  struct lac_remote_locator_facts facts;

  if (status == LAC_E_NOT_SUPPORTED && locator != NULL)
    {
      lac_remote_locator_get_facts (locator, &facts);
      if (facts.why_not != NULL)
        {
          lacuna_error_set_message (&deed->operation->error,
                                    status,
                                    facts.writable
                                        /* Translators: a phrase that says why */
                                        ? _ ("That can’t be done with the process’s buffers: %s.")
                                        /* Translators: a phrase that says why */
                                        : _ ("The process’s buffers can be looked at, and not used: %s."),
                                    g_dgettext (GETTEXT_PACKAGE, facts.why_not));
          return;
        }
    }
  lacuna_elsewhere_fail (deed, status);
}

/* (transfer none): the process's locator; what goes wrong is noted. */
static struct lac_remote_locator *
open_locator (LacunaElsewhere *deed)
{
  struct lac_remote_locator *locator = NULL;
  enum lac_status status = lacuna_session_open_locator (deed->session, deed->before, &locator,
                                                        &deed->failure);

  lacuna_elsewhere_fail (deed, status);
  return status == LAC_OK ? locator : NULL;
}

/* Takes a buffer that is there, or makes one. Who may make one does not wait for one that is taken; who may
 * not has to. */
static enum lac_status
get_buffer (LacunaElsewhere            *deed,
            struct lac_remote_locator  *locator,
            const struct lac_gap_query *query,
            unsigned                    flags,
            struct lac_remote_buffer   *out_buffer)
{
  const unsigned patience = deed->request->patience != 0 ? deed->request->patience : PATIENCE;
  struct lac_remote *remote;
  enum lac_status existing = LAC_E_NO_GAP, status;

  if ((flags & LAC_BUFFER_NEW) == 0)
    existing = lac_remote_buffers_get (locator, NULL, query, LAC_BUFFER_EXISTING, 0, &deed->cancel,
                                       out_buffer, NULL, &deed->failure);
  if (existing != LAC_E_NO_GAP && existing != LAC_E_BUSY)
    return existing;

  status = lacuna_elsewhere_open_remote (deed, &remote);
  if (status == LAC_OK)
    {
      status = lac_remote_buffers_get (locator, remote, query, flags, patience, &deed->cancel,
                                       out_buffer, &deed->operation->report, &deed->failure);
      deed->changes_map = status == LAC_OK && out_buffer->created;
      if (deed->changes_map)
        deed->operation->stopped_for = lac_remote_stopped_for (remote);
    }
  else if (existing == LAC_E_BUSY)
    status = lac_remote_buffers_get (locator, NULL, query, LAC_BUFFER_EXISTING, patience,
                                     &deed->cancel, out_buffer, NULL, &deed->failure);
  return status;
}

static int
last_system_error (const LacunaOperation *operation)
{
  unsigned n = MIN (operation->report.n_attempts, LAC_ATTEMPTS_MAX);

  return n > 0 ? operation->report.attempts[n - 1].system_error : 0;
}

/* Appends to a buffer that is taken; another Lacuna that has the process for a moment is waited for. */
static enum lac_status
append_bytes (LacunaElsewhere          *deed,
              struct lac_remote_buffer *buffer,
              uint64_t                 *out_place)
{
  gsize size;
  gconstpointer bytes = g_bytes_get_data (deed->request->bytes, &size);
  enum lac_status status = LAC_E_TRACED;

  deed->is_begun = TRUE;
  for (guint i = 0; i < MOST_ATTEMPTS && status == LAC_E_TRACED; i++)
    {
      status = lac_remote_buffer_append (buffer, bytes, size, out_place, &deed->failure);
      deed->failure.status = status;
      if (!lacuna_session_is_tracer (&deed->failure))
        break;
      g_usleep (1000);
    }
  return status;
}

/* Puts a buffer back. One that stays taken, because its entry can't be reached just now, is kept, so that it
 * can be put back later. */
static enum lac_status
put_buffer (LacunaElsewhere          *deed,
            struct lac_remote_buffer *buffer)
{
  enum lac_status status = lac_remote_buffer_put (buffer, &deed->failure);

  deed->is_begun = TRUE;
  if (buffer->locator != NULL)
    lacuna_session_add_taken (deed->session, buffer);
  return status;
}

/* Dry runs */

/* Whether a buffer that is there, as it is now, would serve: its address, size and position. */
static gboolean
find_existing (LacunaElsewhere            *deed,
               struct lac_remote_locator  *locator,
               const struct lac_gap_query *query,
               struct lac_remote_buffer   *out_buffer)
{
  const struct lac_range window = lac_gap_query_window (query, deed->before);
  struct lac_locator_view view;
  gboolean found = FALSE;

  if (lac_remote_locator_read (locator, deed->before, &view, NULL) != LAC_OK)
    return FALSE;
  for (gsize i = 0; i < view.n_tables && !found; i++)
    for (gsize j = 0; j < view.tables[i].n_buffers && !found; j++)
      {
        const struct lac_view_buffer *buffer = &view.tables[i].buffers[j];
        const guint64 end = lac_add_saturating (buffer->address, buffer->size);
        guint64 place = lac_add_saturating (buffer->address, buffer->position);

        /* What can't be written and run is no buffer that all can use. */
        if (buffer->taken || buffer->findings != LAC_FINDING_WRITABLE_AND_EXECUTABLE
            || buffer->address < window.start || end > window.end)
          continue;
        if (!lac_align_up (place, query->alignment, &place) || place > end
            || end - place < query->size)
          continue;
        *out_buffer = (struct lac_remote_buffer){
          .address = buffer->address,
          .size = buffer->size,
          .position = (guint32) (place - buffer->address),
        };
        found = TRUE;
      }
  lac_locator_view_clear (&view);
  return found;
}

/* The PID that the process knows itself by: the last one of NSpid in its status (proc_pid_status(5)). */
static gint32
find_own_pid (gint32 pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", pid);
  g_autofree char *status = NULL;
  g_auto (GStrv) numbers = NULL;
  char *line;

  if (!g_file_get_contents (path, &status, NULL, NULL)
      || (line = strstr (status, "\nNSpid:")) == NULL)
    return pid;
  line += strlen ("\nNSpid:");
  line[strcspn (line, "\n")] = '\0';
  numbers = g_strsplit (line, "\t", -1);
  pid = (gint32) g_ascii_strtoll (numbers[g_strv_length (numbers) - 1], NULL, 10);
  return pid;
}

/* Where a new buffer would go, and what that takes. */
static void
plan_new (LacunaElsewhere            *deed,
          struct lac_remote_locator  *locator,
          const struct lac_gap_query *query)
{
  LacunaOperation *operation = deed->operation;
  struct lac_remote_locator_facts facts;
  struct lac_gap_query place = *query;
  enum lac_status status;

  lac_remote_locator_get_facts (locator, &facts);
  if (facts.address != 0 && !facts.writable)
    {
      fail (deed, locator, LAC_E_NOT_SUPPORTED);
      return;
    }
  status = lac_remote_placement_find (deed->process, &place, &operation->range, &operation->report,
                                      &deed->failure);
  lacuna_elsewhere_fail (deed, status);
  if (status != LAC_OK)
    return;
  operation->created = TRUE;
  operation->address = operation->range.start;
  operation->protection = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
  operation->plan = lacuna_elsewhere_plan (deed, operation->range, operation->protection);
  if (operation->plan == NULL)
    return;
  if (facts.address == 0)
    {
      g_autofree char *path
          = lacuna_locator_make_path (find_own_pid (lacuna_session_get_pid (deed->session)));

      lacuna_plan_add_locator (operation->plan, path);
    }
  lacuna_plan_add_mmap (operation->plan, operation->range, operation->protection);
}

/* No thread is stopped. */
static void
plan_nothing (LacunaElsewhere *deed)
{
  deed->operation->plan = lacuna_plan_new ();
  lacuna_plan_set_place (deed->operation->plan, deed->operation->range,
                         deed->operation->protection);
}

/* Nobody is asked about what can't be done. */
static void
fail_unsound (LacunaElsewhere *deed)
{
  lacuna_error_set_message (&deed->operation->error, LAC_E_NOT_SUPPORTED,
                            /* Translators: a phrase that says why */
                            _ ("That can’t be done with the process’s buffers: %s."),
                            g_dgettext (GETTEXT_PACKAGE, UNSOUND));
}

/* The buffer that @address lies in, as it is now, and what is the matter with it. */
static gboolean
find_at (LacunaElsewhere           *deed,
         struct lac_remote_locator *locator,
         struct lac_remote_buffer  *out_buffer,
         unsigned                  *out_findings)
{
  const guint64 address = deed->request->address;
  struct lac_locator_view view;
  gboolean found = FALSE;

  if (lac_remote_locator_read (locator, deed->before, &view, NULL) != LAC_OK)
    return FALSE;
  for (gsize i = 0; i < view.n_tables && !found; i++)
    for (gsize j = 0; j < view.tables[i].n_buffers && !found; j++)
      {
        const struct lac_view_buffer *buffer = &view.tables[i].buffers[j];

        found = address >= buffer->address && address - buffer->address < buffer->size;
        if (!found)
          continue;
        *out_findings = buffer->findings;
        *out_buffer = (struct lac_remote_buffer){
          .address = buffer->address,
          .size = buffer->size,
          .position = buffer->position,
        };
      }
  lac_locator_view_clear (&view);
  return found;
}

/* Deeds */

void
lacuna_elsewhere_create_buffer (LacunaElsewhere *deed)
{
  LacunaOperation *operation = deed->operation;
  struct lac_remote_locator *locator = open_locator (deed);
  struct lac_remote_buffer buffer = { 0 };
  enum lac_status status;

  if (locator == NULL)
    return;
  if (deed->request->write_xor_execute)
    {
      lacuna_error_set_message (&operation->error,
                                LAC_E_NOT_SUPPORTED,
                                _ ("A buffer that is never writable and executable at once is of one program "
                                   "alone, and can’t be made in another process."));
      return;
    }
  if (deed->request->dry_run)
    {
      plan_new (deed, locator, &deed->request->query);
      return;
    }
  status = get_buffer (deed, locator, &deed->request->query, LAC_BUFFER_NEW, &buffer);
  if (status == LAC_OK)
    {
      note_buffer (operation, &buffer);
      operation->created = buffer.created;
      status = put_buffer (deed, &buffer);
    }
  if (status == LAC_E_SYSTEM && deed->failure.system_error == 0)
    deed->failure.system_error = last_system_error (operation);
  fail (deed, locator, status);
}

void
lacuna_elsewhere_append (LacunaElsewhere *deed)
{
  LacunaOperation *operation = deed->operation;
  struct lac_gap_query query = deed->request->query;
  struct lac_remote_locator *locator = open_locator (deed);
  struct lac_remote_buffer buffer = { 0 };
  const gsize size = g_bytes_get_size (deed->request->bytes);
  struct lac_process_failure failure;
  enum lac_status status, put_status;
  uint64_t place = 0;

  if (locator == NULL)
    return;
  query.size = MAX (query.size, size);
  if (query.size > LACUNA_BUFFER_BYTES_MAX)
    {
      lacuna_error_set_message (&operation->error,
                                LAC_E_INVALID,
                                _ ("That is too large: a buffer has less than 4 GiB."));
      return;
    }
  if (deed->request->dry_run)
    {
      if (find_existing (deed, locator, &query, &buffer))
        {
          note_buffer (operation, &buffer);
          operation->address = buffer.address + buffer.position;
          plan_nothing (deed);
        }
      else
        plan_new (deed, locator, &query);
      operation->n_bytes = size;
      return;
    }

  status = get_buffer (deed, locator, &query, 0, &buffer);
  if (status != LAC_OK)
    {
      fail (deed, locator, status);
      return;
    }
  note_buffer (operation, &buffer);
  operation->created = buffer.created;
  status = append_bytes (deed, &buffer, &place);
  failure = deed->failure;
  put_status = put_buffer (deed, &buffer);
  if (status != LAC_OK)
    deed->failure = failure;
  if (status == LAC_OK)
    {
      operation->address = place;
      operation->position = (guint32) (place - operation->range.start);
      operation->n_bytes = size;
      status = put_status;
    }
  fail (deed, locator, status);
}

/* Takes the buffer at the address; asks for a thread's help only where that is needed. */
static enum lac_status
take (LacunaElsewhere           *deed,
      struct lac_remote_locator *locator,
      struct lac_remote_buffer  *out_buffer)
{
  struct lac_remote_locator_facts facts;
  struct lac_remote *remote;
  enum lac_status status = lac_remote_locator_take (locator, NULL, deed->request->address, out_buffer,
                                                    &deed->failure);

  lac_remote_locator_get_facts (locator, &facts);
  if (status != LAC_E_NOT_SUPPORTED || facts.why_not != NULL)
    return status;
  status = lacuna_elsewhere_open_remote (deed, &remote);
  if (status == LAC_OK)
    status = lac_remote_locator_take (locator, remote, deed->request->address, out_buffer,
                                      &deed->failure);
  return status;
}

void
lacuna_elsewhere_append_to (LacunaElsewhere *deed)
{
  LacunaOperation *operation = deed->operation;
  struct lac_remote_locator *locator = open_locator (deed);
  struct lac_remote_buffer *held, buffer = { 0 };
  enum lac_status status = LAC_OK;
  const gsize size = g_bytes_get_size (deed->request->bytes);
  struct lac_process_failure failure;
  unsigned findings = 0;
  uint64_t place = 0;

  operation->address = deed->request->address;
  if (locator == NULL)
    return;
  if (deed->request->dry_run)
    {
      if (!find_at (deed, locator, &buffer, &findings))
        {
          lacuna_elsewhere_fail (deed, LAC_E_NOT_FOUND);
          return;
        }
      if (findings != LAC_FINDING_WRITABLE_AND_EXECUTABLE)
        {
          fail_unsound (deed);
          return;
        }
      note_buffer (operation, &buffer);
      operation->address = buffer.address + buffer.position;
      operation->n_bytes = size;
      plan_nothing (deed);
      return;
    }

  held = lacuna_session_find_taken (deed->session, deed->request->address);
  if (held == NULL)
    status = take (deed, locator, &buffer);
  if (status == LAC_OK)
    {
      note_buffer (operation, held != NULL ? held : &buffer);
      status = append_bytes (deed, held != NULL ? held : &buffer, &place);
      failure = deed->failure;
      if (held == NULL)
        put_buffer (deed, &buffer);
      deed->failure = failure;
    }
  if (status == LAC_OK)
    {
      operation->address = place;
      operation->position = (guint32) (place - operation->range.start);
      operation->n_bytes = size;
    }
  fail (deed, locator, status);
}

void
lacuna_elsewhere_take_or_put (LacunaElsewhere *deed)
{
  LacunaOperation *operation = deed->operation;
  struct lac_remote_locator *locator = open_locator (deed);
  struct lac_remote_buffer *held, buffer = { 0 };
  enum lac_status status;
  unsigned findings = 0;

  operation->address = deed->request->address;
  if (locator == NULL)
    return;
  held = lacuna_session_find_taken (deed->session, deed->request->address);
  if (deed->request->dry_run)
    {
      if (held != NULL)
        buffer = *held;
      if (held == NULL && !find_at (deed, locator, &buffer, &findings))
        {
          lacuna_elsewhere_fail (deed, LAC_E_NOT_FOUND);
          return;
        }
      if (held == NULL && findings != LAC_FINDING_WRITABLE_AND_EXECUTABLE)
        {
          fail_unsound (deed);
          return;
        }
      note_buffer (operation, &buffer);
      plan_nothing (deed);
      return;
    }

  if (deed->request->deed == LACUNA_DEED_TAKE)
    {
      status = held != NULL ? LAC_E_BUSY : take (deed, locator, &buffer);
      if (status == LAC_OK)
        {
          lacuna_session_add_taken (deed->session, &buffer);
          note_buffer (operation, &buffer);
        }
    }
  else
    {
      status = held != NULL ? LAC_OK : LAC_E_NOT_TAKEN;
      if (held != NULL)
        {
          note_buffer (operation, held);
          status = lac_remote_buffer_put (held, &deed->failure);
          if (held->locator == NULL)
            lacuna_session_remove_taken (deed->session, held);
        }
    }
  fail (deed, locator, status);
}

void
lacuna_elsewhere_expect_tables (LacunaElsewhere      *deed,
                                LacunaDifference     *difference,
                                const struct lac_map *after)
{
  struct lac_remote_locator *locator = NULL;
  struct lac_process_failure failure;
  struct lac_locator_view view;

  if (lacuna_difference_get_n_elsewhere (difference) == 0)
    return;
  if (lacuna_session_open_locator (deed->session, after, &locator, &failure) != LAC_OK
      || lac_remote_locator_read (locator, after, &view, &failure) != LAC_OK)
    return;
  for (gsize i = 0; i < view.n_tables; i++)
    lacuna_difference_expect (difference, view.tables[i].address);
  lac_locator_view_clear (&view);
}
