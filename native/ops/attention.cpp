#include "ops/attention.h"

#include <algorithm>

#include "ops/attention_fragments.h"
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

ScoreRoom score_room(const Extents& e, int64_t window, Causality causality) {
  return ScoreRoom::of({e.keys, window, causality}, e.queries, e.heads / e.kv_heads, e.head_dim, e.batch * e.kv_heads);
}

constexpr size_t kScoreBytes = size_t{320} << 20;

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

namespace {

/// What a card runs one after the other where it keeps dS, each kernel with what it computes and moves. Sums of parts: as many as
/// there may be.
void tally_kernels(const AttentionBackward& op, const Extents& e, double flops, double operands, Tally& tally) {
  const ScoreRoom room = score_room(e, op.window, op.causality);
  const auto units = static_cast<double>(e.batch * e.kv_heads), size = static_cast<double>(dtype_size(op.q.dtype()));
  const double scores = units * static_cast<double>(room.score_elements()) * size;
  const double sums =
      room.most_parts > 1 ? units * static_cast<double>(room.most_parts * room.part_floats()) * sizeof(float) : 0.0;
  tally.add("attention_backward delta", {0, bytes_of({op.dout, op.out})}, 0);
  tally.add("attention_backward orphans", {0, static_cast<double>(op.lse.bytes())}, 0);
  tally.add("attention_backward dk, dv", {flops * 4 / 5, operands - bytes_of({op.out, op.dq}) + scores + sums}, 0);
  if (sums > 0) tally.add("attention_backward parts", {0, sums + bytes_of({op.dk, op.dv})}, 0);
  tally.add("attention_backward dq", {flops / 5, scores + bytes_of({op.k, op.dq})}, 0);
}

}  // namespace

int64_t attention_score_elements(const ConstTensor& q, const ConstTensor& k, int64_t window, Causality causality) {
  const Extents e{q.dim(0), q.dim(1), k.dim(1), q.dim(2), k.dim(2), q.dim(3)};
  if (dtype_size(q.dtype()) != 2 || (e.head_dim != 64 && e.head_dim != 128) || e.queries == 0) return 0;
  const int64_t of_head = score_room(e, window, causality).elements(), within = static_cast<int64_t>(kScoreBytes / 2) / of_head;
  return of_head * std::clamp<int64_t>(within, 1, e.batch * e.kv_heads);
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
  if (op.dscores) {
    check.dtype("dscores", op.dscores, op.q.dtype());
    check.contiguous("dscores", op.dscores);
    const int64_t least = score_room(e, op.window, op.causality).elements();
    if (op.dscores.numel() < least)
      check.refuse("dscores", "at least " + std::to_string(least) + " elements, those of one key head");
  }
  // Five products with keys' gradients (scores, dP, dQ, dK, dV), three without.
  const double products = op.dk ? 5 : 3;
  const double flops = 2.0 * products * static_cast<double>(e.head_dim) * allowed_pairs(e, op.window, op.causality);
  const double operands = bytes_of({op.dout, op.q, op.k, op.v, op.out, op.dq, op.dk, op.dv});
  if (op.dscores && stream.device().kind == DeviceKind::plan && stream.tally() != nullptr)
    return tally_kernels(op, e, flops, operands, *stream.tally());
  dispatch("attention_backward", &Backend::attention_backward, op, {flops, operands}, stream);
}

}  // namespace sidestep
