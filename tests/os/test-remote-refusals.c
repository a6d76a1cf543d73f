/* Every way in which calls in a process are refused has its own status, and leaves the process
 * alone.
 *
 * Whoever is in the way is named. The victim runs on, and what is seen of it from outside is as
 * before.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/linux/remote-private.h"
#include "remote-refusal.h"
#include "rights.h"
#include "victim.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What becomes of an allocation in a child of the test, as its exit status. */
static int
try_as_status (void *user_data)
{
  struct lac_process_failure failure;
  enum lac_status status = try_to_allocate (*(pid_t *) user_data, 0, &failure);

  return status != LAC_OK && (failure.status != status || failure.what == NULL) ? 99 : (int) status;
}

/* Lets @function try it as user @user (-1: as it is). */
static void
assert_as (int         user,
           int (*function) (void *user_data),
           pid_t       pid,
           const char *expected)
{
  g_assert_cmpstr (lac_status_name ((enum lac_status) run_as (user, function, &pid)), ==, expected);
}

/* Has another one trace @thread. False, with the victim killed and the test skipped, where that can't be. */
static bool
start_tracer (struct started *tracer,
              const char     *role,
              struct started *victim,
              pid_t           thread)
{
  g_autofree char *number = g_strdup_printf ("%d", (int) thread);

  if (start_victim (tracer, -1, "oddity", role, number, NULL))
    return true;
  kill_victim (victim);
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
  struct lac_process_failure failure;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  if (!start_tracer (&tracer, "tracer", &victim, victim.pid))
    return;
  assert_refused (&victim, 0, "traced");
  g_assert_cmpstr (lac_status_name (try_to_allocate (victim.pid, 0, &failure)), ==, "traced");
  g_assert_cmpint (failure.other_pid, ==, tracer.pid);
  g_assert_cmpstr (failure.other_name, ==, "oddity");
  end_unharmed (&tracer);
  wait_for_rounds (&victim, 1);
  assert_tried (victim.pid, 0, "ok");
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
  unsigned n_done = 0;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  if (!start_tracer (&tracer, "tracer-in-turns", &victim, victim.pid))
    return;
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
  if (!start_tracer (&tracer, "tracer", &victim, last))
    return;
  assert_not_all_stopped (&victim, "traced");
  end_unharmed (&tracer);
  wait_for_rounds (&victim, 2);
  end_unharmed (&victim);
}

static void
test_vfork (void)
{
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, "oddity", "vfork", NULL))
    return;
  g_assert_true (wait_for_state (victim.pid, "D"));
  assert_refused (&victim, 0, "waits-for-child");
  wait_for_rounds (&victim, 2);
  /* The child shares the memory, and is a process like others. */
  assert_tried ((pid_t) victim.report->numbers[0], 0, "ok");
  end_unharmed (&victim);
}

static void
test_no_net (void)
{
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper-lonely", "poll", NULL))
    return;
  assert_refused (&victim, 0, "no-net");
  assert_tried (victim.pid, LAC_REMOTE_FORCE_NO_NET, "ok");
  wait_for_rounds (&victim, 1);
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

static void
check_user (int         of_victim,
            int         of_asker,
            const char *expected)
{
  struct started victim;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  if (!is_root () || !can_reach () || !start_victim (&victim, of_victim, "sleeper", "poll", NULL))
    return;
  before = describe_process (victim.pid);
  assert_as (of_asker, try_as_status, victim.pid, expected);
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
  assert_as (NOBODY, try_as_status, victim.pid, "not-dumpable");
  /* For root that is no obstacle. */
  assert_as (-1, try_as_status, victim.pid, "ok");
  victim_command (&victim, "grow", 10, 0);
  victim_stop (&victim);
}

/* As the same user, who has given all capabilities away. */
static int
try_without_capabilities (void *user_data)
{
  return keep_capabilities (0) ? try_as_status (user_data) : 98;
}

static void
test_more_capable (void)
{
  struct started victim;

  if (!is_root () || !can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  assert_as (-1, try_without_capabilities, victim.pid, "more-capable");
  end_unharmed (&victim);
}

/* Another user who may trace everybody, and nothing else: some files of the process can't be read then, which
 * is no reason. */
static int
try_with_one_capability (void *user_data)
{
  if (prctl (PR_SET_KEEPCAPS, 1) != 0 || setresuid (NOBODY, NOBODY, NOBODY) != 0
      || !keep_capabilities (1u << CAP_SYS_PTRACE))
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
      assert_as (-1, try_with_one_capability, victim.pid, "ok");
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
  static const struct refusal refusals[] = {
    /* What lies below such a stack may be in use: seen when the thread is stopped, before anything is changed. */
    { "no-known-stack", "marvel", "small-stack", "no-net", 0, 2 },
    /* The only thread of a process of 64 bits runs code of 32 bits. */
    { "other-mode", "marvel", "narrow-alone", "not-supported", 0, 1000 },
  };

  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  add_refusals (refusals, G_N_ELEMENTS (refusals));
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
  g_test_add_func ("/os/remote-refusals/vfork", test_vfork);
  g_test_add_func ("/os/remote-refusals/no-net", test_no_net);
  g_test_add_func ("/os/remote-refusals/no-known-stack-in-arena", test_arena);
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
