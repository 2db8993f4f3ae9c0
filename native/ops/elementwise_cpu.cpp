#include <array>
#include <cmath>
#include <string>

#include "core/error.h"
#include "core/philox.h"
#include "ops/backend.h"
#include "ops/kernels.h"
#include "ops/rows.h"

namespace sidestep::cpu {

namespace {

/// Offset of row (b, t) of a [B, T, D] tensor.
int64_t row_offset(const ConstTensor& t, int64_t b, int64_t row) { return b * t.stride(0) + row * t.stride(1); }

}  // namespace

void add(const Add& op, Stream& stream) {
  const VectorKernels& kernels = vector_kernels();
  const DType dtype = op.a.dtype();
  const int64_t n = op.a.numel(), period = op.b.numel();
  if (n == 0) return;
  if (period == n) {
    over_ranges(stream, n, [&](int64_t first, int64_t last) {
      kernels.add(dtype, at(op.a, first), at(op.b, first), at(op.y, first), op.alpha, op.beta, last - first);
    });
    return;
  }
  over_rows(stream, n / period, period, [&](int64_t row) {
    const int64_t first = row * period;
    kernels.add(dtype, at(op.a, first), at(op.b, 0), at(op.y, first), op.alpha, op.beta, period);
  });
}

void multiply(const Multiply& op, Stream& stream) {
  over_ranges(stream, op.a.numel(), [&](int64_t first, int64_t last) {
    vector_kernels().multiply(op.a.dtype(), at(op.a, first), at(op.b, first), at(op.y, first), last - first);
  });
}

void silu(const Silu& op, Stream& stream) {
  over_ranges(stream, op.x.numel(), [&](int64_t first, int64_t last) {
    vector_kernels().silu(op.x.dtype(), at(op.x, first), at(op.y, first), last - first);
  });
}

void silu_backward(const SiluBackward& op, Stream& stream) {
  over_ranges(stream, op.x.numel(), [&](int64_t first, int64_t last) {
    vector_kernels().silu_backward(op.x.dtype(), at(op.dy, first), at(op.x, first), at(op.dx, first), last - first);
  });
}

void swiglu(const SwiGlu& op, Stream& stream) {
  const int64_t width = op.gate.dim(1);
  over_rows(stream, op.gate.dim(0), width, [&](int64_t row) {
    vector_kernels().swiglu(op.gate.dtype(), at(op.gate, row * op.gate.stride(0)), at(op.up, row * op.up.stride(0)),
                            at(op.y, row * op.y.stride(0)), width);
  });
}

void swiglu_backward(const SwiGluBackward& op, Stream& stream) {
  const int64_t width = op.gate.dim(1);
  over_rows(stream, op.gate.dim(0), width, [&](int64_t row) {
    vector_kernels().swiglu_backward(op.gate.dtype(), at(op.dy, row * op.dy.stride(0)), at(op.gate, row * op.gate.stride(0)),
                                     at(op.up, row * op.up.stride(0)), at(op.dgate, row * op.dgate.stride(0)),
                                     at(op.dup, row * op.dup.stride(0)), width);
  });
}

void gated_add(const GatedAdd& op, Stream& stream) {
  const int64_t frames = op.x.dim(1), width = op.x.dim(2);
  over_rows(stream, op.x.dim(0) * frames, width, [&](int64_t row) {
    const int64_t b = row / frames, t = row % frames;
    vector_kernels().gated_add(op.x.dtype(), at(op.x, row_offset(op.x, b, t)), at(op.gate, b * op.gate.stride(0)),
                               at(op.h, row_offset(op.h, b, t)), at(op.y, row_offset(op.y, b, t)), width);
  });
}

void gated_add_backward(const GatedAddBackward& op, Stream& stream) {
  const VectorKernels& kernels = vector_kernels();
  const DType dtype = op.dy.dtype();
  const int64_t frames = op.dy.dim(1), width = op.dy.dim(2), batch = op.dy.dim(0);
  if (op.dgate) {  // before dh, which may alias dy
    const auto add_row = [&](int64_t b, int64_t t, int64_t first, float* total, int64_t count) {
      kernels.accumulate_product(dtype, at(op.dy, row_offset(op.dy, b, t) + first), at(op.h, row_offset(op.h, b, t) + first), 1,
                                 total, count);
    };
    for (int64_t b = 0; b < batch; ++b) {
      sum_over_rows(stream, frames, width, op.dgate.data<float>() + b * op.dgate.stride(0),
                    [&](int64_t t, int64_t first, float* total, int64_t count) { add_row(b, t, first, total, count); });
    }
  }
  over_rows(stream, batch * frames, width, [&](int64_t row) {
    const int64_t b = row / frames, t = row % frames;
    kernels.multiply(dtype, at(op.dy, row_offset(op.dy, b, t)), at(op.gate, b * op.gate.stride(0)),
                     at(op.dh, row_offset(op.dh, b, t)), width);
  });
}

void embedding(const Embedding& op, Stream& stream) {
  const int64_t vocabulary = op.table.dim(0), width = op.table.dim(1);
  const auto* ids = op.ids.data<int64_t>();
  for (int64_t n = 0; n < op.ids.dim(0); ++n) {
    if (ids[n] >= 0 && ids[n] < vocabulary) continue;
    throw Error("native/index-out-of-range",
                "embedding: ids[" + std::to_string(n) + "]: expected a row in [0, " + std::to_string(vocabulary) + "), found " +
                    std::to_string(ids[n]),
                "The tokenizer and the text encoder's weights do not belong together.");
  }
  over_rows(stream, op.ids.dim(0), width, [&](int64_t n) {
    vector_kernels().convert(op.table.dtype(), at(op.table, ids[n] * op.table.stride(0)), op.y.dtype(),
                             at(op.y, n * op.y.stride(0)), width);
  });
}

void sum_rows(const SumRows& op, Stream& stream) {
  sum_over_rows(stream, op.x.dim(0), op.x.dim(1), op.y.data<float>(),
                [&](int64_t row, int64_t first, float* total, int64_t count) {
                  vector_kernels().accumulate(op.x.dtype(), at(op.x, row * op.x.stride(0) + first), total, count);
                });
}

void dropout(const Dropout& op, Stream& stream) {
  const uint64_t step = op.step_counter ? static_cast<uint64_t>(op.step_counter.data<int64_t>()[0]) : op.step;
  const RandomKey key{op.seed, Purpose::adapter_dropout, step, op.sample};
  const DType dtype = op.x.dtype();
  const float scale = 1.F / (1.F - op.p);
  // bernoulli(key, i, p) drops element i: (word + 0.5) / 2^32 < p, decided here on the words themselves.
  const auto threshold = static_cast<uint64_t>(std::ceil(static_cast<double>(op.p) * 4294967296.0 - 0.5));
  over_ranges(stream, op.x.numel(), [&](int64_t first, int64_t last) {
    std::array<float, 256> mask;
    for (int64_t i = first; i < last; i += 256) {  // kTaskElements is a multiple of 256, so blocks of four stay whole
      const int64_t count = std::min<int64_t>(256, last - i);
      for (int64_t j = 0; j < count; j += 4) {
        const auto words = random_block(key, static_cast<uint64_t>((i + j) / 4));
        for (size_t w = 0; w < 4; ++w) mask[static_cast<size_t>(j) + w] = words[w] >= threshold ? scale : 0.F;
      }
      if (dtype == DType::f32) {
        vector_kernels().multiply(dtype, at(op.x, i), mask.data(), at(op.y, i), count);
        continue;
      }
      std::array<uint16_t, 256> narrow;
      vector_kernels().convert(DType::f32, mask.data(), dtype, narrow.data(), count);
      vector_kernels().multiply(dtype, at(op.x, i), narrow.data(), at(op.y, i), count);
    }
  });
}

}  // namespace sidestep::cpu
