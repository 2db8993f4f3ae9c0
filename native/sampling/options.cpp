#include "sampling/options.h"

#include <cmath>

#include "core/json_options.h"

namespace sidestep {

namespace {

constexpr int64_t kMostSteps = 1000;
constexpr double kMostShift = 100;

const OptionArea kArea{"generate/option-unknown", "generate/option-invalid", "a sampler"};
const OptionReader kElsewhere;  // read before the others

using Bands = DcwOptions::Bands;

constexpr Names<SamplingMethod, 2> kMethods{{{"ode", SamplingMethod::ode}, {"sde", SamplingMethod::sde}}};
constexpr Names<Solver, 2> kSolvers{{{"euler", Solver::euler}, {"heun", Solver::heun}}};
constexpr Names<Guidance, 4> kGuidances{
    {{"none", Guidance::none}, {"cfg", Guidance::cfg}, {"apg", Guidance::apg}, {"adg", Guidance::adg}}};
constexpr Names<Bands, 4> kBands{
    {{"low", Bands::low}, {"high", Bands::high}, {"double", Bands::both}, {"pix", Bands::all_alike}}};

static_assert(*kMethods.find(defaults::generate::method) == SamplingMethod::ode);
static_assert(*kSolvers.find(defaults::generate::solver) == Solver::euler);
static_assert(*kGuidances.find(defaults::generate::guidance) == Guidance::apg);
static_assert(*kBands.find(defaults::generate::dcw::mode) == Bands::both);

OptionReader within(double& target, double low, double high) {
  return [&target, low, high](const GivenOption& given) {
    target = given.value.as_number();
    if (!(std::isfinite(target) && target >= low && target <= high))
      given.refuse("a number from " + Json(low).dump() + " to " + Json(high).dump());
  };
}

void read_interval(const GivenOption& given, SamplerOptions& o) {
  const Json::Array& ends = given.value.as_array();
  if (ends.size() == 2) {
    o.interval_start = ends[0].as_number();
    o.interval_end = ends[1].as_number();
  }
  if (ends.size() != 2 || !(o.interval_start >= 0 && o.interval_start <= o.interval_end && o.interval_end <= 1))
    given.refuse("two timesteps in order, 0 to 1");
}

void read_timesteps(const GivenOption& given, SamplerOptions& o) {
  if (o.form == SamplerForm::base) given.refuse("none, since only turbo models take any");
  for (const Json& t : given.value.as_array()) {
    o.timesteps.push_back(t.as_number());
    if (!(o.timesteps.back() >= 0 && o.timesteps.back() <= 1)) given.refuse("numbers from 0 to 1");
  }
}

DcwOptions read_dcw(const Json& json) {
  DcwOptions dcw{.bands = Bands::both};
  read_options(kArea, "dcw", json,
               {{"mode", choice(dcw.bands, kBands)},
                {"scaler", within(dcw.scaler, -10, 10)},
                {"high_scaler", within(dcw.high_scaler, -10, 10)}});
  return dcw;
}

}  // namespace

SamplerOptions sampler_options_from_json(const Json& json) {
  SamplerOptions o{.form = json.at("turbo").as_bool() ? SamplerForm::turbo : SamplerForm::base};
  for (const char* name : {"steps", "shift", "guidance_scale"}) json.at(name).as_number();
  read_options(kArea, "", json,
               {{"turbo", kElsewhere},
                {"method", choice(o.method, kMethods)},
                {"solver", choice(o.solver, kSolvers)},
                {"steps", integer(o.steps, 1)},
                {"shift", within(o.shift, 0, kMostShift)},
                {"guidance", choice(o.guidance, kGuidances)},
                {"guidance_scale", within(o.guidance_scale, 0, 100)},
                {"guidance_interval", [&o](const GivenOption& given) { read_interval(given, o); }},
                {"velocity_norm_threshold", within(o.velocity_norm_threshold, 0, 1000)},
                {"velocity_ema_factor", within(o.velocity_ema_factor, 0, 1)},
                {"timesteps", [&o](const GivenOption& given) { read_timesteps(given, o); }},
                {"dcw", [&o](const GivenOption& given) { o.dcw = read_dcw(given.value); }}});
  if (o.steps > kMostSteps) GivenOption{kArea, "steps", o.steps}.refuse("1 to " + std::to_string(kMostSteps));
  if (o.shift == 0) GivenOption{kArea, "shift", o.shift}.refuse("a number above 0");
  return o;
}

}  // namespace sidestep
