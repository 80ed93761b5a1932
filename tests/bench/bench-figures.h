/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Times of many runs of one thing, and their quantiles. Processor time of the whole process counts,
 * because other programs share the machine; the clock on the wall is kept beside it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char   *name;    /* (owned) */
  GArray *cpu_us;  /* (owned) (element-type gint64) */
  GArray *wall_us; /* (owned) (element-type gint64) */
} BenchSeries;

typedef struct
{
  gint64 cpu_us;
  gint64 wall_us;
} BenchTime;

BenchSeries *bench_series_new (const char *name);
void         bench_series_free (BenchSeries *self);
BenchTime    bench_time_now (void);
/* Appends what has passed since start; returns the processor time in ms. */
double bench_series_add (BenchSeries *self, BenchTime start);
/* Adds all times of other. */
void bench_series_append (BenchSeries *self, const BenchSeries *other);
/* ms of processor time */
double bench_series_get_quantile (BenchSeries *self, double quantile);
void   bench_series_print (BenchSeries *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchSeries, bench_series_free)

G_END_DECLS
