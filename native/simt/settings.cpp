#include "simt/settings.h"

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "core/error.h"

namespace sidestep::simt {
namespace {

std::string text(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The choice that the environment names, else the first.
template <typename Choice, size_t count>
Choice chosen(const char* name, const std::array<std::pair<std::string_view, Choice>, count>& choices) {
  const std::string word = text(name);
  if (word.empty()) return choices.front().second;
  std::string known;
  for (const auto& [spelling, choice] : choices) {
    if (spelling == word) return choice;
    known += (known.empty() ? "Known: " : ", ") + std::string(spelling);
  }
  throw Error("native/argument-invalid", std::string(name) + " is " + word, known + ".");
}

Settings read() {
  using namespace std::string_view_literals;
  using OrderName = std::pair<std::string_view, Order>;
  using CopiesName = std::pair<std::string_view, Copies>;
  using LaunchesName = std::pair<std::string_view, Launches>;
  using SharedName = std::pair<std::string_view, Multiprocessor>;
  return {
      chosen("SIDESTEP_SIMT_ORDER", std::array{OrderName{"forward"sv, Order::forward}, OrderName{"reverse"sv, Order::reverse},
                                               OrderName{"random"sv, Order::random}, OrderName{"runaway"sv, Order::runaway}}),
      chosen("SIDESTEP_SIMT_COPIES", std::array{CopiesName{"random"sv, Copies::random}, CopiesName{"eager"sv, Copies::eager},
                                                CopiesName{"lazy"sv, Copies::lazy}}),
      chosen("SIDESTEP_SIMT_LAUNCHES", std::array{LaunchesName{"run"sv, Launches::run}, LaunchesName{"note"sv, Launches::note}}),
      chosen("SIDESTEP_SIMT_SHARED",
             std::array{SharedName{"100"sv, Multiprocessor::kib_100}, SharedName{"164"sv, Multiprocessor::kib_164},
                        SharedName{"228"sv, Multiprocessor::kib_228}, SharedName{"hopper"sv, Multiprocessor::hopper}}),
      std::strtoull(text("SIDESTEP_SIMT_SEED").c_str(), nullptr, 10),
      std::atoi(text("SIDESTEP_SIMT_THREADS").c_str()),
      text("SIDESTEP_SIMT_SKIP"),
      text("SIDESTEP_SIMT_REPORT")};
}

}  // namespace

const Settings& settings() {
  static const Settings once = read();
  return once;
}

}  // namespace sidestep::simt
