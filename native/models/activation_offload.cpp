#include "models/activation_offload.h"

#include <algorithm>
#include <exception>
#include <string>

#include "core/error.h"
#include "core/memory.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

size_t at_place(int64_t k) { return static_cast<size_t>(k % ActivationOffload::kOnDevice); }

}  // namespace

size_t ActivationOffload::host_bytes(int64_t layers, size_t input_bytes) {
  return static_cast<size_t>(std::max<int64_t>(0, layers + 1 - kOnDevice)) * input_bytes;
}

ActivationOffload::ActivationOffload(Device device, int64_t layers, size_t input_bytes)
    : device_(device), input_bytes_(input_bytes) {
  if (device.kind == DeviceKind::plan) return;
  copies_ = std::make_unique<Stream>(device);
  host_ = allocate_staging(device, host_bytes(layers, input_bytes));
  told_ = std::make_unique<Event>(device);
  for (auto& event : moved_) event = std::make_unique<Event>(device);
}

ActivationOffload::~ActivationOffload() {
  if (!copies_) return;
  try {
    copies_->synchronize();          // the host's memory must outlive its copies
  } catch (const std::exception&) {  // the card is lost: it copies nothing any more
  }
}

Tensor ActivationOffload::on_host(int64_t k) const {
  const Tensor& there = ring_[at_place(k)];
  return {static_cast<std::byte*>(host_.get()) + static_cast<size_t>(k) * input_bytes_, there.dtype(), there.shape()};
}

void ActivationOffload::begin(int64_t layers, const Tensor& first, Arena& arena) {
  if (first.bytes() > input_bytes_)
    throw Error("native/arena-exhausted", "An activation of " + std::to_string(first.bytes()) +
                                              " bytes was to be offloaded where " + std::to_string(input_bytes_) +
                                              " were planned");
  layers_ = layers;
  ring_[0] = first;
  for (size_t i = 1; i < ring_.size(); ++i) ring_[i] = arena.alloc(first.dtype(), first.shape());
}

Tensor ActivationOffload::place(int64_t k, Stream& work) {
  if (copies_ && travels(k - kOnDevice)) moved_[at_place(k)]->hold(work);
  return ring_[at_place(k)];
}

void ActivationOffload::leave(int64_t k, Stream& work) {
  if (!copies_ || !travels(k)) return;
  told_->record(work);
  told_->hold(*copies_);
  transfer({.src = ring_[at_place(k)], .dst = on_host(k), .wait = Transfer::Wait::none}, *copies_);
  moved_[at_place(k)]->record(*copies_);
}

void ActivationOffload::spend(int64_t k, Stream& work) {
  const int64_t back = k - kOnDevice;
  if (!copies_ || !travels(back)) return;
  told_->record(work);
  told_->hold(*copies_);
  transfer({.src = on_host(back), .dst = ring_[at_place(back)], .wait = Transfer::Wait::none}, *copies_);
  moved_[at_place(back)]->record(*copies_);
}

void ActivationOffload::bring(int64_t k, Stream& work) {
  if (copies_ && travels(k)) moved_[at_place(k)]->hold(work);
}

}  // namespace sidestep
