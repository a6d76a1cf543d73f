/* Memory with references: every rule of its two lives, one by one and against a naive model.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../left-behind.h"

#include "buffers/memory.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static char block[64];

static void
count_release (void  *address,
               size_t size,
               void  *user_data)
{
  g_assert_true (address == block);
  g_assert_cmpuint (size, ==, sizeof block);
  ++*(unsigned *) user_data;
}

static struct lac_memory *
make_memory (unsigned *n_released)
{
  struct lac_memory *memory = NULL;

  *n_released = 0;
  g_assert_cmpint (lac_memory_new_foreign (block, sizeof block, count_release, n_released, &memory), ==,
                   LAC_OK);
  return memory;
}

static struct lac_memory_reference *
refer (struct lac_memory *memory)
{
  struct lac_memory_reference *reference = NULL;

  g_assert_cmpint (lac_memory_reference_new (memory, "a test", &reference), ==, LAC_OK);
  return reference;
}

static void
assert_gives (struct lac_memory_reference *reference,
              void                        *address,
              size_t                       size)
{
  void *given = &given;

  g_assert_cmpuint (lac_memory_reference_get (reference, &given), ==, size);
  g_assert_true (given == address);
}

static void
test_memory_last (void)
{
  unsigned n_released;
  struct lac_memory *memory = make_memory (&n_released);
  struct lac_memory_reference *first = refer (memory);
  struct lac_memory_reference *second = refer (memory);

  assert_gives (first, block, sizeof block);
  assert_gives (second, block, sizeof block);
  lac_memory_reference_close (first);
  assert_gives (first, NULL, 0);
  assert_gives (second, block, sizeof block);
  lac_memory_reference_drop (first);
  lac_memory_reference_drop (second);
  g_assert_cmpuint (n_released, ==, 0);
  g_assert_false (lac_memory_is_closed (memory));
  lac_memory_close (memory);
  g_assert_cmpuint (n_released, ==, 1);
  g_assert_true (lac_memory_is_released (memory));
  lac_memory_unref (memory);
  g_assert_cmpuint (n_released, ==, 1);
}

static void
test_reference_last (void)
{
  unsigned n_released;
  struct lac_memory *memory = make_memory (&n_released);
  struct lac_memory_reference *reference = refer (memory);

  lac_memory_close (memory);
  g_assert_true (lac_memory_is_closed (memory));
  g_assert_false (lac_memory_is_released (memory));
  assert_gives (reference, block, sizeof block);
  g_assert_cmpuint (n_released, ==, 0);
  lac_memory_reference_close (reference);
  g_assert_cmpuint (n_released, ==, 1);
  g_assert_true (lac_memory_is_released (memory));
  lac_memory_reference_drop (reference);
  lac_memory_unref (memory);
  g_assert_cmpuint (n_released, ==, 1);
}

/* The handle may go before the reference does. */
static void
test_reference_outlives_handle (void)
{
  unsigned n_released;
  struct lac_memory *memory = make_memory (&n_released);
  struct lac_memory_reference *reference = refer (memory);
  struct lac_memory_holding holding;

  lac_memory_unref (memory);
  g_assert_cmpuint (n_released, ==, 0);
  assert_gives (reference, block, sizeof block);
  g_assert_cmpuint (lac_memory_list_holdings (NULL, &holding, 1), ==, 1);
  g_assert_true (holding.memory_closed);
  lac_memory_reference_drop (reference);
  g_assert_cmpuint (n_released, ==, 1);
  g_assert_cmpuint (lac_memory_list_holdings (NULL, NULL, 0), ==, 0);
}

static void
test_closed_gives_empty (void)
{
  unsigned n_released;
  struct lac_memory *memory = make_memory (&n_released);
  struct lac_memory_reference *old = refer (memory);
  struct lac_memory_reference *empty;

  lac_memory_close (memory);
  empty = refer (memory);
  assert_gives (empty, NULL, 0);
  /* It holds nothing: neither the block nor the handle. */
  lac_memory_reference_drop (old);
  g_assert_cmpuint (n_released, ==, 1);
  assert_gives (empty, NULL, 0);
  lac_memory_unref (memory);
  assert_gives (empty, NULL, 0);
  lac_memory_reference_close (empty);
  lac_memory_reference_drop (empty);
}

static void
test_closing_twice (void)
{
  unsigned n_released;
  struct lac_memory *memory = make_memory (&n_released);
  struct lac_memory_reference *reference = refer (memory);

  lac_memory_close (memory);
  lac_memory_close (memory);
  lac_memory_reference_close (reference);
  lac_memory_reference_close (reference);
  lac_memory_close (memory);
  assert_gives (reference, NULL, 0);
  g_assert_cmpuint (n_released, ==, 1);
  lac_memory_reference_drop (reference);
  lac_memory_unref (memory);
  g_assert_cmpuint (n_released, ==, 1);
  lac_memory_unref (NULL);
  lac_memory_reference_drop (NULL);
}

static void
test_shares (void)
{
  unsigned n_released;
  struct lac_memory *memory = make_memory (&n_released);

  g_assert_true (lac_memory_ref (memory) == memory);
  lac_memory_unref (memory);
  g_assert_false (lac_memory_is_closed (memory));
  lac_memory_unref (memory);
  g_assert_cmpuint (n_released, ==, 1);
}

static void
test_without_release (void)
{
  struct lac_memory *memory = NULL;
  struct lac_memory_reference *reference;

  g_assert_cmpint (lac_memory_new_foreign (block, 8, NULL, NULL, &memory), ==, LAC_OK);
  reference = refer (memory);
  assert_gives (reference, block, 8);
  lac_memory_unref (memory);
  assert_gives (reference, block, 8);
  lac_memory_reference_drop (reference);
}

static void
count_empty (void  *address,
             size_t size,
             void  *user_data)
{
  g_assert_null (address);
  ++*(unsigned *) user_data;
}

/* A block of no bytes has a life as any other; there is only nothing to see of it. */
static void
test_no_bytes (void)
{
  unsigned n_released = 0;
  struct lac_memory *memory = NULL;
  struct lac_memory_reference *reference;

  g_assert_cmpint (lac_memory_new_foreign (NULL, 1, count_empty, &n_released, &memory), ==, LAC_E_INVALID);
  g_assert_null (memory);
  g_assert_cmpint (lac_memory_new_foreign (NULL, 0, count_empty, &n_released, &memory), ==, LAC_OK);
  reference = refer (memory);
  assert_gives (reference, NULL, 0);
  g_assert_cmpuint (lac_memory_list_holdings (memory, NULL, 0), ==, 0);
  lac_memory_unref (memory);
  g_assert_cmpuint (n_released, ==, 0);
  lac_memory_reference_drop (reference);
  g_assert_cmpuint (n_released, ==, 1);
}

static void
test_holdings (void)
{
  static const char long_name[] = "sixty-two bytes and then a character of two bytes that is not .\xc3\xa4";
  unsigned n_released, n_other;
  struct lac_memory *memory = make_memory (&n_released);
  struct lac_memory *other = make_memory (&n_other);
  struct lac_memory_reference *references[4];
  struct lac_memory_holding holdings[5];
  int64_t before = g_get_real_time ();
  size_t cut = 62;

  g_assert_cmpint (lac_memory_reference_new (memory, "first", &references[0]), ==, LAC_OK);
  g_assert_cmpint (lac_memory_reference_new (other, long_name + strlen (long_name) - 2 - cut, &references[1]),
                   ==, LAC_OK);
  g_assert_cmpint (lac_memory_reference_new (memory, NULL, &references[2]), ==, LAC_OK);
  g_assert_cmpint (lac_memory_reference_new (memory, long_name, &references[3]), ==, LAC_OK);
  lac_memory_close (other);

  memset (holdings, 0xee, sizeof holdings);
  g_assert_cmpuint (lac_memory_list_holdings (NULL, holdings, 5), ==, 4);
  g_assert_cmpstr (holdings[0].holder, ==, "first");
  g_assert_cmpuint (holdings[0].address, ==, (uintptr_t) block);
  g_assert_cmpuint (holdings[0].size, ==, sizeof block);
  g_assert_false (holdings[0].memory_closed);
  g_assert_true (holdings[1].memory_closed);
  /* The character of two bytes would have ended at the 64th, where the terminator is. */
  g_assert_cmpuint (strlen (holdings[1].holder), ==, cut);
  g_assert_cmpstr (holdings[2].holder, ==, "");
  g_assert_cmpuint (strlen (holdings[3].holder), ==, 63);
  g_assert_true (g_utf8_validate (holdings[3].holder, -1, NULL));
  for (size_t i = 0; i < 4; i++)
    {
      g_assert_cmpint (holdings[i].since, >=, i > 0 ? holdings[i - 1].since : before);
      g_assert_cmpint (holdings[i].since, <=, g_get_real_time ());
    }

  /* Of one memory; and less room than there are. */
  g_assert_cmpuint (lac_memory_list_holdings (memory, holdings, 5), ==, 3);
  memset (holdings, 0xee, sizeof holdings);
  g_assert_cmpuint (lac_memory_list_holdings (NULL, holdings, 1), ==, 4);
  g_assert_cmpint (holdings[1].holder[0], ==, (char) 0xee);
  g_assert_cmpuint (lac_memory_list_holdings (NULL, NULL, 5), ==, 4);

  lac_memory_reference_close (references[0]);
  lac_memory_reference_close (references[3]);
  g_assert_cmpuint (lac_memory_list_holdings (NULL, holdings, 5), ==, 2);
  g_assert_cmpuint (strlen (holdings[0].holder), ==, cut);
  for (size_t i = 0; i < 4; i++)
    lac_memory_reference_drop (references[i]);
  lac_memory_unref (memory);
  lac_memory_unref (other);
  g_assert_cmpuint (lac_memory_list_holdings (NULL, NULL, 0), ==, 0);
}

/* What listeners were told, in order: a letter for who, and c for closed or r for released. */
struct listener
{
  GString *diary;
  char name;
  /* What it does in its first call, beside writing. */
  struct lac_memory_reference *to_close;
  struct listener *to_add;
  uint64_t to_remove;
  bool takes_share;
};

static void
write_diary (struct lac_memory    *memory,
             enum lac_memory_event event,
             void                 *user_data)
{
  struct listener *self = user_data;
  struct lac_memory_reference *to_close = g_steal_pointer (&self->to_close);
  struct listener *to_add = g_steal_pointer (&self->to_add);

  g_string_append_printf (self->diary, "%c%c ", self->name, event == LAC_MEMORY_CLOSED ? 'c' : 'r');
  /* Everything may be called from here. */
  g_assert_true (lac_memory_is_closed (memory));
  lac_memory_close (memory);
  lac_memory_unref (lac_memory_ref (memory));
  lac_memory_list_holdings (memory, NULL, 0);
  lac_memory_reference_drop (refer (memory));
  if (self->to_remove != 0)
    lac_memory_remove_notify (memory, self->to_remove);
  if (to_add != NULL)
    g_assert_cmpint (lac_memory_add_notify (memory, write_diary, to_add, NULL), ==, LAC_OK);
  if (to_close != NULL)
    {
      lac_memory_reference_close (to_close);
      /* The block is gone, and that is told when this call has ended. */
      g_assert_true (lac_memory_is_released (memory));
      g_string_append (self->diary, "| ");
    }
  if (self->takes_share)
    {
      self->takes_share = false;
      lac_memory_ref (memory);
    }
}

static void
test_notify_order (void)
{
  g_autoptr (GString) diary = g_string_new (NULL);
  struct listener a = { .diary = diary, .name = 'a' };
  struct listener b = { .diary = diary, .name = 'b' };
  struct listener late = { .diary = diary, .name = 'l' };
  unsigned n_released;
  struct lac_memory *memory = make_memory (&n_released);
  struct lac_memory_reference *reference = refer (memory);
  uint64_t ids[3] = { 0 };

  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &a, &ids[0]), ==, LAC_OK);
  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &b, &ids[1]), ==, LAC_OK);
  g_assert_cmpuint (ids[0], !=, ids[1]);
  g_assert_cmpstr (diary->str, ==, "");
  lac_memory_close (memory);
  g_assert_cmpstr (diary->str, ==, "ac bc ");
  lac_memory_close (memory);
  g_assert_cmpstr (diary->str, ==, "ac bc ");
  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &late, &ids[2]), ==, LAC_OK);
  g_assert_cmpstr (diary->str, ==, "ac bc lc ");
  lac_memory_reference_drop (reference);
  g_assert_cmpstr (diary->str, ==, "ac bc lc ar br lr ");
  g_string_truncate (diary, 0);
  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &late, NULL), ==, LAC_OK);
  g_assert_cmpstr (diary->str, ==, "lc lr ");
  lac_memory_unref (memory);
  g_assert_cmpstr (diary->str, ==, "lc lr ");
}

static void
test_notify_on_unref (void)
{
  g_autoptr (GString) diary = g_string_new (NULL);
  struct listener a = { .diary = diary, .name = 'a' };
  unsigned n_released;
  struct lac_memory *memory = make_memory (&n_released);

  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &a, NULL), ==, LAC_OK);
  lac_memory_unref (memory);
  g_assert_cmpstr (diary->str, ==, "ac ar ");
  g_assert_cmpuint (n_released, ==, 1);
}

/* The last reference is closed by who is told of the closing: the release is told after it, to all. */
static void
test_notify_nested (void)
{
  g_autoptr (GString) diary = g_string_new (NULL);
  struct listener z = { .diary = diary, .name = 'z' };
  struct listener a = { .diary = diary, .name = 'a', .to_add = &z };
  struct listener b = { .diary = diary, .name = 'b' };
  unsigned n_released;
  struct lac_memory *memory = make_memory (&n_released);
  struct lac_memory_reference *reference = refer (memory);

  a.to_close = reference;
  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &a, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &b, NULL), ==, LAC_OK);
  lac_memory_close (memory);
  g_assert_cmpstr (diary->str, ==, "ac | bc zc ar br zr ");
  g_assert_cmpuint (n_released, ==, 1);
  lac_memory_reference_drop (reference);
  lac_memory_unref (memory);
}

/* Who comes while the release is told hears of the closing first. */
static void
test_notify_late (void)
{
  g_autoptr (GString) diary = g_string_new (NULL);
  struct listener z = { .diary = diary, .name = 'z' };
  struct listener y = { .diary = diary, .name = 'y' };
  struct listener a = { .diary = diary, .name = 'a', .to_add = &z };
  unsigned n_released;
  struct lac_memory *memory = make_memory (&n_released);

  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &a, NULL), ==, LAC_OK);
  z.to_add = NULL;
  lac_memory_close (memory);
  g_assert_cmpstr (diary->str, ==, "ac zc ar zr ");
  g_string_truncate (diary, 0);
  a.to_add = &y;
  a.name = 'x';
  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &a, NULL), ==, LAC_OK);
  g_assert_cmpstr (diary->str, ==, "xc yc xr yr ");
  lac_memory_unref (memory);
}

static void
test_notify_removed (void)
{
  g_autoptr (GString) diary = g_string_new (NULL);
  struct listener a = { .diary = diary, .name = 'a' };
  struct listener b = { .diary = diary, .name = 'b' };
  struct listener c = { .diary = diary, .name = 'c' };
  struct listener d = { .diary = diary, .name = 'd' };
  unsigned n_released;
  struct lac_memory *memory = make_memory (&n_released);
  struct lac_memory_reference *reference = refer (memory);
  uint64_t ids[4];

  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &a, &ids[0]), ==, LAC_OK);
  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &b, &ids[1]), ==, LAC_OK);
  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &c, &ids[2]), ==, LAC_OK);
  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &d, &ids[3]), ==, LAC_OK);
  lac_memory_remove_notify (memory, ids[1]);
  lac_memory_remove_notify (memory, ids[1]);
  lac_memory_remove_notify (memory, 12345678);
  /* One takes itself out, one the next, one of those before. */
  a.to_remove = ids[0];
  c.to_remove = ids[3];
  lac_memory_close (memory);
  g_assert_cmpstr (diary->str, ==, "ac cc ");
  lac_memory_reference_drop (reference);
  g_assert_cmpstr (diary->str, ==, "ac cc cr ");
  lac_memory_unref (memory);
}

/* The handle is good for the call, even of the last share's end, and may be kept by it. */
static void
test_notify_keeps_handle (void)
{
  g_autoptr (GString) diary = g_string_new (NULL);
  struct listener a = { .diary = diary, .name = 'a', .takes_share = true };
  unsigned n_released;
  struct lac_memory *memory = make_memory (&n_released);

  g_assert_cmpint (lac_memory_add_notify (memory, write_diary, &a, NULL), ==, LAC_OK);
  lac_memory_unref (memory);
  g_assert_true (lac_memory_is_released (memory));
  g_assert_cmpstr (diary->str, ==, "ac ar ");
  lac_memory_unref (memory);
  g_assert_cmpstr (diary->str, ==, "ac ar ");
}

struct curious
{
  struct lac_memory *memory;
  unsigned n_calls;
};

static void
look_while_releasing (void  *address,
                      size_t size,
                      void  *user_data)
{
  struct curious *self = user_data;
  struct lac_memory_reference *reference = refer (self->memory);

  self->n_calls++;
  assert_gives (reference, NULL, 0);
  lac_memory_reference_drop (reference);
  g_assert_true (lac_memory_is_closed (self->memory));
  g_assert_false (lac_memory_is_released (self->memory));
  lac_memory_close (self->memory);
  lac_memory_unref (lac_memory_ref (self->memory));
}

static void
test_reentrant_release (void)
{
  struct curious curious = { NULL };

  g_assert_cmpint (lac_memory_new_foreign (block, 1, look_while_releasing, &curious, &curious.memory), ==,
                   LAC_OK);
  lac_memory_close (curious.memory);
  g_assert_true (lac_memory_is_released (curious.memory));
  lac_memory_unref (curious.memory);
  g_assert_cmpuint (curious.n_calls, ==, 1);
}

static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lacuna-memory-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "file", NULL);
  g_autofree char *empty = g_build_filename (folder, "empty", NULL);
  g_autofree char *pipe = g_build_filename (folder, "pipe", NULL);
  g_autofree char *missing = g_build_filename (path, "below a file", NULL);
  g_autofree char *contents = NULL;
  struct lac_memory *memory = NULL;
  struct lac_memory_reference *reference;
  void *address;
  int system_error = 99;
  gsize length;

  g_assert_true (g_file_set_contents (path, "contents", 8, NULL));
  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);

  g_assert_cmpint (lac_memory_new_file (path, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE, &memory,
                                        &system_error),
                   ==, LAC_OK);
  g_assert_cmpint (system_error, ==, 0);
  reference = refer (memory);
  lac_memory_unref (memory);
  g_assert_cmpuint (lac_memory_reference_get (reference, &address), ==, 8);
  g_assert_cmpmem (address, 8, "contents", 8);
  memcpy (address, "CONTENTS", 8);
  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_cmpmem (contents, length, "contents", 8);
  lac_memory_reference_drop (reference);
  /* Nothing is mapped there any more. */
  g_assert_cmpint (msync ((void *) ((uintptr_t) address & ~(uintptr_t) 4095), 1, MS_ASYNC), ==, -1);

  g_assert_cmpint (lac_memory_new_file (empty, LAC_PROTECTION_READ, &memory, NULL), ==, LAC_OK);
  reference = refer (memory);
  assert_gives (reference, NULL, 0);
  lac_memory_reference_drop (reference);
  lac_memory_unref (memory);

  memory = NULL;
  g_assert_cmpint (lac_memory_new_file ("/no/such/file", LAC_PROTECTION_READ, &memory, &system_error), ==,
                   LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_memory_new_file (missing, LAC_PROTECTION_READ, &memory, &system_error), ==,
                   LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_memory_new_file (folder, LAC_PROTECTION_READ, &memory, &system_error), ==,
                   LAC_E_NOT_SUPPORTED);
  g_assert_cmpint (lac_memory_new_file (pipe, LAC_PROTECTION_READ, &memory, &system_error), ==,
                   LAC_E_NOT_SUPPORTED);
  g_assert_cmpint (lac_memory_new_file ("/dev/null", LAC_PROTECTION_READ, &memory, &system_error), ==,
                   LAC_E_NOT_SUPPORTED);
  g_assert_cmpint (system_error, ==, 0);
  g_assert_null (memory);
  g_remove (path);
  g_remove (empty);
  g_remove (pipe);
  g_rmdir (folder);
}

static void
test_private (void)
{
  struct lac_memory *memory = NULL;
  struct lac_memory_reference *reference;
  struct lac_private found;
  struct lac_gap_query impossible;
  void *address;

  g_assert_cmpint (lac_memory_new_private (NULL, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE, &memory), ==,
                   LAC_OK);
  reference = refer (memory);
  lac_memory_unref (memory);
  g_assert_cmpuint (lac_memory_reference_get (reference, &address), ==, 4096);
  memset (address, 1, 4096);
  g_assert_cmpint (lac_private_find (address, &found), ==, LAC_OK);
  lac_memory_reference_drop (reference);
  g_assert_cmpint (lac_private_find (address, &found), ==, LAC_E_NOT_FOUND);

  lac_placement_init (&impossible);
  impossible.max = impossible.min + 1;
  memory = NULL;
  g_assert_cmpint (lac_memory_new_private (&impossible, LAC_PROTECTION_READ, &memory), !=, LAC_OK);
  g_assert_null (memory);
}

static void
test_buffer (void)
{
  struct lac_buffer buffer, copy, again;
  struct lac_memory *memory = NULL;
  struct lac_memory_reference *reference;
  void *address;

  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  copy = buffer;
  g_assert_cmpint (lac_memory_new_buffer (&buffer, &memory), ==, LAC_OK);
  g_assert_cmpuint (buffer.size, ==, 0);
  g_assert_cmpint (lac_memory_new_buffer (&buffer, &memory), ==, LAC_E_NOT_TAKEN);
  reference = refer (memory);
  lac_memory_unref (memory);
  g_assert_cmpuint (lac_memory_reference_get (reference, &address), ==, copy.size);
  g_assert_cmpuint ((uintptr_t) address, ==, copy.address);
  /* Still taken, so that another one is given. */
  g_assert_cmpint (lac_buffers_get (NULL, 0, &again, NULL), ==, LAC_OK);
  g_assert_cmpuint (again.address, !=, copy.address);
  lac_memory_reference_drop (reference);
  /* Put back, so that the copy is worthless. */
  g_assert_cmpint (lac_buffer_put (&copy), ==, LAC_E_NOT_TAKEN);
  g_assert_cmpint (lac_buffer_put (&again), ==, LAC_OK);
}

/* The rules again, as plainly as they can be said: a memory is a few numbers. */
struct model
{
  struct lac_memory *memory;
  unsigned n_handles;
  bool closed;
  bool released;
  unsigned n_released;
  unsigned n_told_closed;
  unsigned n_told_released;
};

struct model_reference
{
  struct lac_memory_reference *reference;
  struct model *of;
  bool holds;
};

static void
count_model_release (void  *address,
                     size_t size,
                     void  *user_data)
{
  ((struct model *) user_data)->n_released++;
}

static void
count_model_event (struct lac_memory    *memory,
                   enum lac_memory_event event,
                   void                 *user_data)
{
  struct model *model = user_data;

  ++*(event == LAC_MEMORY_CLOSED ? &model->n_told_closed : &model->n_told_released);
}

static unsigned
count_holding (GPtrArray    *references,
               struct model *of)
{
  unsigned n = 0;

  for (guint i = 0; i < references->len; i++)
    {
      struct model_reference *reference = g_ptr_array_index (references, i);

      n += reference->holds && (of == NULL || reference->of == of);
    }
  return n;
}

static void
compare_with_model (GPtrArray *memories,
                    GPtrArray *references)
{
  struct lac_memory_holding holdings[512];

  for (guint i = 0; i < memories->len; i++)
    {
      struct model *model = g_ptr_array_index (memories, i);

      model->released = model->released || (model->closed && count_holding (references, model) == 0);
      g_assert_cmpuint (model->n_released, ==, model->released);
      g_assert_cmpuint (model->n_told_closed, ==, model->closed);
      g_assert_cmpuint (model->n_told_released, ==, model->released);
      if (model->n_handles == 0)
        continue;
      g_assert_cmpint (lac_memory_is_closed (model->memory), ==, model->closed);
      g_assert_cmpint (lac_memory_is_released (model->memory), ==, model->released);
      g_assert_cmpuint (lac_memory_list_holdings (model->memory, NULL, 0), ==,
                        count_holding (references, model));
    }
  for (guint i = 0; i < references->len; i++)
    {
      struct model_reference *reference = g_ptr_array_index (references, i);

      assert_gives (reference->reference, reference->holds ? reference->of : NULL, reference->holds ? 1 : 0);
    }
  /* In order: references are only ever appended here, as they are there. */
  g_assert_cmpuint (lac_memory_list_holdings (NULL, holdings, 512), ==, count_holding (references, NULL));
  for (guint i = 0, j = 0; i < references->len; i++)
    {
      struct model_reference *reference = g_ptr_array_index (references, i);

      if (!reference->holds)
        continue;
      g_assert_cmpuint (holdings[j].address, ==, (uintptr_t) reference->of);
      g_assert_cmpint (holdings[j].memory_closed, ==, reference->of->closed);
      j++;
    }
}

static void
step (GPtrArray *memories,
      GPtrArray *references)
{
  struct model *model = g_ptr_array_index (memories, g_test_rand_int_range (0, (gint32) memories->len));
  guint n = references->len;
  guint chosen = n > 0 ? (guint) g_test_rand_int_range (0, (gint32) n) : 0;
  struct model_reference *reference = n > 0 ? g_ptr_array_index (references, chosen) : NULL;

  switch (g_test_rand_int_range (0, 12))
    {
    case 0:
      if (model->n_handles > 0)
        {
          lac_memory_close (model->memory);
          model->closed = true;
        }
      break;
    case 1:
      if (model->n_handles > 0)
        {
          lac_memory_ref (model->memory);
          model->n_handles++;
        }
      break;
    case 2:
    case 3:
      if (model->n_handles > 0)
        {
          model->closed = model->closed || model->n_handles == 1;
          model->n_handles--;
          lac_memory_unref (model->memory);
        }
      break;
    case 4:
    case 5:
      if (reference != NULL)
        {
          lac_memory_reference_close (reference->reference);
          reference->holds = false;
        }
      break;
    case 6:
    case 7:
      if (reference != NULL)
        {
          lac_memory_reference_drop (reference->reference);
          g_ptr_array_remove_index (references, chosen);
        }
      break;
    default:
      if (model->n_handles > 0 && n < 512)
        {
          reference = g_new0 (struct model_reference, 1);
          reference->reference = refer (model->memory);
          reference->of = model;
          reference->holds = !model->closed;
          g_ptr_array_add (references, reference);
        }
    }
}

static void
test_against_model (void)
{
  for (unsigned round = 0; round < 200; round++)
    {
      g_autoptr (GPtrArray) memories = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GPtrArray) references = g_ptr_array_new_with_free_func (g_free);

      for (unsigned i = 0; i < 5; i++)
        {
          struct model *model = g_new0 (struct model, 1);

          g_assert_cmpint (lac_memory_new_foreign (model, 1, count_model_release, model, &model->memory), ==,
                           LAC_OK);
          g_assert_cmpint (lac_memory_add_notify (model->memory, count_model_event, model, NULL), ==, LAC_OK);
          model->n_handles = 1;
          g_ptr_array_add (memories, model);
        }
      for (unsigned i = 0; i < 200; i++)
        {
          step (memories, references);
          compare_with_model (memories, references);
        }
      for (guint i = 0; i < memories->len; i++)
        {
          struct model *model = g_ptr_array_index (memories, i);

          for (; model->n_handles > 0; model->n_handles--)
            lac_memory_unref (model->memory);
          model->closed = true;
        }
      while (references->len > 0)
        {
          struct model_reference *reference = g_ptr_array_index (references, 0);

          lac_memory_reference_drop (reference->reference);
          g_ptr_array_remove_index (references, 0);
        }
      compare_with_model (memories, references);
    }
}

int
main (int   argc,
      char *argv[])
{
  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffers/memory/closing-the-memory-last-releases", test_memory_last);
  g_test_add_func ("/buffers/memory/closing-a-reference-last-releases", test_reference_last);
  g_test_add_func ("/buffers/memory/a-reference-outlives-the-handle", test_reference_outlives_handle);
  g_test_add_func ("/buffers/memory/closed-memory-gives-empty-references", test_closed_gives_empty);
  g_test_add_func ("/buffers/memory/closing-twice-is-harmless", test_closing_twice);
  g_test_add_func ("/buffers/memory/the-last-share-closes", test_shares);
  g_test_add_func ("/buffers/memory/needs-no-release-function", test_without_release);
  g_test_add_func ("/buffers/memory/a-block-of-no-bytes-has-a-life", test_no_bytes);
  g_test_add_func ("/buffers/memory/holdings-are-listed-oldest-first", test_holdings);
  g_test_add_func ("/buffers/memory/notify/closed-then-released-once-each", test_notify_order);
  g_test_add_func ("/buffers/memory/notify/on-the-last-unref", test_notify_on_unref);
  g_test_add_func ("/buffers/memory/notify/never-inside-another-call", test_notify_nested);
  g_test_add_func ("/buffers/memory/notify/late-listeners-hear-in-order", test_notify_late);
  g_test_add_func ("/buffers/memory/notify/removed-ones-hear-nothing", test_notify_removed);
  g_test_add_func ("/buffers/memory/notify/may-keep-the-handle", test_notify_keeps_handle);
  g_test_add_func ("/buffers/memory/release-may-call-anything", test_reentrant_release);
  g_test_add_func ("/buffers/memory/a-file-is-mapped-privately", test_file);
  g_test_add_func ("/buffers/memory/a-private-allocation-is-freed", test_private);
  g_test_add_func ("/buffers/memory/a-buffer-is-put-back", test_buffer);
  g_test_add_func ("/buffers/memory/agrees-with-a-simple-model", test_against_model);
  return g_test_run ();
}
