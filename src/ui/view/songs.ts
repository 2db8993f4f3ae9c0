import {countText} from '../../render/quantity.js';
import {type Html, html} from '../../render/report/html.js';
import {piecesText, type ShownSample, type ShownText} from '../../render/sample-text.js';

/** Every song with its texts as they will be trained: what `sidestep show sample` prints, for all of them. */
export function songsView(songs: readonly ShownSample[]): Html {
  if (songs.length === 0) return html`<p class="empty">This pipeline's dataset has no songs.</p>`;
  const [unknown] = songs.flatMap(({tokens_unknown}) => tokens_unknown ?? []);
  return html`<p class="dim">${countText(songs.length, 'song')}. ${cutText(songs)}</p>
${unknown === undefined ? null : html`<p class="warning-text">${unknown}</p>`}
<div class="folded song-list">${songs.map(songView)}</div>`;
}

function cutText(songs: readonly ShownSample[]): string {
  if (songs.every(({prompt}) => prompt.tokens === null)) return '';
  const cut = songs.filter(({prompt, lyrics}) => lost(prompt) + lost(lyrics) > 0).length;
  return cut === 0
    ? 'Every prompt and all lyrics fit into the text encoder.'
    : `${countText(cut, 'song')} say more than the text encoder sees.`;
}

function songView({sample, prompt, lyrics, conditioning, findings}: ShownSample): Html {
  const often = sample.repeats > 1 ? `, ${sample.repeats} times an epoch` : '';
  const cut = lost(prompt) + lost(lyrics);
  const flags = [
    ...(cut === 0 ? [] : [html`<span class="problem">${countText(cut, 'token')} cut off</span>`]),
    ...(findings.length === 0
      ? []
      : [html`<span class="warning-text">${countText(findings.length, 'remark')}</span>`]),
  ];
  return html`<details><summary><b>${sample.name}</b> <span class="dim">${sample.audio_seconds.toFixed(2)} s${often}</span> ${flags}</summary>
<p class="dim small">${sample.audio_path}</p>
${findings.map(({severity, message}) => html`<p class="warning-text">${severity}: ${message}</p>`)}
${textView(`Prompt, made of the ${sample.prompt.source}`, prompt)}
${textView(`Lyrics, conditioning ${conditioning}`, lyrics)}
<h4>Where it came from</h4><table class="params">${Object.entries(sample.origins).map(([field, from]) => html`<tr><th>${field}</th><td>${(from ?? '').replaceAll('_', ' ')}</td></tr>`)}</table></details>`;
}

function textView(title: string, {text, tokens}: ShownText): Html {
  return html`<h4>${title}</h4><pre>${text}</pre>${tokens === null ? null : tokensView(tokens)}`;
}

function tokensView({pieces, ids, limit, lost: cut, kept}: NonNullable<ShownText['tokens']>): Html {
  const end = (kept ?? '').slice(-60).split('\n').at(-1) ?? '';
  return html`${cut === 0 ? null : html`<p class="problem">${countText(cut, 'token')} cut off; the last words kept: ${JSON.stringify(end)}</p>`}
<details class="tokens"><summary class="dim small">${countText(ids.length, 'token')} of at most ${limit}</summary><pre class="small dim">${piecesText(pieces)}</pre></details>`;
}

function lost({tokens}: ShownText): number {
  return tokens?.lost ?? 0;
}
