/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Every bound of the server, with its unit and reason. What concerns documents themselves stands in
 * tkb-limits.h. */
#pragma once

#include "tkb-limits.h"

/* bytes of all request headers; a cookie and a Basic header need under 2 KiB. Over it: 431. libsoup
 * itself cuts the connection at 100 KiB. */
#define TKB_SERVER_MAX_HEADER_BYTES (32 * 1024)
/* bytes of the request target; an id of 512 bytes is at most 1,536 when escaped, open_revs and keys
 * take the rest. Over it: 414 */
#define TKB_SERVER_MAX_TARGET_BYTES (24 * 1024)
/* bytes of a small body: credentials, security objects, local documents */
#define TKB_SERVER_MAX_SMALL_BODY_BYTES (1024 * 1024)
/* bytes of a multipart body: one document with attachments; more attachments go one by one */
#define TKB_SERVER_MAX_MULTIPART_BYTES (4 * TKB_MAX_ATTACHMENT_BYTES)
/* bytes of a request body that stay in memory; the rest is spooled to a nameless file */
#define TKB_SERVER_SPOOL_MEMORY_BYTES (256 * 1024)
/* bytes that are still read, and thrown away, of a refused request, so that the client gets to see
 * the answer; then the connection is cut */
#define TKB_SERVER_DRAIN_BYTES (16 * 1024 * 1024)
/* bytes of one piece of a streamed answer: large enough that the hop between threads costs little
 */
#define TKB_SERVER_CHUNK_BYTES (128 * 1024)
/* bytes an answer must have before it is compressed; below it gzip gains no packet */
#define TKB_SERVER_MIN_GZIP_BYTES 1024
/* bytes of attachments put into one JSON answer as base64, which must be whole in memory; more is
 * to be had as multipart or one by one */
#define TKB_SERVER_MAX_INLINE_BYTES (64LL * 1024 * 1024)
/* threads that run handlers; they wait for the disk and for the one writer, not for the processor
 */
#define TKB_SERVER_THREADS 12
/* requests under way at once, idle feeds included (20 KiB each); beyond: 503 with Retry-After */
#define TKB_SERVER_MAX_REQUESTS 8000
/* requests that wait for a password to be checked (64 MiB and some 60 ms each, one at a time);
 * beyond: 429 */
#define TKB_SERVER_MAX_LOGINS_WAITING 64
/* seconds a client may be silent while it sends its request */
#define TKB_SERVER_READ_TIMEOUT_S 120
/* seconds that a stop waits for what is in flight */
#define TKB_SERVER_STOP_GRACE_S 10
/* seconds a session lasts; a token older than a tenth of it is renewed on use */
#define TKB_SERVER_SESSION_S (10 * 60 * 60)
/* connections waiting to be accepted; GLib's own 10 makes a crowd of clients wait for seconds */
#define TKB_SERVER_BACKLOG 1024
/* milliseconds: heartbeat=true, and the longest silence of a feed without one (CouchDB: 60 s) */
#define TKB_SERVER_FEED_TIMEOUT_MS 60000
/* milliseconds: a shorter heartbeat would only burn processor time */
#define TKB_SERVER_MIN_HEARTBEAT_MS 100
/* changes read from the store at a time */
#define TKB_SERVER_CHANGES_PAGE 500
/* rows of a descending feed, which is read in one piece */
#define TKB_SERVER_MAX_DESCENDING 100000
/* rows of _all_docs read from the store at a time */
#define TKB_SERVER_LIST_PAGE 500
/* uuids in one answer, as CouchDB */
#define TKB_SERVER_MAX_UUIDS 1000
/* characters of a database name: a file name with .tisckb-wal behind it, worst case escaped */
#define TKB_SERVER_MAX_DATABASE_NAME 80
/* characters of an account name; bytes of a password (Argon2 takes any length, we do not) */
#define TKB_SERVER_MAX_USER_NAME 64
#define TKB_SERVER_MAX_PASSWORD_BYTES 1024
/* accounts and addresses whose failed logins are remembered */
#define TKB_SERVER_MAX_FAILURES 4096
