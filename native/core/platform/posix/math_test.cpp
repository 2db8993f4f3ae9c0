// core/math.h judged by the C library's functions, whose errors are far below one unit in the last place on these systems;
// MinGW's sines are the x87's. What is judged here is what core/math_test.cpp wants everywhere, to the last bit.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/math_testing.h"
#include "testing/test.h"

namespace sidestep::testing {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

double unit_in_last_place(double x) {
  const double size = std::abs(x);
  return std::max(std::nextafter(size, kInf) - size, std::numeric_limits<double>::denorm_min());
}

/// The largest error in units.
double worst(const MathSweep& sweep) {
  double found = 0;
  for (uint64_t i = 0; i < kMathDraws; ++i) {
    const double x = math_draw(sweep, i), expected = sweep.reference(x);
    found = std::max(found, std::abs(sweep.own(x) - expected) / unit_in_last_place(expected));
  }
  return found;
}

TEST("math: every function within its bounds of the C library's") {
  for (const MathSweep& sweep : math_sweeps()) EXPECT(worst(sweep) <= sweep.bound);
}

TEST("math: sin and cos next to multiples of half pi keep their digits") {
  for (const double x : math_near_half_pi()) {
    EXPECT(std::abs(math::sin(x) - std::sin(x)) <= unit_in_last_place(std::sin(x)));
    EXPECT(std::abs(math::cos(x) - std::cos(x)) <= unit_in_last_place(std::cos(x)));
  }
}

TEST("math: powers within one unit, special cases as C has them") {
  for (const double step : {1.0, 2.0, 1000.0, 54321.0, 1e6}) {
    EXPECT(std::abs(math::pow(0.999, step) - std::pow(0.999, step)) <= unit_in_last_place(std::pow(0.999, step)));
  }
  for (const double x : math_edges()) {
    for (const double y : math_edges()) {
      const double own = math::pow(x, y), expected = std::pow(x, y);
      const bool same =
          std::isnan(expected) ? std::isnan(own) : std::abs(own - expected) <= unit_in_last_place(expected) || own == expected;
      EXPECT(same && (std::isnan(own) || std::signbit(own) == std::signbit(expected)));
    }
  }
}

}  // namespace
}  // namespace sidestep::testing
