/* lacuna-cli gaps, against a search that looks at every gap and knows nothing of indexes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "run.h"

#include <sys/mman.h>
#include <unistd.h>

#define GAP_KEYS "start end size candidate distance hazards capacity"
#define WITHIN G_GUINT64_CONSTANT (0x7fffffff)

typedef struct
{
  guint64 min;
  guint64 max;
  guint64 anchors[3];
  guint n_anchors;
  guint64 within;
  guint64 size;
  guint64 align;
  const char *order;
} Query;

typedef struct
{
  guint64 start;
  guint64 end;
  gboolean fits;
  guint64 first;    /* the lowest aligned start that fits */
  guint64 last;     /* the highest */
  guint64 capacity;
  const char *reason;
  int anchor;
} PlainGap;

static guint64
up (guint64 address,
    guint64 align)
{
  return (address + align - 1) / align * align;
}

static guint64
down (guint64 address,
      guint64 align)
{
  return address / align * align;
}

static guint64
saturating_add (guint64 a,
                guint64 b)
{
  return a > G_MAXUINT64 - b ? G_MAXUINT64 : a + b;
}

/* Applies the constraints to one gap in the order that the documentation gives. */
static PlainGap
judge (guint64      start,
       guint64      end,
       const Query *query)
{
  PlainGap gap = { .start = start, .end = end, .anchor = -1 };
  guint64 low = start;
  guint64 high = end;

  if (end - start < query->size)
    {
      gap.reason = "too-small";
      return gap;
    }
  low = MAX (low, query->min);
  if (low >= high || high - low < query->size)
    {
      gap.reason = "below-min";
      return gap;
    }
  high = MIN (high, query->max);
  if (low >= high || high - low < query->size)
    {
      gap.reason = "above-max";
      return gap;
    }
  for (guint i = 0; i < query->n_anchors; i++)
    {
      guint64 anchor = query->anchors[i];

      low = MAX (low, anchor > query->within ? anchor - query->within : 0);
      high = MIN (high, saturating_add (anchor, query->within));
      if (low >= high || high - low < query->size)
        {
          gap.reason = "too-far";
          gap.anchor = (int) i;
          return gap;
        }
    }
  gap.first = up (low, query->align);
  if (gap.first < low || gap.first > high || high - gap.first < query->size)
    {
      gap.reason = "misaligned";
      return gap;
    }
  gap.last = down (high - query->size, query->align);
  gap.fits = TRUE;
  gap.capacity = 1 + (gap.last - gap.first) / up (query->size, query->align);
  return gap;
}

static gint64
distance_of (guint64      start,
             const Query *query)
{
  guint64 anchor = query->anchors[0];

  if (anchor < start)
    return (gint64) (start - anchor);
  if (anchor >= start + query->size)
    return -(gint64) (anchor - (start + query->size - 1));
  return 0;
}

/* The best distance in the gap: one of the aligned places next to the anchor, or an end. */
static gint64
best_distance (const PlainGap *gap,
               const Query    *query)
{
  guint64 anchor = query->anchors[0];
  guint64 below = anchor > query->size ? anchor - query->size : 0;
  guint64 places[] = { gap->first,
                       gap->last,
                       down (anchor, query->align),
                       up (anchor, query->align),
                       down (below, query->align),
                       up (below, query->align),
                       up (below + 1, query->align) };
  gint64 best = G_MAXINT64;

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      guint64 place = CLAMP (places[i], gap->first, gap->last);
      gint64 distance = distance_of (place, query);

      if (ABS (distance) < ABS (best) || (ABS (distance) == ABS (best) && distance < best))
        best = distance;
    }
  return best;
}

/* (transfer full): what lies between the regions. */
static GArray *
plain_gaps (GArray      *regions,
            const Query *query)
{
  GArray *gaps = g_array_new (FALSE, FALSE, sizeof (PlainGap));
  guint64 user_end = plain_user_end (regions);
  guint64 position = 0x1000;

  for (guint i = 0; i <= regions->len; i++)
    {
      guint64 end = user_end;

      if (i < regions->len)
        end = MIN (end, g_array_index (regions, PlainRegion, i).start);
      if (end > position)
        {
          PlainGap gap = judge (position, end, query);

          g_array_append_val (gaps, gap);
        }
      if (i < regions->len)
        position = MAX (position, g_array_index (regions, PlainRegion, i).end);
    }
  return gaps;
}

static const Query *sort_query;

static int
compare_gaps (gconstpointer a,
              gconstpointer b)
{
  const PlainGap *left = a;
  const PlainGap *right = b;
  gint64 difference = 0;

  if (strcmp (sort_query->order, "nearest") == 0 && sort_query->n_anchors > 0)
    {
      gint64 left_distance = best_distance (left, sort_query);
      gint64 right_distance = best_distance (right, sort_query);

      difference = ABS (left_distance) - ABS (right_distance);
    }
  else if (strcmp (sort_query->order, "tightest") == 0)
    difference = (gint64) (left->end - left->start) - (gint64) (right->end - right->start);
  else if (strcmp (sort_query->order, "roomiest") == 0)
    difference = (gint64) (right->end - right->start) - (gint64) (left->end - left->start);
  else if (strcmp (sort_query->order, "highest") == 0)
    return left->start < right->start ? 1 : -1;
  if (difference != 0)
    return difference < 0 ? -1 : 1;
  return left->start < right->start ? -1 : left->start > right->start;
}

/* Compares the document with the naive search. */
static void
check (const Run   *run,
       GArray      *regions,
       const Query *query)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document = parse_json (run, &parser);
  JsonObject *understood = json_object_get_object_member (document, "query");
  JsonArray *found = json_object_get_array_member (document, "gaps");
  JsonArray *rejected = json_object_get_array_member (document, "rejected");
  g_autoptr (GArray) gaps = plain_gaps (regions, query);
  g_autoptr (GArray) fitting = g_array_new (FALSE, FALSE, sizeof (PlainGap));
  guint n_rejected = 0;

  assert_keys (document, "query gaps rejected");
  assert_keys (understood, "min max near within size align avoid order");
  g_assert_cmphex (json_address (understood, "min"), ==, query->min);
  g_assert_cmphex (json_address (understood, "max"), ==, query->max);
  g_assert_cmpint (json_number (understood, "within"), ==, (gint64) query->within);
  g_assert_cmpint (json_number (understood, "size"), ==, (gint64) query->size);
  g_assert_cmpint (json_number (understood, "align"), ==, (gint64) query->align);
  g_assert_cmpstr (json_object_get_string_member (understood, "order"), ==, query->order);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (understood, "near")),
                    ==,
                    query->n_anchors);

  for (guint i = 0; i < gaps->len; i++)
    {
      const PlainGap *gap = &g_array_index (gaps, PlainGap, i);
      JsonObject *object;

      if (gap->fits)
        {
          g_array_append_val (fitting, *gap);
          continue;
        }
      g_assert_cmpuint (n_rejected, <, json_array_get_length (rejected));
      object = json_array_get_object_element (rejected, n_rejected++);
      assert_keys (object, "start end size reason anchor");
      g_assert_cmphex (json_address (object, "start"), ==, gap->start);
      g_assert_cmphex (json_address (object, "end"), ==, gap->end);
      g_assert_cmpint (json_number (object, "size"), ==, (gint64) (gap->end - gap->start));
      g_assert_cmpstr (json_object_get_string_member (object, "reason"), ==, gap->reason);
      if (gap->anchor >= 0)
        g_assert_cmpint (json_number (object, "anchor"), ==, gap->anchor);
      else
        g_assert_true (json_object_get_null_member (object, "anchor"));
    }
  g_assert_cmpuint (n_rejected, ==, json_array_get_length (rejected));

  sort_query = query;
  g_array_sort (fitting, compare_gaps);
  g_assert_cmpuint (json_array_get_length (found), ==, fitting->len);
  g_assert_cmpint (run->status, ==, fitting->len > 0 ? 0 : 1);
  for (guint i = 0; i < fitting->len; i++)
    {
      const PlainGap *gap = &g_array_index (fitting, PlainGap, i);
      JsonObject *object = json_array_get_object_element (found, i);
      guint64 candidate = json_address (object, "candidate");

      assert_keys (object, GAP_KEYS);
      g_assert_cmphex (json_address (object, "start"), ==, gap->start);
      g_assert_cmphex (json_address (object, "end"), ==, gap->end);
      g_assert_cmpint (json_number (object, "size"), ==, (gint64) (gap->end - gap->start));
      g_assert_cmpint (json_number (object, "capacity"), ==, (gint64) gap->capacity);
      g_assert_cmphex (candidate, >=, gap->first);
      g_assert_cmphex (candidate, <=, gap->last);
      g_assert_cmpuint (candidate % query->align, ==, 0);
      if (query->n_anchors > 0)
        {
          g_assert_cmpint (json_number (object, "distance"), ==, distance_of (candidate, query));
          if (strcmp (query->order, "lowest") != 0 && strcmp (query->order, "highest") != 0)
            g_assert_cmpint (ABS (json_number (object, "distance")),
                             ==,
                             ABS (best_distance (gap, query)));
        }
      else
        g_assert_true (json_object_get_null_member (object, "distance"));

      if (strcmp (query->order, "lowest") == 0)
        g_assert_cmphex (candidate, ==, gap->first);
      if (strcmp (query->order, "highest") == 0)
        g_assert_cmphex (candidate, ==, gap->last);
    }
}

static guint64
random_address (GRand  *random,
                GArray *regions)
{
  const PlainRegion *region;
  gint64 shift = (gint64) g_rand_int (random) - G_MAXINT32;

  region = &g_array_index (regions, PlainRegion,
                           g_rand_int_range (random, 0, (gint32) regions->len));
  if (region->start > G_GUINT64_CONSTANT (1) << 62)
    return region->start;
  return (guint64) MAX ((gint64) region->start + shift, 0);
}

static void
test_random_queries (void)
{
  static const char *const orders[] = { "nearest", "lowest", "highest", "tightest", "roomiest" };
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());

  for (int run_number = 0; run_number < 280; run_number++)
    {
      g_autofree char *path = fixture_path (fixtures[(gsize) run_number % G_N_ELEMENTS (fixtures)]);
      g_autofree char *text = NULL;
      g_autoptr (GArray) regions = NULL;
      g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
      g_auto (Run) run = { 0 };
      Query query = { .min = 0x1000, .within = WITHIN, .size = 4096, .align = 4096 };

      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      regions = plain_regions (text);
      query.max = plain_user_end (regions);
      g_ptr_array_add (arguments, g_strdup (g_getenv ("LACUNA_CLI")));
      g_ptr_array_add (arguments, g_strdup ("gaps"));
      g_ptr_array_add (arguments, g_strdup (path));
      g_ptr_array_add (arguments, g_strdup ("--json"));
      g_ptr_array_add (arguments, g_strdup ("--rejected"));
      g_ptr_array_add (arguments, g_strdup ("--avoid=none"));

      query.n_anchors = (guint) g_rand_int_range (random, 0, 4);
      if (query.n_anchors == 3)
        query.n_anchors = 0;
      for (guint i = 0; i < query.n_anchors; i++)
        {
          query.anchors[i] = i == 0 ? random_address (random, regions)
                                    : query.anchors[0] + (g_rand_int (random) >> 2);
          g_ptr_array_add (arguments, g_strdup ("--near"));
          g_ptr_array_add (arguments,
                           g_strdup_printf ("%" G_GINT64_MODIFIER "x", query.anchors[i]));
        }
      query.order = query.n_anchors > 0 ? "nearest" : "lowest";

      if (g_rand_boolean (random))
        {
          query.size = 1 + (g_rand_int (random) >> g_rand_int_range (random, 0, 32));
          g_ptr_array_add (arguments,
                           g_strdup_printf ("--size=%" G_GUINT64_FORMAT, query.size));
        }
      if (g_rand_boolean (random))
        {
          query.align = G_GUINT64_CONSTANT (1) << g_rand_int_range (random, 0, 32);
          g_ptr_array_add (arguments, g_strdup ("--align"));
          g_ptr_array_add (arguments,
                           g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", query.align));
        }
      if (g_rand_int_range (random, 0, 3) == 0)
        {
          query.within = G_GUINT64_CONSTANT (1) << g_rand_int_range (random, 12, 47);
          g_ptr_array_add (arguments,
                           g_strdup_printf ("--within=%" G_GUINT64_FORMAT, query.within));
        }
      if (g_rand_int_range (random, 0, 3) == 0)
        {
          guint64 a = random_address (random, regions);
          guint64 b = random_address (random, regions);

          query.min = MIN (a, b);
          query.max = MAX (a, b);
          g_ptr_array_add (arguments,
                           g_strdup_printf ("--min=0x%" G_GINT64_MODIFIER "x", query.min));
          g_ptr_array_add (arguments,
                           g_strdup_printf ("--max=0x%" G_GINT64_MODIFIER "x", query.max));
        }
      if (g_rand_boolean (random))
        {
          query.order = orders[g_rand_int_range (random, 0, G_N_ELEMENTS (orders))];
          g_ptr_array_add (arguments, g_strdup_printf ("--order=%s", query.order));
        }
      g_ptr_array_add (arguments, NULL);

      {
        g_autofree char *line = g_strjoinv (" ", (char **) arguments->pdata);

        g_test_message ("%s", line);
      }
      run = run_program ("", (const char *const *) arguments->pdata);
      check (&run, regions, &query);
    }
}

static guint
count_gaps (const Run *run)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document = parse_json (run, &parser);

  return json_array_get_length (json_object_get_array_member (document, "gaps"));
}

static void
test_defaults (void)
{
  g_autofree char *path = fixture_path ("python/maps");
  g_auto (Run) run = run_cli ("gaps", path, "--json");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document = parse_json (&run, &parser);
  JsonObject *query = json_object_get_object_member (document, "query");
  JsonArray *avoid = json_object_get_array_member (query, "avoid");

  /* All keys are there, also of what was not asked for. */
  assert_keys (document, "query gaps rejected");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (document, "rejected")), ==,
                    0);
  g_assert_cmphex (json_address (query, "min"), ==, 0x1000);
  g_assert_cmphex (json_address (query, "max"), ==, G_GUINT64_CONSTANT (0x7ffffffff000));
  g_assert_cmpint (json_number (query, "within"), ==, 0x7fffffff);
  g_assert_cmpint (json_number (query, "size"), ==, 4096);
  g_assert_cmpint (json_number (query, "align"), ==, 4096);
  g_assert_cmpstr (json_object_get_string_member (query, "order"), ==, "lowest");
  g_assert_cmpuint (json_array_get_length (avoid), ==, 3);
  g_assert_cmpstr (json_array_get_string_element (avoid, 0), ==, "heap-growth");
  g_assert_cmpstr (json_array_get_string_element (avoid, 1), ==, "stack-growth");
  g_assert_cmpstr (json_array_get_string_element (avoid, 2), ==, "stack-guard");
}

/* No candidate lies where the stack or the heap may grow. */
static void
test_hazards (void)
{
  g_autofree char *path = fixture_path ("static/maps");
  g_autofree char *text = NULL;
  g_autoptr (GArray) regions = NULL;
  g_auto (Run) run = run_cli ("gaps", path, "--json", "--near", "[stack]", "--rejected");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document = parse_json (&run, &parser);
  JsonArray *gaps = json_object_get_array_member (document, "gaps");
  JsonArray *rejected = json_object_get_array_member (document, "rejected");
  guint64 stack = 0;
  guint n_hazards = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  regions = plain_regions (text);
  for (guint i = 0; i < regions->len; i++)
    if (strcmp (g_array_index (regions, PlainRegion, i).name, "[stack]") == 0)
      stack = g_array_index (regions, PlainRegion, i).start;

  g_assert_cmpuint (json_array_get_length (gaps), >, 0);
  for (guint i = 0; i < json_array_get_length (gaps); i++)
    {
      JsonObject *gap = json_array_get_object_element (gaps, i);
      guint64 candidate = json_address (gap, "candidate");
      JsonArray *hazards = json_object_get_array_member (gap, "hazards");

      g_assert_false (candidate + 4096 > stack - (8 << 20) && candidate < stack);
      if (json_address (gap, "end") == stack)
        {
          g_assert_cmphex (candidate, ==, stack - (8 << 20) - 4096);
          n_hazards += json_array_get_length (hazards);
        }
    }
  g_assert_cmpuint (n_hazards, ==, 2);

  /* The heap's growth has no end but the next region. */
  for (guint i = 0; i < json_array_get_length (rejected); i++)
    if (strcmp (
            json_object_get_string_member (json_array_get_object_element (rejected, i), "reason"),
            "hazard")
        == 0)
      g_assert_cmpuint (json_array_get_length (json_object_get_array_member (
                            json_array_get_object_element (rejected, i),
                            "hazards")),
                        >,
                        0);
}

static void
test_avoid_spellings (void)
{
  g_autofree char *path = fixture_path ("static/maps");
  g_auto (Run) repeated = run_cli ("gaps", path, "--json", "--avoid", "heap-growth", "--avoid",
                                   "stack-guard");
  g_auto (Run) commas = run_cli ("gaps", path, "--json", "--avoid=heap-growth,stack-guard");
  g_auto (Run) words = run_cli ("gaps", "--json", "--avoid", "heap-growth", "stack-guard", path);
  g_auto (Run) none = run_cli ("gaps", path, "--json", "--avoid", "none");
  g_auto (Run) all = run_cli ("gaps", path, "--json", "--avoid", "all");
  g_auto (Run) usual = run_cli ("gaps", path, "--json");

  g_assert_cmpstr (repeated.output, ==, commas.output);
  g_assert_cmpstr (repeated.output, ==, words.output);
  g_assert_cmpstr (all.output, ==, usual.output);
  g_assert_nonnull (strstr (repeated.output, "\"avoid\": [ \"heap-growth\", \"stack-guard\" ]"));
  g_assert_nonnull (strstr (none.output, "\"avoid\": []"));
}

static void
test_limit (void)
{
  g_autofree char *path = fixture_path ("chromium/maps");
  g_auto (Run) all = run_cli ("gaps", path, "--json");
  g_auto (Run) three = run_cli ("gaps", path, "--json", "--limit", "3");
  g_auto (Run) table = run_cli ("gaps", path);
  g_auto (Run) short_table = run_cli ("gaps", path, "--limit", "4");
  g_auto (GStrv) lines = g_strsplit (short_table.output, "\n", -1);
  guint n_all = count_gaps (&all);
  g_autofree char *rest = g_strdup_printf ("4 of %u gaps that fit; --limit %u shows all", n_all,
                                           n_all);

  g_assert_cmpuint (n_all, >, 4);
  g_assert_cmpuint (count_gaps (&three), ==, 3);
  g_assert_cmpint (table.status, ==, 0);
  g_assert_cmpuint (g_strv_length (lines), ==, 7);
  g_assert_cmpstr (lines[5], ==, rest);
}

static void
test_near_names (void)
{
  g_autofree char *path = fixture_path ("python/maps");
  g_auto (Run) run = run_cli ("gaps", path, "--json", "--near", "libc+0x1000", "--near",
                              "[stack]-64K", "--within", "64T");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document = parse_json (&run, &parser);
  JsonArray *near = json_object_get_array_member (json_object_get_object_member (document, "query"),
                                                  "near");
  g_autofree char *text = NULL;
  g_autoptr (GArray) regions = NULL;
  guint64 libc = 0;
  guint64 stack = 0;
  g_autofree char *libc_text = NULL;
  g_autofree char *stack_text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  regions = plain_regions (text);
  for (guint i = regions->len; i > 0; i--)
    {
      const PlainRegion *region = &g_array_index (regions, PlainRegion, i - 1);

      if (g_str_has_suffix (region->name, "/libc.so.6"))
        libc = region->start;
      if (strcmp (region->name, "[stack]") == 0)
        stack = region->start;
    }
  libc_text = g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", libc + 0x1000);
  stack_text = g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", stack - 0x10000);
  g_assert_cmpint (run.status, ==, 0);
  g_assert_cmpstr (json_array_get_string_element (near, 0), ==, libc_text);
  g_assert_cmpstr (json_array_get_string_element (near, 1), ==, stack_text);
  g_assert_cmpstr (
      json_object_get_string_member (json_object_get_object_member (document, "query"), "order"),
      ==,
      "nearest");
}

static void
test_live (void)
{
  g_autofree char *number = g_strdup_printf ("%d", (int) getpid ());
  g_auto (Run) run = run_cli ("gaps", number, "--near", "libc!malloc", "--size", "64K", "--json");
  g_auto (Run) table = run_cli ("gaps", number, "--near", "libc!malloc", "--size", "64K");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document = parse_json (&run, &parser);
  JsonArray *gaps = json_object_get_array_member (document, "gaps");
  const char *candidate;

  g_assert_cmpint (run.status, ==, 0);
  g_assert_cmpuint (json_array_get_length (gaps), >, 0);
  candidate = json_object_get_string_member (json_array_get_object_element (gaps, 0), "candidate");
  g_assert_true (g_str_has_prefix (strchr (table.output, '\n') + 1, candidate));
}

static void
test_nothing_fits (void)
{
  g_autofree char *path = fixture_path ("static/maps");
  g_auto (Run) json = run_cli ("gaps", path, "--near", "0x400000", "--within", "1", "--json");
  g_auto (Run) table = run_cli ("gaps", path, "--near", "0x400000", "--within", "1");

  g_assert_cmpint (json.status, ==, 1);
  g_assert_cmpuint (count_gaps (&json), ==, 0);
  g_assert_cmpstr (json.error, ==, "");
  g_assert_cmpint (table.status, ==, 1);
  g_assert_cmpstr (table.output, ==, "");
  g_assert_true (g_str_has_prefix (table.error, "lacuna-cli: No free gap"));
  g_assert_nonnull (strstr (table.error, " too-far: "));
}

/* One bound that lies outside what the other is by default: nothing fits, and it is no
 * contradiction of the user's. */
static void
test_bounds_outside (void)
{
  static const struct
  {
    const char *fixture;
    const char *option;
    const char *value;
    guint64 bound;
    const char *reason;
  } cases[] = {
    { "x86-32/maps", "--min", "100000000", 0x100000000, "below-min" },
    { "static/maps", "--min", "ffff000000000000", 0xffff000000000000, "below-min" },
    { "static/maps", "--max", "0x800", 0x800, "above-max" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = fixture_path (cases[i].fixture);
      g_auto (Run) run = run_cli ("gaps", path, cases[i].option, cases[i].value, "--json",
                                  "--rejected");
      g_auto (Run) table = run_cli ("gaps", path, cases[i].option, cases[i].value);
      g_autoptr (JsonParser) parser = NULL;
      JsonObject *document = parse_json (&run, &parser);
      JsonObject *query = json_object_get_object_member (document, "query");
      JsonArray *rejected = json_object_get_array_member (document, "rejected");

      g_assert_cmpint (run.status, ==, 1);
      g_assert_cmpint (table.status, ==, 1);
      g_assert_nonnull (strstr (table.error, cases[i].reason));
      g_assert_cmphex (json_address (query, "min"), ==, cases[i].bound);
      g_assert_cmphex (json_address (query, "max"), ==, cases[i].bound);
      g_assert_cmpuint (json_array_get_length (rejected), >, 0);
      for (guint j = 0; j < json_array_get_length (rejected); j++)
        g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (rejected, j),
                                                        "reason"),
                         ==,
                         cases[i].reason);
    }
}

static void
test_rejected_table (void)
{
  g_autofree char *path = fixture_path ("x86-32/maps");
  g_auto (Run) run = run_cli ("gaps", path, "--size", "1M", "--near", "libc", "--rejected");
  g_auto (Run) far = { 0 };
  g_auto (Run) risky = { 0 };

  g_assert_cmpint (run.status, ==, 0);
  g_assert_nonnull (strstr (run.output, "too-small   The gap is smaller than the buffer."));

  /* The anchor and the hazards are part of the sentence. */
  g_free (path);
  path = fixture_path ("static/maps");
  far = run_cli ("gaps", path, "--near", "0x400000", "--within", "64K", "--rejected");
  g_assert_nonnull (strstr (far.output, "within reach of the anchor 0x400000.\n"));
  risky = run_cli ("gaps", path, "--near", "[stack]", "--within", "64K", "--max", "[stack]",
                   "--rejected");
  g_assert_nonnull (strstr (risky.output, "risky: stack-growth, stack-guard.\n"));
}

/* START END SIZE REASON ANCHOR HAZARDS, of which the last two may be empty. */
static void
test_rejected_records (void)
{
  g_autofree char *path = fixture_path ("static/maps");
  g_auto (Run) run = run_cli ("gaps", path, "--near", "[stack]", "--within", "64K", "--max",
                              "[stack]", "--rejected", "--null");
  g_auto (Run) json = run_cli ("gaps", path, "--near", "[stack]", "--within", "64K", "--max",
                               "[stack]", "--rejected", "--json");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document = parse_json (&json, &parser);
  JsonArray *rejected = json_object_get_array_member (document, "rejected");
  const char *anchor = json_array_get_string_element (
      json_object_get_array_member (json_object_get_object_member (document, "query"), "near"), 0);
  const char *record = run.output;
  guint n_hazards = 0;

  g_assert_cmpint (run.status, ==, 1);
  for (guint i = 0; i < json_array_get_length (rejected); i++)
    {
      JsonObject *object = json_array_get_object_element (rejected, i);
      const char *reason = json_object_get_string_member (object, "reason");
      g_auto (GStrv) fields = g_strsplit (record, " ", -1);

      g_assert_cmpuint (g_strv_length (fields), ==, 6);
      g_assert_cmpstr (fields[0], ==, json_object_get_string_member (object, "start"));
      g_assert_cmpstr (fields[1], ==, json_object_get_string_member (object, "end"));
      g_assert_cmpint (g_ascii_strtoll (fields[2], NULL, 10), ==, json_number (object, "size"));
      g_assert_cmpstr (fields[3], ==, reason);
      g_assert_cmpstr (fields[4], ==, strcmp (reason, "too-far") == 0 ? anchor : "");
      if (strcmp (reason, "hazard") == 0)
        {
          g_assert_cmpstr (fields[5], ==, "stack-growth,stack-guard");
          n_hazards++;
        }
      else
        g_assert_cmpstr (fields[5], ==, "");
      record += strlen (record) + 1;
    }
  g_assert_true (record == run.output + run.output_length);
  g_assert_cmpuint (n_hazards, ==, 1);
}

/* Only the page use says which regions grow down; the guard of one that is not [stack] is known
 * with --detail alone. */
static void
test_detail (void)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  gsize size = 1024 * page;
  gsize hole = 300 * page;
  g_autofree char *number = g_strdup_printf ("%d", (int) getpid ());
  g_autofree char *address = NULL;
  char *area = mmap (NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  char *stack = area + size - page;
  g_auto (Run) plain = { 0 };
  g_auto (Run) detail = { 0 };
  g_autoptr (JsonParser) plain_parser = NULL;
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *gap;
  JsonArray *hazards;

  g_assert_true (area != MAP_FAILED);

  /* The rest of the area stays below the hole, so that neither the heap may grow into it nor are
   * the stacks of threads put there. */
  g_assert_cmpint (munmap (stack - hole, hole + page), ==, 0);
  if (mmap (stack, page, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED_NOREPLACE, -1, 0)
      != stack)
    {
      g_test_skip ("the system maps nothing that grows down");
      return;
    }
  address = g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", (guint64) (gsize) stack);

  plain = run_cli ("gaps", number, "--near", address, "--max", address, "--json");
  detail = run_cli ("gaps", number, "--near", address, "--max", address, "--json", "--detail");
  g_assert_cmpint (munmap (area, size), ==, 0);

  gap = json_array_get_object_element (
      json_object_get_array_member (parse_json (&plain, &plain_parser), "gaps"), 0);
  g_assert_cmphex (json_address (gap, "candidate"), ==, (gsize) (stack - page));

  gap = json_array_get_object_element (
      json_object_get_array_member (parse_json (&detail, &parser), "gaps"), 0);
  hazards = json_object_get_array_member (gap, "hazards");
  g_assert_cmphex (json_address (gap, "candidate"), ==, (gsize) (stack - 257 * page));
  g_assert_cmphex (json_address (gap, "start"), ==, (gsize) (stack - hole));
  g_assert_cmphex (json_address (gap, "end"), ==, (gsize) stack);
  g_assert_cmpuint (json_array_get_length (hazards), ==, 1);
  g_assert_cmpstr (json_array_get_string_element (hazards, 0), ==, "stack-guard");
}

static void
test_detail_of_files (void)
{
  static const char *const names[] = { "python/maps", "python/smaps" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = fixture_path (names[i]);
      g_auto (Run) plain = run_cli ("gaps", path, "--json", "--rejected");
      g_auto (Run) detail = run_cli ("gaps", path, "--json", "--rejected", "--detail");

      g_assert_cmpint (detail.status, ==, 0);
      g_assert_cmpstr (detail.output, ==, plain.output);
    }
}

static void
test_null (void)
{
  g_autofree char *path = fixture_path ("static/maps");
  g_auto (Run) run = run_cli ("gaps", path, "--null", "--size", "1M");
  g_auto (Run) json = run_cli ("gaps", path, "--json", "--size", "1M");
  guint n_records = 0;

  for (gsize i = 0; i < run.output_length; i++)
    {
      n_records += run.output[i] == '\0';
      g_assert_true (run.output[i] != '\n');
    }
  g_assert_cmpuint (n_records, ==, count_gaps (&json));
  g_assert_cmpuint (n_records, >, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/gaps/random-queries-agree-with-a-naive-search", test_random_queries);
  g_test_add_func ("/cli/gaps/defaults", test_defaults);
  g_test_add_func ("/cli/gaps/hazards-are-left-out", test_hazards);
  g_test_add_func ("/cli/gaps/avoid-spellings", test_avoid_spellings);
  g_test_add_func ("/cli/gaps/limit", test_limit);
  g_test_add_func ("/cli/gaps/near-names", test_near_names);
  g_test_add_func ("/cli/gaps/live-process", test_live);
  g_test_add_func ("/cli/gaps/nothing-fits-exits-1", test_nothing_fits);
  g_test_add_func ("/cli/gaps/bound-outside-user-space-exits-1", test_bounds_outside);
  g_test_add_func ("/cli/gaps/rejected-for-people", test_rejected_table);
  g_test_add_func ("/cli/gaps/rejected-for-programs", test_rejected_records);
  g_test_add_func ("/cli/gaps/detail-knows-every-guard", test_detail);
  g_test_add_func ("/cli/gaps/detail-of-a-file-changes-nothing", test_detail_of_files);
  g_test_add_func ("/cli/gaps/records-that-end-in-nul", test_null);
  return g_test_run ();
}
