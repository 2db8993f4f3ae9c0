import {AwsV4Signer} from 'aws4fetch';
import type {Address, RemoteChoice, RemoteEnvironment} from './address.js';

/** SHA-256 of no bytes. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Amazon's S3 and whatever speaks it. Keys come from the variables that all its tools read. */
export function s3Address({url, endpoint, region}: RemoteChoice, env: RemoteEnvironment): Address {
  const [bucket = '', ...prefix] = url.slice('s3://'.length).replace(/\/+$/, '').split('/');
  const base = [bucketUrl(bucket, endpoint, region), ...prefix].join('/');
  const {AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN} = env;
  const keys = accessKeyId && secretAccessKey ? {accessKeyId, secretAccessKey} : undefined;
  return {
    name: url.replace(/\/+$/, ''),
    rights:
      'Do AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY have this right there, and is `cache.remote.region` the bucket’s?',
    hindrance: keys === undefined ? 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set' : undefined,
    has_folders: false,
    conditional: false,
    signed: async (method, path, {sha256 = EMPTY, headers = {}}) => {
      // The hash of what is sent is known before: the server compares the bytes with it.
      const signer = new AwsV4Signer({
        method,
        url: `${base}/${path}`,
        headers: {...headers, 'x-amz-content-sha256': sha256},
        service: 's3',
        region,
        accessKeyId: keys!.accessKeyId,
        secretAccessKey: keys!.secretAccessKey,
        ...(AWS_SESSION_TOKEN ? {sessionToken: AWS_SESSION_TOKEN} : {}),
      });
      const signed = await signer.sign();
      return {url: signed.url, headers: Object.fromEntries(signed.headers)};
    },
  };
}

/** In the host's name at Amazon, as they want it; in the path elsewhere, and where the name has dots, which no certificate covers. */
function bucketUrl(bucket: string, endpoint: string | undefined, region: string): string {
  if (endpoint !== undefined) return `${endpoint.replace(/\/+$/, '')}/${bucket}`;
  if (bucket.includes('.')) return `https://s3.${region}.amazonaws.com/${bucket}`;
  return `https://${bucket}.s3.${region}.amazonaws.com`;
}
