import {join} from 'node:path';
import {contentHash} from '../base/hash.js';
import {asWritten} from '../base/json.js';
import {pause} from '../base/timer.js';
import {writeFile} from '../base/write-file.js';
import type {PartJob} from '../protocol/message.js';
import {type ParametersOf, parametersOf} from '../stage/parameters.js';
import {answeredLyrics, captionLine} from './ask/answer.js';
import {ask, type ChatServer} from './ask/chat.js';
import {type ChatQuestion, messagesOf} from './ask/question.js';
import type {WorkerContext, WorkerEntry} from './context.js';
import {expectUnchanged} from './expect-unchanged.js';
import {SampleWork} from './sample-work.js';

/**
 * Asks for the missing captions and lyrics, several at once; each answer is safe in the cache as soon as it is there. A song
 * whose question is refused fails alone; a server that cannot be reached, or refuses the key, ends the stage.
 */
export const caption: WorkerEntry = async (context) => {
  const {job, signal} = context;
  const params = parametersOf('caption', job.params);
  const server = serverOf(params, context);
  const work = new SampleWork(context);
  const asking = {phase: `asking ${params.model}`, unit: 'answers', at_once: params.requests_at_once};
  try {
    await work.makeAll(asking, job.parts, (part) =>
      work.make(part, () => answerFor(part, {context, params, server})),
    );
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return signal.aborted ? 'stopped' : 'done';
};

function serverOf(params: ParametersOf<'caption'>, {secrets}: WorkerContext): ChatServer {
  const {api_key_env, base_url, request_timeout, request_retries} = params;
  return {
    base_url: base_url.replace(/\/+$/, ''),
    key: api_key_env === undefined ? undefined : secrets[api_key_env],
    timeout_ms: request_timeout * 1000,
    retries: request_retries,
    pause,
  };
}

interface Asking {
  readonly context: WorkerContext;
  readonly params: ParametersOf<'caption'>;
  readonly server: ChatServer;
}

async function answerFor(part: PartJob, {context, params, server}: Asking): Promise<void> {
  const question = asWritten<ChatQuestion & {readonly audio_hash: string}>(part.work);
  const messages = await messagesOf(question);
  if (question.audio_seconds !== null) await expectUnchanged(question.audio_path, question.audio_hash);
  const {model, temperature, max_tokens} = params;
  const body = {
    model,
    messages,
    ...(temperature === undefined ? {} : {temperature}),
    ...(max_tokens === undefined ? {} : {max_tokens}),
  };
  const answer = await ask(server, body, context.signal);
  const text = part.part === 'lyrics' ? answeredLyrics(answer) : captionLine(answer);
  const file = `${contentHash(part.fingerprint).slice(0, 32)}.txt`;
  await writeFile(join(context.job.out_dir, file), `${text}\n`);
  await context.commitPart(part, file, {text});
}
