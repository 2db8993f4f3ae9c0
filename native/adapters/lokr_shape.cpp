#include "adapters/lokr_shape.h"

#include <algorithm>
#include <utility>

#include "adapters/adapter.h"

namespace sidestep {

Split factorization(int64_t dimension, int64_t factor) {
  if (factor > 0 && dimension % factor == 0) {
    return {std::min(factor, dimension / factor), std::max(factor, dimension / factor)};
  }
  const int64_t limit = factor < 0 ? dimension : factor;
  Split best{1, dimension};
  const int64_t length = 1 + dimension;
  while (best.small < best.large) {
    int64_t next = best.small + 1;
    while (dimension % next != 0) ++next;
    if (next + dimension / next > length || next > limit) break;
    best = {next, dimension / next};
  }
  return {std::min(best.small, best.large), std::max(best.small, best.large)};
}

LokrShape lokr_shape(const AdapterConfig& config, int64_t out, int64_t in, int64_t taps) {
  const Split in_split = factorization(in / taps, config.factor);
  Split out_split = factorization(out, config.factor);
  if (config.unbalanced_factorization) std::swap(out_split.small, out_split.large);
  LokrShape s{.l = out_split.small, .k = out_split.large, .m = in_split.small, .n = in_split.large, .taps = taps};
  s.rank = config.rank;
  const bool w1_is_small = 2 * s.rank >= std::max(s.l, s.m);
  const bool w2_is_small = 2 * s.rank >= std::max(s.k, s.n);
  s.w1_is_full = !config.decompose_both || w1_is_small || config.full_matrix;
  s.w2_is_full = w2_is_small || config.full_matrix;
  s.tucker = config.use_tucker && taps > 1 && !s.w2_is_full;
  s.alpha = s.w1_is_full && s.w2_is_full ? static_cast<double>(s.rank) : config.alpha;
  s.scale = adapter_scale(s.alpha, s.rank, config);
  return s;
}

}  // namespace sidestep
