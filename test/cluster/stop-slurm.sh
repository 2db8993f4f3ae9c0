#!/usr/bin/env bash
# Ends the Slurm that start-slurm.sh made in FOLDER: jobs first, then the daemons by their pid files.
set -uo pipefail
folder="$1"
export SLURM_CONF="$folder/slurm.conf"
jobs=$(squeue -h -o %A 2>/dev/null | sort -u)
[ -n "$jobs" ] && scancel $jobs && sleep 1
for file in "$folder"/slurmd.*.pid "$folder/slurmctld.pid"; do
  [ -s "$file" ] && kill "$(cat "$file")" 2>/dev/null
done
exit 0
