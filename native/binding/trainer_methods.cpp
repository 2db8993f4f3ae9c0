#include <cmath>

#include "binding/handle.h"
#include "binding/named_value.h"
#include "binding/open_trainer.h"
#include "binding/path_param.h"
#include "core/error.h"

namespace sidestep::binding {

namespace {

constexpr const char* kKind = OpenTrainer::kKind;

std::shared_ptr<OpenTrainer> opened(const Request& request) {
  return Handles::instance().get<OpenTrainer>(request.params.at("handle").as_int(), kKind);
}

/// JSON knows no NaN: a loss that is no number becomes null.
Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

template <typename T>
Json::Array numbers(const std::vector<T>& values) {
  Json::Array array;
  for (const T& value : values) array.push_back(number_or_null(static_cast<double>(value)));
  return array;
}

Json::Array texts(const std::vector<std::string>& values) { return {values.begin(), values.end()}; }

Json::Object report_json(const StepReport& report, bool finished) {
  return {{"applied", report.kind == StepReport::Kind::applied},
          {"global_step", report.global_step},
          {"epoch", report.epoch},
          {"step_in_epoch", report.step_in_epoch},
          {"loss", number_or_null(report.loss)},
          {"learning_rate", report.learning_rate},
          {"grad_norm", number_or_null(report.grad_norm)},
          {"module_norms", numbers(report.module_norms)},
          {"timesteps", numbers(report.timesteps)},
          {"sample_losses", numbers(report.sample_losses)},
          {"sample_names", texts(report.sample_names)},
          {"target_loss_scale", report.target_loss_scale},
          {"target_loss_smoothed", report.target_loss_smoothed ? number_or_null(*report.target_loss_smoothed) : Json(nullptr)},
          {"prodigy_d", report.prodigy_d},
          {"nonfinite_total", report.nonfinite_total},
          {"diagnosis", report.diagnosis},
          {"epoch_finished", report.epoch_finished},
          {"epoch_loss", number_or_null(report.epoch_loss)},
          {"finished", finished}};
}

std::map<std::string, std::string> metadata_of(const Json& params) {
  std::map<std::string, std::string> metadata;
  if (!params.contains("metadata")) return metadata;
  for (const auto& [key, value] : params.at("metadata").as_object()) metadata[key] = value.as_string();
  return metadata;
}

constexpr Names<AdapterWeights, 3> kWeights{
    {{"best", AdapterWeights::best}, {"raw", AdapterWeights::raw}, {"ema", AdapterWeights::ema}}};
constexpr Names<Resume, 2> kResume{{{"exact", Resume::exact}, {"fork", Resume::fork}}};

/// {model_folder, samples, validation_samples, options, precision, device, threads}
///   → {handle, shape, memory, modules, global_step, finished}
const Method open_method{"open_trainer", [](const Request& request) -> Response {
                           auto open = std::make_shared<OpenTrainer>(request.params);
                           Json::Object result{{"shape", shape_json(open->trainer.shape())},
                                               {"memory", memory_json(open->trainer.memory())},
                                               {"modules", texts(open->trainer.modules())}};
                           result["handle"] = Handles::instance().add(std::move(open), kKind);
                           return {std::move(result), {}};
                         }};

/// {handle} → what one optimizer update did
const Method step_method{"train_step", [](const Request& request) -> Response {
                           const auto open = opened(request);
                           const Session session(*open, request);
                           const StepReport report = open->trainer.step();
                           return {report_json(report, open->trainer.finished()), {}};
                         }};

/// {handle} → {loss, timesteps, losses}
const Method validate_method{"validate", [](const Request& request) -> Response {
                               const auto open = opened(request);
                               const Session session(*open, request);
                               const ValidationReport report = open->trainer.validate();
                               return {Json::Object{{"loss", number_or_null(report.loss)},
                                                    {"timesteps", numbers(report.timesteps)},
                                                    {"losses", numbers(report.losses)}},
                                       {}};
                             }};

/// {handle, folder, metadata}
const Method save_method{"save_checkpoint", [](const Request& request) -> Response {
                           const auto open = opened(request);
                           const Session session(*open, request);
                           open->trainer.save(path_param(request.params, "folder"), metadata_of(request.params));
                           return {};
                         }};

/// {handle, folder, weights, metadata}
const Method save_adapter_method{"save_adapter", [](const Request& request) -> Response {
                                   const auto open = opened(request);
                                   const Session session(*open, request);
                                   open->trainer.save_adapter(
                                       path_param(request.params, "folder"),
                                       named_value("weights", request.params.at("weights").as_string(), kWeights),
                                       metadata_of(request.params));
                                   return {};
                                 }};

/// {handle, folder, resume} → {global_step, finished}
const Method load_method{
    "load_checkpoint", [](const Request& request) -> Response {
      const auto open = opened(request);
      const Session session(*open, request);
      open->trainer.load(path_param(request.params, "folder"),
                         named_value("resume", request.params.string_or("resume", "exact"), kResume));
      return {Json::Object{{"global_step", open->trainer.global_step()}, {"finished", open->trainer.finished()}}, {}};
    }};

/// {folder} → what a checkpoint says of itself
const Method inspect_method{"inspect_checkpoint", [](const Request& request) -> Response {
                              return {inspect_checkpoint(path_param(request.params, "folder")), {}};
                            }};

}  // namespace

}  // namespace sidestep::binding
