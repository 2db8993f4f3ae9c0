/**
 * What draws curves in a reader's browser, with uPlot (loaded before it): smoothing, axes, legend. Plain JavaScript of pages, not of this
 * program. The report runs it as it is; the page of `sidestep ui` as a module, see curvesModule.
 */
export const CURVES_SCRIPT = `
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Exponential moving average, divided by the weight of what it has seen so far: the first steps do not hold it back. */
function smoothed(points, weight) {
  let sum = 0;
  let seen = 0;
  return points.map(([x, y]) => {
    sum = weight * sum + (1 - weight) * y;
    seen = weight * seen + (1 - weight);
    return [x, sum / seen];
  });
}

function drawnCurves(curves, weight) {
  return curves.flatMap((curve) => {
    if (curve.smoothing === 'none') return [curve];
    const smooth = {...curve, points: smoothed(curve.points, weight)};
    if (curve.smoothing === 'alone' || weight === 0) return [smooth];
    return [{...curve, label: curve.label + ', each step', colour: curve.colour + '80', width: 1}, smooth];
  });
}

function columns(points) {
  return [points.map(([x]) => x), points.map(([, y]) => y)];
}

function joined(curves) {
  return uPlot.join(curves.map(({points}) => columns(points)));
}

function number(value) {
  if (value == null) return '-';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return Number(value.toPrecision(3)).toExponential().replace('e+', 'e');
  return Number(value.toPrecision(4)).toString();
}

const font = '12px system-ui, sans-serif';
const axis = () => ({
  font,
  stroke: colour('--dim'),
  grid: {stroke: colour('--line'), width: 1},
  ticks: {stroke: colour('--line'), size: 4},
});

/** There is no half a step. */
const WHOLE = Array.from({length: 10}, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

/** While no one points at a chart, its legend shows where the curves ended. */
function showEnd(plot) {
  if (plot.cursor.left >= 0) return;
  const last = plot.data.map((column) => column.findLastIndex((value) => value != null));
  plot.setLegend({idxs: last}, false);
}

function series({label, colour: stroke, width, marks}, single) {
  const points = {show: single || marks === 'points', size: 6, fill: stroke};
  return {label, stroke, width, spanGaps: true, points, value: (plot, value) => number(value)};
}

function draw(target, chart, {smoothing, logarithmic}) {
  const curves = drawnCurves(chart.curves, smoothing);
  const single = curves.some(({points}) => points.length === 1);
  const height = target.clientWidth < 480 ? 220 : chart.size === 'large' ? 340 : 220;
  const distr = logarithmic && chart.scale === 'choice' ? 3 : 1;
  target.replaceChildren();
  return new uPlot(
    {
      width: target.clientWidth,
      height,
      scales: {x: {time: false}, y: {distr}},
      legend: {markers: {width: 0, fill: (plot, index) => plot.series[index].stroke()}},
      cursor: {sync: {key: 'steps'}, points: {size: 7}},
      axes: [{...axis(), size: 34, incrs: WHOLE}, {...axis(), size: 56, values: (plot, ticks) => ticks.map((tick) => (tick == null ? '' : number(tick)))}],
      series: [{label: 'step'}, ...curves.map((curve) => series(curve, single))],
      hooks: {ready: [showEnd], setCursor: [showEnd]},
    },
    joined(curves),
    target,
  );
}
`;

/** The same as a module, with what only growing curves need. */
export const CURVES_MODULE = `
${CURVES_SCRIPT}
/** New points into a chart that is on the screen; what somebody zoomed into stays. False: it has other curves now, draw it again. */
function extend(plot, chart, {smoothing}) {
  const curves = drawnCurves(chart.curves, smoothing);
  const labels = plot.series.slice(1).map(({label}) => label);
  const single = curves.some(({points}) => points.length === 1) || plot.data[0].length === 1;
  if (single || labels.join() !== curves.map(({label}) => label).join()) return false;
  const [steps] = plot.data;
  const zoomed = plot.scales.x.min > steps[0] || plot.scales.x.max < steps.at(-1);
  plot.setData(joined(curves), !zoomed);
  if (zoomed) plot.redraw();
  showEnd(plot);
  return true;
}

export {draw, extend};
`;
