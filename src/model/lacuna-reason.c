/* LacunaReason: why something can't be done with a process, and what would help.
 *
 * The sentences are those of the status table; here they are completed with what is known of the very
 * case: who traces the process, what the system said. Where one command would help it is told exactly, so
 * that it can be copied.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-reason-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

struct _LacunaReason
{
  gatomicrefcount references;
  enum lac_status status;
  char *sentence;
  char *command; /* (nullable) */
};

G_DEFINE_BOXED_TYPE (LacunaReason, lacuna_reason, lacuna_reason_ref, lacuna_reason_unref)

/* Whether nobody may trace any more until the system is started anew. */
static gboolean
is_scope_fixed (void)
{
  g_autofree char *text = NULL;

  return g_file_get_contents ("/proc/sys/kernel/yama/ptrace_scope", &text, NULL, NULL)
         && text[0] == '3';
}

/* (transfer full): who traces the process, as it can be known. */
static char *
make_tracer_sentence (gint32                            pid,
                      const struct lac_process_failure *failure)
{
  g_autofree char *name = g_utf8_make_valid (failure->other_name, -1);

  /* Translators: a PID; the name and the PID of a debugger */
  return g_strdup_printf (_ ("process %d: %s (process %d) traces it already, and there can be one only. "
                             "End that one, or have it detach."),
                          pid,
                          *name != '\0' ? name : "?",
                          failure->other_pid);
}

char *
lacuna_reason_make_sentence (gint32                            pid,
                             const struct lac_process_failure *failure)
{
  const char *sentence = g_dgettext (GETTEXT_PACKAGE, lac_status_sentence (failure->status));

  switch (failure->status)
    {
    case LAC_E_SYSTEM:
      /* Translators: a PID, what was being done, the system's reason */
      return g_strdup_printf (_ ("process %d: %s: %s"),
                              pid,
                              failure->what != NULL ? g_dgettext (GETTEXT_PACKAGE, failure->what)
                                                    : _ ("reading"),
                              g_strerror (failure->system_error));
    case LAC_E_NO_MEMORY:
      if (failure->other_pid != 0)
        /* Translators: a PID */
        return g_strdup_printf (_ ("process %d: The system gives the process no more memory: it has reached a "
                                   "limit of its own (ulimit -v or -d, vm.max_map_count), or there is none left. "
                                   "Ask for less."),
                                pid);
      /* Translators: a PID */
      return g_strdup_printf (_ ("process %d: Lacuna itself has not enough memory for that. Close something, or "
                                 "ask for less."),
                              pid);
    case LAC_E_MALFORMED:
      return g_strdup_printf (_ ("process %d: line %" PRIu64 ", column %" PRIu64 ": %s"),
                              pid,
                              (guint64) failure->text.line,
                              (guint64) failure->text.column,
                              failure->text.message != NULL
                                  ? g_dgettext (GETTEXT_PACKAGE, failure->text.message)
                                  : sentence);
    case LAC_E_PTRACE_SCOPE:
      if (is_scope_fixed ())
        return g_strdup_printf (_ ("process %d: The kernel lets nobody trace (Yama: ptrace_scope is 3), and "
                                   "that lasts until the system is started anew."),
                                pid);
      break;
    case LAC_E_TRACED:
      if (failure->other_pid != 0)
        return make_tracer_sentence (pid, failure);
      break;
    default:
      break;
    }
  /* Translators: a PID, and a sentence */
  return g_strdup_printf (_ ("process %d: %s"), pid, sentence);
}

/* (transfer full) (nullable): what to type.
 *
 * Capabilities that are inherited ambiently (capabilities(7)) leave user and environment as they are, so that
 * the window finds its display; sudo alone would make it another user's. Files of a process that is another
 * user's take CAP_DAC_OVERRIDE beside CAP_SYS_PTRACE: its locator is one. */
static char *
make_command (gint32          pid,
              enum lac_status status)
{
  switch (status)
    {
    case LAC_E_PTRACE_SCOPE:
      return is_scope_fixed () ? NULL : g_strdup ("sudo sysctl kernel.yama.ptrace_scope=0");
    case LAC_E_STOPPED:
      return g_strdup_printf ("kill -CONT %d", pid);
    case LAC_E_OTHER_USER:
    case LAC_E_NOT_DUMPABLE:
    case LAC_E_MORE_CAPABLE:
    case LAC_E_OTHER_FILES:
      return g_strdup_printf ("sudo -E setpriv --reuid=$(id -u) --regid=$(id -g) --init-groups "
                              "--inh-caps=+sys_ptrace,+dac_override "
                              "--ambient-caps=+sys_ptrace,+dac_override lacuna %d",
                              pid);
    default:
      return NULL;
    }
}

LacunaReason *
lacuna_reason_new (gint32                            pid,
                   const struct lac_process_failure *failure)
{
  LacunaReason *self = g_new0 (LacunaReason, 1);

  g_atomic_ref_count_init (&self->references);
  self->status = failure->status;
  self->sentence = lacuna_reason_make_sentence (pid, failure);
  self->command = make_command (pid, failure->status);
  return self;
}

LacunaReason *
lacuna_reason_ref (LacunaReason *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lacuna_reason_unref (LacunaReason *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->sentence);
  g_free (self->command);
  g_free (self);
}

enum lac_status
lacuna_reason_get_status (LacunaReason *self)
{
  g_return_val_if_fail (self != NULL, LAC_OK);

  return self->status;
}

const char *
lacuna_reason_get_sentence (LacunaReason *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->sentence;
}

const char *
lacuna_reason_get_command (LacunaReason *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->command;
}
