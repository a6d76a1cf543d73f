/* One region from the text of maps, for kernels without point queries and for what these do not
 * know. Lines are skipped by their end address alone; only the one that is wanted is parsed, by the
 * parser that whole texts go through, so that both ways give the same.
 *
 * SPDX-License-Identifier: MIT
 */
#include "process-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The end address of the region in a line. The line is the kernel's or a recorded one; when it is
 * no such line it counts as the place, so that the parser complains about it. */
static uint64_t
line_end_address (const char *line,
                  size_t      length)
{
  const char *hyphen = memchr (line, '-', length < 20 ? length : 20);
  char digits[20];
  size_t n = 0;

  if (hyphen == NULL)
    return UINT64_MAX;
  for (const char *c = hyphen + 1; c < line + length && *c != ' ' && n < sizeof digits - 1; c++)
    digits[n++] = *c;
  digits[n] = '\0';
  return strtoull (digits, NULL, 16);
}

struct found_line
{
  char text[LAC_NAME_MAX * 4 + 256];
  size_t length;
  uint64_t number;
};

/* Reads @file up to the first line whose region ends above @address; for LAC_QUERY_LAST, the last
 * one. */
static enum lac_status
find_line (struct lac_process         *process,
           int                         file,
           uint64_t                    address,
           struct found_line          *out_line,
           struct lac_process_failure *out_failure)
{
  char buffer[32 * 1024];
  size_t length = 0;
  off_t offset = 0;
  uint64_t number = 0;

  out_line->length = 0;
  for (;;)
    {
      ssize_t n = pread (file, buffer + length, sizeof buffer - length, offset);
      size_t at = 0;

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return lac_process_refused (process, errno, "read /proc/PID/maps", out_failure);
      length += (size_t) n;
      offset += n;
      while (at < length)
        {
          const char *newline = memchr (buffer + at, '\n', length - at);
          size_t line_length = newline ? (size_t) (newline - (buffer + at)) : length - at;

          /* Without a newline there is more to come, unless this is the end of the text. */
          if (newline == NULL && n != 0)
            break;
          number++;
          if (line_length > 0
              && (address == LAC_QUERY_LAST
                  || line_end_address (buffer + at, line_length) > address))
            {
              if (line_length > sizeof out_line->text)
                line_length = sizeof out_line->text;
              memcpy (out_line->text, buffer + at, line_length);
              out_line->length = line_length;
              out_line->number = number;
              if (address != LAC_QUERY_LAST)
                return LAC_OK;
            }
          at = newline ? (size_t) (newline + 1 - buffer) : length;
        }
      memmove (buffer, buffer + at, length - at);
      length -= at;
      if (n == 0)
        break;
      if (length == sizeof buffer)
        return lac_process_fail (out_failure, LAC_E_MALFORMED, 0, "read /proc/PID/maps");
    }
  return out_line->length > 0 ? LAC_OK : LAC_E_NOT_FOUND;
}

/* Parses one line with the parser that whole texts go through. The name is copied into @name. */
static enum lac_status
parse_line (const struct found_line    *line,
            struct lac_region_entry    *out_entry,
            char                        name[LAC_NAME_MAX],
            struct lac_process_failure *out_failure)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_text_error error = { 0 };
  struct lac_map *map;
  const struct lac_region *region;
  const struct lac_backing *backing;
  size_t n_regions, length;
  enum lac_status status = lac_map_parse (line->text, line->length, &space, &map, &error);

  if (status != LAC_OK)
    {
      lac_process_fail (out_failure, status, 0, "parse /proc/PID/maps");
      if (out_failure != NULL && status == LAC_E_MALFORMED)
        {
          out_failure->text = error;
          out_failure->text.line += line->number - 1;
        }
      return status;
    }
  region = lac_map_regions (map, &n_regions);
  if (n_regions == 0)
    {
      lac_map_unref (map);
      return LAC_E_NOT_FOUND;
    }
  backing = lac_map_backing (map, region);
  length = backing->name_length < LAC_NAME_MAX ? backing->name_length : LAC_NAME_MAX;
  if (length > 0)
    memcpy (name, backing->name, length);
  *out_entry = (struct lac_region_entry){
    .start = region->start,
    .end = region->end,
    .offset = region->offset,
    .inode = backing->inode,
    .device_major = backing->device_major,
    .device_minor = backing->device_minor,
    .protection = region->protection,
    .flags = region->flags,
    .kind = LAC_KIND_DECIDE,
    .deleted = backing->deleted,
    .name = name,
    .name_length = length,
  };
  lac_map_unref (map);
  return LAC_OK;
}

enum lac_status
lac_query_line (struct lac_process         *process,
                int                         file,
                uint64_t                    address,
                struct lac_region_entry    *out_entry,
                char                        name[LAC_NAME_MAX],
                struct lac_process_failure *out_failure)
{
  struct found_line line;
  enum lac_status status = find_line (process, file, address, &line, out_failure);

  return status == LAC_OK ? parse_line (&line, out_entry, name, out_failure) : status;
}
