import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import type {Schema} from '../../src/schema/schema.js';
import {schemas} from '../../src/schema/schemas.generated.js';

interface Flag {
  readonly stage?: string;
  readonly key?: string;
  readonly value?: unknown;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly adapter?: string;
  readonly reason?: string;
  readonly command?: string;
}

const table = parse(
  readFileSync(new URL('../../docs/upstream-flags.yaml', import.meta.url), 'utf8'),
) as Record<string, Record<string, Flag>>;
const flags = Object.entries(table).flatMap(([command, entries]) =>
  Object.entries(entries).map(([flag, entry]) => ({name: `${command} ${flag}`, ...entry})),
);

/** The schemas that a key may have, one for each variant on the way. */
function at(schema: Schema, words: readonly string[], adapter?: string): Schema[] {
  const [word, ...rest] = words;
  if (word === undefined) return [schema];
  const variants = (schema.oneOf ?? [schema]).filter(
    ({properties}) =>
      adapter === undefined || schema.oneOf === undefined || properties!.type!.const === adapter,
  );
  return variants.flatMap(({properties}) => (properties?.[word] ? at(properties[word], rest, adapter) : []));
}

describe('what upstream’s flags become', () => {
  test.each(flags)('$name', ({stage, key, value, values, adapter, reason, command}) => {
    if (stage === undefined && key === undefined) {
      expect([reason, command].filter((text) => text !== undefined && text !== '')).toHaveLength(1);
      return;
    }
    const root = stage === undefined ? schemas.pipeline! : schemas[`stage.${stage}`]!;
    const found = key === undefined ? [root] : at(root, key.split('.'), adapter);
    expect(found.length).toBeGreaterThan(0);
    const given = [...(value === undefined ? [] : [value]), ...Object.values(values ?? {})];
    const allowed = found.flatMap(
      (schema) => schema.enum ?? (schema.const === undefined ? [] : [schema.const]),
    );
    if (allowed.length > 0) for (const one of given) expect(allowed).toContain(one);
  });

  test('cover the seed’s flags', () => {
    const seed =
      '--cfg-ratio --adapter-type --rank -r --alpha --dropout --attention-type --target-modules --bias --lokr-linear-dim --lokr-linear-alpha --lokr-factor --lokr-decompose-both --lokr-use-tucker --lokr-use-scalar --lokr-weight-decompose --preprocess --audio-dir --dataset-json --tensor-output --max-duration --dataset-dir --estimate-batches --top-k --model-variant --base-model --checkpoint-dir --optimizer-type --lr --learning-rate --weight-decay --max-grad-norm --scheduler-type --warmup-steps --batch-size --gradient-accumulation --epochs --seed --shift --num-inference-steps --gradient-checkpointing --no-gradient-checkpointing --offload-encoder --device --precision --num-workers --pin-memory --no-pin-memory --prefetch-factor --persistent-workers --no-persistent-workers --output-dir --save-every --resume-from --log-dir --log-every --log-heavy-every --sample-every-n-epochs --plain --yes -y';
    const known = new Set(flags.map(({name}) => name.split(' ')[1]));
    expect(seed.split(' ').filter((flag) => !known.has(flag))).toEqual([]);
  });
});
