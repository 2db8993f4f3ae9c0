#include "sampling/options.h"

#include "testing/test.h"

namespace sidestep {
namespace {

/// With what every caller gives.
SamplerOptions parsed(const char* json) {
  Json::Object options{{"turbo", false}, {"steps", 50}, {"shift", 1}, {"guidance_scale", 7}};
  const Json given = Json::parse(json);
  for (const auto& [name, value] : given.as_object()) options[name] = value;
  return sampler_options_from_json(options);
}

TEST("sampler options: what goes by the kind of model is given, what is absent has the schema's default") {
  const SamplerOptions base = parsed("{}");
  EXPECT(base.steps == 50 && base.shift == 1 && base.guidance == Guidance::apg && base.guidance_scale == 7 && base.guided());
  EXPECT(base.method == SamplingMethod::ode && base.solver == Solver::euler && base.interval_start == 0 &&
         base.interval_end == 1);
  EXPECT(base.velocity_norm_threshold == 0 && base.velocity_ema_factor == 0);
  EXPECT(!parsed(R"({"turbo": true, "guidance": "apg"})").guided());
  EXPECT(!parsed(R"({"guidance_scale": 1})").guided() && !parsed(R"({"guidance": "none"})").guided());
  EXPECT(base.dcw.bands == DcwOptions::Bands::none && parsed(R"({"dcw": null})").dcw.bands == DcwOptions::Bands::none);
  const DcwOptions dcw = parsed(R"({"dcw": {}})").dcw;
  EXPECT(dcw.bands == DcwOptions::Bands::both && dcw.scaler == 0.05 && dcw.high_scaler == 0.02);
  for (const char* some :
       {R"({})", R"({"turbo": true, "steps": 8, "shift": 3})", R"({"turbo": true, "shift": 3, "guidance_scale": 1})",
        R"({"turbo": true, "steps": 8, "guidance_scale": 1})", R"({"steps": 8, "shift": 3, "guidance_scale": 1})"})
    EXPECT_ERROR(sampler_options_from_json(Json::parse(some)), "native/json-missing-key");
}

TEST("sampler options: what no sampler can do is refused by name") {
  for (const char* wrong :
       {R"({"steps": 0})", R"({"steps": 1001})", R"({"shift": 0})", R"({"shift": -1})", R"({"method": "dpm"})",
        R"({"solver": "rk4"})", R"({"guidance": "CFG"})", R"({"guidance_scale": -1})", R"({"guidance_interval": [0.5]})",
        R"({"guidance_interval": [0.8, 0.2]})", R"({"guidance_interval": [-0.1, 1]})", R"({"velocity_ema_factor": 1.5})",
        R"({"velocity_norm_threshold": -1})", R"({"timesteps": [1, 0.5]})", R"({"turbo": true, "timesteps": [1.5]})",
        R"({"dcw": {"mode": "haar"}})"}) {
    EXPECT_ERROR(parsed(wrong), "generate/option-invalid");
  }
  EXPECT_ERROR(parsed(R"({"cfg": 7})"), "generate/option-unknown");
  EXPECT_ERROR(parsed(R"({"dcw": {"wavelet": "db4"}})"), "generate/option-unknown");
  EXPECT_ERROR(parsed(R"({"steps": "many"})"), "native/json-type");
}

}  // namespace
}  // namespace sidestep
