/* Reading and writing memory: one's own and another process's, with holes, at the ends of pages and of
 * the address space, through the system calls and without them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/linux/process-private.h"
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t page;

static void
collect_hole (struct lac_range hole,
              void            *user_data)
{
  g_array_append_val ((GArray *) user_data, hole);
}

static enum lac_status
read_memory (struct lac_process        *process,
             uint64_t                   address,
             void                      *bytes,
             size_t                     size,
             unsigned                   flags,
             GArray                    *holes,
             struct lac_memory_outcome *out_outcome)
{
  struct lac_process_failure failure = { 0 };
  enum lac_status status;

  if (holes != NULL)
    g_array_set_size (holes, 0);
  status = lac_process_read_memory (process, address, bytes, size, flags,
                                    holes != NULL ? collect_hole : NULL, holes, NULL, out_outcome,
                                    &failure);
  if (status != LAC_OK)
    g_assert_cmpint (failure.status, ==, status);
  return status;
}

static enum lac_status
write_memory (struct lac_process        *process,
              uint64_t                   address,
              const void                *bytes,
              size_t                     size,
              unsigned                   flags,
              struct lac_memory_outcome *out_outcome)
{
  struct lac_process_failure failure = { 0 };
  enum lac_status status;

  status = lac_process_write_memory (process, address, bytes, size, flags, out_outcome, &failure);
  if (status != LAC_OK)
    g_assert_cmpint (failure.status, ==, status);
  return status;
}

/* The same with and without the system calls that go by PID. */
static struct lac_process *
open_way (int32_t pid,
          bool    by_file)
{
  struct lac_process *process = open_process (pid);

  if (by_file)
    process->numbers_agree = false;
  return process;
}

static char *
map_pages (size_t n_pages,
           int    protection)
{
  char *area = mmap (NULL, n_pages * page, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  g_assert_true (area != MAP_FAILED);
  return area;
}

static void
fill (char  *bytes,
      size_t size,
      int    seed)
{
  for (size_t i = 0; i < size; i++)
    bytes[i] = (char) (i * 7 + (i >> 8) + (size_t) seed);
}

/* Random pieces of a row of pages that may be read, may not, or are not there, compared byte by byte
 * with what is known of each page. */
static void
check_against_model (gconstpointer way)
{
  enum { N_PAGES = 24 };
  struct lac_process *process = open_way (LAC_PROCESS_SELF, GPOINTER_TO_INT (way));
  g_autoptr (GArray) holes = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  g_autofree char *expected = g_malloc (N_PAGES * page);
  g_autofree char *bytes = g_malloc (N_PAGES * page);

  for (int round = 0; round < 60; round++)
    {
      char *area = map_pages (N_PAGES, PROT_READ | PROT_WRITE);
      bool readable[N_PAGES], allowed[N_PAGES];

      fill (area, N_PAGES * page, round);
      memcpy (expected, area, N_PAGES * page);
      for (int i = 0; i < N_PAGES; i++)
        {
          int fate = g_test_rand_int_range (0, 5);

          allowed[i] = fate != 0;
          readable[i] = fate > 1;
          if (fate == 0)
            munmap (area + (size_t) i * page, page);
          else if (fate == 1)
            mprotect (area + (size_t) i * page, page, PROT_NONE);
          else if (fate == 2)
            mprotect (area + (size_t) i * page, page, PROT_READ);
        }

      for (int look = 0; look < 30; look++)
        {
          bool forced = look % 3 == 2;
          const bool *seen = forced ? allowed : readable;
          size_t start = (size_t) g_test_rand_int_range (0, (int) (N_PAGES * page));
          size_t size = (size_t) g_test_rand_int_range (1, (int) (N_PAGES * page - start) + 1);
          struct lac_memory_outcome outcome = { 0 };
          size_t n_expected = 0, n_holes = 0;
          bool in_hole = false, past_protection = false;
          enum lac_status status;

          memset (bytes, 0x55, N_PAGES * page);
          status = read_memory (process, (uintptr_t) area + start, bytes, size,
                                forced ? LAC_MEMORY_FORCE : 0, holes, &outcome);
          for (size_t at = start; at < start + size; at++)
            {
              if (seen[at / page])
                {
                  g_assert_cmphex ((guint8) bytes[at - start], ==, (guint8) expected[at]);
                  n_expected++;
                  past_protection |= !readable[at / page];
                  in_hole = false;
                  continue;
                }
              g_assert_cmphex ((guint8) bytes[at - start], ==, 0);
              if (!in_hole)
                {
                  g_assert_cmpuint (n_holes, <, holes->len);
                  g_assert_cmphex (g_array_index (holes, struct lac_range, n_holes).start, ==,
                                   (uintptr_t) area + at);
                  n_holes++;
                }
              in_hole = true;
              if (at + 1 == start + size || seen[(at + 1) / page])
                g_assert_cmphex (g_array_index (holes, struct lac_range, n_holes - 1).end, ==,
                                 (uintptr_t) area + at + 1);
            }
          g_assert_cmpuint (n_holes, ==, holes->len);
          g_assert_cmpuint (outcome.n_bytes, ==, n_expected);
          g_assert_cmpint (outcome.forced, ==, past_protection);
          g_assert_cmpint (status, ==, n_expected > 0 ? LAC_OK : LAC_E_NOT_FOUND);
          /* What lies behind is not touched. */
          g_assert_cmphex ((guint8) bytes[size < N_PAGES * page ? size : 0], ==,
                           size < N_PAGES * page ? 0x55 : (guint8) bytes[0]);
        }
      munmap (area, N_PAGES * page);
    }
  lac_process_close (process);
}

/* In 64 GiB of reserved addresses a hole is skipped as a whole, before a page and after one. */
static void
test_huge_hole (gconstpointer way)
{
  const size_t size = (size_t) 1 << 36;
  struct lac_process *process = open_way (LAC_PROCESS_SELF, GPOINTER_TO_INT (way));
  g_autoptr (GArray) holes = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  struct lac_memory_outcome outcome;
  char *area, *room;
  gint64 began;

  area = mmap (NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (area == MAP_FAILED)
    {
      g_test_skip ("there is no room for 64 GiB of reserved addresses");
      lac_process_close (process);
      return;
    }
  g_assert_cmpint (mprotect (area, page, PROT_READ | PROT_WRITE), ==, 0);
  g_assert_cmpint (mprotect (area + size - page, page, PROT_READ | PROT_WRITE), ==, 0);
  memset (area, 'a', page);
  memset (area + size - page, 'z', page);
  munmap (area + size / 2, size / 4);

  room = mmap (NULL, (size_t) 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert_true (room != MAP_FAILED);
  began = g_get_monotonic_time ();
  g_assert_cmpint (read_memory (process, (uintptr_t) area, room, (size_t) 64 << 20, 0, holes,
                                &outcome),
                   ==, LAC_OK);
  g_assert_cmpuint (outcome.n_bytes, ==, page);
  g_assert_cmpuint (holes->len, ==, 1);
  g_assert_cmphex (g_array_index (holes, struct lac_range, 0).start, ==, (uintptr_t) area + page);
  g_assert_cmphex (g_array_index (holes, struct lac_range, 0).end, ==,
                   (uintptr_t) area + ((size_t) 64 << 20));
  g_assert_cmpint (room[0], ==, 'a');

  g_assert_cmpint (read_memory (process, (uintptr_t) area + size - ((size_t) 64 << 20), room,
                                (size_t) 64 << 20, 0, holes, &outcome),
                   ==, LAC_OK);
  g_assert_cmpuint (outcome.n_bytes, ==, page);
  g_assert_cmpuint (holes->len, ==, 1);
  g_assert_cmpint (room[((size_t) 64 << 20) - 1], ==, 'z');
  g_test_message ("two holes of 64 MiB: %" G_GINT64_FORMAT " us",
                  g_get_monotonic_time () - began);

  munmap (room, (size_t) 64 << 20);
  munmap (area, size);
  lac_process_close (process);
}

/* Both ends of the address space, and what goes past the upper one. */
static void
test_ends_of_the_space (gconstpointer way)
{
  struct lac_process *process = open_way (LAC_PROCESS_SELF, GPOINTER_TO_INT (way));
  g_autoptr (GArray) holes = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  struct lac_memory_outcome outcome;
  char bytes[8192];

  g_assert_cmpint (read_memory (process, 0, bytes, sizeof bytes, 0, holes, &outcome), ==,
                   LAC_E_NOT_FOUND);
  g_assert_cmpuint (outcome.n_bytes, ==, 0);
  g_assert_cmpuint (holes->len, ==, 1);
  g_assert_cmphex (g_array_index (holes, struct lac_range, 0).start, ==, 0);
  g_assert_cmphex (g_array_index (holes, struct lac_range, 0).end, ==, sizeof bytes);

  /* Ends at 2^64, which is written as the last address. */
  g_assert_cmpint (read_memory (process, UINT64_MAX - 4095, bytes, 4096, 0, holes, &outcome), ==,
                   LAC_E_NOT_FOUND);
  g_assert_cmpuint (holes->len, ==, 1);
  g_assert_cmphex (g_array_index (holes, struct lac_range, 0).end, ==, LAC_ADDRESS_END);
  g_assert_cmpint (read_memory (process, UINT64_MAX, bytes, 1, 0, holes, &outcome), ==,
                   LAC_E_NOT_FOUND);
  g_assert_cmpint (write_memory (process, UINT64_MAX, bytes, 1, 0, &outcome), ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (read_memory (process, UINT64_MAX, bytes, 2, 0, holes, &outcome), ==,
                   LAC_E_INVALID);
  g_assert_cmpint (write_memory (process, UINT64_MAX, bytes, 2, 0, &outcome), ==, LAC_E_INVALID);

  /* Nothing is asked for: that is there anywhere. */
  g_assert_cmpint (read_memory (process, 0, NULL, 0, 0, holes, &outcome), ==, LAC_OK);
  g_assert_cmpint (read_memory (process, UINT64_MAX, NULL, 0, 0, holes, &outcome), ==, LAC_OK);
  g_assert_cmpuint (holes->len, ==, 0);
  g_assert_cmpint (write_memory (process, 0, NULL, 0, 0, &outcome), ==, LAC_OK);
  lac_process_close (process);
}

/* The text of the map says what is there; reading it in one go from the first region to the last byte
 * of the stack agrees with each region's own reading. */
static void
test_every_region (gconstpointer way)
{
  struct lac_process *process = open_way (LAC_PROCESS_SELF, GPOINTER_TO_INT (way));
  g_autoptr (GArray) holes = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  struct lac_map *map = read_map (process);
  size_t n_regions, n_read = 0;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  char byte;

  for (size_t i = 0; i < n_regions; i++)
    {
      struct lac_memory_outcome outcome;
      enum lac_status status = read_memory (process, regions[i].start, &byte, 1, 0, holes, &outcome);

      struct lac_region region_now;

      /* What is reserved may be put to use meanwhile: AddressSanitizer's heap does that. */
      if (lac_process_query (process, regions[i].start, false, &region_now, NULL, 0, NULL) != LAC_OK
          || region_now.protection != regions[i].protection)
        continue;
      if ((regions[i].protection & LAC_PROTECTION_READ) == 0
          && regions[i].kind != LAC_KIND_VSYSCALL)
        g_assert_cmpint (status, ==, LAC_E_NOT_FOUND);
      else if (status == LAC_OK)
        n_read++;
      else
        {
          g_test_message ("%s at %" PRIx64 " can't be read", lac_kind_name (regions[i].kind),
                          regions[i].start);
          g_assert_true (regions[i].kind == LAC_KIND_VDSO || regions[i].kind == LAC_KIND_VSYSCALL
                         || regions[i].kind == LAC_KIND_FILE);
        }
      if (regions[i].kind == LAC_KIND_IMAGE && regions[i].offset == 0 && status == LAC_OK)
        g_assert_cmphex ((guint8) byte, ==, 0x7f);
    }
  g_assert_cmpuint (n_read, >, 5);
  lac_map_unref (map);
  lac_process_close (process);
}

/* A file that was cut short: the pages past its end are mapped and yet not there. */
static void
test_past_end_of_file (gconstpointer way)
{
  struct lac_process *process = open_way (LAC_PROCESS_SELF, GPOINTER_TO_INT (way));
  g_autoptr (GArray) holes = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  g_autofree char *bytes = g_malloc (8 * page);
  struct lac_memory_outcome outcome;
  int file = memfd_create ("short", MFD_CLOEXEC);
  char *area;

  g_assert_cmpint (ftruncate (file, (off_t) (3 * page)), ==, 0);
  area = mmap (NULL, 8 * page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  g_assert_true (area != MAP_FAILED);
  memset (area, 'f', 3 * page);
  g_assert_cmpint (read_memory (process, (uintptr_t) area, bytes, 8 * page, 0, holes, &outcome), ==,
                   LAC_OK);
  g_assert_cmpuint (outcome.n_bytes, ==, 3 * page);
  g_assert_cmpuint (holes->len, ==, 1);
  g_assert_cmphex (g_array_index (holes, struct lac_range, 0).start, ==,
                   (uintptr_t) area + 3 * page);
  g_assert_cmphex (g_array_index (holes, struct lac_range, 0).end, ==, (uintptr_t) area + 8 * page);
  g_assert_cmpint (write_memory (process, (uintptr_t) area + 4 * page, "x", 1, 0, &outcome), ==,
                   LAC_E_NOT_FOUND);
  munmap (area, 8 * page);
  close (file);
  lac_process_close (process);
}

static void
test_write (gconstpointer way)
{
  struct lac_process *process = open_way (LAC_PROCESS_SELF, GPOINTER_TO_INT (way));
  char *area = map_pages (8, PROT_READ | PROT_WRITE);
  g_autofree char *bytes = g_malloc (8 * page);
  struct lac_memory_outcome outcome;

  fill (bytes, 8 * page, 3);
  /* Across page ends, and to the last byte. */
  g_assert_cmpint (write_memory (process, (uintptr_t) area + 5, bytes, 8 * page - 5, 0, &outcome),
                   ==, LAC_OK);
  g_assert_cmpuint (outcome.n_bytes, ==, 8 * page - 5);
  g_assert_false (outcome.forced);
  g_assert_cmpmem (area + 5, 8 * page - 5, bytes, 8 * page - 5);

  /* One page that is read-only: nothing is written, on either side of it. */
  memset (area, 0, 8 * page);
  mprotect (area + 3 * page, page, PROT_READ);
  g_assert_cmpint (write_memory (process, (uintptr_t) area, bytes, 8 * page, 0, &outcome), ==,
                   LAC_E_READ_ONLY);
  g_assert_cmpuint (outcome.n_bytes, ==, 0);
  g_assert_cmpint (write_memory (process, (uintptr_t) area + 3 * page, bytes, 1, 0, &outcome), ==,
                   LAC_E_READ_ONLY);
  for (size_t i = 0; i < 8 * page; i++)
    g_assert_cmpint (area[i], ==, 0);

  /* Forced, and said so; the protection stays as it was. */
  g_assert_cmpint (write_memory (process, (uintptr_t) area, bytes, 8 * page, LAC_MEMORY_FORCE,
                                 &outcome),
                   ==, LAC_OK);
  g_assert_cmpuint (outcome.n_bytes, ==, 8 * page);
  g_assert_true (outcome.forced);
  g_assert_cmpmem (area, 8 * page, bytes, 8 * page);
  g_assert_cmpint (write_memory (process, (uintptr_t) area + 3 * page, bytes, 1, 0, &outcome), ==,
                   LAC_E_READ_ONLY);
  g_assert_cmpint (write_memory (process, (uintptr_t) area, bytes, 1, LAC_MEMORY_FORCE, &outcome),
                   ==, LAC_OK);
  g_assert_false (outcome.forced);

  /* A page that is missing: nothing is written, forced or not. */
  memset (area, 0, 3 * page);
  munmap (area + 5 * page, page);
  g_assert_cmpint (write_memory (process, (uintptr_t) area, bytes, 8 * page, LAC_MEMORY_FORCE,
                                 &outcome),
                   ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (write_memory (process, (uintptr_t) area + 5 * page, bytes, 1, LAC_MEMORY_FORCE,
                                 &outcome),
                   ==, LAC_E_NOT_FOUND);
  g_assert_cmpuint (outcome.n_bytes, ==, 0);
  for (size_t i = 0; i < 3 * page; i++)
    g_assert_cmpint (area[i], ==, 0);
  munmap (area, 8 * page);
  lac_process_close (process);
}

/* What is shared with others and read-only here is not written even when forced. */
static void
test_shared_is_never_forced (gconstpointer way)
{
  struct lac_process *process = open_way (LAC_PROCESS_SELF, GPOINTER_TO_INT (way));
  struct lac_memory_outcome outcome;
  int file = memfd_create ("shared", MFD_CLOEXEC);
  char *area;

  g_assert_cmpint (ftruncate (file, (off_t) page), ==, 0);
  area = mmap (NULL, page, PROT_READ, MAP_SHARED, file, 0);
  g_assert_true (area != MAP_FAILED);
  g_assert_cmpint (write_memory (process, (uintptr_t) area, "x", 1, LAC_MEMORY_FORCE, &outcome), ==,
                   LAC_E_READ_ONLY);
  g_assert_cmpint (area[0], ==, 0);
  munmap (area, page);
  close (file);
  lac_process_close (process);
}

static void
test_another_process (gconstpointer way)
{
  struct victim victim;
  struct lac_process *process;
  struct lac_memory_outcome outcome;
  g_autoptr (GArray) holes = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  g_autofree char *bytes = g_malloc (4 * page);
  uint64_t place = 0x10000000000;
  char header[4];

  if (!victim_start (&victim, "victim", "still", NULL, -1))
    return;
  process = open_way (victim.pid, GPOINTER_TO_INT (way));
  victim_command (&victim, "map", place, 4 * page);
  victim_command (&victim, "unmap", place + 2 * page, page);

  g_assert_cmpint (read_memory (process, place, bytes, 4 * page, LAC_MEMORY_FORCE, holes, &outcome),
                   ==, LAC_OK);
  g_assert_cmpuint (holes->len, ==, 1);
  g_assert_cmphex (g_array_index (holes, struct lac_range, 0).start, ==, place + 2 * page);
  g_assert_cmpint (write_memory (process, place + page - 2, "four", 4, LAC_MEMORY_FORCE, &outcome),
                   ==, LAC_OK);
  g_assert_cmpint (read_memory (process, place + page - 2, header, 4, LAC_MEMORY_FORCE, NULL, NULL),
                   ==, LAC_OK);
  g_assert_cmpmem (header, 4, "four", 4);

  victim_stop (&victim);
  g_assert_cmpint (read_memory (process, place, bytes, 4, 0, holes, &outcome), ==, LAC_E_EXITED);
  g_assert_cmpint (write_memory (process, place, bytes, 4, 0, &outcome), ==, LAC_E_EXITED);
  lac_process_close (process);
}

/* The first thread has ended; the memory is reached through another. */
static void
test_headless (gconstpointer way)
{
  struct victim victim;
  struct lac_process *process;
  struct lac_map *map;
  const struct lac_region *regions;
  size_t n_regions;
  char byte = 0;

  if (!victim_start (&victim, "victim", "headless", NULL, -1))
    return;
  process = open_way (victim.pid, GPOINTER_TO_INT (way));
  map = read_map (process);
  regions = lac_map_regions (map, &n_regions);
  g_assert_cmpuint (n_regions, >, 0);
  g_assert_cmpint (read_memory (process, regions[0].start, &byte, 1, 0, NULL, NULL), ==, LAC_OK);
  g_assert_cmphex ((guint8) byte, ==, 0x7f);
  lac_map_unref (map);
  lac_process_close (process);

  /* A handle that has not learned that yet. */
  process = open_way (victim.pid, GPOINTER_TO_INT (way));
  g_assert_cmpint (read_memory (process, victim.address & ~(uint64_t) 4095, &byte, 1, 0, NULL, NULL),
                   ==, victim.address == 0 ? LAC_E_NOT_FOUND : LAC_OK);
  lac_process_close (process);
  victim_stop (&victim);
}

static void
test_zombie (void)
{
  pid_t pid = fork ();
  struct lac_process *process;
  siginfo_t gone;
  char byte;

  if (pid == 0)
    _exit (0);
  process = open_process (pid);
  g_assert_cmpint (waitid (P_PID, (id_t) pid, &gone, WEXITED | WNOWAIT), ==, 0);
  g_assert_cmpint (read_memory (process, 0x1000, &byte, 1, 0, NULL, NULL), ==, LAC_E_ZOMBIE);
  waitpid (pid, NULL, 0);
  g_assert_cmpint (read_memory (process, 0x1000, &byte, 1, 0, NULL, NULL), ==, LAC_E_EXITED);
  lac_process_close (process);
}

static int
read_parent (void *user_data)
{
  struct lac_process *process = NULL;
  char byte;
  enum lac_status status = lac_process_open (NULL, getppid (), &process, NULL);

  if (status != LAC_OK)
    return status;
  status = lac_process_read_memory (process, (uintptr_t) user_data, &byte, 1, 0, NULL, NULL, NULL,
                                    NULL, NULL);
  lac_process_close (process);
  return status;
}

static void
test_other_user (void)
{
  static char there = 'x';

  if (geteuid () != 0)
    {
      g_test_skip ("only root has another user's processes to try");
      return;
    }
  g_assert_cmpint (run_as (65534, read_parent, &there), ==, LAC_E_OTHER_USER);
  g_assert_cmpint (run_as (-1, read_parent, &there), ==, LAC_OK);
}

/* As in a container whose filter forbids the system calls. */
static int
read_behind_a_filter (void *user_data)
{
  struct sock_filter program[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 1, 0),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_writev, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = { G_N_ELEMENTS (program), program };
  struct lac_memory_outcome outcome = { 0 };
  struct lac_process *process = NULL;
  char *area = map_pages (3, PROT_READ | PROT_WRITE);
  char bytes[8] = "";

  memcpy (area + page - 4, "filtered", 8);
  mprotect (area + 2 * page, page, PROT_NONE);
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
      || prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
    return 100;
  if (lac_process_open (NULL, LAC_PROCESS_SELF, &process, NULL) != LAC_OK)
    return 101;
  if (lac_process_read_memory (process, (uintptr_t) area + page - 4, bytes, 8, 0, NULL, NULL, NULL,
                               &outcome, NULL)
          != LAC_OK
      || outcome.n_bytes != 8 || memcmp (bytes, "filtered", 8) != 0)
    return 102;
  if (lac_process_write_memory (process, (uintptr_t) area + 1, "wrote", 5, 0, &outcome, NULL)
          != LAC_OK
      || memcmp (area + 1, "wrote", 5) != 0)
    return 103;
  /* The file would go past the protection; it is not asked to. */
  if (lac_process_read_memory (process, (uintptr_t) area + 2 * page, bytes, 8, 0, NULL, NULL, NULL,
                               &outcome, NULL)
          != LAC_E_NOT_FOUND
      || lac_process_write_memory (process, (uintptr_t) area + 2 * page, bytes, 8, 0, &outcome, NULL)
             != LAC_E_READ_ONLY)
    return 104;
  lac_process_close (process);
  return 0;
}

static void
test_behind_a_filter (void)
{
  int result = run_as (-1, read_behind_a_filter, NULL);

  if (result == 100)
    g_test_skip ("system calls can't be filtered here");
  else
    g_assert_cmpint (result, ==, 0);
}

static void
test_recorded_process (void)
{
  g_autofree char *root = g_dir_make_tmp ("lacuna-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (root, "77", NULL);
  struct lac_process *process = NULL;
  char byte;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (lac_process_open (root, 77, &process, NULL), ==, LAC_OK);
  g_assert_cmpint (read_memory (process, 0x1000, &byte, 1, 0, NULL, NULL), ==,
                   LAC_E_NOT_SUPPORTED);
  lac_process_close (process);
  rmdir (folder);
  rmdir (root);
}

static void
test_cancel (void)
{
  struct lac_process *process = open_process (LAC_PROCESS_SELF);
  atomic_bool cancel = true;
  char byte;

  g_assert_cmpint (lac_process_read_memory (process, (uintptr_t) &byte, &byte, 1, 0, NULL, NULL,
                                            &cancel, NULL, NULL),
                   ==, LAC_E_CANCELLED);
  lac_process_close (process);
}

static void
test_no_descriptor_stays_open (void)
{
  struct lac_process *process = open_process (LAC_PROCESS_SELF);
  char *area = map_pages (1, PROT_READ);
  unsigned before;

  g_assert_cmpint (write_memory (process, (uintptr_t) area, "x", 1, LAC_MEMORY_FORCE, NULL), ==,
                   LAC_OK);
  before = count_descriptors ();
  for (int i = 0; i < 100; i++)
    g_assert_cmpint (write_memory (process, (uintptr_t) area, "y", 1, LAC_MEMORY_FORCE, NULL), ==,
                     LAC_OK);
  g_assert_cmpuint (count_descriptors (), ==, before);
  munmap (area, page);
  lac_process_close (process);
}

/* As on a kernel without point queries. */
static void
test_without_point_queries (void)
{
  struct lac_process *process = open_process (LAC_PROCESS_SELF);
  g_autoptr (GArray) holes = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  char *area = map_pages (64, PROT_READ | PROT_WRITE);
  g_autofree char *bytes = g_malloc (64 * page);
  struct lac_memory_outcome outcome;

  lac_process_forbid_point_queries (process);
  for (size_t i = 1; i < 64; i += 2)
    munmap (area + i * page, page);
  g_assert_cmpint (read_memory (process, (uintptr_t) area, bytes, 63 * page, 0, holes, &outcome),
                   ==, LAC_OK);
  /* Reading the map may have mapped something into a hole. */
  g_assert_cmpuint (outcome.n_bytes, >=, 32 * page);
  g_assert_cmpuint (holes->len, >=, 20);
  for (size_t i = 0; i < 64; i += 2)
    munmap (area + i * page, page);
  lac_process_close (process);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    void (*function) (gconstpointer way);
  } both_ways[] = {
    { "agrees-with-a-model", check_against_model },
    { "huge-hole", test_huge_hole },
    { "ends-of-the-space", test_ends_of_the_space },
    { "every-region", test_every_region },
    { "past-end-of-file", test_past_end_of_file },
    { "write", test_write },
    { "shared-is-never-forced", test_shared_is_never_forced },
    { "another-process", test_another_process },
    { "headless", test_headless },
  };

  g_test_init (&argc, &argv, NULL);
  page = (size_t) sysconf (_SC_PAGESIZE);
  for (size_t i = 0; i < G_N_ELEMENTS (both_ways); i++)
    {
      g_autofree char *by_call = g_strconcat ("/os/process-memory/call/", both_ways[i].name, NULL);
      g_autofree char *by_file = g_strconcat ("/os/process-memory/file/", both_ways[i].name, NULL);

      g_test_add_data_func (by_call, GINT_TO_POINTER (FALSE), both_ways[i].function);
      g_test_add_data_func (by_file, GINT_TO_POINTER (TRUE), both_ways[i].function);
    }
  g_test_add_func ("/os/process-memory/zombie", test_zombie);
  g_test_add_func ("/os/process-memory/other-user", test_other_user);
  g_test_add_func ("/os/process-memory/behind-a-filter", test_behind_a_filter);
  g_test_add_func ("/os/process-memory/recorded-process", test_recorded_process);
  g_test_add_func ("/os/process-memory/cancel", test_cancel);
  g_test_add_func ("/os/process-memory/no-descriptor-stays-open", test_no_descriptor_stays_open);
  g_test_add_func ("/os/process-memory/without-point-queries", test_without_point_queries);
  return g_test_run ();
}
