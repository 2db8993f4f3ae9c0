#pragma once
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/stream.h"
#include "core/tensor.h"
#include "ops/event.h"
#include "training/nccl.h"
#include "training/ring.h"

namespace sidestep {

/// The cards of all ranks of a training, connected by NCCL: gradients go from card to card, on a queue beside the one that
/// computes. A call returns at once, as ops do. What it reads is what the stream has computed when it comes to the call; what it
/// writes, the stream waits for before it goes on.
///
/// A transfer ends when both sides have come to it. All ranks must therefore come to their transfers in one order of all of them.
class CardLink {
 public:
  struct Circle {
    RankPlace place;
    nccl::UniqueId id;         ///< of this circle: rank 0 makes it
    int patience_ms = 60'000;  ///< for all cards to be connected
    /// Called while others are waited for; throws once they need not be.
    std::function<void()> still_wanted;
  };
  /// Connects to the cards of the others. Throws train/link-failed.
  CardLink(const Circle& circle, Stream& stream);
  /// Aborts, unless it was left.
  ~CardLink();
  CardLink(const CardLink&) = delete;
  CardLink& operator=(const CardLink&) = delete;

  static nccl::UniqueId make_id();

  /// What is received from now on may be written once all is done that is queued on the stream so far, though more is queued
  /// before.
  void allow_receiving();
  void send(const std::vector<Tensor>& tensors, int64_t to);
  void receive(const std::vector<Tensor>& tensors, int64_t from);
  /// The same bytes for all ranks.
  void broadcast(const std::vector<Tensor>& tensors, int64_t root);

  /// All that was begun has ended everywhere: says goodbye.
  void leave();
  /// Ends whatever waits for a rank that will not come. From any thread, at any time; later calls throw train/rank-lost.
  void abort() noexcept;

 private:
  using Calls = std::function<nccl::Result(const Tensor&)>;
  void post(const Event& after, const std::vector<Tensor>& tensors, const Calls& call);
  nccl::Result begin(const std::vector<Tensor>& tensors, const Calls& call);
  /// Until what was begun is known to have begun, and not only asked for.
  void wait_for_call(const char* what, int patience_ms);
  [[noreturn]] void throw_gone();
  [[noreturn]] void fail(const char* what, nccl::Result result);

  const nccl::Library& nccl_;
  std::function<void()> still_wanted_;
  Stream& stream_;
  Stream queue_;
  Event allowed_, computed_, passed_;
  std::mutex mutex_;                           ///< a communicator is not to be aborted in the middle of a call
  nccl::Communicator communicator_ = nullptr;  ///< null once it was left or aborted
};

}  // namespace sidestep
