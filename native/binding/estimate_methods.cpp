#include "binding/engine.h"
#include "binding/path_param.h"
#include "binding/sample_params.h"
#include "training/estimate.h"

namespace sidestep::binding {

namespace {

/// {model_folder, samples, options, precision, device, threads} → the estimate's JSON; emits {done, total}
const Method estimate_method{
    "estimate", [](const Request& request) -> Response {
      Engine engine(request.params);
      const Session session(engine, request);
      const EstimateSetup setup{.model_folder = path_param(request.params, "model_folder"),
                                .samples = sample_files(request.params, "samples"),
                                .options = estimate_options_from_json(request.params.at("options")),
                                .compute_dtype = dtype_from_precision(request.params.string_or("precision", "f32"))};
      const EstimateReport report = estimate(setup, session.stream(), [&request](int64_t done, int64_t total) {
        request.emit(Json::Object{{"done", done}, {"total", total}});
      });
      return {estimate_to_json(report, setup.options), {}};
    }};

}  // namespace

}  // namespace sidestep::binding
