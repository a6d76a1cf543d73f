/* LacunaDifference: what became of a map.
 *
 * lacuna-changes.c says where two maps differ, in few ranges and with the edges that the list shows; here
 * those places are looked at once more, and told by what happened to them. An edge that came or went
 * between two places that are as before is no difference of memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-difference.h"

#include "lacuna-changes.h"
#include "lacuna-format.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _LacunaDifference
{
  GObject parent_instance;

  GArray *pieces; /* of LacunaDifferencePiece */
  gsize n[LACUNA_N_DIFFERENCES];
  guint64 bytes[LACUNA_N_DIFFERENCES];
  gsize n_elsewhere;
};

G_DEFINE_FINAL_TYPE (LacunaDifference, lacuna_difference, G_TYPE_OBJECT)

static void
lacuna_difference_finalize (GObject *object)
{
  LacunaDifference *self = LACUNA_DIFFERENCE (object);

  g_array_unref (self->pieces);

  G_OBJECT_CLASS (lacuna_difference_parent_class)->finalize (object);
}

static void
lacuna_difference_class_init (LacunaDifferenceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_difference_finalize;
}

static void
lacuna_difference_init (LacunaDifference *self)
{
  self->pieces = g_array_new (FALSE, FALSE, sizeof (LacunaDifferencePiece));
}

/* The region that holds @place, or (nullable) NULL; @inout_next becomes the next edge above @place. */
static const struct lac_region *
region_at (const struct lac_map *map,
           guint64               place,
           guint64              *inout_next)
{
  size_t n_regions, index = lac_map_search (map, place);
  const struct lac_region *regions = lac_map_regions (map, &n_regions);

  if (index == n_regions)
    return NULL;
  if (regions[index].start > place)
    {
      *inout_next = MIN (*inout_next, regions[index].start);
      return NULL;
    }
  *inout_next = MIN (*inout_next, regions[index].end);
  return &regions[index];
}

static gboolean
looks_alike (const struct lac_map    *before,
             const struct lac_region *a,
             const struct lac_map    *after,
             const struct lac_region *b)
{
  const struct lac_backing *old = lac_map_backing (before, a);
  const struct lac_backing *new = lac_map_backing (after, b);

  return a->protection == b->protection && a->flags == b->flags && a->kind == b->kind
         && old->inode == new->inode && old->device_major == new->device_major
         && old->device_minor == new->device_minor && old->name_length == new->name_length
         && (old->name_length == 0 || memcmp (old->name, new->name, old->name_length) == 0)
         && (old->inode == 0 || a->offset - a->start == b->offset - b->start);
}

static void
add_piece (LacunaDifference      *self,
           LacunaDifferencePiece  piece)
{
  LacunaDifferencePiece *last = self->pieces->len > 0
                          ? &g_array_index (self->pieces, LacunaDifferencePiece, self->pieces->len - 1)
                          : NULL;

  /* What belongs together is one piece, also where it was several regions. */
  if (last != NULL && last->range.end == piece.range.start && last->kind == piece.kind
      && last->protection == piece.protection && last->old_protection == piece.old_protection
      && last->asked_for == piece.asked_for)
    last->range.end = piece.range.end;
  else
    g_array_append_val (self->pieces, piece);
}

static void
compare (LacunaDifference     *self,
         const struct lac_map *before,
         const struct lac_map *after,
         struct lac_range      range,
         struct lac_range      asked_for)
{
  for (guint64 place = range.start, next; place < range.end; place = next)
    {
      LacunaDifferencePiece piece = { 0 };
      const struct lac_region *a, *b;

      next = range.end;
      /* What was asked for is told apart from what else became of its neighbours. */
      if (place < asked_for.start)
        next = MIN (next, asked_for.start);
      else if (place < asked_for.end)
        next = MIN (next, asked_for.end);
      a = region_at (before, place, &next);
      b = region_at (after, place, &next);
      if (a == NULL && b == NULL)
        continue;
      if (a != NULL && b != NULL && looks_alike (before, a, after, b))
        continue;
      piece.kind = a == NULL   ? LACUNA_DIFFERENCE_ADDED
                   : b == NULL ? LACUNA_DIFFERENCE_REMOVED
                               : LACUNA_DIFFERENCE_CHANGED;
      piece.range = (struct lac_range){ place, next };
      piece.old_protection = a != NULL ? a->protection : 0;
      piece.protection = b != NULL ? b->protection : 0;
      piece.asked_for = place >= asked_for.start && next <= asked_for.end;
      add_piece (self, piece);
    }
}

/**
 * lacuna_difference_new:
 * @before: the older map
 * @after: the newer map
 * @asked_for: where something was meant to change
 *
 * Returns: (transfer full): what became of it
 */
LacunaDifference *
lacuna_difference_new (const struct lac_map *before,
                       const struct lac_map *after,
                       struct lac_range      asked_for)
{
  LacunaDifference *self = g_object_new (LACUNA_TYPE_DIFFERENCE, NULL);
  g_autoptr (LacunaChanges) changes = lacuna_changes_new (before, after);
  const struct lac_range *ranges;
  gsize n_ranges = 0;

  ranges = changes != NULL ? lacuna_changes_get_ranges (changes, &n_ranges) : NULL;
  for (gsize i = 0; i < n_ranges; i++)
    compare (self, before, after, ranges[i], asked_for);
  for (guint i = 0; i < self->pieces->len; i++)
    {
      const LacunaDifferencePiece *piece = &g_array_index (self->pieces, LacunaDifferencePiece, i);

      self->n[piece->kind]++;
      self->bytes[piece->kind] += lac_range_size (piece->range);
      self->n_elsewhere += !piece->asked_for;
    }
  return self;
}

void
lacuna_difference_expect (LacunaDifference *self,
                          guint64           address)
{
  g_return_if_fail (LACUNA_IS_DIFFERENCE (self));

  for (guint i = 0; i < self->pieces->len; i++)
    {
      LacunaDifferencePiece *piece = &g_array_index (self->pieces, LacunaDifferencePiece, i);

      if (piece->kind != LACUNA_DIFFERENCE_ADDED || piece->asked_for || address < piece->range.start
          || address >= piece->range.end)
        continue;
      piece->asked_for = TRUE;
      self->n_elsewhere--;
    }
}

gsize
lacuna_difference_get_n_elsewhere (LacunaDifference *self)
{
  g_return_val_if_fail (LACUNA_IS_DIFFERENCE (self), 0);

  return self->n_elsewhere;
}

const LacunaDifferencePiece *
lacuna_difference_get_pieces (LacunaDifference *self,
                              gsize            *out_n_pieces)
{
  g_return_val_if_fail (LACUNA_IS_DIFFERENCE (self), NULL);

  *out_n_pieces = self->pieces->len;
  return (const LacunaDifferencePiece *) (gconstpointer) self->pieces->data;
}

gsize
lacuna_difference_get_n (LacunaDifference     *self,
                         LacunaDifferenceKind  kind)
{
  g_return_val_if_fail (LACUNA_IS_DIFFERENCE (self), 0);
  g_return_val_if_fail (kind < LACUNA_N_DIFFERENCES, 0);

  return self->n[kind];
}

guint64
lacuna_difference_get_bytes (LacunaDifference     *self,
                             LacunaDifferenceKind  kind)
{
  g_return_val_if_fail (LACUNA_IS_DIFFERENCE (self), 0);
  g_return_val_if_fail (kind < LACUNA_N_DIFFERENCES, 0);

  return self->bytes[kind];
}

static void
add_sum (LacunaDifference     *self,
         GString              *text,
         LacunaDifferenceKind  kind)
{
  const gulong n = (gulong) self->n[kind];
  g_autofree char *size = lacuna_format_size (self->bytes[kind]);
  g_autofree char *sentence = NULL;

  if (n == 0)
    return;
  switch (kind)
    {
    case LACUNA_DIFFERENCE_ADDED:
      /* Translators: a size, and in how many places that is */
      sentence = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                               "The map has %s more, in %lu place.",
                                               "The map has %s more, in %lu places.",
                                               n),
                                  size,
                                  n);
      break;
    case LACUNA_DIFFERENCE_REMOVED:
      /* Translators: a size, and in how many places that is */
      sentence = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                               "The map has %s less, in %lu place.",
                                               "The map has %s less, in %lu places.",
                                               n),
                                  size,
                                  n);
      break;
    case LACUNA_DIFFERENCE_CHANGED:
    default:
      /* Translators: a size, and in how many places that is */
      sentence = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                               "%s of the map is otherwise than before, in %lu place.",
                                               "%s of the map is otherwise than before, in %lu places.",
                                               n),
                                  size,
                                  n);
    }
  if (text->len > 0)
    g_string_append_c (text, ' ');
  g_string_append (text, sentence);
}

/**
 * lacuna_difference_describe:
 * @self: a difference
 *
 * Returns: (transfer full): translated sentences
 */
char *
lacuna_difference_describe (LacunaDifference *self)
{
  GString *text;

  g_return_val_if_fail (LACUNA_IS_DIFFERENCE (self), NULL);

  text = g_string_new (NULL);
  for (guint kind = 0; kind < LACUNA_N_DIFFERENCES; kind++)
    add_sum (self, text, kind);
  if (self->pieces->len == 0)
    g_string_append (text, _ ("The map is as it was before."));
  else if (self->n_elsewhere > 0)
    {
      g_autofree char *elsewhere
          = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                          "%lu of these places lies elsewhere; the process itself may have "
                                          "changed it meanwhile.",
                                          "%lu of these places lie elsewhere; the process itself may have "
                                          "changed them meanwhile.",
                                          (gulong) self->n_elsewhere),
                             (gulong) self->n_elsewhere);

      g_string_append_c (text, ' ');
      g_string_append (text, elsewhere);
    }
  return g_string_free (text, FALSE);
}
