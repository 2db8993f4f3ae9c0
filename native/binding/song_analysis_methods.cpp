#include <array>
#include <cmath>
#include <memory>

#include "audio/analysis.h"
#include "binding/engine.h"
#include "binding/handle.h"
#include "core/error.h"
#include "models/song_encoder.h"

namespace sidestep::binding {

namespace {

constexpr const char* kKind = "song to analyse";

OobleckConfig stereo() {
  OobleckConfig config;
  config.sampling_rate = audio::SongAnalyzer::kRate;
  config.audio_channels = 2;
  return config;
}

struct Analysis : Engine {
  explicit Analysis(const Json& params) : Engine(params), sound(stereo(), SongOptions{}) {}

  SongSound sound;  ///< as the model hears it
  audio::SongAnalyzer analyzer;
};

const char* meter_name(audio::Meter meter) {
  switch (meter) {
    case audio::Meter::three_four: return "3/4";
    case audio::Meter::four_four: return "4/4";
    case audio::Meter::six_eight: return "6/8";
  }
  throw Error("native/argument-invalid", "There is no such meter");
}

/// As musicians write them: the spelling with fewer accidentals, sharps where both have six.
std::string key_name(const audio::Key& key) {
  constexpr std::array<const char*, 12> major{"C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"};
  constexpr std::array<const char*, 12> minor{"C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"};
  const auto tonic = static_cast<size_t>(key.tonic);
  return key.scale == audio::Scale::major ? std::string(major[tonic]) + " major" : std::string(minor[tonic]) + " minor";
}

Json result_of(const audio::SongAnalysis& found) {
  return Json::Object{
      {"seconds", found.seconds},
      {"tempo", found.tempo},
      {"tempo_confidence", found.tempo_confidence},
      {"other_tempo", found.other_tempo},
      {"meter", meter_name(found.meter.meter)},
      {"meter_confidence", found.meter.confidence},
      {"key", key_name(found.key)},
      {"key_confidence", found.key.confidence},
      {"tuning", found.key.tuning},
      {"loudness", std::isfinite(found.loudness) ? Json(found.loudness) : Json()},
      {"peak", static_cast<double>(found.peak)},
  };
}

/// {device, threads} → {handle}
const Method open_method{
    "open_analysis", [](const Request& request) -> Response {
      return {Json::Object{{"handle", Handles::instance().add(std::make_shared<Analysis>(request.params), kKind)}}, {}};
    }};

/// {handle, sample_rate}, audio [channels, samples] f32
const Method push_method{
    "push_analysis", [](const Request& request) -> Response {
      const auto song = Handles::instance().get<Analysis>(request.params.at("handle").as_int(), kKind);
      const Session session(*song, request);
      ThreadPool& pool = session.stream().pool();
      const SongPiece piece{request.input("audio", DType::f32, 2), request.params.at("sample_rate").as_int()};
      song->analyzer.push(song->sound.push(piece, pool).view(), pool);
      return {};
    }};

/// {handle}, after the last piece → what was found; loudness null for silence
const Method end_method{"end_analysis", [](const Request& request) -> Response {
                          const auto song = Handles::instance().get<Analysis>(request.params.at("handle").as_int(), kKind);
                          const Session session(*song, request);
                          ThreadPool& pool = session.stream().pool();
                          song->analyzer.push(song->sound.finish(pool).view(), pool);
                          return {result_of(song->analyzer.finish(pool)), {}};
                        }};

}  // namespace

}  // namespace sidestep::binding
