/**
 * Messages as text, for channels that carry bytes: JSON text sequences (RFC 7464), a record separator before and a line
 * feed behind each message. JSON never holds that character, so whatever else is printed into the same pipe (a greeting
 * of ssh, a warning of a library) is told from messages, and is heard as lines.
 *
 * JSON knows no NaN, no Infinity, no -0 and no undefined; losses do. They travel as texts that begin with a null
 * character, and a text that does so itself gets one more.
 */
const RECORD_SEPARATOR = '\u001e';
const MARK = '\u0000';

export function frameOf(message: unknown): string {
  return `${RECORD_SEPARATOR}${JSON.stringify(message, (_key, value: unknown) => encoded(value))}\n`;
}

function encoded(value: unknown): unknown {
  if (value === undefined) return `${MARK}undefined`;
  if (typeof value === 'string') return value.startsWith(MARK) ? MARK + value : value;
  if (typeof value !== 'number') return value;
  if (Object.is(value, -0)) return `${MARK}-0`;
  return Number.isFinite(value) ? value : `${MARK}${value}`;
}

/** The message in one frame without its ends. Throws a SyntaxError for what no frame holds. */
export function parseFrame(text: string): unknown {
  return decoded(JSON.parse(text));
}

function decoded(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? marked(value.slice(1)) : value;
  if (Array.isArray(value)) return value.map(decoded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decoded(inner)])); // a key may be __proto__
}

function marked(text: string): unknown {
  if (text.startsWith(MARK)) return text;
  switch (text) {
    case 'undefined':
      return undefined;
    case '-0':
      return -0;
    case 'NaN':
    case 'Infinity':
    case '-Infinity':
      return Number(text);
    default:
      throw new SyntaxError(`no such value: ${text}`);
  }
}

/** Where what is read goes. */
export interface FrameListener {
  readonly message: (message: unknown) => void;
  /** What is between messages, in pieces as they come. */
  readonly text: (text: string) => void;
}

/** Reads frames from text that comes in pieces, cut anywhere. A frame that is no message is text like any other. */
export function frameReader(listener: FrameListener): {
  readonly take: (text: string) => void;
  /** What is left of a frame that was never finished is text. */
  readonly end: () => void;
} {
  let frame: string[] | undefined; // in pieces: a long message is looked through once, not with every piece
  const finish = (pieces: readonly string[]): void => {
    const text = pieces.join('');
    let message: unknown;
    try {
      message = parseFrame(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      listener.text(`${text}\n`);
      return;
    }
    listener.message(message);
  };
  const take = (text: string): void => {
    let rest = text;
    while (rest !== '') {
      const end = frame === undefined ? rest.indexOf(RECORD_SEPARATOR) : endOfFrame(rest);
      const piece = end === -1 ? rest : rest.slice(0, end);
      if (frame !== undefined) frame.push(piece);
      else if (piece !== '') listener.text(piece);
      if (end === -1) return;
      const mark = rest[end];
      rest = rest.slice(end + 1);
      if (frame !== undefined) finish(frame);
      frame = mark === RECORD_SEPARATOR ? [] : undefined;
    }
  };
  return {
    take,
    end: () => {
      if (frame !== undefined) listener.text(`${frame.join('')}\n`);
      frame = undefined;
    },
  };
}

/** Its line feed; or the next one's beginning, where its writer died on the way and another goes on in the same file. */
function endOfFrame(text: string): number {
  const ends = [text.indexOf('\n'), text.indexOf(RECORD_SEPARATOR)].filter((end) => end !== -1);
  return ends.length === 0 ? -1 : Math.min(...ends);
}
