/* What stands in the way of calls in a process, found by reading alone: nothing in it is touched.
 *
 * What is asked here may change a moment later; the tracer looks again at what matters when the thread is
 * stopped. But a process that is stopped or frozen would be waited for in vain, and people want to know why
 * something can't be done before they ask for it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "remote-wait.h"
#include "core/translatable.h"
#include "os/thread.h"
#include "remote-session.h"

#if LAC_REMOTE_HERE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of a process with more threads than that, these are looked at. */
#define THREADS_MAX 256

/* The number after @key in the text of a status file; @otherwise when it has none. */
static long
number_of (const char *text,
           const char *key,
           long        otherwise)
{
  const char *line = strstr (text, key);

  return line != NULL ? strtol (line + strlen (key), NULL, 10) : otherwise;
}

/* Who traces the thread by its status, and that one's name; 0 for nobody. */
static int32_t
find_tracer (struct lac_process *process,
             int32_t             thread,
             char               *name,
             size_t              size)
{
  char text[8192], path[64];
  long tracer;
  ssize_t length;

  snprintf (path, sizeof path, "task/%d/status", thread != 0 ? thread : process->pid);
  if (lac_proc_read (process->directory, path, text, sizeof text) <= 0)
    return 0;
  tracer = number_of (text, "\nTracerPid:\t", 0);
  if (tracer <= 0)
    return 0;
  snprintf (path, sizeof path, "/proc/%ld/comm", tracer);
  length = lac_proc_read (AT_FDCWD, path, name, size);
  if (length <= 0)
    name[0] = '\0';
  else if (name[length - 1] == '\n')
    name[length - 1] = '\0';
  return (int32_t) tracer;
}

enum lac_status
lac_remote_check_tracer (struct lac_process         *process,
                         int32_t                     thread,
                         const char                 *what,
                         struct lac_process_failure *out_failure)
{
  char name[sizeof out_failure->other_name];
  int32_t tracer = 0, seen = 0;

  /* At the moment in which a tracer lets go, the kernel takes the thread's parent for it (__ptrace_unlink in
   * kernel/ptrace.c). So who is named is believed when it is named again. */
  for (int attempt = 0; attempt < 5; attempt++)
    {
      seen = find_tracer (process, thread, name, sizeof name);
      if (seen == 0)
        return LAC_OK;
      if (seen == tracer)
        break;
      tracer = seen;
      lac_thread_pause (50);
    }
  lac_process_fail (out_failure, LAC_E_TRACED, 0, what);
  if (out_failure == NULL)
    return LAC_E_TRACED;
  out_failure->other_pid = tracer;
  memcpy (out_failure->other_name, name, sizeof name);
  return LAC_E_TRACED;
}

/* Whether somebody traces it who stays. Another Lacuna is gone in a moment: calls will wait for that one, and
 * there is no need to wait now. */
static enum lac_status
check_others (struct lac_process         *process,
              int32_t                     thread,
              const char                 *what,
              struct lac_process_failure *out_failure)
{
  struct lac_process_failure failure = { 0 };
  enum lac_status status = lac_remote_check_tracer (process, thread, what, &failure);

  if (status == LAC_OK || lac_remote_is_rival (&failure))
    return LAC_OK;
  if (out_failure != NULL)
    *out_failure = failure;
  return status;
}

static bool
file_says (const char *root,
           const char *folder,
           int         folder_length,
           const char *name,
           const char *word)
{
  char path[4096], text[512];

  if (snprintf (path, sizeof path, "%s%.*s/%s", root, folder_length, folder, name)
      >= (int) sizeof path)
    return false;
  return lac_proc_read (AT_FDCWD, path, text, sizeof text) > 0 && strstr (text, word) != NULL;
}

bool
lac_remote_is_frozen (struct lac_process *process)
{
  char text[8192];
  const char *line = text;

  /* cgroups(7): NUMBER:CONTROLLERS:PATH, and 0::PATH in the second version. */
  if (lac_proc_read (process->directory, "cgroup", text, sizeof text) <= 0)
    return false;
  while (line != NULL && *line != '\0')
    {
      const char *end = strchr (line, '\n');
      const char *controllers = strchr (line, ':');
      const char *path = controllers != NULL ? strchr (controllers + 1, ':') : NULL;
      int length;

      if (path == NULL || end == NULL || path > end)
        break;
      path++;
      length = (int) (end - path);
      if (controllers[1] == ':')
        {
          if (file_says ("/sys/fs/cgroup", path, length, "cgroup.events", "frozen 1")
              || file_says ("/sys/fs/cgroup/unified", path, length, "cgroup.events", "frozen 1"))
            return true;
        }
      else if (memmem (controllers, (size_t) (path - controllers), "freezer", 7) != NULL
               && (file_says ("/sys/fs/cgroup/freezer", path, length, "freezer.state", "FROZEN")
                   || file_says ("/sys/fs/cgroup/freezer", path, length, "freezer.state",
                                 "FREEZING")))
        return true;
      line = end + 1;
    }
  return false;
}

/* What the status file of the process says. */
static enum lac_status
check_status (struct lac_remote          *remote,
              struct lac_process_failure *out_failure)
{
  char text[8192];
  const char *features, *shadow, *end;
  ssize_t length = lac_proc_read (remote->process->directory, "status", text, sizeof text);

  if (length <= 0)
    return lac_process_refused (remote->process, (int) -length, "read /proc/PID/status",
                                out_failure);
  remote->plan.filtered = false;
  switch (number_of (text, "\nSeccomp:\t", 0))
    {
    case 1:
      return lac_process_fail (out_failure, LAC_E_STRICT, 0, N_ ("look at the process"));
    case 2:
      remote->plan.filtered = true;
      break;
    default:
      break;
    }
  features = strstr (text, "\nx86_Thread_features:");
  shadow = features != NULL ? strstr (features, "shstk") : NULL;
  end = features != NULL ? strchr (features + 1, '\n') : NULL;
  if (shadow != NULL && (end == NULL || shadow < end))
    remote->plan.no_net = N_ ("the process has a shadow stack");
  return LAC_OK;
}

enum lac_status
lac_remote_preflight (struct lac_remote          *remote,
                      struct lac_process_failure *out_failure)
{
  struct lac_process *process = remote->process;
  const char *what = N_ ("look at the process");
  struct lac_proc_stat stat;
  enum lac_status status;

  status = lac_process_identify (process, &stat, out_failure);
  if (status != LAC_OK)
    return status;
  if (process->self)
    return lac_process_fail (out_failure, LAC_E_INVALID, 0, what);
  if (!process->live || !process->numbers_agree)
    return lac_process_fail (out_failure, LAC_E_NOT_SUPPORTED, 0, what);
  if (stat.flags & LAC_TASK_KERNEL_THREAD)
    return lac_process_fail (out_failure, LAC_E_KERNEL_THREAD, 0, what);
  if ((stat.state == 'Z' || stat.state == 'X') && stat.n_threads <= 1)
    return lac_process_fail (out_failure, LAC_E_ZOMBIE, 0, what);
  if ((stat.flags & LAC_TASK_EXITING) != 0 && stat.n_threads <= 1)
    return lac_process_fail (out_failure, LAC_E_EXITED, 0, what);
  status = check_others (process, 0, what, out_failure);
  if (status != LAC_OK)
    return status;
  if (stat.state == 'T')
    return lac_process_fail (out_failure, LAC_E_STOPPED, 0, what);
  if (lac_remote_is_frozen (process))
    return lac_process_fail (out_failure, LAC_E_FROZEN, 0, what);

  remote->start_stack = stat.start_stack > 1 ? stat.start_stack : 0;
  return check_status (remote, out_failure);
}

/* By where things are mapped: a process of 32 bits has nothing of its own above what they reach. */
static uint32_t
pointer_size_of_map (struct lac_process *process)
{
  struct lac_region region;
  enum lac_status status
      = lac_process_query (process, UINT64_C (1) << 32, true, &region, NULL, 0, NULL);

  if (status == LAC_E_NOT_FOUND || (status == LAC_OK && region.kind == LAC_KIND_VSYSCALL))
    return 4;
  return status == LAC_OK ? 8 : 0;
}

/* The auxiliary vector is asked of the thread: the first one, when it has ended, has none any more. With
 * CAP_SYS_PTRACE alone one may trace, and yet not open it, since only its owner may read the file. */
enum lac_status
lac_remote_find_width (struct lac_remote          *remote,
                       struct lac_process_failure *out_failure)
{
  char path[64], bytes[4096];
  uint32_t bits, page_size;
  ssize_t length;

  snprintf (path, sizeof path, "task/%d/auxv", remote->plan.thread);
  length = lac_proc_read (remote->process->directory, path, bytes, sizeof bytes);
  if (length == -EACCES)
    {
      remote->plan.pointer_size = lac_process_pointer_bits_of_program (remote->process) / 8;
      if (remote->plan.pointer_size == 0)
        remote->plan.pointer_size = pointer_size_of_map (remote->process);
      if (remote->plan.pointer_size != 0)
        return LAC_OK;
    }
  if (length < 0)
    return lac_process_refused (remote->process, (int) -length, "open /proc/PID/auxv", out_failure);
  if (!lac_proc_parse_auxiliary_vector ((const unsigned char *) bytes, (size_t) length, &bits,
                                        &page_size))
    return lac_process_fail (out_failure, LAC_E_EXITED, 0, "open /proc/PID/auxv");
  remote->plan.pointer_size = bits / 8;
  return LAC_OK;
}

/* Whether the thread's calls have the numbers of 64 bits. */
static bool
is_wide (const struct lac_remote *remote,
         int                      tasks,
         int32_t                  thread)
{
  char path[64], bytes[4096];
  uint32_t bits, page_size;
  ssize_t length;

  if (remote->plan.pointer_size != 0)
    return remote->plan.pointer_size == 8;
  snprintf (path, sizeof path, "%d/auxv", thread);
  length = lac_proc_read (tasks, path, bytes, sizeof bytes);
  return length <= 0
         || !lac_proc_parse_auxiliary_vector ((const unsigned char *) bytes, (size_t) length, &bits,
                                              &page_size)
         || bits == 64;
}

/* How little a thread is suited; the least is taken. */
enum unfitness
{
  FITS = 0,
  /* Runs: how far down its stack is shows only when it is stopped. */
  RUNS = 1,
  /* Waits for a call that has to be set up anew, with the rest of its time, or with all of it. */
  HAS_TO_BE_MENDED = 2,
  BEGINS_ANEW = 3,
  SLEEPS_DEEPLY = 100,
  /* Another tracer holds it, or did a moment ago. */
  IS_HELD = 200,
  UNFIT = 1000,
};

static int
judge (const struct lac_remote *remote,
       int                      tasks,
       int32_t                  thread,
       bool                    *out_is_there,
       bool                    *out_waits_for_child)
{
  const struct lac_process *process = remote->process;
  char text[2048], path[64];
  struct lac_proc_stat stat;
  ssize_t length;

  snprintf (path, sizeof path, "%d/stat", thread);
  length = lac_proc_read (tasks, path, text, sizeof text);
  if (length <= 0 || !lac_proc_parse_stat (text, (size_t) length, &stat))
    return UNFIT;
  if (stat.state == 'Z' || stat.state == 'X' || (stat.flags & LAC_TASK_EXITING) != 0)
    return UNFIT;
  *out_is_there = true;
  switch (stat.state)
    {
    case 'S':
      break;
    case 'R':
      return RUNS;
    case 'D':
      *out_waits_for_child |= lac_waits_for_child (process->directory, thread);
      return SLEEPS_DEEPLY;
    case 't':
      return IS_HELD;
    default:
      return UNFIT;
    }
  snprintf (path, sizeof path, "%d/syscall", thread);
  if (lac_proc_read (tasks, path, text, sizeof text) <= 0)
    return FITS;
  switch (lac_wait_judge (process->pid, is_wide (remote, tasks, thread), text))
    {
    case LAC_WAIT_BEGINS_ANEW:
      return BEGINS_ANEW;
    case LAC_WAIT_IS_MENDED:
      return HAS_TO_BE_MENDED;
    case LAC_WAIT_GOES_ON:
    case LAC_WAIT_OF_SOCKET:
    case LAC_WAIT_OF_SOCKET_IN_MEMORY:
    default:
      return FITS;
    }
}

static bool
is_among (int32_t        thread,
          const int32_t *passed,
          size_t         n_passed)
{
  for (size_t i = 0; i < n_passed; i++)
    if (passed[i] == thread)
      return true;
  return false;
}

enum lac_status
lac_remote_choose_thread (struct lac_remote          *remote,
                          const int32_t              *passed,
                          size_t                      n_passed,
                          struct lac_process_failure *out_failure)
{
  struct lac_process *process = remote->process;
  const char *what = N_ ("look for a thread");
  int tasks = openat (process->directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *directory = tasks >= 0 ? fdopendir (tasks) : NULL;
  const struct dirent *entry;
  char path[64];
  bool waits_for_child = false, is_there = n_passed > 0;
  int best = UNFIT;
  int32_t thread = 0;
  ssize_t length;

  if (directory == NULL)
    {
      int error = errno;

      if (tasks >= 0)
        close (tasks);
      return lac_process_refused (process, error, what, out_failure);
    }
  for (int n = 0; n < THREADS_MAX && best != FITS && (entry = readdir (directory)) != NULL;)
    {
      int32_t candidate = (int32_t) strtol (entry->d_name, NULL, 10);
      int unfitness;

      if (candidate <= 0 || is_among (candidate, passed, n_passed))
        continue;
      n++;
      unfitness = judge (remote, tasks, candidate, &is_there, &waits_for_child);
      if (unfitness < best)
        {
          best = unfitness;
          thread = candidate;
        }
    }
  if (thread != 0)
    {
      remote->plan.thread = thread;
      remote->plan.wait_note
          = best == BEGINS_ANEW
                ? N_ ("The thread waits with a time-out, which begins anew when the thread is stopped.")
                : NULL;
      snprintf (path, sizeof path, "%d/comm", thread);
      length = lac_proc_read (tasks, path, remote->plan.thread_name,
                              sizeof remote->plan.thread_name);
      if (length <= 0)
        remote->plan.thread_name[0] = '\0';
      else if (remote->plan.thread_name[length - 1] == '\n')
        remote->plan.thread_name[length - 1] = '\0';
    }
  closedir (directory);

  if (waits_for_child && best >= SLEEPS_DEEPLY)
    return lac_process_fail (out_failure, LAC_E_WAITS_FOR_CHILD, 0, what);
  if (best == IS_HELD)
    return check_others (process, thread, what, out_failure);
  if (thread == 0)
    return lac_process_fail (out_failure, is_there ? LAC_E_UNRESPONSIVE : LAC_E_EXITED, 0, what);
  return LAC_OK;
}

enum lac_status
lac_remote_refused (struct lac_remote          *remote,
                    int                         error,
                    const char                 *what,
                    struct lac_process_failure *out_failure)
{
  enum lac_status status;

  if (error != EPERM && error != EACCES)
    return lac_process_refused (remote->process, error, what, out_failure);
  status = lac_remote_check_tracer (remote->process, remote->plan.thread, what, out_failure);
  if (status != LAC_OK)
    return status;
  return lac_process_refused (remote->process, error, what, out_failure);
}

#endif
