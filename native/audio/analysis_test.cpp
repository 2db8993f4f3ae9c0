#include "audio/analysis.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "audio/band_testing.h"
#include "audio/fourier.h"
#include "testing/test.h"

namespace sidestep::testing {
namespace {

using audio::Meter;
using audio::Scale;
using audio::SongAnalysis;

SongAnalysis analyse(const std::vector<float>& mono, int threads = 1, int64_t piece = 48000) {
  ThreadPool pool(threads);
  audio::SongAnalyzer analyzer;
  const auto total = static_cast<int64_t>(mono.size());
  for (int64_t begin = 0; begin < total; begin += piece) {
    const int64_t count = std::min(piece, total - begin);
    Storage stereo(DType::f32, {2, count});
    for (int64_t c = 0; c < 2; ++c) std::copy_n(mono.data() + begin, count, stereo.tensor().data<float>() + c * count);
    analyzer.push(stereo.view(), pool);
  }
  return analyzer.finish(pool);
}

SongAnalysis analyse(const Piece& piece) { return analyse(Band(piece).play()); }

/// Expects the tempo within a hundredth, and says what was found instead.
void expect_tempo(const Piece& piece, const SongAnalysis& found) {
  if (std::abs(found.tempo / piece.tempo - 1) < 0.01 && found.tempo_confidence > 0.5) return;
  fail(__FILE__, __LINE__,
       "expected " + std::to_string(piece.tempo) + " in " + std::to_string(piece.meter) + ", found " +
           std::to_string(found.tempo) + " (" + std::to_string(found.tempo_confidence) + ")");
}

TEST("fourier: a sine of amplitude 1 is 0.5 at its bin, and nothing far from it") {
  audio::Fourier fourier(256);
  std::vector<float> wave(256);
  for (size_t i = 0; i < wave.size(); ++i)
    wave[i] = static_cast<float>(std::sin(2 * std::numbers::pi * 17 * static_cast<double>(i) / 256));
  std::vector<double> magnitudes;
  fourier.magnitudes(wave.data(), magnitudes);
  EXPECT(magnitudes.size() == 129);
  EXPECT(std::abs(magnitudes[17] - 0.5) < 1e-6);
  EXPECT(std::abs(magnitudes[18] - 0.25) < 1e-6);
  EXPECT(magnitudes[0] < 1e-6 && magnitudes[20] < 1e-6 && magnitudes[128] < 1e-6);
}

TEST("analysis: tempi from 60 to 200, straight and swung, of bands and of drums alone") {
  for (const double tempo : {60.0, 83.0, 97.5, 140.0, 200.0}) {
    for (const double swing : {0.5, 2.0 / 3}) {
      const Piece band{.tempo = tempo, .swing = swing, .seed = 7};
      expect_tempo(band, analyse(band));
    }
    const Piece drums{.tempo = tempo, .notes = false};
    expect_tempo(drums, analyse(drums));
  }
}

TEST("analysis: 3/4, 4/4 and 6/8; swing is no 6/8") {
  const auto meter_of = [](const Piece& piece) {
    const SongAnalysis found = analyse(piece);
    expect_tempo(piece, found);
    return found.meter.confidence > 0.5 ? static_cast<int>(found.meter.meter) : -1;
  };
  for (const double tempo : {80.0, 130.0}) {
    EXPECT(meter_of({.tempo = tempo, .meter = 4, .seconds = 16}) == static_cast<int>(Meter::four_four));
    EXPECT(meter_of({.tempo = tempo, .meter = 4, .swing = 2.0 / 3, .seconds = 16}) == static_cast<int>(Meter::four_four));
    EXPECT(meter_of({.tempo = tempo, .meter = 3, .seconds = 16}) == static_cast<int>(Meter::three_four));
  }
  for (const double tempo : {60.0, 100.0})
    EXPECT(meter_of({.tempo = tempo, .meter = 6, .seconds = 16}) == static_cast<int>(Meter::six_eight));
}

TEST("analysis: all 24 keys, in and out of tune") {
  for (int i = 0; i < 24; ++i) {
    const double cents = (i * 37) % 80 - 40;
    const Piece piece{.tempo = 110, .tonic = i % 12, .minor = i >= 12, .cents = cents, .seconds = 9, .drums = i % 2 == 0};
    const SongAnalysis found = analyse(piece);
    const bool right =
        found.key.tonic == piece.tonic && (found.key.scale == Scale::minor) == piece.minor && found.key.confidence > 0.5;
    if (!right) {
      fail(__FILE__, __LINE__,
           "key " + std::to_string(i) + ": found " + std::to_string(found.key.tonic) +
               (found.key.scale == Scale::minor ? " minor, " : " major, ") + std::to_string(found.key.confidence));
    }
    EXPECT(std::abs(found.key.tuning - cents) < 5);
  }
}

TEST("analysis: drums have no key, noise and silence neither key nor tempo") {
  EXPECT(analyse(Piece{.notes = false}).key.confidence < 0.2);
  std::vector<float> noise;
  for (uint64_t i = 0; i < 48000 * 12; ++i) noise.push_back(0.1F * normal({3, Purpose::fixture}, i));
  const SongAnalysis rough = analyse(noise);
  EXPECT(rough.key.confidence < 0.2);
  EXPECT(rough.tempo_confidence < 0.3);
  const SongAnalysis silent = analyse(std::vector<float>(48000 * 12));
  EXPECT(silent.tempo_confidence == 0 && silent.key.confidence == 0 && silent.meter.confidence == 0);
  EXPECT(std::isinf(silent.loudness) && silent.peak == 0);
  EXPECT(analyse(std::vector<float>(100)).tempo_confidence == 0);
}

TEST("analysis: pieces and threads change no bit") {
  const std::vector<float> song = Band({.tempo = 93, .seconds = 12}).play();
  const SongAnalysis whole = analyse(song, 1, 48000 * 12), pieces = analyse(song, 3, 1777);
  const auto same = [](double a, double b) { return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b); };
  EXPECT(same(whole.tempo, pieces.tempo) && same(whole.tempo_confidence, pieces.tempo_confidence));
  EXPECT(same(whole.key.confidence, pieces.key.confidence) && same(whole.key.tuning, pieces.key.tuning));
  EXPECT(same(whole.meter.confidence, pieces.meter.confidence) && same(whole.loudness, pieces.loudness));
}

}  // namespace
}  // namespace sidestep::testing
