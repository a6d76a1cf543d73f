/* LacunaGradualList: a long list that shows a few rows first and the rest a few at a time.
 *
 * A list view of GTK 4.8 makes widgets for 200 rows, however few of them are seen, and it makes all of
 * them at once when it gets a model. With seven cells in a row that keeps the main loop busy for a
 * tenth of a second. A view that is told of twenty rows makes twenty; when it is told of a few more in
 * every frame, it has made the rest before anybody could scroll there, and nothing waited for it. From
 * 200 rows on the rest costs nothing, and is shown at once.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gradual-list.h"

/* Rows that are seen in a window of usual height, and a few more. */
#define FIRST_ROWS 18

/* Rows that are made in a part of a frame. */
#define MORE_ROWS 14

/* What a view makes widgets for, and a little more. */
#define MOST_ROWS 216

struct _LacunaGradualList
{
  GObject parent_instance;

  GListModel *model;

  /* What is shown: so many rows from the first one on; G_MAXUINT for all. */
  guint first;
  guint limit;
};

static void lacuna_gradual_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LacunaGradualList,
                               lacuna_gradual_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      lacuna_gradual_list_model_init))

static GType
lacuna_gradual_list_get_item_type (GListModel *model)
{
  return g_list_model_get_item_type (LACUNA_GRADUAL_LIST (model)->model);
}

/* How many rows are shown of @n_items. */
static guint
count_shown (LacunaGradualList *self,
             guint              n_items)
{
  return n_items > self->first ? MIN (self->limit, n_items - self->first) : 0;
}

static guint
lacuna_gradual_list_get_n_items (GListModel *model)
{
  LacunaGradualList *self = LACUNA_GRADUAL_LIST (model);

  return count_shown (self, g_list_model_get_n_items (self->model));
}

static gpointer
lacuna_gradual_list_get_item (GListModel *model,
                              guint       position)
{
  LacunaGradualList *self = LACUNA_GRADUAL_LIST (model);

  if (position >= self->limit)
    return NULL;
  return g_list_model_get_item (self->model, self->first + position);
}

static void
lacuna_gradual_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = lacuna_gradual_list_get_item_type;
  iface->get_n_items = lacuna_gradual_list_get_n_items;
  iface->get_item = lacuna_gradual_list_get_item;
}

static void
items_changed_cb (LacunaGradualList *self,
                  guint              position,
                  guint              removed,
                  guint              added)
{
  guint n_after = g_list_model_get_n_items (self->model);
  guint before = count_shown (self, n_after - added + removed);

  if (self->limit == G_MAXUINT)
    g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
  else if (position + removed <= self->first && position < self->first)
    /* Above what is shown, which moves. */
    self->first += added - removed;
  else if (position < self->first)
    {
      self->first = position;
      g_list_model_items_changed (G_LIST_MODEL (self), 0, before, count_shown (self, n_after));
    }
  else
    {
      guint after = count_shown (self, n_after);
      guint at = position - self->first;

      /* Whatever comes after what changed may move over the limit, so all of it is named. */
      if (at < before || at < after)
        g_list_model_items_changed (G_LIST_MODEL (self), at, before - at, after - at);
    }
}

/* Shows @n_above rows more above and @n_below below, as far as there are any. */
static void
show_more (LacunaGradualList *self,
           guint              n_above,
           guint              n_below)
{
  guint n_items = g_list_model_get_n_items (self->model);
  guint before = count_shown (self, n_items);
  guint n_rest = n_items - MIN (n_items, self->first + before);

  n_below = MIN (n_below, n_rest);
  n_above = MIN (n_above, self->first);
  if (n_below > 0)
    {
      self->limit = before + n_below;
      g_list_model_items_changed (G_LIST_MODEL (self), before, 0, n_below);
    }
  if (n_above > 0)
    {
      self->limit = before + n_below + n_above;
      self->first -= n_above;
      g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, n_above);
    }
}

static void
lacuna_gradual_list_finalize (GObject *object)
{
  LacunaGradualList *self = LACUNA_GRADUAL_LIST (object);

  g_signal_handlers_disconnect_by_data (self->model, self);
  g_object_unref (self->model);

  G_OBJECT_CLASS (lacuna_gradual_list_parent_class)->finalize (object);
}

static void
lacuna_gradual_list_class_init (LacunaGradualListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_gradual_list_finalize;
}

static void
lacuna_gradual_list_init (LacunaGradualList *self)
{
  self->limit = G_MAXUINT;
}

/**
 * lacuna_gradual_list_new:
 * @model: (transfer none): what to show
 *
 * Returns: (transfer full): a list that shows all of @model
 */
LacunaGradualList *
lacuna_gradual_list_new (GListModel *model)
{
  LacunaGradualList *self = g_object_new (LACUNA_TYPE_GRADUAL_LIST, NULL);

  self->model = g_object_ref (model);
  g_signal_connect_swapped (model, "items-changed", G_CALLBACK (items_changed_cb), self);
  return self;
}

/**
 * lacuna_gradual_list_begin:
 * @around: a position in the whole list
 *
 * Shows a few rows around @around only. All rows that are shown count as removed, so this is for the
 * moment in which no view has the list.
 */
void
lacuna_gradual_list_begin (LacunaGradualList *self,
                           guint              around)
{
  guint n_items;
  guint before;

  g_return_if_fail (LACUNA_IS_GRADUAL_LIST (self));

  n_items = g_list_model_get_n_items (self->model);
  before = count_shown (self, n_items);
  around = MIN (around, n_items);
  self->first = around - MIN (around, FIRST_ROWS / 2);
  self->limit = FIRST_ROWS;
  g_list_model_items_changed (G_LIST_MODEL (self), 0, before, count_shown (self, n_items));
}

/**
 * lacuna_gradual_list_grow:
 *
 * Shows a few rows more, or all when the rest costs nothing.
 *
 * Returns: whether there are rows that are still not shown
 */
gboolean
lacuna_gradual_list_grow (LacunaGradualList *self)
{
  guint n_above;

  g_return_val_if_fail (LACUNA_IS_GRADUAL_LIST (self), FALSE);

  if (self->limit >= MOST_ROWS)
    {
      lacuna_gradual_list_finish (self);
      return FALSE;
    }
  n_above = MIN (self->first, MORE_ROWS / 2);
  show_more (self, n_above, MORE_ROWS - n_above);
  if (self->limit >= MOST_ROWS
      || count_shown (self, g_list_model_get_n_items (self->model))
             < g_list_model_get_n_items (self->model))
    return TRUE;
  self->limit = G_MAXUINT;
  return FALSE;
}

/**
 * lacuna_gradual_list_finish:
 *
 * Shows all rows.
 */
void
lacuna_gradual_list_finish (LacunaGradualList *self)
{
  g_return_if_fail (LACUNA_IS_GRADUAL_LIST (self));

  if (self->limit == G_MAXUINT)
    return;
  show_more (self, self->first, G_MAXUINT);
  self->limit = G_MAXUINT;
}

/**
 * lacuna_gradual_list_locate:
 * @position: in the whole list
 *
 * Returns: the same in what is shown; %G_MAXUINT when it is not shown
 */
guint
lacuna_gradual_list_locate (LacunaGradualList *self,
                            guint              position)
{
  g_return_val_if_fail (LACUNA_IS_GRADUAL_LIST (self), G_MAXUINT);

  if (position < self->first
      || position - self->first >= lacuna_gradual_list_get_n_items (G_LIST_MODEL (self)))
    return G_MAXUINT;
  return position - self->first;
}
