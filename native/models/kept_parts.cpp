#include "models/kept_parts.h"

#include <algorithm>
#include <cmath>

namespace sidestep {

KeptParts kept_parts(const KeptLayers& layers, int64_t index, int64_t count) {
  if (layers.empty()) return {};
  const KeptParts parts = layers.at(static_cast<size_t>(index));
  return index == count - 1 ? KeptParts{.derived = parts.derived} : parts;
}

bool recomputed(int64_t index, int64_t layers, double ratio) {
  if (index == layers - 1) return false;
  const auto count = static_cast<int64_t>(std::llround(std::clamp(ratio, 0.0, 1.0) * static_cast<double>(layers)));
  const auto up_to = [&](int64_t end) { return (end * count + layers - 1) / layers; };
  return up_to(index + 1) > up_to(index);
}

KeptLayers recompute_share(int64_t layers, double ratio) {
  KeptLayers kept;
  for (int64_t i = 0; i < layers; ++i) kept.push_back(recomputed(i, layers, ratio) ? kKeepNothing : KeptParts{});
  return kept;
}

}  // namespace sidestep
