#include "binding/engine.h"
#include "binding/handle.h"
#include "binding/open_trainer.h"
#include "binding/path_param.h"
#include "binding/sample_params.h"
#include "core/error.h"
#include "ops/card_overhead.h"
#include "sampling/generator.h"

namespace sidestep::binding {

namespace {

constexpr const char* kKind = "generator";

/// Null or absent: the model alone.
std::optional<std::filesystem::path> adapter_path(const Json& params) {
  if (params.get("adapter").is_null()) return std::nullopt;
  return path_param(params.at("adapter"), "path");
}

GeneratorSetup generator_setup(const Json& params) {
  return {.model_folder = path_param(params, "model_path"),
          .adapter = adapter_path(params),
          .compute_dtype = dtype_from_precision(params.string_or("precision", "f32"))};
}

struct OpenGenerator : Engine {
  explicit OpenGenerator(const Json& params) : Engine(params), generator(generator_setup(params), stream) {}
  Generator generator;
};

GenerateJob job_of(const Request& request) {
  const Json& params = request.params;
  GenerateJob job;
  job.condition = request.input("encoder_hidden_states", DType::f32, 2);
  job.context = request.input("context_latents", DType::f32, 2);
  job.sampler = sampler_options_from_json(params.at("sampler"));
  job.seed = static_cast<uint64_t>(params.int_or("seed", 0));
  job.item = static_cast<uint64_t>(params.int_or("item", 0));
  job.strength = params.number_or("strength", 1);
  job.on_step = [&request](int64_t done, int64_t steps) { request.emit(Json::Object{{"step", done}, {"steps", steps}}); };
  return job;
}

/// {model_path, adapter: {path} | null, precision, device, threads} → {handle, latent_channels, context_channels, condition_size,
///  adapted_modules}
const Method open_method{"open_generator", [](const Request& request) -> Response {
                           auto open = std::make_shared<OpenGenerator>(request.params);
                           const DitConfig& config = open->generator.model().config();
                           Json::Object result{{"latent_channels", config.audio_acoustic_hidden_dim},
                                               {"context_channels", config.context_channels()},
                                               {"condition_size", config.condition_size},
                                               {"adapted_modules", open->generator.adapted_modules()}};
                           result["handle"] = Handles::instance().add(std::move(open), kKind);
                           return {std::move(result), {}};
                         }};

/// {handle of a generator or a trainer, seed, item, strength, sampler: see sampling/options.h}, encoder_hidden_states [S, De]
/// f32,
///  context_latents [T, Cc] f32 → latents [T, C] f32; emits {step, steps}
const Method generate_method{"generate_latents", [](const Request& request) -> Response {
                               const int64_t handle = request.params.at("handle").as_int();
                               const GenerateJob job = job_of(request);
                               if (Handles::instance().kind_of(handle) == OpenTrainer::kKind) {
                                 const auto open = Handles::instance().get<OpenTrainer>(handle, OpenTrainer::kKind);
                                 const Session session(*open, request);
                                 return {{}, {{"latents", open->trainer.generate(job)}}};
                               }
                               const auto open = Handles::instance().get<OpenGenerator>(handle, kKind);
                               const Session session(*open, request);
                               return {{}, {{"latents", open->generator.generate(job)}}};
                             }};

/// {model_path, adapter, precision, device, frames, tokens, guided} → {weights_bytes, adapter_bytes, arena_bytes, total_bytes,
///  flops_per_evaluation}: halves apart, the least that a generation takes; nothing is loaded and no device is needed
const Method plan_method{"plan_generation", [](const Request& request) -> Response {
                           const Json& params = request.params;
                           const GeneratorSetup setup = generator_setup(params);
                           const DeviceKind device = device_from_name(params.string_or("device", "cpu")).kind;
                           const DitConfig config = dit_config(read_config(setup.model_folder));
                           GenerationRequest asked{
                               .model = config,
                               .compute_dtype = setup.compute_dtype,
                               .stored = kept_dtype(setup.model_folder, "decoder.", setup.compute_dtype, device),
                               .frames = params.at("frames").as_int(),
                               .tokens = params.at("tokens").as_int(),
                               .guided = params.bool_or("guided", true)};
                           if (setup.adapter) asked.adapter = open_adapter(*setup.adapter).config;
                           GenerationPlan plan = plan_generation(asked);
                           plan.overhead_bytes = computing_overhead(device);
                           return {Json::Object{{"weights_bytes", plan.weights_bytes},
                                                {"adapter_bytes", plan.adapter_bytes},
                                                {"arena_bytes", plan.arena_bytes},
                                                {"total_bytes", plan.total_bytes()},
                                                {"flops_per_evaluation", plan.flops_per_evaluation}},
                                   {}};
                         }};

}  // namespace

}  // namespace sidestep::binding
