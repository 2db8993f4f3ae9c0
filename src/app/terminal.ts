import {
  type ColourEnvironment,
  type ColourSetting,
  colourChoice,
  type Palette,
  palette,
} from '../render/palette.js';
import {type TextOutput, widthOf} from '../render/text-output.js';
import {harmlessOutput} from '../render/visible.js';
import {wrapped} from '../render/wrap.js';
import {type DisplayStream, displayStream} from './display-stream.js';

/** What a command meets outside: arguments, environment, streams, a clock. Tests of pure parts never need one. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Decides what the shell will see; the process ends when nothing is left to do. */
  readonly leave: (code: ExitCode) => void;
}

/** 0 done; 1 a stage failed; 2 bad usage or configuration; 3 something is stale under --frozen or --check; 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 130;

export interface Stream extends TextOutput, DisplayStream {
  readonly kind: 'terminal' | 'other';
  readonly colours: Palette;
  readonly raw: NodeJS.WriteStream;
}

/** Prose as this stream shows it best: broken between words on a terminal, as it is in a file or pipe. */
export function forReading(stream: Stream, text: string): string {
  return stream.kind === 'terminal' ? wrapped(text, widthOf(stream)) : text;
}

export function streamOf(
  raw: NodeJS.WriteStream,
  env: ColourEnvironment,
  setting: ColourSetting = 'auto',
): Stream {
  const kind = raw.isTTY ? 'terminal' : 'other';
  const choice = colourChoice(env, kind, setting);
  const display = displayStream(raw);
  return {
    kind,
    raw,
    colours: palette(choice),
    columns: () => raw.columns,
    write: (text) => display.write(harmlessOutput(text, choice)),
    trouble: display.trouble,
  };
}
