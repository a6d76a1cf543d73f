/* Gap results, against asking each gap by itself.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/hazard.h"
#include "model/lacuna-error.h"
#include "model/lacuna-gap-advice.h"
#include "model/lacuna-gap-results.h"
#include "random-map.h"

#define USER_END G_GUINT64_CONSTANT (0x7ffffffff000)

static LacunaSnapshot *
random_snapshot (GRand *random,
                 gsize  n_regions)
{
  LacunaOrigin    origin = { .kind = LACUNA_TARGET_FILE,
                             .name = (char *) "test",
                             .source = "maps-text" };
  struct lac_map *map = random_map (random, n_regions, USER_END);
  LacunaSnapshot *snapshot = lacuna_snapshot_new (map, &origin, 0);

  lac_map_unref (map);
  return snapshot;
}

static void
random_query (GRand                *random,
              const struct lac_map *map,
              struct lac_gap_query *query,
              guint64               anchors[3])
{
  lac_gap_query_init (query, map);
  query->size = G_GUINT64_CONSTANT (1) << g_rand_int_range (random, 0, 34);
  query->alignment = G_GUINT64_CONSTANT (1) << g_rand_int_range (random, 0, 24);
  query->avoid = (unsigned) g_rand_int_range (random, 0, LAC_HAZARD_ALL + 1);
  query->order = (enum lac_order) g_rand_int_range (random, 0, LAC_N_ORDERS);
  query->within = G_GUINT64_CONSTANT (1) << g_rand_int_range (random, 20, 47);
  query->n_anchors = (size_t) g_rand_int_range (random, 0, 3);
  for (size_t i = 0; i < query->n_anchors; i++)
    anchors[i] = ((guint64) g_rand_int (random) << 32 | g_rand_int (random)) % USER_END;
  query->anchors = anchors;
}

static void
test_matches (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());

  for (int run = 0; run < 2000; run++)
    {
      g_autoptr (LacunaSnapshot) snapshot = random_snapshot (random, (gsize) run % 50);
      struct lac_map *map = lacuna_snapshot_get_map (snapshot);
      g_autoptr (LacunaGapResults) results = NULL;
      g_autoptr (GError) error = NULL;
      guint limit = (guint) g_rand_int_range (random, 0, 20);
      struct lac_gap_query query;
      guint64 anchors[3];
      guint64 n_matches = 0;
      guint n_kept;
      size_t n_regions;
      struct lac_gap previous = { 0 };

      random_query (random, map, &query, anchors);
      results = lacuna_gap_results_search (snapshot, &query, limit, NULL, &error);
      g_assert_no_error (error);

      /* The query was copied. */
      anchors[0] = anchors[1] = 0xbad;
      query = *lacuna_gap_results_get_query (results);

      lac_map_regions (map, &n_regions);
      for (size_t i = 0; i <= n_regions; i++)
        {
          gboolean fits = lac_gap_check (map, &query, i, NULL, NULL) == LAC_OK;

          n_matches += fits;
          g_assert_cmpint (lacuna_gap_results_matches (results, i), ==, fits);
        }
      g_assert_cmpuint (lacuna_gap_results_get_n_matches (results), ==, n_matches);

      n_kept = g_list_model_get_n_items (G_LIST_MODEL (results));
      g_assert_cmpuint (n_kept, ==, MIN (limit, n_matches));
      for (guint i = 0; i < n_kept; i++)
        {
          g_autoptr (LacunaGap) item = g_list_model_get_item (G_LIST_MODEL (results), i);
          g_autoptr (LacunaGap) again = g_list_model_get_item (G_LIST_MODEL (results), i);
          const struct lac_gap *gap = lacuna_gap_get (item);

          guint position;

          g_assert_true (item == again);
          g_assert_true (memcmp (gap, lacuna_gap_results_peek (results, i), sizeof *gap) == 0);
          g_assert_true (lacuna_gap_results_find (results, gap->index, &position));
          g_assert_cmpuint (position, ==, i);
          if (i > 0 && query.order == LAC_ORDER_LOWEST)
            g_assert_cmpuint (gap->candidate, >, previous.candidate);
          if (i > 0 && query.order == LAC_ORDER_NEAREST && query.n_anchors > 0)
            g_assert_cmpint (ABS (gap->distance), >=, ABS (previous.distance));
          previous = *gap;
        }
      g_assert_null (g_list_model_get_item (G_LIST_MODEL (results), n_kept));
    }
}

static void
test_contradiction (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autoptr (LacunaSnapshot) snapshot = random_snapshot (random, 10);
  g_autoptr (LacunaGapResults) results = NULL;
  g_autoptr (GError) error = NULL;
  struct lac_gap_query query;

  lac_gap_query_init (&query, lacuna_snapshot_get_map (snapshot));
  query.alignment = 3;
  results = lacuna_gap_results_search (snapshot, &query, 10, NULL, &error);
  g_assert_null (results);
  g_assert_error (error, LACUNA_ERROR, LAC_E_INVALID);
}

typedef struct
{
  GMainLoop *loop;
  LacunaGapResults *results;
  GError *error;
} Answer;

static void
searched_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Answer *answer = user_data;

  answer->results = lacuna_gap_results_search_finish (result, &answer->error);
  g_main_loop_quit (answer->loop);
}

static void
test_async (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  g_autoptr (LacunaSnapshot) snapshot = random_snapshot (random, 100);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (LacunaGapResults) expected = NULL;
  g_autoptr (LacunaGapResults) results = NULL;
  Answer answer = { loop };
  struct lac_gap_query query;
  guint64 anchors[1] = { G_GUINT64_CONSTANT (0x7f0000000000) };

  lac_gap_query_init (&query, lacuna_snapshot_get_map (snapshot));
  query.anchors = anchors;
  query.n_anchors = 1;
  query.within = USER_END;
  query.order = LAC_ORDER_NEAREST;
  expected = lacuna_gap_results_search (snapshot, &query, 5, NULL, NULL);
  lacuna_gap_results_search_async (snapshot, &query, 5, NULL, searched_cb, &answer);
  anchors[0] = 0;
  g_main_loop_run (loop);
  g_assert_no_error (answer.error);
  results = answer.results;
  g_assert_cmpuint (lacuna_gap_results_get_n_matches (results),
                    ==,
                    lacuna_gap_results_get_n_matches (expected));
  g_assert_cmpuint (lacuna_gap_results_get_query (results)->anchors[0], ==, 0x7f0000000000);
  g_assert_true (lacuna_gap_results_get_snapshot (results) == snapshot);
}

static void
test_cancelled (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2);
  g_autoptr (LacunaSnapshot) snapshot = random_snapshot (random, 1000);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answer answer = { loop };
  struct lac_gap_query query;

  lac_gap_query_init (&query, lacuna_snapshot_get_map (snapshot));
  lacuna_gap_results_search_async (snapshot, &query, 5, cancellable, searched_cb, &answer);
  g_cancellable_cancel (cancellable);
  g_main_loop_run (loop);
  g_assert_null (answer.results);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_error_free (answer.error);
}

static struct lac_gap_query
apply (const struct lac_gap_query *query,
       const struct lac_map       *map,
       const LacunaRemedy         *remedy)
{
  struct lac_gap_query other = *query;
  struct lac_gap_query usual;

  lac_gap_query_init (&usual, map);
  switch (remedy->kind)
    {
    case LACUNA_REMEDY_ALLOW:
      g_assert_cmpuint (query->avoid & remedy->value, ==, remedy->value);
      other.avoid &= ~(unsigned) remedy->value;
      break;
    case LACUNA_REMEDY_WIDEN:
      g_assert_cmpuint (remedy->value, >, query->within);
      other.within = remedy->value;
      break;
    case LACUNA_REMEDY_SHRINK:
      g_assert_cmpuint (remedy->value, <, query->size);
      other.size = remedy->value;
      break;
    case LACUNA_REMEDY_REALIGN:
      other.alignment = remedy->value;
      break;
    case LACUNA_REMEDY_UNBOUND:
    default:
      other.min = usual.min;
      other.max = usual.max;
      break;
    }
  return other;
}

static guint64
count_naively (const struct lac_map       *map,
               const struct lac_gap_query *query)
{
  guint64 n_matches = 0;
  size_t n_regions;

  lac_map_regions (map, &n_regions);
  for (size_t i = 0; i <= n_regions; i++)
    n_matches += lac_gap_check (map, query, i, NULL, NULL) == LAC_OK;
  return n_matches;
}

/* Whatever is proposed gives as many more as it says, and the largest place is just that. */
static void
test_remedies (void)
{
  g_autoptr (GRand) random = new_random ();
  guint n_seen[LACUNA_REMEDY_UNBOUND + 1] = { 0 };

  for (int run = 0; run < 3000; run++)
    {
      g_autoptr (LacunaSnapshot) snapshot = random_snapshot (random, (gsize) run % 50);
      struct lac_map *map = lacuna_snapshot_get_map (snapshot);
      g_autoptr (LacunaGapResults) results = NULL;
      g_autofree LacunaGapAdvice *advice = NULL;
      struct lac_gap_query query;
      guint64 anchors[3];
      guint64 n_matches;

      random_query (random, map, &query, anchors);
      /* Such that often nothing fits. */
      query.size <<= g_rand_int_range (random, 0, 12);
      query.alignment <<= g_rand_int_range (random, 0, 20);
      if (g_rand_boolean (random))
        {
          query.min = random_64 (random) % USER_END;
          query.max = MIN (USER_END, query.min + (random_64 (random) >> 20));
        }
      results = lacuna_gap_results_search (snapshot, &query, 10, NULL, NULL);
      g_assert_nonnull (results);
      n_matches = lacuna_gap_results_get_n_matches (results);
      advice = lacuna_gap_advice_find (results, NULL);

      for (guint i = 0; i < advice->n_remedies; i++)
        {
          const LacunaRemedy *remedy = &advice->remedies[i];
          struct lac_gap_query other = apply (&query, map, remedy);

          n_seen[remedy->kind]++;
          g_assert_true (n_matches == 0 || remedy->kind == LACUNA_REMEDY_ALLOW);
          g_assert_cmpuint (remedy->n_more, >, 0);
          g_assert_cmpuint (count_naively (map, &other), ==, n_matches + remedy->n_more);
        }
      if (n_matches == 0)
        {
          struct lac_gap_query other = query;

          other.size = advice->largest;
          g_assert_cmpuint (advice->largest, <, query.size);
          if (advice->largest > 0)
            g_assert_cmpuint (count_naively (map, &other), >, 0);
          other.size = advice->largest + 1;
          g_assert_cmpuint (count_naively (map, &other), ==, 0);
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (n_seen); i++)
    {
      g_test_message ("remedy %u was proposed %u times", i, n_seen[i]);
      g_assert_cmpuint (n_seen[i], >, 0);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/gap-results/agree-with-each-gap", test_matches);
  g_test_add_func ("/model/gap-results/contradiction-is-an-error", test_contradiction);
  g_test_add_func ("/model/gap-results/search-on-a-worker", test_async);
  g_test_add_func ("/model/gap-results/cancelled-search-ends", test_cancelled);
  g_test_add_func ("/model/gap-advice/remedies-help", test_remedies);
  return g_test_run ();
}
