import pc from 'picocolors';

/** Functions that wrap text in a colour, or leave it alone. */
export type Palette = Pick<
  ReturnType<typeof pc.createColors>,
  'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta'
>;

export type ColourChoice = 'colour' | 'plain';

export function palette(choice: ColourChoice): Palette {
  return pc.createColors(choice === 'colour');
}

/** What of the environment decides on colours; see https://no-color.org and https://force-color.org. */
export interface ColourEnvironment {
  readonly NO_COLOR?: string | undefined;
  readonly FORCE_COLOR?: string | undefined;
  readonly CLICOLOR_FORCE?: string | undefined;
  readonly CLICOLOR?: string | undefined;
  readonly TERM?: string | undefined;
  readonly GITHUB_ACTIONS?: string | undefined;
}

/** The user's lasting wish: `auto` leaves it to the stream. */
export type ColourSetting = 'auto' | 'always' | 'never';

/**
 * Colours for one stream: asked for or refused by name for this very call first, then the user's settings, then whether
 * a capable terminal is there.
 */
export function colourChoice(
  env: ColourEnvironment,
  stream: 'terminal' | 'other',
  setting: ColourSetting = 'auto',
): ColourChoice {
  if (isSet(env.NO_COLOR)) return 'plain';
  if (isSet(env.FORCE_COLOR))
    return env.FORCE_COLOR === '0' || env.FORCE_COLOR === 'false' ? 'plain' : 'colour';
  if (isSet(env.CLICOLOR_FORCE) && env.CLICOLOR_FORCE !== '0') return 'colour';
  if (setting !== 'auto') return setting === 'always' ? 'colour' : 'plain';
  if (env.CLICOLOR === '0' || env.TERM === 'dumb') return 'plain';
  return stream === 'terminal' ? 'colour' : 'plain';
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
