/* The way to a process's shared file, through its own namespaces: see os/remote-file.h.
 *
 * /proc/PID/root leads into the mounts that the process sees, and the last number of NSpid in its
 * status is the PID that it knows itself by (proc_pid_root(5), proc_pid_status(5)). The first
 * folder is looked up as the process would, links included, but never out of its root (openat2(2),
 * RESOLVE_IN_ROOT); below it nothing may be a link, and nothing is looked at that another program
 * serves (FUSE), since that may never answer. Which folders are believed is the rule of
 * shared-folder.c, with the process's user in the place of ours.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-file-private.h"

#include "core/translatable.h"
#include "process-private.h"
#include "shared-file-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A status with all groups that a process may have, and more of an environment than is worth
 * looking through. */
#define STATUS_MAX ((size_t) 1 << 20)
#define ENVIRONMENT_MAX ((size_t) 1 << 18)

#define FOLDER_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static const char *common_root = "/tmp";
static const char *session_root;

void
lac_remote_file_set_roots (const char *common,
                           const char *session)
{
  common_root = common != NULL ? common : "/tmp";
  session_root = session;
}

/* Reads a file of the process; NULL when that fails, or when there is no memory. */
static char *
read_text (struct lac_process *process,
           const char         *name,
           size_t              most,
           size_t             *out_length)
{
  for (size_t size = 8192;; size *= 8)
    {
      char *text = malloc (size);
      ssize_t length = text != NULL ? lac_proc_read (process->directory, name, text, size) : -1;

      if (length < 0)
        {
          free (text);
          return NULL;
        }
      if ((size_t) length < size - 1 || size >= most)
        {
          *out_length = (size_t) length;
          return text;
        }
      free (text);
    }
}

/* The PID that the process knows itself by. */
static int32_t
find_own_number (struct lac_process *process)
{
  size_t length;
  char *text = read_text (process, "status", STATUS_MAX, &length);
  const char *line = text != NULL ? strstr (text, "\nNSpid:") : NULL;
  long number = process->pid;

  if (line != NULL)
    {
      const char *at = line + strlen ("\nNSpid:");
      char *end;

      for (long next = strtol (at, &end, 10); end != at; next = strtol (at, &end, 10))
        {
          number = next;
          at = end + strspn (end, " \t");
          if (*at == '\n' || *at == '\0')
            break;
        }
    }
  free (text);
  return (int32_t) number;
}

/* Where the process's session has its folder; false when it doesn't say. */
static bool
find_session (struct lac_process *process,
              char                path[128])
{
  const char *const name = "XDG_RUNTIME_DIR=";
  size_t length, value_length;
  char *text;
  bool found = false;

  if (session_root != NULL)
    {
      snprintf (path, 128, "%s", session_root);
      return true;
    }
  text = read_text (process, "environ", ENVIRONMENT_MAX, &length);
  if (text == NULL)
    return false;
  for (size_t at = 0; at < length && !found; at += strlen (text + at) + 1)
    if (strncmp (text + at, name, strlen (name)) == 0)
      {
        value_length = strlen (text + at + strlen (name));
        found = text[at + strlen (name)] == '/' && value_length < 128;
        if (found)
          memcpy (path, text + at + strlen (name), value_length + 1);
        break;
      }
  free (text);
  return found;
}

enum lac_status
lac_remote_way_find (struct lac_process         *process,
                     enum lac_remote_place       place,
                     struct lac_remote_way      *out_way,
                     struct lac_process_failure *out_failure)
{
  struct lac_remote_way way = { 0 };
  struct lac_proc_status status;
  int error = lac_proc_read_status (process->directory, &status);

  if (error != 0)
    return lac_process_refused (process, error, "read /proc/PID/status", out_failure);
  way.user = status.users[1];
  snprintf (way.name, sizeof way.name, LAC_SHARED_FILE_PREFIX "%d", find_own_number (process));
  switch (place)
    {
    case LAC_REMOTE_PLACE_COMMON:
      snprintf (way.base, sizeof way.base, "%s", common_root);
      way.folders[0] = (struct lac_remote_folder){ ".reloaded", 01777 };
      way.folders[1] = (struct lac_remote_folder){ "memory.buffers", 01777 };
      way.n_folders = 2;
      break;
    case LAC_REMOTE_PLACE_SESSION:
      /* Who runs with another user's rights heeds no environment. */
      if (status.users[0] != status.users[1] || !find_session (process, way.base))
        return lac_process_fail (out_failure, LAC_E_NOT_FOUND, 0, N_ ("look for the shared file"));
      way.folders[0] = (struct lac_remote_folder){ "lacuna", 0700 };
      way.n_folders = 1;
      break;
    case LAC_REMOTE_PLACE_BESIDE:
    default:
      snprintf (way.base, sizeof way.base, "%s", common_root);
      snprintf (way.folders[0].name, sizeof way.folders[0].name, ".lacuna-%u", way.user);
      way.folders[0].mode = 0700;
      way.n_folders = 1;
      break;
    }
  *out_way = way;
  return LAC_OK;
}

void
lac_remote_way_print (const struct lac_remote_way *way,
                      char                         path[256])
{
  snprintf (path, 256, "%s/%s%s%s/%s", way->base, way->folders[0].name, way->n_folders > 1 ? "/" : "",
            way->n_folders > 1 ? way->folders[1].name : "", way->name);
}

static enum lac_status
refuse (struct lac_process_failure *out_failure,
        int                         error,
        const char                 *what)
{
  switch (error)
    {
    case ENOENT:
      return lac_process_fail (out_failure, LAC_E_NOT_FOUND, error, what);
    case ELOOP:
    case ENOTDIR:
    case EACCES:
      return lac_process_fail (out_failure, LAC_E_OTHER_USER, error, what);
    default:
      return lac_process_fail (out_failure, LAC_E_SYSTEM, error, what);
    }
}

/* Opens @path below @root piece by piece, where the kernel can't do it at once or a filter forbids
 * that. No links then. */
static int
open_by_pieces (int         root,
                const char *path)
{
  char piece[256];
  int folder = root;

  while (*path != '\0')
    {
      size_t length = strcspn (path, "/");
      int next;

      if (length > 0)
        {
          if (length >= sizeof piece || (length == 2 && memcmp (path, "..", 2) == 0))
            next = -1;
          else
            {
              memcpy (piece, path, length);
              piece[length] = '\0';
              next = openat (folder, piece, FOLDER_FLAGS);
            }
          if (folder != root)
            close (folder);
          if (next < 0)
            return -1;
          folder = next;
        }
      path += length + (path[length] == '/');
    }
  return folder != root ? folder : openat (root, ".", FOLDER_FLAGS);
}

/* Opens the process's root folder; -1 with errno. When its first thread has ended that one has none any more,
 * and the others have (fs/proc/base.c, get_task_root). */
static int
open_root (struct lac_process *process)
{
  const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  int root = openat (process->directory, "root", flags);
  int tasks = root < 0 && errno == ENOENT
                  ? openat (process->directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                  : -1;
  DIR *directory = tasks >= 0 ? fdopendir (tasks) : NULL;
  const struct dirent *entry;

  if (directory == NULL)
    {
      if (tasks >= 0)
        close (tasks);
      return root;
    }
  while (root < 0 && (entry = readdir (directory)) != NULL)
    {
      char path[sizeof entry->d_name + sizeof "/root"];

      if (entry->d_name[0] == '.')
        continue;
      snprintf (path, sizeof path, "%s/root", entry->d_name);
      root = openat (tasks, path, flags);
    }
  closedir (directory);
  if (root < 0)
    errno = ENOENT;
  return root;
}

enum lac_status
lac_remote_way_open_base (struct lac_process         *process,
                          struct lac_remote_way      *way,
                          int                        *out_base,
                          struct lac_process_failure *out_failure)
{
  struct open_how how = {
    .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
  };
  struct stat facts;
  int root, base, error;

  root = open_root (process);
  if (root < 0)
    return lac_process_refused (process, errno, "open /proc/PID/root", out_failure);
  base = (int) syscall (SYS_openat2, root, way->base, &how, sizeof how);
  if (base < 0 && (errno == ENOSYS || errno == EPERM))
    base = open_by_pieces (root, way->base);
  error = errno;
  close (root);
  if (base < 0)
    return refuse (out_failure, error, N_ ("open the process's folder for temporary files"));
  way->mount = 0;
  if (lac_image_may_wait_for_a_program (process, base, &way->mount))
    {
      close (base);
      return lac_process_fail (out_failure, LAC_E_NOT_SUPPORTED, 0,
                               N_ ("open the process's folder for temporary files"));
    }
  if (fstat (base, &facts) == 0
      && ((facts.st_mode & S_ISVTX) != 0
          || ((facts.st_mode & (S_IWGRP | S_IWOTH)) == 0
              && (facts.st_uid == 0 || facts.st_uid == way->user))))
    {
      *out_base = base;
      return LAC_OK;
    }
  close (base);
  return lac_process_fail (out_failure, LAC_E_OTHER_USER, 0,
                           N_ ("open the process's folder for temporary files"));
}

/* Whether only those who are believed can exchange what is in a folder. */
static bool
is_folder_safe (const struct lac_remote_way *way,
                bool                         shared,
                const struct stat           *facts)
{
  if (facts->st_uid == way->user)
    return shared ? (facts->st_mode & (S_IWGRP | S_IWOTH)) == 0 || (facts->st_mode & S_ISVTX) != 0
                  : (facts->st_mode & (S_IRWXG | S_IRWXO)) == 0;
  if (!shared)
    return false;
  if ((facts->st_mode & S_ISVTX) != 0)
    return facts->st_uid == 0 || (facts->st_mode & S_IWOTH) != 0;
  return facts->st_uid == 0 && (facts->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

enum lac_status
lac_remote_way_open_folder (struct lac_process         *process,
                            struct lac_remote_way      *way,
                            unsigned                    index,
                            int                         parent,
                            int                        *out_folder,
                            struct stat                *out_facts,
                            struct lac_process_failure *out_failure)
{
  const char *what = N_ ("open the folder of shared files");
  bool shared = (way->folders[index].mode & S_ISVTX) != 0;
  int folder = openat (parent, way->folders[index].name, FOLDER_FLAGS);
  struct stat facts;

  if (folder < 0)
    return refuse (out_failure, errno, what);
  if (lac_image_may_wait_for_a_program (process, folder, &way->mount))
    {
      close (folder);
      return lac_process_fail (out_failure, LAC_E_NOT_SUPPORTED, 0, what);
    }
  if (fstat (folder, &facts) != 0 || !is_folder_safe (way, shared, &facts))
    {
      close (folder);
      return lac_process_fail (out_failure, LAC_E_OTHER_USER, 0, what);
    }
  *out_folder = folder;
  if (out_facts != NULL)
    *out_facts = facts;
  return LAC_OK;
}

enum lac_status
lac_remote_way_open (struct lac_process         *process,
                     struct lac_remote_way      *way,
                     int                        *out_folder,
                     struct lac_process_failure *out_failure)
{
  int folder;
  enum lac_status status = lac_remote_way_open_base (process, way, &folder, out_failure);

  for (unsigned i = 0; i < way->n_folders && status == LAC_OK; i++)
    {
      int parent = folder;

      status = lac_remote_way_open_folder (process, way, i, parent, &folder, NULL, out_failure);
      close (parent);
    }
  if (status == LAC_OK)
    *out_folder = folder;
  return status;
}
