/* LacunaRowFilter: which regions and gaps a text asks for.
 *
 * A filter runs over a million rows at each key press, so everything about a word is worked out
 * before: a table says for each kind and each protection whether the word means it, and what it
 * says of a name is found once for each backing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-row-filter.h"
#include "lacuna-kind.h"

#include "core/expression.h"
#include "core/hazard.h"

#include <string.h>

/* Protections are three bits; shared memory's `s` is a fourth. */
#define N_PROTECTIONS 16

/* Hexadecimal digits without 0x that are taken for an address. */
#define LEAST_DIGITS 5

typedef enum
{
  WORD_TEXT,
  WORD_BELOW,
  WORD_ABOVE,
  WORD_EQUAL,
  WORD_NEVER, /* a size that is none: nothing matches, rather than everything */
} WordKind;

typedef struct
{
  WordKind kind;
  guint64 size; /* of the last three */
  char *folded; /* of text */
  gboolean kinds[LAC_N_KINDS];
  gboolean protections[N_PROTECTIONS];
  gboolean gap;
  unsigned hazards;
  gboolean is_address; /* text that may be one, too */
  guint64 address;
} Word;

enum
{
  NAME_UNKNOWN,
  NAME_DIFFERS,
  NAME_MATCHES,
};

struct _LacunaRowFilter
{
  const struct lac_map *map;
  GArray *words;
  GByteArray *names; /* for each backing, a byte for each word */
};

static void
word_clear (gpointer word)
{
  g_free (((Word *) word)->folded);
}

/* "r-x", "rw-p", "--x": whether @text is the start of the four letters of a protection. */
static gboolean
protection_matches (const char *text,
                    guint       protection)
{
  char letters[5];
  gsize length = strlen (text);

  if (length != 3 && length != 4)
    return FALSE;
  lac_protection_format (protection & 7, protection >> 3, letters);
  return memcmp (letters, text, length) == 0;
}

/* An address as it is written anywhere: 0x7f694a84f000, 7f694a84f000, 7f69`4a84f000. A few digits alone
 * are rather the beginning of one, or a part of a name. */
static gboolean
read_address (const char *text,
              guint64    *out_address)
{
  gboolean prefixed = g_ascii_strncasecmp (text, "0x", 2) == 0;
  guint n_digits = 0;

  *out_address = 0;
  for (const char *p = text + (prefixed ? 2 : 0); *p != '\0'; p++)
    {
      if (n_digits > 0 && (*p == '_' || *p == '`'))
        continue;
      if (!g_ascii_isxdigit (*p) || ++n_digits > 16)
        return FALSE;
      *out_address = *out_address << 4 | (guint64) g_ascii_xdigit_value (*p);
    }
  return n_digits >= (prefixed ? 1 : LEAST_DIGITS);
}

/* How many of @parts are an address in groups of four digits, as the window writes it; 0 for none. Words
 * of letters alone are words. */
static guint
count_groups (char *const *parts)
{
  gboolean prefixed = g_ascii_strncasecmp (parts[0], "0x", 2) == 0;
  gboolean has_digit = prefixed;
  guint n_groups = 0;

  for (; parts[n_groups] != NULL && n_groups < 4; n_groups++)
    {
      const char *group = parts[n_groups] + (n_groups == 0 && prefixed ? 2 : 0);
      gsize length = strspn (group, "0123456789abcdefABCDEF");

      if (group[length] != '\0' || length == 0 || length > 4 || (n_groups > 0 && length < 4))
        break;
      has_digit |= strcspn (group, "0123456789") < length;
    }
  return n_groups > 1 && has_digit ? n_groups : 0;
}

static gboolean
word_init (Word       *word,
           const char *text)
{
  *word = (Word){ .kind = WORD_TEXT };

  if (strchr ("<>=", text[0]) != NULL)
    {
      struct lac_expression_error error;

      word->kind = text[0] == '<' ? WORD_BELOW : text[0] == '>' ? WORD_ABOVE : WORD_EQUAL;
      if (lac_expression_parse_size (text + 1, strlen (text + 1), &word->size, &error) == LAC_OK)
        return TRUE;
      word->kind = WORD_NEVER;
      return FALSE;
    }

  word->is_address = read_address (text, &word->address);
  word->folded = g_utf8_casefold (text, -1);
  /* As scripts call it, and as the table does. */
  for (guint kind = 0; kind < LAC_N_KINDS; kind++)
    {
      g_autofree char *label = g_utf8_casefold (lacuna_kind_get_label (kind), -1);

      word->kinds[kind] = strcmp (lac_kind_name (kind), word->folded) == 0
                          || strcmp (label, word->folded) == 0;
    }
  for (guint protection = 0; protection < N_PROTECTIONS; protection++)
    word->protections[protection] = protection_matches (word->folded, protection);
  word->gap = strcmp (word->folded, "gap") == 0 || strcmp (word->folded, "free") == 0;
  if (!lac_hazard_from_name (word->folded, &word->hazards) || strcmp (word->folded, "none") == 0)
    word->hazards = LAC_HAZARD_NONE;
  return TRUE;
}

/* The words of @text; in @out_fault the first that can't be understood, if there is one. */
static GArray *
read_words (const char *text,
            char      **out_fault)
{
  GArray *words = g_array_new (FALSE, FALSE, sizeof (Word));
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_auto (GStrv) parts = g_strsplit_set (valid, " \t\n", -1);

  *out_fault = NULL;
  g_array_set_clear_func (words, word_clear);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *joined = NULL;
      const char *part = parts[i];
      Word word;

      if (part[0] == '\0')
        continue;

      /* "> 1M" is one word, and a sign with nothing after it is not one yet. */
      if (strchr ("<>=", part[0]) != NULL && part[1] == '\0')
        {
          while (parts[i + 1] != NULL && parts[i + 1][0] == '\0')
            i++;
          if (parts[i + 1] == NULL)
            break;
          joined = g_strconcat (part, parts[++i], NULL);
          part = joined;
        }
      else if (count_groups (parts + i) > 0)
        {
          guint n_groups = count_groups (parts + i);
          GString *digits = g_string_new (NULL);

          for (guint group = 0; group < n_groups; group++)
            g_string_append (digits, parts[i + group]);
          i += n_groups - 1;
          joined = g_string_free (digits, FALSE);
          part = joined;
        }
      if (!word_init (&word, part) && *out_fault == NULL)
        *out_fault = g_strdup (part);
      g_array_append_val (words, word);
    }
  return words;
}

char *
lacuna_row_filter_find_fault (const char *text)
{
  char *fault = NULL;

  if (text != NULL)
    g_array_unref (read_words (text, &fault));
  return fault;
}

LacunaRowFilter *
lacuna_row_filter_new (const char           *text,
                       const struct lac_map *map)
{
  g_autofree char *fault = NULL;
  LacunaRowFilter *self;
  GArray *words;

  if (text == NULL)
    return NULL;

  words = read_words (text, &fault);
  if (words->len == 0)
    {
      g_array_unref (words);
      return NULL;
    }

  self = g_new0 (LacunaRowFilter, 1);
  self->map = map;
  self->words = words;
  self->names = g_byte_array_new ();
  return self;
}

void
lacuna_row_filter_free (LacunaRowFilter *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->words);
  g_byte_array_unref (self->names);
  g_free (self);
}

static gboolean
size_matches (const Word *word,
              guint64     size)
{
  switch (word->kind)
    {
    case WORD_BELOW:
      return size < word->size;
    case WORD_ABOVE:
      return size > word->size;
    case WORD_EQUAL:
      return size == word->size;
    case WORD_TEXT:
    case WORD_NEVER:
    default:
      return FALSE;
    }
}

/* What each word says of the name of @region's backing: a byte for each. */
static const guint8 *
name_answers (LacunaRowFilter         *self,
              const struct lac_region *region)
{
  guint n_words = self->words->len;
  gsize offset = (gsize) region->backing * n_words;
  const struct lac_backing *backing;
  g_autofree char *valid = NULL;
  g_autofree char *folded = NULL;
  guint old_length = self->names->len;

  if (offset + n_words > old_length)
    {
      g_byte_array_set_size (self->names, MAX (offset + n_words, (gsize) old_length * 2));
      memset (self->names->data + old_length, NAME_UNKNOWN, self->names->len - old_length);
    }
  if (self->names->data[offset] != NAME_UNKNOWN)
    return self->names->data + offset;

  backing = lac_map_backing (self->map, region);
  valid = g_utf8_make_valid (backing->name_length > 0 ? backing->name : "", backing->name_length);
  folded = g_utf8_casefold (valid, -1);
  for (guint i = 0; i < n_words; i++)
    {
      const Word *word = &g_array_index (self->words, Word, i);

      self->names->data[offset + i] = word->kind == WORD_TEXT
                                              && strstr (folded, word->folded) != NULL
                                          ? NAME_MATCHES
                                          : NAME_DIFFERS;
    }
  return self->names->data + offset;
}

gboolean
lacuna_row_filter_matches_region (LacunaRowFilter         *self,
                                  const struct lac_region *region)
{
  const guint8 *names = name_answers (self, region);
  guint shared = (region->flags & LAC_REGION_SHARED) != 0 ? 8 : 0;

  for (guint i = 0; i < self->words->len; i++)
    {
      const Word *word = &g_array_index (self->words, Word, i);

      if (word->is_address && lac_range_contains (lac_region_range (region), word->address))
        continue;
      if (word->kind != WORD_TEXT)
        {
          if (!size_matches (word, region->end - region->start))
            return FALSE;
        }
      else if (!word->kinds[region->kind] && !word->protections[(region->protection & 7) | shared]
               && names[i] != NAME_MATCHES)
        return FALSE;
    }
  return TRUE;
}

gboolean
lacuna_row_filter_matches_gap (LacunaRowFilter  *self,
                               struct lac_range  gap)
{
  for (guint i = 0; i < self->words->len; i++)
    {
      const Word *word = &g_array_index (self->words, Word, i);

      if (word->is_address && lac_range_contains (gap, word->address))
        continue;
      if (word->kind != WORD_TEXT)
        {
          if (!size_matches (word, lac_range_size (gap)))
            return FALSE;
        }
      else if (!word->gap
               && (word->hazards == LAC_HAZARD_NONE
                   || (lac_map_hazards_in (self->map, gap) & word->hazards) == 0))
        return FALSE;
    }
  return TRUE;
}
