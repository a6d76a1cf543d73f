/* Starting the tracer, and speaking with it.
 *
 * It is a child of its own, made by clone(2) itself: no fork handlers run, and no signal tells of its end, so
 * that a program's own waiting for its children never meets it. It is kept for the session, since
 * the copying of a big program's page tables takes longer than all the rest.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "core/translatable.h"

#if LAC_REMOTE_HERE

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* The descriptors that the child keeps, in this order. */
enum
{
  KEPT_SOCKET = 0,
  KEPT_DIRECTORY = 1,
  KEPT_PARENT = 2,
  N_KEPT,
};

/* Leaves the child with @kept, as the numbers 0 and up, and nothing else. */
static bool
keep_files (int kept[N_KEPT])
{
  struct rlimit64
  {
    uint64_t soft, hard;
  } limit = { 0, 0 };

  /* Out of the way of the numbers that they get. */
  for (int i = 0; i < N_KEPT; i++)
    if (kept[i] >= 0)
      {
        kept[i] = fcntl (kept[i], F_DUPFD_CLOEXEC, N_KEPT);
        if (kept[i] < 0)
          return false;
      }
  for (int i = 0; i < N_KEPT; i++)
    if (kept[i] < 0)
      close (i);
    else if (dup3 (kept[i], i, O_CLOEXEC) < 0)
      return false;
  if (syscall (SYS_close_range, N_KEPT, ~0u, 0) == 0)
    return true;
  /* Before Linux 5.9. */
  syscall (SYS_prlimit64, 0, 7 /* RLIMIT_NOFILE */, NULL, &limit);
  if (limit.soft > 65536)
    limit.soft = 65536;
  for (int i = N_KEPT; i < (int) limit.soft; i++)
    close (i);
  return true;
}

static _Noreturn void
be_tracer (struct lac_remote *remote,
           int                socket,
           int                parent)
{
  int kept[N_KEPT] = {
    [KEPT_SOCKET] = socket,
    [KEPT_DIRECTORY] = remote->process->directory,
    [KEPT_PARENT] = parent,
  };
  struct lac_tracer tracer = {
    .room = remote->room,
    .call_file = -1,
    .own_file = -1,
    .socket = KEPT_SOCKET,
    .directory = KEPT_DIRECTORY,
    .parent = parent >= 0 ? KEPT_PARENT : -1,
    .maps = -1,
    .memory = -1,
    .processor = -1,
    .layout = remote->layout,
  };
  /* Who waits need not be told with a signal as well. */
  struct sigaction quiet = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP };

  /* Signals stay blocked, so neither the terminal nor a farewell to the program's group ends it. */
  sigaction (SIGCHLD, &quiet, NULL);
  setsid ();
  prctl (PR_SET_NAME, "lacuna-tracer");
  if (keep_files (kept))
    lac_tracer_run (&tracer);
  for (;;)
    syscall (SYS_exit_group, 1);
}

static int
open_self (void)
{
#ifdef SYS_pidfd_open
  return (int) syscall (SYS_pidfd_open, getpid (), 0u);
#else
  return -1;
#endif
}

static enum lac_status
start (struct lac_remote          *remote,
       struct lac_process_failure *out_failure)
{
  enum lac_status status = LAC_OK;
  sigset_t all, before;
  int ends[2], parent;
  long child;

  remote->room = mmap (NULL, sizeof *remote->room, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (remote->room == MAP_FAILED)
    return lac_process_fail (out_failure, LAC_E_NO_MEMORY, errno, N_ ("start the tracer"));
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    {
      status = lac_process_fail (out_failure, LAC_E_SYSTEM, errno, N_ ("start the tracer"));
      munmap (remote->room, sizeof *remote->room);
      return status;
    }
  parent = open_self ();
  sigfillset (&all);
  pthread_sigmask (SIG_BLOCK, &all, &before);
  child = syscall (SYS_clone, 0, NULL, NULL, NULL, NULL);
  if (child == 0)
    be_tracer (remote, ends[1], parent);
  if (child < 0)
    status = lac_process_fail (out_failure, LAC_E_SYSTEM, errno, N_ ("start the tracer"));
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  close (ends[1]);
  if (parent >= 0)
    close (parent);
  if (status != LAC_OK)
    {
      close (ends[0]);
      munmap (remote->room, sizeof *remote->room);
      return status;
    }
  remote->tracer = (int32_t) child;
  remote->tracer_owner = getpid ();
  remote->socket = ends[0];
  return LAC_OK;
}

void
lac_remote_end_tracer (struct lac_remote *remote)
{
  bool own = remote->tracer != 0 && remote->tracer_owner == getpid ();

  if (remote->tracer == 0)
    return;
  /* A child of ours may have the descriptor, too, and would keep the other end waiting. */
  if (own)
    shutdown (remote->socket, SHUT_RDWR);
  close (remote->socket);
  while (own && waitpid (remote->tracer, NULL, __WALL) < 0 && errno == EINTR)
    ;
  munmap (remote->room, sizeof *remote->room);
  remote->room = NULL;
  remote->socket = -1;
  remote->tracer = 0;
}

/* Waits for the answer; false when the tracer ended instead. */
static bool
await_answer (struct lac_remote *remote)
{
  struct lac_tracer_room *room = remote->room;
  bool alive = true;

  while (atomic_load (&room->turn) != LAC_TURN_ANSWERED)
    {
      char byte;

      if (!alive)
        return false;
      atomic_store (&room->asker_sleeps, 1);
      if (atomic_load (&room->turn) != LAC_TURN_ANSWERED)
        {
          ssize_t n = recv (remote->socket, &byte, 1, 0);

          /* Its last words may lie there all the same. */
          alive = n == 1 || (n < 0 && errno == EINTR);
        }
      atomic_store (&room->asker_sleeps, 0);
    }
  return true;
}

/* True when the tracer has answered; otherwise @out_unread says that it ended before it took the request. */
static bool
converse (struct lac_remote *remote,
          bool              *out_unread)
{
  struct lac_tracer_room *room = remote->room;
  uint32_t turn = LAC_TURN_IDLE;

  memcpy (&room->request, &remote->request,
          offsetof (struct lac_tracer_request, bytes) + remote->request.n_bytes);
  *out_unread = true;
  if (!atomic_compare_exchange_strong (&room->turn, &turn, LAC_TURN_ASKED))
    return false;
  if (atomic_load (&room->tracer_sleeps) != 0)
    send (remote->socket, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (await_answer (remote))
    {
      remote->answer = room->answer;
      atomic_store (&room->turn, LAC_TURN_IDLE);
      return true;
    }
  *out_unread = atomic_load (&room->turn) == LAC_TURN_ASKED;
  return false;
}

enum lac_status
lac_remote_ask_tracer (struct lac_remote          *remote,
                       struct lac_process_failure *out_failure)
{
  /* A child of the program that has the handle has no tracer of its own. */
  if (remote->tracer != 0 && remote->tracer_owner != getpid ())
    lac_remote_end_tracer (remote);
  for (int attempt = 0; attempt < 3; attempt++)
    {
      bool unread = false;

      if (remote->tracer == 0)
        {
          enum lac_status status = start (remote, out_failure);

          if (status != LAC_OK)
            return status;
        }
      if (converse (remote, &unread))
        {
          if (remote->answer.verdict == LAC_TRACER_GAVE_UP)
            lac_remote_end_tracer (remote);
          return LAC_OK;
        }
      lac_remote_end_tracer (remote);
      if (!unread)
        break;
    }
  return lac_process_fail (out_failure, LAC_E_SYSTEM, ECHILD,
                           N_ ("hear from the tracer, which was ended"));
}

#endif
