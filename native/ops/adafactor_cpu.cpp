#include <cmath>

#include "core/math.h"
#include "ops/backend.h"
#include "ops/optimizer_chunks.h"

namespace sidestep::cpu {

namespace {

struct Rates {
  float beta, eps;
};

/// The second moment as r[i] * c[j], both already inverse square roots; per element for an unfactored parameter.
struct Inverse {
  std::vector<float> row, col;
};

Inverse update_whole(const float* g, float* moment, int64_t n, const Rates& rates) {
  Inverse inverse;
  inverse.row.resize(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) {
    moment[i] = moment[i] * rates.beta + (g[i] * g[i] + rates.eps) * (1 - rates.beta);
    inverse.row[static_cast<size_t>(i)] = 1 / std::sqrt(moment[i]);
  }
  return inverse;
}

Inverse update_factored(const float* g, float* row, float* col, int64_t rows, int64_t cols, const Rates& rates) {
  std::vector<double> col_sum(static_cast<size_t>(cols));
  double row_total = 0;
  for (int64_t i = 0; i < rows; ++i) {
    double sum = 0;
    for (int64_t j = 0; j < cols; ++j) {
      const double u = static_cast<double>(g[i * cols + j] * g[i * cols + j]) + static_cast<double>(rates.eps);
      sum += u;
      col_sum[static_cast<size_t>(j)] += u;
    }
    row[i] = row[i] * rates.beta + static_cast<float>(sum / static_cast<double>(cols)) * (1 - rates.beta);
    row_total += static_cast<double>(row[i]);
  }
  Inverse inverse;
  const auto row_mean = static_cast<float>(row_total / static_cast<double>(rows));
  for (int64_t i = 0; i < rows; ++i) inverse.row.push_back(1 / std::sqrt(row[i] / row_mean));
  for (int64_t j = 0; j < cols; ++j) {
    const double mean = col_sum[static_cast<size_t>(j)] / static_cast<double>(rows);
    col[j] = col[j] * rates.beta + static_cast<float>(mean) * (1 - rates.beta);
    inverse.col.push_back(1 / std::sqrt(col[j]));
  }
  return inverse;
}

float scaled(const Inverse& inverse, const float* g, int64_t i, int64_t cols) {
  if (inverse.col.empty()) return inverse.row[static_cast<size_t>(i)] * g[i];
  return inverse.row[static_cast<size_t>(i / cols)] * inverse.col[static_cast<size_t>(i % cols)] * g[i];
}

void update_tensor(const Adafactor& op, size_t index, const Rates& rates) {
  const Tensor& param = op.params[index];
  const bool factored = param.rank() >= 2;
  const int64_t rows = factored ? param.dim(-2) : 1, cols = factored ? param.dim(-1) : param.numel();
  const int64_t matrices = param.numel() / std::max<int64_t>(1, rows * cols);
  const float* g = op.grads[index].data<float>();
  float* p = param.data<float>();
  std::vector<Inverse> inverses;
  double squares = 0;
  for (int64_t b = 0; b < matrices; ++b) {
    const float* gradient = g + b * rows * cols;
    inverses.push_back(factored ? update_factored(gradient, op.row[index].data<float>() + b * rows,
                                                  op.col[index].data<float>() + b * cols, rows, cols, rates)
                                : update_whole(gradient, op.row[index].data<float>(), cols, rates));
    for (int64_t i = 0; i < rows * cols; ++i) {
      const auto u = static_cast<double>(scaled(inverses.back(), gradient, i, cols));
      squares += u * u;
    }
  }
  const double rms = std::sqrt(squares / static_cast<double>(std::max<int64_t>(1, param.numel())));
  const auto factor = static_cast<float>(op.learning_rate / std::max(1.0, rms / op.clip_threshold));
  const auto decay = static_cast<float>(1 - op.learning_rate * op.weight_decay);
  for (int64_t b = 0; b < matrices; ++b) {
    const int64_t at = b * rows * cols;
    for (int64_t i = 0; i < rows * cols; ++i) {
      p[at + i] = p[at + i] * decay - factor * scaled(inverses[static_cast<size_t>(b)], g + at, i, cols);
    }
  }
}

}  // namespace

void adafactor(const Adafactor& op, Stream& stream) {
  if (held_back(op.proceed)) return;
  const auto beta = static_cast<float>(1 - math::pow(static_cast<double>(op.step), op.decay_rate));
  const Rates rates{beta, static_cast<float>(op.eps)};
  stream.pool().parallel_for(static_cast<int64_t>(op.params.size()),
                             [&](int64_t i) { update_tensor(op, static_cast<size_t>(i), rates); });
}

}  // namespace sidestep::cpu
