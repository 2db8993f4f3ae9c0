#pragma once
#include <cstddef>

namespace sidestep::fake_cuda {

// The memory of fake cards: two, or as many as SIDESTEP_FAKE_CUDA_CARDS says. It is host memory, mapped twice: at the address
// that the engine is given nothing may be read or written, so that a host that takes a card's memory for its own dies at once;
// the card's ops find the same bytes at a second address. Freed addresses are unmapped.

constexpr int kMostCards = 8;
int card_count();

/// Throws native/out-of-memory beyond what a card has, and where it refuses (limits.h).
void* allocate(int card, size_t bytes);
void release(int card, void* address) noexcept;
size_t used_bytes(int card);

/// Where the card finds these bytes. Throws native/cuda-failed, naming `what`, unless they lie in one allocation of this card:
/// the host's memory, another card's and whatever lies beyond an allocation's end are refused.
std::byte* seen_by(int card, const void* address, size_t bytes, const char* what);

// Host memory that a card copies to and from while the host goes on: what is read and written is what is there at that time.
void* allocate_page_locked(size_t bytes);  ///< null where the system refuses (fake_cuda/limits.h)
void release_page_locked(void* address) noexcept;
bool is_page_locked(const void* address, size_t bytes);

/// The card whose memory an address is of, -1 for none.
int card_of(const void* address);

}  // namespace sidestep::fake_cuda
