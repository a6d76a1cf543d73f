/* A file that everyone in this process finds by its name alone.
 *
 * Copies of this library, and others who know the name, meet in one piece of memory: a file whose name
 * holds the PID, mapped shared, that begins with the address where it is mapped. A name is all that
 * the finder has, and anybody may have made a file of that name: an earlier process with this PID, the
 * program that ran in this very process before exec(2), another user who wants to mislead. So a file
 * counts only when this process's own map shows that very file at the address that it names.
 *
 * What is stale is replaced by another file and never changed, because an old process may still have
 * it mapped. What belongs to another user is left alone, and then a place of our own serves.
 *
 * Not part of what liblacuna exports.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** lac_shared_place: where the file is. */
enum lac_shared_place
{
  LAC_SHARED_PLACE_NONE,
  LAC_SHARED_PLACE_COMMON,
  LAC_SHARED_PLACE_OWN,
};

/**
 * lac_shared_file:
 * @place: where it is; none when there is no file
 * @adopted: somebody else in this process had made it
 * @clean_now: much may be left over in its folder, so that cleaning should not wait
 * @address: where it is mapped; its first word says so too, the rest is zero when it was just made
 * @status: why it is not in the common place; %LAC_OK when it is, or when there was none to find
 * @system_error: the errno behind @status, or 0
 * @what: (transfer none): what stood in the way, an English phrase marked for translation; "" for
 *   nothing
 * @path: the file, terminated, cut when longer
 */
struct lac_shared_file
{
  enum lac_shared_place place;
  bool adopted;
  bool clean_now;
  void *address;
  enum lac_status status;
  int system_error;
  const char *what;
  char path[256];
};

enum lac_shared_file_flags
{
  /** Make one where there is none. Without it nothing is made, changed or waited for. */
  LAC_SHARED_FILE_MAKE = 1,
  /** Leave the common place alone: what is there can't be used. */
  LAC_SHARED_FILE_OWN_ONLY = 2,
};

/**
 * lac_shared_file_open:
 * @size: bytes that are used of it, at most the granularity, which is how long the file is
 * @flags: enum lac_shared_file_flags values
 * @out_file: (out): the file; filled in either case
 *
 * Finds the file, or makes it: in the common place, else in one of our own. It stays mapped, and by that open
 * and locked, for the life of the process; no descriptor is kept. Waits at most about a second, for whoever is
 * making it at the moment.
 *
 * Errors: %LAC_E_NOT_FOUND when there is none and none was to be made; otherwise why none could be.
 * Threads: one at a time in each copy of the library; copies may race.
 */
enum lac_status lac_shared_file_open (size_t                  size,
                                      unsigned                flags,
                                      struct lac_shared_file *out_file);

/**
 * lac_shared_file_clean:
 * @file: one that was made or found
 * @milliseconds: for how long at most
 *
 * Removes files that processes of this user left behind in its folder: ours, unchanged for a day, mapped by
 * nobody, also by no child of who made it, and without a process of that PID. Looks at most once an hour for each user, or again when there
 * was more than there was time for.
 *
 * Returns: how many were removed
 */
size_t lac_shared_file_clean (const struct lac_shared_file *file,
                              unsigned                      milliseconds);

/**
 * lac_shared_file_set_roots:
 * @common: (nullable) (borrowed for good): instead of /tmp; NULL for that
 * @own: (nullable) (borrowed for good): the folder that our own is made in; NULL for the usual
 *
 * For tests.
 */
void lac_shared_file_set_roots (const char *common,
                                const char *own);

/** lac_shared_file_set_clean_age: for tests: how many seconds old a file must be to be left over; negative
 * for any. */
void lac_shared_file_set_clean_age (int64_t seconds);
