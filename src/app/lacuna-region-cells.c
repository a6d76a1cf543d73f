/* The cells of the region table: what a row's facts look like in each column.
 *
 * A gap is a row like any other: where a region has a kind it says whether the gap fits what is
 * asked for, and where a region has a name it says how much room there is, or why it does not fit.
 * GtkInscription takes its size from a number of characters and not from its text, so that
 * scrolling through a million rows never measures one of them, and no column moves.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-cells.h"
#include "lacuna-region-words.h"
#include "lacuna-swatch.h"
#include "model/lacuna-format.h"
#include "model/lacuna-ink.h"
#include "model/lacuna-kind.h"

#include <glib/gi18n.h>
#include <inttypes.h>

/* How wide a column is, in characters, and whether it is set in monospace. */
static const struct
{
  guint minimum;
  guint natural;
  gboolean address;
} shapes[LACUNA_N_COLUMNS] = {
  [LACUNA_COLUMN_START] = { 14, 20, TRUE },    [LACUNA_COLUMN_END] = { 14, 20, TRUE },
  [LACUNA_COLUMN_SIZE] = { 8, 9, FALSE },      [LACUNA_COLUMN_KIND] = { 10, 13, FALSE },
  [LACUNA_COLUMN_PROTECTION] = { 4, 5, TRUE }, [LACUNA_COLUMN_OFFSET] = { 6, 7, TRUE },
  [LACUNA_COLUMN_NAME] = { 16, 30, FALSE },
};

/**
 * lacuna_region_cell_new:
 *
 * Returns: (transfer floating): an empty cell for @column
 */
GtkWidget *
lacuna_region_cell_new (LacunaColumn column)
{
  GtkInscription *text = GTK_INSCRIPTION (gtk_inscription_new (NULL));

  gtk_inscription_set_min_chars (text, shapes[column].minimum);
  gtk_inscription_set_nat_chars (text, shapes[column].natural);
  gtk_inscription_set_nat_lines (text, 1);
  gtk_inscription_set_text_overflow (text, GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_widget_set_hexpand (GTK_WIDGET (text), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (text), shapes[column].address ? "address" : "numeric");
  if (column == LACUNA_COLUMN_OFFSET)
    gtk_widget_add_css_class (GTK_WIDGET (text), "dim-label");

  if (column != LACUNA_COLUMN_KIND)
    return GTK_WIDGET (text);

  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_box_append (GTK_BOX (box), lacuna_swatch_new ());
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (text));
  return box;
}

static void
set_tone (GtkWidget  *widget,
          const char *tone)
{
  static const char *const tones[] = { "fits", "risky", "free" };

  for (gsize i = 0; i < G_N_ELEMENTS (tones); i++)
    if (g_strcmp0 (tone, tones[i]) == 0)
      gtk_widget_add_css_class (widget, tones[i]);
    else
      gtk_widget_remove_css_class (widget, tones[i]);
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
bind_kind (GtkWidget        *cell,
           LacunaRow        *row,
           LacunaGapResults *results,
           guint64           candidate)
{
  LacunaSwatch *swatch = LACUNA_SWATCH (gtk_widget_get_first_child (cell));
  GtkWidget *text = gtk_widget_get_last_child (cell);

  if (lacuna_row_is_gap (row))
    {
      g_autofree char *words = NULL;
      g_autofree char *sentences = NULL;
      LacunaVerdict verdict
          = lacuna_region_judge_gap (lacuna_row_get_map (row), lacuna_row_get_index (row), results,
                                     candidate, &words, &sentences);

      gtk_inscription_set_text (GTK_INSCRIPTION (text), lacuna_region_verdict_words (verdict));
      set_tone (text, looks[verdict].tone);
      lacuna_swatch_set (swatch, looks[verdict].swatch, 0);
    }
  else
    {
      const struct lac_region *region = lacuna_row_get_region (row);

      gtk_inscription_set_text (GTK_INSCRIPTION (text), lacuna_kind_get_label (region->kind));
      set_tone (text, NULL);
      lacuna_swatch_set (swatch, LACUNA_SWATCH_INK, lacuna_ink_for_region (region));
    }
}

static void
bind_name (GtkWidget        *cell,
           LacunaRow        *row,
           LacunaGapResults *results,
           guint64           candidate)
{
  GtkInscription *text = GTK_INSCRIPTION (cell);

  if (lacuna_row_is_gap (row))
    {
      g_autofree char *words = NULL;
      g_autofree char *sentences = NULL;
      LacunaVerdict verdict
          = lacuna_region_judge_gap (lacuna_row_get_map (row), lacuna_row_get_index (row), results,
                                     candidate, &words, &sentences);

      set_tone (cell, looks[verdict].tone);
      gtk_inscription_set_text (text, words);
      gtk_inscription_set_text_overflow (text, GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
    }
  else
    {
      const struct lac_backing *backing = lacuna_row_get_backing (row);

      set_tone (cell, NULL);
      /* A path says the most at its end, words do at their start. */
      gtk_inscription_set_text_overflow (text, GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_START);
      if (backing->deleted)
        {
          g_autofree char *name = lacuna_region_name (backing);

          gtk_inscription_set_text (text, name);
        }
      else
        gtk_inscription_set_text (text, lacuna_row_get_name (row));
    }
}

/**
 * lacuna_region_cell_bind:
 * @cell: made by lacuna_region_cell_new() for @column
 * @results: (nullable): what decides whether a gap fits
 * @candidate: where the buffer would go
 *
 * Shows @row in @cell.
 */
void
lacuna_region_cell_bind (GtkWidget        *cell,
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
  gtk_inscription_set_text (GTK_INSCRIPTION (cell), text != NULL ? text : "");
}
