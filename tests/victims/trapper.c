/* A process that raises signals itself and lives on them.
 *
 *   trapper trap       makes breakpoint traps (int3), each of which its handler counts
 *   trapper emulate    has a filter turn a system call into a signal, whose handler gives the call's
 *                      answer, as emulators do
 *
 * SPDX-License-Identifier: MIT
 */
#include "victim-common.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

#define ANSWER 4242

static volatile long n_handled;

static void
count_trap (int        signal,
            siginfo_t *information,
            void      *context)
{
  n_handled++;
}

static void
emulate (int        signal,
         siginfo_t *information,
         void      *context)
{
  ((ucontext_t *) context)->uc_mcontext.gregs[REG_RAX] = ANSWER;
}

static void
handle (int    signal,
        void (*handler) (int        signal,
                         siginfo_t *information,
                         void      *context))
{
  /* Not deferred, so that which signals are blocked is the same at every moment. */
  struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER };

  if (sigaction (signal, &action, NULL) != 0)
    victim_skip ();
}

static void
live_on_traps (void)
{
  long n = 0;

  handle (SIGTRAP, count_trap);
  victim_ready (0, 0);
  for (;;)
    {
      for (int i = 0; i < 1000; i++)
        {
          n++;
          __asm__ volatile ("int3" ::: "memory");
        }
      if (n_handled != n)
        {
          victim_wrong ("traps without their signal", n - n_handled);
          n_handled = n;
        }
      victim_round ();
    }
}

static void
live_on_emulation (void)
{
  struct sock_filter filter[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { sizeof filter / sizeof *filter, filter };

  handle (SIGSYS, emulate);
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
      || prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    victim_skip ();
  victim_ready (0, 0);
  for (;;)
    {
      for (int i = 0; i < 1000; i++)
        {
          long answer = CALL1 (SYS_getppid, 0);

          if (answer != ANSWER)
            victim_wrong ("the answer of a call", answer);
        }
      victim_round ();
    }
}

int
main (int   argc,
      char *argv[])
{
  const char *role = argc > 1 ? argv[1] : "";

  victim_begin ();
  if (victim_equal (role, "trap"))
    live_on_traps ();
  else if (victim_equal (role, "emulate"))
    live_on_emulation ();
  victim_skip ();
}
