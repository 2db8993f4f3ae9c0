#pragma once

/// Elementary functions made of IEEE additions, multiplications, divisions and square roots alone, in a fixed order: the same
/// bits on every processor, operating system and C library, which those of <cmath> do not give. Whatever computes a result
/// on the CPU takes these (a test keeps it so); errors are below 1 unit in the last place unless said otherwise. The files
/// are compiled without contraction into fused multiply-adds (-ffp-contract=off), like all the engine.
/// Approximations of sin, cos, exp, log and acos: fdlibm (Sun Microsystems 1993).
namespace sidestep::math {

double exp(double x);
double log(double x);
/// log(x) / log(10), within 2 units.
double log10(double x);
/// log(1 + x) without loss near 0, within 3 units.
double log1p(double x);
/// C's pow, special cases included. Whole exponents are multiplied out in double-double arithmetic.
double pow(double x, double y);

/// Arguments of any size.
double sin(double x);
double cos(double x);
struct SinCos {
  double sin, cos;
};
SinCos sin_cos(double x);
/// sin(x) / cos(x), within 3 units.
double tan(double x);
double acos(double x);

/// sqrt(x^2 + y^2) without overflow on the way, within 2 units.
double hypot(double x, double y);

}  // namespace sidestep::math
