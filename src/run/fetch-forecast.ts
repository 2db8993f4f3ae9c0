import type {Fingerprint} from '../base/hash.js';
import {absentObjects} from '../cache/bring.js';
import type {Cache} from '../cache/cache.js';
import {objectsOf} from '../cache/entry.js';
import type {FetchForecast} from '../event/fetch-forecast.js';
import type {Plan} from '../plan/plan.js';
import type {Observation} from './observe.js';
import {outdatedStages} from './publish.js';
import {objectsToCheck, wantedStages} from './wanted.js';

/** Undefined where nothing is to be copied. Only what is read counts: by stages that will run, and by copies for you. */
export async function fetchForecast(
  plan: Plan,
  {cache, world, hashes}: Pick<Observation, 'cache' | 'world' | 'hashes'>,
): Promise<FetchForecast | undefined> {
  if (cache.sources.length === 0) return undefined;
  const {outdated} = await outdatedStages(plan.stages, {cache, view: world.cache, hashes});
  const wanted = wantedStages(plan, outdated);
  const stages = plan.stages.filter(({id, verdict}) => wanted.has(id) && verdict.kind === 'cached');
  const absent = absentObjects(
    cache,
    stages.flatMap((stage) => objectsToCheck(cache, stage)),
  );
  if (absent.length === 0) return undefined;
  const fingerprints = stages.flatMap(({fingerprint}) => fingerprint ?? []);
  return {
    objects: absent.length,
    bytes: absent.reduce((sum, {size}) => sum + size, 0),
    from: placesOf(cache, fingerprints, new Set(absent.map(({hash}) => hash))),
  };
}

function placesOf(cache: Cache, fingerprints: readonly Fingerprint[], absent: ReadonlySet<string>): string[] {
  const places = cache.sources.filter((source) =>
    fingerprints.some((fingerprint) => {
      const entry = source.entry(fingerprint);
      return entry !== undefined && objectsOf(entry).some(({hash}) => absent.has(hash));
    }),
  );
  return places.map(({name}) => name);
}
