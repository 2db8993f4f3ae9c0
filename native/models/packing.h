#pragma once
#include <cstdint>
#include <vector>

namespace sidestep {

/// One sample's sequence of condition tokens: which row of a table each token is, and whether it is real or padding.
struct TokenSequence {
  std::vector<int64_t> rows;
  std::vector<uint8_t> mask;
};

/// Upstream's pack_sequences: b after a, then a stable sort that moves padding behind all real tokens. Padding keeps its
/// (nonzero) values. The new mask is `position < number of real tokens`.
TokenSequence pack(const TokenSequence& a, const TokenSequence& b);

/// Upstream's unpack_timbre_embeddings: for each sample the rows of its references, in order of appearance, padded to
/// the largest number with `padding_row`. `owners[i]` is the sample (0 … samples-1) of reference i, whose row is
/// `first_row + i`.
std::vector<TokenSequence> assign_references(const std::vector<int64_t>& owners, int64_t samples, int64_t first_row,
                                             int64_t padding_row);

}  // namespace sidestep
