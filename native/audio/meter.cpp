#include "audio/meter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/math.h"

namespace sidestep::audio {

namespace {

constexpr size_t kFeatures = 6;
using Feature = std::array<double, kFeatures>;

double logistic(double x) { return 1 / (1 + math::exp(-x)); }

double near(const std::vector<double>& x, double frame) {
  double best = 0;
  for (int64_t shift = -3; shift <= 3; ++shift) {
    const auto i = static_cast<int64_t>(frame) + shift;
    if (i >= 0 && i < static_cast<int64_t>(x.size())) best = std::max(best, x[static_cast<size_t>(i)]);
  }
  return best;
}

bool is_break(const Feature& feature) { return *std::max_element(feature.begin(), feature.end()) < 0.05; }

/// What happens at each beat and between it and the next, each range around its mean; all 0 where there is a break.
std::vector<Feature> features_of(const Onsets& onsets, const std::vector<double>& beats) {
  std::vector<Feature> features;
  Feature mean{};
  double heard = 0;
  for (size_t i = 0; i + 1 < beats.size(); ++i) {
    const double rate = static_cast<double>(kOnsetRate), here = beats[i] * rate, between = (beats[i] + beats[i + 1]) / 2 * rate;
    const Feature feature{near(onsets.low, here),    near(onsets.mid, here),    near(onsets.high, here),
                          near(onsets.low, between), near(onsets.mid, between), near(onsets.high, between)};
    features.push_back(is_break(feature) ? Feature{} : feature);
    heard += is_break(feature) ? 0 : 1;
  }
  for (const Feature& feature : features) {
    for (size_t k = 0; k < kFeatures; ++k) mean[k] += feature[k] / std::max(heard, 1.0);
  }
  for (Feature& feature : features) {
    if (is_break(feature)) continue;
    for (size_t k = 0; k < kFeatures; ++k) feature[k] -= mean[k];
  }
  return features;
}

/// How alike beats are that many apart, 1 for the same.
double likeness(const std::vector<Feature>& features, size_t apart) {
  double product = 0, here = 0, there = 0;
  for (size_t i = apart; i < features.size(); ++i) {
    if (features[i] == Feature{} || features[i - apart] == Feature{}) continue;
    for (size_t k = 0; k < kFeatures; ++k) {
      product += features[i][k] * features[i - apart][k];
      here += features[i][k] * features[i][k];
      there += features[i - apart][k] * features[i - apart][k];
    }
  }
  return here > 0 && there > 0 ? product / std::sqrt(here * there) : 0;
}

double mean_likeness(const std::vector<Feature>& features, std::initializer_list<size_t> distances) {
  double total = 0, count = 0;
  for (const size_t apart : distances) {
    if (apart + 4 > features.size()) continue;
    total += likeness(features, apart);
    count += 1;
  }
  return count > 0 ? total / count : 0;
}

}  // namespace

MeterFound find_meter(const Onsets& onsets, const Pulse& pulse) {
  const std::vector<Feature> features = features_of(onsets, pulse.beats);
  if (features.size() < 12) return {};
  const double thirds = std::min(pulse.parts.third, pulse.parts.two_thirds), compound = thirds - pulse.parts.half;
  if (thirds > 0.14 && compound > 0.1) return {Meter::six_eight, logistic(14 * (compound - 0.12))};
  const double three = mean_likeness(features, {3, 6, 9}), four = mean_likeness(features, {2, 4, 8}),
               apart = std::max(four, mean_likeness(features, {4, 8})) - three;
  const double confidence = logistic(6 * std::abs(apart)) * std::clamp(std::max(three, four) / 0.3, 0.0, 1.0);
  return {apart < 0 ? Meter::three_four : Meter::four_four, confidence};
}

}  // namespace sidestep::audio
