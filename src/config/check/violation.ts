import type {Schema} from '../../schema/schema.js';
import type {Located, Origin} from '../text/located.js';
import type {Level} from './key-advice.js';

/** An error as ajv reports it. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** One violation of a schema, with what is needed to explain it. */
export interface Violation {
  readonly error: SchemaError;
  /** Dotted path of the value, empty for the whole. */
  readonly path: string;
  /** The schema of the value, its variant chosen. */
  readonly schema: Schema | undefined;
  readonly value: Located | undefined;
  /** The schema with all variants, of which `schema` is the chosen one. */
  readonly family?: Schema | undefined;
  /** Where in a pipeline the value is; undefined in other documents. */
  readonly level?: Level | undefined;
  readonly origin?: Origin | undefined;
}
