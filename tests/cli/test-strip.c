/* The strip in characters: as wide as asked, the same with colour, and with a legend of what is
 * drawn.
 *
 * SPDX-License-Identifier: MIT
 */
#include "run.h"

static void
check_strip (const char *text,
             int         width)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *legend = NULL;

  /* Addresses, marks, two lines of strip, names, legend. */
  g_assert_cmpuint (g_strv_length (lines), >=, 7);
  if (width >= 3)
    {
      g_assert_true (g_str_has_prefix (lines[0], "0x0"));
      g_assert_true (g_str_has_prefix (lines[1], "|"));
    }
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, MAX (width, 90));
  g_assert_cmpint (g_utf8_strlen (lines[2], -1), ==, width);
  g_assert_cmpstr (lines[2], ==, lines[3]);

  /* Each character that is drawn is explained. */
  legend = g_strjoinv ("\n", lines + 5);
  for (const char *place = lines[2]; *place != '\0'; place = g_utf8_next_char (place))
    {
      g_autofree char *entry = g_strdup_printf ("%.*s ", (int) (g_utf8_next_char (place) - place),
                                                place);

      g_assert_nonnull (strstr (legend, entry));
    }
}

static void
test_widths (void)
{
  static const int widths[] = { 1, 7, 20, 37, 80, 200, 1000 };

  for (gsize i = 0; i < G_N_ELEMENTS (fixtures); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (widths); j++)
      {
        g_autofree char *path = fixture_path (fixtures[i]);
        g_autofree char *width = g_strdup_printf ("%d", widths[j]);
        g_auto (Run) run = run_cli ("map", path, "--strip", "--width", width);

        g_assert_cmpint (run.status, ==, 0);
        g_assert_cmpstr (run.error, ==, "");
        check_strip (run.output, widths[j]);
      }
}

/* The addresses of the ruler rise: none is told twice, and none where it is not. */
static void
test_ruler (void)
{
  static const char two_regions[] = "400000-401000 r--p 00000000 00:00 0\n"
                                    "7f0000000000-7f0000100000 rw-p 00000000 00:00 0\n";
  static const char *const texts[] = { "", "400000-401000 r--p 00000000 00:00 0\n", two_regions };
  static const char *const widths[] = { "20", "80", "200", "1000" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (widths); j++)
      {
        g_auto (Run) run = run_cli_with_input (texts[i], "map", "-", "--strip", "--width",
                                               widths[j], NULL);
        g_auto (GStrv) lines = g_strsplit (run.output, "\n", -1);
        guint64 last = 0;

        g_assert_cmpint (run.status, ==, 0);
        g_assert_true (g_str_has_prefix (lines[0], "0x0"));
        for (gsize column = 1; column < strlen (lines[0]); column++)
          if (lines[0][column] == '0' && lines[0][column - 1] == ' ')
            {
              guint64 address = g_ascii_strtoull (lines[0] + column, NULL, 16);

              g_assert_cmphex (address, >, last);
              g_assert_cmpint (lines[1][column], ==, '|');
              last = address;
            }
      }
}

/* The characters of a line, without repetitions. */
static char *
distinct (const char *line)
{
  GString *seen = g_string_new (NULL);

  for (; *line != '\0'; line = g_utf8_next_char (line))
    if (g_utf8_strchr (seen->str, -1, g_utf8_get_char (line)) == NULL)
      g_string_append_unichar (seen, g_utf8_get_char (line));
  return g_string_free (seen, FALSE);
}

/* With --kind everything is where it was, and what is of another kind is drawn as such, not as
 * free. */
static void
test_kinds (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autofree char *path = fixture_path (fixtures[i]);
      g_auto (Run) all = run_cli ("map", path, "--strip", "--width", "200");
      g_auto (Run) heap = run_cli ("map", path, "--strip", "--width", "200", "--kind", "heap");
      g_auto (Run) mmio = run_cli ("map", path, "--strip", "--width", "200", "--kind", "mmio");
      g_auto (GStrv) all_lines = g_strsplit (all.output, "\n", -1);
      g_auto (GStrv) heap_lines = g_strsplit (heap.output, "\n", -1);
      g_auto (GStrv) mmio_lines = g_strsplit (mmio.output, "\n", -1);
      g_autofree char *left = distinct (mmio_lines[2]);
      const char *a = all_lines[2];
      const char *h = heap_lines[2];

      check_strip (heap.output, 200);
      check_strip (mmio.output, 200);
      g_assert_cmpstr (heap_lines[0], ==, all_lines[0]);
      for (; *a != '\0'; a = g_utf8_next_char (a), h = g_utf8_next_char (h))
        {
          gunichar was = g_utf8_get_char (a);
          gunichar is = g_utf8_get_char (h);

          if (was == 0xb7 || was == 0x250a) /* free, or free and cut short */
            g_assert_cmphex (is, ==, was);
          else
            g_assert_true (is == 0x2581 || is == 0x2599); /* other, or heap */
          if (was == 0x2599)
            g_assert_cmphex (is, ==, was);
        }
      for (const char *place = left; *place != '\0'; place = g_utf8_next_char (place))
        g_assert_nonnull (g_utf8_strchr ("\xc2\xb7\xe2\x94\x8a\xe2\x96\x81", -1,
                                         g_utf8_get_char (place)));
      g_assert_nonnull (strstr (heap.output, "\xe2\x96\x81 other "));
      g_assert_nonnull (strstr (heap.output, " regions; in all "));
      g_assert_cmpstr (mmio_lines[4], ==, "");
    }
}

static void
test_default_width (void)
{
  g_autofree char *path = fixture_path ("python/maps");
  g_auto (Run) run = run_cli ("map", path, "--strip");
  g_auto (Run) self = run_cli ("map", "--strip", "self");

  check_strip (run.output, 80);
  g_assert_cmpint (self.status, ==, 0);
  check_strip (self.output, 80);
}

static void
test_colour (void)
{
  g_autofree char *path = fixture_path ("gtk/maps");
  g_auto (Run) plain = run_cli ("map", path, "--strip", "--color=never");
  g_auto (Run) coloured = run_cli ("map", path, "--strip", "--color=always");
  g_autoptr (GString) stripped = g_string_new (NULL);

  g_assert_null (strchr (plain.output, '\x1b'));
  for (const char *place = coloured.output; *place != '\0'; place++)
    if (*place == '\x1b')
      place += strcspn (place, "m");
    else
      g_string_append_c (stripped, *place);
  g_assert_cmpstr (stripped->str, ==, plain.output);
}

/* Where the locale has no Unicode, letters serve. */
static void
test_letters (void)
{
  g_autofree char *path = fixture_path ("static/maps");
  const char *arguments[] = { "env", "LC_ALL=C", NULL, "map", NULL, "--strip", NULL };
  g_auto (Run) run = { 0 };

  arguments[2] = g_getenv ("LACUNA_CLI");
  arguments[4] = path;
  run = run_program ("", arguments);
  g_assert_cmpint (run.status, ==, 0);
  g_assert_true (g_str_is_ascii (run.output));
  check_strip (run.output, 80);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/strip/as-wide-as-asked", test_widths);
  g_test_add_func ("/cli/strip/ruler-tells-no-address-twice", test_ruler);
  g_test_add_func ("/cli/strip/other-kinds-are-not-free", test_kinds);
  g_test_add_func ("/cli/strip/default-width", test_default_width);
  g_test_add_func ("/cli/strip/colour-adds-nothing", test_colour);
  g_test_add_func ("/cli/strip/letters-without-unicode", test_letters);
  return g_test_run ();
}
