import {closeSync, open} from 'node:fs';
import {promisify} from 'node:util';
import {crc32} from 'node:zlib';
import yauzl from 'yauzl';
import {fsPath, shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {isSystemError} from '../base/system-error.js';
import {openUserFile, refuseLfsPointer} from './user-file.js';

/** The records of a file written by `torch.save`: a zip of uncompressed files under one folder. */
export interface TorchArchive {
  readonly path: string;
  /** Sizes in bytes by record name, the folder left out: `data.pkl`, `data/0`. */
  readonly records: ReadonlyMap<string, number>;
  /** Reads a record and checks its CRC-32; throws `torch-file/record-missing` and `torch-file/damaged`. */
  read(record: string): Promise<Uint8Array>;
  close(): void;
}

/**
 * Opens a `.pt` file. Refuses what is no file (`file/*`) or not a zip (`torch-file/not-a-zip`), a damaged or truncated one
 * (`torch-file/damaged`), compressed records (`torch-file/compressed`: torch never writes them, zip bombs need them) and
 * names that lead out of the archive's folder (`torch-file/unsafe-name`). Nothing is ever written to disk.
 */
export async function openTorchArchive(path: string): Promise<TorchArchive> {
  await checkZipSignature(path);
  const zip = await openZip(path);
  try {
    const entries = await listEntries(zip, path);
    const byRecord = recordsByName(entries, {path, fileBytes: zip.fileSize});
    const records = new Map([...byRecord].map(([name, entry]) => [name, entry.uncompressedSize]));
    const read = (record: string) => readRecord(zip, {path, record, entry: byRecord.get(record)});
    return {path, records, read, close: () => zip.close()};
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function checkZipSignature(path: string): Promise<void> {
  const handle = await openUserFile(path);
  try {
    const {bytesRead, buffer} = await handle.read(new Uint8Array(64), 0, 64, 0);
    if (bytesRead === 0) throw notAZip(path, 'it is empty');
    refuseLfsPointer(buffer, path);
    const signature = Buffer.from(buffer.subarray(0, Math.min(4, bytesRead)));
    if (signature.equals(Buffer.from('PK\x03\x04', 'latin1'))) return;
    const pickled = signature[0] === 0x80;
    throw notAZip(
      path,
      pickled ? 'it is a bare pickle or the format before torch 1.6' : 'it starts with other bytes',
    );
  } finally {
    await handle.close();
  }
}

async function openZip(path: string): Promise<yauzl.ZipFile> {
  const options = {lazyEntries: true, autoClose: false, validateEntrySizes: true, strictFileNames: true};
  const fd = await promisify(open)(fsPath(path), 'r'); // yauzl itself takes no name that is not UTF-8
  return new Promise((resolve, reject) => {
    yauzl.fromFd(fd, options, (error, zip) => {
      if (!error) return resolve(zip);
      closeSync(fd);
      reject(unlessRefused(error, path));
    });
  });
}

/** What the system refuses is no damage of the file. */
function unlessRefused(error: Error, path: string): Error {
  return isSystemError(error) ? error : damaged(path, error.message);
}

async function listEntries(zip: yauzl.ZipFile, path: string): Promise<yauzl.Entry[]> {
  const entries: yauzl.Entry[] = [];
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: yauzl.Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', resolve);
    // yauzl itself refuses absolute names, backslashes and `..`, with a message that names the entry
    zip.on('error', (error: Error) =>
      reject(
        /file ?name|relative path|absolute path/i.test(error.message)
          ? unsafeName(path, error.message)
          : unlessRefused(error, path),
      ),
    );
    zip.readEntry();
  });
  return entries;
}

function recordsByName(
  entries: readonly yauzl.Entry[],
  {path, fileBytes}: {path: string; fileBytes: number},
): Map<string, yauzl.Entry> {
  const folder = entries[0]?.fileName.split('/')[0] ?? '';
  const byRecord = new Map<string, yauzl.Entry>();
  let total = 0;
  for (const entry of entries) {
    if (!entry.fileName.startsWith(`${folder}/`))
      throw unsafeName(path, `${entry.fileName} is outside ${folder}/`);
    if (entry.compressionMethod !== 0)
      throw new SidestepError({
        code: 'torch-file/compressed',
        message: `${shownPath(path)}: the record ${entry.fileName} is compressed, which torch.save never does`,
      });
    const record = entry.fileName.slice(folder.length + 1);
    if (byRecord.has(record)) throw damaged(path, `the record ${record} exists twice`);
    byRecord.set(record, entry);
    total += entry.uncompressedSize;
  }
  if (total > fileBytes) throw damaged(path, `its records claim ${total} bytes in a file of ${fileBytes}`);
  return byRecord;
}

async function readRecord(
  zip: yauzl.ZipFile,
  wanted: {path: string; record: string; entry: yauzl.Entry | undefined},
): Promise<Uint8Array> {
  const {path, record, entry} = wanted;
  if (entry === undefined)
    throw new SidestepError({
      code: 'torch-file/record-missing',
      message: `${shownPath(path)} has no record ${JSON.stringify(record)}, so it was not written by torch.save`,
    });
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of await openRecord(zip, entry)) chunks.push(chunk as Buffer);
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
  const bytes = Buffer.concat(chunks);
  if (crc32(bytes) !== entry.crc32) throw damaged(path, `the record ${record} does not match its checksum`);
  return new Uint8Array(bytes); // not a Buffer, whose slice() would be a view
}

function openRecord(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<AsyncIterable<unknown>> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error) reject(error);
      else resolve(stream);
    });
  });
}

function notAZip(path: string, why: string): SidestepError {
  return new SidestepError({
    code: 'torch-file/not-a-zip',
    message: `${shownPath(path)} is not a file that torch.save writes: ${why}`,
    hint: 'Load it with a trusted torch and save it again; files of torch 1.6 and newer are zip archives.',
  });
}

function damaged(path: string, why: string): SidestepError {
  return new SidestepError({
    code: 'torch-file/damaged',
    message: `${shownPath(path)} is damaged: ${why}`,
    hint: 'The file is probably truncated: copy or make it again.',
  });
}

function unsafeName(path: string, why: string): SidestepError {
  return new SidestepError({
    code: 'torch-file/unsafe-name',
    message: `${shownPath(path)} is refused: ${why}`,
    hint: 'torch.save never writes such names; do not trust this file.',
  });
}
