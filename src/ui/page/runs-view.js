import {durationText, numberText} from '../../render/quantity.js';
import {dateOf} from '../../render/report/labels.js';
import {curvesPanel} from './curves.js';
import {element, made} from './dom.js';
import {ask} from './server.js';

const text = (value, words) => (value === null ? '–' : words(value));
const nameOf = ({pipeline, experiment}) => `${pipeline ?? '?'}${experiment === null ? '' : `@${experiment}`}`;

function finalLoss({final_loss, last_loss}) {
  return final_loss ?? last_loss;
}

function timeText({duration_ms, outcome, started_at}) {
  if (duration_ms !== null) return durationText(duration_ms);
  return outcome === 'running' && started_at !== null ? durationText(Date.now() - started_at) : '–';
}

function link(run) {
  return element(
    'span',
    {},
    element('a', {href: `#run/${run.run}`}, dateOf(run)),
    element('br'),
    element('code', {class: 'dim small run-id'}, run.run),
  );
}

function differs({set, changed}) {
  if (set.length > 0) return set.join(', ');
  return changed
    .slice(0, 4)
    .map(({stage, param, b}) => `${stage}.${param}=${b === undefined ? 'not set' : JSON.stringify(b)}`)
    .join(', ');
}

/** Columns of the table: what is in a cell, and by what it is sorted. */
const COLUMNS = [
  {head: 'run', cell: (run) => link(run), key: (run) => run.run},
  {head: 'pipeline', cell: (run) => nameOf(run), key: nameOf},
  {
    head: 'state',
    cell: (run) => element('span', {class: `outcome ${run.outcome}`}, run.outcome),
    key: (run) => run.outcome,
  },
  {head: 'time', number: true, cell: (run) => timeText(run), key: (run) => run.duration_ms},
  {head: 'steps', number: true, cell: (run) => text(run.steps, String), key: (run) => run.steps},
  {
    head: 'best loss',
    number: true,
    cell: (run) => text(run.best_loss, numberText),
    key: (run) => run.best_loss,
  },
  {
    head: 'at epoch',
    number: true,
    cell: (run) => text(run.best_at?.epoch ?? null, String),
    key: (run) => run.best_at?.epoch ?? null,
  },
  {head: 'final loss', number: true, cell: (run) => text(finalLoss(run), numberText), key: finalLoss},
  {head: 'set differently', cell: (run) => element('code', {}, differs(run)), key: differs},
];

/** The table of all runs, newest first, and below it those that are ticked, side by side. */
export function runsView(runs, ticked) {
  let sorting = {column: 0, direction: -1};
  const chosen = new Set(ticked.filter((id) => runs.some(({run}) => run === id)));
  const body = element('tbody');
  const compare = element('button', {
    type: 'button',
    onclick: () => (location.hash = `#runs/${[...chosen].sort().join(',')}`),
  });
  const beside = element('section', {id: 'beside', hidden: true});
  const heads = COLUMNS.map(({head, number}, index) =>
    element(
      'th',
      {class: number ? 'number' : undefined},
      element('button', {type: 'button', onclick: () => sortBy(index)}, head),
    ),
  );

  function sortBy(column) {
    sorting = {column, direction: sorting.column === column ? -sorting.direction : -1};
    fill();
  }
  function fill() {
    const {key} = COLUMNS[sorting.column];
    heads.forEach((head, index) => {
      if (index === sorting.column)
        head.setAttribute('aria-sort', sorting.direction < 0 ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    });
    body.replaceChildren(
      ...[...runs].sort((a, b) => sorting.direction * ordered(key(a), key(b))).map(tableRow),
    );
    updateCompare();
  }
  function tableRow(run) {
    const tick = element('input', {
      type: 'checkbox',
      'aria-label': `compare ${dateOf(run)}`,
      onchange: () => toggle(run.run),
    });
    tick.checked = chosen.has(run.run);
    const cells = COLUMNS.map(({head, number, cell}) =>
      element('td', {class: number ? 'number' : undefined, 'data-name': head}, cell(run)),
    );
    return element('tr', {}, element('td', {class: 'tick'}, tick), ...cells);
  }
  function toggle(run) {
    if (!chosen.delete(run)) chosen.add(run);
    updateCompare();
  }
  function updateCompare() {
    compare.disabled = chosen.size < 2;
    compare.textContent =
      chosen.size < 2 ? 'Tick two or more runs to compare them' : `Compare ${chosen.size} runs`;
  }
  async function show() {
    const ids = [...chosen].sort();
    if (ids.length < 2) return;
    const told = await ask(`api/compare?runs=${ids.join(',')}`);
    if (told === undefined) return;
    const curves = curvesPanel();
    beside.replaceChildren(
      element('h2', {}, 'Side by side'),
      made(told.html),
      ...(told.charts === undefined ? [] : [curves.panel]),
      element(
        'p',
        {},
        element(
          'a',
          {href: `report?runs=${ids.join(',')}`, target: '_blank', rel: 'noopener'},
          'whole report of these runs',
        ),
      ),
    );
    beside.hidden = false;
    if (told.charts !== undefined) curves.showCharts(told.charts);
  }

  fill();
  show();
  const table = element(
    'table',
    {class: 'runs'},
    element(
      'thead',
      {},
      element('tr', {}, element('th', {}, element('span', {class: 'unseen'}, 'compare')), ...heads),
    ),
    body,
  );
  return element(
    'article',
    {},
    element('h1', {}, 'Runs'),
    runs.length === 0
      ? element('p', {class: 'empty'}, 'No runs are recorded here yet.')
      : element('div', {}, element('div', {class: 'wide'}, table), element('p', {class: 'compare'}, compare)),
    beside,
  );
}

/** Unknown values come last, whichever way. */
function ordered(a, b) {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
