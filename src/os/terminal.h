/* What a program may know of the terminal that it writes to.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

/**
 * lac_terminal_width:
 *
 * Asks the terminal behind standard output, or else behind standard error, how wide it is.
 *
 * Returns: columns; 0 when neither is a terminal or it does not say
 * Threads: any.
 */
int lac_terminal_width (void);

/** lac_terminal_is_output: whether standard output is a terminal. */
int lac_terminal_is_output (void);

/** lac_terminal_is_error: whether standard error is a terminal. */
int lac_terminal_is_error (void);
