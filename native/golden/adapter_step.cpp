#include <cstring>
#include <set>

#include "adapters/adapter_file.h"
#include "core/error.h"
#include "golden/adapter_case.h"
#include "golden/golden.h"
#include "golden/model_case.h"
#include "ops/elementwise.h"

namespace sidestep::golden {
namespace {

Storage copied(ConstTensor from, const Shape& shape) {
  Storage out(DType::f32, shape);
  std::memcpy(out.tensor().raw(), from.raw(), out.tensor().bytes());
  return out;
}

/// Recorded samples, collated as upstream does, and compared with upstream's batch.
Batch collated_batch(const Case& c, Report& report) {
  std::vector<Sample> samples;
  for (size_t i = 0; c.file.contains("in/sample" + std::to_string(i) + ".target_latents"); ++i) {
    const std::string head = "in/sample" + std::to_string(i) + ".";
    const auto read = [&](const char* name) {
      const ConstTensor t = c.file.tensor(head + name);
      return copied(t, t.shape());
    };
    samples.push_back({head, read("target_latents"), read("context_latents"), read("encoder_hidden_states")});
  }
  std::vector<const Sample*> pointers;
  for (const Sample& s : samples) pointers.push_back(&s);
  Batch batch = collate(pointers);
  const std::pair<const char*, const Storage*> parts[] = {{"target_latents", &batch.target_latents},
                                                          {"context_latents", &batch.context_latents},
                                                          {"encoder_hidden_states", &batch.encoder_hidden_states},
                                                          {"attention_mask", &batch.attention_mask},
                                                          {"encoder_attention_mask", &batch.encoder_attention_mask}};
  for (const auto& [name, value] : parts) {
    const std::string full = std::string("out/batch.") + name;
    if (c.file.contains(full)) report.equal(name, value->view(), c.file.tensor(full));
  }
  return batch;
}

Batch recorded_batch(const Case& c) {
  Batch batch;
  const auto read = [&](const char* name) {
    const ConstTensor t = c.file.tensor(std::string("in/") + name);
    return copied(t, t.shape());
  };
  batch.target_latents = read("x0");
  batch.context_latents = read("context_latents");
  batch.encoder_hidden_states = read("encoder_hidden_states");
  const ConstTensor x0 = batch.target_latents.view();
  batch.frames.assign(static_cast<size_t>(x0.dim(0)), x0.dim(1));
  batch.names.assign(batch.frames.size(), "recorded");
  return batch;
}

Draws recorded_draws(const Case& c, int64_t batch_size) {
  const ConstTensor t = c.file.tensor("in/t");
  Draws draws{.noise = c.file.tensor("in/x1")};
  draws.t.assign(t.data<float>(), t.data<float>() + t.numel());
  draws.dropped.assign(static_cast<size_t>(batch_size), 0);
  return draws;
}

/// What we would write to disk is what upstream wrote.
void compare_saved(const Case& c, const AdapterSet& adapters, const TensorMap& saved, Report& report, Stream& stream) {
  TensorMap biases;
  for (const std::string& name : c.weight_names()) {
    if (name.starts_with("decoder.") && name.ends_with(".bias")) biases[name.substr(8)] = c.weight(name);
  }
  const std::vector<SavedTensor> written = saved_tensors(adapters, biases, stream);
  std::set<std::string> names;
  for (const SavedTensor& t : written) {
    names.insert(t.name);
    const auto expected = saved.find(t.name);
    if (expected == saved.end()) throw Error("golden/selection", "We would save " + t.name + ", upstream does not");
    if (!(expected->second.shape() == t.value.view().shape())) {
      throw Error("golden/selection", t.name + ": saved shape " + t.value.view().shape().to_string() + ", upstream's " +
                                          expected->second.shape().to_string());
    }
    report.compare("adapter/" + t.name, t.value.view(), expected->second, 1e-7);
  }
  for (const auto& [name, tensor] : saved) {
    if (!names.contains(name)) throw Error("golden/selection", "Upstream saves " + name + ", we do not");
  }
}

/// LyCORIS's own backward pass of LoHa's Tucker form takes the other half's core for these two: no gradient of anything. What
/// they really are the adapters' tests know, against central differences.
bool is_wrong_upstream(const Case& c, const std::string& name) {
  const size_t dot = name.rfind('.') + 1;
  const std::string part = name.substr(dot);
  return (part == "hada_w1_a" || part == "hada_w2_a") && c.file.contains("grad/" + name.substr(0, dot) + "hada_t1");
}

void compare_gradients(const Case& c, const AdapterSet& adapters, Report& report) {
  std::vector<std::pair<std::string, std::pair<ConstTensor, ConstTensor>>> gradients;
  std::set<std::string> ours;
  for (const Parameter& p : adapters.parameters()) {
    ours.insert(p.name);
    if (is_wrong_upstream(c, p.name)) continue;
    gradients.push_back({p.name, {p.grad, c.file.tensor("grad/" + p.name)}});
  }
  for (const auto& [name, tensor] : tensors_below(c.file, "grad")) {
    if (!ours.contains(name)) throw Error("golden/unknown-variant", "No gradient is computed for " + name);
  }
  const bool exact = c.compute_dtype == DType::f32;
  report.compare_gradients(gradients, exact ? Report::Gradients::each_and_all : Report::Gradients::all, c.tolerance);
}

constexpr size_t kMergingCopies = 8;  // of a weight in f32, with which any adapter can be merged

/// The module's effective weight, merged into the base, computes what base and adapter compute together.
Storage merged_prediction(AdaptedModel& adapted, const MicroStep& step, Stream& stream) {
  std::vector<Storage> merged;
  std::vector<ConstTensor> base;
  for (const AdapterSet::Module& module : adapted.adapters.modules()) {
    const Storage exact(DType::f32, module.layer->weight.shape(), stream.device());
    Arena scratch(stream.device(), kMergingCopies * exact.view().bytes());
    module.adapter->merged_weight(*module.layer, exact.tensor(), {scratch, stream});
    merged.emplace_back(adapted.model.compute_dtype(), exact.view().shape(), stream.device());
    copy({exact.view(), merged.back().tensor()}, stream);
  }
  size_t i = 0;
  for (const AdapterSet::Module& module : adapted.adapters.modules()) {
    base.push_back(module.layer->weight.values);
    module.layer->weight = merged[i++].view();
    module.layer->adapter.reset();
  }
  MicroStep plain = step;
  plain.gradients = MicroStep::Gradients::none;
  Storage pred = run_recorded_step(plain, {adapted.arena, stream}).pred;
  i = 0;
  for (const AdapterSet::Module& module : adapted.adapters.modules()) {
    module.layer->weight = base[i++];
    module.layer->adapter = module.adapter;
  }
  return pred;
}

void judge_adapter_step(const Case& c, Report& report, Stream& stream) {
  const Json& recorded = c.config.at("adapter");
  TensorMap saved = tensors_below(c.file, "adapter"), live = saved;
  for (const auto& [name, tensor] : tensors_below(c.file, "param")) live[name] = tensor;
  const DitConfig config = dit_config(c.config);
  const AdapterConfig adapter = read_adapter_config(recorded, saved);
  const LossOptions loss = upstream_loss(recorded);
  const Batch batch = c.file.contains("in/x0") ? recorded_batch(c) : collated_batch(c, report);
  AdaptedModel adapted(config, case_weights(c, stream), adapter, plan_of(config, adapter, batch, loss), stream);
  set_parameters(adapted.adapters, live);
  adapted.adapters.refresh({adapted.arena, stream});
  if (!is_lokr_bypass(recorded)) compare_saved(c, adapted.adapters, saved, report, stream);
  const Draws draws = recorded_draws(c, batch.size());
  const MicroStep step{
      .model = adapted.model, .batch = batch, .draws = draws, .loss = loss, .pass = {.mode = PassContext::Mode::training}};
  const MicroResult result = run_recorded_step(step, {adapted.arena, stream});
  const auto loss_value = static_cast<float>(result.loss);
  for (const std::string group : {"out/", "ref64/"}) {
    if (!c.file.contains(group + "loss")) continue;
    report.compare(group + "loss", ConstTensor(&loss_value, DType::f32, Shape{}), c.file.tensor(group + "loss"), c.tolerance);
    report.compare(group + "pred", result.pred.view(), c.file.tensor(group + "pred"), c.tolerance);
  }
  compare_gradients(c, adapted.adapters, report);
  report.compare("merged", merged_prediction(adapted, step, stream).view(), c.file.tensor("out/pred"), c.tolerance);
}

const Kind adapter_step_kind{"adapter_step", judge_adapter_step};

}  // namespace
}  // namespace sidestep::golden
