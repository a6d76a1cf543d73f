/* What a region is for, told from what the kernel says of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "region.h"

#include <string.h>

static const char *const kind_names[] = {
#define LAC_KIND_NAME(value, name, sentence) name,
  LAC_KIND_MAP (LAC_KIND_NAME)
#undef LAC_KIND_NAME
};

static const char *const kind_sentences[] = {
#define LAC_KIND_SENTENCE(value, name, sentence) sentence,
  LAC_KIND_MAP (LAC_KIND_SENTENCE)
#undef LAC_KIND_SENTENCE
};

const char *
lac_kind_name (enum lac_kind kind)
{
  return (unsigned) kind < LAC_N_KINDS ? kind_names[kind] : "unknown";
}

const char *
lac_kind_sentence (enum lac_kind kind)
{
  return (unsigned) kind < LAC_N_KINDS ? kind_sentences[kind] : "Nothing is known about it.";
}

bool
lac_kind_from_name (const char    *name,
                    enum lac_kind *out_kind)
{
  for (unsigned kind = 0; kind < LAC_N_KINDS; kind++)
    if (strcmp (name, kind_names[kind]) == 0)
      {
        *out_kind = (enum lac_kind) kind;
        return true;
      }
  return false;
}

static bool
name_is (const struct lac_backing *backing,
         const char               *name)
{
  size_t length = strlen (name);

  return backing->name_length == length && memcmp (backing->name, name, length) == 0;
}

static bool
name_begins (const struct lac_backing *backing,
             const char               *prefix)
{
  size_t length = strlen (prefix);

  return backing->name_length >= length && memcmp (backing->name, prefix, length) == 0;
}

/* Memory that has an inode but no place on a disk: the kernel's internal tmpfs (mm/shmem.c names its
 * files memfd:…, SYSV…, dev/zero) and the tmpfs that shm_open() uses. */
static bool
is_memory_file (const struct lac_backing *backing)
{
  return name_begins (backing, "/memfd:") || name_begins (backing, "/SYSV")
         || name_is (backing, "/dev/zero") || name_begins (backing, "/dev/shm/")
         || name_begins (backing, "/[aio]") || name_begins (backing, "anon_inode:")
         || name_begins (backing, "[anon_shmem:");
}

enum lac_kind
lac_kind_decide (const struct lac_backing *backing,
                 unsigned                  protection,
                 unsigned                  flags)
{
  bool shared = (flags & LAC_REGION_SHARED) != 0;

  if (backing->inode == 0 && backing->name_length > 0 && backing->name[0] == '[')
    {
      if (name_is (backing, "[vsyscall]"))
        return LAC_KIND_VSYSCALL;
      if (name_is (backing, "[vdso]") || name_begins (backing, "[vvar") || name_is (backing, "[vectors]")
          || name_is (backing, "[sigpage]") || name_is (backing, "[uprobes]"))
        return LAC_KIND_VDSO;
      if (name_is (backing, "[heap]"))
        return LAC_KIND_HEAP;
      if (name_is (backing, "[stack]") || name_begins (backing, "[stack:"))
        return LAC_KIND_STACK;
    }
  if (protection == LAC_PROTECTION_NONE)
    return LAC_KIND_GUARD;
  if (backing->image)
    return LAC_KIND_IMAGE;
  if (is_memory_file (backing))
    return shared ? LAC_KIND_SHARED : LAC_KIND_ANONYMOUS;
  if (backing->inode != 0 || (backing->name_length > 0 && backing->name[0] != '['))
    return LAC_KIND_FILE;
  return shared ? LAC_KIND_SHARED : LAC_KIND_ANONYMOUS;
}

void
lac_protection_format (unsigned protection,
                       unsigned flags,
                       char     out_text[5])
{
  out_text[0] = protection & LAC_PROTECTION_READ ? 'r' : '-';
  out_text[1] = protection & LAC_PROTECTION_WRITE ? 'w' : '-';
  out_text[2] = protection & LAC_PROTECTION_EXECUTE ? 'x' : '-';
  out_text[3] = flags & LAC_REGION_SHARED ? 's' : 'p';
  out_text[4] = '\0';
}
