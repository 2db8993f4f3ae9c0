import {listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {textPieces} from '../base/reference.js';
import {pieceOrigin} from './interpolate.js';
import {type Located, type LocatedMap, member, problemAt} from './text/located.js';

/** What only all parameters of a `command` stage together show. */
export function commandProblems(parameters: LocatedMap): Problem[] {
  return [...unknownPaths(parameters), ...overlappingOutputs(parameters)];
}

/** `${inputs.NAME}` and `${outputs.NAME}` that no parameter declares. */
function unknownPaths(parameters: LocatedMap): Problem[] {
  return [member(parameters, 'argv'), member(parameters, 'environment')]
    .flatMap(scalarsIn)
    .flatMap((scalar) => {
      if (scalar.kind !== 'scalar' || typeof scalar.value !== 'string') return [];
      return textPieces(scalar.value).flatMap((piece) => {
        if (piece.kind !== 'reference') return [];
        const [kind, name] = piece.words as [string, string];
        if (kind !== 'inputs' && kind !== 'outputs') return [];
        const names = namesInMap(member(parameters, kind));
        if (names.includes(name) && piece.words.length === 2) return [];
        return [
          problemAt(pieceOrigin(scalar, piece), {
            code: 'config/unknown-reference',
            message: `${piece.raw} is none of the ${kind} of this command`,
            hint: names.length === 0 ? `Declare it under \`${kind}\`.` : `Declared are ${listed(names)}.`,
          }),
        ];
      });
    });
}

/** Two outputs at one place, or one within the other: what the program leaves there cannot be both. */
function overlappingOutputs(parameters: LocatedMap): Problem[] {
  const outputs = member(parameters, 'outputs');
  if (outputs?.kind !== 'map') return [];
  const placed: {readonly name: string; readonly path: string}[] = [];
  return [...outputs.entries].flatMap(([name, {value}]) => {
    if (value.kind !== 'scalar' || value.broken) return [];
    const path = normalised(String(value.value));
    const other = placed.find((before) => isWithin(path, before.path) || isWithin(before.path, path));
    placed.push({name, path});
    if (other === undefined) return [];
    const how = other.path === path ? 'are at the same place' : 'are one within the other';
    return [
      problemAt(value.origin, {
        code: 'config/overlapping-outputs',
        message: `The outputs ${other.name} and ${name} ${how} (${other.path} and ${path})`,
        hint: 'Give each output a file or folder of its own.',
      }),
    ];
  });
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || folder === '' || path.startsWith(`${folder}/`);
}

/** `./a//b/` and `a/b` are one place; `.` is the folder itself. */
function normalised(path: string): string {
  return path
    .split('/')
    .filter((word) => word !== '' && word !== '.')
    .join('/');
}

function namesInMap(map: Located | undefined): string[] {
  return map?.kind === 'map' ? [...map.entries.keys()] : [];
}

function scalarsIn(value: Located | undefined): Located[] {
  switch (value?.kind) {
    case undefined:
      return [];
    case 'scalar':
      return value.broken ? [] : [value];
    case 'list':
      return value.items.flatMap(scalarsIn);
    case 'map':
      return [...value.entries.values()].flatMap((entry) => scalarsIn(entry.value));
  }
}
