/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-merge-private.h"

#include <string.h>

#include "tkb-json.h"

/* ---- comparing ---- */

/* (nullable) (transfer full) */
static char *
dup_canonical (JsonNode *node)
{
  return node != NULL ? tkb_json_to_canonical (node, NULL) : NULL;
}

gboolean
tkb_merge_is_same (JsonNode *a, JsonNode *b)
{
  g_autofree char *text_a = NULL;
  g_autofree char *text_b = NULL;

  if (a == b || a == NULL || b == NULL)
    return a == b;
  text_a = dup_canonical (a);
  text_b = dup_canonical (b);
  return strcmp (text_a, text_b) == 0;
}

gboolean
tkb_merge_refuse (TkbMerger *self, const char *path, TkbMergeReason reason, const TkbTriple *triple)
{
  TkbMergeConflict *conflict = g_new0 (TkbMergeConflict, 1);
  JsonNode **const  copies[] = { &conflict->base, &conflict->left, &conflict->right };

  conflict->code = g_strdup (self->code);
  conflict->path = g_strdup (path);
  conflict->label = g_strdup (self->label);
  conflict->reason = reason;
  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    *copies[i] = triple->nodes[i] != NULL ? tkb_json_node_copy (triple->nodes[i]) : NULL;
  g_ptr_array_add (self->conflicts, conflict);
  return FALSE;
}

static const char *
get_text (JsonNode *node)
{
  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static JsonNode *
copy (JsonNode *node)
{
  return node != NULL ? tkb_json_node_copy (node) : NULL;
}

/* ---- text ---- */

static gboolean
merge_text (TkbMerger *self, const char *path, const TkbTriple *triple, JsonNode **out)
{
  const char      *base = get_text (triple->nodes[TKB_DIFF3_BASE]);
  const char      *left = get_text (triple->nodes[TKB_DIFF3_LEFT]);
  const char      *right = get_text (triple->nodes[TKB_DIFF3_RIGHT]);
  g_autofree char *merged = NULL;

  if (left == NULL || right == NULL)
    return tkb_merge_refuse (self, path, TKB_MERGE_BOTH_CHANGED, triple);
  merged = tkb_diff3_merge_text (base != NULL ? base : "", left, right);
  if (merged == NULL)
    return tkb_merge_refuse (self, path, TKB_MERGE_SAME_LINES, triple);
  *out = json_node_init_string (json_node_alloc (), merged);
  return TRUE;
}

/* ---- objects ---- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* (transfer full) (element-type utf8): the members of all three, each once, sorted */
static GPtrArray *
list_members (const TkbTriple *triple)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    {
      JsonNode      *node = triple->nodes[i];
      JsonObjectIter iterator;
      const char    *name;

      if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
        continue;
      json_object_iter_init (&iterator, json_node_get_object (node));
      while (json_object_iter_next (&iterator, &name, NULL))
        if (g_hash_table_add (seen, (gpointer) name))
          g_ptr_array_add (names, (gpointer) name);
    }
  g_ptr_array_sort (names, compare_names);
  return names;
}

static TkbField *
find_field (TkbField *record, const char *code)
{
  GPtrArray *fields = record != NULL ? tkb_field_get_fields (record) : NULL;

  for (guint i = 0; fields != NULL && i < fields->len; i++)
    if (strcmp (tkb_field_get_code (fields->pdata[i]), code) == 0)
      return fields->pdata[i];
  return NULL;
}

static TkbTriple
get_members (const TkbTriple *triple, const char *name)
{
  TkbTriple members = { { NULL } };

  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    if (triple->nodes[i] != NULL && JSON_NODE_HOLDS_OBJECT (triple->nodes[i]))
      members.nodes[i] = json_object_get_member (json_node_get_object (triple->nodes[i]), name);
  return members;
}

/* Member by member; each that cannot be merged is a conflict of its own. language (nullable): the
 * field of every member (texts by language), else the record's own fields are. */
static gboolean
merge_object (TkbMerger       *self,
              const char      *path,
              TkbField        *record,
              TkbField        *language,
              const TkbTriple *triple,
              JsonNode       **out)
{
  g_autoptr (JsonObject) merged = json_object_new ();
  g_autoptr (GPtrArray) names = NULL;
  gboolean is_merged = TRUE;

  if (!JSON_NODE_HOLDS_OBJECT (triple->nodes[TKB_DIFF3_LEFT]) ||
      !JSON_NODE_HOLDS_OBJECT (triple->nodes[TKB_DIFF3_RIGHT]))
    return tkb_merge_refuse (self, path, TKB_MERGE_BOTH_CHANGED, triple);
  names = list_members (triple);
  for (guint i = 0; i < names->len; i++)
    {
      const char      *name = names->pdata[i];
      g_autofree char *member_path = g_strconcat (path, ".", name, NULL);
      TkbTriple        members = get_members (triple, name);
      JsonNode        *value = NULL;

      if (!tkb_merge_value (self, member_path,
                            language != NULL ? language : find_field (record, name), FALSE,
                            &members, &value))
        is_merged = FALSE;
      else if (value != NULL)
        json_object_set_member (merged, name, value);
    }
  if (is_merged)
    *out = json_node_init_object (json_node_alloc (), merged);
  return is_merged;
}

/* ---- sets ---- */

static JsonArray *
get_array (const TkbTriple *triple, guint side)
{
  JsonNode *node = triple->nodes[side];

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static guint
count (JsonArray *array)
{
  return array != NULL ? json_array_get_length (array) : 0;
}

/* canonical text -> item */
static GHashTable *
index_items (JsonArray *array)
{
  GHashTable *items = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < count (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);

      g_hash_table_insert (items, dup_canonical (item), item);
    }
  return items;
}

/* What stood in the base and was taken out by neither, in its order; then what either put in. */
static gboolean
merge_set (TkbMerger *self, const char *path, const TkbTriple *triple, JsonNode **out)
{
  JsonArray  *arrays[TKB_DIFF3_N_SIDES];
  GHashTable *items[TKB_DIFF3_N_SIDES];
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  JsonArray *merged;

  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    arrays[i] = get_array (triple, i);
  if (arrays[TKB_DIFF3_LEFT] == NULL || arrays[TKB_DIFF3_RIGHT] == NULL)
    return tkb_merge_refuse (self, path, TKB_MERGE_BOTH_CHANGED, triple);
  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    items[i] = index_items (arrays[i]);
  merged = json_array_new ();
  for (guint k = 0; k < count (arrays[TKB_DIFF3_BASE]); k++)
    {
      JsonNode *item = json_array_get_element (arrays[TKB_DIFF3_BASE], k);
      char     *text = dup_canonical (item);

      if (g_hash_table_contains (items[TKB_DIFF3_LEFT], text) &&
          g_hash_table_contains (items[TKB_DIFF3_RIGHT], text) &&
          !g_hash_table_contains (seen, text))
        json_array_add_element (merged, tkb_json_node_copy (item));
      g_hash_table_add (seen, text);
    }
  for (guint i = TKB_DIFF3_LEFT; i < TKB_DIFF3_N_SIDES; i++)
    {
      GHashTableIter iterator;
      gpointer       text;

      g_hash_table_iter_init (&iterator, items[i]);
      while (g_hash_table_iter_next (&iterator, &text, NULL))
        if (g_hash_table_add (seen, g_strdup (text)))
          g_ptr_array_add (added, text);
    }
  g_ptr_array_sort (added, compare_names);
  for (guint k = 0; k < added->len; k++)
    {
      JsonNode *item = g_hash_table_lookup (items[TKB_DIFF3_LEFT], added->pdata[k]);

      if (item == NULL)
        item = g_hash_table_lookup (items[TKB_DIFF3_RIGHT], added->pdata[k]);
      json_array_add_element (merged, tkb_json_node_copy (item));
    }
  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    g_hash_table_unref (items[i]);
  *out = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (*out, merged);
  return TRUE;
}

/* ---- lists ---- */

typedef struct
{
  TkbMerger       *merger;
  const char      *path;
  TkbField        *field;
  const TkbTriple *triple;
  JsonArray       *arrays[TKB_DIFF3_N_SIDES];  /* (unowned) (nullable) */
  GArray          *numbers[TKB_DIFF3_N_SIDES]; /* (owned): who each item is */
  JsonArray       *merged;                     /* (owned) */
} List;

static JsonNode *
get_item (List *list, guint side, guint index)
{
  return json_array_get_element (list->arrays[side], index);
}

/* What an item is known by when something else in it changes: the document of a link, the label of
 * a figure, the first short field of a record. (nullable): nothing. (transfer full) */
static char *
dup_identity (TkbField *field, JsonNode *item)
{
  const char *text = NULL;
  GPtrArray  *fields = tkb_field_get_fields (field);
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (item))
    return NULL;
  object = json_node_get_object (item);
  switch (tkb_field_get_field_type (field))
    {
    case TKB_FIELD_LINK:
      text = tkb_json_get_string (object, "document", NULL);
      break;
    case TKB_FIELD_FIGURE:
      text = tkb_json_get_string (object, "label", NULL);
      break;
    case TKB_FIELD_RECORD:
      for (guint i = 0; fields != NULL && i < fields->len && text == NULL; i++)
        switch (tkb_field_get_field_type (fields->pdata[i]))
          {
          case TKB_FIELD_URL:
          case TKB_FIELD_CODE:
          case TKB_FIELD_STRING:
          case TKB_FIELD_DATE:
            text = tkb_json_get_string (object, tkb_field_get_code (fields->pdata[i]), NULL);
            break;
          default:
            break;
          }
      break;
    default:
      break;
    }
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

/* Numbers the items of all sides. With identities: FALSE where two items of one side have the same,
 * then items are only known by being equal. */
static gboolean
number_items (List *list, gboolean by_identity)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean is_unique = TRUE;

  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    {
      g_autoptr (GHashTable) own = g_hash_table_new (NULL, NULL);

      g_clear_pointer (&list->numbers[i], g_array_unref);
      list->numbers[i] = g_array_new (FALSE, FALSE, sizeof (guint));
      for (guint k = 0; k < count (list->arrays[i]); k++)
        {
          JsonNode *item = get_item (list, i, k);
          char     *identity = by_identity ? dup_identity (list->field, item) : NULL;
          char *key = identity != NULL ? g_strconcat ("#", identity, NULL) : dup_canonical (item);
          gpointer found;
          guint    value = g_hash_table_size (known);

          if (g_hash_table_lookup_extended (known, key, NULL, &found))
            {
              value = GPOINTER_TO_UINT (found);
              g_free (key);
            }
          else
            g_hash_table_insert (known, key, GUINT_TO_POINTER (value));
          if (!g_hash_table_add (own, GUINT_TO_POINTER (value)) && identity != NULL)
            is_unique = FALSE;
          g_array_append_val (list->numbers[i], value);
          g_free (identity);
        }
    }
  return is_unique;
}

static gboolean
refuse_list (List *list, TkbMergeReason reason)
{
  return tkb_merge_refuse (list->merger, list->path, reason, list->triple);
}

/* The same item in all sides (base may be NULL: both put it in). */
static gboolean
merge_item (List *list, guint index, JsonNode *base, JsonNode *left, JsonNode *right)
{
  TkbTriple        items = { { base, left, right } };
  g_autofree char *path = g_strdup_printf ("%s[%u]", list->path, index);
  JsonNode        *value = NULL;

  if (!tkb_merge_value (list->merger, path, list->field, TRUE, &items, &value))
    return FALSE;
  if (value != NULL)
    json_array_add_element (list->merged, value);
  return TRUE;
}

/* One side alone changed which items stand here: what it took out must not have been changed
 * within by the other, what it left in may have been. */
static gboolean
merge_one_sided (List *list, const TkbDiff3Chunk *chunk, guint side)
{
  guint other = TKB_DIFF3_LEFT + TKB_DIFF3_RIGHT - side;

  for (guint k = 0; k < chunk->length[TKB_DIFF3_BASE]; k++)
    if (!tkb_merge_is_same (get_item (list, TKB_DIFF3_BASE, chunk->start[TKB_DIFF3_BASE] + k),
                            get_item (list, other, chunk->start[other] + k)))
      return refuse_list (list, TKB_MERGE_REMOVED);
  for (guint k = 0; k < chunk->length[side]; k++)
    json_array_add_element (list->merged,
                            tkb_json_node_copy (get_item (list, side, chunk->start[side] + k)));
  return TRUE;
}

static gboolean
merge_aligned (List *list, const TkbDiff3Chunk *chunk, gboolean has_base)
{
  gboolean is_merged = TRUE;

  for (guint k = 0; k < chunk->length[TKB_DIFF3_LEFT]; k++)
    {
      guint     base = chunk->start[TKB_DIFF3_BASE] + k;
      JsonNode *left = get_item (list, TKB_DIFF3_LEFT, chunk->start[TKB_DIFF3_LEFT] + k);
      JsonNode *right = get_item (list, TKB_DIFF3_RIGHT, chunk->start[TKB_DIFF3_RIGHT] + k);

      is_merged &= merge_item (list, base, has_base ? get_item (list, TKB_DIFF3_BASE, base) : NULL,
                               left, right);
    }
  return is_merged;
}

/* The canonical texts of what side put in, one a line. (transfer full) */
static char *
dup_run (List *list, const TkbDiff3Chunk *chunk, guint side)
{
  GString *run = g_string_new (NULL);

  for (guint k = 0; k < chunk->length[side]; k++)
    {
      g_autofree char *text = dup_canonical (get_item (list, side, chunk->start[side] + k));

      g_string_append (run, text);
      g_string_append_c (run, '\n');
    }
  return g_string_free (run, FALSE);
}

/* Both put items in at one place: all of them stay, in an order that does not depend on who is
 * left. What both put in has to be equal. */
static gboolean
merge_insertions (List *list, const TkbDiff3Chunk *chunk)
{
  g_autofree char *left = dup_run (list, chunk, TKB_DIFF3_LEFT);
  g_autofree char *right = dup_run (list, chunk, TKB_DIFF3_RIGHT);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  gboolean    is_left_first = strcmp (left, right) <= 0;
  const guint order[] = { is_left_first ? TKB_DIFF3_LEFT : TKB_DIFF3_RIGHT,
                          is_left_first ? TKB_DIFF3_RIGHT : TKB_DIFF3_LEFT };

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    for (guint k = 0; k < chunk->length[order[i]]; k++)
      {
        guint     index = chunk->start[order[i]] + k;
        JsonNode *item = get_item (list, order[i], index);
        gpointer  number = GUINT_TO_POINTER (g_array_index (list->numbers[order[i]], guint, index));
        JsonNode *twin = i > 0 ? g_hash_table_lookup (seen, number) : NULL;

        if (twin != NULL && !tkb_merge_is_same (twin, item))
          return refuse_list (list, TKB_MERGE_SAME_ITEMS);
        if (twin == NULL)
          json_array_add_element (list->merged, tkb_json_node_copy (item));
        if (i == 0)
          g_hash_table_insert (seen, number, item);
      }
  return TRUE;
}

static gboolean
merge_chunk (List *list, const TkbDiff3Chunk *chunk)
{
  const guint *length = chunk->length;

  switch (chunk->kind)
    {
    case TKB_DIFF3_SAME:
      return merge_aligned (list, chunk, TRUE);
    case TKB_DIFF3_BY_LEFT:
      return merge_one_sided (list, chunk, TKB_DIFF3_LEFT);
    case TKB_DIFF3_BY_RIGHT:
      return merge_one_sided (list, chunk, TKB_DIFF3_RIGHT);
    case TKB_DIFF3_BY_BOTH:
      return merge_aligned (list, chunk, FALSE);
    case TKB_DIFF3_CONFLICT:
    default:
      break;
    }
  if (length[TKB_DIFF3_BASE] == 0)
    return merge_insertions (list, chunk);
  if (length[TKB_DIFF3_BASE] == length[TKB_DIFF3_LEFT] &&
      length[TKB_DIFF3_BASE] == length[TKB_DIFF3_RIGHT])
    return merge_aligned (list, chunk, TRUE);
  return refuse_list (list, length[TKB_DIFF3_LEFT] == 0 || length[TKB_DIFF3_RIGHT] == 0
                                ? TKB_MERGE_REMOVED
                                : TKB_MERGE_SAME_ITEMS);
}

static gboolean
merge_list (
    TkbMerger *self, const char *path, TkbField *field, const TkbTriple *triple, JsonNode **out)
{
  List list = { self, path, field, triple, { NULL }, { NULL }, NULL };
  g_autoptr (GArray) chunks = NULL;
  gboolean is_merged = TRUE;

  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    list.arrays[i] = get_array (triple, i);
  if (list.arrays[TKB_DIFF3_LEFT] == NULL || list.arrays[TKB_DIFF3_RIGHT] == NULL)
    return tkb_merge_refuse (self, path, TKB_MERGE_BOTH_CHANGED, triple);
  if (!number_items (&list, TRUE))
    number_items (&list, FALSE);
  chunks = tkb_diff3 (list.numbers, TKB_DIFF3_TOUCHING);
  if (chunks == NULL || tkb_diff3_repeats (list.numbers, chunks))
    is_merged = refuse_list (&list, TKB_MERGE_SAME_ITEMS);
  list.merged = json_array_new ();
  for (guint i = 0; is_merged && i < chunks->len; i++)
    is_merged = merge_chunk (&list, &g_array_index (chunks, TkbDiff3Chunk, i));
  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    g_array_unref (list.numbers[i]);
  if (is_merged)
    {
      *out = json_node_new (JSON_NODE_ARRAY);
      json_node_set_array (*out, list.merged);
    }
  json_array_unref (list.merged);
  return is_merged;
}

/* ---- any value ---- */

/* Both sides changed it, each in its own way. */
static gboolean
merge_by_type (TkbMerger       *self,
               const char      *path,
               TkbField        *field,
               gboolean         is_item,
               const TkbTriple *triple,
               JsonNode       **out)
{
  TkbFieldFlags flags = field != NULL ? tkb_field_get_flags (field) : TKB_FIELD_FLAG_NONE;

  if (field == NULL)
    return tkb_merge_refuse (self, path, TKB_MERGE_BOTH_CHANGED, triple);
  if ((flags & TKB_FIELD_FLAG_SET) != 0 && !is_item)
    return merge_set (self, path, triple, out);
  if ((flags & TKB_FIELD_FLAG_LIST) != 0 && !is_item)
    return merge_list (self, path, field, triple, out);
  switch (tkb_field_get_field_type (field))
    {
    case TKB_FIELD_TEXT:
    case TKB_FIELD_MARKDOWN:
      return merge_text (self, path, triple, out);
    case TKB_FIELD_LOCALIZED:
      {
        g_autoptr (TkbField) language =
            tkb_field_new ("language", TKB_FIELD_TEXT, tkb_field_get_label (field));

        return merge_object (self, path, NULL, language, triple, out);
      }
    case TKB_FIELD_RECORD:
    case TKB_FIELD_LINK:
      return merge_object (self, path, field, NULL, triple, out);
    default:
      return tkb_merge_refuse (self, path, TKB_MERGE_BOTH_CHANGED, triple);
    }
}

gboolean
tkb_merge_value (TkbMerger       *self,
                 const char      *path,
                 TkbField        *field,
                 gboolean         is_item,
                 const TkbTriple *triple,
                 JsonNode       **out)
{
  JsonNode *base = triple->nodes[TKB_DIFF3_BASE];
  JsonNode *left = triple->nodes[TKB_DIFF3_LEFT];
  JsonNode *right = triple->nodes[TKB_DIFF3_RIGHT];

  *out = NULL;
  if (tkb_merge_is_same (left, right) || (self->has_base && tkb_merge_is_same (base, right)))
    *out = copy (left);
  else if (self->has_base && tkb_merge_is_same (base, left))
    *out = copy (right);
  else if (!self->has_base)
    return tkb_merge_refuse (self, path, TKB_MERGE_NO_BASE, triple);
  else if (left == NULL || right == NULL)
    return tkb_merge_refuse (self, path, TKB_MERGE_REMOVED, triple);
  else
    return merge_by_type (self, path, field, is_item, triple, out);
  return TRUE;
}
