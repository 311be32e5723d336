// Do two answers say the same? Where they may differ, the specification's text is the reason, and it is listed
// here.

import { parse } from 'graphql';

/** What we refuse and graphql-js 16 does not: message → where the specification says so. */
export const STRICTER = [
  [/^All root types must be different,/, '§3.3.1: the root operation types must all be different types'],
  [/has invalid default value/, '§3.6.1, §3.10, §3.13: a default value must be of the type'],
  [/^Invalid circular reference\. The default value of/, "§3.10: no circle of input fields' default values"],
  [/^Interface field \S+ is not deprecated, so implementation field/, "§3.6: a field is deprecated only if the interface's is"],
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
  return Object.fromEntries(Object.entries(value).map(([k, v]) =>
    [k, typeof v === 'string' && DESCRIPTIONS.has(v) ? '' : strip(v, own)]));
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

/** Without default values: those of custom scalars are written in different ways. */
function withoutDefaults({ print: text, data }) {
  const drop = (value) => JSON.stringify(value, (key, v) => (key === 'defaultValue' ? undefined : v));
  return text === undefined ? drop(strip(data)) : drop(parse(text, { noLocation: true }));
}

/** undefined when equal; else { what, reason? }: a reason makes it a difference that is meant. */
export function difference(theirs, ours, { outputMayDiffer = false } = {}) {
  if (ours.unsupported) return { what: 'unsupported' };
  const reasons = (ours.errors ?? []).map((e) => reasonOf(e.message));
  const found = compare(theirs, ours, outputMayDiffer);
  // A schema that only we refuse: what the reference says of a document for it, or of what follows from the
  // fault, has no counterpart.
  if (found && reasons.length && reasons.every(Boolean)) return { ...found, reason: reasons[0] };
  return found;
}

function compare(theirs, ours, outputMayDiffer) {
  if (theirs.ok && ours.ok) {
    const [a, b] = [theirs, ours].map((x) => JSON.stringify(strip([x.print, x.coerced, x.data])));
    if (a === b) return undefined;
    const explained = outputMayDiffer && withoutDefaults(theirs) === withoutDefaults(ours);
    return { what: 'output', reason: explained ? 'defaults of custom scalars are printed as they are written' : undefined };
  }
  if (theirs.crashed && !ours.ok) return undefined;
  if (theirs.ok !== ours.ok || theirs.errors.length !== ours.errors.length) {
    const reason = ours.errors?.map((e) => reasonOf(e.message)).find(Boolean);
    const rest = ours.errors?.filter((e) => !reasonOf(e.message)) ?? [];
    const same = theirs.errors && JSON.stringify(sorted(rest)) === JSON.stringify(sorted(theirs.errors));
    return { what: theirs.ok !== ours.ok ? 'accepted' : 'count', reason: same ? reason : undefined };
  }
  const places = (x) => JSON.stringify(x.errors.map((e) => e.locations ?? []));
  const words = (x) => JSON.stringify(x.errors.map((e) => e.message));
  if (places(theirs) !== places(ours)) return { what: 'locations' };
  if (words(theirs) !== words(ours)) return { what: 'messages' };
  return undefined;
}
