import type {ReportData, ReportRun, StepPoint} from './report-data.js';

/** A line chart as the page's script draws it. */
export interface Chart {
  readonly title: string;
  readonly y: string;
  readonly curves: readonly Curve[];
}

export interface Curve {
  readonly label: string;
  readonly colour: string;
  readonly width: number;
  /** `with_raw`: drawn smoothed, with what it was made of faintly behind; the slider says how much. */
  readonly smoothing: 'none' | 'alone' | 'with_raw';
  readonly points: readonly Point[];
}

type Point = readonly [x: number, y: number];

/** Told apart on white and on black, and by most who see few colours (after Okabe & Ito 2008). */
const COLOURS = ['#3b82f6', '#e69f00', '#10b981', '#cc79a7', '#56b4e9', '#d55e00'];
const VALIDATION = '#f97316';

/** More points than this cost time and show nothing on any screen. */
const MOST_POINTS = 3000;

/** Loss, learning rate and gradient norm of every training; charts without a single point are left out. */
export function charts({runs}: ReportData): Chart[] {
  const all = runs.flatMap((run) =>
    run.trainings.map((training) => ({training, label: labelOf(run, training.stage, runs)})),
  );
  const curves = (value: (point: StepPoint) => number | null, smoothing: Curve['smoothing']): Curve[] =>
    all.map(({training, label}, index) => ({
      label,
      colour: COLOURS[index % COLOURS.length]!,
      width: 2,
      smoothing,
      points: thinned(training.points.flatMap((point) => pointOf(point.global_step, value(point)))),
    }));
  const validation: Curve[] = all.map(({training, label}, index) => ({
    label: `${label}, validation`,
    colour: all.length === 1 ? VALIDATION : COLOURS[index % COLOURS.length]!,
    width: 1,
    smoothing: 'none',
    points: training.validation.flatMap(({global_step, loss}) => pointOf(global_step, loss)),
  }));
  const loss = curves((point) => point.loss, all.length === 1 ? 'with_raw' : 'alone');
  return [
    {title: 'Loss', y: 'loss', curves: [...loss, ...validation]},
    {title: 'Learning rate', y: 'learning rate', curves: curves((point) => point.learning_rate, 'none')},
    {title: 'Gradient norm', y: 'norm before clipping', curves: curves((point) => point.grad_norm, 'alone')},
  ]
    .map((chart) => ({...chart, curves: chart.curves.filter(({points}) => points.length > 0)}))
    .filter(({curves: drawn}) => drawn.length > 0);
}

function labelOf(run: ReportRun, stage: string, runs: readonly ReportRun[]): string {
  return runs.length === 1 ? stage : `${run.run} ${stage}`;
}

function pointOf(x: number, y: number | null): Point[] {
  return y === null || !Number.isFinite(y) ? [] : [[x, y]];
}

/** Means of equal numbers of neighbours, so that no spike is simply skipped over. */
function thinned(points: readonly Point[]): Point[] {
  const size = Math.ceil(points.length / MOST_POINTS);
  if (size <= 1) return [...points];
  return Array.from({length: Math.ceil(points.length / size)}, (_, i) => {
    const group = points.slice(i * size, (i + 1) * size);
    return [group.at(-1)![0], group.reduce((sum, [, y]) => sum + y, 0) / group.length];
  });
}
