// Makes dist/report.html: the page with style and script inside, and a mark where the data goes.
// `--check` compares instead of writing; exit status 1 if what is committed is not what the sources give.
import { build } from 'esbuild';
import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const here = new URL('.', import.meta.url);
const result = await build({
  entryPoints: [new URL('src/main.tsx', here).pathname],
  bundle: true,
  minify: true,
  write: false,
  format: 'iife',
  target: 'es2020',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'ascii',
  legalComments: 'none',
});
const script = result.outputFiles[0].text.replaceAll('</script', '<\\/script');
const css = await build({
  entryPoints: [new URL('src/page.css', here).pathname],
  minify: true,
  write: false,
});
const shell = await readFile(new URL('src/page.html', here), 'utf8');
const page = shell
  .replace('@style@', () => css.outputFiles[0].text.trim())
  .replace('@script@', () => script.trim());

const target = new URL('dist/report.html', here);
const bytes = gzipSync(page, { level: 9 }).length;
console.log(`report.html: ${page.length} bytes, ${bytes} gzipped`);
if (bytes > 60 * 1024) {
  console.error('the page is over 60 KB gzipped');
  process.exit(1);
}
if (process.argv.includes('--check')) {
  const committed = await readFile(target, 'utf8').catch(() => '');
  if (committed !== page) {
    console.error('web/dist/report.html is not what the sources give: run `npm run build` in web/ and commit it');
    process.exit(1);
  }
} else {
  await mkdir(new URL('dist/', here), { recursive: true });
  await writeFile(target, page);
}
