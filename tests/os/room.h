/* Addresses where the system puts nothing by itself, and the sanitizers neither, for tests that want to
 * know what is mapped where.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "os/os.h"

#include <glib.h>

/* It maps memory of its own now and then, and starts no thread after a fork. */
#if defined(__SANITIZE_THREAD__)
#define RUNNING_UNDER_THREAD_SANITIZER true
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RUNNING_UNDER_THREAD_SANITIZER true
#endif
#endif
#ifndef RUNNING_UNDER_THREAD_SANITIZER
#define RUNNING_UNDER_THREAD_SANITIZER false
#endif

/* How much there is, in bytes. */
#define ROOM_SIZE (UINT64_C (64) << 20)

/* The first byte of it. */
static inline uint64_t
room_start (void)
{
  static uint64_t start;
  /* Where ThreadSanitizer lets programs lie, the first of all, since it ends a program that maps anything
   * elsewhere; between the memory of AddressSanitizer and its shadow; and for 32 bits. */
  static const uint64_t places[]
      = { UINT64_C (0x4000000000), UINT64_C (0x200000000000), UINT64_C (0x60000000), UINT64_C (0x30000000) };

  for (gsize i = 0; i < G_N_ELEMENTS (places) && start == 0; i++)
    if (lac_os_allocate (places[i], ROOM_SIZE, LAC_PROTECTION_NONE, NULL) == LAC_OK)
      {
        start = places[i];
        g_assert_cmpint (lac_os_free (start, ROOM_SIZE, NULL), ==, LAC_OK);
      }
  g_assert_cmphex (start, !=, 0);
  return start;
}
