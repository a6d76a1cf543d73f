/* A frame of the strip on a million regions against the same on a thousand.
 *
 * A frame is the layout and the render nodes that a new view needs (base and overlay), at 1,600 pixels.
 * Both maps fill the user address space evenly, half of it mapped, and take turns.
 *
 * Random views: the depth is even on a log scale from everything to a byte a pixel, the centre is even
 * over the space. Full views: the depth is even on a log scale from everything to where regions become
 * as wide as a pixel and a half, so that there is something in nearly every column; for the thousand
 * that is everything. There, what is compared is the time for each rectangle, since a million regions
 * fill more columns than a thousand do. A walk over regions would make either ratio hundreds.
 *
 * Frames are drawn with all their texts, as in the window. Their shapes are kept from frame to frame,
 * but here that hardly ever helps, since every view is another place. The last lines leave texts out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "app/strip/lacuna-strip-render.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGE G_GUINT64_CONSTANT (0x1000)
#define WIDTH 1600
#define HEIGHT 180
#define N_VIEWS 4000

static guint64 random_state = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

/* xorshift64*: the same numbers on every run. */
static guint64
random_number (void)
{
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return random_state * G_GUINT64_CONSTANT (0x2545f4914f6cdd1d);
}

static guint64
random_below (guint64 end)
{
  return random_number () % end;
}

/* Regions of every kind, three of four with a gap before them, that fill @space together. */
static struct lac_map *
make_map (gsize   n_regions,
          guint64 size)
{
  static const char *const names[] = { "", "", "", "/usr/lib/liba.so.1", "/usr/lib/libb.so.2",
                                       "/usr/share/c", "/dev/shm/d" };
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map_builder *builder = lac_map_builder_new (&space);
  struct lac_map *map = NULL;
  guint64 pages = size / PAGE / n_regions;
  guint64 at = 0x10000;

  for (gsize i = 0; i < n_regions; i++)
    {
      struct lac_region_entry entry = { .kind = LAC_KIND_DECIDE };
      guint name = (guint) random_below (G_N_ELEMENTS (names));

      if (random_below (4) != 0)
        at += (1 + random_below (pages * 4 / 3)) * PAGE;
      entry.start = at;
      at += (1 + random_below (pages)) * PAGE;
      entry.end = at;
      entry.protection = (guint8) random_below (8);
      entry.inode = names[name][0] == '/' ? name : 0;
      entry.name = names[name];
      entry.name_length = strlen (names[name]);
      if (lac_map_builder_add (builder, &entry) != LAC_OK)
        abort ();
    }
  if (lac_map_builder_finish (builder, &map) != LAC_OK)
    abort ();
  return map;
}

/* Microseconds of this thread on a processor, so that what else the machine does is left out. */
static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec * 1e6 + (double) time.tv_nsec / 1e3;
}

typedef struct
{
  struct lac_map *map;
  LacunaCensus *census;
  LacunaScale *scale;
  double *times;
  gsize n_times;
  gsize n_pieces;
} Side;

static void
time_frame (Side         *side,
            LacunaLabels *labels,
            gboolean      full)
{
  gsize n_regions;
  double length = (double) lacuna_scale_get_length (side->scale);
  double least;
  double size;
  guint64 centre = random_below (lacuna_scale_get_length (side->scale));
  struct lac_range range;
  LacunaStripMarks marks = { 0 };
  GskRenderNode *overlay;
  LacunaView view;
  LacunaStripScene scene = { .map = side->map,
                             .scale = side->scale,
                             .columns = WIDTH,
                             .scale_factor = 1,
                             .height = HEIGHT,
                             .palette = lacuna_palette_get (FALSE, FALSE),
                             .labels = labels };
  GskRenderNode *node;
  gsize n_pieces;
  double before;
  double after;

  lac_map_regions (side->map, &n_regions);
  least = full ? MIN (length, length / (double) n_regions * WIDTH / 1.5) : WIDTH;
  size = least * pow (length / least, (double) random_below (1u << 30) / (1u << 30));
  range.start = lacuna_scale_to_address (side->scale,
                                         lac_subtract_saturating (centre, (guint64) (size / 2)));
  range.end = lacuna_scale_to_address (side->scale,
                                       lac_add_saturating (centre, (guint64) (size / 2)));
  view = lacuna_view_fit (side->scale, range, WIDTH);

  before = now ();
  scene.view = view;
  scene.layout = lacuna_strip_layout_new (side->census, side->scale, &view, WIDTH);
  node = lacuna_strip_render_base (&scene);
  overlay = lacuna_strip_render_overlay (&scene, &marks);
  after = now ();

  side->times[side->n_times++] = after - before;
  lacuna_strip_layout_get_pieces (scene.layout, &n_pieces);
  side->n_pieces += n_pieces;
  gsk_render_node_unref (node);
  g_clear_pointer (&overlay, gsk_render_node_unref);
  lacuna_strip_layout_free (scene.layout);
}

static int
compare (const void *a,
         const void *b)
{
  double first = *(const double *) a;
  double second = *(const double *) b;

  return first < second ? -1 : first > second;
}

static double
quantile (const Side *side,
          double      part)
{
  return side->times[MIN ((gsize) (part * (double) side->n_times), side->n_times - 1)];
}

static void
measure (Side            sides[2],
         LacunaScaleKind kind,
         LacunaLabels   *labels,
         gboolean        full,
         const char     *name)
{
  double medians[2];
  double per_piece[2];

  for (int i = 0; i < 2; i++)
    {
      sides[i].scale = lacuna_scale_new (kind, sides[i].map, NULL, 0);
      sides[i].n_times = 0;
      sides[i].n_pieces = 0;
    }
  for (int view = 0; view < N_VIEWS; view++)
    for (int i = 0; i < 2; i++)
      time_frame (&sides[i], labels, full);

  for (int i = 0; i < 2; i++)
    {
      qsort (sides[i].times, sides[i].n_times, sizeof *sides[i].times, compare);
      medians[i] = quantile (&sides[i], 0.5);
      per_piece[i] = medians[i] * N_VIEWS / (double) sides[i].n_pieces;
      printf ("%-24s %9s regions: median %4.0f µs, 99th percentile %5.0f µs, most %5.0f µs, "
              "%4.0f pieces on average\n",
              name, i == 0 ? "1,000" : "1,000,000", medians[i], quantile (&sides[i], 0.99),
              quantile (&sides[i], 1), (double) sides[i].n_pieces / N_VIEWS);
      lacuna_scale_unref (sides[i].scale);
    }
  if (full)
    printf ("%-24s ratio of medians for each piece: %.2f\n", name, per_piece[1] / per_piece[0]);
  else if (labels == NULL)
    printf ("%-24s ratio of medians %.2f\n", name, medians[1] / medians[0]);
  else
    printf ("%-24s ratio of medians %.2f (at most 1.5), 99th percentile %.2f ms (at most 2)\n", name,
            medians[1] / medians[0], quantile (&sides[1], 0.99) / 1000);
}

int
main (void)
{
  Side sides[2] = { { 0 } };
  g_autoptr (LacunaLabels) labels = NULL;
  PangoContext *context;
  PangoFontDescription *font = pango_font_description_from_string ("Sans 11");

  /* Render nodes need GTK's types, but no display. */
  gtk_init_check ();
  context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  pango_context_set_font_description (context, font);
  pango_font_description_free (font);
  labels = lacuna_labels_new (context);
  g_object_unref (context);

  for (int i = 0; i < 2; i++)
    {
      double before;

      sides[i].map = make_map (i == 0 ? 1000 : 1000000, G_GUINT64_CONSTANT (0x7e0000000000));
      before = now ();
      sides[i].census = lacuna_census_new (sides[i].map);
      if (i == 1)
        printf ("census of 1,000,000 regions, made once for each snapshot: %.1f ms\n",
                (now () - before) / 1000);
      sides[i].times = g_new (double, N_VIEWS);
    }

  measure (sides, LACUNA_SCALE_LINEAR, labels, FALSE, "random, linear");
  measure (sides, LACUNA_SCALE_COMPACT, labels, FALSE, "random, compact");
  measure (sides, LACUNA_SCALE_LINEAR, labels, TRUE, "full, linear");
  measure (sides, LACUNA_SCALE_COMPACT, labels, TRUE, "full, compact");
  measure (sides, LACUNA_SCALE_LINEAR, NULL, FALSE, "random, linear, no text");
  measure (sides, LACUNA_SCALE_COMPACT, NULL, FALSE, "random, compact, no text");
  measure (sides, LACUNA_SCALE_LINEAR, NULL, TRUE, "full, linear, no text");
  measure (sides, LACUNA_SCALE_COMPACT, NULL, TRUE, "full, compact, no text");

  for (int i = 0; i < 2; i++)
    {
      lacuna_census_unref (sides[i].census);
      lac_map_unref (sides[i].map);
      g_free (sides[i].times);
    }
  return 0;
}
