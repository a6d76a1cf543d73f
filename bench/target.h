/* Processes with many regions, for benchmarks to look at.
 *
 * More of them than vm.max_map_count allows need it raised. That is asked for only while the
 * regions are made, and put back at once and on every way out, since all of the machine shares it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum target_shape
{
  /* Pages with and without access take turns, without a gap. */
  TARGET_PAGES,
  /* Files, shared and private memory, of all sizes, most with gaps between, some of them wide. */
  TARGET_MIXED,
};

struct target
{
  pid_t pid;
  int commands;
  int answers;
};

/* Starts a process with about @n_regions regions; it ends with the benchmark. Call it while there
 * is only one thread. FALSE when there can't be one, after saying why on standard output. */
bool target_start  (struct target    *target,
                    size_t            n_regions,
                    enum target_shape shape);

/* Has a few regions in the middle of a TARGET_PAGES process have other protections; returns when it
 * is done. */
void target_change (struct target    *target);
void target_stop   (struct target    *target);

/* Writes what a TARGET_MIXED process would have into a file, as /proc/PID/maps would say it, for
 * where no such process may be made. FALSE when that failed. */
bool target_write  (const char       *path,
                    size_t            n_regions);

/* One bare read of the target's maps, with nothing but read(2). Returns the bytes. */
size_t target_read_bare (pid_t pid);
