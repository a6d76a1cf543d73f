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

/**
 * lac_standard_files_secure:
 *
 * Puts something in the place of standard input, output and error where the caller closed them, so
 * that no other file gets their numbers. Using what was put there fails.
 *
 * Threads: call it before there are any.
 */
void lac_standard_files_secure (void);
