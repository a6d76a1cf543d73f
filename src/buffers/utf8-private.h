/* Strict UTF-8: what table 3-7 of the Unicode standard allows and nothing else, so that no two
 * texts that differ become the same string.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/**
 * lac_utf8_decode:
 * @text: (borrowed): where a character begins; terminated
 * @out_character: (out): its number, U+0000 at the terminator
 *
 * Returns: its bytes; 0 when no character is there
 */
static inline size_t
lac_utf8_decode (const char *text,
                 uint32_t   *out_character)
{
  const unsigned char *bytes = (const unsigned char *) text;
  /* What the second byte may be; the narrower bounds keep out overlong forms, surrogates, and what
   * lies above U+10FFFF. */
  unsigned lowest = 0x80;
  unsigned highest = 0xbf;
  uint32_t character;
  size_t length;

  if (bytes[0] < 0x80)
    {
      *out_character = bytes[0];
      return 1;
    }
  if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf)
    {
      length = 2;
      character = bytes[0] & 0x1f;
    }
  else if (bytes[0] >= 0xe0 && bytes[0] <= 0xef)
    {
      length = 3;
      character = bytes[0] & 0x0f;
      lowest = bytes[0] == 0xe0 ? 0xa0 : lowest;
      highest = bytes[0] == 0xed ? 0x9f : highest;
    }
  else if (bytes[0] >= 0xf0 && bytes[0] <= 0xf4)
    {
      length = 4;
      character = bytes[0] & 0x07;
      lowest = bytes[0] == 0xf0 ? 0x90 : lowest;
      highest = bytes[0] == 0xf4 ? 0x8f : highest;
    }
  else
    return 0;

  for (size_t i = 1; i < length; i++)
    {
      /* The terminator is outside the bounds, so nothing after it is looked at. */
      if (bytes[i] < lowest || bytes[i] > highest)
        return 0;
      character = character << 6 | (bytes[i] & 0x3f);
      lowest = 0x80;
      highest = 0xbf;
    }
  *out_character = character;
  return length;
}
