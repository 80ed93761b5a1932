/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* DOCX and OpenDocument: XML in a ZIP archive. The XML is read by events: no tree, no DTD (none of
 * these formats has one, and it is what entity bombs are made of), nothing fetched. */
#include "config.h"

#include "tkb-extract.h"

#include <archive.h>
#include <archive_entry.h>
#include <libxml/parser.h>
#include <string.h>

/* bytes of XML that are unpacked from one file, and entries that are looked at: a book has a tenth
 * of it */
#define MAX_XML_BYTES (96 * 1024 * 1024)
#define MAX_ENTRIES 20000
/* bytes of the manifest in which an OpenDocument file says that it is encrypted */
#define MANIFEST_BYTES (64 * 1024)
#define CHUNK_BYTES (64 * 1024)

typedef enum
{
  PART_NONE,
  PART_WORD,
  PART_OPEN_DOCUMENT,
  PART_MANIFEST,
} Part;

typedef struct
{
  TkbExtractText *text;
  gint64          left;         /* bytes of XML that may still be unpacked */
  gboolean        is_known;     /* a part with text was met */
  gboolean        is_encrypted; /* an entry is, or the manifest says so */
  gboolean        is_damaged;
  gboolean        is_too_large;
} Package;

typedef struct
{
  TkbExtractText  *text;
  xmlParserCtxtPtr parser;
  Part             part;
  guint            n_shown;  /* elements open whose characters are text */
  guint            n_hidden; /* elements open whose contents are not read */
  gboolean         has_dtd;
} Reader;

/* ---- XML ---- */

static gboolean
is_name (const xmlChar *name, const char *const *names)
{
  return g_strv_contains (names, (const char *) name);
}

/* Alternatives for old readers say the same twice; deletions are not in the text any more. */
static gboolean
is_hidden (Part part, const xmlChar *name)
{
  static const char *const word[] = { "Fallback", "del", NULL };
  static const char *const open_document[] = { "tracked-changes", "script", NULL };

  return is_name (name, part == PART_WORD ? word : open_document);
}

static gboolean
is_shown (Part part, const xmlChar *name)
{
  static const char *const word[] = { "t", NULL };
  static const char *const open_document[] = { "p", "h", NULL };

  return is_name (name, part == PART_WORD ? word : open_document);
}

static gboolean
is_paragraph (const xmlChar *name)
{
  static const char *const names[] = { "p", "h", "tc", "table-cell", "list-item", NULL };

  return is_name (name, names);
}

static gboolean
is_space (const xmlChar *name)
{
  static const char *const names[] = { "tab", "br", "cr", "s", "line-break", NULL };

  return is_name (name, names);
}

static void
start_element_cb (void           *data,
                  const xmlChar  *name,
                  const xmlChar  *prefix,
                  const xmlChar  *uri,
                  int             n_namespaces,
                  const xmlChar **namespaces,
                  int             n_attributes,
                  int             n_defaulted,
                  const xmlChar **attributes)
{
  Reader *reader = data;

  reader->n_hidden += is_hidden (reader->part, name);
  reader->n_shown += is_shown (reader->part, name);
  if (is_paragraph (name))
    tkb_extract_text_break (reader->text);
  else if (is_space (name))
    tkb_extract_text_add (reader->text, " ", 1);
}

static void
end_element_cb (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  Reader *reader = data;

  reader->n_hidden -= is_hidden (reader->part, name);
  reader->n_shown -= is_shown (reader->part, name);
  if (is_paragraph (name))
    tkb_extract_text_break (reader->text);
}

static void
characters_cb (void *data, const xmlChar *characters, int length)
{
  Reader *reader = data;

  if (reader->n_shown > 0 && reader->n_hidden == 0 && length > 0)
    tkb_extract_text_add (reader->text, (const char *) characters, length);
  if (tkb_extract_text_is_full (reader->text))
    xmlStopParser (reader->parser);
}

static void
internal_subset_cb (void *data, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
  Reader *reader = data;

  reader->has_dtd = TRUE;
  xmlStopParser (reader->parser);
}

/* ---- the archive ---- */

/* Bytes into buffer; 0 at the end, -1: damaged, or too much of it. */
static gssize
read_chunk (Package *package, struct archive *archive, char *buffer)
{
  gssize n = archive_read_data (archive, buffer, CHUNK_BYTES);

  if (n < 0)
    {
      package->is_damaged = TRUE;
      return -1;
    }
  package->left -= n;
  if (package->left < 0)
    {
      package->is_too_large = TRUE;
      return -1;
    }
  return n;
}

static void
read_part (Package *package, struct archive *archive, Part part)
{
  xmlSAXHandler    handler = { 0 };
  Reader           reader = { package->text, NULL, part };
  g_autofree char *buffer = g_malloc (CHUNK_BYTES);
  gssize           n;

  handler.initialized = XML_SAX2_MAGIC;
  handler.startElementNs = start_element_cb;
  handler.endElementNs = end_element_cb;
  handler.characters = characters_cb;
  handler.ignorableWhitespace = characters_cb;
  handler.internalSubset = internal_subset_cb;
  reader.parser = xmlCreatePushParserCtxt (&handler, &reader, NULL, 0, NULL);
  if (reader.parser == NULL)
    return;
  xmlCtxtUseOptions (reader.parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  while (!reader.has_dtd && !tkb_extract_text_is_full (package->text) &&
         (n = read_chunk (package, archive, buffer)) > 0)
    if (xmlParseChunk (reader.parser, buffer, (int) n, 0) != XML_ERR_OK)
      break;
  if (!reader.has_dtd && !tkb_extract_text_is_full (package->text))
    xmlParseChunk (reader.parser, NULL, 0, 1);
  if (reader.has_dtd || (!reader.parser->wellFormed && !tkb_extract_text_is_full (package->text)))
    package->is_damaged = TRUE;
  package->is_known = TRUE;
  tkb_extract_text_break (package->text);
  if (reader.parser->myDoc != NULL)
    xmlFreeDoc (reader.parser->myDoc);
  xmlFreeParserCtxt (reader.parser);
}

static void
read_manifest (Package *package, struct archive *archive)
{
  g_autofree char *buffer = g_malloc0 (MANIFEST_BYTES);
  gssize           n = archive_read_data (archive, buffer, MANIFEST_BYTES);

  if (n > 0 && memmem (buffer, n, "encryption-data", strlen ("encryption-data")) != NULL)
    package->is_encrypted = TRUE;
}

static Part
get_part (const char *path)
{
  static const char *const word[] = { "word/document", "word/footnotes", "word/endnotes",
                                      "word/comments", "word/header",    "word/footer" };

  if (path == NULL || !g_str_has_suffix (path, ".xml"))
    return PART_NONE;
  if (strcmp (path, "content.xml") == 0)
    return PART_OPEN_DOCUMENT;
  if (strcmp (path, "META-INF/manifest.xml") == 0)
    return PART_MANIFEST;
  for (guint i = 0; i < G_N_ELEMENTS (word); i++)
    if (g_str_has_prefix (path, word[i]))
      return PART_WORD;
  return PART_NONE;
}

static void
read_entry (Package *package, struct archive *archive, struct archive_entry *entry)
{
  Part part = get_part (archive_entry_pathname (entry));

  if (part == PART_NONE)
    return;
  if (archive_entry_is_encrypted (entry))
    package->is_encrypted = TRUE;
  else if (part == PART_MANIFEST)
    read_manifest (package, archive);
  else if (!tkb_extract_text_is_full (package->text))
    read_part (package, archive, part);
}

static void
read_archive (Package *package, struct archive *archive)
{
  struct archive_entry *entry;
  int                   code = ARCHIVE_OK;

  for (guint i = 0; i < MAX_ENTRIES && !package->is_too_large; i++)
    {
      code = archive_read_next_header (archive, &entry);
      if (code == ARCHIVE_EOF)
        return;
      if (code < ARCHIVE_WARN)
        break;
      read_entry (package, archive, entry);
    }
  if (code < ARCHIVE_WARN)
    package->is_damaged = TRUE;
  else
    package->is_too_large = TRUE;
}

TkbExtractStatus
tkb_extract_read_office (const guint8 *data, gsize size, TkbExtractText *text)
{
  struct archive *archive = archive_read_new ();
  Package         package = { text, MAX_XML_BYTES };

  archive_read_support_format_zip (archive);
  if (archive_read_open_memory (archive, data, size) == ARCHIVE_OK)
    read_archive (&package, archive);
  else
    package.is_damaged = TRUE;
  archive_read_free (archive);
  if (package.is_encrypted)
    return TKB_EXTRACT_ENCRYPTED;
  if (package.is_too_large)
    return TKB_EXTRACT_TOO_LARGE;
  if (package.is_damaged)
    return TKB_EXTRACT_INCOMPLETE;
  return package.is_known ? TKB_EXTRACT_WHOLE : TKB_EXTRACT_UNSUPPORTED;
}
