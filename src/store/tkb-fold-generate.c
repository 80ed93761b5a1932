/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Runs at build time only: asks ICU once for everything that the tokenizer wants to know of a
 * character, and writes it down as C tables, so that the program itself starts without work and
 * folds a character by two look-ups.
 *
 *   tkb-fold-generate OUTPUT.c
 *
 * For every code point: its folded form (NFKC, case, diacritics, Arabic spelling variants,
 * traditional to simplified Chinese, digits) and the class of what it folds to. For the basic
 * ideographs: the usual reading in pinyin without tones. The format of an entry stands in
 * tkb-fold.h. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "tkb-fold.h"

#define BLOCK 256
#define N_BLOCKS (0x110000 / BLOCK)
#define MAX_EXPANSION 18 /* U+FDFA is the longest under NFKC */

static const UNormalizer2 *casefold;
static const UNormalizer2 *decompose;
static const UNormalizer2 *compose;
static UTransliterator    *to_simplified;
static UTransliterator    *to_ascii;
static UTransliterator    *to_pinyin;

static uint32_t entries[0x110000];
static uint32_t expansions[65536];
static unsigned n_expansions;

static void
must (UErrorCode code, const char *what)
{
  if (U_SUCCESS (code))
    return;
  fprintf (stderr, "%s: %s\n", what, u_errorName (code));
  exit (1);
}

static UTransliterator *
open_transliterator (const char *id)
{
  UErrorCode       code = U_ZERO_ERROR;
  UChar            name[64];
  UTransliterator *result;

  u_uastrncpy (name, id, 64);
  result = utrans_openU (name, -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
  must (code, id);
  return result;
}

static int
to_utf16 (UChar32 c, UChar *out)
{
  int n = 0;

  U16_APPEND_UNSAFE (out, n, c);
  return n;
}

static int
transliterate (UTransliterator *with, UChar32 c, UChar *out, int size)
{
  UErrorCode code = U_ZERO_ERROR;
  int32_t    length = to_utf16 (c, out);
  int32_t    limit = length;

  utrans_transUChars (with, out, &length, size, 0, &limit, &code);
  must (code, "transliterate");
  return length;
}

static int
is_unspaced (UChar32 c)
{
  UErrorCode code = U_ZERO_ERROR;

  switch (uscript_getScript (c, &code))
    {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_BOPOMOFO:
    case USCRIPT_HANGUL:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
      return 1;
    default:
      return c == 0x30FC || c == 0x3005 || c == 0x3007; /* prolonged sound, iteration, zero */
    }
}

/* Whether a mark over this letter is spelling detail that people leave out when they search. */
static int
drops_marks (UChar32 base)
{
  UErrorCode code = U_ZERO_ERROR;

  switch (uscript_getScript (base, &code))
    {
    case USCRIPT_LATIN:
    case USCRIPT_GREEK:
    case USCRIPT_CYRILLIC:
    case USCRIPT_ARABIC:
    case USCRIPT_HEBREW:
    case USCRIPT_COMMON:
    case USCRIPT_INHERITED:
      return 1;
    default:
      return 0;
    }
}

static TkbFoldClass
classify (UChar32 c)
{
  UErrorCode code = U_ZERO_ERROR;
  int        script = uscript_getScript (c, &code);
  int        type = u_charType (c);

  if (c == 0x3099 || c == 0x309A)
    return TKB_FOLD_KANA_MARK;
  if (type == U_CONTROL_CHAR || type == U_UNASSIGNED)
    return TKB_FOLD_SEPARATOR;
  if (type == U_DECIMAL_DIGIT_NUMBER)
    return TKB_FOLD_DIGIT;
  if (is_unspaced (c) && (u_isalpha (c) || type == U_NON_SPACING_MARK ||
                          type == U_COMBINING_SPACING_MARK || type == U_LETTER_NUMBER))
    return TKB_FOLD_UNSPACED;
  if (type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK || type == U_ENCLOSING_MARK)
    {
      if (script == USCRIPT_INHERITED || drops_marks (c))
        return TKB_FOLD_IGNORE;
      return TKB_FOLD_MARK;
    }
  if (!u_isalpha (c) && type != U_LETTER_NUMBER)
    return TKB_FOLD_SEPARATOR;
  switch (script)
    {
    case USCRIPT_LATIN:
      return TKB_FOLD_LATIN;
    case USCRIPT_CYRILLIC:
      return TKB_FOLD_CYRILLIC;
    case USCRIPT_ARABIC:
      return TKB_FOLD_ARABIC;
    default:
      return TKB_FOLD_OTHER + script % TKB_FOLD_N_OTHER;
    }
}

/* Spelling variants that Arabic and Persian writers use for one another. */
static UChar32
fold_arabic (UChar32 c)
{
  switch (c)
    {
    case 0x0622: /* alef with madda */
    case 0x0623: /* alef with hamza above */
    case 0x0625: /* alef with hamza below */
    case 0x0671: /* alef wasla */
      return 0x0627;
    case 0x0649: /* alef maksura */
    case 0x06CC: /* Farsi yeh */
    case 0x0626: /* yeh with hamza */
      return 0x064A;
    case 0x0624: /* waw with hamza */
      return 0x0648;
    case 0x0629: /* teh marbuta */
    case 0x06C1: /* heh goal */
    case 0x06D5: /* ae */
      return 0x0647;
    case 0x06A9: /* keheh */
      return 0x0643;
    default:
      return c;
    }
}

static int
decode (const UChar *text, int length, UChar32 *out)
{
  int i = 0;
  int n = 0;

  while (i < length && n < MAX_EXPANSION)
    {
      UChar32 c;

      U16_NEXT (text, i, length, c);
      out[n++] = c;
    }
  return n;
}

/* Without the marks that a searcher leaves out; the Russian short i keeps its breve, which makes it
 * a letter of its own. */
static int
strip_marks (UChar32 *text, int length)
{
  UChar32 base = 0;
  int     n = 0;

  for (int i = 0; i < length; i++)
    {
      int type = u_charType (text[i]);

      if (type != U_NON_SPACING_MARK)
        base = text[i];
      else if (base == 0x0438 && text[i] == 0x0306)
        {
          text[n - 1] = 0x0439;
          continue;
        }
      else if (base != 0 && drops_marks (base) && text[i] != 0x3099 && text[i] != 0x309A)
        continue;
      text[n++] = text[i];
    }
  return n;
}

static int
is_latin_letter (UChar32 c)
{
  UErrorCode code = U_ZERO_ERROR;

  return c > 0x7F && u_isalpha (c) && uscript_getScript (c, &code) == USCRIPT_LATIN;
}

static int
is_han (UChar32 c)
{
  UErrorCode code = U_ZERO_ERROR;

  return uscript_getScript (c, &code) == USCRIPT_HAN;
}

/* One character of a decomposed form to what is indexed. */
static int
fold_one (UChar32 c, UChar32 *out)
{
  UChar   buffer[64];
  UChar32 decoded[MAX_EXPANSION];
  int     n = 1;

  decoded[0] = c;
  if (u_charType (c) == U_DECIMAL_DIGIT_NUMBER && u_charDigitValue (c) >= 0)
    decoded[0] = '0' + u_charDigitValue (c);
  else if (is_latin_letter (c))
    n = decode (buffer, transliterate (to_ascii, c, buffer, 64), decoded);
  else if (is_han (c))
    n = decode (buffer, transliterate (to_simplified, c, buffer, 64), decoded);
  else
    decoded[0] = fold_arabic (c);
  for (int i = 0; i < n; i++)
    out[i] = decoded[i] == 0x0131 ? 'i' : u_tolower (decoded[i]);
  return n;
}

static int
fold (UChar32 c, UChar32 *out)
{
  UErrorCode code = U_ZERO_ERROR;
  UChar      source[2];
  UChar      a[64];
  UChar      b[64];
  UChar32    text[MAX_EXPANSION];
  UChar32    piece[MAX_EXPANSION];
  int        length = to_utf16 (c, source);
  int        n;
  int        total = 0;

  length = unorm2_normalize (casefold, source, length, a, 64, &code);
  length = unorm2_normalize (decompose, a, length, b, 64, &code);
  must (code, "normalize");
  n = strip_marks (text, decode (b, length, text));
  length = 0;
  for (int i = 0; i < n; i++)
    {
      UBool is_error = 0;

      U16_APPEND (b, length, 64, text[i], is_error);
      if (is_error)
        exit (1);
    }
  length = unorm2_normalize (compose, b, length, a, 64, &code);
  must (code, "compose");
  n = decode (a, length, text);
  for (int i = 0; i < n; i++)
    {
      int m = fold_one (text[i], piece);

      for (int j = 0; j < m && total < MAX_EXPANSION; j++)
        out[total++] = piece[j];
    }
  return total;
}

static uint32_t
make_entry (UChar32 c)
{
  UChar32 folded[MAX_EXPANSION];
  int     n;

  if (U_IS_SURROGATE (c) || u_charType (c) == U_UNASSIGNED || u_charType (c) == U_PRIVATE_USE_CHAR)
    return TKB_FOLD_ENTRY (0, TKB_FOLD_SEPARATOR);
  if (classify (c) == TKB_FOLD_IGNORE || c == 0x0640)
    return TKB_FOLD_ENTRY (0, TKB_FOLD_IGNORE);
  n = fold (c, folded);
  if (n == 0) /* soft hyphen, joiners, marks */
    return TKB_FOLD_ENTRY (0, TKB_FOLD_IGNORE);
  if (n == 1)
    return TKB_FOLD_ENTRY ((folded[0] - c) & 0x1FFFFF, classify (folded[0]));
  if (n_expansions + n + 1 >= 65536)
    exit (1);
  expansions[n_expansions] = n;
  for (int i = 0; i < n; i++)
    expansions[n_expansions + 1 + i] = TKB_FOLD_ENTRY (folded[i], classify (folded[i]));
  n_expansions += n + 1;
  return TKB_FOLD_EXPANDS | (n_expansions - n - 1);
}

static void
write_numbers (FILE *out, const char *type, const char *name, const uint32_t *numbers, unsigned n)
{
  fprintf (out, "const %s %s[%u] = {", type, name, n);
  for (unsigned i = 0; i < n; i++)
    fprintf (out, "%s%u,", i % 16 == 0 ? "\n" : "", numbers[i]);
  fprintf (out, "\n};\n");
}

static uint64_t
write_fold (FILE *out)
{
  static uint32_t index[N_BLOCKS];
  static uint32_t blocks[N_BLOCKS][BLOCK];
  unsigned        n = 0;
  uint64_t        digest = 14695981039346656037u;

  for (UChar32 c = 0; c < 0x110000; c++)
    entries[c] = make_entry (c);
  for (unsigned b = 0; b < N_BLOCKS; b++)
    {
      unsigned found = 0;

      while (found < n && memcmp (blocks[found], &entries[b * BLOCK], sizeof blocks[0]) != 0)
        found++;
      if (found == n)
        memcpy (blocks[n++], &entries[b * BLOCK], sizeof blocks[0]);
      index[b] = found;
    }
  for (UChar32 c = 0; c < 0x110000; c++)
    digest = (digest ^ entries[c]) * 1099511628211u;
  for (unsigned i = 0; i < n_expansions; i++)
    digest = (digest ^ expansions[i]) * 1099511628211u;
  write_numbers (out, "guint16", "tkb_fold_index", index, N_BLOCKS);
  write_numbers (out, "guint32", "tkb_fold_blocks", blocks[0], n * BLOCK);
  write_numbers (out, "guint32", "tkb_fold_expansions", expansions, n_expansions);
  return digest;
}

/* Readings that ICU gives second to a rarer one. */
static const struct
{
  UChar32     character;
  const char *reading;
} usual_readings[] = {
  { 0x957F, "chang" }, { 0x91CD, "zhong" }, { 0x884C, "xing" }, { 0x8C03, "diao" },
  { 0x7387, "lu" },    { 0x90FD, "du" },    { 0x85CF, "cang" }, { 0x4F20, "chuan" },
  { 0x53C2, "can" },   { 0x5355, "dan" },   { 0x7CFB, "xi" },   { 0x7684, "de" },
  { 0x53A6, "xia" },   { 0x4E50, "le" },    { 0x89E3, "jie" },  { 0x4FBF, "bian" },
  { 0x79CD, "zhong" }, { 0x7701, "sheng" }, { 0x4F1A, "hui" },  { 0x6570, "shu" },
};

static void
read_pinyin (UChar32 c, char *out, size_t size)
{
  UChar  buffer[64];
  int    n = transliterate (to_pinyin, c, buffer, 64);
  size_t m = 0;

  for (size_t i = 0; i < sizeof usual_readings / sizeof usual_readings[0]; i++)
    if (usual_readings[i].character == c)
      {
        snprintf (out, size, "%s", usual_readings[i].reading);
        return;
      }
  for (int i = 0; i < n && m + 1 < size; i++)
    if (buffer[i] >= 'a' && buffer[i] <= 'z')
      out[m++] = (char) buffer[i];
    else if (buffer[i] > 0x7F)
      {
        m = 0; /* no reading known */
        break;
      }
  out[m] = '\0';
}

static void
write_pinyin (FILE *out)
{
  static char     syllables[1024][8];
  static uint32_t of[TKB_PINYIN_LAST - TKB_PINYIN_FIRST + 1];
  unsigned        n = 1; /* 0: none */

  for (UChar32 c = TKB_PINYIN_FIRST; c <= TKB_PINYIN_LAST; c++)
    {
      char     reading[8];
      unsigned found = 1;

      read_pinyin (c, reading, sizeof reading);
      if (reading[0] == '\0')
        continue;
      while (found < n && strcmp (syllables[found], reading) != 0)
        found++;
      if (found == n && n < 1024)
        memcpy (syllables[n++], reading, sizeof reading);
      of[c - TKB_PINYIN_FIRST] = found;
    }
  write_numbers (out, "guint16", "tkb_pinyin_of", of, TKB_PINYIN_LAST - TKB_PINYIN_FIRST + 1);
  fprintf (out, "const guint tkb_pinyin_n_syllables = %u;\n", n);
  fprintf (out, "const char tkb_pinyin_syllables[%u][8] = {\n", n);
  for (unsigned i = 0; i < n; i++)
    fprintf (out, "\"%s\",\n", syllables[i]);
  fprintf (out, "};\n");
}

int
main (int argc, char **argv)
{
  UErrorCode code = U_ZERO_ERROR;
  FILE      *out;
  uint64_t   digest;

  if (argc != 2 || (out = fopen (argv[1], "w")) == NULL)
    {
      fprintf (stderr, "usage: tkb-fold-generate OUTPUT.c\n");
      return 2;
    }
  casefold = unorm2_getNFKCCasefoldInstance (&code);
  decompose = unorm2_getNFDInstance (&code);
  compose = unorm2_getNFCInstance (&code);
  must (code, "normalizers");
  to_simplified = open_transliterator ("Traditional-Simplified");
  to_ascii = open_transliterator ("Latin-ASCII");
  to_pinyin = open_transliterator ("Han-Latin; Latin-ASCII; Lower");
  fprintf (out, "/* made by tkb-fold-generate with ICU %s */\n", U_ICU_VERSION);
  fprintf (out, "#include \"tkb-fold.h\"\n");
  digest = write_fold (out);
  write_pinyin (out);
  fprintf (out, "const guint64 tkb_fold_digest = %lluu;\n", (unsigned long long) digest);
  utrans_close (to_simplified);
  utrans_close (to_ascii);
  utrans_close (to_pinyin);
  return fclose (out) == 0 ? 0 : 1;
}
