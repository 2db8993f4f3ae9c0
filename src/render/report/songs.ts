import {countText, durationText} from '../quantity.js';
import {type Html, html} from './html.js';
import type {ReportRun, ReportSong, TokenCount} from './report-data.js';

/** Every song with what the text encoder sees of it. */
export function songTable({songs, stages}: ReportRun): Html {
  const rows = songs.map(
    (
      song,
    ) => html`<tr><th>${song.name}</th><td class="number" data-name="length">${durationText(song.seconds * 1000)}</td>
<td class="number" data-name="prompt tokens">${tokens(song.prompt_tokens)}</td><td class="number" data-name="lyric tokens">${tokens(song.lyric_tokens)}</td>
<td class="text"><details><summary>${caption(song.prompt)}</summary><h4>what the text encoder reads</h4><pre>${song.prompt}</pre><h4>lyrics</h4><pre>${song.lyrics}</pre>${song.measured === null ? null : html`<h4>measured</h4><pre>${song.measured}</pre>`}</details></td></tr>`,
  );
  const notes = stages.flatMap(({note}) => note ?? []);
  return html`<p class="dim">${[summary(songs), ...sentences(notes)].join(' ')}</p>
<table class="songs"><thead><tr><th>song</th><th class="number">length</th><th class="number">prompt<br>tokens</th><th class="number">lyric<br>tokens</th><th>caption</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function summary(songs: readonly ReportSong[]): string {
  const cut = songs.filter((song) => lost(song.prompt_tokens) + lost(song.lyric_tokens) > 0).length;
  if (songs.every(({prompt_tokens}) => prompt_tokens === null))
    return 'None of them was encoded in this run.';
  return cut === 0
    ? 'Every prompt and all lyrics fit into the text encoder.'
    : `${countText(cut, 'song')} say more than the text encoder sees: what is lost is in red.`;
}

function sentences(notes: readonly string[]): string[] {
  return [...new Set(notes)].map((note) => `${note[0]!.toUpperCase()}${note.slice(1)}.`);
}

function lost(count: TokenCount | null): number {
  return count?.lost ?? 0;
}

function tokens(count: TokenCount | null): Html | string {
  if (count === null) return '-';
  return count.lost === 0
    ? String(count.tokens)
    : html`${count.tokens} <b class="problem">−${count.lost}</b>`;
}

function caption(prompt: string): string {
  return /# Caption\n(.*)/.exec(prompt)?.[1] ?? prompt.slice(0, 60);
}
