/* LacunaPlan: what would be done in another process, before it is done.
 *
 * Memory is put into a process by having one of its threads make a system call, which is nothing to do
 * unasked. A plan says which thread that would be, through which instruction it would go, what would be
 * called with what, and what must be agreed to. It never changes, and it is true of the moment when it
 * was made: the thread may be another one when it comes to it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/range.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_PLAN (lacuna_plan_get_type ())
G_DECLARE_FINAL_TYPE (LacunaPlan, lacuna_plan, LACUNA, PLAN, GObject)

/* What has to be agreed to before something is done in a process, beside that it is done at all. */
typedef enum
{
  LACUNA_CONFIRM_NOTHING = 0,
  LACUNA_CONFIRM_FILTERED = 1 << 0, /* it filters system calls, and the filter may kill it */
  LACUNA_CONFIRM_NO_NET = 1 << 1,   /* it would crash if the tracer were killed in the middle */
} LacunaConfirm;

/* Whether a thread would be stopped at all. What lies in a shared file is changed from outside; then there is
 * no thread, no instruction and no call. */
gboolean           lacuna_plan_stops_a_thread   (LacunaPlan *self);

/* The thread: its number as in /proc/PID/task, and its name, UTF-8. */
gint32             lacuna_plan_get_thread       (LacunaPlan *self);
const char        *lacuna_plan_get_thread_name  (LacunaPlan *self);

/* The system call instruction, and what is mapped there, UTF-8: a file's path, or "[vdso]". */
guint64            lacuna_plan_get_instruction  (LacunaPlan *self);
const char        *lacuna_plan_get_module       (LacunaPlan *self);

/* (array zero-terminated=1): the calls in order, as C has them: "mmap (0x7f00…, 65536, PROT_READ, …)". */
const char *const *lacuna_plan_get_calls        (LacunaPlan *self);

/* Whether the process gets a locator by that, which it does not have yet. */
gboolean           lacuna_plan_makes_locator    (LacunaPlan *self);

/* Where, and what may be done there afterwards (enum lac_protection); of what is freed, before. */
struct lac_range   lacuna_plan_get_range        (LacunaPlan *self);
unsigned           lacuna_plan_get_protection   (LacunaPlan *self);

/* Whether the process would go on unharmed even if the tracer were killed in the middle; and, where not,
 * (nullable) translated, why. */
gboolean           lacuna_plan_has_net          (LacunaPlan *self);
const char        *lacuna_plan_get_no_net       (LacunaPlan *self);

/* (nullable): what becomes of that for which the thread waits, a translated sentence, when it does not go on as if
 * nothing had been. */
const char        *lacuna_plan_get_wait_note    (LacunaPlan *self);

/* It filters its system calls (seccomp). */
gboolean           lacuna_plan_get_filtered     (LacunaPlan *self);

/* What must be agreed to; goes into `confirmed` of the request. */
LacunaConfirm      lacuna_plan_get_confirm      (LacunaPlan *self);

/* (transfer full): all of it in translated sentences; the plain one has addresses as they can be read
 * back. */
char              *lacuna_plan_describe         (LacunaPlan *self);
char              *lacuna_plan_describe_plain   (LacunaPlan *self);

G_END_DECLS
