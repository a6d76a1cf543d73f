/* Memory of one's own at a place of one's choice: written first, executable after, and freed.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <lacuna.h>
#include <stdio.h>
#include <string.h>

int
main (void)
{
  uint64_t here = (uint64_t) (uintptr_t) main;
  struct lac_placement_report report;
  struct lac_private memory;
  struct lac_gap_query query;
  enum lac_status status;

  lac_placement_init (&query);
  query.anchors = &here;
  query.n_anchors = 1;
  query.size = 3 * 4096;

  status = lac_private_allocate (&query,
                                 LAC_PROTECTION_READ | LAC_PROTECTION_WRITE,
                                 &memory,
                                 &report);
  if (status == LAC_OK)
    {
      printf ("%zu bytes at %p after %u attempts\n", memory.size, memory.address,
              report.n_attempts);
      memset (memory.address, 0xc3, memory.size);
      status = lac_private_protect (&memory, LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE);
      if (status == LAC_OK)
        puts ("What was written can be run now, and not be written any more.");
      lac_private_free (&memory);
    }
  if (status != LAC_OK)
    fprintf (stderr, "%s\n", lac_status_sentence (status));
  return status == LAC_OK ? 0 : 1;
}
