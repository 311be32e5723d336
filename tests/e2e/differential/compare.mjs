// Do two answers say the same? Where they may differ, the specification's text is the reason, and it is listed
// here.

import { parse } from 'graphql';

/** What we refuse and graphql-js 16 does not: message → where the specification says so. */
export const STRICTER = [
  [
    /^Float cannot represent non numeric value: -?[\d.]+[eE]\+?\d{3,}$/,
    '§3.5.2: a Float that is not finite is refused',
  ],
  [/^All root types must be different,/, '§3.3.1: the root operation types must all be different types'],
  [/has invalid default value/, '§3.6.1, §3.10, §3.13: a default value must be of the type'],
  [/^Invalid circular reference\. The default value of/, "§3.10: no circle of input fields' default values"],
  [
    /^Interface field \S+ is not deprecated, so implementation field/,
    "§3.6: a field is deprecated only if the interface's is",
  ],
  [/^Directive @\w+ must not be used in its own definition/, '§3.13: a directive must not refer to itself'],
  [/^(Anonymous )?Subscription .*@skip.*@include/, "§5.2.4.1: a subscription's root field is unconditional"],
  [/^The \w+ operation is not supported by the schema\.$/, '§5.2.1.1: the type of the operation exists'],
];

const reasonOf = (message) => STRICTER.find(([pattern]) => pattern.test(message))?.[1];

const sorted = (errors) => errors.map((e) => JSON.stringify(e)).sort();

/** Without the texts that each implementation words itself: what the language's own types say of themselves. */
function strip(value, own = false) {
  if (Array.isArray(value)) return value.map((v) => strip(v, own));
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [
      k,
      typeof v === 'string' && DESCRIPTIONS.has(v) ? '' : strip(v, own),
    ]),
  );
}
const DESCRIPTIONS = new Set();

/** Learns how an implementation describes built-in things, from its answer to introspection. */
export function learnDescriptions(answer) {
  const walk = (value) => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (value && typeof value === 'object')
      for (const [k, v] of Object.entries(value)) {
        if (k === 'description' && typeof v === 'string') DESCRIPTIONS.add(v);
        else walk(v);
      }
  };
  walk(answer);
}

/** Without default values, under each name that the document gives them. */
function withoutDefaults({ print: text, data }, source = '') {
  const keys = new Set([
    'defaultValue',
    ...[...source.matchAll(/(\w+)[\s,]*:[\s,]*defaultValue\b/g)].map((m) => m[1]),
  ]);
  const drop = (value) => JSON.stringify(value, (key, v) => (keys.has(key) ? undefined : v));
  return text === undefined ? drop(strip(data)) : drop(parse(text, { noLocation: true }));
}

/** Is this error of the reference a consequence of a default value that it does not see is wrong? */
function isConsequence(error, ours) {
  const [, , place] = error.message.match(/^Required (argument|input field) (\S+) cannot be deprecated/) ?? [];
  return place !== undefined && ours.some((e) => e.message.startsWith(`${place} has invalid default value`));
}

/** The reason for a difference in errors, if there is one: but for what only we refuse, the errors are the same. */
function reasonFor(theirs, ours) {
  const errors = ours.errors ?? [];
  const reasons = errors.map((e) => reasonOf(e.message));
  // Only we refuse the schema: what the reference says of a document for it has no counterpart.
  if (reasons.length && reasons.every(Boolean)) return reasons[0];
  const rest = errors.filter((e) => !reasonOf(e.message));
  const wanted = (theirs.errors ?? []).filter((e) => !isConsequence(e, errors));
  return sorted(rest).join() === sorted(wanted).join() ? reasons.find(Boolean) : undefined;
}

const INPUT_PLACE = /may not be used on (ARGUMENT|INPUT_FIELD)_DEFINITION\.$/;

/** graphql-js 16 takes the fields of an input object's extension for arguments. */
function placeReason(theirs, ours, { sdl = '', source = '' }) {
  const rest = ({ errors = [] }) => sorted(errors.filter((e) => !INPUT_PLACE.test(e.message))).join();
  const extended = /\bextend[\s,]+input\b/.test(sdl + source);
  return extended && rest(theirs) === rest(ours)
    ? "§3.13: fields of an input object's extension are INPUT_FIELD_DEFINITIONs"
    : undefined;
}

function compareErrors(theirs, ours) {
  if (theirs.errors.length !== ours.errors.length) return 'count';
  const places = (x) => JSON.stringify(x.errors.map((e) => e.locations ?? []));
  const words = (x) => JSON.stringify(x.errors.map((e) => e.message));
  if (places(theirs) !== places(ours)) return 'locations';
  return words(theirs) === words(ours) ? undefined : 'messages';
}

/**
 * undefined when equal; else { what, reason? }: a reason makes it a difference that is meant. `request`: what was
 * asked; `customDefaults`: its schema has defaults of custom scalars.
 */
export function difference(theirs, ours, { customDefaults, request = {} } = {}) {
  const { source } = request;
  if (ours.unsupported) return { what: 'unsupported' };
  if (theirs.ok && ours.ok) {
    const [a, b] = [theirs, ours].map((x) => JSON.stringify(strip([x.print, x.coerced, x.data])));
    if (a === b) return undefined;
    const explained = customDefaults && withoutDefaults(theirs, source) === withoutDefaults(ours, source);
    return {
      what: 'output',
      reason: explained ? 'defaults of custom scalars are printed as they are written' : undefined,
    };
  }
  if (theirs.crashed && !ours.ok) return undefined;
  const what = theirs.ok === ours.ok ? compareErrors(theirs, ours) : 'accepted';
  return what && { what, reason: reasonFor(theirs, ours) ?? placeReason(theirs, ours, request) };
}
