/* One locator for each process: through fork, exec, and PIDs that are given again; and for all copies of
 * the library in it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/locator-private.h"
#include "locator-fixture.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>

static const char *program;

/* Appends to a buffer that there is, or to a new one; returns where. */
static char *
append (const char *text)
{
  struct lac_gap_query query;
  struct lac_buffer buffer;
  void *address;

  lac_placement_init (&query);
  query.size = strlen (text) + 1;
  query.alignment = 1;
  g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_append (&buffer, text, strlen (text) + 1, &address), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  return address;
}

static unsigned
count_items (void)
{
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;
  unsigned n = 0;

  for (enum lac_status status = lac_locator_first (&cursor, &item); status == LAC_OK;
       status = lac_locator_next (&cursor, &item))
    n++;
  return n;
}

/* Asserts that this process uses a locator of its own. */
static void
assert_of_this_process (void)
{
  struct lac_locator_facts facts = open_locator ();
  char *path = shared_path (getpid ());

  g_assert_cmpstr (facts.path, ==, path);
  g_assert_cmpint (facts.place, ==, LAC_LOCATOR_SHARED);
  g_assert_false (facts.adopted);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_free (path);
}

/* fork */

static struct lac_buffer parents_buffer;
static char *parents_text;

static void
child_of_user (void)
{
  struct lac_table *table = (struct lac_table *) parents_buffer.item;
  char before[LAC_TABLE_SIZE];
  struct lac_buffer copy = parents_buffer;
  struct lac_locator_facts facts;
  char *text;

  table = (struct lac_table *) ((uintptr_t) table & ~(uintptr_t) 4095);
  memcpy (before, table, sizeof before);
  lac_locator_get_facts (&facts);
  g_assert_cmpint (facts.place, ==, LAC_LOCATOR_NONE);
  g_assert_cmpuint (count_items (), ==, 0);
  /* What the parent has taken, the child has not; what the parent appended, it has. */
  g_assert_cmpint (lac_buffer_append (&copy, "x", 1, NULL), ==, LAC_E_NOT_TAKEN);
  g_assert_cmpint (lac_buffer_put (&copy), ==, LAC_E_NOT_TAKEN);
  g_assert_cmpstr (parents_text, ==, "parent");

  text = append ("child");
  assert_of_this_process ();
  g_assert_cmpuint (open_locator ().address, !=, (uintptr_t) table);
  g_assert_cmpuint (count_items (), ==, 1);
  g_assert_cmpstr (text, ==, "child");
  /* The parent's table is still there, shared, and none of the child's business. */
  g_assert_cmpmem (table, sizeof before, before, sizeof before);
}

static void
parent_before_child (void)
{
  uintptr_t table;

  parents_text = append ("parent");
  table = open_locator ().address;
  g_assert_cmpint (lac_buffers_get (NULL, 0, &parents_buffer, NULL), ==, LAC_OK);
  in_child (child_of_user);
  g_assert_cmpint (lac_buffer_append (&parents_buffer, "x", 1, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&parents_buffer), ==, LAC_OK);
  append ("after");
  g_assert_cmpuint (open_locator ().address, ==, table);
  assert_of_this_process ();
}

static void
parent_before_child_without_wiping (void)
{
  lac_state_forbid_wiping (true);
  parent_before_child ();
}

static void
child_of_nobody (void)
{
  append ("child");
  assert_of_this_process ();
}

static void
child_before_parent (void)
{
  in_child (child_of_nobody);
  append ("parent");
  assert_of_this_process ();
  g_assert_cmpuint (count_items (), ==, 1);
}

/* Returns what the grandchild ended with, that its parent did not wait for. */
static void
run_orphan (void (*function) (void))
{
  int ends[2];
  char result = 'x';
  pid_t child;

  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  if (child == 0)
    {
      pid_t middle = getpid ();

      if (fork () != 0)
        _exit (0);
      /* The PID of the parent changes when that is gone. */
      while (getppid () == middle)
        g_usleep (100);
      function ();
      g_assert_cmpint (write (ends[1], "k", 1), ==, 1);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  close (ends[1]);
  g_assert_cmpint (read (ends[0], &result, 1), ==, 1);
  close (ends[0]);
  g_assert_cmpint (result, ==, 'k');
}

static void
child_of_dead_user (void)
{
  parents_text = append ("parent");
  g_assert_cmpint (lac_buffers_get (NULL, 0, &parents_buffer, NULL), ==, LAC_OK);
  run_orphan (child_of_user);
}

static void
child_of_dead_nobody (void)
{
  run_orphan (child_of_nobody);
}

/* Grandparent, parent and child at once, each with its own. */
static void
middle (void)
{
  append ("middle");
  assert_of_this_process ();
  in_child (child_of_nobody);
  append ("middle");
}

static void
three_generations (void)
{
  append ("grandparent");
  in_child (middle);
  append ("grandparent");
  g_assert_cmpuint (count_items (), ==, 1);
}

/* A PID that is given again */

static pid_t
fork_as (pid_t wanted)
{
  struct clone_args arguments = { .exit_signal = SIGCHLD };

  arguments.set_tid = (uintptr_t) &wanted;
  arguments.set_tid_size = 1;
  return (pid_t) syscall (SYS_clone3, &arguments, sizeof arguments);
}

/* A process appends, and forks a child that never does; it dies, and the child's child gets its PID. The
 * file is there, and this process has it mapped where its header says: inherited, from somebody who
 * is dead. */
static void
pid_again (void)
{
  int ends[2];
  char result = 'x';
  pid_t first;

  g_assert_cmpint (pipe (ends), ==, 0);
  first = fork ();
  if (first == 0)
    {
      pid_t number = getpid ();
      pid_t last;

      parents_text = append ("dead");
      if (fork () != 0)
        _exit (0);
      while (kill (number, 0) == 0)
        g_usleep (1000);
      last = fork_as (number);
      if (last < 0)
        {
          g_assert_cmpint (write (ends[1], "s", 1), ==, 1);
          _exit (0);
        }
      if (last == 0)
        {
          struct lac_locator_facts facts;

          lac_locator_get_facts (&facts);
          g_assert_cmpint (facts.place, ==, LAC_LOCATOR_NONE);
          append ("alive");
          assert_of_this_process ();
          g_assert_cmpuint (count_items (), ==, 1);
          g_assert_cmpstr (parents_text, ==, "dead");
          g_assert_cmpint (write (ends[1], "k", 1), ==, 1);
          _exit (0);
        }
      waitpid (last, NULL, 0);
      _exit (0);
    }
  g_assert_cmpint (waitpid (first, NULL, 0), ==, first);
  close (ends[1]);
  g_assert_cmpint (read (ends[0], &result, 1), ==, 1);
  close (ends[0]);
  if (result == 's')
    _exit (CHILD_SKIPPED);
  g_assert_cmpint (result, ==, 'k');
}

/* The same for somebody who has nothing of the dead one: its child, which lives on, has the file mapped, and
 * so locked. */
static void
pid_again_beside_child (void)
{
  pid_t first, child, again;
  int ends[2], status;

  g_assert_cmpint (pipe (ends), ==, 0);
  first = fork ();
  if (first == 0)
    {
      append ("dead");
      child = fork ();
      if (child == 0)
        {
          alarm (20);
          for (;;)
            pause ();
        }
      g_assert_cmpint (write (ends[1], &child, sizeof child), ==, sizeof child);
      _exit (0);
    }
  g_assert_cmpint (read (ends[0], &child, sizeof child), ==, sizeof child);
  g_assert_cmpint (waitpid (first, &status, 0), ==, first);
  again = fork_as (first);
  if (again == 0)
    {
      append ("alive");
      assert_of_this_process ();
      g_assert_cmpint (open_locator ().place, ==, LAC_LOCATOR_SHARED);
      g_assert_cmpuint (count_items (), ==, 1);
      _exit (0);
    }
  if (again > 0)
    g_assert_cmpint (waitpid (again, &status, 0), ==, again);
  kill (child, SIGKILL);
  if (again < 0)
    _exit (CHILD_SKIPPED);
  g_assert_cmpint (status, ==, 0);
}

/* exec */

static void
exec_again (void)
{
  append ("before");
  g_assert_true (g_file_test (open_locator ().path, G_FILE_TEST_EXISTS));
  execl (program, program, "--after-exec", fixture_root, NULL);
  g_assert_not_reached ();
}

static int
after_exec (const char *root)
{
  fixture_root = g_strdup (root);
  lac_shared_file_set_roots (fixture_root, fixture_root);
  g_assert_cmpuint (count_items (), ==, 0);
  append ("after");
  assert_of_this_process ();
  g_assert_cmpuint (count_items (), ==, 1);
  g_free (fixture_root);
  return 0;
}

/* Two copies of the library in one process */

typedef enum lac_status (*open_function) (struct lac_locator_facts *);

static open_function copies[2];
static struct lac_locator_facts facts_of[2];
static pthread_barrier_t barrier;

static void *
race (void *which)
{
  size_t i = (size_t) which;

  pthread_barrier_wait (&barrier);
  g_assert_cmpint (copies[i](&facts_of[i]), ==, LAC_OK);
  return NULL;
}

static void
race_of_copies (void)
{
  pthread_t threads[2];
  char *path = g_strdup_printf (
      "/tmp/.reloaded/memory.buffers/Reloaded.Memory.Buffers.MemoryBuffer, PID %d", (int) getpid ());

  /* Every other time there is something stale in the way. */
  if (g_file_test ("/tmp/.reloaded/memory.buffers", G_FILE_TEST_IS_DIR) && getpid () % 2 == 0)
    {
      char stale[LAC_TABLE_SIZE];

      memset (stale, 0x5a, sizeof stale);
      g_assert_true (g_file_set_contents (path, stale, sizeof stale, NULL));
    }
  pthread_barrier_init (&barrier, NULL, 2);
  for (size_t i = 0; i < 2; i++)
    pthread_create (&threads[i], NULL, race, (void *) i);
  for (size_t i = 0; i < 2; i++)
    pthread_join (threads[i], NULL);
  g_unlink (path);
  g_assert_cmpuint (facts_of[0].address, ==, facts_of[1].address);
  g_assert_cmpint (facts_of[0].place, ==, facts_of[1].place);
  g_assert_true (facts_of[0].adopted != facts_of[1].adopted);
  g_free (path);
}

static void
test_race_of_copies (void)
{
  const char *library = g_getenv ("LACUNA_LIBRARY");
  char *folder = g_dir_make_tmp ("lacuna-copies-XXXXXX", NULL);
  char *contents;
  size_t size;

  if (library == NULL)
    {
      g_test_skip ("needs LACUNA_LIBRARY, the path of liblacuna.so");
      g_rmdir (folder);
      g_free (folder);
      return;
    }
  g_assert_true (g_file_get_contents (library, &contents, &size, NULL));
  for (unsigned i = 0; i < 2; i++)
    {
      char *name = g_strdup_printf ("%s/copy-%u.so", folder, i);
      void *copy;

      g_assert_true (g_file_set_contents (name, contents, (gssize) size, NULL));
      copy = dlopen (name, RTLD_NOW | RTLD_LOCAL);
      if (copy == NULL)
        g_error ("%s", dlerror ());
      copies[i] = (open_function) dlsym (copy, "lac_locator_open");
      g_assert_true (copies[i] != NULL);
      g_free (name);
    }
  g_assert_true (copies[0] != copies[1]);
  for (unsigned i = 0; i < 60; i++)
    g_assert_true (in_child (race_of_copies));
  g_free (contents);
  remove_tree (folder);
  g_free (folder);
}

int
main (int    argc,
      char **argv)
{
  static const struct case_row rows[] = {
    { "/buffers/fork/parent-before-child", parent_before_child },
    { "/buffers/fork/parent-before-child-without-wiping", parent_before_child_without_wiping },
    { "/buffers/fork/child-before-parent", child_before_parent },
    { "/buffers/fork/parent-that-used-it-is-dead", child_of_dead_user },
    { "/buffers/fork/parent-that-did-not-is-dead", child_of_dead_nobody },
    { "/buffers/fork/three-generations", three_generations },
    { "/buffers/fork/pid-of-an-ancestor-is-given-again", pid_again },
    { "/buffers/fork/pid-is-given-again-while-a-child-lives", pid_again_beside_child },
    { "/buffers/exec/same-pid-begins-anew", exec_again },
  };

  program = argv[0];
  if (argc == 3 && strcmp (argv[1], "--after-exec") == 0)
    return after_exec (argv[2]);
  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  add_cases (rows, G_N_ELEMENTS (rows));
  g_test_add_func ("/buffers/copies/race-ends-in-one-locator", test_race_of_copies);
  return g_test_run ();
}
