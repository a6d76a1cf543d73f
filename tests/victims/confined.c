/* A process that may not make every system call (seccomp(2)).
 *
 *   confined strict    may only read, write and end
 *   confined lenient   has a filter that allows everything
 *   confined deadly    is killed when it maps memory
 *   confined denying   is told EPERM when it maps memory
 *   confined trapping  gets a signal when it maps memory, which it has no handler for
 *   confined emulating gets one that it has a handler for
 *   confined dispatching   gets a signal for all calls while it computes, as emulators do, which it has
 *                      a handler for
 *   confined high      gets a signal for calls that come from below 0x700000000000, as under Wine
 *
 * SPDX-License-Identifier: MIT
 */
#include "victim-common.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000u
#endif

/* prctl(2), PR_SET_SYSCALL_USER_DISPATCH: what the kernel looks at before each call. */
static volatile unsigned char selector;

static void
trapped (int                 number,
         struct bare_signal *signal,
         void               *context)
{
  selector = 0;
  victim_wrong ("a call was trapped", number);
}

static void
install (const struct sock_filter *filter,
         unsigned short            size)
{
  struct sock_fprog program = { size, (struct sock_filter *) filter };

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
      || prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    victim_skip ();
}

/* A filter that does @what when the call is mmap(2). */
static void
install_for_mmap (uint32_t what)
{
  const struct sock_filter filter[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, what),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };

  install (filter, sizeof filter / sizeof *filter);
}

static void
install_for_low_addresses (void)
{
  const struct sock_filter filter[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, instruction_pointer) + 4),
    BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, 0x7000, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_TRAP),
  };

  bare_handle (31, trapped);
  install (filter, sizeof filter / sizeof *filter);
}

static void
dispatch (void)
{
  bare_handle (31, trapped);
  if (prctl (59, 1, 0, 0, &selector) != 0)
    victim_skip ();
}

/* The lines between which calls are signals. */
static void
compute (void)
{
  selector = 1;
  for (int i = 0; i < 200000; i++)
    __asm__ volatile ("pause");
  selector = 0;
}

/* Not even the clock may be read here. */
static void
be_strict (void)
{
  if (prctl (PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
    victim_skip ();
  victim_ready_and_hold (0, 0);
  while (!victim_get (&report->stop))
    {
      victim_add (&report->n_rounds);
      for (int i = 0; i < 1000; i++)
        __asm__ volatile ("pause");
    }
  for (;;)
    CALL1 (SYS_exit, victim_get (&report->n_wrong) ? 1 : 0);
}

int
main (int   argc,
      char *argv[])
{
  const char *role = argc > 1 ? argv[1] : "";

  victim_begin ();
  if (victim_equal (role, "strict"))
    be_strict ();
  else if (victim_equal (role, "lenient"))
    install_for_mmap (SECCOMP_RET_ALLOW);
  else if (victim_equal (role, "deadly"))
    install_for_mmap (SECCOMP_RET_KILL_PROCESS);
  else if (victim_equal (role, "denying"))
    install_for_mmap (SECCOMP_RET_ERRNO | 1);
  else if (victim_equal (role, "trapping"))
    install_for_mmap (SECCOMP_RET_TRAP);
  else if (victim_equal (role, "emulating"))
    {
      bare_handle (31, trapped);
      install_for_mmap (SECCOMP_RET_TRAP);
    }
  else if (victim_equal (role, "dispatching"))
    dispatch ();
  else if (victim_equal (role, "high"))
    install_for_low_addresses ();
  else
    victim_skip ();
  victim_ready (0, 0);
  for (;;)
    {
      victim_doze (20000);
      if (victim_equal (role, "dispatching"))
        compute ();
      victim_round ();
    }
}
