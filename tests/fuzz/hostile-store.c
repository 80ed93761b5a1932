/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "hostile-store.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "tkb-data.h"
#include "tkb-search.h"
#include "tkb-store.h"

/* A test of contents needs no disk behind it; this makes it many times as fast. */
int fsync (int fd);
int fdatasync (int fd);

int
fsync (int fd)
{
  return 0;
}

int
fdatasync (int fd)
{
  return 0;
}

#define ENDLESS "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "

const HostileChange hostile_changes[] = {
  /* wrong types, huge and impossible values */
  { "null-body", HOSTILE_CONTENT, "UPDATE revision SET body = NULL" },
  { "blob-body", HOSTILE_CONTENT, "UPDATE revision SET body = x'00ff00ff'" },
  { "number-body", HOSTILE_CONTENT, "UPDATE revision SET body = 17" },
  { "array-body", HOSTILE_CONTENT, "UPDATE revision SET body = '[1,2,3]'" },
  { "deep-body", HOSTILE_CONTENT,
    "UPDATE revision SET body = '{\"a\":' || replace (hex (zeroblob (50000)), '0', '[') || '}'" },
  { "large-body", HOSTILE_CONTENT,
    "UPDATE revision SET body = '{\"title\":\"' || hex (zeroblob (6000000)) || '\"}'"
    " WHERE revision = 1" },
  { "odd-body", HOSTILE_CONTENT,
    "UPDATE revision SET body = '{\"kind\":[],\"title\":{},\"state\":7,\"language\":null,"
    "\"_attachments\":[1],\"need\":{\"x\":[]},\"country\":[[]],\"modified\":{}}'" },
  { "odd-attachments", HOSTILE_CONTENT,
    "UPDATE revision SET body = '{\"_attachments\":{\"\":7,\"a\":{\"digest\":[]},\"b\":{}}}'" },
  { "bad-utf8-body", HOSTILE_CONTENT,
    "UPDATE revision SET body = cast (x'7b227469746c65223a22fffe227d' AS TEXT)" },
  { "nul-in-body", HOSTILE_CONTENT,
    "UPDATE revision SET body = cast (x'7b227469746c65223a220000227d' AS TEXT)" },
  { "bad-utf8-id", HOSTILE_CONTENT, "UPDATE document SET id = cast (x'ff' || doc AS TEXT)" },
  { "nul-in-id", HOSTILE_CONTENT, "UPDATE document SET id = cast (doc || x'0061' AS TEXT)" },
  { "empty-id", HOSTILE_CONTENT, "UPDATE document SET id = '' WHERE doc = 1" },
  { "long-id", HOSTILE_CONTENT, "UPDATE document SET id = hex (zeroblob (500000)) || doc" },
  { "null-id", HOSTILE_CONTENT, "UPDATE document SET id = NULL" },
  { "bad-utf8-columns", HOSTILE_CONTENT,
    "UPDATE document SET kind = cast (x'ff' AS TEXT), state = cast (x'c3' AS TEXT),"
    " modified = cast (x'e4b8' AS TEXT), title = cast (x'80' AS TEXT)" },
  { "null-columns", HOSTILE_CONTENT,
    "UPDATE document SET rev = NULL, flags = NULL, tree = NULL, seq = -doc" },
  { "blob-columns", HOSTILE_CONTENT,
    "UPDATE document SET rev = x'00', kind = x'00ff', title = x'ff', tree = x'00ff'" },
  { "all-flags", HOSTILE_CONTENT, "UPDATE document SET flags = 9223372036854775807" },
  { "pending-flags", HOSTILE_CONTENT,
    "UPDATE document SET flags = flags | 64; UPDATE counter SET value = 3 WHERE name = 'pending';"
    "UPDATE counter SET value = 0 WHERE name = 'index-seq'" },
  { "pending-for-ever", HOSTILE_CONTENT,
    "INSERT OR REPLACE INTO counter VALUES ('pending', 1000000)" },
  { "pending-below-zero", HOSTILE_CONTENT,
    "INSERT OR REPLACE INTO counter VALUES ('pending', -5)" },
  { "pending-out-of-reach", HOSTILE_CONTENT,
    "UPDATE document SET flags = flags | 64, indexed = NULL;"
    "INSERT OR REPLACE INTO counter VALUES ('pending', 9), ('index-seq', 1000000)" },
  { "seq-at-the-end", HOSTILE_CONTENT,
    "UPDATE document SET seq = 9223372036854775807 - doc;"
    "INSERT OR REPLACE INTO counter VALUES ('seq', 9223372036854775807)" },
  { "seq-below-zero", HOSTILE_CONTENT, "UPDATE counter SET value = -9223372036854775807" },
  { "seq-behind", HOSTILE_CONTENT, "UPDATE counter SET value = 0 WHERE name = 'seq'" },
  { "counters-null", HOSTILE_CONTENT, "UPDATE counter SET value = NULL" },
  { "counters-text", HOSTILE_CONTENT, "UPDATE counter SET value = 'many'" },
  { "counters-gone", HOSTILE_CONTENT, "DELETE FROM counter" },
  { "kinds-strange", HOSTILE_CONTENT,
    "INSERT INTO counter VALUES ('kind:', 7), (cast (x'6b696e643aff' AS TEXT), 8),"
    " ('kind:case:case', -9)" },
  { "revs-limit", HOSTILE_CONTENT,
    "INSERT OR REPLACE INTO counter VALUES ('revs-limit', 9223372036854775807)" },
  { "meta-gone", HOSTILE_CONTENT, "DELETE FROM meta" },
  { "meta-odd", HOSTILE_CONTENT, "UPDATE meta SET value = cast (x'ff00fe' AS TEXT)" },
  { "meta-null", HOSTILE_CONTENT, "UPDATE meta SET value = NULL" },
  /* trees */
  { "no-tree", HOSTILE_CONTENT, "UPDATE document SET tree = ''" },
  { "cyclic-tree", HOSTILE_CONTENT,
    "UPDATE document SET tree = replace (tree, ' ', char (10)) || char (10) || tree" },
  { "foreign-tree", HOSTILE_CONTENT,
    "UPDATE document SET tree = (SELECT tree FROM document AS other WHERE other.doc <> document.doc"
    " ORDER BY other.doc DESC LIMIT 1)" },
  { "high-generation", HOSTILE_CONTENT,
    "UPDATE document SET tree = replace (tree, '1-', '18446744073709551615-'),"
    " rev = '18446744073709551615-' || substr (rev, 3)" },
  { "no-winner", HOSTILE_CONTENT, "UPDATE document SET rev = '9-nobody'" },
  { "no-bodies", HOSTILE_CONTENT, "DELETE FROM revision" },
  { "orphans", HOSTILE_CONTENT, "DELETE FROM document" },
  { "one-doc-for-all", HOSTILE_CONTENT, "UPDATE OR REPLACE revision SET doc = 1" },
  { "doc-beyond", HOSTILE_CONTENT,
    "UPDATE document SET doc = 9223372036854775807 WHERE doc = 2;"
    "UPDATE revision SET doc = 9223372036854775807 WHERE doc = 2" },
  { "doc-below-zero", HOSTILE_CONTENT,
    "UPDATE document SET doc = -doc; UPDATE revision SET doc = -doc;"
    "UPDATE index_document SET doc = -doc" },
  { "revision-at-the-end", HOSTILE_CONTENT,
    "UPDATE revision SET revision = 9223372036854775807 WHERE revision = 1" },
  /* attachments */
  { "blob-path", HOSTILE_CONTENT, "UPDATE blob SET sha256 = '../../../../../../etc/passwd'" },
  { "blob-short-name", HOSTILE_CONTENT, "UPDATE blob SET sha256 = ''" },
  { "blob-null", HOSTILE_CONTENT,
    "UPDATE blob SET sha256 = NULL, length_bytes = NULL, verified = NULL" },
  { "blob-length", HOSTILE_CONTENT, "UPDATE blob SET length_bytes = -9223372036854775807" },
  { "attachment-strays", HOSTILE_CONTENT,
    "UPDATE OR REPLACE attachment SET digest = 'none', revision = 4711" },
  /* other tables */
  { "outbox-strays", HOSTILE_CONTENT, "UPDATE OR REPLACE outbox SET doc = 4711, reason = x'ff'" },
  { "outbox-odd", HOSTILE_CONTENT,
    "UPDATE outbox SET since_ms = -9223372036854775807, reason = cast (x'ff' AS TEXT), base = ''" },
  { "local-odd", HOSTILE_CONTENT,
    "INSERT INTO local VALUES (cast (x'ff' AS TEXT), '['), ('', ''), ('x', x'00')" },
  { "favourites", HOSTILE_CONTENT, "INSERT INTO favourite VALUES (''), (cast (x'fe' AS TEXT))" },
  { "many-favourites", HOSTILE_CONTENT,
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    " INSERT OR IGNORE INTO favourite SELECT 'f' || i FROM n" },
  /* the index */
  { "record-short", HOSTILE_CONTENT, "UPDATE index_document SET record = x'00'" },
  { "record-noise", HOSTILE_CONTENT,
    "UPDATE index_document SET record = randomblob (18) || x'ffffffff7f80'" },
  { "record-codes", HOSTILE_CONTENT,
    "UPDATE index_document SET record = zeroblob (18) || zeroblob (100000)" },
  { "record-text", HOSTILE_CONTENT, "UPDATE index_document SET record = 'text'" },
  { "record-beyond", HOSTILE_CONTENT, "UPDATE index_document SET doc = doc + 40000000" },
  { "record-strays", HOSTILE_CONTENT, "UPDATE index_document SET doc = doc + 1000" },
  { "stamp-at-the-end", HOSTILE_CONTENT,
    "UPDATE index_document SET stamp = 9223372036854775807 - doc" },
  { "codes-beyond", HOSTILE_CONTENT, "UPDATE index_code SET number = number + 40000000" },
  { "codes-null", HOSTILE_CONTENT, "UPDATE index_code SET field = NULL, code = NULL" },
  { "codes-bad-utf8", HOSTILE_CONTENT,
    "UPDATE index_code SET code = cast (x'ff' || number AS TEXT)" },
  { "fts-data-gone", HOSTILE_CONTENT, "DELETE FROM index_body_data" },
  { "fts-data-null", HOSTILE_CONTENT, "UPDATE index_body_data SET block = NULL" },
  { "fts-data-noise", HOSTILE_CONTENT,
    "UPDATE index_title_data SET block = randomblob (length (block))" },
  { "fts-data-short", HOSTILE_CONTENT,
    "UPDATE index_body_data SET block = substr (block, 1, length (block) / 2)" },
  { "fts-data-swapped", HOSTILE_CONTENT,
    "UPDATE index_title_data SET block = (SELECT block FROM index_body_data AS other"
    " WHERE other.id = index_title_data.id)" },
  { "fts-structure", HOSTILE_CONTENT,
    "UPDATE index_body_data SET block = x'00000001ffffffff7fffffff7fffffff7f' WHERE id = 10" },
  { "fts-averages", HOSTILE_CONTENT,
    "UPDATE index_body_data SET block = x'ffffffffffffffffffff' WHERE id = 1" },
  { "fts-idx", HOSTILE_CONTENT, "UPDATE index_title_idx SET term = x'', pgno = -1" },
  { "fts-config", HOSTILE_CONTENT,
    "INSERT OR REPLACE INTO index_body_config VALUES ('version', 99), ('pgsz', 1),"
    " ('rank', 'load_extension (1)'), ('automerge', 99999999), ('crisismerge', 0)" },
  { "fts-config-gone", HOSTILE_CONTENT, "DELETE FROM index_title_config" },
  { "fts-pinyin", HOSTILE_CONTENT, "UPDATE index_pinyin_data SET block = zeroblob (3)" },
  /* texts of attachments */
  { "text-noise", HOSTILE_CONTENT,
    "UPDATE attached SET version = 1, state = 1, words = 0, length_bytes = 30, text = "
    "x'789c00ff'" },
  { "text-long", HOSTILE_CONTENT,
    "UPDATE attached SET version = 1, state = 1, words = 0, length_bytes = 4611686018427387904,"
    " text = x'789c4bcc4a4c4a06000a28025d'" },
  { "text-below-zero", HOSTILE_CONTENT,
    "UPDATE attached SET version = -1, state = -7, words = 1, length_bytes = -1,"
    " text = x'789c4bcc4a4c4a06000a28025d', reason = cast (x'ff' AS TEXT), language = x'00ff'" },
  { "text-not-packed", HOSTILE_CONTENT,
    "UPDATE attached SET version = 1, state = 99, words = 1, length_bytes = 5, text = 'hello'" },
  { "texts-null", HOSTILE_CONTENT,
    "UPDATE attached SET version = NULL, state = NULL, words = NULL, length_bytes = NULL" },
  { "text-of-nothing", HOSTILE_CONTENT,
    "UPDATE attached SET digest = 'md5-none', attached = 9223372036854775807" },
  { "fts-attached", HOSTILE_CONTENT, "UPDATE index_attached_data SET block = randomblob (50)" },
  { "statistics", HOSTILE_CONTENT,
    "ANALYZE; UPDATE sqlite_stat1 SET stat = '99999999999999999999 0 -1', idx = x'ff'" },
  { "index-lies", HOSTILE_PAGES,
    "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name ="
    " 'attachment_digest') WHERE name = 'blob_sha256'" },
  { "root-shared", HOSTILE_PAGES,
    "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name ="
    " 'document') WHERE name = 'revision'" },
  { "root-beyond", HOSTILE_PAGES,
    "UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'revision'" },
  { "root-first", HOSTILE_PAGES, "UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'document'" },
  /* the schema */
  { "trigger", HOSTILE_SCHEMA,
    "CREATE TRIGGER t AFTER INSERT ON revision BEGIN DELETE FROM revision; END" },
  { "trigger-loop", HOSTILE_SCHEMA,
    "CREATE TRIGGER t AFTER UPDATE ON counter BEGIN UPDATE counter SET value = value + 1; END" },
  { "view", HOSTILE_SCHEMA,
    "UPDATE sqlite_schema SET type = 'view', rootpage = 0, sql = 'CREATE VIEW favourite AS SELECT "
    "hex (randomblob (1000000000)) AS id' WHERE name = 'favourite'" },
  { "view-endless", HOSTILE_SCHEMA,
    "DROP TABLE favourite; CREATE VIEW favourite (id) AS " ENDLESS "SELECT i FROM n" },
  { "extra-view", HOSTILE_SCHEMA, "CREATE VIEW v AS SELECT * FROM document" },
  { "extra-table", HOSTILE_SCHEMA, "CREATE TABLE t (x)" },
  { "extra-virtual", HOSTILE_SCHEMA, "CREATE VIRTUAL TABLE v USING fts5 (x)" },
  { "extra-rtree", HOSTILE_SCHEMA, "CREATE VIRTUAL TABLE v USING rtree (a, b, c)" },
  { "extra-index", HOSTILE_SCHEMA, "CREATE INDEX i ON document (hex (title))" },
  { "unique-index", HOSTILE_SCHEMA, "CREATE UNIQUE INDEX i ON document (kind) WHERE flags < 0" },
  { "column-gone", HOSTILE_SCHEMA, "ALTER TABLE document DROP COLUMN title" },
  { "column-more", HOSTILE_SCHEMA, "ALTER TABLE document ADD COLUMN more" },
  { "table-gone", HOSTILE_SCHEMA, "DROP TABLE outbox" },
  { "table-renamed", HOSTILE_SCHEMA, "ALTER TABLE local RENAME TO elsewhere" },
  { "table-loose", HOSTILE_SCHEMA, "DROP TABLE local; CREATE TABLE local (id, body)" },
  { "table-default", HOSTILE_SCHEMA,
    "DROP TABLE local; CREATE TABLE local (id TEXT PRIMARY KEY, body DEFAULT (randomblob (9)))" },
  { "generated-column", HOSTILE_SCHEMA,
    "DROP TABLE local; CREATE TABLE local (id TEXT PRIMARY KEY, body AS (zeroblob (100000000)))" },
  { "check-constraint", HOSTILE_SCHEMA,
    "DROP TABLE favourite; CREATE TABLE favourite (id TEXT CHECK (length (zeroblob "
    "(999999999))))" },
  { "tokenizer", HOSTILE_SCHEMA,
    "UPDATE sqlite_schema SET sql = replace (sql, 'tkb', 'unicode61') WHERE name = 'index_body'" },
  { "other-content", HOSTILE_SCHEMA,
    "UPDATE sqlite_schema SET sql = replace (sql, 'content = ''''', 'content = ''outbox''')" },
  { "other-module", HOSTILE_SCHEMA,
    "UPDATE sqlite_schema SET sql = replace (sql, 'fts5 (', 'rtree (') WHERE name = "
    "'index_title'" },
  { "no-such-module", HOSTILE_SCHEMA,
    "UPDATE sqlite_schema SET sql = replace (sql, 'fts5', 'nothing') WHERE name = 'index_word'" },
  { "sql-null", HOSTILE_SCHEMA, "UPDATE sqlite_schema SET sql = NULL" },
  { "sql-noise", HOSTILE_SCHEMA, "UPDATE sqlite_schema SET sql = 'CREATE TABLE x (' || hex (1)" },
  { "sql-foreign", HOSTILE_SCHEMA,
    "UPDATE sqlite_schema SET sql = 'CREATE TABLE document (a, b, c)' WHERE name = 'document'" },
  { "sql-deep", HOSTILE_SCHEMA,
    "UPDATE sqlite_schema SET sql = 'CREATE TABLE local (id TEXT CHECK (' ||"
    " replace (hex (zeroblob (5000)), '0', '(') || '1))' WHERE name = 'local'" },
  { "name-twice", HOSTILE_SCHEMA,
    "INSERT INTO sqlite_schema SELECT * FROM sqlite_schema WHERE name = 'meta'" },
  { "schema-empty", HOSTILE_SCHEMA, "DELETE FROM sqlite_schema" },
  { "shadow-gone", HOSTILE_SCHEMA, "DELETE FROM sqlite_schema WHERE name = 'index_body_data'" },
  { "shadow-view", HOSTILE_SCHEMA,
    "DROP TABLE index_body_data;"
    "CREATE VIEW index_body_data (id, block) AS SELECT 10, zeroblob (1000000000)" },
  { "version-below-zero", HOSTILE_SCHEMA, "PRAGMA user_version = -1" },
  { "version-old", HOSTILE_SCHEMA, "PRAGMA user_version = 0" },
  { "version-newer", HOSTILE_SCHEMA, "PRAGMA user_version = 2147483647" },
};

const guint n_hostile_changes = G_N_ELEMENTS (hostile_changes);

/* ---- a good store ---- */

static TkbCatalog *
get_catalog (void)
{
  static TkbCatalog *catalog;

  if (g_once_init_enter (&catalog))
    g_once_init_leave (&catalog, tkb_catalog_new (tkb_data_get_resource (), NULL));
  return catalog;
}

static TkbStore *
open_store (const char *path, TkbStoreOpenFlags flags, GError **error)
{
  g_autoptr (TkbClock) clock = tkb_clock_new_manual (G_GINT64_CONSTANT (1790000000000));
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (1);

  return tkb_store_open (path, flags | TKB_STORE_OPEN_OUTBOX, get_catalog (), clock, random, error);
}

static TkbDocument *
make_document (const char *id, const char *rev, const char *state, const char *title)
{
  g_autoptr (JsonObject) body = json_object_new ();
  g_autoptr (JsonObject) attachments = json_object_new ();
  g_autoptr (JsonObject) attachment = json_object_new ();

  json_object_set_string_member (body, "kind", "case");
  json_object_set_string_member (body, "state", state);
  json_object_set_string_member (body, "title", title);
  json_object_set_string_member (body, "country", "CN");
  json_object_set_string_member (body, "modified", "2026-11-22T00:00:00Z");
  json_object_set_string_member (body, "need", "Prior art for a solar pump, 专利检索 in Gansu.");
  if (g_str_has_suffix (id, "1"))
    {
      json_object_set_string_member (attachment, "data", "aGVsbG8=");
      json_object_set_string_member (attachment, "content_type", "text/plain");
      json_object_set_object_member (attachments, "hello.txt", g_steal_pointer (&attachment));
      json_object_set_object_member (body, "_attachments", g_steal_pointer (&attachments));
    }
  return tkb_document_new (id, rev, FALSE, body, NULL);
}

static void
must (gboolean is_done, GError *error)
{
  if (!is_done)
    g_error ("the seed store: %s", error != NULL ? error->message : "no reason");
}

static void
fill (TkbStore *store)
{
  static const char *const titles[] = { "A solar pump for dry fields", "甘肃设施蔬菜专利信息服务",
                                        "Recherche de brevets",        "Патентные исследования",
                                        "خدمة البحث في البراءات",      "Búsquedas de patentes" };
  const TkbText text = { .state = TKB_TEXT_WHOLE, .text = "hello from a pump", .version = 1 };
  g_autoptr (JsonObject) local = json_object_new ();
  g_autoptr (GPtrArray) pulled =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autoptr (GPtrArray) results = NULL;
  GError          *error = NULL;
  g_autofree char *gone = NULL;

  for (guint i = 0; i < 18; i++)
    {
      g_autofree char *id = g_strdup_printf ("case:%u", i);
      g_autoptr (TkbDocument) document =
          make_document (id, NULL, i % 5 == 0 ? "draft" : "published", titles[i % 6]);
      g_autoptr (TkbDocument) written = tkb_store_put (store, document, 0, NULL, &error);

      must (written != NULL, error);
      if (i % 3 == 0)
        {
          g_autoptr (TkbDocument) next =
              make_document (id, tkb_document_get_rev (written), "published", titles[i % 5]);
          g_autoptr (TkbDocument) edited = tkb_store_put (store, next, 0, NULL, &error);

          must (edited != NULL, error);
        }
    }
  g_ptr_array_add (pulled, make_document ("case:2", "1-ffffffffffffffffffffffffffffffff",
                                          "published", "A conflict"));
  results = tkb_store_write (store, pulled, TKB_WRITE_REPLICATED, NULL, NULL, NULL, &error);
  must (results != NULL, error);
  gone = tkb_store_delete (store, "case:4", NULL, NULL, &error);
  must (gone != NULL, error);
  json_object_set_string_member (local, "since", "12");
  must (tkb_store_put_local (store, "checkpoint", local, NULL, &error), error);
  must (tkb_store_set_favourite (store, "case:7", TRUE, &error), error);
  must (tkb_store_put_text (store, "md5-XUFAKrxLKna5cZ2REBfFkg==", &text, &error), error);
  must (tkb_store_wait_for_index (store, NULL, &error), error);
}

static GBytes *
read_bytes (const char *path)
{
  char   *content = NULL;
  gsize   length = 0;
  GError *error = NULL;

  must (g_file_get_contents (path, &content, &length, &error), error);
  return g_bytes_new_take (content, length);
}

GBytes *
hostile_store_make_seed (GBytes **out_log)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("tkb-seed-XXXXXX", &error);
  g_autofree char *path = NULL;
  g_autofree char *log = NULL;
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (TkbDocument) document = make_document ("case:late", NULL, "published", "In the log");
  g_autoptr (TkbDocument) written = NULL;
  GBytes *seed;

  must (folder != NULL, error);
  path = g_build_filename (folder, "seed.tisckb", NULL);
  log = g_strconcat (path, "-wal", NULL);
  store = open_store (path, TKB_STORE_OPEN_CREATE, &error);
  must (store != NULL, error);
  fill (store);
  tkb_store_close (store);
  g_clear_object (&store);
  store = open_store (path, TKB_STORE_OPEN_NONE, &error);
  must (store != NULL, error);
  written = tkb_store_put (store, document, 0, NULL, &error);
  must (written != NULL, error);
  must (tkb_store_wait_for_index (store, NULL, &error), error);
  seed = read_bytes (path);
  *out_log = read_bytes (log);
  tkb_store_close (store);
  hostile_store_remove (path);
  g_rmdir (folder);
  return seed;
}

static gboolean
run (const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  int      code = sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL);

  if (code == SQLITE_OK)
    code = sqlite3_exec (db,
                         "PRAGMA journal_mode = DELETE; PRAGMA foreign_keys = OFF;"
                         "PRAGMA writable_schema = ON; PRAGMA ignore_check_constraints = ON",
                         NULL, NULL, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_exec (db, sql, NULL, NULL, NULL);
  sqlite3_close (db);
  return code == SQLITE_OK;
}

gboolean
hostile_store_change (const char *path, const HostileChange *change)
{
  gboolean is_done;

  if (change->kind != HOSTILE_CONTENT)
    return run (path, change->sql);
  /* the schema is away for the time of the change, so that a value of any type goes in */
  if (!run (path, "CREATE TABLE aside AS SELECT name, sql FROM sqlite_schema WHERE type = 'table';"
                  "UPDATE sqlite_schema SET sql = replace (replace (replace (sql, ' NOT NULL', ''),"
                  " 'STRICT, ', ''), ') STRICT', ')') WHERE type = 'table'"))
    return FALSE;
  is_done = run (path, change->sql);
  return run (path,
              "UPDATE sqlite_schema AS s SET sql = (SELECT aside.sql FROM aside WHERE aside.name ="
              " s.name) WHERE name IN (SELECT name FROM aside);"
              "DROP TABLE aside") &&
         is_done;
}

void
hostile_store_remove (const char *path)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal", ".blobs", ".partial" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, suffixes[i], NULL);
      g_autoptr (GDir) shelves = g_dir_open (name, 0, NULL);
      const char *shelf;

      while (shelves != NULL && (shelf = g_dir_read_name (shelves)) != NULL)
        {
          g_autofree char *folder = g_build_filename (name, shelf, NULL);
          g_autoptr (GDir) files = g_dir_open (folder, 0, NULL);
          const char *file;

          while (files != NULL && (file = g_dir_read_name (files)) != NULL)
            {
              g_autofree char *blob = g_build_filename (folder, file, NULL);

              g_unlink (blob);
            }
          g_remove (folder);
        }
      g_remove (name);
    }
}

/* ---- everything a program does with a store ---- */

static void
check_text (const char *text)
{
  if (text != NULL && !g_utf8_validate (text, -1, NULL))
    g_error ("a string that is no text: %s", text);
}

/* A failure has a reason, and it is one of the store's own. */
static void
check (gboolean is_done, GError **error)
{
  if (is_done != (*error == NULL))
    g_error ("done %d, but %s", is_done, *error != NULL ? (*error)->message : "no error");
  if (*error == NULL)
    return;
  if ((*error)->domain != TKB_STORE_ERROR)
    g_error ("an error of %s: %s", g_quark_to_string ((*error)->domain), (*error)->message);
  check_text ((*error)->message);
  g_clear_error (error);
}

static void
read_document (TkbStore *store, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = tkb_store_get (store, id, NULL, NULL, &error);
  g_autoptr (TkbRevTree) tree = NULL;
  g_autoptr (GPtrArray) history = NULL;

  check (document != NULL, &error);
  if (document != NULL)
    {
      g_autofree char *text = tkb_document_to_text (document, TKB_DOCUMENT_JSON_REVISIONS);

      check_text (text);
    }
  tree = tkb_store_get_tree (store, id, NULL, &error);
  check (tree != NULL, &error);
  history = tkb_store_get_history (store, id, NULL, &error);
  check (history != NULL, &error);
  tkb_store_is_favourite (store, id);
}

static void
read_blob (TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  gint64 length = 0;
  g_autoptr (GInputStream) stream =
      tkb_store_open_blob (store, "md5-XUFAKrxLKna5cZ2REBfFkg==", &length, &error);
  char start[6] = "";

  check (stream != NULL, &error);
  tkb_store_has_blob (store, "md5-XUFAKrxLKna5cZ2REBfFkg==");
  if (stream != NULL && g_input_stream_read (stream, start, 5, NULL, &error) == 5 &&
      strcmp (start, "hello") != 0)
    g_error ("an attachment that is another file: %s", start);
}

static void
read_changes (TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  TkbChangesFlags flags[] = { TKB_CHANGES_NONE, TKB_CHANGES_ALL_LEAVES | TKB_CHANGES_INCLUDE_DOCS,
                              TKB_CHANGES_DESCENDING, TKB_CHANGES_MAY_LEAVE };

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      guint64 last_seq = 0;
      g_autoptr (GPtrArray) changes =
          tkb_store_get_changes (store, 0, 100, flags[i], &last_seq, NULL, &error);

      check (changes != NULL, &error);
    }
}

static void
read_lists (TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) outbox = NULL;
  g_autoptr (GPtrArray) locals = NULL;
  g_autoptr (GPtrArray) conflicted = NULL;
  g_autoptr (TkbStoreCounts) counts = NULL;
  GHashTableIter iter;
  gpointer       kind;

  rows = tkb_store_list (store, NULL, NULL, 0, 100, TKB_LIST_INCLUDE_DOCS, NULL, &error);
  check (rows != NULL, &error);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    read_document (store, ((TkbListRow *) rows->pdata[i])->id);
  outbox = tkb_store_get_outbox (store, NULL, &error);
  check (outbox != NULL, &error);
  for (guint i = 0; outbox != NULL && i < outbox->len; i++)
    {
      check_text (((TkbOutboxEntry *) outbox->pdata[i])->id);
      check_text (((TkbOutboxEntry *) outbox->pdata[i])->reason);
    }
  locals = tkb_store_list_local (store, "", 100, NULL, &error);
  check (locals != NULL, &error);
  for (guint i = 0; locals != NULL && i < locals->len; i++)
    {
      g_autoptr (JsonObject) local = tkb_store_get_local (store, locals->pdata[i], NULL, &error);

      check (local != NULL, &error);
    }
  conflicted = tkb_store_get_conflicted (store, 100, NULL, &error);
  check (conflicted != NULL, &error);
  for (guint i = 0; conflicted != NULL && i < conflicted->len; i++)
    check_text (conflicted->pdata[i]);
  counts = tkb_store_get_counts (store, NULL, &error);
  check (counts != NULL, &error);
  if (counts != NULL)
    {
      g_hash_table_iter_init (&iter, counts->by_kind);
      while (g_hash_table_iter_next (&iter, &kind, NULL))
        check_text (kind);
    }
}

static void
read_hits (TkbSearchResults *results)
{
  for (guint i = 0; results != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (results)); i++)
    {
      g_autoptr (TkbSearchHit) hit = g_list_model_get_item (G_LIST_MODEL (results), i);

      check_text (tkb_search_hit_get_id (hit));
      check_text (tkb_search_hit_get_title_markup (hit));
      check_text (tkb_search_hit_get_snippet_markup (hit));
      check_text (tkb_search_hit_get_country (hit));
      check_text (tkb_search_hit_get_date (hit));
    }
}

static void
read_texts (TkbStore *store)
{
  static const char *const digest = "md5-XUFAKrxLKna5cZ2REBfFkg==";
  const TkbText            text = { .state = TKB_TEXT_WHOLE, .text = "hello", .version = 3 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbTextJob) job = tkb_store_find_text_job (store, 2, NULL, &error);
  g_autoptr (GPtrArray) incomplete = NULL;
  g_autofree char *reason = NULL;
  guint64          counts[TKB_TEXT_N_STATES];

  if (error != NULL)
    check (FALSE, &error);
  if (job != NULL)
    {
      check_text (job->name);
      check_text (job->content_type);
      check_text (job->language);
    }
  tkb_store_get_text_state (store, digest, &reason);
  check_text (reason);
  check (tkb_store_count_texts (store, counts, NULL, &error), &error);
  incomplete = tkb_store_list_incomplete (store, NULL, &error);
  check (incomplete != NULL, &error);
  check (tkb_store_put_text (store, digest, &text, &error), &error);
  check (tkb_store_retry_texts (store, &error), &error);
}

static void
search (TkbStore *store)
{
  static const char *const texts[] = {
    "",  "solar pump",      "专利", "zhuanli",         "patentes p", "\"prior art\"",
    "s", "kind:case -pump", "slar", "country:CN year", "البراءات"
  };
  g_autoptr (TkbSearch) engine = tkb_search_new (store);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TkbQuery) query = tkb_query_new (texts[i], i % 2 ? TKB_QUERY_TYPING : 0);
      g_autoptr (TkbQuery) scoped = tkb_query_with_scope (query, (TkbScope) (i % 5));
      g_autoptr (TkbSearchResults) all = tkb_search_run (engine, query, "zh", 20, NULL, &error);
      g_autoptr (TkbSearchResults) some = NULL;

      check (all != NULL, &error);
      read_hits (all);
      some = tkb_search_run (engine, scoped, NULL, 20, NULL, &error);
      check (some != NULL, &error);
    }
}

static void
write_some (TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) local = json_object_new ();

  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *id = g_strdup_printf ("case:%u", i);
      g_autoptr (TkbDocument) old = tkb_store_get (store, id, NULL, NULL, NULL);
      g_autoptr (TkbDocument) document = make_document (
          id, old != NULL ? tkb_document_get_rev (old) : NULL, "published", "Written");
      g_autoptr (TkbDocument) written = tkb_store_put (
          store, document, i % 2 ? TKB_WRITE_AMEND_DRAFT : TKB_WRITE_NONE, NULL, &error);
      g_autofree char *gone = NULL;

      check (written != NULL, &error);
      if (i == 3)
        {
          gone = tkb_store_delete (store, id, NULL, NULL, &error);
          check (gone != NULL, &error);
        }
    }
  check (tkb_store_purge_draft (store, "case:5", &error), &error);
  check (tkb_store_set_favourite (store, "case:3", TRUE, &error), &error);
  check (tkb_store_put_local (store, "checkpoint", local, NULL, &error), &error);
  check (tkb_store_mark_refused (store, "case:1", "1-x", "why", &error), &error);
}

/* A check that ran says something or nothing; then the upkeep. */
static void
look_after (TkbStore *store, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) findings = tkb_store_check (store, NULL, &error);
  g_autoptr (GPtrArray) repaired = NULL;
  g_autofree char *copy = g_strconcat (path, "-copy", NULL);

  check (findings != NULL, &error);
  for (guint i = 0; findings != NULL && i < findings->len; i++)
    check_text (findings->pdata[i]);
  check (tkb_store_backup (store, copy, NULL, &error), &error);
  hostile_store_remove (copy);
  check (tkb_store_compact (store, NULL, &error), &error);
  repaired = tkb_store_repair (store, NULL, &error);
  check (repaired != NULL, &error);
  for (guint i = 0; repaired != NULL && i < repaired->len; i++)
    check_text (repaired->pdata[i]);
  check (tkb_store_reindex (store, NULL, &error), &error);
}

gboolean
hostile_store_exercise (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) store = open_store (path, TKB_STORE_OPEN_READ_ONLY, &error);

  check (store != NULL, &error);
  if (store != NULL)
    {
      read_lists (store);
      tkb_store_close (store);
      g_clear_object (&store);
    }
  store = open_store (path, TKB_STORE_OPEN_NONE, &error);
  check (store != NULL, &error);
  if (store == NULL)
    return FALSE;
  read_lists (store);
  read_changes (store);
  read_blob (store);
  search (store);
  read_texts (store);
  write_some (store);
  look_after (store, path);
  search (store);
  tkb_store_close (store);
  return TRUE;
}
