/* What a process lives on, and how it ends without it.
 *
 * Both calls go through syscall(2), which is a few instructions of the C library: no lock, no data of
 * the thread, and no symbol that would have to be looked up between the two.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/vital.h"

#include <errno.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

size_t
lac_vital_addresses (uint64_t out_addresses[LAC_VITAL_MAX])
{
  static const unsigned long of_kernel[] = { AT_PHDR, AT_BASE, AT_SYSINFO_EHDR };
  size_t n = 0;

  out_addresses[n++] = (uintptr_t) &n;
  out_addresses[n++] = (uintptr_t) &errno;
  out_addresses[n++] = (uintptr_t) &syscall;
  out_addresses[n++] = (uintptr_t) &lac_vital_addresses;
  for (size_t i = 0; i < sizeof of_kernel / sizeof of_kernel[0]; i++)
    {
      uint64_t address = getauxval (of_kernel[i]);

      if (address != 0)
        out_addresses[n++] = address;
    }
  return n;
}

enum lac_status
lac_vital_free_and_exit (uint64_t address,
                         uint64_t size,
                         int      exit_status,
                         int     *out_system_error)
{
  if (syscall (SYS_munmap, (unsigned long) address, (unsigned long) size) == 0)
    for (;;)
      syscall (SYS_exit_group, exit_status);
  *out_system_error = errno;
  return LAC_E_SYSTEM;
}
