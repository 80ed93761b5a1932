/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The query syntax of a search system for people who type it: what to write for which field, the
 * signs, the bounds, and worked examples to copy. The composer reads the same data; here only its
 * plain facts are shown, and what the page does not know it passes over. */
#include "config.h"

#include <string.h>

#include "tkb-json.h"
#include "tkb-markdown-view.h"
#include "tkb-record-view.h"
#include "tkb-table.h"
#include "tkb-text.h"

/* rows of one table, worked examples on one page */
#define MAX_ROWS 200
#define MAX_EXAMPLES 60

/* Names of the members of the data, in the order in which they are shown. */
static const struct
{
  const char *member;
  const char *label;
} field_names[] = {
  { "any", N_ ("Any field") },
  { "title", N_ ("Title") },
  { "abstract", N_ ("Abstract") },
  { "title_abstract", N_ ("Title or abstract") },
  { "claims", N_ ("Claims") },
  { "description", N_ ("Description") },
  { "full_text", N_ ("Full text") },
  { "applicant", N_ ("Applicant") },
  { "inventor", N_ ("Inventor") },
  { "applicant_or_inventor", N_ ("Applicant or inventor") },
  { "ipc", N_ ("IPC") },
  { "cpc", N_ ("CPC") },
  { "any_class", N_ ("Any classification") },
  { "publication_number", N_ ("Publication number") },
  { "application_number", N_ ("Application number") },
  { "priority_number", N_ ("Priority number") },
  { "any_number", N_ ("Any number") },
  { "publication_date", N_ ("Publication date") },
  { "filing_date", N_ ("Filing date") },
  { "priority_date", N_ ("Priority date") },
  { "country", N_ ("Country") },
  { "citation", N_ ("Citation") },
}, rule_names[] = {
  { "and", N_ ("Both") },
  { "or", N_ ("Either") },
  { "not", N_ ("Without") },
  { "xor", N_ ("One of two, not both") },
  { "precedence", N_ ("Order of operators") },
  { "zero_or_more", N_ ("Any number of characters") },
  { "zero_or_one", N_ ("No or one character") },
  { "exactly_one", N_ ("Exactly one character") },
  { "one_or_more", N_ ("One or more characters") },
  { "left_truncation", N_ ("At the beginning of a word") },
  { "min_prefix", N_ ("Letters needed before it") },
  { "unordered", N_ ("Near, in any order") },
  { "ordered", N_ ("Near, in this order") },
  { "order_only", N_ ("In this order, at any distance") },
  { "adjacent", N_ ("Next to each other") },
  { "sentence", N_ ("In one sentence") },
  { "paragraph", N_ ("In one paragraph") },
  { "distance_meaning", N_ ("What the distance means") },
  { "max_distance", N_ ("Largest distance") },
  { "accepted", N_ ("Forms of a date") },
  { "range", N_ ("From and to") },
  { "open_ended", N_ ("From or to") },
  { "max_terms_per_field", N_ ("Words in one field") },
  { "max_terms_per_query", N_ ("Words in one query") },
  { "max_operators_per_query", N_ ("Operators in one query") },
  { "max_characters", N_ ("Characters in one query") },
  { "max_results", N_ ("Results that can be seen") },
  { "max_counted", N_ ("Results that are counted") },
  { "saved_queries", N_ ("Saved queries") },
  { "stop_words", N_ ("Words that are ignored") },
  { "note", N_ ("Note") },
}, group_names[] = {
  { "boolean", N_ ("Operators") },
  { "wildcards", N_ ("Wildcards") },
  { "proximity", N_ ("Words near each other") },
  { "dates", N_ ("Dates") },
  { "limits", N_ ("Limits") },
};

static const char *
rule_label (const char *member)
{
  for (guint i = 0; i < G_N_ELEMENTS (rule_names); i++)
    if (g_str_equal (rule_names[i].member, member))
      return _ (rule_names[i].label);
  return NULL;
}

/* "max_terms" -> "Max terms": for members that have no name here. (transfer full) */
static char *
readable (const char *member)
{
  char *text = g_strdup (member);

  g_strdelimit (text, "_-", ' ');
  *text = g_ascii_toupper (*text);
  return text;
}

static void
append_heading (GtkWidget *box, const char *text)
{
  gtk_box_append (GTK_BOX (box), tkb_text_label_with_class (text, "minor-heading"));
}

static GtkWidget *
code_new (const char *code)
{
  GtkWidget       *label;
  g_autofree char *text = tkb_text_isolate (code);

  label = tkb_text_label_with_class (text, "code");
  return label;
}

static void
append_remark (GtkWidget *box, const char *text)
{
  if (text != NULL && *text != '\0')
    gtk_box_append (GTK_BOX (box), tkb_text_label_with_class (text, "remark"));
}

/* ---- fields ---- */

static void
add_field_row (TkbTable *table, guint *row, const char *label, JsonNode *node)
{
  const char *code = NULL;
  const char *note = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      code = tkb_json_get_string (json_node_get_object (node), "code", NULL);
      note = tkb_json_get_string (json_node_get_object (node), "note", NULL);
    }
  else if (JSON_NODE_HOLDS_VALUE (node))
    code = json_node_get_string (node);
  if (code == NULL)
    return;
  tkb_table_set_cell (table, 0, *row, tkb_text_label (label));
  tkb_table_set_cell (table, 1, *row, code_new (code));
  tkb_table_set_cell (table, 2, *row, tkb_text_label (note != NULL ? note : ""));
  (*row)++;
}

static void
append_extra_fields (TkbTable *table, guint *row, JsonObject *extra)
{
  JsonObjectIter iter;
  const char    *code;
  JsonNode      *meaning;

  json_object_iter_init (&iter, extra);
  while (json_object_iter_next (&iter, &code, &meaning) && *row < MAX_ROWS)
    if (JSON_NODE_HOLDS_VALUE (meaning) && json_node_get_string (meaning) != NULL)
      {
        tkb_table_set_cell (table, 0, *row, tkb_text_label (json_node_get_string (meaning)));
        tkb_table_set_cell (table, 1, *row, code_new (code));
        tkb_table_set_cell (table, 2, *row, tkb_text_label (""));
        (*row)++;
      }
}

static void
append_fields (GtkWidget *box, JsonObject *syntax)
{
  JsonObject *fields = tkb_json_get_object (syntax, "fields");
  const char *form = tkb_json_get_string (syntax, "field_form", NULL);
  JsonObject *extra;
  GtkWidget  *table;
  guint       row = 0;

  if (fields == NULL)
    return;
  table = tkb_table_new ();
  g_object_ref_sink (table);
  tkb_table_add_heading (TKB_TABLE (table), 0, _ ("Search in"));
  tkb_table_add_heading (TKB_TABLE (table), 1, _ ("Field code"));
  tkb_table_add_heading (TKB_TABLE (table), 2, _ ("Note"));
  for (guint i = 0; i < G_N_ELEMENTS (field_names); i++)
    {
      JsonNode *node = json_object_get_member (fields, field_names[i].member);

      if (!tkb_field_view_is_empty (node))
        add_field_row (TKB_TABLE (table), &row, _ (field_names[i].label), node);
    }
  extra = tkb_json_get_object (fields, "extra");
  if (extra != NULL)
    append_extra_fields (TKB_TABLE (table), &row, extra);
  if (row > 0)
    {
      append_heading (box, _ ("Fields"));
      if (form != NULL)
        {
          g_autofree char *code = tkb_text_isolate (form);
          g_autofree char *text = g_strdup_printf (_ ("Written as %s"), code);

          append_remark (box, text);
        }
      gtk_box_append (GTK_BOX (box), table);
    }
  g_object_unref (table);
}

/* ---- signs and bounds ---- */

/* (transfer full) (nullable) */
static char *
value_to_text (JsonNode *node)
{
  g_autoptr (GString) text = NULL;
  JsonArray *array;

  if (tkb_field_view_is_empty (node) || JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  if (JSON_NODE_HOLDS_VALUE (node))
    {
      GType type = json_node_get_value_type (node);

      if (type == G_TYPE_STRING)
        return json_node_dup_string (node);
      if (type == G_TYPE_BOOLEAN)
        return g_strdup (json_node_get_boolean (node) ? _ ("Yes") : _ ("No"));
      return tkb_text_number (json_node_get_double (node));
    }
  text = g_string_new (NULL);
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array) && i < 40; i++)
    {
      g_autofree char *item = value_to_text (json_array_get_element (array, i));

      if (item != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", item);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* Signs are set in monospace, sentences are not. */
static gboolean
is_sign (const char *member)
{
  return !g_str_equal (member, "note") && !g_str_equal (member, "left_truncation") &&
         !g_str_equal (member, "precedence") && !g_str_equal (member, "distance_meaning") &&
         !g_str_equal (member, "stop_words");
}

static void
append_rule (GtkGrid *grid, int *row, const char *member, JsonNode *node)
{
  g_autofree char *value = value_to_text (node);
  g_autofree char *fallback = readable (member);
  const char      *label = rule_label (member);
  GtkWidget       *key;
  GtkWidget       *text;

  if (value == NULL)
    return;
  key = tkb_text_label_with_class (label != NULL ? label : fallback, "fact-key");
  text = is_sign (member) ? code_new (value) : tkb_text_label (value);
  gtk_widget_set_size_request (key, 130, -1);
  gtk_label_set_max_width_chars (GTK_LABEL (key), 22);
  gtk_widget_set_valign (key, GTK_ALIGN_START);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_grid_attach (grid, key, 0, *row, 1, 1);
  gtk_grid_attach (grid, text, 1, *row, 1, 1);
  (*row)++;
}

static void
append_group (GtkWidget *box, const char *heading, JsonObject *rules)
{
  GtkWidget     *grid = gtk_grid_new ();
  JsonObjectIter iter;
  const char    *member;
  JsonNode      *node;
  int            row = 0;

  g_object_ref_sink (grid);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 16);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_widget_add_css_class (grid, "rules");
  for (guint i = 0; i < G_N_ELEMENTS (rule_names); i++)
    append_rule (GTK_GRID (grid), &row, rule_names[i].member,
                 json_object_get_member (rules, rule_names[i].member));
  /* then what has no name here */
  json_object_iter_init (&iter, rules);
  while (json_object_iter_next (&iter, &member, &node) && row < MAX_ROWS)
    if (rule_label (member) == NULL && !g_str_equal (member, "case_sensitive"))
      append_rule (GTK_GRID (grid), &row, member, node);
  if (row > 0)
    {
      append_heading (box, heading);
      gtk_box_append (GTK_BOX (box), grid);
    }
  g_object_unref (grid);
}

/* ---- examples ---- */

static void
append_examples (GtkWidget *box, JsonArray *examples)
{
  guint n = MIN (json_array_get_length (examples), MAX_EXAMPLES);

  for (guint i = 0; i < n; i++)
    {
      JsonNode   *node = json_array_get_element (examples, i);
      const char *query;
      const char *concept;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        continue;
      query = tkb_json_get_string (json_node_get_object (node), "query", NULL);
      concept = tkb_json_get_string (json_node_get_object (node), "concept", NULL);
      if (query == NULL)
        continue;
      append_remark (box, concept);
      gtk_box_append (GTK_BOX (box), tkb_markdown_code_block_new (query));
    }
}

/* The examples are many widgets that most readers never unfold: made when they do. */
static void
expanded_cb (GtkExpander *expander, GParamSpec *pspec, gpointer user_data)
{
  GtkWidget *list;

  if (gtk_expander_get_child (expander) != NULL)
    return;
  list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (list, "examples");
  append_examples (list, user_data);
  gtk_expander_set_child (expander, list);
}

static void
array_unref (gpointer data, GClosure *closure)
{
  json_array_unref (data);
}

static GtkWidget *
examples_new (JsonArray *examples)
{
  GtkWidget *expander = gtk_expander_new (_ ("Worked examples"));

  gtk_widget_add_css_class (expander, "examples-expander");
  g_signal_connect_data (expander, "notify::expanded", G_CALLBACK (expanded_cb),
                         json_array_ref (examples), array_unref, 0);
  return expander;
}

/**
 * tkb_syntax_view_new:
 * @syntax: the value of the field query_syntax
 */
GtkWidget *
tkb_syntax_view_new (JsonObject *syntax)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  JsonArray *examples;
  JsonArray *caveats;

  gtk_widget_add_css_class (box, "syntax");
  append_remark (box, tkb_json_get_string (syntax, "status", NULL));
  append_fields (box, syntax);
  for (guint i = 0; i < G_N_ELEMENTS (group_names); i++)
    {
      JsonObject *rules = tkb_json_get_object (syntax, group_names[i].member);

      if (rules != NULL)
        append_group (box, _ (group_names[i].label), rules);
    }
  examples = tkb_json_get_array (syntax, "examples");
  if (examples != NULL && json_array_get_length (examples) > 0)
    gtk_box_append (GTK_BOX (box), examples_new (examples));
  caveats = tkb_json_get_array (syntax, "caveats");
  if (caveats != NULL && json_array_get_length (caveats) > 0)
    {
      append_heading (box, _ ("Mind"));
      gtk_box_append (GTK_BOX (box), tkb_field_view_new_bullets (caveats, FALSE));
    }
  return box;
}
