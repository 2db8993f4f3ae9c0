/** What commands take that is not named on the command line. */
export const DEFAULT_PIPELINE = 'pipeline.yaml';

export const SET_HELP = 'another value for one key, e.g. train.epochs=20 or vars.songs=./more (repeatable)';

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
