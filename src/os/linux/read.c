/* Reading a whole map.
 *
 * The kernel gives about a page of text for each read(2), whatever is asked for, so another
 * process's map streams through one small buffer that stays in the cache, and is parsed while it is
 * hot. One's own map is read whole before anything else happens (self-text.c).
 *
 * An open maps file belongs to one memory map. When the process exits or becomes another program
 * meanwhile the text just ends, early and without an error; so a reading counts only when the file
 * still gives its first byte afterwards, and otherwise starts again.
 *
 * SPDX-License-Identifier: MIT
 */
#include "process-private.h"
#include "core/translatable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Half of a first-level cache; read(2) is asked for whatever room is left, and gives a page. */
#define BUFFER_SIZE (16 * 1024)

/* Where less room than a page is left the kernel would give less than it has ready. */
#define LEAST_ROOM 4096

/* Between two tries, in nanoseconds: enough for a program to be loaded from memory. */
#define PAUSE 200000

/* A recorded file may hold anything; a line past this is refused. */
#define LONGEST_LINE (1024 * 1024)

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

/* One reading of a map. */
struct reading
{
  struct lac_process *process;
  int file;
  bool detail;
  bool no_files;
  const atomic_bool *cancel;
  const char *what;
  struct lac_process_failure *out_failure;

  struct lac_map_builder *builder;
  struct lac_maps_parser parser;
  struct lac_image_context images;
  /* How much text there was. */
  size_t length;
};

/* Gets ready to parse, when the first piece of text has come. Only then, because a process whose
 * heap shows in it need not be asked where its break began, which is a large part of the cost of
 * reading a small process. What is asked here is asked after the file was opened: if its memory map
 * is alive in the end, all of this belongs to it. */
static enum lac_status
begin (struct reading *reading,
       const char     *text,
       size_t          length)
{
  struct lac_process *process = reading->process;
  struct lac_proc_stat stat;
  struct lac_space space;
  bool heap_shows = memmem (text, length < LEAST_ROOM ? length : LEAST_ROOM, "[heap]", 6) != NULL;
  bool stat_needed = !process->live || (!heap_shows && !process->self);
  enum lac_status status = LAC_OK;

  if (stat_needed)
    status = lac_process_identify (process, &stat, reading->out_failure);
  if (status != LAC_OK)
    return status;
  lac_process_read_space (process, stat_needed ? &stat : NULL, true, &space);

  reading->builder = lac_map_builder_new (&space);
  if (reading->builder == NULL
      || (process->last_regions != 0
          && lac_map_builder_reserve (reading->builder,
                                      process->last_regions + process->last_regions / 16 + 16)
                 != LAC_OK))
    return lac_process_fail (reading->out_failure, LAC_E_NO_MEMORY, ENOMEM, reading->what);
  if (process->live && !reading->no_files)
    lac_map_builder_set_image_test (reading->builder, lac_image_context_test, &reading->images);
  lac_maps_parser_init (&reading->parser, reading->builder);
  return LAC_OK;
}

static enum lac_status
parse (struct reading *reading,
       const char     *text,
       size_t          length,
       bool            last,
       size_t         *out_consumed)
{
  enum lac_status status = LAC_OK;

  if (reading->builder == NULL)
    status = begin (reading, text, length);
  if (status != LAC_OK)
    return status;
  status = lac_maps_parser_push (&reading->parser, text, length, last, out_consumed);
  if (status == LAC_OK)
    return LAC_OK;
  lac_process_fail (reading->out_failure, status, status == LAC_E_NO_MEMORY ? ENOMEM : 0,
                    reading->detail ? "parse /proc/PID/smaps" : "parse /proc/PID/maps");
  if (reading->out_failure != NULL && status == LAC_E_MALFORMED)
    reading->out_failure->text = reading->parser.error;
  return status;
}

/* Fills a buffer, from @length on, with whole answers of the kernel. */
static enum lac_status
fill (struct reading *reading,
      char           *buffer,
      size_t          size,
      size_t         *length,
      bool           *out_last)
{
  while (size - *length >= LEAST_ROOM)
    {
      ssize_t n;

      if (is_cancelled (reading->cancel))
        return lac_process_fail (reading->out_failure, LAC_E_CANCELLED, 0, reading->what);
      n = read (reading->file, buffer + *length, size - *length);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return lac_process_refused (reading->process, errno, reading->what, reading->out_failure);
      if (n == 0)
        {
          *out_last = true;
          break;
        }
      *length += (size_t) n;
      reading->length += (size_t) n;
    }
  return LAC_OK;
}

static enum lac_status
too_long (struct reading *reading)
{
  lac_process_fail (reading->out_failure, LAC_E_MALFORMED, 0, reading->what);
  if (reading->out_failure != NULL)
    reading->out_failure->text = (struct lac_text_error){
      .line = reading->parser.line + 1,
      .column = LONGEST_LINE,
      .message = N_ ("the line does not end"),
    };
  return LAC_E_MALFORMED;
}

/* Lets another process's text through a small buffer. */
static enum lac_status
stream (struct reading *reading)
{
  char fixed[BUFFER_SIZE];
  char *buffer = fixed;
  size_t size = sizeof fixed;
  size_t length = 0;
  bool last = false;
  enum lac_status status = LAC_OK;

  while (status == LAC_OK && !last)
    {
      size_t consumed = 0;

      status = fill (reading, buffer, size, &length, &last);
      if (status == LAC_OK)
        status = parse (reading, buffer, length, last, &consumed);
      if (status != LAC_OK)
        break;
      length -= consumed;
      memmove (buffer, buffer + consumed, length);
      /* A line nearly as long as the buffer; the kernel's own are never longer than four pages. */
      if (!last && size - length < LEAST_ROOM)
        {
          char *larger;

          if (size >= LONGEST_LINE)
            {
              status = too_long (reading);
              break;
            }
          larger = malloc (size * 2);
          if (larger == NULL)
            {
              status = lac_process_fail (reading->out_failure, LAC_E_NO_MEMORY, ENOMEM,
                                         reading->what);
              break;
            }
          memcpy (larger, buffer, length);
          if (buffer != fixed)
            free (buffer);
          buffer = larger;
          size *= 2;
        }
    }
  if (buffer != fixed)
    free (buffer);
  return status;
}

/* Takes one's own text whole. */
static enum lac_status
take_self (struct reading *reading)
{
  const char *text;
  size_t consumed;
  int error = 0;
  enum lac_status status = lac_self_text_read (reading->file, reading->cancel, &text,
                                               &reading->length, &error);

  if (status == LAC_E_SYSTEM)
    return lac_process_refused (reading->process, error, reading->what, reading->out_failure);
  if (status != LAC_OK)
    return lac_process_fail (reading->out_failure, status, error, reading->what);
  status = parse (reading, text, reading->length, true, &consumed);
  lac_self_text_release ();
  return status;
}

/* Whether a program is just being loaded. The kernel notes where the stack is when everything is
 * mapped (fs/binfmt_elf.c), and until then names no region `[stack]`. A map without one is read
 * again if the kernel says so, and once more after it no longer does; few programs have none for
 * good. */
static bool
is_being_loaded (struct lac_process   *process,
                 const struct lac_map *map,
                 bool                 *stack_was_known)
{
  struct lac_proc_stat stat;
  size_t index;
  bool known;

  if (!process->live || process->self || lac_map_find_name (map, "[stack]", 7, &index) == LAC_OK
      || lac_process_identify (process, &stat, NULL) != LAC_OK)
    return false;
  known = *stack_was_known;
  *stack_was_known = stat.start_stack != 0;
  return !known;
}

/* One try. *out_again is set when the process became another program under our eyes. */
static enum lac_status
read_once (struct lac_process         *process,
           unsigned                    flags,
           const atomic_bool          *cancel,
           bool                       *stack_was_known,
           struct lac_map            **out_map,
           bool                       *out_again,
           struct lac_process_failure *out_failure)
{
  bool detail = (flags & LAC_READ_DETAIL) != 0;
  struct reading reading = {
    .process = process,
    .detail = detail,
    .no_files = (flags & LAC_READ_NO_FILES) != 0,
    .cancel = cancel,
    .what = detail ? N_ ("read /proc/PID/smaps") : N_ ("read /proc/PID/maps"),
    .out_failure = out_failure,
  };
  struct lac_map *map = NULL;
  enum lac_status status;

  *out_again = false;
  reading.file = lac_process_open_maps (process, detail ? "smaps" : "maps");
  if (reading.file == -ENOENT && !process->live)
    return lac_process_fail (out_failure, LAC_E_SYSTEM, ENOENT, reading.what);
  if (reading.file == -ESRCH)
    {
      status = lac_process_has_no_map (process, false, reading.what, out_failure);
      *out_again = status == LAC_OK;
      return status;
    }
  if (reading.file < 0)
    return lac_process_refused (process, -reading.file, reading.what, out_failure);

  lac_image_context_init (&reading.images, process);
  status = process->self ? take_self (&reading) : stream (&reading);
  if (status != LAC_OK)
    goto out;

  if (process->live && !lac_process_maps_are_alive (reading.file))
    {
      status = lac_process_has_no_map (process, reading.length > 0, reading.what, out_failure);
      *out_again = status == LAC_OK;
      goto out;
    }

  status = lac_map_builder_finish (reading.builder, &map);
  reading.builder = NULL;
  if (status != LAC_OK)
    {
      lac_process_fail (out_failure, status, status == LAC_E_NO_MEMORY ? ENOMEM : 0, reading.what);
      goto out;
    }
  lac_map_regions (map, &process->last_regions);
  *out_again = is_being_loaded (process, map, stack_was_known);
  *out_map = map;

out:
  lac_map_builder_free (reading.builder);
  lac_image_context_clear (&reading.images);
  close (reading.file);
  return status;
}

enum lac_status
lac_process_read_map (struct lac_process         *process,
                      unsigned                    flags,
                      const atomic_bool          *cancel,
                      struct lac_map            **out_map,
                      struct lac_process_failure *out_failure)
{
  bool stack_was_known = false;
  struct lac_map *map = NULL;

  for (int attempt = 0; attempt < LAC_MAX_ATTEMPTS; attempt++)
    {
      bool again;
      enum lac_status status;

      lac_map_unref (map);
      map = NULL;
      if (is_cancelled (cancel))
        return lac_process_fail (out_failure, LAC_E_CANCELLED, 0, "read /proc/PID/maps");
      status = read_once (process, flags, cancel, &stack_was_known, &map, &again, out_failure);
      if (status != LAC_OK)
        return status;
      if (!again)
        break;
      nanosleep (&(struct timespec){ .tv_nsec = PAUSE }, NULL);
    }
  /* It becomes one program after another faster than its map can be read. */
  if (map == NULL)
    return lac_process_fail (out_failure, LAC_E_SYSTEM, EAGAIN, "read /proc/PID/maps");
  *out_map = map;
  return LAC_OK;
}
