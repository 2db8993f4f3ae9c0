#!/usr/bin/env bash
# Compiler launcher for CUDA files: runs the compiler and keeps what its assembler says of each kernel (registers, stack,
# spills; ptxas -v) beside the object, for scripts/check-kernels.sh. Set by -DSIDESTEP_CUDA_REPORT=ON.
object=""
previous=""
for word in "$@"; do
  [ "$previous" = -o ] && object=$word
  previous=$word
done
"$@" 2>"$object.log"
status=$?
grep -v -e '^ptxas info' -e 'bytes stack frame' -e '^$' "$object.log" >&2 # warnings and errors go where they always go
[ $status -eq 0 ] && mv "$object.log" "$object.kernels"
exit $status
