/* Reading and writing the memory of a process.
 *
 * process_vm_readv(2) and process_vm_writev(2) move bytes from one address space to another in one
 * call, heed protections, and stop at the first page that refuses; then the map says where it is worth
 * going on. They go by PID, which is this process's as long as it has not exited, so that is asked
 * after a reading, and before and after a writing.
 *
 * Where they are refused (a filter of system calls, a PID that means nothing here) or can't reach
 * (memory of a device), there is /proc/PID/mem. It goes past all protections of private memory
 * (proc_pid_mem(5)), so before it is used the map is asked whether that was wanted; there may be a
 * moment between the two.
 *
 * SPDX-License-Identifier: MIT
 */
#include "process-private.h"
#include "core/translatable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* Bytes that are moved without looking whether to stop: some hundredths of a second. */
#define PIECE ((size_t) 64 << 20)

/* How many questions are asked of a kernel that answers each with a reading of the text, before all of
 * it is read once and for all. */
#define QUESTIONS_BEFORE_MAP 4

/* One reading or writing. */
struct access
{
  struct lac_process *process;
  bool write;
  bool force;
  const char *what;
  struct lac_process_failure *out_failure;
  uint64_t page_size;
  /* What the system calls take for the process; 0 when they are of no use. */
  pid_t task;
  bool called;
  /* Where the last call stopped short: that page refuses. 0 when it did not; page 0 may be asked again. */
  uint64_t stopped_at;
  /* -1 when it was not opened yet. */
  int file;
  /* What was asked last: the region at or above `asked`. */
  bool region_known;
  bool region_found;
  struct lac_region region;
  uint64_t asked;
  /* In this region the file has refused a page that may be read. */
  bool file_is_no_help;
  unsigned n_questions;
  struct lac_map *map;
  unsigned n_attempts;
  struct lac_memory_outcome outcome;
};

/* A thread that is still running, for a process whose first one has ended. */
static pid_t
find_thread (struct lac_process *process)
{
  int tasks = openat (process->directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *directory = tasks >= 0 ? fdopendir (tasks) : NULL;
  const struct dirent *entry;
  pid_t thread = 0;

  if (directory == NULL)
    {
      if (tasks >= 0)
        close (tasks);
      return 0;
    }
  while (thread == 0 && (entry = readdir (directory)) != NULL)
    {
      struct lac_proc_stat stat;
      int folder;

      if (entry->d_name[0] == '.')
        continue;
      folder = openat (tasks, entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
      if (folder < 0)
        continue;
      if (lac_proc_read_stat (folder, &stat) == 0 && stat.state != 'Z' && stat.state != 'X')
        thread = (pid_t) strtol (entry->d_name, NULL, 10);
      close (folder);
    }
  closedir (directory);
  return thread;
}

static void
close_file (struct access *access)
{
  if (access->file >= 0)
    close (access->file);
  access->file = -1;
}

/* Decides through whom the memory is reached. */
static void
choose_task (struct access *access)
{
  struct lac_process *process = access->process;

  close_file (access);
  access->task = 0;
  if (!process->numbers_agree)
    return;
  access->task = process->through_threads ? find_thread (process) : (pid_t) process->pid;
}

/* Bytes moved by the system call; an errno, negated, when there were none. */
static ssize_t
move_by_call (struct access *access,
              uint64_t       address,
              void          *bytes,
              size_t         size)
{
  struct iovec here = { bytes, size };
  struct iovec there = { (void *) (uintptr_t) address, size };
  ssize_t n;

  /* A program of 32 bits can't name what lies higher; the file can. */
  if (address > UINTPTR_MAX || size - 1 > UINTPTR_MAX - (uintptr_t) address)
    return -ENOSYS;
  if (address == access->stopped_at && address != 0)
    return -EFAULT;
  access->called = true;
  do
    n = access->write ? process_vm_writev (access->task, &here, 1, &there, 1, 0)
                      : process_vm_readv (access->task, &here, 1, &there, 1, 0);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return -errno;
  access->stopped_at = (size_t) n < size ? address + (size_t) n : 0;
  return n > 0 ? n : -EFAULT;
}

static int
open_memory_file (struct access *access)
{
  struct lac_process *process = access->process;
  int flags = (access->write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY;
  char path[sizeof "task/-2147483648/mem"] = "mem";

  if (process->through_threads)
    snprintf (path, sizeof path, "task/%d/mem", find_thread (process));
  access->file = openat (process->directory, path, flags);
  return access->file < 0 ? -errno : 0;
}

/* The same through the file; 0 when the memory map that it was opened on is gone. The upper half of
 * the address space is a negative offset, which pread(2) refuses and lseek(2) does not. */
static ssize_t
move_by_file (struct access *access,
              uint64_t       address,
              void          *bytes,
              size_t         size)
{
  ssize_t n;

  if (access->file < 0)
    {
      int error = open_memory_file (access);

      if (error != 0)
        return error;
    }
  errno = 0;
  if (lseek (access->file, (off_t) address, SEEK_SET) == -1 && errno != 0)
    return -errno;
  do
    n = access->write ? write (access->file, bytes, size) : read (access->file, bytes, size);
  while (n < 0 && errno == EINTR);
  return n < 0 ? -errno : n;
}

/* Finds the region at @address, or the next one above it. */
static enum lac_status
find_region (struct access *access,
             uint64_t       address)
{
  struct lac_process *process = access->process;
  enum lac_status status;

  if (access->region_known && address >= access->asked
      && (!access->region_found || address < access->region.end))
    return LAC_OK;

  access->file_is_no_help = false;
  access->asked = address;
  if (access->map == NULL && access->n_questions++ >= QUESTIONS_BEFORE_MAP
      && !lac_process_can_query (process))
    {
      status = lac_process_read_map (process, LAC_READ_NO_FILES, NULL, &access->map,
                                     access->out_failure);
      if (status != LAC_OK)
        return status;
    }
  if (access->map != NULL)
    {
      size_t n_regions;
      const struct lac_region *regions = lac_map_regions (access->map, &n_regions);
      size_t index = lac_map_search (access->map, address);

      access->region_found = index < n_regions;
      if (access->region_found)
        access->region = regions[index];
      access->region_known = true;
      return LAC_OK;
    }

  status = lac_process_query (process, address, true, &access->region, NULL, 0,
                              access->out_failure);
  if (status != LAC_OK && status != LAC_E_NOT_FOUND)
    return status;
  access->region_found = status == LAC_OK;
  access->region_known = true;
  return LAC_OK;
}

static bool
may_touch (const struct access *access)
{
  return (access->region.protection
          & (access->write ? LAC_PROTECTION_WRITE : LAC_PROTECTION_READ))
         != 0;
}

/* The system call or the file has said @error. LAC_OK: it is worth trying again. */
static enum lac_status
recover (struct access *access,
         int            error)
{
  enum lac_status status;

  access->region_known = false;
  if (error == 0 || error == ESRCH)
    {
      status = lac_process_has_no_map (access->process, access->outcome.n_bytes > 0, access->what,
                                       access->out_failure);
      if (status == LAC_OK && access->n_attempts++ >= LAC_MAX_ATTEMPTS)
        status = lac_process_fail (access->out_failure, LAC_E_EXITED, error, access->what);
      if (status == LAC_OK)
        choose_task (access);
      return status;
    }
  /* What the system call is denied, the file may be allowed. */
  if ((error == EPERM || error == ENOSYS) && access->task != 0)
    {
      access->task = 0;
      return LAC_OK;
    }
  return lac_process_refused (access->process, error, access->what, access->out_failure);
}

static enum lac_status
begin (struct access              *access,
       struct lac_process         *process,
       uint64_t                    address,
       size_t                      size,
       bool                        write,
       unsigned                    flags,
       struct lac_process_failure *out_failure)
{
  *access = (struct access){
    .process = process,
    .write = write,
    .force = (flags & LAC_MEMORY_FORCE) != 0,
    .what = write ? N_ ("write to the memory") : N_ ("read the memory"),
    .out_failure = out_failure,
    .page_size = (uint64_t) sysconf (_SC_PAGESIZE),
    .file = -1,
  };
  /* The byte at 2^64 - 1 may be named; none is beyond it. */
  if (size > 0 && (uint64_t) size - 1 > UINT64_MAX - address)
    return lac_process_fail (out_failure, LAC_E_INVALID, 0, access->what);
  if (!process->live)
    return lac_process_fail (out_failure, LAC_E_NOT_SUPPORTED, 0, access->what);
  /* The PID of a handle that was opened by the number of a thread is known only then. */
  if (!process->identified && !process->self)
    {
      struct lac_proc_stat stat;
      enum lac_status status = lac_process_identify (process, &stat, out_failure);

      if (status != LAC_OK)
        return status;
    }
  choose_task (access);
  return LAC_OK;
}

static enum lac_status
check_alive (struct access *access)
{
  if (!access->called || access->process->self || !lac_process_has_exited (access->process))
    return LAC_OK;
  return lac_process_fail (access->out_failure, LAC_E_EXITED, 0, access->what);
}

static enum lac_status
end (struct access             *access,
     enum lac_status            status,
     struct lac_memory_outcome *out_outcome)
{
  close_file (access);
  lac_map_unref (access->map);
  if (out_outcome != NULL)
    *out_outcome = access->outcome;
  return status;
}

/* Moves some bytes at @address by whatever means is right; @out_n is 0 when the first page refuses,
 * and @out_refused then says how many bytes are known to. */
static enum lac_status
move_some (struct access *access,
           uint64_t       address,
           void          *bytes,
           size_t         size,
           size_t        *out_n,
           uint64_t      *out_refused)
{
  uint64_t page_rest = access->page_size - (address & (access->page_size - 1));
  enum lac_status status;
  ssize_t n;

  for (;;)
    {
      if (access->task != 0)
        {
          n = move_by_call (access, address, bytes, size);
          if (n > 0)
            {
              *out_n = (size_t) n;
              return LAC_OK;
            }
          if (n != -EFAULT)
            {
              status = recover (access, (int) -n);
              if (status != LAC_OK)
                return status;
              continue;
            }
        }

      status = find_region (access, address);
      if (status != LAC_OK)
        return status;
      *out_n = 0;
      if (!access->region_found)
        {
          *out_refused = UINT64_MAX;
          return LAC_OK;
        }
      if (access->region.start > address)
        {
          *out_refused = access->region.start - address;
          return LAC_OK;
        }
      if (!may_touch (access) && !access->force)
        {
          *out_refused = access->region.end - address;
          return LAC_OK;
        }
      *out_refused = page_rest;
      if (access->file_is_no_help)
        return LAC_OK;

      if (size > access->region.end - address)
        size = (size_t) (access->region.end - address);
      n = move_by_file (access, address, bytes, size);
      if (n > 0)
        {
          *out_n = (size_t) n;
          access->outcome.forced |= !may_touch (access);
          return LAC_OK;
        }
      /* Without the file, what the call refuses is refused. */
      if (access->task != 0 && n != 0)
        {
          access->file_is_no_help = true;
          return LAC_OK;
        }
      if (n == -EIO || n == -EFAULT)
        return LAC_OK;
      status = recover (access, (int) -n);
      if (status != LAC_OK)
        return status;
    }
}

enum lac_status
lac_process_read_memory (struct lac_process         *process,
                         uint64_t                    address,
                         void                       *bytes,
                         size_t                      size,
                         unsigned                    flags,
                         lac_hole_visit              visit,
                         void                       *user_data,
                         const atomic_bool          *cancel,
                         struct lac_memory_outcome  *out_outcome,
                         struct lac_process_failure *out_failure)
{
  struct access access;
  enum lac_status status = begin (&access, process, address, size, false, flags, out_failure);
  size_t done = 0, hole = 0;

  while (status == LAC_OK && done < size)
    {
      size_t rest = size - done, n = 0;
      uint64_t refused = 0;

      if (cancel != NULL && atomic_load_explicit (cancel, memory_order_relaxed))
        {
          status = lac_process_fail (out_failure, LAC_E_CANCELLED, 0, access.what);
          break;
        }
      status = move_some (&access, address + done, (char *) bytes + done,
                          rest < PIECE ? rest : PIECE, &n, &refused);
      if (status != LAC_OK)
        break;
      if (n > 0)
        {
          if (hole < done && visit != NULL)
            visit ((struct lac_range){ address + hole, address + done }, user_data);
          done += n;
          hole = done;
          access.outcome.n_bytes += n;
        }
      else
        {
          n = refused < rest ? (size_t) refused : rest;
          memset ((char *) bytes + done, 0, n);
          done += n;
        }
    }

  if (status == LAC_OK)
    status = check_alive (&access);
  if (status == LAC_OK && hole < size && visit != NULL)
    visit ((struct lac_range){ address + hole, lac_add_saturating (address, size) }, user_data);
  if (status == LAC_OK && size > 0 && access.outcome.n_bytes == 0)
    status = lac_process_fail (out_failure, LAC_E_NOT_FOUND, 0, access.what);
  return end (&access, status, out_outcome);
}

/* Whether all of the range may be written, as far as the map says. */
static enum lac_status
check_writable (struct access *access,
                uint64_t       address,
                size_t         size)
{
  uint64_t last = address + (size - 1);

  for (;;)
    {
      enum lac_status status = find_region (access, address);

      if (status != LAC_OK)
        return status;
      if (!access->region_found || access->region.start > address)
        return lac_process_fail (access->out_failure, LAC_E_NOT_FOUND, 0, access->what);
      if (!may_touch (access)
          && (!access->force || (access->region.flags & LAC_REGION_SHARED) != 0))
        return lac_process_fail (access->out_failure, LAC_E_READ_ONLY, 0, access->what);
      if (last < access->region.end)
        return LAC_OK;
      address = access->region.end;
    }
}

enum lac_status
lac_process_write_memory (struct lac_process         *process,
                          uint64_t                    address,
                          const void                 *bytes,
                          size_t                      size,
                          unsigned                    flags,
                          struct lac_memory_outcome  *out_outcome,
                          struct lac_process_failure *out_failure)
{
  struct access access;
  enum lac_status status = begin (&access, process, address, size, true, flags, out_failure);
  size_t done = 0;

  /* A page is written as a whole or not at all, so only what crosses pages is asked about before. */
  if (status == LAC_OK && size > 0
      && (access.task == 0
          || ((address ^ (address + (size - 1))) & ~(access.page_size - 1)) != 0))
    status = check_writable (&access, address, size);
  access.called = access.task != 0;
  if (status == LAC_OK)
    status = check_alive (&access);

  while (status == LAC_OK && done < size)
    {
      size_t n = 0;
      uint64_t refused = 0;

      /* What was asked before may have changed. */
      access.region_known = false;
      status = move_some (&access, address + done, (char *) bytes + done, size - done, &n,
                          &refused);
      if (status == LAC_OK && n == 0)
        {
          bool is_there = access.region_found && access.region.start <= address + done;

          status = lac_process_fail (out_failure,
                                     is_there && !may_touch (&access) ? LAC_E_READ_ONLY
                                                                      : LAC_E_NOT_FOUND,
                                     0, access.what);
        }
      done += n;
      access.outcome.n_bytes = done;
    }
  if (status == LAC_OK)
    status = check_alive (&access);
  return end (&access, status, out_outcome);
}
