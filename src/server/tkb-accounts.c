/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-accounts.h"

#include "tkb-json.h"
#include "tkb-server-limits.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* bytes of the file: 100,000 accounts at 200 bytes */
#define MAX_FILE_BYTES (20 * 1000 * 1000)
#define SECRET_BYTES 32
#define FILE_VERSION 1

struct _TkbAccounts
{
  char       *path;  /* (owned) */
  GPtrArray  *list;  /* (owned) (element-type TkbAccount) in order of creation */
  GHashTable *index; /* (owned) name -> TkbAccount (unowned) */
  guint8      secret[SECRET_BYTES];
  struct stat stamp; /* of the file as it was read or written; zero: there was none */
};

G_DEFINE_QUARK (tkb_accounts_error_quark, tkb_accounts_error)

static void
account_free (gpointer data)
{
  TkbAccount *self = data;

  g_free (self->name);
  g_free (self->hash);
  g_free (self->created);
  g_free (self);
}

static void
append (TkbAccounts *self, const char *name, TkbRole role, const char *hash, const char *created)
{
  TkbAccount *account = g_new0 (TkbAccount, 1);

  account->name = g_strdup (name);
  account->role = role;
  account->hash = g_strdup (hash);
  account->created = g_strdup (created);
  g_ptr_array_add (self->list, account);
  g_hash_table_insert (self->index, account->name, account);
}

static gboolean
broken (TkbAccounts *self, GError **error, const char *what)
{
  g_set_error (error, TKB_ACCOUNTS_ERROR, TKB_ACCOUNTS_ERROR_BROKEN, "%s: %s", self->path, what);
  return FALSE;
}

static gboolean
read_object (TkbAccounts *self, JsonObject *object, GError **error)
{
  JsonArray  *accounts = tkb_json_get_array (object, "accounts");
  const char *secret = tkb_json_get_string (object, "secret", "");

  if (tkb_json_get_int (object, "version", 0) != FILE_VERSION || accounts == NULL)
    return broken (self, error, "not an accounts file of this version");
  if (sodium_hex2bin (self->secret, SECRET_BYTES, secret, strlen (secret), NULL, NULL, NULL) != 0 ||
      strlen (secret) != 2 * SECRET_BYTES)
    return broken (self, error, "the secret is damaged");

  for (guint i = 0; i < json_array_get_length (accounts); i++)
    {
      JsonNode   *node = json_array_get_element (accounts, i);
      JsonObject *entry = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = entry != NULL ? tkb_json_get_string (entry, "name", "") : "";
      TkbRole     role;

      if (!tkb_user_name_is_valid (name) || g_hash_table_contains (self->index, name) ||
          !tkb_role_parse (tkb_json_get_string (entry, "role", ""), &role))
        return broken (self, error, "an account is damaged");
      append (self, name, role, tkb_json_get_string (entry, "password", ""),
              tkb_json_get_string (entry, "created", NULL));
    }
  return TRUE;
}

/**
 * tkb_accounts_load:
 * @data_dir: the server's folder
 * @error: %TKB_ACCOUNTS_ERROR_BROKEN for a damaged file, else a file error
 *
 * Returns: (transfer full): the accounts, or %NULL
 */
TkbAccounts *
tkb_accounts_load (const char *data_dir, GError **error)
{
  g_autoptr (TkbAccounts) self = g_new0 (TkbAccounts, 1);
  g_autofree char *text = NULL;
  gsize            length = 0;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonObject) object = NULL;

  self->path = g_build_filename (data_dir, "accounts.json", NULL);
  self->list = g_ptr_array_new_with_free_func (account_free);
  self->index = g_hash_table_new (g_str_hash, g_str_equal);
  randombytes_buf (self->secret, SECRET_BYTES);

  if (stat (self->path, &self->stamp) != 0)
    memset (&self->stamp, 0, sizeof self->stamp);
  if (!g_file_get_contents (self->path, &text, &length, &local_error))
    {
      if (g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_steal_pointer (&self);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  object = tkb_json_parse_object (text, length, MAX_FILE_BYTES, &local_error);
  sodium_memzero (text, length);
  if (object == NULL)
    {
      broken (self, error, local_error->message);
      return NULL;
    }
  if (!read_object (self, object, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * tkb_accounts_free:
 * @self: (transfer full): accounts
 */
void
tkb_accounts_free (TkbAccounts *self)
{
  g_free (self->path);
  g_hash_table_unref (self->index);
  g_ptr_array_unref (self->list);
  sodium_memzero (self->secret, SECRET_BYTES);
  g_free (self);
}

static GString *
write_text (TkbAccounts *self)
{
  GString *out = g_string_new ("{\n\"version\": 1,\n\"secret\": ");
  char     hex[2 * SECRET_BYTES + 1];

  sodium_bin2hex (hex, sizeof hex, self->secret, SECRET_BYTES);
  tkb_json_append_string (out, hex);
  g_string_append (out, ",\n\"accounts\": [");
  for (guint i = 0; i < self->list->len; i++)
    {
      TkbAccount *account = self->list->pdata[i];

      g_string_append (out, i == 0 ? "\n{\"name\": " : ",\n{\"name\": ");
      tkb_json_append_string (out, account->name);
      g_string_append_printf (
          out, ", \"role\": \"%s\", \"password\": ", tkb_role_to_string (account->role));
      tkb_json_append_string (out, account->hash);
      if (account->created != NULL)
        {
          g_string_append (out, ", \"created\": ");
          tkb_json_append_string (out, account->created);
        }
      g_string_append_c (out, '}');
    }
  g_string_append (out, "\n]\n}\n");
  return out;
}

/**
 * tkb_accounts_save:
 * @self: accounts
 * @error: a file error; the old file is untouched then
 *
 * Writes a new file, for the owner's eyes only, and puts it in the old one's place.
 *
 * Returns: whether it is on disk
 */
gboolean
tkb_accounts_save (TkbAccounts *self, GError **error)
{
  g_autoptr (GString) text = write_text (self);

  if (!g_file_set_contents_full (self->path, text->str, text->len,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 error))
    return FALSE;
  if (chmod (self->path, 0600) != 0 || stat (self->path, &self->stamp) != 0)
    return broken (self, error, g_strerror (errno));
  return TRUE;
}

/**
 * tkb_accounts_is_stale:
 * @self: accounts
 *
 * Returns: whether the file on disk was replaced since
 */
gboolean
tkb_accounts_is_stale (TkbAccounts *self)
{
  struct stat now;

  if (stat (self->path, &now) != 0)
    return self->stamp.st_ino != 0;
  return now.st_ino != self->stamp.st_ino || now.st_size != self->stamp.st_size ||
         now.st_mtim.tv_sec != self->stamp.st_mtim.tv_sec ||
         now.st_mtim.tv_nsec != self->stamp.st_mtim.tv_nsec;
}

/**
 * tkb_accounts_list:
 * @self: accounts
 *
 * Returns: (transfer none) (element-type TkbAccount): all, in order of creation
 */
GPtrArray *
tkb_accounts_list (TkbAccounts *self)
{
  return self->list;
}

/**
 * tkb_accounts_find:
 * @self: accounts
 * @name: a name
 *
 * Returns: (transfer none) (nullable): the account
 */
TkbAccount *
tkb_accounts_find (TkbAccounts *self, const char *name)
{
  return g_hash_table_lookup (self->index, name);
}

/**
 * tkb_accounts_get_secret:
 * @self: accounts
 * @out_length: (out): its length in bytes
 *
 * Returns: (transfer none) (array length=out_length): the key of session tokens
 */
const guint8 *
tkb_accounts_get_secret (TkbAccounts *self, gsize *out_length)
{
  *out_length = SECRET_BYTES;
  return self->secret;
}

/**
 * tkb_accounts_add:
 * @self: accounts
 * @name: a new name
 * @role: its role
 * @hash: of tkb_password_hash()
 * @created: (nullable): when, RFC 3339
 * @error: %TKB_ACCOUNTS_ERROR_INVALID or %TKB_ACCOUNTS_ERROR_EXISTS
 *
 * In memory only; tkb_accounts_save() follows.
 *
 * Returns: whether it was added
 */
gboolean
tkb_accounts_add (TkbAccounts *self,
                  const char  *name,
                  TkbRole      role,
                  const char  *hash,
                  const char  *created,
                  GError     **error)
{
  if (!tkb_user_name_is_valid (name))
    {
      g_set_error (error, TKB_ACCOUNTS_ERROR, TKB_ACCOUNTS_ERROR_INVALID,
                   "“%s” cannot be an account's name: letters, digits and . - _ @ +, at most %d",
                   name, TKB_SERVER_MAX_USER_NAME);
      return FALSE;
    }
  if (tkb_accounts_find (self, name) != NULL)
    {
      g_set_error (error, TKB_ACCOUNTS_ERROR, TKB_ACCOUNTS_ERROR_EXISTS,
                   "there is an account “%s” already", name);
      return FALSE;
    }
  append (self, name, role, hash, created);
  return TRUE;
}

static TkbAccount *
find_or_fail (TkbAccounts *self, const char *name, GError **error)
{
  TkbAccount *account = tkb_accounts_find (self, name);

  if (account == NULL)
    g_set_error (error, TKB_ACCOUNTS_ERROR, TKB_ACCOUNTS_ERROR_NOT_FOUND,
                 "there is no account “%s”", name);
  return account;
}

/**
 * tkb_accounts_remove:
 * @self: accounts
 * @name: a name
 * @error: %TKB_ACCOUNTS_ERROR_NOT_FOUND
 *
 * In memory only. Sessions of the account end with the next request after the file is saved.
 *
 * Returns: whether it was there
 */
gboolean
tkb_accounts_remove (TkbAccounts *self, const char *name, GError **error)
{
  TkbAccount *account = find_or_fail (self, name, error);

  if (account == NULL)
    return FALSE;
  g_hash_table_remove (self->index, name);
  g_ptr_array_remove (self->list, account);
  return TRUE;
}

/**
 * tkb_accounts_set_hash:
 * @self: accounts
 * @name: a name
 * @hash: of tkb_password_hash()
 * @error: %TKB_ACCOUNTS_ERROR_NOT_FOUND
 *
 * In memory only. Tokens of sessions are signed with the hash too, so they end.
 *
 * Returns: whether the account was there
 */
gboolean
tkb_accounts_set_hash (TkbAccounts *self, const char *name, const char *hash, GError **error)
{
  TkbAccount *account = find_or_fail (self, name, error);

  if (account == NULL)
    return FALSE;
  g_free (account->hash);
  account->hash = g_strdup (hash);
  return TRUE;
}

/**
 * tkb_password_init:
 *
 * Starts libsodium.
 *
 * Returns: whether it started
 */
gboolean
tkb_password_init (void)
{
  return sodium_init () >= 0;
}

/**
 * tkb_password_wipe:
 * @password: (nullable): a password
 *
 * Overwrites it with zeros, in a way that the compiler cannot leave out.
 */
void
tkb_password_wipe (char *password)
{
  if (password != NULL)
    sodium_memzero (password, strlen (password));
}

/**
 * tkb_password_hash:
 * @password: a password
 * @error: %TKB_ACCOUNTS_ERROR_INVALID where it is empty or too long
 *
 * Returns: (transfer full): its Argon2id string with a new salt, or %NULL
 */
char *
tkb_password_hash (const char *password, GError **error)
{
  char  out[crypto_pwhash_STRBYTES];
  gsize length = strlen (password);

  if (length == 0 || length > TKB_SERVER_MAX_PASSWORD_BYTES)
    {
      g_set_error (error, TKB_ACCOUNTS_ERROR, TKB_ACCOUNTS_ERROR_INVALID,
                   "a password has 1 to %d bytes", TKB_SERVER_MAX_PASSWORD_BYTES);
      return NULL;
    }
  if (crypto_pwhash_str_alg (out, password, length, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                             crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0)
    {
      g_set_error_literal (error, TKB_ACCOUNTS_ERROR, TKB_ACCOUNTS_ERROR_INVALID,
                           "not enough memory to hash the password");
      return NULL;
    }
  return g_strdup (out);
}

/**
 * tkb_password_verify:
 * @hash: an Argon2id string
 * @password: a password
 *
 * Returns: whether they belong together
 */
gboolean
tkb_password_verify (const char *hash, const char *password)
{
  gsize length = strlen (password);

  return length > 0 && length <= TKB_SERVER_MAX_PASSWORD_BYTES &&
         crypto_pwhash_str_verify (hash, password, length) == 0;
}

/**
 * tkb_password_get_dummy_hash:
 *
 * Returns: (transfer none): an Argon2id string of the same cost whose password nobody knows
 */
const char *
tkb_password_get_dummy_hash (void)
{
  return "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}
