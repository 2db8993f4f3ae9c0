import type {ContentHash} from '../base/hash.js';
import {loadAddon} from '../native/addon.js';
import {type ConditionEncoder, openConditionEncoder, type Reference} from '../native/engine.js';
import type {PartJob} from '../protocol/message.js';
import type {WorkerContext, WorkerEntry} from './context.js';
import {componentDir} from './model-input.js';
import {SampleWork} from './sample-work.js';
import {silentReference} from './silence.js';
import {commitTensors, floatSource, maskSource, readStates} from './state-file.js';

/** The condition encoder over the text and lyric states of pass 1; latents pass through untouched. */
export const preprocessPass2: WorkerEntry = async (context) => {
  const {job, emit, signal} = context;
  const work = new SampleWork(context);
  const parts = work.pending('conditions');
  if (parts.length === 0) return 'done';
  emit({kind: 'phase_started', phase: 'loading the condition encoder'});
  const addon = loadAddon(job.addon!); // the runner gives it to every stage whose numerics are the engine's
  await using encoder = await openConditionEncoder(addon, componentDir(job.inputs.model, 'dit'), job);
  const reference = parts.some(takesSilence) ? await silentReference(context) : undefined;
  await work.makeAll({phase: 'encoding conditions', unit: 'songs'}, parts, (part) =>
    work.make(part, () => encodeCondition(context, part, {encoder, reference})),
  );
  return signal.aborted ? 'stopped' : 'done';
};

function takesSilence({work}: PartJob): boolean {
  return work.reference === 'silence';
}

interface ConditionWork {
  readonly encoder: ConditionEncoder;
  readonly reference: Reference | undefined;
}

async function encodeCondition(
  context: WorkerContext,
  part: PartJob,
  {encoder, reference}: ConditionWork,
): Promise<void> {
  const path = (name: string) => context.objectPath(part.work[name] as ContentHash);
  const text = await readStates(path('text'), 'text_hidden_states', 'text_attention_mask');
  const lyrics = await readStates(path('lyrics'), 'lyric_hidden_states', 'lyric_attention_mask');
  const {states, width, mask} = await encoder.encode(
    {text, lyrics, ...(takesSilence(part) ? {reference: reference!} : {})},
    {signal: context.signal},
  );
  await commitTensors(
    context,
    part,
    [
      floatSource('encoder_hidden_states', states, mask.length, width),
      maskSource('encoder_attention_mask', mask),
    ],
    {condition_tokens: mask.reduce((sum, value) => sum + value, 0)},
  );
}
