/*
 * config - fraiseql.yaml → settings, with libyaml's event parser.
 *
 * The file is a mapping of settings; a nested mapping extends the key with a dot. Lists, anchors,
 * tags and several documents have no meaning here and are refused, as is a setting that stands
 * twice.
 */
#include "app/settings.h"

#include "ev/file.h"

#include <yaml.h>

enum { CONFIG_MAX = 1024 * 1024, DEPTH_MAX = 8 };

struct reader {
	struct settings *s;
	yaml_parser_t parser;
	const char *path;
	str prefix[DEPTH_MAX];
	unsigned depth;
	struct err *e;
};

static bool fail_at(struct reader *r, size_t line, const char *what, str detail)
{
	err_set(r->e, ERR_CONFIG, "%s:%zu: %s%.*s", r->path, line + 1, what, STR_ARG(detail));
	if (r->e)
		r->e->line = (uint32_t)line + 1;
	return false;
}

static bool next(struct reader *r, yaml_event_t *event)
{
	if (yaml_parser_parse(&r->parser, event))
		return true;
	return fail_at(r, r->parser.problem_mark.line,
		"not YAML: ", str_from(r->parser.problem ? r->parser.problem : "unknown problem"));
}

/* Does the node carry an anchor (&x) or a tag (!!x)? */
static bool is_marked(const yaml_event_t *event)
{
	if (event->type == YAML_SCALAR_EVENT)
		return event->data.scalar.anchor || event->data.scalar.tag;
	return event->type == YAML_MAPPING_START_EVENT &&
		(event->data.mapping_start.anchor || event->data.mapping_start.tag);
}

static str scalar(struct reader *r, const yaml_event_t *event)
{
	const char *p = (const char *)event->data.scalar.value;
	return str_dup(r->s->arena, (str){ p, event->data.scalar.length });
}

static bool is_group(str key)
{
	str prefix = key;
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		str name = str_from(setting_get(id)->key);
		if (name.n > prefix.n && str_starts(name, prefix) && name.p[prefix.n] == '.')
			return true;
	}
	return false;
}

static bool unknown(struct reader *r, size_t line, str key)
{
	str near = setting_nearest(key);
	str detail = str_printf(r->s->arena, "\"%.*s\"%s%.*s%s", STR_ARG(key),
		near.n ? "; did you mean \"" : "", STR_ARG(near), near.n ? "\"?" : "");
	return fail_at(r, line, "unknown setting ", detail);
}

static bool read_mapping(struct reader *r);

static bool read_value(struct reader *r, str key, size_t key_line)
{
	yaml_event_t event;
	if (!next(r, &event))
		return false;
	size_t line = event.start_mark.line;
	bool ok = false;
	enum setting_id id = setting_find(key);
	if (id != SETTING_COUNT && r->s->values[id].origin == FROM_FILE) {
		ok = fail_at(r, key_line, "this is set twice: ", key);
	} else if (is_marked(&event)) {
		ok = fail_at(r, line, "anchors and tags mean nothing here: ", key);
	} else if (event.type == YAML_SCALAR_EVENT && id == SETTING_COUNT && is_group(key)) {
		/* "log:" with nothing below but comments is fine */
		ok = event.data.scalar.length == 0 ||
			fail_at(r, line, "expected settings below ", key);
	} else if (event.type == YAML_SCALAR_EVENT) {
		str text = scalar(r, &event);
		bool plain_null = event.data.scalar.plain_implicit && str_eq(text, S("null"));
		str source = str_printf(r->s->arena, "%s:%zu", r->path, line + 1);
		ok = id == SETTING_COUNT ? unknown(r, key_line, key)
					 : settings_set(r->s, id, plain_null ? S("") : text,
						   FROM_FILE, source, r->e);
	} else if (event.type == YAML_MAPPING_START_EVENT && r->depth + 1 < DEPTH_MAX &&
		is_group(key)) {
		r->prefix[++r->depth] = str_printf(r->s->arena, "%.*s.", STR_ARG(key));
		ok = read_mapping(r);
		r->depth--;
	} else if (id == SETTING_COUNT && !is_group(key)) {
		ok = unknown(r, key_line, key);
	} else {
		ok = fail_at(r, line, "expected a plain value for ", key);
	}
	yaml_event_delete(&event);
	return ok;
}

/* The members of a mapping whose start was read. */
static bool read_mapping(struct reader *r)
{
	for (;;) {
		yaml_event_t event;
		if (!next(r, &event))
			return false;
		enum yaml_event_type_e type = event.type;
		size_t line = event.start_mark.line;
		str name = type == YAML_SCALAR_EVENT ? scalar(r, &event) : S("");
		yaml_event_delete(&event);
		if (type == YAML_MAPPING_END_EVENT)
			return true;
		if (type != YAML_SCALAR_EVENT)
			return fail_at(r, line, "expected the name of a setting", S(""));
		str key = str_printf(r->s->arena, "%.*s%.*s", STR_ARG(r->prefix[r->depth]),
			STR_ARG(name));
		if (!read_value(r, key, line))
			return false;
	}
}

static bool read_document(struct reader *r)
{
	for (unsigned documents = 0;;) {
		yaml_event_t event;
		if (!next(r, &event))
			return false;
		enum yaml_event_type_e type = event.type;
		size_t line = event.start_mark.line;
		bool blank = type == YAML_SCALAR_EVENT && event.data.scalar.length == 0;
		yaml_event_delete(&event);
		if (type == YAML_STREAM_END_EVENT)
			return true;
		if (type == YAML_DOCUMENT_START_EVENT && ++documents > 1)
			return fail_at(r, line, "expected one document", S(""));
		if (type == YAML_MAPPING_START_EVENT) {
			if (!read_mapping(r))
				return false;
		} else if (!blank &&
			(type == YAML_SCALAR_EVENT || type == YAML_SEQUENCE_START_EVENT ||
				type == YAML_ALIAS_EVENT)) {
			return fail_at(r, line, "expected settings, one per line: key: value",
				S(""));
		}
	}
}

bool settings_read_file(struct settings *s, const char *path, struct err *e)
{
	str text;
	if (!file_read(s->arena, path, CONFIG_MAX, &text, e))
		return false;
	struct reader r = { .s = s, .path = path, .e = e };
	s->config_path = str_dup(s->arena, str_from(path));
	if (!yaml_parser_initialize(&r.parser))
		return err_set(e, ERR_INTERNAL, "libyaml could not be initialised");
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p, text.n);
	bool ok = read_document(&r);
	yaml_parser_delete(&r.parser);
	return ok;
}
