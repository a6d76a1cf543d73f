/* LacunaCompleter: a list of names below an entry for an address, as one types.
 *
 * The cursor never leaves the entry: the arrow keys move a highlight in the list, Tab and Return
 * take what is highlighted, Escape closes the list. Nothing is highlighted by itself, so that
 * Return still means what was typed; Tab also takes the first name when what was typed is the
 * beginning of one, but never replaces what already is a number.
 *
 * Names are looked for on a worker. Each key press cancels the search before it, so what comes late
 * never opens a list for what is not there any more.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-completer.h"
#include "app/lacuna-isolate.h"
#include "model/lacuna-completion.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>
#include <string.h>

/* So many names are listed. Whoever has not found theirs among them types another letter. */
#define MOST_NAMES 50

#define LEAST_WIDTH 220
#define MOST_WIDTH 480

/* Paddings of rows, list and popover. */
#define ROOM_AROUND 48
#define MOST_HEIGHT 260

/* No name is highlighted. */
#define NONE G_MAXUINT

struct _LacunaCompleter
{
  GObject parent_instance;

  GtkEntry *entry;    /* borrowed */
  GtkWidget *owner;   /* borrowed; NULL once it is gone */
  GtkWidget *popover; /* with the list; NULL until there is something to list */
  GtkWidget *scroller;
  GtkListBox *list;
  GPtrArray *rows; /* of GtkListBoxRow, borrowed; hidden when there are fewer names */
  guint highlighted; /* G_MAXUINT for none */

  LacunaTarget *target;
  LacunaSnapshot *snapshot;
  GCancellable *cancellable;
  GPtrArray *proposals; /* of LacunaProposal, what is listed */
  gboolean cut;
  char *description; /* of the entry while nothing is listed */
  gboolean completing; /* the completer itself changes the text */
};

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaCompleter, lacuna_completer, G_TYPE_OBJECT)

static const char *
typed_text (LacunaCompleter *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

static void
describe (LacunaCompleter *self)
{
  guint position = self->highlighted;
  guint n_names = self->proposals != NULL ? self->proposals->len : 0;
  g_autofree char *description = NULL;

  if (!lacuna_completer_is_open (self))
    description = g_strdup (self->description != NULL ? self->description : "");
  else if (position < n_names)
    {
      const LacunaProposal *proposal = g_ptr_array_index (self->proposals, position);

      /* Translators: a name in a list of completions, its number, and how many there are */
      description = g_strdup_printf (_ ("%s, %u of %u"), proposal->text, position + 1, n_names);
    }
  else if (self->cut)
    description = g_strdup_printf (_ ("More than %u names have this in them."), n_names);
  else
    description = g_strdup_printf (
        ngettext ("%u name has this in it.", "%u names have this in them.", n_names), n_names);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}

static void
forget_search (LacunaCompleter *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

/* A number may go on; 7f3a is not the place to offer every name with that in it. Letters alone may
 * be the beginning of a name. */
static gboolean
is_number (const char *text)
{
  gboolean digit = FALSE;

  for (; *text != '\0'; text++)
    {
      if (!g_ascii_isxdigit (*text) && strchr (" _`xX", *text) == NULL)
        return FALSE;
      digit = digit || g_ascii_isdigit (*text);
    }
  return digit;
}

static gboolean
is_hexadecimal (const char *text)
{
  while (g_ascii_isxdigit (*text))
    text++;
  return *text == '\0';
}

static void
take (LacunaCompleter *self,
      guint            position)
{
  const LacunaProposal *proposal = g_ptr_array_index (self->proposals, position);
  g_autofree char *text = g_strdup (proposal->text);

  lacuna_completer_close (self);
  self->completing = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
  self->completing = FALSE;
}

/* Takes a name for good, so that whoever only wanted one can go on. */
static void
choose (LacunaCompleter *self,
        guint            position)
{
  take (self, position);
  g_signal_emit (self, signals[CHOSEN], 0);
}

/* The list has at most so many names as make it worth it: one that is typed already is none. */
static gboolean
is_worth_showing (LacunaCompleter *self)
{
  const LacunaProposal *first;

  if (self->proposals == NULL || self->proposals->len == 0)
    return FALSE;
  first = g_ptr_array_index (self->proposals, 0);
  return self->proposals->len > 1 || strcmp (first->text, typed_text (self)) != 0;
}

/* Rows give way to whatever width they get, so a popover has to be told how wide they are. */
static int
width_needed (LacunaCompleter *self)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self->entry)));
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self->list), NULL);
  int longest = 0;
  int most
      = root != NULL ? MIN (MOST_WIDTH, gtk_widget_get_width (root) - ROOM_AROUND) : MOST_WIDTH;

  for (guint i = 0; i < self->proposals->len; i++)
    {
      const LacunaProposal *proposal = g_ptr_array_index (self->proposals, i);
      g_autofree char *name = lacuna_format_name (proposal->text, -1);
      int width;

      pango_layout_set_text (layout, name, -1);
      pango_layout_get_pixel_size (layout, &width, NULL);
      if (proposal->address != 0)
        {
          int address_width;

          /* As many digits as most addresses have, in a font as wide. */
          pango_layout_set_text (layout, "0000 0000 0000 ", -1);
          pango_layout_get_pixel_size (layout, &address_width, NULL);
          width += address_width;
        }
      longest = MAX (longest, width);
    }
  return MAX (LEAST_WIDTH, MIN (longest + ROOM_AROUND, most));
}

/* Highlights a name, with its row in view. */
static void
highlight (LacunaCompleter *self,
           guint            position)
{
  GtkAdjustment *adjustment;
  graphene_rect_t bounds;
  GtkWidget *row;

  self->highlighted = position;
  if (self->popover == NULL)
    return;
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  gtk_list_box_unselect_all (self->list);
  if (position == NONE)
    return;
  row = g_ptr_array_index (self->rows, position);
  gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));
  if (gtk_widget_compute_bounds (row, GTK_WIDGET (self->list), &bounds))
    gtk_adjustment_clamp_page (adjustment, bounds.origin.y,
                               bounds.origin.y + bounds.size.height);
}

static GtkWidget *
make_row (void)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *text = gtk_label_new (NULL);
  GtkWidget *place = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_label_set_ellipsize (GTK_LABEL (text), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_widget_add_css_class (place, "address");
  gtk_widget_add_css_class (place, "dim-label");
  gtk_widget_add_css_class (place, "caption");
  gtk_box_append (GTK_BOX (box), text);
  gtk_box_append (GTK_BOX (box), place);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  return row;
}

static void
show_row (LacunaCompleter *self,
          guint            position)
{
  GtkWidget *row;
  GtkWidget *box;
  const LacunaProposal *proposal;
  g_autofree char *address = NULL;
  g_autofree char *name = NULL;
  g_autofree char *place = NULL;

  if (position == self->rows->len)
    {
      row = make_row ();
      gtk_list_box_append (self->list, row);
      g_ptr_array_add (self->rows, row);
    }
  row = g_ptr_array_index (self->rows, position);
  gtk_widget_set_visible (row, position < self->proposals->len);
  if (position >= self->proposals->len)
    return;

  box = gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (row));
  proposal = g_ptr_array_index (self->proposals, position);
  address = proposal->address != 0
                ? lacuna_isolate (lacuna_format_address_grouped (proposal->address))
                : g_strdup ("");
  name = lacuna_format_name (proposal->text, -1);
  if (proposal->place != NULL)
    place = lacuna_format_name (proposal->place, -1);
  gtk_label_set_label (GTK_LABEL (gtk_widget_get_first_child (box)), name);
  gtk_label_set_label (GTK_LABEL (gtk_widget_get_last_child (box)), address);
  gtk_widget_set_tooltip_text (row, place);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
}

static void row_activated_cb (LacunaCompleter *self,
                              GtkListBoxRow   *row);

/* There are several entries that complete names, and few people type into all of them. */
static void
make_list (LacunaCompleter *self)
{
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (row_activated_cb), self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Names"), -1);

  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (self->scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (self->scroller), MOST_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), GTK_WIDGET (self->list));

  self->popover = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (self->popover), self->scroller);
  gtk_popover_set_autohide (GTK_POPOVER (self->popover), FALSE);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self->popover), GTK_POS_BOTTOM);
  gtk_widget_set_can_focus (self->popover, FALSE);
  gtk_widget_add_css_class (self->popover, "completions");
  gtk_widget_set_parent (self->popover, self->owner);
}

static void
open_list (LacunaCompleter *self)
{
  if (self->popover == NULL)
    make_list (self);
  for (guint i = 0; i < MAX (self->proposals->len, self->rows->len); i++)
    show_row (self, i);
  highlight (self, NONE);
  gtk_adjustment_set_value (
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller)), 0);
  gtk_widget_set_size_request (self->scroller, width_needed (self), -1);
  gtk_popover_popup (GTK_POPOVER (self->popover));
  /* One that shows already keeps the size that it had for other proposals. */
  gtk_popover_present (GTK_POPOVER (self->popover));
  describe (self);
}

static void
found_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (LacunaCompleter) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean cut;
  g_autoptr (GPtrArray) proposals = lacuna_completion_find_finish (result, &cut, &error);

  if (proposals == NULL || self->owner == NULL)
    return;
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->proposals, g_ptr_array_unref);
  self->proposals = g_steal_pointer (&proposals);
  self->cut = cut;
  if (is_worth_showing (self)
      && (gtk_widget_get_state_flags (GTK_WIDGET (self->entry)) & GTK_STATE_FLAG_FOCUS_WITHIN) != 0)
    open_list (self);
  else
    lacuna_completer_close (self);
}

static void
find (LacunaCompleter *self)
{
  const char *text = typed_text (self);

  forget_search (self);
  if (self->snapshot == NULL || text[strspn (text, " \t")] == '\0' || is_number (text))
    {
      lacuna_completer_close (self);
      return;
    }
  self->cancellable = g_cancellable_new ();
  lacuna_completion_find_async (self->target, self->snapshot, text, MOST_NAMES,
                                self->cancellable, found_cb, g_object_ref (self));
}

static void
changed_cb (LacunaCompleter *self)
{
  if (self->completing)
    return;
  /* What was highlighted belongs to the text before. */
  highlight (self, NONE);
  if ((gtk_widget_get_state_flags (GTK_WIDGET (self->entry)) & GTK_STATE_FLAG_FOCUS_WITHIN) != 0)
    find (self);
  else
    lacuna_completer_close (self);
}

/* From none through the names to none again, so that what was typed can be gone back to. */
static void
move (LacunaCompleter *self,
      int              step)
{
  guint n_names = self->proposals->len;
  guint position = self->highlighted;

  if (position == NONE)
    position = step > 0 ? 0 : n_names - 1;
  else if (step < 0 ? position == 0 : position + 1 == n_names)
    position = NONE;
  else
    position += (guint) step;
  highlight (self, position);
  describe (self);
}

static gboolean
take_with_tab (LacunaCompleter *self)
{
  const char *text = typed_text (self);
  const LacunaProposal *first = g_ptr_array_index (self->proposals, 0);
  guint position = self->highlighted;

  if (position != NONE)
    {
      take (self, position);
      return GDK_EVENT_STOP;
    }
  if (is_hexadecimal (text)
      || lacuna_completion_rank (first->text, strlen (first->text), text, strlen (text))
             > LACUNA_RANK_PREFIX)
    return GDK_EVENT_PROPAGATE;
  take (self, 0);
  return GDK_EVENT_STOP;
}

static gboolean
key_pressed_cb (LacunaCompleter *self,
                guint            keyval,
                guint            keycode,
                GdkModifierType  state)
{
  gboolean open = lacuna_completer_is_open (self);

  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK | GDK_SUPER_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  switch (keyval)
    {
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      if (open)
        move (self, 1);
      else
        find (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      if (open)
        move (self, -1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Tab:
    case GDK_KEY_KP_Tab:
      return open ? take_with_tab (self) : GDK_EVENT_PROPAGATE;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_ISO_Enter:
      forget_search (self);
      if (!open)
        return GDK_EVENT_PROPAGATE;
      if (self->highlighted == NONE)
        {
          lacuna_completer_close (self);
          return GDK_EVENT_PROPAGATE;
        }
      choose (self, self->highlighted);
      return GDK_EVENT_STOP;
    case GDK_KEY_Escape:
      forget_search (self);
      if (!open)
        return GDK_EVENT_PROPAGATE;
      lacuna_completer_close (self);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
row_activated_cb (LacunaCompleter *self,
                  GtkListBoxRow   *row)
{
  if (self->proposals != NULL
      && gtk_list_box_row_get_index (row) < (int) self->proposals->len)
    choose (self, (guint) gtk_list_box_row_get_index (row));
}

static void
lacuna_completer_dispose (GObject *object)
{
  LacunaCompleter *self = LACUNA_COMPLETER (object);

  lacuna_completer_detach (self);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_object (&self->target);
  g_clear_object (&self->snapshot);
  g_clear_pointer (&self->description, g_free);
  g_clear_pointer (&self->proposals, g_ptr_array_unref);

  G_OBJECT_CLASS (lacuna_completer_parent_class)->dispose (object);
}

static void
lacuna_completer_class_init (LacunaCompleterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lacuna_completer_dispose;

  /* LacunaCompleter::chosen: Return or a click took a name from the list, which is in the entry now. Tab
   * takes one to be gone on with. */
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
lacuna_completer_init (LacunaCompleter *self)
{
  self->highlighted = NONE;
  self->rows = g_ptr_array_new ();
}

/**
 * lacuna_completer_new:
 * @owner: the widget that has the list as a child
 * @entry: where one types
 *
 * Returns: (transfer full): what completes names in @entry
 */
LacunaCompleter *
lacuna_completer_new (GtkWidget *owner,
                      GtkEntry  *entry)
{
  LacunaCompleter *self = g_object_new (LACUNA_TYPE_COMPLETER, NULL);
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->entry = entry;
  self->owner = owner;
  g_signal_connect_object (entry, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (entry), keys);
  g_signal_connect_object (focus, "leave", G_CALLBACK (lacuna_completer_close), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (entry), focus);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_AUTOCOMPLETE,
                                  GTK_ACCESSIBLE_AUTOCOMPLETE_LIST, -1);
  return self;
}

/**
 * lacuna_completer_detach:
 *
 * Takes the list away from its owner.
 */
void
lacuna_completer_detach (LacunaCompleter *self)
{
  g_return_if_fail (LACUNA_IS_COMPLETER (self));

  forget_search (self);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  self->owner = NULL;
}

/**
 * lacuna_completer_set_snapshot:
 * @target: (nullable): whose symbols are meant
 * @snapshot: (nullable): whose names are meant; NULL: there is nothing to complete
 */
void
lacuna_completer_set_snapshot (LacunaCompleter *self,
                               LacunaTarget    *target,
                               LacunaSnapshot  *snapshot)
{
  g_return_if_fail (LACUNA_IS_COMPLETER (self));

  g_set_object (&self->target, target);
  g_set_object (&self->snapshot, snapshot);
  if (snapshot == NULL)
    lacuna_completer_close (self);
}

/**
 * lacuna_completer_set_description:
 * @description: (nullable): what the entry asks for, in a sentence for assistive technology
 *
 * Describes the entry with it whenever no names are listed.
 */
void
lacuna_completer_set_description (LacunaCompleter *self,
                                  const char      *description)
{
  g_return_if_fail (LACUNA_IS_COMPLETER (self));

  g_free (self->description);
  self->description = g_strdup (description);
  describe (self);
}

gboolean
lacuna_completer_is_open (LacunaCompleter *self)
{
  g_return_val_if_fail (LACUNA_IS_COMPLETER (self), FALSE);

  return self->popover != NULL && gtk_widget_get_visible (self->popover);
}

gboolean
lacuna_completer_is_searching (LacunaCompleter *self)
{
  g_return_val_if_fail (LACUNA_IS_COMPLETER (self), FALSE);

  return self->cancellable != NULL;
}

guint
lacuna_completer_get_n_names (LacunaCompleter *self)
{
  g_return_val_if_fail (LACUNA_IS_COMPLETER (self), 0);

  return lacuna_completer_is_open (self) ? self->proposals->len : 0;
}

void
lacuna_completer_close (LacunaCompleter *self)
{
  g_return_if_fail (LACUNA_IS_COMPLETER (self));

  forget_search (self);
  if (!lacuna_completer_is_open (self))
    return;
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  gtk_widget_set_visible (self->popover, FALSE);
  describe (self);
}
