#pragma once
#include <string>

namespace sidestep::platform {

/// The double nearest to a number in C's notation, whatever the user's locale; infinite beyond the largest, zero below the
/// smallest. Behind the seam because libc++ has no std::from_chars for doubles, and Windows' old C library rounds them wrongly.
double nearest_double(const std::string& text);

}  // namespace sidestep::platform
