#include "training/step_figures.h"

#include "core/memory.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

/// One block, the widest numbers first, so that each begins aligned.
int64_t bytes_of(const StepFigures::Size& size) { return 16 * size.parameters + 4 * size.micro_steps * (1 + size.batch_size); }

}  // namespace

StepFigures::StepFigures(const Size& size, Device device)
    : size_(size),
      block_(DType::u8, {bytes_of(size)}, device),
      host_(allocate_staging(device, static_cast<size_t>(bytes_of(size))), DType::u8, {bytes_of(size)}),
      factor_(DType::f32, {1}, device),
      proceed_(DType::u8, {1}, device),
      on_device_(views(block_)),
      sent_(device) {}

StepFigures::Views StepFigures::views(const Storage& block) const {
  auto* next = static_cast<std::byte*>(block.tensor().raw());
  const auto part = [&](DType dtype, const Shape& shape) {
    const Tensor view(next, dtype, shape, block.tensor().device());
    next += view.bytes();
    return view;
  };
  Views views;
  views.squares = part(DType::f64, {size_.parameters});
  views.nonfinite = part(DType::i64, {size_.parameters});
  views.losses = part(DType::f32, {size_.micro_steps});
  views.sample_losses = part(DType::f32, {size_.micro_steps, size_.batch_size});
  return views;
}

UnreadLosses StepFigures::next(int64_t samples) {
  const auto index = static_cast<int64_t>(samples_.size());
  samples_.push_back(samples);
  return {on_device_.losses.slice(0, index, index + 1), on_device_.sample_losses.select(0, index).slice(0, 0, samples)};
}

void StepFigures::send(Stream& stream) {
  transfer({block_.view(), host_.tensor(), Transfer::Wait::none}, stream);
  sent_.record(stream);
  sent_samples_ = samples_;
}

StepFigures::Read StepFigures::receive(Stream& stream) const {
  sent_.wait();
  if (stream.device().kind == DeviceKind::cuda) stream.count_wait();
  Read read{.norms = views(host_), .micro_steps = {}};
  for (size_t i = 0; i < sent_samples_.size(); ++i) {
    const float* first = read.norms.sample_losses.select(0, static_cast<int64_t>(i)).data<float>();
    read.micro_steps.push_back(
        {.loss = static_cast<double>(read.norms.losses.data<float>()[i]), .per_sample = {first, first + sent_samples_[i]}});
  }
  return read;
}

}  // namespace sidestep
