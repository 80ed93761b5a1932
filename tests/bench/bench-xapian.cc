/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The same documents and keystrokes for Xapian, as its own documentation builds a search: its term
 * generator with pairs of ideographs, its query parser with the last word unfinished, 50 hits with
 * their data and an exact total. No facets, no snippets. bench-search calls it. usage: bench-xapian
 * FOLDER QUERIES <DOCUMENTS, as NDJSON; they are read when FOLDER has no database of them yet. */

#include <iostream>
#include <string>
#include <xapian.h>

extern "C"
{
#include <json-glib/json-glib.h>

#include "bench-figures.h"
#include "bench-queries.h"
}

static const unsigned FIRST_HITS = 50;
static const unsigned COMMIT_EVERY = 20000;

static void
append_strings (JsonNode *node, std::string &out)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObjectIter iter;
      const char    *name;
      JsonNode      *member;

      json_object_iter_init_ordered (&iter, json_node_get_object (node));
      while (json_object_iter_next_ordered (&iter, &name, &member))
        append_strings (member, out);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        append_strings (json_array_get_element (array, i), out);
    }
  else if (json_node_get_value_type (node) == G_TYPE_STRING)
    out.append (json_node_get_string (node)).append ("\n");
}

/* s of processor time for terms and tables */
static double
make_database (const std::string &path)
{
  Xapian::WritableDatabase database (path, Xapian::DB_CREATE_OR_OVERWRITE);
  Xapian::TermGenerator    generator;
  std::string              line;
  gint64                   used_us = 0;
  unsigned                 count = 0;

  generator.set_flags (Xapian::TermGenerator::FLAG_CJK_NGRAM);
  while (std::getline (std::cin, line))
    {
      JsonNode        *node = json_from_string (line.c_str (), NULL);
      std::string      text;
      Xapian::Document document;
      BenchTime        start;

      append_strings (node, text);
      json_node_unref (node);
      start = bench_time_now ();
      generator.set_document (document);
      generator.index_text (text);
      document.set_data (line.substr (0, 500));
      database.add_document (document);
      if (++count % COMMIT_EVERY == 0)
        database.commit ();
      used_us += bench_time_now ().cpu_us - start.cpu_us;
    }
  BenchTime start = bench_time_now ();
  database.commit ();
  return (used_us + bench_time_now ().cpu_us - start.cpu_us) / 1e6;
}

static Xapian::Query
parse (Xapian::QueryParser &parser, const std::string &typed)
{
  return parser.parse_query (typed, Xapian::QueryParser::FLAG_PARTIAL |
                                        Xapian::QueryParser::FLAG_PHRASE |
                                        Xapian::QueryParser::FLAG_CJK_NGRAM);
}

static void
measure (const std::string &path, const char *queries_path)
{
  Xapian::Database    database (path);
  Xapian::Enquire     enquire (database);
  Xapian::QueryParser parser;
  BenchSeries        *series = bench_series_new ("Xapian, 50 hits and the total");
  GPtrArray          *queries = bench_queries_read (queries_path);

  parser.set_database (database);
  parser.set_default_op (Xapian::Query::OP_AND);
  parser.set_max_expansion (100, Xapian::Query::WILDCARD_LIMIT_MOST_FREQUENT,
                            Xapian::QueryParser::FLAG_PARTIAL);
  for (guint i = 0; i < queries->len; i++)
    {
      BenchQuery *query = (BenchQuery *) queries->pdata[i];

      for (guint n = 1; n <= query->n_strokes; n++)
        {
          char     *typed = bench_query_get_typed (query, n);
          BenchTime start = bench_time_now ();

          enquire.set_query (parse (parser, typed));
          Xapian::MSet hits = enquire.get_mset (0, FIRST_HITS, database.get_doccount ());
          size_t       bytes = 0;
          for (Xapian::MSetIterator hit = hits.begin (); hit != hits.end (); ++hit)
            bytes += hit.get_document ().get_data ().size ();
          bench_series_add (series, start);
          g_assert_true (hits.empty () || bytes > 0);
          g_free (typed);
        }
    }
  bench_series_print (series);
  bench_series_free (series);
  g_ptr_array_unref (queries);
}

int
main (int argc, char **argv)
{
  std::string path, made;
  char       *content = NULL;

  if (argc < 3)
    g_error ("usage: bench-xapian FOLDER QUERIES");
  path = std::string (argv[1]) + "/xapian";
  made = path + ".made"; /* s; only when it was finished */
  if (!g_file_get_contents (made.c_str (), &content, NULL, NULL))
    {
      content = g_strdup_printf ("%.1f", make_database (path));
      g_file_set_contents (made.c_str (), content, -1, NULL);
    }
  std::cout << "  Xapian, making the database     " << content << " s" << std::endl;
  g_free (content);
  measure (path, argv[2]);
  return 0;
}
