/* Making calls in victims: what the tests of os/remote.h have in common.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "os/remote.h"
#include "start.h"

/* A process in which calls can be made. */
struct reached
{
  struct lac_process *process;
  struct lac_remote *remote;
};

/* Opens a process for calls; a status other than LAC_OK leaves nothing open. */
static inline enum lac_status
reach (struct reached             *reached,
       pid_t                       pid,
       unsigned                    flags,
       struct lac_process_failure *failure)
{
  enum lac_status status;

  reached->remote = NULL;
  status = lac_process_open (NULL, pid, &reached->process, failure);
  if (status != LAC_OK)
    return status;
  status = lac_remote_open (reached->process, flags, &reached->remote, failure);
  if (status != LAC_OK)
    {
      lac_process_close (reached->process);
      reached->process = NULL;
    }
  return status;
}

static inline void
unreach (struct reached *reached)
{
  lac_remote_close (reached->remote);
  lac_process_close (reached->process);
  reached->remote = NULL;
  reached->process = NULL;
}

/* What a status is called, with what was being done, for a test's message. Release with
 * g_free(). */
static inline char *
tell_failure (enum lac_status                   status,
              const struct lac_process_failure *failure)
{
  return g_strdup_printf ("%s (%s, errno %d)", lac_status_name (status),
                          failure->what ? failure->what : "?", failure->system_error);
}

#define assert_done(status, failure, name)                                                        \
  G_STMT_START                                                                                    \
  {                                                                                               \
    enum lac_status status_here = (status);                                                       \
                                                                                                  \
    if (status_here != LAC_OK)                                                                    \
      {                                                                                           \
        char *told = tell_failure (status_here, failure);                                         \
                                                                                                  \
        g_error ("%s, line %d: %s", name, __LINE__, told);                                        \
      }                                                                                           \
  }                                                                                               \
  G_STMT_END

/* Allocates, changes the protection, and frees again; asserts each answer. */
static inline void
cycle (struct reached *reached,
       const char     *name,
       GRand          *random)
{
  struct lac_process_failure failure = { 0 };
  uint64_t size = 4096 * (uint64_t) g_rand_int_range (random, 1, 17);
  uint64_t address = 0;

  assert_done (lac_remote_allocate (reached->remote, 0, size,
                                    LAC_PROTECTION_READ | LAC_PROTECTION_WRITE, &address, &failure),
               &failure, name);
  g_assert_cmpuint (address, !=, 0);
  g_assert_cmpuint (address % 4096, ==, 0);
  assert_done (lac_remote_protect (reached->remote, address, size,
                                   LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE, &failure),
               &failure, name);
  assert_done (lac_remote_free (reached->remote, address, size, &failure), &failure, name);
}

/* Whether calls can be made in processes at all here, as this user: tried on a victim, once. If
 * not, the test is skipped with the reason. */
static inline bool
can_reach (void)
{
  static bool known;
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;
  uint64_t address = 0;
  enum lac_status status;

  if (known)
    return true;
  if (!start_victim (&victim, -1, "sleeper", "nanosleep", NULL))
    return false;
  status = reach (&reached, victim.pid, 0, &failure);
  if (status == LAC_OK)
    {
      status = lac_remote_allocate (reached.remote, 0, 4096, LAC_PROTECTION_READ, &address,
                                    &failure);
      unreach (&reached);
    }
  kill_victim (&victim);
  if (status == LAC_E_NOT_SUPPORTED || status == LAC_E_PTRACE_SCOPE || status == LAC_E_MORE_CAPABLE
      || status == LAC_E_NOT_DUMPABLE || status == LAC_E_OTHER_USER || status == LAC_E_TRACED)
    {
      g_autofree char *told = tell_failure (status, &failure);
      g_autofree char *reason = g_strdup_printf ("no calls can be made in another process: %s",
                                                 told);

      g_test_skip (reason);
      return false;
    }
  assert_done (status, &failure, "the first call");
  known = true;
  return true;
}
