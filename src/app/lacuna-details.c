/* LacunaDetails: one line about the region or gap that is pointed at, or selected.
 *
 * What is pointed at goes before what is selected, and comes back to it when the pointer leaves. It
 * always takes the same room, so that nothing jumps while the pointer moves; and it always says
 * something: a newcomer first reads here what can be done.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-details.h"
#include "lacuna-gap-words.h"
#include "lacuna-swatch.h"
#include "core/hazard.h"
#include "model/lacuna-format.h"
#include "model/lacuna-ink.h"

#include <glib/gi18n.h>
#include <inttypes.h>

struct _LacunaDetails
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkBox *first_line;
  LacunaSwatch *swatch;
  GtkLabel *title;
  GtkLabel *range;
  GtkLabel *facts;
  GtkLabel *sentence;

  LacunaSnapshot *snapshot;
  LacunaGapResults *results;
  gboolean selected;
  gboolean inside;
  guint64 selected_address;
  guint64 hover_address;
};

G_DEFINE_FINAL_TYPE (LacunaDetails, lacuna_details, GTK_TYPE_WIDGET)

static void
show_texts (LacunaDetails   *self,
            LacunaSwatchKind kind,
            LacunaInk        ink,
            const char      *title,
            const char      *range,
            const char      *facts,
            const char      *sentence)
{
  lacuna_swatch_set (self->swatch, kind, ink);
  gtk_widget_set_visible (GTK_WIDGET (self->swatch), kind != LACUNA_SWATCH_NONE);
  gtk_label_set_label (self->title, title);
  gtk_label_set_label (self->range, range);
  gtk_label_set_label (self->facts, facts);
  gtk_label_set_label (self->sentence, sentence);
}

static char *
format_range (struct lac_range range)
{
  g_autofree char *start = lacuna_format_address_grouped (range.start);
  g_autofree char *end = lacuna_format_address_grouped (range.end);

  return g_strdup_printf ("%s – %s", start, end);
}

static void
show_region (LacunaDetails           *self,
             const struct lac_map    *map,
             const struct lac_region *region)
{
  const struct lac_backing *backing = lac_map_backing (map, region);
  LacunaInk ink = lacuna_ink_for_region (region);
  g_autofree char *name = g_utf8_make_valid (backing->name, backing->name_length);
  g_autofree char *base = *name == '/' ? g_path_get_basename (name) : g_strdup (name);
  g_autofree char *range = format_range (lac_region_range (region));
  g_autofree char *size = lacuna_format_size (lac_range_size (lac_region_range (region)));
  g_autofree char *offset = NULL;
  g_autofree char *facts = NULL;
  g_autofree char *sentence = NULL;
  char protection[5];

  lac_protection_format (region->protection, region->flags, protection);
  if (backing->inode != 0)
    offset = g_strdup_printf (_ (" · from offset 0x%" PRIx64), region->offset);
  facts = g_strdup_printf ("%s · %s%s%s", size, protection, offset != NULL ? offset : "",
                           backing->deleted ? _ (" · deleted") : "");
  if (*name == '/')
    sentence = g_strdup_printf ("%s %s", lacuna_ink_get_sentence (ink), name);
  else
    sentence = g_strdup (lacuna_ink_get_sentence (ink));
  show_texts (self, LACUNA_SWATCH_INK, ink,
              *base != '\0' ? base : lacuna_ink_get_label (ink), range, facts, sentence);
}

static char *
hazard_sentences (unsigned hazards)
{
  g_autoptr (GPtrArray) sentences = g_ptr_array_new ();

  for (unsigned hazard = 1; hazard <= LAC_HAZARD_ALL; hazard <<= 1)
    if (hazards & hazard)
      g_ptr_array_add (sentences, (gpointer) _ (lac_hazard_sentence (hazard)));
  g_ptr_array_add (sentences, NULL);
  return g_strjoinv (" ", (char **) sentences->pdata);
}

static void
show_gap (LacunaDetails        *self,
          const struct lac_map *map,
          gsize                 index,
          guint64               address)
{
  struct lac_range gap = lac_map_gap (map, index);
  g_autofree char *range = format_range (gap);
  g_autofree char *size = lacuna_format_size (lac_range_size (gap));
  g_autofree char *facts = NULL;
  g_autofree char *risk = hazard_sentences (lac_map_hazards_in (map, gap));
  LacunaSwatchKind kind = *risk != '\0' ? LACUNA_SWATCH_RISK : LACUNA_SWATCH_FREE;
  const char *title = _ ("Free");

  if (self->results != NULL)
    {
      struct lac_gap found;
      struct lac_rejection rejection;
      const struct lac_gap_query *query = lacuna_gap_results_get_query (self->results);
      enum lac_status status = lac_gap_check (map, query, index, &found, &rejection);

      if (status == LAC_OK)
        {
          g_autofree char *at_candidate = hazard_sentences (
              lacuna_gap_candidate_risk (map, query, found.candidate));

          kind = *at_candidate != '\0' ? LACUNA_SWATCH_RISK : LACUNA_SWATCH_FIT;
          title = *at_candidate != '\0' ? _ ("Free, fits, risky") : _ ("Free, fits");
          facts = g_strdup_printf (_ ("%s · room for %'" PRIu64), size, found.capacity);
          if (*at_candidate != '\0')
            {
              g_free (risk);
              risk = g_steal_pointer (&at_candidate);
            }
          else if (*risk != '\0')
            {
              /* Translators: of a gap that fits; sentences follow that say what is risky. */
              char *text = g_strdup_printf (_ ("Part of it is risky. %s"), risk);

              g_free (risk);
              risk = text;
            }
        }
      else if (status == LAC_E_NO_GAP)
        {
          title = _ ("Free, does not fit");
          if (*risk == '\0')
            {
              g_free (risk);
              risk = g_strdup (_ (lac_reason_sentence (rejection.reason)));
            }
        }
    }
  show_texts (self, kind, 0, title, range, facts != NULL ? facts : size,
              *risk != '\0' ? risk : _ ("Nothing is mapped here; a buffer may go here."));
}

static gboolean
show_address (LacunaDetails *self,
              guint64        address)
{
  const struct lac_map *map = lacuna_snapshot_get_map (self->snapshot);
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  size_t index = lac_map_search (map, address);

  if (index < n_regions && lac_range_contains (lac_region_range (&regions[index]), address))
    show_region (self, map, &regions[index]);
  else if (lac_range_contains (lac_map_gap (map, index), address))
    show_gap (self, map, index, address);
  else
    return FALSE;
  return TRUE;
}

static void
update (LacunaDetails *self)
{
  if (self->snapshot != NULL && self->inside && show_address (self, self->hover_address))
    return;
  if (self->snapshot != NULL && self->selected && show_address (self, self->selected_address))
    return;
  show_texts (self, LACUNA_SWATCH_NONE, 0, _ ("Point at something"), "", "",
              _ ("Scroll or drag to move, Ctrl+scroll or + and − to zoom, 0 for everything, "
                 "click to select."));
}

static void
lacuna_details_dispose (GObject *object)
{
  LacunaDetails *self = LACUNA_DETAILS (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->snapshot);
  g_clear_object (&self->results);

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
  gtk_widget_class_bind_template_child (widget_class, LacunaDetails, facts);
  gtk_widget_class_bind_template_child (widget_class, LacunaDetails, sentence);
}

static void
lacuna_details_init (LacunaDetails *self)
{
  g_type_ensure (LACUNA_TYPE_SWATCH);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Details"), -1);
  update (self);
}

/**
 * lacuna_details_set_snapshot:
 * @snapshot: (nullable): what addresses are looked up in
 *
 * Drops the results, which belong to an older snapshot.
 */
void
lacuna_details_set_snapshot (LacunaDetails  *self,
                             LacunaSnapshot *snapshot)
{
  g_return_if_fail (LACUNA_IS_DETAILS (self));

  g_set_object (&self->snapshot, snapshot);
  g_clear_object (&self->results);
  self->inside = FALSE;
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
 * lacuna_details_set_narrow:
 * @narrow: whether the range has a line of its own
 */
void
lacuna_details_set_narrow (LacunaDetails *self,
                           gboolean       narrow)
{
  g_return_if_fail (LACUNA_IS_DETAILS (self));

  GtkBox *line = GTK_BOX (narrow ? self->box : GTK_WIDGET (self->first_line));
  GtkWidget *before = narrow ? GTK_WIDGET (self->first_line) : GTK_WIDGET (self->title);
  GtkWidget *range = GTK_WIDGET (self->range);

  if (gtk_widget_get_parent (range) == GTK_WIDGET (line))
    return;
  g_object_ref (range);
  gtk_box_remove (GTK_BOX (gtk_widget_get_parent (range)), range);
  gtk_box_insert_child_after (line, range, before);
  g_object_unref (range);
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

