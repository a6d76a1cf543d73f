/* The cells of the region table: what a row's facts look like in each column.
 *
 * A gap is a row like any other: where a region has a kind it says whether the gap fits what is
 * asked for, and where a region has a name it says how much room there is, or why it does not fit.
 * A cell takes its size from a number of characters and not from its text, so that scrolling
 * through a million rows never measures one of them, and no column moves.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-cells.h"
#include "lacuna-region-words.h"
#include "model/lacuna-format.h"
#include "model/lacuna-ink.h"
#include "model/lacuna-kind.h"

#include <glib/gi18n.h>
#include <inttypes.h>

static const LacunaRegionCellShape shapes[LACUNA_N_COLUMNS] = {
  [LACUNA_COLUMN_START] = { 14, 20, TRUE, FALSE },
  [LACUNA_COLUMN_END] = { 14, 20, TRUE, FALSE },
  [LACUNA_COLUMN_SIZE] = { 8, 9, FALSE, FALSE },
  [LACUNA_COLUMN_KIND] = { 10, 13, FALSE, TRUE },
  [LACUNA_COLUMN_PROTECTION] = { 4, 5, TRUE, FALSE },
  [LACUNA_COLUMN_OFFSET] = { 6, 7, TRUE, FALSE },
  [LACUNA_COLUMN_NAME] = { 16, 30, FALSE, FALSE },
};

/**
 * lacuna_region_cells_make:
 * @font: of the table
 *
 * Returns: (transfer floating): an empty cell for @column
 */
GtkWidget *
lacuna_region_cells_make (LacunaRegionFont *font,
                          LacunaColumn      column)
{
  GtkWidget *cell = lacuna_region_cell_new (font, &shapes[column]);

  if (column == LACUNA_COLUMN_OFFSET)
    gtk_widget_add_css_class (cell, "dim-label");
  return cell;
}

/**
 * lacuna_region_cells_room:
 * @font: of the table
 *
 * Returns: how wide the cells of @column have to be to be of use, in pixels; names take more
 *   wherever there is some
 */
int
lacuna_region_cells_room (LacunaRegionFont *font,
                          LacunaColumn      column)
{
  const LacunaRegionCellShape *shape = &shapes[column];

  return lacuna_region_font_measure (font, shape,
                                     column == LACUNA_COLUMN_NAME
                                         ? (shape->minimum + shape->natural) / 2
                                         : shape->minimum);
}

static void
set_tone (LacunaRegionCell *cell,
          const char       *tone)
{
  static const char *const tones[] = { "fits", "risky", "free" };

  for (gsize i = 0; i < G_N_ELEMENTS (tones); i++)
    if (g_strcmp0 (tone, tones[i]) == 0)
      gtk_widget_add_css_class (GTK_WIDGET (cell), tones[i]);
    else
      gtk_widget_remove_css_class (GTK_WIDGET (cell), tones[i]);
}

/* How a verdict looks: the style class, and the swatch. */
static const struct
{
  const char *tone;
  LacunaSwatchKind swatch;
} looks[] = {
  [LACUNA_VERDICT_FREE] = { "free", LACUNA_SWATCH_FREE },
  [LACUNA_VERDICT_FITS] = { "fits", LACUNA_SWATCH_FIT },
  [LACUNA_VERDICT_FITS_RISKY] = { "risky", LACUNA_SWATCH_RISK },
  [LACUNA_VERDICT_RISKY] = { "risky", LACUNA_SWATCH_RISK },
};

static void
bind_kind (LacunaRegionCell *cell,
           LacunaRow        *row,
           LacunaGapResults *results,
           guint64           candidate)
{
  if (lacuna_row_is_gap (row))
    {
      g_autofree char *words = NULL;
      g_autofree char *sentences = NULL;
      LacunaVerdict verdict
          = lacuna_region_judge_gap (lacuna_row_get_map (row), lacuna_row_get_index (row), results,
                                     candidate, &words, &sentences);

      lacuna_region_cell_set_text (cell, lacuna_region_verdict_words (verdict),
                                   PANGO_ELLIPSIZE_END);
      set_tone (cell, looks[verdict].tone);
      lacuna_region_cell_set_swatch (cell, looks[verdict].swatch, 0);
    }
  else
    {
      const struct lac_region *region = lacuna_row_get_region (row);

      lacuna_region_cell_set_text (cell, lacuna_kind_get_label (region->kind),
                                   PANGO_ELLIPSIZE_END);
      set_tone (cell, NULL);
      lacuna_region_cell_set_swatch (cell, LACUNA_SWATCH_INK, lacuna_ink_for_region (region));
    }
}

static void
bind_name (LacunaRegionCell *cell,
           LacunaRow        *row,
           LacunaGapResults *results,
           guint64           candidate)
{
  if (lacuna_row_is_gap (row))
    {
      g_autofree char *words = NULL;
      g_autofree char *sentences = NULL;
      LacunaVerdict verdict
          = lacuna_region_judge_gap (lacuna_row_get_map (row), lacuna_row_get_index (row), results,
                                     candidate, &words, &sentences);

      set_tone (cell, looks[verdict].tone);
      lacuna_region_cell_set_text (cell, words, PANGO_ELLIPSIZE_END);
    }
  else
    {
      const struct lac_backing *backing = lacuna_row_get_backing (row);

      g_autofree char *name = backing->deleted ? lacuna_region_name (backing) : NULL;

      set_tone (cell, NULL);
      /* A path says the most at its end, words do at their start. */
      lacuna_region_cell_set_text (cell, name != NULL ? name : lacuna_row_get_name (row),
                                   PANGO_ELLIPSIZE_START);
    }
}

/**
 * lacuna_region_cells_bind:
 * @cell: made by lacuna_region_cells_make() for @column
 * @results: (nullable): what decides whether a gap fits
 * @candidate: where the buffer would go
 *
 * Shows @row in @cell.
 */
void
lacuna_region_cells_bind (LacunaRegionCell *cell,
                          LacunaColumn      column,
                          LacunaRow        *row,
                          LacunaGapResults *results,
                          guint64           candidate)
{
  const struct lac_region *region = lacuna_row_get_region (row);
  struct lac_range range = lacuna_row_get_range (row);
  g_autofree char *text = NULL;

  switch (column)
    {
    case LACUNA_COLUMN_START:
      text = lacuna_format_address_grouped (range.start);
      break;
    case LACUNA_COLUMN_END:
      text = lacuna_format_address_grouped (range.end);
      break;
    case LACUNA_COLUMN_SIZE:
      text = lacuna_format_size (lac_range_size (range));
      break;
    case LACUNA_COLUMN_KIND:
      bind_kind (cell, row, results, candidate);
      return;
    case LACUNA_COLUMN_PROTECTION:
      if (region != NULL)
        {
          text = lacuna_region_protection (region);
        }
      break;
    case LACUNA_COLUMN_OFFSET:
      if (region != NULL && lacuna_row_get_backing (row)->inode != 0)
        text = g_strdup_printf ("%" G_GINT64_MODIFIER "x", region->offset);
      break;
    case LACUNA_COLUMN_NAME:
      bind_name (cell, row, results, candidate);
      return;
    case LACUNA_N_COLUMNS:
    default:
      g_return_if_reached ();
    }
  lacuna_region_cell_set_text (cell, text != NULL ? text : "", PANGO_ELLIPSIZE_END);
}
