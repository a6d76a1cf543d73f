/* Getting and allocating, with results as values.
 *
 * A result that is passed by value has bytes that belong to none of its members, since a pointer is
 * aligned and a bool is small. In these lies the number of the taking, so that a result that is
 * freed twice is known even when the same buffer was got again in between. Whether such bytes
 * survive a copy is the compiler's choice (C11, 6.2.6.1): a result without a number is handled as
 * well as it can be by the item alone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/private.h"
#include "held.h"
#include "os/os.h"

#include <stdlib.h>
#include <string.h>

_Static_assert (sizeof (void *) != 8
                    || (sizeof (LocatorItem) == 20 && sizeof (BufferSearchSettings) == 24
                        && sizeof (BufferAllocatorSettings) == 32
                        && sizeof (PrivateAllocation) == 24 && sizeof (AllocationResult) == 40 && sizeof (GetBufferResult) == 24),
                "the layouts that others were compiled with");
_Static_assert (_Alignof (LocatorItem) == 4, "items lie at multiples of 4");

/* The first of the spare bytes, when they hold a number. */
#define STAMP 0xa5

/* Where the spare bytes are, and how many: before the pointer of a buffer's result, and at the end
 * of an allocation, which in 32 bits has none. */
#define BUFFER_SPARE sizeof (bool)
#define N_BUFFER_SPARE (offsetof (GetBufferResult, ok) - BUFFER_SPARE)
#define ALLOCATION_SPARE (offsetof (PrivateAllocation, process_id) + sizeof (uint32_t))
#define N_ALLOCATION_SPARE (sizeof (PrivateAllocation) - ALLOCATION_SPARE)

/* Which bits of a number there is room for. */
static uint64_t
known_bits (size_t n_spare)
{
  return n_spare > 1 ? UINT64_MAX >> (64 - 8 * (n_spare - 1)) : 0;
}

static void
write_number (void    *spare,
              size_t   n_spare,
              uint64_t number)
{
  unsigned char *bytes = spare;

  for (size_t i = 0; i < n_spare; i++)
    bytes[i] = i == 0 ? STAMP : (unsigned char) (number >> (8 * (i - 1)));
}

/* 0 when there is none. */
static uint64_t
read_number (const void *spare,
             size_t      n_spare)
{
  const unsigned char *bytes = spare;
  uint64_t number = 0;

  if (n_spare == 0 || bytes[0] != STAMP)
    return 0;
  for (size_t i = n_spare - 1; i > 0; i--)
    number = number << 8 | bytes[i];
  return number;
}

/* There is always a message: this one when there is no memory for another. */
static const char no_memory[] = "There is not enough memory.";

static const char *
make_message (const char *sentence,
              int         system_error)
{
  const char *reason = system_error != 0 ? strerror (system_error) : "";
  size_t length = strlen (sentence);
  size_t n_reason = strlen (reason);
  char *message = malloc (length + n_reason + sizeof " ()");

  if (message == NULL)
    return no_memory;
  memcpy (message, sentence, length);
  if (n_reason > 0)
    {
      memcpy (message + length, " (", 2);
      memcpy (message + length + 2, reason, n_reason);
      message[length + n_reason + 2] = ')';
      length += n_reason + 3;
    }
  message[length] = '\0';
  return message;
}

/* Why a place was not found or not taken. */
static const char *
explain (enum lac_status                    status,
         const struct lac_placement_report *report)
{
  int system_error = 0;

  if (status == LAC_E_SYSTEM && report->n_attempts > 0)
    system_error = report->attempts[report->n_attempts - 1].system_error;
  return make_message (lac_status_sentence (status), system_error);
}

void
free_string (const char *string)
{
  if (string != no_memory)
    free ((void *) string);
}

static GetBufferResult
get_buffer_failed (const char *message)
{
  GetBufferResult result;

  memset (&result, 0, sizeof result);
  result.err = message;
  return result;
}

static AllocationResult
allocation_failed (const char *message)
{
  AllocationResult result;

  memset (&result, 0, sizeof result);
  result.err = message;
  return result;
}

static const char *const no_settings = "No settings were given.";

GetBufferResult
buffers_get_buffer_aligned (const BufferSearchSettings *settings,
                            uint32_t                    alignment)
{
  struct lac_placement_report report = { 0 };
  struct lac_gap_query query;
  struct lac_buffer buffer;
  GetBufferResult result;
  enum lac_status status;
  uint64_t taking;

  if (settings == NULL)
    return get_buffer_failed (make_message (no_settings, 0));
  lac_placement_init (&query);
  query.min = settings->min_address;
  query.max = settings->max_address;
  query.size = settings->size > 0 ? settings->size : 1;
  query.alignment = alignment > 0 ? alignment : 1;
  status = lac_buffers_get (&query, 0, &buffer, &report);
  if (status != LAC_OK)
    return get_buffer_failed (explain (status, &report));
  status = held_add (buffer.item, &buffer, &taking);
  if (status != LAC_OK)
    {
      lac_buffer_put (&buffer);
      return get_buffer_failed (explain (status, &report));
    }

  memset (&result, 0, sizeof result);
  result.is_ok = true;
  result.ok = buffer.item;
  write_number ((unsigned char *) &result + BUFFER_SPARE, N_BUFFER_SPARE, taking);
  return result;
}

GetBufferResult
buffers_get_buffer (const BufferSearchSettings *settings)
{
  return buffers_get_buffer_aligned (settings, 1);
}

void
free_get_buffer_result (GetBufferResult result)
{
  if (!result.is_ok)
    free_string (result.err);
  else if (result.ok != NULL)
    held_put (result.ok,
              HELD_TAKING,
              read_number ((const unsigned char *) &result + BUFFER_SPARE, N_BUFFER_SPARE),
              known_bits (N_BUFFER_SPARE));
}

AllocationResult
buffers_allocate_private_memory (BufferAllocatorSettings *settings)
{
  unsigned all = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
  uint32_t process = (uint32_t) lac_os_process_id ();
  struct lac_placement_report report = { 0 };
  struct lac_gap_query query;
  struct lac_private allocation;
  AllocationResult result;
  enum lac_status status;
  int32_t n_retries;

  if (settings == NULL)
    return allocation_failed (make_message (no_settings, 0));
  if (settings->target_process_id != 0 && settings->target_process_id != process)
    return allocation_failed (make_message ("Memory can only be allocated in this process.", 0));
  lac_placement_init (&query);
  query.min = settings->min_address;
  query.max = settings->max_address;
  query.size = settings->size > 0 ? settings->size : 1;
  n_retries = settings->retry_count;
  do
    status = lac_private_allocate (&query, all, &allocation, &report);
  while (status == LAC_E_OCCUPIED && n_retries-- > 0);
  if (status == LAC_E_NO_GAP && settings->brute_force)
    {
      query.avoid = 0;
      status = lac_private_allocate (&query, all, &allocation, &report);
    }
  if (status != LAC_OK)
    return allocation_failed (explain (status, &report));

  memset (&result, 0, sizeof result);
  result.is_ok = true;
  result.ok.base_address = allocation.address;
  result.ok.size = allocation.size;
  result.ok.process_id = process;
  write_number ((unsigned char *) &result.ok + ALLOCATION_SPARE,
                N_ALLOCATION_SPARE,
                allocation.serial);
  return result;
}

void
free_private_allocation (PrivateAllocation allocation)
{
  const unsigned char *bytes = (const unsigned char *) &allocation;
  uint64_t number = read_number (bytes + ALLOCATION_SPARE, N_ALLOCATION_SPARE);
  struct lac_private found;

  if (allocation.base_address == NULL || allocation.process_id != (uint32_t) lac_os_process_id ()
      || lac_private_find (allocation.base_address, &found) != LAC_OK)
    return;
  if (found.address == (void *) allocation.base_address && found.size == allocation.size
      && (number == 0 || number == (found.serial & known_bits (N_ALLOCATION_SPARE))))
    lac_private_free (&found);
}

void
free_allocation_result (AllocationResult result)
{
  if (result.is_ok)
    free_private_allocation (result.ok);
  else
    free_string (result.err);
}

static size_t
add_capped (size_t a,
            size_t b)
{
  return b <= SIZE_MAX - a ? a + b : SIZE_MAX;
}

static uint32_t
cap_size (size_t size)
{
  return size <= UINT32_MAX ? (uint32_t) size : UINT32_MAX;
}

BufferSearchSettings
buffersearchsettings_from_proximity (size_t proximity,
                                     size_t target,
                                     size_t size)
{
  return (BufferSearchSettings){
    .min_address = target > proximity ? target - proximity : 0,
    .max_address = add_capped (target, proximity),
    .size = cap_size (size),
  };
}

BufferAllocatorSettings
bufferallocatorsettings_from_proximity (size_t proximity,
                                        size_t target,
                                        size_t size)
{
  return (BufferAllocatorSettings){
    .min_address = target > proximity ? target - proximity : 0,
    .max_address = add_capped (target, proximity),
    .size = cap_size (size),
    .target_process_id = (uint32_t) lac_os_process_id (),
    .retry_count = 8,
    .brute_force = true,
  };
}
