#include "audio/fourier.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "core/math.h"

namespace sidestep::audio {

Fourier::Fourier(int64_t size) : size_(size) {
  const double step = 2 * std::numbers::pi / static_cast<double>(size);
  for (int64_t i = 0; i < size; ++i) {
    const auto [sin, cos] = math::sin_cos(step * static_cast<double>(i));
    window_.push_back((1 - cos) / static_cast<double>(size));
    if (i < size / 2) turns_.push_back({cos, -sin});
  }
  work_.resize(static_cast<size_t>(size / 2));
  for (int64_t i = 0, turned = 0; i < size / 2; ++i) {
    reversed_.push_back(turned);
    int64_t bit = size / 4;
    while (bit > 0 && (turned & bit) != 0) {
      turned ^= bit;
      bit /= 2;
    }
    turned |= bit;
  }
}

void Fourier::transform() {
  const auto n = static_cast<size_t>(size_ / 2);
  for (size_t length = 2; length <= n; length *= 2) {
    const size_t half = length / 2, stride = static_cast<size_t>(size_) / length;
    for (size_t begin = 0; begin < n; begin += length) {
      for (size_t k = 0; k < half; ++k) {
        const Complex turn = turns_[k * stride], even = work_[begin + k], odd = work_[begin + k + half];
        const Complex turned{odd.re * turn.re - odd.im * turn.im, odd.re * turn.im + odd.im * turn.re};
        work_[begin + k] = {even.re + turned.re, even.im + turned.im};
        work_[begin + k + half] = {even.re - turned.re, even.im - turned.im};
      }
    }
  }
}

void Fourier::magnitudes(const float* frame, std::vector<double>& magnitudes) {
  const auto half = static_cast<size_t>(size_ / 2);
  for (size_t i = 0; i < half; ++i) {
    const auto at = static_cast<size_t>(reversed_[i]);
    work_[at] = {static_cast<double>(frame[2 * i]) * window_[2 * i], static_cast<double>(frame[2 * i + 1]) * window_[2 * i + 1]};
  }
  transform();
  magnitudes.resize(half + 1);
  for (size_t k = 0; k <= half; ++k) {  // the spectra of even and odd values, taken apart and joined
    const Complex a = work_[k % half], b = work_[(half - k) % half];
    const Complex even{(a.re + b.re) / 2, (a.im - b.im) / 2}, odd{(a.im + b.im) / 2, (b.re - a.re) / 2};
    const Complex turn = k < half ? turns_[k] : Complex{-1, 0};
    const double re = even.re + odd.re * turn.re - odd.im * turn.im, im = even.im + odd.re * turn.im + odd.im * turn.re;
    magnitudes[k] = std::sqrt(re * re + im * im);
  }
}

}  // namespace sidestep::audio
