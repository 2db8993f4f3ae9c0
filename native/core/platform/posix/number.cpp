#include "core/platform/number.h"

#include <clocale>
#include <cstdlib>
#if __has_include(<xlocale.h>)
#include <xlocale.h>  // macOS and BSD keep strtod_l there
#endif

namespace sidestep::platform {

double nearest_double(const std::string& text) {
  static const locale_t c_locale = ::newlocale(LC_ALL_MASK, "C", nullptr);
  return ::strtod_l(text.c_str(), nullptr, c_locale);
}

}  // namespace sidestep::platform
