import type {StageId} from '../base/stage-id.js';
import {pause} from '../base/timer.js';
import type {CardClaim} from './cards.js';
import type {Effects} from './effects.js';

/** Who may run now: so many stages at once, and each CUDA device for one of them at a time. */
export interface Slots {
  /** Takes a place on one of these devices (`cpu`, `cuda:0`), the first that is free. */
  readonly take: (devices: readonly string[]) => string | undefined;
  /** The same on so many of them: cards, or the CPU as often. Undefined while fewer are free. */
  readonly takeSeveral: (devices: readonly string[], count: number) => readonly string[] | undefined;
  readonly give: (...devices: readonly string[]) => void;
  /** In place of `device` the next of these that is free, in turn; itself where there is no other. */
  readonly move: (device: string, devices: readonly string[]) => string;
}

export function newSlots(jobs: number): Slots {
  let free = jobs;
  const busy = new Set<string>();
  const occupy = (device: string): string => {
    if (device !== 'cpu') busy.add(device); // memory and time of a device are not shared well; those of a CPU are
    return device;
  };
  const takeSeveral: Slots['takeSeveral'] = (devices, count) => {
    const idle = devices.filter((each) => !busy.has(each));
    const chosen = idle[0] === 'cpu' ? new Array<string>(count).fill('cpu') : idle.slice(0, count);
    if (free === 0 || chosen.length < count) return undefined;
    free -= 1;
    return chosen.map(occupy);
  };
  return {
    take: (devices) => takeSeveral(devices, 1)?.[0],
    takeSeveral,
    give: (...devices) => {
      free += 1;
      for (const device of devices) busy.delete(device);
    },
    move: (device, devices) => {
      const at = devices.indexOf(device);
      const others = [...devices.slice(at + 1), ...devices.slice(0, at)];
      const next = others.find((each) => !busy.has(each)) ?? device;
      busy.delete(device);
      return occupy(next);
    },
  };
}

/** A place among this run's stages, and the devices that are now its own among all runs of this machine. */
export interface Place {
  /** One, or as many as the stage has ranks. */
  readonly devices: readonly string[];
  readonly release: () => Promise<void>;
}

/** How often a card that another run has is asked for again. */
const LOOK_EVERY_MS = 300;

/**
 * Claims the devices of a place that was taken, or others of the same class that no one has; waits while too few are free.
 * Who waits holds none: of two runs that want two cards each, one gets both. Rejects when the run is asked to stop.
 */
export async function holdPlace(
  taken: readonly string[],
  request: {readonly stage: StageId; readonly devices: readonly string[]; readonly slots: Slots},
  {cards, emit, stop}: Pick<Effects, 'cards' | 'emit' | 'stop'>,
): Promise<Place> {
  const {stage, devices, slots} = request;
  const own = [...taken];
  try {
    for (let round = 0; ; round += 1) {
      const claims: CardClaim[] = [];
      const refused: number[] = [];
      for (const [index, device] of own.entries()) {
        const claim = device === 'cpu' ? unclaimed : await cards.claim(device);
        if (claim === undefined) refused.push(index);
        else claims.push(claim);
      }
      if (refused.length === 0) return placeOf(own, claims, slots);
      await releaseAll(claims);
      if (round === devices.length)
        emit({kind: 'stage_waiting', stage, for: {kind: 'device', device: listOf(devices)}});
      for (const index of refused) own[index] = slots.move(own[index]!, devices);
      if (round >= devices.length) await pause(LOOK_EVERY_MS * (1 + Math.random()), stop.graceful); // not in step with others who wait
      stop.graceful.throwIfAborted();
    }
  } catch (error) {
    slots.give(...own);
    throw error;
  }
}

async function releaseAll(claims: readonly CardClaim[]): Promise<void> {
  for (const claim of claims) await claim.release();
}

const unclaimed: CardClaim = {release: async () => {}};

function placeOf(devices: readonly string[], claims: readonly CardClaim[], slots: Slots): Place {
  return {
    devices,
    release: async () => {
      await releaseAll(claims);
      slots.give(...devices);
    },
  };
}

function listOf(devices: readonly string[]): string {
  return devices.join(' or ');
}
