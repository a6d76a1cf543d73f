/* What is in a target's memory: reading and writing bytes.
 *
 * What can't be read is no error: it is a hole, told to the byte, because a view of memory shows it as
 * such. For targets that have LACUNA_CAN_READ and LACUNA_CAN_WRITE.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-target.h"

G_BEGIN_DECLS

/* Blocks; any thread. @out_bytes has room for the whole range. @out_holes (nullable): an array of
 * struct lac_range, to which what could not be read is appended in ascending order; those bytes are
 * zeroed. FALSE only when nothing is known of the range: the process has exited, may not be looked
 * into, or it was cancelled. */
gboolean lacuna_target_read_memory         (LacunaTarget         *self,
                                            struct lac_range      range,
                                            guint8               *out_bytes,
                                            GArray               *out_holes,
                                            GCancellable         *cancellable,
                                            GError              **error);

/* Blocks; any thread. Whether the very process whose memory it is still has it. */
gboolean lacuna_target_has_memory          (LacunaTarget         *self);

void     lacuna_target_read_memory_async   (LacunaTarget         *self,
                                            struct lac_range      range,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);

/* (transfer full) (nullable): the bytes; @out_holes (optional) (transfer full) as above. */
GBytes  *lacuna_target_read_memory_finish  (LacunaTarget         *self,
                                            GAsyncResult         *result,
                                            GArray              **out_holes,
                                            GError              **error);

/* Blocks; any thread. Writes all of @bytes or nothing. A read-only page is an error
 * (LAC_E_READ_ONLY) unless @force; @out_forced (optional) says whether that was needed. */
gboolean lacuna_target_write_memory        (LacunaTarget         *self,
                                            guint64               address,
                                            GBytes               *bytes,
                                            gboolean              force,
                                            gboolean             *out_forced,
                                            GError              **error);

/* The same; @out_n_bytes were written, which may be a part when the process changed in that moment. */
gboolean lacuna_target_write_memory_counted (LacunaTarget        *self,
                                             guint64              address,
                                             GBytes              *bytes,
                                             gboolean             force,
                                             guint64             *out_n_bytes,
                                             gboolean            *out_forced,
                                             GError             **error);

/* Blocks; any thread. Whether all of @ranges, which ascend, may be written. Nothing is. @out_place
 * (optional): the first byte that may not, for LAC_E_READ_ONLY (it needs force) and LAC_E_NOT_FOUND. */
gboolean lacuna_target_check_write         (LacunaTarget         *self,
                                            const struct lac_range *ranges,
                                            gsize                 n_ranges,
                                            gboolean              force,
                                            guint64              *out_place,
                                            GError              **error);

void     lacuna_target_write_memory_async  (LacunaTarget         *self,
                                            guint64               address,
                                            GBytes               *bytes,
                                            gboolean              force,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
gboolean lacuna_target_write_memory_finish (LacunaTarget         *self,
                                            GAsyncResult         *result,
                                            gboolean             *out_forced,
                                            GError              **error);

G_END_DECLS
