#include "training/options.h"

#include <cmath>

#include "core/json_options.h"

namespace sidestep {

namespace {

const OptionArea kArea{"train/option-unknown", "train/option-invalid", "a train stage"};
const OptionReader kElsewhere;  // another part acts on it

[[noreturn]] void invalid(const std::string& option, const std::string& expected, const Json& found) {
  GivenOption{kArea, option, found}.refuse(expected);
}

enum class LawChoice : uint8_t { automatic, upstream, single, discrete };
enum class Mode : uint8_t { fixed, vanilla };

constexpr Names<LawChoice, 4> kLaws{{{"auto", LawChoice::automatic},
                                     {"upstream", LawChoice::upstream},
                                     {"single", LawChoice::single},
                                     {"discrete", LawChoice::discrete}}};
constexpr Names<Mode, 2> kModes{{{"fixed", Mode::fixed}, {"vanilla", Mode::vanilla}}};
constexpr Names<CropStart, 2> kCropStarts{{{"coverage", CropStart::coverage}, {"uniform", CropStart::uniform}}};
constexpr Names<BasePrecision, 4> kPrecisions{{{"auto", BasePrecision::as_stored},
                                               {"8bit", BasePrecision::blocks},
                                               {"int8", BasePrecision::int8},
                                               {"fp8", BasePrecision::fp8}}};
constexpr Names<LossWeighting, 2> kWeightings{{{"none", LossWeighting::none}, {"min_snr", LossWeighting::min_snr}}};
constexpr Names<Padding, 2> kPaddings{{{"masked", Padding::masked}, {"upstream", Padding::upstream}}};
constexpr Names<PartialAccumulation, 2> kPartial{
    {{"mean", PartialAccumulation::mean}, {"upstream", PartialAccumulation::upstream}}};
constexpr Names<Shuffle, 2> kShuffles{{{"epoch", Shuffle::epoch}, {"none", Shuffle::none}}};

// The defaults above that are words in the schema.
static_assert(*kLaws.find(defaults::train::timestep::law) == LawChoice::automatic);
static_assert(*kModes.find(defaults::train::mode) == Mode::fixed);
static_assert(*kCropStarts.find(defaults::train::crop::start) == CropOptions{}.start);
static_assert(*kPrecisions.find(defaults::train::base_precision) == BasePrecision::as_stored);
static_assert(*kWeightings.find(defaults::train::loss_weighting) == LossOptions{}.loss_weighting);
static_assert(*kPaddings.find(defaults::train::padding) == LossOptions{}.padding);
static_assert(*kPartial.find(defaults::train::partial_accumulation) == PartialAccumulation::mean);
static_assert(*kShuffles.find(defaults::train::shuffle) == Shuffle::epoch);

void read_timestep(const Json& json, TimestepOptions& out, LawChoice& law) {
  read_options(kArea, "timestep", json,
               {{"law", choice(law, kLaws)},
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

ScheduleOptions read_schedule(const Json& json) {
  ScheduleOptions out;
  out.type = schedule_type(json.at("type").as_string());
  read_options(kArea, "schedule", json,
               {{"type", kElsewhere},
                {"warmup_steps", integer(out.warmup_steps)},
                {"warmup_start_factor", number(out.warmup_start_factor)},
                {"floor_factor", number(out.floor_factor)},
                {"n_restarts", integer(out.n_restarts)},
                {"formula", text(out.formula)}});
  if (out.type == Schedule::Type::custom) parse_schedule_formula(out.formula);
  return out;
}

CropOptions read_crop(const Json& json) {
  CropOptions out;
  double seconds = 0;
  int64_t frames = 0;
  read_options(kArea, "crop", json,
               {{"chunk_duration", number(seconds)},
                {"max_latent_length", integer(frames)},
                {"decay_every_epochs", integer(out.decay_every_epochs)},
                {"start", choice(out.start, kCropStarts)}});
  out.frames = frames > 0 ? frames : static_cast<int64_t>(std::llround(seconds * kLatentHz));
  return out;
}

ValidationOptions read_validation(const Json& json) {
  ValidationOptions out;
  read_options(kArea, "validation", json,
               {{"fraction", kElsewhere},
                {"tensors", kElsewhere},
                {"every_epochs", kElsewhere},
                {"draws", integer(out.draws)},
                {"seed", seed(out.seed)},
                {"timesteps", [&](const GivenOption& given) {
                   out.timesteps.clear();
                   for (const Json& t : given.value.as_array()) out.timesteps.push_back(t.as_number());
                 }}});
  return out;
}

void read_checkpointing(const Json& json, TrainOptions& o) {
  bool enabled = defaults::train::gradient_checkpointing::enabled, offload = defaults::train::gradient_checkpointing::offload;
  std::optional<double> ratio;
  const OptionReader share = [&](const GivenOption& given) { ratio = given.value.as_number(); };
  read_options(kArea, "gradient_checkpointing", json,
               {{"enabled", boolean(enabled)}, {"ratio", share}, {"offload", boolean(offload)}});
  o.recomputed_share = enabled ? ratio : 0;
  o.kept_inputs = offload ? KeptInputs::on_host : KeptInputs::on_device;
}

TargetLossOptions read_target_loss(const Json& json) {
  TargetLossOptions out;
  read_options(kArea, "target_loss", json,
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
  OptionReaders readers{{"mode", choice(mode, kModes)},
                        {"adapter", [&](const GivenOption& given) { o.adapter = adapter_config_from_json(given.value); }},
                        {"timestep", [&](const GivenOption& given) { read_timestep(given.value, o.timestep, law); }},
                        {"cfg_dropout", number(o.cfg_dropout)},
                        {"base_precision", choice(o.base_precision, kPrecisions)},
                        {"loss_weighting", choice(o.loss.loss_weighting, kWeightings)},
                        {"snr_gamma", number(o.loss.snr_gamma)},
                        {"padding", choice(o.loss.padding, kPaddings)},
                        {"optimizer", [&](const GivenOption& given) { o.optimizer = optimizer_options_from_json(given.value); }},
                        {"schedule", [&](const GivenOption& given) { o.schedule = read_schedule(given.value); }},
                        {"batch_size", integer(o.batch_size)},
                        {"gradient_accumulation_steps", integer(o.gradient_accumulation_steps)},
                        {"partial_accumulation", choice(o.partial_accumulation, kPartial)},
                        {"epochs", integer(o.epochs)},
                        {"max_steps", integer(o.max_steps)},
                        {"dataset_repeats", integer(o.dataset_repeats)},
                        {"shuffle", choice(o.shuffle, kShuffles)},
                        {"max_grad_norm", number(o.max_grad_norm)},
                        {"seed", seed(o.seed)},
                        {"gradient_checkpointing", [&](const GivenOption& given) { read_checkpointing(given.value, o); }},
                        {"crop", [&](const GivenOption& given) { o.crop = read_crop(given.value); }},
                        {"ema_decay", number(o.ema_decay)},
                        {"validation", [&](const GivenOption& given) { o.validation = read_validation(given.value); }},
                        {"target_loss", [&](const GivenOption& given) { o.target_loss = read_target_loss(given.value); }},
                        {"max_nonfinite_steps", integer(o.max_nonfinite_steps)}};
  for (const char* field : {"model", "tensors", "precision", "checkpoint", "early_stop", "logging", "resume", "resume_from",
                            "inference", "output_dir"}) {
    readers[field] = kElsewhere;
  }
  read_options(kArea, "", json, readers);
  o.timestep.law = resolve_law(law, mode);
  if (mode == Mode::vanilla) o.cfg_dropout = 0;
  check(o);
  return o;
}

}  // namespace sidestep
