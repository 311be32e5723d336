/*
 * scalar - the table, and finding its rows.
 *
 * A scalar is one row here and nothing elsewhere: the compiler declares it and checks columns with
 * it, the planner takes casts and filter operators from it, the projector writes by it. The five of
 * the specification are in the table for their columns and output; their input is coerced by the
 * graphql module, so they have no `read`.
 */
#include "schema/scalar_int.h"

#define PG(page) "https://www.postgresql.org/docs/current/" page
#define RFC(number) "https://www.rfc-editor.org/rfc/rfc" number
#define TEXTS "text varchar bpchar citext"

/* clang-format off */
static const struct scalar SCALARS[SCALAR_COUNT] = {
	[SCALAR_ID] = { "ID", "text", TEXTS " uuid int4 int8 int2 name xid",
		OUT_STRING, KIND_EQUALITY, NULL, NULL,
		"A key that tells one object from another. It is text; whole numbers are read as text." },
	[SCALAR_INT] = { "Int", "int4", "int4 int2",
		OUT_INT, KIND_NUMBER, NULL, NULL,
		"A whole number of 32 bits: from -2147483648 to 2147483647." },
	[SCALAR_FLOAT] = { "Float", "float8", "float8 float4 numeric int4 int2 int8",
		OUT_FLOAT, KIND_NUMBER, NULL, NULL,
		"A number of double precision, as IEEE 754 defines it." },
	[SCALAR_STRING] = { "String", "text", TEXTS " name char xml",
		OUT_STRING, KIND_TEXT, NULL, NULL,
		"Text: a sequence of Unicode characters." },
	[SCALAR_BOOLEAN] = { "Boolean", "bool", "bool",
		OUT_BOOLEAN, KIND_BOOLEAN, NULL, NULL,
		"Either `true` or `false`." },
	[SCALAR_BIGINT] = { "BigInt", "int8", "int8 int4 int2 oid",
		OUT_DIGITS, KIND_NUMBER, scalar_read_bigint, PG("datatype-numeric.html#DATATYPE-INT"),
		"A whole number of 64 bits, given as text so that no digit is lost; read as text or number." },
	[SCALAR_DECIMAL] = { "Decimal", "numeric", "numeric int8 int4 int2",
		OUT_DIGITS, KIND_NUMBER, scalar_read_decimal,
		PG("datatype-numeric.html#DATATYPE-NUMERIC-DECIMAL"),
		"An exact decimal number, given as text so that no digit is lost; read as text or number." },
	[SCALAR_UUID] = { "UUID", "uuid", "uuid",
		OUT_STRING, KIND_EQUALITY, scalar_read_uuid, RFC("9562"),
		"A universally unique identifier, like `0190163d-8694-739b-aea5-966c26f8ad91`." },
	[SCALAR_DATE] = { "Date", "date", "date",
		OUT_DATE, KIND_TIME, scalar_read_date, RFC("3339") "#section-5.6",
		"A day of the calendar, like `2026-01-31`." },
	[SCALAR_TIME] = { "Time", "time", "time timetz",
		OUT_TIME, KIND_TIME, scalar_read_time, RFC("3339") "#section-5.6",
		"A time of day, like `14:30:00`." },
	[SCALAR_DATETIME] = { "DateTime", "timestamptz", "timestamptz timestamp",
		OUT_DATETIME, KIND_TIME, scalar_read_datetime, RFC("3339") "#section-5.6",
		"A moment in time, like `2026-01-31T14:30:00Z`, with an offset from UTC." },
	[SCALAR_INTERVAL] = { "Interval", "interval", "interval",
		OUT_INTERVAL, KIND_TIME, scalar_read_interval, PG("datatype-datetime.html#DATATYPE-INTERVAL-INPUT"),
		"A length of time as ISO 8601 writes it, like `P1DT2H30M`." },
	[SCALAR_JSON] = { "JSON", "jsonb", "jsonb json",
		OUT_JSON, KIND_JSON, scalar_read_json, RFC("8259"),
		"Any JSON value. Keys are given as they are stored." },
	[SCALAR_BYTES] = { "Bytes", "bytea", "bytea",
		OUT_BYTES, KIND_BYTES, scalar_read_bytes, RFC("4648") "#section-4",
		"Bytes in base64. Hexadecimal digits after `\\x` are read, too." },
	[SCALAR_EMAIL] = { "EmailAddress", "text", TEXTS,
		OUT_STRING, KIND_TEXT, scalar_read_email,
		"https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address",
		"An e-mail address, like `mira@example.org`." },
	[SCALAR_URL] = { "URL", "text", TEXTS,
		OUT_STRING, KIND_TEXT, scalar_read_url, RFC("3986"),
		"An absolute URL, like `https://example.org/a?b=c`." },
	[SCALAR_HOSTNAME] = { "Hostname", "text", TEXTS,
		OUT_STRING, KIND_TEXT, scalar_read_hostname, RFC("1123") "#section-2.1",
		"The name of a host, like `www.example.org`." },
	[SCALAR_PORT] = { "Port", "int4", "int4 int2",
		OUT_INT, KIND_NUMBER, scalar_read_port, RFC("6335"),
		"A port number: from 1 to 65535." },
	[SCALAR_IPV4] = { "IPv4", "inet", "inet",
		OUT_STRING, KIND_NET, scalar_read_ipv4, RFC("791"),
		"An IPv4 address, like `192.0.2.1`." },
	[SCALAR_IPV6] = { "IPv6", "inet", "inet",
		OUT_STRING, KIND_NET, scalar_read_ipv6, RFC("5952"),
		"An IPv6 address, like `2001:db8::1`." },
	[SCALAR_IP] = { "IP", "inet", "inet",
		OUT_STRING, KIND_NET, scalar_read_ip, PG("datatype-net-types.html#DATATYPE-INET"),
		"An IPv4 or IPv6 address, with the length of its network's prefix where it has one." },
	[SCALAR_CIDR] = { "CIDR", "cidr", "cidr inet",
		OUT_STRING, KIND_NET, scalar_read_cidr, PG("datatype-net-types.html#DATATYPE-CIDR"),
		"A network, like `192.0.2.0/24` or `2001:db8::/32`." },
	[SCALAR_MAC] = { "MacAddress", "macaddr8", "macaddr macaddr8",
		OUT_STRING, KIND_MAC, scalar_read_mac, PG("datatype-net-types.html#DATATYPE-MACADDR"),
		"A hardware address, like `08:00:2b:01:02:03`; all customary notations are read." },
	[SCALAR_LTREE] = { "LTree", "ltree", "ltree",
		OUT_STRING, KIND_LTREE, scalar_read_ltree, PG("ltree.html"),
		"A path in a hierarchy, like `top.science.astronomy`." },
	[SCALAR_DATERANGE] = { "DateRange", "daterange", "daterange",
		OUT_STRING, KIND_RANGE, scalar_read_range, PG("rangetypes.html#RANGETYPES-IO"),
		"A range of days in PostgreSQL's form, like `[2026-01-01,2026-02-01)`; one day stands for itself." },
	[SCALAR_DATETIMERANGE] = { "DateTimeRange", "tstzrange", "tstzrange tsrange",
		OUT_STRING, KIND_RANGE, scalar_read_range, PG("rangetypes.html#RANGETYPES-IO"),
		"A range of moments in PostgreSQL's form, like `[2026-01-01T00:00:00Z,)`." },
	[SCALAR_INTRANGE] = { "IntRange", "int4range", "int4range",
		OUT_STRING, KIND_RANGE, scalar_read_range, PG("rangetypes.html#RANGETYPES-IO"),
		"A range of whole numbers in PostgreSQL's form, like `[1,10)`." },
	[SCALAR_BIGINTRANGE] = { "BigIntRange", "int8range", "int8range int4range",
		OUT_STRING, KIND_RANGE, scalar_read_range, PG("rangetypes.html#RANGETYPES-IO"),
		"A range of whole numbers of 64 bits in PostgreSQL's form, like `[1,10)`." },
	[SCALAR_DECIMALRANGE] = { "DecimalRange", "numrange", "numrange",
		OUT_STRING, KIND_RANGE, scalar_read_range, PG("rangetypes.html#RANGETYPES-IO"),
		"A range of decimal numbers in PostgreSQL's form, like `[0.5,1.5]`." },
	[SCALAR_TSVECTOR] = { "TSVector", "tsvector", "tsvector",
		OUT_STRING, KIND_SEARCH, scalar_read_tsvector, PG("datatype-textsearch.html#DATATYPE-TSVECTOR"),
		"The words of a text as PostgreSQL's text search compares them, like `'cat':2 'sit':3`." },
	[SCALAR_VECTOR] = { "Vector", "vector", "vector",
		OUT_JSON, KIND_VECTOR, scalar_read_vector, "https://github.com/pgvector/pgvector",
		"A list of numbers, like `[1, 0.5, 0]`, as similarity search compares them." },
};
/* clang-format on */

const struct scalar *scalar_get(enum scalar_id id)
{
	return &SCALARS[id];
}

const struct scalar *scalar_find(str graphql_name)
{
	if (graphql_name.n == 0)
		return NULL;
	for (size_t i = 0; i < COUNT(SCALARS); i++)
		if (SCALARS[i].name[0] == graphql_name.p[0] &&
			str_eq(str_from(SCALARS[i].name), graphql_name))
			return &SCALARS[i];
	return NULL;
}

const struct scalar *scalar_for_pg(str pg_type_name)
{
	static const enum scalar_id FIRST[] = { SCALAR_STRING, SCALAR_INT, SCALAR_BIGINT,
		SCALAR_DECIMAL, SCALAR_IP };
	for (size_t i = 0; i < COUNT(FIRST); i++)
		if (scalar_reads(&SCALARS[FIRST[i]], pg_type_name))
			return &SCALARS[FIRST[i]];
	for (size_t i = SCALAR_FLOAT; i < COUNT(SCALARS); i++)
		if (scalar_reads(&SCALARS[i], pg_type_name))
			return &SCALARS[i];
	return NULL;
}

bool scalar_reads(const struct scalar *s, str pg_type_name)
{
	str rest = str_from(s->pg_names);
	while (rest.n > 0)
		if (str_eq(str_split(&rest, ' '), pg_type_name))
			return true;
	return false;
}

const struct scalar *scalar_element(const struct scalar *range)
{
	static const enum scalar_id ELEMENTS[SCALAR_COUNT] = {
		[SCALAR_DATERANGE] = SCALAR_DATE,
		[SCALAR_DATETIMERANGE] = SCALAR_DATETIME,
		[SCALAR_INTRANGE] = SCALAR_INT,
		[SCALAR_BIGINTRANGE] = SCALAR_BIGINT,
		[SCALAR_DECIMALRANGE] = SCALAR_DECIMAL,
	};
	return range->kind == KIND_RANGE ? &SCALARS[ELEMENTS[range - SCALARS]] : NULL;
}

bool scalar_coerce(void *ctx, struct arena *a, const struct gql_type *type, struct gql_value *v,
	const char **why)
{
	const struct scalar *s = scalar_find(type->name);
	return !s || !s->read || s->read(ctx, a, type, v, why);
}
