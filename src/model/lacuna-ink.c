/* Inks: the table of lacuna-ink.h as functions.
 *
 * A kind says where memory comes from; what a reader of a strip asks of an image is whether it is
 * code. So an image's regions get three inks, and kinds that look the same to everybody share one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-ink.h"

#include <glib/gi18n-lib.h>

LacunaInk
lacuna_ink_for_region (const struct lac_region *region)
{
  switch ((enum lac_kind) region->kind)
    {
    case LAC_KIND_IMAGE:
    case LAC_KIND_SECTION_IMAGE:
      if (region->protection & LAC_PROTECTION_EXECUTE)
        return LACUNA_INK_CODE;
      return region->protection & LAC_PROTECTION_WRITE ? LACUNA_INK_DATA : LACUNA_INK_READ_ONLY;

    case LAC_KIND_FILE:
      return LACUNA_INK_FILE;

    case LAC_KIND_HEAP:
      return LACUNA_INK_HEAP;

    case LAC_KIND_STACK:
      return LACUNA_INK_STACK;

    case LAC_KIND_SHARED:
    case LAC_KIND_SECTION_VIEW:
      return LACUNA_INK_SHARED;

    case LAC_KIND_GUARD:
    case LAC_KIND_RESERVED:
      return LACUNA_INK_GUARD;

    case LAC_KIND_VDSO:
    case LAC_KIND_VSYSCALL:
    case LAC_KIND_MMIO:
      return LACUNA_INK_SYSTEM;

    case LAC_KIND_BUFFER:
      return LACUNA_INK_BUFFER;

    case LAC_KIND_ANONYMOUS:
    case LAC_N_KINDS:
      break;
    }

  return LACUNA_INK_ANONYMOUS;
}

const char *
lacuna_ink_get_name (LacunaInk ink)
{
  switch (ink)
    {
#define LACUNA_INK_NAME(value, name, label, sentence)                                             \
  case value:                                                                                     \
    return name;
      LACUNA_INK_MAP (LACUNA_INK_NAME)
#undef LACUNA_INK_NAME
    case LACUNA_N_INKS:
      break;
    }

  g_return_val_if_reached ("");
}

const char *
lacuna_ink_get_label (LacunaInk ink)
{
  switch (ink)
    {
#define LACUNA_INK_LABEL(value, name, label, sentence)                                            \
  case value:                                                                                     \
    return _(label);
      LACUNA_INK_MAP (LACUNA_INK_LABEL)
#undef LACUNA_INK_LABEL
    case LACUNA_N_INKS:
      break;
    }

  g_return_val_if_reached ("");
}

const char *
lacuna_ink_get_sentence (LacunaInk ink)
{
  switch (ink)
    {
#define LACUNA_INK_SENTENCE(value, name, label, sentence)                                         \
  case value:                                                                                     \
    return _(sentence);
      LACUNA_INK_MAP (LACUNA_INK_SENTENCE)
#undef LACUNA_INK_SENTENCE
    case LACUNA_N_INKS:
      break;
    }

  g_return_val_if_reached ("");
}
