/* The Buffers page from outside: memory is made, filled and given back by pressing buttons, and each time
 * the program's own map is compared with what it says that it did. See test-window.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "outside.h"

#include "core/region.h"

#include <signal.h>
#include <stdio.h>

/* The address in the name of the label that matches @pattern ("… at 0x7f00 1234 0000"). */
static guint64
address_in_label (Outside    *outside,
                  const char *pattern)
{
  g_autoptr (AtspiAccessible) label
      = outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL, pattern);
  g_autofree char *name = atspi_accessible_get_name (label, NULL);
  const char *place = strstr (name, " at 0x");
  g_autoptr (GString) digits = g_string_new (NULL);

  g_assert_nonnull (place);
  for (place += strlen (" at 0x"); *place != '\0'; place++)
    if (g_ascii_isxdigit (*place))
      g_string_append_c (digits, *place);
  return g_ascii_strtoull (digits->str, NULL, 16);
}

/* Whether process @pid has a region at @address, and with which protection. */
static gboolean
process_has_region (gint32    pid,
                    guint64   address,
                    unsigned *out_protection)
{
  struct lac_map *map = outside_read_map (pid);
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  size_t index = lac_map_search (map, address);
  gboolean found
      = index < n_regions && lac_range_contains (lac_region_range (&regions[index]), address);

  *out_protection = found ? regions[index].protection : 0;
  lac_map_unref (map);
  return found;
}

/* The same of the program itself. */
static gboolean
has_region (Outside  *outside,
            guint64   address,
            unsigned *out_protection)
{
  return process_has_region (outside_pid_of (outside->program), address, out_protection);
}

static void
expect_free (Outside *outside,
             guint64  address)
{
  unsigned protection;

  OUTSIDE_WAIT (outside, !has_region (outside, address, &protection));
}

static void
expect_protection (Outside *outside,
                   guint64  address,
                   unsigned expected)
{
  unsigned protection = 0;

  OUTSIDE_WAIT (outside,
                has_region (outside, address, &protection) && protection == expected);
}

static void
set_up (Outside      *outside,
        gconstpointer target)
{
  outside_start (outside, target, NULL);
}

/* What process @pid has at @address. */
static void
expect_bytes (Outside    *outside,
              gint32      pid,
              guint64     address,
              const char *expected)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/mem", pid);
  FILE *file = fopen (path, "rb");
  g_autofree char *bytes = g_malloc0 (strlen (expected) + 1);

  g_assert_nonnull (file);
  g_assert_cmpint (fseeko (file, (off_t) address, SEEK_SET), ==, 0);
  g_assert_cmpuint (fread (bytes, 1, strlen (expected), file), ==, strlen (expected));
  fclose (file);
  g_assert_cmpstr (bytes, ==, expected);
}

static void
test_buffer (Outside      *outside,
             gconstpointer target)
{
  const unsigned all = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  guint64 buffer;
  guint64 appended;

  outside_do (outside, outside->application, "Buffers");
  outside_do (outside, outside->application, "Create Buffer");
  buffer = address_in_label (outside, "Made a buffer of 4 KiB at *");
  expect_protection (outside, buffer, all);
  /* It is selected, and shown by what it is and how full. */
  g_free (outside_expect_description (outside, strip, "*buffer*rwxp*1 buffer*0 B of 4 KiB used*"));
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LIST_ITEM,
                                         "0x*, 0 B of 4 KiB used"));

  outside_set_text (outside, outside->application, "What to append", "hook");
  outside_do (outside, outside->application, "Append");
  appended = address_in_label (outside, "Appended 4 bytes at *");
  g_assert_cmphex (appended, ==, buffer);
  expect_bytes (outside, outside_pid_of (outside->program), appended, "hook");
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LIST_ITEM,
                                         "0x*, 4 B of 4 KiB used"));

  outside_do (outside, outside->application, "Take");
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LIST_ITEM,
                                         "0x*, yours, 4 B of 4 KiB used"));
  outside_do (outside, outside->application, "Put Back");
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LIST_ITEM,
                                         "0x*, 4 B of 4 KiB used"));
}

static void
test_allocation (Outside      *outside,
                 gconstpointer target)
{
  guint64 address;

  outside_do (outside, outside->application, "Buffers");
  outside_do (outside, outside->application, "Allocate");
  address = address_in_label (outside, "Allocated 4 KiB at *");
  expect_protection (outside, address, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE);
  outside_do (outside, outside->application, "Undo");
  g_assert_cmphex (address_in_label (outside, "Freed 4 KiB at *"), ==, address);
  expect_free (outside, address);
}

/* Who appends with an allocation selected has it deselected, and that is not taken back by the next
 * reading of the target, which would take the entry away while one types. */
static void
test_append_stays (Outside      *outside,
                   gconstpointer target)
{
  guint64 allocation;
  guint64 appended;

  outside_do (outside, outside->application, "Buffers");
  outside_do (outside, outside->application, "Allocate");
  allocation = address_in_label (outside, "Allocated 4 KiB at *");
  outside_take_keyboard (outside);
  outside_press (outside, XK_E, XK_Control_L);
  outside_type (outside, "ho");
  /* Some readings, each of which finds that the program's memory has changed. */
  g_usleep (3 * G_USEC_PER_SEC);
  outside_type (outside, "ok");
  outside_press (outside, XK_Return, NoSymbol);
  appended = address_in_label (outside, "Appended 4 bytes at *");
  g_assert_cmphex (appended, !=, allocation);
  expect_bytes (outside, outside_pid_of (outside->program), appended, "hook");
}

/* With one key; nobody has said where, so it is in reach of the program's code, and that is said. */
static void
test_soon (Outside      *outside,
           gconstpointer target)
{
  const unsigned all = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
  struct lac_map *map = outside_read_map (outside_pid_of (outside->program));
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  guint64 code = 0;
  guint64 buffer;

  for (size_t i = 0; i < n_regions && code == 0; i++)
    if (g_str_has_suffix (lac_map_backing (map, &regions[i])->name, "/lacuna")
        && (regions[i].protection & LAC_PROTECTION_EXECUTE) != 0)
      code = regions[i].start;
  lac_map_unref (map);
  g_assert_cmphex (code, !=, 0);

  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL,
                                         "* gaps fit"));
  outside_take_keyboard (outside);
  outside_press (outside, XK_b, 0);
  outside_do (outside, outside->application, "Buffers");
  buffer = address_in_label (outside, "Made a buffer of 4 KiB at *");
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL,
                                         "No place was asked for*"));
  expect_protection (outside, buffer, all);
  g_assert_cmpuint (MAX (buffer, code) - MIN (buffer, code), <, G_GUINT64_CONSTANT (1) << 31);
}

/* From the page that finds gaps, at the place that it shows; the other page then has it selected. */
static void
test_here (Outside      *outside,
           gconstpointer target)
{
  const unsigned all = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
  guint64 buffer;

  outside_set_text (outside, outside->application, "Size", "64K");
  outside_set_text (outside, outside->application, "Minimum", "0x10000000");
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL,
                                         "* gap* fit*"));
  outside_do (outside, outside->application, "Create Buffer Here");
  buffer = address_in_label (outside, "Made a buffer of 64 KiB at *");
  expect_protection (outside, buffer, all);
  g_assert_cmphex (buffer, ==, 0x10000000);
  outside_do (outside, outside->application, "Buffers");
  g_object_unref (outside_button (outside, "Take"));
}

/* Of the victim, which does nothing by itself. */
static gsize
count_regions (Outside *outside)
{
  struct lac_map *map = outside_read_map (outside->pid);
  size_t n_regions;

  lac_map_regions (map, &n_regions);
  lac_map_unref (map);
  return n_regions;
}

static void
expect_victim_protection (Outside *outside,
                          guint64  address,
                          unsigned expected)
{
  unsigned protection = 0;

  OUTSIDE_WAIT (outside, process_has_region (outside->pid, address, &protection)
                             && protection == expected);
}

/* Presses a button of the question that is asked, and of nothing behind it. */
static void
answer (Outside    *outside,
        const char *button)
{
  g_autoptr (AtspiAccessible) dialog
      = outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL, "*Memory of *sleep *?");

  for (;;)
    {
      AtspiAccessible *parent = atspi_accessible_get_parent (dialog, NULL);

      g_assert_nonnull (parent);
      if (atspi_accessible_get_role (parent, NULL) == ATSPI_ROLE_APPLICATION)
        {
          g_object_unref (parent);
          break;
        }
      g_object_unref (dialog);
      dialog = parent;
    }
  outside_do (outside, dialog, button);
}

/* The first change of another process is asked about, and who says no has changed nothing. Whoever agrees is
 * asked again only before it is freed by undoing; what was done is told with what it made of the map, and can be undone. */
static void
test_elsewhere (Outside      *outside,
                gconstpointer target)
{
  gsize n_regions;
  guint64 address;
  unsigned protection;

  outside_do (outside, outside->application, "Buffers");
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL,
                                         "The process has no buffer locator*"));
  n_regions = count_regions (outside);
  outside_do (outside, outside->application, "Allocate");
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL,
                                         "4 KiB would be allocated at *"));
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL,
                                         "mmap (0x*, 4096, PROT_READ | PROT_WRITE, *"));
  answer (outside, "*Cancel");
  outside_expect_none (outside, outside->application, ATSPI_ROLE_LABEL, "Calls");
  g_assert_cmpuint (count_regions (outside), ==, n_regions);

  outside_do (outside, outside->application, "Allocate");
  answer (outside, "*Change Its Memory");
  address = address_in_label (outside, "Allocated 4 KiB at *");
  expect_victim_protection (outside, address, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE);
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL,
                                         "+ 0x*, 4 KiB, *rw-*The plan was: Thread *"));
  outside_do (outside, outside->application, "Undo");
  answer (outside, "*Free It");
  g_assert_cmphex (address_in_label (outside, "Freed 4 KiB at *"), ==, address);
  OUTSIDE_WAIT (outside, !process_has_region (outside->pid, address, &protection));
  g_assert_cmpuint (count_regions (outside), ==, n_regions);
}

/* Nobody asks any more, also not for buffers; the first one brings the locator, and what is appended is
 * there. */
static void
test_elsewhere_buffer (Outside      *outside,
                       gconstpointer target)
{
  const unsigned all = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
  guint64 buffer;

  outside_do (outside, outside->application, "Buffers");
  outside_do (outside, outside->application, "Create Buffer");
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL,
                                         "The last call makes the buffer. *"));
  answer (outside, "*Change Its Memory");
  buffer = address_in_label (outside, "Made a buffer of 4 KiB at *");
  expect_victim_protection (outside, buffer, all);
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LIST_ITEM,
                                         "0x*, 0 B of 4 KiB used"));
  outside_set_text (outside, outside->application, "What to append", "hook");
  outside_do (outside, outside->application, "Append");
  g_assert_cmphex (address_in_label (outside, "Appended 4 bytes at *"), ==, buffer);
  expect_bytes (outside, outside->pid, buffer, "hook");
  outside_do (outside, outside->application, "Take");
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LIST_ITEM,
                                         "0x*, yours, 4 B of 4 KiB used"));
  outside_do (outside, outside->application, "Put Back");
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LIST_ITEM,
                                         "0x*, 4 B of 4 KiB used"));
}

/* What is stopped is not changed: why, and what helps, is said, and when it has helped that is seen. */
static void
test_stopped (Outside      *outside,
              gconstpointer target)
{
  g_autofree char *command = g_strdup_printf ("kill -CONT %d", outside->pid);
  g_autoptr (AtspiAccessible) allocate = NULL;
  g_autoptr (AtspiAccessible) here = NULL;

  outside_do (outside, outside->application, "Buffers");
  allocate = outside_button (outside, "Allocate");
  outside_expect_state (outside, allocate, ATSPI_STATE_SENSITIVE, TRUE);
  g_assert_cmpint (kill (outside->pid, SIGSTOP), ==, 0);
  outside_expect_state (outside, allocate, ATSPI_STATE_SENSITIVE, FALSE);
  g_free (outside_expect_description (outside, allocate, "The process is stopped.*"));
  /* It is said beside the name, too. */
  g_object_unref (outside_find (outside, outside->application, ATSPI_ROLE_LABEL, "stopped"));
  /* The command is said once: where it can be copied. */
  g_object_unref (outside_find (outside, outside->application, ATSPI_ROLE_LABEL, command));
  g_object_unref (outside_find (outside, outside->application, ATSPI_ROLE_LABEL,
                                "The process is stopped. To change it, let it go on:"));
  outside_do (outside, outside->application, "Copy the Command");
  outside_expect_clipboard (outside, command);
  outside_do (outside, outside->application, "Find a Gap");
  here = outside_button (outside, "Create Buffer Here");
  outside_expect_state (outside, here, ATSPI_STATE_SENSITIVE, FALSE);
  g_free (outside_expect_description (outside, here, "The process is stopped.*"));
  g_assert_cmpint (kill (outside->pid, SIGCONT), ==, 0);
  outside_expect_none (outside, outside->application, ATSPI_ROLE_LABEL, "stopped");
  /* Nothing was chosen yet; and then something is. */
  g_free (outside_expect_description (outside, here, "First choose one of the gaps*"));
  outside_set_text (outside, outside->application, "Minimum", "0x10000000");
  outside_expect_state (outside, here, ATSPI_STATE_SENSITIVE, TRUE);
  g_free (outside_expect_description (outside, here, "Make a shared buffer at the candidate*"));
  outside_set_text (outside, outside->application, "Minimum", "?");
  g_free (outside_expect_description (outside, here, "First correct what is marked."));
  outside_set_text (outside, outside->application, "Minimum", "");
  outside_set_text (outside, outside->application, "Size", "200T");
  g_free (outside_expect_description (outside, here, "No gap fits*"));
}

/* A question about a process that ends meanwhile is answered to no avail; then the page is quiet. */
static void
test_exiting (Outside      *outside,
              gconstpointer target)
{
  g_autoptr (AtspiAccessible) allocate = NULL;

  outside_do (outside, outside->application, "Buffers");
  allocate = outside_button (outside, "Allocate");
  outside_do (outside, outside->application, "Allocate");
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL,
                                         "Change Its Memory"));
  g_subprocess_force_exit (outside->victim);
  g_assert_true (g_subprocess_wait (outside->victim, NULL, NULL));
  answer (outside, "*Change Its Memory");
  g_object_unref (outside_find (outside, outside->application, ATSPI_ROLE_LABEL,
                                "Nothing was allocated"));
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL,
                                         "The process has exited. What it had *"));
  outside_expect_state (outside, allocate, ATSPI_STATE_SENSITIVE, FALSE);
  g_free (outside_expect_description (outside, allocate, "The process has exited."));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  outside_init ();

#define ADD(path, function)                                                                        \
  g_test_add (path, Outside, "self", set_up, function, outside_tear_down)
  ADD ("/app/window/buffers/created-and-filled", test_buffer);
  ADD ("/app/window/buffers/allocated-and-undone", test_allocation);
  ADD ("/app/window/buffers/append-stays-while-one-types", test_append_stays);
  ADD ("/app/window/buffers/created-with-a-key", test_soon);
  ADD ("/app/window/buffers/created-at-the-candidate", test_here);
#undef ADD
#define ADD(path, function)                                                                        \
  g_test_add (path, Outside, NULL, outside_set_up, function, outside_tear_down)
  ADD ("/app/window/buffers/elsewhere/asks-once-and-undoes", test_elsewhere);
  ADD ("/app/window/buffers/elsewhere/created-and-filled", test_elsewhere_buffer);
  ADD ("/app/window/buffers/elsewhere/says-what-helps-when-stopped", test_stopped);
  ADD ("/app/window/buffers/elsewhere/is-quiet-when-it-exits", test_exiting);
#undef ADD

  return g_test_run ();
}
