import {describe, expect, test} from 'vitest';
import {stringify} from 'yaml';
import {contentHash, type Fingerprint} from '../../src/base/hash.js';
import {type StageId, stageId} from '../../src/base/stage-id.js';
import type {Pipeline} from '../../src/config/pipeline.js';
import {type DagStage, orderStages, reachedFrom} from '../../src/plan/dag.js';
import {fileLeaves, matchesAny} from '../../src/plan/fingerprint-parts.js';
import {planStage} from '../../src/plan/make-plan.js';
import type {FingerprintParts, PlannedStage} from '../../src/plan/plan.js';
import {type FileObservation, fileKey, type World} from '../../src/plan/world.js';
import type {PreviousStage} from '../../src/record/last-run.js';
import type {Schema} from '../../src/schema/schema.js';
import {schemas} from '../../src/schema/schemas.generated.js';
import {stageTypes} from '../../src/stage/registry.js';
import type {StageType} from '../../src/stage/stage-type.js';
import {resolveText} from '../config/resolved.js';

/**
 * Every key of every stage type's schema is changed, through the real configuration, and the plan is asked why. A key
 * that counts must be named with old and new value and its line; a neutral one must change nothing. A key that this
 * test cannot change is a failure, not an exception.
 */

/** What a stage type cannot do without: the example in its schema, in which the stages are called as their types. */
const needed: Readonly<Record<string, Tree>> = Object.fromEntries(
  Array.from(stageTypes.keys(), (name) => [name, schemas[`stage.${name}`]!.examples![0] as Tree]),
);

/** Enough of a pipeline around the stage `it` that whatever it may refer to exists, each twice. */
const around: Readonly<Record<string, object>> = {
  ...mapped(needed, (params, uses) => ({uses, with: params})),
  command: {uses: 'command', with: {argv: ['true'], outputs: {out: 'out.txt'}}},
};

function mapped<A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A, key: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}

type Value = string | number | boolean | readonly Value[] | Tree;
interface Tree {
  readonly [key: string]: Value;
}

interface Key {
  readonly path: string;
  readonly schema: Schema;
  /** Tags that must be chosen for the key to exist (`adapter.type: lokr`). */
  readonly variant: Tree;
}

function keysOf(schema: Schema, prefix = '', variant: Tree = {}): Key[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = `${prefix}${name}`;
    const tag = property.discriminator?.propertyName;
    if (tag !== undefined) {
      return (property.oneOf ?? []).flatMap((branch) =>
        keysOf(
          branch,
          `${path}.`,
          withValue(variant, `${path}.${tag}`, branch.properties![tag]!.const as string),
        ),
      );
    }
    if (property.properties !== undefined) return keysOf(property, `${path}.`, variant);
    return [{path, schema: property, variant}];
  });
}

/** Values that differ from the default, likely ones first. */
function candidates(schema: Schema): Value[] {
  const known = schema.default;
  const examples = (schema.examples ?? []) as Value[];
  const stages = (schema['x-stage'] ?? [])
    .filter((name) => name !== '*')
    .map((name) => `\${stages.other_${name.replace('.', '_')}}`);
  const paths = schema['x-path'] === undefined ? [] : ['./elsewhere'];
  const of = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  const numbers = [
    Number(known ?? 0) * 2,
    Number(known ?? 0) + 1,
    Number(known ?? 0) / 2,
    schema.minimum,
    schema.maximum,
    0.25,
    2,
    16,
    32,
  ];
  const list = schema.items === undefined ? [] : candidates(schema.items).map((value) => [value]);
  const pair = [[0.25, 0.75]];
  const member =
    typeof schema.additionalProperties === 'object'
      ? candidates(schema.additionalProperties).map((value) => ({extra: value}))
      : [];
  return [
    ...stages,
    ...paths,
    ...((schema.enum ?? []) as Value[]),
    ...examples,
    ...(of.includes('boolean') ? [true, false] : []),
    ...(of.includes('number') || of.includes('integer')
      ? numbers.filter((value) => value !== undefined)
      : []),
    ...(of.includes('string') ? ['other', 'best', 'other.txt'] : []),
    ...(of.includes('array') ? [...list, ...pair] : []),
    ...(of.includes('object') ? [...member, ...membersOf(schema)] : []),
  ].filter((value) => JSON.stringify(value) !== JSON.stringify(known));
}

/** Objects with one of their keys. */
function membersOf(schema: Schema): Value[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) =>
    candidates(property).map((value) => ({[key]: value})),
  );
}

function pipelineWith(type: StageType, params: Tree): Pipeline | undefined {
  const others = Object.entries(around).flatMap(([name, stage]) => {
    const id = name.replace('.', '_');
    return [
      [id, stage],
      [`other_${id}`, stage],
    ];
  });
  const after = {uses: 'command', with: {argv: ['true'], inputs: {it: '${stages.it}'}}};
  const stages = {
    ...Object.fromEntries(others),
    it: {uses: type.name, with: params},
    ...(producesNothing(type, params) ? {} : {after}),
  };
  const result = resolveText(stringify({sidestep: 1, name: 'keys', stages}, {aliasDuplicateObjects: false}));
  return result.ok ? result.value : undefined;
}

function producesNothing(type: StageType, params: Tree): boolean {
  return type.outputs(params as never).length === 0;
}

/** A world in which everything before `it` is done, every file has the content of its name, and the cache is empty. */
function planIt(
  pipeline: Pipeline,
  type: StageType,
  previous: PreviousStage | undefined,
  id = 'it',
): PlannedStage {
  const order = orderStages(pipeline.stages);
  const it = order.find(({configured}) => configured.id === id)!;
  const world: World = {
    cache: {
      entry: () => ({kind: 'absent'}),
      json: () => ({}),
      pathOf: ({hash}) => hash,
      saved: () => [],
    },
    files: new Map(
      fileLeaves(it.configured, type).map(({path, value}) => [
        fileKey(it.configured.id, path),
        observed(String(value), path, type),
      ]),
    ),
    numerics: ({precision, device}) => ({
      kind: 'known',
      identity: {
        backend: device.startsWith('cuda') ? 'cuda' : 'cpu',
        precision: precision === 'auto' ? 'f32' : precision,
        numerics_version: 1,
      },
      device: 'cpu',
    }),
    previous: () => previous,
    forced: new Set(),
  };
  return planStage(
    it,
    withoutSamples(type),
    new Map(order.map((stage) => [stage.configured.id, done(stage)])),
    world,
  );
}

/** What samples there are is the inputs' business; here only the stage's own fingerprint counts. */
function withoutSamples(type: StageType): StageType {
  return type.samples === undefined ? type : {...type, samples: {...type.samples, plan: () => []}};
}

function observed(value: string, path: string, type: StageType): FileObservation {
  const identity = type.files.find((file) => matchesAny(path, [file.param]))!.identity;
  const hash = contentHash(value);
  return {
    kind: 'found',
    content: identity === 'stat_and_path' ? undefined : hash,
    place: identity === 'content' ? undefined : hash,
    listing: {},
  };
}

function done({configured, references, reads, waits_for}: DagStage): PlannedStage {
  const type = stageTypes.get(configured.uses)!;
  const hash = contentHash(configured.id);
  const outputs = type
    .outputs(configured.params)
    .map(({name}) => [name, {kind: 'file' as const, hash, identity: hash, size: 1}]);
  return {
    id: configured.id,
    type,
    configured,
    references,
    reads,
    waits_for,
    fingerprint: hash as unknown as Fingerprint,
    parts: undefined,
    resume_group: undefined,
    outputs: Object.fromEntries(outputs),
    last_duration_ms: 0,
    verdict: {kind: 'cached', saved_ms: 0},
  };
}

function remembered(parts: FingerprintParts): PreviousStage {
  const {uses, version, params, inputs, files, places, numerics} = parts;
  return {uses, version, params: params as PreviousStage['params'], inputs, files, places, numerics};
}

function withValue(tree: Tree, path: string, value: Value): Tree {
  const [first, ...rest] = path.split('.');
  if (rest.length === 0) return {...tree, [first!]: value};
  const inner = (tree[first!] ?? {}) as Tree;
  return {...tree, [first!]: withValue(inner, rest.join('.'), value)};
}

function merge(a: Tree, b: Tree): Tree {
  const merged: Record<string, Value> = {...a};
  for (const [key, value] of Object.entries(b)) {
    const old = merged[key];
    merged[key] = isTree(old) && isTree(value) ? merge(old, value) : value;
  }
  return merged as Tree;
}

function isTree(value: Value | undefined): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys that are legal, or play a part, only beside another: the beginning of their path, and what must be there. */
const together: readonly {readonly below: string; readonly tag?: string; readonly also: Tree}[] = [
  {below: 'adapter.selection.use', also: {adapter: {selection: {estimate: '${stages.estimate}'}}}},
  {below: 'schedule.', tag: 'custom', also: {schedule: {formula: '1 - progress'}}},
  {below: 'snr_gamma', also: {loss_weighting: 'min_snr'}},
  {below: 'crop.start', also: {crop: {chunk_duration: 60}}},
  {below: 'crop.decay_every_epochs', also: {crop: {chunk_duration: 60}}},
  ...['every_epochs', 'timesteps', 'draws', 'seed'].map((key) => ({
    below: `validation.${key}`,
    also: {validation: {fraction: 0.2}},
  })),
  ...['floor', 'warmup_steps', 'smoothing'].map((key) => ({
    below: `target_loss.${key}`,
    also: {target_loss: {loss: 0.1}},
  })),
  {below: 'checkpoint.keep_every', also: {checkpoint: {keep_last: 2}}},
  {below: 'early_stop.min_delta', also: {early_stop: {patience: 3}}},
  {below: 'fisher.', also: {method: 'fisher'}},
  {below: 'peak_target', also: {normalize: 'peak'}},
  {below: 'lyrics_prompt', also: {lyrics: 'ask'}},
  {below: 'loudness_target', also: {normalize: 'loudness'}},
  {below: 'key_', also: {formats: ['comfyui']}},
  {below: 'samples.', also: {samples: {prompts: [{caption: 'slow blues'}]}}},
  {below: 'strengths', also: {adapter: '${stages.train}'}},
];

function alsoNeeded({path, variant}: Key, type: StageType): Tree {
  if (type.name === 'generate' && path === 'checkpoint') return {adapter: '${stages.train}'};
  const tags = JSON.stringify(variant);
  return together
    .filter(({below, tag}) => path.startsWith(below) && (tag === undefined || tags.includes(`"${tag}"`)))
    .reduce<Tree>((tree, {also}) => merge(tree, also), {});
}

for (const [name, type] of stageTypes) {
  const schema = schemas[`stage.${name}`];
  describe(name, () => {
    test('has a schema', () => expect(schema).toBeDefined());
    const keys = keysOf(schema ?? {});
    test.each(keys.map((key) => ({...key, title: `${key.path} ${JSON.stringify(key.variant)}`})))(
      '$title',
      (key) => {
        const base = merge(merge(needed[name]!, key.variant), alsoNeeded(key, type));
        const before = pipelineWith(type, base);
        expect(before, 'the stage without the change').toBeDefined();
        const changed = candidates(key.schema)
          .map((value) => ({value, pipeline: pipelineWith(type, withValue(base, key.path, value))}))
          .find(({pipeline}) => pipeline !== undefined && differs(before!, pipeline, key.path));
        if (isTag(key)) return; // chosen by every other key of its variant
        expect(changed, 'a legal value other than the default').toBeDefined();
        expectNamed(type, key.path, before!, changed!.pipeline!);
      },
    );
  });
}

function isTag({path, schema}: Key): boolean {
  return path.includes('.') && schema.const !== undefined;
}

function differs(before: Pipeline, after: Pipeline, path: string): boolean {
  return JSON.stringify(leavesBelow(before, path)) !== JSON.stringify(leavesBelow(after, path));
}

function leavesBelow(pipeline: Pipeline, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, word) => (value as Record<string, unknown> | undefined)?.[word],
      itIn(pipeline).params,
    );
}

function itIn(pipeline: Pipeline) {
  return pipeline.stages.find(({id}) => id === 'it')!;
}

function expectNamed(type: StageType, path: string, before: Pipeline, after: Pipeline): void {
  const was = planIt(before, type, undefined);
  const now = planIt(after, type, remembered(was.parts!));
  const dag = orderStages(after.stages);
  const reached = reachedFrom(
    dag.map((stage) => ({...stage, id: stage.configured.id})),
    stageId('it'),
  );
  if (now.verdict.kind !== 'stale') throw new Error(`expected a stale stage, found ${now.verdict.kind}`);
  if (matchesAny(path, type.neutral)) {
    // As a setting of the stage, `on_error` decides whether failed samples may be missing from the collection.
    const counts = path === 'on_error' && type.samples !== undefined;
    if (counts) expect(now.fingerprint).not.toBe(was.fingerprint);
    else expect(now.fingerprint).toBe(was.fingerprint);
    return;
  }
  expect(now.fingerprint).not.toBe(was.fingerprint);
  const naming = now.verdict.reasons.filter(
    (reason) => 'param' in reason && (reason.param === path || reason.param.startsWith(`${path}.`)),
  );
  expect(naming.length).toBeGreaterThan(0);
  for (const reason of naming) {
    if (reason.kind === 'param_changed') {
      expect(reason.old).not.toEqual(reason.new);
      expect(reason.position.file).toBe('/project/pipeline.yaml');
      expect(reason.position.line).toBeGreaterThan(1);
    }
  }
  const written = itIn(after).positions;
  expect(Object.keys(written).some((key) => key === path || key.startsWith(`${path}.`))).toBe(true);
  if (!producesNothing(type, itIn(after).params as Tree)) expect(reached).toContain('after' as StageId);
}

/** What makes parameters ineffective; every rule of every stage type must find one of these that it holds beside. */
const settings: readonly Tree[] = [
  {},
  {mode: 'vanilla'},
  {timestep: {law: 'discrete'}},
  {gradient_accumulation_steps: 1},
  {optimizer: {type: 'prodigy'}, schedule: {type: 'cosine_restarts'}},
  {schedule: {warmup_steps: 0}},
  {crop: {max_latent_length: 1500}},
  {crop: {chunk_duration: 60, start: 'uniform'}},
  {validation: {tensors: './held-out'}},
  {method: 'fisher'},
  {latents: 'mean'},
  {tile_duration: 0},
  {formats: ['comfyui'], key_prefix: 'x'},
  {card: {enabled: false}},
  {timesteps: [1, 0.5]},
  {method: 'sde'},
  {dcw: {mode: 'low'}},
  {send: 'metadata'},
];

describe('a key that plays no part beside another', () => {
  const rules = [...stageTypes.values()].flatMap((type) =>
    (type.ineffective ?? []).flatMap((rule) =>
      rule.params.map((path) => ({type, rule, path, name: type.name})),
    ),
  );
  test.each(rules)('$name: $path changes nothing, and who wrote it is reported', ({type, rule, path}) => {
    const beside = settings
      .map((tree) => merge(needed[type.name]!, tree))
      .find((tree) => {
        const pipeline = pipelineWith(type, tree);
        return pipeline !== undefined && rule.when(itIn(pipeline).params);
      });
    expect(beside, 'settings beside which the rule holds').toBeDefined();
    const before = pipelineWith(type, beside!)!;
    const keys = keysOf(schemas[`stage.${type.name}`]!).filter(
      (key) => key.path === path || key.path.startsWith(`${path}.`),
    );
    const told = keys.flatMap((key) =>
      (isTag(key) ? [key.schema.const as string] : candidates(key.schema)).flatMap((value) => {
        const after = pipelineWith(type, withValue(beside!, key.path, value));
        if (after === undefined || !rule.when(itIn(after).params)) return [];
        expect(planIt(after, type, undefined).fingerprint, `${key.path}: ${value}`).toBe(
          planIt(before, type, undefined).fingerprint,
        );
        return itIn(after).ineffective.map(({param}) => param);
      }),
    );
    expect(told.some((param) => param === path || param.startsWith(`${path}.`))).toBe(true);
  });
});

/** One key of the file or of a stage, changed: does it reach the fingerprint of a stage? */
interface Outside {
  readonly key: string;
  readonly file?: Tree;
  readonly stage?: Tree;
  /** Type of the stage, where it is no training. */
  readonly of?: string;
  readonly same: boolean;
}

const outside: readonly Outside[] = [
  {key: 'name', file: {name: 'other'}, same: true},
  {key: 'description', file: {description: 'other words'}, same: true},
  {key: 'vars', file: {vars: {unused: 1}}, same: true},
  {key: 'env', file: {env: ['HOME']}, same: true},
  {key: 'secrets', file: {secrets: ['HOME']}, same: true}, // only their use counts, by name
  {key: 'defaults.device', file: {defaults: {device: 'cuda'}}, same: false},
  {key: 'defaults.precision', file: {defaults: {precision: 'bf16'}}, same: false},
  {key: 'defaults.seed', file: {defaults: {seed: 7}}, same: false},
  {key: 'defaults.threads', file: {defaults: {threads: 2}}, same: true},
  {key: 'defaults.on_error', file: {defaults: {on_error: 'skip'}}, same: true}, // of per-sample stages only
  {key: 'defaults.retries', file: {defaults: {retries: 2}}, same: true},
  {key: 'include', file: {include: ['more.yaml']}, same: true},
  {key: 'profiles', file: {profiles: {laptop: {defaults: {seed: 7}}}}, same: true}, // none is chosen
  {key: 'executors', file: {executors: {gpu: {type: 'slurm', gpus: 1}}}, same: true},
  {key: 'stages', file: {stages: {more: {uses: 'fixture'}}}, same: true},
  {key: 'stage.uses', stage: {uses: 'estimate'}, same: false},
  {key: 'stage.description', stage: {description: 'other words'}, same: true},
  {key: 'stage.preset', stage: {preset: 'recommended'}, same: false},
  {key: 'stage.with', stage: {with: {epochs: 7}}, same: false},
  {key: 'stage.needs', stage: {needs: ['fixture']}, same: true},
  {key: 'stage.when', stage: {when: false}, same: false}, // it has none: it is skipped
  {key: 'stage.matrix', stage: {matrix: {unused: [1]}}, same: true}, // only where it is used
  {key: 'stage.resources.device', stage: {resources: {device: 'cuda:1'}}, same: false},
  {key: 'stage.resources.threads', stage: {resources: {threads: 1}}, same: true},
  {key: 'stage.resources.ranks', stage: {resources: {ranks: 3}}, same: true},
  {key: 'stage.resources.shards', of: 'preprocess.pass2', stage: {resources: {shards: 3}}, same: true},
  {
    key: 'stage.resources.executor',
    file: {executors: {here: {type: 'slurm', device: 'cpu', partition: 'long'}}},
    stage: {resources: {executor: 'here'}},
    same: true,
  },
  {key: 'stage.resources.gpus', stage: {resources: {gpus: 2}}, same: true},
  {key: 'stage.resources.cpus', stage: {resources: {cpus: 2}}, same: true},
  {key: 'stage.resources.memory', stage: {resources: {memory: '32G'}}, same: true},
  {key: 'stage.resources.time', stage: {resources: {time: '2h'}}, same: true},
  {key: 'stage.retries', stage: {retries: 3}, same: true},
  {key: 'stage.timeout', stage: {timeout: 60}, same: true},
  {key: 'stage.protect', stage: {protect: true}, same: true},
  {key: 'stage.temporary', stage: {temporary: true}, same: true},
  {key: 'stage.checks', stage: {checks: {adapter: {min_bytes: 1}}}, same: true},
  {key: 'stage.cache', stage: {cache: false}, same: true}, // it runs all the same, see the verdict
];

test.each(outside)(
  '$key outside of the parameters reaches the fingerprint or does not',
  ({file, stage, same, of = 'train'}) => {
    const fingerprint = (more: Tree, its: Tree) => {
      const others = Object.fromEntries(
        Object.entries(around).map(([name, other]) => [name.replace('.', '_'), other as Tree]),
      );
      const it = merge({uses: of, with: needed[of]!}, its);
      const text = stringify(merge({sidestep: 1, stages: {...others, it}}, more), {
        aliasDuplicateObjects: false,
      });
      const pieces = {'more.yaml': 'stages: {more: {uses: fixture}}\n'};
      const result = resolveText(text, {presets: {recommended}, env: {HOME: '/h'}, pieces});
      if (!result.ok) throw new Error(JSON.stringify(result.problems));
      const found = result.value.stages.find(({declared_as}) => declared_as === 'it')!;
      return planIt(result.value, stageTypes.get(found.uses)!, undefined, found.id).fingerprint;
    };
    expect(fingerprint(file ?? {}, stage ?? {}) === fingerprint({}, {})).toBe(same);
  },
);

const recommended = 'sidestep: 1\nuses: train\nwith: {epochs: 33}\n';

test('no key of the file or of a stage is left out above', () => {
  const keys = (name: string, prefix: string): string[] =>
    Object.entries(schemas[name]!.properties!).flatMap(([key, property]) => {
      if (property.const !== undefined || key === 'matrix')
        return key === 'matrix' ? [`${prefix}matrix`] : [];
      const inner = Object.keys(property.properties ?? {});
      return inner.length === 0 ? [`${prefix}${key}`] : inner.map((word) => `${prefix}${key}.${word}`);
    });
  const all = [...keys('pipeline', ''), ...keys('stage', 'stage.')];
  expect(outside.map(({key}) => key).sort()).toEqual(all.sort());
});
