/* SPDX-License-Identifier: MIT */
/*
 * fraiseql.h - FraiseQL inside another program: a GraphQL API on PostgreSQL.
 *
 *     struct fq_options options = { .dir = "/srv/blog" };
 *     struct fq_error error;
 *     struct fq *fq;
 *     if (fq_open(&options, &fq, &error) != FQ_DONE)
 *             fail(error.message);
 *     struct fq_request request = { .query = "{ users { name } }" };
 *     struct fq_response response;
 *     if (fq_execute(fq, &request, &response, &error) == FQ_DONE)
 *             puts(response.body);
 *     fq_response_free(&response);
 *     fq_close(fq);
 *
 * Link with: pkg-config --cflags --libs fraiseql
 *
 * A handle (struct fq) is one project: its settings, its database, its compiled schema. A process
 * may have several.
 *
 * Threads. A handle may be used by any thread; calls on one handle run one after the other, a
 * second caller waits. Two handles do not know of each other. Exceptions: fq_main takes the whole
 * process, and fq_close must be the last call on its handle.
 *
 * Texts. All are UTF-8 and end with NUL. What you pass is copied or no longer looked at when the
 * call returns. What you get belongs to the struct that it is in, until that is freed.
 *
 * Signals. The library changes no signal's disposition but in fq_main. Ignore SIGPIPE before
 * fq_serve, as every program with sockets does.
 *
 * Output. Log lines go to standard error (settings log.level and log.format). Running out of memory
 * ends the process with a message.
 */
#ifndef FRAISEQL_H
#define FRAISEQL_H

#include <stddef.h>

#if defined(__GNUC__)
#define FQ_API __attribute__((visibility("default")))
#else
#define FQ_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a call came to; the same numbers as the program's exit statuses. */
enum fq_status {
	FQ_DONE = 0,
	FQ_FAILED = 1,      /* the schema has problems, db/ has an error */
	FQ_CONFIG = 2,      /* a setting, an argument or fraiseql.yaml is wrong */
	FQ_UNAVAILABLE = 3, /* PostgreSQL can't be reached or started, or refuses */
	FQ_IO = 4           /* a file or a socket failed */
};

/* Why a call failed. Wherever one is taken, NULL is allowed. */
struct fq_error {
	enum fq_status status;
	char message[2048]; /* for people; several lines where a schema has several problems */
};

/* "1.0.0". Lives as long as the process. */
FQ_API const char *fq_version(void);

/*
 * The program `fraiseql`: runs the command line and returns the exit status. For a program that is
 * nothing else; reads the environment, sets signal handlers, may execute itself again.
 */
FQ_API int fq_main(int argc, char **argv);

struct fq;

struct fq_options {
	/* The project's folder, with schema.graphql or schema/, and fraiseql.yaml if there is one.
	 * NULL: the current folder. */
	const char *dir;
	/*
	 * Settings as "key=value", NULL at the end; or NULL. Keys as in fraiseql.yaml
	 * ("log.level=error", "database=postgresql:///blog"). They are stronger than the file and
	 * the environment. Unknown keys are refused.
	 */
	const char *const *settings;
	/* 1: DATABASE_URL and FRAISEQL_* of the environment count, too. */
	int environment;
	/*
	 * 1: as `fraiseql dev`: without a database in the settings a private PostgreSQL is started
	 * in .fraiseql/postgres and made from db/; errors show the database's messages. It must be
	 * opened on a thread that outlives the handle.
	 */
	int development;
};

/*
 * Opens a project: reads the settings, finds the database, compiles the schema. On FQ_DONE *out is
 * a handle for fq_close. On failure *out is untouched.
 */
FQ_API enum fq_status fq_open(const struct fq_options *options, struct fq **out,
	struct fq_error *error);

struct fq_request {
	const char *query;     /* the document; required */
	const char *operation; /* which operation of it; NULL where it has only one */
	const char *variables; /* a JSON object as text; NULL = none */
};

struct fq_response {
	const char *body; /* JSON: "data", "errors", as the specification of GraphQL says */
	size_t size;      /* of body, without the NUL */
	int has_errors;   /* "errors" is there */
	int executed;     /* 0: the request was refused before it ran; then there is no "data" */
	void *memory;     /* the library's */
};

/*
 * Answers one operation in this process, without a server, and waits for the answer. Errors of the
 * document, its variables or its execution are in the response, and FQ_DONE is returned. Whatever
 * is returned, the response may be given to fq_response_free.
 */
FQ_API enum fq_status fq_execute(struct fq *fq, const struct fq_request *request,
	struct fq_response *response, struct fq_error *error);

/* Frees what a response holds. Once; a response of zeros is allowed. */
FQ_API void fq_response_free(struct fq_response *response);

/*
 * Starts to serve HTTP on the settings' host and port, in threads of its own, and returns when
 * requests are accepted. Fails with FQ_CONFIG when it is serving already.
 */
FQ_API enum fq_status fq_serve(struct fq *fq, struct fq_error *error);

/* The port that is listened on (useful with the setting port=0); 0 when it is not serving. */
FQ_API unsigned fq_port(struct fq *fq);

/*
 * Compiles the schema anew, for fq_execute and for the server. When that fails the old one stays in
 * use.
 */
FQ_API enum fq_status fq_reload(struct fq *fq, struct fq_error *error);

/* Stops serving: running requests get the setting timeout.drain to finish. Harmless when it is not
 * serving. */
FQ_API void fq_stop(struct fq *fq);

/* Stops serving, stops a private PostgreSQL, frees. NULL is allowed. */
FQ_API void fq_close(struct fq *fq);

#ifdef __cplusplus
}
#endif

#endif
