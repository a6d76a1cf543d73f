/* Being killed at any moment of a call in another process does that process no harm.
 *
 * A child of the test makes calls in a victim in a loop and is killed at a random moment, many
 * times over. When only it is killed, its tracer finishes or undoes what it began: the victim
 * notices nothing at all, and has no memory that nobody was told of. When the tracer is killed with
 * it, the victim returns through the frame on its stack: it must not crash, nor have anything wrong
 * but a call that says EINTR.
 *
 * What the child was told of is known exactly: it says so in the memory that it shares with its
 * tracer. That memory is made by this test's own mmap(2), such that it outlives both.
 *
 * With -m slow each victim sees a thousand of each.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/linux/remote-private.h"
#include "remotely.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child leaves behind. */
struct will
{
  uint32_t n_cycles;
  /* It waits for an allocation's answer. */
  uint32_t asks;
  /* What it was told of, and is not freed yet. */
  uint64_t address;
  uint32_t status;
  /* And why, a static text of the same program. */
  const char *what;
};

static struct will *will;
/* How often the child had been told of memory that it could not free any more. */
static unsigned n_left_over;
static GRand *rand_source;

/* What the child and its tracer share, as the test sees it; the file is the child's way to it. */
static const struct lac_tracer_room *room;
static int room_file = -1;
static bool is_child;

void *mmap (void  *address,
            size_t size,
            int    protection,
            int    flags,
            int    file,
            off_t  offset) __attribute__ ((visibility ("default")));

void *
mmap (void  *address,
      size_t size,
      int    protection,
      int    flags,
      int    file,
      off_t  offset)
{
  if (is_child && (flags & MAP_SHARED) != 0 && (flags & MAP_ANONYMOUS) != 0)
    {
      /* New, and zero. */
      if (ftruncate (room_file, 0) != 0 || ftruncate (room_file, (off_t) size) != 0)
        return MAP_FAILED;
      flags &= ~MAP_ANONYMOUS;
      file = room_file;
      offset = 0;
    }
  return (void *) syscall (SYS_mmap, address, size, protection, flags, file, offset);
}

/* What is killed: makes calls until then. */
static void
loop (pid_t pid)
{
  struct lac_process_failure failure;
  struct reached reached;
  enum lac_status status = reach (&reached, pid, 0, &failure);

  while (status == LAC_OK)
    {
      uint64_t address = 0;

      __atomic_store_n (&will->asks, 1, __ATOMIC_SEQ_CST);
      status = lac_remote_allocate (reached.remote, 0, 8192,
                                    LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE, &address,
                                    &failure);
      __atomic_store_n (&will->address, address, __ATOMIC_SEQ_CST);
      __atomic_store_n (&will->asks, 0, __ATOMIC_SEQ_CST);
      /* Now and then it has the memory for a while. */
      for (int i = (int) (address >> 13 & 1) * 20000; i > 0; i--)
        __asm__ volatile ("");
      if (status == LAC_OK)
        status = lac_remote_free (reached.remote, address, 8192, &failure);
      __atomic_store_n (&will->address, 0, __ATOMIC_SEQ_CST);
      if (status == LAC_OK)
        __atomic_add_fetch (&will->n_cycles, 1, __ATOMIC_SEQ_CST);
    }
  /* Not before it is killed does anything else happen; the test sees the status. */
  will->what = failure.what;
  __atomic_store_n (&will->status, (uint32_t) status, __ATOMIC_SEQ_CST);
  for (;;)
    pause ();
}

/* A child of @pid that is not @but; 0 for none. */
static pid_t
find_child (pid_t pid,
            pid_t but)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/children", (int) pid, (int) pid);
  g_autofree char *text = NULL;
  DIR *folder;
  struct dirent *entry;
  pid_t found = 0;

  if (g_file_get_contents (path, &text, NULL, NULL))
    {
      char *cursor = text, *end;

      while ((found = (pid_t) strtol (cursor, &end, 10)) == but && end != cursor)
        cursor = end;
      return found;
    }
  /* A kernel that does not list children. */
  folder = opendir ("/proc");
  while (folder != NULL && found == 0 && (entry = readdir (folder)) != NULL)
    if (g_ascii_isdigit (entry->d_name[0]))
      {
        g_autofree char *parent = read_status_field (atoi (entry->d_name), "PPid");

        if (atoi (parent) == (int) pid && atoi (entry->d_name) != (int) but)
          found = atoi (entry->d_name);
      }
  if (folder != NULL)
    closedir (folder);
  return found;
}

/* Collects a process that has been killed, or ends by itself; false when it does not within some
 * seconds. */
static bool
collect (pid_t pid)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  for (;;)
    {
      pid_t found = waitpid (pid, NULL, __WALL | WNOHANG);

      if (found == pid || (found < 0 && errno == ECHILD))
        return true;
      if (g_get_monotonic_time () > deadline)
        return false;
      g_usleep (200);
    }
}

/* Up to @most microseconds, finer than what sleeping can do. */
static void
spin (int most)
{
  for (int i = g_rand_int_range (rand_source, 0, most * 1000); i > 0; i--)
    __asm__ volatile ("");
}

/* A random moment: any at all, or one while the tracer is at work, which is otherwise seldom met
 * on a busy machine. */
static void
wait_a_moment (void)
{
  gint64 until = g_get_monotonic_time () + 10000;

  if (g_rand_int_range (rand_source, 0, 3) == 0)
    g_usleep ((gulong) g_rand_int_range (rand_source, 0, 2000));
  else
    while (atomic_load (&room->turn) != LAC_TURN_TAKEN
           && g_get_monotonic_time () < until)
      continue;
  spin (60);
}

enum manner
{
  /* Only the one that asks. */
  ALONE,
  /* And its tracer, in either order, with nothing in between. */
  TOGETHER,
  /* The tracer, and its successor a little later. */
  TRACER_FIRST,
};

/* Starts the child, lets it work, and kills it. */
static void
kill_once (const struct started *victim,
           enum manner           manner)
{
  gint64 deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  pid_t parent = getpid ();
  pid_t child, tracer;

  memset (will, 0, sizeof *will);
  child = fork ();
  if (child == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      is_child = true;
      if (getppid () == parent)
        loop (victim->pid);
      _exit (1);
    }
  g_assert_cmpint (child, >, 0);
  while (__atomic_load_n (&will->n_cycles, __ATOMIC_SEQ_CST) == 0)
    {
      if (will->status != LAC_OK || g_get_monotonic_time () > deadline)
        g_error ("%s: no call was made: %s (%s)", victim->name, lac_status_name (will->status),
                 will->what ? will->what : "in time");
      g_usleep (100);
    }
  /* It is that memory indeed. */
  g_assert_cmpuint (room->request.n_steps, ==, 1);
  tracer = find_child (child, 0);
  g_assert_cmpint (tracer, >, 0);
  wait_a_moment ();
  switch (manner)
    {
    case ALONE:
      kill (child, SIGKILL);
      break;
    case TOGETHER:
      if (g_rand_boolean (rand_source))
        {
          kill (child, SIGKILL);
          kill (tracer, SIGKILL);
        }
      else
        {
          kill (tracer, SIGKILL);
          kill (child, SIGKILL);
        }
      break;
    case TRACER_FIRST:
    default:
      kill (tracer, SIGKILL);
      spin (500);
      kill (child, SIGKILL);
      break;
    }
  if (!collect (child))
    g_error ("%s: what was killed goes on", victim->name);
  /* Its tracers are ours by now, also one that had just been started. */
  do
    {
      if (!collect (tracer))
        g_error ("%s: a tracer does not end after its parent", victim->name);
      tracer = find_child (parent, victim->child);
    }
  while (tracer != 0);
  {
    g_autofree char *traced_by = read_status_field (victim->pid, "TracerPid");

    if (strcmp (traced_by, "0") != 0)
      g_error ("%s: still traced by %s", victim->name, traced_by);
  }
}

/* Frees what the child knew of and could not free any more; it is still there, or not. */
static void
free_left_over (const struct started *victim,
                uint64_t              address)
{
  struct lac_process_failure failure = { 0 };
  struct reached reached;

  assert_done (reach (&reached, victim->pid, 0, &failure), &failure, victim->name);
  assert_done (lac_remote_free (reached.remote, address, 8192, &failure), &failure, victim->name);
  unreach (&reached);
}

/* As it is outside of all handlers of signals: twice the same, a while apart, is taken for that. */
static char *
describe_calmly (const struct started *victim)
{
  char *one = describe_process (victim->pid);

  for (;;)
    {
      char *other;

      g_usleep (300);
      other = describe_process (victim->pid);
      if (strcmp (one, other) == 0)
        {
          g_free (other);
          return one;
        }
      g_free (one);
      one = other;
    }
}

/* The first line of @after that @before does not have; NULL for none. Release with g_free(). */
static char *
find_new_line (const char *before,
               const char *after)
{
  g_auto (GStrv) lines = g_strsplit (after, "\n", -1);

  for (unsigned i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *line = g_strdup_printf ("%s\n", lines[i]);

      if (lines[i][0] != '\0' && strstr (before, line) == NULL)
        return g_strdup (lines[i]);
    }
  return NULL;
}

/* The same, once the victim is not inside the handler of a signal, where it blocks another one. */
static char *
find_lasting_new_line (const struct started *victim,
                       const char           *before)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  for (;;)
    {
      g_autofree char *after = describe_process (victim->pid);
      g_autofree char *line = find_new_line (before, after);

      if (line == NULL)
        {
          /* Nor is anything gone. */
          assert_same_description (before, after);
          return NULL;
        }
      if (!g_str_has_prefix (line, "thread ") || g_get_monotonic_time () > deadline)
        return g_steal_pointer (&line);
      g_usleep (200);
    }
}

/* After a child was killed alone: all is as before, but for memory that it was told of. */
static void
check_alone (const struct started *victim,
             const char           *before)
{
  g_autofree char *line = find_lasting_new_line (victim, before);

  assert_unharmed (victim, false);
  g_assert_cmpuint (victim->report->n_below, ==, 0);
  if (line != NULL)
    {
      uint64_t address = g_ascii_strtoull (line, NULL, 16);
      bool told = will->address == address || (will->asks && room->turn == LAC_TURN_IDLE);
      g_autofree char *lasting = NULL;

      if (strstr (line, " r-xp 00000000 00:00 0") == NULL || address == 0)
        g_error ("%s: this is new: %s", victim->name, line);
      if (!told)
        g_error ("%s: memory is left over that nobody was told of: %s", victim->name, line);
      free_left_over (victim, address);
      lasting = find_lasting_new_line (victim, before);
      if (lasting != NULL)
        g_error ("%s: this is new: %s", victim->name, lasting);
      n_left_over++;
    }
}

/* After both were killed: it lives, and nothing is wrong; its signal masks are its own. What was
 * being allocated may be left over. */
static void
check_both (const struct started *victim,
            const char           *before)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  const char *threads_before = strstr (before, "descriptor ");
  siginfo_t information = { 0 };

  g_assert_nonnull (threads_before);
  for (;;)
    {
      g_autofree char *after = describe_process (victim->pid);
      const char *threads_after = strstr (after, "descriptor ");

      if (waitid (P_PID, (id_t) victim->child, &information, WEXITED | WNOHANG | WNOWAIT) == 0
          && information.si_pid != 0)
        g_error ("%s: ended with %s %d", victim->name,
                 information.si_code == CLD_EXITED ? "status" : "signal", information.si_status);
      assert_unharmed (victim, true);
      /* It has to go through its frame first, as soon as it is its turn. */
      if (g_strcmp0 (threads_before, threads_after) == 0)
        break;
      if (g_get_monotonic_time () > deadline)
        {
          g_assert_nonnull (threads_after);
          assert_same_description (threads_before, threads_after);
        }
      g_usleep (500);
    }
}

struct kill_case
{
  const char *path;
  const char *program;
  const char *argument;
  bool both;
  unsigned n;
};

#define BOTH_WAYS(path, program, argument, n)                                                      \
  { path "/alone", program, argument, false, n },                                                  \
  {                                                                                                \
    path "/with-tracer", program, argument, true, n                                                \
  }

static const struct kill_case kill_cases[] = {
  BOTH_WAYS ("registers", "spinner", NULL, 40),
  BOTH_WAYS ("registers-in-a-sleep", "spinner", "sleep", 12),
  BOTH_WAYS ("registers-of-32-bits", "spinner-32", NULL, 12),
  BOTH_WAYS ("nanosleep", "sleeper", "nanosleep", 40),
  BOTH_WAYS ("poll", "sleeper", "poll", 40),
  BOTH_WAYS ("futex", "sleeper", "futex", 40),
  BOTH_WAYS ("epoll", "sleeper", "epoll-wait-forever", 40),
  BOTH_WAYS ("epoll-with-time-out", "sleeper", "epoll-wait", 12),
  BOTH_WAYS ("poll-of-32-bits", "sleeper-32", "poll-forever", 12),
  BOTH_WAYS ("many-threads", "throng", NULL, 40),
  BOTH_WAYS ("signals", "signalled", NULL, 40),
  BOTH_WAYS ("signals-of-32-bits", "signalled-32", NULL, 12),
};

static void
test_kill (const void *user_data)
{
  const struct kill_case *row = user_data;
  unsigned n = g_test_slow () ? 1000 : row->n;
  struct started victim;
  g_autofree char *before = NULL;

  if (!can_reach () || !start_victim (&victim, -1, row->program, row->argument, NULL))
    return;
  wait_for_rounds (&victim, 1);
  before = describe_calmly (&victim);
  n_left_over = 0;
  for (unsigned i = 0; i < n; i++)
    if (row->both)
      {
        kill_once (&victim, i % 4 == 3 ? TRACER_FIRST : TOGETHER);
        check_both (&victim, before);
      }
    else
      {
        kill_once (&victim, ALONE);
        check_alone (&victim, before);
      }
  wait_for_rounds (&victim, 3);
  assert_unharmed (&victim, row->both);
  g_test_message (
      "%u times; EINTR %u times, %u times other bytes below the red zone, %u times memory "
      "that was told of",
      n, victim.report->n_interrupted, victim.report->n_below, n_left_over);
  g_assert_cmpint (end_victim (&victim), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  /* The tracers of those that are killed become ours. */
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  will = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (will != MAP_FAILED);
  room_file = memfd_create ("room", MFD_CLOEXEC);
  g_assert_cmpint (room_file, >=, 0);
  room = mmap (NULL, sizeof *room, PROT_READ, MAP_SHARED, room_file, 0);
  g_assert_true (room != MAP_FAILED);
  rand_source = g_rand_new_with_seed (g_test_rand_int ());
  for (unsigned i = 0; i < G_N_ELEMENTS (kill_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/os/remote-kill/%s", kill_cases[i].path);

      g_test_add_data_func (path, &kill_cases[i], test_kill);
    }
  status = g_test_run ();
  g_rand_free (rand_source);
  return status;
}
