/* Waiting for a worker.
 *
 * On a terminal it is shown that there is something to wait for, and Ctrl+C is heard also while the
 * other end of a pipe is silent.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "wait.h"

#include "escape.h"
#include "output.h"
#include "model/lacuna-terminal.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

/* Milliseconds between two looks, the looks until there is something to say, and those that a
 * worker is given to stop. */
#define LOOK_INTERVAL 100
#define LOOKS_BEFORE_PROGRESS 10
#define LOOKS_TO_STOP 5

static gboolean
look_cb (gpointer user_data)
{
  CliWait *wait = user_data;

  wait->n_looks++;
  if (cli_interrupted ())
    {
      g_cancellable_cancel (wait->cancellable);

      /* Some things that the system does can't be cancelled; the program ends anyway. */
      if (++wait->n_looks_since_interrupt > LOOKS_TO_STOP)
        g_main_loop_quit (wait->loop);
    }
  else if (wait->n_looks >= LOOKS_BEFORE_PROGRESS && lacuna_terminal_is_error ())
    {
      g_autofree char *title = cli_quote (wait->title);

      fputs ("\r\033[K", stderr);
      fprintf (stderr,
               /* Translators: shown while it takes long: a target, and seconds */
               wait->is_deed ? _ ("Waiting for %s (%u s)") : _ ("Reading %s (%u s)"),
               strcmp (title, "-") == 0 ? _ ("standard input") : title,
               wait->n_looks * LOOK_INTERVAL / 1000);
      fflush (stderr);
      wait->progress_shown = TRUE;
    }
  return G_SOURCE_CONTINUE;
}

void
cli_wait_begin (CliWait    *wait,
                const char *title)
{
  *wait = (CliWait){ .title = title };
  wait->loop = g_main_loop_new (NULL, FALSE);
  wait->cancellable = g_cancellable_new ();
  wait->source = g_timeout_add (LOOK_INTERVAL, look_cb, wait);
}

void
cli_wait_run (CliWait *wait)
{
  g_main_loop_run (wait->loop);
}

void
cli_wait_done (CliWait *wait)
{
  g_main_loop_quit (wait->loop);
}

void
cli_wait_end (CliWait *wait)
{
  g_source_remove (wait->source);
  g_main_loop_unref (wait->loop);
  g_object_unref (wait->cancellable);
  if (wait->progress_shown)
    fputs ("\r\033[K", stderr);
}
