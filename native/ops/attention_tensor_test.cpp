// Heads of 64 and 128 in 16 bits that begin at multiples of 16 bytes: what a card's tensor cores take (attention_test.cpp has
// the odd sizes). Lengths around the tiles of 32 and 64, windows that cut them, heads that share keys, queries without keys.
#include <cmath>
#include <limits>
#include <span>

#include "ops/attention.h"
#include "ops/op_testing.h"

namespace sidestep::testing {
namespace {

struct Case {
  int64_t batch, queries, keys, heads, kv_heads, head_dim, window;
  Causality causality;
  double masked;  ///< share of keys hidden by the mask; negative: no mask
  DType dtype;
  int64_t padding = 0;  ///< keys at the end that the mask hides as well, half as many in every other sample
};

constexpr Causality kBoth = Causality::bidirectional, kCausal = Causality::causal;
constexpr Case kOneTile[] = {
    {1, 64, 64, 1, 1, 64, kNoWindow, kBoth, -1, DType::bf16},
    {1, 64, 64, 1, 1, 128, kNoWindow, kBoth, -1, DType::bf16},
    {1, 40, 20, 2, 1, 64, 3, kBoth, -1, DType::bf16},
};
constexpr Case kSeveralTiles[] = {
    {1, 130, 65, 2, 1, 128, kNoWindow, kBoth, 0.4, DType::bf16},
    {1, 129, 129, 2, 2, 64, kNoWindow, kCausal, -1, DType::bf16},
    {2, 65, 130, 4, 2, 64, kNoWindow, kBoth, -1, DType::f16},
    // Whole tiles of keys that no query reaches, and of queries that reach no key.
    {1, 40, 200, 2, 1, 64, 3, kBoth, -1, DType::bf16},
    {1, 200, 40, 2, 1, 128, 16, kBoth, -1, DType::bf16},
};
constexpr Case kBandsAndMasks[] = {
    {1, 200, 200, 2, 1, 64, 20, kBoth, -1, DType::bf16},
    {1, 200, 200, 2, 1, 128, 33, kBoth, -1, DType::f16},
    {1, 97, 97, 2, 1, 128, 16, kCausal, 0.3, DType::bf16},
    {1, 70, 90, 2, 1, 128, kNoWindow, kBoth, 1.0, DType::bf16},
    // Masks of a batch's padding: whole tiles hidden, none, and bands that end in it.
    {2, 150, 200, 2, 1, 64, kNoWindow, kBoth, 0, DType::bf16, 140},
    {2, 140, 140, 2, 1, 128, 20, kBoth, 0, DType::bf16, 70},
    {3, 70, 140, 2, 2, 128, kNoWindow, kBoth, 0.3, DType::f16, 80},
    {3, 40, 100, 4, 2, 128, kNoWindow, kBoth, 0.3, DType::bf16},
    {2, 300, 150, 2, 2, 64, 40, kCausal, -1, DType::f16},
};
constexpr Case kManyTiles[] = {
    // More tiles than have a place of their own on any card: places are used again, twice.
    {1, 130, 600, 1, 1, 128, kNoWindow, kBoth, -1, DType::bf16},
    // Few keys and so many queries that a card with many multiprocessors takes them in parts.
    {1, 520, 70, 2, 1, 128, kNoWindow, kBoth, -1, DType::bf16},
    {2, 350, 65, 6, 2, 64, kNoWindow, kBoth, 0.3, DType::f16},
};

struct Operands {
  Doubles q, k, v, mask, dout;
};

size_t index(int64_t b, int64_t t, int64_t h, int64_t rows, int64_t heads, int64_t hd) {
  return static_cast<size_t>(((b * rows + t) * heads + h) * hd);
}

bool allowed(const Case& c, const Operands& x, int64_t b, int64_t t, int64_t s) {
  if (c.window != kNoWindow && std::abs(t - s) > c.window) return false;
  if (c.causality == Causality::causal && s > t) return false;
  return x.mask.empty() || x.mask[static_cast<size_t>(b * c.keys + s)] != 0;
}

struct Results {
  Doubles out, dq, dk, dv;
};

double dot(const Doubles& a, size_t i, const Doubles& b, size_t j, int64_t n) {
  double sum = 0;
  for (int64_t e = 0; e < n; ++e) sum += a[i + static_cast<size_t>(e)] * b[j + static_cast<size_t>(e)];
  return sum;
}

void add(Doubles& to, size_t i, double factor, const Doubles& from, size_t j, int64_t n) {
  for (int64_t e = 0; e < n; ++e) to[i + static_cast<size_t>(e)] += factor * from[j + static_cast<size_t>(e)];
}

/// One query: its weights over the keys, what it reads and the gradients it sends.
void attend_f64(const Case& c, const Operands& x, int64_t b, int64_t t, int64_t h, Results& r) {
  const int64_t hd = c.head_dim, kv = h / (c.heads / c.kv_heads);
  const double scale = 1 / std::sqrt(static_cast<double>(hd));
  const size_t row = index(b, t, h, c.queries, c.heads, hd);
  const auto key = [&](int64_t s) { return index(b, s, kv, c.keys, c.kv_heads, hd); };
  Doubles p(static_cast<size_t>(c.keys));
  double total = 0, mean = 0;
  for (int64_t s = 0; s < c.keys; ++s)
    if (allowed(c, x, b, t, s)) total += p[static_cast<size_t>(s)] = std::exp(scale * dot(x.q, row, x.k, key(s), hd));
  for (double& w : p) w = total > 0 ? w / total : 1 / static_cast<double>(c.keys);
  for (int64_t s = 0; s < c.keys; ++s) {
    const double w = p[static_cast<size_t>(s)];
    add(r.out, row, w, x.v, key(s), hd);
    add(r.dv, key(s), w, x.dout, row, hd);
    mean += w * dot(x.dout, row, x.v, key(s), hd);
  }
  if (total == 0) return;
  for (int64_t s = 0; s < c.keys; ++s) {
    const double ds = scale * p[static_cast<size_t>(s)] * (dot(x.dout, row, x.v, key(s), hd) - mean);
    add(r.dq, row, ds, x.k, key(s), hd);
    add(r.dk, key(s), ds, x.q, row, hd);
  }
}

Results attention_f64(const Case& c, const Operands& x) {
  Results r{Doubles(x.q.size()), Doubles(x.q.size()), Doubles(x.k.size()), Doubles(x.v.size())};
  for (int64_t b = 0; b < c.batch; ++b)
    for (int64_t t = 0; t < c.queries; ++t)
      for (int64_t h = 0; h < c.heads; ++h) attend_f64(c, x, b, t, h, r);
  return r;
}

/// A case's tensors, its forward pass done.
struct Pass {
  Case c;
  Shape of_q{c.batch, c.queries, c.heads, c.head_dim}, of_k{c.batch, c.keys, c.kv_heads, c.head_dim},
      statistics{c.batch, c.heads, c.queries};
  Storage q = random_tensor(of_q, 1, c.dtype), k = random_tensor(of_k, 2, c.dtype), v = random_tensor(of_k, 3, c.dtype),
          dout = random_tensor(of_q, 4, c.dtype);
  Storage out{c.dtype, of_q}, lse{DType::f32, statistics}, delta{DType::f32, statistics}, mask{};
  float scale = static_cast<float>(1 / std::sqrt(static_cast<double>(c.head_dim)));

  Pass(const Case& of, Stream& stream) : c(of) {
    if (c.masked >= 0) {
      mask = Storage(DType::u8, {c.batch, c.keys});
      for (int64_t i = 0; i < c.batch * c.keys; ++i)
        mask.tensor().data<uint8_t>()[i] =
            bernoulli({9, Purpose::fixture}, static_cast<uint64_t>(i), c.masked) || padded(i) ? 0 : 1;
    }
    attention({q.view(), k.view(), v.view(), out.tensor(), lse.tensor(), scale, c.window, c.causality, mask.view()}, stream);
  }

  bool padded(int64_t i) const { return i % c.keys >= c.keys - c.padding / (1 + i / c.keys % 2); }

  struct Gradients {
    Storage dq, dk, dv;
  };
  enum class Keys : uint8_t { wanted, frozen };
  Gradients backward(Keys keys, const Tensor& dscores, Stream& stream) const {
    Gradients d{Storage(c.dtype, of_q), {}, {}};
    if (keys == Keys::wanted) d.dk = Storage(c.dtype, of_k), d.dv = Storage(c.dtype, of_k);
    attention_backward({dout.view(), q.view(), k.view(), v.view(), out.view(), lse.view(), d.dq.tensor(), d.dk.tensor(),
                        d.dv.tensor(), delta.tensor(), scale, c.window, c.causality, mask.view(), dscores},
                       stream);
    return d;
  }
  Operands operands() const {
    return {values_of(q.view()), values_of(k.view()), values_of(v.view()), c.masked >= 0 ? values_of(mask.view()) : Doubles(),
            values_of(dout.view())};
  }
};

/// Forward and backward, with gradients of keys and values and without.
void expect_float64(std::span<const Case> cases) {
  Stream stream = cpu_stream();
  for (const Case& c : cases) {
    const Pass pass(c, stream);
    const Pass::Gradients d = pass.backward(Pass::Keys::wanted, {}, stream),
                          of_queries = pass.backward(Pass::Keys::frozen, {}, stream);
    const Results expected = attention_f64(c, pass.operands());
    // Tensor cores take weights and their gradients in 16 bits: one rounding each, one of out, which also enters delta, and
    // one of the result.
    const double bound = 4 * one_rounding(c.dtype);
    expect_near(pass.out.view(), expected.out, bound);
    expect_near(d.dv.view(), expected.dv, bound);
    if (c.masked == 1) continue;  // no keys: dq and dk are zero
    expect_near(d.dq.view(), expected.dq, bound);
    expect_near(of_queries.dq.view(), expected.dq, bound);
    expect_near(d.dk.view(), expected.dk, bound);
  }
}

TEST("attention: 16-bit heads of 64 and 128 match float64 in one tile") { expect_float64(kOneTile); }
TEST("attention: 16-bit heads of 64 and 128 match float64 in several tiles") { expect_float64(kSeveralTiles); }
TEST("attention: 16-bit heads of 64 and 128 match float64 under bands and masks") { expect_float64(kBandsAndMasks); }
TEST("attention: 16-bit heads of 64 and 128 match float64 in many tiles, and in parts") { expect_float64(kManyTiles); }

TEST(
    "attention: gradients have the same bits whatever memory there is for those of the scores, and one key head's is the least") {
  Stream stream = cpu_stream();
  for (const Case& c : {Case{2, 350, 130, 9, 3, 128, kNoWindow, kBoth, 0.3, DType::bf16},
                        Case{1, 150, 150, 4, 4, 64, 20, kBoth, -1, DType::f16}}) {
    const Pass pass(c, stream);
    const Pass::Gradients own = pass.backward(Pass::Keys::wanted, {}, stream);
    const int64_t all = attention_score_elements(pass.q.view(), pass.k.view(), c.window, c.causality),
                  of_head = all / (c.batch * c.kv_heads);
    for (const int64_t elements : {of_head, 2 * of_head, 3 * of_head - 1, all}) {
      const Storage scores(c.dtype, {elements});
      const Pass::Gradients d = pass.backward(Pass::Keys::wanted, scores.tensor(), stream);
      EXPECT(values_of(d.dq.view()) == values_of(own.dq.view()));
      EXPECT(values_of(d.dk.view()) == values_of(own.dk.view()));
      EXPECT(values_of(d.dv.view()) == values_of(own.dv.view()));
    }
    const Storage too_few(c.dtype, {of_head - 1});
    EXPECT_ERROR(pass.backward(Pass::Keys::wanted, too_few.tensor(), stream), "native/argument-invalid");
  }
}

TEST("attention: a query without keys leaves dq and dk at zero") {
  Stream stream = cpu_stream();
  const Shape shape{1, 70, 2, 64}, statistics{1, 2, 70};
  const Storage q = random_tensor(shape, 1, DType::bf16), mask(DType::u8, {1, 70});
  Storage out(DType::bf16, shape), dq = random_tensor(shape, 5, DType::bf16), dk = random_tensor(shape, 6, DType::bf16),
                                   dv(DType::bf16, shape), lse(DType::f32, statistics), delta(DType::f32, statistics);
  attention({q.view(), q.view(), q.view(), out.tensor(), lse.tensor(), 0.125F, kNoWindow, kBoth, mask.view()}, stream);
  attention_backward({q.view(), q.view(), q.view(), q.view(), out.view(), lse.view(), dq.tensor(), dk.tensor(), dv.tensor(),
                      delta.tensor(), 0.125F, kNoWindow, kBoth, mask.view()},
                     stream);
  for (const double v : values_of(dq.view())) EXPECT(v == 0);
  for (const double v : values_of(dk.view())) EXPECT(v == 0);
  for (const double v : values_of(lse.view())) EXPECT(v == -std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace sidestep::testing
