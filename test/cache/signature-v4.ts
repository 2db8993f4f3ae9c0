import {createHash, createHmac} from 'node:crypto';

/** A request as a server of S3 received it. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * The signature that a request should bear, by the published rules of AWS Signature Version 4 for S3 ("Authenticating Requests: Using
 * the Authorization Header"), written from them and not from any client. Undefined where it bears none.
 */
export function expectedSignature(
  request: SignedRequest,
  secret: string,
): {expected: string; found: string} | undefined {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const [, , date = '', region = '', names = '', found = ''] =
    form.exec(String(request.headers.authorization)) ?? [];
  if (found === '') return undefined;
  const header = (name: string) =>
    String(request.headers[name] ?? '')
      .trim()
      .replace(/\s+/g, ' ');
  const [path = '', query = ''] = request.target.split('?');
  const canonical = [
    request.method,
    path
      .split('/')
      .map((part) => uriEncode(decodeURIComponent(part)))
      .join('/'),
    query
      .split('&')
      .filter(Boolean)
      .map((pair) =>
        pair
          .split('=')
          .map((word) => uriEncode(decodeURIComponent(word)))
          .join('='),
      )
      .sort()
      .join('&'),
    ...names.split(';').map((name) => `${name}:${header(name)}`),
    '',
    names,
    header('x-amz-content-sha256'),
  ].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', header('x-amz-date'), scope, hex(canonical)].join('\n');
  const key = [region, 's3', 'aws4_request'].reduce(
    (last, word) => hmac(last, word),
    hmac(`AWS4${secret}`, date),
  );
  return {expected: hmac(key, toSign).toString('hex'), found};
}

function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
