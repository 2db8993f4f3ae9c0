import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A sentence in the sources that a person may come to read; what is filled in at run time is `⟦expression⟧`. */
export interface UserText {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Every literal of src/ and native/ with a blank in it: hints, messages, warnings, help; new ones are found by themselves. */
export function userTexts(): UserText[] {
  return [
    ...filesOf('src', /\.ts$/).flatMap(typescriptTexts),
    ...filesOf('native', /\.(cpp|h)$/).flatMap(nativeTexts),
  ];
}

/** The text of each of these files. */
export function sources(): string[] {
  return [...filesOf('src', /\.ts$/), ...filesOf('native', /\.(cpp|h)$/)].map((file) =>
    readFileSync(join(root, file), 'utf8'),
  );
}

/** HTML and style sheets are no sentences; a model card speaks of other programs; generated schemas have a test of their own; tests and benches speak to us. */
const others =
  /^src\/(schema|render\/report)\/|^src\/adapter\/card|_(test|bench)\.cpp$|^native\/(testing|bench|golden|fake_cuda)\//;

function filesOf(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), {recursive: true, encoding: 'utf8'})
    .map((name) => `${folder}/${name}`)
    .filter((file) => ending.test(file) && !others.test(file));
}

function typescriptTexts(file: string): UserText[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: UserText[] = [];
  const visit = (node: ts.Node): void => {
    const text = literalText(node) ?? commandWords(node);
    if (text?.includes(' ')) found.push({file, line: lineOf(source, node), text});
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
}

function literalText(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return (
    node.head.text +
    node.templateSpans
      .map((span) => `⟦${span.expression.getText().replaceAll(/[`⟦⟧]/g, "'")}⟧${span.literal.text}`)
      .join('')
  );
}

/** `nextCommand(world, ['run', file])` is the text `sidestep run ⟦file⟧`. */
function commandWords(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || node.expression.getText() !== 'nextCommand') return undefined;
  const [, words] = node.arguments;
  if (words === undefined || !ts.isArrayLiteralExpression(words)) return undefined;
  return `\`sidestep ${words.elements.map((word) => literalText(word) ?? `⟦${word.getText()}⟧`).join(' ')}\``;
}

/** String literals of C++; those that are side by side are one, what is added between two is filled in. */
function nativeTexts(file: string): UserText[] {
  const source = readFileSync(join(root, file), 'utf8').replaceAll(/^\s*(\/\/|#include).*$/gm, '');
  return [...source.matchAll(/"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*/g)].flatMap(
    ({0: written, index}) => {
      const text = [...written.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)]
        .map(([, part]) => part)
        .join('')
        .replaceAll('\\"', '"');
      return text.includes(' ') ? [{file, line: source.slice(0, index).split('\n').length, text}] : [];
    },
  );
}
