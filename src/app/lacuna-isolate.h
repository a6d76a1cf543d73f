/* Data that is read from left to right, in a language that is read from right to left.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* (transfer full) @text (transfer full): for the eye; not for what is copied or typed. */
char *lacuna_isolate            (char       *text);

/* (transfer full): a sentence, or "SUBJECT: SENTENCE", for the eye. */
char *lacuna_isolate_subject    (const char *message);

/* (transfer full): @text without what isolates parts of it, as it is copied. */
char *lacuna_isolate_strip      (const char *text);

/* Has what is selected in @label copied without the marks. */
void  lacuna_isolate_copy_plain (GtkLabel   *label);

G_END_DECLS
