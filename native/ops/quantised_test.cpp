#include "ops/quantised.h"

#include <cmath>
#include <limits>

#include "ops/op_testing.h"

namespace sidestep {
namespace {

using namespace testing;

struct Coded {
  Coded(int64_t rows, int64_t width) : codes(DType::u8, {rows, width}), scales(DType::f32, {rows, quantised_blocks(width)}) {}
  Storage codes, scales;
};

Coded quantised(ConstTensor x) {
  Coded out(x.dim(0), x.dim(1));
  Stream host = cpu_stream();
  quantise({x, out.codes.tensor(), out.scales.tensor()}, host);
  return out;
}

/// The definition, in float64.
Doubles dequantised_f64(const Coded& coded) {
  const Doubles codes = values_of(coded.codes.view()), scales = values_of(coded.scales.view());
  const int64_t width = coded.codes.view().dim(1), blocks = quantised_blocks(width);
  Doubles y(codes.size());
  for (size_t i = 0; i < y.size(); ++i) {
    const auto row = static_cast<int64_t>(i) / width, column = static_cast<int64_t>(i) % width;
    y[i] = (codes[i] - 128) * scales[static_cast<size_t>(row * blocks + column / 64)];
  }
  return y;
}

TEST("quantise: no element is off by more than half a step of its block, and the largest of a block is kept") {
  for (const Shape& shape : {Shape{1, 1}, Shape{3, 63}, Shape{5, 64}, Shape{7, 65}, Shape{2, 1000}}) {
    const Storage x = random_tensor(shape, 1, DType::bf16, 0.02);
    const Coded coded = quantised(x.view());
    const Doubles from = values_of(x.view()), back = dequantised_f64(coded), scales = values_of(coded.scales.view());
    const int64_t blocks = quantised_blocks(shape[1]);
    for (int64_t r = 0; r < shape[0]; ++r) {
      for (int64_t b = 0; b < blocks; ++b) {
        const double scale = scales[static_cast<size_t>(r * blocks + b)];
        double largest = 0, kept = 0;
        for (int64_t c = b * 64; c < std::min(shape[1], b * 64 + 64); ++c) {
          const auto i = static_cast<size_t>(r * shape[1] + c);
          EXPECT(std::abs(from[i] - back[i]) <= 0.5 * scale * (1 + 1e-6));
          largest = std::max(largest, std::abs(from[i]));
          kept = std::max(kept, std::abs(back[i]));
        }
        EXPECT(std::abs(largest - kept) <= 1e-6 * largest);
      }
    }
  }
}

TEST("quantise: a block of zeros stays zero; one with an infinite weight is refused") {
  const Storage zeros(DType::f32, {2, 70});
  for (const double v : dequantised_f64(quantised(zeros.view()))) EXPECT(v == 0);
  const Storage broken(DType::f32, {1, 3});
  broken.tensor().data<float>()[1] = std::numeric_limits<float>::infinity();
  EXPECT_ERROR(quantised(broken.view()), "native/weight-nonfinite");
}

TEST("dequantise: whole matrices and slices of rows and columns, in every dtype") {
  Stream stream = cpu_stream();
  for (const Shape& shape : {Shape{1, 1}, Shape{3, 64}, Shape{9, 193}, Shape{4, 256}}) {
    const Coded coded = quantised(random_tensor(shape, 2, DType::f32, 0.02).view());
    const Doubles expected = dequantised_f64(coded);
    for (const DType dtype : {DType::f32, DType::bf16, DType::f16}) {
      Storage owner;
      const Tensor y = padded_view(owner, shape, dtype, 3);
      dequantise({coded.codes.view(), coded.scales.view(), y}, stream);
      expect_near(y, expected, one_rounding(dtype));
    }
  }
  const Coded wide = quantised(random_tensor({6, 200}, 4, DType::f32, 0.02).view());
  const Doubles all = dequantised_f64(wide);
  const Storage y(DType::f32, {2, 136});
  dequantise({wide.codes.view().slice(0, 3, 5).slice(1, 64, 200), wide.scales.view().slice(0, 3, 5).slice(1, 1, 4), y.tensor()},
             stream);
  Doubles expected;
  for (const int64_t row : {3, 4}) {
    const Doubles columns = part(all, row * 200 + 64, 136);
    expected.insert(expected.end(), columns.begin(), columns.end());
  }
  expect_near(y.view(), expected, one_rounding(DType::f32));
}

TEST("dequantise: wrong shapes and dtypes are refused") {
  Stream stream = cpu_stream();
  const Coded coded(2, 65);
  const Storage y(DType::f32, {2, 65}), one_scale(DType::f32, {2, 1}), bytes(DType::u8, {2, 65});
  EXPECT_ERROR(dequantise({coded.codes.view(), one_scale.view(), y.tensor()}, stream), "native/shape-mismatch");
  EXPECT_ERROR(dequantise({y.view(), coded.scales.view(), y.tensor()}, stream), "native/dtype-mismatch");
  EXPECT_ERROR(dequantise({coded.codes.view(), coded.scales.view(), bytes.tensor()}, stream), "native/dtype-mismatch");
}

}  // namespace
}  // namespace sidestep
