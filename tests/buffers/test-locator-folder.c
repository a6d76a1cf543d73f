/* The folder that locators lie in: whose it is, every one that can't be used, and what processes that are gone have
 * left in it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "locator-fixture.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* Other users */

static void
chown_or_skip (const char *path)
{
  if (geteuid () != 0 || chown (path, 12345, 12345) != 0)
    _exit (CHILD_SKIPPED);
}

static void
other_folder (void)
{
  char *folder = shared_folder ();

  make_shared_folder ();
  chown_or_skip (folder);
  assert_own (LAC_E_OTHER_USER);
  g_free (folder);
}

static void
other_sticky_folder (void)
{
  char *folder = shared_folder ();

  make_shared_folder ();
  g_assert_cmpint (chmod (folder, 01777), ==, 0);
  chown_or_skip (folder);
  assert_new_and_shared ();
  g_free (folder);
}

static void
other_file (void)
{
  char *path = shared_path (getpid ());
  char bytes[4096] = { 1 };
  struct stat about;

  make_shared_folder ();
  leave_file (getpid (), bytes, sizeof bytes, 100);
  chown_or_skip (path);
  assert_own (LAC_E_OTHER_USER);
  g_assert_cmpint (stat (path, &about), ==, 0);
  g_assert_cmpint (about.st_uid, ==, 12345);
  g_free (path);
}

/* The whole thing as somebody who is not root. */
static void
other_folder_as_user (void)
{
  char *folder = shared_folder ();

  make_shared_folder ();
  chown_or_skip (fixture_own);
  g_assert_cmpint (chmod (fixture_root, 01777), ==, 0);
  if (setresgid (12345, 12345, 12345) != 0 || setresuid (12345, 12345, 12345) != 0)
    _exit (CHILD_SKIPPED);
  /* Root's, and only root may write there. */
  assert_own (LAC_E_SYSTEM);
  g_free (folder);
}

static void
link_for_folder (void)
{
  char *outer = g_build_filename (fixture_root, ".reloaded", NULL);
  char *target = g_build_filename (fixture_root, "target", NULL);
  GDir *inside;

  g_assert_cmpint (g_mkdir (target, 0755), ==, 0);
  g_assert_cmpint (symlink (target, outer), ==, 0);
  assert_own (LAC_E_SYSTEM);
  inside = g_dir_open (target, 0, NULL);
  g_assert_null (g_dir_read_name (inside));
  g_dir_close (inside);
  g_free (target);
  g_free (outer);
}

static void
file_for_folder (void)
{
  char *outer = g_build_filename (fixture_root, ".reloaded", NULL);

  g_assert_true (g_file_set_contents (outer, "", 0, NULL));
  assert_own (LAC_E_SYSTEM);
  g_free (outer);
}

/* No place */

static void
assert_private (void)
{
  struct lac_locator_facts facts = open_locator ();
  struct lac_buffer buffer;

  g_assert_cmpstr (lac_locator_place_name (facts.place), ==, "private");
  g_assert_cmpint (facts.reason, !=, LAC_OK);
  g_assert_cmpstr (facts.what, !=, "");
  g_assert_cmpstr (facts.path, ==, "");
  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_append (&buffer, "lacuna", 6, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
}

static void
missing_root (void)
{
  lac_shared_file_set_roots ("/nonexistent/lacuna", fixture_own);
  assert_own (LAC_E_SYSTEM);
}

static void
missing_everything (void)
{
  lac_shared_file_set_roots ("/nonexistent/lacuna", "/nonexistent/lacuna");
  assert_private ();
}

static void
no_file_allowed (void)
{
  struct rlimit none = { 100, 100 };

  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  assert_private ();
}

/* Mounts a small file system on the test's folder, seen by this process alone. */
static void
mount_or_skip (unsigned long flags,
               const char   *options)
{
  if (unshare (CLONE_NEWNS) != 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
      || mount ("none", fixture_root, "tmpfs", flags, options) != 0)
    _exit (CHILD_SKIPPED);
}

static void
full_disk (void)
{
  char *path = g_build_filename (fixture_root, "filler", NULL);
  char bytes[4096] = { 1 };
  int file;

  mount_or_skip (0, "size=64k,mode=1777");
  file = open (path, O_RDWR | O_CREAT, 0600);
  while (write (file, bytes, sizeof bytes) > 0)
    ;
  g_assert_cmpint (errno, ==, ENOSPC);
  assert_private ();
  g_assert_cmpint (open_locator ().system_error, ==, ENOSPC);
  g_free (path);
}

static void
read_only_disk (void)
{
  mount_or_skip (MS_RDONLY, "mode=1777");
  assert_private ();
  g_assert_cmpint (open_locator ().system_error, ==, EROFS);
}

static void
own_beside_common (void)
{
  char *expected = g_strdup_printf ("%s/.lacuna-%u/", fixture_root, (unsigned) geteuid ());
  char *outer = g_build_filename (fixture_root, ".reloaded", NULL);
  struct lac_locator_facts facts;
  struct stat about;

  g_assert_true (g_file_set_contents (outer, "", 0, NULL));
  lac_shared_file_set_roots (fixture_root, "/nonexistent/lacuna");
  facts = open_locator ();
  g_assert_cmpint (facts.place, ==, LAC_LOCATOR_OWN);
  g_assert_true (g_str_has_prefix (facts.path, expected));
  expected[strlen (expected) - 1] = '\0';
  g_assert_cmpint (stat (expected, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 07777, ==, 0700);
  g_free (outer);
  g_free (expected);
}

/* Leftovers */

static char *
leave_named (const char *name,
             unsigned    age_hours)
{
  char *folder = shared_folder ();
  char *path = g_build_filename (folder, name, NULL);
  struct timespec times[2];

  g_assert_true (g_file_set_contents (path, "left", -1, NULL));
  clock_gettime (CLOCK_REALTIME, &times[0]);
  times[0].tv_sec -= age_hours * 3600;
  times[1] = times[0];
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  g_free (folder);
  return path;
}

/* Makes cleaning due, whoever has cleaned before: of sixteen processes one does it with its first buffer, by
 * its number. */
static void
forget_cleaning (void)
{
  char *folder = shared_folder ();
  char *lock = g_strdup_printf ("%s/.lacuna-%u", folder, (unsigned) geteuid ());

  g_assert_true (g_unlink (lock) == 0 || errno == ENOENT);
  g_free (lock);
  g_free (folder);
}

static void
leftovers (void)
{
  static const struct lac_shared_file file = { .place = LAC_SHARED_PLACE_COMMON };
  char *dead, *dead_of_other, *alive, *named, *linked, *again;

  assert_new_and_shared ();
  dead = leave_named ("Reloaded.Memory.Buffers.MemoryBuffer, PID 4194300", 100);
  dead_of_other = leave_named ("Reloaded.Memory.Buffers.MemoryBuffer, PID 4194301", 100);
  alive = leave_named ("Reloaded.Memory.Buffers.MemoryBuffer, PID 1", 100);
  named = leave_named ("Reloaded.Memory.Buffers.MemoryBuffer, PID 4194302.txt", 100);
  linked = leave_named ("Reloaded.Memory.Buffers.MemoryBuffer, PID 4194303", 100);
  g_assert_cmpint (g_unlink (linked), ==, 0);
  g_assert_cmpint (symlink (named, linked), ==, 0);
  if (geteuid () == 0)
    g_assert_cmpint (chown (dead_of_other, 12345, 12345), ==, 0);

  lac_shared_file_set_clean_age (-1);
  forget_cleaning ();
  g_assert_cmpuint (lac_shared_file_clean (&file, 100), ==, geteuid () == 0 ? 1 : 2);
  g_assert_false (g_file_test (dead, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_file_test (dead_of_other, G_FILE_TEST_EXISTS), ==, geteuid () == 0);
  g_assert_true (g_file_test (alive, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (named, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (linked, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_test (open_locator ().path, G_FILE_TEST_EXISTS));

  /* Not again within the hour. */
  again = leave_named ("Reloaded.Memory.Buffers.MemoryBuffer, PID 4194300", 100);
  g_assert_cmpuint (lac_shared_file_clean (&file, 100), ==, 0);
  g_assert_true (g_file_test (again, G_FILE_TEST_EXISTS));

  g_free (again);
  g_free (linked);
  g_free (named);
  g_free (alive);
  g_free (dead_of_other);
  g_free (dead);
}

static void
young_leftovers (void)
{
  static const struct lac_shared_file file = { .place = LAC_SHARED_PLACE_COMMON };
  char *young;

  assert_new_and_shared ();
  young = leave_named ("Reloaded.Memory.Buffers.MemoryBuffer, PID 4194300", 23);
  forget_cleaning ();
  g_assert_cmpuint (lac_shared_file_clean (&file, 100), ==, 0);
  g_assert_true (g_file_test (young, G_FILE_TEST_EXISTS));
  g_free (young);
}

static void
old_leftovers (void)
{
  static const struct lac_shared_file file = { .place = LAC_SHARED_PLACE_COMMON };
  char *old, *locked;
  int descriptor;

  assert_new_and_shared ();
  old = leave_named ("Reloaded.Memory.Buffers.MemoryBuffer, PID 4194300", 25);
  locked = leave_named ("Reloaded.Memory.Buffers.MemoryBuffer, PID 4194301", 25);
  descriptor = open (locked, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (flock (descriptor, LOCK_SH), ==, 0);
  forget_cleaning ();
  g_assert_cmpuint (lac_shared_file_clean (&file, 100), ==, 1);
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (locked, G_FILE_TEST_EXISTS));
  close (descriptor);
  g_free (locked);
  g_free (old);
}

static void
get_one (void)
{
  struct lac_buffer buffer;

  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
}

static unsigned
count_names (void)
{
  char *path = shared_folder ();
  GDir *folder = g_dir_open (path, 0, NULL);
  unsigned n = 0;

  while (g_dir_read_name (folder) != NULL)
    n++;
  g_dir_close (folder);
  g_free (path);
  return n;
}

/* A folder is cleaned though no process gets more than one buffer, and few of them take the time. */
static void
leftovers_of_many (void)
{
  unsigned n_cleaned = 0, n_left;

  make_shared_folder ();
  for (unsigned i = 0; i < 1000; i++)
    leave_file ((pid_t) (4194304 + i), "", 0, 25 * 3600);
  n_left = count_names ();
  for (unsigned i = 0; i < 400 && n_left >= 900; i++)
    {
      unsigned n_before = n_left;

      g_assert_true (in_child (get_one));
      n_left = count_names ();
      n_cleaned += n_left < n_before;
      /* What is left of a process that had its turn. */
      g_assert_cmpuint (n_left, <=, n_before + 2);
    }
  g_assert_cmpuint (n_cleaned, >, 0);
}

/* A slice of a millisecond is all that a first call takes, and of a few a later one. */
static void
many_leftovers (void)
{
  struct lac_buffer first, second;
  GDir *folder;
  char *path = shared_folder ();
  unsigned n_left = 0, n_names = 3000;

  make_shared_folder ();
  for (unsigned i = 0; i < n_names; i++)
    leave_file ((pid_t) (4194304 + i), "", 0, 100);
  lac_shared_file_set_clean_age (-1);
  g_assert_cmpint (lac_buffers_get (NULL, 0, &first, NULL), ==, LAC_OK);
  folder = g_dir_open (path, 0, NULL);
  while (g_dir_read_name (folder) != NULL)
    n_left++;
  g_dir_close (folder);
  g_assert_cmpuint (n_left, >, n_names / 3);

  g_assert_cmpint (lac_buffers_get (NULL, 0, &second, NULL), ==, LAC_OK);
  n_left = 0;
  folder = g_dir_open (path, 0, NULL);
  while (g_dir_read_name (folder) != NULL)
    n_left++;
  g_dir_close (folder);
  g_assert_cmpuint (n_left, <, n_names);
  g_free (path);
}

int
main (int    argc,
      char **argv)
{
  static const struct case_row rows[] = {
    { "/buffers/locator/folder-of-another-user", other_folder },
    { "/buffers/locator/sticky-folder-of-another-user-is-shared", other_sticky_folder },
    { "/buffers/locator/file-of-another-user", other_file },
    { "/buffers/locator/folder-of-root-that-is-not-shared", other_folder_as_user },
    { "/buffers/locator/link-for-a-folder-is-not-followed", link_for_folder },
    { "/buffers/locator/file-for-a-folder", file_for_folder },
    { "/buffers/locator/no-common-place", missing_root },
    { "/buffers/locator/no-place-at-all", missing_everything },
    { "/buffers/locator/no-file-allowed", no_file_allowed },
    { "/buffers/locator/full-disk", full_disk },
    { "/buffers/locator/read-only-disk", read_only_disk },
    { "/buffers/locator/own-place-without-a-session", own_beside_common },
    { "/buffers/locator/leftovers-are-removed-and-nothing-else", leftovers },
    { "/buffers/locator/leftovers-of-today-are-kept", young_leftovers },
    { "/buffers/locator/leftovers-of-yesterday-are-removed-unless-locked", old_leftovers },
    { "/buffers/locator/leftovers-are-removed-by-who-gets-one-buffer", leftovers_of_many },
    { "/buffers/locator/many-leftovers-are-removed-bit-by-bit", many_leftovers },
  };

  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  add_cases (rows, G_N_ELEMENTS (rows));
  return g_test_run ();
}
