#include "binding/engine.h"
#include "binding/handle.h"
#include "binding/open_trainer.h"
#include "training/ring.h"

namespace sidestep::binding {

namespace {

constexpr const char* kListener = "rank listener";
constexpr const char* kRing = "rank ring";

/// A ring is connected before anything is loaded: there is no engine yet.
Ring::Circle circle_of(const Json& params) {
  const RingPatience patience;
  return {.place = {params.at("rank").as_int(), params.at("ranks").as_int()},
          .token = params.at("token").as_string(),
          .next = {params.at("next_host").as_string(), static_cast<int>(params.at("next_port").as_int())},
          .patience = {static_cast<int>(params.int_or("connect_ms", patience.connect_ms)),
                       static_cast<int>(params.int_or("silence_ms", patience.silence_ms))}};
}

std::shared_ptr<OpenTrainer> opened(const Request& request) {
  return Handles::instance().get<OpenTrainer>(request.params.at("handle").as_int(), OpenTrainer::kKind);
}

/// {address} → {handle, port}
const Method door_method{"open_rank_door", [](const Request& request) -> Response {
                           auto listener = std::make_shared<RingListener>(request.params.at("address").as_string());
                           Json::Object result{{"port", static_cast<int64_t>(listener->port())}};
                           result["handle"] = Handles::instance().add(std::move(listener), kListener);
                           return {std::move(result), {}};
                         }};

/// {listener, rank, ranks, token, next_host, next_port, connect_ms, silence_ms} → {handle}
const Method ring_method{"open_rank_ring", [](const Request& request) -> Response {
                           const auto listener =
                               Handles::instance().get<RingListener>(request.params.at("door").as_int(), kListener);
                           Stream stream(Device{}, std::make_shared<ThreadPool>(1));
                           stream.set_cancel_flag(&request.cancelled);
                           auto ring = std::make_shared<Ring>(*listener, circle_of(request.params), stream);
                           return {Json::Object{{"handle", Handles::instance().add(std::move(ring), kRing)}}, {}};
                         }};

/// {handle of a trainer, ring} → {gradients: how they go from card to card, empty on CPUs}; the trainer takes the ring over
const Method join_method{"join_ranks", [](const Request& request) -> Response {
                           const auto open = opened(request);
                           const Session session(*open, request);
                           const int64_t handle = request.params.at("ring").as_int();
                           auto ring = Handles::instance().get<Ring>(handle, kRing);
                           Handles::instance().close(handle);
                           return {Json::Object{{"gradients", open->trainer.join(std::move(ring))}}, {}};
                         }};

/// {handle} → {ended}
const Method follow_method{"follow_rank", [](const Request& request) -> Response {
                             const auto open = opened(request);
                             const Session session(*open, request);
                             const bool ended = open->trainer.follow() == Trainer::Followed::finish;
                             return {Json::Object{{"ended", ended}}, {}};
                           }};

/// {handle}
const Method dismiss_method{"dismiss_ranks", [](const Request& request) -> Response {
                              const auto open = opened(request);
                              const Session session(*open, request);
                              open->trainer.finish_ranks();
                              return {};
                            }};

}  // namespace

}  // namespace sidestep::binding
