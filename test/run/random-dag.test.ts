import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {LightStage} from '../../src/run/light-stage.js';
import {temporaryFolder} from '../temporary-folder.js';
import {outputText, pipelineOf, ref, run, type StageSketch} from './rig.js';

/**
 * Random DAGs of stages that add up their inputs and divide without rest (so that different inputs often give the same
 * output), edited at random and run again and again in one cache, against a model that knows every input ever seen.
 */
interface Node {
  readonly add: number;
  readonly divide: number;
  readonly note: number;
  /** Earlier stages it reads. */
  readonly of: readonly number[];
}

const node = (index: number): fc.Arbitrary<Node> =>
  fc.record({
    add: fc.integer({min: 0, max: 5}),
    divide: fc.integer({min: 1, max: 4}),
    note: fc.nat(3),
    of: index === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(index - 1), {maxLength: 3}),
  });

const dag = fc
  .integer({min: 1, max: 7})
  .chain((size) => fc.tuple(...Array.from({length: size}, (_, index) => node(index))));

const edit = fc.record({
  stage: fc.nat(6),
  key: fc.constantFrom('add', 'divide', 'note'),
  value: fc.integer({min: 1, max: 4}),
});

function edited(
  nodes: readonly Node[],
  edits: readonly {stage: number; key: string; value: number}[],
): Node[] {
  return nodes.map((each, index) =>
    Object.assign(
      {...each},
      ...edits.filter(({stage}) => stage === index).map(({key, value}) => ({[key]: value})),
    ),
  );
}

/** What every stage must give, and the name of the work that gives it. */
function model(nodes: readonly Node[]): {value: number; work: string}[] {
  const known: {value: number; work: string}[] = [];
  for (const {add, divide, of} of nodes) {
    const inputs = of.map((index) => known[index]!.value);
    const value = Math.floor(inputs.reduce((sum, input) => sum + input, add) / divide);
    known.push({value, work: JSON.stringify([add, divide, inputs])});
  }
  return known;
}

const sum: LightStage = async ({params, inputs, out_dir}) => {
  const values = Object.values(inputs).map(({json}) => json as number);
  const value = Math.floor(
    values.reduce((total, each) => total + each, params.add as number) / (params.divide as number),
  );
  writeFileSync(join(out_dir, 'sum.json'), JSON.stringify(value));
};

function sketch({add, divide, note, of}: Node): StageSketch {
  return {uses: 'test.sum', params: {add, divide, note, of: of.map((index) => ref(`s${index}`))}};
}

test('nothing is recomputed that need not be, and nothing stale is ever used', async () => {
  const property = fc.asyncProperty(
    dag,
    fc.array(fc.array(edit, {maxLength: 3}), {maxLength: 4}),
    async (start, rounds) => {
      const dir = await temporaryFolder();
      const done = new Set<string>();
      let nodes: readonly Node[] = start;
      for (const edits of [[], ...rounds]) {
        nodes = edited(nodes, edits);
        const pipeline = pipelineOf(
          dir,
          Object.fromEntries(nodes.map((each, index) => [`s${index}`, sketch(each)])),
        );
        const report = await run(pipeline, {light: new Map([['test.sum', sum]]), options: {jobs: 1}});
        const wanted = model(nodes);
        expect(nodes.map((_, index) => JSON.parse(outputText(report, `s${index}`)))).toEqual(
          wanted.map(({value}) => value),
        );
        const necessary = new Set(wanted.map(({work}) => work).filter((work) => !done.has(work)));
        expect(report.ran).toHaveLength(necessary.size);
        for (const work of necessary) done.add(work);
      }
    },
  );
  await fc.assert(property, {numRuns: 60});
});
