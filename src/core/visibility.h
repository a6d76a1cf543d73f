/* What liblacuna exports. The library is built with hidden visibility; only what carries this
 * mark leaves it, and a test compares the marks with `src/lacuna.symbols`.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#if defined(__GNUC__)
#define LAC_PUBLIC __attribute__ ((visibility ("default")))
#else
#define LAC_PUBLIC
#endif
