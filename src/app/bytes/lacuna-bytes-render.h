/* What a view of bytes draws, apart from the widget: so that it can be compared with a picture on disk.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "app/strip/lacuna-palette.h"
#include "lacuna-bytes-glyphs.h"
#include "lacuna-bytes-layout.h"
#include "model/lacuna-byte-edits.h"
#include "model/lacuna-byte-pages.h"

G_BEGIN_DECLS

typedef struct
{
  const LacunaBytesLayout *layout;
  const LacunaPalette *palette;
  const LacunaBytesGlyphs *glyphs; /* (nullable): no letters without */
  LacunaBytePages *pages;          /* (nullable) */
  struct lac_range range;          /* what there is */
  guint64 first;                   /* the address at which the first row begins */
  double y;                        /* where that row begins */
  int width;
  int height;
  struct lac_range selection;      /* empty: none */
  guint64 caret;
  gboolean has_caret;
  LacunaBytesPart part;
  gboolean focused;
  LacunaByteEdits *edits;          /* (nullable): what bytes are to be */
  gboolean editing;
  gboolean half;                   /* one digit of the byte at the caret was typed */
  gint64 now;                      /* monotonic: how far what changed has faded */
  gboolean animated;
} LacunaBytesScene;

/* Microseconds for which what changed glows. */
#define LACUNA_BYTES_GLOW 1500000

/* What lies below the letters: selection, changes and glow. Returns whether something glows. */
gboolean lacuna_bytes_append_marks   (GtkSnapshot            *snapshot,
                                      const LacunaBytesScene *scene);

/* Addresses, bytes and text, and what stands above them. */
void     lacuna_bytes_append_letters (GtkSnapshot            *snapshot,
                                      const LacunaBytesScene *scene);

/* The caret, and the line below the head. */
void     lacuna_bytes_append_caret   (GtkSnapshot            *snapshot,
                                      const LacunaBytesScene *scene);

G_END_DECLS
