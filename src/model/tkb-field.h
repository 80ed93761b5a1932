/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One field of a kind, as data/kinds/ describes it: type, vocabulary, whether it is required, a
 * facet, in which section of the editor it stands, how much it weighs in search. Immutable. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TKB_FIELD_STRING,   /* one line of text */
  TKB_FIELD_TEXT,     /* several lines of plain text */
  TKB_FIELD_MARKDOWN, /* CommonMark with GFM tables */
  TKB_FIELD_INTEGER,  /* whole number */
  TKB_FIELD_NUMBER,   /* any number */
  TKB_FIELD_BOOLEAN,
  TKB_FIELD_DATE,      /* YYYY, YYYY-MM or YYYY-MM-DD */
  TKB_FIELD_DATETIME,  /* RFC 3339, UTC */
  TKB_FIELD_CODE,      /* a term of a vocabulary */
  TKB_FIELD_URL,       /* http or https */
  TKB_FIELD_LOCALIZED, /* object: BCP 47 language -> text */
  TKB_FIELD_FIGURE, /* object: value, unit, currency, text, as_of, source, verified, caveat, label
                     */
  TKB_FIELD_LINK,   /* object: document (id), relation, note, query */
  TKB_FIELD_RECORD, /* object with fields of its own */
  TKB_FIELD_JSON,   /* anything: carried, shown by its own code, not edited in the form */
} TkbFieldType;

typedef enum
{
  TKB_FIELD_FLAG_NONE = 0,
  TKB_FIELD_FLAG_REQUIRED = 1 << 0,
  TKB_FIELD_FLAG_FACET = 1 << 1,
  TKB_FIELD_FLAG_LIST = 1 << 2,      /* an array of the type */
  TKB_FIELD_FLAG_SET = 1 << 3,       /* a list whose order means nothing */
  TKB_FIELD_FLAG_READ_ONLY = 1 << 4, /* set by the program, not by the form */
} TkbFieldFlags;

#define TKB_TYPE_FIELD (tkb_field_get_type ())
typedef struct _TkbField TkbField;

GType tkb_field_get_type (void);
/* A field that no file describes: optional, without a section. label: msgid. (transfer full) */
TkbField *tkb_field_new (const char *code, TkbFieldType type, const char *label);
TkbField *tkb_field_ref (TkbField *self);
void      tkb_field_unref (TkbField *self);

const char   *tkb_field_get_code (TkbField *self);
TkbFieldType  tkb_field_get_field_type (TkbField *self);
const char   *tkb_field_get_type_name (TkbField *self); /* as in data/kinds: "markdown" */
TkbFieldFlags tkb_field_get_flags (TkbField *self);
const char   *tkb_field_get_label (TkbField *self);      /* English, msgid for gettext */
const char   *tkb_field_get_help (TkbField *self);       /* (nullable) English, msgid */
const char   *tkb_field_get_section (TkbField *self);    /* (nullable) section code */
const char   *tkb_field_get_vocabulary (TkbField *self); /* (nullable) */
guint         tkb_field_get_max_chars (TkbField *self);  /* 0: only the document's bound */
guint         tkb_field_get_min_items (TkbField *self);  /* 0: none */
guint         tkb_field_get_max_items (TkbField *self);  /* 0: none */
double        tkb_field_get_weight (TkbField *self);     /* in search; 0: not indexed */
gboolean      tkb_field_get_range (TkbField *self, double *out_minimum, double *out_maximum);
GPtrArray *
tkb_field_get_fields (TkbField *self); /* (nullable) (element-type TkbField) of a record */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbField, tkb_field_unref)

G_END_DECLS
