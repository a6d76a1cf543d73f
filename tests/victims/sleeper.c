/* Sleeps in one system call, again and again, and checks each time how it ended.
 *
 *   sleeper CALL
 *
 * A sleep with a time-out lasts about a tenth of a second, and must be neither shorter nor much
 * longer. Whoever interrupts it every few milliseconds and restarts it for the full time makes it
 * endless; that is how it shows. A sleep without a time-out is ended by a second process, a moment
 * later each time, and must tell of just that. None may answer EINTR.
 *
 * The names of the calls are in the table at the end.
 *
 * SPDX-License-Identifier: MIT
 */
#include "victim-common.h"

/* Two ends of a pipe, or of a pair of sockets. */
static int ends[2];
static int poller;
static long semaphores;
/* Never woken. */
static uint32_t nobody;

struct sleep
{
  const char *name;
  /* Sleeps, for this long at most; gives what the call answered. */
  long (*sleep) (uint32_t microseconds);
  /* What it answers after that; for a sleep without a time-out, what it answers when it was
   * woken. */
  long answer;
  /* How much too early it may end, in microseconds. */
  uint32_t early;
  /* Ends a sleep without a time-out. */
  void (*wake) (void);
  /* What the sleeper does before it sleeps for the first time. */
  void (*prepare) (void);
};

static struct bare_time
as_time (uint32_t microseconds)
{
  return (struct bare_time){ (long) (microseconds / 1000000u),
                             (long) (microseconds % 1000000u * 1000u) };
}

static struct bare_time
later (int      clock,
       uint32_t microseconds)
{
  struct bare_time time;

  CALL2 (BARE_CLOCK_GETTIME, clock, &time);
  time.nanoseconds += (long) microseconds * 1000;
  while (time.nanoseconds >= 1000000000)
    {
      time.nanoseconds -= 1000000000;
      time.seconds++;
    }
  return time;
}

/* Descriptors as select has them; ours are below 32. */
struct file_set
{
  unsigned long words[1024 / 8 / sizeof (long)];
};

static struct file_set
reading_end (void)
{
  struct file_set set = { { 0 } };

  set.words[0] = 1ul << ends[0];
  return set;
}

/* Takes what woke the sleeper out of the pipe; it must be the number of the sleep. */
static long
take_number (void)
{
  uint32_t number = 0;
  long size = CALL3 (BARE_READ, ends[0], &number, sizeof number);

  if (size == -BARE_EINTR)
    return size;
  if (size != sizeof number || number != victim_get (&report->n_posted))
    victim_wrong ("another number came through the pipe", (long) number);
  return 1;
}

static void
write_number (void)
{
  uint32_t number = victim_get (&report->n_posted);

  CALL3 (BARE_WRITE, ends[1], &number, sizeof number);
}

static void
make_pipe (void)
{
  if (CALL1 (BARE_PIPE, ends) != 0)
    victim_skip ();
}

/* What woke the sleeper is there, when the call says so. */
static long
then_take (long found)
{
  return found == 1 ? take_number () : found;
}

static long
do_nanosleep (uint32_t microseconds)
{
  struct bare_time time = as_time (microseconds);

  return CALL2 (BARE_NANOSLEEP, &time, 0);
}

static long
do_clock_nanosleep (uint32_t microseconds)
{
  struct bare_time time = as_time (microseconds);

  return CALL4 (BARE_CLOCK_NANOSLEEP, BARE_CLOCK_MONOTONIC, 0, &time, 0);
}

static long
do_clock_nanosleep_until (uint32_t microseconds)
{
  struct bare_time time = later (BARE_CLOCK_MONOTONIC, microseconds);

  return CALL4 (BARE_CLOCK_NANOSLEEP, BARE_CLOCK_MONOTONIC, 1, &time, 0);
}

static long
do_poll (uint32_t microseconds)
{
  struct bare_poll wanted = { ends[0], 1, 0 };

  return then_take (
      CALL3 (BARE_POLL, &wanted, 1, microseconds == 0 ? -1 : (long) microseconds / 1000));
}

static long
do_ppoll (uint32_t microseconds)
{
  struct bare_poll wanted = { ends[0], 1, 0 };
  struct bare_time time = as_time (microseconds);

  return then_take (CALL5 (BARE_PPOLL, &wanted, 1, microseconds == 0 ? NULL : &time, 0, 8));
}

static long
do_select (uint32_t microseconds)
{
  struct file_set set = reading_end ();
  long time[2] = { (long) (microseconds / 1000000u), (long) (microseconds % 1000000u) };

  return then_take (CALL5 (BARE_SELECT, ends[0] + 1, &set, 0, 0, microseconds == 0 ? NULL : time));
}

static long
do_pselect (uint32_t microseconds)
{
  struct file_set set = reading_end ();
  struct bare_time time = as_time (microseconds);

  return then_take (
      CALL6 (BARE_PSELECT6, ends[0] + 1, &set, 0, 0, microseconds == 0 ? NULL : &time, 0));
}

static long
do_futex (uint32_t microseconds)
{
  struct bare_time time = as_time (microseconds);

  return CALL6 (BARE_FUTEX, &nobody, 0x80, 0, &time, 0, 0);
}

/* As pthread_cond_timedwait(3) and sem_timedwait(3) do: until a moment. */
static long
do_futex_until (uint32_t microseconds)
{
  struct bare_time time = later (BARE_CLOCK_REALTIME, microseconds);

  return CALL6 (BARE_FUTEX, &nobody, 9 | 0x80 | 0x100, 0, &time, 0, -1);
}

/* When the word has changed already it answers EAGAIN, which is right. */
static long
do_futex_forever (uint32_t microseconds)
{
  uint32_t before = victim_get (&report->n_acknowledged);
  long answer = CALL6 (BARE_FUTEX, &report->word, 0, before, 0, 0, 0);

  if (answer != 0 && answer != -BARE_EAGAIN)
    return answer;
  if (victim_get (&report->word) == before)
    victim_wrong ("woken, and the word is the same", (long) before);
  return 0;
}

static void
wake_futex (void)
{
  __atomic_store_n (&report->word, report->n_posted, __ATOMIC_RELEASE);
  CALL6 (BARE_FUTEX, &report->word, 1, 1, 0, 0, 0);
}

static long
do_read (uint32_t microseconds)
{
  return take_number ();
}

static void
make_poller (void)
{
  struct bare_epoll_event event = { 1, 42 };

  make_pipe ();
  poller = (int) CALL1 (BARE_EPOLL_CREATE1, 0);
  if (poller < 0 || CALL4 (BARE_EPOLL_CTL, poller, 1, ends[0], &event) != 0)
    victim_skip ();
}

static long
then_take_event (long                    found,
                 struct bare_epoll_event *event)
{
  if (found == 1 && event->mark != 42)
    victim_wrong ("another event", (long) event->mark);
  return then_take (found);
}

static long
do_epoll_wait (uint32_t microseconds)
{
  struct bare_epoll_event event = { 0, 0 };

  return then_take_event (CALL4 (BARE_EPOLL_WAIT, poller, &event, 1,
                                 microseconds == 0 ? -1 : (long) microseconds / 1000),
                          &event);
}

static long
do_epoll_pwait (uint32_t microseconds)
{
  struct bare_epoll_event event = { 0, 0 };
  uint64_t mask = 0;

  return then_take_event (CALL6 (BARE_EPOLL_PWAIT, poller, &event, 1,
                                 microseconds == 0 ? -1 : (long) microseconds / 1000, &mask, 8),
                          &event);
}

static long
do_epoll_pwait2 (uint32_t microseconds)
{
  struct bare_epoll_event event = { 0, 0 };
  /* Of 64 bits each in any process. */
  int64_t time[2] = { (int64_t) (microseconds / 1000000u),
                      (int64_t) (microseconds % 1000000u * 1000u) };
  long found = CALL6 (BARE_EPOLL_PWAIT2, poller, &event, 1, microseconds == 0 ? NULL : time, 0, 8);

  if (found == -38)
    victim_skip ();
  return then_take_event (found, &event);
}

static void
count_signal (int                 number,
              struct bare_signal *signal,
              void               *context)
{
  victim_add (&report->n_signals);
}

static void
handle_signal (void)
{
  bare_handle (BARE_SIGUSR1, count_signal);
}

static void
block_signal (void)
{
  handle_signal ();
  bare_block (BARE_SIGUSR1, 1);
}

static void
send_signal (void)
{
  CALL2 (BARE_KILL, CALL0 (BARE_GETPPID), BARE_SIGUSR1);
}

/* These two always answer EINTR, but only when the signal was handled. */
static long
was_handled (long     answer,
             uint32_t before)
{
  if (victim_get (&report->n_signals) == before)
    victim_wrong ("it returned, and so many signals were handled",
                  (long) (victim_get (&report->n_signals) - before));
  return answer == -BARE_EINTR ? 1 : answer;
}

static long
do_sigsuspend (uint32_t microseconds)
{
  uint64_t none = 0;
  uint32_t before = report->n_signals;

  return was_handled (CALL2 (BARE_SIGSUSPEND, &none, 8), before);
}

/* A signal that comes before the call is missed; then the waker sends another one. */
static long
do_pause (uint32_t microseconds)
{
  uint32_t before = report->n_signals;

  return was_handled (CALL0 (BARE_PAUSE), before);
}

static long
do_sigtimedwait (uint32_t microseconds)
{
  struct bare_time time = as_time (microseconds);
  uint64_t mask = (uint64_t) 1 << (BARE_SIGUSR1 - 1);

  return CALL4 (BARE_SIGTIMEDWAIT, &mask, 0, microseconds == 0 ? NULL : &time, 8);
}

static long
call_semaphore (long by,
                long microseconds)
{
  struct bare_semaphore_step step = { 0, (short) by, 0 };
  struct bare_time time = as_time ((uint32_t) microseconds);

#ifdef __x86_64__
  return microseconds == 0 ? CALL3 (BARE_SEMOP, semaphores, &step, 1)
                           : CALL4 (BARE_SEMTIMEDOP, semaphores, &step, 1, &time);
#else
  return CALL6 (BARE_IPC, 4, semaphores, 1, 0, &step, microseconds == 0 ? NULL : &time);
#endif
}

static long
do_semtimedop (uint32_t microseconds)
{
  return call_semaphore (-1, (long) microseconds);
}

static void
raise_semaphore (void)
{
  call_semaphore (1, 0);
}

/* In a namespace of its own, such that the semaphore goes when the victim does. */
static void
make_semaphore (void)
{
  if (CALL1 (BARE_UNSHARE, 0x08000000) != 0)
    victim_skip ();
#ifdef __x86_64__
  semaphores = CALL3 (BARE_SEMGET, 0, 1, 0600);
#else
  semaphores = CALL6 (BARE_IPC, 2, 0, 1, 0600, 0, 0);
#endif
  if (semaphores < 0)
    victim_skip ();
}

/* A receive with a time-out, which is the socket's. */
static long
do_receive (uint32_t microseconds)
{
  long time[2] = { (long) (microseconds / 1000000u), (long) (microseconds % 1000000u) };
  uint32_t number = 0;
  long size;

  if (microseconds != 0 && CALL5 (BARE_SETSOCKOPT, ends[0], 1, 20, time, sizeof time) != 0)
    victim_wrong ("setsockopt", 0);
  size = CALL6 (BARE_RECVFROM, ends[0], &number, sizeof number, 0, 0, 0);
  if (size < 0)
    return size;
  if (size != sizeof number || number != victim_get (&report->n_posted))
    victim_wrong ("another number came through the socket", (long) number);
  return 1;
}

static void
make_sockets (void)
{
  if (CALL4 (BARE_SOCKETPAIR, 1, 1, 0, ends) != 0)
    victim_skip ();
}

/* The other way: there is no room for what is sent. */
static long
do_send (uint32_t microseconds)
{
  long time[2] = { (long) (microseconds / 1000000u), (long) (microseconds % 1000000u) };
  char byte = 0;

  if (CALL5 (BARE_SETSOCKOPT, ends[0], 1, 21, time, sizeof time) != 0)
    victim_wrong ("setsockopt", 0);
  return CALL6 (BARE_SENDTO, ends[0], &byte, 1, 0, 0, 0);
}

static void
make_full_socket (void)
{
  static char bytes[4096];

  make_sockets ();
  for (unsigned size = sizeof bytes; size > 0; size /= 16)
    while (CALL6 (BARE_SENDTO, ends[0], bytes, size, 0x40 /* MSG_DONTWAIT */, 0, 0) > 0)
      ;
}

/* A child that ends with a number. */
static long
do_wait (uint32_t microseconds)
{
  int wanted = (int) (report->n_rounds & 63);
  int status = 0;
  long child = victim_fork ();
  long answer;

  if (child == 0)
    {
      bare_sleep (30000);
      victim_exit (wanted);
    }
  answer = CALL4 (BARE_WAIT4, child, &status, 0, 0);
  if (answer == child && status != wanted << 8)
    victim_wrong ("the child's status", status);
  return answer == child ? 1 : answer;
}

#ifndef __x86_64__
/* The same with times of 64 bits, as newer libraries for these processes make them. */

static long
do_futex_time64 (uint32_t microseconds)
{
  int64_t time[2] = { 0, (int64_t) (microseconds * 1000u) };

  return CALL6 (BARE_FUTEX_TIME64, &nobody, 0x80, 0, time, 0, 0);
}

static long
do_clock_nanosleep_time64 (uint32_t microseconds)
{
  int64_t time[2] = { 0, (int64_t) (microseconds * 1000u) };

  return CALL4 (BARE_CLOCK_NANOSLEEP_TIME64, BARE_CLOCK_MONOTONIC, 0, time, 0);
}

static long
do_ppoll_time64 (uint32_t microseconds)
{
  struct bare_poll wanted = { ends[0], 1, 0 };
  int64_t time[2] = { 0, (int64_t) (microseconds * 1000u) };

  return CALL5 (BARE_PPOLL_TIME64, &wanted, 1, time, 0, 8);
}

static long
do_sigtimedwait_time64 (uint32_t microseconds)
{
  int64_t time[2] = { 0, (int64_t) (microseconds * 1000u) };
  uint64_t mask = (uint64_t) 1 << (BARE_SIGUSR1 - 1);

  return CALL4 (BARE_SIGTIMEDWAIT_TIME64, &mask, 0, time, 8);
}
#endif

/* What the kernel itself restarts is exact; what has to be set up anew by others may be off a
 * little. */
#define EXACT 0
#define NEARLY 25000

static const struct sleep sleeps[] = {
  { "nanosleep", do_nanosleep, 0, EXACT, NULL, NULL },
  { "clock-nanosleep", do_clock_nanosleep, 0, EXACT, NULL, NULL },
  { "clock-nanosleep-until", do_clock_nanosleep_until, 0, EXACT, NULL, NULL },
  { "poll", do_poll, 0, EXACT, NULL, make_pipe },
  { "poll-forever", do_poll, 1, EXACT, write_number, make_pipe },
  { "ppoll", do_ppoll, 0, EXACT, NULL, make_pipe },
  { "ppoll-forever", do_ppoll, 1, EXACT, write_number, make_pipe },
  { "select", do_select, 0, EXACT, NULL, make_pipe },
  { "select-forever", do_select, 1, EXACT, write_number, make_pipe },
  { "pselect", do_pselect, 0, EXACT, NULL, make_pipe },
  { "pselect-forever", do_pselect, 1, EXACT, write_number, make_pipe },
  { "futex", do_futex, -BARE_ETIMEDOUT, EXACT, NULL, NULL },
  { "futex-forever", do_futex_forever, 0, EXACT, wake_futex, NULL },
  { "sem-timedwait", do_futex_until, -BARE_ETIMEDOUT, EXACT, NULL, NULL },
  { "read", do_read, 1, EXACT, write_number, make_pipe },
  { "epoll-wait", do_epoll_wait, 0, NEARLY, NULL, make_poller },
  { "epoll-wait-forever", do_epoll_wait, 1, EXACT, write_number, make_poller },
  { "epoll-pwait", do_epoll_pwait, 0, NEARLY, NULL, make_poller },
  { "epoll-pwait-forever", do_epoll_pwait, 1, EXACT, write_number, make_poller },
  { "epoll-pwait2", do_epoll_pwait2, 0, NEARLY, NULL, make_poller },
  { "epoll-pwait2-forever", do_epoll_pwait2, 1, EXACT, write_number, make_poller },
  { "sigsuspend", do_sigsuspend, 1, EXACT, send_signal, block_signal },
  { "pause", do_pause, 1, EXACT, send_signal, handle_signal },
  { "semtimedop", do_semtimedop, -BARE_EAGAIN, NEARLY, NULL, make_semaphore },
  { "semop-forever", do_semtimedop, 0, EXACT, raise_semaphore, make_semaphore },
  { "sigtimedwait", do_sigtimedwait, -BARE_EAGAIN, NEARLY, NULL, block_signal },
  { "sigwait-forever", do_sigtimedwait, BARE_SIGUSR1, EXACT, send_signal, block_signal },
  { "receive", do_receive, -BARE_EAGAIN, NEARLY, NULL, make_sockets },
  { "send", do_send, -BARE_EAGAIN, NEARLY, NULL, make_full_socket },
  { "receive-forever", do_receive, 1, EXACT, write_number, make_sockets },
  { "wait", do_wait, 1, EXACT, NULL, NULL },
#ifndef __x86_64__
  { "futex-time64", do_futex_time64, -BARE_ETIMEDOUT, EXACT, NULL, NULL },
  { "clock-nanosleep-time64", do_clock_nanosleep_time64, 0, EXACT, NULL, NULL },
  { "ppoll-time64", do_ppoll_time64, 0, EXACT, NULL, make_pipe },
  { "sigtimedwait-time64", do_sigtimedwait_time64, -BARE_EAGAIN, NEARLY, NULL, block_signal },
#endif
};

/* The second process: ends one sleep after another, each after a while. One that goes on for
 * seconds was not ended by that. */
static void
wake_again_and_again (const struct sleep *sleep)
{
  uint32_t random = bare_now ();

  for (;;)
    {
      uint32_t patience = sleep->sleep == do_pause ? 100000u : 5000000u;
      uint32_t begun;

      bare_sleep (20000 + victim_random (&random) % 40000);
      __atomic_store_n (&report->posted_at, bare_now (), __ATOMIC_RELEASE);
      victim_add (&report->n_posted);
      sleep->wake ();
      begun = bare_now ();
      while (victim_get (&report->n_acknowledged) != victim_get (&report->n_posted))
        {
          if (bare_now () - begun > patience)
            {
              if (sleep->sleep != do_pause)
                victim_wrong ("the sleep was ended, but it goes on", 0);
              __atomic_store_n (&report->posted_at, bare_now (), __ATOMIC_RELEASE);
              begun = bare_now ();
              sleep->wake ();
            }
          bare_sleep (500);
        }
    }
}

static void
sleep_once (const struct sleep *sleep,
            uint32_t           *random)
{
  int timed = sleep->wake == NULL && sleep->sleep != do_wait;
  uint32_t microseconds = timed ? 1000 * (80 + victim_random (random) % 40) : 0;
  uint32_t begun = bare_now ();
  long answer = sleep->sleep (microseconds);
  uint32_t ended = bare_now ();

  if (answer == -BARE_EINTR)
    {
      victim_interrupted ();
      return;
    }
  if (answer != sleep->answer)
    victim_wrong ("the call answered", answer);
  else if (timed)
    victim_slept (ended - begun, microseconds, sleep->early);
  else if (sleep->wake != NULL)
    victim_slept (ended - victim_get (&report->posted_at), 0, 0);
  if (sleep->wake != NULL)
    victim_add (&report->n_acknowledged);
}

int
main (int   argc,
      char *argv[])
{
  const struct sleep *sleep = NULL;
  uint32_t random = bare_now ();

  for (size_t i = 0; argc > 1 && i < sizeof sleeps / sizeof *sleeps; i++)
    if (victim_equal (argv[1], sleeps[i].name))
      sleep = &sleeps[i];
  victim_begin ();
  if (sleep == NULL)
    victim_skip ();
  if (sleep->prepare)
    sleep->prepare ();
  if (sleep->wake && victim_fork () == 0)
    {
      for (int file = 0; file < 3; file++)
        CALL1 (BARE_CLOSE, file);
      wake_again_and_again (sleep);
    }
  victim_ready ((unsigned long) sleep, 0);
  for (;;)
    {
      sleep_once (sleep, &random);
      victim_round ();
    }
}
