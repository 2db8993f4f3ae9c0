import type {Addon} from './addon.js';
import {type CallOptions, callEngine} from './call.js';

/** Where a rank listens for the one before it. */
export interface RankDoor {
  readonly handle: number;
  readonly port: number;
}

export interface Circle {
  readonly rank: number;
  readonly ranks: number;
  /** The same for all ranks of one attempt. */
  readonly token: string;
  readonly next_host: string;
  readonly next_port: number;
}

/** Ranks in a circle over TCP; a trainer takes it over. */
export interface RankRing {
  readonly handle: number;
}

/** `address`: of this machine; `127.0.0.1` for ranks of one machine. Throws `train/rank-unreachable`. */
export async function openRankDoor(addon: Addon, address: string): Promise<RankDoor> {
  return (await callEngine(addon, 'open_rank_door', {address}, {}, {})).result as RankDoor;
}

/** Connects to the next rank and waits for the one before. Throws `train/rank-unreachable`, `train/rank-missing`. */
export async function enterRing(
  addon: Addon,
  door: RankDoor,
  circle: Circle,
  options: CallOptions<never> = {},
): Promise<RankRing> {
  const {result} = await callEngine(addon, 'open_rank_ring', {...circle, door: door.handle}, {}, options);
  await callEngine(addon, 'close', {handle: door.handle}, {}, {});
  return result as RankRing;
}
