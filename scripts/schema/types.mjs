// TypeScript types of the documents as users write them, and of stage parameters once defaults are filled in.
import {compile} from 'json-schema-to-typescript';
import {mapValues, rewrite} from './sources.mjs';

const banner = '/** Generated from schema/ by `npm run generate`; not to be edited. */\n';
const stageReference = `/** A \`\${stages.ID}\` or \`\${stages.ID.OUTPUT}\` after resolution. */
export interface StageReferenceValue {
  readonly $stage: string;
  readonly output?: string;
}
`;

export async function typeScriptTypes(validated) {
  const properties = mapValues(validated, ({schema, form}) =>
    form === 'resolved' ? filled(schema) : schema,
  );
  const root = forTypes({
    title: 'Schemas',
    description: 'Every schema by the name its validator has.',
    type: 'object',
    additionalProperties: false,
    required: Object.keys(properties),
    properties,
  });
  const text = await compile(root, 'Schemas', {
    bannerComment: '',
    additionalProperties: false,
    ignoreMinAndMaxItems: false,
    style: {singleQuote: true, bracketSpacing: false, printWidth: 110},
  });
  return `${banner}\n${stageReference}\n${text}`;
}

/** A property with a default is always there once defaults are filled in. */
function filled(schema) {
  return rewrite(schema, (copy) => {
    if (!copy.properties) return copy;
    const given = Object.entries(copy.properties).filter(([, property]) => 'default' in property);
    return {...copy, required: [...new Set([...(copy.required ?? []), ...given.map(([key]) => key)])]};
  });
}

function forTypes(schema) {
  return rewrite(schema, (copy, original) => {
    const {anyOf, default: _, ...rest} = copy;
    const onlyRequires = anyOf?.every((branch) => Object.keys(branch).join() === 'required');
    const result = anyOf && !onlyRequires ? {...rest, anyOf} : rest;
    if (original['x-stage']) return referring(result);
    if (result.oneOf) delete result.type;
    return result;
  });
}

/** A stage, a path where one may be, or the mapping or list that holds them. */
function referring(schema) {
  const {type, description, ...rest} = schema;
  const text = {tsType: schema['x-path'] ? 'string | StageReferenceValue' : 'StageReferenceValue'};
  const other = [type].flat().find((each) => each !== 'string');
  if (other === undefined) return {...schema, ...text};
  const {minLength: _, 'x-stage': _stage, 'x-path': _path, ...holder} = rest;
  return {description, anyOf: [text, {...holder, type: other}]};
}
