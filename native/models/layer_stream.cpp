#include "models/layer_stream.h"

#include <algorithm>
#include <cstring>
#include <exception>

#include "core/error.h"
#include "core/memory.h"
#include "ops/elementwise.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

constexpr size_t kAlignment = 256;  // as allocations on a card: products choose their algorithm by it

/// Tensors that lie beside each other, and the tensor that they are the rows of, if any.
struct Block {
  std::vector<ConstTensor*> each;
  ConstTensor* beside = nullptr;
};

bool coded(const FrozenMatrix& matrix) { return static_cast<bool>(matrix.scales); }

/// Layers that read one x, and where their weights beside each other are known to be so: as Weights::matrices has them on a card.
void add_linears(std::vector<Block>& blocks, const std::vector<Linear*>& linears, FrozenMatrix* beside) {
  const Linear& first = *linears.front();
  const bool together = !coded(first.weight) || first.weight.format();
  if (linears.size() > 1 && together && !first.bias) {
    Block values{.each = {}, .beside = &beside->values}, scales{.each = {}, .beside = &beside->scales};
    for (Linear* linear : linears) {
      values.each.push_back(&linear->weight.values);
      scales.each.push_back(&linear->weight.scales);
    }
    blocks.push_back(values);
    if (first.weight.format()) blocks.push_back(scales);
    return;
  }
  for (Linear* linear : linears) {
    blocks.push_back({.each = {&linear->weight.values}});
    if (coded(linear->weight)) blocks.push_back({.each = {&linear->weight.scales}});
    if (linear->bias) blocks.push_back({.each = {&linear->bias}});
  }
}

std::vector<Block> blocks_of(DitLayer& layer) {
  std::vector<Block> blocks;
  for (ConstTensor* small :
       {&layer.self_attn_norm, &layer.cross_attn_norm, &layer.mlp_norm, &layer.scale_shift_table, &layer.self_attn.q_norm,
        &layer.self_attn.k_norm, &layer.cross_attn.q_norm, &layer.cross_attn.k_norm})
    blocks.push_back({.each = {small}});
  DitAttention &self = layer.self_attn, &cross = layer.cross_attn;
  add_linears(blocks, {&self.q_proj, &self.k_proj, &self.v_proj}, &self.beside);
  add_linears(blocks, {&cross.k_proj, &cross.v_proj}, &cross.beside);
  add_linears(blocks, {&layer.gate_proj, &layer.up_proj}, &layer.gate_up);
  for (Linear* alone : {&self.o_proj, &cross.q_proj, &cross.o_proj, &layer.down_proj}) add_linears(blocks, {alone}, nullptr);
  return blocks;
}

/// What is coded stays so, its scales too.
DType kept_as(const ConstTensor& t, DType dtype, bool scales) { return t.dtype() == DType::u8 || scales ? t.dtype() : dtype; }

bool are_scales(const std::vector<Block>& blocks, size_t i) { return i > 0 && blocks[i - 1].each.front()->dtype() == DType::u8; }

size_t padded(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

std::byte* at(const std::shared_ptr<void>& memory, size_t offset) {
  return memory == nullptr ? nullptr : static_cast<std::byte*>(memory.get()) + offset;
}

void copy_on_host(const ConstTensor& from, const Tensor& to, Stream& host) {
  if (from.dtype() == to.dtype() && from.contiguous())
    std::memcpy(to.raw(), from.raw(), from.bytes());
  else
    copy({.src = from, .dst = to}, host);
}

}  // namespace

LayerStream::LayerStream(Device device, int64_t first) : device_(device), first_(first) {
  if (device.kind == DeviceKind::plan) return;
  copies_ = std::make_unique<Stream>(device);
  told_ = std::make_unique<Event>(device);
  for (Place& place : places_) place.arrived = std::make_unique<Event>(device);
}

LayerStream::~LayerStream() {
  if (!copies_) return;
  try {
    copies_->synchronize();          // both sides of a copy must outlive it
  } catch (const std::exception&) {  // the card is lost: it copies nothing any more
  }
}

size_t LayerStream::device_bytes() const { return layer_bytes_ * static_cast<size_t>(std::min(layers_, kPlaces)); }

void LayerStream::take(DitLayer& layer, DType dtype) {
  const std::vector<Block> blocks = blocks_of(layer);
  std::vector<DType> kept;  // asked before any tensor is another
  size_t bytes = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    kept.push_back(kept_as(*blocks[i].each.front(), dtype, are_scales(blocks, i)));
    size_t block = 0;
    for (const ConstTensor* t : blocks[i].each) block += static_cast<size_t>(t->numel()) * dtype_size(kept.back());
    bytes += padded(block);
  }
  if (layers_ > 0 && bytes != layer_bytes_)
    throw Error("native/tensor-shape", "Layer " + std::to_string(first_ + layers_) + " takes " + std::to_string(bytes) +
                                           " bytes where the one below takes " + std::to_string(layer_bytes_) +
                                           ": layers of one size alone can wait on the host");
  layer_bytes_ = bytes;
  Place& place = place_of(first_ + layers_++);
  if (place.memory == nullptr && device_.kind != DeviceKind::plan) place.memory = allocate(device_, bytes);
  const bool real = device_.kind != DeviceKind::plan;
  host_.push_back(real ? allocate_staging(device_, bytes) : nullptr);
  Stream host(real ? Device{} : device_);
  size_t offset = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const size_t begin = offset;
    int64_t rows = 0;
    for (ConstTensor* t : blocks[i].each) {
      const ConstTensor before = *t;
      if (real) copy_on_host(before, Tensor(at(host_.back(), offset), kept[i], before.shape()), host);
      *t = ConstTensor(at(place.memory, offset), kept[i], before.shape(), device_);
      offset += t->bytes();
      if (before.rank() > 0) rows += before.dim(0);
    }
    if (blocks[i].beside != nullptr) {
      Shape shape = blocks[i].each.front()->shape();
      if (shape.rank() > 0) shape[0] = rows;
      *blocks[i].beside = ConstTensor(at(place.memory, begin), kept[i], shape, device_);
    }
    offset = begin + padded(offset - begin);
  }
}

void LayerStream::bring(int64_t k, Stream& work) {
  Place& place = place_of(k);
  const Shape bytes{static_cast<int64_t>(layer_bytes_)};
  told_->record(work);  // the work that reads the layer there was queued before
  told_->hold(*copies_);
  transfer({.src = ConstTensor(host_[static_cast<size_t>(k - first_)].get(), DType::u8, bytes),
            .dst = Tensor(place.memory.get(), DType::u8, bytes, device_),
            .wait = Transfer::Wait::none},
           *copies_);
  place.arrived->record(*copies_);
  place.arriving = k;
}

void LayerStream::begin(Stream& work) {
  if (!copies_) return;
  for (int64_t k = first_; k < first_ + std::min(layers_, kPlaces); ++k) bring(k, work);
}

void LayerStream::need(int64_t k, Stream& work) {
  if (!copies_ || !travels(k) || place_of(k).arriving != k) return;
  place_of(k).arrived->hold(work);
  place_of(k).arriving = -1;
}

void LayerStream::spend(int64_t k, int64_t next, Stream& work) {
  if (copies_ && travels(k) && travels(next)) bring(next, work);
}

}  // namespace sidestep
