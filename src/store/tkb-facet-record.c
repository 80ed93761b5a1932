/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-facet-record.h"

#include <math.h>
#include <string.h>

#include "tkb-json.h"

/* layout: modified_s, tie (4 bytes each), digest (8), all little-endian, length (1), flags (1),
 * then the difference of each number to the one before, seven bits a byte, the highest set but in
 * the last */
#define HEAD_BYTES 18

static guint32
parse_seconds (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *padded = NULL;

  if (text == NULL)
    return 0;
  if (strlen (text) <= 10) /* a date: YYYY, YYYY-MM, YYYY-MM-DD */
    padded = g_strdup_printf ("%s%sT00:00:00Z", text,
                              strlen (text) == 4   ? "-01-01"
                              : strlen (text) == 7 ? "-01"
                                                   : "");
  time = g_date_time_new_from_iso8601 (padded != NULL ? padded : text, utc);
  return time != NULL ? (guint32) CLAMP (g_date_time_to_unix (time), 0, G_MAXUINT32) : 0;
}

static guint32
hash_id (const char *id)
{
  guint32 hash = 2166136261u;

  for (; *id != '\0'; id++)
    hash = (hash ^ (guint8) *id) * 16777619u;
  return hash;
}

void
tkb_facet_record_init (TkbFacetRecord *self, TkbDocument *document)
{
  JsonObject *attachments = tkb_json_get_object (tkb_document_get_body (document), "_attachments");
  const char *state = tkb_document_get_string (document, "state");

  memset (self, 0, sizeof *self);
  self->modified_s = parse_seconds (tkb_document_get_string (document, "modified"));
  if (self->modified_s == 0)
    self->modified_s = parse_seconds (tkb_document_get_string (document, "created"));
  self->tie = hash_id (tkb_document_get_id (document));
  if (g_strcmp0 (state, "published") == 0)
    self->flags |= TKB_FACET_PUBLISHED;
  if (attachments != NULL && json_object_get_size (attachments) > 0)
    self->flags |= TKB_FACET_ATTACHMENT;
}

guint8
tkb_facet_length_code (gsize bytes)
{
  guint8 code = 0;
  gsize  step = 64;

  /* whole numbers only: the same on every machine */
  while (bytes > step && code < 250)
    {
      gsize quarter = step / 4;

      for (guint i = 0; i < 4 && bytes > step; i++, code++)
        step += quarter;
    }
  return code;
}

static void
append_le (GByteArray *out, guint64 value, guint n_bytes)
{
  for (guint i = 0; i < n_bytes; i++, value >>= 8)
    g_byte_array_append (out, &(guint8){ value & 0xFF }, 1);
}

static guint64
read_le (const guint8 *data, guint n_bytes)
{
  guint64 value = 0;

  for (guint i = n_bytes; i > 0; i--)
    value = value << 8 | data[i - 1];
  return value;
}

GByteArray *
tkb_facet_record_pack (const TkbFacetRecord *self, GArray *codes)
{
  GByteArray *out = g_byte_array_sized_new (HEAD_BYTES + codes->len * 2);
  guint32     before = 0;

  append_le (out, self->modified_s, 4);
  append_le (out, self->tie, 4);
  append_le (out, self->digest, 8);
  append_le (out, self->length, 1);
  append_le (out, self->flags, 1);
  for (guint i = 0; i < codes->len; i++)
    {
      guint32 left = g_array_index (codes, guint32, i) - before;

      before = g_array_index (codes, guint32, i);
      for (; left >= 0x80; left >>= 7)
        append_le (out, (left & 0x7F) | 0x80, 1);
      append_le (out, left, 1);
    }
  return out;
}

gboolean
tkb_facet_record_unpack (TkbFacetRecord *self,
                         GArray         *codes,
                         const guint8   *data,
                         gsize           length_bytes)
{
  guint32 number = 0;
  guint32 difference = 0;
  guint   shift = 0;

  if (length_bytes < HEAD_BYTES)
    return FALSE;
  self->modified_s = read_le (data, 4);
  self->tie = read_le (data + 4, 4);
  self->digest = read_le (data + 8, 8);
  self->length = data[16];
  self->flags = data[17];
  for (gsize i = HEAD_BYTES; i < length_bytes; i++)
    {
      if (shift > 28)
        return FALSE;
      difference |= (guint32) (data[i] & 0x7F) << shift;
      shift += 7;
      if ((data[i] & 0x80) != 0)
        continue;
      number += difference;
      g_array_append_val (codes, number);
      difference = shift = 0;
    }
  return shift == 0;
}
