#include "golden/suite.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "core/error.h"

namespace sidestep::golden {
namespace {

namespace fs = std::filesystem;

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
  const std::string top = relative.has_parent_path() ? relative.begin()->string() : "";
  if (top == "peft_files" || top == "torch_files" || top == "tiny_checkpoint") return true;
  const std::string kind = kind_at(path);
  return kind == "weights" || (top == "e2e" && kind == "e2e_preprocess");
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

Verdict judge_file(const fs::path& path, const fs::path& folder, Stream& stream) {
  std::string label = padded(path.lexically_relative(folder).string(), 46);
  try {
    const SafetensorsFile file(path);
    const std::string kind = kind_of(file);
    label += " " + padded(kind, 17);
    const Judge judge = find_judge(kind);
    if (judge == nullptr)
      return {Verdict::Kind::failed, "FAIL " + label + (kind.empty() ? " no kind in its metadata" : " unknown kind")};
    Report report;
    judge(open_case(file), report, stream);
    return summary(label, report);
  } catch (const Error& error) {
    return {Verdict::Kind::failed, "FAIL " + label + " " + error.code() + ": " + error.message()};
  } catch (const std::exception& error) {
    return {Verdict::Kind::failed, "FAIL " + label + " " + error.what()};
  }
}

}  // namespace sidestep::golden
