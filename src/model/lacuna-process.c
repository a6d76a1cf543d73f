/* LacunaProcess: a live process, as a row of a list. It holds facts and never changes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-process-private.h"

#include <string.h>

struct _LacunaProcess
{
  GObject parent_instance;

  gint32 pid;
  guint64 start_time;
  char *name;
  char *command_line;
  char *user_name;
  char *search_text; /* all of the above, folded */
  gboolean self;
};

G_DEFINE_FINAL_TYPE (LacunaProcess, lacuna_process, G_TYPE_OBJECT)

static void
lacuna_process_finalize (GObject *object)
{
  LacunaProcess *self = LACUNA_PROCESS (object);

  g_free (self->name);
  g_free (self->command_line);
  g_free (self->user_name);
  g_free (self->search_text);

  G_OBJECT_CLASS (lacuna_process_parent_class)->finalize (object);
}

static void
lacuna_process_class_init (LacunaProcessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_process_finalize;
}

static void
lacuna_process_init (LacunaProcess *self)
{
}

LacunaProcess *
lacuna_process_new (const struct lac_process_row *row,
                    const char                   *user_name,
                    gboolean                      is_self)
{
  LacunaProcess *self = g_object_new (LACUNA_TYPE_PROCESS, NULL);
  g_autofree char *all = NULL;

  self->pid = row->pid;
  self->start_time = row->start_time;
  self->name = g_utf8_make_valid (row->name, -1);
  self->command_line = g_utf8_make_valid (row->command_line, -1);
  self->user_name = g_utf8_make_valid (user_name, -1);
  self->self = is_self;
  all = g_strdup_printf ("%d\n%s\n%s\n%s",
                         self->pid,
                         self->name,
                         self->user_name,
                         self->command_line);
  self->search_text = g_utf8_casefold (all, -1);
  return self;
}

/* Whether both say the same of the same process. */
gboolean
lacuna_process_equal (LacunaProcess *a,
                      LacunaProcess *b)
{
  return a->pid == b->pid && a->start_time == b->start_time && a->self == b->self
         && strcmp (a->name, b->name) == 0 && strcmp (a->command_line, b->command_line) == 0
         && strcmp (a->user_name, b->user_name) == 0;
}

gint32
lacuna_process_get_pid (LacunaProcess *self)
{
  g_return_val_if_fail (LACUNA_IS_PROCESS (self), 0);

  return self->pid;
}

guint64
lacuna_process_get_start_time (LacunaProcess *self)
{
  g_return_val_if_fail (LACUNA_IS_PROCESS (self), 0);

  return self->start_time;
}

const char *
lacuna_process_get_name (LacunaProcess *self)
{
  g_return_val_if_fail (LACUNA_IS_PROCESS (self), NULL);

  return self->name;
}

const char *
lacuna_process_get_command_line (LacunaProcess *self)
{
  g_return_val_if_fail (LACUNA_IS_PROCESS (self), NULL);

  return self->command_line;
}

const char *
lacuna_process_get_user_name (LacunaProcess *self)
{
  g_return_val_if_fail (LACUNA_IS_PROCESS (self), NULL);

  return self->user_name;
}

gboolean
lacuna_process_is_self (LacunaProcess *self)
{
  g_return_val_if_fail (LACUNA_IS_PROCESS (self), FALSE);

  return self->self;
}

/**
 * lacuna_process_matches:
 * @self: a process
 * @search: (nullable): words, UTF-8
 *
 * Returns: whether every word of @search occurs in PID, name, user or command line, whatever its
 *   case; also when there is no word
 */
gboolean
lacuna_process_matches (LacunaProcess *self,
                        const char    *search)
{
  g_autofree char *folded = NULL;
  g_auto (GStrv) words = NULL;

  g_return_val_if_fail (LACUNA_IS_PROCESS (self), FALSE);

  if (search == NULL)
    return TRUE;

  folded = g_utf8_casefold (search, -1);
  words = g_strsplit_set (folded, " \t\n", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (self->search_text, words[i]) == NULL)
      return FALSE;
  return TRUE;
}
