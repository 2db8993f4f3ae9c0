#pragma once
// What the ops' tests share: reproducible operands, float64 results, central differences.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "core/philox.h"
#include "core/rel_l2.h"
#include "core/stream.h"
#include "ops/elementwise.h"
#include "testing/test.h"

namespace sidestep::testing {

using Doubles = std::vector<double>;

inline Stream cpu_stream(int threads = 2) { return Stream(Device{}, std::make_shared<ThreadPool>(threads)); }

/// Memory of `shape` in `dtype` holding `values`, rounded as storing rounds.
inline Storage stored(const Doubles& values, const Shape& shape, DType dtype = DType::f32) {
  Storage wide(DType::f64, shape), result(dtype, shape);
  std::copy(values.begin(), values.end(), wide.tensor().data<double>());
  Stream stream = cpu_stream(1);
  // Through f32, as every op's arithmetic: 16-bit types must not be rounded twice differently.
  Storage narrow(DType::f32, shape);
  if (shape.rank() > 4) fail(__FILE__, __LINE__, "stored: at most 4 dimensions");
  copy({wide.view(), narrow.tensor()}, stream);
  copy({narrow.view(), result.tensor()}, stream);
  return result;
}

/// The elements as doubles, in row-major order whatever the strides.
inline Doubles values_of(const ConstTensor& t) {
  Doubles values(static_cast<size_t>(t.numel()));
  for (int64_t i = 0; i < t.numel(); ++i) values[static_cast<size_t>(i)] = element_at(t, i);
  return values;
}

/// Standard normal draws times `spread`, stored as `dtype`.
inline Storage random_tensor(const Shape& shape, uint64_t seed, DType dtype = DType::f32, double spread = 1) {
  Doubles values(static_cast<size_t>(shape.numel()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = spread * static_cast<double>(normal({seed, Purpose::fixture}, i));
  return stored(values, shape, dtype);
}

/// A view of `shape` whose rows lie inside wider ones: last dimension padded by 3 elements, contents random.
inline Tensor padded_view(Storage& owner, const Shape& shape, DType dtype, uint64_t seed) {
  Shape wide = shape;
  wide[-1] += 3;
  owner = random_tensor(wide, seed, dtype);
  return owner.tensor().slice(shape.rank() - 1, 1, 1 + shape[-1]);
}

inline double rel_l2(const ConstTensor& actual, const Doubles& expected) {
  Storage reference(DType::f64, actual.shape());
  std::copy(expected.begin(), expected.end(), reference.tensor().data<double>());
  return rel_l2(actual, reference.view());
}

/// d(sum_i weights_i f(x)_i) / dx by central differences in float64.
inline Doubles numeric_gradient(const std::function<Doubles(const Doubles&)>& f, Doubles x, const Doubles& weights) {
  constexpr double kStep = 1e-5;
  Doubles gradient(x.size());
  const auto weighted = [&] {
    const Doubles y = f(x);
    double total = 0;
    for (size_t i = 0; i < y.size(); ++i) total += weights[i] * y[i];
    return total;
  };
  for (size_t i = 0; i < x.size(); ++i) {
    const double kept = x[i];
    x[i] = kept + kStep;
    const double above = weighted();
    x[i] = kept - kStep;
    const double below = weighted();
    x[i] = kept;
    gradient[i] = (above - below) / (2 * kStep);
  }
  return gradient;
}

/// Fails with the error found, which EXPECT(rel_l2(...) <= bound) would not show.
inline void expect_near(const ConstTensor& actual, const Doubles& expected, double bound, const char* file = __builtin_FILE(),
                        int line = __builtin_LINE()) {
  const double error = rel_l2(actual, expected);
  if (error <= bound) return;
  fail(file, line,
       actual.shape().to_string() + " " + std::string(dtype_name(actual.dtype())) + ": relative L2 error " +
           std::to_string(error * 1e9) + "e-9, allowed " + std::to_string(bound * 1e9) + "e-9");
}

inline Doubles part(const Doubles& values, int64_t begin, int64_t count) {
  return {values.begin() + begin, values.begin() + begin + count};
}

/// One rounding to nearest changes a value by at most this share of it (unit roundoff): 2^-8, 2^-11, 2^-24. A test's bound
/// is this times the number of roundings in the op.
inline double one_rounding(DType dtype) { return dtype == DType::bf16 ? 0x1p-8 : dtype == DType::f16 ? 0x1p-11 : 0x1p-24; }

inline bool same_bytes(const ConstTensor& a, const ConstTensor& b) {
  return a.bytes() == b.bytes() && std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
}

}  // namespace sidestep::testing
