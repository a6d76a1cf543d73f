/* LacunaStill: what has stood still in a window, as fewer things to draw.
 *
 * Without a graphics card, GTK 4.8 goes through every rectangle and every letter of a window for
 * each frame, even when only a line under the pointer is another and all else is clipped away.
 * That takes longer than drawing the line. But a widget that has not changed hands over the very
 * render node of the frame before. Such a node, once it has been seen for some frames, is
 * recorded: cairo looks at the bounds of a recording first, and passes it over as one thing. It is
 * no picture, so that it is as sharp as ever at any scale, and takes little memory.
 *
 * What is recorded is neither too small to matter nor so large that a change somewhere in it
 * happens often, since all of it is drawn anew then. What lies outside of what clips it, such as
 * the rows that a list keeps at hand above and below what is in view, is left out altogether.
 *
 * For each node that holds others there is a part. A part knows the parts in it and keeps them,
 * and the whole of the last frame is kept until the next has been reduced: what a new frame has in
 * common with it is found by its node, and the rest goes by itself.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-still.h"
#include "lacuna-still-nodes.h"

/* In so many frames a node has to have been the same. */
#define REST 3

/* Nodes that are recorded as one. */
#define FEWEST 3
#define MOST 200

/* Pixels by which letters may stand out of the bounds that GTK gives them. */
#define OVERHANG 2

typedef struct
{
  gatomicrefcount references;
  LacunaStill *still;
  GskRenderNode *node;
  GskRenderNode *reduced; /* NULL for nothing to be seen, or not known yet */
  GPtrArray *parts;       /* those in it that are nearest to it */
  guint n_nodes;          /* itself included */
  guint n_frames;         /* in which it was seen */
  gboolean is_plain;      /* a recording of it looks the same at every scale */
  gboolean is_known;
  gboolean is_settled;    /* it will not be reduced any further */
  gboolean is_cut;        /* something in it lies out of view */
  gboolean has_view;
  graphene_rect_t view;   /* in its own coordinates */
} Part;

struct _LacunaStill
{
  GHashTable *parts; /* by node; borrowed */
  Part *whole;
  gboolean is_recording;
};

/* What was found while a part was reduced. */
typedef struct
{
  GPtrArray *parts;
  guint n_nodes;
  gboolean is_plain;
  gboolean is_cut;
} Findings;

static Part *
part_new (LacunaStill   *still,
          GskRenderNode *node)
{
  Part *part = g_new0 (Part, 1);

  g_atomic_ref_count_init (&part->references);
  part->still = still;
  part->node = gsk_render_node_ref (node);
  g_hash_table_insert (still->parts, node, part);
  return part;
}

static void
part_unref (Part *part)
{
  if (!g_atomic_ref_count_dec (&part->references))
    return;
  if (g_hash_table_lookup (part->still->parts, part->node) == part)
    g_hash_table_remove (part->still->parts, part->node);
  g_clear_pointer (&part->parts, g_ptr_array_unref);
  g_clear_pointer (&part->reduced, gsk_render_node_unref);
  gsk_render_node_unref (part->node);
  g_free (part);
}

static gboolean
is_out_of_view (GskRenderNode         *node,
                const graphene_rect_t *view)
{
  graphene_rect_t bounds;

  if (view == NULL)
    return FALSE;
  gsk_render_node_get_bounds (node, &bounds);
  return !graphene_rect_intersection (&bounds, view, NULL);
}

/* What of @view is left inside of @clip; NULL for nothing. */
static const graphene_rect_t *
clip_view (const graphene_rect_t *view,
           const graphene_rect_t *clip,
           graphene_rect_t       *out_view)
{
  if (view == NULL)
    *out_view = *clip;
  else if (!graphene_rect_intersection (view, clip, out_view))
    return NULL;
  return out_view;
}

/* What has no parts is another only as a whole, however many nodes that is. */
static gboolean
is_recordable (const Part *part)
{
  return part->is_plain && part->n_nodes >= FEWEST
         && (part->n_nodes <= MOST || part->parts->len == 0);
}

static GskRenderNode *reduce (LacunaStill           *self,
                              GskRenderNode         *node,
                              const graphene_rect_t *view,
                              Findings              *findings);

static GskRenderNode *
reduce_container (LacunaStill           *self,
                  GskRenderNode         *node,
                  const graphene_rect_t *view,
                  Findings              *findings)
{
  guint n_children = gsk_container_node_get_n_children (node);
  g_autoptr (GPtrArray) children
      = g_ptr_array_new_full (n_children, (GDestroyNotify) gsk_render_node_unref);
  gboolean differs = FALSE;

  for (guint i = 0; i < n_children; i++)
    {
      GskRenderNode *child = gsk_container_node_get_child (node, i);
      GskRenderNode *reduced = reduce (self, child, view, findings);

      differs |= reduced != child;
      if (reduced != NULL)
        g_ptr_array_add (children, reduced);
    }

  if (!differs)
    return gsk_render_node_ref (node);
  if (children->len == 0)
    return NULL;
  return gsk_container_node_new ((GskRenderNode **) children->pdata, children->len);
}

static GskRenderNode *
reduce_transform (LacunaStill           *self,
                  GskRenderNode         *node,
                  const graphene_rect_t *view,
                  Findings              *findings)
{
  GskTransform *transform = gsk_transform_node_get_transform (node);
  GskRenderNode *child = gsk_transform_node_get_child (node);
  g_autoptr (GskRenderNode) reduced = NULL;
  graphene_rect_t child_view;
  float dx;
  float dy;

  if (view != NULL
      && gsk_transform_get_category (transform) >= GSK_TRANSFORM_CATEGORY_2D_TRANSLATE)
    {
      gsk_transform_to_translate (transform, &dx, &dy);
      graphene_rect_offset_r (view, -dx, -dy, &child_view);
      view = &child_view;
    }
  else
    {
      view = NULL;
    }

  reduced = reduce (self, child, view, findings);
  if (reduced == NULL)
    return NULL;
  return reduced == child ? gsk_render_node_ref (node)
                          : gsk_transform_node_new (reduced, transform);
}

static GskRenderNode *
reduce_clip (LacunaStill           *self,
             GskRenderNode         *node,
             const graphene_rect_t *view,
             Findings              *findings)
{
  const graphene_rect_t *clip = gsk_clip_node_get_clip (node);
  GskRenderNode *child = gsk_clip_node_get_child (node);
  g_autoptr (GskRenderNode) reduced = NULL;
  graphene_rect_t child_view;

  if (clip_view (view, clip, &child_view) != NULL)
    reduced = reduce (self, child, &child_view, findings);
  if (reduced == NULL)
    return NULL;
  return reduced == child ? gsk_render_node_ref (node) : gsk_clip_node_new (reduced, clip);
}

static GskRenderNode *
reduce_rounded_clip (LacunaStill           *self,
                     GskRenderNode         *node,
                     const graphene_rect_t *view,
                     Findings              *findings)
{
  const GskRoundedRect *clip = gsk_rounded_clip_node_get_clip (node);
  GskRenderNode *child = gsk_rounded_clip_node_get_child (node);
  g_autoptr (GskRenderNode) reduced = NULL;
  graphene_rect_t child_view;

  if (clip_view (view, &clip->bounds, &child_view) != NULL)
    reduced = reduce (self, child, &child_view, findings);
  if (reduced == NULL)
    return NULL;
  return lacuna_still_clip (reduced, clip);
}

/* For a node that others are in. */
static GskRenderNode *
reduce_holder (LacunaStill           *self,
               GskRenderNode         *node,
               const graphene_rect_t *view,
               Findings              *findings)
{
  switch (gsk_render_node_get_node_type (node))
    {
    case GSK_CONTAINER_NODE:
      return reduce_container (self, node, view, findings);
    case GSK_TRANSFORM_NODE:
      return reduce_transform (self, node, view, findings);
    case GSK_CLIP_NODE:
      return reduce_clip (self, node, view, findings);
    default:
      return reduce_rounded_clip (self, node, view, findings);
    }
}

/* Within a recording there are no others, which would be played into pixels of their own. */
static GskRenderNode *
record (LacunaStill   *self,
        GskRenderNode *node)
{
  Findings findings = { 0 };
  g_autoptr (GskRenderNode) content = NULL;
  GskRenderNode *recording;
  graphene_rect_t bounds;
  cairo_t *cr;

  self->is_recording = TRUE;
  content = reduce_holder (self, node, NULL, &findings);
  self->is_recording = FALSE;

  gsk_render_node_get_bounds (content, &bounds);
  graphene_rect_round_extents (&bounds, &bounds);
  graphene_rect_inset (&bounds, -OVERHANG, -OVERHANG);
  recording = gsk_cairo_node_new (&bounds);
  cr = gsk_cairo_node_get_draw_context (recording);
  gsk_render_node_draw (content, cr);
  cairo_destroy (cr);
  return recording;
}

/* All that is in a part has stood still for as long as the part. */
static void
rest_parts (Part *part)
{
  for (guint i = 0; part->parts != NULL && i < part->parts->len; i++)
    {
      Part *inner = g_ptr_array_index (part->parts, i);

      inner->n_frames = MAX (inner->n_frames, REST);
      rest_parts (inner);
    }
}

static void
reduce_part (LacunaStill           *self,
             Part                  *part,
             const graphene_rect_t *view)
{
  GskRenderNode *node = part->node;
  GPtrArray *before = g_steal_pointer (&part->parts);
  Findings findings = { .n_nodes = 1, .is_plain = TRUE };

  g_clear_pointer (&part->reduced, gsk_render_node_unref);
  findings.parts = g_ptr_array_new_with_free_func ((GDestroyNotify) part_unref);
  part->has_view = view != NULL;
  if (view != NULL)
    part->view = *view;

  if (lacuna_still_is_dim_text (node))
    part->reduced = lacuna_still_dim_text (node);
  else if (lacuna_still_is_icon (node))
    part->reduced = gsk_render_node_ref (node);
  else
    part->reduced = reduce_holder (self, node, view, &findings);
  part->parts = findings.parts;
  part->n_nodes = findings.n_nodes;
  part->is_plain = findings.is_plain;
  part->is_cut = findings.is_cut;
  part->is_known = TRUE;
  g_clear_pointer (&before, g_ptr_array_unref);
}

static void
settle_part (LacunaStill           *self,
             Part                  *part,
             const graphene_rect_t *view)
{
  rest_parts (part);
  if (lacuna_still_is_dim_text (part->node))
    {
      /* It is as simple as it gets. */
    }
  else if (lacuna_still_is_icon (part->node))
    {
      gsk_render_node_unref (part->reduced);
      part->reduced = lacuna_still_colour_icon (part->node);
    }
  else if (is_recordable (part))
    {
      gsk_render_node_unref (part->reduced);
      part->reduced = record (self, part->node);
      part->is_cut = FALSE;
    }
  else
    {
      reduce_part (self, part, view);
    }
  part->is_settled = TRUE;
}

static gboolean
has_view (const Part            *part,
          const graphene_rect_t *view)
{
  return view != NULL ? part->has_view && graphene_rect_equal (&part->view, view)
                      : !part->has_view;
}

/* The part of @node, as far as it can be reduced by now. */
static Part *
ensure_part (LacunaStill           *self,
             GskRenderNode         *node,
             const graphene_rect_t *view)
{
  Part *part = g_hash_table_lookup (self->parts, node);

  if (part == NULL)
    part = part_new (self, node);
  else
    g_atomic_ref_count_inc (&part->references);

  part->n_frames++;
  if (!part->is_known || (part->is_cut && !has_view (part, view)))
    {
      reduce_part (self, part, view);
      part->is_settled = FALSE;
    }
  if (!part->is_settled && part->n_frames >= REST && part->reduced != NULL)
    settle_part (self, part, view);
  return part;
}

static GskRenderNode *
reduce_to_part (LacunaStill           *self,
                GskRenderNode         *node,
                const graphene_rect_t *view,
                Findings              *findings)
{
  Part *part = ensure_part (self, node, view);

  g_ptr_array_add (findings->parts, part);
  findings->n_nodes += part->n_nodes;
  findings->is_plain &= part->is_plain;
  findings->is_cut |= part->is_cut;
  return part->reduced != NULL ? gsk_render_node_ref (part->reduced) : NULL;
}

/* NULL when nothing of @node is in @view, which is NULL where nothing clips. */
static GskRenderNode *
reduce (LacunaStill           *self,
        GskRenderNode         *node,
        const graphene_rect_t *view,
        Findings              *findings)
{
  if (is_out_of_view (node, view))
    {
      findings->is_cut = TRUE;
      return NULL;
    }

  switch (gsk_render_node_get_node_type (node))
    {
    case GSK_CONTAINER_NODE:
    case GSK_TRANSFORM_NODE:
    case GSK_CLIP_NODE:
    case GSK_ROUNDED_CLIP_NODE:
      return self->is_recording ? reduce_holder (self, node, view, findings)
                                : reduce_to_part (self, node, view, findings);

    case GSK_OPACITY_NODE:
    case GSK_COLOR_MATRIX_NODE:
      if (lacuna_still_is_dim_text (node))
        return self->is_recording ? lacuna_still_dim_text (node)
                                  : reduce_to_part (self, node, view, findings);
      if (lacuna_still_is_icon (node))
        return self->is_recording ? lacuna_still_colour_icon (node)
                                  : reduce_to_part (self, node, view, findings);
      break;

    case GSK_COLOR_NODE:
    case GSK_LINEAR_GRADIENT_NODE:
    case GSK_BORDER_NODE:
    case GSK_TEXT_NODE:
      findings->n_nodes++;
      return gsk_render_node_ref (node);

    default:
      break;
    }

  /* Cairo makes pixels of these while it records them, and then it is too early to know how many
   * there are to a pixel of the window. */
  findings->n_nodes++;
  findings->is_plain = FALSE;
  return gsk_render_node_ref (node);
}

/**
 * lacuna_still_new:
 *
 * Returns: (transfer full): one that has seen nothing yet
 */
LacunaStill *
lacuna_still_new (void)
{
  LacunaStill *self = g_new0 (LacunaStill, 1);

  self->parts = g_hash_table_new (NULL, NULL);
  return self;
}

void
lacuna_still_free (LacunaStill *self)
{
  g_clear_pointer (&self->whole, part_unref);
  g_hash_table_unref (self->parts);
  g_free (self);
}

/**
 * lacuna_still_reduce:
 * @node: (borrowed): what a frame shows
 *
 * Says what to draw in its place. Linear in what of @node is another than the last time.
 *
 * Returns: (transfer full) (nullable): what looks the same; %NULL for nothing
 */
GskRenderNode *
lacuna_still_reduce (LacunaStill   *self,
                     GskRenderNode *node)
{
  Findings findings = { .parts = g_ptr_array_new_with_free_func ((GDestroyNotify) part_unref) };
  GskRenderNode *reduced = reduce (self, node, NULL, &findings);
  Part *before = self->whole;

  self->whole = findings.parts->len > 0 ? g_ptr_array_steal_index (findings.parts, 0) : NULL;
  g_clear_pointer (&before, part_unref);
  g_ptr_array_unref (findings.parts);
  return reduced;
}
