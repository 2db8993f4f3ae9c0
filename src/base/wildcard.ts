/** Where names are matched, not paths: `*` stands for any characters, everything else for itself. */
export function wildcard(pattern: string, flags: '' | 'i' = ''): RegExp {
  const words = pattern.split('*').map((word) => word.replaceAll(/[\\^$+?.()|[\]{}]/g, '\\$&'));
  return new RegExp(`^${words.join('.*')}$`, flags);
}
