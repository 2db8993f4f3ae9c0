/** The pieces of a text prompt, each as the text that is printed. */
export interface PromptParts {
  readonly caption: string;
  readonly genre: string;
  /** Empty for none. */
  readonly custom_tag: string;
  /** `prepend`, `append`, `replace`; anything else leaves the caption alone, as upstream does. */
  readonly tag_position: string;
  /** Empty prints as N/A, also in the next two. */
  readonly bpm: string;
  readonly timesignature: string;
  readonly keyscale: string;
  /** Seconds. */
  readonly duration: string;
}

/** The prompt exactly as upstream's preprocessing writes it (`build_simple_prompt`). */
export function promptText(parts: PromptParts, source: 'caption' | 'genre'): string {
  const subject = source === 'genre' ? parts.genre : parts.caption;
  const lines = [
    '# Instruction',
    'Fill the audio semantic mask based on the given conditions:',
    '',
    '# Caption',
    withTag(subject, parts),
    '',
    '# Metas',
    `- bpm: ${parts.bpm || 'N/A'}`,
    `- timesignature: ${parts.timesignature || 'N/A'}`,
    `- keyscale: ${parts.keyscale || 'N/A'}`,
    `- duration: ${parts.duration} seconds`,
    '<|endoftext|>',
    '',
  ];
  return lines.join('\n');
}

function withTag(subject: string, {custom_tag, tag_position}: PromptParts): string {
  if (custom_tag === '') return subject;
  switch (tag_position) {
    case 'prepend':
      return subject === '' ? custom_tag : `${custom_tag}, ${subject}`;
    case 'append':
      return subject === '' ? custom_tag : `${subject}, ${custom_tag}`;
    case 'replace':
      return custom_tag;
    default:
      return subject;
  }
}
