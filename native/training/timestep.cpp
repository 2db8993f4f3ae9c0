#include "training/timestep.h"

#include <algorithm>
#include <cmath>

#include "core/math.h"

namespace sidestep {

double logit_normal(double normal, double mu, double sigma) { return 1 / (1 + math::exp(-(mu + sigma * normal))); }

double draw_timestep(const TimestepOptions& options, const RandomKey& key) {
  switch (options.law) {
    case TimestepLaw::upstream: {
      const auto largest = static_cast<double>(std::max(normal(key, 0), normal(key, 1)));
      return logit_normal(largest, options.timestep_mu, options.timestep_sigma);
    }
    case TimestepLaw::single:
      return logit_normal(static_cast<double>(normal(key, 0)), options.timestep_mu, options.timestep_sigma);
    case TimestepLaw::discrete:
      return kTurboTimesteps[static_cast<size_t>(uniform(key, 0) * static_cast<double>(kTurboTimesteps.size()))];
  }
  return 0;
}

double AdaptiveTimesteps::draw(const RandomKey& key) const {
  double total = 0;
  for (const double loss : bin_loss_) total += std::max(loss, 1e-8);
  double left = uniform(key, 0) * total;
  size_t bin = 0;
  while (bin + 1 < kBins && left >= std::max(bin_loss_[bin], 1e-8)) left -= std::max(bin_loss_[bin++], 1e-8);
  return (static_cast<double>(bin) + uniform(key, 1)) / static_cast<double>(kBins);
}

void AdaptiveTimesteps::update(const std::vector<float>& timesteps, const std::vector<double>& losses) {
  constexpr double kDecay = 0.99;
  std::array<double, kBins> sums{};
  std::array<int, kBins> counts{};
  for (size_t i = 0; i < timesteps.size(); ++i) {
    const auto bin = std::min(kBins - 1, static_cast<size_t>(std::max(0.0F, timesteps[i]) * static_cast<float>(kBins)));
    sums[bin] += losses[i];
    ++counts[bin];
  }
  for (size_t bin = 0; bin < kBins; ++bin) {
    if (counts[bin] > 0) bin_loss_[bin] = kDecay * bin_loss_[bin] + (1 - kDecay) * sums[bin] / counts[bin];
  }
}

}  // namespace sidestep
