import {rateOf, remainingMs} from '../../render/progress.js';
import {durationText, numberText} from '../../render/quantity.js';
import {trainedFigure} from '../../render/report/headline.js';
import {dateOf} from '../../render/report/labels.js';
import {progressLine, resultLine} from '../../render/stage-line.js';
import {curvesPanel} from './curves.js';
import {element, made, problemBox, setText} from './dom.js';
import {logPanel} from './log-panel.js';
import {fold, newRunState, trainingsOf} from './run-state.js';
import {ask} from './server.js';

/** How often what is on the screen may change. */
const REDRAW_MS = 250;

/** One run as it goes, or as it went. `told` is its row in the list of runs; `heard` is called after every change. */
export function runView(told, heard) {
  const state = newRunState();
  const parts = skeleton(told);
  const curves = curvesPanel();
  parts.curves.body.append(curves.panel);
  let recorded; // what the server knows apart from the events
  let row = told;
  let waiting;
  let asking;

  function redraw() {
    waiting = undefined;
    showHead(parts, {state, row, recorded});
    showStages(parts, state, row);
    const trainings = trainingsOf(state, recorded?.trainings ?? []);
    curves.showTrainings(trainings);
    parts.curves.section.hidden = trainings.every(({points}) => points.length === 0);
    heard();
  }
  const soon = () => {
    waiting ??= setTimeout(redraw, REDRAW_MS);
  };

  /** After a clip or a stage has come: several at once are one question. */
  function askSoon() {
    clearTimeout(asking);
    asking = setTimeout(askAgain, 300);
  }
  async function askAgain() {
    const answer = await ask(`api/runs/${told.run}`);
    if (answer === undefined || answer.problems !== undefined) return;
    recorded = answer;
    showRecorded(parts, answer);
    soon();
  }

  const ticking = setInterval(() => {
    if (row.outcome === 'running') soon(); // elapsed time and what is left of it
  }, 1000);
  askAgain();
  redraw();
  return {
    page: parts.page,
    state,
    recorded: () => recorded,
    row: () => row,
    onEvents: (events) => {
      for (const event of events) {
        fold(state, event);
        if (event.kind === 'clip_made' || event.kind === 'stage_finished' || event.kind === 'run_finished')
          askSoon();
      }
      soon();
    },
    update: (newer) => {
      row = newer;
      soon();
    },
    gone: () => parts.page.prepend(element('p', {class: 'empty'}, 'The record of this run was deleted.')),
    close: () => {
      clearInterval(ticking);
      clearTimeout(waiting);
      clearTimeout(asking);
      for (const {log} of parts.rows.values()) log.close();
    },
  };
}

function skeleton(told) {
  const section = (title, id) => {
    const body = element('div');
    return {body, section: element('section', {id, hidden: true}, element('h2', {}, title), body)};
  };
  const parts = {
    outcome: element('span', {class: 'outcome'}),
    when: element('span'),
    figures: element('dl', {class: 'figures'}),
    results: element('div'),
    warnings: element('div'),
    stages: element('ol', {class: 'stages'}),
    curves: section('Curves', 'curves'),
    listen: section('Listen', 'listen'),
    songs: section('Songs', 'songs'),
    configuration: section('Configuration', 'configuration'),
  };
  const experiment =
    told.experiment === null ? [] : [element('span', {class: 'experiment'}, `@${told.experiment}`)];
  const set = told.set.length === 0 ? [] : [element('p', {class: 'dim small'}, told.set.join(', '))];
  const page = element(
    'article',
    {class: 'run'},
    element('p', {class: 'kicker'}, parts.outcome, parts.when),
    element('h1', {}, told.pipeline ?? 'a run', ...experiment),
    element(
      'p',
      {class: 'dim small'},
      'run ',
      element('code', {}, told.run),
      ' · ',
      element('a', {href: `report?runs=${told.run}`, target: '_blank', rel: 'noopener'}, 'whole report'),
    ),
    ...set,
    parts.figures,
    parts.results,
    parts.warnings,
    element('section', {id: 'stages'}, element('h2', {}, 'Stages'), parts.stages),
    ...[parts.curves, parts.listen, parts.songs, parts.configuration].map(({section: each}) => each),
  );
  return {...parts, page, rows: new Map()};
}

/** What the run's list knows (a killed run says nothing of its end) and what its events say. */
function outcomeOf(state, row) {
  if (state.outcome !== undefined) return state.outcome;
  if (row.outcome === 'running' && state.stopping !== undefined) return 'stopping';
  return row.outcome;
}

function showHead(parts, {state, row, recorded}) {
  const outcome = outcomeOf(state, row);
  const began = state.started_at ?? row.started_at;
  parts.outcome.className = `outcome ${outcome}`;
  setText(parts.outcome, outcome);
  const ended = state.ended_at ?? (row.outcome === 'running' ? Date.now() : undefined);
  const lasted =
    began === null || ended === undefined ? '' : ` · ${durationText(Math.max(0, ended - began))}`;
  setText(parts.when, `${dateOf({started_at: began, run: row.run})}${lasted}`);
  showFigures(parts.figures, figuresOf(state, recorded));
  const warnings = state.warnings;
  if (parts.warnings.childElementCount === warnings.length) return;
  parts.warnings.replaceChildren(...warnings.map((problem) => problemBox(problem, 'warning')));
}

function figuresOf(state, recorded) {
  const now = Date.now();
  const trainings = trainingsOf(state, recorded?.trainings ?? []).filter(({points}) => points.length > 0);
  const figures = trainings.flatMap(({stage, points, memory}) => {
    const live = state.stages.get(stage)?.progress;
    const known = recorded?.trainings.find((training) => training.stage === stage);
    const of = trainings.length === 1 ? '' : `${stage}: `;
    const losses = points.flatMap(({loss}) => (loss === null ? [] : [loss]));
    const running = live?.state === 'running' && state.ended_at === undefined;
    const best = known?.best_loss ?? null;
    const loss = {
      name: running ? `${of}loss` : `${of}best ${known?.best_by ?? ''} loss`,
      value: running ? live.training?.smoothed_loss : (best ?? losses.at(-1)),
      about: [
        ...(running || known?.best_at == null ? [] : [`at epoch ${known.best_at.epoch}`]),
        ...(losses.length === 0 ? [] : [`${numberText(losses[0])} at first`]),
      ].join(', '),
    };
    return [
      {...loss, value: loss.value === undefined ? '–' : numberText(loss.value)},
      {
        name: `${of}step`,
        value: String(points.at(-1).global_step),
        about: live?.total === undefined ? '' : `of ${live.total}, epoch ${live.training?.epoch ?? 0}`,
      },
      ...(running ? liveFigures(live, of, now) : []),
      ...(memory === null ? [] : [trainedFigure(memory, of)]),
    ];
  });
  if (state.ended_at === undefined || figures.length === 0) return figures;
  const lasted = state.ended_at - state.started_at;
  return [...figures, {name: 'time', value: durationText(lasted), about: savedText(state)}];
}

function savedText({stages}) {
  const saved = [...stages.values()].reduce((sum, {result}) => sum + (result?.saved_ms ?? 0), 0);
  return saved === 0 ? 'nothing from the cache' : `${durationText(saved)} saved by the cache`;
}

function liveFigures(progress, of, now) {
  const left = remainingMs(progress, now);
  const rate = rateOf(progress);
  return [
    {
      name: `${of}time left`,
      value: left === undefined ? '–' : durationText(left),
      about: `${durationText(now - progress.started_at)} so far`,
    },
    {
      name: `${of}pace`,
      value: rate === undefined ? '–' : rate >= 1 ? `${numberText(rate)}/s` : `${numberText(1 / rate)} s`,
      about: rate === undefined ? '' : rate >= 1 ? 'steps a second' : 'a step',
    },
  ];
}

function showFigures(target, figures) {
  const names = figures.map(({name}) => name).join();
  if (target.dataset.names !== names) {
    target.dataset.names = names;
    target.replaceChildren(
      ...figures.map(({name}) => element('div', {}, element('dt', {}, name), element('dd'), element('p'))),
    );
  }
  figures.forEach(({value, about}, index) => {
    const [, dd, p] = target.children[index].children;
    setText(dd, value);
    setText(p, about);
  });
}

function showStages(parts, state, row) {
  for (const stage of state.stages.values()) {
    if (!parts.rows.has(stage.stage)) {
      const made = stageRow(stage, row.run);
      parts.rows.set(stage.stage, made);
      parts.stages.append(made.item);
    }
    showStage(parts.rows.get(stage.stage), stage, row.outcome);
  }
}

function stageRow({stage, uses}, run) {
  const bar = element('i');
  const track = element('span', {class: 'bar', role: 'progressbar', 'aria-label': `${stage}, progress`}, bar);
  const words = element('em');
  const lines = element('pre', {class: 'lines', hidden: true});
  const trouble = element('div');
  const log = logPanel(run, stage);
  const item = element(
    'li',
    {'data-stage': stage},
    element('b', {}, stage, ' ', element('span', {class: 'dim small'}, uses)),
    track,
    words,
    lines,
    trouble,
    log.panel,
  );
  return {item, track, bar, words, lines, trouble, log};
}

/** How far a stage is, from 0 to 1; undefined while no one can know. */
function shareOf({progress, result}) {
  if (result !== undefined) return result.kind === 'succeeded' || result.kind === 'cached' ? 1 : undefined;
  return progress.total ? Math.min(1, progress.done / progress.total) : undefined;
}

function stateOf({progress, result}, outcome) {
  if (result !== undefined) return result.kind;
  if (progress.state === 'running') return outcome === 'running' ? 'running' : 'cut';
  return 'waiting';
}

function showStage({item, track, bar, words, lines, trouble, log}, stage, outcome) {
  const {progress, result} = stage;
  const share = shareOf(stage);
  const kind = stateOf(stage, outcome);
  item.className = kind;
  if (share === undefined) track.removeAttribute('aria-valuenow');
  else track.setAttribute('aria-valuenow', String(Math.round(share * 100)));
  track.classList.toggle('cached', kind === 'cached');
  bar.className = kind;
  bar.style.width =
    kind === 'cached'
      ? '0'
      : `${((share ?? (kind === 'running' ? 0.02 : progressEnd(stage))) * 100).toFixed(2)}%`;
  setText(words, wordsOf(stage, kind));
  const shown = kind === 'running' ? progress.lines.join('\n') : '';
  setText(lines, shown);
  lines.hidden = shown === '';
  log.update(HAS_LOG.has(kind), kind === 'running');
  if (result?.kind === 'failed' && trouble.childElementCount === 0)
    trouble.append(problemBox(result.problem));
  if (result?.kind === 'crashed' && trouble.childElementCount === 0)
    trouble.append(element('pre', {}, result.stderr_tail));
}

/** Ends and states of a stage that has done something in this run. */
const HAS_LOG = new Set(['running', 'cut', 'succeeded', 'failed', 'crashed', 'interrupted']);

/** Where a stage was that did not get to its end. */
function progressEnd({progress}) {
  return progress.total ? Math.min(1, progress.done / progress.total) : 0;
}

/** The terminal's line, without the name that is before it already. */
function wordsOf(stage, kind) {
  const {progress, result} = stage;
  if (result !== undefined) return resultLine(result).slice(stage.stage.length).trim();
  if (kind === 'running')
    return progressLine(progress, Date.now()).slice(stage.stage.length).trim() || 'begins';
  if (kind === 'cut') return 'cut off';
  return progress.phase ?? (stage.verdict === 'stale' ? 'to do' : stage.verdict);
}

function showRecorded(parts, {html, clips}) {
  parts.results.replaceChildren(made(html.results));
  showClips(parts.listen, html.listen, clips);
  for (const name of ['songs', 'configuration']) {
    if (html[name] === '' || parts[name].body.querySelector('details[open]') !== null) continue; // somebody reads it
    parts[name].body.replaceChildren(made(html[name]));
    parts[name].section.hidden = false;
  }
}

/** Players that are there already stay, since one of them may be playing. */
function showClips({section, body}, html, clips) {
  section.hidden = clips === 0;
  const fresh = made(html);
  const known = new Map([...body.querySelectorAll('.take')].map((take) => [clipOf(take), take]));
  for (const take of fresh.querySelectorAll('.take')) {
    const before = known.get(clipOf(take));
    if (before !== undefined) take.replaceWith(before);
    else if (known.size > 0) take.classList.add('new');
  }
  body.replaceChildren(fresh);
}

function clipOf(take) {
  return take.querySelector('audio').getAttribute('src');
}
