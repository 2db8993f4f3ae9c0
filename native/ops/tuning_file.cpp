#include "ops/tuning_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <vector>

#include "core/error.h"
#include "core/platform/process.h"

namespace sidestep {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFirstLine = "sidestep-tuning 1";
constexpr size_t kMostBytes = size_t{4} << 20;  // tens of thousands of choices
constexpr size_t kLongest = 1000;

/// FNV-1a of 64 bits: against damage, not against malice.
std::string checksum(const std::string& text) {
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return to_hex(&hash, sizeof(hash));
}

bool printable(const std::string& text) {
  return !text.empty() && text.size() <= kLongest &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == '\t')
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

std::map<std::string, std::string> read_choices(const fs::path& path) {
  std::map<std::string, std::string> choices;
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) > kMostBytes || error) return choices;
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line) || line != kFirstLine) return choices;
  while (std::getline(in, line)) {
    const std::vector<std::string> f = fields_of(line);
    if (f.size() != 4 || !std::all_of(f.begin(), f.end(), printable)) continue;
    if (checksum(f[0] + '\t' + f[1] + '\t' + f[2]) == f[3]) choices[f[0] + '\t' + f[1]] = f[2];
  }
  return choices;
}

/// Whether the file now holds exactly these.
bool write_choices(const fs::path& path, const std::map<std::string, std::string>& choices) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  fs::path next = path;
  next += "." + std::to_string(platform::process_id());
  {
    std::ofstream out(next, std::ios::trunc);
    out << kFirstLine << '\n';
    for (const auto& [key, choice] : choices) {
      const std::string line = key + '\t' + choice;
      out << line << '\t' << checksum(line) << '\n';
    }
    out.close();
    if (out) fs::rename(next, path, error);
    if (out && !error) return true;
  }
  fs::remove(next, error);
  return false;
}

}  // namespace

TuningFile::TuningFile(fs::path path, std::string machine)
    : path_(std::move(path)), machine_(std::move(machine)), choices_(read_choices(path_)) {}

std::optional<std::string> TuningFile::find(const std::string& problem) const {
  const auto found = choices_.find(machine_ + '\t' + problem);
  return found == choices_.end() ? std::nullopt : std::optional(found->second);
}

void TuningFile::add(const std::string& problem, const std::string& choice) {
  for (const std::string* text : std::initializer_list<const std::string*>{&machine_, &problem, &choice})
    if (!printable(*text)) throw Error("native/argument-invalid", "Not a line of a tuning file: \"" + *text + "\"");
  choices_[machine_ + '\t' + problem] = choice;
  if (path_.empty()) return;
  for (const auto& [key, other] : read_choices(path_)) choices_.emplace(key, other);
  write_choices(path_, choices_);
}

fs::path tuning_path() {
  if (const auto chosen = platform::path_variable("SIDESTEP_TUNING_FILE")) return *chosen;
  if (const auto cache = platform::user_cache_folder()) return *cache / "sidestep" / "cuda-tuning.txt";
  return {};
}

std::string to_hex(const void* data, size_t bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < bytes; ++i) {
    const auto byte = static_cast<const unsigned char*>(data)[i];
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

bool from_hex(const std::string& text, void* data, size_t bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (text.size() != 2 * bytes || text.find_first_not_of(kDigits) != std::string::npos) return false;
  for (size_t i = 0; i < bytes; ++i)
    static_cast<unsigned char*>(data)[i] =
        static_cast<unsigned char>(kDigits.find(text[2 * i]) << 4 | kDigits.find(text[2 * i + 1]));
  return true;
}

}  // namespace sidestep
