#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sidestep::bench {

/// `--name value` pairs, `--flag`s and plain words of a command line.
/// Throws bench/usage for an option that is not in `options` or `flags`.
class Arguments {
 public:
  Arguments(const std::vector<std::string>& words, const std::vector<std::string>& options,
            const std::vector<std::string>& flags);

  const std::vector<std::string>& words() const { return words_; }
  bool has(const std::string& name) const { return values_.contains(name); }
  /// Throws bench/usage when it is missing.
  const std::string& text(const std::string& name) const;
  std::string text_or(const std::string& name, const std::string& fallback) const;
  /// A whole number from 0; throws bench/usage.
  int64_t count_or(const std::string& name, int64_t fallback) const;

 private:
  std::vector<std::string> words_;
  std::map<std::string, std::string> values_;
};

}  // namespace sidestep::bench
