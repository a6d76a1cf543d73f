/* What is said of buffers, allocations, and those who look at them.
 *
 * Every buffer of the shared format can be written and run at once. A mark at each would be a mark at
 * none, so that finding is a remark, said of the one that is selected; the others are faults.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-buffers-words.h"
#include "app/lacuna-isolate.h"
#include "core/region.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>
#include <inttypes.h>

/* In a text that wraps, an address stays in one line. */
static char *
address_words (guint64 address)
{
  g_autofree char *text = lacuna_format_address_prefixed (address);
  g_auto (GStrv) groups = g_strsplit (text, " ", -1);

  return lacuna_isolate (g_strjoinv ("\302\240", groups));
}

/* Which of all places, when only an order was chosen. */
static char *
order_words (const struct lac_gap_query *query,
             const char                 *size)
{
  switch (query->order)
    {
    case LAC_ORDER_HIGHEST:
      /* Translators: a size */
      return g_strdup_printf (_ ("%s at the highest place"), size);
    case LAC_ORDER_TIGHTEST:
      /* Translators: a size */
      return g_strdup_printf (_ ("%s in the smallest gap that fits"), size);
    case LAC_ORDER_ROOMIEST:
      /* Translators: a size */
      return g_strdup_printf (_ ("%s in the largest gap"), size);
    case LAC_ORDER_NEAREST:
    case LAC_ORDER_LOWEST:
    case LAC_N_ORDERS:
    default:
      /* Translators: a size */
      return g_strdup_printf (_ ("%s at the lowest place"), size);
    }
}

char *
lacuna_buffers_plan_words (const struct lac_gap_query *query,
                           gboolean                    anywhere,
                           struct lac_range            user)
{
  g_autofree char *size = lacuna_format_size (query->size);
  g_autofree char *within = lacuna_format_size (query->within);
  g_autofree char *minimum = address_words (query->min);
  g_autofree char *maximum = address_words (query->max);
  g_autofree char *anchor = query->n_anchors > 0 ? address_words (query->anchors[0]) : NULL;
  gboolean above = query->min > user.start;
  gboolean below = query->max < user.end;
  g_autofree char *bounds = NULL;
  g_autofree char *near = NULL;

  if (anywhere)
    /* Translators: a size */
    return g_strdup_printf (_ ("%s near the program’s own code"), size);
  if (above && below)
    /* Translators: two addresses; goes below the line that says the size. */
    bounds = g_strdup_printf (_ ("from %s to %s"), minimum, maximum);
  else if (above)
    bounds = g_strdup_printf (_ ("at or above %s"), minimum);
  else if (below)
    bounds = g_strdup_printf (_ ("below %s"), maximum);

  if (query->n_anchors == 1)
    /* Translators: a size, a distance, an address. */
    near = g_strdup_printf (_ ("%s within %s of %s"), size, within, anchor);
  else if (query->n_anchors > 1)
    near = g_strdup_printf (ngettext ("%s within %s of %u anchor", "%s within %s of all %u anchors",
                                      (gulong) query->n_anchors),
                            size, within, (guint) query->n_anchors);

  if (near != NULL)
    return bounds != NULL ? g_strdup_printf ("%s\n%s", near, bounds) : g_steal_pointer (&near);
  if (bounds != NULL)
    /* Translators: a size, and where: "64 KiB below 0x8000 0000". */
    return g_strdup_printf (C_ ("size and place", "%s %s"), size, bounds);
  return order_words (query, size);
}

/* How many letters of an address in groups @text begins with; 0 for none. */
static gsize
address_length (const char *text)
{
  gsize length = 2;

  if (!g_str_has_prefix (text, "0x"))
    return 0;
  while (g_ascii_isxdigit (text[length]))
    length++;
  while (text[length] == ' ')
    {
      gsize digits = 0;

      while (g_ascii_isxdigit (text[length + 1 + digits]))
        digits++;
      if (digits != 4 || g_unichar_isalpha (g_utf8_get_char (text + length + 5)))
        break;
      length += 5;
    }
  return length;
}

char *
lacuna_buffers_keep_whole (const char *text)
{
  GString *whole = g_string_new (NULL);

  while (*text != '\0')
    {
      gsize length = address_length (text);

      for (gsize i = 0; i < length; i++)
        if (text[i] == ' ')
          g_string_append (whole, "\302\240");
        else
          g_string_append_c (whole, text[i]);
      if (length == 0)
        g_string_append_c (whole, *text++);
      text += length;
    }
  return g_string_free (whole, FALSE);
}

char *
lacuna_buffers_fill_words (LacunaLocatorBuffer *buffer)
{
  g_autofree char *used = lacuna_format_size (lacuna_locator_buffer_get_position (buffer));
  g_autofree char *size = lacuna_format_size (lacuna_locator_buffer_get_size (buffer));

  /* Translators: two sizes: "1.5 KiB of 64 KiB used". */
  return g_strdup_printf (_ ("%s of %s used"), used, size);
}

/* Who has it. */
static char *
taker_words (LacunaLocatorBuffer *buffer)
{
  gint32 holder = lacuna_locator_buffer_get_holder (buffer);

  if (!lacuna_locator_buffer_get_taken (buffer))
    return g_strdup (_ ("Nobody has it."));
  if (lacuna_locator_buffer_get_ours (buffer))
    return g_strdup (_ ("You have it. Others pass it over until you put it back."));
  if (holder != 0)
    return g_strdup_printf (_ ("Thread %d has it."), holder);
  return g_strdup (_ ("Somebody else in the process has it."));
}

char *
lacuna_buffers_buffer_words (LacunaLocatorBuffer *buffer)
{
  g_autofree char *used = lacuna_format_count (lacuna_locator_buffer_get_position (buffer));
  g_autofree char *size = lacuna_format_count (lacuna_locator_buffer_get_size (buffer));
  g_autofree char *room = lacuna_format_count (lacuna_locator_buffer_get_free (buffer));
  g_autofree char *taker = taker_words (buffer);

  /* Translators: three numbers of bytes, and a sentence that says who has the buffer. */
  return g_strdup_printf (_ ("%s of %s bytes, %s free. %s"), used, size, room, taker);
}

char *
lacuna_buffers_table_words (LacunaLocatorTable *table)
{
  guint n_buffers = g_list_model_get_n_items (lacuna_locator_table_get_buffers (table));

  return g_strdup_printf (ngettext ("%u buffer", "%u buffers", n_buffers), n_buffers);
}

char *
lacuna_buffers_size_words (LacunaAllocation *allocation)
{
  g_autofree char *size
      = lacuna_format_size (lac_range_size (lacuna_allocation_get_range (allocation)));
  guint n_references = lacuna_allocation_get_n_references (allocation);

  if (lacuna_allocation_get_closing (allocation))
    /* Translators: a size */
    return g_strdup_printf (_ ("%s · freed, still looked at"), size);
  if (n_references > 0)
    return g_strdup_printf (ngettext ("%s · %u looks at it", "%s · %u look at it", n_references),
                            size, n_references);
  return g_steal_pointer (&size);
}

char *
lacuna_buffers_access_letters (unsigned protection)
{
  char letters[5];

  lac_protection_format (protection, 0, letters);
  letters[3] = '\0';
  return g_strdup (letters);
}

gboolean
lacuna_buffers_read_access (const char *letters,
                            unsigned   *out_protection)
{
  static const unsigned all
      = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;

  for (unsigned protection = 0; protection <= all; protection++)
    {
      g_autofree char *same = lacuna_buffers_access_letters (protection);

      if (g_strcmp0 (same, letters) == 0)
        {
          *out_protection = protection;
          return TRUE;
        }
    }
  return FALSE;
}

const char *
lacuna_buffers_access_sentence (unsigned protection)
{
  switch (protection)
    {
    case LAC_PROTECTION_NONE:
      return _ ("Nothing may touch it.");
    case LAC_PROTECTION_READ:
      return _ ("Can be read.");
    case LAC_PROTECTION_READ | LAC_PROTECTION_WRITE:
      return _ ("Can be read and written.");
    case LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE:
      return _ ("Can be read and run.");
    case LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE:
      return _ ("Can be read, written and run.");
    default:
      return "";
    }
}

char *
lacuna_buffers_time_words (gint64 when)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (when / G_USEC_PER_SEC);

  return time != NULL ? g_date_time_format (time, "%T") : g_strdup ("");
}

/* So many places are told one by one. */
#define MOST_PIECES 4

static char *
piece_words (const LacunaDifferencePiece *piece)
{
  g_autofree char *address = address_words (piece->range.start);
  g_autofree char *size = lacuna_format_size (lac_range_size (piece->range));
  g_autofree char *before = lacuna_isolate (lacuna_buffers_access_letters (piece->old_protection));
  g_autofree char *after = lacuna_isolate (lacuna_buffers_access_letters (piece->protection));

  switch (piece->kind)
    {
    case LACUNA_DIFFERENCE_ADDED:
      /* Translators: memory that was added: where, how much, its protection such as rw- */
      return g_strdup_printf (C_ ("difference", "+ %s, %s, %s"), address, size, after);
    case LACUNA_DIFFERENCE_REMOVED:
      /* Translators: memory that is gone: where, how much, its protection such as rw- */
      return g_strdup_printf (C_ ("difference", "− %s, %s, %s"), address, size, before);
    case LACUNA_DIFFERENCE_CHANGED:
    case LACUNA_N_DIFFERENCES:
    default:
      /* Translators: memory that is otherwise: where, how much, its protection before and now */
      return g_strdup_printf (C_ ("difference", "± %s, %s, %s, before %s"), address, size, after,
                              before);
    }
}

char *
lacuna_buffers_difference_words (LacunaDifference *difference)
{
  GString *text = g_string_new (NULL);
  gsize n_pieces;
  const LacunaDifferencePiece *pieces = lacuna_difference_get_pieces (difference, &n_pieces);

  for (gsize i = 0; i < MIN (n_pieces, MOST_PIECES); i++)
    {
      g_autofree char *words = piece_words (&pieces[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", words);
    }
  if (n_pieces > MOST_PIECES)
    g_string_append (text, "\n…");
  return g_string_free (text, FALSE);
}

static gboolean
is_remark (unsigned finding)
{
  return g_str_equal (lacuna_finding_name (finding), "writable-and-executable");
}

static char *
say (unsigned findings,
     gboolean remarks)
{
  GString *text = g_string_new (NULL);

  for (unsigned bit = 1; bit < LACUNA_FINDINGS_END; bit <<= 1)
    if ((findings & bit) != 0 && is_remark (bit) == remarks)
      {
        if (text->len > 0)
          g_string_append_c (text, '\n');
        g_string_append (text, lacuna_finding_sentence (bit));
      }
  return g_string_free (text, FALSE);
}

const char *
lacuna_buffers_own_sentence (void)
{
  return _ ("Never writable and executable at once, and for this program alone.");
}

char *
lacuna_buffers_findings (unsigned findings)
{
  return say (findings, FALSE);
}

char *
lacuna_buffers_remarks (unsigned findings)
{
  return say (findings, TRUE);
}
