/* Which memory Lacuna has made in which process, beyond the life of one program.
 *
 * A file for each process, in the user's folder for what runs now, named by PID and start time; a line for
 * each allocation that was made or given back. Lines are appended in one piece each, so several
 * programs may do so at once. What is read there is not believed: whoever frees compares it with the map.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-records-private.h"

#include "os/program.h"

#include <gio/gio.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* No process has so much made in it that it would be more. */
#define LARGEST_FILE (1 << 20)

/* (transfer full) */
static char *
folder_path (void)
{
  return g_build_filename (g_get_user_runtime_dir (), "lacuna", "allocations", NULL);
}

/* (transfer full) */
static GFile *
file_for (gint32  pid,
          guint64 start_time)
{
  g_autofree char *folder = folder_path ();
  g_autofree char *name = g_strdup_printf ("%d-%" PRIu64, pid, start_time);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_new_for_path (path);
}

static gboolean
is_alive (gint32  pid,
          guint64 start_time)
{
  struct lac_process *process = NULL;
  struct lac_process_facts facts;
  gboolean alive = FALSE;

  if (lac_process_open (NULL, pid, &process, NULL) == LAC_OK
      && lac_process_get_facts (process, &facts, NULL) == LAC_OK)
    alive = facts.start_time == start_time;
  lac_process_close (process);
  return alive;
}

/* Does away with the files of processes that are gone. */
static void
prune (const char *folder)
{
  g_autoptr (GFile) parent = g_file_new_for_path (folder);
  g_autoptr (GFileEnumerator) children = NULL;

  children = g_file_enumerate_children (parent, G_FILE_ATTRIBUTE_STANDARD_NAME,
                                        G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
  while (children != NULL)
    {
      GFile *child = NULL;
      g_autofree char *name = NULL;
      gint32 pid;
      guint64 start_time;

      if (!g_file_enumerator_iterate (children, NULL, &child, NULL, NULL) || child == NULL)
        return;
      name = g_file_get_basename (child);
      if (sscanf (name, "%d-%" SCNu64, &pid, &start_time) == 2 && !is_alive (pid, start_time))
        g_file_delete (child, NULL, NULL);
    }
}

static void
append_line (gint32           pid,
             guint64          start_time,
             guint64          program,
             char             sign,
             struct lac_range range)
{
  g_autofree char *folder = folder_path ();
  g_autoptr (GFile) file = file_for (pid, start_time);
  g_autoptr (GFileOutputStream) stream = NULL;
  g_autofree char *line
      = g_strdup_printf ("%c %" PRIx64 " %" PRIx64 " %" PRIx64 "\n", sign, program, range.start,
                         range.end);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return;
  if (!g_file_query_exists (file, NULL))
    prune (folder);
  stream = g_file_append_to (file, G_FILE_CREATE_PRIVATE, NULL, NULL);
  if (stream != NULL)
    g_output_stream_write_all (G_OUTPUT_STREAM (stream), line, strlen (line), NULL, NULL, NULL);
}

void
lacuna_record_add (gint32           pid,
                   guint64          start_time,
                   guint64          program,
                   struct lac_range range)
{
  append_line (pid, start_time, program, '+', range);
}

void
lacuna_record_remove (gint32           pid,
                      guint64          start_time,
                      guint64          program,
                      struct lac_range range)
{
  g_autoptr (GFile) file = file_for (pid, start_time);

  if (g_file_query_exists (file, NULL))
    append_line (pid, start_time, program, '-', range);
}

gboolean
lacuna_record_find (gint32            pid,
                    guint64           start_time,
                    guint64           program,
                    guint64           address,
                    struct lac_range *out_range)
{
  g_autoptr (GFile) file = file_for (pid, start_time);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  g_autofree char *text = g_malloc (LARGEST_FILE + 1);
  g_auto (GStrv) lines = NULL;
  gsize length = 0;
  gboolean found = FALSE;

  if (stream == NULL
      || !g_input_stream_read_all (G_INPUT_STREAM (stream), text, LARGEST_FILE, &length, NULL, NULL))
    return FALSE;
  text[length] = '\0';
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      struct lac_range range;
      guint64 of_program;
      char sign;

      if (sscanf (lines[i],
                  "%c %" SCNx64 " %" SCNx64 " %" SCNx64,
                  &sign,
                  &of_program,
                  &range.start,
                  &range.end)
              != 4
          || of_program != program || range.start >= range.end)
        continue;
      if (sign == '+' && range.start == address)
        {
          *out_range = range;
          found = TRUE;
        }
      /* What was given back is not there, whatever was made in it before. */
      else if (sign == '-' && range.start <= address && address < range.end)
        found = FALSE;
    }
  return found;
}

guint64
lacuna_record_program (struct lac_process   *process,
                       const struct lac_map *map)
{
  static const char name[] = "[vdso]";
  size_t n_regions, index;
  guint64 program = 0;

  if (!lac_process_read_seed (process, &program))
    program = 0;
  if (lac_map_find_name (map, name, strlen (name), &index) == LAC_OK)
    program ^= lac_map_regions (map, &n_regions)[index].start;
  return program;
}
