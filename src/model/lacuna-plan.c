/* LacunaPlan: what would be done in another process, before it is done.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-plan-private.h"

#include "lacuna-format.h"

#include "buffers/layout.h"
#include "core/region.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

struct _LacunaPlan
{
  GObject parent_instance;

  gboolean stops;
  gint32 thread;
  char *thread_name;
  guint64 instruction;
  char *module;
  const char *no_net;    /* (nullable): marked for translation */
  const char *wait_note; /* (nullable): marked for translation */
  gboolean filtered;
  GPtrArray *calls; /* of strings, and NULL at the end */
  struct lac_range range;
  unsigned protection;
  gboolean makes_locator;
};

G_DEFINE_FINAL_TYPE (LacunaPlan, lacuna_plan, G_TYPE_OBJECT)

static void
lacuna_plan_finalize (GObject *object)
{
  LacunaPlan *self = LACUNA_PLAN (object);

  g_free (self->thread_name);
  g_free (self->module);
  g_ptr_array_unref (self->calls);

  G_OBJECT_CLASS (lacuna_plan_parent_class)->finalize (object);
}

static void
lacuna_plan_class_init (LacunaPlanClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_plan_finalize;
}

static void
lacuna_plan_init (LacunaPlan *self)
{
  self->thread_name = g_strdup ("");
  self->module = g_strdup ("");
  self->calls = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->calls, NULL);
}

LacunaPlan *
lacuna_plan_new (void)
{
  return g_object_new (LACUNA_TYPE_PLAN, NULL);
}

void
lacuna_plan_set_remote (LacunaPlan                   *self,
                        const struct lac_remote_plan *remote)
{
  self->stops = TRUE;
  self->thread = remote->thread;
  g_free (self->thread_name);
  self->thread_name = g_utf8_make_valid (remote->thread_name, -1);
  self->instruction = remote->call_address;
  g_free (self->module);
  self->module = g_utf8_make_valid (remote->call_name, -1);
  self->no_net = remote->no_net;
  self->wait_note = remote->wait_note;
  self->filtered = remote->filtered;
}

void
lacuna_plan_set_place (LacunaPlan       *self,
                       struct lac_range  range,
                       unsigned          protection)
{
  self->range = range;
  self->protection = protection;
}

static void
add_call (LacunaPlan *self,
          char       *call) /* (transfer full) */
{
  g_ptr_array_insert (self->calls, (gint) self->calls->len - 1, call);
}

/* (transfer full): as C has it. */
static char *
format_protection (unsigned protection)
{
  static const struct
  {
    unsigned bit;
    const char *name;
  } names[] = {
    { LAC_PROTECTION_READ, "PROT_READ" },
    { LAC_PROTECTION_WRITE, "PROT_WRITE" },
    { LAC_PROTECTION_EXECUTE, "PROT_EXEC" },
  };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((protection & names[i].bit) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? " | " : "", names[i].name);
  if (text->len == 0)
    g_string_append (text, "PROT_NONE");
  return g_string_free (text, FALSE);
}

void
lacuna_plan_add_mmap (LacunaPlan       *self,
                      struct lac_range  range,
                      unsigned          protection)
{
  g_autofree char *bits = format_protection (protection);

  add_call (self,
            g_strdup_printf ("mmap (0x%" PRIx64 ", %" PRIu64 ", %s, MAP_PRIVATE | MAP_ANONYMOUS | "
                             "MAP_FIXED_NOREPLACE, -1, 0)",
                             range.start,
                             lac_range_size (range),
                             bits));
}

void
lacuna_plan_add_mprotect (LacunaPlan       *self,
                          struct lac_range  range,
                          unsigned          protection)
{
  g_autofree char *bits = format_protection (protection);

  add_call (self,
            g_strdup_printf ("mprotect (0x%" PRIx64 ", %" PRIu64 ", %s)",
                             range.start,
                             lac_range_size (range),
                             bits));
}

void
lacuna_plan_add_munmap (LacunaPlan       *self,
                        struct lac_range  range)
{
  add_call (self,
            g_strdup_printf ("munmap (0x%" PRIx64 ", %" PRIu64 ")",
                             range.start,
                             lac_range_size (range)));
}

void
lacuna_plan_add_locator (LacunaPlan *self,
                         const char *path)
{
  self->makes_locator = TRUE;
  add_call (self, g_strdup_printf ("file = openat (\"%s\", O_RDWR | O_CREAT | O_EXCL, 0600)", path));
  add_call (self, g_strdup_printf ("ftruncate (file, %u)", LAC_TABLE_SIZE));
  add_call (self, g_strdup_printf ("mmap (page, %u, PROT_READ | PROT_WRITE, MAP_SHARED | "
                                   "MAP_FIXED_NOREPLACE, file, 0)",
                                   LAC_TABLE_SIZE));
  add_call (self, g_strdup ("close (file)"));
}

gboolean
lacuna_plan_makes_locator (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), FALSE);

  return self->makes_locator;
}

gboolean
lacuna_plan_stops_a_thread (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), FALSE);

  return self->stops;
}

gint32
lacuna_plan_get_thread (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), 0);

  return self->thread;
}

const char *
lacuna_plan_get_thread_name (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), NULL);

  return self->thread_name;
}

guint64
lacuna_plan_get_instruction (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), 0);

  return self->instruction;
}

const char *
lacuna_plan_get_module (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), NULL);

  return self->module;
}

const char *const *
lacuna_plan_get_calls (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), NULL);

  return (const char *const *) self->calls->pdata;
}

struct lac_range
lacuna_plan_get_range (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), ((struct lac_range){ 0, 0 }));

  return self->range;
}

unsigned
lacuna_plan_get_protection (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), LAC_PROTECTION_NONE);

  return self->protection;
}

gboolean
lacuna_plan_has_net (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), FALSE);

  return self->no_net == NULL;
}

const char *
lacuna_plan_get_no_net (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), NULL);

  return self->no_net != NULL ? g_dgettext (GETTEXT_PACKAGE, self->no_net) : NULL;
}

const char *
lacuna_plan_get_wait_note (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), NULL);

  return self->wait_note != NULL ? g_dgettext (GETTEXT_PACKAGE, self->wait_note) : NULL;
}

gboolean
lacuna_plan_get_filtered (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), FALSE);

  return self->filtered;
}

LacunaConfirm
lacuna_plan_get_confirm (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), LACUNA_CONFIRM_NOTHING);

  return (self->filtered ? LACUNA_CONFIRM_FILTERED : 0)
         | (self->no_net != NULL ? LACUNA_CONFIRM_NO_NET : 0);
}

typedef char *(*FormatAddress) (guint64 address);

static void
add_sentence (GString *text,
              char    *sentence) /* (transfer full) */
{
  if (text->len > 0)
    g_string_append_c (text, ' ');
  g_string_append (text, sentence);
  g_free (sentence);
}

/* (transfer full) */
static char *
describe (LacunaPlan    *self,
          FormatAddress  format)
{
  GString *text = g_string_new (NULL);
  g_autofree char *calls = NULL;
  g_autofree char *instruction = NULL;
  g_autofree char *base = NULL;

  if (!self->stops)
    {
      add_sentence (text,
                    g_strdup (_ ("No thread of the process is stopped for it, and nothing is called in "
                                 "it.")));
      return g_string_free (text, FALSE);
    }

  calls = g_strjoinv (", ", (char **) self->calls->pdata);
  instruction = format (self->instruction);
  base = *self->module != '\0' ? g_path_get_basename (self->module) : g_strdup ("?");
  add_sentence (text,
                g_strdup_printf (
                    /* Translators: a thread's number and name; an address; a file or [vdso]; the call as in
                     * C */
                    _ ("Thread %d (%s) is stopped for a moment and calls, through the instruction at %s "
                       "in %s: %s."),
                    self->thread,
                    self->thread_name,
                    instruction,
                    base,
                    calls));
  if (self->wait_note != NULL)
    add_sentence (text, g_strdup (g_dgettext (GETTEXT_PACKAGE, self->wait_note)));
  if (self->makes_locator)
    add_sentence (text,
                  g_strdup (_ ("The process has no buffer locator yet, and gets one by that.")));
  if (self->no_net == NULL)
    add_sentence (text,
                  g_strdup (_ ("Should Lacuna be killed in the middle, the process goes on all the "
                               "same.")));
  else
    add_sentence (text,
                  g_strdup_printf (
                      /* Translators: why that is so, a phrase */
                      _ ("Should Lacuna’s tracer be killed in the middle, the process would crash: %s."),
                      g_dgettext (GETTEXT_PACKAGE, self->no_net)));
  if (self->filtered)
    add_sentence (text,
                  g_strdup (_ ("The process filters its system calls (seccomp): the filter may kill it "
                               "for this one.")));
  return g_string_free (text, FALSE);
}

/**
 * lacuna_plan_describe:
 * @self: a plan
 *
 * Returns: (transfer full): translated sentences
 */
char *
lacuna_plan_describe (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), NULL);

  return describe (self, lacuna_format_address_prefixed);
}

/**
 * lacuna_plan_describe_plain:
 * @self: a plan
 *
 * Returns: (transfer full): the same with addresses that can be given to a program
 */
char *
lacuna_plan_describe_plain (LacunaPlan *self)
{
  g_return_val_if_fail (LACUNA_IS_PLAN (self), NULL);

  return describe (self, lacuna_format_address);
}
