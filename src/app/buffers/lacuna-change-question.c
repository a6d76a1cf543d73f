/* The question that comes before another process is changed.
 *
 * It is one for all ways to change one: memory that is made or freed, buffers that are filled,
 * bytes that are written. It says what would be done, in which thread and by which calls, and what
 * becomes of the process should Lacuna die meanwhile. Whoever agrees once is not asked again for
 * what does no more to this process; but what may end the process is asked about each time. The harmless
 * answer is where Escape and Return are.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-change-question.h"

#include "app/lacuna-isolate.h"
#include "lacuna-buffers-words.h"
#include "model/lacuna-format.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* In a window that is narrower the question is, too; in pixels. */
#define NARROW_WIDTH 560

typedef struct
{
  LacunaChangeAnswer answer; /* NULL once it was answered */
  gpointer user_data;
} Question;

static void
give_answer (Question *question,
             gboolean  go_on)
{
  LacunaChangeAnswer answer = g_steal_pointer (&question->answer);

  if (answer != NULL)
    answer (go_on, question->user_data);
}

static void
response_cb (Question   *question,
             const char *response)
{
  give_answer (question, g_str_equal (response, "change"));
}

/* A question that goes with its window was not agreed to. */
static void
question_free (gpointer  data,
               GClosure *closure)
{
  give_answer (data, FALSE);
  g_free (data);
}

/* What is wished, or what went wrong; what it takes is told below. */
static char *
make_body (LacunaOperation *planned)
{
  const GError *error = planned != NULL ? lacuna_operation_get_error (planned) : NULL;
  g_autofree char *title = NULL;

  if (planned == NULL)
    return g_strdup (_ ("The process goes on running while its bytes are changed, and relies on them: a "
                        "wrong one can end it, or spoil what it is working on."));
  if (error != NULL)
    return lacuna_isolate_subject (error->message);
  /* Translators: a short text becomes a sentence of its own */
  title = g_strdup_printf (C_ ("sentence", "%s."), lacuna_operation_get_title (planned));
  return lacuna_buffers_keep_whole (title);
}

static GtkWidget *
make_label (const char *text,
            const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
make_value (const char *text)
{
  GtkWidget *label = make_label (text, "numeric");
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  /* A file's name that is broken has no hyphen there. */
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  gtk_label_set_width_chars (GTK_LABEL (label), 30);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_widget_set_hexpand (label, TRUE);
  return label;
}

/* Below one another where there is no room for both in one line. */
static void
add_value (GtkGrid    *grid,
           gboolean    narrow,
           const char *name,
           GtkWidget  *value)
{
  GtkWidget *name_label = make_label (name, "dim-label");

  gtk_label_set_wrap (GTK_LABEL (name_label), FALSE);
  gtk_widget_set_margin_top (name_label, narrow ? 6 : 0);
  gtk_grid_attach_next_to (grid, name_label, NULL, GTK_POS_BOTTOM, 1, 1);
  gtk_grid_attach_next_to (grid, value, name_label, narrow ? GTK_POS_BOTTOM : GTK_POS_RIGHT, 1, 1);
}

/* (transfer none): the value. */
static GtkWidget *
add_row (GtkGrid    *grid,
         gboolean    narrow,
         const char *name,
         const char *value)
{
  GtkWidget *label = make_value (value);

  add_value (grid, narrow, name, label);
  return label;
}

/* One below the other, and apart: each may take several lines. */
static GtkWidget *
make_calls (LacunaPlan *plan)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  const char *const *calls = lacuna_plan_get_calls (plan);

  for (gsize i = 0; calls[i] != NULL; i++)
    {
      GtkWidget *label = make_value (calls[i]);

      gtk_widget_add_css_class (label, "monospace");
      /* C is read from left to right in any language. */
      gtk_widget_set_direction (label, GTK_TEXT_DIR_LTR);
      gtk_box_append (GTK_BOX (box), label);
    }
  return box;
}

/* (transfer full): what becomes of the process should Lacuna die meanwhile. */
static char *
make_net_words (LacunaPlan *plan)
{
  if (lacuna_plan_has_net (plan))
    return g_strdup (_ ("the process goes on all the same"));
  /* Translators: why that is so, a phrase */
  return g_strdup_printf (_ ("the process would crash: %s"), lacuna_plan_get_no_net (plan));
}

/* In which thread, through what, which calls: each for itself, so that it can be taken in. */
static GtkWidget *
make_plan_grid (LacunaPlan *plan,
                gboolean    narrow)
{
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());
  g_autofree char *address
      = lacuna_isolate (lacuna_format_address_prefixed (lacuna_plan_get_instruction (plan)));
  g_autofree char *base = g_path_get_basename (lacuna_plan_get_module (plan));
  /* Translators: a thread's number and name. */
  g_autofree char *thread = g_strdup_printf (_ ("%d (%s), stopped for a moment"),
                                             lacuna_plan_get_thread (plan),
                                             lacuna_plan_get_thread_name (plan));
  /* Translators: an address, and a file or [vdso]. */
  g_autofree char *through
      = g_strdup_printf (_ ("an instruction that is already there, at %s in %s"), address, base);
  g_autofree char *whole_through = lacuna_buffers_keep_whole (through);
  g_autofree char *net = make_net_words (plan);
  GtkWidget *value;

  gtk_widget_add_css_class (GTK_WIDGET (grid), "plan");
  gtk_grid_set_column_spacing (grid, 12);
  gtk_grid_set_row_spacing (grid, narrow ? 2 : 6);
  add_row (grid, narrow, _ ("Thread"), thread);
  add_row (grid, narrow, _ ("Through"), whole_through);
  /* Translators: system calls, of which a list follows. */
  add_value (grid, narrow, _ ("Calls"), make_calls (plan));
  value = add_row (grid, narrow, _ ("If Lacuna crashes"), net);
  if (!lacuna_plan_has_net (plan))
    gtk_widget_add_css_class (value, "risky");
  if (lacuna_plan_get_filtered (plan))
    {
      value = add_row (grid, narrow, _ ("Filter"),
                       _ ("the process filters its system calls (seccomp), and the filter may kill it for "
                          "this one"));
      gtk_widget_add_css_class (value, "risky");
    }
  return GTK_WIDGET (grid);
}

static gboolean
frees (LacunaOperation *planned)
{
  return planned != NULL && lacuna_operation_get_deed (planned) == LACUNA_DEED_FREE;
}

/* (transfer full) (nullable): what can't be taken back, or hurts whoever relies on it. */
static char *
make_consequences (LacunaOperation *planned)
{
  LacunaPlan *plan = lacuna_operation_get_plan (planned);
  LacunaDeed deed = lacuna_operation_get_deed (planned);

  if (frees (planned))
    return g_strdup (_ ("What lies there is lost, and code of the process that still uses it will crash."));
  if (deed != LACUNA_DEED_CREATE_BUFFER && !lacuna_operation_get_created (planned))
    return NULL;
  /* What makes a buffer is one call; those before it are for the locator. */
  if (plan != NULL && lacuna_plan_makes_locator (plan))
    return g_strdup (_ ("The last call makes the buffer. Those before it make the list of shared buffers (the "
                        "locator), which the process does not have yet: a file, and a page of memory below "
                        "the stack. Neither the file and the page nor the buffer are ever freed, not even by "
                        "Undo. For memory that can be freed, use “Allocate”."));
  return g_strdup (_ ("A shared buffer is never freed, not even by Undo: it stays for as long as the process "
                      "runs. For memory that can be freed, use “Allocate”."));
}

static const char *
make_consent_note (LacunaConsent consent)
{
  if (consent == LACUNA_CONSENT_OUTSIDE)
    return _ ("You are asked once for this process, and again before one of its threads is stopped.");
  if (consent == LACUNA_CONSENT_CALLS)
    return _ ("You are asked once for this process, and again before a shared buffer is made in it.");
  return _ ("You are asked once for this process. What is done to it later is listed on the page “Buffers”.");
}

/* What stands below the question. */
static GtkWidget *
make_details (LacunaOperation *planned,
              LacunaConfirm    confirm,
              LacunaConsent    consent,
              gboolean         narrow)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  LacunaPlan *plan = planned != NULL ? lacuna_operation_get_plan (planned) : NULL;
  g_autofree char *consequences = NULL;
  GtkWidget *note;

  if (plan != NULL && lacuna_plan_stops_a_thread (plan))
    gtk_box_append (GTK_BOX (box), make_plan_grid (plan, narrow));
  else if (plan != NULL)
    {
      g_autofree char *how = lacuna_plan_describe (plan);

      gtk_box_append (GTK_BOX (box), make_label (how, "sentence"));
    }
  if (plan != NULL && lacuna_plan_get_wait_note (plan) != NULL)
    gtk_box_append (GTK_BOX (box), make_label (lacuna_plan_get_wait_note (plan), "sentence"));
  consequences = planned != NULL ? make_consequences (planned) : NULL;
  if (consequences != NULL)
    gtk_box_append (GTK_BOX (box), make_label (consequences, "sentence"));
  if (confirm != LACUNA_CONFIRM_NOTHING)
    note = make_label (_ ("You are asked each time."), "dim-label");
  else if (consent != LACUNA_CONSENT_NONE)
    note = make_label (make_consent_note (consent), "dim-label");
  else
    return box;
  gtk_widget_add_css_class (note, "caption");
  gtk_box_append (GTK_BOX (box), note);
  return box;
}

static GtkWidget *
make_scroller (GtkWidget *child)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), child);
  gtk_widget_set_vexpand (scroller, TRUE);
  /* By keys, too. */
  gtk_widget_set_focusable (scroller, TRUE);
  return scroller;
}

static char *
make_heading (const char      *process,
              LacunaOperation *planned,
              LacunaConfirm    confirm)
{
  g_autofree char *name = lacuna_isolate (g_strdup (process));

  if ((confirm & LACUNA_CONFIRM_FILTERED) != 0)
    /* Translators: a process, such as chromium 14231. */
    return g_strdup_printf (_ ("Change %s, Though It May Be Killed?"), name);
  if ((confirm & LACUNA_CONFIRM_NO_NET) != 0)
    /* Translators: a process, such as chromium 14231. */
    return g_strdup_printf (_ ("Change %s Without a Safety Net?"), name);
  if (frees (planned))
    /* Translators: a process, such as chromium 14231. */
    return g_strdup_printf (_ ("Free This Memory of %s?"), name);
  /* Translators: a process, such as chromium 14231. */
  return g_strdup_printf (_ ("Change the Memory of %s?"), name);
}

/* A question that is higher than the window that asks may be higher than the screen, and its answers below that:
 * what it says is scrolled then. */
static void
limit_height (AdwMessageDialog *dialog,
              int               most)
{
  g_autoptr (GtkWidget) details = g_object_ref (adw_message_dialog_get_extra_child (dialog));
  int width;
  int height;

  gtk_widget_measure (GTK_WIDGET (dialog), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
  gtk_widget_measure (GTK_WIDGET (dialog), GTK_ORIENTATION_VERTICAL, width, NULL, &height, NULL, NULL);
  if (height <= most)
    return;
  adw_message_dialog_set_extra_child (dialog, NULL);
  adw_message_dialog_set_extra_child (dialog, make_scroller (details));
  gtk_window_set_default_size (GTK_WINDOW (dialog), -1, most);
}

/**
 * lacuna_change_question_ask:
 * @parent: what is in the window that asks
 * @process: whose memory it is
 * @planned: (nullable): what would be done; %NULL for bytes that are written
 * @confirm: what has to be agreed to beside that
 * @consent: what is agreed to by that for good, and not asked about again for this process
 * @answer: called with the answer
 * @user_data: for @answer
 *
 * Returns: (transfer none): the question; who closes it answers no
 */
GtkWindow *
lacuna_change_question_ask (GtkWidget         *parent,
                            const char        *process,
                            LacunaOperation   *planned,
                            LacunaConfirm      confirm,
                            LacunaConsent      consent,
                            LacunaChangeAnswer answer,
                            gpointer           user_data)
{
  GtkRoot *root = gtk_widget_get_root (parent);
  g_autofree char *heading = make_heading (process, planned, confirm);
  g_autofree char *body = make_body (planned);
  gboolean force = confirm != LACUNA_CONFIRM_NOTHING;
  gboolean narrow = gtk_widget_get_width (GTK_WIDGET (root)) < NARROW_WIDTH;
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (
      adw_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, heading, body));
  Question *question = g_new0 (Question, 1);

  question->answer = answer;
  question->user_data = user_data;
  adw_message_dialog_set_extra_child (dialog, make_details (planned, confirm, consent, narrow));
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "change",
                                    force              ? _ ("Do It _All the Same")
                                    : frees (planned) ? _ ("_Free It")
                                                      : _ ("C_hange Its Memory"),
                                    NULL);
  adw_message_dialog_set_response_appearance (dialog, "change",
                                              force || planned == NULL || frees (planned)
                                                  ? ADW_RESPONSE_DESTRUCTIVE
                                                  : ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), question, question_free,
                         G_CONNECT_SWAPPED);
  limit_height (dialog, gtk_widget_get_height (GTK_WIDGET (root)));
  gtk_window_present (GTK_WINDOW (dialog));
  return GTK_WINDOW (dialog);
}
