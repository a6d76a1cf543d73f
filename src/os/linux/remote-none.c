/* Calls in another process where Lacuna can't make any: says so.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "core/translatable.h"

#if !LAC_REMOTE_HERE

#define REFUSE(out_failure)                                                                      \
  lac_process_fail (out_failure, LAC_E_NOT_SUPPORTED, 0, N_ ("make system calls in a process"))

enum lac_status
lac_remote_open (struct lac_process         *process,
                 unsigned                    flags,
                 struct lac_remote         **out_remote,
                 struct lac_process_failure *out_failure)
{
  return REFUSE (out_failure);
}

void
lac_remote_close (struct lac_remote *remote)
{
}

void
lac_remote_get_plan (const struct lac_remote *remote,
                     struct lac_remote_plan  *out_plan)
{
  *out_plan = (struct lac_remote_plan){ 0 };
}

/* There is no handle for which it could be asked. */
struct lac_process *
lac_remote_get_process (const struct lac_remote *remote)
{
  return NULL;
}

enum lac_status
lac_remote_allocate (struct lac_remote          *remote,
                     uint64_t                    address,
                     uint64_t                    size,
                     unsigned                    protection,
                     uint64_t                   *out_address,
                     struct lac_process_failure *out_failure)
{
  return REFUSE (out_failure);
}

enum lac_status
lac_remote_protect (struct lac_remote          *remote,
                    uint64_t                    address,
                    uint64_t                    size,
                    unsigned                    protection,
                    struct lac_process_failure *out_failure)
{
  return REFUSE (out_failure);
}

enum lac_status
lac_remote_free (struct lac_remote          *remote,
                 uint64_t                    address,
                 uint64_t                    size,
                 struct lac_process_failure *out_failure)
{
  return REFUSE (out_failure);
}

enum lac_status
lac_remote_run (struct lac_remote          *remote,
                struct lac_remote_step     *steps,
                size_t                      n_steps,
                unsigned                    flags,
                struct lac_process_failure *out_failure)
{
  return REFUSE (out_failure);
}

uint64_t
lac_remote_stopped_for (const struct lac_remote *remote)
{
  return 0;
}

#endif
