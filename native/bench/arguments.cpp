#include "bench/arguments.h"

#include <algorithm>
#include <charconv>

#include "core/error.h"

namespace sidestep::bench {
namespace {

bool among(const std::string& name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Arguments::Arguments(const std::vector<std::string>& words, const std::vector<std::string>& options,
                     const std::vector<std::string>& flags) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("--")) {
      words_.push_back(words[i]);
      continue;
    }
    const std::string name = words[i].substr(2);
    if (among(name, flags))
      values_[name] = "";
    else if (!among(name, options))
      throw Error("bench/usage", "Unknown option " + words[i]);
    else if (i + 1 == words.size())
      throw Error("bench/usage", "Expected a value after " + words[i]);
    else
      values_[name] = words[++i];
  }
}

const std::string& Arguments::text(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw Error("bench/usage", "Expected --" + name);
  return found->second;
}

std::string Arguments::text_or(const std::string& name, const std::string& fallback) const {
  return has(name) ? text(name) : fallback;
}

int64_t Arguments::count_or(const std::string& name, int64_t fallback) const {
  if (!has(name)) return fallback;
  const std::string& value = text(name);
  int64_t count = -1;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (error != std::errc() || end != value.data() + value.size() || count < 0)
    throw Error("bench/usage", "Expected a whole number after --" + name + " but found " + value);
  return count;
}

}  // namespace sidestep::bench
