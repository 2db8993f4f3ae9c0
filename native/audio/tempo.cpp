#include "audio/tempo.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/math.h"

namespace sidestep::audio {

namespace {

constexpr double kRate = static_cast<double>(kOnsetRate);
constexpr double kFastest = 60.0 / 230, kSlowest = 60.0 / 38;  ///< periods, in seconds
constexpr int64_t kWindow = 12 * kOnsetRate, kLags = 7 * kOnsetRate;

double at(const std::vector<double>& x, double position) {
  if (position < 0 || position >= static_cast<double>(x.size() - 1)) return 0;
  const auto i = static_cast<size_t>(position);
  const double part = position - static_cast<double>(i);
  return x[i] * (1 - part) + x[i + 1] * part;
}

/// Mean over windows of the autocorrelation, each 1 at lag 0, by how much there is to hear in it.
std::vector<double> autocorrelation(const std::vector<double>& x) {
  std::vector<double> mean(static_cast<size_t>(kLags), 0.0);
  const auto n = static_cast<int64_t>(x.size());
  double weights = 0;
  for (int64_t begin = 0; begin == 0 || begin + kWindow <= n; begin += kWindow / 2) {
    const int64_t end = std::min(n, begin + kWindow);
    std::vector<double> window(x.begin() + begin, x.begin() + end);
    double sum = 0;
    for (const double value : window) sum += value / static_cast<double>(window.size());
    for (double& value : window) value -= sum;
    double power = 0;
    for (const double value : window) power += value * value;
    if (!(power > 0)) continue;
    const double weight = std::sqrt(power);
    weights += weight;
    for (size_t lag = 0; lag < mean.size() && lag < window.size() / 2; ++lag) {
      double product = 0;
      for (size_t i = lag; i < window.size(); ++i) product += window[i] * window[i - lag];
      const double shown = static_cast<double>(window.size()) / static_cast<double>(window.size() - lag);
      mean[lag] += weight * shown * product / power;
    }
  }
  for (double& value : mean) value = weights > 0 ? value / weights : 0;
  return mean;
}

/// Mean of the largest values near one to four periods; later ones may lie a little further off.
double comb(const std::vector<double>& correlation, double period) {
  double total = 0, count = 0;
  for (int k = 1; k <= 4; ++k) {
    const double lag = period * k;
    if (lag + 2 >= static_cast<double>(correlation.size())) break;
    double best = 0;
    for (const double shift : {-1.0, -0.5, 0.0, 0.5, 1.0}) best = std::max(best, at(correlation, lag + shift));
    total += best;
    count += 1;
  }
  return count > 0 ? total / count : 0;
}

/// Of smoothed onsets: the chain of beats, about `period` frames apart, that gathers the most.
std::vector<double> track(const std::vector<double>& strength, double period) {
  const auto n = static_cast<int64_t>(strength.size());
  std::vector<double> gathered(strength.size());
  std::vector<int64_t> before(strength.size(), -1);
  const auto nearest = static_cast<int64_t>(period * 0.7), farthest = static_cast<int64_t>(period * 1.4);
  std::vector<double> penalty;
  for (int64_t step = nearest; step <= farthest; ++step) {
    const double off = math::log(static_cast<double>(std::max<int64_t>(1, step)) / period);
    penalty.push_back(120 * off * off);
  }
  for (int64_t i = 0; i < n; ++i) {
    double best = 0;
    for (int64_t step = nearest; step <= farthest && step <= i; ++step) {
      const double value = gathered[static_cast<size_t>(i - step)] - penalty[static_cast<size_t>(step - nearest)];
      if (value <= best) continue;
      best = value;
      before[static_cast<size_t>(i)] = i - step;
    }
    gathered[static_cast<size_t>(i)] = strength[static_cast<size_t>(i)] + best;
  }
  int64_t last = std::max<int64_t>(0, n - static_cast<int64_t>(period * 1.5));
  for (int64_t i = last; i < n; ++i) {
    if (gathered[static_cast<size_t>(i)] > gathered[static_cast<size_t>(last)]) last = i;
  }
  std::vector<double> beats;
  for (int64_t i = last; i >= 0; i = before[static_cast<size_t>(i)]) beats.push_back(static_cast<double>(i));
  std::reverse(beats.begin(), beats.end());
  return beats;
}

/// Onsets smeared over 50 ms and in units of their own deviation: what a tracker may be a little off.
std::vector<double> smeared(const std::vector<double>& x) {
  constexpr std::array<double, 7> kernel{0.1, 0.3, 0.7, 1, 0.7, 0.3, 0.1};
  std::vector<double> out(x.size(), 0.0);
  double power = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    for (size_t k = 0; k < kernel.size(); ++k) {
      if (i + k >= 3 && i + k - 3 < x.size()) out[i] += kernel[k] * x[i + k - 3];
    }
    power += out[i] * out[i] / static_cast<double>(x.size());
  }
  for (double& value : out) value = power > 0 ? value / std::sqrt(power) : 0;
  return out;
}

/// The largest within 30 ms.
double near(const std::vector<double>& x, double position) {
  double best = 0;
  for (int64_t shift = -3; shift <= 3; ++shift) best = std::max(best, at(x, position + static_cast<double>(shift)));
  return best;
}

/// Mean strength at a place between beats.
double mean_between(const std::vector<double>& x, const std::vector<double>& beats, double part) {
  double total = 0;
  for (size_t i = 0; i + 1 < beats.size(); ++i) total += near(x, beats[i] + part * (beats[i + 1] - beats[i]));
  return beats.size() < 2 ? 0 : total / static_cast<double>(beats.size() - 1);
}

/// Seconds: the median of the slopes of lines through 16 beats each, as exact as the song is steady.
double steady_period(const std::vector<double>& beats) {
  const size_t length = std::min<size_t>(16, beats.size());
  std::vector<double> slopes;
  for (size_t begin = 0; begin + length <= beats.size(); ++begin) {
    const double middle = static_cast<double>(length - 1) / 2;
    double upper = 0, lower = 0;
    for (size_t i = 0; i < length; ++i) {
      const double x = static_cast<double>(i) - middle;
      upper += x * beats[begin + i];
      lower += x * x;
    }
    slopes.push_back(upper / lower);
  }
  std::sort(slopes.begin(), slopes.end());
  return slopes[slopes.size() / 2];
}

/// The peak of the onsets near a frame, by the parabola through three values.
double refined(const std::vector<double>& x, double frame) {
  auto i = static_cast<int64_t>(frame);
  for (int64_t shift = -2; shift <= 2; ++shift) {
    const int64_t j = static_cast<int64_t>(frame) + shift;
    if (j >= 0 && j < static_cast<int64_t>(x.size()) && x[static_cast<size_t>(j)] > x[static_cast<size_t>(i)]) i = j;
  }
  if (i < 1 || i + 1 >= static_cast<int64_t>(x.size())) return static_cast<double>(i);
  const double a = x[static_cast<size_t>(i - 1)], b = x[static_cast<size_t>(i)], c = x[static_cast<size_t>(i + 1)];
  const double bend = a - 2 * b + c;
  return static_cast<double>(i) + (bend < 0 ? std::clamp((a - c) / (2 * bend), -0.5, 0.5) : 0);
}

double log_logistic(double x) { return -math::log1p(math::exp(-x)); }

/// Of a pulse of this period (seconds) by how often people tap so fast: log-normal around 140 a minute.
double log_prior(double period) {
  const double octaves = math::log(60 / period / 140) / math::log(2.0);
  return -octaves * octaves / (2 * 0.65 * 0.65);
}

struct Strengths {
  std::vector<double> raw, tracked;
  double mean = 0;
};

Pulse pulse_at(const Strengths& strengths, double frames) {
  Pulse pulse;
  const std::vector<double> beats = track(strengths.tracked, frames);
  if (beats.size() < 4) return pulse;
  double on = 0;
  for (const double beat : beats) on += near(strengths.raw, beat) / static_cast<double>(beats.size());
  for (const double beat : beats) pulse.beats.push_back(refined(strengths.tracked, beat) / kRate);
  pulse.period = steady_period(pulse.beats);
  const auto part = [&](double place) { return on > 0 ? mean_between(strengths.raw, beats, place) / on : 0; };
  pulse.parts = {part(0.5), part(1.0 / 3), part(2.0 / 3)};
  pulse.clarity = strengths.mean > 0 ? on / strengths.mean : 0;
  return pulse;
}

/// Periods in frames where the comb over the autocorrelation has its peaks, the highest first.
std::vector<double> candidates(const std::vector<double>& correlation) {
  std::vector<double> periods, values;
  for (double period = kFastest * kRate; period <= kSlowest * kRate; period *= 1.005) {
    periods.push_back(period);
    values.push_back(comb(correlation, period));
  }
  std::vector<size_t> peaks;
  for (size_t i = 1; i + 1 < values.size(); ++i) {
    if (values[i] > 0.02 && values[i] >= values[i - 1] && values[i] > values[i + 1]) peaks.push_back(i);
  }
  std::sort(peaks.begin(), peaks.end(), [&](size_t a, size_t b) { return values[a] > values[b]; });
  std::vector<double> found;
  for (const size_t i : peaks) {
    const bool is_new =
        std::none_of(found.begin(), found.end(), [&](double other) { return std::abs(other / periods[i] - 1) < 0.04; });
    if (is_new && found.size() < 10) found.push_back(periods[i]);
  }
  return found;
}

/// What lies between beats is weaker than they are, and what lies between every second or third beat is not weak. Fitted to
/// 195 made-up songs of 60 to 200 beats a minute, of other seeds than those that the tests and the docs count.
constexpr double kWeakHalves = 0.62, kWeakThirds = 0.68, kStrongHalves = 0.17, kStrongThirds = 0.35;

double thirds(const BeatParts& parts) { return (parts.third + parts.two_thirds) / 2; }
/// Strengths compared: which of both is called the beat is chance where they are alike.
double level(double ratio) { return ratio > 1 ? 1 / ratio : ratio; }

}  // namespace

std::vector<Pulse> find_pulses(const Onsets& onsets) {
  if (onsets.size() < static_cast<size_t>(4 * kOnsetRate)) return {};
  Strengths strengths{onsets.presence, smeared(onsets.pulse), 0};
  for (const double value : onsets.presence) strengths.mean += value / static_cast<double>(onsets.size());
  if (!(strengths.mean > 0)) return {};
  const std::vector<double> correlation = autocorrelation(strengths.tracked);
  std::vector<Pulse> pulses;
  for (const double period : candidates(correlation)) {
    Pulse pulse = pulse_at(strengths, period);
    if (pulse.beats.empty()) continue;
    const Pulse twice = pulse_at(strengths, 2 * period), thrice = pulse_at(strengths, 3 * period);
    pulse.periodicity = comb(correlation, period);
    pulse.score = log_prior(pulse.period) + 4 * math::log(std::max(pulse.periodicity, 1e-3)) +
                  1.7 * math::log(std::max(pulse.clarity, 1e-3)) + log_logistic((kWeakHalves - level(pulse.parts.half)) / 0.045) +
                  log_logistic((kWeakThirds - level(thirds(pulse.parts))) / 0.12);
    if (!twice.beats.empty()) pulse.score += log_logistic((level(twice.parts.half) - kStrongHalves) / 0.045);
    if (!thrice.beats.empty()) pulse.score += log_logistic((level(thirds(thrice.parts)) - kStrongThirds) / 0.35);
    pulses.push_back(std::move(pulse));
  }
  std::sort(pulses.begin(), pulses.end(), [](const Pulse& a, const Pulse& b) { return a.score > b.score; });
  return pulses;
}

}  // namespace sidestep::audio
