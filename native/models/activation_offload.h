#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/arena.h"
#include "core/stream.h"
#include "core/tensor.h"
#include "ops/event.h"

namespace sidestep {

/// Keeps the inputs of a stack's layers in page-locked memory of the host between forward and backward pass, so that a card holds
/// three of them however many layers there are. They travel on a queue of their own while layers are computed: input k leaves as
/// soon as it is there, and comes back two layers before the backward pass needs it. Bytes that were moved are the bytes there
/// were: results do not change. The calls may be recorded (ops/recording.h).
///
/// Input k is what layer k reads; input `layers` is the stack's output. On Device::plan only the three are taken.
class ActivationOffload {
 public:
  static constexpr int64_t kOnDevice = 3;

  /// Room for passes over at most `layers` layers with inputs of at most `input_bytes` each. Throws native/out-of-memory.
  ActivationOffload(Device device, int64_t layers, size_t input_bytes);
  ~ActivationOffload();
  ActivationOffload(const ActivationOffload&) = delete;
  ActivationOffload& operator=(const ActivationOffload&) = delete;

  /// What that keeps on the host.
  static size_t host_bytes(int64_t layers, size_t input_bytes);

  /// A forward pass begins: `first` is input 0, the places of the others come from the arena.
  void begin(int64_t layers, const Tensor& first, Arena& arena);
  /// Where input k is to be written, once its place is free.
  Tensor place(int64_t k, Stream& work);
  /// The computation of input k has been queued: it may leave.
  void leave(int64_t k, Stream& work);
  /// Input k is read again from here on, in its place.
  void bring(int64_t k, Stream& work);
  /// Nothing reads input k any more: the one that was there before comes back. From the highest down.
  void spend(int64_t k, Stream& work);

 private:
  /// Whether input k leaves at all: the last three stay where they are.
  bool travels(int64_t k) const { return k >= 0 && k + kOnDevice <= layers_; }
  Tensor on_host(int64_t k) const;

  Device device_;
  size_t input_bytes_;
  std::unique_ptr<Stream> copies_;  ///< null on Device::plan
  std::shared_ptr<void> host_;
  int64_t layers_ = 0;
  std::array<Tensor, kOnDevice> ring_{};                   ///< input k is in place k % 3
  std::array<std::unique_ptr<Event>, kOnDevice> moved_{};  ///< of each place: the last copy from or to it
  std::unique_ptr<Event> told_;
};

}  // namespace sidestep
