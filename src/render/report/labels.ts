import type {ReportRun} from './report-data.js';

/** Told apart on white and on black, and by most who see few colours (after Okabe & Ito 2008). */
const COLOURS = ['#3b82f6', '#e69f00', '#10b981', '#cc79a7', '#56b4e9', '#d55e00'];

export function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}

/** `A`, `B`, … in the order in which the runs were named; numbers behind `Z`. */
export function letterOf(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : String(index + 1);
}

/** `22 Nov 2026, 22:14 UTC`; a record that was cut off before it began has only its id. */
export function dateOf({started_at, run}: ReportRun): string {
  if (started_at === null) return run;
  const [, day, month, year, clock] = /(\d\d) (\w{3}) (\d{4}) (\d\d:\d\d)/.exec(
    new Date(started_at).toUTCString(),
  )!;
  return `${Number(day)} ${month} ${year}, ${clock} UTC`;
}

/** More than this in a name would hide the curve. */
const MOST_WORDS = 2;

/** What each run is called beside others: its letter, and how it differs when few words say that. */
export function namesOf(runs: readonly ReportRun[]): string[] {
  const differing = differingParams(runs);
  return runs.map((run, index) => {
    if (differing.length === 0 || differing.length > MOST_WORDS) return `${letterOf(index)} ${dateOf(run)}`;
    const words = differing.map(({key, values}) => `${key.split('.').at(-1)} ${values[index] ?? 'not set'}`);
    return `${letterOf(index)} ${words.join(', ')}`;
  });
}

export interface DifferingParam {
  /** `train.optimizer.learning_rate` */
  readonly key: string;
  /** One a run; undefined where it has no such parameter. */
  readonly values: readonly (string | undefined)[];
}

/** Parameters of stages of the same name whose values are not the same in all runs. */
export function differingParams(runs: readonly ReportRun[]): DifferingParam[] {
  const settings = runs.map(
    ({stages}) =>
      new Map(
        stages.flatMap(({stage, params}) =>
          params.map(({path, value}) => [`${stage}.${path}`, value] as const),
        ),
      ),
  );
  const keys = [...new Set(settings.flatMap((values) => [...values.keys()]))];
  return keys
    .map((key) => ({key, values: settings.map((values) => values.get(key))}))
    .filter(({values}) => new Set(values).size > 1);
}
