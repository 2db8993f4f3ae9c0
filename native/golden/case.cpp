#include "core/error.h"
#include "golden/golden.h"
#include "golden/suite.h"

namespace sidestep::golden {
namespace {

const std::string& required(const SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  if (found == file.metadata().end())
    throw Error("golden/case-invalid", file.path().string() + " has no " + key + " in its metadata");
  return found->second;
}

std::shared_ptr<SafetensorsFile> open_neighbour(const SafetensorsFile& file) {
  const auto found = file.metadata().find("weights_file");
  if (found == file.metadata().end()) return nullptr;
  return std::make_shared<SafetensorsFile>(file.path().parent_path() / found->second);
}

double parse_tolerance(const SafetensorsFile& file) {
  return Json::parse(required(file, "tolerance"), "tolerance of " + file.path().filename().string()).as_number();
}

}  // namespace

Case open_case(const SafetensorsFile& file) {
  return {.file = file,
          .config = Json::parse(required(file, "config"), "config of " + file.path().filename().string()),
          .tolerance = parse_tolerance(file),
          .neighbour = open_neighbour(file)};
}

ConstTensor Case::weight(const std::string& name) const {
  const std::string full = "w/" + name;
  return neighbour && !file.contains(full) ? neighbour->tensor(full) : file.tensor(full);
}

std::vector<std::string> Case::weight_names() const {
  std::vector<std::string> names;
  const auto collect = [&](const SafetensorsFile& from) {
    for (const std::string& name : from.names())
      if (name.starts_with("w/") && (&from == &file || !file.contains(name))) names.push_back(name.substr(2));
  };
  collect(file);
  if (neighbour) collect(*neighbour);
  return names;
}

}  // namespace sidestep::golden
