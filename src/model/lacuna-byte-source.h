/* LacunaByteSource: where bytes come from — a target's memory, a block that is held, a test's.
 *
 * Whoever shows bytes reads them on a worker, and a worker may outlive what it reads for. So a source
 * is shared by reference, and is all that a worker takes with it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-target.h"

G_BEGIN_DECLS

/* Reference-counted; threads: any. */
typedef struct _LacunaByteSource LacunaByteSource;

/* Reads @range into @bytes. What of it can't be read is appended to @holes (of struct lac_range, in
 * order, inside @range), and its bytes are zero. FALSE, with @error, when nothing can be. Called on
 * workers, on several at once. */
typedef gboolean (*LacunaByteReader) (gpointer         data,
                                      struct lac_range range,
                                      guint8          *bytes,
                                      GArray          *holes,
                                      GError         **error);

/* Appends the parts of @range in which there may be other bytes than zeros to @parts (of struct lac_range,
 * in order, apart, inside @range). FALSE when it is not known. Called as a reader is. */
typedef gboolean (*LacunaByteSurveyor) (gpointer         data,
                                        struct lac_range range,
                                        GArray          *parts);

/* Writes @bytes from @address on; read-only memory only with @force. FALSE, with @error, unless all was
 * written; @out_n_bytes were in any case. Called on workers. */
typedef gboolean (*LacunaByteWriter) (gpointer   data,
                                      guint64    address,
                                      GBytes    *bytes,
                                      gboolean   force,
                                      guint64   *out_n_bytes,
                                      gboolean  *out_forced,
                                      GError   **error);

/* Whether all of @ranges, which ascend, may be written; LAC_E_READ_ONLY when that needs force. @out_place:
 * the first byte that may not. Called on workers. */
typedef gboolean (*LacunaByteChecker) (gpointer                data,
                                       const struct lac_range *ranges,
                                       gsize                   n_ranges,
                                       gboolean                force,
                                       guint64                *out_place,
                                       GError                **error);

/* LacunaByteRead: what one reading of some bytes gave. */
typedef struct
{
  struct lac_range range;
  guint8 *bytes; /* of the whole range; zero where there is a hole */
  GArray *holes; /* of struct lac_range, in order */
  char *reason;  /* (nullable): why there are holes */
  gboolean exited; /* because whose bytes they are is no more */
} LacunaByteRead;

/* @destroy: ends @data with the last reference, on any thread. */
LacunaByteSource *lacuna_byte_source_new         (LacunaByteReader     reader,
                                                  gpointer             data,
                                                  GDestroyNotify       destroy);

/* The memory of @target, which has LACUNA_CAN_READ; it can be written where that has LACUNA_CAN_WRITE. */
LacunaByteSource *lacuna_byte_source_new_for_target (LacunaTarget     *target);
LacunaByteSource *lacuna_byte_source_ref         (LacunaByteSource    *self);
void              lacuna_byte_source_unref       (LacunaByteSource    *self);

/* Once, by who made the source, before anybody else has it. @data is that of the reader. */
void              lacuna_byte_source_set_surveyor (LacunaByteSource   *self,
                                                   LacunaByteSurveyor  surveyor);

/* The same. A source has no writer unless it is given one. */
void              lacuna_byte_source_set_writer  (LacunaByteSource    *self,
                                                  LacunaByteWriter     writer,
                                                  LacunaByteChecker    checker);
gboolean          lacuna_byte_source_can_write   (LacunaByteSource    *self);

/* Whether @error says that whose bytes they are is no more. */
gboolean          lacuna_byte_source_error_is_exit (const GError     *error);

/* As the writer and the checker do; for sources that can write. Block; any thread. */
gboolean          lacuna_byte_source_write       (LacunaByteSource    *self,
                                                  guint64              address,
                                                  GBytes              *bytes,
                                                  gboolean             force,
                                                  guint64             *out_n_bytes,
                                                  gboolean            *out_forced,
                                                  GError             **error);
gboolean          lacuna_byte_source_check_write (LacunaByteSource    *self,
                                                  const struct lac_range *ranges,
                                                  gsize                n_ranges,
                                                  gboolean             force,
                                                  guint64             *out_place,
                                                  GError             **error);

/* (transfer full): the parts of @range that are to be read; the rest was never touched, and is zero where
 * it can be read and belongs to no file. All of it when that is not known. Threads: any. */
GArray           *lacuna_byte_source_survey      (LacunaByteSource    *self,
                                                  struct lac_range     range);

/* (transfer full): blocks; never NULL: where nothing can be read there is one hole. */
LacunaByteRead   *lacuna_byte_source_read        (LacunaByteSource    *self,
                                                  struct lac_range     range);
void              lacuna_byte_read_free          (LacunaByteRead      *read);

/* The same on a worker. The result is (transfer full) (nullable): NULL when cancelled. */
void              lacuna_byte_source_read_async  (LacunaByteSource    *self,
                                                  struct lac_range     range,
                                                  GCancellable        *cancellable,
                                                  GAsyncReadyCallback  callback,
                                                  gpointer             user_data);
LacunaByteRead   *lacuna_byte_source_read_finish (GAsyncResult        *result,
                                                  GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaByteSource, lacuna_byte_source_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaByteRead, lacuna_byte_read_free)

G_END_DECLS
