/* A process to look at from outside, which does what a test tells it: a child that runs a function
 * of the test and takes its steps when told to.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "locator-fixture.h"

#include "buffers/remote-locator.h"
#include "buffers/remote-placement.h"
#include "os/linux/process-private.h"
#include "os/remote-file.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>

struct guest
{
  pid_t pid;
  int to;
  int from;
};

static inline void
guest_tell (struct guest *guest,
            const void   *bytes,
            size_t        size)
{
  g_assert_cmpint (write (guest->to, bytes, size), ==, size);
}

static inline void
guest_hear (struct guest *guest,
            void         *bytes,
            size_t        size)
{
  g_assert_cmpint (read (guest->from, bytes, size), ==, size);
}

/* One side waits for the other. */
static inline void
guest_go (struct guest *guest)
{
  guest_tell (guest, "g", 1);
}

static inline void
guest_wait (struct guest *guest)
{
  char byte;

  guest_hear (guest, &byte, 1);
}

/* Starts a child with @function; it ends when that returns. */
static inline void
guest_start (struct guest *guest,
             void (*function) (struct guest *parent))
{
  int down[2], up[2];

  g_assert_cmpint (pipe2 (down, O_CLOEXEC), ==, 0);
  g_assert_cmpint (pipe2 (up, O_CLOEXEC), ==, 0);
  fflush (NULL);
  guest->pid = fork ();
  g_assert_cmpint (guest->pid, >=, 0);
  if (guest->pid == 0)
    {
      struct guest parent = { getppid (), up[1], down[0] };

      prctl (PR_SET_PDEATHSIG, SIGKILL);
      close (down[1]);
      close (up[0]);
      function (&parent);
      fflush (NULL);
      _exit (0);
    }
  close (down[0]);
  close (up[1]);
  guest->to = down[1];
  guest->from = up[0];
}

/* Waits for its end, which must be a good one. */
static inline void
guest_end (struct guest *guest)
{
  int status;

  g_assert_cmpint (waitpid (guest->pid, &status, 0), ==, guest->pid);
  g_assert_cmpint (WIFSIGNALED (status) ? WTERMSIG (status) : 0, ==, 0);
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  close (guest->to);
  close (guest->from);
}

/* Ends it in the middle of whatever it does. */
static inline void
guest_kill (struct guest *guest)
{
  kill (guest->pid, SIGKILL);
  g_assert_cmpint (waitpid (guest->pid, NULL, 0), ==, guest->pid);
  close (guest->to);
  close (guest->from);
}

/* Whether it said that it can't do its part; then it has ended, and the test is skipped. */
static inline bool
guest_skips (struct guest *guest)
{
  char answer;

  guest_hear (guest, &answer, 1);
  if (answer != 's')
    return false;
  guest_end (guest);
  g_test_skip ("needs rights that this process has not");
  return true;
}

/* The only child of @pid. */
static inline pid_t
child_of (pid_t pid)
{
  char *path = g_strdup_printf ("/proc/%d/task/%d/children", (int) pid, (int) pid);
  char *text = NULL;
  pid_t child = 0;

  if (g_file_get_contents (path, &text, NULL, NULL))
    child = (pid_t) strtol (text, NULL, 10);
  g_free (text);
  g_free (path);
  return child;
}

/* Gives the calling guest namespaces of its own, that of mounts among them, and another folder in the place of
 * the one that is seen from outside. False, with that said, where it may not. */
static inline bool
guest_moves_apart (struct guest *parent,
                   int           namespaces,
                   const char   *options)
{
  if (unshare (namespaces) == 0 && mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
      && mount ("none", fixture_root, "tmpfs", 0, options) == 0)
    return true;
  guest_tell (parent, "s", 1);
  return false;
}

/* Runs @function in a child of a guest, which is to end well. */
static inline void
guest_in_child (void (*function) (struct guest *parent),
                struct guest *parent)
{
  pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      function (parent);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

/* A look at a guest. */
struct look
{
  struct lac_process *process;
  struct lac_remote_locator *locator;
  struct lac_remote_locator_facts facts;
};

/* Set: the kernel is asked as those are that answer no point queries. */
static bool look_without_queries;

static inline void
look_at (struct look *look,
         pid_t        pid)
{
  struct lac_process_failure failure = { .what = "" };

  g_assert_cmpint (lac_process_open (NULL, pid, &look->process, NULL), ==, LAC_OK);
  if (look_without_queries)
    lac_process_forbid_point_queries (look->process);
  g_assert_cmpint (lac_remote_locator_open (look->process, NULL, &look->locator, &failure), ==, LAC_OK);
  lac_remote_locator_get_facts (look->locator, &look->facts);
}

static inline void
look_away (struct look *look)
{
  lac_remote_locator_close (look->locator);
  lac_process_close (look->process);
}

static inline void
fixture_begin_remote (void)
{
  fixture_begin ();
  /* As another user's guest it is to be entered, too. */
  g_assert_cmpint (g_chmod (fixture_root, 01777), ==, 0);
  lac_remote_file_set_roots (fixture_root, fixture_own);
}

static inline void
fixture_end_remote (void)
{
  lac_remote_file_set_roots (NULL, NULL);
  fixture_end ();
}

/* Starts a guest that says when it is ready, and looks at it. */
static inline void
look_start (struct look  *look,
            struct guest *guest,
            void (*function) (struct guest *parent))
{
  fixture_begin_remote ();
  guest_start (guest, function);
  guest_wait (guest);
  look_at (look, guest->pid);
}

/* Lets it go on to its end. */
static inline void
look_finish (struct look  *look,
             struct guest *guest)
{
  look_away (look);
  guest_go (guest);
  guest_end (guest);
  fixture_end_remote ();
}

/* In a thread: says after a moment that an atomic_bool's waiting is cancelled. */
static inline gpointer
cancel_soon (gpointer cancel)
{
  g_usleep (30 * 1000);
  atomic_store ((atomic_bool *) cancel, true);
  return NULL;
}

/* A wish for some bytes anywhere. */
static inline struct lac_gap_query
wish_for (struct lac_process *process,
          uint64_t            size)
{
  struct lac_gap_query query;

  g_assert_cmpint (lac_remote_placement_init (process, &query, NULL), ==, LAC_OK);
  query.size = size;
  query.alignment = 1;
  return query;
}

static inline void
assert_status (enum lac_status status,
               enum lac_status expected)
{
  g_assert_cmpstr (lac_status_name (status), ==, lac_status_name (expected));
}
