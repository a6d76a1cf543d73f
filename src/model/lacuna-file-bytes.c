/* The bytes of a file, piece by piece, up to a limit.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-file-bytes.h"

#include "lacuna-error.h"
#include "lacuna-format.h"
#include "os/file.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n-lib.h>

/* How much is read at a time, between two looks at whether to stop. */
#define PIECE ((gsize) 1 << 20)

GInputStream *
lacuna_file_open (GFile         *file,
                  GCancellable  *cancellable,
                  GError       **error)
{
  const char *path = g_file_peek_path (file);
  int pipe;

  if (path != NULL
      && g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, cancellable) == G_FILE_TYPE_SPECIAL
      && lac_file_open_pipe (path, &pipe) == LAC_OK)
    return g_unix_input_stream_new (pipe, TRUE);
  return G_INPUT_STREAM (g_file_read (file, cancellable, error));
}

static void
set_too_large (GError  **error,
               GFile    *file,
               guint64   most)
{
  g_autofree char *name = g_file_get_parse_name (file);
  g_autofree char *size = lacuna_format_size (most);

  lacuna_error_set_message (error,
                            LAC_E_FULL,
                            /* Translators: a file's name, and a size */
                            _ ("%s: There is more in it than %s, the most that can be taken at a "
                               "time."),
                            name,
                            size);
}

/* How many bytes @stream says that it has; 0 when it does not say. */
static guint64
told_size (GInputStream *stream,
           GCancellable *cancellable)
{
  g_autoptr (GFileInfo) info = NULL;

  if (!G_IS_FILE_INPUT_STREAM (stream))
    return 0;
  info = g_file_input_stream_query_info (G_FILE_INPUT_STREAM (stream),
                                         G_FILE_ATTRIBUTE_STANDARD_SIZE,
                                         cancellable,
                                         NULL);
  return info != NULL ? (guint64) MAX (g_file_info_get_size (info), 0) : 0;
}

/**
 * lacuna_file_load_bytes:
 * @file: a file, a pipe or a device
 * @most: how many bytes are of use
 * @cancellable: (nullable): stops it soon
 * @error: where to put what went wrong
 *
 * Returns: (transfer full) (nullable): its bytes
 */
GBytes *
lacuna_file_load_bytes (GFile         *file,
                        guint64        most,
                        GCancellable  *cancellable,
                        GError       **error)
{
  g_autoptr (GCancellable) never = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize length = 0, room;
  guint64 told;
  gssize n_read;

  g_return_val_if_fail (G_IS_FILE (file), NULL);

  /* Without one, a pipe in which nothing is yet would be asked again and again. */
  if (cancellable == NULL)
    cancellable = never = g_cancellable_new ();
  stream = lacuna_file_open (file, cancellable, error);
  if (stream == NULL)
    return NULL;

  told = told_size (stream, cancellable);
  if (told == 0)
    most = MIN (most, LACUNA_FILE_BYTES_UNTOLD);
  if (told > most)
    {
      set_too_large (error, file, most);
      return NULL;
    }

  /* One byte more than there should be tells whether that is all. */
  room = told > 0 ? (gsize) told + 1 : PIECE;
  bytes = g_try_malloc (room);
  while (bytes != NULL)
    {
      n_read = g_input_stream_read (stream,
                                    bytes + length,
                                    MIN (room - length, PIECE),
                                    cancellable,
                                    error);
      if (n_read < 0)
        return NULL;
      if (n_read == 0)
        return g_bytes_new_take (g_steal_pointer (&bytes), length);

      length += (gsize) n_read;
      if (length > most)
        {
          set_too_large (error, file, most);
          return NULL;
        }
      if (length == room)
        {
          guint8 *larger;

          room = (gsize) MIN ((guint64) room * 2, most + 1);
          larger = g_try_realloc (bytes, room);
          if (larger == NULL)
            break;
          bytes = larger;
        }
    }
  lacuna_error_set (error, LAC_E_NO_MEMORY, NULL);
  return NULL;
}

static void
load_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  GError *error = NULL;
  GBytes *bytes = lacuna_file_load_bytes (source, *(guint64 *) task_data, cancellable, &error);

  if (bytes != NULL)
    g_task_return_pointer (task, bytes, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

void
lacuna_file_load_bytes_async (GFile               *file,
                              guint64              most,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (G_IS_FILE (file));

  task = g_task_new (file, cancellable, callback, user_data);
  g_task_set_source_tag (task, lacuna_file_load_bytes_async);
  g_task_set_task_data (task, g_memdup2 (&most, sizeof most), g_free);
  g_task_run_in_thread (task, load_thread);
}

GBytes *
lacuna_file_load_bytes_finish (GFile         *file,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, file), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
