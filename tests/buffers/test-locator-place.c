/* Where the locator is: every thing that can lie at its place.
 *
 * SPDX-License-Identifier: MIT
 */
#include "locator-fixture.h"
#include "os/linux/own-entry.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* What is made */

static void
nothing_before_first_call (void)
{
  struct lac_locator_facts facts;
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;
  char *folder = g_build_filename (fixture_root, ".reloaded", NULL);

  lac_locator_get_facts (&facts);
  g_assert_cmpstr (lac_locator_place_name (facts.place), ==, "none");
  g_assert_cmpint (facts.reason, ==, LAC_OK);
  g_assert_cmpuint (facts.address, ==, 0);
  g_assert_cmpint (lac_locator_first (&cursor, &item), ==, LAC_E_NOT_FOUND);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_free (folder);
}

static void
as_reloaded_has_it (void)
{
  struct lac_locator_facts facts;
  char *folder = shared_folder ();
  char *path = shared_path (getpid ());
  unsigned char bytes[4096];
  struct lac_buffer buffer;
  struct stat about;
  uint64_t pointer;
  uint32_t word;
  int file;

  umask (077);
  assert_new_and_shared ();
  facts = open_locator ();
  g_assert_cmpint (stat (folder, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 07777, ==, 01777);
  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);

  /* Byte for byte, from the file. */
  file = open (path, O_RDONLY);
  g_assert_cmpint (read (file, bytes, sizeof bytes), ==, sizeof bytes);
  close (file);
  if (sizeof (void *) == 8)
    {
      memcpy (&pointer, bytes, 8);
      g_assert_cmpuint (pointer, ==, facts.address);
      memcpy (&pointer, bytes + 8, 8);
      g_assert_cmpuint (pointer, ==, 0);
      memcpy (&word, bytes + 16, 4);
      g_assert_cmpuint (word, ==, 0);
      g_assert_cmpuint (bytes[20], ==, 0);
      g_assert_cmpuint (bytes[21], ==, buffer.created ? 2 : 1);
      memcpy (&pointer, bytes + 24, 8);
      g_assert_cmpuint (pointer % 4096, ==, 0);
      memcpy (&word, bytes + 32, 4);
      g_assert_cmpuint (word, ==, getpagesize ());
      memcpy (&word, bytes + 36, 4);
      g_assert_cmpuint (word, ==, 6);
      memcpy (&pointer, bytes + (buffer.created ? 44 : 24), 8);
      g_assert_cmpuint (pointer, ==, buffer.address);
      memcpy (&word, bytes + (buffer.created ? 60 : 40), 4);
      g_assert_cmpuint (word, ==, 1);
    }
  g_free (path);
  g_free (folder);
}

/* What earlier processes left */

static void
stale_empty (void)
{
  make_shared_folder ();
  leave_file (getpid (), "", 0, 0);
  assert_new_and_shared ();
}

static void
stale_short (void)
{
  make_shared_folder ();
  leave_file (getpid (), "\1\2\3\4\5\6\7\10\11\12", 10, 0);
  assert_new_and_shared ();
}

static void
stale_zero (void)
{
  char bytes[4096] = { 0 };

  make_shared_folder ();
  leave_file (getpid (), bytes, sizeof bytes, 0);
  assert_new_and_shared ();
}

static void
stale_garbage (void)
{
  char bytes[4096];

  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (char) g_random_int ();
  make_shared_folder ();
  leave_file (getpid (), bytes, sizeof bytes, 100);
  assert_new_and_shared ();
}

static void
stale_full (void)
{
  char bytes[4096];

  memset (bytes, 0xff, sizeof bytes);
  make_shared_folder ();
  leave_file (getpid (), bytes, sizeof bytes, 100);
  assert_new_and_shared ();
}

/* A process that still has the stale file mapped keeps what it has. */
static void
stale_is_never_changed (void)
{
  struct lac_table before = { .this_address = 0x1000, .item_count = 3 };
  char bytes[4096] = { 0 };
  char *path, *mapped;
  int file;

  memcpy (bytes, &before, sizeof before);
  make_shared_folder ();
  leave_file (getpid (), bytes, sizeof bytes, 100);
  path = shared_path (getpid ());
  file = open (path, O_RDWR);
  mapped = mmap (NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
  close (file);
  assert_new_and_shared ();
  g_assert_cmpmem (mapped, 4096, bytes, 4096);
  g_free (path);
}

static void
stale_folder (void)
{
  char *path = shared_path (getpid ());

  make_shared_folder ();
  g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
  assert_new_and_shared ();
  g_free (path);
}

static void
stale_full_folder (void)
{
  char *path = shared_path (getpid ());
  char *inside = g_build_filename (path, "inside", NULL);

  make_shared_folder ();
  g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
  g_assert_true (g_file_set_contents (inside, "kept", -1, NULL));
  assert_own (LAC_E_SYSTEM);
  g_assert_true (g_file_test (inside, G_FILE_TEST_EXISTS));
  g_free (inside);
  g_free (path);
}

static void
stale_pipe (void)
{
  char *path = shared_path (getpid ());

  make_shared_folder ();
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  assert_new_and_shared ();
  g_free (path);
}

static void
link_dangling (void)
{
  char *path = shared_path (getpid ());
  char *target = g_build_filename (fixture_root, "target", NULL);

  make_shared_folder ();
  g_assert_cmpint (symlink (target, path), ==, 0);
  assert_new_and_shared ();
  g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));
  g_free (target);
  g_free (path);
}

/* @put lays a way to a file at the locator's place: what is in that file stays there. */
static void
assert_target_is_kept (int (*put) (const char *target, const char *path))
{
  char *path = shared_path (getpid ());
  char *target = g_build_filename (fixture_root, "target", NULL);
  char *contents;

  make_shared_folder ();
  g_assert_true (g_file_set_contents (target, "untouched", -1, NULL));
  g_assert_cmpint (put (target, path), ==, 0);
  assert_new_and_shared ();
  g_assert_true (g_file_get_contents (target, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "untouched");
  g_free (contents);
  g_free (target);
  g_free (path);
}

static void
link_to_file (void)
{
  assert_target_is_kept (symlink);
}

static void
second_name (void)
{
  assert_target_is_kept (link);
}

/* Headers that lie */

static void
leave_header (uintptr_t address)
{
  char bytes[4096] = { 0 };

  memcpy (bytes, &address, sizeof address);
  leave_file (getpid (), bytes, sizeof bytes, 100);
}

static void
forged_anonymous (void)
{
  char *elsewhere = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char before[4096];

  memset (elsewhere, 0x5a, 4096);
  memcpy (before, elsewhere, 4096);
  make_shared_folder ();
  leave_header ((uintptr_t) elsewhere);
  assert_new_and_shared ();
  g_assert_cmpmem (elsewhere, 4096, before, 4096);
}

static void
forged_other_file (void)
{
  char *other = g_build_filename (fixture_root, "other", NULL);
  int file = open (other, O_RDWR | O_CREAT, 0600);
  char *mapped;

  g_assert_cmpint (ftruncate (file, 4096), ==, 0);
  mapped = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  make_shared_folder ();
  leave_header ((uintptr_t) mapped);
  assert_new_and_shared ();
  g_assert_cmpint (mapped[0], ==, 0);
  g_free (other);
}

/* This very file, but mapped otherwise than a locator is. */
static void
map_badly (int   flags,
           int   protection,
           off_t offset)
{
  char *path, *mapped;
  int file;
  uintptr_t address;
  char bytes[8192] = { 0 };

  make_shared_folder ();
  leave_file (getpid (), bytes, sizeof bytes, 100);
  path = shared_path (getpid ());
  file = open (path, O_RDWR);
  mapped = mmap (NULL, 4096, protection, flags, file, offset);
  g_assert_true (mapped != MAP_FAILED);
  address = (uintptr_t) mapped;
  g_assert_cmpint (pwrite (file, &address, sizeof address, 0), ==, sizeof address);
  close (file);
  assert_new_and_shared ();
  g_free (path);
}

static void
forged_private (void)
{
  map_badly (MAP_PRIVATE, PROT_READ | PROT_WRITE, 0);
}

static void
forged_read_only (void)
{
  map_badly (MAP_SHARED, PROT_READ, 0);
}

static void
forged_offset (void)
{
  map_badly (MAP_SHARED, PROT_READ | PROT_WRITE, 4096);
}

static void
forged_unaligned (void)
{
  make_shared_folder ();
  leave_header (0x7fff00000001);
  assert_new_and_shared ();
}

/* Somebody else made it */

static void
adopt (void)
{
  struct lac_table *table;
  struct lac_locator_facts facts;
  struct lac_buffer buffer;
  struct stat about;
  char *path = shared_path (getpid ());
  void *memory = mmap (NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                       0);

  make_shared_folder ();
  table = make_as_reloaded ();
  table->items[0] = (struct lac_item){ (uintptr_t) memory, 8192, 100, 0 };
  table->item_count = 1;

  lac_locator_get_facts (&facts);
  g_assert_cmpint (facts.place, ==, LAC_LOCATOR_SHARED);
  facts = open_locator ();
  g_assert_cmpint (facts.place, ==, LAC_LOCATOR_SHARED);
  g_assert_true (facts.adopted);
  g_assert_cmpuint (facts.address, ==, (uintptr_t) table);
  g_assert_cmpint (stat (path, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 0777, ==, 0600);

  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_false (buffer.created);
  g_assert_cmpuint (buffer.address, ==, (uintptr_t) memory);
  g_assert_cmpuint (buffer.position, ==, 100);
  g_assert_cmpint (table->items[0].is_taken, ==, 1);
  g_assert_cmpint (lac_buffer_append (&buffer, "x", 1, NULL), ==, LAC_OK);
  g_assert_cmpint (table->items[0].position, ==, 101);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  g_assert_cmpint (table->items[0].is_taken, ==, 0);

  /* What Reloaded adds later is found, and what it has is not touched. */
  table->items[0].is_taken = 1;
  memory = mmap (NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  table->items[1] = (struct lac_item){ (uintptr_t) memory, 4096, 0, 0 };
  table->item_count = 2;
  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpuint (buffer.address, ==, (uintptr_t) memory);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  g_free (path);
}

static void
adopt_by_text (void)
{
  lac_own_entry_forbid_queries (true);
  adopt ();
}

/* What can't be told is not stale */

/* A file of Reloaded's part of this process. */
static ino_t
make_live_file (void)
{
  struct stat about;
  char *path = shared_path (getpid ());

  make_shared_folder ();
  make_as_reloaded ();
  g_assert_cmpint (stat (path, &about), ==, 0);
  g_free (path);
  return about.st_ino;
}

static void
assert_live_file (ino_t live)
{
  struct stat about;
  char *path = shared_path (getpid ());

  g_assert_cmpint (stat (path, &about), ==, 0);
  g_assert_cmpuint (about.st_ino, ==, live);
  g_free (path);
}

/* From here on system call @number fails with @error. */
static void
refuse (unsigned number,
        unsigned error)
{
  struct sock_filter steps[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = { G_N_ELEMENTS (steps), steps };

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
      || prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
    _exit (CHILD_SKIPPED);
}

static void
adopt_though_refused (unsigned error)
{
  ino_t live = make_live_file ();
  struct lac_locator_facts facts;

  refuse (SYS_ioctl, error);
  facts = open_locator ();
  g_assert_cmpint (facts.place, ==, LAC_LOCATOR_SHARED);
  g_assert_true (facts.adopted);
  assert_live_file (live);
}

static void
adopt_though_not_permitted (void)
{
  adopt_though_refused (EPERM);
}

static void
adopt_though_not_allowed (void)
{
  adopt_though_refused (EACCES);
}

static void
adopt_though_unknown (void)
{
  adopt_though_refused (ENOSYS);
}

static void
adopt_though_invalid (void)
{
  adopt_though_refused (EINVAL);
}

static void
live_without_descriptor (void)
{
  struct rlimit limit;
  ino_t live = make_live_file ();
  int last = -1, file;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = MIN (limit.rlim_cur, 256);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  while ((file = open ("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
    last = file;
  /* Two are free: for the folder and for the file, and none for the map. */
  close (last);
  close (last - 1);
  assert_own (LAC_E_SYSTEM);
  g_assert_cmpint (open_locator ().system_error, ==, EMFILE);
  assert_live_file (live);
}

/* With no room for one mapping more there is no locator, and later there is. */
static void
live_without_room (void)
{
  struct rlimit before, none = { 0 };
  struct lac_locator_facts facts;
  ino_t live = make_live_file ();
  enum lac_status status;

  g_assert_cmpint (getrlimit (RLIMIT_AS, &before), ==, 0);
  none.rlim_max = before.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_AS, &none), ==, 0);
  status = lac_locator_open (NULL);
  g_assert_cmpint (setrlimit (RLIMIT_AS, &before), ==, 0);
  g_assert_cmpint (status, ==, LAC_E_NO_MEMORY);
  assert_live_file (live);
  facts = open_locator ();
  g_assert_true (facts.adopted);
  assert_live_file (live);
}

static void
live_without_proc (void)
{
  ino_t live = make_live_file ();

  if (unshare (CLONE_NEWNS) != 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
      || umount2 ("/proc", MNT_DETACH) != 0)
    _exit (CHILD_SKIPPED);
  assert_own (LAC_E_SYSTEM);
  assert_live_file (live);
}

/* Not to be used, but in use. */
static void
live_second_name (void)
{
  char *path, *target = g_build_filename (fixture_root, "target", NULL);
  ino_t live = make_live_file ();

  path = shared_path (getpid ());
  g_assert_cmpint (link (path, target), ==, 0);
  assert_own (LAC_E_OTHER_USER);
  assert_live_file (live);
  g_free (target);
  g_free (path);
}

/* Whose PID is ours, though we can't see him. */
static void
live_elsewhere (void)
{
  char bytes[4096] = { 0, 0x10 };
  char *path = shared_path (getpid ());
  struct stat about;
  int file;

  make_shared_folder ();
  leave_file (getpid (), bytes, sizeof bytes, 100);
  file = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (fstat (file, &about), ==, 0);
  g_assert_cmpint (flock (file, LOCK_SH), ==, 0);
  assert_own (LAC_E_BUSY);
  assert_live_file (about.st_ino);
  g_free (path);
}

/* As the first process of PIDs of its own. */
static pid_t
fork_first (void)
{
  pid_t child = (pid_t) syscall (SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);

  if (child < 0)
    _exit (CHILD_SKIPPED);
  return child;
}

static void
two_of_one_process_id (void)
{
  struct lac_locator_facts facts;
  int pipes[2], status;
  pid_t first, second;
  ino_t live;
  char byte;
  struct stat about;

  g_assert_cmpint (pipe (pipes), ==, 0);
  first = fork_first ();
  if (first == 0)
    {
      assert_new_and_shared ();
      /* A child has it mapped too, and another PID. */
      if (fork () == 0)
        pause ();
      g_assert_cmpint (write (pipes[1], "", 1), ==, 1);
      pause ();
    }
  g_assert_cmpint (read (pipes[0], &byte, 1), ==, 1);
  {
    char *path = shared_path (1);

    g_assert_cmpint (stat (path, &about), ==, 0);
    live = about.st_ino;
    g_free (path);
  }
  second = fork_first ();
  if (second == 0)
    {
      assert_own (LAC_E_BUSY);
      assert_live_file (live);
      facts = open_locator ();
      g_assert_false (facts.adopted);
      _exit (0);
    }
  g_assert_cmpint (waitpid (second, &status, 0), ==, second);
  g_assert_cmpint (status, ==, 0);
  kill (first, SIGKILL);
  g_assert_cmpint (waitpid (first, &status, 0), ==, first);

  /* Who has the same PID later finds it stale. */
  second = fork_first ();
  if (second == 0)
    {
      assert_new_and_shared ();
      _exit (0);
    }
  g_assert_cmpint (waitpid (second, &status, 0), ==, second);
  g_assert_cmpint (status, ==, 0);
}

/* The lock outlasts a child, and the descriptor that it was taken with; it ends with the process. */
static void
lock_lasts (void)
{
  char *path;
  int file, status, pipes[2];
  pid_t maker, child;
  char byte;

  g_assert_cmpint (pipe (pipes), ==, 0);
  maker = fork ();
  if (maker == 0)
    {
      alarm (20);
      assert_new_and_shared ();
      child = fork ();
      if (child == 0)
        _exit (0);
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      for (int i = 3; i < 256; i++)
        if (i != pipes[1])
          close (i);
      g_assert_cmpint (write (pipes[1], "", 1), ==, 1);
      for (;;)
        pause ();
    }
  g_assert_cmpint (read (pipes[0], &byte, 1), ==, 1);
  path = shared_path (maker);
  file = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (flock (file, LOCK_EX | LOCK_NB), ==, -1);
  g_assert_cmpint (errno, ==, EWOULDBLOCK);
  kill (maker, SIGKILL);
  g_assert_cmpint (waitpid (maker, &status, 0), ==, maker);
  g_assert_cmpint (flock (file, LOCK_EX | LOCK_NB), ==, 0);
  close (file);
  g_free (path);
}

/* Who is making it holds it locked, and takes longer than anyone should: nobody waits for ever, and nobody takes
 * it away. */
static void
maker_is_stuck (void)
{
  char bytes[4096] = { 0 };
  char *path = shared_path (getpid ());
  gint64 start = g_get_monotonic_time ();
  struct stat about;
  int file;

  make_shared_folder ();
  leave_file (getpid (), bytes, sizeof bytes, 100);
  file = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (fstat (file, &about), ==, 0);
  g_assert_cmpint (flock (file, LOCK_SH), ==, 0);
  /* Older by its clock than anything that is in the making. */
  g_usleep (300000);
  assert_own (LAC_E_BUSY);
  assert_live_file (about.st_ino);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_USEC_PER_SEC);
  g_free (path);
}

static void *
make_slowly (void *unused)
{
  char *path = shared_path (getpid ());
  int file = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

  g_assert_cmpint (file, >=, 0);
  g_usleep (30000);
  close (file);
  g_free (path);
  return make_as_reloaded ();
}

static void
adopt_from_slow_maker (void)
{
  char *path = shared_path (getpid ());
  struct lac_locator_facts facts;
  pthread_t thread;
  void *table;

  make_shared_folder ();
  pthread_create (&thread, NULL, make_slowly, NULL);
  while (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_usleep (100);
  facts = open_locator ();
  pthread_join (thread, &table);
  g_assert_true (facts.adopted);
  g_assert_cmpuint (facts.address, ==, (uintptr_t) table);
  g_free (path);
}

static void
newer_version (void)
{
  struct lac_table *table;

  make_shared_folder ();
  table = make_as_reloaded ();
  table->flags = 1;
  assert_own (LAC_E_NOT_SUPPORTED);
  g_assert_cmpint (table->item_count, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  static const struct case_row rows[] = {
    { "/buffers/locator/nothing-before-the-first-call", nothing_before_first_call },
    { "/buffers/locator/as-reloaded-has-it", as_reloaded_has_it },
    { "/buffers/locator/stale-empty-file-is-replaced", stale_empty },
    { "/buffers/locator/stale-short-file-is-replaced", stale_short },
    { "/buffers/locator/stale-zero-file-is-replaced", stale_zero },
    { "/buffers/locator/stale-garbage-is-replaced", stale_garbage },
    { "/buffers/locator/stale-file-of-ones-is-replaced", stale_full },
    { "/buffers/locator/stale-file-is-never-changed", stale_is_never_changed },
    { "/buffers/locator/folder-in-its-place-is-replaced", stale_folder },
    { "/buffers/locator/full-folder-in-its-place-is-kept", stale_full_folder },
    { "/buffers/locator/pipe-in-its-place-is-replaced", stale_pipe },
    { "/buffers/locator/dangling-link-creates-nothing", link_dangling },
    { "/buffers/locator/link-is-not-followed", link_to_file },
    { "/buffers/locator/file-with-two-names-is-not-used", second_name },
    { "/buffers/locator/header-names-anonymous-memory", forged_anonymous },
    { "/buffers/locator/header-names-another-file", forged_other_file },
    { "/buffers/locator/header-names-a-private-mapping", forged_private },
    { "/buffers/locator/header-names-a-read-only-mapping", forged_read_only },
    { "/buffers/locator/header-names-another-part-of-the-file", forged_offset },
    { "/buffers/locator/header-names-no-page", forged_unaligned },
    { "/buffers/locator/made-by-reloaded-is-adopted", adopt },
    { "/buffers/locator/adopted-without-point-queries", adopt_by_text },
    { "/buffers/locator/adopted-though-questions-are-not-permitted", adopt_though_not_permitted },
    { "/buffers/locator/adopted-though-questions-are-not-allowed", adopt_though_not_allowed },
    { "/buffers/locator/adopted-though-questions-are-unknown", adopt_though_unknown },
    { "/buffers/locator/adopted-though-questions-are-invalid", adopt_though_invalid },
    { "/buffers/locator/live-file-is-kept-without-a-descriptor", live_without_descriptor },
    { "/buffers/locator/live-file-is-kept-without-room", live_without_room },
    { "/buffers/locator/live-file-is-kept-without-proc", live_without_proc },
    { "/buffers/locator/live-file-with-two-names-is-kept", live_second_name },
    { "/buffers/locator/locked-file-is-kept", live_elsewhere },
    { "/buffers/locator/two-processes-of-one-pid", two_of_one_process_id },
    { "/buffers/locator/lock-lasts-as-long-as-the-process", lock_lasts },
    { "/buffers/locator/maker-that-is-stuck-is-let-be", maker_is_stuck },
    { "/buffers/locator/maker-is-waited-for", adopt_from_slow_maker },
    { "/buffers/locator/newer-version-is-left-alone", newer_version },
  };

  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  add_cases (rows, G_N_ELEMENTS (rows));
  return g_test_run ();
}
