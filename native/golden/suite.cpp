#include "golden/suite.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "core/error.h"
#include "core/path_text.h"

namespace sidestep::golden {
namespace {

namespace fs = std::filesystem;

// What models that store in bf16 may be off by. Each stored value is rounded to 8 bits, by up to 2^-9 of itself; some hundred
// roundings lie on the way through a model, and independent ones add up as a random walk: 10 x 2^-9 = 2 %. The CPU's bf16
// (--backend cpu or fake-cuda) finds 1 to 2 % in outputs; 1 to 5 % in the gradients taken together, whose way is twice as long,
// but 16 % where the timestep embedders are adapted too, to which every frame contributes with either sign; and up to 11 % in how
// far weights have moved: the first steps of AdamW divide each gradient by its own size, so that a sign which rounding decides
// moves an element by a whole step. A wrong kernel is off by 100 %.
const std::map<std::string, double> kBf16Tolerances = {
    {"dit_forward", 0.04}, {"qwen3_encoder", 0.04}, {"condition_encoder", 0.04}, {"estimate", 0.04},
    {"generate", 0.06},    {"adapter_step", 0.25},  {"train_trajectory", 0.22},  {"e2e_training", 0.22},
};

std::map<std::string, Judge>& judges() {
  static std::map<std::string, Judge> all;
  return all;
}

std::string kind_of(const SafetensorsFile& file) {
  const auto found = file.metadata().find("kind");
  return found == file.metadata().end() ? "" : found->second;
}

// The kind written in a file, "" also for one that cannot be read: judging it will say why.
std::string kind_at(const fs::path& path) {
  try {
    return kind_of(SafetensorsFile(path));
  } catch (const Error&) {
    return "";
  }
}

bool answered_elsewhere(const fs::path& path, const fs::path& folder) {
  const fs::path relative = path.lexically_relative(folder);
  const std::string top = relative.has_parent_path() ? utf8_of(*relative.begin()) : "";
  if (top == "peft_files" || top == "torch_files" || top == "tiny_checkpoint") return true;
  const std::string kind = kind_at(path);
  return kind == "weights" || (top == "e2e" && kind == "e2e_preprocess") || (top == "inference" && kind == "condition_inference");
}

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string scientific(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2e", value);
  return text.data();
}

Case in_precision(Case c, const std::string& kind, DType precision) {
  const auto tolerance = kBf16Tolerances.find(kind);
  if (precision != DType::bf16 || tolerance == kBf16Tolerances.end()) return c;
  c.compute_dtype = precision;
  c.tolerance = std::max(c.tolerance, tolerance->second);
  return c;
}

Verdict summary(const std::string& label, const Report& report) {
  const Report::Row* worst = report.worst();
  if (worst == nullptr) return {Verdict::Kind::failed, "FAIL " + label + " nothing was compared"};
  const std::string words = scientific(worst->error) + " of " + scientific(worst->tolerance) + " allowed (" + worst->name + ", " +
                            std::to_string(report.rows().size()) + " compared)";
  return report.passed() ? Verdict{Verdict::Kind::passed, "pass " + label + " " + words}
                         : Verdict{Verdict::Kind::failed, "FAIL " + label + " " + words};
}

}  // namespace

Kind::Kind(const char* name, Judge judge) { judges()[name] = judge; }

Judge find_judge(const std::string& kind) {
  const auto found = judges().find(kind);
  return found == judges().end() ? nullptr : found->second;
}

std::vector<fs::path> case_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == ".safetensors" && !answered_elsewhere(entry.path(), folder))
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

Verdict judge_file(const fs::path& path, const fs::path& folder, DType precision, Stream& stream) {
  std::string label = padded(utf8_of(path.lexically_relative(folder)), 46);
  try {
    const SafetensorsFile file(path);
    const std::string kind = kind_of(file);
    label += " " + padded(kind, 17);
    const Judge judge = find_judge(kind);
    if (judge == nullptr)
      return {Verdict::Kind::failed, "FAIL " + label + (kind.empty() ? " no kind in its metadata" : " unknown kind")};
    Report report;
    judge(in_precision(open_case(file), kind, precision), report, stream);
    return summary(label, report);
  } catch (const Error& error) {
    return {Verdict::Kind::failed, "FAIL " + label + " " + error.code() + ": " + error.message()};
  } catch (const std::exception& error) {
    return {Verdict::Kind::failed, "FAIL " + label + " " + error.what()};
  }
}

}  // namespace sidestep::golden
