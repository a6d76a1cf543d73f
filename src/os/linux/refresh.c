/* Reading again only what is in view.
 *
 * A view of a large process shows a few regions, and most of the time none of them has changed. So
 * the range is walked by point queries and compared with the map that is there; nothing is built as
 * long as they agree. From the first difference on, the new regions are noted, and the map is made
 * anew from the old one outside of the range and the new regions inside.
 *
 * A point query costs about as much as four lines of text, so a range that holds a good part of all
 * regions is read as text instead.
 *
 * SPDX-License-Identifier: MIT
 */
#include "process-private.h"
#include "core/translatable.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_PER_QUERY 4

struct walk
{
  struct lac_process *process;
  struct lac_map *map;
  struct lac_range range;
  /* The old regions before this one are as they were. */
  size_t n_same;
  bool changed;
  /* The regions from the first difference on. Their names lie in `names`, at offsets until the walk
   * is over, since it moves while it grows. */
  struct lac_region_entry *entries;
  size_t n_entries;
  size_t entries_allocated;
  char *names;
  size_t names_size;
  size_t names_allocated;
};

/* What the image test of the new map is given: the verdict of the old map, while its regions are
 * added. */
struct image_source
{
  struct lac_image_context images;
  const struct lac_backing *known;
};

static int
test_image (const struct lac_backing      *backing,
            const struct lac_region_entry *first,
            void                          *user_data)
{
  struct image_source *source = user_data;

  if (source->known != NULL)
    return source->known->image;
  return lac_image_context_test (backing, first, &source->images);
}

static bool
is_same (const struct lac_map          *map,
         const struct lac_region       *region,
         const struct lac_region_entry *entry)
{
  const struct lac_backing *backing = lac_map_backing (map, region);

  return region->start == entry->start && region->end == entry->end
         && region->offset == entry->offset && region->protection == entry->protection
         && (region->flags & LAC_REGION_SHARED) == (entry->flags & LAC_REGION_SHARED)
         && backing->inode == entry->inode && backing->device_major == entry->device_major
         && backing->device_minor == entry->device_minor && backing->deleted == entry->deleted
         && backing->name_length == entry->name_length
         && (entry->name_length == 0
             || memcmp (backing->name, entry->name, entry->name_length) == 0);
}

static bool
make_room (void  **array,
           size_t *allocated,
           size_t  needed,
           size_t  element_size)
{
  size_t wanted = *allocated ? *allocated : 64;
  void *moved;

  if (needed <= *allocated)
    return true;
  while (wanted < needed)
    wanted *= 2;
  moved = realloc (*array, wanted * element_size);
  if (moved == NULL)
    return false;
  *array = moved;
  *allocated = wanted;
  return true;
}

static bool
note (struct walk                   *walk,
      const struct lac_region_entry *entry)
{
  if (!make_room ((void **) &walk->entries, &walk->entries_allocated, walk->n_entries + 1,
                  sizeof *walk->entries)
      || !make_room ((void **) &walk->names, &walk->names_allocated,
                     walk->names_size + entry->name_length + 1, 1))
    return false;
  walk->entries[walk->n_entries++] = *entry;
  memcpy (walk->names + walk->names_size, entry->name, entry->name_length);
  walk->names_size += entry->name_length;
  return true;
}

/* Walks the range; LAC_E_NOT_SUPPORTED when text must do. */
static enum lac_status
walk_range (struct walk                *walk,
            int                         file,
            const atomic_bool          *cancel,
            struct lac_process_failure *out_failure)
{
  const char *what = N_ ("query /proc/PID/maps");
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (walk->map, &n_regions);
  size_t index = lac_map_search (walk->map, walk->range.start);
  uint64_t address = walk->range.start;
  char name[LAC_NAME_MAX];

  walk->n_same = index;
  while (address < walk->range.end)
    {
      struct lac_region_entry entry;
      enum lac_status status;

      if (cancel != NULL && atomic_load_explicit (cancel, memory_order_relaxed))
        return lac_process_fail (out_failure, LAC_E_CANCELLED, 0, what);
      status = lac_query_point (file, address, true, &entry, name);
      if (status == LAC_E_NOT_FOUND)
        break;
      if (status != LAC_OK)
        return status;
      if (entry.start >= walk->range.end)
        break;

      if (!walk->changed && walk->n_same < n_regions
          && is_same (walk->map, &regions[walk->n_same], &entry))
        walk->n_same++;
      else
        {
          walk->changed = true;
          if (!note (walk, &entry))
            return lac_process_fail (out_failure, LAC_E_NO_MEMORY, ENOMEM, what);
        }
      address = entry.end;
    }
  /* Something at the end of the range may be gone. */
  if (walk->n_same < n_regions && regions[walk->n_same].start < walk->range.end)
    walk->changed = true;
  return LAC_OK;
}

/* Adds what of old region @index lies in @keep. */
static enum lac_status
add_old (struct lac_map_builder *builder,
         struct image_source    *source,
         const struct lac_map   *map,
         size_t                  index,
         struct lac_range        keep)
{
  size_t n_regions;
  const struct lac_region *region = &lac_map_regions (map, &n_regions)[index];
  const struct lac_backing *backing = lac_map_backing (map, region);
  const struct lac_region_detail *detail = lac_map_detail (map, index);
  struct lac_range rest = lac_range_intersect (lac_region_range (region), keep);
  struct lac_region_entry entry = {
    .start = rest.start,
    .end = rest.end,
    .offset = region->offset + (backing->inode != 0 ? rest.start - region->start : 0),
    .inode = backing->inode,
    .device_major = backing->device_major,
    .device_minor = backing->device_minor,
    .protection = region->protection,
    .kind = region->kind,
    .flags = region->flags,
    .deleted = backing->deleted,
    .name = backing->name,
    .name_length = backing->name_length,
  };
  enum lac_status status;

  if (rest.start >= rest.end)
    return LAC_OK;
  source->known = backing;
  status = lac_map_builder_add (builder, &entry);
  source->known = NULL;
  if (status == LAC_OK && detail != NULL)
    status = lac_map_builder_add_detail (builder, detail,
                                         (region->flags & LAC_REGION_GROWS_DOWN) != 0);
  return status;
}

static enum lac_status
build (struct walk     *walk,
       struct lac_map **out_map)
{
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (walk->map, &n_regions);
  struct lac_space space = *lac_map_space (walk->map);
  struct lac_map_builder *builder = lac_map_builder_new (&space);
  struct image_source source = { 0 };
  /* Everything inside is new: the rest of the range, and all of the new regions that stick out. */
  struct lac_range fresh = { walk->range.start, walk->range.end };
  const char *name = walk->names;
  enum lac_status status;

  if (builder == NULL)
    return LAC_E_NO_MEMORY;
  lac_image_context_init (&source.images, walk->process);
  lac_map_builder_set_image_test (builder, test_image, &source);
  status = lac_map_builder_reserve (builder, n_regions + walk->n_entries + 1);

  /* Regions that are as they were, and reach into the range, stay whole. */
  if (walk->n_same > 0 && regions[walk->n_same - 1].end > fresh.start)
    fresh.start = regions[walk->n_same - 1].end;
  if (walk->n_entries > 0)
    {
      if (walk->entries[0].start < fresh.start)
        fresh.start = walk->entries[0].start;
      if (walk->entries[walk->n_entries - 1].end > fresh.end)
        fresh.end = walk->entries[walk->n_entries - 1].end;
    }

  for (size_t i = 0; status == LAC_OK && i < n_regions && regions[i].start < fresh.start; i++)
    status = add_old (builder, &source, walk->map, i, (struct lac_range){ 0, fresh.start });
  for (size_t i = 0; status == LAC_OK && i < walk->n_entries; i++)
    {
      walk->entries[i].name = name;
      name += walk->entries[i].name_length;
      status = lac_map_builder_add (builder, &walk->entries[i]);
    }
  for (size_t i = lac_map_search (walk->map, fresh.end); status == LAC_OK && i < n_regions; i++)
    status = add_old (builder, &source, walk->map, i,
                      (struct lac_range){ fresh.end, LAC_ADDRESS_END });

  if (status == LAC_OK)
    status = lac_map_builder_finish (builder, out_map);
  else
    lac_map_builder_free (builder);
  lac_image_context_clear (&source.images);
  return status;
}

/* Reads everything, and keeps the old map when nothing in the range is different. */
static enum lac_status
refresh_by_text (struct lac_process         *process,
                 struct lac_map             *map,
                 struct lac_range            range,
                 const atomic_bool          *cancel,
                 struct lac_map            **out_map,
                 struct lac_process_failure *out_failure)
{
  struct lac_map *now;
  size_t n_old, n_new, i, j;
  const struct lac_region *old_regions = lac_map_regions (map, &n_old);
  const struct lac_region *new_regions;
  enum lac_status status = lac_process_read_map (process, 0, cancel, &now, out_failure);
  bool same = true;

  if (status != LAC_OK)
    return status;
  new_regions = lac_map_regions (now, &n_new);
  i = lac_map_search (map, range.start);
  j = lac_map_search (now, range.start);
  for (; same; i++, j++)
    {
      bool old_ends = i >= n_old || old_regions[i].start >= range.end;
      bool new_ends = j >= n_new || new_regions[j].start >= range.end;
      const struct lac_backing *backing;

      if (old_ends || new_ends)
        {
          same = old_ends && new_ends;
          break;
        }
      backing = lac_map_backing (now, &new_regions[j]);
      same = is_same (map, &old_regions[i],
                      &(struct lac_region_entry){
                          .start = new_regions[j].start,
                          .end = new_regions[j].end,
                          .offset = new_regions[j].offset,
                          .inode = backing->inode,
                          .device_major = backing->device_major,
                          .device_minor = backing->device_minor,
                          .protection = new_regions[j].protection,
                          .flags = new_regions[j].flags,
                          .deleted = backing->deleted,
                          .name = backing->name,
                          .name_length = backing->name_length,
                      });
    }
  if (same)
    {
      lac_map_unref (now);
      now = lac_map_ref (map);
    }
  *out_map = now;
  return LAC_OK;
}

enum lac_status
lac_process_refresh_range (struct lac_process         *process,
                           struct lac_map             *map,
                           struct lac_range            range,
                           const atomic_bool          *cancel,
                           struct lac_map            **out_map,
                           struct lac_process_failure *out_failure)
{
  struct walk walk = { .process = process, .map = map };
  const struct lac_space *space = lac_map_space (map);
  struct lac_proc_stat stat;
  enum lac_status status;
  size_t n_regions, n_inside;
  int file;

  /* What lies above user space is the kernel's and never changes. */
  walk.range = lac_range_intersect (range, (struct lac_range){ 0, space->user.end });
  if (lac_range_size (walk.range) == 0)
    {
      *out_map = lac_map_ref (map);
      return LAC_OK;
    }
  lac_map_regions (map, &n_regions);
  n_inside = lac_map_search (map, walk.range.end) - lac_map_search (map, walk.range.start);
  /* One's own map must not change while it is walked, and noting what is new takes memory. */
  if (!process->live || process->self || process->queries == LAC_QUERIES_NO
      || n_inside > n_regions / TEXT_PER_QUERY + 16)
    return refresh_by_text (process, map, walk.range, cancel, out_map, out_failure);

  /* Opened anew, so that it is the program that runs now. */
  file = lac_process_open_maps (process, "maps");
  if (file < 0)
    return refresh_by_text (process, map, walk.range, cancel, out_map, out_failure);
  status = lac_process_identify (process, &stat, out_failure);
  if (status == LAC_OK)
    status = walk_range (&walk, file, cancel, out_failure);
  if (status == LAC_E_NOT_SUPPORTED || status == LAC_E_EXITED
      || (status == LAC_OK && !lac_process_maps_are_alive (file)))
    {
      /* No such query, or the process is gone or another program: the reader finds out which. */
      status = refresh_by_text (process, map, walk.range, cancel, out_map, out_failure);
      goto out;
    }
  if (status != LAC_OK)
    goto out;

  if (!walk.changed)
    *out_map = lac_map_ref (map);
  else
    {
      status = build (&walk, out_map);
      lac_process_fail (out_failure, status, status == LAC_E_NO_MEMORY ? ENOMEM : 0,
                        "query /proc/PID/maps");
    }

out:
  free (walk.entries);
  free (walk.names);
  close (file);
  return status;
}
