#include "ops/attention_band.h"

#include <cstdlib>
#include <set>
#include <vector>

#include "ops/attention_fragments.h"
#include "testing/test.h"

namespace sidestep::testing {
namespace {

struct Case {
  int64_t queries, keys, window;
  Causality causality;
};

constexpr Causality kBoth = Causality::bidirectional, kCausal = Causality::causal;
constexpr Case kCases[] = {
    {1, 1, kNoWindow, kBoth},       {70, 33, kNoWindow, kBoth}, {130, 130, 0, kBoth},   {200, 200, 20, kCausal},
    {129, 129, kNoWindow, kCausal}, {40, 20, 3, kBoth},         {300, 300, 128, kBoth}, {20, 90, 7, kBoth},
    {90, 20, 5, kCausal},           {128, 128, 63, kBoth},      {65, 300, 64, kBoth}};

/// The rule of ops/attention.h, in its own words.
bool may_meet(const Case& c, int64_t query, int64_t key) {
  if (c.window != kNoWindow && std::abs(query - key) > c.window) return false;
  return c.causality == Causality::bidirectional || key <= query;
}

bool contains(const IndexRange& range, int64_t i) { return i >= range.first && i < range.last; }

TEST("attention band: allows() is the rule, for queries and for keys") {
  for (const Case& c : kCases) {
    const Reach reach{c.keys, c.window, c.causality};
    for (int64_t t = 0; t < c.queries; ++t)
      for (int64_t s = 0; s < c.keys; ++s) {
        EXPECT(reach.allows(t, s) == may_meet(c, t, s));
        EXPECT(contains(reach.queries_of(s, c.queries), t) == may_meet(c, t, s));
      }
  }
}

TEST("attention band: the tiles walked for a block meet every allowed pair, and inner tiles need no mask") {
  for (const Case& c : kCases)
    for (const int64_t rows : {16, 64})
      for (const int64_t columns : {32, 64}) {
        const Reach reach{c.keys, c.window, c.causality};
        for (int64_t first = 0; first < c.queries; first += rows) {
          const int64_t last = std::min(c.queries, first + rows);
          const IndexRange tiles = tiles_of(reach.of(first, last), columns), common = reach.common(first, last);
          for (int64_t t = first; t < last; ++t)
            for (int64_t s = 0; s < c.keys; ++s) {
              EXPECT(!may_meet(c, t, s) || contains(tiles, s / columns));
              EXPECT(!contains(common, s) || may_meet(c, t, s));
            }
        }
      }
}

TEST("attention band: of every allowed pair the piece is kept, each piece in its own place, and a band keeps its width") {
  for (const Case& c : kCases) {
    const Reach reach{c.keys, c.window, c.causality};
    const ScoreFragments fragments = ScoreFragments::of(reach, c.queries);
    for (int64_t t = 0; t < c.queries; ++t)
      for (int64_t s = 0; s < c.keys; ++s) EXPECT(!may_meet(c, t, s) || contains(fragments.strips(s / 64), t / 16));
    std::set<int64_t> places;
    for (int64_t keys = 0; keys < fragments.blocks() * 4; ++keys) {
      const IndexRange strips = fragments.strips(keys / 4);
      for (int64_t strip = strips.first; strip < strips.last; ++strip) {
        const int64_t place = fragments.at(keys, strip, strips.first);
        EXPECT(place >= 0 && place % 256 == 0 && place + 256 <= fragments.elements() && places.insert(place).second);
      }
    }
  }
  // 3000 patches: a block of 64 keys meets all 188 strips, or those of its 64 + 2 * 128 queries.
  EXPECT(ScoreFragments::of({3000, kNoWindow, kBoth}, 3000).elements() == 47 * 64 * 188 * 16);
  EXPECT(ScoreFragments::of({3000, 128, kBoth}, 3000).elements() == 47 * 64 * 20 * 16);
}

TEST("attention band: the tiles walked for a block of keys meet every allowed pair") {
  for (const Case& c : kCases)
    for (const int64_t rows : {64})
      for (const int64_t columns : {32, 64}) {
        const Reach reach{c.keys, c.window, c.causality};
        for (int64_t first = 0; first < c.keys; first += rows) {
          const int64_t last = std::min(c.keys, first + rows);
          const IndexRange tiles = tiles_of(reach.queries_of(first, last, c.queries), columns);
          for (int64_t s = first; s < last; ++s)
            for (int64_t t = 0; t < c.queries; ++t) EXPECT(!may_meet(c, t, s) || contains(tiles, t / columns));
        }
      }
}

}  // namespace
}  // namespace sidestep::testing
