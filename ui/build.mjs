// Builds the page: `node build.mjs OUTDIR` writes index.html, graphiql.js,
// graphiql.css, graphiql-worker.js, codicon.ttf and licenses.txt. The names are
// fixed, because the C build lists and embeds them, and the same input gives the
// same bytes.

import esbuild from 'esbuild';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const src = (name) => join(here, 'src', name);

// What is bundled in the place of what a package asks for.
const lean = {
  name: 'lean',
  setup(build) {
    build.onResolve({ filter: /\/edcore\.main\.js$/ }, () => ({ path: src('monaco.js') }));
    // A second copy of the same code under its old name.
    build.onResolve({ filter: /^prettier\/parser-graphql$/ }, ({ resolveDir }) =>
      build.resolve('prettier/plugins/graphql', { resolveDir, kind: 'import-statement' }));
    build.onResolve({ filter: /^prettier\// }, ({ importer }) =>
      importer.endsWith('/utility/jsonc.js') ? { path: src('jsonc-prettier.js') } : undefined);
    // The editor of differences, which nothing here opens.
    build.onResolve({ filter: /\/(multiD|d)iffEditor\/(multiD|d)iffEditorWidget\.js$/ }, () =>
      ({ path: src('no-diff-editor.js') }));
  },
};

function bundle(outdir) {
  return esbuild.build({
    absWorkingDir: here,
    entryPoints: { graphiql: 'src/main.jsx', 'graphiql-worker': 'src/worker.js' },
    outdir,
    assetNames: '[name]',
    bundle: true,
    minify: true,
    charset: 'utf8',
    format: 'iife',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.ttf': 'file', '.svg': 'dataurl' },
    legalComments: 'none', // licenses.txt has them all
    metafile: true,
    plugins: [lean],
    logLevel: 'warning',
  });
}

// The packages of which the output contains some part, as paths.
function packagesIn(metafile) {
  const found = new Set();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
      if (match && bytesInOutput > 0) found.add(match[1]);
    }
  }
  return [...found].sort();
}

// Their licences, as each of them asks for.
async function licenses(metafile) {
  const parts = ['The files beside this one contain code of these packages.\n'];
  for (const path of packagesIn(metafile)) {
    const dir = join(here, path);
    const about = JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'));
    const files = (await readdir(dir)).filter((name) => /^(licen[cs]e|thirdparty)/i.test(name));
    const texts = await Promise.all(files.sort().map((name) => readFile(join(dir, name), 'utf8')));
    parts.push(`${'-'.repeat(72)}\n${about.name} ${about.version} (${about.license})\n`);
    parts.push(...texts.map((text) => `${text.replaceAll('\r', '').trim()}\n`));
  }
  return parts.join('\n');
}

async function page() {
  const html = await readFile(src('index.html'), 'utf8');
  const icon = await readFile(src('icon.svg'), 'utf8');
  return html.replace('@ICON@', encodeURIComponent(icon.replace(/\n\s*/g, '')));
}

const outdir = resolve(process.argv[2] ?? '');
if (process.argv.length !== 3) {
  console.error('usage: node build.mjs OUTDIR');
  process.exit(2);
}
await mkdir(outdir, { recursive: true });
const { metafile } = await bundle(outdir);
await writeFile(join(outdir, 'licenses.txt'), await licenses(metafile));
await writeFile(join(outdir, 'index.html'), await page());
if (process.env.UI_METAFILE) await writeFile(process.env.UI_METAFILE, JSON.stringify(metafile));
