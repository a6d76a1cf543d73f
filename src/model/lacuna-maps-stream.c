/* A map from a stream of text.
 *
 * The text is parsed in pieces as it arrives, so that a pipe serves as well as a file and a big
 * file is never held whole. What a file is, is told by what is in it, never by its name: an ELF
 * file, which a user may well choose here, gets an answer of its own instead of "line 1, column 1".
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-maps-stream.h"

#include "core/maps-text.h"
#include "lacuna-error.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

#define BUFFER_SIZE (128 * 1024)

/* Paths end at 4 KiB (PATH_MAX), and each of their bytes may take four when it is escaped. A
 * line that is much longer is not from a kernel, and must not fill the memory. */
#define LINE_LIMIT (1024 * 1024)

/* A pipe may never end. So many regions take the kernel itself some gigabytes, and no process was ever
 * seen with a tenth of them (its own limit is 65530 unless it is raised, vm.max_map_count). */
#define LINES_LIMIT (1 << 24)

static const char elf_magic[] = { 0x7f, 'E', 'L', 'F' };

typedef struct
{
  char *bytes;
  gsize size;
  gsize used;
} Buffer;

/* Makes room for at least one more byte. */
static gboolean
buffer_grow (Buffer *buffer)
{
  if (buffer->used < buffer->size)
    return TRUE;
  if (buffer->size >= LINE_LIMIT)
    return FALSE;
  buffer->size *= 2;
  buffer->bytes = g_realloc (buffer->bytes, buffer->size);
  return TRUE;
}

static void
set_malformed (GError                       **error,
               const char                    *name,
               const struct lac_maps_parser  *parser)
{
  lacuna_error_set_message (error,
                            LAC_E_MALFORMED,
                            /* Translators: a file's name, a place in it, and what is wrong there */
                            _ ("%s: line %" PRIu64 ", column %" PRIu64 ": %s"),
                            name,
                            (guint64) parser->error.line,
                            (guint64) parser->error.column,
                            g_dgettext (GETTEXT_PACKAGE, parser->error.message));
}

/* Parses what is in @buffer and keeps what is left of it. */
static gboolean
parse_piece (struct lac_maps_parser *parser,
             Buffer                 *buffer,
             gboolean                last,
             const char             *name,
             GError                **error)
{
  gsize consumed = 0;
  enum lac_status status;

  status = lac_maps_parser_push (parser, buffer->bytes, buffer->used, last, &consumed);
  if (status == LAC_E_MALFORMED)
    {
      set_malformed (error, name, parser);
      return FALSE;
    }
  if (status != LAC_OK)
    {
      lacuna_error_set (error, status, "%s", name);
      return FALSE;
    }

  memmove (buffer->bytes, buffer->bytes + consumed, buffer->used - consumed);
  buffer->used -= consumed;
  return TRUE;
}

static gboolean
read_text (GInputStream           *stream,
           struct lac_maps_parser *parser,
           Buffer                 *buffer,
           const char             *name,
           GCancellable           *cancellable,
           GError                **error)
{
  gboolean last = FALSE;
  gboolean known = FALSE;

  while (!last)
    {
      gssize n_read;

      if (!buffer_grow (buffer))
        {
          lacuna_error_set_message (error,
                                    LAC_E_MALFORMED,
                                    _ ("%s: line %" PRIu64 ", column 1: The line has no "
                                       "end; this is not the text of a memory map."),
                                    name,
                                    (guint64) parser->line + 1);
          return FALSE;
        }

      n_read = g_input_stream_read (stream,
                                    buffer->bytes + buffer->used,
                                    buffer->size - buffer->used,
                                    cancellable,
                                    error);
      if (n_read < 0)
        return FALSE;
      buffer->used += n_read;
      last = n_read == 0;

      if (!known)
        {
          if (!last && buffer->used < sizeof elf_magic)
            continue;
          known = TRUE;
          if (buffer->used >= sizeof elf_magic
              && memcmp (buffer->bytes, elf_magic, sizeof elf_magic) == 0)
            {
              lacuna_error_set_message (
                  error, LAC_E_MALFORMED,
                  _ ("%s: byte 0: This is an ELF file, which this version does "
                     "not read. Give it the text of a /proc/PID/maps."),
                  name);
              return FALSE;
            }
        }

      if (!parse_piece (parser, buffer, last, name, error))
        return FALSE;
      if (parser->line > LINES_LIMIT)
        {
          lacuna_error_set_message (error, LAC_E_MALFORMED,
                                    /* Translators: a file's name, and a number of lines */
                                    _ ("%s: line %" PRIu64 ", column 1: No process has so many "
                                       "regions; reading has stopped here."),
                                    name, (guint64) parser->line);
          return FALSE;
        }
    }

  return TRUE;
}

struct lac_map *
lacuna_maps_stream_read (GInputStream  *stream,
                         const char    *name,
                         GCancellable  *cancellable,
                         GError       **error)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map_builder *builder = lac_map_builder_new (&space);
  struct lac_maps_parser parser;
  struct lac_map *map = NULL;
  Buffer buffer = { NULL, BUFFER_SIZE, 0 };
  enum lac_status status;

  if (builder == NULL)
    {
      lacuna_error_set (error, LAC_E_NO_MEMORY, "%s", name);
      return NULL;
    }

  buffer.bytes = g_malloc (buffer.size);
  lac_maps_parser_init (&parser, builder);
  if (!read_text (stream, &parser, &buffer, name, cancellable, error))
    {
      lac_map_builder_free (builder);
      g_free (buffer.bytes);
      return NULL;
    }
  g_free (buffer.bytes);

  status = lac_map_builder_finish (builder, &map);
  if (status != LAC_OK)
    lacuna_error_set (error, status, "%s", name);
  return map;
}
