/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* How good the answers are: the judged queries of tests/data/relevance/ over the starter content
 * and the documents beside them, asked of our search and of FTS5 with its own tokenizers over the
 * same texts. Prints nDCG@10 and recall by language and by type of query; with --misses also what
 * was found for each query that is not answered to the full. */

#include "config.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "relevance-baseline.h"
#include "search-fixture.h"
#include "tkb-index-private.h"
#include "tkb-json.h"

#define N_LANGUAGES 6
/* rows that nDCG looks at */
#define DEPTH 10
#define MAX_ROWS 1000

static const char *const languages[N_LANGUAGES] = { "en", "zh", "fr", "es", "ar", "ru" };

typedef enum
{
  OURS,
  UNICODE61,
  TRIGRAM,
  N_ENGINES,
} Engine;

static const char *const tokenizers[N_ENGINES] = {
  [UNICODE61] = "unicode61 remove_diacritics 2",
  [TRIGRAM] = "trigram",
};

typedef struct
{
  double ndcg;
  double recall;
} Figures;

typedef struct
{
  guint       line;
  const char *language; /* (unowned) */
  char       *type;     /* (owned) */
  char       *text;     /* (owned) */
  GHashTable *grades;   /* (owned) utf8 -> 1 to 3 */
  Figures     figures[N_ENGINES];
} Judged;

typedef struct
{
  Fixture    fixture;
  GPtrArray *documents; /* (owned) (element-type TkbDocument) */
  Baseline  *baselines[N_ENGINES];
  GPtrArray *queries; /* (owned) (element-type Judged) */
} Bench;

static gboolean is_telling = FALSE;

/* One line that TAP takes for a comment. */
static void G_GNUC_PRINTF (1, 2) say (const char *format, ...)
{
  va_list          arguments;
  g_autofree char *line = NULL;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_print ("# %s\n", line);
}

/* ---- documents ---- */

static char *
find_source (const char *path)
{
  const char *root = g_getenv ("TKB_SOURCE_ROOT");

  return g_build_filename (root != NULL ? root : ".", path, NULL);
}

static char *
read_source (const char *path)
{
  g_autofree char *found = find_source (path);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (found, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
read_documents (Bench *self, const char *path)
{
  g_autofree char *text = read_source (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = tkb_json_parse (text, strlen (text), 10000000, &error);
  JsonArray *array;

  g_assert_no_error (error);
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject  *object = json_array_get_object_element (array, i);
      TkbDocument *document;

      if (!json_object_has_member (object, "state"))
        json_object_set_string_member (object, "state", "published");
      document = tkb_document_new_from_json (object, &error);
      g_assert_no_error (error);
      g_ptr_array_add (self->documents, document);
    }
}

/* A column as it is indexed, without the marks of languages. */
static char *
take_text (const GString *column)
{
  GString *out = g_string_new (NULL);

  for (const char *p = column->str; *p != '\0'; p++)
    if (*p != TKB_TOKEN_LANGUAGE_MARK)
      g_string_append_c (out, *p);
    else
      {
        /* a text begins */
        g_string_append (out, "\n");
        p += 2;
      }
  return g_string_free (out, FALSE);
}

static void
fill_baselines (Bench *self)
{
  for (guint i = 0; i < self->documents->len; i++)
    {
      g_auto (TkbIndexText) text = { 0 };
      char *columns[TKB_INDEX_N_COLUMNS];

      tkb_index_text_init (&text, self->fixture.catalog, g_ptr_array_index (self->documents, i));
      for (guint j = 0; j < TKB_INDEX_N_COLUMNS; j++)
        columns[j] = take_text (text.columns[j]);
      for (Engine engine = UNICODE61; engine < N_ENGINES; engine++)
        baseline_add (self->baselines[engine], i, (const char *const *) columns);
      for (guint j = 0; j < TKB_INDEX_N_COLUMNS; j++)
        g_free (columns[j]);
    }
}

static TkbDocument *
get_document (Bench *self, const char *id)
{
  for (guint i = 0; i < self->documents->len; i++)
    if (strcmp (tkb_document_get_id (g_ptr_array_index (self->documents, i)), id) == 0)
      return g_ptr_array_index (self->documents, i);
  return NULL;
}

/* ---- judged queries ---- */

static void
judged_free (Judged *self)
{
  g_hash_table_unref (self->grades);
  g_free (self->type);
  g_free (self->text);
  g_free (self);
}

/* TYPE <tab> QUERY <tab> ID=GRADE … */
static Judged *
read_query (Bench *self, const char *language, const char *line, guint number)
{
  g_auto (GStrv) parts = g_strsplit (line, "\t", -1);
  g_auto (GStrv) grades = NULL;
  Judged *query;

  if (g_strv_length (parts) != 3 || language == NULL)
    g_error ("line %u: not three parts under a language", number);
  query = g_new0 (Judged, 1);
  query->line = number;
  query->language = language;
  query->type = g_strdup (parts[0]);
  query->text = g_strdup (parts[1]);
  query->grades = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  grades = g_strsplit (parts[2], " ", -1);
  for (guint i = 0; grades[i] != NULL; i++)
    {
      char *equals = strchr (grades[i], '=');

      if (equals == NULL || equals[1] < '1' || equals[1] > '3' || equals[2] != '\0')
        g_error ("line %u: “%s” is no ID=GRADE", number, grades[i]);
      *equals = '\0';
      if (get_document (self, grades[i]) == NULL)
        g_error ("line %u: there is no document “%s”", number, grades[i]);
      if (!g_hash_table_insert (query->grades, g_strdup (grades[i]),
                                GUINT_TO_POINTER (equals[1] - '0')))
        g_error ("line %u: “%s” is judged twice", number, grades[i]);
    }
  return query;
}

static void
read_queries (Bench *self)
{
  g_autofree char *text = read_source ("tests/data/relevance/queries.tsv");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  const char *language = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] == '[')
      {
        for (guint j = 0; j < N_LANGUAGES; j++)
          if (memcmp (lines[i] + 1, languages[j], 2) == 0)
            language = languages[j];
      }
    else if (lines[i][0] != '\0' && lines[i][0] != '#')
      g_ptr_array_add (self->queries, read_query (self, language, lines[i], i + 1));
}

/* ---- asking ---- */

static GPtrArray *
ask_ours (Bench *self, const char *text)
{
  g_autoptr (TkbQuery) query = tkb_query_new (text, TKB_QUERY_TYPING);
  g_autoptr (TkbSearchResults) results = ask_query (&self->fixture, query, MAX_ROWS);
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < MIN (tkb_search_results_get_total (results), MAX_ROWS); i++)
    {
      g_autoptr (TkbSearchHit) hit = g_list_model_get_item (G_LIST_MODEL (results), i);

      g_ptr_array_add (ids, g_strdup (tkb_search_hit_get_id (hit)));
    }
  /* a person follows "did you mean" */
  if (ids->len == 0 && tkb_search_results_get_suggestion (results) != NULL)
    {
      g_ptr_array_unref (ids);
      return ask_ours (self, tkb_search_results_get_suggestion (results));
    }
  return ids;
}

static gboolean
has_value (JsonNode *node, const char *value)
{
  g_autofree char *number = NULL;

  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        if (has_value (json_array_get_element (array, i), value))
          return TRUE;
      return FALSE;
    }
  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return strcmp (json_node_get_string (node), value) == 0;
  number = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  return strcmp (number, value) == 0;
}

/* Takes FIELD:VALUE out of text; the baselines are given the same filter by looking at the
 * documents. (transfer full) */
static char *
take_filters (const char *text, GPtrArray *fields, GPtrArray *values)
{
  g_autoptr (GString) plain = g_string_new (text);
  g_auto (GStrv) words = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  g_string_replace (plain, "“", "\"", 0);
  g_string_replace (plain, "”", "\"", 0);
  words = g_strsplit (plain->str, " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      char *colon = g_ascii_isalpha (words[i][0]) ? strchr (words[i], ':') : NULL;

      if (colon == NULL)
        {
          g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", words[i]);
          continue;
        }
      g_ptr_array_add (fields, g_strndup (words[i], colon - words[i]));
      g_ptr_array_add (values, g_strdup (colon + 1));
    }
  return g_strdup (out->str);
}

static GPtrArray *
ask_baseline (Bench *self, Baseline *baseline, const char *text)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *words = take_filters (text, fields, values);
  g_autoptr (GArray) rows = baseline_find (baseline, words);
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < rows->len; i++)
    {
      TkbDocument *document = g_ptr_array_index (self->documents, g_array_index (rows, gint64, i));
      JsonObject  *body = tkb_document_get_body (document);
      gboolean     fits = TRUE;

      for (guint j = 0; j < fields->len; j++)
        {
          JsonNode *node = json_object_get_member (body, g_ptr_array_index (fields, j));

          fits = fits && node != NULL && has_value (node, g_ptr_array_index (values, j));
        }
      if (fits)
        g_ptr_array_add (ids, g_strdup (tkb_document_get_id (document)));
    }
  return ids;
}

/* ---- measuring ---- */

static double
get_gain (guint grade, guint place)
{
  return ((1 << grade) - 1) / log2 (place + 2);
}

/* nDCG@10 with gains of 1, 3 and 7; recall over all that was found. */
static Figures
measure (const Judged *query, GPtrArray *ids)
{
  guint          of_grade[4] = { 0 };
  guint          found = 0;
  guint          place = 0;
  double         ideal = 0;
  double         sum = 0;
  Figures        figures;
  GHashTableIter iter;
  gpointer       value;

  for (guint i = 0; i < ids->len; i++)
    {
      guint grade =
          GPOINTER_TO_UINT (g_hash_table_lookup (query->grades, g_ptr_array_index (ids, i)));

      found += grade > 0;
      sum += i < DEPTH ? get_gain (grade, i) : 0;
    }
  g_hash_table_iter_init (&iter, query->grades);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    of_grade[GPOINTER_TO_UINT (value)]++;
  for (guint grade = 3; grade > 0; grade--)
    for (guint i = 0; i < of_grade[grade] && place < DEPTH; i++)
      ideal += get_gain (grade, place++);
  figures.ndcg = sum / ideal;
  figures.recall = (double) found / g_hash_table_size (query->grades);
  return figures;
}

static void
tell (const Judged *query, GPtrArray *ids)
{
  g_autoptr (GString) out = g_string_new (NULL);
  GHashTableIter iter;
  gpointer       id;

  for (guint i = 0; i < MIN (ids->len, DEPTH); i++)
    g_string_append_printf (
        out, " %s=%u", (const char *) g_ptr_array_index (ids, i),
        GPOINTER_TO_UINT (g_hash_table_lookup (query->grades, g_ptr_array_index (ids, i))));
  g_string_append_printf (out, " (%u); not found:", ids->len);
  g_hash_table_iter_init (&iter, query->grades);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_ptr_array_find_with_equal_func (ids, id, g_str_equal, NULL))
      g_string_append_printf (out, " %s", (const char *) id);
  say ("%4u %s %-10s %.2f %.2f  %s:%s", query->line, query->language, query->type,
       query->figures[OURS].ndcg, query->figures[OURS].recall, query->text, out->str);
}

static void
ask_all (Bench *self)
{
  for (guint i = 0; i < self->queries->len; i++)
    {
      Judged *query = g_ptr_array_index (self->queries, i);

      for (Engine engine = OURS; engine < N_ENGINES; engine++)
        {
          g_autoptr (GPtrArray) ids =
              engine == OURS ? ask_ours (self, query->text)
                             : ask_baseline (self, self->baselines[engine], query->text);

          query->figures[engine] = measure (query, ids);
          if (engine == OURS && is_telling && query->figures[OURS].ndcg < 0.995)
            tell (query, ids);
        }
    }
}

/* The mean over the queries of a language and a type (nullable: all). */
static guint
get_mean (Bench *self, const char *language, const char *type, Figures means[N_ENGINES])
{
  guint n = 0;

  memset (means, 0, N_ENGINES * sizeof *means);
  for (guint i = 0; i < self->queries->len; i++)
    {
      const Judged *query = g_ptr_array_index (self->queries, i);

      if ((language != NULL && strcmp (language, query->language) != 0) ||
          (type != NULL && strcmp (type, query->type) != 0))
        continue;
      n++;
      for (Engine engine = OURS; engine < N_ENGINES; engine++)
        {
          means[engine].ndcg += query->figures[engine].ndcg;
          means[engine].recall += query->figures[engine].recall;
        }
    }
  for (Engine engine = OURS; engine < N_ENGINES; engine++)
    {
      means[engine].ndcg /= MAX (n, 1);
      means[engine].recall /= MAX (n, 1);
    }
  return n;
}

static void
print_line (Bench *self, const char *language, const char *type)
{
  g_autoptr (GString) line = g_string_new (NULL);
  Figures means[N_ENGINES];
  guint   n = get_mean (self, language, type, means);

  if (n == 0)
    return;
  g_string_append_printf (line, "| %-8s | %-9s | %3u |", language != NULL ? language : "all",
                          type != NULL ? type : "all", n);
  for (Engine engine = OURS; engine < N_ENGINES; engine++)
    g_string_append_printf (line, " %.3f %.3f |", means[engine].ndcg, means[engine].recall);
  say ("%s", line->str);
}

static void
print_table (Bench *self)
{
  g_autoptr (GPtrArray) types = g_ptr_array_new ();

  for (guint i = 0; i < self->queries->len; i++)
    {
      Judged *query = g_ptr_array_index (self->queries, i);

      if (!g_ptr_array_find_with_equal_func (types, query->type, g_str_equal, NULL))
        g_ptr_array_add (types, query->type);
    }
  say ("%u documents, %u queries: nDCG@%d and recall", self->documents->len, self->queries->len,
       DEPTH);
  say ("| language | type      |   n |    ours     |  unicode61  |   trigram   |");
  say ("| -------- | --------- | --- | ----------- | ----------- | ----------- |");
  for (guint i = 0; i <= N_LANGUAGES; i++)
    {
      const char *language = i < N_LANGUAGES ? languages[i] : NULL;

      for (guint j = 0; j < types->len; j++)
        print_line (self, language, g_ptr_array_index (types, j));
      print_line (self, language, NULL);
    }
}

/* ---- tests ---- */

static void
set_up (Bench *self)
{
  static const char *const starter[] = { "data/starter/systems.json", "data/starter/guides.json",
                                         "data/starter/cases.json" };

  fixture_set_up (&self->fixture, NULL);
  self->documents = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  self->queries = g_ptr_array_new_with_free_func ((GDestroyNotify) judged_free);
  for (guint i = 0; i < G_N_ELEMENTS (starter); i++)
    read_documents (self, starter[i]);
  for (guint i = 0; i < N_LANGUAGES; i++)
    {
      g_autofree char *path = g_strdup_printf ("tests/data/relevance/%s.json", languages[i]);

      read_documents (self, path);
    }
  put_bulk (&self->fixture, self->documents);
  for (Engine engine = UNICODE61; engine < N_ENGINES; engine++)
    self->baselines[engine] = baseline_new (tokenizers[engine]);
  fill_baselines (self);
  read_queries (self);
}

static void
tear_down (Bench *self)
{
  for (Engine engine = UNICODE61; engine < N_ENGINES; engine++)
    baseline_free (self->baselines[engine]);
  g_ptr_array_unref (self->documents);
  fixture_tear_down (&self->fixture, NULL);
}

/* Whichever test comes first. */
static Bench *
get_asked (gconstpointer data)
{
  Bench *self = (Bench *) data;

  if (self->queries != NULL)
    return self;
  set_up (self);
  ask_all (self);
  print_table (self);
  tear_down (self);
  return self;
}

static void
test_size (gconstpointer data)
{
  Bench  *self = get_asked (data);
  Figures means[N_ENGINES];

  g_assert_cmpuint (self->queries->len, >=, 120);
  for (guint i = 0; i < N_LANGUAGES; i++)
    g_assert_cmpuint (get_mean (self, languages[i], NULL, means), >=, 18);
}

static void
test_better (gconstpointer data)
{
  Bench  *self = get_asked (data);
  Figures means[N_ENGINES];

  for (guint i = 0; i < N_LANGUAGES; i++)
    {
      get_mean (self, languages[i], NULL, means);
      g_assert_cmpfloat (means[OURS].ndcg, >, means[UNICODE61].ndcg);
      g_assert_cmpfloat (means[OURS].ndcg, >, means[TRIGRAM].ndcg);
    }
}

/* What must never be missed. */
static void
test_recall (gconstpointer data)
{
  static const char *const complete[] = { "two-han", "number", NULL };
  Bench                   *self = get_asked (data);

  for (guint i = 0; i < self->queries->len; i++)
    {
      const Judged *query = g_ptr_array_index (self->queries, i);

      if (g_strv_contains (complete, query->type) && query->figures[OURS].recall < 1)
        g_error ("line %u: recall of “%s” is %.2f", query->line, query->text,
                 query->figures[OURS].recall);
    }
}

int
main (int argc, char **argv)
{
  Bench bench = { 0 };
  int   status;

  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], "--misses") == 0)
      {
        is_telling = TRUE;
        argv[i] = (char *) "-q";
      }
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_data_func ("/relevance/size", &bench, test_size);
  g_test_add_data_func ("/relevance/better-than-fts5", &bench, test_better);
  g_test_add_data_func ("/relevance/recall", &bench, test_recall);
  status = g_test_run ();
  g_clear_pointer (&bench.queries, g_ptr_array_unref);
  return status;
}
