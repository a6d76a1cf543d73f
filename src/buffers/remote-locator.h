/* The locator of another process: found, shown, and used from outside.
 *
 * The first table lies in a file that the process has mapped shared, so it can be mapped here too,
 * and its locks and counts are changed with the same atomic operations that the process uses.
 * Nothing of it is believed before the process's own map shows that very file where its header says
 * that it is; the file is looked for through the process's own mount and PID namespaces. Further
 * tables lie in the process's private memory, and are changed only while all its threads are
 * stopped.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "locator-view.h"
#include "os/remote.h"
#include "placement.h"

LAC_BEGIN_DECLS

/**
 * lac_remote_locator_facts:
 * @address: of the first table in the process; 0 when there is none
 * @path: the file, as the process itself would name it, terminated, cut when longer; "" for none
 * @stale: there is a file of that name, which an earlier process with this PID has left behind; or, with
 *   @why_not, which the process has mapped in a way that it is not shared
 * @own_place: it is not in the place that everybody knows: only Lacuna finds it
 * @layout: the order of fields
 * @writable: buffers can be taken, appended to and added from outside; otherwise @why_not
 * @why_not: (transfer none) (nullable): an English phrase marked for translation. With @writable, why what was
 *   tried last is %LAC_E_NOT_SUPPORTED
 */
struct lac_remote_locator_facts
{
  uint64_t address;
  char path[256];
  bool stale;
  bool own_place;
  enum lac_locator_layout layout;
  bool writable;
  const char *why_not;
};

/** lac_remote_locator: opaque. May be used by one thread at a time. */
struct lac_remote_locator;

/**
 * lac_remote_locator_open:
 * @process: (borrowed): a process; it must outlive the handle
 * @map: (borrowed) (nullable): its map as just read; NULL to have it read
 * @out_locator: (out) (transfer full): the handle, also when the process has no locator: the facts
 *   say so
 * @out_failure: (out) (optional): set on failure
 *
 * Looks for the locator. Touches and makes nothing.
 *
 * Errors: %LAC_E_OTHER_FILES when there is a file that may be one, and may not be opened (with CAP_SYS_PTRACE
 *   alone); those of lac_process_read_map().
 */
LAC_PUBLIC enum lac_status lac_remote_locator_open (struct lac_process         *process,
                                                    const struct lac_map       *map,
                                                    struct lac_remote_locator **out_locator,
                                                    struct lac_process_failure *out_failure);

/** lac_remote_locator_close: lets go of @locator (nullable), and puts back what is still taken in
 * the first table; the process's tables stay. */
LAC_PUBLIC void lac_remote_locator_close (struct lac_remote_locator *locator);

/** lac_remote_locator_get_facts: @out_facts: (out): as of the opening, or the making. */
LAC_PUBLIC void lac_remote_locator_get_facts (const struct lac_remote_locator *locator,
                                              struct lac_remote_locator_facts *out_facts);

/**
 * lac_remote_locator_read:
 * @map: (borrowed): the process's map, as just read
 * @out_view: (out): all tables and buffers with findings; release with lac_locator_view_clear()
 *
 * Reads the whole chain, bounded; takes no lock.
 *
 * Errors: %LAC_E_NOT_FOUND when there is no locator; those of lac_process_read_memory().
 */
LAC_PUBLIC enum lac_status lac_remote_locator_read (struct lac_remote_locator  *locator,
                                                    const struct lac_map       *map,
                                                    struct lac_locator_view    *out_view,
                                                    struct lac_process_failure *out_failure);

/**
 * lac_remote_buffer:
 * @address: the first byte, in the process
 * @size: its bytes
 * @position: how many are used
 * @created: it was made by this lac_remote_buffers_get()
 *
 * A buffer of another process that is taken: nobody in the process appends to it until it is put
 * back. The other fields are private. Copies name the same taking: after one was put back the
 * others are worthless, and known to be. Locator and, for a buffer in a further table, remote must
 * outlive it.
 *
 * Should we be killed meanwhile, the buffer stays taken for the life of the process; nobody waits
 * for one, so that is what is left of its room.
 */
struct lac_remote_buffer
{
  uint64_t address;
  uint32_t size;
  uint32_t position;
  bool created;
  struct lac_remote_locator *locator;
  uint64_t taking;
};

/**
 * lac_remote_buffers_get:
 * @locator: the process's locator; made in the process when there is none and @remote is given
 * @remote: (nullable): for making memory and tables in the process; NULL for buffers that exist
 *   only
 * @query: (borrowed): the constraints, as lac_buffers_get() has them
 * @flags: %LAC_BUFFER_EXISTING or %LAC_BUFFER_NEW of buffer.h
 * @patience: for how many milliseconds a lock is waited for
 * @cancel: (nullable): set it to true from any thread to stop waiting
 * @out_buffer: (out): the buffer, taken
 * @out_report: (out) (optional): how a place was found, when a buffer was made; else zeroed
 * @out_failure: (out) (optional): set on failure
 *
 * Takes the first buffer that is free, inside the window and roomy enough, and really memory of the
 * process; or makes one there, readable, writable and executable.
 *
 * Errors: %LAC_E_NO_GAP, %LAC_E_BUSY when a lock stays held (it is never broken), %LAC_E_CANCELLED,
 *   %LAC_E_NOT_SUPPORTED for a locator that is not `writable`, or whose tables are full and lead to none that
 *   could be one, with the failure's `what` as `why_not`; those of lac_remote_placement_take(); and
 *   %LAC_E_SYSTEM when the process has no folder that its locator could be made in.
 */
LAC_PUBLIC enum lac_status lac_remote_buffers_get (struct lac_remote_locator   *locator,
                                                   struct lac_remote           *remote,
                                                   const struct lac_gap_query  *query,
                                                   unsigned                     flags,
                                                   unsigned                     patience,
                                                   const atomic_bool           *cancel,
                                                   struct lac_remote_buffer    *out_buffer,
                                                   struct lac_placement_report *out_report,
                                                   struct lac_process_failure  *out_failure);

/** lac_remote_locator_take: the buffer that @address lies in; %LAC_E_NOT_FOUND, %LAC_E_BUSY when
 * somebody has it, or %LAC_E_NOT_SUPPORTED, with the reason as `why_not`, when it is not what a buffer must
 * be. */
LAC_PUBLIC enum lac_status lac_remote_locator_take (struct lac_remote_locator  *locator,
                                                    struct lac_remote          *remote,
                                                    uint64_t                    address,
                                                    struct lac_remote_buffer   *out_buffer,
                                                    struct lac_process_failure *out_failure);

/**
 * lac_remote_buffer_append:
 * @buffer: (inout): a taken buffer
 * @bytes: (borrowed): what to append
 * @size: how many bytes
 * @out_address: (out) (optional): where they lie in the process
 *
 * The bytes are there before the position moves.
 *
 * Errors: %LAC_E_FULL with nothing written, %LAC_E_NOT_TAKEN, those of lac_process_write_memory().
 */
LAC_PUBLIC enum lac_status lac_remote_buffer_append (struct lac_remote_buffer   *buffer,
                                                     const void                 *bytes,
                                                     size_t                      size,
                                                     uint64_t                   *out_address,
                                                     struct lac_process_failure *out_failure);

/** lac_remote_buffer_put: puts it back, once; @buffer is zeroed. %LAC_E_NOT_TAKEN for a second
 * time. */
LAC_PUBLIC enum lac_status lac_remote_buffer_put (struct lac_remote_buffer   *buffer,
                                                  struct lac_process_failure *out_failure);

LAC_END_DECLS
