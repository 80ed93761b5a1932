/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-cli.h"
#include "tkb-json.h"
#include "tkb-search.h"

typedef struct
{
  char *kind;   /* (owned) (nullable) */
  GStrv facets; /* (owned) (nullable) FIELD=CODE */
  int   limit;
} SearchOptions;

static void
search_options_clear (SearchOptions *self)
{
  g_clear_pointer (&self->kind, g_free);
  g_clear_pointer (&self->facets, g_strfreev);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SearchOptions, search_options_clear)

/* All words after the verb are one query, quoted or not. (nullable) (transfer full): NULL after a
 * message */
static TkbQuery *
make_query (TkbCli *cli, const SearchOptions *options, char **words)
{
  g_autofree char *text = g_strjoinv (" ", words);
  g_autoptr (TkbQuery) query = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    {
      tkb_cli_usage (_ ("The query is not UTF-8."));
      return NULL;
    }
  query = tkb_query_new (text, TKB_QUERY_NONE);
  if (options->kind != NULL)
    {
      TkbQuery *narrowed;

      if (tkb_catalog_get_kind (cli->catalog, options->kind) == NULL)
        {
          tkb_cli_usage (_ ("There is no such kind; the kinds are case, guide and system."));
          return NULL;
        }
      narrowed = tkb_query_with_kind (query, options->kind);
      tkb_query_unref (query);
      query = narrowed;
    }
  for (guint i = 0; options->facets != NULL && options->facets[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (options->facets[i], "=", 2);
      TkbQuery *narrowed;

      if (g_strv_length (parts) != 2 || *parts[0] == '\0' || *parts[1] == '\0')
        {
          tkb_cli_usage (_ ("A facet is given as FIELD=CODE."));
          return NULL;
        }
      narrowed = tkb_query_with_facet (query, parts[0], parts[1]);
      tkb_query_unref (query);
      query = narrowed;
    }
  return g_steal_pointer (&query);
}

/* (nullable) (transfer full): NULL after a message */
static TkbSearchResults *
run (TkbCli *cli, TkbQuery *query, guint limit)
{
  g_autoptr (TkbStore) store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  g_autoptr (TkbSearch) search = NULL;
  g_autoptr (GError) error = NULL;
  TkbSearchResults *results;

  if (store == NULL)
    return NULL;
  search = tkb_search_new (store);
  results = tkb_search_run (search, query, NULL, limit, NULL, &error);
  if (results == NULL)
    tkb_cli_fail (NULL, error);
  else
    {
      GPtrArray *notes = tkb_search_results_get_notes (results);

      for (guint i = 0; notes != NULL && i < notes->len; i++)
        g_printerr ("%s\n", _ ((const char *) notes->pdata[i]));
      if (tkb_search_results_is_index_behind (results))
        g_printerr ("%s\n", _ ("The index is still catching up: later results may be more."));
    }
  return results;
}

static void
set_optional (JsonObject *row, const char *member, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (row, member, value);
}

static void
print_hit (TkbCli *cli, TkbSearchHit *hit)
{
  g_autofree char *snippet = tkb_cli_strip_markup (tkb_search_hit_get_snippet_markup (hit));

  if (cli->json)
    {
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "_id", tkb_search_hit_get_id (hit));
      set_optional (row, "_rev", tkb_search_hit_get_rev (hit));
      set_optional (row, "kind", tkb_search_hit_get_kind (hit));
      set_optional (row, "title", tkb_search_hit_get_title (hit));
      set_optional (row, "title_markup", tkb_search_hit_get_title_markup (hit));
      set_optional (row, "snippet", snippet);
      set_optional (row, "snippet_markup", tkb_search_hit_get_snippet_markup (hit));
      set_optional (row, "attachment", tkb_search_hit_get_attachment (hit));
      set_optional (row, "state", tkb_search_hit_get_state (hit));
      set_optional (row, "country", tkb_search_hit_get_country (hit));
      set_optional (row, "province", tkb_search_hit_get_province (hit));
      set_optional (row, "modified", tkb_search_hit_get_date (hit));
      if (tkb_search_hit_get_year (hit) != 0)
        json_object_set_int_member (row, "year", tkb_search_hit_get_year (hit));
      json_object_set_double_member (row, "score", tkb_search_hit_get_score (hit));
      tkb_cli_print_json (row);
    }
  else
    {
      g_print ("%s\n  %s\n", tkb_search_hit_get_id (hit), tkb_search_hit_get_title (hit));
      if (tkb_search_hit_get_attachment (hit) != NULL)
        g_print ("  [%s] %s\n", tkb_search_hit_get_attachment (hit), snippet);
      else if (*snippet != '\0')
        g_print ("  %s\n", snippet);
    }
}

/* The first of them, at most limit; returns how many. */
static guint
print_hits (TkbCli *cli, TkbSearchResults *results, guint limit)
{
  guint n = MIN (limit, g_list_model_get_n_items (G_LIST_MODEL (results)));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (TkbSearchHit) hit = g_list_model_get_item (G_LIST_MODEL (results), i);

      print_hit (cli, hit);
    }
  return n;
}

int
tkb_cli_search (TkbCli *cli, int argc, char **argv)
{
  g_auto (SearchOptions) options = { .limit = 50 };
  GOptionEntry entries[] = {
    { "kind", 0, 0, G_OPTION_ARG_STRING, &options.kind, N_ ("case, guide or system"), N_ ("KIND") },
    { "facet", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.facets, N_ ("Only with this code"),
      N_ ("FIELD=CODE") },
    { "limit", 0, 0, G_OPTION_ARG_INT, &options.limit, N_ ("At most so many"), N_ ("N") },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (TkbQuery) query = NULL;
  g_autoptr (TkbSearchResults) results = NULL;
  guint n_shown;

  if (!tkb_cli_parse (cli, entries, &argc, &argv, 0, -1))
    return TKB_CLI_USAGE;
  if (options.limit < 0)
    return tkb_cli_usage (_ ("The limit is a whole number from 0."));
  query = make_query (cli, &options, argv + 1);
  if (query == NULL)
    return TKB_CLI_USAGE;
  results = run (cli, query, (guint) options.limit);
  if (results == NULL)
    return TKB_CLI_FAILED;
  n_shown = print_hits (cli, results, (guint) options.limit);
  if (!cli->json)
    g_printerr (ngettext ("%u document found, %u shown\n", "%u documents found, %u shown\n",
                          tkb_search_results_get_total (results)),
                tkb_search_results_get_total (results), n_shown);
  return TKB_CLI_OK;
}

/* similar ID [--limit N]: the most similar first. */
int
tkb_cli_similar (TkbCli *cli, int argc, char **argv)
{
  int          limit = 10;
  GOptionEntry entries[] = {
    { "limit", 0, 0, G_OPTION_ARG_INT, &limit, N_ ("At most so many"), N_ ("N") },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (TkbSearch) search = NULL;
  g_autoptr (TkbSearchResults) results = NULL;
  g_autoptr (GError) error = NULL;

  if (!tkb_cli_parse (cli, entries, &argc, &argv, 1, 1))
    return TKB_CLI_USAGE;
  if (limit < 0)
    return tkb_cli_usage (_ ("The limit is a whole number from 0."));
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  search = tkb_search_new (store);
  results = tkb_search_similar (search, argv[1], NULL, (guint) limit, NULL, &error);
  if (results == NULL)
    return tkb_cli_fail (argv[1], error);
  print_hits (cli, results, (guint) limit);
  return TKB_CLI_OK;
}

static void
print_facet (TkbCli *cli, const TkbFacetCounts *facet, TkbField *field)
{
  if (!cli->json)
    g_print ("%s\n", field != NULL ? _ (tkb_field_get_label (field)) : facet->field);
  for (guint i = 0; i < facet->values->len; i++)
    {
      const TkbFacetValue *value = facet->values->pdata[i];
      const char          *label = field != NULL
                                       ? tkb_catalog_get_code_label (cli->catalog, field, value->code)
                                       : value->code;

      if (cli->json)
        {
          JsonObject *row = json_object_new ();

          json_object_set_string_member (row, "field", facet->field);
          json_object_set_string_member (row, "code", value->code);
          json_object_set_string_member (row, "label", label);
          json_object_set_int_member (row, "count", value->count);
          tkb_cli_print_json (row);
        }
      else
        g_print ("  %6u  %s (%s)\n", value->count, _ (label), value->code);
    }
}

int
tkb_cli_facets (TkbCli *cli, int argc, char **argv)
{
  g_auto (SearchOptions) options = { .limit = 0 };
  GOptionEntry entries[] = {
    { "kind", 0, 0, G_OPTION_ARG_STRING, &options.kind, N_ ("case, guide or system"), N_ ("KIND") },
    { "facet", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.facets, N_ ("Only with this code"),
      N_ ("FIELD=CODE") },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (TkbQuery) query = NULL;
  g_autoptr (TkbSearchResults) results = NULL;
  g_autoptr (GPtrArray) fields = NULL;
  GPtrArray *facets;

  if (!tkb_cli_parse (cli, entries, &argc, &argv, 0, -1))
    return TKB_CLI_USAGE;
  query = make_query (cli, &options, argv + 1);
  if (query == NULL)
    return TKB_CLI_USAGE;
  results = run (cli, query, (guint) options.limit);
  if (results == NULL)
    return TKB_CLI_FAILED;
  facets = tkb_search_results_get_facets (results);
  fields = tkb_catalog_get_facets (cli->catalog);
  for (guint i = 0; i < facets->len; i++)
    {
      const TkbFacetCounts *facet = facets->pdata[i];
      TkbField             *field = NULL;

      for (guint j = 0; j < fields->len && field == NULL; j++)
        if (g_str_equal (tkb_field_get_code (fields->pdata[j]), facet->field))
          field = fields->pdata[j];
      print_facet (cli, facet, field);
    }
  return TKB_CLI_OK;
}
