import type {Schemas} from '../schema/types.generated.js';
import type {ParamObject} from './param.js';

/** A stage type by its name, as schema/ has it. */
export type StageTypeName = keyof Schemas extends infer Key
  ? Key extends `stage.${infer Name}`
    ? Name
    : never
  : never;

/** What a stage of this type is told: all that its schema describes, defaults filled in. */
export type ParametersOf<Name extends StageTypeName> = Readonly<Schemas[`stage.${Name}`]>;

/** The parameters of a stage of this type, typed: configuration has checked them against the schema. */
export function parametersOf<Name extends StageTypeName>(
  _type: Name,
  params: ParamObject,
): ParametersOf<Name> {
  return params as object as ParametersOf<Name>;
}
