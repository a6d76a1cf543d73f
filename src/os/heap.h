/* How this process's heap treats large blocks.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

/**
 * lac_heap_return_large:
 *
 * From now on blocks of more than two mebibytes go back to the system when they are freed. A heap that
 * adapts itself keeps them as soon as one such block was freed, since most programs ask for the like
 * again; one that holds two maps of a large process for a moment, and then one for hours, does not.
 *
 * Threads: any.
 */
void lac_heap_return_large (void);
