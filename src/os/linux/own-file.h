/* Files of /proc that tell of this process, kept open.
 *
 * Opening one costs six times what asking it costs, so it is opened once. Two things can make its
 * descriptor name something else. After fork(2) the child has a copy, which still tells of the parent:
 * so what is remembered lies in memory that a child finds wiped. And a program may close every
 * descriptor it has (a daemon does) and open others under the same numbers: so the number is believed
 * only while fstat(2) gives the file that was opened here.
 *
 * Nothing here takes a lock or memory, so that a signal handler may ask as well.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/status.h"

#include <stdbool.h>

/* Which file. */
enum lac_own_file
{
  LAC_OWN_MAPS,
  LAC_OWN_STATM,
  LAC_N_OWN_FILES,
};

/* The descriptor of a file; an errno, negated, when it can't be opened. With @checked it was made sure
 * that it is this very file; otherwise it is what it was the last time, and what it says must be
 * harmless when wrong. */
int lac_own_file (enum lac_own_file file,
                  bool              checked);

/* The same, opened for the caller alone, who closes it: nobody else knows its number. */
int lac_own_file_open (enum lac_own_file file);

/* Whether lac_own_file() has opened it before, in this process. */
bool lac_own_file_is_open (enum lac_own_file file);
