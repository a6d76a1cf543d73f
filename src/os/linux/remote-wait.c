/* Threads that nothing can interrupt because they wait for a child that shares their memory.
 *
 * It is not the state alone that tells (D, as for a disk), but the call that the thread is in.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"

#if LAC_REMOTE_HERE

#include <stdlib.h>

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

#endif
