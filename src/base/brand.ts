declare const brand: unique symbol;
/** A string that must not be confused with other strings; one function makes each kind. */
export type Branded<Name extends string> = string & {readonly [brand]: Name};
