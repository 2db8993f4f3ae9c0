import {existsSync} from 'node:fs';
import {copyFile, readFile} from 'node:fs/promises';
import {dirname, join, relative, sep} from 'node:path';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {makeFolder} from '../base/make-folder.js';
import {objectPath} from '../cache/layout.js';
import type {ClipLikeness, ReportClip, ReportPrompt} from '../render/report/report-data.js';
import {isMemorised, nearestIn, nearestText} from '../stage/likeness.js';
import {isSampleCollection} from '../stage/sample-parts.js';
import {outputJson, outputLines, type RecordedRun, type RecordedStage} from './recorded-run.js';

/** Where a page finds sound and pictures: in files beside it, in itself, or with the program that serves it. */
export type ClipPlace =
  /** `folder`: where files go that are not below the page's own folder. */
  | {readonly kind: 'beside'; readonly page: string; readonly folder: string}
  | {readonly kind: 'inside'}
  | {readonly kind: 'served'; readonly addressOf: (path: string) => string};

/** The clips of a run: those that its trainings made on the way, then those of its `generate` stages. */
export async function reportClips(run: RecordedRun, place: ClipPlace): Promise<ReportPrompt[]> {
  const found = await Promise.all(
    run.recorded.map((stage) => {
      if (stage.configured.uses === 'train') return trainingClips(run, stage, place);
      return stage.configured.uses === 'generate' ? generatedClips(stage, place) : [];
    }),
  );
  return found.flat();
}

async function trainingClips(
  run: RecordedRun,
  stage: RecordedStage,
  place: ClipPlace,
): Promise<ReportPrompt[]> {
  const {id} = stage.configured;
  const folder = join(run.dir, 'samples', id);
  const texts = await textsIn(folder);
  const prompts = new Map<string, ReportClip[]>();
  for (const metric of await sampleMetrics(run, stage)) {
    const {prompt, global_step, seed, strength, file, peak} = metric;
    const path = join(folder, String(file));
    if (!existsSync(path)) continue;
    const picture = path.replace(/\.wav$/, '.png');
    const clip: ReportClip = {
      label: labelOf(Number(global_step), Number(strength)),
      seed: Number(seed),
      audio: await placed(path, `${id}/${String(file)}`, place),
      picture: existsSync(picture)
        ? await placed(picture, `${id}/${String(file).replace(/\.wav$/, '.png')}`, place)
        : null,
      quieter_db: decibelsOver(Number(peak)),
      nearest: likenessOf(metric.nearest),
    };
    prompts.set(String(prompt), [...(prompts.get(String(prompt)) ?? []), clip]);
  }
  return [...prompts].map(([name, clips]) => ({stage: id, name, texts: texts[name] ?? null, clips}));
}

/** Of a training that has ended, its own record; of one that has not, what it told so far. */
async function sampleMetrics({events}: RecordedRun, stage: RecordedStage): Promise<JsonObject[]> {
  const lines = (await outputLines(stage, 'adapter/metrics.jsonl')).filter(isJsonObject);
  const made = lines.filter(({kind}) => kind === 'sample');
  if (lines.length > 0) return made;
  return events.flatMap((event): JsonObject[] => {
    if (event.kind !== 'clip_made' || event.stage !== stage.configured.id) return [];
    const {global_step, prompt, seed, strength, path, nearest = null} = event;
    const file = path.split(/[\\/]/).slice(-2).join('/');
    return [{global_step, prompt, seed, strength, peak: 0, file, nearest}];
  });
}

function labelOf(step: number, strength: number): string {
  if (strength === 0) return 'the model alone';
  const when = step === 0 ? 'before training' : `step ${step}`;
  return strength === 1 ? when : `${when}, strength ${strength}`;
}

async function textsIn(folder: string): Promise<Record<string, ReportPrompt['texts']>> {
  const path = join(folder, 'prompts.json');
  return existsSync(path)
    ? (JSON.parse(await readFile(path, 'utf8')) as Record<string, ReportPrompt['texts']>)
    : {};
}

async function generatedClips(stage: RecordedStage, place: ClipPlace): Promise<ReportPrompt[]> {
  const {id} = stage.configured;
  const index = await outputJson(stage, 'clips');
  if (!isSampleCollection(index)) return [];
  const prompts = new Map<string, ReportPrompt>();
  for (const {about, parts} of index.samples) {
    const path = (part: string) => objectPath(stage.cache.root, parts[part]!.hash);
    if (!existsSync(path('clip'))) continue;
    const name = String(about.prompt);
    const strength = Number(about.strength);
    const clip: ReportClip = {
      label: strength === 0 ? 'the model alone' : `strength ${strength}`,
      seed: Number(about.seed),
      audio: await placed(path('clip'), `${id}/${String(about.file)}`, place),
      picture: existsSync(path('spectrogram'))
        ? await placed(path('spectrogram'), `${id}/${String(about.picture)}`, place)
        : null,
      quieter_db: quieter(parts.clip!.about),
      nearest: likenessOf(parts.nearest?.about),
    };
    const {prompt, lyrics} = parts.clip!.about;
    const texts = {prompt: String(prompt), lyrics: String(lyrics)};
    const known = prompts.get(name);
    prompts.set(name, {stage: id, name, texts, clips: [...(known?.clips ?? []), clip]});
  }
  return [...prompts.values()];
}

function likenessOf(value: Json | undefined): ClipLikeness | null {
  const nearest = nearestIn(value);
  return nearest === undefined ? null : {text: nearestText(nearest), memorised: isMemorised(nearest)};
}

function quieter({gain, peak}: Readonly<Record<string, Json>>): number | null {
  return gain === 1 ? null : decibelsOver(Number(peak));
}

function decibelsOver(peak: number): number | null {
  return peak > 1 ? 20 * Math.log10(peak) : null;
}

/** What the page says where a file is: relative, so that page and files can be moved together, or all of it. */
async function placed(path: string, name: string, place: ClipPlace): Promise<string> {
  if (place.kind === 'served') return place.addressOf(path);
  if (place.kind === 'inside') {
    const bytes = await readFile(path);
    return `data:${mediaType(name)};base64,${bytes.toString('base64')}`;
  }
  const own = relative(dirname(place.page), path);
  const inRecord = own.startsWith(`samples${sep}`); // the page is in the record of its run
  if (inRecord) return address(own);
  const target = join(place.folder, name);
  await makeFolder(dirname(target));
  await copyFile(path, target);
  return address(relative(dirname(place.page), target));
}

function mediaType(name: string): string {
  const ending = name.slice(name.lastIndexOf('.') + 1);
  return ending === 'png' ? 'image/png' : `audio/${ending}`;
}

function address(path: string): string {
  return path.split(sep).map(encodeURIComponent).join('/');
}
