/* Every way in which calls in a process are refused has its own status, and leaves the process
 * alone.
 *
 * Whoever is in the way is named. The victim runs on, and what is seen of it from outside is as
 * before.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/linux/remote-private.h"
#include "remotely.h"
#include "victim.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

/* Longer than a refusal takes, and shorter than any waiting would be. */
#define AT_ONCE (500 * G_TIME_SPAN_MILLISECOND)

/* What becomes of an allocation in a process: opened, asked for once, closed. */
static enum lac_status
try_to_allocate (pid_t                       pid,
                 unsigned                    flags,
                 struct lac_process_failure *failure)
{
  struct reached reached;
  uint64_t address = 0;
  enum lac_status status;

  memset (failure, 0, sizeof *failure);
  status = reach (&reached, pid, flags, failure);
  if (status != LAC_OK)
    return status;
  status = lac_remote_allocate (reached.remote, 0, 4096, LAC_PROTECTION_READ, &address, failure);
  if (status == LAC_OK)
    status = lac_remote_free (reached.remote, address, 4096, failure);
  unreach (&reached);
  return status;
}

/* The same in a child of the test; its exit status. */
static int
try_as_status (void *user_data)
{
  struct lac_process_failure failure;
  enum lac_status status = try_to_allocate (*(pid_t *) user_data, 0, &failure);

  return status != LAC_OK && (failure.status != status || failure.what == NULL) ? 99 : (int) status;
}

static void
assert_refused_process (pid_t       pid,
                        unsigned    flags,
                        const char *expected)
{
  struct lac_process_failure failure;
  gint64 begun = g_get_monotonic_time ();
  enum lac_status status = try_to_allocate (pid, flags, &failure);

  g_assert_cmpstr (lac_status_name (status), ==, expected);
  g_assert_cmpstr (lac_status_name (failure.status), ==, expected);
  g_assert_nonnull (failure.what);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, AT_ONCE);
}

static void
assert_refused (const struct started *victim,
                unsigned              flags,
                const char           *expected)
{
  g_autofree char *before = describe_process (victim->pid);
  g_autofree char *after = NULL;

  assert_refused_process (victim->pid, flags, expected);
  after = describe_process (victim->pid);
  assert_same_description (before, after);
}

static bool
is_root (void)
{
  if (geteuid () == 0)
    return true;
  g_test_skip ("changing the user takes root");
  return false;
}

static void
test_self (void)
{
  if (can_reach ())
    {
      assert_refused_process (getpid (), 0, "invalid");
      assert_refused_process (LAC_PROCESS_SELF, 0, "invalid");
    }
}

static void
test_nobody_there (void)
{
  pid_t pid = fork ();

  if (pid == 0)
    _exit (0);
  waitpid (pid, NULL, 0);
  if (can_reach ())
    assert_refused_process (pid, 0, "no-process");
}

static void
test_kernel_thread (void)
{
  int folder = open ("/proc/2", O_PATH | O_DIRECTORY | O_CLOEXEC);
  struct lac_proc_stat stat;
  bool found = folder >= 0 && lac_proc_read_stat (folder, &stat) == 0
               && strcmp (stat.name, "kthreadd") == 0;

  if (folder >= 0)
    close (folder);
  if (!found)
    {
      g_test_skip ("no thread of the kernel is visible here: a PID namespace or hidepid");
      return;
    }
  if (can_reach ())
    assert_refused_process (2, LAC_REMOTE_FORCE_FILTERED | LAC_REMOTE_FORCE_NO_NET,
                            "kernel-thread");
}

static void
test_zombie (void)
{
  siginfo_t information;
  pid_t pid = fork ();

  if (pid == 0)
    _exit (0);
  g_assert_cmpint (waitid (P_PID, (id_t) pid, &information, WEXITED | WNOWAIT), ==, 0);
  if (can_reach ())
    assert_refused_process (pid, 0, "zombie");
  waitpid (pid, NULL, 0);
}

/* It became one after it was opened. */
static void
test_exited_meanwhile (void)
{
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;
  uint64_t address = 0;
  enum lac_status status;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  kill_victim (&victim);
  status = lac_remote_allocate (reached.remote, 0, 4096, LAC_PROTECTION_READ, &address, &failure);
  g_assert_cmpstr (lac_status_name (status), ==, "exited");
  unreach (&reached);
}

/* Stopped for others: it is not waited for, and goes on when it is told to. */
static void
test_stopped (void)
{
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "epoll-wait-forever", NULL))
    return;
  kill (victim.pid, SIGSTOP);
  g_assert_true (wait_for_state (victim.pid, "T"));
  assert_refused (&victim, 0, "stopped");
  g_assert_true (wait_for_state (victim.pid, "T"));
  kill (victim.pid, SIGCONT);
  wait_for_rounds (&victim, 2);
  /* Being stopped interrupts epoll_wait(2), which is nobody's fault. */
  assert_unharmed (&victim, true);
  g_assert_cmpint (end_victim (&victim), ==, 0);
}

static void
test_stopped_meanwhile (void)
{
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;
  uint64_t address = 0;
  gint64 begun;
  enum lac_status status;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "nanosleep", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  kill (victim.pid, SIGSTOP);
  g_assert_true (wait_for_state (victim.pid, "T"));
  begun = g_get_monotonic_time ();
  status = lac_remote_allocate (reached.remote, 0, 4096, LAC_PROTECTION_READ, &address, &failure);
  g_assert_cmpstr (lac_status_name (status), ==, "stopped");
  g_assert_cmpint (g_get_monotonic_time () - begun, <, AT_ONCE);
  g_assert_true (wait_for_state (victim.pid, "T"));
  kill (victim.pid, SIGCONT);
  wait_for_rounds (&victim, 2);
  assert_done (
      lac_remote_allocate (reached.remote, 0, 4096, LAC_PROTECTION_READ, &address, &failure),
      &failure, victim.name);
  unreach (&reached);
  assert_unharmed (&victim, true);
  g_assert_cmpint (end_victim (&victim), ==, 0);
}

/* A control group of our own, of either version; NULL when none can be made. */
static char *
make_frozen_group (pid_t  pid,
                   char **out_thaw)
{
  static const struct
  {
    const char *root;
    const char *file;
    const char *freeze;
    const char *thaw;
  } versions[] = {
    { "/sys/fs/cgroup", "cgroup.freeze", "1", "0" },
    { "/sys/fs/cgroup/unified", "cgroup.freeze", "1", "0" },
    { "/sys/fs/cgroup/freezer", "freezer.state", "FROZEN", "THAWED" },
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autofree char *folder
          = g_strdup_printf ("%s/lacuna-test-%d", versions[i].root, (int) getpid ());
      g_autofree char *members = g_build_filename (folder, "cgroup.procs", NULL);
      g_autofree char *file = g_build_filename (folder, versions[i].file, NULL);
      g_autofree char *number = g_strdup_printf ("%d", (int) pid);
      int where;

      if (g_mkdir (folder, 0755) != 0)
        continue;
      where = open (members, O_WRONLY | O_CLOEXEC);
      if (where >= 0 && access (file, W_OK) == 0
          && write (where, number, strlen (number)) == (ssize_t) strlen (number))
        {
          int freezer = open (file, O_WRONLY | O_CLOEXEC);

          close (where);
          if (freezer >= 0
              && write (freezer, versions[i].freeze, strlen (versions[i].freeze))
                     == (ssize_t) strlen (versions[i].freeze))
            {
              close (freezer);
              *out_thaw = g_strdup_printf ("%s %s", versions[i].thaw, file);
              return g_steal_pointer (&folder);
            }
          if (freezer >= 0)
            close (freezer);
        }
      else if (where >= 0)
        close (where);
      rmdir (folder);
    }
  return NULL;
}

static void
thaw_group (const char *thaw)
{
  const char *file = strchr (thaw, ' ') + 1;
  int where = open (file, O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (where, >=, 0);
  g_assert_cmpint (write (where, thaw, (size_t) (file - thaw - 1)), ==, file - thaw - 1);
  close (where);
}

static void
test_frozen (void)
{
  g_autofree char *group = NULL;
  g_autofree char *thaw = NULL;
  struct started victim;

  if (!is_root () || !can_reach () || !start_victim (&victim, -1, "sleeper", "nanosleep", NULL))
    return;
  group = make_frozen_group (victim.pid, &thaw);
  if (group == NULL)
    {
      kill_victim (&victim);
      g_test_skip ("no control group can be made here");
      return;
    }
  g_usleep (50000);
  assert_refused (&victim, 0, "frozen");
  thaw_group (thaw);
  wait_for_rounds (&victim, 2);
  g_assert_cmpuint (victim.report->n_interrupted, ==, 0);
  kill_victim (&victim);
  for (int i = 0; i < 100 && rmdir (group) != 0; i++)
    g_usleep (10000);
}

/* By whom is said, by number and name. */
static void
test_traced (void)
{
  struct started victim, tracer;
  g_autofree char *number = NULL;
  struct lac_process_failure failure;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  number = g_strdup_printf ("%d", (int) victim.pid);
  if (!start_victim (&tracer, -1, "oddity", "tracer", number, NULL))
    {
      kill_victim (&victim);
      return;
    }
  assert_refused (&victim, 0, "traced");
  g_assert_cmpstr (lac_status_name (try_to_allocate (victim.pid, 0, &failure)), ==, "traced");
  g_assert_cmpint (failure.other_pid, ==, tracer.pid);
  g_assert_cmpstr (failure.other_name, ==, "oddity");
  end_unharmed (&tracer);
  wait_for_rounds (&victim, 1);
  g_assert_cmpstr (lac_status_name (try_to_allocate (victim.pid, 0, &failure)), ==, "ok");
  end_unharmed (&victim);
}

/* It began to be traced after it was opened. */
static void
test_traced_meanwhile (void)
{
  struct lac_process_failure failure = { 0 };
  struct started victim, tracer;
  struct reached reached;
  g_autofree char *number = NULL;
  uint64_t address = 0;
  enum lac_status status;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  number = g_strdup_printf ("%d", (int) victim.pid);
  if (start_victim (&tracer, -1, "oddity", "tracer", number, NULL))
    {
      status = lac_remote_allocate (reached.remote, 0, 4096, LAC_PROTECTION_READ, &address,
                                    &failure);
      g_assert_cmpstr (lac_status_name (status), ==, "traced");
      g_assert_cmpint (failure.other_pid, ==, tracer.pid);
      g_assert_cmpstr (failure.other_name, ==, "oddity");
      end_unharmed (&tracer);
    }
  unreach (&reached);
  end_unharmed (&victim);
}

/* Another one traces it in turns with us: who is in the way is told, or nobody is; never that the process
 * itself could not be traced. */
static void
test_traced_in_turns (void)
{
  struct started victim, tracer;
  g_autofree char *number = NULL;
  unsigned n_done = 0;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  number = g_strdup_printf ("%d", (int) victim.pid);
  if (!start_victim (&tracer, -1, "oddity", "tracer-in-turns", number, NULL))
    {
      kill_victim (&victim);
      return;
    }
  for (int i = 0; i < 300; i++)
    {
      struct lac_process_failure failure;
      enum lac_status status = try_to_allocate (victim.pid, 0, &failure);

      if (status == LAC_OK)
        n_done++;
      else if (status != LAC_E_TRACED || failure.other_pid != tracer.pid)
        {
          g_autofree char *told = tell_failure (status, &failure);

          g_error ("a process that is traced in turns: %s", told);
        }
    }
  g_test_message ("%u of 300 done", n_done);
  g_assert_cmpuint (n_done, >, 0);
  end_unharmed (&tracer);
  wait_for_rounds (&victim, 2);
  end_unharmed (&victim);
}

/* Asks for a call with all threads stopped; a failure must be @expected and leave none of them held. */
static void
assert_not_all_stopped (struct started *victim,
                        const char     *expected)
{
  g_autofree char *before = describe_process (victim->pid);
  g_autofree char *after = NULL;
  struct lac_remote_step step = {
    .kind = LAC_REMOTE_STEP_CALL,
    .call = LAC_REMOTE_CLOSE,
    .arguments = { (uint64_t) -1 },
    .may_fail = true,
  };
  struct lac_process_failure failure = { 0 };
  struct reached reached;

  assert_done (reach (&reached, victim->pid, 0, &failure), &failure, victim->name);
  for (int i = 0; i < 5; i++)
    g_assert_cmpstr (lac_status_name (lac_remote_run (reached.remote, &step, 1, LAC_REMOTE_STOP_ALL,
                                                      &failure)),
                     ==, expected);
  unreach (&reached);
  wait_for_rounds (victim, 2);
  after = describe_process (victim->pid);
  assert_same_description (before, after);
}

static void
test_all_but_one_in_vfork (void)
{
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, "oddity", "vfork-threads", NULL))
    return;
  assert_not_all_stopped (&victim, "waits-for-child");
  end_unharmed (&victim);
}

/* The last of many threads, such that the others are being stopped when that shows. */
static void
test_all_but_one_traced (void)
{
  struct started victim, tracer;
  g_autofree char *path = NULL;
  g_autofree char *number = NULL;
  const char *name;
  GDir *folder;
  int last = 0;

  if (!can_reach () || !start_victim (&victim, -1, "throng", "32", NULL))
    return;
  path = g_strdup_printf ("/proc/%d/task", victim.pid);
  folder = g_dir_open (path, 0, NULL);
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    last = MAX (last, atoi (name));
  g_clear_pointer (&folder, g_dir_close);
  number = g_strdup_printf ("%d", last);
  if (!start_victim (&tracer, -1, "oddity", "tracer", number, NULL))
    {
      kill_victim (&victim);
      return;
    }
  assert_not_all_stopped (&victim, "traced");
  end_unharmed (&tracer);
  wait_for_rounds (&victim, 2);
  end_unharmed (&victim);
}

/* Nothing helps against the strict mode. */
static void
test_strict (void)
{
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, "confined", "strict", NULL))
    return;
  assert_refused (&victim, 0, "strict");
  assert_refused (&victim, LAC_REMOTE_FORCE_FILTERED | LAC_REMOTE_FORCE_NO_NET, "strict");
  wait_for_rounds (&victim, 10);
  end_unharmed (&victim);
}

static void
test_filtered (const void *role)
{
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, "confined", role, NULL))
    return;
  assert_refused (&victim, 0, "filtered");
  assert_refused (&victim, LAC_REMOTE_FORCE_NO_NET, "filtered");
  wait_for_rounds (&victim, 2);
  end_unharmed (&victim);
}

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

static void
test_vfork (void)
{
  struct lac_process_failure failure;
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, "oddity", "vfork", NULL))
    return;
  g_assert_true (wait_for_state (victim.pid, "D"));
  assert_refused (&victim, 0, "waits-for-child");
  wait_for_rounds (&victim, 2);
  /* The child shares the memory, and is a process like others. */
  g_assert_cmpstr (
      lac_status_name (try_to_allocate ((pid_t) victim.report->numbers[0], 0, &failure)), ==, "ok");
  end_unharmed (&victim);
}

static void
test_no_net (void)
{
  struct lac_process_failure failure;
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper-lonely", "poll", NULL))
    return;
  assert_refused (&victim, 0, "no-net");
  g_assert_cmpstr (
      lac_status_name (try_to_allocate (victim.pid, LAC_REMOTE_FORCE_NO_NET, &failure)), ==, "ok");
  wait_for_rounds (&victim, 1);
  end_unharmed (&victim);
}

/* What lies below such a stack may be in use: seen when the thread is stopped, before anything
 * is changed. */
static void
test_no_known_stack (void)
{
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, "marvel", "small-stack", NULL))
    return;
  assert_refused (&victim, 0, "no-net");
  wait_for_rounds (&victim, 2);
  end_unharmed (&victim);
}

/* Where the stack of one thread begins in memory that holds many, as in Go, nobody else can know: what is written
 * below it may be another one's. */
static void
test_arena (void)
{
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, "marvel", "arena", NULL))
    return;
  for (int i = 0; i < 20; i++)
    assert_refused_process (victim.pid, 0, "no-net");
  wait_for_rounds (&victim, 2);
  end_unharmed (&victim);
}

/* The only thread of a process of 64 bits runs code of 32 bits. */
static void
test_other_mode (void)
{
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, "marvel", "narrow-alone", NULL))
    return;
  assert_refused (&victim, 0, "not-supported");
  wait_for_rounds (&victim, 1000);
  end_unharmed (&victim);
}

static void
check_user (int         of_victim,
            int         of_asker,
            const char *expected)
{
  struct started victim;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  int status;

  if (!is_root () || !can_reach () || !start_victim (&victim, of_victim, "sleeper", "poll", NULL))
    return;
  before = describe_process (victim.pid);
  status = run_as (of_asker, try_as_status, &victim.pid);
  g_assert_cmpstr (lac_status_name ((enum lac_status) status), ==, expected);
  after = describe_process (victim.pid);
  assert_same_description (before, after);
  wait_for_rounds (&victim, 1);
  end_unharmed (&victim);
}

static void
test_other_user (void)
{
  check_user (-1, NOBODY, "other-user");
}

static void
test_another_user (void)
{
  check_user (NOBODY - 1, NOBODY, "other-user");
}

/* Yama lets a process trace its own descendants only, and the tracer has none. */
static void
test_same_user (void)
{
  g_autofree char *scope = NULL;

  if (g_file_get_contents ("/proc/sys/kernel/yama/ptrace_scope", &scope, NULL, NULL)
      && scope[0] != '0')
    check_user (NOBODY, NOBODY, "ptrace-scope");
  else
    check_user (NOBODY, NOBODY, "ok");
}

static void
test_not_dumpable (void)
{
  struct victim victim;

  if (!is_root () || !can_reach () || !victim_start (&victim, "victim", "shy", NULL, NOBODY))
    return;
  g_assert_cmpstr (lac_status_name ((enum lac_status) run_as (NOBODY, try_as_status, &victim.pid)),
                   ==, "not-dumpable");
  /* For root that is no obstacle. */
  g_assert_cmpstr (lac_status_name ((enum lac_status) run_as (-1, try_as_status, &victim.pid)), ==,
                   "ok");
  victim_command (&victim, "grow", 10, 0);
  victim_stop (&victim);
}

/* As the same user, who has given all capabilities away. */
static int
try_without_capabilities (void *user_data)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };

  if (syscall (SYS_capset, &header, sets) != 0)
    return 98;
  return try_as_status (user_data);
}

static void
test_more_capable (void)
{
  struct started victim;

  if (!is_root () || !can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  g_assert_cmpstr (
      lac_status_name ((enum lac_status) run_as (-1, try_without_capabilities, &victim.pid)), ==,
      "more-capable");
  end_unharmed (&victim);
}

/* Another user who may trace everybody, and nothing else: some files of the process can't be read then, which
 * is no reason. */
static int
try_with_one_capability (void *user_data)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };

  sets[0].effective = sets[0].permitted = 1u << CAP_SYS_PTRACE;
  if (prctl (PR_SET_KEEPCAPS, 1) != 0 || setresuid (NOBODY, NOBODY, NOBODY) != 0
      || syscall (SYS_capset, &header, sets) != 0)
    return 98;
  return try_as_status (user_data);
}

static void
test_one_capability (void)
{
  static const char *const victims[] = { "sleeper", "sleeper-32" };

  if (!is_root () || !can_reach ())
    return;
  for (unsigned i = 0; i < G_N_ELEMENTS (victims); i++)
    {
      struct started victim;

      if (!start_victim (&victim, NOBODY - 1, victims[i], "poll", NULL))
        return;
      g_assert_cmpstr (
          lac_status_name ((enum lac_status) run_as (-1, try_with_one_capability, &victim.pid)), ==,
          "ok");
      wait_for_rounds (&victim, 2);
      end_unharmed (&victim);
    }
}

/* From a user namespace nothing outside of it can be traced, whoever one is in there. */
static int
try_from_namespace (void *user_data)
{
  if (unshare (CLONE_NEWUSER) != 0)
    return 98;
  return try_as_status (user_data);
}

static void
test_user_namespace (void)
{
  struct started victim;
  int status;

  if (!is_root () || !can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  status = run_as (-1, try_from_namespace, &victim.pid);
  if (status == 98)
    g_test_skip ("no user namespace can be made here");
  else
    g_assert_cmpstr (lac_status_name ((enum lac_status) status), ==, "user-namespace");
  end_unharmed (&victim);
}

/* Arguments that no call is made for. */
static void
test_invalid_arguments (void)
{
  struct lac_process_failure failure = { 0 };
  const unsigned read = LAC_PROTECTION_READ;
  struct started victim;
  struct reached reached;
  uint64_t address = 0;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  g_assert_cmpint (lac_remote_allocate (reached.remote, 0, 0, read, &address, &failure), ==,
                   LAC_E_INVALID);
  g_assert_cmpint (lac_remote_allocate (reached.remote, 0, 100, read, &address, &failure), ==,
                   LAC_E_INVALID);
  g_assert_cmpint (
      lac_remote_allocate (reached.remote, 0x100000001, 4096, read, &address, &failure), ==,
      LAC_E_INVALID);
  g_assert_cmpint (
      lac_remote_allocate (reached.remote, UINT64_MAX - 4095, 8192, read, &address, &failure), ==,
      LAC_E_INVALID);
  g_assert_cmpint (lac_remote_protect (reached.remote, 0x100000000, 0, read, &failure), ==,
                   LAC_E_INVALID);
  g_assert_cmpint (lac_remote_protect (reached.remote, 0x100000000, 4096, read, &failure), ==,
                   LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_remote_free (reached.remote, 1, 4096, &failure), ==, LAC_E_INVALID);
  g_assert_cmpuint (address, ==, 0);
  /* Outside of user space the system itself refuses. */
  g_assert_cmpint (
      lac_remote_allocate (reached.remote, UINT64_C (1) << 62, 4096, read, &address, &failure), !=,
      LAC_OK);
  unreach (&reached);
  end_unharmed (&victim);
}

/* More than there is room for. */
static void
test_no_memory (void)
{
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;
  uint64_t address = 0;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  g_assert_cmpstr (lac_status_name (lac_remote_allocate (reached.remote, 0, UINT64_C (1) << 47,
                                                         LAC_PROTECTION_READ, &address, &failure)),
                   ==, "no-memory");
  unreach (&reached);
  end_unharmed (&victim);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const filters[] = { "lenient", "deadly", "denying", "trapping", "emulating", "high" };

  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_test_add_func ("/os/remote-refusals/self", test_self);
  g_test_add_func ("/os/remote-refusals/nobody-there", test_nobody_there);
  g_test_add_func ("/os/remote-refusals/kernel-thread", test_kernel_thread);
  g_test_add_func ("/os/remote-refusals/zombie", test_zombie);
  g_test_add_func ("/os/remote-refusals/exited-meanwhile", test_exited_meanwhile);
  g_test_add_func ("/os/remote-refusals/stopped", test_stopped);
  g_test_add_func ("/os/remote-refusals/stopped-meanwhile", test_stopped_meanwhile);
  g_test_add_func ("/os/remote-refusals/frozen", test_frozen);
  g_test_add_func ("/os/remote-refusals/traced", test_traced);
  g_test_add_func ("/os/remote-refusals/traced-meanwhile", test_traced_meanwhile);
  g_test_add_func ("/os/remote-refusals/traced-in-turns", test_traced_in_turns);
  g_test_add_func ("/os/remote-refusals/all-threads/one-in-vfork", test_all_but_one_in_vfork);
  g_test_add_func ("/os/remote-refusals/all-threads/one-traced", test_all_but_one_traced);
  g_test_add_func ("/os/remote-refusals/strict-mode", test_strict);
  for (unsigned i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autofree char *path = g_strdup_printf ("/os/remote-refusals/filtered/%s", filters[i]);

      g_test_add_data_func (path, filters[i], test_filtered);
    }
  g_test_add_func ("/os/remote-refusals/filter-denies", test_filter_denies);
  g_test_add_data_func ("/os/remote-refusals/filter-traps/no-handler", "trapping", test_filter_traps);
  g_test_add_data_func ("/os/remote-refusals/filter-traps/handler", "emulating", test_filter_traps);
  g_test_add_data_func ("/os/remote-refusals/dispatched-calls/asked", GUINT_TO_POINTER (0), test_dispatched);
  g_test_add_data_func ("/os/remote-refusals/dispatched-calls/forced",
                        GUINT_TO_POINTER (LAC_REMOTE_FORCE_NO_NET), test_dispatched);
  g_test_add_func ("/os/remote-refusals/dispatched-calls/without-tracer", test_dispatched_without_tracer);
  g_test_add_func ("/os/remote-refusals/filter-kills", test_filter_kills);
  g_test_add_func ("/os/remote-refusals/vfork", test_vfork);
  g_test_add_func ("/os/remote-refusals/no-net", test_no_net);
  g_test_add_func ("/os/remote-refusals/no-known-stack", test_no_known_stack);
  g_test_add_func ("/os/remote-refusals/no-known-stack-in-arena", test_arena);
  g_test_add_func ("/os/remote-refusals/other-mode", test_other_mode);
  g_test_add_func ("/os/remote-refusals/other-user", test_other_user);
  g_test_add_func ("/os/remote-refusals/another-user", test_another_user);
  g_test_add_func ("/os/remote-refusals/same-user", test_same_user);
  g_test_add_func ("/os/remote-refusals/not-dumpable", test_not_dumpable);
  g_test_add_func ("/os/remote-refusals/more-capable", test_more_capable);
  g_test_add_func ("/os/remote-refusals/one-capability", test_one_capability);
  g_test_add_func ("/os/remote-refusals/user-namespace", test_user_namespace);
  g_test_add_func ("/os/remote-refusals/invalid-arguments", test_invalid_arguments);
  g_test_add_func ("/os/remote-refusals/no-memory", test_no_memory);
  return g_test_run ();
}
