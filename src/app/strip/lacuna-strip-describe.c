/* What the strip says in words: for tooltips, and for assistive technology.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-private.h"
#include "app/panel/lacuna-gap-words.h"
#include "app/lacuna-isolate.h"

#include "core/hazard.h"
#include "model/lacuna-format.h"

#include <glib/gi18n-lib.h>

/* Adds what else there is to say of the same thing, on the same line. */
static void
append_part (GString    *text,
             const char *part)
{
  /* Translators: two things that are said of a region or a gap: "84 MiB free · cut short here". */
  g_autofree char *both = g_strdup_printf (C_("two parts", "%s · %s"), text->str, part);

  g_string_assign (text, both);
}

/* Buffers that touch are one region. */
static void
describe_fill (LacunaStrip     *self,
               struct lac_range range,
               GString         *text)
{
  LacunaStripMarks marks;
  guint64 size = 0;
  guint64 used = 0;
  guint n_buffers = 0;
  g_autofree char *size_text = NULL;
  g_autofree char *used_text = NULL;

  lacuna_strip_get_marks (self, &marks);
  for (gsize i = 0; i < marks.n_fills && marks.fills[i].range.start < range.end; i++)
    if (marks.fills[i].range.end > range.start)
      {
        size += lac_range_size (marks.fills[i].range);
        used += MIN (marks.fills[i].used, lac_range_size (marks.fills[i].range));
        n_buffers++;
      }
  if (n_buffers == 0)
    return;

  size_text = lacuna_format_size (size);
  used_text = lacuna_format_size (used);
  g_string_append_c (text, '\n');
  /* Translators: "2 buffers · 1.5 KiB of 64 KiB used" */
  g_string_append_printf (text,
                          ngettext ("%u buffer · %s of %s used", "%u buffers · %s of %s used",
                                    n_buffers),
                          n_buffers, used_text, size_text);
}

static void
describe_region (LacunaStrip *self,
                 gsize        index,
                 GString     *text)
{
  const struct lac_map *map = lacuna_snapshot_get_map (self->snapshot);
  gsize n_regions;
  const struct lac_region *region = &lac_map_regions (map, &n_regions)[index];
  const struct lac_backing *backing = lac_map_backing (map, region);
  g_autofree char *size = lacuna_format_size (region->end - region->start);
  const char *label = lacuna_ink_get_label (lacuna_ink_for_region (region));
  char protection[5];

  lac_protection_format (region->protection, region->flags, protection);
  if (backing->name_length > 0)
    {
      g_autofree char *name = lacuna_format_name (backing->name, backing->name_length);

      g_string_append_printf (text, "%s\n", name);
    }
  /* Translators: of a region: what the memory is for, its protection such as r-xp, its size. */
  g_string_append_printf (text, C_("region", "%s · %s · %s"), label, protection, size);
  if (lacuna_scale_is_cut (self->scale, lac_region_range (region)))
    g_string_append_printf (text, "\n%s", _("cut short here"));
  if (region->kind == LAC_KIND_BUFFER)
    describe_fill (self, lac_region_range (region), text);
}

static void
describe_gap (LacunaStrip           *self,
              const LacunaStripItem *item,
              GString               *text)
{
  const struct lac_map *map = lacuna_snapshot_get_map (self->snapshot);
  struct lac_range gap = lac_map_gap (map, item->index);
  g_autofree char *size = lacuna_format_size (lac_range_size (gap));
  LacunaStripMarks marks;
  struct lac_gap fit;
  struct lac_rejection rejection;
  enum lac_status status = LAC_OK;
  unsigned hazards;

  lacuna_strip_get_marks (self, &marks);
  if (marks.query)
    status = lac_gap_check (map, marks.query, item->index, &fit, &rejection);
  if (marks.query && status == LAC_OK)
    {
      g_autofree char *capacity = lacuna_gap_capacity_words (fit.capacity, 0);

      /* Translators: of a gap: its size, and how many buffers it has room for: "2 MiB free · fits
       * 31 ×". */
      g_string_append_printf (text, _("%s free · %s"), size, capacity);
    }
  else
    g_string_append_printf (text, _("%s free"), size);
  if (lacuna_scale_is_cut (self->scale, item->range))
    append_part (text, _("cut short here"));
  if (marks.query && status == LAC_E_NO_GAP)
    g_string_append_printf (text, "\n%s",
                            g_dgettext (GETTEXT_PACKAGE, lac_reason_sentence (rejection.reason)));

  hazards = lac_map_hazards_in (map, gap);
  for (unsigned bit = 1; bit != 0 && bit <= hazards; bit <<= 1)
    if (hazards & bit)
      g_string_append_printf (text, "\n%s",
                              g_dgettext (GETTEXT_PACKAGE, lac_hazard_sentence (bit)));
}

char *
lacuna_strip_measure_distance (LacunaStrip *self)
{
  LacunaStripMarks marks;

  lacuna_strip_get_marks (self, &marks);
  return marks.n_anchors > 0 ? lacuna_format_place (self->measure, marks.anchors[0]) : NULL;
}

/* Why nothing can be at what lies outside user space. */
static const char *
outside_sentence (LacunaStrip           *self,
                  const LacunaStripItem *item)
{
  struct lac_range user = lac_map_space (lacuna_snapshot_get_map (self->snapshot))->user;

  if (item->range.start < user.start)
    return _("Below the lowest mappable address: a program can't map anything here.");
  return _("Outside user space: a program can't map anything here.");
}

char *
lacuna_strip_describe (LacunaStrip *self,
                       guint64      address)
{
  LacunaStripItem item;
  g_autofree char *start = NULL;
  g_autofree char *end = NULL;
  g_autofree char *range = NULL;
  GString *text;

  g_return_val_if_fail (LACUNA_IS_STRIP (self), NULL);

  if (!lacuna_strip_item_at (self, address, &item))
    return NULL;
  if (item.is_outside)
    return g_strdup (outside_sentence (self, &item));

  text = g_string_new (NULL);
  if (item.is_gap)
    describe_gap (self, &item, text);
  else
    describe_region (self, item.index, text);
  start = lacuna_format_address_grouped (item.range.start);
  end = lacuna_format_address_grouped (item.range.end);
  range = lacuna_isolate (g_strdup_printf ("%s – %s", start, end));
  g_string_append_printf (text, "\n%s", range);
  return g_string_free (text, FALSE);
}

char *
lacuna_strip_describe_briefly (LacunaStrip *self,
                               guint64      address)
{
  LacunaStripItem item;
  LacunaStripMarks marks;
  struct lac_rejection rejection;
  const struct lac_map *map;
  g_autofree char *size = NULL;
  GString *text;

  if (!lacuna_strip_item_at (self, address, &item))
    return NULL;
  if (item.is_outside)
    return g_strdup (outside_sentence (self, &item));

  map = lacuna_snapshot_get_map (self->snapshot);
  size = lacuna_format_size (lac_range_size (item.range));
  text = g_string_new (NULL);
  if (item.is_gap)
    {
      g_string_append_printf (text, _("%s free"), size);
    }
  else
    {
      gsize n_regions;
      const struct lac_region *regions = lac_map_regions (map, &n_regions);
      g_autofree char *name = lacuna_strip_short_name (map, &regions[item.index]);

      g_string_append (text, name);
      append_part (text, size);
    }
  /* The scale may show less of it than there is. */
  if (lacuna_scale_is_cut (self->scale, item.range))
    append_part (text, _("cut short here"));

  lacuna_strip_get_marks (self, &marks);
  if (item.is_gap && marks.query
      && lac_gap_check (map, marks.query, item.index, NULL, &rejection) == LAC_E_NO_GAP)
    append_part (text, g_dgettext (GETTEXT_PACKAGE, lac_reason_sentence (rejection.reason)));
  return g_string_free (text, FALSE);
}

void
lacuna_strip_update_accessible (LacunaStrip *self)
{
  GString *text = g_string_new (NULL);

  if (self->snapshot)
    {
      struct lac_range visible = lacuna_strip_get_visible (self);
      g_autofree char *start = lacuna_format_address (visible.start);
      g_autofree char *end = lacuna_format_address (visible.end);

      /* Translators: the part of an address space that is in view, from one address to another. */
      g_string_append_printf (text, _("In view: %s to %s."), start, end);
      if (lac_range_size (self->selection) > 0)
        {
          g_autofree char *selected = lacuna_strip_describe (self, self->selection.start);

          if (selected)
            {
              g_strdelimit (selected, "\n", ' ');
              g_string_append_printf (text, " %s %s.", _("Selected:"), selected);
            }
          if (self->has_place)
            {
              g_autofree char *place = lacuna_format_address (self->place);

              g_string_append_c (text, ' ');
              /* Translators: an address in what is selected, which somebody went to. */
              g_string_append_printf (text, _("At %s."), place);
            }
        }
    }

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text->str, -1);
  g_string_free (text, TRUE);
}
