/* Files that processes left behind: see lac_shared_file_clean().
 *
 * Nobody waits for this, so it takes little time and comes back for the rest. What is removed is an ordinary
 * file of this user with such a name, that nobody changed for a day, that nobody holds locked, and that no
 * process of that PID can be using; a day, because other PIDs may be alive that this process can't see, and
 * files that others make are not locked.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shared-file-private.h"

#include "os/thread.h"
#include "system-call.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CLEAN_EVERY_SECONDS 3600
#define CLEAN_AGE_SECONDS (24 * 3600)

/* A folder that is longer than this has many entries: 57 at least on ext4, 200 on tmpfs. */
#define LITTERED_SIZE 4096

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

/* Whether nobody holds it, as those do who made it with this library. */
static bool
is_unlocked (int         folder,
             const char *name)
{
  int file = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  bool unlocked;

  if (file < 0)
    return errno == EACCES;
  unlocked = flock (file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
  close (file);
  return unlocked;
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
         && time_now - facts.st_mtim.tv_sec > clean_age && kill (process, 0) != 0
         && errno == ESRCH && is_unlocked (folder, name);
}

static size_t
clean_folder (int      folder,
              int      lock,
              unsigned milliseconds)
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
        complete = lac_clock_milliseconds () - start < milliseconds;
    }
  closedir (entries);
  /* While there was something to remove and no time for all of it, the next who has the time goes on. When
   * there was nothing, looking again so soon would be of no use. */
  if (complete || n_removed == 0)
    futimens (lock, NULL);
  else
    {
      struct timespec due[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = time_now - CLEAN_EVERY_SECONDS } };

      futimens (lock, due);
    }
  return n_removed;
}

/* Whether the time of a folder's lock says that it was not cleaned for @seconds. */
static bool
is_due (const struct stat *lock,
        int64_t            seconds)
{
  int64_t time_now = lac_call_wall_seconds ();

  /* A new one has just now as its time; a byte in it says that it was cleaned before. */
  return lock->st_size == 0 || time_now - lock->st_mtim.tv_sec >= seconds
         || lock->st_mtim.tv_sec > time_now + CLEAN_EVERY_SECONDS;
}

bool
lac_shared_folder_is_littered (const char *path,
                               int64_t     size)
{
  char lock[300];
  struct stat facts;
  char *to;

  if (size <= LITTERED_SIZE)
    return false;
  to = lac_name_append (lock, lock + sizeof lock, path);
  if (to == NULL)
    return false;
  *to++ = '/';
  lac_shared_folder_lock_name (to);
  return lac_call_stat (AT_FDCWD, lock, &facts, AT_SYMLINK_NOFOLLOW) != 0
         || is_due (&facts, 2 * CLEAN_EVERY_SECONDS);
}

size_t
lac_shared_file_clean (const struct lac_shared_file *file,
                       unsigned                      milliseconds)
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
      if (fstat (lock, &facts) == 0 && is_due (&facts, CLEAN_EVERY_SECONDS)
          && flock (lock, LOCK_EX | LOCK_NB) == 0
          && (facts.st_size != 0 || pwrite (lock, "\n", 1, 0) == 1))
        n_removed = clean_folder (folder, lock, milliseconds);
      close (lock);
    }
  close (folder);
  return n_removed;
}
