/*
 * pg/embedded.h - the private PostgreSQL server of a project.
 *
 * A cluster in a directory of the project, made once, reached through a Unix socket in a private
 * directory, without TCP, run as an unprivileged user. It lives as long as the process that started
 * it: it is stopped by embedded_stop, and by the kernel's parent-death signal when the process is
 * killed. All calls block; start and stop on the program's first thread, before others run (the
 * parent-death signal follows the thread).
 */
#pragma once

#include "base/err.h"

struct embedded;

typedef void embedded_progress_fn(void *arg, const char *text);

struct embedded_options {
	const char *dir;      /* for data, log and lock; made if missing. Required */
	const char *database; /* made if missing; NULL = "fraiseql" */
	const char *outside;  /* where root's state is when the server's user can't reach `dir`;
				 NULL = /var/lib/fraiseql */
	const char *bin_dir;  /* where `postgres` and `initdb` are; NULL = look for the newest */
	const char *const
		*settings; /* more "name=value" for the server, NULL at the end; or NULL */
	bool share;        /* when another process runs the server already, use that one */
	embedded_progress_fn
		*progress; /* told what takes long ("initialising the database"); or NULL */
	void *arg;
};

/*
 * Starts the server and waits until it takes connections. A server that an earlier process left
 * behind is stopped first. Fails: ERR_CONFIG (PostgreSQL is not installed or too old, wrong owner,
 * no place for the socket), ERR_UNAVAILABLE (another process is using the directory; the server did
 * not start: with its log's last lines), ERR_IO.
 */
MUST_USE bool embedded_start(const struct embedded_options *o, struct embedded **out,
	struct err *e);
/* For libpq: host, user (a superuser, "fraiseql"), dbname. Lives as long as `s`. */
const char *embedded_conninfo(const struct embedded *s);
/* Where the server writes its log. */
const char *embedded_log_path(const struct embedded *s);
/*
 * Where data, log and lock are: `dir`, or a directory below `outside` when root runs this
 * and the server's user can't reach `dir`. The latter is dropped by a start after `dir` was
 * deleted.
 */
const char *embedded_state_dir(const struct embedded *s);
/* False once the server has ended by itself. */
bool embedded_is_running(struct embedded *s);
/* Another process runs the server: it is not stopped by embedded_stop. */
bool embedded_is_shared(const struct embedded *s);
/* Stops (SIGINT: clients are disconnected, everything is written), waits, frees. NULL is allowed.
 */
void embedded_stop(struct embedded *s);
