/* How this process's heap treats large blocks, see mallopt(3).
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/heap.h"

#include <malloc.h>

#define LARGE (2 << 20)

void
lac_heap_return_large (void)
{
  /* A C library without this one has no heap that adapts itself either. */
#ifdef M_MMAP_THRESHOLD
  mallopt (M_MMAP_THRESHOLD, LARGE);
  /* Setting the one keeps both from adapting; left alone, the other would be so small that an
   * ordinary program gives memory back and asks for it again all the time. */
  mallopt (M_TRIM_THRESHOLD, LARGE);
#endif
}
