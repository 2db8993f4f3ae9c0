import {element, made} from './dom.js';
import {ask} from './server.js';

/** Views of one pipeline file: its text with what is wrong in it, and its songs as they will be trained. */
const VIEWS = {
  pipeline: {title: 'Pipeline', path: 'api/pipeline', waiting: 'Reading the file …'},
  songs: {title: 'Songs', path: 'api/songs', waiting: 'Reading the songs …'},
};

export function textView(view, {pipelines}, pipeline) {
  const {title, path, waiting} = VIEWS[view];
  const body = element('div', {'aria-busy': 'true'}, element('p', {class: 'empty'}, waiting));
  const choice = element(
    'select',
    {
      'aria-label': 'pipeline file',
      onchange: () => (location.hash = `#${view}/${encodeURIComponent(choice.value)}`),
    },
    ...pipelines.map((file) => element('option', {selected: file === pipeline}, file)),
  );
  const none = element(
    'p',
    {class: 'empty'},
    'There is no pipeline file here yet: ',
    element('code', {}, 'sidestep init'),
    ' writes one.',
  );

  async function show() {
    if (pipeline === undefined) return;
    const told = await ask(`${path}?pipeline=${encodeURIComponent(pipeline)}`);
    if (told === undefined) return;
    const open = new Set(
      [...body.querySelectorAll('details[open] > summary b')].map((name) => name.textContent),
    );
    body.replaceChildren(made(told.html));
    for (const details of body.querySelectorAll('details'))
      if (open.has(details.querySelector('summary b')?.textContent)) details.open = true;
    body.removeAttribute('aria-busy');
  }
  show();
  const page = element(
    'article',
    {},
    element('h1', {}, title),
    element('p', {class: 'choose'}, choice),
    pipeline === undefined ? none : body,
  );
  return {page, show};
}
