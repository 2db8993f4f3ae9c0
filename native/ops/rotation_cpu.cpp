#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "ops/backend.h"

namespace sidestep::cpu {

void skew_symmetric(const SkewSymmetric& op, Stream& stream) {
  const int64_t n = op.q.dim(1);
  stream.pool().parallel_for(op.q.dim(0), [&](int64_t b) {
    const float* v = op.vector.data<float>() + b * op.vector.dim(1);
    float* q = op.q.data<float>() + b * n * n;
    for (int64_t i = 0; i < n; ++i) {
      q[i * n + i] = 0;
      for (int64_t j = i + 1; j < n; ++j, ++v) {
        q[i * n + j] = *v;
        q[j * n + i] = -*v;
      }
    }
  });
}

void skew_symmetric_backward(const SkewSymmetricBackward& op, Stream& stream) {
  const int64_t n = op.dq.dim(1);
  stream.pool().parallel_for(op.dq.dim(0), [&](int64_t b) {
    const float* dq = op.dq.data<float>() + b * n * n;
    float* dv = op.dvector.data<float>() + b * op.dvector.dim(1);
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = i + 1; j < n; ++j, ++dv) *dv += dq[i * n + j] - dq[j * n + i];
    }
  });
}

namespace {

/// Gauss-Jordan with partial pivoting on [a | inverse], inverse starting as the identity.
void invert(std::vector<double>& a, std::vector<double>& inverse, size_t n) {
  for (size_t column = 0; column < n; ++column) {
    size_t pivot = column;
    for (size_t row = column + 1; row < n; ++row) {
      if (std::abs(a[row * n + column]) > std::abs(a[pivot * n + column])) pivot = row;
    }
    for (size_t j = 0; j < n; ++j) {
      std::swap(a[column * n + j], a[pivot * n + j]);
      std::swap(inverse[column * n + j], inverse[pivot * n + j]);
    }
    const double scale = 1 / a[column * n + column];
    for (size_t j = 0; j < n; ++j) a[column * n + j] *= scale, inverse[column * n + j] *= scale;
    for (size_t row = 0; row < n; ++row) {
      const double factor = a[row * n + column];
      if (row == column || factor == 0) continue;
      for (size_t j = 0; j < n; ++j) {
        a[row * n + j] -= factor * a[column * n + j];
        inverse[row * n + j] -= factor * inverse[column * n + j];
      }
    }
  }
}

}  // namespace

void cayley_inverse(const CayleyInverse& op, Stream& stream) {
  const auto n = static_cast<size_t>(op.q.dim(1));
  stream.pool().parallel_for(op.q.dim(0), [&](int64_t b) {
    const float* q = op.q.data<float>() + static_cast<size_t>(b) * n * n;
    float* result = op.inverse.data<float>() + static_cast<size_t>(b) * n * n;
    std::vector<double> a(q, q + n * n), inverse(n * n, 0.0);
    for (size_t i = 0; i < n; ++i) a[i * n + i] += 1, inverse[i * n + i] = 1;
    invert(a, inverse, n);
    std::transform(inverse.begin(), inverse.end(), result, [](double v) { return static_cast<float>(v); });
  });
}

void project_rotation(const ProjectRotation& op, Stream&) {
  const double bound = op.eps / std::sqrt(static_cast<double>(op.vector.dim(0)));
  for (int64_t b = 0; b < op.vector.dim(0); ++b) {
    float* v = op.vector.data<float>() + b * op.vector.dim(1);
    double squares = 0;
    for (int64_t i = 0; i < op.vector.dim(1); ++i) squares += 2.0 * static_cast<double>(v[i]) * static_cast<double>(v[i]);
    const double norm = std::sqrt(squares);
    if (norm <= bound) continue;
    for (int64_t i = 0; i < op.vector.dim(1); ++i) v[i] = static_cast<float>(static_cast<double>(v[i]) * bound / norm);
  }
}

}  // namespace sidestep::cpu
