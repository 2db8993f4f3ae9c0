#include "training/trainer.h"

#include <algorithm>

#include "core/error.h"
#include "ops/cuda_plugin.h"
#include "training/trainer_state.h"

namespace sidestep {

namespace {

/// Said before a model is read.
void expect_tensor_cores(BasePrecision base, const Stream& stream) {
  const std::optional<CodeFormat> format = format_of(base);
  if (!format || stream.device().kind != DeviceKind::cuda) return;
  const CudaDevice card = cuda_plugin().describe(stream.device().index);
  const auto text = [](int times_ten) { return std::to_string(times_ten / 10) + "." + std::to_string(times_ten % 10); };
  if (card.compute_capability >= least_capability(*format)) return;
  throw Error(
      "native/device-unavailable",
      std::string(base == BasePrecision::fp8 ? "base_precision: fp8" : "base_precision: int8") +
          " needs a card of compute capability " + text(least_capability(*format)) + " or newer; " + card.name + " has " +
          text(card.compute_capability),
      "Set base_precision: int8, which every card that the engine computes on multiplies, or 8bit, which only saves memory.");
}

TrainerSetup on_device(TrainerSetup setup, DeviceKind device) {
  setup.device = device;
  return setup;
}

}  // namespace

Trainer::State::State(const TrainerSetup& setup, Stream& device_stream)
    : stream(device_stream),
      run(on_device(setup, device_stream.device().kind), read_run_files(setup)),
      memory(run, stream),
      progress(run),
      batches(run, stream.device(), memory.plan().batch_bytes / BatchUpload::kBatches),
      numbers(stream.device()) {
  expect_tensor_cores(options().base_precision, stream);
  const WeightFiles weights = WeightFiles::open(setup.model_folder);
  const StackConfig& stack = run.files.model.stack;
  const int64_t streamed = memory.plan().streamed_layers;
  run.setup.streamed_layers = streamed;  // whatever is planned again while the run goes on
  model = std::make_unique<Dit>(
      run.files.model, Weights::from_files(weights, "", setup.compute_dtype, stream).in_precision(options().base_precision),
      NullCondition::load, stack.num_layers() - streamed);
  model->reserve(std::max(run.shape.longest_frames, setup.longest_clip ? setup.longest_clip->frames : 0), stream);
  for (const std::string& name : weights.names()) {
    if (!name.starts_with("decoder.") || !name.ends_with(".bias")) continue;
    biases[name.substr(std::string("decoder.").size())] = weights.tensor(name);
  }
  bias_source = std::make_shared<WeightFiles>(weights);
  adapters = std::make_unique<AdapterSet>(*model, options().adapter);
  average = std::make_unique<WeightAverage>(*adapters, options().ema_decay, stream);
  take_memory();
}

Trainer::State::~State() {
  try {
    wait_for_device();
  } catch (const std::exception&) {  // a card that fails has said so, or no one asks any more
  }
}

Trainer::Trainer(const TrainerSetup& setup, Stream& stream) : state_(std::make_unique<State>(setup, stream)) {}
Trainer::~Trainer() = default;

const TrainOptions& Trainer::options() const { return state_->options(); }
const RunShape& Trainer::shape() const { return state_->run.shape; }
const MemoryPlan& Trainer::memory() const { return state_->memory.plan(); }
int64_t Trainer::global_step() const { return state_->progress.position().global_step; }
bool Trainer::finished() const { return state_->progress.finished(); }

std::vector<std::string> Trainer::modules() const {
  std::vector<std::string> names;
  for (const AdapterSet::Module& module : state_->adapters->modules()) names.push_back(module.name);
  return names;
}

}  // namespace sidestep
