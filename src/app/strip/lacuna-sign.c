/* LacunaSign: one of the strip's signs, drawn small, for where they are explained.
 *
 * It is drawn from the strip's palette, so that it follows light, dark and high contrast. It says
 * nothing to assistive technology: the words stand next to it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-palette.h"
#include "lacuna-sign.h"

#define SIGN_WIDTH 44
#define SIGN_HEIGHT 30
#define DOT_DISTANCE 6
#define HATCH_DISTANCE 7
#define TOOTH 4

struct _LacunaSign
{
  GtkWidget parent_instance;

  LacunaSignKind kind;
};

G_DEFINE_FINAL_TYPE (LacunaSign, lacuna_sign, GTK_TYPE_WIDGET)

static void
draw_free (cairo_t             *cairo,
           const LacunaPalette *palette)
{
  gdk_cairo_set_source_rgba (cairo, &palette->free);
  cairo_paint (cairo);
  gdk_cairo_set_source_rgba (cairo, &palette->free_dot);
  for (int y = DOT_DISTANCE / 2; y < SIGN_HEIGHT; y += DOT_DISTANCE)
    for (int x = DOT_DISTANCE / 2; x < SIGN_WIDTH; x += DOT_DISTANCE)
      cairo_rectangle (cairo, x, y, 1, 1);
  cairo_fill (cairo);
}

static void
draw_cut (cairo_t             *cairo,
          const LacunaPalette *palette)
{
  double middle = SIGN_WIDTH / 2.0;

  cairo_move_to (cairo, middle - 3, 0);
  for (int y = 0; y <= SIGN_HEIGHT; y += TOOTH)
    cairo_line_to (cairo, middle - 3 + (y / TOOTH % 2) * TOOTH, y);
  for (int y = SIGN_HEIGHT / TOOTH * TOOTH; y >= 0; y -= TOOTH)
    cairo_line_to (cairo, middle + 3 + (y / TOOTH % 2) * TOOTH, y);
  cairo_close_path (cairo);
  gdk_cairo_set_source_rgba (cairo, &palette->surface);
  cairo_fill_preserve (cairo);
  gdk_cairo_set_source_rgba (cairo, &palette->tick);
  cairo_set_line_width (cairo, 1);
  cairo_stroke (cairo);
}

static void
draw_risk (cairo_t             *cairo,
           const LacunaPalette *palette)
{
  gdk_cairo_set_source_rgba (cairo, &palette->risk_hatch);
  cairo_set_line_width (cairo, 2);
  for (int x = -SIGN_HEIGHT; x < SIGN_WIDTH; x += HATCH_DISTANCE)
    {
      cairo_move_to (cairo, x, SIGN_HEIGHT);
      cairo_line_to (cairo, x + SIGN_HEIGHT, 0);
    }
  cairo_stroke (cairo);
}

static void
draw_fit (cairo_t             *cairo,
          const LacunaPalette *palette,
          double               x,
          double               height)
{
  cairo_rectangle (cairo, x, 2, SIGN_WIDTH - x - 6, height);
  gdk_cairo_set_source_rgba (cairo, &palette->fit_tint);
  cairo_fill_preserve (cairo);
  gdk_cairo_set_source_rgba (cairo, &palette->fit);
  cairo_set_line_width (cairo, 2);
  cairo_stroke (cairo);
}

static void
draw_candidate (cairo_t             *cairo,
                const LacunaPalette *palette)
{
  gdk_cairo_set_source_rgba (cairo, &palette->surface);
  cairo_rectangle (cairo, 0, SIGN_HEIGHT - 11, SIGN_WIDTH, 11);
  cairo_fill (cairo);
  draw_fit (cairo, palette, 14, SIGN_HEIGHT - 14);
  cairo_rectangle (cairo, 14, 2, 4, SIGN_HEIGHT - 14);
  cairo_move_to (cairo, 16, SIGN_HEIGHT - 9);
  cairo_rel_line_to (cairo, 6, 8);
  cairo_rel_line_to (cairo, -12, 0);
  cairo_close_path (cairo);
  gdk_cairo_set_source_rgba (cairo, &palette->fit);
  cairo_fill (cairo);
}

static void
draw_window (cairo_t             *cairo,
             const LacunaPalette *palette)
{
  gdk_cairo_set_source_rgba (cairo, &palette->window_tint);
  cairo_rectangle (cairo, 8, 0, SIGN_WIDTH - 16, SIGN_HEIGHT);
  cairo_fill (cairo);
  gdk_cairo_set_source_rgba (cairo, &palette->accent);
  cairo_set_line_width (cairo, 2);
  cairo_set_dash (cairo, (double[]){ 4, 3 }, 2, 0);
  cairo_move_to (cairo, 8, 0);
  cairo_rel_line_to (cairo, 0, SIGN_HEIGHT);
  cairo_move_to (cairo, SIGN_WIDTH - 8, 0);
  cairo_rel_line_to (cairo, 0, SIGN_HEIGHT);
  cairo_stroke (cairo);
}

static void
draw_anchor (cairo_t             *cairo,
             const LacunaPalette *palette)
{
  double middle = SIGN_WIDTH / 2.0;

  gdk_cairo_set_source_rgba (cairo, &palette->accent);
  cairo_rectangle (cairo, middle - 1, 5, 2, SIGN_HEIGHT - 5);
  cairo_fill (cairo);
  cairo_arc (cairo, middle, 5, 4, 0, 2 * G_PI);
  cairo_fill (cairo);
}

static void
draw_fill (cairo_t             *cairo,
           const LacunaPalette *palette)
{
  gdk_cairo_set_source_rgba (cairo, &palette->ink[LACUNA_INK_BUFFER]);
  cairo_rectangle (cairo, 4, 2, SIGN_WIDTH - 8, SIGN_HEIGHT - 4);
  cairo_fill (cairo);
  gdk_cairo_set_source_rgba (cairo, &palette->plate);
  cairo_rectangle (cairo, 6, SIGN_HEIGHT - 12, SIGN_WIDTH - 12, 6);
  cairo_fill (cairo);
  gdk_cairo_set_source_rgba (cairo, &palette->text);
  cairo_rectangle (cairo, 6, SIGN_HEIGHT - 11, (SIGN_WIDTH - 12) * 0.4, 4);
  cairo_fill (cairo);
}

static void
lacuna_sign_measure (GtkWidget     *widget,
                     GtkOrientation orientation,
                     int            for_size,
                     int           *minimum,
                     int           *natural,
                     int           *minimum_baseline,
                     int           *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? SIGN_WIDTH : SIGN_HEIGHT;
}

static void
lacuna_sign_snapshot (GtkWidget   *widget,
                      GtkSnapshot *snapshot)
{
  const LacunaPalette *palette = lacuna_palette_for (adw_style_manager_get_default ());
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, SIGN_WIDTH, SIGN_HEIGHT);
  GskRoundedRect outline;
  cairo_t *cairo;

  gsk_rounded_rect_init_from_rect (&outline, &bounds, 4);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  cairo = gtk_snapshot_append_cairo (snapshot, &bounds);
  draw_free (cairo, palette);
  switch (LACUNA_SIGN (widget)->kind)
    {
    case LACUNA_SIGN_CUT:
      draw_cut (cairo, palette);
      break;
    case LACUNA_SIGN_RISK:
      draw_risk (cairo, palette);
      break;
    case LACUNA_SIGN_FIT:
      draw_fit (cairo, palette, 6, SIGN_HEIGHT - 4);
      break;
    case LACUNA_SIGN_CANDIDATE:
      draw_candidate (cairo, palette);
      break;
    case LACUNA_SIGN_WINDOW:
      draw_window (cairo, palette);
      break;
    case LACUNA_SIGN_FILL:
      draw_fill (cairo, palette);
      break;
    case LACUNA_SIGN_ANCHOR:
      draw_anchor (cairo, palette);
      break;
    case LACUNA_SIGN_FREE:
    case LACUNA_N_SIGNS:
    default:
      break;
    }
  cairo_destroy (cairo);
  gtk_snapshot_pop (snapshot);
}

static void
lacuna_sign_css_changed (GtkWidget         *widget,
                         GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (lacuna_sign_parent_class)->css_changed (widget, change);
  gtk_widget_queue_draw (widget);
}

static void
lacuna_sign_class_init (LacunaSignClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = lacuna_sign_measure;
  widget_class->snapshot = lacuna_sign_snapshot;
  widget_class->css_changed = lacuna_sign_css_changed;

  gtk_widget_class_set_css_name (widget_class, "sign");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
lacuna_sign_init (LacunaSign *self)
{
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_START);
}

GtkWidget *
lacuna_sign_new (LacunaSignKind kind)
{
  LacunaSign *self = g_object_new (LACUNA_TYPE_SIGN, NULL);

  self->kind = kind;
  return GTK_WIDGET (self);
}
