/* What the window shows after its first frame: the table and the pages of the side panel.
 *
 * The strip comes first, since it is what one came for. Once it is on the screen, or whatever else
 * the first frame shows, the other parts are built, one after another with lower priority than
 * drawing and input, so that none of them makes anybody wait for all. Their cards lie where they
 * will be from the first frame on. Who asks for one of them earlier has it at once (see
 * lacuna-later.c); what is to be seen in a part it is told here when it has been built.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"

/* Below a frame's, above that of idle work. */
#define PRIORITY (GDK_PRIORITY_REDRAW + 20)

static gboolean
build_cb (gpointer user_data)
{
  LacunaWindow *self = user_data;
  gpointer parts[] = { self->region_pane, self->gap_panel, self->inspector,
                       self->buffers_panel };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (!lacuna_later_is_built (parts[i]))
      {
        lacuna_later_build (parts[i]);
        return G_SOURCE_CONTINUE;
      }
  self->later_source = 0;
  return G_SOURCE_REMOVE;
}

static void
painted_cb (LacunaWindow  *self,
            GdkFrameClock *clock)
{
  g_signal_handlers_disconnect_by_func (clock, painted_cb, self);
  if (self->later_source == 0)
    self->later_source = g_idle_add_full (PRIORITY, build_cb, self, NULL);
}

static void
realized_cb (LacunaWindow *self)
{
  g_signal_connect_object (gtk_widget_get_frame_clock (GTK_WIDGET (self)), "after-paint",
                           G_CALLBACK (painted_cb), self, G_CONNECT_SWAPPED);
}

/**
 * lacuna_window_later_init:
 *
 * Has the window build the rest of itself after its first frame.
 */
void
lacuna_window_later_init (LacunaWindow *self)
{
  g_signal_connect (self, "realize", G_CALLBACK (realized_cb), NULL);
}

void
lacuna_window_later_clear (LacunaWindow *self)
{
  g_clear_handle_id (&self->later_source, g_source_remove);
}

/**
 * lacuna_window_table_built:
 *
 * To be called when the table has been built.
 */
void
lacuna_window_table_built (LacunaWindow *self)
{
  if (!self->shows_target)
    return;
  lacuna_region_pane_set_snapshot (self->region_pane, self->snapshot);
  lacuna_region_pane_set_results (self->region_pane,
                                  lacuna_gap_panel_get_results (self->gap_panel));
  lacuna_window_show_candidate (self);
  lacuna_region_pane_select (self->region_pane, self->any_selected, self->selected.start);
}

/**
 * lacuna_window_gap_panel_built:
 *
 * To be called when the gap panel has been built.
 */
void
lacuna_window_gap_panel_built (LacunaWindow *self)
{
  if (self->shows_target)
    lacuna_gap_panel_set_snapshot (self->gap_panel, self->target, self->snapshot);
}
