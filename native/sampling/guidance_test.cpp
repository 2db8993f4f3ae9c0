#include "sampling/guidance.h"

#include <cmath>

#include "core/philox.h"
#include "testing/test.h"

namespace sidestep {
namespace {

constexpr Frames kShape{7, 3};

std::vector<float> normals(uint64_t stream, double deviation) {
  std::vector<float> out(static_cast<size_t>(kShape.numel()));
  for (size_t i = 0; i < out.size(); ++i)
    out[i] =
        static_cast<float>(deviation * static_cast<double>(normal({.seed = 4, .purpose = Purpose::fixture, .step = stream}, i)));
  return out;
}

double column(const std::vector<float>& a, const std::vector<float>& b, int64_t c) {
  double dot = 0;
  for (int64_t t = 0; t < kShape.frames; ++t) {
    const auto i = static_cast<size_t>(t * kShape.channels + c);
    dot += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return dot;
}

std::vector<float> difference(const std::vector<float>& a, const std::vector<float>& b, double factor) {
  std::vector<float> out(a.size());
  for (size_t i = 0; i < a.size(); ++i)
    out[i] = static_cast<float>((static_cast<double>(a[i]) - static_cast<double>(b[i])) * factor);
  return out;
}

TEST("apg: what is added is orthogonal to the prediction, and shorter than the threshold, in every channel") {
  for (const double deviation : {0.1, 30.0}) {
    const std::vector<float> cond = normals(1, deviation), null = normals(2, deviation);
    Velocities v{cond, null};
    ApgGuidance().apply(v, kShape, 3);
    const std::vector<float> added = difference(v.cond, cond, 0.5);  // over scale - 1
    for (int64_t c = 0; c < kShape.channels; ++c) {
      EXPECT(std::abs(column(added, cond, c)) < 1e-5 * deviation * deviation);
      EXPECT(std::sqrt(column(added, added, c)) < 2.5 + 1e-3);
    }
  }
}

TEST("apg: the average remembers three quarters of itself, with the other sign") {
  const std::vector<float> cond = normals(1, 0.1), null = normals(2, 0.1);
  ApgGuidance twice, once;
  Velocities first{cond, null}, second{cond, null}, quarter{cond, difference(cond, difference(cond, null, 0.25), 1)};
  twice.apply(first, kShape, 3);
  twice.apply(second, kShape, 3);
  once.apply(quarter, kShape, 3);  // d - 0.75 d of an average that begins at d
  for (size_t i = 0; i < cond.size(); ++i) EXPECT(std::abs(second.cond[i] - quarter.cond[i]) < 1e-5F);
}

TEST("cfg: the difference of both predictions times the scale, beyond the null one") {
  Velocities v{{1, -2}, {0.5F, 1}};
  cfg_guidance(v, 3);
  EXPECT(v.cond[0] == 2 && v.cond[1] == -8);
}

TEST("adg: a scale of 1 keeps the prediction but for upstream's thousandth, a large one turns by a sixth of 3.14 at most") {
  const std::vector<float> cond = normals(1, 1), null = normals(2, 1), x = normals(3, 1);
  for (const double scale : {1.0, 50.0}) {
    Velocities v{cond, null};
    adg_guidance(v, x, 0.6F, kShape, scale);
    for (int64_t t = 0; t < kShape.frames; ++t) {
      double before = 0, after = 0, dot = 0;
      for (int64_t c = 0; c < kShape.channels; ++c) {
        const auto i = static_cast<size_t>(t * kShape.channels + c);
        const double text = static_cast<double>(x[i]) - 0.6 * static_cast<double>(cond[i]),
                     turned = static_cast<double>(x[i]) - 0.6 * static_cast<double>(v.cond[i]);
        before += text * text;
        after += turned * turned;
        dot += text * turned;
      }
      const double angle = std::acos(std::min(1.0, dot / std::sqrt(before * after)));
      EXPECT(angle < (scale == 1 ? 5e-3 : 3.15));
    }
  }
}

TEST("adg: two predictions that agree stay as they are") {
  const std::vector<float> cond = normals(1, 1), x = normals(3, 1);
  Velocities v{cond, cond};
  adg_guidance(v, x, 0.5F, kShape, 7);
  for (size_t i = 0; i < cond.size(); ++i) EXPECT(std::abs(v.cond[i] - cond[i]) < 1e-2F);  // the angle is kept off 0, by 1.4e-3
}

}  // namespace
}  // namespace sidestep
