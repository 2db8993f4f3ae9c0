#include <filesystem>

#include "adapters/adapter_file.h"
#include "core/error.h"
#include "core/path_text.h"
#include "core/platform/file.h"
#include "ops/transfer.h"
#include "training/trainer_state.h"

namespace sidestep {

namespace {

namespace fs = std::filesystem;

constexpr const char* kStateFile = "training_state.safetensors";
constexpr const char* kFormat = "sidestep-training-state";
constexpr const char* kVersion = "1";

[[noreturn]] void mismatch(const fs::path& folder, const std::string& what) {
  throw Error("train/state-mismatch", utf8_of(folder) + ": " + what,
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

}  // namespace

std::vector<NamedDeviceTensor> Trainer::State::saved_tensors() const {
  std::vector<NamedDeviceTensor> out;
  for (const Parameter& p : adapters->parameters()) out.push_back({"param/" + p.name, p.value});
  const std::vector<Storage>& averages = average->values();
  for (size_t i = 0; i < averages.size(); ++i) {
    out.push_back({"ema/" + adapters->parameters()[i].name, averages[i].tensor()});
  }
  for (const Optimizer::NamedState& s : optimizer->state()) out.push_back({"optimizer/" + s.name, s.tensor});
  return out;
}

std::vector<NamedNumbers> Trainer::State::saved_numbers() const {
  std::vector<NamedNumbers> out = progress.numbers();
  out.insert(out.begin() + 1, {"run/optimizer", optimizer->scalars()});
  out.push_back({"run/crops", batches.crops().state()});
  return out;
}

/// The run goes on where `read` says, of each name that `saved_numbers` has.
void Trainer::State::set_numbers(const std::function<std::vector<double>(const std::string& name)>& read) {
  progress.set_numbers(read);
  CropSampler crops = batches.crops();
  crops.set_state(read("run/crops"));
  batches.set_crops(std::move(crops));
}

void Trainer::save_adapter(const fs::path& folder, AdapterWeights weights, const std::map<std::string, std::string>& metadata) {
  State& s = *state_;
  if (weights == AdapterWeights::ema && !s.average->kept()) {
    throw Error("train/option-invalid", "The run keeps no average of the weights", "Set ema_decay.");
  }
  const AdapterSaving saving{.folder = folder, .biases = s.biases, .metadata = metadata};
  const ReliefScope scope = s.memory.relief();
  const auto write = [&] { sidestep::save_adapter(*s.adapters, saving, s.stream); };
  if (weights == AdapterWeights::raw)
    write();
  else
    s.average->use_during(write, s.work());
  s.memory.end_shortage();
}

void Trainer::save(const fs::path& folder, const std::map<std::string, std::string>& metadata) {
  State& s = *state_;
  s.wait_for_device();
  platform::remove_file(folder / kStateFile);  // without it nothing half-written passes for a checkpoint
  save_adapter(folder, AdapterWeights::best, metadata);
  std::vector<Storage> keep;
  std::vector<NamedTensor> tensors;
  const auto add = [&](const std::string& name, Storage storage) {
    keep.push_back(std::move(storage));
    tensors.push_back({name, keep.back().view()});
  };
  for (const NamedDeviceTensor& t : s.saved_tensors()) add(t.name, to_host(t.tensor, s.stream));
  for (const NamedNumbers& n : s.saved_numbers()) add(n.name, as_tensor(n.values));
  add("run/samples", as_tensor(sample_lengths(s.run.files)));
  write_safetensors(folder / kStateFile, tensors,
                    {{"format", kFormat},
                     {"version", kVersion},
                     {"options", s.run.setup.options.dump()},
                     {"global_step", std::to_string(s.progress.position().global_step)},
                     {"epoch", std::to_string(s.progress.position().epoch)},
                     {"total_steps", std::to_string(s.run.shape.total_steps)}});
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
  if (present != expected)
    mismatch(folder, "it holds " + std::to_string(present) + " tensors, expected " + std::to_string(expected));
  for (const NamedDeviceTensor& t : tensors) transfer({file.tensor(t.name), t.tensor}, stream);
}

void Trainer::load(const fs::path& folder, Resume resume) {
  State& s = *state_;
  const SafetensorsFile file = open_state(folder);
  const std::vector<double> numbers = read_numbers(file, "run/position");
  if (numbers.size() != RunProgress::kPositionNumbers) mismatch(folder, "run/position has another length");
  const bool same_samples = read_numbers(file, "run/samples") == sample_lengths(s.run.files);
  if (resume == Resume::exact && !same_samples) mismatch(folder, "it was made with other samples");
  s.others_know = false;
  s.wait_for_device();
  s.queued_next.reset();
  const ReliefScope scope = s.memory.relief();
  load_tensors(file, s.saved_tensors(), s.stream);
  s.optimizer->set_scalars(read_numbers(file, "run/optimizer"));
  s.adapters->refresh(s.work());
  s.batches.reset();
  s.progress.reset_position();
  s.memory.end_shortage();
  if (resume == Resume::fork) return;
  s.set_numbers([&](const std::string& name) { return read_numbers(file, name); });
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
