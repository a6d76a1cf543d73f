/* A target that is the text of a maps file, or standard input.
 *
 * A file is opened when it is loaded, and again whenever it is loaded again. What goes wrong with it is
 * said in the words that the user had for it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-target-private.h"

#include "lacuna-file-bytes.h"
#include "lacuna-maps-stream.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/**
 * lacuna_target_new_for_file:
 * @file: the text of a maps or smaps file
 *
 * Returns: (transfer full): a target that has not been opened yet
 */
LacunaTarget *
lacuna_target_new_for_file (GFile *file)
{
  g_autofree char *name = g_file_get_parse_name (file);

  return lacuna_target_new_for_named_file (file, name);
}

/* The same, with the file's name as the user gave it, for messages. */
LacunaTarget *
lacuna_target_new_for_named_file (GFile      *file,
                                  const char *spelling)
{
  LacunaTarget *self = g_object_new (LACUNA_TYPE_TARGET, NULL);
  g_autofree char *base = g_file_get_basename (file);

  self->kind = LACUNA_TARGET_FILE;
  self->file = g_object_ref (file);
  self->spelling = g_filename_display_name (spelling);
  self->title = g_filename_display_name (base != NULL ? base : spelling);
  return self;
}

/**
 * lacuna_target_new_for_stdin:
 *
 * Returns: (transfer full): a target that reads standard input when it is loaded first
 */
LacunaTarget *
lacuna_target_new_for_stdin (void)
{
  LacunaTarget *self = g_object_new (LACUNA_TYPE_TARGET, NULL);

  self->kind = LACUNA_TARGET_FILE;
  self->title = g_strdup ("-");
  return self;
}

/* GIO's own words name neither the cause nor the remedy; @spelling is what the user called the
 * file. */
static void
explain_file_error (GError    **error,
                    const char *spelling)
{
  GError *original = *error;
  int code = original->code;

  if (original->domain != G_IO_ERROR)
    return;

  *error = NULL;
  switch (code)
    {
    case G_IO_ERROR_NOT_FOUND:
    case G_IO_ERROR_NOT_DIRECTORY:
      if (strchr (spelling, '/') == NULL)
        g_set_error (error,
                     G_IO_ERROR,
                     code,
                     _ ("%s: There is no such file. For a process of that name, write name:%s."),
                     spelling,
                     spelling);
      else
        g_set_error (error, G_IO_ERROR, code, _ ("%s: There is no such file."), spelling);
      break;

    case G_IO_ERROR_PERMISSION_DENIED:
      g_set_error (error,
                   G_IO_ERROR,
                   code,
                   _ ("%s: Its permissions do not let you read it. Ask its owner, or read it as "
                      "root."),
                   spelling);
      break;

    case G_IO_ERROR_IS_DIRECTORY:
      g_set_error (error,
                   G_IO_ERROR,
                   code,
                   _ ("%s: That is a folder. A target is a process or a file."),
                   spelling);
      break;

    default:
      *error = g_steal_pointer (&original);
      g_prefix_error (error, "%s: ", spelling);
    }
  g_clear_error (&original);
}

LacunaSnapshot *
lacuna_target_load_text (LacunaTarget  *self,
                         GCancellable  *cancellable,
                         GError       **error)
{
  g_autoptr (GInputStream) stream = NULL;
  g_autofree char *path = NULL;
  const char *name;
  g_autoptr (GError) failure = NULL;
  struct lac_map *map = NULL;
  LacunaSnapshot *snapshot;
  LacunaOrigin origin;

  if (self->file == NULL)
    {
      path = g_strdup ("-");
      name = _ ("standard input");
      stream = g_unix_input_stream_new (0, FALSE);
    }
  else
    {
      path = g_file_get_parse_name (self->file);
      name = self->spelling;
      stream = lacuna_file_open (self->file, cancellable, &failure);
    }

  if (stream != NULL)
    map = lacuna_maps_stream_read (stream, name, cancellable, &failure);
  if (map == NULL)
    {
      explain_file_error (&failure, name);
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }

  origin = (LacunaOrigin){
    .kind = LACUNA_TARGET_FILE,
    .name = self->title,
    .source_path = path,
    .source = "maps-text",
  };
  snapshot = lacuna_snapshot_new (map, &origin, g_get_real_time ());
  lac_map_unref (map);
  return snapshot;
}
