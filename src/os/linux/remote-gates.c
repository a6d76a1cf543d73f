/* Where in a process a system call can be made, and where the way back from a signal is.
 *
 * Nothing is written into the process's code, so both must be there already: a system call instruction from
 * which control goes straight to a return, with nothing between but what takes words from the stack, and
 * the three instructions that end a signal handler. In a C library both are plenty; the page that the
 * kernel maps into every process has both in 32 bits, and in 64 bits only the first.
 *
 * The highest comes first: filters that sort system calls by where they come from (syscall user dispatch,
 * as Wine uses it) let the system's own libraries through, which lie high. Memory without a file comes
 * last, since a compiler may be writing there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "core/translatable.h"

#if LAC_REMOTE_HERE

#include <stdlib.h>
#include <string.h>

#define PIECE ((size_t) 1 << 18)

struct search
{
  struct lac_process *process;
  bool wide;
  struct lac_remote_gates *gates;
  /* Of the process's memory, with room for the end of the piece before. */
  unsigned char *bytes;
};

static const unsigned char call_64[] = { 0x0f, 0x05 };
static const unsigned char call_32[] = { 0xcd, 0x80 };
/* mov $15, %rax; syscall, in the two ways that assemblers write it. */
static const unsigned char give_back_64[] = { 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05 };
static const unsigned char give_back_64_short[] = { 0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05 };
/* mov $173, %eax; int $0x80 */
static const unsigned char give_back_32[] = { 0xb8, 0xad, 0, 0, 0, 0xcd, 0x80 };

/* How many bytes of code go from a system call at @code to the end of a return, 0 when none follows; and
 * what they take from the stack before. */
static uint32_t
measure_call (const unsigned char *code,
              size_t               available,
              bool                 wide,
              uint32_t            *out_skipped)
{
  uint32_t word = wide ? 8 : 4;
  size_t at = 2;

  *out_skipped = 0;
  while (at + 5 <= available && at + 5 <= LAC_GATE_BYTES && *out_skipped <= 256)
    {
      const unsigned char *here = code + at;

      if (here[0] == 0xc3)
        return (uint32_t) at + 1;
      if (here[0] == 0xf3 && here[1] == 0xc3)
        return (uint32_t) at + 2;
      /* pop, but not of the stack pointer. */
      if (here[0] >= 0x58 && here[0] <= 0x5f && here[0] != 0x5c)
        {
          *out_skipped += word;
          at += 1;
        }
      else if (wide && here[0] == 0x41 && here[1] >= 0x58 && here[1] <= 0x5f)
        {
          *out_skipped += word;
          at += 2;
        }
      /* add $n, %rsp */
      else if (wide && here[0] == 0x48 && here[1] == 0x83 && here[2] == 0xc4 && here[3] < 0x80
               && here[3] % 8 == 0)
        {
          *out_skipped += here[3];
          at += 4;
        }
      else
        return 0;
    }
  return 0;
}

static void
remember (struct lac_remote_code *code,
          uint64_t                address,
          const unsigned char    *bytes,
          uint32_t                size)
{
  code->address = address;
  code->size = size;
  memcpy (code->bytes, bytes, size);
}

static bool
search_give_back (struct search       *search,
                  const unsigned char *bytes,
                  size_t               size,
                  uint64_t             address)
{
  const struct
  {
    const unsigned char *code;
    uint32_t size;
  } ways[] = {
    { search->wide ? give_back_64 : give_back_32,
      search->wide ? sizeof give_back_64 : sizeof give_back_32 },
    { give_back_64_short, search->wide ? sizeof give_back_64_short : 0 },
  };

  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
    {
      const unsigned char *found
          = ways[i].size > 0 ? memmem (bytes, size, ways[i].code, ways[i].size) : NULL;

      if (found != NULL)
        {
          remember (&search->gates->give_back, address + (uint64_t) (found - bytes), found,
                    ways[i].size);
          return true;
        }
    }
  return false;
}

/* True when a call that is followed by a return was found; else the first bare one is remembered. */
static bool
search_call (struct search       *search,
             const unsigned char *bytes,
             size_t               size,
             uint64_t             address)
{
  const unsigned char *cursor = bytes;
  const unsigned char *code = search->wide ? call_64 : call_32;
  struct lac_remote_gates *gates = search->gates;

  while ((cursor = memmem (cursor, size - (size_t) (cursor - bytes), code, 2)) != NULL)
    {
      uint32_t skipped;
      uint32_t length
          = measure_call (cursor, size - (size_t) (cursor - bytes), search->wide, &skipped);
      bool first = gates->call.address == 0;

      if (length > 0 || first)
        {
          remember (&gates->call, address + (uint64_t) (cursor - bytes), cursor,
                    length > 0 ? length : 2);
          gates->skipped = skipped;
          gates->bare = length == 0;
          if (length > 0)
            return true;
        }
      cursor += 1;
    }
  return false;
}

/* Searches a region; true when all is found. */
static enum lac_status
search_region (struct search              *search,
               const struct lac_region    *region,
               const char                 *name,
               struct lac_process_failure *out_failure)
{
  struct lac_remote_gates *gates = search->gates;
  size_t kept = 0;

  for (uint64_t at = region->start; at < region->end;)
    {
      uint64_t rest = region->end - at;
      size_t size = rest < PIECE ? (size_t) rest : PIECE;
      enum lac_status status;
      uint64_t start;

      status = lac_process_read_memory (search->process, at, search->bytes + kept, size, 0, NULL,
                                        NULL, NULL, NULL, out_failure);
      if (status == LAC_E_NOT_FOUND)
        return LAC_OK;
      if (status != LAC_OK)
        return status;
      start = at - kept;
      if (gates->call.address == 0 || gates->bare)
        {
          uint64_t before = gates->call.address;

          search_call (search, search->bytes, kept + size, start);
          if (gates->call.address != before)
            {
              size_t length = strlen (name);

              if (length > sizeof gates->name - 1)
                length = sizeof gates->name - 1;
              memcpy (gates->name, name, length);
              gates->name[length] = '\0';
            }
        }
      if (gates->give_back.address == 0)
        search_give_back (search, search->bytes, kept + size, start);
      if (gates->call.address != 0 && !gates->bare && gates->give_back.address != 0)
        return LAC_OK;

      at += size;
      size += kept;
      kept = size < LAC_GATE_BYTES ? 0 : LAC_GATE_BYTES;
      memmove (search->bytes, search->bytes + size - kept, kept);
    }
  return LAC_OK;
}

enum lac_status
lac_remote_find_gates (struct lac_process         *process,
                       uint32_t                    pointer_size,
                       struct lac_remote_gates    *out_gates,
                       struct lac_process_failure *out_failure)
{
  struct search search = { .process = process, .wide = pointer_size == 8, .gates = out_gates };
  const struct lac_region *regions;
  struct lac_map *map = NULL;
  enum lac_status status;
  size_t n_regions;

  *out_gates = (struct lac_remote_gates){ .bare = true };
  status = lac_process_read_map (process, LAC_READ_NO_FILES, NULL, &map, out_failure);
  if (status != LAC_OK)
    return status;
  search.bytes = malloc (PIECE + LAC_GATE_BYTES);
  if (search.bytes == NULL)
    {
      status = lac_process_fail (out_failure, LAC_E_NO_MEMORY, 0,
                                 N_ ("look for a system call instruction"));
      goto out;
    }
  regions = lac_map_regions (map, &n_regions);
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = n_regions; i-- > 0;)
      {
        const struct lac_backing *backing = lac_map_backing (map, &regions[i]);
        bool by_compiler = backing->name_length == 0 || backing->inode == 0;

        if (backing->inode == 0 && strcmp (backing->name, "[vdso]") == 0)
          by_compiler = false;
        if ((regions[i].protection & LAC_PROTECTION_EXECUTE) == 0
            || (regions[i].protection & LAC_PROTECTION_READ) == 0
            || by_compiler != (pass == 1) || regions[i].start >= UINT64_C (1) << 63)
          continue;
        status = search_region (&search, &regions[i], backing->name, out_failure);
        if (status != LAC_OK
            || (out_gates->call.address != 0 && !out_gates->bare
                && out_gates->give_back.address != 0))
          goto out;
      }

out:
  free (search.bytes);
  lac_map_unref (map);
  return status;
}

#endif
