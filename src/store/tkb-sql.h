/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Every SQL statement of the program, grouped by table: S (NAME, "text") becomes TKB_SQL_NAME.
 * There is no other SQL but the migrations; no statement is ever put together from strings. A test
 * prepares each one and looks at the query plan of the hot ones. */
#pragma once

#define TKB_SQL_TRANSACTIONS(S)                                                                    \
  S (BEGIN_READ, "BEGIN DEFERRED")                                                                 \
  S (BEGIN_WRITE, "BEGIN IMMEDIATE")                                                               \
  S (COMMIT, "COMMIT")                                                                             \
  S (ROLLBACK, "ROLLBACK")

#define TKB_SQL_META(S)                                                                            \
  S (META_GET, "SELECT value FROM meta WHERE key = ?1")                                            \
  S (META_SET, "INSERT INTO meta (key, value) VALUES (?1, ?2)"                                     \
               " ON CONFLICT (key) DO UPDATE SET value = excluded.value")                          \
  S (COUNTER_GET, "SELECT value FROM counter WHERE name = ?1")                                     \
  S (COUNTER_ALL, "SELECT name, value FROM counter")                                               \
  S (COUNTER_SET, "INSERT INTO counter (name, value) VALUES (?1, ?2)"                              \
                  " ON CONFLICT (name) DO UPDATE SET value = excluded.value")                      \
  S (COUNTER_ADD, "INSERT INTO counter (name, value) VALUES (?1, ?2)"                              \
                  " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value")              \
  S (COUNTER_DROP_EMPTY, "DELETE FROM counter WHERE name = ?1 AND value = 0")

/* rows in the order of TkbDocRow (tkb-rows.h) */
#define TKB_SQL_DOC_COLUMNS "doc, id, seq, rev, flags, kind, state, modified, title, indexed, tree"

#define TKB_SQL_DOCUMENT(S)                                                                        \
  S (DOCUMENT_BY_ID, "SELECT " TKB_SQL_DOC_COLUMNS " FROM document WHERE id = ?1")                 \
  S (DOCUMENT_BY_DOC, "SELECT " TKB_SQL_DOC_COLUMNS " FROM document WHERE doc = ?1")               \
  S (DOCUMENT_INSERT,                                                                              \
     "INSERT INTO document (id, seq, rev, flags, kind, state, modified, title, indexed, tree)"     \
     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")                                          \
  S (DOCUMENT_UPDATE,                                                                              \
     "UPDATE document SET seq = ?2, rev = ?3, flags = ?4, kind = ?5, state = ?6, modified = ?7,"   \
     " title = ?8, indexed = ?9, tree = ?10 WHERE doc = ?1")                                       \
  S (DOCUMENT_SET_INDEXED, "UPDATE document SET indexed = ?2, flags = ?3 WHERE doc = ?1")          \
  S (DOCUMENT_DELETE, "DELETE FROM document WHERE doc = ?1")                                       \
  S (DOCUMENT_FORGET_INDEX,                                                                        \
     "UPDATE document SET indexed = NULL, flags = (flags & ~320) | (CASE WHEN flags & 3 THEN 0"    \
     " ELSE 64 END)")                                                                              \
  S (DOCUMENT_COUNT_PENDING, "SELECT count(*) FROM document WHERE flags & 64")                     \
  S (DOCUMENT_ALL, "SELECT " TKB_SQL_DOC_COLUMNS " FROM document ORDER BY doc")                    \
  S (DOCUMENT_LIST,                                                                                \
     "SELECT doc, id, rev FROM document WHERE id >= ?1 AND id <= ?2 AND flags & 1 = 0"             \
     " ORDER BY id LIMIT ?3 OFFSET ?4")                                                            \
  S (DOCUMENT_LIST_DESC,                                                                           \
     "SELECT doc, id, rev FROM document WHERE id >= ?1 AND id <= ?2 AND flags & 1 = 0"             \
     " ORDER BY id DESC LIMIT ?3 OFFSET ?4")                                                       \
  S (DOCUMENT_LIST_BEFORE,                                                                         \
     "SELECT doc, id, rev FROM document WHERE id >= ?1 AND id < ?2 AND flags & 1 = 0"              \
     " ORDER BY id LIMIT ?3 OFFSET ?4")                                                            \
  S (DOCUMENT_LIST_DESC_AFTER,                                                                     \
     "SELECT doc, id, rev FROM document WHERE id > ?1 AND id <= ?2 AND flags & 1 = 0"              \
     " ORDER BY id DESC LIMIT ?3 OFFSET ?4")                                                       \
  S (DOCUMENT_CHANGES, "SELECT " TKB_SQL_DOC_COLUMNS " FROM document WHERE seq > ?1 ORDER BY seq") \
  S (DOCUMENT_CHANGES_HEADS, "SELECT doc, seq, flags FROM document WHERE seq > ?1 ORDER BY seq")   \
  S (DOCUMENT_CHANGES_DESC,                                                                        \
     "SELECT " TKB_SQL_DOC_COLUMNS " FROM document WHERE seq > ?1 ORDER BY seq DESC")              \
  S (DOCUMENT_CONFLICTED, "SELECT id FROM document WHERE flags & 16 ORDER BY id LIMIT ?1")

#define TKB_SQL_REVISION(S)                                                                        \
  S (REVISION_GET,                                                                                 \
     "SELECT revision, flags, stored_ms, body FROM revision WHERE doc = ?1 AND rev = ?2")          \
  S (REVISION_HEAD, "SELECT revision, flags FROM revision WHERE doc = ?1 AND rev = ?2")            \
  S (REVISION_HEADS, "SELECT rev, flags, stored_ms FROM revision WHERE doc = ?1")                  \
  S (REVISION_INSERT,                                                                              \
     "INSERT INTO revision (doc, rev, flags, stored_ms, body) VALUES (?1, ?2, ?3, ?4, ?5)")        \
  S (REVISION_SET_FLAGS, "UPDATE revision SET flags = ?3 WHERE doc = ?1 AND rev = ?2")             \
  S (REVISION_DELETE, "DELETE FROM revision WHERE doc = ?1 AND rev = ?2")                          \
  S (REVISION_CROWDED,                                                                             \
     "SELECT doc FROM revision WHERE doc > ?1 GROUP BY doc HAVING count(*) > ?2 ORDER BY doc"      \
     " LIMIT ?3")

#define TKB_SQL_BLOB(S)                                                                            \
  S (BLOB_GET, "SELECT sha256, length_bytes, verified FROM blob WHERE digest = ?1")                \
  S (BLOB_PUT,                                                                                     \
     "INSERT INTO blob (digest, sha256, length_bytes, stored_ms, verified)"                        \
     " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (digest) DO UPDATE SET sha256 = excluded.sha256,"   \
     " length_bytes = excluded.length_bytes, stored_ms = excluded.stored_ms,"                      \
     " verified = excluded.verified")                                                              \
  S (BLOB_UNUSED,                                                                                  \
     "SELECT digest FROM blob WHERE stored_ms <= ?1"                                               \
     " AND NOT EXISTS (SELECT 1 FROM attachment WHERE attachment.digest = blob.digest)")           \
  S (BLOB_DELETE, "DELETE FROM blob WHERE digest = ?1")                                            \
  S (BLOB_HAS_FILE, "SELECT 1 FROM blob WHERE sha256 = ?1 LIMIT 1")                                \
  S (BLOB_ALL, "SELECT digest, sha256, length_bytes, verified FROM blob ORDER BY digest")          \
  S (ATTACHMENT_INSERT, "INSERT OR IGNORE INTO attachment (revision, digest) VALUES (?1, ?2)")

#define TKB_SQL_LOCAL(S)                                                                           \
  S (LOCAL_GET, "SELECT body FROM local WHERE id = ?1")                                            \
  S (LOCAL_PUT, "INSERT INTO local (id, body) VALUES (?1, ?2)"                                     \
                " ON CONFLICT (id) DO UPDATE SET body = excluded.body")                            \
  S (LOCAL_LIST, "SELECT id FROM local WHERE id > ?1 ORDER BY id LIMIT ?2")                        \
  S (LOCAL_DELETE, "DELETE FROM local WHERE id = ?1")

#define TKB_SQL_OUTBOX(S)                                                                          \
  S (OUTBOX_ALL, "SELECT document.id, outbox.rev, outbox.reason, outbox.since_ms FROM outbox"      \
                 " JOIN document USING (doc) ORDER BY outbox.since_ms, outbox.doc, outbox.rev")    \
  S (OUTBOX_OF, "SELECT rev, base, reason, since_ms FROM outbox WHERE doc = ?1")                   \
  S (OUTBOX_PUT, "INSERT OR REPLACE INTO outbox (doc, rev, base, reason, since_ms) VALUES (?1, "   \
                 "?2, ?3, ?4, ?5)")                                                                \
  S (OUTBOX_REFUSE, "UPDATE outbox SET reason = ?3 WHERE doc = ?1 AND rev = ?2")                   \
  S (OUTBOX_DELETE, "DELETE FROM outbox WHERE doc = ?1 AND rev = ?2")

#define TKB_SQL_FAVOURITE(S)                                                                       \
  S (FAVOURITE_GET, "SELECT 1 FROM favourite WHERE id = ?1")                                       \
  S (FAVOURITE_ADD, "INSERT OR IGNORE INTO favourite (id) VALUES (?1)")                            \
  S (FAVOURITE_REMOVE, "DELETE FROM favourite WHERE id = ?1")

#define TKB_SQL_UPKEEP(S)                                                                          \
  S (APPLICATION_ID, "PRAGMA application_id")                                                      \
  S (SCHEMA, "SELECT type, name, tbl_name, sql FROM sqlite_schema")                                \
  S (PAGE_COUNT, "PRAGMA page_count")                                                              \
  S (USER_VERSION, "PRAGMA user_version")                                                          \
  S (DATA_VERSION, "PRAGMA data_version")                                                          \
  S (INTEGRITY, "PRAGMA integrity_check (50)")                                                     \
  S (FOREIGN_KEYS, "PRAGMA foreign_key_check")                                                     \
  S (INCREMENTAL_VACUUM, "PRAGMA incremental_vacuum (1000)")                                       \
  S (FREELIST, "PRAGMA freelist_count")                                                            \
  S (CHECKPOINT, "PRAGMA wal_checkpoint (TRUNCATE)")                                               \
  S (OPTIMIZE, "PRAGMA optimize")                                                                  \
  S (MAX_SEQ, "SELECT coalesce (max (seq), 0) FROM document")                                      \
  S (RECOUNT_DOCUMENTS, "SELECT count(*) FROM document WHERE flags & 3 = 0")                       \
  S (RECOUNT_DESIGNS, "SELECT count(*) FROM document WHERE flags & 3 = 2")                         \
  S (RECOUNT_DELETED, "SELECT count(*) FROM document WHERE flags & 1")                             \
  S (RECOUNT_DRAFTS, "SELECT count(*) FROM document WHERE flags & 7 = 4")                          \
  S (RECOUNT_CONFLICTS, "SELECT count(*) FROM document WHERE flags & 16")                          \
  S (RECOUNT_WAITING, "SELECT count(*) FROM outbox")                                               \
  S (RECOUNT_REFUSED, "SELECT count(*) FROM outbox WHERE reason IS NOT NULL")                      \
  S (RECOUNT_FAVOURITES, "SELECT count(*) FROM favourite")                                         \
  S (RECOUNT_KINDS,                                                                                \
     "SELECT kind, count(*) FROM document WHERE flags & 3 = 0 AND kind IS NOT NULL GROUP BY kind")

/* tkb-store-repair.c, tkb-store-blobs.c: what damage has left */
#define TKB_SQL_REPAIR(S)                                                                          \
  S (DOCUMENT_STEP, "SELECT doc FROM document WHERE doc > ?1 ORDER BY doc LIMIT ?2")               \
  S (BLOB_USERS,                                                                                   \
     "SELECT document.id, revision.rev FROM attachment JOIN revision USING (revision)"             \
     " JOIN document USING (doc) WHERE digest = ?1 ORDER BY document.id, revision.rev")            \
  S (BLOB_NAMED,                                                                                   \
     "SELECT document.id, revision.rev, blob.sha256 FROM blob JOIN attachment USING (digest)"      \
     " JOIN revision USING (revision) JOIN document USING (doc) ORDER BY document.id")             \
  S (REVISION_FILES, "SELECT blob.sha256 FROM attachment JOIN blob USING (digest)"                 \
                     " WHERE attachment.revision = ?1")                                            \
  S (BLOB_PLACEHOLDER,                                                                             \
     "INSERT OR IGNORE INTO blob (digest, sha256, length_bytes, stored_ms, verified)"              \
     " VALUES (?1, printf ('%064d', 0), ?2, ?3, 0)")                                               \
  S (COUNTER_KINDS_DIFFER,                                                                         \
     "SELECT count(*) FROM (SELECT name, sum (value) AS value FROM (SELECT name, value FROM "      \
     "counter WHERE name LIKE 'kind:%' UNION ALL SELECT 'kind:' || kind, -count(*) FROM document"  \
     " WHERE flags & 3 = 0 AND kind IS NOT NULL GROUP BY kind) GROUP BY name HAVING sum (value)"   \
     " <> 0)")                                                                                     \
  S (COUNTER_DROP_KINDS, "DELETE FROM counter WHERE name LIKE 'kind:%'")                           \
  S (COUNTER_COUNT_KINDS,                                                                          \
     "INSERT INTO counter (name, value) SELECT 'kind:' || kind, count(*) FROM document"            \
     " WHERE flags & 3 = 0 AND kind IS NOT NULL GROUP BY kind")

/* tkb-salvage.c: rows as they were found, into a new file; what came first stays */
#define TKB_SQL_SALVAGE(S)                                                                         \
  S (SALVAGE_DOCUMENT,                                                                             \
     "INSERT OR IGNORE INTO document (doc, id, seq, rev, flags, kind, state, modified, title,"     \
     " tree) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")                                    \
  S (SALVAGE_NAME,                                                                                 \
     "INSERT OR IGNORE INTO document (doc, id, seq, rev, flags, tree) SELECT ?1, ?2, 1 + coalesce" \
     " (max (seq), 0), '', 0, '' FROM document")                                                   \
  S (SALVAGE_REVISION,                                                                             \
     "INSERT OR IGNORE INTO revision (doc, rev, flags, stored_ms, body) VALUES (?1, ?2, ?3, ?4,"   \
     " ?5)")                                                                                       \
  S (SALVAGE_BLOB,                                                                                 \
     "INSERT OR IGNORE INTO blob (digest, sha256, length_bytes, stored_ms, verified)"              \
     " VALUES (?1, ?2, ?3, ?4, ?5)")                                                               \
  S (SALVAGE_LOCAL, "INSERT OR IGNORE INTO local (id, body) VALUES (?1, ?2)")                      \
  S (SALVAGE_OUTBOX, "INSERT OR IGNORE INTO outbox (doc, rev, base, reason, since_ms)"             \
                     " VALUES (?1, ?2, ?3, ?4, ?5)")                                               \
  S (SALVAGE_GUESS_OUTBOX,                                                                         \
     "INSERT OR IGNORE INTO outbox (doc, rev, since_ms) SELECT doc, rev, stored_ms FROM revision"  \
     " JOIN document USING (doc, rev) WHERE revision.flags & 136 = 128")                           \
  S (SALVAGE_HAS_REVISION, "SELECT 1 FROM revision WHERE doc = ?1 AND rev = ?2")                   \
  S (SALVAGE_NAME_OF, "SELECT id FROM document WHERE doc = ?1")                                    \
  S (SALVAGE_NAMELESS,                                                                             \
     "SELECT doc, rev, max (revision) FROM revision WHERE flags & 128 AND NOT EXISTS (SELECT 1"    \
     " FROM document WHERE document.doc = revision.doc) GROUP BY doc")                             \
  S (SALVAGE_DROP_NAMELESS, "DELETE FROM revision WHERE NOT EXISTS (SELECT 1 FROM document"        \
                            " WHERE document.doc = revision.doc)")                                 \
  S (SALVAGE_DROP_OUTBOX, "DELETE FROM outbox WHERE NOT EXISTS (SELECT 1 FROM document"            \
                          " WHERE document.doc = outbox.doc)")                                     \
  S (SALVAGE_COUNT_REVISIONS, "SELECT count(*) FROM revision")

/* tkb-backup.c: what only this machine has, in the columns of the SALVAGE statements */
#define TKB_SQL_BACKUP(S)                                                                          \
  S (BACKUP_DOCS, "SELECT doc FROM document WHERE flags & 9 = 8 UNION SELECT doc FROM outbox"      \
                  " UNION SELECT revision.doc FROM document CROSS JOIN revision USING (doc)"       \
                  " WHERE document.flags & 32 AND revision.flags & 8")                             \
  S (BACKUP_DOCUMENT, "SELECT doc, id, seq, rev, flags & ~64, kind, state, modified, title, tree"  \
                      " FROM document WHERE doc = ?1")                                             \
  S (BACKUP_REVISIONS, "SELECT doc, rev, flags, stored_ms, body FROM revision WHERE doc = ?1")     \
  S (BACKUP_OUTBOX, "SELECT doc, rev, base, reason, since_ms FROM outbox WHERE doc = ?1")          \
  S (BACKUP_BLOBS,                                                                                 \
     "SELECT DISTINCT blob.digest, sha256, length_bytes, blob.stored_ms, verified FROM revision"   \
     " JOIN attachment USING (revision) JOIN blob USING (digest) WHERE doc = ?1")

/* full-text index and facets: src/store/tkb-index.c */
#define TKB_SQL_INDEX(S)                                                                           \
  S (INDEX_FTS5_API, "SELECT fts5 (?1)")                                                           \
  S (INDEX_TITLE_ADD, "INSERT INTO index_title (rowid, title) VALUES (?1, ?2)")                    \
  S (INDEX_TITLE_REMOVE,                                                                           \
     "INSERT INTO index_title (index_title, rowid, title) VALUES ('delete', ?1, ?2)")              \
  S (INDEX_TITLE_CONFIGURE, "INSERT INTO index_title (index_title, rank) VALUES (?1, ?2)")         \
  S (INDEX_TITLE_MERGE, "INSERT INTO index_title (index_title, rank) VALUES ('merge', ?1)")        \
  S (INDEX_TITLE_CHECK, "INSERT INTO index_title (index_title) VALUES ('integrity-check')")        \
  S (INDEX_TITLE_CLEAR, "INSERT INTO index_title (index_title) VALUES ('delete-all')")             \
  S (INDEX_TITLE_VERSION, "SELECT v FROM index_title_config WHERE k = 'version'")                  \
  S (INDEX_TITLE_LEAVES,                                                                           \
     "SELECT id, block FROM index_title_data WHERE id BETWEEN ?1 AND ?2 ORDER BY id")              \
  S (INDEX_TITLE_SEEK, "SELECT pgno FROM index_title_idx WHERE segid = ?1 AND term <= ?2"          \
                       " ORDER BY term DESC LIMIT 1")                                              \
  S (INDEX_TITLE_WALK,                                                                             \
     "SELECT tkb_walk (index_title, ?2) FROM index_title WHERE index_title MATCH ?1")              \
  S (INDEX_BODY_ADD, "INSERT INTO index_body (rowid, title, head, body) VALUES (?1, ?2, ?3, ?4)")  \
  S (INDEX_BODY_REMOVE,                                                                            \
     "INSERT INTO index_body (index_body, rowid, title, head, body) VALUES ('delete', ?1, "        \
     "?2, ?3, ?4)")                                                                                \
  S (INDEX_BODY_CONFIGURE, "INSERT INTO index_body (index_body, rank) VALUES (?1, ?2)")            \
  S (INDEX_BODY_MERGE, "INSERT INTO index_body (index_body, rank) VALUES ('merge', ?1)")           \
  S (INDEX_BODY_CHECK, "INSERT INTO index_body (index_body) VALUES ('integrity-check')")           \
  S (INDEX_BODY_CLEAR, "INSERT INTO index_body (index_body) VALUES ('delete-all')")                \
  S (INDEX_BODY_VERSION, "SELECT v FROM index_body_config WHERE k = 'version'")                    \
  S (INDEX_BODY_LEAVES,                                                                            \
     "SELECT id, block FROM index_body_data WHERE id BETWEEN ?1 AND ?2 ORDER BY id")               \
  S (INDEX_BODY_SEEK, "SELECT pgno FROM index_body_idx WHERE segid = ?1 AND term <= ?2"            \
                      " ORDER BY term DESC LIMIT 1")                                               \
  S (INDEX_BODY_WALK,                                                                              \
     "SELECT tkb_walk (index_body, ?2) FROM index_body WHERE index_body MATCH ?1")                 \
  S (INDEX_PINYIN_ADD, "INSERT INTO index_pinyin (rowid, title) VALUES (?1, ?2)")                  \
  S (INDEX_PINYIN_REMOVE,                                                                          \
     "INSERT INTO index_pinyin (index_pinyin, rowid, title) VALUES ('delete', ?1, ?2)")            \
  S (INDEX_PINYIN_CONFIGURE, "INSERT INTO index_pinyin (index_pinyin, rank) VALUES (?1, ?2)")      \
  S (INDEX_PINYIN_MERGE, "INSERT INTO index_pinyin (index_pinyin, rank) VALUES ('merge', ?1)")     \
  S (INDEX_PINYIN_CHECK, "INSERT INTO index_pinyin (index_pinyin) VALUES ('integrity-check')")     \
  S (INDEX_PINYIN_CLEAR, "INSERT INTO index_pinyin (index_pinyin) VALUES ('delete-all')")          \
  S (INDEX_PINYIN_VERSION, "SELECT v FROM index_pinyin_config WHERE k = 'version'")                \
  S (INDEX_PINYIN_LEAVES,                                                                          \
     "SELECT id, block FROM index_pinyin_data WHERE id BETWEEN ?1 AND ?2 ORDER BY id")             \
  S (INDEX_PINYIN_SEEK, "SELECT pgno FROM index_pinyin_idx WHERE segid = ?1 AND term <= ?2"        \
                        " ORDER BY term DESC LIMIT 1")                                             \
  S (INDEX_PINYIN_ROWS, "SELECT rowid FROM index_pinyin WHERE index_pinyin MATCH ?1")              \
  S (INDEX_WORD_RANGE, "SELECT term, doc FROM index_word WHERE term >= ?1 AND term < ?2")          \
  S (INDEX_TITLE_DATA_GET, "SELECT block FROM index_title_data WHERE id = ?1")                     \
  S (INDEX_TITLE_DATA_PUT, "INSERT OR REPLACE INTO index_title_data (id, block) VALUES (?1, ?2)")  \
  S (INDEX_TITLE_KEY_PUT,                                                                          \
     "INSERT OR REPLACE INTO index_title_idx (segid, term, pgno) VALUES (?1, ?2, ?3)")             \
  S (INDEX_BODY_DATA_GET, "SELECT block FROM index_body_data WHERE id = ?1")                       \
  S (INDEX_BODY_DATA_PUT, "INSERT OR REPLACE INTO index_body_data (id, block) VALUES (?1, ?2)")    \
  S (INDEX_BODY_KEY_PUT,                                                                           \
     "INSERT OR REPLACE INTO index_body_idx (segid, term, pgno) VALUES (?1, ?2, ?3)")              \
  S (INDEX_PINYIN_DATA_GET, "SELECT block FROM index_pinyin_data WHERE id = ?1")                   \
  S (INDEX_PINYIN_DATA_PUT,                                                                        \
     "INSERT OR REPLACE INTO index_pinyin_data (id, block) VALUES (?1, ?2)")                       \
  S (INDEX_PINYIN_KEY_PUT,                                                                         \
     "INSERT OR REPLACE INTO index_pinyin_idx (segid, term, pgno) VALUES (?1, ?2, ?3)")            \
  S (INDEX_SAVEPOINT, "SAVEPOINT tkb_index")                                                       \
  S (INDEX_SAVEPOINT_BACK, "ROLLBACK TO tkb_index")                                                \
  S (INDEX_SAVEPOINT_END, "RELEASE tkb_index")                                                     \
  S (INDEX_BEHIND,                                                                                 \
     "SELECT doc, seq, flags, id, rev, indexed FROM document WHERE seq > ?1 AND flags & 64"        \
     " ORDER BY seq")                                                                              \
  S (INDEX_TITLED, "UPDATE document SET indexed = rev, flags = flags | 256"                        \
                   " WHERE doc = ?1 AND rev = ?2 AND flags & 67 = 64 AND indexed IS NULL")         \
  S (INDEX_INDEXED, "UPDATE document SET flags = flags & ~320"                                     \
                    " WHERE doc = ?1 AND rev = ?2 AND indexed = ?2 AND flags & 323 = 320")         \
  S (INDEX_INDEXED_BEHIND, "UPDATE document SET flags = flags & ~256"                              \
                           " WHERE doc = ?1 AND indexed = ?2 AND flags & 320 = 320")               \
  S (INDEX_CODE_FIND, "SELECT number FROM index_code WHERE field = ?1 AND code = ?2")              \
  S (INDEX_CODE_ADD, "INSERT INTO index_code (field, code) VALUES (?1, ?2)")                       \
  S (INDEX_CODE_AFTER,                                                                             \
     "SELECT number, field, code FROM index_code WHERE number > ?1 ORDER BY number")               \
  S (INDEX_CODE_CLEAR, "DELETE FROM index_code")                                                   \
  S (INDEX_DOCUMENT_PUT,                                                                           \
     "INSERT INTO index_document (doc, stamp, record) VALUES (?1, (SELECT coalesce (max "          \
     "(stamp), 0) + 1 FROM index_document), ?2) ON CONFLICT (doc) DO UPDATE SET stamp = "          \
     "excluded.stamp, record = excluded.record")                                                   \
  S (INDEX_DOCUMENT_GET, "SELECT record FROM index_document WHERE doc = ?1")                       \
  S (INDEX_DOCUMENT_BODY, "SELECT document.id, document.rev, revision.body FROM document JOIN "    \
                          "revision USING (doc, rev) WHERE doc = ?1 AND document.flags & 1 = 0")   \
  S (INDEX_DOCUMENT_CLEAR, "DELETE FROM index_document")                                           \
  S (INDEX_DOCUMENT_STAMP, "SELECT max (stamp) FROM index_document")                               \
  S (INDEX_DOCUMENT_ALL, "SELECT doc, record FROM index_document ORDER BY doc")                    \
  S (INDEX_DOCUMENT_AFTER,                                                                         \
     "SELECT doc, record FROM index_document WHERE stamp > ?1 ORDER BY stamp")                     \
  S (INDEX_CHECK_DOCUMENTS, "SELECT doc, id, indexed FROM document WHERE indexed IS NOT NULL")     \
  S (INDEX_CHECK_STRAYS,                                                                           \
     "SELECT doc FROM index_document WHERE record IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "      \
     "document WHERE document.doc = index_document.doc AND indexed IS NOT NULL)")                  \
  S (INDEX_SCOPE_CONFLICTS, "SELECT doc FROM document WHERE flags & 16")                           \
  S (INDEX_SCOPE_WAITING, "SELECT DISTINCT doc FROM outbox")                                       \
  S (INDEX_SCOPE_FAVOURITES, "SELECT doc FROM favourite JOIN document USING (id)")

/* text of attachments and its index: src/store/tkb-attached.c */
#define TKB_SQL_ATTACHED(S)                                                                        \
  S (ATTACHED_QUEUE,                                                                               \
     "INSERT OR IGNORE INTO attached (digest) SELECT attachment.digest FROM revision JOIN "        \
     "attachment USING (revision) WHERE doc = ?1 AND rev = ?2")                                    \
  S (ATTACHED_NEXT,                                                                                \
     "SELECT digest FROM attached WHERE version < ?1 ORDER BY version, attached DESC LIMIT 1")     \
  S (ATTACHED_BODY, "SELECT body FROM attachment JOIN revision USING (revision) WHERE digest = ?1" \
                    " ORDER BY revision DESC LIMIT 1")                                             \
  S (ATTACHED_GET,                                                                                 \
     "SELECT attached, state, words, reason, language, length_bytes, text FROM attached"           \
     " WHERE digest = ?1")                                                                         \
  S (ATTACHED_PUT,                                                                                 \
     "UPDATE attached SET version = ?2, state = ?3, words = ?4, reason = ?5, language = ?6,"       \
     " length_bytes = ?7, text = ?8 WHERE attached = ?1")                                          \
  S (ATTACHED_SET_WORDS, "UPDATE attached SET words = ?2 WHERE attached = ?1")                     \
  S (ATTACHED_FORGET_WORDS, "UPDATE attached SET words = 0 WHERE words <> 0")                      \
  S (ATTACHED_RETRY, "UPDATE attached SET version = 0 WHERE version > 0 AND state = ?1")           \
  S (ATTACHED_DELETE, "DELETE FROM attached WHERE attached = ?1")                                  \
  S (ATTACHED_BEHIND, "SELECT attached, digest, language, length_bytes, text FROM attached"        \
                      " WHERE text IS NOT NULL AND words = 0 ORDER BY attached LIMIT 1")           \
  S (ATTACHED_COUNT_BEHIND, "SELECT count(*) FROM attached WHERE text IS NOT NULL AND words = 0")  \
  S (ATTACHED_STATES, "SELECT state, count(*) FROM attached GROUP BY state")                       \
  S (ATTACHED_CHECK,                                                                               \
     "SELECT digest, state, words, length_bytes, text FROM attached ORDER BY attached")            \
  S (ATTACHED_CHECK_MISSING,                                                                       \
     "SELECT document.id FROM document JOIN revision ON revision.doc = document.doc AND "          \
     "revision.rev = document.indexed JOIN attachment USING (revision) WHERE NOT EXISTS "          \
     "(SELECT 1 FROM attached WHERE attached.digest = attachment.digest)")                         \
  S (ATTACHED_DOCS,                                                                                \
     "SELECT document.doc FROM attachment JOIN revision USING (revision) JOIN document ON "        \
     "document.doc = revision.doc AND document.indexed = revision.rev WHERE digest = ?1")          \
  S (ATTACHED_PAIRS,                                                                               \
     "SELECT attached.attached, document.doc FROM attached JOIN attachment USING (digest) JOIN "   \
     "revision USING (revision) JOIN document ON document.doc = revision.doc AND "                 \
     "document.indexed = revision.rev WHERE attached.words = 1")                                   \
  S (ATTACHED_OF,                                                                                  \
     "SELECT attached.attached, attached.digest, language, length_bytes, text FROM document JOIN " \
     "revision ON revision.doc = document.doc AND revision.rev = document.indexed JOIN "           \
     "attachment USING (revision) JOIN attached USING (digest)"                                    \
     " WHERE document.doc = ?1 AND attached.words = 1")                                            \
  S (INDEX_ATTACHED_ADD, "INSERT INTO index_attached (rowid, text) VALUES (?1, ?2)")               \
  S (INDEX_ATTACHED_REMOVE,                                                                        \
     "INSERT INTO index_attached (index_attached, rowid, text) VALUES ('delete', ?1, ?2)")         \
  S (INDEX_ATTACHED_CONFIGURE,                                                                     \
     "INSERT INTO index_attached (index_attached, rank) VALUES (?1, ?2)")                          \
  S (INDEX_ATTACHED_MERGE,                                                                         \
     "INSERT INTO index_attached (index_attached, rank) VALUES ('merge', ?1)")                     \
  S (INDEX_ATTACHED_CHECK,                                                                         \
     "INSERT INTO index_attached (index_attached) VALUES ('integrity-check')")                     \
  S (INDEX_ATTACHED_CLEAR, "INSERT INTO index_attached (index_attached) VALUES ('delete-all')")    \
  S (INDEX_ATTACHED_WALK,                                                                          \
     "SELECT tkb_walk (index_attached, ?2) FROM index_attached WHERE index_attached MATCH ?1")     \
  S (INDEX_DOCUMENT_TOUCH,                                                                         \
     "UPDATE index_document SET stamp = (SELECT max (stamp) + 1 FROM index_document)"              \
     " WHERE doc = ?1")

#define TKB_SQL_LIST(S)                                                                            \
  TKB_SQL_TRANSACTIONS (S)                                                                         \
  TKB_SQL_META (S)                                                                                 \
  TKB_SQL_DOCUMENT (S)                                                                             \
  TKB_SQL_REVISION (S)                                                                             \
  TKB_SQL_BLOB (S)                                                                                 \
  TKB_SQL_LOCAL (S)                                                                                \
  TKB_SQL_OUTBOX (S)                                                                               \
  TKB_SQL_FAVOURITE (S)                                                                            \
  TKB_SQL_UPKEEP (S)                                                                               \
  TKB_SQL_REPAIR (S)                                                                               \
  TKB_SQL_SALVAGE (S)                                                                              \
  TKB_SQL_BACKUP (S)                                                                               \
  TKB_SQL_INDEX (S)                                                                                \
  TKB_SQL_ATTACHED (S)

typedef enum
{
#define S(name, text) TKB_SQL_##name,
  TKB_SQL_LIST (S)
#undef S
      TKB_SQL_COUNT
} TkbSql;
