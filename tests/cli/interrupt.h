/* Interrupting lacuna-cli while it waits, as Ctrl+C does.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "run.h"

#include <signal.h>

/* Whether the process has a handler for SIGINT yet; before that the signal would end it. */
static inline gboolean
catches_interrupt (const char *pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/status", pid);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  line = strstr (text, "SigCgt:");
  return line != NULL && (g_ascii_strtoull (line + 7, NULL, 16) & (1u << (SIGINT - 1))) != 0;
}

/* Starts what is to wait, interrupts it when it has begun to, and asserts that it ends with what that is
 * called, within some seconds. */
static inline void
assert_interrupted (const char *const *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_newv (arguments, G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_autofree char *message = NULL;
  gint64 begin;

  g_assert_no_error (error);
  for (int i = 0; i < 6000 && !catches_interrupt (g_subprocess_get_identifier (process)); i++)
    g_usleep (5000);
  /* From there on it takes a moment until it waits. */
  g_usleep (300000);
  begin = g_get_monotonic_time ();
  g_subprocess_send_signal (process, SIGINT);
  g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &message, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 130);
  g_assert_nonnull (strstr (message, "Interrupted."));
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 4 * G_USEC_PER_SEC);
}
