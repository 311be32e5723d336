/*
 * cancel - asking the server to stop a statement, without stopping the loop.
 *
 * libpq 15 can only send a cancel request with a blocking call, so it is made by a short-lived
 * thread, one at a time. A request names a connection, not a statement, and arrives whenever it
 * arrives; therefore the connection gets no new job before the call has come back (by then the
 * signal is pending at the backend, which ignores it while idle), and a job that was hit in
 * another's place is sent again (pipe.c).
 */
#include "pg/pool_int.h"

#include "base/arena.h"

struct pgcancel_task {
	struct pgpool *pool;
	struct pgconn *conn; /* NULL: lost meanwhile */
	PGcancel *cancel;
	bool ok;
	char why[256];
};

/* In the thread. It touches nothing but the task until the wake-up. */
static void run(void *arg)
{
	struct pgcancel_task *t = arg;
	t->ok = PQcancel(t->cancel, t->why, sizeof t->why) == 1;
	wake_send(t->pool->cancel_wake);
}

static void end_task(struct pgpool *p)
{
	struct pgcancel_task *t = p->cancel_task;
	thread_join(p->cancel_thread);
	if (!t->ok)
		log_debug(p->log, "cancel request: %s", t->why);
	if (t->conn)
		t->conn->cancelling = false;
	PQfreeCancel(t->cancel);
	mem_free(t);
	p->cancel_task = NULL;
	p->cancel_thread = NULL;
}

static void on_wake(void *arg)
{
	struct pgpool *p = arg;
	if (p->cancel_task)
		end_task(p);
}

bool cancel_start(struct pgconn *c)
{
	struct pgpool *p = c->pool;
	PGcancel *cancel = p->cancel_task ? NULL : PQgetCancel(c->pg);
	if (!cancel)
		return false;
	struct pgcancel_task *t = mem_new(struct pgcancel_task);
	*t = (struct pgcancel_task){ .pool = p, .conn = c, .cancel = cancel };
	c->cancelling = true;
	p->cancel_task = t;
	p->cancel_thread = thread_start("pg-cancel", run, t);
	return true;
}

void cancel_forget(struct pgconn *c)
{
	if (c->cancelling)
		c->pool->cancel_task->conn = NULL;
	c->cancelling = false;
}

void cancel_open(struct pgpool *p)
{
	p->cancel_wake = wake_open(p->loop, on_wake, p);
}

void cancel_close(struct pgpool *p)
{
	if (p->cancel_task)
		end_task(p);
	wake_close(p->cancel_wake);
}
