#include <cstdio>
#include <map>

#include "bench/op_command.h"
#include "core/error.h"

namespace {

using Command = int (*)(const std::vector<std::string>&);

const std::map<std::string, Command> kCommands = {
    {"op", &sidestep::bench::op_command},
};

constexpr const char* kUsage =
    "usage: sidestep_bench op [NAME|all]... [--case PART] [--threads N] [--backend cpu|cuda] [--json]\n";

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto command = words.empty() ? kCommands.end() : kCommands.find(words[0]);
  if (command == kCommands.end()) {
    std::fprintf(stderr, "%s", kUsage);
    return 2;
  }
  try {
    return command->second({words.begin() + 1, words.end()});
  } catch (const sidestep::Error& error) {
    std::fprintf(stderr, "%s: %s\n%s", error.code().c_str(), error.message().c_str(),
                 error.code() == "bench/usage" ? kUsage : (error.hint() + "\n").c_str());
    return error.code() == "bench/usage" ? 2 : 1;
  }
}
