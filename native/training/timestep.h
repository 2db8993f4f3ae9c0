#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/option_defaults.generated.h"
#include "core/philox.h"

namespace sidestep {

/// How a sample's timestep t is drawn; t = 1 is noise, t = 0 is the song.
enum class TimestepLaw : uint8_t {
  upstream,  ///< the larger of two logit-normal draws: what ACE-Step's sample_t_r computes (its README says one)
  single,    ///< one logit-normal draw (Esser et al. 2024)
  discrete   ///< uniform over the eight timesteps of the turbo schedule (shift 3)
};

constexpr std::array<double, 8> kTurboTimesteps{1.0, 0.955, 0.9, 0.833, 0.75, 0.643, 0.5, 0.3};

struct TimestepOptions {
  TimestepLaw law = TimestepLaw::upstream;
  double timestep_mu = -0.4;
  double timestep_sigma = 1;
  double adaptive_ratio = defaults::train::timestep::adaptive_ratio;  ///< probability of a draw from AdaptiveTimesteps instead
};

/// sigmoid(mu + sigma * normal)
double logit_normal(double normal, double mu, double sigma);
/// Elements 0 and 1 of the stream `key` decide.
double draw_timestep(const TimestepOptions& options, const RandomKey& key);

/// Prefers timesteps where the loss is high: ten bins over [0, 1], a moving average of the loss of each (from 1, decay
/// 0.99), a bin drawn in proportion to it, t uniform within. Upstream's rule, drawn per sample, so it also acts at batch 1.
class AdaptiveTimesteps {
 public:
  static constexpr size_t kBins = 10;
  double draw(const RandomKey& key) const;
  void update(const std::vector<float>& timesteps, const std::vector<double>& losses);
  const std::array<double, kBins>& state() const { return bin_loss_; }
  void set_state(const std::array<double, kBins>& state) { bin_loss_ = state; }

 private:
  std::array<double, kBins> bin_loss_{1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
};

}  // namespace sidestep
