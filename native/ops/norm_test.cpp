#include "ops/norm.h"

#include "ops/elementwise.h"
#include "ops/op_testing.h"

namespace sidestep::testing {
namespace {

struct Case {
  int64_t batch, frames, width;
  DType dtype;
};

// Odd widths forbid aligned loads; 1 is a row shorter than any vector; 16-bit types exercise the roundings.
constexpr Case kCases[] = {
    {1, 1, 1, DType::f32},   {1, 3, 7, DType::f32},   {2, 5, 32, DType::f32}, {1, 2, 67, DType::f32},
    {3, 4, 129, DType::f32}, {2, 5, 33, DType::bf16}, {2, 3, 48, DType::f16},
};

double bound(DType dtype, int roundings) { return std::max(3e-7, roundings * one_rounding(dtype)); }

Doubles rms_norm_f64(const Doubles& x, const Doubles& weight, double eps) {
  const size_t d = weight.size();
  Doubles y(x.size());
  for (size_t row = 0; row < x.size() / d; ++row) {
    double squares = 0;
    for (size_t i = 0; i < d; ++i) squares += x[row * d + i] * x[row * d + i];
    const double inv_rms = 1 / std::sqrt(squares / static_cast<double>(d) + eps);
    for (size_t i = 0; i < d; ++i) y[row * d + i] = x[row * d + i] * inv_rms * weight[i];
  }
  return y;
}

/// rms_norm(x) * (1 + scale) + shift with scale and shift [B, D].
Doubles modulated_f64(const Doubles& x, const Doubles& weight, const Doubles& scale, const Doubles& shift, size_t frames) {
  Doubles y = rms_norm_f64(x, weight, 1e-6);
  const size_t d = weight.size();
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t at = i / (frames * d) * d + i % d;
    y[i] = y[i] * (1 + scale[at]) + shift[at];
  }
  return y;
}

Doubles rope_f64(const Doubles& n, const Doubles& cos, const Doubles& sin, size_t frames, size_t heads, size_t hd) {
  Doubles y(n.size());
  const size_t half = hd / 2;
  for (size_t row = 0; row < n.size() / hd; ++row) {
    const size_t t = row / heads % frames;
    for (size_t i = 0; i < half; ++i) {
      const double c = cos[t * half + i], s = sin[t * half + i], a = n[row * hd + i], b = n[row * hd + half + i];
      y[row * hd + i] = a * c - b * s;
      y[row * hd + half + i] = b * c + a * s;
    }
  }
  return y;
}

TEST("rms_norm: forward and backward match float64") {
  Stream stream = cpu_stream();
  for (const Case& c : kCases) {
    const int64_t rows = c.batch * c.frames;
    Storage x_owner, dy_owner;
    const Tensor x = padded_view(x_owner, {rows, c.width}, c.dtype, 1), dy = padded_view(dy_owner, {rows, c.width}, c.dtype, 2);
    const Storage weight = random_tensor({c.width}, 3, c.dtype);
    Storage y(c.dtype, {rows, c.width}), inv_rms(DType::f32, {rows});
    rms_norm({x, weight.view(), y.tensor(), inv_rms.tensor()}, stream);
    const Doubles w = values_of(weight.view());
    expect_near(y.view(), rms_norm_f64(values_of(x), w, 1e-6), bound(c.dtype, 2));

    if (c.width == 1) continue;  // a single element is normalised to its sign: the exact gradient is all but zero
    const Doubles expected =
        numeric_gradient([&](const Doubles& v) { return rms_norm_f64(v, w, 1e-6); }, values_of(x), values_of(dy));
    Storage dx = random_tensor({rows, c.width}, 4, c.dtype);
    Doubles added = values_of(dx.view());
    for (size_t i = 0; i < added.size(); ++i) added[i] += expected[i];
    rms_norm_backward({dy, x, weight.view(), inv_rms.view(), dx.tensor(), 1}, stream);
    expect_near(dx.view(), added, bound(c.dtype, 2));
    rms_norm_backward({dy, x, weight.view(), inv_rms.view(), dy}, stream);  // in place
    expect_near(dy, expected, bound(c.dtype, 2) + 2e-7);
  }
}

TEST("rms_norm: bf16 rounds the quotient before the weight is applied") {
  Stream stream = cpu_stream(1);
  const Storage x = random_tensor({4, 512}, 5, DType::bf16), weight = random_tensor({512}, 6, DType::bf16);
  Storage y(DType::bf16, {4, 512}), inv_rms(DType::f32, {4});
  rms_norm({x.view(), weight.view(), y.tensor(), inv_rms.tensor()}, stream);
  for (int64_t i = 0; i < y.view().numel(); ++i) {
    const float quotient = to_float(to_bf16(to_float(x.view().data<bf16_t>()[i]) * inv_rms.view().data<float>()[i / 512]));
    EXPECT(y.view().data<bf16_t>()[i].bits == to_bf16(quotient * to_float(weight.view().data<bf16_t>()[i % 512])).bits);
  }
}

TEST("modulated_rms_norm: forward, dx, dshift and dscale match float64") {
  Stream stream = cpu_stream();
  for (const Case& c : kCases) {
    if (c.width == 1) continue;
    const auto frames = static_cast<size_t>(c.frames);
    const Shape shape{c.batch, c.frames, c.width}, per_sample{c.batch, c.width};
    const Storage x = random_tensor(shape, 1, c.dtype), dy = random_tensor(shape, 2, c.dtype),
                  weight = random_tensor({c.width}, 3, c.dtype);
    Storage scale_owner, shift_owner;
    const Tensor scale = padded_view(scale_owner, per_sample, c.dtype, 4),
                 shift = padded_view(shift_owner, per_sample, c.dtype, 5);
    Storage y(c.dtype, shape), inv_rms(DType::f32, {c.batch * c.frames});
    modulated_rms_norm({x.view(), weight.view(), shift, scale, y.tensor(), inv_rms.tensor()}, stream);
    const Doubles vx = values_of(x.view()), w = values_of(weight.view()), sc = values_of(scale), sh = values_of(shift),
                  g = values_of(dy.view());
    expect_near(y.view(), modulated_f64(vx, w, sc, sh, frames), bound(c.dtype, 3));

    Storage dx(c.dtype, shape), dshift = random_tensor(per_sample, 6), dscale = random_tensor(per_sample, 7);
    Doubles expected_shift = values_of(dshift.view()), expected_scale = values_of(dscale.view());
    modulated_rms_norm_backward(
        {dy.view(), x.view(), weight.view(), scale, inv_rms.view(), dx.tensor(), 0, dshift.tensor(), dscale.tensor()}, stream);
    expect_near(dx.view(), numeric_gradient([&](const Doubles& v) { return modulated_f64(v, w, sc, sh, frames); }, vx, g),
                bound(c.dtype, 2));
    const Doubles of_shift = numeric_gradient([&](const Doubles& v) { return modulated_f64(vx, w, sc, v, frames); }, sh, g);
    const Doubles of_scale = numeric_gradient([&](const Doubles& v) { return modulated_f64(vx, w, v, sh, frames); }, sc, g);
    for (size_t i = 0; i < of_shift.size(); ++i) expected_shift[i] += of_shift[i], expected_scale[i] += of_scale[i];
    expect_near(dshift.view(), expected_shift, 1e-6);
    expect_near(dscale.view(), expected_scale, 1e-6);
  }
}

TEST("rms_norm, modulated_rms_norm: what is added first, and gated after, is what the ops alone do") {
  Stream stream = cpu_stream();
  for (const Case& c : kCases) {
    const int64_t rows = c.batch * c.frames;
    const Shape shape{c.batch, c.frames, c.width}, flat{rows, c.width};
    const Storage x = random_tensor(shape, 1, c.dtype), h = random_tensor(shape, 2, c.dtype),
                  weight = random_tensor({c.width}, 3, c.dtype);
    Storage gate_owner;
    const Tensor gate = padded_view(gate_owner, {c.batch, c.width}, c.dtype, 4);
    const Storage scale = random_tensor({c.batch, c.width}, 5, c.dtype), shift = random_tensor({c.batch, c.width}, 6, c.dtype);
    for (const bool gated : {false, true}) {
      Storage sum(c.dtype, shape), y(c.dtype, shape), inv_rms(DType::f32, {rows});
      if (gated)
        gated_add({x.view(), h.view(), gate, sum.tensor()}, stream);
      else
        add({x.view(), h.view(), sum.tensor()}, stream);
      const auto expect_same = [&](const Storage& sum_too, const Storage& y_too, const Storage& inv_rms_too) {
        expect_near(sum_too.view(), values_of(sum.view()), 0);
        // Rows that a gate lies askew to are read one by one, and their squares summed in another order.
        expect_near(y_too.view(), values_of(y.view()), 3e-7);
        expect_near(inv_rms_too.view(), values_of(inv_rms.view()), 3e-7);
      };
      rms_norm({sum.tensor().reshape(flat), weight.view(), y.tensor().reshape(flat), inv_rms.tensor()}, stream);
      Storage sum_too(c.dtype, shape), y_too(c.dtype, shape), inv_rms_too(DType::f32, {rows});
      const ConstTensor chosen = gated ? ConstTensor(gate) : ConstTensor();
      rms_norm({.x = x.view().reshape(flat),
                .weight = weight.view(),
                .y = y_too.tensor().reshape(flat),
                .inv_rms = inv_rms_too.tensor(),
                .added = {h.view().reshape(flat), chosen, sum_too.tensor().reshape(flat)}},
               stream);
      expect_same(sum_too, y_too, inv_rms_too);
      modulated_rms_norm({sum.view(), weight.view(), shift.view(), scale.view(), y.tensor(), inv_rms.tensor()}, stream);
      copy({x.view(), sum_too.tensor()}, stream);  // the sum in place of x
      modulated_rms_norm({.x = sum_too.view(),
                          .weight = weight.view(),
                          .shift = shift.view(),
                          .scale = scale.view(),
                          .y = y_too.tensor(),
                          .inv_rms = inv_rms_too.tensor(),
                          .added = {h.view(), chosen, sum_too.tensor()}},
                         stream);
      expect_same(sum_too, y_too, inv_rms_too);
    }
    const Storage dy = random_tensor(flat, 7, c.dtype), inv_rms = random_tensor({rows}, 8);
    Storage dx = random_tensor(flat, 9, c.dtype), dx_too = random_tensor(flat, 9, c.dtype), dh(c.dtype, shape),
            dh_too(c.dtype, shape);
    rms_norm_backward({dy.view(), x.view().reshape(flat), weight.view(), inv_rms.view(), dx.tensor(), 1}, stream);
    gated_add_backward({.dy = dx.view().reshape(shape), .gate = gate, .dh = dh.tensor()}, stream);
    rms_norm_backward({.dy = dy.view(),
                       .x = x.view().reshape(flat),
                       .weight = weight.view(),
                       .inv_rms = inv_rms.view(),
                       .dx = dx_too.tensor(),
                       .beta = 1,
                       .after = {gate, dh_too.tensor().reshape(flat)}},
                      stream);
    expect_near(dx_too.view(), values_of(dx.view()), 3e-7);
    expect_near(dh_too.view(), values_of(dh.view()), 3e-7);
    const ConstTensor dy3 = dy.view().reshape(shape);
    dx = random_tensor(shape, 9, c.dtype), dx_too = random_tensor(shape, 9, c.dtype);
    modulated_rms_norm_backward({dy3, x.view(), weight.view(), scale.view(), inv_rms.view(), dx.tensor(), 1}, stream);
    gated_add_backward({.dy = dx.view(), .gate = gate, .dh = dh.tensor()}, stream);
    modulated_rms_norm_backward({.dy = dy3,
                                 .x = x.view(),
                                 .weight = weight.view(),
                                 .scale = scale.view(),
                                 .inv_rms = inv_rms.view(),
                                 .dx = dx_too.tensor(),
                                 .beta = 1,
                                 .after = {gate, dh_too.tensor()}},
                                stream);
    expect_near(dx_too.view(), values_of(dx.view()), 3e-7);
    expect_near(dh_too.view(), values_of(dh.view()), 3e-7);
  }
}

TEST("rms_norm: a gate that fits no samples is refused") {
  Stream stream = cpu_stream();
  const Storage x = random_tensor({6, 5}, 1), h = random_tensor({6, 5}, 2), weight = random_tensor({5}, 3),
                gate = random_tensor({4, 5}, 4);
  Storage y(DType::f32, {6, 5}), sum(DType::f32, {6, 5});
  EXPECT_ERROR(
      rms_norm({.x = x.view(), .weight = weight.view(), .y = y.tensor(), .added = {h.view(), gate.view(), sum.tensor()}}, stream),
      "native/argument-invalid");
}

struct HeadCase {
  int64_t batch, frames, heads, head_dim;
  DType dtype;
};
constexpr HeadCase kHeadCases[] = {{1, 1, 1, 2, DType::f32},   {2, 3, 2, 6, DType::f32},   {1, 5, 3, 16, DType::f32},
                                   {1, 3, 2, 64, DType::f32},  {1, 2, 2, 128, DType::f32}, {1, 3, 2, 40, DType::bf16},
                                   {2, 3, 3, 64, DType::bf16}, {1, 5, 1, 64, DType::bf16}, {2, 5, 3, 128, DType::bf16},
                                   {1, 3, 2, 128, DType::f16}};
/// Rows that begin at multiples of 16 bytes (where a card reads so many at once), and rows that do not.
constexpr int64_t kPaddings[] = {8, 3};

TEST("qk_norm_rope: norm and rotation, each alone and together, forward and backward") {
  Stream stream = cpu_stream();
  for (const HeadCase& c : kHeadCases) {
    for (const int parts : {1, 2, 3, 5, 6, 7}) {  // bit 0: norm, bit 1: rotation, bit 2: which padding
      const Shape shape{c.batch, c.frames, c.heads, c.head_dim}, table{c.frames + 2, c.head_dim / 2};
      const int64_t padding = kPaddings[parts / 4];
      const Storage x_owner = random_tensor({c.batch, c.frames, c.heads, c.head_dim + padding}, 1, c.dtype);
      const Tensor x = x_owner.tensor().slice(3, padding / 8 * 8, padding / 8 * 8 + c.head_dim);
      const Storage dy = random_tensor(shape, 2, c.dtype);
      const Storage weight = parts & 1 ? random_tensor({c.head_dim}, 3, c.dtype) : Storage();
      const Storage cos = parts & 2 ? random_tensor(table, 4) : Storage(), sin = parts & 2 ? random_tensor(table, 5) : Storage();
      Storage y(c.dtype, shape), dx(c.dtype, shape), inv_rms(DType::f32, {c.batch, c.frames, c.heads});
      qk_norm_rope({x, weight.view(), cos.view(), sin.view(), y.tensor(), inv_rms.tensor()}, stream);
      qk_norm_rope_backward({dy.view(), x, weight.view(), cos.view(), sin.view(), inv_rms.view(), dx.tensor()}, stream);
      const auto forward = [&](const Doubles& v) {
        const Doubles n = parts & 1 ? rms_norm_f64(v, values_of(weight.view()), 1e-6) : v;
        if (!(parts & 2)) return n;
        return rope_f64(n, values_of(cos.view()), values_of(sin.view()), static_cast<size_t>(c.frames),
                        static_cast<size_t>(c.heads), static_cast<size_t>(c.head_dim));
      };
      expect_near(y.view(), forward(values_of(x)), bound(c.dtype, 3));
      expect_near(dx.view(), numeric_gradient(forward, values_of(x), values_of(dy.view())), 2 * bound(c.dtype, 2));
    }
  }
}

TEST("row_norm: matches float64") {
  Stream stream = cpu_stream();
  for (const int64_t width : {1, 5, 64, 1027}) {
    Storage owner, y(DType::f32, {3});
    const Tensor x = padded_view(owner, {3, width}, DType::f32, 9);
    row_norm({x, y.tensor()}, stream);
    Doubles expected(3);
    const Doubles v = values_of(x);
    for (size_t i = 0; i < v.size(); ++i) expected[i / static_cast<size_t>(width)] += v[i] * v[i];
    for (double& e : expected) e = std::sqrt(e);
    expect_near(y.view(), expected, 2e-7);
  }
}

TEST("modulated_rms_norm_backward: same bits with 1, 2 and 3 threads") {
  const Shape shape{2, 301, 200}, per_sample{2, 200};
  const Storage x = random_tensor(shape, 1), dy = random_tensor(shape, 2), weight = random_tensor({200}, 3),
                scale = random_tensor(per_sample, 4);
  std::vector<Storage> results;
  for (const int threads : {1, 2, 3}) {
    Stream stream = cpu_stream(threads);
    Storage y(DType::f32, shape), inv_rms(DType::f32, {602}), dx(DType::f32, shape), dshift(DType::f32, per_sample),
        dscale(DType::f32, per_sample);
    modulated_rms_norm({x.view(), weight.view(), scale.view(), scale.view(), y.tensor(), inv_rms.tensor()}, stream);
    modulated_rms_norm_backward(
        {dy.view(), x.view(), weight.view(), scale.view(), inv_rms.view(), dx.tensor(), 0, dshift.tensor(), dscale.tensor()},
        stream);
    results.insert(results.end(), {y, dx, dshift, dscale});
  }
  for (size_t i = 4; i < results.size(); ++i) EXPECT(same_bytes(results[i].view(), results[i % 4].view()));
}

TEST("norm ops refuse tensors that do not fit, naming the argument") {
  Stream stream = cpu_stream(1);
  const Storage x = random_tensor({2, 4}, 1), weight = random_tensor({5}, 2), half = random_tensor({4}, 2, DType::bf16);
  Storage y(DType::f32, {2, 4});
  EXPECT_ERROR(rms_norm({x.view(), weight.view(), y.tensor()}, stream), "native/shape-mismatch");
  EXPECT_ERROR(rms_norm({x.view(), half.view(), y.tensor()}, stream), "native/dtype-mismatch");
  EXPECT_ERROR(rms_norm({x.view(), {}, y.tensor()}, stream), "native/argument-missing");
  EXPECT_ERROR(rms_norm({x.view().transposed(0, 1), random_tensor({2}, 1).view(), y.tensor()}, stream), "native/layout-mismatch");
}

}  // namespace
}  // namespace sidestep::testing
