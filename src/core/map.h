/* The map: an immutable, reference-counted picture of one address space.
 *
 * A map has no idea where it came from: a live process, a file, the sandbox. It is built region by
 * region by a struct lac_map_builder, and never changes after that, so any number of threads may
 * read it. What is in it: an array of regions sorted by address that do not overlap; their
 * backings, each stored once; the hazards; and an index that finds a point, and the next gap of at
 * least some size in either direction, in O(log n).
 *
 * The index is a static B-tree laid over the region array (16 children a node), each node with the
 * lowest start and the largest free room below it. It costs some 10 bytes a region, so that a
 * million anonymous regions take 42 MB.
 *
 * Gaps are numbered like the regions that they lie before: gap i ends where region i starts, and
 * gap n (after the last region) ends with the user address space. A gap may be empty. What lies
 * outside the user address space is never part of a gap.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "region.h"
#include "status.h"
#include "visibility.h"

LAC_BEGIN_DECLS

struct lac_map;
struct lac_map_builder;

/**
 * lac_space:
 * @user: what user code may map: from the lowest mappable address to the end of user space. An
 *   end of 0 lets the map find it from its regions, see lac_space_guess()
 * @granularity: what an allocation's address must be a multiple of, in bytes; a power of two
 * @program_break: the current program break; 0 when it is unknown, then the end of `[heap]` serves
 * @data_limit: RLIMIT_DATA in bytes; UINT64_MAX for no limit
 * @stack_limit: RLIMIT_STACK in bytes; UINT64_MAX for no limit
 * @stack_guard: bytes that the kernel keeps free below a region that grows down: 256 pages, unless
 *   the kernel was started with stack_guard_gap= (mm/mmap.c)
 * @page_size: in bytes; a power of two
 * @pointer_bits: 32 or 64; 0 lets the map find it from its regions
 *
 * What is true of an address space beside its regions.
 */
struct lac_space
{
  struct lac_range user;
  uint64_t granularity;
  uint64_t program_break;
  uint64_t data_limit;
  uint64_t stack_limit;
  uint64_t stack_guard;
  uint32_t page_size;
  uint32_t pointer_bits;
};

/**
 * LAC_SPACE_UNKNOWN:
 *
 * The space of a map whose source says nothing beside its regions (the text of a maps file):
 * 4 KiB pages, Linux's default limits (no RLIMIT_DATA, 8 MiB of stack, a guard of 256 pages), page 0
 * not mappable, bits and end found from the regions.
 */
#define LAC_SPACE_UNKNOWN                                                                         \
  ((struct lac_space){                                                                            \
      .user = { 0x1000, 0 },                                                                      \
      .granularity = 0x1000,                                                                      \
      .data_limit = UINT64_MAX,                                                                   \
      .stack_limit = 8u << 20,                                                                    \
      .stack_guard = 256 * 0x1000,                                                                \
      .page_size = 0x1000,                                                                        \
  })

/**
 * lac_region_entry:
 * @start: the first byte
 * @end: the first byte after it; must be above @start
 * @offset: where in the file the region begins, in bytes
 * @inode: 0 when there is no file
 * @device_major: see struct lac_backing
 * @device_minor: see struct lac_backing
 * @protection: enum lac_protection values
 * @flags: enum lac_region_flags values
 * @kind: an enum lac_kind, or %LAC_KIND_DECIDE
 * @deleted: the file has been unlinked
 * @name: (nullable) (borrowed for the call): as in struct lac_backing; need not be terminated
 * @name_length: the bytes of @name
 *
 * A region on its way into a map.
 */
struct lac_region_entry
{
  uint64_t start;
  uint64_t end;
  uint64_t offset;
  uint64_t inode;
  uint32_t device_major;
  uint32_t device_minor;
  uint8_t protection;
  uint8_t kind;
  uint16_t flags;
  bool deleted;
  const char *name;
  size_t name_length;
};

/**
 * lac_region_detail:
 *
 * How a region's pages are used, in bytes, from /proc/PID/smaps (proc_pid_smaps(5)).
 */
struct lac_region_detail
{
  uint64_t resident;
  uint64_t proportional;
  uint64_t dirty;
  uint64_t swapped;
  uint64_t huge;
};

/**
 * lac_image_test:
 * @backing: (borrowed): a file that regions are mapped from
 * @first: (borrowed): the first region of it that was added
 * @user_data: as given
 *
 * Decides whether a file is a program or a library. Called once for each backing with an inode,
 * when it is first seen. Must not block.
 *
 * Returns: 1 when it is ELF or PE, 0 when it is not, -1 when that can't be told; the map then
 *   takes a file that is mapped executable anywhere, or is named like a library, for an image
 */
typedef int (*lac_image_test) (const struct lac_backing      *backing,
                               const struct lac_region_entry *first,
                               void                          *user_data);

/**
 * lac_map_builder_new:
 * @space: (borrowed): what is true of the address space beside its regions
 *
 * Returns: (transfer full) (nullable): an empty builder; NULL when memory is short
 * Threads: a builder belongs to one thread at a time.
 */
LAC_PUBLIC struct lac_map_builder *lac_map_builder_new (const struct lac_space *space);

/** lac_map_builder_free: drops @builder (nullable) and what was added to it. */
LAC_PUBLIC void lac_map_builder_free (struct lac_map_builder *builder);

/**
 * lac_map_builder_set_image_test:
 * @builder: a builder to which nothing was added yet
 * @test: (nullable): how to tell whether a file is a program; NULL: it can't be told
 * @user_data: passed to @test
 */
LAC_PUBLIC void lac_map_builder_set_image_test (struct lac_map_builder *builder,
                                                lac_image_test          test,
                                                void                   *user_data);

/**
 * lac_map_builder_reserve:
 * @builder: a builder
 * @n_regions: how many regions are expected in all
 *
 * Makes room, so that adding does not reallocate. A hint: more may be added.
 *
 * Errors: %LAC_E_NO_MEMORY.
 */
LAC_PUBLIC enum lac_status lac_map_builder_reserve (struct lac_map_builder *builder,
                                                    size_t                  n_regions);

/**
 * lac_map_builder_add:
 * @builder: a builder
 * @entry: (borrowed): the region
 *
 * Adds a region. Regions come in ascending order as a rule. One that overlaps an earlier one or
 * goes backwards (a live read can be torn) is accepted, and repaired in lac_map_builder_finish().
 * Amortised O(1).
 *
 * Errors: %LAC_E_INVALID when the region is empty, ends below its start or has no such kind,
 *   %LAC_E_NO_MEMORY.
 */
LAC_PUBLIC enum lac_status lac_map_builder_add (struct lac_map_builder        *builder,
                                                const struct lac_region_entry *entry);

/**
 * lac_map_builder_add_detail:
 * @builder: a builder to which at least one region was added
 * @detail: (borrowed): the use of the pages of the region that was added last
 * @grows_down: the region grows down
 *
 * Errors: %LAC_E_INVALID when there is no region yet, %LAC_E_NO_MEMORY.
 */
LAC_PUBLIC enum lac_status lac_map_builder_add_detail (struct lac_map_builder         *builder,
                                                       const struct lac_region_detail *detail,
                                                       bool                            grows_down);

/**
 * lac_map_builder_finish:
 * @builder: (transfer full): a builder; gone after the call, also on failure
 * @out_map: (out) (transfer full): the map
 *
 * Makes the map. Where regions overlap or go backwards they are sorted, and what was added later
 * wins, since it was read later: an earlier region loses the part that a later one covers (both
 * remainders are kept when the later one lies inside it). lac_map_repairs() counts the regions
 * that this changed, moved or removed.
 *
 * O(n); O(n log n) when a repair was needed.
 *
 * Errors: %LAC_E_NO_MEMORY.
 */
LAC_PUBLIC enum lac_status lac_map_builder_finish (struct lac_map_builder *builder,
                                                   struct lac_map        **out_map);

/** lac_map_ref: takes a reference to @map. Threads: any. */
LAC_PUBLIC struct lac_map *lac_map_ref (struct lac_map *map);

/** lac_map_unref: drops a reference to @map (nullable); the last one frees it. Threads: any. */
LAC_PUBLIC void lac_map_unref (struct lac_map *map);

/** lac_map_space: (transfer none): the space, with bits, end and break as found. */
LAC_PUBLIC const struct lac_space *lac_map_space (const struct lac_map *map);

/**
 * lac_map_regions:
 * @map: a map
 * @out_n_regions: (out): how many there are
 *
 * Returns: (transfer none): the regions, sorted by address, disjoint; valid as long as the map
 * Threads: any; a map never changes.
 */
LAC_PUBLIC const struct lac_region *lac_map_regions (const struct lac_map *map,
                                                     size_t               *out_n_regions);

/** lac_map_backing: (transfer none): what @region, one of @map's, is mapped from. Never NULL. */
LAC_PUBLIC const struct lac_backing *lac_map_backing (const struct lac_map    *map,
                                                      const struct lac_region *region);

/**
 * lac_map_detail:
 * @map: a map
 * @index: which region
 *
 * Returns: (transfer none) (nullable): how its pages are used; NULL when the source did not say
 */
LAC_PUBLIC const struct lac_region_detail *lac_map_detail (const struct lac_map *map,
                                                           size_t                index);

/** lac_map_repairs: how many regions a torn read made wrong; 0 when the source was consistent. */
LAC_PUBLIC size_t lac_map_repairs (const struct lac_map *map);

/**
 * lac_map_memory:
 * @map: a map
 *
 * Returns: the bytes that the map takes with its index and names, for tests and benchmarks
 */
LAC_PUBLIC size_t lac_map_memory (const struct lac_map *map);

/**
 * lac_map_search:
 * @map: a map
 * @address: any address
 *
 * Finds the first region that ends above @address: the one that holds it, or else the next one.
 * O(log n).
 *
 * Returns: its index; the number of regions when there is none
 * Threads: any.
 */
LAC_PUBLIC size_t lac_map_search (const struct lac_map *map,
                                  uint64_t              address);

/**
 * lac_map_gap:
 * @map: a map
 * @index: 0 to the number of regions, inclusive
 *
 * The gap before region @index, or after the last one, inside the user address space. O(1).
 *
 * Returns: the range; empty where two regions touch
 * Threads: any.
 */
LAC_PUBLIC struct lac_range lac_map_gap (const struct lac_map *map,
                                         size_t                index);

/**
 * lac_totals:
 * @mapped: bytes in all regions, those outside the user address space included
 * @free: bytes in gaps
 * @largest_gap: bytes in the largest gap
 * @n_gaps: gaps that are not empty
 */
struct lac_totals
{
  uint64_t mapped;
  uint64_t free;
  uint64_t largest_gap;
  size_t n_gaps;
};

/** lac_map_totals: sums over the whole map. O(1). Threads: any. */
LAC_PUBLIC struct lac_totals lac_map_totals (const struct lac_map *map);

/**
 * lac_map_find_name:
 * @map: a map
 * @name: a full name (`/usr/lib/x86_64-linux-gnu/libc.so.6`, `[heap]`) or the last part of a path
 * @name_length: the bytes of @name
 * @out_index: (out): the first region with that name
 *
 * Finds a region by name; a full name goes before a last part. O(names).
 *
 * Errors: %LAC_E_NOT_FOUND.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_map_find_name (const struct lac_map *map,
                                              const char           *name,
                                              size_t                name_length,
                                              size_t               *out_index);

/**
 * lac_space_guess:
 * @space: (inout): bits and end of user space are filled in where they are 0
 * @regions: (borrowed): sorted regions
 * @n_regions: how many
 *
 * Tells bits and the end of user space from where regions lie, for sources that do not say.
 * Everything below 4 GiB: a 32-bit process, which ends at 0xffffe000 under a 64-bit kernel
 * (arch/x86/include/asm/page_64_types.h) and at 0xc0000000 under a 32-bit one, told apart by whether
 * anything lies above. Anything at or above 2^47: 57-bit, ending at 2^56 less a page. Otherwise, and
 * for no region at all, 2^47 less a page.
 */
LAC_PUBLIC void lac_space_guess (struct lac_space        *space,
                                 const struct lac_region *regions,
                                 size_t                   n_regions);

LAC_END_DECLS
