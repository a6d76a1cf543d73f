/* Waiting for a worker, while this thread looks after the user.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

typedef struct
{
  GMainLoop *loop;
  GCancellable *cancellable; /* for the worker; Ctrl+C cancels it */
  const char *title;
  gboolean is_deed; /* something is done, and not only read */
  guint source;
  guint n_looks;
  guint n_looks_since_interrupt;
  gboolean progress_shown;
} CliWait;

/* @title: what is being read, as the user called it; it lives as long as @wait. */
void cli_wait_begin (CliWait    *wait,
                     const char *title);

/* Waits until cli_wait_done() is called, or until the worker does not stop after Ctrl+C. */
void cli_wait_run   (CliWait    *wait);

/* For the worker's callback. */
void cli_wait_done  (CliWait    *wait);

/* Releases what @wait holds, and wipes what was shown. */
void cli_wait_end   (CliWait    *wait);
