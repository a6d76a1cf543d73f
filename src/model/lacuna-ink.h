/* LacunaInk: what a region is coloured by. A kind, except that an image's regions are told apart by
 * protection: code, data, read-only.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/region.h"

#include <glib.h>

G_BEGIN_DECLS

/* X (enumerator, name for CSS, label for people, sentence for newcomers); a file that expands label or
 * sentence includes <glib/gi18n.h>. */
#define LACUNA_INK_MAP(X)                                                                         \
  X (LACUNA_INK_CODE, "code", N_ ("code"),                                                        \
     N_ ("Instructions of a program or library: mapped from its file, executable."))              \
  X (LACUNA_INK_READ_ONLY, "read-only", N_ ("read-only"),                                         \
     N_ ("Constants and tables of a program or library: mapped from its file, not writable."))    \
  X (LACUNA_INK_DATA, "data", N_ ("data"),                                                        \
     N_ ("Variables of a program or library: mapped from its file, writable."))                   \
  X (LACUNA_INK_HEAP, "heap", N_ ("heap"),                                                        \
     N_ ("The program break: where malloc keeps small allocations."))                             \
  X (LACUNA_INK_ANONYMOUS, "anonymous", N_ ("anonymous"),                                         \
     N_ ("Private memory without a file behind it."))                                             \
  X (LACUNA_INK_FILE, "file", N_ ("file"),                                                        \
     N_ ("The contents of an ordinary file, mapped into memory."))                                \
  X (LACUNA_INK_SHARED, "shared", N_ ("shared"),                                                  \
     N_ ("Memory without a file on disk that processes can share."))                              \
  X (LACUNA_INK_STACK, "stack", N_ ("stack"),                                                     \
     N_ ("The stack of a thread: its calls and their local variables."))                          \
  X (LACUNA_INK_GUARD, "guard", N_ ("guard"),                                                     \
     N_ ("Reserved without access: touching it is a fault."))                                     \
  X (LACUNA_INK_SYSTEM, "system", N_ ("system"),                                                  \
     N_ ("Code and data that the kernel lends to every process."))                               \
  X (LACUNA_INK_BUFFER, "buffer", N_ ("buffer"),                                                  \
     N_ ("A shared buffer that the locator knows: for small pieces of code, never freed."))

typedef enum
{
#define LACUNA_INK_ENUM(value, name, label, sentence) value,
  LACUNA_INK_MAP (LACUNA_INK_ENUM)
#undef LACUNA_INK_ENUM
  LACUNA_N_INKS
} LacunaInk;

/* All inks, as bits. */
#define LACUNA_ALL_INKS ((1u << LACUNA_N_INKS) - 1)

LacunaInk   lacuna_ink_for_region   (const struct lac_region *region);
const char *lacuna_ink_get_name     (LacunaInk                ink);
const char *lacuna_ink_get_label    (LacunaInk                ink); /* translated */
const char *lacuna_ink_get_sentence (LacunaInk                ink); /* translated */

G_END_DECLS
