import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Words of books and of translations, with what people say. */
const PLAIN: Readonly<Record<string, string>> = {
  nobody: 'no one',
  anew: 'again',
  besides: 'also, apart from',
  whoever: 'the one who, everyone who',
  beneath: 'below, under',
  mend: 'fix',
  mended: 'fixed',
  upon: 'on',
  hitherto: 'so far',
  thereof: 'of it',
};

/** What a model is asked, in the words that answers in caches belong to. */
const QUOTED = /"default": "Write down the words that are sung/;

test('comments, messages and pages are in plain words', () => {
  const places = ['src', 'schema', 'docs', 'pipelines', 'presets', 'README.md', 'CONTRIBUTING.md'];
  const listed = execFileSync('git', ['ls-files', '-z', '--', ...places], {cwd: root, encoding: 'utf8'});
  const files = listed
    .split('\0')
    .filter((name) => /\.(ts|js|css|json|md|yaml)$/.test(name) && !name.includes('.generated.'));
  const bookish = new RegExp(`\\b(${Object.keys(PLAIN).join('|')})\\b`, 'i');
  const found = files.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, i) => {
        const word = bookish.exec(line.replace(/`[^`]*`/g, ''))?.[1];
        if (word === undefined || QUOTED.test(line) || line.includes('lyrics_prompt')) return [];
        return [`${file}:${i + 1}: ${word}: ${PLAIN[word.toLowerCase()]}`];
      }),
  );
  expect(files.length).toBeGreaterThan(700);
  expect(found).toEqual([]);
});
