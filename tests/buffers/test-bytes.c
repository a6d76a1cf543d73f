/* Bytes as people write them, against a simple model that reads one character after another.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/bytes.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

static void
assert_bytes (const char *text,
              const char *expected,
              size_t      n_expected)
{
  uint8_t bytes[64];
  size_t n_bytes = 99;
  size_t column = 99;

  g_assert_cmpint (lac_bytes_parse (text, strlen (text), NULL, 0, &n_bytes, &column), ==, LAC_OK);
  g_assert_cmpuint (n_bytes, ==, n_expected);
  memset (bytes, 0xee, sizeof bytes);
  n_bytes = 99;
  g_assert_cmpint (lac_bytes_parse (text, strlen (text), bytes, n_expected, &n_bytes, &column), ==, LAC_OK);
  g_assert_cmpmem (bytes, n_bytes, expected, n_expected);
  g_assert_cmphex (bytes[n_expected], ==, 0xee);
  g_assert_cmpuint (column, ==, 99);
}

static void
test_spellings (void)
{
  assert_bytes ("", "", 0);
  assert_bytes (" ,\t\r\n\v\f", "", 0);
  assert_bytes ("00 ab f9 0x42", "\x00\xab\xf9\x42", 4);
  assert_bytes ("00abf9", "\x00\xab\xf9", 3);
  assert_bytes ("0xde,0XAD,  be,ef", "\xde\xad\xbe\xef", 4);
  assert_bytes ("0xdeadBEEF", "\xde\xad\xbe\xef", 4);
  assert_bytes ("0x000x01", "\x00\x01", 2);
  assert_bytes ("cc\n90\n", "\xcc\x90", 2);
}

static void
test_faults (void)
{
  static const struct
  {
    const char *text;
    size_t column;
  } faults[] = {
    { "0", 2 },          { "00 a", 5 },   { "00 a b", 5 },    { "g0", 1 },       { "0g", 2 },
    { "00x42", 3 },      { "0x", 3 },     { "0x ", 3 },       { "0x4", 4 },      { "0x0x42", 4 },
    { "00-11", 3 },      { "12 ?? 34", 4 }, { "12 \xc3\xa4", 4 }, { "ab\\xcd", 3 }, { "12;", 3 },
    { "12 \xc2\xa0 34", 4 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      uint8_t bytes[8] = { 7, 7, 7, 7, 7, 7, 7, 7 };
      size_t n_bytes = 42;
      size_t column = 0;

      g_test_message ("“%s”", faults[i].text);
      g_assert_cmpint (lac_bytes_parse (faults[i].text, strlen (faults[i].text), bytes, sizeof bytes,
                                        &n_bytes, &column),
                       ==, LAC_E_SYNTAX);
      g_assert_cmpuint (column, ==, faults[i].column);
      g_assert_cmpuint (n_bytes, ==, 42);
      for (size_t j = 0; j < sizeof bytes; j++)
        g_assert_cmpuint (bytes[j], ==, 7);
      g_assert_cmpint (lac_bytes_parse (faults[i].text, strlen (faults[i].text), NULL, 0, &n_bytes, NULL),
                       ==, LAC_E_SYNTAX);
    }
}

static void
test_no_room (void)
{
  uint8_t bytes[4] = { 1, 2, 3, 4 };
  size_t n_bytes = 0;

  g_assert_cmpint (lac_bytes_parse ("aa bb cc", 8, bytes, 2, &n_bytes, NULL), ==, LAC_E_FULL);
  g_assert_cmpuint (n_bytes, ==, 3);
  g_assert_cmpmem (bytes, 4, "\x01\x02\x03\x04", 4);
}

static void
test_length_is_heeded (void)
{
  uint8_t byte = 0;
  size_t n_bytes = 0;
  size_t column = 0;

  g_assert_cmpint (lac_bytes_parse ("aabb", 2, &byte, 1, &n_bytes, NULL), ==, LAC_OK);
  g_assert_cmpuint (n_bytes, ==, 1);
  g_assert_cmphex (byte, ==, 0xaa);
  g_assert_cmpint (lac_bytes_parse ("0x42", 3, &byte, 1, &n_bytes, &column), ==, LAC_E_SYNTAX);
  g_assert_cmpuint (column, ==, 4);
}

/* The same by states: what was read so far decides what may come next. */
static bool
parse_simply (const char *text,
              size_t      length,
              GByteArray *bytes,
              size_t     *out_column)
{
  enum { BETWEEN, AFTER_ZERO, AFTER_PREFIX, AFTER_DIGIT } state = BETWEEN;
  int high = 0;

  for (size_t i = 0; i < length; i++)
    {
      int digit = g_ascii_xdigit_value (text[i]);

      *out_column = i + 1;
      if (state == AFTER_ZERO && (text[i] == 'x' || text[i] == 'X'))
        state = AFTER_PREFIX;
      else if (state == AFTER_ZERO || state == AFTER_DIGIT)
        {
          guint8 byte = (guint8) (high * 16 + digit);

          if (digit < 0)
            return false;
          g_byte_array_append (bytes, &byte, 1);
          state = BETWEEN;
        }
      else if (digit >= 0)
        {
          high = digit;
          state = state == BETWEEN && digit == 0 ? AFTER_ZERO : AFTER_DIGIT;
        }
      else if (state == AFTER_PREFIX || strchr (" \t\n\v\f\r,", text[i]) == NULL)
        return false;
    }
  *out_column = length + 1;
  return state == BETWEEN;
}

static void
test_against_model (void)
{
  static const char alphabet[] = "0000xX19afAF  ,g\t-\xc3";

  for (unsigned round = 0; round < 200000; round++)
    {
      char text[24];
      uint8_t bytes[24];
      size_t length = (size_t) g_test_rand_int_range (0, sizeof text);
      size_t n_bytes = 0, column = 0, expected_column = 0;
      g_autoptr (GByteArray) expected = g_byte_array_new ();
      bool is_good;

      for (size_t i = 0; i < length; i++)
        text[i] = alphabet[g_test_rand_int_range (0, sizeof alphabet - 1)];
      is_good = parse_simply (text, length, expected, &expected_column);
      if (lac_bytes_parse (text, length, bytes, sizeof bytes, &n_bytes, &column) == LAC_OK)
        {
          g_assert_true (is_good);
          g_assert_cmpmem (bytes, n_bytes, expected->data, expected->len);
        }
      else
        {
          g_assert_false (is_good);
          g_assert_cmpuint (column, ==, expected_column);
        }
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffers/bytes/all-spellings-are-read", test_spellings);
  g_test_add_func ("/buffers/bytes/a-fault-has-its-column", test_faults);
  g_test_add_func ("/buffers/bytes/no-room-writes-nothing", test_no_room);
  g_test_add_func ("/buffers/bytes/nothing-after-the-length-is-read", test_length_is_heeded);
  g_test_add_func ("/buffers/bytes/agrees-with-a-simple-model", test_against_model);
  return g_test_run ();
}
