/* From regions one by one to a map.
 *
 * Adding is on the path of every refresh of every process, a million times in the worst case, so it
 * does as little as can be done: what most regions share (no file at all, or the file of the region
 * before) is recognised without a look-up. Everything that needs the whole picture (order, the kinds
 * of files that nobody could open, hazards, the index) waits for the end.
 *
 * SPDX-License-Identifier: MIT
 */
#include "map-private.h"

#include <stdlib.h>
#include <string.h>

/* Backing 0 is the one without name and file. */
#define NO_BACKING 0

struct lac_map_builder
{
  struct lac_space space;
  lac_image_test image_test;
  void *image_test_data;

  struct lac_region *regions;
  size_t n_regions;
  size_t regions_allocated;

  struct lac_backing *backings;
  /* Where the names begin in `names`, which moves while it grows. */
  size_t *name_offsets;
  /* For backings whose image test could not tell: 1. */
  uint8_t *undecided;
  size_t n_backings;
  size_t backings_allocated;
  size_t n_undecided;
  uint32_t last_backing;

  char *names;
  size_t names_size;
  size_t names_allocated;

  /* Open addressing; holds backing indexes plus 1. */
  uint32_t *slots;
  size_t n_slots;

  struct lac_region_detail *details;
  size_t details_allocated;

  /* Something overlaps or goes backwards. */
  bool torn;
};

/* Makes room for one more element in a growing array. */
static bool
grow (void  **array,
      size_t *allocated,
      size_t  needed,
      size_t  element_size)
{
  size_t wanted = *allocated ? *allocated : 64;
  void *moved;

  if (needed <= *allocated)
    return true;
  while (wanted < needed)
    {
      if (wanted > SIZE_MAX / 2)
        return false;
      wanted *= 2;
    }
  if (wanted > SIZE_MAX / element_size)
    return false;
  moved = realloc (*array, wanted * element_size);
  if (moved == NULL)
    return false;
  *array = moved;
  *allocated = wanted;
  return true;
}

static uint64_t
hash_backing (const struct lac_region_entry *entry)
{
  uint64_t hash = entry->inode * UINT64_C (0x9e3779b97f4a7c15) ^ entry->device_major
                  ^ ((uint64_t) entry->device_minor << 32) ^ entry->deleted;

  for (size_t i = 0; i < entry->name_length; i++)
    hash = (hash ^ (uint8_t) entry->name[i]) * UINT64_C (0x100000001b3);
  return hash ^ (hash >> 29);
}

static bool
backing_is (const struct lac_map_builder  *builder,
            size_t                         index,
            const struct lac_region_entry *entry)
{
  const struct lac_backing *backing = &builder->backings[index];

  return backing->inode == entry->inode && backing->name_length == entry->name_length
         && backing->device_major == entry->device_major
         && backing->device_minor == entry->device_minor && backing->deleted == entry->deleted
         && (entry->name_length == 0
             || memcmp (builder->names + builder->name_offsets[index], entry->name,
                        entry->name_length)
                    == 0);
}

static bool
rehash (struct lac_map_builder *builder)
{
  size_t n_slots = builder->n_slots ? builder->n_slots * 2 : 64;
  uint32_t *slots = calloc (n_slots, sizeof *slots);

  if (slots == NULL)
    return false;
  for (size_t i = 0; i < builder->n_backings; i++)
    {
      const struct lac_backing *backing = &builder->backings[i];
      struct lac_region_entry entry = {
        .inode = backing->inode,
        .device_major = backing->device_major,
        .device_minor = backing->device_minor,
        .deleted = backing->deleted,
        .name = builder->names + builder->name_offsets[i],
        .name_length = backing->name_length,
      };
      size_t slot = hash_backing (&entry) & (n_slots - 1);

      while (slots[slot])
        slot = (slot + 1) & (n_slots - 1);
      slots[slot] = (uint32_t) (i + 1);
    }
  free (builder->slots);
  builder->slots = slots;
  builder->n_slots = n_slots;
  return true;
}

static bool
grow_backings (struct lac_map_builder *builder)
{
  size_t allocated = builder->backings_allocated;

  if (builder->n_backings < allocated)
    return true;
  /* Three arrays that grow in step; the count is that of the one which succeeded last. */
  if (!grow ((void **) &builder->name_offsets, &(size_t){ allocated }, builder->n_backings + 1,
             sizeof *builder->name_offsets)
      || !grow ((void **) &builder->undecided, &(size_t){ allocated }, builder->n_backings + 1,
                sizeof *builder->undecided))
    return false;
  return grow ((void **) &builder->backings, &builder->backings_allocated, builder->n_backings + 1,
               sizeof *builder->backings);
}

static enum lac_status
add_backing (struct lac_map_builder        *builder,
             const struct lac_region_entry *entry,
             size_t                         slot)
{
  size_t index = builder->n_backings;
  struct lac_backing *backing;
  int image = 0;

  if (index >= UINT32_MAX - 1 || entry->name_length >= UINT32_MAX || !grow_backings (builder)
      || !grow ((void **) &builder->names, &builder->names_allocated,
                builder->names_size + entry->name_length + 1, 1))
    return LAC_E_NO_MEMORY;

  builder->name_offsets[index] = builder->names_size;
  if (entry->name_length)
    memcpy (builder->names + builder->names_size, entry->name, entry->name_length);
  builder->names_size += entry->name_length;
  builder->names[builder->names_size++] = '\0';

  backing = &builder->backings[index];
  *backing = (struct lac_backing){
    .name = builder->names + builder->name_offsets[index],
    .name_length = (uint32_t) entry->name_length,
    .device_major = entry->device_major,
    .device_minor = entry->device_minor,
    .deleted = entry->deleted,
    .inode = entry->inode,
  };
  if (entry->inode != 0)
    image = builder->image_test ? builder->image_test (backing, entry, builder->image_test_data) : -1;
  backing->image = image > 0;
  builder->undecided[index] = image < 0;
  builder->n_undecided += image < 0;
  builder->n_backings++;
  builder->slots[slot] = (uint32_t) builder->n_backings;
  builder->last_backing = (uint32_t) index;
  return LAC_OK;
}

static enum lac_status
find_backing (struct lac_map_builder        *builder,
              const struct lac_region_entry *entry)
{
  size_t slot;

  if ((builder->n_backings + 1) * 2 > builder->n_slots && !rehash (builder))
    return LAC_E_NO_MEMORY;

  slot = hash_backing (entry) & (builder->n_slots - 1);
  while (builder->slots[slot])
    {
      if (backing_is (builder, builder->slots[slot] - 1, entry))
        {
          builder->last_backing = builder->slots[slot] - 1;
          return LAC_OK;
        }
      slot = (slot + 1) & (builder->n_slots - 1);
    }
  return add_backing (builder, entry, slot);
}

struct lac_map_builder *
lac_map_builder_new (const struct lac_space *space)
{
  struct lac_map_builder *builder = calloc (1, sizeof *builder);

  if (builder == NULL)
    return NULL;
  builder->space = *space;
  if (find_backing (builder, &(struct lac_region_entry){ .name = "" }) != LAC_OK)
    {
      lac_map_builder_free (builder);
      return NULL;
    }
  return builder;
}

void
lac_map_builder_free (struct lac_map_builder *builder)
{
  if (builder == NULL)
    return;
  free (builder->regions);
  free (builder->backings);
  free (builder->name_offsets);
  free (builder->undecided);
  free (builder->names);
  free (builder->slots);
  free (builder->details);
  free (builder);
}

void
lac_map_builder_set_image_test (struct lac_map_builder *builder,
                                lac_image_test          test,
                                void                   *user_data)
{
  builder->image_test = test;
  builder->image_test_data = user_data;
}

enum lac_status
lac_map_builder_reserve (struct lac_map_builder *builder,
                         size_t                  n_regions)
{
  return grow ((void **) &builder->regions, &builder->regions_allocated, n_regions,
               sizeof *builder->regions)
             ? LAC_OK
             : LAC_E_NO_MEMORY;
}

/* Room for one more region that begins at @start; NULL when memory is short. Callers fill it in field by
 * field: a struct that is put together elsewhere and copied is read before its bytes have left the
 * store buffer, which takes longer than all the rest. */
static inline struct lac_region *
append (struct lac_map_builder *builder,
        uint64_t                start)
{
  size_t index = builder->n_regions;

  if (index == builder->regions_allocated
      && (index >= UINT32_MAX - 1
          || !grow ((void **) &builder->regions, &builder->regions_allocated, index + 1,
                    sizeof *builder->regions)))
    return NULL;
  if (index > 0 && start < builder->regions[index - 1].end)
    builder->torn = true;
  builder->n_regions = index + 1;
  return &builder->regions[index];
}

static inline uint8_t
anonymous_kind (unsigned protection,
                unsigned flags)
{
  if (protection == LAC_PROTECTION_NONE)
    return LAC_KIND_GUARD;
  return flags & LAC_REGION_SHARED ? LAC_KIND_SHARED : LAC_KIND_ANONYMOUS;
}

enum lac_status
lac_map_builder_add_anonymous (struct lac_map_builder *builder,
                               uint64_t                start,
                               uint64_t                end,
                               unsigned                protection,
                               unsigned                flags)
{
  struct lac_region *region;

  if (end <= start)
    return LAC_E_INVALID;
  region = append (builder, start);
  if (region == NULL)
    return LAC_E_NO_MEMORY;
  region->start = start;
  region->end = end;
  region->offset = 0;
  region->backing = NO_BACKING;
  region->kind = anonymous_kind (protection, flags);
  region->protection = (uint8_t) protection;
  region->flags = (uint16_t) flags;
  return LAC_OK;
}

enum lac_status
lac_map_builder_add (struct lac_map_builder        *builder,
                     const struct lac_region_entry *entry)
{
  struct lac_region *region;
  uint32_t backing = NO_BACKING;
  uint16_t flags = entry->flags;
  uint8_t kind = entry->kind;

  if (entry->end <= entry->start || entry->kind > LAC_KIND_DECIDE)
    return LAC_E_INVALID;

  if (entry->name_length != 0 || entry->inode != 0 || entry->deleted || entry->device_major != 0
      || entry->device_minor != 0)
    {
      if (!backing_is (builder, builder->last_backing, entry))
        {
          enum lac_status status = find_backing (builder, entry);

          if (status != LAC_OK)
            return status;
        }
      backing = builder->last_backing;
      if (entry->inode == 0 && entry->name_length == 7 && memcmp (entry->name, "[stack]", 7) == 0)
        flags |= LAC_REGION_GROWS_DOWN;
    }
  /* A file that could not be opened may turn out to be an image when a later part of it is mapped
   * executable; its regions wait for that. */
  if (kind == LAC_KIND_DECIDE && backing == NO_BACKING)
    kind = anonymous_kind (entry->protection, flags);
  else if (kind == LAC_KIND_DECIDE && !builder->undecided[backing])
    {
      struct lac_backing known = builder->backings[backing];

      known.name = builder->names + builder->name_offsets[backing];
      kind = (uint8_t) lac_kind_decide (&known, entry->protection, flags);
    }

  region = append (builder, entry->start);
  if (region == NULL)
    return LAC_E_NO_MEMORY;
  region->start = entry->start;
  region->end = entry->end;
  region->offset = entry->offset;
  region->backing = backing;
  region->kind = kind;
  region->protection = entry->protection;
  region->flags = flags;
  return LAC_OK;
}

enum lac_status
lac_map_builder_add_detail (struct lac_map_builder         *builder,
                            const struct lac_region_detail *detail,
                            bool                            grows_down)
{
  size_t before = builder->details_allocated;

  if (builder->n_regions == 0)
    return LAC_E_INVALID;
  if (!grow ((void **) &builder->details, &builder->details_allocated, builder->n_regions,
             sizeof *builder->details))
    return LAC_E_NO_MEMORY;
  if (builder->details_allocated > before)
    memset (builder->details + before, 0,
            (builder->details_allocated - before) * sizeof *builder->details);
  builder->details[builder->n_regions - 1] = *detail;
  if (grows_down)
    builder->regions[builder->n_regions - 1].flags |= LAC_REGION_GROWS_DOWN;
  return LAC_OK;
}

/* Regions after the last one with a detail have none: all zero. */
static bool
complete_details (struct lac_map_builder *builder)
{
  size_t before = builder->details_allocated;

  if (builder->details == NULL)
    return true;
  if (!grow ((void **) &builder->details, &builder->details_allocated, builder->n_regions,
             sizeof *builder->details))
    return false;
  memset (builder->details + before, 0,
          (builder->details_allocated - before) * sizeof *builder->details);
  return true;
}

static bool
ends_with (const char *text,
           size_t      length,
           const char *suffix)
{
  size_t suffix_length = strlen (suffix);

  return length >= suffix_length && memcmp (text + length - suffix_length, suffix, suffix_length) == 0;
}

/* libfoo.so, libfoo.so.6, foo.dll, foo.exe. */
static bool
is_named_like_an_image (const struct lac_backing *backing)
{
  const char *name = backing->name;
  size_t length = backing->name_length;

  if (ends_with (name, length, ".so") || ends_with (name, length, ".dll")
      || ends_with (name, length, ".exe") || ends_with (name, length, ".DLL")
      || ends_with (name, length, ".EXE"))
    return true;
  for (size_t i = length; i > 4; i--)
    {
      char c = name[i - 1];

      if (c == '/')
        return false;
      if (i >= 4 && memcmp (name + i - 4, ".so.", 4) == 0)
        return true;
    }
  return false;
}

/* Memory that a just-in-time compiler maps executable is no image, whatever it looks like. */
static bool
may_be_an_image (const struct lac_backing *backing)
{
  return backing->name_length > 0 && backing->name[0] == '/'
         && !(backing->name_length > 7 && memcmp (backing->name, "/memfd:", 7) == 0)
         && !(backing->name_length > 5 && memcmp (backing->name, "/SYSV", 5) == 0)
         && !(backing->name_length > 5 && memcmp (backing->name, "/dev/", 5) == 0);
}

static void
decide_images (struct lac_map_builder *builder)
{
  if (builder->n_undecided == 0)
    return;

  for (size_t i = 0; i < builder->n_backings; i++)
    if (builder->undecided[i])
      builder->backings[i].image = is_named_like_an_image (&builder->backings[i]);
  for (size_t i = 0; i < builder->n_regions; i++)
    {
      const struct lac_region *region = &builder->regions[i];

      if (builder->undecided[region->backing] && (region->protection & LAC_PROTECTION_EXECUTE)
          && !(region->flags & LAC_REGION_SHARED)
          && may_be_an_image (&builder->backings[region->backing]))
        builder->backings[region->backing].image = true;
    }
  for (size_t i = 0; i < builder->n_regions; i++)
    {
      struct lac_region *region = &builder->regions[i];

      if (region->kind == LAC_KIND_DECIDE)
        region->kind = (uint8_t) lac_kind_decide (&builder->backings[region->backing],
                                                  region->protection, region->flags);
    }
}

static void
sum_up (struct lac_map *map)
{
  struct lac_totals totals = { 0 };
  uint32_t last_backing = UINT32_MAX;
  uint64_t heap_end = 0;

  for (size_t i = 0; i < map->n_backings; i++)
    map->first_regions[i] = UINT32_MAX;
  for (size_t i = 0; i < map->n_regions; i++)
    {
      const struct lac_region *region = &map->regions[i];
      struct lac_range gap = lac_gap_of (map, i);
      uint64_t free_bytes = gap.end - gap.start;

      if (region->backing != last_backing)
        {
          last_backing = region->backing;
          if (map->first_regions[last_backing] == UINT32_MAX)
            map->first_regions[last_backing] = (uint32_t) i;
        }
      if (region->kind == LAC_KIND_HEAP)
        heap_end = region->end;
      totals.free += free_bytes;
      totals.n_gaps += free_bytes != 0;
      if (free_bytes > totals.largest_gap)
        totals.largest_gap = free_bytes;
      totals.mapped += region->end - region->start;
    }
  {
    struct lac_range gap = lac_map_gap (map, map->n_regions);
    uint64_t free_bytes = gap.end - gap.start;

    totals.free += free_bytes;
    totals.n_gaps += free_bytes != 0;
    if (free_bytes > totals.largest_gap)
      totals.largest_gap = free_bytes;
  }
  map->totals = totals;
  /* The kernel shows no break, but the heap ends at it, rounded up to the page. */
  if (heap_end != 0)
    map->space.program_break = heap_end;
}

enum lac_status
lac_map_builder_finish (struct lac_map_builder *builder,
                        struct lac_map        **out_map)
{
  struct lac_map *map = NULL;
  enum lac_status status = LAC_E_NO_MEMORY;
  size_t repairs = 0;
  void *shrunk;

  for (size_t i = 0; i < builder->n_backings; i++)
    builder->backings[i].name = builder->names + builder->name_offsets[i];
  decide_images (builder);
  if (!complete_details (builder))
    goto out;
  if (builder->torn)
    {
      struct lac_torn torn = {
        .backings = builder->backings,
        .regions = builder->regions,
        .n_regions = builder->n_regions,
        .details = builder->details,
      };

      status = lac_torn_repair (&torn, &repairs);
      if (status != LAC_OK)
        goto out;
      status = LAC_E_NO_MEMORY;
      builder->regions = torn.regions;
      builder->n_regions = torn.n_regions;
      builder->details = torn.details;
    }

  map = calloc (1, sizeof *map);
  if (map == NULL)
    goto out;
  atomic_init (&map->references, 1);
  map->repairs = repairs;
  map->space = builder->space;
  map->first_regions = malloc (builder->n_backings * sizeof *map->first_regions);
  if (map->first_regions == NULL)
    goto out;
  /* A map lives long: give back what growing left over. */
  shrunk = builder->n_regions ? realloc (builder->regions, builder->n_regions * sizeof *map->regions)
                              : NULL;
  map->regions = shrunk ? shrunk : builder->regions;
  map->n_regions = builder->n_regions;
  builder->regions = NULL;
  map->backings = builder->backings;
  map->n_backings = builder->n_backings;
  builder->backings = NULL;
  map->names = builder->names;
  map->names_size = builder->names_size;
  builder->names = NULL;
  map->details = builder->details;
  builder->details = NULL;

  lac_space_guess (&map->space, map->regions, map->n_regions);
  sum_up (map);
  status = lac_hazards_build (map);
  if (status == LAC_OK)
    status = lac_index_build (map);
  if (status == LAC_OK)
    {
      *out_map = map;
      map = NULL;
    }

out:
  lac_map_unref (map);
  lac_map_builder_free (builder);
  return status;
}
