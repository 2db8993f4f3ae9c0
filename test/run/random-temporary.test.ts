import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {lookUp} from '../../src/cache/entries.js';
import type {LightStage} from '../../src/run/light-stage.js';
import type {StageType} from '../../src/stage/stage-type.js';
import {temporaryFolder} from '../temporary-folder.js';
import {allTypes, outputText, pipelineOf, type RunReport, ref, run, type StageSketch} from './rig.js';

/**
 * Random DAGs in which some stages are temporary, edited at random and run again and again in one cache. Each leaves a file with its
 * name and a number, and reads those of the stages before it.
 */
interface Node {
  readonly add: number;
  readonly divide: number;
  readonly temporary: boolean;
  readonly of: readonly number[];
}

const node = (index: number): fc.Arbitrary<Node> =>
  fc.record({
    add: fc.integer({min: 0, max: 5}),
    divide: fc.integer({min: 1, max: 4}),
    temporary: fc.boolean(),
    of: index === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(index - 1), {maxLength: 3}),
  });

const dag = fc
  .integer({min: 2, max: 7})
  .chain((size) => fc.tuple(...Array.from({length: size}, (_, index) => node(index))));

const edit = fc.record({
  stage: fc.nat(6),
  key: fc.constantFrom('add', 'divide', 'temporary'),
  value: fc.integer({min: 1, max: 4}),
});

type Edit = {readonly stage: number; readonly key: string; readonly value: number};

function edited(nodes: readonly Node[], edits: readonly Edit[]): Node[] {
  return nodes.map((each, index) =>
    Object.assign(
      {...each},
      ...edits
        .filter(({stage}) => stage === index)
        .map(({key, value}) => ({[key]: key === 'temporary' ? value > 2 : value})),
    ),
  );
}

const numbers: StageType = {
  name: 'test.file',
  version: 1,
  schema: '',
  summary: '',
  runs: 'light',
  numerics: 'none',
  neutral: [],
  files: [],
  inputs: [{param: 'of.*'}],
  outputs: () => [{name: 'out', kind: 'file', file: 'out.txt'}],
};

const work: LightStage = async ({stage, params, inputs, out_dir}) => {
  const values = Object.values(inputs).map(({path}) => Number(readFileSync(path, 'utf8').split('=')[1]));
  const value = Math.floor(
    values.reduce((total, each) => total + each, params.add as number) / (params.divide as number),
  );
  writeFileSync(join(out_dir, 'out.txt'), `${stage}=${value}`);
};

function sketch({add, divide, temporary, of}: Node, id: number): StageSketch {
  return {
    uses: 'test.file',
    params: {id, add, divide, of: of.map((index) => ref(`s${index}`))},
    ...(temporary ? {temporary: 'all' as const} : {}),
  };
}

/** What each stage must give, and the name of the work that gives it. */
function model(nodes: readonly Node[]): {text: string; work: string}[] {
  const values: number[] = [];
  return nodes.map(({add, divide, of}, index) => {
    const inputs = of.map((each) => values[each]!);
    const value = Math.floor(inputs.reduce((sum, input) => sum + input, add) / divide);
    values.push(value);
    return {text: `s${index}=${value}`, work: JSON.stringify([index, add, divide, of, inputs])};
  });
}

function isGone(report: RunReport, stage: string): boolean {
  const result = report.by[stage];
  if (result?.kind !== 'succeeded' && result?.kind !== 'cached') throw new Error(`${stage}: ${result?.kind}`);
  return lookUp(report.observation.cache, result.fingerprint).kind === 'removed';
}

const read = (nodes: readonly Node[], index: number) => nodes.some(({of}) => of.includes(index));

test('temporary outputs are gone after each run, all others are right, and nothing runs that no one needs', async () => {
  const property = fc.asyncProperty(
    dag,
    fc.array(fc.array(edit, {maxLength: 3}), {maxLength: 4}),
    fc.constantFrom(1, 3),
    async (start, rounds, jobs) => {
      const dir = await temporaryFolder();
      const done = new Set<string>();
      const gone = new Set<string>();
      const once_kept = new Set<number>();
      let nodes: readonly Node[] = start;
      for (const edits of [[], ...rounds, []]) {
        nodes = edited(nodes, edits);
        const sketches = Object.fromEntries(nodes.map((each, index) => [`s${index}`, sketch(each, index)]));
        const types = new Map([...allTypes, ['test.file', numbers]]);
        const light = new Map([['test.file', work]]);
        const report = await run(pipelineOf(dir, sketches), {types, light, options: {jobs}});
        expect(report.results.filter(({kind}) => kind !== 'succeeded' && kind !== 'cached')).toEqual([]);
        const wanted = model(nodes);
        const must = new Set(nodes.flatMap((_, index) => (done.has(wanted[index]!.work) ? [] : [index])));
        for (const index of [...nodes.keys()].reverse())
          if (must.has(index))
            for (const each of nodes[index]!.of) if (gone.has(wanted[each]!.work)) must.add(each);
        for (const [index] of nodes.entries())
          if (gone.has(wanted[index]!.work) && !read(nodes, index)) must.add(index);
        const ran = new Set(report.ran.map((id) => Number(id.slice(1))));
        for (const index of must) expect(ran).toContain(index);
        // A stage whose inputs are known later may be thought to run: then what it reads is made again for nothing.
        for (const index of ran) if (!must.has(index)) expect(gone).toContain(wanted[index]!.work);
        for (const [index, {temporary}] of nodes.entries()) {
          const id = `s${index}`;
          const mayGo = read(nodes, index);
          if (isGone(report, id)) expect(mayGo).toBe(true);
          else expect(outputText(report, id)).toBe(wanted[index]!.text);
          // What it made while it was not temporary is a result, and may hold the very same bytes.
          if (temporary && mayGo && !once_kept.has(index)) expect(isGone(report, id), id).toBe(true);
          if (!temporary) once_kept.add(index);
        }
        for (const {work: name} of wanted) done.add(name);
        for (const [index, {work: name}] of wanted.entries())
          if (isGone(report, `s${index}`)) gone.add(name);
          else gone.delete(name);
      }
    },
  );
  await fc.assert(property, {numRuns: 60});
});

test('a chain of temporary outputs is made again from its beginning for the one that reads the last', async () => {
  const dir = await temporaryFolder();
  const types = new Map([...allTypes, ['test.file', numbers]]);
  const light = new Map([['test.file', work]]);
  const chain = (add: number) =>
    pipelineOf(
      dir,
      Object.fromEntries(
        [0, 1, 2, 3, 4].map((index) => {
          const each = {add: index === 4 ? add : 1, divide: 1, temporary: index < 4};
          return [`s${index}`, sketch({...each, of: index === 0 ? [] : [index - 1]}, index)];
        }),
      ),
    );
  const first = await run(chain(1), {types, light});
  expect(outputText(first, 's4')).toBe('s4=5');
  expect([0, 1, 2, 3].map((index) => isGone(first, `s${index}`))).toEqual([true, true, true, true]);
  const second = await run(chain(2), {types, light});
  expect(second.ran).toEqual(['s0', 's1', 's2', 's3', 's4']);
  expect(outputText(second, 's4')).toBe('s4=6');
});
