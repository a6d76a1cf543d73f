/* Reading a file whole, when it may be endless, silent, or too large.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model/lacuna-error.h"
#include "model/lacuna-file-bytes.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  char *path;
  GFile *file;
} Place;

static void
set_up (Place        *place,
        gconstpointer data)
{
  place->folder = g_dir_make_tmp ("lacuna-file-bytes-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "file", NULL);
  place->file = g_file_new_for_path (place->path);
}

static void
tear_down (Place        *place,
           gconstpointer data)
{
  g_unlink (place->path);
  g_rmdir (place->folder);
  g_object_unref (place->file);
  g_free (place->path);
  g_free (place->folder);
}

static void
test_up_to_the_limit (Place        *place,
                      gconstpointer data)
{
  static const gsize sizes[] = { 0, 1, 4095, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5000000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *written = g_malloc (sizes[i] + 1);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = NULL;

      for (gsize j = 0; j < sizes[i]; j++)
        written[j] = (char) (j * 31 + (j >> 8));
      g_assert_true (g_file_set_contents (place->path, written, (gssize) sizes[i], NULL));
      bytes = lacuna_file_load_bytes (place->file, MAX (sizes[i], 1), NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), written, sizes[i]);
      if (sizes[i] > 1)
        {
          g_assert_null (lacuna_file_load_bytes (place->file, sizes[i] - 1, NULL, &error));
          g_assert_error (error, LACUNA_ERROR, LAC_E_FULL);
        }
    }
}

/* What says that it is too large is not read: a petabyte of nothing would take a while. */
static void
test_too_large_is_not_read (Place        *place,
                            gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int file = g_creat (place->path, 0600);

  if (ftruncate (file, (off_t) 1 << 42) != 0)
    {
      g_test_skip ("the folder for temporary files has no files of 4 TiB");
      close (file);
      return;
    }
  close (file);
  g_assert_null (lacuna_file_load_bytes (place->file, LACUNA_BUFFER_BYTES_MAX, NULL, &error));
  g_assert_error (error, LACUNA_ERROR, LAC_E_FULL);
  g_assert_nonnull (strstr (error->message, "4 GiB"));
}

static void
test_endless_device (void)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/dev/zero");
  g_autoptr (GError) error = NULL;

  g_assert_null (lacuna_file_load_bytes (file, 3000000, NULL, &error));
  g_assert_error (error, LACUNA_ERROR, LAC_E_FULL);
}

/* A file of /proc has more in it than it says. */
static void
test_untold_size (void)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/proc/self/maps");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = lacuna_file_load_bytes (file, 1 << 24, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), >, 100);
}

static gpointer
write_slowly (gpointer data)
{
  const Place *place = data;
  int file = g_open (place->path, O_WRONLY);

  g_usleep (50000);
  g_assert_cmpint (write (file, "ab", 2), ==, 2);
  g_usleep (50000);
  g_assert_cmpint (write (file, "cd", 2), ==, 2);
  close (file);
  return NULL;
}

static void
test_pipe (Place        *place,
           gconstpointer data)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  GThread *writer;

  g_assert_cmpint (mkfifo (place->path, 0600), ==, 0);
  writer = g_thread_new ("writer", write_slowly, place);
  bytes = lacuna_file_load_bytes (place->file, 100, NULL, &error);
  g_thread_join (writer);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "abcd", 4);
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GError **error = user_data;

  g_assert_null (lacuna_file_load_bytes_finish (G_FILE (source), result, error));
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static void
test_silent_pipe_can_be_cancelled (Place        *place,
                                   gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mkfifo (place->path, 0600), ==, 0);
  lacuna_file_load_bytes_async (place->file, 100, cancellable, loaded_cb, &error);
  g_timeout_add (50, cancel_cb, cancellable);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/model/file-bytes/up-to-the-limit", Place, NULL, set_up, test_up_to_the_limit,
              tear_down);
  g_test_add ("/model/file-bytes/too-large-is-not-read", Place, NULL, set_up,
              test_too_large_is_not_read, tear_down);
  g_test_add_func ("/model/file-bytes/endless-device", test_endless_device);
  g_test_add_func ("/model/file-bytes/untold-size", test_untold_size);
  g_test_add ("/model/file-bytes/pipe", Place, NULL, set_up, test_pipe, tear_down);
  g_test_add ("/model/file-bytes/silent-pipe-can-be-cancelled", Place, NULL, set_up,
              test_silent_pipe_can_be_cancelled, tear_down);
  return g_test_run ();
}
