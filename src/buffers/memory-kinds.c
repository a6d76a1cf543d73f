/* The kinds of blocks that Lacuna makes itself, and how each ends.
 *
 * Each is made as foreign memory is, with a release function: what a block is does not matter to
 * its life, which is memory.c's.
 *
 * SPDX-License-Identifier: MIT
 */
#include "memory.h"

#include "os/mapping.h"

#include <stdlib.h>

static void
release_private (void  *address,
                 size_t size,
                 void  *user_data)
{
  struct lac_private *allocation = user_data;

  lac_private_free (allocation);
  free (allocation);
}

enum lac_status
lac_memory_new_private (const struct lac_gap_query *query,
                        unsigned                    protection,
                        struct lac_memory         **out_memory)
{
  struct lac_private *allocation = calloc (1, sizeof *allocation);
  enum lac_status status;

  if (allocation == NULL)
    return LAC_E_NO_MEMORY;
  status = lac_private_allocate (query, protection, allocation, NULL);
  if (status == LAC_OK)
    {
      status = lac_memory_new_foreign (allocation->address,
                                       allocation->size,
                                       release_private,
                                       allocation,
                                       out_memory);
      if (status != LAC_OK)
        lac_private_free (allocation);
    }
  if (status != LAC_OK)
    free (allocation);
  return status;
}

static void
release_buffer (void  *address,
                size_t size,
                void  *user_data)
{
  struct lac_buffer *buffer = user_data;

  lac_buffer_put (buffer);
  free (buffer);
}

enum lac_status
lac_memory_new_buffer (struct lac_buffer  *buffer,
                       struct lac_memory **out_memory)
{
  struct lac_buffer *taken;
  /* Nothing is appended to a buffer that is taken, and to one that is not that is an error. */
  enum lac_status status = lac_buffer_append (buffer, "", 0, NULL);

  if (status != LAC_OK)
    return status;
  taken = malloc (sizeof *taken);
  if (taken == NULL)
    return LAC_E_NO_MEMORY;
  *taken = *buffer;
  status = lac_memory_new_foreign ((void *) taken->address,
                                   taken->size,
                                   release_buffer,
                                   taken,
                                   out_memory);
  if (status != LAC_OK)
    {
      free (taken);
      return status;
    }
  *buffer = (struct lac_buffer){ 0 };
  return LAC_OK;
}

static void
release_file (void  *address,
              size_t size,
              void  *user_data)
{
  lac_os_unmap_file (address, size);
}

enum lac_status
lac_memory_new_file (const char         *path,
                     unsigned            protection,
                     struct lac_memory **out_memory,
                     int                *out_system_error)
{
  void *address;
  size_t size;
  enum lac_status status
      = lac_os_map_file (path, protection, &address, &size, out_system_error);

  if (status != LAC_OK)
    return status;
  status = lac_memory_new_foreign (address, size, release_file, NULL, out_memory);
  if (status != LAC_OK)
    lac_os_unmap_file (address, size);
  return status;
}
