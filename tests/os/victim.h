/* Starting, commanding and ending the victims of tests/victims.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"
#include "os/process.h"

#include <glib.h>
#include <stdio.h>
#include <sys/types.h>

struct victim
{
  pid_t pid;
  FILE *input;
  FILE *output;
  uint64_t address;
};

/* Starts a program of tests/victims and waits until it is ready; false, with the test skipped, when
 * it could not be built here. @user: to run as, or -1. */
bool victim_start (struct victim *victim,
                   const char    *program,
                   const char    *role,
                   const char    *argument,
                   int            user);

/* Gives a command of a still victim, and fails the test when it can't be obeyed. */
void victim_command (struct victim *victim,
                     const char    *command,
                     uint64_t       address,
                     uint64_t       size);

/* Ends it and collects it. */
void victim_stop (struct victim *victim);

/* Runs @function in a child as user @user (-1: as it is), and returns what it returns. */
int run_as (int   user,
            int (*function) (void *user_data),
            void *user_data);

/* The number of open descriptors of this process. */
unsigned count_descriptors (void);

/* Reads a map, and fails the test when that does. */
struct lac_map *read_map (struct lac_process *process);

/* Opens a process, and fails the test when that does. */
struct lac_process *open_process (int32_t pid);

/* Whether two maps have the same regions with the same facts; says where they differ. */
bool maps_agree (const struct lac_map *a,
                 const struct lac_map *b);
