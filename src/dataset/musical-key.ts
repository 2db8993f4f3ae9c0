/** Minor keys of the Camelot wheel from 1A to 12A; each major key is at the same place of the other ring. */
const minorRing = ['Ab', 'Eb', 'Bb', 'F', 'C', 'G', 'D', 'A', 'E', 'B', 'F#', 'Db'];
const majorRing = ['B', 'F#', 'Db', 'Ab', 'Eb', 'Bb', 'F', 'C', 'G', 'D', 'A', 'E'];

const modes: Readonly<Record<string, string>> = {'': 'major', m: 'minor', min: 'minor', maj: 'major'};
const accidentals: Readonly<Record<string, string>> = {'♯': '#', sharp: '#', '♭': 'b', flat: 'b'};

/**
 * A key as the model knows them, `F# minor`: from such words, from what programs write into tags (`F#m`, `Bbmaj`), from the
 * Camelot wheel (`8A`) and Open Key (`1m`). `undefined` for everything else; ID3's `o` says that there is none.
 */
export function normalKey(text: string): string | undefined {
  return ofWheel(text.trim()) ?? ofName(text.trim());
}

/** Open Key counts from A minor and C major, where Camelot has its eighth. */
function ofWheel(text: string): string | undefined {
  const [, hour, ring] = /^0?([1-9]|1[0-2])\s*([ABmd])$/.exec(text) ?? [];
  if (hour === undefined || ring === undefined) return undefined;
  const steps = Number(hour) - 1 + (ring === 'm' || ring === 'd' ? 7 : 0);
  return ring === 'A' || ring === 'm' ? `${minorRing[steps % 12]} minor` : `${majorRing[steps % 12]} major`;
}

function ofName(text: string): string | undefined {
  const name =
    /^([A-Ga-g])\s*([#♯b♭]|sharp|flat)?[\s-]*(m|min|maj|minor|major|dorian|phrygian|lydian|mixolydian|aeolian|locrian|ionian)?$/i;
  const [, root, accidental = '', mode = ''] = name.exec(text) ?? [];
  if (root === undefined) return undefined;
  const sign = accidentals[accidental.toLowerCase()] ?? accidental.toLowerCase();
  const scale = mode === 'M' ? 'major' : (modes[mode.toLowerCase()] ?? mode.toLowerCase());
  return `${root.toUpperCase()}${sign} ${scale}`;
}
