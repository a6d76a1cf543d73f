/* See os/program.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/program.h"
#include "process-private.h"

#include <elf.h>
#include <string.h>

/* The value of @type in an auxiliary vector; 0 when it is not there. */
static uint64_t
find_value (const unsigned char *bytes,
            size_t               length,
            uint32_t             pointer_bits,
            uint64_t             type)
{
  size_t width = pointer_bits / 8;

  for (size_t at = 0; at + 2 * width <= length; at += 2 * width)
    {
      uint64_t words[2] = { 0, 0 };

      if (width == 8)
        memcpy (words, bytes + at, sizeof words);
      else
        {
          uint32_t narrow[2];

          memcpy (narrow, bytes + at, sizeof narrow);
          words[0] = narrow[0];
          words[1] = narrow[1];
        }
      if (words[0] == type)
        return words[1];
    }
  return 0;
}

bool
lac_process_read_seed (struct lac_process *process,
                       uint64_t           *out_seed)
{
  unsigned char vector[1024];
  uint64_t words[2], place;
  uint32_t pointer_bits, page_size;
  struct lac_memory_outcome outcome;
  ssize_t length = lac_proc_read (process->directory, "auxv", (char *) vector, sizeof vector);

  if (length <= 0
      || !lac_proc_parse_auxiliary_vector (vector, (size_t) length, &pointer_bits, &page_size))
    return false;
  place = find_value (vector, (size_t) length, pointer_bits, AT_RANDOM);
  if (place == 0
      || lac_process_read_memory (process, place, words, sizeof words, 0, NULL, NULL, NULL, &outcome, NULL)
             != LAC_OK
      || outcome.n_bytes != sizeof words)
    return false;
  *out_seed = words[0] ^ words[1];
  return true;
}
