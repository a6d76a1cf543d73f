/* The window's time: when the target is read again, and what the window says of that.
 *
 * A process is read again about once a second, but not so often that reading takes more than a
 * quarter of the time, unless that were ten seconds apart; and not at all while nobody can see the
 * window. What a refresh finds unchanged costs nothing here. The age of the picture is told once a
 * second, and only when its text differs is anything drawn: a second of an idle window must not be
 * noticed anywhere. A picture that is older than that is not called live.
 *
 * A process that can't be read for a while (it became another user's, say) is tried again, ever less
 * often, and the last picture stays. One that has exited is marked and never read again.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"
#include "app/lacuna-settings.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

/* Without settings. */
#define DEFAULT_INTERVAL 1000

/* Reading may take one part of so many. */
#define SHARE_OF_TIME 4

/* Nobody waits longer than that for the next one, however long the last one took: that may have been
 * the machine's doing. In milliseconds, as the interval is. */
#define LONGEST_WAIT 10000

/* So many intervals, and so many seconds, may pass before a picture is not what "live" means. */
#define LATE_INTERVALS 3
#define LATE_SECONDS 3

/* A target that can't be read is tried after 2, 4, 8 … intervals, up to so many doublings. */
#define MOST_DOUBLINGS 5

/* What it says */

static char *
format_age (gint64 taken)
{
  gint64 tenths = MAX (0, (g_get_real_time () - taken) / (G_USEC_PER_SEC / 10));

  if (tenths < 100)
    /* Translators: the age of the picture in seconds with one decimal, such as "0.8 s ago" */
    return g_strdup_printf (_ ("%.1f s ago"), (double) tenths / 10);
  if (tenths < 60 * 10)
    return g_strdup_printf (_ ("%d s ago"), (int) (tenths / 10));
  if (tenths < 60 * 60 * 10)
    return g_strdup_printf (_ ("%d min ago"), (int) (tenths / (60 * 10)));
  return g_strdup_printf (_ ("%d h ago"), (int) (tenths / (60 * 60 * 10)));
}

/* Whether the target can change under our eyes, and has not ended. A file is read again only when
 * somebody asks. */
static gboolean
can_follow (LacunaWindow *self)
{
  return self->target != NULL && self->shows_target && !self->exited
         && lacuna_target_get_kind (self->target) != LACUNA_TARGET_FILE
         && (lacuna_target_get_capabilities (self->target) & LACUNA_CAN_REFRESH) != 0;
}

static gint64
interval (LacunaWindow *self)
{
  GSettings *settings = lacuna_settings_get ();
  gint64 milliseconds = settings != NULL ? (gint64) g_settings_get_uint (settings, "refresh-interval")
                                         : DEFAULT_INTERVAL;

  milliseconds <<= MIN (self->live_state.n_failures, MOST_DOUBLINGS);
  return MAX (milliseconds * 1000,
              MIN (self->live_state.load_took * SHARE_OF_TIME,
                   LONGEST_WAIT * G_GINT64_CONSTANT (1000)));
}

/* Whether the picture is older than it would be if all went well. */
static gboolean
is_late (LacunaWindow *self)
{
  gint64 age = g_get_real_time () - lacuna_snapshot_get_taken (self->snapshot);

  return can_follow (self) && self->live_state.wished
         && age > MAX (interval (self) * LATE_INTERVALS, LATE_SECONDS * G_USEC_PER_SEC);
}

static char *
make_subtitle (LacunaWindow *self)
{
  const LacunaOrigin *origin = lacuna_snapshot_get_origin (self->snapshot);
  const char *source = g_strcmp0 (origin->source_path, "-") == 0 ? _ ("standard input")
                                                                 : origin->source_path;
  g_autofree char *age = NULL;

  if (self->live_state.closed != NULL)
    {
      g_autofree char *closed = g_date_time_format (self->live_state.closed, "%H:%M:%S");

      /* Translators: what was read, and when its process was found to have ended: "/proc/1234/maps,
       * closed at 14:03:12" */
      return g_strdup_printf (_ ("%s, closed at %s"), source, closed);
    }

  /* What nobody expects to change needs no clock that ticks. */
  if (!can_follow (self))
    {
      g_autoptr (GDateTime) taken = g_date_time_new_from_unix_local (
          lacuna_snapshot_get_taken (self->snapshot) / G_USEC_PER_SEC);
      g_autofree char *time = g_date_time_format (taken, "%H:%M:%S");

      /* Translators: what was read, and at what time: "core.maps, read at 14:03:12" */
      return g_strdup_printf (_ ("%s, read at %s"), source, time);
    }

  age = format_age (lacuna_snapshot_get_taken (self->snapshot));
  if (self->live_state.failure != NULL)
    /* Translators: what was read, and how long ago: "/proc/1234/maps, 3 min ago, not readable now" */
    return g_strdup_printf (_ ("%s, %s, not readable now"), source, age);
  if (self->live_state.late)
    /* Translators: what was read, and how long ago: "/proc/1234/maps, 12 s ago, reading…" */
    return g_strdup_printf (_ ("%s, %s, reading…"), source, age);
  if (self->live_state.wished)
    /* Translators: what was read, and how long ago: "/proc/1234/maps, 0.8 s ago, live" */
    return g_strdup_printf (_ ("%s, %s, live"), source, age);
  /* Translators: what was read, and how long ago: "/proc/1234/maps, 12 s ago, paused" */
  return g_strdup_printf (_ ("%s, %s, paused"), source, age);
}

static char *
make_note (LacunaWindow *self)
{
  size_t n_repairs = lac_map_repairs (lacuna_snapshot_get_map (self->snapshot));

  if (self->exited)
    return g_strdup (_ ("The process has exited. This is what was read last."));
  if (self->live_state.failure != NULL)
    return g_strdup_printf (_ ("This is what was read last. %s"), self->live_state.failure);
  if (n_repairs > 0)
    {
      g_autofree char *count = lacuna_format_count (n_repairs);
      LacunaTargetKind kind = lacuna_snapshot_get_origin (self->snapshot)->kind;

      if (kind == LACUNA_TARGET_FILE)
        return g_strdup_printf (
            g_dngettext (GETTEXT_PACKAGE,
                         "The map changed while it was recorded, or was written wrong; %s region was "
                         "put right.",
                         "The map changed while it was recorded, or was written wrong; %s regions were "
                         "put right.",
                         n_repairs),
            count);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE,
                       "The process changed while it was read; %s region was put right.",
                       "The process changed while it was read; %s regions were put right.",
                       n_repairs),
          count);
    }
  return g_strdup ("");
}

static void
show_note (LacunaWindow *self)
{
  g_autofree char *note = make_note (self);

  /* A label that is told the same text lays itself out again all the same. */
  if (g_strcmp0 (gtk_label_get_label (self->note_label), note) != 0)
    gtk_label_set_label (self->note_label, note);
  gtk_widget_set_visible (GTK_WIDGET (self->note_label), note[0] != '\0');
  gtk_widget_set_visible (self->note_button, self->exited);
}

static void
show_subtitle (LacunaWindow *self)
{
  g_autofree char *subtitle = NULL;

  self->live_state.late = is_late (self);
  subtitle = make_subtitle (self);
  adw_window_title_set_subtitle (self->window_title, subtitle);
}

/**
 * lacuna_window_live_show:
 *
 * Says where the picture is from, how old it is, and what is the matter with it.
 */
void
lacuna_window_live_show (LacunaWindow *self)
{
  if (self->snapshot == NULL || !self->shows_target)
    return;
  show_subtitle (self);
  show_note (self);
}

/**
 * lacuna_window_live_close:
 *
 * Marks the target as one that has exited; what was read last stays.
 */
void
lacuna_window_live_close (LacunaWindow *self)
{
  if (self->exited)
    return;
  self->exited = TRUE;
  g_clear_pointer (&self->live_state.failure, g_free);
  g_clear_pointer (&self->live_state.closed, g_date_time_unref);
  self->live_state.closed = g_date_time_new_now_local ();
  g_clear_handle_id (&self->live_state.refresh_source, g_source_remove);
  lacuna_window_live_show (self);
  lacuna_window_set_actions_enabled (self);
  lacuna_window_bytes_exited (self);
  lacuna_window_show_buffers_owner (self);
  lacuna_window_show_state (self);
}

/* The next refresh */

static gboolean
refresh_cb (gpointer user_data)
{
  LacunaWindow *self = user_data;

  self->live_state.refresh_source = 0;
  self->live_state.by_itself = TRUE;
  lacuna_window_refresh (self);
  return G_SOURCE_REMOVE;
}

/* Sets the timer, or takes it away; to be called whenever what it depends on has changed. */
static void
schedule (LacunaWindow *self)
{
  gint64 due;

  g_clear_handle_id (&self->live_state.refresh_source, g_source_remove);
  if (!self->live_state.wished || !self->live_state.visible || self->cancellable != NULL
      || !can_follow (self))
    return;

  due = self->live_state.load_started + interval (self) - g_get_monotonic_time ();
  self->live_state.refresh_source
      = g_timeout_add ((guint) CLAMP (due / 1000, 0, G_MAXINT32), refresh_cb, self);
}

/**
 * lacuna_window_live_began:
 *
 * To be called when a load begins.
 */
void
lacuna_window_live_began (LacunaWindow *self)
{
  g_clear_handle_id (&self->live_state.refresh_source, g_source_remove);
  self->live_state.again = FALSE;
  self->live_state.load_started = g_get_monotonic_time ();
  if (!self->shows_target)
    {
      /* Of the target before. */
      g_clear_pointer (&self->live_state.failure, g_free);
      g_clear_pointer (&self->live_state.closed, g_date_time_unref);
      self->live_state.n_failures = 0;
    }
}

/**
 * lacuna_window_live_ended:
 * @error: (nullable): why it failed
 *
 * To be called when a load is over, and what it gave is shown.
 */
void
lacuna_window_live_ended (LacunaWindow *self,
                          const GError *error)
{
  gboolean tell = !self->live_state.by_itself || error != NULL || self->live_state.failure != NULL
                  || self->live_state.late;

  self->live_state.by_itself = FALSE;
  /* What the worker waited for, and what this thread did meanwhile, is not what reading costs. */
  if (error == NULL && self->live_state.picture != NULL)
    self->live_state.load_took = self->live_state.picture->took;
  g_clear_pointer (&self->live_state.failure, g_free);
  if (error == NULL)
    self->live_state.n_failures = 0;
  else if (self->shows_target && !self->exited)
    {
      self->live_state.n_failures++;
      self->live_state.failure = g_strdup (error->message);
    }
  if (self->snapshot != NULL && self->shows_target)
    {
      show_note (self);
      /* The age is told once a second; a refresh that nobody asked for is no reason to draw it. */
      if (tell)
        show_subtitle (self);
    }
  schedule (self);
}

/* Whether it is seen */

static gboolean
clock_cb (gpointer user_data)
{
  LacunaWindow *self = user_data;

  if (self->snapshot == NULL || !self->shows_target)
    return G_SOURCE_CONTINUE;
  if (!self->exited && lacuna_target_has_exited (self->target))
    lacuna_window_live_close (self);
  else
    show_subtitle (self);
  return G_SOURCE_CONTINUE;
}

static void
set_visible (LacunaWindow *self,
             gboolean      visible)
{
  if (self->live_state.visible == visible)
    return;
  self->live_state.visible = visible;
  g_clear_handle_id (&self->live_state.clock_source, g_source_remove);
  if (visible)
    {
      self->live_state.clock_source = g_timeout_add (1000, clock_cb, self);
      lacuna_window_live_show (self);
    }
  schedule (self);
}

static void
update_visible (LacunaWindow *self)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (self));
  GdkToplevelState hidden = GDK_TOPLEVEL_STATE_MINIMIZED;

#if GTK_CHECK_VERSION(4, 12, 0)
  hidden |= GDK_TOPLEVEL_STATE_SUSPENDED;
#endif
  set_visible (self,
               gtk_widget_get_mapped (GTK_WIDGET (self)) && GDK_IS_TOPLEVEL (surface)
                   && (gdk_toplevel_get_state (GDK_TOPLEVEL (surface)) & hidden) == 0);
}

static void
realize_cb (LacunaWindow *self)
{
  g_signal_connect_object (gtk_native_get_surface (GTK_NATIVE (self)),
                           "notify::state",
                           G_CALLBACK (update_visible),
                           self,
                           G_CONNECT_SWAPPED);
}

/* What others ask */

/**
 * lacuna_window_set_live:
 * @live: whether the picture is to follow the process
 *
 * Pauses, or goes on. A pause keeps what is shown, a refresh that has begun by itself included.
 */
void
lacuna_window_set_live (LacunaWindow *self,
                        gboolean      live)
{
  g_return_if_fail (LACUNA_IS_WINDOW (self));

  live = live != FALSE;
  if (self->live_state.wished == live)
    return;
  self->live_state.wished = live;
  if (!live && self->live_state.by_itself && self->cancellable != NULL)
    {
      g_cancellable_cancel (self->cancellable);
      g_clear_object (&self->cancellable);
      self->live_state.by_itself = FALSE;
    }
  lacuna_window_live_show (self);
  schedule (self);
}

/**
 * lacuna_window_get_live:
 *
 * Returns: whether the picture is to follow the process; also TRUE where there is none to follow
 */
gboolean
lacuna_window_get_live (LacunaWindow *self)
{
  g_return_val_if_fail (LACUNA_IS_WINDOW (self), FALSE);

  return self->live_state.wished;
}

void
lacuna_window_live_init (LacunaWindow *self)
{
  self->live_state.wished = TRUE;
  g_signal_connect (self, "realize", G_CALLBACK (realize_cb), NULL);
  g_signal_connect_after (self, "map", G_CALLBACK (update_visible), NULL);
  g_signal_connect_after (self, "unmap", G_CALLBACK (update_visible), NULL);
}

void
lacuna_window_live_clear (LacunaWindow *self)
{
  g_clear_handle_id (&self->live_state.refresh_source, g_source_remove);
  g_clear_handle_id (&self->live_state.clock_source, g_source_remove);
  g_clear_pointer (&self->live_state.failure, g_free);
  g_clear_pointer (&self->live_state.closed, g_date_time_unref);
  g_clear_pointer (&self->live_state.picture, lacuna_picture_free);
}
