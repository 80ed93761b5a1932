/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-auth.h"

#include "tkb-server-limits.h"
#include "tkb-throttle.h"
#include "tkb-wire-error.h"
#include "tkb-worker.h"

#include <sodium.h>
#include <string.h>

#define DIGEST_BYTES crypto_generichash_BYTES
#define MAC_BYTES crypto_auth_hmacsha256_BYTES
/* passwords remembered as right; more accounts than that at once pay again now and then */
#define MAX_KNOWN 4096

struct _TkbAuth
{
  char        *data_dir; /* (owned) */
  TkbClock    *clock;    /* (owned) */
  TkbAccounts *accounts; /* (owned) */
  TkbThrottle *throttle; /* (owned) */
  TkbWorker   *worker;   /* (owned) */
  GHashTable  *known;    /* (owned) name -> GBytes digest of the right password */
  GHashTable  *pending;  /* (owned) GBytes digest -> GPtrArray of GTask that wait for it */
  guint        n_waiting;
  guint8       key[crypto_generichash_KEYBYTES]; /* of the digests; dies with the process */
};

typedef struct
{
  TkbAuth *auth;     /* (unowned): outlives the task */
  char    *name;     /* (owned) */
  char    *password; /* (owned), wiped */
  char    *address;  /* (owned) */
  char    *hash;     /* (owned) */
  GBytes  *digest;   /* (owned) */
  gboolean is_right; /* the worker's answer */
  guint    retry_s;
} Attempt;

static void
attempt_free (gpointer data)
{
  Attempt *self = data;

  g_free (self->name);
  if (self->password != NULL)
    sodium_memzero (self->password, strlen (self->password));
  g_free (self->password);
  g_free (self->address);
  g_free (self->hash);
  g_clear_pointer (&self->digest, g_bytes_unref);
  g_free (self);
}

/**
 * tkb_auth_new:
 * @data_dir: the server's folder
 * @clock: the clock
 * @error: what tkb_accounts_load() and tkb_accounts_save() say
 *
 * Writes the accounts file where there is none, so that sessions outlive a restart.
 *
 * Returns: (transfer full): the judge of who is asking, or %NULL
 */
TkbAuth *
tkb_auth_new (const char *data_dir, TkbClock *clock, GError **error)
{
  TkbAccounts *accounts = tkb_accounts_load (data_dir, error);
  TkbAuth     *self;
  gsize        length;

  if (accounts == NULL)
    return NULL;
  self = g_new0 (TkbAuth, 1);
  self->data_dir = g_strdup (data_dir);
  self->clock = g_object_ref (clock);
  self->accounts = accounts;
  self->throttle = tkb_throttle_new (clock);
  self->worker = tkb_worker_new ("passwords");
  self->known =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->pending =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref,
                             (GDestroyNotify) g_ptr_array_unref);
  randombytes_buf (self->key, sizeof self->key);
  tkb_accounts_get_secret (accounts, &length);
  if (tkb_accounts_list (accounts)->len == 0 && !tkb_accounts_save (accounts, error))
    {
      tkb_auth_free (self);
      return NULL;
    }
  return self;
}

/**
 * tkb_auth_free:
 * @self: (transfer full): a judge
 */
void
tkb_auth_free (TkbAuth *self)
{
  tkb_worker_shutdown (self->worker);
  g_object_unref (self->worker);
  tkb_throttle_free (self->throttle);
  tkb_accounts_free (self->accounts);
  g_hash_table_unref (self->known);
  g_hash_table_unref (self->pending);
  g_object_unref (self->clock);
  g_free (self->data_dir);
  sodium_memzero (self->key, sizeof self->key);
  g_free (self);
}

/* Takes in what "user add" and the like wrote; a damaged file leaves the accounts as they were. */
static TkbAccounts *
refresh (TkbAuth *self)
{
  TkbAccounts *fresh;

  if (!tkb_accounts_is_stale (self->accounts))
    return self->accounts;
  fresh = tkb_accounts_load (self->data_dir, NULL);
  if (fresh != NULL)
    {
      tkb_accounts_free (self->accounts);
      self->accounts = fresh;
      g_hash_table_remove_all (self->known);
    }
  return self->accounts;
}

/* The MAC's key comes from the secret and the password's hash: a new password ends old sessions. */
static void
compute_mac (TkbAuth *self, TkbAccount *account, const char *payload, guint8 *out_mac)
{
  guint8                       key[MAC_BYTES];
  gsize                        length;
  const guint8                *secret = tkb_accounts_get_secret (self->accounts, &length);
  crypto_auth_hmacsha256_state state;

  crypto_auth_hmacsha256_init (&state, secret, length);
  crypto_auth_hmacsha256_update (&state, (const guint8 *) account->hash, strlen (account->hash));
  crypto_auth_hmacsha256_final (&state, key);
  crypto_auth_hmacsha256_init (&state, key, sizeof key);
  crypto_auth_hmacsha256_update (&state, (const guint8 *) payload, strlen (payload));
  crypto_auth_hmacsha256_final (&state, out_mac);
  sodium_memzero (key, sizeof key);
}

/**
 * tkb_auth_make_token:
 * @self: a judge
 * @user: an account's user
 *
 * Returns: (transfer full) (nullable): a session token; %NULL where the account is gone
 */
char *
tkb_auth_make_token (TkbAuth *self, TkbUser *user)
{
  TkbAccount      *account = tkb_accounts_find (refresh (self), user->name);
  gint64           now_s = tkb_clock_get_real_ms (self->clock) / 1000;
  g_autofree char *payload = NULL;
  guint8           mac[MAC_BYTES];
  char             hex[2 * MAC_BYTES + 1];
  g_autofree char *clear = NULL;
  gsize            size;
  char            *token;

  if (account == NULL)
    return NULL;
  payload = g_strdup_printf ("%s:%" G_GINT64_MODIFIER "X", account->name, now_s);
  compute_mac (self, account, payload, mac);
  sodium_bin2hex (hex, sizeof hex, mac, sizeof mac);
  clear = g_strdup_printf ("%s:%s", payload, hex);
  size = sodium_base64_encoded_len (strlen (clear), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  token = g_malloc (size);
  return sodium_bin2base64 (token, size, (const guint8 *) clear, strlen (clear),
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/**
 * tkb_auth_check_token:
 * @self: a judge
 * @token: what stands in the cookie
 * @out_is_old: (out): whether the client should get a new token
 *
 * Returns: (transfer full) (nullable): the user; %NULL for a token that is false, too old, or of an
 *   account that is gone
 */
TkbUser *
tkb_auth_check_token (TkbAuth *self, const char *token, gboolean *out_is_old)
{
  char  clear[256];
  gsize length = 0;
  g_auto (GStrv) parts = NULL;
  g_autofree char *payload = NULL;
  TkbAccount      *account;
  guint8           expected[MAC_BYTES], given[MAC_BYTES];
  guint64          issued_s;
  gint64           age_s;

  *out_is_old = FALSE;
  if (sodium_base642bin ((guint8 *) clear, sizeof clear - 1, token, strlen (token), NULL, &length,
                         NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return NULL;
  clear[length] = '\0';
  parts = g_strsplit (clear, ":", 4);
  if (g_strv_length (parts) != 3 || strlen (parts[2]) != 2 * MAC_BYTES ||
      !g_ascii_string_to_unsigned (parts[1], 16, 0, G_MAXINT64 / 2, &issued_s, NULL))
    return NULL;
  account = tkb_accounts_find (refresh (self), parts[0]);
  if (account == NULL ||
      sodium_hex2bin (given, sizeof given, parts[2], strlen (parts[2]), NULL, NULL, NULL) != 0)
    return NULL;
  payload = g_strdup_printf ("%s:%s", parts[0], parts[1]);
  compute_mac (self, account, payload, expected);
  if (sodium_memcmp (expected, given, MAC_BYTES) != 0)
    return NULL;
  age_s = tkb_clock_get_real_ms (self->clock) / 1000 - (gint64) issued_s;
  if (age_s > TKB_SERVER_SESSION_S || age_s < -TKB_SERVER_SESSION_S)
    return NULL;
  *out_is_old = age_s > TKB_SERVER_SESSION_S / 10;
  return tkb_user_new (account->name, account->role);
}

static GBytes *
compute_digest (TkbAuth *self, const char *name, const char *password, const char *hash)
{
  guint8                   out[DIGEST_BYTES];
  crypto_generichash_state state;

  crypto_generichash_init (&state, self->key, sizeof self->key, sizeof out);
  crypto_generichash_update (&state, (const guint8 *) name, strlen (name) + 1);
  crypto_generichash_update (&state, (const guint8 *) hash, strlen (hash) + 1);
  crypto_generichash_update (&state, (const guint8 *) password, strlen (password));
  crypto_generichash_final (&state, out, sizeof out);
  return g_bytes_new (out, sizeof out);
}

static const char *
get_hash (TkbAuth *self, const char *name)
{
  TkbAccount *account = tkb_accounts_find (refresh (self), name);

  return account != NULL ? account->hash : tkb_password_get_dummy_hash ();
}

/**
 * tkb_auth_check_known:
 * @self: a judge
 * @name: an account's name
 * @password: its password
 *
 * Returns: (transfer full) (nullable): the user, where this very password was right before; else
 *   tkb_auth_verify_async() finds out
 */
TkbUser *
tkb_auth_check_known (TkbAuth *self, const char *name, const char *password)
{
  TkbAccount *account = tkb_accounts_find (refresh (self), name);
  GBytes     *known = account != NULL ? g_hash_table_lookup (self->known, name) : NULL;
  g_autoptr (GBytes) digest = NULL;

  if (known == NULL || strlen (password) > TKB_SERVER_MAX_PASSWORD_BYTES)
    return NULL;
  digest = compute_digest (self, name, password, account->hash);
  if (sodium_memcmp (g_bytes_get_data (digest, NULL), g_bytes_get_data (known, NULL),
                     DIGEST_BYTES) != 0)
    return NULL;
  return tkb_user_new (account->name, account->role);
}

static void
return_result (TkbAuth *self, GTask *task, Attempt *attempt)
{
  TkbAccount *account = tkb_accounts_find (refresh (self), attempt->name);

  self->n_waiting--;
  if (!attempt->is_right || account == NULL || strcmp (account->hash, attempt->hash) != 0)
    {
      g_task_return_new_error (task, TKB_WIRE_ERROR, TKB_WIRE_ERROR_UNAUTHORIZED,
                               "Name or password is incorrect.");
      return;
    }
  g_task_return_pointer (task, tkb_user_new (account->name, account->role),
                         (GDestroyNotify) tkb_user_unref);
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Attempt *attempt = g_task_get_task_data (G_TASK (result));
  TkbAuth *self = attempt->auth;
  g_autoptr (GPtrArray) tasks = NULL;

  attempt->is_right = g_task_propagate_boolean (G_TASK (result), NULL);
  if (attempt->is_right)
    {
      tkb_throttle_note_success (self->throttle, attempt->name, attempt->address);
      if (g_hash_table_size (self->known) >= MAX_KNOWN)
        g_hash_table_remove_all (self->known);
      g_hash_table_insert (self->known, g_strdup (attempt->name), g_bytes_ref (attempt->digest));
    }
  tasks = g_ptr_array_ref (g_hash_table_lookup (self->pending, attempt->digest));
  g_hash_table_remove (self->pending, attempt->digest);
  for (guint i = 0; i < tasks->len; i++)
    return_result (self, tasks->pdata[i], attempt);
}

static void
check_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Attempt *attempt = task_data;

  g_task_return_boolean (task, tkb_password_verify (attempt->hash, attempt->password));
}

static void
refuse_for_now (GTask *task, guint retry_s)
{
  Attempt *attempt = g_task_get_task_data (task);

  attempt->retry_s = retry_s;
  g_task_return_new_error (task, TKB_WIRE_ERROR, TKB_WIRE_ERROR_TOO_MANY_REQUESTS,
                           "Too many attempts to sign in; try again in %u seconds.", retry_s);
}

/**
 * tkb_auth_verify_async:
 * @self: a judge
 * @name: an account's name
 * @password: what should be its password
 * @address: where the attempt comes from
 * @callback: called on the main context
 * @user_data: for @callback
 *
 * Attempts with the same password that come while it is being checked share the answer. An account
 * that does not exist takes as long as one that does.
 */
void
tkb_auth_verify_async (TkbAuth            *self,
                       const char         *name,
                       const char         *password,
                       const char         *address,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  g_autoptr (GTask) check = NULL;
  Attempt   *attempt = g_new0 (Attempt, 1);
  GPtrArray *tasks;
  guint      wait_s;

  g_task_set_source_tag (task, tkb_auth_verify_async);
  g_task_set_task_data (task, attempt, attempt_free);
  attempt->auth = self;
  wait_s = tkb_throttle_get_wait_s (self->throttle, name, address);
  if (wait_s > 0 || self->n_waiting >= TKB_SERVER_MAX_LOGINS_WAITING)
    {
      refuse_for_now (task, MAX (wait_s, 1));
      return;
    }
  attempt->name = g_strdup (name);
  attempt->password = g_strdup (password);
  attempt->address = g_strdup (address);
  attempt->hash = g_strdup (get_hash (self, name));
  attempt->digest = compute_digest (self, name, password, attempt->hash);
  self->n_waiting++;

  tasks = g_hash_table_lookup (self->pending, attempt->digest);
  if (tasks != NULL)
    {
      g_ptr_array_add (tasks, g_object_ref (task));
      return;
    }
  tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (tasks, g_object_ref (task));
  g_hash_table_insert (self->pending, g_bytes_ref (attempt->digest), tasks);
  tkb_throttle_note_failure (self->throttle, name, address);

  check = g_task_new (NULL, NULL, checked_cb, NULL);
  g_task_set_task_data (check, attempt, NULL); /* lives with task, which waits for check */
  tkb_worker_push (self->worker, check, check_in_thread);
}

/**
 * tkb_auth_verify_finish:
 * @self: a judge
 * @result: the result
 * @out_retry_s: (out): seconds to wait, with %TKB_WIRE_ERROR_TOO_MANY_REQUESTS; else 0
 * @error: %TKB_WIRE_ERROR_UNAUTHORIZED or %TKB_WIRE_ERROR_TOO_MANY_REQUESTS
 *
 * Returns: (transfer full): the user, or %NULL
 */
TkbUser *
tkb_auth_verify_finish (TkbAuth *self, GAsyncResult *result, guint *out_retry_s, GError **error)
{
  Attempt *attempt;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  attempt = g_task_get_task_data (G_TASK (result));
  *out_retry_s = attempt->retry_s;
  return g_task_propagate_pointer (G_TASK (result), error);
}
