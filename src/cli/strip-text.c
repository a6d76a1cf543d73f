/* The strip, drawn with characters.
 *
 * It is the window's strip: the same compact scale and the same layout, with a character for a
 * pixel. Every ink has a character of its own, so that nothing is lost without colour; where the
 * terminal has no Unicode, a letter of the ink's name serves. Where only some kinds are asked for,
 * the rest is still drawn, quietly: a strip that left it out would show it as free.
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
  [LACUNA_INK_BUFFER] = { "▆", "B", "92" },
};

static const Look other_look = { "▁", "o", CLI_FAINT };
static const Look gap_look = { "·", ".", CLI_FAINT };
static const Look break_look = { "┊", ":", CLI_FAINT };

/* As the ink of a piece: none of its regions is of a kind that is shown. */
#define OTHER LACUNA_N_INKS

typedef struct
{
  CliOutput *output;
  const struct lac_map *map;
  const struct lac_region *regions;
  LacunaCensus *census;
  LacunaScale *scale;
  LacunaView view;
  LacunaStripLayout *layout;
  const gboolean *kinds;
  gboolean all_kinds;
  LacunaPiece *pieces; /* of the kinds that are shown; OTHER is the ink of the rest */
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
      return piece->ink == OTHER ? &other_look : &ink_looks[piece->ink];
    }
}

static gboolean
is_shown (const Strip *strip,
          gsize        region)
{
  return strip->kinds[strip->regions[region].kind];
}

/* Makes a piece tell of those of its regions that are shown: its first region and its dominant ink
 * (by bytes) are theirs. */
static void
narrow_piece (const Strip *strip,
              LacunaPiece *piece)
{
  guint64 bytes[LACUNA_N_INKS] = { 0 };
  gsize end = (gsize) piece->first + piece->count;
  gboolean found = FALSE;

  piece->ink = OTHER;
  for (gsize i = piece->first; i < end; i++)
    {
      const struct lac_region *region = &strip->regions[i];
      LacunaInk ink = lacuna_ink_for_region (region);

      if (!is_shown (strip, i))
        continue;
      bytes[ink] += region->end - region->start;
      if (!found)
        piece->first = (guint32) i;
      if (!found || bytes[ink] > bytes[piece->ink])
        piece->ink = (guint8) ink;
      found = TRUE;
    }
}

static void
make_pieces (Strip *strip)
{
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (strip->layout, &strip->n_pieces);

  strip->pieces = g_memdup2 (pieces, strip->n_pieces * sizeof *pieces);
  for (gsize i = 0; i < strip->n_pieces && !strip->all_kinds; i++)
    if (strip->pieces[i].kind == LACUNA_PIECE_REGION
        || strip->pieces[i].kind == LACUNA_PIECE_DENSITY)
      narrow_piece (strip, &strip->pieces[i]);
}

static const char *
look_text (const Strip *strip,
           const Look  *look)
{
  return strip->unicode ? look->block : look->letter;
}

/* Addresses at even distances, each with a mark under its first digit that stands over its column.
 * Inside a gap that is cut short a column has no address of its own: the next one is told then. */
static void
print_ruler (const Strip *strip)
{
  GString *marks = g_string_new (NULL);
  guint64 last = G_MAXUINT64;
  int printed = 0;
  int column = 0;

  while (column < strip->width)
    {
      const LacunaPiece *piece = lacuna_strip_layout_find (strip->layout, column);
      guint64 address;
      int text_width;

      if (piece != NULL && piece->kind == LACUNA_PIECE_BREAK && column > piece->start)
        {
          column = piece->end;
          continue;
        }
      address = lac_align_down (lacuna_view_to_address (&strip->view, strip->scale, column),
                                lac_map_space (strip->map)->page_size);
      text_width = cli_address_width (address);
      if (text_width > strip->width - column)
        break;

      /* A page that is wider than the distance is told once. */
      if (address != last)
        {
          cli_output_blanks (strip->output, column - printed);
          cli_output_address (strip->output, address, 0);
          g_string_append_printf (marks, "%*s|", column - (int) marks->len, "");
          printed = column + text_width;
          last = address;
        }
      column += RULER_STEP;
    }
  cli_output_end (strip->output);
  cli_output_text (strip->output, marks->str, 0, CLI_FAINT);
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
  if (piece->kind == LACUNA_PIECE_GAP || piece->kind == LACUNA_PIECE_BREAK || piece->ink == OTHER)
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
count_inks (const Strip *strip,
            guint64      out_bytes[LACUNA_N_INKS],
            guint64     *out_other)
{
  struct lac_range everything = { 0, LAC_ADDRESS_END };
  gsize n_regions;

  *out_other = 0;
  lacuna_census_count (strip->census, everything, out_bytes, &n_regions);
  if (strip->all_kinds)
    return;

  lac_map_regions (strip->map, &n_regions);
  for (gsize i = 0; i < n_regions; i++)
    if (!is_shown (strip, i))
      {
        guint64 size = strip->regions[i].end - strip->regions[i].start;

        out_bytes[lacuna_ink_for_region (&strip->regions[i])] -= size;
        *out_other += size;
      }
}

static void
print_legend (const Strip *strip)
{
  guint64 bytes[LACUNA_N_INKS];
  guint64 other;
  gsize n_breaks;
  struct lac_totals totals = lac_map_totals (strip->map);
  int column = 0;

  count_inks (strip, bytes, &other);
  for (guint ink = 0; ink < LACUNA_N_INKS; ink++)
    if (bytes[ink] > 0)
      print_legend_entry (strip,
                          &column,
                          &ink_looks[ink],
                          lacuna_ink_get_label (ink),
                          bytes[ink]);
  if (other > 0)
    print_legend_entry (strip, &column, &other_look, _ ("other"), other);
  print_legend_entry (strip, &column, &gap_look, _ ("free"), totals.free);
  lacuna_scale_get_breaks (strip->scale, &n_breaks);
  if (n_breaks > 0)
    print_legend_entry (strip, &column, &break_look, _ ("free, cut short"), 0);
  cli_output_end (strip->output);
}

void
cli_strip_print (CliOutput      *output,
                 LacunaSnapshot *snapshot,
                 const gboolean  kinds[LAC_N_KINDS],
                 int             width)
{
  struct lac_map *map = lacuna_snapshot_get_map (snapshot);
  Strip strip = { .output = output, .map = map, .kinds = kinds, .all_kinds = TRUE, .width = width };
  size_t n_regions;

  strip.regions = lac_map_regions (map, &n_regions);
  for (guint i = 0; i < LAC_N_KINDS; i++)
    strip.all_kinds = strip.all_kinds && kinds[i];
  strip.unicode = lacuna_terminal_has_unicode ();
  strip.census = lacuna_census_new (map);
  strip.scale = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, NULL, 0);
  strip.view = lacuna_view_fit (strip.scale, lacuna_scale_get_extent (strip.scale), width);
  strip.layout = lacuna_strip_layout_new (strip.census, strip.scale, &strip.view, width);
  make_pieces (&strip);

  print_ruler (&strip);
  print_pieces (&strip);
  print_labels (&strip);
  print_legend (&strip);

  g_free (strip.pieces);
  lacuna_strip_layout_free (strip.layout);
  lacuna_scale_unref (strip.scale);
  lacuna_census_unref (strip.census);
}
