/* A file that everyone in this process finds by its name alone: see os/shared-file.h.
 *
 * Every step goes through the descriptor of the folder before it and follows no link, so that nobody can
 * exchange a part of the path meanwhile. A folder counts when only its owner, who is root or ourselves,
 * can write to it, or when it is sticky, as /tmp is: then nobody else removes or renames what is
 * ours. The file itself must be our own.
 *
 * A file without its first word is in the making as long as it is young, and waited for: so it is with
 * others who know the name and nothing of this (they create, map, then write that word), and with us.
 * Whoever took longer looks whether the name is still its own. Who replaces a file holds a lock of this
 * user on the folder (flock(2)), and judges again before.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/shared-file.h"

#include "core/translatable.h"
#include "os/os.h"
#include "os/thread.h"
#include "own-entry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "Reloaded.Memory.Buffers.MemoryBuffer, PID "

/* For how long a file that is not complete may still be in the making, and for how long a lock is waited
 * for. */
#define YOUNG_MILLISECONDS 250
#define PATIENCE_MILLISECONDS 500

/* How often it is begun again because somebody else was faster. */
#define MAX_ROUNDS 64

#define CLEAN_EVERY_SECONDS 3600
#define CLEAN_AGE_SECONDS (24 * 3600)
#define CLEAN_MILLISECONDS 4

enum verdict
{
  /* There is none. */
  ABSENT,
  /* Mapped in this process, and believed. */
  GOOD,
  /* Somebody may be making it. */
  YOUNG,
  /* Ours, and of no use to anyone who looks by its name. */
  STALE,
  /* Not ours to touch. */
  FOREIGN,
};

struct obstacle
{
  enum lac_status status;
  int system_error;
  const char *what;
};

static const char *common_root = "/tmp";
static const char *own_root;
static int64_t clean_age = CLEAN_AGE_SECONDS;

/* Where files lie that this copy of the library used in this process's ancestors. A child has them mapped
 * too, so when one of them had the PID that the child has now, its file is there and looks like the
 * child's own. What was mapped before fork(2) can't have been made after. */
#define MAX_INHERITED 16
static uintptr_t inherited[MAX_INHERITED];
static unsigned n_inherited;

void
lac_shared_file_set_roots (const char *common,
                           const char *own)
{
  common_root = common != NULL ? common : "/tmp";
  own_root = own;
}

void
lac_shared_file_set_clean_age (int64_t seconds)
{
  clean_age = seconds;
}

static enum lac_status
fail (struct obstacle *obstacle,
      enum lac_status  status,
      int              system_error,
      const char      *what)
{
  *obstacle = (struct obstacle){ status, system_error, what };
  return status;
}

static void
file_name (char    name[64],
           int32_t process)
{
  snprintf (name, 64, PREFIX "%" PRId32, process);
}

static int
lock_in_time (int file,
              int operation)
{
  uint64_t start = lac_clock_milliseconds ();

  while (flock (file, operation | LOCK_NB) != 0)
    {
      if (errno == EINTR)
        continue;
      if (errno != EWOULDBLOCK)
        return errno;
      if (lac_clock_milliseconds () - start > PATIENCE_MILLISECONDS)
        return EWOULDBLOCK;
      lac_thread_pause (500);
    }
  return 0;
}

/* Folders */

static bool
is_folder_safe (const struct stat *facts,
                bool               shared)
{
  if (facts->st_uid == geteuid ())
    return shared || (facts->st_mode & (S_IRWXG | S_IRWXO)) == 0;
  if (!shared)
    return false;
  if ((facts->st_mode & S_ISVTX) != 0)
    return facts->st_uid == 0 || (facts->st_mode & S_IWOTH) != 0;
  return facts->st_uid == 0 && (facts->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Opens folder @name in @parent, or makes it; returns its descriptor, or -1. */
static int
open_folder (int              parent,
             const char      *name,
             bool             shared,
             bool             make,
             struct obstacle *out_obstacle)
{
  const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  mode_t mode = shared ? 01777 : 0700;
  struct stat facts;
  int folder = openat (parent, name, flags);

  if (folder < 0 && errno == ENOENT && make)
    {
      if (mkdirat (parent, name, mode) == 0 || errno == EEXIST)
        folder = openat (parent, name, flags);
    }
  if (folder < 0)
    {
      int error = errno;

      if (error == ENOENT && !make)
        fail (out_obstacle, LAC_E_NOT_FOUND, 0, "");
      else if (error == ELOOP || error == ENOTDIR)
        fail (out_obstacle, LAC_E_SYSTEM, error, N_ ("the folder is a link or no folder"));
      else if (error == EACCES && fstatat (parent, name, &facts, AT_SYMLINK_NOFOLLOW) == 0
               && facts.st_uid != geteuid ())
        fail (out_obstacle, LAC_E_OTHER_USER, error, N_ ("the folder belongs to another user"));
      else
        fail (out_obstacle, LAC_E_SYSTEM, error, N_ ("the folder can't be opened or made"));
      return -1;
    }
  if (fstat (folder, &facts) != 0)
    goto refused;
  /* The mode that mkdir(2) gave went through the umask; and whoever made a folder of ours before may
   * have stopped in between, or was a program that shares with nobody. */
  if (make && facts.st_uid == geteuid () && (facts.st_mode & 07777) != mode
      && fchmod (folder, mode) == 0)
    facts.st_mode = (facts.st_mode & ~(mode_t) 07777) | mode;
  if (shared && facts.st_uid == geteuid () && (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0
      && (facts.st_mode & S_ISVTX) == 0)
    goto refused;
  if (is_folder_safe (&facts, shared))
    return folder;

refused:
  close (folder);
  if (facts.st_uid != geteuid () && facts.st_uid != 0)
    fail (out_obstacle, LAC_E_OTHER_USER, 0, N_ ("the folder belongs to another user"));
  else
    fail (out_obstacle, LAC_E_OTHER_USER, 0, N_ ("others can exchange what is in the folder"));
  return -1;
}

static bool
is_root_safe (const struct stat *facts)
{
  return (facts->st_mode & S_ISVTX) != 0
         || ((facts->st_mode & (S_IWGRP | S_IWOTH)) == 0
             && (facts->st_uid == 0 || facts->st_uid == geteuid ()));
}

/* The root of a place: a path that is trusted as such, but not what others may do in it. */
static int
open_root (const char      *path,
           struct obstacle *out_obstacle)
{
  struct stat facts;
  int folder = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);

  if (folder < 0)
    {
      fail (out_obstacle, LAC_E_SYSTEM, errno, N_ ("the folder for temporary files can't be opened"));
      return -1;
    }
  if (fstat (folder, &facts) == 0 && is_root_safe (&facts))
    return folder;
  fail (out_obstacle, LAC_E_OTHER_USER, 0,
        N_ ("others can exchange what is in the folder for temporary files"));
  close (folder);
  return -1;
}

/* The same in one step, for folders that are as they should be; else -1, and the steps tell why. What
 * was looked at by its path can be exchanged only by who was believed. */
static int
open_common_quickly (const char *path)
{
  struct open_how how = {
    .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK,
    .resolve = RESOLVE_NO_SYMLINKS,
  };
  char outer[256];
  struct stat facts;
  int folder = (int) syscall (SYS_openat2, AT_FDCWD, path, &how, sizeof how);

  if (folder < 0)
    return -1;
  snprintf (outer, sizeof outer, "%s/.reloaded", common_root);
  if (lstat (common_root, &facts) == 0 && is_root_safe (&facts) && lstat (outer, &facts) == 0
      && (facts.st_mode & 07777) == 01777 && fstat (folder, &facts) == 0
      && (facts.st_mode & 07777) == 01777)
    return folder;
  close (folder);
  return -1;
}

static int
open_common (bool             make,
             char             path[256],
             struct obstacle *out_obstacle)
{
  int root, middle, folder;

  snprintf (path, 256, "%s/.reloaded/memory.buffers", common_root);
  folder = open_common_quickly (path);
  if (folder >= 0)
    return folder;
  root = open_root (common_root, out_obstacle);
  if (root < 0)
    return -1;
  middle = open_folder (root, ".reloaded", true, make, out_obstacle);
  close (root);
  if (middle < 0)
    return -1;
  folder = open_folder (middle, "memory.buffers", true, make, out_obstacle);
  close (middle);
  return folder;
}

/* Our own: below the folder that the session has for us alone, else beside the common one. */
static int
open_own (bool             make,
          char             path[256],
          struct obstacle *out_obstacle)
{
  const char *runtime = own_root != NULL ? own_root : secure_getenv ("XDG_RUNTIME_DIR");
  struct stat facts;
  char name[32];
  int root, folder;

  if (runtime != NULL && runtime[0] == '/' && stat (runtime, &facts) == 0
      && facts.st_uid == geteuid ())
    {
      root = open_root (runtime, out_obstacle);
      folder = root >= 0 ? open_folder (root, "lacuna", false, make, out_obstacle) : -1;
      if (root >= 0)
        close (root);
      if (folder >= 0)
        {
          snprintf (path, 256, "%s/lacuna", runtime);
          return folder;
        }
    }
  root = open_root (common_root, out_obstacle);
  if (root < 0)
    return -1;
  snprintf (name, sizeof name, ".lacuna-%u", (unsigned) geteuid ());
  folder = open_folder (root, name, false, make, out_obstacle);
  close (root);
  snprintf (path, 256, "%s/%s", common_root, name);
  return folder;
}

/* Files */

/* Where @file is mapped according to its first word, when this process's map agrees: this file and no
 * other, from its start, shared, to be read and written. What is compared is how the map itself shows
 * the file, since on some file systems that is not what stat(2) says (btrfs, overlays). */
static void *
find_mapping (int       file,
              uintptr_t claimed,
              size_t    size)
{
  size_t granularity = (size_t) lac_os_get_space ()->granularity;
  struct lac_region_entry ours, theirs;
  bool same;
  void *look;

  if (claimed == 0 || claimed % granularity != 0)
    return NULL;
  for (unsigned i = 0; i < n_inherited; i++)
    if (inherited[i] == claimed)
      return NULL;
  if (lac_own_entry (claimed, &theirs) != LAC_OK || theirs.start != claimed || theirs.inode == 0
      || theirs.offset != 0 || theirs.end - theirs.start < size
      || (theirs.flags & LAC_REGION_SHARED) == 0
      || (theirs.protection & (LAC_PROTECTION_READ | LAC_PROTECTION_WRITE))
             != (LAC_PROTECTION_READ | LAC_PROTECTION_WRITE))
    return NULL;
  look = mmap (NULL, granularity, PROT_READ, MAP_SHARED, file, 0);
  if (look == MAP_FAILED)
    return NULL;
  same = lac_own_entry ((uintptr_t) look, &ours) == LAC_OK && ours.inode == theirs.inode
         && ours.device_major == theirs.device_major && ours.device_minor == theirs.device_minor;
  munmap (look, granularity);
  /* What its maker did before it wrote the word is seen from here on. */
  return same && __atomic_load_n ((uintptr_t *) claimed, __ATOMIC_ACQUIRE) == claimed
             ? (void *) claimed
             : NULL;
}

static bool
is_young (const struct stat *facts)
{
  struct timespec time;
  int64_t age;

  clock_gettime (CLOCK_REALTIME, &time);
  age = (time.tv_sec - facts->st_ctim.tv_sec) * INT64_C (1000)
        + (time.tv_nsec - facts->st_ctim.tv_nsec) / 1000000;
  /* The time of a file is that of the last tick. */
  return age >= -100 && age < YOUNG_MILLISECONDS;
}

/* What the thing of that name is. For GOOD @out_address is where it is mapped. */
static enum verdict
judge (int              folder,
       const char      *name,
       size_t           size,
       void           **out_address,
       struct obstacle *out_obstacle)
{
  struct stat facts;
  uintptr_t claimed = 0;
  int file;

  if (fstatat (folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
    {
      if (errno == ENOENT)
        return ABSENT;
      fail (out_obstacle, LAC_E_SYSTEM, errno, N_ ("the file can't be looked at"));
      return FOREIGN;
    }
  if (facts.st_uid != geteuid ())
    {
      fail (out_obstacle, LAC_E_OTHER_USER, 0, N_ ("the file belongs to another user"));
      return FOREIGN;
    }
  /* A link, a folder, a pipe: ours, and nothing that anyone could have mapped. */
  if (!S_ISREG (facts.st_mode))
    return STALE;

  file = openat (folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0 && errno == ENOENT)
    return ABSENT;
  if (file < 0 && (errno == EACCES || errno == ELOOP || errno == EISDIR || errno == ENXIO))
    return STALE;
  if (file < 0 || fstat (file, &facts) != 0)
    {
      fail (out_obstacle, LAC_E_SYSTEM, errno, N_ ("the file can't be opened"));
      if (file >= 0)
        close (file);
      return FOREIGN;
    }
  if (!S_ISREG (facts.st_mode) || facts.st_uid != geteuid () || facts.st_nlink == 0)
    {
      /* Exchanged since it was looked at. */
      close (file);
      return YOUNG;
    }
  if (facts.st_size >= (off_t) size
      && pread (file, &claimed, sizeof claimed, 0) != (ssize_t) sizeof claimed)
    claimed = 0;
  /* A second name could lead into another folder, which anyone may have made. */
  if (claimed != 0 && facts.st_nlink == 1)
    {
      *out_address = find_mapping (file, claimed, size);
      if (*out_address != NULL)
        {
          /* Whoever has it mapped made it with the modes of his umask. */
          if ((facts.st_mode & 0777) != 0600)
            fchmod (file, 0600);
          close (file);
          return GOOD;
        }
    }
  if (claimed == 0 && is_young (&facts))
    {
      close (file);
      return YOUNG;
    }
  close (file);
  return STALE;
}

static bool
is_named (int         folder,
          const char *name,
          int         file)
{
  struct stat by_name, by_file;

  return fstatat (folder, name, &by_name, AT_SYMLINK_NOFOLLOW) == 0 && fstat (file, &by_file) == 0
         && by_name.st_ino == by_file.st_ino && by_name.st_dev == by_file.st_dev;
}

/* Makes the file. LAC_E_OCCUPIED when somebody else was faster. */
static enum lac_status
make_file (int              folder,
           const char      *name,
           size_t           size,
           void           **out_address,
           struct obstacle *out_obstacle)
{
  size_t granularity = (size_t) lac_os_get_space ()->granularity;
  unsigned char bytes[4096] = { 0 };
  void *address = MAP_FAILED;
  struct rlimit limit;
  ssize_t written;
  uint64_t start;
  int file;

  /* A longer file would be answered with a signal that ends the process. */
  if (getrlimit (RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < granularity)
    return fail (out_obstacle, LAC_E_SYSTEM, EFBIG, N_ ("this process may not make files"));

  start = lac_clock_milliseconds ();
  file = openat (folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST)
    return LAC_E_OCCUPIED;
  if (file < 0)
    return fail (out_obstacle, LAC_E_SYSTEM, errno, N_ ("the file can't be made"));

  address = mmap (NULL, granularity, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (address == MAP_FAILED)
    {
      fail (out_obstacle, LAC_E_SYSTEM, errno, N_ ("the file can't be mapped"));
      goto failed;
    }
  /* Written and not only made longer: a full disk says so here, and not by a signal when the first
   * buffer is entered. */
  memcpy (bytes, &address, sizeof address);
  written = pwrite (file, bytes, size, 0);
  if (written != (ssize_t) size
      || (granularity > size && ftruncate (file, (off_t) granularity) != 0))
    {
      fail (out_obstacle, LAC_E_SYSTEM, written >= 0 ? ENOSPC : errno,
            N_ ("the disk has no room for the file"));
      goto failed;
    }
  /* Nobody took it for a stale one while it was young. */
  if (lac_clock_milliseconds () - start > YOUNG_MILLISECONDS / 4 && !is_named (folder, name, file))
    {
      munmap (address, granularity);
      close (file);
      return LAC_E_OCCUPIED;
    }
  __atomic_store_n ((uintptr_t *) address, (uintptr_t) address, __ATOMIC_RELEASE);
  /* It stays open on purpose. */
  *out_address = address;
  return LAC_OK;

failed:
  if (address != MAP_FAILED)
    munmap (address, granularity);
  if (is_named (folder, name, file))
    unlinkat (folder, name, 0);
  close (file);
  return out_obstacle->status;
}

/* This user's lock on a folder: a file, whose time also says when it was cleaned. -1 when there can't be
 * one. */
static int
open_folder_lock (int folder)
{
  char name[32];
  struct stat facts;
  int file;

  snprintf (name, sizeof name, ".lacuna-%u", (unsigned) geteuid ());
  file = openat (folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                 0600);
  if (file >= 0
      && (fstat (file, &facts) != 0 || !S_ISREG (facts.st_mode) || facts.st_uid != geteuid ()))
    {
      close (file);
      return -1;
    }
  return file;
}

/* Puts a new file in the place of a stale one. LAC_E_OCCUPIED when it is none any more. */
static enum lac_status
replace_file (int              folder,
              const char      *name,
              size_t           size,
              void           **out_address,
              struct obstacle *out_obstacle)
{
  enum lac_status status = LAC_E_OCCUPIED;
  int lock = open_folder_lock (folder);
  int error = 0;

  if (lock < 0 || (error = lock_in_time (lock, LOCK_EX)) != 0)
    {
      fail (out_obstacle, LAC_E_SYSTEM, lock < 0 ? errno : error,
            N_ ("a file of an earlier process is in the way, and can't be locked"));
      if (lock >= 0)
        close (lock);
      return out_obstacle->status;
    }
  if (judge (folder, name, size, out_address, out_obstacle) == STALE)
    {
      if (unlinkat (folder, name, 0) == 0 || errno == ENOENT
          || ((errno == EISDIR || errno == EPERM)
              && (unlinkat (folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT)))
        status = make_file (folder, name, size, out_address, out_obstacle);
      else
        status = fail (out_obstacle, LAC_E_SYSTEM, errno,
                       N_ ("what has the file's name can't be removed"));
    }
  close (lock);
  return status;
}

static enum lac_status
open_in (int                     folder,
         size_t                  size,
         bool                    make,
         struct lac_shared_file *out_file,
         struct obstacle        *out_obstacle)
{
  char name[64];

  file_name (name, lac_os_process_id ());
  out_file->adopted = false;
  for (unsigned round = 0; round < MAX_ROUNDS * 16; round++)
    {
      enum lac_status status = LAC_E_OCCUPIED;

      /* Most often there is none. */
      if (make && round == 0)
        status = make_file (folder, name, size, &out_file->address, out_obstacle);
      if (status == LAC_E_OCCUPIED)
        switch (judge (folder, name, size, &out_file->address, out_obstacle))
          {
          case ABSENT:
            if (!make)
              return fail (out_obstacle, LAC_E_NOT_FOUND, 0, "");
            status = make_file (folder, name, size, &out_file->address, out_obstacle);
            break;
          case GOOD:
            out_file->adopted = true;
            status = LAC_OK;
            break;
          case YOUNG:
            if (!make)
              return fail (out_obstacle, LAC_E_NOT_FOUND, 0, "");
            lac_thread_pause (500);
            break;
          case STALE:
            if (!make)
              return fail (out_obstacle, LAC_E_NOT_FOUND, 0, "");
            status = replace_file (folder, name, size, &out_file->address, out_obstacle);
            break;
          case FOREIGN:
            status = out_obstacle->status;
            break;
          }
      if (status != LAC_E_OCCUPIED)
        return status;
    }
  return fail (out_obstacle, LAC_E_BUSY, 0, N_ ("others keep replacing the file"));
}

static void
remember_file (void *address)
{
  /* The oldest ancestor is the likeliest to be gone, its PID to be given again, and its file to have
   * been replaced. */
  if (n_inherited == MAX_INHERITED)
    {
      memmove (inherited, inherited + 1, sizeof inherited - sizeof *inherited);
      n_inherited--;
    }
  inherited[n_inherited++] = (uintptr_t) address;
}

enum lac_status
lac_shared_file_open (size_t                  size,
                      unsigned                flags,
                      struct lac_shared_file *out_file)
{
  bool make = (flags & LAC_SHARED_FILE_MAKE) != 0;
  struct obstacle common = { LAC_OK, 0, "" };
  struct obstacle own = { LAC_OK, 0, "" };
  enum lac_status status = LAC_E_NOT_FOUND;
  char name[64];
  int folder = -1;

  *out_file = (struct lac_shared_file){ .what = "" };
  if ((flags & LAC_SHARED_FILE_OWN_ONLY) == 0)
    {
      out_file->place = LAC_SHARED_PLACE_COMMON;
      folder = open_common (make, out_file->path, &common);
      status = folder >= 0 ? open_in (folder, size, make, out_file, &common) : common.status;
    }
  if (status != LAC_OK)
    {
      if (folder >= 0)
        close (folder);
      out_file->place = LAC_SHARED_PLACE_OWN;
      folder = open_own (make, out_file->path, &own);
      status = folder >= 0 ? open_in (folder, size, make, out_file, &own) : own.status;
      out_file->status = common.status == LAC_E_NOT_FOUND ? LAC_OK : common.status;
      out_file->system_error = common.system_error;
      out_file->what = common.what;
    }
  if (folder >= 0)
    close (folder);
  if (status != LAC_OK)
    {
      out_file->place = LAC_SHARED_PLACE_NONE;
      out_file->path[0] = '\0';
      if (out_file->status == LAC_OK && own.status != LAC_E_NOT_FOUND)
        {
          out_file->status = own.status;
          out_file->system_error = own.system_error;
          out_file->what = own.what;
        }
      return status;
    }
  file_name (name, lac_os_process_id ());
  snprintf (out_file->path + strlen (out_file->path),
            sizeof out_file->path - strlen (out_file->path), "/%s", name);
  if (make)
    remember_file (out_file->address);
  return LAC_OK;
}

/* Leftovers */

/* The PID in a file's name; 0 when it is no such name. */
static int32_t
process_of_name (const char *name)
{
  char *end;
  long process;

  if (strncmp (name, PREFIX, strlen (PREFIX)) != 0)
    return 0;
  name += strlen (PREFIX);
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
  struct obstacle obstacle;
  struct stat facts;
  char path[256];
  size_t n_removed = 0;
  int folder, lock;

  if (file->place == LAC_SHARED_PLACE_NONE)
    return 0;
  folder = file->place == LAC_SHARED_PLACE_COMMON ? open_common (false, path, &obstacle)
                                                  : open_own (false, path, &obstacle);
  if (folder < 0)
    return 0;
  lock = open_folder_lock (folder);
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
