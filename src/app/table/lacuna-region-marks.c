/* LacunaRegionMarks: which rows on screen are pointed at, and which have just changed.
 *
 * A list view has widgets for some two hundred rows, however long the list is. They are known here,
 * so that a mark is set on those and on nothing else; one that scrolls into view later is marked
 * when it is bound. A mark is a style class of the whole row: what it looks like is the style
 * sheet's to say. What changed fades in three steps. An animation would have the window drawn
 * sixty times a second as long as a process changes what is on screen, which takes more than
 * reading it does.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-marks.h"
#include "model/lacuna-region-list.h"

/* How long each step of the glow takes. */
#define GLOW_MILLISECONDS 500

/* The first has no class of its own. */
static const char *const glow_steps[] = { NULL, "fading", "faded" };

struct _LacunaRegionMarks
{
  GHashTable *bound; /* a set of GtkListItem, borrowed */

  gboolean inside;
  guint64 hover;
  GtkListItem *pointed; /* borrowed: of those, whose row holds it; NULL for none */

  LacunaChanges *changes;
  guint changes_step;
  guint changes_source; /* waits for the next step */
};

LacunaRegionMarks *
lacuna_region_marks_new (void)
{
  LacunaRegionMarks *self = g_new0 (LacunaRegionMarks, 1);

  self->bound = g_hash_table_new (NULL, NULL);
  return self;
}

void
lacuna_region_marks_free (LacunaRegionMarks *self)
{
  g_clear_handle_id (&self->changes_source, g_source_remove);
  g_clear_pointer (&self->changes, lacuna_changes_unref);
  g_hash_table_unref (self->bound);
  g_free (self);
}

GtkWidget *
lacuna_region_marks_get_row (GtkListItem *item)
{
  GtkWidget *child = gtk_list_item_get_child (item);
  GtkWidget *cell = child != NULL ? gtk_widget_get_parent (child) : NULL;

  return cell != NULL ? gtk_widget_get_parent (cell) : NULL;
}

static void
set_class (GtkWidget  *widget,
           const char *name,
           gboolean    on)
{
  if (on)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static gboolean
is_hovered (LacunaRegionMarks *self,
            LacunaRow         *row)
{
  return self->inside && row != NULL
         && lac_range_contains (lacuna_row_get_range (row), self->hover);
}

static void
mark_item (LacunaRegionMarks *self,
           GtkListItem       *item)
{
  GtkWidget *widget = lacuna_region_marks_get_row (item);
  LacunaRow *row = gtk_list_item_get_item (item);
  gboolean changed = row != NULL && self->changes != NULL
                     && lacuna_changes_touch (self->changes, lacuna_row_get_range (row));

  if (widget == NULL)
    return;
  if (is_hovered (self, row))
    self->pointed = item;
  else if (self->pointed == item)
    self->pointed = NULL;
  set_class (widget, "pointed", self->pointed == item);
  set_class (widget, "changed", changed);
  for (guint i = 1; i < G_N_ELEMENTS (glow_steps); i++)
    set_class (widget, glow_steps[i], changed && self->changes_step == i);
}

static void
mark_all (LacunaRegionMarks *self)
{
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->bound);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    mark_item (self, item);
}

void
lacuna_region_marks_bind (LacunaRegionMarks *self,
                          GtkListItem       *item)
{
  g_hash_table_add (self->bound, item);
  mark_item (self, item);
}

void
lacuna_region_marks_unbind (LacunaRegionMarks *self,
                            GtkListItem       *item)
{
  GtkWidget *widget = lacuna_region_marks_get_row (item);

  g_hash_table_remove (self->bound, item);
  if (self->pointed == item)
    self->pointed = NULL;
  if (widget != NULL)
    {
      gtk_widget_remove_css_class (widget, "pointed");
      gtk_widget_remove_css_class (widget, "changed");
      for (guint i = 1; i < G_N_ELEMENTS (glow_steps); i++)
        gtk_widget_remove_css_class (widget, glow_steps[i]);
    }
}

GtkListItem *
lacuna_region_marks_find (LacunaRegionMarks *self,
                          guint64            address)
{
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->bound);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    {
      LacunaRow *row = gtk_list_item_get_item (item);

      if (row != NULL && lac_range_contains (lacuna_row_get_range (row), address))
        return item;
    }
  return NULL;
}

/**
 * lacuna_region_marks_set_hover:
 * @inside: whether anything is pointed at
 * @address: an address in it
 *
 * Marks the row that holds @address, if it is on screen. O(rows on screen), and O(1) as long as that
 * is the row that is marked already.
 */
void
lacuna_region_marks_set_hover (LacunaRegionMarks *self,
                               gboolean           inside,
                               guint64            address)
{
  GtkListItem *before = self->pointed;
  GtkWidget *widget;

  self->inside = inside;
  self->hover = address;
  if (before != NULL && is_hovered (self, gtk_list_item_get_item (before)))
    return;

  self->pointed = inside ? lacuna_region_marks_find (self, address) : NULL;
  widget = before != NULL ? lacuna_region_marks_get_row (before) : NULL;
  if (widget != NULL)
    gtk_widget_remove_css_class (widget, "pointed");
  widget = self->pointed != NULL ? lacuna_region_marks_get_row (self->pointed) : NULL;
  if (widget != NULL)
    gtk_widget_add_css_class (widget, "pointed");
}

static gboolean
next_step_cb (gpointer user_data)
{
  LacunaRegionMarks *self = user_data;

  if (++self->changes_step < G_N_ELEMENTS (glow_steps))
    {
      mark_all (self);
      return G_SOURCE_CONTINUE;
    }
  self->changes_source = 0;
  g_clear_pointer (&self->changes, lacuna_changes_unref);
  mark_all (self);
  return G_SOURCE_REMOVE;
}

/**
 * lacuna_region_marks_set_changes:
 * @changes: (nullable): what changed just now
 *
 * Marks the rows of what changed for a moment. A change that is marked already starts anew.
 */
void
lacuna_region_marks_set_changes (LacunaRegionMarks *self,
                                 LacunaChanges     *changes)
{
  g_clear_handle_id (&self->changes_source, g_source_remove);
  g_clear_pointer (&self->changes, lacuna_changes_unref);
  self->changes_step = 0;
  if (changes != NULL)
    {
      self->changes = lacuna_changes_ref (changes);
      self->changes_source = g_timeout_add (GLOW_MILLISECONDS, next_step_cb, self);
    }
  mark_all (self);
}
