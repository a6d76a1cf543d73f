/* What the files of the session (remote.c) have in common: those that run in the program that asks.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "remote-private.h"

#if LAC_REMOTE_HERE

/* remote.c */

/* Whether a process whose thread has ended does so, too: it takes a moment until that shows. */
bool lac_remote_is_ending (struct lac_process *process);

/* remote-rivals.c */

/* How long it has been waited for others, and how often it was refused without a cause. Begins as zeros. */
struct lac_remote_patience
{
  uint64_t began;
  unsigned n_refusals;
};

/* Whether who traces the process, by @failure, is another Lacuna. */
bool lac_remote_is_rival (const struct lac_process_failure *failure);

/* After the system did not permit to trace, with the errno @error: %LAC_OK when it is worth another try, after
 * a pause; otherwise what stands in the way. */
enum lac_status lac_remote_bear_refusal (struct lac_remote          *remote,
                                         struct lac_remote_patience *patience,
                                         int                         error,
                                         const char                 *what,
                                         struct lac_process_failure *out_failure);

#endif
