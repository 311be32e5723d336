/*
 * exec/jscan.h - stepping over JSON that PostgreSQL wrote. The text is known to be JSON, so nothing
 * is checked but the end of the text; requests are read with base/jread instead.
 */
#pragma once

#include "base/json.h"

static inline const char *jscan_blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

/* `p` is at the opening quote; returns behind the closing one. */
static inline const char *jscan_string(const char *p, const char *end)
{
	for (p++; (p = json_plain(p, end)) < end; p += 2) /* a backslash and what it escapes */
		if (*p == '"')
			return p + 1;
	return end;
}

static inline const char *jscan_nested(const char *p, const char *end)
{
	unsigned depth = 0;
	while (p < end) {
		char c = *p;
		if (c == '"') {
			p = jscan_string(p, end);
			continue;
		}
		p++;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return p;
	}
	return end;
}

/* Behind the value that starts at `p`. */
static inline const char *jscan_value(const char *p, const char *end)
{
	if (p >= end)
		return end;
	if (*p == '"')
		return jscan_string(p, end);
	if (*p == '{' || *p == '[')
		return jscan_nested(p, end);
	while (p < end && *p != ',' && *p != '}' && *p != ']' && *p != ' ' && *p != '\n')
		p++;
	return p;
}

/*
 * The next element of an array: *p is behind '[' or behind the last element. False at the end. The
 * value is a view.
 */
static inline bool jscan_element(const char **p, const char *end, str *value)
{
	const char *at = jscan_blank(*p, end);
	if (at < end && *at == ',')
		at = jscan_blank(at + 1, end);
	if (at >= end || *at == ']')
		return false;
	const char *behind = jscan_value(at, end);
	*value = (str){ at, (size_t)(behind - at) };
	*p = behind;
	return true;
}

/* The next member of an object; the key is raw, without quotes. */
static inline bool jscan_member(const char **p, const char *end, str *key, str *value)
{
	const char *at = jscan_blank(*p, end);
	if (at < end && *at == ',')
		at = jscan_blank(at + 1, end);
	if (at >= end || *at != '"')
		return false;
	const char *behind = jscan_string(at, end);
	*key = (str){ at + 1, (size_t)(behind - at) - 2 };
	at = jscan_blank(behind, end);
	if (at < end && *at == ':')
		at = jscan_blank(at + 1, end);
	behind = jscan_value(at, end);
	*value = (str){ at, (size_t)(behind - at) };
	*p = behind;
	return true;
}
