/** Versions of sidestep whose saved states this one does not continue. No module of Node is needed for it: pages say it too. */
export type OtherVersion = 'older_version' | 'newer_version';

export const VERSION_WORDS: Readonly<Record<OtherVersion, string>> = {
  older_version: 'an older version of sidestep',
  newer_version: 'a newer version of sidestep',
};
