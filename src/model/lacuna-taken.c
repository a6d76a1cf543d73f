/* The buffers that this program holds for longer than one deed.
 *
 * A handle of a buffer is all that its taker has; it is kept here from taking to putting back, by the
 * buffer's address.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-locator-private.h"

#include "buffers/buffer.h"

static GMutex lock;
static GArray *taken; /* of struct lac_buffer */

/* With the lock. (nullable) */
static struct lac_buffer *
find (guint64  address,
      guint   *out_index)
{
  for (guint i = 0; taken != NULL && i < taken->len; i++)
    {
      struct lac_buffer *buffer = &g_array_index (taken, struct lac_buffer, i);

      if (address >= buffer->address && address - buffer->address < buffer->size)
        {
          *out_index = i;
          return buffer;
        }
    }
  return NULL;
}

gboolean
lacuna_taken_has (guint64 address)
{
  guint index;
  gboolean has;

  g_mutex_lock (&lock);
  has = find (address, &index) != NULL;
  g_mutex_unlock (&lock);
  return has;
}

enum lac_status
lacuna_taken_take (guint64            address,
                   struct lac_buffer *out_buffer)
{
  enum lac_status status = LAC_E_NOT_FOUND;

  if (address > UINTPTR_MAX)
    return status;
  g_mutex_lock (&lock);
  status = lac_locator_take ((uintptr_t) address, out_buffer);
  if (status == LAC_OK)
    {
      if (taken == NULL)
        taken = g_array_new (FALSE, FALSE, sizeof (struct lac_buffer));
      g_array_append_val (taken, *out_buffer);
    }
  g_mutex_unlock (&lock);
  return status;
}

enum lac_status
lacuna_taken_put (guint64            address,
                  struct lac_buffer *out_buffer)
{
  enum lac_status status = LAC_E_NOT_TAKEN;
  struct lac_buffer *buffer;
  guint index;

  g_mutex_lock (&lock);
  buffer = find (address, &index);
  if (buffer != NULL)
    {
      *out_buffer = *buffer;
      status = lac_buffer_put (buffer);
      /* One that is not ours any more will not be again. */
      if (status == LAC_OK || status == LAC_E_NOT_TAKEN)
        g_array_remove_index (taken, index);
    }
  g_mutex_unlock (&lock);
  return status;
}

enum lac_status
lacuna_taken_append (guint64            address,
                     GBytes            *bytes,
                     struct lac_buffer *out_buffer,
                     guint64           *out_address)
{
  struct lac_buffer passing = { 0 };
  struct lac_buffer *buffer;
  enum lac_status status = LAC_OK;
  void *place = NULL;
  guint index;

  g_mutex_lock (&lock);
  buffer = find (address, &index);
  if (buffer == NULL)
    {
      status = address <= UINTPTR_MAX ? lac_locator_take ((uintptr_t) address, &passing)
                                      : LAC_E_NOT_FOUND;
      buffer = &passing;
    }
  if (status == LAC_OK)
    {
      status = lac_buffer_append (buffer,
                                  g_bytes_get_data (bytes, NULL),
                                  g_bytes_get_size (bytes),
                                  &place);
      *out_buffer = *buffer;
      *out_address = (uintptr_t) place;
      if (buffer == &passing)
        lac_buffer_put (&passing);
    }
  g_mutex_unlock (&lock);
  return status;
}
