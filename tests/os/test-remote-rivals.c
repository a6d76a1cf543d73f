/* Calls in a process in which others are at work too: threads of its own that take what was freed, a filter
 * that says of a call that it was made, and other Lacunas.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remotely.h"
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define PAGE UINT64_C (4096)
#define SIZE (16 * PAGE)

/* What is to be taken, which a thread of a process of ours sees. */
struct bait
{
  uint64_t place; /* 0: nothing */
  uint64_t size;
  int protection;
  uint32_t is_idle;
  uint32_t n_taken;
  uint32_t is_ready;
};

/* Takes the bait as soon as it is there to be taken, and gives it back when it is told to. */
static void *
take_bait (void *user_data)
{
  struct bait *bait = user_data;

  for (;;)
    {
      uint64_t place = __atomic_load_n (&bait->place, __ATOMIC_SEQ_CST);
      bool took = false;

      if (place == 0)
        {
          __atomic_store_n (&bait->is_idle, 1, __ATOMIC_SEQ_CST);
          sched_yield ();
          continue;
        }
      while (__atomic_load_n (&bait->place, __ATOMIC_SEQ_CST) == place)
        if (!took)
          took = mmap ((void *) (uintptr_t) place, bait->size, bait->protection,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0)
                 == (void *) (uintptr_t) place;
      if (took)
        {
          munmap ((void *) (uintptr_t) place, bait->size);
          bait->n_taken++;
        }
    }
  return NULL;
}

/* Says of each munmap(2) that it was made, and makes none. */
static bool
pretend_to_free (void)
{
  struct sock_filter lines[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_munmap, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 0),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { .len = G_N_ELEMENTS (lines), .filter = lines };

  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
         && prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* Starts a process with the thread, or without it. */
static pid_t
start_taking (struct bait *bait,
              bool         with_thread,
              bool         pretending)
{
  pthread_t thread;
  pid_t pid = fork ();

  if (pid == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      if ((pretending && !pretend_to_free ())
          || (with_thread && pthread_create (&thread, NULL, take_bait, bait) != 0))
        _exit (1);
      __atomic_store_n (&bait->is_ready, 1, __ATOMIC_SEQ_CST);
      for (;;)
        pause ();
    }
  g_assert_cmpint (pid, >, 0);
  while (__atomic_load_n (&bait->is_ready, __ATOMIC_SEQ_CST) == 0)
    {
      g_assert_cmpint (waitpid (pid, NULL, WNOHANG), ==, 0);
      g_usleep (1000);
    }
  g_assert_true (wait_for_state (pid, "S"));
  return pid;
}

static struct bait *
make_bait (uint64_t size,
           int      protection)
{
  struct bait *bait = mmap (NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  g_assert_true (bait != MAP_FAILED);
  bait->size = size;
  bait->protection = protection;
  return bait;
}

static void
end_taking (pid_t        pid,
            struct bait *bait)
{
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  munmap (bait, PAGE);
}

struct taking
{
  const char *path;
  uint64_t size;
  int protection;
};

static const struct taking takings[] = {
  { "the-same", SIZE, PROT_READ | PROT_WRITE },
  { "a-part", PAGE, PROT_READ | PROT_WRITE },
  { "protected-otherwise", SIZE, PROT_READ },
};

/* What another thread has mapped in the place at once is no fault of the call that freed it. */
static void
test_taken_at_once (const void *user_data)
{
  const struct taking *taking = user_data;
  struct lac_process_failure failure = { 0 };
  struct bait *bait;
  struct reached reached;
  pid_t pid;

  if (!can_reach ())
    return;
  bait = make_bait (taking->size, taking->protection);
  pid = start_taking (bait, true, false);
  assert_done (reach (&reached, pid, 0, &failure), &failure, taking->path);
  for (int i = 0; i < 300 || (i < 5000 && bait->n_taken == 0); i++)
    {
      uint64_t address;

      assert_done (lac_remote_allocate (reached.remote, 0, SIZE, 3, &address, &failure), &failure,
                   taking->path);
      __atomic_store_n (&bait->is_idle, 0, __ATOMIC_SEQ_CST);
      __atomic_store_n (&bait->place, address, __ATOMIC_SEQ_CST);
      assert_done (lac_remote_free (reached.remote, address, SIZE, &failure), &failure, taking->path);
      __atomic_store_n (&bait->place, 0, __ATOMIC_SEQ_CST);
      while (__atomic_load_n (&bait->is_idle, __ATOMIC_SEQ_CST) == 0)
        sched_yield ();
    }
  g_test_message ("%u taken", bait->n_taken);
  /* With one processor to itself nobody is quick enough. */
  if (bait->n_taken == 0)
    g_test_skip ("no thread came in between");
  unreach (&reached);
  end_taking (pid, bait);
}

/* What was not freed is found out, whatever the filter says, and whether or not there are other threads. */
static void
test_pretended (const void *with_thread)
{
  struct lac_process_failure failure = { 0 };
  struct bait *bait;
  struct reached reached;
  uint64_t address;
  pid_t pid;

  if (!can_reach ())
    return;
  bait = make_bait (SIZE, PROT_READ | PROT_WRITE);
  pid = start_taking (bait, with_thread != NULL, true);
  assert_done (reach (&reached, pid, LAC_REMOTE_FORCE_FILTERED, &failure), &failure, "pretending");
  assert_done (lac_remote_allocate (reached.remote, 0, SIZE, 3, &address, &failure), &failure,
               "pretending");
  g_assert_cmpstr (lac_status_name (lac_remote_free (reached.remote, address, SIZE, &failure)), ==,
                   "unverified");
  g_assert_cmpint (failure.status, ==, LAC_E_UNVERIFIED);
  /* A part of it, and more than it. */
  g_assert_cmpint (lac_remote_free (reached.remote, address + PAGE, PAGE, NULL), ==, LAC_E_UNVERIFIED);
  g_assert_cmpint (lac_remote_free (reached.remote, address, 2 * SIZE, NULL), ==, LAC_E_UNVERIFIED);
  unreach (&reached);
  end_taking (pid, bait);
}

/* Frees what is not there, which is no error: munmap(2). */
static void
test_nothing_there (void)
{
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;
  uint64_t address;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  assert_done (lac_remote_allocate (reached.remote, 0, SIZE, 3, &address, &failure), &failure,
               victim.name);
  for (int i = 0; i < 2; i++)
    assert_done (lac_remote_free (reached.remote, address, SIZE, &failure), &failure, victim.name);
  unreach (&reached);
  end_unharmed (&victim);
}

/* Makes a call until nobody is in the way. Where the machine is busy elsewhere for a second another one may be
 * waited for in vain; @n_in_vain counts that. */
static enum lac_status
insist (struct reached             *reached,
        struct lac_remote_step     *step,
        unsigned                    flags,
        unsigned                   *n_in_vain,
        struct lac_process_failure *failure)
{
  for (;;)
    {
      gint64 begun = g_get_monotonic_time ();
      enum lac_status status
          = step->call == LAC_REMOTE_MMAP
                ? lac_remote_run (reached->remote, step, 1, flags, failure)
                : lac_remote_free (reached->remote, step->arguments[0], step->arguments[1], failure);

      if (status != LAC_E_TRACED || g_get_monotonic_time () - begun < G_USEC_PER_SEC / 2
          || strcmp (failure->other_name, "lacuna-tracer") != 0 || (*n_in_vain)++ > 2)
        return status;
    }
}

/* Allocates and frees for as long as there is time, in a process of its own. Its exit status is that of what
 * went wrong. */
static _Noreturn void
be_a_session (pid_t    pid,
              gint64   end,
              unsigned flags)
{
  struct lac_process_failure failure = { 0 };
  unsigned n_done = 0, n_in_vain = 0;

  while (n_done == 0 || g_get_monotonic_time () < end)
    {
      struct reached reached;
      enum lac_status status = reach (&reached, pid, 0, &failure);

      for (int i = 0; status == LAC_OK && i < 20; i++)
        {
          struct lac_remote_step step = {
            .call = LAC_REMOTE_MMAP,
            .arguments
            = { 0, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t) -1, 0 },
            .undo = true,
          };

          status = insist (&reached, &step, flags, &n_in_vain, &failure);
          if (status == LAC_OK)
            {
              step.call = LAC_REMOTE_MUNMAP;
              step.arguments[0] = (uint64_t) step.result;
              status = insist (&reached, &step, 0, &n_in_vain, &failure);
            }
          n_done += status == LAC_OK;
          g_usleep ((gulong) g_random_int_range (0, 200));
        }
      if (status != LAC_OK)
        {
          fprintf (stderr, "# after %u: %s (%s, errno %d, by %d %s)\n", n_done, lac_status_name (status),
                   failure.what, failure.system_error, failure.other_pid, failure.other_name);
          _exit ((int) status);
        }
      unreach (&reached);
    }
  fprintf (stderr, "# %u done, %u in vain\n", n_done, n_in_vain);
  _exit (0);
}

/* Several sessions at one process do not get in each other's way, and leave nothing behind. */
static void
test_several_sessions (void)
{
  const gint64 end = g_get_monotonic_time () + (g_test_slow () ? 20 : 2) * G_USEC_PER_SEC;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  struct started victim;
  pid_t sessions[3];

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  wait_for_rounds (&victim, 1);
  before = describe_process (victim.pid);
  for (gsize i = 0; i < G_N_ELEMENTS (sessions); i++)
    {
      sessions[i] = fork ();
      if (sessions[i] == 0)
        be_a_session (victim.pid, end, i == 0 ? LAC_REMOTE_STOP_ALL : 0);
      g_assert_cmpint (sessions[i], >, 0);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (sessions); i++)
    {
      int state;

      g_assert_cmpint (waitpid (sessions[i], &state, 0), ==, sessions[i]);
      g_assert_true (WIFEXITED (state));
      g_assert_cmpstr (lac_status_name (WEXITSTATUS (state)), ==, "ok");
    }
  after = describe_process (victim.pid);
  assert_same_description (before, after);
  wait_for_rounds (&victim, 2);
  end_unharmed (&victim);
}

/* Who is called like a tracer of ours, and does not let go: it is waited for, and then told of. */
static void
test_holds_on (void)
{
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;
  enum lac_status status;
  uint64_t address;
  gint64 begun;
  int ready[2];
  pid_t rival;
  char byte;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  g_assert_cmpint (pipe (ready), ==, 0);
  rival = fork ();
  if (rival == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      prctl (PR_SET_NAME, "lacuna-tracer");
      byte = ptrace (PTRACE_SEIZE, victim.pid, 0, 0) == 0 ? 'y' : 'n';
      if (write (ready[1], &byte, 1) == 1)
        for (;;)
          pause ();
      _exit (1);
    }
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  g_assert_cmpint (byte, ==, 'y');

  begun = g_get_monotonic_time ();
  status = lac_remote_allocate (reached.remote, 0, SIZE, 3, &address, &failure);
  g_assert_cmpstr (lac_status_name (status), ==, "traced");
  g_assert_cmpint (failure.other_pid, ==, rival);
  g_assert_cmpstr (failure.other_name, ==, "lacuna-tracer");
  g_assert_cmpint (g_get_monotonic_time () - begun, >, G_USEC_PER_SEC / 2);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 4 * G_USEC_PER_SEC);

  kill (rival, SIGKILL);
  waitpid (rival, NULL, 0);
  assert_done (lac_remote_allocate (reached.remote, 0, SIZE, 3, &address, &failure), &failure,
               victim.name);
  assert_done (lac_remote_free (reached.remote, address, SIZE, &failure), &failure, victim.name);
  unreach (&reached);
  close (ready[0]);
  close (ready[1]);
  end_unharmed (&victim);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (takings); i++)
    {
      g_autofree char *path = g_strdup_printf ("/os/remote-rivals/taken-at-once/%s", takings[i].path);

      g_test_add_data_func (path, &takings[i], test_taken_at_once);
    }
  g_test_add_data_func ("/os/remote-rivals/pretended-freeing/alone", NULL, test_pretended);
  g_test_add_data_func ("/os/remote-rivals/pretended-freeing/many-threads", "", test_pretended);
  g_test_add_func ("/os/remote-rivals/nothing-there-to-free", test_nothing_there);
  g_test_add_func ("/os/remote-rivals/several-sessions", test_several_sessions);
  g_test_add_func ("/os/remote-rivals/holds-on", test_holds_on);
  return g_test_run ();
}
