#include "bench/peak.h"

#include <algorithm>
#include <vector>

#include "bench/bench.h"
#include "ops/elementwise.h"
#include "ops/gemm.h"
#include "ops/gemm_tile.h"

namespace sidestep::bench {
namespace {

constexpr double kBudget = 0.15;  // seconds for each ceiling and sample

double fma_flops(Stream& stream) {
  const auto& kernels = gemm_detail::tile_kernels();
  constexpr int64_t kDepth = 192;  // a panel of 14 and one of 32 fill three quarters of a 32 KB L1
  constexpr int64_t kRepeats = 400;
  const int64_t threads = stream.pool().threads();
  const auto work = [&](int64_t) {
    alignas(64) static thread_local float a[kDepth * 14], b[kDepth * 32], c[14 * 32];
    const gemm_detail::Tile tile{.kc = kDepth,
                                 .a = a,
                                 .a_step = kernels.rows,
                                 .b = b,
                                 .b_step = kernels.columns(),
                                 .c = c,
                                 .ldc = kernels.columns(),
                                 .columns = kernels.columns(),
                                 .alpha = 1,
                                 .beta = 0,
                                 .bias = nullptr};
    for (int64_t i = 0; i < kRepeats; ++i) kernels.tile[0][kernels.rows - 1][kernels.vectors - 1](tile);
  };
  const double flops = 2.0 * static_cast<double>(kernels.rows * kernels.columns() * kDepth * kRepeats * threads);
  return flops / best_seconds([&] { stream.pool().parallel_for(threads, work); }, kBudget);
}

// The default GEMM on a square large enough to hide every edge: 1024 on a CPU, 8192 on CUDA.
double gemm_flops(DType dtype, Stream& stream) {
  const int64_t size = stream.device().kind == DeviceKind::cpu ? 1024 : 8192;
  const Device device = stream.device();
  const Storage a(dtype, {size, size}, device), b(dtype, {size, size}, device), c(dtype, {size, size}, device);
  const Gemm op{.a = a.view(), .b = b.view(), .c = c.tensor()};
  const auto run = [&] {
    gemm(op, stream);
    stream.synchronize();
  };
  const auto n = static_cast<double>(size);
  return 2.0 * n * n * n / best_seconds(run, 2 * kBudget);
}

double memory_bytes(Stream& stream) {
  // 32 MB each: beyond any L2 and most of L3; on a card, whose L2 holds 50 MB and more, 1 GB.
  const int64_t floats = stream.device().kind == DeviceKind::cpu ? int64_t{8} << 20 : int64_t{256} << 20;
  const Storage from(DType::f32, {floats}, stream.device()), to(DType::f32, {floats}, stream.device());
  const auto run = [&] {
    copy({.src = from.view(), .dst = to.tensor()}, stream);
    stream.synchronize();
  };
  return 8.0 * static_cast<double>(floats) / best_seconds(run, kBudget);
}

}  // namespace

void PeakMeter::sample() {
  Tally* const tally = stream_.tally();
  stream_.attach(nullptr);
  if (stream_.device().kind == DeviceKind::cpu) best_.fma_flops = std::max(best_.fma_flops, fma_flops(stream_));
  best_.gemm_flops = std::max(best_.gemm_flops, gemm_flops(dtype_, stream_));
  stream_.attach(tally);
}

void PeakMeter::sample_memory() {
  Tally* const tally = stream_.tally();
  stream_.attach(nullptr);
  best_.memory_bytes = std::max(best_.memory_bytes, memory_bytes(stream_));
  stream_.attach(tally);
}

}  // namespace sidestep::bench
