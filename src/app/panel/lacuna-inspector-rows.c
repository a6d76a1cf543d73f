/* The rows of the inspector: what each fact is called, what explains it, and how it is laid out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-inspector-rows.h"
#include "app/lacuna-isolate.h"

#include <glib/gi18n.h>

static const struct
{
  const char *title;
  const char *sentence;
} sections[LACUNA_N_FACT_SECTIONS] = {
  [LACUNA_FACT_SECTION_MEASURE] = { N_ ("Measured"), NULL },
  [LACUNA_FACT_SECTION_RANGE]
  = { N_ ("Range"), N_ ("From Start up to End; End itself is no longer part of it.") },
  [LACUNA_FACT_SECTION_BACKING] = { N_ ("Backing"), NULL },
  [LACUNA_FACT_SECTION_BUFFER] = { N_ ("For a Buffer"), NULL },
  [LACUNA_FACT_SECTION_PAGES] = { N_ ("Pages"), NULL },
  [LACUNA_FACT_SECTION_NEIGHBOURS] = { N_ ("Neighbours"), NULL },
};

static const struct
{
  LacunaFactSection section;
  const char *caption;
  const char *copy; /* what the button that copies it is called; NULL: there is none */
  const char *tooltip;
} rows[LACUNA_N_FACTS] = {
  [LACUNA_FACT_MEASURE_START]
  = { LACUNA_FACT_SECTION_MEASURE, N_ ("Start"), N_ ("Copy the start of what was measured"), NULL },
  [LACUNA_FACT_MEASURE_END]
  = { LACUNA_FACT_SECTION_MEASURE, N_ ("End"), N_ ("Copy the end of what was measured"), NULL },
  [LACUNA_FACT_MEASURE_SIZE]
  = { LACUNA_FACT_SECTION_MEASURE, N_ ("Size"), N_ ("Copy the size of what was measured"), NULL },
  [LACUNA_FACT_MEASURE_DISTANCE] = { LACUNA_FACT_SECTION_MEASURE, N_ ("Distance"), NULL, NULL },
  [LACUNA_FACT_START] = { LACUNA_FACT_SECTION_RANGE, N_ ("Start"), N_ ("Copy start"), NULL },
  [LACUNA_FACT_END] = { LACUNA_FACT_SECTION_RANGE, N_ ("End"), N_ ("Copy end"), NULL },
  [LACUNA_FACT_SIZE] = { LACUNA_FACT_SECTION_RANGE, N_ ("Size"), N_ ("Copy size in bytes"), NULL },
  [LACUNA_FACT_PROTECTION]
  = { LACUNA_FACT_SECTION_RANGE, N_ ("Protection"), N_ ("Copy protection"),
      N_ ("The letters say: r may be read, w written, x executed; s shared, p private") },
  [LACUNA_FACT_NAME] = { LACUNA_FACT_SECTION_BACKING, N_ ("Name"), N_ ("Copy name"), NULL },
  [LACUNA_FACT_OFFSET] = { LACUNA_FACT_SECTION_BACKING, N_ ("Offset"), N_ ("Copy offset"),
                           N_ ("Where in the file the region begins") },
  [LACUNA_FACT_DEVICE] = { LACUNA_FACT_SECTION_BACKING, N_ ("Device"), N_ ("Copy device"),
                           N_ ("Which disk the file is on: its major and minor number") },
  [LACUNA_FACT_INODE] = { LACUNA_FACT_SECTION_BACKING, N_ ("Inode"), N_ ("Copy inode"),
                          N_ ("The file's number on that device") },
  [LACUNA_FACT_VERDICT] = { LACUNA_FACT_SECTION_BUFFER, N_ ("Verdict"), NULL, NULL },
  [LACUNA_FACT_CANDIDATE] = { LACUNA_FACT_SECTION_BUFFER, N_ ("Candidate"), N_ ("Copy candidate"),
                              N_ ("Where the buffer would start") },
  [LACUNA_FACT_CAPACITY]
  = { LACUNA_FACT_SECTION_BUFFER, N_ ("Room for"), NULL, N_ ("How many such buffers fit in here") },
  [LACUNA_FACT_HAZARDS]
  = { LACUNA_FACT_SECTION_BUFFER, N_ ("Hazards"), NULL,
      N_ ("What may grow into it, or keeps it free") },
  [LACUNA_FACT_RESIDENT]
  = { LACUNA_FACT_SECTION_PAGES, N_ ("Resident"), N_ ("Copy resident bytes"),
      N_ ("What is in memory now") },
  [LACUNA_FACT_PROPORTIONAL]
  = { LACUNA_FACT_SECTION_PAGES, N_ ("Share"), N_ ("Copy proportional bytes"),
      N_ ("The same, with each page divided by how many processes have it") },
  [LACUNA_FACT_DIRTY] = { LACUNA_FACT_SECTION_PAGES, N_ ("Dirty"), N_ ("Copy dirty bytes"),
                          N_ ("What was written since it was mapped") },
  [LACUNA_FACT_SWAPPED]
  = { LACUNA_FACT_SECTION_PAGES, N_ ("Swapped"), N_ ("Copy swapped bytes"),
      N_ ("What is out on swap space") },
  [LACUNA_FACT_HUGE] = { LACUNA_FACT_SECTION_PAGES, N_ ("Huge"), N_ ("Copy bytes in huge pages"),
                         N_ ("What is in pages of 2 MiB and more") },
  [LACUNA_FACT_BEFORE] = { LACUNA_FACT_SECTION_NEIGHBOURS, N_ ("Before"), NULL, NULL },
  [LACUNA_FACT_AFTER] = { LACUNA_FACT_SECTION_NEIGHBOURS, N_ ("After"), NULL, NULL },
};

LacunaFactSection
lacuna_inspector_row_section (LacunaFactKind kind)
{
  return rows[kind].section;
}

const char *
lacuna_inspector_row_caption (LacunaFactKind kind)
{
  return _ (rows[kind].caption);
}

gboolean
lacuna_inspector_row_is_link (LacunaFactKind kind)
{
  return kind == LACUNA_FACT_BEFORE || kind == LACUNA_FACT_AFTER;
}

GtkWidget *
lacuna_inspector_label_new (const char *text,
                            const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

static gboolean
is_address (LacunaFactKind kind)
{
  return kind == LACUNA_FACT_START || kind == LACUNA_FACT_END || kind == LACUNA_FACT_MEASURE_START
         || kind == LACUNA_FACT_MEASURE_END || kind == LACUNA_FACT_CANDIDATE;
}

/* Whether nothing in it is language: it is read from left to right everywhere, and what is selected in
 * it needs no marks that say so. */
static gboolean
is_data (LacunaFactKind kind)
{
  return is_address (kind) || kind == LACUNA_FACT_OFFSET || kind == LACUNA_FACT_DEVICE
         || kind == LACUNA_FACT_INODE || kind == LACUNA_FACT_CAPACITY;
}

static GtkWidget *
make_link (void)
{
  GtkWidget *link = gtk_button_new_with_label ("");
  GtkLabel *label = GTK_LABEL (gtk_button_get_child (GTK_BUTTON (link)));

  gtk_label_set_ellipsize (label, PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (label, 0);
  gtk_widget_add_css_class (link, "flat");
  gtk_widget_add_css_class (link, "neighbour");
  gtk_widget_set_tooltip_text (link, _ ("Select It"));
  return link;
}

static GtkWidget *
make_value (LacunaFactKind kind)
{
  GtkWidget *value;

  if (lacuna_inspector_row_is_link (kind))
    return make_link ();
  value = lacuna_inspector_label_new ("", is_address (kind) ? "address" : "numeric");
  gtk_label_set_selectable (GTK_LABEL (value), TRUE);
  lacuna_isolate_copy_plain (GTK_LABEL (value));
  if (is_data (kind) && gtk_widget_get_default_direction () == GTK_TEXT_DIR_RTL)
    {
      gtk_widget_set_direction (value, GTK_TEXT_DIR_LTR);
      gtk_label_set_xalign (GTK_LABEL (value), 1);
    }
  /* A label that can be selected is a stop of the Tab key; where there is a button to copy it, that
   * is stop enough. */
  gtk_widget_set_focusable (value, rows[kind].copy == NULL);
  return value;
}

GtkWidget *
lacuna_inspector_row_new (LacunaFactKind kind,
                          GtkWidget    **out_value,
                          GtkWidget    **out_copy)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *caption = lacuna_inspector_label_new (_ (rows[kind].caption), "dim-label");
  GtkWidget *value = make_value (kind);

  gtk_label_set_width_chars (GTK_LABEL (caption), 10);
  gtk_label_set_max_width_chars (GTK_LABEL (caption), 10);
  gtk_widget_set_valign (caption, lacuna_inspector_row_is_link (kind) ? GTK_ALIGN_CENTER
                                                                      : GTK_ALIGN_BASELINE);
  gtk_widget_add_css_class (caption, "caption");
  gtk_widget_add_css_class (row, "fact");
  gtk_widget_set_hexpand (value, TRUE);
  gtk_widget_set_valign (value, GTK_ALIGN_BASELINE);
  gtk_box_append (GTK_BOX (row), caption);
  gtk_box_append (GTK_BOX (row), value);
  /* GTK 4.8 does not take the text that can be selected for a name. */
  if (!lacuna_inspector_row_is_link (kind))
    gtk_accessible_update_property (GTK_ACCESSIBLE (value), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    _ (rows[kind].caption), -1);
  if (rows[kind].tooltip != NULL)
    {
      gtk_widget_set_tooltip_text (row, _ (rows[kind].tooltip));
      gtk_accessible_update_property (GTK_ACCESSIBLE (value),
                                      GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, _ (rows[kind].tooltip),
                                      -1);
    }

  *out_value = value;
  *out_copy = NULL;
  if (rows[kind].copy != NULL)
    {
      GtkWidget *button = gtk_button_new_from_icon_name ("edit-copy-symbolic");

      gtk_widget_add_css_class (button, "flat");
      gtk_widget_add_css_class (button, "small");
      gtk_widget_set_valign (button, GTK_ALIGN_START);
      gtk_widget_set_tooltip_text (button, _ (rows[kind].copy));
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ (rows[kind].copy), -1);
      gtk_box_append (GTK_BOX (row), button);
      *out_copy = button;
    }
  return row;
}

GtkWidget *
lacuna_inspector_section_new (LacunaFactSection section)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_widget_add_css_class (box, "facts");
  gtk_box_append (GTK_BOX (box),
                  lacuna_inspector_label_new (_ (sections[section].title), "heading"));
  if (sections[section].sentence != NULL)
    {
      GtkWidget *sentence
          = lacuna_inspector_label_new (_ (sections[section].sentence), "caption");

      gtk_widget_add_css_class (sentence, "dim-label");
      gtk_box_append (GTK_BOX (box), sentence);
    }
  return box;
}
