/* SPDX-License-Identifier: MIT */
/*
 * habits - what programs do that have the library inside, for embed-habits.test.mjs:
 * habits WHAT DIR SETTING…
 */
#include <fraiseql.h>

#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put(struct fq_batch *batch, void *user)
{
	for (size_t i = 0; i < fq_batch_size(batch); i++)
		fq_batch_put(batch, i, user);
}

/* "é" as ISO 8859-1 has it: no UTF-8. */
static void fail(struct fq_batch *batch, void *user)
{
	fq_batch_fail(batch, 0, user, "caf\xe9");
}

static void who(struct fq_context *context, void *user)
{
	const char *how = fq_context_header(context, "x-how");
	(void)user;
	if (how && strcmp(how, "refuse") == 0)
		fq_context_refuse(context, "caf\xe9");
	else if (how && strcmp(how, "latin1") == 0)
		fq_context_identify(context, &(struct fq_identity){ .user_id = "caf\xe9" });
}

static struct fq_resolver resolvers[] = {
	{ .name = "one", .fn = put, .user = "1" },
	{ .name = "failing", .fn = fail, .user = "NOT_FOUND" },
	{ .name = "away", .fn = fail, .user = "UNAVAILABLE" },
	{ .name = NULL },
};

static struct fq *open_project(const char *dir, char **settings)
{
	struct fq_options options = { .dir = dir,
		.settings = (const char *const *)settings,
		.resolvers = resolvers,
		.context = who };
	struct fq_error error;
	struct fq *fq;
	if (fq_open(&options, &fq, &error) == FQ_DONE)
		return fq;
	printf("open %d %s\n", error.status, error.message);
	exit(1);
}

static void ask_as(struct fq *fq, const char *query, const char *variables,
	const struct fq_identity *identity)
{
	struct fq_request request = { .query = query,
		.variables = variables,
		.identity = identity };
	struct fq_response response;
	struct fq_error error;
	if (fq_execute(fq, &request, &response, &error) == FQ_DONE)
		printf("%s\n", response.body);
	else
		printf("%d %s\n", error.status, error.message);
	fq_response_free(&response);
}

static void ask(struct fq *fq, const char *query)
{
	ask_as(fq, query, NULL, NULL);
}

static void say(const char *what, enum fq_status status, const struct fq_error *error)
{
	printf("%s %d%s%s\n", what, status, status ? " " : "", status ? error->message : "");
}

/* ---- the habits ---- */

/* Asks, has something else to do for longer than any of the settings' times, asks again. */
static void sleeps(struct fq *fq, const char *dir, char **settings)
{
	struct fq *other = open_project(dir, settings);
	ask(fq, "{ one }");
	ask(other, "{ items { n } }");
	usleep(2200 * 1000);
	ask(fq, "{ one }");
	ask(other, "{ items { n } }");
	fq_close(other);
}

/* Takes the user's locale, which may write 1,5 for 1.5. */
static void speaks(struct fq *fq, const char *dir, char **settings)
{
	(void)dir, (void)settings;
	printf("%.1f\n", setlocale(LC_ALL, "") ? 1.5 : 0);
	ask_as(fq, "query ($n: Int!) { add(n: $n) }", "{\"n\":1.5}", NULL);
	ask_as(fq, "query ($x: Float!) { items(where: {weight: {gt: $x}}) { weight } }",
		"{\"x\":1.25}", NULL);
	ask(fq, "{ items(where: {weight: {eq: 1.5}}) { n } }");
}

/* Becomes a daemon, which leaves the folder that it was started in. */
static void moves(struct fq *fq, const char *dir, char **settings)
{
	struct fq_error error;
	(void)fq;
	if (chdir(dir) != 0)
		exit(2);
	struct fq *here = open_project(NULL, settings);
	if (chdir("/") != 0)
		exit(2);
	say("reload", fq_reload(here, &error), &error);
	say("serve", fq_serve(here, &error), &error);
	fq_close(here);
}

/* Decides late how it ends: the library's threads must not take the signal. */
static void waits(struct fq *fq, const char *dir, char **settings)
{
	sigset_t ends;
	struct fq_error error;
	int which;
	(void)dir, (void)settings;
	say("serve", fq_serve(fq, &error), &error);
	ask(fq, "{ one }");
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	kill(getpid(), SIGTERM);
	sigwait(&ends, &which);
	printf("signal %d\n", which == SIGTERM);
}

static void errs(struct fq *fq, const char *dir, char **settings)
{
	static char roles[2000];
	const struct fq_identity identities[] = {
		{ .user_id = "caf\xe9" },
		{ .claims = "{\"a\":\"caf\xe9\"}" },
		{ .claims = "[]" },
		{ .settings = (const char *const[]){ "app.plan=caf\xe9", NULL } },
		{ .settings = (const char *const[]){ "app.plan", NULL } },
		{ .database_role = "none" },
		{ .database_role = "" },
		{ .database_role = "nobody_has_this_name" },
		{ .roles = roles },
	};
	(void)dir, (void)settings;
	for (size_t i = 0; i + 2 < 2 * 300; i += 2)
		memcpy(roles + i, "r ", 2);
	for (size_t i = 0; i < sizeof identities / sizeof *identities; i++)
		ask_as(fq, "{ items { n } }", NULL, &identities[i]);
	ask(fq, "{ failing }");
	ask(fq, "{ away }");
}

static void serves(struct fq *fq, const char *dir, char **settings)
{
	struct fq_error error;
	sigset_t ends;
	int which;
	(void)dir, (void)settings;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	say("serve", fq_serve(fq, &error), &error);
	say("again", fq_serve(fq, &error), &error);
	fflush(stdout);
	sigwait(&ends, &which);
}

static const struct {
	const char *name;
	void (*fn)(struct fq *fq, const char *dir, char **settings);
} HABITS[] = {
	{ "sleeps", sleeps },
	{ "speaks", speaks },
	{ "moves", moves },
	{ "waits", waits },
	{ "errs", errs },
	{ "serves", serves },
};

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(argv[1], "no-fn") == 0)
		resolvers[0].fn = NULL;
	if (strcmp(argv[1], "twice") == 0)
		resolvers[1].name = "one";
	struct fq *fq = open_project(argv[2], argv + 3);
	for (size_t i = 0; i < sizeof HABITS / sizeof *HABITS; i++)
		if (strcmp(argv[1], HABITS[i].name) == 0)
			HABITS[i].fn(fq, argv[2], argv + 3);
	fq_close(fq);
	return 0;
}
