#pragma once
// Where a card keeps dS, the gradients of attention's scores, between the kernel that makes them (and dk, dv) and the product
// that makes dq = dS K of them: 16-bit, in pieces of 16 keys by 16 queries, each in the order in which a warp's registers hold
// it. Keys come in blocks of 64; of a block only strips of 16 queries are kept that any of its keys meets, so a band takes
// memory by its width.
#include "ops/attention_band.h"

namespace sidestep {

/// dS of one query head of one sample.
struct ScoreFragments {
  static constexpr int64_t kKeys = 64, kSide = 16, kElements = kSide * kSide;  ///< of a block; of a piece, either way; of a piece
  Reach reach{};
  int64_t queries = 0;
  int64_t most_strips = 0;  ///< of any block

  static constexpr ScoreFragments of(const Reach& reach, int64_t queries) {
    ScoreFragments fragments{reach, queries, 1};
    for (int64_t block = 0; block < fragments.blocks(); ++block) {
      const IndexRange strips = fragments.strips(block);
      fragments.most_strips = std::max(fragments.most_strips, strips.last - strips.first);
    }
    return fragments;
  }
  constexpr int64_t blocks() const { return (reach.keys + kKeys - 1) / kKeys; }
  constexpr int64_t elements() const { return blocks() * (kKeys / kSide) * most_strips * kElements; }
  /// Strips of 16 queries that are kept of a block of keys.
  constexpr IndexRange strips(int64_t block) const {
    return tiles_of(reach.queries_of(block * kKeys, std::min(reach.keys, (block + 1) * kKeys), queries), kSide);
  }
  /// Where the piece of keys 16 `keys` … and queries 16 `strip` … begins; `first_strip` is the block's.
  constexpr int64_t at(int64_t keys, int64_t strip, int64_t first_strip) const {
    return (keys * most_strips + strip - first_strip) * kElements;
  }
};

/// What the backward pass keeps for one key head of one sample: dS of its query heads, and, where there are fewer blocks of keys
/// than a card could work on at once, sums of dk and dv in f32 over parts of the queries.
struct ScoreRoom {
  ScoreFragments fragments{};
  int64_t group = 1;  ///< query heads of a key head
  int64_t head_dim = 0;
  int64_t most_parts = 1;

  static constexpr int64_t kFewBlocks = 264;  ///< two on each multiprocessor of the largest cards
  static constexpr ScoreRoom of(const Reach& reach, int64_t queries, int64_t group, int64_t head_dim,
                                int64_t key_heads_of_batch) {
    const ScoreFragments fragments = ScoreFragments::of(reach, queries);
    ScoreRoom room{fragments, group, head_dim, 1};
    if (room.cost_of_a_part() < 0.2) room.most_parts = fragments.blocks() * key_heads_of_batch < kFewBlocks ? 4 : 2;
    return room;
  }
  /// What the sums of one part cost, of the time of the kernel that makes them: 16 hd bytes a key, written and read, against 8 hd
  /// FLOPs for each query that a block meets, where memory moves a byte in the time of 100 FLOPs.
  constexpr double cost_of_a_part() const {
    return 200.0 / static_cast<double>(group * fragments.most_strips * ScoreFragments::kSide);
  }
  constexpr int64_t score_elements() const { return group * fragments.elements(); }
  /// Floats of one part: dk, then dv, [S, hd] each.
  constexpr int64_t part_floats() const { return 2 * fragments.reach.keys * head_dim; }
  constexpr int64_t elements() const {
    return score_elements() + (most_parts > 1 ? most_parts * part_floats() * 2 : 0);
  }  // of 16 bits
};

}  // namespace sidestep
