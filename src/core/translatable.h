/* Marks texts for translation, where nothing else shows that they are any.
 *
 * The core speaks English; the model, the window and the command line translate what it says.
 * Whoever gathers the texts (po/meson.build) finds the tables' sentences and the arguments of
 * functions that fail by themselves, and everything else by this mark, which does nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#define N_(text) text
