/* A list that shows its rows gradually, followed by somebody who knows only what it says.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model/lacuna-gradual-list.h"

#include <string.h>

/* A copy that follows items-changed. */
typedef struct
{
  GPtrArray *rows;
  guint most_added;
} Watcher;

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  Watcher *watcher = user_data;

  watcher->most_added = MAX (watcher->most_added, added);
  g_assert_cmpuint (position + removed, <=, watcher->rows->len);
  if (removed > 0)
    g_ptr_array_remove_range (watcher->rows, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (watcher->rows,
                        (int) (position + i),
                        g_list_model_get_item (model, position + i));
}

static void
check (const Watcher     *watcher,
       LacunaGradualList *list,
       GListModel        *all)
{
  GListModel *shown = G_LIST_MODEL (list);
  guint n_items = g_list_model_get_n_items (shown);
  guint n_all = g_list_model_get_n_items (all);
  guint n_found = 0;

  g_assert_cmpuint (watcher->rows->len, ==, n_items);
  g_assert_null (g_list_model_get_item (shown, n_items));
  for (guint i = 0; i < n_all; i++)
    {
      guint position = lacuna_gradual_list_locate (list, i);

      if (position != G_MAXUINT)
        {
          g_autoptr (GObject) same = g_list_model_get_item (all, i);
          g_autoptr (GObject) item = g_list_model_get_item (shown, position);

          g_assert_cmpuint (position, ==, n_found);
          g_assert_true (item == same);
          g_assert_true (item == g_ptr_array_index (watcher->rows, position));
          n_found++;
        }
    }
  g_assert_cmpuint (n_found, ==, n_items);
}

static void
splice (GListStore *store,
        guint       position,
        guint       removed,
        guint       added)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < added; i++)
    g_ptr_array_add (items, g_object_new (G_TYPE_OBJECT, NULL));
  g_list_store_splice (store, position, removed, items->pdata, added);
}

static void
test_grows (void)
{
  static const guint places[] = { 0, 5, 100, 500, 990, 1000, 5000 };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (GListStore) store = g_list_store_new (G_TYPE_OBJECT);
      g_autoptr (LacunaGradualList) list = lacuna_gradual_list_new (G_LIST_MODEL (store));
      Watcher watcher = { g_ptr_array_new_with_free_func (g_object_unref), 0 };
      guint before = 0;

      g_signal_connect (list, "items-changed", G_CALLBACK (items_changed_cb), &watcher);
      splice (store, 0, 0, 1000);
      check (&watcher, list, G_LIST_MODEL (store));
      g_assert_cmpuint (watcher.rows->len, ==, 1000);

      lacuna_gradual_list_begin (list, places[i]);
      check (&watcher, list, G_LIST_MODEL (store));
      g_assert_cmpuint (watcher.rows->len, <, 50);
      if (places[i] < 1000)
        g_assert_cmpuint (lacuna_gradual_list_locate (list, places[i]), !=, G_MAXUINT);
      while (lacuna_gradual_list_grow (list))
        {
          check (&watcher, list, G_LIST_MODEL (store));
          g_assert_cmpuint (watcher.rows->len, >, before);
          g_assert_cmpuint (watcher.rows->len, <, before + 50);
          before = watcher.rows->len;
        }
      /* What a view of GTK 4.8 makes widgets for is there before the rest comes. */
      g_assert_cmpuint (before, >=, 200);
      check (&watcher, list, G_LIST_MODEL (store));
      g_assert_cmpuint (watcher.rows->len, ==, 1000);
      g_assert_false (lacuna_gradual_list_grow (list));

      g_ptr_array_unref (watcher.rows);
    }
}

static void
test_changes (void)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_OBJECT);
  g_autoptr (LacunaGradualList) list = lacuna_gradual_list_new (G_LIST_MODEL (store));
  Watcher watcher = { g_ptr_array_new_with_free_func (g_object_unref), 0 };

  g_test_message ("seed %u", seed);
  g_signal_connect (list, "items-changed", G_CALLBACK (items_changed_cb), &watcher);
  for (guint i = 0; i < 2000; i++)
    {
      guint n_items = g_list_model_get_n_items (G_LIST_MODEL (store));
      guint position = (guint) g_rand_int_range (random, 0, (gint32) n_items + 1);
      guint removed = (guint) g_rand_int_range (random, 0, (gint32) (n_items - position) + 1);

      switch (g_rand_int_range (random, 0, 8))
        {
        case 0:
          lacuna_gradual_list_begin (list, position);
          break;
        case 1:
          lacuna_gradual_list_finish (list);
          break;
        case 2:
        case 3:
        case 4:
          lacuna_gradual_list_grow (list);
          break;
        default:
          splice (store, position, removed, (guint) g_rand_int_range (random, 0, 120));
        }
      check (&watcher, list, G_LIST_MODEL (store));
    }
  lacuna_gradual_list_finish (list);
  check (&watcher, list, G_LIST_MODEL (store));
  g_assert_cmpuint (watcher.rows->len, ==, g_list_model_get_n_items (G_LIST_MODEL (store)));

  g_ptr_array_unref (watcher.rows);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/gradual-list/grows-to-all-rows", test_grows);
  g_test_add_func ("/model/gradual-list/changes-while-it-grows", test_changes);

  return g_test_run ();
}
