/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-pinyin.h"

#include <string.h>

#include "tkb-fold.h"
#include "tkb-index-private.h"

/* letters of a typed query that are looked at */
#define MAX_QUERY 24
#define MAX_SYLLABLE 6 /* zhuang */

/* Common words in which a character is not read as usual. Simplified; the first that fits. */
static const struct
{
  const char *word;
  const char *readings[3];
} exceptions[] = {
  { "重庆", { "chong", "qing" } },  { "重新", { "chong", "xin" } },
  { "重复", { "chong", "fu" } },    { "银行", { "yin", "hang" } },
  { "行业", { "hang", "ye" } },     { "央行", { "yang", "hang" } },
  { "增长", { "zeng", "zhang" } },  { "成长", { "cheng", "zhang" } },
  { "省长", { "sheng", "zhang" } }, { "市长", { "shi", "zhang" } },
  { "院长", { "yuan", "zhang" } },  { "校长", { "xiao", "zhang" } },
  { "局长", { "ju", "zhang" } },    { "生长", { "sheng", "zhang" } },
  { "西藏", { "xi", "zang" } },     { "音乐", { "yin", "yue" } },
  { "会计", { "kuai", "ji" } },     { "供给", { "gong", "ji" } },
  { "协调", { "xie", "tiao" } },    { "调整", { "tiao", "zheng" } },
  { "调解", { "tiao", "jie" } },    { "朝阳", { "chao", "yang" } },
  { "种植", { "zhong", "zhi" } },   { "效率", { "xiao", "lu" } },
  { "自传", { "zi", "zhuan" } },    { "校准", { "jiao", "zhun" } },
};

typedef struct
{
  guint       start, end; /* bytes in the source */
  const char *reading;    /* (unowned) static */
} Sound;

/* The readable characters of text; an entry without a reading stands for whatever lies between. */
static GArray *
read_sounds (const char *text)
{
  GArray *sounds = g_array_new (FALSE, TRUE, sizeof (Sound));
  g_autoptr (GString) folded = g_string_new (NULL);
  const char *p = text;

  for (; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      guint32  entry = c <= 0x10FFFF ? tkb_fold_lookup (c) : 0;
      Sound    sound = { p - text, g_utf8_next_char (p) - text, NULL };

      c = (entry & TKB_FOLD_EXPANDS) != 0 ? 0 : TKB_FOLD_CODE_POINT (entry);
      if (c >= TKB_PINYIN_FIRST && c <= TKB_PINYIN_LAST && tkb_pinyin_of[c - TKB_PINYIN_FIRST] != 0)
        sound.reading = tkb_pinyin_syllables[tkb_pinyin_of[c - TKB_PINYIN_FIRST]];
      else if (sounds->len > 0 && g_array_index (sounds, Sound, sounds->len - 1).reading == NULL)
        continue;
      else
        c = ' ';
      g_array_append_val (sounds, sound);
      g_string_append_unichar (folded, c);
    }
  for (guint i = 0; i < G_N_ELEMENTS (exceptions); i++)
    for (const char *hit = folded->str; (hit = strstr (hit, exceptions[i].word)) != NULL; hit++)
      {
        guint at = g_utf8_pointer_to_offset (folded->str, hit);

        for (guint j = 0; exceptions[i].readings[j] != NULL; j++)
          g_array_index (sounds, Sound, at + j).reading = exceptions[i].readings[j];
      }
  return sounds;
}

static void
begin_token (GString *out)
{
  if (out->len > 0)
    g_string_append_c (out, TKB_INDEX_TOKEN_SEPARATOR);
}

/**
 * tkb_pinyin_append:
 * @out: tokens so far
 * @text: a title in UTF-8
 *
 * From each ideograph on: up to %TKB_PINYIN_MAX_SYLLABLES syllables joined, and up to
 * %TKB_PINYIN_MAX_INITIALS initials. Shorter ones are found as prefixes of these.
 */
void
tkb_pinyin_append (GString *out, const char *text)
{
  g_autoptr (GArray) sounds = read_sounds (text);

  for (guint i = 0; i < sounds->len; i++)
    {
      guint n = 0;

      while (i + n < sounds->len && n < TKB_PINYIN_MAX_INITIALS &&
             g_array_index (sounds, Sound, i + n).reading != NULL)
        n++;
      if (n == 0)
        continue;
      begin_token (out);
      for (guint j = 0; j < MIN (n, TKB_PINYIN_MAX_SYLLABLES); j++)
        g_string_append (out, g_array_index (sounds, Sound, i + j).reading);
      if (n < 2)
        continue;
      begin_token (out);
      g_string_append_c (out, TKB_PINYIN_INITIALS_MARK);
      for (guint j = 0; j < n; j++)
        g_string_append_c (out, g_array_index (sounds, Sound, i + j).reading[0]);
    }
}

static gboolean
is_syllable (const char *text, gsize length, gboolean is_prefix)
{
  for (guint i = 1; i < tkb_pinyin_n_syllables; i++)
    if (strncmp (tkb_pinyin_syllables[i], text, length) == 0 &&
        (is_prefix || tkb_pinyin_syllables[i][length] == '\0'))
      return TRUE;
  return FALSE;
}

/* Cuts letters into syllables, the last perhaps unfinished; the longest first syllable that lets
 * the rest be cut. Returns how many letters the first TKB_PINYIN_MAX_SYLLABLES take, 0: no way. */
static gsize
cut_syllables (const char *letters, gsize length)
{
  guint8 ends_at[MAX_QUERY + 1] = { 0 }; /* where the syllable that begins here ends; 0: no way */
  gsize  at = 0;

  for (gssize i = (gssize) length - 1; i >= 0; i--)
    {
      if (length - i <= MAX_SYLLABLE && is_syllable (letters + i, length - i, TRUE))
        ends_at[i] = length;
      for (gsize n = 1; n <= MAX_SYLLABLE && i + n < length; n++)
        if (ends_at[i + n] != 0 && is_syllable (letters + i, n, FALSE) &&
            (ends_at[i] < length || !is_syllable (letters + i, length - i, FALSE)))
          ends_at[i] = i + n;
    }
  if (length == 0 || ends_at[0] == 0)
    return 0;
  for (guint i = 0; i < TKB_PINYIN_MAX_SYLLABLES && at < length; i++)
    at = ends_at[at];
  return at;
}

/**
 * tkb_pinyin_parse:
 * @text: what was typed
 * @out_query: (out caller-allocates): what to look for; untouched if it is not pinyin
 *
 * Returns: whether @text can be pinyin: joined syllables, or at least two initials
 */
gboolean
tkb_pinyin_parse (const char *text, TkbPinyinQuery *out_query)
{
  TkbPinyinQuery query = { 0 };
  char           letters[MAX_QUERY + 1];
  gsize          n = 0;
  gsize          taken;

  for (; *text != '\0'; text++)
    {
      char c = g_ascii_tolower (*text);

      if (c == ' ' || c == '\'')
        continue;
      if (!g_ascii_isalpha (c) || n == MAX_QUERY)
        return FALSE;
      letters[n++] = c == 'v' ? 'u' : c;
    }
  letters[n] = '\0';
  taken = n >= 3 ? cut_syllables (letters, n) : 0;
  memcpy (query.syllables, letters, taken);
  if (n >= 2 && n <= TKB_PINYIN_MAX_INITIALS && strpbrk (letters, "iu") == NULL)
    {
      query.initials[0] = TKB_PINYIN_INITIALS_MARK;
      memcpy (query.initials + 1, letters, n);
    }
  if (query.syllables[0] == '\0' && query.initials[0] == '\0')
    return FALSE;
  *out_query = query;
  return TRUE;
}

/* How many sounds from index on the query covers; 0: it does not fit. */
static guint
fit (const TkbPinyinQuery *query, GArray *sounds, guint index)
{
  const char *left = query->syllables;
  guint       n = 0;

  for (; *left != '\0' && index + n < sounds->len; n++)
    {
      const char *reading = g_array_index (sounds, Sound, index + n).reading;
      gsize       length = reading != NULL ? strlen (reading) : 0;

      if (reading == NULL)
        break;
      if (strncmp (left, reading, length) == 0)
        left += length;
      else if (strncmp (left, reading, strlen (left)) == 0)
        return n + 1;
      else
        break;
    }
  if (query->syllables[0] != '\0' && *left == '\0')
    return n;
  if (query->initials[0] == '\0')
    return 0;
  for (n = 0; query->initials[n + 1] != '\0'; n++)
    if (index + n >= sounds->len || g_array_index (sounds, Sound, index + n).reading == NULL ||
        g_array_index (sounds, Sound, index + n).reading[0] != query->initials[n + 1])
      return 0;
  return n;
}

void
tkb_pinyin_match (const TkbPinyinQuery *query,
                  const char           *text,
                  TkbPinyinMatchFunc    function,
                  gpointer              user_data)
{
  g_autoptr (GArray) sounds = read_sounds (text);

  for (guint i = 0; i < sounds->len;)
    {
      guint n = fit (query, sounds, i);

      if (n > 0)
        function (g_array_index (sounds, Sound, i).start,
                  g_array_index (sounds, Sound, i + n - 1).end, user_data);
      i += MAX (n, 1);
    }
}
