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
 * may have several. What the program adds to it comes with fq_open: resolvers, which answer fields
 * that no table has, and a context, which says who a request is from.
 *
 * Threads. A handle may be used by any thread; calls on one handle run one after the other, a
 * second caller waits, also while an operation of fq_execute runs: threads that shall not wait for
 * each other have handles of their own. Two handles do not know of each other. Exceptions: fq_main
 * takes the whole process, and fq_close must be the last call on its handle. Resolvers and the
 * context are called by several threads at a time. Neither they, nor whoever is about to say
 * fq_batch_done, may call functions that take their own handle (struct fq): these may be waiting
 * for them.
 *
 * Texts. All are UTF-8 and end with NUL. What you pass is copied or no longer looked at when the
 * call returns. What you get belongs to the struct that it is in, until that is freed. The locale
 * of the process may be any.
 *
 * Pointers may be NULL where it is said, and nowhere else.
 *
 * Structs that you pass are to be zeroed first ("= { 0 }" or by naming members): members that come
 * later mean by 0 what was before. The library's names begin with fq_, its symbols have the version
 * FRAISEQL_1; nothing else of it is visible.
 *
 * Signals. The library changes no signal's disposition but in fq_main. Its threads block all
 * signals (but those of faults), so the program's handlers run on the program's threads; a process
 * that a resolver starts inherits this and should unblock them. Ignore SIGPIPE before fq_serve, as
 * every program with sockets does.
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

/* Why a call failed; untouched by those that do not. Wherever one is taken, NULL is allowed. */
struct fq_error {
	enum fq_status status;
	char message[2048]; /* for people; a schema's problems have several lines; may be cut */
};

/* "1.0.0". Lives as long as the process. */
FQ_API const char *fq_version(void);

/*
 * The program `fraiseql`: runs the command line and returns the exit status. For a program that is
 * nothing else; reads the environment, sets signal handlers, may execute itself again.
 */
FQ_API int fq_main(int argc, char **argv);

struct fq;

/* ---- resolvers ---- */

/*
 * A field with @resolver(name:) is answered by the program:
 *
 *     type User @source(relation: "v_user") {
 *             id: UUID!
 *             email: String!
 *             gravatar(size: Int = 80): URL @resolver(name: "gravatar", requires: ["email"])
 *     }
 *
 * All parents of the field at one level of a response are one batch, however many rows there are,
 * so that a resolver can fetch what it needs at once. Fields of Query and Mutation have one parent,
 * "{}"; those of Mutation are run at their place among the others.
 *
 *     static void gravatar(struct fq_batch *batch, void *user)
 *     {
 *             for (size_t i = 0; i < fq_batch_size(batch); i++)
 *                     fq_batch_put(batch, i, url_for(fq_batch_parent(batch, i)));
 *     }
 *
 * All JSON is as PostgreSQL's functions get and give it: keys in snake_case, enum values by their
 * stored labels. An answer is checked against the field's type; fields of an object that it returns
 * are its members, and may have resolvers themselves. What is not put is null.
 */
struct fq_batch;

typedef void fq_resolve_fn(struct fq_batch *batch, void *user);

struct fq_resolver {
	const char *name; /* as in @resolver(name:); copied. No two have the same */
	fq_resolve_fn *fn;
	void *user; /* handed to fn */
	/*
	 * 0: fn may block; it runs on a thread for it (setting resolvers.threads), and the batch is
	 * answered when it returns.
	 * 1: fn must not block; it runs on a serving thread (for fq_execute: on the thread that
	 * called it, so hold no lock there that fn takes), and the batch is answered when
	 * fq_batch_done is called, by any thread, then or later. It must be called.
	 * fq_stop and fq_close wait for either, however long the requests are gone.
	 */
	int asynchronous;
};

/*
 * What fn asks and says; one thread at a time. Texts live as long as the batch: until fn returns,
 * or for asynchronous ones until fq_batch_done is called. A request that was given up (its client
 * is gone, timeout.resolver has passed) does not end its batches; their answers are dropped.
 */
FQ_API size_t fq_batch_size(const struct fq_batch *batch); /* parents; at least 1 */
/* A parent's required fields, as a JSON object. NULL for an i that is too large. */
FQ_API const char *fq_batch_parent(const struct fq_batch *batch, size_t i);
/* The field's arguments, as a JSON object; the same for all parents. */
FQ_API const char *fq_batch_arguments(const struct fq_batch *batch);
/* "User.gravatar" */
FQ_API const char *fq_batch_field(const struct fq_batch *batch);
/* Of who asks: "user_id", "tenant_id", "role" (the first), "claims", or a setting's name: NULL when
 * there is none, and for anonymous requests. "request_id" is there for all: it names the request in
 * the log. */
FQ_API const char *fq_batch_identity(const struct fq_batch *batch, const char *name);
/* The answer for a parent, JSON, copied; NULL is null. The last call for a parent counts. What is
 * no JSON, or does not fit the field's type, is an error at the field's path. An i that is too
 * large is ignored, here and below. */
FQ_API void fq_batch_put(struct fq_batch *batch, size_t i, const char *json);
/* An error for a parent, at the field's path. `code`: one of the list in docs/errors.md, such as
 * "NOT_FOUND"; NULL or another = RESOLVER_FAILED. The client sees the message. */
FQ_API void fq_batch_fail(struct fq_batch *batch, size_t i, const char *code, const char *message);
/* Asynchronous resolvers: all is said. The batch is not to be touched afterwards. Does nothing for
 * others. */
FQ_API void fq_batch_done(struct fq_batch *batch);

/* ---- identities ---- */

/* Who a request is from. It becomes session settings in PostgreSQL, as docs/authentication.md says.
 * Anything may be NULL, for which the setting is an empty text, or {} for claims. */
struct fq_identity {
	const char *user_id;         /* app.user_id */
	const char *tenant_id;       /* app.tenant_id */
	const char *roles;           /* 256 words, blanks between; the first is app.role */
	const char *scopes;          /* 256 words, blanks between */
	const char *claims;          /* a JSON object; app.claims */
	const char *const *settings; /* 20 further ones, "app.plan=gold", NULL at the end */
	const char *database_role;   /* statements run as this role (SET LOCAL ROLE), not "none" */
};

/*
 * Called for each HTTP request, on a serving thread: it must not block. It may look at the request
 * and call one of the last two, or neither: then a bearer token counts, if the settings say where
 * its keys are, and else the request is anonymous. Texts live until it returns.
 */
struct fq_context;
typedef void fq_context_fn(struct fq_context *context, void *user);
/* A header's value (name in any case), or NULL. */
FQ_API const char *fq_context_header(const struct fq_context *context, const char *name);
/* The client's address, without its port. */
FQ_API const char *fq_context_peer(const struct fq_context *context);
/* The request is from this identity, which is copied. One that can't be (claims that are no JSON
 * object, say) is logged, and the request is answered with 500. */
FQ_API void fq_context_identify(struct fq_context *context, const struct fq_identity *identity);
/* The request is answered with 401 and this message. */
FQ_API void fq_context_refuse(struct fq_context *context, const char *message);

/* ---- handles ---- */

struct fq_options {
	/* The project's folder, with schema.graphql or schema/, and fraiseql.yaml if there is one.
	 * NULL: the current folder. The program may change that later. */
	const char *dir;
	/*
	 * Settings as "key=value", NULL at the end; or NULL. Keys as in fraiseql.yaml
	 * ("log.level=error", "database=postgresql:///blog"). They are stronger than the file and
	 * the environment. Unknown keys are refused. Relative paths in them start at the folder
	 * that is current when they are read; those of the file at the file.
	 */
	const char *const *settings;
	/* 1: DATABASE_URL and FRAISEQL_* of the environment count, too. (libpq reads its own PG*
	 * always.) */
	int environment;
	/*
	 * 1: as `fraiseql dev`: without a database in the settings a private PostgreSQL is started
	 * in .fraiseql/postgres and made from db/; errors show the database's messages. It must be
	 * opened on a thread that outlives the handle. Handles of one project share its PostgreSQL,
	 * which ends with the first of them.
	 */
	int development;
	const struct fq_resolver *resolvers; /* ends with a NULL name; or NULL. Copied */
	fq_context_fn *context;              /* or NULL */
	void *context_user;                  /* handed to it */
};

/*
 * Opens a project: reads the settings, finds the database, compiles the schema. On FQ_DONE *out is
 * a handle for fq_close. On failure *out is untouched. A field whose resolver is not registered is
 * a failure (FQ_CONFIG), as is a resolver without fn, or a second one of a name.
 */
FQ_API enum fq_status fq_open(const struct fq_options *options, struct fq **out,
	struct fq_error *error);

struct fq_request {
	const char *query;                  /* the document; required */
	const char *operation;              /* which operation of it; NULL where it has only one */
	const char *variables;              /* a JSON object as text; NULL = none */
	const struct fq_identity *identity; /* NULL = anonymous */
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
 * document, its variables or its execution are in the response, and FQ_DONE is returned. FQ_CONFIG:
 * there is no query, the variables are no JSON object, or the identity is none; the body is ""
 * then. FQ_UNAVAILABLE: the database could not be asked; the response says so, too. Whatever is
 * returned, the response may be given to fq_response_free.
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
