/* The files that a process maps, as the process sees them.
 *
 * Not part of liblacuna: only the model looks into files, for the names in them.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "process.h"

/**
 * lac_process_open_file:
 * @process: a process
 * @map: (borrowed): its map
 * @region: (borrowed): one of @map's regions
 * @out_file: (out): a file descriptor that can be read and positioned; the caller closes it with
 *   lac_file_close()
 *
 * Opens the file that @region is mapped from, by the process's own view of the file system. It is
 * the very file even when its name is gone, where the caller may have it so. Never waits for a pipe
 * or a device: only regular files are opened.
 *
 * Errors: %LAC_E_NOT_FOUND when no file is behind @region or it is gone, %LAC_E_NOT_SUPPORTED when
 *   it may not be read.
 * Threads: one at a time for each handle.
 */
enum lac_status lac_process_open_file (struct lac_process      *process,
                                       const struct lac_map    *map,
                                       const struct lac_region *region,
                                       int                     *out_file);

/**
 * lac_file_open_pipe:
 * @path: a named pipe, or a device
 * @out_file: (out): a file descriptor to read from; the caller closes it with lac_file_close()
 *
 * Opens it without waiting for anybody who writes: whoever reads can wait, and stop waiting.
 *
 * Errors: %LAC_E_NOT_FOUND, %LAC_E_NOT_SUPPORTED when it may not be read.
 * Threads: any.
 */
enum lac_status lac_file_open_pipe (const char *path,
                                    int        *out_file);

/** lac_file_close: closes what was opened. */
void lac_file_close (int file);
