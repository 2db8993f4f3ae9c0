#include "ops/attention.h"

#include <algorithm>

#include "ops/check.h"
#include "ops/dispatch.h"

namespace sidestep {

namespace {

struct Extents {
  int64_t batch, queries, keys, heads, kv_heads, head_dim;
};

Extents check_operands(const OpCheck& check, const ConstTensor& q, const ConstTensor& k, const ConstTensor& v,
                       const ConstTensor& key_mask) {
  check.rank("q", q, 4);
  check.rank("k", k, 4);
  check.floating("q", q);
  const Extents e{q.dim(0), q.dim(1), k.dim(1), q.dim(2), k.dim(2), q.dim(3)};
  check.shape("k", k, {e.batch, e.keys, e.kv_heads, e.head_dim});
  check.shape("v", v, {e.batch, e.keys, e.kv_heads, e.head_dim});
  for (const auto& [name, t] : {std::pair{"q", q}, std::pair{"k", k}, std::pair{"v", v}}) {
    check.dtype(name, t, q.dtype());
    check.dense_rows(name, t);
  }
  if (e.keys == 0) check.refuse("k", "at least one key");
  if (e.kv_heads == 0 || e.heads % e.kv_heads != 0) {
    check.refuse("k", "a number of key/value heads that divides " + std::to_string(e.heads));
  }
  if (key_mask) {
    check.shape("key_mask", key_mask, {e.batch, e.keys});
    check.dtype("key_mask", key_mask, DType::u8);
    check.dense_rows("key_mask", key_mask);
  }
  return e;
}

void check_like(const OpCheck& check, std::string_view name, const ConstTensor& t, const ConstTensor& like) {
  check.shape(name, t, like.shape());
  check.dtype(name, t, like.dtype());
  check.dense_rows(name, t);
}

void check_statistics(const OpCheck& check, std::string_view name, const ConstTensor& t, const Extents& e) {
  check.shape(name, t, {e.batch, e.heads, e.queries});
  check.dtype(name, t, DType::f32);
  check.contiguous(name, t);
}

/// Pairs (query, key) inside band and triangle; the mask is data and is not looked at.
double allowed_pairs(const Extents& e, int64_t window, Causality causality) {
  double pairs = 0;
  for (int64_t t = 0; t < e.queries; ++t) {
    const int64_t first = window == kNoWindow ? 0 : std::max<int64_t>(0, t - window);
    int64_t last = window == kNoWindow ? e.keys - 1 : std::min(e.keys - 1, t + window);
    if (causality == Causality::causal) last = std::min(last, t);
    pairs += static_cast<double>(std::max<int64_t>(0, last - first + 1));
  }
  return pairs * static_cast<double>(e.batch * e.heads);
}

double bytes_of(std::initializer_list<ConstTensor> tensors) {
  double bytes = 0;
  for (const ConstTensor& t : tensors) bytes += t ? static_cast<double>(t.bytes()) : 0.0;
  return bytes;
}

}  // namespace

void attention(const Attention& op, Stream& stream) {
  const OpCheck check("attention", stream);
  const Extents e = check_operands(check, op.q, op.k, op.v, op.key_mask);
  check_like(check, "out", op.out, op.q);
  if (op.lse) check_statistics(check, "lse", op.lse, e);
  if (op.window < kNoWindow) check.refuse("window", "a size of at least 0, or kNoWindow");
  const double flops = 4.0 * static_cast<double>(e.head_dim) * allowed_pairs(e, op.window, op.causality);
  dispatch("attention", &Backend::attention, op, {flops, bytes_of({op.q, op.k, op.v, op.out})}, stream);
}

void attention_backward(const AttentionBackward& op, Stream& stream) {
  const OpCheck check("attention_backward", stream);
  const Extents e = check_operands(check, op.q, op.k, op.v, op.key_mask);
  check_like(check, "dout", op.dout, op.q);
  check_like(check, "out", op.out, op.q);
  check_like(check, "dq", op.dq, op.q);
  check_statistics(check, "lse", op.lse, e);
  check_statistics(check, "delta", op.delta, e);
  if (static_cast<bool>(op.dk) != static_cast<bool>(op.dv)) check.refuse("dv", "dk and dv, or neither");
  if (op.dk) {
    check_like(check, "dk", op.dk, op.k);
    check_like(check, "dv", op.dv, op.v);
  }
  if (op.window < kNoWindow) check.refuse("window", "a size of at least 0, or kNoWindow");
  // Five products with keys' gradients (scores, dP, dQ, dK, dV), three without.
  const double products = op.dk ? 5 : 3;
  const double flops = 2.0 * products * static_cast<double>(e.head_dim) * allowed_pairs(e, op.window, op.causality);
  dispatch("attention_backward", &Backend::attention_backward, op,
           {flops, bytes_of({op.dout, op.q, op.k, op.v, op.out, op.dq, op.dk, op.dv})}, stream);
}

}  // namespace sidestep
