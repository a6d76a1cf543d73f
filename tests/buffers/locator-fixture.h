/* What tests of the locator need: a folder of their own instead of /tmp, and processes of their own, since
 * a process has one locator for life.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "../left-behind.h"

#include "buffers/buffer.h"
#include "buffers/layout.h"
#include "buffers/locator.h"
#include "os/shared-file.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child ends with when what it needs is not there. */
#define CHILD_SKIPPED 77

/* The folder of the test that runs. */
static char *fixture_root;
static char *fixture_own;

static inline void
fixture_begin (void)
{
  fixture_root = g_dir_make_tmp ("lacuna-locator-XXXXXX", NULL);
  g_assert_nonnull (fixture_root);
  fixture_own = g_build_filename (fixture_root, "own", NULL);
  g_assert_cmpint (g_mkdir (fixture_own, 0700), ==, 0);
  lac_shared_file_set_roots (fixture_root, fixture_own);
}

static inline void
fixture_end (void)
{
  lac_shared_file_set_roots (NULL, NULL);
  remove_tree (fixture_root);
  g_clear_pointer (&fixture_root, g_free);
  g_clear_pointer (&fixture_own, g_free);
}

/* Runs @function in a child, where nothing has used the locator yet. False when it skipped itself. */
static inline bool
in_child (void (*function) (void))
{
  int status;
  pid_t child;

  fflush (NULL);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      function ();
      fflush (NULL);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) == CHILD_SKIPPED)
    return false;
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  return true;
}

static inline char *
shared_folder (void)
{
  return g_build_filename (fixture_root, ".reloaded", "memory.buffers", NULL);
}

/* The file of process @process. */
static inline char *
shared_path (pid_t process)
{
  char *name = g_strdup_printf ("Reloaded.Memory.Buffers.MemoryBuffer, PID %d", (int) process);
  char *folder = shared_folder ();
  char *path = g_build_filename (folder, name, NULL);

  g_free (folder);
  g_free (name);
  return path;
}

static inline void
make_shared_folder (void)
{
  char *outer = g_build_filename (fixture_root, ".reloaded", NULL);
  char *inner = shared_folder ();

  g_assert_cmpint (g_mkdir (outer, 0755), ==, 0);
  g_assert_cmpint (g_mkdir (inner, 0755), ==, 0);
  g_free (inner);
  g_free (outer);
}

/* Makes the file of this process with @bytes in it, as something left it behind @age_seconds ago. */
static inline void
leave_file (pid_t       process,
            const void *bytes,
            size_t      size,
            unsigned    age_seconds)
{
  char *path = shared_path (process);
  int file = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  struct timespec times[2];

  g_assert_cmpint (file, >=, 0);
  if (size > 0)
    g_assert_cmpint (write (file, bytes, size), ==, size);
  clock_gettime (CLOCK_REALTIME, &times[0]);
  times[0].tv_sec -= age_seconds;
  times[1] = times[0];
  g_assert_cmpint (futimens (file, times), ==, 0);
  close (file);
  g_free (path);
}

/* Makes the file as Reloaded does: creates it, sets its length, maps it, writes where. */
static inline struct lac_table *
make_as_reloaded (void)
{
  char *path = shared_path (getpid ());
  size_t size = (size_t) getpagesize ();
  int file = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  struct lac_table *table;

  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (ftruncate (file, (off_t) size), ==, 0);
  table = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  g_assert_true (table != MAP_FAILED);
  __atomic_store_n ((uintptr_t *) (void *) table, (uintptr_t) table, __ATOMIC_RELEASE);
  close (file);
  g_free (path);
  return table;
}

static inline struct lac_locator_facts
open_locator (void)
{
  struct lac_locator_facts facts;

  g_assert_cmpint (lac_locator_open (&facts), ==, LAC_OK);
  g_assert_cmpuint (facts.address, !=, 0);
  return facts;
}

/* Asserts that there is a new, usable locator in the shared place. */
static inline void
assert_new_and_shared (void)
{
  struct lac_locator_facts facts = open_locator ();
  char *path = shared_path (getpid ());
  struct lac_buffer buffer;
  struct stat by_name;

  g_assert_cmpstr (lac_locator_place_name (facts.place), ==, "shared");
  g_assert_cmpint (facts.reason, ==, LAC_OK);
  g_assert_cmpstr (facts.what, ==, "");
  g_assert_false (facts.adopted);
  g_assert_cmpstr (facts.path, ==, path);
  g_assert_cmpint (lstat (path, &by_name), ==, 0);
  g_assert_true (S_ISREG (by_name.st_mode));
  g_assert_cmpint (by_name.st_mode & 07777, ==, 0600);
  g_assert_cmpint (by_name.st_size, ==, getpagesize ());
  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_true (buffer.created);
  g_assert_cmpint (lac_buffer_append (&buffer, "lacuna", 6, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  g_assert_cmpuint (((struct lac_table *) facts.address)->item_count, ==, 1);
  g_free (path);
}

/* Asserts that the shared place was not used, for @reason. */
static inline void
assert_own (enum lac_status reason)
{
  struct lac_locator_facts facts = open_locator ();
  struct lac_buffer buffer;

  g_assert_cmpstr (lac_locator_place_name (facts.place), ==, "own");
  g_assert_cmpstr (lac_status_name (facts.reason), ==, lac_status_name (reason));
  g_assert_cmpstr (facts.what, !=, "");
  g_assert_true (g_str_has_prefix (facts.path, fixture_own));
  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
}

/* A test that is run in a child, in a folder of its own. */
struct case_row
{
  const char *path;
  void (*function) (void);
};

static inline void
test_case (const void *row)
{
  bool ran;

  fixture_begin ();
  ran = in_child (((const struct case_row *) row)->function);
  fixture_end ();
  if (!ran)
    g_test_skip ("needs what this process may not do");
}

static inline void
add_cases (const struct case_row *rows,
           size_t                 n_rows)
{
  for (size_t i = 0; i < n_rows; i++)
    g_test_add_data_func (rows[i].path, &rows[i], test_case);
}
