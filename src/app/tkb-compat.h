/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The one door to GTK and libadwaita: the toolkit window (GTK 4.8, libadwaita 1.2) and the types
 * that later versions deprecate. AdwLeaflet (later AdwNavigationSplitView), AdwMessageDialog
 * (AdwAlertDialog), AdwAboutWindow (AdwAboutDialog), GtkFileChooserNative (GtkFileDialog) and
 * gtk_show_uri () (GtkUriLauncher) are used; moving on means to begin here. */
#pragma once

#include <adwaita.h>
#include <glib/gi18n.h>

G_BEGIN_DECLS

/* Opens url in the browser if, and only if, it is an http or https address; content from other
 * people must not start other programs. FALSE: it was not opened. */
static inline gboolean
tkb_compat_show_url (GtkWidget *widget, const char *url)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  if (url == NULL || (!g_str_has_prefix (url, "https://") && !g_str_has_prefix (url, "http://")) ||
      !g_uri_is_valid (url, G_URI_FLAGS_PARSE_RELAXED, NULL))
    return FALSE;
  gtk_show_uri (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, url, GDK_CURRENT_TIME);
  return TRUE;
}

/* An icon that only repeats what words beside it say: assistive technology passes it over. */
static inline GtkWidget *
tkb_compat_icon (const char *icon_name)
{
  return g_object_new (GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION,
                       "icon-name", icon_name, NULL);
}

G_END_DECLS
