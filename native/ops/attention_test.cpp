#include "ops/attention.h"

#include <limits>

#include "ops/op_testing.h"

namespace sidestep::testing {
namespace {

struct Case {
  int64_t batch, queries, keys, heads, kv_heads, head_dim, window;
  Causality causality;
  double masked;  ///< share of keys hidden by the mask; negative: no mask
  DType dtype = DType::f32;
};

constexpr Causality kBoth = Causality::bidirectional, kCausal = Causality::causal;
// Lengths around the tiles (56 queries, 32 and 128 keys) and far from them; windows that cut tiles; heads that share keys.
constexpr Case kCases[] = {
    {1, 1, 1, 1, 1, 1, kNoWindow, kBoth, -1},
    {1, 3, 5, 2, 1, 6, kNoWindow, kBoth, -1},
    {2, 57, 57, 4, 2, 16, 8, kBoth, -1},
    {1, 130, 130, 2, 1, 64, 0, kBoth, -1},
    {1, 129, 129, 2, 2, 40, kNoWindow, kCausal, -1},
    {2, 70, 33, 3, 1, 24, kNoWindow, kBoth, 0.5},
    {1, 300, 300, 2, 1, 64, 128, kBoth, -1},
    {1, 113, 257, 2, 1, 128, kNoWindow, kBoth, -1},
    {1, 200, 200, 2, 2, 32, 20, kCausal, 0.3},
    {2, 40, 20, 2, 1, 16, 3, kBoth, -1},
    {1, 50, 60, 2, 1, 8, kNoWindow, kBoth, 1.0},
    {1, 65, 65, 1, 1, 72, 5, kBoth, 0.7},
    {2, 61, 47, 4, 2, 32, kNoWindow, kBoth, -1, DType::bf16},
};

bool allowed(const Case& c, const Doubles& mask, int64_t b, int64_t t, int64_t s) {
  if (c.window != kNoWindow && std::abs(t - s) > c.window) return false;
  if (c.causality == Causality::causal && s > t) return false;
  return mask.empty() || mask[static_cast<size_t>(b * c.keys + s)] != 0;
}

size_t index(int64_t b, int64_t t, int64_t h, int64_t rows, int64_t heads, int64_t hd) {
  return static_cast<size_t>(((b * rows + t) * heads + h) * hd);
}

/// Weights of one query over all keys: softmax over the allowed ones, 1 / S for a query without any.
struct Weights {
  Doubles p;
  double lse;
};

Weights weights_f64(const Case& c, const Doubles& q, const Doubles& k, const Doubles& mask, int64_t b, int64_t t, int64_t h) {
  const int64_t kv = h / (c.heads / c.kv_heads);
  const double scale = 1 / std::sqrt(static_cast<double>(c.head_dim));
  Weights w{Doubles(static_cast<size_t>(c.keys)), -std::numeric_limits<double>::infinity()};
  double total = 0;
  for (int64_t s = 0; s < c.keys; ++s) {
    if (!allowed(c, mask, b, t, s)) continue;
    double score = 0;
    for (int64_t i = 0; i < c.head_dim; ++i) {
      score += q[index(b, t, h, c.queries, c.heads, c.head_dim) + static_cast<size_t>(i)] *
               k[index(b, s, kv, c.keys, c.kv_heads, c.head_dim) + static_cast<size_t>(i)];
    }
    total += w.p[static_cast<size_t>(s)] = std::exp(score * scale);
  }
  for (double& p : w.p) p = total > 0 ? p / total : 1 / static_cast<double>(c.keys);
  if (total > 0) w.lse = std::log(total);
  return w;
}

struct Operands {
  Doubles q, k, v, mask;
};

Doubles attention_f64(const Case& c, const Operands& x) {
  Doubles out(x.q.size());
  for (int64_t b = 0; b < c.batch; ++b)
    for (int64_t t = 0; t < c.queries; ++t)
      for (int64_t h = 0; h < c.heads; ++h) {
        const Weights w = weights_f64(c, x.q, x.k, x.mask, b, t, h);
        for (int64_t s = 0; s < c.keys; ++s)
          for (int64_t i = 0; i < c.head_dim; ++i)
            out[index(b, t, h, c.queries, c.heads, c.head_dim) + static_cast<size_t>(i)] +=
                w.p[static_cast<size_t>(s)] *
                x.v[index(b, s, h / (c.heads / c.kv_heads), c.keys, c.kv_heads, c.head_dim) + static_cast<size_t>(i)];
      }
  return out;
}

struct Gradients {
  Doubles dq, dk, dv;
};

Gradients backward_f64(const Case& c, const Operands& x, const Doubles& dout) {
  Gradients g{Doubles(x.q.size()), Doubles(x.k.size()), Doubles(x.v.size())};
  const double scale = 1 / std::sqrt(static_cast<double>(c.head_dim));
  const auto hd = static_cast<size_t>(c.head_dim);
  for (int64_t b = 0; b < c.batch; ++b)
    for (int64_t t = 0; t < c.queries; ++t)
      for (int64_t h = 0; h < c.heads; ++h) {
        const Weights w = weights_f64(c, x.q, x.k, x.mask, b, t, h);
        const size_t row = index(b, t, h, c.queries, c.heads, c.head_dim);
        Doubles dp(static_cast<size_t>(c.keys));
        double mean = 0;
        for (int64_t s = 0; s < c.keys; ++s) {
          const size_t at = index(b, s, h / (c.heads / c.kv_heads), c.keys, c.kv_heads, c.head_dim);
          for (size_t i = 0; i < hd; ++i) {
            dp[static_cast<size_t>(s)] += dout[row + i] * x.v[at + i];
            g.dv[at + i] += w.p[static_cast<size_t>(s)] * dout[row + i];
          }
          mean += w.p[static_cast<size_t>(s)] * dp[static_cast<size_t>(s)];
        }
        for (int64_t s = 0; s < c.keys && std::isfinite(w.lse); ++s) {
          const size_t at = index(b, s, h / (c.heads / c.kv_heads), c.keys, c.kv_heads, c.head_dim);
          const double ds = scale * w.p[static_cast<size_t>(s)] * (dp[static_cast<size_t>(s)] - mean);
          for (size_t i = 0; i < hd; ++i) {
            g.dq[row + i] += ds * x.k[at + i];
            g.dk[at + i] += ds * x.q[row + i];
          }
        }
      }
  return g;
}

/// Everything one case needs, q, k and v inside wider rows.
struct Setup {
  Storage q_owner, k_owner, v_owner, mask, dout, out, lse, dq, dk, dv, delta;
  Tensor q, k, v;
  Operands values;
  float scale;

  explicit Setup(const Case& c) {
    const Shape of_q{c.batch, c.queries, c.heads, c.head_dim}, of_k{c.batch, c.keys, c.kv_heads, c.head_dim};
    q = padded_view(q_owner, of_q, c.dtype, 1);
    k = padded_view(k_owner, of_k, c.dtype, 2);
    v = padded_view(v_owner, of_k, c.dtype, 3);
    dout = random_tensor(of_q, 4, c.dtype);
    const Shape stats{c.batch, c.heads, c.queries};
    out = Storage(c.dtype, of_q), dq = Storage(c.dtype, of_q), dk = Storage(c.dtype, of_k), dv = Storage(c.dtype, of_k);
    lse = Storage(DType::f32, stats), delta = Storage(DType::f32, stats);
    values = {values_of(q), values_of(k), values_of(v), {}};
    scale = static_cast<float>(1 / std::sqrt(static_cast<double>(c.head_dim)));
    if (c.masked < 0) return;
    mask = Storage(DType::u8, {c.batch, c.keys});
    for (int64_t i = 0; i < c.batch * c.keys; ++i) {
      mask.tensor().data<uint8_t>()[i] = bernoulli({9, Purpose::fixture}, static_cast<uint64_t>(i), c.masked) ? 0 : 1;
    }
    values.mask = values_of(mask.view());
  }

  void run(const Case& c, Stream& stream) {
    attention({q, k, v, out.tensor(), lse.tensor(), scale, c.window, c.causality, mask.view()}, stream);
    attention_backward({dout.view(), q, k, v, out.view(), lse.view(), dq.tensor(), dk.tensor(), dv.tensor(), delta.tensor(),
                        scale, c.window, c.causality, mask.view()},
                       stream);
  }
};

TEST("attention: forward and backward match float64 over bands, triangles, masks and shared heads") {
  Stream stream = cpu_stream();
  for (const Case& c : kCases) {
    Setup s(c);
    s.run(c, stream);
    // f32: sums of a few hundred products; bf16: one rounding of out, which also enters delta.
    const double bound = c.dtype == DType::f32 ? 2e-6 : 3 * one_rounding(c.dtype);
    expect_near(s.out.view(), attention_f64(c, s.values), bound);
    const Gradients g = backward_f64(c, s.values, values_of(s.dout.view()));
    expect_near(s.dv.view(), g.dv, bound);
    if (c.keys == 1 || c.masked == 1 || c.window == 0) continue;  // all weight on one key, or no keys: dq and dk are zero
    expect_near(s.dq.view(), g.dq, 2 * bound);
    expect_near(s.dk.view(), g.dk, 2 * bound);
  }
}

TEST("attention: the float64 gradients are those of central differences") {
  const Case c{1, 4, 5, 2, 1, 3, 2, kBoth, 0.3};
  Setup s(c);
  const Doubles dout = values_of(s.dout.view());
  const Gradients g = backward_f64(c, s.values, dout);
  Operands x = s.values;
  const auto numeric = [&](Doubles Operands::*member) {
    return numeric_gradient(
        [&](const Doubles& v) {
          Operands y = x;
          y.*member = v;
          return attention_f64(c, y);
        },
        x.*member, dout);
  };
  expect_near(stored(g.dq, {1, 4, 2, 3}).view(), numeric(&Operands::q), 1e-6);
  expect_near(stored(g.dk, {1, 5, 1, 3}).view(), numeric(&Operands::k), 1e-6);
  expect_near(stored(g.dv, {1, 5, 1, 3}).view(), numeric(&Operands::v), 1e-6);
}

TEST("attention: zero gradients where all weight lies on one key or no key is allowed") {
  Stream stream = cpu_stream();
  for (const Case& c : {Case{1, 130, 130, 2, 1, 64, 0, kBoth, -1}, Case{1, 50, 60, 2, 1, 8, kNoWindow, kBoth, 1.0}}) {
    Setup s(c);
    s.run(c, stream);
    for (const Storage* gradient : {&s.dq, &s.dk}) {
      for (const double x : values_of(gradient->view())) EXPECT(std::abs(x) < 2e-5);
    }
  }
}

TEST("attention: log-sum-exp and a query gradient alone") {
  Stream stream = cpu_stream();
  for (const Case& c : kCases) {
    Setup s(c);
    s.run(c, stream);
    const auto* lse = s.lse.view().data<float>();
    for (int64_t h = 0; h < c.heads; ++h) {
      const Weights w = weights_f64(c, s.values.q, s.values.k, s.values.mask, c.batch - 1, c.queries - 1, h);
      const float found = lse[((c.batch - 1) * c.heads + h) * c.queries + c.queries - 1];
      EXPECT(std::isfinite(w.lse) ? std::abs(static_cast<double>(found) - w.lse) < 2e-5 : std::isinf(found));
    }
    Storage dq(c.dtype, s.dq.view().shape());
    attention_backward({s.dout.view(),
                        s.q,
                        s.k,
                        s.v,
                        s.out.view(),
                        s.lse.view(),
                        dq.tensor(),
                        {},
                        {},
                        s.delta.tensor(),
                        s.scale,
                        c.window,
                        c.causality,
                        s.mask.view()},
                       stream);
    expect_near(dq.view(), values_of(s.dq.view()), c.dtype == DType::f32 ? 2e-6 : 0.02);
  }
}

TEST("attention: same bits with 1, 2 and 3 threads") {
  const Case c{2, 700, 700, 4, 2, 64, 100, kBoth, -1};
  Setup first(c);
  Stream one = cpu_stream(1);
  first.run(c, one);
  for (const int threads : {2, 3}) {
    Setup s(c);
    Stream stream = cpu_stream(threads);
    s.run(c, stream);
    EXPECT(same_bytes(s.out.view(), first.out.view()));
    EXPECT(same_bytes(s.dq.view(), first.dq.view()));
    EXPECT(same_bytes(s.dk.view(), first.dk.view()));
    EXPECT(same_bytes(s.dv.view(), first.dv.view()));
  }
}

TEST("attention refuses operands that do not fit") {
  Stream stream = cpu_stream(1);
  const Case c{1, 4, 4, 3, 1, 8, kNoWindow, kBoth, -1};
  Setup s(c);
  const Storage two = random_tensor({1, 4, 2, 8}, 1);
  EXPECT_ERROR(attention({s.q, two.view(), two.view(), s.out.tensor()}, stream), "native/argument-invalid");
  EXPECT_ERROR(attention({s.q, s.k, two.view(), s.out.tensor()}, stream), "native/shape-mismatch");
}

}  // namespace
}  // namespace sidestep::testing
