import {execFileSync} from 'node:child_process';
import {symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readDataset} from '../../src/dataset/read-dataset.js';
import type {Dataset, Sample} from '../../src/dataset/sample.js';
import {codes, defaults, effects, folderOf, read, sampleNamed, tone} from './dataset-rig.js';

const verse = '[Verse]\nThe rain came down\n';

/** What is known of `a.wav` with these files beside it; silent kinds that every invented song has are left out. */
async function songWith(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<{sample: Sample | undefined; said: string[]; dataset: Dataset}> {
  const dataset = await read({'a.wav': tone(220), ...files});
  const said = codes(dataset.findings)
    .map((code) => code.replace(' a.wav', ''))
    .filter((code) => !['dataset/lyrics-unknown', 'dataset/language-unknown'].includes(code));
  return {sample: dataset.samples[0], said, dataset};
}

describe('what is no part of a caption in a song.txt', () => {
  test.each([
    {name: 'the rule that ends front matter', text: '---\nbpm: 90\ncaption: a slow blues\n---\n'},
    {name: 'a rule and what is behind it', text: 'caption: a slow blues\n---\nwritten by me\nbpm: 90'},
    {name: 'a comment', text: 'caption: a slow blues\n# written by me\nbpm: 90'},
    {name: 'a comment at the end', text: 'bpm: 90\ncaption: a slow blues\n# written by me'},
  ])('$name', async ({text}) => {
    const {sample, said, dataset} = await songWith({'a.txt': text});
    expect(sample).toMatchObject({caption: 'a slow blues', bpm: '90'});
    const named = text.includes('written') ? ['dataset/unknown-key'] : [];
    expect(said.filter((code) => code === 'dataset/unknown-key')).toEqual(named);
    if (named.length > 0)
      expect(dataset.findings.map(({message}) => message).join('\n')).toContain('written by me');
  });

  test('but the name of a section is', async () => {
    const {sample} = await songWith({
      'a.txt': 'caption: a slow blues\nand more\n[Verse]\nThe rain came down',
    });
    expect(sample).toMatchObject({caption: 'a slow blues\nand more', lyrics: '[Verse]\nThe rain came down'});
  });
});

describe('a song.txt without keys', () => {
  test.each([
    {name: 'with section marks is lyrics', files: {'a.txt': verse}, lyrics: verse.trim(), caption: ''},
    {
      name: 'beside a caption file is lyrics',
      files: {'a.caption.txt': 'a slow blues', 'a.txt': 'The rain came down'},
      lyrics: 'The rain came down',
      caption: 'a slow blues',
    },
    {
      name: 'with times is lyrics',
      files: {'a.txt': '[00:12.00]The rain came down\n[00:15.50]And down'},
      lyrics: 'The rain came down\nAnd down',
      caption: '',
    },
    {
      name: 'beside a caption in song.json is lyrics',
      files: {'a.json': '{"caption": "a slow blues"}', 'a.txt': 'The rain came down'},
      lyrics: 'The rain came down',
      caption: 'a slow blues',
    },
  ])('$name', async ({files, lyrics, caption}) => {
    const {sample, said} = await songWith(files);
    expect(sample).toMatchObject({lyrics, caption, is_instrumental: false});
    expect(said).not.toContain('dataset/text-without-keys');
  });

  test.each([
    '(Verse 1)\nThe rain came down\n\n(Chorus)\nAnd down',
    'Verse 1:\nThe rain came down\n\nChorus:\nAnd down',
    '**Verse 1**\nThe rain came down',
    '# Chorus\nThe rain came down',
    '<hook x2>\nThe rain came down',
    'VERSE ONE:\nThe rain came down',
    '【Pre-Chorus】\nThe rain came down',
    '【副歌】\n雨下了\n一整夜',
    '副歌：\n雨下了',
    '［主歌］\n雨下了',
    'Verse 1\nThe rain came down\nand down',
    '- Intro -\n\nThe rain came down\nand down',
    'Chorus x2\nThe rain came down\nand down',
    'Припев:\nдождь',
  ])('with the sections of %j is lyrics', async (text) => {
    const {sample, said} = await songWith({'a.txt': text});
    expect(sample).toMatchObject({lyrics: text, caption: ''});
    expect(said).not.toContain('dataset/text-without-keys');
  });

  test.each([
    'a slow blues (chorus: la la)',
    'The verse is slow, the chorus loud.',
    'Verse and chorus of a hymn',
    'Intro',
    'Chorus\nof monks',
    'verseless blues:\nslow\nand sad',
  ])('%j has no sections and is the caption', async (text) => {
    const {sample, said} = await songWith({'a.txt': text});
    expect(sample).toMatchObject({caption: text, lyrics: '[Instrumental]'});
    expect(said).toContain('dataset/text-without-keys');
  });

  test('is lyrics where the dataset JSON has the caption', async () => {
    const dataset = await read(
      {
        'a.wav': tone(220),
        'a.txt': 'The rain came down',
        'set.json': '[{"filename": "a.wav", "caption": "a slow blues"}]',
      },
      {dataset_json: 'set.json'},
    );
    expect(dataset.samples[0]).toMatchObject({caption: 'a slow blues', lyrics: 'The rain came down'});
  });

  test('else is the caption, and both readings are reported', async () => {
    const {sample, dataset} = await songWith({'a.txt': 'a slow blues'});
    expect(sample).toMatchObject({caption: 'a slow blues', lyrics: '[Instrumental]'});
    const told = dataset.findings.find(({code}) => code === 'dataset/text-without-keys');
    expect(told?.message).toMatch(/a\.txt .*"a slow blues".* caption.* lyrics/);
    expect(told?.hint).toContain('NAME.lyrics.txt');
  });

  test('that nothing has room for is told', async () => {
    const {sample, said} = await songWith({
      'a.caption.txt': 'a slow blues',
      'a.lyrics.txt': 'la',
      'a.txt': 'the rain',
    });
    expect(sample).toMatchObject({caption: 'a slow blues', lyrics: 'la'});
    expect(said).toEqual(['dataset/text-unused']);
  });
});

describe('a song.txt with keys', () => {
  test('takes Side-Step’s, leaves unknown ones out and says so', async () => {
    const {sample, dataset} = await songWith({
      'a.txt':
        'caption: a slow blues\nbpm: 72\nsig: 4/4\ntags: blues\nkey: A minor\nmood: sad\nand more of it\n',
    });
    expect(sample).toMatchObject({
      caption: 'a slow blues',
      bpm: '72',
      timesignature: '4/4',
      genre: 'blues',
      keyscale: 'A minor',
    });
    const told = dataset.findings.find(({code}) => code === 'dataset/unknown-key');
    expect(told?.message).toMatch(/a\.txt:6: mood: /);
  });

  test.each([
    {name: 'front matter of YAML', text: '---\ncaption: a slow blues\nbpm: 72\n---\n', said: []},
    {name: 'quotes of YAML', text: `caption: "a slow blues"\nbpm: '72'`, said: []},
    {
      name: 'a comment',
      text: '# for the album\ncaption: a slow blues\nbpm: 72',
      said: ['dataset/unknown-key'],
    },
    {
      name: 'a heading',
      text: '# Song\n\n**Caption:** a slow blues  \n**BPM:** 72',
      said: ['dataset/unknown-key'],
    },
    {
      name: 'an invisible first character',
      text: '\u200bcaption: a slow blues\n\u200ebpm: 72',
      said: [],
    },
    {name: 'no-break spaces', text: '\u00a0caption:\u00a0a slow blues\nbpm\u00a0:\u00a072', said: []},
    {
      name: 'line ends of other systems',
      text: 'caption: a slow blues\u2028bpm: 72\u0085mood: x',
      said: ['dataset/unknown-key'],
    },
  ])('with $name means what it says', async ({text, said: expected}) => {
    const {sample, said} = await songWith({'a.txt': text});
    expect(sample).toMatchObject({caption: 'a slow blues', bpm: '72', lyrics: '[Instrumental]'});
    expect(said).toEqual(expected);
  });

  test.each([`caption: "so" he said`, `caption: 'tis "the" blues'`])(
    'quotes within a caption stay: %s',
    async (text) => {
      const {sample} = await songWith({'a.txt': `${text}\nbpm: 72`});
      expect(sample?.caption).toBe(text.slice('caption: '.length));
    },
  );

  test('with text before its keys has that as its lyrics, which is reported', async () => {
    const text = 'The rain came down\ncaption: a slow blues\nbpm: 72';
    const {sample, dataset} = await songWith({'a.txt': text});
    expect(sample).toMatchObject({caption: 'a slow blues', lyrics: 'The rain came down'});
    const told = dataset.findings.find(({code}) => code === 'dataset/text-without-keys');
    expect(told?.message).toMatch(/a\.txt: "The rain came down" is before the first key .* lyrics/);
  });

  test.each(['caption: a\nlyrics: la\u001b[31m', 'caption: x\u0007'])(
    'characters that no one writes are told: %j',
    async (text) => {
      expect((await songWith({'a.txt': text})).said).toContain('dataset/garbled-text');
    },
  );

  test('half a character of song.json is told, a whole one is fine', async () => {
    const half = await songWith({'a.json': '{"caption": "\\ud83c guitar"}'});
    expect(half.said).toContain('dataset/garbled-text');
    expect((await songWith({'a.json': '{"caption": "\\ud83c\\udfb8 guitar"}'})).said).toEqual([]);
  });

  test.each([
    'caption: a slow blues\nmood: sad\nbpm: 72',
    'caption: a slow blues\nmood: sad\nand more of it\nbpm: 72',
    'caption: a slow blues\nmood： sad\nbpm: 72',
  ])('an unknown key behind the caption is no part of it: %j', async (text) => {
    const {sample, said} = await songWith({'a.txt': text});
    expect(sample).toMatchObject({caption: 'a slow blues', bpm: '72'});
    expect(said).toEqual(['dataset/unknown-key']);
  });

  test.each([
    {text: '**caption:** a slow blues\n**bpm:** 72', caption: 'a slow blues', bpm: '72'},
    {text: '**Caption**: a slow blues\n- bpm: 72', caption: 'a slow blues', bpm: '72'},
    {text: 'caption=a slow blues\nbpm = 72', caption: 'a slow blues', bpm: '72'},
    {text: '{"caption": "a slow blues", "bpm": 72}', caption: 'a slow blues', bpm: '72'},
    {
      text: 'caption: |\n  a slow blues\n  at night\nbpm: 72 BPM',
      caption: 'a slow blues\nat night',
      bpm: '72',
    },
    {
      text: 'caption: a slow blues\nplayed at 3:20 in the night\nbpm: 72',
      caption: 'a slow blues\nplayed at 3:20 in the night',
      bpm: '72',
    },
    {text: 'a slow blues\nbpm: 72', caption: 'a slow blues', bpm: '72'},
    {text: 'caption: a slow blues\nbpm: 0\nkey: N/A', caption: 'a slow blues', bpm: ''},
    {text: 'caption: see https://example.org/x\nbpm: 72', caption: 'see https://example.org/x', bpm: '72'},
  ])('$text', async ({text, caption, bpm}) => {
    const {sample, said} = await songWith({'a.txt': text});
    expect(sample).toMatchObject({caption, bpm, keyscale: ''});
    expect(said.filter((code) => code !== 'dataset/text-without-keys')).toEqual([]);
  });

  test.each([
    'caption: a slow blues\nbpm: 72\n[Verse]\nThe rain: it came\nbpm down',
    'caption: a slow blues\n[Verse]\nThe rain: it came\nbpm down\nkey: of my heart',
    'bpm: 72\ncaption: a slow blues\n\n(Chorus)\nThe rain',
  ])('has its lyrics without a key behind a section mark, which is reported: %j', async (text) => {
    const {sample, dataset} = await songWith({'a.txt': text});
    const at = text.search(/[[(]/);
    expect(sample).toMatchObject({caption: 'a slow blues', lyrics: text.slice(at)});
    const told = dataset.findings.find(({code}) => code === 'dataset/text-without-keys');
    expect(told?.message).toMatch(/a\.txt:[234]: what begins with [[(]/);
  });

  test('has one `lyrics:`, before which brackets are no lyrics', async () => {
    const {sample} = await songWith({'a.txt': 'caption: a slow blues\n[sad]\nlyrics: la\n[Verse]\nla'});
    expect(sample).toMatchObject({caption: 'a slow blues\n[sad]', lyrics: 'la\n[Verse]\nla'});
  });

  test('of a key that occurs twice the later counts, which is reported', async () => {
    const {sample, dataset} = await songWith({'a.txt': 'caption: one\nbpm: 72\nCaption: two\ntempo: 90'});
    expect(sample).toMatchObject({caption: 'two', bpm: '90'});
    const told = dataset.findings
      .filter(({code}) => code === 'dataset/key-twice')
      .map(({message}) => message);
    expect(told.map((message) => message.replace(/^.*a\.txt:/, ''))).toEqual([
      '3: Caption is in line 1 already; the later one counts',
      '4: tempo is in line 2 already; the later one counts',
    ]);
  });

  test('YAML’s sign for a block of lines is no lyrics', async () => {
    const {sample} = await songWith({'a.txt': 'caption: x\nlyrics: |\n  [Verse]\n  la la\n\n  mood: blue\n'});
    expect(sample?.lyrics).toBe('[Verse]\nla la\n\nmood: blue');
  });

  test('whose only line is no key that fits is a caption, and reported', async () => {
    const {sample, said} = await songWith({'a.txt': 'Key: a mellow tune\n'});
    expect(sample).toMatchObject({caption: 'Key: a mellow tune', keyscale: ''});
    expect(said).toEqual(['dataset/unlikely-value']);
  });

  test.each([
    'bpm: fast',
    'key: sad',
    'signature: waltz',
    'duration: long',
    'is_instrumental: maybe',
    'repeat: 0',
  ])('%s is left out, with file and line', async (line) => {
    const {sample, dataset} = await songWith({'a.txt': `caption: x\n${line}`});
    expect(sample).toMatchObject({caption: 'x', bpm: '', keyscale: '', timesignature: '', repeats: 1});
    expect(dataset.findings.find(({code}) => code === 'dataset/unlikely-value')?.message).toMatch(
      /a\.txt:2: /,
    );
  });

  test('keys in a caption file are the caption, and pointed out', async () => {
    const {sample, said} = await songWith({'a.caption.txt': 'a slow blues\nbpm: 72'});
    expect(sample?.caption).toBe('a slow blues\nbpm: 72');
    expect(said).toEqual(['dataset/keys-in-caption']);
  });

  test('a misspelled key of song.json or the dataset JSON is reported with the near name', async () => {
    const json = '[{"filename": "b.wav",\n "captoin": "y", "labeled": true, "id": 3}]';
    const dataset = await read(
      {'a.wav': tone(220), 'a.json': '{"lyrcs": "la"}', 'b.wav': tone(230), 'set.json': json},
      {dataset_json: 'set.json'},
    );
    const told = dataset.findings.filter(({code}) => code === 'dataset/unknown-key');
    expect(told.map(({hint}) => hint).sort()).toEqual(['Did you mean caption?', 'Did you mean lyrics?']);
    expect(told.map(({message}) => message).join()).toMatch(/set\.json:2: captoin: .*a\.json:1: lyrcs: /s);
  });
});

describe('encodings', () => {
  const text = 'caption: a slow blues';
  const utf16be = (words: string) => Buffer.from(words, 'utf16le').swap16();
  const fine = [
    {name: 'UTF-8 with a mark', bytes: Buffer.from(`\uFEFF${text}`)},
    {name: 'UTF-16LE with a mark', bytes: Buffer.from(`\uFEFF${text}\r\n`, 'utf16le')},
    {name: 'UTF-16BE with a mark', bytes: utf16be(`\uFEFF${text}`)},
    {name: 'old Macs’ line ends', bytes: Buffer.from(`${text}\rbpm: 72`)},
  ];
  test.each(fine)('$name is read', async ({bytes}) => {
    expect((await songWith({'a.txt': bytes})).sample?.caption).toBe('a slow blues');
  });

  const wrong = [
    {
      name: 'cp1252',
      bytes: Buffer.from('bpm: 72\ncaption: it\x92s a slow blues', 'latin1'),
      says: /a\.txt:2 .*0x92.*Windows-1252/,
    },
    {
      name: 'Latin-1 whose letter looks like the begin of a longer one',
      bytes: Buffer.from('caption: x\nlyrics: l\xe0 bas', 'latin1'),
      says: /a\.txt:2 .*0xE0 begins/,
    },
    {
      name: 'Latin-1 up to the last letter',
      bytes: Buffer.from('caption: caf\xe9', 'latin1'),
      says: /0xE9 begins/,
    },
    {name: 'GBK', bytes: Buffer.from('caption: \xce\xd2\xb5\xc4', 'latin1'), says: /GBK/},
    {
      name: 'UTF-16LE without a mark',
      bytes: Buffer.from(text, 'utf16le'),
      says: /UTF-16 without a byte order mark/,
    },
    {name: 'UTF-16BE without a mark', bytes: utf16be(text), says: /UTF-16 without a byte order mark/},
    {name: 'UTF-32', bytes: Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), says: /UTF-32/},
    {name: 'no text', bytes: Buffer.concat([Buffer.alloc(1), Buffer.from(text)]), says: /zero bytes/},
  ];
  test.each(wrong)('$name makes the song an error that names the file', async ({bytes, says}) => {
    const dataset = await read({'a.wav': tone(220), 'a.txt': bytes, 'b.wav': tone(230)});
    expect(dataset.samples.map(({name}) => name)).toEqual(['b.wav']);
    const error = dataset.findings.find(({severity}) => severity === 'error');
    expect(error).toMatchObject({
      code: 'text/wrong-encoding',
      sample: 'a.wav',
      message: expect.stringMatching(says),
    });
    expect(error?.hint).toContain('UTF-8');
  });

  test('letters that were misread once are reported', async () => {
    const {said} = await songWith({'a.txt': 'caption: a cafÃ© at night'});
    expect(said).toContain('dataset/garbled-text');
  });
});

describe('names', () => {
  const composed = 'Caf\u00e9';
  const decomposed = 'Cafe\u0301';

  test.each([
    [composed, decomposed],
    [decomposed, composed],
  ])('a sidecar in the other Unicode form is found', async (song, text) => {
    const dataset = await read({[`${song}.wav`]: tone(220), [`${text}.caption.txt`]: 'x'});
    expect(dataset.samples[0]?.caption).toBe('x');
    expect(codes(dataset.findings)).not.toContain('dataset/name-differs-in-case');
  });

  test.each([
    [composed, decomposed],
    [decomposed, composed],
  ])('an entry in the other Unicode form finds its song, by name and by path', async (song, written) => {
    for (const entry of [{filename: `${written}.wav`}, {audio_path: `${written}.wav`}]) {
      const dataset = await read(
        {[`${song}.wav`]: tone(220), 'set.json': JSON.stringify([{...entry, caption: 'x'}])},
        {dataset_json: 'set.json'},
      );
      expect(dataset.samples.map(({caption}) => caption)).toEqual(['x']);
      expect(codes(dataset.findings)).not.toContain('dataset/entry-without-audio');
    }
  });

  test('of an old folder that is not here, an entry finds its song by the letters of its name', async () => {
    for (const [song, written] of [
      [composed, decomposed],
      [decomposed, composed],
    ]) {
      const entry = {audio_path: `/old/disk/${written}.wav`, caption: 'x'};
      const dataset = await read(
        {[`${song}.wav`]: tone(220), 'set.json': JSON.stringify([entry])},
        {dataset_json: 'set.json'},
      );
      expect(dataset.samples.map(({caption}) => caption)).toEqual(['x']);
      expect(codes(dataset.findings)).not.toContain('dataset/name-differs-in-case');
    }
  });

  test.each([composed, decomposed])(
    'of two sidecars of one song the one with its very name counts',
    async (song) => {
      const dataset = await read({
        [`${song}.wav`]: tone(220),
        [`${composed}.caption.txt`]: 'one',
        [`${decomposed}.caption.txt`]: 'two',
      });
      expect(dataset.samples[0]?.caption).toBe(song === composed ? 'one' : 'two');
      const told = dataset.findings.filter(({code}) => code === 'dataset/name-differs-in-case');
      expect(told.map(({message}) => message)).toEqual([
        expect.stringMatching(/caption\.txt is not read: .* differ in case or Unicode form only$/),
      ]);
    },
  );

  test('exactly equal names come first', async () => {
    const files = {[`${composed}.wav`]: tone(220), [`${decomposed}.wav`]: tone(230)};
    const json = JSON.stringify([
      {filename: `${decomposed}.wav`, caption: 'two'},
      {filename: `${composed}.wav`, caption: 'one'},
    ]);
    const dataset = await read(
      {...files, [`${composed}.lyrics.txt`]: 'un', [`${decomposed}.lyrics.txt`]: 'deux', 'set.json': json},
      {dataset_json: 'set.json'},
    );
    expect(sampleNamed(dataset, `${composed}.wav`)).toMatchObject({caption: 'one', lyrics: 'un'});
    expect(sampleNamed(dataset, `${decomposed}.wav`)).toMatchObject({caption: 'two', lyrics: 'deux'});
    expect(codes(dataset.findings)).not.toContain('dataset/name-differs-in-case');
  });

  test('other case is taken, with a word', async () => {
    const dataset = await read(
      {
        'Four.WAV': tone(220),
        'four.TXT': 'caption: x',
        'Five.wav': tone(230),
        'set.json': '[{"filename": "five.wav", "lyrics": "la"}]',
      },
      {dataset_json: 'set.json'},
    );
    expect(sampleNamed(dataset, 'Four.WAV').caption).toBe('x');
    expect(sampleNamed(dataset, 'Five.wav').lyrics).toBe('la');
    expect(codes(dataset.findings).filter((code) => code.startsWith('dataset/name-differs'))).toEqual([
      'dataset/name-differs-in-case',
      'dataset/name-differs-in-case Four.WAV',
    ]);
  });

  test('two songs whose names differ in case keep their own texts', async () => {
    const dataset = await read({
      'Song.wav': tone(220),
      'song.wav': tone(230),
      'Song.txt': 'caption: upper',
      'song.txt': 'caption: lower',
    });
    expect(dataset.samples.map(({caption}) => caption)).toEqual(['upper', 'lower']);
    expect(codes(dataset.findings).filter((code) => code.startsWith('dataset/name-differs'))).toEqual([]);
  });

  test('an entry without ending is taken, with a word', async () => {
    const dataset = await read(
      {'song.one.wav': tone(220), 'two.wav': tone(230), 'set.json': '[{"filename": "two", "caption": "x"}]'},
      {dataset_json: 'set.json'},
    );
    expect(sampleNamed(dataset, 'two.wav').caption).toBe('x');
    expect(codes(dataset.findings)).toContain('dataset/name-without-ending');
  });

  test('two entries for one song: both lines are named, the later counts', async () => {
    const json =
      '[{"filename": "a.wav", "caption": "one"},\n{"audio_path": "a.wav", "caption": "two"},\n{"filename": "a.wav", "caption": "three"}]';
    const dataset = await read({'a.wav': tone(220), 'set.json': json}, {dataset_json: 'set.json'});
    expect(dataset.samples[0]?.caption).toBe('three');
    const told = dataset.findings.filter(({code}) => code === 'dataset/two-entries');
    expect(told.map(({message}) => message.match(/set\.json:\d/g))).toEqual([
      ['set.json:1', 'set.json:2'],
      ['set.json:2', 'set.json:3'],
    ]);
  });

  test('a link on the way makes no second song', async () => {
    const folder = await folderOf({'real/a.wav': tone(220)});
    await symlink(join(folder, 'real'), join(folder, 'linked'));
    const json = JSON.stringify([{audio_path: join(folder, 'real/a.wav'), caption: 'x'}]);
    await writeFile(join(folder, 'set.json'), json);
    const result = await readDataset(
      {...defaults, audio_dir: join(folder, 'linked'), dataset_json: join(folder, 'set.json')},
      effects,
    );
    expect(result).toMatchObject({ok: true, value: {samples: [{name: 'a.wav', caption: 'x'}]}});
    expect(result.ok && result.value.samples).toHaveLength(1);
  });

  test('250 letters are no trouble, and caption the song', async () => {
    const name = 'n'.repeat(250);
    const dataset = await read({[`${name}.wav`]: tone(220)});
    expect(dataset.samples[0]?.caption).toBe(name);
    expect(codes(dataset.findings).filter((code) => !code.startsWith('dataset/'))).toEqual([]);
  });

  test('words that are beside no song are reported with the near one', async () => {
    const dataset = await read({'song one.wav': tone(220), 'song onee.lyrics.txt': 'la'});
    expect(dataset.findings.find(({code}) => code === 'dataset/text-without-song')?.hint).toContain(
      'song one.wav',
    );
  });
});

describe('a sidecar that is no readable file', () => {
  test.each([
    {name: 'a named pipe', make: (path: string) => execFileSync('mkfifo', [path]), code: 'file/not-a-file'},
    {name: 'a device', make: (path: string) => symlink('/dev/zero', path), code: 'file/not-a-file'},
    {name: 'a link to nothing', make: (path: string) => symlink('/nowhere', path), code: 'file/missing'},
    {
      name: 'a Git LFS pointer',
      make: (path: string) =>
        writeFile(path, 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n'),
      code: 'file/lfs-pointer',
    },
  ])('$name is an error of the song, by name', async ({make, code}) => {
    const folder = await folderOf({'a.wav': tone(220)});
    await make(join(folder, 'a.txt'));
    const result = await readDataset({...defaults, audio_dir: folder}, effects);
    if (!result.ok) throw new Error('expected findings');
    expect(result.value.samples).toEqual([]);
    expect(result.value.findings[0]).toMatchObject({code, severity: 'error', sample: 'a.wav'});
    expect(result.value.findings[0]?.message).toContain(join(folder, 'a.txt'));
  });
});

describe('lyrics with times', () => {
  const timed =
    '[ti:Rain]\n[ar:No one]\n[offset:+250]\n[00:01.00]The rain\n[00:03.5] came down\n[01:00]\n[01:02.50]all day\n';
  const words = 'The rain\ncame down\n\nall day';

  test.each([
    {name: 'song.lrc', files: {'a.lrc': timed}},
    {name: 'song.LRC of other case', files: {'a.LRC': timed}},
    {name: 'song.lrc of Windows, with a mark', files: {'a.lrc': `\uFEFF${timed.replaceAll('\n', '\r\n')}`}},
    {name: 'song.lyrics.txt', files: {'a.lyrics.txt': timed}},
    {name: 'song.txt without keys', files: {'a.txt': timed}},
    {name: 'song.txt behind its key', files: {'a.txt': `caption: x\nlyrics:\n${timed}`}},
    {name: 'song.json', files: {'a.json': JSON.stringify({lyrics: timed})}},
  ])('in $name are the words alone', async ({files}) => {
    const {sample, said} = await songWith(files);
    expect(sample).toMatchObject({lyrics: words, is_instrumental: false});
    expect(said).not.toContain('dataset/missing-lyrics');
  });

  test.each([
    {
      name: 'a line that is sung twice comes twice',
      text: '[00:02.00][00:06.00]la la\n[00:04.00]the rain',
      lyrics: 'la la\nthe rain\nla la',
    },
    {
      name: 'sections stay before their lines',
      text: '[Chorus]\n[00:02.00][00:06.00]la la\n[Verse]\n[00:04.00]the rain',
      lyrics: '[Chorus]\nla la\n[Verse]\nthe rain\n[Chorus]\nla la',
    },
    {
      name: 'times of words go too',
      text: '[00:02.00] <00:02.00> la <00:02.50> la\n[00:04.00]the <00:04.10>rain',
      lyrics: 'la la\nthe rain',
    },
    {
      name: 'a text with no times stays as it is',
      text: '[Verse]\nat 3:20 in  the night',
      lyrics: '[Verse]\nat 3:20 in  the night',
    },
    {
      name: 'one time in a text is part of it',
      text: 'la\nla la\n[00:10]\nla',
      lyrics: 'la\nla la\n[00:10]\nla',
    },
  ])('$name', async ({text, lyrics}) => {
    expect((await songWith({'a.lrc': text})).sample?.lyrics).toBe(lyrics);
  });

  test('a song.lyrics.txt wins over a song.lrc, and that over the others', async () => {
    const files = {'a.lrc': '[00:01]two', 'a.json': '{"lyrics": "three"}'};
    expect((await songWith({...files, 'a.lyrics.txt': 'one'})).sample?.lyrics).toBe('one');
    expect((await songWith(files)).sample?.lyrics).toBe('two');
  });
});

test('texts of kinds that nothing reads are reported once per kind', async () => {
  const dataset = await read({
    'a.wav': tone(220),
    'b.wav': tone(230),
    'a.srt': '1',
    'b.SRT': '1',
    'b.caption': 'x',
    'README.md': 'of the folder',
  });
  const told = dataset.findings.filter(({code}) => code === 'dataset/text-not-read');
  expect(told.map(({message}) => message)).toEqual([
    '2 .srt files beside a song are not read, such as a.srt',
    '1 .caption file beside a song is not read, such as b.caption',
  ]);
});

test.each([
  ['bpm', '"fast"'],
  ['bpm', '-5'],
  ['bpm', '"120 to 130"'],
  ['keyscale', '"sad"'],
  ['timesignature', '"waltz"'],
  ['duration', '"long"'],
  ['is_instrumental', '"maybe"'],
])('in JSON %s: %s is left out, with file and line', async (key, value) => {
  const json = `[{"filename": "a.wav", "caption": "x",\n "${key}": ${value}}]`;
  const dataset = await read({'a.wav': tone(220), 'set.json': json}, {dataset_json: 'set.json'});
  expect(dataset.samples[0]).toMatchObject({bpm: '', keyscale: '', timesignature: '', duration: 1});
  const told = dataset.findings.filter(({code}) => code === 'dataset/unlikely-value');
  expect(told.map(({message}) => message)).toEqual([
    expect.stringMatching(/set\.json:2: .* is .*, expected/),
  ]);
  const {said} = await songWith({'a.json': `{"caption": "x", "${key}": ${value}}`});
  expect(said).toContain('dataset/unlikely-value');
});

test('what people write in JSON and means a number is taken', async () => {
  const json =
    '{"caption": "x", "bpm": "92 BPM", "timesignature": "3/4", "duration": "61 s", "keyscale": "F#m"}';
  expect((await songWith({'a.json': json})).sample).toMatchObject({
    bpm: '92',
    timesignature: '3/4',
    duration: 61,
  });
});
