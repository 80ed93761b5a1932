/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Documents brought together field by field: a table of cases, each merged both ways round. */

#include "config.h"

#include "tkb-data.h"
#include "tkb-json.h"
#include "tkb-merge.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *base; /* members without braces, in single quotes; NULL: not known */
  const char *left;
  const char *right;
  const char *merged;    /* (nullable): there are conflicts */
  const char *conflicts; /* (nullable): "path reason", sorted, by commas */
} Case;

#define CASE "'kind':'case'"
#define GUIDE "'kind':'guide'"
#define SYSTEM "'kind':'system'"
#define S1 "{'url':'https://a.org','what':'A'}"
#define S2 "{'url':'https://b.org','what':'B'}"
#define S3 "{'url':'https://c.org','what':'C'}"
#define S4 "{'url':'https://d.org','what':'D'}"
#define TITLE "'title':'T'"

static const Case cases[] = {
  /* scalars */
  { "different fields", CASE ",'title':'T','city':'X'", CASE ",'title':'U','city':'X'",
    CASE ",'title':'T','city':'Y'", CASE ",'title':'U','city':'Y'", NULL },
  { "the same change", CASE ",'title':'T'", CASE ",'title':'U'", CASE ",'title':'U'",
    CASE ",'title':'U'", NULL },
  { "the same field", CASE ",'title':'T'", CASE ",'title':'U'", CASE ",'title':'V'", NULL,
    "title 1" },
  { "added by each", CASE, CASE ",'city':'X'", CASE ",'year':2000", CASE ",'city':'X','year':2000",
    NULL },
  { "taken away by one", CASE ",'city':'X','year':1999", CASE ",'year':1999",
    CASE ",'city':'X','year':2000", CASE ",'year':2000", NULL },
  { "taken away and changed", CASE ",'city':'X'", CASE, CASE ",'city':'Y'", NULL, "city 4" },
  { "numbers are compared as numbers", CASE ",'staff_days':1", CASE ",'staff_days':1.0",
    CASE ",'staff_days':2", CASE ",'staff_days':2", NULL },
  { "an unknown member is one value", CASE ",'x':{'a':1,'b':1}", CASE ",'x':{'a':2,'b':1}",
    CASE ",'x':{'a':1,'b':2}", NULL, "x 1" },
  { "an unknown member stays", CASE ",'x':[1]", CASE ",'x':[1],'city':'X'", CASE ",'x':[2]",
    CASE ",'x':[2],'city':'X'", NULL },
  { "json is one value", SYSTEM ",'query_syntax':{'a':1,'b':1}",
    SYSTEM ",'query_syntax':{'a':2,'b':1}", SYSTEM ",'query_syntax':{'a':1,'b':2}", NULL,
    "query_syntax 1" },
  { "another kind", CASE ",'title':'T'", GUIDE ",'title':'T'", CASE ",'title':'U'",
    GUIDE ",'title':'U'", NULL },
  /* text */
  { "paragraphs", CASE ",'need':'a\\n\\nb'", CASE ",'need':'A\\n\\nb'", CASE ",'need':'a\\n\\nB'",
    CASE ",'need':'A\\n\\nB'", NULL },
  { "the same paragraph", CASE ",'need':'a\\n\\nb'", CASE ",'need':'A\\n\\nb'",
    CASE ",'need':'C\\n\\nb'", NULL, "need 2" },
  { "a line has no paragraphs", CASE ",'city':'a\\n\\nb'", CASE ",'city':'A\\n\\nb'",
    CASE ",'city':'a\\n\\nB'", NULL, "city 1" },
  { "by language", CASE ",'titles':{'fr':'F','es':'E'}", CASE ",'titles':{'fr':'G','es':'E'}",
    CASE ",'titles':{'fr':'F','es':'E','zh':'Z'}", CASE ",'titles':{'es':'E','fr':'G','zh':'Z'}",
    NULL },
  { "one language", CASE ",'titles':{'fr':'F'}", CASE ",'titles':{'fr':'G'}",
    CASE ",'titles':{'fr':'H'}", NULL, "titles.fr 2" },
  { "languages from nothing", CASE, CASE ",'titles':{'fr':'F'}", CASE ",'titles':{'es':'E'}",
    CASE ",'titles':{'es':'E','fr':'F'}", NULL },
  /* sets */
  { "set", CASE ",'tags':['a','b','c']", CASE ",'tags':['a','c','x']",
    CASE ",'tags':['y','c','b','a']", CASE ",'tags':['a','c','x','y']", NULL },
  { "set from nothing", CASE, CASE ",'tags':['b','a']", CASE ",'tags':['c','a']",
    CASE ",'tags':['a','b','c']", NULL },
  { "set emptied by both", CASE ",'tags':['a','b']", CASE ",'tags':['a']", CASE ",'tags':['b']",
    CASE ",'tags':[]", NULL },
  { "set that is none", CASE ",'tags':['a']", CASE ",'tags':'a'", CASE ",'tags':['b']", NULL,
    "tags 1" },
  /* lists */
  { "different items", CASE ",'partners':['a','b','c']", CASE ",'partners':['A','b','c']",
    CASE ",'partners':['a','B','c']", CASE ",'partners':['A','B','c']", NULL },
  { "the same item", CASE ",'partners':['a','b']", CASE ",'partners':['A','b']",
    CASE ",'partners':['C','b']", NULL, "partners[0] 1" },
  { "both appended", CASE ",'partners':['a']", CASE ",'partners':['a','c']",
    CASE ",'partners':['a','b']", CASE ",'partners':['a','b','c']", NULL },
  { "both appended the same and more", CASE ",'partners':['a']", CASE ",'partners':['a','c','d']",
    CASE ",'partners':['a','d']", CASE ",'partners':['a','c','d']", NULL },
  { "order", CASE ",'partners':['a','b','c']", CASE ",'partners':['b','a','c']",
    CASE ",'partners':['a','b','c','d']", CASE ",'partners':['b','a','c','d']", NULL },
  { "order by both", CASE ",'partners':['a','b','c','d']", CASE ",'partners':['b','a','c','d']",
    CASE ",'partners':['b','c','d','a']", NULL, "partners 3" },
  { "removed and changed item", CASE ",'partners':['a','b','c']", CASE ",'partners':['a','c']",
    CASE ",'partners':['a','B','c']", NULL, "partners 4" },
  { "texts of a list", CASE ",'caveats':['a\\n\\nb']", CASE ",'caveats':['A\\n\\nb']",
    CASE ",'caveats':['a\\n\\nB']", CASE ",'caveats':['A\\n\\nB']", NULL },
  /* records and what they are known by */
  { "members of a record", SYSTEM ",'export':{'limit':1,'note':'a'}",
    SYSTEM ",'export':{'limit':2,'note':'a'}", SYSTEM ",'export':{'limit':1,'note':'b'}",
    SYSTEM ",'export':{'limit':2,'note':'b'}", NULL },
  { "member by both", SYSTEM ",'export':{'limit':1,'note':'a'}",
    SYSTEM ",'export':{'limit':2,'note':'a'}", SYSTEM ",'export':{'limit':3,'note':'b'}", NULL,
    "export.limit 1" },
  { "records in a list", CASE ",'sources':[" S1 "," S2 "]",
    CASE ",'sources':[" S3 "," S1 "," S2 "]",
    CASE ",'sources':[{'url':'https://a.org','what':'AA'}," S2 "]",
    CASE ",'sources':[" S3 ",{'url':'https://a.org','what':'AA'}," S2 "]", NULL },
  { "members of one record", CASE ",'sources':[" S1 "]",
    CASE ",'sources':[{'url':'https://a.org','what':'AA'}]",
    CASE ",'sources':[{'url':'https://a.org','what':'A','as_of':'2026'}," S2 "]",
    CASE ",'sources':[{'url':'https://a.org','what':'AA','as_of':'2026'}," S2 "]", NULL },
  { "both appended records", CASE ",'sources':[" S1 "]", CASE ",'sources':[" S1 "," S4 "]",
    CASE ",'sources':[" S1 "," S3 "]", CASE ",'sources':[" S1 "," S3 "," S4 "]", NULL },
  { "record removed and changed", CASE ",'sources':[" S1 "," S2 "]", CASE ",'sources':[" S2 "]",
    CASE ",'sources':[{'url':'https://a.org','what':'AA'}," S2 "]", NULL, "sources 4" },
  { "steps without dates", CASE ",'process':[{'action':'a'},{'action':'b'},{'action':'c'}]",
    CASE ",'process':[{'action':'a'},{'action':'B'},{'action':'c'}]",
    CASE ",'process':[{'action':'a'},{'action':'b','output':'o'},{'action':'c'}]",
    CASE ",'process':[{'action':'a'},{'action':'B','output':'o'},{'action':'c'}]", NULL },
  { "steps of one day",
    CASE ",'process':[{'date':'2026','action':'a'},{'date':'2026','action':'b'}]",
    CASE ",'process':[{'date':'2026','action':'A'},{'date':'2026','action':'b'}]",
    CASE ",'process':[{'date':'2026','action':'a'},{'date':'2026','action':'B'}]",
    CASE ",'process':[{'date':'2026','action':'A'},{'date':'2026','action':'B'}]", NULL },
  { "a link's note", CASE ",'related_documents':[{'document':'a','relation':'r'}]",
    CASE ",'related_documents':[{'document':'a','relation':'s'}]",
    CASE ",'related_documents':[{'document':'a','relation':'r','note':'n'}]",
    CASE ",'related_documents':[{'document':'a','relation':'s','note':'n'}]", NULL },
  { "a figure is one value", CASE ",'economic_figures':[{'label':'l','value':1,'unit':'eur'}]",
    CASE ",'economic_figures':[{'label':'l','value':2,'unit':'eur'}]",
    CASE ",'economic_figures':[{'label':'l','value':1,'unit':'usd'}]", NULL,
    "economic_figures[0] 1" },
  { "figures are known by their label", CASE ",'economic_figures':[{'label':'l','value':1}]",
    CASE ",'economic_figures':[{'label':'l','value':2}]",
    CASE ",'economic_figures':[{'label':'k','value':9},{'label':'l','value':1}]",
    CASE ",'economic_figures':[{'label':'k','value':9},{'label':'l','value':2}]", NULL },
  /* what the program writes */
  { "dates", CASE ",'created':'2026-01-02','modified':'2026-02-01','city':'X'",
    CASE ",'created':'2026-01-01','modified':'2026-02-02','city':'Y'",
    CASE ",'created':'2026-01-03','modified':'2026-02-03','city':'X'",
    CASE ",'created':'2026-01-01','modified':'2026-02-03','city':'Y'", NULL },
  { "dates without a base", NULL, CASE ",'modified':'2026-02-02'", CASE ",'modified':'2026-02-03'",
    CASE ",'modified':'2026-02-03'", NULL },
  { "published while nothing was written", CASE ",'state':'submitted'," TITLE,
    CASE ",'state':'published','title':'U'", CASE ",'state':'submitted','modified':'2026'," TITLE,
    NULL, NULL },
  { "published while it was written", CASE ",'state':'submitted','title':'T','city':'X'",
    CASE ",'state':'published','title':'T','city':'X'",
    CASE ",'state':'submitted','title':'T','city':'Y'", NULL, "state 5" },
  { "states", CASE ",'state':'published'", CASE ",'state':'submitted'", CASE ",'state':'withdrawn'",
    NULL, "state 1" },
  /* without a base */
  { "no base, equal", NULL, CASE ",'title':'T'", CASE ",'title':'T'", CASE ",'title':'T'", NULL },
  { "no base", NULL, CASE ",'title':'T','city':'X'", CASE ",'title':'U','city':'X'", NULL,
    "title 0" },
  { "no base, one more", NULL, CASE ",'title':'T','city':'X'", CASE ",'title':'T'", NULL,
    "city 0" },
  /* attachments */
  { "attachments",
    CASE ",'_attachments':{'a':{'digest':'md5-1','revpos':1},'b':{'digest':'md5-2','revpos':1}}",
    CASE ",'_attachments':{'a':{'digest':'md5-3','revpos':2},'b':{'digest':'md5-2','revpos':1}}",
    CASE ",'_attachments':{'a':{'digest':'md5-1','revpos':1},'c':{'digest':'md5-4','revpos':2}}",
    CASE ",'_attachments':{'a':{'digest':'md5-3','revpos':2},'c':{'digest':'md5-4','revpos':2}}",
    NULL },
  { "one attachment by both", CASE ",'_attachments':{'a':{'digest':'md5-1'}}",
    CASE ",'_attachments':{'a':{'digest':'md5-2'}}",
    CASE ",'_attachments':{'a':{'digest':'md5-3'}}", NULL, "_attachments.a 1" },
  { "the same attachment twice", CASE, CASE ",'_attachments':{'a':{'digest':'md5-2','revpos':3}}",
    CASE ",'_attachments':{'a':{'digest':'md5-2','revpos':2}}",
    CASE ",'_attachments':{'a':{'digest':'md5-2','revpos':2}}", NULL },
  { "all attachments away", CASE ",'_attachments':{'a':{'digest':'1'},'b':{'digest':'2'}}",
    CASE ",'_attachments':{'a':{'digest':'1'}}", CASE ",'_attachments':{'b':{'digest':'2'}}", CASE,
    NULL },
  /* the rules of the kind */
  { "too many together", CASE ",'lessons':['a','b','c','d','e']",
    CASE ",'lessons':['a','b','c','d','e','f','g']", CASE ",'lessons':['a','b','c','d','e','h']",
    NULL, "lessons 6" },
  { "too long together", CASE ",'summary':'a\\n\\nb'",
    CASE ",'summary':'"
         "%1"
         "\\n\\nb'",
    CASE ",'summary':'a\\n\\n"
         "%2"
         "'",
    NULL, "summary 6" },
};

static TkbCatalog *
get_catalog (void)
{
  static TkbCatalog *catalog;
  g_autoptr (GError) error = NULL;

  if (catalog == NULL)
    catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  g_assert_no_error (error);
  return catalog;
}

/* members (nullable). (transfer full) (nullable) */
static TkbDocument *
make_document (const char *members, const char *rev)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = NULL;
  g_autofree char *x = g_strnfill (200, 'x');
  g_autofree char *y = g_strnfill (200, 'y');
  TkbDocument     *document;

  if (members == NULL)
    return NULL;
  text = g_string_new (NULL);
  g_string_append_printf (text, "{'_id':'case:1','_rev':'%s',%s}", rev, members);
  g_string_replace (text, "'", "\"", 0);
  g_string_replace (text, "%1", x, 0);
  g_string_replace (text, "%2", y, 0);
  document = tkb_document_new_parse (text->str, -1, &error);
  g_assert_no_error (error);
  return document;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
list_conflicts (TkbMerge *merge)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < merge->conflicts->len; i++)
    {
      const TkbMergeConflict *conflict = merge->conflicts->pdata[i];
      g_autofree char        *sentence = tkb_merge_conflict_to_string (conflict);

      g_assert_true (g_str_has_prefix (conflict->path, conflict->code));
      g_assert_null (strchr (sentence, '%'));
      g_ptr_array_add (texts, g_strdup_printf ("%s %d", conflict->path, conflict->reason));
    }
  if (texts->len == 0)
    return NULL;
  g_ptr_array_sort (texts, compare_texts);
  g_ptr_array_add (texts, NULL);
  return g_strjoinv (",", (char **) texts->pdata);
}

static void
check_fields (TkbMerge *merge)
{
  for (guint i = 0; i < merge->fields->len; i++)
    {
      const TkbMergeField *field = merge->fields->pdata[i];
      gboolean             is_listed = FALSE;

      for (guint k = 0; k < merge->conflicts->len; k++)
        is_listed |=
            strcmp (((TkbMergeConflict *) merge->conflicts->pdata[k])->code, field->code) == 0;
      g_assert_cmpint (field->outcome == TKB_MERGE_CONFLICT, ==, is_listed);
    }
}

static void
check_case (const Case *c, const char *left_members, const char *right_members)
{
  g_autoptr (TkbDocument) base = make_document (c->base, "1-b");
  g_autoptr (TkbDocument) left = make_document (left_members, "2-l");
  g_autoptr (TkbDocument) right = make_document (right_members, "2-r");
  g_autoptr (TkbDocument) expected = make_document (c->merged, "2-l");
  g_autoptr (TkbMerge) merge = tkb_merge_new (get_catalog (), base, left, right);
  g_autofree char *conflicts = list_conflicts (merge);
  g_autofree char *body = tkb_json_object_to_canonical (merge->body, NULL);
  g_autofree char *text =
      expected != NULL ? tkb_json_object_to_canonical (tkb_document_get_body (expected), NULL)
                       : NULL;

  check_fields (merge);
  g_assert_cmpstr (conflicts, ==, c->conflicts);
  if (text != NULL)
    g_assert_cmpstr (body, ==, text);
}

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].name);
      check_case (&cases[i], cases[i].left, cases[i].right);
      check_case (&cases[i], cases[i].right, cases[i].left);
    }
}

/* What a field that a side alone changed, and one that both did, say of themselves. */
static void
test_outcomes (void)
{
  static const struct
  {
    const char     *code;
    TkbMergeOutcome outcome;
  } expected[] = { { "city", TKB_MERGE_TAKE_LEFT },
                   { "tags", TKB_MERGE_COMBINED },
                   { "title", TKB_MERGE_CONFLICT },
                   { "year", TKB_MERGE_TAKE_RIGHT } };
  g_autoptr (TkbDocument) base = make_document (CASE ",'title':'T','year':1999", "1-b");
  g_autoptr (TkbDocument) left =
      make_document (CASE ",'title':'U','year':1999,'city':'X','tags':['a']", "2-l");
  g_autoptr (TkbDocument) right = make_document (CASE ",'title':'V','tags':['b']", "2-r");
  g_autoptr (TkbMerge) merge = tkb_merge_new (get_catalog (), base, left, right);

  g_assert_cmpuint (merge->fields->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const TkbMergeField *field = merge->fields->pdata[i];

      g_assert_cmpstr (field->code, ==, expected[i].code);
      g_assert_cmpint (field->outcome, ==, expected[i].outcome);
    }
  g_assert_cmpstr (tkb_json_get_string (merge->body, "title", NULL), ==, "U");
  g_assert_false (json_object_has_member (merge->body, "year"));
}

/* Without kinds nothing is looked into, and nothing is lost. */
static void
test_no_catalog (void)
{
  g_autoptr (TkbDocument) base = make_document ("'a':1,'tags':['a']", "1-b");
  g_autoptr (TkbDocument) left = make_document ("'a':2,'tags':['a']", "2-l");
  g_autoptr (TkbDocument) right = make_document ("'a':1,'tags':['a','b']", "2-r");
  g_autoptr (TkbDocument) other = make_document ("'a':1,'tags':['c']", "2-o");
  g_autoptr (TkbMerge) merge = tkb_merge_new (NULL, base, left, right);
  g_autoptr (TkbMerge) clash = tkb_merge_new (NULL, base, other, right);

  g_assert_cmpuint (merge->conflicts->len, ==, 0);
  g_assert_cmpint (tkb_json_get_int (merge->body, "a", 0), ==, 2);
  g_assert_cmpuint (clash->conflicts->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/merge/cases", test_cases);
  g_test_add_func ("/merge/outcomes", test_outcomes);
  g_test_add_func ("/merge/no-catalog", test_no_catalog);
  return g_test_run ();
}
