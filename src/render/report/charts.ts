import {colourOf, namesOf} from './labels.js';
import type {ReportData, ReportTraining, StepPoint} from './report-data.js';

/** A line chart as the page's script draws it. */
export interface Chart {
  readonly title: string;
  /** One sentence on how to read it; empty when it needs none. */
  readonly about: string;
  readonly size: 'large' | 'small';
  /** Whether the switch to a logarithmic scale reaches it. */
  readonly scale: 'linear' | 'choice';
  readonly curves: readonly Curve[];
}

export interface Curve {
  readonly label: string;
  readonly colour: string;
  readonly width: number;
  readonly marks: 'line' | 'points';
  /** `with_raw`: drawn smoothed, with what it was made of faintly behind; the slider says how much. */
  readonly smoothing: 'none' | 'alone' | 'with_raw';
  readonly points: readonly Point[];
}

type Point = readonly [x: number, y: number];

const VALIDATION = '#f97316';

/** More points than this cost time and show nothing on any screen. */
const MOST_POINTS = 3000;

interface Trained {
  readonly label: string;
  readonly colour: string;
  readonly training: ReportTraining;
}

/** Loss, validation by timestep, learning rate and gradient norm of every training; charts without a single point are left out. */
export function charts(data: ReportData): Chart[] {
  const all = trainings(data);
  return [...lossCharts(all), ...rateCharts(all), gradientChart(all)]
    .map((chart) => ({...chart, curves: chart.curves.filter(({points}) => points.length > 0)}))
    .filter(({curves}) => curves.length > 0);
}

/** A curve of every training, a value a step. */
function curvesOf(
  all: readonly Trained[],
  value: (point: StepPoint) => number | null,
  smoothing: Curve['smoothing'] = 'none',
): Curve[] {
  return all.map(({training, label, colour}) => ({
    label,
    colour,
    width: 2,
    marks: 'line',
    smoothing,
    points: thinned(training.points.flatMap((point) => pointOf(point.global_step, value(point)))),
  }));
}

function lossCharts(all: readonly Trained[]): Chart[] {
  const loss = curvesOf(all, (point) => point.loss, all.length === 1 ? 'with_raw' : 'alone');
  return [
    {title: 'Loss', about: '', size: 'large', scale: 'choice', curves: [...loss, ...validationCurves(all)]},
    {
      title: 'Validation by timestep',
      about: '1 is noise, 0 is music',
      size: 'small',
      scale: 'choice',
      curves: bandCurves(all),
    },
    {
      title: 'Training loss by timestep',
      about: 'of the songs as they were drawn; 1 is noise, 0 is music',
      size: 'small',
      scale: 'choice',
      curves: trainingBandCurves(all),
    },
  ];
}

/** The learning rate, and what Prodigy and a target loss make of it. */
function rateCharts(all: readonly Trained[]): Chart[] {
  return [
    {
      title: 'Learning rate',
      about: '',
      size: 'small',
      scale: 'linear',
      curves: curvesOf(all, (point) => point.learning_rate),
    },
    {
      title: 'Effective learning rate',
      about: 'the rate that Prodigy found: its estimate d times the learning rate',
      size: 'small',
      scale: 'choice',
      curves: curvesOf(all, (point) => point.effective_learning_rate ?? null),
    },
    {
      title: 'Loss that the target loss goes by',
      about: 'the learning rate eases as this mean nears the target',
      size: 'small',
      scale: 'choice',
      curves: curvesOf(all, (point) => point.target_loss_smoothed ?? null),
    },
    {
      title: 'Factor of the target loss',
      about: 'on the learning rate',
      size: 'small',
      scale: 'linear',
      curves: curvesOf(all, (point) =>
        // Without a target loss it is 1 throughout.
        (point.target_loss_smoothed ?? null) === null ? null : (point.target_loss_scale ?? null),
      ),
    },
  ];
}

function gradientChart(all: readonly Trained[]): Chart {
  return {
    title: 'Gradient norm',
    about: 'of all adapter weights, before clipping',
    size: 'small',
    scale: 'choice',
    curves: curvesOf(all, (point) => point.grad_norm, 'alone'),
  };
}

function trainings({runs}: ReportData): Trained[] {
  const names = runs.length === 1 ? [''] : namesOf(runs);
  return runs
    .flatMap((run, index) =>
      run.trainings.map((training) => ({
        training,
        label: labelOf(names[index]!, training.stage, run.trainings.length),
      })),
    )
    .map((one, index) => ({...one, colour: colourOf(index)}));
}

/** The stage's name is said where it tells curves apart. */
function labelOf(run: string, stage: string, siblings: number): string {
  if (run === '') return stage;
  return siblings === 1 ? run : `${run}, ${stage}`;
}

function validationCurves(all: readonly Trained[]): Curve[] {
  return all.map(({training, label, colour}) => ({
    label: `${label}, validation`,
    colour: all.length === 1 ? VALIDATION : colour,
    width: 1.5,
    marks: 'points',
    smoothing: 'none',
    points: training.validation.flatMap(({global_step, loss}) => pointOf(global_step, loss)),
  }));
}

/** A curve for each timestep of the panel; of several runs, in the colour of the run. */
function bandCurves(all: readonly Trained[]): Curve[] {
  return curvesByBand(all, {of: ({validation}) => validation, smoothing: 'none'});
}

/** A curve for each part of the timesteps; a few samples make a point, so that only their drift says something. */
function trainingBandCurves(all: readonly Trained[]): Curve[] {
  return curvesByBand(all, {of: ({points}) => points, smoothing: 'alone'});
}

interface BandPoint {
  readonly global_step: number;
  readonly bands?: Readonly<Record<string, number | null>>;
}

function curvesByBand(
  all: readonly Trained[],
  {
    of,
    smoothing,
  }: Pick<Curve, 'smoothing'> & {readonly of: (training: ReportTraining) => readonly BandPoint[]},
): Curve[] {
  return all.flatMap(({training, label, colour}) => {
    const points = of(training);
    const bands = [...new Set(points.flatMap((point) => Object.keys(point.bands ?? {})))];
    return bands
      .toSorted((a, b) => Number.parseFloat(a) - Number.parseFloat(b))
      .map((band, index) => ({
        label: all.length === 1 ? `t = ${band}` : `${label}, t = ${band}`,
        colour: all.length === 1 ? colourOf(index) : colour,
        width: 1.5,
        marks: 'line' as const,
        smoothing,
        points: thinned(points.flatMap((point) => pointOf(point.global_step, point.bands?.[band] ?? null))),
      }));
  });
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
