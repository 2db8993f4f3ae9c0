/** Generated from schema/ by `npm run generate`; not to be edited. */

/** Where the schemas of this major version are published: what `$schema` lines of written files begin with. */
export const SCHEMA_URL = 'https://unpkg.com/sidestep-ace@0/schema/';
