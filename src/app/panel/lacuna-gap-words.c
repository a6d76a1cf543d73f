/* What is said of a gap: in a few words where there is no room for more, and in sentences.
 *
 * A table's cell and a result's row have a dozen words at most. A buffer that fits is not thereby
 * safe: whoever turns an Avoid off gets a candidate that the heap may run into, and has to see
 * that next to the candidate itself, not only in the colours of the gap around it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gap-words.h"
#include "model/lacuna-format.h"

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

static const char *
hazard_sentence (unsigned hazards)
{
  if (hazards & LAC_HAZARD_STACK_GUARD)
    return _ ("There is room, but only where the kernel keeps it free below a stack.");
  if (hazards & LAC_HAZARD_STACK_GROWTH)
    return _ ("There is room, but only where the stack may grow into it.");
  return _ ("There is room, but only where the heap may grow into it.");
}

static char *
too_far_sentence (const struct lac_rejection *rejection,
                  const struct lac_gap_query *query)
{
  guint64 anchor = query->anchors[rejection->anchor];
  g_autofree char *limit = lacuna_format_size (query->within);
  g_autofree char *distance = NULL;
  unsigned number = (unsigned) rejection->anchor + 1;

  if (rejection->range.start > anchor && rejection->range.start - anchor >= query->within)
    {
      distance = lacuna_format_size (rejection->range.start - anchor);
      return query->n_anchors == 1
                 ? g_strdup_printf (_ ("Too far: it begins %s above the anchor, and %s is allowed."),
                                    distance, limit)
                 : g_strdup_printf (_ ("Too far: it begins %s above anchor %u, and %s is allowed."),
                                    distance, number, limit);
    }
  if (rejection->range.end <= anchor && anchor - rejection->range.end >= query->within)
    {
      distance = lacuna_format_size (anchor - rejection->range.end);
      return query->n_anchors == 1
                 ? g_strdup_printf (_ ("Too far: it ends %s below the anchor, and %s is allowed."),
                                    distance, limit)
                 : g_strdup_printf (_ ("Too far: it ends %s below anchor %u, and %s is allowed."),
                                    distance, number, limit);
    }
  return query->n_anchors == 1
             ? g_strdup_printf (_ ("Too far: too little of it lies within %s of the anchor."),
                                limit)
             : g_strdup_printf (_ ("Too far: too little of it lies within %s of anchor %u."), limit,
                                number);
}

/**
 * lacuna_gap_rejection_sentence:
 * @rejection: why the buffer does not fit
 * @query: what it does not fit
 *
 * Returns: (transfer full): the reason in a sentence, with the figures that it is about
 */
char *
lacuna_gap_rejection_sentence (const struct lac_rejection *rejection,
                               const struct lac_gap_query *query)
{
  g_autofree char *size = lacuna_format_size (query->size);
  g_autofree char *other = NULL;

  switch (rejection->reason)
    {
    case LAC_REASON_TOO_SMALL:
      other = lacuna_format_size (lac_range_size (rejection->range));
      return g_strdup_printf (_ ("Too small: %s free, %s asked for."), other, size);
    case LAC_REASON_BELOW_MIN:
      other = lacuna_format_address_grouped (query->min);
      return g_strdup_printf (_ ("Too low: less than %s of it lies above the minimum, %s."), size,
                              other);
    case LAC_REASON_ABOVE_MAX:
      other = lacuna_format_address_grouped (query->max);
      return g_strdup_printf (_ ("Too high: less than %s of it lies below the maximum, %s."), size,
                              other);
    case LAC_REASON_TOO_FAR:
      return too_far_sentence (rejection, query);
    case LAC_REASON_MISALIGNED:
      other = lacuna_format_size (query->alignment);
      return g_strdup_printf (_ ("Misaligned: %s would fit, but not at a multiple of %s."), size,
                              other);
    case LAC_REASON_HAZARD:
    case LAC_N_REASONS:
    default:
      return g_strdup (hazard_sentence (rejection->hazards));
    }
}

/* What nobody will ever ask for is no figure to read. */
#define PLENTY 1000000

/**
 * lacuna_gap_capacity_words:
 * @capacity: how many buffers a gap has room for
 * @size: how large each is; 0 where that is said elsewhere
 *
 * Returns: (transfer full): "fits 31 ×" or "31 × 64 KiB"; above a million, that there is plenty of room
 */
char *
lacuna_gap_capacity_words (guint64 capacity,
                           guint64 size)
{
  g_autofree char *count = lacuna_format_count (capacity);

  if (capacity > PLENTY)
    /* Translators: of a gap with room for more than a million buffers: "22.1 TiB free, plenty of
     * room" */
    return g_strdup (_ ("plenty of room"));
  if (size > 0)
    {
      g_autofree char *each = lacuna_format_size (size);

      /* Translators: how many buffers of which size there is room for: "12 × 64 KiB". */
      return g_strdup_printf (_ ("%s × %s"), count, each);
    }
  /* Translators: how many buffers a gap has room for, such as "fits 31 ×". */
  return g_strdup_printf (_ ("fits %s ×"), count);
}

/**
 * lacuna_gap_capacity_brief:
 * @capacity: how many buffers a gap has room for
 *
 * Returns: (transfer full): "31 ×"; above a million, "plenty"
 */
char *
lacuna_gap_capacity_brief (guint64 capacity)
{
  g_autofree char *count = lacuna_format_count (capacity);

  if (capacity > PLENTY)
    /* Translators: "plenty of room" where there is room for one short word. */
    return g_strdup (C_ ("room", "plenty"));
  return g_strdup_printf ("%s ×", count);
}

/**
 * lacuna_gap_jump_reaches:
 * @site: where the jump would be
 * @target: where it would go
 *
 * Returns: whether jmp rel32 at @site reaches @target. Its displacement counts from the end of its five
 *   bytes (Intel SDM, volume 2)
 */
gboolean
lacuna_gap_jump_reaches (guint64 site,
                         guint64 target)
{
  gint64 displacement = (gint64) (target - (site + 5));

  return displacement >= G_MININT32 && displacement <= G_MAXINT32;
}

/**
 * lacuna_gap_candidate_sentence:
 * @gap: a gap that fits
 * @query: what it fits
 *
 * Returns: (transfer full): a sentence
 */
char *
lacuna_gap_candidate_sentence (const struct lac_gap       *gap,
                               const struct lac_gap_query *query)
{
  g_autofree char *address = lacuna_format_address (gap->candidate);
  g_autofree char *distance
      = lacuna_format_size (gap->distance < 0 ? -(guint64) gap->distance : (guint64) gap->distance);
  g_autofree char *size = lacuna_format_size (query->size);

  if (query->n_anchors == 0)
    return g_strdup_printf (_ ("%s starts a place with room for %s."), address, size);
  if (gap->distance == 0)
    return g_strdup_printf (_ ("The anchor lies inside the %s at %s."), size, address);
  if (lacuna_gap_jump_reaches (query->anchors[0], gap->candidate))
    return gap->distance < 0
               ? g_strdup_printf (
                   _ ("%s ends %s below the anchor. On x86, a jmp rel32 there (5 bytes) reaches it."),
                   address, distance)
               : g_strdup_printf (
                   _ ("%s is %s above the anchor. On x86, a jmp rel32 there (5 bytes) reaches it."),
                   address, distance);
  return gap->distance < 0 ? g_strdup_printf (_ ("%s ends %s below the anchor."), address, distance)
                           : g_strdup_printf (_ ("%s is %s above the anchor."), address, distance);
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
