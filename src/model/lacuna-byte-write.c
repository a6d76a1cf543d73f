/* Writing what was changed: read again, compared, asked about, and only then written.
 *
 * The memory is somebody's who goes on working. So what lies there is compared with what was seen when
 * it was changed, for all runs before the first one is written, and so is asked whether all of them may be
 * written: that is as near to all or nothing as one gets without stopping whoever it is. What fails
 * after that fails because the process changed in that very moment, and then nothing more is written.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-byte-write.h"

#include "lacuna-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

LacunaByteRun *
lacuna_byte_run_new (guint64  address,
                     GBytes  *expected,
                     GBytes  *wanted)
{
  LacunaByteRun *run = g_new0 (LacunaByteRun, 1);

  run->address = address;
  run->expected = g_bytes_ref (expected);
  run->wanted = g_bytes_ref (wanted);
  return run;
}

void
lacuna_byte_run_free (LacunaByteRun *run)
{
  g_bytes_unref (run->expected);
  g_bytes_unref (run->wanted);
  g_clear_pointer (&run->found, g_bytes_unref);
  g_free (run);
}

/**
 * lacuna_byte_run_slice:
 * @start: counted from the run's first byte
 * @end: after the last one
 * @from_found: what was found is what the part is from
 *
 * Returns: (transfer full): a part of @run
 */
LacunaByteRun *
lacuna_byte_run_slice (LacunaByteRun *run,
                       guint64        start,
                       guint64        end,
                       gboolean       from_found)
{
  GBytes *before = from_found && run->found != NULL ? run->found : run->expected;
  g_autoptr (GBytes) expected = g_bytes_new_from_bytes (before, start, end - start);
  g_autoptr (GBytes) wanted = g_bytes_new_from_bytes (run->wanted, start, end - start);

  return lacuna_byte_run_new (run->address + start, expected, wanted);
}

void
lacuna_byte_outcome_free (LacunaByteOutcome *outcome)
{
  g_free (outcome->reason);
  g_free (outcome);
}

static gboolean
fail (LacunaByteOutcome *outcome,
      guint64            place,
      const char        *reason,
      gboolean           exited)
{
  outcome->verdict = LACUNA_BYTE_VERDICT_FAILED;
  outcome->place = place;
  outcome->reason = g_strdup (reason);
  outcome->exited = exited;
  return FALSE;
}

/* What lies there now, and how much of it is not what should. */
static gboolean
look (LacunaByteSource  *source,
      LacunaByteRun     *run,
      LacunaByteOutcome *outcome)
{
  gsize size;
  const guint8 *expected = g_bytes_get_data (run->expected, &size);
  struct lac_range range = { run->address, run->address + size };
  g_autoptr (LacunaByteRead) read = lacuna_byte_source_read (source, range);

  if (read->holes->len > 0)
    return fail (outcome, g_array_index (read->holes, struct lac_range, 0).start,
                 read->reason != NULL ? read->reason : _ ("The bytes can't be read any more."),
                 read->exited);
  run->found = g_bytes_new_take (g_steal_pointer (&read->bytes), size);
  for (gsize i = 0; i < size; i++)
    if (expected[i] != ((const guint8 *) g_bytes_get_data (run->found, NULL))[i])
      {
        if (outcome->n_changed == 0)
          outcome->place = run->address + i;
        outcome->n_changed++;
      }
  return TRUE;
}

static gboolean
look_at_all (LacunaByteSource    *source,
             GPtrArray           *runs,
             LacunaByteApplyFlags flags,
             LacunaByteOutcome   *outcome)
{
  for (guint i = 0; i < runs->len; i++)
    if (!look (source, g_ptr_array_index (runs, i), outcome))
      return FALSE;
  if (outcome->n_changed == 0 || flags & LACUNA_BYTE_APPLY_CHANGED)
    return TRUE;
  outcome->verdict = LACUNA_BYTE_VERDICT_CHANGED;
  return FALSE;
}

static gboolean
ask_for_all (LacunaByteSource    *source,
             GPtrArray           *runs,
             LacunaByteApplyFlags flags,
             LacunaByteOutcome   *outcome)
{
  g_autofree struct lac_range *ranges = g_new (struct lac_range, runs->len);
  g_autoptr (GError) error = NULL;
  guint64 place = 0;

  for (guint i = 0; i < runs->len; i++)
    {
      const LacunaByteRun *run = g_ptr_array_index (runs, i);

      ranges[i] = (struct lac_range){ run->address,
                                      run->address + g_bytes_get_size (run->wanted) };
    }
  if (lacuna_byte_source_check_write (source, ranges, runs->len,
                                      (flags & LACUNA_BYTE_APPLY_FORCE) != 0, &place, &error))
    return TRUE;
  fail (outcome, place, error->message, lacuna_byte_source_error_is_exit (error));
  if (g_error_matches (error, LACUNA_ERROR, LAC_E_READ_ONLY)
      && !(flags & LACUNA_BYTE_APPLY_FORCE))
    outcome->verdict = LACUNA_BYTE_VERDICT_READ_ONLY;
  return FALSE;
}

static void
write_all (LacunaByteSource    *source,
           GPtrArray           *runs,
           LacunaByteApplyFlags flags,
           LacunaByteOutcome   *outcome)
{
  for (guint i = 0; i < runs->len; i++)
    {
      LacunaByteRun *run = g_ptr_array_index (runs, i);
      g_autoptr (GError) error = NULL;
      gboolean forced = FALSE;
      gboolean done
          = lacuna_byte_source_write (source, run->address, run->wanted,
                                      (flags & LACUNA_BYTE_APPLY_FORCE) != 0, &run->n_written,
                                      &forced, &error);

      outcome->forced |= forced;
      outcome->n_written += run->n_written;
      if (!done)
        {
          fail (outcome, run->address + run->n_written, error->message,
                lacuna_byte_source_error_is_exit (error));
          return;
        }
    }
}

/**
 * lacuna_byte_write:
 * @source: can write
 * @runs: (transfer none): of LacunaByteRun, in ascending order and apart
 * @flags: what was asked about
 *
 * Writes all of @runs, or says why not. Blocks; for workers.
 *
 * Returns: (transfer full): what came of it
 */
LacunaByteOutcome *
lacuna_byte_write (LacunaByteSource    *source,
                   GPtrArray           *runs,
                   LacunaByteApplyFlags flags)
{
  LacunaByteOutcome *outcome = g_new0 (LacunaByteOutcome, 1);

  if (look_at_all (source, runs, flags, outcome) && ask_for_all (source, runs, flags, outcome))
    write_all (source, runs, flags, outcome);
  for (guint i = 0; i < runs->len; i++)
    outcome->n_left += g_bytes_get_size (((LacunaByteRun *) g_ptr_array_index (runs, i))->wanted);
  outcome->n_left -= outcome->n_written;
  return outcome;
}
