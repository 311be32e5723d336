/* SPDX-License-Identifier: MIT */
/*
 * embed - a program with FraiseQL inside.
 *
 * It serves the project in this folder. Places are rows of PostgreSQL; distances are worked out
 * here, for all places of an answer at once; and who asks is told by a header.
 *
 *     cc embed.c -o embed $(pkg-config --cflags --libs fraiseql jansson) -lm
 *     ./embed .
 */
#include <fraiseql.h>

#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static double member(const json_t *object, const char *name)
{
	return json_number_value(json_object_get(object, name));
}

/* Source: the haversine formula. */
static double kilometres(const json_t *a, const json_t *b)
{
	const double rad = 3.14159265358979323846 / 180, earth_km = 6371;
	double from = member(a, "latitude") * rad, to = member(b, "latitude") * rad;
	double dx = sin((member(b, "longitude") - member(a, "longitude")) * rad / 2);
	double dy = sin((to - from) / 2);
	return 2 * earth_km * asin(sqrt(dy * dy + cos(from) * cos(to) * dx * dx));
}

/* Place.distance: one call for all places of the answer. */
static void distance(struct fq_batch *batch, void *user)
{
	json_t *point = json_loads(fq_batch_arguments(batch), 0, NULL);
	(void)user;
	for (size_t i = 0; i < fq_batch_size(batch); i++) {
		json_t *place = json_loads(fq_batch_parent(batch, i), 0, NULL);
		char text[32];
		snprintf(text, sizeof text, "%.1f", kilometres(place, point));
		fq_batch_put(batch, i, text);
		json_decref(place);
	}
	json_decref(point);
}

/* Query.visitor: an object; its fields are members. */
static void visitor(struct fq_batch *batch, void *user)
{
	const char *name = fq_batch_identity(batch, "user_id");
	char greeting[256];
	(void)user;
	snprintf(greeting, sizeof greeting, "Good day, %s.", name ? name : "stranger");
	json_t *answer = json_pack("{s:s?, s:s}", "name", name, "greeting", greeting);
	char *text = json_dumps(answer, 0);
	fq_batch_put(batch, 0, text);
	free(text);
	json_decref(answer);
}

/* Believes a header: for a demonstration only. */
static void who(struct fq_context *context, void *user)
{
	const char *name = fq_context_header(context, "X-Visitor");
	(void)user;
	if (name)
		fq_context_identify(context, &(struct fq_identity){ .user_id = name });
}

int main(int argc, char **argv)
{
	const struct fq_resolver resolvers[] = {
		{ .name = "distance", .fn = distance },
		{ .name = "visitor", .fn = visitor },
		{ .name = NULL },
	};
	struct fq_options options = { .dir = argc > 1 ? argv[1] : ".",
		.environment = 1,
		.development = 1,
		.resolvers = resolvers,
		.context = who };
	struct fq_error error;
	struct fq *fq;
	sigset_t ends;
	int which;
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL); /* inherited by the library's threads */
	if (fq_open(&options, &fq, &error) != FQ_DONE) {
		fprintf(stderr, "%s\n", error.message);
		return error.status;
	}

	/* A request within this process. */
	struct fq_request request = { .query = "{ places(limit: 1) { name } visitor { greeting } }",
		.identity = &(struct fq_identity){ .user_id = "the program itself" } };
	struct fq_response response;
	if (fq_execute(fq, &request, &response, &error) == FQ_DONE)
		printf("%s\n", response.body);
	fq_response_free(&response);
	fflush(stdout);

	/* Requests of others, until somebody ends it. */
	if (fq_serve(fq, &error) != FQ_DONE)
		fprintf(stderr, "%s\n", error.message);
	else
		sigwait(&ends, &which);
	fq_stop(fq);
	fq_close(fq);
	return 0;
}
