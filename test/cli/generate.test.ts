import {expect, test} from 'vitest';
import {Folder} from './sidestep.js';

/** What is wrong with a clip that is asked for on the command line is said at once: there is no model here to begin with. */
const caption = ['--prompt', 'slow blues'];

test.each([
  {
    name: 'a file of no kind',
    args: [...caption, '-o', 'x.mp3'],
    says: ['generate/format-impossible', 'x.mp3'],
  },
  {
    name: 'a folder',
    args: [...caption, '-o', 'there.wav'],
    says: ['generate/out-not-writable', 'it is a folder'],
  },
  {
    name: 'a place below a file',
    args: [...caption, '-o', 'words.txt/x.wav'],
    says: ['generate/out-not-writable', 'a file is where a folder has to be'],
  },
  {
    name: 'words that are not there',
    args: [...caption, '--lyrics-file', 'none.txt'],
    says: ['file/missing', 'none.txt'],
  },
  {
    name: 'words that are no text',
    args: [...caption, '--lyrics-file', 'latin.txt'],
    says: ['text/wrong-encoding', 'latin.txt:2'],
  },
  {
    name: 'words twice',
    args: [...caption, '--lyrics', 'la', '--lyrics-file', 'words.txt'],
    says: ['--lyrics'],
  },
  {name: 'a strength of no adapter', args: [...caption, '--strength', '0.5'], says: ['generate/no-adapter']},
  {
    name: 'no time at all',
    args: [...caption, '--duration', '0'],
    says: ['Expected more than 0 for --duration but found 0'],
  },
  {
    name: 'a strength beyond reason',
    args: ['words.txt', ...caption, '--strength', '-11'],
    says: ['for --strength but'],
  },
  {
    name: 'no steps',
    args: [...caption, '--steps', '0'],
    says: ['Expected at least 1 for --steps but found 0'],
  },
  {
    name: 'an adapter that is not there',
    args: ['lora', ...caption],
    says: ['file/missing', 'lora does not exist'],
  },
  {
    name: 'models that are not there',
    args: [...caption, '--checkpoints', 'models'],
    says: ['file/missing', 'models does not exist', '--checkpoints FOLDER'],
  },
])('$name', async ({args, says}) => {
  const folder = new Folder({'words.txt': 'la\n', 'there.wav/in.txt': '', 'checkpoints/.keep': ''});
  folder.write('latin.txt', Buffer.from('la\nder M\xfcller\n', 'latin1'));
  const {code, stdout, stderr} = await folder.run(['generate', ...args]);
  for (const words of says) expect(stderr, stdout).toContain(words);
  expect(stderr, 'no one wrote that file').not.toContain('pipeline.yaml');
  expect(stderr, 'nor its keys').not.toMatch(/stages:|with\./);
  expect(code).toBe(2);
});
