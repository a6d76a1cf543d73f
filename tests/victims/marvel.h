/* What a marvel counts in its report.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

enum
{
  MARVEL_DOZES,
  MARVEL_COMPLETED,
  MARVEL_ABORTED,
  MARVEL_COMPLETED_ALL_THE_SAME,
};
