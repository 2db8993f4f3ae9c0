// `node scripts/release/compare-adapters.mjs FILE.safetensors...`: the same training by the engines of several systems. Each tensor
// must be within TOLERANCE of the first file's, as relative L2: other compilers and processors round otherwise, and no more.
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {runScript} from '../run-script.mjs';

/** Ten steps of f32 training; AVX2 against AVX-512 was measured at 6e-6. */
const TOLERANCE = 1e-4;

/** Pure: the f32 tensors of a safetensors file, by name. */
export function tensorsOf(bytes) {
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const {__metadata__: _metadata, ...entries} = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes));
  return new Map(
    Object.entries(entries).map(
      ([
        name,
        {
          dtype,
          data_offsets: [begin, end],
        },
      ]) => {
        if (dtype !== 'F32') throw new Error(`${name} is ${dtype}; adapters are compared in F32`);
        const start = 8 + headerBytes + begin;
        const values = new Float32Array((end - begin) / 4);
        for (let i = 0; i < values.length; i++) values[i] = bytes.readFloatLE(start + 4 * i);
        return [name, values];
      },
    ),
  );
}

/** Pure: `|a - b| / |a|`, in doubles. */
export function relL2(a, b) {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    size += a[i] ** 2;
  }
  return size === 0 ? Math.sqrt(difference) : Math.sqrt(difference / size);
}

/** Pure: the tensor that differs most; a missing one, or one of another size, differs by infinity. */
export function largestDifference(first, other) {
  const names = new Set([...first.keys(), ...other.keys()]);
  const differences = [...names].map((name) => {
    const [a, b] = [first.get(name), other.get(name)];
    return {
      name,
      by:
        a === undefined || b === undefined || a.length !== b.length ? Number.POSITIVE_INFINITY : relL2(a, b),
    };
  });
  return differences.reduce((worst, each) => (each.by <= worst.by ? worst : each), {
    name: 'no tensor',
    by: 0,
  });
}

function compare([first, ...others]) {
  if (others.length === 0) throw new Error('Two adapters or more are needed');
  const reference = tensorsOf(readFileSync(first));
  let failed = false;
  for (const file of others) {
    const {name, by} = largestDifference(reference, tensorsOf(readFileSync(file)));
    const isClose = by <= TOLERANCE;
    console.log(
      `${isClose ? 'passed' : 'FAILED'} ${file}: ${by === 0 ? 'the same bits' : `at most ${by.toExponential(1)}, in ${name}`}`,
    );
    failed ||= !isClose;
  }
  process.exitCode = failed ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runScript(() => compare(process.argv.slice(2)));
