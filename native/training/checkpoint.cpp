#include <filesystem>

#include "adapters/adapter_file.h"
#include "core/error.h"
#include "ops/transfer.h"
#include "training/trainer_state.h"

namespace sidestep {

namespace {

namespace fs = std::filesystem;

constexpr const char* kStateFile = "training_state.safetensors";
constexpr const char* kFormat = "sidestep-training-state";
constexpr const char* kVersion = "1";

[[noreturn]] void mismatch(const fs::path& folder, const std::string& what) {
  throw Error("train/state-mismatch", folder.string() + ": " + what,
              "The checkpoint belongs to another run. Start afresh, or fork from it if only settings changed.");
}

/// Lengths of the samples in their order: what positions and crop counts refer to.
std::vector<double> sample_lengths(const RunFiles& files) {
  std::vector<double> lengths;
  for (const SampleHeader& s : files.samples) {
    lengths.push_back(static_cast<double>(s.frames));
    lengths.push_back(static_cast<double>(s.tokens));
  }
  return lengths;
}

Storage as_tensor(const std::vector<double>& values) {
  Storage out(DType::f64, {static_cast<int64_t>(values.size())});
  std::copy(values.begin(), values.end(), out.tensor().data<double>());
  return out;
}

std::vector<double> read_numbers(const SafetensorsFile& file, const std::string& name) {
  const ConstTensor t = file.tensor(name);
  if (t.dtype() != DType::f64) mismatch(file.path().parent_path(), name + " is not F64");
  return {t.data<double>(), t.data<double>() + t.numel()};
}

std::vector<double> position_numbers(const RunPosition& p, const TargetLoss::State& target) {
  return {static_cast<double>(p.global_step),       static_cast<double>(p.epoch),
          static_cast<double>(p.group),             static_cast<double>(p.nonfinite_in_a_row),
          static_cast<double>(p.nonfinite_total),   p.epoch_loss_sum,
          static_cast<double>(p.epoch_updates),     target.scale,
          target.smoothed,                          target.started};
}

RunPosition position_of(const std::vector<double>& n) {
  return {.global_step = static_cast<int64_t>(n[0]),
          .epoch = static_cast<int64_t>(n[1]),
          .group = static_cast<int64_t>(n[2]),
          .nonfinite_in_a_row = static_cast<int64_t>(n[3]),
          .nonfinite_total = static_cast<int64_t>(n[4]),
          .epoch_loss_sum = n[5],
          .epoch_updates = static_cast<int64_t>(n[6])};
}

constexpr size_t kPositionNumbers = 10;

/// Tensors of a device with the names they are saved under.
struct NamedDeviceTensor {
  std::string name;
  Tensor tensor;
};

}  // namespace

static std::vector<NamedDeviceTensor> state_tensors(const AdapterSet& adapters, const Optimizer& optimizer,
                                                    const std::vector<Storage>& average) {
  std::vector<NamedDeviceTensor> out;
  for (const Parameter& p : adapters.parameters()) out.push_back({"param/" + p.name, p.value});
  for (size_t i = 0; i < average.size(); ++i) {
    out.push_back({"ema/" + adapters.parameters()[i].name, average[i].tensor()});
  }
  for (const Optimizer::NamedState& s : optimizer.state()) out.push_back({"optimizer/" + s.name, s.tensor});
  return out;
}

void Trainer::save_adapter(const fs::path& folder, AdapterWeights weights,
                           const std::map<std::string, std::string>& metadata) {
  State& s = *state_;
  if (weights == AdapterWeights::ema && !s.averages()) {
    throw Error("train/option-invalid", "The run keeps no average of the weights", "Set ema_decay.");
  }
  const AdapterSaving saving{.folder = folder, .biases = s.biases, .metadata = metadata};
  if (weights == AdapterWeights::raw || !s.averages()) return sidestep::save_adapter(*s.adapters, saving, s.stream);
  s.use_average();
  try {
    sidestep::save_adapter(*s.adapters, saving, s.stream);
  } catch (...) {
    s.use_raw();
    throw;
  }
  s.use_raw();
}

void Trainer::save(const fs::path& folder, const std::map<std::string, std::string>& metadata) {
  State& s = *state_;
  std::error_code absent;
  fs::remove(folder / kStateFile, absent);  // without it nothing half-written passes for a checkpoint
  save_adapter(folder, AdapterWeights::best, metadata);
  std::vector<Storage> keep;
  std::vector<NamedTensor> tensors;
  const auto add = [&](const std::string& name, Storage storage) {
    keep.push_back(std::move(storage));
    tensors.push_back({name, keep.back().view()});
  };
  for (const NamedDeviceTensor& t : state_tensors(*s.adapters, *s.optimizer, s.average)) add(t.name, to_host(t.tensor, s.stream));
  add("run/position", as_tensor(position_numbers(s.position, s.target_loss.state())));
  add("run/optimizer", as_tensor(s.optimizer->scalars()));
  add("run/adaptive", as_tensor({s.adaptive.state().begin(), s.adaptive.state().end()}));
  add("run/crops", as_tensor(s.crops.state()));
  add("run/samples", as_tensor(sample_lengths(s.files)));
  write_safetensors(folder / kStateFile, tensors,
                    {{"format", kFormat},
                     {"version", kVersion},
                     {"options", s.setup.options.dump()},
                     {"global_step", std::to_string(s.position.global_step)},
                     {"epoch", std::to_string(s.position.epoch)},
                     {"total_steps", std::to_string(s.shape.total_steps)}});
}

static SafetensorsFile open_state(const fs::path& folder) {
  SafetensorsFile file(folder / kStateFile);
  const auto found = file.metadata().find("format");
  if (found == file.metadata().end() || found->second != kFormat) mismatch(folder, "no training state of ours");
  if (file.metadata().at("version") != kVersion) mismatch(folder, "written by another version");
  return file;
}

static void load_tensors(const SafetensorsFile& file, const std::vector<NamedDeviceTensor>& tensors, Stream& stream) {
  const fs::path folder = file.path().parent_path();
  size_t expected = 0;
  for (const NamedDeviceTensor& t : tensors) {
    ++expected;
    if (!file.contains(t.name)) mismatch(folder, "no tensor " + t.name);
    const ConstTensor from = file.tensor(t.name);
    if (!(from.shape() == t.tensor.shape()) || from.dtype() != t.tensor.dtype()) {
      mismatch(folder, t.name + ": expected " + t.tensor.shape().to_string() + ", found " + from.shape().to_string());
    }
  }
  size_t present = 0;
  for (const std::string& name : file.names()) present += name.starts_with("run/") ? 0 : 1;
  if (present != expected) mismatch(folder, "it holds " + std::to_string(present) + " tensors, expected " + std::to_string(expected));
  for (const NamedDeviceTensor& t : tensors) transfer({file.tensor(t.name), t.tensor}, stream);
}

void Trainer::load(const fs::path& folder, Resume resume) {
  State& s = *state_;
  const SafetensorsFile file = open_state(folder);
  const std::vector<double> numbers = read_numbers(file, "run/position");
  if (numbers.size() != kPositionNumbers) mismatch(folder, "run/position has another length");
  const bool same_samples = read_numbers(file, "run/samples") == sample_lengths(s.files);
  if (resume == Resume::exact && !same_samples) mismatch(folder, "it was made with other samples");
  load_tensors(file, state_tensors(*s.adapters, *s.optimizer, s.average), s.stream);
  s.optimizer->set_scalars(read_numbers(file, "run/optimizer"));
  s.adapters->refresh(s.work());
  s.order.clear();
  s.pending.reset();
  s.position = {};
  if (resume == Resume::fork) return;
  s.position = position_of(numbers);
  s.target_loss.set_state({numbers[7], numbers[8], numbers[9]});
  std::array<double, AdaptiveTimesteps::kBins> bins{};
  const std::vector<double> adaptive = read_numbers(file, "run/adaptive");
  if (adaptive.size() != bins.size()) mismatch(folder, "run/adaptive has another length");
  std::copy(adaptive.begin(), adaptive.end(), bins.begin());
  s.adaptive.set_state(bins);
  s.crops.set_state(read_numbers(file, "run/crops"));
}

Json inspect_checkpoint(const fs::path& folder) {
  const SafetensorsFile file = open_state(folder);
  const auto& metadata = file.metadata();
  return Json::Object{{"global_step", Json::parse(metadata.at("global_step"))},
                      {"epoch", Json::parse(metadata.at("epoch"))},
                      {"total_steps", Json::parse(metadata.at("total_steps"))},
                      {"samples", static_cast<int64_t>(read_numbers(file, "run/samples").size() / 2)},
                      {"options", Json::parse(metadata.at("options"))}};
}

}  // namespace sidestep
