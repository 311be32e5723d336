/*
 * fq_batch - resolvers: finding them, running them, taking their answers.
 *
 * A resolver that blocks runs on one of the handle's threads, an asynchronous one on the serving
 * thread. Either way nothing but the batch is touched until it is done.
 */
#include "app/fq_int.h"
#include "app/settings.h"
#include "ev/loop.h"

#include <pthread.h>
#include <string.h>

struct fq_batch {
	struct exec_batch *b;
	const struct fq_resolver *resolver;
	struct fq_batch *next;
};

struct fq_resolvers {
	struct arena *arena;
	struct fq_resolver *list;
	size_t n;
	struct thread *threads[RESOLVERS_THREADS_MAX];
	unsigned nthreads;
	pthread_mutex_t mutex;
	pthread_cond_t wanted;
	struct fq_batch *first, *last; /* guarded by the mutex, as `stop` */
	bool stop;
};

/* ---- the threads ---- */

static struct fq_batch *take(struct fq_resolvers *r)
{
	pthread_mutex_lock(&r->mutex);
	while (!r->first && !r->stop)
		pthread_cond_wait(&r->wanted, &r->mutex);
	struct fq_batch *batch = r->first;
	if (batch)
		r->first = batch->next;
	pthread_mutex_unlock(&r->mutex);
	return batch;
}

static void run(void *arg)
{
	struct fq_batch *batch;
	while ((batch = take(arg))) {
		batch->resolver->fn(batch, batch->resolver->user);
		exec_batch_done(batch->b);
	}
}

static void queue(struct fq_resolvers *r, struct fq_batch *batch)
{
	pthread_mutex_lock(&r->mutex);
	if (r->first)
		r->last->next = batch;
	else
		r->first = batch;
	r->last = batch;
	pthread_cond_signal(&r->wanted);
	pthread_mutex_unlock(&r->mutex);
}

/* ---- the list ---- */

bool fq_resolvers_check(const struct fq_resolver *list, struct err *e)
{
	for (size_t i = 0; list && list[i].name; i++) {
		if (!list[i].fn)
			return err_set(e, ERR_CONFIG, "the resolver \"%s\" has no function",
				list[i].name);
		for (size_t k = 0; k < i; k++)
			if (strcmp(list[k].name, list[i].name) == 0)
				return err_set(e, ERR_CONFIG,
					"there are two resolvers with the name \"%s\"",
					list[i].name);
	}
	return true;
}

struct fq_resolvers *fq_resolvers_open(const struct fq_resolver *list, unsigned threads)
{
	struct arena *a = arena_open(0);
	struct fq_resolvers *r = arena_new(a, struct fq_resolvers);
	bool blocking = false;
	r->arena = a;
	while (list && list[r->n].name)
		r->n++;
	r->list = arena_array(a, struct fq_resolver, r->n);
	for (size_t i = 0; i < r->n; i++) {
		r->list[i] = list[i];
		r->list[i].name = str_z(a, str_from(list[i].name));
		blocking |= !list[i].asynchronous;
	}
	pthread_mutex_init(&r->mutex, NULL);
	pthread_cond_init(&r->wanted, NULL);
	for (; blocking && r->nthreads < threads; r->nthreads++)
		r->threads[r->nthreads] = thread_start("fq-resolver", run, r);
	return r;
}

static const struct fq_resolver *find(const struct fq_resolvers *r, str name)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(str_from(r->list[i].name), name))
			return &r->list[i];
	return NULL;
}

bool fq_resolvers_has(void *arg, str name)
{
	return find(arg, name) != NULL;
}

bool fq_resolvers_start(void *arg, struct exec_batch *b)
{
	struct fq_resolvers *r = arg;
	const struct fq_resolver *resolver = find(r, b->resolver);
	if (!resolver)
		return false;
	struct fq_batch *batch = arena_new(b->arena, struct fq_batch);
	*batch = (struct fq_batch){ .b = b, .resolver = resolver };
	if (resolver->asynchronous)
		resolver->fn(batch, resolver->user);
	else
		queue(r, batch);
	return true;
}

void fq_resolvers_close(struct fq_resolvers *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->mutex);
	r->stop = true;
	pthread_cond_broadcast(&r->wanted);
	pthread_mutex_unlock(&r->mutex);
	for (unsigned i = 0; i < r->nthreads; i++)
		thread_join(r->threads[i]);
	pthread_cond_destroy(&r->wanted);
	pthread_mutex_destroy(&r->mutex);
	arena_close(r->arena);
}

/* ---- what a resolver asks and says ---- */

size_t fq_batch_size(const struct fq_batch *batch)
{
	return batch->b->n;
}

const char *fq_batch_parent(const struct fq_batch *batch, size_t i)
{
	return i < batch->b->n ? batch->b->parents[i].p : NULL;
}

const char *fq_batch_arguments(const struct fq_batch *batch)
{
	return batch->b->arguments.p;
}

const char *fq_batch_field(const struct fq_batch *batch)
{
	return batch->b->field.p;
}

const char *fq_batch_identity(const struct fq_batch *batch, const char *name)
{
	const struct exec_batch *b = batch->b;
	if (str_eq(str_from(name), S("request_id")))
		return b->request_id.p;
	return b->identity ? identity_get(b->identity, str_from(name)).p : NULL;
}

void fq_batch_put(struct fq_batch *batch, size_t i, const char *json)
{
	struct exec_batch *b = batch->b;
	if (i >= b->n)
		return;
	str text = json ? str_from(json) : STR_NONE;
	b->answers[i] =
		(struct batch_answer){ .json = text.p ? str_dup(b->arena, text) : STR_NONE };
}

void fq_batch_fail(struct fq_batch *batch, size_t i, const char *code, const char *message)
{
	struct exec_batch *b = batch->b;
	enum err_code known = code ? err_by_name(str_from(code)) : ERR_COUNT;
	if (i >= b->n)
		return;
	b->answers[i] = (struct batch_answer){ .failed = true,
		.code = known == ERR_COUNT ? ERR_RESOLVER : known,
		.message = str_dup(b->arena,
			message ? str_from(message) : S("The resolver failed.")) };
}

void fq_batch_done(struct fq_batch *batch)
{
	if (batch->resolver->asynchronous)
		exec_batch_done(batch->b);
}
