#include "training/optimizer.h"

#include <cmath>
#include <cstring>

#include "core/error.h"
#include "core/memory.h"
#include "golden/golden.h"

namespace sidestep::golden {
namespace {

/// Settings that would change the rule; anything but these values is a variant we do not have.
void refuse_unknown_variants(const Json& group) {
  struct Fixed {
    const char* key;
    Json value;
  };
  const Fixed fixed[] = {{"amsgrad", false},       {"maximize", false},
                         {"relative_step", false}, {"scale_parameter", false},
                         {"beta1", nullptr},       {"warmup_init", false},
                         {"decouple", true},       {"fsdp_in_use", false},
                         {"slice_p", 1},           {"decoupled_weight_decay", true}};
  for (const auto& [key, value] : fixed) {
    if (!group.contains(key) || group.at(key).dump() == value.dump()) continue;
    throw Error("golden/unknown-variant",
                std::string("optimizer setting ") + key + " = " + group.at(key).dump() + ", expected " + value.dump());
  }
}

OptimizerOptions read_options(const Json& config) {
  const Json& group = config.at("param_group_final");
  refuse_unknown_variants(group);
  OptimizerOptions options;
  options.type = optimizer_type(config.at("optimizer").as_string());
  options.learning_rate = group.at("lr").as_number();
  options.weight_decay = group.number_or("weight_decay", 0);
  AdafactorOptions& adafactor = options.adafactor;
  ProdigyOptions& prodigy = options.prodigy;
  if (group.contains("betas")) {
    options.adam.beta1 = prodigy.beta1 = group.at("betas").as_array()[0].as_number();
    options.adam.beta2 = prodigy.beta2 = group.at("betas").as_array()[1].as_number();
  }
  const Json& eps = group.at("eps");
  options.adam.eps = prodigy.eps = adafactor.eps = eps.is_array() ? eps.as_array()[0].as_number() : eps.as_number();
  adafactor.decay_rate = group.number_or("decay_rate", adafactor.decay_rate);
  adafactor.clip_threshold = group.number_or("clip_threshold", adafactor.clip_threshold);
  prodigy.d0 = group.number_or("d0", prodigy.d0);
  prodigy.d_coef = group.number_or("d_coef", prodigy.d_coef);
  // Infinity, which is no JSON number, arrives as a string and is the default.
  if (group.get("growth_rate").is_number()) prodigy.growth_rate = group.at("growth_rate").as_number();
  if (group.get("beta3").is_number()) prodigy.beta3 = group.at("beta3").as_number();
  prodigy.use_bias_correction = group.bool_or("use_bias_correction", false);
  prodigy.safeguard_warmup = group.bool_or("safeguard_warmup", false);
  return options;
}

/// One parameter with its recorded gradients and trajectory.
struct Track {
  std::string name;
  ConstTensor initial, gradients, expected;
  Storage value, grad, actual;
};

std::vector<Track> read_tracks(const Case& c, Device device) {
  std::vector<Track> tracks;
  for (size_t i = 0; c.file.contains("in/p" + std::to_string(i)); ++i) {
    const std::string n = std::to_string(i);
    Track track{"p" + n, c.file.tensor("in/p" + n), c.file.tensor("in/g" + n), c.file.tensor("out/p" + n), {}, {}, {}};
    track.value = Storage(DType::f32, track.initial.shape(), device);
    track.grad = Storage(DType::f32, track.initial.shape(), device);
    track.actual = Storage(DType::f32, track.expected.shape());
    copy_bytes(device, track.value.tensor().raw(), {}, track.initial.raw(), track.initial.bytes());
    tracks.push_back(std::move(track));
  }
  return tracks;
}

void take(const Track& track, int64_t step, const ConstTensor& from, const Tensor& to) {
  copy_bytes(to.device(), to.raw(), {}, from.select(0, step).raw(), track.initial.bytes());
}

/// What the README asks for: the displacement from the start, not the value.
Storage displacement(ConstTensor trajectory, ConstTensor initial) {
  Storage out(DType::f64, trajectory.shape());
  const int64_t n = initial.numel();
  for (int64_t i = 0; i < trajectory.numel(); ++i) {
    out.tensor().data<double>()[i] =
        static_cast<double>(trajectory.data<float>()[i]) - static_cast<double>(initial.data<float>()[i % n]);
  }
  return out;
}

void judge_optimizer(const Case& c, Report& report, Stream& stream) {
  std::vector<Track> tracks = read_tracks(c, stream.device());
  std::vector<Parameter> parameters;
  for (const Track& t : tracks) parameters.push_back({t.name, t.value.tensor(), t.grad.tensor()});
  const OptimizerOptions options = read_options(c.config);
  const auto optimizer = make_optimizer(options, parameters, stream);
  const int64_t steps = c.config.at("steps").as_int();
  const Storage d(DType::f64, {steps});
  for (int64_t step = 0; step < steps; ++step) {
    for (const Track& t : tracks) take(t, step, t.gradients, t.grad.tensor());
    optimizer->step(options.learning_rate, stream);
    stream.synchronize();
    for (const Track& t : tracks) {
      copy_bytes({}, t.actual.tensor().select(0, step).raw(), stream.device(), t.value.tensor().raw(), t.initial.bytes());
    }
    if (options.type == OptimizerType::prodigy) d.tensor().data<double>()[step] = optimizer->scalars()[1];
  }
  for (const Track& t : tracks) {
    report.compare(t.name, displacement(t.actual.view(), t.initial).view(), displacement(t.expected, t.initial).view(),
                   c.tolerance);
  }
  if (c.file.contains("out/d")) report.compare("d", d.view(), c.file.tensor("out/d"), c.tolerance);
}

const Kind optimizer_kind{"optimizer", judge_optimizer};

}  // namespace
}  // namespace sidestep::golden
