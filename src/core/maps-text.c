/* The parser of maps and smaps texts.
 *
 * A process may have a million regions, of 50 bytes and more each, and the kernel writes them at about
 * 200 ns apiece; so there is a budget of some tens of nanoseconds a line. Lines are found with
 * memchr(), digits by a table, and nothing is copied.
 *
 * SPDX-License-Identifier: MIT
 */
#include "maps-text.h"

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

/* A line on its way through the parser: what is left of it, and where it began. */
struct line
{
  const char *start;
  const char *at;
  const char *end;
};

static enum lac_status
malformed (struct lac_maps_parser *parser,
           const struct line      *line,
           const char             *place,
           const char             *message)
{
  parser->error = (struct lac_text_error){ parser->line, (uint64_t) (place - line->start) + 1, message };
  return LAC_E_MALFORMED;
}

/* Reads hexadecimal digits as far as they go; false when there is none, or more than fit. */
static inline bool
take_hexadecimal (struct line *line,
                  uint64_t    *out_value)
{
  const char *at = line->at;
  const char *end = line->end;
  uint64_t value = 0;
  uint8_t digit;

  while (at < end && (digit = digit_values[(uint8_t) *at]) != 0)
    {
      if (value >> 60)
        return false;
      value = value << 4 | (digit - 1u);
      at++;
    }
  if (at == line->at)
    return false;
  line->at = at;
  *out_value = value;
  return true;
}

static inline bool
take_decimal (struct line *line,
              uint64_t    *out_value)
{
  const char *at = line->at;
  const char *end = line->end;
  uint64_t value = 0;

  while (at < end && (unsigned) (*at - '0') < 10)
    {
      if (value > (UINT64_MAX - (unsigned) (*at - '0')) / 10)
        return false;
      value = value * 10 + (unsigned) (*at - '0');
      at++;
    }
  if (at == line->at)
    return false;
  line->at = at;
  *out_value = value;
  return true;
}

static inline bool
take (struct line *line,
      char         c)
{
  if (line->at == line->end || *line->at != c)
    return false;
  line->at++;
  return true;
}

/* One blank at least. */
static inline bool
take_blanks (struct line *line)
{
  const char *at = line->at;

  while (at < line->end && *at == ' ')
    at++;
  if (at == line->at)
    return false;
  line->at = at;
  return true;
}

static inline bool
take_protection (struct line             *line,
                 struct lac_region_entry *entry)
{
  const char *at = line->at;

  if (line->end - at < 4)
    return false;
  if (at[0] == 'r')
    entry->protection |= LAC_PROTECTION_READ;
  else if (at[0] != '-')
    return false;
  if (at[1] == 'w')
    entry->protection |= LAC_PROTECTION_WRITE;
  else if (at[1] != '-')
    return false;
  if (at[2] == 'x')
    entry->protection |= LAC_PROTECTION_EXECUTE;
  else if (at[2] != '-')
    return false;
  if (at[3] == 's')
    entry->flags |= LAC_REGION_SHARED;
  else if (at[3] != 'p')
    return false;
  line->at += 4;
  return true;
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

static enum lac_status
parse_region (struct lac_maps_parser *parser,
              struct line            *line)
{
  static const char deleted[] = " (deleted)";
  const size_t deleted_length = sizeof deleted - 1;
  struct lac_region_entry entry = { .kind = LAC_KIND_DECIDE };
  const char *second;
  uint64_t major, minor;
  enum lac_status status = flush_detail (parser);

  if (status != LAC_OK)
    return status;
  if (!take_hexadecimal (line, &entry.start))
    return malformed (parser, line, line->at, "expected the start address, hexadecimal, 64 bits");
  if (!take (line, '-'))
    return malformed (parser, line, line->at, "expected '-' between start and end");
  second = line->at;
  if (!take_hexadecimal (line, &entry.end))
    return malformed (parser, line, line->at, "expected the end address, hexadecimal, 64 bits");
  if (entry.end <= entry.start)
    return malformed (parser, line, second, "the end is not above the start");
  if (!take_blanks (line))
    return malformed (parser, line, line->at, "expected a blank before the protection");
  if (!take_protection (line, &entry))
    return malformed (parser, line, line->at, "expected a protection such as r-xp");
  if (!take_blanks (line))
    return malformed (parser, line, line->at, "expected a blank before the offset");
  if (!take_hexadecimal (line, &entry.offset))
    return malformed (parser, line, line->at, "expected the offset, hexadecimal, 64 bits");
  if (!take_blanks (line))
    return malformed (parser, line, line->at, "expected a blank before the device");
  second = line->at;
  if (!take_hexadecimal (line, &major) || major > UINT32_MAX || !take (line, ':')
      || !take_hexadecimal (line, &minor) || minor > UINT32_MAX)
    return malformed (parser, line, second, "expected a device such as fe:00");
  if (!take_blanks (line))
    return malformed (parser, line, line->at, "expected a blank before the inode");
  if (!take_decimal (line, &entry.inode))
    return malformed (parser, line, line->at, "expected the inode, decimal");
  entry.device_major = (uint32_t) major;
  entry.device_minor = (uint32_t) minor;

  if (line->at < line->end)
    {
      if (!take_blanks (line))
        return malformed (parser, line, line->at, "expected a blank before the name");
      entry.name = line->at;
      entry.name_length = (size_t) (line->end - line->at);
      if (entry.name_length > deleted_length && entry.name[0] == '/'
          && memcmp (line->end - deleted_length, deleted, deleted_length) == 0)
        {
          entry.deleted = true;
          entry.name_length -= deleted_length;
        }
      if (entry.name_length)
        {
          const char *zero = memchr (entry.name, '\0', entry.name_length);

          if (zero)
            return malformed (parser, line, zero, "a name can't hold a zero byte");
          if (memchr (entry.name, '\\', entry.name_length))
            return add_escaped (parser, &entry);
        }
    }
  return lac_map_builder_add (parser->builder, &entry);
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
has_flag (const struct line *line,
          const char        *flag)
{
  for (const char *at = line->at; line->end - at >= 2; at++)
    if (at[0] == flag[0] && at[1] == flag[1] && (at == line->at || at[-1] == ' ')
        && (line->end - at == 2 || at[2] == ' '))
      return true;
  return false;
}

static enum lac_status
parse_detail (struct lac_maps_parser *parser,
              struct line            *line)
{
  const char *colon = memchr (line->at, ':', (size_t) (line->end - line->at));
  size_t key_length;

  if (colon == NULL)
    return malformed (parser, line, line->at, "expected a region or one of its details");
  if (parser->line == 1)
    return malformed (parser, line, line->at, "a detail comes before the first region");
  parser->in_detail = true;
  key_length = (size_t) (colon - line->at);
  for (size_t i = 0; i < sizeof detail_keys / sizeof detail_keys[0]; i++)
    if (strlen (detail_keys[i].key) == key_length
        && memcmp (detail_keys[i].key, line->at, key_length) == 0)
      {
        uint64_t kibibytes;
        uint64_t *member = (uint64_t *) ((char *) &parser->detail + detail_keys[i].member);

        line->at = colon + 1;
        take_blanks (line);
        if (!take_decimal (line, &kibibytes) || kibibytes > UINT64_MAX / 1024)
          return malformed (parser, line, line->at, "expected a number of kB");
        *member = lac_add_saturating (*member, kibibytes * 1024);
        return LAC_OK;
      }
  if (key_length == 7 && memcmp (line->at, "VmFlags", 7) == 0)
    {
      line->at = colon + 1;
      parser->grows_down = has_flag (line, "gd");
    }
  return LAC_OK;
}

static enum lac_status
parse_line (struct lac_maps_parser *parser,
            const char             *start,
            const char             *end)
{
  struct line line = { start, start, end };

  parser->line++;
  /* A text that went through another system may end its lines with carriage return and newline. */
  if (end > start && end[-1] == '\r')
    {
      if (parser->line == 1)
        parser->carriage_returns = true;
      if (parser->carriage_returns)
        line.end--;
    }
  if (line.at == line.end)
    {
      /* Blank lines are tolerated at the end of a text, not inside it. */
      if (parser->blank_line == 0)
        parser->blank_line = parser->line;
      return LAC_OK;
    }
  if (parser->blank_line != 0)
    {
      parser->line = parser->blank_line;
      return malformed (parser, &line, line.start, "expected a region, not a blank line");
    }
  if (*line.at >= 'A' && *line.at <= 'Z')
    return parse_detail (parser, &line);
  return parse_region (parser, &line);
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
  enum lac_status status = LAC_OK;

  while (at < end)
    {
      const char *newline = memchr (at, '\n', (size_t) (end - at));

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
