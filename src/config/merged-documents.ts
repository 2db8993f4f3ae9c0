import {schemas} from '../schema/schemas.generated.js';
import {layered} from './layers.js';
import {type Located, type LocatedEntry, type LocatedList, type LocatedMap, member} from './text/located.js';

/**
 * Pure: a pipeline document over another, key by key. A stage of both is the weaker one with what the stronger says of it;
 * variables that either of them reads from the environment are read.
 */
export function mergedDocuments(weak: Located, strong: Located): Located {
  if (weak.kind !== 'map' || strong.kind !== 'map') return strong;
  const entries = new Map(weak.entries);
  for (const [key, entry] of strong.entries) {
    const below = entries.get(key)?.value;
    entries.set(key, below === undefined ? entry : {...entry, value: merged(key, below, entry.value)});
  }
  return {...strong, entries};
}

function merged(key: string, weak: Located, strong: Located): Located {
  switch (key) {
    case 'stages':
      return mergedStages(weak, strong);
    case 'env':
    case 'secrets':
      return weak.kind === 'list' && strong.kind === 'list' ? united(weak, strong) : strong;
    default:
      return layered(undefined, weak, strong);
  }
}

function mergedStages(weak: Located, strong: Located): Located {
  if (weak.kind !== 'map' || strong.kind !== 'map') return strong;
  const entries = new Map<string, LocatedEntry>(weak.entries);
  for (const [name, entry] of strong.entries) {
    const below = entries.get(name)?.value;
    entries.set(name, below === undefined ? entry : {...entry, value: mergedStage(below, entry.value)});
  }
  return {...strong, entries};
}

/** Parameters are over each other as those of a preset do. */
function mergedStage(weak: Located, strong: Located): Located {
  const both = layered(undefined, weak, strong);
  const [below, above] = [member(weak, 'with'), member(strong, 'with')];
  const uses = member(both, 'uses');
  if (both.kind !== 'map' || below === undefined || above === undefined) return both;
  const schema = uses?.kind === 'scalar' ? schemas[`stage.${String(uses.value)}`] : undefined;
  const entry = (strong as LocatedMap).entries.get('with')!;
  return {
    ...both,
    entries: new Map([...both.entries, ['with', {...entry, value: layered(schema, below, above)}]]),
  };
}

function united(weak: LocatedList, strong: LocatedList): LocatedList {
  const said = new Set(strong.items.map((item) => (item.kind === 'scalar' ? item.value : undefined)));
  const more = weak.items.filter((item) => item.kind !== 'scalar' || !said.has(item.value));
  return {...strong, items: [...more, ...strong.items]};
}
