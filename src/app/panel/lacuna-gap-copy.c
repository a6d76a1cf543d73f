/* What a match is copied as: its address, or what finds it again.
 *
 * Whoever found a place here by eye wants it in a script or a program next, where it has to be
 * found anew, because the address space will be another one. So the command and the call ask the
 * whole question again. An anchor that was typed by name goes by name into the command, which looks it
 * up anew: its address is of this run alone. C has nothing that would look it up, and so the call has
 * the address, and says what it was. What a query has by default is left out of both, so that what
 * was asked for stands out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gap-copy.h"
#include "core/expression.h"
#include "model/lacuna-format.h"

#include <string.h>

static void
append_address_option (GString    *command,
                       const char *option,
                       guint64     address)
{
  g_string_append_printf (command, " --%s 0x%" G_GINT64_MODIFIER "x", option, address);
}

static const char *
name_of (const char *const *names,
         gsize              anchor)
{
  return names != NULL && *names[anchor] != '\0' ? names[anchor] : NULL;
}

static void
append_anchor_option (GString    *command,
                      const char *name,
                      guint64     address)
{
  g_autofree char *quoted = name != NULL ? g_shell_quote (name) : NULL;

  if (quoted != NULL)
    g_string_append_printf (command, " --near %s", quoted);
  else
    append_address_option (command, "near", address);
}

static void
append_size_option (GString    *command,
                    const char *option,
                    guint64     bytes)
{
  g_string_append_printf (command, " --%s %" G_GUINT64_FORMAT, option, bytes);
}

/* The spelling of a target that means the same to the command line. The process that is "self" here
 * is another one there, and a process's name may be that of several. */
static char *
spell_target (const LacunaOrigin *origin)
{
  if (origin->kind != LACUNA_TARGET_FILE)
    return g_strdup_printf ("pid:%d", origin->pid);
  return g_shell_quote (origin->source_path);
}

/* The match is the last one that the command lists. */
static char *
command_text (LacunaGapResults  *results,
              const char *const *names,
              guint              position)
{
  const struct lac_gap_query *query = lacuna_gap_results_get_query (results);
  LacunaSnapshot *snapshot = lacuna_gap_results_get_snapshot (results);
  g_autofree char *target = spell_target (lacuna_snapshot_get_origin (snapshot));
  GString *command = g_string_new ("lacuna-cli gaps ");
  struct lac_gap_query usual;

  lac_gap_query_init (&usual, lacuna_snapshot_get_map (snapshot));
  g_string_append (command, target);
  for (gsize i = 0; i < query->n_anchors; i++)
    append_anchor_option (command, name_of (names, i), query->anchors[i]);
  if (query->n_anchors > 0 && query->within != usual.within)
    append_size_option (command, "within", query->within);
  append_size_option (command, "size", query->size);
  if (query->alignment != usual.alignment)
    append_size_option (command, "align", query->alignment);
  if (query->min != usual.min)
    append_address_option (command, "min", query->min);
  if (query->max != usual.max)
    append_address_option (command, "max", query->max);
  if (query->avoid == LAC_HAZARD_NONE)
    g_string_append (command, " --avoid none");
  else if (query->avoid != usual.avoid)
    for (unsigned bit = 1; bit <= LAC_HAZARD_ALL; bit <<= 1)
      if ((query->avoid & bit) != 0)
        g_string_append_printf (command, " --avoid %s", lac_hazard_name (bit));
  if (query->order != (query->n_anchors > 0 ? LAC_ORDER_NEAREST : LAC_ORDER_LOWEST))
    g_string_append_printf (command, " --order %s", lac_order_name (query->order));
  g_string_append_printf (command, " --limit %u", position + 1);
  return g_string_free (command, FALSE);
}

static const char *
order_in_c (enum lac_order order)
{
  switch (order)
    {
    case LAC_ORDER_LOWEST:
      return "LAC_ORDER_LOWEST";
    case LAC_ORDER_HIGHEST:
      return "LAC_ORDER_HIGHEST";
    case LAC_ORDER_TIGHTEST:
      return "LAC_ORDER_TIGHTEST";
    case LAC_ORDER_ROOMIEST:
      return "LAC_ORDER_ROOMIEST";
    case LAC_ORDER_NEAREST:
    case LAC_N_ORDERS:
    default:
      return "LAC_ORDER_NEAREST";
    }
}

static void
append_avoid_in_c (GString *call,
                   unsigned avoid)
{
  static const struct
  {
    unsigned bit;
    const char *name;
  } hazards[] = {
    { LAC_HAZARD_HEAP_GROWTH, "LAC_HAZARD_HEAP_GROWTH" },
    { LAC_HAZARD_STACK_GROWTH, "LAC_HAZARD_STACK_GROWTH" },
    { LAC_HAZARD_STACK_GUARD, "LAC_HAZARD_STACK_GUARD" },
  };
  const char *separator = "";

  g_string_append (call, "query.avoid = ");
  for (gsize i = 0; i < G_N_ELEMENTS (hazards); i++)
    if ((avoid & hazards[i].bit) != 0)
      {
        g_string_append_printf (call, "%s%s", separator, hazards[i].name);
        separator = " | ";
      }
  if (avoid == LAC_HAZARD_NONE)
    g_string_append (call, "LAC_HAZARD_NONE");
  g_string_append (call, ";\n");
}

static void
append_number_in_c (GString    *call,
                    const char *member,
                    guint64     number)
{
  g_string_append_printf (call, "query.%s = UINT64_C (0x%" G_GINT64_MODIFIER "x);\n", member,
                          number);
}

/* @name must neither end the comment nor seem to begin another. */
static void
append_comment (GString    *call,
                const char *name)
{
  g_string_append (call, " /* ");
  for (const char *next = name; *next != '\0'; next++)
    {
      g_string_append_c (call, *next);
      if ((*next == '*' && next[1] == '/') || (*next == '/' && next[1] == '*'))
        g_string_append_c (call, ' ');
    }
  g_string_append (call, " */");
}

static void
append_anchors_in_c (GString                    *call,
                     const struct lac_gap_query *query,
                     const char *const          *names)
{
  gboolean any_name = FALSE;

  for (gsize i = 0; i < query->n_anchors; i++)
    any_name |= name_of (names, i) != NULL;
  if (any_name)
    g_string_append (call, "/* Where these lie in this run; in another they may lie elsewhere. */\n");
  g_string_append (call, "const uint64_t anchors[] = {");
  for (gsize i = 0; i < query->n_anchors; i++)
    {
      g_string_append_printf (call, "%s UINT64_C (0x%" G_GINT64_MODIFIER "x)", i > 0 ? "," : "",
                              query->anchors[i]);
      if (name_of (names, i) != NULL)
        append_comment (call, name_of (names, i));
    }
  g_string_append (call, " };\n");
}

/* Statements for a block that has a `map`. */
static char *
call_text (LacunaGapResults     *results,
           const struct lac_gap *gap,
           const char *const    *names,
           guint                 position)
{
  const struct lac_gap_query *query = lacuna_gap_results_get_query (results);
  GString *call = g_string_new (NULL);
  struct lac_gap_query usual;

  lac_gap_query_init (&usual,
                      lacuna_snapshot_get_map (lacuna_gap_results_get_snapshot (results)));
  g_string_append (call, "/* #include <lacuna.h>; map is a struct lac_map * */\n");
  if (query->n_anchors > 0)
    append_anchors_in_c (call, query, names);
  g_string_append (call, "struct lac_gap_query query;\n");
  if (position > 0)
    g_string_append (call, "struct lac_gap_search search;\n");
  g_string_append (call, "struct lac_gap gap;\nenum lac_status status;\n\n"
                         "lac_gap_query_init (&query, map);\n");
  if (query->n_anchors > 0)
    g_string_append_printf (call,
                            "query.anchors = anchors;\n"
                            "query.n_anchors = %" G_GSIZE_FORMAT ";\n",
                            (gsize) query->n_anchors);
  if (query->n_anchors > 0 && query->within != usual.within)
    append_number_in_c (call, "within", query->within);
  append_number_in_c (call, "size", query->size);
  if (query->alignment != usual.alignment)
    append_number_in_c (call, "alignment", query->alignment);
  if (query->min != usual.min)
    append_number_in_c (call, "min", query->min);
  if (query->max != usual.max)
    append_number_in_c (call, "max", query->max);
  if (query->avoid != usual.avoid)
    append_avoid_in_c (call, query->avoid);
  if (query->order != usual.order)
    g_string_append_printf (call, "query.order = %s;\n", order_in_c (query->order));

  if (position == 0)
    g_string_append (call, "status = lac_gap_first (map, &query, &gap);\n");
  else
    g_string_append_printf (call,
                            "status = lac_gap_search_init (&search, map, &query);\n"
                            "if (status == LAC_OK)\n"
                            "  {\n"
                            "    for (unsigned i = 0; i <= %u && status == LAC_OK; i++)\n"
                            "      status = lac_gap_next (&search, &gap);\n"
                            "    lac_gap_search_clear (&search);\n"
                            "  }\n",
                            position);
  g_string_append_printf (call,
                          "/* On LAC_OK the buffer goes to gap.candidate, which was "
                          "0x%" G_GINT64_MODIFIER "x. */\n",
                          gap->candidate);
  return g_string_free (call, FALSE);
}

/**
 * lacuna_gap_copy_text:
 * @results: what @gap is one of
 * @gap: a match that @results keeps
 * @names: (nullable): of the query's anchors, how each was typed; "" where the address says it all
 * @kind: in which form
 *
 * Returns: (transfer full): the text for the clipboard
 */
char *
lacuna_gap_copy_text (LacunaGapResults     *results,
                      const struct lac_gap *gap,
                      const char *const    *names,
                      LacunaCopyKind        kind)
{
  guint position = 0;

  g_return_val_if_fail (LACUNA_IS_GAP_RESULTS (results), NULL);

  lacuna_gap_results_find (results, gap->index, &position);
  switch (kind)
    {
    case LACUNA_COPY_COMMAND:
      return command_text (results, names, position);
    case LACUNA_COPY_CALL:
      return call_text (results, gap, names, position);
    case LACUNA_COPY_ADDRESS:
    default:
      return lacuna_format_address (gap->candidate);
    }
}

/**
 * lacuna_gap_copy_has_name:
 * @text: what was read as an address
 *
 * What begins like an option is none either: a command would take it for one.
 *
 * Returns: whether it is to be copied as it was typed
 */
gboolean
lacuna_gap_copy_has_name (const char *text)
{
  uint64_t address;

  return *text != '-'
         && lac_expression_parse_address (text, strlen (text), NULL, NULL, &address, NULL) != LAC_OK;
}

/**
 * lacuna_gap_copy_name:
 * @text: what lacuna_gap_copy_text() gave
 * @kind: in which form
 *
 * An address and a command say themselves what they are; of many lines of C the function that is
 * called is named.
 *
 * Returns: (transfer full): one line
 */
char *
lacuna_gap_copy_name (const char     *text,
                      LacunaCopyKind  kind)
{
  if (kind != LACUNA_COPY_CALL)
    return g_strdup (text);
  return g_strdup (strstr (text, "lac_gap_first") != NULL ? "lac_gap_first ()" : "lac_gap_next ()");
}
