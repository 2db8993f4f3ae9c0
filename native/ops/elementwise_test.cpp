#include "ops/elementwise.h"

#include "ops/op_testing.h"

namespace sidestep::testing {
namespace {

struct Case {
  int64_t rows, width;
  DType dtype;
};
constexpr Case kCases[] = {{1, 1, DType::f32},   {3, 5, DType::f32},   {2, 16, DType::f32},
                           {7, 131, DType::f32}, {3, 33, DType::bf16}, {3, 33, DType::f16},
                           {3, 32, DType::bf16}, {3, 32, DType::f16},  {2, 20011, DType::f32}};

double bound(DType dtype, int roundings) { return std::max(2e-7, roundings * one_rounding(dtype)); }

double silu_f64(double x) { return x / (1 + std::exp(-x)); }

double silu_slope_f64(double x) { return (silu_f64(x + 1e-6) - silu_f64(x - 1e-6)) / 2e-6; }

Doubles mapped(const Doubles& a, const std::function<double(size_t)>& f) {
  Doubles y(a.size());
  for (size_t i = 0; i < y.size(); ++i) y[i] = f(i);
  return y;
}

TEST("silu: forward and backward match float64") {
  Stream stream = cpu_stream();
  for (const Case& c : kCases) {
    const Storage x = random_tensor({c.rows, c.width}, 1, c.dtype, 3), dy = random_tensor({c.rows, c.width}, 2, c.dtype);
    Storage y(c.dtype, {c.rows, c.width}), dx(c.dtype, {c.rows, c.width});
    silu({x.view(), y.tensor()}, stream);
    silu_backward({dy.view(), x.view(), dx.tensor()}, stream);
    const Doubles vx = values_of(x.view()), g = values_of(dy.view());
    expect_near(y.view(), mapped(vx, [&](size_t i) { return silu_f64(vx[i]); }), bound(c.dtype, 1));
    expect_near(dx.view(), mapped(vx, [&](size_t i) { return g[i] * silu_slope_f64(vx[i]); }), bound(c.dtype, 1));
  }
}

TEST("swiglu: strided halves of one product, forward and backward in place") {
  Stream stream = cpu_stream();
  for (const Case& c : kCases) {
    Storage both = random_tensor({c.rows, 2 * c.width}, 1, c.dtype, 2);
    const Tensor gate = both.tensor().slice(1, 0, c.width), up = both.tensor().slice(1, c.width, 2 * c.width);
    const Storage dy = random_tensor({c.rows, c.width}, 2, c.dtype);
    Storage y(c.dtype, {c.rows, c.width});
    swiglu({gate, up, y.tensor()}, stream);
    const Doubles g = values_of(gate), u = values_of(up), d = values_of(dy.view());
    expect_near(y.view(), mapped(g, [&](size_t i) { return silu_f64(g[i]) * u[i]; }), bound(c.dtype, 2));
    swiglu_backward({dy.view(), gate, up, gate, up}, stream);
    expect_near(gate, mapped(g, [&](size_t i) { return d[i] * u[i] * silu_slope_f64(g[i]); }), bound(c.dtype, 1));
    expect_near(up, mapped(g, [&](size_t i) { return d[i] * silu_f64(g[i]); }), bound(c.dtype, 1));
  }
}

TEST("gated_add: the gate belongs to its sample; gradients match float64") {
  Stream stream = cpu_stream();
  for (const Case& c : kCases) {
    const int64_t frames = 3;
    const Shape shape{c.rows, frames, c.width}, per_sample{c.rows, c.width};
    const Storage x = random_tensor(shape, 1, c.dtype), h = random_tensor(shape, 2, c.dtype),
                  dy = random_tensor(shape, 3, c.dtype);
    Storage gate_owner = random_tensor(per_sample, 4, c.dtype), y(c.dtype, shape), dh(c.dtype, shape),
            dgate(DType::f32, per_sample);
    const bool whole_packs = c.width % 8 == 0;
    const Tensor gate = whole_packs ? gate_owner.tensor() : padded_view(gate_owner, per_sample, c.dtype, 4);
    gated_add({x.view(), h.view(), gate, y.tensor()}, stream);
    gated_add_backward({dy.view(), h.view(), gate, dh.tensor(), dgate.tensor()}, stream);
    const Doubles vx = values_of(x.view()), vh = values_of(h.view()), g = values_of(gate), d = values_of(dy.view());
    const auto w = static_cast<size_t>(c.width);
    const auto gate_at = [&](size_t i) { return i / (static_cast<size_t>(frames) * w) * w + i % w; };
    expect_near(y.view(), mapped(vx, [&](size_t i) { return vx[i] + g[gate_at(i)] * vh[i]; }), bound(c.dtype, 2));
    expect_near(dh.view(), mapped(vx, [&](size_t i) { return d[i] * g[gate_at(i)]; }), bound(c.dtype, 1));
    Doubles expected(g.size());
    for (size_t i = 0; i < d.size(); ++i) expected[gate_at(i)] += d[i] * vh[i];
    expect_near(dgate.view(), expected, 3e-7);
  }
}

TEST("add and multiply: shorter operand repeats, aliasing allowed") {
  Stream stream = cpu_stream();
  for (const Case& c : kCases) {
    const Storage b = random_tensor({c.width}, 2, c.dtype);
    Storage a = random_tensor({c.rows, c.width}, 1, c.dtype), product(c.dtype, {c.rows, c.width});
    const Doubles va = values_of(a.view()), vb = values_of(b.view());
    multiply({a.view(), a.view(), product.tensor()}, stream);
    expect_near(product.view(), mapped(va, [&](size_t i) { return va[i] * va[i]; }), bound(c.dtype, 1));
    add({a.view(), b.view(), a.tensor(), 2, -0.5F}, stream);
    expect_near(a.view(), mapped(va, [&](size_t i) { return 2 * va[i] - 0.5 * vb[i % vb.size()]; }), bound(c.dtype, 1));
  }
}

TEST("copy: matrices of bytes transposed, of any extents and within wider ones") {
  Stream stream = cpu_stream();
  for (const Shape& shape :
       {Shape{1, 1}, Shape{4, 4}, Shape{64, 64}, Shape{65, 130}, Shape{68, 132}, Shape{132, 60}, Shape{7, 256}})
    for (const int64_t pad : {0, 3, 4}) {
      const Storage from(DType::u8, {shape[0], shape[1] + pad}), to(DType::u8, {shape[1], shape[0] + pad});
      auto* bytes = from.tensor().data<uint8_t>();
      for (int64_t i = 0; i < from.view().numel(); ++i) bytes[i] = static_cast<uint8_t>(i * 7 + i / 251);
      copy({from.view().slice(1, 0, shape[1]).transposed(0, 1), to.tensor().slice(1, 0, shape[0])}, stream);
      bool same = true;
      for (int64_t r = 0; r < shape[0]; ++r)
        for (int64_t c = 0; c < shape[1]; ++c)
          same = same && to.view().data<uint8_t>()[c * (shape[0] + pad) + r] == bytes[r * (shape[1] + pad) + c];
      EXPECT(same);
    }
}

TEST("copy: dtypes, strides, transposes and broadcasts") {
  Stream stream = cpu_stream();
  const Storage x = random_tensor({2, 3, 5, 7}, 1);
  const Doubles v = values_of(x.view());
  for (const DType dtype : {DType::f32, DType::bf16, DType::f16, DType::f64}) {
    Storage y(dtype, {2, 5, 3, 7});
    copy({x.view().transposed(1, 2), y.tensor()}, stream);
    expect_near(y.view().transposed(1, 2), v, bound(dtype, 1));
    Storage inner(dtype, {2, 3, 7, 5});
    copy({x.view().transposed(2, 3), inner.tensor()}, stream);
    expect_near(inner.view().transposed(2, 3), v, bound(dtype, 1));
  }
  for (const DType dtype : {DType::bf16, DType::f16}) {  // rows of whole packs
    const Storage narrow = random_tensor({3, 32}, 2, dtype), widened(DType::f32, {3, 32});
    copy({narrow.view(), widened.tensor()}, stream);
    EXPECT(values_of(widened.view()) == values_of(narrow.view()));
  }
  Storage wide(DType::f32, {4, 7});
  const ConstTensor row(x.view().raw(), DType::f32, {4, 7}, {0, 1}, {});
  copy({row, wide.tensor()}, stream);
  for (int64_t i = 0; i < 4; ++i) EXPECT(rel_l2(wide.view().select(0, i), part(v, 0, 7)) == 0);
  EXPECT_ERROR(copy({x.view(), wide.tensor()}, stream), "native/shape-mismatch");
}

TEST("fill: strided views only") {
  Stream stream = cpu_stream(1);
  Storage y = random_tensor({3, 8}, 1);
  const Doubles before = values_of(y.view());
  fill({y.tensor().slice(1, 2, 5), 4}, stream);
  const Doubles after = values_of(y.view());
  for (size_t i = 0; i < after.size(); ++i) EXPECT(after[i] == (i % 8 >= 2 && i % 8 < 5 ? 4 : before[i]));
}

TEST("embedding: rows of the table, and a clear refusal outside it") {
  Stream stream = cpu_stream();
  const Storage table = random_tensor({11, 19}, 1, DType::bf16);
  Storage ids(DType::i64, {4}), y(DType::f32, {4, 19});
  const int64_t rows[] = {10, 0, 3, 3};
  std::copy(std::begin(rows), std::end(rows), ids.tensor().data<int64_t>());
  embedding({table.view(), ids.view(), y.tensor()}, stream);
  for (int64_t n = 0; n < 4; ++n) EXPECT(rel_l2(y.view().select(0, n), table.view().select(0, rows[n])) == 0);
  ids.tensor().data<int64_t>()[2] = 11;
  EXPECT_ERROR(embedding({table.view(), ids.view(), y.tensor()}, stream), "native/index-out-of-range");
}

TEST("sum_rows: adds to what is there, same bits with 1, 2 and 3 threads") {
  for (const Case& c : kCases) {
    Storage owner, first;
    const Tensor x = padded_view(owner, {c.rows * 70, c.width % 500 + 1}, c.dtype, 1);
    const auto width = static_cast<size_t>(x.dim(1));
    for (const int threads : {1, 2, 3}) {
      Stream stream = cpu_stream(threads);
      Storage y = stored(Doubles(width, 2.0), {x.dim(1)});
      sum_rows({x, y.tensor()}, stream);
      Doubles expected(width, 2.0);
      const Doubles v = values_of(x);
      for (size_t i = 0; i < v.size(); ++i) expected[i % width] += v[i];
      expect_near(y.view(), expected, 5e-7);
      if (threads == 1) first = y;
      EXPECT(same_bytes(first.view(), y.view()));
    }
  }
}

TEST("dropout: keeps the share asked for, scales it, repeats itself, and is bernoulli() element by element") {
  Stream stream = cpu_stream();
  const int64_t n = 40001;
  const Storage x = stored(Doubles(static_cast<size_t>(n), 1.0), {n});
  Storage y(DType::f32, {n}), again(DType::f32, {n});
  dropout({x.view(), y.tensor(), 0.3F, 5, 6, 7}, stream);
  dropout({x.view(), again.tensor(), 0.3F, 5, 6, 7}, stream);
  EXPECT(same_bytes(y.view(), again.view()));
  const RandomKey key{5, Purpose::adapter_dropout, 6, 7};
  double kept = 0;
  for (int64_t i = 0; i < n; ++i) {
    const float value = y.view().data<float>()[i];
    EXPECT((value == 0) == bernoulli(key, static_cast<uint64_t>(i), static_cast<double>(0.3F)));
    EXPECT(value == 0 || std::abs(value - 1 / 0.7F) < 1e-6F);
    kept += value != 0;
  }
  EXPECT(std::abs(kept / static_cast<double>(n) - 0.7) < 0.012);  // five standard deviations
  EXPECT_ERROR(dropout({x.view(), y.tensor(), 1.0F}, stream), "native/argument-invalid");
}

}  // namespace
}  // namespace sidestep::testing
