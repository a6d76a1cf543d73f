/* Runs another victim in user, mount and PID namespaces of its own, with another /tmp.
 *
 *   enclosed PROGRAM ARGUMENT…
 *
 * The program itself believes to be process 1. How others number it is in the report before it
 * begins.
 *
 * SPDX-License-Identifier: MIT
 */
#include "victim-common.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
write_file (const char *path,
            const char *text)
{
  int file = open (path, O_WRONLY | O_CLOEXEC);

  if (file < 0 || write (file, text, strlen (text)) != (ssize_t) strlen (text))
    victim_skip ();
  close (file);
}

static void
map_ourselves (unsigned user,
               unsigned group)
{
  char line[64];

  write_file ("/proc/self/setgroups", "deny");
  snprintf (line, sizeof line, "0 %u 1\n", user);
  write_file ("/proc/self/uid_map", line);
  snprintf (line, sizeof line, "0 %u 1\n", group);
  write_file ("/proc/self/gid_map", line);
}

int
main (int   argc,
      char *argv[])
{
  unsigned user = geteuid (), group = getegid ();
  int status = 0;
  int program;
  pid_t child;

  victim_begin ();
  if (argc < 2)
    victim_skip ();
  /* Opened while it can be: it may lie where there will be another /tmp. */
  program = open (argv[1], O_RDONLY | O_CLOEXEC);
  if (program < 0 || unshare (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID) != 0)
    victim_skip ();
  map_ourselves (user, group);
  if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
      || mount ("tmpfs", "/tmp", "tmpfs", 0, "mode=1777,size=4m") != 0)
    victim_skip ();
  child = fork ();
  if (child == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      while (victim_get (&report->pid) == 0)
        bare_sleep (100);
      fexecve (program, argv + 1, environ);
      victim_exit (127);
    }
  if (child < 0)
    victim_skip ();
  /* The other one alone has the test's pipes. */
  close (0);
  close (1);
  __atomic_store_n (&report->pid, (uint32_t) child, __ATOMIC_RELEASE);
  waitpid (child, &status, 0);
  victim_exit (WIFEXITED (status) ? WEXITSTATUS (status) : 1);
}
