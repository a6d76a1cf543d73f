/* The window's program: sets the language up, and runs the application.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-application.h"
#include "model/lacuna-places.h"

int
main (int    argc,
      char **argv)
{
  g_autoptr (LacunaApplication) application = NULL;

  lacuna_places_set_language ();
  application = lacuna_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
