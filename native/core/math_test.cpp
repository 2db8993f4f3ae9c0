#include "core/math.h"

#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/math_testing.h"
#include "testing/test.h"

namespace sidestep::testing {
namespace {

constexpr double kPi = std::numbers::pi, kInf = std::numeric_limits<double>::infinity();

/// FNV-1a over the bits of doubles; every NaN is the same.
class Digest {
 public:
  void add(double value) {
    const auto bits = std::isnan(value) ? ~uint64_t{0} : std::bit_cast<uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) digest_ = (digest_ ^ (bits >> shift & 0xFF)) * 0x100000001B3;
  }
  uint64_t value() const { return digest_; }

 private:
  uint64_t digest_ = 0xCBF29CE484222325;
};

TEST("math: the same bits on every system, for what was judged (core/platform/posix/math_test.cpp)") {
  Digest digest;
  for (const MathSweep& sweep : math_sweeps())
    for (uint64_t i = 0; i < kMathDraws; ++i) digest.add(sweep.own(math_draw(sweep, i)));
  EXPECT(digest.value() == 0xFB080491757C4CE2);
  Digest edges;
  for (const double x : math_near_half_pi()) edges.add(math::sin(x)), edges.add(math::cos(x));
  for (const double x : math_edges())
    for (const double y : math_edges()) edges.add(math::pow(x, y));
  EXPECT(edges.value() == 0xE1AAAAE73C0F5E3C);
}

TEST("math: sin is odd and cos even; the worst argument there is") {
  for (const double x : math_near_half_pi()) EXPECT(math::sin(-x) == -math::sin(x) && math::cos(-x) == math::cos(x));
  // The double nearest to a multiple of half pi (Muller 2016); glibc 2.36 errs by 8 units here.
  EXPECT(math::cos(6381956970095103.0 * 0x1p797) == -4.68716592425462761112e-19);
  EXPECT(math::pow(10, 2) == 100 && math::pow(10, -6) == 1e-6);
}

TEST("math: infinities, zeros and NaN") {
  EXPECT(math::exp(kInf) == kInf && math::exp(-kInf) == 0 && math::exp(0) == 1 && std::isnan(math::exp(std::nan(""))));
  EXPECT(math::log(0) == -kInf && math::log(kInf) == kInf && math::log(1) == 0 && std::isnan(math::log(-1)));
  EXPECT(math::log1p(0) == 0 && math::log1p(-1) == -kInf && math::log1p(kInf) == kInf);
  EXPECT(std::isnan(math::sin(kInf)) && std::isnan(math::cos(-kInf)) && math::sin(0) == 0 && math::cos(0) == 1);
  EXPECT(math::acos(1) == 0 && std::abs(math::acos(-1) - kPi) <= 1e-15 && std::isnan(math::acos(1.5)));
  EXPECT(math::hypot(0, 0) == 0 && math::hypot(kInf, 1) == kInf && math::hypot(3, 4) == 5);
}

}  // namespace
}  // namespace sidestep::testing
