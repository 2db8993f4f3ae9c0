#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "core/philox.h"

namespace sidestep::testing {

/// What a made-up band plays.
struct Piece {
  double tempo = 120;  ///< of quarters; in 6/8 of dotted quarters
  int meter = 4;       ///< 3, 4 or 6
  int tonic = 0;       ///< 0 is C
  bool minor = false;
  double swing = 0.5;  ///< where in the beat its second half begins
  double cents = 0;
  double seconds = 15;
  bool drums = true, notes = true;
  uint64_t seed = 1;
};

/// Kick, snare and hats, a bass, chords, and a melody that is drawn; mono at 48 kHz.
class Band {
 public:
  explicit Band(const Piece& piece) : piece_(piece), sound_(static_cast<size_t>(piece.seconds * kRate)) {}

  std::vector<float> play() {
    const int beats = piece_.meter == 6 ? 2 : piece_.meter;
    const double beat = 60 / piece_.tempo;
    for (int bar = 0; (bar * beats + beats) * beat <= piece_.seconds; ++bar) {
      const double start = 0.02 + bar * beats * beat;
      if (piece_.notes) play_notes(start, beat, beats, bar);
      if (piece_.drums) play_drums(start, beat, beats);
    }
    return sound_;
  }

 private:
  static constexpr double kRate = 48000;

  double draw() { return static_cast<double>(normal({piece_.seed, Purpose::fixture}, drawn_++)); }
  double chance() { return 0.5 * (1 + std::erf(draw() / std::numbers::sqrt2)); }

  void add(double start, double length, const auto& wave) {
    const auto first = static_cast<int64_t>(start * kRate), count = static_cast<int64_t>(length * kRate);
    for (int64_t i = 0; i < count && first + i < static_cast<int64_t>(sound_.size()); ++i)
      sound_[static_cast<size_t>(first + i)] += static_cast<float>(wave(static_cast<double>(i) / kRate));
  }

  /// `degree` of the scale, raised where a minor dominant wants it.
  void note(double start, double length, int degree, int octave, double strength, double decay, bool raised = false) {
    constexpr std::array<int, 7> major{0, 2, 4, 5, 7, 9, 11}, minor{0, 2, 3, 5, 7, 8, 10};
    const int semitones =
        (piece_.minor ? minor : major)[static_cast<size_t>(degree % 7)] + 12 * (degree / 7 + octave) + (raised ? 1 : 0);
    const double frequency = 261.6255653 * std::pow(2.0, (piece_.tonic + semitones) / 12.0 + piece_.cents / 1200);
    for (int h = 1; h <= 5; ++h) {
      const double turn = 2 * std::numbers::pi * frequency * h / kRate, twice = 2 * std::cos(turn);
      double before = -std::sin(turn), now = 0, level = strength * std::pow(0.55, h - 1);
      const double fade = std::exp(-decay / kRate);
      add(start, length, [&](double t) {
        const double value = level * now * std::min({1.0, t / 0.006, (length - t) / 0.02});
        const double next = twice * now - before;
        before = now;
        now = next;
        level *= fade;
        return value;
      });
    }
  }

  void play_notes(double start, double beat, int beats, int bar) {
    constexpr std::array<int, 4> progression{0, 3, 4, 0};
    const int root = progression[static_cast<size_t>(bar % 4)];
    const bool dominant = piece_.minor && root == 4;
    const int chords = piece_.meter == 3 ? 2 : beats;
    for (int i = 0; i < chords; ++i) {
      const double at = start + (piece_.meter == 3 ? i + 1 : i) * beat;
      for (const int third : {0, 2, 4}) note(at, 0.7 * beat, root + third, 0, 0.06, 2, dominant && third == 2);
    }
    for (int i = 0; i < (piece_.meter == 3 ? 1 : beats); ++i) note(start + i * beat, 0.9 * beat, root, -2, 0.25, 1);
    const int parts = piece_.meter == 6 ? 3 : 2;
    for (int i = 0; i < beats * parts; ++i) {
      if (chance() < 0.4) continue;
      const double place = parts == 2 && i % 2 == 1 ? piece_.swing : static_cast<double>(i % parts) / parts;
      const int degree = root + 2 * static_cast<int>(3 * chance());
      note(start + (i / parts + place) * beat, 0.8 * beat / parts, degree, 1, 0.08, 4, dominant && degree % 7 == 6);
    }
  }

  void play_drums(double start, double beat, int beats) {
    for (int i = 0; i < beats; ++i) {
      const double at = start + i * beat;
      const bool kick = piece_.meter == 3 ? i == 0 : i % 2 == 0;
      if (kick) {
        double phase = 0;
        add(at, 0.18, [&](double t) {
          phase += (50 + 120 * std::exp(-40 * t)) / kRate;
          return 0.7 * std::exp(-18 * t) * std::sin(2 * std::numbers::pi * phase);
        });
      } else {
        add(at, 0.15,
            [&](double t) { return std::exp(-25 * t) * (0.12 * draw() + 0.2 * std::sin(2 * std::numbers::pi * 190 * t)); });
      }
      const int parts = piece_.meter == 6 ? 3 : 2;
      for (int k = 0; k < parts; ++k) {
        const double place = parts == 2 && k == 1 ? piece_.swing : static_cast<double>(k) / parts;
        double last = 0;
        add(at + place * beat, 0.06, [&](double t) {
          const double now = 0.05 * draw(), rough = now - last;
          last = now;
          return std::exp(-60 * t) * rough;
        });
      }
    }
  }

  Piece piece_;
  std::vector<float> sound_;
  uint64_t drawn_ = 0;
};

}  // namespace sidestep::testing
