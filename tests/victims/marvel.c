/* A process that uses the processor as few do.
 *
 *   marvel small-stack     has its stack in the middle of memory that is used for something else,
 *                          without a guard, as programs with many small stacks do
 *   marvel by-turns        is on such a stack for some milliseconds and then on its own, over and over
 *   marvel arena           its only thread has such a stack, and its own data further up in the same
 *                          memory, as Go's have
 *   marvel narrow          one thread runs in 32-bit mode, another one in 64-bit mode
 *   marvel narrow-alone    has that first thread only
 *   marvel sequence        runs restartable sequences (rseq(2)) and counts what became of them: the
 *                          kernel sends a thread that was interrupted in one to its abort, so that
 *                          none is completed that was interrupted
 *
 * SPDX-License-Identifier: MIT
 */
#include "marvel.h"
#include "victim-common.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>

#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#define HAVE_SEQUENCES 1
#else
#define HAVE_SEQUENCES 0
#endif

#define AREA 65536
#define STACK_TOP 49152
#define STACK_SIZE 8192

static unsigned char *area;

static unsigned char
byte_at (size_t i)
{
  return (unsigned char) (i * 7 + (i >> 8) + 1);
}

/* Runs on the small stack; what is around that is not its own. */
static void
stay_on_small_stack (void)
{
  victim_doze (5000);
  for (size_t i = 0; i < AREA; i++)
    if ((i < STACK_TOP - STACK_SIZE || i >= STACK_TOP) && area[i] != byte_at (i))
      {
        victim_wrong ("somebody else's bytes, below the stack's top", STACK_TOP - (long) i);
        area[i] = byte_at (i);
      }
  victim_round ();
}

static void
live_on_small_stack (void)
{
  for (;;)
    stay_on_small_stack ();
}

static void
make_area (void)
{
  area = mmap (NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (area == MAP_FAILED)
    victim_skip ();
  for (size_t i = 0; i < AREA; i++)
    area[i] = byte_at (i);
  victim_ready ((unsigned long) area, 0);
}

static void
change_stacks (void)
{
  make_area ();
  for (;;)
    {
      __asm__ volatile ("mov %%rsp, %%rbx\n\t"
                        "mov %0, %%rsp\n\t"
                        "call *%1\n\t"
                        "mov %%rbx, %%rsp"
                        :
                        : "r"(area + STACK_TOP), "r"(stay_on_small_stack)
                        : "memory", "cc", "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10",
                          "r11");
      victim_doze (5000);
    }
}

static void
have_a_small_stack (void)
{
  make_area ();
  __asm__ volatile ("mov %0, %%rsp\n\t"
                    "xor %%ebp, %%ebp\n\t"
                    "call *%1\n\t"
                    "ud2"
                    :
                    : "r"(area + STACK_TOP), "r"(live_on_small_stack)
                    : "memory");
}

/* The thread's own data does not begin with its own address, as a library's does: whoever asks that can tell. */
static void *
live_in_an_arena (void *nothing)
{
  if (CALL2 (158, 0x1002, area + AREA - 4096) != 0)
    victim_exit (VICTIM_SKIPPED);
  victim_ready ((unsigned long) area, 0);
  __asm__ volatile ("mov %0, %%rsp\n\t"
                    "xor %%ebp, %%ebp\n\t"
                    "call *%1\n\t"
                    "ud2"
                    :
                    : "r"(area + STACK_TOP), "r"(live_on_small_stack)
                    : "memory");
  return NULL;
}

/* The first thread ends, so that it is no way out. */
static void
have_an_arena (void)
{
  unsigned char *below = mmap (NULL, 2 * AREA, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_t thread;

  if (below == MAP_FAILED)
    victim_skip ();
  area = below + AREA;
  if (mprotect (area, AREA, PROT_READ | PROT_WRITE) != 0)
    victim_skip ();
  for (size_t i = 0; i < AREA; i++)
    area[i] = byte_at (i);
  if (pthread_create (&thread, NULL, live_in_an_arena, NULL) != 0)
    victim_skip ();
  for (;;)
    CALL1 (60, 0);
}

static void *
doze (void *nothing)
{
  for (;;)
    {
      victim_doze (5000);
      victim_add (&report->numbers[MARVEL_DOZES]);
    }
  return NULL;
}

static void
put_number (unsigned char **at,
            const void     *address)
{
  uint32_t number = (uint32_t) (uintptr_t) address;

  memcpy (*at, &number, sizeof number);
  *at += sizeof number;
}

static void
put_bytes (unsigned char **at,
           const char     *bytes,
           size_t          size)
{
  memcpy (*at, bytes, size);
  *at += size;
}

#define PUT(at, bytes) put_bytes (at, bytes, sizeof bytes - 1)

/* Counts rounds in 32-bit mode until the report says stop, with numbers in all eight registers, and
 * ends then; with status 1 when a register has lost its number. */
static void
be_narrow (int alone)
{
  static const unsigned char numbers[] = { 0xb8, 0xb9, 0xba, 0xbb, 0xbd, 0xbe, 0xbf };
  static const unsigned char compare[] = { 0xf8, 0xf9, 0xfa, 0xfb, 0xfd, 0xfe, 0xff };
  struct victim_report *low;
  unsigned char *code, *at, *again, *wrong[sizeof compare];
  pthread_t thread;
  char *stack;

  low = mmap (NULL, VICTIM_REPORT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_32BIT,
              VICTIM_REPORT_DESCRIPTOR, 0);
  code = mmap (NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  stack = mmap (NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1,
                0);
  if (low == MAP_FAILED || code == MAP_FAILED || stack == MAP_FAILED)
    victim_skip ();
  at = code;
  /* mov %ss, %eax; mov %eax, %ds: that one is nothing in 64-bit mode. */
  PUT (&at, "\x8c\xd0\x8e\xd8");
  /* mov $number, register; for all but the stack pointer. */
  for (unsigned i = 0; i < sizeof numbers; i++)
    {
      *at++ = numbers[i];
      put_number (&at, (const void *) (uintptr_t) (0x11111111u * (i + 1)));
    }
  again = at;
  for (unsigned i = 0; i < 100; i++)
    PUT (&at, "\xf3\x90"); /* pause */
  /* cmp $number, register; jne wrong. */
  for (unsigned i = 0; i < sizeof compare; i++)
    {
      *at++ = 0x81;
      *at++ = compare[i];
      put_number (&at, (const void *) (uintptr_t) (0x11111111u * (i + 1)));
      PUT (&at, "\x0f\x85");
      wrong[i] = at;
      at += 4;
    }
  PUT (&at, "\xf0\xff\x05"); /* lock incl */
  put_number (&at, &low->n_rounds);
  PUT (&at, "\x83\x3d"); /* cmpl $0 */
  put_number (&at, &low->stop);
  PUT (&at, "\x00\x0f\x84"); /* je */
  put_number (&at, (const void *) (again - at - 4));
  PUT (&at, "\x31\xdb\xb8\xfc\x00\x00\x00\xcd\x80"); /* exit_group (0) */
  for (unsigned i = 0; i < sizeof compare; i++)
    {
      int32_t distance = (int32_t) (at - wrong[i] - 4);

      memcpy (wrong[i], &distance, sizeof distance);
    }
  PUT (&at, "\xf0\xff\x05");
  put_number (&at, &low->n_wrong);
  PUT (&at, "\xbb\x01\x00\x00\x00\xb8\xfc\x00\x00\x00\xcd\x80"); /* exit_group (1) */

  if (!alone && pthread_create (&thread, NULL, doze, NULL) != 0)
    victim_skip ();
  /* A thread blocks all signals until it is there. */
  while (!alone && victim_get (&report->numbers[MARVEL_DOZES]) == 0)
    bare_sleep (100);
  victim_ready ((unsigned long) code, 0);
  __asm__ volatile ("mov %0, %%rsp\n\t"
                    "pushq $0x23\n\t"
                    "pushq %1\n\t"
                    "lretq"
                    :
                    : "r"(stack + 60000), "r"((unsigned long) code)
                    : "memory");
}

#if HAVE_SEQUENCES

int marvel_sequence (struct rseq *registration) __attribute__ ((visibility ("hidden")));

/* 0x53053053 stands before an abort, as glibc has told the kernel. */
__asm__ (".pushsection .data\n"
         "  .balign 32\n"
         "marvel_description:\n"
         "  .long 0, 0\n"
         "  .quad 1f, 2f - 1f, 3f\n"
         ".popsection\n"
         ".text\n"
         ".globl marvel_sequence\n"
         ".hidden marvel_sequence\n"
         ".type marvel_sequence, @function\n"
         "marvel_sequence:\n"
         "  lea marvel_description(%rip), %rax\n"
         "  mov %rax, 8(%rdi)\n"
         "1:\n"
         "  .rept 2000\n"
         "  pause\n"
         "  .endr\n"
         "  nop\n"
         "2:\n"
         "  mov $1, %eax\n"
         "  ret\n"
         "  .byte 0x0f, 0xb9, 0x3d\n"
         "  .long 0x53053053\n"
         "3:\n"
         "  xor %eax, %eax\n"
         "  ret\n"
         ".size marvel_sequence, . - marvel_sequence\n");

static long
count_switches (void)
{
  struct rusage usage;

  getrusage (RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw + usage.ru_nivcsw;
}

static void
run_sequences (void)
{
  struct rseq *registration = (struct rseq *) ((char *) __builtin_thread_pointer ()
                                               + __rseq_offset);

  if (__rseq_size == 0)
    victim_skip ();
  victim_ready ((unsigned long) registration, 0);
  for (;;)
    {
      long before = count_switches ();

      if (!marvel_sequence (registration))
        victim_add (&report->numbers[MARVEL_ABORTED]);
      else if (count_switches () == before)
        victim_add (&report->numbers[MARVEL_COMPLETED]);
      else
        victim_add (&report->numbers[MARVEL_COMPLETED_ALL_THE_SAME]);
      victim_round ();
    }
}

#endif

int
main (int   argc,
      char *argv[])
{
  const char *role = argc > 1 ? argv[1] : "";

  victim_begin ();
  if (victim_equal (role, "small-stack"))
    have_a_small_stack ();
  else if (victim_equal (role, "by-turns"))
    change_stacks ();
  else if (victim_equal (role, "arena"))
    have_an_arena ();
  else if (victim_equal (role, "narrow") || victim_equal (role, "narrow-alone"))
    be_narrow (victim_equal (role, "narrow-alone"));
#if HAVE_SEQUENCES
  else if (victim_equal (role, "sequence"))
    run_sequences ();
#endif
  victim_skip ();
}
