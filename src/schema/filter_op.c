/*
 * filter_op - the table, and nothing else.
 *
 * Addresses: the blocks are those of RFC 6890 §2.2.2 and §2.2.3 as they were published. A block
 * holds an address, or a network that lies in it as a whole. Each block is a condition of its own,
 * because PostgreSQL can look each up in an index.
 */
#include "schema/filter_op.h"

#define TEXT BIT(KIND_TEXT)
#define NET BIT(KIND_NET)
#define LTREE BIT(KIND_LTREE)
#define RANGE BIT(KIND_RANGE)
#define JSON BIT(KIND_JSON)
#define PATH BIT(KIND_PATH)
#define ARRAY BIT(KIND_ARRAY)
#define ANY                                                                                     \
	(TEXT | BIT(KIND_NUMBER) | BIT(KIND_BOOLEAN) | BIT(KIND_EQUALITY) | BIT(KIND_TIME) |    \
		BIT(KIND_BYTES) | NET | BIT(KIND_MAC) | LTREE | RANGE | BIT(KIND_ENUM) | JSON | \
		PATH | BIT(KIND_SEARCH))
#define ORDERED (TEXT | BIT(KIND_NUMBER) | BIT(KIND_TIME) | NET | BIT(KIND_MAC) | BIT(KIND_ENUM))

#define IN(block) "%l <<= inet '" block "'"
#define OR " or "
#define PRIVATE IN("10.0.0.0/8") OR IN("172.16.0.0/12") OR IN("192.168.0.0/16") OR IN("fc00::/7")
#define DOCUMENTATION \
	IN("192.0.2.0/24") OR IN("198.51.100.0/24") OR IN("203.0.113.0/24") OR IN("2001:db8::/32")
#define MULTICAST IN("224.0.0.0/4") OR IN("ff00::/8")
/* What the tables of RFC 6890 call not global. */
#define NOT_GLOBAL                                                                          \
	IN("0.0.0.0/8")                                                                     \
	OR PRIVATE OR DOCUMENTATION OR IN("100.64.0.0/10") OR IN("127.0.0.0/8")             \
		OR IN("169.254.0.0/16") OR IN("192.0.0.0/24") OR IN("198.18.0.0/15")        \
			OR IN("240.0.0.0/4") OR IN("::/128") OR IN("::1/128")               \
				OR IN("::ffff:0:0/96") OR IN("100::/64") OR IN("2001::/23") \
					OR IN("fe80::/10")

#define SAME_TYPE(condition) \
	"(case when jsonb_typeof(%l) = jsonb_typeof(%p) then " condition " end)"

/* clang-format off */
const struct filter_op FILTER_OPS[] = {
	{ "eq", OPERAND_ONE, ANY | ARRAY, "%l = %p",
		"Equal. Never matches null: see isNull." },
	{ "neq", OPERAND_ONE, ANY | ARRAY, "%l <> %p",
		"Not equal. Does not match null." },
	{ "in", OPERAND_LIST, ANY | ARRAY, "%l = any(%p)",
		"Equal to one of the list; the empty list matches nothing." },
	{ "nin", OPERAND_LIST, ANY | ARRAY, "%l <> all(%p)",
		"Equal to none of the list; the empty list matches everything. Does not match null." },
	{ "isNull", OPERAND_BOOLEAN, ANY | ARRAY, "%l is null",
		"True: has no value. False: has one.", .sql_false = "%l is not null" },

	{ "gt", OPERAND_ONE, ORDERED, "%l > %p", "Greater than.", .orders = true },
	{ "gte", OPERAND_ONE, ORDERED, "%l >= %p", "Greater than or equal.", .orders = true },
	{ "lt", OPERAND_ONE, ORDERED, "%l < %p", "Less than.", .orders = true },
	{ "lte", OPERAND_ONE, ORDERED, "%l <= %p", "Less than or equal.", .orders = true },
	{ "between", OPERAND_BETWEEN, BIT(KIND_NUMBER) | BIT(KIND_TIME), "%l between %p and %q",
		"Between two values, both included." },

	{ "contains", OPERAND_SCALAR, TEXT, "%t like %p", "Contains the text.",
		SCALAR_STRING, FORM_CONTAINS },
	{ "startsWith", OPERAND_SCALAR, TEXT | PATH, "%t like %p", "Starts with the text.",
		SCALAR_STRING, FORM_STARTS },
	{ "endsWith", OPERAND_SCALAR, TEXT | PATH, "%t like %p", "Ends with the text.",
		SCALAR_STRING, FORM_ENDS },
	{ "icontains", OPERAND_SCALAR, TEXT | PATH, "%t ilike %p", "Contains the text, in any case.",
		SCALAR_STRING, FORM_CONTAINS },
	{ "istartsWith", OPERAND_SCALAR, TEXT | PATH, "%t ilike %p", "Starts with the text, in any case.",
		SCALAR_STRING, FORM_STARTS },
	{ "iendsWith", OPERAND_SCALAR, TEXT | PATH, "%t ilike %p", "Ends with the text, in any case.",
		SCALAR_STRING, FORM_ENDS },
	{ "ieq", OPERAND_SCALAR, TEXT | PATH, "lower(%t) = lower(%p)", "Equal, in any case.",
		SCALAR_STRING },
	{ "like", OPERAND_SCALAR, TEXT | PATH, "%t like %p",
		"Matches the LIKE pattern: % any text, _ any character, \\ takes their meaning away.",
		SCALAR_STRING },
	{ "ilike", OPERAND_SCALAR, TEXT | PATH, "%t ilike %p",
		"Matches the LIKE pattern, in any case.", SCALAR_STRING },
	{ "matches", OPERAND_SCALAR, TEXT | PATH, "%t ~ %p",
		"Matches the POSIX regular expression.", SCALAR_STRING },
	{ "imatches", OPERAND_SCALAR, TEXT | PATH, "%t ~* %p",
		"Matches the POSIX regular expression, in any case.", SCALAR_STRING },
	{ "search", OPERAND_SEARCH, TEXT | BIT(KIND_SEARCH), "",
		"Matches the text search query." },

	{ "inSubnet", OPERAND_SCALAR, NET, "%l <<= %p", "Is in the network, or the network itself.",
		SCALAR_CIDR, .cast = "inet" },
	{ "contains", OPERAND_SCALAR, NET, "%l >>= %p", "Contains the address or network, or equals it.",
		SCALAR_CIDR, .cast = "inet" },
	{ "overlaps", OPERAND_SCALAR, NET, "%l && %p", "Contains the address or network, or is in it.",
		SCALAR_CIDR, .cast = "inet" },
	{ "inRange", OPERAND_SPAN, NET, "(%l >= %p and %l <= %q)",
		"Between two addresses, both included, in PostgreSQL's order of addresses.",
		SCALAR_IP, .cast = "inet" },
	{ "isPrivate", OPERAND_BOOLEAN, NET, "(" PRIVATE ")",
		"For private use: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7." },
	{ "isPublic", OPERAND_BOOLEAN, NET, "not (" NOT_GLOBAL ")",
		"In no block that RFC 6890 calls not global. Multicast addresses are public, too.",
		.sql_false = "(" NOT_GLOBAL ")" },
	{ "isLoopback", OPERAND_BOOLEAN, NET, "(" IN("127.0.0.0/8") OR IN("::1/128") ")",
		"Loopback: 127.0.0.0/8, ::1." },
	{ "isMulticast", OPERAND_BOOLEAN, NET, "(" MULTICAST ")",
		"Multicast: 224.0.0.0/4, ff00::/8." },
	{ "isLinkLocal", OPERAND_BOOLEAN, NET, "(" IN("169.254.0.0/16") OR IN("fe80::/10") ")",
		"Link-local: 169.254.0.0/16, fe80::/10." },
	{ "isDocumentation", OPERAND_BOOLEAN, NET, "(" DOCUMENTATION ")",
		"For documentation: 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32." },
	{ "isCarrierGrade", OPERAND_BOOLEAN, NET, IN("100.64.0.0/10"),
		"Shared by carriers for address translation: 100.64.0.0/10." },
	{ "isUniqueLocal", OPERAND_BOOLEAN, NET, IN("fc00::/7"),
		"IPv6 for local use: fc00::/7." },
	{ "isBroadcast", OPERAND_BOOLEAN, NET, IN("255.255.255.255/32"),
		"Limited broadcast: 255.255.255.255." },
	{ "isReserved", OPERAND_BOOLEAN, NET, IN("240.0.0.0/4"),
		"Reserved for future use: 240.0.0.0/4." },
	{ "isGlobalUnicast", OPERAND_BOOLEAN, NET, "not (" NOT_GLOBAL OR MULTICAST ")",
		"Public, and not multicast.", .sql_false = "(" NOT_GLOBAL OR MULTICAST ")" },
	{ "isIPv4", OPERAND_BOOLEAN, NET, IN("0.0.0.0/0"), "An IPv4 address or network." },
	{ "isIPv6", OPERAND_BOOLEAN, NET, IN("::/0"), "An IPv6 address or network." },

	{ "vendor", OPERAND_SCALAR, BIT(KIND_MAC),
		"(%l >= trunc(%p) and %l <= (trunc(%p) | ~trunc(%p | ~%p)))",
		"Begins with these three octets; a whole address stands for its first three.",
		SCALAR_STRING, FORM_VENDOR, .cast = "" },

	{ "ancestorOf", OPERAND_ONE, LTREE, "%l @> %p", "Is an ancestor of the path, or the path.",
		.needs_ltree = true },
	{ "descendantOf", OPERAND_ONE, LTREE, "%l <@ %p", "Is a descendant of the path, or the path.",
		.needs_ltree = true },
	{ "matchesLquery", OPERAND_SCALAR, LTREE, "%l ~ %p", "Matches the lquery pattern.",
		SCALAR_STRING, .cast = "lquery", .needs_ltree = true },
	{ "matchesAnyLquery", OPERAND_SCALARS, LTREE, "%l ? %p", "Matches one of the lquery patterns.",
		SCALAR_STRING, .cast = "lquery", .needs_ltree = true },
	{ "matchesLtxtquery", OPERAND_SCALAR, LTREE, "%l @ %p", "Its labels match the ltxtquery.",
		SCALAR_STRING, .cast = "ltxtquery", .needs_ltree = true },
	{ "depth", OPERAND_MEASURE, LTREE, "nlevel(%l)", "The number of labels.", SCALAR_INT,
		.needs_ltree = true },

	{ "contains", OPERAND_ONE, RANGE, "%l @> %p", "Contains the range or element." },
	{ "containedBy", OPERAND_ONE, RANGE, "%l <@ %p", "Is contained in the range." },
	{ "overlaps", OPERAND_ONE, RANGE, "%l && %p", "Has elements in common with the range." },
	{ "adjacent", OPERAND_ONE, RANGE, "%l -|- %p", "Touches the range without a gap or common element." },
	{ "strictlyLeft", OPERAND_ONE, RANGE, "%l << %p", "Ends before the range begins." },
	{ "strictlyRight", OPERAND_ONE, RANGE, "%l >> %p", "Begins after the range has ended." },
	{ "notLeft", OPERAND_ONE, RANGE, "%l &> %p", "Does not begin before the range begins." },
	{ "notRight", OPERAND_ONE, RANGE, "%l &< %p", "Does not end after the range ends." },
	{ "isEmpty", OPERAND_BOOLEAN, RANGE, "isempty(%l)", "Contains nothing." },
	{ "startsAfter", OPERAND_ELEMENT, RANGE, "%l >> %p", "All of it is greater than the element.",
		.form = FORM_POINT },
	{ "endsBefore", OPERAND_ELEMENT, RANGE, "%l << %p", "All of it is less than the element.",
		.form = FORM_POINT },

	{ "contains", OPERAND_ONE, ARRAY, "%l @> %p", "Contains all of these, in any order.",
		.key_form = KEY_PLAIN, .sql_key = "%j @> %J" },
	{ "containedBy", OPERAND_ONE, ARRAY, "%l <@ %p", "Contains nothing but these." },
	{ "overlaps", OPERAND_ONE, ARRAY, "%l && %p", "Contains one of these.",
		.key_form = KEY_TEXT, .sql_key = "%j ?| %T" },
	{ "length", OPERAND_MEASURE, ARRAY, "cardinality(%l)", "The number of items.", SCALAR_INT },
	{ "any", OPERAND_ITEM, ARRAY, "", "One item passes all of these." },

	{ "contains", OPERAND_ONE, JSON | PATH, "%l @> %p",
		"Contains the JSON value: its keys and items, at the same places.",
		.key_form = KEY_ALL, .sql_key = "%j @> %p" },
	{ "containedBy", OPERAND_ONE, JSON | PATH, "%l <@ %p", "Is contained in the JSON value." },
	{ "hasKey", OPERAND_SCALAR, JSON | PATH, "%l ? %p",
		"Is an object with the key, or a list with the text.", SCALAR_STRING,
		.key_form = KEY_ALL, .sql_key = "%j ? %p" },
	{ "hasAnyKeys", OPERAND_SCALARS, JSON | PATH, "%l ?| %p", "Has at least one of the keys.",
		SCALAR_STRING, .key_form = KEY_ALL, .sql_key = "%j ?| %p" },
	{ "hasAllKeys", OPERAND_SCALARS, JSON | PATH, "%l ?& %p", "Has all of the keys.",
		SCALAR_STRING, .key_form = KEY_ALL, .sql_key = "(%j ?& %p and %l is not null)" },
	{ "path", OPERAND_PATH, JSON, "", "Conditions on the value at a path of keys and positions." },
	{ "matchesPath", OPERAND_SCALAR, JSON, "%l @? %p", "The JSON path gives something.",
		SCALAR_STRING, .cast = "jsonpath", .key_form = KEY_ALL,
		.sql_key = "(%j @? %p and %l is not null)" },
	{ "gt", OPERAND_ONE, PATH, SAME_TYPE("%l > %p"), "Greater than a value of the same JSON type." },
	{ "gte", OPERAND_ONE, PATH, SAME_TYPE("%l >= %p"),
		"Greater than or equal to a value of the same JSON type." },
	{ "lt", OPERAND_ONE, PATH, SAME_TYPE("%l < %p"), "Less than a value of the same JSON type." },
	{ "lte", OPERAND_ONE, PATH, SAME_TYPE("%l <= %p"),
		"Less than or equal to a value of the same JSON type." },
};
/* clang-format on */

const size_t FILTER_OPS_COUNT = COUNT(FILTER_OPS);

const struct filter_op *filter_op_find(str name, enum scalar_kind kind)
{
	for (size_t i = 0; i < COUNT(FILTER_OPS); i++)
		if ((FILTER_OPS[i].kinds & BIT(kind)) && str_eq(name, str_from(FILTER_OPS[i].name)))
			return &FILTER_OPS[i];
	return NULL;
}
