/* SPDX-License-Identifier: MIT */
#include "start.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Nothing that is waited for here takes as long as this, on a busy machine either. */
#define PATIENCE (30 * G_USEC_PER_SEC)
/* Nor is any sleep so late on one that is not stuck. */
#define LATE_ANYWHERE (8 * G_USEC_PER_SEC)

static void
become (int user)
{
  if (user >= 0
      && (setgroups (0, NULL) != 0 || setgid ((gid_t) user) != 0 || setuid ((uid_t) user) != 0))
    _exit (126);
}

/* Puts descriptors where the program expects them, without one of them overwriting another. */
static void
place_descriptors (int input,
                   int output,
                   int report)
{
  input = fcntl (input, F_DUPFD_CLOEXEC, 10);
  output = fcntl (output, F_DUPFD_CLOEXEC, 10);
  report = fcntl (report, F_DUPFD_CLOEXEC, 10);
  if (dup2 (input, STDIN_FILENO) < 0 || dup2 (output, STDOUT_FILENO) < 0
      || dup2 (report, VICTIM_REPORT_DESCRIPTOR) < 0)
    _exit (125);
}

static bool
lack (bool        may_lack,
      const char *reason)
{
  if (may_lack)
    g_test_message ("%s", reason);
  else
    g_test_skip (reason);
  return false;
}

bool
start_victim_with (struct started    *victim,
                   int                user,
                   bool               may_lack,
                   const char *const *arguments)
{
  const char *folder = g_getenv ("LACUNA_VICTIMS");
  g_autofree char *path = g_build_filename (folder ? folder : ".", arguments[0], NULL);
  g_autofree char *joined = g_strjoinv (" ", (char **) arguments);
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  int input[2], output[2];
  int file, report;
  char line[128] = "", rest;
  ssize_t size;

  memset (victim, 0, sizeof *victim);
  g_strlcpy (victim->name, joined, sizeof victim->name);
  if (access (path, X_OK) != 0)
    {
      g_autofree char *reason = g_strdup_printf ("%s could not be built here", arguments[0]);

      return lack (may_lack, reason);
    }
  g_ptr_array_add (words, g_strdup (path));
  for (unsigned i = 1; arguments[i] != NULL; i++)
    /* One victim starts another one. */
    g_ptr_array_add (words, strcmp (arguments[0], "enclosed") == 0 && i == 1
                                ? g_build_filename (folder ? folder : ".", arguments[i], NULL)
                                : g_strdup (arguments[i]));
  g_ptr_array_add (words, NULL);

  report = memfd_create ("report", MFD_CLOEXEC);
  g_assert_cmpint (report, >=, 0);
  g_assert_cmpint (ftruncate (report, VICTIM_REPORT_SIZE), ==, 0);
  victim->report = mmap (NULL, VICTIM_REPORT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, report, 0);
  g_assert_true (victim->report != MAP_FAILED);
  g_assert_cmpint (pipe2 (input, O_CLOEXEC), ==, 0);
  g_assert_cmpint (pipe2 (output, O_CLOEXEC), ==, 0);
  /* Opened before the user changes, who may not be allowed to look into the build folder. */
  file = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (file, >=, 0);
  victim->child = fork ();
  if (victim->child == 0)
    {
      file = fcntl (file, F_DUPFD_CLOEXEC, 10);
      place_descriptors (input[0], output[1], report);
      become (user);
      fexecve (file, (char **) words->pdata, environ);
      _exit (127);
    }
  g_assert_cmpint (victim->child, >, 0);
  close (file);
  close (report);
  close (input[0]);
  close (input[1]);
  close (output[1]);
  do
    size = read (output[0], line, sizeof line - 1);
  while (size < 0 && errno == EINTR);
  /* It has put its descriptors in order when the pipe ends. */
  if (size > 0 && strstr (line, "holds") == NULL)
    while (read (output[0], &rest, 1) < 0 && errno == EINTR)
      continue;
  close (output[0]);
  victim->pid = victim->report->pid != 0 ? (pid_t) victim->report->pid : victim->child;
  if (size > 0
      && sscanf (line, "ready %" SCNx64 " %" SCNx64, &victim->address, &victim->number) == 2)
    return true;
  else
    {
      int status = end_victim (victim);
      g_autofree char *reason
          = g_strdup_printf ("the system does not let “%s” do its part here", joined);

      if (status != 77)
        g_error ("%s: status %d", joined, status);
      return lack (may_lack, reason);
    }
}

bool
start_victim (struct started *victim,
              int             user,
              const char     *program,
              ...)
{
  const char *arguments[8] = { program };
  va_list list;

  va_start (list, program);
  for (unsigned i = 1; i < G_N_ELEMENTS (arguments); i++)
    if ((arguments[i] = va_arg (list, const char *)) == NULL)
      break;
  va_end (list);
  return start_victim_with (victim, user, false, arguments);
}

static void
wait_for_round (const struct started *victim,
                uint32_t              round,
                gint64                deadline)
{
  unsigned n_ended = 0;

  while ((int32_t) (__atomic_load_n (&victim->report->n_rounds, __ATOMIC_ACQUIRE) - round) < 0)
    {
      g_autofree char *state = read_status_field (victim->pid, "State");

      g_autofree char *n_threads = read_status_field (victim->pid, "Threads");

      /* When only the first thread has ended, the others go on; and one that becomes another program looks for a
       * moment as if all had. */
      if (state[0] == '\0' || (state[0] == 'Z' && atoi (n_threads) < 2))
        n_ended++;
      else
        n_ended = 0;
      if (n_ended > 200 || g_get_monotonic_time () > deadline)
        g_error ("%s does not go on: %u rounds too few, state %s", victim->name,
                 round - victim->report->n_rounds, state);
      g_usleep (1000);
    }
}

void
wait_for_rounds_of_all (const struct started *victims,
                        size_t                n_victims,
                        unsigned              n_rounds)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  g_autofree uint32_t *rounds = g_new (uint32_t, n_victims);

  for (size_t i = 0; i < n_victims; i++)
    rounds[i] = __atomic_load_n (&victims[i].report->n_rounds, __ATOMIC_ACQUIRE) + n_rounds;
  for (size_t i = 0; i < n_victims; i++)
    wait_for_round (&victims[i], rounds[i], deadline);
}

void
wait_for_rounds (const struct started *victim,
                 unsigned              n_rounds)
{
  wait_for_rounds_of_all (victim, 1, n_rounds);
}

void
assert_unharmed (const struct started *victim,
                 bool                  interrupted)
{
  if (victim->report->n_wrong > 0)
    g_error ("%s: %u times something was wrong, first: %s; last: %s", victim->name,
             victim->report->n_wrong, victim->report->first_wrong, victim->report->last_wrong);
  if (!interrupted && victim->report->n_interrupted > 0)
    g_error ("%s: a call was interrupted %u times", victim->name, victim->report->n_interrupted);
  if (victim->report->worst_late > LATE_ANYWHERE)
    g_error ("%s: a sleep was too long, by %u microseconds", victim->name,
             victim->report->worst_late);
}

void
assert_not_late (const struct started *victim,
                 uint32_t              at_most)
{
  if (victim->report->worst_late > at_most)
    g_error ("%s: a sleep was too long, by %u microseconds; at most %u would do", victim->name,
             victim->report->worst_late, at_most);
}

static int
collect (struct started *victim)
{
  int status = 0;

  while (waitpid (victim->child, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}

int
end_victim (struct started *victim)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  siginfo_t information = { 0 };
  int status;

  __atomic_store_n (&victim->report->stop, 1, __ATOMIC_RELEASE);
  while (waitid (P_PID, (id_t) victim->child, &information, WEXITED | WNOHANG | WNOWAIT) == 0
         && information.si_pid == 0)
    {
      if (g_get_monotonic_time () > deadline)
        {
          g_autofree char *state = read_status_field (victim->pid, "State");

          g_error ("%s does not end when it is asked to: state %s", victim->name, state);
        }
      g_usleep (500);
    }
  status = collect (victim);
  /* One that says "not here" kept no report worth reading. */
  if (status == 1 && victim->report->n_wrong > 0)
    g_test_message ("%s says: %s", victim->name, victim->report->first_wrong);
  munmap (victim->report, VICTIM_REPORT_SIZE);
  victim->report = NULL;
  return status;
}

void
end_unharmed (struct started *victim)
{
  int status;

  assert_unharmed (victim, false);
  status = end_victim (victim);
  if (status != 0)
    g_error ("%s: status %d", victim->name, status);
}

void
end_all_unharmed (struct started *victims,
                  size_t          n_victims)
{
  for (size_t i = 0; i < n_victims; i++)
    __atomic_store_n (&victims[i].report->stop, 1, __ATOMIC_RELEASE);
  for (size_t i = 0; i < n_victims; i++)
    end_unharmed (&victims[i]);
}

void
kill_victim (struct started *victim)
{
  kill (victim->pid, SIGKILL);
  collect (victim);
  munmap (victim->report, VICTIM_REPORT_SIZE);
  victim->report = NULL;
}

static void
append_file (GString    *text,
             const char *path)
{
  g_autofree char *contents = NULL;

  if (g_file_get_contents (path, &contents, NULL, NULL))
    g_string_append (text, contents);
  else
    g_string_append_printf (text, "(%s can't be read)\n", path);
}

static int
compare_names (const void *a,
               const void *b)
{
  return atoi (*(char *const *) a) - atoi (*(char *const *) b);
}

/* The names in a folder that are numbers, in order. */
static GPtrArray *
list_numbers (const char *path)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  DIR *folder = opendir (path);
  struct dirent *entry;

  while (folder != NULL && (entry = readdir (folder)) != NULL)
    if (g_ascii_isdigit (entry->d_name[0]))
      g_ptr_array_add (names, g_strdup (entry->d_name));
  if (folder != NULL)
    closedir (folder);
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
append_descriptors (GString *text,
                    pid_t    pid)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%d/fd", (int) pid);
  g_autoptr (GPtrArray) names = list_numbers (folder);

  for (unsigned i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
      char target[512];
      ssize_t size = readlink (path, target, sizeof target - 1);

      target[MAX (size, 0)] = '\0';
      g_string_append_printf (text, "descriptor %s: %s\n", (char *) names->pdata[i], target);
    }
}

static void
append_threads (GString *text,
                pid_t    pid)
{
  static const char *const fields[] = { "Name:",   "TracerPid:", "SigBlk:",
                                        "SigIgn:", "SigCgt:",    "Seccomp:" };
  g_autofree char *folder = g_strdup_printf ("/proc/%d/task", (int) pid);
  g_autoptr (GPtrArray) names = list_numbers (folder);

  for (unsigned i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], "status", NULL);
      g_autofree char *contents = NULL;
      g_auto (GStrv) lines = NULL;

      if (!g_file_get_contents (path, &contents, NULL, NULL))
        continue;
      lines = g_strsplit (contents, "\n", -1);
      for (unsigned line = 0; lines[line] != NULL; line++)
        for (unsigned field = 0; field < G_N_ELEMENTS (fields); field++)
          if (g_str_has_prefix (lines[line], fields[field]))
            g_string_append_printf (text, "thread %s: %s\n", (char *) names->pdata[i], lines[line]);
    }
}

char *
describe_process (pid_t pid)
{
  g_autofree char *maps = g_strdup_printf ("/proc/%d/maps", (int) pid);
  GString *text = g_string_new (NULL);

  append_file (text, maps);
  append_descriptors (text, pid);
  append_threads (text, pid);
  return g_string_free (text, FALSE);
}

/* The line at @text, without its end. Release with g_free(). */
static char *
copy_line (const char *text,
           const char *end)
{
  const char *newline = memchr (text, '\n', (size_t) (end - text));

  return g_strndup (text, (size_t) ((newline ? newline : end) - text));
}

void
assert_same_description (const char *before,
                         const char *after)
{
  size_t size = MIN (strlen (before), strlen (after));
  size_t same = 0, line;

  while (same < size && before[same] == after[same])
    same++;
  if (before[same] == after[same])
    return;
  for (line = same; line > 0 && before[line - 1] != '\n'; line--)
    continue;
  {
    g_autofree char *a = copy_line (before + line, before + strlen (before));
    g_autofree char *b = copy_line (after + line, after + strlen (after));

    g_error ("before: “%s”, after: “%s”", a, b);
  }
}

char *
read_status_field (pid_t       pid,
                   const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) pid);
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;
  size_t length = strlen (name);

  if (!g_file_get_contents (path, &contents, NULL, NULL))
    return g_strdup ("");
  lines = g_strsplit (contents, "\n", -1);
  for (unsigned i = 0; lines[i] != NULL; i++)
    if (strncmp (lines[i], name, length) == 0 && lines[i][length] == ':')
      return g_strstrip (g_strdup (lines[i] + length + 1));
  return g_strdup ("");
}

bool
wait_for_state (pid_t       pid,
                const char *letters)
{
  gint64 deadline = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  for (;;)
    {
      g_autofree char *state = read_status_field (pid, "State");

      if (state[0] != '\0' && strchr (letters, state[0]) != NULL)
        return true;
      if (g_get_monotonic_time () > deadline)
        return false;
      g_usleep (500);
    }
}
