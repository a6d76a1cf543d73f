/* LacunaTarget: something that can be asked for a map.
 *
 * A process is held by a handle that names it for good (os/process.h), so a target never turns into
 * another process that got the same PID. That handle may be used by one thread at a time, which the
 * lock below sees to. Whether the process has exited is asked from the main thread while a load may
 * be running elsewhere; it has a second handle for that, so it never waits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-target.h"

#include "lacuna-error.h"
#include "lacuna-maps-stream.h"
#include "lacuna-symbols.h"
#include "lacuna-target-private.h"
#include "core/expression.h"
#include "os/process.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

struct _LacunaTarget
{
  GObject parent_instance;

  LacunaTargetKind kind;
  char *title;

  /* Of a process. */
  gint32 pid;
  guint64 start_time;
  struct lac_process *process; /* only with the lock */
  struct lac_process *watch;   /* only from the thread that asks whether it has exited */
  LacunaSymbols *symbols;

  /* Of a file; NULL for standard input, which can be read only once and so keeps its snapshot. */
  GFile *file;
  char *spelling; /* what the user called the file */
  LacunaSnapshot *from_stdin;

  GMutex lock;
};

G_DEFINE_FINAL_TYPE (LacunaTarget, lacuna_target, G_TYPE_OBJECT)

/* Sets @error from what os says; @pid is named in it. */
static void
set_process_error (GError                          **error,
                   gint32                            pid,
                   const struct lac_process_failure *failure)
{
  switch (failure->status)
    {
    case LAC_E_SYSTEM:
      lacuna_error_set_message (error,
                                LAC_E_SYSTEM,
                                /* Translators: a PID, what was being done, the system's reason */
                                _ ("process %d: %s: %s"),
                                pid,
                                failure->what != NULL ? failure->what : _ ("reading"),
                                g_strerror (failure->system_error));
      break;

    case LAC_E_MALFORMED:
      lacuna_error_set_message (error,
                                LAC_E_MALFORMED,
                                _ ("process %d: line %" PRIu64
                                   ", column %" PRIu64 ": %s"),
                                pid,
                                (guint64) failure->text.line,
                                (guint64) failure->text.column,
                                failure->text.message != NULL
                                    ? g_dgettext (GETTEXT_PACKAGE, failure->text.message)
                                    : lac_status_sentence (LAC_E_MALFORMED));
      break;

    case LAC_E_CANCELLED:
      g_set_error_literal (error,
                           G_IO_ERROR,
                           G_IO_ERROR_CANCELLED,
                           g_dgettext (GETTEXT_PACKAGE, lac_status_sentence (LAC_E_CANCELLED)));
      break;

    default:
      lacuna_error_set (error, failure->status, _ ("process %d"), pid);
    }
}

static void
lacuna_target_finalize (GObject *object)
{
  LacunaTarget *self = LACUNA_TARGET (object);

  lac_process_close (self->process);
  lac_process_close (self->watch);
  g_clear_pointer (&self->symbols, lacuna_symbols_free);
  g_clear_object (&self->file);
  g_clear_object (&self->from_stdin);
  g_free (self->title);
  g_free (self->spelling);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (lacuna_target_parent_class)->finalize (object);
}

static void
lacuna_target_class_init (LacunaTargetClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_target_finalize;
}

static void
lacuna_target_init (LacunaTarget *self)
{
  g_mutex_init (&self->lock);
}

static LacunaTarget *
new_for_process (gint32   pid,
                 GError **error)
{
  g_autoptr (LacunaTarget) self = NULL;
  struct lac_process *process = NULL;
  struct lac_process_failure failure = { 0 };
  struct lac_process_facts facts;
  g_autofree char *name = NULL;
  enum lac_status status;

  status = lac_process_open (NULL, pid, &process, &failure);
  if (status == LAC_OK)
    status = lac_process_get_facts (process, &facts, &failure);
  if (status != LAC_OK)
    {
      lac_process_close (process);
      failure.status = status;
      set_process_error (error, pid, &failure);
      return NULL;
    }

  name = g_utf8_make_valid (facts.name, -1);
  self = g_object_new (LACUNA_TYPE_TARGET, NULL);
  self->process = process;
  self->pid = facts.pid;
  self->start_time = facts.start_time;
  self->symbols = lacuna_symbols_new (self->pid, self->start_time);
  self->kind = lac_process_is_self (process) ? LACUNA_TARGET_SELF : LACUNA_TARGET_PROCESS;
  self->title = lacuna_target_make_title (self->kind, name, self->pid);
  return g_steal_pointer (&self);
}

/**
 * lacuna_target_new_self:
 *
 * Returns: (transfer full): this process as a target
 */
LacunaTarget *
lacuna_target_new_self (void)
{
  g_autoptr (GError) error = NULL;
  LacunaTarget *self = new_for_process (LAC_PROCESS_SELF, &error);

  /* Only a system without a process file system can't show a process itself. */
  if (self == NULL)
    {
      self = g_object_new (LACUNA_TYPE_TARGET, NULL);
      self->kind = LACUNA_TARGET_SELF;
      self->title = g_strdup ("self");
    }
  return self;
}

/**
 * lacuna_target_new_for_pid:
 * @pid: a process
 * @error: where to put why it can't be one
 *
 * Takes hold of a process. Whether it may be read turns out when it is loaded.
 *
 * Returns: (transfer full) (nullable): the target
 */
LacunaTarget *
lacuna_target_new_for_pid (gint32   pid,
                           GError **error)
{
  if (pid <= 0)
    {
      lacuna_error_set (error, LAC_E_NO_PROCESS, _ ("process %d"), pid);
      return NULL;
    }
  return new_for_process (pid, error);
}

/* The same for a process that was seen in a list: fails when the PID has gone to another since. */
LacunaTarget *
lacuna_target_new_for_identity (gint32   pid,
                                guint64  start_time,
                                GError **error)
{
  g_autoptr (LacunaTarget) self = lacuna_target_new_for_pid (pid, error);

  if (self != NULL && self->start_time != start_time)
    {
      lacuna_error_set (error, LAC_E_NO_PROCESS, _ ("process %d"), pid);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * lacuna_target_new_for_file:
 * @file: the text of a maps or smaps file
 *
 * Returns: (transfer full): a target that has not been opened yet
 */
LacunaTarget *
lacuna_target_new_for_file (GFile *file)
{
  g_autofree char *name = g_file_get_parse_name (file);

  return lacuna_target_new_for_named_file (file, name);
}

/* The same, with the file's name as the user gave it, for messages. */
LacunaTarget *
lacuna_target_new_for_named_file (GFile      *file,
                                  const char *spelling)
{
  LacunaTarget *self = g_object_new (LACUNA_TYPE_TARGET, NULL);
  g_autofree char *base = g_file_get_basename (file);

  self->kind = LACUNA_TARGET_FILE;
  self->file = g_object_ref (file);
  self->spelling = g_filename_display_name (spelling);
  self->title = g_filename_display_name (base != NULL ? base : spelling);
  return self;
}

/**
 * lacuna_target_new_for_stdin:
 *
 * Returns: (transfer full): a target that reads standard input when it is loaded first
 */
LacunaTarget *
lacuna_target_new_for_stdin (void)
{
  LacunaTarget *self = g_object_new (LACUNA_TYPE_TARGET, NULL);

  self->kind = LACUNA_TARGET_FILE;
  self->title = g_strdup ("-");
  return self;
}

LacunaTargetKind
lacuna_target_get_kind (LacunaTarget *self)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (self), LACUNA_TARGET_SELF);

  return self->kind;
}

/**
 * lacuna_target_get_capabilities:
 * @self: a target
 *
 * Returns: what may be asked of it; never changes
 */
LacunaCapabilities
lacuna_target_get_capabilities (LacunaTarget *self)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (self), LACUNA_CAN_NOTHING);

  if (self->kind == LACUNA_TARGET_FILE)
    return self->file != NULL ? LACUNA_CAN_REFRESH : LACUNA_CAN_NOTHING;
  return LACUNA_CAN_REFRESH | LACUNA_CAN_DETAIL | LACUNA_CAN_SYMBOLS;
}

/**
 * lacuna_target_get_pid:
 * @self: a target
 *
 * Returns: the process's PID, 0 for a file
 */
gint32
lacuna_target_get_pid (LacunaTarget *self)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (self), 0);

  return self->pid;
}

const char *
lacuna_target_get_title (LacunaTarget *self)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (self), NULL);

  return self->title;
}

/**
 * lacuna_target_make_title:
 * @kind: what kind of target it is
 * @name: what the process or the file is called, UTF-8
 * @pid: the process's PID
 *
 * A process may become another program, and has another name from then on; a target's own title
 * stays the one of the beginning.
 *
 * Returns: (transfer full): what to call the target
 */
char *
lacuna_target_make_title (LacunaTargetKind  kind,
                          const char       *name,
                          gint32            pid)
{
  switch (kind)
    {
    case LACUNA_TARGET_SELF:
      return g_strdup ("self");
    case LACUNA_TARGET_PROCESS:
      return g_strdup_printf ("%s %d", name, pid);
    case LACUNA_TARGET_FILE:
    default:
      return g_strdup (name);
    }
}

/**
 * lacuna_target_has_exited:
 * @self: a target
 *
 * Asks whether the process is gone. Never waits for a load. Call it from one thread only.
 *
 * Returns: %TRUE when it has exited; %FALSE for a file
 */
gboolean
lacuna_target_has_exited (LacunaTarget *self)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (self), FALSE);

  if (self->kind != LACUNA_TARGET_PROCESS)
    return FALSE;

  if (self->watch == NULL)
    {
      struct lac_process *watch = NULL;
      struct lac_process_facts facts;
      enum lac_status status = lac_process_open (NULL, self->pid, &watch, NULL);

      if (status == LAC_OK)
        status = lac_process_get_facts (watch, &facts, NULL);
      if (status != LAC_OK || facts.start_time != self->start_time)
        {
          lac_process_close (watch);
          return status != LAC_E_SYSTEM && status != LAC_E_NO_MEMORY;
        }
      self->watch = watch;
    }
  return lac_process_has_exited (self->watch);
}

static void
cancel_cb (GCancellable *cancellable,
           gpointer      user_data)
{
  atomic_store ((atomic_bool *) user_data, true);
}

/* With the lock. */
static LacunaSnapshot *
load_process (LacunaTarget    *self,
              LacunaLoadFlags  flags,
              GCancellable    *cancellable,
              GError         **error)
{
  gboolean detail = (flags & LACUNA_LOAD_DETAIL) != 0;
  struct lac_process_failure failure = { 0 };
  struct lac_process_facts facts;
  struct lac_map *map = NULL;
  g_autofree char *name = NULL;
  g_autofree char *command_line = NULL;
  g_autofree char *source_path = NULL;
  LacunaOrigin origin;
  LacunaSnapshot *snapshot;
  enum lac_status status;
  atomic_bool cancel = false;
  gulong handler;

  if (self->process == NULL)
    {
      lacuna_error_set (error, LAC_E_NOT_SUPPORTED, NULL);
      return NULL;
    }

  handler = cancellable != NULL
                ? g_cancellable_connect (cancellable, G_CALLBACK (cancel_cb), &cancel, NULL)
                : 0;
  status = lac_process_get_facts (self->process, &facts, &failure);
  if (status == LAC_OK)
    {
      /* The command line lives until the process is asked again. */
      name = g_utf8_make_valid (facts.name, -1);
      command_line = g_utf8_make_valid (facts.command_line, -1);
      status = lac_process_read_map (self->process,
                                     detail ? LAC_READ_DETAIL : 0,
                                     &cancel,
                                     &map,
                                     &failure);
    }
  /* The flag is on this stack: after this no handler runs any more. */
  g_cancellable_disconnect (cancellable, handler);

  if (status != LAC_OK)
    {
      failure.status = status;
      set_process_error (error, self->pid, &failure);
      return NULL;
    }

  source_path = g_strdup_printf ("/proc/%d/%s", self->pid, detail ? "smaps" : "maps");
  origin = (LacunaOrigin){
    .kind = self->kind,
    .pid = self->pid,
    .start_time = facts.start_time,
    .user = facts.user,
    .name = name,
    .name_bytes = facts.name,
    .command_line = command_line,
    .source_path = source_path,
    .source = detail ? "proc-smaps" : "proc-maps",
  };
  snapshot = lacuna_snapshot_new (map, &origin, g_get_real_time ());
  lac_map_unref (map);
  return snapshot;
}

/* GIO's own words name neither the cause nor the remedy; @spelling is what the user called the
 * file. */
static void
explain_file_error (GError    **error,
                    const char *spelling)
{
  GError *original = *error;
  int code = original->code;

  if (original->domain != G_IO_ERROR)
    return;

  *error = NULL;
  switch (code)
    {
    case G_IO_ERROR_NOT_FOUND:
    case G_IO_ERROR_NOT_DIRECTORY:
      if (strchr (spelling, '/') == NULL)
        g_set_error (error,
                     G_IO_ERROR,
                     code,
                     _ ("%s: There is no such file. For a process of that name, write name:%s."),
                     spelling,
                     spelling);
      else
        g_set_error (error, G_IO_ERROR, code, _ ("%s: There is no such file."), spelling);
      break;

    case G_IO_ERROR_PERMISSION_DENIED:
      g_set_error (error,
                   G_IO_ERROR,
                   code,
                   _ ("%s: Its permissions do not let you read it. Ask its owner, or read it as "
                      "root."),
                   spelling);
      break;

    case G_IO_ERROR_IS_DIRECTORY:
      g_set_error (error,
                   G_IO_ERROR,
                   code,
                   _ ("%s: That is a folder. A target is a process or a file."),
                   spelling);
      break;

    default:
      *error = g_steal_pointer (&original);
      g_prefix_error (error, "%s: ", spelling);
    }
  g_clear_error (&original);
}

/* With the lock. */
static LacunaSnapshot *
load_text (LacunaTarget  *self,
           GCancellable  *cancellable,
           GError       **error)
{
  g_autoptr (GInputStream) stream = NULL;
  g_autofree char *path = NULL;
  const char *name;
  g_autoptr (GError) failure = NULL;
  struct lac_map *map = NULL;
  LacunaSnapshot *snapshot;
  LacunaOrigin origin;

  if (self->file == NULL)
    {
      path = g_strdup ("-");
      name = _ ("standard input");
      stream = g_unix_input_stream_new (0, FALSE);
    }
  else
    {
      path = g_file_get_parse_name (self->file);
      name = self->spelling;
      stream = G_INPUT_STREAM (g_file_read (self->file, cancellable, &failure));
    }

  if (stream != NULL)
    map = lacuna_maps_stream_read (stream, name, cancellable, &failure);
  if (map == NULL)
    {
      explain_file_error (&failure, name);
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }

  origin = (LacunaOrigin){
    .kind = LACUNA_TARGET_FILE,
    .name = self->title,
    .source_path = path,
    .source = "maps-text",
  };
  snapshot = lacuna_snapshot_new (map, &origin, g_get_real_time ());
  lac_map_unref (map);
  return snapshot;
}

/**
 * lacuna_target_load:
 * @self: a target
 * @flags: what to read beside the regions
 * @cancellable: (nullable): stops it soon, with %G_IO_ERROR_CANCELLED
 * @error: where to put what went wrong
 *
 * Reads the target's map as it is now. Blocks; a second call waits for the first.
 *
 * Returns: (transfer full) (nullable): a snapshot
 */
LacunaSnapshot *
lacuna_target_load (LacunaTarget    *self,
                    LacunaLoadFlags  flags,
                    GCancellable    *cancellable,
                    GError         **error)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (LACUNA_IS_TARGET (self), NULL);

  locker = g_mutex_locker_new (&self->lock);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  if (self->kind != LACUNA_TARGET_FILE)
    return load_process (self, flags, cancellable, error);
  if (self->file != NULL)
    return load_text (self, cancellable, error);

  if (self->from_stdin == NULL)
    self->from_stdin = load_text (self, cancellable, error);
  return self->from_stdin != NULL ? g_object_ref (self->from_stdin) : NULL;
}

static void
load_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  GError *error = NULL;
  LacunaSnapshot *snapshot;

  snapshot = lacuna_target_load (LACUNA_TARGET (source),
                                 GPOINTER_TO_UINT (task_data),
                                 cancellable,
                                 &error);
  if (snapshot != NULL)
    g_task_return_pointer (task, snapshot, g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * lacuna_target_load_async:
 * @self: a target
 * @flags: as for lacuna_target_load()
 * @cancellable: (nullable): as for lacuna_target_load()
 * @callback: called in this thread's main context
 * @user_data: for @callback
 *
 * Loads on a worker.
 */
void
lacuna_target_load_async (LacunaTarget        *self,
                          LacunaLoadFlags      flags,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (LACUNA_IS_TARGET (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lacuna_target_load_async);
  g_task_set_task_data (task, GUINT_TO_POINTER (flags), NULL);
  g_task_run_in_thread (task, load_thread);
}

/**
 * lacuna_target_load_finish:
 * @self: a target
 * @result: what the callback got
 * @error: where to put what went wrong
 *
 * Returns: (transfer full) (nullable): the snapshot
 */
LacunaSnapshot *
lacuna_target_load_finish (LacunaTarget  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct
{
  LacunaTarget *target;
  struct lac_map *map;
  const char *message; /* where more is known than a status says; translated */
} Resolution;

static enum lac_status
resolve_name (const char *module,
              size_t      module_length,
              const char *symbol,
              size_t      symbol_length,
              uint64_t   *out_address,
              void       *user_data)
{
  Resolution *resolution = user_data;
  LacunaTarget *self = resolution->target;
  uint64_t start;
  enum lac_status status;

  status = lac_map_resolve_name (module, module_length, NULL, 0, &start, resolution->map);
  if (status != LAC_OK || symbol == NULL)
    {
      if (status == LAC_OK)
        *out_address = start;
      return status;
    }
  if (self->symbols == NULL)
    {
      resolution->message = _ ("symbols can be looked up in a live process only");
      return LAC_E_NOT_SUPPORTED;
    }

  status = lacuna_symbols_find (self->symbols,
                                resolution->map,
                                start,
                                symbol,
                                symbol_length,
                                out_address);
  if (status == LAC_E_NOT_FOUND)
    resolution->message = _ ("this file has no such symbol with an address of its own");
  else if (status == LAC_E_NOT_SUPPORTED)
    resolution->message = _ ("there is no ELF file here whose symbols could be read");
  return status;
}

/**
 * lacuna_target_parse_address:
 * @self: a target
 * @snapshot: a snapshot of @self, for the names in it
 * @text: the expression, UTF-8
 * @out_address: (out): its value, set only on success
 * @out_offset: (out) (optional): where the fault is, in bytes of @text; -1 when it has no place
 * @error: where to put what is wrong
 *
 * Understands an address as people write it, see core/expression.h.
 *
 * Returns: whether it has a value
 */
gboolean
lacuna_target_parse_address (LacunaTarget   *self,
                             LacunaSnapshot *snapshot,
                             const char     *text,
                             guint64        *out_address,
                             gssize         *out_offset,
                             GError        **error)
{
  Resolution resolution;
  struct lac_expression_error place = { 0 };
  uint64_t address = 0;
  enum lac_status status;

  g_return_val_if_fail (LACUNA_IS_TARGET (self), FALSE);
  g_return_val_if_fail (LACUNA_IS_SNAPSHOT (snapshot), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  resolution = (Resolution){ self, lacuna_snapshot_get_map (snapshot), NULL };
  status = lac_expression_parse_address (text,
                                         strlen (text),
                                         resolve_name,
                                         &resolution,
                                         &address,
                                         &place);
  if (status == LAC_OK)
    {
      *out_address = address;
      return TRUE;
    }

  if (out_offset != NULL)
    *out_offset = place.message != NULL ? (gssize) place.offset : -1;
  if (resolution.message != NULL)
    lacuna_error_set_message (error, status, "%s", resolution.message);
  else if (place.message != NULL)
    lacuna_error_set_message (error,
                              status,
                              "%s",
                              g_dgettext (GETTEXT_PACKAGE, place.message));
  else
    lacuna_error_set (error, status, NULL);
  return FALSE;
}

LacunaSymbols *
lacuna_target_get_symbols (LacunaTarget *self)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (self), NULL);

  return self->symbols;
}
