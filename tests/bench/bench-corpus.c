/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "bench-corpus.h"

#include <math.h>
#include <stdio.h>

/* words a language has here: enough for long posting lists and for rare words */
#define WORDS_PER_LANGUAGE 20000

typedef struct
{
  const char *code;
  guint32     first; /* first code point of its letters */
  guint32     count; /* how many follow on */
  guint       share; /* of a hundred documents */
} Language;

static const Language languages[] = {
  { "zh", 0x4e00, 3000, 50 }, { "en", 'a', 26, 25 },   { "fr", 'a', 26, 9 },
  { "ar", 0x0627, 36, 8 },    { "ru", 0x0430, 32, 8 },
};

/* A pronounceable-enough word that depends on nothing but its rank in its language. */
static void
append_word (GString *out, const Language *language, guint rank)
{
  guint64 state = (rank + 1) * 0x9e3779b97f4a7c15ULL ^ language->first;
  guint   length = language->first == 0x4e00 ? 2 : 3 + rank % 7;

  for (guint i = 0; i < length; i++)
    {
      state ^= state >> 29;
      state *= 0xbf58476d1ce4e5b9ULL;
      g_string_append_unichar (out, language->first + (state >> 33) % language->count);
    }
}

static guint
draw_rank (TkbRandom *random)
{
  double uniform = (tkb_random_next (random) >> 11) * 0x1.0p-53;

  /* inverse of a density ~ 1/rank */
  return (guint) pow (WORDS_PER_LANGUAGE, uniform) - 1;
}

static char *
make_text (TkbRandom *random, const Language *language, gsize size_bytes)
{
  g_autoptr (GString) out = g_string_sized_new (size_bytes + 32);
  guint words = 0;

  while (out->len < size_bytes)
    {
      append_word (out, language, draw_rank (random));
      words++;
      if (language->first != 0x4e00)
        g_string_append (out, words % 12 == 0 ? ". " : " ");
      else if (words % 9 == 0)
        g_string_append (out, "，");
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* From this size on a document is written out in several fields. */
#define LONG_BYTES 1400
/* bytes of JSON around the texts of a short one */
#define SHORT_FRAME_BYTES 340

static void
add_long_texts (JsonObject *body, TkbRandom *random, const Language *language, gsize size_bytes)
{
  g_autofree char *action = make_text (random, language, 40);
  JsonObject      *step = json_object_new ();
  JsonArray       *process = json_array_new ();
  JsonArray       *lessons = json_array_new ();

  json_object_set_string_member (step, "action", action);
  json_array_add_object_element (process, step);
  json_object_set_array_member (body, "process", process);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *lesson = make_text (random, language, 40);

      json_array_add_string_element (lessons, lesson);
    }
  json_object_set_array_member (body, "lessons", lessons);
  {
    g_autofree char *summary = make_text (random, language, 160);
    g_autofree char *need = make_text (random, language, (size_bytes - 900) / 2);
    g_autofree char *result = make_text (random, language, (size_bytes - 900) / 2);

    json_object_set_string_member (body, "summary", summary);
    json_object_set_string_member (body, "need", need);
    json_object_set_string_member (body, "social_result", result);
  }
}

static void
add_short_texts (JsonObject *body, TkbRandom *random, const Language *language, gsize size_bytes)
{
  gsize            left = size_bytes > SHORT_FRAME_BYTES + 60 ? size_bytes - SHORT_FRAME_BYTES : 60;
  g_autofree char *summary = make_text (random, language, left / 3);
  g_autofree char *need = make_text (random, language, left * 2 / 3);

  json_object_set_string_member (body, "summary", summary);
  json_object_set_string_member (body, "need", need);
}

TkbDocument *
bench_corpus_document (TkbRandom *random, guint number, gsize size_bytes)
{
  static const char *const countries[] = { "CN", "CN", "CN", "FR", "EG", "RU", "KE", "PE" };
  static const char *const services[] = { "novelty-search", "landscape", "fto-search", "training" };
  static const char *const clients[] = { "sme", "startup", "university", "individual-inventor" };
  const Language          *language = languages;
  guint                    draw = tkb_random_below (random, 100);
  g_autoptr (JsonObject) body = json_object_new ();
  g_autofree char *id = g_strdup_printf ("case:bench-%07u", number);
  g_autofree char *title = make_text (random, language, 24);
  g_autofree char *date = NULL;
  JsonArray       *list;

  for (guint i = 0; i < G_N_ELEMENTS (languages) && draw >= languages[i].share; i++)
    {
      draw -= languages[i].share;
      language = &languages[i + 1];
    }
  g_free (title);
  title = make_text (random, language, 24);
  date = g_strdup_printf ("20%02u-%02u-%02uT08:00:00Z", 10 + number % 16, 1 + number % 12,
                          1 + number % 28);

  json_object_set_string_member (body, "kind", "case");
  json_object_set_string_member (body, "state", "published");
  json_object_set_string_member (body, "visibility", "public");
  json_object_set_string_member (body, "language", language->code);
  json_object_set_string_member (body, "title", title);
  json_object_set_string_member (body, "created", date);
  json_object_set_string_member (body, "modified", date);
  json_object_set_string_member (body, "serving_institution", "Benchmark TISC");
  json_object_set_string_member (body, "country", countries[tkb_random_below (random, 8)]);
  json_object_set_string_member (body, "client_type", clients[tkb_random_below (random, 4)]);
  json_object_set_int_member (body, "year", 2010 + number % 16);
  list = json_array_new ();
  json_array_add_string_element (list, services[tkb_random_below (random, 4)]);
  json_object_set_array_member (body, "service_types", list);
  if (size_bytes >= LONG_BYTES)
    add_long_texts (body, random, language, size_bytes);
  else
    add_short_texts (body, random, language, size_bytes);
  return tkb_document_new (id, NULL, FALSE, body, NULL);
}

void
bench_corpus_print (TkbRandom *random, guint count, gsize size_bytes)
{
  for (guint i = 0; i < count; i++)
    {
      g_autoptr (TkbDocument) document = bench_corpus_document (random, i, size_bytes);
      g_autofree char *text = tkb_document_to_text (document, TKB_DOCUMENT_JSON_NONE);

      puts (text); /* g_print () would put it into the character set of the locale */
    }
}
