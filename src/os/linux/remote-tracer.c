/* The tracer: what the small child does.
 *
 * It waits for a request, does it while the process is stopped once, and answers. When the other end is
 * gone before it has taken note of the answer, nobody knows of what was made, so it is unmade. A program
 * that has ended lets go of its end of the socket, but a child that it left behind may hold it too; so the
 * program itself is watched as well (pidfd_open(2)).
 *
 * It ends by itself after a while without work: a copy of a big program, though it shares its pages, is not
 * kept for nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "core/translatable.h"

#if LAC_REMOTE_HERE

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define IDLE_MILLISECONDS 10000

/* Which number a call has in 64 and in 32 bits. */
static const struct
{
  uint16_t wide;
  uint16_t narrow;
} numbers[] = {
  [LAC_REMOTE_MMAP] = { 9, 192 },      /* mmap, mmap2 */
  [LAC_REMOTE_MPROTECT] = { 10, 125 },
  [LAC_REMOTE_MUNMAP] = { 11, 91 },
  [LAC_REMOTE_OPENAT] = { 257, 295 },
  [LAC_REMOTE_FTRUNCATE] = { 77, 194 }, /* ftruncate, ftruncate64 */
  [LAC_REMOTE_CLOSE] = { 3, 6 },
  [LAC_REMOTE_MKDIRAT] = { 258, 296 },
  [LAC_REMOTE_FCHMODAT] = { 268, 306 },
  [LAC_REMOTE_UNLINKAT] = { 263, 301 },
};

static struct lac_tracer_request request;
static struct lac_tracer_answer answer;

void
lac_tracer_turn_to (struct lac_tracer *tracer,
                    int32_t            thread)
{
  if (tracer->thread == thread)
    return;
  if (tracer->call_file >= 0)
    close (tracer->call_file);
  if (tracer->maps >= 0)
    close (tracer->maps);
  if (tracer->memory >= 0)
    close (tracer->memory);
  tracer->thread = thread;
  tracer->call_file = tracer->maps = tracer->memory = -1;
  tracer->checked = 0;
  tracer->shadow_stack = false;
  tracer->released = 0;
  tracer->processor = -1;
  tracer->stack_start = tracer->stack_end = 0;
}

void
lac_tracer_point (struct lac_tracer *tracer)
{
  if (++tracer->n_points != tracer->end_at)
    return;
  syscall (SYS_kill, tracer->end_asker ? syscall (SYS_getppid) : syscall (SYS_getpid), SIGKILL);
}

void
lac_tracer_path (char        path[64],
                 int32_t     thread,
                 const char *name)
{
  char digits[12];
  unsigned n = 0;

  memcpy (path, "task/", 5);
  path += 5;
  do
    digits[n++] = (char) ('0' + thread % 10);
  while ((thread /= 10) != 0);
  while (n > 0)
    *path++ = digits[--n];
  *path++ = '/';
  strncpy (path, name, 32);
}

int64_t
lac_tracer_read_file (struct lac_tracer *tracer,
                      int32_t            thread,
                      const char        *name,
                      char              *text,
                      size_t             size)
{
  char path[64] = "";

  lac_tracer_path (path, thread, name);
  return lac_proc_read (tracer->directory, path, text, size);
}

/* By the file of the process, where the system calls are missing. */
static int64_t
move_by_file (struct lac_tracer *tracer,
              uint64_t           address,
              void              *bytes,
              size_t             size,
              bool               write)
{
  char path[64] = "";
  ssize_t n;

  lac_tracer_path (path, tracer->thread, "mem");
  if (tracer->memory < 0)
    tracer->memory = openat (tracer->directory, path, O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (tracer->memory < 0)
    return -errno;
  n = write ? pwrite (tracer->memory, bytes, size, (off_t) address)
            : pread (tracer->memory, bytes, size, (off_t) address);
  return n < 0 ? -errno : n;
}

int64_t
lac_tracer_read (struct lac_tracer *tracer,
                 int32_t            thread,
                 uint64_t           address,
                 void              *bytes,
                 size_t             size)
{
  struct iovec here = { bytes, size };
  struct iovec there = { (void *) (uintptr_t) address, size };
  ssize_t n = process_vm_readv (thread, &here, 1, &there, 1, 0);

  if (n < 0 && errno == ENOSYS)
    return move_by_file (tracer, address, bytes, size, false);
  return n < 0 ? -errno : n;
}

int64_t
lac_tracer_write (struct lac_tracer *tracer,
                  int32_t            thread,
                  uint64_t           address,
                  const void        *bytes,
                  size_t             size)
{
  struct iovec here = { (void *) (uintptr_t) bytes, size };
  struct iovec there = { (void *) (uintptr_t) address, size };
  ssize_t n = process_vm_writev (thread, &here, 1, &there, 1, 0);

  if (n < 0 && errno == ENOSYS)
    return move_by_file (tracer, address, here.iov_base, size, true);
  return n < 0 ? -errno : n;
}

static int64_t
compare (struct lac_tracer            *tracer,
         const struct lac_traced      *traced,
         const struct lac_tracer_step *step,
         uint64_t                      address)
{
  unsigned char bytes[512];

  for (uint32_t at = 0; at < step->n_bytes;)
    {
      uint32_t n = step->n_bytes - at < sizeof bytes ? step->n_bytes - at : (uint32_t) sizeof bytes;

      if (lac_tracer_read (tracer, traced->thread, address + at, bytes, n) != n)
        return -EFAULT;
      if (memcmp (bytes, request.bytes + step->offset + at, n) != 0)
        return -ENODATA;
      at += n;
    }
  return 0;
}

/* What the call takes: with offsets in pages, or lengths in two words, in 32 bits. */
static void
arrange (bool                  wide,
         enum lac_remote_call  call,
         uint64_t              arguments[6])
{
  if (wide)
    return;
  if (call == LAC_REMOTE_MMAP)
    arguments[5] >>= 12;
  else if (call == LAC_REMOTE_FTRUNCATE)
    {
      arguments[2] = arguments[1] >> 32;
      arguments[1] &= 0xffffffff;
    }
}

/* Does a step; false when the thread is lost. */
static bool
do_step (struct lac_tracer            *tracer,
         struct lac_traced            *traced,
         const struct lac_tracer_step *step,
         int64_t                      *out_result)
{
  uint64_t arguments[6];
  int64_t n;

  for (int i = 0; i < 6; i++)
    {
      arguments[i] = step->arguments[i];
      if (step->from[i] != 0)
        arguments[i] += (uint64_t) answer.results[step->from[i] - 1];
    }
  switch (step->kind)
    {
    case LAC_REMOTE_STEP_WRITE:
      n = lac_tracer_write (tracer, traced->thread, arguments[0], request.bytes + step->offset,
                            step->n_bytes);
      *out_result = n == (int64_t) step->n_bytes ? 0 : -EFAULT;
      return true;
    case LAC_REMOTE_STEP_EXPECT:
      *out_result = compare (tracer, traced, step, arguments[0]);
      return true;
    case LAC_REMOTE_STEP_CALL:
    default:
      arrange (traced->wide, step->call, arguments);
      /* Interrupted, which only a stop of the whole process does: nothing came of it. */
      for (int attempt = 0; attempt < 8; attempt++)
        {
          if (!lac_traced_call (tracer, traced, &request,
                                traced->wide ? numbers[step->call].wide : numbers[step->call].narrow,
                                arguments, out_result, &answer))
            return false;
          if (*out_result > -512 || *out_result < -516)
            break;
          *out_result = -EINTR;
        }
      return true;
    }
}

/* Somebody has done by himself what undoing the step would do. */
static void
forget_undone (const struct lac_tracer_step *step)
{
  if (step->kind == LAC_REMOTE_STEP_CALL && step->from[0] != 0
      && (step->call == LAC_REMOTE_CLOSE || step->call == LAC_REMOTE_MUNMAP))
    request.steps[step->from[0] - 1].undo = false;
}

/* Undoes the first @n_steps, last first. */
static void
undo (struct lac_tracer *tracer,
      struct lac_traced *traced,
      uint32_t           n_steps)
{
  while (n_steps-- > 0)
    {
      struct lac_tracer_step *step = &request.steps[n_steps];
      struct lac_tracer_step reverse = { .kind = LAC_REMOTE_STEP_CALL };
      int64_t result;

      if (!step->undo || answer.results[n_steps] < 0)
        continue;
      reverse.arguments[0] = (uint64_t) answer.results[n_steps];
      if (step->kind == LAC_REMOTE_STEP_CALL && step->call == LAC_REMOTE_MMAP)
        {
          reverse.call = LAC_REMOTE_MUNMAP;
          reverse.arguments[1] = step->arguments[1];
        }
      else if (step->kind == LAC_REMOTE_STEP_CALL && step->call == LAC_REMOTE_OPENAT)
        reverse.call = LAC_REMOTE_CLOSE;
      else
        continue;
      step->undo = false;
      if (!do_step (tracer, traced, &reverse, &result))
        return;
    }
}

static void
do_steps (struct lac_tracer *tracer,
          struct lac_traced *traced)
{
  for (uint32_t i = 0; i < request.n_steps; i++)
    {
      const struct lac_tracer_step *step = &request.steps[i];
      int64_t result;

      if (!do_step (tracer, traced, step, &result))
        return;
      answer.results[i] = result;
      answer.n_done = i + 1;
      if (result >= 0)
        forget_undone (step);
      else if (!step->may_fail)
        {
          answer.status = step->kind == LAC_REMOTE_STEP_EXPECT && result == -ENODATA ? LAC_E_CHANGED
                                                                                    : LAC_E_SYSTEM;
          answer.error = (int) -result;
          answer.what = traced->trapped ? N_ ("make a system call that the process turns into a signal (seccomp, syscall user dispatch)")
                                        : N_ ("make a system call in the process");
          undo (tracer, traced, i);
          return;
        }
    }
}

/* Stops the thread and does @work with it. */
static void
with_thread (struct lac_tracer *tracer,
             void (*work) (struct lac_tracer *tracer,
                           struct lac_traced *traced))
{
  static struct lac_traced traced;

  answer.verdict = lac_traced_stop (tracer, &traced, request.thread, request.pointer_size,
                                    request.flags, &answer);
  if (answer.verdict != LAC_TRACER_ANSWERED || answer.status != LAC_OK)
    return;
  answer.verdict = lac_traced_prepare (tracer, &traced, &request, &answer);
  if (answer.verdict == LAC_TRACER_ANSWERED && answer.status == LAC_OK
      && (request.flags & LAC_TRACER_STOP_ALL) != 0)
    answer.verdict = lac_traced_stop_others (tracer, &traced, &answer);
  if (answer.verdict == LAC_TRACER_ANSWERED && answer.status == LAC_OK)
    work (tracer, &traced);
  if ((request.flags & LAC_TRACER_STOP_ALL) != 0)
    lac_traced_release_others (tracer);
  lac_traced_release (tracer, &traced);
  answer.stopped_for = lac_tracer_clock () - traced.stopped_since;
}

static void
undo_all (struct lac_tracer *tracer,
          struct lac_traced *traced)
{
  undo (tracer, traced, answer.n_done);
}

/* Has a thread undo everything; true when none did. */
static bool
try_thread (int32_t thread,
            void   *user_data)
{
  request.thread = thread;
  answer.status = LAC_OK;
  with_thread (user_data, undo_all);
  return answer.verdict == LAC_TRACER_OTHER_THREAD;
}

/* Nobody is there to be told of what was made. */
static void
unmake (struct lac_tracer *tracer)
{
  bool needed = false;

  if (answer.status != LAC_OK || answer.verdict != LAC_TRACER_ANSWERED)
    return;
  for (uint32_t i = 0; i < answer.n_done; i++)
    needed |= request.steps[i].undo && answer.results[i] >= 0;
  request.flags &= ~(uint32_t) LAC_TRACER_STOP_ALL;
  if (needed && try_thread (request.thread, tracer))
    lac_tracer_each_thread (tracer, try_thread, tracer);
}

static _Noreturn void
end (void)
{
  for (;;)
    syscall (SYS_exit_group, 0);
}

/* Sleeps until it may be its turn; ends when nobody is there any more. */
static void
sleep_for_turn (struct lac_tracer *tracer)
{
  struct lac_tracer_room *room = tracer->room;
  struct pollfd files[2] = {
    { .fd = tracer->socket, .events = POLLIN },
    { .fd = tracer->parent, .events = POLLIN },
  };
  uint32_t idle = LAC_TURN_IDLE;
  char byte;
  int n;

  n = poll (files, 2, IDLE_MILLISECONDS);
  if (n < 0)
    {
      /* The alarm, which calls in a row need not set each time. */
      lac_tracer_set_alarm (false);
      return;
    }
  if (n == 0)
    {
      if (atomic_compare_exchange_strong (&room->turn, &idle, LAC_TURN_GONE))
        end ();
      return;
    }
  if ((files[0].revents & POLLIN) != 0 && recv (tracer->socket, &byte, 1, MSG_DONTWAIT) == 1)
    return;
  if (files[0].revents != 0 || files[1].revents != 0)
    {
      if (atomic_load (&room->turn) == LAC_TURN_ANSWERED)
        unmake (tracer);
      end ();
    }
}

static void
await_turn (struct lac_tracer *tracer)
{
  struct lac_tracer_room *room = tracer->room;
  uint32_t asked = LAC_TURN_ASKED;

  while (!atomic_compare_exchange_strong (&room->turn, &asked, LAC_TURN_TAKEN))
    {
      asked = LAC_TURN_ASKED;
      atomic_store (&room->tracer_sleeps, 1);
      if (atomic_load (&room->turn) != LAC_TURN_ASKED)
        sleep_for_turn (tracer);
      atomic_store (&room->tracer_sleeps, 0);
    }
}

void
lac_tracer_run (struct lac_tracer *tracer)
{
  struct lac_tracer_room *room = tracer->room;

  lac_tracer_warm_up (tracer);
  for (;;)
    {
      await_turn (tracer);
      memcpy (&request, &room->request,
              offsetof (struct lac_tracer_request, bytes) + room->request.n_bytes);
      tracer->process = request.process;
      tracer->start_stack = request.start_stack;
      tracer->no_queries |= request.no_queries;
      tracer->n_points = 0;
      tracer->end_at = request.end_at;
      tracer->end_asker = request.end_asker;
      answer = (struct lac_tracer_answer){ .status = LAC_OK };
      lac_tracer_set_alarm (true);
      with_thread (tracer, do_steps);
      answer.n_points = tracer->n_points;
      room->answer = answer;
      atomic_store (&room->turn, LAC_TURN_ANSWERED);
      if (atomic_load (&room->asker_sleeps) != 0)
        send (tracer->socket, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
      /* What does not stop is let go of by the end alone. */
      if (answer.verdict == LAC_TRACER_GAVE_UP || tracer->must_end)
        end ();
    }
}

#endif
