#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/double_double.h"
#include "core/math.h"

namespace sidestep::math {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// ln 2; the upper part ends in 21 zeros, so its multiples by exponents are exact.
constexpr double kLn2High = 6.93147180369123816490e-01, kLn2Low = 1.90821492927058770002e-10;
constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer

/// 2^n for -1022 <= n <= 1023.
double power_of_two(int64_t n) { return std::bit_cast<double>(static_cast<uint64_t>(n + 1023) << 52); }

/// value * 2^n in two factors: what is subnormal at the end is rounded once.
double scaled(double value, int64_t n) {
  const int64_t half = n / 2;
  return value * power_of_two(half) * power_of_two(n - half);
}

/// e^(x + tail), |tail| far below x.
double exp_of_sum(double x, double tail) {
  if (std::isnan(x)) return x;
  if (x > 709.79) return kInfinity;
  if (x < -745.14) return 0;
  const double n = (x * 1.44269504088896338700e+00 + kRound) - kRound;
  const double high = x - n * kLn2High, low = n * kLn2Low - tail, r = high - low, r2 = r * r;
  const double series = 4.13813679705723846039e-08 * r2 - 1.65339022054652515390e-06;
  const double c = r - r2 * (1.66666666666666019037e-01 +
                             r2 * (-2.77777777770155933842e-03 + r2 * (6.61375632143793436117e-05 + r2 * series)));
  return scaled(1 - ((low - (r * c) / (2 - c)) - high), static_cast<int64_t>(n));
}

/// x = fraction * 2^exponent, fraction in [sqrt(1/2), sqrt(2)); x is positive and finite.
struct Split {
  double fraction;
  int64_t exponent;
};

Split split(double x) {
  int64_t lost = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    lost = 54;
  }
  constexpr uint64_t kRootHalf = 0x3fe6a09e667f3bcdULL;
  const auto bits = std::bit_cast<uint64_t>(x);
  const auto exponent = static_cast<int64_t>(bits - kRootHalf) >> 52;
  return {std::bit_cast<double>(bits - (static_cast<uint64_t>(exponent) << 52)), exponent - lost};
}

/// log(x) to about 64 bits: 2 atanh((f - 1) / (f + 1)) by its series, of which all but the first two terms are small.
DoubleDouble precise_log(double x) {
  const Split at = split(x);
  const DoubleDouble s = exact_sum(at.fraction, -1) / exact_sum(at.fraction, 1), z = s * s;
  double tail = 0;
  for (int k = 23; k >= 5; k -= 2) tail = tail * z.high + 1.0 / k;
  const DoubleDouble third{1.0 / 3, 1.850371707708594e-17};
  const DoubleDouble cubic = z * (third + DoubleDouble{tail * z.high, 0});
  const DoubleDouble half = s + s * cubic;
  const auto exponent = static_cast<double>(at.exponent);
  const DoubleDouble whole = exact_sum(exponent * kLn2High, 2 * half.high);
  const double low = whole.low + (exponent * kLn2Low + 2 * half.low);
  return ordered_sum(whole.high, low);
}

/// x^n for a whole n, when no power on the way leaves the range in which products are exact.
double whole_power(double x, uint64_t n, bool inverse) {
  DoubleDouble result{1, 0}, power{x, 0};
  for (; n != 0; n >>= 1) {
    if ((n & 1) != 0) result = result * power;
    if (n > 1) power = power * power;
  }
  if (inverse) result = DoubleDouble{1, 0} / result;
  return result.high + result.low;
}

bool is_whole(double y) { return std::trunc(y) == y; }
bool is_odd(double y) { return is_whole(y) && std::abs(y) < 0x1p53 && (static_cast<int64_t>(y) & 1) != 0; }

/// x positive and finite.
double positive_power(double x, double y) {
  const auto exponent = static_cast<double>(std::abs(split(x).exponent) + 1);
  if (is_whole(y) && std::abs(y) < 0x1p31 && std::abs(y) * exponent < 900)
    return whole_power(x, static_cast<uint64_t>(std::abs(y)), y < 0);
  if (std::abs(y) > 0x1p66) return (x > 1) == (y > 0) ? kInfinity : 0;  // not 1: that was answered before
  const DoubleDouble log_x = precise_log(x);
  if (std::abs(y * log_x.high) > 800) return (log_x.high > 0) == (y > 0) ? kInfinity : 0;
  const DoubleDouble product = exact_product(y, log_x.high);
  const DoubleDouble total = ordered_sum(product.high, product.low + y * log_x.low);
  return exp_of_sum(total.high, total.low);
}

}  // namespace

double exp(double x) { return exp_of_sum(x, 0); }

double log(double x) {
  if (std::isnan(x) || x == kInfinity) return x;
  if (x == 0) return -kInfinity;
  if (x < 0) return kNaN;
  const Split at = split(x);
  const double f = at.fraction - 1, half_square = 0.5 * f * f, s = f / (2 + f), z = s * s, w = z * z;
  const double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double odd = z * (6.666666666666735130e-01 +
                          w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const auto exponent = static_cast<double>(at.exponent);
  return s * (half_square + (odd + even)) + exponent * kLn2Low - half_square + f + exponent * kLn2High;
}

double log10(double x) { return log(x) / 2.30258509299404568402; }

// log(u) errs by what rounding 1 + x to u lost; the quotient takes it back (Kahan).
double log1p(double x) {
  const double u = 1 + x;
  if (u == 1 || u == kInfinity) return x;
  return log(u) * (x / (u - 1));
}

double pow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (std::isnan(x) || std::isnan(y)) return x + y;
  const double size = std::abs(x), sign = std::signbit(x) && is_odd(y) ? -1 : 1;
  if (std::isinf(y)) return size == 1 ? 1 : (size > 1) == (y > 0) ? kInfinity : 0;
  if (size == 0 || size == kInfinity) return sign * ((size == 0) == (y > 0) ? 0 : kInfinity);
  if (x < 0 && !is_whole(y)) return kNaN;
  return size == 1 ? sign : sign * positive_power(size, y);
}

double hypot(double x, double y) {
  const double a = std::abs(x), b = std::abs(y), large = a > b ? a : b, small = a > b ? b : a;
  if (large == 0 || large == kInfinity || small == kInfinity) return large == 0 ? 0 : kInfinity;
  const double ratio = small / large;
  return large * std::sqrt(1 + ratio * ratio);
}

}  // namespace sidestep::math
