/* What a thread waits for, and what becomes of it when the thread is stopped and goes on.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum lac_wait_kind
{
  /* It has no time-out, or the kernel itself keeps what is left of it. */
  LAC_WAIT_GOES_ON,
  /* It is set up anew, with what is left of its time (remote-interrupted.c). */
  LAC_WAIT_IS_MENDED,
  /* It is set up anew, and waits for its full time again: its time-out is not an argument. */
  LAC_WAIT_BEGINS_ANEW,
  /* The same when the socket has a time-out. */
  LAC_WAIT_OF_SOCKET,
  /* The same, in the old way of 32 bits: the socket is the first of arguments that lie in memory. */
  LAC_WAIT_OF_SOCKET_IN_MEMORY,
};

/**
 * lac_wait:
 * @kind: what becomes of it
 * @sends: it is the time-out for sending that counts, not that for receiving
 * @socket: the descriptor, or where in the process's memory it is
 */
struct lac_wait
{
  enum lac_wait_kind kind;
  bool sends;
  uint64_t socket;
};

/* By what /proc/PID/task/TID/syscall says (remote-interrupted.c). @wide: the process is one of 64
 * bits. */
struct lac_wait lac_wait_parse (bool        wide,
                                const char *text);

/* The same with a look at the socket, which is only read: never LAC_WAIT_OF_SOCKET. What can't be
 * found out goes on. @process: its number. */
enum lac_wait_kind lac_wait_judge (int32_t     process,
                                   bool        wide,
                                   const char *text);

/* remote-slept.c */

struct lac_tracer;
struct lac_tracer_wait;
struct lac_traced;

/* Since when the thread, which sleeps, does: nothing when that can't be told. */
void lac_sleep_note (struct lac_tracer      *tracer,
                     int32_t                 thread,
                     struct lac_tracer_wait *out_wait);

/* Whether the thread, which is stopped now, was in the same sleep until then. */
bool lac_sleep_lasted (struct lac_tracer            *tracer,
                       const struct lac_traced      *traced,
                       const struct lac_tracer_wait *wait);

/* Which processor the thread was last on; below 0 when that can't be told. */
int lac_last_processor (struct lac_tracer *tracer,
                        int32_t            thread);

/* remote-dispatch.c */

/* Whether a call by the thread, which is stopped, would be a signal instead. */
bool lac_traced_is_dispatched (struct lac_tracer       *tracer,
                               const struct lac_traced *traced);
