/* exec/exec_int.h - a request on its way through the engine. */
#pragma once

#include "exec/doc_cache.h"
#include "exec/engine.h"
#include "exec/gap.h"
#include "exec/project.h"
#include "exec/replicas.h"
#include "exec/status.h"

#include "base/buf.h"

enum { SPARE_ARENAS_MAX = 64, PACES = 1024 };

/* What statements usually take, by their text: documents that differ in literals share it. */
struct pace {
	uint64_t key, mean_us;
};

struct engine {
	struct engine_options o;
	const struct model *model;
	struct doc_cache *documents;
	struct arena *spare[SPARE_ARENAS_MAX];
	size_t nspare;
	unsigned running;
	uint64_t requests, errors;
	struct pgjob clean; /* removes expired idempotency keys; at most one at a time */
	bool cleaning;
	uint64_t cleaned_us;       /* when it began last */
	struct resolve_desk *desk; /* with resolvers */
	struct pace paces[PACES]; /* one of several keys has a place; a lost one is measured anew */
};

/* A mutation's row by the contract, copied out of the result. */
struct contract {
	str column[MUTATION_COLUMNS]; /* .p == NULL: null */
	bool found;                   /* the function returned a row */
};

/* Roots of a mutation that are one transaction. */
struct unit {
	size_t first, end; /* its roots */
	size_t *at;        /* by root: its first statement in the job */
	int own, own_end;  /* the job's statements before `own` and from `own_end` are no root's */
	size_t out_at, errors_at; /* the response as it was before the unit */
	unsigned retries, waits;  /* after losing to another transaction; for its key */
	bool undone;              /* a field failed, so that it is rolled back */
};

struct failure;
struct refused;
struct idempotency;
struct written;
struct outcomes;

struct exec {
	struct engine *engine;
	struct exec_request *req; /* NULL once cancelled */
	struct arena *arena;      /* what must outlive the caller: the job and its parameters */
	struct prepared *doc;
	const struct plan *plan;
	struct gql_variables vars;
	const struct identity *identity; /* NULL: anonymous */
	struct pgsetting *settings;      /* of each transaction; with any, the isolated lane */
	int nsettings;
	str request_id; /* with an identity: ends with NUL */
	struct gql_errors errors;
	struct buf out; /* the response, on the caller's arena */
	struct pgjob job;
	struct pgstmt *stmts; /* of the job */
	uint32_t *root_of;    /* job statement → root */
	bool *failed;         /* by root: its statement failed, it is null */
	size_t next_root;     /* the next to be written */
	bool data_null;       /* a null reached the top */
	bool replayed;        /* some unit was not run: its answer was stored */
	unsigned rounds;
	size_t errors_sent; /* errors there were when the query was bound; results may add more */
	struct unit unit;   /* that is running */
	const struct failure *
		*failures;           /* by root, of a mutation: how it failed, NULL = it did not */
	struct written **batches;    /* by root: what came of each item, NULL = nothing yet */
	struct outcomes **outcomes;  /* the same of calls whose rows are items */
	struct idempotency *key;     /* with an Idempotency-Key */
	struct refused *refused;     /* root fields whose arguments break a rule */
	struct timer *retry;         /* the unit runs again when it fires, else NULL */
	struct contract contract;    /* of the running mutation */
	str *splices;                /* by reread: the entity's response text */
	struct written *written;     /* by the running write of a table */
	struct gaps gaps;            /* of fields with resolvers */
	struct resolve_run *resolve; /* while resolvers run */
	bool resolved;               /* they have run: errors may be theirs */
	struct pgpool *pool;         /* a query's: the primary's or a replica's */
	struct replica_wait wait;    /* for it */
	uint64_t log_place;          /* a mutation's place in the log, with replicas */
	uint64_t started_us, query_us;
};

/* ---- engine.c ---- */

/* What parameters are made of. */
struct param_env exec_param_env(struct exec *x);
/* Gives a statement's parameters their texts. False with an error added. */
MUST_USE bool exec_bind(struct exec *x, const struct plan_root *root, const struct statement *s,
	struct pgstmt *out);
/* Adds an error at a root field, with its path. */
struct gql_error *exec_root_error(struct exec *x, const struct plan_root *root, enum err_code code,
	str message);
/* Adds what the database said about a statement of `root`, masked unless debugging. */
struct gql_error *exec_database_error(struct exec *x, const struct plan_root *root,
	const struct err *e, const struct pgdiag *diag);
/* Writes ",": and the root's key; then its value must follow. */
void exec_put_key(struct exec *x, const struct plan_root *root);
/* Writes the root as a list of `n` items; an item that can't be null and is makes it null. */
void exec_put_items(struct exec *x, const struct plan_root *root, size_t n,
	bool (*put)(struct exec *x, const struct plan_root *root, size_t i));
struct projection exec_projection(struct exec *x);
/* Finishes the value of `root` as null, or data as a whole. */
void exec_put_null(struct exec *x, const struct plan_root *root);
/* Ends the request: writes errors and calls on_done. */
void exec_finish(struct exec *x);
/* The same for a request that was not executed: only its errors are the answer. */
void exec_refuse(struct exec *x);

/* ---- identify.c ---- */

/* Takes the caller's identity over: sets identity, settings, request_id. */
void exec_identify(struct exec *x);
/* Adds what a mutation says of itself, if it does. After planning. */
void exec_identify_mutation(struct exec *x);
/* The value of a name in @function(context:); for param_env. `arg` is the exec. */
str exec_context(void *arg, str name);

/* ---- resolve.c ---- */

/* The response has gaps. */
bool exec_has_gaps(const struct exec *x);
/* Runs the resolvers of all gaps, and of those in their answers; then `then` is called, at once or
 * in a later turn, unless the request is cancelled before. */
void exec_resolve(struct exec *x, void (*then)(struct exec *x));
/* Nobody waits any more. */
void exec_resolve_cancel(struct exec *x);
/* Puts the answers in place of the gaps. */
void exec_fill_gaps(struct exec *x);
/* The key of a root field with a resolver, and its gap. */
void exec_put_resolver_root(struct exec *x, const struct plan_root *root);
void resolve_open(struct engine *e);
/* Waits for the batches that run. */
void resolve_close(struct engine *e);

/* ---- mutate.c ---- */

/* Runs the root fields, one after the other. */
void mutate_begin(struct exec *x);
/* The caller is gone. True when the mutation was between two attempts: then it has ended. */
bool mutate_cancel(struct exec *x);

/* ---- replica_use.c ---- */

/* May a replica answer the query? Not when it calls a function that may write. */
bool replica_may_read(const struct exec *x);
/* Ends a mutation: with replicas, asks first where in the log it stands. */
void replica_finish_write(struct exec *x);

/* ---- respond.c ---- */

/* {"message":…,"locations":…,"path":…,"extensions":{"code":…}} */
void respond_put_error(struct buf *b, const struct gql_error *e);
/* "errors":[…] */
void respond_put_errors(struct buf *b, const struct gql_errors *errors);
