/* A row of the Buffers page's tree.
 *
 * Whatever it shows has a title, maybe a tag at the end of its line, a level, and a line of words; so
 * there is one kind of row for all, and what an item does not have is not there. The row follows its
 * item: a buffer that fills while one looks does so before one's eyes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-buffers-row.h"
#include "app/lacuna-isolate.h"
#include "lacuna-buffers-group.h"
#include "lacuna-buffers-words.h"
#include "model/lacuna-format.h"
#include "model/lacuna-operation.h"

#include <glib/gi18n.h>

/* What is said of an item. */
typedef struct
{
  char *title;
  gboolean is_address;
  char *tag;
  gboolean tag_is_ours;
  char *caption;
  char *fault;   /* NULL or "": nothing is wrong */
  char *tooltip;
  gboolean has_level;
  double used;
  double size;
} Words;

typedef struct
{
  GtkWidget *cell;
  GObject *item; /* while bound */
  GObject *list; /* what of it can change without its saying so; NULL for nothing */
} Parts;

static void
words_clear (Words *words)
{
  g_free (words->title);
  g_free (words->tag);
  g_free (words->caption);
  g_free (words->fault);
  g_free (words->tooltip);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Words, words_clear)

static Parts *
get_parts (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), "lacuna-parts");
}

static void say (GObject *item,
                 Words   *words);

/* Asked for only when the pointer rests here: a row that is told its tooltip asks the display server where
 * the pointer is and waits for the answer, and of those that come and go as one scrolls each would. */
static gboolean
query_tooltip_cb (GtkWidget  *row,
                  int         x,
                  int         y,
                  gboolean    by_keyboard,
                  GtkTooltip *tooltip)
{
  Parts *parts = get_parts (row);
  g_auto (Words) words = { 0 };
  g_autofree char *text = NULL;
  gboolean faulty;

  if (parts->item == NULL)
    return FALSE;
  say (parts->item, &words);
  faulty = words.fault != NULL && *words.fault != '\0';
  text = faulty && words.tooltip != NULL ? g_strdup_printf ("%s\n%s", words.fault, words.tooltip)
         : faulty                        ? g_strdup (words.fault)
                                         : g_strdup (words.tooltip);
  gtk_tooltip_set_text (tooltip, text);
  return text != NULL && *text != '\0';
}

GtkWidget *
lacuna_buffers_row_new (LacunaBuffersFont *font)
{
  GtkWidget *row = gtk_tree_expander_new ();
  Parts *parts = g_new0 (Parts, 1);

  parts->cell = lacuna_buffers_cell_new (font);
  gtk_tree_expander_set_child (GTK_TREE_EXPANDER (row), parts->cell);
  g_object_set_data_full (G_OBJECT (row), "lacuna-parts", parts, g_free);
  gtk_widget_set_has_tooltip (row, TRUE);
  g_signal_connect (row, "query-tooltip", G_CALLBACK (query_tooltip_cb), NULL);
  return row;
}

static char *
address_words (guint64 address)
{
  return lacuna_isolate (lacuna_format_address_prefixed (address));
}

static void
say_table (LacunaLocatorTable *table,
           Words              *words)
{
  unsigned findings = lacuna_locator_table_get_findings (table);

  words->title = address_words (lacuna_locator_table_get_address (table));
  words->is_address = TRUE;
  words->caption = lacuna_buffers_table_words (table);
  words->fault = lacuna_buffers_findings (findings);
  if (lacuna_locator_table_get_own (table))
    {
      /* Translators: only this program knows of the table. */
      words->tag = g_strdup (C_ ("table of buffers", "own"));
      words->tooltip = g_strdup (_ ("Buffers that are never writable and executable at one address. "
                                    "Only this program sees them: they are not in the shared "
                                    "locator."));
      return;
    }
  words->tag = lacuna_locator_table_get_locked (table)
                   /* Translators: somebody is changing the table. */
                   ? g_strdup (C_ ("table of buffers", "locked"))
                   : g_strdup (C_ ("table of buffers", "table"));
  words->tooltip = g_strdup (_ ("A table of the locator: up to 203 buffers each, one leads to the "
                                "next."));
}

static void
say_buffer (LacunaLocatorBuffer *buffer,
            Words               *words)
{
  unsigned findings = lacuna_locator_buffer_get_findings (buffer);
  g_autofree char *remarks = lacuna_buffers_remarks (findings);

  words->title = address_words (lacuna_locator_buffer_get_address (buffer));
  words->is_address = TRUE;
  if (lacuna_locator_buffer_get_ours (buffer))
    {
      /* Translators: the buffer is held by whoever reads this. */
      words->tag = g_strdup (C_ ("buffer", "yours"));
      words->tag_is_ours = TRUE;
    }
  else if (lacuna_locator_buffer_get_taken (buffer))
    words->tag = g_strdup (C_ ("buffer", "taken"));
  else if (lacuna_locator_buffer_get_write_xor_execute (buffer))
    words->tag = lacuna_isolate (
        lacuna_buffers_access_letters (LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE));
  words->caption = lacuna_buffers_fill_words (buffer);
  words->fault = lacuna_buffers_findings (findings);
  words->tooltip = lacuna_locator_buffer_get_write_xor_execute (buffer)
                       ? g_strdup (lacuna_buffers_own_sentence ())
                   : *remarks != '\0' ? g_steal_pointer (&remarks)
                                       : NULL;
  words->has_level = TRUE;
  words->used = MIN (lacuna_locator_buffer_get_position (buffer),
                     lacuna_locator_buffer_get_size (buffer));
  words->size = MAX (lacuna_locator_buffer_get_size (buffer), 1);
}

static void
say_allocation (LacunaAllocation *allocation,
                Words            *words)
{
  unsigned protection = lacuna_allocation_get_protection (allocation);

  words->title = address_words (lacuna_allocation_get_range (allocation).start);
  words->is_address = TRUE;
  words->tag = lacuna_isolate (lacuna_buffers_access_letters (protection));
  words->caption = lacuna_buffers_size_words (allocation);
  words->tooltip = g_strdup (lacuna_buffers_access_sentence (protection));
}

static void
say_reference (LacunaReference *reference,
               Words           *words)
{
  struct lac_range range = lacuna_reference_get_range (reference);
  g_autofree char *start = address_words (range.start);
  g_autofree char *size = lacuna_format_size (lac_range_size (range));
  g_autofree char *since = lacuna_buffers_time_words (lacuna_reference_get_since (reference));

  words->title = lacuna_format_name (lacuna_reference_get_holder (reference), -1);
  /* Translators: since a time of the day such as 14:03:12. */
  words->tag = g_strdup_printf (_ ("since %s"), since);
  /* Translators: an address, and a size. */
  words->caption = lacuna_reference_get_closed (reference)
                       ? g_strdup_printf (_ ("%s · %s · freed meanwhile"), start, size)
                       : g_strdup_printf (C_ ("address and size", "%s · %s"), start, size);
}

static void
say_operation (LacunaOperation *operation,
               Words           *words)
{
  const GError *error = lacuna_operation_get_error (operation);

  words->title = g_strdup (lacuna_operation_get_title (operation));
  words->tag = lacuna_buffers_time_words (lacuna_operation_get_when (operation));
  if (error != NULL)
    words->fault = g_strdup (error->message);
}

static void
say_group (LacunaBuffersGroup *group,
           Words              *words)
{
  words->title = g_strdup (lacuna_buffers_group_get_title (group));
  words->tag = g_strdup_printf ("%u", lacuna_buffers_group_get_n_items (group));
  words->tooltip = g_strdup (lacuna_buffers_group_get_sentence (group));
}

static void
say (GObject *item,
     Words   *words)
{
  if (LACUNA_IS_LOCATOR_TABLE (item))
    say_table (LACUNA_LOCATOR_TABLE (item), words);
  else if (LACUNA_IS_LOCATOR_BUFFER (item))
    say_buffer (LACUNA_LOCATOR_BUFFER (item), words);
  else if (LACUNA_IS_ALLOCATION (item))
    say_allocation (LACUNA_ALLOCATION (item), words);
  else if (LACUNA_IS_REFERENCE (item))
    say_reference (LACUNA_REFERENCE (item), words);
  else if (LACUNA_IS_OPERATION (item))
    say_operation (LACUNA_OPERATION (item), words);
  else if (LACUNA_IS_BUFFERS_GROUP (item))
    say_group (LACUNA_BUFFERS_GROUP (item), words);
}

static void
name_widget (GtkWidget   *widget,
             const Words *words,
             const char  *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  if (words->tooltip != NULL && *words->tooltip != '\0')
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    words->tooltip, -1);
  else
    gtk_accessible_reset_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
}

/* The list has items, but what has the focus in one is the expander; GTK 4.8 gives neither a name. */
static void
name_item (GtkWidget   *row,
           const Words *words)
{
  GtkWidget *item = gtk_widget_get_parent (row);
  GString *said = g_string_new (words->title);
  const char *more[] = { words->tag, words->caption, words->fault };
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    if (more[i] != NULL && *more[i] != '\0')
      g_string_append_printf (said, ", %s", more[i]);
  text = g_string_free (said, FALSE);
  name_widget (row, words, text);
  if (item != NULL)
    name_widget (item, words, text);
}

static void
update (GtkWidget *row)
{
  Parts *parts = get_parts (row);
  g_auto (Words) words = { 0 };
  LacunaBuffersCellText text = { .level = -1 };

  say (parts->item, &words);
  text.title = words.title;
  text.kind = words.is_address                        ? LACUNA_BUFFERS_TITLE_ADDRESS
              : LACUNA_IS_BUFFERS_GROUP (parts->item) ? LACUNA_BUFFERS_TITLE_HEADING
                                                      : LACUNA_BUFFERS_TITLE_PLAIN;
  text.warning = words.fault != NULL && *words.fault != '\0';
  text.tag = words.tag;
  text.tag_is_ours = words.tag_is_ours;
  if (words.has_level)
    text.level = words.used / words.size;
  text.caption = words.caption;
  lacuna_buffers_cell_set_text (LACUNA_BUFFERS_CELL (parts->cell), &text);
  name_item (row, &words);
}

void
lacuna_buffers_row_bind (GtkWidget      *row,
                         GtkTreeListRow *tree_row)
{
  Parts *parts = get_parts (row);

  lacuna_buffers_row_unbind (row);
  gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (row), tree_row);
  parts->item = gtk_tree_list_row_get_item (tree_row);
  g_signal_connect_swapped (parts->item, "notify", G_CALLBACK (update), row);
  if (LACUNA_IS_LOCATOR_TABLE (parts->item))
    {
      parts->list = g_object_ref (
          G_OBJECT (lacuna_locator_table_get_buffers (LACUNA_LOCATOR_TABLE (parts->item))));
      g_signal_connect_swapped (parts->list, "items-changed", G_CALLBACK (update), row);
    }
  update (row);
}

void
lacuna_buffers_row_unbind (GtkWidget *row)
{
  Parts *parts = get_parts (row);

  if (parts->item == NULL)
    return;
  g_signal_handlers_disconnect_by_func (parts->item, update, row);
  g_clear_object (&parts->item);
  if (parts->list != NULL)
    g_signal_handlers_disconnect_by_func (parts->list, update, row);
  g_clear_object (&parts->list);
  gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (row), NULL);
}
