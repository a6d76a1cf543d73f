/* Whether a thread's system calls are turned into signals (syscall user dispatch).
 *
 * Emulators have the kernel raise SIGSYS instead of making a call, while a byte of theirs says so.
 * What we call is refused then, and the signal that it raises is dropped (remote-call.c). But
 * should the tracer be killed, the signal would be the process's, for a call that it never made;
 * and rt_sigreturn(2), by which the second net gives the thread back, would raise another one. So
 * there is no net at such a moment, which is a short one: in calls of its own the thread has the
 * byte say otherwise.
 *
 * Before Linux 6.4 nobody can ask.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "remote-wait.h"

#if LAC_REMOTE_HERE

/* uapi/linux/ptrace.h, struct ptrace_sud_config and what asks for it; uapi/linux/prctl.h. */
#define GET_DISPATCH 0x4211
struct dispatch
{
  uint64_t mode;
  uint64_t selector;
  uint64_t offset;
  uint64_t length;
};
#define DISPATCH_OFF 0
#define SELECTOR_ALLOWS 0

bool
lac_traced_is_dispatched (struct lac_tracer       *tracer,
                          const struct lac_traced *traced)
{
  struct dispatch dispatch = { .mode = DISPATCH_OFF };
  unsigned char selector = SELECTOR_ALLOWS;

  if (lac_trace (GET_DISPATCH, traced->thread, sizeof dispatch, (uintptr_t) &dispatch) < 0
      || dispatch.mode == DISPATCH_OFF)
    return false;
  /* Without a byte it is always so. */
  return dispatch.selector == 0
         || lac_tracer_read (tracer, traced->thread, dispatch.selector, &selector, 1) != 1
         || selector != SELECTOR_ALLOWS;
}

#endif
