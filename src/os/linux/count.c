/* How many regions a process has: the lines of its maps file.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/count.h"

#include "process-private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The kernel gives a page at a time, however much is asked for; a few save calls where it gives
 * more. */
#define CHUNK 16384

static size_t
count_lines (const char *text,
             size_t      length)
{
  const char *end = text + length;
  size_t n_lines = 0;

  while ((text = memchr (text, '\n', (size_t) (end - text))) != NULL)
    {
      n_lines++;
      text++;
    }
  return n_lines;
}

/* Counts what @file has: LAC_OK, LAC_E_CANCELLED, or LAC_E_SYSTEM with errno set. */
static enum lac_status
count_file (int                file,
            size_t             limit,
            const atomic_bool *cancel,
            size_t            *out_count)
{
  char text[CHUNK];
  size_t n_lines = 0;

  while (n_lines < limit)
    {
      ssize_t got = read (file, text, sizeof text);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return LAC_E_SYSTEM;
      if (got == 0)
        break;
      n_lines += count_lines (text, (size_t) got);
      if (cancel != NULL && atomic_load_explicit (cancel, memory_order_relaxed))
        return LAC_E_CANCELLED;
    }
  *out_count = n_lines < limit ? n_lines : limit;
  return LAC_OK;
}

static enum lac_status
count_process (struct lac_process         *process,
               size_t                      limit,
               const atomic_bool          *cancel,
               size_t                     *out_count,
               struct lac_process_failure *out_failure)
{
  int file = lac_process_open_maps (process, "maps");
  enum lac_status status;
  int error;

  if (file < 0)
    return lac_process_refused (process, -file, "open /proc/PID/maps", out_failure);
  status = count_file (file, limit, cancel, out_count);
  error = errno;
  close (file);
  if (status == LAC_E_SYSTEM)
    return lac_process_refused (process, error, "read /proc/PID/maps", out_failure);
  if (status == LAC_OK && *out_count == 0)
    return lac_process_has_no_map (process, false, "read /proc/PID/maps", out_failure);
  return status;
}

enum lac_status
lac_process_count_regions (int32_t                     pid,
                           uint64_t                    start_time,
                           size_t                      limit,
                           const atomic_bool          *cancel,
                           size_t                     *out_count,
                           struct lac_process_failure *out_failure)
{
  struct lac_process *process;
  struct lac_proc_stat stat;
  enum lac_status status = lac_process_open (NULL, pid, &process, out_failure);

  *out_count = 0;
  if (status != LAC_OK)
    return status;
  status = lac_process_identify (process, &stat, out_failure);
  if (status == LAC_OK && stat.start_time != start_time)
    status = lac_process_fail (out_failure, LAC_E_EXITED, 0, "read /proc/PID/stat");
  if (status == LAC_OK)
    status = count_process (process, limit, cancel, out_count, out_failure);
  lac_process_close (process);
  return status;
}
