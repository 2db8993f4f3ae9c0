#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace sidestep {

/// Choices that were found by timing, kept between runs: a text file of lines `machine <tab> problem <tab> choice <tab>
/// checksum`. What is damaged, too large or of another version reads as absent; nothing in it is trusted by who uses it.
class TuningFile {
 public:
  /// `machine`: all that a choice may depend on, without the problem (card, driver, library). Lines of other machines are kept as
  /// they are. A path that is empty or cannot be read is an empty file.
  TuningFile(std::filesystem::path path, std::string machine);

  std::optional<std::string> find(const std::string& problem) const;

  /// Adds a choice and writes the file again, together with what others have added meanwhile; it is replaced whole or not at all.
  /// A disk that refuses is no reason to stop: the choice then lives as long as this object. Throws native/argument-invalid for
  /// text that is empty, longer than 1000 bytes or not printable ASCII.
  void add(const std::string& problem, const std::string& choice);

 private:
  std::filesystem::path path_;
  std::string machine_;
  std::map<std::string, std::string> choices_;  ///< by machine, tab, problem
};

/// $SIDESTEP_TUNING_FILE (a file; empty: none), else sidestep/cuda-tuning.txt below $XDG_CACHE_HOME or ~/.cache, on Windows
/// below %LOCALAPPDATA%.
std::filesystem::path tuning_path();

/// Bytes as hexadecimal digits and back; nothing unless there are exactly `bytes` of them.
std::string to_hex(const void* data, size_t bytes);
bool from_hex(const std::string& text, void* data, size_t bytes);

}  // namespace sidestep
