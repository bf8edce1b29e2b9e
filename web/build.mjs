// Makes dist/report.html: the page with style and script inside, and a mark where the data goes.
// `--check` compares instead of writing; exit status 1 if what is committed is not what the sources give.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const kMostBytes = 60 * 1024;  // gzipped
const file = (name) => fileURLToPath(new URL(name, import.meta.url));

async function bundle(entry, options) {
  const result = await build({ entryPoints: [file(entry)], bundle: true, minify: true, write: false, charset: 'ascii', legalComments: 'none', ...options });
  return result.outputFiles[0].text.trim();
}
const script = (await bundle('src/main.tsx', { format: 'iife', target: 'es2020', jsx: 'automatic', jsxImportSource: 'preact' }))
  .replaceAll('</script', '<\\/script');
const style = await bundle('src/page.css', { loader: { '.css': 'css' } });
// The page runs this script and applies this style and no other.
const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
const parts = { 'script': script, 'style': style, 'script-hash': hash(script), 'style-hash': hash(style) };
const shell = await readFile(file('src/page.html'), 'utf8');
const page = shell.replace(/@(script|style|script-hash|style-hash)@/g, (_, name) => parts[name]);

const target = file('dist/report.html');
const bytes = gzipSync(page, { level: 9 }).length;
console.log(`report.html: ${page.length} bytes, ${bytes} gzipped`);
if (bytes > kMostBytes) {
  console.error(`the page is over ${kMostBytes} bytes gzipped`);
  process.exit(1);
}
if (process.argv.includes('--check')) {
  const committed = await readFile(target, 'utf8').catch(() => '');
  if (committed !== page) {
    console.error('web/dist/report.html is not what the sources give: run `npm run build` in web/ and commit it');
    process.exit(1);
  }
} else {
  await mkdir(file('dist/'), { recursive: true });
  await writeFile(target, page);
}
