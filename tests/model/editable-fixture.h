/* A source of bytes that can be written: an array of the test, of which parts can be read-only, gone, or
 * fail in the middle of a write.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-byte-source.h"
#include "model/lacuna-error.h"

#include <string.h>

#define EDITABLE_SIZE 0x4000

typedef struct
{
  guint64 start; /* the address of the first of the bytes */
  guint8 bytes[EDITABLE_SIZE];
  struct lac_range read_only;
  struct lac_range hole;
  gboolean exited;
  guint64 breaks_at; /* writing reaches this byte and fails; 0: nowhere */
  guint n_writes;    /* atomic */
} EditableMemory;

static inline gboolean
editable_read (gpointer         data,
               struct lac_range range,
               guint8          *bytes,
               GArray          *holes,
               GError         **error)
{
  EditableMemory *memory = data;
  struct lac_range all = { memory->start, memory->start + EDITABLE_SIZE };
  struct lac_range there = lac_range_intersect (range, all);
  struct lac_range hole = lac_range_intersect (range, memory->hole);

  if (memory->exited)
    {
      lacuna_error_set (error, LAC_E_EXITED, "process 4711");
      return FALSE;
    }
  if (lac_range_size (there) > 0)
    memcpy (bytes + (there.start - range.start), memory->bytes + (there.start - memory->start),
            lac_range_size (there));
  if (lac_range_size (hole) > 0)
    g_array_append_val (holes, hole);
  return TRUE;
}

static inline gboolean
editable_check (gpointer                data,
                const struct lac_range *ranges,
                gsize                   n_ranges,
                gboolean                force,
                guint64                *out_place,
                GError                **error)
{
  EditableMemory *memory = data;

  for (gsize i = 0; i < n_ranges && !force; i++)
    if (lac_range_overlaps (ranges[i], memory->read_only))
      {
        *out_place = MAX (ranges[i].start, memory->read_only.start);
        lacuna_error_set (error, LAC_E_READ_ONLY, NULL);
        return FALSE;
      }
  return TRUE;
}

static inline gboolean
editable_write (gpointer   data,
                guint64    address,
                GBytes    *bytes,
                gboolean   force,
                guint64   *out_n_bytes,
                gboolean  *out_forced,
                GError   **error)
{
  EditableMemory *memory = data;
  gsize size;
  const guint8 *from = g_bytes_get_data (bytes, &size);
  struct lac_range range = { address, address + size };
  gsize n = size;

  g_atomic_int_inc (&memory->n_writes);
  *out_forced = lac_range_overlaps (range, memory->read_only);
  if (lac_range_contains (range, memory->breaks_at))
    n = memory->breaks_at - address;
  memcpy (memory->bytes + (address - memory->start), from, n);
  *out_n_bytes = n;
  if (n == size)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "It went away.");
  return FALSE;
}

static inline LacunaByteSource *
editable_source (EditableMemory *memory)
{
  LacunaByteSource *source = lacuna_byte_source_new (editable_read, memory, NULL);

  g_assert_false (lacuna_byte_source_can_write (source));
  lacuna_byte_source_set_writer (source, editable_write, editable_check);
  g_assert_true (lacuna_byte_source_can_write (source));
  return source;
}

/* Asserts that the bytes from @address on are those of @text. */
#define assert_in_memory(memory, address, text)                                                   \
  g_assert_cmpmem ((memory)->bytes + ((address) - (memory)->start), strlen (text), text,          \
                   strlen (text))
