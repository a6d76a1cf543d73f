/* What happens when the C library has no memory left: each allocation in turn fails once, and what was
 * asked for is refused with nothing lost.
 *
 * The functions that give memory are this program's own here, in front of the C library's.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../left-behind.h"

#include "buffers/locator.h"
#include "buffers/memory.h"
#include "reloaded/reloaded.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

/* How many more allocations succeed; below 0 for all. */
static int n_before_failure = -1;

#ifndef SANITIZED
extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n,
                            size_t size);
extern void *__libc_realloc (void  *memory,
                             size_t size);

/* Seen by the library that is loaded, too. */
LAC_PUBLIC void *malloc (size_t size);
LAC_PUBLIC void *calloc (size_t n,
                         size_t size);
LAC_PUBLIC void *realloc (void  *memory,
                          size_t size);

static bool
fails (void)
{
  if (n_before_failure < 0)
    return false;
  errno = ENOMEM;
  return n_before_failure == 0 || n_before_failure-- == 0;
}

void *
malloc (size_t size)
{
  return fails () ? NULL : __libc_malloc (size);
}

void *
calloc (size_t n,
        size_t size)
{
  return fails () ? NULL : __libc_calloc (n, size);
}

void *
realloc (void  *memory,
         size_t size)
{
  return fails () ? NULL : __libc_realloc (memory, size);
}
#endif

/* Calls @attempt with no allocation left, then one, and so on, until it succeeds. */
static void
assert_fails_cleanly (enum lac_status (*attempt) (void *user_data),
                      void *user_data)
{
  enum lac_status status = LAC_E_NO_MEMORY;
  int n;

  for (n = 0; status != LAC_OK; n++)
    {
      g_assert_cmpint (n, <, 50);
      n_before_failure = n;
      status = attempt (user_data);
      n_before_failure = -1;
      g_assert_true (status == LAC_OK || status == LAC_E_NO_MEMORY);
    }
  /* It failed at least once, or nothing was tried here. */
  g_assert_cmpint (n, >, 1);
}

static char block[16];
static unsigned n_released;

static void
count_release (void  *address,
               size_t size,
               void  *user_data)
{
  n_released++;
}

struct made
{
  struct lac_memory *memory;
  struct lac_memory_reference *reference;
  struct lac_buffer buffer;
  const char *path;
  LocatorItem item;
};

static enum lac_status
make_foreign (void *user_data)
{
  struct made *made = user_data;

  return lac_memory_new_foreign (block, sizeof block, count_release, NULL, &made->memory);
}

static enum lac_status
make_private (void *user_data)
{
  struct made *made = user_data;

  return lac_memory_new_private (NULL, LAC_PROTECTION_READ, &made->memory);
}

static enum lac_status
make_file (void *user_data)
{
  struct made *made = user_data;

  return lac_memory_new_file (made->path, LAC_PROTECTION_READ, &made->memory, NULL);
}

static enum lac_status
make_buffer (void *user_data)
{
  struct made *made = user_data;

  return lac_memory_new_buffer (&made->buffer, &made->memory);
}

static enum lac_status
make_reference (void *user_data)
{
  struct made *made = user_data;

  return lac_memory_reference_new (made->memory, "a test", &made->reference);
}

static void
ignore (struct lac_memory    *memory,
        enum lac_memory_event event,
        void                 *user_data)
{
}

static enum lac_status
make_notify (void *user_data)
{
  struct made *made = user_data;

  return lac_memory_add_notify (made->memory, ignore, NULL, NULL);
}

static bool
is_sanitized (void)
{
#ifdef SANITIZED
  g_test_skip ("the sanitizers' own malloc can't be made to fail");
  return true;
#else
  return false;
#endif
}

static void
test_memory (void)
{
  struct made made = { .path = "/proc/self/exe" };
  struct lac_private one;

  if (is_sanitized ())
    return;
  assert_fails_cleanly (make_foreign, &made);
  g_assert_cmpuint (n_released, ==, 0);
  assert_fails_cleanly (make_reference, &made);
  assert_fails_cleanly (make_notify, &made);
  lac_memory_unref (made.memory);
  g_assert_cmpuint (n_released, ==, 0);
  lac_memory_reference_drop (made.reference);
  g_assert_cmpuint (n_released, ==, 1);

  assert_fails_cleanly (make_private, &made);
  g_assert_cmpuint (lac_private_list (&one, 1), ==, 1);
  lac_memory_unref (made.memory);
  g_assert_cmpuint (lac_private_list (NULL, 0), ==, 0);

  assert_fails_cleanly (make_file, &made);
  lac_memory_unref (made.memory);

  /* A buffer stays its owner's until it was given away. */
  g_assert_cmpint (lac_buffers_get (NULL, 0, &made.buffer, NULL), ==, LAC_OK);
  assert_fails_cleanly (make_buffer, &made);
  g_assert_cmpuint (made.buffer.size, ==, 0);
  lac_memory_unref (made.memory);
}

static enum lac_status
lock_item (void *user_data)
{
  struct made *made = user_data;
  bool locked = locatoritem_try_lock (&made->item);

  g_assert_cmpint (made->item.is_taken, ==, locked);
  return locked ? LAC_OK : LAC_E_NO_MEMORY;
}

/* Room for a taking is made when it is needed; without it the item stays free. */
static void
test_takings (void)
{
  static struct made made[100];
  unsigned n_refused = 0;

  if (is_sanitized ())
    return;
  for (unsigned i = 0; i < G_N_ELEMENTS (made); i++)
    {
      n_before_failure = 0;
      if (lock_item (&made[i]) != LAC_OK)
        {
          n_before_failure = -1;
          n_refused++;
          g_assert_cmpint (lock_item (&made[i]), ==, LAC_OK);
        }
      n_before_failure = -1;
    }
  g_assert_cmpuint (n_refused, >, 0);
  g_assert_cmpuint (n_refused, <, G_N_ELEMENTS (made));
  for (unsigned i = 0; i < G_N_ELEMENTS (made); i++)
    {
      free_locator_item (&made[i].item);
      g_assert_cmpint (made[i].item.is_taken, ==, 0);
    }
}

static unsigned
count_buffers (void)
{
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;
  unsigned n = 0;

  for (enum lac_status status = lac_locator_first (&cursor, &item); status == LAC_OK;
       status = lac_locator_next (&cursor, &item))
    n++;
  return n;
}

/* A buffer whose taking can't be remembered is put back at once. */
static void
test_buffers (void)
{
  static GetBufferResult results[100];
  BufferSearchSettings settings = { 0, 0x7fffffff, 16 };
  unsigned n_refused = 0;

  if (is_sanitized ())
    return;
  for (unsigned i = 0; i < G_N_ELEMENTS (results); i++)
    {
      unsigned n_buffers;

      n_before_failure = 0;
      results[i] = buffers_get_buffer (&settings);
      n_before_failure = -1;
      if (results[i].is_ok)
        continue;
      n_refused++;
      free_get_buffer_result (results[i]);
      n_buffers = count_buffers ();
      results[i] = buffers_get_buffer (&settings);
      g_assert_true (results[i].is_ok);
      g_assert_cmpuint (count_buffers (), ==, n_buffers);
    }
  g_assert_cmpuint (n_refused, >, 0);
  for (unsigned i = 0; i < G_N_ELEMENTS (results); i++)
    {
      free_get_buffer_result (results[i]);
      g_assert_false (locatoritem_is_taken (results[i].ok));
    }
}

/* There is a message even when there is no memory for one; and every message can be freed. */
static void
test_messages (void)
{
  BufferSearchSettings search = { 0x1000, 0x1000, 16 };
  BufferAllocatorSettings allocator = { 0x1000, 0x1000, 16, 0, 0, false };

  if (is_sanitized ())
    return;
  for (int n = 0; n < 4; n++)
    {
      GetBufferResult buffer;
      AllocationResult allocation;

      n_before_failure = n;
      buffer = buffers_get_buffer (&search);
      n_before_failure = n;
      allocation = buffers_allocate_private_memory (&allocator);
      n_before_failure = -1;
      g_assert_false (buffer.is_ok);
      g_assert_null (buffer.ok);
      g_assert_cmpuint (strlen (buffer.err), >, 10);
      g_assert_false (allocation.is_ok);
      g_assert_cmpuint (strlen (allocation.err), >, 10);
      free_get_buffer_result (buffer);
      free_allocation_result (allocation);
    }
}

int
main (int   argc,
      char *argv[])
{
  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffers/no-memory/memory-and-references", test_memory);
  g_test_add_func ("/reloaded/no-memory/takings", test_takings);
  g_test_add_func ("/reloaded/no-memory/buffers", test_buffers);
  g_test_add_func ("/reloaded/no-memory/messages", test_messages);
  return g_test_run ();
}
