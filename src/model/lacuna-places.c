/* Where a program's own files lie, wherever the program was put.
 *
 * A prefix written into a program is wrong as soon as the folder is moved, staged for a package,
 * or never installed at all. So the program looks where it lies itself: with the folder for
 * programs taken off the end of its path, what is left is the prefix; a program that lies
 * elsewhere may be in the build folder that it was built in, two folders below its top. Only when
 * neither has what is asked for does the prefix count that was configured.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-places.h"

#include <glib/gi18n-lib.h>
#include <locale.h>
#include <string.h>

/* (transfer full) (nullable): the folder of the program's own file. */
static char *
find_program_folder (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  return program != NULL ? g_path_get_dirname (program) : NULL;
}

/* (transfer full) (nullable): @path below @folder, when there is such a thing. */
static char *
existing (const char *folder,
          const char *path)
{
  g_autofree char *whole = g_build_filename (folder, path, NULL);

  return g_file_test (whole, G_FILE_TEST_EXISTS) ? g_steal_pointer (&whole) : NULL;
}

/**
 * lacuna_places_find:
 * @installed: a path below the prefix, or an absolute one
 * @built: a path below the build folder
 *
 * A few system calls; callers ask once.
 *
 * Returns: (transfer full) (nullable): the path of what is there
 */
char *
lacuna_places_find (const char *installed,
                    const char *built)
{
  g_autofree char *folder = find_program_folder ();
  char *found = NULL;

  if (folder != NULL && !g_path_is_absolute (installed)
      && g_str_has_suffix (folder, "/" LACUNA_PROGRAM_FOLDER))
    {
      g_autofree char *prefix
          = g_strndup (folder, strlen (folder) - strlen ("/" LACUNA_PROGRAM_FOLDER));

      found = existing (prefix, installed);
    }
  if (found == NULL && folder != NULL)
    {
      g_autofree char *above = g_path_get_dirname (folder);
      g_autofree char *top = g_path_get_dirname (above);
      g_autofree char *mark = existing (top, "meson-info");

      if (mark != NULL)
        found = existing (top, built);
    }
  return found != NULL ? found : existing (LACUNA_PREFIX, installed);
}

/**
 * lacuna_places_set_language:
 *
 * Sets the locale from the environment, and finds the translations that belong to this program.
 */
void
lacuna_places_set_language (void)
{
  g_autofree char *catalogs = lacuna_places_find (LACUNA_LOCALE_FOLDER, "po");

  setlocale (LC_ALL, "");
  if (catalogs != NULL)
    bindtextdomain (GETTEXT_PACKAGE, catalogs);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
