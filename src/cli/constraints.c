/* The constraints on a buffer, from the command line to a query.
 *
 * Each fault is told about the option that has it; what is left for the query's own check is
 * nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "constraints.h"

#include "escape.h"
#include "values.h"
#include "core/hazard.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <string.h>

GOptionGroup *
cli_constraints_group (CliConstraintTexts *texts)
{
  GOptionGroup *group;
  const GOptionEntry entries[] = {
    { "min", 0, 0, G_OPTION_ARG_FILENAME, &texts->min,
      N_ ("Start at or above A (the lowest mappable address)"), N_ ("A") },
    { "max", 0, 0, G_OPTION_ARG_FILENAME, &texts->max,
      N_ ("End at or below A (the end of user space)"), N_ ("A") },
    { "near", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &texts->near,
      N_ ("Lie near A as a whole; may be repeated"), N_ ("A") },
    { "within", 0, 0, G_OPTION_ARG_FILENAME, &texts->within,
      N_ ("How near, for every --near (2 GiB less 1 byte)"), N_ ("SIZE") },
    { "size", 0, 0, G_OPTION_ARG_FILENAME, &texts->size, N_ ("Bytes needed (4096)"), N_ ("SIZE") },
    { "align", 0, 0, G_OPTION_ARG_FILENAME, &texts->align,
      N_ ("Start at a multiple of this power of two"), N_ ("SIZE") },
    { "avoid", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &texts->avoid,
      N_ ("Leave these hazards out (all)"), N_ ("HAZARD…") },
    { "order", 0, 0, G_OPTION_ARG_FILENAME, &texts->order,
      N_ ("What comes first (nearest with --near, or lowest)"), N_ ("ORDER") },
    { NULL },
  };

  group = g_option_group_new ("constraints", _ ("Constraints:"), _ ("Constraints"), NULL, NULL);
  g_option_group_add_entries (group, entries);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  return group;
}

void
cli_constraints_clear (CliConstraintTexts *texts)
{
  g_free (texts->min);
  g_free (texts->max);
  g_strfreev (texts->near);
  g_free (texts->within);
  g_free (texts->size);
  g_free (texts->align);
  g_strfreev (texts->avoid);
  g_free (texts->order);
  *texts = (CliConstraintTexts){ 0 };
}

gboolean
cli_is_hazard (const char *word)
{
  unsigned hazards;

  return lac_hazard_from_name (word, &hazards);
}

static gboolean
take_hazard (const char *word,
             gpointer    user_data)
{
  unsigned *avoid = user_data;
  unsigned hazards;

  if (!lac_hazard_from_name (word, &hazards))
    {
      g_autofree char *quoted = cli_quote (word);
      g_autofree char *message = NULL;

      message = g_strdup_printf (_ ("There is no hazard %s; there are heap-growth, stack-growth, "
                                    "stack-guard, all and none."),
                                 quoted);
      cli_complain_about_text ("--avoid", message, word, 0);
      return FALSE;
    }
  *avoid |= hazards;
  return TRUE;
}

static gboolean
read_order (const CliConstraintTexts *texts,
            enum lac_order           *out_order)
{
  g_autofree char *quoted = NULL;
  g_autofree char *message = NULL;

  *out_order = texts->near != NULL ? LAC_ORDER_NEAREST : LAC_ORDER_LOWEST;
  if (texts->order == NULL || lac_order_from_name (texts->order, out_order))
    return TRUE;

  quoted = cli_quote (texts->order);
  message = g_strdup_printf (_ ("There is no order %s; there are nearest, lowest, highest, "
                                "tightest and roomiest."),
                             quoted);
  cli_complain_about_text ("--order", message, texts->order, 0);
  return FALSE;
}

/* Reads what needs no map. */
static gboolean
read_plain (const CliConstraintTexts *texts,
            struct lac_gap_query     *query)
{
  if (!read_order (texts, &query->order))
    return FALSE;
  if (texts->avoid != NULL)
    {
      query->avoid = LAC_HAZARD_NONE;
      if (!cli_for_each_word (texts->avoid, take_hazard, &query->avoid))
        return FALSE;
    }
  if (!cli_read_size ("--within", texts->within, &query->within)
      || !cli_read_size ("--size", texts->size, &query->size)
      || !cli_read_size ("--align", texts->align, &query->alignment))
    return FALSE;

  if (query->size == 0)
    {
      cli_complain_about_text ("--size", _ ("A buffer has at least one byte."), texts->size, 0);
      return FALSE;
    }
  if (!lac_is_power_of_two (query->alignment))
    {
      cli_complain_about_text ("--align",
                               _ ("An alignment is a power of two, such as 4K, 64K or 2M."),
                               texts->align,
                               0);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_order (uint64_t min,
             uint64_t max)
{
  if (min <= max)
    return TRUE;
  cli_complain (_ ("--min 0x%" PRIx64 " lies above --max 0x%" PRIx64 ", so nothing lies between them."),
                min,
                max);
  return FALSE;
}

gboolean
cli_constraints_check (const CliConstraintTexts *texts)
{
  struct lac_gap_query query = { .size = 1, .alignment = 1 };
  gboolean is_min_known, is_max_known, is_known;
  uint64_t min = 0, max = 0, anchor;

  if (!read_plain (texts, &query)
      || !cli_check_address ("--min", texts->min, &is_min_known, &min)
      || !cli_check_address ("--max", texts->max, &is_max_known, &max))
    return FALSE;
  for (guint i = 0; texts->near != NULL && texts->near[i] != NULL; i++)
    if (!cli_check_address ("--near", texts->near[i], &is_known, &anchor))
      return FALSE;
  return !is_min_known || !is_max_known || check_order (min, max);
}

gboolean
cli_constraints_read (const CliConstraintTexts *texts,
                      LacunaTarget             *target,
                      LacunaSnapshot           *snapshot,
                      struct lac_gap_query     *out_query,
                      guint64                 **out_anchors)
{
  guint n_anchors = texts->near != NULL ? g_strv_length (texts->near) : 0;
  g_autofree guint64 *anchors = g_new0 (guint64, MAX (n_anchors, 1));
  struct lac_gap_query query;

  lac_gap_query_init (&query, lacuna_snapshot_get_map (snapshot));
  if (!read_plain (texts, &query)
      || !cli_read_address (target, snapshot, "--min", texts->min, &query.min)
      || !cli_read_address (target, snapshot, "--max", texts->max, &query.max))
    return FALSE;
  for (guint i = 0; i < n_anchors; i++)
    {
      guint64 anchor = 0;

      if (!cli_read_address (target, snapshot, "--near", texts->near[i], &anchor))
        return FALSE;
      anchors[i] = anchor;
    }

  /* A bound that was not given makes room for the one that was; nothing lies between them then. */
  if (texts->min == NULL)
    query.min = MIN (query.min, query.max);
  if (texts->max == NULL)
    query.max = MAX (query.max, query.min);
  if (!check_order (query.min, query.max))
    return FALSE;

  query.anchors = anchors;
  query.n_anchors = n_anchors;
  *out_anchors = g_steal_pointer (&anchors);
  *out_query = query;
  return TRUE;
}
