#include "ops/prodigy.h"

#include <memory>

#include "ops/op_testing.h"

namespace sidestep::testing {
namespace {

// One element, sizes off every tile, one longer than a chunk.
const Shape kShapes[] = {Shape{}, Shape{1}, Shape{3, 5}, Shape{257, 130}, Shape{40001}};

/// A list of tensors, one a shape, and the same numbers in f64.
struct List {
  List(uint64_t seed, double spread) {
    for (const Shape& shape : kShapes) {
      storage.push_back(random_tensor(shape, ++seed, DType::f32, spread));
      values.push_back(values_of(storage.back().view()));
    }
  }
  std::vector<Tensor> tensors() const { return as<Tensor>(); }
  std::vector<ConstTensor> views() const { return as<ConstTensor>(); }
  void expect_values(double bound) const {
    for (size_t i = 0; i < storage.size(); ++i) expect_near(storage[i].view(), values[i], bound);
  }

  std::vector<Storage> storage;
  std::vector<Doubles> values;

 private:
  template <typename T>
  std::vector<T> as() const {
    std::vector<T> list;
    for (const Storage& s : storage) list.push_back(s.tensor());
    return list;
  }
};

constexpr double kRoundings = 3e-7;  // of moments: two products and a sum

/// Moments as ProdigyMoments states them, in f64; the numerator and denominator of each tensor.
struct Sums {
  double numerator = 0, denominator = 0, size = 0;
};

TEST("prodigy_moments: three steps of moments and sums match float64, same bits with 1, 2 and 3 threads") {
  const double d = 1e-3, beta1 = 0.9, beta2 = 0.99, beta3 = std::sqrt(beta2), s_gain = 0.7;
  const auto count = static_cast<int64_t>(std::size(kShapes));
  Storage first;
  for (const int threads : {1, 2, 3}) {
    Stream stream = cpu_stream(threads);
    const List p(10, 1), p0(20, 1);
    List m(30, 0), v(40, 0), s(50, 0);
    const Storage numerator = random_tensor({count}, 1, DType::f64), denominator = random_tensor({count}, 2, DType::f64);
    for (uint64_t step = 0; step < 3; ++step) {
      const List g(100 + 10 * step, 0.1);
      prodigy_moments({p.views(), p0.views(), g.views(), m.tensors(), v.tensors(), s.tensors(), numerator.tensor(),
                       denominator.tensor(), d, beta1, beta2, beta3, s_gain},
                      stream);
      for (size_t i = 0; i < std::size(kShapes); ++i) {
        Sums sums;
        for (size_t j = 0; j < g.values[i].size(); ++j) {
          const double gradient = g.values[i][j], term = gradient * (p0.values[i][j] - p.values[i][j]);
          m.values[i][j] = beta1 * m.values[i][j] + d * (1 - beta1) * gradient;
          v.values[i][j] = beta2 * v.values[i][j] + d * d * (1 - beta2) * gradient * gradient;
          s.values[i][j] = beta3 * s.values[i][j] + s_gain * gradient;
          sums.numerator += term;
          sums.size += std::abs(term);
          sums.denominator += std::abs(s.values[i][j]);
        }
        // p0 - p is taken in f32; the sum's terms cancel, so the bound is relative to their sizes.
        EXPECT(std::abs(numerator.view().data<double>()[i] - sums.numerator) <= 1e-7 * sums.size);
        EXPECT(std::abs(denominator.view().data<double>()[i] - sums.denominator) <= 3e-7 * sums.denominator);
      }
    }
    for (const List* list : {&m, &v, &s}) list->expect_values(kRoundings);
    if (threads == 1) first = numerator;
    EXPECT(same_bytes(numerator.view(), first.view()));
  }
}

TEST("prodigy_update: decay, then the step, match float64") {
  const double d = 2e-3, dlr = 4e-3, eps = 1e-8, weight_decay = 0.1;
  Stream stream = cpu_stream();
  List p(60, 1), m(70, d), root(80, d);
  std::vector<Storage> squares;
  std::vector<ConstTensor> v;
  for (size_t i = 0; i < std::size(kShapes); ++i) {
    Doubles values = root.values[i];
    for (double& x : values) x = x * x + 1e-3 * d * d;  // a second moment is never far below the first one's square
    squares.push_back(stored(values, kShapes[i]));
    v.push_back(squares.back().view());
    const Doubles moments = values_of(v.back());
    for (size_t j = 0; j < moments.size(); ++j)
      p.values[i][j] = p.values[i][j] * (1 - dlr * weight_decay) - dlr * m.values[i][j] / (std::sqrt(moments[j]) + d * eps);
  }
  prodigy_update({p.tensors(), m.views(), v, d, dlr, eps, weight_decay}, stream);
  p.expect_values(kRoundings);
}

TEST("prodigy: lists of unequal length, sums of another dtype are refused") {
  Stream stream = cpu_stream(1);
  const List p(1, 1);
  std::vector<ConstTensor> fewer = p.views();
  fewer.pop_back();
  const Storage sums(DType::f64, {5}), narrow(DType::f32, {5});
  EXPECT_ERROR(
      prodigy_moments({p.views(), fewer, p.views(), p.tensors(), p.tensors(), p.tensors(), sums.tensor(), sums.tensor()}, stream),
      "native/argument-invalid");
  EXPECT_ERROR(
      prodigy_moments({p.views(), p.views(), p.views(), p.tensors(), p.tensors(), p.tensors(), narrow.tensor(), sums.tensor()},
                      stream),
      "native/dtype-mismatch");
  EXPECT_ERROR(prodigy_update({p.tensors(), fewer, fewer}, stream), "native/argument-invalid");
}

}  // namespace
}  // namespace sidestep::testing
