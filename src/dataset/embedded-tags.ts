import type {SongMetadata} from './song-metadata.js';

/**
 * Title, genre, tempo and key stored in the audio file itself (ID3, Vorbis comments, MP4 atoms). Tags are a convenience:
 * a file whose tags cannot be read has none.
 */
export async function readEmbeddedTags(path: string): Promise<SongMetadata> {
  const {parseFile} = await import('music-metadata'); // 0.1 s to load: only when a song has no other metadata
  const tags = await parseFile(path, {duration: false, skipCovers: true}).then(
    ({common}) => common,
    () => undefined,
  );
  if (tags === undefined) return {};
  return {
    ...text('caption', tags.title),
    ...text('genre', tags.genre?.join(', ')),
    ...text('bpm', tags.bpm === undefined ? undefined : String(Math.round(tags.bpm))),
    ...text('keyscale', tags.key),
  };
}

function text(field: keyof SongMetadata, value: string | undefined): SongMetadata {
  const trimmed = value?.trim() ?? '';
  return trimmed === '' ? {} : {[field]: trimmed};
}
