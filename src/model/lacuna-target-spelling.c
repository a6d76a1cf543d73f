/* From what a user writes to a target: self, 1234, pid:1234, name:firefox, FILE, -.
 *
 * A number is always a PID, whatever files there are; ./1234 is the file. A name must match one
 * process exactly. When it matches several, the error lists them, so that the next try can name a
 * PID.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-error.h"
#include "lacuna-process-private.h"
#include "lacuna-target-private.h"
#include "os/process.h"
#include "os/user.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* So many processes are listed of a name that several have. */
#define LISTED 20

typedef struct
{
  gint32 pid;
  guint64 start_time;
  guint32 user;
  char *command_line;
} Candidate;

typedef struct
{
  const char *name;
  GArray *candidates;
  gboolean kernel_thread; /* one of the name was seen */
} NameSearch;

static void
candidate_clear (gpointer candidate)
{
  g_free (((Candidate *) candidate)->command_line);
}

/* Whether the last part of the first argument is @name. A name of more than 15 bytes is cut in the
 * short name, and a script's short name is its interpreter's. */
static gboolean
argument_matches (const char *command_line,
                  const char *name)
{
  gsize length = strcspn (command_line, " ");
  gsize name_length = strlen (name);

  if (length < name_length
      || memcmp (command_line + length - name_length, name, name_length) != 0)
    return FALSE;
  return length == name_length || command_line[length - name_length - 1] == '/';
}

static bool
collect_matches (const struct lac_process_row *row,
                 void                         *user_data)
{
  NameSearch *search = user_data;
  Candidate candidate;

  if (row->kernel_thread && strcmp (row->name, search->name) == 0)
    search->kernel_thread = TRUE;
  if (!lacuna_process_row_is_live (row))
    return true;
  if (strcmp (row->name, search->name) != 0
      && !argument_matches (row->command_line, search->name))
    return true;

  candidate = (Candidate){ row->pid,
                           row->start_time,
                           row->user,
                           g_utf8_make_valid (row->command_line, -1) };
  g_array_append_val (search->candidates, candidate);
  return true;
}

/* This process is called something too, and is not what is meant. */
static void
remove_self (GArray *candidates)
{
  g_autoptr (LacunaTarget) self = lacuna_target_new_self ();
  gint32 pid = lacuna_target_get_pid (self);

  for (guint i = 0; i < candidates->len; i++)
    if (g_array_index (candidates, Candidate, i).pid == pid)
      {
        g_array_remove_index (candidates, i);
        return;
      }
}

static void
set_ambiguous (GError    **error,
               const char *name,
               GArray     *candidates)
{
  GString *list = g_string_new (NULL);
  guint n_listed = MIN (candidates->len, LISTED);

  for (guint i = 0; i < n_listed; i++)
    {
      const Candidate *candidate = &g_array_index (candidates, Candidate, i);
      char user[64];

      lac_user_name (candidate->user, user, sizeof user);
      g_string_append_printf (list,
                              "\n%9d  %-10s  %.120s",
                              candidate->pid,
                              user,
                              candidate->command_line);
    }
  if (n_listed < candidates->len)
    g_string_append_printf (list, "\n%9s", "…");

  lacuna_error_set_message (error,
                            LAC_E_NO_PROCESS,
                            _ ("%u processes are called %s. Choose one by its PID:%s"),
                            candidates->len,
                            name,
                            list->str);
  g_string_free (list, TRUE);
}

/**
 * lacuna_target_error_is_ambiguous:
 * @error: what lacuna_target_new_for_spelling() said
 *
 * Returns: whether there are several processes of the name, which the message lists in lines
 */
gboolean
lacuna_target_error_is_ambiguous (const GError *error)
{
  return g_error_matches (error, LACUNA_ERROR, LAC_E_NO_PROCESS)
         && strchr (error->message, '\n') != NULL;
}

static LacunaTarget *
new_for_name (const char *name,
              GError    **error)
{
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  NameSearch search = { .name = name, .candidates = candidates };
  struct lac_process_failure failure = { 0 };
  enum lac_status status;

  g_array_set_clear_func (candidates, candidate_clear);
  status = lac_process_list (NULL, collect_matches, &search, &failure);
  if (status != LAC_OK)
    {
      lacuna_error_set (error, status, "%s",
                        failure.what != NULL ? g_dgettext (GETTEXT_PACKAGE, failure.what) : name);
      return NULL;
    }
  remove_self (candidates);

  if (candidates->len == 0 && search.kernel_thread)
    {
      lacuna_error_set (error, LAC_E_KERNEL_THREAD, "%s", name);
      return NULL;
    }
  if (candidates->len == 0)
    {
      lacuna_error_set_message (error,
                                LAC_E_NO_PROCESS,
                                _ ("No process is called %s. The name is the program's, whole, and "
                                   "case matters."),
                                name);
      return NULL;
    }
  if (candidates->len > 1)
    {
      set_ambiguous (error, name, candidates);
      return NULL;
    }
  return lacuna_target_new_for_identity (g_array_index (candidates, Candidate, 0).pid,
                                         g_array_index (candidates, Candidate, 0).start_time,
                                         error);
}

static LacunaTarget *
new_for_number (const char *digits,
                GError    **error)
{
  guint64 pid;

  if (!g_ascii_string_to_unsigned (digits, 10, 0, G_MAXINT32, &pid, NULL) || pid == 0)
    {
      lacuna_error_set (error, LAC_E_NO_PROCESS, _ ("process %s"), digits);
      return NULL;
    }
  return lacuna_target_new_for_pid ((gint32) pid, error);
}

static gboolean
is_number (const char *text)
{
  return text[0] != '\0' && text[strspn (text, "0123456789")] == '\0';
}

/**
 * lacuna_target_new_for_spelling:
 * @spelling: what the user wrote; a file name in the file system's encoding
 * @error: where to put why it is no target
 *
 * Takes hold of a process, or notes a file (which is opened when it is loaded).
 *
 * Returns: (transfer full) (nullable): the target. The error is %LAC_E_INVALID when the spelling is
 *   none, %LAC_E_NO_PROCESS when there is no such process or more than one
 */
LacunaTarget *
lacuna_target_new_for_spelling (const char *spelling,
                                GError    **error)
{
  g_autoptr (GFile) file = NULL;

  if (spelling[0] == '\0')
    {
      lacuna_error_set_message (error, LAC_E_INVALID, _ ("The target is empty."));
      return NULL;
    }
  if (strcmp (spelling, "self") == 0)
    return lacuna_target_new_self ();
  if (strcmp (spelling, "-") == 0)
    return lacuna_target_new_for_stdin ();
  if (is_number (spelling))
    return new_for_number (spelling, error);

  if (g_str_has_prefix (spelling, "pid:"))
    {
      if (is_number (spelling + 4))
        return new_for_number (spelling + 4, error);
      lacuna_error_set_message (error,
                                LAC_E_INVALID,
                                _ ("%s: After pid: comes a number in decimal."),
                                spelling);
      return NULL;
    }
  if (g_str_has_prefix (spelling, "name:"))
    {
      if (spelling[5] != '\0')
        return new_for_name (spelling + 5, error);
      lacuna_error_set_message (error,
                                LAC_E_INVALID,
                                _ ("%s: After name: comes the name of a program."),
                                spelling);
      return NULL;
    }
  if (g_str_has_prefix (spelling, "sandbox:"))
    {
      lacuna_error_set_message (error,
                                LAC_E_INVALID,
                                _ ("%s: This version has no sandbox. A file of that name is ./%s."),
                                spelling,
                                spelling);
      return NULL;
    }

  file = g_str_has_prefix (spelling, "file://") ? g_file_new_for_uri (spelling)
                                                : g_file_new_for_path (spelling);
  return lacuna_target_new_for_named_file (file, spelling);
}

static void
spelling_thread (GTask        *task,
                 gpointer      source,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  GError *error = NULL;
  LacunaTarget *target = lacuna_target_new_for_spelling (task_data, &error);

  if (target != NULL)
    g_task_return_pointer (task, target, g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * lacuna_target_new_for_spelling_async:
 * @spelling: what the user wrote
 * @cancellable: (nullable): only marks the call; a listing of processes is not broken off
 * @callback: called on this thread's main context
 * @user_data: for @callback
 *
 * Does on a worker what lacuna_target_new_for_spelling() does, which for a name lists all processes.
 */
void
lacuna_target_new_for_spelling_async (const char         *spelling,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, lacuna_target_new_for_spelling_async);
  g_task_set_task_data (task, g_strdup (spelling), g_free);
  g_task_run_in_thread (task, spelling_thread);
}

/**
 * lacuna_target_new_for_spelling_finish:
 * @result: what the callback was given
 * @error: where to put why it is no target
 *
 * Returns: (transfer full) (nullable): the target
 */
LacunaTarget *
lacuna_target_new_for_spelling_finish (GAsyncResult *result,
                                       GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
