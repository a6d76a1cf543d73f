/* The strip, drawn with characters.
 *
 * It is the window's strip: the same compact scale and the same layout, with a character for a
 * pixel. Every ink has a character of its own, so that nothing is lost without colour; where the
 * terminal has no Unicode, a letter of the ink's name serves.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "strip-text.h"

#include "model/lacuna-format.h"
#include "model/lacuna-ink.h"
#include "model/lacuna-scale.h"
#include "model/lacuna-strip-layout.h"
#include "model/lacuna-terminal.h"

#include <glib/gi18n.h>
#include <string.h>

/* Lines of characters, so that the strip is a band and not a line. */
#define STRIP_LINES 2

/* Columns from one address above the strip to the next: 18 at most for the address, and some
 * air. */
#define RULER_STEP 24

/* The narrowest run of regions that is worth a name. */
#define NARROWEST_LABEL 5

typedef struct
{
  const char *block;  /* with Unicode */
  const char *letter; /* without */
  const char *colour; /* SGR */
} Look;

static const Look ink_looks[LACUNA_N_INKS] = {
  [LACUNA_INK_CODE] = { "█", "C", "31" },
  [LACUNA_INK_READ_ONLY] = { "▓", "R", "33" },
  [LACUNA_INK_DATA] = { "▒", "D", "35" },
  [LACUNA_INK_HEAP] = { "▙", "H", "94" },
  [LACUNA_INK_ANONYMOUS] = { "▄", "a", "36" },
  [LACUNA_INK_FILE] = { "▀", "F", "37" },
  [LACUNA_INK_SHARED] = { "▚", "s", "91" },
  [LACUNA_INK_STACK] = { "▐", "S", "93" },
  [LACUNA_INK_GUARD] = { "░", "g", "90" },
  [LACUNA_INK_SYSTEM] = { "▞", "k", "32" },
};

static const Look gap_look = { "·", ".", CLI_FAINT };
static const Look break_look = { "┊", ":", CLI_FAINT };

typedef struct
{
  CliOutput *output;
  const struct lac_map *map;
  const struct lac_region *regions;
  LacunaCensus *census;
  LacunaScale *scale;
  LacunaView view;
  LacunaStripLayout *layout;
  const LacunaPiece *pieces;
  gsize n_pieces;
  int width;
  gboolean unicode;
} Strip;

static const Look *
piece_look (const LacunaPiece *piece)
{
  switch ((LacunaPieceKind) piece->kind)
    {
    case LACUNA_PIECE_GAP:
      return &gap_look;
    case LACUNA_PIECE_BREAK:
      return &break_look;
    case LACUNA_PIECE_REGION:
    case LACUNA_PIECE_DENSITY:
    default:
      return &ink_looks[piece->ink];
    }
}

static const char *
look_text (const Strip *strip,
           const Look  *look)
{
  return strip->unicode ? look->block : look->letter;
}

/* Addresses at even distances, each with a mark under its first digit that stands over its
 * column. */
static void
print_ruler (const Strip *strip)
{
  GString *marks = g_string_new (NULL);
  int column = 0;

  while (column < strip->width)
    {
      guint64 address = lac_align_down (
          lacuna_view_to_address (&strip->view, strip->scale, column),
          lac_map_space (strip->map)->page_size);
      int room = MIN (RULER_STEP, strip->width - column);
      int text_width = cli_address_width (address);

      if (text_width > room)
        break;
      cli_output_address (strip->output, address, -room);
      g_string_append_printf (marks, "%-*s", room, "|");
      column += room;
    }
  cli_output_end (strip->output);
  cli_output_text (strip->output, g_strchomp (marks->str), 0, CLI_FAINT);
  cli_output_end (strip->output);
  g_string_free (marks, TRUE);
}

static void
print_pieces (const Strip *strip)
{
  for (int line = 0; line < STRIP_LINES; line++)
    {
      for (gsize i = 0; i < strip->n_pieces; i++)
        {
          const LacunaPiece *piece = &strip->pieces[i];
          const Look *look = piece_look (piece);
          GString *run = g_string_new (NULL);

          for (gint32 column = piece->start; column < piece->end; column++)
            g_string_append (run, look_text (strip, look));
          cli_output_text (strip->output, run->str, 0, look->colour);
          g_string_free (run, TRUE);
        }
      cli_output_end (strip->output);
    }
}

static const struct lac_backing *
piece_backing (const Strip       *strip,
               const LacunaPiece *piece)
{
  if (piece->kind == LACUNA_PIECE_GAP || piece->kind == LACUNA_PIECE_BREAK)
    return NULL;
  return lac_map_backing (strip->map, strip->regions + piece->first);
}

/* The last part of a path, without what could command the terminal, cut to @width characters. */
static char *
make_label (const Strip              *strip,
            const struct lac_backing *backing,
            int                       width)
{
  g_autofree char *valid = g_utf8_make_valid (backing->name, backing->name_length);
  const char *slash = strrchr (valid, '/');
  const char *name = slash != NULL && slash[1] != '\0' ? slash + 1 : valid;
  gboolean cut = g_utf8_strlen (name, -1) > width;
  GString *label = g_string_new (NULL);

  for (int i = 0; i < width - (cut ? 1 : 0) && *name != '\0'; i++, name = g_utf8_next_char (name))
    {
      gunichar character = g_utf8_get_char (name);

      g_string_append_unichar (label, g_unichar_isprint (character) ? character : '?');
    }
  if (cut)
    g_string_append (label, strip->unicode ? "…" : "~");
  return g_string_free (label, FALSE);
}

/* Names under the regions that are wide enough. */
static void
print_labels (const Strip *strip)
{
  int column = 0;

  for (gsize i = 0; i < strip->n_pieces;)
    {
      const struct lac_backing *backing = piece_backing (strip, &strip->pieces[i]);
      gint32 start = strip->pieces[i].start;
      gint32 end;

      do
        end = strip->pieces[i++].end;
      while (i < strip->n_pieces && backing != NULL
             && piece_backing (strip, &strip->pieces[i]) == backing);

      if (backing != NULL && backing->name_length > 0 && end - start >= NARROWEST_LABEL)
        {
          g_autofree char *label = make_label (strip, backing, end - start - 1);

          cli_output_blanks (strip->output, start - column);
          cli_output_text (strip->output, label, 0, CLI_PLAIN);
          column = start + (int) g_utf8_strlen (label, -1);
        }
    }
  cli_output_end (strip->output);
}

/* Adds an entry to a line of the legend, or begins a new line. */
static void
print_legend_entry (const Strip *strip,
                    int         *column,
                    const Look  *look,
                    const char  *label,
                    guint64      bytes)
{
  g_autofree char *size = bytes > 0 ? lacuna_format_size (bytes) : NULL;
  g_autofree char *text = g_strconcat (" ", label, size != NULL ? " " : NULL, size, NULL);
  int width = 1 + (int) g_utf8_strlen (text, -1);

  if (*column > 0 && *column + 3 + width > strip->width)
    {
      cli_output_end (strip->output);
      *column = 0;
    }
  if (*column > 0)
    {
      cli_output_blanks (strip->output, 3);
      *column += 3;
    }
  cli_output_text (strip->output, look_text (strip, look), 0, look->colour);
  cli_output_text (strip->output, text, 0, CLI_PLAIN);
  *column += width;
}

static void
print_legend (const Strip *strip)
{
  guint64 bytes[LACUNA_N_INKS];
  gsize n_regions;
  gsize n_breaks;
  struct lac_totals totals = lac_map_totals (strip->map);
  struct lac_range everything = { 0, LAC_ADDRESS_END };
  int column = 0;

  lacuna_census_count (strip->census, everything, bytes, &n_regions);
  for (guint ink = 0; ink < LACUNA_N_INKS; ink++)
    if (bytes[ink] > 0)
      print_legend_entry (strip,
                          &column,
                          &ink_looks[ink],
                          lacuna_ink_get_label (ink),
                          bytes[ink]);
  print_legend_entry (strip, &column, &gap_look, _ ("free"), totals.free);
  lacuna_scale_get_breaks (strip->scale, &n_breaks);
  if (n_breaks > 0)
    print_legend_entry (strip, &column, &break_look, _ ("free, cut short"), 0);
  cli_output_end (strip->output);
}

void
cli_strip_print (CliOutput      *output,
                 LacunaSnapshot *snapshot,
                 int             width)
{
  struct lac_map *map = lacuna_snapshot_get_map (snapshot);
  Strip strip = { .output = output, .map = map, .width = width };
  size_t n_regions;

  strip.regions = lac_map_regions (map, &n_regions);
  strip.unicode = lacuna_terminal_has_unicode ();
  strip.census = lacuna_census_new (map);
  strip.scale = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, NULL, 0);
  strip.view = lacuna_view_fit (strip.scale, lacuna_scale_get_extent (strip.scale), width);
  strip.layout = lacuna_strip_layout_new (strip.census, strip.scale, &strip.view, width);
  strip.pieces = lacuna_strip_layout_get_pieces (strip.layout, &strip.n_pieces);

  print_ruler (&strip);
  print_pieces (&strip);
  print_labels (&strip);
  print_legend (&strip);

  lacuna_strip_layout_free (strip.layout);
  lacuna_scale_unref (strip.scale);
  lacuna_census_unref (strip.census);
}
