/* What is true of a process's address space beside its regions: how wide its pointers are, where
 * user space begins and ends, how far heap and stack may grow.
 *
 * What holds for the whole machine is read once for the system's own /proc (one of the files asks
 * all processors how fast they run), and each time for any other root.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/os.h"
#include "process-private.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#ifdef __i386__
#include <sys/utsname.h>
#endif
#include <unistd.h>

/* ADDR_LIMIT_3GB, personality(2). */
#define PERSONALITY_3GB 0x8000000u

/* Linux 4.17; an older kernel takes the address for a hint. */
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* x86: TASK_SIZE_MAX with four and with five levels of page tables, and IA32_PAGE_OFFSET
 * (arch/x86/include/asm/page_64_types.h). */
#define END_4_LEVELS UINT64_C (0x7ffffffff000)
#define END_5_LEVELS UINT64_C (0xfffffffffff000)
#define END_32_BIT UINT64_C (0xffffe000)
#define END_3_GIB UINT64_C (0xc0000000)

struct machine
{
  uint64_t lowest;
  uint64_t guard_pages;
  /* 0 where it is not known. */
  uint64_t end_64;
  uint64_t end_32;
};

static struct machine own_machine;
static pthread_once_t own_machine_once = PTHREAD_ONCE_INIT;

#if defined(__x86_64__) || defined(__i386__)
/* The flags stand in the first processor's paragraph, early in a file that may be long. */
static bool
has_five_levels (int root)
{
  char text[8192];
  ssize_t length = lac_proc_read (root, "cpuinfo", text, sizeof text);
  const char *flags = length > 0 ? strstr (text, "\nflags") : NULL;
  const char *end = flags ? strchr (flags + 1, '\n') : NULL;
  const char *found = flags ? strstr (flags, " la57") : NULL;

  return found != NULL && (end == NULL || found < end)
         && (found[5] == ' ' || found[5] == '\n' || found[5] == '\0');
}

static void
read_ends (int             root,
           struct machine *machine)
{
  machine->end_64 = has_five_levels (root) ? END_5_LEVELS : END_4_LEVELS;
  machine->end_32 = END_32_BIT;
#ifdef __i386__
  {
    struct utsname name;

    /* Under a 32-bit kernel the end is where that kernel was configured to begin. */
    if (uname (&name) != 0 || strcmp (name.machine, "x86_64") != 0)
      machine->end_32 = 0;
  }
#endif
}
#else
static void
read_ends (int             root,
           struct machine *machine)
{
  machine->end_64 = 0;
  machine->end_32 = 0;
}
#endif

static void
read_machine (int             root,
              struct machine *machine)
{
  char text[4096];
  const char *found;

  *machine = (struct machine){ .guard_pages = 256 };
  if (lac_proc_read (root, "sys/vm/mmap_min_addr", text, sizeof text) > 0)
    machine->lowest = strtoull (text, NULL, 10);
  /* mm/mmap.c, cmdline_parse_stack_guard_gap(): a number of pages and nothing else. */
  if (lac_proc_read (root, "cmdline", text, sizeof text) > 0)
    {
      found = strstr (text, "stack_guard_gap=");
      if (found != NULL && (found == text || found[-1] == ' '))
        {
          char *end;
          uint64_t pages = strtoull (found + 16, &end, 10);

          if (end != found + 16 && (*end == ' ' || *end == '\n' || *end == '\0')
              && pages < UINT64_C (1) << 40)
            machine->guard_pages = pages;
        }
    }
  read_ends (root, machine);
}

static void
read_own_machine (void)
{
  int root = lac_process_open_root (NULL);

  read_machine (root >= 0 ? root : -1, &own_machine);
  if (root >= 0)
    close (root);
}

/* The lowest whole page that may be mapped; never page 0. */
static void
set_lowest (uint64_t          lowest,
            struct lac_space *space)
{
  space->user.start = space->page_size;
  if (lowest > space->user.start)
    lac_align_up (lowest, space->page_size, &space->user.start);
}

static uint64_t
end_32 (const struct machine *machine,
        bool                  is_3_gib)
{
  return machine->end_32 != 0 && is_3_gib ? END_3_GIB : machine->end_32;
}

static void
read_limits (struct lac_process *process,
             bool                quick,
             struct lac_space   *space)
{
  char text[4096];

  if (quick && process->numbers_agree)
    {
      struct rlimit64 data, stack;

      if (prlimit64 (process->pid, RLIMIT_DATA, NULL, &data) == 0
          && prlimit64 (process->pid, RLIMIT_STACK, NULL, &stack) == 0)
        {
          space->data_limit = data.rlim_cur == RLIM64_INFINITY ? UINT64_MAX : data.rlim_cur;
          space->stack_limit = stack.rlim_cur == RLIM64_INFINITY ? UINT64_MAX : stack.rlim_cur;
          return;
        }
    }
  if (lac_proc_read (process->directory, "limits", text, sizeof text) > 0)
    {
      lac_proc_parse_limit (text, "Max data size", &space->data_limit);
      lac_proc_parse_limit (text, "Max stack size", &space->stack_limit);
    }
}

uint32_t
lac_process_pointer_bits_of_program (struct lac_process *process)
{
  unsigned char head[EI_CLASS + 1];
  int file = process->live ? openat (process->directory, "exe", O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
  ssize_t n;

  if (file < 0)
    return 0;
  n = pread (file, head, sizeof head, 0);
  close (file);
  if (n != (ssize_t) sizeof head || memcmp (head, ELFMAG, SELFMAG) != 0)
    return 0;
  return head[EI_CLASS] == ELFCLASS64 ? 64 : head[EI_CLASS] == ELFCLASS32 ? 32 : 0;
}

void
lac_process_read_space (struct lac_process         *process,
                        const struct lac_proc_stat *stat,
                        bool                        quick,
                        struct lac_space           *out_space)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct machine machine;
  unsigned char vector[2048];
  ssize_t length;

  if (process->root == NULL)
    {
      pthread_once (&own_machine_once, read_own_machine);
      machine = own_machine;
    }
  else
    {
      int root = lac_process_open_root (process->root);

      read_machine (root >= 0 ? root : -1, &machine);
      if (root >= 0)
        close (root);
    }

  length = lac_proc_read (process->directory, "auxv", (char *) vector, sizeof vector);
  if (length <= 0
      || !lac_proc_parse_auxiliary_vector (vector, (size_t) length, &space.pointer_bits,
                                           &space.page_size))
    {
      space.pointer_bits = length == -EACCES ? lac_process_pointer_bits_of_program (process) : 0;
      if (process->live)
        space.page_size = (uint32_t) sysconf (_SC_PAGESIZE);
    }

  read_limits (process, quick, &space);
  space.granularity = space.page_size;
  space.stack_guard = machine.guard_pages * space.page_size;
  set_lowest (machine.lowest, &space);
  if (stat != NULL)
    space.program_break = stat->start_break;
#ifdef SYS_brk
  if (process->self)
    space.program_break = (uint64_t) (unsigned long) syscall (SYS_brk, 0);
#endif
  space.user.end = machine.end_64;
  if (space.pointer_bits == 32)
    {
      char text[32];
      bool is_3_gib = lac_proc_read (process->directory, "personality", text, sizeof text) > 0
                      && (strtoul (text, NULL, 16) & PERSONALITY_3GB);

      space.user.end = end_32 (&machine, is_3_gib);
    }
  else if (space.pointer_bits == 0)
    space.user.end = 0;
  *out_space = space;
}

/* Where user space ends for this process; 0 where it is not known. */
#ifdef __x86_64__
static uint64_t
find_own_end (void)
{
  /* With four levels of page tables nothing can be mapped here. Asking the kernel so costs a
   * hundredth of asking it for the processors' flags. No sanitizer is to hear of it. */
  const uint64_t place = UINT64_C (1) << 47;
  size_t size = (size_t) lac_os_page_size ();
  long found = syscall (SYS_mmap, place, size, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0l);

  if (found == -1)
    return errno == EEXIST ? END_5_LEVELS : END_4_LEVELS;
  syscall (SYS_munmap, found, size);
  return (uint64_t) found == place ? END_5_LEVELS : END_4_LEVELS;
}
#else
static uint64_t
find_own_end (void)
{
  pthread_once (&own_machine_once, read_own_machine);
  if (sizeof (void *) == 4)
    return end_32 (&own_machine, personality (0xffffffff) & PERSONALITY_3GB);
  return own_machine.end_64;
}
#endif

void
lac_own_space (bool              high,
               struct lac_space *out_space)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  char text[64];

  space.page_size = (uint32_t) lac_os_page_size ();
  space.pointer_bits = 8 * sizeof (void *);
  space.granularity = space.page_size;
  if (!high)
    set_lowest (lac_proc_read (AT_FDCWD, "/proc/sys/vm/mmap_min_addr", text, sizeof text) > 0
                    ? strtoull (text, NULL, 10)
                    : 0,
                &space);
  space.user.end = find_own_end ();
  /* Where it is not known, the stack lies next to it. */
  if (space.user.end == 0)
    {
      uintptr_t stack = (uintptr_t) __builtin_frame_address (0);
      struct lac_region region = { .start = stack, .end = (uint64_t) stack + 1 };

      lac_space_guess (&space, &region, 1);
    }
  *out_space = space;
}

uint64_t
lac_own_stack_guard (void)
{
  pthread_once (&own_machine_once, read_own_machine);
  return own_machine.guard_pages * (uint64_t) sysconf (_SC_PAGESIZE);
}
