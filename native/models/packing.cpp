#include "models/packing.h"

#include <algorithm>

namespace sidestep {

TokenSequence pack(const TokenSequence& a, const TokenSequence& b) {
  TokenSequence packed;
  for (const uint8_t real : {uint8_t{1}, uint8_t{0}}) {
    for (const TokenSequence* part : {&a, &b}) {
      for (size_t i = 0; i < part->rows.size(); ++i) {
        if (part->mask[i] != real) continue;
        packed.rows.push_back(part->rows[i]);
        packed.mask.push_back(real);
      }
    }
  }
  return packed;
}

std::vector<TokenSequence> assign_references(const std::vector<int64_t>& owners, int64_t samples, int64_t first_row,
                                             int64_t padding_row) {
  std::vector<TokenSequence> references(static_cast<size_t>(samples));
  size_t most = 0;
  for (size_t i = 0; i < owners.size(); ++i) {
    TokenSequence& own = references[static_cast<size_t>(owners[i])];
    own.rows.push_back(first_row + static_cast<int64_t>(i));
    own.mask.push_back(1);
    most = std::max(most, own.rows.size());
  }
  for (TokenSequence& own : references) {
    own.rows.resize(most, padding_row);
    own.mask.resize(most, 0);
  }
  return references;
}

}  // namespace sidestep
