#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/path_text.h"
#include "core/platform/process.h"
#include "golden/suite.h"
#include "ops/cuda_plugin.h"

namespace {

namespace fs = std::filesystem;
using namespace sidestep;

constexpr const char* kUsage =
    "usage: sidestep_golden [FOLDER] [--only PART_OF_NAME]... [--backend cpu|cuda[:N]|fake-cuda[:N]|simt[:N]]\n"
    "       [--precision f32|bf16] [--threads N]\n"
    "FOLDER defaults to $SIDESTEP_GOLDEN_DIR.\n";

struct Options {
  fs::path folder;
  std::vector<std::string> only;
  Device device{};
  DType precision = DType::f32;
  int threads = 0;
};

/// cpu, or a card, real or made up: cuda, cuda:1, fake-cuda, fake-cuda:1, simt, simt:1.
Device device_named(const std::string& backend) {
  if (backend == "cpu") return {};
  const size_t colon = backend.find(':');
  const std::string kind = backend.substr(0, colon), index = colon == std::string::npos ? "0" : backend.substr(colon + 1);
  const bool card = kind == "cuda" || choose_fake_card(kind);
  if (!card || index.size() != 1 || index[0] < '0' || index[0] > '9')
    throw Error("golden/usage",
                "Expected --backend cpu, cuda, fake-cuda or simt, a card with :N behind it if need be, but found " + backend);
  return {DeviceKind::cuda, index[0] - '0'};
}

DType precision_named(const std::string& precision) {
  if (precision == "f32") return DType::f32;
  if (precision == "bf16") return DType::bf16;
  throw Error("golden/usage", "Expected --precision f32 or bf16 but found " + precision);
}

Options parse(int argc, char** argv) {
  Options options;
  if (const auto folder = platform::path_variable("SIDESTEP_GOLDEN_DIR")) options.folder = *folder;
  const std::vector<std::string> words = platform::command_line(argc, argv);
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto value = [&]() -> const std::string& {
      if (i + 1 == words.size()) throw Error("golden/usage", "Expected a value after " + word);
      return words[++i];
    };
    if (word == "--only")
      options.only.push_back(value());
    else if (word == "--threads")
      options.threads = std::atoi(value().c_str());
    else if (word == "--backend")
      options.device = device_named(value());
    else if (word == "--precision")
      options.precision = precision_named(value());
    else if (word.starts_with("--"))
      throw Error("golden/usage", "Unknown option " + word);
    else
      options.folder = path_from_utf8(word);
  }
  if (!fs::is_directory(options.folder))
    throw Error("golden/usage", "Expected a folder with golden files but found \"" + utf8_of(options.folder) + "\"");
  return options;
}

bool selected(const fs::path& path, const Options& options) {
  if (options.only.empty()) return true;
  for (const std::string& part : options.only)
    if (utf8_of(path).find(part) != std::string::npos) return true;
  return false;
}

int run(const Options& options) {
  Stream stream(options.device, std::make_shared<ThreadPool>(options.threads));
  int passed = 0, failed = 0;
  for (const fs::path& path : golden::case_files(options.folder)) {
    if (!selected(path, options)) continue;
    const golden::Verdict verdict = golden::judge_file(path, options.folder, options.precision, stream);
    std::printf("%s\n", verdict.line.c_str());
    std::fflush(stdout);
    ++(verdict.kind == golden::Verdict::Kind::passed ? passed : failed);
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(parse(argc, argv));
  } catch (const Error& error) {
    std::fprintf(stderr, "%s: %s\n%s", error.code().c_str(), error.message().c_str(),
                 error.code() == "golden/usage" ? kUsage : "");
    return 1;
  }
}
