import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {wavFile} from '../../src/format/wav-write.js';
import {type Asked, chatServer, fails, says} from '../chat-server.js';
import {Folder} from './sidestep.js';

const KEY = 'sk-Zq81-very-secret';

/** A second of a tone. */
function tone(hz: number): Uint8Array {
  const wave = (shift: number) =>
    Float32Array.from({length: 8000}, (_, t) => 0.3 * Math.sin(shift + (2 * Math.PI * hz * t) / 8000));
  return wavFile({channels: [wave(0), wave(1)], sample_rate: 8000}, '16');
}

const NAMES = ['a', 'b', 'c', 'd'] as const;

function studio(base_url: string, more = ''): Folder {
  const folder = new Folder({
    'pipeline.yaml': `sidestep: 1
stages:
  songs: {uses: dataset, with: {audio_dir: ./songs}}
  captions:
    uses: caption
    with: {dataset: "\${stages.songs}", base_url: "${base_url}", model: ears, api_key_env: EARS_KEY, audio_seconds: 1, requests_at_once: 1${more}}
  out:
    uses: command
    with: {argv: [cp, "\${inputs.d}", "\${outputs.o}"], inputs: {d: "\${stages.captions}"}, outputs: {o: o.json}}
`,
  });
  for (const [index, name] of NAMES.entries()) folder.write(`songs/${name}.wav`, tone(220 * (index + 1)));
  return folder;
}

/** Every file below a folder whose bytes hold a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && readFileSync(path).includes(text);
  });
}

function soundOf({body}: Asked): Buffer {
  const parts = body.messages[0]!.content as Exclude<Asked['body']['messages'][number]['content'], string>;
  return Buffer.from(parts[1]!.input_audio!.data, 'base64');
}

const env = {EARS_KEY: KEY};

test('songs get captions from a server; the key is nowhere, and files beside songs are written when that is asked for', async () => {
  const {asked, base_url} = await chatServer((_, response, count) =>
    count === 1
      ? fails(response, 429, `slow down, ${KEY}`, {'retry-after': '0'})
      : says(response, `"Song ${count}, ${KEY}."`),
  );
  const folder = studio(base_url);
  folder.write('songs/d.caption.txt', 'mine');
  const first = await folder.run(['run', '--json'], env);
  expect(first.code, first.stdout + first.stderr).toBe(0);
  expect(asked).toHaveLength(4); // three songs, one of them twice
  expect(asked[1]).toMatchObject({authorization: `Bearer ${KEY}`, body: {model: 'ears'}});
  const wav = soundOf(asked[1]!);
  expect([wav.toString('latin1', 0, 4), wav.readUInt16LE(22), wav.readUInt32LE(24), wav.length]).toEqual([
    'RIFF',
    1,
    8000,
    44 + 16000,
  ]);
  expect(filesWith(folder.path, KEY)).toEqual([]);
  expect(first.stdout + first.stderr).not.toContain(KEY);
  expect(readdirSync(folder.file('songs'))).toEqual(['a.wav', 'b.wav', 'c.wav', 'd.caption.txt', 'd.wav']);

  folder.write(
    'pipeline.yaml',
    folder.read('pipeline.yaml').replace('audio_seconds', 'write_sidecars: missing, audio_seconds'),
  );
  const second = await folder.run(['run'], env);
  expect(second.code, second.stderr).toBe(0);
  expect(folder.read('songs/a.caption.txt')).toBe('Song 2, ***.\n');
  expect(folder.read('songs/d.caption.txt')).toBe('mine');
  expect((await folder.run(['run'], env)).code).toBe(0); // they are read now, and no one is asked for what they say
  expect(asked).toHaveLength(4);
});

test('a run that is killed has lost no answer: the next one asks for the missing songs alone', async () => {
  let reached = () => {};
  const third = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const {asked, base_url} = await chatServer((_, response, count) =>
    count === 3 ? reached() : says(response, `Song ${count}`),
  );
  const folder = studio(base_url);
  const running = folder.start(['run'], env);
  await third;
  running.child.kill('SIGKILL');
  await running.finished;
  const done = asked.slice(0, 2).map((each) => soundOf(each).toString('base64'));
  const again = await folder.run(['run'], env);
  expect(again.code, again.stdout + again.stderr).toBe(0);
  const later = asked.slice(3).map((each) => soundOf(each).toString('base64'));
  expect(later).toHaveLength(2);
  expect(later.filter((sound) => done.includes(sound))).toEqual([]);
});

test('songs that fail are named, the others kept; a wrong key, a missing one and a dead server end in words', async () => {
  let refuses = (_: Asked): boolean => false;
  const {asked, base_url} = await chatServer((question, response, count) => {
    if (question.authorization !== `Bearer ${KEY}`) fails(response, 401, `bad key ${question.authorization}`);
    else if (refuses(question)) response.end('<html>');
    else says(response, `Song ${count}`);
  });
  const folder = studio(base_url, ', request_retries: 0');
  const lacking = await folder.run(['run']);
  expect([lacking.code, lacking.stderr]).toEqual([2, expect.stringContaining('run/secret-missing')]);
  const wrong = await folder.run(['run'], {EARS_KEY: 'sk-wrong'});
  expect([wrong.code, asked.length]).toEqual([1, 1]); // the other songs are not even tried
  expect(wrong.stdout + wrong.stderr).toContain('caption/key-refused');
  expect(filesWith(folder.path, 'sk-wrong')).toEqual([]);
  refuses = () => asked.length === 3; // the second song
  const partly = await folder.run(['run'], env);
  expect(partly.code).toBe(1);
  expect(partly.stdout + partly.stderr).toContain('b.wav');
  expect(asked).toHaveLength(5);
  const dead = await folder.run(['run', '--set', 'captions.base_url=http://127.0.0.1:9/v1'], env);
  expect(dead.code).toBe(1);
  expect(dead.stdout + dead.stderr).toContain('caption/server-unreachable');
  const healed = await folder.run(['run'], env);
  expect(healed.code, healed.stderr).toBe(0);
  expect(asked).toHaveLength(6);
  expect(existsSync(folder.file('songs/a.caption.txt'))).toBe(false);
});
