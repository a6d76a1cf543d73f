/* What kinds of regions are called by people.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-kind.h"

#include <glib/gi18n-lib.h>

/**
 * lacuna_kind_get_label:
 * @kind: a kind of region
 *
 * Returns: (transfer none): what it is called, in the user's language
 */
const char *
lacuna_kind_get_label (enum lac_kind kind)
{
  switch (kind)
    {
    case LAC_KIND_IMAGE:
      /* Translators: these are kinds of memory, as a column of a table has them. An image is what
       * is mapped from a program or a library. */
      return C_ ("kind of memory", "image");
    case LAC_KIND_FILE:
      return C_ ("kind of memory", "file");
    case LAC_KIND_HEAP:
      return C_ ("kind of memory", "heap");
    case LAC_KIND_STACK:
      return C_ ("kind of memory", "stack");
    case LAC_KIND_ANONYMOUS:
      return C_ ("kind of memory", "anonymous");
    case LAC_KIND_SHARED:
      return C_ ("kind of memory", "shared");
    case LAC_KIND_GUARD:
      return C_ ("kind of memory", "guard");
    case LAC_KIND_VDSO:
      return C_ ("kind of memory", "vdso");
    case LAC_KIND_VSYSCALL:
      return C_ ("kind of memory", "vsyscall");
    case LAC_KIND_BUFFER:
      return C_ ("kind of memory", "buffer");
    case LAC_KIND_RESERVED:
      return C_ ("kind of memory", "reserved");
    case LAC_KIND_SECTION_VIEW:
      return C_ ("kind of memory", "section view");
    case LAC_KIND_SECTION_IMAGE:
      return C_ ("kind of memory", "section image");
    case LAC_KIND_MMIO:
      return C_ ("kind of memory", "device registers");
    case LAC_N_KINDS:
      break;
    }
  return lac_kind_name (kind);
}
