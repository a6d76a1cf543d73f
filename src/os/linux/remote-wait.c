/* What threads wait for, where that matters to who stops them: told by reading alone.
 *
 * Nothing can interrupt those that wait for a child which shares their memory. It is not the state
 * alone that tells (D, as for a disk), but the call that the thread is in.
 *
 * A socket's time-out is the socket's, and nobody but its owner can ask for it. So the descriptor
 * is borrowed for as long as the question takes (pidfd_getfd(2)), which changes nothing in the
 * process.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "remote-wait.h"

#if LAC_REMOTE_HERE

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

/* CLONE_VFORK, <linux/sched.h>. */
#define FLAG_VFORK 0x4000

bool
lac_waits_for_child (int     directory,
                     int32_t thread)
{
  char path[64] = "", text[256];
  char *arguments;
  unsigned long flags;

  lac_tracer_path (path, thread, "syscall");
  if (lac_proc_read (directory, path, text, sizeof text) <= 0 || text[0] < '0' || text[0] > '9')
    return false;
  switch (strtol (text, &arguments, 10))
    {
    case 58:  /* vfork */
    case 190: /* … in 32 bits */
    case 435: /* clone3: its flags lie in memory, but without this one it does not wait */
      return true;
    case 56:  /* clone */
    case 120: /* … in 32 bits */
      flags = strtoul (arguments, NULL, 16);
      return (flags & FLAG_VFORK) != 0;
    default:
      return false;
    }
}

/* What else it may be that is read and written is left alone. */
static bool
is_socket (int32_t process,
           int     descriptor)
{
  char path[64], target[64];
  ssize_t length;

  snprintf (path, sizeof path, "/proc/%d/fd/%d", process, descriptor);
  length = readlink (path, target, sizeof target);
  return length > 7 && memcmp (target, "socket:", 7) == 0;
}

static bool
has_time_out (int32_t process,
              int     descriptor,
              bool    sends)
{
  struct timeval time = { 0 };
  socklen_t size = sizeof time;
  int holder, own;
  bool found;

  if (!is_socket (process, descriptor))
    return false;
  holder = (int) syscall (SYS_pidfd_open, process, 0u);
  if (holder < 0)
    return false;
  own = (int) syscall (SYS_pidfd_getfd, holder, descriptor, 0u);
  close (holder);
  if (own < 0)
    return false;
  found = getsockopt (own, SOL_SOCKET, sends ? SO_SNDTIMEO : SO_RCVTIMEO, &time, &size) == 0
          && (time.tv_sec != 0 || time.tv_usec != 0);
  close (own);
  return found;
}

enum lac_wait_kind
lac_wait_judge (int32_t     process,
                bool        wide,
                const char *text)
{
  struct lac_wait wait = lac_wait_parse (wide, text);
  int descriptor = (int) wait.socket;

  if (wait.kind == LAC_WAIT_OF_SOCKET_IN_MEMORY)
    {
      struct iovec here = { &descriptor, sizeof descriptor };
      struct iovec there = { (void *) (uintptr_t) wait.socket, sizeof descriptor };

      if (process_vm_readv (process, &here, 1, &there, 1, 0) != (ssize_t) sizeof descriptor)
        return LAC_WAIT_GOES_ON;
    }
  else if (wait.kind != LAC_WAIT_OF_SOCKET)
    return wait.kind;
  return has_time_out (process, descriptor, wait.sends) ? LAC_WAIT_BEGINS_ANEW : LAC_WAIT_GOES_ON;
}

#endif
