/* A victim (tests/victims) for lacuna-cli to work in, which checks all the time whether anything is wrong with it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "run.h"
#include "start.h"

typedef struct
{
  struct started victim;
  char pid[16];
  char *before; /* what could be seen of it when it began, or at note_looks() */
} Elsewhere;

/* What can be seen of it now is what assert_untouched() expects. */
static inline void
note_looks (Elsewhere *elsewhere)
{
  g_free (elsewhere->before);
  elsewhere->before = describe_process (elsewhere->victim.pid);
}

static inline void
assert_untouched (const Elsewhere *elsewhere)
{
  g_autofree char *after = describe_process (elsewhere->victim.pid);

  assert_same_description (elsewhere->before, after);
}

/* As user @user (-1: as it is). False, with the test skipped, where it can't be had. */
static inline bool
begin_as (Elsewhere  *elsewhere,
          int         user,
          const char *program,
          const char *role)
{
  if (!start_victim (&elsewhere->victim, user, program, role, NULL))
    return false;
  g_snprintf (elsewhere->pid, sizeof elsewhere->pid, "%d", (int) elsewhere->victim.pid);
  /* What it still does to begin is no difference that we make. */
  wait_for_rounds (&elsewhere->victim, 1);
  /* A process with this number may have left one behind. */
  if (strcmp (program, "locator") != 0)
    remove_locator (elsewhere->victim.pid);
  elsewhere->before = NULL;
  note_looks (elsewhere);
  return true;
}

static inline bool
begin (Elsewhere  *elsewhere,
       const char *program,
       const char *role)
{
  return begin_as (elsewhere, -1, program, role);
}

static inline void
end_at_once (Elsewhere *elsewhere)
{
  kill_victim (&elsewhere->victim);
  remove_locator (elsewhere->victim.pid);
  g_clear_pointer (&elsewhere->before, g_free);
}

/* Lets it check itself some more times, and ends it; nothing may be wrong. */
static inline void
end (Elsewhere *elsewhere)
{
  pid_t pid = elsewhere->victim.pid;

  wait_for_rounds (&elsewhere->victim, 3);
  assert_unharmed (&elsewhere->victim, false);
  end_unharmed (&elsewhere->victim);
  remove_locator (pid);
  g_clear_pointer (&elsewhere->before, g_free);
}

/* Has it traced by another one. False, with it ended and the test skipped, where that can't be. */
static inline bool
begin_tracer (Elsewhere      *elsewhere,
              struct started *tracer)
{
  if (start_victim (tracer, -1, "oddity", "tracer", elsewhere->pid, NULL))
    return true;
  end_at_once (elsewhere);
  return false;
}

/* What the map has at @address: protection and kind joined, or "" for nothing. (transfer full) */
static inline char *
look_at (const Elsewhere *elsewhere,
         guint64          address)
{
  g_auto (Run) run = run_cli ("map", elsewhere->pid, "--json");
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *regions;

  assert_status (&run, 0);
  regions = json_object_get_array_member (parse_json (&run, &parser), "regions");
  for (guint i = 0; i < json_array_get_length (regions); i++)
    {
      JsonObject *region = json_array_get_object_element (regions, i);

      if (json_address (region, "start") <= address && address < json_address (region, "end"))
        return g_strdup_printf ("%s %s",
                                json_object_get_string_member (region, "protection"),
                                json_object_get_string_member (region, "kind"));
    }
  return g_strdup ("");
}

static inline void
assert_looks (const Elsewhere *elsewhere,
              guint64          address,
              const char      *expected)
{
  g_autofree char *found = look_at (elsewhere, address);

  g_assert_cmpstr (found, ==, expected);
}

/* Allocates, and returns where. */
static inline guint64
allocate (const Elsewhere *elsewhere,
          const char      *size,
          const char      *protection)
{
  g_auto (Run) run = run_cli ("alloc", elsewhere->pid, "--min", "0x200000000000", "--size", size,
                              "--protect", protection, "--json");
  g_autoptr (JsonParser) parser = NULL;

  assert_status (&run, 0);
  return json_address (parse_json (&run, &parser), "start");
}

/* What is written down of allocations, and all that is temporary, is for the tests of one program alone. */
static inline void
init_elsewhere (int    *argc,
                char ***argv)
{
  g_setenv ("XDG_RUNTIME_DIR", leave_nothing_behind (), TRUE);
  g_test_init (argc, argv, NULL);
}
