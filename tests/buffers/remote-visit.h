/* A process that does what a test tells it, and things that are made in it from outside. What needs tracing skips
 * itself where that is not permitted.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "remote-fixture.h"

#include <dirent.h>

/* A look that can make things. */
struct visit
{
  struct guest guest;
  struct look look;
  struct lac_remote *remote;
};

/* False, with the test skipped and all ended, when this process may not trace its child. */
static inline bool
visit_begin (struct visit *visit,
             pid_t         pid)
{
  struct lac_process_failure failure = { .what = "" };
  uint64_t address = 0;
  enum lac_status status;

  look_at (&visit->look, pid);
  status = lac_remote_open (visit->look.process, 0, &visit->remote, &failure);
  if (status == LAC_OK)
    {
      status = lac_remote_allocate (visit->remote, 0, 4096, LAC_PROTECTION_READ, &address, &failure);
      if (status == LAC_OK)
        {
          /* Somebody in there may have mapped something in its place by now. */
          enum lac_status freed = lac_remote_free (visit->remote, address, 4096, NULL);

          g_assert_true (freed == LAC_OK || freed == LAC_E_UNVERIFIED);
        }
      else
        lac_remote_close (visit->remote);
    }
  if (status == LAC_OK)
    return true;
  look_away (&visit->look);
  guest_kill (&visit->guest);
  g_assert_true (status == LAC_E_NOT_SUPPORTED || status == LAC_E_PTRACE_SCOPE || status == LAC_E_OTHER_USER
                 || status == LAC_E_NOT_DUMPABLE || status == LAC_E_MORE_CAPABLE || status == LAC_E_FILTERED
                 || status == LAC_E_TRACED);
  g_test_skip (lac_status_sentence (status));
  fixture_end_remote ();
  return false;
}

static inline void
visit_end (struct visit *visit)
{
  lac_remote_close (visit->remote);
  look_away (&visit->look);
}

static inline enum lac_status
get (struct visit             *visit,
     uint64_t                  size,
     unsigned                  flags,
     unsigned                  patience,
     struct lac_remote_buffer *out_buffer)
{
  struct lac_gap_query query = wish_for (visit->look.process, size);
  struct lac_process_failure failure = { .what = "" };
  enum lac_status status = lac_remote_buffers_get (visit->look.locator, visit->remote, &query, flags,
                                                   patience, NULL, out_buffer, NULL, &failure);

  if (status != LAC_OK)
    g_test_message ("%s: %s (%d)", lac_status_name (status), failure.what, failure.system_error);
  return status;
}

/* Whether it is worth trying again: on a busy machine not all threads stop in time, and the tracer of one who
 * was killed is still there to finish; or it was, and is gone when it is asked why. */
static inline bool
is_busy (enum lac_status status,
         gint64          since)
{
  return (status == LAC_E_TRACED || status == LAC_E_UNRESPONSIVE || status == LAC_E_NOT_DUMPABLE)
         && g_get_monotonic_time () - since < 30 * G_USEC_PER_SEC;
}

static inline void
append_and_put (struct lac_remote_buffer *buffer,
                const char               *text)
{
  gint64 since = g_get_monotonic_time ();
  enum lac_status status;

  do
    status = lac_remote_buffer_append (buffer, text, strlen (text), NULL, NULL);
  while (is_busy (status, since));
  assert_status (status, LAC_OK);
  do
    status = lac_remote_buffer_put (buffer, NULL);
  while (is_busy (status, since));
  assert_status (status, LAC_OK);
}

static inline unsigned
count_files_of (pid_t pid)
{
  char *path = g_strdup_printf ("/proc/%d/fd", (int) pid);
  DIR *folder = opendir (path);
  unsigned n = 0;

  g_assert_nonnull (folder);
  while (readdir (folder) != NULL)
    n++;
  closedir (folder);
  g_free (path);
  return n;
}

static inline char *
read_maps_of (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/maps", (int) pid);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return g_steal_pointer (&text);
}

/* Starts a guest that says when it is ready, and visits it. False, with the test skipped and all ended, when this
 * process may not. */
static inline bool
visit_start (struct visit *visit,
             void (*function) (struct guest *parent))
{
  fixture_begin_remote ();
  guest_start (&visit->guest, function);
  guest_wait (&visit->guest);
  return visit_begin (visit, visit->guest.pid);
}

/* Waits for the end of a guest that has been told all. */
static inline void
visit_leave (struct visit *visit)
{
  visit_end (visit);
  guest_end (&visit->guest);
  fixture_end_remote ();
}

/* Lets it go on to its end. */
static inline void
visit_go_and_leave (struct visit *visit)
{
  visit_end (visit);
  guest_go (&visit->guest);
  guest_end (&visit->guest);
  fixture_end_remote ();
}
