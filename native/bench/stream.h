#pragma once
#include "bench/arguments.h"
#include "bench/steps.h"
#include "core/stream.h"

namespace sidestep::bench {

/// From `--backend cpu|cuda|fake-cuda` (the last: a fake card, see fake_cuda/plugin.cpp) and `--threads N` (0 or absent: all
/// cores). Throws bench/usage, native/device-unavailable.
Stream open_stream(const Arguments& arguments);
/// What the models compute in: f32 on the CPU, `--precision bf16|f16|f32` on CUDA (bf16 unless given).
DType compute_dtype(const Arguments& arguments, const Stream& stream);
/// `--precision bf16|f16|f32`, bf16 unless given. Throws bench/usage.
DType precision(const Arguments& arguments);
Format format(const Arguments& arguments);
/// The file named by --config, parsed.
Json config_of(const Arguments& arguments);

}  // namespace sidestep::bench
