/* Lacuna's widgets, for a program of GTK's own that is to understand our templates: it is preloaded
 * into gtk4-builder-tool, which asks for types by their names and finds those that there are.
 *
 * SPDX-License-Identifier: MIT
 */
#include "app/lacuna-details.h"
#include "app/lacuna-field.h"
#include "app/lacuna-gap-panel.h"
#include "app/lacuna-go-to.h"
#include "app/lacuna-hints.h"
#include "app/lacuna-inspector.h"
#include "app/lacuna-legend.h"
#include "app/lacuna-line.h"
#include "app/lacuna-overview.h"
#include "app/lacuna-region-pane.h"
#include "app/lacuna-signs.h"
#include "app/lacuna-strip.h"
#include "app/lacuna-swatch.h"
#include "app/lacuna-target-chooser.h"

#include <adwaita.h>
#include <dlfcn.h>

/* Takes the place of GTK's own, which the tool calls first of all. */
__attribute__ ((visibility ("default"))) gboolean
gtk_init_check (void)
{
  gboolean (*real) (void) = (gboolean (*) (void)) dlsym (RTLD_NEXT, "gtk_init_check");
  static gboolean ready;

  if (ready)
    return TRUE;
  if (!real ())
    return FALSE;
  ready = TRUE;
  adw_init ();
  g_type_ensure (LACUNA_TYPE_DETAILS);
  g_type_ensure (LACUNA_TYPE_FIELD);
  g_type_ensure (LACUNA_TYPE_GAP_PANEL);
  g_type_ensure (LACUNA_TYPE_GO_TO);
  g_type_ensure (LACUNA_TYPE_HINTS);
  g_type_ensure (LACUNA_TYPE_INSPECTOR);
  g_type_ensure (LACUNA_TYPE_LEGEND);
  g_type_ensure (LACUNA_TYPE_LINE);
  g_type_ensure (LACUNA_TYPE_OVERVIEW);
  g_type_ensure (LACUNA_TYPE_REGION_PANE);
  g_type_ensure (LACUNA_TYPE_SIGNS);
  g_type_ensure (LACUNA_TYPE_STRIP);
  g_type_ensure (LACUNA_TYPE_SWATCH);
  g_type_ensure (LACUNA_TYPE_TARGET_CHOOSER);
  return TRUE;
}
