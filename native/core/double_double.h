#pragma once
#include <cmath>

namespace sidestep::math {

/// The unevaluated sum of two doubles, about 106 bits (Dekker 1971). No fused multiply-add: not every processor has one.
struct DoubleDouble {
  double high, low;
};

/// a + b exactly, whichever is larger (Knuth).
inline DoubleDouble exact_sum(double a, double b) {
  const double sum = a + b, of_b = sum - a;
  return {sum, (a - (sum - of_b)) + (b - of_b)};
}

/// The same where |a| >= |b|.
inline DoubleDouble ordered_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

/// a b exactly, as long as neither is above 2^995 nor the product below 2^-968 (Veltkamp's halves).
inline DoubleDouble exact_product(double a, double b) {
  constexpr double kSplit = 134217729.0;  // 2^27 + 1
  const double wide_a = kSplit * a, high_a = wide_a - (wide_a - a), low_a = a - high_a;
  const double wide_b = kSplit * b, high_b = wide_b - (wide_b - b), low_b = b - high_b;
  const double product = a * b;
  return {product, ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b};
}

inline DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble sum = exact_sum(a.high, b.high);
  return ordered_sum(sum.high, sum.low + (a.low + b.low));
}

inline DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble product = exact_product(a.high, b.high);
  return ordered_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

inline DoubleDouble operator/(DoubleDouble a, DoubleDouble b) {
  const double quotient = a.high / b.high;
  const DoubleDouble back = exact_product(quotient, b.high);
  const double rest = ((a.high - back.high) - back.low) + a.low - quotient * b.low;
  return ordered_sum(quotient, rest / b.high);
}

}  // namespace sidestep::math
