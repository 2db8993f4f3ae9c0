#!/usr/bin/env bash
# How sharp are the kernels' tests? Every barrier of the CUDA backend, and what waits for copies and products of warp groups, is taken out, one at a time, on the SIMT machine, and the op tests must
# notice: by wrong numbers or by the machine's own complaint, in one of a few orders of threads. One that is not noticed must be explained below.
#   scripts/ablate-barriers.sh BUILD_FOLDER [FILE]...      e.g. build-ci rotation_cuda.cu
set -uo pipefail
build=$1
shift
here=$(cd "$(dirname "$0")/.." && pwd)
files=("$@")
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(cd "$here/native/ops" && grep -l '__sync\(threads\|warp\)' ./*_cuda.cu ./*.cuh | grep -v '^./hopper_cuda.cuh' | sed 's|^\./||')

declare -A tests=([adafactor_cuda.cu]=adafactor [adamw8bit_cuda.cu]=adamw8bit [attention_backward_cuda.cu]=attention_tensor [attention_dq_cuda.cu]=attention_tensor [attention_dkv_wide_cuda.cu]=attention_tensor
  [attention_forward_hopper_cuda.cu]=attention_tensor [attention_dkv_hopper_cuda.cu]=attention_tensor
  [attention_forward_cuda.cu]=attention_tensor [attention_cuda.cu]="zero gradients;attention_tensor" [elementwise_cuda.cu]="gated_add;sum_rows"
  [norm_cuda.cu]=modulated_rms_norm [optimizer_cuda.cu]=optimizer [rotation_cuda.cu]=rotation [cuda_reduce.cuh]="norm;flow_loss"
  [gemm_tile_cuda.cuh]="gemm: batches" [gemm_mma_cuda.cu]="gemm: 16-bit" [conv1d_cuda.cu]=conv1d [flow_cuda.cu]=flow_loss
  [copy_cuda.cu]="copy:" [gemm8bit_cuda.cu]=gemm8bit_test [quantise_rows_cuda.cu]=gemm8bit_test)

# Kernels of cards with more shared memory than the machine has by itself.
declare -A shared=([attention_dkv_wide_cuda.cu]=228 [attention_forward_hopper_cuda.cu]=hopper [attention_dkv_hopper_cuda.cu]=hopper)

# Barriers that order memory and nothing else: the shuffles around them already gather the lanes, and on the SIMT machine, which has one order of
# memory, numbers stay right. The thread sanitizer reports their absence (scripts/simt-nightly.sh). And what is there for the assembler alone, which
# puts waits or fences of its own where it sees none (scripts/check-kernels.sh).
explained() { # FILE LINE
  [[ "$1" = *_hopper_cuda.cu ]] && sed -n "$2p" "$here/native/ops/$1" | grep -q 'for the assembler\|every lane has read the last' && return
  [ "$1" = adamw8bit_cuda.cu ] && sed -n "$2p" "$here/native/ops/$1" | grep -q 'every lane has read the old scales'
}

notices() { # FILE LINE: in which order the tests fail, or nothing; one that takes too long has not failed
  local order copies parts
  IFS=';' read -ra parts <<<"${tests[$1]:-native/ops/}"
  for order in forward reverse random runaway; do
    for copies in lazy eager; do
      SIDESTEP_SIMT_SKIP=$1:$2 SIDESTEP_SIMT_ORDER=$order SIDESTEP_SIMT_COPIES=$copies SIDESTEP_SIMT_SHARED=${shared[$1]:-100} SIDESTEP_CUBLASLT= timeout "${LIMIT:-1800}" "$build/sidestep_tests" --device simt "${parts[@]}" > /dev/null 2>&1
      case $? in
        0) ;;
        124) echo "$1:$2, $order, $copies copies: not over after ${LIMIT:-1800} s, which says nothing" >&2 ;;
        *) echo "$order, $copies copies"; return ;;
      esac
    done
  done
}

blind=0
for file in "${files[@]}"; do
  while IFS=: read -r line _; do
    found=$(notices "$file" "$line")
    if [ -z "$found" ] && explained "$file" "$line"; then found="only by the thread sanitizer, as explained in $(basename "$0")"; fi
    [ -n "$found" ] || blind=$((blind + 1))
    echo "$file:$line ${found:+noticed: }${found:-NOT NOTICED}"
  done < <(grep -n '__sync\(threads\|warp\)[a-z_]*(\|ptx::mbarrier_wait(\|ptx::wgmma_\(wait<\|fence(\)' "$here/native/ops/$file")
done
echo "$blind barriers neither noticed nor explained"
[ "$blind" -eq 0 ]
