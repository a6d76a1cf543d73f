/* LacunaFacts: everything that is known about one region or gap, as texts.
 *
 * Apart from the widget that shows them, so that what is said can be read and tested without one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-facts.h"
#include "lacuna-gap-words.h"
#include "app/table/lacuna-region-words.h"
#include "core/hazard.h"
#include "model/lacuna-format.h"
#include "model/lacuna-ink.h"

#include <glib/gi18n.h>
#include <inttypes.h>

void
lacuna_facts_clear (LacunaFacts *self)
{
  g_free (self->title);
  g_free (self->sentence);
  for (guint i = 0; i < LACUNA_N_FACTS; i++)
    {
      g_free (self->facts[i].text);
      g_free (self->facts[i].copy);
    }
  *self = (LacunaFacts){ 0 };
}

static void
add_text (LacunaFacts   *self,
          LacunaFactKind kind,
          char          *text)
{
  self->facts[kind].text = text;
}

static void
add_address (LacunaFacts   *self,
             LacunaFactKind kind,
             guint64        address)
{
  self->facts[kind].text = lacuna_format_address_grouped (address);
  self->facts[kind].copy = lacuna_format_address (address);
  self->facts[kind].address = address;
}

/* Both as it is said and to the byte. */
static void
add_size (LacunaFacts   *self,
          LacunaFactKind kind,
          guint64        size)
{
  g_autofree char *text = lacuna_format_size (size);
  g_autofree char *bytes = lacuna_format_bytes (size);

  if (size < 1024)
    self->facts[kind].text = g_strdup (bytes);
  else
    /* Translators: a size, and the same to the byte: "84 MiB · 88,080,384 bytes". */
    self->facts[kind].text = g_strdup_printf (C_ ("size and bytes", "%s · %s"), text, bytes);
  self->facts[kind].copy = g_strdup_printf ("%" PRIu64, size);
}

/* What lies next to it: a region by its name, a gap by its size. */
static void
add_neighbour (LacunaFacts          *self,
               LacunaFactKind        kind,
               const struct lac_map *map,
               guint64               address)
{
  LacunaFact *fact = &self->facts[kind];
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  size_t index = lac_map_search (map, address);
  g_autofree char *size = NULL;

  if (index < n_regions && lac_range_contains (lac_region_range (&regions[index]), address))
    {
      const struct lac_region *region = &regions[index];
      g_autofree char *name = lacuna_region_name (lac_map_backing (map, region));
      g_autofree char *base = *name == '/' ? g_path_get_basename (name) : g_strdup (name);
      const char *what;

      size = lacuna_format_size (lac_range_size (lac_region_range (region)));
      fact->address = region->start;
      what = *base != '\0' ? base : lacuna_ink_get_label (lacuna_ink_for_region (region));
      /* Translators: a neighbour: its name or kind, and its size. */
      fact->text = g_strdup_printf (_ ("%s, %s"), what, size);
    }
  else if (lac_range_contains (lac_map_gap (map, index), address))
    {
      size = lacuna_format_size (lac_range_size (lac_map_gap (map, index)));
      fact->address = lac_map_gap (map, index).start;
      fact->text = g_strdup_printf (_ ("free, %s"), size);
    }
  if (fact->text != NULL)
    fact->copy = lacuna_format_address (fact->address);
}

static void
add_region (LacunaFacts             *self,
            const struct lac_map    *map,
            const struct lac_region *region)
{
  const struct lac_backing *backing = lac_map_backing (map, region);
  g_autofree char *name = lacuna_region_name (backing);
  g_autofree char *protection = lacuna_region_protection (region);
  const char *access = lacuna_region_access_sentence (region);
  const char *sharing = lacuna_region_sharing_sentence (region);

  self->region = TRUE;
  self->range = lac_region_range (region);
  self->swatch = LACUNA_SWATCH_INK;
  self->ink = lacuna_ink_for_region (region);
  self->title = *name == '/'    ? g_path_get_basename (name)
                : *name != '\0' ? g_strdup (name)
                                : g_strdup (lacuna_ink_get_label (self->ink));
  self->sentence = g_strdup (lacuna_ink_get_sentence (self->ink));

  self->facts[LACUNA_FACT_PROTECTION].copy = g_strdup (protection);
  self->facts[LACUNA_FACT_PROTECTION].text
      /* Translators: the letters, such as r-xp, and what they say in two sentences. */
      = g_strdup_printf (_ ("%s: %s %s"), protection, access, sharing);
  if (*name != '\0')
    {
      add_text (self, LACUNA_FACT_NAME, g_strdup (name));
      self->facts[LACUNA_FACT_NAME].copy
          = g_utf8_make_valid (backing->name, backing->name_length);
    }
  if (backing->inode != 0)
    {
      g_autofree char *offset = lacuna_format_size (region->offset);

      self->facts[LACUNA_FACT_OFFSET].copy = g_strdup_printf ("0x%" PRIx64, region->offset);
      add_text (self, LACUNA_FACT_OFFSET,
                region->offset < 1024
                    ? g_strdup_printf ("0x%" PRIx64, region->offset)
                    : g_strdup_printf ("0x%" PRIx64 " · %s", region->offset, offset));
      add_text (self, LACUNA_FACT_DEVICE,
                g_strdup_printf ("%02x:%02x", backing->device_major, backing->device_minor));
      add_text (self, LACUNA_FACT_INODE, g_strdup_printf ("%" PRIu64, backing->inode));
    }
}

static void
add_gap (LacunaFacts          *self,
         const struct lac_map *map,
         LacunaGapResults     *results,
         gsize                 index)
{
  g_autofree char *words = NULL;
  g_autofree char *sentences = NULL;
  g_autofree char *hazards = NULL;
  LacunaVerdict verdict = lacuna_region_judge_gap (map, index, results, 0, &words, &sentences);
  gboolean fits = verdict == LACUNA_VERDICT_FITS || verdict == LACUNA_VERDICT_FITS_RISKY;

  self->range = lac_map_gap (map, index);
  self->swatch = verdict == LACUNA_VERDICT_FITS    ? LACUNA_SWATCH_FIT
                 : verdict == LACUNA_VERDICT_FREE ? LACUNA_SWATCH_FREE
                                                  : LACUNA_SWATCH_RISK;
  self->title = g_strdup (_ ("Free"));
  self->sentence = g_strdup (_ ("Nothing is mapped here."));

  hazards = lacuna_region_hazard_sentences (lac_map_hazards_in (map, self->range));
  add_text (self, LACUNA_FACT_HAZARDS,
            *hazards != '\0' ? g_strdup (hazards)
                             : g_strdup (_ ("None: nothing is known to grow into it.")));
  if (results == NULL
      || lacuna_snapshot_get_map (lacuna_gap_results_get_snapshot (results)) != map)
    return;

  if (!fits)
    {
      add_text (self, LACUNA_FACT_VERDICT, g_steal_pointer (&sentences));
      return;
    }

  struct lac_gap gap;
  const struct lac_gap_query *query = lacuna_gap_results_get_query (results);

  if (lac_gap_check (map, query, index, &gap, NULL) == LAC_OK)
    {
      add_text (self, LACUNA_FACT_VERDICT,
                verdict == LACUNA_VERDICT_FITS
                    ? g_strdup (_ ("The buffer fits."))
                    : g_strdup_printf (_ ("The buffer fits, and is at risk. %s"), sentences));
      add_address (self, LACUNA_FACT_CANDIDATE, gap.candidate);
      add_text (self, LACUNA_FACT_CAPACITY, lacuna_gap_capacity_words (gap.capacity, query->size));
    }
}

gboolean
lacuna_facts_find (LacunaFacts          *self,
                   const struct lac_map *map,
                   LacunaGapResults     *results,
                   guint64               address)
{
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  size_t index = lac_map_search (map, address);

  if (index < n_regions && lac_range_contains (lac_region_range (&regions[index]), address))
    {
      add_region (self, map, &regions[index]);
      if (lac_map_detail (map, index) != NULL)
        lacuna_facts_add_detail (self, lac_map_detail (map, index));
    }
  else if (lac_range_contains (lac_map_gap (map, index), address))
    add_gap (self, map, results, index);
  else
    return FALSE;

  add_address (self, LACUNA_FACT_START, self->range.start);
  add_address (self, LACUNA_FACT_END, self->range.end);
  add_size (self, LACUNA_FACT_SIZE, lac_range_size (self->range));
  if (self->range.start > 0)
    add_neighbour (self, LACUNA_FACT_BEFORE, map, self->range.start - 1);
  add_neighbour (self, LACUNA_FACT_AFTER, map, self->range.end);
  return TRUE;
}

void
lacuna_facts_add_detail (LacunaFacts                    *self,
                         const struct lac_region_detail *detail)
{
  add_size (self, LACUNA_FACT_RESIDENT, detail->resident);
  add_size (self, LACUNA_FACT_PROPORTIONAL, detail->proportional);
  add_size (self, LACUNA_FACT_DIRTY, detail->dirty);
  add_size (self, LACUNA_FACT_SWAPPED, detail->swapped);
  add_size (self, LACUNA_FACT_HUGE, detail->huge);
}

void
lacuna_facts_measure (LacunaFacts      *self,
                      LacunaGapResults *results,
                      struct lac_range  range)
{
  const struct lac_gap_query *query
      = results != NULL ? lacuna_gap_results_get_query (results) : NULL;

  if (lac_range_size (range) == 0)
    return;
  add_address (self, LACUNA_FACT_MEASURE_START, range.start);
  add_address (self, LACUNA_FACT_MEASURE_END, range.end);
  add_size (self, LACUNA_FACT_MEASURE_SIZE, lac_range_size (range));
  if (query != NULL && query->n_anchors > 0)
    self->facts[LACUNA_FACT_MEASURE_DISTANCE].text = lacuna_format_place (range, query->anchors[0]);
}
