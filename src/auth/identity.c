/*
 * identity - claims → identity, copies, questions.
 *
 * A claim's text: of a string its contents, of anything else its JSON. So a setting that is made
 * from a list or an object can be read in PostgreSQL as json.
 */
#include "auth/identity.h"

#include "base/buf.h"
#include "base/num.h"

#include <jansson.h>
#include <string.h>

/* ---- questions ---- */

static bool contains(const str *list, size_t n, str wanted)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], wanted))
			return true;
	return false;
}

bool identity_has_role(const struct identity *i, str role)
{
	return contains(i->roles, i->nroles, role);
}

bool identity_has_scope(const struct identity *i, str scope)
{
	return contains(i->scopes, i->nscopes, scope);
}

str identity_get(const struct identity *i, str name)
{
	const struct identity_value own[] = {
		{ S("user_id"), i->user_id },
		{ S("tenant_id"), i->tenant_id },
		{ S("role"), i->role },
		{ S("claims"), i->claims },
	};
	for (size_t k = 0; k < COUNT(own); k++)
		if (str_eq(own[k].name, name))
			return own[k].value;
	for (size_t k = 0; k < i->nvalues; k++) {
		str setting = i->values[k].name;
		str tail =
			str_starts(setting, S("app.")) ? str_sub(setting, 4, setting.n) : setting;
		if (str_eq(setting, name) || str_eq(tail, name))
			return i->values[k].value;
	}
	return STR_NONE;
}

/* ---- copies ---- */

static str copy(struct arena *a, str s)
{
	return s.p ? (str){ str_z(a, s), s.n } : STR_NONE;
}

static const str *copy_list(struct arena *a, const str *list, size_t n)
{
	str *out = arena_array(a, str, n);
	for (size_t i = 0; i < n; i++)
		out[i] = copy(a, list[i]);
	return out;
}

const struct identity *identity_copy(struct arena *a, const struct identity *from)
{
	struct identity *to = arena_new(a, struct identity);
	*to = *from;
	to->user_id = copy(a, from->user_id);
	to->tenant_id = copy(a, from->tenant_id);
	to->role = copy(a, from->role);
	to->roles = copy_list(a, from->roles, from->nroles);
	to->scopes = copy_list(a, from->scopes, from->nscopes);
	to->claims = copy(a, from->claims);
	to->database_role = copy(a, from->database_role);
	struct identity_value *values = arena_array(a, struct identity_value, from->nvalues);
	for (size_t i = 0; i < from->nvalues; i++)
		values[i] = (struct identity_value){ copy(a, from->values[i].name),
			copy(a, from->values[i].value) };
	to->values = values;
	return to;
}

/* ---- the map ---- */

static bool is_word(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || c == '_';
		if (!letter && !(i > 0 && c >= '0' && c <= '9'))
			return false;
	}
	return s.n > 0;
}

/* app.x; the five that are always set are taken. */
bool identity_is_setting(str name)
{
	static const str TAKEN[] = { STR_INIT("app.user_id"), STR_INIT("app.tenant_id"),
		STR_INIT("app.role"), STR_INIT("app.claims"), STR_INIT("app.request_id") };
	str tail = name, head = str_split(&tail, '.');
	return name.n < 64 && is_word(head) && is_word(tail) &&
		!contains(TAKEN, COUNT(TAKEN), name);
}

bool claim_map_parse(struct arena *a, struct claim_map *map, str list, struct err *e)
{
	map->nsettings = 0;
	while (list.n) {
		size_t end = MIN(str_find(list, ' '), str_find(list, ','));
		str path = str_sub(list, 0, end);
		list = str_sub(list, end + 1, list.n);
		if (!path.n)
			continue;
		str pair = path, setting = str_split(&path, '=');
		if (!identity_is_setting(setting) || !path.n)
			return err_set(e, ERR_CONFIG,
				"\"%.*s\" must be app.name=claim, in lower case, and not one of "
				"app.user_id, app.tenant_id, app.role, app.claims, app.request_id",
				STR_ARG(pair));
		if (map->nsettings == IDENTITY_VALUES_MAX)
			return err_set(e, ERR_CONFIG, "more than %d settings from claims",
				IDENTITY_VALUES_MAX);
		map->settings[map->nsettings++] =
			(struct claim_setting){ copy(a, setting), copy(a, path) };
	}
	return true;
}

/* ---- claims ---- */

/* Follows a path, the longest name first. */
static const json_t *find_claim(const json_t *v, str path)
{
	if (!path.n || !json_is_object(v))
		return path.n ? NULL : v;
	for (size_t n = path.n; n > 0; n--) {
		if (n < path.n && path.p[n] != '.')
			continue;
		const json_t *member = json_object_getn(v, path.p, n);
		const json_t *found =
			member ? find_claim(member, str_sub(path, n + 1, path.n)) : NULL;
		if (found)
			return found;
	}
	return NULL;
}

static int put_chunk(const char *chunk, size_t n, void *arg)
{
	buf_put(arg, (str){ chunk, n });
	return 0;
}

static str text_of(struct arena *a, const json_t *v)
{
	if (!v || json_is_null(v))
		return STR_NONE;
	if (json_is_string(v))
		return copy(a, (str){ json_string_value(v), json_string_length(v) });
	struct buf b = buf_on(a);
	json_dump_callback(v, put_chunk, &b, JSON_COMPACT | JSON_ENCODE_ANY);
	return copy(a, buf_str(&b));
}

static str claim_text(struct arena *a, const json_t *claims, str path)
{
	return text_of(a, path.n ? find_claim(claims, path) : NULL);
}

static size_t put_words(struct arena *a, str text, str *list)
{
	size_t n = 0;
	while (text.n && n < IDENTITY_LIST_MAX) {
		str word = str_split(&text, ' ');
		if (word.n)
			list[n++] = copy(a, word);
	}
	return n;
}

/* A list of texts: an array, or one text; with `words` a text of words between blanks. */
static const str *claim_list(struct arena *a, const json_t *claims, str path, bool words,
	size_t *count)
{
	const json_t *v = path.n ? find_claim(claims, path) : NULL;
	str *list = arena_array(a, str, json_is_array(v) ? json_array_size(v) : IDENTITY_LIST_MAX);
	size_t n = 0;
	if (json_is_string(v) && words)
		n = put_words(a, text_of(a, v), list);
	else if (json_is_string(v))
		list[n++] = text_of(a, v);
	for (size_t i = 0; i < json_array_size(v) && n < IDENTITY_LIST_MAX; i++)
		if (json_is_string(json_array_get(v, i)))
			list[n++] = text_of(a, json_array_get(v, i));
	*count = n;
	return list;
}

static bool choose_role(const struct claim_map *map, struct identity *i, struct err *e)
{
	if (!map->database_role.n)
		return true;
	if (!i->database_role.p)
		return err_set(e, ERR_FORBIDDEN, "The token names no database role.");
	return contains(map->database_roles, map->ndatabase_roles, i->database_role) ||
		err_set(e, ERR_FORBIDDEN, "The token's database role is not allowed here.");
}

bool identity_from_claims(struct arena *a, const struct claim_map *map, str claims,
	struct identity *out, struct err *e)
{
	json_t *root = json_loadb(claims.p, claims.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(root)) {
		json_decref(root);
		return err_set(e, ERR_UNAUTHENTICATED, "The token's claims are not a JSON object.");
	}
	struct identity i = { .claims = copy(a, claims),
		.user_id = claim_text(a, root, map->user_id),
		.tenant_id = claim_text(a, root, map->tenant_id),
		.database_role = claim_text(a, root, map->database_role),
		.nvalues = map->nsettings };
	i.roles = claim_list(a, root, map->role, false, &i.nroles);
	i.scopes = claim_list(a, root, map->scopes, true, &i.nscopes);
	i.role = i.nroles ? i.roles[0] : STR_NONE;
	struct identity_value *values = arena_array(a, struct identity_value, map->nsettings);
	for (size_t k = 0; k < map->nsettings; k++)
		values[k] = (struct identity_value){ map->settings[k].setting,
			claim_text(a, root, map->settings[k].path) };
	i.values = values;
	json_decref(root);
	if (!choose_role(map, &i, e))
		return false;
	*out = i;
	return true;
}
