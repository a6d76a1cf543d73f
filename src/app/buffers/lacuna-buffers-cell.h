/* LacunaBuffersCell: a row of the Buffers page's list, drawn by one widget.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The letters of all cells of a list. */
typedef struct LacunaBuffersFont LacunaBuffersFont;

LacunaBuffersFont *lacuna_buffers_font_new   (GtkWidget         *list);
LacunaBuffersFont *lacuna_buffers_font_ref   (LacunaBuffersFont *self);
void               lacuna_buffers_font_unref (LacunaBuffersFont *self);

#define LACUNA_TYPE_BUFFERS_CELL (lacuna_buffers_cell_get_type ())
G_DECLARE_FINAL_TYPE (LacunaBuffersCell, lacuna_buffers_cell, LACUNA, BUFFERS_CELL, GtkWidget)

typedef enum
{
  LACUNA_BUFFERS_TITLE_PLAIN,
  LACUNA_BUFFERS_TITLE_HEADING,
  LACUNA_BUFFERS_TITLE_ADDRESS,
  LACUNA_BUFFERS_N_TITLES
} LacunaBuffersTitle;

/* What is in a cell; texts are copied. */
typedef struct
{
  const char *title;
  LacunaBuffersTitle kind;
  gboolean warning;      /* something is wrong */
  const char *tag;       /* (nullable): at the end of the first line */
  gboolean tag_is_ours;
  double level;          /* from 0 to 1; below 0 for none */
  const char *caption;   /* (nullable): a line of its own */
} LacunaBuffersCellText;

/* (transfer floating) */
GtkWidget  *lacuna_buffers_cell_new      (LacunaBuffersFont           *font);
void        lacuna_buffers_cell_set_text (LacunaBuffersCell           *self,
                                          const LacunaBuffersCellText *text);

/* (transfer none) (nullable) */
const char *lacuna_buffers_cell_get_title   (LacunaBuffersCell *self);
const char *lacuna_buffers_cell_get_caption (LacunaBuffersCell *self);

G_END_DECLS
