// JSON values as GraphQL literals.

/** With `enums`, texts are names of enum values. */
export function literalOf(v, enums = false) {
  if (typeof v === 'string') return enums ? v : JSON.stringify(v);
  if (Array.isArray(v)) return `[${v.map((x) => literalOf(x, enums)).join(', ')}]`;
  if (v && typeof v === 'object')
    return `{${Object.entries(v)
      .map(([k, x]) => `${k}: ${literalOf(x, enums)}`)
      .join(', ')}}`;
  return JSON.stringify(v);
}
