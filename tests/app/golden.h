/* Comparing what is drawn with what was drawn before, node by node.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>
#include <string.h>

/* Fails the test when @node is not what goldens/@name.node says. With LACUNA_UPDATE_GOLDENS set it is what
 * that file says from now on. */
static inline void
compare_with_golden (GskRenderNode *node,
                     const char    *name)
{
  g_autofree char *file_name = g_strdup_printf ("%s.node", name);
  g_autofree char *path = g_build_filename (g_getenv ("LACUNA_SOURCE_DIR"), "tests", "app",
                                            "goldens", file_name, NULL);
  g_autofree char *golden = NULL;
  g_autoptr (GBytes) bytes = gsk_render_node_serialize (node);
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  gsize golden_length;

  if (g_getenv ("LACUNA_UPDATE_GOLDENS"))
    {
      g_file_set_contents (path, text, (gssize) length, &error);
      g_assert_no_error (error);
      return;
    }
  g_file_get_contents (path, &golden, &golden_length, &error);
  g_assert_no_error (error);
  if (golden_length != length || memcmp (golden, text, length) != 0)
    {
      g_autofree char *drawn = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), file_name, NULL);

      g_file_set_contents (drawn, text, (gssize) length, NULL);
      g_test_message ("what was drawn is in %s", drawn);
      g_test_fail_printf ("%s differs from its golden", file_name);
    }
}
