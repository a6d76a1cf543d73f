/* A process with a locator that knows nothing of Lacuna: the format of the file is all that it goes
 * by.
 *
 *   locator ROLE [ROOT]
 *
 * The file lies under ROOT (/tmp), as every program that uses the format has it. The address that
 * it says when it is ready is that of the first table. In all roles but the last two nothing moves.
 *
 *   none                       no file
 *   sound                      two buffers that can't be run, one of them taken
 *   chain                      three tables, a buffer in each; two of them in private memory
 *   full                       a table without room, and no other
 *   orphan                     a buffer where nothing is mapped
 *   overlap                    two buffers that share bytes
 *   position-past-end          more used than there is
 *   writable-and-executable    as programs usually have it
 *   stale                      the file of an earlier process with this number
 *   unknown-version            a newer format
 *   cycle                      three tables, the last of which leads to the second
 *   managed                    the order of fields that Reloaded's C# library has
 *   hold-table                 holds the table's lock until it is told to let go of it
 *   hold-buffer                the same with its only buffer
 *   append                     takes buffers, appends, puts them back, and makes new ones
 *   restless                   the same, and looks at all that was appended, by others as well
 *
 * What is appended in the last two roles are chunks of 16 bytes (struct chunk), numbered for each
 * author; others who append the same are checked as well, and counted in the report's second
 * number.
 *
 * SPDX-License-Identifier: MIT
 */
#include "locator-chunk.h"
#include "victim-common.h"

#ifdef __x86_64__
#define BARE_MUNMAP 11
#define BARE_FTRUNCATE 77
#define BARE_MKDIRAT 258
#define CAPACITY 203
#else
#define BARE_MUNMAP 91
#define BARE_FTRUNCATE 93
#define BARE_MKDIRAT 296
#define CAPACITY 255
#endif

#define PAGE 4096u
#define BUFFER_SIZE 65536u
#define N_TABLES_MAX 8

struct __attribute__ ((packed, aligned (4))) item
{
  unsigned long base;
  uint32_t size;
  uint32_t position;
  int32_t taken;
};

struct table
{
  unsigned long self;
  unsigned long next;
  int32_t locked;
  uint8_t flags;
  uint8_t count;
  uint8_t unused[2];
  struct item items[CAPACITY];
};

struct __attribute__ ((packed, aligned (4))) managed_item
{
  unsigned long base;
  int32_t taken;
  uint32_t size;
  uint32_t position;
};

struct managed_table
{
  unsigned long self;
  unsigned long next;
  int32_t locked;
  uint8_t flags;
  uint8_t unused[2];
  uint8_t count;
  struct managed_item items[CAPACITY];
};

_Static_assert (offsetof (struct table, items) == (sizeof (long) == 8 ? 24 : 16), "a table");
_Static_assert (offsetof (struct managed_table, count) == (sizeof (long) == 8 ? 23 : 15),
                "a table");
_Static_assert (sizeof (struct table) <= 4096, "a table");

enum
{
  READ = 1,
  WRITE = 2,
  RUN = 4,
};

static struct table *first;

static void *
map_memory (uint32_t size,
            int      protection)
{
  long place = CALL6 (BARE_MMAP, 0, size, protection, 0x22, -1, 0);

  if (place < 0 && place > -4096)
    victim_skip ();
  return (void *) place;
}

static char *
append_path (char       *at,
             const char *end,
             const char *root,
             const char *rest)
{
  at = victim_append (at, end, root);
  at = victim_append (at, end, rest);
  *at = '\0';
  return at;
}

static void
make_folder (const char *root,
             const char *rest)
{
  char path[512];

  append_path (path, path + sizeof path - 1, root, rest);
  CALL3 (BARE_MKDIRAT, -100, path, 0755);
}

/* Makes the file and maps it; the table is empty. */
static struct table *
make_file (const char *root)
{
  char path[512];
  const char *end = path + sizeof path - 1;
  char digits[12];
  int n = sizeof digits - 1;
  long number = CALL0 (BARE_GETPID);
  char *at;
  long file, place;

  make_folder (root, "/.reloaded");
  make_folder (root, "/.reloaded/memory.buffers");
  digits[n] = '\0';
  do
    digits[--n] = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  at = append_path (path, end, root,
                    "/.reloaded/memory.buffers/Reloaded.Memory.Buffers.MemoryBuffer, PID ");
  at = victim_append (at, end, digits + n);
  *at = '\0';
  file = CALL4 (BARE_OPENAT, -100, path, 2 | 0100, 0600);
  if (file < 0 || CALL2 (BARE_FTRUNCATE, file, PAGE) != 0)
    victim_skip ();
  place = CALL6 (BARE_MMAP, 0, PAGE, READ | WRITE, 1, file, 0);
  if (place < 0 && place > -4096)
    victim_skip ();
  CALL1 (BARE_CLOSE, file);
  first = (struct table *) place;
  memset (first, 0, PAGE);
  __atomic_store_n (&first->self, (unsigned long) place, __ATOMIC_RELEASE);
  return first;
}

static struct item *
add (struct table *table,
     const void   *base,
     uint32_t      size,
     uint32_t      position)
{
  struct item *item = &table->items[table->count];

  item->base = (unsigned long) base;
  item->size = size;
  item->position = position;
  item->taken = 0;
  __atomic_store_n (&table->count, (uint8_t) (table->count + 1), __ATOMIC_RELEASE);
  return item;
}

/* One more table, in private memory. */
static struct table *
add_table (struct table *last)
{
  struct table *table = map_memory (PAGE, READ | WRITE);

  table->self = (unsigned long) table;
  __atomic_store_n (&last->next, (unsigned long) table, __ATOMIC_RELEASE);
  return table;
}

static void
be_sound (void)
{
  char *memory = map_memory (2 * PAGE, READ | WRITE);

  add (first, memory, PAGE, 128)->taken = 1;
  add (first, memory + PAGE, PAGE, 256);
}

static void
be_a_chain (void)
{
  struct table *table = first;

  for (int i = 0; i < 3; i++)
    {
      if (i > 0)
        table = add_table (table);
      add (table, map_memory (BUFFER_SIZE, READ | WRITE), BUFFER_SIZE, 0);
    }
}

static void
be_full (void)
{
  char *memory = map_memory (CAPACITY * PAGE, READ | WRITE);

  for (unsigned i = 0; i < CAPACITY; i++)
    add (first, memory + i * PAGE, PAGE, PAGE);
}

static void
be_an_orphan (void)
{
  char *memory = map_memory (3 * PAGE, READ | WRITE);

  CALL2 (BARE_MUNMAP, memory + PAGE, PAGE);
  add (first, memory, PAGE, 0);
  add (first, memory + PAGE, PAGE, 0);
}

static void
be_overlapping (void)
{
  char *memory = map_memory (2 * PAGE, READ | WRITE);

  add (first, memory, PAGE + 1, 0);
  add (first, memory + PAGE, PAGE, 0);
}

static void
be_a_cycle (void)
{
  struct table *second = add_table (first);
  struct table *third = add_table (second);

  third->next = (unsigned long) second;
}

/* The file says where it was mapped once; here it is not. */
static void
be_stale (void)
{
  add (first, map_memory (PAGE, READ | WRITE), PAGE, 0);
  first->self = 0x10000;
  CALL2 (BARE_MUNMAP, first, PAGE);
  first = NULL;
}

static void
be_managed (void)
{
  struct managed_table *table = (struct managed_table *) (void *) first;
  char *memory = map_memory (3 * PAGE, READ | WRITE);

  for (uint32_t i = 0; i < 3; i++)
    {
      table->items[i].base = (unsigned long) (memory + i * PAGE);
      table->items[i].size = PAGE;
      table->items[i].position = 100 * i;
      table->items[i].taken = i == 2;
    }
  table->count = 3;
}

static void
take (int32_t *lock)
{
  for (;;)
    {
      int32_t nobody = 0;

      if (__atomic_compare_exchange_n (lock, &nobody, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return;
      bare_sleep (50);
    }
}

static int
try_to_take (struct item *item)
{
  int32_t nobody = 0;

  return __atomic_compare_exchange_n (&item->taken, &nobody, 1, 0, __ATOMIC_ACQUIRE,
                                      __ATOMIC_RELAXED);
}

static void
let_go (int32_t *lock)
{
  if (__atomic_exchange_n (lock, 0, __ATOMIC_RELEASE) != 1)
    victim_wrong ("a lock was let go of that was not held", 0);
}

static struct table *
after (const struct table *table)
{
  return (struct table *) __atomic_load_n (&table->next, __ATOMIC_ACQUIRE);
}

static unsigned
count_items (const struct table *table)
{
  return __atomic_load_n (&table->count, __ATOMIC_ACQUIRE);
}

/* A buffer with room for a chunk, taken. */
static struct item *
get_item (void)
{
  struct table *table;

  for (table = first;; table = after (table))
    {
      for (unsigned i = 0; i < count_items (table); i++)
        {
          struct item *item = &table->items[i];

          if (try_to_take (item))
            {
              if (item->position + sizeof (struct locator_chunk) <= item->size)
                return item;
              let_go (&item->taken);
            }
        }
      if (after (table) == NULL)
        break;
    }
  take (&first->locked);
  for (table = first; after (table) != NULL || count_items (table) == CAPACITY;
       table = after (table))
    if (after (table) == NULL)
      {
        add_table (table);
        continue;
      }
    else if (count_items (table) < CAPACITY)
      break;
  {
    struct item *item = &table->items[table->count];

    /* It is taken from the first moment on. */
    item->base = (unsigned long) map_memory (BUFFER_SIZE, READ | WRITE | RUN);
    item->size = BUFFER_SIZE;
    item->position = 0;
    item->taken = 1;
    __atomic_store_n (&table->count, (uint8_t) (table->count + 1), __ATOMIC_RELEASE);
    let_go (&first->locked);
    return item;
  }
}

static void
append_chunk (uint32_t number)
{
  struct item *item = get_item ();
  struct locator_chunk chunk = locator_chunk_make (1, number);

  memcpy ((char *) item->base + item->position, &chunk, sizeof chunk);
  __atomic_store_n (&item->position, item->position + sizeof chunk, __ATOMIC_RELEASE);
  let_go (&item->taken);
}

/* All chunks of all buffers: each author's are numbered without a hole or a repetition. */
static void
look_at_all (uint32_t appended)
{
  uint32_t counts[LOCATOR_CHUNK_AUTHORS] = { 0 };
  uint64_t sums[LOCATOR_CHUNK_AUTHORS] = { 0 };
  unsigned n_tables = 0;

  for (struct table *table = first; table != NULL; table = after (table))
    {
      if (++n_tables > N_TABLES_MAX)
        {
          victim_wrong ("too many tables", 0);
          return;
        }
      for (unsigned i = 0; i < count_items (table); i++)
        {
          const struct item *item = &table->items[i];
          uint32_t position = __atomic_load_n (&item->position, __ATOMIC_ACQUIRE);

          if (position > item->size || position % sizeof (struct locator_chunk) != 0)
            {
              victim_wrong ("the position of a buffer", (long) position);
              continue;
            }
          for (uint32_t at = 0; at < position; at += sizeof (struct locator_chunk))
            {
              const struct locator_chunk *chunk
                  = (const struct locator_chunk *) (item->base + at);

              if (!locator_chunk_is_whole (chunk))
                {
                  victim_wrong ("a chunk is not whole, at", (long) (item->base + at));
                  return;
                }
              counts[chunk->author]++;
              sums[chunk->author] += chunk->number;
            }
        }
    }
  /* Others may be between two of theirs; ours are all there. */
  if (counts[1] != appended || sums[1] != (uint64_t) appended * (appended + 1) / 2)
    victim_wrong ("of our own chunks there are", (long) counts[1]);
  __atomic_store_n (&report->numbers[LOCATOR_NUMBER_OTHERS], counts[2], __ATOMIC_RELEASE);
}

static void
go_on_appending (int looks)
{
  for (uint32_t number = 1;; number++)
    {
      append_chunk (number);
      __atomic_store_n (&report->numbers[LOCATOR_NUMBER_OWN], number, __ATOMIC_RELEASE);
      if (looks)
        look_at_all (number);
      if (!looks || number % 64 == 0)
        bare_sleep (200);
      if (number >= LOCATOR_CHUNKS_MAX)
        for (;;)
          {
            look_at_all (number);
            victim_round ();
            bare_sleep (1000);
          }
      victim_round ();
    }
}

static void
hold (int32_t *lock)
{
  take (lock);
  victim_ready ((unsigned long) first, 0);
  while (!victim_get (&report->numbers[LOCATOR_NUMBER_LET_GO]))
    {
      victim_round ();
      bare_sleep (500);
    }
  let_go (lock);
}

static void
begin (const char *role)
{
  if (victim_equal (role, "sound"))
    be_sound ();
  else if (victim_equal (role, "chain"))
    be_a_chain ();
  else if (victim_equal (role, "full"))
    be_full ();
  else if (victim_equal (role, "orphan"))
    be_an_orphan ();
  else if (victim_equal (role, "overlap"))
    be_overlapping ();
  else if (victim_equal (role, "position-past-end"))
    add (first, map_memory (PAGE, READ | WRITE), PAGE, PAGE + 1);
  else if (victim_equal (role, "writable-and-executable"))
    add (first, map_memory (BUFFER_SIZE, READ | WRITE | RUN), BUFFER_SIZE, 0);
  else if (victim_equal (role, "stale"))
    be_stale ();
  else if (victim_equal (role, "unknown-version"))
    first->flags = 5;
  else if (victim_equal (role, "cycle"))
    be_a_cycle ();
  else if (victim_equal (role, "managed"))
    be_managed ();
  else if (victim_equal (role, "hold-table"))
    {
      add (first, map_memory (BUFFER_SIZE, READ | WRITE), BUFFER_SIZE, 0);
      hold (&first->locked);
    }
  else if (victim_equal (role, "hold-buffer"))
    hold (&add (first, map_memory (BUFFER_SIZE, READ | WRITE), BUFFER_SIZE, 0)->taken);
  else if (!victim_equal (role, "append") && !victim_equal (role, "restless"))
    victim_skip ();
}

int
main (int   argc,
      char *argv[])
{
  const char *role = argc > 1 ? argv[1] : "sound";
  const char *root = argc > 2 ? argv[2] : "/tmp";

  victim_begin ();
  if (!victim_equal (role, "none"))
    {
      make_file (root);
      begin (role);
    }
  victim_ready ((unsigned long) first, 0);
  if (victim_equal (role, "append") || victim_equal (role, "restless"))
    go_on_appending (victim_equal (role, "restless"));
  for (;;)
    {
      victim_round ();
      bare_sleep (2000);
    }
}
