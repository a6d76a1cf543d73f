/* System calls that another process makes for us.
 *
 * Memory is put into a process by having one of its threads run mmap(2). The thread is stopped for a moment
 * (PTRACE_SEIZE, PTRACE_INTERRUPT), is given other registers, goes through a system call instruction that
 * the process has anyway, and gets its own registers back. No code is written into the process, no signal is
 * sent, and its other threads run on.
 *
 * A guest must not be harmed if we die in the middle of this, so there are two nets. The tracer is a small
 * child of its own, in a process group of its own: when we die it finishes the step, undoes what nobody was
 * told of, gives the thread back and exits. And before the registers are changed a signal frame with the
 * whole context of the thread is laid below the red zone of its stack, such that after the call the thread
 * would return through the process's own rt_sigreturn(2): that holds when the tracer itself is killed. The
 * frame is needed in that case only; otherwise the tracer puts back the registers, so that an interrupted
 * system call goes on for the rest of its time, and the bytes that the frame covered.
 *
 * x86-64 and 32-bit x86 processes on Linux; elsewhere everything is %LAC_E_NOT_SUPPORTED.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "process.h"

LAC_BEGIN_DECLS

/** lac_remote: a process in which calls can be made; opaque. May be used by one thread at a time. */
struct lac_remote;

enum lac_remote_flags
{
  /** Go on although the process filters system calls (seccomp(2)): the filter may kill it. */
  LAC_REMOTE_FORCE_FILTERED = 1,
  /** Go on although the second net is missing: should the tracer be killed in the middle, the process
   * would crash. */
  LAC_REMOTE_FORCE_NO_NET = 2,
};

/**
 * lac_remote_plan:
 * @thread: which thread would be stopped, a number as in the process's own folder under /proc
 * @thread_name: its name, terminated
 * @pointer_size: 8 or 4: which calling convention the process has
 * @call_address: the system call instruction that would be used
 * @call_name: what is mapped there, terminated, cut when longer
 * @return_address: the process's own rt_sigreturn sequence; 0 when the second net is missing
 * @no_net: (transfer none) (nullable): why it is missing, an English phrase marked for translation; NULL when
 *   it is there
 * @filtered: the process filters system calls
 * @wait_note: (transfer none) (nullable): what becomes of that for which the thread waits, an English sentence
 *   marked for translation; NULL when it goes on as if nothing had been
 *
 * What would be used. It is found out anew, and checked, before each run.
 */
struct lac_remote_plan
{
  int32_t thread;
  char thread_name[16];
  uint32_t pointer_size;
  uint64_t call_address;
  char call_name[256];
  uint64_t return_address;
  const char *no_net;
  bool filtered;
  const char *wait_note;
};

/**
 * lac_remote_open:
 * @process: (borrowed): a live process, not oneself; it must outlive the handle, and is used by it
 * @flags: enum lac_remote_flags values
 * @out_remote: (out) (transfer full): the handle
 * @out_failure: (out) (optional): set on failure; `other_pid` and `other_name` say who is in the way
 *
 * Looks whether calls can be made in a process, and how: nothing in it is touched or stopped. Whether the
 * system permits it shows only when it is asked to.
 *
 * Errors: %LAC_E_KERNEL_THREAD, %LAC_E_ZOMBIE, %LAC_E_STOPPED, %LAC_E_FROZEN, %LAC_E_TRACED (by whom is in
 *   the failure), %LAC_E_STRICT (seccomp's strict mode), %LAC_E_FILTERED and %LAC_E_NO_NET unless forced,
 *   %LAC_E_WAITS_FOR_CHILD (vfork(2)), %LAC_E_NO_ENTRY (no system call instruction can be used),
 *   %LAC_E_NOT_SUPPORTED, %LAC_E_INVALID for oneself, and those of lac_process_read_map().
 * Cost: a reading of the map, and of executable memory until the instructions are found.
 */
LAC_PUBLIC enum lac_status lac_remote_open (struct lac_process         *process,
                                            unsigned                    flags,
                                            struct lac_remote         **out_remote,
                                            struct lac_process_failure *out_failure);

/** lac_remote_close: ends the tracer, and lets go of @remote (nullable). */
LAC_PUBLIC void lac_remote_close (struct lac_remote *remote);

/** lac_remote_get_plan: what would be used now; @out_plan: (out). Asks nothing. */
LAC_PUBLIC void lac_remote_get_plan (const struct lac_remote *remote,
                                     struct lac_remote_plan  *out_plan);

/** lac_remote_get_process: (transfer none): the process. */
LAC_PUBLIC struct lac_process *lac_remote_get_process (const struct lac_remote *remote);

/**
 * lac_remote_allocate:
 * @remote: a handle
 * @address: the first byte, a multiple of the granularity; 0 for where the system likes
 * @size: bytes; a multiple of the page size, above 0
 * @protection: enum lac_protection values
 * @out_address: (out): where it is
 * @out_failure: (out) (optional): set on failure
 *
 * Makes private anonymous memory in the process, at exactly @address, never over a mapping. The answer is
 * verified: afterwards the process's map shows it.
 *
 * Errors: %LAC_E_OCCUPIED when a byte of it is mapped; %LAC_E_INVALID; %LAC_E_NO_MEMORY;
 *   %LAC_E_UNVERIFIED when the map disagrees with the answer; %LAC_E_PTRACE_SCOPE,
 *   %LAC_E_OTHER_USER, %LAC_E_NOT_DUMPABLE, %LAC_E_MORE_CAPABLE, %LAC_E_TRACED when the system does not
 *   permit it (another Lacuna is waited for, a second at most; any other tracer is not);
 *   %LAC_E_UNRESPONSIVE when no thread came to a stop in time (uninterruptible); %LAC_E_CHANGED
 *   when the process was becoming another program; %LAC_E_EXITED; %LAC_E_SYSTEM, with ECHILD when the tracer
 *   was killed, and then nobody knows whether the call was made; those of lac_remote_open() for what has
 *   changed since, and %LAC_E_NO_NET when all threads that could be stopped run on stacks of unknown extent.
 * Cost: one thread is stopped for some tens of microseconds.
 */
LAC_PUBLIC enum lac_status lac_remote_allocate (struct lac_remote          *remote,
                                                uint64_t                    address,
                                                uint64_t                    size,
                                                unsigned                    protection,
                                                uint64_t                   *out_address,
                                                struct lac_process_failure *out_failure);

/**
 * lac_remote_protect:
 * @address: a multiple of the page size
 * @size: bytes; a multiple of the page size, above 0
 * @protection: enum lac_protection values
 *
 * Verified as lac_remote_allocate().
 *
 * Errors: %LAC_E_NOT_FOUND when a page of it is not mapped, with nothing changed; others as for
 *   lac_remote_allocate().
 */
LAC_PUBLIC enum lac_status lac_remote_protect (struct lac_remote          *remote,
                                               uint64_t                    address,
                                               uint64_t                    size,
                                               unsigned                    protection,
                                               struct lac_process_failure *out_failure);

/**
 * lac_remote_free:
 * @address: a multiple of the page size
 * @size: bytes; a multiple of the page size, above 0
 *
 * Unmaps it, whatever it is: the caller answers for that. That nothing is mapped there is no error. It is
 * verified: afterwards the process's map does not show what was there before. Something else may be there:
 * threads of the process, and others, may map what they like where nothing is, at once. When it can't be told
 * from what was there before, the call's answer is believed if no filter could have given it (seccomp(2)).
 *
 * Errors: %LAC_E_UNVERIFIED when the map still shows what was there before, in a process that filters its
 *   calls; others as for lac_remote_allocate().
 */
LAC_PUBLIC enum lac_status lac_remote_free (struct lac_remote          *remote,
                                            uint64_t                    address,
                                            uint64_t                    size,
                                            struct lac_process_failure *out_failure);

/* Runs: several steps while the process is stopped once. Not part of what liblacuna exports. */

enum lac_remote_call
{
  LAC_REMOTE_MMAP,     /* address, size, PROT_, MAP_, file, offset */
  LAC_REMOTE_MPROTECT, /* address, size, PROT_ */
  LAC_REMOTE_MUNMAP,   /* address, size */
  LAC_REMOTE_OPENAT,   /* folder, path, flags, mode */
  LAC_REMOTE_FTRUNCATE,
  LAC_REMOTE_CLOSE,
  LAC_REMOTE_MKDIRAT,  /* folder, path, mode */
  LAC_REMOTE_FCHMODAT, /* folder, path, mode */
  LAC_REMOTE_UNLINKAT, /* folder, path, flags */
};

enum lac_remote_step_kind
{
  LAC_REMOTE_STEP_CALL,
  /* Writes `bytes` at arguments[0]. */
  LAC_REMOTE_STEP_WRITE,
  /* Goes on only when `bytes` are what lies at arguments[0]. */
  LAC_REMOTE_STEP_EXPECT,
};

/**
 * lac_remote_step:
 * @kind: what to do
 * @call: which call
 * @from: for each argument, 0, or the number of the step, counted from 1, whose result is added to it
 * @bytes: (borrowed): for steps that have some
 * @n_bytes: how many
 * @may_fail: the run goes on when the call fails
 * @undo: undone (mmap by munmap, openat by close) when a later step fails, or nobody is there to be told
 * @result: (out): what the call gave, an errno negated; for other steps 0, -EFAULT, or -ENODATA for an
 *   expectation that was not met
 * @done: (out): it was tried
 */
struct lac_remote_step
{
  enum lac_remote_step_kind kind;
  enum lac_remote_call call;
  uint64_t arguments[6];
  uint8_t from[6];
  const void *bytes;
  uint32_t n_bytes;
  bool may_fail;
  bool undo;
  bool done;
  int64_t result;
};

/** LAC_REMOTE_STEPS_MAX, LAC_REMOTE_BYTES_MAX: how many steps a run has at most, and bytes in all. */
#define LAC_REMOTE_STEPS_MAX 24
#define LAC_REMOTE_BYTES_MAX 16384

enum lac_remote_run_flags
{
  /* Stop all threads of the process, not only the one that makes the calls. */
  LAC_REMOTE_STOP_ALL = 1,
};

/**
 * lac_remote_run:
 * @remote: a handle
 * @steps: (inout): what to do, in order
 * @n_steps: how many
 * @flags: enum lac_remote_run_flags values
 * @out_failure: (out) (optional): set on failure
 *
 * Does all steps while the process is stopped once, up to the first that fails and may not. Then what the
 * steps before it did is undone, last first, where they say so.
 *
 * Errors: %LAC_E_SYSTEM with the errno when a call failed, %LAC_E_CHANGED when an expectation was not met,
 *   others as for lac_remote_allocate(). %LAC_OK is not a verification.
 */
enum lac_status lac_remote_run (struct lac_remote          *remote,
                                struct lac_remote_step     *steps,
                                size_t                      n_steps,
                                unsigned                    flags,
                                struct lac_process_failure *out_failure);

/** lac_remote_stopped_for: for how many nanoseconds the thread was stopped by the last run. */
LAC_PUBLIC uint64_t lac_remote_stopped_for (const struct lac_remote *remote);

LAC_END_DECLS
