import type {Request} from './exchange.js';

/** What decides how a server is spoken to. */
export interface RemoteChoice {
  /** `https://host/path`, or `s3://bucket/prefix`. */
  readonly url: string;
  readonly mode: 'read' | 'read_write';
  /** Variable that holds the token: `TOKEN` or `USER:PASSWORD`. */
  readonly token_env: string | undefined;
  /** Where entries are read and written. */
  readonly namespace: string;
  /** Where they are read, too. */
  readonly read_namespaces: readonly string[];
  /** Of S3: the server, where it is not Amazon's, and its region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly timeout_s: number;
}

/** How one kind of server is addressed. */
export interface Address {
  /** For people: never with a secret in it. */
  readonly name: string;
  /** What a refusal has to do with: words for a hint. */
  readonly rights: string;
  /** Why nothing can be asked at all. */
  readonly hindrance: string | undefined;
  /** WebDAV wants folders to be made before files are put into them. */
  readonly has_folders: boolean;
  /** `PUT` with `If-None-Match: *` is understood by every server of the kind, or passed over. */
  readonly conditional: boolean;
  readonly signed: (
    method: Request['method'],
    path: string,
    about: {readonly sha256?: string; readonly headers?: Readonly<Record<string, string>>},
  ) => Promise<Pick<Request, 'url' | 'headers'>>;
}

export type RemoteEnvironment = Readonly<Record<string, string | undefined>>;

/** Loads what signs for S3 only where that is asked for. */
export async function addressOf(choice: RemoteChoice, env: RemoteEnvironment): Promise<Address> {
  if (!choice.url.startsWith('s3:')) return httpAddress(choice, env);
  const {s3Address} = await import('./s3-address.js');
  return s3Address(choice, env);
}

function httpAddress({url, token_env}: RemoteChoice, env: RemoteEnvironment): Address {
  const base = url.replace(/\/+$/, '');
  const token = token_env === undefined ? undefined : env[token_env]?.trim();
  const missing = token_env !== undefined && (token === undefined || token === '');
  const authorization = token === undefined || token === '' ? {} : {authorization: credential(token)};
  return {
    name: base,
    rights:
      token_env === undefined
        ? 'Name the variable that holds the token (or USER:PASSWORD) with `cache.remote.token_env`'
        : `Does ${token_env} hold a token that is valid and has this right?`,
    hindrance: missing
      ? `the variable ${token_env}, which cache.remote.token_env names, is not set`
      : undefined,
    has_folders: true,
    conditional: true,
    signed: async (_method, path, {headers = {}}) => ({
      url: new URL(`${base}/${path}`),
      headers: {...headers, ...authorization},
    }),
  };
}

/** No bearer token has a colon in it (RFC 6750), every user with a password has. */
function credential(token: string): string {
  return token.includes(':') ? `Basic ${Buffer.from(token).toString('base64')}` : `Bearer ${token}`;
}
