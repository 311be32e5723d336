/*
 * ev/loop.h - one event loop per thread: a thin layer over libuv that knows no protocol and has no
 * policy.
 *
 * Everything here belongs to the thread that runs the loop; only wake_send may be called from
 * another. All handles are heap objects: X_open makes one, X_close ends it (its callback is not
 * called again; the memory goes at the end of the loop turn, so closing inside one's own callback
 * is allowed).
 */
#pragma once

#include "base/def.h"

struct loop;
struct watch;
struct timer;
struct wake;
struct hook;
struct sigwatch;
struct pathwatch;

enum { EV_READ = 1, EV_WRITE = 2, EV_HANGUP = 4 };

struct loop *loop_open(void);
/* Runs until loop_stop, or until nothing is left to wait for. */
void loop_run(struct loop *l);
/* One turn; waits for an event when `wait`. For tests and embedding. */
void loop_turn(struct loop *l, bool wait);
/* Makes loop_run return at the end of this turn. From the loop's thread. */
void loop_stop(struct loop *l);
/* Closes handles that are still open, lets them finish, frees. The loop must not be running. */
void loop_close(struct loop *l);
/* Microseconds of the monotonic clock at the start of this turn. */
uint64_t loop_now_us(const struct loop *l);

/* Calls fn when `fd` is ready. The descriptor stays the caller's, and must outlive the watch. */
typedef void watch_fn(void *arg, int events);
struct watch *watch_open(struct loop *l, int fd, watch_fn *fn, void *arg);
/* What to wait for: EV_READ | EV_WRITE; 0 pauses. Cheap when nothing changes. */
void watch_set(struct watch *w, int events);
void watch_close(struct watch *w);

typedef void ev_fn(void *arg);

/* A timer at rest. */
struct timer *timer_open(struct loop *l, ev_fn *fn, void *arg);
/* (Re)starts: fn is called once after `ms`, or every `ms` with timer_every. */
void timer_set(struct timer *t, uint64_t ms);
void timer_every(struct timer *t, uint64_t ms);
void timer_cancel(struct timer *t);
bool timer_is_set(const struct timer *t);
void timer_close(struct timer *t);

/* fn runs on the loop after wake_send, from any thread; sends may be merged. */
struct wake *wake_open(struct loop *l, ev_fn *fn, void *arg);
void wake_send(struct wake *w);
void wake_close(struct wake *w);

/*
 * fn runs at the end of every loop turn, after the turn's events. While any hook is "hot"
 * (hook_again) the loop does not sleep before the next turn.
 */
struct hook *hook_open(struct loop *l, ev_fn *fn, void *arg);
/* Asks for another turn at once. */
void hook_again(struct hook *h);
void hook_close(struct hook *h);

/* A signal, delivered on the loop. */
struct sigwatch *sigwatch_open(struct loop *l, int signum, ev_fn *fn, void *arg);
void sigwatch_close(struct sigwatch *s);

/*
 * Changes of a file or of a directory's entries (not below). `name` is the entry that changed, or
 * NULL. NULL when the path can't be watched (errno).
 */
typedef void pathwatch_fn(void *arg, const char *name);
struct pathwatch *pathwatch_open(struct loop *l, const char *path, pathwatch_fn *fn, void *arg);
void pathwatch_close(struct pathwatch *p);

/* A thread with a name of at most 15 bytes. It has all signals blocked, but those of faults. */
struct thread;
struct thread *thread_start(const char *name, ev_fn *fn, void *arg);
/* Waits for its end and frees it. */
void thread_join(struct thread *t);
/* Cores that this process may use, at least 1. */
unsigned thread_cores(void);

/* Lets the process open as many files as its hard limit allows: each client is one, and the soft
 * limit of many systems is 1024. */
void files_raise_limit(void);
