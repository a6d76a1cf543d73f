/* A file that everyone in this process finds by its name alone: see os/shared-file.h.
 *
 * Folders that are believed are opened in shared-folder.c. The file itself must be our own.
 *
 * A file without its first word is in the making as long as it is young, and waited for: so it is with
 * others who know the name and nothing of this (they create, map, then write that word), and with us.
 * What is locked is waited for though it is old; whoever could not lock it looks at the end whether the
 * name is still its own. Who replaces a file holds a lock of this user on the folder (flock(2)), and one
 * on the file, and judges again before.
 *
 * A process that this one can't see may have the same PID, when both share a folder and no PIDs
 * (pid_namespaces(7)). So whoever makes a file locks it, and what is locked is not replaced. Files that
 * others made have no such lock. It belongs to what was opened, which the mapping keeps open, and which a
 * child has mapped as well after fork(2): so before a locked file is taken for one in use it is asked who
 * has it mapped, or the file of a parent long gone would seem alive (shared-maker.c).
 *
 * SPDX-License-Identifier: MIT
 */
#include "shared-file-private.h"

#include "core/translatable.h"
#include "os/os.h"
#include "os/thread.h"
#include "system-call.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* For how long a file that is not complete may still be in the making, and for how long a lock is waited
 * for. */
#define YOUNG_MILLISECONDS 250
#define PATIENCE_MILLISECONDS 500

/* How often it is begun again because somebody else was faster. */
#define MAX_ROUNDS 64

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

/* Where files lie that this copy of the library used in this process's ancestors. A child has them mapped
 * too, so when one of them had the PID that the child has now, its file is there and looks like the
 * child's own. What was mapped before fork(2) can't have been made after. */
#define MAX_INHERITED 16
static uintptr_t inherited[MAX_INHERITED] LAC_OF_FIRST_CALL;
static unsigned n_inherited LAC_OF_FIRST_CALL;

/* Opens a file, or makes it; @folder may be AT_FDCWD, and @name a path then. */
static int
open_name (int         folder,
           const char *name,
           int         flags)
{
  flags |= O_RDWR | O_NOFOLLOW | O_CLOEXEC;
  return folder == AT_FDCWD ? lac_shared_open_without_links (name, flags, flags & O_CREAT ? 0600 : 0)
                            : openat (folder, name, flags, 0600);
}

/* Locks @file, which was just made, for as long as it is mapped anywhere; where that is not possible, it
 * is as with those of others. True when it is locked, and nobody had removed it before. */
static bool
hold (int file)
{
  struct stat facts;

  /* Whoever removes it has it locked while he does, see judge(). */
  return lac_call_flock (file, LOCK_SH | LOCK_NB) == 0 && lac_call_stat_file (file, &facts) == 0
         && facts.st_nlink != 0;
}

enum lac_status
lac_shared_fail (struct lac_obstacle *obstacle,
                 enum lac_status      status,
                 int                  system_error,
                 const char          *what)
{
  *obstacle = (struct lac_obstacle){ status, system_error, what };
  return status;
}

static void
file_name (char    name[64],
           int32_t process)
{
  char *to = lac_name_append (name, name + 64, LAC_SHARED_FILE_PREFIX);

  lac_name_append_number (to, name + 64, (uint32_t) process);
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

/* How this process's map shows @file. What is compared is this, since on some file systems it is not what
 * stat(2) says (btrfs, overlays). */
static enum lac_status
show (int                      file,
      struct lac_region_entry *out_entry)
{
  size_t granularity = (size_t) lac_os_page_size ();
  void *look = mmap (NULL, granularity, PROT_READ, MAP_SHARED, file, 0);
  enum lac_status status;

  if (look == MAP_FAILED)
    return LAC_E_SYSTEM;
  status = lac_own_entry ((uintptr_t) look, out_entry);
  munmap (look, granularity);
  return status;
}

/* Whether @file is mapped where its first word says, by this process's own map: this file and no other,
 * from its start, shared, to be read and written. LAC_E_NOT_FOUND only when it is certain that it is not;
 * what can't be asked may be true. */
static enum lac_status
find_mapping (int                  file,
              uintptr_t            claimed,
              size_t               size,
              struct lac_obstacle *out_obstacle)
{
  struct lac_region_entry ours, theirs;
  enum lac_status status;

  if (claimed == 0 || claimed % (uintptr_t) lac_os_page_size () != 0)
    return LAC_E_NOT_FOUND;
  for (unsigned i = 0; i < n_inherited; i++)
    if (inherited[i] == claimed)
      return LAC_E_NOT_FOUND;
  errno = 0;
  status = lac_own_entry (claimed, &theirs);
  if (status == LAC_OK
      && (theirs.start != claimed || theirs.inode == 0 || theirs.offset != 0
          || theirs.end - theirs.start < size || (theirs.flags & LAC_REGION_SHARED) == 0
          || (theirs.protection & (LAC_PROTECTION_READ | LAC_PROTECTION_WRITE))
                 != (LAC_PROTECTION_READ | LAC_PROTECTION_WRITE)))
    status = LAC_E_NOT_FOUND;
  if (status == LAC_E_NOT_FOUND)
    return status;
  if (status != LAC_OK || show (file, &ours) != LAC_OK)
    return lac_shared_fail (out_obstacle, LAC_E_SYSTEM, errno,
                            N_ ("there is a file, and whether it is this process's can't be told"));
  /* What its maker did before it wrote the word is seen from here on. */
  return ours.inode == theirs.inode && ours.device_major == theirs.device_major
                 && ours.device_minor == theirs.device_minor
                 && __atomic_load_n ((uintptr_t *) claimed, __ATOMIC_ACQUIRE) == claimed
             ? LAC_OK
             : LAC_E_NOT_FOUND;
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

/* What the thing of that name is. For GOOD @out_address is where it is mapped. @out_lock: (nullable): asked
 * before what is STALE is removed; then a descriptor that keeps it locked until it is closed, or -1. */
static enum verdict
judge (int                  folder,
       const char          *name,
       size_t               size,
       int                 *out_lock,
       void               **out_address,
       struct lac_obstacle *out_obstacle)
{
  struct stat facts;
  uintptr_t claimed = 0;
  int file;

  if (out_lock != NULL)
    *out_lock = -1;
  if (fstatat (folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
    {
      if (errno == ENOENT)
        return ABSENT;
      lac_shared_fail (out_obstacle, LAC_E_SYSTEM, errno, N_ ("the file can't be looked at"));
      return FOREIGN;
    }
  if (facts.st_uid != geteuid ())
    {
      lac_shared_fail (out_obstacle, LAC_E_OTHER_USER, 0, N_ ("the file belongs to another user"));
      return FOREIGN;
    }
  /* A link, a folder, a pipe: ours, and nothing that anyone could have mapped. */
  if (!S_ISREG (facts.st_mode))
    return STALE;

  file = openat (folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0 && errno == ENOENT)
    return ABSENT;
  if (file < 0
      && (errno == ELOOP || errno == EISDIR || errno == ENXIO
          || (errno == EACCES && (facts.st_mode & 0600) != 0600)))
    return STALE;
  if (file < 0 || fstat (file, &facts) != 0)
    {
      lac_shared_fail (out_obstacle, LAC_E_SYSTEM, errno, N_ ("the file can't be opened"));
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
    {
      lac_shared_fail (out_obstacle, LAC_E_SYSTEM, errno, N_ ("the file can't be read"));
      close (file);
      return FOREIGN;
    }
  if (claimed != 0)
    {
      enum lac_status status = find_mapping (file, claimed, size, out_obstacle);

      /* A second name could lead into another folder, which anyone may have made. */
      if (status == LAC_OK && facts.st_nlink != 1)
        status = lac_shared_fail (out_obstacle, LAC_E_OTHER_USER, 0,
                                  N_ ("the file has a second name"));
      if (status == LAC_OK)
        {
          *out_address = (void *) claimed;
          /* Whoever has it mapped made it with the modes of his umask. */
          if ((facts.st_mode & 0777) != 0600)
            fchmod (file, 0600);
          close (file);
          return GOOD;
        }
      if (status != LAC_E_NOT_FOUND)
        {
          close (file);
          return FOREIGN;
        }
    }
  if (claimed == 0 && is_young (&facts))
    {
      close (file);
      return YOUNG;
    }
  if (out_lock != NULL && flock (file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    {
      struct lac_region_entry shown;

      /* Whoever makes it takes long. */
      if (claimed == 0)
        {
          close (file);
          return YOUNG;
        }
      if (show (file, &shown) != LAC_OK
          || lac_shared_maker_is_alive (claimed, &shown, lac_os_process_id ()))
        {
          lac_shared_fail (out_obstacle, LAC_E_BUSY, 0,
                           N_ ("a process with the same PID, which can't be seen from here, uses the file"));
          close (file);
          return FOREIGN;
        }
    }
  if (out_lock != NULL)
    *out_lock = file;
  else
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

/* Writes @size bytes, which is a multiple of 512, into an empty file. A page full of zeros would itself
 * be one more page to touch. */
static ssize_t
write_zeros (int    file,
             size_t size)
{
  unsigned char bytes[512] = { 0 };
  struct iovec pieces[8];
  size_t written = 0;

  for (size_t i = 0; i < 8; i++)
    pieces[i] = (struct iovec){ bytes, sizeof bytes };
  while (written < size)
    {
      size_t n = (size - written) / sizeof bytes;
      ssize_t length = lac_call_write_pieces (file, pieces, n < 8 ? (int) n : 8);

      if (length <= 0)
        return written > 0 ? (ssize_t) written : length;
      written += (size_t) length;
    }
  return (ssize_t) written;
}

/* Makes the file; @folder may be AT_FDCWD, and @name a path then. LAC_E_OCCUPIED when somebody else was
 * faster. */
static enum lac_status
make_file (int                  folder,
           const char          *name,
           size_t               size,
           void               **out_address,
           struct lac_obstacle *out_obstacle)
{
  size_t granularity = (size_t) lac_os_page_size ();
  void *address = MAP_FAILED;
  struct rlimit64 limit;
  ssize_t written;
  bool is_held;
  int file;

  /* A longer file would be answered with a signal that ends the process. */
  if (lac_call_get_limit (RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < granularity)
    return lac_shared_fail (out_obstacle, LAC_E_SYSTEM, EFBIG, N_ ("this process may not make files"));

  file = open_name (folder, name, O_CREAT | O_EXCL);
  if (file < 0 && errno == EEXIST)
    return LAC_E_OCCUPIED;
  if (file < 0)
    return lac_shared_fail (out_obstacle, LAC_E_SYSTEM, errno, N_ ("the file can't be made"));
  is_held = hold (file);

  address = mmap (NULL, granularity, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (address == MAP_FAILED)
    {
      lac_shared_fail (out_obstacle, LAC_E_SYSTEM, errno, N_ ("the file can't be mapped"));
      goto failed;
    }
  /* Zeros are written, and not only the length set: a full disk says so here, and not by a signal when the
   * first buffer is entered. Mapped it was before: that takes less time while there is nothing in it. */
  written = granularity > size && ftruncate (file, (off_t) granularity) != 0
                ? -1
                : write_zeros (file, size);
  if (written != (ssize_t) size)
    {
      lac_shared_fail (out_obstacle, LAC_E_SYSTEM, written >= 0 ? ENOSPC : errno,
            N_ ("the disk has no room for the file"));
      goto failed;
    }
  /* From here on it counts. */
  __atomic_store_n ((uintptr_t *) address, (uintptr_t) address, __ATOMIC_RELEASE);
  /* Nobody takes what is locked for a stale one, however long it takes. */
  if (!is_held && !is_named (folder, name, file))
    {
      munmap (address, granularity);
      close (file);
      return LAC_E_OCCUPIED;
    }
  /* The mapping keeps it open, and locked; a program that closes all its descriptors changes nothing. */
  lac_call_close (file);
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

/* Puts a new file in the place of a stale one. LAC_E_OCCUPIED when it is none any more. */
static enum lac_status
replace_file (int                  folder,
              const char          *name,
              size_t               size,
              void               **out_address,
              struct lac_obstacle *out_obstacle)
{
  enum lac_status status = LAC_E_OCCUPIED;
  enum verdict verdict;
  int lock = lac_shared_folder_open_lock (folder);
  int stale, error = 0;

  if (lock < 0 || (error = lock_in_time (lock, LOCK_EX)) != 0)
    {
      lac_shared_fail (out_obstacle, LAC_E_SYSTEM, lock < 0 ? errno : error,
            N_ ("a file of an earlier process is in the way, and can't be locked"));
      if (lock >= 0)
        close (lock);
      return out_obstacle->status;
    }
  verdict = judge (folder, name, size, &stale, out_address, out_obstacle);
  if (verdict == STALE)
    {
      if (unlinkat (folder, name, 0) != 0 && errno != ENOENT
          && ((errno != EISDIR && errno != EPERM)
              || (unlinkat (folder, name, AT_REMOVEDIR) != 0 && errno != ENOENT)))
        error = errno;
      if (stale >= 0)
        close (stale);
      if (error == 0)
        status = make_file (folder, name, size, out_address, out_obstacle);
      else
        status = lac_shared_fail (out_obstacle, LAC_E_SYSTEM, error,
                       N_ ("what has the file's name can't be removed"));
    }
  else if (verdict == FOREIGN)
    status = out_obstacle->status;
  close (lock);
  if (verdict == YOUNG)
    lac_thread_pause (500);
  return status;
}

static enum lac_status
open_in (int                     folder,
         size_t                  size,
         bool                    make,
         struct lac_shared_file *out_file,
         struct lac_obstacle    *out_obstacle)
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
        switch (judge (folder, name, size, NULL, &out_file->address, out_obstacle))
          {
          case ABSENT:
            if (!make)
              return lac_shared_fail (out_obstacle, LAC_E_NOT_FOUND, 0, "");
            status = make_file (folder, name, size, &out_file->address, out_obstacle);
            break;
          case GOOD:
            out_file->adopted = true;
            status = LAC_OK;
            break;
          case YOUNG:
            if (!make)
              return lac_shared_fail (out_obstacle, LAC_E_NOT_FOUND, 0, "");
            lac_thread_pause (500);
            break;
          case STALE:
            if (!make)
              return lac_shared_fail (out_obstacle, LAC_E_NOT_FOUND, 0, "");
            status = replace_file (folder, name, size, &out_file->address, out_obstacle);
            break;
          case FOREIGN:
            status = out_obstacle->status;
            break;
          }
      if (status != LAC_E_OCCUPIED)
        return status;
    }
  return lac_shared_fail (out_obstacle, LAC_E_BUSY, 0, N_ ("others keep replacing the file"));
}

/* The usual case: the folder is there, and the file is not. In any other the long way is gone, which also
 * tells why. */
static bool
make_quickly (size_t                  size,
              struct lac_shared_file *out_file)
{
  struct lac_obstacle obstacle;
  int64_t folder_size;
  char *end = lac_shared_folder_is_usual (out_file->path, &folder_size);

  if (end == NULL || out_file->path + sizeof out_file->path - end < 65)
    return false;
  out_file->clean_now = lac_shared_folder_is_littered (out_file->path, folder_size);
  *end = '/';
  file_name (end + 1, lac_os_process_id ());
  if (make_file (AT_FDCWD, out_file->path, size, &out_file->address, &obstacle) != LAC_OK)
    return false;
  out_file->place = LAC_SHARED_PLACE_COMMON;
  return true;
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
  struct lac_obstacle common = { LAC_OK, 0, "" };
  struct lac_obstacle own = { LAC_OK, 0, "" };
  enum lac_status status = LAC_E_NOT_FOUND;
  const char *path_end;
  char name[64];
  int folder = -1;

  *out_file = (struct lac_shared_file){ .what = "" };
  if (flags == LAC_SHARED_FILE_MAKE && make_quickly (size, out_file))
    {
      remember_file (out_file->address);
      return LAC_OK;
    }
  if ((flags & LAC_SHARED_FILE_OWN_ONLY) == 0)
    {
      out_file->place = LAC_SHARED_PLACE_COMMON;
      folder = lac_shared_folder_open_common (make, out_file->path, &common);
      status = folder >= 0 ? open_in (folder, size, make, out_file, &common) : common.status;
    }
  if (status != LAC_OK)
    {
      if (folder >= 0)
        close (folder);
      out_file->place = LAC_SHARED_PLACE_OWN;
      folder = lac_shared_folder_open_own (make, out_file->path, &own);
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
  path_end = out_file->path + sizeof out_file->path;
  if (lac_name_append (out_file->path + strlen (out_file->path), path_end, "/") != NULL)
    lac_name_append (out_file->path + strlen (out_file->path), path_end, name);
  if (make)
    remember_file (out_file->address);
  return LAC_OK;
}
