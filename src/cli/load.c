/* Reading the target's map.
 *
 * Loading is on a worker, so that this thread can look after the user meanwhile: it shows on a
 * terminal that there is something to wait for, and hears Ctrl+C also while the other end of a pipe
 * is silent.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "load.h"

#include "escape.h"
#include "output.h"
#include "model/lacuna-terminal.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

/* Milliseconds between two looks, the looks until there is something to say, and those that a
 * load is given to stop. */
#define LOOK_INTERVAL 100
#define LOOKS_BEFORE_PROGRESS 10
#define LOOKS_TO_STOP 5

typedef struct
{
  GMainLoop *loop;
  GCancellable *cancellable;
  LacunaTarget *target;
  LacunaSnapshot *snapshot;
  GError *error;
  guint n_looks;
  guint n_looks_since_interrupt;
  gboolean progress_shown;
} Load;

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Load *load = user_data;

  load->snapshot = lacuna_target_load_finish (LACUNA_TARGET (source), result, &load->error);
  g_main_loop_quit (load->loop);
}

static gboolean
look_cb (gpointer user_data)
{
  Load *load = user_data;

  load->n_looks++;
  if (cli_interrupted ())
    {
      g_cancellable_cancel (load->cancellable);

      /* Opening a pipe that nobody writes to can't be cancelled; the program ends anyway. */
      if (++load->n_looks_since_interrupt > LOOKS_TO_STOP)
        g_main_loop_quit (load->loop);
    }
  else if (load->n_looks >= LOOKS_BEFORE_PROGRESS && lacuna_terminal_is_error ())
    {
      g_autofree char *title = cli_quote (lacuna_target_get_title (load->target));

      fputs ("\r\033[K", stderr);
      fprintf (stderr,
               /* Translators: shown while it takes long: a target, and seconds */
               _ ("Reading %s (%u s)"),
               strcmp (title, "-") == 0 ? _ ("standard input") : title,
               load->n_looks * LOOK_INTERVAL / 1000);
      fflush (stderr);
      load->progress_shown = TRUE;
    }
  return G_SOURCE_CONTINUE;
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

gboolean
cli_open_self (CliOptions    *options,
               CliExitStatus *out_status)
{
  if (!cli_open (options, out_status))
    return FALSE;
  if (lacuna_target_get_kind (options->target) != LACUNA_TARGET_PROCESS)
    return TRUE;

  /* What would be denied later is denied now. */
  cli_complain (_ ("process %d: its memory is left alone; only that of lacuna-cli itself (the target "
                   "self) can be looked into and changed for now. Other processes come with a later "
                   "version."),
                lacuna_target_get_pid (options->target));
  *out_status = CLI_NOT_PERMITTED;
  return FALSE;
}

LacunaSnapshot *
cli_load_self (CliOptions    *options,
               CliExitStatus *out_status)
{
  g_autoptr (LacunaSnapshot) snapshot = NULL;

  if (!cli_open_self (options, out_status))
    return NULL;
  snapshot = cli_load (options, LACUNA_LOAD_NONE, out_status);
  if (snapshot == NULL || lacuna_target_get_kind (options->target) == LACUNA_TARGET_SELF)
    return g_steal_pointer (&snapshot);

  /* Translators: a file's name, or - */
  cli_complain (_ ("%s lists where memory lies, and does not hold it. Choose a live process."),
                lacuna_target_get_title (options->target));
  *out_status = CLI_REFUSED;
  return NULL;
}

LacunaSnapshot *
cli_load (CliOptions      *options,
          LacunaLoadFlags  flags,
          CliExitStatus   *out_status)
{
  Load load = { 0 };
  guint source;

  if (options->target == NULL && !cli_open (options, out_status))
    return NULL;

  load.loop = g_main_loop_new (NULL, FALSE);
  load.cancellable = g_cancellable_new ();
  load.target = options->target;
  source = g_timeout_add (LOOK_INTERVAL, look_cb, &load);
  lacuna_target_load_async (options->target, flags, load.cancellable, loaded_cb, &load);
  g_main_loop_run (load.loop);
  g_source_remove (source);
  g_main_loop_unref (load.loop);
  g_object_unref (load.cancellable);

  if (load.progress_shown)
    fputs ("\r\033[K", stderr);
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
