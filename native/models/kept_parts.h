#pragma once
#include <cstdint>
#include <vector>

namespace sidestep {

/// Which parts of a DiT layer keep what their backward pass needs. The others compute it again from the layer's input, which is
/// always kept. It decides memory and time, never a number.
struct KeptParts {
  bool self_attn = true, cross_attn = true, mlp = true;
  /// Of the parts that are kept: also what a backward pass would derive of the rest by one pass over memory, normalised inputs
  /// and heads.
  bool derived = false;

  bool operator==(const KeptParts&) const = default;
  bool all() const { return self_attn && cross_attn && mlp; }
  int64_t count() const { return int64_t{self_attn} + int64_t{cross_attn} + int64_t{mlp}; }
  KeptParts others() const { return {!self_attn, !cross_attn, !mlp}; }
};
constexpr KeptParts kKeepNothing{.self_attn = false, .cross_attn = false, .mlp = false};

/// Of every layer, bottom up; empty: all of all of them.
using KeptLayers = std::vector<KeptParts>;

/// The top layer keeps everything, whatever is asked: backward begins with it, so keeping it takes no more memory than computing
/// any layer again, and that memory then serves the others.
KeptParts kept_parts(const KeptLayers& layers, int64_t index, int64_t count);

/// Whether recomputing `ratio` of the layers means layer `index`: round(ratio * layers) of them, spread evenly. Ratio 0.5
/// recomputes layers 0, 2, 4 … The top layer is never recomputed.
bool recomputed(int64_t index, int64_t layers, double ratio);
/// All parts of the layers that are not recomputed.
KeptLayers recompute_share(int64_t layers, double ratio);

}  // namespace sidestep
