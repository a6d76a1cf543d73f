/* LacunaReasonBox: why something can't be done, and what would help, with a button that copies it.
 *
 * It is no alarm: whoever looks at a process that can't be changed sees it as well as ever. So it
 * is a calm place with a sentence, and where one command would help, that command to the letter.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-reason-box.h"

#include "app/lacuna-isolate.h"

#include <glib/gi18n.h>

struct _LacunaReasonBox
{
  GtkWidget parent_instance;

  GtkWidget *image;
  GtkWidget *words; /* the sentence, and below it the command */
  GtkLabel *sentence_label;
  GtkWidget *command_box;
  GtkLabel *command_label;
  GtkWidget *copy_button;

  char *sentence; /* (nullable): what is said */
  char *command;  /* (nullable) */
};

G_DEFINE_FINAL_TYPE (LacunaReasonBox, lacuna_reason_box, GTK_TYPE_WIDGET)

static void
lacuna_reason_box_dispose (GObject *object)
{
  LacunaReasonBox *self = LACUNA_REASON_BOX (object);

  g_clear_pointer (&self->image, gtk_widget_unparent);
  g_clear_pointer (&self->words, gtk_widget_unparent);

  G_OBJECT_CLASS (lacuna_reason_box_parent_class)->dispose (object);
}

static void
lacuna_reason_box_finalize (GObject *object)
{
  LacunaReasonBox *self = LACUNA_REASON_BOX (object);

  g_free (self->sentence);
  g_free (self->command);

  G_OBJECT_CLASS (lacuna_reason_box_parent_class)->finalize (object);
}

static void
lacuna_reason_box_class_init (LacunaReasonBoxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lacuna_reason_box_dispose;
  object_class->finalize = lacuna_reason_box_finalize;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/lacuna_project/Lacuna/ui/reason-box.ui");
  gtk_widget_class_bind_template_child (widget_class, LacunaReasonBox, image);
  gtk_widget_class_bind_template_child (widget_class, LacunaReasonBox, words);
  gtk_widget_class_bind_template_child (widget_class, LacunaReasonBox, sentence_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaReasonBox, command_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaReasonBox, command_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaReasonBox, copy_button);
  gtk_widget_class_set_css_name (widget_class, "reason");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
lacuna_reason_box_init (LacunaReasonBox *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  /* A command is read from left to right in any language. */
  gtk_widget_set_direction (GTK_WIDGET (self->command_label), GTK_TEXT_DIR_LTR);
}

GtkWidget *
lacuna_reason_box_new (void)
{
  return g_object_new (LACUNA_TYPE_REASON_BOX, NULL);
}

/**
 * lacuna_reason_box_show:
 * @sentence: (nullable): why; %NULL for nothing to say
 * @command: (nullable): what would help
 *
 * Says it.
 */
void
lacuna_reason_box_show (LacunaReasonBox *self,
                        const char      *sentence,
                        const char      *command)
{
  g_return_if_fail (LACUNA_IS_REASON_BOX (self));

  if (g_strcmp0 (sentence, self->sentence) == 0 && g_strcmp0 (command, self->command) == 0)
    return;
  g_free (self->sentence);
  g_free (self->command);
  self->sentence = g_strdup (sentence);
  self->command = g_strdup (command);
  gtk_label_set_label (self->sentence_label, sentence != NULL ? sentence : "");
  gtk_label_set_label (self->command_label, command != NULL ? command : "");
  if (command != NULL)
    gtk_actionable_set_action_target (GTK_ACTIONABLE (self->copy_button), "s", command);
  gtk_widget_set_visible (self->command_box, command != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self), sentence != NULL);
}

/**
 * lacuna_reason_words:
 * @reason: why
 * @pid: of which process
 *
 * Returns: (transfer full): its sentence, without the process that it begins with
 */
char *
lacuna_reason_words (LacunaReason *reason,
                     gint32        pid)
{
  return lacuna_reason_trim (lacuna_reason_get_sentence (reason), pid);
}

/**
 * lacuna_reason_trim:
 * @sentence: what may begin with a process
 * @pid: which process that would be
 *
 * Returns: (transfer full): the same, for the eye, without the process
 */
char *
lacuna_reason_trim (const char *sentence,
                    gint32      pid)
{
  /* Translators: a PID, and a sentence */
  g_autofree char *subject = g_strdup_printf (_ ("process %d: %s"), pid, "");

  if (*subject != '\0' && g_str_has_prefix (sentence, subject))
    return g_strdup (sentence + strlen (subject));
  return lacuna_isolate_subject (sentence);
}

/**
 * lacuna_reason_words_in_box:
 * @reason: why
 * @pid: of which process
 *
 * Returns: (transfer full): its sentence, without a command that stands below it
 */
char *
lacuna_reason_words_in_box (LacunaReason *reason,
                            gint32        pid)
{
  if (lacuna_reason_get_command (reason) == NULL)
    return lacuna_reason_words (reason, pid);
  switch (lacuna_reason_get_status (reason))
    {
    case LAC_E_STOPPED:
      return g_strdup (_ ("The process is stopped. To change it, let it go on:"));
    case LAC_E_PTRACE_SCOPE:
      return g_strdup (_ ("The kernel lets only parents trace (Yama). Run Lacuna as root or with "
                          "CAP_SYS_PTRACE, or allow it:"));
    default:
      return lacuna_reason_words (reason, pid);
    }
}
