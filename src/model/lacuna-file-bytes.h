/* The bytes of a file, when they shall go into memory somewhere.
 *
 * What is called a file may have no end (a device), or nobody at the other end (a pipe), or more bytes
 * than can go anywhere; so there is always a limit, and it can always be stopped.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What does not tell its size beforehand is given up after this many bytes, whatever the limit. */
#define LACUNA_FILE_BYTES_UNTOLD (G_GUINT64_CONSTANT (1) << 30)

/* The most bytes that one buffer can have. */
#define LACUNA_BUFFER_BYTES_MAX G_GUINT64_CONSTANT (0xfffff000)

/* (transfer full) (nullable): @file, opened. Never waits for somebody who writes to a pipe: reading
 * does, and that can be cancelled, for which it must be given a cancellable. */
GInputStream *lacuna_file_open              (GFile                *file,
                                             GCancellable         *cancellable,
                                             GError              **error);

/* (transfer full) (nullable): all of @file, which may be nothing; LAC_E_FULL when it has more than @most
 * bytes. Blocks; any thread. */
GBytes       *lacuna_file_load_bytes        (GFile                *file,
                                             guint64               most,
                                             GCancellable         *cancellable,
                                             GError              **error);

/* The same on a worker. */
void          lacuna_file_load_bytes_async  (GFile                *file,
                                             guint64               most,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
GBytes       *lacuna_file_load_bytes_finish (GFile                *file,
                                             GAsyncResult         *result,
                                             GError              **error);

G_END_DECLS
