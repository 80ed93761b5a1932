-- SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Version 1: documents, revisions, attachments, local documents, outbox, favourites, counters.
-- docs/schema.md explains every table. Bits of "flags" (TkbRowFlags in tkb-rows.h):
--   1 deleted   2 design document   4 draft   8 stays on this machine   16 conflict
--   32 several leaves   64 the index has not caught up   128 written here, not known elsewhere

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Figures that change with a write, in the same transaction: seq, index-seq, revs-limit,
-- documents, drafts, conflicts, waiting, refused, favourites, pending, kind:CODE.
CREATE TABLE counter (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row a document; the columns before "tree" describe the winning revision.
CREATE TABLE document (
  doc      INTEGER PRIMARY KEY,
  id       TEXT NOT NULL UNIQUE,
  seq      INTEGER NOT NULL UNIQUE,
  rev      TEXT NOT NULL,
  flags    INTEGER NOT NULL,
  kind     TEXT,
  state    TEXT,
  modified TEXT,
  title    TEXT,
  indexed  TEXT,           -- the revision that the full-text index holds; NULL: none
  tree     TEXT NOT NULL   -- tkb_rev_tree_serialize ()
) STRICT;

CREATE INDEX document_conflict ON document (id) WHERE flags & 16;

-- Bodies: of every leaf, and of those ancestors that were seen here and are kept.
CREATE TABLE revision (
  revision  INTEGER PRIMARY KEY,
  doc       INTEGER NOT NULL REFERENCES document (doc) ON DELETE CASCADE,
  rev       TEXT NOT NULL,
  flags     INTEGER NOT NULL,
  stored_ms INTEGER NOT NULL,
  body      TEXT NOT NULL,  -- canonical JSON, without _id, _rev, _deleted, _revisions
  UNIQUE (doc, rev)
) STRICT;

-- Digest on the wire -> file FILE.blobs/ab/abcd…, named by the SHA-256 of its bytes.
-- verified: the digest was computed from bytes that were seen here.
CREATE TABLE blob (
  digest       TEXT PRIMARY KEY,
  sha256       TEXT NOT NULL,
  length_bytes INTEGER NOT NULL,
  stored_ms    INTEGER NOT NULL,
  verified     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX blob_sha256 ON blob (sha256);

-- Which kept bodies name which blobs.
CREATE TABLE attachment (
  revision INTEGER NOT NULL REFERENCES revision (revision) ON DELETE CASCADE,
  digest   TEXT NOT NULL REFERENCES blob (digest),
  PRIMARY KEY (revision, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX attachment_digest ON attachment (digest);

-- Documents that never leave: checkpoints, saved searches.
CREATE TABLE local (
  id   TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Local edits that the server has not acknowledged. base: what the edit was made on, as far as
-- the server knows it.
CREATE TABLE outbox (
  doc      INTEGER NOT NULL REFERENCES document (doc) ON DELETE CASCADE,
  rev      TEXT NOT NULL,
  base     TEXT,
  reason   TEXT,
  since_ms INTEGER NOT NULL,
  PRIMARY KEY (doc, rev)
) STRICT, WITHOUT ROWID;

CREATE TABLE favourite (
  id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
