/* LacunaBuffersPanel: what is in the locator, what was allocated, and all that can be done with it.
 *
 * Signals:
 *   acts-changed ()                    something else can be done now, see lacuna_buffers_panel_can()
 *   performed (LacunaOperation)        something was done, or was tried
 *   chosen (guint64 address)           a row was gone to: show the address
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "app/lacuna-later.h"
#include "core/gap.h"
#include "core/map.h"
#include "model/lacuna-allocator.h"

G_BEGIN_DECLS

#define LACUNA_TYPE_BUFFERS_PANEL (lacuna_buffers_panel_get_type ())
G_DECLARE_FINAL_TYPE (LacunaBuffersPanel, lacuna_buffers_panel, LACUNA, BUFFERS_PANEL, LacunaLater)

/* Everything that the page can do; a window gives each a name and a key. */
typedef enum
{
  LACUNA_ACT_CREATE,      /* a buffer, as the constraints say */
  LACUNA_ACT_CREATE_HERE, /* a buffer, at the candidate */
  LACUNA_ACT_CREATE_SOON, /* at the candidate if there is one, else as the constraints say */
  LACUNA_ACT_CREATE_OWN,  /* as create; never writable and executable at once, for this program alone */
  LACUNA_ACT_ALLOCATE,    /* privately; parameter: letters of the protection, such as "rw-" */
  LACUNA_ACT_ALLOCATE_HERE, /* the same at the candidate */
  LACUNA_ACT_TAKE,        /* these are about the row that is selected */
  LACUNA_ACT_PUT,
  LACUNA_ACT_APPEND,      /* what the entry says; without a selected buffer, to one that fits */
  LACUNA_ACT_APPEND_FILE,
  LACUNA_ACT_PROTECT,     /* parameter as for allocate */
  LACUNA_ACT_FREE,
  LACUNA_ACT_UNDO,        /* the selected operation; without one, the newest that can be undone */
  LACUNA_ACT_STOP,        /* waits no longer for what is being done in another process */
  LACUNA_N_ACTS
} LacunaAct;

/* @allocator: (nullable): NULL when this can't be done in the target */
void             lacuna_buffers_panel_set_allocator (LacunaBuffersPanel         *self,
                                                     LacunaAllocator            *allocator);

/* Whose memory it is, where that is another process: for people; and whether it is no more. */
void             lacuna_buffers_panel_set_process   (LacunaBuffersPanel         *self,
                                                     const char                 *process,
                                                     gint32                      pid,
                                                     gboolean                    exited);

/* What is in the way of that (nullable): of writing its memory, of calling something in it. */
void             lacuna_buffers_panel_set_reasons   (LacunaBuffersPanel         *self,
                                                     LacunaReason               *no_memory,
                                                     LacunaReason               *no_calls);

/* What is to be made: @query (nullable, copied) are the constraints, NULL while they are at fault;
 * @anywhere is whether they say no place; @candidate (nullable, copied) is the one that is chosen among
 * those that fit. */
void             lacuna_buffers_panel_set_plan      (LacunaBuffersPanel         *self,
                                                     const struct lac_gap_query *query,
                                                     gboolean                    anywhere,
                                                     const struct lac_gap       *candidate,
                                                     const struct lac_space     *space);

/* Looks again at what others may have changed. */
void             lacuna_buffers_panel_refresh       (LacunaBuffersPanel         *self);

gboolean         lacuna_buffers_panel_can           (LacunaBuffersPanel         *self,
                                                     LacunaAct                   act);

/* (transfer full) (nullable): why the process does not allow it; NULL when it does. */
char            *lacuna_buffers_panel_why_not       (LacunaBuffersPanel         *self,
                                                     LacunaAct                   act);

/* Does it, or nothing when it can't be done. */
void             lacuna_buffers_panel_act           (LacunaBuffersPanel         *self,
                                                     LacunaAct                   act,
                                                     const char                 *parameter);

/* Appends the contents of @file as LACUNA_ACT_APPEND does those of the entry. */
void             lacuna_buffers_panel_append_file   (LacunaBuffersPanel         *self,
                                                     GFile                      *file);

/* Selects the buffer or allocation that @address lies in, if there is one, without a word. */
void             lacuna_buffers_panel_select        (LacunaBuffersPanel         *self,
                                                     guint64                     address);

/* What the outcome is shown of (transfer none) (nullable). */
LacunaOperation *lacuna_buffers_panel_get_shown     (LacunaBuffersPanel         *self);

/* Puts the keyboard where one begins: on the list, or on the first button. */
void             lacuna_buffers_panel_focus         (LacunaBuffersPanel         *self);
void             lacuna_buffers_panel_focus_append  (LacunaBuffersPanel         *self);

G_END_DECLS
