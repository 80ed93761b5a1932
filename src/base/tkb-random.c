/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-random.h"

#include <errno.h>
#include <sys/random.h>

/**
 * TkbRandom:
 *
 * A stream of pseudo-random numbers: xoshiro256** (Blackman and Vigna, "Scrambled linear
 * pseudorandom number generators", 2018), its state filled by splitmix64, so that a seed gives the
 * same stream on every machine. Safe from any thread.
 */
struct _TkbRandom
{
  GObject parent_instance;

  GMutex  lock;
  guint64 state[4]; /* guarded by lock */
};

G_DEFINE_FINAL_TYPE (TkbRandom, tkb_random, G_TYPE_OBJECT)

static inline guint64
rotate_left (guint64 value, int bits)
{
  return (value << bits) | (value >> (64 - bits));
}

static void
tkb_random_finalize (GObject *object)
{
  TkbRandom *self = TKB_RANDOM (object);

  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (tkb_random_parent_class)->finalize (object);
}

static void
tkb_random_class_init (TkbRandomClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_random_finalize;
}

static void
tkb_random_init (TkbRandom *self)
{
  g_mutex_init (&self->lock);
}

/**
 * tkb_random_new_system:
 *
 * Returns: (transfer full): a stream whose whole state comes from the kernel
 */
TkbRandom *
tkb_random_new_system (void)
{
  TkbRandom *self = g_object_new (TKB_TYPE_RANDOM, NULL);

  while (getentropy (self->state, sizeof self->state) != 0 && errno == EINTR)
    ;
  if ((self->state[0] | self->state[1] | self->state[2] | self->state[3]) == 0)
    self->state[0] = (guint64) g_get_real_time () | 1; /* the one state that would stay zero */

  return self;
}

/**
 * tkb_random_new_seeded:
 * @seed: any number
 *
 * Returns: (transfer full): the stream that belongs to @seed
 */
TkbRandom *
tkb_random_new_seeded (guint64 seed)
{
  TkbRandom *self = g_object_new (TKB_TYPE_RANDOM, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (self->state); i++)
    {
      guint64 z = seed += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

      z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
      z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
      self->state[i] = z ^ (z >> 31);
    }

  return self;
}

/**
 * tkb_random_next:
 *
 * Returns: 64 uniform bits
 */
guint64
tkb_random_next (TkbRandom *self)
{
  g_autoptr (GMutexLocker) locker = NULL;
  guint64 *state;
  guint64  result, shifted;

  g_return_val_if_fail (TKB_IS_RANDOM (self), 0);

  locker = g_mutex_locker_new (&self->lock);
  state = self->state;
  result = rotate_left (state[1] * 5, 7) * 9;
  shifted = state[1] << 17;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = rotate_left (state[3], 45);

  return result;
}

/**
 * tkb_random_below:
 * @bound: greater than 0
 *
 * Returns: a uniform number from 0 to @bound - 1, without the bias of a plain remainder
 */
guint32
tkb_random_below (TkbRandom *self, guint32 bound)
{
  guint32 rejected_below;

  g_return_val_if_fail (TKB_IS_RANDOM (self), 0);
  g_return_val_if_fail (bound > 0, 0);

  rejected_below = -bound % bound; /* 2^32 mod bound */
  for (;;)
    {
      guint64 product = (tkb_random_next (self) >> 32) * bound;

      if ((guint32) product >= rejected_below)
        return product >> 32;
    }
}

/**
 * tkb_random_uuid:
 *
 * Returns: (transfer full): 128 random bits as 32 lower-case hexadecimal digits, the form of
 *   CouchDB's document ids
 */
char *
tkb_random_uuid (TkbRandom *self)
{
  guint64 high, low;

  g_return_val_if_fail (TKB_IS_RANDOM (self), NULL);

  high = tkb_random_next (self);
  low = tkb_random_next (self);
  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", high, low);
}
