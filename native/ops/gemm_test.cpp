#include <cstring>
#include <limits>
#include <vector>

#include "core/philox.h"
#include "core/stream.h"
#include "ops/elementwise.h"
#include "ops/gemm.h"
#include "ops/gemm_blas.h"
#include "testing/test.h"

namespace {

using namespace sidestep;

struct Case {
  int64_t batch, m, n, k;
  Transpose trans_a, trans_b;
  DType dtype = DType::f32;
  float alpha = 1, beta = 0;
  int64_t pad = 0;     ///< extra elements between rows
  int64_t offset = 0;  ///< elements by which every operand misses its alignment
  enum class Bias { none, given } bias = Bias::none;
};

// A matrix with padded, misaligned rows, in a storage that ends right behind it.
struct Matrix {
  Matrix(DType dtype, int64_t batch, int64_t rows, int64_t columns, const Case& c, uint64_t purpose) {
    const int64_t ld = columns + c.pad;
    storage = Storage(dtype, {c.offset + batch * rows * ld});
    values.resize(static_cast<size_t>(c.offset + batch * rows * ld));
    for (size_t i = 0; i < values.size(); ++i) {
      const float v = normal({7, Purpose::fixture, purpose, 0}, i);
      values[i] = set(i, v);
    }
    auto* data = static_cast<std::byte*>(storage.tensor().raw()) + c.offset * static_cast<int64_t>(dtype_size(dtype));
    if (batch > 1)
      tensor = Tensor(data, dtype, {batch, rows, columns}, {rows * ld, ld, 1}, {});
    else
      tensor = Tensor(data, dtype, {rows, columns}, {ld, 1}, {});
  }
  double at(const Case& c, int64_t g, int64_t i, int64_t j) const {
    const int64_t ld = tensor.stride(-2);
    return values[static_cast<size_t>(c.offset + (g * tensor.dim(-2) + i) * ld + j)];
  }
  double set(size_t i, float v) {
    Tensor t = storage.tensor();
    if (t.dtype() == DType::bf16) return static_cast<double>(to_float(t.data<bf16_t>()[i] = to_bf16(v)));
    if (t.dtype() == DType::f16) return static_cast<double>(to_float(t.data<f16_t>()[i] = to_f16(v)));
    return static_cast<double>(t.data<float>()[i] = v);
  }
  Storage storage;
  Tensor tensor;
  std::vector<double> values;
};

struct Operands {
  explicit Operands(const Case& x)
      : a(x.dtype, x.batch, x.trans_a == Transpose::yes ? x.k : x.m, x.trans_a == Transpose::yes ? x.m : x.k, x, 1),
        b(x.dtype, x.batch, x.trans_b == Transpose::yes ? x.n : x.k, x.trans_b == Transpose::yes ? x.k : x.n, x, 2),
        c(x.dtype, x.batch, x.m, x.n, x, 3),
        bias(x.dtype, 1, 1, x.n, x, 4) {}
  Matrix a, b, c, bias;
};

std::vector<double> reference(const Case& c, const Operands& o) {
  std::vector<double> result;
  for (int64_t g = 0; g < c.batch; ++g)
    for (int64_t i = 0; i < c.m; ++i)
      for (int64_t j = 0; j < c.n; ++j) {
        double sum = 0;
        for (int64_t k = 0; k < c.k; ++k)
          sum += (c.trans_a == Transpose::yes ? o.a.at(c, g, k, i) : o.a.at(c, g, i, k)) *
                 (c.trans_b == Transpose::yes ? o.b.at(c, g, j, k) : o.b.at(c, g, k, j));
        sum *= static_cast<double>(c.alpha);
        if (c.beta != 0) sum += static_cast<double>(c.beta) * o.c.at(c, g, i, j);
        if (c.bias == Case::Bias::given) sum += o.bias.at(c, 0, 0, j);
        result.push_back(sum);
      }
  return result;
}

void run(const Case& c, const Operands& o, int threads) {
  Stream stream({}, std::make_shared<ThreadPool>(threads));
  Gemm op{.a = o.a.tensor,
          .b = o.b.tensor,
          .c = o.c.tensor,
          .trans_a = c.trans_a,
          .trans_b = c.trans_b,
          .alpha = c.alpha,
          .beta = c.beta};
  if (c.bias == Case::Bias::given) op.bias = o.bias.tensor.select(0, 0);
  gemm(op, stream);
}

void expect_close(const Case& c) {
  const Operands o(c);
  const std::vector<double> expected = reference(c, o);
  run(c, o, 2);
  // A chain of k roundings of size 2^-24 errs by about sqrt(k) of them; 16-bit results are rounded once more (2^-9, 2^-12).
  const double bound = c.dtype == DType::bf16 ? 3e-3 : c.dtype == DType::f16 ? 4e-4 : 1e-6;
  const ConstTensor wanted(expected.data(), DType::f64, o.c.tensor.shape());
  const double error = rel_l2(o.c.tensor, wanted);
  if (!(error <= bound))
    testing::fail(__FILE__, __LINE__,
                  "gemm " + std::to_string(c.batch) + "x" + std::to_string(c.m) + "x" + std::to_string(c.n) + "x" +
                      std::to_string(c.k) + (c.trans_a == Transpose::yes ? " T" : " N") +
                      (c.trans_b == Transpose::yes ? "T" : "N") + ": relative error " + std::to_string(error));
}

constexpr Transpose kBoth[] = {Transpose::no, Transpose::yes};

template <typename Body>
void for_all_transposes(const Body& body) {
  for (const Transpose ta : kBoth)
    for (const Transpose tb : kBoth) body(ta, tb);
}

// Around every edge: one row, one column, tile sizes of all instruction sets and cards, one more and one less, a cut of the sum,
// few results of a long one.
constexpr struct {
  int64_t m, n, k;
} kSizes[] = {{1, 1, 1},       {1, 7, 3},     {2, 33, 5},      {3, 1, 64},    {5, 16, 17},   {6, 16, 9},    {7, 15, 31},
              {8, 40, 130},    {9, 32, 8},    {13, 31, 33},    {14, 32, 16},  {15, 33, 4},   {16, 48, 100}, {16, 512, 37},
              {28, 64, 65},    {29, 65, 12},  {57, 16, 140},   {60, 129, 40}, {99, 130, 67}, {3, 70, 1025}, {30, 9, 513},
              {20, 140, 1100}, {64, 2100, 3}, {250, 290, 130}, {40, 60, 1100}};

TEST("gemm: all transposes and odd sizes match float64") {
  for (const auto& size : kSizes)
    for_all_transposes([&](Transpose ta, Transpose tb) { expect_close({1, size.m, size.n, size.k, ta, tb}); });
}

TEST("gemm: alpha, beta, bias, padded rows and misaligned operands match float64") {
  for (const auto& size : kSizes)
    for_all_transposes([&](Transpose ta, Transpose tb) {
      expect_close({1, size.m, size.n, size.k, ta, tb, DType::f32, -0.75F, 0.5F, 3, 1, Case::Bias::given});
    });
}

TEST("gemm: bf16 and f16 operands are widened and the result rounded once") {
  for (const auto& size : kSizes)
    for_all_transposes([&](Transpose ta, Transpose tb) {
      expect_close({1, size.m, size.n, size.k, ta, tb, DType::bf16, 1, 0.5F, 1, 0, Case::Bias::given});
      expect_close({2, size.m, size.n, size.k, ta, tb, DType::f16});
    });
}

TEST("gemm: 16-bit operands whose rows begin at 16 bytes, with a result and a bias in f32, match float64") {
  Stream stream({}, std::make_shared<ThreadPool>(2));
  constexpr int64_t kAligned[][3] = {{8, 8, 8},       {64, 64, 32},   {72, 136, 40},  {136, 128, 96},
                                     {200, 264, 152}, {40, 64, 1104}, {128, 24, 1032}};
  for (const DType dtype : {DType::bf16, DType::f16})
    for (const auto& [m, n, k] : kAligned)
      for_all_transposes([&, m = m, n = n, k = k](Transpose ta, Transpose tb) {
        const Case c{1, m, n, k, ta, tb, dtype, 0.5F, 0, 0, 0, Case::Bias::given};
        Operands o(c);
        Case wide = c;
        wide.dtype = DType::f32;
        o.c = Matrix(DType::f32, 1, m, n, wide, 3), o.bias = Matrix(DType::f32, 1, 1, n, wide, 4);
        const std::vector<double> expected = reference(c, o);
        run(c, o, 2);
        EXPECT_REL_L2(o.c.tensor, ConstTensor(expected.data(), DType::f64, o.c.tensor.shape()), 1e-6);
      });
}

TEST("gemm: 16-bit operands whose rows begin at 16 bytes, without a bias, match float64 in their own type and in f32") {
  for (const DType dtype : {DType::bf16, DType::f16})
    for_all_transposes([&](Transpose ta, Transpose tb) {
      const Case c{1, 64, 72, 40, ta, tb, dtype};
      expect_close(c);
      Case wide = c;
      wide.dtype = DType::f32;
      Operands o(c);
      o.c = Matrix(DType::f32, 1, c.m, c.n, wide, 3);
      const std::vector<double> expected = reference(c, o);
      run(c, o, 2);
      EXPECT_REL_L2(o.c.tensor, ConstTensor(expected.data(), DType::f64, o.c.tensor.shape()), 1e-6);
    });
}

// What a product of the same operands gives once b is widened by hand.
Storage with_widened_b(const Case& c, const Operands& o, Stream& stream) {
  const Storage wide(DType::f32, o.b.tensor.shape()), result(DType::f32, o.c.tensor.shape());
  copy({o.b.tensor, wide.tensor()}, stream);
  copy({o.c.tensor, result.tensor()}, stream);
  gemm({.a = o.a.tensor,
        .b = wide.view(),
        .c = result.tensor(),
        .trans_a = c.trans_a,
        .trans_b = c.trans_b,
        .alpha = c.alpha,
        .beta = c.beta},
       stream);
  return result;
}

TEST("gemm: a 16-bit b beside an f32 a gives the bits of one widened beforehand on a CPU, and is refused on a card") {
  Stream stream({}, std::make_shared<ThreadPool>(2));
  if (testing::device_under_test().kind == DeviceKind::cuda) {
    const Case c{1, 3, 70, 5, Transpose::no, Transpose::no};
    Operands o(c);
    o.b = Matrix(DType::bf16, 1, c.k, c.n, c, 2);
    EXPECT_ERROR(run(c, o, 2), "native/dtype-mismatch");
    return;
  }
  for (const DType stored : {DType::bf16, DType::f16})
    for (const auto& [m, n, k] : kSizes)
      for_all_transposes([&, m = m, n = n, k = k](Transpose ta, Transpose tb) {
        const Case c{2, m, n, k, ta, tb, DType::f32, 0.5F, 1, 1, 1};
        Operands o(c);
        o.b = Matrix(stored, 2, tb == Transpose::yes ? n : k, tb == Transpose::yes ? k : n, c, 2);
        const Storage wanted = with_widened_b(c, o, stream), found(DType::f32, wanted.view().shape());
        run(c, o, 2);
        copy({o.c.tensor, found.tensor()}, stream);
        if (gemm_detail::blas_name())
          EXPECT_REL_L2(found.view(), wanted.view(), 1e-6);  // the widened one may be its product
        else
          EXPECT(std::memcmp(found.view().raw(), wanted.view().raw(), wanted.view().bytes()) == 0);
      });
}

TEST("gemm: batches match float64") {
  for_all_transposes([](Transpose ta, Transpose tb) {
    expect_close({3, 17, 21, 19, ta, tb, DType::f32, 1, 0, 2});
    expect_close({2, 130, 90, 200, ta, tb, DType::f32, 1, 1});
  });
}

TEST("gemm: one b shared by a batch gives what a loop over the batch gives") {
  Stream stream({}, std::make_shared<ThreadPool>(2));
  const Storage a(DType::f32, {3, 5, 40}), b(DType::f32, {40, 24}), folded(DType::f32, {3, 5, 24}),
      single(DType::f32, {3, 5, 24});
  for (int64_t i = 0; i < 600; ++i) a.tensor().data<float>()[i] = normal({1, Purpose::fixture, 0, 0}, static_cast<uint64_t>(i));
  for (int64_t i = 0; i < 960; ++i) b.tensor().data<float>()[i] = normal({2, Purpose::fixture, 0, 0}, static_cast<uint64_t>(i));
  gemm({.a = a.view(), .b = b.view(), .c = folded.tensor()}, stream);
  for (int64_t g = 0; g < 3; ++g) gemm({.a = a.view().select(0, g), .b = b.view(), .c = single.tensor().select(0, g)}, stream);
  EXPECT_REL_L2(folded.view(), single.view(), 1e-6);
}

TEST("gemm: an empty sum leaves beta c plus bias") {
  Stream stream({}, std::make_shared<ThreadPool>(1));
  const Storage empty(DType::f32, {0}), c(DType::f32, {3, 2});
  c.tensor().data<float>()[5] = 4;
  const Tensor none = empty.tensor();
  gemm({.a = none.reshape({3, 0}), .b = none.reshape({0, 2}), .c = c.tensor(), .beta = 0.5F}, stream);
  EXPECT(c.view().data<float>()[5] == 2);
}

TEST("gemm: beta 0 does not read c") {
  Stream stream({}, std::make_shared<ThreadPool>(1));
  const Storage a(DType::f32, {20, 20}), c(DType::f32, {20, 20});
  for (int64_t i = 0; i < 400; ++i) c.tensor().data<float>()[i] = std::numeric_limits<float>::quiet_NaN();
  gemm({.a = a.view(), .b = a.view(), .c = c.tensor()}, stream);
  for (int64_t i = 0; i < 400; ++i) EXPECT(c.view().data<float>()[i] == 0);
}

TEST("gemm: the same bits with 1, 2, 3 and 5 threads") {
  constexpr int64_t kShapes[][3] = {{150, 200, 700}, {16, 512, 750}, {750, 16, 512}, {680, 290, 700},
                                    {3, 300, 900},   {1, 1000, 64},  {300, 2100, 90}};
  for (const auto& [m, n, k] : kShapes)
    for_all_transposes([&, m = m, n = n, k = k](Transpose ta, Transpose tb) {
      const Case c{1, m, n, k, ta, tb};
      const Operands first(c);
      run(c, first, 1);
      for (const int threads : {2, 3, 5}) {
        const Operands other(c);
        run(c, other, threads);
        EXPECT(std::memcmp(first.c.storage.view().raw(), other.c.storage.view().raw(), other.c.storage.view().bytes()) == 0);
      }
    });
}

TEST("gemm: shapes and dtypes that do not fit are refused") {
  Stream stream({}, std::make_shared<ThreadPool>(1));
  const Storage a(DType::f32, {4, 5}), b(DType::f32, {5, 6}), c(DType::f32, {4, 6}), half(DType::f16, {4, 5});
  const Storage bias(DType::f32, {5});
  EXPECT_ERROR(gemm({.a = a.view(), .b = b.view(), .c = b.tensor()}, stream), "native/shape-mismatch");
  EXPECT_ERROR(gemm({.a = a.view(), .b = b.view(), .c = c.tensor(), .trans_b = Transpose::yes}, stream), "native/shape-mismatch");
  EXPECT_ERROR(gemm({.a = a.view(), .b = b.view(), .c = c.tensor(), .bias = bias.view()}, stream), "native/shape-mismatch");
  EXPECT_ERROR(gemm({.a = a.view(), .b = b.view().transposed(0, 1), .c = c.tensor()}, stream), "native/shape-mismatch");
  EXPECT_ERROR(gemm({.a = half.view(), .b = b.view(), .c = c.tensor()}, stream), "native/dtype-mismatch");
}

}  // namespace
