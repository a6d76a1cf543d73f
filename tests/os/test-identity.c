/* Who a process is, and that nobody else is ever taken for it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/linux/process-private.h"
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_facts_of_self (void)
{
  struct lac_process *process = open_process (LAC_PROCESS_SELF);
  struct lac_process_facts facts;
  struct rlimit stack;

  g_assert_true (lac_process_is_self (process));
  g_assert_cmpint (lac_process_get_facts (process, &facts, NULL), ==, LAC_OK);
  g_assert_cmpint (facts.pid, ==, getpid ());
  g_assert_cmpint (facts.user, ==, geteuid ());
  g_assert_cmpint (facts.state, ==, 'R');
  g_assert_cmpstr (facts.name, ==, "test-os-identit");
  g_assert_nonnull (strstr (facts.command_line, "test-os-identity"));
  g_assert_cmpuint (facts.start_time, >, 0);
  g_assert_cmpuint (facts.space.pointer_bits, ==, 8 * sizeof (void *));
  g_assert_cmpuint (facts.space.page_size, ==, (unsigned) sysconf (_SC_PAGESIZE));
  g_assert_cmpuint (facts.space.granularity, ==, facts.space.page_size);
  g_assert_cmpuint (facts.space.program_break, ==, (uintptr_t) sbrk (0));
  g_assert_cmpuint (facts.space.user.start, >=, facts.space.page_size);
  g_assert_cmpuint (facts.space.user.end, >, (uintptr_t) &facts);
  g_assert_cmpint (getrlimit (RLIMIT_STACK, &stack), ==, 0);
  g_assert_cmpuint (facts.space.stack_limit, ==,
                    stack.rlim_cur == RLIM_INFINITY ? UINT64_MAX : stack.rlim_cur);
  lac_process_close (process);
}

static void
test_limits_agree (void)
{
  struct victim victim;
  struct lac_process *process;
  struct lac_process_facts facts;
  struct lac_map *map;
  struct rlimit data = { 123 << 20, RLIM_INFINITY };

  if (!victim_start (&victim, "victim", "still", NULL, -1))
    return;
  g_assert_cmpint (prlimit (victim.pid, RLIMIT_DATA, &data, NULL), ==, 0);
  process = open_process (victim.pid);
  g_assert_false (lac_process_is_self (process));
  g_assert_cmpint (lac_process_get_facts (process, &facts, NULL), ==, LAC_OK);
  map = read_map (process);
  g_assert_cmpuint (facts.space.data_limit, ==, 123 << 20);
  g_assert_cmpuint (lac_map_space (map)->data_limit, ==, 123 << 20);
  g_assert_cmpuint (facts.space.stack_limit, ==, lac_map_space (map)->stack_limit);
  g_assert_cmpuint (facts.space.user.start, ==, lac_map_space (map)->user.start);
  g_assert_cmpuint (facts.space.user.end, ==, lac_map_space (map)->user.end);
  g_assert_cmpuint (facts.space.stack_guard, ==, lac_map_space (map)->stack_guard);
  lac_map_unref (map);
  lac_process_close (process);
  victim_stop (&victim);
}

static void
test_no_such_process (void)
{
  struct lac_process *process = (struct lac_process *) &process;
  struct lac_process_failure failure = { 0 };
  pid_t pid = fork ();

  if (pid == 0)
    _exit (0);
  waitpid (pid, NULL, 0);
  g_assert_cmpint (lac_process_open (NULL, pid, &process, &failure), ==, LAC_E_NO_PROCESS);
  g_assert_true (process == (struct lac_process *) &process);
  g_assert_cmpint (failure.status, ==, LAC_E_NO_PROCESS);
  g_assert_cmpint (lac_process_open (NULL, -1, &process, &failure), ==, LAC_E_INVALID);
  g_assert_cmpint (lac_process_open ("/nowhere/at/all", 1, &process, &failure), ==, LAC_E_SYSTEM);
  g_assert_cmpint (failure.system_error, ==, ENOENT);
}

static void
test_exited (void)
{
  struct victim victim;
  struct lac_process *process;
  struct lac_process_facts facts;
  struct lac_process_failure failure = { 0 };
  struct lac_map *map, *again;
  struct lac_region region;

  if (!victim_start (&victim, "victim", "still", NULL, -1))
    return;
  process = open_process (victim.pid);
  g_assert_false (lac_process_has_exited (process));
  map = read_map (process);
  g_assert_cmpint (lac_process_query (process, 0, true, &region, NULL, 0, &failure), ==, LAC_OK);

  kill (victim.pid, SIGKILL);
  while (!lac_process_has_exited (process))
    g_usleep (1000);
  g_assert_cmpint (lac_process_read_map (process, 0, NULL, &again, &failure), ==, LAC_E_ZOMBIE);
  waitpid (victim.pid, NULL, 0);
  g_assert_true (lac_process_has_exited (process));
  g_assert_cmpint (lac_process_read_map (process, 0, NULL, &again, &failure), ==, LAC_E_EXITED);
  g_assert_cmpint (failure.status, ==, LAC_E_EXITED);
  g_assert_cmpint (lac_process_get_facts (process, &facts, &failure), ==, LAC_E_EXITED);
  g_assert_cmpint (lac_process_query (process, 0, true, &region, NULL, 0, &failure), ==, LAC_E_EXITED);
  g_assert_cmpint (lac_process_refresh_range (process, map, lac_map_space (map)->user, NULL, &again,
                                              &failure),
                   ==, LAC_E_EXITED);
  lac_map_unref (map);
  lac_process_close (process);
  fclose (victim.input);
  fclose (victim.output);
}

static bool
set_last_pid (pid_t pid)
{
  g_autofree char *text = g_strdup_printf ("%d", (int) pid);
  int file = open ("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
  bool written = file >= 0 && write (file, text, strlen (text)) == (ssize_t) strlen (text);

  if (file >= 0)
    close (file);
  return written;
}

static void
test_reused_pid (void)
{
  int gate[2];
  char byte;
  pid_t pid, successor = 0;
  struct lac_process *process, *asked, *other;
  struct lac_process_facts facts;
  struct lac_process_failure failure = { 0 };
  struct lac_map *map;

  g_assert_cmpint (pipe2 (gate, O_CLOEXEC), ==, 0);
  pid = fork ();
  if (pid == 0)
    {
      close (gate[1]);
      _exit (read (gate[0], &byte, 1) == 0 ? 0 : 1);
    }
  /* One that was asked for nothing yet, and one that knows it all. */
  process = open_process (pid);
  asked = open_process (pid);
  g_assert_false (lac_process_has_exited (asked));
  g_assert_cmpint (lac_process_get_facts (asked, &facts, NULL), ==, LAC_OK);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);

  for (int attempt = 0; attempt < 200 && successor != pid; attempt++)
    {
      if (!set_last_pid (pid - 1))
        break;
      successor = fork ();
      if (successor == 0)
        {
          close (gate[1]);
          _exit (read (gate[0], &byte, 1) == 0 ? 0 : 1);
        }
      if (successor != pid)
        {
          kill (successor, SIGKILL);
          waitpid (successor, NULL, 0);
        }
    }
  if (successor != pid)
    g_test_skip ("a PID can't be had again here: ns_last_pid may not be written, or others were "
                 "faster");
  else
    {
      other = open_process (pid);
      g_assert_false (lac_process_has_exited (other));
      map = read_map (other);
      lac_map_unref (map);
      lac_process_close (other);

      g_assert_cmpint (lac_process_read_map (process, 0, NULL, &map, &failure), ==, LAC_E_EXITED);
      g_assert_cmpint (lac_process_get_facts (process, &facts, &failure), ==, LAC_E_EXITED);
      g_assert_true (lac_process_has_exited (process));
      g_assert_cmpint (lac_process_read_map (asked, 0, NULL, &map, &failure), ==, LAC_E_EXITED);
      g_assert_cmpint (lac_process_get_facts (asked, &facts, &failure), ==, LAC_E_EXITED);
      g_assert_true (lac_process_has_exited (asked));
      kill (successor, SIGKILL);
      waitpid (successor, NULL, 0);
    }
  lac_process_close (asked);
  lac_process_close (process);
  close (gate[0]);
  close (gate[1]);
}

struct thread
{
  GMutex lock;
  GCond changed;
  pid_t number;
  bool over;
};

static void *
wait_in_thread (void *user_data)
{
  struct thread *thread = user_data;

  g_mutex_lock (&thread->lock);
  thread->number = (pid_t) syscall (SYS_gettid);
  g_cond_signal (&thread->changed);
  while (!thread->over)
    g_cond_wait (&thread->changed, &thread->lock);
  g_mutex_unlock (&thread->lock);
  return NULL;
}

static void
test_thread_means_its_process (void)
{
  struct thread thread = { 0 };
  struct lac_process *process;
  struct lac_process_facts facts, own;
  struct lac_map *map;
  pthread_t handle;

  g_mutex_init (&thread.lock);
  g_cond_init (&thread.changed);
  g_assert_cmpint (pthread_create (&handle, NULL, wait_in_thread, &thread), ==, 0);
  g_mutex_lock (&thread.lock);
  while (thread.number == 0)
    g_cond_wait (&thread.changed, &thread.lock);
  g_mutex_unlock (&thread.lock);

  process = open_process (thread.number);
  g_assert_cmpint (lac_process_get_facts (process, &facts, NULL), ==, LAC_OK);
  g_assert_cmpint (facts.pid, ==, getpid ());

  g_mutex_lock (&thread.lock);
  thread.over = true;
  g_cond_signal (&thread.changed);
  g_mutex_unlock (&thread.lock);
  pthread_join (handle, NULL);

  /* The thread is over, its process is not. */
  g_assert_false (lac_process_has_exited (process));
  map = read_map (process);
  lac_map_unref (map);
  lac_process_close (process);

  process = open_process (LAC_PROCESS_SELF);
  g_assert_cmpint (lac_process_get_facts (process, &own, NULL), ==, LAC_OK);
  g_assert_cmpuint (own.start_time, ==, facts.start_time);
  lac_process_close (process);
  g_mutex_clear (&thread.lock);
  g_cond_clear (&thread.changed);
}

static void
check_program (const char *program,
               unsigned    pointer_bits,
               uint64_t    user_end)
{
  struct victim victim;
  struct lac_process *process;
  struct lac_process_facts facts;
  struct lac_map *map;
  const struct lac_region *regions;
  size_t n_regions, index;
  bool has_program = false;

  if (!victim_start (&victim, program, "still", NULL, -1))
    return;
  process = open_process (victim.pid);
  g_assert_cmpint (lac_process_get_facts (process, &facts, NULL), ==, LAC_OK);
  g_assert_cmpuint (facts.space.pointer_bits, ==, pointer_bits);
  g_assert_cmpuint (facts.space.page_size, ==, (unsigned) sysconf (_SC_PAGESIZE));
  if (user_end != 0)
    g_assert_cmpuint (facts.space.user.end, ==, user_end);
  map = read_map (process);
  g_assert_cmpuint (lac_map_space (map)->pointer_bits, ==, pointer_bits);
  regions = lac_map_regions (map, &n_regions);
  index = lac_map_search (map, victim.address);
  g_assert_cmpuint (index, <, n_regions);
  g_assert_true (lac_range_contains (lac_region_range (&regions[index]), victim.address));
  for (size_t i = 0; i < n_regions; i++)
    {
      const struct lac_backing *backing = lac_map_backing (map, &regions[i]);

      if (g_str_has_suffix (backing->name, program))
        {
          g_assert_true (backing->image);
          has_program = true;
        }
    }
  g_assert_true (has_program);
  lac_map_unref (map);
  lac_process_close (process);
  victim_stop (&victim);
}

static void
test_32_bit_program (void)
{
  check_program ("victim-32", 32, UINT64_C (0xffffe000));
}

static void
test_static_program (void)
{
  check_program ("victim-static", 8 * sizeof (void *), 0);
}

static void
test_headless_process (void)
{
  struct victim victim;
  struct lac_process *process;
  struct lac_process_failure failure = { 0 };
  struct lac_region region;
  struct lac_map *map;
  size_t n_regions;

  if (!victim_start (&victim, "victim", "headless", NULL, -1))
    return;
  process = open_process (victim.pid);
  g_assert_false (lac_process_has_exited (process));
  map = read_map (process);
  lac_map_regions (map, &n_regions);
  g_assert_cmpuint (n_regions, >, 10);
  g_assert_cmpint (lac_process_query (process, 0, true, &region, NULL, 0, &failure), ==, LAC_OK);
  lac_map_unref (map);
  lac_process_close (process);
  victim_stop (&victim);
}

static void
test_leaves_the_target_alone (void)
{
  struct victim victim;
  struct lac_process *process;
  struct lac_process_facts before, after;
  g_autofree char *path = NULL;
  g_autofree char *old_text = NULL;
  g_autofree char *new_text = NULL;
  struct lac_map *map, *again;
  struct lac_region region;

  if (!victim_start (&victim, "victim", "still", NULL, -1))
    return;
  path = g_strdup_printf ("/proc/%d/maps", (int) victim.pid);
  g_assert_true (g_file_get_contents (path, &old_text, NULL, NULL));
  process = open_process (victim.pid);
  do
    g_assert_cmpint (lac_process_get_facts (process, &before, NULL), ==, LAC_OK);
  while (before.state != 'S');
  for (int i = 0; i < 20; i++)
    {
      g_assert_cmpint (lac_process_read_map (process, i % 2 ? LAC_READ_DETAIL : 0, NULL, &map, NULL),
                       ==, LAC_OK);
      g_assert_cmpint (lac_process_query (process, 0, true, &region, NULL, 0, NULL), ==, LAC_OK);
      g_assert_cmpint (lac_process_refresh_range (process, map, lac_map_space (map)->user, NULL, &again,
                                                  NULL),
                       ==, LAC_OK);
      lac_map_unref (again);
      lac_map_unref (map);
    }
  g_assert_cmpint (lac_process_get_facts (process, &after, NULL), ==, LAC_OK);
  g_assert_cmpint (after.state, ==, 'S');
  g_assert_true (g_file_get_contents (path, &new_text, NULL, NULL));
  g_assert_cmpstr (old_text, ==, new_text);
  lac_process_close (process);
  victim_stop (&victim);
}

static void
test_detail_on_demand (void)
{
  struct lac_process *process = open_process (LAC_PROCESS_SELF);
  struct lac_map *map;
  uint64_t resident = 0;
  size_t n_regions;

  map = read_map (process);
  g_assert_null (lac_map_detail (map, 0));
  lac_map_unref (map);
  g_assert_cmpint (lac_process_read_map (process, LAC_READ_DETAIL, NULL, &map, NULL), ==, LAC_OK);
  lac_map_regions (map, &n_regions);
  for (size_t i = 0; i < n_regions; i++)
    {
      const struct lac_region_detail *detail = lac_map_detail (map, i);

      g_assert_nonnull (detail);
      resident += detail->resident;
    }
  g_assert_cmpuint (resident, >, 100000);
  lac_map_unref (map);
  lac_process_close (process);
}

/* /proc by another path: live, and not taken for a recording. */
static void
test_another_path (void)
{
  struct lac_process *process;
  struct lac_process_facts facts;
  struct lac_map *map;
  size_t index;

  g_assert_cmpint (lac_process_open ("/proc/../proc", LAC_PROCESS_SELF, &process, NULL), ==, LAC_OK);
  g_assert_true (lac_process_is_self (process));
  g_assert_false (lac_process_has_exited (process));
  g_assert_cmpint (lac_process_get_facts (process, &facts, NULL), ==, LAC_OK);
  g_assert_cmpint (facts.pid, ==, getpid ());
  map = read_map (process);
  g_assert_cmpint (lac_map_find_name (map, "[stack]", 7, &index), ==, LAC_OK);
  lac_map_unref (map);
  lac_process_close (process);
}

/* In a PID namespace without a /proc of its own: here this is process 1, there that is another
 * one. */
static int
look_from_namespace (void *user_data)
{
  struct lac_process *process = open_process (LAC_PROCESS_SELF);
  struct lac_process_facts facts;
  struct lac_map *map = read_map (process);
  size_t index, n_regions;

  g_assert_cmpint (getpid (), ==, 1);
  g_assert_true (lac_process_is_self (process));
  g_assert_false (lac_process_has_exited (process));
  g_assert_cmpint (lac_process_get_facts (process, &facts, NULL), ==, LAC_OK);
  g_assert_cmpint (facts.pid, !=, 1);
  g_assert_cmpstr (facts.name, ==, "test-os-identit");
  index = lac_map_search (map, (uintptr_t) &facts);
  g_assert_true (lac_range_contains (lac_region_range (&lac_map_regions (map, &n_regions)[index]),
                                     (uintptr_t) &facts));
  lac_map_unref (map);
  lac_process_close (process);

  process = open_process (1);
  g_assert_false (lac_process_is_self (process));
  g_assert_cmpint (lac_process_get_facts (process, &facts, NULL), ==, LAC_OK);
  g_assert_cmpstr (facts.name, !=, "test-os-identit");
  lac_process_close (process);
  return 0;
}

static int
enter_namespace (void *user_data)
{
  if (unshare (CLONE_NEWPID) != 0)
    return 77;
  return run_as (-1, look_from_namespace, user_data);
}

static void
test_numbers_of_another_namespace (void)
{
  int result = run_as (-1, enter_namespace, NULL);

  if (result == 77)
    g_test_skip ("a PID namespace can't be made here");
  else
    g_assert_cmpint (result, ==, 0);
}

static void
test_leaves_no_descriptor (void)
{
  struct victim victim;
  unsigned before;

  if (!victim_start (&victim, "victim", "still", NULL, -1))
    return;
  before = count_descriptors ();
  for (int i = 0; i < 50; i++)
    {
      struct lac_process *process = open_process (i % 2 ? victim.pid : LAC_PROCESS_SELF);
      struct lac_process_facts facts;
      struct lac_map *map = read_map (process);
      struct lac_map *again = NULL;
      struct lac_region region;

      lac_process_get_facts (process, &facts, NULL);
      lac_process_has_exited (process);
      lac_process_query (process, 0, true, &region, NULL, 0, NULL);
      lac_process_query (process, 1, false, &region, NULL, 0, NULL);
      g_assert_cmpint (lac_process_refresh_range (process, map, lac_map_space (map)->user, NULL, &again,
                                                  NULL),
                       ==, LAC_OK);
      lac_map_unref (again);
      lac_map_unref (map);
      lac_process_close (process);
    }
  g_assert_cmpuint (count_descriptors (), ==, before);
  victim_stop (&victim);
}

struct found
{
  pid_t victim;
  bool self;
  bool found_victim;
  bool in_order;
  int32_t last;
  unsigned n_rows;
};

static bool
visit (const struct lac_process_row *row,
       void                         *user_data)
{
  struct found *found = user_data;

  found->in_order = found->in_order && row->pid > found->last;
  found->last = row->pid;
  found->n_rows++;
  if (row->pid == getpid ())
    found->self = strcmp (row->name, "test-os-identit") == 0 && row->user == geteuid ()
                  && strstr (row->command_line, "test-os-identity") != NULL && !row->kernel_thread;
  if (row->pid == found->victim)
    found->found_victim = row->user == 65534 && strstr (row->command_line, "victim shy") != NULL;
  return true;
}

static bool
visit_one (const struct lac_process_row *row,
           void                         *user_data)
{
  ++*(unsigned *) user_data;
  return false;
}

static void
test_list (void)
{
  struct found found = { .in_order = true };
  struct victim victim;
  unsigned visits = 0;
  bool has_victim = geteuid () == 0 && victim_start (&victim, "victim", "shy", NULL, 65534);

  if (has_victim)
    found.victim = victim.pid;
  g_assert_cmpint (lac_process_list (NULL, visit, &found, NULL), ==, LAC_OK);
  g_assert_true (found.self);
  g_assert_true (found.in_order);
  g_assert_cmpuint (found.n_rows, >, 1);
  if (has_victim)
    {
      g_assert_true (found.found_victim);
      victim_stop (&victim);
    }
  g_assert_cmpint (lac_process_list (NULL, visit_one, &visits, NULL), ==, LAC_OK);
  g_assert_cmpuint (visits, ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_test_add_func ("/os/process/facts-of-self", test_facts_of_self);
  g_test_add_func ("/os/process/limits-agree", test_limits_agree);
  g_test_add_func ("/os/process/no-such-process", test_no_such_process);
  g_test_add_func ("/os/process/exited-stays-exited", test_exited);
  g_test_add_func ("/os/process/reused-pid-is-not-the-target", test_reused_pid);
  g_test_add_func ("/os/process/thread-means-its-process", test_thread_means_its_process);
  g_test_add_func ("/os/process/32-bit-program", test_32_bit_program);
  g_test_add_func ("/os/process/static-program", test_static_program);
  g_test_add_func ("/os/process/first-thread-has-ended", test_headless_process);
  g_test_add_func ("/os/process/leaves-the-target-alone", test_leaves_the_target_alone);
  g_test_add_func ("/os/process/detail-on-demand", test_detail_on_demand);
  g_test_add_func ("/os/process/another-path-to-proc", test_another_path);
  g_test_add_func ("/os/process/numbers-of-another-namespace", test_numbers_of_another_namespace);
  g_test_add_func ("/os/process/leaves-no-descriptor", test_leaves_no_descriptor);
  g_test_add_func ("/os/process/list-ascends", test_list);
  return g_test_run ();
}
