/* Files of /proc that tell of this process, kept open: see own-file.h.
 *
 * What is known of an open file is a record: its descriptor and its identity. A record is written
 * before its number is published, and then never changes until 32 more have been written, so whoever
 * reads takes no lock. One who reads a record as it is overwritten sees an identity that does not
 * match, and opens the file again.
 *
 * SPDX-License-Identifier: MIT
 */
#include "own-file.h"

#include "os/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define N_RECORDS 32

struct record
{
  atomic_int descriptor;
  _Atomic uint64_t device;
  _Atomic uint64_t inode;
};

struct opened
{
  /* The number of the record that counts, from 1; 0 for none. */
  atomic_uint current;
  /* The number of the record that was given out last. */
  atomic_uint last;
  struct record records[N_RECORDS];
};

struct all_opened
{
  struct opened files[LAC_N_OWN_FILES];
};

/* Memory that a child finds wiped. */
static _Atomic (struct all_opened *) all_opened LAC_OF_FIRST_CALL;

/* What was opened last, where a child finds it as it was: there it says which descriptors the child
 * inherited, so that it can close them. */
static struct record inherited[LAC_N_OWN_FILES];

static struct all_opened *
get_all (void)
{
  struct all_opened *all = atomic_load_explicit (&all_opened, memory_order_acquire);
  struct all_opened *expected = NULL;
  void *memory;

  if (all != NULL)
    return all;
  if (lac_os_wiped_memory (sizeof *all, &memory) != LAC_OK)
    return NULL;
  all = memory;
  if (atomic_compare_exchange_strong_explicit (&all_opened, &expected, all, memory_order_acq_rel,
                                               memory_order_acquire))
    return all;
  lac_os_free_wiped_memory (memory, sizeof *all);
  return expected;
}

static void
write_record (struct record     *record,
              int                descriptor,
              const struct stat *identity)
{
  atomic_store_explicit (&record->device, identity->st_dev, memory_order_relaxed);
  atomic_store_explicit (&record->inode, identity->st_ino, memory_order_relaxed);
  atomic_store_explicit (&record->descriptor, descriptor, memory_order_release);
}

static bool
is_still (const struct record *record,
          int                  descriptor)
{
  struct stat found;

  return fstat (descriptor, &found) == 0
         && found.st_dev == atomic_load_explicit (&record->device, memory_order_relaxed)
         && found.st_ino == atomic_load_explicit (&record->inode, memory_order_relaxed);
}

/* In a child: closes the parent's file, if the number still means it. */
static void
close_inherited (enum lac_own_file file)
{
  struct record *record = &inherited[file];
  int descriptor = atomic_exchange_explicit (&record->descriptor, 0, memory_order_acq_rel);

  /* 0 stands for none; that number itself is left open at worst. */
  if (descriptor > 0 && is_still (record, descriptor))
    close (descriptor);
}

int
lac_own_file_open (enum lac_own_file file)
{
  const char *path = "/proc/self/statm";
  int descriptor;

  /* A process shows nothing once its first thread has ended, but its other threads do; what is opened
   * through a thread belongs to the memory, and outlives the thread. */
  if (file == LAC_OWN_MAPS)
    path = syscall (SYS_gettid) == getpid () ? "/proc/self/maps" : "/proc/thread-self/maps";
  descriptor = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  return descriptor < 0 ? -errno : descriptor;
}

bool
lac_own_file_is_open (enum lac_own_file file)
{
  struct all_opened *all = atomic_load_explicit (&all_opened, memory_order_acquire);

  return all != NULL && atomic_load_explicit (&all->files[file].current, memory_order_relaxed) != 0;
}

/* Opens @file, and publishes it instead of record @observed. */
static int
open_file (struct opened    *opened,
           enum lac_own_file file,
           unsigned          observed)
{
  struct stat identity;
  unsigned number;
  int descriptor;

  if (observed == 0)
    close_inherited (file);
  descriptor = lac_own_file_open (file);
  if (descriptor < 0)
    return descriptor;
  if (fstat (descriptor, &identity) != 0)
    {
      int error = errno;

      close (descriptor);
      return -error;
    }
  do
    number = atomic_fetch_add_explicit (&opened->last, 1, memory_order_relaxed) + 1;
  while (number == 0);
  write_record (&opened->records[number % N_RECORDS], descriptor, &identity);
  if (atomic_compare_exchange_strong_explicit (&opened->current, &observed, number,
                                               memory_order_acq_rel, memory_order_acquire))
    {
      write_record (&inherited[file], descriptor, &identity);
      return descriptor;
    }
  /* Another thread was faster; its file is as good. */
  close (descriptor);
  return atomic_load_explicit (&opened->records[observed % N_RECORDS].descriptor,
                               memory_order_acquire);
}

int
lac_own_file (enum lac_own_file file,
              bool              checked)
{
  struct all_opened *all = get_all ();
  struct opened *opened;
  unsigned current;

  if (all == NULL)
    return -ENOSYS;
  opened = &all->files[file];
  current = atomic_load_explicit (&opened->current, memory_order_acquire);
  if (current != 0)
    {
      const struct record *record = &opened->records[current % N_RECORDS];
      int descriptor = atomic_load_explicit (&record->descriptor, memory_order_acquire);

      if (!checked || is_still (record, descriptor))
        return descriptor;
    }
  return open_file (opened, file, current);
}
