#include "sampling/generator.h"

#include <cmath>

#include "core/error.h"
#include "core/path_text.h"
#include "core/rel_l2.h"

namespace sidestep {

namespace {

/// A bias saved in 16 bits differs from the model's by its rounding.
constexpr double kRounding = 1.0 / 128;

double largest_difference(const ConstTensor& a, const ConstTensor& b) {
  if (a.numel() != b.numel()) return INFINITY;
  double largest = 0;
  for (int64_t i = 0; i < a.numel(); ++i) {
    largest = std::max(largest, std::abs(element_at(a, i) - element_at(b, i)) / std::max(1e-3, std::abs(element_at(b, i))));
  }
  return largest;
}

/// Upstream freezes biases and saves them all the same.
void expect_frozen_biases(const AdapterFile& adapter, const WeightFiles& model) {
  for (const auto& [name, bias] : adapter.biases) {
    const std::string full = "decoder." + name;
    if (model.contains(full) && largest_difference(bias, model.tensor(full)) <= kRounding) continue;
    throw Error(
        "adapter/biases-trained", utf8_of(adapter.file.path()) + " holds a " + name + " that is not the model's",
        "An adapter that changes biases cannot be heard in a model's slots: merge it, and generate with the merged model.");
  }
}

}  // namespace

Generator::Generator(const GeneratorSetup& setup, Stream& stream)
    : stream_(stream), config_(dit_config(read_config(setup.model_folder))), compute_dtype_(setup.compute_dtype) {
  const WeightFiles files = WeightFiles::open(setup.model_folder);
  stored_ = kept_dtype(setup.model_folder, "decoder.", compute_dtype_, stream.device().kind);
  std::optional<AdapterFile> adapter;
  if (setup.adapter) {
    adapter = open_adapter(*setup.adapter);
    expect_frozen_biases(*adapter, files);
    adapter_config_ = adapter->config;
  }
  const bool has_null = files.contains("null_condition_emb");
  model_ = std::make_unique<Dit>(config_, Weights::from_files(files, "", compute_dtype_, stream),
                                 has_null ? NullCondition::load : NullCondition::skip);
  if (!adapter) return;
  adapters_ = std::make_unique<AdapterSet>(*model_, adapter->config);
  const GenerationPlan plan = plan_generation({.model = config_,
                                               .compute_dtype = compute_dtype_,
                                               .stored = stored_,
                                               .adapter = adapter_config_,
                                               .frames = 1,
                                               .tokens = 1});
  Arena arena(stream.device(), plan.arena_bytes);
  load_adapter(*adapter, *adapters_, {arena, stream});
}

Storage Generator::generate(GenerateJob job) {
  GenerationRequest request{.model = config_,
                            .compute_dtype = compute_dtype_,
                            .stored = stored_,
                            .adapter = adapter_config_,
                            .frames = job.context.dim(0),
                            .tokens = job.condition.dim(0),
                            .guided = job.sampler.guided()};
  request.halves = choose_halves(request, stream_.device());
  job.halves = request.halves;
  return generate_latents(job, *model_, {arena_for(request), stream_});
}

Arena& Generator::arena_for(const GenerationRequest& request) {
  const size_t needed = plan_generation(request).arena_bytes;
  if (arena_ && arena_->capacity() >= needed) return *arena_;
  arena_.reset();
  arena_ = std::make_unique<Arena>(stream_.device(), needed);
  return *arena_;
}

}  // namespace sidestep
