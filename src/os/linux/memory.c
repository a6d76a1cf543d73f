/* This process's own memory, taken, changed and given back: see os/os.h.
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
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Linux 4.17; older kernels don't look at it, and take the address for a hint. */
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Facts that are found out once. Whoever finds them out writes where nobody else does, and the first to
 * be done is believed: nobody waits for a thread that a child after fork(2) does not have. */
#define N_FINDERS 8

struct kept_space
{
  _Atomic (const struct lac_os_space *) current;
  atomic_uint n_finders;
  struct lac_os_space found[N_FINDERS];
};

static struct kept_space own_space LAC_OF_FIRST_CALL, own_high_space LAC_OF_FIRST_CALL;

static struct lac_os_space
read_space (bool high)
{
  struct lac_space space;

  lac_own_space (high, &space);
  if (high && space.user.end <= LAC_OS_HIGH)
    return *lac_os_get_space ();
  return (struct lac_os_space){
    .user = { high ? LAC_OS_HIGH : space.user.start, space.user.end },
    .page_size = space.page_size,
    .granularity = space.granularity,
  };
}

static __attribute__ ((noinline)) const struct lac_os_space *
find_space (struct kept_space *kept,
            bool               high)
{
  struct lac_os_space space = read_space (high);
  const struct lac_os_space *expected = NULL;
  unsigned number = atomic_fetch_add_explicit (&kept->n_finders, 1, memory_order_relaxed);

  if (number >= N_FINDERS)
    {
      /* As many others are at it, or were. */
      while ((expected = atomic_load_explicit (&kept->current, memory_order_acquire)) == NULL)
        lac_thread_pause (0);
      return expected;
    }
  kept->found[number] = space;
  if (atomic_compare_exchange_strong_explicit (&kept->current, &expected, &kept->found[number],
                                               memory_order_acq_rel, memory_order_acquire))
    return &kept->found[number];
  return expected;
}

static const struct lac_os_space *
get_space (struct kept_space *kept,
           bool               high)
{
  const struct lac_os_space *current = atomic_load_explicit (&kept->current, memory_order_acquire);

  return current != NULL ? current : find_space (kept, high);
}

const struct lac_os_space *
lac_os_get_space (void)
{
  return get_space (&own_space, false);
}

const struct lac_os_space *
lac_os_get_high_space (void)
{
  return get_space (&own_high_space, true);
}

uint64_t
lac_os_page_size (void)
{
#if defined(__x86_64__) || defined(__i386__)
  return 4096;
#else
  return (uint64_t) sysconf (_SC_PAGESIZE);
#endif
}

/* Sets what a caller may want to know beside the status. */
static enum lac_status
finish (enum lac_status status,
        int             error,
        int            *out_system_error)
{
  if (out_system_error != NULL)
    *out_system_error = status == LAC_E_SYSTEM ? error : 0;
  return status;
}

static bool
is_whole_pages (uint64_t address,
                uint64_t size)
{
  return ((address | size) & (lac_os_page_size () - 1)) == 0 && size != 0
         && size <= UINTPTR_MAX - address;
}

static bool
system_protection (unsigned protection,
                   int     *out_protection)
{
  *out_protection = (protection & LAC_PROTECTION_READ ? PROT_READ : 0)
                    | (protection & LAC_PROTECTION_WRITE ? PROT_WRITE : 0)
                    | (protection & LAC_PROTECTION_EXECUTE ? PROT_EXEC : 0);
  return (protection
          & ~(unsigned) (LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE))
         == 0;
}

static enum lac_status
status_of_map (int error)
{
  switch (error)
    {
    case EEXIST:
      return LAC_E_OCCUPIED;
    case ENOMEM:
      return LAC_E_NO_MEMORY;
    default:
      return LAC_E_SYSTEM;
    }
}

enum lac_status
lac_os_allocate (uint64_t address,
                 uint64_t size,
                 unsigned protection,
                 int     *out_system_error)
{
  const struct lac_os_space *space
      = address >= LAC_OS_HIGH ? lac_os_get_high_space () : lac_os_get_space ();
  int system_protections;
  void *memory;

  if (!is_whole_pages (address, size) || (address & (space->granularity - 1)) != 0
      || !system_protection (protection, &system_protections) || address < space->user.start
      || address > space->user.end || size > space->user.end - address)
    return finish (LAC_E_INVALID, 0, out_system_error);

  memory = mmap ((void *) (uintptr_t) address, (size_t) size, system_protections,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory == MAP_FAILED)
    return finish (status_of_map (errno), errno, out_system_error);
  if ((uintptr_t) memory != address)
    {
      munmap (memory, (size_t) size);
      return finish (LAC_E_OCCUPIED, 0, out_system_error);
    }
  return finish (LAC_OK, 0, out_system_error);
}

enum lac_status
lac_os_allocate_anywhere (uint64_t  size,
                          unsigned  protection,
                          uint64_t *out_address,
                          int      *out_system_error)
{
  int system_protections;
  void *memory;

  if (!is_whole_pages (0, size) || !system_protection (protection, &system_protections))
    return finish (LAC_E_INVALID, 0, out_system_error);
  memory = mmap (NULL, (size_t) size, system_protections, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return finish (status_of_map (errno), errno, out_system_error);
  *out_address = (uintptr_t) memory;
  return finish (LAC_OK, 0, out_system_error);
}

/* ENOMEM has two meanings in mprotect(2): a page is not mapped, or there is no memory for one region
 * more. msync(2) with MS_ASYNC looks whether all is mapped, and does nothing else. */
static enum lac_status
status_of_change (uint64_t address,
                  uint64_t size,
                  int      error)
{
  switch (error)
    {
    case ENOMEM:
      if (msync ((void *) (uintptr_t) address, (size_t) size, MS_ASYNC) != 0 && errno == ENOMEM)
        return LAC_E_NOT_FOUND;
      return LAC_E_NO_MEMORY;
    case EINVAL:
      return LAC_E_INVALID;
    default:
      return LAC_E_SYSTEM;
    }
}

enum lac_status
lac_os_protect (uint64_t address,
                uint64_t size,
                unsigned protection,
                int     *out_system_error)
{
  int system_protections, error;

  if (!is_whole_pages (address, size) || !system_protection (protection, &system_protections))
    return finish (LAC_E_INVALID, 0, out_system_error);
  if (mprotect ((void *) (uintptr_t) address, (size_t) size, system_protections) == 0)
    return finish (LAC_OK, 0, out_system_error);
  error = errno;
  return finish (status_of_change (address, size, error), error, out_system_error);
}

bool
lac_os_is_mapped (uint64_t address,
                  uint64_t size)
{
  /* It has no other effect, see above. */
  return lac_call_msync ((void *) (uintptr_t) address, (size_t) size, MS_ASYNC) == 0;
}

bool
lac_os_touch (uint64_t address,
              uint64_t size)
{
  return madvise ((void *) (uintptr_t) address, (size_t) size, MADV_POPULATE_WRITE) == 0;
}

void
lac_os_prefer_large_pages (uint64_t address,
                           uint64_t size)
{
  const uint64_t large = UINT64_C (1) << 21;
  uint64_t first;

  if (lac_align_up (address, large, &first) && first - address <= size
      && size - (first - address) >= large)
    madvise ((void *) (uintptr_t) address, (size_t) size, MADV_HUGEPAGE);
}

enum lac_status
lac_os_free (uint64_t address,
             uint64_t size,
             int     *out_system_error)
{
  if (!is_whole_pages (address, size))
    return finish (LAC_E_INVALID, 0, out_system_error);
  if (munmap ((void *) (uintptr_t) address, (size_t) size) == 0)
    return finish (LAC_OK, 0, out_system_error);
  switch (errno)
    {
    case ENOMEM:
      /* Taking a piece out of the middle of a region makes one region more. */
      return finish (LAC_E_NO_MEMORY, 0, out_system_error);
    case EINVAL:
      return finish (LAC_E_INVALID, 0, out_system_error);
    default:
      return finish (LAC_E_SYSTEM, errno, out_system_error);
    }
}

enum lac_status
lac_os_mapped_size (uint64_t *out_size)
{
  /* The first number is the pages of all that is mapped. A descriptor that means another file by now
   * is found out by what it says, or gives a size that is not the one expected. */
  for (int attempt = 0; attempt < 4; attempt++)
    {
      int file = lac_own_file (LAC_OWN_STATM, attempt > 0);
      char text[128];
      char *end;
      uint64_t pages;
      ssize_t length;

      if (file < 0)
        return LAC_E_NOT_SUPPORTED;
      do
        length = pread (file, text, sizeof text - 1, 0);
      while (length < 0 && errno == EINTR);
      if (length <= 0)
        continue;
      text[length] = '\0';
      pages = strtoull (text, &end, 10);
      /* The process has none once its first thread has ended. */
      if (end == text || *end != ' ' || pages == 0)
        continue;
      *out_size = pages * lac_os_page_size ();
      return LAC_OK;
    }
  return LAC_E_NOT_SUPPORTED;
}

int32_t
lac_os_process_id (void)
{
  return lac_call_getpid ();
}

void
lac_os_clear_instruction_cache (void *start,
                                void *end)
{
  __builtin___clear_cache (start, end);
}
