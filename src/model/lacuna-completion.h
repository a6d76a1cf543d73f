/* LacunaCompletion: which names begin like what was typed, or have it in them; best first.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-target.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* LacunaProposal: what may be meant. Strings are its own. */
typedef struct
{
  char *text;      /* what the entry would hold */
  char *place;     /* where a name that others have too comes from, such as a path; or NULL */
  guint64 address; /* what it comes to; 0 for a symbol, which is only known once it is chosen */
} LacunaProposal;

/* A bounded list of the best of what is added to it; nothing here knows what a map is. */
typedef struct _LacunaCompletion LacunaCompletion;

typedef enum
{
  LACUNA_RANK_EXACT,  /* it is what was typed, but for the case of letters */
  LACUNA_RANK_PREFIX, /* its file name begins with that */
  LACUNA_RANK_INSIDE, /* it has that in it */
  LACUNA_RANK_NONE,
} LacunaRank;

LacunaRank        lacuna_completion_rank        (const char       *name,
                                                 gsize             length,
                                                 const char       *typed,
                                                 gsize             typed_length);

LacunaCompletion *lacuna_completion_new         (const char       *typed,
                                                 gsize             typed_length,
                                                 guint             limit);
void              lacuna_completion_free        (LacunaCompletion *self);
void              lacuna_completion_add         (LacunaCompletion *self,
                                                 const char       *name,
                                                 gsize             length,
                                                 guint64           address);
guint             lacuna_completion_get_length  (LacunaCompletion *self);
const char       *lacuna_completion_get_name    (LacunaCompletion *self,
                                                 guint             position,
                                                 guint64          *out_address);

/* Whether there were more than it keeps. */
gboolean          lacuna_completion_is_cut      (LacunaCompletion *self);

/* The names of regions in @map. Blocks: O(regions). */
GPtrArray        *lacuna_completion_find_names  (struct lac_map      *map,
                                                 const char          *typed,
                                                 guint                limit,
                                                 GCancellable        *cancellable,
                                                 gboolean            *out_cut);

/* Names of regions, or after `module!` of symbols, on a worker. */
void              lacuna_completion_find_async  (LacunaTarget        *target,
                                                 LacunaSnapshot      *snapshot,
                                                 const char          *typed,
                                                 guint                limit,
                                                 GCancellable        *cancellable,
                                                 GAsyncReadyCallback  callback,
                                                 gpointer             user_data);

/* (transfer full) (nullable): of LacunaProposal, which it frees. */
GPtrArray        *lacuna_completion_find_finish (GAsyncResult        *result,
                                                 gboolean            *out_cut,
                                                 GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaCompletion, lacuna_completion_free)

G_END_DECLS
