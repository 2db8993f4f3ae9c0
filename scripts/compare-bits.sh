#!/usr/bin/env bash
# compare-bits.sh PROGRAM... [-- PART...]: do all instruction sets compute the same bits?
# PROGRAM is the sidestep_tests of a build; every one runs its tests once under each instruction set it has (SIDESTEP_CPU_ISA) but
# `portable`, which has no fused multiply-add and says so in every fingerprint. One for another processor runs in QEMU:
#   cmake -S . -B build-aarch64 -G Ninja -DCMAKE_TOOLCHAIN_FILE=native/aarch64.cmake -DSIDESTEP_CUDA=OFF
#   ninja -C build-aarch64 sidestep_tests && scripts/compare-bits.sh build-ci/sidestep_tests build-aarch64/sidestep_tests
# A line of the digests stands for all operands of all ops that a test ran (native/testing/bits.h).
# PART...: only tests with this in their name or file; default: ops, tiny models, whole tiny trainings, preprocessing and generations.
set -euo pipefail

programs=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do programs+=("$1") && shift; done
[ $# -gt 0 ] && shift
[ ${#programs[@]} -gt 0 ] || { sed -n 2,9p "$0"; exit 2; }
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(native/testing native/core/math_test
  native/ops/{attention,norm,elementwise,conv,flow,optimizer,prodigy,dora,rotation,quantised} "gemm: alpha" "gemm: batches" "gemm: one b"
  native/models/{oobleck_decode,dit,qwen3,linear} native/training/{micro_step,estimate,trainer_bits} native/sampling/{generate,guidance,dcw}_test
  "song encoder" "trainer: a checkpoint folder")

digests="$(mktemp -d)"
trap 'rm -rf "$digests"' EXIT
export TMPDIR="$digests" # tests write files: not where another run writes its own
runner=()
first='' # what the others are compared with
sets=0
failed=0

choose_runner() { # for the program $1: none, or QEMU
  runner=()
  "$1" --instruction-sets >/dev/null 2>&1 || runner=(qemu-aarch64-static -L /usr/aarch64-linux-gnu)
}

compare() { # compare PROGRAM SET
  local out="$digests/$sets.$2"
  if ! SIDESTEP_CPU_ISA="$2" "${runner[@]}" "$1" --bits "${parts[@]}" >"$out"; then
    grep -A1 '^FAIL' "$out" || echo "$2 ($1) died after: $(tail -n 1 "$out")"
    failed=1
  fi
  sets=$((sets + 1))
  if [ -z "$first" ]; then
    first="$out"
    echo "$2 ($1): $(tail -n 1 "$out")"
  elif diff "$first" "$out" >"$digests/differences"; then
    echo "$2 ($1): the same bits"
  else
    echo "$2 ($1): other bits in"
    sed -n 's/^> ok   [0-9a-f]* /  /p' "$digests/differences"
    failed=1
  fi
}

for program in "${programs[@]}"; do
  choose_runner "$program"
  available="$("${runner[@]}" "$program" --instruction-sets)"
  for set in $available; do
    [ "$set" = portable ] || compare "$program" "$set"
  done
done
[ "$sets" -ge 2 ] || echo "This processor has $sets of the instruction sets: there is nothing to compare."
exit "$failed"
