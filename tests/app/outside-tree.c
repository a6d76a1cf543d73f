/* What outside.h has of the accessibles: finding them, waiting for what they say, telling them
 * things. Whatever a call of AT-SPI failed with, the next round of waiting asks again.
 *
 * SPDX-License-Identifier: MIT
 */
#include "outside.h"

typedef struct
{
  AtspiRole role;
  const char *name;
  gboolean is_pattern;
  gboolean has_action; /* whether only what can be pressed is looked for */
} Search;

static gboolean
is_found (AtspiAccessible *accessible,
          const Search    *search)
{
  g_autofree char *text = NULL;

  if (search->role != ATSPI_ROLE_INVALID
      && atspi_accessible_get_role (accessible, NULL) != search->role)
    return FALSE;
  text = atspi_accessible_get_name (accessible, NULL);
  if (text == NULL
      || !(search->is_pattern ? g_pattern_match_simple (search->name, text)
                              : g_str_equal (text, search->name)))
    return FALSE;
  /* A menu button is two, one in the other, and the inner one is pressed. */
  return !search->has_action || outside_has_state (accessible, ATSPI_STATE_FOCUSABLE);
}

static AtspiAccessible *
search_below (AtspiAccessible *root,
              const Search    *search,
              guint            depth)
{
  int n_children = atspi_accessible_get_child_count (root, NULL);

  /* No list or table has to be looked through further than this. */
  for (int i = 0; i < MIN (n_children, 40); i++)
    {
      g_autoptr (AtspiAccessible) child = atspi_accessible_get_child_at_index (root, i, NULL);
      AtspiAccessible *found = NULL;

      if (child == NULL)
        continue;
      if (is_found (child, search))
        return g_steal_pointer (&child);
      found = depth > 0 ? search_below (child, search, depth - 1) : NULL;
      if (found != NULL)
        return found;
    }
  return NULL;
}

static AtspiAccessible *
peek (AtspiAccessible *root,
      AtspiRole        role,
      const char      *name,
      gboolean         is_pattern,
      gboolean         has_action)
{
  const Search search = { role, name, is_pattern, has_action };

  atspi_accessible_clear_cache (root);
  return search_below (root, &search, 40);
}

AtspiAccessible *
outside_peek (AtspiAccessible *root,
              AtspiRole        role,
              const char      *name)
{
  return peek (root, role, name, FALSE, FALSE);
}

static AtspiAccessible *
find (Outside         *outside,
      AtspiAccessible *root,
      AtspiRole        role,
      const char      *name,
      gboolean         is_pattern,
      gboolean         has_action)
{
  AtspiAccessible *found = NULL;
  g_autofree char *what = g_strdup_printf ("something of role %d is called \"%s\"", role, name);
  gint64 deadline = outside_deadline ();

  while ((found = peek (root, role, name, is_pattern, has_action)) == NULL)
    outside_wait_turn (outside, deadline, G_STRLOC, what);
  return found;
}

AtspiAccessible *
outside_find (Outside         *outside,
              AtspiAccessible *root,
              AtspiRole        role,
              const char      *name)
{
  return find (outside, root, role, name, FALSE, FALSE);
}

AtspiAccessible *
outside_strip (Outside *outside)
{
  return outside_find (outside, outside->application, ATSPI_ROLE_IMAGE, "Address space");
}

AtspiAccessible *
outside_button (Outside    *outside,
                const char *name)
{
  return outside_find (outside, outside->application, ATSPI_ROLE_PUSH_BUTTON, name);
}

AtspiAccessible *
outside_entry (Outside    *outside,
               const char *name)
{
  return outside_find (outside, outside->application, ATSPI_ROLE_TEXT, name);
}

AtspiAccessible *
outside_find_matching (Outside         *outside,
                       AtspiAccessible *root,
                       AtspiRole        role,
                       const char      *pattern)
{
  return find (outside, root, role, pattern, TRUE, FALSE);
}

AtspiAccessible *
outside_find_focusable (Outside         *outside,
                        AtspiAccessible *root,
                        const char      *pattern)
{
  return find (outside, root, ATSPI_ROLE_PUSH_BUTTON, pattern, TRUE, TRUE);
}

void
outside_expect_none (Outside         *outside,
                     AtspiAccessible *root,
                     AtspiRole        role,
                     const char      *name)
{
  g_autofree char *what = g_strdup_printf ("nothing of role %d is called \"%s\"", role, name);
  gint64 deadline = outside_deadline ();

  for (;;)
    {
      g_autoptr (AtspiAccessible) found = peek (root, role, name, FALSE, FALSE);

      if (found == NULL)
        return;
      outside_wait_turn (outside, deadline, G_STRLOC, what);
    }
}

/* Waits until @get says something that matches @pattern; (transfer full) what it says. */
static char *
expect_words (Outside         *outside,
              AtspiAccessible *accessible,
              char *(*get) (AtspiAccessible *accessible, GError **error),
              const char      *pattern)
{
  gint64 deadline = outside_deadline ();

  for (;;)
    {
      g_autofree char *words = NULL;
      g_autofree char *what = NULL;

      atspi_accessible_clear_cache (accessible);
      words = get (accessible, NULL);
      if (words != NULL && g_pattern_match_simple (pattern, words))
        return g_steal_pointer (&words);
      what = g_strdup_printf ("\"%s\" becomes \"%s\"", words, pattern);
      outside_wait_turn (outside, deadline, G_STRLOC, what);
    }
}

void
outside_expect_name (Outside         *outside,
                     AtspiAccessible *accessible,
                     const char      *pattern)
{
  g_free (expect_words (outside, accessible, atspi_accessible_get_name, pattern));
}

char *
outside_expect_description (Outside         *outside,
                            AtspiAccessible *accessible,
                            const char      *pattern)
{
  return expect_words (outside, accessible, atspi_accessible_get_description, pattern);
}

gboolean
outside_has_state (AtspiAccessible *accessible,
                   AtspiStateType   state)
{
  g_autoptr (AtspiStateSet) states = NULL;

  atspi_accessible_clear_cache (accessible);
  states = atspi_accessible_get_state_set (accessible);
  return states != NULL && atspi_state_set_contains (states, state);
}

void
outside_expect_state (Outside         *outside,
                      AtspiAccessible *accessible,
                      AtspiStateType   state,
                      gboolean         expected)
{
  g_autofree char *name = atspi_accessible_get_name (accessible, NULL);
  g_autofree char *what = g_strdup_printf ("\"%s\" has the state %d: %d", name, state, expected);
  gint64 deadline = outside_deadline ();

  while (outside_has_state (accessible, state) != expected)
    outside_wait_turn (outside, deadline, G_STRLOC, what);
}

void
outside_expect_n_children (Outside         *outside,
                           AtspiAccessible *accessible,
                           int              n_expected)
{
  g_autofree char *what = g_strdup_printf ("there are %d children", n_expected);
  gint64 deadline = outside_deadline ();

  for (;;)
    {
      atspi_accessible_clear_cache (accessible);
      if (atspi_accessible_get_child_count (accessible, NULL) == n_expected)
        return;
      outside_wait_turn (outside, deadline, G_STRLOC, what);
    }
}

/* GTK's entries take an end of -1 for an empty range. */
static char *
get_text (AtspiAccessible *accessible,
          GError         **error)
{
  g_autoptr (AtspiText) text = atspi_accessible_get_text_iface (accessible);

  return text != NULL
             ? atspi_text_get_text (text, 0, atspi_text_get_character_count (text, NULL), NULL)
             : NULL;
}

char *
outside_text (AtspiAccessible *accessible)
{
  return get_text (accessible, NULL);
}

void
outside_expect_text (Outside         *outside,
                     AtspiAccessible *entry,
                     const char      *text)
{
  g_free (expect_words (outside, entry, get_text, text));
}

void
outside_do (Outside         *outside,
            AtspiAccessible *root,
            const char      *pattern)
{
  g_autoptr (AtspiAccessible) found
      = outside_find_focusable (outside, root, pattern);
  g_autoptr (AtspiAction) action = atspi_accessible_get_action_iface (found);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (action);
  atspi_action_do_action (action, 0, &error);
  g_assert_no_error (error);
}

void
outside_set_text (Outside         *outside,
                  AtspiAccessible *root,
                  const char      *entry,
                  const char      *text)
{
  g_autoptr (AtspiAccessible) found = find (outside, root, ATSPI_ROLE_TEXT, entry, FALSE, FALSE);
  g_autoptr (AtspiEditableText) editable = atspi_accessible_get_editable_text_iface (found);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (editable);
  atspi_editable_text_set_text_contents (editable, text, &error);
  g_assert_no_error (error);
}

/* A child, a child's child, and so on. */
AtspiAccessible *
outside_descend (AtspiAccessible *from,
                 const int       *path,
                 guint            n_steps)
{
  AtspiAccessible *at = g_object_ref (from);

  for (guint i = 0; i < n_steps && at != NULL; i++)
    {
      AtspiAccessible *child = atspi_accessible_get_child_at_index (at, path[i], NULL);

      g_object_unref (at);
      at = child;
    }
  return at;
}
