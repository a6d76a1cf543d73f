/* The processes that there are.
 *
 * SPDX-License-Identifier: MIT
 */
#include "process-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
compare_pids (const void *a,
              const void *b)
{
  int32_t i = *(const int32_t *) a;
  int32_t j = *(const int32_t *) b;

  return i < j ? -1 : i > j;
}

/* A folder's name as a PID; 0 when it is none. */
static int32_t
parse_pid (const char *name)
{
  char *end;
  long value;

  if (name[0] < '1' || name[0] > '9')
    return 0;
  errno = 0;
  value = strtol (name, &end, 10);
  return *end == '\0' && errno == 0 && value <= INT32_MAX ? (int32_t) value : 0;
}

/* All numbers first, so that visiting may take as long as it likes, and in ascending order also
 * where the folder is not the kernel's. */
static enum lac_status
collect (DIR      *directory,
         int32_t **out_pids,
         size_t   *out_n_pids)
{
  int32_t *pids = NULL;
  size_t n_pids = 0, allocated = 0;
  const struct dirent *entry;

  while ((entry = readdir (directory)) != NULL)
    {
      int32_t pid = parse_pid (entry->d_name);

      if (pid == 0)
        continue;
      if (n_pids == allocated)
        {
          size_t wanted = allocated ? allocated * 2 : 256;
          int32_t *moved = realloc (pids, wanted * sizeof *pids);

          if (moved == NULL)
            {
              free (pids);
              return LAC_E_NO_MEMORY;
            }
          pids = moved;
          allocated = wanted;
        }
      pids[n_pids++] = pid;
    }
  if (n_pids > 0)
    qsort (pids, n_pids, sizeof *pids, compare_pids);
  *out_pids = pids;
  *out_n_pids = n_pids;
  return LAC_OK;
}

/* The owner of the folder is the effective user, but for processes that are not dumpable, whose
 * folder is root's (proc(5)), and for recorded ones; only those are asked further. */
static uint32_t
find_user (int  process,
           bool live)
{
  struct lac_proc_status status;
  struct stat facts;
  uint32_t user = 0;

  if (fstat (process, &facts) == 0)
    user = facts.st_uid;
  if ((user == 0 || !live) && lac_proc_read_status (process, &status) == 0)
    user = status.users[1];
  return user;
}

static bool
read_row (int                     root,
          bool                    live,
          int32_t                 pid,
          struct lac_process_row *out_row,
          char                   *command_line,
          size_t                  size)
{
  char name[sizeof "-2147483648"];
  struct lac_proc_stat stat;
  int process;
  bool found;

  snprintf (name, sizeof name, "%d", pid);
  process = openat (root, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (process < 0)
    return false;
  found = lac_proc_read_stat (process, &stat) == 0;
  if (found)
    {
      *out_row = (struct lac_process_row){
        .pid = pid,
        .start_time = stat.start_time,
        .state = stat.state,
        .kernel_thread = (stat.flags & LAC_TASK_KERNEL_THREAD) != 0,
        .command_line = command_line,
        .n_threads = stat.n_threads > 0 ? (uint32_t) stat.n_threads : 0,
      };
      memcpy (out_row->name, stat.name, sizeof out_row->name);
      command_line[0] = '\0';
      if (!out_row->kernel_thread)
        {
          out_row->user = find_user (process, live);
          lac_proc_read_command_line (process, command_line, size);
        }
    }
  close (process);
  return found;
}

enum lac_status
lac_process_list (const char                 *root,
                  lac_process_visit           visit,
                  void                       *user_data,
                  struct lac_process_failure *out_failure)
{
  char command_line[4097];
  int32_t *pids = NULL;
  size_t n_pids = 0;
  int folder = open (root ? root : "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *directory = folder >= 0 ? fdopendir (folder) : NULL;
  enum lac_status status;

  if (directory == NULL)
    {
      status = lac_process_fail (out_failure, LAC_E_SYSTEM, errno, "list /proc");
      if (folder >= 0)
        close (folder);
      return status;
    }
  status = collect (directory, &pids, &n_pids);
  lac_process_fail (out_failure, status, 0, "list /proc");
  for (size_t i = 0; i < n_pids; i++)
    {
      struct lac_process_row row;

      if (read_row (dirfd (directory), root == NULL, pids[i], &row, command_line,
                    sizeof command_line)
          && !visit (&row, user_data))
        break;
    }
  free (pids);
  closedir (directory);
  return status;
}
