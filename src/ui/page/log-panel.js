import {element, setText} from './dom.js';
import {ask} from './server.js';

/** What stays on the page; the whole of it: `sidestep logs`. */
const MOST_LINES = 1000;
const EVERY_MS = 1000;

/** What a stage said, behind a summary: asked for only while somebody reads it, and again every second while it goes on. */
export function logPanel(run, stage) {
  const text = element('pre', {
    class: 'log-text',
    tabindex: '0',
    role: 'log',
    'aria-label': `log of ${stage}`,
  });
  const note = element('p', {class: 'log-note dim small', hidden: true});
  const summary = element('summary', {class: 'log-summary'}, 'log');
  const panel = element('details', {class: 'log', hidden: true, ontoggle: look}, summary, note, text);
  let lines = [];
  let end = 0;
  let left = false;
  let goesOn = false;
  let timer;

  async function look() {
    clearTimeout(timer);
    if (!panel.open || left) return;
    const told = await ask(`api/runs/${run}/log?stage=${encodeURIComponent(stage)}&from=${end}`);
    if (told?.lines !== undefined && told.end >= end) add(told);
    clearTimeout(timer); // of another look that came meanwhile
    if (goesOn && panel.open && !left) timer = setTimeout(look, EVERY_MS);
  }

  function add(told) {
    const isNew = told.end > end;
    end = told.end;
    if (!isNew && lines.length > 0) return;
    const follows = text.scrollHeight - text.scrollTop - text.clientHeight < 40;
    const all = told.cut ? told.lines : [...lines, ...told.lines];
    const left_out = told.cut || all.length > MOST_LINES;
    lines = all.slice(-MOST_LINES);
    text.textContent = lines.length === 0 ? 'It has said nothing.' : lines.join('\n');
    note.hidden = note.hidden && !left_out;
    setText(note, `the last lines; all of them: sidestep logs ${stage} --run ${run}`);
    if (follows) text.scrollTop = text.scrollHeight;
  }

  return {
    panel,
    /** `began`: whether it has a log at all; `running`: whether it still writes it. */
    update: (began, running) => {
      const ended = goesOn && !running;
      const begins = !goesOn && running;
      panel.hidden = !began;
      goesOn = running;
      if (ended || begins) look();
    },
    close: () => {
      left = true;
      clearTimeout(timer);
    },
  };
}
