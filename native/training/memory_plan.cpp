#include "training/memory_plan.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "ops/card_overhead.h"
#include "training/batch_upload.h"
#include "training/planned_step.h"

namespace sidestep {

Batch blank_batch(const DitConfig& model, int64_t batch_size, int64_t frames, int64_t tokens) {
  Batch batch;
  batch.target_latents = Storage(DType::f32, {batch_size, frames, model.audio_acoustic_hidden_dim});
  batch.context_latents = Storage(DType::f32, {batch_size, frames, model.context_channels()});
  batch.encoder_hidden_states = Storage(DType::f32, {batch_size, tokens, model.condition_size});
  batch.frames.assign(static_cast<size_t>(batch_size), frames);
  batch.tokens.assign(static_cast<size_t>(batch_size), tokens);
  // Unequal lengths also need a key mask; the plan covers them.
  if (batch_size > 1 && frames > 1) batch.frames.back() = frames - 1;
  if (batch_size > 1 && tokens > 1) batch.tokens.back() = tokens - 1;
  batch.names.assign(static_cast<size_t>(batch_size), "planned");
  return batch;
}

size_t PlanRequest::input_bytes() const {
  const int64_t patches = (frames + model.patch_size - 1) / model.patch_size;
  return static_cast<size_t>(batch_size * patches * model.stack.hidden_size) * dtype_size(compute_dtype);
}

bool PlanRequest::can_stream() const {
  return device == DeviceKind::cuda && adapter.type != AdapterType::dora && !adapter.lycoris.weight_decompose;
}

int64_t Recomputation::whole_layers() const {
  return std::count_if(kept.begin(), kept.end(), [](KeptParts parts) { return parts.all(); });
}
int64_t Recomputation::partial_layers() const {
  return std::count_if(kept.begin(), kept.end(), [](KeptParts parts) { return !parts.all() && parts.count() > 0; });
}

namespace {

/// One part of one layer, and what keeping it brings.
struct Candidate {
  int64_t layer = 0;
  bool KeptParts::*part = nullptr;
  double flops_per_byte = 0;
};
constexpr bool KeptParts::*kParts[] = {&KeptParts::self_attn, &KeptParts::cross_attn, &KeptParts::mlp};

/// One imagined step, asked what it takes with more or less kept.
class Planning {
 public:
  explicit Planning(const PlanRequest& request) : request_(request), step_(request) {}

  MemoryPlan plan(const KeptLayers& kept) {
    const PlannedStep::Passes passes = step_.measure(kept);
    MemoryPlan plan = around();
    plan.arena_bytes = passes.arena_bytes;
    plan.sampling_bytes = request_.clip_bytes > plan.arena_bytes ? request_.clip_bytes - plan.arena_bytes : 0;
    plan.flops_per_micro_step = passes.flops;
    plan.recomputation.work_saved = 1 - passes.flops / step_.measure(alike(kKeepNothing)).flops;
    for (int64_t i = 0; i < layers(); ++i) plan.recomputation.kept.push_back(kept_parts(kept, i, layers()));
    return plan;
  }

  KeptLayers choose(size_t total_bytes) {
    if (fits({}, total_bytes)) return with_derived(total_bytes);
    const std::vector<Candidate> ranked = candidates();
    const auto first = [&](size_t count) {
      KeptLayers kept = alike(kKeepNothing);
      for (size_t i = 0; i < count; ++i) kept[static_cast<size_t>(ranked[i].layer)].*ranked[i].part = true;
      return kept;
    };
    size_t fitting = 0, too_many = ranked.size();  // all of them do not fit
    while (too_many - fitting > 1) {
      const size_t middle = (fitting + too_many) / 2;
      (fits(first(middle), total_bytes) ? fitting : too_many) = middle;
    }
    return first(fitting);
  }

 private:
  int64_t layers() const { return request_.model.stack.num_layers(); }
  KeptLayers alike(KeptParts parts) const { return KeptLayers(static_cast<size_t>(layers()), parts); }

  /// All but what depends on what is kept.
  MemoryPlan around() const {
    MemoryPlan plan;
    plan.weights_bytes = step_.model().owned_bytes();
    plan.trained_parameters = step_.adapters().parameter_count();
    plan.adapted_modules = static_cast<int64_t>(step_.adapters().modules().size());
    plan.adapter_bytes = step_.adapters().bytes();
    plan.optimizer_bytes = step_.optimizer().state_bytes();
    plan.ema_bytes = request_.average == Average::ema ? sizeof(float) * static_cast<size_t>(plan.trained_parameters) : 0;
    plan.batch_bytes = BatchUpload::planned_bytes(request_.device, step_.batch());
    plan.overhead_bytes = training_overhead(request_.device, request_.ranks);
    plan.streamed_layers = request_.streamed_layers;
    plan.streamed_bytes = step_.model().streamed_bytes();
    plan.host_bytes =
        plan.streamed_bytes + (request_.offloads() ? ActivationOffload::host_bytes(layers(), request_.input_bytes()) : 0);
    return plan;
  }

  /// All of all layers, and of as many as fit what is derived of it: a pass over memory each, which a card would rather spare. A
  /// CPU is busy with arithmetic, and its memory is shared with other programs.
  KeptLayers with_derived(size_t total_bytes) {
    if (request_.device != DeviceKind::cuda) return {};
    const auto first = [&](int64_t count) {
      KeptLayers kept = alike({});
      for (int64_t i = 0; i < count; ++i) kept[static_cast<size_t>(i)].derived = true;
      return kept;
    };
    int64_t fitting = 0, too_many = layers() + 1;
    while (too_many - fitting > 1) {
      const int64_t middle = (fitting + too_many) / 2;
      (fits(first(middle), total_bytes) ? fitting : too_many) = middle;
    }
    return first(fitting);
  }

  bool fits(const KeptLayers& kept, size_t total_bytes) {
    const size_t arena = std::max(step_.measure(kept).arena_bytes, request_.clip_bytes);
    return around().total_bytes() + arena <= total_bytes;
  }

  /// The best first. Layers of one kind are worth the same: one of each is measured, against a step that keeps everything.
  std::vector<Candidate> candidates() {
    std::map<int64_t, std::vector<double>> worth;  // by window
    const PlannedStep::Passes everything = step_.measure({});
    std::vector<Candidate> all;
    for (int64_t layer = layers() - 2; layer >= 0; --layer) {
      std::vector<double>& parts = worth[request_.model.stack.windows[static_cast<size_t>(layer)]];
      for (size_t i = 0; i < std::size(kParts); ++i) {
        if (parts.size() <= i) parts.push_back(worth_of(layer, kParts[i], everything));
        all.push_back({layer, kParts[i], parts[i]});
      }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Candidate& a, const Candidate& b) { return a.flops_per_byte > b.flops_per_byte; });
    return all;
  }

  double worth_of(int64_t layer, bool KeptParts::*part, const PlannedStep::Passes& everything) {
    KeptLayers without = alike({});
    without[static_cast<size_t>(layer)].*part = false;
    const PlannedStep::Passes passes = step_.measure(without);
    const double bytes = static_cast<double>(everything.arena_bytes) - static_cast<double>(passes.arena_bytes);
    return (passes.flops - everything.flops) / std::max(1.0, bytes);
  }

  const PlanRequest& request_;
  PlannedStep step_;
};

}  // namespace

MemoryPlan plan_memory(const PlanRequest& request) { return Planning(request).plan(request.kept); }

MemoryPlan plan_within(const PlanRequest& request, size_t total_bytes) {
  Planning planning(request);
  return planning.plan(planning.choose(total_bytes));
}

int64_t choose_streamed(const PlanRequest& request, size_t total_bytes) {
  const int64_t layers = request.model.stack.num_layers();
  const auto fits = [&](int64_t streamed) {
    PlanRequest least = request;
    least.streamed_layers = streamed;
    least.kept = KeptLayers(static_cast<size_t>(layers), kKeepNothing);
    return plan_memory(least).total_bytes() <= total_bytes;
  };
  if (!request.can_stream() || fits(0) || !fits(layers)) return 0;
  int64_t too_few = 0, enough = layers;
  while (enough - too_few > 1) {
    const int64_t middle = (too_few + enough) / 2;
    (fits(middle) ? enough : too_few) = middle;
  }
  return enough;
}

size_t keeping_budget(size_t limit_bytes, DeviceKind device) {
  return device == DeviceKind::cpu ? limit_bytes - limit_bytes / 4 : limit_bytes;
}

}  // namespace sidestep
