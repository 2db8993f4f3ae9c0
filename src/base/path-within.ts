/**
 * Does this name a file within the folder that it is put together with, on any system? Relative, without a step up, a drive,
 * an empty word or a null character; `/` and `\` both end a word.
 */
export function isPathWithin(path: string): boolean {
  if (path.includes('\0') || /^[A-Za-z]:/.test(path)) return false;
  return path.split(/[\\/]/).every((word) => word !== '' && word !== '..' && word !== '.');
}

/** Can all these files be in one folder: none twice, and none where another needs a folder? */
export function canLieTogether(paths: readonly string[]): boolean {
  const files = new Set(paths);
  return (
    files.size === paths.length &&
    paths.every((path) => foldersAbove(path).every((folder) => !files.has(folder)))
  );
}

function foldersAbove(path: string): string[] {
  const words = path.split('/');
  return words.slice(1).map((_, index) => words.slice(0, index + 1).join('/'));
}
