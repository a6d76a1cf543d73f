/* Locks, clocks, threads and forks: see os/thread.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/thread.h"

#include "process-private.h"
#include "system-call.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define SINGLE_THREADED __libc_single_threaded
#else
static const char never;
#define SINGLE_THREADED never
#endif

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

const char *const lac_os_single_threaded = &SINGLE_THREADED;

/* What a lock is inside. Of its own, and not the C library's mutex: that would be two functions more that a
 * first call has to look up (system-call.h). The three values are those of Drepper, "Futexes Are Tricky". */
enum
{
  UNLOCKED,
  LOCKED,
  /* … and somebody may be waiting for it. */
  AWAITED,
};

static void
wait_for_lock (_Atomic uint32_t *word)
{
  while (atomic_exchange_explicit (word, AWAITED, memory_order_acquire) != UNLOCKED)
    {
      int error = errno;

      syscall (SYS_futex, word, FUTEX_WAIT_PRIVATE, AWAITED, NULL, NULL, 0);
      errno = error;
    }
}

void
lac_lock_acquire (struct lac_lock *lock)
{
  uint32_t expected = UNLOCKED;

  if (!atomic_compare_exchange_strong_explicit (&lock->word, &expected, LOCKED, memory_order_acquire,
                                                memory_order_relaxed))
    wait_for_lock (&lock->word);
}

void
lac_lock_release (struct lac_lock *lock)
{
  if (atomic_exchange_explicit (&lock->word, UNLOCKED, memory_order_release) == AWAITED)
    {
      int error = errno;

      syscall (SYS_futex, &lock->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
      errno = error;
    }
}

/* Small pieces are cut from one mapping: a first call needs several, and each mapping costs two system calls
 * and a page fault. How much of it was cut is not wiped, so that a child goes on behind what its parent
 * has. */
#define POOL_SIZE ((size_t) 32768)
#define PIECE_ALIGNMENT ((size_t) 64)

static _Atomic (unsigned char *) pool LAC_OF_FIRST_CALL;
static atomic_size_t pool_used LAC_OF_FIRST_CALL;

static enum lac_status
map_wiped (size_t size,
           void **out_address)
{
  /* With MAP_NORESERVE it is a region of its own from the start, and need not be parted from a neighbour. */
  void *memory = mmap (NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (memory == MAP_FAILED)
    return LAC_E_NO_MEMORY;
  if (lac_call_madvise (memory, size, MADV_WIPEONFORK) != 0)
    {
      munmap (memory, size);
      return LAC_E_NOT_SUPPORTED;
    }
  *out_address = memory;
  return LAC_OK;
}

static enum lac_status
open_pool (unsigned char **out_pool)
{
  unsigned char *expected = NULL;
  void *memory;
  enum lac_status status;

  *out_pool = atomic_load_explicit (&pool, memory_order_acquire);
  if (*out_pool != NULL)
    return LAC_OK;
  status = map_wiped (POOL_SIZE, &memory);
  if (status != LAC_OK)
    return status;
  *out_pool = memory;
  if (!atomic_compare_exchange_strong_explicit (&pool, &expected, *out_pool, memory_order_acq_rel,
                                                memory_order_acquire))
    {
      munmap (memory, POOL_SIZE);
      *out_pool = expected;
    }
  return LAC_OK;
}

static size_t
piece_size (size_t size)
{
  return (size + PIECE_ALIGNMENT - 1) & ~(PIECE_ALIGNMENT - 1);
}

enum lac_status
lac_os_wiped_memory (size_t size,
                     void **out_address)
{
  size_t used = atomic_load_explicit (&pool_used, memory_order_relaxed);
  unsigned char *memory;
  enum lac_status status;

  if (size > POOL_SIZE / 2)
    return map_wiped (size, out_address);
  status = open_pool (&memory);
  if (status != LAC_OK)
    return status;
  do
    if (piece_size (size) > POOL_SIZE - used)
      return map_wiped (size, out_address);
  while (!atomic_compare_exchange_weak_explicit (&pool_used, &used, used + piece_size (size),
                                                 memory_order_acquire, memory_order_relaxed));
  *out_address = memory + used;
  return LAC_OK;
}

void
lac_os_free_wiped_memory (void  *address,
                          size_t size)
{
  unsigned char *memory = atomic_load_explicit (&pool, memory_order_acquire);
  size_t start = (size_t) ((uintptr_t) address - (uintptr_t) memory);
  size_t end = start + piece_size (size);

  if (memory == NULL || start >= POOL_SIZE)
    munmap (address, size);
  else
    {
      memset (address, 0, size);
      /* Only the last piece can be cut again. */
      atomic_compare_exchange_strong_explicit (&pool_used, &end, start, memory_order_release,
                                               memory_order_relaxed);
    }
}

enum lac_status
lac_os_at_fork (void (*before) (void),
                void (*after) (void))
{
  return pthread_atfork (before, after, after) == 0 ? LAC_OK : LAC_E_NO_MEMORY;
}

/* The number of a thread is kept with the process that it was asked in. Processes are numbered along
 * a line of forks: a child goes on counting where its parent was, and finds the page wiped. */
struct asked
{
  int32_t thread;
  uint32_t process;
};

/* Little enough for the room that every program keeps for libraries that are loaded late; so reading it
 * calls nothing. */
static _Thread_local struct asked asked __attribute__ ((tls_model ("initial-exec")));
static _Atomic (_Atomic uint32_t *) own_process LAC_OF_FIRST_CALL;
static _Atomic uint32_t last_process LAC_OF_FIRST_CALL;

static _Atomic uint32_t *
make_own_process (void)
{
  _Atomic uint32_t *expected = NULL;
  void *memory;

  if (lac_os_wiped_memory (sizeof *own_process, &memory) != LAC_OK)
    return NULL;
  if (atomic_compare_exchange_strong_explicit (&own_process, &expected, memory, memory_order_acq_rel,
                                               memory_order_acquire))
    return memory;
  lac_os_free_wiped_memory (memory, sizeof *own_process);
  return expected;
}

static int32_t
ask_thread_id (void)
{
  _Atomic uint32_t *own = atomic_load_explicit (&own_process, memory_order_acquire);
  int32_t thread = (int32_t) syscall (SYS_gettid);
  uint32_t process = 0;

  /* What is new is written before it is read, since a page that was only read is touched twice. */
  if (own != NULL)
    process = atomic_load_explicit (own, memory_order_relaxed);
  else
    own = make_own_process ();
  if (own == NULL)
    return thread;
  if (process == 0)
    {
      uint32_t next;

      do
        next = atomic_fetch_add_explicit (&last_process, 1, memory_order_relaxed) + 1;
      while (next == 0);
      if (atomic_compare_exchange_strong_explicit (own, &process, next, memory_order_relaxed,
                                                   memory_order_relaxed))
        process = next;
    }
  asked = (struct asked){ thread, process };
  return thread;
}

int32_t
lac_thread_id (void)
{
  _Atomic uint32_t *own = atomic_load_explicit (&own_process, memory_order_acquire);

  if (own != NULL && asked.process != 0
      && asked.process == atomic_load_explicit (own, memory_order_relaxed))
    return asked.thread;
  return ask_thread_id ();
}

bool
lac_thread_is_alive (int32_t thread)
{
  int32_t process = getpid ();
  char path[64];
  char text[1024];
  struct lac_proc_stat stat;
  ssize_t length;

  if (thread <= 0)
    return false;
  if (syscall (SYS_tgkill, process, thread, 0) != 0 && errno == ESRCH)
    return false;
  if (thread != process)
    return true;
  /* The first thread of a process leaves its number behind until all of them have ended. */
  snprintf (path, sizeof path, "/proc/self/task/%d/stat", (int) thread);
  length = lac_proc_read (AT_FDCWD, path, text, sizeof text);
  return length <= 0 || !lac_proc_parse_stat (text, (size_t) length, &stat)
         || (stat.state != 'Z' && stat.state != 'X');
}

static struct timespec
read_clock (clockid_t clock)
{
  struct timespec time = { 0 };

  clock_gettime (clock, &time);
  return time;
}

uint64_t
lac_clock_milliseconds (void)
{
  struct timespec time = read_clock (CLOCK_MONOTONIC);

  return (uint64_t) time.tv_sec * 1000 + (uint64_t) time.tv_nsec / 1000000;
}

int64_t
lac_clock_wall_microseconds (void)
{
  struct timespec time = read_clock (CLOCK_REALTIME);

  return (int64_t) time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

void
lac_thread_pause (unsigned microseconds)
{
  struct timespec time = { microseconds / 1000000, (long) (microseconds % 1000000) * 1000 };

  if (microseconds == 0)
    sched_yield ();
  else
    nanosleep (&time, NULL);
}
