/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-rev-id.h"

#include "tkb-json.h"
#include "tkb-limits.h"

#include <string.h>

/* Generations are counted in 31 bits, so that sums of two never wrap around. */
#define MAX_GENERATION G_MAXINT32
#define DIGEST_HEX_DIGITS 32

/**
 * tkb_rev_id_parse:
 * @rev: (nullable): any text
 * @out_generation: (out) (optional): 1 or more
 * @out_digest: (out) (optional) (transfer none): points into @rev
 *
 * Takes a revision id apart: a generation without leading zeros, a dash, and 1 to
 * %TKB_MAX_REV_DIGEST_BYTES visible ASCII characters without comma, quote and backslash (foreign
 * peers write other digests than ours).
 *
 * Returns: whether @rev is a revision id
 */
gboolean
tkb_rev_id_parse (const char *rev, guint *out_generation, const char **out_digest)
{
  guint64     generation = 0;
  const char *at = rev;
  const char *digest;

  if (rev == NULL || *rev == '0')
    return FALSE;
  for (; g_ascii_isdigit (*at); at++)
    {
      generation = generation * 10 + (guint64) (*at - '0');
      if (generation > MAX_GENERATION)
        return FALSE;
    }
  if (at == rev || *at != '-')
    return FALSE;

  digest = ++at;
  for (; *at != '\0'; at++)
    if (!g_ascii_isgraph (*at) || *at == ',' || *at == '"' || *at == '\\' ||
        at - digest >= TKB_MAX_REV_DIGEST_BYTES)
      return FALSE;
  if (at == digest)
    return FALSE;

  if (out_generation != NULL)
    *out_generation = (guint) generation;
  if (out_digest != NULL)
    *out_digest = digest;
  return TRUE;
}

/**
 * tkb_rev_id_is_valid:
 * @rev: (nullable): any text
 */
gboolean
tkb_rev_id_is_valid (const char *rev)
{
  return tkb_rev_id_parse (rev, NULL, NULL);
}

/**
 * tkb_rev_id_get_generation:
 * @rev: (nullable): any text
 *
 * Returns: the number before the dash; 0 where @rev is not a revision id
 */
guint
tkb_rev_id_get_generation (const char *rev)
{
  guint generation = 0;

  tkb_rev_id_parse (rev, &generation, NULL);
  return generation;
}

/**
 * tkb_rev_id_compare:
 *
 * The order that picks the winner: by generation, then by the bytes of the digest. What is not a
 * revision id comes before all that are.
 *
 * Returns: less than, equal to or greater than 0, as strcmp ()
 */
int
tkb_rev_id_compare (const char *a, const char *b)
{
  guint       a_generation = 0, b_generation = 0;
  const char *a_digest = a, *b_digest = b;

  tkb_rev_id_parse (a, &a_generation, &a_digest);
  tkb_rev_id_parse (b, &b_generation, &b_digest);
  if (a_generation != b_generation)
    return a_generation < b_generation ? -1 : 1;
  return g_strcmp0 (a_digest, b_digest);
}

static void
append_attachment_digests (GString *out, JsonObject *body)
{
  JsonObject *attachments = tkb_json_get_object (body, "_attachments");
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) digests = json_object_new ();
  g_autoptr (GList) names = attachments != NULL ? json_object_get_members (attachments) : NULL;
  g_autofree char *text = NULL;

  for (GList *link = names; link != NULL; link = link->next)
    {
      JsonObject *attachment = tkb_json_get_object (attachments, link->data);
      const char *digest =
          attachment != NULL ? tkb_json_get_string (attachment, "digest", NULL) : NULL;

      if (digest != NULL)
        json_object_set_string_member (digests, link->data, digest);
      else
        json_object_set_null_member (digests, link->data);
    }
  text = tkb_json_object_to_canonical (digests, NULL);
  g_string_append (out, text);
}

/**
 * tkb_rev_id_compute:
 * @body: fields of the document; members with a leading underscore do not count, but for the
 *   digests in `_attachments`, which must stand there already
 * @parent_rev: (nullable): the revision that was edited; %NULL for the first one
 *
 * The deterministic id of an edit: the first 32 hexadecimal digits of SHA-256 over the canonical
 * JSON of `[body, parent, deleted, {attachment name: digest}]`. No clock and no random number go
 * in, so that the same edit made on two machines is the same revision.
 *
 * Returns: (transfer full): `N-digest`, N being one more than the generation of @parent_rev
 */
char *
tkb_rev_id_compute (JsonObject *body, const char *parent_rev, gboolean is_deleted)
{
  g_autoptr (GString) text = g_string_new ("[");
  g_autoptr (JsonObject) fields = NULL;
  g_autoptr (GList) members = NULL;
  g_autofree char *canonical = NULL;
  g_autofree char *digest = NULL;

  g_return_val_if_fail (body != NULL, NULL);
  g_return_val_if_fail (parent_rev == NULL || tkb_rev_id_is_valid (parent_rev), NULL);

  fields = json_object_new ();
  members = json_object_get_members (body);
  for (GList *link = members; link != NULL; link = link->next)
    if (*(const char *) link->data != '_')
      json_object_set_member (fields, link->data,
                              json_node_ref (json_object_get_member (body, link->data)));

  canonical = tkb_json_object_to_canonical (fields, NULL);
  g_string_append (text, canonical);
  g_string_append_c (text, ',');
  if (parent_rev != NULL)
    tkb_json_append_string (text, parent_rev);
  else
    g_string_append (text, "null");
  g_string_append (text, is_deleted ? ",true," : ",false,");
  append_attachment_digests (text, body);
  g_string_append_c (text, ']');

  digest =
      g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const unsigned char *) text->str, text->len);
  return g_strdup_printf ("%u-%.*s", tkb_rev_id_get_generation (parent_rev) + 1, DIGEST_HEX_DIGITS,
                          digest);
}
