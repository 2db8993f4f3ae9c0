import {charts} from '../../render/report/charts.js';
import {element, setText} from './dom.js';
import {draw, extend} from './draw-curves.js';

/** Curves that grow: the charts of the report, drawn by its code. */
export function curvesPanel() {
  const slider = element('input', {
    id: 'smoothing',
    type: 'range',
    min: '0',
    max: '0.99',
    step: '0.01',
    value: '0.6',
  });
  const told = element('output', {for: 'smoothing'});
  const logarithmic = element('input', {type: 'checkbox'});
  const figures = element('div', {class: 'charts'});
  const controls = element(
    'div',
    {class: 'controls'},
    element('label', {}, 'smoothing ', slider, ' ', told),
    element('label', {}, logarithmic, ' logarithmic'),
    element('span', {class: 'dim hint'}, 'drag over a curve to zoom, double-click to see all'),
  );
  const panel = element('div', {}, controls, figures);
  let shown = [];
  let drawn = [];
  let waiting;
  const choice = () => ({smoothing: Number(slider.value), logarithmic: logarithmic.checked});

  function drawAll() {
    for (const {plot} of drawn) plot.destroy();
    setText(told, Number(slider.value).toFixed(2));
    const targets = shown.map(() => element('div', {class: 'chart'}));
    figures.replaceChildren(
      ...shown.map(({title, about, size}, index) =>
        element(
          'figure',
          {class: size},
          element('figcaption', {}, element('b', {}, title), ' ', element('span', {class: 'dim'}, about)),
          targets[index],
        ),
      ),
    );
    drawn = shown.map((chart, index) => ({plot: draw(targets[index], chart, choice()), title: chart.title}));
  }

  function drawNew() {
    const same =
      shown.length === drawn.length && shown.every(({title}, index) => title === drawn[index].title);
    const grown = same && shown.every((chart, index) => extend(drawn[index].plot, chart, choice()));
    if (!grown) drawAll();
  }

  const soon = (how) => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(how);
  };
  for (const control of [slider, logarithmic]) control.addEventListener('input', () => soon(drawAll));
  let width = 0;
  new ResizeObserver(([{contentRect}]) => {
    if (Math.abs(contentRect.width - width) < 1) return;
    width = contentRect.width;
    soon(drawAll);
  }).observe(panel);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => soon(drawAll));

  const show = (all) => {
    shown = all;
    panel.hidden = all.length === 0;
    soon(drawNew);
  };
  return {
    panel,
    showCharts: show,
    showTrainings: (trainings) => show(charts({runs: [{trainings}]})),
  };
}
