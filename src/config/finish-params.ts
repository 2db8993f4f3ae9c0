import {joinPath} from '../base/dotted-path.js';
import {didYouMean, listed} from '../base/near-miss.js';
import type {Problem, SourcePosition} from '../base/problem.js';
import {stageId} from '../base/stage-id.js';
import type {Schema} from '../schema/schema.js';
import {songSources} from '../stage/dataset.js';
import type {ParamObject, ParamValue, StageReference} from '../stage/param.js';
import {branchOf, childSchema, variantFor} from './check/schema-walk.js';
import {
  define,
  type Located,
  type LocatedMap,
  type LocatedScalar,
  type Origin,
  positionAt,
  problemAt,
} from './text/located.js';
import {absolutePath} from './user/settings.js';

/** A stage that parameters may refer to, as seen from one instance. */
export interface ReferenceTarget {
  /** Undefined when its type is unknown, which was reported. */
  readonly uses: string | undefined;
  /** The instance meant here: of a matrix stage, the one with the same matrix values. */
  readonly instance: string;
}

export interface FinishContext {
  /** Folder that relative paths start from. */
  readonly dir: string;
  readonly pipeline_name: string;
  /** Names that a reference from here may use. */
  readonly names: ReadonlySet<string>;
  /** What such a name means from here. */
  readonly target: (name: string) => ReferenceTarget;
  readonly problems: Problem[];
}

export interface FinishedParams {
  readonly params: ParamObject;
  /** Where each leaf was written, by dotted path; defaults have no entry. */
  readonly positions: Record<string, SourcePosition>;
  /** The same places with the texts they are in, for messages. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** References to stages with their places. */
  readonly references: readonly LocatedReference[];
}

export interface LocatedReference {
  readonly reference: StageReference;
  readonly origin: Origin;
}

/** Checked parameters to finished ones: defaults filled in, paths absolute, references to stages tagged. */
export function finishParams(schema: Schema, located: LocatedMap, context: FinishContext): FinishedParams {
  const finisher = new Finisher(context);
  const params = finisher.finish(schema, located, '') as ParamObject;
  const {positions, origins, references} = finisher;
  return {params, positions, origins, references};
}

/** One walk over schema and value together; a class because every step adds to positions and references. */
class Finisher {
  readonly positions: Record<string, SourcePosition> = {};
  readonly origins = new Map<string, Origin>();
  readonly references: LocatedReference[] = [];
  private readonly context: FinishContext;

  constructor(context: FinishContext) {
    this.context = context;
  }

  finish(schema: Schema | undefined, value: Located, path: string): ParamValue {
    const variant = variantFor(schema, value) ?? schema;
    const written =
      value.kind === 'scalar' || (value.kind === 'list' ? value.items : [...value.entries]).length === 0;
    if (written && !(value.kind === 'scalar' && value.implied)) {
      define(this.positions, path, positionAt(value.origin));
      this.origins.set(path, value.origin);
    }
    switch (value.kind) {
      case 'scalar':
        return this.scalar(variant, value, path);
      case 'list':
        return value.items.map((item, index) =>
          this.finish(variant?.items, item, joinPath(path, String(index))),
        );
      case 'map':
        return this.map(variant, value, path);
    }
  }

  private map(schema: Schema | undefined, map: LocatedMap, path: string): ParamObject {
    const object: Record<string, ParamValue> = {};
    for (const [key, property] of Object.entries(schema?.properties ?? {})) {
      const entry = map.entries.get(key);
      if (entry) object[key] = this.finish(property, entry.value, joinPath(path, key));
      else if (property.default !== undefined)
        object[key] = defaultValue(property, property.default, this.context.dir);
      else if (property['x-implied'] === 'pipeline_name') object[key] = this.context.pipeline_name;
      else if (property['x-implied'] === 'dataset') this.implyDataset(object, key, map);
    }
    for (const [key, {value}] of map.entries) {
      if (!Object.hasOwn(object, key))
        define(object, key, this.finish(childSchema(schema, key), value, joinPath(path, key)));
    }
    return object;
  }

  /**
   * Prompts that name a song, and clips without a prompt, mean a song of the pipeline's only dataset; where there are
   * several, somebody has to say which.
   */
  private implyDataset(object: Record<string, ParamValue>, key: string, {entries, origin}: LocatedMap): void {
    const prompts = entries.get('prompts')?.value;
    const named = prompts?.kind === 'list' ? prompts.items.find(namesSample) : prompts;
    const [only, ...others] = this.fullestSongs();
    const isWanted = prompts === undefined || named !== undefined;
    if (!isWanted || only === undefined || others.length > 0) return;
    const reference = {$stage: stageId(this.context.target(only).instance)};
    this.references.push({reference, origin: named?.origin ?? origin});
    object[key] = reference;
  }

  /** Stages of the kind that completes the others: with the words that a dataset's own songs lack, or with the songs of several. */
  private fullestSongs(): string[] {
    const kinds = songSources.toReversed().map((kind) => this.suitable({'x-stage': [kind]}));
    return kinds.find((stages) => stages.length > 0) ?? [];
  }

  private scalar(schema: Schema | undefined, scalar: LocatedScalar, path: string): ParamValue {
    if (scalar.refers) return this.reference(schema, scalar, scalar.refers, path);
    if (typeof scalar.value !== 'string') return scalar.value;
    if (schema?.['x-stage'] && !schema['x-path']) return this.expectedReference(schema, scalar, path);
    return schema?.['x-path'] ? absolutePath(scalar.value, this.context.dir) : scalar.value;
  }

  private expectedReference(schema: Schema, scalar: LocatedScalar, path: string): ParamValue {
    const text = String(scalar.value);
    const suitable = this.suitable(schema);
    const near = suitable.includes(text)
      ? `Write \${stages.${text}}.`
      : didYouMean(text, suitable.map(asReference));
    this.report(scalar.origin, {
      code: 'config/not-a-reference',
      message: `Expected a reference to a ${schema['x-stage']!.join(' or ')} stage for ${path} but found the text ${JSON.stringify(text)}`,
      hint: near ?? (suitable.length > 0 ? `There is ${listed(suitable.map(asReference))}.` : undefined),
    });
    return text;
  }

  private reference(
    schema: Schema | undefined,
    scalar: LocatedScalar,
    [name, output, ...rest]: readonly string[],
    path: string,
  ): ParamValue {
    const allowed = schema?.['x-stage'];
    const report = (code: string, message: string, hint?: string) => {
      this.report(scalar.origin, {code, message, hint});
      return scalar.value;
    };
    if (allowed === undefined)
      return report('config/reference-not-allowed', `${path} cannot refer to a stage`);
    if (!this.context.names.has(name!)) {
      const names = [...this.context.names];
      return report(
        'config/unknown-stage',
        `No stage is named ${name}; there are ${listed(names)}`,
        didYouMean(name!, names) ?? 'Stages are named by their keys under `stages:`.',
      );
    }
    const target = this.context.target(name!);
    if (target.uses === undefined) return scalar.value;
    if (!allowed.includes('*') && !allowed.includes(target.uses)) {
      const suitable = this.suitable(schema!);
      return report(
        'config/wrong-stage-type',
        `Expected a ${allowed.join(' or ')} stage for ${path} but ${name} is a ${target.uses} stage`,
        suitable.length > 0 ? `Did you mean ${listed(suitable.map(asReference))}?` : undefined,
      );
    }
    if (rest.length > 0)
      return report('config/bad-reference', `Outputs have nothing inside: ${name}.${output} is all`);
    const reference = {$stage: stageId(target.instance), ...(output === undefined ? {} : {output})};
    this.references.push({reference, origin: scalar.origin});
    return reference;
  }

  private suitable(schema: Schema): string[] {
    const types = schema['x-stage'] ?? [];
    return [...this.context.names].filter((name) => {
      const {uses} = this.context.target(name);
      return uses !== undefined && types.includes(uses);
    });
  }

  private report(origin: Origin, words: {code: string; message: string; hint?: string | undefined}): void {
    this.context.problems.push(problemAt(origin, words));
  }
}

function namesSample(prompt: Located): boolean {
  return prompt.kind === 'map' && prompt.entries.has('sample');
}

function asReference(stage: string): string {
  return `\${stages.${stage}}`;
}

/** A schema's default with the defaults of what is within. */
export function defaultValue(schema: Schema, value: unknown, dir: string): ParamValue {
  if (typeof value === 'string' && schema['x-path']) return absolutePath(value, dir);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return structuredClone(value) as ParamValue;
  const given = value as Record<string, unknown>;
  const tag = schema.discriminator?.propertyName;
  const variant = tag === undefined ? schema : branchOf(schema, given[tag]);
  const object: Record<string, ParamValue> = {};
  for (const [key, property] of Object.entries(variant?.properties ?? {})) {
    const member = Object.hasOwn(given, key) ? given[key] : property.default;
    if (member !== undefined) object[key] = defaultValue(property, member, dir);
  }
  return object;
}
