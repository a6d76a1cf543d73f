/* What is said of buffers, allocations, and those who look at them.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/gap.h"
#include "model/lacuna-allocation.h"
#include "model/lacuna-difference.h"
#include "model/lacuna-hold.h"
#include "model/lacuna-locator.h"

#include <glib.h>

G_BEGIN_DECLS

/* All (transfer full), translated. */

/* What a request asks for: "64 KiB within 2 GiB of 7f00 d000 0000". @user: user space, by which one
 * sees what bounds leave out. */
char *lacuna_buffers_plan_words     (const struct lac_gap_query *query,
                                     gboolean                    anywhere,
                                     struct lac_range            user);

/* "1.5 KiB of 64 KiB used" */
char *lacuna_buffers_fill_words     (LacunaLocatorBuffer        *buffer);

/* To the byte, and who has it: sentences. */
char *lacuna_buffers_buffer_words   (LacunaLocatorBuffer        *buffer);

/* "3 buffers" */
char *lacuna_buffers_table_words    (LacunaLocatorTable         *table);

/* "64 KiB" and, when that is so, that it was freed. */
char *lacuna_buffers_size_words     (LacunaAllocation           *allocation);

/* "rw-" */
char *lacuna_buffers_access_letters (unsigned                    protection);

/* The other way; FALSE for what are no such letters. */
gboolean lacuna_buffers_read_access (const char                 *letters,
                                     unsigned                   *out_protection);

/* "Can be read and written." */
const char *lacuna_buffers_access_sentence (unsigned             protection);

/* "14:03:12", local */
char *lacuna_buffers_time_words     (gint64                      when);

/* What is wrong, a sentence a line, and what is only remarkable (the format has it so); "" for none. */
char *lacuna_buffers_findings       (unsigned                    findings);
char *lacuna_buffers_remarks        (unsigned                    findings);

/* (transfer full): @text, in which lines do not break inside of addresses. */
char *lacuna_buffers_keep_whole (const char *text);

/* (transfer full): the places that are mapped otherwise than before, a line each: "+ 0x7f00 1234 0000, 64 KiB,
 * rw-". */
char *lacuna_buffers_difference_words (LacunaDifference *difference);

/* What is to be known of a buffer that is never writable and executable at once. */
const char *lacuna_buffers_own_sentence (void);

G_END_DECLS
