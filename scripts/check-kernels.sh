#!/usr/bin/env bash
# No kernel may spill registers to local memory: a spill in a loop costs more than the arithmetic around it. Reads the assembler's
# reports of a build made with -DSIDESTEP_CUDA_REPORT=ON, names each kernel that spills, and says what was looked at.
#   scripts/check-kernels.sh BUILD_FOLDER [ARCHITECTURE]...     e.g. build-ci sm_80 sm_90: each must be there
set -uo pipefail
build=$1
shift
mapfile -t reports < <(find "$build" -name '*.kernels' | sort)
if [ ${#reports[@]} -eq 0 ]; then
  echo "no kernel reports in $build: build it with -DSIDESTEP_CUDA=ON -DSIDESTEP_CUDA_REPORT=ON" >&2
  exit 1
fi

# One line a kernel: file, architecture, mangled name, spilled bytes (stores + loads), stack, registers.
rows=$(awk '
  /Compiling entry function/ { split($0, part, "\x27"); name = part[2]; arch = part[4]; stack = spills = 0; next }
  /bytes stack frame/ { stack = $1; spills = $5 + $9; next }
  /Used [0-9]+ registers/ {
    match($0, /Used [0-9]+/)
    file = FILENAME
    sub(/.*\//, "", file)
    sub(/\.o\.kernels$/, "", file)
    print file, arch, name, spills, stack, substr($0, RSTART + 5, RLENGTH - 5)
  }' "${reports[@]}")

status=0
# What the assembler says of products of warp groups that it had to make wait for each other, or for registers.
if grep -h -E '\(C75[0-9]+\)' "${reports[@]}" | c++filt; then
  echo "the assembler put waits or fences between products of warp groups"
  status=1
fi
for architecture in "$@"; do
  grep -q " $architecture " <<<"$rows" && continue
  echo "no kernel was compiled for $architecture"
  status=1
done
while read -r file architecture name spills stack registers; do
  [ "$spills" -eq 0 ] && continue
  echo "$file, $architecture: $(c++filt "$name") spills: $spills bytes stored and loaded, $registers registers, $stack bytes of stack"
  status=1
done <<<"$rows"
awk '{ files[$1]; archs[$2]; if ($6 > most) { most = $6; which = $1 } if ($5 > 0) stacks++ }
  END { list = ""; for (a in archs) list = list " " a
    printf "%d kernels of %d files for%s: at most %d registers (%s), %d with a stack frame\n", NR, length(files), list, most, which, stacks }' <<<"$rows"
exit $status
