/* A buffer in the first 2 GiB, where a 32-bit absolute address reaches it.
 *
 * Such buffers are shared: what you append stays for the life of the process, right behind what
 * others appended before you.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <lacuna.h>
#include <stdio.h>

int
main (void)
{
  static const char text[] = "Everybody with 32 bits can point at this.";
  struct lac_gap_query query;
  struct lac_buffer buffer;
  void *address = NULL;
  enum lac_status status;

  lac_placement_init (&query);
  query.max = UINT64_C (0x80000000);
  query.size = sizeof text;
  query.alignment = 1;

  status = lac_buffers_get (&query, 0, &buffer, NULL);
  if (status == LAC_OK)
    {
      status = lac_buffer_append (&buffer, text, sizeof text, &address);
      lac_buffer_put (&buffer);
    }
  if (status == LAC_OK)
    printf ("%p: %s\n", address, (const char *) address);
  else
    fprintf (stderr, "%s\n", lac_status_sentence (status));
  return status == LAC_OK ? 0 : 1;
}
