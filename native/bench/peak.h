#pragma once
#include "core/dtype.h"
#include "core/stream.h"

namespace sidestep::bench {

/// The ceilings of this machine, measured in the same process as what they are compared with.
struct Peaks {
  double fma_flops = 0;     ///< the register tile on operands in L1: what the arithmetic units can do (CPU only)
  double gemm_flops = 0;    ///< the best large square product of the default GEMM
  double memory_bytes = 0;  ///< bytes/s of a large copy, read plus written
};

/// Keeps the best of several measurements: call sample() before, between and after what is benched.
class PeakMeter {
 public:
  /// `dtype`: of the GEMM whose peak is measured.
  explicit PeakMeter(Stream& stream, DType dtype = DType::f32) : stream_(stream), dtype_(dtype) {}
  /// FMA and GEMM ceilings; needs 12 MB on the CPU.
  void sample();
  /// The memory ceiling; needs 64 MB.
  void sample_memory();
  const Peaks& best() const { return best_; }

 private:
  Stream& stream_;
  DType dtype_;
  Peaks best_;
};

}  // namespace sidestep::bench
