import {statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {presetFacts} from '../app/preset-facts.js';
import type {Terminal} from '../app/terminal.js';
import type {Result} from '../base/result.js';
import {userFolder} from '../config/folders.js';
import {findPresets, type Preset, parsePreset} from '../config/user/preset.js';
import {absolutePath, type Settings} from '../config/user/settings.js';
import {isLowRank} from '../stage/adapter-kinds.js';
import {drafts} from './draft.js';
import {lastSession} from './last-session.js';
import {type Machine, presetFor} from './machine.js';
import type {Known} from './question.js';
import {sharedIn} from './shared.js';
import {lookAtSongs, type SongsAtHand, usable} from './songs.js';
import {lookAtTensors} from './tensors.js';

/** All that questions may need, read once. `file`: absolute, of the pipeline to be; `asks`: somebody sees what is proposed. */
export async function knownOf(
  terminal: Terminal,
  {settings, machine, file, asks}: {settings: Settings; machine: Machine; file: string; asks: boolean},
): Promise<Known> {
  const folder = dirname(file);
  const files = await findPresets({project_dir: folder, user_dir: userFolder(terminal.env)});
  const presets = files
    .map(parsePreset)
    .filter(({uses, problems}) => uses === 'train' && problems.length === 0)
    .map((preset) => ({
      name: preset.name,
      description: preset.description,
      decides: (adapter: string) => factsText(preset, adapter),
    }));
  const looks = new Map<string, ReturnType<Known['songs']>>();
  const counts = new Map<string, number>();
  const counted = (place: string, found: Result<SongsAtHand>): Result<SongsAtHand> => {
    if (found.ok) counts.set(place, usable(found.value));
    return found;
  };
  const songs: Known['songs'] = (path) => {
    const place = absolutePath(path, terminal.cwd);
    const look = looks.get(place) ?? lookAtSongs(place).then((found) => counted(place, found));
    looks.set(place, look);
    return look;
  };
  const tensors: Known['tensors'] = async (path) => {
    const place = absolutePath(path, terminal.cwd);
    const found = await lookAtTensors(place);
    if (found.ok) counts.set(place, found.value.count);
    return found;
  };
  const preset = presetFor(machine);
  return {
    cwd: terminal.cwd,
    usual_songs: asks ? usualSongs(terminal.cwd) : undefined,
    checkpoint_dir: settings.values.checkpoint_dir,
    presets,
    preset,
    last: await lastSession(userFolder(terminal.env)),
    songs,
    tensors,
    ...drafts({
      ...{file, settings, presets: files, env: terminal.env},
      ...{place: {folder, cwd: terminal.cwd}, preset: preset.name},
      songCount: (path) => counts.get(absolutePath(path, terminal.cwd)),
      shared: await sharedIn(folder, {profile: settings.values.profile}),
    }),
  };
}

/** `rank 16, adamw8bit, rate 1.00e-4, batch 1 × 8, 100 epochs`; a rank only where a kind of adapter means that by it. */
function factsText(preset: Preset, adapter: string): string {
  const [kind, rank, optimizer, rate, batch, epochs] = presetFacts(preset)?.map(({text}) => text) ?? [];
  if (kind === undefined) return '';
  const shape = isLowRank(adapter) ? `${adapter}, rank ${rank}` : adapter;
  return `${shape}, ${optimizer}, rate ${rate}, batch ${batch}, ${epochs} epochs`;
}

/** As upstream's guides call it. */
function usualSongs(cwd: string): string | undefined {
  const there = statSync(join(cwd, 'my_audio'), {throwIfNoEntry: false})?.isDirectory() === true;
  return there ? './my_audio' : undefined;
}
