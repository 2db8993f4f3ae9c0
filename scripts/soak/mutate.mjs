// Mutants: valid files with something wrong in them, mostly something small.

/** `form` is text, json or binary: what of it means something to its reader. */
export function mutate(original, chance, form) {
  if (form === 'json' && chance.happens(0.5)) return mutateJson(original, chance);
  let bytes = Buffer.from(original);
  for (let count = chance.between(1, 4); count > 0; count -= 1)
    bytes = chance.pick(form === 'binary' ? BINARY : TEXT)(bytes, chance);
  return bytes;
}

/** Numbers at which arithmetic goes wrong. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** Near the front more often: that is where headers are. */
function placeIn(bytes, chance) {
  const share = chance.happens(0.5) ? chance.next() : chance.next() ** 6;
  return Math.floor(share * bytes.length);
}

const cut = (bytes, chance) => bytes.subarray(0, placeIn(bytes, chance));
const drop = (bytes, chance) => {
  const at = placeIn(bytes, chance);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + chance.between(1, 16))]);
};
const repeat = (bytes, chance) => {
  const at = placeIn(bytes, chance);
  const piece = bytes.subarray(at, at + chance.between(1, 200));
  const to = placeIn(bytes, chance);
  return Buffer.concat([bytes.subarray(0, to), piece, bytes.subarray(to)]);
};
const flip = (bytes, chance) => {
  const at = placeIn(bytes, chance);
  if (at < bytes.length) bytes[at] ^= 1 << chance.below(8);
  return bytes;
};
const edge = (bytes, chance) => {
  const size = chance.pick([1, 2, 4]);
  const at = placeIn(bytes, chance);
  if (at + size > bytes.length) return bytes;
  const value = chance.pick(EDGES) % 2 ** (8 * size);
  if (chance.happens(0.5)) bytes.writeUIntLE(value, at, size);
  else bytes.writeUIntBE(value, at, size);
  return bytes;
};

const BINARY = [cut, drop, repeat, flip, flip, edge, edge, edge];

const TELLING = [
  ...'{}[]:,&*!|>%@`"\'#-?~$\n\t .0_<\\',
  '<<: *x',
  '${',
  '${vars.x}',
  '${stages.train}',
  '\0',
  '\ufeff',
  '---\n',
  '*a',
  '&a ',
  '\r\n',
  'NaN',
  'Infinity',
  '1e999',
  '-0',
  '.inf',
  '__proto__',
  '\u202e',
  '\x1b[2J',
  'null',
  '99999999999999999999',
  '../../etc/passwd',
  '=======\n',
];
const insert = (bytes, chance) => {
  const at = placeIn(bytes, chance);
  const text = chance.pick(TELLING).repeat(chance.happens(0.1) ? chance.between(2, 2000) : 1);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(text), bytes.subarray(at)]);
};
const swapLines = (bytes, chance) => {
  const lines = bytes.toString('latin1').split('\n');
  const [one, other] = [chance.below(lines.length), chance.below(lines.length)];
  [lines[one], lines[other]] = [lines[other], lines[one]];
  return Buffer.from(lines.join('\n'), 'latin1');
};

const TEXT = [cut, drop, repeat, flip, insert, insert, insert, swapLines];

const STRANGE = [
  null,
  true,
  -1,
  0,
  0.5,
  1e308,
  2 ** 53,
  '',
  'x',
  'NaN',
  [],
  {},
  [[]],
  [null],
  {a: {b: 1}},
  '\0',
  '/',
  '..',
  'a'.repeat(5000),
];

/** Another value, a removed or a doubled member, anywhere. */
function mutateJson(original, chance) {
  const document = JSON.parse(original.toString('utf8'));
  const containers = [];
  collect(document, containers);
  for (let count = chance.between(1, 3); count > 0; count -= 1) {
    const container = chance.pick(containers);
    const keys = Object.keys(container);
    const key = keys.length === 0 ? 'key' : chance.pick(keys);
    if (chance.happens(0.25))
      Array.isArray(container) ? container.splice(Number(key), 1) : delete container[key];
    else if (chance.happens(0.1))
      container[chance.pick(['type', 'x y', 'constructor'])] = chance.pick(STRANGE);
    else container[key] = chance.pick(STRANGE);
  }
  return Buffer.from(JSON.stringify(document));
}

/** A few thousand are plenty; tokenizers have far more. */
function collect(value, into) {
  if (typeof value !== 'object' || value === null || into.length > 3000) return;
  into.push(value);
  for (const member of Object.values(value)) collect(member, into);
}
