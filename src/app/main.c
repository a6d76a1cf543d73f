/* The window's program: sets the language up, and runs the application.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-application.h"

#include <glib/gi18n.h>
#include <locale.h>

int
main (int    argc,
      char **argv)
{
  g_autoptr (LacunaApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LACUNA_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  application = lacuna_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
