#include "ops/dora.h"

#include "ops/op_testing.h"

namespace sidestep::testing {
namespace {

constexpr int64_t kSizes[] = {1, 2, 7, 64, 513, 2049};
// Two or three f32 roundings an element; the difference from 1 is taken where it does not cancel.
constexpr double kRoundings = 3e-7;

/// Positive numbers between `least` and `least` + 1.
Storage positive(int64_t n, double least, uint64_t seed) {
  Doubles values(static_cast<size_t>(n));
  for (size_t i = 0; i < values.size(); ++i) values[i] = least + static_cast<double>(uniform({seed, Purpose::fixture}, i));
  return stored(values, {n});
}

TEST("dora_gate: magnitude over norm, less one, in every dtype of the gate") {
  Stream stream = cpu_stream();
  for (const int64_t n : kSizes)
    for (const DType dtype : {DType::f32, DType::bf16, DType::f16})
      for (const float eps : {0.F, 0.01F}) {
        const Storage magnitude = positive(n, 2, 1), norm = positive(n, 0.5, 2), gate(dtype, {n});
        dora_gate({magnitude.view(), norm.view(), gate.tensor(), eps}, stream);
        const Doubles m = values_of(magnitude.view()), r = values_of(norm.view());
        Doubles expected(m.size());
        for (size_t i = 0; i < m.size(); ++i) expected[i] = m[i] / (r[i] + static_cast<double>(eps)) - 1;
        expect_near(gate.view(), expected, std::max(2 * kRoundings, one_rounding(dtype)));
      }
}

TEST("dora_gate_backward: both gradients are central differences of the gate") {
  Stream stream = cpu_stream();
  for (const int64_t n : kSizes)
    for (const float eps : {0.F, 0.01F}) {
      const Storage magnitude = positive(n, 2, 3), norm = positive(n, 0.5, 4), dgate = random_tensor({n}, 5),
                    row_gain(DType::f32, {n});
      const Storage dmagnitude = random_tensor({n}, 6);
      const Doubles before = values_of(dmagnitude.view()), m = values_of(magnitude.view()), r = values_of(norm.view());
      dora_gate_backward({dgate.view(), magnitude.view(), norm.view(), dmagnitude.tensor(), row_gain.tensor(), eps}, stream);
      const auto gate = [&](double of_magnitude, double of_norm) {
        return of_magnitude / (of_norm + static_cast<double>(eps)) - 1;
      };
      constexpr double kStep = 1e-6;
      const Doubles g = values_of(dgate.view());
      Doubles to_magnitude(m.size()), to_norm(m.size());
      for (size_t i = 0; i < m.size(); ++i) {
        to_magnitude[i] = before[i] + g[i] * (gate(m[i] + kStep, r[i]) - gate(m[i] - kStep, r[i])) / (2 * kStep);
        // The op gives the factor of V's row, which is the norm's gradient over the norm: d|V| / dV = V / |V|.
        to_norm[i] = g[i] * (gate(m[i], r[i] + kStep) - gate(m[i], r[i] - kStep)) / (2 * kStep) / r[i];
      }
      expect_near(dmagnitude.view(), to_magnitude, 2 * kRoundings);
      expect_near(row_gain.view(), to_norm, 2 * kRoundings);
    }
}

TEST("dora_gate_backward: a row of zeros gets no gradient through its norm; without row_gain none is written") {
  Stream stream = cpu_stream();
  const Storage magnitude = positive(3, 1, 7), norm = stored({1, 0, 2}, {3}), dgate = random_tensor({3}, 8),
                row_gain = random_tensor({3}, 9);
  const Storage dmagnitude(DType::f32, {3}), alone(DType::f32, {3});
  dora_gate_backward({dgate.view(), magnitude.view(), norm.view(), dmagnitude.tensor(), row_gain.tensor(), 0.5F}, stream);
  EXPECT(row_gain.view().data<float>()[1] == 0 && row_gain.view().data<float>()[0] != 0);
  dora_gate_backward(
      {.dgate = dgate.view(), .magnitude = magnitude.view(), .norm = norm.view(), .dmagnitude = alone.tensor(), .eps = 0.5F},
      stream);
  EXPECT(same_bytes(alone.view(), dmagnitude.view()));
}

TEST("row_scale: each row by its own factor, in place too") {
  constexpr int64_t kShapes[][2] = {{1, 1}, {1, 9}, {5, 1}, {7, 131}, {3, 2049}};
  Stream stream = cpu_stream();
  for (const auto& [rows, width] : kShapes) {
    const Storage x = random_tensor({rows, width}, 10), scale = random_tensor({rows}, 11), y(DType::f32, {rows, width});
    const Doubles v = values_of(x.view()), s = values_of(scale.view());
    Doubles expected(v.size());
    for (size_t i = 0; i < v.size(); ++i) expected[i] = v[i] * s[i / static_cast<size_t>(width)];
    row_scale({x.view(), scale.view(), y.tensor()}, stream);
    expect_near(y.view(), expected, one_rounding(DType::f32));
    row_scale({x.view(), scale.view(), x.tensor()}, stream);
    EXPECT(same_bytes(x.view(), y.view()));
  }
}

TEST("dora: vectors of another length are refused") {
  Stream stream = cpu_stream(1);
  const Storage three(DType::f32, {3}), four(DType::f32, {4}), matrix(DType::f32, {3, 4});
  EXPECT_ERROR(dora_gate({three.view(), four.view(), three.tensor()}, stream), "native/shape-mismatch");
  EXPECT_ERROR(dora_gate_backward({four.view(), three.view(), three.view(), three.tensor()}, stream), "native/shape-mismatch");
  EXPECT_ERROR(row_scale({matrix.view(), four.view(), matrix.tensor()}, stream), "native/shape-mismatch");
}

}  // namespace
}  // namespace sidestep::testing
