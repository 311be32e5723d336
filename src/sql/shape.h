/*
 * sql/shape.h - how rows become the response: a tree beside the statement, walked by the projector.
 *
 * A value is read either from a slot (a column of the result row, or an element of the JSON array
 * that a nested relation gives) or by key from a JSON document that stands in a slot. In a result
 * row values are in PostgreSQL's text form, elsewhere they are JSON tokens.
 */
#pragma once

#include "schema/model.h"
#include "sql/param.h"

enum shape_kind {
	SHAPE_LEAF,
	SHAPE_LIST,
	SHAPE_OBJECT,
	SHAPE_CHOICE, /* an OBJECT_ROW of one of `choices`, whose number is the first slot */
	SHAPE_PAGE,   /* a connection: an object made of the rows of `page` */
};

enum object_form {
	OBJECT_ROW, /* slots: a result row, or a JSON array */
	OBJECT_DOC, /* a JSON object: all fields by key */
};

enum field_from {
	FROM_SLOT,      /* slot number `slot` */
	FROM_JSON_SLOT, /* slot number `slot`, which holds a JSON value, then `path` below it */
	FROM_KEY,      /* wanted key number `slot` of the object's document, then `path` below it */
	FROM_TYPENAME, /* the object's type name: `constant` */
	FROM_SPLICE,   /* response text that the caller has ready: an entity that was read again */
	FROM_SELF,     /* the same row, as another object: an edge's node */
	FROM_RESOLVER, /* what the embedding program answers: `resolving` */
	FROM_NODE_ID,  /* the row's global id: `constant` is the type's name, the key in a slot or
			  under a key; `many_keys`: a JSON array of its parts */
	FROM_CURSOR,   /* the row's cursor, from the slots that `page` names */
	/* fields of a SHAPE_PAGE */
	FROM_PAGE_ROWS, /* a list with an object for each row */
	FROM_PAGE_INFO, /* an object of the four that follow */
	FROM_PAGE_NEXT,
	FROM_PAGE_PREVIOUS,
	FROM_PAGE_START,
	FROM_PAGE_END,
	FROM_PAGE_TOTAL,
};

/*
 * The rows of a connection as its statement gives them. A root's result has a row for each, and
 * beside the rows' slots a column that is null when there is no row, then what was computed once;
 * when it computes nothing, only rows. A nested page is a JSON array of the list of rows and of
 * what was computed once. Backward pages come in reverse.
 */
struct page {
	const struct param *limit; /* how many rows were asked for, or NULL: … */
	uint64_t limit_fixed;      /* … this many */
	bool backward;
	bool has_rows; /* false: nothing of the rows was asked for */
	bool one_more; /* a row more than the limit is fetched, to see whether there is one */
	/* slots, -1 = none: the count of all; true if there are rows before `after`, behind
	 * `before` */
	int present, total, before, behind;
	uint32_t order;       /* of cursors */
	const uint32_t *keys; /* slots of cursors */
	size_t nkeys;
};

/* A field with a resolver: what its resolver is given. */
struct resolving {
	const struct resolver *resolver;
	const struct shape_field *parent; /* of each parent: resolver->n fields, none non-null */
	const struct resolver_arg {
		str key;            /* in snake_case, as JSON with the colon: "max_age": */
		struct param value; /* JSON */
	} *args;                   /* those that have a value */
	size_t nargs;
};

struct shape_field {
	str key;  /* response key as JSON with the colon: "name": */
	str name; /* response key alone, for paths */
	/* where the document asks for it, for error locations: nodes of its tree */
	const struct ast_selection *const *nodes;
	size_t nnodes;
	enum field_from from;
	uint32_t slot;
	const str *path; /* further keys in nested objects */
	size_t npath;
	str constant; /* JSON text */
	const struct shape *shape;
	const struct page *page;           /* CURSOR, PAGE_… */
	const struct resolving *resolving; /* RESOLVER */
	bool many_keys, in_doc; /* NODE_ID; in_doc: `slot` is the number of a wanted key */
	bool wants_row;         /* no row was there to follow a relation from: must be read again */
	const struct gql_field *field; /* for messages: Type.field */
};

struct shape_fields {
	const struct gql_type *type; /* the object type that these fields are for */
	const struct shape_field *at;
	size_t n;
};

struct shape {
	enum shape_kind kind;
	bool non_null;
	/* leaf */
	struct leaf leaf;
	/* list */
	const struct shape *item;
	/* object */
	enum object_form form;
	bool has_doc;
	uint32_t doc_slot; /* ROW: slot of the document that FROM_KEY reads */
	const str *keys;   /* the document's keys that some field wants */
	size_t nkeys;
	/* one entry for an object type; for abstract types one per possible type, told by the
	 * discriminator */
	const struct shape_fields *variants;
	size_t nvariants;
	bool by_type;            /* abstract: look at the discriminator */
	bool type_in_slot;       /* abstract: the type's name stands in slot `type_at` … */
	uint32_t type_at;        /* … or under wanted key `type_at` of the document */
	const struct page *page; /* PAGE: variants[0] has its fields */
	const struct shape *const *choices; /* CHOICE */
	size_t nchoices;
};
