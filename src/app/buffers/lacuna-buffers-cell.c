/* LacunaBuffersCell: a row of the Buffers page's list, drawn by one widget.
 *
 * GTK 4.8 keeps widgets for 200 rows of a list, of which a dozen is seen, and fills all of them anew when
 * one jumps to another place of it. Labels, a level bar and boxes cost 30 ms then, most of it for
 * measuring texts that nobody will see. So a row is one widget, as high as its lines are, whatever they
 * say, and a text becomes letters when it is drawn. The layouts are the list's, one for each kind of text.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-buffers-cell.h"

#include <adwaita.h>

/* In pixels: between lines, between what is in one, and around the text of a tag. */
#define LINE_SPACING 3
#define SPACING 6
#define TAG_PADDING 7
#define LEVEL_HEIGHT 4
#define ICON_SIZE 16

/* What the theme says of headings and captions. */
#define HEADING_POINTS 11
#define CAPTION_POINTS 9

/* A row takes the width that there is, and asks for this much of it. */
#define MOST_CHARACTERS 20
#define LEAST_WIDTH 48

/* Kinds of text: those of titles, and two more. */
enum
{
  FACE_TAG = LACUNA_BUFFERS_N_TITLES,
  FACE_CAPTION,
  N_FACES
};

struct LacunaBuffersFont
{
  GtkWidget *list; /* borrowed; NULL once it is gone */
  guint serial;    /* of its context when the rest was made of it */
  PangoLayout *layouts[N_FACES];
  int heights[N_FACES]; /* in pixels */
  int character_width;  /* in pixels */
};

struct _LacunaBuffersCell
{
  GtkWidget parent_instance;

  LacunaBuffersFont *font;
  LacunaBuffersCellText text; /* its strings are owned */
};

G_DEFINE_FINAL_TYPE (LacunaBuffersCell, lacuna_buffers_cell, GTK_TYPE_WIDGET)

/* The font */

/**
 * lacuna_buffers_font_new:
 * @list: what has the cells in it, and the font that they have
 *
 * Returns: (transfer full): the letters for all of them
 */
LacunaBuffersFont *
lacuna_buffers_font_new (GtkWidget *list)
{
  LacunaBuffersFont *self = g_rc_box_new0 (LacunaBuffersFont);

  g_set_weak_pointer (&self->list, list);
  return self;
}

LacunaBuffersFont *
lacuna_buffers_font_ref (LacunaBuffersFont *self)
{
  return g_rc_box_acquire (self);
}

static void
clear_font (gpointer data)
{
  LacunaBuffersFont *self = data;

  g_clear_weak_pointer (&self->list);
  for (guint i = 0; i < N_FACES; i++)
    g_clear_object (&self->layouts[i]);
}

void
lacuna_buffers_font_unref (LacunaBuffersFont *self)
{
  g_rc_box_release_full (self, clear_font);
}

/* What the style classes "address", "heading", "caption" and "numeric" say; a layout does not know them. */
static PangoLayout *
make_layout (LacunaBuffersFont *self,
             PangoContext      *context,
             guint              face)
{
  g_autoptr (PangoFontDescription) description
      = pango_font_description_copy (pango_context_get_font_description (context));
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  PangoContext *own = gtk_widget_create_pango_context (self->list);
  PangoLayout *layout = pango_layout_new (own);
  gboolean address = face == LACUNA_BUFFERS_TITLE_ADDRESS;

  if (address)
    {
      pango_font_description_set_family_static (description, "monospace");
      /* Digits alone would be set in a font of the language, and letters beside them in another. */
      pango_context_set_language (own, pango_language_from_string ("en"));
    }
  if (address || face == LACUNA_BUFFERS_TITLE_HEADING)
    {
      pango_font_description_set_weight (description, PANGO_WEIGHT_BOLD);
      pango_font_description_set_size (description, HEADING_POINTS * PANGO_SCALE);
    }
  if (face == FACE_TAG || face == FACE_CAPTION)
    pango_font_description_set_size (description, CAPTION_POINTS * PANGO_SCALE);
  pango_attr_list_insert (attributes, pango_attr_font_features_new (address ? "zero=0" : "tnum=1"));
  pango_layout_set_font_description (layout, description);
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  g_object_unref (own);
  return layout;
}

/* Makes everything anew when the font is another now. */
static void
update_font (LacunaBuffersFont *self)
{
  PangoContext *context;
  PangoFontMetrics *metrics;

  if (self->list == NULL)
    return;
  context = gtk_widget_get_pango_context (self->list);
  if (self->layouts[0] != NULL && pango_context_get_serial (context) == self->serial)
    return;
  self->serial = pango_context_get_serial (context);
  for (guint i = 0; i < N_FACES; i++)
    {
      g_clear_object (&self->layouts[i]);
      self->layouts[i] = make_layout (self, context, i);
      pango_layout_set_text (self->layouts[i], "0", -1);
      pango_layout_get_pixel_size (self->layouts[i], NULL, &self->heights[i]);
    }
  metrics = pango_context_get_metrics (context, NULL, NULL);
  self->character_width
      = PANGO_PIXELS_CEIL (pango_font_metrics_get_approximate_char_width (metrics));
  pango_font_metrics_unref (metrics);
}

/* The cell */

static int
first_line_height (LacunaBuffersCell *self)
{
  return MAX (self->font->heights[self->text.kind], self->text.warning ? ICON_SIZE : 0);
}

static void
lacuna_buffers_cell_measure (GtkWidget     *widget,
                             GtkOrientation orientation,
                             int            for_size,
                             int           *minimum,
                             int           *natural,
                             int           *minimum_baseline,
                             int           *natural_baseline)
{
  LacunaBuffersCell *self = LACUNA_BUFFERS_CELL (widget);

  update_font (self->font);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = LEAST_WIDTH;
      *natural = MOST_CHARACTERS * self->font->character_width;
      return;
    }
  *minimum = first_line_height (self);
  if (self->text.level >= 0)
    *minimum += LINE_SPACING + LEVEL_HEIGHT;
  if (self->text.caption != NULL)
    *minimum += LINE_SPACING + self->font->heights[FACE_CAPTION];
  *natural = *minimum;
}

/* What one cell is drawn with. */
typedef struct
{
  LacunaBuffersCell *cell;
  GtkSnapshot *snapshot;
  GdkRGBA color;
  int width;
  gboolean rtl;
} Drawing;

static GdkRGBA
with_alpha (GdkRGBA color,
            double  alpha)
{
  color.alpha *= (float) alpha;
  return color;
}

static GdkRGBA
find_color (const Drawing *drawing,
            const char    *name)
{
  GdkRGBA color = drawing->color;

  gtk_style_context_lookup_color (gtk_widget_get_style_context (GTK_WIDGET (drawing->cell)), name,
                                  &color);
  return color;
}

static void
draw_round (const Drawing *drawing,
            int            x,
            int            y,
            int            width,
            int            height,
            GdkRGBA        color)
{
  graphene_rect_t bounds = GRAPHENE_RECT_INIT ((float) x, (float) y, (float) width, (float) height);
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, &bounds, (float) height / 2);
  gtk_snapshot_push_rounded_clip (drawing->snapshot, &outline);
  gtk_snapshot_append_color (drawing->snapshot, &color, &bounds);
  gtk_snapshot_pop (drawing->snapshot);
}

/* A text from @start on, in so much width. */
static void
draw_text (const Drawing *drawing,
           guint          face,
           const char    *text,
           int            start,
           int            width,
           int            y,
           GdkRGBA        color)
{
  PangoLayout *layout = drawing->cell->font->layouts[face];
  int text_width;
  int x;

  if (width <= 0)
    return;
  /* A layout as wide as its text is where its line begins, whatever way its letters go. */
  pango_layout_set_text (layout, text, -1);
  pango_layout_set_width (layout, -1);
  pango_layout_get_pixel_size (layout, &text_width, NULL);
  if (text_width > width)
    {
      pango_layout_set_width (layout, width * PANGO_SCALE);
      text_width = width;
    }
  x = drawing->rtl ? drawing->width - start - text_width : start;
  gtk_snapshot_save (drawing->snapshot);
  gtk_snapshot_translate (drawing->snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_snapshot_append_layout (drawing->snapshot, layout, &color);
  gtk_snapshot_restore (drawing->snapshot);
}

/* Returns: how much of the line's end it takes */
static int
draw_tag (const Drawing *drawing,
          int            line_height)
{
  const LacunaBuffersCellText *text = &drawing->cell->text;
  const LacunaBuffersFont *font = drawing->cell->font;
  GdkRGBA color = text->tag_is_ours ? find_color (drawing, "accent_color") : drawing->color;
  GdkRGBA ground = text->tag_is_ours ? with_alpha (find_color (drawing, "accent_bg_color"), 0.18)
                                     : with_alpha (color, 0.08);
  int height = font->heights[FACE_TAG];
  int width;
  int start;
  int y = (line_height - height) / 2;

  pango_layout_set_text (font->layouts[FACE_TAG], text->tag, -1);
  pango_layout_set_width (font->layouts[FACE_TAG], -1);
  pango_layout_get_pixel_size (font->layouts[FACE_TAG], &width, NULL);
  width = MIN (width, drawing->width / 2);
  start = drawing->width - width - 2 * TAG_PADDING;
  draw_round (drawing, drawing->rtl ? 0 : start, y, width + 2 * TAG_PADDING, height, ground);
  draw_text (drawing, FACE_TAG, text->tag, start + TAG_PADDING, width, y, color);
  return drawing->width - start;
}

static void
draw_warning (const Drawing *drawing,
              int            end,
              int            line_height)
{
  GtkWidget *widget = GTK_WIDGET (drawing->cell);
  g_autoptr (GtkIconPaintable) icon = gtk_icon_theme_lookup_icon (
      gtk_icon_theme_get_for_display (gtk_widget_get_display (widget)), "dialog-warning-symbolic",
      NULL, ICON_SIZE, gtk_widget_get_scale_factor (widget), gtk_widget_get_direction (widget),
      GTK_ICON_LOOKUP_FORCE_SYMBOLIC);
  GdkRGBA color = find_color (drawing, "risk_color");
  int x = drawing->rtl ? end : drawing->width - end - ICON_SIZE;

  gtk_snapshot_save (drawing->snapshot);
  gtk_snapshot_translate (
      drawing->snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) (line_height - ICON_SIZE) / 2));
  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (icon), drawing->snapshot,
                                            ICON_SIZE, ICON_SIZE, &color, 1);
  gtk_snapshot_restore (drawing->snapshot);
}

static void
draw_level (const Drawing *drawing,
            int            y)
{
  int width = (int) (drawing->width * CLAMP (drawing->cell->text.level, 0, 1));

  draw_round (drawing, 0, y, drawing->width, LEVEL_HEIGHT, with_alpha (drawing->color, 0.12));
  /* Whatever is used is seen, and what is round is as wide as it is high. */
  if (drawing->cell->text.level > 0)
    width = MAX (width, LEVEL_HEIGHT);
  if (width > 0)
    draw_round (drawing, drawing->rtl ? drawing->width - width : 0, y, width, LEVEL_HEIGHT,
                with_alpha (drawing->color, 0.65));
}

/* As the style class "dim-label" has it. */
static double
caption_alpha (void)
{
  return adw_style_manager_get_high_contrast (adw_style_manager_get_default ()) ? 0.9 : 0.55;
}

static void
lacuna_buffers_cell_snapshot (GtkWidget   *widget,
                              GtkSnapshot *snapshot)
{
  LacunaBuffersCell *self = LACUNA_BUFFERS_CELL (widget);
  Drawing drawing = { .cell = self,
                      .snapshot = snapshot,
                      .width = gtk_widget_get_width (widget),
                      .rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL };
  int end = 0;
  int height;
  int y;

  if (self->text.title == NULL)
    return;
  update_font (self->font);
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &drawing.color);
  height = first_line_height (self);
  if (self->text.tag != NULL)
    end = draw_tag (&drawing, height) + SPACING;
  if (self->text.warning)
    {
      draw_warning (&drawing, end, height);
      end += ICON_SIZE + SPACING;
    }
  draw_text (&drawing, self->text.kind, self->text.title, 0, drawing.width - end,
             (height - self->font->heights[self->text.kind]) / 2, drawing.color);
  y = height + LINE_SPACING;
  if (self->text.level >= 0)
    {
      draw_level (&drawing, y);
      y += LEVEL_HEIGHT + LINE_SPACING;
    }
  if (self->text.caption != NULL)
    draw_text (&drawing, FACE_CAPTION, self->text.caption, 0, drawing.width, y,
               with_alpha (drawing.color, caption_alpha ()));
}

static void
lacuna_buffers_cell_css_changed (GtkWidget         *widget,
                                 GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (lacuna_buffers_cell_parent_class)->css_changed (widget, change);
  gtk_widget_queue_draw (widget);
}

static void
clear_text (LacunaBuffersCell *self)
{
  g_free ((gpointer) self->text.title);
  g_free ((gpointer) self->text.tag);
  g_free ((gpointer) self->text.caption);
}

static void
lacuna_buffers_cell_finalize (GObject *object)
{
  LacunaBuffersCell *self = LACUNA_BUFFERS_CELL (object);

  lacuna_buffers_font_unref (self->font);
  clear_text (self);

  G_OBJECT_CLASS (lacuna_buffers_cell_parent_class)->finalize (object);
}

static void
lacuna_buffers_cell_class_init (LacunaBuffersCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lacuna_buffers_cell_finalize;
  widget_class->measure = lacuna_buffers_cell_measure;
  widget_class->snapshot = lacuna_buffers_cell_snapshot;
  widget_class->css_changed = lacuna_buffers_cell_css_changed;

  gtk_widget_class_set_css_name (widget_class, "label");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
lacuna_buffers_cell_init (LacunaBuffersCell *self)
{
  self->text.level = -1;
}

GtkWidget *
lacuna_buffers_cell_new (LacunaBuffersFont *font)
{
  LacunaBuffersCell *self = g_object_new (LACUNA_TYPE_BUFFERS_CELL, "hexpand", TRUE, NULL);

  self->font = lacuna_buffers_font_ref (font);
  return GTK_WIDGET (self);
}

/**
 * lacuna_buffers_cell_set_text:
 * @text: what to show
 */
void
lacuna_buffers_cell_set_text (LacunaBuffersCell           *self,
                              const LacunaBuffersCellText *text)
{
  LacunaBuffersCellText before = self->text;
  gboolean same_height = before.kind == text->kind && before.warning == text->warning
                         && (before.level >= 0) == (text->level >= 0)
                         && (before.caption != NULL) == (text->caption != NULL)
                         && before.title != NULL;
  gboolean same_title = g_strcmp0 (before.title, text->title) == 0;

  g_return_if_fail (LACUNA_IS_BUFFERS_CELL (self));

  self->text = *text;
  self->text.title = g_strdup (text->title);
  self->text.tag = g_strdup (text->tag);
  self->text.caption = g_strdup (text->caption);
  g_free ((gpointer) before.title);
  g_free ((gpointer) before.tag);
  g_free ((gpointer) before.caption);
  if (!same_title)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    self->text.title, -1);
  if (same_height)
    gtk_widget_queue_draw (GTK_WIDGET (self));
  else
    gtk_widget_queue_resize (GTK_WIDGET (self));
}

const char *
lacuna_buffers_cell_get_title (LacunaBuffersCell *self)
{
  g_return_val_if_fail (LACUNA_IS_BUFFERS_CELL (self), NULL);

  return self->text.title;
}

const char *
lacuna_buffers_cell_get_caption (LacunaBuffersCell *self)
{
  g_return_val_if_fail (LACUNA_IS_BUFFERS_CELL (self), NULL);

  return self->text.caption;
}
