/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* export: the whole library, document by document, so that its size does not matter. */

#include "config.h"

#include <gio/gunixoutputstream.h>
#include <unistd.h>

#include "tkb-cli.h"
#include "tkb-document-text.h"
#include "tkb-json.h"

/* documents read at a time */
#define PAGE 200

typedef struct
{
  const char *name;
  const char *(*get_head) (void);
  char *(*format) (TkbCli *cli, TkbDocument *document); /* (transfer full) */
  const char *tail;
} Format;

/* the columns of the table: what every kind has and what most people sort by */
static const char *const columns[] = {
  "kind",       "title",   "summary",  "language", "state",
  "visibility", "country", "province", "year",     "serving_institution",
  "provider",   "address", "created",  "modified",
};

static void
append_csv (GString *out, const char *value)
{
  /* a spreadsheet would run a cell that begins like a formula: a quote before it stops that */
  gboolean is_formula = *value != '\0' && strchr ("=+-@\t\r", *value) != NULL;

  g_string_append_c (out, '"');
  if (is_formula)
    g_string_append_c (out, '\'');
  for (const char *at = value; *at != '\0'; at++)
    {
      if (*at == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *at);
    }
  g_string_append_c (out, '"');
}

static const char *
get_csv_head (void)
{
  return "_id,_rev,kind,title,summary,language,state,visibility,country,province,year,"
         "serving_institution,provider,address,created,modified\r\n";
}

static char *
format_csv (TkbCli *cli, TkbDocument *document)
{
  GString    *out = g_string_new (NULL);
  JsonObject *body = tkb_document_get_body (document);

  append_csv (out, tkb_document_get_id (document));
  g_string_append_c (out, ',');
  append_csv (out, tkb_document_get_rev (document));
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      JsonNode        *node = json_object_get_member (body, columns[i]);
      g_autofree char *value = NULL;

      if (node != NULL && JSON_NODE_HOLDS_VALUE (node))
        value = json_node_get_value_type (node) == G_TYPE_STRING
                    ? json_node_dup_string (node)
                    : tkb_json_to_canonical (node, NULL);
      g_string_append_c (out, ',');
      append_csv (out, value != NULL ? value : "");
    }
  g_string_append (out, "\r\n");
  return g_string_free (out, FALSE);
}

static char *
format_json (TkbCli *cli, TkbDocument *document)
{
  g_autofree char *text = tkb_document_to_text (document, TKB_DOCUMENT_JSON_NONE);

  return g_strconcat (text, "\n", NULL);
}

static char *
format_markdown (TkbCli *cli, TkbDocument *document)
{
  g_autofree char *text = tkb_document_text_to_markdown (cli->catalog, document);

  return g_strconcat (text, "\n---\n\n", NULL);
}

static const char *
get_html_head (void)
{
  return "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>TISC Knowledge "
         "Base</title>\n"
         "<style>body{max-width:45em;margin:2em auto;font-family:sans-serif;line-height:1.5}"
         "article{margin-bottom:4em}table{border-collapse:collapse}td,th{border:1px solid "
         "#ccc;padding:.3em .6em}"
         "</style>\n</head>\n<body>\n";
}

static char *
format_html (TkbCli *cli, TkbDocument *document)
{
  g_autofree char *html = tkb_document_text_to_html (cli->catalog, document);

  return g_strconcat ("<article>\n", html, "</article>\n", NULL);
}

static const char *
get_no_head (void)
{
  return "";
}

static const Format formats[] = {
  { "json", get_no_head, format_json, "" },
  { "csv", get_csv_head, format_csv, "" },
  { "markdown", get_no_head, format_markdown, "" },
  { "html", get_html_head, format_html, "</body>\n</html>\n" },
};

static gboolean
write_text (GOutputStream *out, const char *text, GError **error)
{
  return g_output_stream_write_all (out, text, strlen (text), NULL, NULL, error);
}

static gboolean
write_library (
    TkbCli *cli, TkbStore *store, const Format *format, GOutputStream *out, GError **error)
{
  g_autofree char *after = NULL;

  if (!write_text (out, format->get_head (), error))
    return FALSE;
  while (TRUE)
    {
      /* the page begins with the last of the one before, which is left out */
      g_autoptr (GPtrArray) rows = tkb_store_list (store, after, NULL, after != NULL ? 1 : 0, PAGE,
                                                   TKB_LIST_INCLUDE_DOCS, NULL, error);

      if (rows == NULL)
        return FALSE;
      for (guint i = 0; i < rows->len; i++)
        {
          const TkbListRow *row = rows->pdata[i];
          g_autofree char  *text = NULL;

          if (row->document == NULL || tkb_document_is_design (row->document))
            continue;
          text = format->format (cli, row->document);
          if (!write_text (out, text, error))
            return FALSE;
        }
      if (rows->len < PAGE)
        return write_text (out, format->tail, error) && g_output_stream_close (out, NULL, error);
      g_free (after);
      after = g_strdup (((const TkbListRow *) rows->pdata[rows->len - 1])->id);
    }
}

/* A named file is replaced only when all of it is written. */
static GOutputStream *
open_output (const char *path, GError **error)
{
  g_autoptr (GFile) file = NULL;

  if (path == NULL)
    return g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  file = g_file_new_for_path (path);
  return G_OUTPUT_STREAM (g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, error));
}

int
tkb_cli_export (TkbCli *cli, int argc, char **argv)
{
  g_autofree char *name = NULL;
  g_autofree char *output = NULL;
  GOptionEntry     entries[] = {
        { "format", 0, 0, G_OPTION_ARG_STRING, &name, N_ ("json, csv, markdown or html"),
          N_ ("FORMAT") },
        { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, N_ ("A file instead of standard output"),
          N_ ("FILE") },
        G_OPTION_ENTRY_NULL,
  };
  const Format *format = NULL;
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (GOutputStream) out = NULL;
  g_autoptr (GError) error = NULL;

  if (!tkb_cli_parse (cli, entries, &argc, &argv, 0, 0))
    return TKB_CLI_USAGE;
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_equal (formats[i].name, name != NULL ? name : "json"))
      format = &formats[i];
  if (format == NULL)
    return tkb_cli_usage (_ ("The formats are json, csv, markdown and html."));
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  out = open_output (output, &error);
  if (out == NULL || !write_library (cli, store, format, out, &error))
    return tkb_cli_fail (output, error);
  return TKB_CLI_OK;
}
