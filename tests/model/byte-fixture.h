/* A source of bytes that a test makes up: a range whose bytes are told by their addresses, with holes,
 * of any size since nothing is kept.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-byte-source.h"

#include <string.h>

typedef struct
{
  struct lac_range range;   /* what can be read */
  struct lac_range hole;    /* what of it can't */
  gint salt;                /* atomic: other bytes with another number */
  gint n_reads;             /* atomic */
  gint microseconds;        /* atomic: how long a reading takes */
  GHashTable *planted;      /* (nullable): bytes at addresses, of guint64 to guint */
} Memory;

G_GNUC_UNUSED static guint8
memory_byte (const Memory *memory,
             guint64       address)
{
  guint64 mixed = (address + (guint64) g_atomic_int_get (&memory->salt)) * 0x9e3779b97f4a7c15u;
  gpointer planted;

  if (memory->planted != NULL
      && g_hash_table_lookup_extended (memory->planted, &address, NULL, &planted))
    return (guint8) GPOINTER_TO_UINT (planted);
  /* A quarter of the lines of 64 bytes is zero, as in memory that one looks at. */
  if ((address >> 6) % 4 == 1)
    return 0;
  return (guint8) (mixed >> 40);
}

G_GNUC_UNUSED static gboolean
memory_read (gpointer         data,
             struct lac_range range,
             guint8          *bytes,
             GArray          *holes,
             GError         **error)
{
  Memory *memory = data;

  g_atomic_int_inc (&memory->n_reads);
  if (g_atomic_int_get (&memory->microseconds) > 0)
    g_usleep ((gulong) g_atomic_int_get (&memory->microseconds));
  if (!lac_range_overlaps (range, memory->range))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Nothing is mapped there.");
      return FALSE;
    }
  for (guint64 address = range.start; address < range.end; address++)
    {
      struct lac_range one = { address, address + 1 };

      if (lac_range_contains (memory->range, address)
          && !lac_range_contains (memory->hole, address))
        bytes[address - range.start] = memory_byte (memory, address);
      else if (holes->len > 0
               && g_array_index (holes, struct lac_range, holes->len - 1).end == address)
        g_array_index (holes, struct lac_range, holes->len - 1).end = one.end;
      else
        g_array_append_val (holes, one);
    }
  if (holes->len > 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The memory has no read permission.");
  return TRUE;
}

G_GNUC_UNUSED static LacunaByteSource *
memory_source (Memory *memory)
{
  return lacuna_byte_source_new (memory_read, memory, NULL);
}
