/* One thread of another process: stopped, made to call, given back.
 *
 * It is seized, never attached to: no signal is sent, and the tracer's end lets go of it. The order of
 * what is done to it is such that the tracer may be killed between any two steps. What becomes of the
 * thread then:
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
 * Signals: all are blocked while calls are made, so that they wait in their order, but those that a fault
 * raises. Were these blocked too, the kernel would take the process's handler away for a fault
 * (force_sig_info_to_task); so they stop the thread instead. What our call raised is dropped then (a
 * filter of system calls answers with SIGSYS), and what somebody sent is put back in the queue: a
 * signal that is delivered while it is blocked is queued again (kernel/signal.c, ptrace_signal).
 *
 * No single steps, since the end of a tracer does not take the trap flag away (exit_ptrace).
 *
 * Registers are read and set in the tracer's own layout, that of 64 bits, for threads of 32 bits too
 * (PTRACE_GETREGS); through PTRACE_GETREGSET those would lose their upper halves, and with them which
 * calls are to be restarted.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "core/translatable.h"

#if LAC_REMOTE_HERE

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif

/* uapi/linux/ptrace.h, Linux 5.13. */
#define GET_RSEQ_CONFIGURATION 0x420f

#define CODE_64 0x33
#define CODE_32 0x23
#define TRAP_FLAG 0x100
#define DIRECTION_FLAG 0x400

#define MILLISECOND UINT64_C (1000000)
/* How long a thread may take to stop, and one that sleeps uninterruptibly when it is not the last hope. */
#define PATIENCE (1000 * MILLISECOND)
#define SHORT_PATIENCE (100 * MILLISECOND)
/* … and one that waits for a processor. */
#define LONG_PATIENCE (5000 * MILLISECOND)
/* For how long what a thread's status says is taken for true. */
#define CHECK_HOLDS (50 * MILLISECOND)
/* How long a thread may take to come to the call, before it is asked why. */
#define CALL_PATIENCE (20 * MILLISECOND)

/* What faults raise. */
#define FAULTS                                                                                   \
  (UINT64_C (1) << (SIGSEGV - 1) | UINT64_C (1) << (SIGBUS - 1) | UINT64_C (1) << (SIGILL - 1)  \
   | UINT64_C (1) << (SIGFPE - 1) | UINT64_C (1) << (SIGTRAP - 1) | UINT64_C (1) << (SIGSYS - 1))

static unsigned char xsave[LAC_FRAME_MAX];
static unsigned char frame_bytes[LAC_FRAME_MAX];
static unsigned char covered[LAC_FRAME_MAX];

uint64_t
lac_tracer_clock (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (uint64_t) time.tv_sec * 1000000000 + (uint64_t) time.tv_nsec;
}

static long
trace (int       request,
       int32_t   thread,
       uintptr_t address,
       uintptr_t value)
{
  return syscall (SYS_ptrace, (long) request, (long) thread, address, value);
}

static enum lac_tracer_verdict
say (struct lac_tracer_answer *answer,
     enum lac_tracer_verdict   verdict,
     enum lac_status           status,
     int                       error,
     const char               *what)
{
  answer->verdict = verdict;
  answer->status = status;
  answer->error = error;
  answer->what = what;
  return verdict;
}

static void
wake_up (int signal)
{
}

/* A timer that goes on and on, since it may go off right before a wait begins. */
void
lac_tracer_set_alarm (bool on)
{
  static bool is_on, prepared;
  struct itimerval timer = { { 0, on ? 5000 : 0 }, { 0, on ? 5000 : 0 } };

  if (is_on == on)
    return;
  is_on = on;
  if (!prepared)
    {
      struct sigaction action = { .sa_handler = wake_up };
      sigset_t set;

      sigaction (SIGALRM, &action, NULL);
      sigemptyset (&set);
      sigaddset (&set, SIGALRM);
      sigprocmask (SIG_UNBLOCK, &set, NULL);
      prepared = true;
    }
  setitimer (ITIMER_REAL, &timer, NULL);
}

/* Waits until @deadline for the thread to stop or end: 1 when it did, 0 when it did not, -1 when there is nothing
 * to wait for. */
static int
wait_for (int32_t  thread,
          uint64_t deadline,
          int     *out_state)
{
  for (;;)
    {
      pid_t found = (pid_t) syscall (SYS_wait4, thread, out_state, __WALL, NULL);

      if (found == thread)
        return 1;
      if (errno != EINTR)
        return -1;
      if (lac_tracer_clock () >= deadline)
        return 0;
    }
}

static bool
is_event_stop (int state)
{
  return WIFSTOPPED (state) && state >> 16 == PTRACE_EVENT_STOP;
}

/* One letter; 0 when it can't be told. */
static char
state_of (struct lac_tracer *tracer,
          int32_t            thread)
{
  struct lac_proc_stat stat;
  char text[2048];
  int64_t length = lac_tracer_read_file (tracer, thread, "stat", text, sizeof text);

  return length > 0 && lac_proc_parse_stat (text, (size_t) length, &stat) ? stat.state : '\0';
}

/* Where a thread is inside a sequence that must not be interrupted (rseq(2)), the kernel would have sent it
 * to the sequence's abort; it can't once the registers are foreign, so that is done here. */
static void
leave_restartable_sequence (struct lac_tracer *tracer,
                            struct lac_traced *traced)
{
  struct
  {
    uint64_t address;
    uint32_t size, signature, flags, padding;
  } configuration = { 0 };
  struct
  {
    uint32_t version, flags;
    uint64_t start, length, abort;
  } sequence;
  uint64_t pointer = 0;

  if ((int64_t) traced->registers.orig_rax >= 0)
    return;
  if (trace (GET_RSEQ_CONFIGURATION, traced->thread, sizeof configuration, (uintptr_t) &configuration)
          < 0
      || configuration.address == 0)
    return;
  /* struct rseq: cpu_id_start, cpu_id, rseq_cs. */
  if (lac_tracer_read (tracer, traced->thread, configuration.address + 8, &pointer, 8) != 8
      || pointer == 0
      || lac_tracer_read (tracer, traced->thread, pointer, &sequence, sizeof sequence)
             != (int64_t) sizeof sequence)
    return;
  if (traced->registers.rip - sequence.start < sequence.length)
    {
      traced->registers.rip = sequence.abort;
      traced->framed.rip = sequence.abort;
    }
}

/* Only for a thread that is stopped. */
static void
let_go (struct lac_traced *traced,
        int                signal)
{
  trace (PTRACE_DETACH, traced->thread, 0, (uintptr_t) signal);
  traced->stopped = false;
}

/* The thread did not come to a stop: says why, as far as that shows. */
static enum lac_tracer_verdict
give_up (struct lac_tracer        *tracer,
         int32_t                   thread,
         struct lac_tracer_answer *answer)
{
  if (lac_waits_for_child (tracer->directory, thread))
    return say (answer, LAC_TRACER_GAVE_UP, LAC_E_WAITS_FOR_CHILD, 0, N_ ("stop a thread"));
  return say (answer, LAC_TRACER_GAVE_UP, LAC_E_UNRESPONSIVE, ETIMEDOUT, N_ ("stop a thread"));
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
      int state, result = wait_for (thread, deadline, &state);

      if (result < 0)
        return say (answer, LAC_TRACER_OTHER_THREAD, LAC_E_EXITED, ESRCH, N_ ("stop a thread"));
      if (result == 0)
        {
          uint64_t now = lac_tracer_clock ();
          char letter = state_of (tracer, thread);
          bool sleeps = letter == 'D';

          if (now - began >= (sleeps ? SHORT_PATIENCE : letter == 'R' ? LONG_PATIENCE : PATIENCE)
              || (sleeps && now - began > 5 * MILLISECOND
                  && lac_waits_for_child (tracer->directory, thread)))
            return give_up (tracer, thread, answer);
          deadline = now + 5 * MILLISECOND;
          continue;
        }
      if (WIFEXITED (state) || WIFSIGNALED (state))
        return say (answer, LAC_TRACER_OTHER_THREAD, LAC_E_EXITED, 0, N_ ("stop a thread"));
      if (is_event_stop (state))
        {
          if (WSTOPSIG (state) == SIGTRAP)
            return LAC_TRACER_ANSWERED;
          /* It goes back to being stopped by itself. */
          trace (PTRACE_DETACH, thread, 0, 0);
          return say (answer, LAC_TRACER_ANSWERED, LAC_E_STOPPED, 0, N_ ("stop a thread"));
        }
      /* A signal was on its way, and is delivered; our stop is still to come. */
      if (WIFSTOPPED (state))
        trace (PTRACE_CONT, thread, 0,
               state >> 16 == 0 && WSTOPSIG (state) != (SIGTRAP | 0x80) ? (uintptr_t) WSTOPSIG (state) : 0);
    }
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
  if (trace (PTRACE_SEIZE, thread, 0, PTRACE_O_TRACESYSGOOD) < 0)
    {
      int error = errno;

      if (error == ESRCH)
        return say (answer, LAC_TRACER_OTHER_THREAD, LAC_E_EXITED, error, N_ ("stop a thread"));
      return say (answer, LAC_TRACER_ANSWERED, LAC_E_SYSTEM, error, N_ ("stop a thread"));
    }
  lac_tracer_point (tracer);
  /* A number may have become another process's before it was seized; it can't after. */
  belongs = lac_tracer_note_wait (tracer, thread, &wait);
  traced->stopped_since = lac_tracer_clock ();
  trace (PTRACE_INTERRUPT, thread, 0, 0);
  lac_tracer_point (tracer);
  status = !belongs            ? LAC_E_EXITED
           : pointer_size == 0 ? LAC_OK
                               : check_thread (tracer, thread, flags);
  verdict = await_stop (tracer, thread, answer);
  if (verdict != LAC_TRACER_ANSWERED || answer->status != LAC_OK)
    return verdict;

  lac_tracer_point (tracer);
  traced->stopped = true;
  if (trace (PTRACE_GETREGS, thread, 0, (uintptr_t) &traced->registers) < 0
      || trace (PTRACE_GETSIGMASK, thread, sizeof traced->mask, (uintptr_t) &traced->mask) < 0)
    {
      int error = errno;

      let_go (traced, 0);
      return say (answer, LAC_TRACER_OTHER_THREAD, LAC_E_SYSTEM, error, N_ ("read the registers"));
    }
  traced->wide = traced->registers.cs == CODE_64;
  traced->framed = traced->registers;
  traced->changed = lac_tracer_mend_call (tracer, traced, &wait);
  if (status == LAC_OK && pointer_size != 0
      && traced->registers.cs != (pointer_size == 8 ? CODE_64 : CODE_32))
    {
      lac_traced_release (tracer, traced);
      return say (answer, LAC_TRACER_OTHER_THREAD, LAC_E_NOT_SUPPORTED, 0,
                  N_ ("find out how the thread makes calls"));
    }
  if (status != LAC_OK)
    {
      lac_traced_release (tracer, traced);
      return say (answer, belongs ? LAC_TRACER_ANSWERED : LAC_TRACER_OTHER_THREAD, status, 0,
                  N_ ("stop a thread"));
    }
  return LAC_TRACER_ANSWERED;
}

/* What the frame has for a call that was interrupted: it is made again, or ends early where only the
 * kernel could go on with it. */
static void
set_up_call (struct user_regs_struct *registers)
{
  if ((int64_t) registers->orig_rax < 0)
    return;
  switch ((int32_t) registers->rax)
    {
    case -512: /* ERESTARTSYS */
    case -513: /* ERESTARTNOINTR */
    case -514: /* ERESTARTNOHAND */
      registers->rax = registers->orig_rax;
      registers->rip -= 2;
      break;
    case -516: /* ERESTART_RESTARTBLOCK */
      registers->rax = (unsigned long long) -EINTR;
      break;
    default:
      break;
    }
}

/* Reads again what is relied on, and what the frame would cover, all at once; how many bytes of the latter could be
 * read, or -1 when the former is not there. */
static int64_t
read_again (struct lac_tracer               *tracer,
            const struct lac_traced         *traced,
            const struct lac_tracer_request *request,
            uint64_t                         place,
            uint32_t                         size)
{
  const struct lac_remote_code *codes[2] = { &request->gates.call, &request->gates.give_back };
  unsigned char bytes[2][LAC_GATE_BYTES];
  struct iovec here[3], there[3];
  unsigned long n = request->gates.bare || codes[1]->address == 0 ? 1 : 2;
  int64_t found, expected = 0;

  for (unsigned long i = 0; i < n; i++)
    {
      here[i] = (struct iovec){ bytes[i], codes[i]->size };
      there[i] = (struct iovec){ (void *) (uintptr_t) codes[i]->address, codes[i]->size };
      expected += codes[i]->size;
    }
  here[n] = (struct iovec){ covered, size };
  there[n] = (struct iovec){ (void *) (uintptr_t) place, size };
  found = process_vm_readv (traced->thread, here, n + (size > 0), there, n + (size > 0), 0);
  if (found < 0 && errno == ENOSYS)
    {
      found = 0;
      for (unsigned long i = 0; i < n + (size > 0) && found >= 0; i++)
        {
          int64_t part = lac_tracer_read (tracer, traced->thread, (uintptr_t) there[i].iov_base,
                                          here[i].iov_base, here[i].iov_len);

          found = part < 0 ? -1 : found + part;
        }
    }
  if (found < expected)
    return -1;
  for (unsigned long i = 0; i < n; i++)
    if (memcmp (bytes[i], codes[i]->bytes, codes[i]->size) != 0)
      return -1;
  return found - expected;
}

/* Makes the frame, in memory of our own: NULL, with where it goes; or why there can be none. */
static const char *
make_frame (struct lac_tracer               *tracer,
            struct lac_traced               *traced,
            const struct lac_tracer_request *request,
            uint64_t                        *out_place,
            uint32_t                        *out_size)
{
  struct iovec state = { xsave, sizeof xsave };
  struct lac_frame_context context = {
    .registers = &traced->framed,
    .mask = traced->mask,
    .xsave = xsave,
    .layout = &tracer->layout,
    .give_back = request->gates.give_back.address,
  };

  if (request->gates.give_back.address == 0)
    return N_ ("the process has no way back from a signal (rt_sigreturn)");
  if (request->gates.bare)
    return N_ ("the process has no system call that is followed by a return");
  if (tracer->shadow_stack)
    return N_ ("the process has a shadow stack");
  if (trace (PTRACE_GETREGSET, traced->thread, NT_X86_XSTATE, (uintptr_t) &state) < 0)
    return N_ ("the extended registers can't be read");
  context.xsave_size = (uint32_t) state.iov_len;
  set_up_call (&traced->framed);
  *out_place = lac_frame_make (&context, traced->wide, traced->registers.rsp, frame_bytes, out_size);
  if (*out_place == 0)
    return N_ ("the extended registers have an unknown layout");
  if (!lac_traced_has_stack (tracer, traced,
                             traced->registers.rsp - *out_place + request->gates.skipped))
    return N_ ("the thread runs on a stack of its own making");
  return NULL;
}

enum lac_tracer_verdict
lac_traced_prepare (struct lac_tracer               *tracer,
                    struct lac_traced               *traced,
                    const struct lac_tracer_request *request,
                    struct lac_tracer_answer        *answer)
{
  const char *missing;
  uint64_t place = 0;
  uint32_t size = 0;
  int64_t found;

  leave_restartable_sequence (tracer, traced);
  missing = make_frame (tracer, traced, request, &place, &size);
  if (missing != NULL)
    size = 0;
  found = read_again (tracer, traced, request, place, size);
  if (found < 0)
    {
      /* It has become another program: nothing of what was known is true. */
      tracer->stack_start = tracer->stack_end = 0;
      return say (answer, LAC_TRACER_GATES_MOVED, LAC_E_NO_ENTRY, 0,
                  N_ ("look for a system call instruction"));
    }
  if (missing == NULL)
    {
      if (found == size)
        {
          traced->frame = place;
          traced->frame_size = size;
        }
      if (found != size
          || lac_tracer_write (tracer, traced->thread, place, frame_bytes, size) != size)
        missing = N_ ("there is no room on the thread's stack");
    }
  traced->stack = place - request->gates.skipped;
  if (missing != NULL)
    {
      traced->stack = traced->registers.rsp;
      answer->no_net = missing;
      if ((request->flags & LAC_TRACER_WITHOUT_NET) == 0)
        return say (answer, LAC_TRACER_OTHER_THREAD, LAC_E_NO_NET, 0, missing);
    }
  lac_tracer_point (tracer);
  return LAC_TRACER_ANSWERED;
}

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
  if (trace (PTRACE_GETSIGINFO, traced->thread, 0, (uintptr_t) &information) < 0)
    return false;
  if ((FAULTS >> (signal - 1) & 1) != 0 && information.si_code > 0)
    {
      *out_pass = 0;
      return true;
    }
  /* Somebody's: back into the queue with it, until the thread has its own mask again. */
  traced->call_mask |= UINT64_C (1) << (signal - 1);
  trace (PTRACE_SETSIGMASK, traced->thread, sizeof traced->call_mask,
         (uintptr_t) &traced->call_mask);
  return false;
}

/* Lets the thread go on to the next stop: 1 when it came to one or ended, 0 when it is late, -1 when it is gone. A
 * thread that only waits for a processor is waited for for longer. */
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
  if (trace (PTRACE_SYSCALL, traced->thread, 0, signal) < 0)
    return wait_for (traced->thread, began + PATIENCE, out_state);
  do
    result = wait_for (traced->thread, lac_tracer_clock () + patience, out_state);
  while (result == 0 && lac_tracer_clock () - began < LONG_PATIENCE
         && state_of (tracer, traced->thread) == 'R');
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
          say (answer, LAC_TRACER_ANSWERED, LAC_E_EXITED, 0, N_ ("make a system call"));
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

/* The thread did not even come to the call (its control group is frozen): takes it back. False when it can't
 * be stopped again. */
static bool
take_back (struct lac_traced *traced)
{
  uint64_t deadline = lac_tracer_clock () + PATIENCE;

  trace (PTRACE_INTERRUPT, traced->thread, 0, 0);
  for (;;)
    {
      int state;

      if (wait_for (traced->thread, deadline, &state) <= 0 || !WIFSTOPPED (state))
        return false;
      if (is_event_stop (state) || WSTOPSIG (state) == (SIGTRAP | 0x80))
        return true;
      trace (PTRACE_CONT, traced->thread, 0, (uintptr_t) WSTOPSIG (state));
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
  if (trace (PTRACE_SETREGS, traced->thread, 0, (uintptr_t) &registers) < 0)
    {
      say (answer, LAC_TRACER_ANSWERED, LAC_E_SYSTEM, errno, N_ ("set the registers"));
      return false;
    }  lac_tracer_point (tracer);
  if (!traced->mask_changed)
    {
      traced->mask_changed = true;
      traced->call_mask = ~FAULTS;
      trace (PTRACE_SETSIGMASK, traced->thread, sizeof traced->call_mask,
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
          say (answer, LAC_TRACER_GAVE_UP, LAC_E_UNRESPONSIVE, ETIMEDOUT, N_ ("make a system call"));
          return false;
        }
      if (trace (PTRACE_GETREGS, traced->thread, 0, (uintptr_t) &registers) < 0
          || registers.rip == request->gates.call.address)
        {
          say (answer, LAC_TRACER_ANSWERED, LAC_E_UNRESPONSIVE, ETIMEDOUT, N_ ("make a system call"));
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
      *out_result = -ENOSYS;
      return true;
    }
  if (trace (PTRACE_PEEKUSER, traced->thread, offsetof (struct user_regs_struct, rax),
             (uintptr_t) &result)
      < 0)
    {
      traced->stopped = false;
      say (answer, LAC_TRACER_ANSWERED, LAC_E_EXITED, errno, N_ ("make a system call"));
      return false;
    }
  *out_result = (int64_t) result;
  if (!traced->wide)
    *out_result = (uint32_t) result > 0xfffff000u ? (int32_t) result : (int64_t) (uint32_t) result;
  return true;
}

void
lac_traced_release (struct lac_tracer *tracer,
                    struct lac_traced *traced)
{
  if (!traced->stopped)
    return;
  if (traced->mask_changed)
    trace (PTRACE_SETSIGMASK, traced->thread, sizeof traced->mask, (uintptr_t) &traced->mask);
  lac_tracer_point (tracer);
  if (traced->changed)
    trace (PTRACE_SETREGS, traced->thread, 0, (uintptr_t) &traced->registers);
  lac_tracer_point (tracer);
  if (traced->frame_size > 0)
    lac_tracer_write (tracer, traced->thread, traced->frame, covered, traced->frame_size);
  lac_tracer_point (tracer);
  let_go (traced, 0);
  tracer->released = lac_tracer_clock ();
  tracer->waited_for_time = traced->waited_for_time;
  lac_tracer_point (tracer);
}

#endif
