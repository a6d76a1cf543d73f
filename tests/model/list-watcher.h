/* What the tests of the region list share: maps, and a copy of the list that follows items-changed.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/maps-text.h"
#include "model/lacuna-region-list.h"

#include <string.h>

static LacunaSnapshot *
snapshot_of (struct lac_map *map) /* (transfer full) */
{
  LacunaOrigin    origin = { .kind = LACUNA_TARGET_FILE,
                             .name = (char *) "test",
                             .source = "maps-text" };
  LacunaSnapshot *snapshot = lacuna_snapshot_new (map, &origin, 0);

  lac_map_unref (map);
  return snapshot;
}

static struct lac_map *
map_of_text (const char *text)
{
  struct lac_map *map = NULL;

  g_assert_cmpint (lac_map_parse (text, strlen (text), &LAC_SPACE_UNKNOWN, &map, NULL), ==, LAC_OK);
  return map;
}

/* A copy that follows items-changed. */
typedef struct
{
  GPtrArray *rows;
  guint n_signals;
  guint n_removed;
  guint n_added;
} Watcher;

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  Watcher *watcher = user_data;

  watcher->n_signals++;
  watcher->n_removed += removed;
  watcher->n_added += added;
  g_assert_cmpuint (position + removed, <=, watcher->rows->len);
  if (removed > 0)
    g_ptr_array_remove_range (watcher->rows, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (watcher->rows,
                        (int) (position + i),
                        g_list_model_get_item (model, position + i));
}

static void
watcher_init (Watcher    *watcher,
              GListModel *model)
{
  *watcher = (Watcher){ g_ptr_array_new_with_free_func (g_object_unref) };
  g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), watcher);
}

static void
watcher_check (Watcher    *watcher,
               GListModel *model)
{
  g_assert_cmpuint (watcher->rows->len, ==, g_list_model_get_n_items (model));
  for (guint i = 0; i < watcher->rows->len; i++)
    {
      g_autoptr (LacunaRow) row = g_list_model_get_item (model, i);

      g_assert_true (row == g_ptr_array_index (watcher->rows, i));
    }
}
