// Does an answer equal what a page says? Where a value differs from run to run, the page has a placeholder.

const PATTERNS = {
  '<uuid>': '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  '<timestamp>': '\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d(?::\\d\\d)?)?',
  '<time>': '\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z?',
  '<date>': '(?:[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT|\\d{4}-\\d\\d-\\d\\d)',
  '<number>': '-?\\d+(?:\\.\\d+)?',
  '<word>': '[^\\s"]+',
  '<any>': '.*',
};
const PLACEHOLDER = new RegExp(Object.keys(PATTERNS).join('|'), 'g');

export const hasPlaceholder = (text) => text.search(PLACEHOLDER) >= 0;

/** A regular expression (as text) for a line with placeholders. */
export function linePattern(line) {
  const literals = line.split(PLACEHOLDER).map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const names = line.match(PLACEHOLDER) ?? [];
  return literals.map((literal, i) => literal + (PATTERNS[names[i]] ?? '')).join('');
}

const tidy = (text) => text.replaceAll('\r', '').split('\n').map((line) => line.trimEnd());

/** Text: line by line; a line `…` stands for any lines. */
export function textMatches(actual, expected) {
  const lines = tidy(expected.trimEnd());
  const pattern = lines.map((line, i) => {
    const last = i === lines.length - 1;
    if (line.trim() === '…') return last ? '[^]*' : '(?:.*\\n)*?';
    return linePattern(line) + (last ? '' : '\\n');
  }).join('');
  return new RegExp(`^${pattern}$`).test(tidy(actual).join('\n').trimEnd());
}

/** Do the lines occur in the text, in this order? For logs. */
export function linesOccur(actual, expected) {
  const found = tidy(actual);
  let at = 0;
  return tidy(expected.trimEnd()).filter((line) => line.trim() !== '…').every((line) => {
    const pattern = new RegExp(`^${linePattern(line)}$`);
    while (at < found.length && !pattern.test(found[at])) at += 1;
    at += 1;
    return at <= found.length;
  });
}

/** JSON: the same members in the same order, whatever the white space. */
export function jsonMatches(actual, expected) {
  if (typeof expected === 'string' && hasPlaceholder(expected)) {
    const text = typeof actual === 'string' ? actual : JSON.stringify(actual);
    return new RegExp(`^${linePattern(expected)}$`, 's').test(text);
  }
  if (typeof actual !== 'object' || typeof expected !== 'object' || !actual || !expected) {
    return actual === expected;
  }
  if (Array.isArray(actual) !== Array.isArray(expected)) return false;
  const keys = Object.keys(expected);
  const own = Object.keys(actual);
  return keys.length === own.length
    && keys.every((key, i) => key === own[i] && jsonMatches(actual[key], expected[key]));
}
