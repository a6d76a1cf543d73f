/* What a stopped thread was waiting for goes on afterwards as if nothing had been.
 *
 * Most calls need no help: they are interrupted with a number inside the kernel (ERESTARTSYS and
 * its kin), and go on when the registers are put back and no signal came, with the rest of their
 * time where they have some (restart_block). Some are never restarted, though, and give EINTR for
 * every stop (signal(7), "Interruption of system calls and library functions by stop signals"). For
 * those the thread is given ERESTARTNOHAND instead: the kernel then sets the call up anew when the
 * thread goes on, unless a signal with a handler is there by then, in which case the call gives
 * EINTR as it would have without us.
 *
 * Set up anew such a call would wait for its full time again. How long it has waited the scheduler
 * tells (remote-slept.c).
 *
 * epoll_wait(2) has its milliseconds in a register, so the register is given what is left of them;
 * where the time lies in memory, a copy with what is left lies below the red zone of the stack,
 * above the frame, and is read before anything else can be there. So one register of an argument
 * may differ after the call. The C library's functions are called with the understanding that
 * argument registers are lost.
 *
 * Where the scheduler tells nothing, the full time is waited for: too long is better than EINTR.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "remote-wait.h"

#if LAC_REMOTE_HERE

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* include/linux/errno.h; user space never sees it. */
#define RESTART_UNLESS_HANDLED 514

#define MILLISECOND UINT64_C (1000000)
/* A thread that was given back sleeps again within that time. */
#define AT_ONCE MILLISECOND
#define A_MOMENT (MILLISECOND / 2)
/* One that has to wait for a processor, within that. */
#define BEFORE_LONG (100 * MILLISECOND)

/* Where the time is. */
enum time_register
{
  NO_TIME,
  /* The socket has one, for receiving or for sending. */
  RECEIVES,
  SENDS,
  /* The same, and which of them, socketcall(2) has in memory. */
  SOCKET_CALL,
  /* In a structure of its own, for io_uring_enter(2). */
  OF_RING,
  /* In an argument: milliseconds, or where a struct timespec is. */
  IN_ARGUMENT,
  MILLISECONDS_4 = IN_ARGUMENT,
  TIME_3,
  TIME_4,
  TIME_5,
  /* ipc(2) in 32 bits, when it is semtimedop(2). */
  TIME_6_OF_IPC,
};

/* The number that ipc(2) has for semtimedop(2), <linux/ipc.h>. */
#define IPC_SEMTIMEDOP 4
/* Those that socketcall(2) has for what sends, <linux/net.h>. */
#define SOCKET_CALLS_THAT_SEND (1u << 3 | 1u << 9 | 1u << 11 | 1u << 16 | 1u << 20)
/* io_uring_enter(2): the fifth argument has a time, which is not a moment. */
#define RING_EXTENDED 0x08
#define RING_MOMENT 0x20

struct never_restarted
{
  uint16_t number;
  uint8_t time;
  /* Its time has two words of 32 bits. */
  bool short_time;
};

/* Those that give EINTR only when nothing was done yet, so that they can be set up anew. Sockets
 * with a time-out of their own (SO_RCVTIMEO) are among them: their time begins anew, since changing
 * it for a while would leave it changed should we die. */
static const struct never_restarted calls_64[] = {
  { 232, MILLISECONDS_4, false }, /* epoll_wait */
  { 281, MILLISECONDS_4, false }, /* epoll_pwait */
  { 441, TIME_4, false },         /* epoll_pwait2 */
  { 128, TIME_3, false },         /* rt_sigtimedwait */
  { 220, TIME_4, false },         /* semtimedop */
  { 65, NO_TIME, false },         /* semop */
  { 208, TIME_5, false },         /* io_getevents */
  { 333, TIME_5, false },         /* io_pgetevents */
  { 0, RECEIVES, false },         /* read */
  { 1, SENDS, false },            /* write */
  { 19, RECEIVES, false },        /* readv */
  { 20, SENDS, false },           /* writev */
  { 42, SENDS, false },           /* connect */
  { 43, RECEIVES, false },        /* accept */
  { 44, SENDS, false },           /* sendto */
  { 45, RECEIVES, false },        /* recvfrom */
  { 46, SENDS, false },           /* sendmsg */
  { 47, RECEIVES, false },        /* recvmsg */
  { 288, RECEIVES, false },       /* accept4 */
  { 299, RECEIVES, false },       /* recvmmsg */
  { 307, SENDS, false },          /* sendmmsg */
  { 327, RECEIVES, false },       /* preadv2 */
  { 328, SENDS, false },          /* pwritev2 */
  { 40, SENDS, false },           /* sendfile */
  { 275, NO_TIME, false },        /* splice */
  { 270, NO_TIME, false },        /* pselect6, when its time can't be written */
  { 271, NO_TIME, false },        /* ppoll, the same */
  { 426, OF_RING, false },        /* io_uring_enter */
};

static const struct never_restarted calls_32[] = {
  { 256, MILLISECONDS_4, false }, /* epoll_wait */
  { 319, MILLISECONDS_4, false }, /* epoll_pwait */
  { 441, TIME_4, false },         /* epoll_pwait2 */
  { 177, TIME_3, true },          /* rt_sigtimedwait */
  { 421, TIME_3, false },         /* rt_sigtimedwait_time64 */
  { 420, TIME_4, false },         /* semtimedop_time64 */
  { 117, TIME_6_OF_IPC, true },   /* ipc */
  { 247, TIME_5, true },          /* io_getevents */
  { 385, TIME_5, true },          /* io_pgetevents */
  { 416, TIME_5, false },         /* io_pgetevents_time64 */
  { 3, RECEIVES, false },         /* read */
  { 4, SENDS, false },            /* write */
  { 145, RECEIVES, false },       /* readv */
  { 146, SENDS, false },          /* writev */
  { 102, SOCKET_CALL, false },    /* socketcall */
  { 337, RECEIVES, false },       /* recvmmsg */
  { 345, SENDS, false },          /* sendmmsg */
  { 362, SENDS, false },          /* connect */
  { 364, RECEIVES, false },       /* accept4 */
  { 369, SENDS, false },          /* sendto */
  { 370, SENDS, false },          /* sendmsg */
  { 371, RECEIVES, false },       /* recvfrom */
  { 372, RECEIVES, false },       /* recvmsg */
  { 417, RECEIVES, false },       /* recvmmsg_time64 */
  { 378, RECEIVES, false },       /* preadv2 */
  { 379, SENDS, false },          /* pwritev2 */
  { 187, SENDS, false },          /* sendfile */
  { 239, SENDS, false },          /* sendfile64 */
  { 313, NO_TIME, false },        /* splice */
  { 308, NO_TIME, false },        /* pselect6 */
  { 309, NO_TIME, false },        /* ppoll */
  { 413, NO_TIME, false },        /* pselect6_time64 */
  { 414, NO_TIME, false },        /* ppoll_time64 */
  { 426, OF_RING, false },        /* io_uring_enter */
};

static const struct never_restarted *
find_call (bool    wide,
           int64_t number)
{
  const struct never_restarted *calls = wide ? calls_64 : calls_32;
  size_t n = wide ? sizeof calls_64 / sizeof *calls_64 : sizeof calls_32 / sizeof *calls_32;

  for (size_t i = 0; i < n; i++)
    if (calls[i].number == number)
      return &calls[i];
  return NULL;
}

/* Whether one of the arguments is a time to wait. */
static bool
has_time (const struct never_restarted *call,
          const uint64_t                arguments[6])
{
  static const uint8_t which[] = {
    [MILLISECONDS_4] = 4, [TIME_3] = 3, [TIME_4] = 4, [TIME_5] = 5, [TIME_6_OF_IPC] = 6,
  };

  if (call == NULL || call->time < IN_ARGUMENT)
    return false;
  if (call->time == MILLISECONDS_4)
    return (int32_t) arguments[3] > 0;
  return arguments[which[call->time] - 1] != 0
         && (call->time != TIME_6_OF_IPC || (arguments[0] & 0xffff) == IPC_SEMTIMEDOP);
}

/* The call's number, and its arguments, which are in base 16; below 0 when the thread is in none. */
static int64_t
parse_call (const char *text,
            uint64_t    arguments[6])
{
  char *end;
  int64_t number;

  if (text[0] < '0' || text[0] > '9')
    return -1;
  number = strtoll (text, &end, 10);
  for (int i = 0; i < 6; i++)
    arguments[i] = strtoull (end, &end, 16);
  return number;
}

struct lac_wait
lac_wait_parse (bool        wide,
                const char *text)
{
  struct lac_wait wait = { .kind = LAC_WAIT_GOES_ON };
  uint64_t arguments[6];
  int64_t number = parse_call (text, arguments);
  const struct never_restarted *call = number >= 0 ? find_call (wide, number) : NULL;

  if (call == NULL)
    return wait;
  switch ((enum time_register) call->time)
    {
    case RECEIVES:
    case SENDS:
      wait.kind = LAC_WAIT_OF_SOCKET;
      wait.sends = call->time == SENDS;
      wait.socket = (uint32_t) arguments[0];
      break;
    case SOCKET_CALL:
      wait.kind = LAC_WAIT_OF_SOCKET_IN_MEMORY;
      wait.sends = arguments[0] < 32 && (SOCKET_CALLS_THAT_SEND >> arguments[0] & 1) != 0;
      wait.socket = arguments[1];
      break;
    case OF_RING:
      if (arguments[4] != 0 && (arguments[3] & (RING_EXTENDED | RING_MOMENT)) == RING_EXTENDED)
        wait.kind = LAC_WAIT_BEGINS_ANEW;
      break;
    case NO_TIME:
      break;
    case MILLISECONDS_4:
    case TIME_3:
    case TIME_4:
    case TIME_5:
    case TIME_6_OF_IPC:
    default:
      if (has_time (call, arguments))
        wait.kind = LAC_WAIT_IS_MENDED;
      break;
    }
  return wait;
}

bool
lac_tracer_note_wait (struct lac_tracer      *tracer,
                      int32_t                 thread,
                      struct lac_tracer_wait *out_wait)
{
  char path[64] = "", text[256];
  uint64_t arguments[6];
  ssize_t length;
  int64_t number;

  *out_wait = (struct lac_tracer_wait){ 0 };
  /* It was here a moment ago, and in no such call: if it is in one now, it has only just begun. And the
   * number can't have come round to another thread since. */
  if (tracer->released != 0 && !tracer->waited_for_time
      && lac_tracer_clock () - tracer->released < A_MOMENT)
    return true;
  lac_tracer_path (path, thread, "syscall");
  if (tracer->call_file < 0)
    tracer->call_file = openat (tracer->directory, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (tracer->call_file < 0)
    return errno != ENOENT && errno != ESRCH;
  length = pread (tracer->call_file, text, sizeof text - 1, 0);
  if (length <= 0)
    return length == 0 || errno != ESRCH;
  text[length] = '\0';
  number = parse_call (text, arguments);
  if (number >= 0
      && (has_time (find_call (true, number), arguments)
          || has_time (find_call (false, number), arguments)))
    lac_sleep_note (tracer, thread, out_wait);
  return true;
}

/* Puts @left nanoseconds as a time below the red zone; where, or 0 when that can't be. */
static uint64_t
put_time (struct lac_tracer       *tracer,
          const struct lac_traced *traced,
          bool                     short_time,
          uint64_t                 left)
{
  uint64_t seconds = left / 1000000000, rest = left % 1000000000;
  uint64_t place = (traced->registers.rsp - LAC_RED_ZONE - 64) & ~UINT64_C (15);
  uint64_t words[2] = { seconds, rest };
  size_t size = sizeof words;

  if (short_time)
    {
      words[0] = (seconds & 0xffffffff) | rest << 32;
      size = sizeof words[0];
    }
  return lac_tracer_write (tracer, traced->thread, place, words, size) == (int64_t) size ? place : 0;
}

static bool
read_time (struct lac_tracer       *tracer,
           const struct lac_traced *traced,
           uint64_t                 address,
           bool                     short_time,
           uint64_t                *out_time)
{
  uint64_t words[2] = { 0, 0 };
  size_t size = short_time ? 8 : 16;

  if (lac_tracer_read (tracer, traced->thread, address, words, size) != (int64_t) size)
    return false;
  if (short_time)
    {
      words[1] = words[0] >> 32;
      words[0] &= 0xffffffff;
    }
  /* What is no time, or so long that the rest does not matter. */
  if (words[1] >= 1000000000 || words[0] > 1000000000)
    return false;
  *out_time = words[0] * 1000000000 + words[1];
  return true;
}

/* What was left of a call's time when it was set up anew. Others may have the processor for long
 * before the thread sleeps again, or it may be stopped again before that; and milliseconds have no
 * parts. Who is interrupted often would wait for too long, a little for each time. So it is
 * remembered when the call is to end, for as long as it is that one for certain. */
struct remainder
{
  int32_t thread;
  uint64_t number;
  uint64_t place;
  uint64_t stack;
  /* What the call was given for its time, and what the process had given it itself. */
  uint64_t argument;
  uint64_t asked;
  uint64_t given;
  uint64_t deadline;
};

/* Of some threads, by their numbers. */
static struct remainder remainders[16];

static struct remainder *
remainder_of (const struct lac_traced *traced)
{
  return &remainders[(uint32_t) traced->thread % (sizeof remainders / sizeof *remainders)];
}

static bool
is_remainder_of (const struct remainder  *remainder,
                 const struct lac_traced *traced,
                 uint64_t                 argument)
{
  const struct user_regs_struct *registers = &traced->registers;

  return remainder->given != 0 && remainder->thread == traced->thread
         && remainder->number == registers->orig_rax && remainder->place == registers->rip
         && remainder->stack == registers->rsp && remainder->argument == argument;
}

/* Whether the call, which has the time that one was set up anew with, is that one and not a new one
 * by the same code: it has not begun since, or slept at once. Later, it must have another time than
 * the process gives. */
static bool
ends_as_remembered (const struct remainder *remainder,
                    uint64_t                since,
                    bool                    pending)
{
  if (pending || (since != 0 && since < remainder->given + AT_ONCE))
    return true;
  return remainder->argument != remainder->asked
         && (since == 0 || since < remainder->given + BEFORE_LONG);
}

/* Where the time of the call is; NULL when it has none. */
static unsigned long long *
find_argument (struct lac_traced            *traced,
               const struct never_restarted *call)
{
  struct user_regs_struct *registers = &traced->registers;
  unsigned long long *argument;

  switch ((enum time_register) call->time)
    {
    case MILLISECONDS_4:
      argument = traced->wide ? &registers->r10 : &registers->rsi;
      return (int32_t) *argument > 0 ? argument : NULL;
    case TIME_3:
      argument = &registers->rdx;
      break;
    case TIME_4:
      argument = traced->wide ? &registers->r10 : &registers->rsi;
      break;
    case TIME_5:
      argument = traced->wide ? &registers->r8 : &registers->rdi;
      break;
    case TIME_6_OF_IPC:
      if ((registers->rbx & 0xffff) != IPC_SEMTIMEDOP)
        return NULL;
      argument = &registers->rbp;
      break;
    case NO_TIME:
    case RECEIVES:
    case SENDS:
    case SOCKET_CALL:
    case OF_RING:
    default:
      return NULL;
    }
  return *argument != 0 ? argument : NULL;
}

/* Leaves the rest of its time to a call that is set up anew; false when that is not known. @since:
 * when it went to sleep, 0 when that is not known. @pending: it was set up anew already, and has
 * not begun since. */
static bool
shorten (struct lac_tracer            *tracer,
         struct lac_traced            *traced,
         const struct never_restarted *call,
         uint64_t                      since,
         bool                          pending)
{
  const struct user_regs_struct *registers = &traced->registers;
  struct remainder *remainder = remainder_of (traced);
  unsigned long long *argument = find_argument (traced, call);
  uint64_t now = lac_tracer_clock (), deadline = UINT64_MAX, time, given, asked;

  if (argument == NULL)
    return false;
  asked = *argument;
  if (call->time == MILLISECONDS_4)
    time = (*argument & 0x7fffffff) * MILLISECOND;
  else if (!lac_traced_has_stack (tracer, traced, LAC_BELOW_STACK)
           || !read_time (tracer, traced, *argument, call->short_time, &time))
    return false;
  if (since != 0)
    deadline = since + time;
  if (is_remainder_of (remainder, traced, *argument)
      && ends_as_remembered (remainder, since, pending))
    {
      asked = remainder->asked;
      if (remainder->deadline < deadline)
        deadline = remainder->deadline;
    }
  if (deadline == UINT64_MAX)
    return false;
  time = deadline > now ? deadline - now : 0;
  given = call->time == MILLISECONDS_4 ? (time + MILLISECOND - 1) / MILLISECOND
                                       : put_time (tracer, traced, call->short_time, time);
  if (given == 0 && call->time != MILLISECONDS_4)
    return false;
  *argument = given;
  traced->framed = *registers;
  *remainder = (struct remainder){
    .thread = traced->thread,
    .number = registers->orig_rax,
    .place = registers->rip,
    .stack = registers->rsp,
    .argument = given,
    .asked = asked,
    .given = now,
    .deadline = deadline,
  };
  return true;
}

/* Whether the thread was stopped in a call that gave @error, which is negated. */
static bool
has_given (const struct lac_traced *traced,
           int                      error)
{
  return traced->wide ? (int64_t) traced->registers.rax == error
                      : (int32_t) traced->registers.rax == error;
}

bool
lac_tracer_mend_call (struct lac_tracer            *tracer,
                      struct lac_traced            *traced,
                      const struct lac_tracer_wait *wait)
{
  struct user_regs_struct *registers = &traced->registers;
  const struct never_restarted *call;
  uint64_t since = 0;

  if ((int64_t) registers->orig_rax < 0
      || (!has_given (traced, -EINTR) && !has_given (traced, -RESTART_UNLESS_HANDLED)))
    return false;
  call = find_call (traced->wide, (int64_t) registers->orig_rax);
  if (call == NULL)
    return false;
  traced->waited_for_time = call->time >= IN_ARGUMENT;
  /* It has not even had a processor since it was given back. */
  if (has_given (traced, -RESTART_UNLESS_HANDLED))
    return traced->waited_for_time && shorten (tracer, traced, call, 0, true);
  registers->rax = (unsigned long long) -RESTART_UNLESS_HANDLED;
  traced->framed = *registers;
  if (traced->waited_for_time)
    {
      if (wait->since != 0 && lac_sleep_lasted (tracer, traced, wait))
        since = wait->since;
      shorten (tracer, traced, call, since, false);
    }
  return true;
}

#endif
