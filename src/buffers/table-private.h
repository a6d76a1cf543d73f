/* A table by its layout: which one it has, and its words by their offsets, for who looks at another
 * process's tables, whose pointers may have another width than ours.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "layout.h"
#include "locator-view.h"

/* locator-view.c */

/* Where the fields lie: @pointer_bits are 32, or else 64. */
struct lac_table_layout lac_table_layout_of (unsigned                pointer_bits,
                                             enum lac_locator_layout order);

/* The order of fields in the %LAC_TABLE_SIZE bytes of a first table. */
enum lac_locator_layout lac_table_recognise (unsigned             pointer_bits,
                                             const unsigned char *bytes);
