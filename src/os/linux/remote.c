/* The session: what is asked for in a process, and how it is tried again.
 *
 * The tracer (remote-tracer.c) does one thing and says how it went. What to make of it is decided
 * here: another thread, when that one was no use; another look for the instructions, when they were not where
 * they had been; another try, when somebody like us was at it. Whether an answer is true is found out in
 * remote-memory.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "core/translatable.h"
#include "os/thread.h"
#include "remote-session.h"

#if LAC_REMOTE_HERE

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define THREADS_TRIED_MAX 16

bool
lac_remote_is_ending (struct lac_process *process)
{
  for (int attempt = 0; attempt < 50; attempt++)
    {
      struct lac_proc_stat stat;

      if (lac_process_has_exited (process) || lac_process_identify (process, &stat, NULL) != LAC_OK
          || (stat.flags & LAC_TASK_EXITING) != 0)
        return true;
      lac_thread_pause (1000);
    }
  return false;
}

static enum lac_status
find_gates (struct lac_remote          *remote,
            struct lac_process_failure *out_failure)
{
  struct lac_remote_plan *plan = &remote->plan;
  enum lac_status status = lac_remote_find_gates (remote->process, plan->pointer_size,
                                                  &remote->gates, out_failure);

  if (status != LAC_OK)
    return status;
  if (remote->gates.call.address == 0)
    return lac_process_fail (out_failure, LAC_E_NO_ENTRY, 0,
                             N_ ("look for a system call instruction"));
  if (remote->gates.give_back.address == 0)
    plan->no_net = N_ ("the process has no way back from a signal (rt_sigreturn)");
  else if (remote->gates.bare)
    plan->no_net = N_ ("the process has no system call that is followed by a return");
  else if (remote->layout.features == 0)
    plan->no_net = N_ ("the extended registers have an unknown layout");
  plan->call_address = remote->gates.call.address;
  plan->return_address = plan->no_net == NULL ? remote->gates.give_back.address : 0;
  memcpy (plan->call_name, remote->gates.name, sizeof plan->call_name);
  return LAC_OK;
}

/* Everything that is found out by reading. */
static enum lac_status
look_once (struct lac_remote          *remote,
           struct lac_process_failure *out_failure)
{
  struct lac_remote_plan *plan = &remote->plan;
  enum lac_status status;

  *plan = (struct lac_remote_plan){ 0 };
  status = lac_remote_preflight (remote, out_failure);
  if (status == LAC_OK)
    status = lac_remote_choose_thread (remote, NULL, 0, out_failure);
  if (status == LAC_OK)
    status = lac_remote_find_width (remote, out_failure);
  if (status == LAC_OK && plan->filtered && (remote->flags & LAC_REMOTE_FORCE_FILTERED) == 0)
    status = lac_process_fail (out_failure, LAC_E_FILTERED, 0, N_ ("look at the process"));
  if (status == LAC_OK)
    status = find_gates (remote, out_failure);
  if (status == LAC_OK && plan->no_net != NULL && (remote->flags & LAC_REMOTE_FORCE_NO_NET) == 0)
    status = lac_process_fail (out_failure, LAC_E_NO_NET, 0, plan->no_net);
  return status;
}

/* Whether another look may have another outcome: what is just becoming another program has no memory for a
 * moment, as if it had exited, and then for another moment none of the libraries in which we look for
 * instructions. */
static bool
may_pass (struct lac_remote *remote,
          enum lac_status    status,
          int                attempt)
{
  switch (status)
    {
    case LAC_E_EXITED:
      return !lac_process_has_exited (remote->process);
    case LAC_E_NO_ENTRY:
    case LAC_E_NO_NET:
      return attempt < 2;
    default:
      return false;
    }
}

static enum lac_status
look (struct lac_remote          *remote,
      struct lac_process_failure *out_failure)
{
  enum lac_status status;

  for (int attempt = 0; attempt < LAC_MAX_ATTEMPTS; attempt++)
    {
      status = look_once (remote, out_failure);
      if (!may_pass (remote, status, attempt))
        return status;
      lac_thread_pause (1000);
    }
  return lac_process_fail (out_failure, LAC_E_CHANGED, 0, N_ ("look at the process"));
}

enum lac_status
lac_remote_open (struct lac_process         *process,
                 unsigned                    flags,
                 struct lac_remote         **out_remote,
                 struct lac_process_failure *out_failure)
{
  struct lac_remote *remote = calloc (1, sizeof *remote);
  enum lac_status status;

  if (remote == NULL)
    return lac_process_fail (out_failure, LAC_E_NO_MEMORY, ENOMEM, N_ ("look at the process"));
  remote->process = process;
  remote->flags = flags;
  remote->socket = -1;
  lac_xsave_layout_get (&remote->layout);
  status = look (remote, out_failure);
  if (status != LAC_OK)
    {
      free (remote);
      return status;
    }
  *out_remote = remote;
  return LAC_OK;
}

void
lac_remote_close (struct lac_remote *remote)
{
  if (remote == NULL)
    return;
  lac_remote_end_tracer (remote);
  free (remote);
}

void
lac_remote_get_plan (const struct lac_remote *remote,
                     struct lac_remote_plan  *out_plan)
{
  *out_plan = remote->plan;
}

struct lac_process *
lac_remote_get_process (const struct lac_remote *remote)
{
  return remote->process;
}

uint64_t
lac_remote_stopped_for (const struct lac_remote *remote)
{
  return remote->stopped_for;
}

void
lac_remote_end_at (struct lac_remote *remote,
                   uint32_t           point,
                   bool               end_asker)
{
  remote->request.end_at = point;
  remote->request.end_asker = end_asker;
}

void
lac_remote_forbid_queries (struct lac_remote *remote)
{
  remote->request.no_queries = true;
}

uint32_t
lac_remote_count_points (const struct lac_remote *remote)
{
  return remote->answer.n_points;
}

/* Makes the request from the steps; LAC_E_INVALID when they are none. */
static enum lac_status
fill_request (struct lac_remote            *remote,
              const struct lac_remote_step *steps,
              size_t                        n_steps)
{
  struct lac_tracer_request *request = &remote->request;

  if (n_steps == 0 || n_steps > LAC_REMOTE_STEPS_MAX)
    return LAC_E_INVALID;
  request->n_steps = (uint32_t) n_steps;
  request->n_bytes = 0;
  for (size_t i = 0; i < n_steps; i++)
    {
      struct lac_tracer_step *step = &request->steps[i];

      *step = (struct lac_tracer_step){
        .kind = steps[i].kind,
        .call = steps[i].call,
        .may_fail = steps[i].may_fail,
        .undo = steps[i].undo,
      };
      memcpy (step->arguments, steps[i].arguments, sizeof step->arguments);
      memcpy (step->from, steps[i].from, sizeof step->from);
      for (int j = 0; j < 6; j++)
        if (step->from[j] > i)
          return LAC_E_INVALID;
      if (steps[i].kind == LAC_REMOTE_STEP_CALL)
        continue;
      if (steps[i].n_bytes > LAC_REMOTE_BYTES_MAX - request->n_bytes)
        return LAC_E_INVALID;
      step->offset = request->n_bytes;
      step->n_bytes = steps[i].n_bytes;
      memcpy (request->bytes + request->n_bytes, steps[i].bytes, steps[i].n_bytes);
      request->n_bytes += steps[i].n_bytes;
    }
  return LAC_OK;
}

/* Whether the system did not permit to trace, the first thread or one of the others that were to be stopped. */
static bool
was_refused (const struct lac_remote *remote)
{
  const struct lac_tracer_answer *answer = &remote->answer;

  return answer->verdict == LAC_TRACER_ANSWERED && answer->n_done == 0
         && (answer->error == EPERM || answer->error == EACCES) && answer->status == LAC_E_SYSTEM
         && (answer->stopped_for == 0 || (remote->request.flags & LAC_TRACER_STOP_ALL) != 0);
}

static enum lac_status
fail_by_answer (struct lac_remote          *remote,
                struct lac_process_failure *out_failure)
{
  const struct lac_tracer_answer *answer = &remote->answer;

  if ((answer->status == LAC_E_UNRESPONSIVE) && lac_remote_is_frozen (remote->process))
    return lac_process_fail (out_failure, LAC_E_FROZEN, 0, answer->what);
  if (answer->status == LAC_E_EXITED && !lac_remote_is_ending (remote->process))
    return lac_process_fail (out_failure, LAC_E_CHANGED, ESRCH, answer->what);
  return lac_process_fail (out_failure, answer->status, answer->error, answer->what);
}

/* Has the request done, by whichever thread can. */
static enum lac_status
ask (struct lac_remote          *remote,
     struct lac_process_failure *out_failure)
{
  const struct lac_tracer_answer *answer = &remote->answer;
  int32_t passed[THREADS_TRIED_MAX];
  size_t n_passed = 0;
  unsigned n_looks = 0, n_rounds = 0;
  struct lac_remote_patience patience = { 0 };

  for (;;)
    {
      enum lac_status status;

      remote->request.process = remote->process->pid;
      remote->request.thread = remote->plan.thread;
      remote->request.pointer_size = remote->plan.pointer_size;
      remote->request.start_stack = remote->start_stack;
      remote->request.gates = remote->gates;
      status = lac_remote_ask_tracer (remote, out_failure);
      if (status != LAC_OK)
        return status;

      switch (answer->verdict)
        {
        case LAC_TRACER_GATES_MOVED:
          if (n_looks++ >= LAC_MAX_ATTEMPTS)
            return fail_by_answer (remote, out_failure);
          status = look (remote, out_failure);
          if (status != LAC_OK)
            return status;
          break;
        case LAC_TRACER_OTHER_THREAD:
        case LAC_TRACER_GAVE_UP:
          /* Another thread would have to stop this one as well. */
          if (answer->verdict == LAC_TRACER_GAVE_UP
              && (remote->request.flags & LAC_TRACER_STOP_ALL) != 0)
            return fail_by_answer (remote, out_failure);
          if (lac_process_has_exited (remote->process))
            return lac_process_fail (out_failure, LAC_E_EXITED, 0, answer->what);
          passed[n_passed++] = remote->plan.thread;
          if (n_passed < THREADS_TRIED_MAX
              && lac_remote_choose_thread (remote, passed, n_passed, NULL) == LAC_OK)
            break;
          /* Threads that run on small stacks by turns, as Go's do, are back on their own before long. */
          if (answer->status != LAC_E_NO_NET || n_rounds++ >= LAC_MAX_ATTEMPTS)
            return fail_by_answer (remote, out_failure);
          lac_thread_pause (1000);
          n_passed = 0;
          if (lac_remote_choose_thread (remote, NULL, 0, NULL) != LAC_OK)
            return fail_by_answer (remote, out_failure);
          break;
        case LAC_TRACER_ANSWERED:
        default:
          if (!was_refused (remote))
            return answer->status == LAC_OK ? LAC_OK : fail_by_answer (remote, out_failure);
          status = lac_remote_bear_refusal (remote, &patience, answer->error, answer->what, out_failure);
          if (status != LAC_OK)
            return status;
          /* Another thread may be free, or this one may have ended. */
          lac_remote_choose_thread (remote, passed, n_passed, NULL);
          break;
        }
    }
}

enum lac_status
lac_remote_run (struct lac_remote          *remote,
                struct lac_remote_step     *steps,
                size_t                      n_steps,
                unsigned                    flags,
                struct lac_process_failure *out_failure)
{
  enum lac_status status;

  for (size_t i = 0; i < n_steps; i++)
    {
      steps[i].done = false;
      steps[i].result = 0;
    }
  status = fill_request (remote, steps, n_steps);
  if (status != LAC_OK)
    return lac_process_fail (out_failure, status, 0, N_ ("prepare the system calls"));
  remote->request.flags = (flags & LAC_REMOTE_STOP_ALL ? LAC_TRACER_STOP_ALL : 0)
                          | (remote->flags & LAC_REMOTE_FORCE_NO_NET ? LAC_TRACER_WITHOUT_NET : 0)
                          | (remote->flags & LAC_REMOTE_FORCE_FILTERED ? LAC_TRACER_FILTERED : 0);
  remote->answer = (struct lac_tracer_answer){ 0 };
  status = ask (remote, out_failure);
  remote->stopped_for = remote->answer.stopped_for;
  for (size_t i = 0; i < remote->answer.n_done && i < n_steps; i++)
    {
      steps[i].done = true;
      steps[i].result = remote->answer.results[i];
    }
  return status;
}

#endif
