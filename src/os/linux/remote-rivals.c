/* Others who trace the same process.
 *
 * There can be one tracer of a thread at a time, and the kernel has the same EPERM for that as for what is not
 * permitted at all. Another Lacuna has a process for well under a millisecond, so it is waited for; a debugger
 * stays, and is told of at once. Who has let go before it could be asked who it is has no name: so it is asked
 * besides whether the process's memory may be read, which takes the same permission, and no tracer is in the
 * way of that.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "core/translatable.h"
#include "os/thread.h"
#include "remote-session.h"

#if LAC_REMOTE_HERE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* Milliseconds for which other Lacunas are waited for. */
#define PATIENCE 1000

/* Waits for a moment; false when it was waited for long enough. */
static bool
wait_a_little (struct lac_remote_patience *patience)
{
  uint64_t now = lac_clock_milliseconds () + 1;

  if (patience->began == 0)
    patience->began = now;
  if (now - patience->began > PATIENCE)
    return false;
  /* Each waits for another time, so that two do not meet again and again. */
  lac_thread_pause (20 + (unsigned) (lac_tracer_clock () / 16 % 200));
  return true;
}

bool
lac_remote_is_rival (const struct lac_process_failure *failure)
{
  /* Who has no name has gone already. */
  return failure->status == LAC_E_TRACED
         && (failure->other_name[0] == '\0' || strcmp (failure->other_name, "lacuna-tracer") == 0);
}

/* Who traces the thread of the plan, or, where all were to be stopped, any of the process's. */
static enum lac_status
find_tracer (struct lac_remote          *remote,
             const char                 *what,
             struct lac_process_failure *out_failure)
{
  enum lac_status status
      = lac_remote_check_tracer (remote->process, remote->plan.thread, what, out_failure);
  const struct dirent *entry;
  DIR *directory;
  int tasks;

  if (status != LAC_OK || (remote->request.flags & LAC_TRACER_STOP_ALL) == 0)
    return status;
  tasks = openat (remote->process->directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  directory = tasks >= 0 ? fdopendir (tasks) : NULL;
  if (directory == NULL)
    {
      if (tasks >= 0)
        close (tasks);
      return LAC_OK;
    }
  while (status == LAC_OK && (entry = readdir (directory)) != NULL)
    {
      int32_t thread = (int32_t) strtol (entry->d_name, NULL, 10);

      if (thread > 0)
        status = lac_remote_check_tracer (remote->process, thread, what, out_failure);
    }
  closedir (directory);
  return status;
}

/* Whether the system lets us at the process, whoever traces it: nothing can be read at address 0, but that is
 * said only to those who might. */
static bool
is_permitted (const struct lac_remote *remote)
{
  char byte;
  struct iovec here = { &byte, 1 }, there = { NULL, 1 };

  return process_vm_readv (remote->plan.thread, &here, 1, &there, 1, 0) == 1 || errno == EFAULT
         || errno == ESRCH;
}

enum lac_status
lac_remote_bear_refusal (struct lac_remote          *remote,
                         struct lac_remote_patience *patience,
                         int                         error,
                         const char                 *what,
                         struct lac_process_failure *out_failure)
{
  struct lac_process_failure failure = { 0 };
  enum lac_status status = find_tracer (remote, what, &failure);

  if (status == LAC_OK && !is_permitted (remote))
    {
      /* What is becoming another program is nobody's to look into for a moment. */
      if (patience->n_refusals++ >= LAC_MAX_ATTEMPTS)
        return lac_remote_refused (remote, error, what, out_failure);
      lac_thread_pause (1000);
      return LAC_OK;
    }
  if (status == LAC_OK)
    status = lac_process_fail (&failure, LAC_E_TRACED, error, what);
  if (lac_remote_is_rival (&failure) && wait_a_little (patience))
    return LAC_OK;
  if (lac_process_has_exited (remote->process))
    return lac_process_fail (out_failure, LAC_E_EXITED, 0, what);
  if (out_failure != NULL)
    *out_failure = failure;
  return status;
}

#endif
