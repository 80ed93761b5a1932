/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-accounts-password.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>
#include <string.h>

static const SecretSchema schema = {
  TKB_APPLICATION_ID,
  SECRET_SCHEMA_NONE,
  { { "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { "user", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

typedef struct
{
  char      *path;     /* (owned) of the file */
  char      *url;      /* (owned) */
  char      *user;     /* (owned) */
  char      *password; /* (owned) (nullable) to store, or found */
  TkbKeeping keeping;
} Request;

static void
wipe (char *password)
{
  if (password != NULL)
    explicit_bzero (password, strlen (password));
  g_free (password);
}

static void
request_free (Request *self)
{
  g_free (self->path);
  g_free (self->url);
  g_free (self->user);
  wipe (self->password);
  g_free (self);
}

static GTask *
request_task_new (const char         *path,
                  const char         *url,
                  const char         *user,
                  const char         *password,
                  GCancellable       *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer            user_data)
{
  GTask   *task = g_task_new (NULL, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);

  request->path = g_strdup (path);
  request->url = g_strdup (url);
  request->user = g_strdup (user != NULL ? user : "");
  request->password = g_strdup (password);
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  return task;
}

/* ---- the file ---- */

/* Group of an account in the key file: addresses have characters that a group name must not have.
 * (transfer full) */
static char *
get_group (const Request *request)
{
  g_autofree char *account = g_strconcat (request->user, "\n", request->url, NULL);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, account, -1);
}

static GKeyFile *
load_file (const Request *request)
{
  GKeyFile *file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  if (!g_key_file_load_from_file (file, request->path, G_KEY_FILE_NONE, &error) &&
      !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_debug ("%s: %s", request->path, error->message);
  return file;
}

static char *
look_up_in_file (const Request *request)
{
  g_autoptr (GKeyFile) file = load_file (request);
  g_autofree char *group = get_group (request);

  return g_key_file_get_string (file, group, "password", NULL);
}

/* Puts the password of the request into the file, or takes it out. The file is small, and in one go
 * no other request can come between reading and writing it. */
static gboolean
update_file (const Request *request, const char *password, GError **error)
{
  g_autoptr (GKeyFile) file = load_file (request);
  g_autofree char *group = get_group (request);
  g_autofree char *folder = g_path_get_dirname (request->path);
  char            *text;
  gsize            length;
  gboolean         is_written;

  if (password == NULL && !g_key_file_remove_group (file, group, NULL))
    return TRUE;
  if (password != NULL)
    {
      g_key_file_set_string (file, group, "server", request->url);
      g_key_file_set_string (file, group, "user", request->user);
      g_key_file_set_string (file, group, "password", password);
    }
  g_mkdir_with_parents (folder, 0700);
  text = g_key_file_to_data (file, &length, NULL);
  /* a new file of mode 0600, renamed over the old one */
  is_written = g_file_set_contents_full (
      request->path, text, (gssize) length,
      G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
  wipe (text);
  return is_written;
}

/* ---- looking up ---- */

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Request *request = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  char *password = secret_password_lookup_finish (result, &error);

  if (g_task_return_error_if_cancelled (task))
    {
      secret_password_free (password);
      return;
    }
  if (error != NULL)
    g_debug ("no keyring: %s", error->message);
  request->keeping = error == NULL ? TKB_KEEPING_KEYRING : TKB_KEEPING_FILE;
  if (password != NULL)
    {
      request->password = g_strdup (password);
      secret_password_free (password);
    }
  else
    {
      /* also what was stored while there was no keyring */
      request->password = look_up_in_file (request);
      if (request->password != NULL)
        request->keeping = TKB_KEEPING_FILE;
    }
  g_task_return_boolean (task, TRUE);
}

/**
 * tkb_password_look_up_async:
 * @path: of the file for machines without a keyring
 * @url: of the server's database
 * @user: (nullable): the name there
 *
 * May wait for the user to unlock the keyring.
 */
void
tkb_password_look_up_async (const char         *path,
                            const char         *url,
                            const char         *user,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  GTask   *task = request_task_new (path, url, user, NULL, cancellable, callback, user_data);
  Request *request = g_task_get_task_data (task);

  g_task_set_source_tag (task, tkb_password_look_up_async);
  g_task_set_name (task, "tkb_password_look_up_async");
  secret_password_lookup (&schema, cancellable, looked_up_cb, task, "server", request->url, "user",
                          request->user, NULL);
}

/**
 * tkb_password_look_up_finish:
 * @out_password: (out) (nullable) (transfer full): %NULL where none is kept
 * @out_keeping: (out): where it is, or where it would be
 *
 * Returns: %FALSE only when cancelled
 */
gboolean
tkb_password_look_up_finish (GAsyncResult *result,
                             char        **out_password,
                             TkbKeeping   *out_keeping,
                             GError      **error)
{
  Request *request;

  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_password_look_up_async), FALSE);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  request = g_task_get_task_data (G_TASK (result));
  *out_password = g_steal_pointer (&request->password);
  *out_keeping = request->keeping;
  return TRUE;
}

/* ---- storing ---- */

/* The keyring has it, or has forgotten it: then the file need not. Else the file takes it. */
static void
end_keyring (GTask *task, const GError *error)
{
  Request *request = g_task_get_task_data (task);
  GError  *file_error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (error != NULL)
    g_debug ("no keyring: %s", error->message);
  request->keeping = error == NULL ? TKB_KEEPING_KEYRING : TKB_KEEPING_FILE;
  if (update_file (request, error == NULL ? NULL : request->password, &file_error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, file_error);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;

  secret_password_store_finish (result, &error);
  end_keyring (task, error);
}

static void
cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;

  secret_password_clear_finish (result, &error);
  end_keyring (task, error);
}

/**
 * tkb_password_store_async:
 * @path: of the file for machines without a keyring
 * @url: of the server's database
 * @user: (nullable): the name there
 * @password: (nullable): %NULL forgets it
 */
void
tkb_password_store_async (const char         *path,
                          const char         *url,
                          const char         *user,
                          const char         *password,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask   *task = request_task_new (path, url, user, password, cancellable, callback, user_data);
  Request *request = g_task_get_task_data (task);
  g_autofree char *label = NULL;

  g_task_set_source_tag (task, tkb_password_store_async);
  g_task_set_name (task, "tkb_password_store_async");
  if (password == NULL)
    {
      secret_password_clear (&schema, cancellable, cleared_cb, task, "server", request->url, "user",
                             request->user, NULL);
      return;
    }
  /* Translators: name of a password in the keyring; %s is the address of a server */
  label = g_strdup_printf (_ ("TISC Knowledge Base at %s"), url);
  secret_password_store (&schema, SECRET_COLLECTION_DEFAULT, label, password, cancellable,
                         stored_cb, task, "server", request->url, "user", request->user, NULL);
}

/**
 * tkb_password_store_finish:
 * @out_keeping: (out): where it is now
 *
 * Returns: whether it is kept; %FALSE with an error of writing the file, or cancelled
 */
gboolean
tkb_password_store_finish (GAsyncResult *result, TkbKeeping *out_keeping, GError **error)
{
  Request *request;

  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_password_store_async), FALSE);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  request = g_task_get_task_data (G_TASK (result));
  *out_keeping = request->keeping;
  return TRUE;
}
