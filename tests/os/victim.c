/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
become (int user)
{
  if (user >= 0 && (setgroups (0, NULL) != 0 || setgid ((gid_t) user) != 0 || setuid ((uid_t) user) != 0))
    _exit (126);
}

bool
victim_start (struct victim *victim,
              const char    *program,
              const char    *role,
              const char    *argument,
              int            user)
{
  const char *folder = g_getenv ("LACUNA_VICTIMS");
  g_autofree char *path = g_build_filename (folder ? folder : ".", program, NULL);
  unsigned long long address = 0;
  int input[2], output[2];
  char line[256];

  if (access (path, X_OK) != 0)
    {
      g_autofree char *reason = g_strdup_printf ("%s could not be built here", program);

      g_test_skip (reason);
      return false;
    }
  g_assert_cmpint (pipe2 (input, O_CLOEXEC), ==, 0);
  g_assert_cmpint (pipe2 (output, O_CLOEXEC), ==, 0);
  victim->pid = fork ();
  if (victim->pid == 0)
    {
      /* Opened before the user changes, who may not be allowed to look into the build folder. */
      int file = open (path, O_RDONLY | O_CLOEXEC);
      char *arguments[] = { path, (char *) role, (char *) argument, NULL };

      dup2 (input[0], STDIN_FILENO);
      dup2 (output[1], STDOUT_FILENO);
      become (user);
      fexecve (file, arguments, environ);
      _exit (127);
    }
  g_assert_cmpint (victim->pid, >, 0);
  close (input[0]);
  close (output[1]);
  victim->input = fdopen (input[1], "w");
  victim->output = fdopen (output[0], "r");
  g_assert_nonnull (fgets (line, sizeof line, victim->output));
  g_assert_cmpint (sscanf (line, "ready %llx", &address), ==, 1);
  victim->address = address;
  return true;
}

void
victim_command (struct victim *victim,
                const char    *command,
                uint64_t       address,
                uint64_t       size)
{
  char line[64];

  fprintf (victim->input, "%s %" PRIx64 " %" PRIx64 "\n", command, address, size);
  fflush (victim->input);
  g_assert_nonnull (fgets (line, sizeof line, victim->output));
  g_assert_cmpstr (line, ==, "done\n");
}

void
victim_stop (struct victim *victim)
{
  kill (victim->pid, SIGKILL);
  waitpid (victim->pid, NULL, 0);
  fclose (victim->input);
  fclose (victim->output);
}

int
run_as (int   user,
        int (*function) (void *user_data),
        void *user_data)
{
  int status = 0;
  pid_t pid = fork ();

  if (pid == 0)
    {
      become (user);
      _exit (function (user_data));
    }
  g_assert_cmpint (pid, >, 0);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

unsigned
count_descriptors (void)
{
  DIR *folder = opendir ("/proc/self/fd");
  unsigned count = 0;

  g_assert_nonnull (folder);
  while (readdir (folder))
    count++;
  closedir (folder);
  return count;
}

struct lac_process *
open_process (int32_t pid)
{
  struct lac_process_failure failure = { 0 };
  struct lac_process *process = NULL;

  g_assert_cmpstr (lac_status_name (lac_process_open (NULL, pid, &process, &failure)), ==, "ok");
  return process;
}

struct lac_map *
read_map (struct lac_process *process)
{
  struct lac_process_failure failure = { 0 };
  struct lac_map *map = NULL;
  enum lac_status status = lac_process_read_map (process, 0, NULL, &map, &failure);

  if (status != LAC_OK)
    g_error ("%s: %s (errno %d)", failure.what, lac_status_name (status), failure.system_error);
  return map;
}

bool
maps_agree (const struct lac_map *a,
            const struct lac_map *b)
{
  size_t n_a, n_b;
  const struct lac_region *regions_a = lac_map_regions (a, &n_a);
  const struct lac_region *regions_b = lac_map_regions (b, &n_b);

  for (size_t i = 0; i < n_a && i < n_b; i++)
    {
      const struct lac_region *x = &regions_a[i];
      const struct lac_region *y = &regions_b[i];
      const struct lac_backing *p = lac_map_backing (a, x);
      const struct lac_backing *q = lac_map_backing (b, y);

      if (x->start != y->start || x->end != y->end || x->offset != y->offset || x->kind != y->kind
          || x->protection != y->protection || x->flags != y->flags || p->inode != q->inode
          || p->device_major != q->device_major || p->device_minor != q->device_minor
          || p->deleted != q->deleted || p->image != q->image || strcmp (p->name, q->name) != 0)
        {
          g_test_message ("region %zu: %" PRIx64 "-%" PRIx64 " %s %s, and %" PRIx64 "-%" PRIx64
                          " %s %s",
                          i, x->start, x->end, lac_kind_name (x->kind), p->name, y->start, y->end,
                          lac_kind_name (y->kind), q->name);
          return false;
        }
    }
  if (n_a != n_b)
    g_test_message ("%zu and %zu regions", n_a, n_b);
  return n_a == n_b;
}
