/* Changes of bytes: what is pending, what is undone, and above all what is written and what is not.
 *
 * The memory is an array of this test, of which parts can be read-only, gone, or failing in the middle
 * of a write; at the end it is another process's.
 *
 * SPDX-License-Identifier: MIT
 */
#include "editable-fixture.h"
#include "model/lacuna-byte-edits.h"
#include "model/lacuna-target.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define START ((guint64) 0x10000)

typedef struct
{
  EditableMemory memory;
  LacunaByteSource *source;
  LacunaByteEdits *edits;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->memory.start = START;
  for (guint i = 0; i < EDITABLE_SIZE; i++)
    fixture->memory.bytes[i] = (guint8) (i * 7);
  fixture->source = editable_source (&fixture->memory);
  fixture->edits = lacuna_byte_edits_new (fixture->source);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  LacunaByteEdits *edits = fixture->edits;

  /* The worker may still be about to let go of it. */
  g_object_add_weak_pointer (G_OBJECT (edits), (gpointer *) &fixture->edits);
  g_object_unref (edits);
  for (int i = 0; i < 1000 && g_atomic_pointer_get (&fixture->edits) != NULL; i++)
    g_usleep (1000);
  g_assert_null (g_atomic_pointer_get (&fixture->edits));
  lacuna_byte_source_unref (fixture->source);
}

/* Text over what lies there, as one step. */
static void
type (Fixture    *fixture,
      guint64     address,
      const char *text)
{
  g_assert_true (lacuna_byte_edits_change (fixture->edits, address,
                                           fixture->memory.bytes + (address - START),
                                           (const guint8 *) text, strlen (text), FALSE));
}

static void
ready_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  *(LacunaByteOutcome **) user_data
      = lacuna_byte_edits_finish (LACUNA_BYTE_EDITS (source), result);
}

static LacunaByteOutcome *
wait_for (LacunaByteOutcome **outcome)
{
  while (*outcome == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *outcome;
}

static LacunaByteOutcome *
apply (LacunaByteEdits     *edits,
       LacunaByteApplyFlags flags)
{
  LacunaByteOutcome *outcome = NULL;
  guint8 byte = 0;

  lacuna_byte_edits_apply_async (edits, flags, ready_cb, &outcome);
  /* Nothing can be changed under the hands of who writes. */
  g_assert_true (lacuna_byte_edits_is_busy (edits));
  g_assert_false (lacuna_byte_edits_change (edits, START, &byte, &byte, 1, FALSE));
  g_assert_false (lacuna_byte_edits_undo_typed (edits, FALSE, NULL));
  g_assert_false (lacuna_byte_edits_revert (edits, (struct lac_range){ 0, G_MAXUINT64 }));
  wait_for (&outcome);
  g_assert_false (lacuna_byte_edits_is_busy (edits));
  return outcome;
}

static LacunaByteOutcome *
undo (LacunaByteEdits *edits,
      gboolean         redo)
{
  LacunaByteOutcome *outcome = NULL;

  lacuna_byte_edits_undo_applied_async (edits, redo, ready_cb, &outcome);
  return wait_for (&outcome);
}

/* Against an array, with random bytes at random places of a few pages. */
static void
test_random (void)
{
  enum { N = 3 * 4096 };
  g_autoptr (LacunaBytePatch) patch = lacuna_byte_patch_new ();
  g_autofree guint8 *is_set = g_malloc0 (N);
  g_autofree guint8 *now = g_malloc0 (N);

  for (guint round = 0; round < 20000; round++)
    {
      guint start = (guint) g_test_rand_int_range (0, N);
      guint size = (guint) g_test_rand_int_range (1, round % 100 == 0 ? 5000 : 9);
      guint end = MIN (N, start + size);
      gboolean removes = g_test_rand_bit ();

      for (guint i = start; i < end; i++)
        {
          guint8 byte = (guint8) g_test_rand_int_range (1, 256);

          if (removes)
            lacuna_byte_patch_remove (patch, START + i);
          else
            lacuna_byte_patch_set (patch, (LacunaByteEdit){ START + i, 0, byte });
          is_set[i] = !removes;
          now[i] = byte;
        }
      if (round % 50 == 0)
        {
          guint64 n_bytes = 0;
          guint64 n_runs = 0;
          struct lac_range run = { 0, 0 };

          while (lacuna_byte_patch_next_run (patch, run.end, &run))
            {
              n_runs++;
              g_assert_true (run.start == START || !is_set[run.start - START - 1]);
              g_assert_true (run.end == START + N || !is_set[run.end - START]);
              for (guint64 address = run.start; address < run.end; address++, n_bytes++)
                g_assert_true (is_set[address - START]);
            }
          g_assert_cmpuint (n_bytes, ==, lacuna_byte_patch_get_n_bytes (patch));
          g_assert_cmpuint (n_runs, ==, lacuna_byte_patch_get_n_runs (patch));
          for (guint i = 0; i < N; i++)
            {
              LacunaByteEdit edit;

              g_assert_cmpint (lacuna_byte_patch_lookup (patch, START + i, &edit), ==, is_set[i]);
              if (is_set[i])
                g_assert_cmpuint (edit.now, ==, now[i]);
            }
        }
    }
}

static void
test_typed (Fixture      *fixture,
            gconstpointer data)
{
  LacunaByteEdits *edits = fixture->edits;
  guint8 was = fixture->memory.bytes[5];
  guint8 half = (guint8) (0xa0 | (was & 15));
  guint8 whole = 0xa7;
  guint8 shown[4];
  LacunaByteEdit edit;
  guint64 place;

  /* The two digits of a byte are one step. */
  g_assert_cmpint (lacuna_byte_edits_get_undo (edits), ==, LACUNA_BYTE_STEP_NONE);
  g_assert_true (lacuna_byte_edits_change (edits, START + 5, &was, &half, 1, FALSE));
  g_assert_true (lacuna_byte_edits_change (edits, START + 5, &was, &whole, 1, TRUE));
  type (fixture, START + 6, "x");
  g_assert_true (lacuna_byte_edits_lookup (edits, START + 5, &edit));
  g_assert_cmpuint (edit.was, ==, was);
  g_assert_cmpuint (edit.now, ==, 0xa7);
  g_assert_cmpuint (lacuna_byte_edits_get_n_bytes (edits), ==, 2);
  g_assert_cmpuint (lacuna_byte_edits_get_n_runs (edits), ==, 1);
  memcpy (shown, fixture->memory.bytes + 4, sizeof shown);
  lacuna_byte_edits_overlay (edits, (struct lac_range){ START + 4, START + 8 }, shown);
  g_assert_cmpuint (shown[0], ==, fixture->memory.bytes[4]);
  g_assert_cmpuint (shown[1], ==, 0xa7);
  g_assert_cmpuint (shown[2], ==, 'x');
  g_assert_cmpuint (shown[3], ==, fixture->memory.bytes[7]);

  g_assert_true (lacuna_byte_edits_undo_typed (edits, FALSE, &place));
  g_assert_cmphex (place, ==, START + 6);
  g_assert_true (lacuna_byte_edits_undo_typed (edits, FALSE, &place));
  g_assert_cmphex (place, ==, START + 5);
  g_assert_false (lacuna_byte_edits_undo_typed (edits, FALSE, NULL));
  g_assert_cmpuint (lacuna_byte_edits_get_n_bytes (edits), ==, 0);
  g_assert_true (lacuna_byte_edits_undo_typed (edits, TRUE, NULL));
  g_assert_true (lacuna_byte_edits_lookup (edits, START + 5, &edit));
  g_assert_cmpuint (edit.now, ==, 0xa7);
  g_assert_cmpint (lacuna_byte_edits_get_redo (edits), ==, LACUNA_BYTE_STEP_TYPED);

  /* Typed anew, what was undone is gone; typed as it was, it is no change. */
  g_assert_true (lacuna_byte_edits_change (edits, START + 5, &was, &was, 1, FALSE));
  g_assert_cmpint (lacuna_byte_edits_get_redo (edits), ==, LACUNA_BYTE_STEP_NONE);
  g_assert_cmpuint (lacuna_byte_edits_get_n_bytes (edits), ==, 0);
  g_assert_true (lacuna_byte_edits_undo_typed (edits, FALSE, NULL));
  g_assert_cmpuint (lacuna_byte_edits_get_n_bytes (edits), ==, 1);

  /* To give up changes is a step as well. */
  type (fixture, START + 0x100, "lacuna");
  g_assert_true (lacuna_byte_edits_revert (edits,
                                           (struct lac_range){ START + 0x102, START + 0x104 }));
  g_assert_cmpuint (lacuna_byte_edits_get_n_runs (edits), ==, 3);
  g_assert_false (lacuna_byte_edits_revert (edits,
                                            (struct lac_range){ START + 0x102, START + 0x104 }));
  g_assert_true (lacuna_byte_edits_revert (edits, (struct lac_range){ 0, G_MAXUINT64 }));
  g_assert_cmpuint (lacuna_byte_edits_get_n_bytes (edits), ==, 0);
  g_assert_true (lacuna_byte_edits_undo_typed (edits, FALSE, NULL));
  g_assert_true (lacuna_byte_edits_undo_typed (edits, FALSE, NULL));
  g_assert_cmpuint (lacuna_byte_edits_get_n_bytes (edits), ==, 7);
  g_assert_cmpuint (fixture->memory.n_writes, ==, 0);
}

static void
test_apply (Fixture      *fixture,
            gconstpointer data)
{
  LacunaByteEdits *edits = fixture->edits;
  g_autoptr (LacunaByteOutcome) outcome = NULL;
  g_autoptr (LacunaByteOutcome) undone = NULL;
  g_autoptr (LacunaByteOutcome) redone = NULL;
  guint8 before[EDITABLE_SIZE];

  memcpy (before, fixture->memory.bytes, EDITABLE_SIZE);
  type (fixture, START + 0xffe, "across");
  type (fixture, START + 0x2000, "here");
  g_assert_cmpmem (before, EDITABLE_SIZE, fixture->memory.bytes, EDITABLE_SIZE);
  outcome = apply (edits, LACUNA_BYTE_APPLY_NONE);
  g_assert_cmpint (outcome->verdict, ==, LACUNA_BYTE_VERDICT_DONE);
  g_assert_cmpuint (outcome->n_written, ==, 10);
  g_assert_cmpuint (outcome->n_left, ==, 0);
  g_assert_false (outcome->forced);
  g_assert_cmpuint (fixture->memory.n_writes, ==, 2);
  assert_in_memory (&fixture->memory, START + 0xffe, "across");
  assert_in_memory (&fixture->memory, START + 0x2000, "here");
  g_assert_cmpuint (lacuna_byte_edits_get_n_bytes (edits), ==, 0);

  /* What is typed after that is undone before that. */
  type (fixture, START + 0x2001, "?");
  g_assert_cmpint (lacuna_byte_edits_get_undo (edits), ==, LACUNA_BYTE_STEP_TYPED);
  g_assert_true (lacuna_byte_edits_undo_typed (edits, FALSE, NULL));
  g_assert_cmpint (lacuna_byte_edits_get_undo (edits), ==, LACUNA_BYTE_STEP_APPLIED);
  undone = undo (edits, FALSE);
  g_assert_cmpint (undone->verdict, ==, LACUNA_BYTE_VERDICT_DONE);
  g_assert_cmpmem (before, EDITABLE_SIZE, fixture->memory.bytes, EDITABLE_SIZE);
  g_assert_cmpint (lacuna_byte_edits_get_undo (edits), ==, LACUNA_BYTE_STEP_NONE);
  redone = undo (edits, TRUE);
  g_assert_cmpint (redone->verdict, ==, LACUNA_BYTE_VERDICT_DONE);
  assert_in_memory (&fixture->memory, START + 0xffe, "across");
  g_assert_cmpint (lacuna_byte_edits_get_undo (edits), ==, LACUNA_BYTE_STEP_APPLIED);
  g_assert_cmpint (lacuna_byte_edits_get_redo (edits), ==, LACUNA_BYTE_STEP_TYPED);
}

static void
test_changed (Fixture      *fixture,
              gconstpointer data)
{
  LacunaByteEdits *edits = fixture->edits;
  g_autoptr (LacunaByteOutcome) refused = NULL;
  g_autoptr (LacunaByteOutcome) written = NULL;
  g_autoptr (LacunaByteOutcome) undone = NULL;
  LacunaByteEdit edit;

  type (fixture, START + 0x10, "aa");
  type (fixture, START + 0x20, "bbbb");
  memcpy (fixture->memory.bytes + 0x21, "xyb", 3);
  refused = apply (edits, LACUNA_BYTE_APPLY_NONE);
  g_assert_cmpint (refused->verdict, ==, LACUNA_BYTE_VERDICT_CHANGED);
  g_assert_cmpuint (refused->n_changed, ==, 3);
  g_assert_cmphex (refused->place, ==, START + 0x21);
  g_assert_cmpuint (refused->n_written, ==, 0);
  g_assert_cmpuint (refused->n_left, ==, 6);
  g_assert_cmpuint (fixture->memory.n_writes, ==, 0);

  /* Seen now; what lies there as it is to be is no change any more. */
  lacuna_byte_edits_look_again (edits);
  g_assert_cmpuint (lacuna_byte_edits_get_n_bytes (edits), ==, 5);
  g_assert_true (lacuna_byte_edits_lookup (edits, START + 0x21, &edit));
  g_assert_cmpuint (edit.was, ==, 'x');
  g_assert_cmpuint (edit.now, ==, 'b');
  fixture->memory.bytes[0x22] = 'z';
  written = apply (edits, LACUNA_BYTE_APPLY_CHANGED);
  g_assert_cmpint (written->verdict, ==, LACUNA_BYTE_VERDICT_DONE);
  g_assert_cmpuint (written->n_changed, ==, 1);
  assert_in_memory (&fixture->memory, START + 0x20, "bbbb");

  /* Undone is what was there when it was written, whatever was seen. */
  undone = undo (edits, FALSE);
  g_assert_cmpint (undone->verdict, ==, LACUNA_BYTE_VERDICT_DONE);
  assert_in_memory (&fixture->memory, START + 0x21, "xzb");
}

static void
test_undo_changed (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (LacunaByteOutcome) written = NULL;
  g_autoptr (LacunaByteOutcome) refused = NULL;
  g_autoptr (LacunaByteOutcome) undone = NULL;
  guint8 before[4];

  memcpy (before, fixture->memory.bytes + 0x10, sizeof before);
  type (fixture, START + 0x10, "abcd");
  written = apply (fixture->edits, LACUNA_BYTE_APPLY_NONE);
  fixture->memory.bytes[0x12] = '!';
  refused = undo (fixture->edits, FALSE);
  g_assert_cmpint (refused->verdict, ==, LACUNA_BYTE_VERDICT_CHANGED);
  g_assert_cmpuint (refused->n_changed, ==, 1);
  g_assert_cmphex (refused->place, ==, START + 0x12);
  assert_in_memory (&fixture->memory, START + 0x10, "ab!d");
  g_assert_cmpint (lacuna_byte_edits_get_undo (fixture->edits), ==, LACUNA_BYTE_STEP_APPLIED);
  g_assert_cmpint (lacuna_byte_edits_get_redo (fixture->edits), ==, LACUNA_BYTE_STEP_NONE);

  fixture->memory.bytes[0x12] = 'c';
  undone = undo (fixture->edits, FALSE);
  g_assert_cmpint (undone->verdict, ==, LACUNA_BYTE_VERDICT_DONE);
  g_assert_cmpmem (before, sizeof before, fixture->memory.bytes + 0x10, sizeof before);
}

static void
test_read_only (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (LacunaByteOutcome) refused = NULL;
  g_autoptr (LacunaByteOutcome) forced = NULL;
  g_autoptr (LacunaByteOutcome) undone = NULL;

  fixture->memory.read_only = (struct lac_range){ START + 0x1000, START + 0x2000 };
  type (fixture, START + 0x10, "may");
  type (fixture, START + 0x1010, "may not");
  refused = apply (fixture->edits, LACUNA_BYTE_APPLY_NONE);
  g_assert_cmpint (refused->verdict, ==, LACUNA_BYTE_VERDICT_READ_ONLY);
  g_assert_cmphex (refused->place, ==, START + 0x1010);
  g_assert_nonnull (refused->reason);
  /* What may be written was not, either. */
  g_assert_cmpuint (fixture->memory.n_writes, ==, 0);
  g_assert_cmpuint (lacuna_byte_edits_get_n_bytes (fixture->edits), ==, 10);

  forced = apply (fixture->edits, LACUNA_BYTE_APPLY_FORCE);
  g_assert_cmpint (forced->verdict, ==, LACUNA_BYTE_VERDICT_DONE);
  g_assert_true (forced->forced);
  assert_in_memory (&fixture->memory, START + 0x1010, "may not");
  undone = undo (fixture->edits, FALSE);
  g_assert_cmpint (undone->verdict, ==, LACUNA_BYTE_VERDICT_DONE);
  g_assert_true (undone->forced);
  g_assert_cmpuint (fixture->memory.bytes[0x1010], ==, (guint8) (0x1010 * 7));
}

static void
test_partly (Fixture      *fixture,
             gconstpointer data)
{
  LacunaByteEdits *edits = fixture->edits;
  g_autoptr (LacunaByteOutcome) failed = NULL;
  g_autoptr (LacunaByteOutcome) undone = NULL;
  guint8 before[EDITABLE_SIZE];
  struct lac_range run;

  memcpy (before, fixture->memory.bytes, EDITABLE_SIZE);
  type (fixture, START + 0x10, "one");
  type (fixture, START + 0x20, "three");
  type (fixture, START + 0x30, "two");
  fixture->memory.breaks_at = START + 0x23;
  failed = apply (edits, LACUNA_BYTE_APPLY_NONE);
  g_assert_cmpint (failed->verdict, ==, LACUNA_BYTE_VERDICT_FAILED);
  g_assert_cmpuint (failed->n_written, ==, 6);
  g_assert_cmpuint (failed->n_left, ==, 5);
  g_assert_cmphex (failed->place, ==, START + 0x23);
  g_assert_cmpstr (failed->reason, ==, "It went away.");
  /* Nothing more was tried. */
  g_assert_cmpuint (fixture->memory.n_writes, ==, 2);
  assert_in_memory (&fixture->memory, START + 0x20, "thr");
  g_assert_cmpuint (lacuna_byte_edits_get_n_bytes (edits), ==, 5);
  g_assert_true (lacuna_byte_edits_next_run (edits, 0, &run));
  g_assert_cmphex (run.start, ==, START + 0x23);
  g_assert_cmphex (run.end, ==, START + 0x25);

  /* What is left is one step of typing, and what was written lies below it. */
  g_assert_true (lacuna_byte_edits_undo_typed (edits, FALSE, NULL));
  g_assert_cmpuint (lacuna_byte_edits_get_n_bytes (edits), ==, 0);
  fixture->memory.breaks_at = START + 0x21;
  undone = undo (edits, FALSE);
  g_assert_cmpint (undone->verdict, ==, LACUNA_BYTE_VERDICT_FAILED);
  g_assert_cmpuint (undone->n_written, ==, 4);
  fixture->memory.breaks_at = 0;
  lacuna_byte_outcome_free (undone);
  undone = undo (edits, FALSE);
  g_assert_cmpint (undone->verdict, ==, LACUNA_BYTE_VERDICT_DONE);
  g_assert_cmpuint (undone->n_written, ==, 2);
  g_assert_cmpmem (before, EDITABLE_SIZE, fixture->memory.bytes, EDITABLE_SIZE);
}

static void
test_gone (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (LacunaByteOutcome) hole = NULL;
  g_autoptr (LacunaByteOutcome) gone = NULL;
  g_autofree char *commands = NULL;

  type (fixture, START + 0x10, "one");
  type (fixture, START + 0x20, "\001");
  fixture->memory.hole = (struct lac_range){ START + 0x11, START + 0x15 };
  hole = apply (fixture->edits, LACUNA_BYTE_APPLY_FORCE | LACUNA_BYTE_APPLY_CHANGED);
  g_assert_cmpint (hole->verdict, ==, LACUNA_BYTE_VERDICT_FAILED);
  g_assert_cmphex (hole->place, ==, START + 0x11);
  g_assert_false (hole->exited);

  fixture->memory.exited = TRUE;
  gone = apply (fixture->edits, LACUNA_BYTE_APPLY_NONE);
  g_assert_cmpint (gone->verdict, ==, LACUNA_BYTE_VERDICT_FAILED);
  g_assert_true (gone->exited);
  g_assert_cmpuint (fixture->memory.n_writes, ==, 0);
  commands = lacuna_byte_edits_to_commands (fixture->edits, 1234);
  g_assert_cmpstr (commands, ==,
                   "lacuna-cli write 1234 10010 6f6e65\n"
                   "lacuna-cli write 1234 10020 01\n");
}

static guint8
read_byte (LacunaByteSource *source,
           guint64           address)
{
  g_autoptr (LacunaByteRead) read
      = lacuna_byte_source_read (source, (struct lac_range){ address, address + 1 });

  g_assert_cmpuint (read->holes->len, ==, 0);
  return read->bytes[0];
}

/* A child has the same pages at the same places, and they are its own. */
static void
test_process (void)
{
  gsize page = (gsize) getpagesize ();
  guint8 *area = mmap (NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  guint64 start = (guintptr) area;
  guint64 low = start + page - 1;
  guint8 was[2] = { 0, 0 };
  const guint8 now[2] = { 0x12, 0x34 };
  g_autoptr (LacunaTarget) target = NULL;
  g_autoptr (LacunaByteSource) source = NULL;
  g_autoptr (LacunaByteEdits) edits = NULL;
  g_autoptr (GError) error = NULL;
  LacunaByteOutcome *outcome;
  pid_t child;

  g_assert_true (area != MAP_FAILED);
  g_assert_cmpint (mprotect (area + page, page, PROT_READ), ==, 0);
  child = fork ();
  if (child == 0)
    for (;;)
      pause ();
  target = lacuna_target_new_for_pid (child, &error);
  g_assert_no_error (error);
  source = lacuna_byte_source_new_for_target (target);
  g_assert_true (lacuna_byte_source_can_write (source));
  edits = lacuna_byte_edits_new (source);

  lacuna_byte_edits_change (edits, low, was, now, 2, FALSE);
  outcome = apply (edits, LACUNA_BYTE_APPLY_NONE);
  g_assert_cmpint (outcome->verdict, ==, LACUNA_BYTE_VERDICT_READ_ONLY);
  g_assert_cmphex (outcome->place, ==, low + 1);
  lacuna_byte_outcome_free (outcome);
  g_assert_cmpuint (read_byte (source, low), ==, 0);

  outcome = apply (edits, LACUNA_BYTE_APPLY_FORCE);
  if (outcome->verdict != LACUNA_BYTE_VERDICT_DONE)
    g_test_message ("not forced: %s", outcome->reason);
  g_assert_cmpint (outcome->verdict, ==, LACUNA_BYTE_VERDICT_DONE);
  g_assert_true (outcome->forced);
  lacuna_byte_outcome_free (outcome);
  g_assert_cmpuint (read_byte (source, low), ==, 0x12);
  g_assert_cmpuint (read_byte (source, low + 1), ==, 0x34);
  g_assert_cmpuint (area[page - 1], ==, 0);

  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  outcome = undo (edits, FALSE);
  g_assert_cmpint (outcome->verdict, ==, LACUNA_BYTE_VERDICT_FAILED);
  g_assert_true (outcome->exited);
  lacuna_byte_outcome_free (outcome);
  munmap (area, 2 * page);
}

/* A million bytes are pasted, and written in one go. */
static void
test_large (void)
{
  gsize size = 1 << 20;
  guint8 *area = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_autofree guint8 *now = g_malloc (size);
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  g_autoptr (LacunaByteSource) source = lacuna_byte_source_new_for_target (target);
  g_autoptr (LacunaByteEdits) edits = lacuna_byte_edits_new (source);
  LacunaByteOutcome *outcome;
  gint64 began = g_get_monotonic_time ();
  gint64 changed;

  g_assert_true (area != MAP_FAILED);
  for (gsize i = 0; i < size; i++)
    now[i] = (guint8) (i % 251 + 1);
  lacuna_byte_edits_change (edits, (guintptr) area, area, now, size, FALSE);
  changed = g_get_monotonic_time ();
  g_assert_cmpuint (lacuna_byte_edits_get_n_runs (edits), ==, 1);
  outcome = apply (edits, LACUNA_BYTE_APPLY_NONE);
  g_test_message ("a MiB: %.1f ms to change, %.1f ms to apply", (double) (changed - began) / 1000,
                  (double) (g_get_monotonic_time () - changed) / 1000);
  g_assert_cmpuint (outcome->n_written, ==, size);
  g_assert_cmpmem (area, size, now, size);
  lacuna_byte_outcome_free (outcome);
  munmap (area, size);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/byte-edits/patch-is-as-an-array-would-be", test_random);
#define ADD(path, test) g_test_add ("/model/byte-edits/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("what-is-typed-can-be-undone", test_typed);
  ADD ("applied-and-undone-and-redone", test_apply);
  ADD ("changed-meanwhile-is-not-written-over", test_changed);
  ADD ("undo-only-over-what-was-written", test_undo_changed);
  ADD ("read-only-needs-force", test_read_only);
  ADD ("written-in-part-is-told-to-the-byte", test_partly);
  ADD ("gone-is-not-written", test_gone);
#undef ADD
  g_test_add_func ("/model/byte-edits/another-process", test_process);
  g_test_add_func ("/model/byte-edits/a-million-bytes", test_large);
  return g_test_run ();
}
