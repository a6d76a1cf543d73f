/* Calls in another process: what they do, what is undone, and what becomes of the process when the tracer, or
 * who asked it, ends between any two steps.
 *
 * The ends are put at each point there is, one after another, so nothing is left to chance here; ends at random
 * moments are in test-remote-kill.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/linux/remote-private.h"
#include "remotely.h"
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE UINT64_C (4096)

static struct lac_remote_step
call_step (enum lac_remote_call call,
           uint64_t             a,
           uint64_t             b,
           uint64_t             c,
           uint64_t             d)
{
  return (struct lac_remote_step){ .call = call, .arguments = { a, b, c, d, (uint64_t) -1, 0 } };
}

static struct lac_remote_step
map_step (uint64_t size)
{
  struct lac_remote_step step = call_step (LAC_REMOTE_MMAP, 0, size, PROT_READ | PROT_WRITE,
                                           MAP_PRIVATE | MAP_ANONYMOUS);

  step.undo = true;
  return step;
}

static void
assert_region (struct reached *reached,
               uint64_t        address,
               uint64_t        size,
               unsigned        protection)
{
  struct lac_process_failure failure = { 0 };
  struct lac_region region;

  assert_done (lac_process_query (reached->process, address, false, &region, NULL, 0, &failure),
               &failure, "the region");
  g_assert_cmpuint (region.start, <=, address);
  g_assert_cmpuint (region.end, >=, address + size);
  g_assert_cmpuint (region.protection, ==, protection);
}

/* Memory in a victim of each kind: it is there, it can be used, and it goes. */
static void
check_memory (const char *program,
              const char *argument)
{
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;
  struct lac_remote_plan plan;
  uint64_t address, second;
  char bytes[8];

  if (!can_reach () || !start_victim (&victim, -1, program, argument, NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  lac_remote_get_plan (reached.remote, &plan);
  g_assert_cmpint (plan.thread, >, 0);
  g_assert_cmpuint (plan.call_address, !=, 0);
  g_assert_cmpuint (plan.return_address, !=, 0);
  g_assert_null (plan.no_net);
  g_assert_true (lac_remote_get_process (reached.remote) == reached.process);

  assert_done (lac_remote_allocate (reached.remote, 0, 4 * PAGE, 3, &address, &failure), &failure,
               victim.name);
  assert_region (&reached, address, 4 * PAGE, 3);
  assert_done (lac_process_write_memory (reached.process, address, "lacuna", 7, 0, NULL, &failure),
               &failure, victim.name);
  assert_done (lac_process_read_memory (reached.process, address, bytes, 7, 0, NULL, NULL, NULL, NULL,
                                        &failure),
               &failure, victim.name);
  g_assert_cmpstr (bytes, ==, "lacuna");
  assert_done (lac_remote_protect (reached.remote, address + PAGE, PAGE, 5, &failure), &failure,
               victim.name);
  assert_region (&reached, address + PAGE, PAGE, 5);

  /* A place that is taken, also when it is by another end of the range. */
  g_assert_cmpint (lac_remote_allocate (reached.remote, address + PAGE, PAGE, 3, &second, &failure), ==,
                   LAC_E_OCCUPIED);
  g_assert_cmpint (failure.status, ==, LAC_E_OCCUPIED);
  assert_region (&reached, address + PAGE, PAGE, 5);
  /* A hole: nothing before it is changed. */
  assert_done (lac_remote_free (reached.remote, address + 2 * PAGE, PAGE, &failure), &failure,
               victim.name);
  g_assert_cmpint (lac_remote_protect (reached.remote, address, 4 * PAGE, 0, &failure), ==,
                   LAC_E_NOT_FOUND);
  assert_region (&reached, address, PAGE, 3);
  /* Exactly there. */
  assert_done (lac_remote_allocate (reached.remote, address + 2 * PAGE, PAGE, 7, &second, &failure),
               &failure, victim.name);
  g_assert_cmpuint (second, ==, address + 2 * PAGE);
  assert_region (&reached, second, PAGE, 7);

  assert_done (lac_remote_free (reached.remote, address, 4 * PAGE, &failure), &failure, victim.name);
  g_assert_cmpuint (lac_remote_stopped_for (reached.remote), >, 0);
  unreach (&reached);
  end_unharmed (&victim);
}

static void
test_sleeping (void)
{
  check_memory ("sleeper", "nanosleep");
}

static void
test_spinning (void)
{
  check_memory ("spinner", NULL);
}

static void
test_of_32_bits (void)
{
  check_memory ("spinner-32", NULL);
}

static void
test_many_threads (void)
{
  check_memory ("throng", "64");
}

/* Ends of the tracer and of who asks. */

struct ends
{
  const char *path;
  const char *program;
  const char *argument;
};

static const struct ends ends[] = {
  { "spinning", "spinner", NULL },
  { "spinning-of-32-bits", "spinner-32", NULL },
  { "registers-in-a-sleep", "spinner", "sleep" },
  { "registers-in-a-sleep-of-32-bits", "spinner-32", "sleep" },
  { "nanosleep", "sleeper", "nanosleep" },
  { "poll-of-32-bits", "sleeper-32", "poll" },
  { "epoll", "sleeper", "epoll-wait" },
  { "epoll-forever", "sleeper", "epoll-wait-forever" },
  { "sigtimedwait", "sleeper", "sigtimedwait" },
  { "sigsuspend", "sleeper", "sigsuspend" },
  { "read", "sleeper", "read" },
};

/* Until nobody traces it. */
static void
wait_until_free (pid_t pid)
{
  for (int i = 0; i < 5000; i++)
    {
      g_autofree char *tracer = read_status_field (pid, "TracerPid");

      if (strcmp (tracer, "0") == 0)
        return;
      g_usleep (1000);
    }
  g_error ("it is still traced");
}

static void
test_tracer_ends (const void *user_data)
{
  const struct ends *row = user_data;
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;
  uint32_t n_points;
  uint64_t address;

  if (!can_reach () || !start_victim (&victim, -1, row->program, row->argument, NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  assert_done (lac_remote_allocate (reached.remote, 0, PAGE, 3, &address, &failure), &failure,
               victim.name);
  n_points = lac_remote_count_points (reached.remote);
  g_assert_cmpuint (n_points, >, 10);

  for (uint32_t point = 1; point <= n_points; point++)
    {
      uint32_t rounds = victim.report->n_rounds;

      lac_remote_end_at (reached.remote, point, false);
      g_assert_cmpint (lac_remote_allocate (reached.remote, 0, PAGE, 3, &address, &failure), ==,
                       LAC_E_SYSTEM);
      g_assert_cmpint (failure.system_error, ==, ECHILD);
      wait_until_free (victim.pid);
      wait_for_rounds (&victim, 1);
      g_assert_cmpuint (victim.report->n_rounds, !=, rounds);
      assert_unharmed (&victim, true);
      /* And another one does it. */
      lac_remote_end_at (reached.remote, 0, false);
      assert_done (lac_remote_allocate (reached.remote, 0, PAGE, 3, &address, &failure), &failure,
                   victim.name);
      assert_done (lac_remote_free (reached.remote, address, PAGE, &failure), &failure, victim.name);
    }
  unreach (&reached);
  g_assert_cmpint (kill (victim.pid, 0), ==, 0);
  kill_victim (&victim);
}

/* In a process of its own, which does not come to the end. */
static void
be_ended (pid_t    pid,
          uint32_t point)
{
  struct lac_process_failure failure = { 0 };
  struct reached reached;
  uint64_t address;

  if (reach (&reached, pid, 0, &failure) != LAC_OK)
    _exit (1);
  lac_remote_end_at (reached.remote, point, true);
  lac_remote_allocate (reached.remote, 0, PAGE, 3, &address, &failure);
  /* Past the last point: the end is here. */
  raise (SIGKILL);
}

static void
test_asker_ends (const void *user_data)
{
  const struct ends *row = user_data;
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;
  struct lac_process *process;
  struct lac_map *before, *after;
  uint32_t n_points;
  uint64_t address;

  if (!can_reach () || !start_victim (&victim, -1, row->program, row->argument, NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  assert_done (lac_remote_allocate (reached.remote, 0, PAGE, 3, &address, &failure), &failure,
               victim.name);
  n_points = lac_remote_count_points (reached.remote);
  assert_done (lac_remote_free (reached.remote, address, PAGE, &failure), &failure, victim.name);
  unreach (&reached);
  process = open_process (victim.pid);
  before = read_map (process);

  for (uint32_t point = 1; point <= n_points; point++)
    {
      pid_t child = fork ();
      int status;
      bool same = false;

      if (child == 0)
        be_ended (victim.pid, point);
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
      /* What was made is unmade, by who is left. */
      for (int i = 0; i < 5000 && !same; i++)
        {
          wait_until_free (victim.pid);
          after = read_map (process);
          same = maps_agree (before, after);
          lac_map_unref (after);
          if (!same)
            g_usleep (1000);
        }
      g_assert_true (same);
      wait_until_free (victim.pid);
      wait_for_rounds (&victim, 1);
      assert_unharmed (&victim, false);
    }
  lac_map_unref (before);
  lac_process_close (process);
  end_unharmed (&victim);
}

/* Runs */

static void
test_steps (void)
{
  struct lac_process_failure failure = { 0 };
  g_autofree char *folder = g_dir_make_tmp ("lacuna-remote-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "inside", "file", NULL);
  g_autofree char *inside = g_build_filename (folder, "inside", NULL);
  struct lac_remote_step steps[11];
  struct started victim;
  struct reached reached;
  struct stat facts;
  char bytes[8];

  g_assert_nonnull (folder);
  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);

  /* Texts are put into memory that the run itself makes; a file is made, mapped and closed. */
  steps[0] = map_step (PAGE);
  steps[1] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_WRITE,
    .from = { 1 },
    .bytes = inside,
    .n_bytes = (uint32_t) strlen (inside) + 1,
  };
  steps[2] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_WRITE,
    .arguments = { 1024 },
    .from = { 1 },
    .bytes = path,
    .n_bytes = (uint32_t) strlen (path) + 1,
  };
  steps[3] = call_step (LAC_REMOTE_MKDIRAT, (uint64_t) AT_FDCWD, 0, 0700, 0);
  steps[3].from[1] = 1;
  /* A second time it is there already, which is no obstacle. */
  steps[4] = steps[3];
  steps[4].may_fail = true;
  steps[5] = call_step (LAC_REMOTE_OPENAT, (uint64_t) AT_FDCWD, 1024, O_RDWR | O_CREAT | O_EXCL, 0600);
  steps[5].from[1] = 1;
  steps[5].undo = true;
  steps[6] = call_step (LAC_REMOTE_FTRUNCATE, 0, 2 * PAGE, 0, 0);
  steps[6].from[0] = 6;
  steps[7] = (struct lac_remote_step){
    .call = LAC_REMOTE_MMAP,
    .arguments = { 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 0, PAGE },
    .from = { 0, 0, 0, 0, 6, 0 },
    .undo = true,
  };
  steps[8] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_WRITE,
    .from = { 8 },
    .bytes = "lacuna",
    .n_bytes = 7,
  };
  steps[9] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_EXPECT,
    .from = { 8 },
    .bytes = "lacuna",
    .n_bytes = 7,
  };
  steps[10] = call_step (LAC_REMOTE_CLOSE, 0, 0, 0, 0);
  steps[10].from[0] = 6;
  assert_done (lac_remote_run (reached.remote, steps, 11, 0, &failure), &failure, victim.name);
  for (int i = 0; i < 11; i++)
    g_assert_true (steps[i].done);
  g_assert_cmpint (steps[4].result, ==, -EEXIST);
  g_assert_cmpint (stat (path, &facts), ==, 0);
  g_assert_cmpint (facts.st_size, ==, 2 * PAGE);
  assert_done (lac_process_read_memory (reached.process, (uint64_t) steps[7].result, bytes, 7, 0, NULL,
                                        NULL, NULL, NULL, &failure),
               &failure, victim.name);
  g_assert_cmpstr (bytes, ==, "lacuna");

  /* And all of it goes. */
  steps[3] = call_step (LAC_REMOTE_MUNMAP, (uint64_t) steps[7].result, PAGE, 0, 0);
  steps[4] = call_step (LAC_REMOTE_FCHMODAT, (uint64_t) AT_FDCWD, 1024, 0400, 0);
  steps[4].from[1] = 1;
  steps[5] = call_step (LAC_REMOTE_UNLINKAT, (uint64_t) AT_FDCWD, 1024, 0, 0);
  steps[5].from[1] = 1;
  steps[6] = call_step (LAC_REMOTE_UNLINKAT, (uint64_t) AT_FDCWD, 0, AT_REMOVEDIR, 0);
  steps[6].from[1] = 1;
  steps[7] = call_step (LAC_REMOTE_MUNMAP, 0, PAGE, 0, 0);
  steps[7].from[0] = 1;
  assert_done (lac_remote_run (reached.remote, steps, 8, 0, &failure), &failure, victim.name);
  g_assert_cmpint (stat (inside, &facts), ==, -1);
  g_assert_cmpint (rmdir (folder), ==, 0);
  unreach (&reached);
  end_unharmed (&victim);
}

/* What came before a step that fails is undone, and only then. */
static void
test_undo (void)
{
  struct lac_process_failure failure = { 0 };
  struct lac_remote_step steps[4];
  struct started victim;
  struct reached reached;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  before = describe_process (victim.pid);

  steps[0] = map_step (16 * PAGE);
  steps[1] = call_step (LAC_REMOTE_OPENAT, (uint64_t) AT_FDCWD, 0, O_RDONLY, 0);
  steps[1].from[1] = 3;
  g_assert_cmpint (lac_remote_run (reached.remote, steps, 2, 0, &failure), ==, LAC_E_INVALID);

  steps[1] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_WRITE,
    .from = { 1 },
    .bytes = "/dev/null",
    .n_bytes = 10,
  };
  steps[2] = call_step (LAC_REMOTE_OPENAT, (uint64_t) AT_FDCWD, 0, O_RDONLY, 0);
  steps[2].from[1] = 1;
  steps[2].undo = true;
  steps[3] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_EXPECT,
    .from = { 1 },
    .bytes = "/dev/full",
    .n_bytes = 10,
  };
  g_assert_cmpint (lac_remote_run (reached.remote, steps, 4, 0, &failure), ==, LAC_E_CHANGED);
  g_assert_cmpint (steps[3].result, ==, -ENODATA);
  g_assert_cmpint (steps[2].result, >=, 0);

  steps[3] = call_step (LAC_REMOTE_MUNMAP, 1, PAGE, 0, 0);
  g_assert_cmpint (lac_remote_run (reached.remote, steps, 4, 0, &failure), ==, LAC_E_SYSTEM);
  g_assert_cmpint (failure.system_error, ==, EINVAL);
  unreach (&reached);
  after = describe_process (victim.pid);
  assert_same_description (before, after);
  end_unharmed (&victim);
}

/* Two threads that count as fast as they can. */
static uint64_t counters[2];

static void *
count_on (void *counter)
{
  for (;;)
    __atomic_fetch_add ((uint64_t *) counter, 1, __ATOMIC_RELAXED);
  return NULL;
}

static pid_t
start_counting (void)
{
  pid_t pid = fork ();
  pthread_t thread;

  if (pid == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      if (pthread_create (&thread, NULL, count_on, &counters[0]) != 0
          || pthread_create (&thread, NULL, count_on, &counters[1]) != 0)
        _exit (1);
      for (;;)
        pause ();
    }
  g_assert_cmpint (pid, >, 0);
  return pid;
}

/* With all threads stopped, what is written stays while other things are done. */
static void
test_stop_all (void)
{
  struct lac_process_failure failure = { 0 };
  struct lac_remote_step steps[20];
  const uint64_t nothing[2] = { 0, 0 };
  struct reached reached;
  pid_t pid;
  bool counted = false;

  if (!can_reach ())
    return;
  pid = start_counting ();
  g_usleep (50000);
  assert_done (reach (&reached, pid, 0, &failure), &failure, "counting");
  steps[0] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_WRITE,
    .arguments = { (uintptr_t) counters },
    .bytes = nothing,
    .n_bytes = sizeof nothing,
  };
  for (int i = 1; i < 19; i++)
    steps[i] = call_step (LAC_REMOTE_CLOSE, (uint64_t) -1, 0, 0, 0);
  for (int i = 1; i < 19; i++)
    steps[i].may_fail = true;
  steps[19] = steps[0];
  steps[19].kind = LAC_REMOTE_STEP_EXPECT;
  for (int i = 0; i < 100; i++)
    assert_done (lac_remote_run (reached.remote, steps, 20, LAC_REMOTE_STOP_ALL, &failure), &failure,
                 "counting");
  /* Otherwise they count on. */
  for (int i = 0; i < 100 && !counted; i++)
    counted = lac_remote_run (reached.remote, steps, 20, 0, &failure) == LAC_E_CHANGED;
  g_assert_true (counted);
  unreach (&reached);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

/* A crowd that checks itself, stopped as a whole. */
static void
test_stop_many (void)
{
  struct lac_process_failure failure = { 0 };
  struct lac_remote_step step = map_step (PAGE);
  struct started victim;
  struct reached reached;

  if (!can_reach () || !start_victim (&victim, -1, "throng", "64", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  for (int i = 0; i < 100; i++)
    {
      assert_done (lac_remote_run (reached.remote, &step, 1, LAC_REMOTE_STOP_ALL, &failure), &failure,
                   victim.name);
      assert_done (lac_remote_free (reached.remote, (uint64_t) step.result, PAGE, &failure), &failure,
                   victim.name);
      assert_unharmed (&victim, false);
    }
  unreach (&reached);
  wait_for_rounds (&victim, 2);
  end_unharmed (&victim);
}

/* The tracer as a child */

/* Who asked does not meet it, and nothing is left of it. */
static void
test_child (void)
{
  struct lac_process_failure failure = { 0 };
  unsigned n_descriptors = count_descriptors ();
  struct started victim;
  struct reached reached;
  uint64_t address;
  pid_t tracer;
  int status;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  n_descriptors = count_descriptors ();
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  g_assert_cmpint (reached.remote->tracer, ==, 0);
  assert_done (lac_remote_allocate (reached.remote, 0, PAGE, 3, &address, &failure), &failure,
               victim.name);
  tracer = reached.remote->tracer;
  g_assert_cmpint (tracer, >, 0);
  g_assert_cmpint (getpgid (tracer), ==, tracer);
  g_assert_cmpint (waitpid (tracer, &status, WNOHANG), ==, -1);
  g_assert_cmpint (errno, ==, ECHILD);
  /* What a terminal sends to a group does not end it, nor what asks politely. */
  kill (tracer, SIGINT);
  kill (tracer, SIGTERM);
  kill (tracer, SIGHUP);
  assert_done (lac_remote_protect (reached.remote, address, PAGE, 1, &failure), &failure, victim.name);
  g_assert_cmpint (reached.remote->tracer, ==, tracer);

  /* Killed while it has nothing to do, another one takes its place and nobody notices. */
  kill (tracer, SIGKILL);
  g_usleep (20000);
  assert_done (lac_remote_free (reached.remote, address, PAGE, &failure), &failure, victim.name);
  g_assert_cmpint (reached.remote->tracer, !=, tracer);
  g_assert_cmpint (kill (tracer, 0), ==, -1);
  tracer = reached.remote->tracer;
  unreach (&reached);
  g_assert_cmpint (kill (tracer, 0), ==, -1);
  g_assert_cmpuint (count_descriptors (), ==, n_descriptors);
  end_unharmed (&victim);
}

/* A child of the program that has the handle can use it too, with a tracer of its own. */
static void
test_forked (void)
{
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;
  uint64_t address;
  pid_t child;
  int status;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  assert_done (lac_remote_allocate (reached.remote, 0, PAGE, 3, &address, &failure), &failure,
               victim.name);
  child = fork ();
  if (child == 0)
    {
      uint64_t other;

      if (lac_remote_allocate (reached.remote, 0, PAGE, 3, &other, NULL) != LAC_OK
          || lac_remote_free (reached.remote, other, PAGE, NULL) != LAC_OK)
        _exit (1);
      lac_remote_close (reached.remote);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  assert_done (lac_remote_free (reached.remote, address, PAGE, &failure), &failure, victim.name);
  unreach (&reached);
  end_unharmed (&victim);
}

/* After a while without work it ends, and the next call has another. */
static void
test_idle (void)
{
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;
  uint64_t address;
  pid_t tracer;

  if (!g_test_slow ())
    {
      g_test_skip ("it waits for 11 s: -m slow");
      return;
    }
  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  assert_done (lac_remote_allocate (reached.remote, 0, PAGE, 3, &address, &failure), &failure,
               victim.name);
  tracer = reached.remote->tracer;
  g_assert_true (wait_for_state (tracer, "SR"));
  g_usleep (11 * G_USEC_PER_SEC);
  g_assert_true (wait_for_state (tracer, "Z"));
  assert_done (lac_remote_free (reached.remote, address, PAGE, &failure), &failure, victim.name);
  g_assert_cmpint (reached.remote->tracer, !=, tracer);
  unreach (&reached);
  end_unharmed (&victim);
}

/* Without the kernel's point queries the thread's stack is found in the text. */
static void
test_without_queries (void)
{
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;

  if (!can_reach () || !start_victim (&victim, -1, "throng", "8", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  lac_remote_forbid_queries (reached.remote);
  for (int i = 0; i < 20; i++)
    {
      GRand *random = g_rand_new_with_seed (1);

      cycle (&reached, victim.name, random);
      g_rand_free (random);
    }
  unreach (&reached);
  end_unharmed (&victim);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/os/remote/memory/sleeping", test_sleeping);
  g_test_add_func ("/os/remote/memory/spinning", test_spinning);
  g_test_add_func ("/os/remote/memory/of-32-bits", test_of_32_bits);
  g_test_add_func ("/os/remote/memory/many-threads", test_many_threads);
  g_test_add_func ("/os/remote/run/steps", test_steps);
  g_test_add_func ("/os/remote/run/undo", test_undo);
  g_test_add_func ("/os/remote/run/all-threads-stopped", test_stop_all);
  g_test_add_func ("/os/remote/run/many-threads-stopped", test_stop_many);
  g_test_add_func ("/os/remote/tracer/child", test_child);
  g_test_add_func ("/os/remote/tracer/forked", test_forked);
  g_test_add_func ("/os/remote/tracer/idle", test_idle);
  g_test_add_func ("/os/remote/tracer/without-queries", test_without_queries);
  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *tracer = g_strdup_printf ("/os/remote/tracer-ends-anywhere/%s", ends[i].path);
      g_autofree char *asker = g_strdup_printf ("/os/remote/asker-ends-anywhere/%s", ends[i].path);

      g_test_add_data_func (tracer, &ends[i], test_tracer_ends);
      g_test_add_data_func (asker, &ends[i], test_asker_ends);
    }
  return g_test_run ();
}
