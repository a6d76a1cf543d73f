/* What a stopped thread was waiting for goes on afterwards as if nothing had been.
 *
 * Most calls need no help: they are interrupted with a number inside the kernel (ERESTARTSYS and its
 * kin), and go on when the registers are put back and no signal came, with the rest of their time where
 * they have some (restart_block). Some are never restarted, though, and give EINTR for every stop (signal(7),
 * "Interruption of system calls and library functions by stop signals"). For those the thread is given
 * ERESTARTNOHAND instead: the kernel then sets the call up anew when the thread goes on, unless a signal
 * with a handler is there by then, in which case the call gives EINTR as it would have without us.
 *
 * Set up anew such a call would wait for its full time again. How long it has waited is what lies between
 * the moment when its thread last ran (/proc/PID/sched, se.exec_start) and now, on the scheduler's clock.
 * epoll_wait(2) has its milliseconds in a register, so the register is given what is left of them; where
 * the time lies in memory, a copy with what is left lies below the red zone of the stack, and is read before
 * anything else can be there. So one register of an argument may differ after the call. The C library's
 * functions are called with the understanding that argument registers are lost.
 *
 * Where the scheduler tells nothing, the full time is waited for: too long is better than EINTR.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"

#if LAC_REMOTE_HERE

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* include/linux/errno.h; user space never sees it. */
#define RESTART_UNLESS_HANDLED 514

#define RED_ZONE 128

/* Which register has the time: milliseconds, or where a struct timespec is. */
enum time_register
{
  NO_TIME,
  MILLISECONDS_4,
  TIME_3,
  TIME_4,
  TIME_5,
};

struct never_restarted
{
  uint16_t number;
  uint8_t time;
  /* Its time has two words of 32 bits. */
  bool short_time;
};

/* Those that give EINTR only when nothing was done yet, so that they can be set up anew. Sockets with a
 * time-out of their own (SO_RCVTIMEO) are among them: their time begins anew. */
static const struct never_restarted calls_64[] = {
  { 232, MILLISECONDS_4, false }, /* epoll_wait */
  { 281, MILLISECONDS_4, false }, /* epoll_pwait */
  { 441, TIME_4, false },         /* epoll_pwait2 */
  { 128, TIME_3, false },         /* rt_sigtimedwait */
  { 220, TIME_4, false },         /* semtimedop */
  { 65, NO_TIME, false },         /* semop */
  { 208, TIME_5, false },         /* io_getevents */
  { 333, TIME_5, false },         /* io_pgetevents */
  { 0, NO_TIME, false },          /* read */
  { 1, NO_TIME, false },          /* write */
  { 19, NO_TIME, false },         /* readv */
  { 20, NO_TIME, false },         /* writev */
  { 42, NO_TIME, false },         /* connect */
  { 43, NO_TIME, false },         /* accept */
  { 44, NO_TIME, false },         /* sendto */
  { 45, NO_TIME, false },         /* recvfrom */
  { 46, NO_TIME, false },         /* sendmsg */
  { 47, NO_TIME, false },         /* recvmsg */
  { 288, NO_TIME, false },        /* accept4 */
  { 299, NO_TIME, false },        /* recvmmsg */
  { 307, NO_TIME, false },        /* sendmmsg */
  { 270, NO_TIME, false },        /* pselect6, when its time can't be written */
  { 271, NO_TIME, false },        /* ppoll, the same */
  { 426, NO_TIME, false },        /* io_uring_enter */
};

static const struct never_restarted calls_32[] = {
  { 256, MILLISECONDS_4, false }, /* epoll_wait */
  { 319, MILLISECONDS_4, false }, /* epoll_pwait */
  { 441, TIME_4, false },         /* epoll_pwait2 */
  { 177, TIME_3, true },          /* rt_sigtimedwait */
  { 421, TIME_3, false },         /* rt_sigtimedwait_time64 */
  { 420, TIME_4, false },         /* semtimedop_time64 */
  { 117, NO_TIME, false },        /* ipc */
  { 247, TIME_5, true },          /* io_getevents */
  { 385, TIME_5, true },          /* io_pgetevents */
  { 416, TIME_5, false },         /* io_pgetevents_time64 */
  { 3, NO_TIME, false },          /* read */
  { 4, NO_TIME, false },          /* write */
  { 145, NO_TIME, false },        /* readv */
  { 146, NO_TIME, false },        /* writev */
  { 102, NO_TIME, false },        /* socketcall */
  { 337, NO_TIME, false },        /* recvmmsg */
  { 345, NO_TIME, false },        /* sendmmsg */
  { 362, NO_TIME, false },        /* connect */
  { 364, NO_TIME, false },        /* accept4 */
  { 369, NO_TIME, false },        /* sendto */
  { 370, NO_TIME, false },        /* sendmsg */
  { 371, NO_TIME, false },        /* recvfrom */
  { 372, NO_TIME, false },        /* recvmsg */
  { 417, NO_TIME, false },        /* recvmmsg_time64 */
  { 308, NO_TIME, false },        /* pselect6 */
  { 309, NO_TIME, false },        /* ppoll */
  { 413, NO_TIME, false },        /* pselect6_time64 */
  { 414, NO_TIME, false },        /* ppoll_time64 */
  { 426, NO_TIME, false },        /* io_uring_enter */
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

static uint64_t
last_ran (struct lac_tracer *tracer,
          int32_t            thread)
{
  char text[4096];

  if (lac_tracer_read_file (tracer, thread, "sched", text, sizeof text) <= 0)
    return 0;
  return parse_moment (text, "se.exec_start");
}

/* Whether one of the arguments, which are numbers in base 16 after the call's, is a time to wait. */
static bool
has_time (const struct never_restarted *call,
          const char                   *arguments)
{
  static const uint8_t which[] = {
    [NO_TIME] = 0, [MILLISECONDS_4] = 4, [TIME_3] = 3, [TIME_4] = 4, [TIME_5] = 5,
  };
  char *end = (char *) arguments;
  uint64_t value = 0;

  if (call == NULL || call->time == NO_TIME)
    return false;
  for (unsigned i = 0; i < which[call->time]; i++)
    value = strtoull (end, &end, 16);
  return call->time == MILLISECONDS_4 ? (int32_t) value > 0 : value != 0;
}

bool
lac_tracer_note_wait (struct lac_tracer      *tracer,
                      int32_t                 thread,
                      struct lac_tracer_wait *out_wait)
{
  char path[64] = "", text[256];
  char *arguments;
  ssize_t length;
  int64_t number;

  out_wait->since = 0;
  lac_tracer_path (path, thread, "syscall");
  if (tracer->call_file < 0)
    tracer->call_file = openat (tracer->directory, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (tracer->call_file < 0)
    return errno != ENOENT && errno != ESRCH;
  length = pread (tracer->call_file, text, sizeof text - 1, 0);
  if (length <= 0)
    return length == 0 || errno != ESRCH;
  text[length] = '\0';
  if (text[0] < '0' || text[0] > '9')
    return true;
  number = strtoll (text, &arguments, 10);
  if (has_time (find_call (true, number), arguments)
      || has_time (find_call (false, number), arguments))
    out_wait->since = last_ran (tracer, thread);
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
  uint64_t place = (traced->registers.rsp - RED_ZONE - 64) & ~UINT64_C (15);
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

/* Leaves the rest of its time to a call that is set up anew. */
static void
shorten (struct lac_tracer            *tracer,
         struct lac_traced            *traced,
         const struct never_restarted *call,
         uint64_t                      waited)
{
  struct user_regs_struct *registers = &traced->registers;
  unsigned long long *argument;
  uint64_t time, place;

  switch ((enum time_register) call->time)
    {
    case MILLISECONDS_4:
      argument = traced->wide ? &registers->r10 : &registers->rsi;
      if ((int32_t) *argument > 0)
        {
          uint64_t all = *argument & 0x7fffffff;
          /* It never returns before its time: what has begun counts as not yet waited. */
          uint64_t gone = waited / 1000000;

          *argument = gone < all ? all - gone : 0;
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
    case NO_TIME:
    default:
      return;
    }
  /* The frame would lie over it, so that one has the full time. */
  if (*argument == 0 || !lac_traced_has_stack (tracer, traced, RED_ZONE + 128)
      || !read_time (tracer, traced, *argument, call->short_time, &time))
    return;
  place = put_time (tracer, traced, call->short_time, waited < time ? time - waited : 0);
  if (place != 0)
    *argument = place;
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
  if (wait->since != 0 && call->time != NO_TIME)
    {
      uint64_t now = last_ran (tracer, traced->thread);

      if (now > wait->since)
        shorten (tracer, traced, call, now - wait->since);
    }
  return true;
}

#endif
