/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-validation.h"

#include "tkb-json.h"

#include <math.h>
#include <string.h>

/* marks a msgid: programs translate, the library does not */
#define N_(text) (text)

/* A hostile document must not make a message of megabytes. */
#define MAX_PROBLEMS 100
/* characters of a wrong value that a message repeats */
#define MAX_SHOWN_CHARS 60

typedef struct
{
  TkbCatalog      *catalog; /* (unowned) */
  TkbValidateLevel level;
  GPtrArray       *problems; /* (owned by the caller) */
} Validator;

/**
 * tkb_problem_free:
 */
void
tkb_problem_free (TkbProblem *self)
{
  g_free (self->path);
  g_free (self->label);
  g_free (self->argument);
  g_free (self);
}

/**
 * tkb_problem_code_get_format:
 *
 * Returns: (transfer none): a printf format, an English msgid, whose `%1$s` is the label of the
 *   field and whose `%2$s`, where there is one, is the argument
 */
const char *
tkb_problem_code_get_format (TkbProblemCode code)
{
  switch (code)
    {
    case TKB_PROBLEM_UNKNOWN_KIND:
      return N_ ("%1$s: there is no kind “%2$s”");
    case TKB_PROBLEM_MISSING:
      return N_ ("%1$s is missing");
    case TKB_PROBLEM_WRONG_TYPE:
      return N_ ("%1$s should be %2$s");
    case TKB_PROBLEM_UNKNOWN_CODE:
      return N_ ("%1$s: “%2$s” is not in the list");
    case TKB_PROBLEM_TOO_LONG:
      return N_ ("%1$s is longer than %2$s characters");
    case TKB_PROBLEM_TOO_FEW:
      return N_ ("%1$s needs at least %2$s");
    case TKB_PROBLEM_TOO_MANY:
      return N_ ("%1$s takes at most %2$s");
    case TKB_PROBLEM_OUT_OF_RANGE:
      return N_ ("%1$s should be %2$s");
    case TKB_PROBLEM_BAD_DATE:
      return N_ ("%1$s: “%2$s” is not a date");
    case TKB_PROBLEM_BAD_URL:
      return N_ ("%1$s: “%2$s” is not a web address");
    }
  g_return_val_if_reached ("%1$s %2$s");
}

/**
 * tkb_problem_to_string:
 *
 * Returns: (transfer full): an English sentence without full stop
 */
char *
tkb_problem_to_string (TkbProblem *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_strdup_printf (tkb_problem_code_get_format (self->code),
                          self->label != NULL ? self->label : self->path,
                          self->argument != NULL ? self->argument : "");
}

/* argument: (nullable); cut to what a message can show */
static void
report (
    Validator *self, TkbProblemCode code, const char *path, const char *label, const char *argument)
{
  TkbProblem *problem;

  if (self->problems->len >= MAX_PROBLEMS)
    return;
  problem = g_new0 (TkbProblem, 1);
  problem->code = code;
  problem->path = g_strdup (path);
  problem->label = g_strdup (label);
  if (argument != NULL && g_utf8_strlen (argument, -1) > MAX_SHOWN_CHARS)
    {
      g_autofree char *start = g_utf8_substring (argument, 0, MAX_SHOWN_CHARS);

      problem->argument = g_strconcat (start, "…", NULL);
    }
  else
    problem->argument = g_strdup (argument);
  g_ptr_array_add (self->problems, problem);
}

static void
report_count (
    Validator *self, TkbProblemCode code, const char *path, const char *label, guint count)
{
  g_autofree char *text = g_strdup_printf ("%u", count);

  report (self, code, path, label, text);
}

static gboolean
is_string (JsonNode *node)
{
  return json_node_get_value_type (node) == G_TYPE_STRING;
}

static gboolean
is_number (JsonNode *node)
{
  GType type = json_node_get_value_type (node);

  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

/* null, blank text, and arrays and objects without members count as nothing written */
static gboolean
is_empty (JsonNode *node)
{
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_length (json_node_get_array (node)) == 0;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_size (json_node_get_object (node)) == 0;
  if (is_string (node))
    {
      const char *at = json_node_get_string (node);

      while (g_unichar_isspace (g_utf8_get_char (at)))
        at = g_utf8_next_char (at);
      return *at == '\0';
    }
  return FALSE;
}

/* count digits at *text, which moves behind them; -1: there are fewer */
static int
take_digits (const char **text, int count)
{
  int value = 0;

  for (int i = 0; i < count; i++, (*text)++)
    {
      if (!g_ascii_isdigit (**text))
        return -1;
      value = value * 10 + (**text - '0');
    }
  return value;
}

/* YYYY, YYYY-MM or YYYY-MM-DD of the calendar; *text moves behind it. */
static gboolean
take_date (const char **text, gboolean is_whole)
{
  int year = take_digits (text, 4);
  int month = 1, day = 1;

  if (year < 1)
    return FALSE;
  if (**text == '-')
    {
      ++*text;
      month = take_digits (text, 2);
      if (month < 1 || month > 12)
        return FALSE;
      if (**text == '-')
        {
          ++*text;
          day = take_digits (text, 2);
          return day > 0 && g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year);
        }
    }
  return !is_whole;
}

static gboolean
is_date (const char *text)
{
  return take_date (&text, FALSE) && *text == '\0';
}

/* RFC 3339 in UTC: 2026-11-22T15:19:55Z, with or without a fraction */
static gboolean
is_datetime (const char *text)
{
  int hour, minute, second;

  if (!take_date (&text, TRUE) || *text++ != 'T')
    return FALSE;
  hour = take_digits (&text, 2);
  if (hour < 0 || hour > 23 || *text++ != ':')
    return FALSE;
  minute = take_digits (&text, 2);
  if (minute < 0 || minute > 59 || *text++ != ':')
    return FALSE;
  second = take_digits (&text, 2);
  if (second < 0 || second > 60)
    return FALSE;
  if (*text == '.')
    {
      if (!g_ascii_isdigit (*++text))
        return FALSE;
      while (g_ascii_isdigit (*text))
        text++;
    }
  return g_str_equal (text, "Z") || g_str_equal (text, "+00:00");
}

static gboolean
is_web_address (const char *text)
{
  g_autoptr (GUri) uri = NULL;

  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at) || *at == ' ')
      return FALSE;
  uri = g_uri_parse (text, G_URI_FLAGS_PARSE_RELAXED, NULL);
  return uri != NULL &&
         (g_str_equal (g_uri_get_scheme (uri), "http") ||
          g_str_equal (g_uri_get_scheme (uri), "https")) &&
         g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0';
}

/* The form of a BCP 47 tag: letters, then subtags of 1 to 8 letters and digits. */
static gboolean
is_language_tag (const char *tag)
{
  gsize length = strspn (tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

  if (length < 2 || length > 8)
    return FALSE;
  for (tag += length; *tag == '-'; tag += length + 1)
    {
      for (length = 0; g_ascii_isalnum (tag[length + 1]); length++)
        ;
      if (length < 1 || length > 8)
        return FALSE;
    }
  return *tag == '\0';
}

static const char *
describe_type (TkbFieldType type)
{
  switch (type)
    {
    case TKB_FIELD_STRING:
    case TKB_FIELD_TEXT:
    case TKB_FIELD_MARKDOWN:
      return N_ ("a text");
    case TKB_FIELD_INTEGER:
      return N_ ("a whole number");
    case TKB_FIELD_NUMBER:
      return N_ ("a number");
    case TKB_FIELD_BOOLEAN:
      return N_ ("true or false");
    case TKB_FIELD_DATE:
      return N_ ("a date: YYYY, YYYY-MM or YYYY-MM-DD");
    case TKB_FIELD_DATETIME:
      return N_ ("a date and time: YYYY-MM-DDThh:mm:ssZ");
    case TKB_FIELD_CODE:
      return N_ ("a code from the list");
    case TKB_FIELD_URL:
      return N_ ("a web address");
    case TKB_FIELD_LOCALIZED:
      return N_ ("a text for each language");
    case TKB_FIELD_FIGURE:
      return N_ ("a figure: value, unit, text and source");
    case TKB_FIELD_LINK:
      return N_ ("a link: document and relation");
    case TKB_FIELD_RECORD:
      return N_ ("an object with fields of its own");
    case TKB_FIELD_JSON:
      break;
    }
  return N_ ("a value");
}

static void validate_value (Validator *self, TkbField *field, const char *path, JsonNode *node);
static void validate_field (Validator *self, TkbField *field, const char *path, JsonNode *node);

/* Members of a figure and a link, which are the same in every kind. */
typedef struct
{
  const char  *name;
  TkbFieldType type;
} Member;

static const Member figure_members[] = {
  { "value", TKB_FIELD_NUMBER },     { "unit", TKB_FIELD_STRING },
  { "currency", TKB_FIELD_STRING },  { "text", TKB_FIELD_STRING },
  { "as_of", TKB_FIELD_DATE },       { "source", TKB_FIELD_STRING },
  { "verified", TKB_FIELD_BOOLEAN }, { "caveat", TKB_FIELD_STRING },
  { "label", TKB_FIELD_STRING },
};
static const Member link_members[] = {
  { "document", TKB_FIELD_STRING },
  { "relation", TKB_FIELD_STRING },
  { "note", TKB_FIELD_STRING },
  { "query", TKB_FIELD_STRING },
};

static gboolean
is_of_type (JsonNode *node, TkbFieldType type)
{
  switch (type)
    {
    case TKB_FIELD_INTEGER:
      return json_node_get_value_type (node) == G_TYPE_INT64 ||
             (is_number (node) &&
              json_node_get_double (node) == floor (json_node_get_double (node)));
    case TKB_FIELD_NUMBER:
      return is_number (node);
    case TKB_FIELD_BOOLEAN:
      return json_node_get_value_type (node) == G_TYPE_BOOLEAN;
    case TKB_FIELD_LOCALIZED:
    case TKB_FIELD_FIGURE:
    case TKB_FIELD_LINK:
    case TKB_FIELD_RECORD:
      return JSON_NODE_HOLDS_OBJECT (node);
    case TKB_FIELD_JSON:
      return TRUE;
    default:
      return is_string (node);
    }
}

static void
validate_members (Validator    *self,
                  TkbField     *field,
                  const char   *path,
                  JsonObject   *object,
                  const Member *members,
                  gsize         n_members)
{
  for (gsize i = 0; i < n_members; i++)
    {
      JsonNode        *node = json_object_get_member (object, members[i].name);
      g_autofree char *member_path = NULL;

      if (is_empty (node))
        continue;
      member_path = g_strconcat (path, ".", members[i].name, NULL);
      if (!is_of_type (node, members[i].type))
        report (self, TKB_PROBLEM_WRONG_TYPE, member_path, tkb_field_get_label (field),
                describe_type (members[i].type));
      else if (members[i].type == TKB_FIELD_DATE && !is_date (json_node_get_string (node)))
        report (self, TKB_PROBLEM_BAD_DATE, member_path, tkb_field_get_label (field),
                json_node_get_string (node));
    }
}

static void
validate_length (Validator *self, TkbField *field, const char *path, const char *text)
{
  guint max_chars = tkb_field_get_max_chars (field);

  if (max_chars > 0 && g_utf8_strlen (text, -1) > (long) max_chars)
    report_count (self, TKB_PROBLEM_TOO_LONG, path, tkb_field_get_label (field), max_chars);
}

static void
validate_localized (Validator *self, TkbField *field, const char *path, JsonObject *object)
{
  JsonObjectIter iter;
  const char    *tag;
  JsonNode      *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &tag, &node))
    {
      g_autofree char *member_path = g_strconcat (path, ".", tag, NULL);

      if (!is_language_tag (tag))
        report (self, TKB_PROBLEM_UNKNOWN_CODE, path, tkb_field_get_label (field), tag);
      else if (!JSON_NODE_HOLDS_NULL (node) && !is_string (node))
        report (self, TKB_PROBLEM_WRONG_TYPE, member_path, tkb_field_get_label (field),
                describe_type (TKB_FIELD_STRING));
      else if (is_string (node))
        validate_length (self, field, member_path, json_node_get_string (node));
    }
}

static void
validate_number (Validator *self, TkbField *field, const char *path, double value)
{
  double           minimum, maximum;
  g_autofree char *range = NULL;
  char             low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];

  if (!tkb_field_get_range (field, &minimum, &maximum) || (value >= minimum && value <= maximum))
    return;
  g_ascii_formatd (low, sizeof low, "%.15g", minimum);
  g_ascii_formatd (high, sizeof high, "%.15g", maximum);
  if (!isfinite (minimum))
    range = g_strdup_printf ("≤ %s", high);
  else if (!isfinite (maximum))
    range = g_strdup_printf ("≥ %s", low);
  else
    range = g_strdup_printf ("%s – %s", low, high);
  report (self, TKB_PROBLEM_OUT_OF_RANGE, path, tkb_field_get_label (field), range);
}

static void
validate_code (Validator *self, TkbField *field, const char *path, const char *code)
{
  const char    *name = tkb_field_get_vocabulary (field);
  TkbVocabulary *vocabulary =
      name != NULL ? tkb_catalog_get_vocabulary (self->catalog, name) : NULL;

  validate_length (self, field, path, code);
  if (vocabulary != NULL && !tkb_vocabulary_is_open (vocabulary) &&
      !tkb_vocabulary_contains (vocabulary, code))
    report (self, TKB_PROBLEM_UNKNOWN_CODE, path, tkb_field_get_label (field), code);
}

static void
validate_record (Validator *self, TkbField *field, const char *path, JsonObject *object)
{
  GPtrArray *fields = tkb_field_get_fields (field);

  for (guint i = 0; i < fields->len; i++)
    {
      const char      *code = tkb_field_get_code (fields->pdata[i]);
      g_autofree char *member_path = g_strconcat (path, ".", code, NULL);

      validate_field (self, fields->pdata[i], member_path, json_object_get_member (object, code));
    }
}

/* One value, not the list around it. */
static void
validate_value (Validator *self, TkbField *field, const char *path, JsonNode *node)
{
  TkbFieldType type = tkb_field_get_field_type (field);
  const char  *label = tkb_field_get_label (field);
  const char  *text = is_string (node) ? json_node_get_string (node) : NULL;

  if (!is_of_type (node, type))
    {
      report (self, TKB_PROBLEM_WRONG_TYPE, path, label, describe_type (type));
      return;
    }
  switch (type)
    {
    case TKB_FIELD_STRING:
    case TKB_FIELD_TEXT:
    case TKB_FIELD_MARKDOWN:
      validate_length (self, field, path, text);
      break;
    case TKB_FIELD_INTEGER:
    case TKB_FIELD_NUMBER:
      validate_number (self, field, path,
                       json_node_get_value_type (node) == G_TYPE_INT64
                           ? (double) json_node_get_int (node)
                           : json_node_get_double (node));
      break;
    case TKB_FIELD_DATE:
      if (!is_date (text))
        report (self, TKB_PROBLEM_BAD_DATE, path, label, text);
      break;
    case TKB_FIELD_DATETIME:
      if (!is_datetime (text))
        report (self, TKB_PROBLEM_BAD_DATE, path, label, text);
      break;
    case TKB_FIELD_URL:
      if (!is_web_address (text))
        report (self, TKB_PROBLEM_BAD_URL, path, label, text);
      break;
    case TKB_FIELD_CODE:
      validate_code (self, field, path, text);
      break;
    case TKB_FIELD_LOCALIZED:
      validate_localized (self, field, path, json_node_get_object (node));
      break;
    case TKB_FIELD_FIGURE:
      validate_members (self, field, path, json_node_get_object (node), figure_members,
                        G_N_ELEMENTS (figure_members));
      break;
    case TKB_FIELD_LINK:
      validate_members (self, field, path, json_node_get_object (node), link_members,
                        G_N_ELEMENTS (link_members));
      break;
    case TKB_FIELD_RECORD:
      validate_record (self, field, path, json_node_get_object (node));
      break;
    case TKB_FIELD_BOOLEAN:
    case TKB_FIELD_JSON:
      break;
    }
}

static void
validate_list (Validator *self, TkbField *field, const char *path, JsonNode *node)
{
  const char *label = tkb_field_get_label (field);
  JsonArray  *array;
  guint       length, n_written = 0;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      report (self, TKB_PROBLEM_WRONG_TYPE, path, label, N_ ("a list"));
      return;
    }
  array = json_node_get_array (node);
  length = json_array_get_length (array);
  for (guint i = 0; i < length && self->problems->len < MAX_PROBLEMS; i++)
    {
      JsonNode        *element = json_array_get_element (array, i);
      g_autofree char *element_path = NULL;

      if (is_empty (element))
        continue;
      n_written++;
      element_path = g_strdup_printf ("%s[%u]", path, i);
      validate_value (self, field, element_path, element);
    }

  if (tkb_field_get_max_items (field) > 0 && length > tkb_field_get_max_items (field))
    report_count (self, TKB_PROBLEM_TOO_MANY, path, label, tkb_field_get_max_items (field));
  else if (self->level == TKB_VALIDATE_COMPLETE && n_written < tkb_field_get_min_items (field))
    report_count (self, TKB_PROBLEM_TOO_FEW, path, label, tkb_field_get_min_items (field));
}

/* node: (nullable) */
static void
validate_field (Validator *self, TkbField *field, const char *path, JsonNode *node)
{
  TkbFieldFlags flags = tkb_field_get_flags (field);

  if (is_empty (node))
    {
      if ((flags & TKB_FIELD_FLAG_REQUIRED) && self->level == TKB_VALIDATE_COMPLETE)
        report (self, TKB_PROBLEM_MISSING, path, tkb_field_get_label (field), NULL);
      else if (node != NULL && JSON_NODE_HOLDS_ARRAY (node) && !(flags & TKB_FIELD_FLAG_LIST) &&
               tkb_field_get_field_type (field) != TKB_FIELD_JSON)
        validate_value (self, field, path, node);
    }
  else if (flags & TKB_FIELD_FLAG_LIST)
    validate_list (self, field, path, node);
  else
    validate_value (self, field, path, node);
}

/**
 * tkb_validate:
 *
 * Holds @document against its kind. Fields that the kind does not know are no problem: they are
 * kept and travel on.
 *
 * Returns: (transfer full) (element-type TkbProblem): in the order of the form, at most 100; empty
 *   if the document is right. Deleted and design documents are always right.
 */
GPtrArray *
tkb_validate (TkbCatalog *catalog, TkbDocument *document, TkbValidateLevel level)
{
  Validator   self = { catalog, level, NULL };
  TkbKind    *kind;
  JsonObject *body;
  JsonNode   *kind_node;
  GPtrArray  *fields;

  g_return_val_if_fail (catalog != NULL, NULL);
  g_return_val_if_fail (document != NULL, NULL);

  self.problems = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_problem_free);
  if (tkb_document_is_deleted (document) || tkb_document_is_design (document))
    return self.problems;

  body = tkb_document_get_body (document);
  kind_node = json_object_get_member (body, "kind");
  if (is_empty (kind_node))
    {
      report (&self, TKB_PROBLEM_MISSING, "kind", "Kind", NULL);
      return self.problems;
    }
  if (!is_string (kind_node))
    {
      report (&self, TKB_PROBLEM_WRONG_TYPE, "kind", "Kind", describe_type (TKB_FIELD_STRING));
      return self.problems;
    }
  kind = tkb_catalog_get_kind (catalog, json_node_get_string (kind_node));
  if (kind == NULL)
    {
      report (&self, TKB_PROBLEM_UNKNOWN_KIND, "kind", "Kind", json_node_get_string (kind_node));
      return self.problems;
    }

  fields = tkb_kind_get_fields (kind);
  for (guint i = 0; i < fields->len; i++)
    {
      const char *code = tkb_field_get_code (fields->pdata[i]);

      validate_field (&self, fields->pdata[i], code, json_object_get_member (body, code));
    }
  return self.problems;
}

/**
 * tkb_validate_level_for:
 *
 * Returns: what the document's own `state` asks for: drafts, those returned to their author and
 *   those withdrawn may be incomplete; submitted and published ones, and any other, may not
 */
TkbValidateLevel
tkb_validate_level_for (TkbDocument *document)
{
  static const char *const incomplete[] = { "draft", "returned", "withdrawn", NULL };
  const char              *state;

  g_return_val_if_fail (document != NULL, TKB_VALIDATE_COMPLETE);

  state = tkb_document_get_string (document, "state");
  return state != NULL && g_strv_contains (incomplete, state) ? TKB_VALIDATE_DRAFT
                                                              : TKB_VALIDATE_COMPLETE;
}
