-- SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Version 2: what stands in attachments (src/store/tkb-attached.c). docs/search.md says why it has
-- an index of its own.

-- One row a blob that a document in the index names. version: of the extractor that looked last; 0:
-- none has. state: TkbTextState. words: whether index_attached holds them.
CREATE TABLE attached (
  attached     INTEGER PRIMARY KEY,
  digest       TEXT NOT NULL UNIQUE REFERENCES blob (digest),
  version      INTEGER NOT NULL DEFAULT 0,
  state        INTEGER NOT NULL DEFAULT 0,
  words        INTEGER NOT NULL DEFAULT 0,
  reason       TEXT,
  language     TEXT,
  length_bytes INTEGER NOT NULL DEFAULT 0,  -- of the text
  text         BLOB                         -- zlib; NULL: none
) STRICT;

-- Whose turn it is: the newest first. It also counts by state.
CREATE INDEX attached_turn ON attached (version, attached DESC, state);
-- Texts whose words are still to be indexed.
CREATE INDEX attached_behind ON attached (attached) WHERE text IS NOT NULL AND words = 0;

-- The words of each text, once however many documents name it; the rows are those of attached.
CREATE VIRTUAL TABLE index_attached USING fts5 (
  text, content = '', columnsize = 0, tokenize = 'tkb'
);

INSERT INTO attached (digest)
  SELECT DISTINCT attachment.digest FROM document
    JOIN revision ON revision.doc = document.doc AND revision.rev = document.indexed
    JOIN attachment USING (revision);
