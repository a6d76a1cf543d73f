/* What a stopped thread was waiting for goes on afterwards as if nothing had been.
 *
 * Most calls need no help: they are interrupted with a number inside the kernel (ERESTARTSYS and its kin),
 * and go on when the registers are put back and no signal came, with the rest of their time where they have
 * some (restart_block). Some are never restarted, though, and give EINTR for every stop (signal(7),
 * "Interruption of system calls and library functions by stop signals"). For those the thread is given
 * ERESTARTNOHAND instead: the kernel then sets the call up anew when the thread goes on, unless a signal
 * with a handler is there by then, in which case the call gives EINTR as it would have without us.
 *
 * Set up anew such a call would wait for its full time again. How long it has waited is what lies between
 * the moment when its thread last ran (/proc/PID/sched, se.exec_start) and now. That is the clock of one
 * processor, and processors' clocks drift apart, since each stands still in interrupts and where the
 * machine is a guest that must wait; so the tracer goes to that processor to read it. Whether the thread
 * still was in the same wait when it was stopped shows in how often it has gone to sleep since.
 *
 * epoll_wait(2) has its milliseconds in a register, so the register is given what is left of them; where
 * the time lies in memory, a copy with what is left lies below the red zone of the stack, above the frame,
 * and is read before anything else can be there. So one register of an argument may differ after the call.
 * The C library's functions are called with the understanding that argument registers are lost.
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
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* include/linux/errno.h; user space never sees it. */
#define RESTART_UNLESS_HANDLED 514

#define MILLISECOND UINT64_C (1000000)
/* A thread that was given back sleeps again within that time. */
#define AT_ONCE MILLISECOND
#define A_MOMENT (MILLISECOND / 2)

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

/* Those that give EINTR only when nothing was done yet, so that they can be set up anew. Sockets with a
 * time-out of their own (SO_RCVTIMEO) are among them: their time begins anew, since changing it for a while
 * would leave it changed should we die. */
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

/* What comes after @key in @text: "… : 35213177.893948" in milliseconds, as nanoseconds. */
static uint64_t
parse_moment (const char *text,
              const char *key)
{
  const char *cursor = strstr (text, key);
  uint64_t value = 0;
  unsigned decimals = 0;
  bool after_point = false;

  if (cursor == NULL)
    return 0;
  cursor += strlen (key);
  while (*cursor == ' ' || *cursor == ':')
    cursor++;
  for (; decimals < 6; cursor++)
    {
      if (*cursor == '.' && !after_point)
        after_point = true;
      else if (*cursor >= '0' && *cursor <= '9')
        {
          value = value * 10 + (uint64_t) (*cursor - '0');
          decimals += after_point;
        }
      else
        break;
    }
  while (decimals++ < 6)
    value *= 10;
  return value;
}

/* Which processor the thread was last on; below 0 when that can't be told. proc_pid_stat(5), field 39. */
static int
last_processor (struct lac_tracer *tracer,
                int32_t            thread)
{
  char text[2048];
  const char *cursor;

  if (lac_tracer_read_file (tracer, thread, "stat", text, sizeof text) <= 0)
    return -1;
  cursor = strrchr (text, ')');
  for (int field = 2; cursor != NULL && field < 39; field++)
    cursor = strchr (cursor + 1, ' ');
  return cursor != NULL ? (int) strtol (cursor, NULL, 10) : -1;
}

/* What the clock of processor @processor says now: this thread runs there for a moment, asks for its own time,
 * which has the scheduler look at the clock, and reads what it saw. 0 when that can't be done. */
static uint64_t
clock_of (struct lac_tracer *tracer,
          int                processor,
          uint64_t          *out_now)
{
  unsigned long before[16] = { 0 }, only[16] = { 0 };
  size_t bits = 8 * sizeof *only;
  char text[4096];
  struct timespec time;
  ssize_t length;
  long size;

  if (processor < 0 || (size_t) processor >= bits * 16)
    return 0;
  if (tracer->own_file < 0)
    tracer->own_file = open ("/proc/thread-self/sched", O_RDONLY | O_CLOEXEC | O_NOCTTY);
  size = syscall (SYS_sched_getaffinity, 0, sizeof before, before);
  if (tracer->own_file < 0 || size <= 0)
    return 0;
  only[(size_t) processor / bits] = 1ul << ((size_t) processor % bits);
  if (syscall (SYS_sched_setaffinity, 0, sizeof only, only) != 0)
    return 0;
  syscall (SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, &time);
  length = pread (tracer->own_file, text, sizeof text - 1, 0);
  *out_now = lac_tracer_clock ();
  syscall (SYS_sched_setaffinity, 0, (size_t) size, before);
  if (length <= 0)
    return 0;
  text[length] = '\0';
  return parse_moment (text, "se.exec_start");
}

/* How often the thread has gone to sleep; 0 when that can't be told. */
static uint64_t
count_sleeps (const char *text)
{
  const char *line = strstr (text, "nr_voluntary_switches");
  const char *colon = line != NULL ? strchr (line, ':') : NULL;

  return colon != NULL ? strtoull (colon + 1, NULL, 10) : 0;
}

/* When the thread, which sleeps, began to. */
static void
note_sleep (struct lac_tracer      *tracer,
            int32_t                 thread,
            struct lac_tracer_wait *out_wait)
{
  char text[4096];
  uint64_t then, there, now = 0;

  if (lac_tracer_read_file (tracer, thread, "sched", text, sizeof text) <= 0)
    return;
  out_wait->n_sleeps = count_sleeps (text);
  then = parse_moment (text, "se.exec_start");
  there = then != 0 ? clock_of (tracer, last_processor (tracer, thread), &now) : 0;
  if (there > then && there - then < now)
    out_wait->since = now - (there - then);
}

/* Whether the thread, which is stopped now, was in the same sleep until then. */
static bool
slept_on (struct lac_tracer            *tracer,
          const struct lac_traced      *traced,
          const struct lac_tracer_wait *wait)
{
  char text[4096];

  return lac_tracer_read_file (tracer, traced->thread, "sched", text, sizeof text) > 0
         && count_sleeps (text) == wait->n_sleeps + 1;
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
    note_sleep (tracer, thread, out_wait);
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

/* Milliseconds have no parts: who is interrupted often would wait for too long, a part of one for each
 * time. So it is remembered when a call that was set up anew is to end, for as long as it is that one for
 * certain: the thread went to sleep again at once, in the same place, for the time that it was given. */
static uint64_t
shorten_milliseconds (struct lac_tracer            *tracer,
                      const struct lac_traced      *traced,
                      const struct lac_tracer_wait *wait,
                      uint64_t                      now,
                      uint64_t                      milliseconds)
{
  const struct user_regs_struct *registers = &traced->registers;
  struct lac_tracer_left *left = &tracer->left;
  uint64_t deadline = wait->since + milliseconds * MILLISECOND;

  if (left->thread == traced->thread && left->place == registers->rip
      && left->stack == registers->rsp && left->milliseconds == milliseconds
      && wait->since - left->given < AT_ONCE && left->deadline < deadline)
    deadline = left->deadline;
  milliseconds = deadline > now ? (deadline - now + MILLISECOND - 1) / MILLISECOND : 0;
  *left = (struct lac_tracer_left){
    .thread = traced->thread,
    .place = registers->rip,
    .stack = registers->rsp,
    .milliseconds = milliseconds,
    .given = now,
    .deadline = deadline,
  };
  return milliseconds;
}

/* Leaves the rest of its time to a call that is set up anew. */
static void
shorten (struct lac_tracer            *tracer,
         struct lac_traced            *traced,
         const struct never_restarted *call,
         const struct lac_tracer_wait *wait,
         uint64_t                      now)
{
  struct user_regs_struct *registers = &traced->registers;
  uint64_t waited = now - wait->since;
  unsigned long long *argument;
  uint64_t time, place;

  switch ((enum time_register) call->time)
    {
    case MILLISECONDS_4:
      argument = traced->wide ? &registers->r10 : &registers->rsi;
      if ((int32_t) *argument > 0)
        {
          *argument = shorten_milliseconds (tracer, traced, wait, now, *argument & 0x7fffffff);
          traced->framed = *registers;
        }
      return;

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
        return;
      argument = &registers->rbp;
      break;
    case NO_TIME:
    case RECEIVES:
    case SENDS:
    case SOCKET_CALL:
    case OF_RING:
    default:
      return;
    }
  if (*argument == 0 || !lac_traced_has_stack (tracer, traced, LAC_BELOW_STACK)
      || !read_time (tracer, traced, *argument, call->short_time, &time))
    return;
  place = put_time (tracer, traced, call->short_time, waited < time ? time - waited : 0);
  if (place != 0)
    {
      *argument = place;
      traced->framed = *registers;
    }
}

bool
lac_tracer_mend_call (struct lac_tracer            *tracer,
                      struct lac_traced            *traced,
                      const struct lac_tracer_wait *wait)
{
  struct user_regs_struct *registers = &traced->registers;
  const struct never_restarted *call;

  if ((int64_t) registers->orig_rax < 0 || (int32_t) registers->rax != -EINTR
      || (traced->wide && (int64_t) registers->rax != -EINTR))
    return false;
  call = find_call (traced->wide, (int64_t) registers->orig_rax);
  if (call == NULL)
    return false;
  registers->rax = (unsigned long long) -RESTART_UNLESS_HANDLED;
  traced->framed = *registers;
  traced->waited_for_time = call->time >= IN_ARGUMENT;
  if (wait->since != 0 && call->time >= IN_ARGUMENT)
    {
      uint64_t now = lac_tracer_clock ();

      if (now > wait->since && slept_on (tracer, traced, wait))
        shorten (tracer, traced, call, wait, now);
    }
  return true;
}

#endif
