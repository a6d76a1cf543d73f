/* What is typed into the gap panel comes to the right query, and what is wrong is said where.
 *
 * SPDX-License-Identifier: MIT
 */
#include "app/panel/lacuna-gap-form.h"
#include "app/panel/lacuna-gap-words.h"

#include <string.h>

static const char maps[]
    = "00400000-00401000 r-xp 00000000 fe:00 11 /usr/bin/victim\n"
      "00600000-00620000 rw-p 00000000 00:00 0 [heap]\n"
      "7f0000000000-7f0000100000 r-xp 00000000 fe:00 12 /usr/lib/libc.so.6\n"
      "7ffff0000000-7ffff0021000 rw-p 00000000 00:00 0 [stack]\n";

typedef struct
{
  LacunaTarget *target;
  LacunaSnapshot *snapshot;
  LacunaGapForm *form;
  char *folder;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;

  fixture->folder = g_dir_make_tmp ("lacuna-test-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (fixture->folder, "maps", NULL);
  g_file_set_contents (path, maps, -1, &error);
  g_assert_no_error (error);
  file = g_file_new_for_path (path);
  fixture->target = lacuna_target_new_for_file (file);
  fixture->snapshot = lacuna_target_load (fixture->target, LACUNA_LOAD_NONE, NULL, &error);
  g_assert_no_error (error);
  fixture->form = lacuna_gap_form_new ();
  g_file_delete (file, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GFile) folder = g_file_new_for_path (fixture->folder);

  g_file_delete (folder, NULL, NULL);
  g_free (fixture->folder);
  lacuna_gap_form_free (fixture->form);
  g_object_unref (fixture->snapshot);
  g_object_unref (fixture->target);
}

static LacunaGapReading *
read_form (Fixture *fixture)
{
  return lacuna_gap_form_read (fixture->form, fixture->target, fixture->snapshot);
}

static void
set_anchors (Fixture           *fixture,
             const char *const *anchors)
{
  g_strfreev (fixture->form->anchors);
  fixture->form->anchors = g_strdupv ((char **) anchors);
}

static void
set_text (Fixture    *fixture,
          LacunaEntry entry,
          const char *text)
{
  g_free (fixture->form->texts[entry]);
  fixture->form->texts[entry] = g_strdup (text);
}

static void
test_empty_is_default (Fixture      *fixture,
                       gconstpointer data)
{
  g_autoptr (LacunaGapReading) reading = read_form (fixture);
  struct lac_gap_query expected;

  lac_gap_query_init (&expected, lacuna_snapshot_get_map (fixture->snapshot));
  g_assert_cmpuint (reading->faults->len, ==, 0);
  g_assert_cmpuint (reading->query.min, ==, expected.min);
  g_assert_cmpuint (reading->query.max, ==, expected.max);
  g_assert_cmpuint (reading->query.size, ==, expected.size);
  g_assert_cmpuint (reading->query.alignment, ==, expected.alignment);
  g_assert_cmpuint (reading->query.within, ==, LAC_WITHIN_DEFAULT);
  g_assert_cmpuint (reading->query.avoid, ==, LAC_HAZARD_ALL);
  g_assert_cmpuint (reading->query.n_anchors, ==, 0);
}

static void
test_every_entry_counts (Fixture      *fixture,
                         gconstpointer data)
{
  set_text (fixture, LACUNA_ENTRY_MINIMUM, "0x10000");
  set_text (fixture, LACUNA_ENTRY_MAXIMUM, "7fff_ffff_0000");
  set_text (fixture, LACUNA_ENTRY_WITHIN, "± 1G");
  set_text (fixture, LACUNA_ENTRY_SIZE, "64K");
  set_text (fixture, LACUNA_ENTRY_ALIGNMENT, "0x10000");
  set_anchors (fixture, (const char *const[]){ "[heap]", "", "libc.so.6+0x40", NULL });
  fixture->form->avoid = LAC_HAZARD_STACK_GUARD;
  fixture->form->order = LAC_ORDER_TIGHTEST;

  g_autoptr (LacunaGapReading) reading = read_form (fixture);

  g_assert_cmpuint (reading->faults->len, ==, 0);
  g_assert_cmphex (reading->query.min, ==, 0x10000);
  g_assert_cmphex (reading->query.max, ==, G_GUINT64_CONSTANT (0x7fffffff0000));
  g_assert_cmphex (reading->query.within, ==, 1 << 30);
  g_assert_cmphex (reading->query.size, ==, 0x10000);
  g_assert_cmphex (reading->query.alignment, ==, 0x10000);
  g_assert_cmpuint (reading->query.avoid, ==, LAC_HAZARD_STACK_GUARD);
  g_assert_cmpuint (reading->query.order, ==, LAC_ORDER_TIGHTEST);
  g_assert_cmpuint (reading->query.n_anchors, ==, 2);
  g_assert_cmphex (reading->query.anchors[0], ==, 0x600000);
  g_assert_cmphex (reading->query.anchors[1], ==, G_GUINT64_CONSTANT (0x7f0000000040));
  g_assert_cmpuint (reading->anchor_of[0], ==, 0);
  g_assert_cmpuint (reading->anchor_of[1], ==, 2);
}

static void
test_shown_address_can_be_pasted (Fixture      *fixture,
                                  gconstpointer data)
{
  set_anchors (fixture, (const char *const[]){ "7f00 0000 1000", NULL });

  g_autoptr (LacunaGapReading) reading = read_form (fixture);

  g_assert_cmpuint (reading->faults->len, ==, 0);
  g_assert_cmphex (reading->query.anchors[0], ==, G_GUINT64_CONSTANT (0x7f0000001000));
}

/* A number of a unit that exists is a size, though there is no such room anywhere. */
static void
test_astronomic_sizes (Fixture      *fixture,
                       gconstpointer data)
{
  static const char *const texts[] = { "17E", "1 EiB", "3y", "0.5ZiB" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const LacunaGapFault *fault;

      set_text (fixture, LACUNA_ENTRY_SIZE, texts[i]);

      g_autoptr (LacunaGapReading) reading = read_form (fixture);

      fault = lacuna_gap_reading_find (reading, LACUNA_ENTRY_SIZE);
      g_assert_nonnull (fault);
      g_assert_cmpstr (fault->message, ==, "That is more than there are addresses.");
    }
}

static void
test_faults_are_told_apart (Fixture      *fixture,
                            gconstpointer data)
{
  set_text (fixture, LACUNA_ENTRY_SIZE, "64Q");
  set_text (fixture, LACUNA_ENTRY_ALIGNMENT, "3000");
  set_anchors (fixture, (const char *const[]){ "[heap]", "nothing-of-that-name", NULL });

  g_autoptr (LacunaGapReading) reading = read_form (fixture);
  const LacunaGapFault *size = lacuna_gap_reading_find (reading, LACUNA_ENTRY_SIZE);
  const LacunaGapFault *anchor = lacuna_gap_reading_find (reading, LACUNA_ENTRY_ANCHOR + 1);

  g_assert_cmpuint (reading->faults->len, ==, 3);
  g_assert_nonnull (size);
  g_assert_cmpint (size->offset, ==, 2);
  g_assert_nonnull (lacuna_gap_reading_find (reading, LACUNA_ENTRY_ALIGNMENT));
  g_assert_nonnull (anchor);
  g_assert_cmpuint (strlen (anchor->message), >, 0);
  for (guint i = 0; i < reading->faults->len; i++)
    {
      const LacunaGapFault *fault = &g_array_index (reading->faults, LacunaGapFault, i);

      g_assert_true (g_unichar_isupper (g_utf8_get_char (fault->message)));
      g_assert_true (g_str_has_suffix (fault->message, "."));
    }
  g_assert_null (lacuna_gap_reading_find (reading, LACUNA_ENTRY_ANCHOR));
}

static void
test_contradictions_are_faults (Fixture      *fixture,
                                gconstpointer data)
{
  set_text (fixture, LACUNA_ENTRY_SIZE, "0");
  set_text (fixture, LACUNA_ENTRY_MINIMUM, "0x2000");
  set_text (fixture, LACUNA_ENTRY_MAXIMUM, "0x1000");

  g_autoptr (LacunaGapReading) reading = read_form (fixture);

  g_assert_cmpuint (reading->faults->len, ==, 2);
  g_assert_nonnull (lacuna_gap_reading_find (reading, LACUNA_ENTRY_SIZE));
  g_assert_nonnull (lacuna_gap_reading_find (reading, LACUNA_ENTRY_MAXIMUM));
}

static void
test_valid_reading_is_valid_query (Fixture      *fixture,
                                   gconstpointer data)
{
  static const char *const texts[]
      = { "", "0", "1", "3", "4096", "0x1000", "64K", "2GiB", "16P", "[heap]", "ffffffffffffffff",
          "libc", "-", "+", "±", "7f00 0000", "1.5M" };
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  for (guint round = 0; round < 5000; round++)
    {
      for (guint i = 0; i < LACUNA_N_ENTRIES; i++)
        set_text (fixture, i, texts[g_rand_int_range (random, 0, G_N_ELEMENTS (texts))]);
      set_anchors (fixture,
                   (const char *const[]){
                       texts[g_rand_int_range (random, 0, G_N_ELEMENTS (texts))], NULL });

      g_autoptr (LacunaGapReading) reading = read_form (fixture);

      g_assert_cmpuint (lac_gap_query_check (&reading->query) == LAC_OK, >=,
                        reading->faults->len == 0);
    }
}

/* The sentences have the figures that they are about, and a jump is only promised where one
 * reaches: its displacement counts from the end of its five bytes. */
static void
test_sentences (Fixture      *fixture,
                gconstpointer data)
{
  const guint64 anchors[] = { 0x200000000, 0x300000000 };
  struct lac_gap_query query = { 0, G_MAXUINT64, anchors, 1, 0x80000000, 65536, 4096, 0,
                                 LAC_ORDER_NEAREST };
  const struct
  {
    struct lac_rejection rejection;
    const char *sentence;
  } rejections[] = {
    { { { 0x1000, 0xd000 }, LAC_REASON_TOO_SMALL, -1, 0 },
      "Too small: 48 KiB free, 64 KiB asked for." },
    { { { 0x300000000, 0x400000000 }, LAC_REASON_TOO_FAR, 0, 0 },
      "Too far: it begins 4 GiB above the anchor, and 2 GiB is allowed." },
    { { { 0x1000, 0x100000000 }, LAC_REASON_TOO_FAR, 0, 0 },
      "Too far: it ends 4 GiB below the anchor, and 2 GiB is allowed." },
    { { { 0x1000, 0x180001000 }, LAC_REASON_TOO_FAR, 0, 0 },
      "Too far: too little of it lies within 2 GiB of the anchor." },
    { { { 0x1000, 0x100000 }, LAC_REASON_MISALIGNED, -1, 0 },
      "Misaligned: 64 KiB would fit, but not at a multiple of 4 KiB." },
    { { { 0x1000, 0x100000 }, LAC_REASON_HAZARD, -1, LAC_HAZARD_HEAP_GROWTH },
      "There is room, but only where the heap may grow into it." },
  };
  const struct
  {
    guint64 candidate;
    gboolean reached;
  } places[] = {
    { 0x200000000 + 5 + G_MAXINT32, TRUE },
    { 0x200000000 + 6 + (guint64) G_MAXINT32, FALSE },
    { 0x200000000 + 5 - 0x80000000, TRUE },
    { 0x200000000 + 4 - 0x80000000, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rejections); i++)
    {
      g_autofree char *sentence
          = lacuna_gap_rejection_sentence (&rejections[i].rejection, &query);

      g_assert_cmpstr (sentence, ==, rejections[i].sentence);
    }
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      struct lac_gap gap = { .candidate = places[i].candidate,
                             .distance = (gint64) (places[i].candidate - anchors[0]) };
      g_autofree char *sentence = lacuna_gap_candidate_sentence (&gap, &query);

      g_assert_cmpint (strstr (sentence, "jmp rel32") != NULL, ==, places[i].reached);
      g_assert_nonnull (strstr (sentence, i < 2 ? "above the anchor" : "below the anchor"));
    }
  query.n_anchors = 2;
  {
    const struct lac_rejection far = { { 0x1000, 0x100000 }, LAC_REASON_TOO_FAR, 1, 0 };
    g_autofree char *sentence = lacuna_gap_rejection_sentence (&far, &query);

    g_assert_nonnull (strstr (sentence, "below anchor 2"));
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/app/gap-form/empty-is-default", test_empty_is_default);
  ADD ("/app/gap-form/every-entry-counts", test_every_entry_counts);
  ADD ("/app/gap-form/shown-address-can-be-pasted", test_shown_address_can_be_pasted);
  ADD ("/app/gap-form/astronomic-sizes", test_astronomic_sizes);
  ADD ("/app/gap-form/faults-are-told-apart", test_faults_are_told_apart);
  ADD ("/app/gap-form/contradictions-are-faults", test_contradictions_are_faults);
  ADD ("/app/gap-form/valid-reading-is-valid-query", test_valid_reading_is_valid_query);
  ADD ("/app/gap-words/sentences-have-figures", test_sentences);
#undef ADD

  return g_test_run ();
}
