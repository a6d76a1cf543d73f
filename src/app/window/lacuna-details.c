/* LacunaDetails: one line about the region or gap that is pointed at, or selected.
 *
 * What is pointed at goes before what is measured, and that before what is selected; they come back
 * when the pointer leaves. It always takes the same room, so that nothing jumps while the pointer
 * moves; and it always says something: a newcomer first reads here what can be done.
 *
 * A range of which the end is cut off says something else, so the line has a layout of its own:
 * what there is no room for goes in the order of what it is worth. First the protection and where
 * in the file, then the size, then letters in the middle of the name.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-details.h"
#include "app/panel/lacuna-facts.h"
#include "app/lacuna-isolate.h"
#include "app/strip/lacuna-line.h"
#include "app/table/lacuna-region-words.h"
#include "app/strip/lacuna-swatch.h"
#include "model/lacuna-format.h"
#include "model/lacuna-ink.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <string.h>

#define SPACING 8

struct _LacunaDetails
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *first_line;
  LacunaSwatch *swatch;
  LacunaLine *title;
  LacunaLine *range;
  LacunaLine *facts;
  LacunaLine *size; /* the first of the facts, where there is no room for all */
  GtkLabel *long_range; /* on a line of its own, where that is too narrow for both */
  LacunaLine *sentence;

  LacunaSnapshot *snapshot;
  LacunaGapResults *results;
  char *about_title; /* of the control with the focus, NULL for none */
  char *about_sentence;
  gboolean narrow;
  gboolean has_swatch;
  gboolean selected;
  gboolean inside;
  guint64 selected_address;
  gboolean has_place; /* an address of the selection is told as well */
  guint64 place;
  guint64 hover_address;
  struct lac_range measure; /* empty for none */
};

G_DEFINE_FINAL_TYPE (LacunaDetails, lacuna_details, GTK_TYPE_WIDGET)

/* The line */

/* The title is cut down to this and no further. */
#define LEAST_TITLE 24

static void
measure_line (GtkWidget     *line,
              GtkOrientation orientation,
              int            for_size,
              int           *minimum,
              int           *natural,
              int           *minimum_baseline,
              int           *natural_baseline)
{
  *minimum = 0;
  *natural = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (line); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int child_minimum;
      int child_natural;

      gtk_widget_measure (child, orientation, -1, &child_minimum, &child_natural, NULL, NULL);
      *minimum = MAX (*minimum, child_minimum);
      *natural = MAX (*natural, child_natural);
    }
}

static void
place_child (GtkWidget *line,
             GtkWidget *child,
             int       *x,
             int        width,
             int        line_width,
             int        height)
{
  GtkAllocation place = { *x, 0, width, height };

  gtk_widget_set_child_visible (child, width > 0);
  if (width <= 0)
    return;
  if (gtk_widget_get_direction (line) == GTK_TEXT_DIR_RTL)
    place.x = line_width - *x - width;
  gtk_widget_size_allocate (child, &place, -1);
  *x += width + SPACING;
}

static void
place_children (LacunaDetails *self,
                int            width,
                int            height)
{
  GtkWidget *line = self->first_line;
  int swatch = 0;
  int range = self->narrow ? 0 : lacuna_line_get_width (self->range);
  int title = lacuna_line_get_width (self->title);
  int facts = lacuna_line_get_width (self->facts);
  int size = lacuna_line_get_width (self->size);
  int room;
  int x = 0;

  if (self->has_swatch)
    gtk_widget_measure (GTK_WIDGET (self->swatch), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &swatch,
                        NULL, NULL);
  room = width - (swatch > 0 ? swatch + SPACING : 0);
  range = CLAMP (room - MIN (title, LEAST_TITLE) - SPACING, 0, range);
  room -= range > 0 ? range + SPACING : 0;
  title = CLAMP (title, 0, MAX (room, 0));
  room -= title + SPACING;

  place_child (line, GTK_WIDGET (self->swatch), &x, swatch, width, height);
  place_child (line, GTK_WIDGET (self->title), &x, title, width, height);
  place_child (line, GTK_WIDGET (self->range), &x, range, width, height);
  place_child (line, GTK_WIDGET (self->facts), &x, facts <= room ? facts : 0, width, height);
  place_child (line, GTK_WIDGET (self->size), &x, facts > room && size <= room ? size : 0, width,
               height);
}

static void
allocate_line (GtkWidget *line,
               int        width,
               int        height,
               int        baseline)
{
  place_children (LACUNA_DETAILS (gtk_widget_get_ancestor (line, LACUNA_TYPE_DETAILS)), width,
                  height);
}

/* Places what has another width now, at once: the line itself takes the same room, and asking for a
 * layout would have all of the window's looked at, and its place on the screen asked for. */
static void
place_again (LacunaDetails *self)
{
  int width = gtk_widget_get_width (self->first_line);
  int height = gtk_widget_get_height (self->first_line);

  if (width > 0 && height > 0 && gtk_widget_get_mapped (self->first_line))
    place_children (self, width, height);
  else
    gtk_widget_queue_allocate (self->first_line);
}

/* What it says */

/* On a line of its own the range goes on in the next one, rather than lose its end. The line of one
 * that is not there is left empty below what there is to read. */
static void
show_long_range (LacunaDetails *self)
{
  const char *range = lacuna_line_get_text (self->range);
  gboolean any = range != NULL && *range != '\0';

  gtk_label_set_label (self->long_range, range);
  gtk_box_reorder_child_after (GTK_BOX (self->box), GTK_WIDGET (self->long_range),
                               any ? self->first_line : GTK_WIDGET (self->sentence));
}

static void
show_texts (LacunaDetails   *self,
            LacunaSwatchKind kind,
            LacunaInk        ink,
            const char      *title,
            const char      *range,
            const char      *size,
            const char      *facts,
            const char      *sentence)
{
  gboolean has_swatch = kind != LACUNA_SWATCH_NONE;
  gboolean differs = self->has_swatch != has_swatch;

  lacuna_swatch_set (self->swatch, kind, ink);
  self->has_swatch = has_swatch;
  differs |= lacuna_line_set_text (self->title, title);
  differs |= lacuna_line_set_text (self->range, range);
  differs |= lacuna_line_set_text (self->size, size);
  differs |= lacuna_line_set_text (self->facts, facts);
  lacuna_line_set_text (self->sentence, sentence);
  if (self->narrow)
    show_long_range (self);
  if (differs)
    place_again (self);
}

/* @place: (nullable): an address in it that somebody went to. */
static char *
format_range (struct lac_range range,
              const guint64   *place)
{
  g_autofree char *start = lacuna_format_address_grouped (range.start);
  g_autofree char *end = lacuna_format_address_grouped (range.end);
  g_autofree char *address = NULL;

  if (place == NULL)
    return lacuna_isolate (g_strdup_printf ("%s – %s", start, end));
  address = lacuna_format_address_grouped (*place);
  /* Translators: an address, and the range that it lies in. */
  return lacuna_isolate (g_strdup_printf (_ ("%s in %s – %s"), address, start, end));
}

/* What a place is called, such as "libc.so.6 + 0x5f1c0", as one types it to come back; NULL where what
 * lies there has no name. */
static char *
format_place (const struct lac_map *map,
              const char           *name,
              guint64               place)
{
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  size_t index;

  if (*name == '\0' || lac_map_find_name (map, name, strlen (name), &index) != LAC_OK
      || regions[index].start > place)
    return NULL;
  if (regions[index].start == place)
    return g_strdup (name);
  return lacuna_isolate (g_strdup_printf ("%s + 0x%" PRIx64, name, place - regions[index].start));
}

static void
show_region (LacunaDetails           *self,
             const struct lac_map    *map,
             const struct lac_region *region,
             const guint64           *place)
{
  const struct lac_backing *backing = lac_map_backing (map, region);
  LacunaInk ink = lacuna_ink_for_region (region);
  g_autofree char *name = lacuna_region_name (backing);
  g_autofree char *base = *name == '/' ? g_path_get_basename (name) : g_strdup (name);
  g_autofree char *range = format_range (lac_region_range (region), place);
  g_autofree char *place_name = place != NULL ? format_place (map, base, *place) : NULL;
  g_autofree char *size = lacuna_format_size (lac_range_size (lac_region_range (region)));
  g_autofree char *protection = lacuna_region_protection (region);
  g_autofree char *facts = NULL;
  g_autofree char *sentence = NULL;

  if (backing->inode != 0)
    /* Translators: size, protection, and where in the file a region begins. */
    facts = g_strdup_printf (_ ("%s · %s · from offset 0x%" PRIx64), size, protection,
                             region->offset);
  else
    /* Translators: size and protection, such as r-xp. */
    facts = g_strdup_printf (C_ ("size and protection", "%s · %s"), size, protection);
  if (!lac_range_contains (lac_map_space (map)->user, region->start))
    /* Translators: what the memory is for, in a sentence, comes first. */
    sentence = g_strdup_printf (_ ("%s It lies outside user space, where the linear scale ends."),
                                lacuna_ink_get_sentence (ink));
  else if (*name == '/')
    /* Translators: what the memory is for, in a sentence, and the path of the file. */
    sentence = g_strdup_printf (C_ ("sentence and path", "%s %s"), lacuna_ink_get_sentence (ink),
                                name);
  else
    sentence = g_strdup (lacuna_ink_get_sentence (ink));
  show_texts (self, LACUNA_SWATCH_INK, ink,
              place_name != NULL ? place_name : *base != '\0' ? base : lacuna_ink_get_label (ink),
              range, size, facts, sentence);
}

static void
show_gap (LacunaDetails        *self,
          const struct lac_map *map,
          gsize                 index,
          const guint64        *place)
{
  struct lac_range gap = lac_map_gap (map, index);
  g_autofree char *range = format_range (gap, place);
  g_autofree char *size = lacuna_format_size (lac_range_size (gap));
  g_autofree char *words = NULL;
  g_autofree char *sentences = NULL;
  g_autofree char *facts = NULL;
  LacunaVerdict verdict
      = lacuna_region_judge_gap (map, index, self->results, 0, &words, &sentences);
  gboolean judged = self->results != NULL
                    && lacuna_snapshot_get_map (lacuna_gap_results_get_snapshot (self->results))
                           == map;

  switch (verdict)
    {
    case LACUNA_VERDICT_FITS:
      /* Translators: of a gap: its size, and how many buffers of which size fit, or "plenty of room". */
      facts = g_strdup_printf (C_ ("gap", "%s · %s"), size, words);
      show_texts (self, LACUNA_SWATCH_FIT, 0, _ ("Free, fits"), range, size, facts, sentences);
      break;
    case LACUNA_VERDICT_FITS_RISKY:
      show_texts (self, LACUNA_SWATCH_RISK, 0, _ ("Free, fits, risky"), range, size, size,
                  sentences);
      break;
    case LACUNA_VERDICT_RISKY:
      show_texts (self, LACUNA_SWATCH_RISK, 0, judged ? _ ("Free, does not fit") : _ ("Free"),
                  range, size, size, sentences);
      break;
    case LACUNA_VERDICT_FREE:
    default:
      show_texts (self, LACUNA_SWATCH_FREE, 0, judged ? _ ("Free, does not fit") : _ ("Free"),
                  range, size, size, sentences);
      break;
    }
}

/* What no program may map: below the lowest address, between user space and what the kernel lends
 * every process, and above. */
static void
show_outside (LacunaDetails        *self,
              const struct lac_map *map,
              gsize                 index,
              guint64               address)
{
  const struct lac_space *space = lac_map_space (map);
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  struct lac_range range = { 0, LAC_ADDRESS_END };
  g_autofree char *text = NULL;
  g_autofree char *size = NULL;

  if (address < space->user.start)
    range.end = space->user.start;
  else
    {
      range.start = index > 0 ? MAX (space->user.end, regions[index - 1].end) : space->user.end;
      if (index < n_regions)
        range.end = regions[index].start;
    }
  text = format_range (range, NULL);
  size = lacuna_format_size (lac_range_size (range));
  show_texts (self, LACUNA_SWATCH_NONE, 0, _ ("Outside"), text, size, size,
              address < space->user.start
                  ? _ ("Below the lowest address that a program may map.")
                  : _ ("Outside user space: a program can't map anything here."));
}

static void
show_address (LacunaDetails *self,
              guint64        address,
              const guint64 *place)
{
  const struct lac_map *map = lacuna_snapshot_get_map (self->snapshot);
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  size_t index = lac_map_search (map, address);

  if (index < n_regions && lac_range_contains (lac_region_range (&regions[index]), address))
    show_region (self, map, &regions[index], place);
  else if (lac_range_contains (lac_map_gap (map, index), address))
    show_gap (self, map, index, place);
  else
    show_outside (self, map, index, address);
}

static void
show_measure (LacunaDetails *self)
{
  g_autofree char *range = format_range (self->measure, NULL);
  g_autofree char *size = lacuna_format_size (lac_range_size (self->measure));
  g_auto (LacunaFacts) measured = { 0 };
  const char *distance;
  g_autofree char *facts = NULL;

  lacuna_facts_measure (&measured, self->results, self->measure);
  distance = measured.facts[LACUNA_FACT_MEASURE_DISTANCE].text;
  facts = distance != NULL ? g_strdup_printf ("%s · %s", size, distance) : g_strdup (size);
  show_texts (self, LACUNA_SWATCH_NONE, 0, _ ("Measured"), range, size, facts,
              _ ("Z zooms to it, Escape lets go of it. Drag to measure something else."));
}

static void
update (LacunaDetails *self)
{
  if (self->snapshot != NULL && self->inside)
    show_address (self, self->hover_address, NULL);
  else if (self->about_sentence != NULL)
    show_texts (self, LACUNA_SWATCH_NONE, 0, self->about_title, "", "", "", self->about_sentence);
  else if (lac_range_size (self->measure) > 0)
    show_measure (self);
  else if (self->snapshot != NULL && self->selected)
    show_address (self, self->selected_address, self->has_place ? &self->place : NULL);
  else
    show_texts (self, LACUNA_SWATCH_NONE, 0, _ ("Point at something"), "", "", "",
                self->narrow ? _ ("Ctrl+scroll zooms, drag measures, click selects.")
                             : _ ("Scroll to move, Ctrl+scroll or + and − to zoom, 0 for "
                                  "everything, drag to measure, click to select."));
}

/* Where it is cut, all of it is in the tooltip. */
static gboolean
sentence_tooltip_cb (LacunaDetails *self,
                     int            x,
                     int            y,
                     gboolean       keyboard,
                     GtkTooltip    *tooltip)
{
  if (lacuna_line_is_whole (self->sentence))
    return FALSE;
  gtk_tooltip_set_text (tooltip, lacuna_line_get_text (self->sentence));
  return TRUE;
}

static void
lacuna_details_dispose (GObject *object)
{
  LacunaDetails *self = LACUNA_DETAILS (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->snapshot);
  g_clear_object (&self->results);
  g_clear_pointer (&self->about_title, g_free);
  g_clear_pointer (&self->about_sentence, g_free);

  G_OBJECT_CLASS (lacuna_details_parent_class)->dispose (object);
}

static void
lacuna_details_class_init (LacunaDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lacuna_details_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "details");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lacuna_project/Lacuna/ui/details.ui");
  gtk_widget_class_bind_template_child (widget_class, LacunaDetails, box);
  gtk_widget_class_bind_template_child (widget_class, LacunaDetails, first_line);
  gtk_widget_class_bind_template_child (widget_class, LacunaDetails, swatch);
  gtk_widget_class_bind_template_child (widget_class, LacunaDetails, title);
  gtk_widget_class_bind_template_child (widget_class, LacunaDetails, range);
  gtk_widget_class_bind_template_child (widget_class, LacunaDetails, long_range);
  gtk_widget_class_bind_template_child (widget_class, LacunaDetails, facts);
  gtk_widget_class_bind_template_child (widget_class, LacunaDetails, size);
  gtk_widget_class_bind_template_child (widget_class, LacunaDetails, sentence);
  gtk_widget_class_bind_template_callback (widget_class, sentence_tooltip_cb);
}

static void
lacuna_details_init (LacunaDetails *self)
{
  g_type_ensure (LACUNA_TYPE_LINE);
  g_type_ensure (LACUNA_TYPE_SWATCH);
  gtk_widget_init_template (GTK_WIDGET (self));
  lacuna_line_set_ellipsize (self->title, PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_layout_manager (self->first_line,
                                 gtk_custom_layout_new (NULL, measure_line, allocate_line));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Details"), -1);
  update (self);
}

/**
 * lacuna_details_set_snapshot:
 * @snapshot: (nullable): what addresses are looked up in
 *
 * Drops the results, which belong to an older snapshot. A pointer that rests over the strip still does.
 */
void
lacuna_details_set_snapshot (LacunaDetails  *self,
                             LacunaSnapshot *snapshot)
{
  g_return_if_fail (LACUNA_IS_DETAILS (self));

  g_set_object (&self->snapshot, snapshot);
  g_clear_object (&self->results);
  update (self);
}

/**
 * lacuna_details_set_results:
 * @results: (nullable): what decides whether a gap fits
 */
void
lacuna_details_set_results (LacunaDetails    *self,
                            LacunaGapResults *results)
{
  g_return_if_fail (LACUNA_IS_DETAILS (self));

  g_set_object (&self->results, results);
  update (self);
}

/**
 * lacuna_details_set_selection:
 * @any: whether something is selected
 * @address: an address in it
 */
void
lacuna_details_set_selection (LacunaDetails *self,
                              gboolean       any,
                              guint64        address)
{
  g_return_if_fail (LACUNA_IS_DETAILS (self));

  self->selected = any;
  self->selected_address = address;
  update (self);
}

/**
 * lacuna_details_set_place:
 * @any: whether somebody went to an address in what is selected
 * @address: which one
 */
void
lacuna_details_set_place (LacunaDetails *self,
                          gboolean       any,
                          guint64        address)
{
  g_return_if_fail (LACUNA_IS_DETAILS (self));

  if (self->has_place == any && (!any || self->place == address))
    return;
  self->has_place = any;
  self->place = address;
  update (self);
}

/**
 * lacuna_details_set_measure:
 * @range: what was measured on the strip; empty for nothing
 *
 * Tells of it rather than of what is selected, and until something is pointed at again.
 */
void
lacuna_details_set_measure (LacunaDetails   *self,
                            struct lac_range range)
{
  g_return_if_fail (LACUNA_IS_DETAILS (self));

  self->measure = range;
  if (lac_range_size (range) > 0)
    self->inside = FALSE;
  update (self);
}

/**
 * lacuna_details_set_about:
 * @title: (nullable): what a control is called
 * @sentence: (nullable): what it means; %NULL for no control
 *
 * Explains a control that has the focus, until something is pointed at.
 */
void
lacuna_details_set_about (LacunaDetails *self,
                          const char    *title,
                          const char    *sentence)
{
  g_return_if_fail (LACUNA_IS_DETAILS (self));

  if (g_strcmp0 (self->about_sentence, sentence) == 0)
    return;
  g_free (self->about_title);
  g_free (self->about_sentence);
  self->about_title = g_strdup (title != NULL ? title : "");
  self->about_sentence = g_strdup (sentence);
  update (self);
}

/**
 * lacuna_details_set_narrow:
 * @narrow: whether the range has a line of its own
 */
void
lacuna_details_set_narrow (LacunaDetails *self,
                           gboolean       narrow)
{
  g_return_if_fail (LACUNA_IS_DETAILS (self));

  if (self->narrow == narrow)
    return;
  self->narrow = narrow;
  update (self);
  show_long_range (self);
  gtk_widget_set_visible (GTK_WIDGET (self->long_range), narrow);
  gtk_widget_queue_allocate (self->first_line);
}

/**
 * lacuna_details_set_low:
 * @low: whether there is no height for the sentence
 */
void
lacuna_details_set_low (LacunaDetails *self,
                        gboolean       low)
{
  g_return_if_fail (LACUNA_IS_DETAILS (self));

  gtk_widget_set_visible (GTK_WIDGET (self->sentence), !low);
}

/**
 * lacuna_details_set_hover:
 * @inside: whether the pointer is over the strip
 * @address: which address it is over
 */
void
lacuna_details_set_hover (LacunaDetails *self,
                          gboolean       inside,
                          guint64        address)
{
  g_return_if_fail (LACUNA_IS_DETAILS (self));

  if (self->inside == inside && self->hover_address == address)
    return;
  self->inside = inside;
  self->hover_address = address;
  update (self);
}

