#include "models/linear_group.h"

#include "ops/op_testing.h"
#include "testing/test.h"

namespace sidestep {
namespace {

using namespace testing;

constexpr int64_t kRows = 37, kIn = 24;
const PassContext kTraining{.mode = PassContext::Mode::training};
constexpr int64_t kOut[] = {16, 8, 8}, kRank[] = {4, 0, 3};  // the second one has no adapter

/// A pair of thin products and nothing else.
class Thin final : public LinearAdapter {
 public:
  explicit Thin(const LowRank& pair) : pair_(pair) {}
  void forward(const Linear&, ConstTensor, Tensor, const PassContext&, Arena&, Stream&) override {
    testing::fail(__FILE__, __LINE__, "not alone");
  }
  void backward(const Linear&, ConstTensor, ConstTensor, Tensor, Write, const PassContext&, Arena&, Stream&) override {
    testing::fail(__FILE__, __LINE__, "not alone");
  }
  std::optional<LowRank> low_rank(const PassContext&) const override { return pair_; }

 private:
  LowRank pair_;
};

/// Three layers on one x: their weights in one block, the A of the two that train in one stack.
struct Fixture {
  Storage weights = random_tensor({32, kIn}, 1), a = random_tensor({7, kIn}, 2), a_grad = random_tensor({7, kIn}, 3);
  Storage b[3], b_grad[3];
  LowRankStack stack{a.view(), a_grad.tensor()};
  Linear layers[3];

  explicit Fixture(bool stacked) {
    int64_t out = 0, rank = 0;
    for (size_t i = 0; i < 3; ++i) {
      layers[i] = {.name = "layer", .weight = ConstTensor(weights.tensor().slice(0, out, out + kOut[i]))};
      out += kOut[i];
      if (kRank[i] == 0) continue;
      b[i] = random_tensor({kOut[i], kRank[i]}, 4 + i);
      b_grad[i] = random_tensor({kOut[i], kRank[i]}, 8 + i);
      const auto of_a = [&](const Storage& block) { return block.tensor().slice(0, rank, rank + kRank[i]); };
      layers[i].adapter = std::make_shared<Thin>(
          LowRank{of_a(a), b[i].view(), of_a(a_grad), b_grad[i].tensor(), 0.5F, stacked ? &stack : nullptr});
      rank += kRank[i];
    }
  }
  LinearGroup group(bool beside) const {
    return {{&layers[0], &layers[1], &layers[2]}, beside ? FrozenMatrix(weights.view()) : FrozenMatrix()};
  }
};

/// What a pass leaves: outputs, the gradient of x and of the parameters.
struct Left {
  Storage y{DType::f32, {kRows, 32}}, dx{DType::f32, {kRows, kIn}};
  Storage a_grad, b_grad[3];
};

Left run(bool stacked, bool beside, bool kept, ThinProducts when) {
  Stream stream(Device{}, std::make_shared<ThreadPool>(2));
  Arena arena({}, 1 << 20);
  Fixture f(stacked);
  const LinearGroup group = f.group(beside);
  const Storage x = random_tensor({kRows, kIn}, 20), dy = random_tensor({kRows, 32}, 21);
  Left left;
  const OutputLayout layout = layout_of(group, kTraining);
  EXPECT(layout.together && layout.low_rank == 7);
  EXPECT(layout_of(group, {}).low_rank == 0);  // a pass without gradients keeps nothing
  const GroupOutput y = allocate_outputs(group, layout, kRows, DType::f32, arena);
  fill({y.all, 7}, stream);  // what lay there before is no part of an output
  group_forward(group, x.view(), y, kTraining, arena, stream, when);
  copy({y.all, left.y.tensor()}, stream);
  GroupOutput gradient{.each = {dy.tensor().slice(1, 0, 16), dy.tensor().slice(1, 16, 24), dy.tensor().slice(1, 24, 32)},
                       .all = dy.tensor()};
  group_backward(group, gradient, x.view(), kept ? ConstTensor(y.low_rank) : ConstTensor(), left.dx.tensor(), Write::overwrite,
                 kTraining, arena, stream, when);
  left.a_grad = f.a_grad;
  for (size_t i = 0; i < 3; ++i) left.b_grad[i] = f.b_grad[i];
  return left;
}

/// c += scale a b, [M, K] [K, N] by indices, in f64.
struct Matrix {
  Doubles values;
  size_t rows, columns;
  double at(size_t i, size_t j) const { return values[i * columns + j]; }
};
Matrix of(ConstTensor t) { return {values_of(t), static_cast<size_t>(t.dim(0)), static_cast<size_t>(t.dim(1))}; }
Matrix transposed(const Matrix& m) {
  Matrix t{Doubles(m.values.size()), m.columns, m.rows};
  for (size_t i = 0; i < m.rows; ++i)
    for (size_t j = 0; j < m.columns; ++j) t.values[j * m.rows + i] = m.at(i, j);
  return t;
}
Matrix sum_of(Matrix c, double scale, const Matrix& a, const Matrix& b) {
  for (size_t i = 0; i < c.rows; ++i)
    for (size_t j = 0; j < c.columns; ++j)
      for (size_t k = 0; k < a.columns; ++k) c.values[i * c.columns + j] += scale * a.at(i, k) * b.at(k, j);
  return c;
}
Matrix zeros(size_t rows, size_t columns) { return {Doubles(rows * columns, 0.0), rows, columns}; }

TEST("linear_group: outputs and gradients match float64, however weights and A lie, h kept or not, in either order") {
  Fixture f(false);
  const Storage x_owner = random_tensor({kRows, kIn}, 20), dy_owner = random_tensor({kRows, 32}, 21);
  const Matrix x = of(x_owner.view());
  for (const bool stacked : {false, true})
    for (const bool beside : {false, true})
      for (const int way : {0, 1, 2, 3}) {
        const Left left = run(stacked, beside, way % 2 == 1, way < 2 ? ThinProducts::after : ThinProducts::before);
        Matrix dx = zeros(kRows, kIn);
        int64_t out = 0, rank = 0;
        for (size_t i = 0; i < 3; ++i) {
          const auto columns = [&](const Storage& t) { return of(t.tensor().slice(1, out, out + kOut[i])); };
          const Matrix w = of(f.layers[i].weight.values), dy = columns(dy_owner);
          Matrix y = sum_of(zeros(kRows, w.rows), 1, x, transposed(w));
          dx = sum_of(dx, 1, dy, w);
          if (kRank[i] > 0) {
            const Matrix a = of(f.a.tensor().slice(0, rank, rank + kRank[i])), b = of(f.b[i].view());
            const Matrix h = sum_of(zeros(kRows, a.rows), 1, x, transposed(a)), dh = sum_of(zeros(kRows, a.rows), 0.5, dy, b);
            y = sum_of(y, 0.5, h, transposed(b));
            dx = sum_of(dx, 1, dh, a);
            expect_near(left.b_grad[i].view(), sum_of(of(f.b_grad[i].view()), 0.5, transposed(dy), h).values, 1e-5);
            expect_near(left.a_grad.tensor().slice(0, rank, rank + kRank[i]),
                        sum_of(of(f.a_grad.tensor().slice(0, rank, rank + kRank[i])), 1, transposed(dh), x).values, 1e-5);
          }
          expect_near(left.y.tensor().slice(1, out, out + kOut[i]), y.values, 1e-5);
          out += kOut[i];
          rank += kRank[i];
        }
        expect_near(left.dx.view(), dx.values, 1e-5);
      }
}

TEST("linear_group: whatever comes first, what there is is written over or added to as asked") {
  Stream stream(Device{}, std::make_shared<ThreadPool>(2));
  Arena arena({}, 1 << 20);
  const Fixture f(true);
  const Storage x = random_tensor({kRows, kIn}, 20), dy = random_tensor({kRows, 32}, 21),
                before = random_tensor({kRows, kIn}, 22);
  for (const size_t first : {0, 1, 2})  // the second one does not train
    for (const Write write : {Write::overwrite, Write::accumulate}) {
      const LinearGroup group = f.group(false).part(first, first + 1);
      const int64_t begin = first == 0 ? 0 : first == 1 ? 16 : 24;
      const Tensor columns = dy.tensor().slice(1, begin, begin + kOut[first]);
      Storage dx[2]{{DType::f32, {kRows, kIn}}, {DType::f32, {kRows, kIn}}};
      for (const ThinProducts when : {ThinProducts::after, ThinProducts::before}) {
        const GroupOutput y = allocate_outputs(group, layout_of(group, kTraining), kRows, DType::f32, arena);
        fill({y.all, 7}, stream);
        group_forward(group, x.view(), y, kTraining, arena, stream, when);
        const Tensor to = dx[when == ThinProducts::before ? 1 : 0].tensor();
        copy({before.view(), to}, stream);
        group_backward(group, GroupOutput::of(columns), x.view(), y.low_rank, to, write, kTraining, arena, stream, when);
        const ConstTensor w = f.layers[first].weight.values;
        Matrix expected = sum_of(zeros(kRows, static_cast<size_t>(kOut[first])), 1, of(x.view()), transposed(of(w)));
        if (kRank[first] > 0) {
          const LowRank pair = *f.layers[first].adapter->low_rank(kTraining);
          expected = sum_of(expected, 0.5,
                            sum_of(zeros(kRows, static_cast<size_t>(kRank[first])), 1, of(x.view()), transposed(of(pair.a))),
                            transposed(of(pair.b)));
        }
        expect_near(y.all, expected.values, 1e-5);
      }
      expect_near(dx[1].view(), values_of(dx[0].view()), 1e-5);
    }
}

TEST("linear_group: a weight that was put elsewhere is the one that counts") {
  Stream stream(Device{}, std::make_shared<ThreadPool>(2));
  Arena arena({}, 1 << 20);
  Fixture f(true);
  const LinearGroup group = f.group(true);
  const Storage x = random_tensor({kRows, kIn}, 20), other = random_tensor({kOut[1], kIn}, 30);
  f.layers[1].weight = other.view();
  const GroupOutput y = allocate_outputs(group, layout_of(group, kTraining), kRows, DType::f32, arena);
  group_forward(group, x.view(), y, kTraining, arena, stream);
  expect_near(y.each[1], sum_of(zeros(kRows, 8), 1, of(x.view()), transposed(of(other.view()))).values, 1e-5);
}

TEST("linear_group: a part of it computes as the whole does") {
  Stream stream(Device{}, std::make_shared<ThreadPool>(2));
  Arena arena({}, 1 << 20);
  const Fixture f(true);
  const LinearGroup group = f.group(true), part = group.part(1, 3);
  const Storage x = random_tensor({kRows, kIn}, 20);
  const GroupOutput whole = allocate_outputs(group, layout_of(group, kTraining), kRows, DType::f32, arena);
  const GroupOutput again = allocate_outputs(group, layout_of(group, kTraining), kRows, DType::f32, arena);
  group_forward(group, x.view(), whole, kTraining, arena, stream);
  const GroupOutput of_part = output_part(group, again, 1, 3, kTraining);
  EXPECT(of_part.all.dim(1) == 16 && of_part.low_rank.dim(1) == 3);
  group_forward(part, x.view(), of_part, kTraining, arena, stream);
  expect_near(of_part.all, values_of(whole.all.slice(1, 16, 32)), 1e-6);
}

}  // namespace
}  // namespace sidestep
