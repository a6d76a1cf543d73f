/* One thread of another process: stopped, and given back.
 *
 * It is seized, never attached to: no signal is sent, and the tracer's end lets go of it. The order of what
 * is done to it is such that the tracer may be killed between any two steps. What becomes of the thread
 * then:
 *
 *   stopped, nothing changed       it goes on; an interrupted call is restarted by the kernel
 *   frame laid                     the same: the frame lies below the red zone, where nothing of the thread's is
 *   registers set                  makes the call, returns through the frame; a signal's handler runs on top
 *                                  of the frame and returns into what was being done
 *   signals blocked                the same, and the frame has the mask
 *   at the entry of the call       makes it, and the same
 *   at the exit of the call        the same
 *   mask given back                the same
 *   registers given back           goes on as before; the frame is dead weight below the red zone
 *   covered bytes given back       goes on as before
 *
 * Registers are read and set in the tracer's own layout, that of 64 bits, for threads of 32 bits too
 * (PTRACE_GETREGS); through PTRACE_GETREGSET those would lose their upper halves, and with them which calls
 * are to be restarted.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "remote-wait.h"
#include "core/translatable.h"

#if LAC_REMOTE_HERE

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#define CODE_64 0x33
#define CODE_32 0x23

#define MILLISECOND UINT64_C (1000000)
/* How long a thread may take to stop, and one that sleeps uninterruptibly when it is not the last hope. */
#define PATIENCE (1000 * MILLISECOND)
#define SHORT_PATIENCE (100 * MILLISECOND)
/* … and one that waits for a processor. */
#define LONG_PATIENCE (5000 * MILLISECOND)
/* How many signals of its own it may have come, one after another. */
#define OWN_SIGNALS_MAX 8
/* For how long what a thread's status says is taken for true. */
#define CHECK_HOLDS (50 * MILLISECOND)

/* Only for a thread that is stopped. One that was killed instead has to be collected, or nobody is told of its
 * end; where that can't be done, for other threads live on, the tracer's own end does it. */
static void
let_go (struct lac_tracer *tracer,
        struct lac_traced *traced)
{
  uint64_t deadline = lac_tracer_clock () + 20 * MILLISECOND;
  int state;

  traced->stopped = false;
  while (lac_trace (PTRACE_DETACH, traced->thread, 0, 0) < 0)
    {
      int result = lac_traced_wait (traced->thread, deadline, &state);

      if (result == 0)
        tracer->must_end = true;
      if (result <= 0 || !WIFSTOPPED (state))
        return;
    }
}

/* The thread did not come to a stop: says why, as far as that shows. */
static enum lac_tracer_verdict
give_up (struct lac_tracer        *tracer,
         int32_t                   thread,
         struct lac_tracer_answer *answer)
{
  if (lac_waits_for_child (tracer->directory, thread))
    return lac_answer (answer, LAC_TRACER_GAVE_UP, LAC_E_WAITS_FOR_CHILD, 0, N_ ("stop a thread"));
  return lac_answer (answer, LAC_TRACER_GAVE_UP, LAC_E_UNRESPONSIVE, ETIMEDOUT, N_ ("stop a thread"));
}

static enum lac_tracer_verdict
await_stop (struct lac_tracer        *tracer,
            int32_t                   thread,
            struct lac_tracer_answer *answer)
{
  uint64_t began = lac_tracer_clock ();
  uint64_t deadline = began + MILLISECOND;

  for (;;)
    {
      int state, result = lac_traced_look (tracer, thread, &state);

      if (result == 0)
        result = lac_traced_wait (thread, deadline, &state);
      if (result < 0)
        return lac_answer (answer, LAC_TRACER_OTHER_THREAD, LAC_E_EXITED, ESRCH, N_ ("stop a thread"));
      if (result == 0)
        {
          uint64_t now = lac_tracer_clock ();
          char letter = lac_tracer_state_of (tracer, thread);
          bool sleeps = letter == 'D';

          if (now - began >= (sleeps ? SHORT_PATIENCE : letter == 'R' ? LONG_PATIENCE : PATIENCE)
              || (sleeps && now - began > 5 * MILLISECOND
                  && lac_waits_for_child (tracer->directory, thread)))
            return give_up (tracer, thread, answer);
          deadline = now + 5 * MILLISECOND;
          continue;
        }
      if (WIFEXITED (state) || WIFSIGNALED (state))
        return lac_answer (answer, LAC_TRACER_OTHER_THREAD, LAC_E_EXITED, 0, N_ ("stop a thread"));
      if (lac_is_event_stop (state))
        {
          if (WSTOPSIG (state) == SIGTRAP)
            return LAC_TRACER_ANSWERED;
          /* It goes back to being stopped by itself. */
          lac_trace (PTRACE_DETACH, thread, 0, 0);
          return lac_answer (answer, LAC_TRACER_ANSWERED, LAC_E_STOPPED, 0, N_ ("stop a thread"));
        }
      /* A signal was on its way, and is delivered; our stop is still to come. */
      if (WIFSTOPPED (state))
        lac_trace (PTRACE_CONT, thread, 0,
                   state >> 16 == 0 && WSTOPSIG (state) != (SIGTRAP | 0x80) ? (uintptr_t) WSTOPSIG (state) : 0);
    }
}

/* Whether a signal waits that the thread has raised itself: by a trap, or by a call that a filter turned into one. Of
 * one that sleeps in a call it is known that it has not. */
static bool
has_raised (const struct lac_traced *traced)
{
  int32_t result = (int32_t) traced->registers.rax;
  struct lac_peek_signals peek = { .count = 1 };
  siginfo_t information;

  if ((int64_t) traced->registers.orig_rax >= 0 && result <= -512 && result >= -516)
    return false;
  for (;; peek.offset++)
    {
      if (lac_trace (LAC_PEEK_SIGNALS, traced->thread, (uintptr_t) &peek, (uintptr_t) &information) != 1)
        return false;
      if (information.si_code > 0 && (LAC_FAULTS >> (information.si_signo - 1) & 1) != 0)
        return true;
    }
}

/* Has such a signal come, and stops the thread again behind it: what it was raised by is over, so it would be
 * lost where a fault would come again, and during calls of ours it would be taken for one of theirs. */
static enum lac_tracer_verdict
let_signal_come (struct lac_tracer        *tracer,
                 struct lac_traced        *traced,
                 struct lac_tracer_answer *answer)
{
  int state;

  lac_trace (PTRACE_CONT, traced->thread, 0, 0);
  if (lac_traced_wait (traced->thread, lac_tracer_clock () + PATIENCE, &state) == 1)
    {
      if (!WIFSTOPPED (state))
        return lac_answer (answer, LAC_TRACER_OTHER_THREAD, LAC_E_EXITED, 0, N_ ("stop a thread"));
      lac_trace (PTRACE_INTERRUPT, traced->thread, 0, 0);
      lac_trace (PTRACE_CONT, traced->thread, 0, state >> 16 == 0 ? (uintptr_t) WSTOPSIG (state) : 0);
    }
  else
    lac_trace (PTRACE_INTERRUPT, traced->thread, 0, 0);
  return await_stop (tracer, traced->thread, answer);
}

/* Looks at what only the thread's own status says: whether calls are filtered, and shadow stacks. */
static enum lac_status
check_thread (struct lac_tracer *tracer,
              int32_t            thread,
              uint32_t           flags)
{
  char text[8192];
  const char *line;

  if (tracer->checked != 0 && lac_tracer_clock () - tracer->checked < CHECK_HOLDS)
    return LAC_OK;
  if (lac_tracer_read_file (tracer, thread, "status", text, sizeof text) <= 0)
    return LAC_OK;
  line = strstr (text, "\nx86_Thread_features:");
  if (line != NULL)
    {
      const char *end = strchr (line + 1, '\n');
      const char *found = strstr (line, "shstk");

      tracer->shadow_stack = found != NULL && (end == NULL || found < end);
    }
  line = strstr (text, "\nSeccomp:\t");
  if (line == NULL)
    return LAC_OK;
  tracer->checked = lac_tracer_clock ();
  switch (line[sizeof "\nSeccomp:\t" - 1])
    {
    case '1':
      tracer->checked = 0;
      return LAC_E_STRICT;
    case '2':
      tracer->checked = 0;
      return (flags & LAC_TRACER_FILTERED) != 0 ? LAC_OK : LAC_E_FILTERED;
    default:
      return LAC_OK;
    }
}

enum lac_tracer_verdict
lac_traced_stop (struct lac_tracer        *tracer,
                 struct lac_traced        *traced,
                 int32_t                   thread,
                 uint32_t                  pointer_size,
                 uint32_t                  flags,
                 struct lac_tracer_answer *answer)
{
  enum lac_tracer_verdict verdict;
  struct lac_tracer_wait wait;
  enum lac_status status;
  bool belongs;

  *traced = (struct lac_traced){ .thread = thread };
  lac_tracer_turn_to (tracer, thread);
  if (lac_trace (PTRACE_SEIZE, thread, 0, PTRACE_O_TRACESYSGOOD) < 0)
    {
      int error = errno;

      if (error == ESRCH)
        return lac_answer (answer, LAC_TRACER_OTHER_THREAD, LAC_E_EXITED, error, N_ ("stop a thread"));
      return lac_answer (answer, LAC_TRACER_ANSWERED, LAC_E_SYSTEM, error, N_ ("stop a thread"));
    }
  lac_tracer_point (tracer);
  /* A number may have become another process's before it was seized; it can't after. */
  belongs = lac_tracer_note_wait (tracer, thread, &wait);
  status = !belongs            ? LAC_E_EXITED
           : pointer_size == 0 ? LAC_OK
                               : check_thread (tracer, thread, flags);
  /* From the second time on that is known (remote-net.c), or it comes to where it is woken. */
  if (tracer->released == 0 && pointer_size != 0)
    tracer->processor = lac_last_processor (tracer, thread);
  traced->stopped_since = lac_tracer_clock ();
  lac_trace (PTRACE_INTERRUPT, thread, 0, 0);
  lac_tracer_point (tracer);
  verdict = await_stop (tracer, thread, answer);
  if (verdict != LAC_TRACER_ANSWERED || answer->status != LAC_OK)
    return verdict;

  lac_tracer_point (tracer);
  for (int attempt = 0;; attempt++)
    {
      if (lac_trace (PTRACE_GETREGS, thread, 0, (uintptr_t) &traced->registers) < 0)
        break;
      if (pointer_size == 0 || attempt == OWN_SIGNALS_MAX || !has_raised (traced))
        {
          traced->stopped
              = lac_trace (PTRACE_GETSIGMASK, thread, sizeof traced->mask, (uintptr_t) &traced->mask) == 0;
          break;
        }
      verdict = let_signal_come (tracer, traced, answer);
      if (verdict != LAC_TRACER_ANSWERED || answer->status != LAC_OK)
        return verdict;
    }
  if (!traced->stopped)
    {
      int error = errno;

      let_go (tracer, traced);
      return lac_answer (answer, LAC_TRACER_OTHER_THREAD, LAC_E_SYSTEM, error, N_ ("read the registers"));
    }
  traced->wide = traced->registers.cs == CODE_64;
  traced->framed = traced->registers;
  traced->changed = lac_tracer_mend_call (tracer, traced, &wait);
  if (status == LAC_OK && pointer_size != 0
      && traced->registers.cs != (pointer_size == 8 ? CODE_64 : CODE_32))
    {
      lac_traced_release (tracer, traced);
      return lac_answer (answer, LAC_TRACER_OTHER_THREAD, LAC_E_NOT_SUPPORTED, 0,
                         N_ ("find out how the thread makes calls"));
    }
  if (status != LAC_OK)
    {
      lac_traced_release (tracer, traced);
      return lac_answer (answer, belongs ? LAC_TRACER_ANSWERED : LAC_TRACER_OTHER_THREAD, status, 0,
                         N_ ("stop a thread"));
    }
  return LAC_TRACER_ANSWERED;
}

/* Another thread that becomes another program takes the number of the first one, which it has ended. Where both are
 * ours, that number now stands for a thread that nothing is known of, in a program that nothing is known of. */
bool
lac_traced_is_itself (const struct lac_traced *traced)
{
  uint64_t stack = 0;

  return lac_trace (PTRACE_PEEKUSER, traced->thread, offsetof (struct user_regs_struct, rsp),
                    (uintptr_t) &stack)
             == 0
         && stack == (traced->mask_changed ? traced->stack : traced->registers.rsp);
}

void
lac_traced_release (struct lac_tracer *tracer,
                    struct lac_traced *traced)
{
  if (!traced->stopped)
    return;
  if (traced->thread == tracer->process && !lac_traced_is_itself (traced))
    {
      traced->mask_changed = traced->changed = false;
      traced->frame_size = 0;
    }
  if (traced->mask_changed)
    lac_trace (PTRACE_SETSIGMASK, traced->thread, sizeof traced->mask, (uintptr_t) &traced->mask);
  lac_tracer_point (tracer);
  if (traced->changed)
    lac_trace (PTRACE_SETREGS, traced->thread, 0, (uintptr_t) &traced->registers);
  lac_tracer_point (tracer);
  lac_traced_uncover (tracer, traced);
  lac_tracer_point (tracer);
  let_go (tracer, traced);
  tracer->released = lac_tracer_clock ();
  tracer->waited_for_time = traced->waited_for_time;
  lac_tracer_point (tracer);
}

#endif
