/* LacunaRegionCell: a line of text, and perhaps a swatch before it, in the table of regions.
 *
 * GTK 4.8 makes widgets for 200 rows of seven cells before it shows a dozen of them, and drops them
 * all when another list is shown. What a label costs by itself, a layout with a context of fonts of
 * its own and a measurement of each, is most of that. So a cell is as little as a widget can be: it
 * knows its text, and is as wide as its column wants a number of characters to be. The layout that
 * draws it is the table's, of which there are two: one for words, one for addresses.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-cell.h"

/* Between the swatch and the text. */
#define SWATCH_SPACING 6

#define N_FACES 2

struct LacunaRegionFont
{
  GtkWidget *widget; /* borrowed; NULL once it is gone */
  guint serial;      /* of its context when the rest was made of it */

  /* For words, and for addresses. */
  PangoLayout *layouts[N_FACES];
  int character_widths[N_FACES]; /* in Pango units */
  int heights[N_FACES];          /* in pixels */
  int baselines[N_FACES];        /* in Pango units, from the top */
  int label_width;               /* in pixels: of the longest kind */
};

struct _LacunaRegionCell
{
  GtkWidget parent_instance;

  LacunaRegionFont *font;
  const LacunaRegionCellShape *shape; /* static */

  char *text;
  PangoEllipsizeMode ellipsize;
  LacunaSwatchKind swatch;
  LacunaInk ink;
};

G_DEFINE_FINAL_TYPE (LacunaRegionCell, lacuna_region_cell, GTK_TYPE_WIDGET)

/* The font */

/**
 * lacuna_region_font_new:
 * @widget: what has the cells somewhere in it, and the font that they have
 *
 * Returns: (transfer full): the letters for all of them
 */
LacunaRegionFont *
lacuna_region_font_new (GtkWidget *widget)
{
  LacunaRegionFont *self = g_rc_box_new0 (LacunaRegionFont);

  g_set_weak_pointer (&self->widget, widget);
  return self;
}

LacunaRegionFont *
lacuna_region_font_ref (LacunaRegionFont *self)
{
  return g_rc_box_acquire (self);
}

static void
clear_font (gpointer data)
{
  LacunaRegionFont *self = data;

  g_clear_weak_pointer (&self->widget);
  for (guint i = 0; i < N_FACES; i++)
    g_clear_object (&self->layouts[i]);
}

void
lacuna_region_font_unref (LacunaRegionFont *self)
{
  g_rc_box_release_full (self, clear_font);
}

/* What the style classes "address" and "numeric" say; a layout of one's own does not know it. */
static void
make_layout (LacunaRegionFont *self,
             PangoContext     *context,
             gboolean          address)
{
  g_autoptr (PangoFontDescription) description
      = pango_font_description_copy (pango_context_get_font_description (context));
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  PangoContext *own = gtk_widget_create_pango_context (self->widget);
  PangoFontMetrics *metrics;
  PangoLayout *layout = pango_layout_new (own);

  if (address)
    {
      pango_font_description_set_family_static (description, "monospace");
      /* Groups of nothing but digits would be put in the order in which one reads Hebrew. */
      pango_context_set_base_dir (own, PANGO_DIRECTION_LTR);
      /* And they would be of another font than groups with letters. */
      pango_context_set_language (own, pango_language_from_string ("en"));
      pango_layout_set_auto_dir (layout, FALSE);
    }
  pango_attr_list_insert (attributes, pango_attr_font_features_new (address ? "zero=0" : "tnum=1"));
  pango_layout_set_font_description (layout, description);
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_single_paragraph_mode (layout, TRUE);

  metrics = pango_context_get_metrics (context, description, NULL);
  self->character_widths[address] = MAX (pango_font_metrics_get_approximate_char_width (metrics),
                                         pango_font_metrics_get_approximate_digit_width (metrics));
  pango_font_metrics_unref (metrics);
  pango_layout_set_text (layout, "0", -1);
  pango_layout_get_pixel_size (layout, NULL, &self->heights[address]);
  self->baselines[address] = pango_layout_get_baseline (layout);
  g_set_object (&self->layouts[address], layout);
  g_object_unref (layout);
  g_object_unref (own);
}

/* What is one short word in English may be a long one in the language of whoever reads it. */
static int
measure_labels (LacunaRegionFont *self)
{
  int longest = 0;

  for (LacunaInk ink = 0; ink < LACUNA_N_INKS; ink++)
    {
      int width;

      pango_layout_set_text (self->layouts[0], lacuna_ink_get_label (ink), -1);
      pango_layout_get_pixel_size (self->layouts[0], &width, NULL);
      longest = MAX (longest, width);
    }
  return longest;
}

/* Makes everything anew when the font is another now. */
static void
update_font (LacunaRegionFont *self)
{
  PangoContext *context;

  if (self->widget == NULL)
    return;
  context = gtk_widget_get_pango_context (self->widget);
  if (self->layouts[0] != NULL && pango_context_get_serial (context) == self->serial)
    return;
  self->serial = pango_context_get_serial (context);
  for (guint i = 0; i < N_FACES; i++)
    make_layout (self, context, i == 1);
  self->label_width = measure_labels (self);
}

/**
 * lacuna_region_font_measure:
 * @n_characters: how many of them there is room for
 *
 * Returns: how wide a cell of that shape is, in pixels; where a swatch comes first, a kind's label
 *   follows, and none of these is cut
 */
int
lacuna_region_font_measure (LacunaRegionFont            *self,
                            const LacunaRegionCellShape *shape,
                            guint                        n_characters)
{
  int width;

  update_font (self);
  width = PANGO_PIXELS_CEIL ((int) n_characters * self->character_widths[shape->address]);
  if (shape->swatch)
    width = LACUNA_SWATCH_SIZE + SWATCH_SPACING + MAX (width, self->label_width);
  return width;
}

/* The cell */

static void
lacuna_region_cell_measure (GtkWidget     *widget,
                            GtkOrientation orientation,
                            int            for_size,
                            int           *minimum,
                            int           *natural,
                            int           *minimum_baseline,
                            int           *natural_baseline)
{
  LacunaRegionCell *self = LACUNA_REGION_CELL (widget);

  update_font (self->font);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = self->font->heights[self->shape->address];
      return;
    }
  *minimum = lacuna_region_font_measure (self->font, self->shape, self->shape->minimum);
  *natural = lacuna_region_font_measure (self->font, self->shape, self->shape->natural);
}

static void
lacuna_region_cell_snapshot (GtkWidget   *widget,
                             GtkSnapshot *snapshot)
{
  LacunaRegionCell *self = LACUNA_REGION_CELL (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  int face = self->shape->address;
  int start = 0;
  int y;
  PangoLayout *layout;
  PangoRectangle bounds;

  if (self->shape->swatch)
    {
      lacuna_swatch_append (snapshot, self->swatch, self->ink,
                            (float) (rtl ? width - LACUNA_SWATCH_SIZE : 0),
                            (float) (height - LACUNA_SWATCH_SIZE) / 2);
      start = LACUNA_SWATCH_SIZE + SWATCH_SPACING;
    }
  if (self->text == NULL || width <= start)
    return;

  update_font (self->font);
  layout = self->font->layouts[face];
  pango_layout_set_text (layout, self->text, -1);
  pango_layout_set_ellipsize (layout, self->ellipsize);
  pango_layout_set_width (layout, (width - start) * PANGO_SCALE);
  pango_layout_get_pixel_extents (layout, NULL, &bounds);
  /* An ellipsis may be of a font that is higher; the text stays where it is. */
  y = (height - self->font->heights[face]) / 2
      + PANGO_PIXELS (self->font->baselines[face] - pango_layout_get_baseline (layout));
  gtk_snapshot_render_layout (snapshot, gtk_widget_get_style_context (widget),
                              rtl ? width - start - bounds.width - bounds.x : start - bounds.x,
                              y, layout);
}

static void
lacuna_region_cell_css_changed (GtkWidget         *widget,
                                GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (lacuna_region_cell_parent_class)->css_changed (widget, change);
  gtk_widget_queue_draw (widget);
}

static void
lacuna_region_cell_finalize (GObject *object)
{
  LacunaRegionCell *self = LACUNA_REGION_CELL (object);

  lacuna_region_font_unref (self->font);
  g_free (self->text);

  G_OBJECT_CLASS (lacuna_region_cell_parent_class)->finalize (object);
}

static void
lacuna_region_cell_class_init (LacunaRegionCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lacuna_region_cell_finalize;
  widget_class->measure = lacuna_region_cell_measure;
  widget_class->snapshot = lacuna_region_cell_snapshot;
  widget_class->css_changed = lacuna_region_cell_css_changed;

  gtk_widget_class_set_css_name (widget_class, "label");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
lacuna_region_cell_init (LacunaRegionCell *self)
{
}

/**
 * lacuna_region_cell_new:
 * @font: of the table that it is for
 * @shape: (borrowed): stays as it is as long as the cell lives
 *
 * Returns: (transfer floating): an empty cell
 */
GtkWidget *
lacuna_region_cell_new (LacunaRegionFont            *font,
                        const LacunaRegionCellShape *shape)
{
  LacunaRegionCell *self = g_object_new (LACUNA_TYPE_REGION_CELL, NULL);

  self->font = lacuna_region_font_ref (font);
  self->shape = shape;
  return GTK_WIDGET (self);
}

/**
 * lacuna_region_cell_set_text:
 * @text: one line
 * @ellipsize: which part of it goes when there is not enough room
 */
void
lacuna_region_cell_set_text (LacunaRegionCell  *self,
                             const char        *text,
                             PangoEllipsizeMode ellipsize)
{
  g_return_if_fail (LACUNA_IS_REGION_CELL (self));

  if (self->ellipsize == ellipsize && g_strcmp0 (self->text, text) == 0)
    return;
  g_free (self->text);
  self->text = g_strdup (text);
  self->ellipsize = ellipsize;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

const char *
lacuna_region_cell_get_text (LacunaRegionCell *self)
{
  g_return_val_if_fail (LACUNA_IS_REGION_CELL (self), NULL);

  return self->text;
}

/**
 * lacuna_region_cell_set_swatch:
 * @kind: what to show before the text
 * @ink: for %LACUNA_SWATCH_INK, which
 */
void
lacuna_region_cell_set_swatch (LacunaRegionCell *self,
                               LacunaSwatchKind  kind,
                               LacunaInk         ink)
{
  g_return_if_fail (LACUNA_IS_REGION_CELL (self));

  if (self->swatch == kind && self->ink == ink)
    return;
  self->swatch = kind;
  self->ink = ink;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
