#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/double_double.h"
#include "core/math.h"

namespace sidestep::math {
namespace {

/// An angle as a number of right angles, of which only the last two bits matter, and what is left: at most pi / 4.
struct Reduced {
  unsigned quadrant;
  double rest, tail;
};

/// Cody & Waite 1980: pi / 2 in pieces of 33 bits, whose multiples by numbers below 2^20 are exact.
Reduced reduce_near(double x) {
  constexpr double kFirst = 1.57079632673412561417e+00, kSecond = 6.07710050630396597660e-11, kThird = 2.02226624871116645580e-21;
  constexpr double kRest = 8.47842766036889956997e-32, kRound = 6755399441055744.0;
  const double n = (x * 6.36619772367581382433e-01 + kRound) - kRound;
  const DoubleDouble second = exact_sum(x - n * kFirst, -(n * kSecond)), third = exact_sum(second.high, -(n * kThird));
  const DoubleDouble rest = ordered_sum(third.high, second.low + third.low - n * kRest);
  return {static_cast<unsigned>(static_cast<int64_t>(n)) & 3U, rest.high, rest.low};
}

/// The bits of 2 / pi behind the point.
constexpr std::array<uint64_t, 20> kTwoOverPi = {
    0xa2f9836e4e441529ULL, 0xfc2757d1f534ddc0ULL, 0xdb6295993c439041ULL, 0xfe5163abdebbc561ULL, 0xb7246e3a424dd2e0ULL,
    0x06492eea09d1921cULL, 0xfe1deb1cb129a73eULL, 0xe88235f52ebb4484ULL, 0xe99c7026b45f7e41ULL, 0x3991d639835339f4ULL,
    0x9c845f8bbdf9283bULL, 0x1ff897ffde05980fULL, 0xef2f118b5a0a6d1fULL, 0x6d367ecf27cb09b7ULL, 0x4f463f669e5fea2dULL,
    0x7527bac7ebe5f17bULL, 0x3d0739f78a5292eaULL, 0x6bfb5fb11f8d5d08ULL, 0x56033046fc7b6babULL, 0xf0cfbc209af4361dULL,
};

/// 64 of them from the one numbered `index`, zeros before the point.
uint64_t bits_of_two_over_pi(int64_t index) {
  const auto word = [](int64_t i) { return i < 0 ? uint64_t{0} : kTwoOverPi[static_cast<size_t>(i)]; };
  const int64_t first = index >= 0 ? index / 64 : -((-index + 63) / 64), shift = index - 64 * first;
  return shift == 0 ? word(first) : word(first) << shift | word(first + 1) >> (64 - shift);
}

/// Payne & Hanek 1983: x is m * 2^e with m whole; of m * (2 / pi) * 2^e what is a multiple of 4 is left out from the start.
Reduced reduce_far(double x) {
  const auto bits = std::bit_cast<uint64_t>(x);
  const uint64_t m = (bits & 0xfffffffffffffULL) | 0x10000000000000ULL;
  const int64_t first = static_cast<int64_t>(bits >> 52 & 0x7ff) - 1075 - 2;
  // Three words of the product, the first bit worth 2; carries by halves of words.
  std::array<uint64_t, 3> product{};
  __extension__ typedef unsigned __int128 Wide;
  Wide carry = 0;
  for (size_t i = 3; i-- > 0;) {
    carry += static_cast<Wide>(m) * bits_of_two_over_pi(first + 64 * static_cast<int64_t>(i));
    product[i] = static_cast<uint64_t>(carry);
    carry >>= 64;
  }
  auto quadrant = static_cast<unsigned>(product[0] >> 62);
  const bool above_half = (product[0] >> 61 & 1) != 0;
  product[0] &= 0x3fffffffffffffffULL;
  double sign = 1;
  if (above_half) {  // the distance to the next right angle instead
    ++quadrant;
    sign = -1;
    for (uint64_t& word : product) word = ~word;  // short of it by 2^-190
    product[0] &= 0x3fffffffffffffffULL;
  }
  DoubleDouble turn{0, 0};
  double unit = 0x1p-30;
  for (const uint64_t word : product) {
    turn = turn + DoubleDouble{static_cast<double>(word >> 32) * unit, static_cast<double>(word & 0xffffffffU) * unit * 0x1p-32};
    unit *= 0x1p-64;
  }
  const DoubleDouble rest = turn * DoubleDouble{1.57079632679489655800e+00, 6.12323399573676603587e-17};
  return {quadrant & 3U, sign * rest.high, sign * rest.low};
}

Reduced reduce(double x) {
  const double size = std::abs(x);
  if (size <= 0.78539816339744827900) return {0, x, 0};
  if (size < 0x1p20) return reduce_near(x);
  const Reduced far = reduce_far(size);
  return x > 0 ? far : Reduced{(4U - far.quadrant) & 3U, -far.rest, -far.tail};
}

double short_sin(double x, double tail) {
  const double z = x * x, w = z * z, cube = z * x;
  const double r = 8.33333333332248946124e-03 + z * (-1.98412698298579493134e-04 + z * 2.75573137070700676789e-06) +
                   z * w * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10);
  return x - ((z * (0.5 * tail - cube * r) - tail) + cube * 1.66666666666666324348e-01);
}

double short_cos(double x, double tail) {
  const double z = x * x, w = z * z;
  const double r = z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 + z * 2.48015872894767294178e-05)) +
                   w * w * (-2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11));
  const double half = 0.5 * z, first = 1 - half;
  return first + (((1 - first) - half) + (z * r - x * tail));
}

/// (asin(x) - x) / x at z = x^2.
double asin_excess(double z) {
  const double p =
      z * (1.66666666666666657415e-01 +
           z * (-3.25565818622400915405e-01 +
                z * (2.01212532134862925881e-01 +
                     z * (-4.00555345006794114027e-02 + z * (7.91534994289814532176e-04 + z * 3.47933107596021167570e-05)))));
  const double q =
      1 + z * (-2.40339491173441421878e+00 +
               z * (2.02094576023350569471e+00 + z * (-6.88283971605453293030e-01 + z * 7.70381505559019352791e-02)));
  return p / q;
}

}  // namespace

SinCos sin_cos(double x) {
  if (!std::isfinite(x)) return {x - x, x - x};
  const Reduced angle = reduce(x);
  const double s = short_sin(angle.rest, angle.tail), c = short_cos(angle.rest, angle.tail);
  switch (angle.quadrant) {
    case 0: return {s, c};
    case 1: return {c, -s};
    case 2: return {-s, -c};
    default: return {-c, s};
  }
}

double sin(double x) { return sin_cos(x).sin; }
double cos(double x) { return sin_cos(x).cos; }

double tan(double x) {
  const SinCos both = sin_cos(x);
  return both.sin / both.cos;
}

double acos(double x) {
  constexpr double kHalfPi = 1.57079632679489655800e+00, kHalfPiTail = 6.12323399573676603587e-17;
  if (!(std::abs(x) <= 1)) return std::numeric_limits<double>::quiet_NaN();
  if (std::abs(x) < 0.5) return kHalfPi - (x - (kHalfPiTail - x * asin_excess(x * x)));
  const double z = (1 - std::abs(x)) * 0.5, root = std::sqrt(z);
  if (x < 0) return 2 * (kHalfPi - (root + (asin_excess(z) * root - kHalfPiTail)));
  const double high = std::bit_cast<double>(std::bit_cast<uint64_t>(root) & 0xffffffff00000000ULL);
  const double low = root > 0 ? (z - high * high) / (root + high) : 0;
  return 2 * (high + (asin_excess(z) * root + low));
}

}  // namespace sidestep::math
