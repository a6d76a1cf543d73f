/* Memory with references: its owner closes it when it likes, and who still reads it is not
 * disturbed.
 *
 * SPDX-License-Identifier: MIT
 */
#include <lacuna.h>
#include <stdio.h>

static void
tell (struct lac_memory    *memory,
      enum lac_memory_event event,
      void                 *user_data)
{
  puts (event == LAC_MEMORY_CLOSED ? "The file is closed." : "The file is gone.");
}

int
main (int   argc,
      char *argv[])
{
  struct lac_memory *file = NULL;
  struct lac_memory_reference *viewer = NULL;
  struct lac_memory_holding holding;
  void *bytes;
  enum lac_status status = lac_memory_new_file (argv[argc - 1], LAC_PROTECTION_READ, &file, NULL);

  if (status == LAC_OK)
    status = lac_memory_add_notify (file, tell, NULL, NULL);
  if (status == LAC_OK)
    status = lac_memory_reference_new (file, "the viewer", &viewer);
  if (status == LAC_OK)
    {
      lac_memory_close (file);
      /* What the viewer has is still there. */
      if (lac_memory_reference_get (viewer, &bytes) >= 4)
        printf ("It begins with %.3s, ", (const char *) bytes + 1);
      if (lac_memory_list_holdings (file, &holding, 1) == 1)
        printf ("and %s still has %zu bytes of it.\n", holding.holder, holding.size);
      lac_memory_reference_drop (viewer);
    }
  lac_memory_unref (file);
  if (status != LAC_OK)
    fprintf (stderr, "%s\n", lac_status_sentence (status));
  return status == LAC_OK ? 0 : 1;
}
