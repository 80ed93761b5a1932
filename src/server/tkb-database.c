/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-database.h"

#include "tkb-json.h"
#include "tkb-server-limits.h"
#include "tkb-wire-error.h"
#include "tkb-folder.h"

#include <string.h>

/* Of the security object among the store's local documents: clients reach only _local/…. */
#define SECURITY_ID "server/security"
/* characters of a store's uuid that make the tag of its sequences */
#define TAG_LENGTH 8

struct _TkbDatabase
{
  GObject parent_instance;

  char        *name;     /* (owned) */
  char        *path;     /* (owned) */
  TkbStore    *store;    /* (owned) (nullable): closed */
  GMutex       mutex;    /* guards what follows up to closed_cond */
  TkbSecurity *security; /* (owned) */
  guint        n_holds;
  gboolean     is_closing;
  GCond        released_cond;
  GMutex       local_mutex; /* held while a local document is read and rewritten */
  guint        wakeups;     /* main thread only */
  GHashTable  *waiting;     /* (owned) user data -> TkbWakeFunc; main thread only */
};

G_DEFINE_FINAL_TYPE (TkbDatabase, tkb_database, G_TYPE_OBJECT)

static void
tkb_database_finalize (GObject *object)
{
  TkbDatabase *self = TKB_DATABASE (object);

  g_clear_object (&self->store);
  g_clear_pointer (&self->security, tkb_security_unref);
  g_hash_table_unref (self->waiting);
  g_mutex_clear (&self->mutex);
  g_mutex_clear (&self->local_mutex);
  g_cond_clear (&self->released_cond);
  g_free (self->name);
  g_free (self->path);

  G_OBJECT_CLASS (tkb_database_parent_class)->finalize (object);
}

static void
tkb_database_class_init (TkbDatabaseClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_database_finalize;
}

static void
tkb_database_init (TkbDatabase *self)
{
  g_mutex_init (&self->mutex);
  g_mutex_init (&self->local_mutex);
  g_cond_init (&self->released_cond);
  self->waiting = g_hash_table_new (NULL, NULL);
}

/**
 * tkb_database_name_is_valid:
 * @name: a name
 *
 * CouchDB's rule: lower-case letters, digits and _ $ ( ) + - /, a letter first.
 *
 * Returns: whether a database can be called so
 */
gboolean
tkb_database_name_is_valid (const char *name)
{
  if (!g_ascii_islower (name[0]) || strlen (name) > TKB_SERVER_MAX_DATABASE_NAME)
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    {
      if (!g_ascii_islower (*p) && !g_ascii_isdigit (*p) && strchr ("_$()+-/", *p) == NULL)
        return FALSE;
    }
  return TRUE;
}

/**
 * tkb_database_build_path:
 * @data_dir: the server's folder
 * @name: a valid name
 *
 * Returns: (transfer full): the store's file; a slash in the name is escaped
 */
char *
tkb_database_build_path (const char *data_dir, const char *name)
{
  g_autofree char *escaped = g_uri_escape_string (name, "$()+", FALSE);
  g_autofree char *basename = g_strconcat (escaped, TKB_STORE_SUFFIX, NULL);

  return g_build_filename (data_dir, basename, NULL);
}

/**
 * tkb_database_name_from_file:
 * @basename: a file name
 *
 * Returns: (transfer full) (nullable): the name of the database in it, if it is one
 */
char *
tkb_database_name_from_file (const char *basename)
{
  g_autofree char *escaped = NULL;
  g_autofree char *name = NULL;

  if (!g_str_has_suffix (basename, TKB_STORE_SUFFIX))
    return NULL;
  escaped = g_strndup (basename, strlen (basename) - strlen (TKB_STORE_SUFFIX));
  name = g_uri_unescape_string (escaped, NULL);
  if (name == NULL || !tkb_database_name_is_valid (name))
    return NULL;
  return g_steal_pointer (&name);
}

static void
store_changed_cb (TkbStore *store, guint64 last_seq, gpointer user_data)
{
  TkbDatabase *self = user_data;

  tkb_database_wake_all (self);
}

static gboolean
load_security (TkbDatabase *self, GError **error)
{
  gboolean is_library = strcmp (self->name, TKB_LIBRARY_DATABASE) == 0;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonObject) object =
      tkb_store_get_local (self->store, SECURITY_ID, NULL, &local_error);

  if (object == NULL)
    {
      if (local_error != NULL &&
          !g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      self->security = tkb_security_new_default (is_library);
      return TRUE;
    }
  self->security = tkb_security_new_from_json (object, is_library, error);
  return self->security != NULL;
}

/**
 * tkb_database_open:
 * @data_dir: the server's folder
 * @name: a valid name
 * @catalog: (nullable): the kinds
 * @clock: the clock
 * @random: the random numbers
 * @error: what tkb_store_open() says
 *
 * Opens the store, or makes it. The store's signals arrive on the default main context.
 *
 * Returns: (transfer full): the database, or %NULL
 */
TkbDatabase *
tkb_database_open (const char *data_dir,
                   const char *name,
                   TkbCatalog *catalog,
                   TkbClock   *clock,
                   TkbRandom  *random,
                   GError    **error)
{
  g_autoptr (TkbDatabase) self = g_object_new (TKB_TYPE_DATABASE, NULL);

  self->name = g_strdup (name);
  self->path = tkb_database_build_path (data_dir, name);
  self->store = tkb_store_open (self->path, TKB_STORE_OPEN_CREATE | TKB_STORE_OPEN_NO_INDEX,
                                catalog, clock, random, error);
  if (self->store == NULL)
    return NULL;
  if (!load_security (self, error))
    {
      tkb_store_close (self->store);
      return NULL;
    }
  g_signal_connect (self->store, "changed", G_CALLBACK (store_changed_cb), self);
  return g_steal_pointer (&self);
}

/**
 * tkb_database_close:
 * @self: a database that nobody uses
 *
 * Finishes writes and closes the store.
 */
void
tkb_database_close (TkbDatabase *self)
{
  g_signal_handlers_disconnect_by_data (self->store, self);
  tkb_store_close (self->store);
}

/**
 * tkb_database_delete_files:
 * @self: a closed database
 * @error: a file error
 *
 * Returns: whether the store file and all beside it is gone
 */
gboolean
tkb_database_delete_files (TkbDatabase *self, GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", ".blobs" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strconcat (self->path, suffixes[i], NULL);

      if (!tkb_folder_remove (path, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * tkb_database_get_name:
 * @self: a database
 *
 * Returns: (transfer none): its name
 */
const char *
tkb_database_get_name (TkbDatabase *self)
{
  return self->name;
}

/**
 * tkb_database_get_store:
 * @self: a database
 *
 * Returns: (transfer none): its store; open as long as a hold lasts
 */
TkbStore *
tkb_database_get_store (TkbDatabase *self)
{
  return self->store;
}

/**
 * tkb_database_dup_security:
 * @self: a database
 *
 * Returns: (transfer full): the security object of this moment
 */
TkbSecurity *
tkb_database_dup_security (TkbDatabase *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return tkb_security_ref (self->security);
}

/**
 * tkb_database_set_security:
 * @self: a database
 * @security: the new security object
 * @error: a store error
 *
 * Returns: whether it is on disk; then it holds for every request from now on
 */
gboolean
tkb_database_set_security (TkbDatabase *self, TkbSecurity *security, GError **error)
{
  if (!tkb_store_put_local (self->store, SECURITY_ID, tkb_security_get_object (security), NULL,
                            error))
    return FALSE;
  g_mutex_lock (&self->mutex);
  tkb_security_unref (self->security);
  self->security = tkb_security_ref (security);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

/**
 * tkb_database_hold:
 * @self: a database
 *
 * Returns: whether the store stays open until tkb_database_release()
 */
gboolean
tkb_database_hold (TkbDatabase *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->is_closing)
    return FALSE;
  self->n_holds++;
  return TRUE;
}

/**
 * tkb_database_release:
 * @self: a database that was held
 */
void
tkb_database_release (TkbDatabase *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_assert (self->n_holds > 0);
  if (--self->n_holds == 0)
    g_cond_broadcast (&self->released_cond);
}

/**
 * tkb_database_begin_close:
 * @self: a database
 * @timeout_us: how long to wait, in microseconds
 *
 * Returns: whether nobody holds it now; if not, it goes on as before
 */
gboolean
tkb_database_begin_close (TkbDatabase *self, gint64 timeout_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 until = g_get_monotonic_time () + timeout_us;

  self->is_closing = TRUE;
  while (self->n_holds > 0)
    {
      if (!g_cond_wait_until (&self->released_cond, &self->mutex, until))
        {
          self->is_closing = FALSE;
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * tkb_database_is_closing:
 * @self: a database
 *
 * Returns: whether feeds should come to their end
 */
gboolean
tkb_database_is_closing (TkbDatabase *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->is_closing;
}

/**
 * tkb_database_format_seq:
 * @self: a database
 * @seq: a sequence of its store
 *
 * Returns: (transfer full): its form on the wire
 */
char *
tkb_database_format_seq (TkbDatabase *self, guint64 seq)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT "-%.*s", seq, TAG_LENGTH,
                          tkb_store_get_uuid (self->store));
}

/**
 * tkb_database_parse_seq:
 * @self: a database
 * @text: a sequence as a client sends it: N, N-TAG, or "now"
 * @out_seq: (out): where to go on; 0 for a sequence of another store, or one that this store (come
 *   back from a backup) has not reached
 * @error: %TKB_WIRE_ERROR_BAD_REQUEST
 *
 * Returns: whether @text is a sequence
 */
gboolean
tkb_database_parse_seq (TkbDatabase *self, const char *text, guint64 *out_seq, GError **error)
{
  guint64          last = tkb_store_get_last_seq (self->store);
  const char      *dash = strchr (text, '-');
  g_autofree char *number = dash != NULL ? g_strndup (text, dash - text) : g_strdup (text);
  guint64          seq;

  if (strcmp (text, "now") == 0)
    {
      *out_seq = last;
      return TRUE;
    }
  if (!g_ascii_string_to_unsigned (number, 10, 0, G_MAXINT64, &seq, NULL))
    {
      g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                           "Malformed sequence supplied in 'since' parameter.");
      return FALSE;
    }
  if (dash != NULL &&
      (strncmp (dash + 1, tkb_store_get_uuid (self->store), TAG_LENGTH) != 0 || seq > last))
    seq = 0;
  *out_seq = seq;
  return TRUE;
}

/**
 * tkb_database_put_local:
 * @self: a database
 * @id: with _local/ before it
 * @rev: (nullable): the revision that it has, 0-N; %NULL or 0-0: there is none yet
 * @object: (nullable): the new body; %NULL removes the document
 * @out_rev: (out): its new revision
 * @error: %TKB_WIRE_ERROR_CONFLICT, %TKB_WIRE_ERROR_NOT_FOUND, or a store error
 *
 * Returns: whether it is on disk
 */
gboolean
tkb_database_put_local (TkbDatabase *self,
                        const char  *id,
                        const char  *rev,
                        JsonObject  *object,
                        char       **out_rev,
                        GError     **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->local_mutex);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonObject) old = tkb_store_get_local (self->store, id, NULL, &local_error);
  g_autoptr (JsonObject) copy = NULL;
  const char      *old_rev = old != NULL ? tkb_json_get_string (old, "_rev", "0-0") : "0-0";
  g_autofree char *new_rev = NULL;

  if (local_error != NULL &&
      !g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (object == NULL && old == NULL)
    {
      g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_FOUND, "missing");
      return FALSE;
    }
  if (strcmp (rev != NULL ? rev : "0-0", old_rev) != 0)
    {
      g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_CONFLICT,
                           "Document update conflict.");
      return FALSE;
    }
  new_rev = object == NULL ? g_strdup ("0-0")
                           : g_strdup_printf ("0-%" G_GUINT64_FORMAT,
                                              g_ascii_strtoull (old_rev + 2, NULL, 10) + 1);
  if (object != NULL)
    {
      copy = tkb_json_object_copy (object);
      json_object_set_string_member (copy, "_id", id);
      json_object_set_string_member (copy, "_rev", new_rev);
    }
  if (!tkb_store_put_local (self->store, id, copy, NULL, error))
    return FALSE;
  *out_rev = g_steal_pointer (&new_rev);
  return TRUE;
}

/**
 * tkb_database_get_wakeups:
 * @self: a database
 *
 * Returns: how often it changed since it was opened; main thread
 */
guint
tkb_database_get_wakeups (TkbDatabase *self)
{
  return self->wakeups;
}

/**
 * tkb_database_wait:
 * @self: a database
 * @wake: called once, at the next change
 * @user_data: for @wake, and its name in tkb_database_stop_waiting()
 */
void
tkb_database_wait (TkbDatabase *self, TkbWakeFunc wake, gpointer user_data)
{
  g_hash_table_insert (self->waiting, user_data, wake);
}

/**
 * tkb_database_stop_waiting:
 * @self: a database
 * @user_data: as given to tkb_database_wait()
 */
void
tkb_database_stop_waiting (TkbDatabase *self, gpointer user_data)
{
  g_hash_table_remove (self->waiting, user_data);
}

/**
 * tkb_database_wake_all:
 * @self: a database
 *
 * Tells all that wait to look again.
 */
void
tkb_database_wake_all (TkbDatabase *self)
{
  g_autoptr (GHashTable) woken = g_steal_pointer (&self->waiting);
  GHashTableIter iter;
  gpointer       key, value;

  self->waiting = g_hash_table_new (NULL, NULL);
  self->wakeups++;
  g_hash_table_iter_init (&iter, woken);
  while (g_hash_table_iter_next (&iter, &key, &value))
    ((TkbWakeFunc) value) (key);
}
