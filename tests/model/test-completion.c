/* What is proposed while a name is typed, against looking at every name by itself.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/expression.h"
#include "model/lacuna-completion.h"
#include "random-map.h"

typedef struct
{
  char *name;
  int rank;
} Naive;

static void
naive_clear (gpointer naive)
{
  g_free (((Naive *) naive)->name);
}

/* The same as the header says, by copies in lower case. */
static int
naive_rank (const char *name,
            const char *typed)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_autofree char *lower_typed = g_ascii_strdown (typed, -1);
  const char *slash = strrchr (lower, '/');
  const char *file_name = slash != NULL ? slash + 1 : lower;
  const char *bare = lower[0] == '[' ? lower + 1 : lower;

  if (g_str_equal (lower, lower_typed) || g_str_equal (file_name, lower_typed)
      || g_str_equal (bare, lower_typed))
    return 0;
  if (g_str_has_prefix (lower, lower_typed) || g_str_has_prefix (file_name, lower_typed)
      || g_str_has_prefix (bare, lower_typed))
    return 1;
  if (typed[0] == '-' || typed[0] == '+')
    return 3;
  return strstr (lower, lower_typed) != NULL ? 2 : 3;
}

static int
compare_naive (gconstpointer a,
               gconstpointer b)
{
  const Naive *left = a;
  const Naive *right = b;

  if (left->rank != right->rank)
    return left->rank - right->rank;
  if (strlen (left->name) != strlen (right->name))
    return strlen (left->name) < strlen (right->name) ? -1 : 1;
  return strcmp (left->name, right->name);
}

static char *
random_name (GRand *random)
{
  static const char letters[] = "abAB/[].-";
  GString *name = g_string_new (NULL);
  int length = g_rand_int_range (random, 0, 8);

  for (int i = 0; i < length; i++)
    g_string_append_c (name,
                       letters[g_rand_int_range (random, 0, (int) sizeof letters - 1)]);
  return g_string_free (name, FALSE);
}

static void
test_like_naive (void)
{
  g_autoptr (GRand) random = new_random ();

  for (int run = 0; run < 3000; run++)
    {
      g_autofree char *typed = random_name (random);
      guint limit = (guint) g_rand_int_range (random, 1, 12);
      g_autoptr (LacunaCompletion) completion
          = lacuna_completion_new (typed, strlen (typed), limit);
      g_autoptr (GArray) naive = g_array_new (FALSE, FALSE, sizeof (Naive));
      g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      int n_names = g_rand_int_range (random, 0, 60);

      g_array_set_clear_func (naive, naive_clear);
      for (int i = 0; i < n_names; i++)
        {
          g_autofree char *name = random_name (random);
          Naive entry = { NULL, naive_rank (name, typed) };

          lacuna_completion_add (completion, name, strlen (name), (guint64) i);
          if (entry.rank < 3 && g_hash_table_add (seen, g_strdup (name)))
            {
              entry.name = g_strdup (name);
              g_array_append_val (naive, entry);
            }
        }
      g_array_sort (naive, compare_naive);

      g_assert_cmpuint (lacuna_completion_get_length (completion), ==, MIN (limit, naive->len));
      g_assert_true (lacuna_completion_is_cut (completion) == (naive->len > limit));
      for (guint i = 0; i < lacuna_completion_get_length (completion); i++)
        g_assert_cmpstr (lacuna_completion_get_name (completion, i, NULL), ==,
                         g_array_index (naive, Naive, i).name);
    }
}

static struct lac_map *
make_map (const char *const *names,
          gsize              n_names)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map_builder *builder = lac_map_builder_new (&space);
  struct lac_map *map = NULL;

  for (gsize i = 0; i < n_names; i++)
    {
      struct lac_region_entry entry = { .kind = LAC_KIND_DECIDE };

      entry.start = 0x10000 * (i + 1);
      entry.end = entry.start + 0x1000;
      entry.inode = names[i][0] == '/' ? i + 1 : 0;
      entry.name = names[i];
      entry.name_length = strlen (names[i]);
      g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
    }
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  return map;
}

static void
assert_proposals (struct lac_map *map,
                  const char     *typed,
                  const char     *expected)
{
  gboolean cut;
  g_autoptr (GPtrArray) proposals = lacuna_completion_find_names (map, typed, 50, NULL, &cut);
  GString *texts = g_string_new (NULL);

  for (guint i = 0; i < proposals->len; i++)
    {
      const LacunaProposal *proposal = g_ptr_array_index (proposals, i);
      uint64_t address;

      g_string_append_printf (texts, "%s%s", i > 0 ? " " : "", proposal->text);
      g_assert_cmpint (lac_expression_parse_address (proposal->text, strlen (proposal->text),
                                                     lac_map_resolve_name, map, &address, NULL),
                       ==, LAC_OK);
      g_assert_cmphex (address, ==, proposal->address);
    }
  g_assert_cmpstr (texts->str, ==, expected);
  g_assert_false (cut);
  g_string_free (texts, TRUE);
}

/* "-1" is no address, and no middle of libLLVM-15.so.1 either: nothing hides that. */
static void
test_operators (void)
{
  static const char name[] = "/usr/lib/libLLVM-15.so.1";

  g_assert_cmpint (lacuna_completion_rank (name, strlen (name), "-1", 2), ==, LACUNA_RANK_NONE);
  g_assert_cmpint (lacuna_completion_rank (name, strlen (name), "LLVM-1", 6), ==,
                   LACUNA_RANK_INSIDE);
  g_assert_cmpint (lacuna_completion_rank ("-odd", 4, "-o", 2), ==, LACUNA_RANK_PREFIX);
}

static void
test_proposals_lead_there (void)
{
  static const char *const names[]
      = { "/usr/bin/victim", "/usr/lib/libc.so.6",  "/usr/lib/libcap.so.2", "/opt/libc.so.6",
          "[heap]",          "/usr/lib/libheap.so", "/usr/lib/cafe",        "/tmp/odd!name",
          "/usr/lib/libc.so.6",                     "[stack]",              "" };
  g_autoptr (Map) map = make_map (names, G_N_ELEMENTS (names));

  /* The second libc.so.6 is only reached by its path, and so is what reads as a number. */
  assert_proposals (map, "libc", "/opt/libc.so.6 libc.so.6 libcap.so.2");
  assert_proposals (map, "LIBC.SO.6", "/opt/libc.so.6 libc.so.6");
  assert_proposals (map, "heap", "[heap] libheap.so");
  assert_proposals (map, "[", "[heap] [stack]");
  assert_proposals (map, "cafe", "/usr/lib/cafe");
  assert_proposals (map, "odd", "");
  assert_proposals (map, "nothing", "");
}

/* As many names as the largest processes have, on a map of a million regions. */
static void
test_many (void)
{
  enum
  {
    N_NAMES = 100000,
    REGIONS_EACH = 10
  };
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map_builder *builder = lac_map_builder_new (&space);
  g_autoptr (Map) map = NULL;
  g_autoptr (GPtrArray) proposals = NULL;
  gboolean cut;

  for (guint i = 0; i < N_NAMES; i++)
    {
      g_autofree char *name = g_strdup_printf ("/usr/lib/many/library-%u.so", i);

      for (guint part = 0; part < REGIONS_EACH; part++)
        {
          struct lac_region_entry entry = { .kind = LAC_KIND_IMAGE, .inode = i + 1 };

          entry.start = 0x10000 + 0x2000 * ((guint64) i * REGIONS_EACH + part);
          entry.end = entry.start + 0x1000;
          entry.name = name;
          entry.name_length = strlen (name);
          g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
        }
    }
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);

  gint64 started = g_get_monotonic_time ();
  proposals = lacuna_completion_find_names (map, "library-9", 50, NULL, &cut);
  g_test_message ("%u of %u names in %.1f ms", proposals->len, (guint) N_NAMES,
                  (double) (g_get_monotonic_time () - started) / 1000);
  g_assert_cmpuint (proposals->len, ==, 50);
  g_assert_true (cut);
  g_assert_cmpstr (((LacunaProposal *) g_ptr_array_index (proposals, 0))->text, ==,
                   "library-9.so");
}

typedef struct
{
  GPtrArray *proposals;
  GError *error;
  gboolean cut;
  gboolean done;
} Answer;

static void
found_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Answer *answer = user_data;

  answer->proposals = lacuna_completion_find_finish (result, &answer->cut, &answer->error);
  answer->done = TRUE;
}

static void
test_symbols (void)
{
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaSnapshot) snapshot = lacuna_target_load (target, LACUNA_LOAD_NONE, NULL, &error);
  Answer answer = { 0 };
  gboolean found = FALSE;
  guint64 address;

  g_assert_no_error (error);
  lacuna_completion_find_async (target, snapshot, " libc!mallo", 50, NULL, found_cb, &answer);
  while (!answer.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (answer.error);
  g_assert_cmpuint (answer.proposals->len, >, 0);
  g_assert_cmpuint (answer.proposals->len, <=, 50);
  for (guint i = 0; i < answer.proposals->len; i++)
    {
      const LacunaProposal *proposal = g_ptr_array_index (answer.proposals, i);

      g_assert_true (g_str_has_prefix (proposal->text, "libc!"));
      g_assert_null (strchr (proposal->text, '@'));
      found = found || g_str_equal (proposal->text, "libc!malloc");
    }
  g_assert_true (found);
  g_assert_true (lacuna_target_parse_address (target, snapshot, "libc!malloc", &address, NULL,
                                              &error));
  g_ptr_array_unref (answer.proposals);

  /* Nothing is known of a module that is not there, and that is no error. */
  answer = (Answer){ 0 };
  lacuna_completion_find_async (target, snapshot, "no-such-module!m", 50, NULL, found_cb, &answer);
  while (!answer.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (answer.error);
  g_assert_cmpuint (answer.proposals->len, ==, 0);
  g_ptr_array_unref (answer.proposals);
}

static void
test_cancelled (void)
{
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  g_autoptr (LacunaSnapshot) snapshot = lacuna_target_load (target, LACUNA_LOAD_NONE, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answer answer = { 0 };

  lacuna_completion_find_async (target, snapshot, "libc", 50, cancellable, found_cb, &answer);
  g_cancellable_cancel (cancellable);
  while (!answer.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (answer.proposals);
  g_error_free (answer.error);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/completion/like-naive", test_like_naive);
  g_test_add_func ("/model/completion/operators-begin-no-middle", test_operators);
  g_test_add_func ("/model/completion/proposals-lead-there", test_proposals_lead_there);
  g_test_add_func ("/model/completion/many", test_many);
  g_test_add_func ("/model/completion/symbols", test_symbols);
  g_test_add_func ("/model/completion/cancelled", test_cancelled);

  return g_test_run ();
}
