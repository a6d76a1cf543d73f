/* What is asked before memory is written, and told when it could not be.
 *
 * Each question says what is the case, what each answer does, and has the harmless answer where Escape and
 * Return are.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-bytes-questions.h"

#include "app/lacuna-isolate.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

static char *
format_place (const LacunaByteOutcome *outcome)
{
  return lacuna_isolate (lacuna_format_address_prefixed (outcome->place));
}

static AdwMessageDialog *
make (GtkWidget  *parent,
      const char *heading,
      const char *body,
      const char *harmless,
      const char *harmless_label)
{
  GtkRoot *root = gtk_widget_get_root (parent);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (
      adw_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, heading, body));

  adw_message_dialog_add_response (dialog, harmless, harmless_label);
  adw_message_dialog_set_default_response (dialog, harmless);
  adw_message_dialog_set_close_response (dialog, harmless);
  return dialog;
}

static void
add (AdwMessageDialog     *dialog,
     const char           *response,
     const char           *label,
     AdwResponseAppearance appearance)
{
  adw_message_dialog_add_response (dialog, response, label);
  adw_message_dialog_set_response_appearance (dialog, response, appearance);
}

static GtkWindow *
show (AdwMessageDialog *dialog)
{
  gtk_window_present (GTK_WINDOW (dialog));
  return GTK_WINDOW (dialog);
}

GtkWindow *
lacuna_bytes_ask_changed (GtkWidget               *parent,
                          const LacunaByteOutcome *outcome)
{
  g_autofree char *place = format_place (outcome);
  g_autofree char *heading
      = g_strdup_printf (ngettext ("%lu Byte Changed Meanwhile", "%lu Bytes Changed Meanwhile",
                                   (gulong) outcome->n_changed),
                         (gulong) outcome->n_changed);
  /* Translators: an address. */
  g_autofree char *body = g_strdup_printf (
      _ ("The first one is at %s. What lies there is no longer what you saw when you changed it. "
         "Nothing was written yet."),
      place);
  AdwMessageDialog *dialog = make (parent, heading, body, "look", _ ("_Look Again"));

  add (dialog, "apply", _ ("_Apply All the Same"), ADW_RESPONSE_DESTRUCTIVE);
  return show (dialog);
}

GtkWindow *
lacuna_bytes_ask_force (GtkWidget               *parent,
                        const LacunaByteOutcome *outcome)
{
  g_autofree char *place = format_place (outcome);
  /* Translators: an address. */
  g_autofree char *body = g_strdup_printf (
      _ ("The memory at %s may only be read. It can be written by force, as a debugger does, "
         "though its process never expects it. What belongs to a file changes in this process only. Nothing "
         "was written yet."),
      place);
  AdwMessageDialog *dialog
      = make (parent, _ ("Write into Read-Only Memory?"), body, "cancel", _ ("_Cancel"));

  add (dialog, "force", _ ("_Write by Force"), ADW_RESPONSE_DESTRUCTIVE);
  return show (dialog);
}

static char *
make_leave_body (const char *owner,
                 guint64     n_bytes,
                 gboolean    exited)
{
  gulong n = (gulong) n_bytes;

  if (exited)
    /* Translators: a process, such as chromium 14231. */
    return g_strdup_printf (ngettext ("%lu changed byte was never written, and %s has exited. The "
                                      "change can be copied as a command.",
                                      "%lu changed bytes were never written, and %s has exited. The "
                                      "changes can be copied as commands.",
                                      n),
                            n, owner != NULL ? owner : "Lacuna");
  if (owner == NULL)
    return g_strdup_printf (
        ngettext ("%lu byte in Lacuna's own memory was changed here and is not written yet.",
                  "%lu bytes in Lacuna's own memory were changed here and are not written yet.", n),
        n);
  /* Translators: a process, such as chromium 14231. */
  return g_strdup_printf (
      ngettext ("%lu byte in the memory of %s was changed here and is not written yet.",
                "%lu bytes in the memory of %s were changed here and are not written yet.", n),
      n, owner);
}

GtkWindow *
lacuna_bytes_ask_leave (GtkWidget  *parent,
                        const char *owner,
                        guint64     n_bytes,
                        gboolean    exited)
{
  g_autofree char *body = make_leave_body (owner, n_bytes, exited);
  AdwMessageDialog *dialog
      = make (parent, exited ? _ ("Discard the Changes?") : _ ("Apply the Changes?"), body, "keep",
              _ ("_Keep Editing"));

  add (dialog, "discard", _ ("_Discard"), ADW_RESPONSE_DESTRUCTIVE);
  if (exited)
    add (dialog, "copy", _ ("_Copy and Discard"), ADW_RESPONSE_SUGGESTED);
  else
    add (dialog, "apply", _ ("_Apply"), ADW_RESPONSE_SUGGESTED);
  return show (dialog);
}

/* What was written is told first: that is what somebody has to know. */
static char *
make_failed_body (const LacunaByteOutcome *outcome)
{
  const char *reason = outcome->reason != NULL ? outcome->reason : "";
  g_autofree char *plain = lacuna_isolate_subject (reason);
  g_autofree char *place = format_place (outcome);
  g_autofree char *written = NULL;
  gulong n = (gulong) outcome->n_left;

  if (outcome->n_written == 0)
    /* Translators: a sentence that says why. */
    return g_strdup_printf (_ ("%s Nothing was written; the changes are still here."), plain);
  written = lacuna_format_bytes (outcome->n_written);
  return g_strdup_printf (
      /* Translators: how many were written ("9 bytes"), how many were not, where that begins, and why. */
      ngettext ("Written: %1$s. %2$lu byte was not, at %3$s, and is still changed here. %4$s",
                "Written: %1$s. %2$lu bytes were not, from %3$s on, and are still changed here. %4$s",
                n),
      written, n, place, plain);
}

GtkWindow *
lacuna_bytes_tell_failed (GtkWidget               *parent,
                          const LacunaByteOutcome *outcome)
{
  g_autofree char *body = make_failed_body (outcome);
  AdwMessageDialog *dialog
      = make (parent,
              outcome->n_written > 0 ? _ ("Not All Changes Were Written")
                                     : _ ("The Changes Can't Be Written"),
              body, "close", _ ("_Close"));

  if (outcome->exited)
    add (dialog, "copy", _ ("_Copy as Commands"), ADW_RESPONSE_SUGGESTED);
  return show (dialog);
}

GtkWindow *
lacuna_bytes_tell_not_undone (GtkWidget               *parent,
                              const LacunaByteOutcome *outcome,
                              gboolean                 redo)
{
  g_autofree char *place = format_place (outcome);
  g_autofree char *body = NULL;
  gulong n = (gulong) outcome->n_changed;

  if (outcome->verdict == LACUNA_BYTE_VERDICT_CHANGED && redo)
    body = g_strdup_printf (
        /* Translators: a number and an address. */
        ngettext ("%lu byte, at %s, is no longer what was there before. Nothing was done.",
                  "%lu bytes, the first at %s, are no longer what was there before. Nothing was done.",
                  n),
        n, place);
  else if (outcome->verdict == LACUNA_BYTE_VERDICT_CHANGED)
    body = g_strdup_printf (
        /* Translators: a number and an address. */
        ngettext ("%lu byte, at %s, is no longer what was written. Nothing was undone.",
                  "%lu bytes, the first at %s, are no longer what was written. Nothing was undone.",
                  n),
        n, place);
  else
    body = lacuna_isolate_subject (outcome->reason != NULL ? outcome->reason : "");
  if (outcome->verdict != LACUNA_BYTE_VERDICT_READ_ONLY)
    {
      g_autofree char *why = g_steal_pointer (&body);

      /* Translators: sentences that say why; a step is one of those that can be undone. */
      body = g_strdup_printf (_ ("%s This step can't be undone or done again any more."), why);
    }
  return show (make (parent, redo ? _ ("Can't Do It Again") : _ ("Can't Undo"), body, "close",
                     _ ("_Close")));
}
