/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-merge.h"

#include <string.h>

#include "tkb-json.h"
#include "tkb-merge-private.h"
#include "tkb-validation.h"

/* marks a msgid: programs translate, the library does not */
#define N_(text) (text)

#define ATTACHMENTS "_attachments"

/* What the program itself writes about a document. Where both sides changed it, neither is wrong,
 * and one of the two is right for the merged text. */
static const struct
{
  const char *code;
  gboolean    takes_later;
} stamps[] = {
  { "created", FALSE },
  { "modified", TRUE },
  { "published", TRUE },
};

static void
field_free (gpointer data)
{
  TkbMergeField *self = data;

  g_free (self->code);
  g_clear_pointer (&self->value, json_node_unref);
  g_free (self);
}

static void
conflict_free (gpointer data)
{
  TkbMergeConflict *self = data;

  g_free (self->code);
  g_free (self->path);
  g_free (self->label);
  g_clear_pointer (&self->base, json_node_unref);
  g_clear_pointer (&self->left, json_node_unref);
  g_clear_pointer (&self->right, json_node_unref);
  g_free (self);
}

/**
 * tkb_merge_free:
 * @self: (transfer full): a merge
 */
void
tkb_merge_free (TkbMerge *self)
{
  g_ptr_array_unref (self->fields);
  g_ptr_array_unref (self->conflicts);
  json_object_unref (self->body);
  g_free (self);
}

/**
 * tkb_merge_reason_get_format:
 * @reason: why something could not be merged
 *
 * Returns: (transfer none): a printf format, an English msgid, whose `%s` is the name of the field
 */
const char *
tkb_merge_reason_get_format (TkbMergeReason reason)
{
  switch (reason)
    {
    case TKB_MERGE_NO_BASE:
      return N_ ("%s differs, and the version that both began with is not known here");
    case TKB_MERGE_BOTH_CHANGED:
      return N_ ("%s was changed by both");
    case TKB_MERGE_SAME_LINES:
      return N_ ("%s: both changed the same lines");
    case TKB_MERGE_SAME_ITEMS:
      return N_ ("%s: both changed the same entries or their order");
    case TKB_MERGE_REMOVED:
      return N_ ("%s: one changed what the other took away");
    case TKB_MERGE_UNREVIEWED:
      return N_ ("%s: one published it while the other changed it");
    case TKB_MERGE_INVALID:
    default:
      return N_ ("%s: both changes together break a rule of this field");
    }
}

/**
 * tkb_merge_conflict_to_string:
 * @self: a conflict
 *
 * Returns: (transfer full): what could not be merged and why, in English
 */
char *
tkb_merge_conflict_to_string (const TkbMergeConflict *self)
{
  const char *format = tkb_merge_reason_get_format (self->reason);
  const char *mark = strstr (format, "%s");

  return g_strdup_printf ("%.*s%s%s", (int) (mark - format), format,
                          strcmp (self->path, self->code) == 0 && self->label != NULL ? self->label
                                                                                      : self->path,
                          mark + 2);
}

/* ---- one merge ---- */

typedef struct
{
  TkbMerge    *merge;                          /* (unowned) */
  TkbMerger    merger;                         /* what values are merged with */
  TkbKind     *kind;                           /* (unowned) (nullable) */
  TkbDocument *documents[TKB_DIFF3_N_SIDES];   /* (unowned) (nullable: base) */
  gboolean     has_changed[TKB_DIFF3_N_SIDES]; /* the side changed text, not only its stamps */
} Work;

static TkbTriple
get_triple (Work *work, const char *code)
{
  TkbTriple triple = { { NULL } };

  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    if (work->documents[i] != NULL)
      triple.nodes[i] = json_object_get_member (tkb_document_get_body (work->documents[i]), code);
  return triple;
}

static TkbMergeOutcome
get_outcome (const TkbTriple *triple, JsonNode *value)
{
  if (tkb_merge_is_same (value, triple->nodes[TKB_DIFF3_LEFT]))
    return TKB_MERGE_TAKE_LEFT;
  if (tkb_merge_is_same (value, triple->nodes[TKB_DIFF3_RIGHT]))
    return TKB_MERGE_TAKE_RIGHT;
  return TKB_MERGE_COMBINED;
}

/* value (transfer full) (nullable) */
static void
add_field (
    Work *work, const char *code, TkbMergeOutcome outcome, const TkbTriple *triple, JsonNode *value)
{
  TkbMergeField *field = g_new0 (TkbMergeField, 1);

  field->code = g_strdup (code);
  field->outcome = outcome;
  field->value = value;
  if (outcome == TKB_MERGE_CONFLICT && triple->nodes[TKB_DIFF3_LEFT] != NULL)
    field->value = tkb_json_node_copy (triple->nodes[TKB_DIFF3_LEFT]);
  g_ptr_array_add (work->merge->fields, field);
}

/* ---- members with rules of their own ---- */

static const char *
get_string (JsonNode *node)
{
  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* RFC 3339 in UTC: the order of bytes is that of time. */
static gboolean
merge_stamp (Work *work, const char *code, const TkbTriple *triple, JsonNode **out)
{
  const char *left = get_string (triple->nodes[TKB_DIFF3_LEFT]);
  const char *right = get_string (triple->nodes[TKB_DIFF3_RIGHT]);

  for (guint i = 0; i < G_N_ELEMENTS (stamps); i++)
    if (strcmp (stamps[i].code, code) == 0 && left != NULL && right != NULL)
      {
        gboolean takes_left = (strcmp (left, right) > 0) == stamps[i].takes_later;

        *out = json_node_init_string (json_node_alloc (), takes_left ? left : right);
        return TRUE;
      }
  return tkb_merge_value (&work->merger, code,
                          work->kind != NULL ? tkb_kind_get_field (work->kind, code) : NULL, FALSE,
                          triple, out);
}

static gboolean
is_stamp (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (stamps); i++)
    if (strcmp (stamps[i].code, code) == 0)
      return TRUE;
  return FALSE;
}

/* An attachment is what its digest says, whatever else its stub knows. (nullable) (transfer full)
 */
static char *
dup_digest (JsonNode *stub)
{
  JsonObject *object =
      stub != NULL && JSON_NODE_HOLDS_OBJECT (stub) ? json_node_get_object (stub) : NULL;
  const char *digest = object != NULL ? tkb_json_get_string (object, "digest", NULL) : NULL;

  if (stub == NULL)
    return NULL;
  return digest != NULL
             ? g_strconcat (digest, " ", tkb_json_get_string (object, "content_type", ""), NULL)
             : tkb_json_to_canonical (stub, NULL);
}

/* Of two stubs of the same data the one whose text comes first, so that both sides choose alike. */
static JsonNode *
choose_stub (JsonNode *a, JsonNode *b)
{
  g_autofree char *text_a = a != NULL ? tkb_json_to_canonical (a, NULL) : NULL;
  g_autofree char *text_b = b != NULL ? tkb_json_to_canonical (b, NULL) : NULL;

  return g_strcmp0 (text_a, text_b) <= 0 ? a : b;
}

static gboolean
merge_attachment (Work *work, const char *name, const TkbTriple *stubs, JsonObject *merged)
{
  g_autofree char *path = g_strconcat (ATTACHMENTS ".", name, NULL);
  g_autofree char *base = dup_digest (stubs->nodes[TKB_DIFF3_BASE]);
  g_autofree char *left = dup_digest (stubs->nodes[TKB_DIFF3_LEFT]);
  g_autofree char *right = dup_digest (stubs->nodes[TKB_DIFF3_RIGHT]);
  JsonNode        *stub;

  if (g_strcmp0 (left, right) == 0)
    stub = choose_stub (stubs->nodes[TKB_DIFF3_LEFT], stubs->nodes[TKB_DIFF3_RIGHT]);
  else if (!work->merger.has_base)
    return tkb_merge_refuse (&work->merger, path, TKB_MERGE_NO_BASE, stubs);
  else if (g_strcmp0 (base, right) == 0)
    stub = stubs->nodes[TKB_DIFF3_LEFT];
  else if (g_strcmp0 (base, left) == 0)
    stub = stubs->nodes[TKB_DIFF3_RIGHT];
  else
    return tkb_merge_refuse (
        &work->merger, path,
        left == NULL || right == NULL ? TKB_MERGE_REMOVED : TKB_MERGE_BOTH_CHANGED, stubs);
  if (stub != NULL)
    json_object_set_member (merged, name, tkb_json_node_copy (stub));
  return TRUE;
}

static gboolean
merge_attachments (Work *work, const TkbTriple *triple, JsonNode **out)
{
  g_autoptr (JsonObject) merged = json_object_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  JsonObject *objects[TKB_DIFF3_N_SIDES] = { NULL };
  gboolean    is_merged = TRUE;

  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    if (triple->nodes[i] != NULL && JSON_NODE_HOLDS_OBJECT (triple->nodes[i]))
      objects[i] = json_node_get_object (triple->nodes[i]);
  for (guint i = TKB_DIFF3_LEFT; i < TKB_DIFF3_N_SIDES; i++)
    {
      g_autoptr (GList) names = objects[i] != NULL ? json_object_get_members (objects[i]) : NULL;

      for (GList *l = names; l != NULL; l = l->next)
        {
          TkbTriple stubs = { { NULL } };

          if (!g_hash_table_add (seen, l->data))
            continue;
          for (guint k = 0; k < TKB_DIFF3_N_SIDES; k++)
            if (objects[k] != NULL)
              stubs.nodes[k] = json_object_get_member (objects[k], l->data);
          is_merged &= merge_attachment (work, l->data, &stubs, merged);
        }
    }
  if (is_merged && json_object_get_size (merged) > 0)
    *out = json_node_init_object (json_node_alloc (), merged);
  return is_merged;
}

/* ---- all members ---- */

static int
compare_codes (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* (transfer full) (element-type utf8): every member of any version, sorted */
static GPtrArray *
list_codes (Work *work)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *codes = g_ptr_array_new ();

  for (guint i = TKB_DIFF3_LEFT; i < TKB_DIFF3_N_SIDES; i++)
    {
      g_autoptr (GList) members =
          json_object_get_members (tkb_document_get_body (work->documents[i]));

      for (GList *l = members; l != NULL; l = l->next)
        if (g_hash_table_add (seen, l->data))
          g_ptr_array_add (codes, l->data);
    }
  g_ptr_array_sort (codes, compare_codes);
  return codes;
}

/* Notes which side wrote something that a reviewer would have to read. */
static void
note_changes (Work *work, const char *code, const TkbTriple *triple)
{
  TkbField *field = work->kind != NULL ? tkb_kind_get_field (work->kind, code) : NULL;

  if (is_stamp (code) ||
      (field != NULL && (tkb_field_get_flags (field) & TKB_FIELD_FLAG_READ_ONLY) != 0))
    return;
  for (guint i = TKB_DIFF3_LEFT; i < TKB_DIFF3_N_SIDES; i++)
    if (!tkb_merge_is_same (triple->nodes[TKB_DIFF3_BASE], triple->nodes[i]))
      work->has_changed[i] = TRUE;
}

static void
merge_member (Work *work, const char *code)
{
  TkbField *field = work->kind != NULL ? tkb_kind_get_field (work->kind, code) : NULL;
  TkbTriple triple = get_triple (work, code);
  JsonNode *value = NULL;
  gboolean  is_merged;

  note_changes (work, code, &triple);
  if (tkb_merge_is_same (triple.nodes[TKB_DIFF3_LEFT], triple.nodes[TKB_DIFF3_RIGHT]))
    return;
  work->merger.code = code;
  work->merger.label = field != NULL ? tkb_field_get_label (field) : NULL;
  if (strcmp (code, ATTACHMENTS) == 0)
    is_merged = merge_attachments (work, &triple, &value);
  else
    is_merged = merge_stamp (work, code, &triple, &value);
  add_field (work, code, is_merged ? get_outcome (&triple, value) : TKB_MERGE_CONFLICT, &triple,
             value);
}

static TkbMergeField *
find_field (Work *work, const char *code)
{
  for (guint i = 0; i < work->merge->fields->len; i++)
    {
      TkbMergeField *field = work->merge->fields->pdata[i];

      if (strcmp (field->code, code) == 0)
        return field;
    }
  return NULL;
}

/* What merged after all does not: a conflict in the whole member. */
static void
take_back (Work *work, const char *code, TkbMergeReason reason)
{
  TkbField      *field = work->kind != NULL ? tkb_kind_get_field (work->kind, code) : NULL;
  TkbMergeField *merged = find_field (work, code);
  TkbTriple      triple = get_triple (work, code);
  JsonNode      *left = triple.nodes[TKB_DIFF3_LEFT];

  if (merged == NULL || merged->outcome == TKB_MERGE_CONFLICT)
    return;
  work->merger.code = code;
  work->merger.label = field != NULL ? tkb_field_get_label (field) : NULL;
  tkb_merge_refuse (&work->merger, code, reason, &triple);
  merged->outcome = TKB_MERGE_CONFLICT;
  g_clear_pointer (&merged->value, json_node_unref);
  merged->value = left != NULL ? tkb_json_node_copy (left) : NULL;
}

/* One published what the other was still writing: the new words would be public although nobody has
 * read them. */
static void
check_review (Work *work)
{
  TkbTriple triple = get_triple (work, "state");

  if (!work->merger.has_base ||
      g_strcmp0 (get_string (triple.nodes[TKB_DIFF3_BASE]), "published") == 0)
    return;
  for (guint i = TKB_DIFF3_LEFT; i < TKB_DIFF3_N_SIDES; i++)
    {
      guint other = TKB_DIFF3_LEFT + TKB_DIFF3_RIGHT - i;

      if (g_strcmp0 (get_string (triple.nodes[i]), "published") == 0 &&
          g_strcmp0 (get_string (triple.nodes[other]), "published") != 0 &&
          work->has_changed[other])
        take_back (work, "state", TKB_MERGE_UNREVIEWED);
    }
}

static void
make_body (Work *work)
{
  TkbMerge *merge = work->merge;

  g_clear_pointer (&merge->body, json_object_unref);
  merge->body = tkb_json_object_copy (tkb_document_get_body (work->documents[TKB_DIFF3_LEFT]));
  for (guint i = 0; i < merge->fields->len; i++)
    {
      const TkbMergeField *field = merge->fields->pdata[i];

      if (field->value != NULL)
        json_object_set_member (merge->body, field->code, tkb_json_node_copy (field->value));
      else
        json_object_remove_member (merge->body, field->code);
    }
}

/* (transfer full): code and path of each problem */
static GHashTable *
list_problems (TkbCatalog *catalog, TkbDocument *document, TkbValidateLevel level)
{
  g_autoptr (GPtrArray) problems = tkb_validate (catalog, document, level);
  GHashTable *paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < problems->len; i++)
    {
      const TkbProblem *problem = problems->pdata[i];

      g_hash_table_add (paths, g_strdup_printf ("%s %d", problem->path, problem->code));
    }
  return paths;
}

/* A rule that the sides keep and the merged document breaks. */
static void
check_rules (Work *work, TkbCatalog *catalog)
{
  g_autoptr (TkbDocument) merged =
      tkb_document_with_body (work->documents[TKB_DIFF3_LEFT], work->merge->body);
  TkbValidateLevel level = tkb_validate_level_for (merged);
  g_autoptr (GPtrArray) problems = tkb_validate (catalog, merged, level);
  g_autoptr (GHashTable) left = NULL;
  g_autoptr (GHashTable) right = NULL;
  gboolean is_broken = FALSE;

  if (problems->len == 0)
    return;
  left = list_problems (catalog, work->documents[TKB_DIFF3_LEFT], level);
  right = list_problems (catalog, work->documents[TKB_DIFF3_RIGHT], level);
  for (guint i = 0; i < problems->len; i++)
    {
      const TkbProblem *problem = problems->pdata[i];
      g_autofree char  *key = g_strdup_printf ("%s %d", problem->path, problem->code);
      g_autofree char  *code = g_strndup (problem->path, strcspn (problem->path, ".["));

      if (g_hash_table_contains (left, key) || g_hash_table_contains (right, key))
        continue;
      take_back (work, code, TKB_MERGE_INVALID);
      is_broken = TRUE;
    }
  if (is_broken)
    make_body (work);
}

/**
 * tkb_merge_new:
 * @catalog: (nullable): the kinds; %NULL: every member is one value
 * @base: (nullable): the version that both sides come from
 * @left: a live version
 * @right: another
 *
 * With the sides swapped the result is the same: the same conflicts, and where there are none the
 * same body to the byte.
 *
 * Returns: (transfer full): what came of it
 */
TkbMerge *
tkb_merge_new (TkbCatalog *catalog, TkbDocument *base, TkbDocument *left, TkbDocument *right)
{
  TkbMerge   *self = g_new0 (TkbMerge, 1);
  const char *kind = tkb_document_get_kind (left);
  Work        work = { .merge = self, .documents = { base, left, right } };
  g_autoptr (GPtrArray) codes = NULL;

  self->fields = g_ptr_array_new_with_free_func (field_free);
  self->conflicts = g_ptr_array_new_with_free_func (conflict_free);
  work.merger.has_base = base != NULL && !tkb_document_is_deleted (base);
  if (!work.merger.has_base)
    work.documents[TKB_DIFF3_BASE] = NULL;
  work.merger.conflicts = self->conflicts;
  if (catalog != NULL && kind != NULL && g_strcmp0 (kind, tkb_document_get_kind (right)) == 0)
    work.kind = tkb_catalog_get_kind (catalog, kind);
  codes = list_codes (&work);
  for (guint i = 0; i < codes->len; i++)
    merge_member (&work, codes->pdata[i]);
  check_review (&work);
  make_body (&work);
  if (catalog != NULL && self->conflicts->len == 0)
    check_rules (&work, catalog);
  return self;
}
