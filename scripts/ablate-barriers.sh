#!/usr/bin/env bash
# How sharp are the kernels' tests? Every barrier of the CUDA backend, and what waits for copies and products of warp groups, is taken out, one at a time, on the SIMT machine, and the op tests must
# notice: by wrong numbers or by the machine's own complaint, in one of a few orders of threads. One that is not noticed must be explained below.
#   scripts/ablate-barriers.sh BUILD_FOLDER [FILE[:LINE]]...      e.g. build-ci rotation_cuda.cu conv1d_cuda.cu:249
set -uo pipefail
build=$1
shift
here=$(cd "$(dirname "$0")/.." && pwd)
pattern='__sync\(threads\|warp\)[a-z_]*(\|ptx::cp_async_wait<\|ptx::mbarrier_wait(\|ptx::wgmma_\(wait<\|fence(\)'
what=("$@")
[ ${#what[@]} -gt 0 ] || mapfile -t what < <(cd "$here/native/ops" && grep -l "$pattern" ./*_cuda.cu ./*.cuh | sed 's|^\./||')

# What is tried for a file's barriers: parts of tests' names, `|` between what is tried one after the other, the cheapest first.
attention='in one tile|in several tiles|in many tiles|attention_tensor'
declare -A tests=([adafactor_cuda.cu]="adafactor: one" [adamw8bit_cuda.cu]="adamw8bit: its steps" [attention_backward_cuda.cu]=$attention [attention_dq_cuda.cu]=$attention
  [attention_dkv_wide_cuda.cu]=$attention [attention_forward_hopper_cuda.cu]=$attention [attention_dkv_hopper_cuda.cu]=$attention [attention_forward_cuda.cu]=$attention
  [attention_cuda.cu]="in several tiles|attention: forward and backward" [elementwise_cuda.cu]=sum_rows [norm_cuda.cu]="modulated_rms_norm: forward"
  [optimizer_cuda.cu]=update_gate [rotation_cuda.cu]="cayley_inverse: times|cayley_inverse|rotation_test" [cuda_reduce.cuh]="rms_norm: forward|prodigy_moments"
  [gemm_tile_cuda.cuh]="gemm: batches" [gemm_mma_cuda.cu]="16 bytes, without a bias|16 bytes, with a result" [conv1d_cuda.cu]="conv1d: strides"
  [copy_cuda.cu]="copy: matrices" [gemm8bit_cuda.cu]="gemm8bit: odd" [quantise_rows_cuda.cu]="quantise_rows: every")

# Orders of threads and copies, those that notice most first.
orders=(forward,lazy runaway,lazy reverse,lazy random,eager forward,eager random,lazy reverse,eager runaway,eager)

# Kernels of cards with more shared memory than the machine has by itself.
declare -A shared=([attention_dkv_wide_cuda.cu]=228 [attention_forward_hopper_cuda.cu]=hopper [attention_dkv_hopper_cuda.cu]=hopper)

# Barriers that order memory and nothing else: the shuffles around them already gather the lanes, and on the SIMT machine, which has one order of
# memory, numbers stay right. The thread sanitizer reports their absence (scripts/simt-nightly.sh). And what is there for the assembler alone, which
# puts waits or fences of its own where it sees none (scripts/check-kernels.sh).
explained() { # FILE LINE
  [[ "$1" = *_hopper_cuda.cu ]] && sed -n "$2p" "$here/native/ops/$1" | grep -q 'for the assembler\|every lane has read the last' && return
  [ "$1" = adamw8bit_cuda.cu ] && sed -n "$2p" "$here/native/ops/$1" | grep -q 'every lane has read the old scales'
}

attempt() { # FILE ORDER,COPIES PARTS LINE: ends at the first test that fails
  local parts
  IFS=';' read -ra parts <<<"$3"
  SIDESTEP_SIMT_SKIP=$1:$4 SIDESTEP_SIMT_ORDER=${2%,*} SIDESTEP_SIMT_COPIES=${2#*,} SIDESTEP_SIMT_SHARED=${shared[$1]:-100} SIDESTEP_CUBLASLT= \
    timeout "${LIMIT:-1800}" "$build/sidestep_tests" --device simt --stop-on-failure "${parts[@]}" > /dev/null 2>&1
}

notices() { # FILE LINE: in which order which tests fail, or nothing; what takes too long has not failed
  local order parts steps
  IFS='|' read -ra steps <<<"${tests[$1]:-native/ops/}"
  for parts in "${steps[@]}"; do
    for order in "${orders[@]}"; do
      attempt "$1" "$order" "$parts" "$2"
      case $? in
        0) ;;
        124) echo "$1:$2, $order copies, \"$parts\": not over after ${LIMIT:-1800} s, which says nothing" >&2 ;;
        *) echo "$order copies, \"$parts\""; return ;;
      esac
    done
  done
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exec 3>&2
TIMEFORMAT=%U
blind=0
for one in "${what[@]}"; do
  file=${one%%:*}
  # A test that fails anyway notices everything.
  first=${tests[$file]:-native/ops/}
  attempt "$file" "${orders[0]}" "${first%%|*}" 0 || { echo "\"${first%%|*}\" fails as it is, or there is none"; exit 2; }
  while IFS=: read -r line _; do
    [[ "$one" = "$file" || "$one" = "$file:$line" ]] || continue
    { time found=$(notices "$file" "$line" 2>&3); } 2> "$work/seconds"
    if [ -z "$found" ] && explained "$file" "$line"; then found="only by the thread sanitizer, as explained in $(basename "$0")"; fi
    [ -n "$found" ] || blind=$((blind + 1))
    echo "$file:$line ${found:+noticed: }${found:-NOT NOTICED} ($(<"$work/seconds") s of a processor)"
  done < <(grep -n "$pattern" "$here/native/ops/$file")
done
echo "$blind barriers neither noticed nor explained"
[ "$blind" -eq 0 ]
