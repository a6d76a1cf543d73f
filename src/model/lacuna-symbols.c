/* LacunaSymbols: where the names in a process's files lie in its memory.
 *
 * A symbol's value is an address as the file was linked. Where the file was loaded is told from its
 * first executable region: that one was surely mapped by the loader, while a file may be mapped a
 * second time by somebody who only reads it. The segment that the region shows gives the distance
 * between the two (System V ABI, chapter 5, "Program Loading").
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-symbols.h"

#include "lacuna-completion.h"
#include "os/file.h"

#include <gelf.h>
#include <string.h>

/* So many answers are kept; they are forgotten together. */
#define KEPT 256

/* The flag in a version index that says that a name means another version of the symbol by default
 * (Linux Standard Base, "Symbol Versioning"). */
#define VERSION_HIDDEN 0x8000

typedef struct
{
  enum lac_status status;
  guint64 address;
} Answer;

struct _LacunaSymbols
{
  gint32 pid;
  guint64 start_time;

  GMutex lock;
  struct lac_process *process; /* with the lock; NULL until the first look-up */
  GHashTable *answers;         /* with the lock; file and symbol → Answer */
};

LacunaSymbols *
lacuna_symbols_new (gint32  pid,
                    guint64 start_time)
{
  LacunaSymbols *self = g_new0 (LacunaSymbols, 1);

  self->pid = pid;
  self->start_time = start_time;
  g_mutex_init (&self->lock);
  self->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
lacuna_symbols_free (LacunaSymbols *self)
{
  g_hash_table_unref (self->answers);
  lac_process_close (self->process);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* With the lock. Takes hold of the process, unless its PID has gone to another one. */
static gboolean
open_process (LacunaSymbols *self)
{
  struct lac_process *process = NULL;
  struct lac_process_facts facts;

  if (self->process != NULL)
    return TRUE;
  if (lac_process_open (NULL, self->pid, &process, NULL) != LAC_OK)
    return FALSE;
  if (lac_process_get_facts (process, &facts, NULL) != LAC_OK
      || facts.start_time != self->start_time)
    {
      lac_process_close (process);
      return FALSE;
    }
  self->process = process;
  return TRUE;
}

/* How well a symbol answers to a name. */
typedef enum
{
  MATCH_NONE,
  MATCH_LOCAL,
  MATCH_OLD_VERSION,
  MATCH_DEFAULT,
} Match;

/* In .symtab a version is part of the name: memcpy@@GLIBC_2.14 is the default,
 * memcpy@GLIBC_2.2.5 is not. */
static Match
match_name (const char *name,
            const char *symbol,
            gsize       symbol_length)
{
  if (strncmp (name, symbol, symbol_length) != 0)
    return MATCH_NONE;
  name += symbol_length;
  if (name[0] == '\0' || (name[0] == '@' && name[1] == '@'))
    return MATCH_DEFAULT;
  return name[0] == '@' ? MATCH_OLD_VERSION : MATCH_NONE;
}

static gboolean
has_address (const GElf_Sym *symbol)
{
  switch (GELF_ST_TYPE (symbol->st_info))
    {
    case STT_NOTYPE:
    case STT_OBJECT:
    case STT_FUNC:
    case STT_GNU_IFUNC:
      return symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS
             && symbol->st_shndx != SHN_COMMON;
    default:
      return FALSE;
    }
}

static Elf_Data *
find_section (Elf       *elf,
              GElf_Word  type,
              GElf_Shdr *out_header)
{
  Elf_Scn *section = NULL;

  while ((section = elf_nextscn (elf, section)) != NULL)
    if (gelf_getshdr (section, out_header) != NULL && out_header->sh_type == type)
      return elf_getdata (section, NULL);
  return NULL;
}

/* Searches one table for the best match. */
static Match
search_table (Elf        *elf,
              GElf_Word   type,
              const char *symbol,
              gsize       symbol_length,
              GElf_Addr  *out_value)
{
  GElf_Shdr header;
  GElf_Shdr version_header;
  Elf_Data *table = find_section (elf, type, &header);
  Elf_Data *versions = NULL;
  Match best = MATCH_NONE;
  GElf_Sym entry;

  if (table == NULL)
    return MATCH_NONE;
  if (type == SHT_DYNSYM)
    versions = find_section (elf, SHT_GNU_versym, &version_header);

  for (int i = 1; best != MATCH_DEFAULT && gelf_getsym (table, i, &entry) != NULL; i++)
    {
      const char *name;
      Match match;
      GElf_Versym version;

      if (!has_address (&entry))
        continue;
      name = elf_strptr (elf, header.sh_link, entry.st_name);
      if (name == NULL)
        continue;
      match = match_name (name, symbol, symbol_length);
      if (match == MATCH_NONE)
        continue;

      if (GELF_ST_BIND (entry.st_info) == STB_LOCAL)
        match = MATCH_LOCAL;
      else if (versions != NULL && gelf_getversym (versions, i, &version) != NULL
               && (version & VERSION_HIDDEN) != 0)
        match = MATCH_OLD_VERSION;
      if (match > best)
        {
          best = match;
          *out_value = entry.st_value;
        }
    }
  return best;
}

/* What to add to an address in the file to get the one in memory. */
static gboolean
find_bias (Elf                     *elf,
           const struct lac_region *region,
           guint64                 *out_bias)
{
  size_t n_headers;

  if (elf_getphdrnum (elf, &n_headers) != 0)
    return FALSE;

  for (size_t i = 0; i < n_headers; i++)
    {
      GElf_Phdr segment;
      guint64 first;

      if (gelf_getphdr (elf, (int) i, &segment) == NULL || segment.p_type != PT_LOAD)
        continue;
      if ((region->protection & LAC_PROTECTION_EXECUTE) != 0 && (segment.p_flags & PF_X) == 0)
        continue;

      /* The loader maps whole pages, so the region may begin before the segment. */
      first = segment.p_align > 1 && lac_is_power_of_two (segment.p_align)
                  ? lac_align_down (segment.p_offset, segment.p_align)
                  : segment.p_offset;
      if (region->offset >= first && region->offset < segment.p_offset + segment.p_filesz)
        {
          *out_bias = region->start - (segment.p_vaddr + (region->offset - segment.p_offset));
          return TRUE;
        }
    }
  return FALSE;
}

/* The region that tells where the module at @start was loaded. */
static const struct lac_region *
find_loaded_region (const struct lac_map *map,
                    guint64               start)
{
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  size_t first = lac_map_search (map, start);

  if (first == n_regions || regions[first].start > start)
    return NULL;
  for (size_t i = first; i < n_regions; i++)
    if (regions[i].backing == regions[first].backing
        && (regions[i].protection & LAC_PROTECTION_EXECUTE) != 0)
      return &regions[i];
  return &regions[first];
}

static enum lac_status
look_up (struct lac_process      *process,
         const struct lac_map    *map,
         const struct lac_region *region,
         const char              *symbol,
         gsize                    symbol_length,
         guint64                 *out_address)
{
  enum lac_status status;
  GElf_Addr value = 0;
  GElf_Addr dynamic_value = 0;
  guint64 bias = 0;
  Match match;
  Elf *elf;
  int file;

  status = lac_process_open_file (process, map, region, &file);
  if (status != LAC_OK)
    return LAC_E_NOT_SUPPORTED;

  elf_version (EV_CURRENT);
  elf = elf_begin (file, ELF_C_READ_MMAP, NULL);
  if (elf == NULL || elf_kind (elf) != ELF_K_ELF || !find_bias (elf, region, &bias))
    status = LAC_E_NOT_SUPPORTED;
  else
    {
      match = search_table (elf, SHT_SYMTAB, symbol, symbol_length, &value);
      if (match != MATCH_DEFAULT
          && search_table (elf, SHT_DYNSYM, symbol, symbol_length, &dynamic_value) > match)
        {
          match = MATCH_DEFAULT;
          value = dynamic_value;
        }
      if (match == MATCH_NONE)
        status = LAC_E_NOT_FOUND;
      else
        *out_address = value + bias;
    }

  elf_end (elf);
  lac_file_close (file);
  return status;
}

enum lac_status
lacuna_symbols_find (LacunaSymbols        *self,
                     const struct lac_map *map,
                     guint64               start,
                     const char           *symbol,
                     gsize                 symbol_length,
                     guint64              *out_address)
{
  const struct lac_region *region = find_loaded_region (map, start);
  const struct lac_backing *backing;
  g_autofree char *key = NULL;
  g_autoptr (GMutexLocker) locker = NULL;
  Answer *answer;

  if (region == NULL)
    return LAC_E_NOT_FOUND;
  locker = g_mutex_locker_new (&self->lock);
  if (!open_process (self))
    return LAC_E_NOT_SUPPORTED;

  backing = lac_map_backing (map, region);
  key = g_strdup_printf ("%u:%u:%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%.*s",
                         backing->device_major,
                         backing->device_minor,
                         (guint64) backing->inode,
                         (guint64) region->start,
                         (int) symbol_length,
                         symbol);
  answer = g_hash_table_lookup (self->answers, key);
  if (answer == NULL)
    {
      answer = g_new0 (Answer, 1);
      answer->status = look_up (self->process, map, region, symbol, symbol_length,
                                &answer->address);
      if (g_hash_table_size (self->answers) >= KEPT)
        g_hash_table_remove_all (self->answers);
      g_hash_table_insert (self->answers, g_steal_pointer (&key), answer);
    }

  if (answer->status == LAC_OK)
    *out_address = answer->address;
  return answer->status;
}

static void
list_table (Elf              *elf,
            GElf_Word         type,
            LacunaCompletion *completion)
{
  GElf_Shdr header;
  Elf_Data *table = find_section (elf, type, &header);
  GElf_Sym entry;

  for (int i = 1; table != NULL && gelf_getsym (table, i, &entry) != NULL; i++)
    {
      const char *name;

      if (!has_address (&entry))
        continue;
      name = elf_strptr (elf, header.sh_link, entry.st_name);
      if (name != NULL && *name != '\0')
        lacuna_completion_add (completion, name, strcspn (name, "@"), 0);
    }
}

enum lac_status
lacuna_symbols_list (LacunaSymbols        *self,
                     const struct lac_map *map,
                     guint64               start,
                     LacunaCompletion     *completion)
{
  const struct lac_region *region = find_loaded_region (map, start);
  enum lac_status status;
  Elf *elf;
  int file;

  if (region == NULL)
    return LAC_E_NOT_FOUND;

  /* The file stays what it is once it is open, so a look-up need not wait for the tables here. */
  g_mutex_lock (&self->lock);
  status = open_process (self) ? lac_process_open_file (self->process, map, region, &file)
                               : LAC_E_NOT_SUPPORTED;
  g_mutex_unlock (&self->lock);
  if (status != LAC_OK)
    return LAC_E_NOT_SUPPORTED;

  elf_version (EV_CURRENT);
  elf = elf_begin (file, ELF_C_READ_MMAP, NULL);
  if (elf == NULL || elf_kind (elf) != ELF_K_ELF)
    status = LAC_E_NOT_SUPPORTED;
  else
    {
      list_table (elf, SHT_SYMTAB, completion);
      list_table (elf, SHT_DYNSYM, completion);
    }
  elf_end (elf);
  lac_file_close (file);
  return status;
}
