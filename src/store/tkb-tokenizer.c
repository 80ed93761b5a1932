/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The tokenizer: one pass over the bytes. ASCII takes a path of its own; every other character
 * costs one look-up in the fold table. */
#include "config.h"

#include "tkb-tokenizer.h"

#include <libstemmer.h>
#include <string.h>

#include "tkb-arabic.h"
#include "tkb-fold.h"

/* goes up with any change here that gives other tokens for the same text */
#define TOKENIZER_VERSION 4
/* slots of the stem cache; a language's common words fit */
#define CACHE_SLOTS 4096
/* bytes of a word that is worth a slot */
#define CACHE_BYTES 30
/* a word of fewer bytes has no stem */
#define MIN_STEM_BYTES 3

typedef enum
{
  STEMMER_ENGLISH,
  STEMMER_FRENCH,
  STEMMER_SPANISH,
  STEMMER_RUSSIAN,
  N_STEMMERS,
  STEMMER_NONE = N_STEMMERS,
} Stemmer;

static const struct
{
  const char *language; /* BCP 47 */
  const char *name;     /* libstemmer's */
} stemmers[N_STEMMERS] = {
  [STEMMER_ENGLISH] = { "en", "english" },
  [STEMMER_FRENCH] = { "fr", "french" },
  [STEMMER_SPANISH] = { "es", "spanish" },
  [STEMMER_RUSSIAN] = { "ru", "russian" },
};

typedef struct
{
  guint32 hash;
  guint8  stemmer;
  guint8  word_length; /* 0: free */
  guint8  stem_length; /* 0: the word is its own stem */
  char    word[CACHE_BYTES];
  char    stem[CACHE_BYTES];
} CacheSlot;

struct _TkbTokenizer
{
  struct sb_stemmer *stemmers[N_STEMMERS]; /* (owned) (nullable): made when first needed */
  CacheSlot         *cache;                /* (owned) (nullable): made when first needed */
  char               russian[TKB_TOKEN_MAX_BYTES + 1]; /* the last stem that was tidied */
};

/* One character of an unspaced run. */
typedef struct
{
  gunichar c; /* 0: none */
  guint    start, end;
} Letter;

/* State of one run over a text. */
typedef struct
{
  TkbTokenizer    *tokenizer;
  TkbTokenizeFlags flags;
  const char      *text;
  gsize            length;
  TkbTokenFunc     function;
  gpointer         user_data;
  int              result;        /* not 0: the callback has had enough */
  Stemmer          latin_stemmer; /* of the language of this stretch of text */

  char         word[TKB_TOKEN_MAX_BYTES + 8];
  guint        word_length;
  guint        word_start, word_end;
  TkbFoldClass word_class;
  gboolean     word_has_digit;
  gunichar     word_last; /* the last character, folded */

  Letter previous; /* confirmed: what comes next can no longer change it */
  Letter current;  /* a mark or a final consonant may still join it */
} Run;

enum
{
  ASCII_OTHER,
  ASCII_DIGIT,
  ASCII_LETTER,
};

static const guint8 ascii_class[128] = {
  ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1, ['8'] = 1,
  ['9'] = 1, ['A'] = 2, ['B'] = 2, ['C'] = 2, ['D'] = 2, ['E'] = 2, ['F'] = 2, ['G'] = 2, ['H'] = 2,
  ['I'] = 2, ['J'] = 2, ['K'] = 2, ['L'] = 2, ['M'] = 2, ['N'] = 2, ['O'] = 2, ['P'] = 2, ['Q'] = 2,
  ['R'] = 2, ['S'] = 2, ['T'] = 2, ['U'] = 2, ['V'] = 2, ['W'] = 2, ['X'] = 2, ['Y'] = 2, ['Z'] = 2,
  ['a'] = 2, ['b'] = 2, ['c'] = 2, ['d'] = 2, ['e'] = 2, ['f'] = 2, ['g'] = 2, ['h'] = 2, ['i'] = 2,
  ['j'] = 2, ['k'] = 2, ['l'] = 2, ['m'] = 2, ['n'] = 2, ['o'] = 2, ['p'] = 2, ['q'] = 2, ['r'] = 2,
  ['s'] = 2, ['t'] = 2, ['u'] = 2, ['v'] = 2, ['w'] = 2, ['x'] = 2, ['y'] = 2, ['z'] = 2,
};

static void
emit (Run *run, TkbTokenKind kind, const char *text, guint length, guint start, guint end)
{
  TkbToken token = { kind, text, length, start, end, FALSE, FALSE };

  if (run->result != 0)
    return;
  token.is_latin = kind == TKB_TOKEN_WORD && run->word_class == TKB_FOLD_LATIN;
  token.is_colocated = kind == TKB_TOKEN_STEM || kind == TKB_TOKEN_SYMBOL;
  run->result = run->function (&token, run->user_data);
}

/* ---- stems ---- */

static guint32
hash_word (const char *word, guint length)
{
  guint32 hash = 2166136261u;

  for (guint i = 0; i < length; i++)
    hash = (hash ^ (guint8) word[i]) * 16777619u;
  return hash ^ hash >> 15;
}

/* Snowball leaves the vowel that comes and goes: заявка but заявок, рынка but рынок, конца but
 * конец. Without it they are one. Such a stem keeps four letters of two bytes at least. */
static const char *
tidy_russian (TkbTokenizer *self, const char *stem, guint *length)
{
  static const char endings[][2][5] = {
    { "ок", "к" }, { "ек", "к" }, { "ьк", "к" }, { "ец", "ц" }, { "ьц", "ц" },
  };
  guint n = *length;

  for (gsize i = 0; i < G_N_ELEMENTS (endings) && n >= 10 && n <= TKB_TOKEN_MAX_BYTES; i++)
    if (memcmp (stem + n - 4, endings[i][0], 4) == 0)
      {
        memcpy (self->russian, stem, n - 4);
        memcpy (self->russian + n - 4, endings[i][1], 2);
        *length = n - 2;
        return self->russian;
      }
  return stem;
}

/* The stem as libstemmer gives it, tidied, valid until its next call; its length is 0 where the
 * word is its own stem. */
static const char *
ask_stemmer (TkbTokenizer *self, Stemmer stemmer, const char *word, guint length, guint *out_length)
{
  const char *stem;
  guint       n;

  *out_length = 0;
  if (self->stemmers[stemmer] == NULL)
    self->stemmers[stemmer] = sb_stemmer_new (stemmers[stemmer].name, "UTF_8");
  if (self->stemmers[stemmer] == NULL)
    return NULL;
  stem = (const char *) sb_stemmer_stem (self->stemmers[stemmer], (const sb_symbol *) word, length);
  if (stem == NULL)
    return NULL;
  n = sb_stemmer_length (self->stemmers[stemmer]);
  if (stemmer == STEMMER_RUSSIAN)
    stem = tidy_russian (self, stem, &n);
  if (n > 0 && n <= TKB_TOKEN_MAX_BYTES && (n != length || memcmp (stem, word, n) != 0))
    *out_length = n;
  return stem;
}

static const char *
find_stem (TkbTokenizer *self, Stemmer stemmer, const char *word, guint length, guint *out_length)
{
  guint32     hash;
  CacheSlot  *slot;
  const char *stem;

  if (length > CACHE_BYTES)
    return ask_stemmer (self, stemmer, word, length, out_length);
  if (self->cache == NULL)
    self->cache = g_new0 (CacheSlot, CACHE_SLOTS);
  hash = hash_word (word, length) + stemmer * 0x9E3779B1u;
  slot = &self->cache[hash % CACHE_SLOTS];
  if (slot->hash == hash && slot->word_length == length && slot->stemmer == stemmer &&
      memcmp (slot->word, word, length) == 0)
    {
      *out_length = slot->stem_length;
      return slot->stem;
    }
  stem = ask_stemmer (self, stemmer, word, length, out_length);
  if (*out_length <= CACHE_BYTES)
    {
      slot->hash = hash;
      slot->stemmer = stemmer;
      slot->word_length = length;
      memcpy (slot->word, word, length);
      slot->stem_length = *out_length;
      if (*out_length > 0)
        memcpy (slot->stem, stem, *out_length);
    }
  return stem;
}

static void
emit_stem (Run *run, Stemmer stemmer)
{
  char        marked[TKB_TOKEN_MAX_BYTES + 1] = TKB_TOKEN_STEM_MARK;
  guint       length;
  const char *stem = find_stem (run->tokenizer, stemmer, run->word, run->word_length, &length);

  if (length == 0)
    return;
  length = MIN (length, TKB_TOKEN_MAX_BYTES);
  memcpy (marked + 1, stem, length);
  emit (run, TKB_TOKEN_STEM, marked, length + 1, run->word_start, run->word_end);
}

static void
emit_arabic_stems (Run *run)
{
  TkbArabicStem stems[TKB_ARABIC_MAX_STEMS];
  guint         n = tkb_arabic_get_stems (run->word, run->word_length, stems);

  for (guint i = 0; i < n; i++)
    {
      char marked[TKB_TOKEN_MAX_BYTES + 1] = TKB_TOKEN_STEM_MARK;

      memcpy (marked + 1, run->word + stems[i].start, stems[i].length);
      emit (run, TKB_TOKEN_STEM, marked, stems[i].length + 1, run->word_start, run->word_end);
    }
}

static void
emit_stems (Run *run)
{
  if (run->word_has_digit || run->word_length < MIN_STEM_BYTES ||
      (run->flags & TKB_TOKENIZE_NO_STEMS) != 0)
    return;
  if (run->word_class == TKB_FOLD_CYRILLIC)
    emit_stem (run, STEMMER_RUSSIAN);
  else if (run->word_class == TKB_FOLD_ARABIC)
    emit_arabic_stems (run);
  else if (run->word_class == TKB_FOLD_LATIN && (run->flags & TKB_TOKENIZE_QUERY) != 0)
    for (Stemmer stemmer = STEMMER_ENGLISH; stemmer <= STEMMER_SPANISH; stemmer++)
      emit_stem (run, stemmer);
  else if (run->word_class == TKB_FOLD_LATIN && run->latin_stemmer != STEMMER_NONE)
    emit_stem (run, run->latin_stemmer);
}

/* ---- words ---- */

static void
emit_symbol_part (Run *run, const char *part, gsize span)
{
  gsize length = strlen (part);

  if (length != run->word_length || memcmp (part, run->word, length) != 0)
    emit (run, TKB_TOKEN_SYMBOL, part, length, run->word_start, run->word_start + span);
}

/* Where the word that just ended may begin a number or a symbol, reads on in the text itself. */
static void
emit_symbol (Run *run)
{
  const char *word = run->word;
  TkbSymbol   symbol;

  if (run->word_class != TKB_FOLD_LATIN || run->word_length < 2)
    return;
  if (!(run->word_length == 2 && !run->word_has_digit) && !run->word_has_digit &&
      !(run->word_length == 3 && memcmp (word, "pct", 3) == 0))
    return;
  if (!tkb_symbol_scan (run->text + run->word_start, run->length - run->word_start, &symbol))
    return;
  emit_symbol_part (run, symbol.main, symbol.length_bytes);
  if (strcmp (symbol.main, symbol.full) != 0)
    emit_symbol_part (run, symbol.full, symbol.length_bytes);
}

static void
end_word (Run *run)
{
  if (run->word_length == 0)
    return;
  run->word_length = MIN (run->word_length, TKB_TOKEN_MAX_BYTES);
  while (run->word_length == TKB_TOKEN_MAX_BYTES && run->word_length > 0 &&
         ((guint8) run->word[run->word_length] & 0xC0) == 0x80)
    run->word_length--; /* not in the middle of a character */
  emit (run, TKB_TOKEN_WORD, run->word, run->word_length, run->word_start, run->word_end);
  emit_stems (run);
  emit_symbol (run);
  run->word_length = 0;
}

static guint
to_utf8 (gunichar c, char *out)
{
  if (c < 0x80)
    {
      out[0] = (char) c;
      return 1;
    }
  if (c >= 0x800 && c < 0x10000)
    {
      out[0] = (char) (0xE0 | c >> 12);
      out[1] = (char) (0x80 | (c >> 6 & 0x3F));
      out[2] = (char) (0x80 | (c & 0x3F));
      return 3;
    }
  return g_unichar_to_utf8 (c, out);
}

/* A mark over a letter that is a letter of its own: the Russian short i. */
static void
join_mark (Run *run, gunichar mark, guint end)
{
  if (mark == 0x0306 && run->word_last == 0x0438 && run->word_length >= 2 &&
      run->word_length <= TKB_TOKEN_MAX_BYTES)
    to_utf8 (run->word_last = 0x0439, run->word + run->word_length - 2);
  if (run->word_length > 0)
    run->word_end = end;
}

static void
add_to_word (Run *run, gunichar c, TkbFoldClass klass, guint start, guint end)
{
  gboolean joins = klass == TKB_FOLD_MARK || klass == run->word_class ||
                   (klass == TKB_FOLD_DIGIT && run->word_class == TKB_FOLD_LATIN) ||
                   (klass == TKB_FOLD_LATIN && run->word_class == TKB_FOLD_DIGIT);

  if (run->word_length > 0 && !joins)
    end_word (run);
  if (run->word_length == 0)
    {
      if (klass == TKB_FOLD_MARK)
        return;
      run->word_start = start;
      run->word_class = klass;
      run->word_has_digit = FALSE;
    }
  else if (klass == TKB_FOLD_LATIN)
    run->word_class = klass;
  if (klass == TKB_FOLD_DIGIT)
    run->word_has_digit = TRUE;
  run->word_last = c;
  run->word_end = end;
  if (run->word_length <= TKB_TOKEN_MAX_BYTES)
    run->word_length += to_utf8 (c, run->word + run->word_length);
}

/* ---- runs of unspaced scripts ---- */

static void
emit_pair (Run *run)
{
  char  pair[12];
  guint n = to_utf8 (run->previous.c, pair);

  n += to_utf8 (run->current.c, pair + n);
  emit (run, TKB_TOKEN_PAIR, pair, n, run->previous.start, run->current.end);
}

static void
end_letters (Run *run)
{
  char last[6];

  if (run->current.c == 0)
    return;
  if (run->previous.c != 0)
    emit_pair (run);
  emit (run, TKB_TOKEN_LAST, last, to_utf8 (run->current.c, last), run->current.start,
        run->current.end);
  run->previous.c = run->current.c = 0;
}

/* Hangul syllables from conjoining letters (Unicode, chapter 3.12), voiced kana from kana and mark;
 * 0: they stay two. */
static gunichar
join_letters (gunichar a, gunichar b)
{
  if (b >= 0x1161 && b <= 0x1175 && a >= 0x1100 && a <= 0x1112)
    return 0xAC00 + ((a - 0x1100) * 21 + (b - 0x1161)) * 28;
  if (b >= 0x11A8 && b <= 0x11C2 && a >= 0xAC00 && a <= 0xD7A3 && (a - 0xAC00) % 28 == 0)
    return a + (b - 0x11A7);
  if ((b == 0x3099 || b == 0x309A) && a >= 0x3041 && a <= 0x30FF)
    {
      if (a == 0x3046 || a == 0x30A6)
        return b == 0x3099 ? a + 0x4E : a;
      return a + (b - 0x3098);
    }
  return 0;
}

static void
add_letter (Run *run, gunichar c, guint start, guint end)
{
  gunichar joined;

  if (run->word_length > 0)
    end_word (run);
  joined =
      run->current.c != 0 && (c >= 0x1161 && c <= 0x309A) ? join_letters (run->current.c, c) : 0;
  if (joined != 0)
    {
      run->current.c = joined;
      run->current.end = end;
      return;
    }
  if (c == 0x3099 || c == 0x309A)
    return;
  if (run->previous.c != 0)
    emit_pair (run);
  run->previous = run->current;
  run->current = (Letter){ c, start, end };
}

/* ---- the pass ---- */

static void
end_all (Run *run)
{
  end_word (run);
  end_letters (run);
}

static void
add_folded (Run *run, guint32 entry, gunichar source, guint start, guint end)
{
  TkbFoldClass klass = TKB_FOLD_CLASS (entry);

  switch (klass)
    {
    case TKB_FOLD_SEPARATOR:
      end_all (run);
      break;
    case TKB_FOLD_IGNORE:
      join_mark (run, source, end);
      break;
    case TKB_FOLD_UNSPACED:
    case TKB_FOLD_KANA_MARK:
      add_letter (run, TKB_FOLD_CODE_POINT (entry), start, end);
      break;
    default:
      end_letters (run);
      add_to_word (run, TKB_FOLD_CODE_POINT (entry), klass, start, end);
      break;
    }
}

static void
add_character (Run *run, gunichar c, guint start, guint end)
{
  guint32 entry = tkb_fold_lookup (c);

  if ((entry & TKB_FOLD_EXPANDS) != 0)
    {
      const guint32 *expansion = tkb_fold_expansions + (entry & ~TKB_FOLD_EXPANDS);

      for (guint32 i = 1; i <= expansion[0]; i++)
        add_folded (run, expansion[i], 0, start, end);
    }
  else
    add_folded (run, entry, c, start, end);
}

/* Decodes one character strictly; returns its bytes, 0 if they are not UTF-8. */
static guint
from_utf8 (const guint8 *p, gsize left, gunichar *out)
{
  if (left >= 3 && p[0] >= 0xE1 && p[0] <= 0xEC && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80)
    {
      *out = (gunichar) (p[0] & 0x0F) << 12 | (gunichar) (p[1] & 0x3F) << 6 | (p[2] & 0x3F);
      return 3;
    }
  if (left >= 2 && p[0] >= 0xC2 && p[0] <= 0xDF && (p[1] & 0xC0) == 0x80)
    {
      *out = (gunichar) (p[0] & 0x1F) << 6 | (p[1] & 0x3F);
      return 2;
    }
  *out = g_utf8_get_char_validated ((const char *) p, left);
  if (*out > 0x10FFFF)
    return 0;
  return g_utf8_skip[*p];
}

static gsize
add_ascii_word (Run *run, gsize at)
{
  const guint8 *text = (const guint8 *) run->text;
  guint         n;
  guint         kinds = 0;

  end_letters (run);
  if (run->word_length > 0 && run->word_class != TKB_FOLD_LATIN &&
      run->word_class != TKB_FOLD_DIGIT)
    end_word (run);
  if (run->word_length == 0)
    {
      run->word_start = at;
      run->word_class = TKB_FOLD_DIGIT;
      run->word_has_digit = FALSE;
    }
  n = run->word_length;
  while (at < run->length && text[at] < 0x80 && ascii_class[text[at]] != ASCII_OTHER)
    {
      kinds |= ascii_class[text[at]];
      if (n <= TKB_TOKEN_MAX_BYTES)
        run->word[n++] =
            (char) (ascii_class[text[at]] == ASCII_LETTER ? text[at] | 0x20 : text[at]);
      at++;
    }
  run->word_length = n;
  run->word_end = at;
  run->word_last = 0;
  if ((kinds & ASCII_LETTER) != 0)
    run->word_class = TKB_FOLD_LATIN;
  if ((kinds & ASCII_DIGIT) != 0)
    run->word_has_digit = TRUE;
  return at;
}

static Stemmer
get_latin_stemmer (const char *language)
{
  for (Stemmer stemmer = STEMMER_ENGLISH; stemmer <= STEMMER_SPANISH; stemmer++)
    if (memcmp (language, stemmers[stemmer].language, 2) == 0)
      return stemmer;
  return memcmp (language, "--", 2) == 0 ? STEMMER_ENGLISH : STEMMER_NONE;
}

/**
 * tkb_tokenizer_run:
 * @self: a tokenizer of this thread
 * @flags: for a document or for a query
 * @text: UTF-8; a byte that is not ends a word
 * @length: bytes of @text, below %G_MAXINT
 * @function: (scope call): called for each token, in order of their places
 * @user_data: for @function
 *
 * Returns: 0, or what @function returned to end the run
 */
int
tkb_tokenizer_run (TkbTokenizer    *self,
                   TkbTokenizeFlags flags,
                   const char      *text,
                   gsize            length,
                   TkbTokenFunc     function,
                   gpointer         user_data)
{
  Run run = { .tokenizer = self,
              .flags = flags,
              .text = text,
              .length = MIN (length, G_MAXINT),
              .function = function,
              .user_data = user_data };

  for (gsize at = 0; at < run.length && run.result == 0;)
    {
      guint8   byte = text[at];
      gunichar c;
      guint    n;

      if (byte < 0x80)
        {
          if (ascii_class[byte] != ASCII_OTHER)
            {
              at = add_ascii_word (&run, at);
              continue;
            }
          end_all (&run);
          if (byte == TKB_TOKEN_LANGUAGE_MARK && at + 2 < run.length)
            {
              run.latin_stemmer = get_latin_stemmer (text + at + 1);
              at += 2;
            }
          at++;
          continue;
        }
      n = from_utf8 ((const guint8 *) text + at, run.length - at, &c);
      if (n == 0)
        {
          end_all (&run);
          at++;
          continue;
        }
      add_character (&run, c, at, at + n);
      at += n;
    }
  end_all (&run);
  return run.result;
}

/**
 * tkb_tokenizer_append_text:
 * @out: where the text is put together
 * @language: (nullable): BCP 47; %NULL: unknown
 * @text: UTF-8
 *
 * Marks the language of @text for the stemmer and takes control characters out of it, so that
 * nobody's text can pretend to be a mark.
 */
void
tkb_tokenizer_append_text (GString *out, const char *language, const char *text)
{
  gsize from = out->len + 4;

  g_string_append_c (out, ' ');
  g_string_append_c (out, TKB_TOKEN_LANGUAGE_MARK);
  if (language != NULL && g_ascii_islower (language[0]) && g_ascii_islower (language[1]) &&
      !g_ascii_isalnum (language[2]))
    g_string_append_len (out, language, 2);
  else
    g_string_append (out, "--");
  g_string_append (out, text);
  for (gsize i = from; i < out->len; i++)
    if ((guint8) out->str[i] < 0x20)
      out->str[i] = ' ';
}

/**
 * tkb_tokenizer_get_version:
 *
 * Returns: (transfer full): of the code and of the tables
 */
char *
tkb_tokenizer_get_version (void)
{
  return g_strdup_printf ("%d-%016" G_GINT64_MODIFIER "x", TOKENIZER_VERSION, tkb_fold_digest);
}

/**
 * tkb_tokenizer_new:
 *
 * Returns: (transfer full): a tokenizer; its stemmers and its cache come when first needed
 */
TkbTokenizer *
tkb_tokenizer_new (void)
{
  return g_new0 (TkbTokenizer, 1);
}

void
tkb_tokenizer_free (TkbTokenizer *self)
{
  for (guint i = 0; i < N_STEMMERS; i++)
    if (self->stemmers[i] != NULL)
      sb_stemmer_delete (self->stemmers[i]);
  g_free (self->cache);
  g_free (self);
}
