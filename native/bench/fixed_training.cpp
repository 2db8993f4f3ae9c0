#include "bench/fixed_training.h"

#include "adapters/adapter_set.h"
#include "core/philox.h"
#include "ops/transfer.h"
#include "training/batch_upload.h"
#include "training/update.h"

namespace sidestep::bench {
namespace {

void fill_normal(const Storage& storage, uint64_t index) {
  float* data = storage.tensor().data<float>();
  for (int64_t i = 0; i < storage.view().numel(); ++i)
    data[i] = normal({.seed = 1, .purpose = Purpose::fixture, .sample = index}, static_cast<uint64_t>(i));
}

Batch random_batch(const PlanRequest& request) {
  Batch batch = blank_batch(request.model, request.batch_size, request.frames, request.tokens);
  batch.frames.assign(batch.frames.size(), request.frames);
  fill_normal(batch.target_latents, 1);
  fill_normal(batch.context_latents, 2);
  fill_normal(batch.encoder_hidden_states, 3);
  return batch;
}

Draws fixed_draws(int64_t batch_size) {
  const auto size = static_cast<size_t>(batch_size);
  Draws draws{.noise = {}, .t = std::vector<float>(size, 0.5F), .dropped = std::vector<uint8_t>(size, 0)};
  for (size_t i = 0; i < size; ++i) draws.noise_keys.push_back({.seed = 1, .purpose = Purpose::noise, .sample = i});
  return draws;
}

}  // namespace

struct FixedTraining::State {
  State(const PlanRequest& r, const MemoryPlan& plan, double rate, Stream& on)
      : request(r),
        learning_rate(rate),
        stream(on),
        arena(on.device(), plan.arena_bytes),
        work{arena, on},
        model(r.model, Weights::random(1, r.compute_dtype, on).in_precision(r.base)),
        adapters(model, r.adapter),
        upload(on.device(), plan.batch_bytes / BatchUpload::kBatches),
        batch(upload.send(random_batch(r))),
        draws(fixed_draws(r.batch_size)),
        staging(on.device()) {
    adapters.initialise(1, work);
    adapters.refresh(work);
    model.reserve(r.frames, on);
    optimizer = make_optimizer(r.optimizer, adapters.parameters(), on);
    const sidestep::StepFigures::Size size{
        .micro_steps = 1, .batch_size = r.batch_size, .parameters = static_cast<int64_t>(adapters.parameters().size())};
    figures = std::make_unique<sidestep::StepFigures>(size, on.device());
    began = values();
  }

  std::vector<double> values() {
    std::vector<double> all;
    for (const Parameter& p : adapters.parameters()) {
      const Storage host = to_host(p.value, stream);
      const float* data = host.view().data<float>();
      all.insert(all.end(), data, data + p.value.numel());
    }
    return all;
  }

  const PlanRequest request;
  const double learning_rate;
  Stream& stream;
  Arena arena;
  const Workspace work;
  Dit model;
  AdapterSet adapters;
  const BatchUpload upload;
  const Batch batch;
  const Draws draws;
  const Staging staging;
  StepRecordings recordings;
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<sidestep::StepFigures> figures;
  std::vector<double> began;
};

FixedTraining::FixedTraining(const PlanRequest& request, const MemoryPlan& plan, double learning_rate, Stream& stream)
    : state_(std::make_unique<State>(request, plan, learning_rate, stream)) {}

FixedTraining::~FixedTraining() = default;

double FixedTraining::step() {
  State& s = *state_;
  s.figures->begin();
  run_micro_step({.model = s.model,
                  .batch = s.batch,
                  .draws = s.draws,
                  .loss = s.request.loss,
                  .pass = {.mode = PassContext::Mode::training},
                  .kept = s.request.kept,
                  .unread = s.figures->next(s.request.batch_size),
                  .staging = &s.staging,
                  .recordings = &s.recordings},
                 s.work);
  queue_update({.adapters = s.adapters, .optimizer = *s.optimizer, .learning_rate = s.learning_rate}, *s.figures, s.work);
  return s.figures->read(s.stream).micro_steps.front().loss;
}

std::vector<double> FixedTraining::movement() {
  std::vector<double> moved = state_->values();
  for (size_t i = 0; i < moved.size(); ++i) moved[i] -= state_->began[i];
  return moved;
}

}  // namespace sidestep::bench
