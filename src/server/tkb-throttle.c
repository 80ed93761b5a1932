/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-throttle.h"

#include "tkb-server-limits.h"

/* failures that cost nothing, per key */
#define FREE_PER_PAIR 5
#define FREE_PER_ACCOUNT 30
#define FREE_PER_ADDRESS 50
/* the wait doubles with each further failure, up to this */
#define MAX_WAIT_S 60
/* after so long a peace all is forgotten */
#define FORGET_MS (15 * 60 * 1000)

typedef struct
{
  guint  failures;
  gint64 last_ms;
  gint64 blocked_until_ms;
} Entry;

struct _TkbThrottle
{
  TkbClock   *clock;   /* (owned) */
  GHashTable *entries; /* (owned) key -> Entry */
};

/**
 * tkb_throttle_new:
 * @clock: the clock
 *
 * Returns: (transfer full): a throttle that remembers nothing
 */
TkbThrottle *
tkb_throttle_new (TkbClock *clock)
{
  TkbThrottle *self = g_new0 (TkbThrottle, 1);

  self->clock = g_object_ref (clock);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/**
 * tkb_throttle_free:
 * @self: (transfer full): a throttle
 */
void
tkb_throttle_free (TkbThrottle *self)
{
  g_object_unref (self->clock);
  g_hash_table_unref (self->entries);
  g_free (self);
}

static char *
make_key (guint which, const char *name, const char *address)
{
  switch (which)
    {
    case 0:
      return g_strdup_printf ("p\n%s\n%s", name, address);
    case 1:
      return g_strdup_printf ("n\n%s", name);
    default:
      return g_strdup_printf ("a\n%s", address);
    }
}

static const guint free_failures[] = { FREE_PER_PAIR, FREE_PER_ACCOUNT, FREE_PER_ADDRESS };

/**
 * tkb_throttle_get_wait_s:
 * @self: a throttle
 * @name: the account asked for
 * @address: where from
 *
 * Returns: seconds to wait; 0: go on
 */
guint
tkb_throttle_get_wait_s (TkbThrottle *self, const char *name, const char *address)
{
  gint64 now = tkb_clock_get_monotonic_ms (self->clock);
  gint64 until = now;

  for (guint i = 0; i < G_N_ELEMENTS (free_failures); i++)
    {
      g_autofree char *key = make_key (i, name, address);
      Entry           *entry = g_hash_table_lookup (self->entries, key);

      if (entry != NULL)
        until = MAX (until, entry->blocked_until_ms);
    }
  return (until - now + 999) / 1000;
}

static gboolean
is_forgotten (gpointer key, gpointer value, gpointer user_data)
{
  const Entry  *entry = value;
  const gint64 *now = user_data;

  return *now - entry->last_ms > FORGET_MS;
}

static void
make_room (TkbThrottle *self, gint64 now)
{
  GHashTableIter iter;
  gpointer       key, value, oldest = NULL;
  gint64         oldest_ms = G_MAXINT64;

  if (g_hash_table_size (self->entries) < TKB_SERVER_MAX_FAILURES)
    return;
  g_hash_table_foreach_remove (self->entries, is_forgotten, &now);
  if (g_hash_table_size (self->entries) < TKB_SERVER_MAX_FAILURES)
    return;
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      if (((Entry *) value)->last_ms < oldest_ms)
        {
          oldest_ms = ((Entry *) value)->last_ms;
          oldest = key;
        }
    }
  g_hash_table_remove (self->entries, oldest);
}

/**
 * tkb_throttle_note_failure:
 * @self: a throttle
 * @name: the account asked for
 * @address: where from
 *
 * To be called when an attempt begins, and taken back by tkb_throttle_note_success(): so attempts
 * side by side count as well.
 */
void
tkb_throttle_note_failure (TkbThrottle *self, const char *name, const char *address)
{
  gint64 now = tkb_clock_get_monotonic_ms (self->clock);

  for (guint i = 0; i < G_N_ELEMENTS (free_failures); i++)
    {
      g_autofree char *key = make_key (i, name, address);
      Entry           *entry = g_hash_table_lookup (self->entries, key);

      if (entry == NULL)
        {
          make_room (self, now);
          entry = g_new0 (Entry, 1);
          g_hash_table_insert (self->entries, g_steal_pointer (&key), entry);
        }
      if (now - entry->last_ms > FORGET_MS)
        entry->failures = 0;
      entry->last_ms = now;
      entry->failures++;
      if (entry->failures >= free_failures[i])
        {
          guint exponent = MIN (entry->failures - free_failures[i], 6);

          entry->blocked_until_ms = now + 1000 * (gint64) MIN (1u << exponent, MAX_WAIT_S);
        }
    }
}

/**
 * tkb_throttle_note_success:
 * @self: a throttle
 * @name: the account
 * @address: where from
 *
 * The pair starts afresh; account and address get the one attempt back.
 */
void
tkb_throttle_note_success (TkbThrottle *self, const char *name, const char *address)
{
  for (guint i = 0; i < G_N_ELEMENTS (free_failures); i++)
    {
      g_autofree char *key = make_key (i, name, address);
      Entry           *entry = g_hash_table_lookup (self->entries, key);

      if (entry == NULL)
        continue;
      if (i == 0 || entry->failures <= 1)
        {
          g_hash_table_remove (self->entries, key);
          continue;
        }
      entry->failures--;
      if (entry->failures < free_failures[i])
        entry->blocked_until_ms = 0;
    }
}
