/* The program as it is from outside: a process that is looked at over AT-SPI and told things by keys.
 *
 * Tests of the window start the real program on a real process, on a display of their own
 * (with-display.sh), find what is on the screen by role and name as a screen reader does, and type as
 * people do. Here is what they share. Nothing waits for a fixed time: what is expected is asked for
 * again and again, until it is there, until patience ends, or until the program is no more.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"

#include <X11/Xlib.h>
#include <X11/keysym.h>
#include <atspi/atspi.h>
#include <gio/gio.h>

/* libatspi 2.46 defines none of these. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiAccessible, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiAction, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiComponent, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiEditableText, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiSelection, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiStateSet, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiText, g_object_unref)

/* How long the window may take to show what is expected. Sanitizers and busy machines are slow. */
#ifndef OUTSIDE_PATIENCE_SECONDS
#define OUTSIDE_PATIENCE_SECONDS 60
#endif

typedef struct
{
  GSubprocess *victim;          /* what the program looks at, or NULL */
  struct lac_map *map;          /* the victim's, or NULL */
  gint32 pid;                   /* the victim's */
  GSubprocess *program;         /* Lacuna */
  AtspiAccessible *application; /* what Lacuna shows */
  Display *display;             /* where it shows it */
} Outside;

/* Waits for what @condition asks. */
#define OUTSIDE_WAIT(outside, condition)                                                           \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 wait_end_ = outside_deadline ();                                                        \
    while (!(condition))                                                                           \
      outside_wait_turn ((outside), wait_end_, G_STRLOC, #condition);                              \
  }                                                                                                \
  G_STMT_END

gint64           outside_deadline           (void);
void             outside_wait_turn          (Outside         *outside,
                                             gint64           deadline,
                                             const char      *place,
                                             const char      *what);

/* Connects with AT-SPI; to be called once, after g_test_init(). */
void             outside_init               (void);

/* Processes */
gint32           outside_pid_of             (GSubprocess     *subprocess);
struct lac_map  *outside_read_map           (gint32           pid);
GSubprocess     *outside_start_victim       (struct lac_map **out_map);
void             outside_end                (GSubprocess     *subprocess);

/* Starts the program with @target as its argument (NULL: without any), with @environment's settings
 * ("NAME=VALUE", NULL-terminated, or NULL) over those of the test, and waits for its window. */
void             outside_start              (Outside           *outside,
                                             const char        *target,
                                             const char *const *environment);
/* Tells the program to quit by its own means, and fails the test when it ends with a failure. Ends
 * the victim too. */
void             outside_finish             (Outside         *outside);

/* A victim and the program on it, and their end; see the definition for @target. */
void             outside_set_up             (Outside         *outside,
                                             gconstpointer    target);
void             outside_tear_down          (Outside         *outside,
                                             gconstpointer    target);
/* The victim's region that is called so. */
struct lac_range outside_range_of           (Outside         *outside,
                                             const char      *name);

/* What is on the screen. All wait. */
AtspiAccessible *outside_strip              (Outside         *outside);
AtspiAccessible *outside_button             (Outside         *outside,
                                             const char      *name);
AtspiAccessible *outside_entry              (Outside         *outside,
                                             const char      *name);
AtspiAccessible *outside_find               (Outside         *outside,
                                             AtspiAccessible *root,
                                             AtspiRole        role,
                                             const char      *name);
AtspiAccessible *outside_find_matching      (Outside         *outside,
                                             AtspiAccessible *root,
                                             AtspiRole        role,
                                             const char      *pattern);
/* The button that takes the focus: a menu button is two, one in the other. */
AtspiAccessible *outside_find_focusable     (Outside         *outside,
                                             AtspiAccessible *root,
                                             const char      *pattern);
void             outside_expect_none        (Outside         *outside,
                                             AtspiAccessible *root,
                                             AtspiRole        role,
                                             const char      *name);
void             outside_expect_name        (Outside         *outside,
                                             AtspiAccessible *accessible,
                                             const char      *pattern);
/* Waits until the description matches @pattern; (transfer full) the description. */
char            *outside_expect_description (Outside         *outside,
                                             AtspiAccessible *accessible,
                                             const char      *pattern);
void             outside_expect_state       (Outside         *outside,
                                             AtspiAccessible *accessible,
                                             AtspiStateType   state,
                                             gboolean         expected);
void             outside_expect_n_children  (Outside         *outside,
                                             AtspiAccessible *accessible,
                                             int              n_expected);
/* Waits until what has been typed is @text. */
void             outside_expect_text        (Outside         *outside,
                                             AtspiAccessible *entry,
                                             const char      *text);

/* Presses the button whose name matches @pattern, as a pointer would. */
void             outside_do                 (Outside         *outside,
                                             AtspiAccessible *root,
                                             const char      *pattern);
/* Puts @text into the entry that is called so, in one go. */
void             outside_set_text           (Outside         *outside,
                                             AtspiAccessible *root,
                                             const char      *entry,
                                             const char      *text);

/* As they are now. */
AtspiAccessible *outside_peek               (AtspiAccessible *root,
                                             AtspiRole        role,
                                             const char      *name);
gboolean         outside_has_state          (AtspiAccessible *accessible,
                                             AtspiStateType   state);
char            *outside_text               (AtspiAccessible *accessible);
AtspiAccessible *outside_descend            (AtspiAccessible *from,
                                             const int       *path,
                                             guint            n_steps);

/* The keyboard, the window and the clipboard. */
void             outside_take_keyboard      (Outside         *outside);
void             outside_press              (Outside         *outside,
                                             KeySym           key,
                                             KeySym           modifier);
void             outside_type               (Outside         *outside,
                                             const char      *text);
/* Presses Tab; (transfer full): the path of where the focus has come to, NULL when it has not moved. */
char            *outside_tab                (Outside         *outside);
/* Presses Tab until the focus is there. */
void             outside_tab_to             (Outside         *outside,
                                             AtspiAccessible *stop);
/* Opens the menu of the button that has the focus, and takes the item that is called @name. */
void             outside_choose             (Outside         *outside,
                                             const char      *name);
Window           outside_peek_window        (Outside         *outside);
/* Waits until the window is another size. */
void             outside_resize             (Outside         *outside,
                                             guint            width,
                                             guint            height);
char            *outside_clipboard          (Outside         *outside);
void             outside_expect_clipboard   (Outside         *outside,
                                             const char      *expected);
