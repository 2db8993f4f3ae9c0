#include "ops/instruction_set.h"

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "testing/test.h"

namespace sidestep::testing {
namespace {

/// The first processor's `flags` of Linux' /proc/cpuinfo: what it has and the kernel lets be used. Empty on other systems and
/// processors.
std::set<std::string> flags_of_linux() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("flags")) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    std::set<std::string> flags;
    for (std::string word; words >> word;) flags.insert(word);
    return flags;
  }
  return {};
}

TEST("instruction sets: those that Linux lists of this processor") {
  const std::set<std::string> flags = flags_of_linux();
  const std::vector<cpu::InstructionSet> sets = cpu::available_instruction_sets();
  if (flags.empty() || sets.front() != cpu::InstructionSet::portable) return;  // no x86, or an emulator that shows the host's
  const auto has = [&](std::initializer_list<const char*> names) {
    return std::all_of(names.begin(), names.end(), [&](const char* name) { return flags.contains(name); });
  };
  std::vector<cpu::InstructionSet> expected{cpu::InstructionSet::portable};
  if (has({"avx2", "fma", "f16c"})) expected.push_back(cpu::InstructionSet::avx2);
  if (has({"avx2", "fma", "f16c", "avx512f", "avx512dq", "avx512bw", "avx512vl"}))
    expected.push_back(cpu::InstructionSet::avx512);
  EXPECT(sets == expected);
}

}  // namespace
}  // namespace sidestep::testing
