/* Every way in which a process can't be read has its own status.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/linux/process-private.h"
#include "rights.h"
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What reading the map of a PID says, as an exit status. */
static int
try_to_read (void *user_data)
{
  int32_t pid = *(int32_t *) user_data;
  struct lac_process_failure failure = { 0 };
  struct lac_process *process = NULL;
  struct lac_map *map = NULL;
  enum lac_status status = lac_process_open (NULL, pid, &process, &failure);

  if (status == LAC_OK)
    status = lac_process_read_map (process, 0, NULL, &map, &failure);
  if (status != LAC_OK && (failure.status != status || failure.what == NULL))
    return 99;
  lac_map_unref (map);
  lac_process_close (process);
  return (int) status;
}

/* The same, with the facts: they can be had where the map can't. */
static int
try_facts (void *user_data)
{
  int32_t pid = *(int32_t *) user_data;
  struct lac_process *process = NULL;
  struct lac_process_facts facts;
  enum lac_status status = lac_process_open (NULL, pid, &process, NULL);

  if (status == LAC_OK)
    status = lac_process_get_facts (process, &facts, NULL);
  if (status == LAC_OK && (facts.pid != pid || facts.name[0] == '\0' || facts.space.program_break != 0
                           || facts.space.page_size == 0))
    return 99;
  lac_process_close (process);
  return (int) status;
}

static int
try_query (void *user_data)
{
  int32_t pid = *(int32_t *) user_data;
  struct lac_process *process = NULL;
  struct lac_region region;
  enum lac_status status = lac_process_open (NULL, pid, &process, NULL);

  if (status == LAC_OK)
    status = lac_process_query (process, 0, true, &region, NULL, 0, NULL);
  lac_process_close (process);
  return (int) status;
}

static void
test_other_user (void)
{
  struct victim victim;

  if (!is_root () || !victim_start (&victim, "victim", "still", NULL, -1))
    return;
  g_assert_cmpint (run_as (NOBODY, try_to_read, &victim.pid), ==, LAC_E_OTHER_USER);
  g_assert_cmpint (run_as (NOBODY, try_query, &victim.pid), ==, LAC_E_OTHER_USER);
  g_assert_cmpint (run_as (NOBODY, try_facts, &victim.pid), ==, LAC_OK);
  victim_stop (&victim);
}

static void
test_same_user (void)
{
  struct victim victim;

  if (!is_root () || !victim_start (&victim, "victim", "still", NULL, NOBODY))
    return;
  g_assert_cmpint (run_as (NOBODY, try_to_read, &victim.pid), ==, LAC_OK);
  g_assert_cmpint (run_as (NOBODY, try_query, &victim.pid), ==, LAC_OK);
  victim_stop (&victim);
}

static void
test_not_dumpable (void)
{
  struct victim victim;

  if (!is_root () || !victim_start (&victim, "victim", "shy", NULL, NOBODY))
    return;
  g_assert_cmpint (run_as (NOBODY, try_to_read, &victim.pid), ==, LAC_E_NOT_DUMPABLE);
  g_assert_cmpint (run_as (NOBODY, try_query, &victim.pid), ==, LAC_E_NOT_DUMPABLE);
  g_assert_cmpint (run_as (NOBODY + 1, try_to_read, &victim.pid), ==, LAC_E_OTHER_USER);
  victim_stop (&victim);
}

/* As the same user, who has given all capabilities away. */
static int
try_without_capabilities (void *user_data)
{
  return keep_capabilities (0) ? try_to_read (user_data) : 98;
}

static void
test_more_capable (void)
{
  struct victim victim;

  if (!is_root () || !victim_start (&victim, "victim", "still", NULL, -1))
    return;
  g_assert_cmpint (run_as (-1, try_without_capabilities, &victim.pid), ==, LAC_E_MORE_CAPABLE);
  victim_stop (&victim);
}

static void
test_zombie (void)
{
  siginfo_t information;
  pid_t pid = fork ();

  if (pid == 0)
    _exit (0);
  g_assert_cmpint (waitid (P_PID, (id_t) pid, &information, WEXITED | WNOWAIT), ==, 0);
  g_assert_cmpint (try_to_read (&pid), ==, LAC_E_ZOMBIE);
  g_assert_cmpint (try_query (&pid), ==, LAC_E_ZOMBIE);
  if (geteuid () == 0)
    g_assert_cmpint (run_as (NOBODY, try_to_read, &pid), ==, LAC_E_ZOMBIE);
  waitpid (pid, NULL, 0);
}

static void
test_kernel_thread (void)
{
  int32_t pid = 2;

  if (!sees_kernel_thread ())
    return;
  g_assert_cmpint (try_to_read (&pid), ==, LAC_E_KERNEL_THREAD);
  g_assert_cmpint (try_query (&pid), ==, LAC_E_KERNEL_THREAD);
  if (geteuid () == 0)
    g_assert_cmpint (run_as (NOBODY, try_to_read, &pid), ==, LAC_E_KERNEL_THREAD);
}

/* The first process of a PID namespace whose /proc hides others' processes; asks as nobody for its
 * own parent, which is root's. */
static int
hide (void *user_data)
{
  int32_t first = 1;
  int32_t nobody_there = 4000;

  if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
      || mount ("proc", "/proc", "proc", 0, user_data) != 0)
    return 98;
  if (run_as (NOBODY, try_to_read, &nobody_there) != LAC_E_NO_PROCESS)
    return 97;
  if (run_as (-1, try_to_read, &first) != LAC_OK)
    return 96;
  return run_as (NOBODY, try_to_read, &first);
}

static int
hide_in_namespace (void *user_data)
{
  if (unshare (CLONE_NEWPID | CLONE_NEWNS) != 0)
    return 98;
  return run_as (-1, hide, user_data);
}

static void
check_hidden (const char *options)
{
  int status;

  if (!is_root ())
    return;
  status = run_as (-1, hide_in_namespace, (void *) options);
  if (status == 98)
    g_test_skip ("another /proc can't be mounted here");
  else
    g_assert_cmpint (status, ==, LAC_E_HIDDEN);
}

static void
test_hidden_folder (void)
{
  check_hidden ("hidepid=2");
}

static void
test_hidden_contents (void)
{
  check_hidden ("hidepid=1");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_test_add_func ("/os/refusal/other-user", test_other_user);
  g_test_add_func ("/os/refusal/same-user-is-none", test_same_user);
  g_test_add_func ("/os/refusal/not-dumpable", test_not_dumpable);
  g_test_add_func ("/os/refusal/more-capable", test_more_capable);
  g_test_add_func ("/os/refusal/zombie", test_zombie);
  g_test_add_func ("/os/refusal/kernel-thread", test_kernel_thread);
  g_test_add_func ("/os/refusal/hidden-folder", test_hidden_folder);
  g_test_add_func ("/os/refusal/hidden-contents", test_hidden_contents);
  return g_test_run ();
}
