#!/usr/bin/env bash
# How many blocks of each attention kernel a multiprocessor holds: what hides loads, barriers and softmax there. From what the assembler says
# (registers, static shared memory) of an architecture, and from what the SIMT machine saw launched (threads and dynamic shared memory of a
# block). Fails where that is not what native/bench/occupancy.txt says, which --write brings up to date.
#   scripts/check-occupancy.sh BUILD_FOLDER [--write]      after ctest --test-dir BUILD_FOLDER -R simt_; needs nvcc
set -uo pipefail
build=$1
write=${2:-}
here=$(cd "$(dirname "$0")/.." && pwd)
expected=$here/native/bench/occupancy.txt
architectures=(80 86 89 90 120)
work=$build/occupancy
mkdir -p "$work"

nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
[ -x "$nvcc" ] || { echo "There is no nvcc on this machine: occupancy was not looked at."; exit 0; }
compgen -G "$build/simt/*.report" > /dev/null || { echo "no reports in $build/simt: run ctest --test-dir $build -R simt_ first" >&2; exit 1; }

# assemble FILE ARCHITECTURE: registers and static shared memory of its kernels, into WORK
assemble() {
  local report=$work/$1.$2.kernels
  "$nvcc" -cubin "-arch=sm_$2" -std=c++20 --expt-relaxed-constexpr -diag-suppress=554 -Xptxas=-v -I "$here/native" -o "$work/$1.$2.cubin" \
    "$here/native/ops/$1.cu" > "$report" 2>&1 && return
  cat "$report" >&2
  rm -f "$report"
  return 1
}
export -f assemble
export nvcc work here
rm -f "$work"/*.kernels
# What the build has assembled already (-DSIDESTEP_CUDA_REPORT=ON) is read there. Kernels of warp groups exist for one architecture alone; the
# plain ones serve exactness, not speed.
for file in "$here"/native/ops/attention*_cuda.cu; do
  name=$(basename "$file" .cu)
  case $name in
    attention_cuda) continue ;;
    *_hopper_cuda) wanted=(90a) ;;
    *) wanted=("${architectures[@]}") ;;
  esac
  built=$(find "$build" -path "$work" -prune -o -name "$name.cu.o.kernels" -newer "$file" -print -quit)
  for architecture in "${wanted[@]}"; do
    if [ -n "$built" ] && grep -q "'sm_$architecture'" "$built"; then
      cp "$built" "$work/$name.built.kernels"
    else
      echo "$name $architecture"
    fi
  done
done | xargs -r -P "${JOBS:-$(nproc)}" -L 1 bash -c 'assemble "$0" "$1"' || exit 1

# KERNEL<TAB>ARCHITECTURE<TAB>REGISTERS<TAB>STATIC BYTES
cat "$work"/*.kernels | awk '
  /Compiling entry function/ { split($0, part, "\x27"); name = part[2]; arch = part[4]; next }
  /Used [0-9]+ registers/ {
    match($0, /Used [0-9]+/); registers = substr($0, RSTART + 5, RLENGTH - 5)
    bytes = match($0, /[0-9]+ bytes smem/) ? substr($0, RSTART, RLENGTH) + 0 : 0
    printf "%s\t%s\t%s\t%s\n", name, arch, registers, bytes
  }' | c++filt > "$work/assembled"
# THREADS BYTES KERNEL
sed -n 's/^block //p' "$build"/simt/*.report > "$work/launched"

awk -F '\t' '
  function short(name,   i, c, depth) { # as simt/symbols.cpp names kernels
    gsub(/sidestep::cuda::|\(anonymous namespace\)::|^void /, "", name)
    for (i = 1; i <= length(name); ++i) {
      c = substr(name, i, 1)
      if (c == "<") ++depth
      if (c == ">") --depth
      if (c == "(" && depth == 0) return substr(name, 1, i - 1)
    }
    return name
  }
  function taken(name, card) { # by what a multiprocessor has (attention_backward_cuda.cu); 9.0 stands for 10.0, too
    if (name ~ /_wide_kernel/ && name ~ /dkv/) return card == 90
    if (name ~ /\(Tile\)8192/) return card == 80
    if (name ~ /\(Tile\)4096/) return card == 86 || card == 89 || card == 120
    return 1
  }
  function up(value, step) { return int((value + step - 1) / step) * step }
  function least(a, b) { return a < b ? a : b }
  BEGIN { # of compute capabilities 8.0, 8.6, 8.9, 9.0, 12.0: KiB of shared memory, warps and blocks of a multiprocessor
    kib[80] = 164; warps[80] = 64; blocks[80] = 32
    kib[86] = 100; warps[86] = 48; blocks[86] = 16
    kib[89] = 100; warps[89] = 48; blocks[89] = 24
    kib[90] = 228; warps[90] = 64; blocks[90] = 32
    kib[120] = 100; warps[120] = 48; blocks[120] = 24
  }
  FILENAME ~ /launched$/ {
    split($0, word, " ")
    name = substr($0, length(word[1]) + length(word[2]) + 3)
    if (word[1] > threads[name]) threads[name] = word[1]
    if (word[2] > bytes[name]) bytes[name] = word[2]
    next
  }
  {
    name = short($1)
    card = $2; gsub(/[^0-9]/, "", card)
    if (!taken(name, card)) next
    if (!(name in threads)) { # heads and types that no test launches
      if (!(name in said)) print "no test launches " name > "/dev/stderr"
      said[name] = 1; failed = 1
      next
    }
    count = up(int((threads[name] + 31) / 32), 4) # a processor has four parts: a block takes as many warps of each
    of_registers = 4 * int(16384 / up(up($3, 8) * 32, 256)) / count
    of_memory = int(kib[card] * 1024 / (up($4 + bytes[name], 128) + 1024))
    held = int(least(least(of_registers, of_memory), least(warps[card] / count, blocks[card])))
    printf "%s\t%s\t%d\n", name, $2, held
    printf "%-62s %-7s %3d registers, %3d threads, %6d bytes: %d blocks\n", name, $2, $3, threads[name], $4 + bytes[name], held > "/dev/stderr"
  }
  END { exit failed }' "$work/launched" "$work/assembled" > "$work/rows" || exit 1
sort "$work/rows" > "$work/found"

if [ "$write" = --write ]; then
  { sed -n '/^#/p' "$expected" 2> /dev/null; cat "$work/found"; } > "$work/new" && mv "$work/new" "$expected"
fi
diff <(grep -v '^#' "$expected") "$work/found" > "$work/difference" && { echo "$(wc -l < "$work/found") kernels and architectures hold the blocks that occupancy.txt says"; exit 0; }
echo "blocks a multiprocessor holds: < as native/bench/occupancy.txt says, > as compiled; where that is meant: $0 $build --write" >&2
grep '^[<>]' "$work/difference" >&2
exit 1
