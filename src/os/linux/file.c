/* The files that a process maps.
 *
 * /proc/PID/map_files names a file by the range that it is mapped at, and so opens the one that is
 * mapped even after it was replaced; but only who has CAP_CHECKPOINT_RESTORE may follow those links
 * (proc_pid_map_files(5)). Everybody else goes by the name, from the process's root folder. The
 * kernel gives names without symbolic links, so going by it from there stays inside that root.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/file.h"

#include "process-private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static int
open_by_range (struct lac_process      *process,
               const struct lac_region *region)
{
  char path[64];

  snprintf (path,
            sizeof path,
            "map_files/%" PRIx64 "-%" PRIx64,
            region->start,
            region->end);
  return openat (process->directory, path, OPEN_FLAGS);
}

static int
open_by_name (struct lac_process       *process,
              const struct lac_backing *backing)
{
  int root = openat (process->directory, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
  int file;
  int error;

  if (root < 0)
    return -1;
  file = openat (root, backing->name + 1, OPEN_FLAGS);
  error = errno;
  close (root);
  errno = error;
  return file;
}

enum lac_status
lac_process_open_file (struct lac_process      *process,
                       const struct lac_map    *map,
                       const struct lac_region *region,
                       int                     *out_file)
{
  const struct lac_backing *backing = lac_map_backing (map, region);
  struct stat facts;
  int file;

  if (backing->inode == 0 || backing->name_length < 2 || backing->name[0] != '/')
    return LAC_E_NOT_FOUND;

  file = open_by_range (process, region);
  if (file < 0)
    {
      /* The name may be another file's by now. */
      if (backing->deleted)
        return LAC_E_NOT_FOUND;
      file = open_by_name (process, backing);
    }
  if (file < 0)
    return errno == ENOENT || errno == ENOTDIR ? LAC_E_NOT_FOUND : LAC_E_NOT_SUPPORTED;

  if (fstat (file, &facts) != 0 || !S_ISREG (facts.st_mode))
    {
      close (file);
      return LAC_E_NOT_SUPPORTED;
    }
  *out_file = file;
  return LAC_OK;
}

enum lac_status
lac_file_open_pipe (const char *path,
                    int        *out_file)
{
  int file = open (path, OPEN_FLAGS);

  if (file < 0)
    return errno == ENOENT || errno == ENOTDIR ? LAC_E_NOT_FOUND : LAC_E_NOT_SUPPORTED;
  *out_file = file;
  return LAC_OK;
}

void
lac_file_close (int file)
{
  close (file);
}
