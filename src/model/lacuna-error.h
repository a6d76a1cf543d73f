/* From a status to a GError: the one place where errors of the layers below become GLib's.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/status.h"

#include <glib.h>

G_BEGIN_DECLS

/** LACUNA_ERROR: the domain; codes are enum lac_status values. */
#define LACUNA_ERROR (lacuna_error_quark ())

GQuark lacuna_error_quark (void);

/* Sets @error to @status with "SUBJECT: SENTENCE", the subject made by @format and left out with
 * its colon when @format is NULL. The sentence is translated. */
void lacuna_error_set (GError        **error,
                       enum lac_status status,
                       const char     *format,
                       ...) G_GNUC_PRINTF (3, 4);

/* The same with a whole message instead of the sentence, for faults of which more is known. */
void lacuna_error_set_message (GError        **error,
                               enum lac_status status,
                               const char     *format,
                               ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
