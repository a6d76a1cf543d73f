/* Fuzzes the view of a locator: any bytes in any tables give a view that ends, frees itself and keeps its
 * promises; with pointers of 32 and of 64 bits.
 *
 * The first byte chooses the bits. The rest, over and over, is what a process has in five pages for
 * tables; it has some for buffers as well. The seeds have chains to begin with.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/layout.h"
#include "buffers/locator-view.h"
#include "core/maps-text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         length);

#define TABLES UINT64_C (0x10000000)

/* Five for tables, sixteen for buffers, one of a stack: a chain may lead into any. */
#define N_PAGES 22

struct input
{
  const uint8_t *bytes;
  size_t length;
  unsigned n_reads;
};

static enum lac_status
read_input (uint64_t address,
            void    *bytes,
            size_t   size,
            void    *user_data)
{
  struct input *input = user_data;

  /* Only what the map has. */
  if (address % 4096 + size > 8192 || address < TABLES)
    abort ();
  input->n_reads++;
  for (size_t i = 0; i < size; i++)
    ((uint8_t *) bytes)[i]
        = input->length > 0 ? input->bytes[(address - TABLES + i) % input->length] : 0;
  return LAC_OK;
}

static void
check (const struct lac_locator_view *view)
{
  unsigned findings = 0;
  size_t n_buffers = 0;

  /* Tables that lie over none before fit in as often as the memory is large. */
  if (view->n_tables == 0 || view->n_tables > N_PAGES + 1)
    abort ();
  for (size_t i = 0; i < view->n_tables; i++)
    {
      const struct lac_view_table *table = &view->tables[i];

      findings |= table->findings;
      n_buffers += table->n_buffers;
      if (table->n_buffers > 255
          || (table->n_buffers > 0
              && (table->findings & (LAC_FINDING_ORPHAN | LAC_FINDING_UNKNOWN_VERSION)) != 0))
        abort ();
      for (size_t j = 0; j < table->n_buffers; j++)
        {
          const struct lac_view_buffer *buffer = &table->buffers[j];

          findings |= buffer->findings;
          if (((buffer->findings & LAC_FINDING_POSITION_PAST_END) != 0)
              != (buffer->position > buffer->size))
            abort ();
        }
    }
  if (view->layout != LAC_LOCATOR_LAYOUT_STANDARD
      && (view->layout != LAC_LOCATOR_LAYOUT_MANAGED || view->tables[0].n_buffers == 0))
    abort ();
  if (findings != view->findings || n_buffers != view->n_buffers)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  static const char text_64[] = "10000000-10001000 rw-s 00000000 08:01 77 /tmp/locator\n"
                                "10001000-10005000 rw-p 00000000 00:00 0 \n"
                                "20000000-20010000 rwxp 00000000 00:00 0 \n"
                                "7ffff0000000-7ffff0001000 rw-p 00000000 00:00 0 [stack]\n";
  static const char text_32[] = "10000000-10001000 rw-s 00000000 08:01 77 /tmp/locator\n"
                                "10001000-10005000 rw-p 00000000 00:00 0 \n"
                                "20000000-20010000 rwxp 00000000 00:00 0 \n"
                                "ffff0000-ffff1000 rw-p 00000000 00:00 0 [stack]\n";
  static struct lac_map *maps[2];
  struct lac_text_error error;
  struct lac_locator_view view = { 0 };
  struct input input;

  if (maps[0] == NULL
      && (lac_map_parse (text_32, sizeof text_32 - 1, &LAC_SPACE_UNKNOWN, &maps[0], &error) != LAC_OK
          || lac_map_parse (text_64, sizeof text_64 - 1, &LAC_SPACE_UNKNOWN, &maps[1], &error)
                 != LAC_OK))
    abort ();
  if (length == 0)
    return 0;
  input = (struct input){ bytes + 1, length - 1, 0 };
  if (lac_locator_view_read (maps[bytes[0] & 1], TABLES, read_input, &input, &view) != LAC_OK)
    abort ();
  check (&view);
  if (input.n_reads > N_PAGES)
    abort ();
  lac_locator_view_clear (&view);
  return 0;
}
