#pragma once
#include <cstddef>
#include <optional>

namespace sidestep::simt {

// The memory of two fake cards. An allocation is as long as was asked for: what lies beyond is poison that its release looks
// at, then a page that cannot be touched. All of it is NaN until something is written.

constexpr int kCards = 2;

enum class Kind : unsigned char { device, page_locked };
/// Whose memory an address is of.
struct Home {
  Kind kind;
  int card;
};

/// Null when the card, or the system whose memory is page-locked, has not that much left or refuses (fake_cuda/limits.h).
void* allocate(Kind kind, int card, size_t bytes);
/// False for what is no beginning of an allocation of that kind. Faults when something was written beyond its end.
bool release(Kind kind, void* address);
std::optional<Home> home_of(const void* address);
size_t used_bytes(int card);

}  // namespace sidestep::simt
