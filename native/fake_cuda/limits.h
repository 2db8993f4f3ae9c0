#pragma once
#include <cstddef>
#include <optional>

#include "ops/compute_capability.h"

namespace sidestep::fake_cuda {

// What fake cards are, and what they refuse. All is read again whenever it is asked for, so that a test can take memory away
// while something runs:
//   SIDESTEP_CARD_BYTES        bytes that each card has; 64 GiB where unset. Pages are taken from the host as they are touched.
//   SIDESTEP_CARD_REFUSES      N: the Nth allocation on a card since this was set finds no memory, once; N+M: nor do M after it
//   SIDESTEP_CARD_REFUSES_SCRATCH  the same of what an op of a fake CUDA card takes for a moment
//   SIDESTEP_CARD_PAGE_LOCKED  bytes of the host's memory that the system page-locks for cards; without end where unset
//   SIDESTEP_CARD_CAPABILITY   the compute capability, such as 7.5
//   SIDESTEP_CARD_POOLS        none: a card of the SIMT machine has no memory pools, as some virtual ones

size_t card_bytes();
/// Whether a card that uses so much already has not so many bytes more. Called once an allocation.
bool refuses(size_t bytes, size_t used);
/// Whether what an op takes for a moment is not there. Called once a request.
bool refuses_scratch();
/// Whether the system, of whose memory so much is page-locked, page-locks not so many bytes more.
bool refuses_page_locked(size_t bytes, size_t used);
bool card_has_pools();
/// Where it was said. Throws native/argument-invalid.
std::optional<ComputeCapability> card_capability();

}  // namespace sidestep::fake_cuda
