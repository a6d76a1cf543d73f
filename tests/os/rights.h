/* Who may look at whom: other users, and what it takes to be one.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "os/linux/process-private.h"

#include <fcntl.h>
#include <glib.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534

/* False, with the test skipped, where the user can't be changed. */
static inline bool
is_root (void)
{
  if (geteuid () == 0)
    return true;
  g_test_skip ("changing the user takes root");
  return false;
}

/* Has the calling process keep only the capabilities of @mask, of the first 32. */
static inline bool
keep_capabilities (uint32_t mask)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };

  sets[0].effective = sets[0].permitted = mask;
  return syscall (SYS_capset, &header, sets) == 0;
}

/* False, with the test skipped, where process 2 is not the kernel's. */
static inline bool
sees_kernel_thread (void)
{
  int folder = open ("/proc/2", O_PATH | O_DIRECTORY | O_CLOEXEC);
  struct lac_proc_stat stat;
  bool found = folder >= 0 && lac_proc_read_stat (folder, &stat) == 0
               && strcmp (stat.name, "kthreadd") == 0;

  if (folder >= 0)
    close (folder);
  if (!found)
    g_test_skip ("no thread of the kernel is visible here: a PID namespace or hidepid");
  return found;
}
