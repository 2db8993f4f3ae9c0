import {createHash, randomBytes, timingSafeEqual} from 'node:crypto';

/** What opens the page: everyone who knows it may look at this project and start and stop its runs. */
export interface Keys {
  /** For the address that a person is shown; good as long as the server lives. */
  readonly token: string;
  /** First part of every path, so that the cookie goes to this server and to no other one of the machine. */
  readonly place: string;
  readonly opens: (offered: string | undefined) => boolean;
  /** A token that opens once, for an address that other users of the machine can see for a moment (`ps`). */
  readonly single: () => string;
  /** Like `opens`, for what is in an address: a single token is used up by it. */
  readonly exchanges: (offered: string) => boolean;
}

export function newKeys(): Keys {
  const token = randomToken();
  const singles = new Set<string>();
  const opens = (offered: string | undefined): boolean => offered !== undefined && sameSecret(offered, token);
  return {
    token,
    place: digest(`place ${token}`).toString('hex').slice(0, 16),
    opens,
    single: () => {
      const single = randomToken();
      singles.add(single);
      return single;
    },
    exchanges: (offered) => {
      const single = [...singles].find((each) => sameSecret(each, offered));
      if (single !== undefined) singles.delete(single);
      return single !== undefined || opens(offered);
    },
  };
}

/** 192 bits, in letters that need no escaping in an address. */
function randomToken(): string {
  return randomBytes(24).toString('base64url');
}

/** In constant time; digests have one length, whatever was offered. */
function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
