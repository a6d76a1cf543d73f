/* LacunaSwatch: a small square of one colour of the strip.
 *
 * Legend, list and details name a colour by showing it. They draw it from the strip's own palette,
 * so that light, dark and high contrast can't come apart. It says nothing to assistive technology:
 * the word stands next to it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-swatch.h"

#define SWATCH_RADIUS 2.5f

struct _LacunaSwatch
{
  GtkWidget parent_instance;

  LacunaSwatchKind kind;
  LacunaInk ink;
};

G_DEFINE_FINAL_TYPE (LacunaSwatch, lacuna_swatch, GTK_TYPE_WIDGET)

static void
lacuna_swatch_measure (GtkWidget     *widget,
                       GtkOrientation orientation,
                       int            for_size,
                       int           *minimum,
                       int           *natural,
                       int           *minimum_baseline,
                       int           *natural_baseline)
{
  *minimum = *natural = LACUNA_SWATCH_SIZE;
}

/**
 * lacuna_swatch_append:
 * @x: where its left edge is
 * @y: where its top is
 *
 * Draws a swatch that is no widget of its own.
 */
void
lacuna_swatch_append (GtkSnapshot     *snapshot,
                      LacunaSwatchKind kind,
                      LacunaInk        ink,
                      float            x,
                      float            y)
{
  const LacunaPalette *palette = lacuna_palette_for (adw_style_manager_get_default ());
  graphene_rect_t bounds
      = GRAPHENE_RECT_INIT (x, y, LACUNA_SWATCH_SIZE, LACUNA_SWATCH_SIZE);
  const GdkRGBA *fill = NULL;
  const GdkRGBA *edge = NULL;
  GskRoundedRect outline;

  switch (kind)
    {
    case LACUNA_SWATCH_INK:
      fill = &palette->ink[ink];
      break;
    case LACUNA_SWATCH_FREE:
      fill = &palette->free;
      edge = &palette->tick;
      break;
    case LACUNA_SWATCH_FIT:
      fill = &palette->fit;
      break;
    case LACUNA_SWATCH_RISK:
      fill = &palette->risk;
      break;
    case LACUNA_SWATCH_NONE:
    default:
      return;
    }

  gsk_rounded_rect_init_from_rect (&outline, &bounds, SWATCH_RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, fill, &bounds);
  gtk_snapshot_pop (snapshot);
  if (edge != NULL)
    gtk_snapshot_append_border (snapshot, &outline, (float[4]){ 1, 1, 1, 1 },
                                (GdkRGBA[4]){ *edge, *edge, *edge, *edge });
}

static void
lacuna_swatch_snapshot (GtkWidget   *widget,
                        GtkSnapshot *snapshot)
{
  LacunaSwatch *self = LACUNA_SWATCH (widget);

  lacuna_swatch_append (snapshot, self->kind, self->ink,
                        (float) (gtk_widget_get_width (widget) - LACUNA_SWATCH_SIZE) / 2,
                        (float) (gtk_widget_get_height (widget) - LACUNA_SWATCH_SIZE) / 2);
}

static void
lacuna_swatch_css_changed (GtkWidget         *widget,
                           GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (lacuna_swatch_parent_class)->css_changed (widget, change);
  gtk_widget_queue_draw (widget);
}

static void
lacuna_swatch_class_init (LacunaSwatchClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = lacuna_swatch_measure;
  widget_class->snapshot = lacuna_swatch_snapshot;
  widget_class->css_changed = lacuna_swatch_css_changed;

  gtk_widget_class_set_css_name (widget_class, "swatch");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
lacuna_swatch_init (LacunaSwatch *self)
{
}

GtkWidget *
lacuna_swatch_new (void)
{
  return g_object_new (LACUNA_TYPE_SWATCH, NULL);
}

/**
 * lacuna_swatch_set:
 * @kind: what to show
 * @ink: for %LACUNA_SWATCH_INK, which
 */
void
lacuna_swatch_set (LacunaSwatch    *self,
                   LacunaSwatchKind kind,
                   LacunaInk        ink)
{
  g_return_if_fail (LACUNA_IS_SWATCH (self));

  if (self->kind == kind && self->ink == ink)
    return;
  self->kind = kind;
  self->ink = ink;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
