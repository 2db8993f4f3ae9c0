#include "adapters/lokr_shape.h"

#include <algorithm>
#include <string>
#include <utility>

#include "adapters/adapter.h"
#include "core/error.h"

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

namespace {

LokrShape chosen_shape(const AdapterConfig& config, int64_t out, int64_t in, int64_t taps) {
  const Split in_split = factorization(in / taps, config.lokr.factor);
  Split out_split = factorization(out, config.lokr.factor);
  if (config.lokr.unbalanced_factorization) std::swap(out_split.small, out_split.large);
  LokrShape s{.l = out_split.small, .k = out_split.large, .m = in_split.small, .n = in_split.large, .taps = taps};
  s.rank = config.rank;
  const bool w1_is_small = 2 * s.rank >= std::max(s.l, s.m);
  const bool w2_is_small = 2 * s.rank >= std::max(s.k, s.n);
  s.w1_is_full = !config.lokr.decompose_both || w1_is_small || config.lokr.full_matrix;
  s.w2_is_full = w2_is_small || config.lokr.full_matrix;
  s.tucker = config.lycoris.use_tucker && taps > 1 && !s.w2_is_full;
  s.alpha = s.w1_is_full && s.w2_is_full ? static_cast<double>(s.rank) : config.alpha;
  s.scale = adapter_scale(s.alpha, s.rank, config);
  return s;
}

LokrShape saved_shape(const AdapterConfig& config, const LycorisForm& form, const Linear& layer) {
  const int64_t channels = layer.in_features() / layer.kernel;
  if (form.l * form.k != layer.out_features() || channels % form.m != 0) {
    throw Error("adapter/tensor-shape",
                layer.name + ": factors [" + std::to_string(form.l) + ", " + std::to_string(form.m) + "] and [" +
                    std::to_string(form.k) + ", …] make no weight [" + std::to_string(layer.out_features()) + ", " +
                    std::to_string(channels) + "]",
                "The adapter was made for another model.");
  }
  LokrShape s{.l = form.l, .k = form.k, .m = form.m, .n = channels / form.m, .taps = layer.kernel};
  s.rank = std::max<int64_t>(form.rank, 1);
  s.w1_is_full = form.w1_is_full;
  s.w2_is_full = form.w2_is_full;
  s.tucker = form.tucker;
  const bool unscaled = form.rank == 0 || form.alpha == 0;
  s.alpha = unscaled ? static_cast<double>(s.rank) : form.alpha;
  s.scale = unscaled ? 1 : adapter_scale(s.alpha, s.rank, config);
  return s;
}

}  // namespace

LokrShape lokr_shape(const AdapterConfig& config, const Linear& layer) {
  const auto form = config.lycoris.forms.find(layer.name);
  if (form != config.lycoris.forms.end()) return saved_shape(config, form->second, layer);
  return chosen_shape(config, layer.out_features(), layer.in_features(), layer.kernel);
}

}  // namespace sidestep
