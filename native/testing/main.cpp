#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "ops/cuda_plugin.h"
#include "ops/instruction_set.h"
#include "testing/bits.h"
#include "testing/ops_on_device.h"
#include "testing/registry.h"
#include "testing/test.h"

namespace {

using sidestep::testing::Test;

enum class Report : uint8_t { results, digests, names };
enum class Failure : uint8_t { goes_on, stops };

struct Options {
  std::vector<std::string> parts;
  Report report = Report::results;
  Failure failure = Failure::goes_on;
};

// --device cuda runs every op of every test on the card (see ops_on_device.h); --device fake-cuda and simt on made-up ones (see
// ops/cuda_plugin.h).
void choose_device(std::string_view device) {
  if (sidestep::choose_fake_card(device) || device == "cuda") {
    const sidestep::Device card{sidestep::DeviceKind::cuda, 0};
    sidestep::testing::run_cpu_ops_on(card);
    sidestep::testing::set_device_under_test(card);
  } else if (device != "cpu")
    throw sidestep::Error("test/usage", "Expected cpu, cuda, fake-cuda or simt after --device");
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--device")
      choose_device(++i < argc ? argv[i] : "");
    else if (std::string_view(argv[i]) == "--bits")
      options.report = Report::digests;
    else if (std::string_view(argv[i]) == "--list")
      options.report = Report::names;
    else if (std::string_view(argv[i]) == "--stop-on-failure")
      options.failure = Failure::stops;
    else
      options.parts.emplace_back(argv[i]);
  }
  if (options.report == Report::digests) sidestep::testing::digest_ops();
  return options;
}

// What went wrong, or nothing.
std::string run(const Test& test) {
  try {
    test.body();
    return {};
  } catch (const sidestep::Error& error) {
    return error.code() == "test/failed" ? error.message() : error.code() + ": " + error.message();
  } catch (const std::exception& error) {
    return error.what();
  }
}

bool has_part(const Test& test, const std::string& part) {
  return test.name.find(part) != std::string::npos || test.file.find(part) != std::string::npos;
}

bool selected(const Test& test, const Options& options) {
  const auto of_test = [&](const std::string& part) { return has_part(test, part); };
  return options.parts.empty() || std::any_of(options.parts.begin(), options.parts.end(), of_test);
}

/// A script that asks for tests by an old name must not pass with fewer of them.
void refuse_parts_of_nothing(const Options& options) {
  const std::vector<Test>& all = sidestep::testing::registered_tests();
  for (const std::string& part : options.parts)
    if (std::none_of(all.begin(), all.end(), [&](const Test& test) { return has_part(test, part); }))
      throw sidestep::Error("test/usage", "Expected a part of the name or file of a test but found \"" + part + "\"");
}

// A line for the test, then what went wrong. Digests of two runs are compared line by line, so times are left out.
void report(const Test& test, const std::string& problem, double milliseconds, const Options& options) {
  const char* result = problem.empty() ? "ok  " : "FAIL";
  switch (options.report) {
    case Report::results: std::printf("%s %s (%.0f ms)\n", result, test.name.c_str(), milliseconds); break;
    case Report::names: break;
    case Report::digests:
      std::printf("%s %016llx %s\n", result, static_cast<unsigned long long>(sidestep::testing::take_digest()),
                  test.name.c_str());
      break;
  }
  if (!problem.empty()) std::printf("     %s\n", problem.c_str());
  std::fflush(stdout);
}

int list_all(const Options& options) {
  for (const Test& test : sidestep::testing::registered_tests())
    if (selected(test, options)) std::printf("%s\n", test.name.c_str());
  return 0;
}

int run_all(const Options& options) {
  int passed = 0, failed = 0;
  for (const Test& test : sidestep::testing::registered_tests()) {
    if (!selected(test, options)) continue;
    const auto begin = std::chrono::steady_clock::now();
    const std::string problem = run(test);
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - begin;
    report(test, problem, elapsed.count(), options);
    ++(problem.empty() ? passed : failed);
    if (failed > 0 && options.failure == Failure::stops) break;
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

// What scripts/compare-bits.sh asks first.
int list_instruction_sets() {
  for (const auto set : sidestep::cpu::available_instruction_sets()) std::printf("%s\n", sidestep::cpu::name_of(set));
  return 0;
}

}  // namespace

// sidestep_tests [--device cpu|cuda|fake-cuda|simt] [--bits|--list] [--stop-on-failure] [PART OF A NAME OR FILE]…: --bits prints
// a digest of what each test computed, --list what would run. A part that no test has is refused. sidestep_tests
// --instruction-sets
int main(int argc, char** argv) {
  try {
    if (argc == 2 && std::string_view(argv[1]) == "--instruction-sets") return list_instruction_sets();
    const Options options = parse(argc, argv);
    refuse_parts_of_nothing(options);
    return options.report == Report::names ? list_all(options) : run_all(options);
  } catch (const sidestep::Error& error) {
    std::printf("%s: %s\n", error.code().c_str(), error.message().c_str());
    return 1;
  }
}
