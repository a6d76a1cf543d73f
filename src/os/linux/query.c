/* Asking for one region.
 *
 * Linux 6.11 and later answer such a question with one ioctl on an open maps file, PROCMAP_QUERY
 * (Documentation/filesystems/proc.rst, include/uapi/linux/fs.h). The structure is declared here,
 * since the headers of the systems that Lacuna is built on are older than the kernels that it runs
 * on. Other kernels answer ENOTTY, and then the text is read up to the place.
 *
 * The query knows the process's own regions only. What the kernel adds for everyone after them
 * (`[vsyscall]`) is in the text alone, so it is taken from there once for each memory map.
 *
 * SPDX-License-Identifier: MIT
 */
#include "process-private.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct procmap_query
{
  uint64_t size;
  uint64_t query_flags;
  uint64_t query_addr;
  uint64_t vma_start;
  uint64_t vma_end;
  uint64_t vma_flags;
  uint64_t vma_page_size;
  uint64_t vma_offset;
  uint64_t inode;
  uint32_t dev_major;
  uint32_t dev_minor;
  uint32_t vma_name_size;
  uint32_t build_id_size;
  uint64_t vma_name_addr;
  uint64_t build_id_addr;
};

#define PROCMAP_QUERY _IOWR ('f', 17, struct procmap_query)

enum
{
  VMA_READABLE = 1,
  VMA_WRITABLE = 2,
  VMA_EXECUTABLE = 4,
  VMA_SHARED = 8,
  COVERING_OR_NEXT_VMA = 16,
};

#define DELETED " (deleted)"

/* Makes a name what the text of maps would have it be read as: there a newline is written as \012,
 * and nothing else is escaped (core/maps-text.h). */
static size_t
unescape (char  *name,
          size_t length)
{
  size_t to = 0;

  for (size_t from = 0; from < length;)
    if (length - from >= 4 && memcmp (name + from, "\\012", 4) == 0)
      {
        name[to++] = '\n';
        from += 4;
      }
    else
      name[to++] = name[from++];
  return to;
}

enum lac_status
lac_query_point (int                      file,
                 uint64_t                 address,
                 bool                     or_next,
                 struct lac_region_entry *out_entry,
                 char                    *name)
{
  struct procmap_query query = {
    .size = sizeof query,
    .query_flags = or_next ? COVERING_OR_NEXT_VMA : 0,
    .query_addr = address,
    .vma_name_size = name != NULL ? LAC_NAME_MAX : 0,
    .vma_name_addr = (uintptr_t) name,
  };
  struct lac_region_entry entry = { 0 };
  size_t length;
  int result;

  do
    result = ioctl (file, PROCMAP_QUERY, &query);
  while (result < 0 && errno == EINTR);
  if (result < 0)
    switch (errno)
      {
      case ENOENT:
        return LAC_E_NOT_FOUND;
      case ESRCH:
        return LAC_E_EXITED;
      default:
        /* ENOTTY is a kernel without the question, ENAMETOOLONG a name without room; others are of those who
         * forbid it, such as a filter of system calls. The text may tell what this did not. */
        return LAC_E_NOT_SUPPORTED;
      }

  /* The size counts the NUL, and is 0 where there is no name. */
  length = name != NULL && query.vma_name_size > 0 ? strnlen (name, query.vma_name_size) : 0;
  if (length > strlen (DELETED) && name[0] == '/'
      && memcmp (name + length - strlen (DELETED), DELETED, strlen (DELETED)) == 0)
    {
      entry.deleted = true;
      length -= strlen (DELETED);
    }
  if (length > 0)
    length = unescape (name, length);
  entry.start = query.vma_start;
  entry.end = query.vma_end;
  entry.offset = query.vma_offset;
  entry.inode = query.inode;
  entry.device_major = query.dev_major;
  entry.device_minor = query.dev_minor;
  entry.protection = (query.vma_flags & VMA_READABLE ? LAC_PROTECTION_READ : 0)
                     | (query.vma_flags & VMA_WRITABLE ? LAC_PROTECTION_WRITE : 0)
                     | (query.vma_flags & VMA_EXECUTABLE ? LAC_PROTECTION_EXECUTE : 0);
  entry.flags = query.vma_flags & VMA_SHARED ? LAC_REGION_SHARED : 0;
  if (entry.inode == 0 && length == 7 && memcmp (name, "[stack]", 7) == 0)
    entry.flags |= LAC_REGION_GROWS_DOWN;
  entry.kind = LAC_KIND_DECIDE;
  entry.name = name != NULL ? name : "";
  entry.name_length = length;
  *out_entry = entry;
  return LAC_OK;
}

/* Files that exist in memory only: code in them was generated, and is no program. */
static bool
is_memory_file (const char *name,
                size_t      length)
{
  static const char *const prefixes[] = { "/memfd:", "/SYSV", "/dev/" };

  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
    if (length > strlen (prefixes[i]) && memcmp (name, prefixes[i], strlen (prefixes[i])) == 0)
      return true;
  return false;
}

struct lac_region
lac_query_region (const struct lac_region_entry *entry)
{
  struct lac_backing backing = {
    .name = entry->name,
    .name_length = (uint32_t) entry->name_length,
    .device_major = entry->device_major,
    .device_minor = entry->device_minor,
    .deleted = entry->deleted,
    .image = entry->inode != 0 && (entry->protection & LAC_PROTECTION_EXECUTE)
             && !is_memory_file (entry->name, entry->name_length),
    .inode = entry->inode,
  };

  return (struct lac_region){
    .start = entry->start,
    .end = entry->end,
    .offset = entry->offset,
    .kind = (uint8_t) lac_kind_decide (&backing, entry->protection, entry->flags),
    .protection = entry->protection,
    .flags = entry->flags,
  };
}

static enum lac_status
query_text (struct lac_process         *process,
            uint64_t                    address,
            bool                        or_next,
            struct lac_region_entry    *out_entry,
            char                        name[LAC_NAME_MAX],
            struct lac_process_failure *out_failure)
{
  struct lac_region_entry entry;
  enum lac_status status;

  /* No region ends above the last address of all. */
  if (address == UINT64_MAX)
    return LAC_E_NOT_FOUND;
  status = lac_query_line (process, process->query_file, address, &entry, name, out_failure);
  if (status == LAC_OK && !or_next && entry.start > address)
    status = LAC_E_NOT_FOUND;
  if (status == LAC_OK)
    *out_entry = entry;
  return status;
}

/* Finds what the kernel adds after the process's own regions: the last line of the text, if the
 * query does not know it. */
static enum lac_status
find_gate (struct lac_process         *process,
           struct lac_process_failure *out_failure)
{
  struct lac_region_entry entry, known;
  char name[LAC_NAME_MAX];
  char known_name[LAC_NAME_MAX];
  enum lac_status status = lac_query_line (process, process->query_file, LAC_QUERY_LAST, &entry,
                                           name, out_failure);

  if (status != LAC_OK && status != LAC_E_NOT_FOUND)
    return status;

  process->gate = (struct lac_region){ 0 };
  process->gate_name[0] = '\0';
  process->gate_known = true;
  if (status == LAC_OK && entry.name_length < sizeof process->gate_name
      && lac_query_point (process->query_file, entry.start, false, &known, known_name)
             == LAC_E_NOT_FOUND)
    {
      process->gate = lac_query_region (&entry);
      memcpy (process->gate_name, name, entry.name_length);
      process->gate_name[entry.name_length] = '\0';
    }
  return LAC_OK;
}

static enum lac_status
query_gate (struct lac_process         *process,
            uint64_t                    address,
            bool                        or_next,
            struct lac_region_entry    *out_entry,
            char                        name[LAC_NAME_MAX],
            struct lac_process_failure *out_failure)
{
  const struct lac_region *gate = &process->gate;

  if (!process->gate_known)
    {
      enum lac_status status = find_gate (process, out_failure);

      if (status != LAC_OK)
        return status;
    }
  if (address >= gate->end || (!or_next && address < gate->start))
    return LAC_E_NOT_FOUND;
  strcpy (name, process->gate_name);
  *out_entry = (struct lac_region_entry){
    .start = gate->start,
    .end = gate->end,
    .offset = gate->offset,
    .protection = gate->protection,
    .flags = gate->flags,
    .kind = gate->kind,
    .name = name,
    .name_length = strlen (name),
  };
  return LAC_OK;
}

static enum lac_status
open_query_file (struct lac_process         *process,
                 struct lac_process_failure *out_failure)
{
  struct lac_proc_stat stat;
  enum lac_status status;
  int file;

  if (process->query_file >= 0)
    return LAC_OK;
  file = lac_process_open_maps (process, "maps");
  if (file == -ESRCH)
    return lac_process_has_no_map (process, false, "open /proc/PID/maps", out_failure);
  if (file < 0)
    return lac_process_refused (process, -file, "open /proc/PID/maps", out_failure);
  status = lac_process_identify (process, &stat, out_failure);
  if (status != LAC_OK)
    {
      close (file);
      return status;
    }
  process->query_file = file;
  process->gate_known = false;
  return LAC_OK;
}

static void
close_query_file (struct lac_process *process)
{
  if (process->query_file >= 0)
    close (process->query_file);
  process->query_file = -1;
}

static enum lac_status
query (struct lac_process         *process,
       uint64_t                    address,
       bool                        or_next,
       struct lac_region_entry    *out_entry,
       char                        name[LAC_NAME_MAX],
       struct lac_process_failure *out_failure)
{
  enum lac_status status;

  for (int attempt = 0; attempt < LAC_MAX_ATTEMPTS; attempt++)
    {
      status = open_query_file (process, out_failure);
      if (status != LAC_OK)
        return status;
      if (process->query_file < 0)
        continue;

      status = LAC_E_NOT_SUPPORTED;
      if (process->queries != LAC_QUERIES_NO)
        {
          status = lac_query_point (process->query_file, address, or_next, out_entry, name);
          if (status == LAC_OK || status == LAC_E_NOT_FOUND)
            process->queries = LAC_QUERIES_YES;
          else if (status == LAC_E_NOT_SUPPORTED && errno == ENOTTY)
            process->queries = LAC_QUERIES_NO;
        }
      if (status == LAC_E_NOT_FOUND)
        {
          status = query_gate (process, address, or_next, out_entry, name, out_failure);
          if (status == LAC_OK || lac_process_maps_are_alive (process->query_file))
            return status;
        }
      else if (status == LAC_E_NOT_SUPPORTED)
        {
          status = query_text (process, address, or_next, out_entry, name, out_failure);
          /* A text that ended early says nothing about what comes after. */
          if (status != LAC_E_NOT_FOUND || !process->live
              || lac_process_maps_are_alive (process->query_file))
            return status;
        }
      else if (status == LAC_OK)
        return status;

      /* The file's memory map is gone: the process has exited, or it is another program now. */
      close_query_file (process);
      status = lac_process_has_no_map (process, false, "query /proc/PID/maps", out_failure);
      if (status != LAC_OK)
        return status;
    }
  return lac_process_fail (out_failure, LAC_E_SYSTEM, EAGAIN, "query /proc/PID/maps");
}

enum lac_status
lac_process_query (struct lac_process         *process,
                   uint64_t                    address,
                   bool                        or_next,
                   struct lac_region          *out_region,
                   char                       *out_name,
                   size_t                      name_size,
                   struct lac_process_failure *out_failure)
{
  char name[LAC_NAME_MAX];
  struct lac_region_entry entry;
  enum lac_status status = query (process, address, or_next, &entry, name, out_failure);

  if (status == LAC_E_NOT_FOUND)
    return lac_process_fail (out_failure, status, 0, "query /proc/PID/maps");
  if (status != LAC_OK)
    return status;
  *out_region = lac_query_region (&entry);
  if (out_name != NULL && name_size > 0)
    {
      size_t length = entry.name_length < name_size ? entry.name_length : name_size - 1;

      memcpy (out_name, name, length);
      out_name[length] = '\0';
    }
  return LAC_OK;
}

bool
lac_process_can_query (struct lac_process *process)
{
  if (process->queries == LAC_QUERIES_UNKNOWN)
    {
      char name[LAC_NAME_MAX];
      struct lac_region_entry entry;

      query (process, 0, true, &entry, name, NULL);
    }
  return process->queries == LAC_QUERIES_YES;
}

void
lac_process_forbid_point_queries (struct lac_process *process)
{
  process->queries = LAC_QUERIES_NO;
}
