/* Bytes of a target: what is read and written, on a worker and not, and what can't be.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model/lacuna-error.h"
#include "model/lacuna-target-memory.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct
{
  GMainLoop *loop;
  GAsyncResult *result;
} Wait;

static void
ready_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Wait *wait = user_data;

  wait->result = g_object_ref (result);
  g_main_loop_quit (wait->loop);
}

static GAsyncResult *
wait_for (Wait *wait)
{
  g_main_loop_run (wait->loop);
  g_main_loop_unref (wait->loop);
  return wait->result;
}

static char *
map_pages (gsize n_pages,
           int   protection)
{
  char *area = mmap (NULL,
                     n_pages * (gsize) getpagesize (),
                     protection,
                     MAP_PRIVATE | MAP_ANONYMOUS,
                     -1,
                     0);

  g_assert_true (area != MAP_FAILED);
  return area;
}

static void
test_read_with_holes (void)
{
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  g_autoptr (GArray) holes = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  g_autoptr (GError) error = NULL;
  gsize page = (gsize) getpagesize ();
  char *area = map_pages (3, PROT_READ | PROT_WRITE);
  guint64 start = (guintptr) area;
  g_autofree guint8 *bytes = g_malloc (3 * page);

  memset (area, 'm', 3 * page);
  munmap (area + page, page);
  g_assert_true (lacuna_target_read_memory (target,
                                            (struct lac_range){ start, start + 3 * page },
                                            bytes,
                                            holes,
                                            NULL,
                                            &error));
  g_assert_no_error (error);
  g_assert_cmpuint (holes->len, ==, 1);
  g_assert_cmphex (g_array_index (holes, struct lac_range, 0).start, ==, start + page);
  g_assert_cmphex (g_array_index (holes, struct lac_range, 0).end, ==, start + 2 * page);
  g_assert_cmpint (bytes[page - 1], ==, 'm');
  g_assert_cmpint (bytes[page], ==, 0);
  g_assert_cmpint (bytes[2 * page], ==, 'm');

  /* All of it is a hole, which is an answer, too. */
  munmap (area, page);
  munmap (area + 2 * page, page);
  g_array_set_size (holes, 0);
  g_assert_true (lacuna_target_read_memory (target,
                                            (struct lac_range){ start, start + 3 * page },
                                            bytes,
                                            holes,
                                            NULL,
                                            &error));
  g_assert_cmpuint (holes->len, ==, 1);
  g_assert_cmphex (g_array_index (holes, struct lac_range, 0).end, ==, start + 3 * page);
}

static void
test_read_on_a_worker (void)
{
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GArray) holes = NULL;
  static const char text[] = "what lies here";
  guint64 start = (guintptr) text;
  Wait wait = { g_main_loop_new (NULL, FALSE), NULL };
  g_autoptr (GAsyncResult) result = NULL;

  lacuna_target_read_memory_async (target,
                                   (struct lac_range){ start, start + sizeof text },
                                   NULL,
                                   ready_cb,
                                   &wait);
  result = wait_for (&wait);
  bytes = lacuna_target_read_memory_finish (target, result, &holes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (holes->len, ==, 0);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, sizeof text);
}

static void
test_cancelled (void)
{
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  guint8 byte;

  g_cancellable_cancel (cancellable);
  g_assert_false (lacuna_target_read_memory (target,
                                             (struct lac_range){ 0x1000, 0x1001 },
                                             &byte,
                                             NULL,
                                             cancellable,
                                             &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_write (void)
{
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("changed", 7);
  g_autoptr (GError) error = NULL;
  gsize page = (gsize) getpagesize ();
  char *area = map_pages (1, PROT_READ);
  gboolean forced = TRUE;
  Wait wait = { g_main_loop_new (NULL, FALSE), NULL };
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_false (lacuna_target_write_memory (target,
                                              (guintptr) area + 1,
                                              bytes,
                                              FALSE,
                                              &forced,
                                              &error));
  g_assert_error (error, LACUNA_ERROR, LAC_E_READ_ONLY);
  g_assert_false (forced);
  g_assert_cmpint (area[1], ==, 0);
  g_clear_error (&error);

  lacuna_target_write_memory_async (target,
                                    (guintptr) area + 1,
                                    bytes,
                                    TRUE,
                                    NULL,
                                    ready_cb,
                                    &wait);
  result = wait_for (&wait);
  g_assert_true (lacuna_target_write_memory_finish (target, result, &forced, &error));
  g_assert_no_error (error);
  g_assert_true (forced);
  g_assert_cmpstr (area + 1, ==, "changed");

  munmap (area, page);
  g_assert_false (lacuna_target_write_memory (target, (guintptr) area, bytes, TRUE, NULL, &error));
  g_assert_error (error, LACUNA_ERROR, LAC_E_NOT_FOUND);
}

/* All runs are asked about before any is written. */
static void
test_check (void)
{
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  g_autoptr (GError) error = NULL;
  gsize page = (gsize) getpagesize ();
  char *area = map_pages (4, PROT_READ | PROT_WRITE);
  guint64 start = (guintptr) area;
  struct lac_range ranges[6];
  guint64 place = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    ranges[i] = (struct lac_range){ start + 16 * i, start + 16 * i + 3 };
  ranges[5] = (struct lac_range){ start + page - 1, start + 2 * page + 1 };
  g_assert_true (lacuna_target_check_write (target, ranges, 6, FALSE, &place, &error));
  g_assert_no_error (error);

  /* With few ranges, and with so many that the map is read for them. */
  mprotect (area + page, page, PROT_READ);
  for (gsize first = 0; first < G_N_ELEMENTS (ranges); first += 5)
    {
      g_assert_false (lacuna_target_check_write (target, ranges + first, 6 - first, FALSE, &place,
                                                 &error));
      g_assert_error (error, LACUNA_ERROR, LAC_E_READ_ONLY);
      g_assert_cmphex (place, ==, start + page);
      g_clear_error (&error);
      g_assert_true (lacuna_target_check_write (target, ranges + first, 6 - first, TRUE, &place,
                                                &error));
    }
  munmap (area + 2 * page, page);
  for (gsize first = 0; first < G_N_ELEMENTS (ranges); first += 5)
    {
      g_assert_false (lacuna_target_check_write (target, ranges + first, 6 - first, TRUE, &place,
                                                 &error));
      g_assert_error (error, LACUNA_ERROR, LAC_E_NOT_FOUND);
      g_assert_cmphex (place, ==, start + 2 * page);
      g_clear_error (&error);
    }
  munmap (area, 2 * page);
  munmap (area + 3 * page, page);
}

static void
test_shared (void)
{
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  g_autoptr (GError) error = NULL;
  gsize page = (gsize) getpagesize ();
  char *area = mmap (NULL, page, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  struct lac_range range = { (guintptr) area, (guintptr) area + 1 };

  g_assert_true (area != MAP_FAILED);
  g_assert_false (lacuna_target_check_write (target, &range, 1, FALSE, NULL, &error));
  g_assert_error (error, LACUNA_ERROR, LAC_E_READ_ONLY);
  g_clear_error (&error);
  /* There is no sense in asking whether to force it. */
  g_assert_false (lacuna_target_check_write (target, &range, 1, TRUE, NULL, &error));
  g_assert_error (error, LACUNA_ERROR, LAC_E_NOT_SUPPORTED);
  munmap (area, page);
}

static void
test_whose (void)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/proc/self/maps");
  g_autoptr (LacunaTarget) of_file = lacuna_target_new_for_file (file);
  g_autoptr (LacunaTarget) self = lacuna_target_new_self ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaTarget) other = lacuna_target_new_for_pid (getppid (), &error);
  const LacunaCapabilities memory = LACUNA_CAN_READ | LACUNA_CAN_WRITE;
  guint8 byte;

  g_assert_no_error (error);
  g_assert_cmpint (lacuna_target_get_capabilities (self) & memory, ==, memory);
  g_assert_cmpint (lacuna_target_get_capabilities (other) & memory, ==, memory);
  g_assert_cmpint (lacuna_target_get_capabilities (of_file) & memory, ==, 0);
  g_assert_false (lacuna_target_read_memory (of_file,
                                             (struct lac_range){ 0x1000, 0x1001 },
                                             &byte,
                                             NULL,
                                             NULL,
                                             &error));
  g_assert_error (error, LACUNA_ERROR, LAC_E_NOT_SUPPORTED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/target-memory/read-with-holes", test_read_with_holes);
  g_test_add_func ("/model/target-memory/read-on-a-worker", test_read_on_a_worker);
  g_test_add_func ("/model/target-memory/cancelled", test_cancelled);
  g_test_add_func ("/model/target-memory/write", test_write);
  g_test_add_func ("/model/target-memory/check-before-writing", test_check);
  g_test_add_func ("/model/target-memory/shared-is-never-forced", test_shared);
  g_test_add_func ("/model/target-memory/of-processes-and-not-of-files", test_whose);
  return g_test_run ();
}
