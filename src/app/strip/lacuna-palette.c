/* LacunaPalette: the colours themselves.
 *
 * Eleven inks that differ in hue and in lightness, calm enough to lie side by side over a whole window.
 * Text on an ink is white or nearly black, whichever is the more legible. In high contrast inks are
 * darker (or, on dark, brighter), so that each stands out from free space by 3 : 1 at least.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-palette.h"

#include <math.h>

/* Inks in the order of LACUNA_INK_MAP: code, read-only, data, heap, anonymous, file, shared, stack,
 * guard, system, buffer. */
static const guint32 inks[LACUNA_N_INKS] = {
  0xc44a4a, 0xb6a591, 0x8858b8, 0x3474c4, 0x52a29b, 0x8b6b4c, 0xd9823f, 0xe0b33a, 0x6a6a6f, 0xc873ad,
  0x8f9e34,
};

static const guint32 inks_high_light[LACUNA_N_INKS] = {
  0xa51d2d, 0x7a6448, 0x613583, 0x1a5fb4, 0x1c6f68, 0x63452c, 0xa14a00, 0x806000, 0x4a4a4f, 0x8a2a68,
  0x525e00,
};

static const guint32 inks_high_dark[LACUNA_N_INKS] = {
  0xff8b84, 0xe6d5bd, 0xcfa8ff, 0x8cc0ff, 0x86e0d6, 0xd3ac83, 0xffb27a, 0xffe07a, 0xb4b4ba, 0xffa3d9,
  0xd3e36c,
};

static GdkRGBA
colour (guint32 rgb,
        float   alpha)
{
  return (GdkRGBA){ (float) (rgb >> 16 & 0xff) / 255, (float) (rgb >> 8 & 0xff) / 255,
                    (float) (rgb & 0xff) / 255, alpha };
}

static double
channel_luminance (double channel)
{
  return channel <= 0.04045 ? channel / 12.92 : pow ((channel + 0.055) / 1.055, 2.4);
}

static double
luminance (const GdkRGBA *c)
{
  return 0.2126 * channel_luminance (c->red) + 0.7152 * channel_luminance (c->green)
         + 0.0722 * channel_luminance (c->blue);
}

double
lacuna_palette_contrast (const GdkRGBA *a,
                         const GdkRGBA *b)
{
  double luminance_a = luminance (a);
  double luminance_b = luminance (b);

  return (MAX (luminance_a, luminance_b) + 0.05) / (MIN (luminance_a, luminance_b) + 0.05);
}

static void
set_inks (LacunaPalette *palette,
          const guint32  rgb[LACUNA_N_INKS])
{
  const GdkRGBA white = colour (0xffffff, 1);
  const GdkRGBA black = colour (0x141416, 1);

  for (int ink = 0; ink < LACUNA_N_INKS; ink++)
    {
      palette->ink[ink] = colour (rgb[ink], 1);
      palette->ink_text[ink] = lacuna_palette_contrast (&palette->ink[ink], &white)
                                   >= lacuna_palette_contrast (&palette->ink[ink], &black)
                                 ? white
                                 : black;
    }
}

static void
make_light (LacunaPalette *palette)
{
  set_inks (palette, inks);
  palette->surface = colour (0xffffff, 1);
  palette->free = colour (0xeef0f4, 1);
  palette->free_dot = colour (0xc3c8d2, 1);
  palette->text = colour (0x2e2e32, 1);
  palette->text_dim = colour (0x67676d, 1);
  palette->tick = colour (0xa9a9b0, 1);
  palette->accent = colour (0x1c71d8, 1);
  palette->window_tint = colour (0x3584e4, 0.10f);
  palette->fit = colour (0x26a269, 1);
  palette->fit_tint = colour (0x26a269, 0.16f);
  palette->fit_text = colour (0x0d5c36, 1);
  palette->risk = colour (0xc64600, 1);
  palette->risk_text = colour (0xa33a00, 1);
  palette->risk_hatch = colour (0xc64600, 0.5);
  palette->plate = colour (0xffffff, 0.94f);
  palette->separator = colour (0xffffff, 0.55f);
  palette->glow = colour (0x1c71d8, 1);
  palette->dimmed_alpha = 0.16f;
}

static void
make_dark (LacunaPalette *palette)
{
  set_inks (palette, inks);
  palette->surface = colour (0x363638, 1);
  palette->free = colour (0x2b2d32, 1);
  palette->free_dot = colour (0x4b4f58, 1);
  palette->text = colour (0xf2f2f4, 1);
  palette->text_dim = colour (0xb0b0b6, 1);
  palette->tick = colour (0x77777e, 1);
  palette->accent = colour (0x78aeed, 1);
  palette->window_tint = colour (0x78aeed, 0.10f);
  palette->fit = colour (0x57e389, 1);
  palette->fit_tint = colour (0x57e389, 0.18f);
  palette->fit_text = colour (0x8ff0a4, 1);
  palette->risk = colour (0xffa348, 1);
  palette->risk_text = colour (0xffa348, 1);
  palette->risk_hatch = colour (0xffa348, 0.5);
  palette->plate = colour (0x1e1e20, 0.92f);
  palette->separator = colour (0x1e1e20, 0.55f);
  palette->glow = colour (0xcfe3ff, 1);
  palette->dimmed_alpha = 0.2f;
}

static void
make_high_light (LacunaPalette *palette)
{
  make_light (palette);
  set_inks (palette, inks_high_light);
  palette->free = colour (0xffffff, 1);
  palette->free_dot = colour (0x8a8a92, 1);
  palette->text = colour (0x000000, 1);
  palette->text_dim = colour (0x2e2e32, 1);
  palette->tick = colour (0x4a4a50, 1);
  palette->accent = colour (0x1a4fa0, 1);
  palette->window_tint = colour (0x1a5fb4, 0.14f);
  palette->fit = colour (0x0d6b3c, 1);
  palette->fit_tint = colour (0x26a269, 0.22f);
  palette->fit_text = colour (0x00371c, 1);
  palette->risk = colour (0x8f3200, 1);
  palette->risk_text = colour (0x8f3200, 1);
  palette->risk_hatch = palette->risk;
  palette->plate = colour (0xffffff, 1);
  palette->separator = colour (0xffffff, 1);
}

static void
make_high_dark (LacunaPalette *palette)
{
  make_dark (palette);
  set_inks (palette, inks_high_dark);
  palette->free = colour (0x000000, 1);
  palette->free_dot = colour (0x77777e, 1);
  palette->text = colour (0xffffff, 1);
  palette->text_dim = colour (0xdedee2, 1);
  palette->tick = colour (0xc0c0c6, 1);
  palette->accent = colour (0xa8d0ff, 1);
  palette->fit = colour (0x7dffae, 1);
  palette->fit_text = colour (0xb8ffd0, 1);
  palette->risk = colour (0xffbe6f, 1);
  palette->risk_text = colour (0xffbe6f, 1);
  palette->risk_hatch = palette->risk;
  palette->plate = colour (0x000000, 1);
  palette->separator = colour (0x000000, 1);
}

const LacunaPalette *
lacuna_palette_get (gboolean dark,
                    gboolean high_contrast)
{
  static LacunaPalette palettes[4];
  static gsize made;

  if (g_once_init_enter (&made))
    {
      make_light (&palettes[0]);
      make_dark (&palettes[1]);
      make_high_light (&palettes[2]);
      make_high_dark (&palettes[3]);
      for (int i = 0; i < 4; i++)
        {
          palettes[i].dark = i % 2 == 1;
          palettes[i].high_contrast = i >= 2;
        }
      g_once_init_leave (&made, 1);
    }

  return &palettes[(dark ? 1 : 0) + (high_contrast ? 2 : 0)];
}

const LacunaPalette *
lacuna_palette_for (AdwStyleManager *manager)
{
  return lacuna_palette_get (adw_style_manager_get_dark (manager),
                             adw_style_manager_get_high_contrast (manager));
}
