/* The parser of maps and smaps texts.
 *
 * A process may have a million regions, of 50 bytes and more each, and the kernel writes them at about
 * 200 ns apiece; so there is a budget of some tens of nanoseconds a line. Lines are found with
 * memchr(), digits are taken eight at a time, and nothing is copied.
 *
 * SPDX-License-Identifier: MIT
 */
#include "maps-text.h"

#include "map-private.h"

#include <stdlib.h>
#include <string.h>

/* The value of a hexadecimal digit plus one; 0 for any other byte. */
static const uint8_t digit_values[256] = {
  ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
  ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

void
lac_maps_parser_init (struct lac_maps_parser *parser,
                      struct lac_map_builder *builder)
{
  *parser = (struct lac_maps_parser){ .builder = builder };
}

static enum lac_status
malformed (struct lac_maps_parser *parser,
           const char             *line,
           const char             *place,
           const char             *message)
{
  parser->error = (struct lac_text_error){ parser->line, (uint64_t) (place - line) + 1, message };
  return LAC_E_MALFORMED;
}

/* The functions below take something off the start of [at, end) and return what comes after it, or NULL
 * when it is not there. They are inlined, so that a line's state stays in registers. */
#define TAKE static inline __attribute__ ((always_inline)) const char *

/* Hexadecimal digits as far as they go; NULL when there is none, or more than fit. */
static const char *
take_hexadecimal_slowly (const char *at,
                         const char *end,
                         uint64_t   *out_value)
{
  const char *start = at;
  uint64_t value = 0;
  uint8_t digit;

  while (at < end && (digit = digit_values[(uint8_t) *at]) != 0)
    {
      if (value >> 60)
        return NULL;
      value = value << 4 | (digit - 1u);
      at++;
    }
  *out_value = value;
  return at == start ? NULL : at;
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

#define HAVE_EIGHT_DIGITS 1
#define BYTES(byte) ((byte) * UINT64_C (0x0101010101010101))

/* The value of the eight hexadecimal digits at @at; false when they are not all digits.
 *
 * Each byte below 0x80 is compared by adding what takes the bound to 0x80, so that the top bit of each
 * sum says on which side of the bound it lies and no sum carries into the next. A digit's value is its
 * low four bits, plus 9 for a letter. */
static inline __attribute__ ((always_inline)) bool
eight_digits (const char *at,
              uint64_t   *out_value)
{
  uint64_t bytes, plain, lower, digits, letters, nibbles;

  memcpy (&bytes, at, sizeof bytes);
  plain = bytes & BYTES (0x7f);
  lower = plain | BYTES (0x20);
  digits = (plain + BYTES (0x80 - '0')) & ~(plain + BYTES (0x7f - '9'));
  letters = (lower + BYTES (0x80 - 'a')) & ~(lower + BYTES (0x7f - 'f'));
  if ((((digits | letters) & ~bytes) & BYTES (0x80)) != BYTES (0x80))
    return false;

  nibbles = (bytes & BYTES (0x0f)) + 9 * ((bytes >> 6) & BYTES (0x01));
  /* The first digit to the top, and the nibbles next to each other. */
  nibbles = __builtin_bswap64 (nibbles);
  nibbles = (nibbles | nibbles >> 4) & UINT64_C (0x00ff00ff00ff00ff);
  nibbles = (nibbles | nibbles >> 8) & UINT64_C (0x0000ffff0000ffff);
  *out_value = (nibbles | nibbles >> 16) & UINT64_C (0xffffffff);
  return true;
}

/* The kernel writes eight digits at least, and as many in one line as in the next; so where a number
 * ends is searched from there on, in a loop whose branches are foreseen, and the digits are worked out
 * beside what follows instead of before it. The first eight and the last eight overlap. */
TAKE
take_hexadecimal (const char *at,
                  const char *end,
                  char        terminator,
                  uint64_t   *out_value)
{
  uint64_t first, last;
  unsigned n = 8;

  if (end - at >= 17)
    {
      while (n < 17 && at[n] != terminator)
        n++;
      if (n < 17 && eight_digits (at, &first) && eight_digits (at + n - 8, &last))
        {
          *out_value = first << 4 * (n - 8) | last;
          return at + n;
        }
    }
  at = take_hexadecimal_slowly (at, end, &first);
  if (at != NULL)
    *out_value = first;
  return at;
}

#else

TAKE
take_hexadecimal (const char *at,
                  const char *end,
                  char        terminator,
                  uint64_t   *out_value)
{
  return take_hexadecimal_slowly (at, end, out_value);
}

#endif

static const char *
take_decimal (const char *at,
              const char *end,
              uint64_t   *out_value)
{
  const char *start = at;
  uint64_t value = 0;

  while (at < end && (unsigned) (*at - '0') < 10)
    {
      if (value > (UINT64_MAX - (unsigned) (*at - '0')) / 10)
        return NULL;
      value = value * 10 + (unsigned) (*at - '0');
      at++;
    }
  *out_value = value;
  return at == start ? NULL : at;
}

TAKE
take (const char *at,
      const char *end,
      char        c)
{
  return at < end && *at == c ? at + 1 : NULL;
}

/* One blank at least. */
TAKE
take_blanks (const char *at,
             const char *end)
{
  if (at == end || *at != ' ')
    return NULL;
  do
    at++;
  while (at < end && *at == ' ');
  return at;
}

TAKE
take_protection (const char *at,
                 const char *end,
                 unsigned   *out_protection,
                 unsigned   *out_flags)
{
  unsigned protection = 0;

  if (end - at < 4 || (at[0] != 'r' && at[0] != '-') || (at[1] != 'w' && at[1] != '-')
      || (at[2] != 'x' && at[2] != '-') || (at[3] != 'p' && at[3] != 's'))
    return NULL;
  protection |= at[0] == 'r' ? LAC_PROTECTION_READ : 0;
  protection |= at[1] == 'w' ? LAC_PROTECTION_WRITE : 0;
  protection |= at[2] == 'x' ? LAC_PROTECTION_EXECUTE : 0;
  *out_protection = protection;
  *out_flags = at[3] == 's' ? LAC_REGION_SHARED : 0;
  return at + 4;
}

/* MAJOR:MINOR */
static const char *
take_device (const char *at,
             const char *end,
             uint32_t   *out_major,
             uint32_t   *out_minor)
{
  uint64_t major, minor;

  at = take_hexadecimal_slowly (at, end, &major);
  if (at == NULL || at == end || *at != ':' || major > UINT32_MAX)
    return NULL;
  at = take_hexadecimal_slowly (at + 1, end, &minor);
  if (at == NULL || minor > UINT32_MAX)
    return NULL;
  *out_major = (uint32_t) major;
  *out_minor = (uint32_t) minor;
  return at;
}

/* Whether a line ends by saying that there is no offset, no device, no inode and no name. */
static inline bool
is_anonymous_tail (const char *at,
                   const char *end)
{
  static const char tail[17] = "00000000 00:00 0 ";

  return (end - at == 17 && at[16] == ' ' && memcmp (at, tail, 16) == 0)
         || (end - at == 16 && memcmp (at, tail, 16) == 0);
}

/* Hands what smaps said of the last region to the builder. */
static enum lac_status
flush_detail (struct lac_maps_parser *parser)
{
  enum lac_status status;

  if (!parser->in_detail)
    return LAC_OK;
  status = lac_map_builder_add_detail (parser->builder, &parser->detail, parser->grows_down);
  parser->in_detail = parser->grows_down = false;
  parser->detail = (struct lac_region_detail){ 0 };
  return status;
}

/* Adds a region whose name holds \012, which stands for a newline. */
static enum lac_status
add_escaped (struct lac_maps_parser  *parser,
             struct lac_region_entry *entry)
{
  char *name = malloc (entry->name_length);
  size_t length = 0;
  enum lac_status status;

  if (name == NULL)
    return LAC_E_NO_MEMORY;
  for (size_t i = 0; i < entry->name_length; i++)
    if (entry->name_length - i >= 4 && memcmp (entry->name + i, "\\012", 4) == 0)
      {
        name[length++] = '\n';
        i += 3;
      }
    else
      name[length++] = entry->name[i];
  entry->name = name;
  entry->name_length = length;
  status = lac_map_builder_add (parser->builder, entry);
  free (name);
  return status;
}

/* The fields from the device on, of which most regions of a process that has very many have none. */
static enum lac_status
parse_backing (struct lac_maps_parser  *parser,
               struct lac_region_entry *entry,
               const char              *line,
               const char              *at,
               const char              *end)
{
  static const char deleted[] = " (deleted)";
  const size_t deleted_length = sizeof deleted - 1;
  const char *next;
  const char *zero;

  if ((next = take_device (at, end, &entry->device_major, &entry->device_minor)) == NULL)
    return malformed (parser, line, at, "expected a device such as fe:00");
  at = next;
  if ((next = take_blanks (at, end)) == NULL)
    return malformed (parser, line, at, "expected a blank before the inode");
  at = next;
  if ((next = take_decimal (at, end, &entry->inode)) == NULL)
    return malformed (parser, line, at, "expected the inode, decimal");
  at = next;
  if (at == end)
    return lac_map_builder_add (parser->builder, entry);

  if ((next = take_blanks (at, end)) == NULL)
    return malformed (parser, line, at, "expected a blank before the name");
  at = next;
  if (at == end)
    return lac_map_builder_add (parser->builder, entry);

  zero = memchr (at, '\0', (size_t) (end - at));
  if (zero)
    return malformed (parser, line, zero, "a name can't hold a zero byte");
  entry->name = at;
  entry->name_length = (size_t) (end - at);
  if (entry->name_length > deleted_length && at[0] == '/'
      && memcmp (end - deleted_length, deleted, deleted_length) == 0)
    {
      entry->deleted = true;
      entry->name_length -= deleted_length;
    }
  if (memchr (entry->name, '\\', entry->name_length))
    return add_escaped (parser, entry);
  return lac_map_builder_add (parser->builder, entry);
}

static inline enum lac_status
parse_region (struct lac_maps_parser *parser,
              const char             *line,
              const char             *end)
{
  struct lac_region_entry entry = { .kind = LAC_KIND_DECIDE };
  const char *at = line;
  const char *next;
  uint64_t first, last;
  unsigned protection, flags;

  if (parser->in_detail)
    {
      enum lac_status status = flush_detail (parser);

      if (status != LAC_OK)
        return status;
    }
  if ((next = take_hexadecimal (at, end, '-', &first)) == NULL)
    return malformed (parser, line, at, "expected the start address, hexadecimal, 64 bits");
  at = next;
  if ((next = take (at, end, '-')) == NULL)
    return malformed (parser, line, at, "expected '-' between start and end");
  at = next;
  if ((next = take_hexadecimal (at, end, ' ', &last)) == NULL)
    return malformed (parser, line, at, "expected the end address, hexadecimal, 64 bits");
  if (last <= first)
    return malformed (parser, line, at, "the end is not above the start");
  at = next;
  if ((next = take_blanks (at, end)) == NULL)
    return malformed (parser, line, at, "expected a blank before the protection");
  at = next;
  if ((next = take_protection (at, end, &protection, &flags)) == NULL)
    return malformed (parser, line, at, "expected a protection such as r-xp");
  at = next;
  if ((next = take_blanks (at, end)) == NULL)
    return malformed (parser, line, at, "expected a blank before the offset");
  at = next;

  entry.start = first;
  entry.end = last;
  entry.protection = (uint8_t) protection;
  entry.flags = (uint16_t) flags;
  if (is_anonymous_tail (at, end))
    return lac_map_builder_add (parser->builder, &entry);

  if ((next = take_hexadecimal (at, end, ' ', &entry.offset)) == NULL)
    return malformed (parser, line, at, "expected the offset, hexadecimal, 64 bits");
  at = next;
  if ((next = take_blanks (at, end)) == NULL)
    return malformed (parser, line, at, "expected a blank before the device");
  at = next;
  return parse_backing (parser, &entry, line, at, end);
}

/* What smaps has in units of 1,024 bytes, and where it goes; several keys add up. */
static const struct
{
  const char *key;
  size_t member;
} detail_keys[] = {
  { "Rss", offsetof (struct lac_region_detail, resident) },
  { "Pss", offsetof (struct lac_region_detail, proportional) },
  { "Shared_Dirty", offsetof (struct lac_region_detail, dirty) },
  { "Private_Dirty", offsetof (struct lac_region_detail, dirty) },
  { "Swap", offsetof (struct lac_region_detail, swapped) },
  { "AnonHugePages", offsetof (struct lac_region_detail, huge) },
  { "ShmemPmdMapped", offsetof (struct lac_region_detail, huge) },
  { "FilePmdMapped", offsetof (struct lac_region_detail, huge) },
  { "Shared_Hugetlb", offsetof (struct lac_region_detail, huge) },
  { "Private_Hugetlb", offsetof (struct lac_region_detail, huge) },
};

/* VmFlags is a list of two-letter words; gd means that the region grows down. */
static bool
has_flag (const char *start,
          const char *end,
          const char *flag)
{
  for (const char *at = start; end - at >= 2; at++)
    if (at[0] == flag[0] && at[1] == flag[1] && (at == start || at[-1] == ' ')
        && (end - at == 2 || at[2] == ' '))
      return true;
  return false;
}

static enum lac_status
parse_detail (struct lac_maps_parser *parser,
              const char             *line,
              const char             *end)
{
  const char *colon = memchr (line, ':', (size_t) (end - line));
  const char *at, *next;
  size_t key_length;

  if (colon == NULL)
    return malformed (parser, line, line, "expected a region or one of its details");
  if (parser->line == 1)
    return malformed (parser, line, line, "a detail comes before the first region");
  parser->in_detail = true;
  key_length = (size_t) (colon - line);
  at = take_blanks (colon + 1, end);
  if (at == NULL)
    at = colon + 1;
  for (size_t i = 0; i < sizeof detail_keys / sizeof detail_keys[0]; i++)
    if (strlen (detail_keys[i].key) == key_length && memcmp (detail_keys[i].key, line, key_length) == 0)
      {
        uint64_t kibibytes;
        uint64_t *member = (uint64_t *) ((char *) &parser->detail + detail_keys[i].member);

        next = take_decimal (at, end, &kibibytes);
        if (next == NULL || kibibytes > UINT64_MAX / 1024)
          return malformed (parser, line, at, "expected a number of kB");
        *member = lac_add_saturating (*member, kibibytes * 1024);
        return LAC_OK;
      }
  if (key_length == 7 && memcmp (line, "VmFlags", 7) == 0)
    parser->grows_down = has_flag (at, end, "gd");
  return LAC_OK;
}

static inline enum lac_status
parse_line (struct lac_maps_parser *parser,
            const char             *line,
            const char             *end)
{
  parser->line++;
  /* A text that went through another system may end its lines with carriage return and newline. */
  if (end > line && end[-1] == '\r')
    {
      if (parser->line == 1)
        parser->carriage_returns = true;
      if (parser->carriage_returns)
        end--;
    }
  if (line == end)
    {
      /* Blank lines are tolerated at the end of a text, not inside it. */
      if (parser->blank_line == 0)
        parser->blank_line = parser->line;
      return LAC_OK;
    }
  if (parser->blank_line != 0)
    {
      parser->line = parser->blank_line;
      return malformed (parser, line, line, "expected a region, not a blank line");
    }
  if (*line >= 'A' && *line <= 'Z')
    return parse_detail (parser, line, end);
  return parse_region (parser, line, end);
}

/* More than the longest line of a region without file and name, whose addresses have 16 digits at
 * most. */
#define ANONYMOUS_LINE 64
#define ADDRESS_DIGITS 16

/* The end address of the line before: where it stands in the text, its digits, its value. */
struct known_address
{
  const char *text;
  unsigned n_digits;
  uint64_t value;
};

/* Whether two texts of @n ≥ 8 bytes are the same. */
static inline bool
same_digits (const char *a,
             const char *b,
             unsigned    n)
{
  return memcmp (a, b, 8) == 0 && memcmp (a + n - 8, b + n - 8, 8) == 0;
}

/* Most lines of a very long text are of one form; such a line is taken here in one go, without looking
 * for its end first. Working digits out is what takes time, and most of them stand there twice: a
 * region mostly begins where the one before ends, and its own end has the same leading digits. NULL
 * when @at begins anything else, which then goes the long way. */
static inline const char *
take_anonymous_line (struct lac_maps_parser *parser,
                     const char             *at,
                     const char             *end,
                     struct known_address   *known,
                     enum lac_status        *out_status)
{
  const char *start = at;
  uint64_t first, last;
  unsigned n, protection, flags;

  /* A capital begins a detail. */
  if (end - at < ANONYMOUS_LINE || parser->in_detail || parser->blank_line != 0
      || (*at >= 'A' && *at <= 'Z'))
    return NULL;

  if (known->text != NULL && at[known->n_digits] == '-'
      && same_digits (at, known->text, known->n_digits))
    {
      first = known->value;
      at += known->n_digits;
    }
  else if ((at = take_hexadecimal (at, end, '-', &first)) == NULL || at - start > ADDRESS_DIGITS
           || *at != '-')
    return NULL;
  n = (unsigned) (at - start);
  at++;
  known->text = at;

#ifdef HAVE_EIGHT_DIGITS
  if (n >= 8 && at[n] == ' ' && memcmp (at, start, 8) == 0
      && eight_digits (at + n - 8, &last))
    {
      last |= first >> 4 * (n - 8) << 4 * (n - 8);
      at += n;
    }
  else
#endif
    if ((at = take_hexadecimal (at, end, ' ', &last)) == NULL || at - known->text > ADDRESS_DIGITS
        || *at != ' ')
    {
      known->text = NULL;
      return NULL;
    }
  known->n_digits = (unsigned) (at - known->text);
  known->value = last;
  if (known->n_digits < 8)
    known->text = NULL;

  if (last <= first || (at = take_protection (at + 1, end, &protection, &flags)) == NULL
      || memcmp (at, " 00000000 00:00 ", 16) != 0 || at[16] != '0')
    return NULL;
  at += 17;
  if (*at == ' ')
    at++;
  if (*at != '\n')
    return NULL;
  parser->line++;
  *out_status = lac_map_builder_add_anonymous (parser->builder, first, last, protection, flags);
  return at + 1;
}

enum lac_status
lac_maps_parser_push (struct lac_maps_parser *parser,
                      const char             *text,
                      size_t                  length,
                      bool                    last,
                      size_t                 *out_consumed)
{
  const char *at = text;
  const char *end = text + length;
  struct known_address known = { .text = NULL };
  enum lac_status status = LAC_OK;

  while (at < end)
    {
      const char *next = take_anonymous_line (parser, at, end, &known, &status);
      const char *newline;

      if (next != NULL && status == LAC_OK)
        {
          at = next;
          continue;
        }
      if (status != LAC_OK)
        break;
      newline = memchr (at, '\n', (size_t) (end - at));
      if (newline == NULL && !last)
        break;
      status = parse_line (parser, at, newline ? newline : end);
      if (status != LAC_OK)
        break;
      at = newline ? newline + 1 : end;
    }
  if (last && status == LAC_OK)
    status = flush_detail (parser);
  *out_consumed = (size_t) (at - text);
  return status;
}

enum lac_status
lac_map_parse (const char             *text,
               size_t                  length,
               const struct lac_space *space,
               struct lac_map        **out_map,
               struct lac_text_error  *out_error)
{
  struct lac_map_builder *builder = lac_map_builder_new (space);
  struct lac_maps_parser parser;
  size_t consumed;
  enum lac_status status;

  if (builder == NULL)
    return LAC_E_NO_MEMORY;
  lac_maps_parser_init (&parser, builder);
  status = lac_maps_parser_push (&parser, text, length, true, &consumed);
  if (status != LAC_OK)
    {
      if (status == LAC_E_MALFORMED && out_error)
        *out_error = parser.error;
      lac_map_builder_free (builder);
      return status;
    }
  return lac_map_builder_finish (builder, out_map);
}
