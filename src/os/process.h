/* Any process, as an operating system shows it: who it is, and what is mapped in it.
 *
 * One of the two contracts with an operating system (the other, os.h, is this process's own
 * memory). Each system implements it in its own folder; nothing above knows which one.
 *
 * A process is held by a handle that names one process for good. PIDs are used again, so the
 * handle also knows when the process started, and every reading says %LAC_E_EXITED rather than
 * tell of a successor. What is read is stale the moment it is read.
 *
 * Reading never stops, signals or changes the process. Reading one's own process does not change
 * what is read, either: nothing is mapped or unmapped between the first byte and the last.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"
#include "core/maps-text.h"

#ifdef __cplusplus
#include <atomic>
using std::atomic_bool;
#else
#include <stdatomic.h>
#endif

LAC_BEGIN_DECLS

/** lac_process: a process; opaque. May be used by one thread at a time. */
struct lac_process;

/** LAC_PROCESS_SELF: as a PID: the calling process. */
#define LAC_PROCESS_SELF 0

/**
 * lac_process_facts:
 * @pid: as this process's PID namespace has it
 * @start_time: clock ticks after boot (field 22 of proc_pid_stat(5)); with @pid, the identity
 * @user: the effective user's number
 * @space: what is true of its address space, see struct lac_space; the program break is the start
 *   of the heap where the system does not say where it ends
 * @state: one letter as in proc_pid_stat(5): R, S, D, T, t, Z, X, I
 * @name: the short name (proc_pid_comm(5)), bytes, NUL-terminated
 * @command_line: (transfer none): the arguments joined with blanks, unprintable bytes replaced by
 *   '?'; "" for none; at most 4,096 bytes, valid until the handle is closed or asked again
 *
 * Facts that change rarely.
 */
struct lac_process_facts
{
  int32_t pid;
  uint32_t user;
  uint64_t start_time;
  struct lac_space space;
  char state;
  char name[64];
  const char *command_line;
};

/**
 * lac_process_row:
 * @n_threads: how many threads it has, one that has ended but is the first included. More than one in
 *   state Z means that the process lives on in the others
 *
 * One line of a list of processes; the other fields as in struct lac_process_facts. The command line
 * is valid for the call only.
 */
struct lac_process_row
{
  int32_t pid;
  uint32_t user;
  uint64_t start_time;
  char state;
  bool kernel_thread;
  char name[64];
  const char *command_line;
  uint32_t n_threads;
};

/**
 * lac_process_failure:
 * @status: what went wrong
 * @system_error: the errno behind it, 0 when there is none
 * @what: (transfer none): what was being done, a static string such as "open /proc/PID/maps"
 * @text: the place in the text, on %LAC_E_MALFORMED
 * @other_pid: the process that is in the way, on %LAC_E_TRACED; on %LAC_E_NO_MEMORY the one whose memory it is
 *   that does not suffice, when it is not ours; else 0
 * @other_name: its name, terminated
 *
 * Why a process can't be read or changed. `status` has the cause and the remedy in a sentence.
 */
struct lac_process_failure
{
  enum lac_status status;
  int system_error;
  const char *what;
  struct lac_text_error text;
  int32_t other_pid;
  char other_name[64];
};

/**
 * lac_process_open:
 * @root: (nullable): where the process file system is; NULL for the system's own. A folder laid out
 *   like /proc serves as well, so that recorded processes stand in for live ones
 * @pid: a PID, or %LAC_PROCESS_SELF
 * @out_process: (out) (transfer full): the process
 * @out_failure: (out) (optional): set on failure
 *
 * Takes hold of a process. It needs no permission that reading its name does not need. The number of
 * a thread means the process that the thread belongs to; the facts have that one's PID.
 *
 * Errors: %LAC_E_NO_PROCESS, %LAC_E_HIDDEN, %LAC_E_INVALID for a PID below 0, %LAC_E_NO_MEMORY,
 *   %LAC_E_SYSTEM.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_process_open (const char                 *root,
                                             int32_t                     pid,
                                             struct lac_process        **out_process,
                                             struct lac_process_failure *out_failure);

/** lac_process_close: lets go of @process (nullable). */
LAC_PUBLIC void lac_process_close (struct lac_process *process);

/** lac_process_is_self: whether @process is the calling process. */
LAC_PUBLIC bool lac_process_is_self (const struct lac_process *process);

/**
 * lac_process_get_facts:
 * @process: a process
 * @out_facts: (out): who it is
 * @out_failure: (out) (optional): set on failure
 *
 * What may not be read because of missing permission (the break, for another user's process) is
 * left at what struct lac_space has for unknown; the map's own reading then says why.
 *
 * Errors: %LAC_E_EXITED, %LAC_E_SYSTEM.
 */
LAC_PUBLIC enum lac_status lac_process_get_facts (struct lac_process         *process,
                                                  struct lac_process_facts   *out_facts,
                                                  struct lac_process_failure *out_failure);

/**
 * lac_process_has_exited:
 * @process: a process
 *
 * Asks without a name lookup, so that a successor with the same PID is never taken for it. O(1): one
 * system call, but for the first time, and where the system has no handles of processes.
 *
 * Returns: true when it has exited, a zombie included
 */
LAC_PUBLIC bool lac_process_has_exited (struct lac_process *process);

enum lac_read_flags
{
  /** Also read how pages are used (smaps); costs a walk over the target's page tables. */
  LAC_READ_DETAIL = 1,
  /** Open no file: tell images from other files by how they are mapped and named. */
  LAC_READ_NO_FILES = 2,
};

/**
 * lac_process_read_map:
 * @process: a process
 * @flags: enum lac_read_flags values
 * @cancel: (nullable): set it to true from any thread to make the call return soon
 * @out_map: (out) (transfer full): its map
 * @out_failure: (out) (optional): set on failure
 *
 * Reads the whole map. O(n). Whether a file is ELF or PE is decided once for each file, and only
 * where that can't block: not on network or FUSE file systems, and not from a special file.
 *
 * Errors: %LAC_E_EXITED, %LAC_E_ZOMBIE, %LAC_E_KERNEL_THREAD, %LAC_E_OTHER_USER,
 *   %LAC_E_NOT_DUMPABLE, %LAC_E_MORE_CAPABLE, %LAC_E_CANCELLED, %LAC_E_NO_MEMORY, %LAC_E_MALFORMED,
 *   %LAC_E_SYSTEM.
 * Threads: one at a time for each handle; may take long, keep it off a main thread.
 */
LAC_PUBLIC enum lac_status lac_process_read_map (struct lac_process         *process,
                                                 unsigned                    flags,
                                                 const atomic_bool          *cancel,
                                                 struct lac_map            **out_map,
                                                 struct lac_process_failure *out_failure);

/**
 * lac_process_query:
 * @process: a process
 * @address: any address
 * @or_next: when nothing is mapped there, give the next region above
 * @out_region: (out): the region; `backing` is 0 and means nothing
 * @out_name: (out) (optional): its name, terminated, cut at @name_size
 * @name_size: room in @out_name, in bytes
 * @out_failure: (out) (optional): set on failure
 *
 * Asks for one region without reading the whole map: one ioctl where the kernel has PROCMAP_QUERY
 * (Linux 6.11), otherwise a read of the text up to the place.
 *
 * The kind is decided from name and protection; a file on a disk is %LAC_KIND_IMAGE when it is mapped
 * executable here.
 *
 * Errors: %LAC_E_NOT_FOUND when nothing is there (with @or_next: nor above), and those of
 *   lac_process_read_map().
 */
LAC_PUBLIC enum lac_status lac_process_query (struct lac_process         *process,
                                              uint64_t                    address,
                                              bool                        or_next,
                                              struct lac_region          *out_region,
                                              char                       *out_name,
                                              size_t                      name_size,
                                              struct lac_process_failure *out_failure);

/** lac_process_can_query: whether lac_process_query() is one call to the system for @process. */
LAC_PUBLIC bool lac_process_can_query (struct lac_process *process);

/**
 * lac_process_refresh_range:
 * @process: a process
 * @map: (borrowed): what was read before
 * @range: what is in view
 * @cancel: (nullable): as for lac_process_read_map()
 * @out_map: (out) (transfer full): @map with @range as it is now; @map itself (a new reference) when
 *   nothing in @range changed
 * @out_failure: (out) (optional): set on failure
 *
 * Reads again only what lies in @range. O(regions in the range) system calls when nothing changed;
 * where the kernel has no point queries it reads everything.
 *
 * Errors: those of lac_process_read_map().
 */
LAC_PUBLIC enum lac_status lac_process_refresh_range (struct lac_process         *process,
                                                      struct lac_map             *map,
                                                      struct lac_range            range,
                                                      const atomic_bool          *cancel,
                                                      struct lac_map            **out_map,
                                                      struct lac_process_failure *out_failure);

enum lac_memory_flags
{
  /** Also go past protections, as a debugger does: read what has no access, write what is read-only.
   * What is written to a file's private pages stays in the process. What the process shares with
   * others and may only read is never written. */
  LAC_MEMORY_FORCE = 1,
};

/**
 * lac_memory_outcome:
 * @n_bytes: how many were read; or written, from the first byte on
 * @forced: some of them only because of %LAC_MEMORY_FORCE
 *
 * What came of reading or writing memory.
 */
struct lac_memory_outcome
{
  uint64_t n_bytes;
  bool forced;
};

/**
 * lac_hole_visit:
 * @hole: what could not be read
 * @user_data: as given
 *
 * Told of each hole, in ascending order; no two of them touch.
 */
typedef void (*lac_hole_visit) (struct lac_range hole,
                                void            *user_data);

/**
 * lac_process_read_memory:
 * @process: a process, oneself included
 * @address: the first byte
 * @bytes: (out caller-allocates): room for @size bytes; holes are zeroed
 * @size: how many; up to the end of the address space
 * @flags: enum lac_memory_flags values
 * @visit: (nullable): told what could not be read
 * @user_data: for @visit
 * @cancel: (nullable): as for lac_process_read_map()
 * @out_outcome: (out) (optional): how much was read; set in any case
 * @out_failure: (out) (optional): set on failure
 *
 * Reads what can be read: what is not mapped, has no access or is not there (past the end of a mapped
 * file) is a hole, to the byte. Nothing faults, in one's own process either. Two system calls where
 * there is no hole, and two more for each one. The bytes of a running process are of no one
 * moment. Where somebody has to bring the memory first (userfaultfd(2), a file in a FUSE file system) it
 * waits for that.
 *
 * Errors: %LAC_E_NOT_FOUND when nothing of it can be read, with all of it told as one hole;
 *   %LAC_E_INVALID when it goes past the end of the address space; %LAC_E_NOT_SUPPORTED for a recorded
 *   process; those of lac_process_read_map(), after which what was read and told is worthless.
 * Threads: one at a time for each handle.
 */
LAC_PUBLIC enum lac_status lac_process_read_memory (struct lac_process         *process,
                                                    uint64_t                    address,
                                                    void                       *bytes,
                                                    size_t                      size,
                                                    unsigned                    flags,
                                                    lac_hole_visit              visit,
                                                    void                       *user_data,
                                                    const atomic_bool          *cancel,
                                                    struct lac_memory_outcome  *out_outcome,
                                                    struct lac_process_failure *out_failure);

/**
 * lac_process_write_memory:
 * @process: a process, oneself included
 * @address: the first byte
 * @bytes: (borrowed): what to write
 * @size: how many bytes
 * @flags: enum lac_memory_flags values
 * @out_outcome: (out) (optional): how much was written; set in any case
 * @out_failure: (out) (optional): set on failure
 *
 * Writes all of it, or nothing: whether all of it may be written is asked before. So a part is written
 * only when the process changes its map in that moment, or exits, or where a part of it lies past the
 * end of a mapped file. Protections are heeded: the process could have written there itself. Three
 * system calls inside a page (one in one's own process), and a question for each region where it
 * crosses pages.
 *
 * Errors: %LAC_E_NOT_FOUND when a byte of it is not mapped; %LAC_E_READ_ONLY when one may not be
 *   written; %LAC_E_INVALID, %LAC_E_NOT_SUPPORTED and others as for lac_process_read_memory().
 * Threads: one at a time for each handle.
 */
LAC_PUBLIC enum lac_status lac_process_write_memory (struct lac_process         *process,
                                                     uint64_t                    address,
                                                     const void                 *bytes,
                                                     size_t                      size,
                                                     unsigned                    flags,
                                                     struct lac_memory_outcome  *out_outcome,
                                                     struct lac_process_failure *out_failure);

/**
 * lac_process_visit:
 * @row: (borrowed): a process, for the call only
 * @user_data: as given
 *
 * Returns: false to end the listing
 */
typedef bool (*lac_process_visit) (const struct lac_process_row *row,
                                   void                         *user_data);

/**
 * lac_process_list:
 * @root: (nullable): as for lac_process_open()
 * @visit: called for each process, in ascending order of PID
 * @user_data: for @visit
 * @out_failure: (out) (optional): set on failure
 *
 * Lists processes. Those that exit meanwhile are left out. O(processes), two reads each.
 *
 * Errors: %LAC_E_SYSTEM when the folder can't be read.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_process_list (const char                 *root,
                                             lac_process_visit           visit,
                                             void                       *user_data,
                                             struct lac_process_failure *out_failure);

LAC_END_DECLS
