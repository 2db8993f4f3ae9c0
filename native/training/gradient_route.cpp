#include "training/gradient_route.h"

#include <array>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "core/error.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

size_t gradient_bytes(const AdapterSet::Module& module) {
  size_t bytes = 0;
  for (const TrainedTensor& t : module.adapter->trained()) bytes += t.grad.view().bytes();
  return bytes;
}

/// The gradients of a module one after the other, each with its part of `bytes`.
void for_each_part(const AdapterSet::Module& module, const auto& act) {
  size_t at = 0;
  for (const TrainedTensor& t : module.adapter->trained()) {
    act(t.grad.tensor(), at);
    at += t.grad.view().bytes();
  }
}

std::vector<Tensor> gradients_of(const AdapterSet::Module& module) {
  std::vector<Tensor> gradients;
  for (const TrainedTensor& t : module.adapter->trained()) gradients.push_back(t.grad.tensor());
  return gradients;
}

void expect_bytes(const AdapterSet::Module& module, size_t bytes) {
  if (bytes == gradient_bytes(module)) return;
  throw Error("train/ranks-differ", "The gradients of " + module.name + " have another size on another rank",
              "All ranks of a training need the same version of sidestep.");
}

class RingRoute final : public GradientRoute {
 public:
  RingRoute(AdapterSet& adapters, Ring& ring, Stream& stream) : adapters_(adapters), ring_(ring), stream_(stream) {}

  void begin(const Pass& pass) override {
    pass_ = pass;
    unsent_.clear();
  }
  void receive(size_t module) override {
    SharedBytes& bytes = unsent_[module];
    if (!bytes)
      bytes = ring_.receive({.kind = FrameKey::Kind::gradient, .micro = pass_.micro - 1, .item = module, .serial = pass_.serial},
                            stream_);
    put(module, *bytes);
  }
  bool receives_again() const override { return true; }
  void send(size_t module) override;
  void finish() override {}
  void receive_whole(uint64_t serial, uint32_t last) override {
    for (size_t i = 0; i < adapters_.modules().size(); ++i)
      put(i, *ring_.receive({.kind = FrameKey::Kind::gradient, .micro = last, .item = i, .serial = serial}, stream_));
  }

 private:
  void put(size_t module, const Bytes& bytes);

  AdapterSet& adapters_;
  Ring& ring_;
  Stream& stream_;
  Pass pass_{};
  std::map<size_t, SharedBytes> unsent_;  ///< what came of modules that have not been sent: few at a time
};

void RingRoute::put(size_t index, const Bytes& bytes) {
  const AdapterSet::Module& module = adapters_.modules()[index];
  expect_bytes(module, bytes.size());
  for_each_part(module, [&](const Tensor& grad, size_t at) {
    transfer({ConstTensor(bytes.data() + at, grad.dtype(), grad.shape()), grad}, stream_);
  });
}

void RingRoute::send(size_t index) {
  unsent_.erase(index);
  const AdapterSet::Module& module = adapters_.modules()[index];
  Bytes bytes(gradient_bytes(module));
  for_each_part(module, [&](const Tensor& grad, size_t at) {
    transfer({grad, Tensor(bytes.data() + at, grad.dtype(), grad.shape(), Device{})}, stream_);
  });
  const FrameKey key{.kind = FrameKey::Kind::gradient, .micro = pass_.micro, .item = index, .serial = pass_.serial};
  if (pass_.onward == Onward::next)
    ring_.send_next(key, std::move(bytes));
  else
    ring_.send_all(key, std::move(bytes));
}

class CardRoute final : public GradientRoute {
 public:
  CardRoute(AdapterSet& adapters, Ring& ring, CardLink& link, Stream& stream)
      : adapters_(adapters), ring_(ring), link_(link), stream_(stream) {}

  void begin(const Pass& pass) override;
  void receive(size_t module) override;
  /// It came straight into the gradients.
  bool receives_again() const override { return false; }
  void send(size_t module) override;
  void finish() override;
  void receive_whole(uint64_t serial, uint32_t last) override;

 private:
  /// What is said over TCP of a transfer between cards, before it.
  struct Announced {
    uint64_t module = 0, bytes = 0;
  };
  const RankPlace& place() const { return ring_.place(); }
  FrameKey key(uint32_t micro, uint64_t transfer) const {
    return {.kind = FrameKey::Kind::gradient, .micro = micro, .item = transfer, .serial = pass_.serial};
  }
  void send_now(size_t module);
  void receive_next();
  void broadcast_all(int64_t root);

  AdapterSet& adapters_;
  Ring& ring_;
  CardLink& link_;
  Stream& stream_;
  Pass pass_{};
  uint64_t sent_ = 0, received_ = 0;  ///< transfers of this pass
  std::vector<bool> arrived_;         ///< by module
  std::vector<size_t> held_;          ///< modules that a lower rank is sent at the end
};

void CardRoute::begin(const Pass& pass) {
  pass_ = pass;
  sent_ = received_ = 0;
  arrived_.assign(adapters_.modules().size(), false);
  held_.clear();
  link_.allow_receiving();
}

/// They come in the order in which the rank before computes them, which is another one where it leaves its micro-batch out. Those
/// of a higher rank, which sends at the end, come all at once.
void CardRoute::receive(size_t module) {
  const size_t wanted = place().rank == 0 ? arrived_.size() : 0;
  while (!arrived_[module] || received_ < wanted) receive_next();
}

void CardRoute::receive_next() {
  const SharedBytes said = ring_.receive(key(pass_.micro - 1, received_++), stream_);
  Announced next;
  if (said->size() == sizeof next) std::memcpy(&next, said->data(), sizeof next);
  if (said->size() != sizeof next || next.module >= arrived_.size())
    throw Error("train/ranks-differ", "Another rank of this training speaks of something else",
                "All ranks of a training need the same version of sidestep.");
  const AdapterSet::Module& module = adapters_.modules()[next.module];
  expect_bytes(module, next.bytes);
  link_.receive(gradients_of(module), (place().rank + place().ranks - 1) % place().ranks);
  arrived_[next.module] = true;
}

void CardRoute::send(size_t module) {
  if (pass_.onward == Onward::all) return;
  if (place().rank + 1 < place().ranks)
    send_now(module);
  else
    held_.push_back(module);
}

void CardRoute::send_now(size_t index) {
  const AdapterSet::Module& module = adapters_.modules()[index];
  const Announced next{index, gradient_bytes(module)};
  const auto* first = reinterpret_cast<const std::byte*>(&next);
  ring_.send_next(key(pass_.micro, sent_++), {first, first + sizeof next});
  link_.send(gradients_of(module), (place().rank + 1) % place().ranks);
}

void CardRoute::finish() {
  for (const size_t module : held_) send_now(module);
  if (pass_.onward == Onward::all) broadcast_all(place().rank);
}

void CardRoute::receive_whole(uint64_t, uint32_t last) { broadcast_all(last % place().ranks); }

void CardRoute::broadcast_all(int64_t root) {
  for (const AdapterSet::Module& module : adapters_.modules()) link_.broadcast(gradients_of(module), root);
}

}  // namespace

GradientRoute::~GradientRoute() = default;

std::unique_ptr<GradientRoute> ring_route(AdapterSet& adapters, Ring& ring, Stream& stream) {
  return std::make_unique<RingRoute>(adapters, ring, stream);
}

std::unique_ptr<GradientRoute> card_route(AdapterSet& adapters, Ring& ring, CardLink& link, Stream& stream) {
  return std::make_unique<CardRoute>(adapters, ring, link, stream);
}

}  // namespace sidestep
