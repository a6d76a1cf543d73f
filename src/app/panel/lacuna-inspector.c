/* LacunaInspector: everything that is known about the region or gap that is selected, in words.
 *
 * There is a row for each fact that there can be, made once; those that there are at the moment are
 * shown. So a refresh changes texts and nothing else, and focus and scroll stay where they were.
 *
 * How pages are used is read only when somebody asks: the kernel walks the page tables of the whole
 * process for it, which takes seconds for a big one. It is read on a worker, and only what is said
 * of the one region is kept.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-inspector.h"
#include "lacuna-inspector-rows.h"

#include <glib/gi18n.h>

struct _LacunaInspector
{
  LacunaLater parent_instance;

  GtkWidget *scroller;
  GtkWidget *empty;
  GtkWidget *heading;
  LacunaSwatch *swatch;
  GtkLabel *title;
  GtkLabel *sentence;
  GtkWidget *sections[LACUNA_N_FACT_SECTIONS];
  GtkWidget *rows[LACUNA_N_FACTS];
  GtkWidget *values[LACUNA_N_FACTS]; /* a label, or a neighbour's button */
  GtkWidget *copies[LACUNA_N_FACTS]; /* a button, or NULL */
  GtkWidget *read_button;
  GtkLabel *read_note;

  LacunaTarget *target;
  LacunaSnapshot *snapshot;
  LacunaGapResults *results;
  gboolean any;
  guint64 address;
  struct lac_range measure;
  LacunaFacts facts;

  GCancellable *cancellable; /* of the reading of page usage */
  struct lac_range detail_range; /* what the detail is of; empty: there is none */
  struct lac_region_detail detail;
};

enum
{
  GO_TO_ADDRESS,
  COPIED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaInspector, lacuna_inspector, LACUNA_TYPE_LATER)

static LacunaFactKind
get_kind (GtkWidget *button)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "lacuna-fact"));
}

static void
show_fact (LacunaInspector *self,
           LacunaFactKind   kind)
{
  const LacunaFact *fact = &self->facts.facts[kind];

  gtk_widget_set_visible (self->rows[kind], fact->text != NULL);
  if (fact->text == NULL)
    return;
  gtk_widget_set_visible (self->sections[lacuna_inspector_row_section (kind)], TRUE);
  if (lacuna_inspector_row_is_link (kind))
    {
      const char *caption = lacuna_inspector_row_caption (kind);
      /* Translators: "Before" or "After", and what lies there. */
      g_autofree char *name = g_strdup_printf (_ ("%s: %s"), caption, fact->text);

      gtk_button_set_label (GTK_BUTTON (self->values[kind]), fact->text);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->values[kind]),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
    }
  /* Setting the same text would let go of what is selected in it. */
  else if (g_strcmp0 (gtk_label_get_label (GTK_LABEL (self->values[kind])), fact->text) != 0)
    gtk_label_set_label (GTK_LABEL (self->values[kind]), fact->text);
}

static gboolean
can_read_pages (LacunaInspector *self)
{
  return self->facts.region && self->target != NULL
         && (lacuna_target_get_capabilities (self->target) & LACUNA_CAN_DETAIL) != 0
         && !lacuna_target_has_exited (self->target);
}

static void
update (LacunaInspector *self)
{
  gboolean any;
  gboolean can_read;

  if (!lacuna_later_is_built (self))
    return;
  lacuna_facts_clear (&self->facts);
  any = self->any && self->snapshot != NULL
        && lacuna_facts_find (&self->facts, lacuna_snapshot_get_map (self->snapshot),
                              self->results, self->address);
  if (any && self->facts.region && lac_range_size (self->detail_range) > 0
      && self->detail_range.start == self->facts.range.start
      && self->detail_range.end == self->facts.range.end
      && self->facts.facts[LACUNA_FACT_RESIDENT].text == NULL)
    lacuna_facts_add_detail (&self->facts, &self->detail);
  lacuna_facts_measure (&self->facts, self->results, self->measure);

  gtk_widget_set_visible (self->heading, any);
  gtk_widget_set_visible (GTK_WIDGET (self->sentence), any);
  if (any)
    {
      lacuna_swatch_set (self->swatch, self->facts.swatch, self->facts.ink);
      gtk_label_set_label (self->title, self->facts.title);
      /* Who comes in here hears what it is about. */
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                      self->facts.title, -1);
      gtk_label_set_label (self->sentence, self->facts.sentence);
    }
  else
    gtk_accessible_reset_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);

  for (LacunaFactSection section = 0; section < LACUNA_N_FACT_SECTIONS; section++)
    gtk_widget_set_visible (self->sections[section], FALSE);
  for (LacunaFactKind kind = 0; kind < LACUNA_N_FACTS; kind++)
    show_fact (self, kind);

  can_read = any && can_read_pages (self);
  gtk_widget_set_visible (self->read_button, can_read);
  gtk_widget_set_sensitive (self->read_button, self->cancellable == NULL);
  gtk_button_set_label (GTK_BUTTON (self->read_button),
                        self->facts.facts[LACUNA_FACT_RESIDENT].text != NULL
                            ? _ ("Read Page Usage Again")
                            : _ ("Read Page Usage"));
  if (can_read)
    gtk_widget_set_visible (self->sections[LACUNA_FACT_SECTION_PAGES], TRUE);
  gtk_widget_set_visible (self->empty, !any);
}

/* Page usage */

static void
detail_loaded_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (LacunaInspector) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaSnapshot) snapshot
      = lacuna_target_load_finish (LACUNA_TARGET (source), result, &error);
  const struct lac_region *regions;
  struct lac_map *map;
  size_t n_regions;
  size_t index;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->cancellable);
  gtk_label_set_label (self->read_note, error != NULL ? error->message : "");
  if (snapshot != NULL && self->facts.region)
    {
      const struct lac_region_detail *detail = NULL;

      map = lacuna_snapshot_get_map (snapshot);
      regions = lac_map_regions (map, &n_regions);
      index = lac_map_search (map, self->facts.range.start);
      if (index < n_regions && regions[index].start == self->facts.range.start
          && regions[index].end == self->facts.range.end)
        detail = lac_map_detail (map, index);
      if (detail != NULL)
        {
          self->detail = *detail;
          self->detail_range = self->facts.range;
        }
      else
        gtk_label_set_label (self->read_note,
                             _ ("The region has changed since. Refresh, and read again."));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->read_note),
                          *gtk_label_get_label (self->read_note) != '\0');
  update (self);
}

static void
stop_reading (LacunaInspector *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

/* What was said of one region is not to stand below another. */
static void
forget_reading (LacunaInspector *self)
{
  stop_reading (self);
  if (self->read_note != NULL)
    gtk_widget_set_visible (GTK_WIDGET (self->read_note), FALSE);
}

static void
read_clicked_cb (LacunaInspector *self)
{
  if (self->cancellable != NULL || self->target == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  gtk_label_set_label (self->read_note, _ ("Reading how the pages are used…"));
  gtk_widget_set_visible (GTK_WIDGET (self->read_note), TRUE);
  lacuna_target_load_async (self->target, LACUNA_LOAD_DETAIL, self->cancellable, detail_loaded_cb,
                            g_object_ref (self));
  update (self);
}

/* Rows */

static void
copy_clicked_cb (LacunaInspector *self,
                 GtkWidget       *button)
{
  const LacunaFact *fact = &self->facts.facts[get_kind (button)];
  const char *text = fact->copy != NULL ? fact->copy : fact->text;

  if (text == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  g_signal_emit (self, signals[COPIED], 0, text);
}

static void
neighbour_clicked_cb (LacunaInspector *self,
                      GtkWidget       *button)
{
  const LacunaFact *fact = &self->facts.facts[get_kind (button)];

  if (fact->text != NULL)
    g_signal_emit (self, signals[GO_TO_ADDRESS], 0, fact->address);
}

static void
connect_button (LacunaInspector *self,
                LacunaFactKind   kind,
                GtkWidget       *button,
                GCallback        callback)
{
  g_object_set_data (G_OBJECT (button), "lacuna-fact", GUINT_TO_POINTER (kind));
  g_signal_connect_swapped (button, "clicked", callback, self);
}

static void
fill (LacunaInspector *self,
      GtkBox          *box)
{
  self->heading = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->swatch = LACUNA_SWATCH (lacuna_swatch_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->swatch), GTK_ALIGN_CENTER);
  self->title = GTK_LABEL (lacuna_inspector_label_new ("", "title-4"));
  self->sentence = GTK_LABEL (lacuna_inspector_label_new ("", "dim-label"));
  self->empty = lacuna_inspector_label_new (
      _ ("Select a region or a gap on the strip or in the table, to read everything about it "
         "here."),
      "dim-label");
  gtk_box_append (GTK_BOX (self->heading), GTK_WIDGET (self->swatch));
  gtk_box_append (GTK_BOX (self->heading), GTK_WIDGET (self->title));
  for (LacunaFactSection section = 0; section < LACUNA_N_FACT_SECTIONS; section++)
    self->sections[section] = lacuna_inspector_section_new (section);
  /* What was measured is no part of what is selected. */
  gtk_box_append (box, self->sections[LACUNA_FACT_SECTION_MEASURE]);
  gtk_box_append (box, self->heading);
  gtk_box_append (box, GTK_WIDGET (self->sentence));
  gtk_box_append (box, self->empty);
  for (LacunaFactSection section = 0; section < LACUNA_N_FACT_SECTIONS; section++)
    if (section != LACUNA_FACT_SECTION_MEASURE)
      gtk_box_append (box, self->sections[section]);
  for (LacunaFactKind kind = 0; kind < LACUNA_N_FACTS; kind++)
    {
      self->rows[kind] = lacuna_inspector_row_new (kind, &self->values[kind], &self->copies[kind]);
      if (self->copies[kind] != NULL)
        connect_button (self, kind, self->copies[kind], G_CALLBACK (copy_clicked_cb));
      if (lacuna_inspector_row_is_link (kind))
        connect_button (self, kind, self->values[kind], G_CALLBACK (neighbour_clicked_cb));
      gtk_box_append (GTK_BOX (self->sections[lacuna_inspector_row_section (kind)]),
                      self->rows[kind]);
    }

  self->read_button = gtk_button_new_with_label (_ ("Read Page Usage"));
  gtk_widget_set_halign (self->read_button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (
      self->read_button,
      _ ("Ask how much is in memory, written and swapped out. This may take a while."));
  g_signal_connect_swapped (self->read_button, "clicked", G_CALLBACK (read_clicked_cb), self);
  self->read_note = GTK_LABEL (lacuna_inspector_label_new ("", "caption"));
  gtk_widget_set_visible (GTK_WIDGET (self->read_note), FALSE);
  gtk_box_append (GTK_BOX (self->sections[LACUNA_FACT_SECTION_PAGES]), self->read_button);
  gtk_box_append (GTK_BOX (self->sections[LACUNA_FACT_SECTION_PAGES]),
                  GTK_WIDGET (self->read_note));
}

/* The widget */

static void
lacuna_inspector_dispose (GObject *object)
{
  LacunaInspector *self = LACUNA_INSPECTOR (object);

  stop_reading (self);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->target);
  g_clear_object (&self->snapshot);
  g_clear_object (&self->results);
  lacuna_facts_clear (&self->facts);

  G_OBJECT_CLASS (lacuna_inspector_parent_class)->dispose (object);
}

static void
lacuna_inspector_build (LacunaLater *later)
{
  LacunaInspector *self = LACUNA_INSPECTOR (later);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);

  fill (self, GTK_BOX (box));
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), box);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scroller), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Inspector"), -1);
  update (self);
}

static void
lacuna_inspector_class_init (LacunaInspectorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lacuna_inspector_dispose;
  LACUNA_LATER_CLASS (klass)->build = lacuna_inspector_build;

  signals[GO_TO_ADDRESS] = g_signal_new ("go-to-address", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
  signals[COPIED] = g_signal_new ("copied", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "inspector");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
lacuna_inspector_init (LacunaInspector *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Inspector"), -1);
}

/**
 * lacuna_inspector_set_snapshot:
 * @target: (nullable): whose it is; asked for page usage when somebody wants to know
 * @snapshot: (nullable): what addresses are looked up in
 *
 * Drops the results, which belong to an older snapshot.
 */
void
lacuna_inspector_set_snapshot (LacunaInspector *self,
                               LacunaTarget    *target,
                               LacunaSnapshot  *snapshot)
{
  g_return_if_fail (LACUNA_IS_INSPECTOR (self));

  if (g_set_object (&self->target, target))
    {
      forget_reading (self);
      self->detail_range = (struct lac_range){ 0, 0 };
    }
  g_set_object (&self->snapshot, snapshot);
  g_clear_object (&self->results);
  update (self);
}

/**
 * lacuna_inspector_set_results:
 * @results: (nullable): what decides whether a gap fits
 */
void
lacuna_inspector_set_results (LacunaInspector  *self,
                              LacunaGapResults *results)
{
  g_return_if_fail (LACUNA_IS_INSPECTOR (self));

  g_set_object (&self->results, results);
  update (self);
}

/**
 * lacuna_inspector_set_selection:
 * @any: whether something is selected
 * @address: an address in it
 */
void
lacuna_inspector_set_selection (LacunaInspector *self,
                                gboolean         any,
                                guint64          address)
{
  g_return_if_fail (LACUNA_IS_INSPECTOR (self));

  if (self->any != any || self->address != address)
    forget_reading (self);
  self->any = any;
  self->address = address;
  update (self);
}

/**
 * lacuna_inspector_set_measure:
 * @range: what was measured on the strip; empty for nothing
 */
void
lacuna_inspector_set_measure (LacunaInspector *self,
                              struct lac_range range)
{
  g_return_if_fail (LACUNA_IS_INSPECTOR (self));

  self->measure = range;
  update (self);
}

/**
 * lacuna_inspector_focus:
 *
 * Gives the focus to the first thing here that takes it, also before the page is on the screen: a
 * widget that is not there yet is none that gtk_widget_child_focus() would find.
 *
 * Returns: whether there is such a thing
 */
gboolean
lacuna_inspector_focus (LacunaInspector *self)
{
  g_return_val_if_fail (LACUNA_IS_INSPECTOR (self), FALSE);

  lacuna_later_build (self);
  for (LacunaFactKind kind = 0; kind < LACUNA_N_FACTS; kind++)
    if (gtk_widget_get_visible (self->rows[kind]))
      {
        GtkWidget *stop
            = self->copies[kind] != NULL ? self->copies[kind] : self->values[kind];

        if (gtk_widget_grab_focus (stop))
          return TRUE;
      }
  return FALSE;
}
