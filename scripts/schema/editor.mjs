// The schemas that editors load: each in one file, the parameters of every stage type under its `uses`, and a
// reference such as ${matrix.rank} allowed wherever a value may be.
import {rewrite, SCHEMA_URL, stageTypes} from './sources.mjs';

const note = 'Generated from the schemas beside it by `npm run generate`; edit those.';
/** Without a description: the key's own is what an editor should show. */
const reference = {type: 'string', pattern: '\\$\\{[^}]*\\}'};

export function editorSchemas(sources) {
  return {
    'pipeline.schema.json': finish('pipeline', pipeline(sources)),
    'preset.schema.json': finish(
      'preset',
      withByType(sources.document('preset'), sources, (stage) => stage),
    ),
    'settings.schema.json': finish('settings', settings(sources)),
  };
}

function pipeline(sources) {
  const document = sources.document('pipeline');
  const body = document.properties.stages.additionalProperties;
  const {properties} = tolerant(body);
  const fixed = {uses: body.properties.uses, needs: body.properties.needs}; // no references there
  const stage = withByType({...body, properties: {...properties, ...fixed}}, sources, tolerant);
  const stages = {...document.properties.stages, additionalProperties: stage};
  return {...document, properties: {...document.properties, stages}};
}

function settings(sources) {
  const document = sources.document('settings');
  const stages = document.properties.stages;
  const properties = Object.fromEntries(
    Object.keys(stages.properties).map((type) => [
      type,
      {...partial(sources.stage(type)), description: stages.properties[type].description, default: {}},
    ]),
  );
  return {...document, properties: {...document.properties, stages: {...stages, properties}}};
}

/** One `if` per stage type: an editor then offers that type's parameters alone, and blames nothing on the others. */
function withByType(body, sources, change) {
  const branches = stageTypes.map((type) => ({
    if: {type: 'object', required: ['uses'], properties: {uses: {const: type}}},
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
    then: {type: 'object', properties: {with: change(partial(sources.stage(type)))}},
  }));
  return {...body, allOf: branches};
}

/** Required parameters may come from another layer, so no single file need have them. */
function partial(stage) {
  const {anyOf: _, ...rest} = stage;
  return {...rest, required: []};
}

/** Lets a reference stand for every value that is not a plain text already. */
function tolerant(schema) {
  return rewrite(schema, (copy, original) => {
    const takesAnyText = original.type === 'string' && !original.pattern;
    if (original.properties || original.additionalProperties || takesAnyText || 'const' in original)
      return copy;
    if (original.discriminator) return copy;
    const {description, default: preset, examples, ...value} = copy;
    const lifted = {description, default: preset, examples, anyOf: [value, reference]};
    return Object.fromEntries(Object.entries(lifted).filter(([, member]) => member !== undefined));
  });
}

function finish(name, schema) {
  const clean = rewrite(schema, (copy) => {
    const {discriminator: _, 'x-stage-type': _type, ...rest} = copy;
    if (rest['x-word'] !== undefined) return withWord(rest);
    return rest.enum === undefined ? rest : {...rest, enum: withNumbers(rest.enum)};
  });
  const $id = `${SCHEMA_URL}${name}.schema.json`;
  return {$schema: 'http://json-schema.org/draft-07/schema#', $id, $comment: note, ...clean};
}

/** A mapping that has a word for its defaults. */
function withWord({description, default: preset, 'x-word': word, ...mapping}) {
  return {description, default: preset, anyOf: [{const: word}, mapping]};
}

/** A choice such as "24" is also taken without its quotes. */
function withNumbers(choices) {
  return [...choices, ...choices.filter((choice) => /^[1-9][0-9]*$/.test(choice)).map(Number)];
}
