/*
 * exec/failure.h - what a mutation field came to, written as a member of its result or as an error.
 *
 * Shared by everything that writes: calls of functions and writes of tables. A field whose type is
 * a union with an error member gives its expected failures as that member; all other failures are
 * GraphQL errors with the same code at the field's path.
 */
#pragma once

#include "exec/exec_int.h"

/* A failure of a field. Texts that are not known stay empty (.p == NULL). */
struct failure {
	enum err_code code;
	str status;         /* the database's word, "conflict:email" */
	str message;        /* for people; empty: the code's description */
	str id;             /* of the entity that it is about */
	str errors;         /* JSON list of {path, code, message} */
	str conflict;       /* JSON: the entity that contradicts, shaped like its source's rows */
	str updated_fields; /* JSON list of texts */
	str metadata;       /* JSON object: further members */
	str detail, hint, constraint; /* of a raised exception */
	str *splices;                 /* entities that are ready; NULL = none */
};

/*
 * Writes the root's key and value: the error member's document
 *
 *     {"code":…, "status":…, "message":…, "id":…, "<conflict's key>":…, "errors":[…], …}
 *
 * projected by its shape; or null, with an error added. Uses root->mutation (may be NULL: then
 * always an error) for is_union, error and conflict_key.
 */
void failure_put(struct exec *x, const struct plan_root *root, const struct failure *f);

/* Adds it as a GraphQL error at the root field, and writes nothing. */
void failure_add(struct exec *x, const struct plan_root *root, const struct failure *f);

/* What the database refused, as a failure of the field: by SQLSTATE, masked unless debugging. */
void failure_put_database(struct exec *x, const struct plan_root *root, const struct err *e,
	const struct pgdiag *diag);

/* The error member's document. */
str failure_document(struct exec *x, const struct plan_root *root, const struct failure *f);

/*
 * What the database refused as a failure: texts are copied, masked unless debugging. `item`: which
 * item of a batch it is about, or VIOLATION_NO_ITEM (violation.h).
 */
void failure_of_database(struct exec *x, const struct plan_root *root, const struct err *e,
	const struct pgdiag *diag, uint64_t item, struct failure *out);

/* Writes the root's key and the member `shape` (OBJECT_DOC) read from the JSON object `document`.
 */
void failure_put_member(struct exec *x, const struct plan_root *root, const struct shape *shape,
	str document);

/* Members of a document; nothing when the value (or the key) is empty. */
struct jwrite;
void failure_text_member(struct jwrite *w, str key, str value);
void failure_json_member(struct jwrite *w, str key, str json);
