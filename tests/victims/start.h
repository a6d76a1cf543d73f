/* Starting the victims that keep a report, looking at them from outside, and ending them.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "victim-report.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/**
 * started:
 * @name: the program and its arguments
 * @child: what was started; waited for by end_victim()
 * @pid: the victim itself, which is another one when it is enclosed
 * @address: what it said when it was ready
 * @number: and the second number
 * @report: what it counts, shared with it
 */
struct started
{
  char name[64];
  pid_t child;
  pid_t pid;
  uint64_t address;
  uint64_t number;
  struct victim_report *report;
};

/* Starts a program of tests/victims as user @user (-1: as it is) and waits until it is ready.
 * NULL ends the arguments. False, with the test skipped, when it could not be built, or can't do
 * its part here. */
bool start_victim (struct started *victim,
                   int             user,
                   const char     *program,
                   ...) G_GNUC_NULL_TERMINATED;

/* The same with the arguments as an array. With @may_lack, false does not skip the test. */
bool start_victim_with (struct started    *victim,
                        int                user,
                        bool               may_lack,
                        const char *const *arguments);

/* Waits until it has checked itself so many times more; fails the test when it does not in half
 * a minute. */
void wait_for_rounds (const struct started *victim,
                      unsigned              n_rounds);

/* The same for several at once. */
void wait_for_rounds_of_all (const struct started *victims,
                             size_t                n_victims,
                             unsigned              n_rounds);

/* Fails the test when the victim noticed anything; with @interrupted it may have been answered
 * EINTR. A sleep that was too long by seconds counts, however busy the machine is. */
void assert_unharmed (const struct started *victim,
                      bool                  interrupted);

/* Fails the test when a sleep was too long by more than so many microseconds. */
void assert_not_late (const struct started *victim,
                      uint32_t              at_most);

/* Asks it to end, and gives its exit status; 128 and the signal's number when a signal ended it. */
int end_victim (struct started *victim);

/* Asks it to end, and asserts that it does with nothing wrong. */
void end_unharmed (struct started *victim);

/* The same for several at once. */
void end_all_unharmed (struct started *victims,
                       size_t          n_victims);

/* Kills it, and collects it. */
void kill_victim (struct started *victim);

/* What can be seen of a process from outside: its map, its descriptors, and of each thread the
 * name, who traces it, and what signals it blocks, ignores and handles. Release with g_free(). */
char *describe_process (pid_t pid);

/* Fails the test, telling the first line that differs, unless both descriptions are the same. */
void assert_same_description (const char *before,
                              const char *after);

/* The value of a field of /proc/PID/status, blanks stripped; "" when there is none. Release with
 * g_free(). */
char *read_status_field (pid_t       pid,
                         const char *name);

/* Waits until its state is one of @letters, for some seconds; whether it came to that. */
bool wait_for_state (pid_t       pid,
                     const char *letters);
