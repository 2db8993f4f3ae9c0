#pragma once
// Which keys a query may attend, and which tiles of keys a tile of queries meets. Shared by all backends; constexpr, so that
// kernels can call it.
#include <algorithm>
#include <cstdint>

#include "ops/attention.h"

namespace sidestep {

/// Keys (or queries) first … last-1.
struct IndexRange {
  int64_t first, last;
};

/// Band and triangle; the mask comes on top.
struct Reach {
  int64_t keys, window;
  Causality causality;

  constexpr IndexRange of(int64_t query) const {
    IndexRange range{0, keys};
    if (window != kNoWindow) range = {std::max<int64_t>(0, query - window), std::min(keys, query + window + 1)};
    if (causality == Causality::causal) range.last = std::min(range.last, query + 1);
    return range;
  }
  /// Keys that any of queries first … last-1 may attend.
  constexpr IndexRange of(int64_t first, int64_t last) const { return {of(first).first, of(last - 1).last}; }
  /// Queries that may attend a key, of `queries` in all.
  constexpr IndexRange queries_of(int64_t key, int64_t queries) const {
    IndexRange range{0, queries};
    if (window != kNoWindow) range = {std::max<int64_t>(0, key - window), std::min(queries, key + window + 1)};
    if (causality == Causality::causal) range.first = std::max(range.first, key);
    return range;
  }
  /// Queries that any of keys first … last-1 may be attended by.
  constexpr IndexRange queries_of(int64_t first, int64_t last, int64_t queries) const {
    return {queries_of(first, queries).first, queries_of(last - 1, queries).last};
  }
  /// Keys that all of them may attend.
  constexpr IndexRange common(int64_t first, int64_t last) const { return {of(last - 1).first, of(first).last}; }
  /// Whether query and key may meet.
  constexpr bool allows(int64_t query, int64_t key) const {
    const IndexRange range = of(query);
    return key >= range.first && key < range.last;
  }
};

/// Whole tiles of `size` that cover a range: indices of tiles first … last-1.
constexpr IndexRange tiles_of(const IndexRange& range, int64_t size) {
  return range.first >= range.last ? IndexRange{0, 0} : IndexRange{range.first / size, (range.last + size - 1) / size};
}

}  // namespace sidestep
