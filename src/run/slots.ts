import type {StageId} from '../base/stage-id.js';
import {pause} from '../base/timer.js';
import type {CardClaim} from './cards.js';
import type {Effects} from './effects.js';

/** Who may run now: so many stages at once, and each CUDA device for one of them at a time. */
export interface Slots {
  /** Takes a place on one of these devices (`cpu`, `cuda:0`), the first that is free. */
  readonly take: (devices: readonly string[]) => string | undefined;
  readonly give: (device: string) => void;
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
  return {
    take: (devices) => {
      const device = free === 0 ? undefined : devices.find((each) => !busy.has(each));
      if (device === undefined) return undefined;
      free -= 1;
      return occupy(device);
    },
    give: (device) => {
      free += 1;
      busy.delete(device);
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

/** A place among this run's stages, and the device that is now its own among all runs of this machine. */
export interface Place {
  readonly device: string;
  readonly release: () => Promise<void>;
}

/** How often a card that another run has is asked for again. */
const LOOK_EVERY_MS = 300;

/**
 * Claims the device of a place that was taken, or another of the same class that nobody has; waits while all are taken by
 * others. Rejects when the run is asked to stop.
 */
export async function holdPlace(
  taken: string,
  request: {readonly stage: StageId; readonly devices: readonly string[]; readonly slots: Slots},
  {cards, emit, stop}: Pick<Effects, 'cards' | 'emit' | 'stop'>,
): Promise<Place> {
  const {stage, devices, slots} = request;
  let device = taken;
  try {
    for (let round = 0; ; round += 1) {
      const claim = device === 'cpu' ? unclaimed : await cards.claim(device);
      if (claim !== undefined) return placeOf(device, claim, slots);
      if (round === devices.length)
        emit({kind: 'stage_waiting', stage, for: {kind: 'device', device: listOf(devices)}});
      device = slots.move(device, devices);
      if (round >= devices.length) await pause(LOOK_EVERY_MS, stop.graceful);
      stop.graceful.throwIfAborted();
    }
  } catch (error) {
    slots.give(device);
    throw error;
  }
}

const unclaimed: CardClaim = {release: async () => {}};

function placeOf(device: string, claim: CardClaim, slots: Slots): Place {
  return {
    device,
    release: async () => {
      await claim.release();
      slots.give(device);
    },
  };
}

function listOf(devices: readonly string[]): string {
  return devices.join(' or ');
}
