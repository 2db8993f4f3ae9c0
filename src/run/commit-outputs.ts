import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {type ContentHash, contentHash} from '../base/hash.js';
import {canonicalJson, type Json} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import type {Cache} from '../cache/cache.js';
import {leftAt} from '../cache/commit-gate.js';
import type {OutputObject} from '../cache/entry.js';
import {commitFile} from '../cache/object.js';
import {commitTree} from '../cache/tree.js';
import type {OutputDeclaration} from '../stage/stage-type.js';

/**
 * Takes what a stage left in its folder into the cache. Throws `run/output-missing` or `run/output-not-json` when it is
 * not what the stage type declares, `cache/not-a-plain-file` for what is not a file or folder of its own.
 */
export async function commitOutputs(
  cache: Cache,
  outDir: string,
  declared: readonly OutputDeclaration[],
): Promise<Record<string, OutputObject>> {
  const outputs: Record<string, OutputObject> = {};
  for (const output of declared) outputs[output.name] = await commitOutput(cache, outDir, output);
  return outputs;
}

async function commitOutput(cache: Cache, outDir: string, output: OutputDeclaration): Promise<OutputObject> {
  const path = join(outDir, output.file);
  const found = leftAt(outDir, path);
  if (found === undefined || !fits(found, output)) throw outputMissing(output, found);
  const {file: name, aside = []} = output;
  if (found === 'folder') return commitTree(cache, path, {name, aside});
  if (output.kind !== 'json') {
    const object = await commitFile(cache, path);
    return {kind: 'file', ...object, identity: object.hash, name};
  }
  const value = readJson(path, output);
  const object = await commitFile(cache, path);
  return {kind: 'json', ...object, identity: identityOf(value, object.hash, output), name};
}

export function identityOf(value: Json, hash: ContentHash, output: OutputDeclaration): ContentHash {
  return output.identity === undefined ? hash : contentHash(canonicalJson(output.identity(value)));
}

function fits(found: 'file' | 'folder', {kind}: OutputDeclaration): boolean {
  const wanted = kind === 'file_or_tree' ? found : kind === 'tree' ? 'folder' : 'file';
  return wanted === found;
}

function readJson(path: string, output: OutputDeclaration): Json {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SidestepError({
      code: 'run/output-not-json',
      message: `The output ${output.name} (${output.file}) is not JSON: ${error.message}`,
      hint: 'Give the file another extension if it is not meant to be JSON.',
    });
  }
}

function outputMissing(output: OutputDeclaration, found: 'file' | 'folder' | undefined): SidestepError {
  const what = found === undefined ? 'nothing' : `a ${found}`;
  return new SidestepError({
    code: 'run/output-missing',
    message: `Expected the output ${output.name} (${output.kind}) at ${output.file} but found ${what}`,
    hint: 'The stage ended without an error; its log may say more.',
  });
}
