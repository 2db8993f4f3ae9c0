/** Who may run now: so many stages at once, and each CUDA device for one of them at a time. */
export interface Slots {
  /** Takes a place on a device (`cpu`, `cuda:0`) if one is free. */
  readonly take: (device: string) => 'taken' | 'none_free';
  readonly give: (device: string) => void;
}

export function newSlots(jobs: number): Slots {
  let free = jobs;
  const busy = new Set<string>();
  return {
    take: (device) => {
      if (free === 0 || busy.has(device)) return 'none_free';
      free -= 1;
      if (device !== 'cpu') busy.add(device); // memory and time of a device are not shared well; those of a CPU are
      return 'taken';
    },
    give: (device) => {
      free += 1;
      busy.delete(device);
    },
  };
}
