#include "core/json_options.h"

#include "core/error.h"

namespace sidestep {

void GivenOption::refuse(const std::string& expected) const {
  throw Error(area.invalid, name + ": expected " + expected + ", found " + value.dump());
}

void read_options(const OptionArea& area, const std::string& path, const Json& json, const OptionReaders& readers) {
  if (!json.is_object()) GivenOption{area, path, json}.refuse("an object");
  for (const auto& [field, value] : json.as_object()) {
    const std::string name = (path.empty() ? "" : path + ".") + field;
    const auto reader = readers.find(field);
    if (reader == readers.end()) throw Error(area.unknown, name + " is no option of " + area.owner);
    if (!value.is_null() && reader->second) reader->second({area, name, value});
  }
}

OptionReader number(double& target) {
  return [&target](const GivenOption& given) { target = given.value.as_number(); };
}

OptionReader integer(int64_t& target, int64_t least) {
  return [&target, least](const GivenOption& given) {
    const int64_t value = given.value.as_int();
    if (value < least) given.refuse(least == 1 ? "a positive integer" : "an integer of at least " + std::to_string(least));
    target = value;
  };
}

OptionReader seed(uint64_t& target) {
  return [&target](const GivenOption& given) { target = static_cast<uint64_t>(given.value.as_int()); };
}

OptionReader boolean(bool& target) {
  return [&target](const GivenOption& given) { target = given.value.as_bool(); };
}

OptionReader text(std::string& target) {
  return [&target](const GivenOption& given) { target = given.value.as_string(); };
}

OptionReader texts(std::vector<std::string>& target) {
  return [&target](const GivenOption& given) {
    target.clear();
    for (const Json& item : given.value.as_array()) target.push_back(item.as_string());
  };
}

OptionReader positive(double& target) {
  return [&target](const GivenOption& given) {
    target = given.value.as_number();
    if (!(target > 0)) given.refuse("a positive number");
  };
}

}  // namespace sidestep
