/* Files as memory, by mmap(2).
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/mapping.h"

#include "core/region.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum lac_status
map_descriptor (int     file,
                int     flags,
                void  **out_address,
                size_t *out_size)
{
  struct stat facts;
  void *address = NULL;

  if (fstat (file, &facts) != 0)
    return LAC_E_SYSTEM;
  if (!S_ISREG (facts.st_mode))
    return LAC_E_NOT_SUPPORTED;
  if ((uint64_t) facts.st_size > SIZE_MAX)
    return LAC_E_NO_MEMORY;
  if (facts.st_size > 0)
    {
      address = mmap (NULL, (size_t) facts.st_size, flags, MAP_PRIVATE, file, 0);
      if (address == MAP_FAILED)
        return errno == ENOMEM ? LAC_E_NO_MEMORY : LAC_E_SYSTEM;
    }
  *out_address = address;
  *out_size = (size_t) facts.st_size;
  return LAC_OK;
}

enum lac_status
lac_os_map_file (const char *path,
                 unsigned    protection,
                 void      **out_address,
                 size_t     *out_size,
                 int        *out_system_error)
{
  int flags = ((protection & LAC_PROTECTION_READ) != 0 ? PROT_READ : 0)
              | ((protection & LAC_PROTECTION_WRITE) != 0 ? PROT_WRITE : 0)
              | ((protection & LAC_PROTECTION_EXECUTE) != 0 ? PROT_EXEC : 0);
  struct stat facts;
  int file = -1;
  enum lac_status status = LAC_E_SYSTEM;

  /* Opening a device may do something, so it is looked at first, and again when it is open. */
  if (stat (path, &facts) == 0)
    {
      if (!S_ISREG (facts.st_mode))
        status = LAC_E_NOT_SUPPORTED;
      else
        {
          file = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
          if (file >= 0)
            status = map_descriptor (file, flags, out_address, out_size);
        }
    }
  if (status == LAC_E_SYSTEM && file < 0 && (errno == ENOENT || errno == ENOTDIR))
    status = LAC_E_NOT_FOUND;
  if (out_system_error != NULL)
    *out_system_error = status == LAC_E_SYSTEM ? errno : 0;
  if (file >= 0)
    close (file);
  return status;
}

void
lac_os_unmap_file (void  *address,
                   size_t size)
{
  if (size > 0)
    munmap (address, size);
}
