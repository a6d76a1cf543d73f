/* What the Buffers page says of the selected row, of what would be made, and of what was done.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "app/lacuna-isolate.h"
#include "lacuna-buffers-panel-private.h"
#include "lacuna-buffers-words.h"
#include "model/lacuna-format.h"
#include "model/lacuna-hex.h"

#include <glib/gi18n.h>
#include <string.h>

/* What is kept free below the outcome, as the page has it below its last line. */
#define SPACE_BELOW 12

/* How far back one can undo. */
#define MOST_UNDONE 100

/* The kinds of what is typed, as the drop-down has them. */
enum
{
  KIND_TEXT,
  KIND_HEX,
};

static void
set_text (GtkLabel   *label,
          const char *text)
{
  gtk_label_set_label (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL && *text != '\0');
}

static void
set_style (GtkWidget  *widget,
           const char *name,
           gboolean    set)
{
  if (set)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

/**
 * lacuna_buffers_panel_show_plan:
 *
 * Says what would be made.
 */
void
lacuna_buffers_panel_show_plan (LacunaBuffersPanel *self)
{
  g_autofree char *text = NULL;

  if (self->allocator == NULL)
    return;
  if (self->has_query)
    text = lacuna_buffers_plan_words (&self->query, self->anywhere, self->user);
  else
    text = g_strdup (_ ("“Find a Gap” has a mistake in it; correct it there."));
  gtk_label_set_label (self->plan_label, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->create_button),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->allocate_button),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
  gtk_widget_set_sensitive (self->create_menu_button, self->has_query);
  lacuna_buffers_panel_show_reasons (self);
}

static void
show_buffer (LacunaBuffersPanel  *self,
             LacunaLocatorBuffer *buffer)
{
  unsigned findings = lacuna_locator_buffer_get_findings (buffer);
  g_autofree char *title
      = lacuna_isolate (lacuna_format_address_prefixed (lacuna_locator_buffer_get_address (buffer)));
  g_autofree char *note = lacuna_buffers_buffer_words (buffer);
  g_autofree char *faults = lacuna_buffers_findings (findings);
  g_autofree char *remarks = lacuna_locator_buffer_get_write_xor_execute (buffer)
                                 ? g_strdup (lacuna_buffers_own_sentence ())
                                 : lacuna_buffers_remarks (findings);

  set_text (self->selected_title, title);
  set_text (self->selected_note, note);
  set_text (self->selected_findings, faults);
  set_text (self->selected_remarks, remarks);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->selected_remarks), remarks);
}

static void
show_table (LacunaBuffersPanel *self,
            LacunaLocatorTable *table)
{
  g_autofree char *title
      = lacuna_isolate (lacuna_format_address_prefixed (lacuna_locator_table_get_address (table)));
  g_autofree char *words = lacuna_buffers_table_words (table);
  g_autofree char *faults = lacuna_buffers_findings (lacuna_locator_table_get_findings (table));
  g_autofree char *place = lacuna_locator_table_get_own (table)
                               ? g_strdup (lacuna_buffers_own_sentence ())
                               : lacuna_locator_describe (self->locator);
  g_autofree char *path = g_filename_display_name (lacuna_locator_get_path (self->locator));
  g_autofree char *remark
      = *path != '\0' && !lacuna_locator_table_get_own (table) ? g_strdup_printf ("%s\n%s", place, path) : g_strdup (place);

  set_text (self->selected_title, title);
  set_text (self->selected_note, words);
  set_text (self->selected_findings, faults);
  set_text (self->selected_remarks, remark);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->selected_remarks), remark);
}

static void
show_allocation (LacunaBuffersPanel *self,
                 LacunaAllocation   *allocation)
{
  struct lac_range range = lacuna_allocation_get_range (allocation);
  g_autofree char *title = lacuna_isolate (lacuna_format_address_prefixed (range.start));
  g_autofree char *size = lacuna_format_bytes (lac_range_size (range));
  const char *access
      = lacuna_buffers_access_sentence (lacuna_allocation_get_protection (allocation));
  g_autofree char *note = g_strdup_printf ("%s\n%s", size, access);

  g_autofree char *letters = lacuna_isolate (
      lacuna_buffers_access_letters (lacuna_allocation_get_protection (allocation)));

  gtk_menu_button_set_label (self->protect_button, letters);
  set_text (self->selected_title, title);
  set_text (self->selected_note, note);
  set_text (self->selected_findings, NULL);
  set_text (self->selected_remarks,
            lacuna_allocation_get_closing (allocation)
                ? _ ("It was freed. It stays until the last look at it ends.")
                : NULL);
}

/**
 * lacuna_buffers_panel_show_selected:
 *
 * Says what there is to say of the selected row, and shows what can be done with it.
 */
void
lacuna_buffers_panel_show_selected (LacunaBuffersPanel *self)
{
  LacunaLocatorBuffer *buffer
      = lacuna_buffers_panel_get_selected (self, LACUNA_TYPE_LOCATOR_BUFFER);
  LacunaLocatorTable *table = lacuna_buffers_panel_get_selected (self, LACUNA_TYPE_LOCATOR_TABLE);
  LacunaAllocation *allocation
      = lacuna_buffers_panel_get_selected (self, LACUNA_TYPE_ALLOCATION);
  gboolean ours = buffer != NULL && lacuna_locator_buffer_get_ours (buffer);
  gboolean alive = allocation != NULL && !lacuna_allocation_get_closing (allocation);
  gboolean had_focus = gtk_widget_has_focus (self->take_button)
                       || gtk_widget_has_focus (self->put_button);

  if (buffer != NULL)
    show_buffer (self, buffer);
  else if (table != NULL)
    show_table (self, table);
  else if (allocation != NULL)
    show_allocation (self, allocation);
  gtk_widget_set_visible (self->take_button, buffer != NULL && !ours);
  gtk_widget_set_visible (self->put_button, ours);
  /* One takes the place of the other, and of its focus. */
  if (had_focus && buffer != NULL)
    gtk_widget_grab_focus (ours ? self->put_button : self->take_button);
  gtk_widget_set_visible (GTK_WIDGET (self->protect_button), alive);
  gtk_widget_set_visible (self->free_button, alive);
  gtk_widget_set_visible (self->selected_box,
                          buffer != NULL || table != NULL || allocation != NULL);
  gtk_widget_set_visible (self->append_box, allocation == NULL);
  lacuna_buffers_panel_show_append (self);
  lacuna_buffers_panel_emit_acts_changed (self);
}

/* What is wrong with @text, and where that is, counted in letters. */
static char *
hex_fault (const char *text,
           gssize      offset)
{
  glong column;
  g_autofree char *letter = NULL;

  if (offset < 0)
    return g_strdup (_ ("There are no bytes in it."));
  if ((gsize) offset >= strlen (text))
    return g_strdup (_ ("A byte has two digits, and the second is missing at the end."));
  column = g_utf8_pointer_to_offset (text, text + offset) + 1;
  letter = g_utf8_substring (text, column - 1, column);
  /* Translators: which letter of the text, and the letter. */
  return g_strdup_printf (_ ("Column %ld: “%s” is no hexadecimal digit. Bytes are written as in 00 ab f9 "
                             "0x42."),
                          column, letter);
}

/* Underlines what is not understood; nothing with a negative @offset. */
static void
mark_entry (GtkEntry *entry,
            gssize    offset)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  const char *text = gtk_editable_get_text (GTK_EDITABLE (entry));
  gsize length = strlen (text);

  if (offset >= 0 && length > 0)
    {
      PangoAttribute *underline = pango_attr_underline_new (PANGO_UNDERLINE_ERROR);
      const char *at = text + MIN ((gsize) offset, length);

      if (*at == '\0')
        at = g_utf8_find_prev_char (text, at);
      underline->start_index = (guint) (at - text);
      underline->end_index = (guint) (g_utf8_next_char (at) - text);
      pango_attr_list_insert (attributes, underline);
    }
  gtk_entry_set_attributes (entry, attributes);
}

GBytes *
lacuna_buffers_panel_read_entry (LacunaBuffersPanel *self,
                                 GError            **error)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->append_entry));

  if (*text == '\0')
    return NULL;
  if (gtk_drop_down_get_selected (self->append_kind) == KIND_HEX)
    {
      gssize offset = -1;
      GBytes *bytes = lacuna_hex_parse (text, &offset, error);

      if (bytes == NULL && error != NULL)
        {
          g_free ((*error)->message);
          (*error)->message = hex_fault (text, offset);
          mark_entry (self->append_entry, offset);
        }
      return bytes;
    }
  return g_bytes_new (text, strlen (text));
}

/* How many bytes that is, and where they go. */
static char *
append_words (LacunaBuffersPanel *self,
              gsize               n_bytes)
{
  LacunaLocatorBuffer *buffer
      = lacuna_buffers_panel_get_selected (self, LACUNA_TYPE_LOCATOR_BUFFER);
  g_autofree char *address = NULL;

  if (buffer == NULL)
    return n_bytes == 0
               ? g_strdup (_ ("Goes to a buffer that fits; one is made when none does."))
               : g_strdup_printf (ngettext ("%u byte, to a buffer that fits",
                                            "%u bytes, to a buffer that fits", (gulong) n_bytes),
                                  (guint) n_bytes);
  if (lacuna_locator_buffer_get_taken (buffer) && !lacuna_locator_buffer_get_ours (buffer))
    return g_strdup (_ ("Nothing can be appended while somebody else has it."));
  address = lacuna_isolate (lacuna_format_address_prefixed (
      lac_add_saturating (lacuna_locator_buffer_get_address (buffer),
                          lacuna_locator_buffer_get_position (buffer))));
  if (n_bytes == 0)
    return g_strdup ("");
  if (n_bytes > lacuna_locator_buffer_get_free (buffer))
    return g_strdup_printf (ngettext ("%u byte: more than is free in it",
                                      "%u bytes: more than is free in it", (gulong) n_bytes),
                            (guint) n_bytes);
  /* Translators: a number, and an address */
  return g_strdup_printf (ngettext ("%u byte, to %s", "%u bytes, to %s", (gulong) n_bytes),
                          (guint) n_bytes, address);
}

/**
 * lacuna_buffers_panel_show_append:
 *
 * Says what would be appended and where, or what is wrong with what is typed.
 */
void
lacuna_buffers_panel_show_append (LacunaBuffersPanel *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  const char *placeholder = gtk_drop_down_get_selected (self->append_kind) == KIND_HEX
                                ? _ ("00 ab f9 0x42")
                                : _ ("Append…");

  mark_entry (self->append_entry, -1);
  bytes = lacuna_buffers_panel_read_entry (self, &error);
  text = error != NULL ? g_strdup (error->message)
                       : append_words (self, bytes != NULL ? g_bytes_get_size (bytes) : 0);
  set_text (self->append_note, text);
  set_style (GTK_WIDGET (self->append_note), "error", error != NULL);
  set_style (GTK_WIDGET (self->append_note), "dim-label", error == NULL);
  set_style (GTK_WIDGET (self->append_entry), "error", error != NULL);
  gtk_entry_set_placeholder_text (self->append_entry, placeholder);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->append_entry),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->append_entry), GTK_ACCESSIBLE_STATE_INVALID,
                               error != NULL ? GTK_ACCESSIBLE_INVALID_TRUE
                                             : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}

/* What was freed may stay for those who look at it. */
static gboolean
is_still_there (LacunaBuffersPanel *self,
                LacunaOperation    *operation)
{
  GListModel *allocations = lacuna_allocator_get_allocations (self->allocator);
  guint64 serial = lacuna_operation_get_serial (operation);

  for (guint i = 0; i < g_list_model_get_n_items (allocations); i++)
    {
      g_autoptr (LacunaAllocation) allocation = g_list_model_get_item (allocations, i);

      if (lacuna_allocation_get_serial (allocation) == serial)
        return lacuna_allocation_get_closing (allocation);
    }
  return FALSE;
}

/* What became of the map, place by place: that comes first. */
static void
add_difference (GString         *text,
                LacunaOperation *operation)
{
  LacunaDifference *difference = lacuna_operation_get_difference (operation);
  g_autofree char *pieces = NULL;

  if (difference == NULL)
    return;
  pieces = lacuna_buffers_difference_words (difference);
  if (*pieces != '\0')
    g_string_append_printf (text, "%s\n", pieces);
}

/* By which plan that was done: that comes last. */
static void
add_plan (GString         *text,
          LacunaOperation *operation)
{
  LacunaPlan *plan = lacuna_buffers_panel_get_plan (operation);

  if (plan != NULL && lacuna_plan_stops_a_thread (plan))
    {
      g_autofree char *how = lacuna_plan_describe (plan);
      /* Translators: sentences that say what a thread of the process was to call. */
      g_autofree char *sentence = g_strdup_printf (_ ("The plan was: %s"), how);

      g_string_append_printf (text, "\n%s", sentence);
    }
}

/* The title is said above; (transfer full). */
static char *
make_story (LacunaBuffersPanel *self,
            LacunaOperation    *operation)
{
  g_autofree char *story = lacuna_operation_describe (operation);
  g_autofree char *first
      = g_strdup_printf (C_ ("sentence", "%s."), lacuna_operation_get_title (operation));
  const char *rest = g_str_has_prefix (story, first) ? story + strlen (first) : story;
  GString *text;

  /* Of a free in this process there is only to say who still looks, and that was so when it was done. */
  if (!lacuna_allocator_is_elsewhere (self->allocator) && lacuna_operation_get_deed (operation) == LACUNA_DEED_FREE
      && lacuna_operation_get_error (operation) == NULL && strspn (rest, " \n") < strlen (rest)
      && !is_still_there (self, operation))
    return g_strdup (_ ("It went when the last look at it ended."));
  text = g_string_new (NULL);
  add_difference (text, operation);
  g_string_append (text, rest + strspn (rest, " \n"));
  add_plan (text, operation);
  return g_strstrip (g_string_free (text, FALSE));
}

static gboolean
reveal_outcome_cb (GtkWidget     *widget,
                   GdkFrameClock *clock,
                   gpointer       user_data)
{
  LacunaBuffersPanel *self = user_data;
  GtkWidget *scroller = gtk_widget_get_ancestor (self->outcome_box, GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));
  graphene_rect_t bounds;

  /* In the frame that it comes in, it has no place yet. */
  if (self->outcome_frames++ < 2)
    return G_SOURCE_CONTINUE;
  self->reveals_outcome = FALSE;
  if (gtk_widget_get_visible (self->outcome_box)
      && gtk_widget_compute_bounds (self->outcome_box, scroller, &bounds))
    {
      /* Seen from the content the padding above it would be missing. */
      double top = gtk_adjustment_get_value (adjustment) + bounds.origin.y;

      gtk_adjustment_clamp_page (adjustment, top, top + bounds.size.height + SPACE_BELOW);
    }
  return G_SOURCE_REMOVE;
}

/**
 * lacuna_buffers_panel_reveal_outcome:
 *
 * Scrolls to what was done, which lies last, and out of sight in a low window.
 */
void
lacuna_buffers_panel_reveal_outcome (LacunaBuffersPanel *self)
{
  self->outcome_frames = 0;
  if (!self->reveals_outcome)
    gtk_widget_add_tick_callback (self->outcome_box, reveal_outcome_cb, self, NULL);
  self->reveals_outcome = TRUE;
}

/**
 * lacuna_buffers_panel_show_outcome:
 *
 * Says what was done, where, why there, and how many attempts that took; or why it was not done.
 */
void
lacuna_buffers_panel_show_outcome (LacunaBuffersPanel *self)
{
  LacunaOperation *operation = lacuna_buffers_panel_get_shown (self);
  g_autofree char *story = NULL;
  g_autofree char *title = NULL;
  g_autofree char *whole_story = NULL;
  gboolean failed;

  gtk_widget_set_visible (self->outcome_box, operation != NULL);
  if (operation == NULL)
    return;
  failed = lacuna_operation_get_error (operation) != NULL;
  story = make_story (self, operation);
  title = lacuna_buffers_keep_whole (lacuna_operation_get_title (operation));
  whole_story = lacuna_buffers_keep_whole (story);
  gtk_image_set_from_icon_name (self->outcome_icon, failed ? "dialog-warning-symbolic"
                                                           : "object-select-symbolic");
  set_style (GTK_WIDGET (self->outcome_icon), "risky", failed);
  set_style (GTK_WIDGET (self->outcome_icon), "success", !failed);
  set_text (self->outcome_title, title);
  set_text (self->outcome_story, whole_story);
  gtk_widget_set_visible (self->undo_button,
                          lacuna_buffers_panel_find_undo (self) == operation);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->outcome_box),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, story, -1);
}

static gboolean
can_undo (LacunaBuffersPanel *self,
          LacunaOperation    *operation)
{
  return lacuna_operation_get_error (operation) == NULL
         && !g_hash_table_contains (self->spent, operation)
         && lacuna_allocator_can_undo (self->allocator, operation);
}

LacunaOperation *
lacuna_buffers_panel_find_undo (LacunaBuffersPanel *self)
{
  LacunaOperation *selected
      = self->shows_last ? NULL : lacuna_buffers_panel_get_selected (self, LACUNA_TYPE_OPERATION);
  GListModel *operations;

  if (self->allocator == NULL)
    return NULL;
  if (selected != NULL)
    return can_undo (self, selected) ? selected : NULL;
  operations = lacuna_allocator_get_operations (self->allocator);
  for (guint i = 0; i < MIN (g_list_model_get_n_items (operations), MOST_UNDONE); i++)
    {
      g_autoptr (LacunaOperation) operation = g_list_model_get_item (operations, i);

      /* The list has it. */
      if (can_undo (self, operation))
        return operation;
    }
  return NULL;
}
