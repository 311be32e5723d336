// Markdown as the tests of the documentation see it: fenced blocks, comments that speak to the test, and
// sections that a command generates. Nothing else of a page matters to them.

const FENCE = /^(\s*)(`{3,}|~{3,})\s*(.*)$/;
const COMMENT = /^\s*<!--\s*(test|generated|\/generated)(?::\s*(.*?))?\s*-->\s*$/;

/** The words of an info string: `sh exit=1 skip="no network"` → { lang, attributes }. */
export function readInfo(info) {
  const [lang = '', ...rest] = info.match(/(?:[^\s"]+|"[^"]*")+/g) ?? [];
  const attributes = {};
  for (const word of rest) {
    const at = word.indexOf('=');
    const name = at < 0 ? word : word.slice(0, at);
    attributes[name] = at < 0 ? true : word.slice(at + 1).replace(/^"(.*)"$/, '$1');
  }
  return { lang, attributes };
}

/**
 * A page as a list, in its order, each with its `line`:
 *   { kind: 'block', lang, attributes, text }
 *   { kind: 'test', text }               <!-- test: text -->
 *   { kind: 'generated', command, text } between <!-- generated: command --> and <!-- /generated -->
 */
export function readPage(page) {
  const lines = page.split('\n');
  const parts = [];
  let generated;
  for (let at = 0; at < lines.length; at += 1) {
    const line = at + 1;
    const fence = lines[at].match(FENCE);
    const comment = lines[at].match(COMMENT);
    if (fence && !generated) {
      const [, indent, mark, info] = fence;
      const body = [];
      for (at += 1; at < lines.length && lines[at].trim() !== mark; at += 1) {
        body.push(lines[at].startsWith(indent) ? lines[at].slice(indent.length) : lines[at]);
      }
      if (at >= lines.length) throw new Error(`line ${line}: this block has no end`);
      parts.push({ kind: 'block', line, ...readInfo(info), text: `${body.join('\n')}\n` });
    } else if (comment?.[1] === 'test') {
      parts.push({ kind: 'test', line, text: comment[2] ?? '' });
    } else if (comment?.[1] === 'generated') {
      generated = { kind: 'generated', line, command: comment[2] ?? '', from: at + 1 };
    } else if (comment && generated) {
      parts.push({ ...generated, to: at, text: lines.slice(generated.from, at).join('\n') });
      generated = undefined;
    }
  }
  if (generated) throw new Error(`line ${generated.line}: this generated part has no end`);
  return parts;
}

/** The page with the text of its generated parts replaced: `texts` in the order of the parts. */
export function replaceGenerated(page, texts) {
  const lines = page.split('\n');
  const parts = readPage(page).filter((part) => part.kind === 'generated');
  parts.reverse().forEach((part, i) => {
    const text = texts[texts.length - 1 - i];
    lines.splice(part.from, part.to - part.from, '', ...text.trim().split('\n'), '');
  });
  return lines.join('\n');
}
