#include "core/platform/number.h"

#include <charconv>
#include <cstdlib>

namespace sidestep::platform {

double nearest_double(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Out of range: too large or too small, which any value far outside shows.
  return error == std::errc::result_out_of_range ? std::strtod(text.c_str(), nullptr) : value;
}

}  // namespace sidestep::platform
