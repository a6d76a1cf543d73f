/* Memory in another process: made, protected and freed, and whether it is true.
 *
 * What a system call answered is compared with the process's map: a filter may answer in the kernel's place.
 * Where others are at work in the process meanwhile, what the map shows may be theirs; so when something lies
 * where memory was freed, it counts whether it is what lay there before.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "core/translatable.h"
#include "remote-session.h"

#if LAC_REMOTE_HERE

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

static bool
is_page_range (const struct lac_remote *remote,
               uint64_t                 address,
               uint64_t                 size)
{
  uint64_t end;

  return size > 0 && ((address | size) & 4095) == 0
         && !__builtin_add_overflow (address, size, &end)
         && (remote->plan.pointer_size == 8 || end <= UINT64_C (1) << 32);
}

static unsigned
to_system (unsigned protection)
{
  return (protection & LAC_PROTECTION_READ ? PROT_READ : 0)
         | (protection & LAC_PROTECTION_WRITE ? PROT_WRITE : 0)
         | (protection & LAC_PROTECTION_EXECUTE ? PROT_EXEC : 0);
}

/* The region at @address, or the next one above: without its name, which the kernel would have to make. */
static enum lac_status
ask_region (struct lac_process         *process,
            uint64_t                    address,
            bool                        or_next,
            struct lac_region          *out_region,
            struct lac_process_failure *out_failure)
{
  struct lac_region_entry entry;

  if (process->query_file < 0 || process->queries != LAC_QUERIES_YES
      || lac_query_point (process->query_file, address, or_next, &entry, NULL) != LAC_OK)
    return lac_process_query (process, address, or_next, out_region, NULL, 0, out_failure);
  *out_region = lac_query_region (&entry);
  return LAC_OK;
}

/* Whether all of the range is mapped, with @protection where that is not UINT_MAX; LAC_E_NOT_FOUND when it
 * is not, LAC_E_UNVERIFIED for another protection. */
static enum lac_status
check_range (struct lac_remote          *remote,
             uint64_t                    address,
             uint64_t                    size,
             const unsigned             *protection,
             const char                 *what,
             struct lac_process_failure *out_failure)
{
  uint64_t end = address + size;

  while (address < end)
    {
      struct lac_region region;
      enum lac_status status = ask_region (remote->process, address, false, &region, out_failure);

      if (status != LAC_OK)
        return status == LAC_E_NOT_FOUND ? lac_process_fail (out_failure, status, 0, what) : status;
      /* Some processors can't forbid to read what may be written or executed; Linux says what was asked. */
      if (protection != NULL && region.protection != *protection)
        return lac_process_fail (out_failure, LAC_E_UNVERIFIED, 0, what);
      address = region.end;
    }
  return LAC_OK;
}

/* The map does not show what the call answered: that of a process that ends is empty. */
static enum lac_status
fail_unverified (struct lac_remote          *remote,
                 const char                 *what,
                 struct lac_process_failure *out_failure)
{
  return lac_process_fail (out_failure,
                           lac_remote_is_ending (remote->process) ? LAC_E_EXITED : LAC_E_UNVERIFIED, 0, what);
}

/* Says what a failed call means. */
static enum lac_status
judge_call (const struct lac_remote      *remote,
            enum lac_status               status,
            const struct lac_remote_step *step,
            struct lac_process_failure   *out_failure)
{
  const char *what = N_ ("make a system call in the process");

  if (status != LAC_E_SYSTEM || !step->done || step->result >= 0)
    return status;
  switch (-step->result)
    {
    case ENOMEM:
      lac_process_fail (out_failure, LAC_E_NO_MEMORY, ENOMEM, what);
      if (out_failure != NULL)
        out_failure->other_pid = remote->process->pid;
      return LAC_E_NO_MEMORY;
    case EEXIST:
      return lac_process_fail (out_failure, LAC_E_OCCUPIED, EEXIST, what);
    case EINVAL:
      return lac_process_fail (out_failure, LAC_E_INVALID, EINVAL, what);
    default:
      return status;
    }
}

enum lac_status
lac_remote_allocate (struct lac_remote          *remote,
                     uint64_t                    address,
                     uint64_t                    size,
                     unsigned                    protection,
                     uint64_t                   *out_address,
                     struct lac_process_failure *out_failure)
{
  const char *what = N_ ("allocate memory in the process");
  struct lac_remote_step step = {
    .call = LAC_REMOTE_MMAP,
    .arguments = { address, size, to_system (protection),
                   MAP_PRIVATE | MAP_ANONYMOUS | (address != 0 ? MAP_FIXED_NOREPLACE : 0),
                   (uint64_t) -1, 0 },
    .undo = true,
  };
  enum lac_status status;
  uint64_t result;

  if (!is_page_range (remote, address, size) || protection > 7)
    return lac_process_fail (out_failure, LAC_E_INVALID, 0, what);
  status = lac_remote_run (remote, &step, 1, 0, out_failure);
  if (status != LAC_OK)
    return judge_call (remote, status, &step, out_failure);

  result = (uint64_t) step.result;
  /* Before Linux 4.17 nothing better is known than to ask, and to give back what is elsewhere. */
  if (address != 0 && result != address)
    {
      lac_remote_free (remote, result, size, NULL);
      return lac_process_fail (out_failure, LAC_E_OCCUPIED, 0, what);
    }
  status = check_range (remote, result, size, &protection, what, out_failure);
  if (status == LAC_E_NOT_FOUND)
    status = fail_unverified (remote, what, out_failure);
  if (status == LAC_OK)
    *out_address = result;
  return status;
}

enum lac_status
lac_remote_protect (struct lac_remote          *remote,
                    uint64_t                    address,
                    uint64_t                    size,
                    unsigned                    protection,
                    struct lac_process_failure *out_failure)
{
  const char *what = N_ ("change the protection of memory in the process");
  struct lac_remote_step step = {
    .call = LAC_REMOTE_MPROTECT,
    .arguments = { address, size, to_system (protection) },
  };
  enum lac_status status;

  if (!is_page_range (remote, address, size) || protection > 7)
    return lac_process_fail (out_failure, LAC_E_INVALID, 0, what);
  /* The call would change what comes before a hole. */
  status = check_range (remote, address, size, NULL, what, out_failure);
  if (status == LAC_OK)
    status = lac_remote_run (remote, &step, 1, 0, out_failure);
  if (status != LAC_OK)
    return judge_call (remote, status, &step, out_failure);
  status = check_range (remote, address, size, &protection, what, out_failure);
  if (status == LAC_E_NOT_FOUND)
    status = fail_unverified (remote, what, out_failure);
  return status;
}

/* What lies in a range: how many bytes, in how many regions, and a number that other regions hardly have. */
struct picture
{
  uint64_t n_bytes;
  uint64_t n_regions;
  uint64_t hash;
};

static void
mix (struct picture *picture,
     uint64_t        number)
{
  /* FNV-1a, by words. */
  picture->hash = (picture->hash ^ number) * UINT64_C (0x100000001b3);
}

/* Regions are cut to the range: what becomes of their neighbours is nobody's business here. */
static enum lac_status
take_picture (struct lac_process         *process,
              uint64_t                    address,
              uint64_t                    end,
              struct picture             *out_picture,
              struct lac_process_failure *out_failure)
{
  struct picture picture = { .hash = UINT64_C (0xcbf29ce484222325) };

  while (address < end)
    {
      struct lac_region region;
      enum lac_status status = ask_region (process, address, true, &region, out_failure);
      uint64_t cut;

      if (status == LAC_E_NOT_FOUND)
        break;
      if (status != LAC_OK)
        return status;
      if (region.start >= end)
        break;
      cut = region.start < address ? address - region.start : 0;
      address = region.end < end ? region.end : end;
      picture.n_bytes += address - region.start - cut;
      picture.n_regions++;
      mix (&picture, region.start + cut);
      mix (&picture, address);
      mix (&picture, region.kind != LAC_KIND_ANONYMOUS ? region.offset + cut : 0);
      mix (&picture, ((uint64_t) region.kind << 32) | ((uint64_t) region.protection << 16) | region.flags);
    }
  *out_picture = picture;
  return LAC_OK;
}

static bool
is_same_picture (const struct picture *a,
                 const struct picture *b)
{
  return a->n_bytes == b->n_bytes && a->n_regions == b->n_regions && a->hash == b->hash;
}

/* Whether nobody but the kernel could have answered the thread that made the calls. */
static bool
is_unfiltered (struct lac_remote *remote)
{
  char path[64], text[8192];
  const char *field;

  /* The tracer does not take one that is. */
  if ((remote->flags & LAC_REMOTE_FORCE_FILTERED) == 0)
    return true;
  /* It may have ended since; what it had of filters it had in common with the first one, as a rule. */
  snprintf (path, sizeof path, "task/%d/status", remote->plan.thread);
  if (lac_proc_read (remote->process->directory, path, text, sizeof text) <= 0
      && lac_proc_read (remote->process->directory, "status", text, sizeof text) <= 0)
    return false;
  field = strstr (text, "\nSeccomp:\t");
  return field != NULL && field[sizeof "\nSeccomp:\t" - 1] == '0';
}

enum lac_status
lac_remote_free (struct lac_remote          *remote,
                 uint64_t                    address,
                 uint64_t                    size,
                 struct lac_process_failure *out_failure)
{
  const char *what = N_ ("free memory in the process");
  struct lac_remote_step step = {
    .call = LAC_REMOTE_MUNMAP,
    .arguments = { address, size },
  };
  struct picture before, after;
  enum lac_status status;

  if (!is_page_range (remote, address, size))
    return lac_process_fail (out_failure, LAC_E_INVALID, 0, what);
  status = take_picture (remote->process, address, address + size, &before, out_failure);
  if (status == LAC_OK)
    status = lac_remote_run (remote, &step, 1, 0, out_failure);
  if (status != LAC_OK)
    return judge_call (remote, status, &step, out_failure);
  status = take_picture (remote->process, address, address + size, &after, out_failure);
  /* Others are quick: a thread of the process, or another Lacuna, may have mapped the very same there again. Then
   * it counts who has said that it was freed. */
  if (status != LAC_OK || after.n_bytes == 0 || !is_same_picture (&before, &after)
      || is_unfiltered (remote))
    return status;
  return fail_unverified (remote, what, out_failure);
}

#endif
