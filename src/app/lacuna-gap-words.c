/* What is said of a gap in a few words, where there is no room for a sentence.
 *
 * A table's cell and a result's row have a dozen words at most. A buffer that fits is not thereby
 * safe: whoever turns an Avoid off gets a candidate that the heap may run into, and has to see
 * that next to the candidate itself, not only in the colours of the gap around it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gap-words.h"

#include <glib/gi18n.h>

/**
 * lacuna_gap_risk_words:
 * @hazards: enum lac_hazard values
 *
 * Returns: (transfer none) (nullable): the worst of them in words; NULL for none
 */
const char *
lacuna_gap_risk_words (unsigned hazards)
{
  if (hazards & LAC_HAZARD_STACK_GUARD)
    return _ ("risky: the kernel keeps it free below a stack");
  if (hazards & LAC_HAZARD_STACK_GROWTH)
    return _ ("risky: the stack may grow into it");
  if (hazards & LAC_HAZARD_HEAP_GROWTH)
    return _ ("risky: the heap may grow into it");
  return NULL;
}

/**
 * lacuna_gap_rejection_words:
 * @rejection: why the buffer does not fit
 * @query: what it does not fit
 *
 * Returns: (transfer full): the reason, in lower case and without a full stop
 */
char *
lacuna_gap_rejection_words (const struct lac_rejection *rejection,
                            const struct lac_gap_query *query)
{
  const char *risk = lacuna_gap_risk_words (rejection->hazards);

  switch (rejection->reason)
    {
    case LAC_REASON_TOO_SMALL:
      return g_strdup (_ ("too small"));
    case LAC_REASON_BELOW_MIN:
      return g_strdup (_ ("below the minimum"));
    case LAC_REASON_ABOVE_MAX:
      return g_strdup (_ ("above the maximum"));
    case LAC_REASON_TOO_FAR:
      if (query->n_anchors > 1)
        return g_strdup_printf (_ ("too far from anchor %d"), rejection->anchor + 1);
      return g_strdup (_ ("too far from the anchor"));
    case LAC_REASON_MISALIGNED:
      return g_strdup (_ ("misaligned"));
    case LAC_REASON_HAZARD:
    case LAC_N_REASONS:
    default:
      return g_strdup (risk != NULL ? risk : _ ("risky"));
    }
}

/**
 * lacuna_gap_candidate_risk:
 * @candidate: where the buffer would start
 *
 * Returns: enum lac_hazard values of what the buffer itself would lie in, avoided or not
 */
unsigned
lacuna_gap_candidate_risk (const struct lac_map       *map,
                           const struct lac_gap_query *query,
                           guint64                     candidate)
{
  struct lac_range range = { candidate, lac_add_saturating (candidate, query->size) };

  return lac_map_hazards_in (map, range);
}
