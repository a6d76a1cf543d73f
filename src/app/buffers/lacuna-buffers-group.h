/* LacunaBuffersGroup: the head of a list in the tree of the Buffers page.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_BUFFERS_GROUP (lacuna_buffers_group_get_type ())
G_DECLARE_FINAL_TYPE (LacunaBuffersGroup, lacuna_buffers_group, LACUNA, BUFFERS_GROUP, GObject)

/* @title: static, translated; @sentence: the same, for a newcomer. Property "n-items" is notified. */
LacunaBuffersGroup *lacuna_buffers_group_new          (const char         *title,
                                                       const char         *sentence,
                                                       GListModel         *items);
const char         *lacuna_buffers_group_get_title    (LacunaBuffersGroup *self);
const char         *lacuna_buffers_group_get_sentence (LacunaBuffersGroup *self);
GListModel         *lacuna_buffers_group_get_items    (LacunaBuffersGroup *self);
guint               lacuna_buffers_group_get_n_items  (LacunaBuffersGroup *self);

G_END_DECLS
