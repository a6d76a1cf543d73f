/* All threads of a process: listed, and stopped together.
 *
 * One after another is stopped, and the list is read again until it has none that is not: a thread that is
 * not stopped yet may start others. Nothing allocates here, so they are written to pages of their own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "core/translatable.h"

#if LAC_REMOTE_HERE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OTHERS_MAX 8192

static struct lac_traced *others;
static size_t n_others;

/* What getdents64(2) gives. */
struct entry
{
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[];
};

bool
lac_tracer_each_thread (struct lac_tracer *tracer,
                        bool (*visit) (int32_t thread,
                                       void   *user_data),
                        void              *user_data)
{
  _Alignas (struct entry) char bytes[4096];
  int folder = openat (tracer->directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool goes_on = true;

  if (folder < 0)
    return false;
  while (goes_on)
    {
      long length = syscall (SYS_getdents64, folder, bytes, sizeof bytes);

      if (length <= 0)
        break;
      for (long at = 0; goes_on && at < length;)
        {
          const struct entry *entry = (const struct entry *) (bytes + at);
          long thread = strtol (entry->name, NULL, 10);

          if (thread > 0)
            goes_on = visit ((int32_t) thread, user_data);
          at += entry->length;
        }
    }
  close (folder);
  return goes_on;
}

struct stopping
{
  struct lac_tracer *tracer;
  const struct lac_traced *first;
  struct lac_tracer_answer *answer;
  enum lac_tracer_verdict verdict;
  bool found_new;
};

static bool
has_ended (struct lac_tracer *tracer,
           int32_t            thread)
{
  char state = lac_tracer_state_of (tracer, thread);

  return state == 'Z' || state == 'X';
}

static bool
stop_one (int32_t thread,
          void   *user_data)
{
  struct stopping *stopping = user_data;
  struct lac_tracer_answer *answer = stopping->answer;

  if (thread == stopping->first->thread)
    return true;
  for (size_t i = 0; i < n_others; i++)
    if (others[i].thread == thread)
      return true;
  if (n_others == OTHERS_MAX)
    {
      answer->status = LAC_E_NO_MEMORY;
      answer->what = N_ ("stop all threads");
      return false;
    }
  stopping->verdict
      = lac_traced_stop (stopping->tracer, &others[n_others], thread, 0, 0, answer);
  /* The first thread stays in the list when it has ended, can't be traced any more, and starts nothing. */
  if (stopping->verdict == LAC_TRACER_ANSWERED && answer->status == LAC_E_SYSTEM && answer->error == EPERM
      && has_ended (stopping->tracer, thread))
    {
      answer->status = LAC_OK;
      answer->error = 0;
      return true;
    }
  stopping->found_new = true;
  /* One that has ended meanwhile is no obstacle, and neither is what can't make a call. */
  if (stopping->verdict == LAC_TRACER_OTHER_THREAD && answer->status == LAC_E_EXITED)
    {
      stopping->verdict = LAC_TRACER_ANSWERED;
      answer->status = LAC_OK;
      return true;
    }
  if (others[n_others].stopped)
    n_others++;
  return stopping->verdict == LAC_TRACER_ANSWERED && answer->status == LAC_OK;
}

enum lac_tracer_verdict
lac_traced_stop_others (struct lac_tracer        *tracer,
                        const struct lac_traced  *first,
                        struct lac_tracer_answer *answer)
{
  struct stopping stopping = {
    .tracer = tracer,
    .first = first,
    .answer = answer,
    .verdict = LAC_TRACER_ANSWERED,
  };

  n_others = 0;
  if (others == NULL)
    {
      void *memory = mmap (NULL, OTHERS_MAX * sizeof *others, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

      if (memory == MAP_FAILED)
        {
          answer->status = LAC_E_NO_MEMORY;
          answer->what = N_ ("stop all threads");
          return LAC_TRACER_ANSWERED;
        }
      others = memory;
    }
  do
    stopping.found_new = false;
  while (lac_tracer_each_thread (tracer, stop_one, &stopping) && stopping.found_new);
  if (stopping.verdict != LAC_TRACER_ANSWERED || answer->status != LAC_OK)
    lac_traced_release_others (tracer);
  return stopping.verdict;
}

void
lac_traced_release_others (struct lac_tracer *tracer)
{
  while (n_others > 0)
    lac_traced_release (tracer, &others[--n_others]);
}

#endif
