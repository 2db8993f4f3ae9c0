#include "models/linear.h"

#include "models/weights.h"
#include "ops/flow.h"
#include "ops/op_testing.h"
#include "ops/quantise_rows.h"
#include "ops/quantised.h"

namespace sidestep {
namespace {

using namespace testing;

struct Codes {
  explicit Codes(ConstTensor w) : codes(DType::u8, w.shape()), scales(DType::f32, {w.dim(0), quantised_blocks(w.dim(1))}) {
    Stream host = cpu_stream();
    quantise({w, codes.tensor(), scales.tensor()}, host);
  }
  FrozenMatrix matrix() const { return {codes.view(), scales.view()}; }

  /// [O, I] as the layer must see it.
  Doubles values() const {
    Doubles out = values_of(codes.view());
    const Doubles scale = values_of(scales.view());
    const auto width = static_cast<size_t>(codes.view().dim(1)),
               blocks = static_cast<size_t>(quantised_blocks(codes.view().dim(1)));
    for (size_t i = 0; i < out.size(); ++i) out[i] = (out[i] - 128) * scale[i / width * blocks + i % width / 64];
    return out;
  }

  Storage codes, scales;
};

struct Sizes {
  int64_t rows, in, out;
};

/// y = x W^T + b and dx = dy W + before, W given in float64.
Doubles forward_f64(const Sizes& s, const Doubles& x, const Doubles& w, const Doubles& b) {
  Doubles y;
  for (int64_t n = 0; n < s.rows; ++n) {
    for (int64_t o = 0; o < s.out; ++o) {
      double sum = b[static_cast<size_t>(o)];
      for (int64_t i = 0; i < s.in; ++i) sum += x[static_cast<size_t>(n * s.in + i)] * w[static_cast<size_t>(o * s.in + i)];
      y.push_back(sum);
    }
  }
  return y;
}

Doubles backward_f64(const Sizes& s, const Doubles& dy, const Doubles& w, const Doubles& before) {
  Doubles dx;
  for (int64_t n = 0; n < s.rows; ++n) {
    for (int64_t i = 0; i < s.in; ++i) {
      double sum = before[static_cast<size_t>(n * s.in + i)];
      for (int64_t o = 0; o < s.out; ++o) sum += dy[static_cast<size_t>(n * s.out + o)] * w[static_cast<size_t>(o * s.in + i)];
      dx.push_back(sum);
    }
  }
  return dx;
}

/// An arena exactly as large as the layer's passes need, found on the plan device.
size_t planned_scratch(const Linear& layer, int64_t rows, DType dtype) {
  const Device device{.kind = DeviceKind::plan};
  Stream plan(device);
  Arena arena(device, 0);
  const Storage x(dtype, {rows, layer.in_features()}, device), y(dtype, {rows, layer.out_features()}, device);
  Linear twin = layer;
  const auto imagined = [&](ConstTensor t) { return t ? ConstTensor(nullptr, t.dtype(), t.shape(), device) : ConstTensor(); };
  twin.weight.values = imagined(layer.weight.values);
  twin.weight.scales = imagined(layer.weight.scales);
  twin.bias = {};
  linear_forward(twin, x.view(), y.tensor(), {}, arena, plan);
  linear_backward(twin, y.view(), {}, x.tensor(), Write::overwrite, {}, arena, plan);
  return arena.high_water();
}

/// Forward and backward of a layer whose matrix is kept otherwise than it computes, against float64.
void expect_products(const Sizes& s, const FrozenMatrix& matrix, const Doubles& w, DType dtype) {
  Stream stream = cpu_stream();
  const Storage x = random_tensor({s.rows, s.in}, 1, dtype), b = random_tensor({s.out}, 2, dtype);
  const Storage dy = random_tensor({s.rows, s.out}, 3, dtype), y(dtype, {s.rows, s.out});
  const Storage dx = random_tensor({s.rows, s.in}, 4, dtype);
  const Doubles before = values_of(dx.view());
  const Linear layer{.name = "kept", .weight = matrix, .bias = b.view(), .computes = dtype};
  Arena arena({}, planned_scratch(layer, s.rows, dtype));
  linear_forward(layer, x.view(), y.tensor(), {}, arena, stream);
  // W is rounded once to the compute dtype, the result once more; sums of up to 6144 products in f32 take the rest.
  const double bound = 2 * one_rounding(dtype) + 4e-6;
  expect_near(y.view(), forward_f64(s, values_of(x.view()), w, values_of(b.view())), bound);
  linear_backward(layer, dy.view(), {}, dx.tensor(), Write::accumulate, {}, arena, stream);
  expect_near(dx.view(), backward_f64(s, values_of(dy.view()), w, before), bound);
  linear_backward(layer, dy.view(), {}, dx.tensor(), Write::overwrite, {}, arena, stream);
  expect_near(dx.view(), backward_f64(s, values_of(dy.view()), w, Doubles(before.size())), bound);
  EXPECT(arena.high_water() == arena.capacity());
}

TEST("linear: 8-bit weights, forward and backward on odd shapes in every dtype") {
  for (const Sizes& s : {Sizes{1, 1, 1}, Sizes{5, 63, 7}, Sizes{3, 64, 65}, Sizes{4, 193, 130}, Sizes{33, 128, 96}}) {
    const Codes kept(random_tensor({s.out, s.in}, 5, DType::f32, 0.1).view());
    for (const DType dtype : {DType::f32, DType::bf16, DType::f16}) expect_products(s, kept.matrix(), kept.values(), dtype);
  }
}

/// Codes that are multiplied as they are.
struct ProductCodes {
  ProductCodes(ConstTensor w, CodeFormat of)
      : format(of), codes(DType::u8, w.shape()), scales(DType::f32, scale_shape(of, w.dim(0))) {
    Stream host = cpu_stream();
    quantise_weights({.matrices = {w}, .format = format, .codes = codes.tensor(), .scales = scales.tensor()}, host);
  }
  FrozenMatrix matrix() const { return {codes.view(), scales.view()}; }
  Doubles values() const { return widened(codes.view(), scales.view(), format); }

  /// codes [R, C] times scales [R], or [] for all.
  static Doubles widened(ConstTensor codes, ConstTensor scales, CodeFormat format) {
    Doubles out;
    for (int64_t r = 0; r < codes.dim(0); ++r)
      for (int64_t c = 0; c < codes.dim(1); ++c)
        out.push_back(static_cast<double>(code_value(codes.data<uint8_t>()[r * codes.dim(1) + c], format)) *
                      element_at(scales, scales.rank() == 0 ? 0 : r));
    return out;
  }

  CodeFormat format;
  Storage codes, scales;
};

/// x as a product of codes sees it.
Doubles coded(ConstTensor x, ConstTensor factors, CodeFormat format) {
  Stream stream = cpu_stream();
  const Storage codes(DType::u8, x.shape()), scales(DType::f32, scale_shape(format, x.dim(0)));
  quantise_rows({.x = x, .factors = factors, .format = format, .codes = codes.tensor(), .scales = scales.tensor()}, stream);
  return ProductCodes::widened(codes.view(), scales.view(), format);
}

/// Products of codes: the other operand is quantised, too, in the backward pass of int8 after the scales of W's rows have gone
/// into it.
void expect_code_products(const Sizes& s, CodeFormat format, DType dtype) {
  Stream stream = cpu_stream();
  const ProductCodes w(random_tensor({s.out, s.in}, 5, DType::f32, 0.1).view(), format);
  const Storage x = random_tensor({s.rows, s.in}, 1, dtype), b = random_tensor({s.out}, 2, dtype);
  const Storage dy = random_tensor({s.rows, s.out}, 3, dtype), y(dtype, {s.rows, s.out});
  const Storage dx = random_tensor({s.rows, s.in}, 4, dtype);
  const Doubles before = values_of(dx.view());
  const Linear layer{.name = "codes", .weight = w.matrix(), .bias = b.view(), .computes = dtype};
  Arena arena({}, planned_scratch(layer, s.rows, dtype));
  const double bound = one_rounding(dtype) + 4e-6;
  linear_forward(layer, x.view(), y.tensor(), {}, arena, stream);
  expect_near(y.view(), forward_f64(s, coded(x.view(), {}, format), w.values(), values_of(b.view())), bound);
  const bool by_row = format == CodeFormat::int8;
  const Doubles unit = ProductCodes::widened(w.codes.view(), stored({1}, Shape()).view(), format);
  const Doubles gradient = coded(dy.view(), by_row ? w.scales.view() : ConstTensor(), format);
  linear_backward(layer, dy.view(), {}, dx.tensor(), Write::accumulate, {}, arena, stream);
  expect_near(dx.view(), backward_f64(s, gradient, by_row ? unit : w.values(), before), bound);
  linear_backward(layer, dy.view(), {}, dx.tensor(), Write::overwrite, {}, arena, stream);
  expect_near(dx.view(), backward_f64(s, gradient, by_row ? unit : w.values(), Doubles(before.size())), bound);
  // What quantising costs: each operand is off by a small share of itself.
  const double coarse = format == CodeFormat::int8 ? 0.03 : 0.08;
  if (s.in > 1 && s.out > 1)
    expect_near(dx.view(), backward_f64(s, values_of(dy.view()), w.values(), Doubles(before.size())), coarse);
  EXPECT(arena.high_water() == arena.capacity());
}

TEST("linear: products of 8-bit codes, forward and backward on odd shapes in every format and dtype") {
  for (const CodeFormat format : {CodeFormat::int8, CodeFormat::e4m3})
    for (const Sizes& s : {Sizes{1, 1, 1}, Sizes{5, 63, 7}, Sizes{3, 64, 65}, Sizes{33, 128, 96}})
      for (const DType dtype : {DType::f32, DType::bf16, DType::f16}) expect_code_products(s, format, dtype);
}

TEST("linear: codes with a format come back as the numbers that they are, of any rows and columns") {
  Stream stream = cpu_stream();
  for (const CodeFormat format : {CodeFormat::int8, CodeFormat::e4m3}) {
    const ProductCodes w(random_tensor({6, 200}, 5, DType::f32, 0.1).view(), format);
    const Doubles all = w.values();
    for (const DType dtype : {DType::f32, DType::bf16}) {
      Arena arena({}, 1 << 16);
      const ConstTensor part = matrix_part(w.matrix(), {2, 5, 64, 200}, dtype, arena, stream);
      Doubles expected;
      for (const int64_t row : {2, 3, 4}) {
        const Doubles columns = testing::part(all, row * 200 + 64, 136);
        expected.insert(expected.end(), columns.begin(), columns.end());
      }
      expect_near(part, expected, one_rounding(dtype));
    }
  }
}

TEST("linear: 16-bit weights kept as stored widen in a CPU's product; a card's refuses them") {
  const Sizes s{6, 77, 41};
  for (const DType stored_as : {DType::bf16, DType::f16}) {
    const Storage w = random_tensor({s.out, s.in}, 6, stored_as, 0.1);
    if (device_under_test().kind == DeviceKind::cuda)
      EXPECT_ERROR(expect_products(s, w.view(), values_of(w.view()), DType::f32), "native/dtype-mismatch");
    else
      expect_products(s, w.view(), values_of(w.view()), DType::f32);
  }
}

TEST("linear: a matrix too large for one part gives what the whole gives, bit for bit") {
  const Sizes s{17, 8192, 1100};  // parts of 1024 rows forward, 7616 columns backward
  const Storage w(DType::bf16, {s.out, s.in}), wide(DType::f32, {s.out, s.in});
  Stream stream = cpu_stream();
  normal_fill({w.tensor(), {.seed = 7, .purpose = Purpose::fixture}}, stream);
  copy({w.view(), wide.tensor()}, stream);
  const Storage x = random_tensor({s.rows, s.in}, 8), dy = random_tensor({s.rows, s.out}, 9);
  const auto pass = [&](ConstTensor weight) {
    const Linear layer{.name = "parts", .weight = weight, .computes = DType::f32};
    Arena arena({}, planned_scratch(layer, s.rows, DType::f32));
    Storage y(DType::f32, {s.rows, s.out}), dx(DType::f32, {s.rows, s.in});
    linear_forward(layer, x.view(), y.tensor(), {}, arena, stream);
    linear_backward(layer, dy.view(), {}, dx.tensor(), Write::overwrite, {}, arena, stream);
    return std::pair{y, dx};
  };
  if (device_under_test().kind == DeviceKind::cuda) {  // its matrices are of the compute dtype and never cut
    EXPECT_ERROR(pass(w.view()), "native/dtype-mismatch");
    return;
  }
  const auto [y, dx] = pass(w.view());
  const auto [whole_y, whole_dx] = pass(wide.view());
  EXPECT(same_bytes(y.view(), whole_y.view()));
  EXPECT(same_bytes(dx.view(), whole_dx.view()));
}

}  // namespace
}  // namespace sidestep
