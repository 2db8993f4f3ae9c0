#include "audio/key.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "core/math.h"

namespace sidestep::audio {

namespace {

constexpr int kLowestNote = 33, kNotes = 60;   ///< MIDI: A1 (55 Hz) to G#6
constexpr int kParts = 3;                      ///< bins a semitone
constexpr int kBins = kParts * (kNotes + 24);  ///< the harmonics of high notes lie above the notes
constexpr int kHarmonics = 10;
constexpr size_t kBassNotes = 19;  ///< to D#3
using Chroma = std::array<double, 12>;

double frequency_of(double note) { return 440 * math::pow(2.0, (note - 69) / 12); }
double note_of(double frequency) { return 69 + 12 * math::log(frequency / 440) / math::log(2.0); }

/// Albrecht and Shanahan 2013, table 1.
constexpr Chroma kMajor{0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081};
constexpr Chroma kMinor{0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052};

struct Peak {
  double frequency, magnitude;
};

/// Peaks that stand out from what is around them: tones, not noise.
std::vector<Peak> peaks_of(const std::vector<float>& spectrum, double bin) {
  std::vector<Peak> peaks;
  constexpr size_t kAround = 24;
  for (size_t k = kAround; k + kAround < spectrum.size(); ++k) {
    const double a = static_cast<double>(spectrum[k - 1]), b = static_cast<double>(spectrum[k]),
                 c = static_cast<double>(spectrum[k + 1]);
    if (b <= a || b < c || !(b > 0)) continue;
    double around = 0;
    for (size_t i = k - kAround; i <= k + kAround; ++i) around += static_cast<double>(spectrum[i]) / (2 * kAround + 1);
    if (b < 4 * around) continue;
    const double la = math::log(a + 1e-12), lb = math::log(b), lc = math::log(c + 1e-12), bend = la - 2 * lb + lc;
    const double shift = bend < 0 ? std::clamp((la - lc) / (2 * bend), -0.5, 0.5) : 0;
    peaks.push_back({(static_cast<double>(k) + shift) * bin, b});
  }
  return peaks;
}

constexpr size_t kEnds = 8;  ///< frames, two seconds: songs like to begin and to end on their tonic

void scale_to_one(Chroma& chroma) {
  double total = 1e-9;
  for (const double value : chroma) total += value;
  for (double& value : chroma) value /= total;
}

double correlation(const Chroma& x, const Chroma& profile, int tonic) {
  double mx = 0, mp = 0;
  for (size_t i = 0; i < 12; ++i) {
    mx += x[i] / 12;
    mp += profile[i] / 12;
  }
  double product = 0, xx = 0, pp = 0;
  for (size_t i = 0; i < 12; ++i) {
    const double a = x[(i + static_cast<size_t>(tonic)) % 12] - mx, b = profile[i] - mp;
    product += a * b;
    xx += a * a;
    pp += b * b;
  }
  return xx > 0 && pp > 0 ? product / std::sqrt(xx * pp) : 0;
}

double logistic(double x) { return 1 / (1 + math::exp(-x)); }

const Chroma& profile_of(Scale scale) { return scale == Scale::major ? kMajor : kMinor; }

/// How well the notes fit, without what is known of openings and basses, and by how far the next key is worse. Fewer than
/// four pitches are a drum or a drone, not a key.
double confidence_of(const Chroma& chroma, const Key& key, double margin) {
  const double most = *std::max_element(chroma.begin(), chroma.end());
  const auto pitches = std::count_if(chroma.begin(), chroma.end(), [&](double value) { return value > 0.1 * most; });
  if (pitches < 4) return 0;
  const double fit = correlation(chroma, profile_of(key.scale), key.tonic);
  return logistic((fit - 0.68) / 0.04) * logistic((margin + 0.02) / 0.02);
}

/// Notes as mixtures of harmonics, each 0.7 of the one before.
struct Dictionary {
  std::vector<std::array<std::pair<int, double>, kHarmonics>> notes;

  Dictionary() {
    for (int note = 0; note < kNotes; ++note) {
      std::array<std::pair<int, double>, kHarmonics> harmonics;
      double strength = 1;
      for (int h = 1; h <= kHarmonics; ++h) {
        const double semitones = note + 12 * math::log(static_cast<double>(h)) / math::log(2.0);
        harmonics[static_cast<size_t>(h - 1)] = {static_cast<int>(std::lround(semitones * kParts)) + kParts / 2, strength};
        strength *= 0.7;
      }
      notes.push_back(harmonics);
    }
  }
};

/// Multiplicative updates (Lee and Seung 2001) towards the notes whose mixture is the spectrum.
std::array<double, kNotes> notes_in(const std::array<double, kBins>& spectrum, const Dictionary& dictionary) {
  std::array<double, kNotes> activations{};
  std::array<double, kNotes> wanted{};
  for (int n = 0; n < kNotes; ++n) {
    for (const auto& [bin, strength] : dictionary.notes[static_cast<size_t>(n)]) {
      if (bin < kBins) wanted[static_cast<size_t>(n)] += strength * spectrum[static_cast<size_t>(bin)];
    }
    activations[static_cast<size_t>(n)] = wanted[static_cast<size_t>(n)];
  }
  for (int pass = 0; pass < 30; ++pass) {
    std::array<double, kBins> mixture{};
    for (int n = 0; n < kNotes; ++n) {
      for (const auto& [bin, strength] : dictionary.notes[static_cast<size_t>(n)]) {
        if (bin < kBins) mixture[static_cast<size_t>(bin)] += strength * activations[static_cast<size_t>(n)];
      }
    }
    for (int n = 0; n < kNotes; ++n) {
      double given = 1e-12;
      for (const auto& [bin, strength] : dictionary.notes[static_cast<size_t>(n)]) {
        if (bin < kBins) given += strength * mixture[static_cast<size_t>(bin)];
      }
      activations[static_cast<size_t>(n)] *= wanted[static_cast<size_t>(n)] / given;
    }
  }
  return activations;
}

struct Tones {
  std::vector<std::vector<Peak>> frames;
  double tuning = 0;  ///< semitones above A = 440 Hz, -0.5 to 0.5
  double share = 0;   ///< of the power
};

Tones tones_of(const std::vector<std::vector<float>>& spectra, double bin) {
  Tones tones;
  double sin = 0, cos = 0, loud = 0, tonal = 0;
  for (const std::vector<float>& spectrum : spectra) {
    tones.frames.push_back(peaks_of(spectrum, bin));
    for (const auto& [frequency, magnitude] : tones.frames.back()) {
      const math::SinCos turn = math::sin_cos(2 * std::numbers::pi * note_of(frequency));
      sin += magnitude * turn.sin;
      cos += magnitude * turn.cos;
      tonal += 3 * magnitude * magnitude;  // a peak of the window holds the power of about three bins
    }
    for (const float magnitude : spectrum) loud += static_cast<double>(magnitude) * static_cast<double>(magnitude);
  }
  if (!(tonal > 0)) return tones;
  const double turn = math::acos(std::clamp(cos / math::hypot(sin, cos), -1.0, 1.0)) / (2 * std::numbers::pi);
  tones.tuning = sin < 0 ? -turn : turn;
  tones.share = tonal / loud;
  return tones;
}

/// How much each pitch class sounds: of all notes, of low ones, and of low ones where the song begins and ends.
struct Pitches {
  Chroma all{}, bass{}, opening{}, ending{};
};

/// A frame's tones on a scale of a third of a semitone, in tune, 1 in all; roots of magnitudes, so that soft notes count.
std::optional<std::array<double, kBins>> scale_of(const std::vector<Peak>& tones, double tuning) {
  std::array<double, kBins> bins{};
  double total = 0;
  for (const auto& [frequency, magnitude] : tones) {
    const double place = (note_of(frequency) - tuning - kLowestNote) * kParts + 0.5 * kParts;
    if (place < 0 || place >= kBins) continue;
    bins[static_cast<size_t>(place)] += std::sqrt(magnitude);
    total += std::sqrt(magnitude);
  }
  if (!(total > 0)) return std::nullopt;
  for (double& value : bins) value /= total;
  return bins;
}

Pitches pitches_of(const Tones& tones) {
  const Dictionary dictionary;
  Pitches pitches;
  for (size_t i = 0; i < tones.frames.size(); ++i) {
    const auto bins = scale_of(tones.frames[i], tones.tuning);
    if (!bins) continue;
    const std::array<double, kNotes> notes = notes_in(*bins, dictionary);
    for (size_t n = 0; n < kNotes; ++n) {
      const size_t pitch = (n + kLowestNote) % 12;
      pitches.all[pitch] += notes[n];
      if (n >= kBassNotes) continue;
      pitches.bass[pitch] += notes[n];
      if (i < kEnds) pitches.opening[pitch] += notes[n];
      if (i + kEnds >= tones.frames.size()) pitches.ending[pitch] += notes[n];
    }
  }
  for (Chroma* each : {&pitches.bass, &pitches.opening, &pitches.ending}) scale_to_one(*each);
  return pitches;
}

}  // namespace

KeyMeter::KeyMeter() : fourier_(kFrame) { pending_.assign(static_cast<size_t>(kFrame / 2), 0.F); }

void KeyMeter::push(const float* samples, int64_t count) {
  pending_.insert(pending_.end(), samples, samples + count);
  size_t at = 0;
  for (; at + kFrame <= pending_.size(); at += kHop) take_frame(pending_.data() + at);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at));
}

void KeyMeter::take_frame(const float* frame) {
  fourier_.magnitudes(frame, spectrum_);
  const double bin = static_cast<double>(kRate) / static_cast<double>(kFrame);
  const auto kept = static_cast<size_t>(frequency_of(kLowestNote + kNotes + 24) / bin);
  frames_.emplace_back(spectrum_.begin(), spectrum_.begin() + static_cast<std::ptrdiff_t>(std::min(kept, spectrum_.size())));
}

Key KeyMeter::finish() const {
  const Tones tones = tones_of(frames_, static_cast<double>(kRate) / static_cast<double>(kFrame));
  if (!(tones.share > 0)) return {};
  const Pitches pitches = pitches_of(tones);
  Key key;
  key.tuning = 100 * tones.tuning;
  double best = -2, second = -2;
  for (int tonic = 0; tonic < 12; ++tonic) {
    for (const Scale scale : {Scale::major, Scale::minor}) {
      const auto at = static_cast<size_t>(tonic);
      const double fit = correlation(pitches.all, profile_of(scale), tonic) + 0.2 * pitches.bass[at] +
                         0.35 * pitches.opening[at] + 0.1 * pitches.ending[at];
      if (fit > best) {
        second = best;
        best = fit;
        key.tonic = tonic;
        key.scale = scale;
      } else {
        second = std::max(second, fit);
      }
    }
  }
  key.confidence = confidence_of(pitches.all, key, best - second) * logistic((tones.share - 0.1) / 0.02);
  return key;
}

}  // namespace sidestep::audio
