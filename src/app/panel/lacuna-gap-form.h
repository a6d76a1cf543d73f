/* LacunaGapForm: what is typed into the gap panel, and what it comes to.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/gap.h"
#include "model/lacuna-target.h"

G_BEGIN_DECLS

typedef enum
{
  LACUNA_ENTRY_MINIMUM,
  LACUNA_ENTRY_MAXIMUM,
  LACUNA_ENTRY_WITHIN,
  LACUNA_ENTRY_SIZE,
  LACUNA_ENTRY_ALIGNMENT,
  LACUNA_N_ENTRIES,
  /* Anchors are numbered on from here: LACUNA_ENTRY_ANCHOR + 1 is the second. */
  LACUNA_ENTRY_ANCHOR = LACUNA_N_ENTRIES,
} LacunaEntry;

/* LacunaGapForm: texts as typed; "" or NULL stands for the default, and for no anchor. */
typedef struct
{
  char *texts[LACUNA_N_ENTRIES];
  char **anchors; /* NULL-terminated */
  unsigned avoid;
  enum lac_order order;
} LacunaGapForm;

/* LacunaGapFault: what is wrong with one entry; @offset in bytes, -1 for the whole text. */
typedef struct
{
  guint entry;
  gssize offset;
  char *message;
} LacunaGapFault;

/* LacunaGapReading: what a form comes to. The query is valid when there are no faults. */
typedef struct
{
  struct lac_gap_query query;
  guint64 *anchors;  /* what the query's anchors are */
  guint *anchor_of;  /* for each of them, which of the form's anchors it is */
  GArray *faults;    /* of LacunaGapFault */
} LacunaGapReading;

LacunaGapForm        *lacuna_gap_form_new         (void);
void                  lacuna_gap_form_free        (LacunaGapForm          *self);

LacunaGapReading     *lacuna_gap_form_read        (const LacunaGapForm    *self,
                                                   LacunaTarget           *target,
                                                   LacunaSnapshot         *snapshot);
const LacunaGapFault *lacuna_gap_reading_find     (const LacunaGapReading *self,
                                                   guint                   entry);
void                  lacuna_gap_reading_free     (LacunaGapReading       *self);

void                  lacuna_gap_form_read_async  (LacunaGapForm          *self,
                                                   LacunaTarget           *target,
                                                   LacunaSnapshot         *snapshot,
                                                   GCancellable           *cancellable,
                                                   GAsyncReadyCallback     callback,
                                                   gpointer                user_data);
LacunaGapReading     *lacuna_gap_form_read_finish (GAsyncResult           *result,
                                                   GError                **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaGapForm, lacuna_gap_form_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaGapReading, lacuna_gap_reading_free)

G_END_DECLS
