/* Why a process can't be read. The kernel has one EACCES for many causes, and an empty file for
 * others; people need the cause, because each has its own remedy.
 *
 * The rules that are told apart here are those of ptrace(2), "Ptrace access mode checking": the
 * caller must have the same user as all of the target's, or CAP_SYS_PTRACE, and the target must be
 * dumpable. The capability counts in the caller's user namespace and in those within it; and some files are
 * for their owner alone, whoever may trace.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/translatable.h"
#include "process-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Kernel threads and zombies, whose folders are readable and yet have no memory map. */
static enum lac_status
nature_of (const struct lac_proc_stat *stat)
{
  if (stat->flags & LAC_TASK_KERNEL_THREAD)
    return LAC_E_KERNEL_THREAD;
  if (stat->state == 'Z' || stat->state == 'X')
    return LAC_E_ZOMBIE;
  return LAC_OK;
}

/* What this process may do. */
static uint64_t
own_capabilities (void)
{
  struct lac_proc_status status = { 0 };
  int own = open ("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (own < 0)
    return 0;
  if (lac_proc_read_status (own, &status) != 0)
    status.effective = 0;
  close (own);
  return status.effective;
}

/* capabilities(7) */
#define CAPABILITY_TO_OPEN (UINT64_C (1) << 1)
#define CAPABILITY_TO_TRACE (UINT64_C (1) << 19)

bool
lac_process_may_open_files_of (uint32_t user)
{
  return (uint32_t) geteuid () == user || (own_capabilities () & CAPABILITY_TO_OPEN) != 0;
}

/* Whether each of the numbers that a user namespace maps, by the text of its uid_map, is one that the
 * namespace with the text @own has. */
static bool
has_all (const char *own,
         const char *text)
{
  while (*text != '\0')
    {
      uint64_t numbers[3];
      bool found = false;
      char *end;

      for (int i = 0; i < 3; i++)
        {
          numbers[i] = strtoull (text, &end, 10);
          if (end == text)
            return true;
          text = end;
        }
      for (const char *line = own; !found && *line != '\0';)
        {
          uint64_t first = strtoull (line, &end, 10), count;

          if (end == line)
            break;
          strtoull (end, &end, 10);
          count = strtoull (end, &end, 10);
          found = numbers[1] >= first && numbers[1] + numbers[2] <= first + count;
          line = end;
        }
      if (!found)
        return false;
      text += strspn (text, " \n");
    }
  return true;
}

/* Whether the process is in a user namespace that is neither ours nor one within it, as far as that shows. Which
 * one it is in may not be asked (/proc/PID/ns); what that one maps may, in our own numbers, and such a one maps
 * more than we have (user_namespaces(7)). Who has the capability has it in all namespaces within his own. */
static bool
is_in_another_namespace (struct lac_process *process)
{
  char own[4096], text[4096];

  return process->live && lac_proc_read (AT_FDCWD, "/proc/self/uid_map", own, sizeof own) >= 0
         && lac_proc_read (process->directory, "uid_map", text, sizeof text) >= 0 && strcmp (own, text) != 0
         && strtoull (own + strspn (own, " 0"), NULL, 10) != UINT32_MAX
         && ((own_capabilities () & CAPABILITY_TO_TRACE) != 0 || !has_all (own, text));
}

/* Yama (Documentation/admin-guide/LSM/Yama.rst): how far tracing, and with it the memory of others, is
 * restricted to a process's own children; 0 when it is not, or is not what refused: what is not dumpable can't
 * be read either. */
static long
yama_scope (struct lac_process *process)
{
  char text[64];
  long scope = 0;
  int file;

  if (!process->live || lac_proc_read (AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope", text, sizeof text) <= 0)
    return 0;
  scope = strtol (text, NULL, 10);
  file = scope > 0 ? openat (process->directory, "auxv", O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0)
    return 0;
  close (file);
  return scope;
}

enum lac_status
lac_process_refused (struct lac_process         *process,
                     int                         error,
                     const char                 *what,
                     struct lac_process_failure *out_failure)
{
  struct lac_proc_status status;
  struct lac_proc_stat stat;
  enum lac_status cause;
  uint32_t user;
  long scope;

  if (error == ENOMEM)
    return lac_process_fail (out_failure, LAC_E_NO_MEMORY, error, what);
  if (error == ENOENT && process->live)
    {
      cause = lac_process_identify (process, &stat, out_failure);
      if (cause != LAC_OK)
        return cause;
    }
  if (error == ENOENT || error == ESRCH)
    return lac_process_fail (out_failure, LAC_E_EXITED, error, what);
  if (error != EACCES && error != EPERM)
    return lac_process_fail (out_failure, LAC_E_SYSTEM, error, what);

  if (lac_proc_read_stat (process->directory, &stat) == 0)
    {
      cause = nature_of (&stat);
      if (cause != LAC_OK)
        return lac_process_fail (out_failure, cause, error, what);
    }
  switch (lac_proc_read_status (process->directory, &status))
    {
    case 0:
      break;
    case ENOENT:
    case ESRCH:
      return lac_process_fail (out_failure, process->live ? LAC_E_EXITED : LAC_E_SYSTEM, error,
                               what);
    case EACCES:
    case EPERM:
      return lac_process_fail (out_failure, LAC_E_HIDDEN, error, what);
    default:
      return lac_process_fail (out_failure, LAC_E_SYSTEM, error, what);
    }

  user = (uint32_t) geteuid ();
  if (is_in_another_namespace (process))
    cause = LAC_E_USER_NAMESPACE;
  else if (status.users[0] != user || status.users[1] != user || status.users[2] != user)
    cause = (own_capabilities () & CAPABILITY_TO_TRACE) != 0 ? LAC_E_OTHER_FILES : LAC_E_OTHER_USER;
  else if ((status.permitted & ~own_capabilities ()) != 0)
    cause = LAC_E_MORE_CAPABLE;
  else if ((scope = yama_scope (process)) > 0)
    return lac_process_fail (out_failure, LAC_E_PTRACE_SCOPE, error,
                             scope >= 3 ? N_ ("trace the process (ptrace_scope is 3, which lasts until the "
                                              "system is started anew)")
                                        : what);
  else
    cause = LAC_E_NOT_DUMPABLE;
  return lac_process_fail (out_failure, cause, error, what);
}

enum lac_status
lac_process_has_no_map (struct lac_process         *process,
                        bool                        had_text,
                        const char                 *what,
                        struct lac_process_failure *out_failure)
{
  struct lac_proc_stat stat;
  enum lac_status status = lac_process_identify (process, &stat, out_failure);

  if (status != LAC_OK)
    return status;
  status = nature_of (&stat);
  /* The first thread has ended, and others go on; they still show the map. */
  if (status == LAC_E_ZOMBIE && stat.n_threads > 1 && !process->through_threads)
    {
      process->through_threads = true;
      return LAC_OK;
    }
  if (status == LAC_E_ZOMBIE && had_text)
    status = LAC_E_EXITED;
  /* Memory goes before the process shows as a zombie. */
  if (status == LAC_OK && (stat.flags & LAC_TASK_EXITING))
    status = LAC_E_EXITED;
  return lac_process_fail (out_failure, status, 0, what);
}
