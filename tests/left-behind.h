/* What tests would leave behind in the folder for temporary files, and shall not.
 *
 * A test that fails ends in the middle of everything, so who cleans up is another process: it waits until
 * the program has ended, whichever way, and removes what it had.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The library leaves the file of a process's locator for whoever looks into that process; the next one with
 * its number takes it away. That is late for a test, and another program that begins may be surprised. */
static inline void
remove_locator (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/tmp/.reloaded/memory.buffers/"
                                           "Reloaded.Memory.Buffers.MemoryBuffer, PID %d",
                                           (int) pid);

  g_unlink (path);
}

static inline void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *inside = g_build_filename (path, name, NULL);

      if (g_file_test (inside, G_FILE_TEST_IS_DIR) && !g_file_test (inside, G_FILE_TEST_IS_SYMLINK))
        remove_tree (inside);
      else
        g_unlink (inside);
    }
  g_rmdir (path);
}

/* Has everything temporary of this program lie in one folder, which goes when the program has ended, and its
 * locator with it. To be called first of all, by programs that have one thread yet; returns the folder. */
static inline const char *
leave_nothing_behind (void)
{
  static char *folder;
  const char *outer = g_getenv ("TMPDIR");
  pid_t program = getpid (), cleaner;
  int ends[2];

  /* GLib would remember the outer one for good. */
  folder = g_build_filename (outer != NULL ? outer : "/tmp", "lacuna-test-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (folder));
  /* Others may be let into what lies in it. */
  g_assert_cmpint (g_chmod (folder, 0711), ==, 0);
  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (fcntl (ends[1], F_SETFD, FD_CLOEXEC), ==, 0);
  cleaner = fork ();
  g_assert_cmpint (cleaner, >=, 0);
  if (cleaner == 0)
    {
      char byte;

      /* It is nobody's child, so that no test meets it, and in a session of its own, so that what ends the
       * program's does not end it. Who waits for the program's output does not wait for it. */
      if (setsid () < 0 || fork () != 0)
        _exit (0);
      close (ends[1]);
      for (int file = 0; file <= 2; file++)
        close (file);
      while (read (ends[0], &byte, 1) > 0)
        ;
      remove_tree (folder);
      remove_locator (program);
      _exit (0);
    }
  close (ends[0]);
  waitpid (cleaner, NULL, 0);
  g_setenv ("TMPDIR", folder, TRUE);
  return folder;
}
