/* Lacuna's widgets, for a program of GTK's own that is to understand our templates: it is preloaded
 * into gtk4-builder-tool, which asks for types by their names and finds those that there are.
 *
 * SPDX-License-Identifier: MIT
 */
#include "app/bytes/lacuna-bytes-editor.h"
#include "app/bytes/lacuna-bytes-find.h"
#include "app/bytes/lacuna-bytes-pane.h"
#include "app/buffers/lacuna-buffers-layout.h"
#include "app/buffers/lacuna-buffers-panel.h"
#include "app/buffers/lacuna-reason-box.h"
#include "app/window/lacuna-details.h"
#include "app/panel/lacuna-field.h"
#include "app/panel/lacuna-gap-panel.h"
#include "app/panel/lacuna-go-to.h"
#include "app/window/lacuna-hints.h"
#include "app/panel/lacuna-inspector.h"
#include "app/strip/lacuna-legend.h"
#include "app/strip/lacuna-line.h"
#include "app/strip/lacuna-overview.h"
#include "app/table/lacuna-region-pane.h"
#include "app/window/lacuna-signs.h"
#include "app/strip/lacuna-strip.h"
#include "app/strip/lacuna-swatch.h"
#include "app/chooser/lacuna-target-chooser.h"
#include "app/chooser/lacuna-target-list.h"

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
  g_type_ensure (LACUNA_TYPE_BYTES);
  g_type_ensure (LACUNA_TYPE_BYTES_EDITOR);
  g_type_ensure (LACUNA_TYPE_BYTES_FIND);
  g_type_ensure (LACUNA_TYPE_BYTES_PANE);
  g_type_ensure (LACUNA_TYPE_BUFFERS_LAYOUT);
  g_type_ensure (LACUNA_TYPE_BUFFERS_PANEL);
  g_type_ensure (LACUNA_TYPE_DETAILS);
  g_type_ensure (LACUNA_TYPE_FIELD);
  g_type_ensure (LACUNA_TYPE_GAP_PANEL);
  g_type_ensure (LACUNA_TYPE_GO_TO);
  g_type_ensure (LACUNA_TYPE_HINTS);
  g_type_ensure (LACUNA_TYPE_INSPECTOR);
  g_type_ensure (LACUNA_TYPE_LEGEND);
  g_type_ensure (LACUNA_TYPE_LINE);
  g_type_ensure (LACUNA_TYPE_OVERVIEW);
  g_type_ensure (LACUNA_TYPE_REASON_BOX);
  g_type_ensure (LACUNA_TYPE_REGION_PANE);
  g_type_ensure (LACUNA_TYPE_SIGNS);
  g_type_ensure (LACUNA_TYPE_STRIP);
  g_type_ensure (LACUNA_TYPE_SWATCH);
  g_type_ensure (LACUNA_TYPE_TARGET_CHOOSER);
  g_type_ensure (LACUNA_TYPE_TARGET_LIST);
  return TRUE;
}
