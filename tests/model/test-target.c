/* Targets: how they are spelled, loaded and refused, and names that are looked up in them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/map.h"
#include "core/maps-text.h"
#include "model/lacuna-error.h"
#include "model/lacuna-target.h"

#include <dlfcn.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char small_text[] = "10000-20000 r-xp 00000000 fe:00 7 /bin/a\n"
                                 "40000-50000 rw-p 00000000 00:00 0 [heap]\n";

static char *folder;

static char *
write_file (const char *name,
            const char *text,
            gssize      length)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, name, NULL);

  g_file_set_contents (path, text, length, &error);
  g_assert_no_error (error);
  return path;
}

static LacunaTarget *
target_for (const char *spelling)
{
  g_autoptr (GError) error = NULL;
  LacunaTarget *target = lacuna_target_new_for_spelling (spelling, &error);

  g_assert_no_error (error);
  return target;
}

static LacunaSnapshot *
load (LacunaTarget *target)
{
  g_autoptr (GError) error = NULL;
  LacunaSnapshot *snapshot = lacuna_target_load (target, LACUNA_LOAD_NONE, NULL, &error);

  g_assert_no_error (error);
  return snapshot;
}

static size_t
count_regions (LacunaSnapshot *snapshot)
{
  size_t n_regions;

  lac_map_regions (lacuna_snapshot_get_map (snapshot), &n_regions);
  return n_regions;
}

static GSubprocess *
start (const char *program,
       const char *argument)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  /* When this test fails it must not hold on to the output. */
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                              &error,
                              program,
                              argument,
                              NULL);
  g_assert_no_error (error);
  return process;
}

static void
stop (GSubprocess *process)
{
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
}

static void
test_self (void)
{
  g_autoptr (LacunaTarget) target = target_for ("self");
  g_autoptr (LacunaSnapshot) snapshot = load (target);
  g_autofree char *number = g_strdup_printf ("%d", (int) getpid ());
  g_autoptr (LacunaTarget) same = target_for (number);
  const LacunaOrigin *origin = lacuna_snapshot_get_origin (snapshot);
  guint64 here = (guint64) (gsize) &folder;
  struct lac_map *map = lacuna_snapshot_get_map (snapshot);
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  gint64 age = g_get_real_time () - lacuna_snapshot_get_taken (snapshot);

  g_assert_cmpint (lacuna_target_get_kind (target), ==, LACUNA_TARGET_SELF);
  g_assert_cmpint (lacuna_target_get_pid (target), ==, (int) getpid ());
  g_assert_cmpstr (lacuna_target_get_title (target), ==, "self");
  g_assert_false (lacuna_target_has_exited (target));
  g_assert_cmpint (lacuna_target_get_kind (same), ==, LACUNA_TARGET_SELF);
  g_assert_cmpint (origin->pid, ==, (int) getpid ());
  g_assert_cmpuint (origin->start_time, >, 0);
  g_assert_cmpstr (origin->source, ==, "proc-maps");
  g_assert_true (age >= 0 && age < 60 * G_USEC_PER_SEC);
  g_assert_true (
      lac_range_contains (lac_region_range (&regions[lac_map_search (map, here)]), here));
  g_assert_null (lac_map_detail (map, 0));
}

static void
test_detail (void)
{
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaSnapshot) snapshot = NULL;
  guint64 resident = 0;

  g_assert_true (lacuna_target_get_capabilities (target) & LACUNA_CAN_DETAIL);
  snapshot = lacuna_target_load (target, LACUNA_LOAD_DETAIL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lacuna_snapshot_get_origin (snapshot)->source, ==, "proc-smaps");
  for (size_t i = 0; i < count_regions (snapshot); i++)
    {
      const struct lac_region_detail *detail = lac_map_detail (lacuna_snapshot_get_map (snapshot),
                                                               i);

      g_assert_nonnull (detail);
      resident += detail->resident;
    }
  g_assert_cmpuint (resident, >, 0);
}

static void
test_process (void)
{
  g_autoptr (GSubprocess) process = start ("sleep", "1000");
  g_autofree char *pid = g_strdup (g_subprocess_get_identifier (process));
  g_autofree char *spelling = g_strconcat ("pid:", pid, NULL);
  g_autoptr (LacunaTarget) target = target_for (spelling);
  g_autoptr (LacunaSnapshot) snapshot = load (target);
  g_autoptr (LacunaSnapshot) late = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (lacuna_target_get_kind (target), ==, LACUNA_TARGET_PROCESS);
  g_assert_cmpuint (count_regions (snapshot), >, 0);
  g_assert_false (lacuna_target_has_exited (target));

  stop (process);
  g_assert_true (lacuna_target_has_exited (target));
  late = lacuna_target_load (target, LACUNA_LOAD_NONE, NULL, &error);
  g_assert_null (late);
  g_assert_error (error, LACUNA_ERROR, LAC_E_EXITED);
  g_assert_nonnull (strstr (error->message, pid));
}

static void
test_process_that_exited_unasked (void)
{
  g_autoptr (GSubprocess) process = start ("sleep", "1000");
  g_autoptr (LacunaTarget) target = target_for (g_subprocess_get_identifier (process));

  stop (process);
  g_assert_true (lacuna_target_has_exited (target));
}

/* A program under a name that nothing else has. */
/* A process that becomes another program keeps its PID, and is the same target with another name. */
static void
test_exec (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                              | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                          &error,
                          "sh", "-c", "read line; exec sleep 1000", NULL);
  g_autoptr (LacunaTarget) target = NULL;
  g_autoptr (LacunaSnapshot) before = NULL;
  g_autoptr (LacunaSnapshot) now = NULL;
  g_autofree char *title = NULL;
  const LacunaOrigin *origin;

  g_assert_no_error (error);
  target = target_for (g_subprocess_get_identifier (process));
  before = load (target);
  g_assert_cmpstr (lacuna_snapshot_get_origin (before)->name, !=, "sleep");

  g_output_stream_write_all (g_subprocess_get_stdin_pipe (process), "\n", 1, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 1000; i++)
    {
      g_clear_object (&now);
      now = load (target);
      origin = lacuna_snapshot_get_origin (now);
      /* The kernel gives a process its new name first and its arguments a little later. */
      if (g_str_equal (origin->name, "sleep") && origin->command_line[0] != '\0')
        break;
      g_usleep (10000);
    }
  g_assert_cmpstr (origin->name, ==, "sleep");
  g_assert_true (g_str_has_prefix (origin->command_line, "sleep 1000"));
  g_assert_cmpuint (origin->start_time, ==, lacuna_snapshot_get_origin (before)->start_time);
  title = lacuna_target_make_title (origin->kind, origin->name, origin->pid);
  g_assert_true (g_str_has_prefix (title, "sleep "));
  g_assert_false (lacuna_target_has_exited (target));
  stop (process);
  g_assert_true (lacuna_target_has_exited (target));
}

static void
test_name (void)
{
  g_autofree char *name = g_strdup_printf ("lac%x", (guint) g_test_rand_int ());
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *program = g_find_program_in_path ("sleep");
  g_autoptr (GFile) source = g_file_new_for_path (program);
  g_autoptr (GFile) destination = g_file_new_for_path (path);
  g_autofree char *spelling = g_strconcat ("name:", name, NULL);
  g_autofree char *half = g_strndup (spelling, strlen (spelling) - 1);
  g_autoptr (GSubprocess) first = NULL;
  g_autoptr (GSubprocess) second = NULL;
  g_autoptr (LacunaTarget) target = NULL;
  g_autoptr (GError) error = NULL;
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  g_file_copy (source, destination, G_FILE_COPY_NONE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  target = lacuna_target_new_for_spelling (spelling, &error);
  g_assert_null (target);
  g_assert_error (error, LACUNA_ERROR, LAC_E_NO_PROCESS);
  g_assert_nonnull (strstr (error->message, name));

  first = start (path, "1000");
  do
    {
      g_clear_error (&error);
      target = lacuna_target_new_for_spelling (spelling, &error);
    }
  while (target == NULL && g_get_monotonic_time () < deadline);
  g_assert_no_error (error);
  g_assert_cmpint (lacuna_target_get_pid (target),
                   ==,
                   g_ascii_strtoll (g_subprocess_get_identifier (first), NULL, 10));

  /* Exactly, not as a prefix. */
  g_clear_object (&target);
  target = lacuna_target_new_for_spelling (half, &error);
  g_assert_error (error, LACUNA_ERROR, LAC_E_NO_PROCESS);
  g_clear_error (&error);

  second = start (path, "1001");
  do
    {
      g_clear_error (&error);
      g_clear_object (&target);
      target = lacuna_target_new_for_spelling (spelling, &error);
    }
  while (target != NULL && g_get_monotonic_time () < deadline);
  g_assert_error (error, LACUNA_ERROR, LAC_E_NO_PROCESS);
  g_assert_nonnull (strstr (error->message, g_subprocess_get_identifier (first)));
  g_assert_nonnull (strstr (error->message, g_subprocess_get_identifier (second)));
  g_assert_nonnull (strstr (error->message, " 1001"));
  g_assert_nonnull (strstr (error->message, g_get_user_name ()));

  stop (first);
  stop (second);
}

static void
test_bad_spellings (void)
{
  static const struct
  {
    const char *spelling;
    int code;
  } cases[] = {
    { "", LAC_E_INVALID },
    { "pid:", LAC_E_INVALID },
    { "pid:x", LAC_E_INVALID },
    { "pid:-1", LAC_E_INVALID },
    { "name:", LAC_E_INVALID },
    { "sandbox:play.txt", LAC_E_INVALID },
    { "0", LAC_E_NO_PROCESS },
    { "4194305", LAC_E_NO_PROCESS },
    { "99999999999999999999", LAC_E_NO_PROCESS },
    { "name:no program is called so", LAC_E_NO_PROCESS },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].spelling);
      g_assert_null (lacuna_target_new_for_spelling (cases[i].spelling, &error));
      g_assert_error (error, LACUNA_ERROR, cases[i].code);
    }
}

static void
test_file (void)
{
  g_autofree char *path = write_file ("small", small_text, -1);
  g_autoptr (LacunaTarget) target = target_for (path);
  g_autoptr (LacunaSnapshot) snapshot = load (target);
  const LacunaOrigin *origin = lacuna_snapshot_get_origin (snapshot);

  g_assert_cmpint (lacuna_target_get_kind (target), ==, LACUNA_TARGET_FILE);
  g_assert_cmpint (lacuna_target_get_pid (target), ==, 0);
  g_assert_cmpstr (lacuna_target_get_title (target), ==, "small");
  g_assert_false (lacuna_target_has_exited (target));
  g_assert_cmpint (lacuna_target_get_capabilities (target), ==, LACUNA_CAN_REFRESH);
  g_assert_cmpuint (count_regions (snapshot), ==, 2);
  g_assert_cmpstr (origin->source, ==, "maps-text");
  g_assert_cmpstr (origin->source_path, ==, path);
  g_assert_cmpstr (origin->name, ==, "small");
}

/* Whatever pieces the text comes in, the map is the same as of the whole text. */
static void
test_fixtures (void)
{
  static const char *const names[] = { "chromium/maps", "gtk/maps",    "gtk/smaps",
                                       "java-zgc/maps", "no-pie/maps", "python/maps",
                                       "python/smaps",  "static/maps", "static/smaps",
                                       "x86-32/maps" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "maps", names[i],
                                                     NULL);
      g_autofree char *text = NULL;
      g_autoptr (LacunaTarget) target = target_for (path);
      g_autoptr (LacunaSnapshot) snapshot = load (target);
      struct lac_map *expected = NULL;
      size_t n_expected;
      size_t n_found;
      const struct lac_region *a;
      const struct lac_region *b;
      gsize length;

      g_assert_true (g_file_get_contents (path, &text, &length, NULL));
      g_assert_cmpint (lac_map_parse (text, length, &LAC_SPACE_UNKNOWN, &expected, NULL), ==,
                       LAC_OK);
      a = lac_map_regions (expected, &n_expected);
      b = lac_map_regions (lacuna_snapshot_get_map (snapshot), &n_found);
      g_assert_cmpuint (n_expected, ==, n_found);
      for (size_t j = 0; j < n_found; j++)
        {
          g_assert_cmpuint (a[j].start, ==, b[j].start);
          g_assert_cmpuint (a[j].end, ==, b[j].end);
          g_assert_cmpint (a[j].kind, ==, b[j].kind);
        }
      g_assert_cmpint (lac_map_detail (lacuna_snapshot_get_map (snapshot), 0) != NULL,
                       ==,
                       g_str_has_suffix (path, "smaps"));
      lac_map_unref (expected);
    }
}

static void
test_pipe (void)
{
  g_autofree char *source = write_file ("piped", small_text, -1);
  g_autofree char *pipe_path = g_build_filename (folder, "pipe", NULL);
  g_autofree char *command = NULL;
  g_autoptr (GSubprocess) writer = NULL;
  g_autoptr (LacunaTarget) target = NULL;
  g_autoptr (LacunaSnapshot) snapshot = NULL;

  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  command = g_strdup_printf ("(head -c 30 '%s'; sleep 0.1; tail -c +31 '%s') > '%s'",
                             source,
                             source,
                             pipe_path);
  writer = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "sh", "-c", command, NULL);
  target = target_for (pipe_path);
  snapshot = load (target);
  g_assert_cmpuint (count_regions (snapshot), ==, 2);
  g_subprocess_wait (writer, NULL, NULL);
}

static void
test_empty_file (void)
{
  g_autofree char *path = write_file ("empty", "", 0);
  g_autoptr (LacunaTarget) target = target_for (path);
  g_autoptr (LacunaSnapshot) snapshot = load (target);

  g_assert_cmpuint (count_regions (snapshot), ==, 0);
}

static void
test_unreadable_files (void)
{
  g_autofree char *long_line = g_strnfill (3 * 1024 * 1024, 'a');
  g_autofree char *endless = write_file ("endless", long_line, 3 * 1024 * 1024);
  g_autofree char *malformed = write_file ("malformed", "10000-20000 r-xp 00000000 fe:00 7 /a\n"
                                                        "30000-40000 rqxp 00000000 fe:00 7\n", -1);
  g_autofree char *missing = g_build_filename (folder, "missing", NULL);
  const struct
  {
    const char *spelling;
    GQuark domain;
    int code;
    const char *says;
  } cases[] = {
    { missing, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no such file" },
    { "no-such-file-here", G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "name:no-such-file-here" },
    { folder, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, "folder" },
    { malformed, LACUNA_ERROR, LAC_E_MALFORMED, "line 2, column 13" },
    { endless, LACUNA_ERROR, LAC_E_MALFORMED, "line 1, column 1" },
    { "/proc/self/exe", LACUNA_ERROR, LAC_E_MALFORMED, "ELF" },
    { "/dev/zero", LACUNA_ERROR, LAC_E_MALFORMED, "line 1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LacunaTarget) target = target_for (cases[i].spelling);
      g_autoptr (GError) error = NULL;

      g_assert_null (lacuna_target_load (target, LACUNA_LOAD_NONE, NULL, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, cases[i].domain, cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

static void
test_file_without_permission (void)
{
  g_autofree char *path = write_file ("secret", small_text, -1);
  g_autoptr (LacunaTarget) target = target_for (path);
  g_autoptr (GError) error = NULL;

  if (geteuid () == 0)
    {
      g_test_skip ("root may read everything");
      return;
    }
  g_assert_cmpint (chmod (path, 0), ==, 0);
  g_assert_null (lacuna_target_load (target, LACUNA_LOAD_NONE, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

typedef struct
{
  guint n_left;
  guint n_loaded;
  guint n_cancelled;
} Loads;

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Loads *loads = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaSnapshot) snapshot = NULL;

  snapshot = lacuna_target_load_finish (LACUNA_TARGET (source), result, &error);
  loads->n_left--;
  if (snapshot != NULL)
    loads->n_loaded++;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    loads->n_cancelled++;
  else
    g_assert_no_error (error);
}

/* Many loads of one target at a time, each second one given up. */
static void
test_concurrent_loads (void)
{
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  Loads loads = { 0 };

  for (int i = 0; i < 20; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();

      loads.n_left++;
      lacuna_target_load_async (target, LACUNA_LOAD_NONE, cancellable, loaded_cb, &loads);
      if (i % 2)
        g_cancellable_cancel (cancellable);
      g_assert_false (lacuna_target_has_exited (target));
    }
  while (loads.n_left > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (loads.n_loaded, >=, 10);
  g_assert_cmpuint (loads.n_loaded + loads.n_cancelled, ==, 20);
}

static guint64
parse (LacunaTarget   *target,
       LacunaSnapshot *snapshot,
       const char     *text)
{
  g_autoptr (GError) error = NULL;
  guint64 address = 0;

  if (!lacuna_target_parse_address (target, snapshot, text, &address, NULL, &error))
    g_error ("%s: %s", text, error->message);
  return address;
}

/* Never inlined away, since its address is asked for by name. */
__attribute__ ((noinline, used)) static int
symbol_of_this_program (int x)
{
  return x * 3 + 1;
}

static void
test_symbols (void)
{
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  g_autoptr (LacunaSnapshot) snapshot = load (target);
  void *libc = dlopen ("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *base = NULL;
  g_autofree char *own = NULL;
  guint64 memcpy_address;
  size_t index;

  g_assert_nonnull (libc);
  g_assert_cmphex (parse (target, snapshot, "libc!malloc"), ==, (gsize) dlsym (libc, "malloc"));
  g_assert_cmphex (parse (target, snapshot, "libc.so.6!fopen+0x10"),
                   ==,
                   (gsize) dlsym (libc, "fopen") + 0x10);
  g_assert_cmphex (parse (target, snapshot, "libc!stdout"), ==, (gsize) dlsym (libc, "stdout"));

  /* The default one of several versions. */
  g_assert_cmphex (parse (target, snapshot, "libc!pthread_cond_wait"),
                   ==,
                   (gsize) dlvsym (libc, "pthread_cond_wait", "GLIBC_2.3.2"));

  /* A local one of this program, which is in .symtab alone. */
  base = g_path_get_basename (program);
  own = g_strdup_printf ("%s!symbol_of_this_program", base);
  g_assert_cmphex (parse (target, snapshot, own), ==, (gsize) &symbol_of_this_program);

  /* A symbol that stands for a choice lies where the choice is made. */
  memcpy_address = parse (target, snapshot, "libc!memcpy");
  index = lac_map_search (lacuna_snapshot_get_map (snapshot), memcpy_address);
  g_assert_cmpuint (index, <, count_regions (snapshot));
  dlclose (libc);
}

static void
test_symbols_of_another (void)
{
  g_autoptr (GSubprocess) process = start ("sleep", "1000");
  g_autoptr (LacunaTarget) target = target_for (g_subprocess_get_identifier (process));
  g_autoptr (LacunaTarget) self = lacuna_target_new_self ();
  g_autoptr (LacunaSnapshot) own = load (self);
  g_autoptr (LacunaSnapshot) snapshot = NULL;
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  g_autoptr (GError) error = NULL;
  guint64 address = 0;
  guint64 base;

  /* libc is mapped some time after the start. */
  do
    {
      g_clear_object (&snapshot);
      g_clear_error (&error);
      snapshot = load (target);
    }
  while (!lacuna_target_parse_address (target, snapshot, "libc!malloc", &address, NULL, &error)
         && g_get_monotonic_time () < deadline);
  g_assert_no_error (error);
  base = parse (target, snapshot, "libc.so.6");
  g_assert_cmphex (address - base,
                   ==,
                   parse (self, own, "libc!malloc") - parse (self, own, "libc.so.6"));
  stop (process);
}

static void
test_bad_addresses (void)
{
  static const struct
  {
    const char *text;
    int code;
    gssize offset;
  } cases[] = {
    { "", LAC_E_SYNTAX, 0 },
    { "0x12g4", LAC_E_SYNTAX, 4 },
    { "no-such-library", LAC_E_NOT_FOUND, 0 },
    { "libc!no_such_symbol", LAC_E_NOT_FOUND, -2 },
    { "libc!errno", LAC_E_NOT_FOUND, -2 },
    { "[stack]!malloc", LAC_E_NOT_SUPPORTED, -2 },
    { "0xffffffffffffffff+1", LAC_E_OUT_OF_RANGE, -2 },
  };
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  g_autoptr (LacunaSnapshot) snapshot = load (target);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      guint64 address = 0x5a5a;
      gssize offset = -1;

      g_assert_false (lacuna_target_parse_address (target,
                                                   snapshot,
                                                   cases[i].text,
                                                   &address,
                                                   &offset,
                                                   &error));
      g_test_message ("%s: %s", cases[i].text, error->message);
      g_assert_error (error, LACUNA_ERROR, cases[i].code);
      g_assert_cmphex (address, ==, 0x5a5a);
      g_assert_cmpint (offset, <=, (gssize) strlen (cases[i].text));
      if (cases[i].offset >= 0)
        g_assert_cmpint (offset, ==, cases[i].offset);
    }
}

static void
test_symbols_need_a_process (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "maps", "python", "maps",
                                                 NULL);
  g_autoptr (LacunaTarget) target = target_for (path);
  g_autoptr (LacunaSnapshot) snapshot = load (target);
  g_autoptr (GError) error = NULL;
  guint64 address;

  g_assert_false (lacuna_target_get_capabilities (target) & LACUNA_CAN_SYMBOLS);
  g_assert_cmphex (parse (target, snapshot, "libc"), ==, parse (target, snapshot, "libc.so.6"));
  g_assert_false (
      lacuna_target_parse_address (target, snapshot, "libc!malloc", &address, NULL, &error));
  g_assert_error (error, LACUNA_ERROR, LAC_E_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "live process"));
}

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      unlink (path);
    }
  rmdir (folder);
  g_free (folder);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("lacuna-target-XXXXXX", NULL);
  g_assert_nonnull (folder);

  g_test_add_func ("/model/target/self", test_self);
  g_test_add_func ("/model/target/detail-on-demand", test_detail);
  g_test_add_func ("/model/target/process-until-it-exits", test_process);
  g_test_add_func ("/model/target/exec-gives-another-name", test_exec);
  g_test_add_func ("/model/target/exit-is-noticed-late", test_process_that_exited_unasked);
  g_test_add_func ("/model/target/name-of-exactly-one", test_name);
  g_test_add_func ("/model/target/bad-spellings", test_bad_spellings);
  g_test_add_func ("/model/target/file", test_file);
  g_test_add_func ("/model/target/recorded-maps", test_fixtures);
  g_test_add_func ("/model/target/pipe", test_pipe);
  g_test_add_func ("/model/target/empty-file", test_empty_file);
  g_test_add_func ("/model/target/unreadable-files", test_unreadable_files);
  g_test_add_func ("/model/target/file-without-permission", test_file_without_permission);
  g_test_add_func ("/model/target/loads-take-turns", test_concurrent_loads);
  g_test_add_func ("/model/symbols/of-self", test_symbols);
  g_test_add_func ("/model/symbols/of-another-process", test_symbols_of_another);
  g_test_add_func ("/model/symbols/bad-addresses", test_bad_addresses);
  g_test_add_func ("/model/symbols/need-a-process", test_symbols_need_a_process);
  status = g_test_run ();
  remove_folder ();
  return status;
}
