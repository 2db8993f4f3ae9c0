#pragma once
#include <cstddef>
#include <cstdint>

#include "core/device.h"

namespace sidestep {

// What a program takes of a card beyond the tensors it asks for. Nothing of it has been measured: the context is what NVIDIA's
// driver is commonly seen to take, with the plugin's and cuBLASLt's code for one card; the others are bounds that the engine
// keeps itself.

constexpr size_t kMebibyte = size_t{1} << 20;

constexpr size_t kContextBytes = 384 * kMebibyte;  ///< the driver's context, the code of kernels and libraries
constexpr size_t kWorkspaceBytes =
    32 * kMebibyte;                               ///< of products, for each queue that has any; what NVIDIA recommends for Hopper
constexpr size_t kScratchBytes = 32 * kMebibyte;  ///< the pool that ops take scratch memory from
constexpr size_t kRecordingBytes = 128 * kMebibyte;  ///< recorded steps; the first to go where memory is short
constexpr size_t kSpareBytes = 32 * kMebibyte;       ///< left free beside recordings: with less nothing is recorded
constexpr size_t kReserveBytes = 32 * kMebibyte;     ///< taken by a training for what it did not foresee

// Of NCCL, which connects the cards of ranks. Its code for one card is what version 2.29.7 has for compute capability 9.0 in the
// segments that are loaded, 98 MiB (42 for 8.0). A channel has a receiving and a sending buffer, which it takes 10 and 2 MiB for
// (github.com/NVIDIA/nccl/issues/1685; the documentation of NCCL_BUFFSIZE has the larger part), for what goes from card to card
// and once more for what goes to all. How many channels there are is its own choice, by the cards' connections, up to the bound
// that it is given. Versions before 2.22 connect cards in further ways beforehand, which nothing is planned for.
constexpr int kLinkChannels = 4;
constexpr size_t kLinkBytes = (100 + kLinkChannels * 2 * (10 + 2)) * kMebibyte;

/// Of a program that computes, and of one that trains.
constexpr size_t kComputingBytes = kContextBytes + kWorkspaceBytes + kScratchBytes;
constexpr size_t kTrainingBytes = kComputingBytes + kRecordingBytes + kSpareBytes + kReserveBytes;

/// What a plan may take of a card that says it has so much free to a program whose context is there already: the context is in
/// every plan.
constexpr size_t at_hand(size_t free_bytes, size_t card_bytes) {
  return free_bytes + kContextBytes < card_bytes ? free_bytes + kContextBytes : card_bytes;
}

constexpr size_t computing_overhead(DeviceKind device) { return device == DeviceKind::cuda ? kComputingBytes : 0; }
/// `ranks`: how many share the training, on a card each.
constexpr size_t training_overhead(DeviceKind device, int64_t ranks) {
  return device == DeviceKind::cuda ? kTrainingBytes + (ranks > 1 ? kLinkBytes : 0) : 0;
}

}  // namespace sidestep
