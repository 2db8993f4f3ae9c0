#include "ops/gemm8bit.h"

#include <cmath>
#include <limits>

#include "ops/op_testing.h"
#include "ops/quantise_rows.h"

namespace sidestep {
namespace {

using namespace testing;

constexpr float kInfinity = std::numeric_limits<float>::infinity(), kNaN = std::numeric_limits<float>::quiet_NaN();

/// OCP 8-bit Floating Point Specification, table 1: (-1)^s 2^(e - 7) (1 + m / 8), and 2^-6 m / 8 where e is 0.
double e4m3_value(int code) {
  const int exponent = code >> 3 & 15, significand = code & 7;
  const double magnitude = exponent == 0 ? std::ldexp(significand / 8.0, -6) : std::ldexp(1 + significand / 8.0, exponent - 7);
  return (code & 0x80) != 0 ? -magnitude : magnitude;
}

TEST("e4m3: all 256 codes have the value that the specification gives them, and come back") {
  for (int code = 0; code < 256; ++code) {
    const float value = from_e4m3(static_cast<uint8_t>(code));
    if ((code & 0x7f) == 0x7f) {
      EXPECT(std::isnan(value));
      EXPECT((to_e4m3(value) & 0x7f) == 0x7f);
      continue;
    }
    EXPECT(static_cast<double>(value) == e4m3_value(code) && std::signbit(value) == (code >= 0x80));
    EXPECT(to_e4m3(value) == code);
  }
}

TEST("e4m3: what lies between two numbers goes to the nearer one, halves to the even one") {
  for (int sign : {0, 0x80}) {
    for (int code = 0; code < 0x7e; ++code) {
      const double low = e4m3_value(code), high = e4m3_value(code + 1), middle = (low + high) / 2;
      const auto signed_code = [&](float v) { return to_e4m3(sign == 0 ? v : -v); };
      const auto half = static_cast<float>(middle);
      EXPECT(static_cast<double>(half) == middle);
      EXPECT(signed_code(half) == (sign | (code % 2 == 0 ? code : code + 1)));
      EXPECT(signed_code(std::nextafter(half, 0.F)) == (sign | code));
      EXPECT(signed_code(std::nextafter(half, kInfinity)) == (sign | (code + 1)));
    }
  }
}

TEST("e4m3: beyond 448 there is only 448; the smallest floats are zero; NaN stays NaN") {
  for (const float v : {448.F, 463.F, 464.F, 480.F, 1e30F, kInfinity}) {
    EXPECT(to_e4m3(v) == 0x7e);
    EXPECT(to_e4m3(-v) == 0xfe);
  }
  for (const float v : {0.F, 1e-45F, 1e-38F, 0x1p-11F}) {
    EXPECT(to_e4m3(v) == 0);
    EXPECT(to_e4m3(-v) == 0x80);
  }
  EXPECT((to_e4m3(-kNaN) & 0x7f) == 0x7f);
}

struct Coded {
  Coded(int64_t rows, int64_t width, CodeFormat format)
      : codes(DType::u8, {rows, width}), scales(DType::f32, scale_shape(format, rows)) {}
  Storage codes, scales;
};

double value_in(uint8_t code, CodeFormat format) {
  return format == CodeFormat::e4m3 ? e4m3_value(code) : static_cast<double>(static_cast<int8_t>(code));
}

Coded quantised(ConstTensor x, CodeFormat format, ConstTensor factors = {}, int threads = 2) {
  Stream stream = cpu_stream(threads);
  Coded out(x.dim(0), x.dim(1), format);
  quantise_rows({.x = x, .factors = factors, .format = format, .codes = out.codes.tensor(), .scales = out.scales.tensor()},
                stream);
  return out;
}

/// The nearest number of the format, by looking at all of them; halves to the even code.
uint8_t nearest_code(float v, CodeFormat format) {
  int best = 0;
  for (int code = 0; code < 256; ++code) {
    if (format == CodeFormat::e4m3 ? (code & 0x7f) == 0x7f || code == 0x80 : code == 0x80) continue;
    const double off = std::abs(value_in(static_cast<uint8_t>(code), format) - static_cast<double>(v));
    const double least = std::abs(value_in(static_cast<uint8_t>(best), format) - static_cast<double>(v));
    if (off < least || (off == least && code % 2 == 0)) best = code;
  }
  return static_cast<uint8_t>(best);
}

void expect_quantised(const ConstTensor& x, CodeFormat format, const ConstTensor& factors) {
  const Coded coded = quantised(x, format, factors);
  const Doubles values = values_of(x);
  const int64_t width = x.dim(1);
  std::vector<float> scaled;
  for (size_t i = 0; i < values.size(); ++i)
    scaled.push_back(static_cast<float>(values[i]) * (factors ? factors.data<float>()[static_cast<int64_t>(i) % width] : 1.F));
  float all = 0;
  for (const float v : scaled) all = std::max(all, std::abs(v));
  for (int64_t row = 0; row < x.dim(0); ++row) {
    float largest = 0;
    for (int64_t c = 0; c < width; ++c) largest = std::max(largest, std::abs(scaled[static_cast<size_t>(row * width + c)]));
    if (format == CodeFormat::e4m3) largest = all;
    const float steps = format == CodeFormat::int8 ? 127.F : 448.F, inverse = steps / largest;
    EXPECT(coded.scales.view().data<float>()[format == CodeFormat::int8 ? row : 0] == largest / steps);
    for (int64_t c = 0; c < width; ++c) {
      const uint8_t code = coded.codes.view().data<uint8_t>()[row * width + c];
      const float v = scaled[static_cast<size_t>(row * width + c)] * inverse;
      EXPECT(value_in(code, format) == value_in(nearest_code(v, format), format));
    }
  }
}

TEST("quantise_rows: every code is the nearest number of its format, in every dtype, with factors and without") {
  for (const CodeFormat format : {CodeFormat::int8, CodeFormat::e4m3})
    for (const DType dtype : {DType::f32, DType::bf16, DType::f16})
      for (const Shape& shape : {Shape{1, 1}, Shape{5, 63}, Shape{3, 64}, Shape{2, 2056}}) {
        Storage owner;
        const Tensor x = padded_view(owner, shape, dtype, 7);
        const Storage factors = random_tensor({shape[1]}, 8);
        expect_quantised(x, format, {});
        expect_quantised(x, format, factors.view());
        expect_quantised(random_tensor(shape, 9, dtype).view(), format, {});
      }
}

TEST(
    "quantise_rows: rows of zeros and of next to nothing are zeros; one that is not finite spoils its product and is not "
    "hidden") {
  Stream stream = cpu_stream();
  const Storage x(DType::f32, {4, 40});
  x.tensor().data<float>()[40] = 1e-40F;
  x.tensor().data<float>()[2 * 40 + 3] = kInfinity;
  x.tensor().data<float>()[3 * 40 + 39] = kNaN;
  const Coded coded = quantised(x.view(), CodeFormat::int8);
  for (int64_t i = 0; i < 4 * 40; ++i) EXPECT(coded.codes.view().data<uint8_t>()[i] == 0);
  const auto scale = [&](int64_t row) { return coded.scales.view().data<float>()[row]; };
  EXPECT(scale(0) == 0 && scale(1) == 0 && scale(2) == kInfinity && std::isnan(scale(3)));
  const Storage y(DType::f32, {4, 4});
  gemm8bit({.a = coded.codes.view(), .a_scales = coded.scales.view(), .b = coded.codes.view(), .c = y.tensor()}, stream);
  for (int64_t i = 0; i < 16; ++i) EXPECT(i < 8 ? y.view().data<float>()[i] == 0 : std::isnan(y.view().data<float>()[i]));
  const Coded one_scale = quantised(x.view(), CodeFormat::e4m3);
  EXPECT(std::isnan(one_scale.scales.view().data<float>()[0]));
}

TEST("quantise_weights: int8 has a scale a row; matrices in e4m3 share one; what is not finite is refused") {
  Stream host = cpu_stream();
  const Storage small = random_tensor({3, 70}, 1, DType::bf16, 0.02), large = random_tensor({2, 70}, 2, DType::f32, 0.5);
  const Storage codes(DType::u8, {5, 70}), scales(DType::f32, {5}), one(DType::f32, Shape());
  const auto weights = [&](CodeFormat format) {
    quantise_weights({.matrices = {small.view(), large.view()},
                      .format = format,
                      .codes = codes.tensor(),
                      .scales = format == CodeFormat::int8 ? scales.tensor() : one.tensor()},
                     host);
  };
  weights(CodeFormat::int8);
  const Coded upper = quantised(small.view(), CodeFormat::int8), lower = quantised(large.view(), CodeFormat::int8);
  EXPECT(same_bytes(codes.tensor().slice(0, 0, 3), upper.codes.view()) &&
         same_bytes(codes.tensor().slice(0, 3, 5), lower.codes.view()));
  EXPECT(same_bytes(scales.tensor().slice(0, 0, 3), upper.scales.view()) &&
         same_bytes(scales.tensor().slice(0, 3, 5), lower.scales.view()));
  weights(CodeFormat::e4m3);
  const Coded shared = quantised(large.view(), CodeFormat::e4m3);  // the largest weight is there
  EXPECT(same_bytes(codes.tensor().slice(0, 3, 5), shared.codes.view()));
  EXPECT(same_bytes(one.view(), shared.scales.view()));
  small.tensor().data<bf16_t>()[5] = to_bf16(kInfinity);
  EXPECT_ERROR(weights(CodeFormat::int8), "native/weight-nonfinite");
}

struct Sizes {
  int64_t m, n, k;
};

/// Codes that use the whole format.
Storage random_codes(const Shape& shape, CodeFormat format, uint64_t seed) {
  const Storage codes(DType::u8, shape);
  for (int64_t i = 0; i < shape.numel(); ++i) {
    const auto draw = static_cast<int>(std::abs(normal({seed, Purpose::fixture}, static_cast<uint64_t>(i))) * 1e4F) % 256;
    const bool valid = format == CodeFormat::e4m3 ? (draw & 0x7f) != 0x7f : draw != 0x80;
    codes.tensor().data<uint8_t>()[i] = static_cast<uint8_t>(valid ? draw : 0);
  }
  return codes;
}

/// Rows within wider ones.
Tensor within(Storage& owner, const Storage& codes, int64_t pad) {
  const Shape shape = codes.view().shape();
  owner = Storage(DType::u8, {shape[0], shape[1] + pad});
  const Tensor view = owner.tensor().slice(1, 0, shape[1]);
  for (int64_t i = 0; i < shape.numel(); ++i)
    view.data<uint8_t>()[i / shape[1] * view.stride(0) + i % shape[1]] = codes.view().data<uint8_t>()[i];
  return view;
}

/// The sum of a row and a column, in f64: exact for int8.
double sum_of(ConstTensor a, ConstTensor b, int64_t i, int64_t j, CodeFormat format) {
  double sum = 0;
  for (int64_t k = 0; k < a.dim(1); ++k)
    sum += value_in(a.data<uint8_t>()[i * a.stride(0) + k], format) * value_in(b.data<uint8_t>()[j * b.stride(0) + k], format);
  return sum;
}

struct Product {
  CodeFormat format;
  Sizes sizes;
  int64_t pad = 0;
  DType dtype = DType::f32;
  float beta = 0;
  bool b_scales = true, bias = false;
};

void expect_product(const Product& p) {
  Stream stream = cpu_stream();
  const auto [m, n, k] = p.sizes;
  const bool exact = p.format == CodeFormat::int8;
  Storage a_owner, b_owner;
  const Tensor a = within(a_owner, random_codes({m, k}, p.format, 1), p.pad),
               b = within(b_owner, random_codes({n, k}, p.format, 2), p.pad);
  const Storage a_scales = random_tensor(scale_shape(p.format, m), 3, DType::f32, 1e-4);  // sums stay within f16
  const Storage b_scales = random_tensor(scale_shape(p.format, n), 4);
  const Storage bias = random_tensor({n}, 5, p.dtype, 100);
  Storage c_owner;
  const Tensor c = padded_view(c_owner, {m, n}, p.dtype, 6);
  const Doubles before = values_of(c);
  gemm8bit({.format = p.format,
            .a = a,
            .a_scales = a_scales.view(),
            .b = b,
            .b_scales = p.b_scales ? b_scales.view() : ConstTensor(),
            .c = c,
            .beta = p.beta,
            .bias = p.bias ? bias.view() : ConstTensor()},
           stream);
  Doubles expected;
  bool same = true;
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      const double sum = sum_of(a, b, i, j, p.format);
      float scale = a_scales.view().data<float>()[exact ? i : 0];
      if (p.b_scales) scale *= b_scales.view().data<float>()[exact ? j : 0];
      same = same && element_at(c, i * n + j) == static_cast<double>(static_cast<float>(sum) * scale);
      double value = sum * static_cast<double>(scale);
      if (p.beta != 0) value += static_cast<double>(p.beta) * before[static_cast<size_t>(i * n + j)];
      if (p.bias) value += element_at(bias.view(), j);
      expected.push_back(value);
    }
  // Sums of int8 are exact: nothing but the scale is rounded.
  if (exact && p.dtype == DType::f32 && p.beta == 0 && !p.bias) EXPECT(same);
  expect_near(c, expected, one_rounding(p.dtype) + 2e-6);
}

TEST("gemm8bit: odd sizes, strided rows, every dtype of the result, scales, beta and bias") {
  for (const CodeFormat format : {CodeFormat::int8, CodeFormat::e4m3})
    for (const Sizes& sizes : {Sizes{1, 1, 1}, Sizes{3, 5, 16}, Sizes{17, 9, 33}, Sizes{66, 70, 100}, Sizes{65, 130, 192}})
      for (const int64_t pad : {0, 5, 16})
        for (const DType dtype : {DType::f32, DType::bf16, DType::f16}) {
          expect_product({format, sizes, pad, dtype});
          expect_product({.format = format, .sizes = sizes, .pad = pad, .dtype = dtype, .beta = 1, .b_scales = false});
          expect_product({.format = format, .sizes = sizes, .pad = pad, .dtype = dtype, .beta = -0.5F, .bias = true});
        }
}

TEST("gemm8bit: more results than a block of the CPU's") {
  expect_product({CodeFormat::int8, {513, 514, 8}});
  if (device_under_test().kind == DeviceKind::cpu) expect_product({CodeFormat::int8, {513, 600, 1030}});
  expect_product({CodeFormat::e4m3, {513, 514, 8}});
}

TEST("gemm8bit: the longest sums of the largest int8 codes are exact") {
  Stream stream = cpu_stream();
  for (const int64_t k : {int64_t{6144}, kLongestInt8Sum}) {
    const Storage a(DType::u8, {2, k}), scales(DType::f32, {2}), c(DType::f32, {2, 2});
    for (int64_t i = 0; i < k; ++i) {
      a.tensor().data<uint8_t>()[i] = 127;
      a.tensor().data<uint8_t>()[k + i] = static_cast<uint8_t>(int8_t{-127});
    }
    fill({scales.tensor(), 1}, stream);
    gemm8bit({.a = a.view(), .a_scales = scales.view(), .b = a.view(), .c = c.tensor()}, stream);
    const auto sum = static_cast<float>(127 * 127 * k);
    const float* found = c.view().data<float>();
    EXPECT(found[0] == sum && found[1] == -sum && found[2] == -sum && found[3] == sum);
  }
}

TEST("gemm8bit: bits do not depend on the number of threads") {
  for (const CodeFormat format : {CodeFormat::int8, CodeFormat::e4m3}) {
    const Storage x = random_tensor({70, 300}, 1);
    const Storage b = random_codes({90, 300}, format, 2), one(DType::f32, {70, 90}), three(DType::f32, {70, 90});
    for (const auto& [threads, c] : {std::pair{1, one.tensor()}, std::pair{3, three.tensor()}}) {
      const Coded coded = quantised(x.view(), format, {}, threads);
      Stream stream = cpu_stream(threads);
      gemm8bit({.format = format, .a = coded.codes.view(), .a_scales = coded.scales.view(), .b = b.view(), .c = c}, stream);
    }
    EXPECT(same_bytes(one.view(), three.view()));
  }
}

TEST("gemm8bit, quantise_rows: wrong shapes and dtypes are refused") {
  Stream stream = cpu_stream();
  const Storage a(DType::u8, {2, 16}), b(DType::u8, {3, 16}), scales(DType::f32, {2}), one(DType::f32, {1}),
      c(DType::f32, {2, 3});
  const Storage x(DType::f32, {2, 16}), longer(DType::u8, {1, kLongestInt8Sum + 1}), single(DType::f32, {1, 1});
  EXPECT_ERROR(gemm8bit({.a = a.view(), .a_scales = one.view(), .b = b.view(), .c = c.tensor()}, stream),
               "native/shape-mismatch");
  EXPECT_ERROR(gemm8bit({.a = x.view(), .a_scales = scales.view(), .b = b.view(), .c = c.tensor()}, stream),
               "native/dtype-mismatch");
  EXPECT_ERROR(
      gemm8bit({.a = a.view(), .a_scales = scales.view(), .b = b.view(), .b_scales = scales.view(), .c = c.tensor()}, stream),
      "native/shape-mismatch");
  EXPECT_ERROR(gemm8bit({.a = longer.view(), .a_scales = one.view(), .b = longer.view(), .c = single.tensor()}, stream),
               "native/argument-invalid");
  EXPECT_ERROR(quantise_rows({.x = x.view(), .format = CodeFormat::e4m3, .codes = a.tensor(), .scales = scales.tensor()}, stream),
               "native/shape-mismatch");
  EXPECT_ERROR(quantise_rows({.x = a.view(), .codes = a.tensor(), .scales = scales.tensor()}, stream), "native/dtype-mismatch");
}

}  // namespace
}  // namespace sidestep
