/* LacunaSymbols: where the names in a process's files lie in its memory.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"
#include "os/process.h"

#include <glib.h>

G_BEGIN_DECLS

/* What was found is kept, so that a name that is looked up at every key press is read once. Has a
 * handle and a lock of its own, so that a look-up never waits for a map that is being read. */
typedef struct _LacunaSymbols LacunaSymbols;

/* Of the process with this identity, see struct lac_process_facts. */
LacunaSymbols  *lacuna_symbols_new  (gint32               pid,
                                     guint64              start_time);
void            lacuna_symbols_free (LacunaSymbols       *self);

/* Finds @symbol in the file that is mapped at @start, the first address of a module in @map.
 * Blocks: it reads the file. @out_address is set only on %LAC_OK.
 *
 * %LAC_E_NOT_FOUND when there is no such symbol, or one that has no address (of thread-local
 * storage); %LAC_E_NOT_SUPPORTED when the file can't be read or is no ELF file, or the process is
 * gone. Threads: any. */
enum lac_status lacuna_symbols_find (LacunaSymbols        *self,
                                     const struct lac_map *map,
                                     guint64               start,
                                     const char           *symbol,
                                     gsize                 symbol_length,
                                     guint64              *out_address);

struct _LacunaCompletion;

/* Adds all names of symbols that have an address in the file that is mapped at @start to
 * @completion, without their versions and with no address of their own. Blocks: it reads the file's
 * tables. Errors and threads as lacuna_symbols_find(). */
enum lac_status lacuna_symbols_list (LacunaSymbols            *self,
                                     const struct lac_map     *map,
                                     guint64                   start,
                                     struct _LacunaCompletion *completion);

G_END_DECLS
