/* What is mapped where somebody says so, and memory at two addresses: see os/trust.h.
 *
 * Asked seldom (when a table or a buffer that somebody else made is met for the first time), so the
 * file is opened each time, and what a descriptor of long ago now names is no question.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/trust.h"

#include "own-entry.h"
#include "process-private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

static atomic_bool queries_forbidden;

void
lac_own_entry_forbid_queries (bool forbid)
{
  atomic_store (&queries_forbidden, forbid);
}

/* Parses a line of /proc/PID/maps (proc_pid_maps(5)), the name excepted. */
static bool
parse_line (const char              *line,
            struct lac_region_entry *out_entry)
{
  struct lac_region_entry entry = { .kind = LAC_KIND_DECIDE, .name = "" };
  char letters[5];
  unsigned device_major, device_minor;
  int end = 0;

  if (sscanf (line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 "%n", &entry.start,
              &entry.end, letters, &entry.offset, &device_major, &device_minor, &entry.inode, &end)
          < 7
      || strlen (letters) != 4)
    return false;
  entry.device_major = device_major;
  entry.device_minor = device_minor;
  entry.protection = (letters[0] == 'r' ? LAC_PROTECTION_READ : 0)
                     | (letters[1] == 'w' ? LAC_PROTECTION_WRITE : 0)
                     | (letters[2] == 'x' ? LAC_PROTECTION_EXECUTE : 0);
  entry.flags = letters[3] == 's' ? LAC_REGION_SHARED : 0;
  if (entry.inode == 0 && strstr (line + end, "[stack]") != NULL)
    entry.kind = LAC_KIND_STACK;
  *out_entry = entry;
  return true;
}

/* Reads without memory of its own, since there may be none. A text without a line, or whose reading failed,
 * says nothing of what is mapped. */
static enum lac_status
find_in_text (int                      file,
              uint64_t                 address,
              struct lac_region_entry *out_entry)
{
  char text[2048];
  size_t length = 0;
  bool at_start = true;
  bool any = false;

  for (;;)
    {
      ssize_t n = read (file, text + length, sizeof text - 1 - length);
      size_t at = 0;

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return LAC_E_SYSTEM;
      length += (size_t) n;
      while (at < length)
        {
          char *newline = memchr (text + at, '\n', length - at);

          /* More is to come, unless the line is longer than all that there is room for. */
          if (newline == NULL && n != 0 && (at != 0 || length < sizeof text - 1))
            break;
          if (newline != NULL)
            *newline = '\0';
          else
            text[length] = '\0';
          /* What comes after the first bytes of a long line is the rest of a name. */
          if (at_start && parse_line (text + at, out_entry))
            {
              any = true;
              if (out_entry->end > address)
                return LAC_OK;
            }
          at_start = newline != NULL;
          at = newline != NULL ? (size_t) (newline + 1 - text) : length;
        }
      memmove (text, text + at, length - at);
      length -= at;
      if (n == 0)
        return any ? LAC_E_NOT_FOUND : LAC_E_SYSTEM;
    }
}

enum lac_status
lac_own_entry_in (int                      file,
                  uint64_t                 address,
                  struct lac_region_entry *out_entry)
{
  enum lac_status status = LAC_E_NOT_SUPPORTED;
  char name[LAC_NAME_MAX];

  if (!atomic_load (&queries_forbidden))
    status = lac_query_point (file, address, true, out_entry, name);
  if (status == LAC_OK)
    {
      out_entry->kind = lac_query_region (out_entry).kind;
      out_entry->name = "";
      out_entry->name_length = 0;
    }
  /* A kernel without such questions, a filter that forbids them: whatever it is, the text may tell. */
  else if (status != LAC_E_NOT_FOUND)
    status = find_in_text (file, address, out_entry);
  return status;
}

enum lac_status
lac_own_entry (uint64_t                 address,
               struct lac_region_entry *out_entry)
{
  /* A process shows nothing once its first thread has ended, but its other threads do. */
  const char *path = syscall (SYS_gettid) == getpid () ? "/proc/self/maps" : "/proc/thread-self/maps";
  enum lac_status status;
  int file = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

  if (file < 0)
    return LAC_E_SYSTEM;
  status = lac_own_entry_in (file, address, out_entry);
  close (file);
  return status;
}

enum lac_status
lac_os_check_anonymous (uint64_t address,
                        uint64_t size,
                        unsigned protection)
{
  uint64_t end;

  if (size == 0 || size > UINT64_MAX - address)
    return LAC_E_NOT_OURS;
  end = address + size;
  while (address < end)
    {
      struct lac_region_entry entry;
      enum lac_status status = lac_own_entry (address, &entry);

      if (status != LAC_OK && status != LAC_E_NOT_FOUND)
        return LAC_E_SYSTEM;
      if (status == LAC_E_NOT_FOUND || entry.start > address || entry.inode != 0
          || (entry.flags & LAC_REGION_SHARED) != 0
          || (entry.protection & protection) != protection || entry.kind == LAC_KIND_STACK)
        return LAC_E_NOT_OURS;
      address = entry.end;
    }
  return LAC_OK;
}

static int
make_memory_file (void)
{
  /* Without MFD_EXEC newer systems may give a file that can't be run (vm.memfd_noexec); older ones,
   * before Linux 6.3, don't know it. */
  int file = memfd_create ("lacuna-buffer", MFD_CLOEXEC | MFD_EXEC);

  if (file < 0 && errno == EINVAL)
    file = memfd_create ("lacuna-buffer", MFD_CLOEXEC);
  return file;
}

enum lac_status
lac_os_map_twice (void  *address,
                  size_t size,
                  void **out_writable,
                  int   *out_system_error)
{
  void *writable = MAP_FAILED;
  int file = make_memory_file ();
  int error;

  if (file < 0 || ftruncate (file, (off_t) size) != 0)
    goto failed;
  writable = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (writable == MAP_FAILED || madvise (writable, size, MADV_DONTFORK) != 0)
    goto failed;
  /* Over memory that is our own. */
  if (mmap (address, size, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED)
    goto failed;
  close (file);
  *out_writable = writable;
  if (out_system_error != NULL)
    *out_system_error = 0;
  return LAC_OK;

failed:
  error = errno;
  if (writable != MAP_FAILED)
    munmap (writable, size);
  if (file >= 0)
    close (file);
  if (out_system_error != NULL)
    *out_system_error = error == ENOMEM ? 0 : error;
  return error == ENOMEM ? LAC_E_NO_MEMORY : LAC_E_SYSTEM;
}

void
lac_os_unmap_twice (void  *address,
                    size_t size,
                    void  *writable)
{
  munmap (address, size);
  munmap (writable, size);
}
