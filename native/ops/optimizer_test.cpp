#include "ops/optimizer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/philox.h"
#include "ops/adafactor.h"
#include "ops/adamw8bit.h"
#include "ops/prodigy.h"
#include "testing/test.h"
#include "testing/variable.h"

namespace sidestep {
namespace {

// One element, one row, sizes off every tile, one longer than a chunk.
const std::vector<Shape> kShapes{Shape{}, Shape{1}, Shape{7}, Shape{3, 5}, Shape{257, 130}, Shape{2, 3, 4}, Shape{40001}};

void fill_normals(Tensor t, uint64_t step, double scale) {
  for (int64_t i = 0; i < t.numel(); ++i) {
    const RandomKey key{.seed = 1, .purpose = Purpose::fixture, .step = step};
    t.data<float>()[i] = static_cast<float>(scale * static_cast<double>(normal(key, static_cast<uint64_t>(i))));
  }
}

/// Parameters, gradients and state lists for all shapes, with the same numbers in f64.
struct Lists {
  explicit Lists(uint64_t seed) {
    for (const Shape& shape : kShapes) {
      for (auto* list : {&p, &g, &m, &v}) list->emplace_back(DType::f32, shape);
      fill_normals(p.back().tensor(), ++seed, 1);
      fill_normals(g.back().tensor(), ++seed, 0.1);
    }
  }
  static std::vector<Tensor> tensors(const std::vector<Storage>& list) {
    std::vector<Tensor> out;
    for (const Storage& s : list) out.push_back(s.tensor());
    return out;
  }
  static std::vector<ConstTensor> views(const std::vector<Storage>& list) {
    std::vector<ConstTensor> out;
    for (const Storage& s : list) out.push_back(s.view());
    return out;
  }
  std::vector<Storage> p, g, m, v;
};

std::vector<double> doubles(const Storage& s) {
  const float* x = s.view().data<float>();
  return {x, x + s.view().numel()};
}

void expect_close(const Storage& actual, const std::vector<double>& expected, double bound, const char* what) {
  const ConstTensor reference(expected.data(), DType::f64, actual.view().shape());
  const double error = testing::rel_l2(actual.view(), reference);
  if (!(error <= bound)) testing::fail(__FILE__, __LINE__, std::string(what) + ": " + std::to_string(error));
}

// A few f32 roundings an element.
constexpr double kRoundings = 5e-7;

TEST("adamw: three steps match float64, whatever the number of threads") {
  std::vector<float> first;
  for (const int threads : {1, 2}) {
    Stream stream(Device{}, std::make_shared<ThreadPool>(threads));
    Lists lists(10);
    std::vector<std::vector<double>> p, m, v;
    for (const Storage& s : lists.p) p.push_back(doubles(s)), m.emplace_back(p.back().size()), v.emplace_back(p.back().size());
    for (int64_t step = 1; step <= 3; ++step) {
      adamw({Lists::tensors(lists.p), Lists::tensors(lists.m), Lists::tensors(lists.v), Lists::views(lists.g), 1e-2, 0.9, 0.999,
             1e-8, 0.1, step},
            stream);
      for (size_t i = 0; i < p.size(); ++i) {
        const std::vector<double> g = doubles(lists.g[i]);
        for (size_t j = 0; j < g.size(); ++j) {
          p[i][j] *= 1 - 1e-2 * 0.1;
          m[i][j] = 0.9 * m[i][j] + 0.1 * g[j];
          v[i][j] = 0.999 * v[i][j] + 0.001 * g[j] * g[j];
          const double t = static_cast<double>(step);
          p[i][j] -= 1e-2 / (1 - std::pow(0.9, t)) * m[i][j] / (std::sqrt(v[i][j] / (1 - std::pow(0.999, t))) + 1e-8);
        }
      }
    }
    for (size_t i = 0; i < p.size(); ++i) expect_close(lists.p[i], p[i], kRoundings, "adamw");
    const float* data = lists.p.back().view().data<float>();
    const std::vector<float> last(data, data + lists.p.back().view().numel());
    if (first.empty()) first = last;
    EXPECT(first == last);
  }
}

void expect_squared_norms() {
  Stream stream(Device{}, std::make_shared<ThreadPool>(2));
  Lists lists(50);
  const auto count = static_cast<int64_t>(kShapes.size());
  const Storage sums(DType::f64, {count}), bad(DType::i64, {count});
  lists.g[2].tensor().data<float>()[3] = std::nanf("");
  lists.g[4].tensor().data<float>()[9] = INFINITY;
  squared_norm({Lists::views(lists.g), sums.tensor(), bad.tensor()}, stream);
  for (size_t i = 0; i < kShapes.size(); ++i) {
    const bool is_bad = i == 2 || i == 4;
    EXPECT(bad.view().data<int64_t>()[i] == (is_bad ? 1 : 0));
    if (is_bad) continue;
    double expected = 0;
    for (const double g : doubles(lists.g[i])) expected += g * g;
    EXPECT(std::abs(sums.view().data<double>()[i] - expected) <= 1e-12 * expected);
  }
}

TEST("squared_norm: f64 sums and bad elements of each tensor") { expect_squared_norms(); }

TEST("scratch memory: a card without memory pools, as some virtual ones are, does without") {
  const testing::Variable none("SIDESTEP_CARD_POOLS", "none");  // for the SIMT machine
  expect_squared_norms();
}

TEST("scale_all and ema_update match float64") {
  Stream stream(Device{}, std::make_shared<ThreadPool>(2));
  Lists lists(70);
  std::vector<std::vector<double>> scaled, averaged;
  for (size_t i = 0; i < kShapes.size(); ++i) {
    scaled.push_back(doubles(lists.g[i]));
    for (double& x : scaled.back()) x *= 0.37;
    averaged.push_back(doubles(lists.m[i]));
    const std::vector<double> p = doubles(lists.p[i]);
    for (size_t j = 0; j < p.size(); ++j) averaged.back()[j] = 0.99 * averaged.back()[j] + (1 - 0.99) * p[j];
  }
  scale_all({Lists::tensors(lists.g), 0.37F}, stream);
  ema_update({Lists::tensors(lists.m), Lists::views(lists.p), 0.99}, stream);
  for (size_t i = 0; i < kShapes.size(); ++i) {
    expect_close(lists.g[i], scaled[i], kRoundings, "scale_all");
    expect_close(lists.m[i], averaged[i], kRoundings, "ema_update");
  }
}

TEST("scale_all: a factor of 0 leaves zeros, whatever was there") {
  Stream stream(Device{}, std::make_shared<ThreadPool>(1));
  const Storage x(DType::f32, {3});
  x.tensor().data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  x.tensor().data<float>()[1] = std::numeric_limits<float>::infinity();
  x.tensor().data<float>()[2] = -1;
  scale_all({{x.tensor()}, 0}, stream);
  for (int i = 0; i < 3; ++i) EXPECT(x.tensor().data<float>()[i] == 0);
}

/// What decides an update, for gradients of these squares.
struct Gate {
  Storage squares{DType::f64, {3}}, nonfinite{DType::i64, {3}}, losses{DType::f32, {2}}, factor{DType::f32, {1}},
      proceed{DType::u8, {1}};

  Gate() {
    for (int i = 0; i < 3; ++i) squares.tensor().data<double>()[i] = i + 1;
    losses.tensor().data<float>()[1] = 0.5F;
  }
  void decide(double max_norm, double gain) {
    Stream stream(Device{}, std::make_shared<ThreadPool>(1));
    update_gate({squares.view(), nonfinite.view(), losses.view(), factor.tensor(), proceed.tensor(), max_norm, gain}, stream);
  }
  double factor_for(double max_norm, double gain) {
    decide(max_norm, gain);
    return static_cast<double>(factor.view().data<float>()[0]);
  }
  bool open() {
    decide(1, 1);
    return proceed.view().data<uint8_t>()[0] == 1;
  }
};

TEST("update_gate: torch's factor, of gradients that are still to be multiplied") {
  Gate gate;
  const double norm = std::sqrt(6.0);
  const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-7 * b; };
  EXPECT(near(gate.factor_for(1, 1), 1 / (norm + 1e-6)));
  EXPECT(near(gate.factor_for(1, 2), 2 / (2 * norm + 1e-6)));
  EXPECT(gate.factor_for(100, 1) == 1);  // never more than they were
  EXPECT(gate.factor_for(100, 4) == 4);
  EXPECT(gate.factor_for(0, 0.5) == 0.5);  // 0: no clipping
}

TEST("update_gate: closed by one NaN or Inf, in a gradient or in a loss") {
  Gate gate;
  EXPECT(gate.open());
  gate.nonfinite.tensor().data<int64_t>()[2] = 1;
  EXPECT(!gate.open());
  gate.nonfinite.tensor().data<int64_t>()[2] = 0;
  for (const float loss : {std::nanf(""), INFINITY}) {
    gate.losses.tensor().data<float>()[1] = loss;
    EXPECT(!gate.open());
  }
  gate.losses.tensor().data<float>()[1] = -1;
  EXPECT(gate.open());
}

TEST("update_gate: more parameters than a block has threads, added in their order") {
  Stream stream(Device{}, std::make_shared<ThreadPool>(1));
  constexpr int64_t kMany = 700;
  const Storage squares(DType::f64, {kMany}), nonfinite(DType::i64, {kMany}), losses(DType::f32, {0});
  const Storage factor(DType::f32, {1}), proceed(DType::u8, {1});
  double sum = 0;
  for (int64_t i = 0; i < kMany; ++i) sum += squares.tensor().data<double>()[i] = 1.0 / static_cast<double>(i + 1);
  nonfinite.tensor().data<int64_t>()[kMany - 1] = 3;
  update_gate({squares.view(), nonfinite.view(), losses.view(), factor.tensor(), proceed.tensor(), 1, 1}, stream);
  EXPECT(std::abs(static_cast<double>(factor.view().data<float>()[0]) - 1 / (std::sqrt(sum) + 1e-6)) < 1e-7);
  EXPECT(proceed.view().data<uint8_t>()[0] == 0);
}

/// One step of every rule that can be held back, on the same numbers; what the lists hold then.
std::vector<double> stepped(uint8_t open) {
  Stream stream(Device{}, std::make_shared<ThreadPool>(1));
  const Storage gate(DType::u8, {1});
  gate.tensor().data<uint8_t>()[0] = open;
  std::vector<double> all;
  const auto note = [&](const Lists& lists) {
    for (const auto* list : {&lists.p, &lists.m, &lists.v})
      for (const Storage& s : *list)
        for (const double x : doubles(s)) all.push_back(x);
  };
  Lists adam(20), average(20), factored(20), coded(20);
  adamw({.params = Lists::tensors(adam.p),
         .exp_avg = Lists::tensors(adam.m),
         .exp_avg_sq = Lists::tensors(adam.v),
         .grads = Lists::views(adam.g),
         .learning_rate = 1e-2,
         .proceed = gate.view()},
        stream);
  ema_update({Lists::tensors(average.m), Lists::views(average.p), 0.9, gate.view()}, stream);
  std::vector<Storage> row, col, codes, scales;
  for (const Shape& shape : kShapes) {
    const AdafactorShapes shapes = adafactor_shapes(shape);
    row.emplace_back(DType::f32, shapes.row);
    col.emplace_back(DType::f32, shapes.col);
    codes.emplace_back(DType::u8, shape);
    scales.emplace_back(DType::f32, Shape{(shape.numel() + kQuantBlock - 1) / kQuantBlock});
  }
  adafactor({.params = Lists::tensors(factored.p),
             .grads = Lists::views(factored.g),
             .row = Lists::tensors(row),
             .col = Lists::tensors(col),
             .learning_rate = 1e-2,
             .proceed = gate.view()},
            stream);
  const std::vector<Storage> more_codes = [&] {
    std::vector<Storage> made;
    for (const Shape& shape : kShapes) made.emplace_back(DType::u8, shape);
    return made;
  }();
  std::vector<Storage> more_scales;
  for (const Storage& s : scales) more_scales.emplace_back(DType::f32, s.view().shape());
  adamw8bit({.params = Lists::tensors(coded.p),
             .grads = Lists::views(coded.g),
             .exp_avg_codes = Lists::tensors(codes),
             .exp_avg_sq_codes = Lists::tensors(more_codes),
             .exp_avg_absmax = Lists::tensors(scales),
             .exp_avg_sq_absmax = Lists::tensors(more_scales),
             .learning_rate = 1e-2,
             .proceed = gate.view()},
            stream);
  for (const Lists* lists : {&adam, &average, &factored, &coded}) note(*lists);
  for (const auto* list : {&row, &col, &scales, &more_scales})
    for (const Storage& s : *list)
      for (const double x : doubles(s)) all.push_back(x);
  return all;
}

TEST("optimizers: a closed gate leaves everything as it was, an open one changes nothing of the step") {
  const std::vector<double> held = stepped(0), made = stepped(1);
  std::vector<double> untouched;
  for (int rule = 0; rule < 4; ++rule) {
    const Lists fresh(20);
    for (const auto* list : {&fresh.p, &fresh.m, &fresh.v})
      for (const Storage& s : *list)
        for (const double x : doubles(s)) untouched.push_back(x);
  }
  untouched.resize(held.size());  // state begins as zeros
  EXPECT(held == untouched);
  EXPECT(made != untouched);
  Stream stream(Device{}, std::make_shared<ThreadPool>(1));
  Lists plain(20);
  adamw({.params = Lists::tensors(plain.p),
         .exp_avg = Lists::tensors(plain.m),
         .exp_avg_sq = Lists::tensors(plain.v),
         .grads = Lists::views(plain.g),
         .learning_rate = 1e-2},
        stream);
  std::vector<double> expected;
  for (const auto* list : {&plain.p, &plain.m, &plain.v})
    for (const Storage& s : *list)
      for (const double x : doubles(s)) expected.push_back(x);
  EXPECT(std::equal(expected.begin(), expected.end(), made.begin()));
}

TEST("scale_all: a factor on the device is the one that counts") {
  Stream stream(Device{}, std::make_shared<ThreadPool>(1));
  Lists given(70), read(70);
  const Storage factor(DType::f32, {1});
  factor.tensor().data<float>()[0] = 0.37F;
  scale_all({Lists::tensors(given.g), 0.37F}, stream);
  scale_all({Lists::tensors(read.g), 5, factor.view()}, stream);
  for (size_t i = 0; i < kShapes.size(); ++i) EXPECT(doubles(given.g[i]) == doubles(read.g[i]));
}

TEST("adamw: with a factor it does what scale_all before it does, and leaves the gradients as they are") {
  Stream stream(Device{}, std::make_shared<ThreadPool>(1));
  for (const float by : {0.37F, 1.F, 0.F}) {
    Lists apart(80), at_once(80);
    if (by == 0)  // of gradients that are no numbers nothing is left
      for (Lists* lists : {&apart, &at_once})
        lists->g.front().tensor().data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
    const std::vector<double> gradients = doubles(at_once.g.back());
    const Storage factor(DType::f32, {1});
    factor.tensor().data<float>()[0] = by;
    const auto step = [&](Lists& lists, ConstTensor scaled_by) {
      adamw({.params = Lists::tensors(lists.p),
             .exp_avg = Lists::tensors(lists.m),
             .exp_avg_sq = Lists::tensors(lists.v),
             .grads = Lists::views(lists.g),
             .learning_rate = 1e-2,
             .factor = scaled_by},
            stream);
    };
    scale_all({Lists::tensors(apart.g), by}, stream);
    step(apart, {});
    step(at_once, factor.view());
    for (size_t i = 0; i < kShapes.size(); ++i)
      EXPECT(doubles(apart.p[i]) == doubles(at_once.p[i]) && doubles(apart.m[i]) == doubles(at_once.m[i]) &&
             doubles(apart.v[i]) == doubles(at_once.v[i]));
    EXPECT(doubles(at_once.g.back()) == gradients);
  }
}

TEST("adamw8bit: the maps are sorted, symmetric where signed, and reach 1") {
  for (const QuantSign sign : {QuantSign::with_sign, QuantSign::without_sign}) {
    const auto& map = dynamic_map(sign);
    EXPECT(std::is_sorted(map.begin(), map.end()));
    EXPECT(std::adjacent_find(map.begin(), map.end()) == map.end());
    EXPECT(map.back() == 1);
    EXPECT(std::count(map.begin(), map.end(), 0.0F) == 1);
  }
  EXPECT(dynamic_map(QuantSign::without_sign).front() == 0);
  EXPECT(std::abs(dynamic_map(QuantSign::with_sign).front() + 0.9929688F) < 1e-6F);  // the middle of the last of 64 steps
}

TEST("adamw8bit: its steps stay near AdamW's") {
  Stream stream(Device{}, std::make_shared<ThreadPool>(2));
  const Shape shape{123, 67};
  const int64_t n = shape.numel(), blocks = (n + kQuantBlock - 1) / kQuantBlock;
  const Storage p8(DType::f32, shape), p32(DType::f32, shape), g(DType::f32, shape), m(DType::f32, shape), v(DType::f32, shape);
  const Storage m8(DType::u8, shape), v8(DType::u8, shape), m_max(DType::f32, {blocks}), v_max(DType::f32, {blocks});
  for (int64_t step = 1; step <= 20; ++step) {
    fill_normals(g.tensor(), 900 + static_cast<uint64_t>(step), 0.1);
    adamw({{p32.tensor()}, {m.tensor()}, {v.tensor()}, {g.view()}, 1e-2, 0.9, 0.999, 1e-8, 0, step}, stream);
    adamw8bit({{p8.tensor()},
               {g.view()},
               {m8.tensor()},
               {v8.tensor()},
               {m_max.tensor()},
               {v_max.tensor()},
               1e-2,
               0.9,
               0.999,
               1e-8,
               0,
               step},
              stream);
  }
  // 8 bits of moments: a few percent of the displacement (Dettmers et al. report no loss of quality at that).
  const double error = testing::rel_l2(p8.view(), p32.view());
  if (!(error < 0.06)) testing::fail(__FILE__, __LINE__, std::to_string(error));
  EXPECT(error > 1e-4);  // it does quantise
}

TEST("adafactor: one factored and one whole parameter against float64") {
  Stream stream(Device{}, std::make_shared<ThreadPool>(2));
  Lists lists(300);
  std::vector<Storage> row, col;
  for (const Shape& shape : kShapes) {
    const AdafactorShapes shapes = adafactor_shapes(shape);
    row.emplace_back(DType::f32, shapes.row);
    col.emplace_back(DType::f32, shapes.col);
  }
  const std::vector<double> before = doubles(lists.p[3]), g = doubles(lists.g[3]);
  adafactor(
      {Lists::tensors(lists.p), Lists::views(lists.g), Lists::tensors(row), Lists::tensors(col), 1e-2, -0.8, 1e-30, 1, 0.1, 1},
      stream);
  const size_t rows = 3, cols = 5;
  std::vector<double> r(rows), c(cols), expected(rows * cols);
  double total = 0, squares = 0;
  for (size_t i = 0; i < rows * cols; ++i) {
    r[i / cols] += g[i] * g[i] / static_cast<double>(cols);
    c[i % cols] += g[i] * g[i] / static_cast<double>(rows);
  }
  for (const double x : r) total += x / static_cast<double>(rows);
  for (size_t i = 0; i < rows * cols; ++i) {
    expected[i] = g[i] / std::sqrt(r[i / cols] / total * c[i % cols]);
    squares += expected[i] * expected[i];
  }
  const double rms = std::sqrt(squares / static_cast<double>(rows * cols));
  for (size_t i = 0; i < rows * cols; ++i) expected[i] = before[i] * (1 - 1e-3) - 1e-2 * expected[i] / std::max(1.0, rms);
  expect_close(lists.p[3], expected, kRoundings, "adafactor");
  for (const Storage& p : lists.p) EXPECT(std::isfinite(doubles(p).front()));
}

TEST("optimizers: lists of unequal length or shape are refused") {
  Stream stream(Device{}, std::make_shared<ThreadPool>(1));
  Lists lists(1);
  std::vector<ConstTensor> short_list = Lists::views(lists.g);
  short_list.pop_back();
  EXPECT_ERROR((adamw({Lists::tensors(lists.p), Lists::tensors(lists.m), Lists::tensors(lists.v), short_list}, stream), 0),
               "native/argument-invalid");
  EXPECT_ERROR((prodigy_update({Lists::tensors(lists.p), short_list, short_list}, stream), 0), "native/argument-invalid");
}

}  // namespace
}  // namespace sidestep
