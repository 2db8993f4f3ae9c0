import {dataElement, type Html, html} from './html.js';
import type {ReportClip, ReportPrompt} from './report-data.js';

/** For each prompt a row of players over steps and strengths, with what was asked for and a picture of each. */
export function listening(prompts: readonly ReportPrompt[]): Html {
  return html`<p class="dim">The same seed is the same noise: what differs between two clips is what their labels say. <kbd>Space</kbd> plays the clip that has the focus.</p>
${promptRows(prompts)}
${blind(prompts)}
${dataElement('report-clips', trialsOf(prompts))}`;
}

/** The players alone. */
export function promptRows(prompts: readonly ReportPrompt[]): Html {
  return html`${prompts.map(promptRow)}`;
}

function promptRow({stage, name, texts, clips}: ReportPrompt): Html {
  return html`<div class="prompt"><h3>${name} <span class="dim small">${stage}</span></h3>
${texts === null ? null : html`<details><summary class="dim">${captionOf(texts.prompt)}</summary><h4>what the text encoder reads</h4><pre>${texts.prompt}</pre><h4>lyrics</h4><pre>${texts.lyrics}</pre></details>`}
${seedsOf(clips).map((seed) => seedRow(seed, clips))}</div>`;
}

function seedRow(seed: number, clips: readonly ReportClip[]): Html {
  const own = clips.filter((clip) => clip.seed === seed);
  const several = seedsOf(clips).length > 1;
  return html`${several ? html`<h4>seed ${seed}</h4>` : null}<div class="takes">${own.map(take)}</div>`;
}

function take(clip: ReportClip): Html {
  const {label, seed, audio, picture, quieter_db, nearest} = clip;
  return html`<figure class="take"><figcaption><b>${label}</b> <span class="dim">seed ${seed}</span></figcaption>
${picture === null ? null : html`<img src="${picture}" alt="Spectrogram of ${label}: time from left to right, pitch upwards" loading="lazy">`}
<audio controls preload="none" src="${audio}" aria-label="${label}, seed ${seed}"></audio>
${quieter_db === null ? null : html`<p class="dim small">made ${quieter_db.toFixed(1)} dB quieter to fit</p>`}
${nearest === null ? null : html`<p class="small ${nearest.memorised ? 'memorised' : 'dim'}">${nearest.memorised ? 'repeats a training song: ' : ''}${nearest.text}</p>`}</figure>`;
}

function seedsOf(clips: readonly ReportClip[]): number[] {
  return [...new Set(clips.map(({seed}) => seed))].sort((a, b) => a - b);
}

function captionOf(prompt: string): string {
  return /# Caption\n(.*)/.exec(prompt)?.[1] ?? prompt.slice(0, 80);
}

/** A clip as the blind test needs it. `choice` is what is compared, `trial` what must be equal for that to be fair. */
interface Trial {
  readonly trial: string;
  readonly choice: string;
  readonly audio: string;
}

function trialsOf(prompts: readonly ReportPrompt[]): Trial[] {
  return prompts.flatMap(({stage, name, clips}) =>
    clips.map(({label, seed, audio}) => ({
      trial: `${name}, seed ${seed}`,
      choice: prompts.some((other) => other.stage !== stage) ? `${stage}: ${label}` : label,
      audio,
    })),
  );
}

/** Filled by the page's script, which alone knows the order. */
function blind(prompts: readonly ReportPrompt[]): Html | null {
  const choices = [...new Set(trialsOf(prompts).map(({choice}) => choice))];
  if (choices.length < 2) return null;
  const options = (chosen: string | undefined) =>
    choices.map((choice) =>
      choice === chosen ? html`<option selected>${choice}</option>` : html`<option>${choice}</option>`,
    );
  return html`<div class="blind" id="blind"><h3>Blind: which is better?</h3>
<p class="dim">Two clips of one prompt and seed, their order hidden. Pick by ear; after the last pair the page says which was which.</p>
<form id="blind-choice"><label>compare <select id="blind-one">${options(choices[0])}</select></label> <label>with <select id="blind-other">${options(choices.at(-1))}</select></label> <button>start</button></form>
<div id="blind-pair" hidden><p id="blind-trial" class="dim" aria-live="polite"></p>
<div class="takes"><figure class="take"><figcaption><b>X</b></figcaption><audio controls id="blind-x" aria-label="X"></audio><button type="button" id="pick-x">X is better</button></figure>
<figure class="take"><figcaption><b>Y</b></figcaption><audio controls id="blind-y" aria-label="Y"></audio><button type="button" id="pick-y">Y is better</button></figure></div>
<p><button type="button" id="pick-none">no difference</button> <span class="dim small">keys: <kbd>x</kbd> and <kbd>y</kbd> play, <kbd>1</kbd> and <kbd>2</kbd> pick, <kbd>0</kbd> no difference</span></p></div>
<div id="blind-result" hidden aria-live="polite"></div></div>`;
}
