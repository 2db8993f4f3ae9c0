#include "sampling/options.h"

#include "testing/test.h"

namespace sidestep {
namespace {

SamplerOptions parsed(const char* json) { return sampler_options_from_json(Json::parse(json)); }

TEST("sampler options: what is absent has upstream's default, of base models and of turbo models") {
  const SamplerOptions base = parsed("{}");
  EXPECT(base.steps == 50 && base.shift == 1 && base.guidance == Guidance::apg && base.guidance_scale == 7 && base.guided());
  const SamplerOptions turbo = parsed(R"({"turbo": true})");
  EXPECT(turbo.steps == 8 && turbo.shift == 3 && !turbo.guided());
  EXPECT(!parsed(R"({"turbo": true, "guidance": "apg", "guidance_scale": 7})").guided());
  EXPECT(!parsed(R"({"guidance_scale": 1})").guided() && !parsed(R"({"guidance": "none"})").guided());
  EXPECT(base.dcw.bands == DcwOptions::Bands::none && parsed(R"({"dcw": null})").dcw.bands == DcwOptions::Bands::none);
  EXPECT(parsed(R"({"dcw": {}})").dcw.bands == DcwOptions::Bands::both);
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
