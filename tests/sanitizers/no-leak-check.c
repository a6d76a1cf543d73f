/* Turns the search for leaks off in the program that this is linked into, and in no other.
 *
 * For a test that uses a library which leaks, where the leak can't be named in leaks.txt: libatspi
 * loses strings that GLib allocates, and GLib keeps no frame pointers, so that all that is known of
 * such a leak is that g_malloc() did it. What the test starts is looked at as always.
 *
 * SPDX-License-Identifier: MIT
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOOKS_FOR_LEAKS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define LOOKS_FOR_LEAKS 1
#endif

#ifdef LOOKS_FOR_LEAKS
/* LeakSanitizer's own name for it (sanitizer/lsan_interface.h). */
int __lsan_is_turned_off (void);

__attribute__ ((visibility ("default"))) int
__lsan_is_turned_off (void)
{
  return 1;
}
#else
/* ISO C wants something in every file. */
typedef int no_leak_check_is_not_needed;
#endif
