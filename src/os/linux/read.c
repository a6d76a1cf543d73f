/* Reading a whole map.
 *
 * The kernel gives about a page of text for each read(2), whatever is asked for, so another process's
 * map streams through one small buffer that stays in the cache, and is parsed while it is hot. One's own
 * map is read whole before anything else happens (self-text.c).
 *
 * An open maps file belongs to one memory map. When the process exits or becomes another program
 * meanwhile the text just ends, early and without an error; so a reading counts only when the file
 * still gives its first byte afterwards, and otherwise starts again.
 *
 * SPDX-License-Identifier: MIT
 */
#include "process-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Half of a first-level cache; read(2) is asked for whatever room is left, and gives a page. */
#define BUFFER_SIZE (16 * 1024)

/* Where less room than a page is left the kernel would give less than it has ready. */
#define LEAST_ROOM 4096

static bool
is_cancelled (const atomic_bool *cancel)
{
  return cancel != NULL && atomic_load_explicit (cancel, memory_order_relaxed);
}

/* Opens the maps of a thread that is still running, for a process whose first one has ended. */
static int
open_thread_maps (struct lac_process *process,
                  const char         *name)
{
  int tasks = openat (process->directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *directory = tasks >= 0 ? fdopendir (tasks) : NULL;
  const struct dirent *entry;
  int file = -ESRCH;

  if (directory == NULL)
    {
      if (tasks >= 0)
        close (tasks);
      return file;
    }
  while (file < 0 && (entry = readdir (directory)) != NULL)
    {
      char path[sizeof entry->d_name + sizeof "/smaps"];

      if (entry->d_name[0] == '.')
        continue;
      snprintf (path, sizeof path, "%s/%s", entry->d_name, name);
      file = openat (dirfd (directory), path, O_RDONLY | O_CLOEXEC);
      if (file >= 0 && !lac_process_maps_are_alive (file))
        {
          close (file);
          file = -ESRCH;
        }
    }
  closedir (directory);
  return file;
}

int
lac_process_open_maps (struct lac_process *process,
                       const char         *name)
{
  int file;

  if (process->through_threads)
    return open_thread_maps (process, name);
  file = openat (process->directory, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  return file < 0 ? -errno : file;
}

bool
lac_process_maps_are_alive (int file)
{
  char byte;
  ssize_t n;

  do
    n = pread (file, &byte, 1, 0);
  while (n < 0 && errno == EINTR);
  return n == 1;
}

static enum lac_status
parse (struct lac_process         *process,
       struct lac_maps_parser     *parser,
       const char                 *text,
       size_t                      length,
       bool                        last,
       size_t                     *out_consumed,
       struct lac_process_failure *out_failure)
{
  enum lac_status status = lac_maps_parser_push (parser, text, length, last, out_consumed);

  if (status == LAC_OK)
    return LAC_OK;
  lac_process_fail (out_failure, status, status == LAC_E_NO_MEMORY ? ENOMEM : 0, "parse /proc/PID/maps");
  if (out_failure != NULL && status == LAC_E_MALFORMED)
    out_failure->text = parser->error;
  return status;
}

/* Streams @file through the parser. *out_length is how much text there was. */
static enum lac_status
stream (struct lac_process         *process,
        int                         file,
        struct lac_maps_parser     *parser,
        const atomic_bool          *cancel,
        size_t                     *out_length,
        struct lac_process_failure *out_failure)
{
  char fixed[BUFFER_SIZE];
  char *buffer = fixed;
  size_t size = sizeof fixed;
  size_t length = 0;
  size_t total = 0;
  enum lac_status status = LAC_OK;
  bool last = false;

  while (status == LAC_OK && !last)
    {
      size_t consumed;

      while (size - length >= LEAST_ROOM)
        {
          ssize_t n;

          if (is_cancelled (cancel))
            {
              status = lac_process_fail (out_failure, LAC_E_CANCELLED, 0, "read /proc/PID/maps");
              goto out;
            }
          n = read (file, buffer + length, size - length);
          if (n < 0 && errno == EINTR)
            continue;
          if (n < 0)
            {
              status = lac_process_refused (process, errno, "read /proc/PID/maps", out_failure);
              goto out;
            }
          if (n == 0)
            {
              last = true;
              break;
            }
          length += (size_t) n;
          total += (size_t) n;
        }

      status = parse (process, parser, buffer, length, last, &consumed, out_failure);
      length -= consumed;
      memmove (buffer, buffer + consumed, length);
      /* A single line as long as the buffer; the kernel's own are never longer than two pages. */
      if (status == LAC_OK && size - length < LEAST_ROOM)
        {
          char *larger = malloc (size * 2);

          if (larger == NULL)
            {
              status = lac_process_fail (out_failure, LAC_E_NO_MEMORY, ENOMEM, "read /proc/PID/maps");
              break;
            }
          memcpy (larger, buffer, length);
          if (buffer != fixed)
            free (buffer);
          buffer = larger;
          size *= 2;
        }
    }

out:
  if (buffer != fixed)
    free (buffer);
  *out_length = total;
  return status;
}

/* One try. *out_again is set when the process became another program under our eyes. */
static enum lac_status
read_once (struct lac_process         *process,
           unsigned                    flags,
           const atomic_bool          *cancel,
           struct lac_map            **out_map,
           bool                       *out_again,
           struct lac_process_failure *out_failure)
{
  bool detail = (flags & LAC_READ_DETAIL) != 0;
  const char *what = detail ? "read /proc/PID/smaps" : "read /proc/PID/maps";
  struct lac_map_builder *builder = NULL;
  struct lac_image_context images;
  struct lac_maps_parser parser;
  struct lac_proc_stat stat;
  struct lac_space space;
  enum lac_status status;
  size_t length = 0;
  int file = lac_process_open_maps (process, detail ? "smaps" : "maps");

  *out_again = false;
  lac_image_context_init (&images, process);
  if (file == -ENOENT && !process->live)
    return lac_process_fail (out_failure, LAC_E_SYSTEM, ENOENT, what);
  if (file == -ESRCH)
    {
      status = lac_process_has_no_map (process, false, what, out_failure);
      *out_again = status == LAC_OK;
      return status;
    }
  if (file < 0)
    return lac_process_refused (process, -file, what, out_failure);

  /* After the file was opened: if its memory map is alive in the end, all of this belongs to it. */
  status = lac_process_identify (process, &stat, out_failure);
  if (status != LAC_OK)
    goto out;
  lac_process_read_space (process, &stat, true, &space);

  builder = lac_map_builder_new (&space);
  if (builder == NULL)
    {
      status = lac_process_fail (out_failure, LAC_E_NO_MEMORY, ENOMEM, what);
      goto out;
    }
  if (process->live && !(flags & LAC_READ_NO_FILES))
    lac_map_builder_set_image_test (builder, lac_image_context_test, &images);
  if (process->last_regions != 0
      && lac_map_builder_reserve (builder, process->last_regions + process->last_regions / 16 + 16)
             != LAC_OK)
    {
      status = lac_process_fail (out_failure, LAC_E_NO_MEMORY, ENOMEM, what);
      goto out;
    }
  lac_maps_parser_init (&parser, builder);

  if (process->self)
    {
      const char *text;
      size_t consumed;
      int error = 0;

      status = lac_self_text_read (file, cancel, &text, &length, &error);
      if (status == LAC_E_SYSTEM)
        status = lac_process_refused (process, error, what, out_failure);
      else if (status != LAC_OK)
        lac_process_fail (out_failure, status, error, what);
      else
        {
          status = parse (process, &parser, text, length, true, &consumed, out_failure);
          lac_self_text_release ();
        }
    }
  else
    status = stream (process, file, &parser, cancel, &length, out_failure);
  if (status != LAC_OK)
    goto out;

  if (process->live && !lac_process_maps_are_alive (file))
    {
      status = lac_process_has_no_map (process, length > 0, what, out_failure);
      *out_again = status == LAC_OK;
      goto out;
    }

  status = lac_map_builder_finish (builder, out_map);
  builder = NULL;
  if (status != LAC_OK)
    lac_process_fail (out_failure, status, status == LAC_E_NO_MEMORY ? ENOMEM : 0, what);
  else
    lac_map_regions (*out_map, &process->last_regions);

out:
  lac_map_builder_free (builder);
  lac_image_context_clear (&images);
  close (file);
  return status;
}

enum lac_status
lac_process_read_map (struct lac_process         *process,
                      unsigned                    flags,
                      const atomic_bool          *cancel,
                      struct lac_map            **out_map,
                      struct lac_process_failure *out_failure)
{
  for (int attempt = 0; attempt < LAC_MAX_ATTEMPTS; attempt++)
    {
      bool again;
      enum lac_status status;

      if (is_cancelled (cancel))
        return lac_process_fail (out_failure, LAC_E_CANCELLED, 0, "read /proc/PID/maps");
      status = read_once (process, flags, cancel, out_map, &again, out_failure);
      if (!again)
        return status;
    }
  /* It becomes one program after another faster than its map can be read. */
  return lac_process_fail (out_failure, LAC_E_SYSTEM, EAGAIN, "read /proc/PID/maps");
}
