/* This process's own memory: taking it, changing it, giving it back, and asking what is there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/private.h"
#include "os/linux/process-private.h"
#include "os/os.h"
#include "room.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_WRITE (LAC_PROTECTION_READ | LAC_PROTECTION_WRITE)

static bool is_old_kernel;

/* What an old kernel makes of a flag that it does not know: nothing, and the address is a hint. */
void *
mmap (void  *address,
      size_t size,
      int    protection,
      int    flags,
      int    file,
      off_t  offset)
{
  if (is_old_kernel)
    flags &= ~0x100000;
#ifdef SYS_mmap2
  return (void *) syscall (SYS_mmap2, address, size, protection, flags, file, offset / 4096);
#else
  return (void *) syscall (SYS_mmap, address, size, protection, flags, file, offset);
#endif
}

static uint64_t
page (void)
{
  return lac_os_get_space ()->page_size;
}

/* @n_pages pages where nothing is mapped, others at each call. */
static uint64_t
find_room (size_t n_pages)
{
  static uint64_t next;
  uint64_t address;

  if (next == 0)
    next = room_start ();
  address = next + 16 * page ();
  next = address + n_pages * page ();
  g_assert_cmphex (next, <, room_start () + ROOM_SIZE);
  return address;
}

static void
test_space (void)
{
  const struct lac_os_space *space = lac_os_get_space ();
  g_autofree char *text = NULL;
  struct lac_process *process;
  struct lac_process_facts facts;

  g_assert_true (g_file_get_contents ("/proc/sys/vm/mmap_min_addr", &text, NULL, NULL));
  g_assert_cmphex (space->user.start, >=, space->page_size);
  g_assert_cmphex (space->user.start, >=, g_ascii_strtoull (text, NULL, 10));
  g_assert_cmphex (space->user.start & (space->page_size - 1), ==, 0);
  g_assert_cmpuint (space->page_size, ==, sysconf (_SC_PAGESIZE));
  g_assert_true (lac_is_power_of_two (space->granularity));

  g_assert_cmpint (lac_process_open (NULL, LAC_PROCESS_SELF, &process, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_process_get_facts (process, &facts, NULL), ==, LAC_OK);
  g_assert_cmphex (facts.space.user.start, ==, space->user.start);
  if (facts.space.user.end != 0)
    g_assert_cmphex (facts.space.user.end, ==, space->user.end);
  g_assert_cmphex (facts.space.granularity, ==, space->granularity);
  lac_process_close (process);
  g_assert_true (lac_os_get_space () == space);
}

static void
test_allocate (void)
{
  uint64_t room = find_room (4);
  int error = -1;

  g_assert_cmpint (lac_os_allocate (room, 2 * page (), READ_WRITE, &error), ==, LAC_OK);
  g_assert_cmpint (error, ==, 0);
  for (size_t i = 0; i < 2 * page (); i++)
    g_assert_cmpint (((unsigned char *) (uintptr_t) room)[i], ==, 0);
  memset ((void *) (uintptr_t) room, 0x5a, 2 * page ());
  g_assert_cmpint (lac_os_free (room, 2 * page (), &error), ==, LAC_OK);
  g_assert_cmpint (error, ==, 0);
}

static void
check_never_over (void)
{
  uint64_t room = find_room (8);
  unsigned char *bytes = (unsigned char *) (uintptr_t) (room + 3 * page ());
  uint64_t before, after;
  int error = -1;

  g_assert_cmpint (lac_os_allocate (room + 3 * page (), 2 * page (), READ_WRITE, NULL), ==, LAC_OK);
  memset (bytes, 0x5a, 2 * page ());
  g_assert_cmpint (lac_os_mapped_size (&before), ==, LAC_OK);
  for (uint64_t start = 0; start < 8; start++)
    for (uint64_t size = 1; start + size <= 8; size++)
      {
        bool overlaps = start < 5 && start + size > 3;
        enum lac_status status
            = lac_os_allocate (room + start * page (), size * page (), READ_WRITE, &error);

        g_assert_cmpint (status, ==, overlaps ? LAC_E_OCCUPIED : LAC_OK);
        g_assert_cmpint (error, ==, 0);
        if (status == LAC_OK)
          g_assert_cmpint (lac_os_free (room + start * page (), size * page (), NULL), ==, LAC_OK);
      }
  for (size_t i = 0; i < 2 * page (); i++)
    g_assert_cmpint (bytes[i], ==, 0x5a);
  /* What landed elsewhere was given back. */
  g_assert_cmpint (lac_os_mapped_size (&after), ==, LAC_OK);
  if (!RUNNING_UNDER_THREAD_SANITIZER)
    g_assert_cmpuint (after, ==, before);
  g_assert_cmpint (lac_os_free (room + 3 * page (), 2 * page (), NULL), ==, LAC_OK);
}

static void
test_never_over (void)
{
  check_never_over ();
}

static void
test_never_over_old (void)
{
  is_old_kernel = true;
  check_never_over ();
  is_old_kernel = false;
}

static void
test_refused (void)
{
  const struct lac_os_space *space = lac_os_get_space ();
  uint64_t room = find_room (4);
  uint64_t address;
  const struct
  {
    uint64_t address;
    uint64_t size;
    unsigned protection;
  } cases[] = {
    /* Page 0 and its neighbours, root or not. */
    { 0, page (), READ_WRITE },
    { space->user.start - page (), page (), READ_WRITE },
    { space->user.start - page (), 2 * page (), READ_WRITE },
    { space->user.end, page (), READ_WRITE },
    { space->user.end - page (), 2 * page (), READ_WRITE },
    { UINT64_MAX - page () + 1, page (), READ_WRITE },
    { room, UINT64_MAX - page () + 1, READ_WRITE },
    { room + 1, page (), READ_WRITE },
    { room, page () + 1, READ_WRITE },
    { room, 0, READ_WRITE },
    { room, page (), 8 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (lac_os_allocate (cases[i].address, cases[i].size, cases[i].protection, NULL), ==,
                     LAC_E_INVALID);
  g_assert_cmpint (lac_os_allocate_anywhere (0, READ_WRITE, &address, NULL), ==, LAC_E_INVALID);
  g_assert_cmpint (lac_os_allocate_anywhere (page () + 1, READ_WRITE, &address, NULL), ==, LAC_E_INVALID);
  g_assert_cmpint (lac_os_allocate_anywhere (page (), 8, &address, NULL), ==, LAC_E_INVALID);
  g_assert_cmpint (lac_os_protect (room + 1, page (), READ_WRITE, NULL), ==, LAC_E_INVALID);
  g_assert_cmpint (lac_os_protect (room, page (), 8, NULL), ==, LAC_E_INVALID);
  g_assert_cmpint (lac_os_free (room + 1, page (), NULL), ==, LAC_E_INVALID);
  g_assert_cmpint (lac_os_free (room, 0, NULL), ==, LAC_E_INVALID);
}

static void
test_no_memory (void)
{
  struct rlimit before, less;
  uint64_t room = find_room (16);
  uint64_t mapped, address;

  g_assert_cmpint (lac_os_mapped_size (&mapped), ==, LAC_OK);
  g_assert_cmpint (getrlimit (RLIMIT_AS, &before), ==, 0);
  less = before;
  less.rlim_cur = mapped;
  g_assert_cmpint (setrlimit (RLIMIT_AS, &less), ==, 0);
  g_assert_cmpint (lac_os_allocate (room, 16 * page (), READ_WRITE, NULL), ==, LAC_E_NO_MEMORY);
  g_assert_cmpint (lac_os_allocate_anywhere (16 * page (), READ_WRITE, &address, NULL), ==,
                   LAC_E_NO_MEMORY);
  g_assert_cmpint (setrlimit (RLIMIT_AS, &before), ==, 0);
}

static void
test_protect (void)
{
  uint64_t room = find_room (4);
  struct lac_region region;

  g_assert_cmpint (lac_os_allocate (room, page (), READ_WRITE, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_os_allocate (room + 2 * page (), page (), READ_WRITE, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_os_protect (room, page (), LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE, NULL), ==,
                   LAC_OK);
  if (lac_os_can_query ())
    {
      g_assert_cmpint (lac_os_query (room, &region), ==, LAC_OK);
      g_assert_cmphex (region.start, ==, room);
      g_assert_cmpuint (region.protection, ==, LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE);
    }
  g_assert_cmpint (lac_os_protect (room, 3 * page (), READ_WRITE, NULL), ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_os_protect (room + page (), page (), READ_WRITE, NULL), ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_os_free (room, 3 * page (), NULL), ==, LAC_OK);
  g_assert_cmpint (lac_os_protect (room, page (), READ_WRITE, NULL), ==, LAC_E_NOT_FOUND);
  /* Freeing nothing is no fault to the system. */
  g_assert_cmpint (lac_os_free (room, 3 * page (), NULL), ==, LAC_OK);
}

static void
test_mapped_size (void)
{
  uint64_t before, between, after, address;
  bool found = false;

  /* A sanitizer may map something meanwhile. */
  for (int attempt = 0; attempt < 20 && !found; attempt++)
    {
      g_assert_cmpint (lac_os_mapped_size (&before), ==, LAC_OK);
      g_assert_cmpint (lac_os_allocate_anywhere (64 * page (), LAC_PROTECTION_NONE, &address, NULL), ==,
                       LAC_OK);
      g_assert_cmpint (lac_os_mapped_size (&between), ==, LAC_OK);
      g_assert_cmpint (lac_os_free (address, 64 * page (), NULL), ==, LAC_OK);
      g_assert_cmpint (lac_os_mapped_size (&after), ==, LAC_OK);
      found = between == before + 64 * page () && after == before;
    }
  g_assert_true (found);
}

static bool
can_query (void)
{
  if (lac_os_can_query ())
    return true;
  g_test_skip ("this kernel has no PROCMAP_QUERY (Linux 6.11)");
  return false;
}

/* Whether questions about @expected, and about the gap before it, are answered with it. */
static bool
is_answered (const struct lac_os_view *view,
             const struct lac_region  *expected,
             uint64_t                  gap_start)
{
  const uint64_t places[] = { expected->start, expected->end - 1, gap_start, expected->start - 1 };
  size_t n = gap_start < expected->start ? 4 : 2;

  for (size_t i = 0; i < n; i++)
    {
      struct lac_region found;
      struct lac_range range;
      bool is_file = expected->kind == LAC_KIND_IMAGE || expected->kind == LAC_KIND_FILE;

      if (lac_os_query (places[i], &found) != LAC_OK
          || lac_os_view_next (view, places[i], &range) != LAC_OK || found.start != expected->start
          || found.end != expected->end || range.start != found.start || range.end != found.end
          || found.protection != expected->protection || found.flags != expected->flags
          || found.offset != expected->offset || (!is_file && found.kind != expected->kind))
        return false;
    }
  return true;
}

static void
test_query (void)
{
  uint64_t end = lac_os_get_space ()->user.end;
  struct lac_process *process;
  struct lac_os_view view;
  bool all_answered = false;

  if (!can_query ())
    return;
  g_assert_cmpint (lac_process_open (NULL, LAC_PROCESS_SELF, &process, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_os_view_open (&view), ==, LAC_OK);
  /* Reading a map takes memory, and so changes it now and then. */
  for (int attempt = 0; attempt < 20 && !all_answered; attempt++)
    {
      struct lac_map *map;
      const struct lac_region *regions;
      size_t n_regions;

      g_assert_cmpint (lac_process_read_map (process, 0, NULL, &map, NULL), ==, LAC_OK);
      regions = lac_map_regions (map, &n_regions);
      g_assert_cmpuint (n_regions, >, 5);
      all_answered = true;
      for (size_t i = 0; i < n_regions && regions[i].end <= end && all_answered; i++)
        all_answered = is_answered (&view, &regions[i], i > 0 ? regions[i - 1].end : 0);
      lac_map_unref (map);
    }
  g_assert_true (all_answered);
  g_assert_cmpint (lac_os_query (end, &(struct lac_region){ 0 }), ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_os_query (UINT64_MAX, &(struct lac_region){ 0 }), ==, LAC_E_NOT_FOUND);
  lac_process_close (process);
}

static uint64_t
limit_of (int resource)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (resource, &limit), ==, 0);
  return limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
}

static void
test_growth (void)
{
  uint64_t program_break, limit, guard;
  struct lac_region region;
  struct lac_process *process;
  struct lac_process_facts facts;

  lac_os_get_heap_growth (&program_break, &limit);
  g_assert_cmphex (program_break, ==, (uintptr_t) sbrk (0));
  g_assert_cmpuint (limit, ==, limit_of (RLIMIT_DATA));
  lac_os_get_stack_growth (&limit, &guard);
  g_assert_cmpuint (limit, ==, limit_of (RLIMIT_STACK));
  g_assert_cmpint (lac_process_open (NULL, LAC_PROCESS_SELF, &process, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_process_get_facts (process, &facts, NULL), ==, LAC_OK);
  g_assert_cmpuint (guard, ==, facts.space.stack_guard);
  lac_process_close (process);
  if (!can_query ())
    return;
  g_assert_cmpint (lac_os_query (lac_os_stack_address (), &region), ==, LAC_OK);
  g_assert_cmpint (region.kind, ==, LAC_KIND_STACK);
  g_assert_cmphex (region.start, <=, lac_os_stack_address ());
}

static void
test_check_private (void)
{
  uint64_t room = find_room (8);
  g_autofree char *path = NULL;
  int file = g_file_open_tmp ("lacuna-memory-XXXXXX", &path, NULL);

  if (!can_query ())
    return;
  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (ftruncate (file, (off_t) page ()), ==, 0);
  g_assert_cmpint (lac_os_check_private (room, 8 * page ()), ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_os_allocate (room + page (), 2 * page (), READ_WRITE, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_os_allocate (room + 3 * page (), 2 * page (), LAC_PROTECTION_NONE, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_os_check_private (room + page (), page ()), ==, LAC_OK);
  g_assert_cmpint (lac_os_check_private (room + page (), 4 * page ()), ==, LAC_OK);
  g_assert_cmpint (lac_os_check_private (room + page (), 5 * page ()), ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_os_check_private (room, 2 * page ()), ==, LAC_E_NOT_FOUND);
  /* Somebody else's: a file, private or not, and shared memory without one. */
  for (int i = 0; i < 3; i++)
    {
      int flags = i == 0 ? MAP_PRIVATE : i == 1 ? MAP_SHARED : MAP_SHARED | MAP_ANONYMOUS;
      void *memory = mmap ((void *) (uintptr_t) (room + 4 * page ()), page (), PROT_READ, flags | MAP_FIXED,
                           i < 2 ? file : -1, 0);

      g_assert_true (memory != MAP_FAILED);
      g_assert_cmpint (lac_os_check_private (room + page (), 3 * page ()), ==, LAC_OK);
      g_assert_cmpint (lac_os_check_private (room + page (), 4 * page ()), ==, LAC_E_NOT_OURS);
      g_assert_cmpint (lac_os_check_private (room, 8 * page ()), ==, LAC_E_NOT_OURS);
    }
  g_assert_cmpint (lac_os_free (room, 8 * page (), NULL), ==, LAC_OK);
  close (file);
  g_unlink (path);
}

/* Runs @body in a child, which tells by its exit status whether all was well: an assertion that fails
 * there aborts the child only. */
static void
in_child (void (*body) (void))
{
  pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      body ();
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
}

/* Where a parent has nothing and a child maps something. */
static uint64_t contested;

static void
ask_as_child (void)
{
  struct lac_region region;
  uint64_t before, after;

  g_assert_cmpint (lac_os_process_id (), ==, syscall (SYS_getpid));
  g_assert_cmpint (lac_os_mapped_size (&before), ==, LAC_OK);
  g_assert_cmpint (lac_os_allocate (contested, page (), READ_WRITE, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_os_mapped_size (&after), ==, LAC_OK);
  if (!RUNNING_UNDER_THREAD_SANITIZER)
    g_assert_cmpuint (after, ==, before + page ());
  g_assert_cmpint (lac_os_query (contested, &region), ==, LAC_OK);
  g_assert_cmphex (region.start, <=, contested);
  g_assert_cmphex (region.end, >, contested);
}

static void
ask_as_grandchild (void)
{
  ask_as_child ();
  g_assert_cmpint (lac_os_free (contested, page (), NULL), ==, LAC_OK);
  in_child (ask_as_child);
}

static void
test_child_asks_about_itself (void)
{
  struct lac_region region;

  if (!can_query ())
    return;
  contested = find_room (3) + page ();
  g_assert_cmpint (lac_os_query (contested, &region), ==, LAC_OK);
  g_assert_cmphex (region.start, >, contested);
  in_child (ask_as_grandchild);
  g_assert_cmpint (lac_os_query (contested, &region), ==, LAC_OK);
  g_assert_cmphex (region.start, >, contested);
}

static unsigned
count_descriptors (void)
{
  unsigned n = 0;

  for (int i = 0; i < 256; i++)
    n += fcntl (i, F_GETFD) >= 0;
  return n;
}

static void
ask_and_count (void)
{
  unsigned before = count_descriptors ();

  ask_as_child ();
  g_assert_cmpuint (count_descriptors (), ==, before);
}

static void
test_child_keeps_no_descriptors (void)
{
  struct lac_region region;
  uint64_t size;

  if (!can_query ())
    return;
  contested = find_room (3) + page ();
  g_assert_cmpint (lac_os_query (contested, &region), ==, LAC_OK);
  g_assert_cmpint (lac_os_mapped_size (&size), ==, LAC_OK);
  in_child (ask_and_count);
}

/* A daemon closes everything, and what it opens then has the same numbers. */
static void
close_all_and_ask (void)
{
  char parent[64];
  int files[64];
  struct stat before[64], after;

  g_snprintf (parent, sizeof parent, "/proc/%d/maps", (int) getppid ());
  for (int round = 0; round < 3; round++)
    {
      static const char *const others[] = { NULL, "/proc/self/exe", "/dev/null" };

      ask_as_child ();
      g_assert_cmpint (lac_os_free (contested, page (), NULL), ==, LAC_OK);
      for (int i = 3; i < 256; i++)
        close (i);
      for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
        {
          files[i] = open (round == 0 ? parent : others[round], O_RDONLY);
          g_assert_cmpint (files[i], >=, 0);
          g_assert_cmpint (fstat (files[i], &before[i]), ==, 0);
        }
      ask_as_child ();
      g_assert_cmpint (lac_os_free (contested, page (), NULL), ==, LAC_OK);
      g_assert_cmpint (lac_os_check_private (contested, page ()), ==, LAC_E_NOT_FOUND);
      for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
        {
          g_assert_cmpint (fstat (files[i], &after), ==, 0);
          g_assert_cmpuint (before[i].st_ino, ==, after.st_ino);
          g_assert_cmpuint (before[i].st_dev, ==, after.st_dev);
        }
    }
}

static void
test_descriptors_closed (void)
{
  if (!can_query ())
    return;
  contested = find_room (3) + page ();
  in_child (close_all_and_ask);
}

static void
ask_without_descriptors (void)
{
  struct rlimit none = { 0, 64 };
  struct lac_region region;
  struct lac_os_view view;
  uint64_t size;

  for (int i = 3; i < 256; i++)
    close (i);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  g_assert_cmpint (lac_os_query (contested, &region), ==, LAC_E_NOT_SUPPORTED);
  g_assert_cmpint (lac_os_view_open (&view), ==, LAC_E_NOT_SUPPORTED);
  g_assert_cmpint (lac_os_mapped_size (&size), ==, LAC_E_NOT_SUPPORTED);
  none.rlim_cur = 64;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  ask_as_child ();
}

static void
test_no_descriptors (void)
{
  if (!can_query ())
    return;
  contested = find_room (3) + page ();
  in_child (ask_without_descriptors);
}

/* A kernel without point queries says ENOTTY. */
static void
ask_old_kernel (void)
{
  struct sock_filter instructions[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOTTY),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = { G_N_ELEMENTS (instructions), instructions };
  struct lac_region region;
  struct lac_private memory;
  struct lac_placement_report report;
  struct lac_gap_query query;
  uint64_t anchor = contested;

  g_assert_cmpint (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), ==, 0);
  g_assert_cmpint (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), ==, 0);
  g_assert_cmpint (lac_os_query (contested, &region), ==, LAC_E_NOT_SUPPORTED);
  g_assert_cmpint (lac_os_check_private (contested, page ()), ==, LAC_E_NOT_SUPPORTED);
  lac_placement_init (&query);
  query.anchors = &anchor;
  query.n_anchors = 1;
  g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &memory, &report), ==, LAC_OK);
  g_assert_true (report.read_all);
  g_assert_cmphex ((uintptr_t) memory.address, ==, contested);
  g_assert_cmpint (lac_private_protect (&memory, LAC_PROTECTION_READ), ==, LAC_OK);
  g_assert_cmpint (lac_private_free (&memory), ==, LAC_OK);
  g_assert_cmpint (lac_private_free (&memory), ==, LAC_E_NOT_OURS);
}

static void
test_old_kernel (void)
{
  contested = find_room (3) + page ();
  /* Nobody knows yet; and after it was known otherwise. */
  in_child (ask_old_kernel);
  lac_os_can_query ();
  in_child (ask_old_kernel);
}

static gpointer
ask_often (gpointer user_data)
{
  for (int i = 0; i < 2000; i++)
    {
      struct lac_region region;
      uint64_t size;

      g_assert_cmpint (lac_os_query ((uintptr_t) &region, &region), ==, LAC_OK);
      g_assert_cmphex (region.start, <=, (uintptr_t) &region);
      g_assert_cmphex (region.end, >, (uintptr_t) &region);
      g_assert_cmpint (lac_os_mapped_size (&size), ==, LAC_OK);
    }
  return NULL;
}

/* Threads ask while another steals the file that they ask. */
static void
ask_in_threads (void)
{
  GThread *threads[4];

  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("asks", ask_often, NULL);
  for (int i = 0; i < 200; i++)
    {
      struct lac_os_view view;
      int other = open ("/dev/null", O_RDONLY | O_CLOEXEC);

      /* Without a moment in which the number is nobody's. */
      if (lac_os_view_open (&view) == LAC_OK)
        g_assert_cmpint (dup3 (other, view.file, O_CLOEXEC), ==, view.file);
      close (other);
      g_usleep (50);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_threads (void)
{
  if (!can_query ())
    return;
  ask_in_threads ();
}

static void
test_system_error (void)
{
  int error = -1;

  /* A mapping of a file that was opened for reading can't be made writable. */
  int file = open ("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  void *memory = mmap (NULL, page (), PROT_READ, MAP_SHARED, file, 0);

  g_assert_true (memory != MAP_FAILED);
  g_assert_cmpint (lac_os_protect ((uintptr_t) memory, page (), READ_WRITE, &error), ==, LAC_E_SYSTEM);
  g_assert_cmpint (error, ==, EACCES);
  g_assert_cmpint (lac_os_free ((uintptr_t) memory, page (), NULL), ==, LAC_OK);
  close (file);
}

static void
test_code (void)
{
#if defined(__x86_64__) || defined(__i386__)
  static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };
  uint64_t address;
  int (*function) (void);

  g_assert_cmpint (lac_os_allocate_anywhere (page (), READ_WRITE, &address, NULL), ==, LAC_OK);
  memcpy ((void *) (uintptr_t) address, code, sizeof code);
  g_assert_cmpint (
      lac_os_protect (address, page (), LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE, NULL), ==, LAC_OK);
  lac_os_clear_instruction_cache ((void *) (uintptr_t) address,
                                  (unsigned char *) (uintptr_t) address + sizeof code);
  function = (int (*) (void)) (uintptr_t) address;
  g_assert_cmpint (function (), ==, 42);
  g_assert_cmpint (lac_os_free (address, page (), NULL), ==, LAC_OK);
#else
  g_test_skip ("the code is x86's");
#endif
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* The first, because it is about what is not known yet. */
  g_test_add_func ("/os/memory/old-kernel", test_old_kernel);
  g_test_add_func ("/os/memory/space", test_space);
  g_test_add_func ("/os/memory/allocate-at-address", test_allocate);
  g_test_add_func ("/os/memory/never-over-a-mapping", test_never_over);
  g_test_add_func ("/os/memory/never-over-a-mapping-old-kernel", test_never_over_old);
  g_test_add_func ("/os/memory/refused", test_refused);
  g_test_add_func ("/os/memory/no-memory", test_no_memory);
  g_test_add_func ("/os/memory/protect", test_protect);
  g_test_add_func ("/os/memory/system-error", test_system_error);
  g_test_add_func ("/os/memory/written-code-runs", test_code);
  g_test_add_func ("/os/memory/mapped-size", test_mapped_size);
  g_test_add_func ("/os/memory/query-equals-map", test_query);
  g_test_add_func ("/os/memory/growth", test_growth);
  g_test_add_func ("/os/memory/check-private", test_check_private);
  g_test_add_func ("/os/memory/child-asks-about-itself", test_child_asks_about_itself);
  g_test_add_func ("/os/memory/child-keeps-no-descriptors", test_child_keeps_no_descriptors);
  g_test_add_func ("/os/memory/descriptors-closed", test_descriptors_closed);
  g_test_add_func ("/os/memory/no-descriptors", test_no_descriptors);
  g_test_add_func ("/os/memory/threads-and-a-stolen-descriptor", test_threads);
  return g_test_run ();
}
