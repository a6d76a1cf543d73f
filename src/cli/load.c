/* Reading the target's map, on a worker, so that this thread can look after the user meanwhile.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "load.h"

#include "wait.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  CliWait wait;
  LacunaSnapshot *snapshot;
  GError *error;
} Load;

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Load *load = user_data;

  load->snapshot = lacuna_target_load_finish (LACUNA_TARGET (source), result, &load->error);
  cli_wait_done (&load->wait);
}

static void
note_repairs (LacunaSnapshot *snapshot)
{
  gulong n_repairs = (gulong) lac_map_repairs (lacuna_snapshot_get_map (snapshot));

  if (n_repairs > 0)
    cli_complain (
        g_dngettext (GETTEXT_PACKAGE,
                     "The map changed while it was read, or was written wrong: %lu region "
                     "was out of order or overlapped others, and what came later was believed.",
                     "The map changed while it was read, or was written wrong: %lu regions "
                     "were out of order or overlapped others, and what came later was believed.",
                     n_repairs),
        n_repairs);
}

gboolean
cli_open (CliOptions    *options,
          CliExitStatus *out_status)
{
  g_autoptr (GError) error = NULL;

  options->target = lacuna_target_new_for_spelling (options->target_spelling, &error);
  if (options->target != NULL)
    return TRUE;
  *out_status = cli_fail (error, options->target_spelling);
  return FALSE;
}

LacunaSnapshot *
cli_load_live (CliOptions    *options,
               CliExitStatus *out_status)
{
  g_autoptr (LacunaSnapshot) snapshot = NULL;

  snapshot = cli_load (options, LACUNA_LOAD_NONE, out_status);
  if (snapshot == NULL || lacuna_target_get_kind (options->target) != LACUNA_TARGET_FILE)
    return g_steal_pointer (&snapshot);

  /* Translators: a file's name, or - */
  cli_complain (_ ("%s lists where memory lies, and does not hold it. Choose a live process."),
                lacuna_target_get_title (options->target));
  *out_status = CLI_NOT_PERMITTED;
  return NULL;
}

LacunaSnapshot *
cli_load (CliOptions      *options,
          LacunaLoadFlags  flags,
          CliExitStatus   *out_status)
{
  Load load = { 0 };

  if (options->target == NULL && !cli_open (options, out_status))
    return NULL;

  cli_wait_begin (&load.wait, lacuna_target_get_title (options->target));
  lacuna_target_load_async (options->target, flags, load.wait.cancellable, loaded_cb, &load);
  cli_wait_run (&load.wait);
  cli_wait_end (&load.wait);
  if (load.snapshot == NULL)
    {
      if (load.error == NULL || g_error_matches (load.error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          cli_complain ("%s", _ ("Interrupted."));
          *out_status = CLI_INTERRUPTED;
        }
      else
        *out_status = cli_fail (load.error, options->target_spelling);
      g_clear_error (&load.error);
      return NULL;
    }

  note_repairs (load.snapshot);
  return load.snapshot;
}
