/* A strip in a window, with the map of a real process in it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "app/strip/lacuna-strip.h"
#include "main-loop.h"
#include "strip-map.h"

#include <adwaita.h>

typedef struct
{
  GtkWidget *window;
  LacunaStrip *strip;
  LacunaSnapshot *snapshot;
  LacunaCensus *census;
  int n_view_changes;
  int n_selected;
  int n_measured;
  int n_picked;
  guint64 picked;
  int n_menus;
  double menu_x;
  double menu_y;
  int n_activated;
} Fixture;

static inline void
strip_count_cb (LacunaStrip *strip,
                gpointer     data)
{
  *(int *) data += 1;
}

static inline void
strip_selected_cb (LacunaStrip *strip,
                   guint64      address,
                   gpointer     data)
{
  *(int *) data += 1;
}

static inline void
strip_picked_cb (LacunaStrip *strip,
                 guint64      address,
                 gpointer     data)
{
  Fixture *fixture = data;

  g_assert_false (lacuna_strip_get_picking (strip));
  fixture->picked = address;
  fixture->n_picked++;
}

static inline void
strip_menu_cb (LacunaStrip *strip,
               double       x,
               double       y,
               gpointer     data)
{
  Fixture *fixture = data;

  fixture->menu_x = x;
  fixture->menu_y = y;
  fixture->n_menus++;
}

static inline void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (Map) map = read_map (data);
  LacunaOrigin origin = { .kind = LACUNA_TARGET_FILE, .name = (char *) "maps",
                          .source_path = (char *) "maps", .source = "maps-text" };

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  fixture->snapshot = lacuna_snapshot_new (map, &origin, 0);
  fixture->census = lacuna_census_new (map);
  fixture->window = gtk_window_new ();
  fixture->strip = LACUNA_STRIP (lacuna_strip_new ());
  g_signal_connect (fixture->strip, "view-changed", G_CALLBACK (strip_count_cb),
                    &fixture->n_view_changes);
  g_signal_connect (fixture->strip, "measured", G_CALLBACK (strip_count_cb),
                    &fixture->n_measured);
  g_signal_connect (fixture->strip, "selected", G_CALLBACK (strip_selected_cb),
                    &fixture->n_selected);
  g_signal_connect (fixture->strip, "activate", G_CALLBACK (strip_selected_cb),
                    &fixture->n_activated);
  g_signal_connect (fixture->strip, "address-picked", G_CALLBACK (strip_picked_cb), fixture);
  g_signal_connect (fixture->strip, "menu", G_CALLBACK (strip_menu_cb), fixture);
  lacuna_strip_set_snapshot (fixture->strip, fixture->snapshot, fixture->census, FALSE);

  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->strip));
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 900, 300);
  gtk_window_present (GTK_WINDOW (fixture->window));
  for (int i = 0; i < 100 && lacuna_strip_get_n_renders (fixture->strip) == 0; i++)
    run_for (50);
  g_assert_cmpuint (lacuna_strip_get_n_renders (fixture->strip), >, 0);
  run_for (50);
}

static inline void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  run_for (20);
  lacuna_census_unref (fixture->census);
  g_object_unref (fixture->snapshot);
}

static inline Map *
strip_map (Fixture *fixture)
{
  return lacuna_snapshot_get_map (fixture->snapshot);
}

/* The largest region of the map that can be accessed, for something to look at. */
static inline struct lac_range
strip_large_region (Fixture *fixture)
{
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (strip_map (fixture), &n_regions);
  struct lac_range best = { 0, 0 };

  for (gsize i = 0; i < n_regions; i++)
    if (regions[i].protection != 0
        && lac_range_size (lac_region_range (&regions[i])) > lac_range_size (best))
      best = lac_region_range (&regions[i]);
  return best;
}

static inline guint64
strip_address_at (Fixture *fixture,
                  double   pixel)
{
  LacunaView view = lacuna_strip_get_view (fixture->strip);

  return lacuna_view_to_address_at (&view, lacuna_strip_get_scale (fixture->strip), pixel);
}

static inline double
strip_pixel_of (Fixture *fixture,
                guint64  address)
{
  LacunaView view = lacuna_strip_get_view (fixture->strip);

  return lacuna_view_to_pixel (&view, lacuna_strip_get_scale (fixture->strip), address);
}
