/* The shared file of another process (os/shared-file.h), looked at and mapped from outside.
 *
 * The process finds its file by a name that holds its PID. Both are those of its own namespaces, so
 * the way leads through its own root folder, with the PID that it knows itself by. What is found
 * counts only when the process's map shows that very file at the address that the file names; then
 * it is mapped here as well, and what is changed in the one is changed in the other at the same
 * moment.
 *
 * The process may shorten its file at any time, and touching what is no longer there would be
 * answered with a signal that ends us (SIGBUS). While a file is mapped that signal is caught, and
 * the page is replaced by an empty one; then the file is lost, and lac_remote_file_is_there() says
 * so. A fault at any other address goes to whoever caught it before.
 *
 * Not part of what liblacuna exports.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "remote.h"

/** lac_remote_place: where a process may have its file. Others than the first are known to Lacuna
 * alone. */
enum lac_remote_place
{
  LAC_REMOTE_PLACE_COMMON,
  /* Below the folder that its session has for its user alone. */
  LAC_REMOTE_PLACE_SESSION,
  /* Beside the common one. */
  LAC_REMOTE_PLACE_BESIDE,
  LAC_N_REMOTE_PLACES,
};

/** lac_remote_file: a file of another process; opaque. */
struct lac_remote_file;

/**
 * lac_remote_file_facts:
 * @path: the file as the process names it, terminated, cut when longer
 * @bytes: where it is mapped here; NULL when it is no ordinary file or too short
 * @writable: @bytes may be written
 * @young: it is so new that somebody may still be making it
 */
struct lac_remote_file_facts
{
  char path[256];
  void *bytes;
  bool writable;
  bool young;
};

/**
 * lac_remote_file_open:
 * @process: (borrowed): a process; it must outlive the handle
 * @place: where to look
 * @size: bytes that are used of the file, at most a page
 * @out_file: (out) (transfer full): what is there, whatever it is
 * @out_facts: (out): what it is
 * @out_failure: (out) (optional): set on failure
 *
 * Follows no link, and makes nothing.
 *
 * Errors: %LAC_E_NOT_FOUND; %LAC_E_OTHER_USER when file or folder are not the process's own, or
 *   others can exchange them; %LAC_E_OTHER_FILES when the file is there, and may not be opened;
 *   %LAC_E_NO_MEMORY; %LAC_E_SYSTEM; those of lac_process_read_map() when its root folder may not be
 *   entered.
 */
enum lac_status lac_remote_file_open (struct lac_process           *process,
                                      enum lac_remote_place         place,
                                      size_t                        size,
                                      struct lac_remote_file      **out_file,
                                      struct lac_remote_file_facts *out_facts,
                                      struct lac_process_failure   *out_failure);

/** lac_remote_file_close: lets go of @file (nullable). */
void lac_remote_file_close (struct lac_remote_file *file);

/**
 * lac_remote_file_believe:
 * @file: a file that is mapped here
 * @address: where it claims to be mapped in the process
 *
 * Returns: whether the process's map shows this very file at @address: from its start, shared, to
 *   be read and written, and under this name
 */
bool lac_remote_file_believe (struct lac_remote_file *file,
                              uint64_t                address);

/** lac_remote_file_is_mapped: for what lac_remote_file_believe() does not believe: whether the process has this
 * file at @address all the same, in another way. */
bool lac_remote_file_is_mapped (struct lac_remote_file *file,
                                uint64_t                address);

/** lac_remote_file_is_there: whether it is still mapped where lac_remote_file_believe() has found
 * it, in the same program. One question to the system, where it answers such. */
bool lac_remote_file_is_there (struct lac_remote_file *file);

/**
 * lac_remote_file_make:
 * @remote: (borrowed): for the process
 * @place: where
 * @address: where it is to be mapped; a page that is free
 * @bytes: (borrowed): what it begins with
 * @n_bytes: how many, at most a page; the rest of the page is zero
 * @replace: remove what has the name, which must be the process's own and stale
 * @out_failure: (out) (optional): set on failure
 *
 * Has the process make its file, and map it, by its own system calls, in one run with all its
 * threads stopped: none of them sees a part of it. Folders that are missing are made, and nothing
 * of it is left when it fails, but for folders.
 *
 * Errors: %LAC_E_OTHER_FILES when it could not be opened from here; %LAC_E_CHANGED when others were faster, or
 *   are at it; %LAC_E_OCCUPIED when @address is
 *   not free; %LAC_E_BUSY when a process that can't be seen from here uses what would be replaced;
 *   %LAC_E_SYSTEM, also when the place can't be used; those of lac_remote_run().
 */
enum lac_status lac_remote_file_make (struct lac_remote          *remote,
                                      enum lac_remote_place       place,
                                      uint64_t                    address,
                                      const void                 *bytes,
                                      uint32_t                    n_bytes,
                                      bool                        replace,
                                      struct lac_process_failure *out_failure);

/**
 * lac_remote_file_set_roots:
 * @common: (nullable) (borrowed for good): instead of /tmp
 * @session: (nullable) (borrowed for good): instead of what the process's environment says
 *
 * For tests, as lac_shared_file_set_roots().
 */
void lac_remote_file_set_roots (const char *common,
                                const char *session);
