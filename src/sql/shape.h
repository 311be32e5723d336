/*
 * sql/shape.h - how rows become the response: a tree beside the statement, walked by the projector.
 *
 * A value is read either from a slot (a column of the result row, or an element of the JSON array
 * that a nested relation gives) or by key from a JSON document that stands in a slot. In a result
 * row values are in PostgreSQL's text form, elsewhere they are JSON tokens.
 */
#pragma once

#include "schema/model.h"

enum shape_kind { SHAPE_LEAF, SHAPE_LIST, SHAPE_OBJECT };

enum object_form {
	OBJECT_ROW, /* slots: a result row, or a JSON array */
	OBJECT_DOC, /* a JSON object: all fields by key */
};

enum field_from {
	FROM_SLOT,     /* slot number `slot` */
	FROM_KEY,      /* wanted key number `slot` of the object's document, then `path` below it */
	FROM_TYPENAME, /* the object's type name: `constant` */
	FROM_SPLICE,   /* response text that the caller has ready: an entity that was read again */
};

struct shape_field {
	str key;     /* response key as JSON with the colon: "name": */
	str name;    /* response key alone, for paths */
	uint32_t at; /* offset of the field in the document, for error locations */
	enum field_from from;
	uint32_t slot;
	const str *path; /* further keys in nested objects */
	size_t npath;
	str constant; /* JSON text */
	const struct shape *shape;
	bool wants_row; /* no row was there to follow a relation from: must be read again */
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
	bool by_type;      /* abstract: look at the discriminator */
	bool type_in_slot; /* abstract: the type's name stands in slot `type_at` … */
	uint32_t type_at;  /* … or under wanted key `type_at` of the document */
};
