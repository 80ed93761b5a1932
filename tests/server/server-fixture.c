/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "server-fixture.h"

#include "tkb-accounts.h"
#include "tkb-json.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/prctl.h>

/* seconds that any one step may take */
#define PATIENCE_S 30

static void
add_accounts (const char *data_dir)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbAccounts) accounts = tkb_accounts_load (data_dir, &error);

  g_assert_no_error (error);
  for (TkbRole role = TKB_ROLE_READER; role <= TKB_ROLE_ADMIN; role++)
    {
      g_autofree char *password = g_strconcat (tkb_role_to_string (role), "-password", NULL);
      g_autofree char *hash = tkb_password_hash (password, &error);

      g_assert_no_error (error);
      tkb_accounts_add (accounts, tkb_role_to_string (role), role, hash, NULL, &error);
      g_assert_no_error (error);
    }
  tkb_accounts_save (accounts, &error);
  g_assert_no_error (error);
}

/* A test that fails must not leave a server behind. */
static void
die_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
server_fixture_start (ServerFixture *self, const char *const *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GDataInputStream) out = NULL;
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autofree char *program =
      g_build_filename (g_getenv ("TKB_BUILD_ROOT"), "src", "server", "tisckb-server", NULL);
  g_autofree char *listen = g_strdup_printf ("127.0.0.1:%u", self->port);
  g_autofree char *line = NULL;
  g_autoptr (GUri) uri = NULL;

  g_ptr_array_add (argv, program);
  g_ptr_array_add (argv, (char *) "--data");
  g_ptr_array_add (argv, self->data_dir);
  g_ptr_array_add (argv, (char *) "--listen");
  g_ptr_array_add (argv, listen);
  g_ptr_array_add (argv, (char *) "--quiet");
  for (guint i = 0; arguments != NULL && arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (char *) arguments[i]);
  g_ptr_array_add (argv, NULL);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  self->process =
      g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = g_data_input_stream_read_line (out, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  g_assert_true (g_str_has_prefix (line, "listening on http://"));
  uri = g_uri_parse (line + strlen ("listening on "), G_URI_FLAGS_NONE, &error);
  g_assert_no_error (error);
  self->port = g_uri_get_port (uri);
  g_free (self->url);
  self->url = g_strdup_printf ("http://127.0.0.1:%u", self->port);
}

ServerFixture *
server_fixture_new (const char *const *arguments)
{
  ServerFixture *self = g_new0 (ServerFixture, 1);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (sodium_init (), >=, 0);
  self->data_dir = g_dir_make_tmp ("tisckb-server-XXXXXX", &error);
  g_assert_no_error (error);
  add_accounts (self->data_dir);
  self->session =
      soup_session_new_with_options ("timeout", PATIENCE_S, "proxy-resolver", NULL, NULL);
  server_fixture_start (self, arguments);
  return self;
}

void
server_fixture_stop (ServerFixture *self)
{
  g_autoptr (GError) error = NULL;

  if (self->process == NULL)
    return;
  g_subprocess_send_signal (self->process, SIGTERM);
  g_subprocess_wait (self->process, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (self->process));
  g_assert_cmpint (g_subprocess_get_exit_status (self->process), ==, 0);
  g_clear_object (&self->process);
}

void
server_fixture_kill (ServerFixture *self)
{
  g_subprocess_send_signal (self->process, SIGKILL);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

void
server_fixture_free (ServerFixture *self)
{
  soup_session_abort (self->session);
  g_object_unref (self->session);
  server_fixture_stop (self);
  remove_tree (self->data_dir);
  g_free (self->data_dir);
  g_free (self->url);
  g_free (self);
}

char *
server_fixture_authorization (const char *user)
{
  g_autofree char *clear = g_strdup_printf ("%s:%s-password", user, user);
  g_autofree char *encoded = g_base64_encode ((const guchar *) clear, strlen (clear));

  return g_strconcat ("Basic ", encoded, NULL);
}

static Answer *
send_message (ServerFixture *self, const char *user, SoupMessage *message)
{
  g_autoptr (GError) error = NULL;
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  Answer             *answer = g_new0 (Answer, 1);

  soup_message_add_flags (message, SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);
  if (user != NULL)
    {
      g_autofree char *authorization = server_fixture_authorization (user);

      soup_message_headers_replace (headers, "Authorization", authorization);
    }
  answer->body = soup_session_send_and_read (self->session, message, NULL, &error);
  g_assert_no_error (error);
  answer->status = soup_message_get_status (message);
  answer->headers = soup_message_headers_ref (soup_message_get_response_headers (message));
  answer->json = tkb_json_parse (g_bytes_get_data (answer->body, NULL),
                                 g_bytes_get_size (answer->body), 1 << 28, NULL);
  return answer;
}

static SoupMessage *
make_message (ServerFixture *self, const char *method, const char *path, GBytes *body, va_list args)
{
  g_autofree char *url = g_strconcat (self->url, path, NULL);
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  SoupMessage        *message;
  SoupMessageHeaders *headers;
  const char         *name;

  g_assert_nonnull (uri);
  message = soup_message_new_from_uri (method, uri);
  headers = soup_message_get_request_headers (message);
  if (body != NULL)
    soup_message_set_request_body_from_bytes (message, "application/json", body);
  while ((name = va_arg (args, const char *)) != NULL)
    {
      const char *value = va_arg (args, const char *);

      soup_message_headers_replace (headers, name, value);
    }
  return message;
}

Answer *
server_fixture_send_bytes (
    ServerFixture *self, const char *user, const char *method, const char *path, GBytes *body, ...)
{
  g_autoptr (SoupMessage) message = NULL;
  va_list args;

  va_start (args, body);
  message = make_message (self, method, path, body, args);
  va_end (args);
  return send_message (self, user, message);
}

Answer *
server_fixture_send (ServerFixture *self,
                     const char    *user,
                     const char    *method,
                     const char    *path,
                     const char    *body,
                     ...)
{
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  va_list args;

  va_start (args, body);
  message = make_message (self, method, path, bytes, args);
  va_end (args);
  return send_message (self, user, message);
}

GSocketConnection *
server_fixture_connect (ServerFixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *connection;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", self->port, NULL, &error);
  g_assert_no_error (error);
  return connection;
}

char *
server_fixture_send_raw (ServerFixture *self, const char *bytes, gssize length, guint seconds)
{
  g_autoptr (GSocketConnection) connection = server_fixture_connect (self);
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  GInputStream  *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr (GString) text = g_string_new (NULL);
  char   buffer[4096];
  gssize n;

  g_socket_set_timeout (g_socket_connection_get_socket (connection), seconds);
  g_output_stream_write_all (out, bytes, length >= 0 ? (gsize) length : strlen (bytes), NULL, NULL,
                             NULL);
  while ((n = g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_string_append_len (text, buffer, n);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
answer_free (Answer *self)
{
  soup_message_headers_unref (self->headers);
  g_bytes_unref (self->body);
  g_clear_pointer (&self->json, json_node_unref);
  g_free (self);
}

char *
answer_get (Answer *self, const char *path)
{
  g_auto (GStrv) steps = g_strsplit (path, ".", -1);
  JsonNode *node = self->json;
  g_autoptr (GString) text = NULL;

  for (guint i = 0; steps[i] != NULL && node != NULL; i++)
    {
      if (JSON_NODE_HOLDS_ARRAY (node))
        {
          JsonArray *array = json_node_get_array (node);
          guint64    index = g_ascii_strtoull (steps[i], NULL, 10);

          node =
              index < json_array_get_length (array) ? json_array_get_element (array, index) : NULL;
        }
      else if (JSON_NODE_HOLDS_OBJECT (node))
        {
          node = json_object_get_member (json_node_get_object (node), steps[i]);
        }
      else
        {
          node = NULL;
        }
    }
  if (node == NULL)
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  text = g_string_new (NULL);
  tkb_json_append (text, node);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
answer_assert (Answer *self, guint status, const char *path, const char *expected)
{
  if (self->status != status)
    g_test_message ("the answer: %.*s", (int) MIN (g_bytes_get_size (self->body), 1000),
                    (const char *) g_bytes_get_data (self->body, NULL));
  g_assert_cmpuint (self->status, ==, status);
  if (path != NULL)
    {
      g_autofree char *value = answer_get (self, path);

      g_assert_cmpstr (value, ==, expected);
    }
}

void
server_fixture_expect (ServerFixture *self,
                       const char    *user,
                       const char    *method,
                       const char    *path,
                       const char    *body,
                       guint          status,
                       const char    *member,
                       const char    *expected)
{
  g_autoptr (Answer) answer = server_fixture_send (self, user, method, path, body, NULL);

  g_test_message ("%s %.200s by %s", method, path, user != NULL ? user : "nobody");
  answer_assert (answer, status, member, expected);
}

char *
make_case (const char *id, const char *state, const char *members)
{
  return g_strdup_printf (
      "{\"_id\":\"%s\",\"kind\":\"case\",\"state\":\"%s\",\"visibility\":\"network\","
      "\"language\":\"en\",\"title\":\"A case\",\"summary\":\"What it is about.\","
      "\"serving_institution\":\"A centre\",\"country\":\"CN\",\"client_type\":\"sme\","
      "\"service_types\":[\"novelty-search\"],\"need\":\"A need.\","
      "\"process\":[{\"action\":\"Searched.\"}],\"social_result\":\"A result.\","
      "\"lessons\":[\"One.\",\"Two.\",\"Three.\"]%s%s}",
      id, state, members != NULL ? "," : "", members != NULL ? members : "");
}
