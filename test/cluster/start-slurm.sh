#!/usr/bin/env bash
# Starts a real Slurm with two nodes on this one machine, as root, with nothing outside one folder: no munge, no cgroups, no systemd.
#   apt-get install -y --no-install-recommends slurm-wlm
#   eval "$(start-slurm.sh FOLDER)"     exports SLURM_CONF; then sinfo, sbatch, squeue, scancel work
#   stop-slurm.sh FOLDER                ends what was started here, and nothing else
# Jobs of the partition `high` take the place of those of `low`, and a job that takes more memory than it asked for is ended. Nothing keeps
# accounts, as on many sites.
set -euo pipefail
folder="$1"
mkdir -p "$folder/state"
folder="$(cd "$folder" && pwd)"
nodes=2
base="${SLURM_TEST_PORT:-$((20000 + RANDOM % 20000))}"
# What --gres hands out must be device files whose names end in numbers: these are further names of /dev/null.
for g in 0 1; do [ -c "$folder/gpu$g" ] || mknod "$folder/gpu$g" c 1 3; done
printf 'AutoDetect=off\nName=gpu Flags=nvidia_gpu_env File=%s/gpu[0-1]\n' "$folder" >"$folder/gres.conf"

cat >"$folder/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=localhost
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
SlurmctldPort=$base
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool.%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.%n.log
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SwitchType=switch/none
MpiDefault=none
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=100000,bf_interval=1,batch_sched_delay=0
ReturnToService=2
JobRequeue=1
KillWait=5
MinJobAge=600
SlurmdTimeout=20
UnkillableStepTimeout=30
SlurmdParameters=config_overrides
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
NodeName=n[1-$nodes] NodeHostname=localhost NodeAddr=127.0.0.1 Port=[$((base + 1))-$((base + nodes))] CPUs=8 RealMemory=8000 Gres=gpu:2 State=UNKNOWN
PartitionName=low Nodes=n[1-$nodes] Default=YES MaxTime=INFINITE PriorityTier=1 PreemptMode=REQUEUE
PartitionName=high Nodes=n[1-$nodes] MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF
${SLURM_TEST_CONF:-}
CONF

export SLURM_CONF="$folder/slurm.conf"
{
  slurmctld -c
  for ((n = 1; n <= nodes; n++)); do slurmd -N "n$n"; done
  for ((i = 0; i < 600; i++)); do
    [ "$(sinfo -h -N -t idle -o %N 2>/dev/null | sort -u | wc -l)" -eq "$nodes" ] && break
    sleep 0.1
  done
} >&2
[ "$(sinfo -h -N -t idle -o %N | sort -u | wc -l)" -eq "$nodes" ] || { tail -n 20 "$folder"/*.log >&2; exit 1; }
echo "export SLURM_CONF='$SLURM_CONF'"
