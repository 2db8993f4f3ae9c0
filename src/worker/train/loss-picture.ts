import type {Metric} from '../../format/training-metrics.js';
import {lineChart} from '../picture/line-chart.js';

/** Weight of the newest point in the smoothed curve. */
const SMOOTHING = 0.1;

/** Training loss by step, raw and smoothed, with the validation loss where there is one. */
export function lossPicture(metrics: readonly Metric[]): string {
  const points = (kind: Metric['kind']) =>
    metrics.flatMap((metric): [number, number][] =>
      metric.kind !== 'sample' && metric.kind !== 'memory' && metric.kind === kind && metric.loss !== null
        ? [[metric.global_step, metric.loss]]
        : [],
    );
  const steps = points('step');
  return lineChart({
    title: 'Loss',
    x_label: 'step',
    curves: [
      {label: 'training', colour: '#3b82f655', width: 1, points: steps},
      {label: 'smoothed', colour: '#3b82f6', width: 2, points: smoothed(steps)},
      {label: 'validation', colour: '#f97316', width: 2, points: points('validation')},
    ],
  });
}

/** Exponential moving average, started at the first point. */
function smoothed(points: readonly (readonly [number, number])[]): [number, number][] {
  let average = points[0]?.[1] ?? 0;
  return points.map(([x, y]) => {
    average += SMOOTHING * (y - average);
    return [x, average];
  });
}
