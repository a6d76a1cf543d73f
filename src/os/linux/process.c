/* Taking hold of a process, and never mistaking another one for it.
 *
 * Opening costs one system call: the folder's descriptor is the identity. Everything else (the
 * start time, the name, whether the number is that of a mere thread) is learned when it is first
 * asked for.
 *
 * A number may be that of a thread, since /proc has folders for those too, though it does not list
 * them. A thread has no address space of its own, so the handle then names the process that the
 * thread belongs to, and the facts give that process's PID.
 *
 * SPDX-License-Identifier: MIT
 */
#include "process-private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

enum lac_status
lac_process_fail (struct lac_process_failure *out_failure,
                  enum lac_status             status,
                  int                         system_error,
                  const char                 *what)
{
  if (out_failure != NULL && status != LAC_OK)
    *out_failure = (struct lac_process_failure){
      .status = status,
      .system_error = system_error,
      .what = what,
    };
  return status;
}

int
lac_process_open_root (const char *root)
{
  int directory = open (root ? root : "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

  return directory < 0 ? -errno : directory;
}

static int
open_pidfd (int32_t pid)
{
#ifdef SYS_pidfd_open
  return (int) syscall (SYS_pidfd_open, pid, 0u);
#else
  errno = ENOSYS;
  return -1;
#endif
}

/* A process that /proc does not show may be there all the same: hidepid makes its folder vanish,
 * with ENOENT (fs/proc/base.c, proc_pid_permission). Signal 0 sends nothing; it only asks
 * (kill(2)). */
static bool
exists_unseen (int32_t pid)
{
  return kill (pid, 0) == 0 || errno == EPERM;
}

/* Whether /proc counts processes as this process does. It does not where a PID namespace was made
 * without a /proc of its own; its numbers may then be used for look-ups in it, and for nothing
 * else. Found out once for each process, since a fork may be born into another namespace. */
static bool
numbers_agree (void)
{
  static atomic_int agreed;
  int own = getpid ();
  char text[16];
  ssize_t length;

  if (atomic_load_explicit (&agreed, memory_order_relaxed) == own)
    return true;
  length = readlink ("/proc/self", text, sizeof text - 1);
  if (length <= 0)
    return false;
  text[length] = '\0';
  if (strtol (text, NULL, 10) != own)
    return false;
  atomic_store_explicit (&agreed, own, memory_order_relaxed);
  return true;
}

static enum lac_status
open_directory (struct lac_process         *process,
                int32_t                     pid,
                struct lac_process_failure *out_failure)
{
  /* The dot asks for the permission to look inside, which is what hidepid denies; without it the
   * folder itself can be had. */
  char name[sizeof "/proc/-2147483648/."];
  int root = AT_FDCWD;

  if (process->root != NULL)
    {
      root = lac_process_open_root (process->root);
      if (root < 0)
        return lac_process_fail (out_failure, LAC_E_SYSTEM, -root, "open the process folder");
      if (pid == LAC_PROCESS_SELF)
        snprintf (name, sizeof name, "self/.");
      else
        snprintf (name, sizeof name, "%d/.", pid);
    }
  else if (pid == LAC_PROCESS_SELF)
    snprintf (name, sizeof name, "/proc/self/.");
  else
    snprintf (name, sizeof name, "/proc/%d/.", pid);

  process->directory = openat (root, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (process->directory < 0)
    {
      int error = errno;

      if (root >= 0)
        close (root);
      if (error == EPERM)
        return lac_process_fail (out_failure, LAC_E_HIDDEN, error, "open /proc/PID");
      if (error != ENOENT && error != ESRCH && error != ENOTDIR)
        return lac_process_fail (out_failure, LAC_E_SYSTEM, error, "open /proc/PID");
      if (process->root == NULL)
        {
          int own = open ("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

          if (own < 0)
            return lac_process_fail (out_failure, LAC_E_SYSTEM, errno, "open /proc");
          close (own);
          if (process->numbers_agree && exists_unseen (pid))
            return lac_process_fail (out_failure, LAC_E_HIDDEN, error, "open /proc/PID");
        }
      return lac_process_fail (out_failure, LAC_E_NO_PROCESS, error, "open /proc/PID");
    }
  if (root >= 0)
    close (root);
  return LAC_OK;
}

enum lac_status
lac_process_open (const char                 *root,
                  int32_t                     pid,
                  struct lac_process        **out_process,
                  struct lac_process_failure *out_failure)
{
  struct lac_process *process;
  enum lac_status status;

  if (pid < 0)
    return lac_process_fail (out_failure, LAC_E_INVALID, 0, "open /proc/PID");
  process = calloc (1, sizeof *process);
  if (process == NULL)
    return lac_process_fail (out_failure, LAC_E_NO_MEMORY, ENOMEM, "open /proc/PID");
  process->directory = -1;
  process->pidfd = -1;
  process->query_file = -1;
  process->live = true;

  if (root != NULL && strcmp (root, "/proc") != 0)
    {
      process->root = strdup (root);
      if (process->root == NULL)
        {
          status = lac_process_fail (out_failure, LAC_E_NO_MEMORY, ENOMEM, "open /proc/PID");
          goto out;
        }
      process->self = pid == LAC_PROCESS_SELF;
    }
  else
    {
      process->numbers_agree = numbers_agree ();
      process->self = pid == LAC_PROCESS_SELF || (process->numbers_agree && pid == getpid ());
      if (pid == LAC_PROCESS_SELF && process->numbers_agree)
        pid = getpid ();
    }
  process->pid = pid;
  status = open_directory (process, pid, out_failure);
  if (status != LAC_OK)
    goto out;

  if (process->root != NULL)
    {
      struct statfs file_system;
      struct lac_proc_stat stat;

      process->live = fstatfs (process->directory, &file_system) == 0
                      && (uint64_t) file_system.f_type == PROC_SUPER_MAGIC;
      process->self = process->self && process->live;
      /* An ordinary folder can be written over; what it says now is who the process is. */
      if (!process->live)
        status = lac_process_identify (process, &stat, out_failure);
    }

out:
  if (status == LAC_OK)
    *out_process = process;
  else
    lac_process_close (process);
  return status;
}

void
lac_process_close (struct lac_process *process)
{
  if (process == NULL)
    return;
  if (process->query_file >= 0)
    close (process->query_file);
  if (process->pidfd >= 0)
    close (process->pidfd);
  if (process->directory >= 0)
    close (process->directory);
  free (process->command_line);
  free (process->root);
  free (process);
}

bool
lac_process_is_self (const struct lac_process *process)
{
  return process->self;
}

/* Goes from the folder of a thread to that of its process. */
static enum lac_status
turn_to_process (struct lac_process         *process,
                 struct lac_proc_stat       *stat,
                 struct lac_process_failure *out_failure)
{
  struct lac_proc_status status;
  int thread = process->directory;
  int32_t pid = process->pid;
  enum lac_status result;
  int error = lac_proc_read_status (thread, &status);

  if (error != 0)
    return lac_process_refused (process, error, "read /proc/PID/status", out_failure);
  if (status.process <= 0 || status.process == pid || status.process > INT32_MAX)
    return LAC_OK;

  result = open_directory (process, (int32_t) status.process, out_failure);
  if (result != LAC_OK)
    {
      process->directory = thread;
      return result;
    }
  /* While its thread is there the process is, so what was opened is the process and no
   * successor. */
  error = lac_proc_read_status (thread, &status);
  if (error == 0)
    error = lac_proc_read_stat (process->directory, stat);
  if (error != 0)
    {
      close (process->directory);
      process->directory = thread;
      return lac_process_fail (out_failure, LAC_E_EXITED, error, "read /proc/PID/stat");
    }
  close (thread);
  process->pid = (int32_t) status.process;
  return LAC_OK;
}

enum lac_status
lac_process_identify (struct lac_process         *process,
                      struct lac_proc_stat       *out_stat,
                      struct lac_process_failure *out_failure)
{
  struct lac_proc_stat stat = { .state = '?' };
  int error = lac_proc_read_stat (process->directory, &stat);

  /* A folder of a process that has exited says ESRCH, and ENOENT only when that happens during the
   * look-up. What keeps saying ENOENT is hidden: the caller has given up the right to look. */
  if (error == ENOENT && process->live && lac_proc_read_stat (process->directory, &stat) == ENOENT)
    error = EPERM;
  if (error == ENOENT && !process->live)
    error = 0;
  else if (error == ENOENT || error == ESRCH)
    return lac_process_fail (out_failure, LAC_E_EXITED, error, "read /proc/PID/stat");
  else if ((error == EACCES || error == EPERM) && process->live)
    return lac_process_fail (out_failure, LAC_E_HIDDEN, error, "open /proc/PID/stat");
  if (error != 0)
    return lac_process_fail (out_failure, LAC_E_SYSTEM, error, "read /proc/PID/stat");

  if (!process->identified)
    {
      /* A thread other than the first one notifies nobody when it ends (clone(2)). */
      if (process->live && stat.exit_signal == -1)
        {
          enum lac_status status = turn_to_process (process, &stat, out_failure);

          if (status != LAC_OK)
            return status;
        }
      /* "self" of another root, or of a /proc that counts otherwise, says its number here. */
      if (process->pid == LAC_PROCESS_SELF)
        process->pid = stat.pid;
      process->identified = true;
      process->start_time = stat.start_time;
    }
  else if (stat.start_time != process->start_time)
    return lac_process_fail (out_failure, LAC_E_EXITED, 0, "compare start times");

  *out_stat = stat;
  return LAC_OK;
}

bool
lac_process_has_exited (struct lac_process *process)
{
  struct lac_proc_stat stat;
  enum lac_status status;

  if (process->pidfd == -1)
    {
      /* The number leads to the right process only if our folder is still alive after it was used,
       * and it must be a process's number, which lac_process_identify() sees to. */
      status = lac_process_identify (process, &stat, NULL);
      if (status != LAC_OK)
        return status == LAC_E_EXITED;
      process->pidfd = process->numbers_agree ? open_pidfd (process->pid) : -2;
      if (process->pidfd < 0)
        process->pidfd = -2;
      else if (lac_process_identify (process, &stat, NULL) != LAC_OK)
        return true;
    }
  if (process->pidfd >= 0)
    {
      struct pollfd poll_pidfd = { .fd = process->pidfd, .events = POLLIN };
      int ready;

      do
        ready = poll (&poll_pidfd, 1, 0);
      while (ready < 0 && errno == EINTR);
      return ready > 0;
    }
  status = lac_process_identify (process, &stat, NULL);
  if (status != LAC_OK)
    return status == LAC_E_EXITED;
  return stat.state == 'X' || (stat.state == 'Z' && stat.n_threads <= 1);
}
