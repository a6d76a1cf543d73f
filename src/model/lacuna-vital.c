/* What Lacuna lives on itself, found in its own map.
 *
 * A file is mapped in several regions, and what of its variables begins as zero is memory of no file right
 * behind the last of them; all that is one thing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-vital-private.h"

#include "os/process.h"
#include "os/vital.h"

static gboolean
is_vital_kind (enum lac_kind kind)
{
  return kind == LAC_KIND_HEAP || kind == LAC_KIND_STACK || kind == LAC_KIND_VDSO;
}

static gboolean
is_same_file (const struct lac_map    *map,
              const struct lac_region *a,
              const struct lac_region *b)
{
  const struct lac_backing *file = lac_map_backing (map, a);
  const struct lac_backing *other = lac_map_backing (map, b);

  return file->inode != 0 && file->inode == other->inode
         && file->device_major == other->device_major && file->device_minor == other->device_minor;
}

/* Whether @region is vital because something is at @address. */
static gboolean
belongs (const struct lac_map *map,
         size_t                region,
         uint64_t              address)
{
  const struct lac_region *regions;
  size_t n_regions, index = region;
  const size_t there = lac_map_search (map, address);

  regions = lac_map_regions (map, &n_regions);
  if (there == n_regions || regions[there].start > address)
    return FALSE;
  if (there == region)
    return TRUE;

  /* Down from what has no file to the file that it may be the rest of. */
  while (index > 0 && lac_map_backing (map, &regions[index])->inode == 0
         && regions[index - 1].end == regions[index].start)
    index--;
  return is_same_file (map, &regions[index], &regions[there]);
}

gboolean
lacuna_is_vital (struct lac_range range)
{
  uint64_t addresses[LAC_VITAL_MAX];
  size_t n_addresses = lac_vital_addresses (addresses);
  struct lac_process *process = NULL;
  struct lac_map *map = NULL;
  gboolean vital = TRUE;
  size_t n_regions, index;

  if (lac_process_open (NULL, LAC_PROCESS_SELF, &process, NULL) == LAC_OK
      && lac_process_read_map (process, LAC_READ_NO_FILES, NULL, &map, NULL) == LAC_OK)
    {
      const struct lac_region *regions = lac_map_regions (map, &n_regions);

      index = lac_map_search (map, range.start);
      vital = index < n_regions && is_vital_kind (regions[index].kind);
      for (size_t i = 0; !vital && index < n_regions && i < n_addresses; i++)
        vital = belongs (map, index, addresses[i]);
    }
  lac_map_unref (map);
  lac_process_close (process);
  return vital;
}
