/* All threads of a process: listed, and stopped together.
 *
 * Those that the list has are seized, then all of them are told to stop, and only then each is
 * waited for: so they come to their stops at the same time, and the first of many is not stopped
 * for much longer than the last. The list is read again until it has none that is not stopped,
 * since a thread may start others until it is. Nothing allocates here, so they are written to pages
 * of their own.
 *
 * When one does not stop, or must not be, the others are still waited for, for they have to be
 * given back as they were.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "core/translatable.h"

#if LAC_REMOTE_HERE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define OTHERS_MAX 8192

#define CODE_64 0x33

#define MILLISECOND UINT64_C (1000000)
/* How long a thread may take to stop, one that waits for a processor, and one that sleeps
 * uninterruptibly. */
#define PATIENCE (1000 * MILLISECOND)
#define LONG_PATIENCE (5000 * MILLISECOND)
#define SHORT_PATIENCE (100 * MILLISECOND)

/* One of them, and what it was waiting for before. */
struct other
{
  struct lac_traced traced;
  struct lac_tracer_wait wait;
  /* Its number had become another process's before it was seized. */
  bool strange;
};

static struct other *others;
static volatile size_t n_others;
static volatile int32_t the_first;

/* Whoever becomes another program (execve(2)) waits until all other threads of it have been collected, which is for us
 * to do, and meanwhile holds a lock that PTRACE_SEIZE needs (cred_guard_mutex): without this it would wait for
 * ever, and so would we. */
static void
collect_ended (void)
{
  lac_traced_collect (the_first);
  for (size_t i = 0; i < n_others; i++)
    lac_traced_collect (others[i].traced.thread);
}

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

/* What is said is what went wrong first. */
static void
fail (struct stopping         *stopping,
      enum lac_tracer_verdict  verdict,
      enum lac_status          status,
      int                      error)
{
  if (stopping->answer->status == LAC_OK)
    stopping->verdict = lac_answer (stopping->answer, verdict, status, error, N_ ("stop all threads"));
}

/* Seizes a thread that is none of ours yet: that does not stop it. */
static bool
seize_one (int32_t thread,
           void   *user_data)
{
  struct stopping *stopping = user_data;
  struct other *other = &others[n_others];

  if (thread == stopping->first->thread)
    return true;
  for (size_t i = 0; i < n_others; i++)
    if (others[i].traced.thread == thread)
      return true;
  if (n_others == OTHERS_MAX)
    {
      fail (stopping, LAC_TRACER_ANSWERED, LAC_E_NO_MEMORY, 0);
      return false;
    }
  lac_tracer_turn_to (stopping->tracer, thread);
  if (lac_trace (PTRACE_SEIZE, thread, 0, PTRACE_O_TRACESYSGOOD) < 0)
    {
      int error = errno;

      /* One that has ended meanwhile is no obstacle. The first one stays in the list when it has,
       * and starts nothing any more. */
      if (error == ESRCH || (error == EPERM && has_ended (stopping->tracer, thread)))
        return true;
      fail (stopping, LAC_TRACER_ANSWERED, LAC_E_SYSTEM, error);
      return false;
    }
  lac_tracer_point (stopping->tracer);
  *other = (struct other){ .traced.thread = thread };
  other->strange = !lac_tracer_note_wait (stopping->tracer, thread, &other->wait);
  n_others++;
  stopping->found_new = true;
  return true;
}

/* Whether a thread that has not stopped since @began may take longer. */
static bool
may_take_longer (const struct stopping *stopping,
                 int32_t                thread,
                 uint64_t               began)
{
  uint64_t patience = PATIENCE;

  /* The others are let go of as well as can be, but not for as long. */
  if (stopping->verdict == LAC_TRACER_GAVE_UP)
    patience = SHORT_PATIENCE / 10;
  else
    switch (lac_tracer_state_of (stopping->tracer, thread))
      {
      case 'D':
        patience = lac_waits_for_child (stopping->tracer->directory, thread) ? 5 * MILLISECOND
                                                                             : SHORT_PATIENCE;
        break;
      case 'R':
        patience = LONG_PATIENCE;
        break;
      default:
        break;
      }
  return lac_tracer_clock () - began < patience;
}

/* Waits until the thread has come to its stop. */
static void
await_one (struct stopping   *stopping,
           struct lac_traced *traced)
{
  uint64_t began = lac_tracer_clock ();
  uint64_t deadline = began + MILLISECOND;
  int32_t thread = traced->thread;
  int state = 0;

  do
    {
      int result = lac_traced_wait (thread, deadline, &state);

      if (result < 0 || (result > 0 && !WIFSTOPPED (state)))
        return;
      if (result == 0)
        {
          if (!may_take_longer (stopping, thread, began))
            {
              bool waits = lac_waits_for_child (stopping->tracer->directory, thread);

              fail (stopping, LAC_TRACER_GAVE_UP, waits ? LAC_E_WAITS_FOR_CHILD : LAC_E_UNRESPONSIVE,
                    waits ? 0 : ETIMEDOUT);
              stopping->verdict = LAC_TRACER_GAVE_UP;
              return;
            }
          deadline = lac_tracer_clock () + 5 * MILLISECOND;
          state = 0;
        }
      else if (!lac_is_event_stop (state))
        /* A signal was on its way, and is delivered; our stop is still to come. */
        lac_trace (PTRACE_CONT, thread, 0,
                   state >> 16 == 0 && WSTOPSIG (state) != (SIGTRAP | 0x80) ? (uintptr_t) WSTOPSIG (state)
                                                                            : 0);
    }
  while (!lac_is_event_stop (state));
  if (WSTOPSIG (state) == SIGTRAP)
    {
      traced->stopped = true;
      return;
    }
  /* It goes back to being stopped by itself. */
  lac_trace (PTRACE_DETACH, thread, 0, 0);
  fail (stopping, LAC_TRACER_ANSWERED, LAC_E_STOPPED, 0);
}

/* Has the threads from @begun on come to their stops. */
static void
stop_together (struct stopping *stopping,
               size_t           begun)
{
  struct lac_tracer *tracer = stopping->tracer;

  for (size_t i = begun; i < n_others; i++)
    {
      others[i].traced.stopped_since = lac_tracer_clock ();
      lac_trace (PTRACE_INTERRUPT, others[i].traced.thread, 0, 0);
      lac_tracer_point (tracer);
    }
  for (size_t i = begun; i < n_others; i++)
    {
      struct lac_traced *traced = &others[i].traced;

      await_one (stopping, traced);
      lac_tracer_point (tracer);
      if (!traced->stopped)
        continue;
      /* What fails here is being killed. */
      if (lac_trace (PTRACE_GETREGS, traced->thread, 0, (uintptr_t) &traced->registers) == 0)
        {
          traced->wide = traced->registers.cs == CODE_64;
          traced->framed = traced->registers;
          traced->changed = lac_tracer_mend_call (tracer, traced, &others[i].wait);
        }
      if (others[i].strange)
        lac_traced_release (tracer, traced);
    }
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
  the_first = first->thread;
  lac_tracer_at_alarm (collect_ended);
  do
    {
      size_t begun = n_others;

      stopping.found_new = false;
      lac_tracer_each_thread (tracer, seize_one, &stopping);
      /* Those that were seized have to be stopped even when another one could not be: only a thread
       * that is stopped can be let go of. */
      stop_together (&stopping, begun);
    }
  while (stopping.found_new && answer->status == LAC_OK);
  /* Now nothing can happen to it any more. */
  if (!lac_traced_is_itself (first))
    fail (&stopping, LAC_TRACER_OTHER_THREAD, LAC_E_EXITED, ESRCH);
  if (answer->status != LAC_OK)
    lac_traced_release_others (tracer);
  return stopping.verdict;
}

void
lac_traced_release_others (struct lac_tracer *tracer)
{
  while (n_others > 0)
    lac_traced_release (tracer, &others[--n_others].traced);
  lac_tracer_at_alarm (NULL);
}

#endif
