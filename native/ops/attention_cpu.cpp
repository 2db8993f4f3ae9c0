#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/backend.h"
#include "ops/rows.h"

namespace sidestep::cpu {

namespace {

/// Keys first..last-1 that query t may attend, before the mask.
struct KeyRange {
  int64_t first, last;
};

KeyRange key_range(int64_t t, int64_t keys, int64_t window, Causality causality) {
  int64_t first = 0, last = keys;
  if (window != kNoWindow) {
    first = std::max<int64_t>(0, t - window);
    last = std::min(keys, t + window + 1);
  }
  if (causality == Causality::causal) last = std::min(last, t + 1);
  return {std::min(first, last), last};
}

bool masked(const ConstTensor& mask, int64_t b, int64_t s) {
  return mask && mask.data<uint8_t>()[b * mask.stride(0) + s] == 0;
}

const float* head_row(const ConstTensor& t, int64_t b, int64_t row, int64_t head) {
  return t.data<float>() + b * t.stride(0) + row * t.stride(1) + head * t.stride(2);
}
float* head_row(const Tensor& t, int64_t b, int64_t row, int64_t head) {
  return t.data<float>() + b * t.stride(0) + row * t.stride(1) + head * t.stride(2);
}

float dot(const float* a, const float* b, int64_t n) {
  float total = 0;
  for (int64_t i = 0; i < n; ++i) total += a[i] * b[i];
  return total;
}

}  // namespace

void attention(const Attention& op, Stream& stream) {
  const int64_t queries = op.q.dim(1), heads = op.q.dim(2), hd = op.q.dim(3), keys = op.k.dim(1);
  const int64_t group = heads / op.k.dim(2);
  stream.pool().parallel_for(op.q.dim(0) * heads * queries, [&](int64_t task) {
    const int64_t b = task / (heads * queries), h = task / queries % heads, t = task % queries, kv = h / group;
    const float* q = head_row(op.q, b, t, h);
    float* out = head_row(op.out, b, t, h);
    std::vector<float> total(static_cast<size_t>(hd));
    float peak = -INFINITY, weight_sum = 0;
    const KeyRange range = key_range(t, keys, op.window, op.causality);
    for (int64_t s = range.first; s < range.last; ++s) {
      if (masked(op.key_mask, b, s)) continue;
      const float score = op.scale * dot(q, head_row(op.k, b, s, kv), hd);
      const float next = std::max(peak, score), keep = std::exp(peak - next), weight = std::exp(score - next);
      peak = next;
      weight_sum = weight_sum * keep + weight;
      const float* v = head_row(op.v, b, s, kv);
      for (int64_t i = 0; i < hd; ++i) total[static_cast<size_t>(i)] = total[static_cast<size_t>(i)] * keep + weight * v[i];
    }
    if (weight_sum == 0) {
      for (int64_t s = 0; s < keys; ++s) {
        const float* v = head_row(op.v, b, s, kv);
        for (int64_t i = 0; i < hd; ++i) total[static_cast<size_t>(i)] += v[i];
      }
      weight_sum = static_cast<float>(keys);
      peak = -INFINITY;
    }
    for (int64_t i = 0; i < hd; ++i) out[i] = total[static_cast<size_t>(i)] / weight_sum;
    if (op.lse) op.lse.data<float>()[task] = peak == -INFINITY ? -INFINITY : peak + std::log(weight_sum);
  });
}

void attention_backward(const AttentionBackward& op, Stream& stream) {
  const int64_t queries = op.q.dim(1), heads = op.q.dim(2), hd = op.q.dim(3), keys = op.k.dim(1);
  const int64_t kv_heads = op.k.dim(2), group = heads / kv_heads;
  const auto* lse = op.lse.data<float>();
  auto* delta = op.delta.data<float>();
  stream.pool().parallel_for(op.q.dim(0) * heads * queries, [&](int64_t task) {
    const int64_t b = task / (heads * queries), h = task / queries % heads, t = task % queries, kv = h / group;
    const float *q = head_row(op.q, b, t, h), *dout = head_row(op.dout, b, t, h);
    delta[task] = dot(dout, head_row(op.out, b, t, h), hd);
    std::vector<float> dq(static_cast<size_t>(hd));
    const KeyRange range = key_range(t, keys, op.window, op.causality);
    for (int64_t s = range.first; s < range.last && lse[task] != -INFINITY; ++s) {
      if (masked(op.key_mask, b, s)) continue;
      const float* k = head_row(op.k, b, s, kv);
      const float p = std::exp(op.scale * dot(q, k, hd) - lse[task]);
      const float ds = op.scale * p * (dot(dout, head_row(op.v, b, s, kv), hd) - delta[task]);
      for (int64_t i = 0; i < hd; ++i) dq[static_cast<size_t>(i)] += ds * k[i];
    }
    std::copy(dq.begin(), dq.end(), head_row(op.dq, b, t, h));
  });
  if (!op.dk) return;
  stream.pool().parallel_for(op.q.dim(0) * kv_heads * keys, [&](int64_t task) {
    const int64_t b = task / (kv_heads * keys), kv = task / keys % kv_heads, s = task % keys;
    const float *k = head_row(op.k, b, s, kv), *v = head_row(op.v, b, s, kv);
    std::vector<float> dk(static_cast<size_t>(hd)), dv(static_cast<size_t>(hd));
    for (int64_t h = kv * group; h < (kv + 1) * group; ++h) {
      for (int64_t t = 0; t < queries; ++t) {
        const int64_t row = (b * heads + h) * queries + t;
        const float *q = head_row(op.q, b, t, h), *dout = head_row(op.dout, b, t, h);
        float p = 0, ds = 0;
        const KeyRange range = key_range(t, keys, op.window, op.causality);
        if (lse[row] == -INFINITY) {
          p = 1.F / static_cast<float>(keys);
        } else if (s >= range.first && s < range.last && !masked(op.key_mask, b, s)) {
          p = std::exp(op.scale * dot(q, k, hd) - lse[row]);
          ds = op.scale * p * (dot(dout, v, hd) - delta[row]);
        }
        for (int64_t i = 0; i < hd; ++i) {
          dk[static_cast<size_t>(i)] += ds * q[i];
          dv[static_cast<size_t>(i)] += p * dout[i];
        }
      }
    }
    std::copy(dk.begin(), dk.end(), head_row(op.dk, b, s, kv));
    std::copy(dv.begin(), dv.end(), head_row(op.dv, b, s, kv));
  });
}

}  // namespace sidestep::cpu
