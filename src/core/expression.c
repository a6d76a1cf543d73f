/* Addresses and sizes as people write them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "expression.h"
#include "translatable.h"

#include <string.h>

/* Longer than any path and any sum of sizes that makes sense; bounds what a hostile text can cost. */
#define MAX_LENGTH 8192

static enum lac_status
fail (struct lac_expression_error *out_error,
      size_t                       offset,
      enum lac_status              status,
      const char                  *message)
{
  if (out_error)
    *out_error = (struct lac_expression_error){ offset, message };
  return status;
}

/* The value of a digit in any base up to 16; 16 for anything else. */
static unsigned
digit_value (char c)
{
  if (c >= '0' && c <= '9')
    return (unsigned) (c - '0');
  if (c >= 'a' && c <= 'f')
    return (unsigned) (c - 'a') + 10;
  if (c >= 'A' && c <= 'F')
    return (unsigned) (c - 'A') + 10;
  return 16;
}

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A text with the place where it begins in what the person wrote. */
struct part
{
  const char *text;
  size_t length;
  size_t offset;
};

static struct part
trimmed (struct part part)
{
  while (part.length > 0 && is_blank (part.text[0]))
    {
      part.text++;
      part.length--;
      part.offset++;
    }
  while (part.length > 0 && is_blank (part.text[part.length - 1]))
    part.length--;
  return part;
}

static struct part
part_from (struct part part,
           size_t      start)
{
  return trimmed ((struct part){ part.text + start, part.length - start, part.offset + start });
}

static struct part
part_until (struct part part,
            size_t      end)
{
  return trimmed ((struct part){ part.text, end, part.offset });
}

static bool
begins (struct part part,
        const char *lower_case_prefix)
{
  size_t length = strlen (lower_case_prefix);

  if (part.length < length)
    return false;
  for (size_t i = 0; i < length; i++)
    if ((part.text[i] | 0x20) != (lower_case_prefix[i] | 0x20))
      return false;
  return true;
}

/* Digits in @base; one of @separators may stand between two of them. */
static enum lac_status
parse_digits (struct part                  part,
              unsigned                     base,
              const char                  *separators,
              uint64_t                    *out_value,
              struct lac_expression_error *out_error)
{
  uint64_t value = 0;

  if (part.length == 0)
    return fail (out_error, part.offset, LAC_E_SYNTAX, "a number is missing here");
  for (size_t i = 0; i < part.length; i++)
    {
      unsigned digit = digit_value (part.text[i]);

      if (i > 0 && i + 1 < part.length && part.text[i] != '\0'
          && strchr (separators, part.text[i]) != NULL && digit_value (part.text[i - 1]) < base
          && digit_value (part.text[i + 1]) < base)
        continue;
      if (digit >= base)
        return fail (out_error, part.offset + i, LAC_E_SYNTAX,
                     base == 16 ? N_ ("this is not a hexadecimal digit")
                                : N_ ("this is not a digit"));
      if (value > (UINT64_MAX - digit) / base)
        return fail (out_error, part.offset, LAC_E_OUT_OF_RANGE, "this does not fit in 64 bits");
      value = value * base + digit;
    }
  *out_value = value;
  return LAC_OK;
}

/* K, KiB, M …: the power of two, and how long the suffix is; 0 when there is none. */
static unsigned
size_suffix (struct part part,
             size_t     *out_length)
{
  static const char letters[] = "kmgtp";
  size_t length = part.length;
  size_t suffix = 1;
  const char *letter;

  if (length >= 3 && (part.text[length - 1] | 0x20) == 'b' && (part.text[length - 2] | 0x20) == 'i')
    suffix = 3;
  if (length < suffix)
    return 0;
  letter = memchr (letters, part.text[length - suffix] | 0x20, sizeof letters - 1);
  if (letter == NULL)
    return 0;
  *out_length = suffix;
  return 10 * (unsigned) (letter - letters + 1);
}

/* @part is the digits after the point; what they are worth in bytes, times 2^shift, rounded down. Digits
 * past the eighteenth are worth less than a thousandth of a byte and do not count. */
static enum lac_status
parse_fraction (struct part                  part,
                unsigned                     shift,
                uint64_t                    *out_bytes,
                struct lac_expression_error *out_error)
{
  uint64_t numerator = 0, denominator = 1;
  uint64_t high, low;

  if (part.length == 0)
    return fail (out_error, part.offset, LAC_E_SYNTAX, "digits are missing after the point");
  for (size_t i = 0; i < part.length; i++)
    {
      if (digit_value (part.text[i]) >= 10)
        return fail (out_error, part.offset + i, LAC_E_SYNTAX, "this is not a digit");
      if (denominator < UINT64_C (1000000000000000000))
        {
          numerator = numerator * 10 + digit_value (part.text[i]);
          denominator *= 10;
        }
    }
  /* numerator · 2^shift / denominator by long division, a bit at a time: no product overflows. */
  high = 0;
  low = numerator;
  for (unsigned bit = 0; bit < shift; bit++)
    {
      low *= 2;
      high *= 2;
      if (low >= denominator)
        {
          low -= denominator;
          high++;
        }
    }
  *out_bytes = high;
  return LAC_OK;
}

static enum lac_status
parse_size (struct part                  part,
            uint64_t                    *out_size,
            struct lac_expression_error *out_error)
{
  size_t suffix_length = 0;
  unsigned shift;
  struct part digits = part;
  const char *point;
  uint64_t whole = 0, fraction = 0;
  enum lac_status status;

  if (part.length == 0)
    return fail (out_error, part.offset, LAC_E_SYNTAX, "a size is missing here");
  if (begins (part, "0x") || begins (part, "0d"))
    return parse_digits ((struct part){ part.text + 2, part.length - 2, part.offset + 2 },
                         begins (part, "0x") ? 16 : 10, "`_", out_size, out_error);

  shift = size_suffix (part, &suffix_length);
  digits.length -= suffix_length;
  digits = trimmed (digits);
  if (digits.length > 0 && shift == 0)
    {
      char last = digits.text[digits.length - 1] | 0x20;

      if (last == 'b' && digits.length > 1 && size_suffix (part_until (digits, digits.length - 1),
                                                            &suffix_length))
        return fail (out_error, part.offset + part.length - 2, LAC_E_SYNTAX,
                     "this could mean powers of 1000 or of 1024; write K or KiB, M or MiB …");
    }
  point = digits.length ? memchr (digits.text, '.', digits.length) : NULL;
  if (point == NULL)
    status = parse_digits (digits, 10, "", &whole, out_error);
  else
    {
      size_t at = (size_t) (point - digits.text);

      if (shift == 0)
        return fail (out_error, digits.offset + at, LAC_E_SYNTAX,
                     "a part of a byte; a fraction needs a suffix such as M");
      status = parse_digits ((struct part){ digits.text, at, digits.offset }, 10, "", &whole,
                             out_error);
      if (status == LAC_OK)
        status = parse_fraction ((struct part){ point + 1, digits.length - at - 1,
                                                digits.offset + at + 1 },
                                 shift, &fraction, out_error);
    }
  if (status != LAC_OK)
    return status;
  if (shift > 0 && whole > UINT64_MAX >> shift)
    return fail (out_error, part.offset, LAC_E_OUT_OF_RANGE, "this does not fit in 64 bits");
  /* The shifted whole has zeros where the fraction goes. */
  *out_size = (whole << shift) + fraction;
  return LAC_OK;
}

enum lac_status
lac_expression_parse_size (const char                  *text,
                           size_t                       length,
                           uint64_t                    *out_size,
                           struct lac_expression_error *out_error)
{
  return parse_size (trimmed ((struct part){ text, length, 0 }), out_size, out_error);
}

/* Whether @part can only be meant as a number: then a fault in it is a bad digit, not an unknown name. */
static bool
is_prefixed (struct part part)
{
  return begins (part, "0x") || begins (part, "0d");
}

static enum lac_status
parse_number (struct part                  part,
              uint64_t                    *out_address,
              struct lac_expression_error *out_error)
{
  struct part digits = part;
  unsigned base = 16;

  /* 0d4096 is decimal; without the prefix, 0d4096 would be hexadecimal as well. */
  if (is_prefixed (part))
    {
      base = begins (part, "0d") ? 10 : 16;
      digits.text += 2;
      digits.length -= 2;
      digits.offset += 2;
    }
  /* Blanks, because the window shows addresses so: 7f3a 41c0 0000. */
  return parse_digits (digits, base, "`_ ", out_address, out_error);
}

static enum lac_status
resolve_name (struct part                  part,
              lac_name_resolver            resolve,
              void                        *user_data,
              uint64_t                    *out_address,
              struct lac_expression_error *out_error)
{
  const char *mark = memchr (part.text, '!', part.length);
  size_t module_length = mark ? (size_t) (mark - part.text) : part.length;
  enum lac_status status;

  if (resolve == NULL)
    return fail (out_error, part.offset, LAC_E_SYNTAX, "this is not a number");
  if (module_length == 0)
    return fail (out_error, part.offset, LAC_E_SYNTAX, "a module is missing before '!'");
  if (mark && module_length + 1 == part.length)
    return fail (out_error, part.offset + part.length, LAC_E_SYNTAX,
                 "a symbol is missing after '!'");
  status = resolve (part.text, module_length, mark ? mark + 1 : NULL,
                    mark ? part.length - module_length - 1 : 0, out_address, user_data);
  if (status == LAC_E_NOT_FOUND)
    return fail (out_error, part.offset, status,
                 mark ? N_ ("there is no such symbol in such a module")
                      : N_ ("nothing in the map has this name, and it is not a hexadecimal "
                            "number; a function is written with its file, as in libc!malloc"));
  if (status != LAC_OK)
    return fail (out_error, part.offset, status, lac_status_sentence (status));
  return LAC_OK;
}

/* A number or a name, without operators around it. */
static enum lac_status
parse_term (struct part                  part,
            lac_name_resolver            resolve,
            void                        *user_data,
            uint64_t                    *out_address,
            struct lac_expression_error *out_error)
{
  struct lac_expression_error number_error;
  enum lac_status status;

  if (part.length == 0)
    return fail (out_error, part.offset, LAC_E_SYNTAX, "an address is missing here");
  status = parse_number (part, out_address, &number_error);
  if (status == LAC_OK)
    return LAC_OK;
  if (is_prefixed (part) || status == LAC_E_OUT_OF_RANGE)
    {
      enum lac_status named = status == LAC_E_OUT_OF_RANGE || resolve == NULL
                                  ? LAC_E_NOT_FOUND
                                  : resolve (part.text, part.length, NULL, 0, out_address, user_data);

      if (named == LAC_OK)
        return LAC_OK;
      return fail (out_error, number_error.offset, status, number_error.message);
    }
  return resolve_name (part, resolve, user_data, out_address, out_error);
}

static enum lac_status
parse_address (struct part                  part,
               lac_name_resolver            resolve,
               void                        *user_data,
               uint64_t                    *out_address,
               struct lac_expression_error *out_error)
{
  struct lac_expression_error whole_error;
  enum lac_status whole_status = parse_term (part, resolve, user_data, out_address, &whole_error);
  uint64_t total = 0;
  bool negative = false;
  struct part rest = part;

  if (whole_status == LAC_OK)
    return LAC_OK;

  /* Sizes come off the end one at a time, summed up in `total` with its sign, for as long as what is
   * left is not a term. */
  for (size_t at = part.length; at > 0;)
    {
      struct lac_expression_error error;
      enum lac_status status;
      uint64_t size, base;
      struct part size_part;
      bool minus;

      do
        at--;
      while (at > 0 && rest.text[at] != '+' && rest.text[at] != '-');
      if (at == 0)
        break;
      minus = rest.text[at] == '-';
      size_part = part_from (rest, at + 1);
      status = parse_size (size_part, &size, &error);
      if (status != LAC_OK)
        {
          /* Not a size: the operator belongs to a name, or the text is wrong. An empty or out of range
           * size, or one after a good term, is the fault to show. */
          if (parse_term (part_until (rest, at), resolve, user_data, &base, NULL) == LAC_OK)
            return fail (out_error, error.offset, status, error.message);
          continue;
        }

      /* total ± size, as sign and magnitude. */
      if (minus == negative)
        {
          if (total > UINT64_MAX - size)
            return fail (out_error, size_part.offset, LAC_E_OUT_OF_RANGE,
                         "this passes the end of the 64-bit space");
          total += size;
        }
      else if (size > total)
        {
          total = size - total;
          negative = minus;
        }
      else
        total -= size;

      rest = part_until (rest, at);
      status = parse_term (rest, resolve, user_data, &base, &error);
      if (status == LAC_OK)
        {
          if (negative ? total > base : total > UINT64_MAX - base)
            return fail (out_error, size_part.offset, LAC_E_OUT_OF_RANGE,
                         negative ? N_ ("this passes address 0")
                                  : N_ ("this passes the end of the 64-bit space"));
          *out_address = negative ? base - total : base + total;
          return LAC_OK;
        }
      whole_error = error;
      whole_status = status;
      at = rest.length;
    }
  return fail (out_error, whole_error.offset, whole_status, whole_error.message);
}

enum lac_status
lac_expression_parse_address (const char                  *text,
                              size_t                       length,
                              lac_name_resolver            resolve,
                              void                        *user_data,
                              uint64_t                    *out_address,
                              struct lac_expression_error *out_error)
{
  uint64_t address = 0;
  enum lac_status status;

  if (length > MAX_LENGTH)
    return fail (out_error, MAX_LENGTH, LAC_E_SYNTAX, "this is too long to be an address");
  status = parse_address (trimmed ((struct part){ text, length, 0 }), resolve, user_data, &address,
                          out_error);

  if (status == LAC_OK)
    *out_address = address;
  return status;
}
