/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* index_attached keeps no text (content = ''), so its words are taken out by giving them once more:
 * they are computed from the text that stands here, which is never changed while its words are in.
 * Texts are kept compressed: they are read for a snippet or when they go, both rarely, and take a
 * third of the room and of the log. */
#include "config.h"

#include "tkb-attached.h"

#include <string.h>
#include <zlib.h>

#include "tkb-limits.h"
#include "tkb-tokenizer.h"

void
tkb_attached_clear (TkbAttached *self)
{
  g_free (self->reason);
  g_free (self->language);
  g_free (self->text);
  *self = (TkbAttached) TKB_ATTACHED_INIT;
}

/* ---- text ---- */

static GBytes *
pack (const char *text, gsize length)
{
  uLongf  packed_length = compressBound (length);
  guint8 *packed = g_malloc (packed_length);
  int     code = compress2 (packed, &packed_length, (const Bytef *) text, length, 6);

  g_assert (code == Z_OK);
  return g_bytes_new_take (packed, packed_length);
}

/* (nullable): these bytes are no text of that length */
static char *
unpack (const void *packed, gsize packed_length, gint64 length)
{
  g_autofree char *text = NULL;
  uLongf           unpacked_length = (uLongf) length;

  if (packed == NULL || length < 0 || length > TKB_MAX_TEXT_BYTES)
    return NULL;
  text = g_malloc (length + 1);
  if (uncompress ((Bytef *) text, &unpacked_length, packed, packed_length) != Z_OK ||
      unpacked_length != (uLongf) length || !g_utf8_validate_len (text, (gsize) length, NULL))
    return NULL;
  text[length] = '\0';
  return g_steal_pointer (&text);
}

static char *
unpack_column (TkbStmt *stmt, int length_column, int text_column)
{
  gsize       packed_length;
  const void *packed = tkb_stmt_get_blob (stmt, text_column, &packed_length);

  return unpack (packed, packed_length, tkb_stmt_get_int (stmt, length_column));
}

static gboolean
set_damaged (const char *digest, GError **error)
{
  g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
               "the text of the attachment %s is damaged", digest);
  return FALSE;
}

/* ---- words ---- */

static gboolean
write_words (
    TkbDb *db, TkbSql sql, gint64 attached, const char *language, const char *text, GError **error)
{
  g_autoptr (GString) words = g_string_new (NULL);
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, sql);

  tkb_tokenizer_append_text (words, language, text);
  tkb_stmt_bind_int (&stmt, 1, attached);
  tkb_stmt_bind_text_length (&stmt, 2, words->str, words->len);
  return tkb_stmt_run (&stmt, error);
}

/* What is held in memory of the documents that name digest is read again. */
static gboolean
touch_documents (TkbDb *db, const char *digest, GError **error)
{
  g_autoptr (GArray) docs = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (TkbStmt) find = tkb_db_borrow (db, TKB_SQL_ATTACHED_DOCS);
  TkbStep step;

  tkb_stmt_bind_text (&find, 1, digest);
  while ((step = tkb_stmt_step (&find, error)) == TKB_STEP_ROW)
    {
      gint64 doc = tkb_stmt_get_int (&find, 0);

      g_array_append_val (docs, doc);
    }
  if (step == TKB_STEP_ERROR)
    return FALSE;
  for (guint i = 0; i < docs->len; i++)
    {
      g_auto (TkbStmt) touch = tkb_db_borrow (db, TKB_SQL_INDEX_DOCUMENT_TOUCH);

      tkb_stmt_bind_int (&touch, 1, g_array_index (docs, gint64, i));
      if (!tkb_stmt_run (&touch, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
remove_words (TkbDb *db, const TkbAttached *old, const char *digest, GError **error)
{
  if (!old->has_words)
    return TRUE;
  if (old->text == NULL)
    return set_damaged (digest, error);
  return write_words (db, TKB_SQL_INDEX_ATTACHED_REMOVE, old->attached, old->language, old->text,
                      error);
}

/* ---- rows ---- */

gboolean
tkb_attached_queue (TkbDb *db, gint64 doc, const char *rev, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_ATTACHED_QUEUE);

  tkb_stmt_bind_int (&stmt, 1, doc);
  tkb_stmt_bind_text (&stmt, 2, rev);
  return tkb_stmt_run (&stmt, error);
}

gboolean
tkb_attached_find (
    TkbAttached *self, TkbDb *db, const char *digest, gboolean with_text, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_ATTACHED_GET);
  const char *reason;

  tkb_attached_clear (self);
  tkb_stmt_bind_text (&stmt, 1, digest);
  if (tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  self->attached = tkb_stmt_get_int (&stmt, 0);
  self->state = (TkbTextState) CLAMP (tkb_stmt_get_int (&stmt, 1), 0, TKB_TEXT_N_STATES - 1);
  self->has_words = tkb_stmt_get_int (&stmt, 2) != 0;
  reason = tkb_stmt_get_text (&stmt, 3);
  self->reason = reason != NULL ? g_utf8_make_valid (reason, -1) : NULL;
  self->language = g_strdup (tkb_stmt_get_text (&stmt, 4));
  if (with_text)
    self->text = unpack_column (&stmt, 5, 6);
  return TRUE;
}

static gboolean
update_row (TkbDb *db, gint64 attached, const TkbText *text, gboolean has_words, GError **error)
{
  gsize length = text->text != NULL ? strlen (text->text) : 0;
  g_autoptr (GBytes) packed = length > 0 ? pack (text->text, length) : NULL;
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_ATTACHED_PUT);

  tkb_stmt_bind_int (&stmt, 1, attached);
  tkb_stmt_bind_int (&stmt, 2, text->version);
  tkb_stmt_bind_int (&stmt, 3, text->state);
  tkb_stmt_bind_int (&stmt, 4, has_words);
  tkb_stmt_bind_text (&stmt, 5, text->reason);
  tkb_stmt_bind_text (&stmt, 6, text->language);
  tkb_stmt_bind_int (&stmt, 7, (gint64) length);
  if (packed != NULL)
    tkb_stmt_bind_blob (&stmt, 8, g_bytes_get_data (packed, NULL), g_bytes_get_size (packed));
  else
    tkb_stmt_bind_null (&stmt, 8);
  return tkb_stmt_run (&stmt, error);
}

gboolean
tkb_attached_put (TkbDb *db, const char *digest, const TkbText *text, GError **error)
{
  g_auto (TkbAttached) old = TKB_ATTACHED_INIT;
  g_autoptr (GError) local_error = NULL;
  gboolean has_words = text->text != NULL && text->text[0] != '\0';

  if (!tkb_attached_find (&old, db, digest, TRUE, &local_error))
    {
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      else
        g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND,
                     "no document names the attachment %s", digest);
      return FALSE;
    }
  return remove_words (db, &old, digest, error) &&
         (!has_words || write_words (db, TKB_SQL_INDEX_ATTACHED_ADD, old.attached, text->language,
                                     text->text, error)) &&
         update_row (db, old.attached, text, has_words, error) &&
         touch_documents (db, digest, error);
}

gboolean
tkb_attached_forget (TkbDb *db, const char *digest, GError **error)
{
  g_auto (TkbAttached) old = TKB_ATTACHED_INIT;
  g_auto (TkbStmt) stmt = { 0 };
  g_autoptr (GError) local_error = NULL;

  if (!tkb_attached_find (&old, db, digest, TRUE, &local_error))
    {
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      return local_error == NULL;
    }
  if (!remove_words (db, &old, digest, error))
    return FALSE;
  stmt = tkb_db_borrow (db, TKB_SQL_ATTACHED_DELETE);
  tkb_stmt_bind_int (&stmt, 1, old.attached);
  return tkb_stmt_run (&stmt, error);
}

/* ---- an index that is made anew ---- */

gboolean
tkb_attached_count_behind (TkbDb *db, gint64 *out_count, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_ATTACHED_COUNT_BEHIND);

  if (tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  *out_count = tkb_stmt_get_int (&stmt, 0);
  return TRUE;
}

/* A text that cannot be read any more waits for the extractor again. */
static gboolean
index_one (TkbDb      *db,
           gint64      attached,
           const char *digest,
           const char *language,
           const char *text,
           GError    **error)
{
  static const TkbText nothing = { TKB_TEXT_WAITING };
  g_auto (TkbStmt) stmt = { 0 };

  if (text == NULL)
    return update_row (db, attached, &nothing, FALSE, error);
  if (!write_words (db, TKB_SQL_INDEX_ATTACHED_ADD, attached, language, text, error))
    return FALSE;
  stmt = tkb_db_borrow (db, TKB_SQL_ATTACHED_SET_WORDS);
  tkb_stmt_bind_int (&stmt, 1, attached);
  tkb_stmt_bind_int (&stmt, 2, 1);
  return tkb_stmt_run (&stmt, error) && touch_documents (db, digest, error);
}

gboolean
tkb_attached_index_next (TkbDb *db, gboolean *out_any, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_ATTACHED_BEHIND);
  g_autofree char *digest = NULL;
  g_autofree char *language = NULL;
  g_autofree char *text = NULL;
  TkbStep          step = tkb_stmt_step (&stmt, error);
  gint64           attached;

  *out_any = step == TKB_STEP_ROW;
  if (step != TKB_STEP_ROW)
    return step == TKB_STEP_DONE;
  attached = tkb_stmt_get_int (&stmt, 0);
  digest = g_strdup (tkb_stmt_get_text (&stmt, 1));
  language = g_strdup (tkb_stmt_get_text (&stmt, 2));
  text = unpack_column (&stmt, 3, 4);
  tkb_stmt_clear (&stmt);
  return index_one (db, attached, digest, language, text, error);
}

/* ---- check ---- */

gboolean
tkb_attached_check (TkbDb *db, GPtrArray *findings, GError **error)
{
  g_auto (TkbStmt) all = tkb_db_borrow (db, TKB_SQL_ATTACHED_CHECK);
  g_auto (TkbStmt) missing = tkb_db_borrow (db, TKB_SQL_ATTACHED_CHECK_MISSING);
  TkbStep step;

  while ((step = tkb_stmt_step (&all, error)) == TKB_STEP_ROW)
    {
      const char      *digest = tkb_stmt_get_text (&all, 0);
      gint64           state = tkb_stmt_get_int (&all, 1);
      gboolean         has_text = !tkb_stmt_is_null (&all, 4);
      g_autofree char *text = has_text ? unpack_column (&all, 3, 4) : NULL;

      if (has_text && text == NULL)
        g_ptr_array_add (findings,
                         g_strdup_printf ("The text of the attachment %s is damaged.", digest));
      if (state < 0 || state >= TKB_TEXT_N_STATES || (!has_text && tkb_stmt_get_int (&all, 2) != 0))
        g_ptr_array_add (findings,
                         g_strdup_printf ("The index does not fit the attachment %s.", digest));
    }
  if (step == TKB_STEP_ERROR)
    return FALSE;
  while ((step = tkb_stmt_step (&missing, error)) == TKB_STEP_ROW)
    g_ptr_array_add (findings, g_strdup_printf ("“%s”: an attachment does not wait for being read.",
                                                tkb_stmt_get_text (&missing, 0)));
  return step == TKB_STEP_DONE;
}

/* ---- for snippets ---- */

static void
text_free (gpointer data)
{
  TkbAttachedText *self = data;

  g_free (self->digest);
  g_free (self->language);
  g_free (self->text);
  g_free (self);
}

GPtrArray *
tkb_attached_get_texts (TkbDb *db, gint64 doc, gsize *inout_bytes, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (text_free);
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_ATTACHED_OF);
  TkbStep step;

  tkb_stmt_bind_int (&stmt, 1, doc);
  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      TkbAttachedText *one;
      char            *text;

      if (tkb_stmt_get_int (&stmt, 3) > (gint64) *inout_bytes)
        continue;
      text = unpack_column (&stmt, 3, 4);
      if (text == NULL) /* tkb_store_check () names it */
        continue;
      *inout_bytes -= strlen (text);
      one = g_new0 (TkbAttachedText, 1);
      one->digest = g_strdup (tkb_stmt_get_text (&stmt, 1));
      one->language = g_strdup (tkb_stmt_get_text (&stmt, 2));
      one->text = text;
      g_ptr_array_add (texts, one);
    }
  return step == TKB_STEP_DONE ? g_steal_pointer (&texts) : NULL;
}
