#include "sampling/dcw.h"

namespace sidestep {

namespace {

/// How strongly the sums and the differences of neighbouring frames are corrected.
struct Gains {
  double low, high;
};

Gains gains_of(const DcwOptions& o) {
  switch (o.bands) {
    case DcwOptions::Bands::none: return {0, 0};
    case DcwOptions::Bands::low: return {o.scaler, 0};
    case DcwOptions::Bands::high: return {0, o.scaler};
    case DcwOptions::Bands::both: return {o.scaler, o.high_scaler};
    case DcwOptions::Bands::all_alike: return {o.scaler, o.scaler};
  }
  return {0, 0};
}

}  // namespace

void apply_dcw(const DcwOptions& options, std::span<float> x, std::span<const float> clean, float t, Frames shape) {
  const Gains gains = gains_of(options);
  const double low = static_cast<double>(t) * gains.low / 2, high = static_cast<double>(t) * gains.high / 2;
  if (low == 0 && high == 0) return;
  const auto width = static_cast<size_t>(shape.channels), count = static_cast<size_t>(shape.numel());
  for (size_t row = 0; row < count; row += 2 * width) {
    for (size_t c = 0; c < width; ++c) {
      const size_t first = row + c, second = first + width;
      const double d0 = static_cast<double>(x[first]) - static_cast<double>(clean[first]);
      const double d1 = second < count ? static_cast<double>(x[second]) - static_cast<double>(clean[second]) : 0;
      // The transform is orthogonal: a change of the sum goes to both frames alike, of the difference with either sign.
      const double sum = low * (d0 + d1), difference = high * (d0 - d1);
      x[first] += static_cast<float>(sum + difference);
      if (second < count) x[second] += static_cast<float>(sum - difference);
    }
  }
}

}  // namespace sidestep
