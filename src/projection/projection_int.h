/* projection/projection_int.h - what the parts of the script share. */
#pragma once

#include "projection/projection.h"
#include "sql/lineage.h"
#include "sql/writer.h"

/* A step towards the key: rows of `to` whose columns equal those of the source before. */
struct step {
	uint32_t to; /* source */
	struct pair {
		str from, to;
	} *pairs;
	size_t npairs;
	bool unique; /* from `to` back: at most one row stands there, so the step back is to-one */
};

struct way { /* by source */
	bool found;
	struct step step; /* to the next source; unused for the source of the key itself */
};

struct table { /* one that the view reads */
	const struct cat_relation *relation;
	struct {
		VEC(uint32_t);
	} sources;
	bool whole; /* any change: all rows are compared */
};

struct projection {
	struct arena *arena;
	struct pull_facts *facts;
	const struct cat_relation *view;
	const struct cat_relation *existing; /* the table, if it is there already */
	str schema, name;                    /* of the table */
	const struct cat_column *key;        /* of the view */
	struct lineage lineage;
	uint32_t key_source;
	str key_column;                        /* in that source's table */
	const struct cat_relation **relations; /* by source; NULL: not in the catalog */
	struct way *ways;                      /* by source */
	struct {
		VEC(struct table);
	} tables;
	struct projection_note *notes;
};

/* ---- ways.c ---- */

/* Finds relations, ways and tables; adds notes about what is not watched. */
void ways_find(struct projection *p);
/* The columns of a source that count, as the catalog knows them. */
size_t ways_columns(const struct projection *p, uint32_t source, const struct cat_column **out);

/* ---- script.c ---- */

/* A name that PostgreSQL would cut is cut here, and ends in a hash of the whole. */
str fitting_name(struct arena *a, str name);
/* "schema"."tv_user<suffix>", cut and made unique where PostgreSQL would cut it. */
void put_name(struct sql *w, const struct projection *p, const char *suffix);
void put_head(struct sql *w, const struct projection *p);
void put_functions(struct sql *w, const struct projection *p);
void put_drop(struct sql *w, const struct projection *p);

/* ---- trigger.c ---- */

/* Name of a table's trigger function, without the schema. */
str trigger_function(const struct projection *p, const struct table *t);
void put_triggers(struct sql *w, const struct projection *p);
