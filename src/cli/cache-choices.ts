import {type CacheChoices, shareWithGroup} from '../cache/cache.js';
import type {CacheSource} from '../cache/source.js';
import type {Settings} from '../config/settings.js';
import type {World} from './world.js';

/** What the settings say of the cache besides its place. What a kind of source needs is loaded where one is named. */
export async function cacheChoices(_world: World, {values}: Settings): Promise<CacheChoices> {
  const {from = [], sharing = 'private'} = values.cache ?? {};
  if (sharing === 'group') shareWithGroup();
  const sources: CacheSource[] = [];
  if (from.length > 0) {
    const {folderSource} = await import('../cache/folder-source.js');
    sources.push(...from.map(folderSource));
  }
  return {sources, sharing};
}
