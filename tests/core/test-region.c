/* Kinds, from names and facts; and the tables of words.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/gap.h"
#include "core/region.h"

#include <glib.h>

#include <string.h>

static enum lac_kind
kind_of (const char *name,
         uint64_t    inode,
         bool        image,
         unsigned    protection,
         unsigned    flags)
{
  struct lac_backing backing = {
    .name = name,
    .name_length = (uint32_t) strlen (name),
    .inode = inode,
    .image = image,
  };

  return lac_kind_decide (&backing, protection, flags);
}

static void
test_kinds (void)
{
  const struct
  {
    const char *name;
    uint64_t inode;
    bool image;
    unsigned protection;
    unsigned flags;
    const char *kind;
  } cases[] = {
    { "/usr/bin/cat", 12, true, 5, 0, "image" },
    { "/usr/bin/cat", 12, true, 3, 0, "image" },
    { "/usr/lib/libc.so.6", 12, true, 0, 0, "guard" },
    { "/usr/share/fonts/a.ttf", 12, false, 1, 0, "file" },
    { "/usr/share/fonts/a.ttf", 12, false, 1, LAC_REGION_SHARED, "file" },
    { "[heap]", 0, false, 3, 0, "heap" },
    { "[heap]", 0, false, 0, 0, "heap" },
    { "/tmp/[heap]", 77, false, 3, 0, "file" },
    { "[heap]", 77, false, 3, 0, "file" },
    { "[stack]", 0, false, 3, LAC_REGION_GROWS_DOWN, "stack" },
    { "[stack:4711]", 0, false, 3, 0, "stack" },
    { "[anon:stack]", 0, false, 3, 0, "anonymous" },
    { "[anon: glibc: malloc]", 0, false, 3, 0, "anonymous" },
    { "", 0, false, 3, 0, "anonymous" },
    { "", 0, false, 7, 0, "anonymous" },
    { "", 0, false, 0, 0, "guard" },
    { "", 0, false, 3, LAC_REGION_SHARED, "shared" },
    { "/memfd:java_heap", 1183, false, 3, LAC_REGION_SHARED, "shared" },
    { "/memfd:java_heap", 1183, false, 3, 0, "anonymous" },
    { "/SYSV00000000", 5, false, 3, LAC_REGION_SHARED, "shared" },
    { "/dev/zero", 3, false, 3, LAC_REGION_SHARED, "shared" },
    { "/dev/shm/sem.x", 3, false, 3, LAC_REGION_SHARED, "shared" },
    { "[anon_shmem:mine]", 9, false, 3, LAC_REGION_SHARED, "shared" },
    { "/dev/dri/renderD128", 9, false, 3, LAC_REGION_SHARED, "file" },
    { "[vdso]", 0, false, 5, 0, "vdso" },
    { "[vvar]", 0, false, 1, 0, "vdso" },
    { "[vvar_vclock]", 0, false, 1, 0, "vdso" },
    { "[vsyscall]", 0, false, 4, 0, "vsyscall" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].name);
      g_assert_cmpstr (lac_kind_name (kind_of (cases[i].name, cases[i].inode, cases[i].image,
                                               cases[i].protection, cases[i].flags)),
                       ==, cases[i].kind);
    }
}

static void
test_names_round_trip (void)
{
  for (unsigned i = 0; i < LAC_N_KINDS; i++)
    {
      enum lac_kind kind = LAC_N_KINDS;

      g_assert_true (lac_kind_from_name (lac_kind_name ((enum lac_kind) i), &kind));
      g_assert_cmpuint (kind, ==, i);
      g_assert_cmpuint (strlen (lac_kind_sentence ((enum lac_kind) i)), >, 10);
    }
  for (unsigned i = 0; i < LAC_N_ORDERS; i++)
    {
      enum lac_order order = LAC_N_ORDERS;

      g_assert_true (lac_order_from_name (lac_order_name ((enum lac_order) i), &order));
      g_assert_cmpuint (order, ==, i);
    }
  for (unsigned hazard = 1; hazard <= 4; hazard *= 2)
    {
      unsigned bits = 0;

      g_assert_true (lac_hazard_from_name (lac_hazard_name ((enum lac_hazard) hazard), &bits));
      g_assert_cmpuint (bits, ==, hazard);
    }
  g_assert_cmpstr (lac_kind_name (LAC_N_KINDS), ==, "unknown");
  g_assert_cmpstr (lac_status_name ((enum lac_status) 9999), ==, "unknown");
  g_assert_cmpstr (lac_status_name (LAC_E_NO_GAP), ==, "no-gap");
  g_assert_cmpstr (lac_reason_name (LAC_REASON_TOO_FAR), ==, "too-far");
}

static void
test_protection_is_spelled_as_in_maps (void)
{
  char text[5];

  lac_protection_format (LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE, 0, text);
  g_assert_cmpstr (text, ==, "r-xp");
  lac_protection_format (LAC_PROTECTION_READ | LAC_PROTECTION_WRITE, LAC_REGION_SHARED, text);
  g_assert_cmpstr (text, ==, "rw-s");
  lac_protection_format (0, 0, text);
  g_assert_cmpstr (text, ==, "---p");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/region/kinds", test_kinds);
  g_test_add_func ("/core/region/names-round-trip", test_names_round_trip);
  g_test_add_func ("/core/region/protection-is-spelled-as-in-maps",
                   test_protection_is_spelled_as_in_maps);
  return g_test_run ();
}
