/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Patent numbers and classification symbols in running text, brought to one normal form. Written
 * after WIPO ST.3 (office codes), ST.6 (numbering), ST.16 (kind codes) and the layout of IPC and
 * CPC symbols (ST.8). */
#include "config.h"

#include "tkb-tokenizer.h"

#include <string.h>

/* digits that a number needs to be one: fewer stand in too many sentences */
#define MIN_DIGITS 5
#define MAX_DIGITS 16
/* a group of so many digits is a whole number: what follows a space is something else */
#define WHOLE_GROUP 6
/* characters of a number in other forms than ASCII; and bytes before its first one */
#define MAX_FOLDED 64
#define MAX_BEFORE_FOLDED 6

/* ST.3 codes of offices that publish, in order; ZL is China's mark of a granted patent. */
static const char offices[][3] = {
  "AE", "AL", "AM", "AP", "AR", "AT", "AU", "AZ", "BA", "BD", "BE", "BG", "BH", "BN", "BO",
  "BR", "BX", "BY", "CA", "CH", "CL", "CN", "CO", "CR", "CS", "CU", "CY", "CZ", "DD", "DE",
  "DK", "DO", "DZ", "EA", "EC", "EE", "EG", "EM", "EP", "ES", "FI", "FR", "GB", "GC", "GE",
  "GR", "GT", "HK", "HN", "HR", "HU", "ID", "IE", "IL", "IN", "IQ", "IR", "IS", "IT", "JO",
  "JP", "KE", "KG", "KH", "KR", "KW", "KZ", "LA", "LB", "LK", "LT", "LU", "LV", "MA", "MC",
  "MD", "ME", "MK", "MN", "MO", "MT", "MW", "MX", "MY", "NG", "NI", "NL", "NO", "NZ", "OA",
  "OM", "PA", "PE", "PH", "PK", "PL", "PT", "PY", "QA", "RO", "RS", "RU", "RW", "SA", "SD",
  "SE", "SG", "SI", "SK", "SM", "SU", "SV", "SY", "TH", "TJ", "TM", "TN", "TR", "TT", "TW",
  "TZ", "UA", "UG", "US", "UY", "UZ", "VE", "VN", "WO", "XN", "YU", "ZA", "ZL", "ZM", "ZW",
};

typedef struct
{
  const char *text;
  gsize       length;
  gsize       at;
} Reader;

/* The character offset bytes on; NUL at the end and for anything that is not ASCII. */
static char
peek (const Reader *reader, gsize offset)
{
  gsize at = reader->at + offset;

  return at < reader->length && (guint8) reader->text[at] < 0x80 ? reader->text[at] : '\0';
}

/* Bytes of the space at reader: plain, no-break, thin or narrow no-break; 0: none. */
static gsize
space_length (const Reader *reader)
{
  const char *p = reader->text + reader->at;
  gsize       left = reader->length - reader->at;

  if (left >= 1 && *p == ' ')
    return 1;
  if (left >= 2 && memcmp (p, "\xC2\xA0", 2) == 0)
    return 2;
  if (left >= 3 && (memcmp (p, "\xE2\x80\xAF", 3) == 0 || memcmp (p, "\xE2\x80\x89", 3) == 0))
    return 3;
  return 0;
}

static gboolean
ends_word (const Reader *reader, gsize offset)
{
  gsize at = reader->at + offset;

  return at >= reader->length || !g_ascii_isalnum (reader->text[at]);
}

static gboolean
is_office (const char *code)
{
  gsize low = 0;
  gsize high = G_N_ELEMENTS (offices);

  while (low < high)
    {
      gsize middle = (low + high) / 2;
      int   order = memcmp (code, offices[middle], 2);

      if (order == 0)
        return TRUE;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return FALSE;
}

static void
add (char *out, char c)
{
  gsize n = strlen (out);

  if (n + 1 < TKB_SYMBOL_MAX_BYTES)
    {
      out[n] = g_ascii_tolower (c);
      out[n + 1] = '\0';
    }
}

static gboolean
read_office (Reader *reader, char *out)
{
  char code[2] = { g_ascii_toupper (peek (reader, 0)), g_ascii_toupper (peek (reader, 1)) };

  if (code[0] == 'P' && code[1] == 'C' && g_ascii_toupper (peek (reader, 2)) == 'T' &&
      peek (reader, 3) == '/')
    {
      g_strlcpy (out, "pct", TKB_SYMBOL_MAX_BYTES);
      reader->at += 4;
      code[0] = g_ascii_toupper (peek (reader, 0));
      code[1] = g_ascii_toupper (peek (reader, 1));
    }
  if (!is_office (code))
    return FALSE;
  reader->at += 2;
  if (memcmp (code, "ZL", 2) == 0)
    memcpy (code, "CN", 2);
  add (out, code[0]);
  add (out, code[1]);
  return TRUE;
}

/* Between the office and the number: a space, a hyphen, a stop, a stroke; then the letter of a
 * Japanese era or of a kind of right, if one stands before the first digit. */
static gboolean
read_gap (Reader *reader, char *out)
{
  gsize space = space_length (reader);

  if (space > 0)
    reader->at += space;
  else if (peek (reader, 0) != '\0' && strchr ("-./", peek (reader, 0)) != NULL)
    reader->at++;
  if (peek (reader, 0) != '\0' && strchr ("HSRDP", peek (reader, 0)) != NULL &&
      g_ascii_isdigit (peek (reader, 1)))
    {
      add (out, peek (reader, 0));
      reader->at++;
    }
  return g_ascii_isdigit (peek (reader, 0));
}

static gboolean
read_digits (Reader *reader, char *out)
{
  guint total = 0;
  guint group = 0;

  for (;;)
    {
      gsize skip = 0;
      char  c = peek (reader, 0);

      if (g_ascii_isdigit (c))
        {
          if (++total > MAX_DIGITS)
            return FALSE;
          group++;
          add (out, c);
          reader->at++;
          continue;
        }
      if (c != '\0' && strchr ("-/,.", c) != NULL)
        skip = 1;
      else if (group < WHOLE_GROUP)
        skip = space_length (reader);
      if (skip == 0 || !g_ascii_isdigit (peek (reader, skip)))
        break;
      reader->at += skip;
      group = 0;
    }
  return total >= MIN_DIGITS;
}

/* A kind code (A, A1, B2, U …) right behind the number or behind one space, where it cannot be an
 * article; or the check letter of a Chinese application number. */
static void
read_kind_code (Reader *reader, char *out)
{
  gsize  space = space_length (reader);
  Reader ahead = *reader;
  char   letter;

  if (peek (reader, 0) == '.' && g_ascii_toupper (peek (reader, 1)) == 'X' && ends_word (reader, 2))
    {
      add (out, 'x');
      reader->at += 2;
      return;
    }
  ahead.at += space;
  letter = peek (&ahead, 0);
  if (space > 0 ? !g_ascii_isupper (letter) : !g_ascii_isalpha (letter))
    return;
  if (g_ascii_isdigit (peek (&ahead, 1)) && ends_word (&ahead, 2))
    {
      add (out, letter);
      add (out, peek (&ahead, 1));
      reader->at = ahead.at + 2;
    }
  else if (ends_word (&ahead, 1))
    {
      Reader behind = { ahead.text, ahead.length, ahead.at + 1 };

      if (space > 0 && space_length (&behind) > 0)
        return; /* "WO 2019/123456 A method …" */
      add (out, letter);
      reader->at = ahead.at + 1;
    }
}

static gboolean
scan_number (const char *text, gsize length, TkbSymbol *symbol)
{
  Reader reader = { text, length, 0 };

  if (!read_office (&reader, symbol->full) || !read_gap (&reader, symbol->full) ||
      !read_digits (&reader, symbol->full))
    return FALSE;
  memcpy (symbol->main, symbol->full, sizeof symbol->main);
  read_kind_code (&reader, symbol->full);
  if (!ends_word (&reader, 0))
    return FALSE;
  symbol->length_bytes = reader.at;
  symbol->is_classification = FALSE;
  return TRUE;
}

/* Section, class and subclass, the spaces and zeros behind them, and the digits of a main group.
 * Returns those digits. */
static guint
read_main_group (Reader *reader, TkbSymbol *symbol)
{
  char  section = g_ascii_toupper (peek (reader, 0));
  guint digits = 0;

  if (!((section >= 'A' && section <= 'H') || section == 'Y') ||
      !g_ascii_isdigit (peek (reader, 1)) || !g_ascii_isdigit (peek (reader, 2)) ||
      !g_ascii_isalpha (peek (reader, 3)))
    return 0;
  for (; reader->at < 4; reader->at++)
    add (symbol->main, reader->text[reader->at]);
  memcpy (symbol->full, symbol->main, sizeof symbol->full);
  for (guint spaces = 0; spaces < 3 && space_length (reader) > 0; spaces++)
    reader->at += space_length (reader);
  while (peek (reader, 0) == '0')
    reader->at++;
  for (; g_ascii_isdigit (peek (reader, 0)); reader->at++, digits++)
    add (symbol->full, peek (reader, 0));
  return digits;
}

static guint
read_subgroup (Reader *reader, TkbSymbol *symbol)
{
  guint digits = 0;

  add (symbol->full, '/');
  reader->at++;
  for (; g_ascii_isdigit (peek (reader, 0)); reader->at++, digits++)
    add (symbol->full, peek (reader, 0));
  return digits;
}

/* A61K 31/13 */
static gboolean
scan_classification (const char *text, gsize length, TkbSymbol *symbol)
{
  Reader reader = { text, length, 0 };
  guint  digits = read_main_group (&reader, symbol);

  if (digits == 0 || digits > 4 || peek (&reader, 0) != '/')
    return FALSE;
  digits = read_subgroup (&reader, symbol);
  if (digits < 2 || digits > 6 || !ends_word (&reader, 0))
    return FALSE;
  symbol->length_bytes = reader.at;
  symbol->is_classification = TRUE;
  return TRUE;
}

/* A61K 31, A61K 31/, A61K 31/1; not what could be a year behind a subclass. */
static gboolean
scan_part (const char *text, gsize length, TkbSymbol *symbol)
{
  Reader reader = { text, length, 0 };
  guint  digits = read_main_group (&reader, symbol);

  if (digits == 0 || digits > 4)
    return FALSE;
  if (peek (&reader, 0) == '/')
    {
      if (read_subgroup (&reader, symbol) > 1)
        return FALSE;
    }
  else if (digits == 4 &&
           (memcmp (symbol->full + 4, "19", 2) == 0 || memcmp (symbol->full + 4, "20", 2) == 0))
    return FALSE;
  if (!ends_word (&reader, 0))
    return FALSE;
  symbol->length_bytes = reader.at;
  symbol->is_classification = TRUE;
  symbol->is_part = TRUE;
  return TRUE;
}

/* ---- other forms than ASCII ---- */

/* NUL: none; what is only there for the direction of writing is U+200E, U+200F, U+061C. */
static char
to_ascii (gunichar c)
{
  if (c < 0x80)
    return (char) c;
  if (c >= 0xFF01 && c <= 0xFF5E) /* full-width */
    return (char) (c - 0xFEE0);
  if (c == 0x00A0 || c == 0x2009 || c == 0x202F || c == 0x3000)
    return ' ';
  if (c == 0x066B || c == 0x066C) /* between groups of Arabic digits */
    return ',';
  return g_unichar_isdigit (c) ? (char) ('0' + g_unichar_digit_value (c)) : '\0';
}

static gboolean
has_other_forms (const char *text, gsize length)
{
  for (gsize i = 0; i < length && i < MAX_BEFORE_FOLDED; i++)
    if ((guint8) text[i] >= 0x80)
      return TRUE;
  return FALSE;
}

/* ends: of each character of out, in bytes of text. Returns the characters of out. */
static gsize
fold_to_ascii (const char *text, gsize length, char out[MAX_FOLDED], gsize ends[MAX_FOLDED])
{
  gsize at = 0;
  gsize n = 0;

  while (at < length && n < MAX_FOLDED)
    {
      gunichar c = g_utf8_get_char_validated (text + at, length - at);

      if (c > 0x10FFFF)
        break;
      at += g_utf8_skip[(guint8) text[at]];
      if (c == 0x200E || c == 0x200F || c == 0x061C)
        continue;
      out[n] = to_ascii (c);
      if (out[n] == '\0')
        break;
      ends[n++] = at;
    }
  return n;
}

typedef gboolean (*Scan) (const char *text, gsize length, TkbSymbol *symbol);

static gboolean
scan_whole (const char *text, gsize length, TkbSymbol *symbol)
{
  if (scan_number (text, length, symbol))
    return TRUE;
  memset (symbol, 0, sizeof *symbol);
  return scan_classification (text, length, symbol);
}

static gboolean
scan (const char *text, gsize length, Scan with, TkbSymbol *out_symbol)
{
  TkbSymbol symbol = { 0 };
  char      folded[MAX_FOLDED];
  gsize     ends[MAX_FOLDED];

  if (!with (text, length, &symbol))
    {
      memset (&symbol, 0, sizeof symbol);
      if (!has_other_forms (text, length) ||
          !with (folded, fold_to_ascii (text, length, folded, ends), &symbol))
        return FALSE;
      symbol.length_bytes = ends[symbol.length_bytes - 1];
    }
  *out_symbol = symbol;
  return TRUE;
}

/**
 * tkb_symbol_scan:
 * @text: UTF-8, at the start of a word
 * @length: bytes of @text
 * @out_symbol: (out): the normal form; untouched if there is none
 *
 * The forms in which numbers are printed differ in their spaces, commas, strokes and kind codes;
 * the normal form is lower case without any of them, with the kind code at the end. Full-width
 * characters and the digits of other scripts are read like ASCII.
 *
 * Returns: whether a patent number or a classification symbol begins at @text
 */
gboolean
tkb_symbol_scan (const char *text, gsize length, TkbSymbol *out_symbol)
{
  return scan (text, length, scan_whole, out_symbol);
}

/**
 * tkb_symbol_scan_typed:
 * @text: UTF-8, at the start of a word of a query
 * @length: bytes of @text
 * @out_symbol: (out): the normal form, of which `is_part` says whether it goes on; untouched if
 *   there is none
 *
 * Returns: whether a patent number, a classification symbol or the beginning of one with a main
 * group begins at @text
 */
gboolean
tkb_symbol_scan_typed (const char *text, gsize length, TkbSymbol *out_symbol)
{
  return tkb_symbol_scan (text, length, out_symbol) || scan (text, length, scan_part, out_symbol);
}
