/* Looking for a widget among those inside another, from the first to the last.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

typedef gboolean (*WidgetMatches) (GtkWidget    *widget,
                                   gconstpointer wanted);

/* (nullable): the first of @root and its descendants that matches. */
static inline GtkWidget *
find_matching (GtkWidget    *root,
               WidgetMatches matches,
               gconstpointer wanted)
{
  GtkWidget *found = NULL;

  if (matches (root, wanted))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_matching (child, matches, wanted);
  return found;
}

static inline gboolean
has_type (GtkWidget    *widget,
          gconstpointer wanted)
{
  return G_TYPE_CHECK_INSTANCE_TYPE (widget, *(const GType *) wanted);
}

static inline GtkWidget *
find_type (GtkWidget *root,
           GType      type)
{
  return find_matching (root, has_type, &type);
}
