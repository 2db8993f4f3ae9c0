#include "training/batch_upload.h"

#include <array>
#include <deque>
#include <exception>
#include <mutex>
#include <vector>

#include "core/memory.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

constexpr size_t kAlignment = 256;  // as allocations on a card

constexpr std::array kMembers{&Batch::target_latents, &Batch::context_latents, &Batch::encoder_hidden_states};

size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

/// Room on the card for one batch, and what its last tenant has left behind.
struct Block {
  std::shared_ptr<void> memory;
  size_t bytes = 0;
  std::shared_ptr<Passage> last{};
  std::vector<Storage> sources{};  ///< of the last tenant, on the host: the card may still be reading them
};

}  // namespace

struct BatchUpload::Landing {
  explicit Landing(Device on) : device(on), copies(on) {}
  ~Landing() {
    try {
      copies.synchronize();            // the host's side of a copy must outlive it
    } catch (const std::exception&) {  // the card is lost: it copies nothing any more
    }
  }

  Device device;
  std::mutex mutex;
  Stream copies;
  std::deque<Block> idle{};

  Block room(size_t bytes) const { return {allocate(device, bytes), bytes}; }

  /// The one that has been idle longest. A third, or a larger one, only if a caller asks for more than it planned.
  Block take(size_t bytes) {
    Block block = longest_idle();
    if (block.last) block.last->arrived.wait();
    block.sources.clear();
    return block.memory && block.bytes >= bytes ? block : room(bytes);
  }

  Block longest_idle() {
    const std::lock_guard lock(mutex);
    if (idle.empty()) return {};
    Block block = std::move(idle.front());
    idle.pop_front();
    return block;
  }

  void give_back(const Block& block) {
    const std::lock_guard lock(mutex);
    idle.push_back(block);
  }
};

BatchUpload::BatchUpload(Device device, size_t batch_bytes) {
  if (device.kind != DeviceKind::cuda) return;
  landing_ = std::make_shared<Landing>(device);
  for (size_t i = 0; i < kBatches; ++i) landing_->idle.push_back(landing_->room(batch_bytes));
}
BatchUpload::~BatchUpload() = default;

size_t BatchUpload::bytes_of(const Batch& batch) {
  size_t bytes = 0;
  for (const auto member : kMembers) bytes += aligned((batch.*member).view().bytes());
  return bytes;
}

size_t BatchUpload::planned_bytes(DeviceKind device, const Batch& largest) {
  return device == DeviceKind::cuda ? kBatches * bytes_of(largest) : 0;
}

Batch BatchUpload::send(Batch batch) const {
  if (!landing_) return batch;
  Landing& l = *landing_;
  Block block = l.take(bytes_of(batch));
  if (block.last) block.last->read.hold(l.copies);
  batch.passage = block.last = std::make_shared<Passage>(l.device);
  for (const auto member : kMembers) block.sources.push_back(batch.*member);
  const std::vector<Storage> sources = block.sources;
  auto* next = static_cast<std::byte*>(block.memory.get());
  const std::shared_ptr<void> lent(next, [landing = landing_, block = std::move(block)](void*) { landing->give_back(block); });
  for (size_t i = 0; i < kMembers.size(); ++i) {
    const ConstTensor host = sources[i].view();
    batch.*kMembers[i] = Storage(std::shared_ptr<void>(lent, next), host.dtype(), host.shape(), l.device);
    transfer({host, (batch.*kMembers[i]).tensor()}, l.copies);
    next += aligned(host.bytes());
  }
  batch.passage->arrived.record(l.copies);
  return batch;
}

}  // namespace sidestep
