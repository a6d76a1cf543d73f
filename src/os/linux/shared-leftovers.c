/* Files that processes left behind: see lac_shared_file_clean().
 *
 * Nobody waits for this, so it takes little time and comes back for the rest. What is removed is an ordinary
 * file of this user with such a name, that nobody changed for a day and that no process of that PID can be
 * using; a day, because other PIDs may be alive that this process can't see.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shared-file-private.h"

#include "os/thread.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CLEAN_EVERY_SECONDS 3600
#define CLEAN_AGE_SECONDS (24 * 3600)
#define CLEAN_MILLISECONDS 4

static int64_t clean_age = CLEAN_AGE_SECONDS;

void
lac_shared_file_set_clean_age (int64_t seconds)
{
  clean_age = seconds;
}

/* The PID in a file's name; 0 when it is no such name. */
static int32_t
process_of_name (const char *name)
{
  char *end;
  long process;

  if (strncmp (name, LAC_SHARED_FILE_PREFIX, strlen (LAC_SHARED_FILE_PREFIX)) != 0)
    return 0;
  name += strlen (LAC_SHARED_FILE_PREFIX);
  if (name[0] < '1' || name[0] > '9')
    return 0;
  errno = 0;
  process = strtol (name, &end, 10);
  return *end == '\0' && errno == 0 && process <= INT32_MAX ? (int32_t) process : 0;
}

static bool
is_left_over (int         folder,
              const char *name,
              time_t      time_now)
{
  int32_t process = process_of_name (name);
  struct stat facts;

  return process != 0 && fstatat (folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0
         && S_ISREG (facts.st_mode) && facts.st_uid == geteuid ()
         && time_now - facts.st_mtim.tv_sec > clean_age
         && time_now - facts.st_ctim.tv_sec > clean_age && kill (process, 0) != 0
         && errno == ESRCH;
}

static size_t
clean_folder (int folder,
              int lock)
{
  uint64_t start = lac_clock_milliseconds ();
  time_t time_now = time (NULL);
  DIR *entries;
  struct dirent *entry;
  size_t n_removed = 0;
  bool complete = true;
  int again = openat (folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (again < 0)
    return 0;
  entries = fdopendir (again);
  if (entries == NULL)
    {
      close (again);
      return 0;
    }
  for (unsigned i = 1; complete && (entry = readdir (entries)) != NULL; i++)
    {
      if (is_left_over (folder, entry->d_name, time_now)
          && unlinkat (folder, entry->d_name, 0) == 0)
        n_removed++;
      if (i % 16 == 0)
        complete = lac_clock_milliseconds () - start < CLEAN_MILLISECONDS;
    }
  closedir (entries);
  /* While there was something to remove and no time for all of it, the next process goes on. When
   * there was nothing, looking again so soon would be of no use. */
  if (complete || n_removed == 0)
    futimens (lock, NULL);
  return n_removed;
}

size_t
lac_shared_file_clean (const struct lac_shared_file *file)
{
  struct lac_obstacle obstacle;
  struct stat facts;
  char path[256];
  size_t n_removed = 0;
  int folder, lock;

  if (file->place == LAC_SHARED_PLACE_NONE)
    return 0;
  folder = file->place == LAC_SHARED_PLACE_COMMON ? lac_shared_folder_open_common (false, path, &obstacle)
                                                  : lac_shared_folder_open_own (false, path, &obstacle);
  if (folder < 0)
    return 0;
  lock = lac_shared_folder_open_lock (folder);
  if (lock >= 0)
    {
      if (fstat (lock, &facts) == 0
          && (facts.st_size == 0 || time (NULL) - facts.st_mtim.tv_sec >= CLEAN_EVERY_SECONDS
              || facts.st_mtim.tv_sec > time (NULL) + CLEAN_EVERY_SECONDS)
          && flock (lock, LOCK_EX | LOCK_NB) == 0)
        {
          /* A new one has just now as its time; a byte in it says that it was cleaned before. */
          if (facts.st_size != 0 || pwrite (lock, "\n", 1, 0) == 1)
            n_removed = clean_folder (folder, lock);
        }
      close (lock);
    }
  close (folder);
  return n_removed;
}
