/* Has something in every register, and looks all the time whether it is still there.
 *
 *   spinner          spins
 *   spinner sleep    sleeps instead, in futex(2) for a few milliseconds each time
 *
 * General, vector, mask and x87 registers, flags with the direction set, control words, the stack
 * pointer and what lies around it: above it, in the red zone below it, and below that, which may be
 * overwritten at any time by a signal and is only counted. And what is no register, but belongs to
 * a thread: the blocked signals, the alternate stack, the base of gs.
 *
 * SPDX-License-Identifier: MIT
 */
#include "registers.h"
#include "victim-common.h"

#include <cpuid.h>

#define BELOW 24576
#define ABOVE 1024
#define RED_ZONE 128
/* Carry, parity, auxiliary, zero, sign, direction and overflow; and those that are always set. */
#define FLAGS 0xcd5
#define FLAGS_SET 0x202

/* SIGUSR1 and SIGPIPE. */
#define BLOCKED UINT64_C (0x1200)

#define N_GENERAL (sizeof (long) == 8 ? 16 : 8)

static uint32_t random_state;
static uint32_t word;
static long sleep_time[2];
static unsigned char other_stack[8192];

static void
fill (void  *place,
      size_t size)
{
  unsigned char *bytes = place;

  for (size_t i = 0; i < size; i++)
    bytes[i] = (unsigned char) (victim_random (&random_state) >> 4);
}

/* How many bytes a vector register has that both the processor and the system know. */
static uint32_t
vector_width (void)
{
  unsigned a, b, c, d, enabled, high;

  if (!__get_cpuid (1, &a, &b, &c, &d) || !(c & 1u << 27) || !(c & 1u << 28))
    return 16;
  __asm__ ("xgetbv" : "=a"(enabled), "=d"(high) : "c"(0));
  if ((enabled & 6) != 6)
    return 16;
  /* F and BW. */
  if (__get_cpuid_count (7, 0, &a, &b, &c, &d) && (b & 1u << 16) && (b & 1u << 30)
      && (enabled & 0xe6) == 0xe6)
    return 64;
  return 32;
}

static void
want (void)
{
  struct registers *wanted = &registers_wanted;

  registers_width = vector_width ();
  fill (wanted->general, sizeof wanted->general);
  wanted->flags = FLAGS | FLAGS_SET;
  /* Rounds toward zero, and has seen an inexact result. */
  wanted->mxcsr = 0x1f80 | 0x6000 | 0x20;
  /* Rounds up, to 53 bits. */
  wanted->control = 0x0a7f;
  fill (wanted->masks, sizeof wanted->masks);
  fill (wanted->vectors, sizeof wanted->vectors);
  for (int i = 0; i < 8; i++)
    {
      fill (wanted->x87[i], 8);
      wanted->x87[i][7] |= 0x80;
      wanted->x87[i][8] = (unsigned char) (0xf0 + i);
      wanted->x87[i][9] = 0x3f;
    }
}

static int
differs (const void *a,
         const void *b,
         size_t      size)
{
  const unsigned char *x = a, *y = b;

  for (size_t i = 0; i < size; i++)
    if (x[i] != y[i])
      return 1;
  return 0;
}

static void
compare (int slept)
{
  const struct registers *wanted = &registers_wanted;
  const struct registers *seen = &registers_seen;
  unsigned n_vectors = sizeof (long) == 4 ? 8 : registers_width == 64 ? 32 : 16;

  for (unsigned i = 0; i < N_GENERAL; i++)
    {
      /* A system call answers in the first; on x86-64 it takes the third and r11 for itself. */
      int spared = slept
                   && (i == REGISTERS_A || (N_GENERAL == 16 && (i == REGISTERS_C || i == 11)));

      if (!spared && (unsigned long) seen->general[i] != (unsigned long) wanted->general[i])
        victim_wrong ("general register", (long) i);
    }
  if ((seen->flags & FLAGS) != (wanted->flags & FLAGS))
    victim_wrong ("flags", (long) seen->flags);
  if (seen->mxcsr != wanted->mxcsr)
    victim_wrong ("mxcsr", (long) seen->mxcsr);
  for (unsigned i = 0; i < n_vectors; i++)
    if (differs (seen->vectors[i], wanted->vectors[i], registers_width))
      victim_wrong ("vector register", (long) i);
  if (registers_width == 64 && differs (seen->masks, wanted->masks, sizeof wanted->masks))
    victim_wrong ("mask registers", 0);
  if (differs (seen->fxsave, &wanted->control, 2))
    victim_wrong ("x87 control word", seen->fxsave[1]);
  /* Eight values on its stack leave its top where it was. */
  if (seen->fxsave[3] & 0x38 || seen->fxsave[4] != 0xff)
    victim_wrong ("x87 status word", seen->fxsave[3]);
  for (unsigned i = 0; i < 8; i++)
    if (differs (seen->fxsave + 32 + 16 * i, wanted->x87[i], 10))
      victim_wrong ("x87 register", (long) i);
}

/* The bytes around the stack pointer, which points to @stack[BELOW]. */
static void
compare_stack (unsigned char       *stack,
               const unsigned char *pattern)
{
  /* Below the red zone anything may have been written; it is put right, so that it counts once. */
  for (size_t i = 0; i < BELOW - RED_ZONE; i++)
    if (stack[i] != pattern[i & 1023])
      {
        victim_add (&report->n_below);
        for (; i < BELOW - RED_ZONE; i++)
          stack[i] = pattern[i & 1023];
      }
  for (size_t i = BELOW - RED_ZONE; i < BELOW; i++)
    if (stack[i] != pattern[i & 1023])
      {
        victim_wrong ("the red zone, at this distance", (long) (BELOW - i));
        stack[i] = pattern[i & 1023];
      }
  for (size_t i = BELOW; i < BELOW + ABOVE; i++)
    if (stack[i] != pattern[i & 1023])
      {
        victim_wrong ("the stack, at this distance", (long) (i - BELOW));
        stack[i] = pattern[i & 1023];
      }
}

struct alternate_stack
{
  void *place;
  int flags;
  size_t size;
};

static void
compare_thread (void)
{
  struct alternate_stack now = { 0 };
  uint64_t mask = 0;

  if (CALL2 (BARE_SIGALTSTACK, 0, &now) != 0 || now.place != other_stack || now.flags != 0
      || now.size != sizeof other_stack)
    victim_wrong ("the alternate stack", now.flags);
  if (CALL4 (BARE_SIGPROCMASK, 0, 0, &mask, 8) != 0 || mask != BLOCKED)
    victim_wrong ("the blocked signals", (long) mask);
#ifdef __x86_64__
  {
    unsigned long base = 0;

    if (CALL2 (BARE_ARCH_PRCTL, 0x1004, &base) != 0 || base != 0x123456789000)
      victim_wrong ("the base of gs", (long) base);
  }
#endif
}

static void
have_thread (void)
{
  struct alternate_stack stack = { other_stack, 0, sizeof other_stack };
  uint64_t mask = BLOCKED;

  CALL2 (BARE_SIGALTSTACK, &stack, 0);
  CALL4 (BARE_SIGPROCMASK, 2, &mask, 0, 8);
#ifdef __x86_64__
  CALL2 (BARE_ARCH_PRCTL, 0x1001, 0x123456789000);
#endif
}

/* The registers of a sleep in futex(2). */
static void
want_sleep (void)
{
  uint64_t *general = registers_wanted.general;

  sleep_time[1] = 5000000;
  general[REGISTERS_A] = BARE_FUTEX;
#ifdef __x86_64__
  general[REGISTERS_DI] = (uintptr_t) &word;
  general[REGISTERS_SI] = 0x80;
  general[REGISTERS_D] = 0;
  general[10] = (uintptr_t) sleep_time;
#else
  general[REGISTERS_B] = (uintptr_t) &word;
  general[REGISTERS_C] = 0x80;
  general[REGISTERS_D] = 0;
  general[REGISTERS_SI] = (uintptr_t) sleep_time;
#endif
}

int
main (int   argc,
      char *argv[])
{
  unsigned char stack[BELOW + ABOVE] __attribute__ ((aligned (64)));
  static unsigned char pattern[1024];
  int sleeps = argc > 1 && victim_equal (argv[1], "sleep");

  victim_begin ();
  random_state = bare_now ();
  want ();
  if (sleeps)
    want_sleep ();
  fill (pattern, sizeof pattern);
  for (size_t i = 0; i < sizeof stack; i++)
    stack[i] = pattern[i & 1023];
  registers_wanted.general[REGISTERS_SP] = (uintptr_t) &stack[BELOW];
  have_thread ();
  victim_ready ((unsigned long) &registers_wanted, registers_width);
  for (;;)
    {
      if (sleeps)
        registers_sleep ();
      else
        registers_hold ();
      compare (sleeps);
      if (sleeps)
        {
          long answer = (long) registers_seen.general[REGISTERS_A];

          if (sizeof answer == 4)
            answer = (int32_t) registers_seen.general[REGISTERS_A];
          if (answer == -BARE_EINTR)
            victim_interrupted ();
          else if (answer != -BARE_ETIMEDOUT)
            victim_wrong ("the call answered", answer);
        }
      __asm__ volatile ("" ::: "memory");
      compare_stack (stack, pattern);
      if ((report->n_rounds & 15) == 0)
        compare_thread ();
      victim_round ();
    }
}
