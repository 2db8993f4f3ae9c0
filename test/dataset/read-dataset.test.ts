import {execFileSync} from 'node:child_process';
import {readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {SidestepError} from '../../src/base/problem.js';
import type {DatasetOptions} from '../../src/dataset/dataset-options.js';
import {readDataset} from '../../src/dataset/read-dataset.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {listFolder} from '../../src/run/observe-files.js';
import {wavFile} from './audio/clip.js';
import {codes, defaults, effects, folderOf, read, sampleNamed, tone} from './dataset-rig.js';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));

async function failureOf(attempt: Promise<unknown>): Promise<{code: string; message: string}> {
  const error = await attempt.catch((reason: unknown) => reason);
  if (!(error instanceof SidestepError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error.problem;
}

test("the end-to-end dataset gives upstream's prompts and lyrics", async () => {
  const options = {
    ...defaults,
    genre_choice: 'upstream',
    dataset_json: join(golden, 'e2e/dataset.json'),
    audio_dir: join(golden, 'e2e'),
  } as const;
  const result = await readDataset(options, effects);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(result.value.samples.map(({name}) => name)).toEqual(['a_stereo48k.wav', 'b_mono44k.wav']);
  for (const sample of result.value.samples) {
    await using twin = await openSafetensors(
      join(golden, `e2e/${sample.name.replace('.wav', '.safetensors')}`),
    );
    const config = JSON.parse(twin.metadata.config!) as {
      prompt: string;
      lyrics: string;
      used_genre: boolean;
    };
    expect(sample.prompt).toEqual({text: config.prompt, source: config.used_genre ? 'genre' : 'caption'});
    expect(sample.lyrics).toBe(config.lyrics);
  }
});

test('the golden dataset JSON describes the songs that upstream matches it to', async () => {
  const cases = JSON.parse(await readFile(join(golden, 'prompt_cases.json'), 'utf8')) as {
    dataset_json_loading: {
      dataset_json: object;
      audio_files: string[];
      by_full_path: Record<string, Record<string, unknown>>;
    };
  };
  const {dataset_json, audio_files, by_full_path} = cases.dataset_json_loading;
  const files = Object.fromEntries(audio_files.map((path, i) => [path.replace('/r/', ''), tone(200 + i)]));
  const wavBytes = {...files, 'dataset.json': JSON.stringify(dataset_json)}; // the decoder goes by content, not name
  const dataset = await read(wavBytes, {dataset_json: 'dataset.json', genre_choice: 'upstream'});
  for (const [path, expected] of Object.entries(by_full_path)) {
    const sample = sampleNamed(dataset, path.replace('/r/', ''));
    expect(sample.caption).toBe(expected.caption ?? '');
    expect(sample.lyrics).toBe(expected.lyrics ?? '[Instrumental]');
    // upstream writes 0 where it knows nothing; here the real second is known
    expect(sample.duration).toBe(expected.duration || 1);
    expect(sample).toMatchObject({custom_tag: 'trig', tag_position: 'append'});
  }
});

describe('a song without any metadata', () => {
  test('is an instrumental captioned by its name, with its real length', async () => {
    const sample = sampleNamed(await read({'My-Song_01.wav': tone(300, {seconds: 3})}), 'My-Song_01.wav');
    expect(sample).toMatchObject({
      caption: 'My Song 01',
      lyrics: '[Instrumental]',
      is_instrumental: true,
      duration: 3,
      repeats: 1,
    });
    expect(sample.prompt.text).toContain('- duration: 3 seconds\n');
    expect(sample.origins).toMatchObject({caption: 'file_name', duration: 'audio', lyrics: 'default'});
  });

  test('takes title, genre, tempo and key from the tags in the file', async () => {
    const frame = (id: string, text: string) => {
      const body = Buffer.from(`\x03${text}`, 'utf8');
      const head = Buffer.alloc(10);
      head.write(id, 0, 'latin1');
      head.writeUInt32BE(body.length, 4);
      return Buffer.concat([head, body]);
    };
    const frames = Buffer.concat([
      frame('TIT2', 'Blue Rain'),
      frame('TCON', 'Blues'),
      frame('TBPM', '93'),
      frame('TKEY', 'Am'),
    ]);
    const head = Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, frames.length >> 7, frames.length & 0x7f]);
    const mp3 = await readFile(new URL('audio/clips/lame.mp3', import.meta.url));
    const bare = mp3.subarray(10 + ((mp3[8]! << 7) | mp3[9]!));
    const dataset = await read({'x.mp3': Buffer.concat([head, frames, bare])}, {min_duration: 0});
    expect(sampleNamed(dataset, 'x.mp3')).toMatchObject({
      caption: 'Blue Rain',
      genre: 'Blues',
      bpm: '93',
      keyscale: 'A minor',
    });
    expect(sampleNamed(dataset, 'x.mp3').origins.caption).toBe('tags');
  });
});

test('lyrics and key are found under the names that ffmpeg and DJ programs write', async () => {
  const folder = await folderOf({'plain.wav': tone(220)});
  const tagged = (name: string, ...tags: string[]) =>
    execFileSync('ffmpeg', [
      ...['-v', 'error', '-i', join(folder, 'plain.wav')],
      ...tags.flatMap((tag) => ['-metadata', tag]),
      join(folder, name),
    ]);
  tagged('a.mp3', 'lyrics=[Verse]\nla', 'TBPM=0', 'TKEY=8A');
  tagged('b.flac', 'LYRICS=[00:01.20]la\n[00:02.00]la', 'INITIALKEY=F#m');
  tagged('c.ogg', 'UNSYNCEDLYRICS=so', 'INITIALKEY=o');
  const outOfOrder = '[Chorus]\n[00:05.00]second\n[00:01.00]first\n[00:02.00][00:07.00]again';
  tagged('d.flac', `LYRICS=${outOfOrder}`);
  tagged('e.mp3', `lyrics=${outOfOrder}`);
  tagged('f.m4a', `lyrics=${outOfOrder}`);
  const result = await readDataset({...defaults, audio_dir: folder}, effects);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(result.value.samples.map(({name, lyrics, keyscale, bpm}) => [name, lyrics, keyscale, bpm])).toEqual([
    ['a.mp3', '[Verse]\nla', 'A minor', ''],
    ['b.flac', 'la\nla', 'F# minor', ''],
    ['c.ogg', 'so', '', ''],
    ...['d.flac', 'e.mp3', 'f.m4a'].map((name) => [name, 'first\nagain\n[Chorus]\nsecond\nagain', '', '']),
    ['plain.wav', '[Instrumental]', '', ''],
  ]);
});

test('a title in place of a caption is told', async () => {
  const folder = await folderOf({'plain.wav': tone(220)});
  const input = ['-v', 'error', '-i', join(folder, 'plain.wav')];
  execFileSync('ffmpeg', [...input, '-metadata', 'title=Song', join(folder, 'titled.mp3')]);
  const result = await readDataset({...defaults, audio_dir: folder}, effects);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(result.value.samples.map(({caption}) => caption)).toEqual(['plain', 'Song']);
  const told = codes(result.value.findings).filter((code) => code.startsWith('dataset/caption'));
  expect(told).toEqual(['dataset/caption-from-name plain.wav', 'dataset/caption-from-title titled.mp3']);
});

test('a key that is none, and words in another encoding, are left out of the tags and reported', async () => {
  const folder = await folderOf({'plain.wav': tone(220)});
  const plain = join(folder, 'plain.wav');
  for (const [name, key] of [
    ['none', 'o'],
    ['odd', 'sad'],
  ])
    execFileSync('ffmpeg', [
      '-v',
      'error',
      '-i',
      plain,
      '-metadata',
      `TKEY=${key}`,
      join(folder, `${name}.mp3`),
    ]);
  // ID3v2.3 says Latin-1, and the bytes are GBK
  const title = Buffer.concat([Buffer.from([0]), Buffer.from('\xce\xd2\xb5\xc4\xd0\xc4', 'latin1')]);
  const frame = Buffer.concat([
    Buffer.from(`TIT2\0\0\0${String.fromCharCode(title.length)}\0\0`, 'latin1'),
    title,
  ]);
  const head = Buffer.from(`ID3\x03\0\0\0\0\0${String.fromCharCode(frame.length)}`, 'latin1');
  execFileSync('ffmpeg', ['-v', 'error', '-i', plain, '-id3v2_version', '0', join(folder, 'bare.mp3')]);
  await writeFile(
    join(folder, 'gbk.mp3'),
    Buffer.concat([head, frame, await readFile(join(folder, 'bare.mp3'))]),
  );
  const result = await readDataset({...defaults, audio_dir: folder}, effects);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const {samples, findings} = result.value;
  expect(samples.map(({name, caption, keyscale}) => [name, caption, keyscale])).toEqual([
    ['bare.mp3', 'bare', ''],
    ['gbk.mp3', 'gbk', ''],
    ['none.mp3', 'none', ''],
    ['odd.mp3', 'odd', ''],
    ['plain.wav', 'plain', ''],
  ]);
  const told = findings.filter(({code}) => /unlikely-value|garbled-text/.test(code));
  expect(told.map(({code, message}) => `${code} ${message}`)).toEqual([
    expect.stringMatching(
      /^dataset\/garbled-text gbk\.mp3: the tag for its caption was written in another encoding/,
    ),
    expect.stringMatching(/^dataset\/unlikely-value odd\.mp3: its tags say that its key is "sad"/),
  ]);
});

test.each(['0', '"0"', '" 0.0 "', 'NaN', '"NaN"', 'null', 'false', '""'])(
  'a tempo of %s is none',
  async (bpm) => {
    const dataset = await read({'a.wav': tone(220), 'a.json': `{"caption": "x", "bpm": ${bpm}}`});
    expect(sampleNamed(dataset, 'a.wav').prompt.text).toContain('- bpm: N/A\n');
  },
);

describe('sidecars', () => {
  const files = {
    'a.wav': tone(220),
    'a.txt':
      'Caption: slow blues: late night\r\ntempo: 92\r\nKey: A minor\r\nsignature: 4\r\nTrigger: bluesy\r\nrepeat: 3\r\nlanguage: en\r\nlyrics:\r\n[Verse]\r\nkey: to the highway\r\n',
    'b.wav': tone(230),
    'b.caption.txt': 'a caption\n',
    'b.lyrics.txt': '[Verse]\nla\n',
    'b.txt': 'caption: weaker\nbpm: 100\n',
    'c.wav': tone(240),
    'c.txt': 'just a plain caption, nothing else',
    'd.wav': tone(250),
    'd.json': '{"caption": "from json", "bpm": 97.5, "genre": ["jazz", "swing"], "is_instrumental": true}',
  };

  test('key: value text, where everything behind lyrics: is lyrics', async () => {
    const sample = sampleNamed(await read(files), 'a.wav');
    expect(sample).toMatchObject({
      caption: 'slow blues: late night',
      bpm: '92',
      keyscale: 'A minor',
      timesignature: '4',
      custom_tag: 'bluesy',
      repeats: 3,
      language: 'en',
      lyrics: '[Verse]\nkey: to the highway',
      is_instrumental: false,
    });
    expect(sample.prompt.text).toContain('# Caption\nbluesy, slow blues: late night\n');
  });

  test.each(['0', 'false', '-1', '1.5'])(
    'repeats: %s in JSON is refused, not taken for 1',
    async (repeats) => {
      const {samples, findings} = await read({'a.wav': tone(200), 'a.json': `{"repeats": ${repeats}}`});
      expect(samples).toEqual([]);
      expect(findings).toMatchObject([
        {
          code: 'dataset/wrong-value',
          severity: 'error',
          message: expect.stringContaining('expected a whole number from 1'),
        },
      ]);
    },
  );

  test.each([
    {name: 'b.wav', holds: {caption: 'a caption', lyrics: '[Verse]\nla', bpm: '100'}},
    {name: 'c.wav', holds: {caption: 'just a plain caption, nothing else'}},
    {name: 'd.wav', holds: {caption: 'from json', bpm: '97.5', genre: 'jazz, swing', is_instrumental: true}},
  ])('$name', async ({name, holds}) => {
    expect(sampleNamed(await read(files), name)).toMatchObject(holds);
  });

  test.each([
    {sidecars: 'use', caption: 'from dataset', bpm: '92'},
    {sidecars: 'prefer', caption: 'slow blues: late night', bpm: '92'},
    {sidecars: 'ignore', caption: 'from dataset', bpm: ''},
  ] as const)('$sidecars beside a dataset JSON', async ({sidecars, caption, bpm}) => {
    const json = JSON.stringify([{filename: 'a.wav', caption: 'from dataset'}]);
    const dataset = await read({...files, 'set.json': json}, {dataset_json: 'set.json', sidecars});
    expect(sampleNamed(dataset, 'a.wav')).toMatchObject({caption, bpm});
  });

  test('a sidecar that is not text is an error of its song: it would be trained without its words', async () => {
    const dataset = await read({
      'a.wav': tone(220),
      'a.txt': Uint8Array.of(0xff, 0xfe, 0x00),
      'b.wav': tone(230),
    });
    expect(dataset.samples.map(({name}) => name)).toEqual(['b.wav']);
    expect(dataset.findings.find(({code}) => code === 'text/wrong-encoding')).toMatchObject({
      severity: 'error',
      sample: 'a.wav',
    });
  });
});

describe('songs of one name in different folders', () => {
  const songs = {'a/x.wav': tone(220), 'b/x.wav': tone(230)};

  test('both survive with their own metadata', async () => {
    const json = JSON.stringify([
      {filename: 'a/x.wav', caption: 'A', is_instrumental: true},
      {audio_path: 'b/x.wav', caption: 'B', is_instrumental: true},
    ]);
    const dataset = await read({...songs, 'set.json': json}, {dataset_json: 'set.json'});
    expect(dataset.samples.map(({name, caption}) => [name, caption])).toEqual([
      ['a/x.wav', 'A'],
      ['b/x.wav', 'B'],
    ]);
    expect(codes(dataset.findings)).toEqual(['dataset/equal-names a/x.wav']);
  });

  test('an entry is matched by as much of the path as it gives', async () => {
    const json = JSON.stringify([
      {filename: 'a/x.wav', caption: 'A'},
      {audio_path: '/old/machine/b/x.wav', caption: 'B'},
    ]);
    const deep = {'disc/a/x.wav': tone(220), 'disc/b/x.wav': tone(230), 'set.json': json};
    const dataset = await read(deep, {dataset_json: 'set.json'});
    expect(dataset.samples.map(({name, caption}) => [name, caption])).toEqual([
      ['disc/a/x.wav', 'A'],
      ['disc/b/x.wav', 'B'],
    ]);
  });

  test('an entry that could be either is an error', async () => {
    const json = JSON.stringify([{filename: 'x.wav', caption: 'which?'}]);
    const dataset = await read({...songs, 'set.json': json}, {dataset_json: 'set.json'});
    expect(codes(dataset.findings)).toContain('dataset/ambiguous-entry');
  });
});

test('adding a song, or renaming one, changes no other prompt', async () => {
  const texts: Record<string, Uint8Array | string> = {};
  for (let i = 0; i < 12; i += 1) {
    texts[`song${i}.wav`] = tone(200 + i);
    texts[`song${i}.txt`] = `caption: c${i}\ngenre: g${i}`;
  }
  const prompts = async (files: typeof texts) =>
    new Map(
      (await read(files, {genre_ratio: 50})).samples.map(({audio_hash, prompt}) => [audio_hash, prompt]),
    );
  const before = await prompts(texts);
  const {'song3.wav': moved, 'song3.txt': text, ...rest} = texts;
  const after = await prompts({...rest, 'aaa.wav': tone(999), 'z/moved.wav': moved!, 'z/moved.txt': text!});
  expect(new Set([...before.values()].map(({source}) => source)).size).toBe(2);
  for (const [hash, prompt] of before) expect(after.get(hash)).toEqual(prompt);
});

describe('lint sees all songs at once', () => {
  const left: readonly {name: string; options: Partial<DatasetOptions>; told: readonly string[]}[] = [
    {name: 'by default', options: {}, told: ['dataset/ending-not-listed']},
    {name: 'when they count', options: {extensions: ['wav', 'aiff']}, told: []},
    {name: 'when they are excluded', options: {exclude: ['*.aiff']}, told: []},
    {name: 'when braces exclude them', options: {exclude: ['*.{aiff,caf}']}, told: []},
    {name: 'when a class excludes them', options: {exclude: ['**/*.ai[f]f']}, told: []},
  ];
  test.each(left)('sound that `extensions` leaves out is told $name: $told', async ({options, told}) => {
    const {findings} = await read({'a.wav': tone(300), 'b.aiff': tone(310)}, options); // the decoder goes by content
    expect(findings.map(({code}) => code).filter((code) => code === 'dataset/ending-not-listed')).toEqual(
      told,
    );
  });

  test('songs that are instrumental only because no one said anything, in one finding', async () => {
    const json = JSON.stringify([
      {filename: 'told.wav', is_instrumental: true},
      {filename: 'sung.wav', lyrics: '[Verse]\nThe rain'},
    ]);
    const names = ['a.wav', 'b.wav', 'sung.wav', 'told.wav'];
    const songs = Object.fromEntries(names.map((name, i) => [name, tone(200 + i)]));
    const {findings} = await read({...songs, 'set.json': json}, {dataset_json: 'set.json'});
    expect(findings.filter(({code}) => code === 'dataset/lyrics-unknown')).toEqual([
      expect.objectContaining({
        message: '2 of 4 songs have no lyrics and are trained as [Instrumental]: a.wav, b.wav',
      }),
    ]);
  });

  test('every kind of trouble is named with its song', async () => {
    const dataset = await read({
      'clipped.wav': tone(220, {level: 60_000}),
      'unscaled.wav': wavFile(
        new Uint8Array(Float32Array.from({length: 8000}, (_, i) => 16_384 * Math.sin(i)).buffer),
        {
          tag: 3,
          channels: 1,
          bits: 32,
          rate: 8000,
        },
      ),
      'copy.wav': tone(240),
      'good.wav': tone(240),
      'good.txt': 'caption: fine\nlyrics: la',
      'instrumental.wav': tone(250),
      'instrumental.txt': 'caption: x\nis_instrumental: yes\nlyrics: but it has words',
      'long.wav': tone(260),
      'long.txt': 'caption: x\nduration: 200\nlyrics: la',
      'mute.wav': tone(260, {level: 0}),
      'short.wav': tone(270, {seconds: 0.25}),
      'voice.wav': tone(280),
      'voice.txt': 'caption:\nis_instrumental: no',
      'broken.wav': tone(290).subarray(0, 5000),
    });
    expect(codes(dataset.findings)).toEqual(
      expect.arrayContaining([
        'audio/truncated broken.wav',
        'dataset/too-short short.wav',
        'dataset/clipped clipped.wav',
        'dataset/not-normalized unscaled.wav',
        'dataset/duplicate-audio good.wav',
        'dataset/instrumental-with-lyrics instrumental.wav',
        'dataset/duration-differs long.wav',
        'dataset/silent mute.wav',
        'dataset/no-caption voice.wav',
        'dataset/missing-lyrics voice.wav',
        'dataset/caption-from-name copy.wav',
      ]),
    );
    expect(codes(dataset.findings).filter((code) => code.endsWith(' good.wav'))).toEqual([
      'dataset/duplicate-audio good.wav',
    ]);
    expect(dataset.samples.map(({name}) => name)).not.toEqual(expect.arrayContaining(['broken.wav']));
    expect(dataset.samples).toHaveLength(7);
  });

  test.each([
    {duplicates: 'warn', left: 2, severity: 'warning'},
    {duplicates: 'skip', left: 1, severity: 'warning'},
    {duplicates: 'fail', left: 1, severity: 'error'},
  ] as const)('duplicates: $duplicates', async ({duplicates, left, severity}) => {
    const dataset = await read({'a.wav': tone(240), 'b.wav': tone(240)}, {duplicates});
    expect(dataset.samples).toHaveLength(left);
    expect(dataset.findings.find(({code}) => code === 'dataset/duplicate-audio')).toMatchObject({
      sample: 'b.wav',
      severity,
    });
  });

  test('missing_lyrics: fail', async () => {
    const dataset = await read({'a.wav': tone(240)}, {missing_lyrics: 'fail'});
    expect(dataset.samples).toEqual([]);
    expect(codes(dataset.findings)).toContain('dataset/missing-lyrics a.wav');
  });

  test('missing_lyrics: fail has nothing against a song that is said to be an instrumental', async () => {
    const files = {'a.wav': tone(240), 'a.txt': 'caption: piano\nis_instrumental: true\n'};
    const dataset = await read(files, {missing_lyrics: 'fail'});
    expect(codes(dataset.findings)).not.toContain('dataset/missing-lyrics a.wav');
  });
});

describe.skipIf(process.platform === 'win32')('what is called like a song and is none', () => {
  const hollow: readonly {name: string; make: (path: string) => unknown; is: string}[] = [
    {name: 'a link to what is gone', make: (path) => symlink('/nowhere/a.wav', path), is: 'leads nowhere'},
    {name: 'a link to itself', make: (path) => symlink('x.wav', path), is: 'leads nowhere'},
    {name: 'a named pipe', make: (path) => execFileSync('mkfifo', [path]), is: 'a named pipe'},
    {name: 'a link to a device', make: (path) => symlink('/dev/zero', path), is: 'a device'},
  ];

  test.each(hollow)('$name is left out by name, and planning passes over it too', async ({make, is}) => {
    const folder = await folderOf({'a.wav': tone(240)});
    await make(join(folder, 'x.wav'));
    const read = async (options: Partial<DatasetOptions> = {}) => {
      const result = await readDataset({...defaults, audio_dir: folder, ...options}, effects);
      if (!result.ok) throw new Error(JSON.stringify(result.problems));
      return result.value;
    };
    const {samples, findings} = await read();
    expect(samples.map(({name}) => name)).toEqual(['a.wav']);
    const [told] = findings.filter(({code}) => code === 'dataset/not-a-song');
    expect(told).toMatchObject({severity: 'warning', message: expect.stringMatching(`^x.wav .*${is}`)});
    expect(codes((await read({exclude: ['x.*']})).findings)).not.toContain('dataset/not-a-song');
    expect(listFolder(folder)).toEqual(['a.wav']);
    await rm(join(folder, 'a.wav'));
    await expect(read()).rejects.toThrow(new RegExp(`no files; x.wav is .*${is}`));
  });
});

describe('nothing to train', () => {
  test('names endings, folder and near misses', async () => {
    const folder = await folderOf({'song.wma': 'x', 'other.wma': 'x', 'cover.jpg': 'x'});
    const problem = await failureOf(readDataset({...defaults, audio_dir: folder}, effects));
    expect(problem.code).toBe('dataset/no-samples');
    for (const words of ['*.flac', folder, '2 .wma', 'cover.jpg']) expect(problem.message).toContain(words);
  });
  test.each([
    {name: 'a missing folder', options: {audio_dir: '/nowhere/songs'}, code: 'dataset/folder-missing'},
    {
      name: 'a missing dataset JSON',
      options: {dataset_json: '/nowhere/set.json'},
      code: 'file/missing',
    },
  ])('$name', async ({options, code}) => {
    expect((await failureOf(readDataset({...defaults, ...options}, effects))).code).toBe(code);
  });
  test('a link that leads back up is refused', async () => {
    const folder = await folderOf({'a.wav': tone(200)});
    await symlink(folder, join(folder, 'again'));
    expect((await failureOf(readDataset({...defaults, audio_dir: folder}, effects))).code).toBe(
      'dataset/link-loop',
    );
  });
  test('entries alone, without any of their songs', async () => {
    const folder = await folderOf({'set.json': '[{"audio_path": "gone.wav"}]'});
    const problem = await failureOf(
      readDataset({...defaults, dataset_json: join(folder, 'set.json')}, effects),
    );
    expect(problem).toMatchObject({code: 'dataset/no-samples', message: expect.stringContaining('gone.wav')});
  });
});

describe('a dataset JSON', () => {
  test('alone names its songs', async () => {
    const folder = await folderOf({
      'sub/a.wav': tone(200),
      'set.json': '[{"audio_path": "sub\\\\a.wav", "caption": "x"}]',
    });
    const result = await readDataset({...defaults, dataset_json: join(folder, 'set.json')}, effects);
    expect(result).toMatchObject({ok: true, value: {samples: [{name: 'sub/a.wav', caption: 'x'}]}});
  });

  test('with many mistakes reports all of them with their lines', async () => {
    const json =
      '{"metadata": {"tag_position": "middle"},\n"samples": [\n{"caption": "whose?"},\n{"filename": "a.wav", "bpm": [1]},\n{"filename": "a.wav", "prompt_override": "both"},\n7]}';
    const folder = await folderOf({'a.wav': tone(200), 'set.json': json});
    const result = await readDataset(
      {...defaults, audio_dir: folder, dataset_json: join(folder, 'set.json')},
      effects,
    );
    expect(result.ok ? [] : result.problems.map(({code, position}) => `${code} ${position?.line}`)).toEqual([
      'dataset/wrong-value 1',
      'dataset/entry-without-file 3',
      'dataset/wrong-type 4',
      'dataset/wrong-value 5',
      'dataset/wrong-type 6',
    ]);
  });

  test.each(['{"samples": 3}', '"x"', '{"a": 1}'])('%s is not one', async (json) => {
    const folder = await folderOf({'a.wav': tone(200), 'set.json': json});
    const result = await readDataset(
      {...defaults, audio_dir: folder, dataset_json: join(folder, 'set.json')},
      effects,
    );
    expect(result).toMatchObject({ok: false, problems: [{code: 'dataset/not-a-dataset'}]});
  });

  test.each(['\n', '\r\n'])('as JSON Lines is named, with the way to a list', async (end) => {
    const lines = ['{"filename": "a.wav"}', '{"filename": "b.wav"}', ''].join(end);
    const folder = await folderOf({'a.wav': tone(220), 'd.jsonl': lines});
    const options = {...defaults, audio_dir: folder, dataset_json: join(folder, 'd.jsonl')};
    const result = await readDataset(options, effects);
    expect(result.ok ? [] : result.problems).toMatchObject([
      {code: 'json/invalid', position: {line: 2}, hint: expect.stringContaining('jq -s .')},
    ]);
  });

  test.each([
    {text: '[{"filename": "a.wav",\n "caption": }]', hint: 'A value is missing in front of it.'},
    {text: '[{"filename": "a.wav", \n }]', hint: 'JSON allows no comma before }: take it out.'},
  ])('that is broken comes with what to do: $hint', async ({text, hint}) => {
    const folder = await folderOf({'a.wav': tone(220), 'd.json': text});
    const options = {...defaults, audio_dir: folder, dataset_json: join(folder, 'd.json')};
    const result = await readDataset(options, effects);
    expect(result.ok ? [] : result.problems).toMatchObject([
      {code: 'json/invalid', position: {line: 2}, hint},
    ]);
  });

  test.each(['../audio/two.wav', '..\\\\audio\\\\two.wav', '../elsewhere/two.wav'])(
    '%s is matched to the song of the audio folder',
    async (audio_path) => {
      const folder = await folderOf({
        'audio/two.wav': tone(200),
        'meta/set.json': `[{"audio_path": "${audio_path}", "caption": "x"}]`,
      });
      const result = await readDataset(
        {...defaults, audio_dir: join(folder, 'audio'), dataset_json: join(folder, 'meta/set.json')},
        effects,
      );
      expect(result).toMatchObject({ok: true, value: {samples: [{name: 'two.wav', caption: 'x'}]}});
    },
  );

  test('an entry for a song that is not there suggests one', async () => {
    const dataset = await read(
      {'blues_one.wav': tone(200), 'set.json': '[{"filename": "blues_onw.wav"}]'},
      {dataset_json: 'set.json'},
    );
    expect(dataset.findings.find(({code}) => code === 'dataset/entry-without-audio')?.hint).toBe(
      'Did you mean blues_one.wav?',
    );
  });

  test('parameters win over its defaults, entries over both', async () => {
    const json = JSON.stringify({
      metadata: {custom_tag: 'json', tag_position: 'append'},
      samples: [
        {filename: 'a.wav', caption: 'a', custom_tag: 'own'},
        {filename: 'b.wav', caption: 'b'},
      ],
    });
    const dataset = await read(
      {'a.wav': tone(200), 'b.wav': tone(210), 'set.json': json},
      {dataset_json: 'set.json', custom_tag: 'param'},
    );
    expect(dataset.samples.map(({prompt}) => prompt.text.split('\n')[4])).toEqual(['a, own', 'b, param']);
  });
});

describe('the language of the lyrics', () => {
  const words = 'caption: x\nlyrics:\nla la';
  const files = {
    'a.wav': tone(220),
    'a.txt': `language: zh\n${words}`,
    'b.wav': tone(230),
    'b.txt': words,
    'c.wav': tone(240),
    'c.txt': 'caption: x\ninstrumental: true',
  };

  test('a song says its own; the option speaks for the others; else it is unknown', async () => {
    const said = await read(files, {language: 'en'});
    expect(said.samples.map(({language}) => language)).toEqual(['zh', 'en', 'en']);
    expect(sampleNamed(said, 'a.wav').origins.language).toBe('sidecar');
    expect(sampleNamed(said, 'b.wav').origins.language).toBe('pipeline');
    const unsaid = await read(files);
    expect(sampleNamed(unsaid, 'b.wav').origins.language).toBe('default');
    expect(unsaid.samples.map(({language}) => language)).toEqual(['zh', 'unknown', 'unknown']);
  });

  test('an entry of the dataset JSON wins, empty or null says nothing', async () => {
    const entry = (filename: string, language: string | null) => ({filename, language, lyrics: 'la'});
    const json = JSON.stringify([entry('a.wav', 'ja'), entry('b.wav', null), entry('c.wav', '')]);
    const {samples} = await read(
      {...files, 'set.json': json},
      {dataset_json: 'set.json', sidecars: 'ignore', language: 'en'},
    );
    expect(samples.map(({language}) => language)).toEqual(['ja', 'en', 'en']);
  });

  test('songs with words whose language no one said are told of once, instrumentals not at all', async () => {
    const many = {
      ...files,
      'd.wav': tone(250),
      'd.txt': words,
    };
    const {findings} = await read(many);
    expect(findings.filter(({code}) => code.startsWith('dataset/language'))).toMatchObject([
      {code: 'dataset/language-unknown', message: expect.stringContaining('2 of 3 songs')},
    ]);
    expect(codes((await read(many, {language: 'en'})).findings).join()).not.toContain('language');
  });

  test.each([
    ['English', 'Write en.'],
    ['Deutsch', 'Write de.'],
    ['en-GB', 'Write en.'],
    ['klingon', 'Codes are'],
  ])('%s is no code: %s', async (language, hint) => {
    const {findings} = await read({'b.wav': tone(230), 'b.txt': words}, {language});
    expect(findings.find(({code}) => code === 'dataset/language-other')?.hint).toContain(hint);
  });
});
