import {element, made} from './dom.js';
import {runView} from './run-view.js';
import {runsView} from './runs-view.js';
import {act, ask, follow} from './server.js';
import {textView} from './text-views.js';

const at = (id) => document.getElementById(id);
const main = at('main');

let project = {name: '', folder: '', pipelines: []};
let runs = [];
/** What is on the screen: `{name, page, close, …}`. */
let view;
let unfollow = () => {};
let pipeline;
let starting = false;
/** Whose start was refused: the notice stays until then. `{file}` */
let refused;

/** `#run/ID`, `#runs/A,B`, `#songs/FILE`, `#pipeline/FILE`. */
function address() {
  const [name = 'run', ...rest] = location.hash.slice(1).split('/');
  return {name: ['run', 'runs', 'songs', 'pipeline'].includes(name) ? name : 'run', rest: rest.join('/')};
}

function route() {
  const {name, rest} = address();
  view?.close?.();
  unfollow();
  for (const link of document.querySelectorAll('[data-view]')) {
    if (link.dataset.view === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  view = {name, ...open(name, rest)};
  unfollow = follow(view.run, {
    events: (events) => view.onEvents?.(events),
    changed: () => Promise.all([reload(), forgetRefusal()]),
    gone: () => view.gone?.(),
    state: connection,
  });
  main.replaceChildren(view.page);
  showActs();
}

function open(name, rest) {
  if (name === 'run') return openRun(rest);
  if (name === 'runs') return {page: runsView(runs, rest.split(','))};
  const wanted = rest === '' ? pipeline : decodeURIComponent(rest);
  pipeline = project.pipelines.includes(wanted) ? wanted : project.pipelines[0];
  return textView(name, project, pipeline);
}

function openRun(id) {
  const told = runs.find(({run}) => run === id) ?? (id === '' ? runs.at(-1) : undefined);
  if (told === undefined) return {page: nothingYet(id)};
  const opened = runView(told, showActs);
  return {...opened, run: told.run};
}

function nothingYet(id) {
  const [first] = project.pipelines;
  const words =
    id !== ''
      ? ['There is no such run.']
      : first === undefined
        ? [
            'Nothing has run here, and there is no pipeline file yet: ',
            element('code', {}, 'sidestep init'),
            ' writes one.',
          ]
        : [
            'Nothing has run here yet. Look at ',
            element('a', {href: `#pipeline/${encodeURIComponent(first)}`}, first),
            ' and its ',
            element('a', {href: `#songs/${encodeURIComponent(first)}`}, 'songs'),
            ', then run it.',
          ];
  return element('article', {}, element('h1', {}, project.name), element('p', {class: 'empty'}, ...words));
}

/** Runs came, ended or went, or a file was edited. */
async function reload() {
  const [told, facts] = await Promise.all([ask('api/runs'), ask('api/project')]);
  if (told === undefined || facts === undefined) return;
  const newest = runs.at(-1)?.run;
  runs = told.runs;
  project = facts;
  at('project').textContent = project.name;
  if (view === undefined) return;
  const followsNewest = view.name === 'run' && address().rest === '' && runs.at(-1)?.run !== newest;
  if (view.name === 'run' && view.run !== undefined && !followsNewest)
    view.update(runs.find(({run}) => run === view.run) ?? view.row());
  else if (view.show !== undefined) view.show();
  else route();
  showActs();
}

function running() {
  return (
    runs.find(({run, outcome}) => outcome === 'running' && run === view?.run) ??
    runs.findLast(({outcome}) => outcome === 'running')
  );
}

/** What can be started from where the reader is: the run on the screen again, or the file. */
function startable() {
  if (view === undefined) return undefined;
  if (view.name === 'songs' || view.name === 'pipeline')
    return pipeline && {pipeline, experiment: null, words: 'Run'};
  const told = view.name === 'run' && view.run !== undefined ? view.row() : runs.at(-1);
  if (told === undefined)
    return project.pipelines[0] && {pipeline: project.pipelines[0], experiment: null, words: 'Run'};
  const file = told.file;
  if (!project.pipelines.includes(file)) return undefined;
  const words = told.outcome === 'done' ? 'Run again' : 'Continue';
  return {pipeline: file, experiment: told.experiment, words};
}

function showActs() {
  const goes = running();
  const stopping = goes !== undefined && goes.run === view?.run ? view.state.stopping : undefined;
  const ended = goes !== undefined && goes.run === view?.run && view.state.outcome !== undefined;
  const stop = at('stop');
  stop.hidden = goes === undefined || ended;
  stop.textContent = stopping === undefined ? 'Stop' : stopping === 'graceful' ? 'Stop now' : 'Stopping …';
  stop.disabled = stopping === 'force';
  stop.title =
    stopping === undefined
      ? 'Saves what it has, then ends; continue it later'
      : 'Loses what was not saved yet';
  const start = at('start');
  const wanted = startable();
  start.hidden = wanted === undefined || (goes !== undefined && !ended);
  start.disabled = starting;
  start.textContent = starting ? 'Starting …' : (wanted?.words ?? 'Run');
  start.title =
    wanted === undefined
      ? ''
      : `sidestep run ${wanted.pipeline}${wanted.experiment === null ? '' : ` --name ${wanted.experiment}`}`;
  const first = goes === undefined ? '' : `${goes.outcome} · `;
  document.title = `${first}${project.name} · sidestep`;
}

function notice(...content) {
  refused = undefined;
  at('notice').replaceChildren(...content);
}

/** What could not be done, until something has changed and the file, where it was one that could not run, has no errors. */
function refusal(html, file) {
  notice(made(html));
  refused = {file};
}

async function forgetRefusal() {
  const asked = refused;
  if (asked === undefined) return;
  const told =
    asked.file === undefined
      ? {errors: 0}
      : await ask(`api/pipeline?pipeline=${encodeURIComponent(asked.file)}`);
  if (told?.errors === 0 && refused === asked) notice();
}

at('start').addEventListener('click', async () => {
  const {pipeline: file, experiment} = startable();
  starting = true;
  notice();
  showActs();
  const told = await act('api/start', {pipeline: file, experiment});
  starting = false;
  if (told?.run === undefined) {
    if (told === undefined) notice(element('p', {}, ENDED));
    else refusal(told.html, file);
  } else {
    await reload();
    if (location.hash === `#run/${told.run}`) route();
    else location.hash = `#run/${told.run}`;
  }
  showActs();
});

at('stop').addEventListener('click', async () => {
  const goes = running();
  if (goes === undefined) return;
  const how = view.run === goes.run && view.state.stopping !== undefined ? 'force' : 'graceful';
  const told = await act(`api/runs/${goes.run}/stop`, {how});
  if (told === undefined) notice(element('p', {}, ENDED));
  else if (told.problems !== undefined) refusal(told.html);
  else if (view.run !== goes.run) location.hash = `#run/${goes.run}`;
});

const ENDED = 'The program behind this page has ended. Runs go on; start `sidestep ui` again to see them.';

function connection(state) {
  document.body.classList.toggle('lost', state === 'lost');
  if (state === 'lost') notice(element('p', {class: 'warning-text'}, ENDED));
  else if (at('notice').textContent === ENDED) notice();
}

window.addEventListener('hashchange', () => {
  route();
  main.focus({preventScroll: true});
});
await reload();
route();
