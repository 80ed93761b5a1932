/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* put and import: documents from files into the store, in batches of one transaction each. What is
 * wrong is named document by document; the rest is kept. */

#include "config.h"

#include <stdio.h>

#include "tkb-cli-input.h"
#include "tkb-cli.h"
#include "tkb-extractor.h"
#include "tkb-json.h"
#include "tkb-limits.h"

/* one transaction: enough documents to make its cost small, few enough to acknowledge often */
#define BATCH_DOCUMENTS 500
#define BATCH_BYTES (8 * 1024 * 1024)
/* more documents than this are indexed in the background, and waited for at the end */
#define BULK_DOCUMENTS 50

typedef struct
{
  TkbCli     *cli;       /* (unowned) */
  TkbStore   *store;     /* (unowned) */
  const char *path;      /* (unowned): of the file being read */
  gboolean    as_drafts; /* import: what is not complete becomes a draft */
  GPtrArray  *batch;     /* (owned) (element-type TkbDocument) */
  GHashTable *batch_ids; /* (owned): ids of batch, which own them */
  gsize       batch_bytes;
  guint       n_written;
  guint       n_refused;
  gboolean    is_bulk;
  GError     *error; /* (owned) (nullable): ends everything */
} Put;

static void
refuse (Put *put, guint number, const char *id, const char *reason)
{
  put->n_refused++;
  if (id != NULL)
    g_printerr ("%s: %s: %s\n", put->path, id, reason);
  else
    g_printerr (_ ("%s: document %u: %s\n"), put->path, number, reason);
}

/* Documents without a revision become children of what is there. */
static gboolean
set_parents (Put *put)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) rows = NULL;

  for (guint i = 0; i < put->batch->len; i++)
    g_ptr_array_add (ids, (gpointer) tkb_document_get_id (put->batch->pdata[i]));
  g_ptr_array_add (ids, NULL);
  rows = tkb_store_list_ids (put->store, (const char *const *) ids->pdata, TKB_LIST_NONE, NULL,
                             &put->error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < put->batch->len; i++)
    {
      TkbDocument      *document = put->batch->pdata[i];
      const TkbListRow *row = rows->pdata[i];

      if (tkb_document_get_rev (document) == NULL && row->rev != NULL && !row->is_deleted)
        {
          /* the id that batch_ids holds lives as long as the document */
          g_hash_table_remove (put->batch_ids, tkb_document_get_id (document));
          put->batch->pdata[i] = tkb_document_with_rev (document, row->rev);
          tkb_document_unref (document);
        }
    }
  return TRUE;
}

static void
print_result (Put *put, const TkbWriteResult *result)
{
  if (put->cli->json)
    {
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "_id", result->id);
      json_object_set_string_member (row, "_rev", result->rev);
      tkb_cli_print_json (row);
    }
  else
    g_print ("%s %s\n", result->id, result->rev);
}

/* Writes the batch; only then are its documents acknowledged on standard output. */
static gboolean
flush (Put *put)
{
  g_autoptr (GPtrArray) results = NULL;

  if (put->batch->len == 0)
    return TRUE;
  if (!set_parents (put))
    return FALSE;
  put->is_bulk = put->is_bulk || put->batch->len > BULK_DOCUMENTS;
  results = tkb_store_write (put->store, put->batch, put->is_bulk ? TKB_WRITE_BULK : TKB_WRITE_NONE,
                             NULL, NULL, NULL, &put->error);
  if (results == NULL)
    return FALSE;
  for (guint i = 0; i < results->len; i++)
    {
      const TkbWriteResult *result = results->pdata[i];

      if (result->error != NULL)
        refuse (put, 0, result->id, result->error->message);
      else
        {
          put->n_written++;
          print_result (put, result);
        }
    }
  fflush (stdout);
  g_hash_table_remove_all (put->batch_ids);
  g_ptr_array_set_size (put->batch, 0);
  put->batch_bytes = 0;
  return TRUE;
}

/* (transfer full): object's document; an id is made up where there is none. */
static TkbDocument *
read_document (Put *put, const char *text, gsize length, GError **error)
{
  g_autoptr (JsonObject) object =
      tkb_json_parse_object (text, length, TKB_MAX_DOCUMENT_BYTES, error);

  if (object == NULL)
    return NULL;
  if (!json_object_has_member (object, "_id"))
    {
      g_autofree char *uuid = tkb_random_uuid (put->cli->random);
      g_autofree char *id =
          g_strdup_printf ("%s:%s", tkb_json_get_string (object, "kind", "document"), uuid);

      json_object_set_string_member (object, "_id", id);
    }
  return tkb_document_new_from_json (object, error);
}

/* A document without a state claims nothing yet: it may be incomplete here, the server decides. */
static TkbValidateLevel
level_for (TkbDocument *document)
{
  return tkb_document_get_string (document, "state") != NULL ? tkb_validate_level_for (document)
                                                             : TKB_VALIDATE_DRAFT;
}

static gboolean
put_cb (const char *text, gsize length, guint number, gpointer user_data)
{
  Put *put = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = read_document (put, text, length, &error);
  g_autofree char *problems = NULL;

  if (document == NULL)
    {
      refuse (put, number, NULL, error->message);
      return TRUE;
    }
  problems = tkb_cli_describe_problems (put->cli, document, level_for (document));
  if (problems != NULL && put->as_drafts)
    {
      TkbDocument *draft = tkb_document_with_string (document, "state", "draft");

      tkb_document_unref (document);
      document = draft;
      g_clear_pointer (&problems, g_free);
      problems = tkb_cli_describe_problems (put->cli, document, TKB_VALIDATE_DRAFT);
    }
  if (problems != NULL)
    {
      refuse (put, number, tkb_document_get_id (document), problems);
      return TRUE;
    }
  /* a second version in the same file is an edit of the first: that one has to be there */
  if (g_hash_table_contains (put->batch_ids, tkb_document_get_id (document)) && !flush (put))
    return FALSE;
  g_hash_table_add (put->batch_ids, (gpointer) tkb_document_get_id (document));
  g_ptr_array_add (put->batch, g_steal_pointer (&document));
  put->batch_bytes += length;
  if (put->batch->len >= BATCH_DOCUMENTS || put->batch_bytes >= BATCH_BYTES)
    return flush (put);
  return TRUE;
}

static gboolean
put_file (Put *put, const char *path)
{
  g_autoptr (GError) error = NULL;

  put->path = path;
  if (!tkb_cli_input_read (path, put_cb, put, &error))
    {
      g_printerr ("%s: %s\n", path, error->message);
      put->n_refused++;
    }
  return put->error == NULL && flush (put);
}

/* The documents are kept whatever becomes of the text of their attachments: reindex tries again. */
static void
read_attachments (TkbCli *cli, TkbStore *store)
{
  g_autoptr (TkbExtractor) extractor = tkb_extractor_new (store, NULL, 0);
  g_autoptr (GError) error = NULL;

  if (!tkb_extractor_run (extractor, NULL, &error))
    tkb_cli_fail (cli->store_path, error);
}

static int
run (TkbCli *cli, char **paths, gboolean as_drafts)
{
  g_autoptr (TkbStore) store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  g_autoptr (GPtrArray) batch =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autoptr (GHashTable) batch_ids = g_hash_table_new (g_str_hash, g_str_equal);
  Put put = {
    .cli = cli, .store = store, .as_drafts = as_drafts, .batch = batch, .batch_ids = batch_ids
  };
  int status = TKB_CLI_OK;

  if (store == NULL)
    return TKB_CLI_FAILED;
  for (guint i = 0; paths[i] != NULL && put.error == NULL; i++)
    put_file (&put, paths[i]);
  if (put.error == NULL && put.is_bulk)
    tkb_store_wait_for_index (store, NULL, &put.error);
  if (put.error == NULL)
    read_attachments (cli, store);
  if (put.error != NULL)
    {
      status = tkb_cli_fail (cli->store_path, put.error);
      g_error_free (put.error);
    }
  if (put.n_refused > 0)
    {
      g_printerr (
          ngettext (
              "%u document was not written; the file is unchanged, correct it and repeat.\n",
              "%u documents were not written; the file is unchanged, correct them and repeat.\n",
              put.n_refused),
          put.n_refused);
      status = TKB_CLI_FAILED;
    }
  if (!cli->json)
    g_printerr (ngettext ("%u document written\n", "%u documents written\n", put.n_written),
                put.n_written);
  tkb_store_close (store);
  return status;
}

int
tkb_cli_put (TkbCli *cli, int argc, char **argv)
{
  return tkb_cli_parse (cli, NULL, &argc, &argv, 1, 1) ? run (cli, argv + 1, FALSE) : TKB_CLI_USAGE;
}

int
tkb_cli_import (TkbCli *cli, int argc, char **argv)
{
  return tkb_cli_parse (cli, NULL, &argc, &argv, 1, -1) ? run (cli, argv + 1, TRUE) : TKB_CLI_USAGE;
}
