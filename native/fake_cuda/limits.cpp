#include "fake_cuda/limits.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

#include "core/error.h"

namespace sidestep::fake_cuda {
namespace {

constexpr size_t kUsualBytes = size_t{64} << 30;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// How many requests there are until the first that is refused, since the variable got its value, and how many more are.
struct Countdown {
  const char* name;
  std::mutex mutex{};
  std::string value{};
  long long left = 0, more = 0;

  bool refuses() {
    const std::lock_guard lock(mutex);
    std::string now = variable(name);
    if (now != value) {
      value = std::move(now);
      const size_t plus = value.find('+');
      left = value.empty() ? 0 : std::stoll(value);
      more = plus == std::string::npos ? 0 : std::stoll(value.substr(plus + 1));
    }
    if (left > 0) return --left == 0;
    return more > 0 && more-- > 0;
  }
};

// Never destroyed: a program may take a card's memory while its own statics end.
Countdown& allocations() {
  static auto& once = *new Countdown{"SIDESTEP_CARD_REFUSES"};
  return once;
}
Countdown& scratch() {
  static auto& once = *new Countdown{"SIDESTEP_CARD_REFUSES_SCRATCH"};
  return once;
}

}  // namespace

size_t card_bytes() {
  const std::string bytes = variable("SIDESTEP_CARD_BYTES");
  return bytes.empty() ? kUsualBytes : std::stoull(bytes);
}

bool refuses(size_t bytes, size_t used) {
  const bool injected = allocations().refuses();
  const size_t all = card_bytes();
  return injected || used > all || bytes > all - used;
}

bool refuses_scratch() { return scratch().refuses(); }

bool refuses_page_locked(size_t bytes, size_t used) {
  const std::string most = variable("SIDESTEP_CARD_PAGE_LOCKED");
  return !most.empty() && used + bytes > std::stoull(most);
}

bool card_has_pools() { return variable("SIDESTEP_CARD_POOLS") != "none"; }

std::optional<ComputeCapability> card_capability() {
  const std::string said = variable("SIDESTEP_CARD_CAPABILITY");
  if (said.empty()) return std::nullopt;
  ComputeCapability capability;
  if (std::sscanf(said.c_str(), "%d.%d", &capability.major, &capability.minor) == 2) return capability;
  throw Error("native/argument-invalid", "SIDESTEP_CARD_CAPABILITY is " + said, "Such as 7.5.");
}

}  // namespace sidestep::fake_cuda
