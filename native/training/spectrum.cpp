#include "training/spectrum.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "core/math.h"
#include "core/rel_l2.h"

namespace sidestep {

namespace {

/// A dense symmetric matrix, row-major.
struct Symmetric {
  int64_t n;
  std::vector<double> a;
  double* row(int64_t i) { return a.data() + i * n; }
};

Symmetric gram(ConstTensor weight, Stream& stream) {
  const bool wide = weight.dim(0) <= weight.dim(1);
  const int64_t n = wide ? weight.dim(0) : weight.dim(1), depth = wide ? weight.dim(1) : weight.dim(0);
  std::vector<double> rows(static_cast<size_t>(n * depth));
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < depth; ++j) {
      rows[static_cast<size_t>(i * depth + j)] = element_at(weight, wide ? i * depth + j : j * n + i);
    }
  }
  Symmetric g{n, std::vector<double>(static_cast<size_t>(n * n))};
  stream.pool().parallel_for(n, [&](int64_t i) {
    const double* x = rows.data() + i * depth;
    for (int64_t j = 0; j <= i; ++j) {
      const double* y = rows.data() + j * depth;
      double sum = 0;
      for (int64_t k = 0; k < depth; ++k) sum += x[k] * y[k];
      g.row(i)[j] = sum;
    }
  });
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = i + 1; j < n; ++j) g.row(i)[j] = g.row(j)[i];
  }
  return g;
}

/// Householder reduction to a tridiagonal matrix, from the first column on; `a` is destroyed.
void tridiagonalise(Symmetric& g, std::vector<double>& diagonal, std::vector<double>& beside, Stream& stream) {
  const int64_t n = g.n;
  std::vector<double> v(static_cast<size_t>(n)), p(static_cast<size_t>(n));
  for (int64_t k = 0; k + 1 < n; ++k) {
    diagonal[static_cast<size_t>(k)] = g.row(k)[k];
    double norm = 0;
    for (int64_t i = k + 1; i < n; ++i) norm = math::hypot(norm, g.row(i)[k]);
    const double first = g.row(k + 1)[k];
    const double alpha = first > 0 ? -norm : norm;
    beside[static_cast<size_t>(k)] = alpha;
    if (norm == 0) continue;
    // H = I - v v^T / h with v = x - alpha e1, so H x = alpha e1.
    for (int64_t i = k + 1; i < n; ++i) v[static_cast<size_t>(i)] = g.row(i)[k];
    v[static_cast<size_t>(k + 1)] -= alpha;
    const double h = alpha * (alpha - first);
    stream.pool().parallel_for(n - k - 1, [&](int64_t r) {
      const int64_t i = k + 1 + r;
      double sum = 0;
      for (int64_t j = k + 1; j < n; ++j) sum += g.row(i)[j] * v[static_cast<size_t>(j)];
      p[static_cast<size_t>(i)] = sum / h;
    });
    double overlap = 0;
    for (int64_t i = k + 1; i < n; ++i) overlap += v[static_cast<size_t>(i)] * p[static_cast<size_t>(i)];
    for (int64_t i = k + 1; i < n; ++i) p[static_cast<size_t>(i)] -= overlap / (2 * h) * v[static_cast<size_t>(i)];
    stream.pool().parallel_for(n - k - 1, [&](int64_t r) {
      const int64_t i = k + 1 + r;
      const double vi = v[static_cast<size_t>(i)], pi = p[static_cast<size_t>(i)];
      for (int64_t j = k + 1; j < n; ++j) g.row(i)[j] -= vi * p[static_cast<size_t>(j)] + pi * v[static_cast<size_t>(j)];
    });
  }
  diagonal[static_cast<size_t>(n - 1)] = g.row(n - 1)[n - 1];
}

/// One implicit QL sweep of rows first … last, shifted to converge on d[first].
void ql_sweep(std::vector<double>& d, std::vector<double>& e, size_t first, size_t last) {
  const double half = (d[first + 1] - d[first]) / (2 * e[first]);
  const double root = math::hypot(half, 1.0);
  double g = d[last] - d[first] + e[first] / (half + std::copysign(root, half));
  double sine = 1, cosine = 1, shift = 0;
  for (size_t i = last; i-- > first;) {
    const double f = sine * e[i], b = cosine * e[i];
    const double r = math::hypot(f, g);
    e[i + 1] = r;
    if (r == 0) {  // the matrix has split
      d[i + 1] -= shift;
      e[last] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1] - shift;
    const double t = (d[i] - g) * sine + 2 * cosine * b;
    shift = sine * t;
    d[i + 1] = g + shift;
    g = cosine * t - b;
  }
  d[first] -= shift;
  e[first] = g;
  e[last] = 0;
}

/// Eigenvalues of the tridiagonal matrix, left in d. e[i] is between d[i] and d[i + 1].
void tridiagonal_eigenvalues(std::vector<double>& d, std::vector<double>& e) {
  constexpr int kMaxSweeps = 100;
  const size_t n = d.size();
  for (size_t first = 0; first < n; ++first) {
    for (int sweep = 0;; ++sweep) {
      size_t last = first;
      while (last + 1 < n) {
        const double scale = std::abs(d[last]) + std::abs(d[last + 1]);
        if (std::abs(e[last]) <= 1e-16 * scale) break;
        ++last;
      }
      if (last == first) break;
      if (sweep == kMaxSweeps) throw Error("train/no-convergence", "Singular values did not converge");
      ql_sweep(d, e, first, last);
    }
  }
}

}  // namespace

std::vector<double> singular_energies(ConstTensor weight, Stream& stream) {
  Symmetric g = gram(weight, stream);
  std::vector<double> diagonal(static_cast<size_t>(g.n)), beside(static_cast<size_t>(g.n));
  tridiagonalise(g, diagonal, beside, stream);
  tridiagonal_eigenvalues(diagonal, beside);
  for (double& value : diagonal) value = std::max(value, 0.0);
  std::sort(diagonal.begin(), diagonal.end(), std::greater<>());
  return diagonal;
}

int64_t effective_rank(ConstTensor weight, double energy, Stream& stream) {
  const std::vector<double> energies = singular_energies(weight, stream);
  double total = 0, sum = 0;
  for (const double e : energies) total += e;
  if (total < 1e-12) return 1;
  int64_t below = 0;
  for (const double e : energies) {
    sum += e;
    if (sum / total < energy) ++below;
  }
  return below + 1;
}

}  // namespace sidestep
