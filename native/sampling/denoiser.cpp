#include "sampling/denoiser.h"

#include <algorithm>

#include "core/error.h"
#include "ops/elementwise.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

/// A host matrix as one sample on the device.
Tensor upload(ConstTensor host, Workspace work) {
  const Tensor out = work.arena.alloc(host.dtype(), {1, host.dim(0), host.dim(1)});
  transfer({host.reshape(out.shape()), out}, work.stream);
  return out;
}

void expect_inputs(const Dit& model, const DenoiserInput& input) {
  const DitConfig& c = model.config();
  const auto fits = [](const ConstTensor& t, int64_t width) { return t && t.rank() == 2 && t.dim(0) > 0 && t.dim(1) == width; };
  if (fits(input.condition, c.condition_size) && fits(input.context, c.context_channels())) return;
  const auto found = [](const ConstTensor& t) { return t ? t.shape().to_string() : std::string("nothing"); };
  throw Error("native/shape-mismatch", "generate: expected a condition [tokens, " + std::to_string(c.condition_size) +
                                           "] and context latents [frames, " + std::to_string(c.context_channels()) +
                                           "], found " + found(input.condition) + " and " + found(input.context));
}

}  // namespace

Denoiser::Denoiser(Dit& model, const DenoiserInput& input, Workspace work)
    : model_(model), work_(work), scope_(work.arena), pass_{.strength = input.strength}, halves_(input.halves) {
  expect_inputs(model, input);
  const int64_t frames = input.context.dim(0), at_once = input.guided && halves_ == HalvesRun::together ? 2 : 1;
  model.reserve(frames, work.stream);
  host_x_ = Storage(DType::f32, {1, frames, channels()});
  host_v_ = Storage(DType::f32, {1, frames, channels()});
  host_t_ = Storage(DType::f32, {at_once});
  context_ = work.arena.alloc(DType::f32, {at_once, frames, model.config().context_channels()});
  for (int64_t i = 0; i < at_once; ++i) transfer({input.context, context_.select(0, i)}, work.stream);
  x_ = work.arena.alloc(DType::f32, {at_once, frames, channels()});
  v_ = work.arena.alloc(DType::f32, {at_once, frames, channels()});
  t_ = work.arena.alloc(DType::f32, {at_once});
  const Tensor condition = upload(input.condition, work);
  condition_ = model.condition_keys(condition, {}, pass_, work.arena, work.stream);
  if (!input.guided) return;
  const ConstTensor null = model.null_condition();
  if (!null) {
    throw Error("generate/null-condition-missing",
                "Guidance needs the model's null condition, which the checkpoint does not have",
                "It is the tensor null_condition_emb; without it set `guidance_scale: 1`, which is no guidance.");
  }
  null_ = model.condition_keys(null.reshape({1, 1, null.numel()}), {}, pass_, work.arena, work.stream);
}

void Denoiser::predict(std::span<const float> x, float t, Halves halves, Velocities& out) {
  std::copy(x.begin(), x.end(), host_x_.tensor().data<float>());
  std::fill_n(host_t_.tensor().data<float>(), host_t_.tensor().numel(), t);
  transfer({host_t_.view(), t_}, work_.stream);
  for (int64_t i = 0; i < x_.dim(0); ++i) transfer({host_x_.view().select(0, 0), x_.select(0, i)}, work_.stream);
  out.null.clear();
  if (halves == Halves::conditional) return evaluate({&condition_}, {&out.cond});
  if (halves_ == HalvesRun::together) return evaluate({&condition_, &null_}, {&out.cond, &out.null});
  evaluate({&condition_}, {&out.cond});
  evaluate({&null_}, {&out.null});
}

void Denoiser::evaluate(const std::vector<const ConditionKeys*>& keys, const std::vector<std::vector<float>*>& out) {
  const auto count = static_cast<int64_t>(keys.size());
  const ConstTensor t = t_.slice(0, 0, count);
  const DitInput input{
      .x_t = x_.slice(0, 0, count), .context = context_.slice(0, 0, count), .condition = {}, .t = t, .r = t, .keys = keys};
  model_.forward(input, v_.slice(0, 0, count), pass_, work_.arena, work_.stream);
  for (size_t i = 0; i < keys.size(); ++i) {
    transfer({v_.slice(0, static_cast<int64_t>(i), static_cast<int64_t>(i) + 1), host_v_.tensor()}, work_.stream);
    const float* v = host_v_.view().data<float>();
    out[i]->assign(v, v + host_v_.view().numel());
  }
}

}  // namespace sidestep
