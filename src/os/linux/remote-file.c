/* The shared file of another process, mapped here: see os/remote-file.h.
 *
 * Whether the process's map shows the same file is not asked of stat(2), whose numbers are others
 * than a map's on some file systems (btrfs, overlays): the file is mapped here first, and both maps
 * are compared. On btrfs two files may even look the same there, when they lie in two subvolumes;
 * so the name that the process's map has must be the file's as well.
 *
 * The process's maps are asked through a descriptor that is opened once: it belongs to one memory
 * map, so that after exec(2) nothing is found any more (proc_pid_maps(5)).
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-file-private.h"

#include "core/translatable.h"
#include "os/thread.h"
#include "own-entry.h"
#include "process-private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* For how long a file that is not complete may still be in the making: as in shared-file.c. */
#define YOUNG_MILLISECONDS 250

/* How many files can be mapped at the same time. */
#define N_GUARDS 64

struct lac_remote_file
{
  struct lac_process *process;
  size_t size;
  size_t mapped;
  void *bytes;
  unsigned guard;
  char name[64];
  /* How a map shows it. */
  struct lac_region_entry shown;
  /* Where it was found, and by what; 0 and -1 for nowhere yet. */
  uint64_t address;
  int maps;
};

/* What is mapped, for the handler of the signal: everything in it may be read at any time. */
struct guard
{
  _Atomic uintptr_t start;
  _Atomic size_t size;
  atomic_bool lost;
};

static struct guard guards[N_GUARDS];
static struct lac_lock guards_lock;
static unsigned n_guarded;
static struct sigaction action_before;

/* A page of a file that is not there any more was touched. mmap(2) is a mere system call here. */
static void
catch_fault (int        number,
             siginfo_t *facts,
             void      *context)
{
  uintptr_t address = (uintptr_t) facts->si_addr;
  int error = errno;

  for (unsigned i = 0; i < N_GUARDS; i++)
    {
      uintptr_t start = atomic_load (&guards[i].start);
      size_t size = atomic_load (&guards[i].size);

      if (start == 0 || address < start || address - start >= size)
        continue;
      atomic_store (&guards[i].lost, true);
      if (mmap ((void *) start, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                0)
          != MAP_FAILED)
        {
          errno = error;
          return;
        }
    }
  errno = error;
  if ((action_before.sa_flags & SA_SIGINFO) != 0)
    action_before.sa_sigaction (number, facts, context);
  else if (action_before.sa_handler != SIG_DFL && action_before.sa_handler != SIG_IGN)
    action_before.sa_handler (number);
  else
    /* It happens again, and ends the process as it would have. */
    signal (number, SIG_DFL);
}

static bool
add_guard (void     *bytes,
           size_t    size,
           unsigned *out_guard)
{
  struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK };
  bool added = false;

  lac_lock_acquire (&guards_lock);
  for (unsigned i = 0; i < N_GUARDS && !added; i++)
    if (atomic_load (&guards[i].start) == 0)
      {
        atomic_store (&guards[i].lost, false);
        atomic_store (&guards[i].size, size);
        atomic_store (&guards[i].start, (uintptr_t) bytes);
        *out_guard = i;
        added = true;
      }
  if (added && n_guarded++ == 0)
    {
      action.sa_sigaction = catch_fault;
      sigemptyset (&action.sa_mask);
      sigaction (SIGBUS, &action, &action_before);
    }
  lac_lock_release (&guards_lock);
  return added;
}

static void
remove_guard (unsigned guard)
{
  struct sigaction now;

  lac_lock_acquire (&guards_lock);
  atomic_store (&guards[guard].start, 0);
  /* Unless somebody has put a handler over ours, which leads to it. */
  if (--n_guarded == 0 && sigaction (SIGBUS, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) != 0
      && now.sa_sigaction == catch_fault)
    sigaction (SIGBUS, &action_before, NULL);
  lac_lock_release (&guards_lock);
}

static bool
is_young (const struct stat *facts)
{
  struct timespec time;
  int64_t age;

  clock_gettime (CLOCK_REALTIME, &time);
  age = (time.tv_sec - facts->st_ctim.tv_sec) * INT64_C (1000)
        + (time.tv_nsec - facts->st_ctim.tv_nsec) / 1000000;
  return age >= -100 && age < YOUNG_MILLISECONDS;
}

static enum lac_status
map_here (struct lac_remote_file     *file,
          int                         descriptor,
          bool                        writable,
          struct lac_process_failure *out_failure)
{
  const char *what = N_ ("map the process's shared file");
  int protection = PROT_READ | (writable ? PROT_WRITE : 0);
  void *bytes = mmap (NULL, file->mapped, protection, MAP_SHARED, descriptor, 0);

  if (bytes == MAP_FAILED)
    return lac_process_fail (out_failure, errno == ENOMEM ? LAC_E_NO_MEMORY : LAC_E_SYSTEM, errno, what);
  /* A child would write where its parent does. */
  madvise (bytes, file->mapped, MADV_DONTFORK);
  if (lac_own_entry ((uintptr_t) bytes, &file->shown) != LAC_OK)
    {
      munmap (bytes, file->mapped);
      return lac_process_fail (out_failure, LAC_E_SYSTEM, 0, what);
    }
  if (!add_guard (bytes, file->mapped, &file->guard))
    {
      munmap (bytes, file->mapped);
      return lac_process_fail (out_failure, LAC_E_NO_MEMORY, 0, what);
    }
  file->bytes = bytes;
  return LAC_OK;
}

/* Looks at what has the name in @folder, and maps it if it is a file that could be one. */
static enum lac_status
open_name (struct lac_remote_file       *file,
           const struct lac_remote_way  *way,
           int                           folder,
           struct lac_remote_file_facts *facts,
           struct lac_process_failure   *out_failure)
{
  const int flags = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const char *what = N_ ("open the process's shared file");
  enum lac_status status = LAC_OK;
  struct stat about;
  int descriptor;

  if (fstatat (folder, way->name, &about, AT_SYMLINK_NOFOLLOW) != 0)
    return lac_process_fail (out_failure, errno == ENOENT ? LAC_E_NOT_FOUND : LAC_E_SYSTEM, errno, what);
  if (about.st_uid != way->user)
    return lac_process_fail (out_failure, LAC_E_OTHER_USER, 0, what);
  if (!S_ISREG (about.st_mode))
    return LAC_OK;

  facts->writable = true;
  descriptor = openat (folder, way->name, O_RDWR | flags);
  if (descriptor < 0 && (errno == EACCES || errno == EPERM || errno == EROFS))
    {
      facts->writable = false;
      descriptor = openat (folder, way->name, O_RDONLY | flags);
    }
  /* It is there, and the process's own: with CAP_SYS_PTRACE one came so far, and that is not enough. */
  if (descriptor < 0 && errno == EACCES)
    return lac_process_fail (out_failure, LAC_E_OTHER_FILES, errno, what);
  if (descriptor < 0)
    return lac_process_fail (out_failure, errno == ENOENT ? LAC_E_NOT_FOUND : LAC_E_SYSTEM, errno, what);
  if (fstat (descriptor, &about) != 0 || !S_ISREG (about.st_mode) || about.st_uid != way->user)
    /* Exchanged since it was looked at. */
    status = lac_process_fail (out_failure, LAC_E_NOT_FOUND, 0, what);
  else if (about.st_nlink > 1)
    /* A second name could lead into another folder, which anyone may have made. */
    status = lac_process_fail (out_failure, LAC_E_OTHER_USER, 0, what);
  else if (about.st_size >= (off_t) file->size)
    status = map_here (file, descriptor, facts->writable, out_failure);
  facts->young = is_young (&about);
  close (descriptor);
  return status;
}

enum lac_status
lac_remote_file_open (struct lac_process           *process,
                      enum lac_remote_place         place,
                      size_t                        size,
                      struct lac_remote_file      **out_file,
                      struct lac_remote_file_facts *out_facts,
                      struct lac_process_failure   *out_failure)
{
  struct lac_remote_file_facts facts = { .path = "" };
  struct lac_remote_file *file = NULL;
  struct lac_remote_way way;
  enum lac_status status;
  int folder;

  if (!process->live)
    return lac_process_fail (out_failure, LAC_E_NOT_FOUND, 0, N_ ("look for the shared file"));
  status = lac_remote_way_find (process, place, &way, out_failure);
  if (status != LAC_OK)
    return status;
  status = lac_remote_way_open (process, &way, &folder, out_failure);
  if (status != LAC_OK)
    return status;
  file = calloc (1, sizeof *file);
  if (file == NULL)
    {
      close (folder);
      return lac_process_fail (out_failure, LAC_E_NO_MEMORY, ENOMEM, N_ ("look for the shared file"));
    }
  file->process = process;
  file->size = size;
  file->mapped = (size_t) sysconf (_SC_PAGESIZE);
  file->maps = -1;
  memcpy (file->name, way.name, sizeof file->name);
  status = open_name (file, &way, folder, &facts, out_failure);
  close (folder);
  if (status != LAC_OK)
    {
      lac_remote_file_close (file);
      return status;
    }
  facts.bytes = file->bytes;
  lac_remote_way_print (&way, facts.path);
  *out_file = file;
  *out_facts = facts;
  return LAC_OK;
}

void
lac_remote_file_close (struct lac_remote_file *file)
{
  if (file == NULL)
    return;
  if (file->bytes != NULL)
    {
      remove_guard (file->guard);
      munmap (file->bytes, file->mapped);
    }
  if (file->maps >= 0)
    close (file->maps);
  free (file);
}

/* What the process's map has at @address. @name: room for the name where it is to be known. */
static enum lac_status
ask (struct lac_remote_file  *file,
     uint64_t                 address,
     struct lac_region_entry *out_entry,
     char                    *name)
{
  char unused[LAC_NAME_MAX];
  enum lac_status status = file->process->queries != LAC_QUERIES_NO
                               ? lac_query_point (file->maps, address, false, out_entry, name)
                               : LAC_E_NOT_SUPPORTED;

  if (status == LAC_E_NOT_SUPPORTED)
    status = lac_query_line (file->process, file->maps, address, out_entry, name != NULL ? name : unused,
                             NULL);
  return status;
}

static bool
is_of_file (const struct lac_remote_file  *file,
            const struct lac_region_entry *entry)
{
  return entry->inode != 0 && entry->inode == file->shown.inode
         && entry->device_major == file->shown.device_major
         && entry->device_minor == file->shown.device_minor;
}

static bool
is_shown (const struct lac_remote_file  *file,
          uint64_t                       address,
          const struct lac_region_entry *entry)
{
  const unsigned both = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE;

  return entry->start == address && entry->end - entry->start >= file->size && entry->offset == 0
         && is_of_file (file, entry) && (entry->flags & LAC_REGION_SHARED) != 0
         && (entry->protection & both) == both;
}

bool
lac_remote_file_believe (struct lac_remote_file *file,
                         uint64_t                address)
{
  struct lac_region_entry entry;
  char name[LAC_NAME_MAX];
  size_t length = strlen (file->name);

  if (file->bytes == NULL || address == 0)
    return false;
  if (file->maps < 0)
    file->maps = lac_process_open_maps (file->process, "maps");
  if (file->maps < 0 || ask (file, address, &entry, name) != LAC_OK || !is_shown (file, address, &entry))
    return false;
  if (entry.deleted || entry.name_length <= length
      || entry.name[entry.name_length - length - 1] != '/'
      || memcmp (entry.name + entry.name_length - length, file->name, length) != 0)
    return false;
  file->address = address;
  return !atomic_load (&guards[file->guard].lost);
}

bool
lac_remote_file_is_mapped (struct lac_remote_file *file,
                           uint64_t                address)
{
  struct lac_region_entry entry;

  return file->maps >= 0 && address != 0 && ask (file, address, &entry, NULL) == LAC_OK
         && is_of_file (file, &entry);
}

bool
lac_remote_file_is_there (struct lac_remote_file *file)
{
  struct lac_region_entry entry;

  return file->address != 0 && !atomic_load (&guards[file->guard].lost)
         && ask (file, file->address, &entry, NULL) == LAC_OK && is_shown (file, file->address, &entry);
}
