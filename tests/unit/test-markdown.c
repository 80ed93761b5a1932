/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-markdown.h"

#include <string.h>

static const char *const type_names[] = {
  [TKB_BLOCK_DOCUMENT] = "document", [TKB_BLOCK_HEADING] = "heading", [TKB_BLOCK_PARAGRAPH] = "p",
  [TKB_BLOCK_LIST] = "list",         [TKB_BLOCK_ITEM] = "item",       [TKB_BLOCK_QUOTE] = "quote",
  [TKB_BLOCK_CODE] = "code",         [TKB_BLOCK_RULE] = "rule",       [TKB_BLOCK_TABLE] = "table",
  [TKB_BLOCK_ROW] = "row",           [TKB_BLOCK_CELL] = "cell",
};

static void
dump (GString *out, TkbBlock *block)
{
  static const char letters[] = "*/`~>!|"; /* in the order of the flags */

  g_string_append (out, type_names[block->type]);
  if (block->level != 0)
    g_string_append_printf (out, "%d", block->level);
  if (block->is_ordered)
    g_string_append (out, "#");
  if (block->is_header)
    g_string_append (out, "=");
  if (block->alignment != 0)
    g_string_append_c (out, block->alignment);
  if (block->task != 0)
    g_string_append_printf (out, "[%c]", block->task);
  if (block->text != NULL)
    g_string_append_printf (out, " %s:'%s'", block->info != NULL ? block->info : "", block->text);
  for (guint i = 0; i < block->spans->len; i++)
    {
      TkbSpan *span = block->spans->pdata[i];

      g_string_append_c (out, ' ');
      for (guint bit = 0; bit < strlen (letters); bit++)
        if (span->flags & (1u << bit))
          g_string_append_c (out, letters[bit]);
      g_string_append_printf (out, "'%s'", span->text);
      if (span->url != NULL)
        g_string_append_printf (out, "<%s>", span->url);
    }
  if (block->children->len > 0)
    {
      g_string_append (out, " (");
      for (guint i = 0; i < block->children->len; i++)
        {
          if (i > 0)
            g_string_append (out, ", ");
          dump (out, block->children->pdata[i]);
        }
      g_string_append_c (out, ')');
    }
}

static void
assert_tree (const char *text, const char *expected)
{
  g_autoptr (TkbBlock) root = tkb_markdown_parse (text);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *whole = g_strdup_printf ("document (%s)", expected);

  dump (out, root);
  g_assert_cmpstr (out->str, ==, *expected != '\0' ? whole : "document");
}

static void
test_blocks (void)
{
  assert_tree ("", "");
  assert_tree ("\n \n", "");
  assert_tree ("# A\n\nB\nc\n\n---", "heading1 'A', p 'B c', rule");
  assert_tree ("- a\n- b\n  - c", "list (item (p 'a'), item (p 'b', list (item (p 'c'))))");
  assert_tree ("3. a\n4. b", "list3# (item (p 'a'), item (p 'b'))");
  assert_tree ("- [ ] a\n- [x] b", "list (item[ ] (p 'a'), item[x] (p 'b'))");
  assert_tree ("> a\n> > b", "quote (p 'a', quote (p 'b'))");
  assert_tree ("```sql\nSELECT 1\n\n```\n\n    b", "code sql:'SELECT 1\n', code :'b'");
  assert_tree ("|a|b|c|\n|:-:|--:|---|\n|*x*|\\||",
               "table (row= (cellc 'a', cellr 'b', cell 'c'), row (cellc /'x', cellr '|', cell))");
}

static void
test_spans (void)
{
  assert_tree ("a *b* **c** ***d*** `e` ~~f~~", "p 'a ' /'b' ' ' *'c' ' ' */'d' ' ' `'e' ' ' ~'f'");
  assert_tree ("**a *b* c**", "p *'a ' */'b' *' c'");
  assert_tree ("a  \nb", "p 'a' |'\n' 'b'");
  assert_tree ("专利\n检索 a\n检", "p '专利检索 a 检'");
  assert_tree (
      "[a *b*](http://x.org \"t\") http://y.org/z.",
      "p >'a '<http://x.org> />'b'<http://x.org> ' ' >'http://y.org/z'<http://y.org/z> '.'");
  assert_tree ("![alt *x*](https://x.org/p.png) ![](q.png)",
               "p !'alt '<https://x.org/p.png> /!'x'<https://x.org/p.png> ' ' !'q.png'<q.png>");
  assert_tree ("[![i](https://a/b.png)](https://c/)", "p >!'i'<https://a/b.png>");
  assert_tree ("[case](system-cnipa)", "p >'case'<system-cnipa>");
}

/* What a stranger wrote is text, never instructions. */
static void
test_hostile_content (void)
{
  assert_tree ("<script>alert(1)</script>", "p '<script>alert(1)</script>'");
  assert_tree ("a <b onclick=x>b</b>", "p 'a <b onclick=x>b</b>'");
  assert_tree ("[a](javascript:x) [b](JaVaScript:x) [c](file:///etc/passwd) [d](data:text/html,x)",
               "p 'a b c d'");
  assert_tree ("[a](//evil.org) [b](\\\\evil\\x) [c](<x y>) [d](&#10;javascript:x)", "p 'a b c d'");
  assert_tree ("[a](mailto:x@y.org) [b](tisckb:case-1)",
               "p >'a'<mailto:x@y.org> ' ' >'b'<tisckb:case-1>");
  assert_tree ("![a](file:///x)", "p !'a'");
}

static guint
get_depth (TkbBlock *block)
{
  guint deepest = 0;

  for (guint i = 0; i < block->children->len; i++)
    deepest = MAX (deepest, get_depth (block->children->pdata[i]));
  return deepest + 1;
}

static void
test_deep (void)
{
  g_autoptr (GString) quotes = g_string_new (NULL);
  g_autoptr (GString) lists = g_string_new (NULL);
  g_autoptr (GString) stars = g_string_new (NULL);
  GString *texts[] = { quotes, lists, stars };

  for (int i = 0; i < 4000; i++)
    {
      g_string_append (quotes, ">");
      g_string_append (stars, "*a **b ");
    }
  g_string_append (quotes, " end\n\n|a|\n|-|\n|b|\n");
  for (int i = 0; i < 150; i++)
    g_string_append_printf (lists, "%*s- a\n", 2 * i, "");
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (TkbBlock) root = tkb_markdown_parse (texts[i]->str);
      g_autofree char *plain = tkb_markdown_to_plain (texts[i]->str);

      g_assert_cmpuint (get_depth (root), <=, 30);
      g_assert_cmpuint (strlen (plain), >, 0);
    }
  {
    g_autofree char *plain = tkb_markdown_to_plain (quotes->str);

    g_assert_cmpstr (plain, ==, "end\na\nb");
  }
}

static void
test_long (void)
{
  g_autofree char *filler = g_strnfill (10 * 1000 * 1000, '*');
  g_autofree char *text = g_strconcat ("one\n\n \n\n", filler, NULL);
  g_autoptr (TkbBlock) root = tkb_markdown_parse (text);

  g_assert_cmpuint (root->children->len, ==, 2);
  g_assert_cmpstr (((TkbSpan *) ((TkbBlock *) root->children->pdata[0])->spans->pdata[0])->text, ==,
                   "one");
}

static void
test_plain (void)
{
  static const char *const cases[][2] = {
    { "", "" },
    { "# A *b*\n\nc [d](http://e.f)\ng", "A b\nc d g" },
    { "- a\n- b\n\n```\nc\n```", "a\nb\nc" },
    { "|a|b|\n|-|-|\n|c|**d**|", "a b\nc d" },
    { "![pic](x.png) <b>t</b>", "pic <b>t</b>" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *plain = tkb_markdown_to_plain (cases[i][0]);

      g_assert_cmpstr (plain, ==, cases[i][1]);
    }
}

static gpointer
parse_thread (gpointer data)
{
  for (int i = 0; i < 200; i++)
    assert_tree ("~~a~~ http://b.c\n\n|d|\n|-|\n|e|",
                 "p ~'a' ' ' >'http://b.c'<http://b.c>, table (row= (cell 'd'), row (cell 'e'))");
  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[3];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("parse", parse_thread, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/markdown/blocks", test_blocks);
  g_test_add_func ("/markdown/spans", test_spans);
  g_test_add_func ("/markdown/hostile-content", test_hostile_content);
  g_test_add_func ("/markdown/deep", test_deep);
  g_test_add_func ("/markdown/long", test_long);
  g_test_add_func ("/markdown/plain", test_plain);
  g_test_add_func ("/markdown/threads", test_threads);

  return g_test_run ();
}
