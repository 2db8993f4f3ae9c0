#include "training/options.h"

#include <cmath>
#include <functional>
#include <map>

#include "core/error.h"

namespace sidestep {

namespace {

[[noreturn]] void invalid(const std::string& field, const std::string& expected, const Json& found) {
  throw Error("train/option-invalid", field + ": expected " + expected + ", found " + found.dump());
}

using Reader = std::function<void(const Json&)>;
using Readers = std::map<std::string, Reader>;

/// Every given member must have a reader; null counts as not given.
void read_object(const std::string& path, const Json& json, const Readers& readers) {
  if (!json.is_object()) invalid(path, "an object", json);
  for (const auto& [field, value] : json.as_object()) {
    const auto reader = readers.find(field);
    if (reader == readers.end()) {
      throw Error("train/option-unknown", (path.empty() ? "" : path + ".") + field + " is no option of a train stage");
    }
    if (!value.is_null() && reader->second) reader->second(value);
  }
}

Reader number(double& target) { return [&target](const Json& v) { target = v.as_number(); }; }
Reader integer(int64_t& target) { return [&target](const Json& v) { target = v.as_int(); }; }
Reader seed(uint64_t& target) { return [&target](const Json& v) { target = static_cast<uint64_t>(v.as_int()); }; }
Reader boolean(bool& target) { return [&target](const Json& v) { target = v.as_bool(); }; }
const Reader kElsewhere;  // another part acts on it

template <typename E>
Reader choice(const std::string& field, E& target, std::map<std::string, E> names) {
  return [field, &target, names = std::move(names)](const Json& v) {
    const auto found = v.is_string() ? names.find(v.as_string()) : names.end();
    if (found != names.end()) {
      target = found->second;
      return;
    }
    std::string known;
    for (const auto& [name, value] : names) known += (known.empty() ? "" : ", ") + name;
    invalid(field, "one of " + known, v);
  };
}

enum class LawChoice : uint8_t { automatic, upstream, single, discrete };
enum class Mode : uint8_t { fixed, vanilla };

void read_timestep(const Json& json, TimestepOptions& out, LawChoice& law) {
  read_object("timestep", json,
              {{"law", choice<LawChoice>("timestep.law", law,
                                         {{"auto", LawChoice::automatic},
                                          {"upstream", LawChoice::upstream},
                                          {"single", LawChoice::single},
                                          {"discrete", LawChoice::discrete}})},
               {"timestep_mu", number(out.timestep_mu)},
               {"timestep_sigma", number(out.timestep_sigma)},
               {"adaptive_ratio", number(out.adaptive_ratio)}});
}

TimestepLaw resolve_law(LawChoice law, Mode mode) {
  switch (law) {
    case LawChoice::automatic: return mode == Mode::vanilla ? TimestepLaw::discrete : TimestepLaw::upstream;
    case LawChoice::upstream: return TimestepLaw::upstream;
    case LawChoice::single: return TimestepLaw::single;
    case LawChoice::discrete: return TimestepLaw::discrete;
  }
  return TimestepLaw::upstream;
}

OptimizerOptions read_optimizer(const Json& json) {
  OptimizerOptions out;
  out.type = optimizer_type(json.at("type").as_string());
  if (out.type == OptimizerType::adafactor) out.eps = 1e-30;
  if (out.type == OptimizerType::prodigy) {
    out.learning_rate = 1;  // unset means 1: Prodigy finds the rate itself
    out.beta2 = 0.99;
  }
  read_object("optimizer", json,
              {{"type", kElsewhere},
               {"learning_rate", number(out.learning_rate)},
               {"weight_decay", number(out.weight_decay)},
               {"eps", number(out.eps)},
               {"decay_rate", number(out.decay_rate)},
               {"clip_threshold", number(out.clip_threshold)},
               {"d0", number(out.d0)},
               {"d_coef", number(out.d_coef)},
               {"use_bias_correction", boolean(out.use_bias_correction)},
               {"safeguard_warmup", boolean(out.safeguard_warmup)},
               {"betas", [&](const Json& v) {
                  if (v.as_array().size() != 2) invalid("optimizer.betas", "two numbers", v);
                  out.beta1 = v.as_array()[0].as_number();
                  out.beta2 = v.as_array()[1].as_number();
                }}});
  return out;
}

ScheduleOptions read_schedule(const Json& json) {
  ScheduleOptions out;
  out.type = schedule_type(json.at("type").as_string());
  // `constant` means no change at all; upstream's of that name warms up all the same, which here is constant_with_warmup.
  if (out.type == Schedule::Type::constant) out.warmup_steps = 0;
  read_object("schedule", json,
              {{"type", kElsewhere},
               {"warmup_steps", integer(out.warmup_steps)},
               {"warmup_start_factor", number(out.warmup_start_factor)},
               {"floor_factor", number(out.floor_factor)},
               {"n_restarts", integer(out.n_restarts)},
               {"formula", [&](const Json& v) { out.formula = v.as_string(); }}});
  if (out.type == Schedule::Type::custom) parse_schedule_formula(out.formula);
  return out;
}

CropOptions read_crop(const Json& json) {
  CropOptions out;
  double seconds = 0;
  int64_t frames = 0;
  read_object("crop", json,
              {{"chunk_duration", number(seconds)},
               {"max_latent_length", integer(frames)},
               {"decay_every_epochs", integer(out.decay_every_epochs)},
               {"start", choice<CropStart>("crop.start", out.start,
                                           {{"coverage", CropStart::coverage}, {"uniform", CropStart::uniform}})}});
  out.frames = frames > 0 ? frames : static_cast<int64_t>(std::llround(seconds * kLatentHz));
  return out;
}

ValidationOptions read_validation(const Json& json) {
  ValidationOptions out;
  read_object("validation", json,
              {{"fraction", kElsewhere},
               {"tensors", kElsewhere},
               {"every_epochs", kElsewhere},
               {"draws", integer(out.draws)},
               {"seed", seed(out.seed)},
               {"timesteps", [&](const Json& v) {
                  out.timesteps.clear();
                  for (const Json& t : v.as_array()) out.timesteps.push_back(t.as_number());
                }}});
  return out;
}

void read_checkpointing(const Json& json, TrainOptions& o) {
  bool enabled = true, offload = false;
  std::optional<double> ratio;
  const Reader share = [&](const Json& v) { ratio = v.as_number(); };
  read_object("gradient_checkpointing", json, {{"enabled", boolean(enabled)}, {"ratio", share}, {"offload", boolean(offload)}});
  o.recomputed_share = enabled ? ratio : 0;
  o.kept_inputs = offload ? KeptInputs::on_host : KeptInputs::on_device;
}

TargetLossOptions read_target_loss(const Json& json) {
  TargetLossOptions out;
  read_object("target_loss", json,
              {{"loss", number(out.loss)},
               {"floor", number(out.floor)},
               {"warmup_steps", integer(out.warmup_steps)},
               {"smoothing", number(out.smoothing)}});
  return out;
}

void check(const TrainOptions& o) {
  const std::pair<const char*, int64_t> positive[] = {{"batch_size", o.batch_size},
                                                      {"gradient_accumulation_steps", o.gradient_accumulation_steps},
                                                      {"epochs", o.epochs},
                                                      {"dataset_repeats", o.dataset_repeats},
                                                      {"max_nonfinite_steps", o.max_nonfinite_steps},
                                                      {"validation.draws", o.validation.draws}};
  for (const auto& [field, value] : positive) {
    if (value < 1) invalid(field, "a positive integer", value);
  }
  const std::pair<const char*, double> shares[] = {{"cfg_dropout", o.cfg_dropout},
                                                   {"timestep.adaptive_ratio", o.timestep.adaptive_ratio},
                                                   {"gradient_checkpointing.ratio", o.recomputed_share.value_or(0)},
                                                   {"ema_decay", o.ema_decay}};
  for (const auto& [field, value] : shares) {
    if (!(value >= 0 && value <= 1)) invalid(field, "a number from 0 to 1", value);
  }
  if (!(o.optimizer.learning_rate > 0)) invalid("optimizer.learning_rate", "a positive number", o.optimizer.learning_rate);
  if (!(o.timestep.timestep_sigma > 0)) invalid("timestep.timestep_sigma", "a positive number", o.timestep.timestep_sigma);
  if (o.max_steps < 0) invalid("max_steps", "0 or a positive integer", o.max_steps);
}

}  // namespace

TrainOptions train_options_from_json(const Json& json, const DitConfig& model) {
  TrainOptions o;
  o.timestep.timestep_mu = model.timestep_mu;
  o.timestep.timestep_sigma = model.timestep_sigma;
  o.adapter = adapter_config_from_json(Json::Object{{"type", "lora"}});
  LawChoice law = LawChoice::automatic;
  Mode mode = Mode::fixed;
  Readers readers{
      {"mode", choice<Mode>("mode", mode, {{"fixed", Mode::fixed}, {"vanilla", Mode::vanilla}})},
      {"adapter", [&](const Json& v) { o.adapter = adapter_config_from_json(v); }},
      {"timestep", [&](const Json& v) { read_timestep(v, o.timestep, law); }},
      {"cfg_dropout", number(o.cfg_dropout)},
      {"base_precision", choice<Keep>("base_precision", o.base_precision, {{"auto", Keep::as_stored}, {"8bit", Keep::int8}})},
      {"loss_weighting", choice<LossWeighting>("loss_weighting", o.loss.loss_weighting,
                                               {{"none", LossWeighting::none}, {"min_snr", LossWeighting::min_snr}})},
      {"snr_gamma", number(o.loss.snr_gamma)},
      {"padding", choice<Padding>("padding", o.loss.padding, {{"masked", Padding::masked}, {"upstream", Padding::upstream}})},
      {"optimizer", [&](const Json& v) { o.optimizer = read_optimizer(v); }},
      {"schedule", [&](const Json& v) { o.schedule = read_schedule(v); }},
      {"batch_size", integer(o.batch_size)},
      {"gradient_accumulation_steps", integer(o.gradient_accumulation_steps)},
      {"partial_accumulation",
       choice<PartialAccumulation>("partial_accumulation", o.partial_accumulation,
                                   {{"mean", PartialAccumulation::mean}, {"upstream", PartialAccumulation::upstream}})},
      {"epochs", integer(o.epochs)},
      {"max_steps", integer(o.max_steps)},
      {"dataset_repeats", integer(o.dataset_repeats)},
      {"shuffle", choice<Shuffle>("shuffle", o.shuffle, {{"epoch", Shuffle::epoch}, {"none", Shuffle::none}})},
      {"max_grad_norm", number(o.max_grad_norm)},
      {"seed", seed(o.seed)},
      {"gradient_checkpointing", [&](const Json& v) { read_checkpointing(v, o); }},
      {"crop", [&](const Json& v) { o.crop = read_crop(v); }},
      {"ema_decay", number(o.ema_decay)},
      {"validation", [&](const Json& v) { o.validation = read_validation(v); }},
      {"target_loss", [&](const Json& v) { o.target_loss = read_target_loss(v); }},
      {"max_nonfinite_steps", integer(o.max_nonfinite_steps)}};
  for (const char* field : {"model", "tensors", "precision", "checkpoint", "early_stop", "logging", "resume", "resume_from",
                            "inference", "output_dir"}) {
    readers[field] = kElsewhere;
  }
  read_object("", json, readers);
  o.timestep.law = resolve_law(law, mode);
  if (mode == Mode::vanilla) o.cfg_dropout = 0;
  check(o);
  return o;
}

}  // namespace sidestep
