/* What the system refuses, as Reloaded's users are told of it.
 *
 * The call that maps memory is this program's own here, in front of the C library's.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../left-behind.h"

#include "buffers/placement.h"
#include "reloaded/reloaded.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* What is said to who wants memory at a place; 0 to let them have it. */
static int refusal;
static unsigned n_refused;

#ifndef SANITIZED
LAC_PUBLIC void *mmap64 (void  *address,
                         size_t size,
                         int    protection,
                         int    flags,
                         int    file,
                         off_t  offset);

void *
mmap64 (void  *address,
        size_t size,
        int    protection,
        int    flags,
        int    file,
        off_t  offset)
{
  if (refusal != 0 && (flags & MAP_FIXED_NOREPLACE) != 0)
    {
      n_refused++;
      errno = refusal;
      return MAP_FAILED;
    }
  return (void *) syscall (SYS_mmap, address, size, protection, flags, file, offset);
}
#endif

static bool
is_elsewhere (void)
{
#if defined(SANITIZED) || !defined(__x86_64__)
  g_test_skip ("the sanitizers map memory by that call too, or it has another name");
  return true;
#else
  return false;
#endif
}

static AllocationResult
allocate_refused (int     error,
                  int32_t n_retries)
{
  BufferAllocatorSettings settings
      = bufferallocatorsettings_from_proximity (0x10000000, 0x60000000, 4096);
  AllocationResult result;

  settings.retry_count = n_retries;
  n_refused = 0;
  refusal = error;
  result = buffers_allocate_private_memory (&settings);
  refusal = 0;
  g_assert_false (result.is_ok);
  g_assert_cmpuint (n_refused, >, 0);
  return result;
}

/* The sentence, and the system's own reason behind it. */
static void
test_reason (void)
{
  BufferSearchSettings search = { 0x10000000, 0x10100000, 64 };
  AllocationResult allocation;
  GetBufferResult buffer;

  if (is_elsewhere ())
    return;
  allocation = allocate_refused (EACCES, 0);
  g_assert_true (g_str_has_prefix (allocation.err, lac_status_sentence (LAC_E_SYSTEM)));
  g_assert_true (g_str_has_suffix (allocation.err, ". (Permission denied)"));
  free_allocation_result (allocation);

  refusal = EACCES;
  buffer = buffers_get_buffer (&search);
  refusal = 0;
  g_assert_false (buffer.is_ok);
  g_assert_true (g_str_has_suffix (buffer.err, ". (Permission denied)"));
  free_get_buffer_result (buffer);

  allocation = allocate_refused (ENOMEM, 0);
  g_assert_cmpstr (allocation.err, ==, lac_status_sentence (LAC_E_NO_MEMORY));
  free_allocation_result (allocation);
}

/* Others are faster each time: it is tried again, as often as was asked for. */
static void
test_retries (void)
{
  unsigned n_once;

  if (is_elsewhere ())
    return;
  free_allocation_result (allocate_refused (EEXIST, 0));
  n_once = n_refused;
  g_assert_cmpuint (n_once, <=, LAC_ATTEMPTS_MAX);
  free_allocation_result (allocate_refused (EEXIST, -5));
  g_assert_cmpuint (n_refused, ==, n_once);
  free_allocation_result (allocate_refused (EEXIST, 3));
  g_assert_cmpuint (n_refused, ==, 4 * n_once);
  /* A refusal that does not pass is not asked for again. */
  free_allocation_result (allocate_refused (EACCES, 3));
  g_assert_cmpuint (n_refused, <=, n_once);
}

int
main (int   argc,
      char *argv[])
{
  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reloaded/refusal/a-message-has-the-systems-reason", test_reason);
  g_test_add_func ("/reloaded/refusal/retries-are-counted", test_retries);
  return g_test_run ();
}
