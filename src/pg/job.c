/*
 * job - what a job needs from a connection, and the ways in which it ends.
 *
 * A job is in exactly one place: a queue of its lane, in flight on a connection (ops point to it),
 * or doomed. All ways end in job_done, which takes it out of the counts and calls on_done once.
 */
#include "pg/pool_int.h"

#include <assert.h>
#include <stdio.h>

/* A job is sent at most this often: aborted with its batch, lost, stale, hit by another's cancel.
 */
enum { ATTEMPTS_MAX = 6 };

void queue_push(struct pgqueue *q, struct pgjob *job)
{
	job->next = NULL;
	job->prev = q->last;
	if (q->last)
		q->last->next = job;
	else
		q->first = job;
	q->last = job;
	q->n++;
}

void queue_remove(struct pgqueue *q, struct pgjob *job)
{
	if (job->prev)
		job->prev->next = job->next;
	else
		q->first = job->next;
	if (job->next)
		job->next->prev = job->prev;
	else
		q->last = job->prev;
	job->next = job->prev = NULL;
	q->n--;
}

bool job_is_read(const struct pgjob *job)
{
	return job->tx == PGTX_READ || (job->tx == PGTX_NONE && job->lane == PGLANE_FAST);
}

bool job_needs_begin(const struct pgjob *job)
{
	switch (job->tx) {
	case PGTX_NONE: return false;
	case PGTX_READ: return job->nstmts != 1;
	case PGTX_WRITE:
	case PGTX_ROLLBACK: break;
	}
	return true;
}

bool job_is_by_value(const struct pgpool *p, const struct pgjob *job)
{
	for (int i = 0; p->generic && i < job->nstmts; i++)
		if (job->stmts[i].by_value)
			return true;
	return false;
}

bool job_is_solo(const struct pgpool *p, const struct pgjob *job)
{
	return job_is_by_value(p, job) || job->tx != PGTX_NONE || job->lane != PGLANE_FAST ||
		job->nsettings > 0 || (job->state & JOB_SOLO) ||
		job->due_us > job->sent_us + p->timeout_ms * 1000;
}

bool job_is_alone(const struct pgjob *job)
{
	return job->alone || job->lane == PGLANE_SLOW || job_needs_begin(job) || !job_is_read(job);
}

void job_done(struct pgpool *p, struct pgjob *job, const struct err *e, const struct pgdiag *d)
{
	struct err own;
	if (job_state(job) == JOB_SENT || job_state(job) == JOB_ENDING)
		p->stats.running--;
	if (!e && (job->state & JOB_TIMED_OUT)) {
		err_set(&own, ERR_TIMEOUT, "the deadline passed");
		e = &own;
	} else if (!e && (job->state & JOB_ROLLBACK) && (job->state & JOB_MUTED)) {
		err_set(&own, ERR_UNAVAILABLE, "cancelled");
		e = &own;
	}
	p->stats.timeouts += e && e->code == ERR_TIMEOUT;
	job->state = 0;
	job->conn = NULL;
	job->on_done(job, e, d);
}

void job_again(struct pgpool *p, struct pgjob *job)
{
	struct err e;
	if (job->attempts >= ATTEMPTS_MAX) {
		err_set(&e, ERR_UNAVAILABLE, "the statement was interrupted %u times",
			job->attempts);
		job_done(p, job, &e, NULL);
		return;
	}
	assert(!(job->state & JOB_REPORTED));
	p->stats.running--;
	p->stats.resent++;
	p->stats.queued++;
	job->conn = NULL;
	job->state |= JOB_SOLO;
	job_enter(job, JOB_QUEUED);
	queue_push(&p->lanes[job->lane].again, job);
}

void job_lost(struct pgpool *p, struct pgjob *job, const char *why)
{
	unsigned spent = JOB_REPORTED | JOB_LOST_ONCE | JOB_MUTED;
	if (!p->closing && job_is_read(job) && !(job->state & spent)) {
		job->state |= JOB_LOST_ONCE;
		job_again(p, job);
		return;
	}
	struct err e;
	bool unsure = job->tx == PGTX_WRITE || (job->tx == PGTX_NONE && !job_is_read(job));
	bool committing = unsure && (!job->hold || job_state(job) == JOB_ENDING);
	err_set(&e, ERR_UNAVAILABLE, "connection lost%s: %s",
		committing ? ", it is not known whether the change was stored" : "", why);
	job_done(p, job, &e, NULL);
}

void job_doom(struct pgpool *p, struct pgjob *job, unsigned reason)
{
	if (job_state(job) == JOB_SENT)
		p->stats.running--;
	job->state |= reason;
	job->conn = NULL;
	job_enter(job, JOB_DYING);
	queue_push(&p->dying, job);
	hook_again(p->hook);
}

static void answer_doomed(struct pgpool *p, struct pgjob *job)
{
	struct err e;
	if (job->state & JOB_MALFORMED)
		err_set(&e, ERR_INTERNAL, "a job of %d statements with %d settings can't be run",
			job->nstmts, job->nsettings);
	else if (job->state & JOB_TIMED_OUT)
		err_set(&e, ERR_TIMEOUT, "the deadline passed");
	else if (job->state & JOB_REFUSED)
		err_set(&e, ERR_UNAVAILABLE, "too many requests are waiting for the database");
	else if (job->state & JOB_UNREACHED)
		err_set(&e, ERR_UNAVAILABLE, "no connection to the database%s%s",
			p->last_error.code ? ": " : "", p->last_error.message);
	else
		err_set(&e, ERR_UNAVAILABLE, "cancelled");
	job_done(p, job, &e, NULL);
}

void job_answer_doomed(struct pgpool *p)
{
	struct pgqueue doomed = p->dying;
	p->dying = (struct pgqueue){ 0 };
	while (doomed.first) {
		struct pgjob *job = doomed.first;
		queue_remove(&doomed, job);
		answer_doomed(p, job);
	}
}
