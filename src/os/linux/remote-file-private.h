/* How a process gets to its shared file, for those who go the same way from outside.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "os/remote-file.h"

#include <sys/stat.h>
#include <sys/types.h>

/**
 * lac_remote_folder:
 * @name: below the folder before it
 * @mode: as it is made
 *
 * A step of the way.
 */
struct lac_remote_folder
{
  char name[32];
  mode_t mode;
};

/**
 * lac_remote_way:
 * @user: who the process is: the owner of what it makes
 * @base: a folder that is there, an absolute path in the process's own root
 * @folders: below it
 * @n_folders: how many
 * @name: of the file
 * @mount: the mount that was looked at last, and does not keep anybody waiting; 0 for none
 */
struct lac_remote_way
{
  uint32_t user;
  char base[128];
  struct lac_remote_folder folders[2];
  unsigned n_folders;
  char name[64];
  uint64_t mount;
};

/* Finds out how @process gets to its file in @place. LAC_E_NOT_FOUND when it has no such place. */
enum lac_status lac_remote_way_find (struct lac_process         *process,
                                     enum lac_remote_place       place,
                                     struct lac_remote_way      *out_way,
                                     struct lac_process_failure *out_failure);

/* The whole path, cut when longer. */
void lac_remote_way_print (const struct lac_remote_way *way,
                           char                         path[256]);

/* Opens the base, through the process's root, and makes sure that nobody else exchanges what is in
 * it. A descriptor (a path only) in @out_base. */
enum lac_status lac_remote_way_open_base (struct lac_process         *process,
                                          struct lac_remote_way      *way,
                                          int                        *out_base,
                                          struct lac_process_failure *out_failure);

/* Opens the folder number @index in @parent, in the same manner. LAC_E_NOT_FOUND when it is not
 * there. @out_facts: (optional). */
enum lac_status lac_remote_way_open_folder (struct lac_process         *process,
                                            struct lac_remote_way      *way,
                                            unsigned                    index,
                                            int                         parent,
                                            int                        *out_folder,
                                            struct stat                *out_facts,
                                            struct lac_process_failure *out_failure);

/* Opens the last folder. */
enum lac_status lac_remote_way_open (struct lac_process         *process,
                                     struct lac_remote_way      *way,
                                     int                        *out_folder,
                                     struct lac_process_failure *out_failure);
