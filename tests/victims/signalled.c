/* Gets a signal each millisecond, and counts.
 *
 *   signalled
 *
 * A second process sends them, queued and with numbers that go up by one, so that one that is lost,
 * or comes twice, or in another order, shows at once. An ordinary signal, of which one at most can
 * be pending, is sent too, and again when it was handled. Meanwhile the victim computes and sleeps
 * by turns. At the end as many must have been handled as were sent.
 *
 * SPDX-License-Identifier: MIT
 */
#include "victim-common.h"

/* What the report's numbers are. */
enum
{
  ORDINARY_SENT,
  ORDINARY_HANDLED,
};

static long sender;

static void
handle_queued (int                 number,
               struct bare_signal *signal,
               void               *context)
{
  uint32_t expected = report->n_signals + 1;

  if ((uint32_t) signal->value.number != expected)
    victim_wrong ("another signal than expected, by", signal->value.number - (long) expected);
  __atomic_store_n (&report->n_signals, (uint32_t) signal->value.number, __ATOMIC_RELEASE);
}

static void
handle_ordinary (int                 number,
                 struct bare_signal *signal,
                 void               *context)
{
  victim_add (&report->numbers[ORDINARY_HANDLED]);
}

static void
send_until_the_end (void)
{
  long victim = CALL0 (BARE_GETPPID);

  while (!victim_get (&report->stop))
    {
      struct bare_signal signal = { .number = BARE_SIGRTMIN, .code = -1 };

      signal.value.number = (int) (report->n_posted + 1);
      __atomic_store_n (&report->posted_at, bare_now (), __ATOMIC_RELEASE);
      if (CALL3 (BARE_SIGQUEUEINFO, victim, BARE_SIGRTMIN, &signal) == 0)
        victim_add (&report->n_posted);
      if (victim_get (&report->numbers[ORDINARY_SENT])
          == victim_get (&report->numbers[ORDINARY_HANDLED]))
        {
          victim_add (&report->numbers[ORDINARY_SENT]);
          CALL2 (BARE_KILL, victim, BARE_SIGUSR1);
        }
      bare_sleep (1000);
    }
  victim_exit (0);
}

static void
check_at_the_end (void)
{
  int status = 0;

  while (CALL4 (BARE_WAIT4, sender, &status, 0, 0) == -BARE_EINTR)
    continue;
  /* What is pending is handled before this returns. */
  CALL0 (BARE_GETPID);
  if (report->n_signals != report->n_posted)
    victim_wrong ("signals that were not handled",
                  (long) report->n_posted - (long) report->n_signals);
  if (report->numbers[ORDINARY_SENT] != report->numbers[ORDINARY_HANDLED])
    victim_wrong ("ordinary signals that were not handled",
                  (long) report->numbers[ORDINARY_SENT] - (long) report->numbers[ORDINARY_HANDLED]);
}

static uint32_t
compute (void)
{
  uint32_t state = 1, sum = 0;

  for (int i = 0; i < 200000; i++)
    sum += victim_random (&state);
  return sum;
}

int
main (int   argc,
      char *argv[])
{
  uint32_t sum = compute ();

  victim_begin ();
  bare_handle (BARE_SIGRTMIN, handle_queued);
  bare_handle (BARE_SIGUSR1, handle_ordinary);
  sender = victim_fork ();
  if (sender == 0)
    {
      for (int file = 0; file < 3; file++)
        CALL1 (BARE_CLOSE, file);
      send_until_the_end ();
    }
  victim_ready (0, 0);
  for (;;)
    {
      uint32_t begun;

      if (compute () != sum)
        victim_wrong ("the sum", 0);
      begun = bare_now ();
      bare_sleep (7000);
      victim_slept (bare_now () - begun, 7000, 0);
      if (victim_get (&report->stop))
        check_at_the_end ();
      victim_round ();
    }
}
