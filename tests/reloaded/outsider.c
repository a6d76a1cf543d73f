/* A program as users of Reloaded.Memory.Buffers write them: it knows the one header, and no more of
 * Lacuna. It is built like any other program against what was installed, at every level of
 * optimisation and with the library linked or opened by name, and checks everything that the header
 * says.
 *
 * SPDX-License-Identifier: MIT
 */
#ifdef IN_THE_TREE
#include "reloaded/reloaded.h"
#else
#include <lacuna/reloaded.h>
#endif

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FUNCTIONS(X)                                                                              \
  X (buffers_get_buffer)                                                                          \
  X (buffers_get_buffer_aligned)                                                                  \
  X (buffers_allocate_private_memory)                                                             \
  X (buffersearchsettings_from_proximity)                                                         \
  X (bufferallocatorsettings_from_proximity)                                                      \
  X (free_get_buffer_result)                                                                      \
  X (free_allocation_result)                                                                      \
  X (free_locator_item)                                                                           \
  X (free_private_allocation)                                                                     \
  X (free_string)                                                                                 \
  X (locatoritem_bytes_left)                                                                      \
  X (locatoritem_min_address)                                                                     \
  X (locatoritem_max_address)                                                                     \
  X (locatoritem_is_allocated)                                                                    \
  X (locatoritem_is_taken)                                                                        \
  X (locatoritem_try_lock)                                                                        \
  X (locatoritem_lock)                                                                            \
  X (locatoritem_unlock)                                                                          \
  X (locatoritem_can_use)                                                                         \
  X (locatoritem_append_bytes)                                                                    \
  X (overwrite_allocated_code)                                                                    \
  X (overwrite_allocated_code_ex)                                                                 \
  X (utilities_clear_instruction_cache)

#ifdef WITHOUT_POINT_QUERIES
/* As on Linux before 6.11, where a process can't ask for one region of its map: this is found in front
 * of the C library's. */
static unsigned n_refused;

int ioctl (int           file,
           unsigned long request,
           ...);

int
ioctl (int           file,
       unsigned long request,
       ...)
{
  n_refused++;
  errno = ENOTTY;
  return -1;
}
#endif

#ifdef SHADOWED
/* Another library with functions of the same names is there first: none of them is to be called. */
#define SHADOW(name)                                                                              \
  void shadow_##name (void) __asm__ (#name);                                                      \
  void shadow_##name (void)                                                                       \
  {                                                                                               \
    fprintf (stderr, "%s is another library's\n", #name);                                         \
    _Exit (1);                                                                                    \
  }
FUNCTIONS (SHADOW)
#endif

#ifdef OPEN_BY_NAME
/* A function for each, whose name is a pointer from here on. */
#define DECLARE_POINTER(name) static __typeof__ (name) *opened_##name;
FUNCTIONS (DECLARE_POINTER)
#define buffers_get_buffer opened_buffers_get_buffer
#define buffers_get_buffer_aligned opened_buffers_get_buffer_aligned
#define buffers_allocate_private_memory opened_buffers_allocate_private_memory
#define buffersearchsettings_from_proximity opened_buffersearchsettings_from_proximity
#define bufferallocatorsettings_from_proximity opened_bufferallocatorsettings_from_proximity
#define free_get_buffer_result opened_free_get_buffer_result
#define free_allocation_result opened_free_allocation_result
#define free_locator_item opened_free_locator_item
#define free_private_allocation opened_free_private_allocation
#define free_string opened_free_string
#define locatoritem_bytes_left opened_locatoritem_bytes_left
#define locatoritem_min_address opened_locatoritem_min_address
#define locatoritem_max_address opened_locatoritem_max_address
#define locatoritem_is_allocated opened_locatoritem_is_allocated
#define locatoritem_is_taken opened_locatoritem_is_taken
#define locatoritem_try_lock opened_locatoritem_try_lock
#define locatoritem_lock opened_locatoritem_lock
#define locatoritem_unlock opened_locatoritem_unlock
#define locatoritem_can_use opened_locatoritem_can_use
#define locatoritem_append_bytes opened_locatoritem_append_bytes
#define overwrite_allocated_code opened_overwrite_allocated_code
#define overwrite_allocated_code_ex opened_overwrite_allocated_code_ex
#define utilities_clear_instruction_cache opened_utilities_clear_instruction_cache
#endif

#define CHECK(condition)                                                                          \
  do                                                                                              \
    {                                                                                             \
      if (!(condition))                                                                           \
        {                                                                                         \
          fprintf (stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
          _Exit (1);                                                                              \
        }                                                                                         \
    }                                                                                             \
  while (0)

#define GIB ((size_t) 1 << 30)
#define PAGE 4096

/* The layouts that programs for the other library were compiled with. */
#define LAYOUT(type, member, at_64, at_32)                                                        \
  _Static_assert (offsetof (type, member) == (sizeof (void *) == 8 ? (at_64) : (at_32)), #type "." #member)
#define SIZE(type, at_64, at_32)                                                                  \
  _Static_assert (sizeof (type) == (sizeof (void *) == 8 ? (at_64) : (at_32)), #type)

SIZE (LocatorItem, 20, 16);
LAYOUT (LocatorItem, base_address, 0, 0);
LAYOUT (LocatorItem, size, 8, 4);
LAYOUT (LocatorItem, position, 12, 8);
LAYOUT (LocatorItem, is_taken, 16, 12);
SIZE (BufferSearchSettings, 24, 12);
LAYOUT (BufferSearchSettings, min_address, 0, 0);
LAYOUT (BufferSearchSettings, max_address, 8, 4);
LAYOUT (BufferSearchSettings, size, 16, 8);
SIZE (BufferAllocatorSettings, 32, 24);
LAYOUT (BufferAllocatorSettings, min_address, 0, 0);
LAYOUT (BufferAllocatorSettings, max_address, 8, 4);
LAYOUT (BufferAllocatorSettings, size, 16, 8);
LAYOUT (BufferAllocatorSettings, target_process_id, 20, 12);
LAYOUT (BufferAllocatorSettings, retry_count, 24, 16);
LAYOUT (BufferAllocatorSettings, brute_force, 28, 20);
SIZE (PrivateAllocation, 24, 12);
LAYOUT (PrivateAllocation, base_address, 0, 0);
LAYOUT (PrivateAllocation, size, 8, 4);
LAYOUT (PrivateAllocation, process_id, 16, 8);
SIZE (AllocationResult, 40, 20);
LAYOUT (AllocationResult, is_ok, 0, 0);
LAYOUT (AllocationResult, ok, 8, 4);
LAYOUT (AllocationResult, err, 32, 16);
SIZE (GetBufferResult, 24, 12);
LAYOUT (GetBufferResult, is_ok, 0, 0);
LAYOUT (GetBufferResult, ok, 8, 4);
LAYOUT (GetBufferResult, err, 16, 8);

/* What is in the folder for temporary files of a process is left there for those who look into it, and nobody
 * will into these. */
static void
remove_left_behind (pid_t process)
{
  char path[100];

  snprintf (path, sizeof path, "/tmp/.reloaded/memory.buffers/Reloaded.Memory.Buffers.MemoryBuffer, PID %d",
            (int) process);
  unlink (path);
}

static void
remove_own (void)
{
  remove_left_behind (getpid ());
}

static BufferSearchSettings
low (uint32_t size)
{
  BufferSearchSettings settings = { 0, 2 * GIB - 1, size };

  return settings;
}

static GetBufferResult
get_low (uint32_t size)
{
  BufferSearchSettings settings = low (size);
  GetBufferResult result = buffers_get_buffer (&settings);

  CHECK (result.is_ok);
  CHECK (result.ok != NULL);
  CHECK (result.err == NULL);
  CHECK (locatoritem_is_taken (result.ok));
  return result;
}

static void
check_proximity (void)
{
  BufferSearchSettings search = buffersearchsettings_from_proximity (1000, 5000, 300);
  BufferAllocatorSettings allocator = bufferallocatorsettings_from_proximity (1000, 5000, 300);

  CHECK (search.min_address == 4000 && search.max_address == 6000 && search.size == 300);
  CHECK (allocator.min_address == 4000 && allocator.max_address == 6000 && allocator.size == 300);
  CHECK (allocator.target_process_id == (uint32_t) getpid ());
  CHECK (allocator.retry_count == 8);
  CHECK (allocator.brute_force);
  search = buffersearchsettings_from_proximity (SIZE_MAX, 5000, 1);
  CHECK (search.min_address == 0 && search.max_address == SIZE_MAX);
  search = buffersearchsettings_from_proximity (5000, 5000, 1);
  CHECK (search.min_address == 0 && search.max_address == 10000);
  allocator = bufferallocatorsettings_from_proximity (10, SIZE_MAX - 3, 1);
  CHECK (allocator.min_address == SIZE_MAX - 13 && allocator.max_address == SIZE_MAX);
#if SIZE_MAX > UINT32_MAX
  search = buffersearchsettings_from_proximity (1, 1, (size_t) UINT32_MAX + 2);
  CHECK (search.size == UINT32_MAX);
#endif
}

static void
check_buffer (void)
{
  static const uint8_t bytes[] = { 1, 2, 3, 4, 5 };
  GetBufferResult result = get_low (64);
  LocatorItem *item = result.ok;
  uint32_t position = item->position;
  uint32_t left = locatoritem_bytes_left (item);
  size_t address;

  CHECK (left >= 64);
  CHECK (locatoritem_is_allocated (item));
  CHECK (locatoritem_min_address (item) == item->base_address);
  CHECK (locatoritem_max_address (item) == item->base_address + item->size);
  CHECK (locatoritem_max_address (item) <= 2 * GIB - 1);
  CHECK (locatoritem_can_use (item, 64, 0, 2 * GIB - 1));
  CHECK (locatoritem_can_use (item, left, 0, 2 * GIB - 1));
  CHECK (!locatoritem_can_use (item, left + 1, 0, 2 * GIB - 1));

  address = locatoritem_append_bytes (item, bytes, sizeof bytes);
  CHECK (address == item->base_address + position);
  CHECK (memcmp ((const void *) address, bytes, sizeof bytes) == 0);
  CHECK (item->position == position + sizeof bytes);
  CHECK (locatoritem_bytes_left (item) == left - sizeof bytes);

  /* No room: not a byte of it, and what fits still does. */
  left = locatoritem_bytes_left (item);
  if (left < 100000)
    {
      uint8_t *much = malloc (left + 1);

      CHECK (much != NULL);
      memset (much, 0xcc, left + 1);
      CHECK (locatoritem_append_bytes (item, much, left + 1) == 0);
      CHECK (locatoritem_bytes_left (item) == left);
      CHECK (((const uint8_t *) address)[sizeof bytes] == 0);
      free (much);
    }
  CHECK (locatoritem_append_bytes (item, bytes, SIZE_MAX) == 0);
  CHECK (locatoritem_append_bytes (item, NULL, 1) == 0);
  CHECK (locatoritem_append_bytes (item, NULL, 0) == address + sizeof bytes);

  free_get_buffer_result (result);
  CHECK (!locatoritem_is_taken (item));
  free_get_buffer_result (result);
  CHECK (!locatoritem_is_taken (item));
  CHECK (memcmp ((const void *) address, bytes, sizeof bytes) == 0);
}

static void
check_put_twice (void)
{
  GetBufferResult first = get_low (32), second;

  free_get_buffer_result (first);
  second = get_low (32);
  CHECK (second.ok == first.ok);
  /* The first result again, as a whole: it is not the second's. */
  free_get_buffer_result (first);
  CHECK (locatoritem_is_taken (second.ok));
  free_get_buffer_result (second);
  CHECK (!locatoritem_is_taken (second.ok));

  /* Somebody who uses another library has it by then. */
  first = get_low (32);
  free_locator_item (first.ok);
  CHECK (!locatoritem_is_taken (first.ok));
  __atomic_store_n (&first.ok->is_taken, 1, __ATOMIC_SEQ_CST);
  free_locator_item (first.ok);
  free_get_buffer_result (first);
  CHECK (locatoritem_is_taken (first.ok));
  locatoritem_unlock (first.ok);
  CHECK (!locatoritem_is_taken (first.ok));

  /* By the item, then by the result, and the other way round. */
  first = get_low (32);
  locatoritem_unlock (first.ok);
  CHECK (!locatoritem_is_taken (first.ok));
  second = get_low (32);
  free_get_buffer_result (first);
  CHECK (locatoritem_is_taken (second.ok));
  free_locator_item (second.ok);
  CHECK (!locatoritem_is_taken (second.ok));
  free_get_buffer_result (second);
}

/* A result whose spare bytes were lost on the way still puts its buffer back. */
static void
check_put_bare (void)
{
  static const int rests[] = { 0, 0x77, 0xff };

  for (size_t i = 0; i < sizeof rests / sizeof *rests; i++)
    {
      GetBufferResult result = get_low (32), bare;

      memset (&bare, rests[i], sizeof bare);
      bare.is_ok = true;
      bare.ok = result.ok;
      bare.err = NULL;
      free_get_buffer_result (bare);
      CHECK (!locatoritem_is_taken (result.ok));
    }
}

/* More often than the numbers that a result has room for in 32 bits. */
static void
check_often (void)
{
  for (unsigned i = 0; i < 70000; i++)
    {
      GetBufferResult result = get_low (32);

      free_get_buffer_result (result);
      CHECK (!locatoritem_is_taken (result.ok));
    }
}

struct other
{
  GetBufferResult result;
  LocatorItem *item;
  pid_t thread;
};

static void *
get_elsewhere (void *user_data)
{
  struct other *other = user_data;

  other->result = get_low (32);
  other->thread = (pid_t) syscall (SYS_gettid);
  return NULL;
}

static void *
put_elsewhere (void *user_data)
{
  struct other *other = user_data;

  free_get_buffer_result (other->result);
  return NULL;
}

static void *
free_item_elsewhere (void *user_data)
{
  struct other *other = user_data;

  free_locator_item (other->item);
  return NULL;
}

static void
run (void *(*function) (void *), struct other *other)
{
  pthread_t thread;

  CHECK (pthread_create (&thread, NULL, function, other) == 0);
  CHECK (pthread_join (thread, NULL) == 0);
}

/* pthread_join () returns as soon as a thread can touch nothing any more; the kernel drops its number a moment
 * later. */
static void
wait_until_gone (pid_t thread)
{
  for (int i = 0; i < 10000; i++)
    {
      if (syscall (SYS_tgkill, getpid (), thread, 0) != 0 && errno == ESRCH)
        return;
      usleep (1000);
    }
  CHECK (!"the thread's number is gone");
}

static void
check_threads (void)
{
  struct other other = { .result = get_low (32) };
  GetBufferResult mine = get_low (32);

  /* Another thread may put back what it was handed as a result. */
  run (put_elsewhere, &other);
  CHECK (!locatoritem_is_taken (other.result.ok));
  free_get_buffer_result (mine);

  /* But not by the item, while its owner lives. */
  mine = get_low (32);
  other.item = mine.ok;
  run (free_item_elsewhere, &other);
  CHECK (locatoritem_is_taken (mine.ok));
  free_locator_item (mine.ok);
  CHECK (!locatoritem_is_taken (mine.ok));

  /* Of a thread that has ended, it may. */
  run (get_elsewhere, &other);
  CHECK (locatoritem_is_taken (other.result.ok));
  wait_until_gone (other.thread);
  free_locator_item (other.result.ok);
  CHECK (!locatoritem_is_taken (other.result.ok));
}

static void
check_alignment (void)
{
  static const uint32_t bad[] = { 3, 6, 12, 4095, UINT32_MAX };
  BufferSearchSettings settings = low (16);

  for (uint32_t alignment = 1; alignment <= PAGE; alignment *= 2)
    {
      GetBufferResult result = buffers_get_buffer_aligned (&settings, alignment);

      CHECK (result.is_ok);
      CHECK (locatoritem_append_bytes (result.ok, (const uint8_t *) "xyz", 3) % alignment == 0);
      free_get_buffer_result (result);
    }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    {
      GetBufferResult result = buffers_get_buffer_aligned (&settings, bad[i]);

      CHECK (!result.is_ok && result.ok == NULL && result.err != NULL && strlen (result.err) > 10);
      free_get_buffer_result (result);
    }
  free_get_buffer_result (buffers_get_buffer_aligned (&settings, 0));
}

static void
check_failed_buffer (GetBufferResult result)
{
  CHECK (!result.is_ok);
  CHECK (result.ok == NULL);
  CHECK (result.err != NULL && strlen (result.err) > 10);
  free_string (result.err);
}

static void
check_failed_allocation (AllocationResult result)
{
  CHECK (!result.is_ok);
  CHECK (result.ok.base_address == NULL && result.ok.size == 0 && result.ok.process_id == 0);
  CHECK (result.err != NULL && strlen (result.err) > 10);
  free_allocation_result (result);
}

static void
check_failures (void)
{
  BufferSearchSettings search = low (16);
  BufferAllocatorSettings allocator = bufferallocatorsettings_from_proximity (GIB, 3 * GIB / 2, 16);

  check_failed_buffer (buffers_get_buffer (NULL));
  search.min_address = search.max_address;
  check_failed_buffer (buffers_get_buffer (&search));
  search.min_address = search.max_address + 1;
  check_failed_buffer (buffers_get_buffer (&search));
  search.min_address = 0;
  search.max_address = 0;
  check_failed_buffer (buffers_get_buffer (&search));
  search = low (UINT32_MAX);
  check_failed_buffer (buffers_get_buffer (&search));
  /* Where page 0 and what is kept free above it are. */
  search.size = 1;
  search.max_address = PAGE;
  check_failed_buffer (buffers_get_buffer (&search));

  check_failed_allocation (buffers_allocate_private_memory (NULL));
  allocator.target_process_id = (uint32_t) getppid ();
  check_failed_allocation (buffers_allocate_private_memory (&allocator));
  allocator.target_process_id = (uint32_t) getpid ();
  allocator.max_address = allocator.min_address;
  check_failed_allocation (buffers_allocate_private_memory (&allocator));
  allocator.max_address = 4 * PAGE;
  allocator.min_address = 0;
  for (int brute_force = 0; brute_force <= 1; brute_force++)
    for (int32_t retries = -1; retries <= 1; retries++)
      {
        allocator.brute_force = brute_force;
        allocator.retry_count = retries;
        check_failed_allocation (buffers_allocate_private_memory (&allocator));
      }
  free_string (NULL);
}

/* The protection of the page at @address, as in /proc/self/maps. */
static const char *
protection_at (const void *address)
{
  static char found[8];
  char line[512];
  FILE *maps = fopen ("/proc/self/maps", "r");

  CHECK (maps != NULL);
  strcpy (found, "none");
  while (fgets (line, sizeof line, maps) != NULL)
    {
      unsigned long start, end;
      char protection[8];

      if (sscanf (line, "%lx-%lx %4s", &start, &end, protection) == 3 && (uintptr_t) address >= start
          && (uintptr_t) address < end)
        strcpy (found, protection);
    }
  fclose (maps);
  return found;
}

static void
check_private (void)
{
  BufferAllocatorSettings settings
      = bufferallocatorsettings_from_proximity (2 * GIB - 1, (size_t) (uintptr_t) check_private, 100);
  AllocationResult first = buffers_allocate_private_memory (&settings), second;

  CHECK (first.is_ok);
  CHECK (first.err == NULL);
  CHECK (first.ok.size == PAGE);
  CHECK (first.ok.process_id == (uint32_t) getpid ());
  CHECK ((uintptr_t) first.ok.base_address >= settings.min_address);
  CHECK ((uintptr_t) first.ok.base_address + first.ok.size <= settings.max_address);
  CHECK (strcmp (protection_at (first.ok.base_address), "rwxp") == 0);
  for (size_t i = 0; i < first.ok.size; i++)
    CHECK (first.ok.base_address[i] == 0);
  memset (first.ok.base_address, 1, first.ok.size);
#if defined(__x86_64__) || defined(__i386__)
  {
    /* mov eax, 42; ret */
    static const uint8_t code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };
    int (*function) (void);

    memcpy (first.ok.base_address, code, sizeof code);
    memcpy (&function, &first.ok.base_address, sizeof function);
    CHECK (function () == 42);
  }
#endif

  free_private_allocation (first.ok);
  CHECK (strcmp (protection_at (first.ok.base_address), "rwxp") != 0);
  free_private_allocation (first.ok);
  free_allocation_result (first);
  /* The same place again; who has it now keeps it. */
  second = buffers_allocate_private_memory (&settings);
  CHECK (second.is_ok);
#if SIZE_MAX > UINT32_MAX
  free_private_allocation (first.ok);
  free_allocation_result (first);
  CHECK (strcmp (protection_at (second.ok.base_address), "rwxp") == 0);
  second.ok.base_address[0] = 1;
#endif
  /* Another process's memory is not ours to free, whatever lies at that address here. */
  first = second;
  first.ok.process_id++;
  free_allocation_result (first);
  CHECK (strcmp (protection_at (second.ok.base_address), "rwxp") == 0);
  free_allocation_result (second);
  CHECK (strcmp (protection_at (second.ok.base_address), "rwxp") != 0);
  free_allocation_result (second);

  /* Nothing that was not allocated here. */
  second.ok.base_address = (uint8_t *) (uintptr_t) &settings;
  free_private_allocation (second.ok);
  second.ok.base_address = NULL;
  free_private_allocation (second.ok);
  settings.size = 0;
  settings.target_process_id = 0;
  second = buffers_allocate_private_memory (&settings);
  CHECK (second.is_ok && second.ok.size == PAGE);
  free_private_allocation (second.ok);
  settings.size = 2 * PAGE + 1;
  second = buffers_allocate_private_memory (&settings);
  CHECK (second.is_ok && second.ok.size == 3 * PAGE);
  second.ok.base_address[3 * PAGE - 1] = 1;
  free_private_allocation (second.ok);
}

/* Right above the heap there is room, but only until the heap grows. */
static void
check_brute_force (void)
{
  size_t heap = ((size_t) (uintptr_t) sbrk (0) + PAGE - 1) / PAGE * PAGE;
  BufferAllocatorSettings settings = { heap, heap + 4 * PAGE, 1, 0, 0, false };
  AllocationResult result;

  check_failed_allocation (buffers_allocate_private_memory (&settings));
  settings.brute_force = true;
  result = buffers_allocate_private_memory (&settings);
  CHECK (result.is_ok);
  CHECK ((size_t) (uintptr_t) result.ok.base_address >= heap);
  CHECK ((size_t) (uintptr_t) result.ok.base_address + result.ok.size <= heap + 4 * PAGE);
  free_allocation_result (result);
}

static void
check_item (LocatorItem *item,
            uint8_t     *bytes)
{
  item->base_address = 0;
  item->size = 0;
  item->position = 0;
  item->is_taken = 0;
  CHECK (!locatoritem_is_allocated (item));
  CHECK (!locatoritem_can_use (item, 0, 0, SIZE_MAX));
  CHECK (locatoritem_append_bytes (item, bytes, 0) == 0);

  item->base_address = (uintptr_t) bytes;
  item->size = 16;
  item->position = 6;
  CHECK (locatoritem_is_allocated (item));
  CHECK (locatoritem_bytes_left (item) == 10);
  CHECK (locatoritem_try_lock (item));
  CHECK (item->is_taken == 1);
  CHECK (!locatoritem_try_lock (item));
  locatoritem_unlock (item);
  CHECK (item->is_taken == 0);
  locatoritem_unlock (item);
  CHECK (item->is_taken == 0);
  locatoritem_lock (item);
  CHECK (locatoritem_is_taken (item));
  free_locator_item (item);
  CHECK (!locatoritem_is_taken (item));

  /* The next byte above the minimum, the end of the buffer below the maximum, and so much room. */
  CHECK (locatoritem_can_use (item, 10, (uintptr_t) bytes + 6, (uintptr_t) bytes + 16));
  CHECK (!locatoritem_can_use (item, 11, (uintptr_t) bytes + 6, (uintptr_t) bytes + 16));
  CHECK (!locatoritem_can_use (item, 10, (uintptr_t) bytes + 7, (uintptr_t) bytes + 16));
  CHECK (!locatoritem_can_use (item, 1, (uintptr_t) bytes + 6, (uintptr_t) bytes + 15));
  CHECK (locatoritem_can_use (item, 0, 0, SIZE_MAX));

  /* To the last byte, and not a byte more. */
  CHECK (locatoritem_append_bytes (item, (const uint8_t *) "0123456789", 11) == 0);
  CHECK (bytes[6] == 0);
  CHECK (locatoritem_append_bytes (item, (const uint8_t *) "0123456789", 10) == (uintptr_t) bytes + 6);
  CHECK (memcmp (bytes, "\0\0\0\0\0\0" "0123456789\0", 17) == 0);
  CHECK (locatoritem_append_bytes (item, bytes, 0) == (uintptr_t) bytes + 16);
  CHECK (locatoritem_append_bytes (item, bytes, 1) == 0);
  memset (bytes, 0, 16);

  /* What others broke is not followed. */
  item->position = 17;
  CHECK (locatoritem_bytes_left (item) == 0);
  CHECK (!locatoritem_can_use (item, 0, 0, SIZE_MAX));
  CHECK (locatoritem_append_bytes (item, bytes, 0) == 0);
  CHECK (!locatoritem_can_use (item, 1, 0, SIZE_MAX));
  item->base_address = UINTPTR_MAX - 3;
  item->position = 4;
  CHECK (locatoritem_max_address (item) == SIZE_MAX);
  CHECK (!locatoritem_can_use (item, 1, 0, SIZE_MAX));
  CHECK (locatoritem_append_bytes (item, bytes, 1) == 0);
}

static void
check_items (void)
{
  static uint32_t words[16];
  static uint8_t bytes[32];

  /* At every multiple of 4 that is not one of 8, and at one that is. */
  for (size_t i = 0; i < 4; i++)
    check_item ((LocatorItem *) &words[i], bytes);
  CHECK (locatoritem_bytes_left (NULL) == 0);
  CHECK (locatoritem_min_address (NULL) == 0);
  CHECK (locatoritem_max_address (NULL) == 0);
  CHECK (!locatoritem_is_allocated (NULL));
  CHECK (!locatoritem_is_taken (NULL));
  CHECK (!locatoritem_try_lock (NULL));
  CHECK (!locatoritem_can_use (NULL, 0, 0, SIZE_MAX));
  CHECK (locatoritem_append_bytes (NULL, bytes, 1) == 0);
  locatoritem_lock (NULL);
  locatoritem_unlock (NULL);
  free_locator_item (NULL);
}

static void *
unlock_later (void *user_data)
{
  struct other *other = user_data;

  usleep (20000);
  locatoritem_unlock (other->item);
  return NULL;
}

static void
check_lock_waits (void)
{
  struct other other = { .result = get_low (16) };
  pthread_t thread;

  other.item = other.result.ok;
  CHECK (pthread_create (&thread, NULL, unlock_later, &other) == 0);
  locatoritem_lock (other.item);
  CHECK (locatoritem_is_taken (other.item));
  CHECK (pthread_join (thread, NULL) == 0);
  /* The result is of the taking before. */
  free_get_buffer_result (other.result);
  CHECK (locatoritem_is_taken (other.item));
  locatoritem_unlock (other.item);
}

static unsigned n_calls;

static void
write_backwards (const uint8_t *source,
                 uint8_t       *target,
                 size_t         size)
{
  n_calls++;
  for (size_t i = 0; i < size; i++)
    target[size - 1 - i] = source[i];
}

static void
write_again (const uint8_t *source,
             uint8_t       *target,
             size_t         size)
{
  n_calls++;
  overwrite_allocated_code (source, target, size);
}

static void
check_code (void)
{
  uint8_t *pages = mmap (NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  static const volatile uint8_t constant[] = { 1, 2, 3 };

  CHECK (pages != MAP_FAILED);
  CHECK (mprotect (pages, PAGE, PROT_READ | PROT_EXEC) == 0);
  CHECK (mprotect (pages + PAGE, PAGE, PROT_READ) == 0);
  CHECK (munmap (pages + 3 * PAGE, PAGE) == 0);

  overwrite_allocated_code ((const uint8_t *) "abcdef", pages + PAGE - 3, 6);
  CHECK (memcmp (pages + PAGE - 3, "abcdef", 6) == 0);
  CHECK (strcmp (protection_at (pages), "r-xp") == 0);
  CHECK (strcmp (protection_at (pages + PAGE), "r--p") == 0);
  CHECK (strcmp (protection_at (pages + 2 * PAGE), "rw-p") == 0);

  overwrite_allocated_code_ex ((const uint8_t *) "123", pages, 3, write_backwards);
  CHECK (n_calls == 1);
  CHECK (memcmp (pages, "321", 3) == 0);
  CHECK (strcmp (protection_at (pages), "r-xp") == 0);
  overwrite_allocated_code_ex ((const uint8_t *) "456", pages + PAGE, 3, write_again);
  CHECK (n_calls == 2);
  CHECK (memcmp (pages + PAGE, "456", 3) == 0);
  CHECK (strcmp (protection_at (pages + PAGE), "r--p") == 0);

  /* Into what is not there: nothing is written, not even what could be. */
  overwrite_allocated_code ((const uint8_t *) "abcdef", pages + 3 * PAGE - 3, 6);
  CHECK (memcmp (pages + 3 * PAGE - 3, "\0\0\0", 3) == 0);
  overwrite_allocated_code_ex (NULL, pages + 3 * PAGE, 1, write_backwards);
  overwrite_allocated_code_ex (NULL, (uint8_t *) 16, 1, write_backwards);
  overwrite_allocated_code_ex (NULL, (uint8_t *) UINTPTR_MAX, SIZE_MAX, write_backwards);
  overwrite_allocated_code_ex (NULL, NULL, 1, write_backwards);
  overwrite_allocated_code_ex (NULL, pages, 0, write_backwards);
  CHECK (n_calls == 2);
  overwrite_allocated_code (NULL, pages, 3);
  overwrite_allocated_code_ex ((const uint8_t *) "456", pages, 3, NULL);
  CHECK (memcmp (pages, "321", 3) == 0);

  /* The program's own constants, which lie in a file. */
  overwrite_allocated_code ((const uint8_t *) "xyz", (uint8_t *) (uintptr_t) constant, 3);
  CHECK (constant[0] == 'x' && constant[2] == 'z');

  utilities_clear_instruction_cache (pages, pages + PAGE);
  utilities_clear_instruction_cache (pages + PAGE, pages);
  utilities_clear_instruction_cache (NULL, pages);
  CHECK (munmap (pages, 3 * PAGE) == 0);
}

/* What the parent has taken is none of the child's business, and the other way round. */
static void
check_fork (void)
{
  GetBufferResult result = get_low (16), mine;
  pid_t child = fork ();
  int status;

  CHECK (child >= 0);
  if (child == 0)
    {
      alarm (20);
      free_get_buffer_result (result);
      free_locator_item (result.ok);
      mine = get_low (16);
      CHECK (locatoritem_append_bytes (mine.ok, (const uint8_t *) "child", 5) != 0);
      free_get_buffer_result (mine);
      CHECK (!locatoritem_is_taken (mine.ok));
      _Exit (0);
    }
  CHECK (waitpid (child, &status, 0) == child);
  remove_left_behind (child);
  CHECK (status == 0);
  CHECK (locatoritem_is_taken (result.ok));
  free_get_buffer_result (result);
  CHECK (!locatoritem_is_taken (result.ok));
}

/* Nor is what the parent has locked by the item; a child's thread is none of the parent's. */
static void
check_fork_locked (void)
{
  GetBufferResult result = get_low (16);
  LocatorItem *item = result.ok;
  pid_t child;
  int status;

  free_get_buffer_result (result);
  CHECK (locatoritem_try_lock (item));
  child = fork ();
  CHECK (child >= 0);
  if (child == 0)
    {
      alarm (20);
      free_locator_item (item);
      _Exit (0);
    }
  CHECK (waitpid (child, &status, 0) == child);
  remove_left_behind (child);
  CHECK (status == 0);
  CHECK (locatoritem_is_taken (item));
  free_locator_item (item);
  CHECK (!locatoritem_is_taken (item));
}

static int may_end;

static void *
get_and_put (void *user_data)
{
  (void) user_data;
  while (!__atomic_load_n (&may_end, __ATOMIC_SEQ_CST))
    {
      static const uint8_t code[1];
      uint8_t page[1] = { 0 };
      GetBufferResult result = get_low (16);

      overwrite_allocated_code (code, page, 1);
      free_get_buffer_result (result);
    }
  return NULL;
}

/* Whatever other threads are in the middle of, a child can go on. */
static void
check_fork_among_threads (void)
{
  pthread_t threads[2];

  for (size_t i = 0; i < 2; i++)
    CHECK (pthread_create (&threads[i], NULL, get_and_put, NULL) == 0);
  for (unsigned i = 0; i < 50; i++)
    {
      pid_t child = fork ();
      int status;

      CHECK (child >= 0);
      if (child == 0)
        {
          uint8_t bytes[] = { 1 };

          alarm (20);
          overwrite_allocated_code ((const uint8_t *) "x", bytes, 1);
          CHECK (bytes[0] == 'x');
          free_get_buffer_result (get_low (16));
          _Exit (0);
        }
      CHECK (waitpid (child, &status, 0) == child);
      remove_left_behind (child);
      CHECK (status == 0);
    }
  __atomic_store_n (&may_end, 1, __ATOMIC_SEQ_CST);
  for (size_t i = 0; i < 2; i++)
    CHECK (pthread_join (threads[i], NULL) == 0);
}

#define N_THREADS 4
#define N_APPENDS 4000

static void *
append_many (void *user_data)
{
  unsigned char mark = *(unsigned char *) user_data;
  static _Thread_local size_t addresses[N_APPENDS];

  for (unsigned i = 0; i < N_APPENDS; i++)
    {
      uint8_t bytes[24];
      GetBufferResult result = get_low (sizeof bytes);

      memset (bytes, mark, sizeof bytes);
      memcpy (bytes, &i, sizeof i);
      addresses[i] = locatoritem_append_bytes (result.ok, bytes, sizeof bytes);
      CHECK (addresses[i] != 0);
      free_get_buffer_result (result);
    }
  for (unsigned i = 0; i < N_APPENDS; i++)
    {
      const uint8_t *bytes = (const uint8_t *) addresses[i];

      CHECK (memcmp (bytes, &i, sizeof i) == 0);
      for (size_t j = sizeof i; j < 24; j++)
        CHECK (bytes[j] == mark);
    }
  return NULL;
}

static void
check_many (void)
{
  static unsigned char marks[N_THREADS];
  pthread_t threads[N_THREADS];

  for (unsigned i = 0; i < N_THREADS; i++)
    {
      marks[i] = (unsigned char) (i + 1);
      CHECK (pthread_create (&threads[i], NULL, append_many, &marks[i]) == 0);
    }
  for (unsigned i = 0; i < N_THREADS; i++)
    CHECK (pthread_join (threads[i], NULL) == 0);
}

int
main (int   argc,
      char *argv[])
{
#ifdef OPEN_BY_NAME
  void *library = dlopen (argc > 1 ? argv[1] : "liblacuna-reloaded.so.0", RTLD_NOW | RTLD_LOCAL);

  CHECK (library != NULL);
#define OPEN(name)                                                                                \
  {                                                                                               \
    void *found = dlsym (library, #name);                                                         \
    CHECK (found != NULL);                                                                        \
    memcpy (&opened_##name, &found, sizeof found);                                                \
  }
  FUNCTIONS (OPEN)
#else
  (void) argc;
  (void) argv;
#endif
  CHECK (atexit (remove_own) == 0);
  check_proximity ();
  check_items ();
  check_buffer ();
  check_put_twice ();
  check_put_bare ();
  check_often ();
  check_threads ();
  check_lock_waits ();
  check_alignment ();
  check_failures ();
  check_private ();
  check_brute_force ();
  check_code ();
  check_fork ();
  check_fork_locked ();
  check_fork_among_threads ();
  check_many ();
#ifdef OPEN_BY_NAME
  CHECK (dlclose (library) == 0);
  /* Nothing of it is called any more when the process forks or ends. */
  if (fork () == 0)
    _Exit (0);
  wait (NULL);
#endif
#ifdef WITHOUT_POINT_QUERIES
  CHECK (n_refused > 0);
#endif
  puts ("fine");
  return 0;
}
