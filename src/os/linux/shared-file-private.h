/* What shared-file.c and its neighbours share.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "os/shared-file.h"
#include "own-entry.h"

#include <sys/types.h>

/* The file's name, up to the PID. */
#define LAC_SHARED_FILE_PREFIX "Reloaded.Memory.Buffers.MemoryBuffer, PID "

/* What stands in the way, as struct lac_shared_file tells it. */
struct lac_obstacle
{
  enum lac_status status;
  int system_error;
  const char *what;
};

/* Fills in an obstacle, and returns its status. */
enum lac_status lac_shared_fail (struct lac_obstacle *obstacle,
                                 enum lac_status      status,
                                 int                  system_error,
                                 const char          *what);

/* shared-folder.c */

/* Puts @text, or @number, at @to, terminated; returns where it ends, or NULL when it was cut because it had no
 * room before @end. */
char *lac_name_append (char       *to,
                       const char *end,
                       const char *text);
char *lac_name_append_number (char       *to,
                              const char *end,
                              uint32_t    number);

/* Whether the folder that everyone knows is there, in a root that is safe, as everyone makes it; if not,
 * lac_shared_folder_open_common() tells why, or makes it so. What is looked at by its path can be exchanged
 * only by who is believed. @path is where it is, and @out_size how long the folder itself. Returns where the
 * path ends; NULL when it is not so. */
char *lac_shared_folder_is_usual (char     path[256],
                                  int64_t *out_size);

/* open(2) that follows no link anywhere in @path; -1 also where the system can't do that. */
int lac_shared_open_without_links (const char *path,
                                   int         flags,
                                   mode_t      mode);

/* Opens the folder that everyone knows, or makes it; returns its descriptor, or -1. @path is where it
 * is. */
int lac_shared_folder_open_common (bool                 make,
                                   char                 path[256],
                                   struct lac_obstacle *out_obstacle);

/* The same for our own: below the folder that the session has for us alone, else beside the common
 * one. */
int lac_shared_folder_open_own (bool                 make,
                                char                 path[256],
                                struct lac_obstacle *out_obstacle);

/* This user's lock on a folder: a file, whose time also says when it was cleaned. -1 when there can't be
 * one. */
int lac_shared_folder_open_lock (int folder);

/* The name of that file. */
void lac_shared_folder_lock_name (char name[32]);

/* shared-leftovers.c */

/* Whether a folder, which is @size bytes long itself, holds many files and was not cleaned for hours. No system
 * call when it does not. */
bool lac_shared_folder_is_littered (const char *path,
                                    int64_t     size);

/* shared-maker.c */

/* Whether the maker of a file that is locked may be alive, who has it mapped at @address and has @process as its
 * PID, among others than ours. @shown: how the map of a process shows the file. Asks all processes. */
bool lac_shared_maker_is_alive (uintptr_t                      address,
                                const struct lac_region_entry *shown,
                                int32_t                        process);
