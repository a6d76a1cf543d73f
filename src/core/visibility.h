/* What liblacuna exports. The library is built with hidden visibility; only what carries this
 * mark leaves it, and a test compares the marks with `src/lacuna.symbols`.
 *
 * The library is C. Hook and mod authors often write C++, which spells names otherwise in object
 * files, so every header that declares a function does so between LAC_BEGIN_DECLS and
 * LAC_END_DECLS.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#if defined(__GNUC__)
#define LAC_PUBLIC __attribute__ ((visibility ("default")))
#else
#define LAC_PUBLIC
#endif

#ifdef __cplusplus
#define LAC_BEGIN_DECLS extern "C" {
#define LAC_END_DECLS }
#else
#define LAC_BEGIN_DECLS
#define LAC_END_DECLS
#endif
