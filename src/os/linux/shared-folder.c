/* The folders that a shared file can lie in: see os/shared-file.h.
 *
 * Every step goes through the descriptor of the folder before it and follows no link, so that nobody can
 * exchange a part of the path meanwhile. A folder counts when only its owner, who is root or ourselves,
 * can write to it, or when it is sticky, as /tmp is: then nobody else removes or renames what is
 * ours.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shared-file-private.h"

#include "core/translatable.h"
#include "system-call.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *common_root = "/tmp";
static const char *own_root;

void
lac_shared_file_set_roots (const char *common,
                           const char *own)
{
  common_root = common != NULL ? common : "/tmp";
  own_root = own;
}

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
open_folder (int                  parent,
             const char          *name,
             bool                 shared,
             bool                 make,
             struct lac_obstacle *out_obstacle)
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
        lac_shared_fail (out_obstacle, LAC_E_NOT_FOUND, 0, "");
      else if (error == ELOOP || error == ENOTDIR)
        lac_shared_fail (out_obstacle, LAC_E_SYSTEM, error,
                         N_ ("the folder is a link or no folder"));
      else if (error == EACCES && fstatat (parent, name, &facts, AT_SYMLINK_NOFOLLOW) == 0
               && facts.st_uid != geteuid ())
        lac_shared_fail (out_obstacle, LAC_E_OTHER_USER, error,
                         N_ ("the folder belongs to another user"));
      else
        lac_shared_fail (out_obstacle, LAC_E_SYSTEM, error,
                         N_ ("the folder can't be opened or made"));
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
    lac_shared_fail (out_obstacle, LAC_E_OTHER_USER, 0, N_ ("the folder belongs to another user"));
  else
    lac_shared_fail (out_obstacle, LAC_E_OTHER_USER, 0,
                     N_ ("others can exchange what is in the folder"));
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
open_root (const char          *path,
           struct lac_obstacle *out_obstacle)
{
  struct stat facts;
  int folder = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);

  if (folder < 0)
    {
      lac_shared_fail (out_obstacle, LAC_E_SYSTEM, errno,
                       N_ ("the folder for temporary files can't be opened"));
      return -1;
    }
  if (fstat (folder, &facts) == 0 && is_root_safe (&facts))
    return folder;
  lac_shared_fail (out_obstacle, LAC_E_OTHER_USER, 0,
        N_ ("others can exchange what is in the folder for temporary files"));
  close (folder);
  return -1;
}

int
lac_shared_open_without_links (const char *path,
                               int         flags,
                               mode_t      mode)
{
  struct open_how how = {
    .flags = (uint64_t) (unsigned) flags,
    .mode = mode,
    .resolve = RESOLVE_NO_SYMLINKS,
  };

  return (int) syscall (SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

static bool
is_common_folder (const char  *path,
                  struct stat *out_facts)
{
  return lac_call_stat (AT_FDCWD, path, out_facts, AT_SYMLINK_NOFOLLOW) == 0
         && out_facts->st_mode == (S_IFDIR | 01777);
}

/* Names are put together by hand: printf(3) is the longer way by far in a program that has printed nothing
 * yet, and so are functions for strings. */
char *
lac_name_append (char       *to,
                 const char *end,
                 const char *text)
{
  while (*text != '\0' && to + 1 < end)
    *to++ = *text++;
  *to = '\0';
  return *text == '\0' ? to : NULL;
}

char *
lac_name_append_number (char       *to,
                        const char *end,
                        uint32_t    number)
{
  char digits[11];
  char *first = digits + sizeof digits - 1;

  *first = '\0';
  do
    *--first = (char) ('0' + number % 10);
  while ((number /= 10) != 0);
  return lac_name_append (to, end, first);
}

char *
lac_shared_folder_is_usual (char     path[256],
                            int64_t *out_size)
{
  const char *end = path + 256;
  struct stat facts;
  char *to = lac_name_append (path, end, common_root);
  bool usual;

  *out_size = 0;
  usual = to != NULL && lac_call_stat (AT_FDCWD, path, &facts, AT_SYMLINK_NOFOLLOW) == 0
          && S_ISDIR (facts.st_mode) && is_root_safe (&facts);
  if (to != NULL)
    to = lac_name_append (to, end, "/.reloaded");
  usual = usual && to != NULL && is_common_folder (path, &facts);
  if (to != NULL)
    to = lac_name_append (to, end, "/memory.buffers");
  usual = usual && to != NULL && is_common_folder (path, &facts);
  if (!usual)
    return NULL;
  *out_size = facts.st_size;
  return to;
}

int
lac_shared_folder_open_common (bool                 make,
                               char                 path[256],
                               struct lac_obstacle *out_obstacle)
{
  int root, middle, folder;
  int64_t size;

  if (lac_shared_folder_is_usual (path, &size) != NULL)
    {
      folder = lac_shared_open_without_links (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK, 0);
      if (folder >= 0)
        return folder;
    }
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
int
lac_shared_folder_open_own (bool                 make,
                            char                 path[256],
                            struct lac_obstacle *out_obstacle)
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

void
lac_shared_folder_lock_name (char name[32])
{
  char *to = lac_name_append (name, name + 32, ".lacuna-");

  lac_name_append_number (to, name + 32, (uint32_t) lac_call_geteuid ());
}

/* This user's lock on a folder: a file, whose time also says when it was cleaned. -1 when there can't be
 * one. */
int
lac_shared_folder_open_lock (int folder)
{
  char name[32];
  struct stat facts;
  int file;

  lac_shared_folder_lock_name (name);
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
