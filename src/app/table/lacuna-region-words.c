/* What is said of a region or gap in words: in the table, its tooltips, the line under the strip,
 * the inspector, and to a screen reader.
 *
 * One place, so that a gap is not risky in the table and safe in the inspector. A gap is judged by
 * the query that is asked now, and only when the answer is of the same map: after a refresh the
 * regions come first, and the answer for them a moment later.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-words.h"
#include "app/panel/lacuna-gap-words.h"
#include "core/hazard.h"
#include "model/lacuna-format.h"
#include "model/lacuna-ink.h"

#include <glib/gi18n.h>

char *
lacuna_region_hazard_sentences (unsigned hazards)
{
  g_autoptr (GPtrArray) sentences = g_ptr_array_new ();

  for (unsigned hazard = 1; hazard <= LAC_HAZARD_ALL; hazard <<= 1)
    if (hazards & hazard)
      g_ptr_array_add (sentences, (gpointer) _ (lac_hazard_sentence (hazard)));
  g_ptr_array_add (sentences, NULL);
  return g_strjoinv (" ", (char **) sentences->pdata);
}

const char *
lacuna_region_verdict_words (LacunaVerdict verdict)
{
  switch (verdict)
    {
    case LACUNA_VERDICT_FITS:
      return _ ("gap · fits");
    case LACUNA_VERDICT_FITS_RISKY:
      return _ ("gap · fits, risky");
    case LACUNA_VERDICT_RISKY:
      return _ ("gap · risky");
    case LACUNA_VERDICT_FREE:
    default:
      return _ ("gap");
    }
}

static LacunaVerdict
judge_fitting (const struct lac_map       *map,
               const struct lac_gap_query *query,
               const struct lac_gap       *gap,
               guint64                     candidate,
               char                      **out_words,
               char                      **out_sentences)
{
  unsigned risk = lacuna_gap_candidate_risk (map, query, gap->candidate);

  if (risk != LAC_HAZARD_NONE)
    {
      *out_words = g_strdup (lacuna_gap_risk_words (risk));
      *out_sentences = lacuna_region_hazard_sentences (risk);
      return LACUNA_VERDICT_FITS_RISKY;
    }

  if (lac_range_contains (gap->range, candidate))
    *out_words = g_strdup (_ ("the candidate is in it"));
  else
    *out_words = lacuna_gap_capacity_words (gap->capacity, query->size);
  if (gap->hazards != LAC_HAZARD_NONE)
    {
      g_autofree char *hazards = lacuna_region_hazard_sentences (gap->hazards);

      /* Translators: of a gap that fits; sentences follow that say what is risky. */
      *out_sentences = g_strdup_printf (_ ("Part of it is risky. %s"), hazards);
    }
  else
    *out_sentences = g_strdup (_ ("The buffer fits here, and nothing will grow into it."));
  return LACUNA_VERDICT_FITS;
}

LacunaVerdict
lacuna_region_judge_gap (const struct lac_map *map,
                         gsize                 index,
                         LacunaGapResults     *results,
                         guint64               candidate,
                         char                **out_words,
                         char                **out_sentences)
{
  unsigned hazards = lac_map_hazards_in (map, lac_map_gap (map, index));
  enum lac_status status = LAC_E_INVALID;
  const struct lac_gap_query *query = NULL;
  struct lac_rejection rejection;
  struct lac_gap gap;

  if (results != NULL
      && lacuna_snapshot_get_map (lacuna_gap_results_get_snapshot (results)) == map)
    {
      query = lacuna_gap_results_get_query (results);
      status = lac_gap_check (map, query, index, &gap, &rejection);
    }
  if (status == LAC_OK)
    return judge_fitting (map, query, &gap, candidate, out_words, out_sentences);

  if (status == LAC_E_NO_GAP)
    {
      *out_sentences = lacuna_gap_rejection_sentence (&rejection, query);
      if (rejection.reason != LAC_REASON_HAZARD)
        {
          *out_words = lacuna_gap_rejection_words (&rejection, query);
          return LACUNA_VERDICT_FREE;
        }
      *out_words = g_strdup (lacuna_gap_risk_words (rejection.hazards));
      return LACUNA_VERDICT_RISKY;
    }

  *out_words = g_strdup (hazards != LAC_HAZARD_NONE ? lacuna_gap_risk_words (hazards) : "");
  *out_sentences = hazards != LAC_HAZARD_NONE
                       ? lacuna_region_hazard_sentences (hazards)
                       : g_strdup (_ ("Nothing is mapped here; a buffer may go here."));
  return hazards != LAC_HAZARD_NONE ? LACUNA_VERDICT_RISKY : LACUNA_VERDICT_FREE;
}

const char *
lacuna_region_access_sentence (const struct lac_region *region)
{
  switch ((guint) (region->protection & 7))
    {
    case LAC_PROTECTION_READ:
      return _ ("May be read.");
    case LAC_PROTECTION_WRITE:
      return _ ("May be written.");
    case LAC_PROTECTION_READ | LAC_PROTECTION_WRITE:
      return _ ("May be read and written.");
    case LAC_PROTECTION_EXECUTE:
      return _ ("May be executed.");
    case LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE:
      return _ ("May be read and executed.");
    case LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE:
      return _ ("May be written and executed.");
    case LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE:
      return _ ("May be read, written and executed.");
    default:
      return _ ("May not be touched: any access is a fault.");
    }
}

const char *
lacuna_region_sharing_sentence (const struct lac_region *region)
{
  if (region->flags & LAC_REGION_SHARED)
    return _ ("Shared: what is written here, others who map it see.");
  return _ ("Private: what is written here stays in this process.");
}

char *
lacuna_region_protection (const struct lac_region *region)
{
  char *letters = g_malloc (5);

  lac_protection_format (region->protection, region->flags, letters);
  return letters;
}

char *
lacuna_region_name (const struct lac_backing *backing)
{
  g_autofree char *name = lacuna_format_name (backing->name, backing->name_length);

  if (backing->deleted)
    return g_strdup_printf (_ ("%s (deleted)"), name);
  return g_steal_pointer (&name);
}

static char *
explain_region (const struct lac_region  *region,
                const struct lac_backing *backing,
                LacunaColumn              column)
{
  g_autofree char *offset = NULL;
  const char *access;
  const char *sharing;

  switch (column)
    {
    case LACUNA_COLUMN_KIND:
      return g_strdup (lacuna_ink_get_sentence (lacuna_ink_for_region (region)));
    case LACUNA_COLUMN_PROTECTION:
      access = lacuna_region_access_sentence (region);
      sharing = lacuna_region_sharing_sentence (region);
      /* Translators: two sentences, one after the other: "May be read. Private: changes stay…" */
      return g_strdup_printf (C_ ("two sentences", "%s %s"), access, sharing);
    case LACUNA_COLUMN_OFFSET:
      if (backing->inode == 0)
        return NULL;
      offset = lacuna_format_count (region->offset);
      /* Translators: a number of bytes. */
      return g_strdup_printf (_ ("It begins at byte %s of the file."), offset);
    case LACUNA_COLUMN_NAME:
      if (backing->name_length == 0)
        return NULL;
      return lacuna_region_name (backing);
    case LACUNA_COLUMN_START:
    case LACUNA_COLUMN_END:
    case LACUNA_COLUMN_SIZE:
    case LACUNA_N_COLUMNS:
    default:
      return NULL;
    }
}

char *
lacuna_region_explain (LacunaRow        *row,
                       LacunaColumn      column,
                       LacunaGapResults *results,
                       guint64           candidate)
{
  struct lac_range range = lacuna_row_get_range (row);

  switch (column)
    {
    case LACUNA_COLUMN_START:
      return lacuna_format_address (range.start);
    case LACUNA_COLUMN_END:
      {
        g_autofree char *address = lacuna_format_address (range.end);

        return g_strdup_printf (_ ("%s, the first address after it"), address);
      }
    case LACUNA_COLUMN_SIZE:
      return lacuna_format_bytes (lac_range_size (range));
    case LACUNA_COLUMN_KIND:
    case LACUNA_COLUMN_NAME:
      if (lacuna_row_is_gap (row))
        {
          g_autofree char *words = NULL;
          char *sentences = NULL;

          lacuna_region_judge_gap (lacuna_row_get_map (row), lacuna_row_get_index (row), results,
                                   candidate, &words, &sentences);
          return sentences;
        }
      break;
    case LACUNA_COLUMN_PROTECTION:
    case LACUNA_COLUMN_OFFSET:
    case LACUNA_N_COLUMNS:
    default:
      break;
    }
  if (lacuna_row_is_gap (row))
    return NULL;
  return explain_region (lacuna_row_get_region (row), lacuna_row_get_backing (row), column);
}

char *
lacuna_region_describe (LacunaRow        *row,
                        LacunaGapResults *results,
                        guint64           candidate)
{
  struct lac_range range = lacuna_row_get_range (row);
  const struct lac_region *region = lacuna_row_get_region (row);
  g_autofree char *start = lacuna_format_address_grouped (range.start);
  g_autofree char *size = lacuna_format_size (lac_range_size (range));

  if (region != NULL)
    {
      g_autofree char *protection = lacuna_region_protection (region);
      g_autofree char *name = lacuna_region_name (lacuna_row_get_backing (row));
      const char *kind = lacuna_ink_get_label (lacuna_ink_for_region (region));

      if (*name == '\0')
        /* Translators: read aloud: address, size, kind, protection. */
        return g_strdup_printf (_ ("%s, %s, %s, %s"), start, size, kind, protection);
      /* Translators: read aloud: address, size, kind, protection, name. */
      return g_strdup_printf (_ ("%s, %s, %s, %s, %s"), start, size, kind, protection, name);
    }
  else
    {
      g_autofree char *words = NULL;
      g_autofree char *sentences = NULL;
      LacunaVerdict verdict
          = lacuna_region_judge_gap (lacuna_row_get_map (row), lacuna_row_get_index (row), results,
                                     candidate, &words, &sentences);

      if (*words == '\0')
        /* Translators: read aloud: address, size, "gap". */
        return g_strdup_printf (_ ("%s, %s, %s"), start, size,
                                lacuna_region_verdict_words (verdict));
      /* What is read aloud is not cut off: a gap that does not fit says why in a sentence.
       * Translators: read aloud: address, size, "gap · fits", why. */
      return g_strdup_printf (_ ("%s, %s, %s: %s"), start, size,
                              lacuna_region_verdict_words (verdict),
                              verdict == LACUNA_VERDICT_FREE ? sentences : words);
    }
}
