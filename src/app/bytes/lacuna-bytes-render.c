/* Three layers: marks, letters, caret. Each goes through the rows that are in sight, so that a frame
 * costs what is seen and not what there is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-bytes-render.h"

#include <math.h>
#include <string.h>

/* What is zero, or not there, is to be seen last. */
#define FAINT 0.62f

#define SELECTION_ALPHA 0.26f
#define GLOW_ALPHA 0.5f

/* The amber of what changed in the table of regions. */
static const GdkRGBA amber = { 0.90f, 0.65f, 0.04f, 1 };

/* What is to change: a colour of its own, and a line below, for whoever does not see the colour. */
#define CHANGE_ALPHA 0.13f
#define CHANGE_LINE 2

static const char digits[] = "0123456789abcdef";

/* One row: its bytes, which may begin or end inside of it. */
typedef struct
{
  guint64 address; /* of its first column */
  double y;
  guint start;     /* columns that are inside the range, half-open */
  guint end;
} Row;

/* The row after @row, or the first; FALSE when there is none in sight. */
static gboolean
next_row (const LacunaBytesScene *scene,
          Row                    *row,
          gboolean                first)
{
  guint n = scene->layout->n_columns;

  if (first)
    {
      row->address = scene->first;
      row->y = scene->y;
    }
  else
    {
      if (row->address > G_MAXUINT64 - n)
        return FALSE;
      row->address += n;
      row->y += scene->layout->row;
    }
  if (row->y >= scene->height || row->address >= scene->range.end)
    return FALSE;
  row->start = row->address < scene->range.start ? (guint) (scene->range.start - row->address) : 0;
  row->end = (guint) MIN (n, scene->range.end - row->address);
  return row->start < row->end;
}

#define FOR_EACH_ROW(scene, row)                                                                  \
  for (gboolean is_there = next_row (scene, row, TRUE); is_there;                                 \
       is_there = next_row (scene, row, FALSE))

static const LacunaBytePage *
peek (const LacunaBytesScene *scene,
      guint64                 address)
{
  return scene->pages != NULL ? lacuna_byte_pages_peek (scene->pages, address) : NULL;
}

static void
append_cells (GtkSnapshot            *snapshot,
              const LacunaBytesScene *scene,
              const Row              *row,
              LacunaBytesPart         part,
              guint                   start,
              guint                   end,
              const GdkRGBA          *colour)
{
  const LacunaBytesLayout *layout = scene->layout;
  int pad = part == LACUNA_BYTES_HEX ? layout->letter / 2 : 0;
  int x = lacuna_bytes_layout_column_x (layout, part, start) - pad;
  int x_end = lacuna_bytes_layout_column_x (layout, part, end - 1)
              + lacuna_bytes_layout_cell (layout, part) + pad;

  gtk_snapshot_append_color (snapshot, colour,
                             &GRAPHENE_RECT_INIT ((float) x, (float) row->y, (float) (x_end - x),
                                                  (float) layout->row));
}

static void
append_both (GtkSnapshot            *snapshot,
             const LacunaBytesScene *scene,
             const Row              *row,
             guint                   start,
             guint                   end,
             const GdkRGBA          *colour)
{
  append_cells (snapshot, scene, row, LACUNA_BYTES_HEX, start, end, colour);
  if (scene->layout->has_text)
    append_cells (snapshot, scene, row, LACUNA_BYTES_TEXT, start, end, colour);
}

static double
fade (const LacunaBytesScene *scene,
      const LacunaBytePage   *page)
{
  double age = (double) (scene->now - page->changed_time) / LACUNA_BYTES_GLOW;

  if (page->changed_time == 0 || age >= 1)
    return 0;
  return scene->animated ? CLAMP (1 - age, 0, 1) : 1;
}

static gboolean
append_glow (GtkSnapshot            *snapshot,
             const LacunaBytesScene *scene,
             const Row              *row)
{
  const LacunaBytePage *page = peek (scene, row->address + row->start);
  double left = page != NULL ? fade (scene, page) : 0;
  GdkRGBA colour = amber;

  if (left <= 0)
    return FALSE;
  colour.alpha = (float) left * GLOW_ALPHA;
  for (guint i = row->start; i < row->end; i++)
    {
      guint end = i;

      while (end < row->end
             && lacuna_byte_page_is_changed (page, (guint) (row->address + end - page->address)))
        end++;
      if (end > i)
        {
          append_both (snapshot, scene, row, i, end, &colour);
          i = end;
        }
    }
  return TRUE;
}

static void
append_selection (GtkSnapshot            *snapshot,
                  const LacunaBytesScene *scene,
                  const Row              *row)
{
  struct lac_range cells
      = lac_range_intersect (scene->selection,
                             (struct lac_range){ row->address + row->start,
                                                 row->address + row->end });
  GdkRGBA colour = scene->palette->accent;

  if (lac_range_size (cells) == 0)
    return;
  colour.alpha = scene->focused ? SELECTION_ALPHA : SELECTION_ALPHA / 2;
  append_both (snapshot, scene, row, (guint) (cells.start - row->address),
               (guint) (cells.end - row->address), &colour);
}

static GdkRGBA
change_colour (const LacunaBytesScene *scene)
{
  const LacunaPalette *palette = scene->palette;

  if (palette->dark)
    return palette->high_contrast ? (GdkRGBA){ 0.90f, 0.72f, 0.96f, 1 }
                                  : (GdkRGBA){ 0.86f, 0.54f, 0.87f, 1 };
  return palette->high_contrast ? (GdkRGBA){ 0.38f, 0.21f, 0.51f, 1 }
                                : (GdkRGBA){ 0.51f, 0.24f, 0.61f, 1 };
}

static void
append_change (GtkSnapshot            *snapshot,
               const LacunaBytesScene *scene,
               const Row              *row,
               guint                   start,
               guint                   end)
{
  GdkRGBA colour = change_colour (scene);
  GdkRGBA tint = colour;

  tint.alpha = CHANGE_ALPHA;
  append_both (snapshot, scene, row, start, end, &tint);
  for (int part = LACUNA_BYTES_HEX; part <= (int) scene->layout->has_text; part++)
    {
      const LacunaBytesLayout *layout = scene->layout;
      int x = lacuna_bytes_layout_column_x (layout, (LacunaBytesPart) part, start);
      int x_end = lacuna_bytes_layout_column_x (layout, (LacunaBytesPart) part, end - 1)
                  + lacuna_bytes_layout_cell (layout, (LacunaBytesPart) part);

      gtk_snapshot_append_color (
          snapshot, &colour,
          &GRAPHENE_RECT_INIT ((float) x, (float) row->y + (float) (layout->row - CHANGE_LINE),
                               (float) (x_end - x), CHANGE_LINE));
    }
}

static void
append_changes (GtkSnapshot            *snapshot,
                const LacunaBytesScene *scene,
                const Row              *row)
{
  struct lac_range cells = { row->address + row->start, row->address + row->end };
  struct lac_range run = { 0, cells.start };

  while (scene->edits != NULL && lacuna_byte_edits_next_run (scene->edits, run.end, &run)
         && run.start < cells.end)
    append_change (snapshot, scene, row, (guint) (run.start - row->address),
                   (guint) (MIN (run.end, cells.end) - row->address));
}

/* Rows are cut off below the head. */
static void
push_rows (GtkSnapshot            *snapshot,
           const LacunaBytesScene *scene)
{
  int head = scene->layout->head;

  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, (float) head, (float) scene->width,
                                                         (float) MAX (0, scene->height - head)));
}

gboolean
lacuna_bytes_append_marks (GtkSnapshot            *snapshot,
                           const LacunaBytesScene *scene)
{
  gboolean glows = FALSE;
  Row row;

  push_rows (snapshot, scene);
  FOR_EACH_ROW (scene, &row)
    {
      glows |= append_glow (snapshot, scene, &row);
      append_selection (snapshot, scene, &row);
      append_changes (snapshot, scene, &row);
    }
  gtk_snapshot_pop (snapshot);
  return glows;
}

/* Letters of one row, by how much they are to be seen. */
typedef struct
{
  LacunaBytesLine plain;
  LacunaBytesLine dim;
  LacunaBytesLine faint;
  LacunaBytesLine changed;
} Lines;

/* Groups of four digits from the right, as everywhere; where they are too many, the last ones. */
static void
add_address (const LacunaBytesScene *scene,
             LacunaBytesLine        *line,
             guint64                 address)
{
  const LacunaBytesLayout *layout = scene->layout;
  int x = lacuna_bytes_layout_address_x (layout);
  guint column = layout->n_digits;

  for (guint digit = 0; column > 0 && (digit == 0 || address != 0); digit++)
    {
      if (digit > 0 && digit % 4 == 0)
        column--;
      if (column == 0)
        {
          lacuna_bytes_line_add (line, scene->glyphs, LACUNA_BYTES_ELLIPSIS, x);
          return;
        }
      column--;
      lacuna_bytes_line_add (line, scene->glyphs, digits[address & 15],
                             x + (int) column * layout->letter);
      address >>= 4;
    }
}

static void
add_pair (const LacunaBytesScene *scene,
          LacunaBytesLine        *line,
          char                    first,
          char                    second,
          guint                   column)
{
  int x = lacuna_bytes_layout_column_x (scene->layout, LACUNA_BYTES_HEX, column);

  lacuna_bytes_line_add (line, scene->glyphs, first, x);
  lacuna_bytes_line_add (line, scene->glyphs, second, x + scene->layout->letter);
}

static void
add_byte (const LacunaBytesScene *scene,
          Lines                  *lines,
          const LacunaBytePage   *page,
          guint                   offset,
          guint                   column)
{
  LacunaByteEdit edit = { 0, 0, page->bytes[offset] };
  gboolean is_changed = scene->edits != NULL
                        && lacuna_byte_edits_lookup (scene->edits, page->address + offset, &edit);
  guint8 byte = edit.now;
  gboolean is_known = is_changed || lacuna_byte_page_is_known (page, offset);
  gboolean is_letter = is_known && g_ascii_isgraph (byte);
  LacunaBytesLine *line = is_changed                ? &lines->changed
                          : !is_known || byte == 0 ? &lines->faint
                                                   : &lines->plain;
  int x;

  if (is_known)
    add_pair (scene, line, digits[byte >> 4], digits[byte & 15], column);
  else
    add_pair (scene, line, '?', '?', column);
  if (!scene->layout->has_text || (is_known && byte == ' '))
    return;
  x = lacuna_bytes_layout_column_x (scene->layout, LACUNA_BYTES_TEXT, column);
  if (!is_changed)
    line = is_letter ? &lines->plain : &lines->faint;
  lacuna_bytes_line_add (line, scene->glyphs,
                         is_letter ? (char) byte : is_known ? '.' : '?', x);
}

static void
append_row (GtkSnapshot            *snapshot,
            const LacunaBytesScene *scene,
            const Row              *row,
            Lines                  *lines)
{
  const LacunaBytePage *page = peek (scene, row->address + row->start);
  double y = row->y + (scene->layout->row - lacuna_bytes_glyphs_height (scene->glyphs)) / 2;
  GdkRGBA faint = scene->palette->text_dim;
  GdkRGBA changed = change_colour (scene);

  if (!scene->palette->high_contrast)
    faint.alpha = FAINT;
  add_address (scene, &lines->dim, row->address);
  /* A row is never longer than a page, and begins at a multiple of its length. */
  for (guint i = row->start; page != NULL && i < row->end; i++)
    add_byte (scene, lines, page, (guint) (row->address + i - page->address), i);

  lacuna_bytes_line_draw (&lines->plain, scene->glyphs, snapshot, y, &scene->palette->text);
  lacuna_bytes_line_draw (&lines->dim, scene->glyphs, snapshot, y, &scene->palette->text_dim);
  lacuna_bytes_line_draw (&lines->faint, scene->glyphs, snapshot, y, &faint);
  lacuna_bytes_line_draw (&lines->changed, scene->glyphs, snapshot, y, &changed);
}

/* The last digits of the addresses of each column. */
static void
append_head (GtkSnapshot            *snapshot,
             const LacunaBytesScene *scene,
             LacunaBytesLine        *line)
{
  const LacunaBytesLayout *layout = scene->layout;

  for (guint i = 0; i < layout->n_columns; i++)
    if (layout->n_columns > 16)
      add_pair (scene, line, digits[i >> 4], digits[i & 15], i);
    else
      add_pair (scene, line, ' ', digits[i], i);
  lacuna_bytes_line_draw (line, scene->glyphs, snapshot,
                          (layout->head - lacuna_bytes_glyphs_height (scene->glyphs)) / 2,
                          &scene->palette->text_dim);
}

void
lacuna_bytes_append_letters (GtkSnapshot            *snapshot,
                             const LacunaBytesScene *scene)
{
  Lines lines;
  Row row;

  if (scene->glyphs == NULL)
    return;
  lacuna_bytes_line_init (&lines.plain);
  lacuna_bytes_line_init (&lines.dim);
  lacuna_bytes_line_init (&lines.faint);
  lacuna_bytes_line_init (&lines.changed);

  append_head (snapshot, scene, &lines.dim);
  push_rows (snapshot, scene);
  FOR_EACH_ROW (scene, &row)
    append_row (snapshot, scene, &row, &lines);
  gtk_snapshot_pop (snapshot);

  lacuna_bytes_line_clear (&lines.plain);
  lacuna_bytes_line_clear (&lines.dim);
  lacuna_bytes_line_clear (&lines.faint);
  lacuna_bytes_line_clear (&lines.changed);
}

static void
append_frame (GtkSnapshot            *snapshot,
              const LacunaBytesScene *scene,
              LacunaBytesPart         part,
              guint                   column,
              double                  y,
              float                   thickness,
              const GdkRGBA          *colour)
{
  const LacunaBytesLayout *layout = scene->layout;
  int pad = part == LACUNA_BYTES_HEX ? 3 : 1;
  int x = lacuna_bytes_layout_column_x (layout, part, column) - pad;
  int width = lacuna_bytes_layout_cell (layout, part) + 2 * pad;
  GskRoundedRect frame;

  gsk_rounded_rect_init_from_rect (
      &frame, &GRAPHENE_RECT_INIT ((float) x, (float) y, (float) width, (float) layout->row),
      part == LACUNA_BYTES_HEX ? 3 : 2);
  gtk_snapshot_append_border (snapshot, &frame,
                              (float[4]){ thickness, thickness, thickness, thickness },
                              (GdkRGBA[4]){ *colour, *colour, *colour, *colour });
}

/* The digit or the letter that is typed next. */
static void
append_cursor (GtkSnapshot            *snapshot,
               const LacunaBytesScene *scene,
               guint                   column,
               double                  y)
{
  const LacunaBytesLayout *layout = scene->layout;
  int x = lacuna_bytes_layout_column_x (layout, scene->part, column);
  GdkRGBA colour = scene->palette->accent;

  if (scene->half && scene->part == LACUNA_BYTES_HEX)
    x += layout->letter;
  colour.alpha = 0.3f;
  gtk_snapshot_append_color (snapshot, &colour,
                             &GRAPHENE_RECT_INIT ((float) x, (float) y, (float) layout->letter,
                                                  (float) layout->row));
}

void
lacuna_bytes_append_caret (GtkSnapshot            *snapshot,
                           const LacunaBytesScene *scene)
{
  const LacunaBytesLayout *layout = scene->layout;
  GdkRGBA line = scene->palette->tick;
  GdkRGBA accent = scene->palette->accent;
  Row row;

  if (!scene->palette->high_contrast)
    line.alpha = 0.4f;
  gtk_snapshot_append_color (snapshot, &line,
                             &GRAPHENE_RECT_INIT (0, (float) layout->head - 1, (float) scene->width,
                                                  1));
  if (!scene->has_caret)
    return;
  if (!scene->focused)
    accent.alpha = 0.6f;
  FOR_EACH_ROW (scene, &row)
    if (scene->caret >= row.address && scene->caret - row.address < layout->n_columns
        && row.y + layout->row > layout->head)
      {
        guint column = (guint) (scene->caret - row.address);
        float hex = scene->focused && scene->part == LACUNA_BYTES_HEX ? 2 : 1;
        float text = scene->focused && scene->part == LACUNA_BYTES_TEXT ? 2 : 1;

        push_rows (snapshot, scene);
        if (scene->editing && scene->focused)
          append_cursor (snapshot, scene, column, row.y);
        append_frame (snapshot, scene, LACUNA_BYTES_HEX, column, row.y, hex, &accent);
        if (layout->has_text)
          append_frame (snapshot, scene, LACUNA_BYTES_TEXT, column, row.y, text, &accent);
        gtk_snapshot_pop (snapshot);
      }
}
