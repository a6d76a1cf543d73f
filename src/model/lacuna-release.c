/* Letting go of what is large, where nobody waits for it.
 *
 * Giving 40 MiB back to the system takes the kernel some milliseconds, for every page has to be taken
 * out of the page tables and cleared away. It happens to whoever drops the last reference, and that is
 * the main thread more often than not: it replaces what is shown. So large things are dropped on a
 * worker. Small ones are freed at once, since that takes less time than to wake another thread.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-release.h"

#include "os/heap.h"

/* Some 200 KiB. */
#define LONG_RELEASE 5000

typedef struct
{
  gpointer object;
  GDestroyNotify release;
} Burden;

static void
release_cb (gpointer object,
            gpointer user_data)
{
  Burden *burden = object;

  burden->release (burden->object);
  g_free (burden);
}

/* A thread of its own that stays would cost more than it does; this one is GLib's, and goes when there
 * is nothing to do for a while. */
static GThreadPool *
pool (void)
{
  static GThreadPool *made;
  static gsize once;

  if (g_once_init_enter (&once))
    {
      made = g_thread_pool_new (release_cb, NULL, 1, FALSE, NULL);
      g_once_init_leave (&once, 1);
    }
  return made;
}

/**
 * lacuna_release_on_worker:
 * @object: (transfer full): what to let go of
 * @release: lets go of it; called on another thread, soon
 */
void
lacuna_release_on_worker (gpointer       object,
                          GDestroyNotify release)
{
  Burden *burden = g_new (Burden, 1);

  *burden = (Burden){ object, release };
  g_thread_pool_push (pool (), burden, NULL);
}

gboolean
lacuna_release_is_long (gsize n_regions)
{
  return n_regions >= LONG_RELEASE;
}

/**
 * lacuna_release_map:
 * @map: (transfer full) (nullable): a map
 *
 * Drops a reference; where it may be the last one of a large map, on a worker.
 */
void
lacuna_release_map (struct lac_map *map)
{
  size_t n_regions = 0;

  if (map != NULL)
    lac_map_regions (map, &n_regions);
  if (lacuna_release_is_long (n_regions))
    lacuna_release_on_worker (map, (GDestroyNotify) lac_map_unref);
  else
    lac_map_unref (map);
}

void
lacuna_release_for_good (void)
{
  lac_heap_return_large ();
}
