#pragma once
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "core/math.h"
#include "core/philox.h"

namespace sidestep::testing {

/// A function over draws between two bounds; the reference is the C library's, which not every system has within half a unit.
struct MathSweep {
  double low, high;
  std::function<double(double)> own, reference;
  double bound;  ///< in units in the last place
};

inline double math_draw(const MathSweep& sweep, uint64_t i) {
  return sweep.low + (sweep.high - sweep.low) * uniform({77, Purpose::noise, 0, 0}, i);
}
constexpr uint64_t kMathDraws = 40000;

inline std::vector<MathSweep> math_sweeps() {
  using Function = double (*)(double);
  std::vector<MathSweep> all;
  const auto add = [&](double low, double high, Function own, Function reference, double bound) {
    all.push_back({low, high, own, reference, bound});
  };
  add(
      -708, 709, math::exp, [](double x) { return std::exp(x); }, 1);
  add(
      -1, 1, math::exp, [](double x) { return std::exp(x); }, 1);
  add(
      -745, -708, math::exp, [](double x) { return std::exp(x); }, 1);
  add(
      1e-300, 1e3, math::log, [](double x) { return std::log(x); }, 1);
  add(
      0.5, 1.5, math::log, [](double x) { return std::log(x); }, 1);
  add(
      1e-310, 3e-308, math::log, [](double x) { return std::log(x); }, 1);
  add(
      0, 1e4, math::log10, [](double x) { return std::log10(x); }, 3);
  add(
      -0.9, 9, math::log1p, [](double x) { return std::log1p(x); }, 4);
  add(
      0, 1e-9, math::log1p, [](double x) { return std::log1p(x); }, 4);
  for (const double most : {1.0, 10.0, 1e6, 2e6, 1e15, 1e300}) {
    add(
        -most, most, math::sin, [](double x) { return std::sin(x); }, 1);
    add(
        -most, most, math::cos, [](double x) { return std::cos(x); }, 1);
  }
  add(
      -1.5, 1.5, math::tan, [](double x) { return std::tan(x); }, 4);
  add(
      -1, 1, math::acos, [](double x) { return std::acos(x); }, 1);
  add(
      -1e200, 1e200, [](double x) { return math::hypot(x, 3e199); }, [](double x) { return std::hypot(x, 3e199); }, 2);
  for (const double base : {0.9, 0.999, 10.0, 1e6, 3.0, 0.1, 1e-5, 1.0000001}) {
    all.push_back({-40, 40, [=](double y) { return math::pow(base, y); }, [=](double y) { return std::pow(base, y); }, 1});
    all.push_back({-60, 60, [=](double y) { return math::pow(base, std::round(y)); },
                   [=](double y) { return std::pow(base, std::round(y)); }, 1});
  }
  return all;
}

/// Arguments next to multiples of half pi.
inline std::vector<double> math_near_half_pi() {
  constexpr double kPi = 3.14159265358979323846;
  return {kPi, 2 * kPi, 22.0, 355.0, 5e5 * kPi, 1e22, 1048576.0};
}

inline std::vector<double> math_edges() {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  return {0.0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 2.5, 1e300, -1e300, 1e-300, 5e-324, kInf, -kInf, std::nan("")};
}

}  // namespace sidestep::testing
