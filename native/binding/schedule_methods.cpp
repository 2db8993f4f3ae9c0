#include "binding/handle.h"
#include "binding/method.h"
#include "binding/open_trainer.h"
#include "training/run.h"
#include "training/run_schedule.h"

namespace sidestep::binding {

namespace {

Json::Object lengths_json(const RunLengths& lengths) {
  return {{"least_steps", lengths.least_steps},
          {"most_steps", lengths.most_steps ? Json(*lengths.most_steps) : Json(nullptr)},
          {"any_epochs", lengths.any_epochs}};
}

/// {options: of a train stage, those that say how long it is, samples: how many it trains on} → {micro_steps_per_epoch,
/// steps_per_epoch, total_steps}
const Method steps_method{"training_steps", [](const Request& request) -> Response {
                            const Json& params = request.params;
                            const TrainOptions options = train_options_from_json(params.at("options"), DitConfig{});
                            const RunShape shape = counted_steps(options, params.at("samples").as_int());
                            return {Json::Object{{"micro_steps_per_epoch", shape.micro_steps_per_epoch},
                                                 {"steps_per_epoch", shape.steps_per_epoch},
                                                 {"total_steps", shape.total_steps}},
                                    {}};
                          }};

/// {options: of a train stage, those of `optimizer`, `schedule` and `epochs`, total_steps, steps_per_epoch, steps: the updates
/// that are asked about, from 0} → {rates: before each}
const Method rates_method{"learning_rates", [](const Request& request) -> Response {
                            const Json& params = request.params;
                            const TrainOptions options = train_options_from_json(params.at("options"), DitConfig{});
                            const Schedule schedule =
                                schedule_of(options, params.at("total_steps").as_int(), params.at("steps_per_epoch").as_int());
                            Json::Array rates;
                            for (const Json& step : params.at("steps").as_array())
                              rates.push_back(learning_rate_at(schedule, step.as_int()));
                            return {Json::Object{{"rates", std::move(rates)}}, {}};
                          }};

/// {handle} → of an open run: the lengths that it may go on as from where it is, {least_steps, most_steps or null, any_epochs}
const Method lengths_method{"lengths_with_same_rates", [](const Request& request) -> Response {
                              const auto open =
                                  Handles::instance().get<OpenTrainer>(request.params.at("handle").as_int(), OpenTrainer::kKind);
                              const Trainer& trainer = open->trainer;
                              const RunShape& shape = trainer.shape();
                              const Schedule schedule = schedule_of(trainer.options(), shape.total_steps, shape.steps_per_epoch);
                              return {lengths_json(lengths_with_same_rates(schedule, trainer.global_step())), {}};
                            }};

}  // namespace

}  // namespace sidestep::binding
