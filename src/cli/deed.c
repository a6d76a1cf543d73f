/* Changing the target's memory, for the commands that do.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "deed.h"

#include "wait.h"

#include "model/lacuna-error.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  CliWait wait;
  LacunaOperation *operation;
} Doing;

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Doing *doing = user_data;

  doing->operation = lacuna_allocator_perform_finish (LACUNA_ALLOCATOR (source), result);
  cli_wait_done (&doing->wait);
}

/* (transfer full) (nullable): done on a worker, since a lock of the process may have to be waited for; NULL
 * when that was interrupted, and the worker did not stop. */
static LacunaOperation *
perform_elsewhere (CliOptions          *options,
                   LacunaAllocator     *allocator,
                   const LacunaRequest *request)
{
  LacunaRequest cancellable = *request;
  Doing doing = { 0 };

  cli_wait_begin (&doing.wait, lacuna_target_get_title (options->target));
  doing.wait.is_deed = TRUE;
  cancellable.cancellable = doing.wait.cancellable;
  lacuna_allocator_perform_async (allocator, &cancellable, done_cb, &doing);
  cli_wait_run (&doing.wait);
  cli_wait_end (&doing.wait);
  if (doing.operation != NULL)
    lacuna_allocator_rest (allocator);
  return doing.operation;
}

/* What would help, on a line of its own. */
static void
print_remedy (LacunaOperation *operation,
              const GError    *error)
{
  LacunaReason *reason = lacuna_operation_get_reason (operation);
  const char *command = reason != NULL ? lacuna_reason_get_command (reason) : NULL;

  if (g_error_matches (error, LACUNA_ERROR, LAC_E_NO_GAP))
    fprintf (stderr,
             "  %s\n",
             _ ("lacuna-cli gaps with the same constraints and --rejected says what is in the way."));
  else if (g_error_matches (error, LACUNA_ERROR, LAC_E_FILTERED)
           || g_error_matches (error, LACUNA_ERROR, LAC_E_NO_NET))
    fprintf (stderr, "  %s\n", _ ("--force goes on all the same."));
  /* The others are in the message, or for the window. */
  else if (command != NULL && lacuna_reason_get_status (reason) == LAC_E_STOPPED)
    fprintf (stderr, "  %s\n", command);
}

CliExitStatus
cli_fail_operation (LacunaOperation *operation,
                    const char      *spelling)
{
  const GError *error = lacuna_operation_get_error (operation);
  CliExitStatus status;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      cli_complain ("%s", _ ("Interrupted."));
      return CLI_INTERRUPTED;
    }
  status = cli_fail (error, spelling);
  print_remedy (operation, error);
  return status;
}

LacunaOperation *
cli_try (CliOptions          *options,
         const LacunaRequest *request,
         CliExitStatus       *out_status)
{
  g_autoptr (GError) none = NULL;
  g_autoptr (LacunaAllocator) allocator = NULL;
  LacunaOperation *operation;

  allocator = lacuna_allocator_for_target (options->target, &none);
  if (allocator == NULL)
    {
      *out_status = cli_fail (none, options->target_spelling);
      return NULL;
    }
  operation = lacuna_allocator_is_elsewhere (allocator)
                  ? perform_elsewhere (options, allocator, request)
                  : lacuna_allocator_perform (allocator, request);
  if (operation == NULL)
    {
      cli_complain ("%s", _ ("Interrupted."));
      *out_status = CLI_INTERRUPTED;
    }
  return operation;
}

LacunaOperation *
cli_perform (CliOptions          *options,
             const LacunaRequest *request,
             CliExitStatus       *out_status)
{
  g_autoptr (LacunaOperation) operation = cli_try (options, request, out_status);

  if (operation != NULL)
    *out_status = lacuna_operation_get_error (operation) == NULL
                      ? CLI_DONE
                      : cli_fail_operation (operation, options->target_spelling);
  return g_steal_pointer (&operation);
}

void
cli_format_protection (unsigned protection,
                       char     out_text[CLI_PROTECTION_SIZE])
{
  lac_protection_format (protection, 0, out_text);
  out_text[3] = '\0';
}

gboolean
cli_read_protection (const char *option,
                     const char *text,
                     unsigned   *out_protection)
{
  static const char letters[] = "rwx";
  static const unsigned bits[]
      = { LAC_PROTECTION_READ, LAC_PROTECTION_WRITE, LAC_PROTECTION_EXECUTE };
  unsigned protection = LAC_PROTECTION_NONE;
  gsize next = 0;

  for (gsize i = 0; strcmp (text, "none") != 0 && text[i] != '\0'; i++)
    {
      const char *letter = strchr (letters + next, text[i]);

      /* A dash stands for the letter that would be there. */
      if (text[i] == '-' && next < strlen (letters))
        {
          next++;
          continue;
        }
      if (next >= strlen (letters) || letter == NULL)
        {
          cli_complain_about_text (option,
                                   _ ("A protection is some of r, w and x, in this order, or none."),
                                   text,
                                   (gssize) i);
          return FALSE;
        }
      next = (gsize) (letter - letters) + 1;
      protection |= bits[letter - letters];
    }
  if (text[0] == '\0')
    {
      cli_complain_about_text (option,
                               _ ("A protection is some of r, w and x, in this order, or none."),
                               text,
                               0);
      return FALSE;
    }
  *out_protection = protection;
  return TRUE;
}

void
cli_explain (LacunaOperation *operation,
             CliOutput       *output)
{
  g_autofree char *words = lacuna_operation_describe_plain (operation);

  cli_output_text (output, words, 0, CLI_FAINT);
  cli_output_end (output);
}
