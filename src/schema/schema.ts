/** The part of JSON Schema (draft-07) that ours use, with references resolved. */
export interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly discriminator?: {readonly propertyName: string};
  /** The value names a path: relative ones start from the pipeline file. `output` is a place to write to. */
  readonly 'x-path'?: 'file' | 'folder' | 'either' | 'output';
  /** The value may refer to a stage of one of these types; `*` is any. */
  readonly 'x-stage'?: readonly string[];
  /** The value is handed on as text: numbers keep the characters they are written with. */
  readonly 'x-text'?: 'as_written';
  /** The word that stands for the mapping with nothing but its defaults. */
  readonly 'x-word'?: string;
  /** The form that `pattern` asks for, in words, as they follow "Expected". */
  readonly 'x-form'?: string;
  /** Of a stage type's parameters: its place among the types, what it does after its name, and whether settings may hold values for it. */
  readonly 'x-stage-type'?: {readonly order: number; readonly does: string; readonly in_settings?: boolean};
  /** What stands in for the value when it is unset and has no fixed default. */
  readonly 'x-implied'?: 'pipeline_name' | 'dataset';
}
