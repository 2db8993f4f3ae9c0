#include "sampling/options.h"

#include <array>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "core/error.h"

namespace sidestep {

namespace {

constexpr int64_t kMostSteps = 1000;
constexpr double kMostShift = 100;

Error invalid(const std::string& field, const std::string& expected, const std::string& found) {
  return {"generate/option-invalid", "Expected " + expected + " for " + field + " but found " + found};
}

template <typename E, size_t n>
E named(const Json& json, const std::string& field, const std::array<std::pair<const char*, E>, n>& names, E fallback) {
  if (!json.contains(field)) return fallback;
  const std::string found = json.at(field).as_string();
  std::string known;
  for (const auto& [name, value] : names) {
    if (found == name) return value;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  throw invalid(field, "one of " + known, "\"" + found + "\"");
}

struct Range {
  double low, high;
};

double number(const Json& json, const std::string& field, double fallback, Range range) {
  const double value = json.number_or(field, fallback);
  if (std::isfinite(value) && value >= range.low && value <= range.high) return value;
  throw invalid(field, "a number from " + Json(range.low).dump() + " to " + Json(range.high).dump(), Json(value).dump());
}

void refuse_unknown(const Json& json, const std::set<std::string>& known) {
  for (const auto& [key, value] : json.as_object()) {
    if (!known.contains(key)) throw Error("generate/option-unknown", "There is no sampler option " + key);
  }
}

void read_interval(const Json& json, SamplerOptions& o) {
  if (!json.contains("guidance_interval")) return;
  const Json& interval = json.at("guidance_interval");
  const Json::Array& ends = interval.as_array();
  if (ends.size() == 2) {
    o.interval_start = ends[0].as_number();
    o.interval_end = ends[1].as_number();
  }
  if (ends.size() != 2 || !(o.interval_start >= 0 && o.interval_start <= o.interval_end && o.interval_end <= 1))
    throw invalid("guidance_interval", "two timesteps in order, 0 to 1", interval.dump());
}

void read_timesteps(const Json& json, SamplerOptions& o) {
  if (!json.contains("timesteps") || json.at("timesteps").is_null()) return;
  const Json& timesteps = json.at("timesteps");
  for (const Json& t : timesteps.as_array()) {
    o.timesteps.push_back(t.as_number());
    if (!(o.timesteps.back() >= 0 && o.timesteps.back() <= 1))
      throw invalid("timesteps", "numbers from 0 to 1", timesteps.dump());
  }
  if (o.form == SamplerForm::base) throw invalid("timesteps", "none, since only turbo models take any,", timesteps.dump());
}

DcwOptions read_dcw(const Json& json) {
  using Bands = DcwOptions::Bands;
  static constexpr std::array<std::pair<const char*, Bands>, 4> kModes{
      {{"low", Bands::low}, {"high", Bands::high}, {"double", Bands::both}, {"pix", Bands::all_alike}}};
  if (json.is_null()) return {};
  refuse_unknown(json, {"mode", "scaler", "high_scaler"});
  return {.bands = named(json, "mode", kModes, Bands::both),
          .scaler = number(json, "scaler", DcwOptions{}.scaler, {-10, 10}),
          .high_scaler = number(json, "high_scaler", DcwOptions{}.high_scaler, {-10, 10})};
}

constexpr std::array<std::pair<const char*, SamplingMethod>, 2> kMethods{
    {{"ode", SamplingMethod::ode}, {"sde", SamplingMethod::sde}}};
constexpr std::array<std::pair<const char*, Solver>, 2> kSolvers{{{"euler", Solver::euler}, {"heun", Solver::heun}}};
constexpr std::array<std::pair<const char*, Guidance>, 4> kGuidances{
    {{"none", Guidance::none}, {"cfg", Guidance::cfg}, {"apg", Guidance::apg}, {"adg", Guidance::adg}}};

SamplerOptions defaults(SamplerForm form) {
  SamplerOptions o{.form = form};
  if (form == SamplerForm::base) return o;
  o.steps = 8;
  o.shift = 3;
  o.guidance = Guidance::none;
  o.guidance_scale = 1;
  return o;
}

}  // namespace

SamplerOptions sampler_options_from_json(const Json& json) {
  refuse_unknown(json, {"turbo", "method", "solver", "steps", "shift", "guidance", "guidance_scale", "guidance_interval",
                        "velocity_norm_threshold", "velocity_ema_factor", "timesteps", "dcw"});
  SamplerOptions o = defaults(json.bool_or("turbo", false) ? SamplerForm::turbo : SamplerForm::base);
  o.method = named(json, "method", kMethods, o.method);
  o.solver = named(json, "solver", kSolvers, o.solver);
  o.steps = json.int_or("steps", o.steps);
  if (o.steps < 1 || o.steps > kMostSteps) throw invalid("steps", "1 to " + std::to_string(kMostSteps), std::to_string(o.steps));
  o.shift = number(json, "shift", o.shift, {0, kMostShift});
  if (o.shift == 0) throw invalid("shift", "a number above 0", "0");
  o.guidance = named(json, "guidance", kGuidances, o.guidance);
  o.guidance_scale = number(json, "guidance_scale", o.guidance_scale, {0, 100});
  read_interval(json, o);
  o.velocity_norm_threshold = number(json, "velocity_norm_threshold", 0, {0, 1000});
  o.velocity_ema_factor = number(json, "velocity_ema_factor", 0, {0, 1});
  read_timesteps(json, o);
  if (json.contains("dcw")) o.dcw = read_dcw(json.at("dcw"));
  return o;
}

}  // namespace sidestep
