#include "sampling/dcw.h"

#include <cmath>

#include "testing/test.h"

namespace sidestep {
namespace {

/// One Haar level there and back, band by band, as the transform is written down.
std::vector<double> by_transform(std::vector<double> x, std::vector<double> y, double low, double high) {
  const size_t frames = x.size();
  if (frames % 2 == 1) x.push_back(0), y.push_back(0);
  std::vector<double> out;
  const double root = std::sqrt(2.0);
  for (size_t i = 0; i < x.size(); i += 2) {
    double xl = (x[i] + x[i + 1]) / root, xh = (x[i] - x[i + 1]) / root;
    const double yl = (y[i] + y[i + 1]) / root, yh = (y[i] - y[i + 1]) / root;
    xl += low * (xl - yl);
    xh += high * (xh - yh);
    out.push_back((xl + xh) / root);
    out.push_back((xl - xh) / root);
  }
  out.resize(frames);
  return out;
}

TEST("dcw: bands are corrected as by the written-out Haar transform, of even and odd numbers of frames") {
  struct Row {
    DcwOptions options;
    double low, high;
  };
  using Bands = DcwOptions::Bands;
  const Row rows[] = {
      {{Bands::none}, 0, 0}, {{Bands::low, 0.3}, 0.3, 0}, {{Bands::high, 0.3}, 0, 0.3}, {{Bands::both, 0.3, 0.1}, 0.3, 0.1}};
  for (const Row& row : rows) {
    for (const int64_t frames : {1, 2, 5, 8}) {
      const Frames shape{frames, 3};
      std::vector<float> x, clean;
      for (int64_t i = 0; i < shape.numel(); ++i) {
        x.push_back(std::sin(static_cast<float>(i)));
        clean.push_back(std::cos(static_cast<float>(2 * i)));
      }
      const std::vector<float> before = x;
      apply_dcw(row.options, x, clean, 0.5F, shape);
      for (int64_t c = 0; c < 3; ++c) {
        std::vector<double> a, b;
        for (int64_t t = 0; t < frames; ++t) {
          a.push_back(before[static_cast<size_t>(t * 3 + c)]);
          b.push_back(clean[static_cast<size_t>(t * 3 + c)]);
        }
        const std::vector<double> expected = by_transform(a, b, 0.5 * row.low, 0.5 * row.high);
        for (int64_t t = 0; t < frames; ++t)
          EXPECT(std::abs(static_cast<double>(x[static_cast<size_t>(t * 3 + c)]) - expected[static_cast<size_t>(t)]) < 1e-6);
      }
    }
  }
}

TEST("dcw: without bands every element moves alike") {
  std::vector<float> x{1, 2, 4, -3};
  const std::vector<float> clean{0, 1, 1, 1};
  apply_dcw({.bands = DcwOptions::Bands::all_alike, .scaler = 0.5}, x, clean, 0.5F, {2, 2});
  EXPECT(x[0] == 1.25F && x[1] == 2.25F && x[2] == 4.75F && x[3] == -4);
}

}  // namespace
}  // namespace sidestep
