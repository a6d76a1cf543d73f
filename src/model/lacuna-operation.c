/* LacunaOperation: something that was done to the memory of a target, and what came of it.
 *
 * People want to know where it went, why just there, and whether it went smoothly. The facts come from the
 * layers below; here they become sentences.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-operation-private.h"

#include "lacuna-format.h"

#include <glib/gi18n-lib.h>

G_DEFINE_FINAL_TYPE (LacunaOperation, lacuna_operation, G_TYPE_OBJECT)

static void
lacuna_operation_finalize (GObject *object)
{
  LacunaOperation *self = LACUNA_OPERATION (object);

  g_clear_error (&self->error);
  g_clear_object (&self->plan);
  g_clear_object (&self->difference);
  g_clear_pointer (&self->reason, lacuna_reason_unref);
  g_free (self->title);

  G_OBJECT_CLASS (lacuna_operation_parent_class)->finalize (object);
}

static void
lacuna_operation_class_init (LacunaOperationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_operation_finalize;
}

static void
lacuna_operation_init (LacunaOperation *self)
{
}

LacunaOperation *
lacuna_operation_new (LacunaDeed deed)
{
  LacunaOperation *self = g_object_new (LACUNA_TYPE_OPERATION, NULL);

  self->deed = deed;
  self->when = g_get_real_time ();
  return self;
}

/* (transfer full) */
static char *
make_failed_title (LacunaDeed deed)
{
  switch (deed)
    {
    case LACUNA_DEED_ALLOCATE:
      return g_strdup (_ ("Nothing was allocated"));
    case LACUNA_DEED_FREE:
      return g_strdup (_ ("Nothing was freed"));
    case LACUNA_DEED_PROTECT:
      return g_strdup (_ ("The protection was not changed"));
    case LACUNA_DEED_CREATE_BUFFER:
      return g_strdup (_ ("No buffer was made"));
    case LACUNA_DEED_TAKE:
      return g_strdup (_ ("The buffer was not taken"));
    case LACUNA_DEED_PUT:
      return g_strdup (_ ("The buffer was not put back"));
    case LACUNA_DEED_APPEND:
    case LACUNA_DEED_APPEND_TO:
    default:
      return g_strdup (_ ("Nothing was appended"));
    }
}

typedef char *(*FormatAddress) (guint64 address);

/* (transfer full): of what was not done yet. */
static char *
make_dry_title (LacunaOperation *self,
                FormatAddress    format)
{
  g_autofree char *place = format (self->address);
  g_autofree char *size = lacuna_format_size (lac_range_size (self->range));
  char protection[5];

  switch (self->deed)
    {
    case LACUNA_DEED_ALLOCATE:
      /* Translators: a size and an address */
      return g_strdup_printf (_ ("%s would be allocated at %s"), size, place);
    case LACUNA_DEED_FREE:
      /* Translators: a size and an address */
      return g_strdup_printf (_ ("%s would be freed at %s"), size, place);
    case LACUNA_DEED_PROTECT:
      lac_protection_format (self->protection, 0, protection);
      protection[3] = '\0';
      /* Translators: an address, and a protection such as r-x */
      return g_strdup_printf (_ ("What lies at %s would become %s"), place, protection);
    case LACUNA_DEED_CREATE_BUFFER:
      /* Translators: a size and an address */
      return g_strdup_printf (_ ("A buffer of %s would be made at %s"), size, place);
    case LACUNA_DEED_TAKE:
      /* Translators: an address */
      return g_strdup_printf (_ ("The buffer at %s would be taken"), place);
    case LACUNA_DEED_PUT:
      /* Translators: an address */
      return g_strdup_printf (_ ("The buffer at %s would be put back"), place);
    case LACUNA_DEED_APPEND:
    case LACUNA_DEED_APPEND_TO:
    default:
      /* Translators: how many bytes, and an address */
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                           "%lu byte would be appended at %s",
                                           "%lu bytes would be appended at %s",
                                           (gulong) self->n_bytes),
                              (gulong) self->n_bytes,
                              place);
    }
}

/* (transfer full) */
static char *
make_title (LacunaOperation *self,
            FormatAddress    format)
{
  g_autofree char *place = format (self->address);
  g_autofree char *size = lacuna_format_size (lac_range_size (self->range));
  char protection[5];

  if (self->error != NULL)
    return make_failed_title (self->deed);
  if (self->dry_run)
    return make_dry_title (self, format);

  switch (self->deed)
    {
    case LACUNA_DEED_ALLOCATE:
      /* Translators: a size and an address */
      return g_strdup_printf (_ ("Allocated %s at %s"), size, place);
    case LACUNA_DEED_FREE:
      /* Translators: a size and an address */
      return g_strdup_printf (_ ("Freed %s at %s"), size, place);
    case LACUNA_DEED_PROTECT:
      lac_protection_format (self->protection, 0, protection);
      protection[3] = '\0';
      /* Translators: an address, and a protection such as r-x */
      return g_strdup_printf (_ ("What lies at %s is %s now"), place, protection);
    case LACUNA_DEED_CREATE_BUFFER:
      /* Translators: a size and an address */
      return g_strdup_printf (_ ("Made a buffer of %s at %s"), size, place);
    case LACUNA_DEED_TAKE:
      /* Translators: an address */
      return g_strdup_printf (_ ("Took the buffer at %s"), place);
    case LACUNA_DEED_PUT:
      /* Translators: an address */
      return g_strdup_printf (_ ("Put back the buffer at %s"), place);
    case LACUNA_DEED_APPEND:
    case LACUNA_DEED_APPEND_TO:
    default:
      /* Translators: how many bytes, and an address */
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                           "Appended %lu byte at %s",
                                           "Appended %lu bytes at %s",
                                           (gulong) self->n_bytes),
                              (gulong) self->n_bytes,
                              place);
    }
}

void
lacuna_operation_seal (LacunaOperation *self)
{
  self->report.n_attempts = MIN (self->report.n_attempts, LAC_ATTEMPTS_MAX);
  for (guint i = 0; i < self->report.n_attempts; i++)
    self->attempts[i] = (LacunaAttempt){
      .address = self->report.attempts[i].address,
      .status = self->report.attempts[i].status,
      .system_error = self->report.attempts[i].system_error,
    };
  self->title = make_title (self, lacuna_format_address_prefixed);
}

LacunaDeed
lacuna_operation_get_deed (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), LACUNA_DEED_ALLOCATE);

  return self->deed;
}

gint64
lacuna_operation_get_when (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), 0);

  return self->when;
}

const GError *
lacuna_operation_get_error (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), NULL);

  return self->error;
}

struct lac_range
lacuna_operation_get_range (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), ((struct lac_range){ 0, 0 }));

  return self->range;
}

unsigned
lacuna_operation_get_protection (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), LAC_PROTECTION_NONE);

  return self->protection;
}

guint64
lacuna_operation_get_serial (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), 0);

  return self->serial;
}

guint64
lacuna_operation_get_address (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), 0);

  return self->address;
}

guint32
lacuna_operation_get_position (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), 0);

  return self->position;
}

gsize
lacuna_operation_get_n_bytes (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), 0);

  return self->n_bytes;
}

gboolean
lacuna_operation_get_created (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), FALSE);

  return self->created;
}

gboolean
lacuna_operation_get_dry_run (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), FALSE);

  return self->dry_run;
}

gboolean
lacuna_operation_get_forced (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), FALSE);

  return self->forced;
}

LacunaPlan *
lacuna_operation_get_plan (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), NULL);

  return self->plan;
}

LacunaDifference *
lacuna_operation_get_difference (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), NULL);

  return self->difference;
}

LacunaReason *
lacuna_operation_get_reason (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), NULL);

  return self->reason;
}

guint64
lacuna_operation_get_stopped_for (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), 0);

  return self->stopped_for;
}

const LacunaAttempt *
lacuna_operation_get_attempts (LacunaOperation *self,
                               guint           *out_n_attempts)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), NULL);

  *out_n_attempts = self->report.n_attempts;
  return self->attempts;
}

const char *
lacuna_operation_get_title (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), NULL);

  return self->title;
}

static void
add_sentence (GString    *text,
              const char *sentence)
{
  if (text->len > 0)
    g_string_append_c (text, ' ');
  g_string_append (text, sentence);
}

/* The nearest place to what: to the anchor that was typed, or to what stands in where none was. Which of
 * the two it was is said, since an address that nobody has typed explains nothing. */
static void
describe_nearest (LacunaOperation *self,
                  GString         *text,
                  FormatAddress    format)
{
  g_autofree char *anchor = format (self->anchor);
  guint64 distance = self->range.start > self->anchor ? self->range.start - self->anchor
                                                      : self->anchor - self->range.end;
  gboolean is_above = self->range.start > self->anchor;
  g_autofree char *size = NULL;
  g_autofree char *sentence = NULL;

  if (self->range.start <= self->anchor && self->anchor <= self->range.end)
    distance = 0;
  size = lacuna_format_size (distance);
  if (self->anywhere && is_above)
    /* Translators: a size and an address */
    sentence = g_strdup_printf (_ ("No place was asked for, so it is near the program’s own code: %s "
                                   "above %s."),
                                size,
                                anchor);
  else if (self->anywhere)
    /* Translators: a size and an address */
    sentence = g_strdup_printf (_ ("No place was asked for, so it is near the program’s own code: %s "
                                   "below %s."),
                                size,
                                anchor);
  else if (is_above)
    /* Translators: a size and an address */
    sentence = g_strdup_printf (_ ("It is the nearest free place that fits: %s above the anchor %s."),
                                size,
                                anchor);
  else
    /* Translators: a size and an address */
    sentence = g_strdup_printf (_ ("It is the nearest free place that fits: %s below the anchor %s."),
                                size,
                                anchor);
  add_sentence (text, sentence);
}

/* Why the place is where it is. */
static void
describe_choice (LacunaOperation *self,
                 GString         *text,
                 FormatAddress    format)
{
  switch (self->order)
    {
    case LAC_ORDER_NEAREST:
      if (self->has_anchor)
        describe_nearest (self, text, format);
      else
        add_sentence (text, _ ("It is the first free place that fits."));
      return;
    case LAC_ORDER_HIGHEST:
      add_sentence (text, _ ("It is the highest free place that fits."));
      return;
    case LAC_ORDER_TIGHTEST:
      add_sentence (text, _ ("It lies in the smallest gap that fits."));
      return;
    case LAC_ORDER_ROOMIEST:
      add_sentence (text, _ ("It lies in the largest gap."));
      return;
    case LAC_ORDER_LOWEST:
    default:
      add_sentence (text, _ ("It is the lowest free place that fits."));
    }
}

static void
describe_attempts (LacunaOperation *self,
                   GString         *text)
{
  gulong n_attempts = self->report.n_attempts;
  g_autofree char *sentence = NULL;

  if (n_attempts == 0)
    return;
  if (n_attempts == 1 && self->error == NULL)
    {
      add_sentence (text, _ ("The first attempt succeeded."));
      return;
    }
  if (self->error != NULL)
    sentence = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                             "It was tried at %lu place.",
                                             "It was tried at %lu places.",
                                             n_attempts),
                                n_attempts);
  else
    sentence = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                             "It took %lu attempt: something else was faster at the "
                                             "places before.",
                                             "It took %lu attempts: something else was faster at "
                                             "the places before.",
                                             n_attempts),
                                n_attempts);
  add_sentence (text, sentence);
}

static void
describe_buffer (LacunaOperation *self,
                 GString         *text,
                 FormatAddress    format)
{
  g_autofree char *start = format (self->range.start);
  g_autofree char *size = lacuna_format_size (lac_range_size (self->range));
  g_autofree char *position = lacuna_format_count (self->position);
  g_autofree char *sentence = NULL;

  /* Translators: the address and the size of a buffer, and a number of bytes */
  sentence = g_strdup_printf (_ ("The buffer begins at %s and has %s; %s bytes of it were in use."),
                              start,
                              size,
                              position);
  add_sentence (text, sentence);
}

/* What is told in microseconds; more is told in milliseconds. */
#define MOST_MICROSECONDS 10000

/* What goes with everything that is done in another process. */
static void
describe_elsewhere (LacunaOperation *self,
                    GString         *text,
                    gboolean         plain)
{
  g_autofree char *plan = NULL;
  g_autofree char *difference = NULL;

  if (self->plan != NULL)
    {
      plan = plain ? lacuna_plan_describe_plain (self->plan) : lacuna_plan_describe (self->plan);
      add_sentence (text, plan);
    }
  if (self->stopped_for > 0)
    {
      const guint64 microseconds = (self->stopped_for + 999) / 1000;
      gboolean is_long = microseconds > MOST_MICROSECONDS;
      g_autofree char *time
          = lacuna_format_count (is_long ? (microseconds + 500) / 1000 : microseconds);
      g_autofree char *sentence = g_strdup_printf (
          is_long ?
                  /* Translators: a number, grouped */
                  _ ("A thread of the process was stopped for %s ms.")
                  :
                  /* Translators: a number, grouped */
                  _ ("A thread of the process was stopped for %s µs."),
          time);

      add_sentence (text, sentence);
    }
  if (self->difference != NULL)
    {
      difference = lacuna_difference_describe (self->difference);
      add_sentence (text, difference);
    }
}

/* (transfer full) */
static char *
describe (LacunaOperation *self,
          FormatAddress    format)
{
  GString *text = g_string_new (NULL);
  g_autofree char *title = make_title (self, format);
  /* Translators: a short text becomes a sentence of its own */
  g_autofree char *sentence = g_strdup_printf (C_ ("sentence", "%s."), title);

  add_sentence (text, sentence);
  if (self->error != NULL)
    {
      add_sentence (text, self->error->message);
      describe_attempts (self, text);
      return g_string_free (text, FALSE);
    }

  switch (self->deed)
    {
    case LACUNA_DEED_CREATE_BUFFER:
      if ((self->protection & LAC_PROTECTION_WRITE) == 0)
        add_sentence (text, _ ("It is never writable and executable at once, and so not in the shared "
                               "locator."));
      describe_choice (self, text, format);
      describe_attempts (self, text);
      break;
    case LACUNA_DEED_ALLOCATE:
      describe_choice (self, text, format);
      describe_attempts (self, text);
      break;
    case LACUNA_DEED_APPEND:
      if (self->created)
        {
          add_sentence (text,
                        self->dry_run
                            ? _ ("No buffer there is free and has the room, so one would be made.")
                            : _ ("No buffer there was free and had the room, so one was made."));
          describe_choice (self, text, format);
          describe_attempts (self, text);
        }
      else
        {
          if (!self->dry_run)
            add_sentence (text, _ ("It went into a buffer that was there already."));
          describe_buffer (self, text, format);
        }
      break;
    case LACUNA_DEED_APPEND_TO:
      describe_buffer (self, text, format);
      break;
    case LACUNA_DEED_FREE:
      if (self->forced)
        add_sentence (text,
                      self->dry_run ? _ ("It is no allocation.")
                                    : _ ("It was no allocation of Lacuna, and freed all the same."));
      if (self->n_holders > 0)
        {
          g_autofree char *holders
              = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                              "%u look still holds it; it goes when that ends.",
                                              "%u looks still hold it; it goes when the last of "
                                              "them ends.",
                                              self->n_holders),
                                 self->n_holders);

          add_sentence (text, holders);
        }
      break;
    case LACUNA_DEED_PROTECT:
    case LACUNA_DEED_TAKE:
    case LACUNA_DEED_PUT:
    default:
      break;
    }
  describe_elsewhere (self, text, format == lacuna_format_address);
  return g_string_free (text, FALSE);
}

/**
 * lacuna_operation_describe:
 * @self: an operation
 *
 * Returns: (transfer full): where, why there, and how many attempts; or why it failed
 */
char *
lacuna_operation_describe (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), NULL);

  return describe (self, lacuna_format_address_prefixed);
}

/**
 * lacuna_operation_describe_plain:
 * @self: an operation
 *
 * Returns: (transfer full): the same with addresses that can be given to a program
 */
char *
lacuna_operation_describe_plain (LacunaOperation *self)
{
  g_return_val_if_fail (LACUNA_IS_OPERATION (self), NULL);

  return describe (self, lacuna_format_address);
}
