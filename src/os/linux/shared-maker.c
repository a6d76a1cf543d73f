/* Who keeps a shared file of this process's PID locked: see judge() in shared-file.c.
 *
 * Its maker has it mapped, and so has a child of the maker after fork(2); the lock lasts as long as one
 * of them does. When the maker has ended and a child lives on, the PID may be given again, and then the
 * file is stale though it is locked. When the maker lives it has this very PID among PIDs of its own
 * (pid_namespaces(7)), and the file is not ours to touch. So whoever has the file where its first word
 * says is asked for the PID by which it knows itself. Nobody who can be seen may have it: then it is
 * taken for somebody who can't.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shared-file-private.h"

#include "process-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether the process of @folder, one of /proc, has the file mapped at @address. */
static bool
has_mapped (int                            folder,
            uintptr_t                      address,
            const struct lac_region_entry *shown)
{
  struct lac_region_entry entry;
  int maps = openat (folder, "maps", O_RDONLY | O_CLOEXEC | O_NOCTTY);
  bool has = maps >= 0 && lac_own_entry_in (maps, address, &entry) == LAC_OK && entry.start == address
             && entry.inode == shown->inode && entry.device_major == shown->device_major
             && entry.device_minor == shown->device_minor && (entry.flags & LAC_REGION_SHARED) != 0;

  if (maps >= 0)
    close (maps);
  return has;
}

/* The PID by which the process of @folder knows itself: the last of a line that has one for each level. 0
 * when it is not known. */
static int32_t
innermost_number (int folder)
{
  char text[8192];
  const char *line, *number, *end;

  if (lac_proc_read (folder, "status", text, sizeof text) <= 0)
    return 0;
  line = strstr (text, "\nNSpid:");
  end = line != NULL ? strchr (line + 1, '\n') : NULL;
  if (end == NULL)
    return 0;
  number = end;
  while (number[-1] >= '0' && number[-1] <= '9')
    number--;
  return (int32_t) strtol (number, NULL, 10);
}

bool
lac_shared_maker_is_alive (uintptr_t                      address,
                           const struct lac_region_entry *shown,
                           int32_t                        process)
{
  bool alive = false, child_seen = false;
  char self[32] = "";
  struct dirent *entry;
  DIR *all = opendir ("/proc");

  if (all == NULL)
    return true;
  if (readlinkat (dirfd (all), "self", self, sizeof self - 1) < 0)
    self[0] = '\0';
  while (!alive && (entry = readdir (all)) != NULL)
    {
      int folder;

      if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
        continue;
      folder = openat (dirfd (all), entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
      if (folder < 0)
        continue;
      if (has_mapped (folder, address, shown))
        {
          bool is_self = strcmp (entry->d_name, self) == 0;
          int32_t number = is_self ? 0 : innermost_number (folder);

          /* What this process has there comes from an ancestor. One that says no number may be the maker. */
          if (is_self || (number != 0 && number != process))
            child_seen = true;
          else
            alive = true;
        }
      close (folder);
    }
  closedir (all);
  return alive || !child_seen;
}
