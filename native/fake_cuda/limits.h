#pragma once
#include <cstddef>

namespace sidestep::fake_cuda {

// What fake cards refuse. Both are read again at every allocation, so that a test can take memory away while something runs:
//   SIDESTEP_CARD_BYTES    bytes that each card has; 64 GiB where unset. Pages are taken from the host as they are touched.
//   SIDESTEP_CARD_REFUSES  N: the Nth allocation on a card since this was set finds no memory, once

size_t card_bytes();
/// Whether a card that uses so much already has not so many bytes more. Called once an allocation.
bool refuses(size_t bytes, size_t used);

}  // namespace sidestep::fake_cuda
