/* Doing what a request wishes, with what the allocators below offer, and noting what came of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-deeds-private.h"

#include "lacuna-blocks-private.h"
#include "lacuna-error.h"
#include "lacuna-file-bytes.h"
#include "lacuna-locator-private.h"
#include "lacuna-vital-private.h"

#include "buffers/buffer.h"
#include "buffers/private.h"
#include "os/os.h"
#include "os/process.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

LacunaRequest *
lacuna_request_copy (const LacunaRequest *request)
{
  LacunaRequest *copy = g_memdup2 (request, sizeof *request);

  copy->query.anchors
      = g_memdup2 (request->query.anchors,
                   request->query.n_anchors * sizeof *request->query.anchors);
  if (copy->bytes != NULL)
    g_bytes_ref (copy->bytes);
  if (copy->cancellable != NULL)
    g_object_ref (copy->cancellable);
  return copy;
}

void
lacuna_request_free (LacunaRequest *request)
{
  g_free ((gpointer) request->query.anchors);
  if (request->bytes != NULL)
    g_bytes_unref (request->bytes);
  g_clear_object (&request->cancellable);
  g_free (request);
}

gboolean
lacuna_deed_is_of_buffers (LacunaDeed deed)
{
  switch (deed)
    {
    case LACUNA_DEED_CREATE_BUFFER:
    case LACUNA_DEED_APPEND:
    case LACUNA_DEED_APPEND_TO:
    case LACUNA_DEED_TAKE:
    case LACUNA_DEED_PUT:
      return TRUE;
    case LACUNA_DEED_ALLOCATE:
    case LACUNA_DEED_FREE:
    case LACUNA_DEED_PROTECT:
    default:
      return FALSE;
    }
}

/* Notes what went wrong; more is known of some faults than their sentence says. */
static void
fail (LacunaOperation *operation,
      enum lac_status  status,
      int              system_error)
{
  gint32 thread = 0;
  bool alive = true;

  switch (status)
    {
    case LAC_OK:
      break;
    case LAC_E_SYSTEM:
      if (system_error != 0)
        lacuna_error_set_message (&operation->error,
                                  status,
                                  /* Translators: the system's reason */
                                  _ ("The operating system refused: %s."),
                                  g_strerror (system_error));
      else
        lacuna_error_set (&operation->error, status, NULL);
      break;
    case LAC_E_BUSY:
      if (lacuna_deed_is_of_buffers (operation->deed) && lac_locator_get_holder (&thread, &alive)
          && thread != 0)
        {
          if (alive)
            lacuna_error_set (&operation->error, status, _ ("thread %d"), thread);
          else
            lacuna_error_set (&operation->error, status, _ ("thread %d, which has ended"), thread);
        }
      else
        lacuna_error_set (&operation->error, status, NULL);
      break;
    case LAC_E_OCCUPIED:
      if (operation->report.n_attempts > 0)
        {
          lacuna_error_set_message (&operation->error,
                                    status,
                                    _ ("Whatever place was tried, something else was faster. Try "
                                       "again."));
          break;
        }
      lacuna_error_set (&operation->error, status, NULL);
      break;
    default:
      lacuna_error_set (&operation->error, status, NULL);
    }
}

static int
last_system_error (const LacunaOperation *operation)
{
  unsigned n = MIN (operation->report.n_attempts, LAC_ATTEMPTS_MAX);

  return n > 0 ? operation->report.attempts[n - 1].system_error : 0;
}

/* Without a wish for a place the lowest would do, which is right above address 0, where a null pointer
 * that is a little off ends up. The program's own code is in reach of whatever is put near it, so that
 * is where to look from, as far as the address space goes. */
static void
prefer_home (struct lac_gap_query *query,
             const uint64_t       *home)
{
  query->order = LAC_ORDER_NEAREST;
  query->anchors = home;
  query->n_anchors = 1;
  query->within = UINT64_MAX;
}

static void
note_query (LacunaOperation            *operation,
            const LacunaRequest        *request,
            const struct lac_gap_query *query)
{
  operation->order = query->order;
  operation->anywhere = request->anywhere;
  operation->has_anchor = query->n_anchors > 0;
  if (operation->has_anchor)
    operation->anchor = query->anchors[0];
}

static void
allocate (LacunaOperation     *operation,
          const LacunaRequest *request)
{
  const unsigned protection = request->protection != 0
                                  ? request->protection & ~LACUNA_PROTECTION_NONE
                                  : LAC_PROTECTION_READ | LAC_PROTECTION_WRITE;
  struct lac_private allocation = { 0 };
  enum lac_status status;
  LacunaBlock *block;

  note_query (operation, request, &request->query);
  operation->protection = protection;
  operation->dry_run = request->dry_run;
  if (request->dry_run)
    {
      status = lac_placement_find (&request->query, &operation->range, &operation->report);
      operation->address = operation->range.start;
      fail (operation, status, last_system_error (operation));
      return;
    }

  status = lac_private_allocate (&request->query, protection, &allocation, &operation->report);
  fail (operation, status, last_system_error (operation));
  if (status != LAC_OK)
    return;
  block = lacuna_block_new (&allocation);
  if (block == NULL)
    {
      lac_private_free (&allocation);
      fail (operation, LAC_E_NO_MEMORY, 0);
      return;
    }
  operation->created = TRUE;
  operation->serial = allocation.serial;
  operation->range = lacuna_block_range (block);
  operation->address = operation->range.start;
  lacuna_block_unref (block);
}

static gboolean
is_of_locator (struct lac_range range)
{
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;

  for (enum lac_status status = lac_locator_first (&cursor, &item); status == LAC_OK;
       status = lac_locator_next (&cursor, &item))
    if (lac_range_overlaps (range,
                            (struct lac_range){
                                item.address, lac_add_saturating (item.address, item.size) }))
      return TRUE;
  return FALSE;
}

/* Frees what is no allocation of ours: the whole region at an address. */
static void
free_region (LacunaOperation     *operation,
             const LacunaRequest *request)
{
  struct lac_process *process = NULL;
  struct lac_region region;
  enum lac_status status;
  int system_error = 0;
  gboolean is_allocation;

  status = lac_process_open (NULL, LAC_PROCESS_SELF, &process, NULL);
  if (status == LAC_OK)
    status = lac_process_query (process, request->address, false, &region, NULL, 0, NULL);
  lac_process_close (process);
  if (status != LAC_OK)
    {
      if (status == LAC_E_NOT_FOUND)
        lacuna_error_set_message (&operation->error,
                                  status,
                                  _ ("Nothing is mapped at 0x%" PRIx64 "."),
                                  request->address);
      else
        fail (operation, status, 0);
      return;
    }

  if (region.kind == LAC_KIND_VSYSCALL)
    {
      lacuna_error_set_message (&operation->error,
                                LAC_E_INVALID,
                                _ ("The page at 0x%" PRIx64 " is the kernel's, outside of user space; "
                                   "no process can free it."),
                                request->address);
      return;
    }

  operation->range = lac_region_range (&region);
  operation->address = region.start;
  operation->protection = region.protection;
  if (lacuna_is_vital (operation->range))
    {
      lacuna_error_set_message (&operation->error,
                                LAC_E_INVALID,
                                _ ("Lacuna itself lives on what is at 0x%" PRIx64 ": its code and data, "
                                   "the C library, its stack or its heap. That is never freed, not even "
                                   "by force."),
                                request->address);
      return;
    }
  is_allocation = region.start == request->address && region.kind == LAC_KIND_ANONYMOUS
                  && (region.flags & (LAC_REGION_SHARED | LAC_REGION_GROWS_DOWN)) == 0
                  && !is_of_locator (operation->range);
  if (!is_allocation && !request->force)
    {
      lacuna_error_set (&operation->error, LAC_E_NOT_OURS, "0x%" PRIx64, request->address);
      return;
    }
  operation->forced = !is_allocation;
  if (request->dry_run)
    return;
  fail (operation,
        lac_os_free (region.start, region.end - region.start, &system_error),
        system_error);
}

/* The block that is meant: another one may lie there since, and who means one does not mean that.
 * (transfer full) (nullable) */
static LacunaBlock *
find_block (LacunaOperation     *operation,
            const LacunaRequest *request)
{
  g_autoptr (LacunaBlock) block = lacuna_block_find (request->address);

  if (request->serial == 0 || (block != NULL && block->allocation.serial == request->serial))
    return g_steal_pointer (&block);
  lacuna_error_set_message (&operation->error,
                            LAC_E_NOT_OURS,
                            _ ("That allocation was freed before."));
  return NULL;
}

static void
free_allocation (LacunaOperation     *operation,
                 const LacunaRequest *request)
{
  g_autoptr (LacunaBlock) block = find_block (operation, request);

  operation->address = request->address;
  if (operation->error != NULL)
    return;
  if (block == NULL)
    {
      free_region (operation, request);
      return;
    }
  operation->range = lacuna_block_range (block);
  operation->serial = block->allocation.serial;
  operation->protection = lacuna_block_protection (block);
  operation->n_holders = lacuna_block_n_holders (block);
  if (request->dry_run)
    return;
  fail (operation, lacuna_block_close (block), 0);
}

static void
protect (LacunaOperation     *operation,
         const LacunaRequest *request)
{
  g_autoptr (LacunaBlock) block = find_block (operation, request);

  operation->address = request->address;
  if (operation->error != NULL)
    return;
  if (block == NULL)
    {
      fail (operation, LAC_E_NOT_OURS, 0);
      return;
    }
  operation->range = lacuna_block_range (block);
  operation->serial = block->allocation.serial;
  operation->old_protection = lacuna_block_protection (block);
  operation->protection = request->protection & ~LACUNA_PROTECTION_NONE;
  fail (operation, lacuna_block_protect (block, operation->protection), 0);
}

static void
note_buffer (LacunaOperation         *operation,
             const struct lac_buffer *buffer)
{
  operation->range
      = (struct lac_range){ buffer->address, (guint64) buffer->address + buffer->size };
  operation->address = buffer->address;
  operation->position = buffer->position;
  operation->protection = (buffer->flags & LAC_BUFFER_WRITE_XOR_EXECUTE) != 0
                              ? LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE
                              : LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
}

static void
create_buffer (LacunaOperation     *operation,
               const LacunaRequest *request)
{
  enum lac_status status;
  struct lac_buffer buffer;

  note_query (operation, request, &request->query);
  status = lac_buffers_get (&request->query,
                            LAC_BUFFER_NEW
                                | (request->write_xor_execute ? LAC_BUFFER_WRITE_XOR_EXECUTE : 0),
                            &buffer,
                            &operation->report);
  if (status == LAC_OK)
    {
      note_buffer (operation, &buffer);
      operation->created = buffer.created;
      lac_buffer_put (&buffer);
    }
  fail (operation, status, last_system_error (operation));
}

static void
append (LacunaOperation     *operation,
        const LacunaRequest *request)
{
  struct lac_gap_query query = request->query;
  struct lac_buffer buffer = { 0 };
  enum lac_status status;
  gsize size;
  gconstpointer bytes = g_bytes_get_data (request->bytes, &size);
  void *place = NULL;

  query.size = MAX (query.size, size);
  note_query (operation, request, &query);
  if (query.size > LACUNA_BUFFER_BYTES_MAX)
    {
      lacuna_error_set_message (&operation->error,
                                LAC_E_INVALID,
                                _ ("That is too large: a buffer has less than 4 GiB."));
      return;
    }
  status = lac_buffers_get (&query, 0, &buffer, &operation->report);
  if (status != LAC_OK)
    {
      fail (operation, status, last_system_error (operation));
      return;
    }
  note_buffer (operation, &buffer);
  operation->created = buffer.created;
  status = lac_buffer_append (&buffer, bytes, size, &place);
  lac_buffer_put (&buffer);
  if (status == LAC_OK)
    {
      operation->address = (guintptr) place;
      operation->position = (guint32) (operation->address - operation->range.start);
      operation->n_bytes = size;
    }
  fail (operation, status, 0);
}

static void
append_to (LacunaOperation     *operation,
           const LacunaRequest *request)
{
  struct lac_buffer buffer = { 0 };
  guint64 address = 0;
  enum lac_status status;

  status = lacuna_taken_append (request->address, request->bytes, &buffer, &address);
  if (buffer.address != 0)
    note_buffer (operation, &buffer);
  else
    operation->address = request->address;
  if (status == LAC_OK)
    {
      operation->address = address;
      operation->position = (guint32) (address - operation->range.start);
      operation->n_bytes = g_bytes_get_size (request->bytes);
    }
  fail (operation, status, 0);
}

static void
take_or_put (LacunaOperation     *operation,
             const LacunaRequest *request)
{
  struct lac_buffer buffer = { 0 };
  enum lac_status status;

  if (request->deed == LACUNA_DEED_TAKE)
    status = lacuna_taken_take (request->address, &buffer);
  else
    status = lacuna_taken_put (request->address, &buffer);
  if (buffer.address != 0)
    note_buffer (operation, &buffer);
  else
    operation->address = request->address;
  fail (operation, status, 0);
}

LacunaOperation *
lacuna_deed_do (const LacunaRequest *given)
{
  static GMutex one_at_a_time;
  const uint64_t home = (guintptr) lacuna_deed_do;
  LacunaRequest sized = *given;
  const LacunaRequest *request = &sized;
  LacunaOperation *operation = lacuna_operation_new (given->deed);

  /* The least that serves: what is allocated is rounded up, and what is appended has its own size. */
  sized.query.size = MAX (sized.query.size, 1);
  if (sized.anywhere)
    prefer_home (&sized.query, &home);
  g_mutex_lock (&one_at_a_time);
  switch (request->deed)
    {
    case LACUNA_DEED_ALLOCATE:
      allocate (operation, request);
      break;
    case LACUNA_DEED_FREE:
      free_allocation (operation, request);
      break;
    case LACUNA_DEED_PROTECT:
      protect (operation, request);
      break;
    case LACUNA_DEED_CREATE_BUFFER:
      create_buffer (operation, request);
      break;
    case LACUNA_DEED_APPEND:
    case LACUNA_DEED_APPEND_TO:
      if (request->bytes == NULL)
        fail (operation, LAC_E_INVALID, 0);
      else if (request->deed == LACUNA_DEED_APPEND)
        append (operation, request);
      else
        append_to (operation, request);
      break;
    case LACUNA_DEED_TAKE:
    case LACUNA_DEED_PUT:
      take_or_put (operation, request);
      break;
    default:
      fail (operation, LAC_E_INVALID, 0);
    }
  g_mutex_unlock (&one_at_a_time);

  operation->when = g_get_real_time ();
  lacuna_operation_seal (operation);
  return operation;
}

gboolean
lacuna_deed_contrary (LacunaOperation *operation,
                      LacunaRequest   *out_request)
{
  LacunaRequest request = { .address = operation->range.start };

  if (operation->error != NULL || operation->dry_run)
    return FALSE;

  switch (operation->deed)
    {
    case LACUNA_DEED_ALLOCATE:
    case LACUNA_DEED_PROTECT:
      {
        g_autoptr (LacunaBlock) block = lacuna_block_find (operation->range.start);

        /* Another one may lie at the same place since. */
        if (block == NULL || block->allocation.serial != operation->serial)
          return FALSE;
        request.deed = LACUNA_DEED_FREE;
        request.serial = operation->serial;
        if (operation->deed == LACUNA_DEED_PROTECT)
          {
            if (lacuna_block_protection (block) != operation->protection
                || operation->old_protection == operation->protection)
              return FALSE;
            request.deed = LACUNA_DEED_PROTECT;
            request.protection = operation->old_protection;
          }
        break;
      }
    case LACUNA_DEED_TAKE:
      if (!lacuna_taken_has (operation->range.start))
        return FALSE;
      request.deed = LACUNA_DEED_PUT;
      break;
    case LACUNA_DEED_PUT:
      if (lacuna_taken_has (operation->range.start))
        return FALSE;
      request.deed = LACUNA_DEED_TAKE;
      break;
    case LACUNA_DEED_FREE:
    case LACUNA_DEED_CREATE_BUFFER:
    case LACUNA_DEED_APPEND:
    case LACUNA_DEED_APPEND_TO:
    default:
      return FALSE;
    }
  *out_request = request;
  return TRUE;
}
