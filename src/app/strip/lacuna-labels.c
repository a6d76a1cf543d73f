/* LacunaLabels: a table from text to layout for each style. When it has grown past what a screen
 * could show many times over, it is emptied; that is simpler than to know which ones are old, and costs
 * one frame's texts.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-labels.h"

#include <math.h>

/* Against the font of the context: what libadwaita has for captions. */
#define CAPTION_SCALE 0.82

#define MOST_LABELS 400

/* No letter of a text font is narrower than this part of its height; only to turn away texts. */
#define NARROWEST_LETTER 0.2

/* Fewer letters than this before an ellipsis say nothing. */
#define LEAST_LETTERS 3

/* Groups of digits are one number; among words that go from right to left they would change places. */
#define LEFT_TO_RIGHT_MARK "\342\200\216"

typedef struct
{
  PangoLayout *layout;
  int width;
} Label;

struct _LacunaLabels
{
  PangoContext *context;
  GHashTable *tables[LACUNA_N_LABEL_STYLES];
  int heights[LACUNA_N_LABEL_STYLES];
};

static void
label_free (gpointer pointer)
{
  Label *label = pointer;

  g_object_unref (label->layout);
  g_free (label);
}

LacunaLabels *
lacuna_labels_new (PangoContext *context)
{
  LacunaLabels *self = g_new0 (LacunaLabels, 1);

  self->context = g_object_ref (context);
  for (int style = 0; style < LACUNA_N_LABEL_STYLES; style++)
    self->tables[style] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, label_free);
  return self;
}

void
lacuna_labels_free (LacunaLabels *self)
{
  if (self == NULL)
    return;

  for (int style = 0; style < LACUNA_N_LABEL_STYLES; style++)
    g_hash_table_unref (self->tables[style]);
  g_object_unref (self->context);
  g_free (self);
}

void
lacuna_labels_clear (LacunaLabels *self)
{
  for (int style = 0; style < LACUNA_N_LABEL_STYLES; style++)
    {
      g_hash_table_remove_all (self->tables[style]);
      self->heights[style] = 0;
    }
}

static PangoLayout *
make_layout (LacunaLabels    *self,
             LacunaLabelStyle style,
             const char      *text)
{
  const PangoFontDescription *base = pango_context_get_font_description (self->context);
  g_autoptr (PangoFontDescription) font = pango_font_description_copy (base);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  PangoLayout *layout = pango_layout_new (self->context);
  int size = pango_font_description_get_size (font);

  if (style == LACUNA_LABEL_MONO || style == LACUNA_LABEL_MONO_BOLD)
    {
      pango_font_description_set_family (font, "monospace");
      /* Digits are set in a font of the language; those of an address are to look as its letters do. */
      pango_attr_list_insert (attributes,
                              pango_attr_language_new (pango_language_from_string ("en")));
    }
  if (style == LACUNA_LABEL_BOLD || style == LACUNA_LABEL_MONO_BOLD)
    pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);

  if (pango_font_description_get_size_is_absolute (font))
    pango_font_description_set_absolute_size (font, size * CAPTION_SCALE);
  else
    pango_font_description_set_size (font, (int) (size * CAPTION_SCALE));

  pango_layout_set_font_description (layout, font);
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  if (style == LACUNA_LABEL_MONO)
    {
      g_autofree char *marked = g_strconcat (LEFT_TO_RIGHT_MARK, text, NULL);

      pango_layout_set_text (layout, marked, -1);
    }
  else
    {
      pango_layout_set_text (layout, text, -1);
    }
  return layout;
}

static const Label *
get_label (LacunaLabels    *self,
           LacunaLabelStyle style,
           const char      *text)
{
  Label *label = g_hash_table_lookup (self->tables[style], text);

  if (label == NULL)
    {
      if (g_hash_table_size (self->tables[style]) >= MOST_LABELS)
        g_hash_table_remove_all (self->tables[style]);
      label = g_new (Label, 1);
      label->layout = make_layout (self, style, text);
      pango_layout_get_pixel_size (label->layout, &label->width, NULL);
      g_hash_table_insert (self->tables[style], g_strdup (text), label);
    }

  return label;
}

int
lacuna_labels_width (LacunaLabels    *self,
                     LacunaLabelStyle style,
                     const char      *text)
{
  return get_label (self, style, text)->width;
}

int
lacuna_labels_height (LacunaLabels    *self,
                      LacunaLabelStyle style)
{
  if (self->heights[style] == 0)
    pango_layout_get_pixel_size (get_label (self, style, "0")->layout, NULL, &self->heights[style]);
  return self->heights[style];
}

gboolean
lacuna_labels_fits (LacunaLabels    *self,
                    LacunaLabelStyle style,
                    const char      *text,
                    double           width)
{
  double letters = (double) g_utf8_strlen (text, -1);

  if (letters * NARROWEST_LETTER * lacuna_labels_height (self, style) > width)
    return FALSE;
  return get_label (self, style, text)->width <= width;
}

/* Halves what may be too long until it fits; letters differ in width, so there is no telling before. */
char *
lacuna_labels_shorten (LacunaLabels    *self,
                       LacunaLabelStyle style,
                       const char      *text,
                       double           width)
{
  glong low = LEAST_LETTERS;
  glong high;
  glong n_letters = g_utf8_strlen (text, -1);
  char *best = NULL;

  if (lacuna_labels_fits (self, style, text, width))
    return g_strdup (text);

  high = MIN (n_letters - 1,
              (glong) (width / NARROWEST_LETTER / MAX (lacuna_labels_height (self, style), 1)));
  while (low <= high)
    {
      glong middle = low + (high - low) / 2;
      g_autofree char *start = g_utf8_substring (text, 0, middle);
      g_autofree char *attempt = g_strconcat (start, "\342\200\246", NULL);

      if (lacuna_labels_fits (self, style, attempt, width))
        {
          g_free (best);
          best = g_steal_pointer (&attempt);
          low = middle + 1;
        }
      else
        {
          high = middle - 1;
        }
    }

  return best;
}

void
lacuna_labels_append (LacunaLabels    *self,
                      GtkSnapshot     *snapshot,
                      LacunaLabelStyle style,
                      const char      *text,
                      double           x,
                      double           y,
                      const GdkRGBA   *colour)
{
  const Label *label = get_label (self, style, text);

  /* Whole pixels keep the letters crisp. */
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) rint (x), (float) rint (y)));
  gtk_snapshot_append_layout (snapshot, label->layout, colour);
  gtk_snapshot_restore (snapshot);
}
