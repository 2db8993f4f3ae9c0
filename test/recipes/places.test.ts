import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, describe, expect, test} from 'vitest';
import {applyEdits, recipeEdits} from './recipe.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Compiling what the pages say takes minutes (engine.test.ts). That the lines are there which they change is seen at once. */
describe('the lines that recipes of the engine change are there', () => {
  const copy = mkdtempSync(join(tmpdir(), 'sidestep-places-'));
  afterAll(() => rmSync(copy, {recursive: true}));
  const copied = new Set<string>();

  test.each(['an-op', 'an-optimizer', 'an-adapter-kind', 'a-train-option'])('docs/adding-%s.md', (what) => {
    const edits = recipeEdits(`docs/adding-${what}.md`);
    for (const {path} of edits.filter((edit) => !copied.has(edit.path))) {
      cpSync(join(root, path), join(copy, path));
      copied.add(path);
    }
    expect(() => applyEdits(copy, edits)).not.toThrow();
  });
});
