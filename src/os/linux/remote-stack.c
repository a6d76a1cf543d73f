/* Whose the bytes below a thread's stack pointer are.
 *
 * The frame goes there, so they must be the stack of this thread and of nobody else. That is known
 * for the first thread on the stack that the kernel made, and for others on a stack as libraries
 * for threads make them: the thread's own data (the base of fs, or gs in 32 bits) lies at its top
 * and begins with its own address (ELF handling for thread-local storage, variant II), and a page
 * without access, or nothing at all, lies below it. Go's threads have theirs in the same memory as
 * their stacks, but not that address. A small stack inside other memory, as Go's and other
 * runtimes' are, may have another one right below, whose thread runs on; there nothing is written.
 *
 * A thread may be somewhere else on its own stack than it seems: in a signal's handler whose stack is an array
 * in one of its functions, or in one of several such stacks that take turns. What lies right below is in
 * use then. So the first thread's frame goes as far from there as it can, to the middle of what is below;
 * that of others stays near, where a page that they never used need not be made, and since a program may
 * have put several stacks into one region: it is looked at whether another's data lies there (remote-net.c).
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"

#if LAC_REMOTE_HERE

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Of the thread: the process's own is empty when its first thread has ended. */
static int
open_maps (struct lac_tracer *tracer)
{
  char path[64] = "";

  lac_tracer_path (path, tracer->thread, "maps");
  if (tracer->maps < 0)
    tracer->maps = openat (tracer->directory, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  return tracer->maps;
}

static void
close_maps (struct lac_tracer *tracer)
{
  if (tracer->maps >= 0)
    close (tracer->maps);
  tracer->maps = -1;
}

static bool
parse_line (const char *line,
            uint64_t   *out_start,
            uint64_t   *out_end,
            unsigned   *out_protection)
{
  uint64_t bounds[2] = { 0, 0 };

  for (int i = 0; i < 2; i++)
    {
      for (;; line++)
        {
          if (*line >= '0' && *line <= '9')
            bounds[i] = bounds[i] << 4 | (uint64_t) (*line - '0');
          else if (*line >= 'a' && *line <= 'f')
            bounds[i] = bounds[i] << 4 | (uint64_t) (*line - 'a' + 10);
          else
            break;
        }
      if (*line++ != (i == 0 ? '-' : ' '))
        return false;
    }
  *out_start = bounds[0];
  *out_end = bounds[1];
  *out_protection = (line[0] == 'r' ? LAC_PROTECTION_READ : 0)
                    | (line[1] == 'w' ? LAC_PROTECTION_WRITE : 0)
                    | (line[2] == 'x' ? LAC_PROTECTION_EXECUTE : 0);
  return true;
}

/* Reads the text up to the region that ends above @address; it must hold it. */
static bool
find_in_text (struct lac_tracer       *tracer,
              uint64_t                 address,
              struct lac_region_entry *out_region,
              bool                    *out_guarded)
{
  char text[8192];
  size_t length = 0;
  uint64_t before_end = 0;
  unsigned before_protection = 0;
  int file = open_maps (tracer);

  if (file < 0 || lseek (file, 0, SEEK_SET) != 0)
    return false;
  for (;;)
    {
      ssize_t n = read (file, text + length, sizeof text - 1 - length);
      char *line = text, *end;

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return false;
      length += (size_t) n;
      text[length] = '\0';
      while ((end = strchr (line, '\n')) != NULL)
        {
          uint64_t region_start, region_end;
          unsigned protection;

          if (!parse_line (line, &region_start, &region_end, &protection))
            return false;
          if (region_end > address)
            {
              *out_region = (struct lac_region_entry){
                .start = region_start,
                .end = region_end,
                .protection = (uint8_t) protection,
              };
              *out_guarded = before_end < region_start || before_protection == 0;
              return region_start <= address;
            }
          before_end = region_end;
          before_protection = protection;
          line = end + 1;
        }
      length -= (size_t) (line - text);
      memmove (text, line, length);
    }
}

static bool
find_by_query (struct lac_tracer       *tracer,
               uint64_t                 address,
               struct lac_region_entry *out_region,
               bool                    *out_guarded)
{
  struct lac_region_entry below;
  enum lac_status status = LAC_E_EXITED;

  /* A file that was opened before the process became another program is no use any more. */
  for (int attempt = 0; attempt < 2 && status == LAC_E_EXITED; attempt++)
    {
      if (open_maps (tracer) < 0)
        return false;
      status = lac_query_point (tracer->maps, address, false, out_region, NULL);
      if (status == LAC_E_EXITED)
        close_maps (tracer);
    }
  if (status == LAC_E_NOT_SUPPORTED)
    tracer->no_queries = true;
  if (status != LAC_OK)
    return false;
  status = lac_query_point (tracer->maps, out_region->start - 1, false, &below, NULL);
  *out_guarded = status == LAC_E_NOT_FOUND || (status == LAC_OK && below.protection == 0);
  return true;
}

/* Whether a library for threads made what the thread has for its own at @own. */
static bool
begins_with_itself (struct lac_tracer       *tracer,
                    const struct lac_traced *traced,
                    uint64_t                 own)
{
  uint64_t first = 0;
  size_t size = traced->wide ? 8 : 4;

  return lac_tracer_read (tracer, traced->thread, own, &first, size) == (int64_t) size && first == own;
}

/* A thread's stack stays where it is, so it is looked for once. */
bool
lac_traced_has_stack (struct lac_tracer       *tracer,
                      const struct lac_traced *traced,
                      uint64_t                 size)
{
  const struct user_regs_struct *registers = &traced->registers;
  uint64_t own = traced->wide ? registers->fs_base : registers->gs_base;
  uint64_t first = registers->rsp - 1;
  struct lac_region_entry region;
  bool guarded, found = false;

  if (first >= tracer->stack_start && first < tracer->stack_end)
    return registers->rsp - tracer->stack_start >= size;
  if (!tracer->no_queries)
    found = find_by_query (tracer, first, &region, &guarded);
  if (!found && tracer->no_queries)
    found = find_in_text (tracer, first, &region, &guarded);
  if (!found || (region.protection & LAC_PROTECTION_WRITE) == 0)
    return false;
  if (traced->thread == tracer->process)
    {
      /* What the first thread has for its own lies elsewhere, in memory that the loader made. */
      if (tracer->start_stack < region.start || tracer->start_stack > region.end)
        return false;
    }
  else if (!guarded || own < registers->rsp || own > region.end
           || !begins_with_itself (tracer, traced, own))
    return false;
  tracer->stack_start = region.start;
  tracer->stack_end = region.end;
  return registers->rsp - region.start >= size;
}

uint64_t
lac_traced_frame_top (const struct lac_tracer *tracer,
                      const struct lac_traced *traced)
{
  uint64_t room = traced->registers.rsp - tracer->stack_start;

  if (traced->thread != tracer->process || room < 2 * LAC_FRAME_MAX)
    return traced->registers.rsp;
  return (traced->registers.rsp - room / 2) & ~UINT64_C (15);
}

#endif
