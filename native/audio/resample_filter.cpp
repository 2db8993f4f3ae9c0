#include "audio/resample_filter.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

#include "core/math.h"

namespace sidestep::audio {

namespace {

constexpr double kPi = std::numbers::pi;

double sinc(double x) { return x == 0 ? 1 : math::sin(kPi * x) / (kPi * x); }

/// The impulse response in units of input samples, zero beyond `reach`.
struct Response {
  double reach;
  std::function<double(double)> at;
};

/// torchaudio.functional.resample with its defaults, as published.
Response sinc_hann(double ratio) {
  constexpr double kZeroCrossings = 6, kRollOff = 0.99;
  const double band = std::min(1.0, ratio) * kRollOff;  // cut-off over the input's Nyquist frequency
  return {kZeroCrossings / band, [=](double d) {
            const double t = std::clamp(d * band, -kZeroCrossings, kZeroCrossings);
            const double window = math::cos(t * kPi / kZeroCrossings / 2);
            return sinc(t) * window * window * band;
          }};
}

/// Modified Bessel function of the first kind, order 0, by its power series.
double bessel_i0(double x) {
  double term = 1, total = 1;
  for (int k = 1; term > total * 1e-17; ++k) {
    term *= (x / (2 * k)) * (x / (2 * k));
    total += term;
  }
  return total;
}

/// Kaiser's design (Kaiser 1974) for a transition from 0.913 to 1 of the lower Nyquist frequency.
Response kaiser(double ratio) {
  constexpr double kAttenuation = 125, kPassBand = 0.913;
  const double band = std::min(1.0, ratio), beta = 0.1102 * (kAttenuation - 8.7);
  const double cutoff = band * (1 + kPassBand) / 2, transition = kPi * band * (1 - kPassBand);
  const double reach = (kAttenuation - 7.95) / (2.285 * transition) / 2, scale = bessel_i0(beta);
  return {reach, [=](double d) {
            const double inside = 1 - d * d / (reach * reach);
            return inside <= 0 ? 0.0 : sinc(d * cutoff) * cutoff * bessel_i0(beta * std::sqrt(inside)) / scale;
          }};
}

Response response_of(ResampleFilter filter, double ratio) {
  if (ratio == 1) return {1, [](double d) { return d == 0 ? 1.0 : 0.0; }};  // nothing to filter: the signal itself
  switch (filter) {
    case ResampleFilter::soxr_hq: return kaiser(ratio);
    case ResampleFilter::sinc_hann: return sinc_hann(ratio);
  }
  __builtin_unreachable();
}

}  // namespace

PolyphaseFilter design_filter(int64_t from, int64_t to, ResampleFilter kind) {
  const int64_t divisor = std::gcd(from, to);
  PolyphaseFilter filter;
  filter.phases = to / divisor;
  filter.step = from / divisor;
  const Response response = response_of(kind, static_cast<double>(to) / static_cast<double>(from));
  filter.half = static_cast<int64_t>(std::ceil(response.reach));
  filter.taps = (2 * filter.half + 15) / 16 * 16;
  filter.table.assign(static_cast<size_t>(filter.phases * filter.taps), 0.F);
  for (int64_t phase = 0; phase < filter.phases; ++phase) {
    const double offset = static_cast<double>(phase) / static_cast<double>(filter.phases);
    for (int64_t j = 0; j < 2 * filter.half; ++j) {
      const double distance = static_cast<double>(j - filter.half + 1) - offset;
      filter.table[static_cast<size_t>(phase * filter.taps + j)] = static_cast<float>(response.at(distance));
    }
  }
  return filter;
}

}  // namespace sidestep::audio
