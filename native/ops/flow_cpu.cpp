#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/math.h"
#include "ops/backend.h"
#include "ops/kernels.h"
#include "ops/rows.h"

namespace sidestep::cpu {

namespace {

/// Stores floats as the tensor's dtype.
void store_row(const Tensor& y, int64_t offset, const float* values, int64_t n) {
  vector_kernels().convert(DType::f32, values, y.dtype(), at(y, offset), n);
}

/// A piece of a floating tensor as floats: the tensor's own memory when it is f32, else converted into `buffer`.
const float* floats(const ConstTensor& t, int64_t offset, int64_t n, float* buffer) {
  if (t.dtype() == DType::f32) return t.data<float>() + offset;
  vector_kernels().convert(t.dtype(), at(t, offset), DType::f32, buffer, n);
  return buffer;
}

constexpr int64_t kPiece = 1024;
using Piece = std::array<float, kPiece>;

/// Sum of (pred - velocity)^2 over elements first..last in f64; writes factor * (pred - velocity) to dpred if given.
double squared_error(const FlowLoss& op, int64_t first, int64_t last, float factor) {
  Piece pred_buffer, velocity_buffer, gradient;
  double total = 0;
  for (int64_t i = first; i < last; i += kPiece) {
    const int64_t n = std::min(kPiece, last - i);
    const float* pred = floats(op.pred, i, n, pred_buffer.data());
    const float* velocity = floats(op.velocity, i, n, velocity_buffer.data());
    for (int64_t j = 0; j < n; ++j) {
      const float difference = pred[j] - velocity[j];
      total += static_cast<double>(difference) * static_cast<double>(difference);
      gradient[static_cast<size_t>(j)] = factor * difference;
    }
    if (op.dpred) store_row(op.dpred, i, gradient.data(), n);
  }
  return total;
}

int64_t valid_frames(const FlowLoss& op, int64_t b) {
  return op.lengths ? std::clamp<int64_t>(op.lengths.data<int64_t>()[b], 0, op.pred.dim(1)) : op.pred.dim(1);
}

}  // namespace

void timestep_embedding(const TimestepEmbedding& op, Stream& stream) {
  const int64_t half = op.y.dim(1) / 2;
  over_rows(stream, op.t.dim(0), 2 * half, [&](int64_t b) {
    const float scaled = 1000.F * op.t.data<float>()[b], log_period = static_cast<float>(-math::log(10000.0));
    std::vector<float> row(static_cast<size_t>(2 * half));
    for (int64_t i = 0; i < half; ++i) {
      const float exponent = log_period * static_cast<float>(i) / static_cast<float>(half);
      const float frequency = static_cast<float>(math::exp(static_cast<double>(exponent)));
      const math::SinCos angle = math::sin_cos(static_cast<double>(scaled * frequency));
      row[static_cast<size_t>(i)] = static_cast<float>(angle.cos);
      row[static_cast<size_t>(half + i)] = static_cast<float>(angle.sin);
    }
    store_row(op.y, b * 2 * half, row.data(), 2 * half);
  });
}

void flow_interpolate(const FlowInterpolate& op, Stream& stream) {
  const int64_t width = op.x0.dim(2), frames = op.x0.dim(1);
  over_rows(stream, op.x0.dim(0) * frames, width, [&](int64_t row) {
    const float t = op.t.data<float>()[row / frames];
    const float *x0 = op.x0.data<float>() + row * width, *x1 = op.x1.data<float>() + row * width;
    Piece x_t, velocity;
    for (int64_t i = 0; i < width; i += kPiece) {
      const int64_t n = std::min(kPiece, width - i);
      for (int64_t j = 0; j < n; ++j) {
        const auto k = static_cast<size_t>(j);
        x_t[k] = t * x1[i + j] + (1.F - t) * x0[i + j];
        velocity[k] = x1[i + j] - x0[i + j];
      }
      store_row(op.x_t, row * width + i, x_t.data(), n);
      store_row(op.velocity, row * width + i, velocity.data(), n);
    }
  });
}

void flow_loss(const FlowLoss& op, Stream& stream) {
  const int64_t batch = op.pred.dim(0), frames = op.pred.dim(1), width = op.pred.dim(2);
  // Fixed runs of frames, so that the order of summation depends on the shape alone.
  const int64_t run = std::max<int64_t>(1, kTaskElements / std::max<int64_t>(1, width));
  const int64_t runs = (frames + run - 1) / run;
  std::vector<double> partial(static_cast<size_t>(batch * runs));
  for (int64_t b = 0; b < batch; ++b) {
    if (op.lengths && op.lengths.data<int64_t>()[b] < 1) {
      throw Error("native/argument-invalid", "flow_loss: lengths[" + std::to_string(b) + "]: expected at least 1 frame",
                  "A sample without latent frames cannot be trained on.");
    }
  }
  stream.pool().parallel_for(batch * runs, [&](int64_t task) {
    const int64_t b = task / runs, valid = valid_frames(op, b);
    const int64_t begin = task % runs * run, end = std::min(frames, begin + run), counted = std::clamp(valid, begin, end);
    const float weight = op.weights ? op.weights.data<float>()[b] : 1.F;
    const double share = static_cast<double>(op.grad_scale) * weight * 2.0 / static_cast<double>(batch * valid * width);
    const int64_t base = b * frames * width;
    partial[static_cast<size_t>(task)] =
        squared_error(op, base + begin * width, base + counted * width, static_cast<float>(share));
    if (op.dpred && counted < end) {
      const Piece zeros{};
      for (int64_t i = counted * width; i < end * width; i += kPiece) {
        store_row(op.dpred, base + i, zeros.data(), std::min(kPiece, end * width - i));
      }
    }
  });
  double loss = 0;
  for (int64_t b = 0; b < batch; ++b) {
    double total = 0;
    for (int64_t i = 0; i < runs; ++i) total += partial[static_cast<size_t>(b * runs + i)];
    const double mean = total / static_cast<double>(valid_frames(op, b) * width);
    op.per_sample.data<float>()[b] = static_cast<float>(mean);
    loss += mean * (op.weights ? static_cast<double>(op.weights.data<float>()[b]) : 1.0);
  }
  op.loss.data<float>()[0] = static_cast<float>(loss / static_cast<double>(batch));
}

void normal_fill(const NormalFill& op, Stream& stream) {
  over_ranges(stream, op.y.numel(), [&](int64_t first, int64_t last) {
    Piece values;  // ranges begin at multiples of 4: whole blocks of the generator
    for (int64_t i = first; i < last; i += kPiece) {
      const int64_t n = std::min(kPiece, last - i);
      for (int64_t j = 0; j < n; j += 4) {
        const std::array<float, 4> block = normal_block(op.key, static_cast<uint64_t>((i + j) / 4));
        std::copy(block.begin(), block.end(), values.begin() + j);
      }
      store_row(op.y, i, values.data(), n);
    }
  });
}

}  // namespace sidestep::cpu
