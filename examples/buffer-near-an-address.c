/* A buffer within 2 GiB of a function, so that a jump of five bytes leads from one to the other.
 *
 * This is what a hook needs: the first bytes of the function become a jump to code in the buffer,
 * and that code ends with a jump back. Here the code only returns 42.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <lacuna.h>
#include <stdio.h>

int
main (void)
{
  /* mov eax, 42; ret; for x86 */
  static const uint8_t code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };
  uint64_t here = (uint64_t) (uintptr_t) main;
  struct lac_gap_query query;
  struct lac_buffer buffer;
  void *address = NULL;
  enum lac_status status;

  lac_placement_init (&query);
  query.anchors = &here;
  query.n_anchors = 1;
  query.size = 64;
  query.alignment = 16;

  status = lac_buffers_get (&query, 0, &buffer, NULL);
  if (status == LAC_OK)
    {
      status = lac_buffer_append (&buffer, code, sizeof code, &address);
      lac_buffer_put (&buffer);
    }
  if (status == LAC_OK)
    printf ("%p, %" PRId64 " bytes from main\n", address,
            (int64_t) ((uint64_t) (uintptr_t) address - here));
  else
    fprintf (stderr, "%s\n", lac_status_sentence (status));
  return status == LAC_OK ? 0 : 1;
}
