/* SPDX-License-Identifier: MIT */
/*
 * host - a program with resolvers of every kind, for embed.test.mjs: host DIR SETTING…
 */
#include <fraiseql.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char words[4096]; /* what `note` was given, in order */

/* Everything that a resolver gets to know, as one string. */
static void echo(struct fq_batch *b, void *user)
{
	for (size_t i = 0; i < fq_batch_size(b); i++) {
		char text[4096], json[8192];
		const char *who = fq_batch_identity(b, "user_id");
		size_t n = 0;
		snprintf(text, sizeof text, "%s %s %s %s %s", fq_batch_field(b),
			fq_batch_parent(b, i), fq_batch_arguments(b), who ? who : "-",
			(const char *)user);
		json[n++] = '"';
		for (const char *p = text; *p; p++) {
			if (*p == '"' || *p == '\\')
				json[n++] = '\\';
			json[n++] = *p;
		}
		json[n++] = '"';
		json[n] = '\0';
		fq_batch_put(b, i, json);
	}
}

static void size(struct fq_batch *b, void *user)
{
	char text[32];
	(void)user;
	snprintf(text, sizeof text, "%zu", fq_batch_size(b));
	for (size_t i = 0; i < fq_batch_size(b); i++)
		fq_batch_put(b, i, text);
}

/* Puts its user data for every parent; NULL puts nothing. */
static void fixed(struct fq_batch *b, void *user)
{
	for (size_t i = 0; user && i < fq_batch_size(b); i++)
		fq_batch_put(b, i, user);
}

static void fail_second(struct fq_batch *b, void *user)
{
	for (size_t i = 0; i < fq_batch_size(b); i++) {
		if (i == 1)
			fq_batch_fail(b, i, user, "the second one");
		else
			fq_batch_put(b, i, "\"fine\"");
	}
	fq_batch_put(b, fq_batch_size(b), "\"beyond\"");
}

static void twice(struct fq_batch *b, void *user)
{
	(void)user;
	for (size_t i = 0; i < fq_batch_size(b); i++) {
		char text[32];
		const char *n = strchr(fq_batch_parent(b, i), ':');
		snprintf(text, sizeof text, "%d", 2 * (int)strtol(n + 1, NULL, 10));
		fq_batch_put(b, i, text);
	}
}

struct later {
	struct fq_batch *batch;
	unsigned ms;
};

static void *answer_later(void *arg)
{
	struct later *l = arg;
	usleep(l->ms * 1000);
	size(l->batch, NULL);
	fq_batch_done(l->batch);
	free(l);
	return NULL;
}

/* Asynchronous: another thread answers, `user` milliseconds later. */
static void later(struct fq_batch *b, void *user)
{
	struct later *l = malloc(sizeof *l);
	pthread_t thread;
	*l = (struct later){ b, (unsigned)strtol(user, NULL, 10) };
	pthread_create(&thread, NULL, answer_later, l);
	pthread_detach(thread);
}

/* Asynchronous, and done at once. */
static void at_once(struct fq_batch *b, void *user)
{
	size(b, user);
	fq_batch_done(b);
}

static void note(struct fq_batch *b, void *user)
{
	(void)user;
	pthread_mutex_lock(&mutex);
	strncat(words, fq_batch_arguments(b), sizeof words - strlen(words) - 1);
	pthread_mutex_unlock(&mutex);
	fq_batch_put(b, 0, "true");
}

static void notes(struct fq_batch *b, void *user)
{
	char json[2 * sizeof words];
	size_t n = 0;
	(void)user;
	pthread_mutex_lock(&mutex);
	json[n++] = '"';
	for (const char *p = words; *p; p++)
		if (*p != '"')
			json[n++] = *p;
	pthread_mutex_unlock(&mutex);
	json[n++] = '"';
	json[n] = '\0';
	fq_batch_put(b, 0, json);
}

static const struct fq_resolver RESOLVERS[] = {
	{ "echo", echo, (void *)"told", 0 },
	{ "size", size, NULL, 0 },
	{ "nothing", fixed, NULL, 0 },
	{ "broken", fixed, (void *)"{\"x\":", 0 },
	{ "wrong", fixed, (void *)"\"text\"", 0 },
	{ "list", fixed, (void *)"[1,2,3]", 0 },
	{ "holes", fixed, (void *)"[1,null,3]", 0 },
	{ "tree", fixed,
		(void *)"{\"label\":\"root\",\"kind\":\"RED\","
			"\"child_nodes\":[{\"n\":1},{\"n\":2}]}",
		0 },
	{ "twice", twice, NULL, 0 },
	{ "failing", fail_second, (void *)"NOT_FOUND", 0 },
	{ "later", later, (void *)"20", 1 },
	{ "too_late", later, (void *)"1200", 1 },
	{ "at_once", at_once, NULL, 1 },
	{ "note", note, NULL, 0 },
	{ "notes", notes, NULL, 0 },
	{ NULL, NULL, NULL, 0 },
};

static void context(struct fq_context *c, void *user)
{
	const char *name = fq_context_header(c, "x-user");
	const char *const settings[] = { "app.plan=gold", NULL };
	(void)user;
	if (name && strcmp(name, "evil") == 0)
		fq_context_refuse(c, "We know you.");
	else if (name)
		fq_context_identify(c,
			&(struct fq_identity){ .user_id = name,
				.tenant_id = "7",
				.roles = "editor author",
				.settings = settings });
}

int main(int argc, char **argv)
{
	struct fq_options options = { .dir = argv[1],
		.settings = (const char *const *)argv + 2,
		.resolvers = getenv("HOST_WITHOUT") ? NULL : RESOLVERS,
		.context = context };
	struct fq_error error;
	struct fq *fq;
	sigset_t ends;
	int which;
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	if (argc < 2 || fq_open(&options, &fq, &error) != FQ_DONE) {
		fprintf(stderr, "%s\n", error.message);
		return error.status;
	}
	struct fq_request request = { .query = "{ items { n size later echo } session { userId } }",
		.identity = &(struct fq_identity){ .user_id = "inside" } };
	struct fq_response response;
	if (fq_execute(fq, &request, &response, &error) == FQ_DONE)
		printf("inside: %s\n", response.body);
	fq_response_free(&response);
	fflush(stdout);
	if (fq_serve(fq, &error) != FQ_DONE)
		fprintf(stderr, "%s\n", error.message);
	else
		sigwait(&ends, &which);
	fq_stop(fq);
	fq_close(fq);
	return 0;
}
