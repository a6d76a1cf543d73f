/* LacunaDifference: what became of a map: what was added, what is gone, what is otherwise.
 *
 * Places are compared, not regions, since the kernel joins neighbours that look alike: a page that was put
 * beside others is a page that was added. A process goes on while it is changed, so some of it may be
 * the process's own doing; what lies where it was asked for is told apart.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_DIFFERENCE (lacuna_difference_get_type ())
G_DECLARE_FINAL_TYPE (LacunaDifference, lacuna_difference, LACUNA, DIFFERENCE, GObject)

typedef enum
{
  LACUNA_DIFFERENCE_ADDED,
  LACUNA_DIFFERENCE_REMOVED,
  LACUNA_DIFFERENCE_CHANGED,
  LACUNA_N_DIFFERENCES
} LacunaDifferenceKind;

/* A place that is mapped otherwise than before. */
typedef struct
{
  struct lac_range range;
  LacunaDifferenceKind kind;
  unsigned old_protection; /* enum lac_protection; of what was added 0 */
  unsigned protection;     /* of what is gone 0 */
  gboolean asked_for;      /* all of it lies where the deed was to change something */
} LacunaDifferencePiece;

/* (transfer full): @asked_for is where something was meant to change. Any thread; O(regions of both). */
LacunaDifference            *lacuna_difference_new        (const struct lac_map *before,
                                                           const struct lac_map *after,
                                                           struct lac_range      asked_for);

/* What was added at @address was asked for, too: something had to be there for it. For whoever
 * made @self, before others see it. */
void                         lacuna_difference_expect     (LacunaDifference     *self,
                                                           guint64               address);

/* How many pieces lie where nothing was asked for. */
gsize                        lacuna_difference_get_n_elsewhere
                                                          (LacunaDifference     *self);

/* (transfer none): ascending, disjoint. */
const LacunaDifferencePiece *lacuna_difference_get_pieces (LacunaDifference     *self,
                                                           gsize                *out_n_pieces);

/* Sums over the pieces of a kind. */
gsize                        lacuna_difference_get_n      (LacunaDifference     *self,
                                                           LacunaDifferenceKind  kind);
guint64                      lacuna_difference_get_bytes  (LacunaDifference     *self,
                                                           LacunaDifferenceKind  kind);

/* (transfer full): translated sentences; that nothing differs is one, too. */
char                        *lacuna_difference_describe   (LacunaDifference     *self);

G_END_DECLS
