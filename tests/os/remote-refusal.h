/* What tests of refused calls have in common: an allocation that is asked for once, and a process that it
 * leaves as it was.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "remotely.h"

#include <string.h>

/* Longer than a refusal takes, and shorter than any waiting would be. */
#define AT_ONCE (500 * G_TIME_SPAN_MILLISECOND)

/* What becomes of an allocation in a process: opened, asked for once, closed. */
static inline enum lac_status
try_to_allocate (pid_t                       pid,
                 unsigned                    flags,
                 struct lac_process_failure *failure)
{
  struct reached reached;
  uint64_t address = 0;
  enum lac_status status;

  memset (failure, 0, sizeof *failure);
  status = reach (&reached, pid, flags, failure);
  if (status != LAC_OK)
    return status;
  status = lac_remote_allocate (reached.remote, 0, 4096, LAC_PROTECTION_READ, &address, failure);
  if (status == LAC_OK)
    status = lac_remote_free (reached.remote, address, 4096, failure);
  unreach (&reached);
  return status;
}

static inline void
assert_refused_process (pid_t       pid,
                        unsigned    flags,
                        const char *expected)
{
  struct lac_process_failure failure;
  gint64 begun = g_get_monotonic_time ();
  enum lac_status status = try_to_allocate (pid, flags, &failure);

  g_assert_cmpstr (lac_status_name (status), ==, expected);
  g_assert_cmpstr (lac_status_name (failure.status), ==, expected);
  g_assert_nonnull (failure.what);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, AT_ONCE);
}

static inline void
assert_refused (const struct started *victim,
                unsigned              flags,
                const char           *expected)
{
  g_autofree char *before = describe_process (victim->pid);
  g_autofree char *after = NULL;

  assert_refused_process (victim->pid, flags, expected);
  after = describe_process (victim->pid);
  assert_same_description (before, after);
}

/* Tries to allocate, and says what came of it. */
static inline void
assert_tried (pid_t       pid,
              unsigned    flags,
              const char *expected)
{
  struct lac_process_failure failure;

  g_assert_cmpstr (lac_status_name (try_to_allocate (pid, flags, &failure)), ==, expected);
}

/* A kind of process in which calls are refused. */
struct refusal
{
  const char *path;
  const char *program;
  const char *role;
  const char *expected;
  unsigned forced;   /* refused with these flags, too, unless 0 */
  unsigned n_rounds; /* the victim checks itself so many times after that */
};

static inline void
test_refusal (const void *row)
{
  const struct refusal *refusal = row;
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, refusal->program, refusal->role, NULL))
    return;
  /* Some say that they are ready before they are what they shall be. */
  wait_for_rounds (&victim, 1);
  assert_refused (&victim, 0, refusal->expected);
  if (refusal->forced != 0)
    assert_refused (&victim, refusal->forced, refusal->expected);
  wait_for_rounds (&victim, refusal->n_rounds);
  end_unharmed (&victim);
}

static inline void
add_refusals (const struct refusal *refusals,
              size_t                n)
{
  for (size_t i = 0; i < n; i++)
    {
      g_autofree char *path = g_strconcat ("/os/remote-refusals/", refusals[i].path, NULL);

      g_test_add_data_func (path, &refusals[i], test_refusal);
    }
}
