#include "training/micro_step.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "core/error.h"
#include "core/rel_l2.h"
#include "ops/elementwise.h"
#include "ops/flow.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

enum class Prediction : uint8_t { keep, discard };

/// The batch on the device, noised. f32 but for what the model converts itself.
struct NoisedBatch {
  Tensor context, condition, x_t, velocity, t, weights, lengths, step_counter;
};

/// Into the arena, where recorded passes find it: from the host, or from where the batch arrived on the device.
Tensor upload(ConstTensor from, Workspace work) {
  const Tensor out = work.arena.alloc(from.dtype(), from.shape());
  transfer({from, out}, work.stream);
  return out;
}

/// The step's own few numbers on their way up. From ordinary memory the card's queue would have to be waited for.
struct Numbers {
  const Staging* staging;
  Workspace work;
  std::shared_ptr<Event> sent = std::make_shared<Event>(work.stream.device());
  std::vector<Storage> held{};  ///< until `sent` is recorded: before that, no one would wait for it

  template <typename T>
  Tensor upload(const std::vector<T>& values) {
    const Shape shape{static_cast<int64_t>(values.size())};
    const Storage host = staging != nullptr ? staging->take(DTypeOf<T>::value, shape, sent) : Storage(DTypeOf<T>::value, shape);
    std::copy(values.begin(), values.end(), host.tensor().template data<T>());
    held.push_back(host);
    return sidestep::upload(host.view(), work);
  }
};

Tensor noise_of(const MicroStep& step, Workspace work) {
  if (step.draws.noise) return upload(step.draws.noise, work);
  const Shape shape = step.batch.target_latents.view().shape();
  const Tensor noise = work.arena.alloc(DType::f32, shape);
  for (int64_t b = 0; b < shape[0]; ++b) {
    normal_fill({noise.select(0, b), step.draws.noise_keys[static_cast<size_t>(b)]}, work.stream);
  }
  return noise;
}

/// The null condition replaces every token of a dropped sample.
void drop_conditions(const MicroStep& step, Tensor condition, Stream& stream) {
  for (int64_t b = 0; b < condition.dim(0); ++b) {
    if (step.draws.dropped[static_cast<size_t>(b)] == 0) continue;
    const ConstTensor null = step.model.null_condition();
    if (!null) {
      throw Error("train/null-condition-missing", "Condition dropout needs the model's null condition",
                  "The checkpoint has no null_condition_emb; set cfg_dropout: 0.");
    }
    const Shape rows{condition.dim(1), null.numel()}, repeat{0, 1};
    copy({ConstTensor(null.raw(), null.dtype(), rows, repeat, null.device()), condition.select(0, b)}, stream);
  }
}

std::vector<float> weights_of(const MicroStep& step) {
  std::vector<float> weights;
  for (const float t : step.draws.t) {
    weights.push_back(static_cast<float>(min_snr_weight(static_cast<double>(t), step.loss.snr_gamma)));
  }
  return weights;
}

void upload_numbers(const MicroStep& step, NoisedBatch& out, Workspace work) {
  Numbers numbers{step.staging, work};
  out.t = numbers.upload(step.draws.t);
  if (step.loss.loss_weighting == LossWeighting::min_snr) out.weights = numbers.upload(weights_of(step));
  if (step.loss.padding == Padding::masked) out.lengths = numbers.upload(step.batch.frames);
  out.step_counter = numbers.upload(std::vector<int64_t>{static_cast<int64_t>(step.pass.micro_step)});
  numbers.sent->record(work.stream);
}

NoisedBatch noise_batch(const MicroStep& step, Workspace work) {
  NoisedBatch out;
  const auto& passage = step.batch.passage;
  if (passage) passage->arrived.hold(work.stream);
  const Shape shape = step.batch.target_latents.view().shape();
  out.context = upload(step.batch.context_latents.view(), work);
  out.condition = upload(step.batch.encoder_hidden_states.view(), work);
  drop_conditions(step, out.condition, work.stream);
  upload_numbers(step, out, work);
  out.x_t = work.arena.alloc(DType::f32, shape);
  out.velocity = work.arena.alloc(DType::f32, shape);
  const Arena::Scope scope(work.arena);
  flow_interpolate({.x0 = upload(step.batch.target_latents.view(), work),
                    .x1 = noise_of(step, work),
                    .t = out.t,
                    .x_t = out.x_t,
                    .velocity = out.velocity},
                   work.stream);
  if (passage) passage->read.record(work.stream);
  return out;
}

/// Whether batching added anything, which must then be masked.
bool uneven(const std::vector<int64_t>& lengths) {
  return std::any_of(lengths.begin(), lengths.end(), [&](int64_t length) { return length != lengths.front(); });
}

DitInput model_input(const MicroStep& step, const NoisedBatch& noised) {
  DitInput input{.x_t = noised.x_t, .context = noised.context, .condition = noised.condition, .t = noised.t, .r = noised.t};
  if (step.loss.padding == Padding::upstream) return input;
  if (uneven(step.batch.frames)) input.valid_frames = step.batch.frames;
  if (uneven(step.batch.tokens)) input.valid_tokens = step.batch.tokens;
  return input;
}

/// [1 + B]: the loss, then each sample's.
MicroResult read_result(const Tensor& losses, Stream& stream) {
  const Storage host = to_host(losses, stream);
  const float *first = host.view().data<float>(), *end = first + losses.numel();
  return {.loss = static_cast<double>(*first), .per_sample = {first + 1, end}};
}

void leave_unread(const Tensor& losses, const UnreadLosses& unread, Stream& stream) {
  transfer({losses.slice(0, 0, 1), unread.loss}, stream);
  transfer({losses.slice(0, 1, losses.numel()), unread.per_sample}, stream);
}

void check_draws(const MicroStep& step) {
  const auto size = static_cast<size_t>(step.batch.size());
  const bool noise = step.draws.noise ? step.draws.noise.shape() == step.batch.target_latents.view().shape()
                                      : step.draws.noise_keys.size() == size;
  if (noise && step.draws.t.size() == size && step.draws.dropped.size() == size) return;
  throw Error("native/shape-mismatch", "A micro-batch of " + std::to_string(size) +
                                           " samples needs as many timesteps, "
                                           "dropout flags and noises of its shape");
}

/// All that decides what the passes queue, but for what they read from memory.
std::string kind_of(const MicroStep& step, const NoisedBatch& noised, const DitInput& input, const Arena& arena) {
  std::ostringstream kind;
  kind << noised.x_t.shape().to_string() << noised.condition.shape().to_string() << " arena " << arena.used() << " scale "
       << step.grad_scale << " seed " << step.pass.seed << " kept ";
  for (const KeptParts parts : step.kept) kind << parts.self_attn << parts.cross_attn << parts.mlp << parts.derived;
  kind << " frames";
  for (const int64_t length : input.valid_frames) kind << ' ' << length;
  kind << " tokens";
  for (const int64_t length : input.valid_tokens) kind << ' ' << length;
  return kind.str();
}

/// The passes of one micro-batch over what has been uploaded.
struct MicroPasses {
  const MicroStep& step;
  Workspace work;
  const NoisedBatch& noised;
  const DitInput input;
  const PassContext pass;
  const bool learns;
  Tensor pred, dpred, losses;
  MicroResult result{};
  DitTape tape{};
  std::optional<Arena::Scope> activations{};

  void forward() {
    activations.reset();
    activations.emplace(work.arena);
    tape = {};
    tape.kept = step.kept;
    tape.offload = step.offload;
    if (learns)
      step.model.forward(input, pred, tape, pass, work.arena, work.stream);
    else
      step.model.forward(input, pred, pass, work.arena, work.stream);
    flow_loss({.pred = pred,
               .velocity = noised.velocity,
               .weights = noised.weights,
               .lengths = noised.lengths,
               .per_sample = losses.slice(0, 1, losses.numel()),
               .loss = losses.slice(0, 0, 1),
               .dpred = dpred,
               .grad_scale = static_cast<float>(step.grad_scale)},
              work.stream);
  }
  /// A loss that is no number has no gradient worth having: the accumulated ones stay clean.
  bool worth_learning() {
    if (step.unread) return learns;
    result = read_result(losses, work.stream);
    if (step.on_loss) step.on_loss(result);
    return learns && std::isfinite(result.loss);
  }
  void backward() { step.model.backward(dpred, tape, pass, work.arena, work.stream); }
};

MicroResult run(const MicroStep& step, Prediction prediction, Workspace work) {
  check_draws(step);
  const Arena::Scope scope(work.arena);
  const NoisedBatch noised = noise_batch(step, work);
  const bool learns = step.gradients == MicroStep::Gradients::accumulate;
  PassContext pass = step.pass;
  pass.step_counter = noised.step_counter;
  MicroPasses passes{
      .step = step, .work = work, .noised = noised, .input = model_input(step, noised), .pass = pass, .learns = learns};
  passes.pred = work.arena.alloc(DType::f32, noised.x_t.shape());
  if (learns) passes.dpred = work.arena.alloc(DType::f32, passes.pred.shape());
  passes.losses = work.arena.alloc(DType::f32, {1 + step.batch.size()});
  const bool repeats = learns && step.recordings != nullptr && records(work.stream) && work.stream.tally() == nullptr;
  if (repeats) {
    step.recordings->run(kind_of(step, noised, passes.input, work.arena),
                         {[&] { passes.forward(); }, [&] { return passes.worth_learning(); }, [&] { passes.backward(); }},
                         work.stream);
  } else {
    passes.forward();
    if (passes.worth_learning()) passes.backward();
  }
  if (step.unread) leave_unread(passes.losses, step.unread, work.stream);
  if (prediction == Prediction::keep) passes.result.pred = to_host(passes.pred, work.stream);
  return std::move(passes.result);
}

}  // namespace

double min_snr_weight(double t, double gamma) {
  const double clamped = std::clamp(t, 1e-4, 1 - 1e-4);
  const double ratio = (1 - clamped) / clamped;
  const double snr = std::min(ratio * ratio, 1e6);
  return std::min(snr, gamma) / std::max(snr, 1e-6);
}

std::string first_nonfinite(const MicroStep& step, const std::vector<Parameter>& parameters, Workspace work) {
  const auto has_nonfinite = [&](ConstTensor t) {
    const Storage host = to_host(t, work.stream);
    for (int64_t i = 0; i < t.numel(); ++i) {
      if (!std::isfinite(element_at(host.view(), i))) return true;
    }
    return false;
  };
  for (const Parameter& p : parameters) {
    if (has_nonfinite(p.value)) return p.name;
  }
  const Arena::Scope scope(work.arena);
  const NoisedBatch noised = noise_batch(step, work);
  const Tensor pred = work.arena.alloc(DType::f32, noised.x_t.shape());
  std::string found;
  step.model.forward(model_input(step, noised), pred, step.pass, work.arena, work.stream,
                     [&](std::string_view name, ConstTensor value) {
                       if (found.empty() && has_nonfinite(value)) found = name;
                     });
  return found.empty() ? "loss" : found;
}

MicroResult run_micro_step(const MicroStep& step, Workspace work) { return run(step, Prediction::discard, work); }
MicroResult run_recorded_step(const MicroStep& step, Workspace work) { return run(step, Prediction::keep, work); }

}  // namespace sidestep
