#include "core/math.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/philox.h"
#include "testing/test.h"

// Judged by the C library's functions, whose errors are far below one unit in the last place.

namespace sidestep::testing {
namespace {

constexpr double kPi = std::numbers::pi, kInf = std::numeric_limits<double>::infinity();

double unit_in_last_place(double x) {
  const double size = std::abs(x);
  return std::max(std::nextafter(size, kInf) - size, std::numeric_limits<double>::denorm_min());
}

/// The largest error in units over draws between the bounds.
template <typename Own, typename Reference>
double worst(double low, double high, Own own, Reference reference) {
  double found = 0;
  for (uint64_t i = 0; i < 40000; ++i) {
    const double x = low + (high - low) * uniform({77, Purpose::noise, 0, 0}, i), expected = reference(x);
    found = std::max(found, std::abs(own(x) - expected) / unit_in_last_place(expected));
  }
  return found;
}

TEST("math: exp, log, sin, cos, tan, acos and hypot within their bounds of the C library's") {
  EXPECT(worst(-708, 709, math::exp, [](double x) { return std::exp(x); }) <= 1);
  EXPECT(worst(-1, 1, math::exp, [](double x) { return std::exp(x); }) <= 1);
  EXPECT(worst(-745, -708, math::exp, [](double x) { return std::exp(x); }) <= 1);
  EXPECT(worst(1e-300, 1e3, math::log, [](double x) { return std::log(x); }) <= 1);
  EXPECT(worst(0.5, 1.5, math::log, [](double x) { return std::log(x); }) <= 1);
  EXPECT(worst(1e-310, 3e-308, math::log, [](double x) { return std::log(x); }) <= 1);
  EXPECT(worst(0, 1e4, math::log10, [](double x) { return std::log10(x); }) <= 3);
  EXPECT(worst(-0.9, 9, math::log1p, [](double x) { return std::log1p(x); }) <= 4);
  EXPECT(worst(0, 1e-9, math::log1p, [](double x) { return std::log1p(x); }) <= 4);
  for (const double most : {1.0, 10.0, 1e6, 2e6, 1e15, 1e300}) {
    EXPECT(worst(-most, most, math::sin, [](double x) { return std::sin(x); }) <= 1);
    EXPECT(worst(-most, most, math::cos, [](double x) { return std::cos(x); }) <= 1);
  }
  EXPECT(worst(-1.5, 1.5, math::tan, [](double x) { return std::tan(x); }) <= 4);
  EXPECT(worst(-1, 1, math::acos, [](double x) { return std::acos(x); }) <= 1);
  EXPECT(worst(-1e200, 1e200, [](double x) { return math::hypot(x, 3e199); }, [](double x) { return std::hypot(x, 3e199); }) <= 2);
}

TEST("math: sin and cos next to multiples of half pi keep their digits") {
  for (const double x : {kPi, 2 * kPi, 22.0, 355.0, 5e5 * kPi, 1e22, 1048576.0}) {
    EXPECT(std::abs(math::sin(x) - std::sin(x)) <= unit_in_last_place(std::sin(x)));
    EXPECT(std::abs(math::cos(x) - std::cos(x)) <= unit_in_last_place(std::cos(x)));
    EXPECT(math::sin(-x) == -math::sin(x) && math::cos(-x) == math::cos(x));
  }
  // The double nearest to a multiple of half pi (Muller 2016); glibc 2.36 errs by 8 units here.
  EXPECT(math::cos(6381956970095103.0 * 0x1p797) == -4.68716592425462761112e-19);
}

TEST("math: powers of whole and other exponents within one unit, special cases as C has them") {
  for (const double base : {0.9, 0.999, 10.0, 1e6, 3.0, 0.1, 1e-5, 1.0000001}) {
    EXPECT(worst(-40, 40, [=](double y) { return math::pow(base, y); }, [=](double y) { return std::pow(base, y); }) <= 1);
    EXPECT(worst(-60, 60, [=](double y) { return math::pow(base, std::round(y)); }, [=](double y) { return std::pow(base, std::round(y)); }) <= 1);
  }
  EXPECT(math::pow(10, 2) == 100 && math::pow(10, -6) == 1e-6);
  for (const double step : {1.0, 2.0, 1000.0, 54321.0, 1e6}) {
    EXPECT(std::abs(math::pow(0.999, step) - std::pow(0.999, step)) <= unit_in_last_place(std::pow(0.999, step)));
  }
  const std::vector<double> edges{0.0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 2.5, 1e300, -1e300, 1e-300, 5e-324, kInf, -kInf, std::nan("")};
  for (const double x : edges) {
    for (const double y : edges) {
      const double own = math::pow(x, y), expected = std::pow(x, y);
      const bool same = std::isnan(expected) ? std::isnan(own)
                                             : std::abs(own - expected) <= unit_in_last_place(expected) || own == expected;
      EXPECT(same && (std::isnan(own) || std::signbit(own) == std::signbit(expected)));
    }
  }
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
