/** Codes that upstream's programs offer for the language of lyrics (ISO 639, and `yue` for Cantonese). */
const CODES = [
  ...['ar', 'az', 'bg', 'bn', 'ca', 'cs', 'da', 'de', 'el', 'en', 'es', 'fa', 'fi', 'fr', 'he', 'hi', 'hr'],
  ...['ht', 'hu', 'id', 'is', 'it', 'ja', 'ko', 'la', 'lt', 'ms', 'ne', 'nl', 'no', 'pa', 'pl', 'pt', 'ro'],
  ...['ru', 'sa', 'sk', 'sr', 'sv', 'sw', 'ta', 'te', 'th', 'tl', 'tr', 'uk', 'ur', 'vi', 'yue', 'zh'],
];

export type LanguageJudgement =
  | {readonly kind: 'known'}
  | {readonly kind: 'unknown'}
  /** Not a code the model was trained with; `code` is the one that is probably meant. */
  | {readonly kind: 'other'; readonly code: string | undefined};

/** What a language somebody wrote is to the model. */
export function judgeLanguage(language: string): LanguageJudgement {
  if (language === '' || language === 'unknown') return {kind: 'unknown'};
  return CODES.includes(language) ? {kind: 'known'} : {kind: 'other', code: codeOf(language)};
}

/** `English`, `EN`, `en-GB`, `Deutsch` → `en`, `en`, `en`, `de`. */
function codeOf(language: string): string | undefined {
  const plain = language.trim().toLowerCase();
  const [first] = plain.split(/[-_]/) as [string];
  if (CODES.includes(first)) return first;
  return CODES.find((code) => namesOf(code).includes(plain));
}

/** In English and in itself. */
function namesOf(code: string): string[] {
  return ['en', code].flatMap((locale) => {
    const name = new Intl.DisplayNames([locale], {type: 'language'}).of(code);
    return name === undefined ? [] : [name.toLowerCase()];
  });
}
