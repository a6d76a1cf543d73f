/* Doing what a request wishes in another process, and noting what came of it.
 *
 * It is the same as in this one (lacuna-deeds.c), but for who does it: a thread of the process, which is
 * stopped for a moment. So whatever can be found out from outside is, before anything is touched; a dry
 * run goes as far as that, and says what would be called. Afterwards the map is read again, and compared.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-deeds-remote-private.h"

#include "lacuna-error.h"
#include "lacuna-plan-private.h"
#include "lacuna-records-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* Microseconds for which it is tried again while another Lacuna is at it, and while it can't be seen whether
 * that is the reason. */
#define PATIENCE (10 * G_USEC_PER_SEC)
#define PATIENCE_IN_THE_DARK (G_USEC_PER_SEC / 2)

void
lacuna_elsewhere_fail (LacunaElsewhere *deed,
                       enum lac_status  status)
{
  LacunaOperation *operation = deed->operation;
  gint32 pid = lacuna_session_get_pid (deed->session);

  if (status == LAC_OK || operation->error != NULL)
    return;

  deed->failure.status = status;
  switch (status)
    {
    case LAC_E_CANCELLED:
      g_set_error_literal (&operation->error,
                           G_IO_ERROR,
                           G_IO_ERROR_CANCELLED,
                           g_dgettext (GETTEXT_PACKAGE, lac_status_sentence (status)));
      return;

    /* What has to do with the wish, and nothing with the process. */
    case LAC_E_INVALID:
    case LAC_E_NO_GAP:
    case LAC_E_NOT_FOUND:
    case LAC_E_FULL:
    case LAC_E_NOT_TAKEN:
    case LAC_E_NOT_OURS:
      lacuna_error_set (&operation->error, status, NULL);
      return;

    case LAC_E_OCCUPIED:
      if (operation->report.n_attempts > 0)
        lacuna_error_set_message (&operation->error,
                                  status,
                                  _ ("Whatever place was tried, something else was faster. Try again."));
      else
        lacuna_error_set (&operation->error, status, NULL);
      return;

    default:
      operation->reason = lacuna_reason_new (pid, &deed->failure);
      lacuna_error_set_message (&operation->error,
                                status,
                                "%s",
                                lacuna_reason_get_sentence (operation->reason));
    }
}

enum lac_status
lacuna_elsewhere_open_remote (LacunaElsewhere    *deed,
                              struct lac_remote **out_remote)
{
  const LacunaConfirm confirmed = deed->operation->confirmed;
  unsigned flags = 0;

  if ((confirmed & LACUNA_CONFIRM_FILTERED) != 0)
    flags |= LAC_REMOTE_FORCE_FILTERED;
  if ((confirmed & LACUNA_CONFIRM_NO_NET) != 0)
    flags |= LAC_REMOTE_FORCE_NO_NET;
  return lacuna_session_open_remote (deed->session, flags, out_remote, &deed->failure);
}

LacunaPlan *
lacuna_elsewhere_plan (LacunaElsewhere  *deed,
                       struct lac_range  range,
                       unsigned          protection)
{
  struct lac_remote_plan remote;
  enum lac_status status = lacuna_session_find_plan (deed->session, &remote, &deed->failure);
  LacunaPlan *plan;

  lacuna_elsewhere_fail (deed, status);
  if (status != LAC_OK)
    return NULL;
  plan = lacuna_plan_new ();
  lacuna_plan_set_remote (plan, &remote);
  lacuna_plan_set_place (plan, range, protection);
  return plan;
}

static void
allocate (LacunaElsewhere *deed)
{
  LacunaOperation *operation = deed->operation;
  const LacunaRequest *request = deed->request;
  const unsigned protection = request->protection != 0
                                  ? request->protection & ~LACUNA_PROTECTION_NONE
                                  : LAC_PROTECTION_READ | LAC_PROTECTION_WRITE;
  g_autoptr (LacunaBlock) block = NULL;
  struct lac_remote *remote;
  enum lac_status status;

  operation->protection = protection;
  if (request->dry_run)
    {
      status = lac_remote_placement_find (deed->process, &request->query, &operation->range,
                                          &operation->report, &deed->failure);
      lacuna_elsewhere_fail (deed, status);
      operation->address = operation->range.start;
      if (status == LAC_OK)
        operation->plan = lacuna_elsewhere_plan (deed, operation->range, protection);
      if (operation->plan != NULL)
        lacuna_plan_add_mmap (operation->plan, operation->range, protection);
      return;
    }

  status = lacuna_elsewhere_open_remote (deed, &remote);
  if (status == LAC_OK)
    {
      status = lac_remote_placement_take (remote, &request->query, protection, &operation->range,
                                          &operation->report, &deed->failure);
      operation->stopped_for = lac_remote_stopped_for (remote);
    }
  lacuna_elsewhere_fail (deed, status);
  if (status != LAC_OK)
    return;
  block = lacuna_session_add_block (deed->session, operation->range, protection);
  lacuna_record_add (lacuna_session_get_pid (deed->session),
                     lacuna_session_get_start_time (deed->session),
                     lacuna_record_program (deed->process, deed->before),
                     operation->range);
  operation->created = TRUE;
  operation->serial = block->serial;
  operation->address = operation->range.start;
  deed->changes_map = TRUE;
}

static void
protect (LacunaElsewhere *deed)
{
  LacunaOperation *operation = deed->operation;
  const LacunaRequest *request = deed->request;
  g_autoptr (LacunaBlock) block = lacuna_session_find_block (deed->session, request->address);
  struct lac_remote *remote;
  enum lac_status status;

  operation->address = request->address;
  if (block == NULL || (request->serial != 0 && block->serial != request->serial))
    {
      lacuna_elsewhere_fail (deed, LAC_E_NOT_OURS);
      return;
    }
  operation->range = lacuna_block_range (block);
  operation->serial = block->serial;
  operation->old_protection = lacuna_block_protection (block);
  operation->protection = request->protection & ~LACUNA_PROTECTION_NONE;
  if (request->dry_run)
    {
      operation->plan = lacuna_elsewhere_plan (deed, operation->range, operation->protection);
      if (operation->plan != NULL)
        lacuna_plan_add_mprotect (operation->plan, operation->range, operation->protection);
      return;
    }

  status = lacuna_elsewhere_open_remote (deed, &remote);
  if (status == LAC_OK)
    {
      status = lac_remote_protect (remote, operation->range.start,
                                   lac_range_size (operation->range), operation->protection,
                                   &deed->failure);
      operation->stopped_for = lac_remote_stopped_for (remote);
    }
  lacuna_elsewhere_fail (deed, status);
  if (status != LAC_OK)
    return;
  lacuna_block_note_protection (block, operation->protection);
  deed->changes_map = TRUE;
}

/* Without a wish for a place, near the program's own code: the lowest image that can be run. */
static guint64
find_home (const struct lac_map *map)
{
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);

  for (size_t i = 0; i < n_regions; i++)
    if (regions[i].kind == LAC_KIND_IMAGE && (regions[i].protection & LAC_PROTECTION_EXECUTE) != 0)
      return regions[i].start;
  return 0;
}

static void
note_query (LacunaOperation     *operation,
            const LacunaRequest *request)
{
  operation->order = request->query.order;
  operation->anywhere = request->anywhere;
  operation->has_anchor = request->query.n_anchors > 0;
  if (operation->has_anchor)
    operation->anchor = request->query.anchors[0];
}

static void
do_deed (LacunaElsewhere *deed)
{
  note_query (deed->operation, deed->request);
  switch (deed->request->deed)
    {
    case LACUNA_DEED_ALLOCATE:
      allocate (deed);
      break;
    case LACUNA_DEED_FREE:
      lacuna_elsewhere_free (deed);
      break;
    case LACUNA_DEED_PROTECT:
      protect (deed);
      break;
    case LACUNA_DEED_CREATE_BUFFER:
      lacuna_elsewhere_create_buffer (deed);
      break;
    case LACUNA_DEED_APPEND:
    case LACUNA_DEED_APPEND_TO:
      if (deed->request->bytes == NULL)
        lacuna_elsewhere_fail (deed, LAC_E_INVALID);
      else if (deed->request->deed == LACUNA_DEED_APPEND)
        lacuna_elsewhere_append (deed);
      else
        lacuna_elsewhere_append_to (deed);
      break;
    case LACUNA_DEED_TAKE:
    case LACUNA_DEED_PUT:
      lacuna_elsewhere_take_or_put (deed);
      break;
    default:
      lacuna_elsewhere_fail (deed, LAC_E_INVALID);
    }
}

/* Looks what became of the map. That it can't be read any more is no fault of what was done. */
static void
compare (LacunaElsewhere *deed)
{
  struct lac_map *after = NULL;

  if (lac_process_read_map (deed->process, LAC_READ_NO_FILES, NULL, &after, NULL) != LAC_OK)
    return;
  deed->operation->difference
      = lacuna_difference_new (deed->before, after, deed->operation->range);
  if (deed->operation->created)
    lacuna_elsewhere_expect_tables (deed, deed->operation->difference, after);
  lacuna_session_prune_blocks (deed->session, after);
  lac_map_unref (after);
}

static void
cancel_cb (GCancellable *cancellable,
           gpointer      user_data)
{
  atomic_store ((atomic_bool *) user_data, true);
}

static enum lac_status
read_before (LacunaElsewhere *deed)
{
  enum lac_status status;

  g_clear_pointer (&deed->before, lac_map_unref);
  status = lac_process_read_map (deed->process, LAC_READ_NO_FILES, &deed->cancel, &deed->before,
                                 &deed->failure);
  if (status == LAC_OK)
    lacuna_session_note_program (deed->session, lacuna_record_program (deed->process, deed->before));
  return status;
}

/* Whether what stood in the way may be gone in a moment: another Lacuna, which has the process for some
 * microseconds only. When that one has let go before it was asked who it is, the kernel's refusal has no
 * cause that could be seen; and a thread that it has stopped looks like one that can't be. */
static gboolean
is_passing (LacunaElsewhere *deed,
            gint64           since)
{
  const gint64 elapsed = g_get_monotonic_time () - since;

  if (deed->operation->error == NULL || deed->is_begun || atomic_load (&deed->cancel))
    return FALSE;
  switch (deed->failure.status)
    {
    case LAC_E_TRACED:
      return elapsed < PATIENCE && lacuna_session_is_tracer (&deed->failure);
    case LAC_E_NOT_DUMPABLE:
    case LAC_E_UNRESPONSIVE:
      return elapsed < PATIENCE_IN_THE_DARK;
    default:
      return FALSE;
    }
}

/* As if it had not been tried yet. */
static void
begin_again (LacunaElsewhere *deed)
{
  LacunaOperation *operation = deed->operation;

  g_clear_error (&operation->error);
  g_clear_pointer (&operation->reason, lacuna_reason_unref);
  g_clear_object (&operation->plan);
  operation->range = (struct lac_range){ 0, 0 };
  operation->report = (struct lac_placement_report){ 0 };
  operation->created = FALSE;
  operation->forced = FALSE;
  deed->failure = (struct lac_process_failure){ 0 };
  /* Each waits for another time, so that two do not meet again and again. */
  g_usleep ((gulong) g_random_int_range (200, 3000));
}

LacunaOperation *
lacuna_deed_do_elsewhere (LacunaSession       *session,
                          const LacunaRequest *given)
{
  LacunaRequest request = *given;
  LacunaElsewhere deed = {
    .session = session,
    .request = &request,
    .operation = lacuna_operation_new (given->deed),
  };
  LacunaOperation *operation = deed.operation;
  const gint64 since = g_get_monotonic_time ();
  enum lac_status status;
  gulong handler = 0;
  uint64_t home;

  operation->dry_run = given->dry_run;
  operation->confirmed = given->confirmed;
  if (given->force)
    operation->confirmed |= LACUNA_CONFIRM_FILTERED | LACUNA_CONFIRM_NO_NET;
  /* The least that serves: what is allocated is rounded up, and what is appended has its own size. */
  request.query.size = MAX (request.query.size, 1);
  atomic_init (&deed.cancel, false);
  if (given->cancellable != NULL)
    handler = g_cancellable_connect (given->cancellable, G_CALLBACK (cancel_cb), &deed.cancel, NULL);

  lacuna_session_lock (session);
  status = atomic_load (&deed.cancel)
               ? LAC_E_CANCELLED
               : lacuna_session_open_process (session, &deed.process, &deed.failure);
  if (status == LAC_OK)
    status = read_before (&deed);
  lacuna_elsewhere_fail (&deed, status);
  if (status == LAC_OK)
    {
      if (given->anywhere)
        {
          home = find_home (deed.before);
          request.query.order = LAC_ORDER_NEAREST;
          request.query.anchors = &home;
          request.query.n_anchors = 1;
          request.query.within = UINT64_MAX;
        }
      do_deed (&deed);
      while (status == LAC_OK && is_passing (&deed, since))
        {
          begin_again (&deed);
          status = read_before (&deed);
          lacuna_elsewhere_fail (&deed, status);
          if (status == LAC_OK)
            do_deed (&deed);
        }
      if (deed.changes_map)
        compare (&deed);
    }
  lacuna_session_unlock (session);

  /* The flag is on this stack: after this no handler runs any more. */
  g_cancellable_disconnect (given->cancellable, handler);
  lac_map_unref (deed.before);
  operation->when = g_get_real_time ();
  lacuna_operation_seal (operation);
  return operation;
}

gboolean
lacuna_deed_contrary_elsewhere (LacunaSession   *session,
                                LacunaOperation *operation,
                                LacunaRequest   *out_request)
{
  /* What was agreed to for the deed is agreed to for its contrary. */
  LacunaRequest request = { .address = operation->range.start, .confirmed = operation->confirmed };

  if (operation->error != NULL || operation->dry_run)
    return FALSE;

  switch (operation->deed)
    {
    case LACUNA_DEED_ALLOCATE:
    case LACUNA_DEED_PROTECT:
      {
        g_autoptr (LacunaBlock) block
            = lacuna_session_find_block (session, operation->range.start);

        /* Another one may lie at the same place since. */
        if (block == NULL || block->serial != operation->serial)
          return FALSE;
        request.deed = LACUNA_DEED_FREE;
        request.serial = operation->serial;
        if (operation->deed == LACUNA_DEED_PROTECT)
          {
            if (lacuna_block_protection (block) != operation->protection
                || operation->old_protection == operation->protection)
              return FALSE;
            request.deed = LACUNA_DEED_PROTECT;
            request.protection = operation->old_protection;
          }
        break;
      }
    case LACUNA_DEED_TAKE:
      if (!lacuna_session_has_taken (session, operation->range.start))
        return FALSE;
      request.deed = LACUNA_DEED_PUT;
      break;
    case LACUNA_DEED_PUT:
      if (lacuna_session_has_taken (session, operation->range.start))
        return FALSE;
      request.deed = LACUNA_DEED_TAKE;
      break;
    case LACUNA_DEED_FREE:
    case LACUNA_DEED_CREATE_BUFFER:
    case LACUNA_DEED_APPEND:
    case LACUNA_DEED_APPEND_TO:
    default:
      return FALSE;
    }
  *out_request = request;
  return TRUE;
}
