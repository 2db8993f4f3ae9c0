import {type CacheChoices, shareWithGroup} from '../cache/open.js';
import type {RemoteChoice} from '../cache/remote/address.js';
import type {CacheSource} from '../cache/source.js';
import type {Settings} from '../config/user/settings.js';
import type {Terminal} from './terminal.js';

/** What else than its place the settings say of the cache. What a kind of source needs is loaded where one is named. */
export async function cacheChoices({env}: Pick<Terminal, 'env'>, {values}: Settings): Promise<CacheChoices> {
  const {from = [], sharing = 'private', remote} = values.cache ?? {};
  if (sharing === 'group') shareWithGroup();
  const sources: CacheSource[] = [];
  if (from.length > 0) {
    const {folderSource} = await import('../cache/folder-source.js');
    sources.push(...from.map(folderSource));
  }
  if (remote !== undefined) sources.push(await remoteFrom(remote, env));
  return {sources, sharing};
}

type RemoteSettings = NonNullable<NonNullable<Settings['values']['cache']>['remote']>;

/** Twice more is worth the wait for a server that restarts; a run has better to do than to ask for longer. */
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 300;

async function remoteFrom(remote: RemoteSettings, env: Terminal['env']): Promise<CacheSource> {
  const [{addressOf}, {remoteSource}] = await Promise.all([
    import('../cache/remote/address.js'),
    import('../cache/remote/remote-source.js'),
  ]);
  const choice = choiceOf(remote, env);
  const silence_ms = choice.timeout_s * 1000;
  const patience = {silence_ms, attempts: ATTEMPTS, first_pause_ms: FIRST_PAUSE_MS};
  return remoteSource(choice, await addressOf(choice, env), patience);
}

function choiceOf(remote: RemoteSettings, env: Terminal['env']): RemoteChoice {
  return {
    url: remote.url,
    mode: remote.mode ?? 'read',
    token_env: remote.token_env,
    namespace: namespaceIn(env.SIDESTEP_CACHE_NAMESPACE) ?? remote.namespace ?? 'main',
    read_namespaces: remote.read_namespaces ?? [],
    endpoint: remote.endpoint,
    region: remote.region ?? 'us-east-1',
    timeout_s: remote.timeout ?? 15,
  };
}

/** Branches have slashes in their names: what a path cannot hold becomes a hyphen. */
function namespaceIn(name: string | undefined): string | undefined {
  const word = name
    ?.replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100);
  return word === '' ? undefined : word;
}
