/* The locator: finding it, and what there is to know of it. See locator.h and locator-private.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "locator.h"

#include "core/translatable.h"
#include "locator-private.h"
#include "os/os.h"
#include "os/shared-file.h"

#include <string.h>

_Atomic (struct lac_state *) lac_the_state LAC_OF_FIRST_CALL;

/* Counts the locators along the line of forks: not wiped, so that a child's is another number. */
static _Atomic uint64_t last_generation LAC_OF_FIRST_CALL;

/* For how long leftovers are removed at most, and how many processes remove some when they get their first
 * buffer, though it does not seem urgent: one in so many. A process may never get a second one. */
#define CLEAN_MILLISECONDS 4
#define CLEAN_MILLISECONDS_FIRST 1
#define CLEAN_ONE_IN 16

static atomic_uint patience = 1000;
static atomic_bool wiping_forbidden LAC_OF_FIRST_CALL;

void
lac_state_forbid_wiping (bool forbid)
{
  atomic_store (&wiping_forbidden, forbid);
}

bool
lac_state_is_of_parent (const struct lac_state *state)
{
  return state->process != lac_os_process_id ();
}

static uint64_t
whole_pages (uint64_t size)
{
  uint64_t mask = lac_os_page_size () - 1;

  return (size + mask) & ~mask;
}

enum lac_status
lac_state_memory (size_t size,
                  void **out_address,
                  bool  *out_wiped)
{
  uint64_t address;
  enum lac_status status = LAC_E_NOT_SUPPORTED;

  if (!atomic_load (&wiping_forbidden))
    status = lac_os_wiped_memory (size, out_address);
  *out_wiped = status == LAC_OK;
  if (status != LAC_E_NOT_SUPPORTED)
    return status;
  status = lac_os_allocate_anywhere (whole_pages (size), LAC_PROTECTION_READ | LAC_PROTECTION_WRITE,
                                     &address, NULL);
  if (status == LAC_OK)
    *out_address = (void *) (uintptr_t) address;
  return status;
}

static void
free_state_memory (void  *address,
                       size_t size,
                       bool   wiped)
{
  if (wiped)
    lac_os_free_wiped_memory (address, size);
  else
    lac_os_free ((uintptr_t) address, whole_pages (size), NULL);
}

/* The state and what is known of the first table are one piece, so that a first call touches few
 * pages. */
struct beginning
{
  struct lac_state state;
  struct lac_known first;
};

/* The state of this process, with or without a locator. */
static enum lac_status
get_state (struct lac_state **out_state)
{
  for (;;)
    {
      struct lac_state *state = atomic_load_explicit (&lac_the_state, memory_order_acquire);
      struct beginning *beginning;
      enum lac_status status;
      void *memory;
      bool wiped;

      if (state != NULL && !(state->compare_process && lac_state_is_of_parent (state)))
        {
          *out_state = state;
          return LAC_OK;
        }
      status = lac_state_memory (sizeof *beginning, &memory, &wiped);
      if (status != LAC_OK)
        return LAC_E_NO_MEMORY;
      beginning = memory;
      beginning->state.compare_process = !wiped;
      beginning->state.process = lac_os_process_id ();
      if (atomic_compare_exchange_strong_explicit (&lac_the_state, &state, &beginning->state,
                                                   memory_order_acq_rel, memory_order_acquire))
        {
          *out_state = &beginning->state;
          return LAC_OK;
        }
      /* Another thread was faster. */
      free_state_memory (memory, sizeof *beginning, wiped);
    }
}

static bool
is_version_known (const struct lac_table *table)
{
  return (table->flags & LAC_TABLE_VERSION_MASK) == LAC_TABLE_VERSION;
}

/* Finds the first table, or makes it, and fills in the facts. */
static enum lac_status
find_first_table (struct lac_state  *state,
                  bool               make,
                  struct lac_table **out_table)
{
  struct lac_locator_facts *facts = &state->facts;
  unsigned flags = make ? LAC_SHARED_FILE_MAKE : 0;
  struct lac_shared_file file;
  uint64_t size = whole_pages (LAC_TABLE_SIZE);
  uint64_t address;
  enum lac_status status = lac_shared_file_open (LAC_TABLE_SIZE, flags, &file);

  *facts = (struct lac_locator_facts){ .what = "" };
  facts->reason = file.status;
  facts->system_error = file.system_error;
  facts->what = file.what;
  state->clean_now = file.clean_now || lac_os_process_id () % CLEAN_ONE_IN == 0;
  for (unsigned i = 0; i < 2 && status == LAC_OK && !is_version_known (file.address); i++)
    {
      bool common = file.place == LAC_SHARED_PLACE_COMMON;

      facts->reason = LAC_E_NOT_SUPPORTED;
      facts->system_error = 0;
      facts->what = N_ ("the shared locator has a newer format");
      status = common ? lac_shared_file_open (LAC_TABLE_SIZE, flags | LAC_SHARED_FILE_OWN_ONLY, &file)
                      : LAC_E_NOT_SUPPORTED;
    }
  if (status == LAC_OK)
    {
      facts->place = file.place == LAC_SHARED_PLACE_COMMON ? LAC_LOCATOR_SHARED : LAC_LOCATOR_OWN;
      facts->adopted = file.adopted;
      memcpy (facts->path, file.path, sizeof facts->path);
      *out_table = file.address;
    }
  else if (!make)
    return LAC_E_NOT_FOUND;
  else
    {
      status
          = lac_os_allocate_anywhere (size, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE, &address, NULL);
      if (status != LAC_OK)
        return LAC_E_NO_MEMORY;
      facts->place = LAC_LOCATOR_PRIVATE;
      *out_table = (struct lac_table *) (uintptr_t) address;
      (*out_table)->this_address = (uintptr_t) address;
    }
  facts->address = (uintptr_t) *out_table;
  return LAC_OK;
}

/* Fills in a wiped state, whose lock is held. */
static enum lac_status
begin (struct lac_state *state,
       bool              make)
{
  struct lac_known *known = &((struct beginning *) (void *) state)->first;
  struct lac_table *table;
  uint64_t generation;
  enum lac_status status;

  state->page_size = lac_os_page_size ();
  status = find_first_table (state, make, &table);
  if (status != LAC_OK)
    return status;
  generation = atomic_fetch_add_explicit (&last_generation, 1, memory_order_relaxed) + 1;
  known->table = table;
  lac_known_number (state, known, generation);
  atomic_store_explicit (&state->first, known, memory_order_release);
  atomic_store_explicit (&state->clean_soon,
                         !state->facts.adopted && state->facts.place != LAC_LOCATOR_PRIVATE,
                         memory_order_relaxed);
  atomic_store_explicit (&state->generation, generation, memory_order_release);
  return LAC_OK;
}

enum lac_status
lac_state_open (bool               make,
                struct lac_state **out_state)
{
  struct lac_state *state = lac_state_ready ();
  enum lac_status status;

  if (state == NULL)
    {
      status = get_state (&state);
      if (status != LAC_OK)
        return status;
      lac_lock_acquire (&state->opening);
      if (atomic_load_explicit (&state->generation, memory_order_acquire) == 0)
        status = begin (state, make);
      lac_lock_release (&state->opening);
      if (status != LAC_OK)
        return status;
    }
  *out_state = state;
  return LAC_OK;
}

void
lac_state_clean (struct lac_state *state,
                 bool              first)
{
  struct lac_shared_file file = { LAC_SHARED_PLACE_NONE };

  if ((first && !state->clean_now) || !atomic_load_explicit (&state->clean_soon, memory_order_relaxed)
      || !atomic_exchange_explicit (&state->clean_soon, false, memory_order_relaxed))
    return;
  file.place = state->facts.place == LAC_LOCATOR_SHARED ? LAC_SHARED_PLACE_COMMON
                                                        : LAC_SHARED_PLACE_OWN;
  lac_shared_file_clean (&file, first ? CLEAN_MILLISECONDS_FIRST : CLEAN_MILLISECONDS);
}

enum lac_status
lac_locator_open (struct lac_locator_facts *out_facts)
{
  struct lac_state *state;
  enum lac_status status = lac_state_open (true, &state);

  if (status != LAC_OK)
    return status;
  if (out_facts != NULL)
    *out_facts = state->facts;
  return LAC_OK;
}

void
lac_locator_get_facts (struct lac_locator_facts *out_facts)
{
  struct lac_state *state;

  if (lac_state_open (false, &state) == LAC_OK)
    *out_facts = state->facts;
  else
    *out_facts = (struct lac_locator_facts){ .what = "" };
}

/* Listing */

static void
describe (const struct lac_known  *known,
          unsigned                 index,
          bool                     own,
          struct lac_locator_item *out_item)
{
  const struct lac_item *item = &known->table->items[index];
  const struct lac_record *record = &known->records[index];

  *out_item = (struct lac_locator_item){
    .table = (uintptr_t) known->table,
    .index = index,
    .address = lac_item_base (item),
    .size = lac_item_size (item),
    .position = lac_item_position (item),
    .taken = lac_item_is_taken (item),
    .write_xor_execute = own,
  };
  if (out_item->taken && atomic_load_explicit (&record->taking, memory_order_relaxed) % 2 != 0)
    out_item->holder = atomic_load_explicit (&record->holder, memory_order_relaxed);
}

/* The cursor's table is the known one; `n_tables` counts, and its low bit says that it is of the list
 * that is ours alone. */
enum lac_status
lac_locator_next (struct lac_locator_cursor *cursor,
                  struct lac_locator_item   *out_item)
{
  struct lac_state *state = lac_state_ready ();
  struct lac_known *known = (struct lac_known *) (uintptr_t) cursor->table;

  while (state != NULL && known != NULL)
    {
      bool own = (cursor->n_tables & 1) != 0;

      if (cursor->index < lac_known_count (known))
        {
          describe (known, cursor->index++, own, out_item);
          return LAC_OK;
        }
      known = lac_known_next (state, known);
      cursor->n_tables += 2;
      if (known == NULL && !own)
        {
          known = atomic_load_explicit (&state->own, memory_order_acquire);
          cursor->n_tables |= 1;
        }
      cursor->table = known;
      cursor->index = 0;
    }
  return LAC_E_NOT_FOUND;
}

enum lac_status
lac_locator_first (struct lac_locator_cursor *cursor,
                   struct lac_locator_item   *out_item)
{
  struct lac_state *state;

  *cursor = (struct lac_locator_cursor){ 0 };
  if (lac_state_open (false, &state) != LAC_OK)
    return LAC_E_NOT_FOUND;
  cursor->table = atomic_load_explicit (&state->first, memory_order_acquire);
  return lac_locator_next (cursor, out_item);
}

enum lac_status
lac_locator_take (uintptr_t          address,
                  struct lac_buffer *out_buffer)
{
  struct lac_state *state;
  struct lac_known *known, *lists[2];

  if (lac_state_open (false, &state) != LAC_OK)
    return LAC_E_NOT_FOUND;
  lists[0] = atomic_load_explicit (&state->first, memory_order_acquire);
  lists[1] = atomic_load_explicit (&state->own, memory_order_acquire);
  for (unsigned list = 0; list < 2; list++)
    for (known = lists[list]; known != NULL; known = lac_known_next (state, known))
      for (unsigned i = 0, n = lac_known_count (known); i < n; i++)
        {
          struct lac_item *item = &known->table->items[i];
          struct lac_record *record = &known->records[i];
          uintptr_t base = lac_item_base (item);
          uint32_t position;

          if (address < base || address - base >= lac_item_size (item)
              || lac_known_is_bad (known, i))
            continue;
          if (!lac_item_try_take (item))
            return LAC_E_BUSY;
          position = lac_item_position (item);
          if (!lac_known_trust (state, known, i) || position > record->size)
            {
              lac_item_release (item);
              continue;
            }
          lac_record_begin (record, position, out_buffer);
          return LAC_OK;
        }
  return LAC_E_NOT_FOUND;
}

/* Locks */

bool
lac_locator_get_holder (int32_t *out_thread,
                        bool    *out_alive)
{
  struct lac_state *state = lac_state_ready ();
  struct lac_known *known
      = state != NULL ? atomic_load_explicit (&state->first, memory_order_acquire) : NULL;

  *out_thread = 0;
  *out_alive = true;
  for (; known != NULL; known = lac_known_next (state, known))
    if (__atomic_load_n (&known->table->is_locked, __ATOMIC_RELAXED) != 0)
      {
        *out_thread = atomic_load_explicit (&known->lock_holder, memory_order_relaxed);
        *out_alive = *out_thread == 0 || lac_thread_is_alive (*out_thread);
        return true;
      }
  return false;
}

void
lac_locator_set_patience (unsigned milliseconds)
{
  atomic_store_explicit (&patience, milliseconds, memory_order_relaxed);
}

unsigned
lac_locator_patience (void)
{
  return atomic_load_explicit (&patience, memory_order_relaxed);
}

/* Names */

static const char *const place_names[] = {
#define PLACE_NAME(value, name, sentence) [value] = name,
  LAC_LOCATOR_PLACE_MAP (PLACE_NAME)
#undef PLACE_NAME
};

static const char *const place_sentences[] = {
#define PLACE_SENTENCE(value, name, sentence) [value] = sentence,
  LAC_LOCATOR_PLACE_MAP (PLACE_SENTENCE)
#undef PLACE_SENTENCE
};

const char *
lac_locator_place_name (enum lac_locator_place place)
{
  return (size_t) place < sizeof place_names / sizeof *place_names ? place_names[place] : "unknown";
}

const char *
lac_locator_place_sentence (enum lac_locator_place place)
{
  return (size_t) place < sizeof place_sentences / sizeof *place_sentences ? place_sentences[place]
                                                                           : "unknown";
}
