/* LacunaRegionList: the regions and gaps of a snapshot as a GListModel.
 *
 * Rows are made when they are asked for, so that a million regions cost no memory until somebody
 * looks. A row holds facts; cells format them.
 *
 * Which rows there are, and in what order, is found on a worker when there are many; until it is
 * done the list stays as it was. A small map is listed at once.
 *
 * Signals:
 *   changing (gboolean much)   rows are about to change; much: by so many that a view had better
 * let go
 *   changed ()                 the rows are now what was asked for last, or on the way to it
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-snapshot.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_ROW (lacuna_row_get_type ())
G_DECLARE_FINAL_TYPE (LacunaRow, lacuna_row, LACUNA, ROW, GObject)

/* A region, or a gap. */
gboolean                  lacuna_row_is_gap      (LacunaRow *self);
guint                     lacuna_row_get_index   (LacunaRow *self); /* in the map, of either */
struct lac_range          lacuna_row_get_range   (LacunaRow *self);
const struct lac_region  *lacuna_row_get_region  (LacunaRow *self); /* NULL for a gap */
const struct lac_backing *lacuna_row_get_backing (LacunaRow *self); /* NULL for a gap */
unsigned                  lacuna_row_get_hazards (LacunaRow *self); /* of a gap */
const char               *lacuna_row_get_name    (LacunaRow *self); /* UTF-8, made valid */

struct lac_map           *lacuna_row_get_map     (LacunaRow *self); /* that it is a row of */

typedef enum
{
  LACUNA_SHOW_REGIONS = 1 << 0,
  LACUNA_SHOW_GAPS = 1 << 1,
  LACUNA_SHOW_BOTH = LACUNA_SHOW_REGIONS | LACUNA_SHOW_GAPS,
} LacunaShow;

/* The facts of a row that a table has columns for. */
typedef enum
{
  LACUNA_COLUMN_START,
  LACUNA_COLUMN_END,
  LACUNA_COLUMN_SIZE,
  LACUNA_COLUMN_KIND,
  LACUNA_COLUMN_PROTECTION,
  LACUNA_COLUMN_OFFSET,
  LACUNA_COLUMN_NAME,
  LACUNA_N_COLUMNS
} LacunaColumn;

#define LACUNA_TYPE_REGION_LIST (lacuna_region_list_get_type ())
G_DECLARE_FINAL_TYPE (LacunaRegionList, lacuna_region_list, LACUNA, REGION_LIST, GObject)

LacunaRegionList *lacuna_region_list_new          (void);

/* Keeps rows of ranges that did not change: items-changed names only what differs. */
void              lacuna_region_list_set_snapshot (LacunaRegionList *self,
                                                   LacunaSnapshot   *snapshot);
void              lacuna_region_list_set_show     (LacunaRegionList *self,
                                                   LacunaShow        show);

/* Words that must all match: part of a name (case does not matter), a kind, a protection such as
 * r-x, or a size such as ">1M" or "<64K". "" or NULL for everything. */
void              lacuna_region_list_set_filter   (LacunaRegionList *self,
                                                   const char       *filter);

/* Bits of LacunaInk: regions of other inks are left out, and gaps too unless it is all of them. */
void              lacuna_region_list_set_inks     (LacunaRegionList *self,
                                                   guint             inks);

/* By address among what is equal in @column. What has nothing there comes last, both ways. */
void              lacuna_region_list_set_sort     (LacunaRegionList *self,
                                                   LacunaColumn      column,
                                                   gboolean          descending);

/* Whether a worker is still at what was asked for. */
gboolean          lacuna_region_list_is_busy      (LacunaRegionList *self);

/* The position of the row that holds @address, GTK_INVALID_LIST_POSITION (G_MAXUINT) for none.
 * O(log n). */
guint             lacuna_region_list_find         (LacunaRegionList *self,
                                                   guint64           address);

G_END_DECLS
