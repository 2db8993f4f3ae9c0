/** One plays at a time; players that come later too. */
export const PLAYERS_SCRIPT = `
  document.addEventListener('play', ({target}) => {
    for (const other of document.querySelectorAll('audio')) if (other !== target) other.pause();
  }, true);
`;

/**
 * What runs in the reader's browser for the clips: one plays at a time, and the blind test. Plain JavaScript of the page, not of
 * this program; it only reads the JSON block `report-clips`.
 */
export const LISTEN_SCRIPT = `
'use strict';
(() => {
${PLAYERS_SCRIPT}  const form = document.getElementById('blind-choice');
  if (form === null) return;
  const clips = JSON.parse(document.getElementById('report-clips').textContent);
  const at = (id) => document.getElementById(id);
  const players = [at('blind-x'), at('blind-y')];
  let pairs = [];
  let position = 0;
  let names = [];
  let counts = {};

  /** From the system's own randomness: no one can guess what comes. */
  const coin = () => crypto.getRandomValues(new Uint8Array(1))[0] % 2;

  function shuffled(list) {
    const mixed = [...list];
    for (let i = mixed.length - 1; i > 0; i--) {
      const j = crypto.getRandomValues(new Uint32Array(1))[0] % (i + 1);
      [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
    }
    return mixed;
  }

  function pairsOf(one, other) {
    const of = (trial, choice) => clips.find((clip) => clip.trial === trial && clip.choice === choice);
    const trials = [...new Set(clips.map((clip) => clip.trial))];
    return trials.flatMap((trial) => {
      const [a, b] = [of(trial, one), of(trial, other)];
      if (a === undefined || b === undefined) return [];
      return [{trial, order: coin() ? [a, b] : [b, a]}];
    });
  }

  function begin(event) {
    event.preventDefault();
    names = [at('blind-one').value, at('blind-other').value];
    counts = {[names[0]]: 0, [names[1]]: 0, none: 0};
    pairs = names[0] === names[1] ? [] : shuffled(pairsOf(...names));
    position = 0;
    at('blind-result').hidden = true;
    if (pairs.length === 0) return say('No prompt and seed has clips of both: choose two others.');
    show();
  }

  function show() {
    const {trial, order} = pairs[position];
    at('blind-pair').hidden = false;
    at('blind-trial').textContent = 'pair ' + (position + 1) + ' of ' + pairs.length + ': ' + trial;
    players.forEach((player, index) => {
      player.pause();
      player.src = order[index].audio;
    });
    players[0].focus();
  }

  function pick(index) {
    if (at('blind-pair').hidden) return;
    counts[index === null ? 'none' : pairs[position].order[index].choice] += 1;
    position += 1;
    if (position < pairs.length) return show();
    for (const player of players) player.pause();
    at('blind-pair').hidden = true;
    const judged = counts[names[0]] + counts[names[1]];
    const words = names.map((name) => name + ': ' + counts[name]);
    if (counts.none > 0) words.push('no difference: ' + counts.none);
    const few = judged < 6 ? ' So few say little: add seeds and prompts.' : '';
    say('You preferred  ' + words.join(',  ') + '.' + few, pairs);
  }

  function say(text, revealed = []) {
    const result = at('blind-result');
    const head = document.createElement('p');
    head.textContent = text;
    const list = document.createElement('ul');
    for (const {trial, order} of revealed) {
      const item = document.createElement('li');
      item.textContent = trial + ': X was ' + order[0].choice + ', Y was ' + order[1].choice;
      list.append(item);
    }
    result.replaceChildren(head, list);
    result.hidden = false;
  }

  form.addEventListener('submit', begin);
  at('pick-x').addEventListener('click', () => pick(0));
  at('pick-y').addEventListener('click', () => pick(1));
  at('pick-none').addEventListener('click', () => pick(null));
  const toggle = (player) => (player.paused ? void player.play().catch(() => {}) : player.pause());
  const keys = {x: () => toggle(players[0]), y: () => toggle(players[1]), 1: () => pick(0), 2: () => pick(1), 0: () => pick(null)};
  document.addEventListener('keydown', (event) => {
    const isTyped = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (at('blind-pair').hidden || isTyped || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key.toLowerCase()];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
})();
`;
