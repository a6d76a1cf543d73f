/* The strip's history: the views of the past, as a browser has pages.
 *
 * A view is remembered once it has rested for half a second, so that what one only passes through is
 * none. It is kept as addresses and not as pixels: it is found again on another scale, in a window of
 * another width, and in a later picture of the same process. What one goes back from is remembered
 * first, rested or not, so that nobody loses the place where they were.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-private.h"

#include <math.h>

/* Milliseconds. */
#define REST 500

#define MOST_ENTRIES 100

typedef struct
{
  LacunaScaleKind kind;
  struct lac_range range;
  /* The very view, for as long as the line and the columns are what they were. */
  LacunaView view;
  guint64 length;
  int columns;
} Entry;

struct _LacunaStripHistory
{
  LacunaStrip *strip;
  GArray *entries;
  guint position; /* of the entry that is shown, or was before the view moved on */
  guint timeout;
};

LacunaStripHistory *
lacuna_strip_history_new (LacunaStrip *strip)
{
  LacunaStripHistory *self = g_new0 (LacunaStripHistory, 1);

  self->strip = strip;
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  return self;
}

void
lacuna_strip_history_free (LacunaStripHistory *self)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_array_unref (self->entries);
  g_free (self);
}

static void
notify (LacunaStripHistory *self)
{
  g_object_notify (G_OBJECT (self->strip), "can-go-back");
  g_object_notify (G_OBJECT (self->strip), "can-go-forward");
}

void
lacuna_strip_history_clear (LacunaStripHistory *self)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_array_set_size (self->entries, 0);
  self->position = 0;
  notify (self);
}

/* The view that the strip shows or is going to. */
static gboolean
get_entry (LacunaStrip *strip,
           Entry       *out_entry)
{
  if (strip->scale == NULL || strip->columns == 0 || !strip->has_view)
    return FALSE;

  *out_entry = (Entry){
    .kind = strip->scale_kind,
    .range = lacuna_view_get_range (&strip->target, strip->scale, strip->columns),
    .view = strip->target,
    .length = lacuna_scale_get_length (strip->scale),
    .columns = strip->columns,
  };
  return TRUE;
}

/* Whether both show the same, to less than a pixel: fitting a view to another width rounds. */
static gboolean
is_same (const Entry *a,
         const Entry *b)
{
  double pixel = MAX (MIN (a->view.bytes_per_pixel, b->view.bytes_per_pixel), 1);
  guint64 start = MAX (a->range.start, b->range.start) - MIN (a->range.start, b->range.start);
  guint64 end = MAX (a->range.end, b->range.end) - MIN (a->range.end, b->range.end);

  return a->kind == b->kind && (double) start <= pixel && (double) end <= pixel;
}

/* Remembers where the strip is, unless that is the entry that it is at. */
static void
remember (LacunaStripHistory *self)
{
  Entry entry;

  g_clear_handle_id (&self->timeout, g_source_remove);
  if (!get_entry (self->strip, &entry))
    return;

  if (self->entries->len > 0)
    {
      Entry *current = &g_array_index (self->entries, Entry, self->position);

      if (is_same (current, &entry))
        {
          *current = entry;
          return;
        }
      g_array_set_size (self->entries, self->position + 1);
    }

  g_array_append_val (self->entries, entry);
  if (self->entries->len > MOST_ENTRIES)
    g_array_remove_index (self->entries, 0);
  self->position = self->entries->len - 1;
  notify (self);
}

static gboolean
rested_cb (gpointer data)
{
  LacunaStripHistory *self = data;

  /* What follows a finger or a button has not come to rest, however still it is held. */
  if (self->strip->drag == LACUNA_STRIP_DRAG_PAN)
    return G_SOURCE_CONTINUE;

  self->timeout = 0;
  remember (self);
  return G_SOURCE_REMOVE;
}

void
lacuna_strip_history_note (LacunaStripHistory *self)
{
  gboolean rested = self->timeout == 0;

  /* The first view was asked for by opening the target: whoever moves on at once finds it again. */
  if (self->entries->len == 0)
    {
      remember (self);
      return;
    }

  g_clear_handle_id (&self->timeout, g_source_remove);
  self->timeout = g_timeout_add (REST, rested_cb, self);
  /* One can go back as soon as one has moved. */
  if (rested)
    notify (self);
}

static void
restore (LacunaStripHistory *self,
         guint               position)
{
  LacunaStrip *strip = self->strip;
  Entry entry = g_array_index (self->entries, Entry, position);
  gboolean same_kind = entry.kind == strip->scale_kind;
  LacunaView view;

  self->position = position;
  lacuna_strip_set_scale_kind (strip, entry.kind);
  /* The kind alone is not a new view. */
  g_clear_handle_id (&self->timeout, g_source_remove);

  if (entry.columns == strip->columns && entry.length == lacuna_scale_get_length (strip->scale))
    view = entry.view;
  else
    view = lacuna_view_fit (strip->scale, entry.range, strip->columns);
  lacuna_strip_move (strip, &view, -1, same_kind, FALSE);
  notify (self);
}

gboolean
lacuna_strip_can_go_back (LacunaStrip *self)
{
  LacunaStripHistory *history;
  Entry entry;

  g_return_val_if_fail (LACUNA_IS_STRIP (self), FALSE);

  history = self->history;
  if (history == NULL || history->entries->len == 0)
    return FALSE;
  return history->position > 0
         || (history->timeout != 0 && get_entry (self, &entry)
             && !is_same (&entry, &g_array_index (history->entries, Entry, history->position)));
}

gboolean
lacuna_strip_can_go_forward (LacunaStrip *self)
{
  g_return_val_if_fail (LACUNA_IS_STRIP (self), FALSE);

  return self->history != NULL && self->history->position + 1 < self->history->entries->len;
}

void
lacuna_strip_go_back (LacunaStrip *self)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));

  if (self->scale == NULL || self->columns == 0)
    return;

  if (self->history->timeout != 0)
    remember (self->history);
  if (self->history->position > 0)
    restore (self->history, self->history->position - 1);
}

void
lacuna_strip_go_forward (LacunaStrip *self)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));

  if (self->scale == NULL || self->columns == 0)
    return;

  if (self->history->timeout != 0)
    remember (self->history);
  if (lacuna_strip_can_go_forward (self))
    restore (self->history, self->history->position + 1);
}
