/* Small files of /proc, and what they say. All of them are read whole in one go; the parsing is
 * apart from the reading, so that tests can feed it anything.
 *
 * SPDX-License-Identifier: MIT
 */
#include "process-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The kernel makes the text of most small files in one go, and gives it in one read unless the room
 * is too small; then asking again for its end can be spared. Tables with many records come a page
 * at a time. */
#define ONE_GO 1024

ssize_t
lac_proc_read (int         directory,
               const char *path,
               char       *buffer,
               size_t      size)
{
  int file = openat (directory, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  size_t length = 0;
  ssize_t result = 0;

  if (file < 0)
    return -errno;
  while (length < size - 1)
    {
      ssize_t n = read (file, buffer + length, size - 1 - length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          result = -errno;
          break;
        }
      if (n == 0)
        break;
      length += (size_t) n;
      if (length < ONE_GO && (strcmp (path, "stat") == 0 || strcmp (path, "auxv") == 0))
        break;
    }
  close (file);
  if (result < 0)
    return result;
  buffer[length] = '\0';
  return (ssize_t) length;
}

/* Field numbers are those of proc_pid_stat(5). The name may hold blanks, brackets and newlines, but
 * what follows it holds no bracket. */
bool
lac_proc_parse_stat (const char           *text,
                     size_t                length,
                     struct lac_proc_stat *out_stat)
{
  const char *open = memchr (text, '(', length);
  const char *close = memrchr (text, ')', length);
  const char *cursor;
  size_t name_length;
  struct lac_proc_stat stat = { 0 };

  if (open == NULL || close == NULL || close < open || close + 2 >= text + length
      || close[1] != ' ')
    return false;
  name_length = (size_t) (close - open - 1);
  if (name_length > sizeof stat.name - 1)
    name_length = sizeof stat.name - 1;
  memcpy (stat.name, open + 1, name_length);
  stat.pid = (int32_t) strtol (text, NULL, 10);
  stat.state = close[2];

  cursor = close + 3;
  for (int field = 4; field <= 47; field++)
    {
      char *end;
      uint64_t value = strtoull (cursor, &end, 10);

      if (end == cursor)
        break;
      cursor = end;
      switch (field)
        {
        case 9:
          stat.flags = (uint32_t) value;
          break;
        case 20:
          stat.n_threads = (int64_t) value;
          break;
        case 22:
          stat.start_time = value;
          break;
        case 28:
          stat.start_stack = value;
          break;
        case 38:
          stat.exit_signal = (int64_t) value;
          break;
        case 47:
          stat.start_break = value;
          break;
        default:
          break;
        }
    }
  *out_stat = stat;
  return true;
}

int
lac_proc_read_stat (int                   directory,
                    struct lac_proc_stat *out_stat)
{
  char text[2048];
  ssize_t length = lac_proc_read (directory, "stat", text, sizeof text);

  if (length < 0)
    return (int) -length;
  return lac_proc_parse_stat (text, (size_t) length, out_stat) ? 0 : EBADMSG;
}

int
lac_proc_read_status (int                     directory,
                      struct lac_proc_status *out_status)
{
  char text[4096];
  ssize_t length = lac_proc_read (directory, "status", text, sizeof text);
  const char *line = text;
  bool have_users = false;
  struct lac_proc_status status = { 0 };

  if (length < 0)
    return (int) -length;
  /* The name comes first, and the kernel escapes a newline in it. */
  while (line != NULL)
    {
      if (strncmp (line, "Tgid:", 5) == 0)
        status.process = strtoll (line + 5, NULL, 10);
      else if (strncmp (line, "Uid:", 4) == 0)
        {
          char *cursor = (char *) line + 4;

          for (int i = 0; i < 4; i++)
            status.users[i] = (uint32_t) strtoul (cursor, &cursor, 10);
          have_users = true;
        }
      else if (strncmp (line, "CapPrm:", 7) == 0)
        status.permitted = strtoull (line + 7, NULL, 16);
      else if (strncmp (line, "CapEff:", 7) == 0)
        {
          status.effective = strtoull (line + 7, NULL, 16);
          break;
        }
      line = strchr (line, '\n');
      if (line != NULL)
        line++;
    }
  if (!have_users)
    return EBADMSG;
  *out_status = status;
  return 0;
}

/* How many bytes the UTF-8 character at @text has; 0 when there is none. RFC 3629. */
static size_t
character_length (const unsigned char *text,
                  size_t               available)
{
  size_t length;
  uint32_t value;

  if (text[0] < 0x80)
    return 1;
  if (text[0] >= 0xc2 && text[0] <= 0xdf)
    length = 2;
  else if (text[0] >= 0xe0 && text[0] <= 0xef)
    length = 3;
  else if (text[0] >= 0xf0 && text[0] <= 0xf4)
    length = 4;
  else
    return 0;
  if (length > available)
    return 0;
  value = text[0] & (0xff >> (length + 1));
  for (size_t i = 1; i < length; i++)
    {
      if ((text[i] & 0xc0) != 0x80)
        return 0;
      value = value << 6 | (text[i] & 0x3f);
    }
  if ((length == 3 && (value < 0x800 || (value >= 0xd800 && value <= 0xdfff)))
      || (length == 4 && (value < 0x10000 || value > 0x10ffff))
      || (length == 2 && value < 0xa0))
    return 0;
  return length;
}

void
lac_proc_read_command_line (int    directory,
                            char  *buffer,
                            size_t size)
{
  ssize_t result = lac_proc_read (directory, "cmdline", buffer, size);
  size_t length = result > 0 ? (size_t) result : 0;
  size_t i = 0;

  while (length > 0 && buffer[length - 1] == '\0')
    length--;
  while (i < length)
    {
      size_t n = character_length ((const unsigned char *) buffer + i, length - i);

      if (buffer[i] == '\0')
        buffer[i++] = ' ';
      else if (n == 0 || (n == 1 && ((unsigned char) buffer[i] < 0x20 || buffer[i] == 0x7f)))
        buffer[i++] = '?';
      else
        i += n;
    }
  buffer[length] = '\0';
}

/* The kernel writes pairs of words of the process's own width, with an entry of type 0 at the end
 * (getauxval(3)). Read at the wrong width the types are absurd. */
static bool
parse_vector_of_width (const unsigned char *bytes,
                       size_t               length,
                       size_t               width,
                       uint32_t            *out_page_size)
{
  /* AT_PAGESZ, <elf.h>. */
  const uint64_t page_size_type = 6;
  uint64_t page_size = 0;

  for (size_t at = 0; at + 2 * width <= length; at += 2 * width)
    {
      uint64_t type = 0, value = 0;

      if (width == 8)
        {
          memcpy (&type, bytes + at, 8);
          memcpy (&value, bytes + at + 8, 8);
        }
      else
        {
          uint32_t words[2];

          memcpy (words, bytes + at, sizeof words);
          type = words[0];
          value = words[1];
        }
      if (type == 0)
        {
          if (!lac_is_power_of_two (page_size) || page_size < 0x400 || page_size > 0x10000000)
            return false;
          *out_page_size = (uint32_t) page_size;
          return true;
        }
      if (type > 0xffff)
        return false;
      if (type == page_size_type)
        page_size = value;
    }
  return false;
}

bool
lac_proc_parse_auxiliary_vector (const unsigned char *bytes,
                                 size_t               length,
                                 uint32_t            *out_pointer_bits,
                                 uint32_t            *out_page_size)
{
  if (parse_vector_of_width (bytes, length, 8, out_page_size))
    *out_pointer_bits = 64;
  else if (parse_vector_of_width (bytes, length, 4, out_page_size))
    *out_pointer_bits = 32;
  else
    return false;
  return true;
}

bool
lac_proc_parse_limit (const char *text,
                      const char *name,
                      uint64_t   *out_limit)
{
  size_t name_length = strlen (name);

  for (const char *line = text; line != NULL; line = strchr (line, '\n'))
    {
      const char *value;
      char *end;
      uint64_t limit;

      if (*line == '\n')
        line++;
      if (strncmp (line, name, name_length) != 0)
        continue;
      value = line + name_length + strspn (line + name_length, " ");
      if (strncmp (value, "unlimited", 9) == 0)
        {
          *out_limit = UINT64_MAX;
          return true;
        }
      limit = strtoull (value, &end, 10);
      if (end == value)
        return false;
      *out_limit = limit;
      return true;
    }
  return false;
}
