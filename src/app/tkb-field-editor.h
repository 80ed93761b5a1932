/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One field of the editor's form: label, required mark, control, help and what is wrong with it.
 * The control is a subclass by the field's type; lists and records hold editors in turn. It edits
 * one JSON value and knows neither the document nor the store. */
#pragma once

#include <json-glib/json-glib.h>

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_FIELD_EDITOR (tkb_field_editor_get_type ())
G_DECLARE_DERIVABLE_TYPE (TkbFieldEditor, tkb_field_editor, TKB, FIELD_EDITOR, GtkBox)

struct _TkbFieldEditorClass
{
  GtkBoxClass parent_class;

  /* node (nullable): empty; of any type, for content is untrusted */
  void (*set_node) (TkbFieldEditor *self, JsonNode *node);
  /* (nullable) (transfer full): NULL is an empty field */
  JsonNode *(*get_node) (TkbFieldEditor *self);
  void (*grab_focus) (TkbFieldEditor *self);
};

/* Signal "changed": a person changed the value (not set_node). */

/* The editor for field, whole (with lists as lists). (transfer floating) */
TkbFieldEditor *tkb_field_editor_new (TkbLibrary *library, TkbField *field);
/* The same for one item of a list field, without label and help. */
TkbFieldEditor *tkb_field_editor_new_item (TkbLibrary *library, TkbField *field);

TkbField   *tkb_field_editor_get_field (TkbFieldEditor *self);
TkbLibrary *tkb_field_editor_get_library (TkbFieldEditor *self);
void        tkb_field_editor_set_node (TkbFieldEditor *self, JsonNode *node);
JsonNode   *tkb_field_editor_get_node (TkbFieldEditor *self);
void        tkb_field_editor_focus (TkbFieldEditor *self);
/* text (nullable): nothing is wrong */
void tkb_field_editor_set_problem (TkbFieldEditor *self, const char *text);
/* for subclasses: puts the control between label and help; names it for screen readers */
void tkb_field_editor_set_control (TkbFieldEditor *self, GtkWidget *control, GtkWidget *named);
void tkb_field_editor_changed (TkbFieldEditor *self);
/* characters typed, against the field's bound */
void tkb_field_editor_set_count (TkbFieldEditor *self, long characters);
/* for subclasses: texts (element-type utf8) gets those of node (nullable) */
void        tkb_field_editor_take_strings (JsonNode *node, GPtrArray *texts);
const char *tkb_field_editor_get_label (TkbFieldEditor *self); /* translated */

/* ---- the subclasses' constructors, for tkb-field-editor.c only ---- */

GType tkb_entry_editor_get_type (void);  /* string, url, date, integer, number */
GType tkb_text_editor_get_type (void);   /* text, markdown */
GType tkb_switch_editor_get_type (void); /* boolean */
GType tkb_choice_editor_get_type (void); /* code */
GType tkb_codes_editor_get_type (void);  /* set of codes */
GType tkb_tags_editor_get_type (void);   /* set of strings */
GType tkb_link_editor_get_type (void);   /* link */
GType tkb_record_editor_get_type (void); /* record, figure */
GType tkb_titles_editor_get_type (void); /* localized */
GType tkb_list_editor_get_type (void);   /* list of anything */

G_END_DECLS
