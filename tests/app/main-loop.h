/* The main loop of a test of widgets: it runs until something holds, or for a while.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

/* How long anything may take. Sanitizers and busy machines are slow. */
#define PATIENCE_SECONDS 60

static inline gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Until @condition, which is asked again after each turn and each few milliseconds. */
#define wait_until(condition)                                                                     \
  G_STMT_START                                                                                    \
  {                                                                                               \
    gint64 wait_end_ = g_get_monotonic_time () + PATIENCE_SECONDS * G_TIME_SPAN_SECOND;           \
    guint wait_source_ = g_timeout_add (10, wake_cb, NULL);                                       \
    while (!(condition) && g_get_monotonic_time () < wait_end_)                                   \
      g_main_context_iteration (NULL, TRUE);                                                      \
    g_source_remove (wait_source_);                                                               \
    g_assert_true (condition);                                                                    \
  }                                                                                               \
  G_STMT_END

static inline void
run_for (guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * (gint64) G_TIME_SPAN_MILLISECOND;
  guint source = g_timeout_add (5, wake_cb, NULL);

  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
}
