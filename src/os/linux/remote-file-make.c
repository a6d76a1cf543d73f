/* Making the shared file of a process in it: see os/remote-file.h.
 *
 * The process makes it itself, so that it belongs to its user, lies in its mounts and is mapped in
 * it; what has to be decided is decided here before. Each folder is opened without following a
 * link, and then named by its descriptor, so that nobody can exchange it in between. Strings lie in
 * scratch memory that the run begins with and ends with giving back.
 *
 * The file's first bytes are written in the same run while all threads are stopped. So the process
 * never sees a file without its address, which it would take for one in the making; and a disk
 * without room says so here, instead of by a signal in the process when it first touches the page.
 *
 * From that moment on the file counts, and may be found at once. So its mapping is not among what
 * the tracer undoes when nobody is there to be told; it is taken back here if it came to nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-file-private.h"

#include "core/translatable.h"
#include "process-private.h"
#include "shared-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define MAKING N_ ("make the process's shared file")

#define FOLDER_FLAGS (O_PATH | O_DIRECTORY | O_CLOEXEC)
#define FILE_FLAGS (O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)

/* The same for every process that is served. */
#define PAGE 4096

/* What was there when it was looked at. */
struct survey
{
  struct lac_remote_way way;
  bool folder_is_missing[2];
  bool folder_has_other_mode[2];
  /* The last folder, when it is there, else -1; and the lock on it, see shared-file.c. */
  int folder;
  int lock;
  bool is_there;
  bool is_folder;
};

/* A run that is being put together. */
struct plan
{
  struct lac_remote_step steps[LAC_REMOTE_STEPS_MAX];
  unsigned n_steps;
  /* Which step gave the scratch memory; what is written there. */
  uint8_t scratch;
  char text[512];
  size_t length;
  /* Steps of which the caller needs to know, counted from 1. */
  uint8_t file;
  uint8_t mapping;
  uint8_t first_bytes;
};

/* The soft limit on the length of its files. Past it a process is sent a signal that ends it. */
static bool
may_make_a_page (struct lac_process *process)
{
  char text[4096];
  uint64_t limit;

  return lac_proc_read (process->directory, "limits", text, sizeof text) <= 0
         || !lac_proc_parse_limit (text, "Max file size", &limit) || limit >= PAGE;
}

static void
clear_survey (struct survey *survey)
{
  if (survey->lock >= 0)
    close (survey->lock);
  if (survey->folder >= 0)
    close (survey->folder);
}

/* The lock under which files of this user are replaced, as the process's own library has it: a file of
 * the process's user. */
static int
open_lock (const struct survey *survey)
{
  const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  char name[32];
  struct stat facts;
  int lock;

  snprintf (name, sizeof name, ".lacuna-%u", survey->way.user);
  lock = openat (survey->folder, name, flags);
  if (lock < 0 && errno == ENOENT)
    {
      lock = openat (survey->folder, name, flags | O_CREAT | O_EXCL, 0600);
      if (lock >= 0 && geteuid () != survey->way.user && fchown (lock, survey->way.user, (gid_t) -1) != 0)
        unlinkat (survey->folder, name, 0);
    }
  if (lock >= 0
      && (fstat (lock, &facts) != 0 || !S_ISREG (facts.st_mode) || facts.st_uid != survey->way.user))
    {
      close (lock);
      lock = -1;
    }
  return lock;
}

/* Judges once more what is to be replaced, under the lock: it must not be the process's file, and not
 * one in the making, by now. */
static enum lac_status
judge_again (struct lac_remote          *remote,
             enum lac_remote_place       place,
             struct survey              *survey,
             struct lac_process_failure *out_failure)
{
  struct lac_remote_file_facts facts;
  struct lac_remote_file *file;
  struct lac_remote_plan plan;
  uint64_t address = 0;
  bool needed = false;

  survey->lock = open_lock (survey);
  if (survey->lock >= 0 && flock (survey->lock, LOCK_EX | LOCK_NB) != 0)
    return lac_process_fail (out_failure, LAC_E_CHANGED, errno, MAKING);
  if (lac_remote_file_open (lac_remote_get_process (remote), place, PAGE, &file, &facts, NULL) != LAC_OK)
    return LAC_OK;
  lac_remote_get_plan (remote, &plan);
  if (facts.bytes != NULL)
    memcpy (&address, facts.bytes, plan.pointer_size);
  needed = address != 0 ? lac_remote_file_believe (file, address) : facts.young;
  lac_remote_file_close (file);
  return needed ? lac_process_fail (out_failure, LAC_E_CHANGED, EEXIST, MAKING) : LAC_OK;
}

/* Whether somebody whom the process can't see uses the file, see shared-file.c. */
static bool
is_in_use (const struct survey *survey)
{
  int file = openat (survey->folder, survey->way.name,
                     O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  bool used;

  if (file < 0)
    return false;
  used = flock (file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close (file);
  return used;
}

static enum lac_status
look_at_file (struct survey              *survey,
              bool                        replace,
              struct lac_process_failure *out_failure)
{
  struct stat facts;

  if (fstatat (survey->folder, survey->way.name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? LAC_OK : lac_process_fail (out_failure, LAC_E_SYSTEM, errno, MAKING);
  if (facts.st_uid != survey->way.user)
    return lac_process_fail (out_failure, LAC_E_OTHER_USER, 0, MAKING);
  /* Its other name may be in a folder that anyone may have made: it is neither used nor waited for. */
  if (S_ISREG (facts.st_mode) && facts.st_nlink > 1)
    return lac_process_fail (out_failure, LAC_E_OTHER_USER, EEXIST, MAKING);
  if (!replace)
    return lac_process_fail (out_failure, LAC_E_CHANGED, EEXIST, MAKING);
  survey->is_there = true;
  survey->is_folder = S_ISDIR (facts.st_mode);
  if (S_ISREG (facts.st_mode) && is_in_use (survey))
    return lac_process_fail (out_failure, LAC_E_BUSY, 0,
                             N_ ("a process with the same PID, which can't be seen from here, uses "
                                 "the file"));
  return LAC_OK;
}

/* Looks at the way, as far as it is there. */
static enum lac_status
look (struct lac_remote          *remote,
      enum lac_remote_place       place,
      bool                        replace,
      struct survey              *survey,
      struct lac_process_failure *out_failure)
{
  struct lac_process *process = lac_remote_get_process (remote);
  enum lac_status status;
  bool missing = false;
  int folder;

  *survey = (struct survey){ .folder = -1, .lock = -1 };
  status = lac_remote_way_find (process, place, &survey->way, out_failure);
  if (status == LAC_OK)
    status = lac_remote_way_open_base (process, &survey->way, &folder, out_failure);
  if (status != LAC_OK)
    return status;
  for (unsigned i = 0; i < survey->way.n_folders && status == LAC_OK; i++)
    {
      mode_t mode = survey->way.folders[i].mode;
      struct stat facts;
      int next = -1;

      if (!missing)
        {
          status = lac_remote_way_open_folder (process, &survey->way, i, folder, &next, &facts, out_failure);
          close (folder);
        }
      if (status == LAC_E_NOT_FOUND)
        {
          missing = true;
          status = LAC_OK;
        }
      survey->folder_is_missing[i] = missing;
      survey->folder_has_other_mode[i]
          = missing
            || (status == LAC_OK && facts.st_uid == survey->way.user && (facts.st_mode & 07777) != mode);
      folder = next;
    }
  if (status != LAC_OK)
    return status;
  survey->folder = folder;
  if (!missing && replace)
    status = judge_again (remote, place, survey, out_failure);
  return status == LAC_OK && !missing ? look_at_file (survey, replace, out_failure) : status;
}

/* Putting a run together */

static struct lac_remote_step *
add_call (struct plan         *plan,
          enum lac_remote_call call)
{
  struct lac_remote_step *step = &plan->steps[plan->n_steps++];

  *step = (struct lac_remote_step){ .kind = LAC_REMOTE_STEP_CALL, .call = call };
  return step;
}

/* Makes argument @at of @step the address of @text in the scratch memory. */
static void
set_text (struct plan            *plan,
          struct lac_remote_step *step,
          unsigned                at,
          const char             *text)
{
  size_t size = strlen (text) + 1;

  step->arguments[at] = plan->length;
  step->from[at] = plan->scratch;
  memcpy (plan->text + plan->length, text, size);
  plan->length += size;
}

static uint8_t
add_open (struct plan *plan,
          uint8_t      folder,
          const char  *name,
          unsigned     flags,
          mode_t       mode)
{
  struct lac_remote_step *step = add_call (plan, LAC_REMOTE_OPENAT);

  step->arguments[0] = folder == 0 ? (uint64_t) AT_FDCWD : 0;
  step->from[0] = folder;
  set_text (plan, step, 1, name);
  step->arguments[2] = flags;
  step->arguments[3] = mode;
  step->undo = true;
  return (uint8_t) plan->n_steps;
}

static void
add_named (struct plan         *plan,
           enum lac_remote_call call,
           uint8_t              folder,
           const char          *name,
           uint64_t             third)
{
  struct lac_remote_step *step = add_call (plan, call);

  step->from[0] = folder;
  set_text (plan, step, 1, name);
  step->arguments[2] = third;
}

static void
add_close (struct plan *plan,
           uint8_t      file)
{
  struct lac_remote_step *step = add_call (plan, LAC_REMOTE_CLOSE);

  step->from[0] = file;
  step->may_fail = true;
}

static void
put_together (struct plan         *plan,
              const struct survey *survey,
              uint64_t             address,
              const void          *bytes,
              uint32_t             n_bytes)
{
  const struct lac_remote_way *way = &survey->way;
  struct lac_remote_step *step, *texts;
  uint8_t folders[3];
  unsigned n_folders = 0;

  step = add_call (plan, LAC_REMOTE_MMAP);
  step->arguments[1] = PAGE;
  step->arguments[2] = PROT_READ | PROT_WRITE;
  step->arguments[3] = MAP_PRIVATE | MAP_ANONYMOUS;
  step->arguments[4] = (uint64_t) -1;
  step->undo = true;
  plan->scratch = (uint8_t) plan->n_steps;
  texts = &plan->steps[plan->n_steps++];
  *texts = (struct lac_remote_step){ .kind = LAC_REMOTE_STEP_WRITE, .from = { plan->scratch } };

  folders[n_folders++] = add_open (plan, 0, way->base, FOLDER_FLAGS, 0);
  for (unsigned i = 0; i < way->n_folders; i++)
    {
      uint8_t parent = folders[n_folders - 1];

      if (survey->folder_is_missing[i])
        add_named (plan, LAC_REMOTE_MKDIRAT, parent, way->folders[i].name, way->folders[i].mode);
      folders[n_folders++] = add_open (plan, parent, way->folders[i].name, FOLDER_FLAGS | O_NOFOLLOW, 0);
      if (survey->folder_has_other_mode[i])
        add_named (plan, LAC_REMOTE_FCHMODAT, folders[n_folders - 1], ".", way->folders[i].mode);
    }
  if (survey->is_there)
    add_named (plan, LAC_REMOTE_UNLINKAT, folders[n_folders - 1], way->name,
               survey->is_folder ? AT_REMOVEDIR : 0);
  plan->file = add_open (plan, folders[n_folders - 1], way->name, FILE_FLAGS, 0600);
  step = add_call (plan, LAC_REMOTE_FTRUNCATE);
  step->from[0] = plan->file;
  step->arguments[1] = PAGE;
  step = add_call (plan, LAC_REMOTE_MMAP);
  step->arguments[0] = address;
  step->arguments[1] = PAGE;
  step->arguments[2] = PROT_READ | PROT_WRITE;
  step->arguments[3] = MAP_SHARED | MAP_FIXED_NOREPLACE;
  step->from[4] = plan->file;
  plan->mapping = (uint8_t) plan->n_steps;
  plan->steps[plan->n_steps++] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_WRITE,
    .from = { plan->mapping },
    .bytes = bytes,
    .n_bytes = n_bytes,
  };
  plan->first_bytes = (uint8_t) plan->n_steps;
  add_close (plan, plan->file);
  while (n_folders > 0)
    add_close (plan, folders[--n_folders]);
  step = add_call (plan, LAC_REMOTE_MUNMAP);
  step->from[0] = plan->scratch;
  step->arguments[1] = PAGE;
  step->may_fail = true;
  texts->bytes = plan->text;
  texts->n_bytes = (uint32_t) plan->length;
}

/* What a call that failed means. */
static enum lac_status
judge (const struct plan          *plan,
       enum lac_status             status,
       struct lac_process_failure *out_failure)
{
  for (unsigned i = 0; i < plan->n_steps && status == LAC_E_SYSTEM; i++)
    {
      const struct lac_remote_step *step = &plan->steps[i];

      if (!step->done || step->result >= 0 || step->may_fail)
        continue;
      if (step->kind != LAC_REMOTE_STEP_CALL)
        /* The page of the file could not be had. */
        return lac_process_fail (out_failure, LAC_E_SYSTEM, ENOSPC, MAKING);
      if (step->result == -EEXIST)
        return lac_process_fail (out_failure,
                                 step->call == LAC_REMOTE_MMAP ? LAC_E_OCCUPIED : LAC_E_CHANGED, EEXIST,
                                 MAKING);
      if (step->result == -ENOENT)
        return lac_process_fail (out_failure, LAC_E_CHANGED, ENOENT, MAKING);
      return lac_process_fail (out_failure, LAC_E_SYSTEM, (int) -step->result, MAKING);
    }
  return status;
}

static bool
is_done (const struct plan *plan,
         uint8_t            step)
{
  return plan->steps[step - 1].done && plan->steps[step - 1].result >= 0;
}

/* Takes back what a run that failed has left. */
static void
take_back (struct lac_remote     *remote,
           const struct plan     *plan,
           struct lac_remote_way *way)
{
  struct stat facts;
  int folder;

  if (is_done (plan, plan->mapping))
    lac_remote_free (remote, (uint64_t) plan->steps[plan->mapping - 1].result, PAGE, NULL);
  if (!is_done (plan, plan->file)
      || lac_remote_way_open (lac_remote_get_process (remote), way, &folder, NULL) != LAC_OK)
    return;
  if (fstatat (folder, way->name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (facts.st_mode)
      && facts.st_uid == way->user)
    unlinkat (folder, way->name, 0);
  close (folder);
}

/* A place that can't be used is what the system refused; neither is the process another user's, nor is there
 * nothing to be found. */
static enum lac_status
refuse_place (enum lac_status             status,
              struct lac_process_failure *failure)
{
  if (status == LAC_E_NOT_FOUND)
    return lac_process_fail (failure, LAC_E_SYSTEM, ENOENT, failure->what);
  if (status == LAC_E_OTHER_USER)
    return lac_process_fail (failure, LAC_E_SYSTEM,
                             failure->system_error != 0 ? failure->system_error : EACCES, failure->what);
  if (status == LAC_E_NOT_SUPPORTED)
    return lac_process_fail (failure, LAC_E_SYSTEM, EOPNOTSUPP, failure->what);
  return status;
}

enum lac_status
lac_remote_file_make (struct lac_remote          *remote,
                      enum lac_remote_place       place,
                      uint64_t                    address,
                      const void                 *bytes,
                      uint32_t                    n_bytes,
                      bool                        replace,
                      struct lac_process_failure *out_failure)
{
  struct lac_process *process = lac_remote_get_process (remote);
  struct plan plan = { .n_steps = 0 };
  struct lac_process_failure failure = { .what = "" };
  struct survey survey;
  enum lac_status status;

  if (!may_make_a_page (process))
    return lac_process_fail (out_failure, LAC_E_SYSTEM, EFBIG, MAKING);
  status = refuse_place (look (remote, place, replace, &survey, &failure), &failure);
  /* What is made has to be mapped here, too. */
  if (status == LAC_OK && !lac_process_may_open_files_of (survey.way.user))
    status = lac_process_fail (&failure, LAC_E_OTHER_FILES, EACCES, MAKING);
  if (status != LAC_OK && out_failure != NULL)
    *out_failure = failure;
  if (status == LAC_OK)
    {
      put_together (&plan, &survey, address, bytes, n_bytes);
      status = lac_remote_run (remote, plan.steps, plan.n_steps, LAC_REMOTE_STOP_ALL, out_failure);
      if (is_done (&plan, plan.first_bytes))
        status = LAC_OK;
      if (status != LAC_OK)
        {
          status = judge (&plan, status, out_failure);
          take_back (remote, &plan, &survey.way);
        }
    }
  clear_survey (&survey);
  return status;
}
