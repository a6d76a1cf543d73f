/* The real window in a real main loop, for benchmarks that drive it in their own process.
 *
 * What the main loop does is timed around its poll: whatever is not waiting is work, be it an
 * event, a frame, a callback of a worker or the benchmark's own call. Nothing of the main thread
 * escapes that.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "app/strip/lacuna-strip.h"
#include "app/window/lacuna-window.h"

#define BENCH_WIDTH 1400
#define BENCH_HEIGHT 900

/* Seconds of work. What the main thread needed by itself is the clock on the wall less what it
 * stood in line for a processor that other programs had, as the kernel counts it: waiting for a
 * lock, a disk or the display server is in it, and what neighbours on the machine do is not. Where
 * the kernel does not count that it is the wall clock. */
typedef struct
{
  double wall;
  double own;
  double cpu; /* of the main thread */
} Work;

typedef struct
{
  GtkApplication *application;
  LacunaWindow *window;
  LacunaStrip *strip;
  GdkFrameClock *frame_clock;
  guint n_frames; /* painted so far */
} Bench;

typedef gboolean (*BenchCondition) (Bench   *bench,
                                    gpointer user_data);

/* Shows an empty window of BENCH_WIDTH × BENCH_HEIGHT and waits until it is quiet. */
void       bench_start         (Bench          *bench);
void       bench_stop          (Bench          *bench);

/* Opens @spelling and waits until the strip shows it. FALSE after @seconds. */
gboolean   bench_open          (Bench          *bench,
                                const char     *spelling,
                                double          seconds);

/* Runs the main loop until @condition is true. FALSE after @seconds. */
gboolean   bench_run_until     (Bench          *bench,
                                BenchCondition  condition,
                                gpointer        user_data,
                                double          seconds);
void       bench_run           (Bench          *bench,
                                double          seconds);

/* Runs the main loop until it had next to nothing to do for half a second. FALSE after @seconds. */
gboolean   bench_settle        (Bench          *bench,
                                double          seconds);

/* Has the window refresh by itself, or no longer. FALSE when it can't. */
gboolean   bench_set_live      (Bench          *bench,
                                gboolean        live);

/* All work of the main thread so far; subtract two. */
Work       bench_work          (void);

/* The longest iteration of the main loop since the last call, on each clock by itself. */
Work       bench_longest       (void);

/* The first widget of @type below @root whose @property, when that is not NULL, is @value. */
GtkWidget *bench_find          (GtkWidget      *root,
                                GType           type,
                                const char     *property,
                                const char     *value);

/* Types @text into an entry, a character at a time, @seconds apart, as people do. */
void       bench_type          (Bench          *bench,
                                GtkWidget      *editable,
                                const char     *text,
                                double          seconds);

/* The share of @values, which are sorted, that are at most @limit. */
double     bench_share         (const double   *values,
                                gsize           n_values,
                                double          limit);
double     bench_quantile      (const double   *values,
                                gsize           n_values,
                                double          part);
