#include "binding/engine.h"
#include "binding/method.h"
#include "sampling/likeness.h"

namespace sidestep::binding {

namespace {

/// {window, device, threads}, clip [T, C] f32, song [T, C] f32 → {similarity, clip_frame, song_frame}
const Method closest_method{
    "closest_passage", [](const Request& request) -> Response {
      Engine engine(request.params);
      const Session session(engine, request);
      const Likeness found = closest_passage(request.input("clip", DType::f32, 2), request.input("song", DType::f32, 2),
                                             request.params.at("window").as_int(), session.stream());
      return {Json::Object{{"similarity", found.similarity}, {"clip_frame", found.clip_frame}, {"song_frame", found.song_frame}},
              {}};
    }};

}  // namespace

}  // namespace sidestep::binding
