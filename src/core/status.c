/* The status table as functions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "status.h"
#include "translatable.h"

const char *
lac_status_name (enum lac_status status)
{
  switch (status)
    {
#define LAC_STATUS_CASE(value, name, sentence)                                                    \
  case value:                                                                                     \
    return name;
      LAC_STATUS_MAP (LAC_STATUS_CASE)
#undef LAC_STATUS_CASE
    }
  return "unknown";
}

const char *
lac_status_sentence (enum lac_status status)
{
  switch (status)
    {
#define LAC_STATUS_CASE(value, name, sentence)                                                    \
  case value:                                                                                     \
    return sentence;
      LAC_STATUS_MAP (LAC_STATUS_CASE)
#undef LAC_STATUS_CASE
    }
  return N_ ("Something unknown went wrong.");
}
