/* Changing the target's memory, for the commands that do.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "options.h"
#include "output.h"

#include "core/region.h"
#include "model/lacuna-allocator.h"

/* (transfer full) (nullable): what was done, or tried. @out_status is what to exit with; unless that is
 * CLI_DONE, it has complained. */
LacunaOperation *cli_perform             (CliOptions          *options,
                                          const LacunaRequest *request,
                                          CliExitStatus       *out_status);

/* The same, which has not complained about an operation that failed. NULL when it has complained. */
LacunaOperation *cli_try                 (CliOptions          *options,
                                          const LacunaRequest *request,
                                          CliExitStatus       *out_status);

/* Complains about what went wrong with it, and what would help; says what to exit with. */
CliExitStatus    cli_fail_operation      (LacunaOperation     *operation,
                                          const char          *spelling);

/* "rw-": three letters. */
#define CLI_PROTECTION_SIZE 5
void             cli_format_protection   (unsigned             protection,
                                          char                 out_text[CLI_PROTECTION_SIZE]);

/* Reads a protection: rw, r-x, rwx, none. FALSE when it has complained about @option. */
gboolean         cli_read_protection     (const char          *option,
                                          const char          *text,
                                          unsigned            *out_protection);

/* Where, why there, and after how many attempts, in words for people. */
void             cli_explain             (LacunaOperation     *operation,
                                          CliOutput           *output);
