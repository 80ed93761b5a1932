-- SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Version 1, second part: the full-text index and the facet codes (src/store/tkb-index.c).
-- docs/search.md says why these tables and no others. The text itself is not kept here: a row is
-- taken out by giving its old words once more. "tkb" is our tokenizer (tkb-tokenizer.h).

-- Titles in every language, with short prefixes, for the first keystrokes.
CREATE VIRTUAL TABLE index_title USING fts5 (
  title, content = '', columnsize = 0, tokenize = 'tkb', prefix = '1 2 3'
);

-- Every word of a document, in three columns by the weight of its field.
CREATE VIRTUAL TABLE index_body USING fts5 (
  title, head, body, content = '', columnsize = 0, tokenize = 'tkb'
);

-- Titles by sound: from each ideograph on up to four syllables, and up to six initials.
CREATE VIRTUAL TABLE index_pinyin USING fts5 (
  title, content = '', columnsize = 0, detail = none, tokenize = 'tkb joined', prefix = '2 3'
);

-- Words of titles, for "did you mean".
CREATE VIRTUAL TABLE index_word USING fts5vocab (index_title, 'row');

-- The terms of all facet fields that any document has had, by number.
CREATE TABLE index_code (
  number INTEGER PRIMARY KEY,
  field  TEXT NOT NULL,
  code   TEXT NOT NULL,
  UNIQUE (field, code)
) STRICT;

-- One row a document that is or was indexed; stamp: the order of changes, so that what is held in
-- memory catches up; record: tkb-facet-record.h, NULL when the document is no longer indexed.
CREATE TABLE index_document (
  doc    INTEGER PRIMARY KEY,
  stamp  INTEGER NOT NULL UNIQUE,
  record BLOB
) STRICT;
