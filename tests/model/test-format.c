/* Addresses and sizes as people read them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/status.h"
#include "model/lacuna-error.h"
#include "model/lacuna-format.h"

#include <locale.h>
#include <string.h>

#define KIB G_GUINT64_CONSTANT (1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define TIB (1024 * GIB)

static void
test_size_table (void)
{
  static const struct
  {
    guint64 bytes;
    const char *text;
  } cases[] = {
    { 0, "0 B" },
    { 1, "1 B" },
    { 1023, "1023 B" },
    { KIB, "1 KiB" },
    { 4 * KIB, "4 KiB" },
    { 1536, "1.5 KiB" },
    { 132 * KIB, "132 KiB" },
    { 999 * KIB, "999 KiB" },
    { 1000 * KIB, "1000 KiB" },
    { 1023 * KIB, "1023 KiB" },
    { 1023 * KIB + 511, "1023 KiB" },
    { 1023 * KIB + 512, "1 MiB" },
    { MIB, "1 MiB" },
    { MIB + MIB / 2, "1.5 MiB" },
    { 84 * MIB, "84 MiB" },
    { 10 * MIB + MIB / 10, "10.1 MiB" },
    { 99 * MIB + 999 * KIB, "100 MiB" },
    { 1023 * MIB + 1023 * KIB, "1 GiB" },
    { 64 * GIB / 10, "6.4 GiB" },
    { 782 * TIB / 10, "78.2 TiB" },
    { 128 * TIB - 4096, "128 TiB" },
    { G_GUINT64_CONSTANT (1) << 60, "1 EiB" },
    { G_MAXUINT64, "16 EiB" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = lacuna_format_size (cases[i].bytes);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

/* What is read back differs from the size by less than the last of three digits is worth. */
static void
test_size_precision (void)
{
  static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };

  for (int run = 0; run < 100000; run++)
    {
      guint64 bytes = ((guint64) g_test_rand_int () << 32 | (guint32) g_test_rand_int ())
                      >> g_test_rand_int_range (0, 64);
      g_autofree char *text = lacuna_format_size (bytes);
      char *unit;
      long double value = g_ascii_strtod (text, &unit);
      guint i = 0;
      gsize digits = 0;

      g_assert_true (*unit == ' ');
      while (strcmp (units[i], unit + 1) != 0)
        g_assert_cmpuint (++i, <, G_N_ELEMENTS (units));
      for (const char *place = text; place < unit; place++)
        digits += g_ascii_isdigit (*place);
      g_assert_cmpuint (digits, <=, 4);
      g_assert_true (value < 1024);

      for (guint j = 0; j < i; j++)
        value *= 1024;
      g_assert_true (value <= (long double) bytes * 1.00501L);
      g_assert_true (value >= (long double) bytes * 0.99499L);
    }
}

static void
test_address (void)
{
  static const struct
  {
    guint64 address;
    const char *plain;
    const char *grouped;
  } cases[] = {
    { 0, "0x0", "0x0" },
    { 0x1000, "0x1000", "0x1000" },
    { 0xffff, "0xffff", "0xffff" },
    { 0x10000, "0x10000", "1 0000" },
    { 0x7f3a41c00000, "0x7f3a41c00000", "7f3a 41c0 0000" },
    { 0xffffffffff600000, "0xffffffffff600000", "ffff ffff ff60 0000" },
    { G_MAXUINT64, "0xffffffffffffffff", "ffff ffff ffff ffff" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *plain = lacuna_format_address (cases[i].address);
      g_autofree char *grouped = lacuna_format_address_grouped (cases[i].address);
      g_autofree char *prefixed = lacuna_format_address_prefixed (cases[i].address);
      gboolean short_one = g_str_has_prefix (cases[i].grouped, "0x");

      g_assert_cmpstr (plain, ==, cases[i].plain);
      g_assert_cmpstr (grouped, ==, cases[i].grouped);
      g_assert_true (g_str_has_prefix (prefixed, "0x"));
      g_assert_cmpstr (prefixed + (short_one ? 0 : 2), ==, cases[i].grouped);
    }
}

static void
test_distance (void)
{
  static const struct
  {
    gint64 bytes;
    const char *text;
  } cases[] = {
    { 0, "0" },
    { 1, "+1 B" },
    { -1, "\xe2\x88\x92" "1 B" },
    { 63 * (gint64) MIB, "+63 MiB" },
    { -11 * (gint64) MIB, "\xe2\x88\x92" "11 MiB" },
    { G_MAXINT64, "+8 EiB" },
    { G_MININT64, "\xe2\x88\x92" "8 EiB" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = lacuna_format_distance (cases[i].bytes);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_bytes (void)
{
  g_autofree char *one = lacuna_format_bytes (1);
  g_autofree char *page = lacuna_format_bytes (4096);
  g_autofree char *all = lacuna_format_bytes (G_MAXUINT64);

  g_assert_cmpstr (one, ==, "1 byte");
  g_assert_true (g_str_has_suffix (page, " bytes"));
  g_assert_true (g_str_has_prefix (page, "4"));
  g_assert_true (g_str_has_prefix (all, "18"));
}

/* Groups of three, whatever the locale has between them. */
static void
test_count (void)
{
  static const struct
  {
    guint64 count;
    const char *text;
  } cases[] = {
    { 0, "0" },
    { 999, "999" },
    { 4096, "4096" },
    { 12345, "12,345" },
    { 999999, "999,999" },
    { 1000000, "1,000,000" },
    { G_GUINT64_CONSTANT (22947593008), "22,947,593,008" },
    { G_MAXUINT64, "18,446,744,073,709,551,615" },
  };
  g_autofree char *bytes = lacuna_format_bytes (G_GUINT64_CONSTANT (22947593008));

  /* No test has set a locale, so that this is the one that groups nothing. */
  g_assert_cmpstr (setlocale (LC_NUMERIC, NULL), ==, "C");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = lacuna_format_count (cases[i].count);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
  g_assert_cmpstr (bytes, ==, "22,947,593,008 bytes");
}

/* A locale that groups is asked how; what it writes is readable in every one. */
static void
test_count_local (void)
{
  static const char *const locales[]
      = { "en_US.UTF-8", "de_DE.UTF-8", "fr_FR.UTF-8", "fr_FR.ISO-8859-1", "he_IL.UTF-8" };
  guint n_tried = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (locales); i++)
    {
      g_autofree char *text = NULL;
      g_autofree char *local = NULL;

      if (setlocale (LC_NUMERIC, locales[i]) == NULL)
        continue;
      n_tried++;
      text = lacuna_format_count (1234567);
      local = g_strdup_printf ("%'d", 1234567);
      setlocale (LC_NUMERIC, "C");
      g_assert_true (g_utf8_validate (text, -1, NULL));
      g_assert_cmpint (g_utf8_strlen (text, -1), ==, 9);
      if (g_utf8_validate (local, -1, NULL))
        g_assert_cmpstr (text, ==, local);
    }
  if (n_tried == 0)
    g_test_skip ("no locale that groups is installed");
}

/* Nothing bounds a name in a file; what is shown of it is bounded, and cut between characters. */
static void
test_name (void)
{
  static const char *const letters[] = { "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x92\xbe", "\xff",
                                         "\x80" };

  g_autofree char *none = lacuna_format_name (NULL, 0);
  g_autofree char *lines = lacuna_format_name ("a\nb", -1);

  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (lines, ==, "a b");
  for (gsize i = 0; i < G_N_ELEMENTS (letters); i++)
    for (gsize n = 1; n < 3000; n += n > 250 && n < 260 ? 1 : n / 7 + 1)
      for (gsize skip = 0; skip < 4; skip++)
        {
          GString *name = g_string_new_len ("/..", (gssize) skip % 4);
          g_autofree char *shown = NULL;
          g_autofree char *valid = NULL;

          for (gsize k = 0; k < n; k++)
            g_string_append (name, letters[i]);
          g_string_append (name, "/z");
          shown = lacuna_format_name (name->str, (gssize) name->len);
          valid = g_utf8_make_valid (name->str, (gssize) name->len);
          g_assert_true (g_utf8_validate (shown, -1, NULL));
          g_assert_true (g_str_has_suffix (shown, "/z"));
          if (g_utf8_strlen (valid, -1) <= LACUNA_FORMAT_LONGEST_NAME)
            {
              g_assert_cmpstr (shown, ==, valid);
            }
          else
            {
              const char *cut = strstr (shown, "\xe2\x80\xa6");

              g_assert_cmpint (g_utf8_strlen (shown, -1), ==, LACUNA_FORMAT_LONGEST_NAME);
              g_assert_nonnull (cut);
              g_assert_cmpmem (shown, cut - shown, valid, cut - shown);
              g_assert_true (g_str_has_suffix (valid, cut + 3));
            }
          g_string_free (name, TRUE);
        }
}

/* Each status turns into an error that says its sentence. */
static void
test_error_sentences (void)
{
  for (enum lac_status status = LAC_E_INVALID; status <= LAC_E_SYSTEM; status++)
    {
      g_autoptr (GError) plain = NULL;
      g_autoptr (GError) about = NULL;

      lacuna_error_set (&plain, status, NULL);
      g_assert_error (plain, LACUNA_ERROR, (int) status);
      g_assert_cmpstr (plain->message, ==, lac_status_sentence (status));

      lacuna_error_set (&about, status, "%s %d", "process", 7);
      g_assert_error (about, LACUNA_ERROR, (int) status);
      g_assert_true (g_str_has_prefix (about->message, "process 7: "));
      g_assert_true (g_str_has_suffix (about->message, lac_status_sentence (status)));
    }
}

/* The closest byte counts, as it does for candidates. */
static void
test_place (void)
{
  static const struct
  {
    struct lac_range range;
    const char *text;
  } cases[] = {
    { { 0x1000, 0x2000 }, "just below the anchor" },
    { { 0x1000, 0x1c00 }, "1 KiB below the anchor" },
    { { 0x1000, 0x2001 }, "around the anchor" },
    { { 0x2000, 0x3000 }, "around the anchor" },
    { { 0x2400, 0x3000 }, "1 KiB above the anchor" },
    { { 0x100002000, LAC_ADDRESS_END }, "4 GiB above the anchor" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = lacuna_format_place (cases[i].range, 0x2000);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/format/place", test_place);
  g_test_add_func ("/model/format/sizes-have-three-digits", test_size_table);
  g_test_add_func ("/model/format/sizes-read-back-close", test_size_precision);
  g_test_add_func ("/model/format/addresses", test_address);
  g_test_add_func ("/model/format/distances-have-a-sign", test_distance);
  g_test_add_func ("/model/format/bytes", test_bytes);
  g_test_add_func ("/model/format/counts-are-grouped-without-a-locale", test_count);
  g_test_add_func ("/model/format/counts-are-grouped-as-the-locale-does", test_count_local);
  g_test_add_func ("/model/format/long-names-are-cut-between-characters", test_name);
  g_test_add_func ("/model/error/says-the-sentence", test_error_sentences);
  return g_test_run ();
}
