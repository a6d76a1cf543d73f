/* Which regions are buffers.
 *
 * The kernel knows nothing of buffers: it shows them as anonymous memory, and joins those that touch. Only
 * the locator tells them apart. Where it has some, the map is made again with its regions cut at the ends
 * of buffers; that costs as much as making it did, and is done on the worker that read it. What is
 * wrong with a locator's entry (no memory there, a file's memory) changes nothing in the map.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-buffer-kinds-private.h"

#include "buffers/locator.h"
#include "buffers/remote-locator.h"

/* A table is a page, and other programs map more than that. */
#define MOST_OF_A_TABLE 65536

static int
compare_ranges (gconstpointer a,
                gconstpointer b)
{
  const struct lac_range *left = a;
  const struct lac_range *right = b;

  return left->start < right->start ? -1 : left->start > right->start;
}

static void
add_buffer (GArray  *buffers,
            guint64  address,
            guint64  size)
{
  struct lac_range range = { address, lac_add_saturating (address, size) };

  if (lac_range_size (range) > 0)
    g_array_append_val (buffers, range);
}

/* Sorts them, and makes one of those that overlap. */
static void
tidy (GArray *buffers)
{
  guint n_kept = 0;

  g_array_sort (buffers, compare_ranges);
  for (guint i = 0; i < buffers->len; i++)
    {
      struct lac_range range = g_array_index (buffers, struct lac_range, i);
      struct lac_range *last
          = n_kept > 0 ? &g_array_index (buffers, struct lac_range, n_kept - 1) : NULL;

      if (last != NULL && range.start < last->end)
        last->end = MAX (last->end, range.end);
      else
        g_array_index (buffers, struct lac_range, n_kept++) = range;
    }
  g_array_set_size (buffers, n_kept);
}

/* (transfer full): where the buffers are, sorted and without overlaps. */
static GArray *
list_buffers (void)
{
  GArray *buffers = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;

  for (enum lac_status status = lac_locator_first (&cursor, &item); status == LAC_OK;
       status = lac_locator_next (&cursor, &item))
    add_buffer (buffers, item.address, item.size);
  tidy (buffers);
  return buffers;
}

/* Whether there may be a locator: a little of a file that is mapped shared. To look for its file in the
 * process's own file systems, whatever those are, would be much for each time that a map is read. */
static gboolean
may_have_locator (const struct lac_map *map)
{
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);

  for (size_t i = 0; i < n_regions; i++)
    if ((regions[i].flags & LAC_REGION_SHARED) != 0
        && regions[i].end - regions[i].start <= MOST_OF_A_TABLE
        && lac_map_backing (map, &regions[i])->inode != 0)
      return TRUE;
  return FALSE;
}

/* (transfer full): the same of another process. What can't be read of it has none. */
static GArray *
list_buffers_elsewhere (struct lac_process   *process,
                        const struct lac_map *map)
{
  GArray *buffers = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  struct lac_remote_locator *locator = NULL;
  struct lac_locator_view view;

  if (may_have_locator (map) && lac_remote_locator_open (process, map, &locator, NULL) == LAC_OK
      && lac_remote_locator_read (locator, map, &view, NULL) == LAC_OK)
    {
      for (gsize i = 0; i < view.n_tables; i++)
        for (gsize j = 0; j < view.tables[i].n_buffers; j++)
          add_buffer (buffers, view.tables[i].buffers[j].address, view.tables[i].buffers[j].size);
      lac_locator_view_clear (&view);
    }
  lac_remote_locator_close (locator);
  tidy (buffers);
  return buffers;
}

/* What the map was told about a file when it was made. */
static int
was_image (const struct lac_backing      *backing,
           const struct lac_region_entry *first,
           void                          *user_data)
{
  const struct lac_map *map = user_data;
  size_t n_regions, index = lac_map_search (map, first->start);
  const struct lac_region *regions = lac_map_regions (map, &n_regions);

  return index < n_regions && lac_map_backing (map, &regions[index])->image;
}

static enum lac_status
add_piece (struct lac_map_builder         *builder,
           const struct lac_map           *map,
           const struct lac_region        *region,
           struct lac_range                piece,
           enum lac_kind                   kind,
           const struct lac_region_detail *detail)
{
  const struct lac_backing *backing = lac_map_backing (map, region);
  const bool grows_down = (region->flags & LAC_REGION_GROWS_DOWN) != 0;
  struct lac_region_entry entry = {
    .start = piece.start,
    .end = piece.end,
    .offset = backing->inode != 0 ? region->offset + (piece.start - region->start)
                                  : region->offset,
    .inode = backing->inode,
    .device_major = backing->device_major,
    .device_minor = backing->device_minor,
    .protection = region->protection,
    .kind = (uint8_t) kind,
    .flags = region->flags,
    .deleted = backing->deleted,
    .name = backing->name,
    .name_length = backing->name_length,
  };
  enum lac_status status = lac_map_builder_add (builder, &entry);

  if (status == LAC_OK && detail != NULL)
    status = lac_map_builder_add_detail (builder, detail, grows_down);
  return status;
}

/* How the pages of a part are used is not known when the whole is; its share is the best guess. */
static struct lac_region_detail
share_of (const struct lac_region_detail *whole,
          uint64_t                        part,
          uint64_t                        size)
{
  const double share = (double) part / (double) size;

  return (struct lac_region_detail){
    .resident = (uint64_t) ((double) whole->resident * share),
    .proportional = (uint64_t) ((double) whole->proportional * share),
    .dirty = (uint64_t) ((double) whole->dirty * share),
    .swapped = (uint64_t) ((double) whole->swapped * share),
    .huge = (uint64_t) ((double) whole->huge * share),
  };
}

/* Adds region @index, cut at the ends of buffers; @next is the first buffer that ends above its start. */
static enum lac_status
add_region (struct lac_map_builder *builder,
            const struct lac_map   *map,
            size_t                  index,
            GArray                 *buffers,
            guint                   next)
{
  size_t n_regions;
  const struct lac_region *region = &lac_map_regions (map, &n_regions)[index];
  const struct lac_region_detail *detail = lac_map_detail (map, index);
  const bool may_be_buffer = region->kind == LAC_KIND_ANONYMOUS || region->kind == LAC_KIND_SHARED;
  struct lac_range rest = lac_region_range (region);
  enum lac_status status = LAC_OK;

  while (status == LAC_OK && rest.start < region->end)
    {
      struct lac_range piece = { rest.start, region->end };
      enum lac_kind kind = region->kind;
      struct lac_region_detail part;

      if (may_be_buffer && next < buffers->len)
        {
          struct lac_range buffer = g_array_index (buffers, struct lac_range, next);

          if (buffer.start <= piece.start)
            {
              kind = LAC_KIND_BUFFER;
              piece.end = MIN (piece.end, buffer.end);
              next++;
            }
          else
            piece.end = MIN (piece.end, buffer.start);
        }
      if (detail != NULL && lac_range_size (piece) < region->end - region->start)
        {
          part = share_of (detail, lac_range_size (piece), region->end - region->start);
          status = add_piece (builder, map, region, piece, kind, &part);
        }
      else
        status = add_piece (builder, map, region, piece, kind, detail);
      rest.start = piece.end;
    }
  return status;
}

/* (transfer full): @map (transfer full), or another in its place. */
static struct lac_map *
mark (struct lac_map *map,
      GArray         *buffers)
{
  struct lac_map_builder *builder;
  struct lac_map *marked = NULL;
  const struct lac_region *regions;
  size_t n_regions;
  enum lac_status status = LAC_OK;
  guint next = 0;

  if (buffers->len == 0)
    return map;
  builder = lac_map_builder_new (lac_map_space (map));
  if (builder == NULL)
    return map;

  regions = lac_map_regions (map, &n_regions);
  lac_map_builder_set_image_test (builder, was_image, map);
  lac_map_builder_reserve (builder, n_regions + 2 * buffers->len);
  for (size_t i = 0; status == LAC_OK && i < n_regions; i++)
    {
      while (next < buffers->len
             && g_array_index (buffers, struct lac_range, next).end <= regions[i].start)
        next++;
      status = add_region (builder, map, i, buffers, next);
    }
  if (status == LAC_OK)
    status = lac_map_builder_finish (builder, &marked);
  else
    lac_map_builder_free (builder);

  /* Without memory for a second map, the first one serves. */
  if (status != LAC_OK)
    return map;
  lac_map_unref (map);
  return marked;
}

struct lac_map *
lacuna_buffer_kinds_mark (struct lac_map *map)
{
  g_autoptr (GArray) buffers = list_buffers ();

  return mark (map, buffers);
}

struct lac_map *
lacuna_buffer_kinds_mark_elsewhere (struct lac_map     *map,
                                    struct lac_process *process)
{
  g_autoptr (GArray) buffers = list_buffers_elsewhere (process, map);

  return mark (map, buffers);
}
