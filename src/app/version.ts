import {readFile} from 'node:fs/promises';
import {type AnswerOptions, answer} from './answer.js';
import type {ExitCode, Terminal} from './terminal.js';

/** The folder of the installed package: the parent of `dist/`. */
export const packageRoot = new URL('../../', import.meta.url);

export async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('package.json', packageRoot), 'utf8');
  return (JSON.parse(text) as {version: string}).version;
}

export async function printVersion(terminal: Terminal, options: AnswerOptions): Promise<ExitCode> {
  const version = await packageVersion();
  answer(terminal, options, {
    kind: 'version',
    document: () => ({
      version,
      node: process.versions.node,
      node_api: process.versions.napi,
      platform: process.platform,
      arch: process.arch,
    }),
    text: () => `${version}\n`,
  });
  return 0;
}
