/* Whether some memory is a thread's stack: /proc/PID/task/TID/syscall has the stack pointer of whoever is not
 * running just now (proc(5)).
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/stacks.h"

#include "process-private.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How often a thread that is running is asked again. */
#define LOOKS 20

/* The last but one of the numbers; 0 when it is not told. */
static uint64_t
parse_stack_pointer (const char *text)
{
  const char *end = strrchr (text, ' ');
  const char *start = end;

  if (end == NULL || strncmp (text, "running", strlen ("running")) == 0)
    return 0;
  while (start > text && start[-1] != ' ')
    start--;
  return strtoull (start, NULL, 16);
}

static uint64_t
read_stack_pointer (int         tasks,
                    const char *thread)
{
  uint64_t pointer = 0;
  char path[64], text[256];

  if (snprintf (path, sizeof path, "%s/syscall", thread) >= (int) sizeof path)
    return 0;
  for (int i = 0; pointer == 0 && i < LOOKS; i++)
    {
      ssize_t length;

      if (i > 0)
        sched_yield ();
      length = lac_proc_read (tasks, path, text, sizeof text);
      if (length < 0)
        return 0;
      pointer = parse_stack_pointer (text);
    }
  return pointer;
}

void
lac_process_find_stack (struct lac_process *process,
                        struct lac_range    range,
                        int32_t            *out_thread,
                        bool               *out_is_sure)
{
  int tasks = openat (process->directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int listed = tasks >= 0 ? dup (tasks) : -1;
  DIR *folder = listed >= 0 ? fdopendir (listed) : NULL;
  struct dirent *entry;

  *out_thread = 0;
  *out_is_sure = folder != NULL;
  while (folder != NULL && *out_thread == 0 && (entry = readdir (folder)) != NULL)
    {
      uint64_t pointer;

      if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
        continue;
      pointer = read_stack_pointer (tasks, entry->d_name);
      if (pointer == 0)
        *out_is_sure = false;
      else if (pointer >= range.start && pointer < range.end)
        *out_thread = atoi (entry->d_name);
    }
  if (folder != NULL)
    closedir (folder);
  else if (listed >= 0)
    close (listed);
  if (tasks >= 0)
    close (tasks);
}
