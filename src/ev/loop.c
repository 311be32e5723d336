/*
 * loop - libuv behind the names of loop.h.
 *
 * Every handle struct starts with its uv handle's storage and frees itself in libuv's close
 * callback. Hooks share one uv_check (end of a turn) and one uv_idle, which is running only while a
 * hook asked for another turn, because an active idle handle keeps the loop from sleeping.
 */
#include "ev/loop.h"

#include "base/arena.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <uv.h>

struct hook {
	struct loop *loop;
	struct hook *next;
	ev_fn *fn;
	void *arg;
	bool closed;
};

struct loop {
	uv_loop_t uv;
	uv_check_t check;
	uv_idle_t idle;
	struct hook *hooks;
};

struct watch {
	uv_poll_t uv;
	watch_fn *fn;
	void *arg;
	int events;
};

struct timer {
	uv_timer_t uv;
	ev_fn *fn;
	void *arg;
};

struct wake {
	uv_async_t uv;
	ev_fn *fn;
	void *arg;
};

struct sigwatch {
	uv_signal_t uv;
	ev_fn *fn;
	void *arg;
};

struct pathwatch {
	uv_fs_event_t uv;
	pathwatch_fn *fn;
	void *arg;
};

struct thread {
	uv_thread_t uv;
	char name[16];
	ev_fn *fn;
	void *arg;
};

/* Start-up calls that fail only when the process is out of descriptors or memory. */
static void must(int status, const char *what)
{
	if (status == 0)
		return;
	fprintf(stderr, "fraiseql: %s: %s\n", what, uv_strerror(status));
	abort(); /* without descriptors or memory nothing can go on */
}

static void free_handle(uv_handle_t *h)
{
	mem_free(h);
}

static void close_handle(void *h)
{
	if (!uv_is_closing(h))
		uv_close(h, free_handle);
}

/* ---- loop and hooks ---- */

static void drop_closed_hooks(struct loop *l)
{
	struct hook **at = &l->hooks;
	while (*at) {
		struct hook *h = *at;
		if (h->closed) {
			*at = h->next;
			mem_free(h);
		} else {
			at = &h->next;
		}
	}
}

static void on_check(uv_check_t *check)
{
	struct loop *l = CONTAINER(check, struct loop, check);
	uv_idle_stop(&l->idle);
	for (struct hook *h = l->hooks; h; h = h->next)
		if (!h->closed)
			h->fn(h->arg);
	drop_closed_hooks(l);
}

static void on_idle(uv_idle_t *idle)
{
	UNUSED(idle);
}

struct loop *loop_open(void)
{
	struct loop *l = mem_new(struct loop);
	must(uv_loop_init(&l->uv), "event loop");
	must(uv_check_init(&l->uv, &l->check), "event loop");
	must(uv_idle_init(&l->uv, &l->idle), "event loop");
	uv_check_start(&l->check, on_check);
	uv_unref((uv_handle_t *)&l->check);
	return l;
}

void loop_run(struct loop *l)
{
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

void loop_turn(struct loop *l, bool wait)
{
	uv_run(&l->uv, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
}

void loop_stop(struct loop *l)
{
	uv_stop(&l->uv);
}

static void close_left_over(uv_handle_t *h, void *arg)
{
	struct loop *l = arg;
	bool own = h == (uv_handle_t *)&l->check || h == (uv_handle_t *)&l->idle;
	if (!uv_is_closing(h))
		uv_close(h, own ? NULL : free_handle);
}

void loop_close(struct loop *l)
{
	for (struct hook *h = l->hooks; h; h = h->next)
		h->closed = true;
	drop_closed_hooks(l);
	uv_walk(&l->uv, close_left_over, l);
	uv_run(&l->uv, UV_RUN_DEFAULT);
	must(uv_loop_close(&l->uv), "closing the event loop");
	mem_free(l);
}

uint64_t loop_now_us(const struct loop *l)
{
	return uv_now(&l->uv) * 1000u;
}

struct hook *hook_open(struct loop *l, ev_fn *fn, void *arg)
{
	struct hook *h = mem_new(struct hook);
	*h = (struct hook){ .loop = l, .next = l->hooks, .fn = fn, .arg = arg };
	l->hooks = h;
	return h;
}

void hook_again(struct hook *h)
{
	uv_idle_start(&h->loop->idle, on_idle);
}

void hook_close(struct hook *h)
{
	h->closed = true;
}

/* ---- descriptors ---- */

static int uv_from_events(int events)
{
	return (events & EV_READ ? UV_READABLE : 0) | (events & EV_WRITE ? UV_WRITABLE : 0) |
		(events & EV_HANGUP ? UV_DISCONNECT : 0);
}

static void on_poll(uv_poll_t *uv, int status, int events)
{
	struct watch *w = CONTAINER(uv, struct watch, uv);
	int ready = (events & UV_READABLE ? EV_READ : 0) | (events & UV_WRITABLE ? EV_WRITE : 0) |
		(events & UV_DISCONNECT ? EV_HANGUP : 0);
	w->fn(w->arg, status < 0 ? w->events : ready);
	/* libuv stops a descriptor that has an error, and there may be more to read before that. */
	if (status < 0 && w->events && !uv_is_closing((uv_handle_t *)uv))
		uv_poll_start(uv, uv_from_events(w->events), on_poll);
}

struct watch *watch_open(struct loop *l, int fd, watch_fn *fn, void *arg)
{
	struct watch *w = mem_new(struct watch);
	w->fn = fn;
	w->arg = arg;
	must(uv_poll_init(&l->uv, &w->uv, fd), "watching a descriptor");
	return w;
}

void watch_set(struct watch *w, int events)
{
	if (events == w->events)
		return;
	w->events = events;
	if (events)
		uv_poll_start(&w->uv, uv_from_events(events), on_poll);
	else
		uv_poll_stop(&w->uv);
}

void watch_close(struct watch *w)
{
	if (w)
		close_handle(&w->uv);
}

/* ---- timers ---- */

static void on_timer(uv_timer_t *uv)
{
	struct timer *t = CONTAINER(uv, struct timer, uv);
	t->fn(t->arg);
}

struct timer *timer_open(struct loop *l, ev_fn *fn, void *arg)
{
	struct timer *t = mem_new(struct timer);
	t->fn = fn;
	t->arg = arg;
	must(uv_timer_init(&l->uv, &t->uv), "timer");
	return t;
}

void timer_set(struct timer *t, uint64_t ms)
{
	uv_timer_start(&t->uv, on_timer, ms, 0);
}

void timer_every(struct timer *t, uint64_t ms)
{
	uv_timer_start(&t->uv, on_timer, ms, ms);
}

void timer_cancel(struct timer *t)
{
	uv_timer_stop(&t->uv);
}

bool timer_is_set(const struct timer *t)
{
	return uv_is_active((const uv_handle_t *)&t->uv);
}

void timer_close(struct timer *t)
{
	if (t)
		close_handle(&t->uv);
}

/* ---- other threads, signals, paths ---- */

static void on_wake(uv_async_t *uv)
{
	struct wake *w = CONTAINER(uv, struct wake, uv);
	w->fn(w->arg);
}

struct wake *wake_open(struct loop *l, ev_fn *fn, void *arg)
{
	struct wake *w = mem_new(struct wake);
	w->fn = fn;
	w->arg = arg;
	must(uv_async_init(&l->uv, &w->uv, on_wake), "wake-up");
	return w;
}

void wake_send(struct wake *w)
{
	uv_async_send(&w->uv);
}

void wake_close(struct wake *w)
{
	if (w)
		close_handle(&w->uv);
}

static void on_signal(uv_signal_t *uv, int signum)
{
	UNUSED(signum);
	struct sigwatch *s = CONTAINER(uv, struct sigwatch, uv);
	s->fn(s->arg);
}

struct sigwatch *sigwatch_open(struct loop *l, int signum, ev_fn *fn, void *arg)
{
	struct sigwatch *s = mem_new(struct sigwatch);
	s->fn = fn;
	s->arg = arg;
	must(uv_signal_init(&l->uv, &s->uv), "signal");
	must(uv_signal_start(&s->uv, on_signal, signum), "signal");
	uv_unref((uv_handle_t *)&s->uv);
	return s;
}

void sigwatch_close(struct sigwatch *s)
{
	if (s)
		close_handle(&s->uv);
}

static void on_path(uv_fs_event_t *uv, const char *name, int events, int status)
{
	UNUSED(events);
	UNUSED(status);
	struct pathwatch *p = CONTAINER(uv, struct pathwatch, uv);
	p->fn(p->arg, name);
}

struct pathwatch *pathwatch_open(struct loop *l, const char *path, pathwatch_fn *fn, void *arg)
{
	struct pathwatch *p = mem_new(struct pathwatch);
	p->fn = fn;
	p->arg = arg;
	must(uv_fs_event_init(&l->uv, &p->uv), "path watch");
	int status = uv_fs_event_start(&p->uv, on_path, path, 0);
	if (status == 0)
		return p;
	close_handle(&p->uv);
	errno = -status;
	return NULL;
}

void pathwatch_close(struct pathwatch *p)
{
	if (p)
		close_handle(&p->uv);
}

/* ---- threads ---- */

/*
 * The signals that a new thread does not take: all but those of its own faults and of profilers.
 * The program's handlers are for its own threads, and a signal that these have blocked must not
 * find one that has not.
 */
static sigset_t blocked_signals(void)
{
	static const int TAKEN[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT,
		SIGPROF };
	sigset_t set;
	sigfillset(&set);
	for (size_t i = 0; i < COUNT(TAKEN); i++)
		sigdelset(&set, TAKEN[i]);
	return set;
}

static void thread_main(void *arg)
{
	struct thread *t = arg;
	pthread_setname_np(pthread_self(), t->name);
	t->fn(t->arg);
}

struct thread *thread_start(const char *name, ev_fn *fn, void *arg)
{
	struct thread *t = mem_new(struct thread);
	snprintf(t->name, sizeof t->name, "%s", name);
	t->fn = fn;
	t->arg = arg;
	sigset_t blocked = blocked_signals(), own;
	pthread_sigmask(SIG_SETMASK, &blocked, &own); /* the new thread inherits it */
	must(uv_thread_create(&t->uv, thread_main, t), "thread");
	pthread_sigmask(SIG_SETMASK, &own, NULL);
	return t;
}

void thread_join(struct thread *t)
{
	uv_thread_join(&t->uv);
	mem_free(t);
}

unsigned thread_cores(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
	return n > 0 ? (unsigned)n : 1;
}

/* ---- limits ---- */

void files_raise_limit(void)
{
	enum { ENOUGH = 1 << 20 };
	struct rlimit l;
	if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur >= ENOUGH)
		return;
	l.rlim_cur = MIN(l.rlim_max, (rlim_t)ENOUGH);
	(void)setrlimit(RLIMIT_NOFILE, &l); /* what is not given is not there: clients will wait */
}
