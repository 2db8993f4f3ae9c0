#include "ops/conv.h"

#include "ops/elementwise.h"
#include "ops/op_testing.h"

namespace sidestep::testing {
namespace {

struct Case {
  int64_t batch, inputs, outputs, length, taps, stride, padding, dilation;
};

// One tap, dilations of the residual units, strides of the encoder, lengths around tiles of 32 and patches of 384 columns,
// channel counts around groups of 14, more terms (inputs * taps) than the 256 laid out at a time. For cards: a few outputs, tiles
// of 64 and 128 with and without a stride, signals long enough for large tiles on 132 multiprocessors, weights that begin at no
// multiple of 16 bytes, and a kernel too long for shared memory.
constexpr Case kCases[] = {
    {1, 1, 1, 1, 1, 1, 0, 1},      {2, 3, 5, 17, 7, 1, 3, 1},      {1, 8, 15, 401, 7, 1, 9, 3},    {1, 40, 29, 65, 7, 1, 27, 9},
    {2, 6, 4, 33, 4, 2, 1, 1},     {1, 5, 13, 100, 6, 3, 2, 1},    {1, 3, 30, 1000, 20, 10, 5, 1}, {1, 130, 17, 40, 3, 1, 1, 1},
    {1, 2, 2, 9, 3, 1, 4, 2},      {1, 64, 120, 140, 16, 8, 4, 1}, {3, 128, 128, 200, 8, 4, 2, 1}, {1, 40, 130, 300, 7, 1, 27, 9},
    {1, 12, 70, 900, 8, 4, 2, 1},  {1, 64, 128, 260, 1, 1, 0, 1},  {2, 6, 70, 900, 20, 10, 5, 1},  {1, 24, 72, 70, 2, 1, 1, 1},
    {1, 2, 40, 25400, 7, 1, 9, 3}, {1, 1, 33, 50800, 4, 2, 1, 1},  {1, 3, 33, 500, 300, 1, 0, 1},
};

Doubles conv1d_f64(const Case& c, const Doubles& x, const Doubles& w, const Doubles& bias, int64_t columns) {
  Doubles y(static_cast<size_t>(c.batch * c.outputs * columns));
  for (int64_t b = 0; b < c.batch; ++b)
    for (int64_t o = 0; o < c.outputs; ++o)
      for (int64_t l = 0; l < columns; ++l) {
        double total = bias.empty() ? 0 : bias[static_cast<size_t>(o)];
        for (int64_t i = 0; i < c.inputs; ++i)
          for (int64_t k = 0; k < c.taps; ++k) {
            const int64_t at = l * c.stride + k * c.dilation - c.padding;
            if (at < 0 || at >= c.length) continue;
            total += w[static_cast<size_t>((o * c.inputs + i) * c.taps + k)] *
                     x[static_cast<size_t>((b * c.inputs + i) * c.length + at)];
          }
        y[static_cast<size_t>((b * c.outputs + o) * columns + l)] = total;
      }
  return y;
}

TEST("conv1d: strides, dilations, paddings and strided views match float64, same bits for 1, 2 and 3 threads") {
  for (const Case& c : kCases) {
    const int64_t columns = (c.length + 2 * c.padding - c.dilation * (c.taps - 1) - 1) / c.stride + 1;
    Storage x_owner, first;
    const Tensor x = padded_view(x_owner, {c.batch, c.inputs, c.length}, DType::f32, 1);
    const Storage w = random_tensor({c.outputs, c.inputs, c.taps}, 2), bias = random_tensor({c.outputs}, 3);
    for (const int threads : {1, 2, 3}) {
      Stream stream = cpu_stream(threads);
      Storage y_owner;
      const Tensor y = padded_view(y_owner, {c.batch, c.outputs, columns}, DType::f32, 4);
      const ConstTensor given_bias = threads == 2 ? ConstTensor() : bias.view();
      conv1d({x, w.view(), given_bias, y, c.stride, c.padding, c.dilation}, stream);
      expect_near(y, conv1d_f64(c, values_of(x), values_of(w.view()), given_bias ? values_of(given_bias) : Doubles(), columns),
                  1e-6);
      if (threads == 1) first = y_owner;
      if (threads == 3) EXPECT(same_bytes(first.view(), y_owner.view()));
    }
  }
}

TEST("conv1d: an output has the bits that its own inputs give, wherever the signal is cut") {
  Stream stream = cpu_stream();
  constexpr int64_t kInputs = 10, kOutputs = 72, kReach = 18, kColumns = 25600;  // enough of them for the largest tiles
  for (const int64_t stride : {int64_t{1}, int64_t{2}}) {
    const Storage x = random_tensor({1, kInputs, kColumns * stride + kReach}, 1), w = random_tensor({kOutputs, kInputs, 7}, 2);
    const Storage whole(DType::f32, {1, kOutputs, kColumns}), part(DType::f32, {1, kOutputs, 5});
    conv1d({x.view().slice(2, 0, (kColumns - 1) * stride + kReach + 1), w.view(), {}, whole.tensor(), stride, 0, 3}, stream);
    for (const int64_t first : {int64_t{0}, int64_t{61}, int64_t{127}, kColumns - 5}) {
      conv1d({x.view().slice(2, first * stride, (first + 4) * stride + kReach + 1), w.view(), {}, part.tensor(), stride, 0, 3},
             stream);
      const Storage expected = random_tensor(part.view().shape(), 3);
      copy({whole.view().slice(2, first, first + 5), expected.tensor()}, stream);
      EXPECT(same_bytes(part.view(), expected.view()));
    }
  }
}

TEST("conv_transpose1d: matches float64, output padding included") {
  Stream stream = cpu_stream();
  struct TransposedCase {
    int64_t batch, inputs, outputs, length, taps, stride, padding, output_padding;
  };
  for (const TransposedCase& c :
       {TransposedCase{1, 1, 1, 1, 1, 1, 0, 0}, TransposedCase{2, 3, 4, 9, 10, 5, 3, 0}, TransposedCase{1, 16, 8, 40, 4, 2, 1, 1},
        TransposedCase{1, 5, 17, 33, 3, 4, 0, 2}, TransposedCase{1, 20, 3, 7, 6, 3, 2, 0}}) {
    const int64_t length = (c.length - 1) * c.stride - 2 * c.padding + c.taps + c.output_padding;
    const Storage x = random_tensor({c.batch, c.inputs, c.length}, 1), w = random_tensor({c.inputs, c.outputs, c.taps}, 2),
                  bias = random_tensor({c.outputs}, 3);
    Storage y(DType::f32, {c.batch, c.outputs, length});
    conv_transpose1d({x.view(), w.view(), bias.view(), y.tensor(), c.stride, c.padding, c.output_padding}, stream);
    const Doubles vx = values_of(x.view()), vw = values_of(w.view()), vb = values_of(bias.view());
    Doubles expected(static_cast<size_t>(y.view().numel()));
    for (size_t i = 0; i < expected.size(); ++i)
      expected[i] = vb[i / static_cast<size_t>(length) % static_cast<size_t>(c.outputs)];
    for (int64_t b = 0; b < c.batch; ++b)
      for (int64_t i = 0; i < c.inputs; ++i)
        for (int64_t l = 0; l < c.length; ++l)
          for (int64_t o = 0; o < c.outputs; ++o)
            for (int64_t k = 0; k < c.taps; ++k) {
              const int64_t at = l * c.stride + k - c.padding;
              if (at < 0 || at >= length) continue;
              expected[static_cast<size_t>((b * c.outputs + o) * length + at)] +=
                  vw[static_cast<size_t>((i * c.outputs + o) * c.taps + k)] *
                  vx[static_cast<size_t>((b * c.inputs + i) * c.length + l)];
            }
    expect_near(y.view(), expected, 1e-6);
  }
}

TEST("snake: matches float64, in place") {
  Stream stream = cpu_stream();
  Storage x = random_tensor({2, 5, 131}, 1, DType::f32, 3);
  const Storage alpha = random_tensor({5}, 2), beta = random_tensor({5}, 3);
  const Doubles v = values_of(x.view()), a = values_of(alpha.view()), b = values_of(beta.view());
  Doubles expected(v.size());
  for (size_t i = 0; i < v.size(); ++i) {
    const size_t c = i / 131 % 5;
    expected[i] = v[i] + std::pow(std::sin(std::exp(a[c]) * v[i]), 2) / (std::exp(b[c]) + 1e-9);
  }
  snake({x.view(), alpha.view(), beta.view(), x.tensor()}, stream);
  expect_near(x.view(), expected, 5e-7);
}

TEST("gaussian_sample: softplus of the scale, mean alone without noise") {
  Stream stream = cpu_stream();
  const Storage moments = random_tensor({2, 6, 11}, 1, DType::f32, 10), noise = random_tensor({2, 3, 11}, 2);
  const ConstTensor mean = moments.view().slice(1, 0, 3), scale = moments.view().slice(1, 3, 6);
  Storage y(DType::f32, {2, 3, 11});
  gaussian_sample({mean, scale, noise.view(), y.tensor()}, stream);
  const Doubles m = values_of(mean), s = values_of(scale), n = values_of(noise.view());
  Doubles expected(m.size());
  for (size_t i = 0; i < m.size(); ++i) expected[i] = m[i] + (std::log1p(std::exp(s[i])) + 1e-4) * n[i];
  expect_near(y.view(), expected, 3e-7);
  gaussian_sample({mean, scale, {}, y.tensor()}, stream);
  expect_near(y.view(), m, 0);
}

TEST("convolutions refuse shapes that do not follow from their operands") {
  Stream stream = cpu_stream(1);
  const Storage x = random_tensor({1, 3, 10}, 1), w = random_tensor({4, 3, 7}, 2), other = random_tensor({4, 2, 7}, 2);
  Storage y(DType::f32, {1, 4, 4}), wrong(DType::f32, {1, 4, 5});
  conv1d({x.view(), w.view(), {}, y.tensor()}, stream);
  EXPECT_ERROR(conv1d({x.view(), w.view(), {}, wrong.tensor()}, stream), "native/shape-mismatch");
  EXPECT_ERROR(conv1d({x.view(), other.view(), {}, y.tensor()}, stream), "native/shape-mismatch");
  EXPECT_ERROR(conv1d({x.view(), w.view(), {}, y.tensor(), 1, 0, 2}, stream), "native/argument-invalid");
}

}  // namespace
}  // namespace sidestep::testing
