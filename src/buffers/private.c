/* Private allocations: see private.h.
 *
 * Those that are alive stand in a treap (Seidel, Aragon 1996: a search tree by address that is a heap by
 * random priorities, and so is balanced most probably). Its lock is held while memory is protected or
 * freed: between finding an allocation and doing something to it nobody else may free it, and see its
 * place given to a stranger.
 *
 * SPDX-License-Identifier: MIT
 */
#include "private.h"

#include "placement-private.h"

#include <stdatomic.h>
#include <stdlib.h>

struct node
{
  struct lac_private allocation;
  uint64_t priority;
  struct node *lower;
  struct node *higher;
};

static struct lac_lock lock;
static struct node *root;
static size_t n_nodes;
static uint64_t last_serial;
static uint64_t random_state = UINT64_C (0x9e3779b97f4a7c15);

static void
acquire (void)
{
  lac_lock_acquire (&lock);
}

static void
release (void)
{
  lac_lock_release (&lock);
}

/* A child has what its parent allocated, so the tree must be whole in it. Registered without a lock held:
 * whoever forks holds the system's list of such functions while it waits for ours. What placement
 * registers was registered before, so that this lock is acquired before that one then, as it is
 * elsewhere. */
static void
survive_fork (void)
{
  static atomic_bool registered;

  if (!atomic_load_explicit (&registered, memory_order_relaxed)
      && !atomic_exchange_explicit (&registered, true, memory_order_relaxed))
    lac_os_at_fork (acquire, release);
}

static uintptr_t
key_of (const struct node *node)
{
  return (uintptr_t) node->allocation.address;
}

/* xorshift64 (Marsaglia 2003). */
static uint64_t
next_priority (void)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

/* Splits @tree into what lies below @key and the rest. */
static void
split (struct node  *tree,
       uintptr_t     key,
       struct node **out_lower,
       struct node **out_higher)
{
  while (tree != NULL)
    if (key_of (tree) < key)
      {
        *out_lower = tree;
        out_lower = &tree->higher;
        tree = tree->higher;
      }
    else
      {
        *out_higher = tree;
        out_higher = &tree->lower;
        tree = tree->lower;
      }
  *out_lower = NULL;
  *out_higher = NULL;
}

static void
insert (struct node *node)
{
  struct node **place = &root;

  node->priority = next_priority ();
  while (*place != NULL && (*place)->priority >= node->priority)
    place = key_of (*place) < key_of (node) ? &(*place)->higher : &(*place)->lower;
  split (*place, key_of (node), &node->lower, &node->higher);
  *place = node;
  n_nodes++;
}

/* Takes the node at @place out: its subtrees are merged. */
static struct node *
take_out (struct node **place)
{
  struct node *node = *place;
  struct node *lower = node->lower;
  struct node *higher = node->higher;

  while (lower != NULL && higher != NULL)
    if (lower->priority > higher->priority)
      {
        *place = lower;
        place = &lower->higher;
        lower = lower->higher;
      }
    else
      {
        *place = higher;
        place = &higher->lower;
        higher = higher->lower;
      }
  *place = lower != NULL ? lower : higher;
  n_nodes--;
  return node;
}

/* Where @allocation stands; NULL when it is not alive. */
static struct node **
find_place (const struct lac_private *allocation)
{
  struct node **place = &root;
  uintptr_t key = (uintptr_t) allocation->address;

  while (*place != NULL && key_of (*place) != key)
    place = key_of (*place) < key ? &(*place)->higher : &(*place)->lower;
  return *place != NULL && allocation->serial != 0
                 && (*place)->allocation.serial == allocation->serial
             ? place
             : NULL;
}

/* Takes out what is entered where new memory has just come into being: somebody else must have unmapped
 * it. Returns a list, by `higher`. */
static struct node *
take_out_overlapped (struct lac_range range)
{
  struct node *gone = NULL;

  for (;;)
    {
      struct node **last = NULL;

      for (struct node **place = &root; *place != NULL;)
        if (key_of (*place) < range.end)
          {
            last = place;
            place = &(*place)->higher;
          }
        else
          place = &(*place)->lower;
      if (last == NULL || key_of (*last) + (*last)->allocation.size <= range.start)
        return gone;
      {
        struct node *node = take_out (last);

        node->higher = gone;
        gone = node;
      }
    }
}

enum lac_status
lac_private_allocate (const struct lac_gap_query  *query,
                      unsigned                     protection,
                      struct lac_private          *out_private,
                      struct lac_placement_report *out_report)
{
  struct lac_gap_query anywhere;
  struct lac_range range;
  struct node *node, *gone;
  enum lac_status status;

  if (query == NULL)
    {
      lac_placement_init (&anywhere);
      query = &anywhere;
    }
  /* First, so that what is allocated can always be entered. */
  node = calloc (1, sizeof *node);
  if (node == NULL)
    {
      if (out_report != NULL)
        *out_report = (struct lac_placement_report){ 0 };
      return LAC_E_NO_MEMORY;
    }
  status = lac_placement_take (query, protection, &range, out_report);
  if (status != LAC_OK)
    {
      free (node);
      return status;
    }

  survive_fork ();
  acquire ();
  node->allocation = (struct lac_private){
    .address = (void *) (uintptr_t) range.start,
    .size = (size_t) (range.end - range.start),
    .protection = protection,
    .serial = ++last_serial,
  };
  gone = take_out_overlapped (range);
  insert (node);
  *out_private = node->allocation;
  release ();
  while (gone != NULL)
    {
      struct node *next = gone->higher;

      free (gone);
      gone = next;
    }
  return LAC_OK;
}

/* Code is written before and run after; the processor reads it to clear its cache where it must, so that
 * is done on whichever side it may be read. */
static enum lac_status
protect (const struct lac_private *allocation,
         unsigned                  protection)
{
  unsigned char *start = allocation->address;
  bool is_code = (protection & LAC_PROTECTION_EXECUTE) != 0;
  enum lac_status status;

  if (is_code && (protection & LAC_PROTECTION_READ) == 0
      && (allocation->protection & LAC_PROTECTION_READ) != 0)
    lac_os_clear_instruction_cache (start, start + allocation->size);
  status = lac_os_protect ((uintptr_t) start, allocation->size, protection, NULL);
  if (status == LAC_OK && is_code && (protection & LAC_PROTECTION_READ) != 0)
    lac_os_clear_instruction_cache (start, start + allocation->size);
  return status;
}

enum lac_status
lac_private_protect (struct lac_private *allocation,
                     unsigned            protection)
{
  struct node **place;
  enum lac_status status = LAC_E_NOT_OURS;

  acquire ();
  place = find_place (allocation);
  if (place != NULL)
    {
      struct lac_private *known = &(*place)->allocation;

      status = lac_os_check_private ((uintptr_t) known->address, known->size);
      if (status == LAC_OK || status == LAC_E_NOT_SUPPORTED)
        status = protect (known, protection);
      if (status == LAC_E_NOT_FOUND)
        status = LAC_E_NOT_OURS;
      if (status == LAC_OK)
        {
          known->protection = protection;
          allocation->protection = protection;
        }
    }
  release ();
  return status;
}

enum lac_status
lac_private_free (struct lac_private *allocation)
{
  struct node *freed = NULL;
  struct node **place;
  enum lac_status status = LAC_E_NOT_OURS;

  acquire ();
  place = find_place (allocation);
  if (place != NULL)
    {
      const struct lac_private *known = &(*place)->allocation;
      uint64_t address = (uintptr_t) known->address;

      status = lac_os_check_private (address, known->size);
      if (status != LAC_E_NOT_OURS)
        status = lac_placement_give_back ((struct lac_range){ address, address + known->size }, NULL);
      /* What a stranger holds now is left alone, and no longer ours. */
      if (status == LAC_OK || status == LAC_E_NOT_OURS)
        freed = take_out (place);
    }
  release ();
  free (freed);
  if (status == LAC_OK)
    *allocation = (struct lac_private){ 0 };
  return status;
}

enum lac_status
lac_private_find (const void         *address,
                  struct lac_private *out_private)
{
  uintptr_t key = (uintptr_t) address;
  const struct node *found = NULL;
  const struct node *node;
  enum lac_status status = LAC_E_NOT_FOUND;

  acquire ();
  for (node = root; node != NULL;)
    if (key_of (node) <= key)
      {
        found = node;
        node = node->higher;
      }
    else
      node = node->lower;
  if (found != NULL && key - key_of (found) < found->allocation.size)
    {
      *out_private = found->allocation;
      status = LAC_OK;
    }
  release ();
  return status;
}

static size_t
list (const struct node  *node,
      struct lac_private *out_privates,
      size_t              n_privates,
      size_t              position)
{
  while (node != NULL)
    {
      position = list (node->lower, out_privates, n_privates, position);
      if (position >= n_privates)
        return position;
      out_privates[position++] = node->allocation;
      node = node->higher;
    }
  return position;
}

size_t
lac_private_list (struct lac_private *out_privates,
                  size_t              n_privates)
{
  size_t n;

  acquire ();
  if (out_privates != NULL)
    list (root, out_privates, n_privates, 0);
  n = n_nodes;
  release ();
  return n;
}
