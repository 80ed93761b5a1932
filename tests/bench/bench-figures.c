/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "bench-figures.h"

#include <stdlib.h>
#include <time.h>

BenchSeries *
bench_series_new (const char *name)
{
  BenchSeries *self = g_new0 (BenchSeries, 1);

  self->name = g_strdup (name);
  self->cpu_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->wall_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  return self;
}

void
bench_series_free (BenchSeries *self)
{
  g_free (self->name);
  g_array_unref (self->cpu_us);
  g_array_unref (self->wall_us);
  g_free (self);
}

BenchTime
bench_time_now (void)
{
  struct timespec cpu;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &cpu);
  return (BenchTime){ cpu.tv_sec * G_USEC_PER_SEC + cpu.tv_nsec / 1000, g_get_monotonic_time () };
}

double
bench_series_add (BenchSeries *self, BenchTime start)
{
  BenchTime now = bench_time_now ();
  gint64    cpu_us = now.cpu_us - start.cpu_us;
  gint64    wall_us = now.wall_us - start.wall_us;

  g_array_append_val (self->cpu_us, cpu_us);
  g_array_append_val (self->wall_us, wall_us);
  return cpu_us / 1000.0;
}

void
bench_series_append (BenchSeries *self, const BenchSeries *other)
{
  g_array_append_vals (self->cpu_us, other->cpu_us->data, other->cpu_us->len);
  g_array_append_vals (self->wall_us, other->wall_us->data, other->wall_us->len);
}

static int
compare_times (const void *a, const void *b)
{
  gint64 x = *(const gint64 *) a;
  gint64 y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static double
get_quantile (GArray *times, double quantile)
{
  if (times->len == 0)
    return 0;
  qsort (times->data, times->len, sizeof (gint64), compare_times);
  return g_array_index (times, gint64, (guint) (quantile * (times->len - 1))) / 1000.0;
}

double
bench_series_get_quantile (BenchSeries *self, double quantile)
{
  return get_quantile (self->cpu_us, quantile);
}

void
bench_series_print (BenchSeries *self)
{
  g_print ("  %-30s %5u  p50 %6.2f  p99 %7.2f  worst %7.2f ms   (wall clock p99 %7.2f)\n",
           self->name, self->cpu_us->len, get_quantile (self->cpu_us, 0.5),
           get_quantile (self->cpu_us, 0.99), get_quantile (self->cpu_us, 1),
           get_quantile (self->wall_us, 0.99));
}
