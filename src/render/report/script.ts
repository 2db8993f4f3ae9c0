/**
 * What runs in the reader's browser: draws the charts with uPlot (inlined before it), smooths by the slider, follows the
 * window's width. Plain JavaScript of the page, not of this program; it only reads the JSON block `report-charts`.
 */
export const REPORT_SCRIPT = `
'use strict';
const charts = JSON.parse(document.getElementById('report-charts').textContent);
const slider = document.getElementById('smoothing');
const told = document.getElementById('smoothing-value');
const logarithmic = document.getElementById('logarithmic');
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

/** While nobody points at a chart, its legend shows where the curves ended. */
function showEnd(plot) {
  if (plot.cursor.left >= 0) return;
  const last = plot.data.map((column) => column.findLastIndex((value) => value != null));
  plot.setLegend({idxs: last}, false);
}

function series({label, colour: stroke, width, marks}, single) {
  const points = {show: single || marks === 'points', size: 6, fill: stroke};
  return {label, stroke, width, spanGaps: true, points, value: (plot, value) => number(value)};
}

function draw(target, chart) {
  const curves = drawnCurves(chart.curves, Number(slider.value));
  const single = curves.some(({points}) => points.length === 1);
  const height = target.clientWidth < 480 ? 220 : chart.size === 'large' ? 340 : 220;
  const distr = logarithmic.checked && chart.scale === 'choice' ? 3 : 1;
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
    uPlot.join(curves.map(({points}) => columns(points))),
    target,
  );
}

const targets = [...document.querySelectorAll('.chart')];
function drawAll() {
  told.textContent = Number(slider.value).toFixed(2);
  targets.forEach((target, index) => draw(target, charts[index]));
}
let waiting;
function soon() {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(drawAll);
}
slider.addEventListener('input', soon);
logarithmic.addEventListener('change', soon);
window.addEventListener('resize', soon);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', soon);
drawAll();
`;
