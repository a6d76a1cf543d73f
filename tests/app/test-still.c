/* What stands still in a window is drawn as fewer things, and looks the same.
 *
 * A list as a window has it: rows that are kept from one frame to the next, in nodes that are new
 * in each; more of them than are in view.
 *
 * SPDX-License-Identifier: MIT
 */
#include "app/lacuna-still.h"

#include <stdlib.h>
#include <string.h>

#define N_ROWS 40
#define ROW_WIDTH 200
#define ROW_HEIGHT 20
#define VIEW_HEIGHT 110
#define MARGIN 20

/* More frames than it takes to be still. */
#define FRAMES 6

/* Of 255; recordings are blended in another order, and as one at the edge of a corner. */
#define TOLERANCE 8

typedef struct
{
  LacunaStill *still;
  GskRenderNode *rows[N_ROWS];
  GskRenderNode *icon;
  PangoContext *context;
  double scrolled;
  int scale;
} Fixture;

static void
append_text (Fixture     *fixture,
             GtkSnapshot *snapshot,
             const char  *text,
             float        x)
{
  g_autoptr (PangoLayout) layout = pango_layout_new (fixture->context);

  pango_layout_set_text (layout, text, -1);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, 2.4f));
  gtk_snapshot_append_layout (snapshot, layout, &(GdkRGBA){ 0.1f, 0.1f, 0.1f, 1 });
  gtk_snapshot_restore (snapshot);
}

static GskRenderNode *
draw_row (Fixture       *fixture,
          guint          number,
          const GdkRGBA *ground)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autofree char *name = g_strdup_printf ("row %u", number);
  GskRoundedRect outline;

  gtk_snapshot_append_color (snapshot, ground, &GRAPHENE_RECT_INIT (0, 0, ROW_WIDTH, ROW_HEIGHT));
  append_text (fixture, snapshot, name, 12);
  gtk_snapshot_push_opacity (snapshot, 0.5);
  append_text (fixture, snapshot, "dim\nlines", 60);
  gtk_snapshot_pop (snapshot);
  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (150, 3, 14, 14), 4);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &(GdkRGBA){ 0.8f, 0.2f, 0.2f, 1 }, &outline.bounds);
  gtk_snapshot_pop (snapshot);
  return gtk_snapshot_free_to_node (snapshot);
}

/* An icon has as many pixels as it is shown with. */
static GskRenderNode *
draw_icon (int scale)
{
  int size = 16 * scale;
  gsize n_bytes = (gsize) size * (gsize) size * 4;
  g_autofree guchar *pixels = g_malloc (n_bytes);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  graphene_matrix_t matrix;
  graphene_vec4_t offset;

  for (gsize i = 0; i < n_bytes; i++)
    pixels[i] = (i / 4) % 3 == 0 ? 255 : 0;
  bytes = g_bytes_new (pixels, n_bytes);
  texture = gdk_memory_texture_new (size, size, GDK_MEMORY_R8G8B8A8, bytes, (gsize) size * 4);
  graphene_matrix_init_from_float (&matrix, (float[16]){ 0.5f, 0, 0, 0, 0, 0.2f, 0, 0,
                                                         0, 0, 0.7f, 0, 0, 0, 0, 1 });
  graphene_vec4_init (&offset, 0.1f, 0, 0, 0);
  gtk_snapshot_push_color_matrix (snapshot, &matrix, &offset);
  gtk_snapshot_append_texture (snapshot, texture, &GRAPHENE_RECT_INIT (0, 0, 16, 16));
  gtk_snapshot_pop (snapshot);
  return gtk_snapshot_free_to_node (snapshot);
}

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->scale = GPOINTER_TO_INT (user_data);
  fixture->still = lacuna_still_new ();
  fixture->context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  for (guint i = 0; i < N_ROWS; i++)
    fixture->rows[i] = draw_row (fixture, i, &(GdkRGBA){ 1, 1, 1, 1 });
  fixture->icon = draw_icon (fixture->scale);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  lacuna_still_free (fixture->still);
  g_object_unref (fixture->context);
  for (guint i = 0; i < N_ROWS; i++)
    gsk_render_node_unref (fixture->rows[i]);
  gsk_render_node_unref (fixture->icon);
}

static void
change_row (Fixture *fixture,
            guint    number,
            float    green)
{
  gsk_render_node_unref (fixture->rows[number]);
  fixture->rows[number] = draw_row (fixture, number, &(GdkRGBA){ 0.5f, green, 0.5f, 1 });
}

static GskRenderNode *
draw_frame (Fixture *fixture)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRoundedRect corners;

  gtk_snapshot_append_color (snapshot, &(GdkRGBA){ 0.9f, 0.9f, 0.9f, 1 },
                             &GRAPHENE_RECT_INIT (0, 0, ROW_WIDTH + 2 * MARGIN,
                                                  VIEW_HEIGHT + 2 * MARGIN));
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (2, 2));
  gtk_snapshot_append_node (snapshot, fixture->icon);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (MARGIN - 2, MARGIN - 2));
  gsk_rounded_rect_init_from_rect (&corners, &GRAPHENE_RECT_INIT (0, 0, ROW_WIDTH, VIEW_HEIGHT), 9);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, ROW_WIDTH - 4, VIEW_HEIGHT + 5));
  gtk_snapshot_push_rounded_clip (snapshot, &corners);
  for (guint i = 0; i < N_ROWS; i++)
    {
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot,
                              &GRAPHENE_POINT_INIT (0, (float) (i * ROW_HEIGHT
                                                                - fixture->scrolled)));
      gtk_snapshot_append_node (snapshot, fixture->rows[i]);
      gtk_snapshot_restore (snapshot);
    }
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_pop (snapshot);
  return gtk_snapshot_free_to_node (snapshot);
}

static guint
count_nodes (GskRenderNode *node)
{
  guint n = 1;

  switch (gsk_render_node_get_node_type (node))
    {
    case GSK_CONTAINER_NODE:
      for (guint i = 0; i < gsk_container_node_get_n_children (node); i++)
        n += count_nodes (gsk_container_node_get_child (node, i));
      return n;
    case GSK_TRANSFORM_NODE:
      return n + count_nodes (gsk_transform_node_get_child (node));
    case GSK_CLIP_NODE:
      return n + count_nodes (gsk_clip_node_get_child (node));
    case GSK_ROUNDED_CLIP_NODE:
      return n + count_nodes (gsk_rounded_clip_node_get_child (node));
    case GSK_OPACITY_NODE:
      return n + count_nodes (gsk_opacity_node_get_child (node));
    default:
      return n;
    }
}

static cairo_surface_t *
paint (GskRenderNode *node,
       int            scale)
{
  cairo_surface_t *surface
      = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (ROW_WIDTH + 2 * MARGIN) * scale,
                                    (VIEW_HEIGHT + 2 * MARGIN) * scale);
  cairo_t *cr;

  cairo_surface_set_device_scale (surface, scale, scale);
  cr = cairo_create (surface);
  gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static void
assert_looks_the_same (Fixture       *fixture,
                       GskRenderNode *node,
                       GskRenderNode *reduced)
{
  cairo_surface_t *expected = paint (node, fixture->scale);
  cairo_surface_t *found = paint (reduced, fixture->scale);
  int n_bytes = cairo_image_surface_get_stride (expected)
                * cairo_image_surface_get_height (expected);
  const guchar *a = cairo_image_surface_get_data (expected);
  const guchar *b = cairo_image_surface_get_data (found);
  int furthest = 0;

  for (int i = 0; i < n_bytes; i++)
    furthest = MAX (furthest, abs (a[i] - b[i]));
  g_assert_cmpint (furthest, <=, TOLERANCE);
  cairo_surface_destroy (expected);
  cairo_surface_destroy (found);
}

/* One frame, which has to look like what it was made of. */
static GskRenderNode *
run_frame (Fixture *fixture)
{
  g_autoptr (GskRenderNode) node = draw_frame (fixture);
  GskRenderNode *reduced = lacuna_still_reduce (fixture->still, node);

  g_assert_nonnull (reduced);
  assert_looks_the_same (fixture, node, reduced);
  return reduced;
}

static guint
run_frames (Fixture *fixture,
            guint    n_frames)
{
  guint n_nodes = 0;

  for (guint i = 0; i < n_frames; i++)
    {
      g_autoptr (GskRenderNode) reduced = run_frame (fixture);

      n_nodes = count_nodes (reduced);
    }
  return n_nodes;
}

static void
test_fewer (Fixture      *fixture,
            gconstpointer user_data)
{
  g_autoptr (GskRenderNode) whole = draw_frame (fixture);
  guint n_at_first = run_frames (fixture, 1);
  guint n_at_rest = run_frames (fixture, FRAMES);

  /* Six rows are in view; at rest each is one thing to draw. */
  g_assert_cmpuint (n_at_first, <, count_nodes (whole) / 3);
  g_assert_cmpuint (n_at_rest, <, 6 * 3 + 10);
}

static void
test_change (Fixture      *fixture,
             gconstpointer user_data)
{
  run_frames (fixture, FRAMES);
  for (guint i = 0; i < 8; i++)
    {
      change_row (fixture, i % 7, 0.1f * i);
      run_frames (fixture, i);
    }
}

static void
test_scroll (Fixture      *fixture,
             gconstpointer user_data)
{
  run_frames (fixture, FRAMES);
  for (guint i = 0; i < 20; i++)
    {
      fixture->scrolled += 17;
      run_frames (fixture, 1);
      if (i % 5 == 0)
        change_row (fixture, i, 0.3f);
    }
  run_frames (fixture, FRAMES);
}

/* The nodes of a frame that stay, of those that are drawn as one. */
static void
collect (GskRenderNode *node,
         GPtrArray     *drawn)
{
  switch (gsk_render_node_get_node_type (node))
    {
    case GSK_CONTAINER_NODE:
      for (guint i = 0; i < gsk_container_node_get_n_children (node); i++)
        collect (gsk_container_node_get_child (node, i), drawn);
      break;
    case GSK_TRANSFORM_NODE:
      collect (gsk_transform_node_get_child (node), drawn);
      break;
    case GSK_CLIP_NODE:
      collect (gsk_clip_node_get_child (node), drawn);
      break;
    case GSK_ROUNDED_CLIP_NODE:
      collect (gsk_rounded_clip_node_get_child (node), drawn);
      break;
    case GSK_CAIRO_NODE:
      g_ptr_array_add (drawn, node);
      break;
    default:
      break;
    }
}

/* GTK draws anew what has another node than in the frame before. */
static void
test_rest_stays (Fixture      *fixture,
                 gconstpointer user_data)
{
  g_autoptr (GPtrArray) before = g_ptr_array_new ();
  g_autoptr (GPtrArray) after = g_ptr_array_new ();
  g_autoptr (GskRenderNode) first = NULL;
  g_autoptr (GskRenderNode) second = NULL;
  guint n_same = 0;

  run_frames (fixture, FRAMES);
  first = run_frame (fixture);
  change_row (fixture, 2, 0.2f);
  second = run_frame (fixture);
  collect (first, before);
  collect (second, after);
  for (guint i = 0; i < after->len; i++)
    n_same += g_ptr_array_find (before, g_ptr_array_index (after, i), NULL);

  /* Six rows and the icon, less the row that has changed. */
  g_assert_cmpuint (before->len, ==, 7);
  g_assert_cmpuint (n_same, ==, 6);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);

#define TEST(path, function) \
  g_test_add ("/app/still/" path, Fixture, GINT_TO_POINTER (1), set_up, function, tear_down); \
  g_test_add ("/app/still/" path "-at-twice-the-scale", Fixture, GINT_TO_POINTER (2), set_up, \
              function, tear_down)
  TEST ("is-fewer-nodes", test_fewer);
  TEST ("shows-what-changes", test_change);
  TEST ("shows-what-scrolls-into-view", test_scroll);
  TEST ("keeps-the-nodes-of-the-rest", test_rest_stays);
  return g_test_run ();
}
