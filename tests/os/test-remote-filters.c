/* Calls in processes that filter theirs: strict mode, seccomp, and calls that are turned into signals. Nothing is
 * called unless that is forced, and then no signal and no answer of the filter reaches the process.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/linux/remote-private.h"
#include "remote-refusal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/utsname.h>

/* While the process has its calls turned into signals (syscall user dispatch), which shows only when the thread
 * is stopped, nothing can be called; but it never gets to see a signal for a call of ours. In between all is
 * as usual. */
static void
test_dispatched (const void *user_data)
{
  unsigned flags = GPOINTER_TO_UINT (user_data);
  struct lac_remote_step steps[2] = {
    { .call = LAC_REMOTE_MMAP, .arguments = { 0, 4096, 1, 0x22, (uint64_t) -1, 0 } },
    { .call = LAC_REMOTE_MUNMAP, .arguments = { 0, 4096 }, .from = { 1 } },
  };
  struct lac_process_failure failure = { 0 };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  struct started victim;
  struct reached reached;
  unsigned n_done = 0, n_refused = 0;

  if (!can_reach () || !start_victim (&victim, -1, "confined", "dispatching", NULL))
    return;
  before = describe_process (victim.pid);
  assert_done (reach (&reached, victim.pid, flags, &failure), &failure, victim.name);
  for (int i = 0; i < 300; i++)
    {
      enum lac_status status = lac_remote_run (reached.remote, steps, 2, 0, &failure);

      if (status == LAC_OK)
        n_done++;
      else if ((status == LAC_E_NO_NET && flags == 0)
               || (status == LAC_E_SYSTEM && failure.system_error == EPERM))
        n_refused++;
      else
        {
          g_autofree char *told = tell_failure (status, &failure);

          g_error ("a process that dispatches its calls: %s", told);
        }
      assert_unharmed (&victim, false);
      g_usleep (1700);
    }
  unreach (&reached);
  g_test_message ("%u of 300 done, %u refused", n_done, n_refused);
  g_assert_cmpuint (n_done, >, 0);
  /* Without the second net it is waited for a moment at which there is one. */
  if (flags != 0)
    g_assert_cmpuint (n_refused, >, 0);
  after = describe_process (victim.pid);
  assert_same_description (before, after);
  wait_for_rounds (&victim, 2);
  end_unharmed (&victim);
}

/* The tracer is killed at each point of a call, as long as any does: neither then nor later is there a signal. */
static void
test_dispatched_without_tracer (void)
{
  struct lac_remote_step step = {
    .call = LAC_REMOTE_CLOSE, .arguments = { (uint64_t) -1 }, .may_fail = true,
  };
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;
  struct utsname system;
  int major = 0, minor = 0;

  uname (&system);
  if (sscanf (system.release, "%d.%d", &major, &minor) != 2 || major < 6 || (major == 6 && minor < 4))
    {
      g_test_skip ("only Linux 6.4 and later say whether calls are dispatched");
      return;
    }
  if (!can_reach () || !start_victim (&victim, -1, "confined", "dispatching", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  for (int i = 0; i < 200; i++)
    {
      lac_remote_end_at (reached.remote, (uint32_t) i % 16 + 1, false);
      lac_remote_run (reached.remote, &step, 1, 0, &failure);
      g_usleep (1700);
      assert_unharmed (&victim, true);
    }
  unreach (&reached);
  wait_for_rounds (&victim, 2);
  assert_unharmed (&victim, true);
  g_assert_cmpint (end_victim (&victim), ==, 0);
}

/* Forced, and the filter says no: that is an answer like any other. */
static void
test_filter_denies (void)
{
  struct lac_process_failure failure;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, "confined", "denying", NULL))
    return;
  before = describe_process (victim.pid);
  g_assert_cmpstr (
      lac_status_name (try_to_allocate (victim.pid, LAC_REMOTE_FORCE_FILTERED, &failure)), ==,
      "system");
  g_assert_cmpint (failure.system_error, ==, EPERM);
  after = describe_process (victim.pid);
  assert_same_description (before, after);
  wait_for_rounds (&victim, 2);
  end_unharmed (&victim);
}

/* Forced, and the filter raises a signal for our call: the process never gets to see it, whether it has a
 * handler for it (Wine, sandboxes) or would die of it, and other calls can be made after it. */
static void
test_filter_traps (const void *role)
{
  struct lac_process_failure failure;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  struct started victim;
  struct reached reached;

  if (!can_reach () || !start_victim (&victim, -1, "confined", role, NULL))
    return;
  before = describe_process (victim.pid);
  for (int i = 0; i < 20; i++)
    {
      enum lac_status status
          = try_to_allocate (victim.pid, LAC_REMOTE_FORCE_FILTERED, &failure);

      g_assert_cmpstr (lac_status_name (status), ==, "system");
      g_assert_cmpint (failure.system_error, ==, EPERM);
      g_assert_nonnull (strstr (failure.what, "seccomp"));
    }
  assert_done (reach (&reached, victim.pid, LAC_REMOTE_FORCE_FILTERED, &failure), &failure, victim.name);
  for (int i = 0; i < 20; i++)
    {
      struct lac_remote_step steps[3] = {
        { .call = LAC_REMOTE_MMAP, .arguments = { 0, 4096, 1, 0x22, (uint64_t) -1, 0 }, .may_fail = true },
        { .call = LAC_REMOTE_MUNMAP, .arguments = { 0x10000, 4096 } },
        { .call = LAC_REMOTE_MMAP, .arguments = { 0, 4096, 1, 0x22, (uint64_t) -1, 0 }, .may_fail = true },
      };

      assert_done (lac_remote_run (reached.remote, steps, G_N_ELEMENTS (steps), 0, &failure), &failure,
                   victim.name);
      g_assert_cmpint (steps[0].result, ==, -EPERM);
      g_assert_cmpint (steps[1].result, ==, 0);
      g_assert_cmpint (steps[2].result, ==, -EPERM);
      g_usleep (5000);
    }
  unreach (&reached);
  after = describe_process (victim.pid);
  assert_same_description (before, after);
  wait_for_rounds (&victim, 10);
  end_unharmed (&victim);
}

/* Forced, and the filter kills: that is what was warned of. */
static void
test_filter_kills (void)
{
  struct lac_process_failure failure;
  struct started victim;
  enum lac_status status;

  if (!can_reach () || !start_victim (&victim, -1, "confined", "deadly", NULL))
    return;
  /* Nobody has collected it yet. */
  status = try_to_allocate (victim.pid, LAC_REMOTE_FORCE_FILTERED, &failure);
  if (status != LAC_E_EXITED && status != LAC_E_ZOMBIE)
    {
      g_autofree char *told = tell_failure (status, &failure);

      g_error ("a process that is killed: %s", told);
    }
  g_assert_cmpint (end_victim (&victim), ==, 128 + SIGSYS);
}

int
main (int   argc,
      char *argv[])
{
  static const struct refusal refusals[] = {
    { "strict-mode", "confined", "strict", "strict", LAC_REMOTE_FORCE_FILTERED | LAC_REMOTE_FORCE_NO_NET, 10 },
    { "filtered/lenient", "confined", "lenient", "filtered", LAC_REMOTE_FORCE_NO_NET, 2 },
    { "filtered/deadly", "confined", "deadly", "filtered", LAC_REMOTE_FORCE_NO_NET, 2 },
    { "filtered/denying", "confined", "denying", "filtered", LAC_REMOTE_FORCE_NO_NET, 2 },
    { "filtered/trapping", "confined", "trapping", "filtered", LAC_REMOTE_FORCE_NO_NET, 2 },
    { "filtered/emulating", "confined", "emulating", "filtered", LAC_REMOTE_FORCE_NO_NET, 2 },
    { "filtered/high", "confined", "high", "filtered", LAC_REMOTE_FORCE_NO_NET, 2 },
  };

  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  add_refusals (refusals, G_N_ELEMENTS (refusals));
  g_test_add_func ("/os/remote-refusals/filter-denies", test_filter_denies);
  g_test_add_data_func ("/os/remote-refusals/filter-traps/no-handler", "trapping", test_filter_traps);
  g_test_add_data_func ("/os/remote-refusals/filter-traps/handler", "emulating", test_filter_traps);
  g_test_add_data_func ("/os/remote-refusals/dispatched-calls/asked", GUINT_TO_POINTER (0), test_dispatched);
  g_test_add_data_func ("/os/remote-refusals/dispatched-calls/forced",
                        GUINT_TO_POINTER (LAC_REMOTE_FORCE_NO_NET), test_dispatched);
  g_test_add_func ("/os/remote-refusals/dispatched-calls/without-tracer", test_dispatched_without_tracer);
  g_test_add_func ("/os/remote-refusals/filter-kills", test_filter_kills);
  return g_test_run ();
}
