/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-salvage.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tkb-pages.h"
#include "tkb-rev-id.h"
#include "tkb-salvage-files.h"
#include "tkb-store-internal.h"

/* rows in one transaction */
#define STEP_ROWS 5000
/* the most of a text that is cut off which is quoted, bytes */
#define MAX_QUOTE_BYTES 4096
/* lines of a report; a file that is lost altogether needs no list of all it held */
#define MAX_LINES 5000
/* the name of a draft whose own name is lost */
#define RECOVERED_PREFIX "recovered-"

/* A text that was there by what an index says. */
typedef struct
{
  gint64 doc;
  char  *rev; /* (owned) */
} Missing;

static void
missing_free (Missing *self)
{
  g_free (self->rev);
  g_free (self);
}

typedef struct
{
  TkbSalvage    *report; /* (unowned) */
  TkbPages      *pages;  /* (owned) */
  TkbDb         *db;     /* (owned) (nullable): the new file */
  TkbTransaction transaction;
  guint          n_rows;    /* since the last commit */
  guint64        n_saved;   /* documents and texts */
  GPtrArray     *missing;   /* (owned) (element-type Missing) */
  GPtrArray     *recovered; /* (owned) (element-type utf8): ids that were made up */
  GCancellable  *cancellable;
} Work;

/* The pages are closed last of all: a program that closes a file loses the locks it has on it. */
static void
work_clear (Work *work)
{
  tkb_transaction_clear (&work->transaction);
  g_clear_pointer (&work->db, tkb_db_close);
  g_clear_pointer (&work->pages, tkb_pages_free);
  g_clear_pointer (&work->missing, g_ptr_array_unref);
  g_clear_pointer (&work->recovered, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

void
tkb_salvage_free (TkbSalvage *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->lines);
  g_free (self->kept_path);
  g_free (self->report_path);
  g_free (self);
}

G_GNUC_PRINTF (2, 3)
static void
tell (TkbSalvage *report, const char *format, ...)
{
  va_list arguments;

  if (report->lines->len >= MAX_LINES)
    return;
  va_start (arguments, format);
  g_ptr_array_add (report->lines, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* ---- rows ---- */

static gboolean
commit_step (Work *work, gboolean goes_on, GError **error)
{
  work->n_rows = 0;
  return tkb_transaction_commit (&work->transaction, error) &&
         (!goes_on || tkb_transaction_begin_write (&work->transaction, work->db, error));
}

static void
bind_text (TkbStmt *stmt, int index, const TkbCell *cell)
{
  if (cell->type == TKB_CELL_TEXT)
    tkb_stmt_bind_text_length (stmt, index, cell->text, cell->length_bytes);
  else
    tkb_stmt_bind_null (stmt, index);
}

/* The index is made anew: nothing is in it, and everything live waits for it. */
static gint64
get_flags (gint64 flags)
{
  return (flags & ~(gint64) (TKB_ROW_PENDING | TKB_ROW_TITLED)) |
         ((flags & (TKB_ROW_DELETED | TKB_ROW_DESIGN)) == 0 ? TKB_ROW_PENDING : 0);
}

static gboolean
save_name (Work *work, gint64 doc, const char *id, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (work->db, TKB_SQL_SALVAGE_NAME);

  tkb_stmt_bind_int (&stmt, 1, doc);
  tkb_stmt_bind_text (&stmt, 2, id);
  return tkb_stmt_run (&stmt, error);
}

static gboolean
save_document (Work *work, const TkbPagesRow *row, GError **error)
{
  const TkbCell   *cells = row->cells;
  g_autofree char *id = g_strndup (cells[1].text, cells[1].length_bytes);
  g_auto (TkbStmt) stmt = { 0 };
  gint64 saved;

  if (row->rowid <= 0 || cells[2].integer <= 0 || !tkb_document_id_is_valid (id, NULL))
    return TRUE;
  stmt = tkb_db_borrow (work->db, TKB_SQL_SALVAGE_DOCUMENT);
  tkb_stmt_bind_int (&stmt, 1, row->rowid);
  tkb_stmt_bind_text (&stmt, 2, id);
  tkb_stmt_bind_int (&stmt, 3, cells[2].integer);
  bind_text (&stmt, 4, &cells[3]);
  tkb_stmt_bind_int (&stmt, 5, get_flags (cells[4].integer));
  for (int i = 0; i < 4; i++)
    bind_text (&stmt, 6 + i, &cells[5 + i]);
  /* a tree that is cut off is built again from the texts */
  if (cells[10].type == TKB_CELL_TEXT && !row->is_cut)
    bind_text (&stmt, 10, &cells[10]);
  else
    tkb_stmt_bind_text (&stmt, 10, "");
  if (!tkb_stmt_run (&stmt, error))
    return FALSE;
  saved = tkb_db_get_changes (work->db);
  work->n_saved += (guint64) saved;
  return saved > 0 || row->is_stray || save_name (work, row->rowid, id, error);
}

static gboolean
save_revision (Work *work, const TkbPagesRow *row, GError **error)
{
  const TkbCell *cells = row->cells;
  g_auto (TkbStmt) stmt = { 0 };

  if (row->is_cut || cells[5].type != TKB_CELL_TEXT)
    {
      gsize            quoted = MIN (cells[5].length_bytes, MAX_QUOTE_BYTES);
      g_autofree char *text =
          g_utf8_make_valid (cells[5].text != NULL ? cells[5].text : "", (gssize) quoted);

      if ((cells[3].integer & TKB_ROW_HERE) != 0 && !row->is_stray && quoted > 0)
        tell (work->report, "A text written here (%.*s) is cut off. Its beginning: %s",
              (int) MIN (cells[2].length_bytes, 64), cells[2].text, text);
      return TRUE;
    }
  if (cells[1].integer <= 0)
    return TRUE;
  stmt = tkb_db_borrow (work->db, TKB_SQL_SALVAGE_REVISION);
  tkb_stmt_bind_int (&stmt, 1, cells[1].integer);
  bind_text (&stmt, 2, &cells[2]);
  tkb_stmt_bind_int (&stmt, 3, cells[3].integer);
  tkb_stmt_bind_int (&stmt, 4, cells[4].integer);
  bind_text (&stmt, 5, &cells[5]);
  if (!tkb_stmt_run (&stmt, error))
    return FALSE;
  work->n_saved += (guint64) tkb_db_get_changes (work->db);
  return TRUE;
}

static gboolean
is_file_name (const TkbCell *cell)
{
  for (gsize i = 0; i < cell->length_bytes; i++)
    if (!g_ascii_isxdigit (cell->text[i]) || g_ascii_isupper (cell->text[i]))
      return FALSE;
  return cell->length_bytes == 64;
}

/* Columns as they stand, into a table with as many. */
static gboolean
save_cells (Work *work, TkbSql sql, const TkbPagesRow *row, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (work->db, sql);

  for (guint i = 0; i < row->n_cells; i++)
    if (row->cells[i].type == TKB_CELL_INTEGER)
      tkb_stmt_bind_int (&stmt, (int) i + 1, row->cells[i].integer);
    else
      bind_text (&stmt, (int) i + 1, &row->cells[i]);
  return tkb_stmt_run (&stmt, error);
}

static gboolean
has_text (Work *work, gint64 doc, const char *rev, gboolean *out_has, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (work->db, TKB_SQL_SALVAGE_HAS_REVISION);
  TkbStep step;

  tkb_stmt_bind_int (&stmt, 1, doc);
  tkb_stmt_bind_text (&stmt, 2, rev);
  step = tkb_stmt_step (&stmt, error);
  *out_has = step == TKB_STEP_ROW;
  return step != TKB_STEP_ERROR;
}

/* What an index knows to have been there. */
static gboolean
note_revision (Work *work, const TkbPagesRow *row, GError **error)
{
  g_autofree char *rev = g_strndup (row->cells[1].text, row->cells[1].length_bytes);
  Missing         *missing;
  gboolean         has;

  if (row->is_stray || work->missing->len >= MAX_LINES)
    return TRUE;
  if (!has_text (work, row->cells[0].integer, rev, &has, error))
    return FALSE;
  if (has)
    return TRUE;
  missing = g_new0 (Missing, 1);
  missing->doc = row->cells[0].integer;
  missing->rev = g_steal_pointer (&rev);
  g_ptr_array_add (work->missing, missing);
  return TRUE;
}

static gboolean
note_id (Work *work, const TkbPagesRow *row, GError **error)
{
  g_autofree char *id = g_strndup (row->cells[0].text, row->cells[0].length_bytes);

  if (row->is_stray || row->cells[1].integer <= 0 || !tkb_document_id_is_valid (id, NULL))
    return TRUE;
  return save_name (work, row->cells[1].integer, id, error);
}

/* The figures that cannot be counted again. */
static gboolean
save_figure (Work *work, const TkbPagesRow *row, GError **error)
{
  g_autofree char *name = g_strndup (row->cells[0].text, row->cells[0].length_bytes);

  return (strcmp (name, "revs-limit") != 0 && strcmp (name, "seq") != 0) ||
         row->cells[1].integer <= 0 || row->cells[1].integer > G_MAXINT32 ||
         tkb_counter_set (work->db, name, row->cells[1].integer, error);
}

static gboolean
save_row (const TkbPagesRow *row, gpointer data, GError **error)
{
  Work *work = data;

  if (++work->n_rows >= STEP_ROWS && !commit_step (work, TRUE, error))
    return FALSE;
  if (row->is_cut && row->table != TKB_PAGES_DOCUMENT && row->table != TKB_PAGES_REVISION)
    return TRUE;
  switch (row->table)
    {
    case TKB_PAGES_DOCUMENT:
      return save_document (work, row, error);
    case TKB_PAGES_REVISION:
      return save_revision (work, row, error);
    case TKB_PAGES_BLOB:
      return !is_file_name (&row->cells[1]) || save_cells (work, TKB_SQL_SALVAGE_BLOB, row, error);
    case TKB_PAGES_LOCAL:
      return save_cells (work, TKB_SQL_SALVAGE_LOCAL, row, error);
    case TKB_PAGES_OUTBOX:
      return save_cells (work, TKB_SQL_SALVAGE_OUTBOX, row, error);
    case TKB_PAGES_FAVOURITE:
      return save_cells (work, TKB_SQL_FAVOURITE_ADD, row, error);
    case TKB_PAGES_COUNTER:
      return save_figure (work, row, error);
    case TKB_PAGES_DOCUMENT_IDS:
      return note_id (work, row, error);
    case TKB_PAGES_REVISION_REVS:
      return note_revision (work, row, error);
    case TKB_PAGES_TABLES:
    case TKB_PAGES_NONE:
    default:
      return TRUE;
    }
}

/* ---- what hangs together with nothing ---- */

/* Texts that were written here and have lost their document's name get one. */
static gboolean
name_the_nameless (Work *work, GError **error)
{
  g_autoptr (GArray) docs = g_array_new (FALSE, FALSE, sizeof (gint64));
  TkbStep step;

  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (work->db, TKB_SQL_SALVAGE_NAMELESS);

    while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
      {
        gint64      doc = tkb_stmt_get_int (&stmt, 0);
        const char *digest = strchr (tkb_stmt_get_text (&stmt, 1), '-');

        g_array_append_val (docs, doc);
        g_ptr_array_add (work->recovered, g_strdup_printf (RECOVERED_PREFIX "%.12s",
                                                           digest != NULL ? digest + 1 : "0"));
      }
    if (step == TKB_STEP_ERROR)
      return FALSE;
  }
  for (guint i = 0; i < docs->len; i++)
    if (!save_name (work, g_array_index (docs, gint64, i), g_ptr_array_index (work->recovered, i),
                    error))
      return FALSE;
  return tkb_db_run (work->db, TKB_SQL_SALVAGE_DROP_NAMELESS, error) &&
         tkb_db_run (work->db, TKB_SQL_SALVAGE_DROP_OUTBOX, error);
}

static gboolean
tell_missing (Work *work, GError **error)
{
  for (guint i = 0; i < work->missing->len; i++)
    {
      Missing *missing = g_ptr_array_index (work->missing, i);
      gboolean has;

      if (!has_text (work, missing->doc, missing->rev, &has, error))
        return FALSE;
      if (!has)
        {
          g_auto (TkbStmt) name = tkb_db_borrow (work->db, TKB_SQL_SALVAGE_NAME_OF);
          TkbStep step;

          tkb_stmt_bind_int (&name, 1, missing->doc);
          if ((step = tkb_stmt_step (&name, error)) == TKB_STEP_ERROR)
            return FALSE;
          work->report->unsure++;
          tell (work->report,
                "“%s”: the text of revision %s is lost; a sync brings it if a peer "
                "has it.",
                step == TKB_STEP_ROW ? tkb_stmt_get_text (&name, 0) : "?", missing->rev);
        }
    }
  return TRUE;
}

static gboolean
save_blob (Work *work, const TkbBlob *blob, TkbClock *clock, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (work->db, TKB_SQL_BLOB_PUT);

  tkb_stmt_bind_text (&stmt, 1, blob->digest);
  tkb_stmt_bind_text (&stmt, 2, blob->sha256);
  tkb_stmt_bind_int (&stmt, 3, blob->length_bytes);
  tkb_stmt_bind_int (&stmt, 4, tkb_clock_get_real_ms (clock));
  tkb_stmt_bind_int (&stmt, 5, 1);
  return tkb_stmt_run (&stmt, error);
}

/* Files whose row is lost are known by their bytes. */
static gboolean
adopt_files (Work *work, TkbBlobStore *blobs, TkbClock *clock, GError **error)
{
  gint64 before_s;
  g_autoptr (GPtrArray) files = NULL;

  files = tkb_blob_store_list (blobs, 0, &before_s, NULL);
  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      const char *sha256 = g_ptr_array_index (files, i);
      g_auto (TkbStmt) known = tkb_db_borrow (work->db, TKB_SQL_BLOB_HAS_FILE);
      g_autoptr (TkbBlob) blob = NULL;
      TkbStep step;

      tkb_stmt_bind_text (&known, 1, sha256);
      if ((step = tkb_stmt_step (&known, error)) == TKB_STEP_ERROR)
        return FALSE;
      if (step == TKB_STEP_ROW)
        continue;
      blob = tkb_blob_store_identify (blobs, sha256, NULL);
      /* what was seen here is to be believed, not a row that may have been altered */
      if (blob != NULL && !save_blob (work, blob, clock, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
set_figure (Work *work, const char *name, TkbSql recount, gboolean may_fall, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (work->db, recount);
  gint64 value;

  if (!tkb_counter_get (work->db, name, &value, error) ||
      tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  return (!may_fall && tkb_stmt_get_int (&stmt, 0) <= value) ||
         tkb_counter_set (work->db, name, tkb_stmt_get_int (&stmt, 0), error);
}

static gboolean
set_figures (Work *work, GError **error)
{
  for (gsize i = 0; tkb_recounts[i].name != NULL; i++)
    if (!set_figure (work, tkb_recounts[i].name, tkb_recounts[i].recount, TRUE, error))
      return FALSE;
  return set_figure (work, "seq", TKB_SQL_MAX_SEQ, FALSE, error) &&
         tkb_db_run (work->db, TKB_SQL_COUNTER_DROP_KINDS, error) &&
         tkb_db_run (work->db, TKB_SQL_COUNTER_COUNT_KINDS, error);
}

/* ---- the new file ---- */

static gboolean
fill (Work *work, const char *partial, TkbBlobStore *blobs, TkbClock *clock, GError **error)
{
  work->db = tkb_db_open (partial, TKB_DB_CREATE, error);
  if (work->db == NULL)
    return FALSE;
  /* rows come as they are found; what they refer to may come later */
  sqlite3_db_config (tkb_db_get_handle (work->db), SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
  if (!tkb_transaction_begin_write (&work->transaction, work->db, error) ||
      !tkb_pages_walk (work->pages, save_row, work, work->cancellable, error) ||
      !name_the_nameless (work, error) || !tell_missing (work, error) ||
      !adopt_files (work, blobs, clock, error))
    return FALSE;
  /* too many marks do no harm: the next sync takes them away */
  if (!tkb_pages_is_whole (work->pages, TKB_PAGES_OUTBOX) &&
      !tkb_db_run (work->db, TKB_SQL_SALVAGE_GUESS_OUTBOX, error))
    return FALSE;
  if (!set_figures (work, error) || !commit_step (work, FALSE, error))
    return FALSE;
  work->report->bad_pages = tkb_pages_get_bad_pages (work->pages);
  g_clear_pointer (&work->db, tkb_db_close);
  if (work->n_saved > 0)
    return TRUE;
  g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
               "%s: nothing of a store can be read in it; it was left as it is", partial);
  return FALSE;
}

/* A text whose document's name is lost is a person's to look at, not to be sent. */
static gboolean
make_draft (TkbStore *store, const char *id, GError **error)
{
  g_autoptr (TkbDocument) document = tkb_store_get (store, id, NULL, NULL, NULL);
  g_autoptr (TkbDocument) draft = NULL;
  g_autoptr (TkbDocument) written = NULL;

  if (document == NULL || !tkb_document_may_leave (document))
    return TRUE;
  draft = tkb_document_with_string (document, "state", "draft");
  written = tkb_store_put (store, draft, TKB_WRITE_NONE, NULL, error);
  return written != NULL;
}

static gboolean
count (Work *work, TkbStore *store, GError **error)
{
  TkbSalvage *report = work->report;
  g_autoptr (TkbStoreCounts) counts = tkb_store_get_counts (store, NULL, error);
  TkbDb   *db;
  gboolean is_read;

  if (counts == NULL || (db = tkb_store_acquire_reader (store, NULL, error)) == NULL)
    return FALSE;
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_SALVAGE_COUNT_REVISIONS);

    is_read = tkb_stmt_step (&stmt, error) == TKB_STEP_ROW;
    if (is_read)
      report->revisions = (guint64) tkb_stmt_get_int (&stmt, 0);
  }
  tkb_store_release_reader (store, db);
  report->documents = counts->documents;
  report->drafts = counts->drafts;
  report->waiting = counts->waiting;
  report->favourites = counts->favourites;
  return is_read;
}

static gboolean
mend (Work *work, TkbStore *store, GError **error)
{
  g_autoptr (GPtrArray) done = tkb_store_repair (store, work->cancellable, error);

  if (done == NULL)
    return FALSE;
  for (guint i = 0; i < done->len; i++)
    {
      const char *line = g_ptr_array_index (done, i);

      work->report->lost += strstr (line, "nothing of it can be read") != NULL;
      tell (work->report, "%s", line);
    }
  for (guint i = 0; i < work->recovered->len; i++)
    {
      const char *id = g_ptr_array_index (work->recovered, i);

      tell (work->report, "“%s”: a text written here whose name is lost; it is a draft now.", id);
      if (!make_draft (store, id, error))
        return FALSE;
    }
  return count (work, store, error);
}

static gboolean
copy_files (TkbBlobStore *from, TkbBlobStore *to, GCancellable *cancellable, GError **error)
{
  gint64 before_s;
  g_autoptr (GPtrArray) files = tkb_blob_store_list (from, 0, &before_s, NULL);

  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      g_autoptr (GError) local_error = NULL;

      /* what is damaged is fetched again */
      if (!tkb_blob_store_copy (from, to, g_ptr_array_index (files, i), cancellable,
                                &local_error) &&
          !g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT) &&
          !g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }
  return TRUE;
}

/* ---- the report ---- */

/**
 * tkb_salvage_to_text:
 * @self: a finished salvage
 *
 * Returns: (transfer full): figures, then what was lost or set right, a line each, in English
 */
char *
tkb_salvage_to_text (TkbSalvage *self)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text,
                          "Saved: %" G_GUINT64_FORMAT " documents (%" G_GUINT64_FORMAT
                          " drafts), %" G_GUINT64_FORMAT " texts, %" G_GUINT64_FORMAT
                          " edits that wait for the server, %" G_GUINT64_FORMAT " favourites.\n",
                          self->documents, self->drafts, self->revisions, self->waiting,
                          self->favourites);
  g_string_append_printf (text,
                          "Lost here: %u documents, %u texts; %u places of the file could not be "
                          "read. What the server has comes again with the next sync.\n",
                          self->lost, self->unsure, self->bad_pages);
  if (self->kept_path != NULL)
    g_string_append_printf (text, "The damaged file is kept: %s\n", self->kept_path);
  for (guint i = 0; i < self->lines->len; i++)
    g_string_append_printf (text, "%s\n", (char *) g_ptr_array_index (self->lines, i));
  return g_string_free (text, FALSE);
}

/* The report is for people: that it could not be written changes nothing about what was saved. */
static void
write_report (TkbSalvage *report, const char *path)
{
  g_autofree char *text = tkb_salvage_to_text (report);
  g_autoptr (GError) error = NULL;

  report->report_path = g_strconcat (path, ".txt", NULL);
  if (g_file_set_contents (report->report_path, text, -1, &error))
    return;
  g_debug ("%s", error->message);
  g_clear_pointer (&report->report_path, g_free);
}

/* ---- the whole ---- */

static gboolean
look (Work *work, const char *path, GError **error)
{
  work->pages = tkb_pages_open (path, error);
  if (work->pages == NULL)
    return FALSE;
  if (tkb_pages_get_version (work->pages) <= TKB_DB_SCHEMA_VERSION ||
      tkb_pages_get_version (work->pages) > 0xffff)
    return TRUE;
  g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NEWER_VERSION,
               "%s: has version %u; this program knows versions up to %d", path,
               tkb_pages_get_version (work->pages), TKB_DB_SCHEMA_VERSION);
  return FALSE;
}

static gboolean
salvage (Work       *work,
         const char *path,
         const char *partial,
         const char *blobs_folder,
         TkbCatalog *catalog,
         TkbClock   *clock,
         TkbRandom  *random,
         GError    **error)
{
  g_autofree char *old_folder = g_strconcat (path, ".blobs", NULL);
  g_autoptr (TkbBlobStore) old_blobs = tkb_blob_store_new (old_folder);
  g_autoptr (TkbBlobStore) new_blobs = tkb_blob_store_new (blobs_folder);
  g_autoptr (TkbStore) store = NULL;
  gboolean is_done;

  if (!look (work, path, error) || !fill (work, partial, old_blobs, clock, error))
    return FALSE;
  if (strcmp (old_folder, blobs_folder) != 0 &&
      !copy_files (old_blobs, new_blobs, work->cancellable, error))
    return FALSE;
  store = tkb_store_open_with_blobs (partial, blobs_folder, TKB_STORE_OPEN_OUTBOX, catalog, clock,
                                     random, error);
  if (store == NULL)
    return FALSE;
  is_done = mend (work, store, error);
  tkb_store_close (store);
  return is_done;
}

/* Beside the store, or in the new file's own name. */
static gboolean
salvage_locked (Work       *work,
                const char *path,
                const char *output,
                TkbCatalog *catalog,
                TkbClock   *clock,
                TkbRandom  *random,
                GError    **error)
{
  g_autofree char *partial = g_strconcat (output != NULL ? output : path, ".salvaging", NULL);
  g_autofree char *folder = g_strconcat (output != NULL ? output : path, ".blobs", NULL);
  gboolean         is_done;

  tkb_salvage_remove (partial);
  is_done = salvage (work, path, partial, folder, catalog, clock, random, error);
  if (is_done && output == NULL)
    is_done = tkb_salvage_publish (partial, path, clock, &work->report->kept_path, error);
  else if (is_done && g_rename (partial, output) != 0)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_IO, "%s: cannot be renamed", partial);
      is_done = FALSE;
    }
  if (!is_done)
    tkb_salvage_remove (partial);
  return is_done;
}

/**
 * tkb_salvage_run:
 * @path: a damaged store that nobody has open, this program neither
 * @output: (nullable): a new store; %NULL: what is saved takes the place of @path
 * @catalog: (nullable): the kinds
 * @clock: names the damaged file by the day
 * @random: gives the new store its identity
 * @cancellable: (nullable): ends it with everything as it was
 * @error: return location
 *
 * Reads every row that can still be read, also from pages that no sound page leads to, with what is
 * committed in the log, and writes a new store of them: texts that do not fit their names, trees
 * that are lost, marks and figures as tkb_store_repair () does; the index is built again. Texts
 * written here whose document's name is lost become drafts named "recovered-…". The new store has
 * an identity of its own, so that the next sync compares everything.
 *
 * The damaged file is kept under "FILE.damaged-YYYY-MM-DD", the report beside it with ".txt". A
 * crash at any point leaves the old file or the new one under @path, not a third state.
 *
 * Returns: (transfer full): what was saved and what was lost; %NULL with an error and everything as
 *   it was: %TKB_STORE_ERROR_BUSY (open elsewhere), %TKB_STORE_ERROR_NEWER_VERSION,
 *   %TKB_STORE_ERROR_CORRUPT (nothing can be read), %TKB_STORE_ERROR_FULL,
 *   %TKB_STORE_ERROR_READ_ONLY, %TKB_STORE_ERROR_INVALID (@output exists)
 */
TkbSalvage *
tkb_salvage_run (const char   *path,
                 const char   *output,
                 TkbCatalog   *catalog,
                 TkbClock     *clock,
                 TkbRandom    *random,
                 GCancellable *cancellable,
                 GError      **error)
{
  g_autoptr (TkbSalvage) report = g_new0 (TkbSalvage, 1);
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_auto (Work) work = { .report = report, .cancellable = cancellable };
  g_autoptr (TkbSalvageLock) lock = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (TKB_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (TKB_IS_RANDOM (random), NULL);

  report->lines = g_ptr_array_new_with_free_func (g_free);
  work.missing = g_ptr_array_new_with_free_func ((GDestroyNotify) missing_free);
  work.recovered = g_ptr_array_new_with_free_func (g_free);
  if (output != NULL && g_file_test (output, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID,
                   "%s: there is something of that name already", output);
      return NULL;
    }
  if (output == NULL && !tkb_salvage_resume (absolute, clock, error))
    return NULL;
  lock = tkb_salvage_lock_take (absolute, error);
  if (lock == NULL)
    return NULL;
  if (!salvage_locked (&work, absolute, output, catalog, clock, random, error))
    return NULL;
  write_report (report, output != NULL ? output : report->kept_path);
  return g_steal_pointer (&report);
}
