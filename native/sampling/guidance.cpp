#include "sampling/guidance.h"

#include <algorithm>
#include <cmath>

#include "core/math.h"

namespace sidestep {

namespace {

constexpr double kMomentum = -0.75;
constexpr double kNormThreshold = 2.5;
constexpr double kMostAngle = 3.14 / 6;  // upstream's pi
constexpr double kSmallestNorm = 1e-12;  // torch.nn.functional.normalize's

double sum_of_squares(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v * v;
  return sum;
}

/// One frame of clean latents as the angle's rule sees it.
struct Turn {
  const std::vector<double>& text;  ///< predicted under the condition
  const std::vector<double>& null;
  double weight;

  std::vector<double> turned() const;

 private:
  double angle() const;
};

double Turn::angle() const {
  double dot = 0;
  for (size_t c = 0; c < text.size(); ++c) dot += text[c] * null[c];
  const double cosine = dot / (std::sqrt(sum_of_squares(text)) * std::sqrt(sum_of_squares(null)));
  return math::acos(std::clamp(cosine, -1 + 1e-6, 1 - 1e-6));
}

std::vector<double> Turn::turned() const {
  const double theta = angle(), wanted = std::clamp(weight * theta, -kMostAngle, kMostAngle), sine = math::sin(theta);
  const double gain = sine > 1e-3 ? math::sin(wanted) / sine : weight;
  double dot = 0;
  for (size_t c = 0; c < text.size(); ++c) dot += (text[c] - null[c]) * null[c];
  const double along = dot / (sum_of_squares(null) + 1e-8);
  std::vector<double> out(text.size());
  for (size_t c = 0; c < out.size(); ++c) {
    const double across = text[c] - null[c] - along * null[c];
    out[c] = math::cos(wanted) * text[c] + gain * across;
  }
  return out;
}

}  // namespace

void ApgGuidance::apply(Velocities& v, Frames shape, double scale) {
  const auto count = static_cast<size_t>(shape.numel()), channels = static_cast<size_t>(shape.channels);
  average_.resize(count);
  std::vector<double> difference(channels), prediction(channels), product(channels);
  for (size_t i = 0; i < count; ++i) {
    const size_t c = i % channels;
    const double cond = v.cond[i];
    average_[i] = cond - static_cast<double>(v.null[i]) + kMomentum * average_[i];
    difference[c] += average_[i] * average_[i];
    prediction[c] += cond * cond;
    product[c] += average_[i] * cond;
  }
  std::vector<double> limit(channels), parallel(channels);
  for (size_t c = 0; c < channels; ++c) {
    const double norm = std::sqrt(difference[c]), length = std::max(std::sqrt(prediction[c]), kSmallestNorm);
    limit[c] = norm > kNormThreshold ? kNormThreshold / norm : 1;
    parallel[c] = limit[c] * product[c] / (length * length);
  }
  for (size_t i = 0; i < count; ++i) {
    const size_t c = i % channels;
    const double cond = v.cond[i];
    v.cond[i] = static_cast<float>(cond + (scale - 1) * (limit[c] * average_[i] - parallel[c] * cond));
  }
}

void cfg_guidance(Velocities& v, double scale) {
  for (size_t i = 0; i < v.cond.size(); ++i) {
    const double null = v.null[i];
    v.cond[i] = static_cast<float>(null + scale * (static_cast<double>(v.cond[i]) - null));
  }
}

void adg_guidance(Velocities& v, std::span<const float> x, float t, Frames shape, double scale) {
  const auto channels = static_cast<size_t>(shape.channels);
  const double sigma = t, weight = std::max(scale - 1, 0.0) + 1e-3;
  std::vector<double> text(channels), null(channels);
  for (size_t row = 0; row < v.cond.size(); row += channels) {
    for (size_t c = 0; c < channels; ++c) {
      const double state = x[row + c];
      text[c] = state - sigma * static_cast<double>(v.cond[row + c]);
      null[c] = state - sigma * static_cast<double>(v.null[row + c]);
    }
    const std::vector<double> turned = Turn{text, null, weight}.turned();
    for (size_t c = 0; c < channels; ++c)
      v.cond[row + c] = static_cast<float>((static_cast<double>(x[row + c]) - turned[c]) / sigma);
  }
}

}  // namespace sidestep
