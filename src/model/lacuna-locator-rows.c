/* The rows of the locator's tree: tables and buffers.
 *
 * A locator only ever grows at its end, as a rule, and what changes in a row is a number. So rows are kept
 * by address, and only the part of a list that is really different is replaced.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-locator-private.h"

struct _LacunaLocatorBuffer
{
  GObject parent_instance;

  LacunaBufferFacts facts;
};

struct _LacunaLocatorTable
{
  GObject parent_instance;

  guint64 address;
  guint version;
  gboolean locked;
  gboolean own;
  unsigned findings;
  GListStore *buffers;
};

/* A buffer */

enum
{
  BUFFER_PROP_0,
  BUFFER_PROP_SIZE,
  BUFFER_PROP_POSITION,
  BUFFER_PROP_TAKEN,
  BUFFER_PROP_OURS,
  BUFFER_PROP_FINDINGS,
  BUFFER_N_PROPERTIES
};

static GParamSpec *buffer_properties[BUFFER_N_PROPERTIES];

G_DEFINE_FINAL_TYPE (LacunaLocatorBuffer, lacuna_locator_buffer, G_TYPE_OBJECT)

static void
lacuna_locator_buffer_get_property (GObject    *object,
                                    guint       property_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  LacunaLocatorBuffer *self = LACUNA_LOCATOR_BUFFER (object);

  switch (property_id)
    {
    case BUFFER_PROP_SIZE:
      g_value_set_uint (value, self->facts.size);
      break;
    case BUFFER_PROP_POSITION:
      g_value_set_uint (value, self->facts.position);
      break;
    case BUFFER_PROP_TAKEN:
      g_value_set_boolean (value, self->facts.taken);
      break;
    case BUFFER_PROP_OURS:
      g_value_set_boolean (value, self->facts.ours);
      break;
    case BUFFER_PROP_FINDINGS:
      g_value_set_uint (value, self->facts.findings);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
lacuna_locator_buffer_class_init (LacunaLocatorBufferClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = lacuna_locator_buffer_get_property;

  buffer_properties[BUFFER_PROP_SIZE]
      = g_param_spec_uint ("size", NULL, NULL, 0, G_MAXUINT, 0, flags);
  buffer_properties[BUFFER_PROP_POSITION]
      = g_param_spec_uint ("position", NULL, NULL, 0, G_MAXUINT, 0, flags);
  buffer_properties[BUFFER_PROP_TAKEN] = g_param_spec_boolean ("taken", NULL, NULL, FALSE, flags);
  buffer_properties[BUFFER_PROP_OURS] = g_param_spec_boolean ("ours", NULL, NULL, FALSE, flags);
  buffer_properties[BUFFER_PROP_FINDINGS]
      = g_param_spec_uint ("findings", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, BUFFER_N_PROPERTIES, buffer_properties);
}

static void
lacuna_locator_buffer_init (LacunaLocatorBuffer *self)
{
}

static gboolean
update_buffer (LacunaLocatorBuffer     *self,
               const LacunaBufferFacts *facts)
{
  const LacunaBufferFacts old = self->facts;
  gboolean changed;

  self->facts = *facts;
  changed = old.holder != facts->holder || old.write_xor_execute != facts->write_xor_execute;
  g_object_freeze_notify (G_OBJECT (self));
#define UPDATE(field, property)                                                                   \
  if (old.field != facts->field)                                                                  \
    {                                                                                             \
      changed = TRUE;                                                                             \
      g_object_notify_by_pspec (G_OBJECT (self), buffer_properties[property]);                    \
    }
  UPDATE (size, BUFFER_PROP_SIZE)
  UPDATE (position, BUFFER_PROP_POSITION)
  UPDATE (taken, BUFFER_PROP_TAKEN)
  UPDATE (ours, BUFFER_PROP_OURS)
  UPDATE (findings, BUFFER_PROP_FINDINGS)
#undef UPDATE
  g_object_thaw_notify (G_OBJECT (self));
  return changed;
}

guint64
lacuna_locator_buffer_get_address (LacunaLocatorBuffer *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_BUFFER (self), 0);

  return self->facts.address;
}

guint32
lacuna_locator_buffer_get_size (LacunaLocatorBuffer *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_BUFFER (self), 0);

  return self->facts.size;
}

guint32
lacuna_locator_buffer_get_position (LacunaLocatorBuffer *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_BUFFER (self), 0);

  return self->facts.position;
}

guint32
lacuna_locator_buffer_get_free (LacunaLocatorBuffer *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_BUFFER (self), 0);

  return self->facts.position < self->facts.size ? self->facts.size - self->facts.position : 0;
}

gboolean
lacuna_locator_buffer_get_taken (LacunaLocatorBuffer *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_BUFFER (self), FALSE);

  return self->facts.taken;
}

gboolean
lacuna_locator_buffer_get_ours (LacunaLocatorBuffer *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_BUFFER (self), FALSE);

  return self->facts.ours;
}

gint32
lacuna_locator_buffer_get_holder (LacunaLocatorBuffer *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_BUFFER (self), 0);

  return self->facts.holder;
}

gboolean
lacuna_locator_buffer_get_write_xor_execute (LacunaLocatorBuffer *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_BUFFER (self), FALSE);

  return self->facts.write_xor_execute;
}

unsigned
lacuna_locator_buffer_get_findings (LacunaLocatorBuffer *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_BUFFER (self), 0);

  return self->facts.findings;
}

/* A table */

enum
{
  TABLE_PROP_0,
  TABLE_PROP_VERSION,
  TABLE_PROP_LOCKED,
  TABLE_PROP_FINDINGS,
  TABLE_N_PROPERTIES
};

static GParamSpec *table_properties[TABLE_N_PROPERTIES];

G_DEFINE_FINAL_TYPE (LacunaLocatorTable, lacuna_locator_table, G_TYPE_OBJECT)

static void
lacuna_locator_table_finalize (GObject *object)
{
  LacunaLocatorTable *self = LACUNA_LOCATOR_TABLE (object);

  g_clear_object (&self->buffers);

  G_OBJECT_CLASS (lacuna_locator_table_parent_class)->finalize (object);
}

static void
lacuna_locator_table_get_property (GObject    *object,
                                   guint       property_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  LacunaLocatorTable *self = LACUNA_LOCATOR_TABLE (object);

  switch (property_id)
    {
    case TABLE_PROP_VERSION:
      g_value_set_uint (value, self->version);
      break;
    case TABLE_PROP_LOCKED:
      g_value_set_boolean (value, self->locked);
      break;
    case TABLE_PROP_FINDINGS:
      g_value_set_uint (value, self->findings);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
lacuna_locator_table_class_init (LacunaLocatorTableClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = lacuna_locator_table_finalize;
  object_class->get_property = lacuna_locator_table_get_property;

  table_properties[TABLE_PROP_VERSION]
      = g_param_spec_uint ("version", NULL, NULL, 0, G_MAXUINT, 0, flags);
  table_properties[TABLE_PROP_LOCKED] = g_param_spec_boolean ("locked", NULL, NULL, FALSE, flags);
  table_properties[TABLE_PROP_FINDINGS]
      = g_param_spec_uint ("findings", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, TABLE_N_PROPERTIES, table_properties);
}

static void
lacuna_locator_table_init (LacunaLocatorTable *self)
{
  self->buffers = g_list_store_new (LACUNA_TYPE_LOCATOR_BUFFER);
}

guint64
lacuna_locator_table_get_address (LacunaLocatorTable *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_TABLE (self), 0);

  return self->address;
}

guint
lacuna_locator_table_get_version (LacunaLocatorTable *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_TABLE (self), 0);

  return self->version;
}

gboolean
lacuna_locator_table_get_locked (LacunaLocatorTable *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_TABLE (self), FALSE);

  return self->locked;
}

gboolean
lacuna_locator_table_get_own (LacunaLocatorTable *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_TABLE (self), FALSE);

  return self->own;
}

unsigned
lacuna_locator_table_get_findings (LacunaLocatorTable *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_TABLE (self), 0);

  return self->findings;
}

/**
 * lacuna_locator_table_get_buffers:
 * @self: a table
 *
 * Returns: (transfer none): a list of LacunaLocatorBuffer
 */
GListModel *
lacuna_locator_table_get_buffers (LacunaLocatorTable *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR_TABLE (self), NULL);

  return G_LIST_MODEL (self->buffers);
}

/* Updates */

/* Replaces what differs between @store and @rows, which may share objects. Returns whether anything
 * did. */
static gboolean
replace_middle (GListStore *store,
                GPtrArray  *rows)
{
  guint n_old = g_list_model_get_n_items (G_LIST_MODEL (store));
  guint start = 0, end = 0;

  while (start < MIN (n_old, rows->len))
    {
      g_autoptr (GObject) old = g_list_model_get_item (G_LIST_MODEL (store), start);

      if (old != g_ptr_array_index (rows, start))
        break;
      start++;
    }
  while (end < MIN (n_old, rows->len) - start)
    {
      g_autoptr (GObject) old = g_list_model_get_item (G_LIST_MODEL (store), n_old - 1 - end);

      if (old != g_ptr_array_index (rows, rows->len - 1 - end))
        break;
      end++;
    }
  if (n_old == rows->len && start == n_old)
    return FALSE;
  g_list_store_splice (store,
                       start,
                       n_old - start - end,
                       rows->pdata + start,
                       rows->len - start - end);
  return TRUE;
}

/* (transfer full): the rows of @store by address; each is given out once. */
static GHashTable *
index_rows (GListStore *store,
            guint64   (*address_of) (gpointer row))
{
  GHashTable *rows = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  guint n_rows = g_list_model_get_n_items (G_LIST_MODEL (store));

  for (guint i = 0; i < n_rows; i++)
    {
      gpointer row = g_list_model_get_item (G_LIST_MODEL (store), i);
      guint64 address = address_of (row);

      g_hash_table_insert (rows, g_memdup2 (&address, sizeof address), row);
    }
  return rows;
}

/* (transfer full) (nullable) */
static gpointer
take_row (GHashTable *rows,
          guint64     address)
{
  gpointer key = NULL, row = NULL;

  if (!g_hash_table_steal_extended (rows, &address, &key, &row))
    return NULL;
  g_free (key);
  return row;
}

static guint64
buffer_address (gpointer row)
{
  return LACUNA_LOCATOR_BUFFER (row)->facts.address;
}

static guint64
table_address (gpointer row)
{
  return LACUNA_LOCATOR_TABLE (row)->address;
}

static gboolean
update_buffers (GListStore *store,
                GArray     *buffers)
{
  g_autoptr (GHashTable) old = index_rows (store, buffer_address);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean changed = FALSE;

  for (guint i = 0; i < buffers->len; i++)
    {
      const LacunaBufferFacts *facts = &g_array_index (buffers, LacunaBufferFacts, i);
      LacunaLocatorBuffer *row = take_row (old, facts->address);

      if (row == NULL)
        {
          row = g_object_new (LACUNA_TYPE_LOCATOR_BUFFER, NULL);
          row->facts = *facts;
        }
      else if (update_buffer (row, facts))
        changed = TRUE;
      g_ptr_array_add (rows, row);
    }
  return replace_middle (store, rows) || changed;
}

static gboolean
update_table (LacunaLocatorTable     *self,
              const LacunaTableFacts *facts)
{
  gboolean changed = FALSE;

  if (self->version != facts->version)
    {
      self->version = facts->version;
      changed = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), table_properties[TABLE_PROP_VERSION]);
    }
  if (self->locked != facts->locked)
    {
      self->locked = facts->locked;
      changed = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), table_properties[TABLE_PROP_LOCKED]);
    }
  if (self->findings != facts->findings)
    {
      self->findings = facts->findings;
      changed = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), table_properties[TABLE_PROP_FINDINGS]);
    }
  return update_buffers (self->buffers, facts->buffers) || changed;
}

gboolean
lacuna_locator_rows_update (GListStore *store,
                            GArray     *tables)
{
  g_autoptr (GHashTable) old = index_rows (store, table_address);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean changed = FALSE;

  for (guint i = 0; i < tables->len; i++)
    {
      const LacunaTableFacts *facts = &g_array_index (tables, LacunaTableFacts, i);
      LacunaLocatorTable *row = take_row (old, facts->address);

      if (row == NULL)
        {
          row = g_object_new (LACUNA_TYPE_LOCATOR_TABLE, NULL);
          row->address = facts->address;
          row->own = facts->own;
        }
      if (update_table (row, facts))
        changed = TRUE;
      g_ptr_array_add (rows, row);
    }
  return replace_middle (store, rows) || changed;
}
