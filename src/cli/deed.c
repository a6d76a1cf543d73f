/* Changing the target's memory, for the commands that do.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "deed.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

LacunaOperation *
cli_perform (CliOptions          *options,
             const LacunaRequest *request,
             CliExitStatus       *out_status)
{
  g_autoptr (GError) none = NULL;
  g_autoptr (LacunaAllocator) allocator = NULL;
  g_autoptr (LacunaOperation) operation = NULL;
  const GError *error;

  allocator = lacuna_allocator_for_target (options->target, &none);
  if (allocator == NULL)
    {
      *out_status = cli_fail (none, options->target_spelling);
      return NULL;
    }
  operation = lacuna_allocator_perform (allocator, request);
  error = lacuna_operation_get_error (operation);
  if (error == NULL)
    {
      *out_status = CLI_DONE;
      return g_steal_pointer (&operation);
    }

  *out_status = cli_fail (error, options->target_spelling);
  if (*out_status == CLI_NOTHING_FOUND)
    fprintf (stderr,
             "  %s\n",
             _ ("lacuna-cli gaps with the same constraints and --rejected says what is in the way."));
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
