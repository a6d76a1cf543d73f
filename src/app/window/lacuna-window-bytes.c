/* The bytes of what is selected, in the place of the table.
 *
 * They follow the selection, and what is selected follows the strip, the table and the entry for
 * addresses; so whatever one goes to, one sees its bytes. The view is made when it is asked for first.
 * Only while it is seen does it read, and only then is the memory held that it shows: Lacuna's own
 * memory stays as long as somebody looks at it (model/lacuna-hold.h).
 *
 * Bytes that were changed and not written are somebody's work: whatever would lose them waits until it is
 * clear what becomes of them. The first time that bytes of another process are written is asked about.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"
#include "app/buffers/lacuna-change-question.h"
#include "app/buffers/lacuna-reason-box.h"
#include "app/bytes/lacuna-bytes-pane.h"
#include "app/table/lacuna-region-words.h"
#include "model/lacuna-allocator.h"
#include "model/lacuna-byte-search.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

static void
released_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (LacunaAllocator) allocator = user_data;

  if (allocator != NULL)
    lacuna_allocator_refresh_references (allocator);
}

/* A look that begins or ends is told to whoever lists the looks. With the last look at memory that was
 * freed the memory goes, which takes the system seconds when it is large, so a worker waits for that. */
static void
hold (LacunaWindow    *self,
      struct lac_range range)
{
  g_autoptr (LacunaAllocator) allocator = NULL;
  gboolean is_self = self->target != NULL
                     && lacuna_target_get_kind (self->target) == LACUNA_TARGET_SELF;

  if (!is_self)
    range = (struct lac_range){ 0, 0 };
  if (range.start == self->held.start && range.end == self->held.end)
    return;
  self->held = range;
  if (is_self)
    allocator = lacuna_allocator_for_target (self->target, NULL);
  if (self->hold != NULL)
    lacuna_hold_free_async (g_steal_pointer (&self->hold), released_cb,
                            allocator != NULL ? g_object_ref (allocator) : NULL);
  if (lac_range_size (range) > 0)
    /* Translators: who looks at some memory, in a list of those who do. */
    self->hold = lacuna_hold_new (range, _ ("bytes view"));
  if (allocator != NULL)
    lacuna_allocator_refresh_references (allocator);
}

static void
show_message (LacunaWindow *self,
              const char   *message)
{
  if (self->shows_target && self->snapshot != NULL && self->target == self->bytes_target)
    lacuna_bytes_pane_set_map (self->bytes_pane, lacuna_snapshot_get_map (self->snapshot));
  lacuna_bytes_pane_set_message (self->bytes_pane, message);
  hold (self, (struct lac_range){ 0, 0 });
}

/* "libc.so.6 · r-xp · 1.5 MiB", "libc.so.6 · 1.5 MiB", "libc.so.6": what is left where there is less room. */
static void
make_titles (const struct lac_map    *map,
             const struct lac_region *region,
             char                    *titles[3])
{
  const struct lac_backing *backing = lac_map_backing (map, region);
  g_autofree char *path = lacuna_region_name (backing);
  g_autofree char *name = *path == '/' ? g_path_get_basename (path) : g_strdup (path);
  g_autofree char *protection = lacuna_region_protection (region);
  g_autofree char *size = lacuna_format_size (region->end - region->start);
  const char *kind = lacuna_ink_get_label (lacuna_ink_for_region (region));

  titles[2] = g_strdup (*name != '\0' ? name : kind);
  /* Translators: of a region: its name or what it is for, its size. */
  titles[1] = g_strdup_printf (C_ ("region", "%s · %s"), titles[2], size);
  /* Translators: of a region: its name or what it is for, its protection such as r-xp, its size. */
  titles[0] = g_strdup_printf (C_ ("region", "%s · %s · %s"), titles[2], protection, size);
}

/* (nullable): why nothing of what the window shows can be read. */
static const char *
target_fault (LacunaWindow *self)
{
  if (self->target == NULL || self->snapshot == NULL || !self->shows_target)
    return _ ("There is nothing to see yet.");
  if (self->reasons.no_memory != NULL)
    return _ ("The bytes of this process can't be read.");
  if (lacuna_target_get_capabilities (self->target) & LACUNA_CAN_READ)
    return NULL;
  if (lacuna_target_get_kind (self->target) == LACUNA_TARGET_FILE)
    return _ ("A file that lists regions does not hold their bytes.");
  return _ ("The bytes of this process can't be shown.");
}

/* Below the message: why that is so, and what would help. */
static void
show_reason (LacunaWindow *self)
{
  LacunaReason *reason = self->reasons.no_memory;
  g_autofree char *words = NULL;

  if (reason == NULL || !self->shows_target)
    return;
  words = lacuna_reason_words_in_box (reason, lacuna_target_get_pid (self->target));
  lacuna_bytes_pane_set_reason (self->bytes_pane, words, lacuna_reason_get_command (reason));
}

/* Whose bytes they are, in words. */
static void
show_owner (LacunaWindow *self)
{
  gboolean is_self = lacuna_target_get_kind (self->bytes_target) == LACUNA_TARGET_SELF;

  lacuna_bytes_pane_set_owner (self->bytes_pane,
                               is_self ? NULL : lacuna_target_get_title (self->bytes_target),
                               lacuna_target_get_pid (self->bytes_target),
                               self->exited && self->bytes_target == self->target);
}

static void
show_region (LacunaWindow            *self,
             const struct lac_region *region)
{
  struct lac_range range = lac_region_range (region);
  const struct lac_map *map = lacuna_snapshot_get_map (self->snapshot);
  char *titles[3];
  const char *reason = NULL;

  make_titles (map, region, titles);

  if ((region->protection & LAC_PROTECTION_READ) == 0)
    reason = _ ("The memory has no read permission.");
  if (self->bytes_target != self->target)
    {
      g_autoptr (LacunaByteSource) source = lacuna_byte_source_new_for_target (self->target);

      g_set_object (&self->bytes_target, self->target);
      lacuna_bytes_pane_set_source (self->bytes_pane, source);
    }
  show_owner (self);
  lacuna_bytes_pane_set_map (self->bytes_pane, lacuna_snapshot_get_map (self->snapshot));
  hold (self, range);
  lacuna_bytes_pane_set_range (self->bytes_pane, range, titles[0], reason);
  lacuna_bytes_pane_set_short_titles (self->bytes_pane, titles[1], titles[2]);
  lacuna_bytes_pane_set_sparse (self->bytes_pane, lacuna_byte_search_is_sparse (map, region));
  lacuna_bytes_pane_set_read_only (self->bytes_pane,
                                   (region->protection & LAC_PROTECTION_WRITE) == 0);
  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    g_free (titles[i]);
}

/**
 * lacuna_window_show_bytes:
 *
 * Has the view of bytes show what is selected, when it is seen.
 */
void
lacuna_window_show_bytes (LacunaWindow *self)
{
  const struct lac_region *regions;
  const char *fault;
  size_t n_regions;
  size_t index;

  if (!self->bytes)
    {
      hold (self, (struct lac_range){ 0, 0 });
      return;
    }
  fault = target_fault (self);
  if (fault == NULL && !self->any_selected)
    fault = _ ("Select a region on the strip or in the table to see its bytes.");
  if (fault != NULL)
    {
      show_message (self, fault);
      show_reason (self);
      return;
    }
  regions = lac_map_regions (lacuna_snapshot_get_map (self->snapshot), &n_regions);
  index = lac_map_search (lacuna_snapshot_get_map (self->snapshot), self->selected.start);
  if (index < n_regions && lac_range_contains (lac_region_range (&regions[index]),
                                               self->selected.start))
    show_region (self, &regions[index]);
  else
    show_message (self, _ ("This is a gap: nothing is mapped here, so there are no bytes."));
}

static void
told_cb (LacunaWindow *self,
         const char   *text)
{
  lacuna_window_toast (self, text);
}

static void
zoom_to_cb (LacunaWindow *self,
            guint64       start,
            guint64       end)
{
  lacuna_strip_show_range (self->strip, (struct lac_range){ start, end }, TRUE);
}

/* A question on its way. */
typedef struct
{
  LacunaWindow *window;
  LacunaAllocator *allocator;
} Change;

static void
answered_cb (gboolean go_on,
             gpointer user_data)
{
  Change *change = user_data;

  if (go_on)
    lacuna_allocator_set_agreed (change->allocator, LACUNA_CONSENT_OUTSIDE);
  /* It may be that the window goes, and the question with it. */
  if (!gtk_widget_in_destruction (GTK_WIDGET (change->window)))
    lacuna_bytes_pane_answer_change (change->window->bytes_pane, go_on);
  g_object_unref (change->allocator);
  g_object_unref (change->window);
  g_free (change);
}

/* The first change of another process is asked about, be it to its bytes or to its buffers. */
static gboolean
confirm_change_cb (LacunaWindow *self)
{
  g_autoptr (LacunaAllocator) allocator = NULL;
  Change *change;

  if (self->bytes_target != NULL)
    allocator = lacuna_allocator_for_target (self->bytes_target, NULL);
  if (allocator == NULL || lacuna_allocator_get_agreed (allocator) >= LACUNA_CONSENT_OUTSIDE)
    return FALSE;

  change = g_new0 (Change, 1);
  change->window = g_object_ref (self);
  change->allocator = g_steal_pointer (&allocator);
  lacuna_change_question_ask (GTK_WIDGET (self), lacuna_target_get_title (self->bytes_target), NULL,
                              LACUNA_CONFIRM_NOTHING, LACUNA_CONSENT_OUTSIDE, answered_cb, change);
  return TRUE;
}

/* What would lose changes */

static gboolean
has_changes (LacunaWindow *self)
{
  return self->bytes_pane != NULL && lacuna_bytes_pane_has_changes (self->bytes_pane);
}

static void
show_table (gpointer user_data)
{
  LacunaWindow *self = user_data;

  g_object_set (self->bytes_pane, "editing", FALSE, NULL);
  lacuna_window_set_bytes (self, FALSE);
}

static gboolean
close_window_cb (gpointer user_data)
{
  gtk_window_close (GTK_WINDOW (user_data));
  return G_SOURCE_REMOVE;
}

/* Not while the question that lies over it is about to close itself. */
static void
close_window (gpointer user_data)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, close_window_cb, g_object_ref (user_data), g_object_unref);
}

/**
 * lacuna_window_has_changes:
 *
 * Returns: whether closing it may lose something, and so asks
 */
gboolean
lacuna_window_has_changes (LacunaWindow *self)
{
  g_return_val_if_fail (LACUNA_IS_WINDOW (self), FALSE);

  return has_changes (self) || lacuna_allocator_count_left () > 0;
}

/**
 * lacuna_window_keep_bytes:
 *
 * For a window that is to be closed.
 *
 * Returns: whether it stays for now, because somebody is asked what becomes of changes
 */
gboolean
lacuna_window_keep_bytes (LacunaWindow *self)
{
  if (!has_changes (self))
    return FALSE;
  lacuna_bytes_pane_leave (self->bytes_pane, close_window, g_object_ref (self), g_object_unref);
  return TRUE;
}

typedef struct
{
  LacunaWindow *window;
  LacunaTarget *target; /* (nullable) */
  char *spelling;       /* (nullable) */
} Leaving;

static void
leaving_free (gpointer data)
{
  Leaving *leaving = data;

  g_object_unref (leaving->window);
  g_clear_object (&leaving->target);
  g_free (leaving->spelling);
  g_free (leaving);
}

static void
open_other (gpointer user_data)
{
  Leaving *leaving = user_data;

  if (leaving->target != NULL)
    lacuna_window_open_target (leaving->window, leaving->target);
  else
    lacuna_window_open_spelling (leaving->window, leaving->spelling);
}

/**
 * lacuna_window_leave_bytes:
 * @target: (nullable): what is to be opened
 * @spelling: (nullable): the same, where there is no target
 *
 * For whoever opens something else.
 *
 * Returns: whether that has to wait, because somebody is asked what becomes of changes
 */
gboolean
lacuna_window_leave_bytes (LacunaWindow *self,
                           LacunaTarget *target,
                           const char   *spelling)
{
  Leaving *leaving;

  if (!has_changes (self) || (target != NULL && target == self->bytes_target))
    return FALSE;
  leaving = g_new0 (Leaving, 1);
  leaving->window = g_object_ref (self);
  g_set_object (&leaving->target, target);
  leaving->spelling = g_strdup (spelling);
  lacuna_bytes_pane_leave (self->bytes_pane, open_other, leaving, leaving_free);
  return TRUE;
}

/* What was found lies somewhere else: there one goes, but who looks for it goes on typing. */
static void
go_to_cb (LacunaWindow *self,
          guint64       start,
          guint64       end)
{
  lacuna_window_select_place (self, start);
  lacuna_strip_reveal_range (self->strip, (struct lac_range){ start, end }, TRUE);
}

static void
build (LacunaWindow *self)
{
  GtkWidget *pane = lacuna_bytes_pane_new ();
  GtkWidget *button = gtk_toggle_button_new_with_label (_ ("Bytes"));

  self->bytes_pane = LACUNA_BYTES_PANE (pane);
  g_signal_connect_object (pane, "told", G_CALLBACK (told_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pane, "zoom-to", G_CALLBACK (zoom_to_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pane, "go-to", G_CALLBACK (go_to_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pane, "confirm-change", G_CALLBACK (confirm_change_cb), self,
                           G_CONNECT_SWAPPED);

  /* The table has the same switch in the same place. */
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.bytes");
  gtk_widget_add_css_class (button, "bytes-switch");
  gtk_widget_set_tooltip_text (button, _ ("Back to the Table (Ctrl+B)"));
  gtk_box_append (lacuna_bytes_pane_get_slot (self->bytes_pane), button);
  lacuna_window_adapt_bytes (self);
  gtk_stack_add_named (self->table_stack, pane, "bytes");
}

/**
 * lacuna_window_adapt_bytes:
 *
 * Lays the view of bytes out for the room that there is.
 */
void
lacuna_window_adapt_bytes (LacunaWindow *self)
{
  if (self->bytes_pane != NULL)
    lacuna_bytes_pane_set_narrow (self->bytes_pane, self->room == LACUNA_ROOM_NARROW,
                                  self->room != LACUNA_ROOM_WIDE);
}

/**
 * lacuna_window_set_bytes:
 * @bytes: whether the bytes of what is selected are shown, and not the table
 */
void
lacuna_window_set_bytes (LacunaWindow *self,
                         gboolean      bytes)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  gboolean had_focus = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->table_stack));

  if (self->bytes == bytes)
    return;
  if (!bytes && has_changes (self))
    {
      lacuna_bytes_pane_leave (self->bytes_pane, show_table, g_object_ref (self), g_object_unref);
      return;
    }
  if (!bytes)
    g_object_set (self->bytes_pane, "editing", FALSE, NULL);
  self->bytes = bytes;
  if (bytes && self->bytes_pane == NULL)
    build (self);
  lacuna_window_show_bytes (self);
  gtk_stack_set_visible_child_name (self->table_stack, bytes ? "bytes" : "table");
  /* Whoever asks for bytes goes on with them. */
  if (bytes && !gtk_widget_grab_focus (GTK_WIDGET (self->bytes_pane)) && had_focus)
    gtk_widget_grab_focus (GTK_WIDGET (self->strip));
  else if (!bytes && had_focus)
    gtk_widget_child_focus (GTK_WIDGET (self->region_pane), GTK_DIR_TAB_FORWARD);
  lacuna_window_notify (self, LACUNA_WINDOW_BYTES);
}

/**
 * lacuna_window_refresh_bytes:
 *
 * Has the bytes read again: the target was.
 */
void
lacuna_window_refresh_bytes (LacunaWindow *self)
{
  if (self->bytes)
    lacuna_bytes_pane_refresh (self->bytes_pane);
}

/**
 * lacuna_window_bytes_exited:
 *
 * Has the view of bytes say that whose bytes it shows is no more, or is after all.
 */
void
lacuna_window_bytes_exited (LacunaWindow *self)
{
  if (self->bytes_pane != NULL && self->bytes_target != NULL)
    show_owner (self);
}

/**
 * lacuna_window_go_to_byte:
 * @address: inside of what is selected
 */
void
lacuna_window_go_to_byte (LacunaWindow *self,
                          guint64       address)
{
  if (self->bytes)
    lacuna_bytes_go_to (lacuna_bytes_pane_get_view (self->bytes_pane), address);
}

/**
 * lacuna_window_step_bytes:
 * @backward: whether to the match before
 *
 * Returns: whether the keys for the next match are about bytes now
 */
gboolean
lacuna_window_step_bytes (LacunaWindow *self,
                          gboolean      backward)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  return self->bytes && focus != NULL
         && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->bytes_pane))
         && lacuna_bytes_pane_step (self->bytes_pane, backward);
}

/**
 * lacuna_window_handle_bytes_key:
 * @keyval: a key that nobody with the focus has a meaning for
 * @state: with which modifiers
 *
 * Returns: whether it was about the bytes that are edited, and is done
 */
gboolean
lacuna_window_handle_bytes_key (LacunaWindow    *self,
                                guint            keyval,
                                GdkModifierType  state)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  return self->bytes
         && (focus == NULL || gtk_widget_is_ancestor (focus, GTK_WIDGET (self->bytes_pane)))
         && lacuna_bytes_handle_edit_key (lacuna_bytes_pane_get_view (self->bytes_pane), keyval, state);
}

void
lacuna_window_clear_bytes (LacunaWindow *self)
{
  if (self->hold != NULL)
    lacuna_hold_free_async (g_steal_pointer (&self->hold), NULL, NULL);
  self->held = (struct lac_range){ 0, 0 };
  g_clear_object (&self->bytes_target);
}
