/* LacunaCensus: sums over many regions without walking over them.
 *
 * For every sixteenth region it keeps how many bytes of each ink lie before it. A sum up to any
 * address is then one row of that table and a walk over at most eight regions, whichever end of the
 * block is nearer; a sum over a range is the difference of two. That is 5 bytes a region. One bit more
 * a region says where runs of one file or name begin, with a second level of one bit for each word of
 * those, so that the ends of a run are found without walking over it either. The holes that the compact
 * scale cuts are the other thing that only a look at all regions finds; they are kept here too.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-census-private.h"

#include "lacuna-scale-private.h"

#include "lacuna-release.h"

#include <string.h>

#define BLOCK 16

/* Linkers leave up to a page of the largest size between the segments of an image. */
#define LONGEST_HOLE_IN_RUN 0x10000

struct _LacunaCensus
{
  gatomicrefcount ref_count;
  struct lac_map *map;
  const struct lac_region *regions;
  gsize n_regions;
  /* Row i: the bytes of each ink in the regions before region i × BLOCK. */
  guint64 (*rows)[LACUNA_N_INKS];
  /* Bit i: a run begins at region i. */
  guint64 *begins;
  /* Bit i: word i of the bits above is not 0. */
  guint64 *words;
  LacunaHoles *holes;
};

static gboolean
begins_run (const struct lac_map    *map,
            const struct lac_region *before,
            const struct lac_region *region)
{
  return region->start - before->end > LONGEST_HOLE_IN_RUN || before->backing != region->backing
         || lac_map_backing (map, region)->name_length == 0;
}

/* Neither kinds nor protections have more values than the table has room for. */
static const guint8 *
ink_table (void)
{
  static guint8 table[256 * 8];
  static gsize made;

  if (g_once_init_enter (&made))
    {
      for (int kind = 0; kind < LAC_N_KINDS; kind++)
        for (int protection = 0; protection < 8; protection++)
          {
            struct lac_region region = { .kind = kind, .protection = protection };

            table[kind * 8 + protection] = lacuna_ink_for_region (&region);
          }
      g_once_init_leave (&made, 1);
    }

  return table;
}

static inline guint8
region_ink (const guint8            *table,
            const struct lac_region *region)
{
  return table[region->kind * 8 + (region->protection & 7)];
}

LacunaCensus *
lacuna_census_new (struct lac_map *map)
{
  LacunaCensus *self;
  const guint8 *table = ink_table ();
  guint64 sums[LACUNA_N_INKS] = { 0 };
  gsize n_words;

  g_return_val_if_fail (map != NULL, NULL);

  self = g_new0 (LacunaCensus, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->map = lac_map_ref (map);
  self->regions = lac_map_regions (map, &self->n_regions);
  n_words = self->n_regions / 64 + 1;
  self->rows = g_malloc ((self->n_regions / BLOCK + 1) * sizeof *self->rows);
  self->begins = g_new0 (guint64, n_words);
  self->words = g_new0 (guint64, n_words / 64 + 1);

  for (gsize i = 0; i < self->n_regions; i++)
    {
      const struct lac_region *region = &self->regions[i];

      if (i % BLOCK == 0)
        memcpy (self->rows[i / BLOCK], sums, sizeof sums);
      sums[region_ink (table, region)] += region->end - region->start;

      if (i == 0 || begins_run (map, region - 1, region))
        {
          self->begins[i / 64] |= G_GUINT64_CONSTANT (1) << (i % 64);
          self->words[i / 64 / 64] |= G_GUINT64_CONSTANT (1) << (i / 64 % 64);
        }
    }
  if (self->n_regions % BLOCK == 0)
    memcpy (self->rows[self->n_regions / BLOCK], sums, sizeof sums);
  self->holes = lacuna_holes_new (map);

  return self;
}

LacunaCensus *
lacuna_census_ref (LacunaCensus *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
free_census (gpointer census)
{
  LacunaCensus *self = census;

  lac_map_unref (self->map);
  g_free (self->rows);
  g_free (self->begins);
  g_free (self->words);
  lacuna_holes_unref (self->holes);
  g_free (self);
}

void
lacuna_census_unref (LacunaCensus *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (lacuna_release_is_long (self->n_regions))
    lacuna_release_on_worker (self, free_census);
  else
    free_census (self);
}

struct lac_map *
lacuna_census_get_map (const LacunaCensus *self)
{
  return self->map;
}

LacunaScale *
lacuna_census_new_scale (const LacunaCensus *self,
                         LacunaScaleKind     kind,
                         const guint64      *keep,
                         gsize               n_keep)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (n_keep == 0 || keep != NULL, NULL);

  return lacuna_scale_new_cutting (kind, self->map, self->holes, keep, n_keep);
}

LacunaScale *
lacuna_census_renew_scale (const LacunaCensus *self,
                           LacunaScale        *scale,
                           const guint64      *keep,
                           gsize               n_keep)
{
  LacunaScale *fresh = lacuna_census_new_scale (self, lacuna_scale_get_kind (scale), keep, n_keep);

  if (lacuna_scale_get_kind (scale) != LACUNA_SCALE_COMPACT
      || !lacuna_scale_still_serves (scale, fresh, self->map,
                                     lacuna_holes_get_margin (self->holes)))
    return fresh;

  lacuna_scale_unref (fresh);
  return lacuna_scale_ref (scale);
}

void
lacuna_census_sum_below (const LacunaCensus *self,
                         gsize               region,
                         guint64             address,
                         guint64             out_bytes[LACUNA_N_INKS])
{
  const guint8 *table = ink_table ();
  gsize block = region / BLOCK;

  if (region % BLOCK > BLOCK / 2 && (block + 1) * BLOCK <= self->n_regions)
    {
      memcpy (out_bytes, self->rows[block + 1], sizeof self->rows[0]);
      for (gsize i = region; i < (block + 1) * BLOCK; i++)
        out_bytes[region_ink (table, &self->regions[i])]
          -= self->regions[i].end - self->regions[i].start;
    }
  else
    {
      memcpy (out_bytes, self->rows[block], sizeof self->rows[0]);
      for (gsize i = block * BLOCK; i < region; i++)
        out_bytes[region_ink (table, &self->regions[i])]
          += self->regions[i].end - self->regions[i].start;
    }

  if (region < self->n_regions && self->regions[region].start < address)
    out_bytes[region_ink (table, &self->regions[region])] += address - self->regions[region].start;
}

void
lacuna_census_prefetch (const LacunaCensus *self,
                        gsize               region)
{
  gsize row = (region + BLOCK / 2 - 1) / BLOCK;

  if (row > self->n_regions / BLOCK)
    return;
  __builtin_prefetch (&self->rows[row][0]);
  __builtin_prefetch (&self->rows[row][LACUNA_N_INKS - 1]);
}

void
lacuna_census_count (const LacunaCensus *self,
                     struct lac_range    range,
                     guint64             out_bytes[LACUNA_N_INKS],
                     gsize              *out_n_regions)
{
  guint64 below[LACUNA_N_INKS];
  gsize first;
  gsize last;

  g_return_if_fail (self != NULL);

  if (range.end <= range.start)
    {
      memset (out_bytes, 0, sizeof below);
      *out_n_regions = 0;
      return;
    }

  first = lac_map_search (self->map, range.start);
  last = lac_map_search (self->map, range.end);
  lacuna_census_sum_below (self, first, range.start, below);
  lacuna_census_sum_below (self, last, range.end, out_bytes);
  for (int ink = 0; ink < LACUNA_N_INKS; ink++)
    out_bytes[ink] -= below[ink];

  *out_n_regions = last - first;
  if (last < self->n_regions && self->regions[last].start < range.end)
    *out_n_regions += 1;
}

/* The last set bit at or below @bit; there is one, since a run begins at region 0. */
static gsize
last_begin (const LacunaCensus *self,
            gsize               bit)
{
  gsize word = bit / 64;
  guint64 bits = self->begins[word] << (63 - bit % 64);

  if (bits != 0)
    return bit - __builtin_clzll (bits);

  for (gsize group = word / 64;; group--)
    {
      guint64 words = self->words[group];

      /* Only words below this one; in groups further down that is all of them. */
      if (group == word / 64)
        words &= (G_GUINT64_CONSTANT (1) << (word % 64)) - 1;
      if (words != 0)
        {
          word = group * 64 + 63 - __builtin_clzll (words);
          return word * 64 + 63 - __builtin_clzll (self->begins[word]);
        }
      if (group == 0)
        return 0;
    }
}

/* The first set bit above @bit, or the number of regions. */
static gsize
next_begin (const LacunaCensus *self,
            gsize               bit)
{
  gsize word = bit / 64;
  gsize n_words = self->n_regions / 64 + 1;
  guint64 bits = bit % 64 == 63 ? 0 : self->begins[word] >> (bit % 64 + 1);

  if (bits != 0)
    return bit + 1 + __builtin_ctzll (bits);

  for (gsize group = word / 64; group <= (n_words - 1) / 64; group++)
    {
      guint64 words = self->words[group];

      if (group == word / 64)
        words &= word % 64 == 63 ? 0 : ~G_GUINT64_CONSTANT (0) << (word % 64 + 1);
      if (words != 0)
        {
          word = group * 64 + __builtin_ctzll (words);
          return word * 64 + __builtin_ctzll (self->begins[word]);
        }
    }

  return self->n_regions;
}

void
lacuna_census_get_run (const LacunaCensus *self,
                       gsize               region,
                       gsize              *out_first,
                       gsize              *out_count)
{
  g_return_if_fail (region < self->n_regions);

  *out_first = last_begin (self, region);
  *out_count = next_begin (self, region) - *out_first;
}
