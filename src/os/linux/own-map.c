/* What this process asks about its own map: see os/os.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/os.h"

#include "os/thread.h"
#include "own-file.h"
#include "process-private.h"
#include "system-call.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How often a file is opened again because its number means another one by now. */
#define MAX_ATTEMPTS 4

/* Whether the kernel answers point queries: an enum lac_point_queries. */
static atomic_int queries LAC_OF_FIRST_CALL = LAC_QUERIES_UNKNOWN;

/* Asks @file for one region; with @name NULL without its name, and so without its kind. */
static enum lac_status
query_file (int                      file,
            uint64_t                 address,
            struct lac_region_entry *out_entry,
            char                    *name)
{
  enum lac_status status = lac_query_point (file, address, true, out_entry, name);

  /* A path longer than any that can be opened. */
  if (status == LAC_E_NOT_SUPPORTED && errno == ENAMETOOLONG)
    status = lac_query_point (file, address, true, out_entry, NULL);
  if (status == LAC_OK || status == LAC_E_NOT_FOUND)
    {
      if (atomic_load_explicit (&queries, memory_order_relaxed) != LAC_QUERIES_YES)
        atomic_store_explicit (&queries, LAC_QUERIES_YES, memory_order_relaxed);
      return status;
    }
  return status == LAC_E_NOT_SUPPORTED ? status : LAC_E_SYSTEM;
}

/* Asks a file whose number nobody else knows, so that nobody puts another file under it. What it refuses is
 * refused from then on: by a kernel without such questions, or a filter of system calls. */
static enum lac_status
query_alone (uint64_t                 address,
             struct lac_region_entry *out_entry,
             char                    *name)
{
  int unknown = LAC_QUERIES_UNKNOWN;
  int file = lac_own_file_open (LAC_OWN_MAPS);
  enum lac_status status;
  int error;

  if (file < 0)
    return LAC_E_NOT_SUPPORTED;
  status = query_file (file, address, out_entry, name);
  error = errno;
  close (file);
  if (status == LAC_OK || status == LAC_E_NOT_FOUND)
    return status;
  if (error != ENOMEM && error != ESRCH)
    atomic_compare_exchange_strong_explicit (&queries, &unknown, LAC_QUERIES_NO, memory_order_relaxed,
                                             memory_order_relaxed);
  return LAC_E_NOT_SUPPORTED;
}

/* Asks once; @checked as for lac_own_file(). */
static enum lac_status
query (uint64_t                 address,
       bool                     checked,
       struct lac_region_entry *out_entry,
       char                    *name)
{
  if (atomic_load_explicit (&queries, memory_order_relaxed) == LAC_QUERIES_NO)
    return LAC_E_NOT_SUPPORTED;
  /* Another thread may put another file under the number right after it was checked. */
  for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
    {
      int file = lac_own_file (LAC_OWN_MAPS, checked);
      enum lac_status status;

      if (file < 0)
        return LAC_E_NOT_SUPPORTED;
      status = query_file (file, address, out_entry, name);
      if (status == LAC_OK || status == LAC_E_NOT_FOUND)
        return status;
      if (!checked)
        return LAC_E_NOT_SUPPORTED;
    }
  return query_alone (address, out_entry, name);
}

enum lac_status
lac_os_query (uint64_t           address,
              struct lac_region *out_region)
{
  char name[LAC_NAME_MAX];
  struct lac_region_entry entry;
  enum lac_status status = query (address, true, &entry, name);

  if (status == LAC_OK)
    *out_region = lac_query_region (&entry);
  return status;
}

bool
lac_os_can_query (void)
{
  if (atomic_load_explicit (&queries, memory_order_relaxed) == LAC_QUERIES_UNKNOWN)
    {
      struct lac_region_entry entry;

      query (0, true, &entry, NULL);
    }
  return atomic_load_explicit (&queries, memory_order_relaxed) == LAC_QUERIES_YES;
}

bool
lac_os_cannot_query (void)
{
  return atomic_load_explicit (&queries, memory_order_relaxed) == LAC_QUERIES_NO;
}

enum lac_status
lac_os_view_open (struct lac_os_view *out_view)
{
  int file;

  /* The first question to the view shows whether there are answers. */
  if (lac_os_cannot_query ())
    return LAC_E_NOT_SUPPORTED;
  file = lac_own_file (LAC_OWN_MAPS, true);
  if (file < 0)
    return LAC_E_NOT_SUPPORTED;
  out_view->file = file;
  return LAC_OK;
}

bool
lac_os_view_is_ready (void)
{
  return lac_own_file_is_open (LAC_OWN_MAPS);
}

enum lac_status
lac_os_view_next (const struct lac_os_view *view,
                  uint64_t                  address,
                  struct lac_range         *out_range)
{
  struct lac_region_entry entry;
  enum lac_status status = query_file (view->file, address, &entry, NULL);

  if (status == LAC_OK)
    *out_range = (struct lac_range){ entry.start, entry.end };
  /* A descriptor that means another file by now says nothing of the system. */
  else if (status != LAC_E_NOT_FOUND
           && atomic_load_explicit (&queries, memory_order_relaxed) == LAC_QUERIES_UNKNOWN)
    lac_os_can_query ();
  return status == LAC_OK || status == LAC_E_NOT_FOUND ? status : LAC_E_NOT_SUPPORTED;
}

static enum lac_status
check_private (uint64_t address,
               uint64_t size,
               bool     checked)
{
  uint64_t end = address + size;
  enum lac_status found = LAC_OK;

  while (address < end)
    {
      struct lac_region_entry entry;
      enum lac_status status = query (address, checked, &entry, NULL);

      if (status == LAC_E_NOT_SUPPORTED)
        return status;
      if (status == LAC_E_NOT_FOUND || entry.start >= end)
        return LAC_E_NOT_FOUND;
      if (entry.start > address)
        found = LAC_E_NOT_FOUND;
      if (entry.inode != 0 || (entry.flags & LAC_REGION_SHARED) != 0)
        return LAC_E_NOT_OURS;
      address = entry.end;
    }
  return found;
}

enum lac_status
lac_os_check_private (uint64_t address,
                      uint64_t size)
{
  enum lac_status status = check_private (address, size, false);

  /* Good news need no check of who told them: at worst it is as if nobody had asked. */
  return status == LAC_OK ? status : check_private (address, size, true);
}

static uint64_t
read_limit (int resource)
{
  struct rlimit64 limit;

  if (lac_call_get_limit (resource, &limit) != 0 || limit.rlim_cur == RLIM64_INFINITY)
    return UINT64_MAX;
  return limit.rlim_cur;
}

void
lac_os_get_heap_growth (uint64_t *out_program_break,
                        uint64_t *out_limit)
{
#ifdef SYS_brk
  *out_program_break = (uint64_t) (unsigned long) syscall (SYS_brk, 0);
#else
  *out_program_break = 0;
#endif
  *out_limit = read_limit (RLIMIT_DATA);
}

uint64_t
lac_os_stack_address (void)
{
  /* The program's name lies where the kernel put all that a program begins with, next to where the
   * stack begins. */
  return getauxval (AT_EXECFN);
}

void
lac_os_get_stack_growth (uint64_t *out_limit,
                         uint64_t *out_guard)
{
  *out_limit = read_limit (RLIMIT_STACK);
  *out_guard = lac_own_stack_guard ();
}
