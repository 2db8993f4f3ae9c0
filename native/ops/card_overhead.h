#pragma once
#include <cstddef>

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

/// Of a program that computes, and of one that trains.
constexpr size_t kComputingBytes = kContextBytes + kWorkspaceBytes + kScratchBytes;
constexpr size_t kTrainingBytes = kComputingBytes + kRecordingBytes + kSpareBytes + kReserveBytes;

/// What a plan may take of a card that says it has so much free to a program whose context is there already: the context is in
/// every plan.
constexpr size_t at_hand(size_t free_bytes, size_t card_bytes) {
  return free_bytes + kContextBytes < card_bytes ? free_bytes + kContextBytes : card_bytes;
}

constexpr size_t computing_overhead(DeviceKind device) { return device == DeviceKind::cuda ? kComputingBytes : 0; }
constexpr size_t training_overhead(DeviceKind device) { return device == DeviceKind::cuda ? kTrainingBytes : 0; }

}  // namespace sidestep
