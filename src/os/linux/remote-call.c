/* One system call by a stopped thread.
 *
 * Signals: all are blocked while calls are made, so that they wait in their order, but those that a fault
 * raises. Were these blocked too, the kernel would take the process's handler away for a fault
 * (force_sig_info_to_task); so they stop the thread instead. What our call raised is dropped then, and
 * what somebody sent is put back in the queue: a signal that is delivered while it is blocked is queued
 * again (kernel/signal.c, ptrace_signal).
 *
 * A filter of system calls may raise SIGSYS (SECCOMP_RET_TRAP). The call then seems to return first, with its
 * own number, and the signal comes only when the thread goes on: it must be fetched before the thread is
 * given back, or it would be delivered for a call that the process never made.
 *
 * No single steps, since the end of a tracer does not take the trap flag away (exit_ptrace).
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "core/translatable.h"

#if LAC_REMOTE_HERE

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#define TRAP_FLAG 0x100
#define DIRECTION_FLAG 0x400

#define MILLISECOND UINT64_C (1000000)
/* How long a thread may take to come to the call before it is asked why, and for how long one that waits for a
 * processor is asked. */
#define CALL_PATIENCE (20 * MILLISECOND)
#define LONG_PATIENCE (5000 * MILLISECOND)
/* How long it may take to end, or to stop again. */
#define PATIENCE (1000 * MILLISECOND)

static void
set_call (const struct lac_traced  *traced,
          const uint64_t            arguments[6],
          uint32_t                  number,
          uint64_t                  gate,
          struct user_regs_struct  *out_registers)
{
  struct user_regs_struct registers = traced->registers;

  registers.rip = gate;
  registers.rsp = traced->stack;
  registers.rax = number;
  registers.orig_rax = (unsigned long long) -1;
  registers.eflags &= ~(unsigned long long) (DIRECTION_FLAG | TRAP_FLAG);
  if (traced->wide)
    {
      registers.rdi = arguments[0];
      registers.rsi = arguments[1];
      registers.rdx = arguments[2];
      registers.r10 = arguments[3];
      registers.r8 = arguments[4];
      registers.r9 = arguments[5];
    }
  else
    {
      registers.rbx = (uint32_t) arguments[0];
      registers.rcx = (uint32_t) arguments[1];
      registers.rdx = (uint32_t) arguments[2];
      registers.rsi = (uint32_t) arguments[3];
      registers.rdi = (uint32_t) arguments[4];
      registers.rbp = (uint32_t) arguments[5];
    }
  *out_registers = registers;
}

/* What may come while the thread makes a call. */
enum arrival
{
  AT_CALL,
  CALL_REFUSED,
  LATE,
  LOST,
};

/* A signal has stopped the thread. True when our call raised it. */
static bool
take_signal (struct lac_traced *traced,
             int                signal,
             uintptr_t         *out_pass)
{
  siginfo_t information;

  *out_pass = (uintptr_t) signal;
  if (lac_trace (PTRACE_GETSIGINFO, traced->thread, 0, (uintptr_t) &information) < 0)
    return false;
  if ((LAC_FAULTS >> (signal - 1) & 1) != 0 && information.si_code > 0)
    {
      traced->trapped = signal == SIGSYS;
      *out_pass = 0;
      return true;
    }
  /* Somebody's: back into the queue with it, until the thread has its own mask again. */
  traced->call_mask |= UINT64_C (1) << (signal - 1);
  lac_trace (PTRACE_SETSIGMASK, traced->thread, sizeof traced->call_mask,
             (uintptr_t) &traced->call_mask);
  return false;
}

/* Whether a filter has raised a signal that is still to come. */
static bool
is_trap_pending (const struct lac_traced *traced)
{
  for (uint64_t at = 0;; at++)
    {
      struct lac_peek_signals peek = { .offset = at, .count = 1 };
      siginfo_t information;

      if (lac_trace (LAC_PEEK_SIGNALS, traced->thread, (uintptr_t) &peek, (uintptr_t) &information) != 1)
        return false;
      if (information.si_signo == SIGSYS && information.si_code > 0)
        return true;
    }
}

/* Lets the thread go on to the next stop: 1 when it came to one or ended, 0 when it is late, -1 when it is
 * gone. A thread that only waits for a processor is waited for for longer. */
static int
go_on (struct lac_tracer       *tracer,
       const struct lac_traced *traced,
       uintptr_t                signal,
       uint64_t                 patience,
       int                     *out_state)
{
  uint64_t began = lac_tracer_clock ();
  int result;

  /* When it is not stopped any more, somebody kills it. */
  if (lac_trace (PTRACE_SYSCALL, traced->thread, 0, signal) < 0)
    return lac_traced_wait (traced->thread, began + PATIENCE, out_state);
  result = lac_traced_look (tracer, traced->thread, out_state);
  if (result != 0)
    return result;
  do
    result = lac_traced_wait (traced->thread, lac_tracer_clock () + patience, out_state);
  while (result == 0 && lac_tracer_clock () - began < LONG_PATIENCE
         && lac_tracer_state_of (tracer, traced->thread) == 'R');
  return result;
}

static enum arrival
go_to_call (struct lac_tracer        *tracer,
            struct lac_traced        *traced,
            uint64_t                  patience,
            struct lac_tracer_answer *answer)
{
  uintptr_t pass = 0;

  for (;;)
    {
      int state, result = go_on (tracer, traced, pass, patience, &state);

      pass = 0;
      if (result == 0)
        return LATE;
      if (result < 0 || WIFEXITED (state) || WIFSIGNALED (state))
        {
          traced->stopped = false;
          lac_answer (answer, LAC_TRACER_ANSWERED, LAC_E_EXITED, 0, N_ ("make a system call"));
          return LOST;
        }
      if (!WIFSTOPPED (state))
        continue;
      if (WSTOPSIG (state) == (SIGTRAP | 0x80) && state >> 16 == 0)
        return AT_CALL;
      /* A stop by job control: it comes back to it when it is let go. */
      if (state >> 16 != 0)
        continue;
      if (take_signal (traced, WSTOPSIG (state), &pass))
        return CALL_REFUSED;
    }
}

/* Has the signal that a filter raised come, and drops it: it stops the thread before that goes on. False when
 * the thread is lost. */
static bool
fetch_trap (struct lac_tracer        *tracer,
            struct lac_traced        *traced,
            struct lac_tracer_answer *answer)
{
  while (!traced->trapped)
    switch (go_to_call (tracer, traced, LONG_PATIENCE, answer))
      {
      case LOST:
        return false;
      case LATE:
      case AT_CALL:
        /* The kernel delivers nothing before it; should one day be otherwise, the frame takes the thread
         * back once the tracer has ended. */
        lac_answer (answer, LAC_TRACER_GAVE_UP, LAC_E_UNRESPONSIVE, ETIMEDOUT, N_ ("make a system call"));
        traced->stopped = false;
        return false;
      case CALL_REFUSED:
      default:
        break;
      }
  return true;
}

/* The thread did not even come to the call (its control group is frozen): takes it back. False when it can't
 * be stopped again. */
static bool
take_back (struct lac_traced *traced)
{
  uint64_t deadline = lac_tracer_clock () + PATIENCE;

  lac_trace (PTRACE_INTERRUPT, traced->thread, 0, 0);
  for (;;)
    {
      int state;

      if (lac_traced_wait (traced->thread, deadline, &state) <= 0 || !WIFSTOPPED (state))
        return false;
      if (lac_is_event_stop (state) || WSTOPSIG (state) == (SIGTRAP | 0x80))
        return true;
      lac_trace (PTRACE_CONT, traced->thread, 0, (uintptr_t) WSTOPSIG (state));
    }
}

bool
lac_traced_call (struct lac_tracer               *tracer,
                 struct lac_traced               *traced,
                 const struct lac_tracer_request *request,
                 uint32_t                         number,
                 const uint64_t                   arguments[6],
                 int64_t                         *out_result,
                 struct lac_tracer_answer        *answer)
{
  struct user_regs_struct registers;
  unsigned long result = 0;
  enum arrival arrival;

  set_call (traced, arguments, number, request->gates.call.address, &registers);
  traced->changed = true;
  traced->trapped = false;
  if (lac_trace (PTRACE_SETREGS, traced->thread, 0, (uintptr_t) &registers) < 0)
    {
      int error = errno;

      lac_answer (answer, LAC_TRACER_ANSWERED, error == ESRCH ? LAC_E_EXITED : LAC_E_SYSTEM, error,
                  N_ ("set the registers"));
      return false;
    }
  lac_tracer_point (tracer);
  if (!traced->mask_changed)
    {
      traced->mask_changed = true;
      traced->call_mask = ~LAC_FAULTS;
      lac_trace (PTRACE_SETSIGMASK, traced->thread, sizeof traced->call_mask,
                 (uintptr_t) &traced->call_mask);
    }
  lac_tracer_point (tracer);

  arrival = go_to_call (tracer, traced, CALL_PATIENCE, answer);
  lac_tracer_point (tracer);
  if (arrival == LATE)
    {
      if (!take_back (traced))
        {
          traced->stopped = false;
          lac_answer (answer, LAC_TRACER_GAVE_UP, LAC_E_UNRESPONSIVE, ETIMEDOUT, N_ ("make a system call"));
          return false;
        }
      if (lac_trace (PTRACE_GETREGS, traced->thread, 0, (uintptr_t) &registers) < 0
          || registers.rip == request->gates.call.address)
        {
          lac_answer (answer, LAC_TRACER_ANSWERED, LAC_E_UNRESPONSIVE, ETIMEDOUT, N_ ("make a system call"));
          return false;
        }
      arrival = AT_CALL;
    }
  /* A call can take as long as the system likes; nobody can take it back. */
  if (arrival == AT_CALL)
    arrival = go_to_call (tracer, traced, UINT64_MAX / 4, answer);
  lac_tracer_point (tracer);
  if (arrival == LOST || arrival == LATE)
    return false;
  if (arrival == CALL_REFUSED)
    {
      *out_result = traced->trapped ? -EPERM : -ENOSYS;
      return true;
    }
  if (lac_trace (PTRACE_PEEKUSER, traced->thread, offsetof (struct user_regs_struct, rax),
                 (uintptr_t) &result)
      < 0)
    {
      lac_answer (answer, LAC_TRACER_ANSWERED, LAC_E_EXITED, errno, N_ ("make a system call"));
      return false;
    }
  /* The number of a call is no answer of any of ours but a descriptor. */
  if ((uint32_t) result == number && is_trap_pending (traced))
    {
      if (!fetch_trap (tracer, traced, answer))
        return false;
      *out_result = -EPERM;
      return true;
    }
  *out_result = (int64_t) result;
  if (!traced->wide)
    *out_result = (uint32_t) result > 0xfffff000u ? (int32_t) result : (int64_t) (uint32_t) result;
  return true;
}

#endif
