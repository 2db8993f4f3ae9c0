/**
 * What runs in the reader's browser: draws the charts with uPlot (inlined before it), smooths by the slider, follows the
 * window's width. Plain JavaScript of the page, not of this program; it only reads the JSON block `report-charts`.
 */
export const REPORT_SCRIPT = `
'use strict';
const charts = JSON.parse(document.getElementById('report-charts').textContent);
const slider = document.getElementById('smoothing');
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function smoothed(points, weight) {
  let average = points[0][1];
  return points.map(([x, y]) => [x, (average += (1 - weight) * (y - average))]);
}

function drawnCurves(curves, weight) {
  return curves.flatMap((curve) => {
    if (curve.smoothing === 'none') return [curve];
    const smooth = {...curve, points: smoothed(curve.points, weight)};
    if (curve.smoothing === 'alone' || weight === 0) return [smooth];
    return [{...curve, label: curve.label + ', raw', colour: curve.colour + '55', width: 1}, smooth];
  });
}

function columns(points) {
  return [points.map(([x]) => x), points.map(([, y]) => y)];
}

const number = (value) => (value == null ? '-' : Number(value.toPrecision(4)).toString());
const axis = () => ({stroke: colour('--dim'), grid: {stroke: colour('--line'), width: 1}, ticks: {stroke: colour('--line')}});

function draw(target, chart) {
  const curves = drawnCurves(chart.curves, Number(slider.value));
  const single = curves.some(({points}) => points.length === 1);
  target.replaceChildren();
  return new uPlot(
    {
      title: chart.title,
      width: target.clientWidth - 16,
      height: Math.max(220, Math.min(360, target.clientWidth * 0.45)),
      scales: {x: {time: false}},
      axes: [{...axis(), label: 'step'}, {...axis(), size: 70, values: (_, ticks) => ticks.map(number)}],
      series: [
        {label: 'step'},
        ...curves.map(({label, colour: stroke, width}) => ({
          label, stroke, width, spanGaps: true, points: {show: single}, value: (_, value) => number(value),
        })),
      ],
    },
    uPlot.join(curves.map(({points}) => columns(points))),
    target,
  );
}

const targets = [...document.querySelectorAll('.chart')];
const drawAll = () => targets.forEach((target, index) => draw(target, charts[index]));
let waiting;
const soon = () => {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(drawAll);
};
slider.addEventListener('input', soon);
window.addEventListener('resize', soon);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', soon);
drawAll();
`;
