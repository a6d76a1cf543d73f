/* Regions: what a mapped range is.
 *
 * A region is 32 bytes, because a process may have a million of them and a map is held several
 * times (the one that is shown, the one that is being read). What many regions share (the file,
 * its device and inode, the text after it) is stored once, as a backing, and a region names it by
 * index.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "range.h"
#include "visibility.h"

#include <stddef.h>

LAC_BEGIN_DECLS

/**
 * LAC_KIND_MAP:
 * @X: takes the enumerator, its name as JSON and people spell it, and a sentence for newcomers
 *
 * What a region is for. The first nine are found in live processes; `buffer` is known to the
 * locator; the rest are the sandbox's.
 */
#define LAC_KIND_MAP(X)                                                                           \
  X (LAC_KIND_IMAGE, "image", "Mapped from a program or a library (an ELF or PE file).")          \
  X (LAC_KIND_FILE, "file", "The contents of an ordinary file, mapped into memory.")              \
  X (LAC_KIND_HEAP, "heap", "The program break: where malloc keeps small allocations.")           \
  X (LAC_KIND_STACK, "stack", "The stack of a thread: its calls and their local variables.")      \
  X (LAC_KIND_ANONYMOUS, "anonymous", "Private memory without a file behind it.")                 \
  X (LAC_KIND_SHARED, "shared", "Memory without a file on disk that processes can share.")        \
  X (LAC_KIND_GUARD, "guard", "Reserved without access: touching it is a fault.")                 \
  X (LAC_KIND_VDSO, "vdso", "Code and data that the kernel lends to every process.")              \
  X (LAC_KIND_VSYSCALL, "vsyscall", "The old, fixed page of kernel entry points.")                \
  X (LAC_KIND_BUFFER, "buffer", "A buffer that the locator knows.")                               \
  X (LAC_KIND_RESERVED, "reserved", "Reserved in the sandbox, not committed.")                    \
  X (LAC_KIND_SECTION_VIEW, "section_view", "A view of a section in the sandbox.")                \
  X (LAC_KIND_SECTION_IMAGE, "section_image", "An image section in the sandbox.")                 \
  X (LAC_KIND_MMIO, "mmio", "A device's registers, in the sandbox.")

enum lac_kind
{
#define LAC_KIND_ENUM(value, name, sentence) value,
  LAC_KIND_MAP (LAC_KIND_ENUM)
#undef LAC_KIND_ENUM
  LAC_N_KINDS
};

/** LAC_KIND_DECIDE: as an entry's kind: let the map decide from the name, see lac_kind_decide(). */
#define LAC_KIND_DECIDE LAC_N_KINDS

enum lac_protection
{
  LAC_PROTECTION_NONE = 0,
  LAC_PROTECTION_READ = 1,
  LAC_PROTECTION_WRITE = 2,
  LAC_PROTECTION_EXECUTE = 4,
};

enum lac_region_flags
{
  /** Written to the file or to other processes (MAP_SHARED), the `s` of `rw-s`. */
  LAC_REGION_SHARED = 1,
  /** The kernel extends it downward on a fault (MAP_GROWSDOWN); known for `[stack]`, and for
   * others only where the source has VmFlags. */
  LAC_REGION_GROWS_DOWN = 2,
};

/**
 * lac_region:
 * @start: the first byte
 * @end: the first byte after it; above @start
 * @offset: where in the file the region begins, in bytes
 * @backing: index for lac_map_backing()
 * @kind: an enum lac_kind
 * @protection: enum lac_protection values, or-ed
 * @flags: enum lac_region_flags values, or-ed
 *
 * A mapped range with one protection and one backing.
 */
struct lac_region
{
  uint64_t start;
  uint64_t end;
  uint64_t offset;
  uint32_t backing;
  uint8_t kind;
  uint8_t protection;
  uint16_t flags;
};

/**
 * lac_backing:
 * @name: (nullable when empty) (borrowed from the map): the file's path, `[heap]` and its like, or
 *   "" — bytes as the kernel has them, not necessarily UTF-8, may hold a newline, NUL-terminated
 * @name_length: the bytes of @name without the NUL
 * @inode: the file's inode number, 0 when there is no file
 * @device_major: with @device_minor, the device that holds the inode
 * @device_minor: see @device_major
 * @deleted: the file has been unlinked since it was mapped
 * @image: the file is ELF or PE
 *
 * What one or more regions are mapped from.
 */
struct lac_backing
{
  const char *name;
  uint32_t name_length;
  uint32_t device_major;
  uint32_t device_minor;
  bool deleted;
  bool image;
  uint64_t inode;
};

/** lac_region_range: the range of @region. */
static inline struct lac_range
lac_region_range (const struct lac_region *region)
{
  struct lac_range range = { region->start, region->end };

  return range;
}

/**
 * lac_kind_name:
 * @kind: a kind
 *
 * Returns: (transfer none): its name as in JSON, such as "section_view"; "unknown" outside the enum
 * Threads: any.
 */
LAC_PUBLIC const char *lac_kind_name (enum lac_kind kind);

/**
 * lac_kind_sentence:
 * @kind: a kind
 *
 * Returns: (transfer none): what such a region is, in a sentence for newcomers
 * Threads: any.
 */
LAC_PUBLIC const char *lac_kind_sentence (enum lac_kind kind);

/**
 * lac_kind_from_name:
 * @name: a name as lac_kind_name() gives it
 * @out_kind: (out): the kind
 *
 * Returns: false when no kind has that name; @out_kind is untouched then
 * Threads: any.
 */
LAC_PUBLIC bool lac_kind_from_name (const char    *name,
                                    enum lac_kind *out_kind);

/**
 * lac_kind_decide:
 * @backing: (borrowed): what the region is mapped from
 * @protection: enum lac_protection values
 * @flags: enum lac_region_flags values
 *
 * Decides a region's kind from its facts. Names that the kernel gives count only where there is no
 * file (inode 0), so that a file called `[heap]` stays a file. Names: fs/proc/task_mmu.c,
 * proc_pid_maps(5).
 *
 * The rules, in order: `[vsyscall]`; `[vdso]`, `[vvar…]` and their kin; `[heap]`; `[stack]` and
 * `[stack:TID]`; no access is a guard; an ELF or PE file is an image; memory that is shared and has
 * no file on disk (memfd, System V, /dev/zero, /dev/shm, anonymous shared) is shared; any other file
 * is a file; the rest is anonymous.
 *
 * Returns: the kind
 * Threads: any.
 */
LAC_PUBLIC enum lac_kind lac_kind_decide (const struct lac_backing *backing,
                                          unsigned                  protection,
                                          unsigned                  flags);

/**
 * lac_protection_format:
 * @protection: enum lac_protection values
 * @flags: enum lac_region_flags values
 * @out_text: (out): 5 bytes: four letters as in /proc/PID/maps, such as "r-xp", and a NUL
 *
 * Threads: any.
 */
LAC_PUBLIC void lac_protection_format (unsigned protection,
                                       unsigned flags,
                                       char     out_text[5]);

LAC_END_DECLS
