#pragma once
#include <functional>
#include <limits>
#include <map>
#include <string>

#include "core/json.h"
#include "core/names.h"

namespace sidestep {

/// Whose options are read, for errors.
struct OptionArea {
  std::string unknown, invalid;  ///< codes: "train/option-unknown", "train/option-invalid"
  std::string owner;             ///< "a train stage"
};

/// One option that was given, with its name in full ("adapter.rank").
struct GivenOption {
  const OptionArea& area;
  std::string name;
  const Json& value;

  [[noreturn]] void refuse(const std::string& expected) const;
};

using OptionReader = std::function<void(const GivenOption&)>;
using OptionReaders = std::map<std::string, OptionReader>;

/// Hands every member of `json` that is not null to its reader; what is absent keeps its default. An empty reader: another part
/// acts on that option. Throws the area's two errors, naming the option. `path`: what comes before names.
void read_options(const OptionArea& area, const std::string& path, const Json& json, const OptionReaders& readers);

OptionReader number(double& target);
/// At least `least`.
OptionReader integer(int64_t& target, int64_t least = std::numeric_limits<int64_t>::min());
OptionReader seed(uint64_t& target);
OptionReader boolean(bool& target);
OptionReader text(std::string& target);
OptionReader texts(std::vector<std::string>& target);
/// Above 0.
OptionReader positive(double& target);

template <typename E, size_t N>
OptionReader choice(E& target, const Names<E, N>& names) {
  return [&target, names](const GivenOption& given) {
    const E* found = given.value.is_string() ? names.find(given.value.as_string()) : nullptr;
    if (found == nullptr) given.refuse("one of " + names.listed());
    target = *found;
  };
}

}  // namespace sidestep
